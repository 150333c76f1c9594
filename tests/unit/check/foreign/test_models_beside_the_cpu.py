"""Compiled functions, explored in the first model and evaluated on random inputs, do what the CPU does; without any solver."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from tests.unit.check.foreign.support import Compiled, compiled, corpus

from siglum.check.foreign.convention import Convention
from siglum.check.foreign.draw import draw
from siglum.check.foreign.prove import explore
from siglum.check.foreign.regions import RegionMemory
from siglum.check.foreign.running import Gave, Misbehaved, call_of, elements, run, scalar
from siglum.check.foreign.setting import Setting, setting
from siglum.ir.types import BOOL, WIDTHS
from siglum.sandbox.run import Sandbox
from siglum.smt.evaluate import evaluator, variables
from siglum.smt.inputs import assigned
from siglum.smt.terms import Term, Terms
from siglum.target.x86_64.semantics import own
from siglum.target.x86_64.semantics.state import State

INPUTS = 60
ALL = compiled()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as found:
        yield found


@pytest.mark.parametrize("one", ALL, ids=[f"{one.name}-{one.option}" for one in ALL])
def test_the_first_model_gives_what_the_cpu_gives(sandbox: Sandbox, one: Compiled) -> None:
    reference, convention = corpus(one.name)
    params, random = reference.function.params, Random(one.name)
    for length in (0, 1, 5) if any(a.count is None for a in convention.lists) else (0,):
        call = setting(Terms(), convention, one.code, params, {a.name: length for a in convention.lists if a.count is None})
        explored = explore(call, own.step, 64)
        assert explored.returned is not None
        condition, state = explored.returned
        results = _results(call, state)
        run_terms = evaluator([condition, *results])
        free = variables([condition, *results])
        inputs = list(draw(call.convention, params, INPUTS, random))
        machine = [call_of(call.convention, given, random) for given in inputs]
        for given, found in zip(inputs, run(sandbox, one.code, call.convention, machine), strict=True):
            values: dict[str, Any] = {v.value: random.getrandbits(max(v.width, 1)) for v in free}
            for name, t in params:
                values |= assigned(given[name], t, name)
            returns, *got = run_terms(values)
            if isinstance(found, Misbehaved):
                assert not returns, given
                continue
            assert returns and isinstance(found, Gave), given
            assert _value(call.convention, got, values) == found.value, given


def _results(call: Setting, state: State) -> list[Term]:
    """The result register, or the bytes of the buffer that is the result."""
    convention, memory = call.convention, state.memory
    if convention.result != "nothing":
        return [state.registers[0]]
    assert isinstance(memory, RegionMemory)
    region = next(r for r in call.regions if r.name == convention.home)
    return [memory.bytes.get((region.name, k)) or region.initial(k) for k in range(region.high)]


def _value(convention: Convention, got: list[int], values: dict[str, Any]) -> Any:
    if convention.result == "nothing":
        return elements(bytes(got), next(a.type for a in convention.lists if a.name == convention.home))
    if convention.result == "pointer":
        home = next(a for a in convention.lists if a.name == convention.home)
        return None if got[0] == 0 else (got[0] - values[f"&{home.name}"]) % 2**64 // WIDTHS[home.type]
    assert convention.result_type is not None and convention.result_type is not BOOL
    return scalar(got[0], 0, convention.result_type)

"""Running all inputs of a small domain, against the reference as native code.

The code runs in the sandbox, the reference outside of it; only results cross. Imports `check.foreign` and `sandbox`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any, Final

from siglum.check.foreign.convention import Convention
from siglum.check.foreign.running import Arguments, Observed, call_of, run, scalar
from siglum.ir.types import BOOL, RANGES, WIDTHS, Type
from siglum.sandbox.job import Code
from siglum.sandbox.run import Sandbox

if TYPE_CHECKING:
    from siglum.check.foreign.judge import Reference

CHUNK: Final = 1 << 22
"""Inputs that are run at a time."""

Params = tuple[tuple[str, Type], ...]


def domain(convention: Convention, params: Params) -> int | None:
    """How many inputs there are, where all are integers in registers and so is the result."""
    if convention.result != "scalar" or (convention.result_type not in RANGES and convention.result_type is not BOOL):
        return None
    size = 1
    for _, t in params:
        if t is not BOOL and t not in RANGES:
            return None
        size <<= 1 if t is BOOL else 8 * WIDTHS[t]
    return size


def exhaust(
    sandbox: Sandbox,
    code: Code,
    convention: Convention,
    reference: Reference,
    size: int,
    progress: Callable[[str], None],
) -> tuple[Arguments, Observed] | None:
    """The first arguments (and what the code did) on which code and reference differ, or None."""
    params = reference.function.params
    first_name, first = params[0]
    rest = params[1:]
    count = 2 if first is BOOL else 1 << 8 * WIDTHS[first]
    assert convention.result_type is not None
    width = WIDTHS[convention.result_type]
    random = Random(1)
    done = 0
    for others in product(*(_values(t) for _, t in rest)):
        words = [_word(int(x), t, random) for x, (_, t) in zip(others, rest, strict=True)]
        for start in range(0, count, CHUNK):
            here = min(CHUNK, count - start)
            first_word = _word(start, first, random)
            found = sandbox.range(code, first_word, here, words, width, limit_s=10.0)
            got = found.results
            fixed = dict(zip((n for n, _ in rest), others, strict=True))
            agreeing = reference.agreeing(start, got, others) if reference.agreeing is not None else 0
            for k in range(agreeing, here):
                value = scalar(start + k, 0, first)
                arguments = {first_name: value, **fixed}
                try:
                    wanted = reference.native(*arguments.values())
                except Exception:  # noqa: BLE001 - wherever the reference stops nothing is claimed
                    continue
                given = scalar(int.from_bytes(got[k * width : (k + 1) * width], "little"), 0, convention.result_type)
                if (k + 1) * width > len(got) or given != wanted:
                    call = call_of(convention, arguments, random, [first_word + k, *words])
                    return arguments, run(sandbox, code, convention, [call])[0]
            done += here
            progress(f"{done} of {size} inputs")
    return None


def _word(value: int, t: Type, random: Random) -> int:
    """A register with the value; the bits above it are anything."""
    width = 8 * WIDTHS[t]
    return value & (1 << width) - 1 | random.getrandbits(64 - width) << width if width < 64 else value


def _values(t: Type) -> Iterator[Any]:
    if t is BOOL:
        yield from (False, True)
    else:
        low, high = RANGES[t]
        yield from range(low, high + 1)

"""Random functions: the checker accepts what the binder makes, and native code agrees with the interpreter."""

from __future__ import annotations

import pytest
from tests.differential.native import Native
from tests.differential.test_native import outcome

from siglum.bind import bind
from siglum.check import check_image
from siglum.ir.inputs import inputs
from siglum.ir.interpret import Program
from siglum.ir.sample import Shape, sample
from siglum.records import Followed
from siglum.stencil.table import TARGETS, load

FUEL, MEMORY, DEPTH = 10_000, 1 << 21, 200
EXHAUSTED = ("memory", "stack")
"""Limits that the two count differently."""


def runs_alike(seed: int, shape: Shape, target: str) -> None:
    function = sample(seed, shape)
    image = bind(function, load(target))
    assert isinstance(check_image(image, load(target)), Followed), seed
    native, program = Native(image), Program(function)
    for given in inputs(tuple(t for _, t in function.params), seed, 3):
        expected = outcome(lambda given=given: program.run(given, fuel=FUEL, memory_limit=MEMORY, depth=DEPTH))
        found = outcome(lambda given=given: native(given, fuel=FUEL))
        if not any(isinstance(o, tuple) and o[:1] in [(kind,) for kind in EXHAUSTED] for o in (expected, found)):
            assert found == expected, (seed, given)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("block", range(4))
def test_small_functions_run_alike(block: int, target: str) -> None:
    for seed in range(40 * block, 40 * block + 40):
        runs_alike(seed, Shape(size=25, depth=3), target)


@pytest.mark.parametrize("seed", range(1000, 1010))
def test_functions_with_more_values_than_registers_run_alike(seed: int) -> None:
    runs_alike(seed, Shape(size=150, depth=5), TARGETS[-1])

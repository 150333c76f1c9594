"""Samples: what is drawn, where nothing is wanted, and which of many are taken."""

from __future__ import annotations

from itertools import islice
from random import Random

from siglum.frontend.elaborate import function_from_source
from siglum.ir.types import BOOL, I8, I32, I64, RANGES, U16, U32
from siglum.propose.scalar.samples import Sample, chosen, draws, oracle, sampled


def test_drawn_arguments_are_of_their_types_and_reach_the_edges() -> None:
    types = [I8, U16, I32, U32, I64, BOOL]
    rows = list(islice(draws(types, Random(1)), 2000))
    for k, t in enumerate(types):
        column = {row[k] for row in rows}
        if t is BOOL:
            assert column == {True, False} and all(isinstance(x, bool) for x in column)
        else:
            low, high = RANGES[t]
            assert min(column) == low and max(column) == high


def test_some_arguments_are_equal() -> None:
    rows = islice(draws([I64, I64], Random(2)), 300)
    assert 20 < sum(x == y for x, y in rows) < 200


def test_nothing_is_wanted_where_the_reference_stops() -> None:
    reference = function_from_source("def f(x: int, y: int) -> int:\n    assert x < 3\n    return x // y\n", "f")
    ask = oracle(reference)
    assert ask((2, 2)) == 1
    assert ask((2, 0)) is None
    assert ask((5, 2)) is None
    found = sampled([I64, I64], ask, 50, Random(3), 5000, lambda: False)
    assert len(found) == 50 and all(s.arguments[0] < 3 and s.arguments[1] != 0 for s in found)


def test_drawing_ends_when_it_is_late() -> None:
    assert sampled([I64], lambda arguments: 1, 50, Random(3), 5000, lambda: True) == []


def test_the_first_of_the_chosen_have_different_results_and_kinds_are_all_there() -> None:
    pool = [Sample((x,), x & (x - 1)) for (x,) in islice(draws([U32], Random(4)), 500)]
    pool = list({sample.arguments: sample for sample in pool}.values())
    found = chosen(pool, 16, 32)
    assert len(found) == len(set(found)) == 16
    assert len({sample.wanted for sample in found[:8]}) == 8
    assert any(sample.arguments == (0,) for sample in found)
    assert any(sample.wanted == 0 and sample.arguments != (0,) for sample in found)


def test_few_samples_are_all_chosen() -> None:
    pool = [Sample((1,), 2), Sample((2,), 3)]
    assert sorted(chosen(pool, 16, 64)) == pool

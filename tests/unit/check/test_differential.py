"""Differential runs: agreement, counterexamples, what is left out."""

from __future__ import annotations

import math
from typing import Any

import pytest

from siglum import records
from siglum.bind import bind
from siglum.check.differential import differential
from siglum.check.inputs import draw
from siglum.errors import Place, Stop
from siglum.host.callable import Native
from siglum.ir.function import Builder, Function, Origin
from siglum.ir.inputs import inputs
from siglum.ir.interpret import run
from siglum.ir.sample import Shape, sample
from siglum.ir.types import BOOL, CHAR, F32, F64, I8, I64, RANGES, STR, U64, Array, Map, Option, Pair, Type
from siglum.stencil.table import load

HERE = Origin("double", "<test>", 1, 3, 6)


def doubled() -> Function:
    b = Builder()
    x = b.param(0, I64)
    return b.finish("f", (("x", I64),), b.emit("add", x, x, origin=b.origin(HERE)))


def stop(kind: str, word: str, column: int = 3) -> Stop:
    return Stop(kind, word, Place("<test>", 1, column, 6))


def native(x: int) -> int:
    if not -(2**62) <= x < 2**62:
        raise stop("overflow", "double")
    return 2 * x


@pytest.mark.parametrize("first", range(0, 80, 20))
def test_native_code_of_sampled_functions_agrees(first: int) -> None:
    table = load("x86-64-v2")
    for seed in range(first, first + 20):
        f = sample(seed, Shape(size=10 + seed % 40))
        found = differential(f, Native(bind(f, table)), draw(f.params, 8, seed))
        assert isinstance(found, records.Tested), (seed, found)


def test_agreement_counts_its_runs() -> None:
    assert differential(doubled(), native, [(k,) for k in range(-5, 5)] + [(2**63 - 1,)]) == records.Tested(11)


@pytest.mark.parametrize(
    ("wrong", "expected", "got"),
    [
        (lambda x: 2 * x if x != 3 else 7, "6", "7"),
        (lambda x: float(2 * x), "0", "0.0"),
        (lambda x: (_ for _ in ()).throw(stop("range", "double")), "0", "does not fit its type"),
    ],
)
def test_a_counterexample_is_shown(wrong: Any, expected: str, got: str) -> None:
    found = differential(doubled(), wrong, [(0,), (3,)])
    assert isinstance(found, records.Refuted)
    assert found.expected == expected
    assert got in found.got


@pytest.mark.parametrize("wrong", [stop("range", "double"), stop("overflow", "halve"), stop("overflow", "double", 4)])
def test_stops_agree_in_kind_word_and_place(wrong: Stop) -> None:
    def stopping(x: int) -> int:
        raise wrong

    assert isinstance(differential(doubled(), stopping, [(2**62,)]), records.Refuted)


def test_floats_compare_by_bits_and_nans_are_one() -> None:
    b = Builder()
    f = b.finish("f", (("x", F64),), b.param(0, F64))
    assert differential(f, lambda x: x if x == x else -math.nan, [(math.nan,), (-0.0,)]) == records.Tested(2)
    assert isinstance(differential(f, lambda x: 0.0, [(-0.0,)]), records.Refuted)


def test_what_depends_on_limits_is_left_out() -> None:
    def stopping(x: int) -> int:
        raise stop("memory", "double")

    assert isinstance(differential(doubled(), stopping, [(1,)]), records.Unknown)


def test_runs_that_take_too_long_are_left_out() -> None:
    b = Builder()
    i, (last,) = b.open_loop(b.param(0, I64), (b.const(0),))
    (last,) = b.close_loop(b.const(True, BOOL), (i,))
    f = b.finish("f", (("n", I64),), last)
    assert differential(f, lambda n: max(n - 1, 0), [(2**63 - 1,), (5,)], steps=100) == records.Tested(1)


def test_inputs_meet_the_preconditions() -> None:
    drawn = draw((("x", I64), ("y", I64)), 40, accepts=lambda x, y: x < y)
    assert len(drawn) == 40
    assert all(x < y for x, y in drawn)
    assert draw((("x", I64),), 5, accepts=lambda x: False) == []


@pytest.mark.parametrize(
    "t", [BOOL, CHAR, I8, U64, F32, F64, STR, Array(I8), Pair(I64, STR), Option(F64), Map(STR, I64), Array(Array(BOOL))]
)
def test_inputs_fit_their_type_and_repeat(t: Type) -> None:
    drawn = inputs((t,), 5, 40)
    assert repr(drawn) == repr(inputs((t,), 5, 40))
    assert len({repr(v) for v in drawn}) > 1
    b = Builder()
    identity = b.finish("f", (("x", t),), b.param(0, t))
    for (value,) in drawn:
        run(identity, [value])
    if t in RANGES:
        assert {v for (v,) in drawn} & set(RANGES[t])


def test_samples_repeat_and_differ() -> None:
    assert sample(11) is sample(11)
    assert len({sample(seed, Shape(size=6)) for seed in range(30)}) == 30

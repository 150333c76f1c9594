"""Functions print as text that parses back to the same object."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siglum.errors import UserError
from siglum.ir.function import Builder, Origin
from siglum.ir.sample import Shape, sample
from siglum.ir.text import parse, show
from siglum.ir.types import CHAR, F32, F64, I64, U8, U64, Array, Map, Option, Pair

HERE = Origin('say "hi"', "a file\n", 3, 1, 2)


@given(st.integers(0, 2**40), st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_a_function_is_what_its_text_says(seed: int, size: int) -> None:
    f = sample(seed, Shape(size=size))
    assert parse(show(f)) is f


def test_the_text_is_for_reading(golden: object) -> None:
    b = Builder()
    xs = b.param(0, Array(I64))
    i, (total,) = b.open_loop(b.length(xs), (b.const(0),))
    x = b.emit("load", xs, i)
    even = b.emit("eq", b.emit("and", x, b.const(1)), b.const(0))
    b.open_region()
    then = b.close_region((b.emit("add", total, x, origin=b.origin(Origin("sum", "<phrase>", 1, 16, 3))),))
    b.open_region()
    (total,) = b.if_(even, then, b.close_region((total,)))
    (total,) = b.close_loop(b.const(True, b.emit("eq", i, i).type), (total,))
    assert callable(golden)
    golden("function.txt", show(b.finish("evens", (("xs", Array(I64)),), total)))


def test_names_constants_and_types_of_every_kind() -> None:
    b = Builder()
    values = [
        b.const(float("nan"), F64), b.const(float("-inf"), F64), b.const(-0.0, F64), b.const(1e300, F64), b.const(0.5, F32),
        b.const(2**64 - 1, U64), b.const(0x10FFFF, CHAR), b.const(True, b.emit("eq", b.param(0, I64), b.const(1)).type),
        b.data(F64, (float("inf"), -0.0, 1.5)), b.data(U8, ()), b.data(CHAR, (65,)), b.param(1, Map(Option(I64), Pair(I64, I64))),
    ]  # fmt: skip
    value = values[0]
    for v in values[1:]:
        value = b.emit("pair", value, v)
    b.origin(HERE)
    f = b.finish("a+b", (("x y", I64), ("m", Map(Option(I64), Pair(I64, I64)))), value)
    assert parse(show(f)) is f


def test_calls_name_functions_written_before() -> None:
    b = Builder()
    inner = b.finish("inner", (("x", I64),), b.recur((b.param(0, I64),), I64, b.origin(HERE)))
    b = Builder()
    once = b.call(inner, (b.param(0, I64),), b.origin(HERE))
    f = b.finish("outer", (("x", I64),), b.call(inner, (once,), b.origin(HERE)))
    text = show(f)
    assert text.index("function inner") < text.index("function outer")
    assert parse(text) is f


GOOD = show(sample(3, Shape(size=12)))


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "function", "function f(", "function f() -> i64 {\n  give 1\n", "function f() -> i64 {\n  give %0\n}",
        "function f() -> i64 {\n  %0 = nope 1\n  give %0\n}", "function f() -> i64 {\n  %0 = add 1, true !0\n  give %0\n}",
        "function f() -> i64 {\n  %0 = call @0 !0\n  give %0\n}", "function f() -> i64 {\n  give p0.0\n}",
        "function f() -> i64 {\n  give p9999999999999.0\n}", "function f() -> wat {\n  give 1\n}",
        "function f() -> i64 {\n  %0 = param\n give 1\n}", "function f() -> i64 {\n  give 1:[i64]\n}",
        "function f() -> i64 {\n  origin 1 \"a\" \"b\" 1 1 1\n  give 1\n}", 'function "\\q" () -> i64 {\n  give 1\n}',
        "function f() -> i64 {\n  give " + "9" * 30 + "\n}", "function f() -> i64 {\n" + "  %0 = if true {\n" * 300,
        "function f() -> i64 {\n  %0 = require [empty true !0\n  give 1\n}", GOOD + "more",
    ],
)  # fmt: skip
def test_other_text_is_refused_with_a_place(text: str) -> None:
    with pytest.raises(UserError) as caught:
        parse(text)
    assert caught.value.code in ("E-209", "E-011")
    assert caught.value.place is not None


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_damaged_text_is_read_or_refused(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(GOOD)))
    text = GOOD[:at] + data.draw(st.text(max_size=3)) + GOOD[at + data.draw(st.integers(0, 5)) :]
    try:
        again = parse(text)
    except UserError:
        return
    assert parse(show(again)) is again

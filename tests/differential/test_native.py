"""Native code agrees with the interpreter: same result, or a stop of the same kind at the same word."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from tests.differential.native import Native

from siglum.bind import bind
from siglum.errors import Stop
from siglum.ir.function import Builder, Function, Origin
from siglum.ir.interpret import Program
from siglum.ir.node import Node
from siglum.ir.types import (
    BOOL,
    CHAR,
    F32,
    F64,
    I8,
    I16,
    I32,
    I64,
    STR,
    U8,
    U16,
    U32,
    U64,
    Array,
    Map,
    Option,
    Pair,
    Type,
)
from siglum.stencil.table import TARGETS, load

INTS = Array(I64)


def origin(b: Builder, word: str) -> int:
    return b.origin(Origin(word, "<test>", 1, 1, 1))


def true(b: Builder) -> Node:
    return b.const(True, BOOL)


def exact(value: Any) -> Any:
    """Floats by their bits, NaNs as one."""
    if isinstance(value, float):
        return "nan" if value != value else struct.pack("<d", value)
    if isinstance(value, (list, tuple)):
        return type(value)(map(exact, value))
    if isinstance(value, dict):
        return [(exact(k), exact(v)) for k, v in value.items()]
    return value


def outcome(run: Any) -> Any:
    try:
        return exact(run())
    except Stop as stop:
        return stop.kind, stop.word


def agree(function: Function, *inputs: tuple[Any, ...], target: str = "x86-64-v3", **limits: int) -> list[Any]:
    """Runs both on each input, asserts that they agree, gives the outcomes."""
    native, program = Native(bind(function, load(target))), Program(function)
    found = []
    for given in inputs:
        fuel = {"fuel": limits["fuel"]} if "fuel" in limits else {}
        expected = outcome(lambda given=given, fuel=fuel: program.run(given, **fuel))
        assert outcome(lambda given=given, fuel=fuel: native(given, **fuel)) == expected, given
        found.append(expected)
    return found


def finish(b: Builder, types: dict[str, Type], value: Node) -> Function:
    return b.finish("test", tuple(types.items()), value)


def filtered_squares(b: Builder, xs: Node) -> Node:
    start = b.emit("wide", b.const(0))
    i, (acc,) = b.open_loop(b.length(xs), (start,))
    x = b.emit("load", xs, i)
    even = b.emit("eq", b.emit("and", x, b.const(1)), b.const(0))
    b.open_region()
    kept = b.emit("wide_add", acc, b.emit("mul", x, x, origin=origin(b, "square")))
    then = b.close_region((kept,))
    b.open_region()
    otherwise = b.close_region((acc,))
    (total,) = b.close_loop(true(b), b.if_(even, then, otherwise))
    return b.emit("wide_fit", total, origin=origin(b, "sum"))


@pytest.mark.parametrize("target", TARGETS)
def test_a_fused_filter_map_and_sum(target: str) -> None:
    b = Builder()
    function = finish(b, {"xs": INTS}, filtered_squares(b, b.param(0, INTS)))
    found = agree(
        function, ([],), ([1, 2, 3, 4],), ([1, 3],), ([2**40, 5],), ([2**31, 2**31, 3],), ([-(2**63)],), ([3_037_000_498],),
        target=target,
    )  # fmt: skip
    assert found[1] == 20
    assert found[3] == ("overflow", "square")
    assert found[4] == ("overflow", "sum")


def test_a_wide_sum_passes_through_values_beyond_64_bits() -> None:
    b = Builder()
    xs = b.param(0, INTS)
    i, (acc,) = b.open_loop(b.length(xs), (b.emit("wide", b.const(0)),))
    (total,) = b.close_loop(true(b), (b.emit("wide_add", acc, b.emit("load", xs, i)),))
    function = finish(b, {"xs": INTS}, b.emit("wide_fit", total, origin=origin(b, "sum")))
    most, least = 2**63 - 1, -(2**63)
    found = agree(function, ([most, 1, -1],), ([least, -1, 1],), ([most, 1],), ([least, least, most, most, 5],), ([most] * 5,))
    assert found[0] == most
    assert found[2] == ("overflow", "sum")
    assert found[3] == 3


@pytest.mark.parametrize("element", [I8, I16, I32, I64, U8, U16, U32, U64, CHAR, BOOL, F32, F64], ids=str)
def test_arrays_of_every_scalar_are_copied_backwards(element: Type) -> None:
    b = Builder()
    xs = b.param(0, Array(element))
    n = b.length(xs)
    out = b.alloc(element, n, origin(b, "reverse"))
    i, (into,) = b.open_loop(n, (out,))
    b.same_length(into, out)
    x = b.emit("load", xs, b.emit("sub_wrap", b.emit("sub_wrap", n, b.const(1)), i))
    (result,) = b.close_loop(true(b), (b.emit("store", into, i, x),))
    function = finish(b, {"xs": Array(element)}, result)
    values: dict[Type, list[Any]] = {
        CHAR: list("aé\U0001f600z"), BOOL: [True, False, False], F64: [1.5, -0.0, 2.0**-1074], F32: [1.5, -0.0, 2.0**-149],
        I8: [-128, 127, 0], I16: [-(2**15), 2**15 - 1], I32: [-(2**31), 2**31 - 1], I64: [-(2**63), 2**63 - 1, 7],
        U8: [255, 0, 1], U16: [65535, 1], U32: [2**32 - 1, 1], U64: [2**64 - 1, 2**63, 3],
    }  # fmt: skip
    agree(function, (values[element],), ([],))


def test_arrays_of_composite_elements_keep_every_component() -> None:
    element = Pair(Option(F64), Pair(INTS, CHAR))
    b = Builder()
    xs = b.param(0, Array(element))
    n = b.length(xs)
    i, (into,) = b.open_loop(n, (b.alloc(element, n, origin(b, "map")),))
    x = b.emit("load", xs, i)
    option, rest = b.emit("left", x), b.emit("right", x)
    grown = b.emit("option", b.emit("not", b.emit("present", option)), b.emit("fadd", b.emit("held", option), b.const(1.0, F64)))
    (result,) = b.close_loop(true(b), (b.emit("store", into, i, b.emit("pair", grown, rest)),))
    function = finish(b, {"xs": Array(element)}, result)
    agree(function, ([(1.5, ([1, 2], "a")), (None, ([], "b")), (-2.0, ([7], "é"))],), ([],))


def test_maps_options_and_text_pass_through() -> None:
    b = Builder()
    m, o, s = b.param(0, Map(STR, I64)), b.param(1, Option(I64)), b.param(2, STR)
    more = b.emit("add", b.emit("held", o), b.length(b.emit("keys", m)), origin=origin(b, "+"))
    value = b.emit("option", b.emit("present", o), more)
    result = b.emit("pair", b.emit("mapping", b.emit("keys", m), b.emit("values", m)), b.emit("pair", value, s))
    function = finish(b, {"m": Map(STR, I64), "o": Option(I64), "s": STR}, result)
    agree(function, ({"a": 1, "bc": 2}, 5, "text"), ({}, None, ""), ({"x": 0}, 2**63 - 1, "é"))


def test_views_arrays_and_constant_data() -> None:
    b = Builder()
    xs, start, count = b.param(0, INTS), b.param(1, I64), b.param(2, I64)
    seen = b.emit("view", xs, start, count, origin=origin(b, "slice"))
    table = b.data(F64, (1.5, -2.0, 0.25))
    letters = b.data(CHAR, tuple(map(ord, "héllo")))
    some = b.emit("array", letters, count, origin=origin(b, "take"))
    x = b.emit("load", table, b.emit("bounds", start, b.length(table), origin=origin(b, "at")))
    function = finish(b, {"xs": INTS, "start": I64, "count": I64}, b.emit("pair", b.emit("pair", seen, some), x))
    found = agree(
        function, ([1, 2, 3, 4], 1, 2), ([1, 2, 3, 4], 0, 4), ([1, 2], 2, 0), ([1], 2, 0), ([1], 0, 2), ([1], -1, 1),
        ([1], 0, -1), ([1] * 9, 0, 6),
    )  # fmt: skip
    assert found[3] == ("index", "slice")
    assert found[7] == ("index", "take")


def test_equal_constant_data_stands_in_the_image_once() -> None:
    b = Builder()
    one, two = b.data(I64, (1, 2, 3)), b.data(U64, (1, 2, 3))
    result = b.emit("pair", one, two)
    image = bind(finish(b, {}, result), load("x86-64-v3"))
    assert len(image.code) - image.data_offset == 24


def test_float_lanes_sum_in_their_defined_order() -> None:
    floats = Array(F64)
    b = Builder()
    xs = b.param(0, floats)
    n = b.length(xs)
    i, (lanes,) = b.open_loop(b.emit("sar", n, b.const(3)), (b.emit("lanes"),))
    (eights,) = b.close_loop(true(b), (b.emit("lanes_add8", lanes, xs, b.emit("shl", i, b.const(3))),))
    whole = b.emit("and", n, b.const(-8))
    i, (lanes,) = b.open_loop(b.emit("and", n, b.const(7)), (eights,))
    x = b.emit("load", xs, b.emit("add_wrap", whole, i))
    (total,) = b.close_loop(true(b), (b.emit("lanes_add", lanes, i, x),))
    function = finish(b, {"xs": floats}, b.emit("pair", b.emit("lanes_total", total), b.emit("lanes_total", eights)))
    agree(function, ([],), ([0.1] * 7,), ([1e16, 1.0, -1e16] * 11,), ([float(k) / 3 for k in range(64)],))


def test_a_function_that_calls_itself() -> None:
    b = Builder()
    n, acc = b.param(0, I64), b.param(1, INTS)
    small = b.emit("lt", n, b.const(2))
    b.open_region()
    base = b.close_region((n,))
    b.open_region()
    one = b.recur((b.emit("sub", n, b.const(1), origin=origin(b, "-")), acc), I64, origin(b, "fib"))
    two = b.recur((b.emit("sub", n, b.const(2), origin=origin(b, "-")), acc), I64, origin(b, "fib"))
    both = b.emit("add", b.emit("add", one, two, origin=origin(b, "+")), b.length(acc), origin=origin(b, "+"))
    deeper = b.close_region((both,))
    (result,) = b.if_(small, base, deeper)
    function = finish(b, {"n": I64, "acc": INTS}, result)
    found = agree(function, (0, []), (1, []), (10, []), (7, [1, 2]), (15, [5]))
    assert found[2] == 55


def test_calls_nested_too_deep_stop() -> None:
    b = Builder()
    n = b.param(0, I64)
    inner = b.recur((b.emit("add_wrap", n, b.const(1)),), I64, origin(b, "forever"))
    function = finish(b, {"n": I64}, b.emit("add_wrap", inner, n))
    assert agree(function, (0,)) == [("stack", "forever")]


def test_calls_in_loops_keep_what_lives_across() -> None:
    c = Builder()
    x, f, xs = c.param(0, I64), c.param(1, F64), c.param(2, INTS)
    inner = c.emit("pair", c.emit("mul", x, c.length(xs), origin=origin(c, "*")), c.emit("pair", c.emit("fadd", f, f), xs))
    callee = c.finish("callee", (("x", I64), ("f", F64), ("xs", INTS)), inner)
    b = Builder()
    xs, f = b.param(0, INTS), b.param(1, F64)
    first = b.emit("load", xs, b.emit("bounds", b.const(0), b.length(xs), origin=origin(b, "first")))
    i, (a, g, ys) = b.open_loop(b.length(xs), (b.const(1), f, xs))
    made = b.call(callee, (b.emit("add_wrap", a, b.emit("load", xs, i)), g, ys), origin(b, "callee"))
    rest = b.emit("right", made)
    next_a = b.emit("add", b.emit("left", made), b.emit("mul_wrap", first, i), origin=origin(b, "+"))
    a, g, ys = b.close_loop(true(b), (next_a, b.emit("left", rest), b.emit("right", rest)))
    function = finish(b, {"xs": INTS, "f": F64}, b.emit("pair", b.emit("pair", a, g), ys))
    found = agree(function, ([1, 2, 3], 1.5), ([], 0.0), ([2**62, 1, 5], 1.0))
    assert found[1] == ("index", "first")


def test_fuel_and_memory_run_out_by_name() -> None:
    b = Builder()
    n = b.param(0, I64)
    i, (acc,) = b.open_loop(n, (b.const(0),))
    b.emit("tick", origin=origin(b, "until"))
    (ticked,) = b.close_loop(true(b), (b.emit("add_wrap", acc, i),))
    function = finish(b, {"n": I64}, ticked)
    assert agree(function, (5,), (10,), fuel=7) == [10, ("fuel", "until")]
    b = Builder()
    n = b.param(0, I64)
    made = b.alloc(I64, n, origin(b, "repeat"), zero=False)
    function = finish(b, {"n": I64}, b.length(made))
    native = Native(bind(function, load("x86-64-v3")))
    assert outcome(lambda: native((2**60,))) == ("memory", "repeat")
    assert outcome(lambda: native((-1,))) == ("memory", "repeat")
    assert outcome(lambda: native((0,))) == 0


def test_conversions_and_unsigned_arithmetic() -> None:
    b = Builder()
    u, x, f = b.param(0, U64), b.param(1, I64), b.param(2, F64)
    more = b.emit("add_u", u, b.const(2**63, U64), origin=origin(b, "+"))
    less = b.emit("lt_u", more, b.emit("mul_wrap", u, b.const(3, U64)))
    byte = b.emit("cast", b.emit("narrow", x, attr=I8, origin=origin(b, "i8")), attr=I64)
    char = b.emit("narrow", b.emit("and", x, b.const(0xFFFFF)), attr=CHAR, origin=origin(b, "char"))
    whole = b.emit("to_int", f, origin=origin(b, "floor"))
    parts = [more, less, byte, char, whole, b.emit("narrow_f32", f), b.emit("to_float_u", u), b.emit("float_bits", f)]
    result = parts[0]
    for part in parts[1:]:
        result = b.emit("pair", result, part)
    function = finish(b, {"u": U64, "x": I64, "f": F64}, result)
    nan = float("nan")
    found = agree(
        function, (5, 7, 1.5), (2**63, 7, 1.5), (1, 200, 1.5), (1, -128, -1e300), (1, 5, nan), (2**62, -1, -0.5),
        (2**63 - 1, 127, 9e18),
    )  # fmt: skip
    assert found[1] == ("overflow", "+")
    assert found[2] == ("range", "i8")


def test_system_calls_give_the_kernels_errors_and_keep_other_values() -> None:
    b = Builder()
    data, x, y = b.param(0, Array(U8)), b.param(1, I64), b.param(2, I64)
    values = [b.emit("xor", b.emit("mul_wrap", x, b.const(k)), y) for k in (3, 5, 7, 11, 13, 17, 19, 23)]
    wrote = b.emit("write", b.const(-1), data)
    closed = b.emit("close", b.const(-1))
    opened = b.emit("open", b.data(U8, tuple(b"/nonexistent/file\0")), b.const(0))
    buffer, count = b.read(b.const(-1), b.alloc(U8, b.const(4), origin(b, "read")), b.const(4))
    result = b.emit("add_wrap", b.emit("add_wrap", wrote, closed), b.emit("add_wrap", opened, count))
    for value in values:
        result = b.emit("sub_wrap", b.emit("mul_wrap", result, b.const(31)), value)
    function = finish(b, {"data": Array(U8), "x": I64, "y": I64}, b.emit("pair", result, buffer))
    agree(function, ([1, 2, 3], 12345, -9), ([], 0, 0))
    assert bind(function, load("x86-64-v3")).capabilities == {"stdout", "stdin", "files"}


def test_loops_nested_deeper_than_there_are_registers() -> None:
    b = Builder()
    n = b.param(0, I64)
    indices: list[Node] = []
    carried = b.const(0)
    opened = []
    for _ in range(10):
        i, (acc,) = b.open_loop(b.emit("and", n, b.const(1)) if len(opened) > 6 else b.const(2), (carried,))
        indices.append(i)
        opened.append(acc)
        carried = b.emit("add_wrap", b.emit("mul_wrap", acc, b.const(3)), i)
    for i in indices:
        carried = b.emit("add_wrap", b.emit("mul_wrap", carried, b.const(5)), i)
    for _ in range(10):
        (carried,) = b.close_loop(true(b), (carried,))
    agree(finish(b, {"n": I64}, carried), (1,), (0,))


def test_sixteen_values_carried_through_a_loop_change_places() -> None:
    b = Builder()
    xs, fs = [b.param(k, I64) for k in range(10)], [b.param(10 + k, F64) for k in range(10)]
    _, carried = b.open_loop(b.const(7), (*xs, *fs))
    ints, floats = carried[:10], carried[10:]
    # a rotation: one cycle through all places of each class
    after = b.close_loop(true(b), (*ints[1:], ints[0], *floats[1:], floats[0]))
    result = after[0]
    for k, x in enumerate(after[1:], 1):
        word = x if x.type is I64 else b.emit("float_bits", x)
        result = b.emit("add_wrap", b.emit("mul_wrap", result, b.const(k)), word)
    types: dict[str, Type] = {f"x{k}": I64 for k in range(10)} | {f"f{k}": F64 for k in range(10)}
    agree(finish(b, types, result), (*range(10), *(k / 7 for k in range(10))))


def test_binding_is_deterministic() -> None:
    def made() -> bytes:
        b = Builder()
        return bind(finish(b, {"xs": INTS}, filtered_squares(b, b.param(0, INTS))), load("x86-64-v3")).code

    assert made() == made()

"""The interpreter: exact values, named stops, resources, and what it refuses when checking."""

from __future__ import annotations

import math
import os

import pytest

from siglum.errors import Stop, UserError
from siglum.ir.function import Builder, Function, Node, Origin
from siglum.ir.interpret import Program, Unsound, run
from siglum.ir.node import node
from siglum.ir.primitives import MAX64, MIN64, PRIMITIVES
from siglum.ir.types import BOOL, CHAR, F32, F64, I8, I64, STR, U8, U64, Array, Map, Option, Pair

HERE = Origin("square", "<phrase>", 1, 11, 6)
THERE = Origin("sum", "<phrase>", 1, 18, 3)


def sum_of_squares() -> Function:
    b = Builder()
    xs = b.param(0, Array(I64))
    n = b.length(xs)
    i, (total,) = b.open_loop(n, (b.const(0),))
    x = b.emit("load", xs, i)
    square = b.emit("mul", x, x, origin=b.origin(HERE))
    (total,) = b.close_loop(b.const(True, BOOL), (b.emit("add", total, square, origin=b.origin(THERE)),))
    return b.finish("sumsq", (("xs", Array(I64)),), total)


def unary(name: str, t: object, result: object, attr: object = None) -> Function:
    b = Builder()
    return b.finish("f", (("x", t),), b.emit(name, b.param(0, t), attr=attr, origin=b.origin(HERE)))


def test_a_loop_sums_squares() -> None:
    assert run(sum_of_squares(), [[1, 2, -3]]) == 14
    assert run(sum_of_squares(), [[]]) == 0


@pytest.mark.parametrize(("values", "word"), [([2**32], "square"), ([2**31 + 2**29] * 2, "sum")])
def test_a_stop_names_word_and_place(values: list[int], word: str) -> None:
    with pytest.raises(Stop) as caught:
        run(sum_of_squares(), [values])
    assert (caught.value.kind, caught.value.word) == ("overflow", word)
    assert caught.value.place is not None
    assert caught.value.place.column == (11 if word == "square" else 18)


def test_wrapping_operations_stay_in_their_type() -> None:
    for name in ("add_wrap", "sub_wrap", "mul_wrap"):
        for t, values in ((I64, (MIN64, -1, 0, 3, MAX64)), (U64, (0, 1, 2**63, 2**64 - 1))):
            b = Builder()
            f = Program(b.finish("f", (("x", t), ("y", t)), b.emit(name, b.param(0, t), b.param(1, t))))
            for x in values:
                for y in values:
                    exact = {"add_wrap": x + y, "sub_wrap": x - y, "mul_wrap": x * y}[name]
                    got = f.run([x, y])
                    assert (got - exact) % 2**64 == 0
                    assert (MIN64 <= got <= MAX64) if t is I64 else (0 <= got < 2**64)


@pytest.mark.parametrize("name", ["shl", "shr", "sar"])
def test_shifts_stay_in_their_type(name: str) -> None:
    b = Builder()
    f = Program(b.finish("f", (("x", I64), ("k", I64)), b.emit(name, b.param(0, I64), b.param(1, I64))))
    for x in (MIN64, -1, 1, MAX64):
        for k in (0, 1, 63, 64, -1):
            assert MIN64 <= f.run([x, k]) <= MAX64
    assert f.run([-1, 0]) == -1


def test_casts_change_the_type_not_the_word() -> None:
    assert run(unary("cast", U64, I64, I64), [2**64 - 1]) == -1
    assert run(unary("cast", I64, U64, U64), [-1]) == 2**64 - 1
    assert run(unary("cast", CHAR, I64, I64), ["A"]) == 65
    assert run(unary("cast", BOOL, I64, I64), [True]) == 1
    assert run(unary("cast", F32, F64, F64), [0.1]) == pytest.approx(0.1, rel=1e-7)


def test_narrowing_to_char_refuses_surrogates() -> None:
    f = Program(unary("narrow", I64, CHAR, CHAR))
    assert f.run([0x1F600]) == "\U0001f600"
    for bad in (-1, 0xD800, 0xDFFF, 0x110000):
        with pytest.raises(Stop, match="does not fit"):
            f.run([bad])


def test_zero_fill_of_every_kind_of_element() -> None:
    for t, zero in ((BOOL, False), (F64, 0.0), (STR, ""), (Pair(I64, F64), (0, 0.0)), (Option(I64), None), (Map(I64, I64), {})):
        b = Builder()
        f = b.finish("f", (("n", I64),), b.alloc(t, b.param(0, I64), b.origin(HERE)))
        assert run(f, [2]) == [zero, zero]


def test_memory_is_counted_in_units_of_sixteen_bytes() -> None:
    b = Builder()
    f = Program(b.finish("f", (("n", I64),), b.alloc(U8, b.param(0, I64), b.origin(HERE))))
    assert f.run([32], memory_limit=32) == [0] * 32
    for n in (33, -1, MIN64, MAX64):
        with pytest.raises(Stop, match="out of memory"):
            f.run([n], memory_limit=32)


def stored(again: bool) -> Function:
    """Stores into a fresh array; with `again`, loads from the version before the store."""
    b = Builder()
    fresh = b.alloc(I64, b.const(2), b.origin(HERE))
    newer = b.emit("store", fresh, b.const(0), b.const(7))
    value = b.emit("load", fresh if again else newer, b.const(0))
    return b.finish("f", (), b.emit("pair", value, newer))


def test_a_stale_version_is_noticed() -> None:
    assert run(stored(False), []) == (7, [7, 0])
    with pytest.raises(Unsound, match="after a store"):
        run(stored(True), [])


def test_an_index_out_of_range_is_noticed() -> None:
    b = Builder()
    with pytest.raises(Unsound, match="load at -1 of 1"):
        run(b.finish("f", (("xs", Array(I64)),), b.emit("load", b.param(0, Array(I64)), b.const(-1))), [[5]])


def test_an_unwritten_element_is_noticed() -> None:
    b = Builder()
    f = b.finish("f", (), b.alloc(I64, b.const(1), b.origin(HERE), zero=False))
    with pytest.raises(Unsound, match="unwritten"):
        run(f, [])


@pytest.mark.parametrize(
    ("start", "length", "fits"), [(0, 3, True), (3, 0, True), (1, 2, True), (2, 2, False), (-1, 1, False), (0, -1, False)]
)
def test_views_stay_inside(start: int, length: int, fits: bool) -> None:
    b = Builder()
    t = Array(I64)
    f = b.finish("f", (("xs", t),), b.emit("view", b.param(0, t), b.const(start), b.const(length), origin=b.origin(HERE)))
    if fits:
        assert run(f, [[1, 2, 3]]) == [1, 2, 3][start : start + length]
    else:
        with pytest.raises(Stop, match="index out of range"):
            run(f, [[1, 2, 3]])


def test_a_loop_ends_early_after_taking_the_next_values() -> None:
    b = Builder()
    i, (last,) = b.open_loop(b.param(0, I64), (b.const(-1),))
    (last,) = b.close_loop(b.emit("lt", i, b.const(3)), (b.emit("add_wrap", i, b.const(10)),))
    f = Program(b.finish("f", (("n", I64),), last))
    assert [f.run([n]) for n in (-5, 0, 1, 4, 9)] == [-1, -1, 10, 13, 13]


def test_the_loop_condition_sees_the_carried_values_of_its_own_run() -> None:
    b = Builder()
    _, (flag, n) = b.open_loop(b.const(10), (b.const(True, BOOL), b.const(0)))
    _, n = b.close_loop(flag, (b.const(False, BOOL), b.emit("add_wrap", n, b.const(1))))
    assert run(b.finish("f", (), n), []) == 2


def test_carried_values_change_places_at_once() -> None:
    b = Builder()
    _, (x, y) = b.open_loop(b.param(0, I64), (b.const(1), b.const(2)))
    x, y = b.close_loop(b.const(True, BOOL), (y, x))
    f = Program(b.finish("f", (("n", I64),), b.emit("pair", x, y)))
    assert (f.run([3]), f.run([4])) == ((2, 1), (1, 2))


def nested_choice(depth: int, b: Builder, x: Node) -> Node:
    """x > depth ? depth : ... down to 0."""
    if depth == 0:
        return b.emit("add", x, b.const(1), origin=b.origin(HERE))
    above = b.emit("lt", b.const(depth), x)
    b.open_region()
    then = b.close_region((b.const(depth),))
    b.open_region()
    inner = nested_choice(depth - 1, b, x)
    (chosen,) = b.if_(above, then, b.close_region((inner,)))
    return chosen


def test_deep_nesting_of_choices() -> None:
    b = Builder()
    f = Program(b.finish("f", (("x", I64),), nested_choice(150, b, b.param(0, I64))))
    assert [f.run([x]) for x in (-3, 1, 2, 77, 151)] == [-2, 2, 1, 76, 150]


def test_deep_nesting_of_loops() -> None:
    b = Builder()
    total = b.const(0)
    carried = total
    stack = []
    for _ in range(30):
        _, (carried,) = b.open_loop(b.const(1), (carried,))
        stack.append(carried)
    inner = b.emit("add", carried, b.const(5), origin=b.origin(HERE))
    for _ in range(30):
        (inner,) = b.close_loop(b.const(True, BOOL), (inner,))
    assert run(b.finish("f", (), inner), []) == 5


def factorial() -> Function:
    b = Builder()
    n = b.param(0, I64)
    small = b.emit("lt", n, b.const(2))
    b.open_region()
    then = b.close_region((b.const(1),))
    b.open_region()
    less = b.emit("sub", n, b.const(1), origin=b.origin(HERE))
    product = b.emit("mul", n, b.recur((less,), I64, b.origin(HERE)), origin=b.origin(HERE))
    (value,) = b.if_(small, then, b.close_region((product,)))
    return b.finish("factorial", (("n", I64),), value)


def test_a_function_calls_itself_up_to_the_depth() -> None:
    assert run(factorial(), [20], depth=19) == math.factorial(20)
    with pytest.raises(Stop, match="nest too deep"):
        run(factorial(), [20], depth=18)
    with pytest.raises(Stop, match="nest too deep"):
        run(factorial(), [MAX64])


def test_a_stop_in_a_called_function_has_that_functions_place() -> None:
    b = Builder()
    value = b.call(factorial(), (b.param(0, I64),), b.origin(THERE))
    with pytest.raises(Stop) as caught:
        run(b.finish("f", (("n", I64),), value), [21])
    assert caught.value.word == "square"


def test_fuel_runs_out() -> None:
    b = Builder()
    b.open_loop(b.param(0, I64), ())
    b.emit("tick", origin=b.origin(HERE))
    b.close_loop(b.const(True, BOOL), ())
    f = Program(b.finish("f", (("n", I64),), b.const(1)))
    assert f.run([5], fuel=5) == 1
    with pytest.raises(Stop, match="out of fuel"):
        f.run([6], fuel=5)


def test_requirements_stop_with_their_own_kind() -> None:
    b = Builder()
    b.emit("require", b.param(0, BOOL), attr="empty", origin=b.origin(HERE))
    f = Program(b.finish("f", (("c", BOOL),), b.const(1)))
    assert f.run([True]) == 1
    with pytest.raises(Stop) as caught:
        f.run([False])
    assert caught.value.kind == "empty"


def test_wide_sums_are_exact_in_between() -> None:
    b = Builder()
    xs = b.param(0, Array(I64))
    i, (w,) = b.open_loop(b.length(xs), (b.emit("wide", b.const(0)),))
    (w,) = b.close_loop(b.const(True, BOOL), (b.emit("wide_add", w, b.emit("load", xs, i)),))
    f = Program(b.finish("f", (("xs", Array(I64)),), b.emit("wide_fit", w, origin=b.origin(HERE))))
    assert f.run([[MAX64, 1, -1]]) == MAX64
    with pytest.raises(Stop):
        f.run([[MAX64, 1]])


def test_eight_lanes_at_once_equal_eight_steps() -> None:
    xs = [0.1 * k for k in range(8)]
    b = Builder()
    a = b.param(0, Array(F64))
    at_once = b.emit("lanes_total", b.emit("lanes_add8", b.emit("lanes"), a, b.const(0)))
    f = b.finish("f", (("xs", Array(F64)),), at_once)
    b = Builder()
    a = b.param(0, Array(F64))
    i, (lanes,) = b.open_loop(b.length(a), (b.emit("lanes"),))
    (lanes,) = b.close_loop(b.const(True, BOOL), (b.emit("lanes_add", lanes, i, b.emit("load", a, i)),))
    g = b.finish("g", (("xs", Array(F64)),), b.emit("lanes_total", lanes))
    assert run(f, [xs]) == run(g, [xs])


def test_effects_go_through_the_kernel() -> None:
    reading, writing = os.pipe()
    b = Builder()
    written = b.emit("write", b.param(0, I64), b.data(U8, (104, 105)))
    assert run(b.finish("f", (("fd", I64),), written), [writing]) == 0
    os.close(writing)
    b = Builder()
    buffer, count = b.read(b.param(0, I64), b.alloc(U8, b.const(4), b.origin(HERE)), b.const(4))
    f = b.finish("f", (("fd", I64),), b.emit("pair", buffer, count))
    assert run(f, [reading]) == ([104, 105, 0, 0], 2)
    os.close(reading)
    assert run(f, [reading]) == ([0, 0, 0, 0], -9)


def test_every_primitive_has_a_meaning() -> None:
    bound = {"const", "param", "result", "if", "loop", "call", "recur", "read", "require", "tick", "load", "store"}
    from siglum.ir.interpret import _SPECIAL

    for name, row in PRIMITIVES.items():
        assert name in bound or name in _SPECIAL or row.meaning is not None, name


@pytest.mark.parametrize(
    ("t", "value"),
    [
        (I64, -5), (U64, 2**64 - 1), (BOOL, True), (CHAR, "é"), (STR, "héllo"), (F64, -0.0), (Array(I8), [1, -128]),
        (Option(I64), None), (Option(I64), 3), (Pair(I64, STR), (1, "a")), (Map(STR, I64), {"b": 1, "a": 2}),
        (Array(Array(I64)), [[1], []]), (Map(Array(I64), I64), {(1, 2): 3}),
    ],
)  # fmt: skip
def test_values_cross_the_border_and_back(t: object, value: object) -> None:
    b = Builder()
    got = run(b.finish("f", (("x", t),), b.param(0, t)), [value])
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    ("t", "value", "code"),
    [
        (I64, 2**63, "E-018"), (U8, 300, "E-018"), (I64, 1.5, "E-011"), (I64, True, "E-011"), (BOOL, 1, "E-011"),
        (CHAR, "ab", "E-011"), (STR, "\ud800", "E-011"), (F64, "1", "E-011"), (F64, 10**400, "E-018"),
        (Array(I64), 3, "E-011"), (Array(I64), "abc", "E-011"), (Pair(I64, I64), (1,), "E-011"), (Map(I64, I64), [], "E-011"),
    ],
)  # fmt: skip
def test_values_that_do_not_fit_are_refused(t: object, value: object, code: str) -> None:
    b = Builder()
    with pytest.raises(UserError) as caught:
        run(b.finish("f", (("x", t),), b.param(0, t)), [value])
    assert caught.value.code == code


def test_unlisted_kinds_of_stop_have_no_place() -> None:
    b = Builder()
    f = b.finish("f", (("x", I64),), b._list(node(PRIMITIVES["nonzero"], (b.param(0, I64),))))
    with pytest.raises(Stop) as caught:
        run(f, [0])
    assert caught.value.place is None

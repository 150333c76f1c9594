"""What the builder simplifies, gives up and lists elsewhere."""

from __future__ import annotations

import pytest
from tests.support.functions import HERE, INTS, ONE, YES, at, build

from siglum.ir.function import Builder
from siglum.ir.interpret import run
from siglum.ir.node import Node, constant
from siglum.ir.types import BOOL, F64, I64, U8, U64, Array
from siglum.ir.verify import verify


@pytest.mark.parametrize(
    ("name", "attr", "args", "value"),
    [
        ("add", None, (2, 3), 5), ("mul_wrap", None, (2**62, 4), 0), ("not", None, (True,), False), ("lt", None, (1, 2), True),
        ("cast", U64, (-1,), 2**64 - 1), ("cast", I64, (True,), 1), ("narrow", U8, (200,), 200), ("popcount", None, (7,), 3),
        ("select", None, (False, 1, 2), 2),
    ],
)  # fmt: skip
def test_constants_fold(name: str, attr: object, args: tuple[object, ...], value: object) -> None:
    b = Builder()
    nodes = [constant(x, BOOL if isinstance(x, bool) else I64) for x in args]
    made = b.emit(name, *nodes, attr=attr, origin=at(b))
    assert made.op.name == "const" and made.attr == value and type(made.attr) is type(value)


def test_what_stops_does_not_fold() -> None:
    b = Builder()
    assert b.emit("add", constant(2**63 - 1, I64), ONE, origin=at(b)).op.name == "add"
    assert b.emit("narrow", constant(256, I64), attr=U8, origin=at(b)).op.name == "narrow"
    assert b.emit("wide", ONE).op.name == "wide"


def test_values_of_one_comparison_become_the_smaller_or_the_larger() -> None:
    b = Builder()
    x, y = b.param(0, I64), b.param(1, I64)
    less = b.emit("lt", x, y)
    assert b.emit("select", less, x, y).op.name == "min"
    assert b.emit("select", less, y, x).op.name == "max"
    assert b.emit("select", less, x, x) is x
    assert b.emit("select", less, x, ONE).op.name == "select"
    assert b.emit("select", b.emit("eq", x, y), x, y).op.name == "select"
    for nodes, expected in (((x, y), (3, 5)), ((y, x), (5, 3))):
        f = build(lambda b, nodes=nodes: b.emit("select", less, *nodes), I64, I64)  # type: ignore[misc]
        assert (run(f, [3, 5]), run(f, [5, 3])) == (expected[0], expected[0])


def test_what_is_taken_apart_as_it_was_put_together_is_its_part() -> None:
    b = Builder()
    x, y = b.param(0, I64), b.param(1, F64)
    pair = b.emit("pair", x, y)
    assert b.emit("left", pair) is x and b.emit("right", pair) is y
    assert b.emit("held", b.emit("option", b.const(True, BOOL), y)) is y


def test_truth_values_with_a_known_one() -> None:
    b = Builder()
    x = b.param(0, BOOL)
    no = b.const(False, BOOL)
    assert b.emit("and", YES, x) is x and b.emit("and", x, no) is no
    assert b.emit("or", YES, x) is YES and b.emit("or", no, x) is x
    assert b.emit("and", x, b.param(1, BOOL)).op.name == "and"
    assert b.emit("and", b.param(0, I64), ONE).op.name == "and"
    assert b.emit("not", b.emit("not", x)) is x


def test_negations_go_into_comparisons() -> None:
    b = Builder()
    x, y = b.param(0, I64), b.param(1, I64)
    assert b.emit("not", b.emit("lt", x, y)) is b.emit("le", y, x)
    assert b.emit("not", b.emit("eq", x, y)) is b.emit("ne", x, y)
    f, g = b.param(0, F64), b.param(1, F64)
    assert b.emit("not", b.emit("flt", f, g)).op.name == "not"  # NaN is neither


def test_a_second_call_like_the_first_is_a_call_of_its_own() -> None:
    one = build(lambda b: b.const(1))
    b = Builder()
    first, second = b.call(one, (), at(b)), b.call(one, (), at(b))
    assert first is not second
    f = b.finish("f", (), b.emit("add_wrap", first, second))
    verify(f)
    assert run(f, []) == 2 and f.origins == (HERE, HERE)


def test_an_if_that_only_stops_is_a_requirement() -> None:
    b = Builder()
    x = b.param(0, BOOL)
    b.open_region()
    b.emit("require", b.const(False, BOOL), attr="empty", origin=at(b))
    then = b.close_region(())
    b.open_region()
    assert b.if_(x, then, b.close_region(())) == ()
    f = b.finish("f", (("x", BOOL),), ONE)
    verify(f)
    assert [n.op.name for n in f.region.body] == ["not", "require"]


def test_an_if_over_another_requirement_stays_one() -> None:
    b = Builder()
    x, y = b.param(0, BOOL), b.param(1, BOOL)
    b.open_region()
    b.emit("require", y, attr="empty", origin=at(b))
    then = b.close_region(())
    b.open_region()
    b.if_(x, then, b.close_region(()))
    f = b.finish("f", (("x", BOOL), ("y", BOOL)), ONE)
    assert [n.op.name for n in f.region.body] == ["if"]
    assert run(f, [False, False]) == 1


def test_a_loop_may_be_given_up() -> None:
    b = Builder()
    _, (x,) = b.open_loop(b.param(0, I64), (ONE,))
    b.emit("add_wrap", x, ONE)
    b.drop_loop()
    f = b.finish("f", (("n", I64),), b.emit("add_wrap", b.param(0, I64), ONE))
    verify(f)
    assert run(f, [4]) == 5


def test_nodes_may_be_listed_before_the_loop_that_is_being_built() -> None:
    b = Builder()
    n = b.param(0, I64)
    _, (x,) = b.open_loop(n, (b.const(0),))
    with b.outside(0):
        square = b.emit("mul_wrap", n, n)
    (total,) = b.close_loop(YES, (b.emit("add_wrap", x, square),))
    f = b.finish("f", (("n", I64),), total)
    verify(f)
    assert [node.op.name for node in f.region.body] == ["mul_wrap", "loop"]
    assert run(f, [3]) == 27


def test_lengths_are_traced_to_where_they_come_from() -> None:
    b = Builder()
    xs = b.param(0, INTS)
    n = b.length(xs)
    assert b.emit("length", b.emit("store", xs, b.const(0), ONE)) is n
    assert b.length(b.emit("array", xs, ONE, origin=at(b))) is ONE
    assert b.length(b.alloc(I64, ONE, at(b))) is ONE
    assert b.length(b.alloc(I64, ONE, at(b), zero=False)) is ONE
    assert b.length(b.data(I64, (4, 5))).attr == 2


def test_a_loop_may_be_said_to_keep_a_length() -> None:
    b = Builder()
    ys = b.alloc(I64, b.param(0, I64), at(b))
    n = b.length(ys)
    i, (carried,) = b.open_loop(n, (ys,))
    b.same_length(carried, ys)
    assert b.length(carried) is n
    (result,) = b.close_loop(YES, (b.emit("store", carried, i, i),))
    b.same_length(result, ys)
    f = b.finish("f", (("n", I64),), result)
    verify(f)
    assert run(f, [3]) == [0, 1, 2]


def test_functions_show_their_signature() -> None:
    f = build(lambda b: b.param(0, Array(F64)), Array(F64))
    assert repr(f) == "<Function f p0:[f64] -> [f64]>"
    assert f.origin_of(f.region.results[0]) == -1


def test_an_origin_is_found_by_its_number() -> None:
    b = Builder()
    assert b.origin_at(b.origin(HERE)) is HERE and b.origin(HERE) == 0


def never_used(b: Builder) -> Node:
    b.emit("mul_wrap", b.param(0, I64), b.param(0, I64))
    return ONE


def test_what_nobody_uses_is_left_out() -> None:
    assert build(never_used, I64).region.body == ()

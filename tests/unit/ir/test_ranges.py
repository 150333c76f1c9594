"""Which bounds the verifier knows to be at least 0, and which capacities it traces; one function for each rule."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.support.functions import INTS, ONE, YES, at, build, refused

from siglum.errors import UserError
from siglum.ir import ranges
from siglum.ir.function import Builder, Function
from siglum.ir.node import Node
from siglum.ir.types import BOOL, CHAR, I64, U8, U64, Array
from siglum.ir.verify import verify

Make = Callable[[Builder], Node]


def accepted(f: Function) -> bool:
    try:
        verify(f)
    except UserError as fault:
        assert fault.code == "E-206"
        return False
    return True


def place(bound: Make) -> Function:
    """Loads an element at an index below `min(bound, length)`, which lies inside if the bound is known to be at least 0."""

    def make(b: Builder) -> Node:
        xs = b.param(0, INTS)
        within = b.emit("min", bound(b), b.length(xs))
        return b.emit("load", xs, b.emit("bounds", b.param(1, I64), within, origin=at(b)))

    return build(make, INTS, I64, BOOL, CHAR, Array(U8))


def chosen(b: Builder, x: Node, y: Node) -> Node:
    b.open_region()
    then = b.close_region((x,))
    b.open_region()
    return b.if_(b.param(2, BOOL), then, b.close_region((y,)))[0]


def counted(b: Builder, first: int, step: Callable[[Builder, Node, Node], Node]) -> Node:
    i, (x,) = b.open_loop(b.length(b.param(0, INTS)), (b.const(first),))
    return b.close_loop(YES, (step(b, i, x),))[0]


def repeated(name: str, times: int, first: int = 1) -> Make:
    def make(b: Builder) -> Node:
        n = b.length(b.param(0, INTS))
        for k in range(times):
            n = b.emit(name, n, b.const(first + k % 2), origin=at(b))
        return n

    return make


def larger(b: Builder, least: int) -> Node:
    return b.emit("max", b.const(least), b.length(b.param(0, INTS)))


BOUNDS: dict[str, tuple[Make, bool]] = {
    "a length": (lambda b: b.length(b.param(0, INTS)), True),
    "a parameter": (lambda b: b.param(1, I64), False),
    "a constant": (lambda b: b.const(3), True),
    "a constant below 0": (lambda b: b.const(-3), False),
    "an if of two": (lambda b: chosen(b, b.const(2), b.const(5)), True),
    "an if of one below 0": (lambda b: chosen(b, b.const(2), b.const(-5)), False),
    "a loop's sum": (lambda b: counted(b, 0, lambda b, i, x: b.emit("add", x, i, origin=at(b))), True),
    "a loop from below 0": (lambda b: counted(b, -1, lambda b, i, x: b.emit("add", x, i, origin=at(b))), False),
    "a loop that goes down": (lambda b: counted(b, 5, lambda b, i, x: b.emit("sub", x, i, origin=at(b))), False),
    "a loop that counts": (lambda b: counted(b, 7, lambda b, i, x: b.emit("add_wrap", x, ONE)), True),
    "a loop that grows fast": (lambda b: counted(b, 7, lambda b, i, x: b.emit("add_wrap", x, x)), False),
    "what is read": (lambda b: b.read(ONE, b.alloc(U8, b.const(4), at(b)), b.const(4))[1], False),
    "a widened character": (lambda b: b.emit("cast", b.param(3, CHAR), attr=I64), True),
    "a u64 as it is": (lambda b: b.emit("cast", b.emit("cast", b.param(1, I64), attr=U64), attr=I64), False),
    "the rest of a division by a parameter": (lambda b: b.emit("mod", ONE, nonzero(b, b.param(1, I64))), False),
    "the rest of a division by a length": (lambda b: b.emit("mod", ONE, nonzero(b, b.length(b.param(0, INTS)))), True),
    "bits of a length": (lambda b: b.emit("and", b.param(1, I64), b.length(b.param(0, INTS))), True),
    "counted on from a choice": (
        lambda b: b.emit("add_wrap", b.emit("select", b.param(2, BOOL), b.const(2), b.const(4)), ONE), True
    ),
    "counted on from the larger": (lambda b: b.emit("add_wrap", larger(b, 2), ONE), True),
    "counted on from a parameter": (lambda b: b.emit("add_wrap", b.param(1, I64), ONE), False),
    "counted on from far away": (lambda b: b.emit("add_wrap", larger(b, 2**62), ONE), False),
    "a few sums": (repeated("add", 30), True),
    "more sums than are looked at": (repeated("add", 600), False),
    "a few counts": (repeated("add_wrap", 30), True),
    "more counts than are looked at": (repeated("add_wrap", 600), False),
}  # fmt: skip


def nonzero(b: Builder, n: Node) -> Node:
    return b.emit("nonzero", n, origin=at(b))


@pytest.mark.parametrize("what", BOUNDS)
def test_a_bound_is_known_to_be_at_least_0(what: str) -> None:
    make, known = BOUNDS[what]
    assert accepted(place(make)) == known


def test_a_buffer_keeps_its_capacity_when_it_is_read_into() -> None:
    def loaded(b: Builder, index: int) -> Node:
        buffer, _ = b.read(b.param(0, I64), b.alloc(U8, b.const(4), at(b)), b.const(4))
        return b.emit("load", buffer, b.const(index))

    verify(build(lambda b: loaded(b, 3), I64))
    refused(build(lambda b: loaded(b, 4), I64), "E-206", "not known to lie inside")


def filled(inner: int) -> Function:
    """An array that goes through `inner` loops one inside the other, and keeps its capacity."""

    def make(b: Builder) -> Node:
        xs = b.alloc(I64, b.const(4), at(b))
        carried = xs
        for _ in range(inner):
            _, (carried,) = b.open_loop(b.const(2), (carried,))
        carried = b.emit("store", carried, b.const(3), ONE)
        for _ in range(inner):
            (carried,) = b.close_loop(YES, (carried,))
        return b.emit("load", carried, b.const(3))

    return build(make)


def test_capacities_are_traced_through_loops_until_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    verify(filled(1))
    verify(filled(3))
    monkeypatch.setattr(ranges, "_PATIENCE", 0)
    refused(filled(2), "E-206", "not known to lie inside")


def equal(pairs: tuple[tuple[int, int], ...], x: int, y: int) -> Function:
    """Loads as many elements of array `y` as array `x` has, where lengths are required to be equal in pairs."""

    def make(b: Builder) -> Node:
        arrays = [b.param(k, INTS) for k in range(4)]
        for first, second in pairs:
            same = b.emit("eq", b.length(arrays[first]), b.length(arrays[second]))
            b.emit("require", same, attr="empty", origin=at(b))
        floats = b.emit("feq", b.emit("to_float", b.length(arrays[0])), b.emit("lanes_total", b.emit("lanes")))
        b.emit("require", floats, attr="empty", origin=at(b))
        i, (total,) = b.open_loop(b.length(arrays[x]), (b.const(0),))
        return b.close_loop(YES, (b.emit("xor", total, b.emit("load", arrays[y], i)),))[0]

    return build(make, INTS, INTS, INTS, INTS)


@pytest.mark.parametrize(
    ("pairs", "x", "y", "known"),
    [
        ((), 0, 0, True), ((), 0, 1, False), (((0, 1),), 0, 1, True), (((1, 0),), 0, 1, True), (((2, 3),), 0, 1, False),
        (((0, 1), (1, 2)), 0, 2, True), (((1, 2), (0, 1)), 0, 2, True), (((1, 2), (0, 3)), 0, 2, False),
    ],
)  # fmt: skip
def test_lengths_that_are_required_to_be_equal_are(pairs: tuple[tuple[int, int], ...], x: int, y: int, known: bool) -> None:
    assert accepted(equal(pairs, x, y)) == known


def test_an_index_of_another_kind_is_not_known() -> None:
    def total(b: Builder, index: Callable[[Node, Node], Node]) -> Node:
        xs = b.param(0, INTS)
        i, (x,) = b.open_loop(b.length(xs), (b.const(0),))
        return b.close_loop(YES, (b.emit("add_wrap", x, b.emit("load", xs, index(i, x))),))[0]

    verify(build(lambda b: total(b, lambda i, x: i), INTS))
    refused(build(lambda b: total(b, lambda i, x: x), INTS), "E-206", "not known")
    refused(build(lambda b: total(b, lambda i, x: b.emit("mul_wrap", i, i)), INTS), "E-206", "not known")

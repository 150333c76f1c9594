"""Reductions over streams: exact integer sums, eight-lane float sums, extremes, any and all.

Imports `siglum.ir`, the stage, the streams and the values.
"""

from __future__ import annotations

from collections.abc import Callable

from siglum.frontend.elaborate.arithmetic import truth
from siglum.frontend.elaborate.arrays import extent, item
from siglum.frontend.elaborate.collect import exact
from siglum.frontend.elaborate.stage import Refusal, Stage, spelled
from siglum.frontend.elaborate.streams import ArrayStream, Indexed, ListStream, ViewStream, placed, stream_of, strict
from siglum.frontend.elaborate.structural import less
from siglum.frontend.elaborate.values import ArrayVal, OptionVal, Stream, Value, type_of
from siglum.ir.node import Node
from siglum.ir.types import BOOL, F64, I64, NOTHING, RANGES, U64, is_scalar

Element = Callable[[], Value]


def total(st: Stage, value: Value, origin: int) -> Node:
    """`sum(value)`: the exact integer, or the eight-lane float sum. Raises `Refusal`."""
    stream = stream_of(st, value, origin)
    t = stream.element(st)
    if t is I64:
        return _wrapping_total(st, stream) if st.overflow == "wrap" else _exact_total(st, stream, origin)
    if t is F64:
        return lane_total(st, stream)
    if t is BOOL:
        return count_true(st, stream)
    if t is U64:
        return _unsigned_total(st, stream, origin)
    if t is NOTHING:
        return st.zero
    raise Refusal(f"`sum` needs numbers; here it gets list[{spelled(t)}]", "", "E-063")


def how_many(st: Stage, stream: Stream) -> Node:
    """`len(stream)`; elements are computed for their stops alone and kept nowhere."""
    known = stream.length(st)
    if known is not None and not stream.stops(st):
        return known

    def step(x: Element, carried: tuple[Node, ...]) -> tuple[None, tuple[Node, ...]]:
        value = x()
        if not isinstance(value, Stream) or value.stops(st):
            st.settle(value)
        return None, tuple(st.emit("add_wrap", n, st.one) for n in carried)

    counted = stream.each(st, () if known is not None else (st.zero,), step, False)
    if known is not None:
        return known
    st.note(counted[0], 0)
    return counted[0]


def _scalar(element: Element) -> Node:
    value = element()
    assert isinstance(value, Node)
    return value


def _exact_total(st: Stage, stream: Stream, origin: int) -> Node:
    (wide,) = stream.each(st, (st.emit("wide", st.zero),), lambda x, c: (None, (st.emit("wide_add", c[0], _scalar(x)),)), False)
    return st.emit("wide_fit", wide, origin=origin)


def _wrapping_total(st: Stage, stream: Stream) -> Node:
    (result,) = stream.each(st, (st.zero,), lambda x, c: (None, (st.emit("add_wrap", c[0], _scalar(x)),)), False)
    return result


def _unsigned_total(st: Stage, stream: Stream, origin: int) -> Node:
    def step(x: Element, c: tuple[Node, ...]) -> tuple[None, tuple[Node, ...]]:
        if st.overflow == "wrap":
            return None, (st.emit("add_wrap", c[0], _scalar(x)),)
        return None, (st.emit("add_u", c[0], _scalar(x), origin=origin),)

    (result,) = stream.each(st, (st.const(0, U64),), step, False)
    return result


def count_true(st: Stage, stream: Stream) -> Node:
    """How many elements hold; there are never more than fit."""

    def step(x: Element, c: tuple[Node, ...]) -> tuple[None, tuple[Node, ...]]:
        return None, (st.emit("add_wrap", c[0], st.emit("cast", _scalar(x), attr=I64)),)

    (result,) = stream.each(st, (st.zero,), step, False)
    return result


def lane_total(st: Stage, stream: Stream) -> Node:
    """The sum in eight lanes: element k goes to lane k modulo 8."""
    if isinstance(stream, ViewStream):
        stream = ArrayStream(stream.view(st), stream.origin)
    lanes = st.emit("lanes")
    if isinstance(stream, ArrayStream) and stream.array.element is F64:
        array = exact(st, stream.array)
        assert isinstance(array, ArrayVal)
        return st.emit("lanes_total", _array_lanes(st, array, lanes))
    if isinstance(stream, Indexed) or stream.length(st) is not None:
        (lanes,) = stream.each(st, (lanes,), lambda x, c: (None, (st.emit("lanes_add", c[0], st.index, _scalar(x)),)), False)
        return st.emit("lanes_total", lanes)

    def step(x: Element, c: tuple[Node, ...]) -> tuple[None, tuple[Node, ...]]:
        return None, (st.emit("lanes_add", c[0], c[1], _scalar(x)), st.emit("add_wrap", c[1], st.one))

    lanes, _ = stream.each(st, (lanes, st.zero), step, False)
    return st.emit("lanes_total", lanes)


def _array_lanes(st: Stage, array: ArrayVal, lanes: Node) -> Node:
    n = extent(st, array)
    three = st.const(3)
    index, (carried,) = st.enter_loop(st.emit("shr", n, three), (lanes,))
    (lanes,) = st.leave_loop(None, (st.emit("lanes_add8", carried, array.node, st.emit("shl", index, three)),))
    start = st.emit("and", n, st.const(-8))
    index, (carried,) = st.enter_loop(st.emit("and", n, st.const(7)), (lanes,))
    at = st.emit("add_wrap", start, index)
    st.note(at, 0)
    x = item(st, array, at, st.here)
    assert isinstance(x, Node)
    (lanes,) = st.leave_loop(None, (st.emit("lanes_add", carried, index, x),))
    return lanes


def holds(st: Stage, value: Value, origin: int, *, every: bool) -> Node:
    """`any(value)` or `all(value)`; the loop ends at the first element that decides."""

    def step(x: Element, c: tuple[Node, ...]) -> tuple[Node, tuple[Node, ...]]:
        found = _truth(st, x())
        return (found, (found,)) if every else (st.emit("not", found), (found,))

    (result,) = strict(st, stream_of(st, value, origin)).each(st, (st.const(every, BOOL),), step, True)
    return result


def _truth(st: Stage, value: Value) -> Node:
    if isinstance(value, Node):
        return truth(st, value)
    settled = st.settle(value)
    if isinstance(settled, ArrayVal):
        return st.emit("ne", st.count_of(settled), st.zero)
    raise Refusal(f"{spelled(type_of(settled, st))} is no truth value", "write a comparison", "E-063")


def last(st: Stage, value: Value, origin: int) -> Value:
    """The last element, or none; of a chain nothing is kept but one scalar."""
    stream = stream_of(st, value, origin)
    t = stream.element(st)
    n = stream.length(st)
    if is_scalar(t) and (n is None or stream.stops(st)):
        first = st.zero_value(t)
        assert isinstance(first, Node)
        return OptionVal(*_running(st, stream, first, lambda old, new: new))
    if n is None or stream.stops(st):
        settled = st.settle(stream)
        assert isinstance(settled, ArrayVal)
        stream = ArrayStream(settled, origin)
        n = stream.length(st)
    none = OptionVal(st.false, st.zero_value(t))
    return st.either(st.emit("eq", n, st.zero), lambda: none, lambda: OptionVal(st.true, _at_end(st, stream, n)))


def _at_end(st: Stage, stream: Stream, n: Node) -> Value:
    index = st.emit("sub_wrap", n, st.one)
    st.note(index, 0)
    return stream.at(st, index)


def extreme_integer(st: Stage, stream: Stream, *, greatest: bool) -> tuple[Node, Node]:
    """Whether there is an element of i64, and the greatest or the least."""
    low, high = RANGES[I64]
    join = "max" if greatest else "min"
    return _running(st, stream, st.const(low if greatest else high), lambda old, new: st.emit(join, old, new))


def _running(st: Stage, stream: Stream, start: Node, join: Callable[[Node, Node], Node]) -> tuple[Node, Node]:
    """Whether there is an element, and what `join` makes of all of them from `start` on."""
    n = stream.length(st)
    if n is not None:
        (result,) = stream.each(st, (start,), lambda x, c: (None, (join(c[0], _scalar(x)),)), False)
        return st.emit("lt", st.zero, n), result
    present, result = stream.each(st, (st.false, start), lambda x, c: (None, (st.true, join(c[1], _scalar(x)))), False)
    return present, result


def lesser(st: Stage, x: Value, y: Value, origin: int, *, greatest: bool) -> Value:
    """`min(x, y)` or `max(x, y)`: the first of equals."""
    if isinstance(x, Node) and isinstance(y, Node):
        x, y = st.promote(x, y.type), st.promote(y, x.type)
        if x.type is y.type and x.type in (I64, F64):
            name = "max" if greatest else "min"
            return st.emit(name if x.type is I64 else "f" + name, x, y)
    x, y = st.settle(x), st.settle(y)
    better = less(st, x, y, origin) if greatest else less(st, y, x, origin)
    return st.either(better, lambda: y, lambda: x)


def extreme(st: Stage, value: Value, origin: int, *, greatest: bool) -> Value:
    """`min(list)` or `max(list)`; stops with `empty` where there is no element."""
    if isinstance(value, Stream) and value.element(st) is I64:
        present, found = extreme_integer(st, value, greatest=greatest)
        st.emit("require", present, attr="empty", origin=origin)
        return found
    if isinstance(value, ListStream):
        best = value.items[0] if value.items else None
        for v in value.items[1:]:
            assert best is not None
            best = lesser(st, best, v, origin, greatest=greatest)
        if best is not None:
            return best
    settled = st.settle(placed(st, value, origin))
    assert isinstance(settled, ArrayVal)
    n = st.count_of(settled)
    st.emit("require", st.emit("lt", st.zero, n), attr="empty", origin=origin)
    first = item(st, settled, st.zero, origin)
    shape: list[Node] = []
    st.leaves(first, shape)

    def step(x: Element, c: tuple[Node, ...]) -> tuple[None, tuple[Node, ...]]:
        out: list[Node] = []
        st.leaves(lesser(st, st.rebuild(first, iter(c)), x(), origin, greatest=greatest), out)
        return None, tuple(out)

    results = ArrayStream(settled, origin).each(st, tuple(shape), step, False)
    return st.rebuild(first, iter(results))

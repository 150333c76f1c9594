"""From streams to arrays in memory: sized, filtered by rank, or growing.

Imports `siglum.ir`, the stage, the streams, the arrays and the values.
"""

from __future__ import annotations

from collections.abc import Callable

from siglum.frontend.elaborate.arrays import append, copy_into, freeze, growing, place
from siglum.frontend.elaborate.stage import CONSTANT, Stage
from siglum.frontend.elaborate.streams import ArrayStream, ConcatStream, FillStream, ListStream, ViewStream
from siglum.frontend.elaborate.values import ArrayVal, Stream, Value, known_text
from siglum.ir.node import CONST, Node
from siglum.ir.types import BOOL, CHAR, F64, I64, NOTHING, U64, Type, is_scalar


def collect(st: Stage, stream: Stream | ArrayVal, element: Type | None = None, *, writable: bool = False) -> ArrayVal:
    """The elements of a stream or an array as an array of `element` (by default what the stream gives), narrowed where it
    asks for that. `writable` asks for memory that may be stored into.
    """
    if isinstance(stream, ArrayVal):
        stream = ArrayStream(stream, st.here)
    if isinstance(stream, ArrayStream) and not writable and element in (None, stream.array.element):
        return stream.array
    if isinstance(stream, ViewStream) and not writable and stream.array.frozen and element in (None, stream.array.element):
        return stream.view(st)
    t = element or stream.element(st)
    if isinstance(stream, ListStream):
        return _list(st, stream, t, writable)
    if t is NOTHING:
        return st.empty(NOTHING)
    if isinstance(stream, FillStream):
        return _filled(st, stream, t)
    if isinstance(stream, ConcatStream):
        joined = _joined(st, stream, t)
        if joined is not None:
            return joined
    count = stream.length(st)
    if count is not None:
        return _sized(st, stream, count, t)
    bound = stream.bound(st)
    if bound is not None:
        return _ranked(st, stream, bound, t)
    return _grown(st, stream, t)


def copied(st: Stage, array: ArrayVal) -> ArrayVal:
    """A list of its own with the same elements."""
    return collect(st, ArrayStream(array, st.here), array.element, writable=True)


def exact(st: Stage, value: Value) -> Value:
    """A growing list as the array of its elements."""
    if isinstance(value, ArrayVal) and value.count is not None and value.element is not NOTHING:
        return st.array(st.emit("array", value.node, value.count, origin=st.here), value.element, None, value.frozen)
    return value


def _packed(st: Stage, value: Value, t: Type) -> Node:
    value = st.settle(value)
    freeze(value)
    return st.pack(value, t, st.here)


def _sized(st: Stage, stream: Stream, count: Node, t: Type) -> ArrayVal:
    room = st.alloc(t, count, st.here, zero=False)

    def step(element: Callable[[], Value], carried: tuple[Node, ...]) -> tuple[None, tuple[Node, ...]]:
        (buffer,) = carried
        st.same_length(buffer, room)
        # the element first: computing it may list loops of its own
        value = _packed(st, element(), t)
        return None, (st.emit("store", buffer, st.index, value),)

    (filled,) = stream.each(st, (room,), step, False)
    st.same_length(filled, room)
    return st.array(filled, t)


def _ranked(st: Stage, stream: Stream, bound: Node, t: Type) -> ArrayVal:
    room = st.alloc(t, bound, st.here, zero=False)

    def step(element: Callable[[], Value], carried: tuple[Node, ...]) -> tuple[None, tuple[Node, ...]]:
        buffer, rank = carried
        st.same_length(buffer, room)
        stored = st.emit("store", buffer, rank, _packed(st, element(), t))
        return None, (stored, st.emit("add_wrap", rank, st.one))

    filled, kept = stream.each(st, (room, st.zero), step, False)
    st.note(kept, 0)
    return st.array(st.emit("array", filled, kept, origin=st.here), t)


def _grown(st: Stage, stream: Stream, t: Type) -> ArrayVal:
    start = growing(st, t)
    assert start.count is not None

    def step(element: Callable[[], Value], carried: tuple[Node, ...]) -> tuple[None, tuple[Node, ...]]:
        cell = ArrayVal(carried[0], t, carried[1], "", st.depth)
        append(st, cell, element(), st.here)
        assert cell.count is not None
        return None, (cell.node, cell.count)

    filled, count = stream.each(st, (start.node, start.count), step, False)
    return st.array(st.emit("array", filled, count, origin=st.here), t)


def _list(st: Stage, stream: ListStream, t: Type, writable: bool) -> ArrayVal:
    items = stream.items
    if not items and writable and t is not NOTHING:
        return growing(st, t)
    if not items:
        return st.empty(t)
    packed = [_packed(st, v, t) for v in items]
    if not writable and is_scalar(t) and all(n.op is CONST for n in packed):
        return st.array(st.data(t, tuple(n.attr for n in packed)), t, None, CONSTANT)
    room = st.alloc(t, st.const(len(items)), st.here, zero=False)
    for k, n in enumerate(packed):
        room = st.emit("store", room, st.const(k), n)
    return st.array(room, t)


def _filled(st: Stage, stream: FillStream, t: Type) -> ArrayVal:
    value = _packed(st, stream.value, t)
    if value.op is CONST and not value.attr and t in (I64, U64, BOOL, CHAR, F64) and str(value.attr) != "-0.0":
        return st.array(st.alloc(t, stream.count, st.here), t)
    return _sized(st, FillStream(st, stream.value, stream.count), stream.count, t)


def _joined(st: Stage, stream: ConcatStream, t: Type) -> ArrayVal | None:
    """Two arrays in memory, one behind the other: two copies, or a constant where both are texts that are constants."""
    parts = [stream.first, stream.second]
    arrays = [p.array for p in parts if isinstance(p, ArrayStream)]
    if len(arrays) != 2 or any(a.element is not t for a in arrays):
        return None
    first, second = arrays
    ahead_text, text = known_text(first), known_text(second)
    if ahead_text is not None and text is not None:
        return st.array(st.data(CHAR, tuple(map(ord, ahead_text + text))), CHAR, None, CONSTANT)
    total = stream.length(st)
    room = st.alloc(t, total, st.here, zero=False)
    ahead = st.count_of(first)
    head = copy_into(st, room, first.node, ahead, st.emit("min", ahead, total))
    index, (carried,) = st.enter_loop(st.count_of(second), (head,))
    st.same_length(carried, room)
    at = st.emit("bounds", st.emit("add_wrap", ahead, index), total, origin=st.here)
    moved = st.emit("load", second.node, place(st, second, index, st.here))
    (result,) = st.leave_loop(None, (st.emit("store", carried, at, moved),))
    st.same_length(result, room)
    return st.array(result, t)

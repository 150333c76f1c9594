"""Arrays: places, loads, stores, growing lists, slices.

Imports `siglum.ir`, the stage and the values.
"""

from __future__ import annotations

from typing import Final

from siglum.frontend.elaborate.stage import ELEMENT, Learned, Refusal, Stage
from siglum.frontend.elaborate.values import ArrayVal, MapVal, OptionVal, TupleVal, Value, type_of
from siglum.ir.node import CONST, PARAM, Node
from siglum.ir.types import NOTHING, Type

FIRST_ROOM: Final = 16
"""Elements a growing list has room for at first."""


def extent(st: Stage, array: ArrayVal) -> Node:
    """The number of elements, in the form that the verifier's index rules accept."""
    if array.count is None:
        return st.length(array.node)
    room = st.length(array.node)
    return array.count if array.count is room else st.emit("min", array.count, room)


def place(st: Stage, array: ArrayVal, index: Node, origin: int) -> Node:
    """`index` as a place of `array`: from the end where negative, checked unless it is the loop's own."""
    return place_among(st, extent(st, array), index, origin)


def place_among(st: Stage, n: Node, index: Node, origin: int) -> Node:
    """`index` as a place among `n` elements."""
    if index.op.name == "bounds" and index.args[1] is n:
        return index
    if index.op is PARAM and index.attr[1] == 0 and 0 < index.attr[0] <= len(st.counts):
        count = st.counts[index.attr[0] - 1]
        if st.equal_before(index.attr[0], count, n) or (count.op.name == "min" and n in count.args):
            return index
    if index.op is CONST:
        if n.op is CONST and 0 <= index.attr < n.attr:
            return index
        if index.attr < 0:
            index = st.emit("add_wrap", n, index)
    elif not st.never_negative(index):
        index = st.emit("select", st.emit("lt", index, st.zero), st.emit("add_wrap", index, n), index)
    return st.emit("bounds", index, n, origin=origin)


def load(st: Stage, array: ArrayVal, at: Node) -> Value:
    """The element at a checked place."""
    if array.element is NOTHING:
        raise Refusal("this list has no elements, so their type is not known", "write it, as in `xs: list[int] = []`", "E-062")
    return st.unpack(st.emit("load", array.node, at), ELEMENT)


def item(st: Stage, array: ArrayVal, index: Node, origin: int) -> Value:
    """`array[index]`."""
    return load(st, array, place(st, array, index, origin))


def freeze(value: Value) -> None:
    """A list that became an element of another cannot be stored into any more."""
    if isinstance(value, ArrayVal):
        value.frozen = ELEMENT
    elif isinstance(value, TupleVal):
        for v in value.items:
            freeze(v)
    elif isinstance(value, OptionVal) and value.held is not None:
        freeze(value.held)
    elif isinstance(value, MapVal):
        freeze(value.keys)
        freeze(value.items)


def writable(array: ArrayVal) -> None:
    """Raises `Refusal` where the array cannot be stored into."""
    if array.frozen:
        raise Refusal(array.frozen, "", "E-066")


def set_item(st: Stage, array: ArrayVal, index: Node, value: Value, origin: int) -> None:
    """`array[index] = value`."""
    writable(array)
    packed = st.pack(st.settle(value), array.element, origin)
    freeze(value)
    at = place(st, array, index, origin)
    st.change(array, st.emit("store", array.node, at, packed), array.count)


def growing(st: Stage, element: Type, room: Node | None = None) -> ArrayVal:
    """An empty list that can grow."""
    made = st.alloc(element, room or st.const(FIRST_ROOM), st.here, zero=False)
    return st.array(made, element, st.zero)


def append(st: Stage, array: ArrayVal, value: Value, origin: int) -> None:
    """`array.append(value)`: in place, into twice the room when it is full."""
    writable(array)
    value = st.settle(value)
    if array.element is NOTHING:
        if st.learning:
            array.element = type_of(value, st)
            raise Learned
        if array.depth < st.depth:
            raise Refusal("the type of this list's elements is not known before the loop",
                          "write it, as in `xs: list[int] = []`", "E-062")  # fmt: skip
        array.element = type_of(value, st)
        made = growing(st, array.element)
        st.change(array, made.node, made.count)
    packed = st.pack(value, array.element, origin)
    freeze(value)
    count = st.count_of(array)
    node = ensure_room(st, array.node, count, array.element, origin)
    at = st.emit("bounds", count, st.length(node), origin=origin)
    st.change(array, st.emit("store", node, at, packed), st.emit("add_wrap", count, st.one))


def ensure_room(st: Stage, buffer: Node, count: Node, element: Type, origin: int) -> Node:
    """`buffer`, or a copy with twice the room where it has only `count` elements."""
    room = st.length(buffer)
    full = st.emit("eq", count, room)

    def grow() -> Node:
        more = st.emit("max", st.emit("add_wrap", room, room), st.const(FIRST_ROOM))
        target = st.alloc(element, more, origin, zero=False)
        return copy_into(st, target, buffer, count, st.emit("min", count, more))

    grown = st.arm(grow)
    kept = st.arm(lambda: buffer)
    (result,) = st.join(full, grown, kept, (grown.value,), (buffer,))
    return result


def copy_into(st: Stage, target: Node, source: Node, count: Node, within: Node) -> Node:
    """`target` with the first elements of `source`: `within` is `count` as a `min` with the room of `target`."""
    source_room = st.length(source)
    runs = within if within is source_room or source_room is count else st.emit("min", within, source_room)
    index, (carried,) = st.enter_loop(runs, (target,))
    st.same_length(carried, target)
    moved = st.emit("store", carried, index, st.emit("load", source, index))
    (result,) = st.leave_loop(None, (moved,))
    st.same_length(result, target)
    return result


def slice_bounds(st: Stage, n: Node, lower: Node | None, upper: Node | None) -> tuple[Node, Node]:
    """Start and length of `xs[lower:upper]` for `n` elements, clamped as Python does."""
    start = st.zero if lower is None else _clamped(st, n, lower)
    end = n if upper is None else _clamped(st, n, upper)
    if start is st.zero:
        return start, end
    return start, st.emit("max", st.emit("sub_wrap", end, start), st.zero)


def _clamped(st: Stage, n: Node, at: Node) -> Node:
    if at.op is CONST:
        if at.attr >= 0:
            return at if at.attr == 0 else st.emit("min", at, n)
        return st.emit("max", st.emit("add_wrap", n, at), st.zero)
    if st.never_negative(at):
        return st.emit("min", at, n)
    from_end = st.emit("max", st.emit("add_wrap", n, at), st.zero)
    return st.emit("select", st.emit("lt", at, st.zero), from_end, st.emit("min", at, n))

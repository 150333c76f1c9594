"""Delayed arrays: each kind says how to run a consumer over its elements, so that chains become one loop.

Imports `siglum.ir`, the stage, the arrays and the values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from siglum.frontend.elaborate.arithmetic import floor_divide
from siglum.frontend.elaborate.arrays import item, load, place, place_among
from siglum.frontend.elaborate.stage import Arm, Refusal, Stage
from siglum.frontend.elaborate.values import ArrayVal, Body, Stream, TupleVal, Value, type_of
from siglum.ir.node import CONST, Node
from siglum.ir.types import CHAR, I64, NOTHING, Type, widened

Function = Callable[[Value], Value]
ENDLESS: Final = 2**63 - 1


class Indexed(Stream):
    """A stream whose elements have places: one loop over them."""

    __slots__ = ()

    def each(self, st: Stage, inits: tuple[Node, ...], body: Body, ends: bool) -> tuple[Node, ...]:
        count = self.length(st)
        assert count is not None
        if count.op is CONST and count.attr <= 0 and not st.trial:
            return inits
        index, carried = st.enter_loop(count, inits)
        again, nexts = body(lambda: self.at(st, index), carried)
        return st.leave_loop(again, nexts)


class ArrayStream(Indexed):
    """The elements of an array; it is read when they are."""

    __slots__ = ("array", "origin")

    def __init__(self, array: ArrayVal, origin: int) -> None:
        super().__init__(widened(array.element))
        self._stops = False
        self.array, self.origin = array, origin

    def length(self, st: Stage) -> Node:
        return st.count_of(self.array)

    def at(self, st: Stage, index: Node) -> Value:
        array = self.array
        # a stage may ask for another place than the loop's own, within the length all the same
        return load(st, array, place(st, array, index, self.origin))


class ViewStream(Indexed):
    """A slice of an array; settling one of a list that can still change makes a copy."""

    __slots__ = ("array", "count", "origin", "start")

    def __init__(self, array: ArrayVal, start: Node, count: Node, origin: int) -> None:
        super().__init__(widened(array.element))
        self._stops = False
        self.array, self.start, self.count, self.origin = array, start, count, origin

    def view(self, st: Stage) -> ArrayVal:
        """The same elements without a copy."""
        made = st.emit("view", self.array.node, self.start, self.count, origin=self.origin)
        return st.array(made, self.array.element, None, self.array.frozen)

    def length(self, st: Stage) -> Node:
        return self.count

    def at(self, st: Stage, index: Node) -> Value:
        return item(st, self.view(st), index, self.origin)

    def each(self, st: Stage, inits: tuple[Node, ...], body: Body, ends: bool) -> tuple[Node, ...]:
        return ArrayStream(self.view(st), self.origin).each(st, inits, body, ends)


class WindowStream(Indexed):
    """A slice of a delayed list."""

    __slots__ = ("count", "source", "start")

    def __init__(self, source: Stream, start: Node, count: Node) -> None:
        super().__init__(source._element)
        self.source, self.start, self.count = source, start, count

    def length(self, st: Stage) -> Node:
        return self.count

    def at(self, st: Stage, index: Node) -> Value:
        at = index if self.start is st.zero else st.emit("add_wrap", self.start, index)
        st.note(at, 0)
        return self.source.at(st, at)


class RangeStream(Indexed):
    """`start, start + step, ...` up to `stop`, which is left out."""

    __slots__ = ("count", "least", "start", "step")

    def __init__(self, st: Stage, start: Node, stop: Node, step: Node) -> None:
        super().__init__(I64)
        self._stops = False
        self.start, self.step = start, step
        self.least = None
        if st.never_negative(step):
            self.least = st.at_least(start)
        elif step.op is CONST:
            end = st.at_least(stop)
            self.least = None if end is None else end + 1
        self.count = _range_count(st, start, stop, step)

    def length(self, st: Stage) -> Node:
        return self.count

    def at(self, st: Stage, index: Node) -> Node:
        # inside the range, so it fits
        scaled = index if self.step is st.one else st.emit("mul_wrap", index, self.step)
        value = scaled if self.start is st.zero else st.emit("add_wrap", self.start, scaled)
        if self.least is not None:
            st.note(value, self.least)
        return value


def _range_count(st: Stage, start: Node, stop: Node, step: Node) -> Node:
    if start is st.zero and step is st.one:
        return stop if st.never_negative(stop) else st.emit("max", stop, st.zero)
    if start.op is CONST and stop.op is CONST and step.op is CONST:
        return st.const(min(len(range(start.attr, stop.attr, step.attr)), ENDLESS))
    low, high, size = start, stop, step
    if step.op is CONST and step.attr < 0:
        low, high, size = stop, start, st.const(-step.attr)
    elif not st.never_negative(step):
        upward = st.emit("lt", st.zero, step)
        low, high = st.emit("select", upward, start, stop), st.emit("select", upward, stop, start)
        size = st.emit("max", step, st.emit("sub", st.zero, step, origin=st.here))
    high = st.emit("max", high, low)
    if st.never_negative(low):
        apart = st.emit("sub_wrap", high, low)
    else:
        # bounds may lie further apart than i64 holds
        apart = st.emit("sub", high, low, origin=st.here)
    st.note(apart, 0)
    if size is st.one:
        return apart
    rounded = st.emit("add", apart, st.emit("sub_wrap", size, st.one), origin=st.here)
    st.note(rounded, 0)
    st.note(size, 1)
    count = floor_divide(st, rounded, size, st.here)
    st.note(count, 0)
    return count


class ZipStream(Indexed):
    """Several streams side by side, as long as the shortest."""

    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[Stream]) -> None:
        super().__init__()
        self.parts = parts

    def length(self, st: Stage) -> Node:
        counts = list(dict.fromkeys(p.length(st) for p in self.parts))
        shortest = counts[0]
        assert shortest is not None
        for c in counts[1:]:
            assert c is not None
            shortest = st.emit("min", shortest, c)
        return shortest

    def at(self, st: Stage, index: Node) -> Value:
        return TupleVal(tuple(p.at(st, index) for p in self.parts))

    def with_sources(self, change: Callable[[Stream], Stream]) -> Stream:
        return ZipStream([change(p) for p in self.parts])


class CountedStream(Stream):
    """`enumerate`: a counter beside each element, from `start` on."""

    __slots__ = ("source", "start")

    def __init__(self, source: Stream, start: Node) -> None:
        super().__init__()
        self.source, self.start = source, start

    def length(self, st: Stage) -> Node | None:
        return self.source.length(st)

    def bound(self, st: Stage) -> Node | None:
        return self.source.bound(st)

    def at(self, st: Stage, index: Node) -> Value:
        return TupleVal((self._number(st, index), self.source.at(st, index)))

    def _number(self, st: Stage, index: Node) -> Node:
        return index if self.start is st.zero else st.emit("add_wrap", self.start, index)

    def each(self, st: Stage, inits: tuple[Node, ...], body: Body, ends: bool) -> tuple[Node, ...]:
        count = self.source.length(st)
        if count is not None:
            return Indexed.each(self, st, inits, body, ends)  # type: ignore[arg-type]

        def step(element: Callable[[], Value], carried: tuple[Node, ...]) -> tuple[Node | None, tuple[Node, ...]]:
            rank = carried[-1]
            st.note(rank, 0)
            again, nexts = body(lambda: TupleVal((self._number(st, rank), element())), carried[:-1])
            return again, (*nexts, st.emit("add_wrap", rank, st.one))

        return self.source.each(st, (*inits, st.zero), step, ends)[:-1]

    def with_sources(self, change: Callable[[Stream], Stream]) -> Stream:
        return CountedStream(change(self.source), self.start)


class MapStream(Stream):
    """A function of each element of a stream."""

    __slots__ = ("function", "source")

    def __init__(self, source: Stream, function: Function, element: Type | None = None) -> None:
        super().__init__(element)
        self.source, self.function = source, function

    def length(self, st: Stage) -> Node | None:
        return self.source.length(st)

    def bound(self, st: Stage) -> Node | None:
        return self.source.bound(st)

    def at(self, st: Stage, index: Node) -> Value:
        return self.function(self.source.at(st, index))

    def each(self, st: Stage, inits: tuple[Node, ...], body: Body, ends: bool) -> tuple[Node, ...]:
        functions = [self.function]
        source = self.source
        while type(source) is MapStream:
            functions.append(source.function)
            source = source.source
        functions.reverse()

        def step(element: Callable[[], Value], carried: tuple[Node, ...]) -> tuple[Node | None, tuple[Node, ...]]:
            def last() -> Value:
                value = element()
                for function in functions:
                    value = function(value)
                return value

            return body(last, carried)

        return source.each(st, inits, step, ends)

    def with_sources(self, change: Callable[[Stream], Stream]) -> Stream:
        return MapStream(change(self.source), self.function, self._element)


class FilterStream(Stream):
    """The elements for which a condition holds."""

    __slots__ = ("condition", "source")

    def __init__(self, source: Stream, condition: Callable[[Value], Node], element: Type | None = None) -> None:
        super().__init__(element)
        self.source, self.condition = source, condition

    def bound(self, st: Stage) -> Node | None:
        return self.source.bound(st)

    def each(self, st: Stage, inits: tuple[Node, ...], body: Body, ends: bool) -> tuple[Node, ...]:
        def step(element: Callable[[], Value], carried: tuple[Node, ...]) -> tuple[Node | None, tuple[Node, ...]]:
            x = element()
            return only_if(st, self.condition(x), lambda: body(lambda: x, carried), carried, ends)

        return self.source.each(st, inits, step, ends)

    def with_sources(self, change: Callable[[Stream], Stream]) -> Stream:
        return FilterStream(change(self.source), self.condition, self._element)


def only_if(
    st: Stage,
    condition: Node,
    run: Callable[[], tuple[Node | None, tuple[Node, ...]]],
    carried: tuple[Node, ...],
    ends: bool,
) -> tuple[Node | None, tuple[Node, ...]]:
    """A consumer's step where `condition` holds; else it goes on with the values as they are."""
    if condition.op is CONST and not st.trial:
        return run() if condition.attr else (None, carried)
    then = st.arm(run)
    again, nexts = then.value
    none = Arm([], {}, {}, None)
    if not ends or again is None:
        return None, st.join(condition, then, none, nexts, carried)
    joined = st.join(condition, then, none, (again, *nexts), (st.true, *carried))
    return joined[0], joined[1:]


class ReversedStream(Indexed):
    """The elements from the last to the first."""

    __slots__ = ("source",)

    def __init__(self, source: Stream) -> None:
        super().__init__()
        self.source = source

    def length(self, st: Stage) -> Node:
        count = self.source.length(st)
        assert count is not None
        return count

    def at(self, st: Stage, index: Node) -> Value:
        last = st.emit("sub_wrap", self.length(st), st.one)
        mirrored = st.emit("sub_wrap", last, index)
        st.note(mirrored, 0)
        return self.source.at(st, mirrored)

    def with_sources(self, change: Callable[[Stream], Stream]) -> Stream:
        return ReversedStream(change(self.source))


class FlatStream(Stream):
    """For each element of a stream the elements of another."""

    __slots__ = ("inner", "source")

    def __init__(self, source: Stream, inner: Callable[[Value], Stream], element: Type | None = None) -> None:
        super().__init__(element)
        self.source, self.inner = source, inner

    def each(self, st: Stage, inits: tuple[Node, ...], body: Body, ends: bool) -> tuple[Node, ...]:
        def flagged(element: Callable[[], Value], carried: tuple[Node, ...]) -> tuple[Node | None, tuple[Node, ...]]:
            again, nexts = body(element, carried[:-1])
            again = st.true if again is None else again
            return again, (*nexts, again)

        def step(element: Callable[[], Value], carried: tuple[Node, ...]) -> tuple[Node | None, tuple[Node, ...]]:
            inner = self.inner(element())
            if not ends:
                return None, inner.each(st, carried, body, False)
            results = inner.each(st, (*carried, st.true), flagged, True)
            return results[-1], results[:-1]

        return self.source.each(st, inits, step, ends)

    def with_sources(self, change: Callable[[Stream], Stream]) -> Stream:
        return FlatStream(change(self.source), lambda x: change(self.inner(x)), self._element)


class ConcatStream(Indexed):
    """One stream behind the other; both have known lengths."""

    __slots__ = ("first", "second")

    def __init__(self, first: Stream, second: Stream) -> None:
        super().__init__()
        self.first, self.second = first, second

    def length(self, st: Stage) -> Node:
        x, y = self.first.length(st), self.second.length(st)
        assert x is not None and y is not None
        # lengths are counts of elements in memory, so their sum fits
        total = st.emit("add_wrap", x, y)
        st.note(total, 0)
        return total

    def at(self, st: Stage, index: Node) -> Value:
        split = self.first.length(st)
        assert split is not None

        def later() -> Value:
            rest = st.emit("sub_wrap", index, split)
            st.note(rest, 0)
            return self.second.at(st, rest)

        return st.either(st.emit("lt", index, split), lambda: self.first.at(st, index), later)

    def element(self, st: Stage) -> Type:
        if self._element is None:
            first = self.first.element(st)
            self._element = self.second.element(st) if first is NOTHING else first
        return self._element


class FillStream(Indexed):
    """One value, `count` times."""

    __slots__ = ("count", "value")

    def __init__(self, st: Stage, value: Value, count: Node) -> None:
        super().__init__(type_of(value, st))
        self._stops = False
        self.value, self.count = value, count

    def length(self, st: Stage) -> Node:
        return self.count

    def at(self, st: Stage, index: Node) -> Value:
        return self.value


class ListStream(Indexed):
    """`[a, b, c]`: a list whose memory is made when it is needed."""

    __slots__ = ("items",)

    def __init__(self, items: Sequence[Value], element: Type) -> None:
        super().__init__(element)
        self._stops = False
        self.items = items

    def length(self, st: Stage) -> Node:
        return st.const(len(self.items))

    def at(self, st: Stage, index: Node) -> Value:
        if index.op is CONST:
            at = int(index.attr) + (len(self.items) if index.attr < 0 else 0)
            if 0 <= at < len(self.items):
                return self.items[at]
        return item(st, self.settled(st), index, st.here)

    def settled(self, st: Stage) -> ArrayVal:
        """The list in memory; constants become constant data."""
        made: ArrayVal = st.collect(st, self, None)
        return made

    def each(self, st: Stage, inits: tuple[Node, ...], body: Body, ends: bool) -> tuple[Node, ...]:
        if not self.items:
            return inits
        return ArrayStream(self.settled(st), st.here).each(st, inits, body, ends)


def stream_of(st: Stage, value: Value, origin: int) -> Stream:
    """Anything that can be iterated over. Raises `Refusal`."""
    if isinstance(value, Stream):
        return value
    if isinstance(value, Node) and value.type is CHAR:
        value = st.as_text(value)
    if isinstance(value, ArrayVal):
        return ArrayStream(value, origin)
    raise Refusal("this cannot be iterated over", "iterate over a list, a text or a range", "E-067")


def strict(st: Stage, stream: Stream) -> Stream:
    """The same elements for a consumer that may not want all: those that Python would compute first are, where computing
    them may stop.
    """
    if stream.eager and stream.stops(st):
        settled = st.settle(stream)
        assert isinstance(settled, ArrayVal)
        return ArrayStream(settled, st.here)
    return stream.with_sources(lambda s: strict(st, s))


def item_of(st: Stage, stream: Stream, index: Node, origin: int) -> Value:
    """One element of a stream of known length that cannot stop."""
    count = stream.length(st)
    assert count is not None
    return stream.at(st, place_among(st, count, index, origin))


def placed(st: Stage, value: Value, origin: int) -> Stream:
    """As `stream_of`, with known length: a filtered one is settled first."""
    stream = stream_of(st, value, origin)
    if stream.length(st) is None:
        settled = st.settle(stream)
        assert isinstance(settled, ArrayVal)
        return ArrayStream(settled, origin)
    return stream

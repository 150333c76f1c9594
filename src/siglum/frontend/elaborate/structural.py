"""Equality, order and membership of whole values: lists, texts, pairs, options.

Imports `siglum.ir`, the stage, the streams and the values.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial

from siglum.frontend.elaborate.arithmetic import compare, mismatch
from siglum.frontend.elaborate.arrays import item
from siglum.frontend.elaborate.stage import Stage
from siglum.frontend.elaborate.streams import ArrayStream, ListStream, ZipStream, placed, stream_of, strict
from siglum.frontend.elaborate.values import ArrayVal, MapVal, OptionVal, Stream, TupleVal, Value, known_text, type_of
from siglum.ir.node import Node
from siglum.ir.types import CHAR, F32, F64, Type

_FEW: int = 8


def _as_character(st: Stage, text: Value, beside: Value) -> Value:
    """A constant text of one character as that character, where a character stands beside it."""
    if isinstance(beside, Node) and beside.type is CHAR:
        known = known_text(text)
        if known is not None and len(known) == 1:
            return st.const(ord(known), CHAR)
    return text


def same_kind(st: Stage, x: Value, y: Value) -> tuple[Value, Value]:
    """Both sides as characters or both as texts, where they are texts."""
    x, y = _as_character(st, x, y), _as_character(st, y, x)
    if isinstance(x, Node) and x.type is CHAR and isinstance(y, (ArrayVal, Stream)):
        return st.as_text(x), y
    if isinstance(y, Node) and y.type is CHAR and isinstance(x, (ArrayVal, Stream)):
        return x, st.as_text(y)
    return x, y


def equal(st: Stage, x: Value, y: Value, origin: int) -> Node:
    """Whether two values are equal, as Python's `==` has it. Raises `Refusal`."""
    if x is y and isinstance(x, ArrayVal) and not _may_be_nan(x.element):
        return st.true
    x, y = same_kind(st, x, y)
    if isinstance(x, Node) and isinstance(y, Node):
        return compare(st, ast.Eq, x, y, origin)
    if isinstance(x, (ArrayVal, Stream)) and isinstance(y, (ArrayVal, Stream)):
        return _equal_arrays(st, _complete(st, x, origin), _complete(st, y, origin), origin)
    if isinstance(x, TupleVal) and isinstance(y, TupleVal) and len(x.items) == len(y.items):
        pairs = list(zip(x.items, y.items, strict=True))
        return _all(st, [partial(equal, st, a, b, origin) for a, b in pairs])
    if isinstance(x, OptionVal) or isinstance(y, OptionVal):
        return _equal_options(st, x, y, origin)
    if isinstance(x, MapVal) and isinstance(y, MapVal):
        return _equal_maps(st, x, y, origin)
    raise mismatch("==", type_of(x, st), type_of(y, st))


def _equal_maps(st: Stage, x: MapVal, y: MapVal, origin: int) -> Node:
    """As many entries, and each of the one in the other; their order does not count."""
    m, n = st.count_of(x.keys), st.count_of(y.keys)
    ours, theirs = (ZipStream([ArrayStream(v.keys, origin), ArrayStream(v.items, origin)]) for v in (x, y))

    def stands_in_theirs(entry: Callable[[], Value], carried: tuple[Node, ...]) -> tuple[Node, tuple[Node, ...]]:
        wanted = entry()

        def is_it(other: Callable[[], Value], found: tuple[Node, ...]) -> tuple[Node, tuple[Node, ...]]:
            same = equal(st, wanted, other(), origin)
            return st.emit("not", same), (same,)

        (found,) = theirs.each(st, (st.false,), is_it, True)
        return found, (found,)

    return st.both(st.emit("eq", m, n), lambda: ours.each(st, (st.true,), stands_in_theirs, True)[0])


def _may_be_nan(t: Type) -> bool:
    return t is F64 or t is F32 or any(map(_may_be_nan, t.args))


def _complete(st: Stage, value: Value, origin: int) -> Stream:
    """A list of known length whose elements cannot stop: comparing ends at the first difference, computing must not."""
    stream = placed(st, value, origin)
    return placed(st, st.settle(stream), origin) if stream.stops(st) else stream


def _all(st: Stage, tests: list[Callable[[], Node]]) -> Node:
    result = st.true
    for test in tests:
        result = st.both(result, test)
    return result


def _equal_arrays(st: Stage, x: Stream, y: Stream, origin: int) -> Node:
    if isinstance(x, ListStream):
        x = ArrayStream(x.settled(st), origin)
    if isinstance(y, ListStream):
        y = ArrayStream(y.settled(st), origin)
    m, n = x.length(st), y.length(st)
    assert m is not None and n is not None
    alike = st.emit("eq", m, n)
    if alike is st.false:
        return alike

    def step(element: Callable[[], Value], carried: tuple[Node, ...]) -> tuple[Node, tuple[Node, ...]]:
        pair = element()
        assert isinstance(pair, TupleVal)
        same = equal(st, pair.items[0], pair.items[1], origin)
        return same, (same,)

    def whole() -> Node:
        (result,) = ZipStream((x, y)).each(st, (st.true,), step, True)
        return result

    return st.both(alike, whole)


def _equal_options(st: Stage, x: Value, y: Value, origin: int) -> Node:
    p = x if isinstance(x, OptionVal) else OptionVal(st.true, x)
    q = y if isinstance(y, OptionVal) else OptionVal(st.true, y)
    if p.held is None or q.held is None:
        return st.emit("not", q.present if p.held is None else p.present)
    a, b = p.held, q.held
    alike = st.emit("eq", p.present, q.present)
    return st.both(alike, lambda: st.any_of(st.emit("not", p.present), lambda: equal(st, a, b, origin)))


def less(st: Stage, x: Value, y: Value, origin: int) -> Node:
    """Whether x < y, as Python has it for numbers, texts, lists and tuples. Raises `Refusal`."""
    x, y = same_kind(st, x, y)
    if isinstance(x, Node) and isinstance(y, Node):
        return compare(st, ast.Lt, x, y, origin)
    if isinstance(x, (ArrayVal, Stream)) and isinstance(y, (ArrayVal, Stream)):
        return _less_arrays(st, placed(st, st.settle(x), origin), placed(st, st.settle(y), origin), origin)
    if isinstance(x, TupleVal) and isinstance(y, TupleVal) and len(x.items) == len(y.items):
        return _less_parts(st, list(zip(x.items, y.items, strict=True)), origin)
    raise mismatch("<", type_of(x, st), type_of(y, st))


def _less_parts(st: Stage, parts: list[tuple[Value, Value]], origin: int) -> Node:
    if not parts:
        return st.false
    (a, b), rest = parts[0], parts[1:]
    if not rest:
        return less(st, a, b, origin)
    return st.any_of(less(st, a, b, origin), lambda: st.both(equal(st, a, b, origin), lambda: _less_parts(st, rest, origin)))


def _less_arrays(st: Stage, x: Stream, y: Stream, origin: int) -> Node:
    m, n = x.length(st), y.length(st)
    assert m is not None and n is not None

    def step(element: Callable[[], Value], carried: tuple[Node, ...]) -> tuple[Node, tuple[Node, ...]]:
        pair = element()
        assert isinstance(pair, TupleVal)
        a, b = pair.items
        same = equal(st, a, b, origin)
        return same, (same, less(st, a, b, origin))

    level, before = ZipStream((x, y)).each(st, (st.true, st.false), step, True)
    return st.choose(level, st.emit("lt", m, n), before)


def contains(st: Stage, container: Value, x: Value, origin: int) -> Node:
    """`x in container`. Raises `Refusal`."""
    if isinstance(container, MapVal):
        container = container.keys
    if isinstance(container, TupleVal):
        return _one_of(st, list(container.items), x, origin)
    known = known_text(container)
    if known is not None and isinstance(x, Node) and x.type is CHAR and len(known) <= _FEW:
        return _one_of(st, [st.const(ord(c), CHAR) for c in known], x, origin)
    if isinstance(container, ListStream) and len(container.items) <= _FEW:
        return _one_of(st, list(container.items), x, origin)
    stream = stream_of(st, container, origin)
    if stream.element(st) is CHAR:
        x = _as_character(st, x, st.const(0, CHAR))
        if isinstance(x, (ArrayVal, Stream)):
            return _holds_text(st, st.settle(stream), st.settle(x), origin)

    def step(element: Callable[[], Value], carried: tuple[Node, ...]) -> tuple[Node, tuple[Node, ...]]:
        found = equal(st, element(), x, origin)
        return st.emit("not", found), (found,)

    (result,) = strict(st, stream).each(st, (st.false,), step, True)
    return result


def _one_of(st: Stage, values: list[Value], x: Value, origin: int) -> Node:
    result = st.false
    for v in values:
        result = st.any_of(result, partial(equal, st, x, v, origin))
    return result


def _holds_text(st: Stage, text: Value, part: Value, origin: int) -> Node:
    return st.emit("le", st.zero, find(st, text, part, origin))


def find(st: Stage, text: Value, part: Value, origin: int) -> Node:
    """Where `part` first stands in `text`, else -1."""
    assert isinstance(text, ArrayVal) and isinstance(part, ArrayVal)
    n, m = st.count_of(text), st.count_of(part)
    tries = st.emit("max", st.emit("add_wrap", st.emit("sub_wrap", n, m), st.one), st.zero)
    start, (place,) = st.enter_loop(tries, (st.const(-1),))
    offset, _ = st.enter_loop(m, (st.true,))
    here = st.emit("add_wrap", start, offset)
    st.note(here, 0)
    alike = equal(st, item(st, text, here, origin), item(st, part, offset, origin), origin)
    (whole,) = st.leave_loop(alike, (alike,))
    found = st.choose(whole, start, place)
    (result,) = st.leave_loop(st.emit("not", whole), (found,))
    return result

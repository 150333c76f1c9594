"""Methods of lists, texts and dicts.

Imports `siglum.ir`, the Python front end and the modules beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from siglum.frontend.elaborate import arrays
from siglum.frontend.elaborate.collect import copied
from siglum.frontend.elaborate.frame import Frame, Span
from siglum.frontend.elaborate.instances import Site, call_definition
from siglum.frontend.elaborate.library import METHODS
from siglum.frontend.elaborate.stage import Refusal, Stage, spelled
from siglum.frontend.elaborate.streams import (
    ArrayStream,
    ConcatStream,
    CountedStream,
    FlatStream,
    MapStream,
    ViewStream,
    ZipStream,
    stream_of,
    strict,
)
from siglum.frontend.elaborate.structural import equal, find
from siglum.frontend.elaborate.values import (
    ArrayVal,
    MapVal,
    OptionVal,
    Stream,
    TupleVal,
    Value,
    known_text,
    type_of,
)
from siglum.frontend.python.definition import definition_of_word
from siglum.ir.node import Node
from siglum.ir.types import CHAR, I64, NOTHING, STR

# Methods ----------------------------------------------------------------------------------------------------
_NEAREST: Final = {
    "upper": "the word `upper` changes one character (ASCII)", "lower": "the word `lower` changes one character (ASCII)",
    "sort": "write `xs = sorted(xs)`", "reverse": "write `xs = xs[::-1]`",
    "insert": "build a new list", "remove": "build a new list", "clear": "write `xs = []`", "isdigit": "compare characters",
    "isalpha": "compare characters", "isspace": "compare characters", "format": "join texts with `+`",
}  # fmt: skip


def call_method(f: Frame, base: Value, name: str, values: list[Value], span: Span) -> Value:
    """`base.name(...)`. Raises `Refusal`."""
    st, origin = f.st, f.at(span)
    if isinstance(base, MapVal):
        return _map_method(f, base, name, values, origin)
    if isinstance(base, Node) and base.type is CHAR:
        base = st.as_text(base)
    if not isinstance(base, (ArrayVal, Stream)):
        raise Refusal(f"{spelled(type_of(base, st))} has no method `{name}` here", "", "E-055")
    if isinstance(base, ArrayVal):
        if name == "append" and len(values) == 1:
            arrays.append(st, base, values[0], origin)
            return OptionVal(st.false, None)
        if name == "extend" and len(values) == 1:
            extend(f, base, values[0], origin)
            return OptionVal(st.false, None)
        if name == "pop" and not values:
            return _pop(st, base, origin)
        if name == "copy" and not values:
            return copied(st, base)
    if name == "count" and len(values) == 1:
        return _count(st, base, values[0], origin)
    if name == "index" and len(values) == 1 and type_of(base, st) is not STR:
        return _index(st, base, values[0], origin)
    if type_of(base, st) is STR:
        return _text_method(f, base, name, values, span)
    raise Refusal(f"the method `{name}` is outside the subset", _NEAREST.get(name, ""), "E-055")


def extend(f: Frame, target: ArrayVal, value: Value, origin: int) -> None:
    """`target.extend(value)`: element by element."""
    st = f.st
    arrays.writable(target)
    source = stream_of(st, st.settle(value), origin)
    if target.element is NOTHING:
        made = arrays.growing(st, source.element(st))
        target.element = made.element
        st.change(target, made.node, made.count)
    if isinstance(source, ArrayStream) and source.array is target:
        source = ArrayStream(copied(st, target), origin)

    def step(x: Callable[[], Value], c: tuple[Node, ...]) -> tuple[None, tuple[Node, ...]]:
        cell = ArrayVal(c[0], target.element, c[1], "", st.depth)
        arrays.append(st, cell, x(), origin)
        assert cell.count is not None
        return None, (cell.node, cell.count)

    node, count = source.each(st, (target.node, st.count_of(target)), step, False)
    st.change(target, node, count)


def _pop(st: Stage, base: ArrayVal, origin: int) -> Value:
    arrays.writable(base)
    count = st.count_of(base)
    last = st.emit("sub_wrap", count, st.one)
    # the place, not the difference, is the new count: the verifier knows that it is never negative
    place = st.emit("bounds", last, arrays.extent(st, base), origin=origin)
    value = arrays.load(st, base, place)
    st.change(base, base.node, place)
    return value


def _count(st: Stage, base: Value, x: Value, origin: int) -> Node:
    if type_of(base, st) is STR and isinstance(x, (ArrayVal, Stream)) and len(known_text(x) or "ab") != 1:
        raise Refusal("`count` counts single characters here", "", "E-055")

    def step(e: Callable[[], Value], c: tuple[Node, ...]) -> tuple[None, tuple[Node, ...]]:
        return None, (st.emit("add_wrap", c[0], st.emit("cast", equal(st, e(), x, origin), attr=I64)),)

    (result,) = stream_of(st, base, origin).each(st, (st.zero,), step, False)
    return result


def _index(st: Stage, base: Value, x: Value, origin: int) -> Node:
    def step(e: Callable[[], Value], c: tuple[Node, ...]) -> tuple[Node, tuple[Node, ...]]:
        found = equal(st, e(), x, origin)
        return st.emit("not", found), (found, st.choose(found, c[1], st.emit("add_wrap", c[1], st.one)))

    found, place = strict(st, stream_of(st, base, origin)).each(st, (st.false, st.zero), step, True)
    st.emit("require", found, attr="argument", origin=origin)
    return place


def _text_method(f: Frame, base: Value, name: str, values: list[Value], span: Span) -> Value:
    st, origin = f.st, f.at(span)
    if name == "join" and len(values) == 1:
        return _join(st, base, values[0], origin)
    texts = [st.as_text(v) if isinstance(v, Node) and v.type is CHAR else v for v in values]
    if name in ("startswith", "endswith", "find", "index") and len(texts) == 1 and type_of(texts[0], st) is STR:
        text, part = st.settle(base), st.settle(texts[0])
        assert isinstance(text, ArrayVal) and isinstance(part, ArrayVal)
        if name in ("find", "index"):
            at = find(st, text, part, origin)
            if name == "index":
                st.emit("require", st.emit("le", st.zero, at), attr="argument", origin=origin)
            return at
        return _edge(st, text, part, origin, at_end=name == "endswith")
    function = METHODS.get((name, len(texts)))
    if function is not None:
        return call_definition(Site(st, st.session, origin, origin), definition_of_word(function), [base, *texts])
    raise Refusal(f"the method `{name}` of texts is outside the subset", _NEAREST.get(name, ""), "E-055")


def _edge(st: Stage, text: ArrayVal, part: ArrayVal, origin: int, *, at_end: bool) -> Node:
    n, m = st.count_of(text), st.count_of(part)
    start = st.emit("sub_wrap", n, m) if at_end else st.zero

    def compare_all() -> Node:
        return equal(st, ViewStream(text, start, m, origin), part, origin)

    return st.both(st.emit("le", m, n), compare_all)


def _join(st: Stage, separator: Value, parts: Value, origin: int) -> Value:
    source = stream_of(st, parts, origin)
    element = source.element(st)
    if element is CHAR and known_text(separator) == "":
        return source
    if element is CHAR:
        source = MapStream(source, lambda x: st.as_text(x) if isinstance(x, Node) else x, STR)
    elif element is not STR:
        raise Refusal(f"`join` needs texts; here it gets list[{spelled(element)}]", "", "E-063")
    if known_text(separator) == "":
        return FlatStream(source, lambda x: stream_of(st, x, origin), CHAR)
    settled = st.settle(separator)
    assert isinstance(settled, ArrayVal)
    length = st.count_of(settled)

    def inner(pair: Value) -> Stream:
        assert isinstance(pair, TupleVal) and isinstance(pair.items[0], Node)
        ahead = st.emit("select", st.emit("eq", pair.items[0], st.zero), st.zero, length)
        return ConcatStream(ViewStream(settled, st.zero, ahead, origin), stream_of(st, pair.items[1], origin))

    return FlatStream(CountedStream(source, st.zero), inner, CHAR)


def _map_method(f: Frame, base: MapVal, name: str, values: list[Value], origin: int) -> Value:
    st = f.st
    if name == "keys" and not values:
        return base.keys
    if name == "values" and not values:
        return base.items
    if name == "items" and not values:
        return ZipStream((ArrayStream(base.keys, origin), ArrayStream(base.items, origin)))
    if name == "get" and 1 <= len(values) <= 2:
        found = map_get(f, base, values[0], origin)
        if len(values) == 1:
            return found
        assert found.held is not None
        held = found.held
        return st.either(found.present, lambda: held, lambda: values[1])
    raise Refusal(f"the method `{name}` of dicts is outside the subset", "", "E-055")


def map_get(f: Frame, base: MapVal, key: Value, origin: int) -> OptionVal:
    """The value a map holds for `key`, if any: the keys are looked through in order."""
    st = f.st

    def step(e: Callable[[], Value], c: tuple[Node, ...]) -> tuple[Node, tuple[Node, ...]]:
        found = equal(st, e(), key, origin)
        return st.emit("not", found), (found, st.choose(found, c[1], st.emit("add_wrap", c[1], st.one)))

    found, place = ArrayStream(base.keys, origin).each(st, (st.false, st.zero), step, True)
    then = st.arm(lambda: arrays.item(st, base.items, place, origin))
    otherwise = st.arm(lambda: st.zero_like(then.value))
    return OptionVal(found, st.merge(found, then, otherwise))

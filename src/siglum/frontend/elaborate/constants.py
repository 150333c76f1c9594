"""Constants, list displays and truth values.

Imports `siglum.ir`, the frame, the stage, the streams and the values.
"""

from __future__ import annotations

from typing import Any

from siglum.frontend.elaborate import arithmetic
from siglum.frontend.elaborate.frame import Frame, Span
from siglum.frontend.elaborate.stage import CONSTANT, Refusal, spelled
from siglum.frontend.elaborate.streams import ListStream
from siglum.frontend.elaborate.values import ArrayVal, MapVal, OptionVal, Stream, TupleVal, Value, type_of
from siglum.ir.node import Node
from siglum.ir.types import BOOL, CHAR, F64, NOTHING, U64, Option, Type


def truth(f: Frame, value: Value, span: Span) -> Node:
    """Whether a value counts as true, as in `if value:`."""
    if isinstance(value, Node):
        return arithmetic.truth(f.st, value)
    if isinstance(value, ArrayVal):
        return f.st.emit("ne", f.st.count_of(value), f.st.zero)
    if isinstance(value, Stream):
        return truth(f, f.st.settle(value), span)
    if isinstance(value, MapVal):
        return truth(f, value.keys, span)
    if isinstance(value, TupleVal):
        return f.st.const(bool(value.items), BOOL)
    if isinstance(value, OptionVal):
        raise f.refuse("this may be None", span, "write `is None` or `is not None`", "E-064")
    raise f.refuse("a function is no truth value", span, "call it")


def constant_value(f: Frame, value: Any, span: Span) -> Value:
    """The value of a Python constant."""
    st = f.st
    if value is None:
        return OptionVal(st.false, None)
    if isinstance(value, bool):
        return st.const(value, BOOL)
    if isinstance(value, int):
        if -(2**63) <= value < 2**63:
            return st.const(value)
        if value < 2**64:
            return st.const(value, U64)
        raise f.refuse("this integer does not fit 64 bits", span, "", "E-018")
    if isinstance(value, float):
        return st.const(value, F64)
    if isinstance(value, str):
        if any(0xD800 <= ord(c) <= 0xDFFF for c in value):
            raise f.refuse("a surrogate is no character", span, "", "E-018")
        return st.array(st.data(CHAR, tuple(map(ord, value))), CHAR, None, CONSTANT)
    if isinstance(value, (tuple, list)):
        return list_of(f, [constant_value(f, v, span) for v in value])
    raise f.refuse(f"a constant of type {type(value).__name__} is outside the subset", span, "", "E-055")


def list_of(f: Frame, items: list[Value]) -> ListStream:
    """A list display; its elements have one type, literals beside floats become floats."""
    st = f.st
    if not items:
        return ListStream((), NOTHING)
    wanted: Type | None = None
    for v in items:
        if isinstance(v, Node) and v.type in (F64, U64):
            wanted = v.type
    if wanted is not None:
        items = [st.promote(v, wanted) if isinstance(v, Node) else v for v in items]
    types = list(dict.fromkeys(type_of(v, st) for v in items))
    if len(types) > 1 and any(t.kind == "option" for t in types):
        held = next((t for t in types if t.kind != "option" or t.element is not NOTHING), None)
        element = held.element if held is not None and held.kind == "option" else held
        if element is not None:
            items = [st.coerce(v, Option(element), st.here) for v in items]
            types = [Option(element)]
    if len(types) > 1:
        filled = [t for t in types if not (t.kind == "array" and t.element is NOTHING)]
        if len(filled) == 1:
            items = [st.coerce(v, filled[0], st.here) for v in items]
            types = filled
    if len(types) > 1:
        first, second = spelled(types[0]), spelled(types[1])
        raise Refusal(f"a list holds one type, here {first} and {second}", "give all elements one type", "E-061")
    return ListStream(tuple(items), types[0])

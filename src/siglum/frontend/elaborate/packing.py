"""`Packing`: values into the nodes of IR types and back, conversions between types, and why one does not fit.

Imports `siglum.ir`, the regions and the values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from siglum.frontend.elaborate.regions import Regions
from siglum.frontend.elaborate.values import (
    ArrayVal,
    Closure,
    MapVal,
    OptionVal,
    Stream,
    TupleVal,
    Value,
    type_of,
)
from siglum.ir.node import CONST, RESULT, Node
from siglum.ir.types import (
    BOOL,
    CHAR,
    F32,
    F64,
    I64,
    NOTHING,
    RANGES,
    STR,
    U64,
    Array,
    Type,
    is_scalar,
    widened,
)

PARAMETER: Final = "a parameter cannot be stored into; copy it first, as in `list(xs)`"
ELEMENT: Final = "a list inside a list cannot be stored into; build the inner list first, then put it in"
EITHER: Final = "this may be one of two lists, so it cannot be stored into; copy it first, as in `list(xs)`"
CONSTANT: Final = "texts and constant lists cannot be stored into; copy a list first, as in `list(xs)`"
_NEVER_NAN: Final = frozenset({"load", "canonical", "to_float", "to_float_u", "const", "param", "cast"})


class Refusal(Exception):
    """A value does not fit; whoever knows the place turns it into a `UserError`."""

    def __init__(self, message: str, fix: str = "", code: str = "E-060") -> None:
        super().__init__(message)
        self.message, self.fix, self.code = message, fix, code


def spelled(t: Type) -> str:
    """A type as a Python annotation."""
    names = {I64: "int", F64: "float", NOTHING: "None"}
    if t in names:
        return names[t]
    if t.kind == "array" and t is not STR:
        return f"list[{spelled(t.element)}]"
    if t.kind == "pair":
        return f"tuple[{spelled(t.args[0])}, {spelled(t.args[1])}]"
    if t.kind == "option":
        return "None" if t.element is NOTHING else f"{spelled(t.element)} | None"
    if t.kind == "map":
        return f"dict[{spelled(t.args[0])}, {spelled(t.args[1])}]"
    return t.text


def narrows(t: Type, narrow: Type) -> bool:
    """Whether `narrow` is `t` with scalars of fewer bits, in places."""
    if t is narrow or widened(narrow) is t:
        return True
    return t.kind == narrow.kind and bool(t.args) and all(map(narrows, t.args, narrow.args))


class Packing(Regions):
    """`here` is the origin used where nothing nearer is known; `collect` turns a stream into an array."""

    def __init__(self, collect: Callable[[Any, Stream | ArrayVal, Type | None], ArrayVal]) -> None:
        super().__init__()
        self.collect = collect
        self.here = -1

    # Types --------------------------------------------------------------------------------------------------
    def promote(self, n: Node, wanted: Type) -> Node:
        """An integer constant as the type beside it, where it fits; anything else as it is."""
        if n.op is CONST and n.type is I64:
            if wanted is F64 and float(n.attr) == n.attr:
                return self.const(float(n.attr), F64)
            if wanted is U64 and n.attr >= 0:
                return self.const(n.attr, U64)
        return n

    def empty(self, element: Type) -> ArrayVal:
        """An array without elements."""
        if is_scalar(element):
            return self.array(self.data(element, ()), element, None, "")
        if element is NOTHING:
            return self.array(self.data(BOOL, ()), NOTHING)
        return self.array(self.alloc(element, self.zero, self.here, zero=False), element)

    def as_text(self, character: Node) -> ArrayVal:
        """A text of one character."""
        if character.op is CONST:
            return self.array(self.data(CHAR, (character.attr,)), CHAR, None, CONSTANT)
        room = self.alloc(CHAR, self.one, self.here, zero=False)
        return self.array(self.emit("store", room, self.zero, character), CHAR)

    def zero_like(self, value: Value) -> Value:
        """Some value of the same form; it is never looked at."""
        if isinstance(value, Node):
            return self._zero(value.type)
        if isinstance(value, ArrayVal):
            made = self.empty(value.element)
            return made if value.count is None else ArrayVal(made.node, made.element, self.zero)
        if isinstance(value, TupleVal):
            return TupleVal(tuple(self.zero_like(v) for v in value.items))
        if isinstance(value, OptionVal):
            return OptionVal(self.false, None if value.held is None else self.zero_like(value.held))
        if isinstance(value, MapVal):
            return MapVal(self.empty(value.keys.element), self.empty(value.items.element))
        raise Refusal("a function cannot be left out", "", "E-061")

    def _zero(self, t: Type) -> Node:
        if t.kind == "wide":
            return self.emit("wide", self.zero)
        if t.kind == "lanes":
            return self.emit("lanes")
        if t.kind == "array":
            return self.empty(t.element).node
        return self.const(0.0 if t is F64 else 0, t)

    def zero_value(self, t: Type) -> Value:
        """Some value of type `t`; it is never looked at. Raises `Refusal` where the type is not known."""
        if t is NOTHING:
            raise Refusal("the type of None is not known here", "write it, as in `x: int | None = None`", "E-062")
        if is_scalar(t):
            return self._zero(widened(t))
        if t.kind == "array":
            return self.empty(t.element)
        if t.kind == "pair":
            return TupleVal((self.zero_value(t.args[0]), self.zero_value(t.args[1])))
        if t.kind == "option":
            return OptionVal(self.false, self.zero_value(t.element))
        return MapVal(self.empty(t.args[0]), self.empty(t.args[1]))

    def unpack(self, n: Node, frozen: str = PARAMETER) -> Value:
        """The value a node holds; narrow scalars widen."""
        t = n.type
        kind = t.kind
        if kind == "array":
            return self.array(n, t.element, None, frozen)
        if not t.args:
            return n if widened(t) is t else self.emit("cast", n, attr=widened(t))
        if kind == "pair":
            return TupleVal((self.unpack(self.emit("left", n), frozen), self.unpack(self.emit("right", n), frozen)))
        if kind == "option":
            return OptionVal(self.emit("present", n), self.unpack(self.emit("held", n), frozen))
        keys, items = self.emit("keys", n), self.emit("values", n)
        return MapVal(self.array(keys, t.args[0], None, frozen), self.array(items, t.args[1], None, frozen))

    def pack(self, value: Value, t: Type, origin: int) -> Node:
        """The node of type `t` that holds `value`, which fits it. Raises `Refusal` where it does not."""
        if t is CHAR:
            value = self.as_character(value) or value
        if isinstance(value, Node):
            return self._pack_scalar(value, t, origin)
        if isinstance(value, Stream):
            value = self.collect(self, value, t.element if t.kind == "array" else None)
        if isinstance(value, ArrayVal) and t.kind == "array":
            return self._pack_array(value, t, origin)
        if isinstance(value, TupleVal) and t.kind == "pair":
            rest = value.items[1] if len(value.items) == 2 else TupleVal(value.items[1:])
            return self.emit("pair", self.pack(value.items[0], t.args[0], origin), self.pack(rest, t.args[1], origin))
        if t.kind == "option":
            if not isinstance(value, OptionVal):
                value = OptionVal(self.true, value)
            held = self.zero_value(t.element) if value.held is None else value.held
            return self.emit("option", value.present, self.pack(held, t.element, origin))
        if isinstance(value, MapVal) and t.kind == "map":
            keys = self._pack_array(value.keys, Array(t.args[0]), origin)
            return self.emit("mapping", keys, self._pack_array(value.items, Array(t.args[1]), origin))
        raise self.misfit(value, t)

    def misfit(self, value: Value, t: Type) -> Refusal:
        if isinstance(value, Closure):
            return Refusal(f"a function stands where {spelled(t)} is needed", "call it", "E-063")
        got = type_of(value, self)
        if got.kind == "option" and got.element is t:
            return Refusal("this may be None", "test it first, as in `if x is None:`", "E-064")
        fix = ""
        if t is F64 and got is I64:
            fix = "write `float(...)`"
        elif t is I64 and got in (F64, BOOL):
            fix = "write `int(...)`"
        return Refusal(f"this is {spelled(got)}, where {spelled(t)} is needed", fix, "E-063")

    def _pack_scalar(self, value: Node, t: Type, origin: int) -> Node:
        if t.kind == "option":
            return self.emit("option", self.true, self._pack_scalar(value, t.element, origin))
        if t is STR and value.type is CHAR:
            return self.as_text(value).node
        value = self.promote(value, widened(t))
        if value.type is t:
            return self.canonical(value) if t is F64 else value
        if t is F32 and value.type is F64:
            return self.emit("narrow_f32", self.canonical(value))
        if t in RANGES and value.type is I64 and t is not U64:
            return self.emit("narrow", value, attr=t, origin=origin)
        raise self.misfit(value, t)

    def canonical(self, value: Node) -> Node:
        """A float that leaves the program's registers: every NaN is the canonical one."""
        name = value.op.name
        if name in _NEVER_NAN and not (name == "param" and value.attr[0] > 0):
            return value
        if value.op is RESULT and value.args[0].op.name in ("call", "recur"):
            return value
        return self.emit("canonical", value)

    def _pack_array(self, value: ArrayVal, t: Type, origin: int) -> Node:
        if value.element is not t.element:
            if value.element is NOTHING:
                return self.empty(t.element).node
            if not narrows(value.element, t.element):
                raise self.misfit(value, t)
            value = self.collect(self, value, t.element)
        if value.count is None:
            return value.node
        return self.emit("array", value.node, value.count, origin=origin)

    def coerce(self, value: Value, t: Type, origin: int) -> Value:
        """`value` as one of type `t`, still unpacked; narrow types are range-checked. Raises `Refusal`."""
        if isinstance(value, Node):
            if value.type is t and t is not F32:
                return value
            if t.kind == "option":
                return OptionVal(self.true, self.coerce(value, t.element, origin))
            if t is STR and value.type is CHAR:
                return self.as_text(value)
            value = self.promote(value, widened(t))
            if value.type is t:
                return value
            if is_scalar(t) and widened(t) is value.type:
                packed = self._pack_scalar(value, t, origin)
                return self.emit("cast", packed, attr=value.type)
            raise self.misfit(value, t)
        if t.kind == "option":
            if not isinstance(value, OptionVal):
                return OptionVal(self.true, self.coerce(value, t.element, origin))
            if value.held is None:
                return OptionVal(value.present, self.zero_value(t.element))
            return OptionVal(value.present, self.coerce(value.held, t.element, origin))
        if t.kind == "array":
            if isinstance(value, Stream):
                return value
            if isinstance(value, ArrayVal):
                if value.element is NOTHING:
                    value.element = t.element
                    value.node = self.empty(t.element).node
                if value.element is t.element:
                    return value
                if narrows(value.element, t.element):
                    return self.collect(self, value, t.element)
        character = self.as_character(value) if t is CHAR else None
        if character is not None:
            return character
        if t.kind == "pair" and isinstance(value, TupleVal) and len(value.items) == 2:
            return TupleVal(tuple(self.coerce(v, p, origin) for v, p in zip(value.items, t.args, strict=True)))
        if t.kind == "map" and isinstance(value, MapVal) and narrows(type_of(value, self), t):
            keys, items = (self.coerce(v, Array(p), origin) for v, p in zip((value.keys, value.items), t.args, strict=True))
            assert isinstance(keys, ArrayVal) and isinstance(items, ArrayVal)
            return MapVal(keys, items)
        raise self.misfit(value, t)

    def as_character(self, value: Value) -> Node | None:
        """A character, or a constant text of one, as a character; else None."""
        if isinstance(value, Node):
            return value if value.type is CHAR else None
        if isinstance(value, ArrayVal) and value.element is CHAR and value.count is None and value.node.op.name == "data":
            if len(value.node.attr[1]) == 1:
                return self.const(value.node.attr[1][0], CHAR)
        return None

    def leaves(self, value: Value, out: list[Node]) -> None:
        """Appends the nodes a value consists of. Raises `Refusal` for a function or an unknown none."""
        if isinstance(value, Node):
            out.append(value)
        elif isinstance(value, ArrayVal):
            out.append(value.node)
            if value.count is not None:
                out.append(value.count)
        elif isinstance(value, TupleVal):
            for v in value.items:
                self.leaves(v, out)
        elif isinstance(value, OptionVal):
            if value.held is None:
                raise Refusal("the type of None is not known here", "write it, as in `x: int | None = None`", "E-062")
            out.append(value.present)
            self.leaves(value.held, out)
        elif isinstance(value, MapVal):
            self.leaves(value.keys, out)
            self.leaves(value.items, out)
        elif isinstance(value, Closure):
            raise Refusal("a function cannot be chosen while the program runs", "call it on each way", "E-061")
        else:
            raise AssertionError("delayed values are settled before")

    def rebuild(self, shape: Value, nodes: Iterator[Node]) -> Value:
        """A value of the form of `shape` from its nodes."""
        if isinstance(shape, Node):
            return next(nodes)
        if isinstance(shape, ArrayVal):
            n = next(nodes)
            if n is shape.node and shape.count is None:
                return shape
            return self.array(n, shape.element, None if shape.count is None else next(nodes), shape.frozen)
        if isinstance(shape, TupleVal):
            return TupleVal(tuple(self.rebuild(v, nodes) for v in shape.items))
        if isinstance(shape, OptionVal):
            assert shape.held is not None
            present = next(nodes)
            return OptionVal(present, self.rebuild(shape.held, nodes))
        assert isinstance(shape, MapVal)
        keys, items = self.rebuild(shape.keys, nodes), self.rebuild(shape.items, nodes)
        assert isinstance(keys, ArrayVal) and isinstance(items, ArrayVal)
        return MapVal(keys, items)

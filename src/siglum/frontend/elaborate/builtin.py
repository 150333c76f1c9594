"""Builtins, members of `math` and intrinsics.

Imports `siglum.ir`, the Python front end and the modules beside it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Final

from siglum.errors import STOP_CODES
from siglum.frontend.elaborate import arithmetic, reductions
from siglum.frontend.elaborate.collect import collect, copied
from siglum.frontend.elaborate.constants import truth
from siglum.frontend.elaborate.frame import Frame, Span
from siglum.frontend.elaborate.stage import Refusal, Stage, spelled
from siglum.frontend.elaborate.streams import (
    ConcatStream,
    CountedStream,
    FilterStream,
    ListStream,
    MapStream,
    RangeStream,
    ReversedStream,
    ZipStream,
    placed,
    stream_of,
)
from siglum.frontend.elaborate.values import (
    ArrayVal,
    Closure,
    MapVal,
    OptionVal,
    Stream,
    TupleVal,
    Value,
    known_text,
    type_of,
)
from siglum.frontend.elaborate.words import call_named_word
from siglum.ir.node import Node
from siglum.ir.types import BOOL, CHAR, F64, I64, NOTHING, SCALARS, STR, U8, U64, Array, Type

# Builtins ---------------------------------------------------------------------------------------------------
Call = Callable[[Frame, list[Value], Span], Value]
ARITY: Final = {"min": 2, "max": 2, "divmod": 2, "add_wrap": 2, "sub_wrap": 2, "mul_wrap": 2, "divide": 2}
"""Arguments of the functions that take not one, where they are passed on."""
_BUILTINS: Final[dict[str, tuple[tuple[int, int], Call]]] = {}


def _builtin(name: str, least: int, most: int | None = None) -> Callable[[Call], Call]:
    def register(call: Call) -> Call:
        _BUILTINS[name] = ((least, least if most is None else most), call)
        return call

    return register


def call_builtin(f: Frame, name: str, values: list[Value], span: Span) -> Value:
    """The value of a builtin, a member of `math` or an intrinsic. Raises `Refusal`."""
    in_math = name.startswith("math.")
    plain = name.removeprefix("math.")
    if in_math and plain in ("floor", "ceil", "trunc", "sqrt"):
        return _of_math(f, plain, values, span)
    found = _BUILTINS.get(plain)
    if found is not None:
        (least, most), call = found
        if not least <= len(values) <= most:
            raise Refusal(f"`{plain}` takes {least if least == most else f'{least} to {most}'} arguments", "", "E-063")
        return call(f, values, span)
    row = _PRIMITIVE_CALLS.get(plain)
    if row is not None:
        return _primitive_call(f, plain, row, values, span)
    if plain in SCALARS:
        return _convert(f, values, SCALARS[plain], span)
    vocabulary = f.st.session.vocabulary
    word = plain in (vocabulary.names() if vocabulary is not None else ()) and in_math
    fix = f"write `{plain}(...)`, the word of that name" if word else _INSTEAD.get(plain, "")
    raise Refusal(f"`{name}` is outside the subset", fix, "E-055")


_DISTINCT: Final = "write `unique(xs)` for the distinct elements"
_INSTEAD: Final = {
    "set": _DISTINCT, "frozenset": _DISTINCT,
    "hex": "write `base(n, 16)`", "oct": "write `base(n, 8)`", "bin": "write `binary(n)`",
    "pow": "write `x ** y`", "isinstance": "every value has one type, which is known", "type": "every value has one type",
    "input": "take the text as a parameter", "open": "use the words that read and write files", "iter": "use a `for` loop",
    "next": "use a `for` loop", "format": "join texts with `+`; `text(x)` turns a number into one",
    "complex": "use two floats", "bytes": "use list[u8]", "bytearray": "use list[u8]", "hash": "use the words that hash",
}  # fmt: skip
"""What to write instead of builtins that are outside."""
_PRIMITIVE_CALLS: Final[dict[str, tuple[str, tuple[Type, ...]]]] = {
    "add_wrap": ("add_wrap", (I64, I64)), "sub_wrap": ("sub_wrap", (I64, I64)), "mul_wrap": ("mul_wrap", (I64, I64)),
    "add_wrap_u": ("add_wrap", (U64, U64)), "sub_wrap_u": ("sub_wrap", (U64, U64)), "mul_wrap_u": ("mul_wrap", (U64, U64)),
    "mul_overflows": ("mul_overflows", (I64, I64)), "shift_left_wrap": ("shl", (I64, I64)),
    "shift_left_wrap_u": ("shl", (U64, I64)), "shift_right_logical": ("shr", (I64, I64)), "popcount": ("popcount", (I64,)),
    "leading_zeros": ("leading_zeros", (I64,)), "trailing_zeros": ("trailing_zeros", (I64,)),
    "float_bits": ("float_bits", (F64,)), "float_from_bits": ("float_from_bits", (I64,)), "sqrt": ("fsqrt", (F64,)),
    "divide": ("fdiv", (F64, F64)), "trunc": ("ftrunc", (F64,)), "truncate": ("to_int", (F64,)), "fabs": ("fabs", (F64,)),
    "floor": ("ffloor", (F64,)), "ceil": ("fceil", (F64,)),
}  # fmt: skip
"""Intrinsics that are one primitive, with the types they take."""


def _primitive_call(f: Frame, name: str, row: tuple[str, tuple[Type, ...]], values: list[Value], span: Span) -> Value:
    primitive, types = row
    if len(values) != len(types):
        raise Refusal(f"`{name}` takes {len(types)} arguments", "", "E-063")
    nodes = [_scalar(f, v, t, name) for v, t in zip(values, types, strict=True)]
    return f.st.emit(primitive, *nodes, origin=f.at(span))


def _of_math(f: Frame, name: str, values: list[Value], span: Span) -> Value:
    """Where `math` means something else than the intrinsic of the same name: whole numbers are integers, and there is no root
    of a negative number.
    """
    st, origin = f.st, f.at(span)
    if name != "sqrt" and len(values) == 1 and isinstance(values[0], Node) and values[0].type is I64:
        return values[0]
    made = _primitive_call(f, name, _PRIMITIVE_CALLS[name], values, span)
    assert isinstance(made, Node)
    if name == "sqrt":
        negative = st.emit("flt", _scalar(f, values[0], F64, name), st.const(0.0, F64))
        st.emit("require", st.emit("not", negative), attr="argument", origin=origin)
        return made
    return st.emit("to_int", made, origin=origin)


def _scalar(f: Frame, value: Value, t: Type, name: str) -> Node:
    if isinstance(value, Node):
        value = f.st.promote(value, t)
        if t is F64 and value.type is I64:
            value = f.st.emit("to_float", value)
        if value.type is t:
            return value
    raise Refusal(f"`{name}` needs {spelled(t)}; here it gets {spelled(type_of(value, f.st))}", "", "E-063")


def _convert(f: Frame, values: list[Value], target: Type, span: Span) -> Value:
    if len(values) != 1:
        raise Refusal("a conversion takes one value", "", "E-063")
    value = values[0]
    st = f.st
    if isinstance(value, Node):
        if value.type is not CHAR or target is BOOL:
            return arithmetic.convert(st, value, target, f.at(span))
        if target is CHAR:
            return value
        value = st.as_text(value)
    text = type_of(value, st) is STR
    if target is BOOL and not isinstance(value, (OptionVal, Closure)):
        return truth(f, value, span)
    if text and target is CHAR:
        return st.coerce(value, CHAR, f.at(span))
    if text and target in (I64, F64):
        word = "integer" if target is I64 else "number"
        return call_named_word(f, word, [value], span, "int(text)" if target is I64 else "float(text)")
    raise Refusal(f"no {spelled(target)} of {spelled(type_of(value, st))}", "", "E-065")


@_builtin("int", 1)
def _int(f: Frame, values: list[Value], span: Span) -> Value:
    return _convert(f, values, I64, span)


@_builtin("float", 1)
def _float(f: Frame, values: list[Value], span: Span) -> Value:
    return _convert(f, values, F64, span)


@_builtin("bool", 1)
def _bool(f: Frame, values: list[Value], span: Span) -> Value:
    return _convert(f, values, BOOL, span)


@_builtin("str", 1)
def _str(f: Frame, values: list[Value], span: Span) -> Value:
    value = values[0]
    if isinstance(value, Node) and value.type is CHAR:
        return f.st.as_text(value)
    if type_of(value, f.st) is STR:
        return value
    return call_named_word(f, "text", values, span, "str(...)")


@_builtin("len", 1)
def _len(f: Frame, values: list[Value], span: Span) -> Value:
    value, st = values[0], f.st
    if isinstance(value, ArrayVal):
        return st.count_of(value)
    if isinstance(value, Stream):
        return reductions.how_many(st, value)
    if isinstance(value, TupleVal):
        return st.const(len(value.items))
    if isinstance(value, MapVal):
        return st.count_of(value.keys)
    if isinstance(value, Node) and value.type is CHAR:
        return st.one
    raise Refusal(f"{spelled(type_of(value, st))} has no length", "", "E-067")


@_builtin("sum", 1, 2)
def _sum(f: Frame, values: list[Value], span: Span) -> Value:
    result = reductions.total(f.st, values[0], f.at(span))
    if len(values) == 2:
        start = values[1]
        if not isinstance(start, Node):
            raise Refusal("`sum` needs a number to start from", "", "E-063")
        return arithmetic.binary(f.st, ast.Add, start, result, f.at(span))
    return result


@_builtin("last_of", 1)
def _last_of(f: Frame, values: list[Value], span: Span) -> Value:
    return reductions.last(f.st, values[0], f.at(span))


@_builtin("greatest_of", 1)
def _greatest_of(f: Frame, values: list[Value], span: Span) -> Value:
    return OptionVal(*reductions.extreme_integer(f.st, stream_of(f.st, values[0], f.at(span)), greatest=True))


@_builtin("least_of", 1)
def _least_of(f: Frame, values: list[Value], span: Span) -> Value:
    return OptionVal(*reductions.extreme_integer(f.st, stream_of(f.st, values[0], f.at(span)), greatest=False))


@_builtin("any", 1)
def _any(f: Frame, values: list[Value], span: Span) -> Value:
    return reductions.holds(f.st, values[0], f.at(span), every=False)


@_builtin("all", 1)
def _all(f: Frame, values: list[Value], span: Span) -> Value:
    return reductions.holds(f.st, values[0], f.at(span), every=True)


def _extreme(greatest: bool) -> Call:
    def call(f: Frame, values: list[Value], span: Span) -> Value:
        if len(values) == 1:
            return reductions.extreme(f.st, values[0], f.at(span), greatest=greatest)
        best = values[0]
        for v in values[1:]:
            best = reductions.lesser(f.st, best, v, f.at(span), greatest=greatest)
        return best

    return call


_BUILTINS["min"] = ((1, 64), _extreme(False))
_BUILTINS["max"] = ((1, 64), _extreme(True))


@_builtin("abs", 1)
def _abs(f: Frame, values: list[Value], span: Span) -> Value:
    x, st = values[0], f.st
    if isinstance(x, Node) and x.type is F64:
        return st.emit("fabs", x)
    if isinstance(x, Node) and x.type is I64:
        return st.emit("max", x, arithmetic.subtract(st, st.zero, x, f.at(span)))
    raise Refusal(f"`abs` needs a number; here it gets {spelled(type_of(x, st))}", "", "E-063")


@_builtin("ord", 1)
def _ord(f: Frame, values: list[Value], span: Span) -> Value:
    x = f.st.coerce(values[0], CHAR, f.at(span))
    assert isinstance(x, Node)
    return f.st.const(x.attr) if x.op.name == "const" else f.st.emit("cast", x, attr=I64)


@_builtin("chr", 1)
def _chr(f: Frame, values: list[Value], span: Span) -> Value:
    return f.st.emit("narrow", _scalar(f, values[0], I64, "chr"), attr=CHAR, origin=f.at(span))


@_builtin("range", 1, 3)
def _range(f: Frame, values: list[Value], span: Span) -> Value:
    st = f.st
    nodes = [_scalar(f, v, I64, "range") for v in values]
    start = nodes[0] if len(nodes) > 1 else st.zero
    stop = nodes[1] if len(nodes) > 1 else nodes[0]
    step = nodes[2] if len(nodes) == 3 else st.one
    if step is st.zero or step.op.name != "const":
        st.emit("require", st.emit("ne", step, st.zero), attr="argument", origin=f.at(span))
    return RangeStream(st, start, stop, st.one if step is st.zero else step)


@_builtin("enumerate", 1, 2)
def _enumerate(f: Frame, values: list[Value], span: Span) -> Value:
    start = _scalar(f, values[1], I64, "enumerate") if len(values) == 2 else f.st.zero
    return CountedStream(stream_of(f.st, values[0], f.at(span)), start)


@_builtin("zip", 1, 8)
def _zip(f: Frame, values: list[Value], span: Span) -> Value:
    return ZipStream([placed(f.st, v, f.at(span)) for v in values])


def equally_long(f: Frame, values: list[Value], span: Span) -> list[Value]:
    """The values of `zip(..., strict=True)`: stops with `argument` unless they are equally many."""
    streams: list[Value] = [placed(f.st, v, f.at(span)) for v in values]
    counts = [s.length(f.st) for s in streams if isinstance(s, Stream)]
    for n in counts[1:]:
        assert n is not None and counts[0] is not None
        f.st.require_equal(counts[0], n, f.at(span), "argument")
    return streams


@_builtin("reversed", 1)
def _reversed(f: Frame, values: list[Value], span: Span) -> Value:
    return ReversedStream(placed(f.st, values[0], f.at(span)))


@_builtin("list", 0, 1)
def _list(f: Frame, values: list[Value], span: Span) -> Value:
    if not values:
        return ListStream((), NOTHING)
    value = values[0]
    if isinstance(value, ArrayVal):
        return copied(f.st, value)
    return stream_of(f.st, value, f.at(span))


@_builtin("dict", 1)
def _dict(f: Frame, values: list[Value], span: Span) -> Value:
    pairs, st = values[0], f.st
    if isinstance(pairs, ZipStream) and len(pairs.parts) == 2:
        keys, items = (st.settle(p) for p in pairs.parts)
        assert isinstance(keys, ArrayVal) and isinstance(items, ArrayVal)
        return MapVal(keys, items)
    raise Refusal("a dict is made of two lists here", "write `dict(zip(keys, values))`", "E-055")


@_builtin("map", 2)
def _map(f: Frame, values: list[Value], span: Span) -> Value:
    function = values[0]
    if not isinstance(function, Closure):
        raise Refusal("`map` needs a function first", "", "E-063")
    return MapStream(stream_of(f.st, values[1], f.at(span)), lambda x: function.call(f.st, [x]))


@_builtin("filter", 2)
def _filter(f: Frame, values: list[Value], span: Span) -> Value:
    function, st = values[0], f.st
    if not isinstance(function, Closure):
        raise Refusal("`filter` needs a function first", "", "E-063")
    source = stream_of(st, values[1], f.at(span))
    return FilterStream(source, lambda x: _truth(st, function.call(st, [x])), source._element)


def _truth(st: Stage, value: Value) -> Node:
    if isinstance(value, Node):
        return arithmetic.truth(st, value)
    raise Refusal("a condition gives a bool", "", "E-063")


@_builtin("divmod", 2)
def _divmod(f: Frame, values: list[Value], span: Span) -> Value:
    x, y = (_scalar(f, v, I64, "divmod") for v in values)
    origin = f.at(span)
    return TupleVal((arithmetic.floor_divide(f.st, x, y, origin), arithmetic.modulo(f.st, x, y, origin)))


@_builtin("round", 1)
def _round(f: Frame, values: list[Value], span: Span) -> Value:
    """Python's: to the nearest integer, halves to the even one."""
    st, origin = f.st, f.at(span)
    if isinstance(values[0], Node) and values[0].type is I64:
        return values[0]
    x = _scalar(f, values[0], F64, "round")
    low = st.emit("ffloor", x)
    rest = st.emit("fsub", x, low)
    half = st.const(0.5, F64)
    whole = st.emit("to_int", low, origin=origin)
    odd = st.emit("ne", st.emit("and", whole, st.one), st.zero)
    above = st.emit("or", st.emit("flt", half, rest), st.emit("and", st.emit("feq", half, rest), odd))
    return arithmetic.add(st, whole, st.emit("cast", above, attr=I64), origin)


@_builtin("sorted", 1)
def _sorted(f: Frame, values: list[Value], span: Span) -> Value:
    return call_named_word(f, "sort", values, span, "sorted")


@_builtin("print", 1)
def _print(f: Frame, values: list[Value], span: Span) -> Value:
    return call_named_word(f, "print", values, span, "print")


@_builtin("isnan", 1)
def _isnan(f: Frame, values: list[Value], span: Span) -> Value:
    x = _scalar(f, values[0], F64, "isnan")
    return f.st.emit("fne", x, x)


@_builtin("isqrt", 1)
def _isqrt(f: Frame, values: list[Value], span: Span) -> Value:
    return call_named_word(f, "isqrt", values, span, "isqrt")


@_builtin("as_unsigned", 1)
def _as_unsigned(f: Frame, values: list[Value], span: Span) -> Value:
    x = _scalar(f, values[0], I64, "as_unsigned")
    return f.st.emit("cast", x, attr=U64)


@_builtin("as_signed", 1)
def _as_signed(f: Frame, values: list[Value], span: Span) -> Value:
    return f.st.emit("cast", _scalar(f, values[0], U64, "as_signed"), attr=I64)


@_builtin("stop", 1)
def _stop(f: Frame, values: list[Value], span: Span) -> Value:
    kind = known_text(values[0])
    if kind not in STOP_CODES:
        raise Refusal("`stop` takes one of the named stops", f"they are {', '.join(STOP_CODES)}", "E-063")
    f.st.emit("require", f.st.false, attr=kind, origin=f.at(span))
    return OptionVal(f.st.false, None)


@_builtin("write", 2)
def _write(f: Frame, values: list[Value], span: Span) -> Value:
    return f.st.emit("write", _scalar(f, values[0], I64, "write"), _bytes(f, values[1], span))


def _bytes(f: Frame, value: Value, span: Span) -> Node:
    if isinstance(value, Stream):
        value = collect(f.st, value, U8)
    return f.st.pack(value, Array(U8), f.at(span))


@_builtin("read", 2)
def _read(f: Frame, values: list[Value], span: Span) -> Value:
    st, origin = f.st, f.at(span)
    most = _scalar(f, values[1], I64, "read")
    buffer = st.alloc(U8, most, origin)
    filled, count = st.read(_scalar(f, values[0], I64, "read"), buffer, most)
    st.emit("require", st.emit("le", st.zero, count), attr="file", origin=origin)
    return st.array(st.emit("array", filled, count, origin=origin), U8)


@_builtin("open_file", 2)
def _open_file(f: Frame, values: list[Value], span: Span) -> Value:
    st = f.st
    path = st.settle(values[0])
    ended = ConcatStream(placed(st, path, f.at(span)), ListStream((st.zero,), I64))
    return st.emit("open", collect(st, ended, U8).node, _scalar(f, values[1], I64, "open_file"))


@_builtin("close", 1)
def _close(f: Frame, values: list[Value], span: Span) -> Value:
    return f.st.emit("close", _scalar(f, values[0], I64, "close"))


@_builtin("clock", 0)
def _clock(f: Frame, values: list[Value], span: Span) -> Value:
    return f.st.emit("clock")

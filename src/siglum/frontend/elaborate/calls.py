"""Calls: of builtins, intrinsics, words, other definitions, function arguments, and methods.

Imports `siglum.ir`, the Python front end and the modules beside it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType
from typing import Any, Final, NamedTuple

from siglum.errors import STOP_CODES
from siglum.frontend.elaborate import arithmetic, arrays, reductions
from siglum.frontend.elaborate.collect import collect, copied
from siglum.frontend.elaborate.constants import constant_value, truth
from siglum.frontend.elaborate.frame import Evaluate, Frame, Span
from siglum.frontend.elaborate.instances import Site, call_definition, call_function, fits
from siglum.frontend.elaborate.stage import Refusal, Stage, spelled
from siglum.frontend.elaborate.streams import (
    ArrayStream,
    ConcatStream,
    CountedStream,
    FilterStream,
    FlatStream,
    ListStream,
    MapStream,
    RangeStream,
    ReversedStream,
    ViewStream,
    ZipStream,
    placed,
    stream_of,
)
from siglum.frontend.elaborate.structural import equal, find
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
from siglum.frontend.python.definition import MISSING, Builtin, Constant, Definition, Module, definition_of, entity
from siglum.ir.function import Function
from siglum.ir.node import Node
from siglum.ir.types import BOOL, CHAR, F64, I64, NOTHING, SCALARS, STR, U8, U64, Array, Type


class Argument(NamedTuple):
    """An argument as written: how to get its value, and where it stands."""

    evaluate: Evaluate
    span: Span


def member(module: Any, name: str) -> Any:
    """What `module.name` stands for."""
    value = getattr(module, name, MISSING)
    return MISSING if value is MISSING else entity(name, value)


def call_entity(
    f: Frame, found: Any, name: str, args: Sequence[Argument], keywords: Mapping[str, Argument], span: Span
) -> Value:
    """Calls what a global name stands for. Raises `UserError` and `Refusal`."""
    if isinstance(found, Builtin):
        if keywords:
            raise Refusal(f"`{name}` takes no named arguments here", "", "E-055")
        return call_builtin(f, found.name, [a.evaluate(f) for a in args], span)
    if isinstance(found, FunctionType):
        word = getattr(found, "__siglum_word__", None)
        values = _values(f, definition_of(found), args, keywords)
        return call_word(f, word, values, span) if word is not None else _call(f, definition_of(found), values, span)
    if isinstance(found, Definition):
        return _call(f, found, _values(f, found, args, keywords), span)
    if isinstance(found, Function):
        return call_function(site_of(f, f.d, span), found, [a.evaluate(f) for a in args])
    if found is MISSING:
        vocabulary = f.st.session.vocabulary
        overloads = vocabulary.overloads(name) if vocabulary is not None else ()
        if overloads and not keywords:
            return call_word(f, overloads[0], [a.evaluate(f) for a in args], span)
        raise f.refuse(f"`{name}` is not known here", span, "define it in the file, or use a word", "E-056")
    raise f.refuse(f"`{name}` is no function", span, "", "E-056")


def _values(f: Frame, d: Definition, args: Sequence[Argument], keywords: Mapping[str, Argument]) -> list[Value]:
    names = [n for n, _ in d.params]
    values: dict[str, Value] = {}
    for n, a in zip(names, args, strict=False):
        values[n] = a.evaluate(f)
    if len(args) > len(names):
        raise Refusal(f"`{d.name}` takes {len(names)} arguments, not {len(args)}", "", "E-063")
    for n, a in keywords.items():
        if n not in names or n in values:
            raise Refusal(f"`{d.name}` has no free parameter `{n}`", "", "E-063")
        values[n] = a.evaluate(f)
    for n, default in zip(reversed(names), reversed(d.defaults), strict=False):
        if n not in values:
            values[n] = constant_value(f, default, (d.node.lineno, d.node.col_offset, 1))
    missing = [n for n in names if n not in values]
    if missing:
        raise Refusal(f"`{d.name}` needs `{missing[0]}`", "", "E-063")
    return [values[n] for n in names]


def site_of(f: Frame, d: Definition, span: Span) -> Site:
    """How a call of `d` at `span` is charged: words as a whole, other functions by their own places."""
    if f.fixed >= 0:
        return Site(f.st, f.st.session, f.fixed, f.fixed)
    if d.is_word:
        origin = f.at(span, d.name)
        return Site(f.st, f.st.session, origin, origin)
    origin = f.at(span)
    return Site(f.st, f.st.session, origin, origin if f.d.is_word else -1)


def _call(f: Frame, d: Definition, values: Sequence[Value], span: Span) -> Value:
    return call_definition(site_of(f, d, span), d, values)


def call_word(f: Frame, word: Any, values: Sequence[Value], span: Span) -> Value:
    """Calls a word: the given overload if it fits, else another of its name. Raises `Refusal`."""
    st = f.st
    vocabulary = st.session.vocabulary
    overloads = [word, *(o for o in (vocabulary.overloads(word.name) if vocabulary is not None else ()) if o is not word)]
    for overload in overloads:
        bindings: dict[str, Type] = {}
        if len(overload.params) == len(values) and all(
            fits(st, p, v, bindings) for (_, p), v in zip(overload.params, values, strict=True)
        ):
            return _call(f, definition_of(overload.function), values, span)
    return _call(f, definition_of(word.function), values, span)


def call_named_word(f: Frame, name: str, values: Sequence[Value], span: Span, instead: str) -> Value:
    """Calls a word of the vocabulary that does what a Python function does. Raises `Refusal` where there is none."""
    vocabulary = f.st.session.vocabulary
    overloads = vocabulary.overloads(name) if vocabulary is not None else ()
    if not overloads:
        raise Refusal(f"`{instead}` is outside the subset", "", "E-055")
    return call_word(f, overloads[0], values, span)


def call_value(f: Frame, value: Any, args: Sequence[Argument], keywords: Mapping[str, Argument], span: Span) -> Value:
    """Calls a function argument, a lambda or a local function."""
    if not isinstance(value, Closure):
        raise f.refuse("this is no function", span, "", "E-056")
    if keywords or len(args) != value.arity:
        raise f.refuse(f"this function takes {value.arity} arguments, not {len(args) + len(keywords)}", span, "", "E-063")
    return value.call(f.st, [a.evaluate(f) for a in args])


def function_value(f: Frame, found: Any, name: str, span: Span) -> Value:
    """A function named where a value stands: it is passed on. Raises `UserError`."""
    if isinstance(found, (FunctionType, Definition)):
        d = found if isinstance(found, Definition) else definition_of(found)
        word = getattr(found, "__siglum_word__", None)

        def call(st: Stage, values: Sequence[Value]) -> Value:
            return call_word(f, word, values, span) if word is not None else _call(f, d, values, span)

        return Closure(call, len(d.params), None if d.result.has_vars else d.result)
    if isinstance(found, Builtin):
        return Closure(lambda st, values: call_builtin(f, found.name, list(values), span), _ARITY.get(found.name, 1))
    if isinstance(found, Module):
        raise f.refuse("a module is no value", span, "name one of its functions", "E-056")
    raise f.refuse(f"`{name}` is not known here", span, "define it before", "E-056")


# Builtins ---------------------------------------------------------------------------------------------------
Call = Callable[[Frame, list[Value], Span], Value]
_ARITY: Final = {"min": 2, "max": 2, "divmod": 2, "add_wrap": 2, "sub_wrap": 2, "mul_wrap": 2, "divide": 2}
_BUILTINS: Final[dict[str, tuple[tuple[int, int], Call]]] = {}


def _builtin(name: str, least: int, most: int | None = None) -> Callable[[Call], Call]:
    def register(call: Call) -> Call:
        _BUILTINS[name] = ((least, least if most is None else most), call)
        return call

    return register


def call_builtin(f: Frame, name: str, values: list[Value], span: Span) -> Value:
    """The value of a builtin, a member of `math` or an intrinsic. Raises `Refusal`."""
    plain = name.removeprefix("math.")
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
    raise Refusal(f"`{name}` is outside the subset", "", "E-055")


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
        if target is CHAR and value.type is CHAR:
            return value
        return arithmetic.convert(st, value, target, f.at(span))
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
        count = value.length(st)
        if count is not None and not value.stops(st):
            return count
        settled = st.settle(value)
        assert isinstance(settled, ArrayVal)
        return st.count_of(settled)
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
    if step is st.zero:
        raise Refusal("the step of `range` is 0", "", "E-063")
    if step.op.name != "const":
        st.emit("require", st.emit("ne", step, st.zero), attr="argument", origin=f.at(span))
    return RangeStream(st, start, stop, step)


@_builtin("enumerate", 1, 2)
def _enumerate(f: Frame, values: list[Value], span: Span) -> Value:
    start = _scalar(f, values[1], I64, "enumerate") if len(values) == 2 else f.st.zero
    return CountedStream(stream_of(f.st, values[0], f.at(span)), start)


@_builtin("zip", 1, 8)
def _zip(f: Frame, values: list[Value], span: Span) -> Value:
    return ZipStream([placed(f.st, v, f.at(span)) for v in values])


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


# Methods ----------------------------------------------------------------------------------------------------
_TEXT_WORDS: Final = {"split": "split", "replace": "replace"}
_NEAREST: Final = {
    "upper": "the word `upper` changes one character (ASCII)", "lower": "the word `lower` changes one character (ASCII)",
    "strip": "the word `trim` cuts blanks (ASCII)", "sort": "write `xs = sorted(xs)`", "reverse": "write `xs = xs[::-1]`",
    "insert": "build a new list", "remove": "build a new list", "clear": "write `xs = []`", "isdigit": "compare characters",
    "isalpha": "compare characters", "isspace": "compare characters", "format": "join texts with `+`",
}  # fmt: skip


def call_method(
    f: Frame, base: Value, name: str, args: Sequence[Argument], keywords: Mapping[str, Argument], span: Span
) -> Value:
    """`base.name(...)`. Raises `Refusal`."""
    if keywords:
        raise Refusal(f"`.{name}` takes no named arguments here", "", "E-055")
    st, origin = f.st, f.at(span)
    values = [a.evaluate(f) for a in args]
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
    value = arrays.load(st, base, st.emit("bounds", last, arrays.extent(st, base), origin=origin))
    st.change(base, base.node, last)
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

    found, place = stream_of(st, base, origin).each(st, (st.false, st.zero), step, True)
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
    if name in _TEXT_WORDS and texts:
        return call_named_word(f, _TEXT_WORDS[name], [base, *texts], span, f".{name}")
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


__all__ = ["Argument", "Constant", "call_entity", "call_method", "call_value", "function_value", "map_get", "member"]

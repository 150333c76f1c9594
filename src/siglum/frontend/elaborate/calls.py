"""Calls: of builtins, intrinsics, words, other definitions, function arguments, and methods.

Imports `siglum.ir`, the Python front end and the modules beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import FunctionType
from typing import Any, Final, NamedTuple

from siglum.frontend.elaborate.builtin import ARITY, call_builtin, equally_long
from siglum.frontend.elaborate.constants import constant_value
from siglum.frontend.elaborate.frame import Evaluate, Frame, Span
from siglum.frontend.elaborate.instances import call_function
from siglum.frontend.elaborate.methods import call_method, map_get
from siglum.frontend.elaborate.stage import Refusal, Stage
from siglum.frontend.elaborate.values import (
    Closure,
    Value,
    known,
)
from siglum.frontend.elaborate.words import call_of, call_word, site_of
from siglum.frontend.python.definition import MISSING, Builtin, Definition, Module, definition_of, entity
from siglum.ir.function import Function


class Argument(NamedTuple):
    """An argument as written: how to get its value, and where it stands."""

    evaluate: Evaluate
    span: Span


_INSTEAD: Final = {
    ("sorted", "key"): "write `order(xs, key)`", ("sorted", "reverse"): "write `list(reversed(sorted(xs)))`",
    ("max", "key"): "write `most(xs, key)`", ("min", "key"): "write `least(xs, key)`",
    ("max", "default"): "write `maximum(xs)`, which may be None", ("min", "default"): "write `minimum(xs)`, which may be None",
}  # fmt: skip
"""What to write instead of a named argument that a builtin does not take here."""


def member(module: Any, name: str) -> Any:
    """What `module.name` stands for."""
    value = getattr(module, name, MISSING)
    return MISSING if value is MISSING else entity(name, value)


def call_entity(f: Frame, found: Any, name: str, args: Sequence[Argument], keywords: Mapping[str, Argument], span: Span) -> Value:
    """Calls what a global name stands for. Raises `UserError` and `Refusal`."""
    if isinstance(found, Builtin):
        values = [a.evaluate(f) for a in args]
        named = {n: a.evaluate(f) for n, a in keywords.items()}
        if found.name == "zip" and known(named.pop("strict", f.st.false)):
            values = [*equally_long(f, values, span)]
        if found.name == "enumerate" and "start" in named:
            values.append(named.pop("start"))
        if named:
            extra = next(iter(named))
            raise Refusal(f"`{name}` takes no argument named `{extra}` here", _INSTEAD.get((name, extra), ""), "E-055")
        return call_builtin(f, found.name, values, span)
    if isinstance(found, FunctionType):
        word = getattr(found, "__siglum_word__", None)
        values = _values(f, definition_of(found), args, keywords)
        return call_word(f, word, values, span) if word is not None else call_of(f, definition_of(found), values, span)
    if isinstance(found, Definition):
        return call_of(f, found, _values(f, found, args, keywords), span)
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
            return call_word(f, word, values, span) if word is not None else call_of(f, d, values, span)

        return Closure(f.st, call, len(d.params), None if d.result.has_vars else d.result)
    if isinstance(found, Builtin):
        return Closure(f.st, lambda st, values: call_builtin(f, found.name, list(values), span), ARITY.get(found.name, 1))
    if isinstance(found, Module):
        raise f.refuse("a module is no value", span, "name one of its functions", "E-056")
    raise f.refuse(f"`{name}` is not known here", span, "define it before", "E-056")


__all__ = ["Argument", "call_entity", "call_method", "call_value", "function_value", "map_get", "member"]

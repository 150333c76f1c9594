"""From Python functions to IR functions.

Imports `siglum.ir`, the Python front end and the modules beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import FunctionType
from typing import Any

from siglum.errors import UserError
from siglum.frontend.elaborate.instances import Compiled, Session, build
from siglum.frontend.elaborate.statements import compile_definition
from siglum.frontend.python.definition import Definition, definition_in, definition_of
from siglum.ir.function import Function
from siglum.ir.types import Type, substitute
from siglum.ir.vocabulary import Vocabulary

Load = Callable[[], Vocabulary] | None
"""How to get the words that Python code may call by name."""


def compiled(d: Definition) -> Compiled:
    """The definition made ready to run; done once."""
    if d.compiled is None:
        d.compiled = compile_definition(d)
    made: Compiled = d.compiled
    return made


def session(vocabulary: Load = None) -> Session:
    """A fresh session; `vocabulary` serves words that Python code calls by name alone."""
    return Session(compiled, vocabulary)


def elaborate_definition(
    d: Definition, bindings: Mapping[str, Type] | None = None, overflow: str = "stop", vocabulary: Load = None
) -> Function:
    """The IR function of a definition, its type variables as `bindings` say. Raises `UserError`."""
    given = dict(bindings or {})
    types = tuple(substitute(p, given) for _, p in d.params)
    unknown = next((t for t in types if t.has_vars or t.kind == "fn"), None)
    if unknown is not None:
        head = d.node.args.args[types.index(unknown)]
        raise UserError(f"{unknown} is no type of a value", d.place(head), "give the parameter one type", "E-053")
    s = session(vocabulary)
    s.building.append((d, types))
    return build(s, compiled(d), types, given, "wrap" if d.wraps else overflow)


def function_from_python(function: Callable[..., Any], *, overflow: str = "stop", vocabulary: Load = None) -> Function:
    """The IR function of a Python function. Raises `UserError` for what lies outside the subset."""
    plain = getattr(function, "__wrapped__", function)
    if not isinstance(plain, FunctionType):
        raise UserError(f"{type(function).__name__} is no Python function", None, "give a function", "E-050")
    return elaborate_definition(definition_of(plain), None, overflow, vocabulary)


def function_from_source(
    text: str,
    name: str,
    source: str = "<python>",
    *,
    overflow: str = "stop",
    functions: Mapping[str, Function] | None = None,
    vocabulary: Load = None,
) -> Function:
    """The IR function of the function `name` in the text of a Python file, which is read, not run. `functions` are
    ready ones that the text may call by name. Raises `UserError`.
    """
    return elaborate_definition(definition_in(text, name, source, dict(functions or {})), None, overflow, vocabulary)


@cache
def function_of_word(word: Any, bindings: tuple[tuple[str, Type], ...] = (), overflow: str = "stop") -> Function:
    """The IR function of a word's declaration on its own."""
    return elaborate_definition(definition_of(word.function), dict(bindings), overflow)


__all__ = ["compiled", "elaborate_definition", "function_from_python", "function_from_source", "session"]

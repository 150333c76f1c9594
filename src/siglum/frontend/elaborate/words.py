"""Calls of words and other definitions from Python code: who is charged with a stop, which overload fits.

Imports `siglum.ir`, the Python front end and the modules beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from siglum.frontend.elaborate.frame import Frame, Span
from siglum.frontend.elaborate.instances import Site, call_definition, fits
from siglum.frontend.elaborate.stage import Refusal
from siglum.frontend.elaborate.values import Value
from siglum.frontend.python.definition import Definition, definition_of
from siglum.ir.types import Type


def site_of(f: Frame, d: Definition, span: Span) -> Site:
    """How a call of `d` at `span` is charged: words as a whole, other functions by their own places."""
    if f.fixed >= 0:
        return Site(f.st, f.st.session, f.fixed, f.fixed)
    if d.is_word:
        origin = f.at(span, d.name)
        return Site(f.st, f.st.session, origin, origin)
    origin = f.at(span)
    return Site(f.st, f.st.session, origin, origin if f.d.is_word else -1)


def call_of(f: Frame, d: Definition, values: Sequence[Value], span: Span) -> Value:
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
            return call_of(f, definition_of(overload.function), values, span)
    return call_of(f, definition_of(word.function), values, span)


def call_named_word(f: Frame, name: str, values: Sequence[Value], span: Span, instead: str) -> Value:
    """Calls a word of the vocabulary that does what a Python function does. Raises `Refusal` where there is none."""
    vocabulary = f.st.session.vocabulary
    overloads = vocabulary.overloads(name) if vocabulary is not None else ()
    if not overloads:
        raise Refusal(f"`{instead}` is outside the subset", "", "E-055")
    return call_word(f, overloads[0], values, span)

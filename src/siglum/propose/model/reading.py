"""One text of a model as a phrase over a Spec's parameters: as it stands, out of a definition, or out of Python.

Imports `siglum.errors`, `siglum.frontend.phrase`, `siglum.records`, `examine` and its siblings.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from siglum.errors import UserError, echo
from siglum.frontend.phrase.parser import split_definition
from siglum.frontend.phrase.printer import print_tree
from siglum.propose.examine import language
from siglum.propose.model.python_text import phrase_of
from siglum.records import Spec

_ENDS: Final = re.compile(r"[\s;.]+$")
_QUOTES: Final = ("`", '"', "'")
_RETURN: Final = re.compile(r"^(?:return\s+|->\s*|=\s*)")


class Reading(NamedTuple):
    """A candidate's text, in its one printed form if it is a phrase with types; `how` it was read, for people."""

    text: str
    typed: bool
    how: str = ""


def reading_of(text: str, spec: Spec) -> Reading | None:
    """What `text` means as a candidate; None where it cannot be shown as it stands, as with control characters in it."""
    raw, text = text, " ".join(text.split())
    if not text or echo(text, len(text)) != text:
        return None
    plain = _RETURN.sub("", _ENDS.sub("", text))
    body = _body(plain, spec)
    names = [name for name, _ in spec.params]
    ways: tuple[tuple[str, Callable[[], str | None]], ...] = (
        ("", lambda: text),
        ("", lambda: plain),
        ("", lambda: _unquoted(plain)),
        ("out of its definition", lambda: body),
        ("read as Python", lambda: phrase_of(raw, names)),
        ("read as Python", lambda: phrase_of(raw, names, "is")),
    )
    for how, way in ways:
        found = _typed(way() or "", spec)
        if found is not None:
            return Reading(found, True, how)
    return Reading(body or plain or text, False)


def reads(text: str, spec: Spec) -> bool:
    """Whether `text` is a phrase with types, however it is read."""
    found = reading_of(text, spec)
    return found is not None and found.typed


def _typed(text: str, spec: Spec) -> str | None:
    """The printed form of a phrase that has types, with its subject; None for any other text."""
    if not text:
        return None
    try:
        language().read(text, spec.params, spec.result)
        body = language().parse(text, spec.params, spec.result).definitions[-1].body
        return print_tree(body, frozenset(name for name, _ in spec.params))
    except UserError:
        return None


def _unquoted(text: str) -> str:
    return text[1:-1].strip() if len(text) > 2 and text[0] == text[-1] and text[0] in _QUOTES else ""


def _body(text: str, spec: Spec) -> str:
    """The body of a text that is one definition with the Spec's parameters, by whatever names; else nothing."""
    try:
        found = split_definition(text, language().vocabulary)
    except UserError:
        return ""
    if found is None:
        return ""
    _, params, _, before, at = found
    if before.strip() or [t for _, t in params] != [t for _, t in spec.params]:
        return ""
    body = text[at:].strip()
    renamed = [f"{wanted} as {given}" for (given, _), (wanted, _) in zip(params, spec.params, strict=True) if given != wanted]
    return " ".join([*renamed, body])

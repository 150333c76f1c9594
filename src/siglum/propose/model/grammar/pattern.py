"""A regular expression of a phrase's tokens, for JSON schemas. Imports `siglum.frontend.phrase`.

Of regular expressions it has what every reader of schemas knows: groups, `|`, `*`, `+`, `?` and sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from siglum.frontend.phrase.grammar import ELSE, PRECEDENCE

_NUMBER: Final = r"-?[0-9]+(\.[0-9]+)?"
_TEXT: Final = r'"([^"\\]|\\.)*"'
_CHARACTER: Final = r"'([^'\\]|\\.)'"
_EMPTY: Final = r"\[\]"
_SPECIAL: Final = frozenset("*+?|()[].\\")
_MARKS: Final = ("|", "?", ":", "true", "false", "it", "acc", "as", ELSE)


def pattern_of(names: Sequence[str], words: Sequence[str]) -> str:
    """Tokens with one space between them, brackets next to what they hold. `names` are those of the parameters."""
    plain = sorted({*names, *words, *PRECEDENCE, *_MARKS}, key=lambda t: (-len(t), t))
    token = f"({'|'.join([*map(_literal, plain), _NUMBER, _TEXT, _CHARACTER, _EMPTY])})"
    bracketed = rf"[(\[]*{token}[)\]]*"
    return f"^{bracketed}( {bracketed})*$"


def _literal(text: str) -> str:
    return "".join(f"\\{c}" if c in _SPECIAL else c for c in text)

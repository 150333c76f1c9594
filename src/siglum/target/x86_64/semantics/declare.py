"""Short notation for many instruction forms at once. Imports `semantics.operation` only."""

from __future__ import annotations

import re
from typing import Final

from siglum.target.x86_64.semantics.operation import Form, Meaning

_SETS: Final = {"w": ("8", "16", "32", "64"), "v": ("16", "32", "64"), "d": ("32", "64")}
"""Operand widths by letter."""
_GROUP: Final = re.compile(r"\{([^}]*)\}")

AVX: Final = ("avx",)
AVX2: Final = ("avx2",)


def expand(pattern: str) -> list[str]:
    """A pattern's names: {w} stands for 8, 16, 32, 64 (the same wherever it stands), {v} for all but 8, {d} for 32 and 64;
    {A|B} for A or B. Spaces separate patterns.
    """
    found: list[str] = []
    for part in pattern.split():
        group = _GROUP.search(part)
        if group is None:
            found.append(part)
            continue
        for choice in _SETS.get(group[1]) or group[1].split("|"):
            found += expand(part.replace(group[0], choice))
    return found


class Table:
    """Forms by the names that iced-x86 gives them; a name is declared once."""

    def __init__(self) -> None:
        self.forms: dict[str, Form] = {}

    def form(self, pattern: str, meaning: Meaning, *features: str, undefined: str = "", aligned: bool = False) -> None:
        """Declares all forms of a pattern (see `expand`). `undefined` are flags, separated by spaces."""
        for name in expand(pattern):
            if name in self.forms:
                raise ValueError(f"{name} is declared twice")
            self.forms[name] = Form(meaning, features, tuple(undefined.split()), aligned)

"""Every diagnostic Siglum can give: code, place, cause, and what to do next.

Imports nothing of the package; everything may import it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

MAX_ECHO = 60
CARET_CONTEXT = 100
"""Characters shown on each side of a caret."""


def echo(text: str, limit: int = MAX_ECHO) -> str:
    """User text made safe to print: control, bidi and zero-width characters escaped, length cut to `limit`."""
    out: list[str] = []
    for character in text[: limit + 1]:
        if character.isprintable() and not _is_invisible(character):
            out.append(character)
        else:
            out.append(f"\\u{ord(character):04x}" if ord(character) > 0xFF else f"\\x{ord(character):02x}")
    shown = "".join(out[:limit])
    return shown + "..." if len(text) > limit else shown


def _is_invisible(character: str) -> bool:
    point = ord(character)
    return 0x200B <= point <= 0x200F or 0x202A <= point <= 0x202E or 0x2060 <= point <= 0x2069 or point == 0xFEFF


@dataclass(frozen=True, slots=True)
class Place:
    """A span of source: `source` names the text (`<phrase>`, a file); offsets count characters from 0.

    `line` and `column` count from 1; `text` is the source line, for the caret.
    """

    source: str
    line: int
    column: int
    length: int
    text: str = ""

    def __str__(self) -> str:
        return f"{self.source}:{self.line}:{self.column}"

    def caret(self) -> str:
        """Two lines: the source line, or what is near the span of a long one, and a caret under the span."""
        text, at = self.text.replace("\t", " "), self.column - 1
        first, last = max(0, at - CARET_CONTEXT), at + CARET_CONTEXT
        before, span, after = text[first:at], text[at : min(last, at + self.length)], text[at + self.length : last]
        before, span, after = (echo(part, len(part)) for part in (before, span, after))
        before = ("..." if first else "") + before
        return f"  {before}{span}{after}{'...' if len(text) > last else ''}\n  {' ' * len(before)}{'^' * max(1, len(span))}"

    def as_json(self) -> dict[str, Any]:
        return {"source": self.source, "line": self.line, "column": self.column, "length": self.length}


def place_in(source: str, text: str, start: int, end: int) -> Place:
    """The place of `text[start:end]` in `text`."""
    line, column = line_and_column(text, start)
    line_start = start - column + 1
    line_end = text.find("\n", start)
    line_text = text[line_start : line_end if line_end >= 0 else len(text)]
    return Place(source, line, column, max(1, end - start), line_text)


def line_and_column(text: str, at: int) -> tuple[int, int]:
    """Where the character at offset `at` stands, both counted from 1."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


@dataclass(eq=False)
class SiglumError(Exception):
    """A refusal a user can cause. `code` is `E-NNN`, `exit` the process status, `fix` what to do next."""

    message: str
    place: Place | None = None
    fix: str = ""
    code: str = "E-000"
    exit: int = 2
    extra: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        where = f", {self.place}" if self.place else ""
        what_next = f"; {self.fix}" if self.fix else ""
        return f"{self.message}{where}{what_next}"

    def line(self) -> str:
        """The one line for a terminal."""
        return f"siglum: error[{self.code}]: {self}"

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "exit": self.exit,
            "message": self.message,
            "place": self.place.as_json() if self.place else None,
            "fix": self.fix,
            **self.extra,
        }


class UserError(SiglumError):
    """The input or the options are wrong (exit 2)."""


class EnvironmentFault(SiglumError):
    """The machine, the file system or a missing tool is at fault (exit 3)."""

    def __init__(self, message: str, place: Place | None = None, fix: str = "", code: str = "E-300") -> None:
        super().__init__(message, place, fix, code, 3)


class UnsafeCode(SiglumError):
    """Machine code refused by the screen (exit 5)."""

    def __init__(self, message: str, place: Place | None = None, fix: str = "", code: str = "E-029") -> None:
        super().__init__(message, place, fix, code, 5)


STOP_CODES = {
    "overflow": "E-101",
    "division by zero": "E-102",
    "index": "E-103",
    "empty": "E-104",
    "range": "E-105",
    "length": "E-106",
    "utf-8": "E-107",
    "memory": "E-108",
    "fuel": "E-109",
    "stack": "E-110",
    "number": "E-111",
    "file": "E-112",
    "argument": "E-113",
}
"""The named ways a program stops. Keys are the `kind` of `Stop` and of stopping primitives."""

STOP_CAUSES = {
    "overflow": "the result does not fit",
    "division by zero": "division by zero",
    "index": "index out of range",
    "empty": "there is no value",
    "range": "the value does not fit its type",
    "length": "the lengths differ",
    "utf-8": "invalid UTF-8",
    "memory": "out of memory",
    "fuel": "out of fuel",
    "stack": "calls nest too deep",
    "number": "not a number",
    "file": "I/O error",
    "argument": "the argument is outside what the word accepts",
}


class Stop(SiglumError):
    """A program stopped: `kind` says how, `word` names the word, `place` where it stands (exit 1)."""

    def __init__(self, kind: str, word: str = "", place: Place | None = None) -> None:
        named = f"`{word}` stopped: " if word else "stopped: "
        super().__init__(named + STOP_CAUSES[kind], place, "", STOP_CODES[kind], 1)
        self.kind = kind
        self.word = word

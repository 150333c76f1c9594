"""The texts examples stand in: where an offset is, where a value ends, and errors of a part moved to the whole.

Imports `errors` and `frontend.literals`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import Final

from siglum.errors import Place, UserError
from siglum.frontend.literals import MAX_NESTING

MAX_VALUES: Final = 100_000
"""How many values may stand one behind the other, whatever becomes of them."""
_LONG: Final = 200
"""Characters of a value whose end is remembered: it is looked for more than once."""
_NEWLINE: Final = re.compile("\n")
_OPENER: Final = re.compile(r'["\[({]')
_BRACKET: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|["\[\](){}]', re.DOTALL)
"""A whole text, a quote that is not closed, or a bracket."""


class Document:
    """One text that examples are read from. `source` names it in places, as `<example 1>` or a file's path."""

    def __init__(self, source: str, text: str) -> None:
        self.source, self.text = source, text
        self._shown: tuple[int, str] = (-1, "")
        self._closed: dict[int, int] = {}

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(found.end() for found in _NEWLINE.finditer(self.text))]

    def place(self, start: int, end: int) -> Place:
        """The place of `text[start:end]`; places on one line share that line's text."""
        line = bisect_right(self._lines, start)
        first = self._lines[line - 1]
        if self._shown[0] != line:
            last = self._lines[line] if line < len(self._lines) else len(self.text)
            self._shown = (line, self.text[first:last].rstrip("\r\n"))
        return Place(self.source, line, start - first + 1, max(1, end - start), self._shown[1])

    def refusal(self, message: str, start: int, end: int, fix: str = "", code: str = "E-041") -> UserError:
        """The error that says `message` of `text[start:end]`."""
        return UserError(message, self.place(start, end), fix, code)

    def moved(self, error: UserError, part: str, start: int, end: int) -> UserError:
        """`error`, which was found in `part` alone, at its place in the document, where the part is `text[start:end]`. Where the
        two are not spelled alike, the place is the whole part.
        """
        place = error.place
        if place is None or end - start != len(part):
            found = self.place(start, end)
        else:
            before = [0, *(newline.end() for newline in _NEWLINE.finditer(part))][place.line - 1]
            at = start + before + place.column - 1
            found = self.place(at, at + place.length)
        return UserError(error.message, found, error.fix, error.code)

    def end_of_part(self, at: int, end: int, stop: re.Pattern[str]) -> tuple[int, int]:
        """Where `stop` first matches from `at` on, outside of brackets and double quotes, or `end`; and where a bracket or quote
        opens that is not closed before `end`, or -1. Raises E-015 for brackets nested too deep.
        """
        stopped = -1
        for _ in range(MAX_VALUES):
            if stopped < at:
                found = stop.search(self.text, at, end)
                stopped = found.start() if found else end
            opener = _OPENER.search(self.text, at, stopped)
            if opener is None:
                return stopped, -1
            at = self._behind(opener.start(), end)
            if at < 0:
                return end, opener.start()
        message = f"more than {MAX_VALUES} values in one example"
        raise self.refusal(message, at, end, "a list is one value, as in [1,2,3]", "E-019")

    def _behind(self, start: int, end: int) -> int:
        """Where the bracket or quote that opens at `start` has been closed, or -1."""
        if start in self._closed:
            return self._closed[start]
        depth = 0
        for found in _BRACKET.finditer(self.text, start, end):
            mark = found[0]
            if mark == '"':
                return -1
            if mark in "[({":
                depth += 1
                if depth > MAX_NESTING:
                    message = f"nesting over {MAX_NESTING}"
                    raise self.refusal(message, found.start(), found.end(), "give a flatter value", "E-015")
            elif mark in "])}":
                depth -= 1
            if depth == 0:
                if found.end() - start > _LONG:
                    self._closed[start] = found.end()
                return found.end()
        return -1

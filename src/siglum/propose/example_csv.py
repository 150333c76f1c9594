"""Examples in CSV: the first line names the columns, one of them the result; every other line is an example.

Fields are separated by comma, semicolon or tab. A field in double quotes is read without them; one that begins with a
bracket goes on to the bracket that closes it. Imports `errors` and its siblings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from siglum.errors import UserError, echo
from siglum.propose.example_cells import FIELD, QUOTED, Cell, Row
from siglum.propose.example_document import Document
from siglum.propose.example_json import OUTPUTS
from siglum.propose.example_text import MAX_ARGUMENTS

DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab"}

_QUOTED: Final = re.compile(r'"(?:[^"]|"")*+"')
_BLANK_LINES: Final = re.compile(r"(?:[ \t\r]*+(?:\n|\Z))*+")
_DIGITS_AROUND: Final = re.compile(r"(?<![^,\n])[+-]?[0-9]+,[0-9]+(?![^,\r])")


def rows_of_csv(document: Document, delimiter: str | None = None) -> Iterator[Row]:
    """The examples of a CSV file; without `delimiter` its first line tells.

    Raises `UserError`: E-012 two columns that may be the result, E-019 a line with more or fewer fields than the first, E-022 a
    decimal comma that may be two fields, E-041 what is no CSV.
    """
    reader = _Reader(document, delimiter or "")
    header = reader.header()
    if header is None:
        return
    names = [cell.text for cell in header]
    result = _result_column(header)
    arguments = [k for k in range(len(names)) if k != result]
    while (cells := reader.record()) is not None:
        if len(cells) != len(names):
            raise _ragged(document, cells, len(names), reader.delimiter)
        place = document.place(cells[0].start, max(cells[0].start + 1, cells[-1].end))
        yield Row(place, tuple(cells[k] for k in arguments), cells[result], tuple(names[k] for k in arguments))


class _Reader:
    """Reads fields from `at` on."""

    def __init__(self, document: Document, delimiter: str) -> None:
        self.document, self.text, self.at = document, document.text, 0
        self.delimiter = delimiter
        self.stop = re.compile(f"[{delimiter}\n]")

    def header(self) -> list[Cell] | None:
        """The names of the columns; settles the delimiter. None where the file has only blank lines."""
        if not self.skip_blank_lines():
            return None
        if not self.delimiter:
            self.delimiter = self.found_delimiter()
            self.stop = re.compile(f"[{self.delimiter}\n]")
        cells = self.record() or []
        for k, cell in enumerate(cells):
            if not cell.text or not cell.bare:
                what = "a column without a name" if not cell.text else f"{cell.written} is no name of a column"
                raise cell.refusal(what, "the first line names the columns, as in xs,result")
            if any(cell.text == other.text for other in cells[:k]):
                raise cell.refusal(f"two columns are called {cell.written}", "rename one")
        if len(cells) == 1:
            raise cells[0].refusal("only one column", "the columns are the arguments and the result, as in xs,result")
        return cells

    def found_delimiter(self) -> str:
        """The separator that the first line uses; of several the one that makes the most columns, tab and semicolon first."""
        end = self.text.find("\n", self.at)
        line = _QUOTED.sub("", self.text[self.at : end if end >= 0 else len(self.text)])
        return max(("\t", ";", ","), key=line.count)

    def skip_blank_lines(self) -> bool:
        """Goes to the next line that is not blank; whether there is one."""
        blank = _BLANK_LINES.match(self.text, self.at)
        self.at = blank.end() if blank else self.at
        return self.at < len(self.text)

    def record(self) -> list[Cell] | None:
        """The fields of the next line, or None behind the last one."""
        if not self.skip_blank_lines():
            return None
        cells: list[Cell] = []
        while True:
            cells.append(self.field())
            if len(cells) > MAX_ARGUMENTS + 1:
                fix = "a list is one argument, as in [1,2,3]"
                raise cells[-1].refusal(f"more than {MAX_ARGUMENTS} arguments", fix, "E-019")
            if self.at == len(self.text) or self.text[self.at] == "\n":
                self.at += 1
                return cells
            self.at += 1

    def field(self) -> Cell:
        """The next field; `at` then stands on the delimiter, on the end of the line or behind the text."""
        text = self.text
        self.skip_spaces()
        start = self.at
        if text.startswith('"', start):
            return self.quoted(start)
        if text[start : start + 1] in ("[", "(", "{"):
            end_of_line = text.find("\n", start)
            end, _ = self.document.end_of_part(start, end_of_line if end_of_line >= 0 else len(text), self.stop)
        else:
            found = self.stop.search(text, start)
            end = found.start() if found else len(text)
        self.at = end
        while end > start and text[end - 1] in " \r\t":
            end -= 1
        return Cell(self.document, start, end, FIELD)

    def quoted(self, start: int) -> Cell:
        found = _QUOTED.match(self.text, start)
        if found is None:
            raise self.document.refusal('a `"` that is never closed', start, start + 1, 'a `"` inside a field is written twice')
        self.at = found.end()
        self.skip_spaces()
        if self.at < len(self.text) and self.text[self.at] not in ("\n", self.delimiter):
            fix = f'put a {DELIMITERS[self.delimiter]} behind it; a `"` inside a quoted field is written twice'
            raise self.document.refusal("text behind a quoted field", self.at, self.at + 1, fix)
        return Cell(self.document, start, found.end(), QUOTED, found[0][1:-1].replace('""', '"'))

    def skip_spaces(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in " \r\t" and self.text[self.at] != self.delimiter:
            self.at += 1


def _result_column(header: list[Cell]) -> int:
    named = [k for k, cell in enumerate(header) if cell.text.lower() in OUTPUTS]
    if len(named) > 1:
        shown = " and ".join(header[k].written for k in named[:2])
        raise header[named[1]].refusal(f"the columns {shown} may both be the result", "rename one", "E-012")
    return named[0] if named else len(header) - 1


def _ragged(document: Document, cells: list[Cell], wanted: int, delimiter: str) -> UserError:
    start, end = cells[0].start, cells[-1].end
    comma = _DIGITS_AROUND.search(document.text, start, end) if delimiter == "," and len(cells) > wanted else None
    if comma:
        shown = echo(comma[0])
        fix = f"write {shown.replace(',', '.')}, or separate the fields by `;`"
        return document.refusal(f"{shown} is two fields here: decimal comma", comma.start(), comma.end(), fix, "E-022")
    message = f"{len(cells)} field{'s' if len(cells) != 1 else ''} here, {wanted} in the first line"
    return document.refusal(message, start, max(end, start + 1), "give every line as many as there are columns", "E-019")

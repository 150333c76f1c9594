"""One example in writing, `IN -> OUT`: where its arguments and its result stand.

Imports `errors`, `ir.types` and its siblings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from siglum.errors import UserError, echo
from siglum.ir.types import CHAR, STR, Type
from siglum.propose.example_cells import WRITTEN, Cell, Row, is_word
from siglum.propose.example_document import Document
from siglum.records import Params

MAX_ARGUMENTS: Final = 64
"""How many arguments one example may have."""

_ARROW: Final = re.compile("->|=>|→")
_SEPARATOR: Final = re.compile(r"[\s,]")
_BLANK: Final = re.compile(r"\s*")
_FORM: Final = "write [1,2,3] -> 6"


class _Part(NamedTuple):
    """A span of the left side, and whether a comma stands behind it."""

    start: int
    end: int
    comma: bool


def row_of_text(
    document: Document, start: int = 0, end: int | None = None, params: Params | None = None, result: Type | None = None
) -> Row:
    """The example that `document.text[start:end]` writes: arguments, an arrow (`->`, `=>` or `→`), the result.

    Arguments are literals with spaces or commas between them. A word that begins with a letter and is no value is text; several
    such words are one text where a signature or an arrow's right side wants one value, and are refused elsewhere.
    Raises `UserError`: E-012 words that may be one text or several, E-015 nesting, E-019 too many arguments, E-022 two numbers
    that may be one, E-041 no example.
    """
    text = document.text
    start, end = _trimmed(text, start, len(text) if end is None else end)
    arrow, unclosed = document.end_of_part(start, end, _ARROW)
    if arrow == end:
        raise _no_arrow(document, start, end, unclosed)
    behind = arrow + (1 if text[arrow] == "→" else 2)
    left, right = _trimmed(text, start, arrow), _trimmed(text, behind, end)
    if left[0] == left[1] and params != ():
        raise document.refusal("there is no argument before the arrow", arrow, behind, 'write "" for empty text')
    if right[0] == right[1]:
        raise document.refusal("there is no result behind the arrow", arrow, behind, 'write "" for empty text')
    again, _ = document.end_of_part(*right, _ARROW)
    if again < right[1]:
        raise document.refusal("a second arrow", again, again + 1, "one example has one arrow; text stands in double quotes")
    arguments = tuple(Cell(document, a, b, WRITTEN) for a, b in _arguments(document, *left, params))
    return Row(document.place(start, end), arguments, _result(document, *right, result))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and (text[start].isspace() or text[start] == "\ufeff"):
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _no_arrow(document: Document, start: int, end: int, unclosed: int) -> UserError:
    if start == end:
        return document.refusal("empty example", start, end, _FORM, "E-009")
    if unclosed >= 0:
        opener = document.text[unclosed]
        what = "the text" if opener == '"' else f"`{opener}`"
        closer = {"[": "]", "(": ")", "{": "}"}.get(opener, opener)
        return document.refusal(f"{what} is never closed", unclosed, unclosed + 1, f"add `{closer}`")
    return document.refusal(f"no `->` in the example {echo(document.text[start:end])}", start, end, _FORM)


def _is_text(t: Type | None) -> bool:
    return t is not None and (t.element if t.kind == "option" else t) in (STR, CHAR)


def _arguments(document: Document, start: int, end: int, params: Params | None) -> list[tuple[int, int]]:
    """Where the arguments stand in the left side."""
    text = document.text
    if params is not None and len(params) == 1 and _is_text(params[0][1]) and start < end and text[start] != '"':
        return [(start, end)]
    parts = list(_parts(document, start, end))
    if params is None or len(parts) != len(params):
        _refuse_several_readings(document, parts)
    return [(part.start, part.end) for part in parts]


def _parts(document: Document, start: int, end: int) -> Iterator[_Part]:
    text = document.text
    count = 0
    while start < end:
        if text[start] == ",":
            raise document.refusal("a value is missing before `,`", start, start + 1)
        count += 1
        if count > MAX_ARGUMENTS:
            fix = "a list is one argument, as in [1,2,3]"
            raise document.refusal(f"more than {MAX_ARGUMENTS} arguments", start, end, fix, "E-019")
        stop, _ = document.end_of_part(start, end, _SEPARATOR)
        following = _after_blanks(text, stop, end)
        comma = following < end and text[following] == ","
        yield _Part(start, stop, comma)
        if comma:
            start = _after_blanks(text, following + 1, end)
            if start == end:
                raise document.refusal("a value is missing after `,`", following, following + 1)
        else:
            start = following


def _after_blanks(text: str, at: int, end: int) -> int:
    found = _BLANK.match(text, at, end)
    return found.end() if found else at


def _refuse_several_readings(document: Document, parts: list[_Part]) -> None:
    """Raises E-012 for words that may be one text, E-022 for two numbers that may be one."""
    text = document.text
    words = [part for part in parts if is_word(text[part.start : part.end])]
    if len(words) > 1 and not all(part.comma for part in parts[:-1]):
        first, last = parts[0], parts[-1]
        shown = echo(text[first.start : last.end])
        fix = f'write "{shown}" for one text, commas between several arguments'
        raise document.refusal(f"`{shown}` may be one text or {len(parts)} arguments", first.start, last.end, fix, "E-012")
    run: list[_Part] = []
    for k, part in enumerate(parts):
        run = [*run, part] if run and _is_glued(text, run[-1], part) else [part]
        if k + 1 < len(parts) and _is_glued(text, part, parts[k + 1]):
            continue
        if len(run) == 2 or (len(run) > 2 and all(other.end - other.start == 3 for other in run[1:])):
            shown = echo(text[run[0].start : part.end])
            fix = f"put a space behind commas between arguments, or write {shown.replace(',', '.' if len(run) == 2 else '')}"
            message = f"{shown} may be one number or {len(run)}: decimal comma"
            raise document.refusal(message, run[0].start, part.end, fix, "E-022")


def _is_glued(text: str, left: _Part, right: _Part) -> bool:
    """Whether two arguments are whole numbers with nothing but a comma between them."""
    whole, fraction = text[left.start : left.end], text[right.start : right.end]
    return right.start == left.end + 1 and left.comma and whole.lstrip("+-").isdecimal() and fraction.isdecimal()


def _result(document: Document, start: int, end: int, result: Type | None) -> Cell:
    """The result, which is one value: words with blanks between them are one text."""
    cell = Cell(document, start, end, WRITTEN)
    text = document.text
    if not _is_text(result) and "," in text[start:end]:
        stop, _ = document.end_of_part(start, end, _SEPARATOR)
        if stop < end and is_word(text[start:stop]):
            shown = cell.written
            fix = f'write "{shown}" for one text, a list for several values'
            raise cell.refusal(f"`{shown}` may be one text or several results", fix, "E-012")
    return cell

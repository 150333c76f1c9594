"""Examples in JSON: an array of them, or one after the other (JSON lines).

An example is `[ARGUMENT, ..., RESULT]`, `{"input": ARGUMENT, "output": RESULT}` or `{"inputs": [ARGUMENT, ...], "output":
RESULT}`; `inputs` may be an object, whose keys name the parameters. Imports `errors` and its siblings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from typing import Final

from siglum.errors import UserError, echo
from siglum.propose.example_cells import JSON, MAX_LITERAL, SCANNER, Cell, Row
from siglum.propose.example_document import Document

OUTPUTS: Final = ("output", "result", "expected")
"""What the result may be called."""

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_ANY: Final = JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
"""Finds where a value ends, whatever it means."""
_FORM: Final = 'write {"inputs": [[1,2,3], 2], "output": 6} or [[1,2,3], 2, 6]'


def rows_of_array(document: Document) -> Iterator[Row]:
    """The examples of a JSON array. Raises `UserError`: E-015 nesting, E-021, E-023 values without one exact meaning, E-041."""
    cursor = _Cursor(document)
    if cursor.peek() != "[":
        fix = "write [EXAMPLE, ...], or call the file .jsonl if it has one example a line"
        raise cursor.refusal("a JSON file of examples is an array", fix)
    for _ in cursor.elements():
        yield _row(cursor)
    if cursor.peek():
        raise cursor.refusal("text behind the array")


def rows_of_lines(document: Document) -> Iterator[Row]:
    """The examples of JSON lines. Raises as `rows_of_array`."""
    cursor = _Cursor(document)
    before = -1
    while cursor.peek():
        if before >= 0 and "\n" not in document.text[before : cursor.at]:
            raise cursor.refusal("more text behind the example", "write one example a line")
        yield _row(cursor)
        before = cursor.at


class _Cursor:
    """Reads JSON from `at` on: the outer layers here, for their places, and values by the scanner."""

    def __init__(self, document: Document) -> None:
        self.document, self.text, self.at = document, document.text, 0
        self.key_at = 0

    def peek(self) -> str:
        blanks = _SPACE.match(self.text, self.at)
        self.at = blanks.end() if blanks else self.at
        return self.text[self.at : self.at + 1]

    def refusal(self, message: str, fix: str = "", code: str = "E-041", start: int | None = None) -> UserError:
        start = self.at if start is None else start
        return self.document.refusal(message, start, start + 1, fix, code)

    def expect(self, mark: str, what: str) -> None:
        if self.peek() != mark:
            raise self.refusal(f"not JSON: `{mark}` is missing {what}")
        self.at += 1

    def elements(self, closer: str = "]") -> Iterator[None]:
        """Stops at each element of an array or object; the caller reads it before it goes on."""
        start = self.at
        self.at += 1
        more = self.peek() != closer
        while more:
            yield
            following = self.peek()
            if following not in (",", closer):
                if not following:
                    raise self.refusal(f"`{self.text[start]}` is never closed", f"add `{closer}`", start=start)
                raise self.refusal(f"not JSON: `,` or `{closer}` is missing")
            more = following == ","
            if more:
                self.at += 1
        self.at += 1

    def members(self) -> Iterator[str]:
        """The keys of an object, each with `key_at` on it and `at` on its value, which the caller reads. Raises E-023 for a key
        given twice.
        """
        seen: set[str] = set()
        for _ in self.elements("}"):
            if self.peek() != '"':
                raise self.refusal("not JSON: a key in double quotes is missing")
            start = self.at
            key = str(self.value().given)
            if key in seen:
                raise self.refusal(f'the key "{echo(key)}" is given twice', "keep one of them", "E-023", start)
            seen.add(key)
            self.expect(":", "behind the key")
            self.peek()
            self.key_at = start
            yield key

    def value(self) -> Cell:
        """The value that starts here."""
        self.peek()
        start = self.at
        try:
            given, self.at = SCANNER.scan_once(self.text, start)  # type: ignore[attr-defined]
        except StopIteration as missing:
            at = missing.value
            raise self.refusal("not JSON: a value is missing", start=at if at < len(self.text) else start) from None
        except JSONDecodeError as error:
            what = error.msg.lower().removesuffix(" at").rstrip(": ")
            raise self.refusal(f"not JSON: {what}", start=min(error.pos, len(self.text))) from None
        except (ValueError, RecursionError) as error:
            raise self.inexact(start, str(error)) from None
        cell = Cell(self.document, start, self.at, JSON)
        cell.given = given
        return cell

    def inexact(self, start: int, what: str) -> UserError:
        """Why the value at `start`, which is JSON, has no exact meaning, where the scanner only says `what` it found."""
        try:
            _, end = _ANY.raw_decode(self.text, start)
        except RecursionError:
            return self.refusal("nesting over 64 in a value", "give a flatter value", "E-015", start)
        except JSONDecodeError as error:
            return self.refusal(f"not JSON: {error.msg.lower()}", start=min(error.pos, len(self.text)))
        if end - start <= MAX_LITERAL:
            try:
                _ = Cell(self.document, start, end, JSON).type
            except UserError as error:
                return error
        return self.document.refusal(f"{echo(what)} in this value", start, end, "", "E-023")


def _row(cursor: _Cursor) -> Row:
    """The example that starts here."""
    first = cursor.peek()
    start = cursor.at
    names: tuple[str, ...] | None = None
    if first == "[":
        cells = [cursor.value() for _ in cursor.elements()]
        if not cells:
            raise cursor.refusal("this example is empty", _FORM, start=start)
        arguments, result = cells[:-1], cells[-1]
    elif first == "{":
        names, arguments, result = _object(cursor)
    else:
        raise cursor.refusal("an example is an object or an array", _FORM)
    return Row(cursor.document.place(start, cursor.at), tuple(arguments), result, names)


def _object(cursor: _Cursor) -> tuple[tuple[str, ...] | None, list[Cell], Cell]:
    start = cursor.at
    names: tuple[str, ...] | None = None
    arguments: list[Cell] | None = None
    result: Cell | None = None
    for key in cursor.members():
        if key in OUTPUTS:
            if result is not None:
                raise cursor.refusal("two results in one example", f"give one of {', '.join(OUTPUTS)}", start=cursor.key_at)
            result = cursor.value()
            continue
        if key not in ("input", "inputs"):
            raise cursor.refusal(f'unknown key "{echo(key)}" in an example', _FORM, start=cursor.key_at)
        if arguments is not None:
            raise cursor.refusal("`input` and `inputs` in one example", "give one of them", start=cursor.key_at)
        opener = cursor.peek()
        if key == "input":
            arguments = [cursor.value()]
        elif opener == "[":
            arguments = [cursor.value() for _ in cursor.elements()]
        elif opener == "{":
            named = {name: cursor.value() for name in cursor.members()}
            names, arguments = tuple(named), list(named.values())
        else:
            raise cursor.refusal("`inputs` is an array or an object", "write `input` for one argument")
    if arguments is None or result is None:
        raise cursor.refusal(f"this example has no `{'output' if arguments is not None else 'input'}`", _FORM, start=start)
    return names, arguments, result

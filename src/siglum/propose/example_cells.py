"""One value of an example as it was given: read as its spelling says, typed, and fitted to a type that is wanted.

Lists of numbers and text go through the JSON scanner of the standard library, which is fast; whatever it or a type refuses is
read again as a literal, which knows the place. Imports `errors`, `ir`, `frontend.literals` and its siblings.
"""

from __future__ import annotations

import json
import re
from functools import cached_property
from math import isfinite
from typing import Any, Final, NamedTuple

from siglum.errors import Place, UserError, echo
from siglum.frontend.literals import Literal, infer_type, parse_literal, read_value, value_of
from siglum.ir.types import CHAR, MAX_NESTING, STR, Type
from siglum.propose.example_document import Document
from siglum.propose.inference import MISFIT, NoTypeError, fitted, is_key, type_of

JSON: Final = "json"
"""A value of a JSON file: exactly what JSON says, `null` for none."""
WRITTEN: Final = "written"
"""The notation of literals; a word that begins with a letter is text without quotes."""
FIELD: Final = "field"
"""A field of a CSV file: a literal, or text that is no number."""
QUOTED: Final = "quoted"
"""A field of a CSV file that stood in double quotes, which are gone."""

_WORD: Final = re.compile(r'[^\W\d][^\s,\[\](){}"=<>|]*')
_BARE_LINE: Final = re.compile(r'[^\W\d][^,\[\](){}"=<>|]*')
_SPECIAL: Final = frozenset(("nan", "inf", "infinity", "true", "false", "none", "null"))
_NUMERIC: Final = re.compile(r"[+-]?[0-9.,_]*[0-9][0-9.,_]*(?:[eE][+-]?[0-9]*)?")
_DECIMAL_COMMA: Final = re.compile(r"[+-]?[0-9]+,[0-9]+")
_THOUSANDS: Final = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_TEXT_OR_NULL: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|null', re.DOTALL)
_NO_JSON: Final = re.compile("write (nan|-?inf) ")
_SPACE: Final = " \t\r\n"
MAX_LITERAL: Final = 1 << 20
"""Characters of a value that is not JSON, or that has an error whose place is looked for."""
_PART: Final = "<part>"
"""The source of places that count from the start of a cell's text."""


def _exact_float(digits: str) -> float:
    value = float(digits)
    if not isfinite(value) or (value == 0.0 and any(c in "123456789" for c in digits.lower().partition("e")[0])):
        raise ValueError(digits)
    return value


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key twice")
    return found


SCANNER: Final = json.JSONDecoder(parse_float=_exact_float, parse_constant=_no_constant, object_pairs_hook=_distinct)
"""Reads JSON values that have one exact meaning; ValueError for others."""


class Cell:
    """The value `document.text[start:end]`. `text` is what it spells (less than that in a quoted field)."""

    def __init__(self, document: Document, start: int, end: int, kind: str, text: str | None = None) -> None:
        self.document, self.start, self.end, self.kind = document, start, end, kind
        self.text = document.text[start:end] if text is None else text

    @property
    def place(self) -> Place:
        return self.document.place(self.start, self.end)

    @property
    def written(self) -> str:
        """The value as given, made safe to print."""
        return echo(self.text)

    def refusal(self, message: str, fix: str = "", code: str = "E-041") -> UserError:
        return self.document.refusal(message, self.start, self.end, fix, code)

    def moved(self, error: UserError) -> UserError:
        """`error` with its place in the document."""
        if error.place is not None and error.place.source != _PART:
            return error
        if error.code == "E-009":
            return self.refusal("a value is missing", error.fix, "E-009")
        if self.kind == JSON and _NO_JSON.match(error.fix):
            error.fix = f"JSON has no such number: {error.fix}, in a .csv or .txt file"
        start = self.start + (self.kind == QUOTED)
        return self.document.moved(error, self.text, start, self.end - (self.kind == QUOTED))

    def literal(self, refused: str, fix: str = "", code: str = "E-011") -> Literal:
        """The value as a literal, to find what is wrong in it. Raises `UserError` as `parse_literal` does, with places in the
        document, and the rest of the arguments as one where the value is too long for that.
        """
        if len(self.text) > MAX_LITERAL:
            raise self.refusal(refused, fix, code)
        try:
            return parse_literal(self._spelled, _PART)
        except UserError as error:
            raise self.moved(error) from None

    @cached_property
    def decimal_comma(self) -> bool:
        """Whether this is a field that is one number written with a comma, as in 1,5. Raises E-022 for 1,000."""
        if self.kind not in (FIELD, QUOTED) or not _DECIMAL_COMMA.fullmatch(self.text.strip()):
            return False
        if _THOUSANDS.fullmatch(self.text.strip()):
            shown = self.text.strip()
            fix = f"write {shown.replace(',', '.')} or {shown.replace(',', '')}"
            raise self.refusal(f"{echo(shown)} may be a fraction or thousands: decimal comma", fix, "E-022")
        return True

    @property
    def _spelled(self) -> str:
        """The text in the notation of literals, as long as `text`."""
        if self.kind == JSON:
            return _TEXT_OR_NULL.sub(lambda found: "none" if found[0] == "null" else found[0], self.text)
        return self.text.replace(",", ".") if self.decimal_comma else self.text

    @property
    def missing(self) -> bool:
        """Whether this is a field with nothing in it."""
        return self.kind == FIELD and not self.text

    @cached_property
    def bare(self) -> bool:
        """Whether the value is text without the quotes of the notation. Raises E-014 for characters that hide in it."""
        text = self.text.strip(_SPACE)
        if self.kind == JSON or text.lower().lstrip("+-") in _SPECIAL:
            return False
        if self.kind == WRITTEN:
            found = _BARE_LINE.fullmatch(text) is not None
        else:
            found = not text or not (_NUMERIC.fullmatch(text) or text[0] in "[({" or self._is_literal())
        if found and self.kind != QUOTED and not (self.text.isascii() and self.text.isprintable()):
            for character in self.text:
                if echo(character) != character:
                    raise self.refusal(f"U+{ord(character):04X} outside of text", "text stands in double quotes", "E-014")
        return found

    def _is_literal(self) -> bool:
        try:
            parse_literal(self.text)
        except UserError as error:
            return error.code not in ("E-041", "E-014")
        return True

    @cached_property
    def given(self) -> Any:
        """The value in Python as it was given: whole numbers stay whole. Raises `UserError`."""
        if self.kind == JSON or "null" not in self.text:
            try:
                value, end = SCANNER.raw_decode(self.text)
            except (ValueError, RecursionError):
                pass
            else:
                if end == len(self.text):
                    return value
        if self.bare:
            return self.text if self.kind == QUOTED else self.text.strip(_SPACE)
        literal = self.literal(f"more than {MAX_LITERAL >> 20} MB that is not JSON", "write large lists as in [1,2,3]", "E-041")
        try:
            return _plain(literal)
        except UserError as error:
            raise self.moved(error) from None

    @cached_property
    def type(self) -> Type:
        """The type the value has on the face of it; `NOTHING` stands where nothing says it. Raises `UserError`."""
        given = self.given
        try:
            return type_of(given)
        except NoTypeError:
            pass
        literal = self.literal("no type holds this value")
        try:
            _plain(literal)
            value_of(literal, infer_type(literal, allow_unknown=True))
        except UserError as error:
            if error.code == "E-018":
                error.fix = "whole numbers are i64 unless a signature says u64, or f64"
            raise self.moved(error) from None
        raise self.refusal(f"nesting over {MAX_NESTING} in a value", "give a flatter value", "E-015")

    def value(self, t: Type) -> Any:
        """The value as one of type `t`. Raises `UserError` as `value_of` does."""
        inner = t.element if t.kind == "option" else t
        try:
            if self.kind != JSON and inner in (STR, CHAR):
                return read_value(self.text, t, _PART)
            found = fitted(self.given, t, self.kind == JSON)
            return value_of(self.literal(f"this value is no {t}"), t) if found is MISFIT else found
        except UserError as error:
            raise self.moved(error) from None


def _plain(literal: Literal) -> Any:
    """The value a literal spells, whole numbers kept whole. Raises `UserError` for keys that are no keys or given twice."""
    if literal.kind == "list":
        return [_plain(part) for part in literal.parts]
    if literal.kind == "pair":
        return _plain(literal.parts[0]), _plain(literal.parts[1])
    if literal.kind == "map":
        found: dict[Any, Any] = {}
        for key, item in literal.pairs():
            if not is_key(infer_type(key, allow_unknown=True)):
                raise UserError(f"{key.written}: lists and maps cannot be keys", key.place, "keys are numbers or text", "E-011")
            name = _plain(key)
            if name in found:
                raise UserError(f"the key {key.written} is given twice", key.place, "keep one of them", "E-023")
            found[name] = _plain(item)
        return found
    return literal.value


class Row(NamedTuple):
    """One example as given. `names` are what its source calls the arguments, or None."""

    place: Place
    arguments: tuple[Cell, ...]
    result: Cell
    names: tuple[str, ...] | None = None


def is_word(text: str) -> bool:
    """Whether `text` is one word that can be nothing but text: it begins with a letter and is no value."""
    return _WORD.fullmatch(text) is not None and text.lower() not in _SPECIAL

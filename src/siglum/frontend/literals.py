"""The notation of values: command-line arguments, results, and the words' examples are read and shown here.

Imports `siglum.ir` and `siglum.errors`.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from math import isfinite, isnan
from typing import Final

from siglum.errors import Place, SiglumError, UserError, echo, place_in
from siglum.ir.types import (
    BOOL,
    CHAR,
    F32,
    F64,
    I64,
    NOTHING,
    RANGES,
    STR,
    Array,
    Map,
    Option,
    Pair,
    Type,
)  # fmt: skip

MAX_NESTING: Final = 256
_DELIMITERS: Final = ' \t\r\n,:[](){}"'
_SPACE: Final = " \t\r\n"
_INTEGER: Final = re.compile(r"[+-]?[0-9]+(?:_[0-9]+)*")
_FLOAT: Final = re.compile(r"[+-]?[0-9]+(?:_[0-9]+)*(?:\.[0-9]+(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)")
_NUMBER_LIKE: Final = re.compile(r"[+-]?\.?[0-9]")
_SPECIAL_FLOATS: Final = {"nan": float("nan"), "inf": float("inf"), "+inf": float("inf"), "-inf": float("-inf")}
_ESCAPES: Final = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_SHOWN_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_CLOSERS: Final = {"[": "]", "(": ")", "{": "}"}

Value = int | float | bool | str | None | list["Value"] | tuple["Value", "Value"] | dict["Value", "Value"]
"""How Python holds a value: `str` for text and for one character, `tuple` for a pair, None for an absent option."""


class Literal:
    """One value as written. `kind` is int, float, bool, text, none, list, pair or map; a map's parts alternate keys
    and values; `value` is set where there are no parts.
    """

    __slots__ = ("end", "kind", "parts", "source", "start", "text", "value")

    def __init__(self, kind: str, value: int | float | bool | str | None, parts: tuple[Literal, ...] = ()) -> None:
        self.kind, self.value, self.parts = kind, value, parts
        self.source, self.text, self.start, self.end = "", "", 0, 0

    @property
    def place(self) -> Place:
        return place_in(self.source, self.text, self.start, self.end)

    @property
    def written(self) -> str:
        """The literal's own text, made safe to print."""
        return echo(self.text[self.start : self.end])

    def pairs(self) -> Iterator[tuple[Literal, Literal]]:
        """The keys and values of a map."""
        return zip(self.parts[::2], self.parts[1::2], strict=True)


def parse_literal(text: str, source: str = "<argument>") -> Literal:
    """The value `text` spells, with places. Raises `UserError`: E-008 not UTF-8, E-009 empty, E-014 look-alike or
    invisible characters, E-015 nesting, E-021 to E-023 numbers without one exact meaning, E-041 anything else.
    """
    check_utf8(text, source)
    reader = _Reader(text, source)
    if not reader.peek():
        raise UserError(f"empty value in {source}", None, 'give a value such as 4, [1,2,3] or "text"', "E-009")
    result = reader.value(0)
    if reader.peek():
        raise reader.left_over(result)
    return result


def check_utf8(text: str, source: str) -> None:
    """Raises E-008 when `text` carries bytes that were not UTF-8 (Python keeps them as lone surrogates)."""
    if text.isascii():
        return
    for at, character in enumerate(text):
        if 0xD800 <= ord(character) <= 0xDFFF:
            offset = len(text[:at].encode("utf-8", "surrogateescape"))
            raise UserError(f"{source} is not UTF-8 at byte {offset}", None, "give text in UTF-8", "E-008")


class _Reader:
    """Recursive descent over `text`; `at` is the next position."""

    def __init__(self, text: str, source: str) -> None:
        self.text, self.source = text, source
        self.at = 1 if text.startswith("\ufeff") else 0

    def peek(self) -> str:
        text, at = self.text, self.at
        while at < len(text) and text[at] in _SPACE:
            at += 1
        self.at = at
        return text[at] if at < len(text) else ""

    def error(self, message: str, start: int, end: int, fix: str = "", code: str = "E-041") -> UserError:
        return UserError(message, place_in(self.source, self.text, start, end), fix, code)

    def made(self, literal: Literal, start: int) -> Literal:
        literal.source, literal.text, literal.start, literal.end = self.source, self.text, start, self.at
        return literal

    def value(self, depth: int) -> Literal:
        first = self.peek()
        start = self.at
        if first in _CLOSERS:
            if depth >= MAX_NESTING:
                raise self.error(f"nesting over {MAX_NESTING}", start, start + 1, "give a flatter value", "E-015")
            return self.bracketed(first, start, depth + 1)
        if first == '"':
            return self.made(Literal("text", self.quoted()), start)
        return self.plain(start)

    def bracketed(self, opener: str, start: int, depth: int) -> Literal:
        self.at += 1
        closer = _CLOSERS[opener]
        parts: list[Literal] = []
        glued_comma = spaces_only = -1
        while (c := self.peek()) != closer:
            if not c:
                raise self.error(f"`{opener}` is never closed", start, start + 1, f"add `{closer}`")
            if c in ",:":
                raise self.error(f"a value is missing before `{c}`", self.at, self.at + 1)
            parts.append(self.value(depth))
            after = self.at
            c = self.peek()
            if opener == "{" and len(parts) % 2:
                if c != ":":
                    raise self.error("a map needs `:` after its key", self.at, self.at + 1, 'write {"a": 1}')
                self.at += 1
            elif c == ",":
                if self.glued_digits(after):
                    glued_comma = after
                self.at += 1
                if self.peek() == closer:
                    raise self.error("a value is missing after `,`", self.at, self.at + 1)
            elif c not in (closer, ""):
                spaces_only = after
            if glued_comma >= 0 and spaces_only >= 0:
                raise self.decimal_comma(glued_comma)
        self.at += 1
        if opener == "[":
            return self.made(Literal("list", None, tuple(parts)), start)
        if opener == "{":
            if len(parts) % 2:
                raise self.error("a map's last key has no value", self.at - 1, self.at, 'write {"a": 1}')
            return self.made(Literal("map", None, tuple(parts)), start)
        if len(parts) != 2:
            raise self.error(f"a pair has two parts, this has {len(parts)}", start, self.at, 'write (1, "a")')
        return self.made(Literal("pair", None, tuple(parts)), start)

    def glued_digits(self, comma: int) -> bool:
        text = self.text
        return 0 < comma < len(text) - 1 and text[comma - 1].isdigit() and text[comma + 1].isdigit()

    def decimal_comma(self, comma: int) -> UserError:
        start = end = comma
        while start > 0 and self.text[start - 1].isdigit():
            start -= 1
        while end + 1 < len(self.text) and self.text[end + 1].isdigit():
            end += 1
        whole, part = self.text[start:comma], self.text[comma + 1 : end + 1]
        fix = f"write {echo(whole)}.{echo(part)} for one number"
        return self.error("decimal comma", start, end + 1, fix, "E-022")

    def left_over(self, first: Literal) -> UserError:
        at = self.at
        if self.text[at] == "," and first.kind == "int" and self.glued_digits(at):
            return self.decimal_comma(at)
        fix = "write several values as a list, [1,2,3]; text stands in double quotes"
        return self.error(f"more text after the value {first.written}", at, len(self.text), fix)

    def plain(self, start: int) -> Literal:
        end = start
        while end < len(self.text) and self.text[end] not in _DELIMITERS:
            end += 1
        token = self.text[start:end]
        self.at = end
        if not token:
            raise self.error(f"unexpected `{self.text[start]}`", start, start + 1, "give a value such as 4 or [1,2,3]")
        if _INTEGER.fullmatch(token):
            if len(token) > 400:
                raise self.error(f"{echo(token)} is beyond every number type", start, end, "", "E-023")
            return self.made(Literal("int", int(token)), start)
        if _FLOAT.fullmatch(token):
            return self.made(Literal("float", self.float_of(token, start)), start)
        if token in ("true", "false"):
            return self.made(Literal("bool", token == "true"), start)
        if token == "none":
            return self.made(Literal("none", None), start)
        if token in _SPECIAL_FLOATS:
            return self.made(Literal("float", _SPECIAL_FLOATS[token]), start)
        raise self.unreadable(token, start)

    def float_of(self, token: str, start: int) -> float:
        value = float(token)
        if not isfinite(value):
            raise self.error(f"{echo(token)} is beyond f64", start, self.at, "write inf where infinity is meant", "E-023")
        if value == 0.0 and any(c in "123456789" for c in token.lower().partition("e")[0]):
            raise self.error(f"{echo(token)} is too small for f64", start, self.at, "write 0.0 where zero is meant", "E-023")
        return value

    def unreadable(self, token: str, start: int) -> UserError:
        for offset, character in enumerate(token):
            if not character.isascii():
                at = start + offset
                what = f"U+{ord(character):04X} outside of text"
                return self.error(what, at, at + 1, "text stands in double quotes", "E-014")
        lowered = token.lower().lstrip("+-")
        if lowered == "nan":
            fix = "write nan for the one canonical NaN"
            return self.error(f"{echo(token)}: which NaN is meant?", start, self.at, fix, "E-021")
        if lowered in ("inf", "infinity"):
            fix = f"write {'-' if token[0] == '-' else ''}inf where infinity is meant"
            return self.error(f"{echo(token)} is no number of this notation", start, self.at, fix, "E-023")
        if lowered in ("true", "false", "none", "null"):
            return self.error(f"unknown value {echo(token)}", start, self.at, f"write {'none' if lowered == 'null' else lowered}")
        if _NUMBER_LIKE.match(token):
            return self.error(f"malformed number {echo(token)}", start, self.at, "write 12, -3, 0.5 or 1e9")
        return self.error(f"`{echo(token)}` is no value", start, self.at, 'text stands in double quotes: "abc"')

    def quoted(self) -> str:
        """The text between double quotes; `at` moves behind the closing one."""
        start = self.at
        self.at += 1
        out: list[str] = []
        while self.at < len(self.text):
            c = self.text[self.at]
            self.at += 1
            if c == '"':
                return "".join(out)
            out.append(self.escape() if c == "\\" else c)
        raise self.error("the text is never closed", start, start + 1, 'add `"`')

    def escape(self) -> str:
        at = self.at
        name = self.text[at : at + 1]
        if name in _ESCAPES:
            self.at += 1
            return _ESCAPES[name]
        if name != "u":
            fix = 'escapes are \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX'
            raise self.error(f"unknown escape \\{echo(name)}", at - 1, at + 1, fix)
        unit = self.code_unit()
        if 0xD800 <= unit < 0xDC00 and self.text.startswith("\\u", self.at):
            self.at += 1
            low = self.code_unit()
            if 0xDC00 <= low < 0xE000:
                return chr(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
        if 0xD800 <= unit < 0xE000:
            raise self.error(f"\\u{unit:04x} is half of a character", at - 1, at + 5, "write both halves or the character itself")
        return chr(unit)

    def code_unit(self) -> int:
        digits = self.text[self.at + 1 : self.at + 5]
        if len(digits) < 4 or not re.fullmatch("[0-9a-fA-F]{4}", digits):
            raise self.error("\\u needs four hexadecimal digits", self.at - 1, self.at + 5)
        self.at += 5
        return int(digits, 16)


# --- types ---------------------------------------------------------------------------------------------------------


def infer_type(literal: Literal, allow_unknown: bool = False) -> Type:
    """The type read off a value: integers are i64, an array of integers and floats is [f64].

    `[]` and `none` leave a part unknown: an error (E-011) unless `allow_unknown`, which keeps `NOTHING` there.
    Raises `UserError`: E-011 elements of different types, E-018 an integer outside i64.
    """
    found = _infer(literal)
    if not allow_unknown and _holds_nothing(found):
        fix = "give its type: --signature, or a definition with typed parameters"
        raise UserError(f"the type of {literal.written} is not known here", literal.place, fix, "E-011")
    return found


def _holds_nothing(t: Type) -> bool:
    return t is NOTHING or any(_holds_nothing(part) for part in t.args)


def _infer(literal: Literal) -> Type:
    kind = literal.kind
    if kind == "int":
        _check_range(literal, I64)
        return I64
    if kind == "float":
        return F64
    if kind == "bool":
        return BOOL
    if kind == "text":
        return STR
    if kind == "none":
        return Option(NOTHING)
    if kind == "pair":
        return Pair(_infer(literal.parts[0]), _infer(literal.parts[1]))
    if kind == "map":
        return Map(_common_type(literal.parts[::2]), _common_type(literal.parts[1::2]))
    return Array(_common_type(literal.parts))


def _common_type(parts: tuple[Literal, ...]) -> Type:
    common = NOTHING
    for part in parts:
        found = _infer(part)
        if found is common:
            continue
        joined = _join(common, found)
        if joined is None:
            first = parts[0]
            message = f"{first.written} is {common}, {part.written} is {found}: elements have one type"
            raise UserError(message, part.place, "", "E-011")
        common = joined
    return common


def _join(a: Type, b: Type) -> Type | None:
    """The type that holds values of both, or None."""
    if a is b or b is NOTHING:
        return a
    if a is NOTHING:
        return b
    if {a, b} == {I64, F64}:
        return F64
    if a.kind == "option" or b.kind == "option":
        inner = _join(a.element if a.kind == "option" else a, b.element if b.kind == "option" else b)
        return None if inner is None else Option(inner)
    if a.kind != b.kind or a.kind not in ("array", "pair", "map"):
        return None
    parts = [_join(x, y) for x, y in zip(a.args, b.args, strict=True)]
    known = [p for p in parts if p is not None]
    if len(known) < len(parts):
        return None
    return Array(known[0]) if a.kind == "array" else (Pair if a.kind == "pair" else Map)(known[0], known[1])


def _check_range(literal: Literal, t: Type) -> None:
    low, high = RANGES[t]
    assert isinstance(literal.value, int)
    if not low <= literal.value <= high:
        raise UserError(f"{literal.written} does not fit {t} ({low}..{high})", literal.place, "", "E-018")


# --- values --------------------------------------------------------------------------------------------------------


def read_value(text: str, t: Type, source: str = "<argument>") -> Value:
    """The value of type `t` that `text` spells. Where `t` is str or char the text stands for itself, unless all of
    it is one quoted text. Raises `UserError` as `parse_literal` and `value_of` do.
    """
    wanted = t.element if t.kind == "option" and text.strip(_SPACE) != "none" else t
    if wanted is STR or wanted is CHAR:
        check_utf8(text, source)
        stripped = text.strip(_SPACE)
        if len(stripped) > 1 and stripped[0] == stripped[-1] == '"':
            try:
                return value_of(parse_literal(text, source), wanted)
            except SiglumError:
                pass
        if wanted is STR or len(text) == 1:
            return text
        literal = Literal("text", text)
        literal.source, literal.text, literal.end = source, text, len(text)
        return value_of(literal, wanted)
    return value_of(parse_literal(text, source), t)


def value_of(literal: Literal, t: Type) -> Value:
    """The value of type `t` that `literal` spells.

    Raises `UserError`: E-011 another type, E-018 out of range, E-023 no exact value or a key given twice.
    """
    kind, value = literal.kind, literal.value
    if t.kind == "option":
        return None if kind == "none" else value_of(literal, t.element)
    if t in RANGES and kind == "int":
        _check_range(literal, t)
        return value
    if t is F64 or t is F32:
        if kind in ("int", "float"):
            return _float_value(literal, t)
    elif t is BOOL:
        if kind == "bool":
            return value
    elif t is STR:
        if kind == "text":
            return value
    elif t is CHAR:
        if kind == "text":
            assert isinstance(value, str)
            if len(value) != 1:
                raise UserError(f"{literal.written} is {len(value)} characters, char is one", literal.place, "", "E-018")
            return value
    elif t.kind == "array":
        if kind == "list":
            return [value_of(part, t.element) for part in literal.parts]
    elif t.kind == "pair":
        if kind == "pair":
            return value_of(literal.parts[0], t.args[0]), value_of(literal.parts[1], t.args[1])
    elif t.kind == "map" and kind == "map":
        return _map_value(literal, t)
    raise UserError(f"{literal.written} is {_kind_name(literal)}, {t} is wanted", literal.place, "", "E-011")


def _kind_name(literal: Literal) -> str:
    try:
        return str(_infer(literal)).replace(str(NOTHING), "?")
    except UserError:
        return f"a {literal.kind}"


def _float_value(literal: Literal, t: Type) -> float:
    value = literal.value
    assert isinstance(value, int | float)
    try:
        result = float(value)
        if t is F32:
            result = _as_f32(result)
    except OverflowError:
        raise UserError(f"{literal.written} is beyond {t}", literal.place, "", "E-023") from None
    if literal.kind == "int" and result != value:
        fix = f"write {literal.written}.0 to round it"
        raise UserError(f"{literal.written} has no exact {t}", literal.place, fix, "E-023")
    return result


def _as_f32(value: float) -> float:
    """`value` rounded to f32; OverflowError when it is too large."""
    rounded: float = struct.unpack("<f", struct.pack("<f", value))[0]
    return rounded


def _map_value(literal: Literal, t: Type) -> Value:
    result: dict[Value, Value] = {}
    for key, value in literal.pairs():
        k = value_of(key, t.args[0])
        if isinstance(k, list | dict):
            raise UserError(f"{t.args[0]} cannot be a key", key.place, "", "E-011")
        if k in result:
            raise UserError(f"the key {key.written} is given twice", key.place, "keep one of them", "E-023")
        result[k] = value_of(value, t.args[1])
    return result


# --- showing -------------------------------------------------------------------------------------------------------


def show_value(value: Value, t: Type) -> str:
    """`value` of type `t` in the notation `read_value` reads; floats so that reading gives the same bits back."""
    if t.kind == "option":
        return "none" if value is None else show_value(value, t.element)
    if t is STR or t is CHAR:
        assert isinstance(value, str)
        return show_text(value)
    if t is F64 or t is F32:
        assert isinstance(value, int | float)
        return show_float(value, t)
    if isinstance(value, bool):
        return "true" if value else "false"
    if t.kind == "pair":
        assert isinstance(value, tuple)
        return f"({show_value(value[0], t.args[0])},{show_value(value[1], t.args[1])})"
    if t.kind == "map":
        assert isinstance(value, dict)
        key, item = t.args
        return "{" + ",".join(f"{show_value(k, key)}:{show_value(v, item)}" for k, v in value.items()) + "}"
    if t.kind == "array":
        assert isinstance(value, list)
        return "[" + ",".join([show_value(v, t.element) for v in value]) + "]"
    return str(value)


def show_float(value: float, t: Type = F64) -> str:
    """The shortest decimal that reads back as the same f64 (or f32); `nan`, `inf` and `-inf` by name."""
    value = float(value)
    if isnan(value):
        return "nan"
    if t is F32 and isfinite(value):
        for digits in range(1, 10):
            shown = f"{value:.{digits}g}"
            if abs(float(shown)) <= 3.4028235677973366e38 and _as_f32(float(shown)) == value:
                return repr(float(shown))
    return repr(value)


def show_text(value: str) -> str:
    """`value` in double quotes; quotes, backslashes and everything that does not show as itself escaped."""
    if value.isprintable() and value.isascii() and '"' not in value and "\\" not in value:
        return f'"{value}"'
    return '"' + "".join(_SHOWN_ESCAPES.get(c) or (c if echo(c) == c else _unicode_escape(c)) for c in value) + '"'


def _unicode_escape(character: str) -> str:
    point = ord(character)
    if point <= 0xFFFF:
        return f"\\u{point:04x}"
    point -= 0x10000
    return f"\\u{0xD800 + (point >> 10):04x}\\u{0xDC00 + (point & 0x3FF):04x}"

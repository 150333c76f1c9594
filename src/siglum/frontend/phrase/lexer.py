"""Phrase text to tokens with character spans; refuses what only looks like a phrase.

Imports `siglum.errors` only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

from siglum.errors import UserError, place_in

MAX_NESTING = 256
"""Brackets, chains and choices may nest this deep; the tree of a phrase is at most this high."""

MAX_INTEGER = 2**64 - 1
MIN_INTEGER = -(2**63)

SYMBOL_SYNONYMS = {"==": "=", "<>": "!=", "&&": "and", "||": "or"}

_SPACE = re.compile(r"[ \t\r\n]*")
_TOKEN = re.compile(
    r"""[ \t\r\n]*+
      (?: (?P<name>[A-Za-z_][A-Za-z_0-9]*)
      | (?P<float>[0-9][0-9_]*(?:\.[0-9][0-9_]*(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+))
      | (?P<int>0[xX][0-9a-fA-F_]+|0[bB][01_]+|[0-9][0-9_]*)
      | (?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
      | (?P<symbol>\*\*|//|->|!=|==|<>|<=|>=|&&|\|\||[-+*/%<>=])
      | (?P<mark>[()\[\]{}|?:,.])
      )""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]{1,6}\}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_SIMPLE_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "\\": "\\", '"': '"', "'": "'"}
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_LOOK_ALIKES = {
    "\u0430": "a", "\u0435": "e", "\u043e": "o", "\u0440": "p", "\u0441": "c", "\u0443": "y", "\u0445": "x", "\u0456": "i",
    "\u0458": "j", "\u0455": "s", "\u0501": "d", "\u04bb": "h", "\u0578": "n", "\u057d": "u", "\u1d20": "v", "\u0391": "A",
    "\u0392": "B", "\u0395": "E", "\u0396": "Z", "\u0397": "H", "\u0399": "I", "\u039a": "K", "\u039c": "M", "\u039d": "N",
    "\u039f": "O", "\u03a1": "P", "\u03a4": "T", "\u03a5": "Y", "\u03a7": "X", "\u03bf": "o", "\u2212": "-", "\u2013": "-",
    "\u2014": "-", "\u00d7": "*", "\u00f7": "/", "\u2264": "<=", "\u2265": ">=", "\u2260": "!=", "\u201c": '"',
    "\u201d": '"', "\u2018": "'", "\u2019": "'", "\u201a": "'", "\uff08": "(", "\uff09": ")", "\uff3b": "[", "\uff3d": "]",
    "\uff5c": "|", "\uff1f": "?", "\uff1a": ":", "\uff0c": ",", "\uff0e": ".",
}  # fmt: skip
"""Letters and signs of other scripts that look like ASCII ones."""


class Token(NamedTuple):
    """`kind` is name, int, float, text (double quotes), char (single quotes), symbol, mark or end.

    `value` is the text of names, symbols and marks, the value of literals.
    """

    kind: str
    value: str | int | float
    start: int
    end: int


_token: Final[Callable[[tuple[str, str | int | float, int, int]], Token]] = partial(tuple.__new__, Token)
"""A token of its fields, without a call in Python."""


class Tokens(NamedTuple):
    """The tokens, an `end` token last. `commas` has, for each index of an opening bracket, how many commas
    stand directly inside it; `depth` is the deepest nesting of brackets.
    """

    all: list[Token]
    commas: dict[int, int]
    depth: int


def read_tokens(text: str, source: str) -> Tokens:
    """All tokens of `text`. Raises `UserError` for characters outside the language (E-014), numbers no type
    holds (E-018, E-023), brackets nested deeper than 256 (E-015) and unfinished text (E-041).
    """
    tokens: list[Token] = []
    commas: dict[int, int] = {}
    opened: list[int] = []
    depth = 0
    at = 1 if text.startswith("\ufeff") else 0
    while True:
        found = _TOKEN.match(text, at)
        if found is None:
            break
        kind = found.lastgroup
        assert kind is not None
        word = found[kind]
        at = found.end()
        start = at - len(word)
        if kind == "name":
            tokens.append(_token(("name", word, start, at)))
        elif kind == "mark":
            if word in "([{":
                opened.append(len(tokens))
                commas[len(tokens)] = 0
                depth = max(depth, len(opened))
                if depth > MAX_NESTING:
                    raise too_deep(text, start, source)
            elif word in ")]}" and opened:
                opened.pop()
            elif word == "," and opened:
                commas[opened[-1]] += 1
            tokens.append(_token(("mark", word, start, at)))
        elif kind == "symbol":
            tokens.append(_token(("symbol", SYMBOL_SYNONYMS.get(word, word), start, at)))
        elif kind == "text":
            tokens.append(_text(text, word, start, source))
        else:
            tokens.append(_number(text, word, kind == "float", start, source))
    blanks = _SPACE.match(text, at)
    if blanks is not None and blanks.end() < len(text):
        raise _bad_character(text, blanks.end(), source)
    tokens.append(_token(("end", "", len(text), len(text))))
    return Tokens(tokens, commas, depth)


def too_deep(text: str, at: int, source: str) -> UserError:
    """The refusal of deep nesting at offset `at`."""
    place = place_in(source, text, at, at + 1)
    message = f"nesting over {MAX_NESTING} at {place.line}:{place.column}"
    fix = "give a part of it a name, in a definition of its own; each link of a chain is a level too"
    return UserError(message, place, fix, "E-015")


def _number(text: str, word: str, is_float: bool, start: int, source: str) -> Token:
    end = start + len(word)
    if end < len(text) and (text[end].isalnum() or text[end] == "_"):
        place = place_in(source, text, start, end + 1)
        raise UserError(f"the number {word[:20]} runs into a name", place, "put a space between them", "E-041")
    if is_float:
        value = float(word)
        if value in (float("inf"), float("-inf")):
            raise UserError(f"{word[:20]} does not fit f64", place_in(source, text, start, end), "", "E-023")
        return _token(("float", value, start, end))
    digits = word.replace("_", "")
    whole = int(digits, 0 if digits[:2].lower() in ("0x", "0b") else 10) if len(digits) <= 66 else MAX_INTEGER + 1
    if whole > MAX_INTEGER:
        shown = word if len(word) <= 24 else word[:20] + "..."
        raise UserError(f"{shown} does not fit i64 or u64", place_in(source, text, start, end), "", "E-018")
    return _token(("int", whole, start, end))


def _text(text: str, word: str, start: int, source: str) -> Token:
    def replace(found: re.Match[str]) -> str:
        body = found.group(1)
        if body in _SIMPLE_ESCAPES:
            return _SIMPLE_ESCAPES[body]
        digits = body[1:].strip("{}")
        point = int(digits, 16) if digits else -1
        if not digits or point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
            at = start + found.start()
            place = place_in(source, text, at, at + len(body) + 1)
            raise UserError(f"unknown escape \\{body} in text", place, 'write \\n \\t \\\\ \\" \\xHH \\uHHHH', "E-041")
        return chr(point)

    for offset, character in enumerate(word):
        if character in _BIDI or "\ud800" <= character <= "\udfff" or character == "\0":
            raise _bad_character(text, start + offset, source)
    inner = word[1:-1]
    if "\\" in inner:
        inner = _ESCAPE.sub(replace, word)[1:-1]
    kind = "char" if word[0] == "'" and len(inner) == 1 else "text"
    return _token((kind, inner, start, start + len(word)))


def _bad_character(text: str, at: int, source: str) -> UserError:
    character = text[at]
    place = place_in(source, text, at, at + 1)
    if character in "\"'":
        return UserError("the text does not end", place, f"close it with {character} on the same line", "E-041")
    if character.isascii() and character.isprintable():
        fixes = {"&": "write `and`", "!": "write `not` after the value, or `!=`", "^": "write `**` for powers",
                 "#": "phrases have no comments", ";": "write `|` to go on with the value so far"}  # fmt: skip
        return UserError(f"`{character}` means nothing here", place, fixes.get(character, ""), "E-041")
    import unicodedata

    name = unicodedata.name(character, "a control character")
    like = _LOOK_ALIKES.get(character, character)
    message = f"U+{ord(character):04X} ({name}) at character {at + 1} is not part of the language"
    if character in _BIDI:
        fix = f"remove it, or write \\u{ord(character):04x} inside text"
    elif like != character:
        fix = f"it looks like `{like}`: type that key instead"
    else:
        fix = "words are ASCII; other characters stand inside quotes"
    return UserError(message, place, fix, "E-014")

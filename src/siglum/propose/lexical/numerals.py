"""Numbers in English, and quoted text: "three", "3rd", "a dozen", "twice", "half", "10.5", "minus two".

Imports its sibling tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from siglum.propose.lexical.tokens import Token, tokenise

_UNITS: Final = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19,
}  # fmt: skip
_TENS: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES: Final = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_ORDINALS: Final = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    "eleventh": 11, "twelfth": 12, "twentieth": 20, "hundredth": 100,
}  # fmt: skip
_OTHERS: Final = {"dozen": 12, "couple": 2, "pair": 2, "once": 1, "twice": 2, "thrice": 3, "double": 2, "triple": 3}
_FRACTIONS: Final = {
    "half": 0.5, "quarter": 0.25, "tenth": 0.1, "fifth": 0.2, "eighth": 0.125, "hundredth": 0.01, "thousandth": 0.001,
}  # fmt: skip
_SIGNS: Final = frozenset(("minus", "negative", "-"))


class Numeral(NamedTuple):
    """A number that tokens `start` up to `end` say. `kind` is number, ordinal, times ("twice") or fraction ("half")."""

    kind: str
    value: int | float
    start: int
    end: int


def numerals(tokens: Sequence[Token]) -> list[Numeral]:
    """Every number said in the text, in order of where it starts; a word may say several ("second")."""
    found: list[Numeral] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        end = at + 1
        if token.kind in ("number", "ordinal"):
            assert isinstance(token.value, (int, float))
            following = tokens[end].word if end < len(tokens) else ""
            if following in _SCALES and token.kind == "number":
                end += 1
                found.append(Numeral("number", token.value * _SCALES[following], at, end))
            else:
                found.append(Numeral(token.kind, token.value, at, end))
        elif token.kind == "word":
            value, end = _spelt(tokens, at)
            if end > at:
                found.append(Numeral("number", value, at, end))
                if tokens[at - 1].word in _SIGNS and at > 0:
                    found.append(Numeral("number", -value, at - 1, end))
            else:
                end = at + 1
                if token.word in _ORDINALS:
                    found.append(Numeral("ordinal", _ORDINALS[token.word], at, end))
                if token.word in _OTHERS:
                    kind = "times" if token.word in ("once", "twice", "thrice") else "number"
                    found.append(Numeral(kind, _OTHERS[token.word], at, end))
                if token.word in _SCALES:
                    found.append(Numeral("number", _SCALES[token.word], at, end))
                if token.word in _FRACTIONS:
                    found.append(Numeral("fraction", _FRACTIONS[token.word], at, end))
        at = end
    return found


def _spelt(tokens: Sequence[Token], at: int) -> tuple[int, int]:
    """The number in words that starts at `at`, and where it ends (`at` where there is none)."""
    total, current, end = 0, 0, at
    state = ""
    while end < len(tokens):
        word = tokens[end].word
        if word in ("zeros", "zeroes") and not state:
            return 0, at + 1
        if word in _UNITS and state in ("", "tens", "scale"):
            current += _UNITS[word]
            state = "unit"
        elif word in _TENS and state in ("", "scale"):
            current += _TENS[word]
            state = "tens"
        elif word in _SCALES and state:
            if word == "hundred":
                current *= 100
            else:
                total, current = total + current * _SCALES[word], 0
            state = "scale"
        elif word == "and" and state == "scale" and end + 1 < len(tokens) and tokens[end + 1].word in (*_UNITS, *_TENS):
            pass
        else:
            break
        end += 1
    return total + current, end


def literals(text: str) -> tuple[int | float | str, ...]:
    """The numbers and the quoted texts that an English text says, in order, each once."""
    tokens = tokenise(text)
    said: list[tuple[int, int | float | str]] = [(n.start, n.value) for n in numerals(tokens)]
    said += [(at, t.value) for at, t in enumerate(tokens) if t.kind == "quoted" and isinstance(t.value, str)]
    seen: dict[tuple[type, int | float | str], int | float | str] = {}
    for _, value in sorted(said, key=lambda s: s[0]):
        seen.setdefault((type(value), value), value)
    return tuple(seen.values())

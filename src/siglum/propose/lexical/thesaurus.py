"""A small thesaurus of English, made by hand: concepts, names of words, fillers, signs.

Imports its siblings concepts and names.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from siglum.propose.lexical.concepts import CONCEPTS
from siglum.propose.lexical.names import NAMES, RELATED

Expression = tuple[str, ...]
"""What people say, as its words."""

FILLERS: Final = frozenset(
    {
        "a", "actual", "all", "also", "an", "any", "certain", "entire", "exactly", "following", "given", "individual",
        "input", "its", "just", "new", "of", "own", "particular", "please", "provided", "respective", "resulting", "simply",
        "so", "some", "specified", "that", "the", "their", "then", "this", "those", "very", "whole",
    }
)  # fmt: skip
"""Words that may be left out at little cost."""

JOINING: Final = frozenset(
    {
        "and", "are", "as", "at", "be", "by", "can", "do", "does", "for", "from", "has", "have", "i", "if", "in", "into",
        "is", "it", "its", "me", "my", "of", "on", "onto", "or", "out", "return", "so", "the", "their", "them", "then",
        "there", "they", "to", "use", "used", "using", "was", "we", "were", "when", "where", "which", "who", "whose",
        "with", "you", "your",
    }
)  # fmt: skip
"""Words that join others, or speak of who asks."""

SIGNS: Final[dict[str, str]] = {
    "comma": ",", "space": " ", "blank": " ", "dash": "-", "hyphen": "-", "minus sign": "-", "colon": ":", "semicolon": ";",
    "full stop": ".", "dot": ".", "period": ".", "point": ".", "star": "*", "asterisk": "*", "underscore": "_",
    "newline": "\n", "new line": "\n", "line break": "\n", "line feed": "\n", "slash": "/", "forward slash": "/",
    "backslash": "\\", "hash": "#", "hash sign": "#", "pipe": "|", "vertical bar": "|", "tab": "\t", "question mark": "?",
    "exclamation mark": "!", "exclamation point": "!", "plus sign": "+", "equals sign": "=", "equal sign": "=",
    "percent sign": "%", "at sign": "@", "dollar sign": "$", "apostrophe": "'", "quote": "\"", "double quote": "\"",
    "quotation mark": "\"", "ampersand": "&", "tilde": "~", "ellipsis": "...", "three dots": "...", "single space": " ",
    "nothing": "", "empty string": "", "empty text": "", "zero character": "0",
}  # fmt: skip
"""What people call a sign, and the text it is."""

BRACKETS: Final[dict[str, tuple[str, str]]] = {
    "bracket": ("[", "]"), "square bracket": ("[", "]"), "parenthesis": ("(", ")"), "parentheses": ("(", ")"),
    "round bracket": ("(", ")"), "brace": ("{", "}"), "curly bracket": ("{", "}"), "curly brace": ("{", "}"),
    "angle bracket": ("<", ">"), "quote": ("\"", "\""), "double quote": ("\"", "\""), "quotation mark": ("\"", "\""),
    "single quote": ("'", "'"), "star": ("*", "*"), "asterisk": ("*", "*"),
}  # fmt: skip
"""What stands on both sides of something, by its name."""


@cache
def concepts() -> dict[str, tuple[Expression, ...]]:
    """Concept to the expressions for it."""
    return {concept: _expressions(listed) for concept, listed in _entries(CONCEPTS)}


@cache
def names() -> dict[str, tuple[Expression, ...]]:
    """Word of the vocabulary to English expressions for it."""
    return {name: _expressions(listed) for name, listed in _entries(NAMES)}


@cache
def related() -> dict[str, tuple[str, ...]]:
    """Concept, or an expression that is none, to words of the vocabulary it may take, the likeliest first."""
    return {concept: tuple(listed.split()) for concept, listed in _entries(RELATED)}


def _entries(text: str) -> list[tuple[str, str]]:
    joined = re.sub(r"\n +", " ", text)
    return [(key.strip(), listed) for key, listed in (line.split(":", 1) for line in joined.splitlines() if line)]


def _expressions(listed: str) -> tuple[Expression, ...]:
    """Each expression as its words; hyphens between letters part words, as in a text."""
    return tuple([tuple(re.sub(r"(?<=\w)-(?=\w)", " ", part).split()) for part in listed.split(",")])

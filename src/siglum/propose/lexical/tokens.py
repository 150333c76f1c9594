"""English text to tokens: words, numbers, quoted text, marks.

Imports the standard library only.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

MAX_CHARACTERS: Final = 4000
"""Text beyond this is not looked at."""

POSSESSIVE: Final = "'s"

_TOKEN: Final = re.compile(
    r"""
      (?P<quoted>"[^"\n]*" | “[^”\n]*” | (?<!\w)‘[^’\n]*’(?!\w) | (?<!\w)'[^'\n]+'(?!\w) | `[^`\n]+`)
    | (?P<number>(?<![\w.])[-−]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,40})(?:\.\d{1,40})?)(?P<ordinal>(?:st|nd|rd|th)\b)?
    | (?P<word>\w+)
    | (?P<possessive>\x01)
    | (?P<mark><=|>=|==|!=|<>|\*\*|//|->|[^\w\s])
    """,
    re.VERBOSE,
)
_CONTRACTIONS: Final = re.compile(r"\b(\w+?)(n['’]t|['’](?:s|re|ve|ll|d|m))\b", re.IGNORECASE)
_SHORT: Final = {"ca": "can", "wo": "will", "sha": "shall"}
_AFTER_IT: Final = frozenset(("it", "that", "there", "what", "which", "who", "here"))
_SIGNS: Final = {"≤": "<=", "≥": ">=", "≠": "!=", "×": "*", "÷": "/", "−": "-", "–": "-", "—": "-", "→": "->"}


class Token(NamedTuple):
    """`kind` is word, number, ordinal, quoted or mark. `word` is the text in small letters (as written for numbers and marks,
    nothing for quoted text); `value` is what a number or a quoted text stands for, or a lone
    capital letter that does not begin the text.
    """

    kind: str
    word: str
    value: int | float | str | None = None


def tokenise(text: str) -> list[Token]:
    """The tokens of an English text, in order. Contractions are taken apart ("don't" is "do not"); hyphens part words; what is
    quoted stays as it is.
    """
    text = _CONTRACTIONS.sub(_spelt_out, text[:MAX_CHARACTERS])
    tokens: list[Token] = []
    for found in _TOKEN.finditer(text):
        if found["number"] is not None:
            written = found["number"].replace(",", "").replace("−", "-")
            value = float(written) if "." in written else int(written)
            tokens.append(Token("ordinal" if found["ordinal"] else "number", written, value))
        elif found["quoted"] is not None:
            tokens.append(Token("quoted", "", found["quoted"][1:-1]))
        elif found["word"] is not None:
            word = found["word"]
            tokens.append(Token("word", word.lower(), word if len(word) == 1 and word.isupper() and tokens else None))
        elif found["possessive"] is not None:
            tokens.append(Token("word", POSSESSIVE))
        else:
            start, end = found.span()
            mark = _SIGNS.get(found["mark"], found["mark"])
            hyphen = mark == "-" and start > 0 and end < len(text) and not text[start - 1].isspace() and not text[end].isspace()
            if not hyphen:
                tokens.append(Token("mark", mark))
    return tokens


def _spelt_out(found: re.Match[str]) -> str:
    word, rest = found[1], found[2].lower().replace("’", "'")
    if rest == "n't":
        return f"{_SHORT.get(word.lower(), word)} not"
    if rest == "'s":
        return f"{word} is" if word.lower() in _AFTER_IT else f"{word} \x01"
    return word

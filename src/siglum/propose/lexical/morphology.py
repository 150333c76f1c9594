"""Inflected English words: the forms a dictionary may list them under, and one stem for comparing texts.

Imports the standard library only.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

_IRREGULAR: Final = {
    "is": "be", "are": "be", "was": "be", "were": "be", "been": "be", "being": "be", "am": "be", "has": "have", "had": "have",
    "does": "do", "did": "do", "done": "do", "indices": "index", "matrices": "matrix", "halves": "half", "gave": "give",
    "given": "give", "kept": "keep", "made": "make", "written": "write", "taken": "take", "begun": "begin", "began": "begin",
    "tying": "tie", "lying": "lie", "bigger": "big", "found": "find", "chosen": "choose", "held": "hold", "said": "say",
    "dividing": "divide", "children": "child", "maxima": "maximum", "minima": "minimum", "men": "man", "built": "build",
    "shown": "show", "hidden": "hide",
}  # fmt: skip
_ENDINGS: Final = (
    ("'s", ("",)), ("ies", ("y",)), ("es", ("", "e")), ("s", ("",)), ("ied", ("y",)), ("ed", ("", "e")), ("ing", ("", "e")),
    ("ly", ("",)),
)  # fmt: skip
_STEM_ENDINGS: Final = ("ations", "ation", "ities", "ity", "ings", "ing", "ies", "ied", "es", "ed", "ly", "s", "y", "e")
_SHORTEST: Final = 2


@lru_cache(maxsize=4096)
def bases(word: str) -> tuple[str, ...]:
    """Forms that `word` (in small letters) may be an inflection of, itself first: "stopped" gives stopped, stopp, stoppe, stop.
    Some are no words: a reader looks up which are known.
    """
    found = {word: None}
    if word in _IRREGULAR:
        found[_IRREGULAR[word]] = None
    for ending, replacements in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            rest = word[: len(word) - len(ending)]
            for replacement in replacements:
                found[rest + replacement] = None
            if ending in ("ed", "ing") and len(rest) > _SHORTEST and rest[-1] == rest[-2]:
                found[rest[:-1]] = None
    return tuple(found)


def is_plural(word: str) -> bool:
    """Whether the word looks like a plural (or a verb in -s)."""
    return len(word) > _SHORTEST and word.endswith("s") and not word.endswith(("ss", "us", "is"))


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """What is left of a word without its endings: the same for "sum", "sums" and "summing"."""
    for ending in _STEM_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) > _SHORTEST:
            word = word[: len(word) - len(ending)]
            break
    if len(word) > _SHORTEST + 1 and word[-1] == word[-2] and word[-1] not in "aeiousl":
        word = word[:-1]
    return word

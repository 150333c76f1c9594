"""Whether a text is a program with a mistake in it or an intent in English, and what an intent in English must be.

Imports `errors`, `frontend`, `vocab` and `propose`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import Final

from siglum.errors import UserError, echo, place_in
from siglum.records import Params

MOST_CHARACTERS: Final = 10_000
"""How long an intent in English may be."""
LEAST_UNKNOWN: Final = 2
"""So many words that are no words of the vocabulary make a text English; fewer are misspelt."""
SHOWN: Final = 4
"""How many unknown words a message names."""
LIKENED: Final = 3
"""How many expressions a note names that an unknown word is likened to."""
REINSTALL: Final = "pip install --force-reinstall 'siglum[embedding]'"

_QUOTED: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"|(?<!\w)\'(?:[^\'\\\n]|\\.)*\'(?!\w)')
_WORD: Final = re.compile(r"[^\W\d_](?:\w|['’-](?=\w))*")
_DEFINITION: Final = re.compile(r"\s*[A-Za-z]\w*(?:\s+[A-Za-z]\w*\s*:[^=]*|\s*->[^=]*)=(?!=)")
"""How a definition begins: a name, typed parameters or a result, and `=`."""
_PATH: Final = re.compile(r"[\w~./-]*[./][\w.-]+")
_INVISIBLE: Final = frozenset(("Cf", "Cc", "Cs", "Co", "Cn"))


def words_of(text: str) -> list[str]:
    """The words of a text outside of quotes, each once, in order."""
    return list(dict.fromkeys(_WORD.findall(_QUOTED.sub(" ", text))))


def unknown_words(text: str, names: Collection[str] = ()) -> list[str]:
    """The words of a text that are neither in the vocabulary, nor synonyms, nor `names`."""
    from siglum.frontend.phrase.grammar import RESERVED
    from siglum.vocab.declare import vocabulary

    words = vocabulary()
    known = {*names, *RESERVED}
    return [w for w in words_of(text) if w not in known and words.shape(w) is None and words.synonym(w) is None]


def is_definition(text: str) -> bool:
    """Whether a text begins as a definition does."""
    return _DEFINITION.match(text) is not None


def is_english(text: str, names: Collection[str] = (), *, evidence: bool = False) -> bool:
    """Whether a text that is no program is an intent in English. `names` are those of its parameters; `evidence` says that
    examples or a reference were given with it, without which it takes two unknown words.
    """
    if is_definition(text) or (_PATH.fullmatch(text) and " " not in text) or disguised(text) is not None:
        return False
    unknown = unknown_words(text, names)
    if any(unicodedata.category(character) == "Lo" for word in unknown for character in word):
        return True  # a script without spaces between words, or one that nobody takes for Latin
    return len(unknown) >= (0 if evidence and words_of(text) else LEAST_UNKNOWN)


def disguised(text: str) -> int | None:
    """Where a character stands that cannot be seen, or a letter of another script among Latin ones; None where none does."""
    for at, character in enumerate(text):
        if character not in "\t\r\n" and unicodedata.category(character) in _INVISIBLE and character != "\ufeff":
            return at
    for word in _WORD.finditer(text):
        letters = [c for c in word.group() if c.isalpha()]
        if any(map(str.isascii, letters)):
            for at, character in enumerate(word.group(), word.start()):
                if character.isalpha() and not _is_latin(character):
                    return at
    return None


def _is_latin(character: str) -> bool:
    return character.isascii() or unicodedata.name(character, "").startswith("LATIN")


def check_intent(text: str, source: str = "<intent>") -> None:
    """Raises `UserError` for text that cannot be an intent: E-008 not UTF-8, E-009 empty, E-014 characters in disguise, E-090 too
    long.
    """
    from siglum.frontend.literals import check_utf8

    check_utf8(text, source)
    if not text.strip():
        raise UserError(f"{source} is empty", None, 'say what is wanted, as in "the sum of the squares"', "E-009")
    if len(text) > MOST_CHARACTERS:
        message = f"an intent of {len(text)} characters, {MOST_CHARACTERS} are read"
        raise UserError(message, None, "say it in fewer words", "E-090")
    at = disguised(text)
    if at is not None:
        name = unicodedata.name(text[at], "a control character")
        what = f"U+{ord(text[at]):04X} ({name}) at character {at + 1} looks like something else, or like nothing"
        raise UserError(what, place_in(source, text, at, at + 1), "type the word anew", "E-014")


def listed(words: Sequence[str]) -> str:
    """Some words for a message, quoted and safe to print."""
    shown = ", ".join(f"`{echo(word, 24)}`" for word in words[:SHOWN])
    return shown + (", ..." if len(words) > SHOWN else "")


def likened(words: Sequence[str]) -> tuple[dict[str, list[str]], str]:
    """What an embedding model likens unknown words to, and why it cannot where its package does not load; nothing where none is
    installed.
    """
    from siglum.propose.lexical import proposer
    from siglum.propose.lexical.embedding import embedding

    model = embedding()
    if model is None:
        return {}, ""
    found = {word: proposer.near(word, model)[:LIKENED] for word in words}
    return {word: near for word, near in found.items() if near}, model.fault


def check_understood(text: str, params: Params, *, asks_model: bool = False) -> tuple[str, ...]:
    """The words of an intent that nothing is known of. Raises `UserError` E-090 where they are most of it, unless a model is
    asked, which may know more, and other languages.
    """
    from siglum.propose.lexical.reading import understood

    found = understood(text, params)
    if not found.is_english and not asks_model:
        what = f"the intent is not understood: {listed(found.unknown)}" if found.unknown else "the intent says nothing"
        fix = "say it in English, in other words; or leave the text out: examples alone are an intent too"
        raise UserError(what, None, fix, "E-090")
    return found.unknown

"""The words of a text as a lattice: at each place, which concepts and which words of the vocabulary may be said from there on.

Imports `siglum.ir` and its siblings morphology, thesaurus and tokens.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from siglum.ir.vocabulary import Vocabulary
from siglum.propose.lexical import thesaurus
from siglum.propose.lexical.morphology import bases
from siglum.propose.lexical.tokens import Token

FILLER, MARK, KNOWN, UNKNOWN, FUNCTION, LITERAL = 0.2, 0.3, 3.5, 2.5, 1.2, 6.0
"""Bits for leaving out a filler, a mark, a word with a meaning, a word without one, a word that only joins others, a literal."""


class Arc(NamedTuple):
    """A concept, or with `@` before it a word of the vocabulary, that is said from here up to `end`."""

    concept: str
    end: int


class Dictionary:
    """Every expression that has a meaning: what patterns name, the thesaurus, the vocabulary's names and synonyms."""

    def __init__(self, vocabulary: Vocabulary, concepts: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for concept in concepts:
            if not concept.startswith("@"):
                self._add((concept,), concept)
        for concept, expressions in thesaurus.concepts().items():
            for words in expressions:
                self._add(words, concept)
        for name in vocabulary.names():
            self._add((name,), f"@{name}")
            for o in vocabulary.overloads(name):
                for synonym in getattr(o, "synonyms", ()):
                    self._add(tuple(synonym.split("_")), f"@{name}")
        for name, expressions in thesaurus.names().items():
            if vocabulary.shape(name) is not None:
                for words in expressions:
                    self._add(words, f"@{name}")

    def _add(self, words: tuple[str, ...], concept: str) -> None:
        found = self._by_first.setdefault(words[0], [])
        if (words, concept) not in found:
            found.append((words, concept))

    def knows(self, word: str) -> bool:
        """Whether some expression has the word, in one of its forms, in first place."""
        return any(base in self._by_first for base in bases(word))

    @staticmethod
    def joins(word: str) -> bool:
        """Whether the word only joins or accompanies others."""
        return word in thesaurus.FILLERS or word in thesaurus.JOINING

    def arcs(self, tokens: Sequence[Token]) -> list[list[Arc]]:
        """For each token, what may be said from it on."""
        forms = [bases(t.word) if t.kind == "word" else (t.word,) for t in tokens]
        out: list[list[Arc]] = []
        for at in range(len(tokens)):
            here: dict[Arc, None] = {}
            for base in forms[at]:
                for words, concept in self._by_first.get(base, ()):
                    end = at + len(words)
                    if end <= len(tokens) and all(w in forms[at + k] for k, w in enumerate(words) if k):
                        here[Arc(concept, end)] = None
            out.append(list(here))
        return out

    def leaving_out(self, token: Token) -> float:
        """Bits for taking no notice of a token."""
        if token.kind == "mark":
            return MARK
        if token.kind != "word":
            return LITERAL
        if token.word in thesaurus.FILLERS:
            return FILLER
        if token.word in thesaurus.JOINING:
            return FUNCTION
        return KNOWN if self.knows(token.word) else UNKNOWN

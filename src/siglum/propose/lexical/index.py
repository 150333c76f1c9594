"""Which words of the vocabulary an English text speaks of: an inverted index over names, synonyms, documentation and examples.

Imports `siglum.ir` and its siblings morphology, similarity, thesaurus and tokens.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final

from siglum.ir.types import Type, match
from siglum.ir.vocabulary import Overload, Vocabulary
from siglum.propose.lexical import thesaurus
from siglum.propose.lexical.morphology import bases, stem
from siglum.propose.lexical.similarity import Similarity
from siglum.propose.lexical.tokens import tokenise

NAME, OTHER_NAME, MEANING, EXAMPLE = 5.0, 4.0, 1.0, 0.3
"""How much a term counts in a word's name, in its synonyms and the thesaurus, in its doc line, in its examples."""

PAIR: Final = 1.5
"""How much more a pair of neighbouring terms counts than each of both."""

RELATED_SCORE: Final = 3.0
SIMILAR_SCORE: Final = 5.0
LATER: Final = 0.35
"""What a word gains that the thesaurus relates to a term, and one that a model likens an unknown term to; how much less those
gain that stand later in an entry of the thesaurus.
"""

LEAST_NEAR: Final = 0.3
MOST_NEAR: Final = 8
LEAST_LETTERS: Final = 3
"""How near an expression must be to an unknown word, to how many words of the vocabulary it is likened, and how long it is."""

TEMPERATURE: Final = 3.0
"""Scores this far apart are a factor of e apart in probability."""

UNIFORM: Final = 0.1
"""The share of probability that all words have equally."""

STOP_WORDS: Final = frozenset(
    {
        "a", "all", "an", "and", "are", "as", "at", "be", "by", "do", "does", "each", "find", "for", "from", "give", "has",
        "have", "if", "in", "into", "is", "it", "its", "k", "n", "of", "on", "or", "return", "s", "t", "than", "that",
        "the", "then", "there", "this", "to", "which", "with", "x", "xs", "y", "ys",
    }
)  # fmt: skip
"""Words that say nothing of what is meant."""

_TERM: Final = re.compile(r"[a-z]+")


class Index:
    """Terms to words, built from a vocabulary: a new word is found at once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._weights: dict[str, dict[str, float]] = defaultdict(dict)
        names = list(vocabulary.names())
        for name in names:
            terms: dict[str, float] = defaultdict(float)
            overloads = vocabulary.overloads(name)
            for term in _terms(name):
                terms[term] = max(terms[term], NAME)
            for other in (*_synonyms(overloads), *_expressions(name)):
                for term in _terms(other):
                    terms[term] = max(terms[term], OTHER_NAME)
            for o in overloads:
                for term in _terms(o.doc):
                    terms[term] = max(terms[term], MEANING)
                for example in getattr(o, "examples", ()):
                    for term in _terms(example):
                        terms[term] = max(terms[term], EXAMPLE)
            for term, weight in terms.items():
                self._weights[term][name] = weight
        self._rarity = {term: math.log(1 + len(names) / len(words)) for term, words in self._weights.items()}
        self._related = _related(vocabulary)
        self._count = len(names)

    def scores(self, text: str) -> dict[str, float]:
        """How much the text speaks of each word; words it does not speak of are left out."""
        found: dict[str, float] = defaultdict(float)
        for term in _terms(text.lower(), words=[t.word for t in tokenise(text) if t.kind == "word"]):
            rarity = self._rarity.get(term, 0.0)
            for name, weight in self._weights.get(term, {}).items():
                found[name] += rarity * weight / (weight + 1.0) * (PAIR if " " in term else 1.0)
        for name, weight in self._related_to(text).items():
            found[name] += weight
        return dict(found)

    def _related_to(self, text: str) -> dict[str, float]:
        """Words that the thesaurus relates to expressions in the text, the first of several most."""
        found: dict[str, float] = {}
        tokens = [t.word for t in tokenise(text) if t.kind in ("word", "mark")]
        forms = [bases(word) for word in tokens]
        for at in range(len(tokens)):
            for base in forms[at]:
                for expression, names in self._related.get(base, ()):
                    whole = len(expression) <= len(tokens) - at and all(w in forms[at + k] for k, w in enumerate(expression))
                    for place, name in enumerate(names if whole else ()):
                        found[name] = max(found.get(name, 0.0), RELATED_SCORE * len(expression) ** 0.5 / (1.0 + LATER * place))
        return found

    @cached_property
    def _meanings(self) -> dict[str, dict[str, int]]:
        """Every expression that is known, and the words of the vocabulary it may mean, each with its place among them."""
        expressions = (" ".join(words) for listed in thesaurus.concepts().values() for words in listed)
        found: dict[str, dict[str, int]] = defaultdict(dict, {text: {} for text in expressions if len(text) >= LEAST_LETTERS})
        for name in self.vocabulary.names():
            if name.isalpha() and len(name) > LEAST_LETTERS and name not in thesaurus.names():
                found[name][name] = 0
            for synonym in _synonyms(self.vocabulary.overloads(name)):
                found[synonym.replace("_", " ")][name] = 0
        for entries in self._related.values():
            for expression, names in entries:
                meant = found[" ".join(expression)]
                for place, name in enumerate(names):
                    meant[name] = min(place, meant.get(name, place))
        return dict(found)

    @cached_property
    def expressions(self) -> tuple[str, ...]:
        """What an unknown word may be near to."""
        return tuple(self._meanings)

    def near(self, word: str, similarity: Similarity) -> list[tuple[str, float]]:
        """The expressions that a model finds near a word of which nothing is known, the nearest first, with how near they are.
        Nothing is near what is no word of English.
        """
        if len(word) < LEAST_LETTERS or not (word.isascii() and word.isalpha()):
            return []
        of_forms = [similarity.similar(form, self.expressions) for form in bases(word)]
        shares = map(max, zip(*of_forms, strict=True))
        found = [(text, share) for text, share in zip(self.expressions, shares, strict=True) if share >= LEAST_NEAR]
        return sorted(found, key=lambda one: -one[1])

    def likened(self, word: str, similarity: Similarity) -> list[tuple[str, float]]:
        """The words of the vocabulary that the expressions near a word may mean, the nearest first, with how near they are."""
        found: dict[str, float] = {}
        for text, share in self.near(word, similarity):
            for name, place in self._meanings[text].items():
                found[name] = max(found.get(name, 0.0), share / (1.0 + LATER * place))
        return sorted(found.items(), key=lambda one: -one[1])[:MOST_NEAR]

    def retrieve(
        self,
        text: str,
        params: Sequence[Type],
        result: Type | None,
        similarity: Similarity | None = None,
        unknown: Sequence[str] = (),
    ) -> list[tuple[str, float]]:
        """The words the text speaks of with their cost in bits, the likeliest first. Words whose types the signature has gain; so
        do those that a model likens `unknown` words of the text to.
        """
        scores = self.scores(text)
        if similarity is not None:
            for name, share in (found for word in unknown for found in self.likened(word, similarity)):
                scores[name] = scores.get(name, 0.0) + SIMILAR_SCORE * share
        if not scores:
            return []
        for name in scores:
            scores[name] *= self._fitting(name, params, result)
        bits = in_bits(scores, self._count)
        return sorted(((n, bits[n]) for n in scores), key=lambda found: found[1])

    def _fitting(self, name: str, params: Sequence[Type], result: Type | None) -> float:
        """More than 1 where some overload takes a parameter first, or gives the result."""
        gain = 1.0
        overloads = self.vocabulary.overloads(name)
        if any(o.params and any(_takes(o.params[0][1], p) for p in params) for o in overloads):
            gain += 0.15
        if result is not None and any(_takes(o.result, result) for o in overloads):
            gain += 0.1
        return gain


def in_bits(scores: Mapping[str, float], count: int) -> dict[str, float]:
    """Scores of some of `count` words as -log2 of probabilities; what is left of 1 belongs to the others."""
    top = max(scores.values())
    shares = {name: math.exp((score - top) / TEMPERATURE) for name, score in scores.items()}
    total = sum(shares.values())
    return {name: -math.log2((1.0 - UNIFORM) * share / total + UNIFORM / count) for name, share in shares.items()}


def default_bits(count: int) -> float:
    """The cost of a word that is not mentioned, among `count`."""
    return -math.log2(UNIFORM / count)


def _takes(pattern: Type, t: Type) -> bool:
    if pattern.kind == "option":
        pattern = pattern.element
    return match(pattern, t, {}) and not (pattern.kind == "var" and pattern.text not in "NS")


def _synonyms(overloads: Sequence[Overload]) -> Iterable[str]:
    return (synonym for o in overloads for synonym in getattr(o, "synonyms", ()))


def _expressions(name: str) -> Iterable[str]:
    return (" ".join(words) for words in thesaurus.names().get(name, ()))


def _terms(text: str, words: Sequence[str] | None = None) -> list[str]:
    """Stems of the words that carry meaning, and of pairs of neighbours."""
    said = words if words is not None else _TERM.findall(text.lower().replace("_", " "))
    stems = [stem(word) for word in said if word not in STOP_WORDS]
    return [*stems, *(f"{a} {b}" for a, b in pairwise(stems))]


def _related(vocabulary: Vocabulary) -> dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]:
    """The first word of an expression to the expressions and the words of the vocabulary each relates to."""
    found: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = defaultdict(list)
    concepts = thesaurus.concepts()
    for concept, listed in thesaurus.related().items():
        words = tuple(word for word in listed if vocabulary.shape(word) is not None)
        for expression in concepts.get(concept, ((concept,),)):
            found[expression[0]].append((expression, words))
    for name, expressions in thesaurus.names().items():
        if vocabulary.shape(name) is not None:
            for expression in expressions:
                found[expression[0]].append((expression, (name,)))
    return found

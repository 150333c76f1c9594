"""The lexical proposer: an English phrase to phrases of the language, and what it has to offer to a search.

Imports `siglum.errors`, `siglum.frontend`, `siglum.ir`, `siglum.records` and its siblings index, reading and similarity.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from math import log2
from typing import Final

from siglum.errors import SiglumError
from siglum.frontend.phrase.syntax import SUBJECT, Call, Function, Tree, children
from siglum.ir.types import Fn, Type
from siglum.propose.lexical.index import default_bits
from siglum.propose.lexical.reading import Fragment, english, reading_of, understood
from siglum.propose.lexical.similarity import Similarity
from siglum.records import Candidate, Feedback, Params, Spec

NAME: Final = "lexical"
MOST_CANDIDATES: Final = 300
MOST_FRAGMENTS: Final = 200
COUNTED: Final = 20
"""Readings whose words count for the priors."""

REWORDINGS: Final = 3
MOST_REWORDED: Final = 100
REWORDED_BITS: Final = 8.0
"""How often a text is read with other words for unknown ones, candidates of each, and the bits for a word that is not near."""

READ, RETRIEVED, USUAL, ANY = 0.45, 0.35, 0.12, 0.08
"""Shares of a word's prior: how cheap readings use words, what retrieval finds, what programs usually need, all words alike."""

USUALLY: Final = {
    "map": 6.0, "filter": 4.0, "length": 4.0, "=": 3.0, "count": 2.0, "sum": 2.0, "sort": 2.0, "take": 2.0,
    "reverse": 2.0, "+": 1.5, "-": 1.5, "*": 1.5, "%": 1.0, ">": 1.0, "<": 1.0, "join": 1.0, "concat": 1.0, "to": 1.0,
    "is": 1.0, "and": 1.0, "contains": 1.0, "or": 0.5, "not": 0.5, "text": 0.5, "drop": 0.5, "flatten": 0.5, "any": 0.5,
    "all": 0.5, "at": 0.5, "words": 0.5, "unique": 0.5, "/": 0.5, ">=": 0.5, "<=": 0.5,
}  # fmt: skip
"""How often programs need words that few people say: relative weights."""


class LexicalProposer:
    """Reads the Spec's English by rules, and proposes what it may mean, the cheapest reading first."""

    name: str = NAME

    def __init__(self, similarity: Similarity | None = None) -> None:
        self.similarity = similarity

    def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
        """Phrases that have the Spec's types, each once; none where the text is no English that is known. With a model of
        similarity the text is read again with other words for those that are unknown.
        """
        del feedback
        seen: set[str] = set()
        yield from _read(spec, spec.phrase, 0.0, seen, MOST_CANDIDATES)
        if self.similarity is not None:
            for text, bits in reworded(spec.phrase, spec.params, self.similarity):
                yield from _read(spec, text, bits, seen, MOST_REWORDED)


def _read(spec: Spec, english_text: str, bits: float, seen: set[str], most: int) -> Iterator[Candidate]:
    """What a text may mean that was not `seen`, at most so many, each so many bits dearer than its reading."""
    reading = reading_of(english_text, spec.params, spec.result)
    before = len(seen)
    for value, cost in reading.wholes:
        text = reading.text(value)
        if text in seen:
            continue
        seen.add(text)
        try:
            english().language.read(text, spec.params, spec.result)
        except SiglumError:
            continue
        yield Candidate(text, NAME, round(bits + cost, 2))
        if len(seen) - before >= most:
            return


def reworded(text: str, params: Params, similarity: Similarity) -> Iterator[tuple[str, float]]:
    """The text with other words for its unknown ones, those that a model finds nearest first, and what that costs in bits; none
    where nothing is near, or where the text is no English.
    """
    said = understood(text, params)
    words = said.unknown if said.is_english else ()
    others = {word: found for word in words if (found := english().words.near(word, similarity))}
    for k in range(min(REWORDINGS, max(map(len, others.values()), default=0))):
        made, bits = text, 0.0
        for word, found in others.items():
            other, share = found[min(k, len(found) - 1)]
            made = re.sub(rf"\b{word}\b", other, made, flags=re.IGNORECASE)
            bits += REWORDED_BITS * (1.0 - share)
        yield made, bits


def fragments(spec: Spec) -> list[Fragment]:
    """Typed parts of programs that parts of the English may mean, with costs in bits, the cheapest first: seeds for a search."""
    reading = reading_of(spec.phrase, spec.params, spec.result)
    read = (_as_read(fragment, spec.params) for fragment in reading.fragments())
    return [fragment for fragment in read if fragment][:MOST_FRAGMENTS]


def _as_read(fragment: Fragment, params: Params) -> Fragment | None:
    """The fragment with the type that its text has as a program, in which what may be missing is taken to be there."""
    function = fragment.type.kind == "fn"
    # the first name is what an open phrase starts from
    scope = ((SUBJECT, fragment.type.args[0]), *params) if function else params
    try:
        result = english().language.read(fragment.text, scope).main.result
    except SiglumError:
        return None
    return fragment._replace(type=Fn(fragment.type.args[:-1], result) if function else result)


def retrieve(text: str, params: Params, result: Type | None, similarity: Similarity | None = None) -> list[tuple[str, float]]:
    """The words of the vocabulary that an English text speaks of, with their cost in bits (-log2 of a probability), the likeliest
    first. Words that it does not speak of are left out; what they cost is `priors`' business. A model of similarity adds those
    that it likens unknown words of the text to.
    """
    unknown = understood(text, params).unknown if similarity is not None else ()
    return english().words.retrieve(text, [t for _, t in params], result, similarity, unknown)


def near(word: str, similarity: Similarity) -> list[str]:
    """What a model finds near a word of which nothing is known: expressions that are known, the nearest first."""
    return [expression for expression, _ in english().words.near(word, similarity)]


def priors(spec: Spec, similarity: Similarity | None = None) -> Mapping[str, float]:
    """The cost in bits of every word of the vocabulary, from the Spec's English and its types; the probabilities add up to 1."""
    words = english().language.vocabulary.names()
    uniform = 1.0 / len(words)
    found = retrieve(spec.phrase, spec.params, spec.result, similarity)
    retrieved = {word: 2.0**-bits for word, bits in found}
    rest = 2.0 ** -default_bits(len(words)) if found else uniform
    used = _used(spec)
    parts = [(RETRIEVED, retrieved, rest), (READ, used, 0.0)] if used else [(RETRIEVED + READ, retrieved, rest)]
    parts.append((USUAL / sum(USUALLY.values()), USUALLY, 0.0))
    shares = {w: ANY * uniform + sum(share * part.get(w, other) for share, part, other in parts) for w in words}
    total = sum(shares.values())
    return {word: -log2(share / total) for word, share in shares.items()}


def _used(spec: Spec) -> dict[str, float]:
    """How the cheapest readings use words: a distribution, a reading counting by its cost."""
    counted: dict[str, float] = {}
    for value, cost in reading_of(spec.phrase, spec.params, spec.result).wholes[:COUNTED]:
        for word in _words(value.tree):
            counted[word] = counted.get(word, 0.0) + 2.0**-cost
    total = sum(counted.values())
    return {word: count / total for word, count in counted.items()} if total else {}


def _words(tree: Tree | Function) -> Iterator[str]:
    if isinstance(tree, Call):
        yield tree.word
    for part in children(tree):
        yield from _words(part)

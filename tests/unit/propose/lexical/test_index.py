"""Which words an English text speaks of, in bits, the priors of a search, and what a model of similarity adds."""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose

import pytest

from siglum.frontend.phrase.parser import parse_signature
from siglum.propose.lexical import Similarity, priors, retrieve
from siglum.propose.lexical.index import LEAST_NEAR, MOST_NEAR, Index
from siglum.propose.lexical.proposer import near
from siglum.propose.lexical.reading import english
from siglum.records import Spec
from siglum.vocab.declare import Vocabulary, declared, vocabulary, word


@pytest.mark.parametrize(
    ("text", "signature", "name"),
    [
        ("average of the values", "xs:[f64] -> f64", "mean"),
        ("without duplicates", "xs:[i64] -> [i64]", "unique"),
        ("how many bits are set", "n:i64 -> i64", "ones"),
        ("the pieces between separators", "s:str t:str -> [str]", "split"),
        ("largest value", "xs:[i64] -> i64", "maximum"),
        ("swap upper and lower case", "s:str -> str", "toggle"),
        ("edit distance", "s:str t:str -> i64", "levenshtein"),
        ("how often each value occurs", "xs:[i64] -> {i64:i64}", "counts"),
    ],
)
def test_a_word_is_found_by_its_meaning(text: str, signature: str, name: str) -> None:
    params, result = parse_signature(signature)
    assert name in [found for found, _ in retrieve(text, params, result)][:3]


def test_the_likeliest_words_come_first_and_cost_least() -> None:
    bits = [cost for _, cost in retrieve("sort the words by length", *parse_signature("ws:[str] -> [str]"))]
    assert bits == sorted(bits) and bits[0] >= 0


def test_a_text_that_speaks_of_no_word_retrieves_none() -> None:
    assert retrieve("zzz", (), None) == []


@pytest.mark.parametrize("text", ["sum of the even numbers", "", "zzz", "largest word", "die Summe"])
def test_priors_are_probabilities_of_all_words(text: str) -> None:
    params, result = parse_signature("xs:[i64] -> i64")
    found = priors(Spec(params, result, phrase=text))
    assert set(found) == set(vocabulary().names())
    assert isclose(sum(2.0**-bits for bits in found.values()), 1.0)


def test_what_the_readings_use_is_cheaper_than_what_nobody_mentions() -> None:
    params, result = parse_signature("xs:[i64] -> i64")
    found = priors(Spec(params, result, phrase="sum of the even numbers"))
    assert found["filter"] < found["sha"] and found["even"] < found["odd"]


@word("frobnicate", examples=("1 frobnicate is 2",))
def frobnicate(x: int) -> int:
    """The number with its gizmo flipped."""
    return x + 1


def test_a_new_word_is_found_at_once() -> None:
    everything = [o for name in vocabulary().names() for o in vocabulary().overloads(name)]
    new = declared(frobnicate)
    assert new is not None
    index = Index(Vocabulary([*everything, new]))
    assert index.retrieve("flip the gizmo", [], None)[0][0] == "frobnicate"


class Likening:
    """A model that finds some texts near a word, and remembers what it was asked."""

    def __init__(self, word: str, near: dict[str, float]) -> None:
        self.word, self.near = word, near
        self.queries: list[str] = []

    def similar(self, query: str, texts: Sequence[str]) -> Sequence[float]:
        self.queries.append(query)
        return [self.near.get(text, 0.0) if query == self.word else 0.0 for text in texts]


FLOATS = parse_signature("xs:[f64] -> f64")


def test_an_unknown_word_brings_the_words_that_a_model_likens_it_to() -> None:
    model: Similarity = Likening("frob", {"average": 0.9})
    assert retrieve("the frob", *FLOATS) == []
    assert retrieve("the frob", *FLOATS, model)[0][0] == "mean"
    params, result = FLOATS
    spec = Spec(params, result, phrase="the frob")
    assert priors(spec, model)["mean"] < priors(spec)["mean"] - 3


def test_inflected_words_are_likened_by_their_bases() -> None:
    assert retrieve("the frobs", *FLOATS, Likening("frob", {"average": 0.9}))[0][0] == "mean"


def test_a_model_is_asked_about_unknown_words_alone() -> None:
    model = Likening("sum", {"average": 1.0})
    text = "the sum of xs é x1 ab"
    assert retrieve(text, *FLOATS, model) == retrieve(text, *FLOATS)
    assert model.queries == []


def test_what_is_not_near_is_unrelated() -> None:
    assert retrieve("the frob", *FLOATS, Likening("frob", {"average": LEAST_NEAR - 0.01})) == []
    assert retrieve("the frob", *FLOATS, Likening("frob", {"average": LEAST_NEAR})) != []


def test_the_nearest_words_come_first_and_only_so_many() -> None:
    index = english().words
    everything = dict.fromkeys(index.expressions, 0.5) | {"average": 0.8}
    found = index.likened("frob", Likening("frob", everything))
    assert found[0] == ("mean", 0.8)
    assert len(found) == MOST_NEAR


def test_expressions_with_no_word_of_the_vocabulary_are_near_too() -> None:
    model = Likening("roster", {"array": 0.9})
    assert near("roster", model) == ["array"]
    assert retrieve("the roster", *FLOATS, model) == []

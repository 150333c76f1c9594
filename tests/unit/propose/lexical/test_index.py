"""Which words an English text speaks of, in bits, and the priors of a search."""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose

import pytest

from siglum.frontend.phrase.parser import parse_signature
from siglum.propose.lexical import Similarity, priors, retrieve
from siglum.propose.lexical.index import Index
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


class Echo:
    """A model that finds one description near."""

    def similar(self, query: str, texts: Sequence[str]) -> Sequence[float]:
        return [float(text.startswith("median:")) for text in texts]


def test_a_model_of_similarity_may_have_its_say() -> None:
    model: Similarity = Echo()
    params, result = parse_signature("xs:[f64] -> f64")
    assert retrieve("what is in the centre", params, result, model)[0][0] == "median"

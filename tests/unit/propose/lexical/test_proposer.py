"""The proposer as a whole: types, order, other languages, hostile text, and what it offers to a search."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from siglum.frontend.phrase.parser import parse_signature
from siglum.propose.lexical import LexicalProposer, fragments, understood
from siglum.propose.lexical.reading import english
from siglum.propose.protocol import Proposer
from siglum.records import Candidate, Spec

WORDS = [
    'sum', 'of', 'the', 'even', 'numbers', 'in', 'xs', 'that', 'are', 'greater', 'than', 'k', 'and', 'sorted', 'by',
    'length', 'each', 'word', 'first', 'last', 'two', '3', 'not', 'without', 'replace', 'with', 'if', 'otherwise', 'or',
    'it', 'its', 'position', 'largest', 'most', 'common', '(', ')', ',', ':', '"a"', "'b'", '?', '.', 'reversed',
    'letters', 'times', 'number', 'between', 'ignoring', 'case',
]  # fmt: skip
SIGNATURES = (
    "xs:[i64] k:i64 -> i64",
    "s:str t:str -> str",
    "words:[str] -> [str]",
    "n:i64 -> bool",
    "xs:[i64] -> [[i64]]",
    "-> i64",
)


def spec_of(text: str, signature: str) -> Spec:
    params, result = parse_signature(signature)
    return Spec(params, result, phrase=text)


def proposals(text: str, signature: str) -> list[Candidate]:
    return list(LexicalProposer().propose(spec_of(text, signature), []))


def test_it_is_a_proposer() -> None:
    proposer: Proposer = LexicalProposer()
    assert proposer.name == "lexical"
    assert {c.origin for c in proposals("sum of the list", "xs:[i64] -> i64")} == {"lexical"}


@given(st.lists(st.sampled_from(WORDS), max_size=12), st.sampled_from(SIGNATURES))
@settings(max_examples=60, deadline=None)
def test_every_candidate_has_the_types_that_are_wanted(words: list[str], signature: str) -> None:
    params, result = parse_signature(signature)
    found = proposals(" ".join(words), signature)
    for candidate in found:
        assert english().language.read(candidate.text, params, result).main.result is result
    costs = [c.cost for c in found]
    assert costs == sorted(costs)
    assert len({c.text for c in found}) == len(found)


@given(st.text(max_size=80))
@settings(max_examples=80, deadline=None)
def test_no_text_makes_it_raise(text: str) -> None:
    proposals(text, "xs:[i64] s:str -> i64")


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "?!.,;", "die Summe der geraden Zahlen", "la somme des nombres pairs", "suma de los numeros pares",
        "сумма чётных чисел", "偶数の合計", "xyzzy plugh frobnicate",
    ],
)  # fmt: skip
def test_nothing_is_proposed_where_nothing_is_understood(text: str) -> None:
    assert proposals(text, "xs:[i64] -> i64") == []


def test_a_parameter_named_as_an_element_is_no_confusion() -> None:
    assert proposals("sum of all words", "it_:[i64] words:[i64] -> i64")[0].text == "words sum"


def test_the_result_may_be_left_open() -> None:
    params, _ = parse_signature("xs:[i64]")
    found = list(LexicalProposer().propose(Spec(params, None, phrase="sum of the list"), []))
    assert found[0].text == "xs sum"


def test_a_long_text_is_read_in_part() -> None:
    assert proposals("sum of the list. " + "and so on, and so on, " * 2000, "xs:[i64] -> i64")[0].text == "xs sum"


def test_which_words_are_known_can_be_asked() -> None:
    found = understood("how many frobs are even")
    assert found.known == ("how", "many", "even")
    assert found.unknown == ("frobs",)
    assert found.is_english
    assert not understood("die Summe der geraden Zahlen").is_english


def test_names_of_parameters_are_neither_known_nor_unknown() -> None:
    params, _ = parse_signature("frobs:[i64]")
    assert understood("how many frobs are even", params).unknown == ()


# what it offers to a search ------------------------------------------------------------------------------------


def test_fragments_are_parts_that_the_english_means() -> None:
    found = {
        f.text: str(f.type) for f in fragments(spec_of("the largest even number plus three times k", "xs:[i64] k:i64 -> i64"))
    }
    assert found["xs filter even"] == "[i64]"
    assert found["3 * k"] == "i64"
    assert found["it even"] == "(i64 -> bool)"


@given(st.lists(st.sampled_from(WORDS), max_size=10), st.sampled_from(SIGNATURES))
@example(["greater", "greater", "and", "sum"], "xs:[i64] k:i64 -> i64")
@settings(max_examples=30, deadline=None)
def test_every_fragment_has_the_type_it_says(words: list[str], signature: str) -> None:
    spec = spec_of(" ".join(words), signature)
    for text, type_, cost in fragments(spec):
        function = type_.kind == "fn"
        params = (("it", type_.args[0]), *spec.params) if function else spec.params
        got = english().language.read(text, params).main.result
        assert got is (type_.args[-1] if function else type_)
        assert cost >= 0

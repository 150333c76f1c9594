"""English text to tokens, and words to the forms a dictionary lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siglum.propose.lexical.morphology import bases, is_plural, stem
from siglum.propose.lexical.tokens import MAX_CHARACTERS, Token, tokenise


def words(text: str) -> list[str]:
    return [t.word for t in tokenise(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sum of the Digits", ["sum", "of", "the", "digits"]),
        ("lower-case letters", ["lower", "case", "letters"]),
        ("x - 2", ["x", "-", "2"]),
        ("don't can't won't", ["do", "not", "can", "not", "will", "not"]),
        ("it's the list's length", ["it", "is", "the", "list", "'s", "length"]),
        ("at least 1,000 items", ["at", "least", "1000", "items"]),
        ("x ≥ 3", ["x", ">=", "3"]),
        ("snake_case names", ["snake_case", "names"]),
    ],
)
def test_words_are_taken_apart_as_people_mean_them(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('split at ", "', ", "),
        ("put '-' there", "-"),
        ("replace “old” here", "old"),
        ("the word `is`", "is"),
        ('an empty ""', ""),
    ],
)
def test_what_is_quoted_is_one_token_with_its_text(text: str, value: str) -> None:
    assert [t.value for t in tokenise(text) if t.kind == "quoted"] == [value]


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("10.5", Token("number", "10.5", 10.5)),
        ("-3", Token("number", "-3", -3)),
        ("3rd", Token("ordinal", "3", 3)),
        ("1,250", Token("number", "1250", 1250)),
    ],
)
def test_numbers_have_their_value(text: str, token: Token) -> None:
    assert tokenise(text) == [token]


def test_an_apostrophe_inside_a_word_quotes_nothing() -> None:
    assert all(t.kind != "quoted" for t in tokenise("the word's letters and the list's items"))


def test_text_beyond_the_limit_is_not_looked_at() -> None:
    assert len(tokenise("a " * MAX_CHARACTERS)) == MAX_CHARACTERS // 2


@given(st.text(max_size=200))
def test_any_text_gives_tokens(text: str) -> None:
    for token in tokenise(text):
        assert token.kind in ("word", "number", "ordinal", "quoted", "mark")
        if token.kind != "word":
            assert (token.value is not None) == (token.kind in ("number", "ordinal", "quoted"))


def test_a_lone_capital_letter_is_kept_as_it_is_written_unless_it_begins_the_text() -> None:
    assert [t.value for t in tokenise("A name with B")] == [None, None, None, "B"]


@pytest.mark.parametrize(
    ("word", "base"),
    [
        ("words", "word"), ("boxes", "box"), ("entries", "entry"), ("removing", "remove"), ("stopped", "stop"), ("is", "be"),
        ("kept", "keep"), ("indices", "index"), ("squared", "square"), ("largest", "largest"), ("lies", "lie"),
    ],
)  # fmt: skip
def test_the_dictionary_form_is_among_the_bases(word: str, base: str) -> None:
    assert base in bases(word)
    assert bases(word)[0] == word


def test_inflected_forms_have_one_stem() -> None:
    assert len({stem(w) for w in ("sum", "sums", "summing", "summed")}) == 1
    assert len({stem(w) for w in ("reverse", "reversed", "reverses", "reversing")}) == 1
    assert stem("length") != stem("letter")


def test_plurals_are_told_from_words_that_end_in_s() -> None:
    assert is_plural("words") and is_plural("lengths")
    assert not any(map(is_plural, ("is", "less", "radius", "s", "length")))


@given(st.text("abcdefghijklmnopqrstuvwxyz'", max_size=20))
def test_every_word_has_bases_and_a_stem(word: str) -> None:
    assert bases(word)[0] == word
    assert word == "" or word.startswith(stem(word)[:1])

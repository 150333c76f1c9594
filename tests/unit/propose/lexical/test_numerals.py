"""Numbers and quoted text said in English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siglum.propose.lexical import literals
from siglum.propose.lexical.numerals import Numeral, numerals
from siglum.propose.lexical.tokens import tokenise


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("the three largest", (3,)),
        ("the 3rd element", (3,)),
        ("every third word", (3,)),
        ("a dozen eggs", (12,)),
        ("twice n", (2,)),
        ("half of x", (0.5,)),
        ("at least 10.5", (10.5,)),
        ("greater than minus two", (-2, 2)),
        ("below -7", (-7,)),
        ("twenty five", (25,)),
        ("two hundred and one", (201,)),
        ("3 thousand", (3000,)),
        ("one million", (1000000,)),
        ('replace "a" with "b"', ("a", "b")),
        ("nothing here", ()),
        ("two and two", (2,)),
    ],
)
def test_what_a_text_says_becomes_literals(text: str, values: tuple[object, ...]) -> None:
    assert literals(text) == values


def test_a_numeral_knows_where_it_stands_and_what_kind_it_is() -> None:
    assert numerals(tokenise("the second of twenty two")) == [Numeral("ordinal", 2, 1, 2), Numeral("number", 22, 3, 5)]


def test_whole_numbers_stay_whole_and_text_stays_text() -> None:
    assert [type(v) for v in literals('2, 2.0 and "2"')] == [int, float, str]


@given(st.integers(0, 999_999))
def test_every_number_written_in_words_is_read_back(number: int) -> None:
    assert literals(spelt(number)) == (number,)


@given(
    st.lists(st.sampled_from(["one", "hundred", "and", "twenty", "million", "third", "minus", "-", "3", "x", "half"]), max_size=8)
)
def test_numerals_lie_inside_the_text_and_each_value_is_said_once(words: list[str]) -> None:
    tokens = tokenise(" ".join(words))
    found = numerals(tokens)
    assert all(0 <= n.start < n.end <= len(tokens) for n in found)
    said = literals(" ".join(words))
    assert len({(type(v), v) for v in said}) == len(said)
    assert {(type(v), v) for v in said} == {(type(n.value), n.value) for n in found}


UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def spelt(number: int) -> str:
    """A number below a million in English."""
    if number < 20:
        return UNITS[number]
    if number < 100:
        rest = f" {spelt(number % 10)}" if number % 10 else ""
        return TENS[number // 10 - 2] + rest
    if number < 1000:
        rest = f" and {spelt(number % 100)}" if number % 100 else ""
        return f"{spelt(number // 100)} hundred{rest}"
    rest = f" {spelt(number % 1000)}" if number % 1000 else ""
    return f"{spelt(number // 1000)} thousand{rest}"

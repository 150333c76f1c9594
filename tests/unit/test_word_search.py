"""Words are found by name, synonym, type and meaning; what is not found is refused with the nearest names."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from siglum.errors import UserError
from siglum.vocab.declare import N, S, T, Vocabulary, declared, word
from siglum.vocab.search import find_words


@word("sum", examples=("[1 2] sum = 3",))
def sum_(xs: list[N]) -> N:
    """All elements added."""
    return sum(xs)


@word("length", examples=("[1 2] length = 2",), synonyms=("len", "size"))
def length(xs: list[T]) -> int:
    """How many elements there are."""
    return len(xs)


@word("filter", examples=("[1 2] filter even is [2]",))
def filter_(xs: list[T], keep: Callable[[T], bool]) -> list[T]:
    """The elements for which `keep` holds, in order."""
    return [x for x in xs if keep(x)]


@word("maximum", examples=("[1 2] maximum = 2",))
def maximum(xs: list[S]) -> S | None:
    """The largest element; none of an empty array."""
    return max(xs, default=None)


@word("even", examples=("2 even",))
def even(n: int) -> bool:
    """Whether `n` is a multiple of 2."""
    return n % 2 == 0


WORDS = Vocabulary(o for f in (sum_, length, filter_, maximum, even) if (o := declared(f)) is not None)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("filter", ["filter"]),
        ("len", ["length"]),
        ("ev", ["even"]),
        ("elements", ["sum", "length", "filter"]),
        ("largest", ["maximum"]),
        ("Elements ORDER", ["filter"]),
        ("[i64] -> i64", ["sum", "length"]),
        ("[f64] -> i64", ["length"]),
        ("[i64]->i64?", ["maximum"]),
        ("-> bool", ["even"]),
        ("[str]", ["length", "filter", "maximum"]),
        ("-> i64?", ["maximum"]),
        ("-> i64", ["length", "sum"]),
        ("[i64] (i64 -> bool)", ["filter"]),
        ("[i64] (i64 -> bool) -> [i64]", ["filter"]),
    ],
)
def test_words_are_found_by_name_type_and_meaning(query: str, names: list[str]) -> None:
    assert [o.name for o in find_words(WORDS, query)] == names


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        ("", "E-009", "empty query"),
        ("  ", "E-009", "empty query"),
        ("fliter", "E-010", "did you mean filter?"),
        ("{str:i64} -> bool", "E-010", "no word has the type"),
        ("[i64] ->", "E-011", "a type is missing"),
        ("[i64] -> i64 i64", "E-011", "text after the result type"),
        ("[[[", "E-011", "type"),
        ("[" * 5000, "E-015", "nesting over 64"),
        ("fi\u202elter", "E-014", "U+202E"),
    ],
)
def test_queries_that_find_nothing_are_refused(query: str, code: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        find_words(WORDS, query)
    assert caught.value.code == code
    assert message in str(caught.value)

"""The meaning of phrases, run by their words' references."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.phrase.words import core

from siglum.errors import Stop
from siglum.frontend.phrase.language import Language
from siglum.frontend.phrase.reference import evaluate

LANGUAGE = Language(core())


def run(text: str, *args: Any, **options: Any) -> Any:
    return evaluate(LANGUAGE.read(text).main, args, **options)


@pytest.mark.parametrize(
    ("text", "args", "result"),
    [
        ("f operations:[i64] = operations scan + < 0 | any", ([1, 2, -4, 5],), True),
        ("f numbers:[i64] = numbers scan max", ([1, 2, 3, 2, 3, 4, 2],), [1, 2, 3, 3, 3, 4, 4]),
        ("f strings:[str] = strings most length", (["a", "bb", "cc"],), "bb"),
        (
            "f numbers:[f64] = (numbers - numbers minimum) / (numbers maximum - numbers minimum)",
            ([1.0, 2.0, 5.0],),
            [0.0, 0.25, 1.0],
        ),
        ("f text:str = text is text reverse", ("aba",), True),
        ("f n:i64 = [0 0 1] times n (it tail append (it sum)) first", (8,), 24),
        ("f lst:[i64] = lst filter ((lst = it) count >= it) maximum else -1", ([4, 1, 2, 2, 3, 1],), 2),
        ("f lst:[i64] = lst filter ((lst = it) count >= it) maximum else -1", ([5],), -1),
        ("f q:[i64] w:i64 = q is q reverse and q sum <= w", ([3, 2, 3], 9), True),
        ("f message:str = message toggle map (it vowel ? it + 2 : it)", ("This is",), "tHKS KS"),
        ("f x:i64 y:i64 = x to y filter even last else -1", (13, 12), -1),
        ("f test:str = test words counts as c c filter (= c values maximum)", ("a b b a c",), {"a": 2, "b": 2}),
        ("f test:str = test words counts as c c filter (= c values maximum)", ("",), {}),
        ("f nums:[i64] = nums scan (acc + it | min it) minimum", ([2, 3, 4, 1, -2],), -2),
        ("f s:str n:i64 = s words filter (reject vowel length = n)", ("Mary had a little lamb", 4), ["little"]),
        ("f n:i64 = n trace (> 1) (it even ? it half : it * 3 + 1) filter odd sort", (5,), [1, 5]),
        ('f s:str = s fold 0 (acc < 4 and "[[]]" at acc = it ? acc + 1 : acc) = 4', ("[][[]]",), True),
    ],
)
def test_measured_examples(text: str, args: tuple[Any, ...], result: Any) -> None:
    assert run(text, *args) == result


@pytest.mark.parametrize(
    ("text", "args", "result"),
    [
        ("f xs:[i64] = xs = 0 ? 0 : 100 // xs", ([0, 5],), [0, 20]),
        ("f xs:[i64] = xs = 0 ? 0 : 100 // xs > 5 ? 1 : 2", ([0, 1, 30],), [0, 1, 2]),
        ("f xs:[i64] = xs = 0 ? 0 : (100 // xs as q q * q)", ([0, 5],), [0, 400]),
        ("f xs:[i64] n:i64 = xs > 9 ? 1 // n : xs", ([1, 2], 0), [1, 2]),
        ("f n:i64 = n != 0 and 10 // n > 1", (0,), False),
        ("f n:i64 = n = 0 or 10 // n > 1", (0,), True),
        ("f n:i64 = n = 0 ? 0 : 10 // n", (0,), 0),
        ("f xs:[i64] ys:[i64] = xs first else (ys first)", ([1], []), 1),
        ("f xs:[i64] -> i64? = xs first", ([],), None),
        ("f xs:str = xs reverse append 'c'", ("ab",), "bac"),
        ("f xs:str = xs windows 2", ("abc",), ["ab", "bc"]),
        ("f xs:[u8] = xs fold 0 +", ([200, 100],), 300),
        ("fact n:i64 -> i64 = n < 2 ? 1 : n * (n - 1) fact", (20,), 2432902008176640000),
        ("f n:i64 -> bool = n = 0 or (n - 1) g\ng n:i64 -> bool = n != 0 and (n - 1) f", (7,), True),
        ("g n:i64 = n + 1\nf xs:[i64] = xs g", ([1, 2],), [2, 3]),
    ],
)
def test_meaning(text: str, args: tuple[Any, ...], result: Any) -> None:
    assert run(text, *args) == result


@pytest.mark.parametrize(
    ("text", "args", "kind", "word", "column"),
    [
        ("f x:i64 = x * x", (2**40,), "overflow", "*", 13),
        ("f xs:[i64] = xs square", ([1, 2**40],), "overflow", "square", 17),
        ("f x:i64 = 1 // x", (0,), "division by zero", "//", 13),
        ("f xs:[i64] = xs first", ([],), "empty", "first", 17),
        ("f xs:[i64] = xs at [0 3]", ([1],), "empty", "at", 17),
        ("f xs:[i64] ys:[i64] = xs + ys", ([1], []), "length", "+", 26),
        ("f xs:[i64] n:i64 = xs + (1 // n)", ([], 0), "division by zero", "//", 28),
        ("f n:i64 -> i64 = n f", (1,), "stack", "f", 20),
        ("f n:i64 = n trace (> 0) (+ 1) length", (1,), "fuel", "+", 26),
    ],
)
def test_stops_name_the_word_and_its_place(text: str, args: tuple[Any, ...], kind: str, word: str, column: int) -> None:
    with pytest.raises(Stop) as caught:
        run(text, *args, fuel=5000)
    assert (caught.value.kind, caught.value.word) == (kind, word)
    assert caught.value.place is not None and caught.value.place.column == column


def test_sum_is_the_exact_value_though_a_part_of_it_does_not_fit() -> None:
    assert run("f xs:[i64] = xs sum", [2**63 - 1, 1, -1]) == 2**63 - 1


def test_wrapping_reduces_every_result() -> None:
    assert run("f x:i64 = x * x", 2**33 + 1, overflow="wrap") == 2**34 + 1


def test_deep_recursion_through_functions_stops() -> None:
    with pytest.raises(Stop) as caught:
        run("f n:i64 -> i64 = [n] map (it + 1 | f) sum", 1)
    assert caught.value.kind == "stack"

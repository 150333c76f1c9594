"""Types read off all examples together, what is said about them, and the names parameters get."""

from __future__ import annotations

import pytest

from siglum.ir.types import parse_type
from siglum.propose.examples import Resolved, read_examples
from siglum.propose.inference_columns import is_taken, names_for, names_from


def read(*texts: str) -> Resolved:
    return read_examples(texts, (), None, None)


@pytest.mark.parametrize(
    ("texts", "types"),
    [
        (["[] -> 0", "[1] -> 1"], "[i64] -> i64"),
        (["[] -> 0", "[1.5] -> 1"], "[f64] -> i64"),
        (["[[],[1]] -> 0", "[] -> 1"], "[[i64]] -> i64"),
        (['[] -> ""', '["a"] -> "a"'], "[str] -> str"),
        (["[] -> none", "[1] -> 1"], "[i64] -> i64?"),
        (["[1,none] -> 1", "[2.5] -> 1"], "[f64?] -> i64"),
        (["{} -> 1", '{"a":[]} -> 2', '{"b":[true]} -> 3'], "{str:[bool]} -> i64"),
        (['(1,"a") -> 1', '(2.5,"b") -> 1'], "(f64, str) -> i64"),
        (["1 -> 2.0", "2 -> 4.0"], "i64 -> f64"),
        (["300 -> 1"], "i64 -> i64"),
    ],
)
def test_the_types_hold_all_examples(texts: list[str], types: str) -> None:
    found = read(*texts)
    assert f"{found.params[0][1]} -> {found.result}" == types


@pytest.mark.parametrize(
    ("texts", "types", "notes"),
    [
        (["[] -> 0"], "[i64] -> i64", ["`xs` is [i64]: every list is empty"]),
        (["[[],[]] -> 0"], "[[i64]] -> i64", ["`xs` is [[i64]]: no example says what is inside"]),
        (["{} -> 0"], "{str:i64} -> i64", ["`x` is {str:i64}: no example says what is inside"]),
        (["1 -> none"], "i64 -> i64?", ["the result is i64?: every value is none"]),
        (["1 -> 2", "1.5 -> 3"], "f64 -> i64", ["`x` is f64: some of its numbers are whole"]),
        (["[1,2.5] -> 3.5"], "[f64] -> f64", ["`xs` is [f64]: some of its numbers are whole"]),
        (['{"a":1} -> 1', '{"a":0.5} -> 2'], "{str:f64} -> i64", ["`x` is {str:f64}: some of its numbers are whole"]),
        (["(1,none) -> 0", "(2,0.5) -> 1", "(3,2) -> 1"], "(i64, f64?) -> i64",
         ["`x` is (i64, f64?): some of its numbers are whole"]),
        (["1 -> 2", "1 -> 2"], "i64 -> i64", ["1 example is given more than once"]),
        (["1 -> 2.0", "1 -> 2", "1 -> 2"], "i64 -> f64", ["the result is f64: some of its numbers are whole",
                                                          "2 examples are given more than once"]),
    ],
)  # fmt: skip
def test_what_was_concluded_by_rule_is_said(texts: list[str], types: str, notes: list[str]) -> None:
    found = read(*texts)
    assert f"{found.params[0][1]} -> {found.result}" == types
    assert list(found.notes) == notes


def test_whole_numbers_among_others_become_floats() -> None:
    (first, second) = read('[1,2] (3,{"a":4}) -> 5', '[1.5] (2.5,{"a":0.5}) -> 0.5').examples
    assert repr(first[:2]) == "(([1.0, 2.0], (3.0, {'a': 4.0})), 5.0)"
    assert repr(second[:2]) == "(([1.5], (2.5, {'a': 0.5})), 0.5)"


def test_agreeing_duplicates_are_one_example() -> None:
    assert [example[:2] for example in read("1 -> 2", "3 -> 4", "1 -> 2").examples] == [((1,), 2), ((3,), 4)]


@pytest.mark.parametrize(
    ("types", "names"),
    [
        (["i64"], ["x"]),
        (["str"], ["s"]),
        (["[str]"], ["xs"]),
        (["[[f64]]"], ["xs"]),
        (["(i64, str)"], ["x"]),
        (["i64", "[i64]", "str"], ["a", "b", "c"]),
    ],
)
def test_parameters_without_names_are_named_by_type_or_by_letter(types: list[str], names: list[str]) -> None:
    assert list(names_for([parse_type(t) for t in types])) == names


def test_names_are_different_and_mean_nothing_else() -> None:
    names = names_for([parse_type("i64")] * 64)
    assert len(set(names)) == 64
    assert not any(map(is_taken, names))


def test_words_synonyms_and_reserved_names_are_taken() -> None:
    assert all(map(is_taken, ["sum", "len", "it", "acc", "else", "if"]))
    assert not any(map(is_taken, ["x", "xs", "total_", "price"]))


@pytest.mark.parametrize(
    ("given", "names", "notes"),
    [
        (["xs", "k"], ["xs", "k"], []),
        (["sum", "sum_"], ["sum_", "sum__"], ["`sum_` stands for `sum`, which is a word",
                                                     "`sum__` stands for `sum_`, which is already taken"]),
        (["first name", "Größe"], ["first_name", "Gr_e"], ["`first_name` stands for `first name`, which is no name in a phrase",
                                                           "`Gr_e` stands for `Größe`, which is no name in a phrase"]),
        (["2nd", "価格"], ["x2nd", "b"], ["`x2nd` stands for `2nd`, which is no name in a phrase",
                                          "`b` stands for `価格`, which is no name in a phrase"]),
    ],
)  # fmt: skip
def test_names_of_a_file_are_made_fit_for_phrases(given: list[str], names: list[str], notes: list[str]) -> None:
    assert names_from(given) == (tuple(names), tuple(notes))

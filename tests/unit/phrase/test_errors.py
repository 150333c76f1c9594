"""What a user is told: the code, the place, the cause, the nearest fix."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.phrase.words import core

from siglum.errors import UserError
from siglum.frontend.phrase.language import Language
from siglum.ir.types import parse_type

LANGUAGE = Language(core())
INTS = parse_type("[i64]")


def refusal(text: str) -> UserError:
    with pytest.raises(UserError) as caught:
        LANGUAGE.read(text, subject=INTS)
    assert "\n" not in caught.value.line()
    return caught.value


@pytest.mark.parametrize(
    ("text", "code", "column", "message", "fix"),
    [
        ("filter squre", "E-010", 8, "unknown word `squre`: did you mean `square`?", "`square` N -> N"),
        ("f xs:[str] = xs half", "E-011", 17, "`half` needs an integer (i64); here it gets [str]", "`integer`"),
        ("f ws:[str] = ws sum", "E-011", 17, "`sum` needs numbers; here it gets [str]", "`integer`"),
        ("f x:i64 y:f64 = x + y", "E-011", 19, "`+` does not take i64 (1:17) and f64 (1:21) together", "before `+`: `real`"),
        ("filter (= [1])", "E-011", 9, "wants a function that gives a bool; this one gives [bool]", "`any` or `all`"),
        ("sum ? 1 : 2", "E-011", 1, "`?` needs a bool or a mask [bool]; here it gets i64", ""),
        ("f x:i64 = x > 0 ? 1 : true", "E-011", 17, "both values of `? :` must have one type; here i64 and bool", ""),
        ("[1 true]", "E-011", 4, "the elements of a list have one type; here i64 and bool", ""),
        ("[] length", "E-011", 1, "the type of `[]` is not known here", "beside a value"),
        ("f x:i64 -> str = x", "E-011", 18, "`f` should give str; it gives i64", ""),
        ("sum else 0", "E-011", 5, "`else` follows a value that may be absent (T?); here it gets i64", ""),
        ("f x:T = x", "E-011", 5, "T is not one type", ""),
        ("s\u0443m", "E-014", 2, "U+0443 (CYRILLIC SMALL LETTER U) at character 2", "looks like `y`"),
        ("su\u200bm", "E-014", 3, "U+200B", ""),
        ('"a\u202e"', "E-014", 3, "U+202E (RIGHT-TO-LEFT OVERRIDE) at character 3", "\\u202e"),
        ("1 < 2 < 3", "E-041", 7, "comparisons do not chain", "a < b and b < c"),
        ("if 1 then 2 else 3", "E-041", 1, "`if` is not a word", "CONDITION ? VALUE : OTHER"),
        ("map (even ? 1)", "E-041", 11, "`?` needs `:`", "CONDITION ? VALUE : OTHER"),
        ("(1 + 2", "E-041", 7, "`(` at 1:1 is not closed", "add `)`"),
        ("[1 2", "E-041", 5, "`[` at 1:1 is not closed", "add `]`"),
        ("1 + 2)", "E-041", 6, "`)` closes nothing", "remove it"),
        ("1 +", "E-041", 4, "a value is missing at the end", ""),
        ("at", "E-041", 3, "`at` takes 2 arguments; argument 2 is missing", ""),
        ("filter", "E-041", 7, "`filter` wants a function here", ""),
        ("map (filter = )", "E-041", 13, "`filter` gives its function one value (`it`); `=` takes 2 arguments", "filter (= ...)"),
        ("f x = x", "E-041", 1, "unknown word `f`", "f x:[i64] = ..."),
        ("f = 1", "E-041", 1, "unknown word `f`", "f -> i64 = ..."),
        ("f x:i64 = x f", "E-041", 13, "`f` does not know itself", "-> TYPE"),
        ("f x:i64 x:i64 = x", "E-041", 9, "two parameters are called `x`", ""),
        ("f x:i64 = x\nf y:i64 = y", "E-041", 1, "two definitions are called `f`", ""),
        ("f it:i64 = 1", "E-041", 3, "`it` has a meaning of its own", ""),
        ("f x:i64 = it", "E-041", 11, "`it` stands only inside a function", ""),
        ("length 3", "E-041", 8, "a value cannot follow a value", ""),
        ("length true", "E-041", 8, "a value cannot follow a value", "`not` stands after its value"),
        ("f xs:[i64] = xs[0]", "E-041", 16, "a list cannot follow a value", "VALUE at 0"),
        ("f xs:[i64] = xs (sum)", "E-041", 17, "a value cannot follow a value", "a word or a symbol"),
        ("f(x: i64) = x", "E-041", 2, "parameters stand without parentheses", "write f x:TYPE = ..."),
        ("sum # of all", "E-041", 5, "`#` means nothing here", "no comments"),
        ("1; 2", "E-041", 2, "`;` means nothing here", "write `|`"),
        ('"abc', "E-041", 1, "the text does not end", ""),
        ("99999999999999999999", "E-018", 1, "does not fit", ""),
        ("1e999", "E-023", 1, "does not fit f64", ""),
        ("f xs:[u8] = xs first else 300", "E-018", 27, "300 does not fit u8 (0..255)", ""),
        ("f x:i64 = x g\ng x:i64 = x f", "E-016", 1, "f -> g -> f", "write the result"),
        ("", "E-009", None, "nothing to do", ""),
        (" \n ", "E-009", None, "nothing to do", ""),
    ],
)
def test_refusals(text: str, code: str, column: int | None, message: str, fix: str) -> None:
    error = refusal(text)
    assert message in error.message
    assert fix in error.fix
    assert error.code == code
    assert (error.place.column if error.place else None) == column


@pytest.mark.parametrize("text", ["(" * 1_000_000, "[" * 1_000_000, "sum(" * 250_000, "map (" * 200_000])
def test_deep_nesting_is_refused_at_once(text: str) -> None:
    start = time.process_time()
    error = refusal(text)
    assert error.code == "E-015" and error.message.startswith("nesting over 256 at 1:")
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "text",
    [
        "1 " + "+ 1 " * 2000,
        "1 " + "half " * 2000,
        "true ? 1 : " * 2000 + "1",
        "1 " + "as x x " * 2000,
        "1 " + "| half " * 2000,
        "2 " + "** 1 " * 2000,
    ],
)
def test_long_chains_are_refused_not_crashed(text: str) -> None:
    assert refusal(text).code == "E-015"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 255 + "1" + ")" * 255,
        "1 " + "+ 1 " * 250,
        "1 " + "half " * 250,
        "true ? 1 : " * 250 + "1",
        "1 " + "as x x " * 250,
        "1" + " | times 2 (it" * 60 + ")" * 60,
    ],
)
def test_nesting_below_the_limit_works(text: str) -> None:
    assert str(LANGUAGE.read(text).main.result) == "i64"


def test_many_ambiguous_literals_do_not_explode() -> None:
    text = "[1.5] " + "fold 0 (acc + it + ([1.5] " * 30 + "sum" + "))" * 30 + ' + "a"'
    start = time.process_time()
    refusal(text)
    assert time.process_time() - start < 5


def test_nearest_words_come_as_data() -> None:
    assert refusal("filter evn").extra["nearest"][0] == "even"


TOKENS = (
    "xs", "f", "it", "acc", "as", "filter", "map", "fold", "at", "sum", "even", "first", "else", "length", "pi", "+",
    "-", "*", "**", "=", "<", "and", "is", "?", ":", "|", "(", ")", "[", "]", ",", ".", "->", ":", "1", "-2", "1.5",
    '"ab"', "'a'", "true", "i64", "[i64]", "\n", "str", "f(xs,", "1)", "sum(", ".map",
)  # fmt: skip


@given(st.lists(st.sampled_from(TOKENS), max_size=12).map(" ".join))
def test_any_tokens_are_read_or_refused(text: str) -> None:
    try:
        tree = LANGUAGE.parse(text)
    except UserError as error:
        assert error.code and "\n" not in error.line()
        return
    assert LANGUAGE.parse(LANGUAGE.print(tree)) == tree
    try:
        LANGUAGE.read(text, subject=INTS)
    except UserError as error:
        assert error.code and "\n" not in error.line()


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        LANGUAGE.read(text, subject=INTS)
    except UserError as error:
        assert error.code and error.line().isprintable()

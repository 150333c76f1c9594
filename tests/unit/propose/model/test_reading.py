"""How one text of a model becomes a phrase: as it stands, out of a definition, out of Python."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siglum.frontend.phrase.parser import parse_signature
from siglum.propose.model.python_text import LONGEST, phrase_of
from siglum.propose.model.reading import reading_of
from siglum.records import Spec


def spec(signature: str) -> Spec:
    return Spec(*parse_signature(signature))


INTS = spec("xs:[i64] -> i64")


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("filter even sum", "xs filter even sum"),
        ("xs.filter(even).sum", "xs filter even sum"),
        ("xs sum;", "xs sum"),
        ("return xs sum", "xs sum"),
        ("= xs sum.", "xs sum"),
        ('"xs sum"', "xs sum"),
        ("total xs:[i64] -> i64 = xs sum", "xs sum"),
        ("total values:[i64] = values filter (> 1) sum", "xs as values values filter (> 1) sum"),
        ("sum(xs)", "xs sum"),
        ("len([x for x in xs if x > 0])", "xs filter (> 0) length"),
        ("lambda numbers: max(numbers)", "xs maximum"),
        ('def f(a):\n    """Adds."""\n    return sum(a)', "xs sum"),
        ("xs length == 0 ? 1 : 2", "xs length = 0 ? 1 : 2"),
    ],
)
def test_a_phrase_in_whatever_dress_is_read(text: str, phrase: str) -> None:
    found = reading_of(text, INTS)
    assert found is not None
    assert (found.text, found.typed) == (phrase, True)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("xs frobnicate", "xs frobnicate"),
        ("xs words", "xs words"),
        ("total xs:[i64] = xs words;", "xs words"),
        ("Hello, World", "Hello, World"),
    ],
)
def test_what_is_no_phrase_is_kept_as_it_stands(text: str, kept: str) -> None:
    found = reading_of(text, INTS)
    assert found is not None
    assert (found.text, found.typed) == (kept, False)


@pytest.mark.parametrize("text", ["xs \x1b[2J sum", "xs \u202e sum", "xs\u200b sum", "xs \ud800", "\x00", "   "])
def test_what_cannot_be_shown_is_dropped(text: str) -> None:
    assert reading_of(text, INTS) is None


def test_equality_of_lists_is_taken_whole_where_it_has_to_be_one_bool() -> None:
    found = reading_of("xs == xs[::-1]", spec("xs:[i64] -> bool"))
    assert found is not None
    assert found.text == "xs is xs reverse"


@pytest.mark.parametrize(
    ("python", "phrase"),
    [
        ("sum(x*x for x in xs if x % 2 == 0)", "xs filter (it % 2 = 0) map (it * it) sum"),
        ("xs[::-1]", "xs reverse"),
        ("xs[1:]", "xs drop 1"),
        ("xs[:k]", "xs take k"),
        ("xs[:-1]", "xs front"),
        ("xs[-2:]", "xs suffix 2"),
        ("xs[::2]", "xs step 2"),
        ("xs[-1]", "xs at -1"),
        ("sorted(xs, reverse=True)[:k]", "xs sort reverse take k"),
        ("sorted(xs, key=lambda v: -v)", "xs order (it negate)"),
        ("sorted(ys, key=len)", "ys order length"),
        ("max(xs) - min(xs)", "xs maximum - xs minimum"),
        ("max(a, b)", "a max b"),
        ("a if a > b else b if b > 0 else -1", "a > b ? a : b > 0 ? b : -1"),
        ("not (a and b) or c", "(a and b) not or c"),
        ("(a + b) * c ** 2", "(a + b) * c ** 2"),
        ("a - (b - c)", "a - (b - c)"),
        ("(a ** b) ** c", "(a ** b) ** c"),
        ("1 < a <= 3", "1 < a and a <= 3"),
        ("a not in xs", "xs contains a not"),
        ("','.join(w.upper() for w in s.split())", 's words map (it upper) join ","'),
        ("xs.count(3)", "(xs = 3) count"),
        ("[(x, len(xs)) for x in xs]", "xs map (it pair (xs length))"),
        ("list(map(lambda v: v + 1, xs))", "xs map (it + 1)"),
        ("{x for x in xs}", "xs set"),
        ("list(range(a, b))", "a to (b - 1)"),
        ("a & b | c", "a bitand b bitor c"),
        ("[1, -2, a]", "[1 -2 a]"),
        ("s.replace('a', 'b')", 's replace "a" "b"'),
        ("xs", "xs"),
        ("True", "true"),
    ],
)  # fmt: skip
def test_python_is_said_as_a_phrase(python: str, phrase: str) -> None:
    assert phrase_of(python, ("xs", "ys", "a", "b", "c", "k", "s")) == phrase


@pytest.mark.parametrize(
    "python",
    [
        "import os", "xs +", "f'{xs}'", "xs[1:2:3]", "xs[1:3]", "lambda: xs", "def f(): return 1", "def f(a, *b): return a",
        "x = 1\ny = 2", "[x for x in xs for y in xs]", "[x + y for (x, y) in xs]", "unknown", "(yield)", "await xs", "xs := 3",
        "1j", "b'x'", "...", "sum(xs, start=1)", "(1, 2, 3)", "~a", "\x00", "(" * 300, "-" * (LONGEST + 1) + "1",
        "[x for x in [y for y in xs if x]]",
    ],
)  # fmt: skip
def test_python_that_has_no_phrase_gives_none(python: str) -> None:
    assert phrase_of(python, ("xs", "a")) is None


NAMES = st.sampled_from(["xs", "n", "it", "x"])
OPERATORS = st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "==", "<", "and", "or", "in", "not in", "&"])
EXPRESSIONS = st.recursive(
    NAMES | st.integers().map(str) | st.just("'ab'"),
    lambda inner: st.one_of(
        st.tuples(inner, OPERATORS, inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["len", "sum", "max", "sorted", "foo"]), inner).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"[{t[0]} for x in {t[1]}]"),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})"),
        st.tuples(inner, inner).map(lambda t: f"{t[0]}[{t[1]}:]"),
    ),
    max_leaves=12,
)


@given(EXPRESSIONS)
def test_any_expression_gives_one_line_or_nothing(python: str) -> None:
    found = phrase_of(python, ("xs", "n"))
    assert found is None or (found.isprintable() and found.count("(") == found.count(")"))


@given(st.text(max_size=200))
def test_any_text_can_be_looked_at(text: str) -> None:
    phrase_of(text, ("xs",))
    reading_of(text, INTS)

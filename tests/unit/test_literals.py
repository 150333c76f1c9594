"""The notation of values: what it reads, what it refuses and where, and that showing is the inverse of reading."""

from __future__ import annotations

import math
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siglum.errors import UserError
from siglum.frontend.literals import infer_type, parse_literal, read_value, show_value, value_of
from siglum.ir.types import (
    BOOL,
    CHAR,
    F32,
    F64,
    I64,
    RANGES,
    STR,
    Array,
    Map,
    Option,
    Pair,
    Type,
    parse_type,
)

SCALAR_VALUES: dict[Type, st.SearchStrategy[Any]] = {
    BOOL: st.booleans(),
    F64: st.floats(),
    F32: st.floats(width=32),
    CHAR: st.characters(exclude_categories=["Cs"]),
    STR: st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    **{t: st.integers(low, high) for t, (low, high) in RANGES.items()},
}


def values_of(t: Type) -> st.SearchStrategy[Any]:
    if t in SCALAR_VALUES:
        return SCALAR_VALUES[t]
    if t.kind == "array":
        return st.lists(values_of(t.element), max_size=4)
    if t.kind == "pair":
        return st.tuples(values_of(t.args[0]), values_of(t.args[1]))
    if t.kind == "option":
        return st.none() | values_of(t.element)
    return st.dictionaries(values_of(t.args[0]), values_of(t.args[1]), max_size=3)


SCALARS = st.sampled_from(sorted(SCALAR_VALUES, key=str))
KEYS = st.sampled_from([I64, STR, BOOL, CHAR])
TYPES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        inner.filter(lambda t: t is not CHAR).map(Array),
        st.builds(Pair, inner, inner),
        st.builds(Map, KEYS, inner),
        inner.filter(lambda t: t.kind != "option").map(Option),
    ),
    max_leaves=4,
)


def bits(value: Any) -> Any:
    """`value` with floats replaced by their bits, so that -0.0 and nan compare as they should."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else struct.pack("<d", value)
    if isinstance(value, list | tuple):
        return [type(value).__name__, *map(bits, value)]
    if isinstance(value, dict):
        return {k: bits(v) for k, v in value.items()}
    return value


@given(st.data())
def test_reading_what_was_shown_gives_the_value_back(data: st.DataObject) -> None:
    t = data.draw(TYPES)
    value = data.draw(values_of(t))
    shown = show_value(value, t)
    assert bits(read_value(shown, t)) == bits(value)
    assert shown.isprintable()


@given(st.data())
def test_the_type_read_off_a_shown_value_accepts_it(data: st.DataObject) -> None:
    value = data.draw(values_of(Array(Pair(I64, Array(STR)))))
    literal = parse_literal(show_value(value, Array(Pair(I64, Array(STR)))))
    assert value_of(literal, infer_type(literal, allow_unknown=True)) == value if value else literal.parts == ()


@given(st.text(alphabet='[](){}",:0123456789.-+eanif\\u \n\ufeff\u202e', max_size=30))
def test_any_text_is_read_or_refused_with_one_named_error(text: str) -> None:
    try:
        literal = parse_literal(text)
    except UserError as error:
        assert error.code in {"E-009", "E-014", "E-015", "E-021", "E-022", "E-023", "E-041"}
        assert "\n" not in error.line()
    else:
        assert 0 <= literal.start < literal.end <= len(text)


@pytest.mark.parametrize(
    ("text", "type_text", "value"),
    [
        ("4", "i64", 4),
        ("4", "f64", 4.0),
        ("[1 2, 3]", "[i64]", [1, 2, 3]),
        ("[1,\r\n2]", "[i64]", [1, 2]),
        ("\ufeff[1]", "[i64]", [1]),
        ("1_000", "i64", 1000),
        ("-0.0", "f64", -0.0),
        ("hello world", "str", "hello world"),
        ('"hello\\n"', "str", "hello\n"),
        ('"open', "str", '"open'),
        ('"a" and "b"', "str", '"a" and "b"'),
        ('["a" "b"]', "[str]", ["a", "b"]),
        ('(1, "a")', "(i64, str)", (1, "a")),
        ('{"a": 1}', "{str:i64}", {"a": 1}),
        ("none", "i64?", None),
        ("3", "i64?", 3),
        ("none", "str?", None),
        ("x", "char", "x"),
        (" ", "char", " "),
        ('"\\ud83d\\ude00"', "char", "\U0001f600"),
        ("-inf", "f64", -math.inf),
        ("[]", "[(i64, str)]", []),
        ("0.1", "f32", 0.10000000149011612),
    ],
)
def test_values_are_read_as_the_type_says(text: str, type_text: str, value: object) -> None:
    assert bits(read_value(text, parse_type(type_text))) == bits(value)


@pytest.mark.parametrize(
    ("text", "type_text"),
    [
        ("4", "i64"),
        ("4.0", "f64"),
        ("[1,2.5]", "[f64]"),
        ("[[1],[],[2.0]]", "[[f64]]"),
        ("[1,none]", "[i64?]"),
        ("[true]", "[bool]"),
        ('"a"', "str"),
        ('[(1,"a")]', "[(i64, str)]"),
        ('{"a":1,"b":2.0}', "{str:f64}"),
    ],
)
def test_types_are_read_off_values(text: str, type_text: str) -> None:
    assert infer_type(parse_literal(text)) is parse_type(type_text)


@pytest.mark.parametrize(
    ("text", "type_text", "code", "column", "message"),
    [
        ("300", "u8", "E-018", 1, "300 does not fit u8 (0..255)"),
        ("[1,300]", "[u8]", "E-018", 4, "300 does not fit u8 (0..255)"),
        ("9223372036854775808", "i64", "E-018", 1, "does not fit i64"),
        ("4.0", "i64", "E-011", 1, "4.0 is f64, i64 is wanted"),
        ("true", "i64", "E-011", 1, "true is bool, i64 is wanted"),
        ('[1,"a"]', "[i64]", "E-011", 4, '"a" is str, i64 is wanted'),
        ("NaN", "f64", "E-021", 1, "which NaN is meant?"),
        ("Infinity", "f64", "E-023", 1, "Infinity is no number of this notation"),
        ("1e400", "f64", "E-023", 1, "1e400 is beyond f64"),
        ("1" + "0" * 400, "f64", "E-023", 1, "beyond"),
        ("1" + "0" * 400, "i64", "E-023", 1, "beyond every number type"),
        ("1e-400", "f64", "E-023", 1, "1e-400 is too small for f64"),
        ("9007199254740993", "f64", "E-023", 1, "has no exact f64"),
        ("1e39", "f32", "E-023", 1, "1e39 is beyond f32"),
        ('{"a":1, "a":2}', "{str:i64}", "E-023", 9, 'the key "a" is given twice'),
        ("1,5", "f64", "E-022", 1, "decimal comma"),
        ("[1,5 2,5]", "[f64]", "E-022", 2, "decimal comma"),
        ("[" * 300, "[i64]", "E-015", 257, "nesting over 256"),
        ("", "i64", "E-009", 0, "empty value"),
        ("  ", "i64", "E-009", 0, "empty value"),
        ("[1,2", "[i64]", "E-041", 1, "`[` is never closed"),
        ("[1,]", "[i64]", "E-041", 4, "a value is missing after `,`"),
        ("[,1]", "[i64]", "E-041", 2, "a value is missing before `,`"),
        ("1 2", "i64", "E-041", 3, "more text after the value 1"),
        (".5", "f64", "E-041", 1, "malformed number .5"),
        ("(1,2,3)", "(i64, i64)", "E-041", 1, "a pair has two parts, this has 3"),
        ('["\\x"]', "[str]", "E-041", 3, "unknown escape \\x"),
        ('["\\ud800"]', "[str]", "E-041", 3, "half of a character"),
        ("[\u202e1]", "[i64]", "E-014", 2, "U+202E outside of text"),
        ("\uff11", "i64", "E-014", 1, "U+FF11 outside of text"),
        ("ab", "char", "E-018", 1, "ab is 2 characters, char is one"),
        ("abc\udcff", "str", "E-008", 0, "not UTF-8 at byte 3"),
        ("null", "i64?", "E-041", 1, "unknown value null"),
    ],
)
def test_refusals_name_code_place_and_cause(text: str, type_text: str, code: str, column: int, message: str) -> None:
    with pytest.raises(UserError) as caught:
        read_value(text, parse_type(type_text))
    assert (caught.value.code, caught.value.exit) == (code, 2)
    assert (caught.value.place.column if caught.value.place else 0) == column
    assert message in caught.value.message
    assert caught.value.line().isprintable()


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("[]", "E-011", "the type of [] is not known here"),
        ("none", "E-011", "the type of none is not known here"),
        ('[1,"a"]', "E-011", '1 is i64, "a" is str'),
        ("[1,9223372036854775808]", "E-018", "does not fit i64"),
        ("hello", "E-041", "`hello` is no value"),
    ],
)
def test_types_that_cannot_be_read_off_are_refused(text: str, code: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        infer_type(parse_literal(text))
    assert caught.value.code == code
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("value", "type_text", "shown"),
    [
        ([1, 2, 3], "[i64]", "[1,2,3]"),
        (1e22, "f64", "1e+22"),
        (0.1, "f64", "0.1"),
        (2.0, "f64", "2.0"),
        (0.10000000149011612, "f32", "0.1"),
        (math.nan, "f64", "nan"),
        ('a"b\\\n\u202e\U000e0001é', "str", '"a\\"b\\\\\\n\\u202e\\udb40\\udc01é"'),
        ({"a": [True]}, "{str:[bool]}", '{"a":[true]}'),
        ((1, None), "(i64, i64?)", "(1,none)"),
        ("x", "char", '"x"'),
    ],
)
def test_values_are_shown_compactly(value: Any, type_text: str, shown: str) -> None:
    assert show_value(value, parse_type(type_text)) == shown

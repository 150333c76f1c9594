"""Values fitted to types without a look at their text agree with how literals are read; and so do the types read off them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siglum.errors import UserError
from siglum.frontend.literals import infer_type, parse_literal, show_value, value_of
from siglum.ir.types import F64, I64, NOTHING, Array, Option, Type, parse_type
from siglum.propose.inference import (
    MISFIT,
    NoTypeError,
    fitted,
    holds_whole_numbers,
    is_key,
    joined,
    settled,
    type_of,
)

TEXTS = ["i64", "f64", "bool", "str", "[i64]", "[f64]", "[[i64]]", "(i64, str)", "{str:i64}", "i64?", "[(bool, f64)]", "u8",
         "char", "[u8]", "[str]", "f32", "[[f64]]", "[i64?]", "{str:[f64]}"]  # fmt: skip
TYPES = [parse_type(text) for text in TEXTS]

SCALARS = st.one_of(
    st.booleans(), st.integers(-5, 300), st.integers(2**62, 2**65), st.floats(allow_nan=False), st.text("ab\u20ac", max_size=2)
)
GIVEN = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.tuples(inner, inner), st.dictionaries(st.text("abc", max_size=2), inner, max_size=2)
    ),
    max_leaves=5,
)


def written(value: Any) -> str:
    """A value in the notation of literals, whatever its parts."""
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    if isinstance(value, tuple):
        return f"({written(value[0])},{written(value[1])})"
    if isinstance(value, dict):
        return "{" + ",".join(f"{written(k)}:{written(v)}" for k, v in value.items()) + "}"
    return show_value(value, {bool: TYPES[2], int: I64, float: F64, str: TYPES[3]}[type(value)])


@given(GIVEN)
def test_the_type_of_a_value_is_the_type_of_its_literal(value: Any) -> None:
    try:
        found: Type | None = type_of(value)
    except NoTypeError:
        found = None
    if found is not None and fitted(value, found) is MISFIT:
        found = None  # a whole number beside others that has no exact f64
    try:
        literal = parse_literal(written(value))
        wanted: Type | None = infer_type(literal, allow_unknown=True)
        value_of(literal, wanted)
    except UserError:
        wanted = None
    assert found is wanted


@given(GIVEN, st.sampled_from(TYPES))
def test_a_value_fits_a_type_where_its_literal_does(value: Any, t: Type) -> None:
    found = fitted(value, t)
    try:
        wanted: Any = value_of(parse_literal(written(value)), t)
    except UserError:
        wanted = MISFIT
    if found is not MISFIT or "f32" not in str(t):
        assert repr(found) == repr(wanted)


@pytest.mark.parametrize(
    ("a", "b", "both"),
    [
        ("i64", "f64", "f64"),
        ("[i64]", "[f64]", "[f64]"),
        ("i64?", "f64", "f64?"),
        ("(i64, f64)", "(f64, i64)", "(f64, f64)"),
        ("{str:i64}", "{str:f64}", "{str:f64}"),
        ("i64", "bool", "None"),
        ("[i64]", "i64", "None"),
        ("(i64, str)", "(i64, bool)", "None"),
        ("i64?", "str", "None"),
        ("str", "[i64]", "None"),
        ("[str]", "[[i64]]", "None"),
    ],
)
def test_two_types_are_joined_where_one_holds_both(a: str, b: str, both: str) -> None:
    assert str(joined(parse_type(a), parse_type(b))) == both
    assert str(joined(parse_type(b), parse_type(a))) == both


@given(st.sampled_from(TYPES), st.sampled_from(TYPES))
def test_joining_commutes_and_what_is_unknown_gives_way(a: Type, b: Type) -> None:
    assert joined(a, b) is joined(b, a)
    assert joined(a, NOTHING) is a is joined(NOTHING, a) is joined(a, a)


def test_an_empty_list_is_no_text() -> None:
    assert joined(type_of([]), parse_type("str")) is None
    with pytest.raises(NoTypeError):
        type_of([[], "a"])
    assert fitted([], parse_type("str")) is MISFIT
    assert fitted([[]], parse_type("[str]")) is MISFIT


def test_what_no_example_says_is_i64_and_str_where_it_is_a_key() -> None:
    assert str(settled(type_of([({}, None)]))) == "[({str:i64}, i64?)]"
    assert settled(Option(NOTHING)) is parse_type("i64?")


@pytest.mark.parametrize("value", ["\ud800", ["\ud800"], {"\ud800": 1}])
def test_half_a_character_has_no_type(value: Any) -> None:
    with pytest.raises(NoTypeError):
        type_of(value)
    assert all(fitted(value, t) is MISFIT for t in TYPES)


def test_nesting_beyond_what_types_allow_has_no_type() -> None:
    value: Any = 1
    for _ in range(64):
        value = [value]
    pairs: Any = 1
    for _ in range(65):
        pairs = (pairs, 1)
    assert str(type_of(value)) == "[" * 64 + "i64" + "]" * 64
    with pytest.raises(NoTypeError):
        type_of([value])
    with pytest.raises(NoTypeError):
        type_of(([value], 1))
    with pytest.raises(NoTypeError):
        type_of(pairs)


@pytest.mark.parametrize(("value", "fits"), [(2**53, True), (2**53 + 1, False), (10**400, False)])
def test_whole_numbers_are_floats_where_they_are_exact(value: int, fits: bool) -> None:
    assert (fitted(value, F64) is not MISFIT) == fits
    assert (fitted([0.5, value], Array(F64)) is not MISFIT) == fits


@pytest.mark.parametrize(
    ("value", "type_text", "whole"),
    [
        (1, "f64", True),
        (1.0, "f64", False),
        (1, "i64", False),
        ([1.5, 2], "[f64]", True),
        ([[1.5], [2]], "[[f64]]", True),
        ((1, 2.5), "(i64, f64)", False),
        ({"a": 1}, "{str:f64}", True),
        (None, "f64?", False),
        (1, "f64?", True),
        ([None, 1], "[f64?]", True),
    ],
)
def test_whole_numbers_among_floats_are_seen(value: Any, type_text: str, whole: bool) -> None:
    assert holds_whole_numbers(value, parse_type(type_text)) is whole


def test_keys_are_texts_numbers_and_pairs_of_them() -> None:
    assert all(is_key(parse_type(text)) for text in ("str", "i64", "bool", "char", "(i64, str)"))
    assert not any(is_key(parse_type(text)) for text in ("[i64]", "[str]", "{str:i64}", "(i64, [i64])"))

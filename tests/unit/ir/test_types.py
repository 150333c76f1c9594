"""Types as text, with variables, and as parts of each other."""

from __future__ import annotations

import pickle

import pytest

from siglum.errors import UserError
from siglum.ir.types import (
    BOOL,
    CHAR,
    F64,
    I64,
    NOTHING,
    STR,
    U8,
    Array,
    Fn,
    Map,
    Option,
    Pair,
    Type,
    Var,
    build,
    components,
    element_size,
    match,
    parse_type,
    read_type,
    substitute,
)

T, N, S = Var("T"), Var("N"), Var("S")


@pytest.mark.parametrize(
    ("text", "t"),
    [
        ("i64", I64), (" [ i64 ]", Array(I64)), ("str", STR), ("[char]", STR), ("(i64, str)", Pair(I64, STR)),
        ("i64??", Option(Option(I64))), ("{str : [u8]}", Map(STR, Array(U8))), ("(i64)", I64), ("T", T),
        ("(T -> bool)", Fn((T,), BOOL)), ("(T T -> T)", Fn((T, T), T)), ("(i64 f64 bool -> i64)", Fn((I64, F64, BOOL), I64)),
    ],
)  # fmt: skip
def test_a_type_is_read_as_it_is_shown(text: str, t: Type) -> None:
    assert parse_type(text) is t
    assert parse_type(str(t)) is t
    assert pickle.loads(pickle.dumps(t)) is t


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "a type is missing"), ("real", "unknown type `real`"), ("[i64", "expected `]`"), ("{i64}", "expected `:`"),
        ("(i64, i64", r"expected `\)`"), ("(i64 i64", r"expected `\)`"), ("i64 i64", "text after the type"), ("[", "is missing"),
        ("(i64 i64)", "a type is missing"), ("[" * 70 + "i64", "nesting over 64"),
    ],
)  # fmt: skip
def test_what_is_no_type_is_refused(text: str, what: str) -> None:
    with pytest.raises(UserError, match=what):
        parse_type(text)


def test_a_type_ends_where_it_ends() -> None:
    assert read_type("x:[i64]? + 1", 2) == (Option(Array(I64)), 8)


@pytest.mark.parametrize("t", [I64, CHAR, Array(I64), Pair(I64, F64), Option(STR), Map(STR, I64), Fn((I64, F64), BOOL)])
def test_a_type_is_built_of_its_kind_and_parts(t: Type) -> None:
    assert build(t.kind, t.args) is t


def test_variables_stand_for_what_they_are_bound_to() -> None:
    assert substitute(Map(T, Array(N)), {"T": STR, "N": F64}) is Map(STR, Array(F64))
    assert substitute(Pair(T, N), {"T": I64}) is Pair(I64, N)
    assert substitute(Array(I64), {"T": STR}) is Array(I64)


@pytest.mark.parametrize(
    ("pattern", "t", "bound"),
    [
        (T, STR, {"T": STR}), (Pair(T, T), Pair(I64, I64), {"T": I64}), (Pair(T, T), Pair(I64, F64), None),
        (Array(N), Array(F64), {"N": F64}), (Array(N), STR, None), (S, STR, {"S": STR}), (S, Array(I64), None),
        (Option(T), Array(I64), None), (I64, I64, {}), (I64, F64, None), (T, Fn((I64,), I64), None),
    ],
)  # fmt: skip
def test_a_pattern_fits_or_does_not(pattern: Type, t: Type, bound: dict[str, Type] | None) -> None:
    found: dict[str, Type] = {}
    assert match(pattern, t, found) == (bound is not None)
    if bound is not None:
        assert found == bound


@pytest.mark.parametrize(
    ("t", "parts", "size"),
    [
        (I64, "i", 8), (F64, "f", 8), (U8, "i", 1), (STR, "bn", 16), (Pair(I64, STR), "ibn", 24), (Option(F64), "if", 16),
        (Map(STR, I64), "bnbn", 32), (NOTHING, "i", 8),
    ],
)  # fmt: skip
def test_components_and_sizes(t: Type, parts: str, size: int) -> None:
    assert "".join(components(t)) == parts
    assert element_size(t) == size

"""Expressions of Python with bit operators, as functions that say what is meant."""

from __future__ import annotations

import pytest

from siglum.comparison import reference_of
from siglum.errors import UserError
from siglum.frontend.python.expression import function_text


@pytest.mark.parametrize(
    ("text", "signature", "types", "on", "result"),
    [
        ("x & -x", None, "x:i64 -> i64", (12,), 4),
        ("(y ^ x) >> 1", None, "y:i64 x:i64 -> i64", (5, 2), 3),
        ("x & (x - 1) == 0", None, "x:i64 -> bool", (8,), True),
        ("x & 1 == 0 and x > 2", None, "x:i64 -> bool", (8,), True),
        ("not x & 1", None, "x:i64 -> bool", (8,), True),
        ("(x & 1) == 1 if x > 0 else x < -5", None, "x:i64 -> bool", (-6,), True),
        ("abs(x) | 1", None, "x:i64 -> i64", (-6,), 7),
        ("~x", "x:u32", "x:u32 -> i64", (0,), -1),
        ("y << x", "x:u8 y:i32 -> i64", "x:u8 y:i32 -> i64", (3, 5), 40),
        ("x ^ y", "x:u64 y:u64", "x:u64 y:u64 -> u64", (2**63, 1), 2**63 + 1),
        ("a ^ b", "a:bool b:bool -> bool", "a:bool b:bool -> bool", (True, False), True),
    ],
)
def test_a_formula_is_a_reference(text: str, signature: str | None, types: str, on: tuple[object, ...], result: object) -> None:
    found = reference_of(text, signature).unit
    meant = found.meant
    assert " ".join([*(f"{name}:{t}" for name, t in meant.params), "->", str(meant.result)]) == types
    assert found.reference(*on) == result


def test_a_phrase_goes_before_a_formula() -> None:
    assert reference_of("f x:i64 = x bitand (x - 1)").name == ""
    assert reference_of("xs | sum", "xs:[i64]").unit.reference([1, 2]) == 3


@pytest.mark.parametrize(
    ("text", "signature", "code"),
    [
        ("xs | sum", None, "E-010"),
        ("x & y", "x:[i64] y:i64", "E-041"),
        ("x & y", "x:i64", "E-056"),
        ("x & y.z", None, "E-055"),
        ("x & 'a'", None, "E-065"),
        ("1 & 2", None, "E-041"),
        ("x &", None, "E-041"),
        ("gone", None, "E-010"),
    ],
)
def test_other_texts_are_refused_as_what_they_resemble(text: str, signature: str | None, code: str) -> None:
    with pytest.raises(UserError) as caught:
        reference_of(text, signature)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "text", ["x + 1", "x -", "x & " + "~" * 5000 + "x", "x & " + "~" * 200 + "x", "x & 1; y", "lambda x: x", "\0 & x", ""]
)
def test_text_without_a_bit_operator_is_no_formula(text: str) -> None:
    assert function_text(text, None, None, lambda name: False) is None

"""The constants that a reference holds, and the inputs near them."""

from __future__ import annotations

import pytest

from siglum.frontend.elaborate import function_from_source
from siglum.ir.types import BOOL, CHAR, F64, I64, STR, U8, Array, Type
from siglum.propose.constants import constants_of, near

TEXT = (
    "def f(s: str, x: float) -> int:\n"
    "    n = 7\n"
    "    for ch in s:\n"
    "        if ch == 'q' and x > 2.5:\n"
    "            n += 7\n"
    "    return n * 1000 if s != 'xyzzy' else 7\n"
)


def test_constants_are_those_of_loops_too_the_most_frequent_first() -> None:
    found = constants_of(function_from_source(TEXT, "f"))
    assert found[0] == (7, I64)
    assert {(1000, I64), ("q", CHAR), (2.5, F64), ("xyzzy", STR)} <= set(found)


def test_what_is_called_may_have_its_function_beside_it() -> None:
    class Called:
        function = function_from_source(TEXT, "f")

        def __call__(self, s: str, x: float) -> int:
            return 0

    assert constants_of(Called()) == constants_of(Called.function)
    assert constants_of(len) == constants_of(None) == []


@pytest.mark.parametrize(
    ("constant", "types", "held"),
    [
        ((1000, I64), (I64,), [1000, 1001, 999]),
        ((1000, I64), (Array(I64),), [[1000], [1000, 1000], [1001]]),
        ((1000, I64), (F64,), [1000.0, 999.0]),
        ((255, I64), (U8,), [255, 254]),
        ((65, I64), (CHAR,), ["A", "B", "@"]),
        (("q", CHAR), (STR,), ["q", "qa"]),
        (("xyz", STR), (STR,), ["xyz", "xyza", "yz"]),
        (("xyz", STR), (Array(STR),), [["xyz"], ["xyz", "xyz"]]),
        ((2.5, F64), (F64,), [2.5, 3.5]),
    ],
)
def test_inputs_hold_a_constant_and_what_is_next_to_it(
    constant: tuple[object, Type], types: tuple[Type, ...], held: list[object]
) -> None:
    found = [arguments[0] for arguments in near([constant], types)]
    assert all(value in found for value in held)


@pytest.mark.parametrize(
    ("constant", "types"),
    [
        ((1000, I64), (U8,)),
        ((True, BOOL), (I64,)),
        ((2.5, F64), (I64,)),
        (("q", CHAR), (Array(I64),)),
        (("xyz", STR), (CHAR,)),
        ((0xD900, I64), (CHAR,)),
    ],
)
def test_a_constant_that_a_type_cannot_hold_gives_no_inputs(constant: tuple[object, Type], types: tuple[Type, ...]) -> None:
    assert list(near([constant], types)) == []


def test_one_argument_holds_the_constant_and_the_others_are_anything() -> None:
    found = list(near([(77, I64)], (I64, I64)))
    assert any(x == 77 != y for x, y in found) and any(x != 77 == y for x, y in found)

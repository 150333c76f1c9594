"""The values a grammar tells apart: types, and literals that may still become something else.

Imports `siglum.ir` and `siglum.frontend.phrase`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Final

from siglum.frontend.phrase.resolve import FIXED, LETTER, NEGATIVE, ONE_LETTER, WHOLE
from siglum.frontend.phrase.states import Value
from siglum.ir.types import BOOL, CHAR, F64, I64, NOTHING, RANGES, STR, U64, Array, Type

NATURAL: Final = Value(I64, WHOLE)
BELOW_ZERO: Final = Value(I64, NEGATIVE)
TEXT: Final = Value(STR, FIXED, True)
ONE_CHARACTER: Final = Value(STR, ONE_LETTER, True)
CHARACTER: Final = Value(CHAR, LETTER)
NATURALS: Final = Value(Array(I64), WHOLE)
INTEGERS: Final = Value(Array(I64), NEGATIVE)
CHARACTERS: Final = Value(Array(STR), ONE_LETTER)
EMPTY: Final = Value(Array(NOTHING))

LITERALS: Final = (NATURAL, BELOW_ZERO, TEXT, ONE_CHARACTER, CHARACTER, NATURALS, INTEGERS, CHARACTERS, EMPTY)
"""Literals that are told apart from other values of their types; a float or a bool is like any other."""

SCALARS: Final = (I64, F64, BOOL, STR, CHAR)
"""Types that literals of one token have."""

Values = frozenset[Value]


def keeps_its_number(value: Value, target: Type) -> bool:
    """Whether every integer literal that `value` stands for fits `target`, should it become that."""
    if value.flex not in (WHOLE, NEGATIVE):
        return True
    while target.kind in ("array", "option"):
        target = target.element
    return target not in RANGES or target in (I64, U64)


def scalars_in(type_: Type) -> set[Type]:
    """The types without parts that `type_` is built of; text is one of them."""
    if type_ is STR or not type_.args:
        return {type_}
    return set[Type]().union(*map(scalars_in, type_.args))


def oddness(type_: Type, familiar: Container[Type]) -> int:
    """How much there is to a type: two parts of different kinds count more than the levels of a list, and a scalar that is
    not `familiar` more than one that is.
    """
    if type_ is STR or not type_.args:
        return 1 + (type_ not in familiar)
    return 1 + sum(oddness(t, familiar) for t in type_.args) + (type_.kind in ("pair", "map"))


def order_of(value: Value) -> tuple[int, str, int, bool]:
    """Plain types first."""
    return len(value.type.text), value.type.text, value.flex, value.literal_text


def ordered(values: Iterable[Value]) -> list[Value]:
    return sorted(values, key=order_of)

"""What crosses the border beside Python's own values: numpy's, values with `__index__`, and what must not cross."""

from __future__ import annotations

import numpy
import pytest

from siglum.errors import UserError
from siglum.ir.types import BOOL, CHAR, F64, I8, I64, NOTHING, STR, U64, Array, Map, Option, Pair
from siglum.ir.values import UNWRITTEN, Elements, Unsound, elements, export, importer, zero_of


def items(value: object) -> list[object]:
    assert isinstance(value, Elements)
    return value.items()


def test_numpy_values_are_taken_as_what_they_are() -> None:
    assert importer(I64)(numpy.int32(-7)) == -7 and type(importer(I64)(numpy.int32(-7))) is int
    assert importer(BOOL)(numpy.True_) is True
    assert importer(F64)(numpy.float32(0.5)) == 0.5
    assert items(importer(Array(I64))(numpy.array([1, 2], dtype="u1"))) == [1, 2]
    with pytest.raises(UserError):
        importer(I8)(numpy.int64(128))
    with pytest.raises(UserError):
        importer(I64)(numpy.bool_(True).__class__)


def test_what_has_no_values_takes_none() -> None:
    with pytest.raises(UserError, match="is no nothing"):
        importer(NOTHING)(0)


def test_zeros_of_every_kind() -> None:
    assert (zero_of(U64), zero_of(F64), zero_of(BOOL), zero_of(CHAR), zero_of(NOTHING)) == (0, 0.0, False, 0, 0)
    assert items(zero_of(STR)) == [] and zero_of(Pair(I64, F64)) == (0, 0.0) and zero_of(Option(I64)) == (False, 0)
    keys, values = zero_of(Map(I64, I64))
    assert items(keys) == items(values) == []


def test_neither_an_unwritten_element_nor_a_stale_version_leaves_the_program() -> None:
    with pytest.raises(Unsound, match="unwritten"):
        export(elements([1, UNWRITTEN]), Array(I64))
    kept = elements([1])
    kept.memory.stores += 1
    with pytest.raises(Unsound, match="after a store"):
        export(kept, Array(I64))

"""NaN stands after all numbers and is one value where equal ones are gathered, in CPython and as machine code."""

from __future__ import annotations

import math
import struct
from typing import Any

import pytest

import siglum
from siglum.frontend.phrase.reference import evaluate
from siglum.ir.types import F64, Array
from siglum.pipeline import language

NAN = math.nan
CASES: dict[str, tuple[list[float], Any]] = {
    "sort": ([2.0, NAN, 1.0, NAN, -1.0], [-1.0, 1.0, 2.0, NAN, NAN]),
    "ordering": ([NAN, 2.0, NAN, 1.0], [3, 1, 0, 2]),
    "unique": ([1.0, NAN, 0.0, NAN, 1.0], [1.0, NAN, 0.0]),
    "set": ([2.0, NAN, 1.0, 2.0, NAN], [1.0, 2.0, NAN]),
    "duplicates": ([1.0, NAN, 0.0, NAN, 1.0], [1.0, NAN]),
    "counts values": ([1.0, NAN, 0.5, 1.0, NAN], [2, 2, 1]),
    "counts keys": ([NAN, NAN], [NAN]),
    "group (it) values map length": ([NAN, 1.0, NAN], [2, 1]),
    "sort bisect 5.0": ([NAN, 3.0, 7.0], 1),
}


def bits(value: Any) -> Any:
    if isinstance(value, list):
        return [bits(v) for v in value]
    return struct.pack("<d", value) if isinstance(value, float) else value


@pytest.mark.parametrize("phrase", CASES)
def test_nan_is_in_order(phrase: str) -> None:
    given, expected = CASES[phrase]
    definition = language().read(phrase, subject=Array(F64)).main
    assert bits(evaluate(definition, (given,))) == bits(expected)
    assert bits(siglum.compile(phrase, "xs:[f64]")(given)) == bits(expected)

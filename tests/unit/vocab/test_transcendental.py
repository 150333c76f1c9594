"""Exponentials, logarithms and angles stay within two units in the last place of Python's."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siglum.errors import Stop
from siglum.vocab import transcendental


def near(found: float, expected: float, size: float | None = None) -> bool:
    if math.isnan(expected) or math.isinf(expected):
        return found == expected or (found != found and expected != expected)
    return abs(found - expected) <= 2.0 * math.ulp(expected if size is None else size)


@given(st.floats(-745, 709.7))
def test_exponential(x: float) -> None:
    assert near(transcendental.exponential(x), math.exp(x))


@given(st.floats(min_value=0, exclude_min=True))
def test_logarithm(x: float) -> None:
    assert near(transcendental.natural_logarithm(x), math.log(x))


@given(st.floats(0.5, 2))
def test_logarithm_around_one(x: float) -> None:
    assert near(transcendental.natural_logarithm(x), math.log(x))


@given(st.floats(-(2.0**20), 2.0**20) | st.floats(-10, 10))
def test_sine_and_cosine(x: float) -> None:
    assert near(transcendental.sine(x), math.sin(x), 1.0)
    assert near(transcendental.cosine(x), math.cos(x), 1.0)


@given(st.floats(allow_nan=False))
def test_arctangent(x: float) -> None:
    assert near(transcendental.arctangent(x), math.atan(x))


@given(st.floats(-1.5, 1.5))
def test_tangent(x: float) -> None:
    assert near(transcendental.tangent(x), math.tan(x), 2.0 * max(1.0, abs(math.tan(x)) ** 2))


def test_ends_of_the_range() -> None:
    nan, inf = math.nan, math.inf
    assert transcendental.exponential(inf) == inf and transcendental.exponential(-inf) == 0.0
    assert transcendental.natural_logarithm(0.0) == -inf and transcendental.natural_logarithm(inf) == inf
    assert near(transcendental.natural_logarithm(-1.0), nan) and near(transcendental.sine(nan), nan)
    with pytest.raises(Stop) as caught:
        transcendental.sine(inf)
    assert caught.value.kind == "argument"

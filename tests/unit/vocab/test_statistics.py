"""Statistics agree with Python's statistics module within rounding."""

from __future__ import annotations

import math
import statistics as python

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siglum.errors import Stop
from siglum.vocab import statistics

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=50)


def close(a: float, b: float, scale: float = 1.0) -> bool:
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9 * scale)


@given(VALUES)
def test_moments(xs: list[float]) -> None:
    size = max(map(abs, xs)) ** 2 + 1.0
    assert close(statistics.mean(xs), python.fmean(xs), size)
    assert close(statistics.variance(xs), python.pvariance(xs), size)
    assert close(statistics.sample_variance(xs), python.variance(xs), size)
    assert close(statistics.deviation(xs) ** 2, python.pvariance(xs), size)
    assert statistics.median(xs) == pytest.approx(python.median(xs))
    assert statistics.spread(xs) == max(xs) - min(xs)
    assert close(statistics.root_mean_square(xs) ** 2, sum(x * x for x in xs) / len(xs), size)


@given(VALUES, st.floats(0, 1))
def test_quantiles_are_linear_between_neighbours(xs: list[float], share: float) -> None:
    ordered = sorted(xs)
    place = share * (len(xs) - 1)
    low = min(int(place), len(xs) - 2)
    expected = ordered[low] + (ordered[low + 1] - ordered[low]) * (place - low)
    assert statistics.quantile(xs, share) == pytest.approx(expected, abs=1e-6)


@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=3, max_size=30))
def test_lines_through_points(points: list[tuple[float, float]]) -> None:
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    if statistics.variance(xs) > 1e-3 and statistics.variance(ys) > 1e-3:
        assert statistics.correlation(xs, ys) == pytest.approx(python.correlation(xs, ys), abs=1e-6)
        assert statistics.slope(xs, ys) == pytest.approx(python.linear_regression(xs, ys).slope, rel=1e-6, abs=1e-6)


def test_nothing_to_measure_stops() -> None:
    for word in (statistics.mean, statistics.variance, statistics.median, statistics.deviation, statistics.spread):
        with pytest.raises(Stop) as caught:
            word([])
        assert caught.value.kind == "empty"
    with pytest.raises(Stop):
        statistics.quantile([1.0], 1.5)


def test_polynomials_and_averages() -> None:
    assert statistics.polynomial([1.0, 2.0, 3.0], 2.0) == 17.0
    assert statistics.moving_average([1.0, 3.0, 5.0], 2) == [2.0, 4.0]
    assert statistics.harmonic_mean([1.0, 0.5]) == pytest.approx(2 / 3)
    assert statistics.normalize([1.0, 3.0]) == [-1.0, 1.0]

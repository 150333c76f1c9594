"""Statistics of arrays of f64. Variance, covariance and deviation are those of the whole population.

Imports `siglum.vocab.declare`, `siglum.vocab.intrinsics` and the words it needs.
"""

from __future__ import annotations

from siglum.vocab.declare import N, word
from siglum.vocab.functional import dot_floats, sum_floats
from siglum.vocab.intrinsics import divide, float_from_bits, floor, sqrt, stop, truncate
from siglum.vocab.order import sort


def not_empty(xs: list[float]) -> float:
    """How many elements there are, as f64. Stops with `empty` where there is none."""
    if len(xs) == 0:
        stop("empty")
    return float(len(xs))


@word("mean", examples=("[1.0 2.0 6.0] mean is 3.0", "[1 2] real mean is 1.5"), synonyms=("average",))
def mean(xs: list[float]) -> float:
    """The sum divided by the number of elements. Stops with `empty` where there is none."""
    return divide(sum_floats(xs), not_empty(xs))


@word("variance", examples=("[1.0 3.0] variance is 1.0", "[2.0 2.0 5.0] variance is 2.0"), synonyms=("var",))
def variance(xs: list[float]) -> float:
    """The mean of the squared distances from the mean. Stops with `empty` where there is no element."""
    center = mean(xs)
    return mean([(x - center) * (x - center) for x in xs])


@word("deviation", examples=("[1.0 3.0] deviation is 1.0", "[0.0 6.0] deviation is 3.0"), synonyms=("std", "stdev"))
def deviation(xs: list[float]) -> float:
    """The root of the variance. Stops with `empty` where there is no element."""
    return sqrt(variance(xs))


@word("sample", examples=("[1.0 3.0] sample is 2.0", "[1.0 2.0 3.0] sample is 1.0"))
def sample_variance(xs: list[float]) -> float:
    """The variance estimated from a sample: divided by one less than the count. Stops with `empty` below two elements."""
    if len(xs) < 2:
        stop("empty")
    center = mean(xs)
    return divide(sum_floats([(x - center) * (x - center) for x in xs]), float(len(xs) - 1))


@word("median", examples=("[3.0 1.0 2.0] median is 2.0", "[4.0 1.0 2.0 3.0] median is 2.5"))
def median(xs: list[float]) -> float:
    """The middle value after sorting, the mean of the two where there are two. Stops with `empty` where there is none."""
    not_empty(xs)
    ordered = sort(xs)
    n = len(ordered)
    high = ordered[n // 2]
    return high if n & 1 == 1 else (ordered[n // 2 - 1] + high) * 0.5


@word("quantile", examples=("[1.0 2.0 3.0] quantile 0.5 is 2.0", "[0.0 10.0] quantile 0.25 is 2.5"))
def quantile(xs: list[float], share: float) -> float:
    """The value below which this share of the sorted elements lies, between neighbours by proportion.

    Stops with `empty` where there is no element, `argument` unless 0 <= share <= 1.
    """
    last = not_empty(xs) - 1.0
    if not (share >= 0.0 and share <= 1.0):
        stop("argument")
    ordered = sort(xs)
    place = share * last
    low = truncate(floor(place))
    part = place - float(low)
    return ordered[low] if part == 0.0 else ordered[low] + (ordered[low + 1] - ordered[low]) * part


@word("spread", examples=("[3.0 1.0 7.0] spread is 6.0", "[4 9] spread is 5"), synonyms=("extent",))
def spread(xs: list[N]) -> N:
    """The greatest element less the least. Stops with `empty` where there is none."""
    if len(xs) == 0:
        stop("empty")
    low = xs[0]
    high = xs[0]
    for x in xs:
        low = x if x < low else low
        high = x if high < x else high
    return high - low


@word("covariance", examples=("[1.0 3.0] covariance [2.0 6.0] is 2.0", "[1.0 3.0] covariance [5.0 5.0] is 0.0"))
def covariance(xs: list[float], ys: list[float]) -> float:
    """The mean product of the distances from the means. Stops with `length` where lengths differ, `empty` without elements."""
    if len(xs) != len(ys):
        stop("length")
    across = mean(xs)
    up = mean(ys)
    return mean([(x - across) * (y - up) for x, y in zip(xs, ys)])


@word("correlation", examples=("[1.0 3.0] correlation [2.0 6.0] is 1.0", "[1.0 3.0] correlation [6.0 2.0] is -1.0"))
def correlation(xs: list[float], ys: list[float]) -> float:
    """Pearson's coefficient, -1 to 1; NaN where an array is constant. Stops as `covariance` does."""
    return divide(covariance(xs, ys), sqrt(variance(xs)) * sqrt(variance(ys)))


@word("slope", examples=("[1.0 3.0] slope [2.0 6.0] is 2.0", "[0.0 1.0 2.0] slope [5.0 4.0 3.0] is -1.0"))
def slope(xs: list[float], ys: list[float]) -> float:
    """The slope of the line through points (x, y) with the least squared distance in y. Stops as `covariance` does."""
    return divide(covariance(xs, ys), variance(xs))


@word("rms", examples=("[3.0 4.0] rms | near 3.5355339 0.0000001", "[-2.0 2.0] rms is 2.0"))
def root_mean_square(xs: list[float]) -> float:
    """The root of the mean of the squares. Stops with `empty` where there is no element."""
    return sqrt(divide(dot_floats(xs, xs), not_empty(xs)))


@word("norm", examples=("[3.0 4.0] norm is 5.0", "[0.0] tail norm is 0.0"))
def norm(xs: list[float]) -> float:
    """The root of the sum of the squares: the length of a vector."""
    return sqrt(dot_floats(xs, xs))


@word("harmonic", examples=("[1.0 0.5] harmonic | near 0.6666667 0.0000001", "[2.0 2.0] harmonic is 2.0"))
def harmonic_mean(xs: list[float]) -> float:
    """The reciprocal of the mean reciprocal. Stops with `empty` where there is no element."""
    return divide(not_empty(xs), sum_floats([divide(1.0, x) for x in xs]))


@word("normalize", examples=("[1.0 3.0] normalize is [-1.0 1.0]", "[2.0 4.0 6.0] normalize at 1 is 0.0"))
def normalize(xs: list[float]) -> list[float]:
    """The distances from the mean in units of the deviation."""
    if len(xs) == 0:
        return xs
    center = mean(xs)
    unit = deviation(xs)
    return [divide(x - center, unit) for x in xs]


@word("polynomial", examples=("[1.0 2.0 3.0] polynomial 2.0 is 17.0", "[5.0] polynomial [0.0 1.0] is [5.0 5.0]"))
def polynomial(coefficients: list[float], x: float) -> float:
    """The polynomial with these coefficients, the constant one first, at x; from the highest down."""
    value = 0.0
    n = len(coefficients)
    for k in range(n):
        value = value * x + coefficients[n - 1 - k]
    return value


@word("smooth", examples=("[1.0 3.0 5.0] smooth 2 is [2.0 4.0]", "[1.0] smooth 2 empty"))
def moving_average(xs: list[float], size: int) -> list[float]:
    """The means of all runs of size neighbours. Stops with `argument` unless size is positive."""
    if size < 1:
        stop("argument")
    return [mean(xs[i : i + size]) for i in range(len(xs) - size + 1)]


@word("infinity", examples=("infinity > 1e308", "(infinity - infinity) nan"))
def infinity() -> float:
    """What is above all other numbers."""
    return float_from_bits(9218868437227405312)

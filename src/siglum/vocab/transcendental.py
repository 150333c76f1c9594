"""Exponentials, logarithms and angles, from series over IEEE operations alone: the same bits on every machine.

Errors stay within two units in the last place, of 1 where sine and cosine are near 0. Imports `siglum.vocab.declare` and
`siglum.vocab.intrinsics` only.
"""

from __future__ import annotations

from siglum.vocab.declare import word
from siglum.vocab.intrinsics import divide, float_bits, float_from_bits, floor, shift_left_wrap, stop, truncate

# The logarithm of 2 and half of pi in parts of 33 bits, so that products with 20-bit integers are exact
LN2_HIGH = 0.6931471804855391
LN2_MIDDLE = 7.440617109802979e-11
LN2_LOW = 2.0941744292700725e-21
HALF_PI_HIGH = 1.5707963267341256
HALF_PI_MIDDLE = 6.077100506303966e-11
HALF_PI_LOW = 2.0222662487959506e-21


def power_of_two(k: int) -> float:
    """2**k, for -1022 <= k <= 1023."""
    return float_from_bits(shift_left_wrap(k + 1023, 52))


@word("exp", examples=("0.0 exp is 1.0", "1.0 exp | near 2.718281828459045 0.000000000000001"))
def exponential(x: float) -> float:
    """e to the power x."""
    if x != x:
        return x
    if x > 709.79:
        return float_from_bits(9218868437227405312)
    if x < -745.2:
        return 0.0
    k = floor(x * 1.4426950408889634 + 0.5)
    rest = x - k * LN2_HIGH - k * LN2_MIDDLE - k * LN2_LOW
    # 1 + rest + rest**2 / 2! + ... from the far end
    series = 1.0
    for back in range(13):
        series = 1.0 + rest * series / float(14 - back)
    steps = truncate(k)
    first = steps // 2
    return (1.0 + rest * series) * power_of_two(first) * power_of_two(steps - first)


@word("log", examples=("1.0 log is 0.0", "[0.5 8.0] log map (/ (2.0 log) | round) is [-1 3]"), synonyms=("ln",))
def natural_logarithm(x: float) -> float:
    """The natural logarithm; NaN below zero, minus infinity for zero."""
    if x != x or x < 0.0:
        return float_from_bits(9221120237041090560)
    if x == 0.0:
        return float_from_bits(-4503599627370496)
    if x - x != 0.0:
        return x
    # below the normal numbers 2**54 gives a full mantissa
    small = x < 2.2250738585072014e-308
    bits = float_bits(x * 18014398509481984.0 if small else x)
    k = float((bits >> 52) - (1077 if small else 1023))
    m = float_from_bits((bits & 4503599627370495) | 4607182418800017408)
    if m > 1.4142135623730951:
        m = m * 0.5
        k = k + 1.0
    f = m - 1.0
    s = divide(f, 2.0 + f)
    z = s * s
    # log(1 + f) = f - s (f - 2 (z / 3 + z**2 / 5 + ...))
    series = 0.0
    for back in range(12):
        series = z * (divide(2.0, float(25 - 2 * back)) + series)
    return k * LN2_HIGH + (f - (s * (f - series) - k * (LN2_MIDDLE + LN2_LOW)))


def quarter_turns(x: float) -> float:
    """The whole number of quarter turns nearest to x. Stops with `argument` where |x| is above 2**20."""
    if abs(x) > 1048576.0:
        stop("argument")
    return floor(x * 0.6366197723675814 + 0.5)


def sine_near_zero(x: float) -> float:
    """The sine for |x| up to an eighth of a turn."""
    z = x * x
    series = 1.0
    for back in range(8):
        k = float(16 - 2 * back)
        series = 1.0 - z * series / (k * (k + 1.0))
    return x * series


def cosine_near_zero(x: float) -> float:
    """The cosine for |x| up to an eighth of a turn."""
    z = x * x
    series = 1.0
    for back in range(8):
        k = float(18 - 2 * back)
        series = 1.0 - z * series / (k * (k - 1.0))
    return 1.0 - z * series * 0.5


def turned(x: float, ahead: int) -> float:
    """The sine of x plus `ahead` quarter turns; NaN for NaN."""
    if x != x:
        return x
    n = quarter_turns(x)
    rest = x - n * HALF_PI_HIGH - n * HALF_PI_MIDDLE - n * HALF_PI_LOW
    quadrant = (truncate(n) + ahead) & 3
    value = cosine_near_zero(rest) if quadrant & 1 == 1 else sine_near_zero(rest)
    return -value if quadrant >= 2 else value


@word("sin", examples=("0.0 sin is 0.0", "pi / 6.0 | sin | near 0.5 0.000000000000001"), synonyms=("sine",))
def sine(x: float) -> float:
    """The sine of an angle in radians. Stops with `argument` where |x| is above 2**20."""
    return turned(x, 0)


@word("cos", examples=("0.0 cos is 1.0", "pi cos is -1.0"), synonyms=("cosine",))
def cosine(x: float) -> float:
    """The cosine of an angle in radians. Stops with `argument` where |x| is above 2**20."""
    return turned(x, 1)


@word("tan", examples=("0.0 tan is 0.0", "pi / 4.0 | tan | near 1.0 0.000000000000001"), synonyms=("tangent",))
def tangent(x: float) -> float:
    """The tangent of an angle in radians. Stops with `argument` where |x| is above 2**20."""
    return divide(turned(x, 0), turned(x, 1))


@word("atan", examples=("0.0 atan is 0.0", "1.0 atan * 4.0 | near pi 0.000000000000001"), synonyms=("arctan",))
def arctangent(x: float) -> float:
    """The angle in radians, between quarter turns, whose tangent is x."""
    if x != x:
        return x
    size = abs(x)
    inverted = size > 1.0
    t = divide(1.0, size) if inverted else size
    # the angle of t is an eighth of a turn more than that of (t - 1) / (t + 1)
    eighth = t > 0.41421356237309503
    if eighth:
        t = divide(t - 1.0, t + 1.0)
    z = t * t
    series = 0.0
    for back in range(22):
        series = z * (divide(1.0, float(45 - 2 * back)) - series)
    angle = t - t * series
    if eighth:
        angle = 0.7853981633974483 + (angle + 3.061616997868383e-17)
    if inverted:
        angle = 1.5707963267948966 - (angle - 6.123233995736766e-17)
    return -angle if x < 0.0 else angle


@word("pi", examples=("pi floor is 3", "pi * 2.0 | sin | abs < 0.000000000000001"))
def pi() -> float:
    """Half the circumference of the unit circle."""
    return 3.141592653589793

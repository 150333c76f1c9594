"""Words on single numbers: signs, rounding, divisors, powers.

Imports `siglum.vocab.declare` and `siglum.vocab.intrinsics` only.
"""

from __future__ import annotations

from siglum.vocab.declare import N, S, word
from siglum.vocab.intrinsics import (
    ceil,
    divide,
    float_bits,
    float_from_bits,
    floor,
    leading_zeros,
    sqrt,
    stop,
    trunc,
    truncate,
)


@word("abs", examples=("-3 abs is 3", "[-1 2] abs is [1 2]"), synonyms=("absolute",))
def absolute(x: int) -> int:
    """The distance from zero."""
    return -x if x < 0 else x


@word("abs", examples=("-2.5 abs is 2.5", "[-0.5 0.5] abs is [0.5 0.5]"))
def absolute_float(x: float) -> float:
    """The distance from zero."""
    return abs(x)


@word("sign", examples=("-3 sign is -1", "[0 7] sign is [0 1]"))
def sign(x: int) -> int:
    """-1, 0 or 1 as x is negative, zero or positive."""
    return -1 if x < 0 else 1 if x > 0 else 0


@word("sign", examples=("-2.5 sign is -1.0", "[0.0 0.5] sign is [0.0 1.0]"))
def sign_float(x: float) -> float:
    """-1, 0 or 1 as x is negative, zero or positive; NaN for NaN."""
    return -1.0 if x < 0.0 else 1.0 if x > 0.0 else x


@word("negate", examples=("3 negate is -3", "[1.5 -2.0] negate is [-1.5 2.0]"), synonyms=("neg",))
def negate(x: N) -> N:
    """The number with the other sign."""
    return -x


@word("square", examples=("5 square is 25", "[1 2 3] square is [1 4 9]"))
def square(x: N) -> N:
    """x times x."""
    return x * x


@word("cube", examples=("3 cube is 27", "[0.5 -2.0] cube is [0.125 -8.0]"))
def cube(x: N) -> N:
    """x times x times x."""
    return x * x * x


@word("half", examples=("9 half is 4", "[-3 8] half is [-2 4]"))
def half(x: int) -> int:
    """x divided by two, rounded down."""
    return x // 2


@word("double", examples=("4 double is 8", "[1 2] double is [2 4]"), synonyms=("twice",))
def double(x: int) -> int:
    """x times two."""
    return x + x


@word("increment", examples=("4 increment is 5", "[1 2] increment is [2 3]"), synonyms=("succ",))
def increment(x: int) -> int:
    """One more."""
    return x + 1


@word("decrement", examples=("4 decrement is 3", "[1 2] decrement is [0 1]"), synonyms=("pred",))
def decrement(x: int) -> int:
    """One less."""
    return x - 1


@word("distance", examples=("3 distance 8 is 5", "[1.5 4.0] distance 2.0 is [0.5 2.0]"))
def distance(x: N, y: N) -> N:
    """How far apart two numbers are."""
    return y - x if x < y else x - y


@word("clamp", examples=("15 clamp 0 10 is 10", "[-1.0 0.5] clamp 0.0 1.0 is [0.0 0.5]"))
def clamp(x: S, low: S, high: S) -> S:
    """x brought into low..high: low where it is below, high where it is above."""
    return low if x < low else high if high < x else x


@word("gcd", examples=("12 gcd 18 is 6", "[0 -4] gcd 6 is [6 2]"))
def greatest_common_divisor(x: int, y: int) -> int:
    """The greatest number that divides both; never negative; 0 for two zeros."""
    a = x
    b = y
    while b != 0:
        rest = a % b
        a = b
        b = rest
    return -a if a < 0 else a


@word("lcm", examples=("4 lcm 6 is 12", "[0 3] lcm 5 is [0 15]"))
def least_common_multiple(x: int, y: int) -> int:
    """The least number that both divide; never negative; 0 where either is 0."""
    if x == 0 or y == 0:
        return 0
    product = x // greatest_common_divisor(x, y) * y
    return -product if product < 0 else product


@word("coprime", examples=("8 coprime 9", "(6 coprime 9) is false"))
def coprime(x: int, y: int) -> bool:
    """Whether no number above 1 divides both."""
    return greatest_common_divisor(x, y) == 1


@word("multiple", examples=("12 multiple 3", "[3 4] multiple 3 is [true false]"))
def multiple(x: int, y: int) -> bool:
    """Whether y divides x. Stops with `division by zero`."""
    return x % y == 0


@word("even", examples=("4 even", "[1 2] even is [false true]"))
def even(x: int) -> bool:
    """Whether two divides x."""
    return x & 1 == 0


@word("odd", examples=("3 odd", "[1 2] odd is [true false]"))
def odd(x: int) -> bool:
    """Whether two does not divide x."""
    return x & 1 == 1


@word("positive", examples=("3 positive", "[-1 0 1] positive is [false false true]"))
def positive(x: int) -> bool:
    """Whether x is above zero."""
    return x > 0


@word("positive", examples=("0.5 positive", "[-1.5 0.0] positive is [false false]"))
def positive_float(x: float) -> bool:
    """Whether x is above zero."""
    return x > 0.0


@word("negative", examples=("-3 negative", "[-1 0 1] negative is [true false false]"))
def negative(x: int) -> bool:
    """Whether x is below zero."""
    return x < 0


@word("negative", examples=("-0.5 negative", "[-1.5 0.0] negative is [true false]"))
def negative_float(x: float) -> bool:
    """Whether x is below zero."""
    return x < 0.0


@word("zero", examples=("0 zero", "[-1 0 1] zero is [false true false]"))
def zero(x: int) -> bool:
    """Whether x is zero."""
    return x == 0


@word("zero", examples=("0.0 zero", "[-0.0 0.5] zero is [true false]"))
def zero_float(x: float) -> bool:
    """Whether x is zero, of either sign."""
    return x == 0.0


@word("root", examples=("9.0 root is 3.0", "[4.0 0.25] root is [2.0 0.5]"), synonyms=("sqrt",))
def root(x: float) -> float:
    """The square root, rounded to nearest; NaN below zero."""
    return sqrt(x)


@word("isqrt", examples=("17 isqrt is 4", "[0 1 99] isqrt is [0 1 9]"))
def integer_root(x: int) -> int:
    """The greatest number whose square is not above x. Stops with `argument` below zero."""
    if x < 0:
        stop("argument")
    guess = truncate(sqrt(float(x)))
    if guess > 3037000499:
        guess = 3037000499
    # the float root is off by one at most
    if guess * guess > x:
        guess = guess - 1
    elif guess < 3037000499 and (guess + 1) * (guess + 1) <= x:
        guess = guess + 1
    return guess


@word("hypot", examples=("3.0 hypot 4.0 is 5.0", "[0.0 8.0] hypot 6.0 is [6.0 10.0]"))
def hypotenuse(x: float, y: float) -> float:
    """The root of the sum of two squares, without overflow on the way."""
    a = abs(x)
    b = abs(y)
    if a < b:
        a, b = b, a
    if b == 0.0 or a == float_from_bits(9218868437227405312):
        return a
    ratio = divide(b, a)
    return a * sqrt(1.0 + ratio * ratio)


@word("floor", examples=("2.7 floor is 2", "[-0.5 3.0] floor is [-1 3]"))
def floor_to_integer(x: float) -> int:
    """The greatest integer not above x. Stops with `range` where it does not fit."""
    return truncate(floor(x))


@word("ceiling", examples=("2.1 ceiling is 3", "[-0.5 3.0] ceiling is [0 3]"), synonyms=("ceil",))
def ceiling(x: float) -> int:
    """The least integer not below x. Stops with `range` where it does not fit."""
    return truncate(ceil(x))


@word("round", examples=("2.5 round is 3", "[-2.5 0.49999999999999994] round is [-3 0]"))
def round_half_away(x: float) -> int:
    """The nearest integer, halves away from zero. Stops with `range` where it does not fit."""
    whole = trunc(x)
    rest = x - whole
    if rest >= 0.5:
        whole = whole + 1.0
    elif rest <= -0.5:
        whole = whole - 1.0
    return truncate(whole)


@word("trunc", examples=("2.7 trunc is 2", "[-2.7 0.5] trunc is [-2 0]"), synonyms=("int",))
def truncated(x: float) -> int:
    """x without its fraction. Stops with `range` where it does not fit."""
    return truncate(x)


@word("fraction", examples=("2.75 fraction is 0.75", "[-2.5 3.0] fraction is [-0.5 0.0]"))
def fraction(x: float) -> float:
    """What truncation leaves, with the sign of x."""
    return x - trunc(x)


@word("integral", examples=("3.0 integral", "[2.5 -4.0] integral is [false true]"))
def integral(x: float) -> bool:
    """Whether x is a whole number."""
    return x - x == 0.0 and trunc(x) == x


@word("finite", examples=("3.0 finite", "([1.0 0.0] / 0.0) finite is [false false]"))
def finite(x: float) -> bool:
    """Whether x is neither infinite nor NaN."""
    return x - x == 0.0


@word("nan", examples=("(0.0 / 0.0) nan", "[1.0 -1.0] nan is [false false]"))
def not_a_number(x: float) -> bool:
    """Whether x is NaN."""
    return x != x


@word("near", examples=("0.1 + 0.2 | near 0.3 0.000000001", "[1.0 2.0] near 1.5 0.25 is [false false]"))
def near(x: float, y: float, tolerance: float) -> bool:
    """Whether x and y differ by at most tolerance."""
    return abs(x - y) <= tolerance


@word("real", examples=("3 real is 3.0", "[1 2] real is [1.0 2.0]"), synonyms=("float",))
def real(x: int) -> float:
    """The number as f64, rounded to nearest."""
    return float(x)


@word("percent", examples=("1.0 percent 4.0 is 25.0", "[1.0 3.0] percent 2.0 is [50.0 150.0]"))
def percent(part: float, whole: float) -> float:
    """How many hundredths of whole part is."""
    return divide(100.0 * part, whole)


@word("lerp", examples=("2.0 lerp 4.0 0.25 is 2.5", "0.0 lerp 10.0 [0.0 1.0] is [0.0 10.0]"), synonyms=("interpolate",))
def interpolate(x: float, y: float, share: float) -> float:
    """The value between x (share 0) and y (share 1)."""
    return x * (1.0 - share) + y * share


def mulmod(x: int, y: int, m: int) -> int:
    """x times y modulo m, for 0 <= x, y < m, without overflow."""
    if x < 3037000500 and y < 3037000500:
        return x * y % m
    result = 0
    doubled = x
    rest = y
    while rest > 0:
        if rest & 1 == 1:
            result = result - (m - doubled) if result >= m - doubled else result + doubled
        doubled = doubled - (m - doubled) if doubled >= m - doubled else doubled + doubled
        rest = rest >> 1
    return result


@word("modpow", examples=("3 modpow 200 13 is 9", "[2 5] modpow 3 7 is [1 6]"), synonyms=("powmod",))
def modular_power(base: int, exponent: int, modulus: int) -> int:
    """base to the exponent, modulo modulus. Stops with `argument` unless exponent >= 0 and modulus >= 1."""
    if exponent < 0 or modulus < 1:
        stop("argument")
    result = 1 % modulus
    square = base % modulus
    rest = exponent
    while rest > 0:
        if rest & 1 == 1:
            result = mulmod(result, square, modulus)
        square = mulmod(square, square, modulus)
        rest = rest >> 1
    return result


def passes_miller_rabin(n: int, base: int, odd_part: int, twos: int) -> bool:
    """Whether odd n, with n - 1 = odd_part * 2**twos, behaves as a prime to this base."""
    x = modular_power(base, odd_part, n)
    if x == 1 or x == n - 1:
        return True
    for _ in range(twos - 1):
        x = mulmod(x, x, n)
        if x == n - 1:
            return True
    return False


def large_prime(n: int) -> bool:
    """Whether n, above 10**10 and without a divisor up to 37, is a prime: the first twelve primes decide below 2**64."""
    odd_part = n - 1
    twos = 0
    while odd_part & 1 == 0:
        odd_part = odd_part >> 1
        twos += 1
    for base in [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37]:
        if not passes_miller_rabin(n, base, odd_part, twos):
            return False
    return True


@word("prime", examples=("97 prime", "[1 2 9 11] prime is [false true false true]"))
def prime(n: int) -> bool:
    """Whether n has exactly two divisors."""
    if n < 4:
        return n > 1
    if n & 1 == 0 or n % 3 == 0:
        return False
    step = 5
    # far beyond, testing by powers is faster than dividing
    limit = n if n < 10000000000 else 1600
    while step * step <= limit:
        if n % step == 0 or n % (step + 2) == 0:
            return False
        step += 6
    return n < 10000000000 or large_prime(n)


@word("digits", examples=("305 digits is [3 0 5]", "-42 digits is [4 2]"))
def digits(n: int) -> list[int]:
    """The decimal digits of |n|, the highest first."""
    rest = n // -10 if n < 0 else n // 10
    last = -(n % -10) if n < 0 else n % 10
    size = 1
    power = rest
    while power > 0:
        power = power // 10
        size += 1
    out = [0] * size
    out[size - 1] = last
    at = size - 2
    while at >= 0:
        out[at] = rest % 10
        rest = rest // 10
        at -= 1
    return out


@word("undigits", examples=("[3 0 5] undigits is 305", "42 digits undigits is 42"))
def from_digits(places: list[int]) -> int:
    """The number whose decimal digits these are, the highest first."""
    total = 0
    for digit in places:
        total = total * 10 + digit
    return total


@word("factors", examples=("12 factors is [2 2 3]", "1 factors empty"))
def factors(n: int) -> list[int]:
    """The primes whose product is n, rising, with multiplicity. Stops with `argument` below 1."""
    if n < 1:
        stop("argument")
    out: list[int] = []
    rest = n
    while rest & 1 == 0:
        out.append(2)
        rest = rest >> 1
    step = 3
    while step <= rest // step:
        while rest % step == 0:
            out.append(step)
            rest = rest // step
        step += 2
    if rest > 1:
        out.append(rest)
    return out


@word("divisors", examples=("12 divisors is [1 2 3 4 6 12]", "[6 7] map (divisors length) is [4 2]"))
def divisors(n: int) -> list[int]:
    """All numbers from 1 to n that divide n, rising. Stops with `argument` below 1."""
    if n < 1:
        stop("argument")
    low: list[int] = []
    step = 1
    while step <= n // step:
        if n % step == 0:
            low.append(step)
        step += 1
    size = len(low)
    out = low[:]
    for back in range(size):
        d = low[size - 1 - back]
        if d * d != n:
            out.append(n // d)
    return out


@word("totient", examples=("10 totient is 4", "[1 7 12] totient is [1 6 4]"))
def totient(n: int) -> int:
    """How many numbers from 1 to n have no divisor above 1 in common with n. Stops with `argument` below 1."""
    if n < 1:
        stop("argument")
    result = n
    rest = n
    step = 2
    while step <= rest // step:
        if rest % step == 0:
            result = result - result // step
            while rest % step == 0:
                rest = rest // step
        step += 1
    return result - result // rest if rest > 1 else result


@word("exponent", examples=("8.0 exponent is 3", "[1.0 0.75] exponent is [0 -1]"))
def binary_exponent(x: float) -> int:
    """The power of two at or below |x|. Stops with `argument` for zero, infinities and NaN."""
    bits = float_bits(x)
    field = (bits >> 52) & 2047
    mantissa = bits & 4503599627370495
    if field == 2047 or (field == 0 and mantissa == 0):
        stop("argument")
    return field - 1023 if field > 0 else -1011 - leading_zeros(mantissa)


@word("ulp", examples=("1.0 ulp is 0.0000000000000002220446049250313", "(1.0 + 1.0 ulp) > 1.0"))
def unit_in_last_place(x: float) -> float:
    """The distance from |x| to the next larger f64; infinities and NaN give themselves."""
    bits = float_bits(abs(x))
    if bits >= 9218868437227405312:
        return abs(x)
    if bits == 9218868437227405311:
        return abs(x) - float_from_bits(bits - 1)
    return float_from_bits(bits + 1) - float_from_bits(bits)

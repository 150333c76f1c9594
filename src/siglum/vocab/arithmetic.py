"""The arithmetic symbols, over i64, u64, f64 and char.

Imports `siglum.vocab.declare` and `siglum.vocab.intrinsics` only.
"""

from __future__ import annotations

from siglum.vocab.declare import char, u64, word
from siglum.vocab.intrinsics import (
    add_wrap,
    as_signed,
    as_unsigned,
    chr,
    divide,
    mul_overflows,
    mul_wrap,
    shift_left_wrap,
    stop,
    sub_wrap,
)


@word("+", examples=("2 + 3 is 5", "[1 2] + 10 is [11 12]"))
def add(x: int, y: int) -> int:
    """The sum."""
    return x + y


@word("+", examples=("2.5 + 1 is 3.5", "[0.5 1.5] + [1.0 2.0] is [1.5 3.5]"))
def add_floats(x: float, y: float) -> float:
    """The sum, rounded to nearest."""
    return x + y


@word("+", examples=("2 unsigned + (3 unsigned) is (5 unsigned)", "9223372036854775808 + (1 unsigned) is 9223372036854775809"))
def add_unsigned(x: u64, y: u64) -> u64:
    """The sum."""
    return x + y


@word("+", examples=("'a' + 2 is 'c'", '"abc" + 1 is "bcd"'))
def later_character(c: char, n: int) -> char:
    """The character n code points after c. Stops with `range` where there is none."""
    return chr(add_wrap(ord(c), n))


@word("-", examples=("2 - 3 is -1", "[5 6] - 5 is [0 1]"))
def subtract(x: int, y: int) -> int:
    """The difference."""
    return x - y


@word("-", examples=("2.5 - 1 is 1.5", "[0.5 1.5] - 0.5 is [0.0 1.0]"))
def subtract_floats(x: float, y: float) -> float:
    """The difference, rounded to nearest."""
    return x - y


@word("-", examples=("5 unsigned - (3 unsigned) is (2 unsigned)", "9223372036854775809 - (1 unsigned) is 9223372036854775808"))
def subtract_unsigned(x: u64, y: u64) -> u64:
    """The difference. Stops with `overflow` below zero."""
    return x - y


@word("-", examples=("'c' - 'a' is 2", "\"abc\" - 'a' is [0 1 2]"))
def character_distance(x: char, y: char) -> int:
    """How many code points x stands after y."""
    return ord(x) - ord(y)


@word("-", examples=("'c' - 2 is 'a'", '"bcd" - 1 is "abc"'))
def earlier_character(c: char, n: int) -> char:
    """The character n code points before c. Stops with `range` where there is none."""
    return chr(sub_wrap(ord(c), n))


@word("*", examples=("2 * 3 is 6", "[1 2] * [3 4] is [3 8]"))
def multiply(x: int, y: int) -> int:
    """The product."""
    return x * y


@word("*", examples=("2.5 * 2 is 5.0", "[0.5 1.5] * 2 is [1.0 3.0]"))
def multiply_floats(x: float, y: float) -> float:
    """The product, rounded to nearest."""
    return x * y


@word("*", examples=("2 unsigned * (3 unsigned) is (6 unsigned)", "9223372036854775809 * (1 unsigned) is 9223372036854775809"))
def multiply_unsigned(x: u64, y: u64) -> u64:
    """The product."""
    return x * y


@word("/", examples=("1.5 / 0.5 is 3.0", "[1.0 2.0] / 2.0 is [0.5 1.0]"))
def divide_floats(x: float, y: float) -> float:
    """The quotient, rounded to nearest; infinite or NaN where y is zero."""
    return divide(x, y)


@word("/", examples=("1 / 4 is 0.25", "[1 2] / 2 is [0.5 1.0]"))
def divide_integers(x: int, y: int) -> float:
    """The quotient of both as f64; infinite or NaN where y is zero."""
    return divide(float(x), float(y))


@word("/", examples=("1.5 / 3 is 0.5", "[1.0 2.0] sum / ([1.0 2.0] length) is 1.5"))
def divide_float_by_integer(x: float, y: int) -> float:
    """The quotient with y as f64; infinite or NaN where y is zero."""
    return divide(x, float(y))


@word("/", examples=("3 / 1.5 is 2.0", "[1 2] / 0.5 is [2.0 4.0]"))
def divide_integer_by_float(x: int, y: float) -> float:
    """The quotient with x as f64; infinite or NaN where y is zero."""
    return divide(float(x), y)


@word("//", examples=("7 // 2 is 3", "-7 // 2 is -4"))
def quotient(x: int, y: int) -> int:
    """The quotient rounded down. Stops with `division by zero`."""
    return x // y


@word("//", examples=("7 unsigned // (2 unsigned) is (3 unsigned)", "(9 unsigned // (2 unsigned)) signed is 4"))
def quotient_unsigned(x: u64, y: u64) -> u64:
    """The quotient rounded down. Stops with `division by zero`."""
    return x // y


@word("%", examples=("7 % 3 is 1", "-7 % 3 is 2"))
def remainder(x: int, y: int) -> int:
    """What the quotient rounded down leaves, with the sign of y. Stops with `division by zero`."""
    return x % y


@word("%", examples=("7 unsigned % (3 unsigned) is (1 unsigned)", "18446744073709551615 % (10 unsigned) is (5 unsigned)"))
def remainder_unsigned(x: u64, y: u64) -> u64:
    """What the quotient rounded down leaves. Stops with `division by zero`."""
    return x % y


def beyond(lost: bool) -> int:
    """0, or, where the bits above 64 were lost, 2**64: overflow where integers are exact, nothing where they wrap."""
    return shift_left_wrap(1, 62) * (4 if lost else 0)


@word("**", examples=("2 ** 10 is 1024", "-3 ** 3 is -27"))
def power(base: int, exponent: int) -> int:
    """base multiplied exponent times. Stops with `argument` where exponent is negative."""
    if exponent < 0:
        stop("argument")
    result = 1
    square = base
    rest = exponent
    lost = False
    while rest > 0:
        if rest & 1 == 1:
            lost = lost or mul_overflows(result, square)
            result = mul_wrap(result, square)
        rest = rest >> 1
        if rest > 0:
            lost = lost or mul_overflows(square, square)
            square = mul_wrap(square, square)
    return result + beyond(lost)


@word("**", examples=("1.5 ** 2 is 2.25", "2.0 ** -1 is 0.5"))
def power_float(base: float, exponent: int) -> float:
    """base to a whole exponent by repeated squaring, from the lowest bit up; the reciprocal where it is negative."""
    rest = exponent
    square = base
    result = 1.0
    while rest != 0:
        if rest & 1 == 1:
            result = result * square
        square = square * square
        # toward zero, also for -2**63
        rest = rest // 2 if rest > 0 else -(rest // -2)
    return divide(1.0, result) if exponent < 0 else result


@word("unsigned", examples=("7 unsigned + (1 unsigned) is (8 unsigned)", "7 unsigned signed is 7"))
def unsigned(x: int) -> u64:
    """The same number as u64. Stops with `range` below zero."""
    if x < 0:
        stop("range")
    return as_unsigned(x)


@word("signed", examples=("7 unsigned signed is 7", "(9223372036854775808 // (2 unsigned)) signed is 4611686018427387904"))
def signed(x: u64) -> int:
    """The same number as i64. Stops with `range` where it does not fit."""
    result = as_signed(x)
    if result < 0:
        stop("range")
    return result

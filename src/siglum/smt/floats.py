"""What can be said of IEEE binary64 by its bits: order, equality, NaN, sign. Exact, without a float theory.

Imports `smt.terms` only. All take and give 64-bit terms (truth values where they ask something).
"""

from __future__ import annotations

from typing import Final

from siglum.smt.terms import Term

CANONICAL_NAN: Final = 0x7FF8000000000000
INFINITY: Final = 0x7FF0000000000000


def is_nan(x: Term) -> Term:
    """Whether the magnitude lies above infinity's."""
    return x.home.const(INFINITY, 63).ult(x.bits(62, 0))


def is_zero(x: Term) -> Term:
    """Whether it is a zero of either sign."""
    return x.bits(62, 0).is_(0)


def unordered(x: Term, y: Term) -> Term:
    """Whether one of them is NaN."""
    return is_nan(x) if x is y else is_nan(x) | is_nan(y)


def float_equal(x: Term, y: Term) -> Term:
    """IEEE equality: zeros are equal, NaN equals nothing."""
    return ~unordered(x, y) & (x.is_(y) | (is_zero(x) & is_zero(y)))


def float_less(x: Term, y: Term) -> Term:
    """IEEE `x < y`. As signed numbers, bits are in the floats' order, except that two negative ones are in the other."""
    both_negative = x.bit(63) & y.bit(63)
    ordered = both_negative.ite(y.ult(x), x.slt(y))
    return ~unordered(x, y) & ~(is_zero(x) & is_zero(y)) & ordered


def float_less_equal(x: Term, y: Term) -> Term:
    """IEEE `x <= y`."""
    return float_less(x, y) | float_equal(x, y)


def negated(x: Term) -> Term:
    """The sign bit flipped, of NaN too."""
    return x ^ (1 << 63)


def magnitude(x: Term) -> Term:
    """The sign bit cleared, of NaN too."""
    return x & ((1 << 63) - 1)


def canonical(x: Term) -> Term:
    """The value itself, or the one NaN that is stored and returned."""
    return is_nan(x).ite(x.home.const(CANONICAL_NAN, 64), x)

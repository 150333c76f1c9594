"""Counting bits, moving bytes, and when arithmetic leaves its range: shared by primitives and instructions.

Imports `smt.terms` only. Each takes terms of any one width and gives terms of the same width or truth values.
"""

from __future__ import annotations

from siglum.smt.terms import Term, mask

_DEPTH = 6


def popcount(x: Term) -> Term:
    """How many bits are one."""
    few = x.width.bit_length()
    ones = tuple((x.bits(k, k).zext(few), 1) for k in range(x.width))
    return x.home.linear(few, 0, ones).zext(x.width)


def leading_zeros(x: Term) -> Term:
    """How many zeros stand above the highest one; the width for 0. The width is a power of two."""
    home, width = x.home, x.width
    count, rest, step = home.const(0, width), x, width >> 1
    while step:
        empty = rest.bits(width - 1, width - step).is_(0)
        count = count + empty.ite(home.const(step, width), home.const(0, width))
        rest = empty.ite(rest << step, rest)
        step >>= 1
    return x.is_(0).ite(home.const(width, width), count)


def trailing_zeros(x: Term) -> Term:
    """How many zeros stand below the lowest one; the width for 0. The width is a power of two."""
    home, width = x.home, x.width
    count, rest, step = home.const(0, width), x, width >> 1
    while step:
        empty = rest.bits(step - 1, 0).is_(0)
        count = count + empty.ite(home.const(step, width), home.const(0, width))
        rest = empty.ite(rest >> step, rest)
        step >>= 1
    return x.is_(0).ite(home.const(width, width), count)


def even_parity(x: Term) -> Term:
    """Whether an even number of bits are one."""
    found = x.bits(0, 0)
    for k in range(1, x.width):
        found = found ^ x.bits(k, k)
    return found.is_(0)


def byte_swapped(x: Term) -> Term:
    """The bytes in the opposite order."""
    return x.home.concat(*(x.bits(k + 7, k) for k in range(0, x.width, 8)))


def rotated_left(x: Term, count: Term) -> Term:
    """Rotated by the count modulo the width, a power of two."""
    home, width = x.home, x.width
    low = count & (width - 1)
    if low.is_const:
        k = low.value
        return x if k == 0 else home.concat(x.bits(width - 1 - k, 0), x.bits(width - 1, width - k))
    return (x << low) | (x >> (-low & (width - 1)))


def rotated_right(x: Term, count: Term) -> Term:
    """Rotated by the count modulo the width, a power of two."""
    return rotated_left(x, -count)


def word(b: Term, width: int) -> Term:
    """A truth value as 0 or 1."""
    return b.ite(b.home.const(1, 1), b.home.const(0, 1)).zext(width)


# Ranges -----------------------------------------------------------------------------------------------------
def signed_bounds(x: Term, depth: int = _DEPTH) -> tuple[int, int]:
    """Inclusive bounds of the value as a signed number; they may be wide, never wrong."""
    half = 1 << x.width - 1
    if x.op == "const":
        return x.signed, x.signed
    if x.high < half:
        return x.low, x.high
    if x.low >= half:
        return x.low - 2 * half, x.high - 2 * half
    if depth:
        if x.op == "sext":
            return signed_bounds(x.args[0], depth - 1)
        if x.op == "ite":
            low, high = signed_bounds(x.args[1], depth - 1)
            other_low, other_high = signed_bounds(x.args[2], depth - 1)
            return min(low, other_low), max(high, other_high)
        if x.op == "sum":
            constant, coefficients = x.value
            low = high = constant - (constant >> x.width - 1 << x.width)
            for part, c in zip(x.args, coefficients, strict=True):
                c -= c >> x.width - 1 << x.width
                ends = [c * end for end in signed_bounds(part, depth - 1)]
                low, high = low + min(ends), high + max(ends)
            if -half <= low and high < half:
                return low, high
    return -half, half - 1


def signed_add_overflows(x: Term, y: Term) -> Term:
    """Whether x + y as signed numbers leaves the width's range."""
    least, most = -(1 << x.width - 1), mask(x.width - 1)
    if x.is_const:
        x, y = y, x
    if y.is_const:
        c = y.signed
        return x.home.const(most - c, x.width).slt(x) if c >= 0 else x.slt(least - c)
    (x_low, x_high), (y_low, y_high) = signed_bounds(x), signed_bounds(y)
    if least <= x_low + y_low and x_high + y_high <= most:
        return x.home.false
    negative = x.slt(0)
    return negative.is_(y.slt(0)) & ~negative.is_((x + y).slt(0))


def signed_sub_overflows(x: Term, y: Term) -> Term:
    """Whether x - y as signed numbers leaves the width's range."""
    least, most = -(1 << x.width - 1), mask(x.width - 1)
    home = x.home
    if y.is_const:
        c = y.signed
        return x.slt(least + c) if c > 0 else home.const(most + c, x.width).slt(x)
    if x.is_const:
        c = x.signed
        return y.slt(c - most) if c >= 0 else home.const(c - least, x.width).slt(y)
    (x_low, x_high), (y_low, y_high) = signed_bounds(x), signed_bounds(y)
    if least <= x_low - y_high and x_high - y_low <= most:
        return home.false
    negative = x.slt(0)
    return ~negative.is_(y.slt(0)) & ~negative.is_((x - y).slt(0))


def signed_mul_overflows(x: Term, y: Term) -> Term:
    """Whether x * y as signed numbers leaves the width's range."""
    least, most = -(1 << x.width - 1), mask(x.width - 1)
    ends = [a * b for a in signed_bounds(x) for b in signed_bounds(y)]
    if least <= min(ends) and max(ends) <= most:
        return x.home.false
    if x.is_const:
        x, y = y, x
    if y.is_const:  # the largest and the smallest x with a product in range
        c = y.signed
        if c == -1:
            return x.is_(least)
        high, low = (most // c, -(-least // c)) if c > 0 else (least // c, -(-most // c))
        return x.slt(low) | x.home.const(high, x.width).slt(x)
    wide = signed_product(x, y)
    return ~wide.is_(wide.bits(x.width - 1, 0).sext(2 * x.width))


def unsigned_add_overflows(x: Term, y: Term) -> Term:
    """Whether there is a carry out of x + y."""
    if x.high + y.high <= mask(x.width):
        return x.home.false
    if x.is_const:
        x, y = y, x
    if y.is_const:
        return x.home.const(mask(x.width) - y.value, x.width).ult(x)
    return (x + y).ult(x)


def unsigned_sub_overflows(x: Term, y: Term) -> Term:
    """Whether x - y borrows."""
    return x.ult(y)


def unsigned_mul_overflows(x: Term, y: Term) -> Term:
    """Whether x * y as unsigned numbers needs more than the width."""
    if x.high * y.high <= mask(x.width):
        return x.home.false
    if x.is_const:
        x, y = y, x
    if y.is_const:
        return x.home.const(mask(x.width) // y.value, x.width).ult(x)
    return ~unsigned_product(x, y).bits(2 * x.width - 1, x.width).is_(0)


def signed_product(x: Term, y: Term) -> Term:
    """The exact product of signed numbers, twice as wide."""
    return x.sext(2 * x.width) * y.sext(2 * x.width)


def unsigned_product(x: Term, y: Term) -> Term:
    """The exact product of unsigned numbers, twice as wide."""
    return x.zext(2 * x.width) * y.zext(2 * x.width)


__all__ = [
    "byte_swapped", "even_parity", "leading_zeros", "popcount", "rotated_left", "rotated_right", "signed_add_overflows",
    "signed_bounds", "signed_mul_overflows", "signed_product", "signed_sub_overflows", "trailing_zeros",
    "unsigned_add_overflows", "unsigned_mul_overflows", "unsigned_product", "unsigned_sub_overflows", "word",
]  # fmt: skip

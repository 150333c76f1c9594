"""Binary floating point: comparisons bit by bit as terms, arithmetic as uninterpreted functions with their meanings.

All of it assumes what the psABI gives a function: MXCSR rounds to nearest, keeps denormals, masks exceptions. The functions
are equal to the instructions up to the payload of a NaN. Imports `smt.terms` only.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from siglum.smt.terms import Term

_FRACTIONS: Final = {64: 52, 32: 23}
"""Bits of the fraction by width."""
INDEFINITE: Final = 0xFFF8_0000_0000_0000
"""The NaN that an invalid operation gives."""


def is_nan(a: Term) -> Term:
    """Whether a float of 64 or 32 bits is a NaN."""
    infinity = (1 << a.width - 1) - (1 << _FRACTIONS[a.width])
    return a.home.ult(a.home.const(infinity, a.width), a & (1 << a.width - 1) - 1)


def unordered(a: Term, b: Term) -> Term:
    """Whether one of them is a NaN."""
    return a.home.or_(is_nan(a), is_nan(b))


def _both_zero(a: Term, b: Term) -> Term:
    return (a << 1 | b << 1).is_(0)


def float_equal(a: Term, b: Term) -> Term:
    """a == b as floats: false for a NaN, true for zeros of either sign."""
    terms = a.home
    return terms.or_(_both_zero(a, b), terms.and_(terms.eq(a, b), terms.not_(is_nan(a))))


def float_less(a: Term, b: Term) -> Term:
    """a < b as floats: false where one is a NaN."""
    terms = a.home
    below_zero = terms.ite(b.slt(0), b.ult(a), terms.not_(_both_zero(a, b)))
    above_zero = terms.and_(terms.not_(b.slt(0)), a.ult(b))
    return terms.and_(terms.not_(unordered(a, b)), terms.ite(a.slt(0), below_zero, above_zero))


# The meanings of the uninterpreted functions ------------------------------------------------------------------------
def _number(bits: int) -> float:
    found: float = struct.unpack("<d", struct.pack("<Q", bits))[0]
    return found


def _bits(number: float) -> int:
    found: int = INDEFINITE if number != number else struct.unpack("<Q", struct.pack("<d", number))[0]
    return found


def _quiet(*operands: int) -> int | None:
    """The first NaN of the operands, made quiet."""
    for bits in operands:
        if bits & (1 << 63) - 1 > 0x7FF0_0000_0000_0000:
            return bits | 1 << 51
    return None


def _of_numbers(function: Callable[..., float]) -> Callable[..., int]:
    """A function of numbers as one of bits; NaN arguments give themselves."""

    def of_bits(*operands: int) -> int:
        nan = _quiet(*operands)
        return nan if nan is not None else _bits(function(*map(_number, operands)))

    return of_bits


def _quotient(a: float, b: float) -> float:
    if b:
        return a / b
    return math.nan if a == 0 else math.copysign(math.inf, a) * math.copysign(1.0, b)


def _square_root(a: float) -> float:
    return math.nan if a < 0 else math.sqrt(a)


def _to_integer(rounding: Callable[[float], int]) -> Callable[[float], float]:
    return lambda a: math.copysign(float(rounding(a)), a) if math.isfinite(a) else a


def _truncated(width: int) -> Callable[[int], int]:
    """To a signed integer of `width` bits; what does not fit gives the smallest."""
    half = 1 << width - 1

    def of_bits(bits: int) -> int:
        number = _number(bits)
        whole = math.trunc(number) if math.isfinite(number) else half
        return whole % (2 * half) if -half <= whole < half else half

    return of_bits


def _from_integer(value: int) -> int:
    return _bits(float(value - (value >> 63 << 64)))


def _to_single(bits: int) -> int:
    nan = _quiet(bits)
    if nan is not None:
        return nan >> 32 & 0x8000_0000 | 0x7FC0_0000 | nan >> 29 & 0x3F_FFFF
    number = _number(bits)
    try:
        packed = struct.pack("<f", number)
    except OverflowError:
        packed = struct.pack("<f", math.copysign(math.inf, number))
    found: int = struct.unpack("<I", packed)[0]
    return found


def _to_double(bits: int) -> int:
    if bits & 0x7FFF_FFFF > 0x7F80_0000:
        return (bits >> 31 << 63) | 0x7FF8_0000_0000_0000 | (bits & 0x7F_FFFF) << 29
    return _bits(struct.unpack("<f", struct.pack("<I", bits))[0])


FUNCTIONS: Final[Mapping[str, Callable[..., int]]] = MappingProxyType({
    "fadd": _of_numbers(lambda a, b: a + b),
    "fsub": _of_numbers(lambda a, b: a - b),
    "fmul": _of_numbers(lambda a, b: a * b),
    "fdiv": _of_numbers(_quotient),
    "fsqrt": _of_numbers(_square_root),
    "ffloor": _of_numbers(_to_integer(math.floor)),
    "fceil": _of_numbers(_to_integer(math.ceil)),
    "ftrunc": _of_numbers(_to_integer(math.trunc)),
    "fnearest": _of_numbers(_to_integer(round)),
    "cvtsi2sd": _from_integer,
    "cvttsd2si64": _truncated(64),
    "cvttsd2si32": _truncated(32),
    "cvtsd2ss": _to_single,
    "cvtss2sd": _to_double,
})  # fmt: skip
"""Uninterpreted functions by name, on bits: arithmetic on doubles (fadd and fmul commute), rounding to whole numbers,
conversions (cvtsi2sd from a signed 64-bit number, also for 32-bit ones; single floats have 32 bits).
"""

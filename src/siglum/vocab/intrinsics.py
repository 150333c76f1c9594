"""Functions that definitions may call where Python has no operator: one primitive each, with the same meaning in CPython.

Imports `siglum.errors`, `siglum.ir.primitives` and the standard library. The elaborator knows these functions by name.
"""

from __future__ import annotations

import builtins
import os
import time
from collections.abc import Sequence
from typing import Final, NoReturn, TypeVar

from siglum.errors import Stop
from siglum.frontend.python.scalars import u8, u64
from siglum.ir.primitives import MASK64, PRIMITIVES, Halt, in_narrow, wrap_signed
from siglum.ir.types import CHAR

N = TypeVar("N", int, float)
T = TypeVar("T")


def _checked(name: str, *values: int | float) -> int | float:
    meaning = PRIMITIVES[name].meaning
    assert meaning is not None
    try:
        result: int | float = meaning(*values)
    except Halt as halt:
        raise Stop(halt.kind) from None
    return result


# Integers modulo 2**64 --------------------------------------------------------------------------------------
def add_wrap(x: int, y: int) -> int:
    """x + y modulo 2**64, signed."""
    return wrap_signed(x + y)


def sub_wrap(x: int, y: int) -> int:
    """x - y modulo 2**64, signed."""
    return wrap_signed(x - y)


def mul_wrap(x: int, y: int) -> int:
    """x * y modulo 2**64, signed."""
    return wrap_signed(x * y)


def add_wrap_u(x: u64, y: u64) -> u64:
    """x + y modulo 2**64, unsigned."""
    return (x + y) & MASK64


def sub_wrap_u(x: u64, y: u64) -> u64:
    """x - y modulo 2**64, unsigned."""
    return (x - y) & MASK64


def mul_wrap_u(x: u64, y: u64) -> u64:
    """x * y modulo 2**64, unsigned."""
    return (x * y) & MASK64


def mul_overflows(x: int, y: int) -> bool:
    """Whether x * y does not fit i64."""
    return not -(2**63) <= x * y < 2**63


def as_unsigned(x: int) -> u64:
    """The same 64 bits, read without sign."""
    return x & MASK64


def as_signed(x: u64) -> int:
    """The same 64 bits, read with sign."""
    return wrap_signed(x)


# Bits: shift counts are taken modulo 64 -------------------------------------------------------------------------
def shift_left_wrap(x: int, count: int) -> int:
    """x shifted left; bits beyond 64 are lost."""
    return wrap_signed(x << (count & 63))


def shift_left_wrap_u(x: u64, count: int) -> u64:
    """x shifted left; bits beyond 64 are lost."""
    return (x << (count & 63)) & MASK64


def shift_right_logical(x: int, count: int) -> int:
    """x shifted right, zeros coming in."""
    return wrap_signed((x & MASK64) >> (count & 63))


def popcount(x: int) -> int:
    """How many of the 64 bits are set."""
    return (x & MASK64).bit_count()


def leading_zeros(x: int) -> int:
    """How many of the 64 bits stand above the highest set one."""
    return 64 - (x & MASK64).bit_length()


def trailing_zeros(x: int) -> int:
    """How many of the 64 bits stand below the lowest set one; 64 for 0."""
    return int(_checked("trailing_zeros", x))


# Floats -----------------------------------------------------------------------------------------------------
def float_bits(x: float) -> int:
    """The 64 bits of x, every NaN as the canonical one."""
    return int(_checked("float_bits", x))


def float_from_bits(x: int) -> float:
    """The f64 with these bits."""
    return float(_checked("float_from_bits", x))


def sqrt(x: float) -> float:
    """The square root, rounded to nearest; NaN below zero."""
    return float(_checked("fsqrt", x))


def divide(x: float, y: float) -> float:
    """x / y as IEEE has it: infinities and NaN instead of a stop."""
    return float(_checked("fdiv", x, y))


def floor(x: float) -> float:
    """The greatest whole number not above x, as f64."""
    return float(_checked("ffloor", x))


def ceil(x: float) -> float:
    """The least whole number not below x, as f64."""
    return float(_checked("fceil", x))


def trunc(x: float) -> float:
    """x without its fraction, as f64."""
    return float(_checked("ftrunc", x))


def truncate(x: float) -> int:
    """x without its fraction, as i64. Stops with `range` where it does not fit."""
    return int(_checked("to_int", x))


def sum(xs: Sequence[N]) -> N:
    """The exact sum of i64; of f64 the sum in eight lanes, element k in lane k modulo 8."""
    if not any(isinstance(x, float) for x in xs):
        return builtins.sum(xs)
    lanes = PRIMITIVES["lanes"].meaning, PRIMITIVES["lanes_add"].meaning, PRIMITIVES["lanes_total"].meaning
    start, add, total = lanes
    assert start is not None and add is not None and total is not None
    state = start()
    for k, x in enumerate(xs):
        state = add(state, k, x)
    return total(state)  # type: ignore[no-any-return]


def chr(n: int) -> str:
    """The character with this code point. Stops with `range` where there is none, surrogates included."""
    if not in_narrow(n, CHAR):
        raise Stop("range")
    return builtins.chr(n)


# Lists, looked at once, so that a chain need not be kept in memory ------------------------------------------------
def last_of(xs: Sequence[T]) -> T | None:
    """The last element; none where there is none."""
    return xs[-1] if len(xs) > 0 else None


def greatest_of(xs: Sequence[int]) -> int | None:
    """The greatest of i64; none where there is none."""
    return max(xs, default=None)


def least_of(xs: Sequence[int]) -> int | None:
    """The least of i64; none where there is none."""
    return min(xs, default=None)


# Stops and effects ------------------------------------------------------------------------------------------
def stop(kind: str) -> NoReturn:
    """Stops the program; `kind` is a constant, a key of `siglum.errors.STOP_CODES`."""
    raise Stop(kind)


def write(descriptor: int, data: list[u8]) -> int:
    """Writes bytes to an open descriptor (1 is standard output); how many could not be written, 0 when all were."""
    rest = bytes(data)
    try:
        while rest and (taken := os.write(descriptor, rest)) > 0:
            rest = rest[taken:]
    except OSError:
        pass
    return len(rest)


def read(descriptor: int, most: int) -> list[u8]:
    """At most `most` bytes from an open descriptor (0 is standard input); empty at the end. Stops with `file`."""
    try:
        return list(os.read(descriptor, most))
    except OSError:
        raise Stop("file") from None


def open_file(path: list[u8], flags: int) -> int:
    """Opens the file whose path these bytes are, without a final zero; a descriptor, or a negative error."""
    try:
        return os.open(bytes(path), flags, 0o644)
    except OSError as problem:
        return -(problem.errno or 1)


def close(descriptor: int) -> int:
    """Closes a descriptor; 0, or a negative error."""
    try:
        os.close(descriptor)
    except OSError as problem:
        return -(problem.errno or 1)
    return 0


def clock() -> int:
    """Nanoseconds since the machine started."""
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


INTRINSICS: Final = (
    "add_wrap", "sub_wrap", "mul_wrap", "add_wrap_u", "sub_wrap_u", "mul_wrap_u", "mul_overflows", "as_unsigned",
    "as_signed", "shift_left_wrap", "shift_left_wrap_u", "shift_right_logical", "popcount", "leading_zeros",
    "trailing_zeros", "float_bits", "float_from_bits", "sqrt", "divide", "floor", "ceil", "trunc", "truncate",
    "sum", "chr", "stop", "write", "read", "open_file", "close", "clock",
)  # fmt: skip
"""The names above, for the elaborator."""

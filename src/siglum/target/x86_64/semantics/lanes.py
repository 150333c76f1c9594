"""Vectors taken apart into lanes, and the meanings that work lane by lane (SDM volume 2, the P... instructions).

Imports `smt` and `semantics`.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import add, mul, sub
from typing import Final

from siglum.smt.terms import Term
from siglum.target.x86_64.semantics.operation import Meaning, Operation

Binary = Callable[[Term, Term], Term]
HALF: Final = 128
"""Bits within which most 256-bit instructions stay."""


def split(value: Term, width: int) -> list[Term]:
    """The lanes of `width` bits, the lowest first."""
    return [value.bits(k + width - 1, k) for k in range(0, value.width, width)]


def joined(lanes: list[Term]) -> Term:
    """The lanes side by side, the first lowest."""
    return lanes[0].home.concat(*reversed(lanes))


def by_lane(width: int, function: Binary) -> Meaning:
    """destination[k] = function(first[k], second[k]); the function may change the width."""

    def meaning(op: Operation) -> None:
        first, second = op.sources()
        op.write(0, joined([function(a, b) for a, b in zip(split(first, width), split(second, width), strict=True)]))

    return meaning


def each_lane(width: int, function: Callable[[Term], Term]) -> Meaning:
    """destination[k] = function(source[k]) of an instruction with one source."""
    return lambda op: op.write(0, joined([function(a) for a in split(op.read(1), width)]))


def whole(function: Binary) -> Meaning:
    """destination = function(first, second), bit by bit."""
    return lambda op: op.write(0, function(*op.sources()))


# Functions of lanes -------------------------------------------------------------------------------------------------
def all_ones_where(truth: Term, width: int) -> Term:
    return truth.ite(truth.home.const(-1, width), truth.home.const(0, width))


def clamped(value: Term, low: int, high: int, width: int) -> Term:
    """A signed value brought into low .. high, in `width` bits."""
    terms = value.home
    inside = value.bits(width - 1, 0)
    above = terms.slt(terms.const(high, value.width), value)
    return value.slt(low).ite(terms.const(low, width), above.ite(terms.const(high, width), inside))


def to_signed(value: Term, width: int) -> Term:
    """A signed value saturated to `width` signed bits."""
    return clamped(value, -(1 << width - 1), (1 << width - 1) - 1, width)


def to_unsigned(value: Term, width: int) -> Term:
    """A signed value saturated to `width` unsigned bits."""
    return clamped(value, 0, (1 << width) - 1, width)


def add_signed(a: Term, b: Term) -> Term:
    return to_signed(a.sext(a.width + 1) + b.sext(a.width + 1), a.width)


def sub_signed(a: Term, b: Term) -> Term:
    return to_signed(a.sext(a.width + 1) - b.sext(a.width + 1), a.width)


def add_unsigned(a: Term, b: Term) -> Term:
    total = a.zext(a.width + 1) + b.zext(a.width + 1)
    return total.bit(a.width).ite(a.home.const(-1, a.width), total.bits(a.width - 1, 0))


def sub_unsigned(a: Term, b: Term) -> Term:
    return a.ult(b).ite(a.home.const(0, a.width), a - b)


def average(a: Term, b: Term) -> Term:
    return (a.zext(a.width + 1) + b.zext(a.width + 1) + 1).bits(a.width, 1)


def equal(a: Term, b: Term) -> Term:
    return all_ones_where(a.is_(b), a.width)


def greater(a: Term, b: Term) -> Term:
    return all_ones_where(b.slt(a), a.width)


def min_signed(a: Term, b: Term) -> Term:
    return a.slt(b).ite(a, b)


def max_signed(a: Term, b: Term) -> Term:
    return b.slt(a).ite(a, b)


def min_unsigned(a: Term, b: Term) -> Term:
    return a.ult(b).ite(a, b)


def max_unsigned(a: Term, b: Term) -> Term:
    return b.ult(a).ite(a, b)


def high_signed(a: Term, b: Term) -> Term:
    return (a.sext(2 * a.width) * b.sext(2 * a.width)).bits(2 * a.width - 1, a.width)


def high_unsigned(a: Term, b: Term) -> Term:
    return (a.zext(2 * a.width) * b.zext(2 * a.width)).bits(2 * a.width - 1, a.width)


def high_rounded(a: Term, b: Term) -> Term:
    """pmulhrsw."""
    return ((a.sext(32) * b.sext(32)).sar(14) + 1).bits(16, 1)


def even_unsigned(a: Term, b: Term) -> Term:
    """The full product of the lower halves."""
    half = a.width // 2
    return a.bits(half - 1, 0).zext(a.width) * b.bits(half - 1, 0).zext(a.width)


def even_signed(a: Term, b: Term) -> Term:
    half = a.width // 2
    return a.bits(half - 1, 0).sext(a.width) * b.bits(half - 1, 0).sext(a.width)


def magnitude(a: Term) -> Term:
    return a.slt(0).ite(-a, a)


def with_sign(a: Term, b: Term) -> Term:
    """psign."""
    return b.slt(0).ite(-a, b.is_(0).ite(b, a))


def dot_words(a: Term, b: Term) -> Term:
    """pmaddwd, of one 32-bit lane."""
    (a0, a1), (b0, b1) = split(a, 16), split(b, 16)
    return a0.sext(32) * b0.sext(32) + a1.sext(32) * b1.sext(32)


def dot_bytes(a: Term, b: Term) -> Term:
    """pmaddubsw, of one 16-bit lane: bytes of `a` are unsigned, those of `b` signed."""
    (a0, a1), (b0, b1) = split(a, 8), split(b, 8)
    return to_signed(a0.zext(18) * b0.sext(18) + a1.zext(18) * b1.sext(18), 16)


def distance(a: Term, b: Term) -> Term:
    """psadbw, of one 64-bit lane."""
    found = a.home.const(0, 16)
    for x, y in zip(split(a, 8), split(b, 8), strict=True):
        found = found + x.ult(y).ite(y - x, x - y).zext(16)
    return found.zext(64)


def horizontal(width: int, function: Binary) -> Meaning:
    """Neighbours together: those of the first source, then those of the second, within each half."""

    def half(a: list[Term], b: list[Term]) -> list[Term]:
        both = a + b
        return [function(x, y) for x, y in zip(both[::2], both[1::2], strict=True)]

    return in_halves(width, half)


def in_halves(width: int, function: Callable[[list[Term], list[Term]], list[Term]]) -> Meaning:
    """A function of the lanes of both sources, for each 128 bits."""

    def meaning(op: Operation) -> None:
        first, second = op.sources()
        found = [
            joined(function(split(a, width), split(b, width)))
            for a, b in zip(split(first, HALF), split(second, HALF), strict=True)
        ]
        op.write(0, joined(found))

    return meaning


def each_half(width: int, function: Callable[[list[Term], int], list[Term]]) -> Meaning:
    """A function of the lanes of one source and of the immediate, for each 128 bits."""

    def meaning(op: Operation) -> None:
        choice = op.immediate(2)
        op.write(0, joined([joined(function(split(a, width), choice)) for a in split(op.read(1), HALF)]))

    return meaning


# Shifts -------------------------------------------------------------------------------------------------------------
def _shifted_arithmetically(value: Term, count: Term) -> Term:
    return value.sar(count)


SHIFTS: Final[dict[str, Binary]] = {
    "SLL": lambda value, count: value << count,
    "SRL": lambda value, count: value >> count,
    "SRA": _shifted_arithmetically,
}


def shift_all(width: int, name: str) -> Meaning:
    """All lanes by one count, an immediate or the lowest 64 bits of a vector: counts of the width or more count as it."""
    function = SHIFTS[name]

    def meaning(op: Operation) -> None:
        first = 1 if op.vex else 0
        last = len(op.operands) - 1
        if op.width(last) == 8:
            count = op.terms.const(min(op.immediate(last), width), width)
        else:
            long = op.read(last) if op.in_memory(last) else op.read(last, 64)
            long = long.bits(63, 0)
            inside = long.ult(width)
            count = inside.ite(long.bits(width - 1, 0), op.terms.const(width, width))
        op.write(0, joined([function(lane, count) for lane in split(op.read(first), width)]))

    return meaning


def shift_bytes(*, left: bool) -> Meaning:
    """pslldq, psrldq: each half by whole bytes."""

    def meaning(op: Operation) -> None:
        count = 8 * min(op.immediate(len(op.operands) - 1), 16)
        halves = split(op.read(1 if op.vex else 0), HALF)
        op.write(0, joined([half << count if left else half >> count for half in halves]))

    return meaning


# To general registers and flags -------------------------------------------------------------------------------------
def signs(width: int) -> Meaning:
    """pmovmskb, movmskps, movmskpd: the sign of each lane, the first lowest."""

    def meaning(op: Operation) -> None:
        lanes = split(op.read(1), width)
        op.write(0, joined([lane.bits(width - 1, width - 1) for lane in lanes]).zext(op.width(0)))

    return meaning


def ptest(op: Operation) -> None:
    a, b, no = op.read(0), op.read(1), op.terms.false
    op.flags(zf=(a & b).is_(0), cf=(~a & b).is_(0), of=no, sf=no, af=no, pf=no)


ADD: Final[Binary] = add
SUB: Final[Binary] = sub
MUL: Final[Binary] = mul

"""What p-code's operations compute, as terms.

Each takes the terms of its inputs and the width of its output; a truth value is a byte that is 0 or 1, as p-code has it.
Imports `smt` and `semantics`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from siglum.smt import bits, floats
from siglum.smt.terms import Term
from siglum.target.x86_64.semantics.pcode_conditions import (
    both,
    either,
    equal,
    known_truth,
    same_truth,
    sub_overflows,
    truth_byte,
    truth_of,
)

Meaning = Callable[[list[Term], int], Term]


class NoMeaning(Exception):
    """An operation on such inputs has no term; the text names it."""


def _resized(x: Term, width: int) -> Term:
    return x.bits(width - 1, 0) if width <= x.width else x.zext(width)


def _shift(way: Callable[[Term, Term], Term], *, signed: bool = False) -> Meaning:
    """Shifts, whose count may have another width than what is shifted."""

    def meaning(a: list[Term], _: int) -> Term:
        x, count = a
        if count.is_const:
            return way(x, x.home.const(min(count.value, x.width), x.width))
        if count.width <= x.width:
            return way(x, count.zext(x.width))
        wide = x.sext(count.width) if signed else x.zext(count.width)
        return way(wide, count).bits(x.width - 1, 0)

    return meaning


def _same_width(way: Callable[[Term, Term], Term]) -> Meaning:
    return lambda a, _: way(a[0], a[1])


def _asked(way: Callable[[Term, Term], Term]) -> Meaning:
    """A question about two inputs."""
    return lambda a, _: truth_byte(way(a[0], a[1]))


def _bitwise(way: Callable[[Term, Term], Term]) -> Meaning:
    """Bits or, where both are known to be truth values, those: their terms stay small."""

    def meaning(a: list[Term], _: int) -> Term:
        if a[0].width == 8:
            x, y = known_truth(a[0]), known_truth(a[1])
            if x is not None and y is not None:
                return truth_byte(way(x, y))
        return way(a[0], a[1])

    return meaning


def _boolean(way: Callable[[Term, Term], Term]) -> Meaning:
    return lambda a, _: truth_byte(way(truth_of(a[0]), truth_of(a[1])))


def _lzcount(a: list[Term], width: int) -> Term:
    return _resized(bits.leading_zeros(a[0]), width)


def _popcount(a: list[Term], width: int) -> Term:
    return _resized(bits.popcount(a[0]), width)


def _subpiece(a: list[Term], width: int) -> Term:
    x, skipped = a[0], 8 * a[1].value
    return _resized(x >> skipped, width) if skipped + width > x.width else x.bits(skipped + width - 1, skipped)


# Division ---------------------------------------------------------------------------------------------------
def division_faults(x: Term, y: Term, *, signed: bool) -> Term:
    """Whether the CPU raises #DE where p-code divides: `x` has twice the bits that the quotient may have, and `y` the same bits
    as `x`. P-code has no faults (SDM volume 2, DIV and IDIV: a zero divisor, or a quotient too large).
    """
    half = x.width // 2
    if not signed:  # which holds for a zero divisor as well
        return y.ule(x.bits(x.width - 1, half).zext(x.width))
    narrow = _halves(x, y)
    if narrow is not None:
        low, divisor = narrow
        return divisor.is_(0) | (divisor.is_(-1) & low.is_(1 << half - 1))
    quotient = x.home.sdiv(x, y)
    return y.is_(0) | quotient.isnt(quotient.bits(half - 1, 0).sext(x.width))


def _halves(x: Term, y: Term) -> tuple[Term, Term] | None:
    """The lower halves, where the upper ones are their signs. Without a fault the division of these is the same."""
    half = x.width // 2
    low, divisor = x.bits(half - 1, 0), y.bits(half - 1, 0)
    upper = x.bits(x.width - 1, half)
    return (low, divisor) if upper is low.sar(half - 1) and divisor.sext(x.width) is y else None


def _unsigned_halves(x: Term, y: Term) -> tuple[Term, Term] | None:
    """The lower halves, where the upper ones are zero. Unless y is zero, which faults, the division of these is the same."""
    half = x.width // 2
    if x.high >> half or y.high >> half or half < 8:
        return None
    return x.bits(half - 1, 0), y.bits(half - 1, 0)


def _unsigned_quotient(x: Term, y: Term) -> Term:
    narrow = _unsigned_halves(x, y)
    return x.home.udiv(x, y) if narrow is None else x.home.udiv(*narrow).zext(x.width)


def _unsigned_remainder(x: Term, y: Term) -> Term:
    narrow = _unsigned_halves(x, y)
    return x.home.urem(x, y) if narrow is None else x.home.urem(*narrow).zext(x.width)


def _signed_quotient(x: Term, y: Term) -> Term:
    narrow = _halves(x, y)
    return x.home.sdiv(x, y) if narrow is None else x.home.sdiv(*narrow).sext(x.width)


def _signed_remainder(x: Term, y: Term) -> Term:
    narrow = _halves(x, y)
    return x.home.srem(x, y) if narrow is None else x.home.srem(*narrow).sext(x.width)


# Floats -----------------------------------------------------------------------------------------------------
QUIET_FLOATS: Final = ("FLOAT_NEG", "FLOAT_ABS")
"""The ones that raise no exception flag."""


def _float(name: str, *, commutes: bool = False) -> Meaning:
    """Arithmetic that solvers take as unknown functions, named as in `floats.FUNCTIONS`."""

    def meaning(a: list[Term], width: int) -> Term:
        if width != 64 or any(x.width != 64 for x in a):
            raise NoMeaning(f"{name} of {width} bits")
        return a[0].home.apply(name, width, *a, commutes=commutes)

    return meaning


def _float_asked(way: Callable[[Term, Term], Term]) -> Meaning:
    def meaning(a: list[Term], _: int) -> Term:
        if a[0].width != 64:
            raise NoMeaning(f"a comparison of floats of {a[0].width} bits")
        return truth_byte(way(a[0], a[1]))

    return meaning


def _float_nan(a: list[Term], _: int) -> Term:
    if a[0].width != 64:
        raise NoMeaning(f"a float of {a[0].width} bits")
    return truth_byte(floats.is_nan(a[0]))


def _to_other_width(a: list[Term], width: int) -> Term:
    name = {(64, 32): "cvtsd2ss", (32, 64): "cvtss2sd"}.get((a[0].width, width))
    if name is None:
        raise NoMeaning(f"a float of {a[0].width} bits as one of {width}")
    return a[0].home.apply(name, width, a[0])


def _from_integer(a: list[Term], width: int) -> Term:
    if width != 64:
        raise NoMeaning(f"an integer as a float of {width} bits")
    return a[0].home.apply("cvtsi2sd", width, a[0].sext(64))


def _to_integer(a: list[Term], width: int) -> Term:
    if a[0].width != 64:
        raise NoMeaning(f"a float of {a[0].width} bits as an integer")
    return a[0].home.apply(f"cvttsd2si{width}", width, a[0])


MEANINGS: Final[dict[str, Meaning]] = {
    "COPY": lambda a, _: a[0],
    "INT_ZEXT": lambda a, width: a[0].zext(width),
    "INT_SEXT": lambda a, width: a[0].sext(width),
    "INT_ADD": _same_width(lambda x, y: x + y),
    "INT_SUB": _same_width(lambda x, y: x - y),
    "INT_MULT": _same_width(lambda x, y: x * y),
    "INT_DIV": _same_width(_unsigned_quotient),
    "INT_REM": _same_width(_unsigned_remainder),
    "INT_SDIV": _same_width(_signed_quotient),
    "INT_SREM": _same_width(_signed_remainder),
    "INT_AND": _bitwise(lambda x, y: x & y if x.width else both(x, y)),
    "INT_OR": _bitwise(lambda x, y: x | y if x.width else either(x, y)),
    "INT_XOR": _bitwise(lambda x, y: x ^ y if x.width else ~same_truth(x, y)),
    "INT_LEFT": _shift(lambda x, y: x << y),
    "INT_RIGHT": _shift(lambda x, y: x >> y),
    "INT_SRIGHT": _shift(lambda x, y: x.sar(y), signed=True),
    "INT_2COMP": lambda a, _: -a[0],
    "INT_NEGATE": lambda a, _: ~a[0],
    "INT_EQUAL": _asked(equal),
    "INT_NOTEQUAL": _asked(lambda x, y: ~equal(x, y)),
    "INT_LESS": _asked(lambda x, y: x.ult(y)),
    "INT_LESSEQUAL": _asked(lambda x, y: x.ule(y)),
    "INT_SLESS": _asked(lambda x, y: x.slt(y)),
    "INT_SLESSEQUAL": _asked(lambda x, y: x.sle(y)),
    "INT_CARRY": _asked(bits.unsigned_add_overflows),
    "INT_SCARRY": _asked(bits.signed_add_overflows),
    "INT_SBORROW": _asked(sub_overflows),
    "BOOL_NEGATE": lambda a, _: truth_byte(~truth_of(a[0])),
    "BOOL_AND": _boolean(both),
    "BOOL_OR": _boolean(either),
    "BOOL_XOR": _boolean(lambda x, y: ~same_truth(x, y)),
    "PIECE": lambda a, _: a[0].home.concat(a[0], a[1]),
    "SUBPIECE": _subpiece,
    "POPCOUNT": _popcount,
    "LZCOUNT": _lzcount,
    "FLOAT_ADD": _float("fadd", commutes=True),
    "FLOAT_SUB": _float("fsub"),
    "FLOAT_MULT": _float("fmul", commutes=True),
    "FLOAT_DIV": _float("fdiv"),
    "FLOAT_SQRT": _float("fsqrt"),
    "FLOAT_FLOOR": _float("ffloor"),
    "FLOAT_CEIL": _float("fceil"),
    "FLOAT_FLOAT2FLOAT": _to_other_width,
    "FLOAT_INT2FLOAT": _from_integer,
    "FLOAT_TRUNC": _to_integer,
    "FLOAT_EQUAL": _float_asked(floats.float_equal),
    "FLOAT_NOTEQUAL": _float_asked(lambda x, y: ~floats.float_equal(x, y)),
    "FLOAT_LESS": _float_asked(floats.float_less),
    "FLOAT_LESSEQUAL": _float_asked(floats.float_less_equal),
    "FLOAT_NAN": _float_nan,
}  # fmt: skip
"""p-code's names to their terms. Division by zero is left to the fault that goes with it."""

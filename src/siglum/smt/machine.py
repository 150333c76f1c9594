"""The abstract machine of primitive rows over terms: a row's `machine` meaning becomes its term.

Words are 64-bit terms, truth values terms of width 0, floats 64-bit terms by their bits. Imports `ir.primitives` and `smt`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, Final

from siglum.ir.primitives import PRIMITIVES, round_to_f32
from siglum.smt import bits, floats
from siglum.smt.floats import CANONICAL_NAN
from siglum.smt.terms import Term, Terms, mask


def bits_of(x: float) -> int:
    """The bits of a float, every NaN as the canonical one."""
    return CANONICAL_NAN if x != x else int(struct.unpack("<Q", struct.pack("<d", x))[0])


def float_of(word: int) -> float:
    """The float with these bits."""
    return float(struct.unpack("<d", struct.pack("<Q", word))[0])


def _of_row(name: str) -> Callable[..., int]:
    meaning: Any = PRIMITIVES[name].meaning
    return lambda *words: bits_of(meaning(*map(float_of, words)))


def _signed(word: int) -> int:
    return word - (word >> 63 << 64)


def _truncated(word: int) -> int:
    """Outside the range of i64, as the CPU does, the least integer."""
    x = float_of(word)
    return int(x) & (1 << 64) - 1 if -9223372036854775808.0 <= x < 9223372036854775808.0 else 1 << 63


def _bits32(word: int) -> int:
    x = float_of(word)
    return 0x7FC00000 if x != x else int(struct.unpack("<I", struct.pack("<f", round_to_f32(x)))[0])


FLOAT_FUNCTIONS: Final[dict[str, Callable[..., int]]] = {
    **{name: _of_row(name) for name in ("fadd", "fsub", "fmul", "fdiv", "fsqrt", "ffloor", "fceil", "ftrunc")},
    "cvtsi2sd": lambda x: bits_of(float(_signed(x))),
    "from_unsigned": lambda x: bits_of(float(x)),
    "cvttsd2si64": _truncated,
    "cvtss2sd": lambda x: bits_of(struct.unpack("<f", struct.pack("<I", x))[0]),
    "cvtsd2ss": _bits32,
}
"""What the uninterpreted functions of floats are, for the evaluator; the solvers know only that they are functions."""

_NEGATIVE_ZERO: Final = 1 << 63
_ONE: Final = bits_of(1.0)


def _as_mask(x: Term) -> Term:
    """A sum that is all ones or zero, by a bit, as a choice: what branchless code selects with."""
    if x.op == "sum" and len(x.args) == 1 and x.args[0].high <= 1:
        constant, (coefficient,) = x.value
        ends = (constant, constant + coefficient & mask(64))
        if set(ends) == {0, mask(64)}:
            return x.args[0].is_(0).ite(x.home.const(ends[0], 64), x.home.const(ends[1], 64))
    return x


_CASES: Final = 2
"""How many choices inside each other are taken apart."""


def _by_cases(function: Callable[[Term, Term], Term], x: Term, y: Term, depth: int = _CASES) -> Term:
    """A function of two choices by one condition (or of one and a constant) as a choice of its values."""
    if depth == 0:
        return function(x, y)
    if x.op == "ite" and (y is x or y.is_const or (y.op == "ite" and y.args[0] is x.args[0])):
        then, otherwise = (y.args[1], y.args[2]) if y.op == "ite" else (y, y)
        taken = _by_cases(function, x.args[1], then, depth - 1)
        return x.args[0].ite(taken, _by_cases(function, x.args[2], otherwise, depth - 1))
    if y.op == "ite" and x.is_const:
        taken = _by_cases(function, x, y.args[1], depth - 1)
        return y.args[0].ite(taken, _by_cases(function, x, y.args[2], depth - 1))
    return function(x, y)


class TermMachine:
    """`ir.machine.Machine` over terms. `stops` collects the conditions of `stop_if` since it was last emptied."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.stops: list[Term] = []
        self._quotients: dict[Term, tuple[Term, Term]] = {}
        self._products: dict[Term, tuple[Term, Term]] = {}
        """Signed quotients, and their products with the divisor, by (dividend, divisor)."""

    def stop_if(self, b: Term) -> None:
        self.stops.append(b)

    # Words ------------------------------------------------------------------------------------------------------
    def const(self, value: int) -> Term:
        return self.terms.const(value, 64)

    def add(self, x: Term, y: Term) -> Term:
        return _as_mask(x + y)

    def sub(self, x: Term, y: Term) -> Term:
        dividend, divisor = self._products.get(y, (None, None))
        if dividend is x and divisor is not None:  # x - (x / y) * y is the remainder, for y = 0 as well
            return self.terms.srem(x, divisor)
        return _as_mask(x - y)

    def mul(self, x: Term, y: Term) -> Term:
        product = _by_cases(lambda a, b: a * b, x, y)
        dividend, divisor = self._quotients.get(x, (None, None))
        if dividend is not None and divisor is y:
            self._products[product] = dividend, y
        return product

    def and_(self, x: Term, y: Term) -> Term:
        for a, b in ((x, y), (y, x)):
            if b.op == "ite" and all(c.is_const and c.value in (0, mask(64)) for c in b.args[1:]):
                return b.args[0].ite(a & b.args[1], a & b.args[2])
        return x & y

    def or_(self, x: Term, y: Term) -> Term:
        return x | y

    def xor(self, x: Term, y: Term) -> Term:
        return x ^ y

    def shl(self, x: Term, y: Term) -> Term:
        return x << (y & 63)

    def lshr(self, x: Term, y: Term) -> Term:
        return x >> (y & 63)

    def ashr(self, x: Term, y: Term) -> Term:
        return x.sar(y & 63)

    def sdiv(self, x: Term, y: Term) -> Term:
        quotient = self.terms.sdiv(x, y)
        self._quotients[quotient] = x, y
        return quotient

    def srem(self, x: Term, y: Term) -> Term:
        return self.terms.srem(x, y)

    def udiv(self, x: Term, y: Term) -> Term:
        return self.terms.udiv(x, y)

    def urem(self, x: Term, y: Term) -> Term:
        return self.terms.urem(x, y)

    def popcount(self, x: Term) -> Term:
        return bits.popcount(x)

    def leading_zeros(self, x: Term) -> Term:
        return bits.leading_zeros(x)

    def trailing_zeros(self, x: Term) -> Term:
        return bits.trailing_zeros(x)

    def signed_add_overflows(self, x: Term, y: Term) -> Term:
        return _by_cases(bits.signed_add_overflows, x, y)

    def signed_sub_overflows(self, x: Term, y: Term) -> Term:
        return bits.signed_sub_overflows(x, y)

    def signed_mul_overflows(self, x: Term, y: Term) -> Term:
        return _by_cases(bits.signed_mul_overflows, x, y)

    def unsigned_add_overflows(self, x: Term, y: Term) -> Term:
        return bits.unsigned_add_overflows(x, y)

    def unsigned_sub_overflows(self, x: Term, y: Term) -> Term:
        return bits.unsigned_sub_overflows(x, y)

    def unsigned_mul_overflows(self, x: Term, y: Term) -> Term:
        return bits.unsigned_mul_overflows(x, y)

    # Truth ------------------------------------------------------------------------------------------------------
    def eq(self, x: Term, y: Term) -> Term:
        return x.is_(y)

    def ne(self, x: Term, y: Term) -> Term:
        return x.isnt(y)

    def slt(self, x: Term, y: Term) -> Term:
        return x.slt(y)

    def sle(self, x: Term, y: Term) -> Term:
        return x.sle(y)

    def ult(self, x: Term, y: Term) -> Term:
        return x.ult(y)

    def ule(self, x: Term, y: Term) -> Term:
        return x.ule(y)

    def both(self, x: Term, y: Term) -> Term:
        return x & y

    def either(self, x: Term, y: Term) -> Term:
        return x | y

    def select(self, c: Term, x: Term, y: Term) -> Term:
        return c.ite(x, y)

    def word(self, b: Term) -> Term:
        return bits.word(b, 64)

    def bit(self, x: Term) -> Term:
        return x.bit(0)

    # Floats -----------------------------------------------------------------------------------------------------
    def _apply(self, name: str, *args: Term, commutes: bool = False) -> Term:
        if all(a.is_const for a in args):
            return self.terms.const(FLOAT_FUNCTIONS[name](*(a.value for a in args)), 64)
        return self.terms.apply(name, 64, *args, commutes=commutes)

    def fadd(self, x: Term, y: Term) -> Term:
        for a, b in ((x, y), (y, x)):
            if b.is_const and b.value == _NEGATIVE_ZERO:  # the one neutral element: 0 + -0 is 0, -0 + -0 is -0
                return a
        return self._apply("fadd", x, y, commutes=True)

    def fsub(self, x: Term, y: Term) -> Term:
        return self._apply("fsub", x, y)

    def fmul(self, x: Term, y: Term) -> Term:
        for a, b in ((x, y), (y, x)):
            if b.is_const and b.value == _ONE:
                return a
        return self._apply("fmul", x, y, commutes=True)

    def fdiv(self, x: Term, y: Term) -> Term:
        return self._apply("fdiv", x, y)

    def fsqrt(self, x: Term) -> Term:
        return self._apply("fsqrt", x)

    def fneg(self, x: Term) -> Term:
        return floats.negated(x)

    def fabs(self, x: Term) -> Term:
        return floats.magnitude(x)

    def ffloor(self, x: Term) -> Term:
        return self._apply("ffloor", x)

    def fceil(self, x: Term) -> Term:
        return self._apply("fceil", x)

    def ftrunc(self, x: Term) -> Term:
        return self._apply("ftrunc", x)

    def feq(self, x: Term, y: Term) -> Term:
        return floats.float_equal(x, y)

    def fne(self, x: Term, y: Term) -> Term:
        return ~floats.float_equal(x, y)

    def flt(self, x: Term, y: Term) -> Term:
        return floats.float_less(x, y)

    def fle(self, x: Term, y: Term) -> Term:
        return floats.float_less_equal(x, y)

    def fselect(self, c: Term, x: Term, y: Term) -> Term:
        return c.ite(x, y)

    def fround32(self, x: Term) -> Term:
        return self.terms.apply("cvtss2sd", 64, self.terms.apply("cvtsd2ss", 32, x))

    def from_signed(self, x: Term) -> Term:
        return self._apply("cvtsi2sd", x)

    def from_unsigned(self, x: Term) -> Term:
        return self._apply("from_unsigned", x)

    def truncate(self, x: Term) -> Term:
        return self._apply("cvttsd2si64", x)

    def bits(self, x: Term) -> Term:
        return x

    def from_bits(self, x: Term) -> Term:
        return x

"""Terms as they are written, without any rewriting but that constants are folded: what digests are made of.

A better rewriting of terms thus leaves the co-simulation record as it is. Imports `smt` only.
"""

from __future__ import annotations

from siglum.smt.evaluate import value_of
from siglum.smt.terms import BOOL, Term, Terms, mask


class Literal(Terms):
    """Makes a node for each operation."""

    def _node(self, op: str, args: tuple[Term, ...], value: object, width: int) -> Term:
        found = self._make(op, args, value, width)
        return self.const(int(value_of(found, {})), width) if all(a.op == "const" for a in args) else found

    def add(self, x: Term, y: Term) -> Term:
        return self._node("sum", (x, y), (0, (1, 1)), x.width)

    def sub(self, x: Term, y: Term) -> Term:
        return self._node("sum", (x, y), (0, (1, mask(x.width))), x.width)

    def neg(self, x: Term) -> Term:
        return self._node("sum", (x,), (0, (mask(x.width),)), x.width)

    def linear(self, width: int, constant: int, parts: tuple[tuple[Term, int], ...]) -> Term:
        constant &= mask(width)
        if not parts:
            return self.const(constant, width)
        coefficients = tuple(coefficient & mask(width) for _, coefficient in parts)
        return self._node("sum", tuple(term for term, _ in parts), (constant, coefficients), width)

    def mul(self, x: Term, y: Term) -> Term:
        return self._node("mul", (x, y), None, x.width)

    def and_(self, x: Term, y: Term) -> Term:
        return self._node("and", (x, y), None, x.width)

    def or_(self, x: Term, y: Term) -> Term:
        return self._node("or", (x, y), None, x.width)

    def xor(self, x: Term, y: Term) -> Term:
        return self.not_(self.eq(x, y)) if x.width == BOOL else self._node("xor", (x, y), None, x.width)

    def not_(self, x: Term) -> Term:
        return self._node("not", (x,), None, x.width)

    def shl(self, x: Term, count: Term) -> Term:
        return self._node("shl", (x, count), None, x.width)

    def lshr(self, x: Term, count: Term) -> Term:
        return self._node("lshr", (x, count), None, x.width)

    def ashr(self, x: Term, count: Term) -> Term:
        return self._node("ashr", (x, count), None, x.width)

    def udiv(self, x: Term, y: Term) -> Term:
        return self._node("udiv", (x, y), None, x.width)

    def urem(self, x: Term, y: Term) -> Term:
        return self._node("urem", (x, y), None, x.width)

    def extract(self, x: Term, high: int, low: int) -> Term:
        whole = low == 0 and high == x.width - 1
        return x if whole else self._node("extract", (x,), (high, low), high - low + 1)

    def concat(self, *parts: Term) -> Term:
        return parts[0] if len(parts) == 1 else self._node("concat", parts, None, sum(part.width for part in parts))

    def sext(self, x: Term, width: int) -> Term:
        return x if width == x.width else self._node("sext", (x,), None, width)

    def ite(self, condition: Term, x: Term, y: Term) -> Term:
        if condition.op == "const":
            return x if condition.value else y
        return self._make("ite", (condition, x, y), None, x.width)

    def eq(self, x: Term, y: Term) -> Term:
        return self._node("eq", (x, y), None, BOOL)

    def ult(self, x: Term, y: Term) -> Term:
        return self._node("ult", (x, y), None, BOOL)

    def slt(self, x: Term, y: Term) -> Term:
        return self._node("slt", (x, y), None, BOOL)

    def apply(self, name: str, width: int, *args: Term, commutes: bool = False) -> Term:
        return self._make("apply", args, (name, commutes), width)

"""One node of a hash-consed term, and the operators that make new ones. Imports nothing of the package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from siglum.smt.terms import Terms

BOOL: Final = 0
MEMORY: Final = -1
"""Widths that are no number of bits: a truth value, and a memory from 64-bit addresses to bytes."""


class Term:
    """One node; equal terms of one `Terms` are one object. `width` counts bits (or is `BOOL`, `MEMORY`), `low` and `high` are
    inclusive unsigned bounds of the value, `value` what the operation needs beside its arguments (see `Terms`), and a
    term's `number` is larger than those of its arguments. Operators work modulo 2^width and take ints as well.
    """

    __slots__ = ("args", "high", "home", "low", "number", "op", "value", "width")
    home: Terms
    op: str
    args: tuple[Term, ...]
    value: Any
    width: int
    low: int
    high: int
    number: int

    def __repr__(self) -> str:
        if self.op == "const":
            return f"{self.value:#x}" if self.width else str(bool(self.value)).lower()
        if self.op == "var":
            return str(self.value)
        inside = ", ".join(map(repr, self.args))
        extra = "" if self.value is None else f" {self.value}"
        return f"{self.op}{extra}({inside})"

    def __add__(self, other: Term | int) -> Term:
        return self.home.add(self, self.home.like(other, self))

    def __sub__(self, other: Term | int) -> Term:
        return self.home.sub(self, self.home.like(other, self))

    def __mul__(self, other: Term | int) -> Term:
        return self.home.mul(self, self.home.like(other, self))

    def __neg__(self) -> Term:
        return self.home.neg(self)

    def __and__(self, other: Term | int) -> Term:
        return self.home.and_(self, self.home.like(other, self))

    def __or__(self, other: Term | int) -> Term:
        return self.home.or_(self, self.home.like(other, self))

    def __xor__(self, other: Term | int) -> Term:
        return self.home.xor(self, self.home.like(other, self))

    def __invert__(self) -> Term:
        return self.home.not_(self)

    def __lshift__(self, count: Term | int) -> Term:
        return self.home.shl(self, self.home.like(count, self))

    def __rshift__(self, count: Term | int) -> Term:
        """Logical."""
        return self.home.lshr(self, self.home.like(count, self))

    def sar(self, count: Term | int) -> Term:
        return self.home.ashr(self, self.home.like(count, self))

    def is_(self, other: Term | int) -> Term:
        """Whether they are equal, as a truth value."""
        return self.home.eq(self, self.home.like(other, self))

    def isnt(self, other: Term | int) -> Term:
        return self.home.not_(self.is_(other))

    def ult(self, other: Term | int) -> Term:
        return self.home.ult(self, self.home.like(other, self))

    def ule(self, other: Term | int) -> Term:
        return self.home.not_(self.home.ult(self.home.like(other, self), self))

    def slt(self, other: Term | int) -> Term:
        return self.home.slt(self, self.home.like(other, self))

    def sle(self, other: Term | int) -> Term:
        return self.home.not_(self.home.slt(self.home.like(other, self), self))

    def bits(self, high: int, low: int) -> Term:
        """Bits `high` down to `low`, both included."""
        return self.home.extract(self, high, low)

    def bit(self, k: int) -> Term:
        """Bit `k` as a truth value."""
        return self.home.eq(self.home.extract(self, k, k), self.home.const(1, 1))

    def zext(self, width: int) -> Term:
        """Zero-extended to `width` bits in all."""
        return self.home.zext(self, width)

    def sext(self, width: int) -> Term:
        return self.home.sext(self, width)

    def ite(self, then: Term, otherwise: Term) -> Term:
        """For a truth value: `then` where it holds, else `otherwise`."""
        return self.home.ite(self, then, otherwise)

    @property
    def is_const(self) -> bool:
        return self.op == "const"

    @property
    def signed(self) -> int:
        """A constant's value as a signed number."""
        value: int = self.value
        return value - (value >> self.width - 1 << self.width)


def widths(t: Term) -> list[int]:
    return [part.width for part in t.args]


def mask(width: int) -> int:
    """The largest unsigned number of `width` bits."""
    return (1 << width) - 1

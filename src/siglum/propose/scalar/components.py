"""The operations programs are made of: what each does to whole vectors of words, and where it stops.

Imports `scalar.lanes` only.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from siglum.propose.scalar.lanes import Lanes

Operation = Callable[..., int]
"""From the lanes and one to three vectors to a vector."""


# Arithmetic -------------------------------------------------------------------------------------------------
def _add(v: Lanes, a: int, b: int) -> int:
    return (a + b) & v.full


def _sub(v: Lanes, a: int, b: int) -> int:
    return ((a | v.carry) - b) & v.full


def _not(v: Lanes, a: int) -> int:
    return a ^ v.full


def _neg(v: Lanes, a: int) -> int:
    return (v.carry - a) & v.full


def _mul(v: Lanes, a: int, b: int) -> int:
    return v.each(operator.mul, a, b) & v.full


def _udiv(v: Lanes, a: int, b: int) -> int:
    return v.each(operator.floordiv, a, b | _eq(v, b, 0))


def _urem(v: Lanes, a: int, b: int) -> int:
    return v.each(operator.mod, a, b | _eq(v, b, 0))


def _div(v: Lanes, a: int, b: int) -> int:
    return v.each(lambda x, y: signed(x, v.width) // signed(y, v.width) & v.mask if y else 0, a, b)


def _mod(v: Lanes, a: int, b: int) -> int:
    return v.each(lambda x, y: signed(x, v.width) % signed(y, v.width) & v.mask if y else 0, a, b)


def signed(word: int, width: int) -> int:
    """A word read with sign."""
    return word - (word >> width - 1 << width)


# Comparison: 1 where it holds, else 0 ---------------------------------------------------------------------------
def _ule(v: Lanes, a: int, b: int) -> int:
    return ((b | v.carry) - a) >> v.width & v.one


def _ult(v: Lanes, a: int, b: int) -> int:
    return _ule(v, b, a) ^ v.one


def _sle(v: Lanes, a: int, b: int) -> int:
    return _ule(v, a ^ v.sign, b ^ v.sign)


def _slt(v: Lanes, a: int, b: int) -> int:
    return _ule(v, b ^ v.sign, a ^ v.sign) ^ v.one


def _ne(v: Lanes, a: int, b: int) -> int:
    return ((a ^ b) + v.full) >> v.width & v.one


def _eq(v: Lanes, a: int, b: int) -> int:
    return _ne(v, a, b) ^ v.one


def _min(v: Lanes, a: int, b: int) -> int:
    return b ^ ((a ^ b) & _slt(v, a, b) * v.mask)


def _max(v: Lanes, a: int, b: int) -> int:
    return a ^ ((a ^ b) & _slt(v, a, b) * v.mask)


def _negative(v: Lanes, a: int) -> int:
    return a >> v.width - 1 & v.one


def _abs(v: Lanes, a: int) -> int:
    below = _negative(v, a)
    return ((a ^ below * v.mask) + below) & v.full


def _sign(v: Lanes, a: int) -> int:
    below = _negative(v, a)
    return below * v.mask | (_ne(v, a, 0) ^ below)


def _choice(v: Lanes, c: int, a: int, b: int) -> int:
    return b ^ ((a ^ b) & _ne(v, c, 0) * v.mask)


# Bits -------------------------------------------------------------------------------------------------------
def _ones(v: Lanes, a: int) -> int:
    step = 1
    while step < v.width:  # neighbouring fields are added, twice as wide each time
        fields = v.one * sum((1 << step) - 1 << k for k in range(0, v.width, 2 * step))
        a = (a & fields) + (a >> step & fields)
        step *= 2
    return a


def _leading(v: Lanes, a: int) -> int:
    step = 1
    while step < v.width:  # what comes from the lane above stays above the word
        a |= a >> step
        step *= 2
    return _ones(v, a & v.full ^ v.full)


def _trailing(v: Lanes, a: int) -> int:
    return _ones(v, (a ^ v.full) & _sub(v, a, v.one))


def _parity(v: Lanes, a: int) -> int:
    return _ones(v, a) & v.one


# Shifts: counts are taken modulo the width ----------------------------------------------------------------------
def _count(v: Lanes, b: int) -> int:
    return b & v.spread(v.width - 1)


def _shl(v: Lanes, a: int, b: int) -> int:
    return v.each(operator.lshift, a, _count(v, b)) & v.full


def _lshr(v: Lanes, a: int, b: int) -> int:
    return v.each(operator.rshift, a, _count(v, b))


def _ashr(v: Lanes, a: int, b: int) -> int:
    # the sign bit is flipped and taken away again where it has come to stand
    k = _count(v, b)
    return _sub(v, v.each(operator.rshift, a ^ v.sign, k), v.each(operator.rshift, v.sign, k))


def _rotl(v: Lanes, a: int, b: int) -> int:
    both = v.each(operator.lshift, a, _count(v, b))
    return (both | both >> v.width) & v.full


# By a constant ----------------------------------------------------------------------------------------------
def _shl_by(k: int) -> Operation:
    return lambda v, a: a << k & v.full


def _lshr_by(k: int) -> Operation:
    return lambda v, a: a >> k & v.low(v.width - k)


def _ashr_by(k: int) -> Operation:
    def shifted(v: Lanes, a: int) -> int:
        down = (a ^ v.sign) >> k & v.low(v.width - k)
        return (down | v.carry) - (v.sign >> k) & v.full

    return shifted


def _rotl_by(k: int) -> Operation:
    return lambda v, a: (a << k | a >> v.width - k) & v.full


def _mul_by(c: int) -> Operation:
    return lambda v, a: a * (c & v.mask) & v.full


# Stops: anything but zero in the lanes where the phrase would stop ---------------------------------------------------
def _by_zero(v: Lanes, a: int, b: int) -> int:
    return _eq(v, b, 0)


def _by_zero_or_beyond(v: Lanes, a: int, b: int) -> int:
    return _by_zero(v, a, b) | (_eq(v, a, v.sign) & _eq(v, b, v.full))


def _add_overflows(v: Lanes, a: int, b: int) -> int:
    total = _add(v, a, b)
    return (a ^ total) & (b ^ total) & v.sign


def _sub_overflows(v: Lanes, a: int, b: int) -> int:
    return (a ^ b) & (a ^ _sub(v, a, b)) & v.sign


def _mul_overflows(v: Lanes, a: int, b: int) -> int:
    half = 1 << v.width - 1
    return v.each(lambda x, y: not -half <= signed(x, v.width) * signed(y, v.width) < half, a, b)


def _least(v: Lanes, a: int) -> int:
    return _eq(v, a, v.sign)


def _shl_overflows(v: Lanes, a: int, b: int) -> int:
    return a ^ _ashr(v, _shl(v, a, b), b)


_UNARY: Final[dict[str, Operation]] = {
    "not": _not, "neg": _neg, "abs": _abs, "sign": _sign, "ones": _ones, "leading": _leading, "trailing": _trailing,
    "parity": _parity,
}  # fmt: skip
_BINARY: Final[dict[str, Operation]] = {
    "and": lambda v, a, b: a & b, "or": lambda v, a, b: a | b, "xor": lambda v, a, b: a ^ b, "add": _add, "sub": _sub,
    "mul": _mul, "udiv": _udiv, "urem": _urem, "div": _div, "mod": _mod, "min": _min, "max": _max, "ult": _ult, "ule": _ule,
    "slt": _slt, "sle": _sle, "eq": _eq, "ne": _ne, "shl": _shl, "lshr": _lshr, "ashr": _ashr, "rotl": _rotl,
}  # fmt: skip
_BY_CONSTANT: Final[dict[str, Callable[[int], Operation]]] = {
    "shl": _shl_by, "lshr": _lshr_by, "ashr": _ashr_by, "rotl": _rotl_by, "mul": _mul_by,
}  # fmt: skip
COMPARISONS: Final = frozenset({"ult", "ule", "slt", "sle", "eq", "ne"})
COMMUTING: Final = frozenset({"and", "or", "xor", "add", "mul", "min", "max", "eq", "ne"})
SLOW: Final = frozenset({"mul", "udiv", "urem", "div", "mod", "shl", "lshr", "ashr", "rotl"})
"""Done lane by lane where both arguments vary."""
SHIFTS: Final = frozenset({"shl", "lshr", "ashr", "rotl"})
_STOPS: Final[dict[str, Operation]] = {
    "udiv": _by_zero, "urem": _by_zero, "div": _by_zero_or_beyond, "mod": _by_zero,
}  # fmt: skip
_EXACT_STOPS: Final[dict[str, Operation]] = {
    **_STOPS, "add": _add_overflows, "sub": _sub_overflows, "mul": _mul_overflows, "shl": _shl_overflows, "neg": _least,
    "abs": _least,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Component:
    """An operation on `arity` words. With a `constant` that is its second argument; `mask` makes all ones of a comparison that
    holds. `stops` gives, where there is such a thing, the lanes in which it stops.
    """

    name: str
    arity: int
    constant: int | None
    mask: bool
    apply: Operation = field(repr=False)
    stops: Operation | None = field(repr=False)

    @property
    def commutes(self) -> bool:
        return self.arity == 2 and self.name in COMMUTING

    @property
    def slow(self) -> bool:
        return self.arity == 2 and self.name in SLOW

    @property
    def truth(self) -> bool:
        """Whether the result is 0 or 1 for no or yes."""
        return self.name in COMPARISONS and not self.mask

    def __str__(self) -> str:
        constant = "" if self.constant is None else f":{self.constant:#x}" if self.constant > 99 else f":{self.constant}"
        return f"{'-' * self.mask}{self.name}{constant}"


CHOICE: Final = Component("choice", 3, None, False, _choice, None)
"""The second word where the first is not zero, else the third. A stop on the way to either counts."""


def component(text: str, *, exact: bool = False) -> Component:
    """The component that `text` names: `and`, `neg`, `lshr:2` and `and:0x0f` with a constant, `-ult` for all ones where it holds.
    With `exact` signed arithmetic stops where the result does not fit. Raises ValueError for a name that is none.
    """
    named, _, number = text.partition(":")
    name, mask = named.removeprefix("-"), named.startswith("-")
    stops = (_EXACT_STOPS if exact else _STOPS).get(name)
    if name in _UNARY and not number and not mask:
        return Component(name, 1, None, False, _UNARY[name], stops)
    if name not in _BINARY or (mask and name not in COMPARISONS):
        raise ValueError(f"no component {text}")
    binary = _BINARY[name]
    apply = (lambda v, a, b: binary(v, a, b) * v.mask) if mask else binary
    if not number:
        return Component(name, 2, None, mask, apply, stops)
    c = int(number, 0)
    fast = _BY_CONSTANT.get(name)
    by_constant = fast(c) if fast else lambda v, a: apply(v, a, v.spread(c))
    stopping = (lambda v, a: stops(v, a, v.spread(c))) if stops else None
    return Component(name, 1, c, mask, by_constant, stopping)

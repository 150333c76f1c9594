"""How primitives become stencil families: look-up tables for instance selection. And `of_fields`.

Imports `ir` and `stencil.families` only.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Final, NamedTuple

from siglum.ir.primitives import PRIMITIVES
from siglum.ir.types import WIDTHS, Type
from siglum.stencil.families import (
    FAMILIES,
    FLOAT_BINARY,
    INTEGER_BINARY,
    INTEGER_UNARY,
    NEAR_LOADS,
    NEAR_REGISTERS,
    NEAR_STORES,
    REGISTER_KINDS,
    element_family,
)

of_fields: Final = tuple.__new__
"""`of_fields(T, (a, b))` is `T(a, b)` for a NamedTuple `T`, at a third of the cost."""


class Binary(NamedTuple):
    """The families of a two-address primitive by its second operand; `vi` and `iv` are "" where there is none."""

    vv: str
    vs: str
    vi: str
    iv: str
    commutes: bool
    stops: bool
    base: int


def _binary() -> dict[str, Binary]:
    found = {}
    for name in INTEGER_BINARY:
        row = PRIMITIVES[name]
        swapped = f"{name}.iv" if f"{name}.iv" in FAMILIES else ""
        found[name] = Binary(f"{name}.vv", f"{name}.vs", f"{name}.vi", swapped, row.commutes, bool(row.stop), 0)
    for name in FLOAT_BINARY:
        found[name] = Binary(f"{name}.xx", f"{name}.xs", "", "", PRIMITIVES[name].commutes, False, 8)
    return found


BINARY: Final = _binary()


IDEMPOTENT: Final = frozenset(("and", "or", "min", "max", "fmin", "fmax"))
"""Primitives that give back `x` for `x` and `x`."""


class Unary(NamedTuple):
    """A family `operand 0 := primitive(operand 1)`: the first register of the result's class and of the argument's."""

    family: str
    target: int
    source: int
    stops: bool


def _unary() -> dict[str, Unary]:
    found = {name: Unary(f"{name}.v", 0, 0, bool(PRIMITIVES[name].stop)) for name in INTEGER_UNARY}
    for name in ("fsqrt", "fneg", "fabs", "ffloor", "fceil", "ftrunc", "canonical", "narrow_f32"):
        found[name] = Unary(f"{name}.x", 8, 8, False)
    for name in ("to_int", "float_bits"):
        found[name] = Unary(f"{name}.vx", 0, 8, bool(PRIMITIVES[name].stop))
    for name in ("to_float", "to_float_u", "float_from_bits"):
        found[name] = Unary(f"{name}.xv", 8, 0, False)
    return found


UNARY: Final = _unary()

NEGATED: Final = {"eq": ("ne", False), "ne": ("eq", False), "lt": ("le", True), "le": ("lt", True),
                  "lt_u": ("le_u", True), "le_u": ("lt_u", True), "feq": ("fne", False), "fne": ("feq", False)}  # fmt: skip
"""Comparison to its opposite, and whether the operands change places."""

LOAD: Final = {t: "load." + element_family(t) for t in WIDTHS}
"""Scalar element type to the family that loads it."""
STORE: Final = {t: f"store.{t.kind if t.kind in ('f32', 'f64') else 8 * WIDTHS[t]}" for t in WIDTHS}
"""Scalar element type to the family that stores it."""


def _near(families: dict[Type, str], near: tuple[str, ...]) -> dict[Type, dict[int, str]]:
    return {
        t: {register: f"near{register}.{family}" for register in NEAR_REGISTERS}
        for t, family in families.items()
        if family.partition(".")[2] in near and t.kind != "f32"
    }


NEAR_LOAD: Final = _near(LOAD, NEAR_LOADS)
"""Element types whose loads take the base from a register as well, to the families by that register."""
NEAR_STORE: Final = _near(STORE, NEAR_STORES)
"""The same for stores."""


class Jumps(NamedTuple):
    """The families of an integer comparison's jumps; `sv` and `iv` are "" where the operands may change places."""

    vv: str
    vs: str
    vi: str
    sv: str
    iv: str


def _jumps(name: str) -> Jumps:
    found = [f"j.{name}.{kinds}" for kinds in Jumps._fields]
    return Jumps(*[family if family in FAMILIES else "" for family in found])


JUMPS: Final = {name: _jumps(name) for name in ("eq", "ne", "lt", "le", "lt_u", "le_u")}


def _registers_of(kinds: str) -> Callable[[tuple[int, ...]], tuple[int, ...]]:
    at = [k for k, kind in enumerate(kinds) if kind in REGISTER_KINDS]
    if not at:
        return itemgetter(slice(0))
    first, last = at[0], at[-1]
    together = len(at) == last + 1 - first
    return itemgetter(slice(first, last + 1)) if together else itemgetter(*at)


REGISTERS_OF: Final = {name: _registers_of(family.kinds) for name, family in FAMILIES.items()}
"""Family to the function that gives the registers among its operands."""

"""How primitives become stencil families: look-up tables for instance selection.

Imports `ir` and `stencil.families` only.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from siglum.ir.primitives import PRIMITIVES
from siglum.ir.types import WIDTHS, Type
from siglum.stencil.families import (
    FAMILIES,
    FLOAT_BINARY,
    INTEGER_BINARY,
    INTEGER_UNARY,
    NEAR_LOADS,
    NEAR_STORES,
    REGISTER_KINDS,
    element_family,
)


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

STORE_WIDTH: Final = {1: "store.8", 2: "store.16", 4: "store.32", 8: "store.64"}


def load_family(t: Type) -> str:
    """The family that loads a scalar element of type `t`."""
    return "load." + element_family(t)


def store_family(t: Type) -> str:
    """The family that stores a scalar element of type `t`."""
    return f"store.{t.kind}" if t.kind in ("f32", "f64") else STORE_WIDTH[WIDTHS[t]]


_SCALARS: Final = [t for t in WIDTHS if t.kind != "f32"]
NEAR_LOAD: Final = {t.kind: element_family(t) for t in _SCALARS if element_family(t) in NEAR_LOADS}
"""Element types whose loads take the base from a register as well, with the families' last part."""
NEAR_STORE: Final = {
    t.kind: store_family(t).removeprefix("store.") for t in _SCALARS if store_family(t).removeprefix("store.") in NEAR_STORES
}
"""The same for stores."""

REGISTERS_AT: Final = {
    name: tuple([k for k, kind in enumerate(family.kinds) if kind in REGISTER_KINDS]) for name, family in FAMILIES.items()
}
"""Family to the positions of its register operands."""

"""Contracts of what touches arrays, the arena, wide sums and float lanes.

Imports `smt`, `scene`, `cells` and `values` only.
"""

from __future__ import annotations

from typing import Final

from siglum.check.stencils.cells import Window
from siglum.check.stencils.scene import Contract, Scene, bits32, widen32
from siglum.check.stencils.values import Build, going_on, read_slots
from siglum.smt import bits
from siglum.smt.terms import Term
from siglum.stencil.families import FAMILIES

SIZES: Final = {
    "i8": 1, "u8": 1, "i16": 2, "u16": 2, "i32": 4, "u32": 4, "i64": 8, "f32": 4, "f64": 8, "8": 1, "16": 2, "32": 4, "64": 8,
}  # fmt: skip
UNIT: Final = 16
"""Bytes that the arena gives at a time."""
LANES: Final = 8
NEGATIVE_ZERO: Final = 1 << 63


# Elements: the index is within the array, which the witness checker sees to -----------------------------------------
def _widened(name: str, found: Term) -> Term:
    if name == "f32":
        return widen32(found)
    return found.sext(64) if name[0] == "i" else found.zext(64)


def _narrowed(name: str, value: Term) -> Term:
    return bits32(value) if name == "f32" else value.bits(8 * SIZES[name] - 1, 0)


def _load(s: Scene) -> Contract:
    name = s.family.name.split(".")[-1]
    base, index = (_near(s), s.value(1)) if s.family.name.startswith("near") else (s.at_slot(1), s.value(2))
    size = SIZES[name]
    address = base + index * size
    found = s.memory.cell("array", address, size)
    return Contract(going_on(s, {s.name(0): _widened(name, found)}), (), (*read_slots(s), Window("array", address, size, size)))


def _store(s: Scene) -> Contract:
    name = s.family.name.split(".")[-1]
    near = s.family.name.startswith("near")
    base, index, value = (_near(s), s.value(0), s.value(1)) if near else (s.at_slot(0), s.value(1), s.value(2))
    size = SIZES[name]
    address = base + index * size
    ways = going_on(s, array=((address, _narrowed(name, value)),))
    return Contract(ways, (), (*read_slots(s), Window("array", address, size, size, writes=True)))


def _near(s: Scene) -> Term:
    """The base, in the register that the family names."""
    return s.v[int(s.family.name[len("near")])]


def _component(s: Scene, array: int, index: int) -> Term:
    return s.at_slot(array) + s.value(index) * s.hole(3) + s.hole(4)


def _cell_load(s: Scene) -> Contract:
    address = _component(s, 1, 2)
    found = s.memory.cell("array", address)
    windows = (s.slots(1), Window("array", address, 8))
    if s.family.kinds[0] != "s":
        return Contract(going_on(s, {s.name(0): found}), (), windows)
    return Contract(going_on(s, frame=((s.slot(0), found),)), (), (s.slots(0, writes=True), *windows))


def _cell_store(s: Scene) -> Contract:
    address = _component(s, 0, 1)
    windows = (*read_slots(s), Window("array", address, 8, writes=True))
    return Contract(going_on(s, array=((address, s.value(2)),)), (), windows)


# Whole arrays -------------------------------------------------------------------------------------------------------
def _pair(s: Scene, base: Term, length: Term) -> tuple[tuple[Term, Term], ...]:
    """The array at operand 0 becomes this one."""
    return (s.slot(0), base), (s.slot(0, 1), length)


def _data(s: Scene) -> Contract:
    return Contract(going_on(s, frame=_pair(s, s.hole(1), s.hole(2))), (), (s.slots(0, 2, writes=True),))


def _fresh(s: Scene) -> Contract:
    """Takes whole units, so that `arena_next` stays aligned."""
    count, size = s.value(1), s.hole(2)
    start, available = s.field("arena_next"), s.field("arena_end") - s.field("arena_next")
    wanted = count * size
    exactly = wanted.zext(65) + (UNIT - 1) & -UNIT
    stops = bits.unsigned_mul_overflows(count, size) | available.zext(65).ult(exactly)
    taken = wanted + (UNIT - 1) & -UNIT
    ways = going_on(s, stops=stops, frame=_pair(s, start, count), context=((s.context, start + taken),))
    # the arena is a region below 2^63 and starts at a unit
    given = (start.bits(3, 0).is_(0), available.slt(0).is_(s.terms.false))
    windows = (s.slots(0, 2, writes=True), *s.in_context("arena_end"), *s.in_context("arena_next", writes=True)[1:])
    return Contract(ways, given, windows, loop="zeroing" if s.family.name == "alloc" else "")


def _array(s: Scene) -> Contract:
    count = s.value(2)
    stops = s.at_slot(1, 1).ult(count)
    ways = going_on(s, stops=stops, frame=_pair(s, s.at_slot(1), count))
    return Contract(ways, (), (s.slots(0, 2, writes=True), s.slots(1, 2)))


def _view(s: Scene) -> Contract:
    start, count, length = s.value(2), s.value(3), s.at_slot(1, 1)
    stops = length.ult(start) | (length - start).ult(count)
    ways = going_on(s, stops=stops, frame=_pair(s, s.at_slot(1) + start * s.hole(4), count))
    return Contract(ways, (), (s.slots(0, 2, writes=True), s.slots(1, 2)))


# Wide sums and lanes ------------------------------------------------------------------------------------------------
def _wide_add(s: Scene) -> Contract:
    low, x = s.value(0), s.value(1)
    total = low + x
    # what the exact sum has beyond the signed low word, in units of 2^64
    carry = (low.sext(66) + x.sext(66) - total.sext(66)).bits(65, 64).sext(64)
    ways = going_on(s, {s.name(0): total}, frame=((s.slot(2), s.at_slot(2) + carry),))
    return Contract(ways, (), (s.slots(2, writes=True),))


def _wide_fit(s: Scene) -> Contract:
    return Contract(going_on(s, stops=s.at_slot(1).isnt(0)), (), read_slots(s))


def _lanes(s: Scene) -> Contract:
    stores = tuple((s.slot(0, k), s.const(NEGATIVE_ZERO)) for k in range(LANES))
    return Contract(going_on(s, frame=stores), (), (s.slots(0, LANES, writes=True),))


def _lanes_add(s: Scene) -> Contract:
    lane = s.slot(0) + ((s.value(1) & 7) << 3)
    total = s.machine.fadd(s.memory.cell("frame", lane), s.value(2))
    return Contract(going_on(s, frame=((lane, total),)), (), (Window("frame", lane, 8, writes=True),))


def _lanes_add8(s: Scene) -> Contract:
    first = s.at_slot(1) + (s.value(2) << 3)
    stores = tuple((s.slot(0, k), s.machine.fadd(s.at_slot(0, k), s.memory.cell("array", first + 8 * k))) for k in range(LANES))
    windows = (s.slots(0, LANES, writes=True), s.slots(1), Window("array", first, 8 * LANES))
    return Contract(going_on(s, frame=stores), (), windows)


def _lanes_total(s: Scene) -> Contract:
    lanes = [s.at_slot(1, k) for k in range(LANES)]
    for half in (4, 2, 1):
        lanes = [s.machine.fadd(lanes[k], lanes[k + half]) for k in range(half)]
    return Contract(going_on(s, {s.name(0): lanes[0]}), (), (s.slots(1, LANES),))


OWN: Final[dict[str, Build]] = {
    **{name: _load for name, family in FAMILIES.items() if family.primitive == "load" and not name.startswith("cell")},
    **{name: _store for name, family in FAMILIES.items() if family.primitive == "store" and not name.startswith("cell")},
    **{name: _cell_load for name in FAMILIES if name.startswith("cell.load.")},
    **{name: _cell_store for name in FAMILIES if name.startswith("cell.store.")},
    "data": _data, "alloc": _fresh, "reserve": _fresh, "array": _array, "view": _view,
    "wide_add": _wide_add, "wide_fit": _wide_fit,
    "lanes": _lanes, "lanes_add": _lanes_add, "lanes_add8": _lanes_add8, "lanes_total": _lanes_total,
}  # fmt: skip

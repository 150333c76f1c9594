"""Contracts of what computes with registers, slots and numbers: arithmetic, comparisons, jumps, choices, moves.

The meaning is the primitive's row over terms; said here is where operands come from and where results go. Imports `ir`,
`smt`, `scene` and `cells` only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from siglum.check.stencils.cells import Stores, Window
from siglum.check.stencils.scene import Contract, Scene, Way
from siglum.ir.primitives import PRIMITIVES
from siglum.smt import bits
from siglum.smt.terms import BOOL, Term

Build = Callable[[Scene], Contract]
DIVIDING: Final = ("floordiv", "mod", "div_u", "mod_u")
"""Their divisor is not zero: the verifier and the witness checker see to it."""


def meaning(s: Scene, *arguments: Term) -> tuple[Term, Term]:
    """What the family's primitive gives for its arguments, as a word, and whether it stops."""
    machine = PRIMITIVES[s.family.primitive].machine
    assert machine is not None, s.family.name
    s.machine.stops.clear()
    extra = () if s.family.attr is None else (s.family.attr,)
    result: Term = machine(s.machine, *arguments, *extra)
    stops = s.terms.any_of(s.machine.stops)
    return (bits.word(result, 64) if result.width == BOOL else result), stops


def truth(s: Scene, *arguments: Term) -> Term:
    """What the family's primitive, a comparison, says of its arguments."""
    machine = PRIMITIVES[s.family.primitive].machine
    assert machine is not None, s.family.name
    found: Term = machine(s.machine, *arguments)
    assert found.width == BOOL
    return found


def read_slots(s: Scene) -> tuple[Window, ...]:
    """The slot operands, to be read."""
    return tuple(s.slots(k) for k, kind in enumerate(s.family.kinds) if kind == "s")


def going_on(s: Scene, registers: dict[str, Term] | None = None, stops: Term | None = None, **stores: Stores) -> tuple[Way, ...]:
    """On to the next instance with these changes; where it stops, by the stop edge with none that matter."""
    if stops is None:
        return (Way("next", s.terms.true, registers or {}, stores),)
    return Way("next", ~stops, registers or {}, stores), Way("stop", stops, loose=True)


# The common forms -----------------------------------------------------------------------------------------------
def _applied(s: Scene, *arguments: Term) -> Contract:
    result, stops = meaning(s, *arguments)
    given = (arguments[1].isnt(0),) if s.family.primitive in DIVIDING else ()
    stopping = stops if "k" in s.family.kinds else None
    assert stopping is not None or stops is s.terms.false, s.family.name
    return Contract(going_on(s, {s.name(0): result}, stopping), given, read_slots(s))


def binary(s: Scene) -> Contract:
    return _applied(s, s.value(0), s.value(1))


def binary_swapped(s: Scene) -> Contract:
    return _applied(s, s.value(1), s.value(0))


def unary(s: Scene) -> Contract:
    return _applied(s, s.value(1))


def _jumping(s: Scene, taken: Term, registers: dict[str, Term] | None = None) -> Contract:
    changed = registers or {}
    return Contract((Way("taken", taken, changed), Way("next", ~taken, changed)), (), read_slots(s))


def jump(s: Scene) -> Contract:
    return _jumping(s, truth(s, s.value(0), s.value(1)))


def jump_swapped(s: Scene) -> Contract:
    return _jumping(s, truth(s, s.value(1), s.value(0)))


def jump_unless(s: Scene) -> Contract:
    return _jumping(s, ~truth(s, s.value(0), s.value(1)))


FORMS: Final[dict[str, Build]] = {
    "binary": binary, "binary swapped": binary_swapped, "unary": unary,
    "jump": jump, "jump swapped": jump_swapped, "jump unless": jump_unless,
}  # fmt: skip


# Families of their own --------------------------------------------------------------------------------------------
def _float_compare(s: Scene) -> Contract:
    result, _ = meaning(s, s.value(0), s.value(1))
    return Contract(going_on(s, {"v0": result}))


def _select(s: Scene) -> Contract:
    return Contract(going_on(s, {s.name(0): s.v[0].isnt(0).ite(s.value(0), s.value(1))}))


def _latch(s: Scene) -> Contract:
    counted = s.value(0) + 1
    bound = counted if s.number[1] == s.number[0] else s.value(1)
    return _jumping(s, counted.slt(bound), {s.name(0): counted})


def _move(s: Scene) -> Contract:
    return Contract(going_on(s, {s.name(0): s.value(1)}), (), read_slots(s))


def _set_slot(s: Scene) -> Contract:
    ways = going_on(s, frame=((s.slot(0), s.value(1)),))
    return Contract(ways, (), (s.slots(0, writes=True), *read_slots(s)[1:]))


OWN: Final[dict[str, Build]] = {
    **dict.fromkeys(("feq.xx", "fne.xx", "flt.xx", "fle.xx"), _float_compare),
    **dict.fromkeys(("select.vv", "select.xx"), _select),
    "j.true.v": lambda s: _jumping(s, s.value(0).isnt(0)),
    "j.false.v": lambda s: _jumping(s, s.value(0).is_(0)),
    "jmp": lambda s: Contract((Way("taken", s.terms.true),)),
    **dict.fromkeys(("latch.vv", "latch.vs", "latch.vi"), _latch),
    **dict.fromkeys(("mov.vv", "mov.xx", "ld.vs", "ld.xs", "const.vi", "const.vq", "const.xq"), _move),
    **dict.fromkeys(("st.sv", "st.sx", "mov.ss", "const.si"), _set_slot),
}  # fmt: skip

"""A stencil's bytes made ready to run as terms: its fields filled or open, its jumps led to places that tell which they are.

Imports `smt`, `stencil.table` and `scene` only.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from siglum.check.stencils.scene import Scene
from siglum.smt.terms import Term
from siglum.stencil.table import Hole, Stencil

COLD_AT: Final = 1 << 12
"""Where the cold part stands for a proof; its jump and the one back are relative, so the distance does not matter."""
_AWAY: Final = 1 << 20
_EXITS: Final = {"t": "taken", "k": "stop", "c": "call"}


class Malformed(Exception):
    """A stencil whose holes do not fit its code: the text says why."""


class Open(dict[int, Term]):
    """The symbols in fields by the fields' offsets, and which of them the model has asked for."""

    def __init__(self, known: dict[int, Term]) -> None:
        super().__init__(known)
        self.used: set[int] = set()

    def get(self, key: int, default: Term | None = None) -> Term | None:  # type: ignore[override]
        self.used.add(key)
        return super().get(key, default)

    def __getitem__(self, key: int) -> Term:
        self.used.add(key)
        return super().__getitem__(key)


class Ready(NamedTuple):
    """`code` with the cold part at `COLD_AT`; `end` is where the next instance starts; `fields` are the symbols; `jumps` tell
    of each jump's field where it leads; `exits` of the places outside which exit they are; `widths` are those of all fields.
    """

    code: bytes
    end: int
    cold: range
    fields: dict[int, Term]
    jumps: dict[int, int]
    exits: dict[int, str]
    widths: dict[int, int]


def ready(scene: Scene, stencil: Stencil) -> Ready:
    """The stencil of a scene. Raises `Malformed`."""
    end = len(stencil.code)
    if end > COLD_AT:
        raise Malformed("too long")
    code = bytearray(stencil.code)
    if stencil.cold:
        code += bytes(COLD_AT - end) + stencil.cold
    fields: dict[int, Term] = {}
    jumps: dict[int, int] = {}
    exits: dict[int, str] = {}
    widths: dict[int, int] = {}
    for start, size, holes in ((0, end, stencil.holes), (COLD_AT, len(stencil.cold), stencil.cold_holes)):
        last = 0
        for hole in holes:
            if hole.offset < last or hole.offset + hole.width > size:
                raise Malformed("holes overlap or leave the code")
            last = hole.offset + hole.width
            place = start + hole.offset
            widths[place] = hole.width
            if hole.kind in "tkcon":
                if hole.width != 4 or (hole.kind in _EXITS and scene.family.kinds[hole.operand] != hole.kind):
                    raise Malformed("a jump's field has four bytes, and an operand of its kind")
                target = _target(hole, end, exits)
                jumps[place] = target
                code[place : place + 4] = (target - place + hole.addend).to_bytes(4, "little", signed=True)
            else:
                fields[place] = _word(scene, hole, place)
    return Ready(bytes(code), end, range(COLD_AT, COLD_AT + len(stencil.cold)), fields, jumps, exits, widths)


def _target(hole: Hole, end: int, exits: dict[int, str]) -> int:
    if hole.kind in "on":
        return end if hole.kind == "n" else COLD_AT
    target = _AWAY * (1 + "tkc".index(hole.kind))
    exits[target] = _EXITS[hole.kind]
    return target


def _word(scene: Scene, hole: Hole, place: int) -> Term:
    """What the field stands for, as a 64-bit word."""
    if hole.kind != scene.family.kinds[hole.operand] or hole.width not in (1, 4, 8):
        raise Malformed("a hole of another kind than its operand")
    value = scene.hole(hole.operand) + hole.addend
    if hole.kind == "d":
        return value - scene.base - place
    if hole.width == 1:
        if hole.addend:
            raise Malformed("a shift count with an addend")
        return value.bits(5, 0).zext(64)
    return value

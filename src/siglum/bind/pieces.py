"""Stencils made ready for the linker: holes sorted by what fills them, those that are alike in every instance filled.

Imports `stencil` only.
"""

from __future__ import annotations

import struct
from functools import cache
from typing import Final, NamedTuple

from siglum.stencil.table import Hole, Table

Number = tuple[int, int, int, int, int]
"""A field for a number: offset, width, which operand, what the operand is multiplied by, addend."""
Aim = tuple[int, str, int, int]
"""A field of 4 bytes for a distance: offset, kind, which operand, addend."""
Bound = tuple[int, int]
"""A field of 4 bytes for a distance between hot and cold code: offset, addend."""
_FIELD_4: Final = struct.Struct("<i")


class Cold(NamedTuple):
    """A stencil's cold part: its `entries` are fields of the hot code, its `returns` fields of its own."""

    code: bytes
    numbers: tuple[Number, ...]
    entries: tuple[Bound, ...]
    returns: tuple[Bound, ...]


class Piece(NamedTuple):
    """A stencil: the length of its code, the code, its fields, its cold part."""

    length: int
    code: bytes
    numbers: tuple[Number, ...]
    aims: tuple[Aim, ...]
    cold: Cold | None


class Pieces(dict[tuple[str, tuple[int, ...]], Piece]):
    """The pieces of a table by family and registers, each made when it is first wanted."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table

    def __missing__(self, key: tuple[str, tuple[int, ...]]) -> Piece:
        code, holes, cold_code, cold_holes = self.table.stencil(*key)
        filled = bytearray(code)
        for offset, addend in _bounds(holes, "n"):
            _FIELD_4.pack_into(filled, offset, len(code) - offset + addend)
        aims = tuple([(hole.offset, hole.kind, hole.operand, hole.addend) for hole in holes if hole.kind in "tkcd"])
        for hole in cold_holes:
            if hole.kind not in "sizn":
                raise ValueError(f"a cold part cannot hold a field of kind {hole.kind}")
        cold = Cold(cold_code, _numbers(cold_holes), _bounds(holes, "o"), _bounds(cold_holes, "n")) if cold_code else None
        found = self[key] = Piece(len(code), bytes(filled), _numbers(holes), aims, cold)
        return found


def _numbers(holes: tuple[Hole, ...]) -> tuple[Number, ...]:
    return tuple([(h.offset, h.width, h.operand, 8 if h.kind == "s" else 1, h.addend) for h in holes if h.kind in "siqz"])


def _bounds(holes: tuple[Hole, ...], kind: str) -> tuple[Bound, ...]:
    return tuple([(hole.offset, hole.addend) for hole in holes if hole.kind == kind])


@cache
def pieces_of(table: Table) -> Pieces:
    """The pieces of a table."""
    return Pieces(table)

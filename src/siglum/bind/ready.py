"""Instances made ready for the linker: all their bytes but the distances to other instances.

Imports `stencil` and `bind.tables` only.
"""

from __future__ import annotations

import struct
from functools import cache
from typing import Final, NamedTuple

from siglum.bind.tables import REGISTERS_OF
from siglum.stencil.table import REACH, Hole, Table

Aim = tuple[int, str, int, int]
"""A field of 4 bytes for the distance to another place of the image: offset, kind, operand, addend."""
Link = tuple[int, int]
"""A field of 4 bytes for the distance between code and cold code: offset, addend."""
_FIELD_4: Final = struct.Struct("<i")
KEPT: Final = 1 << 13
"""How many instances of a table are kept at most."""


class Cold(NamedTuple):
    """A cold part: the fields in the code that lead to it, and its own that lead back past the end of the code."""

    code: bytes
    entries: tuple[Link, ...]
    returns: tuple[Link, ...]


class Ready(NamedTuple):
    """An instance wherever it may stand."""

    length: int
    code: bytes
    aims: tuple[Aim, ...]
    cold: Cold | None


class Instances(dict[tuple[str, tuple[int, ...]], Ready]):
    """Instances of a table by family and operands, each made ready when it is wanted. Where an operand does not fit its field
    that raises struct.error or ValueError.
    """

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table

    def __missing__(self, key: tuple[str, tuple[int, ...]]) -> Ready:
        family, operands = key
        code, holes, cold_code, cold_holes = self.table.stencil(family, REGISTERS_OF[family](operands))
        filled = bytearray(code)
        _fill(filled, holes, operands)
        for offset, addend in _links(holes, "n"):
            _FIELD_4.pack_into(filled, offset, len(code) - offset + addend)
        aims = tuple([(h.offset, h.kind, operands[h.operand], h.addend) for h in holes if h.kind in "tkcd"])
        cold = None
        if cold_code:
            if any(hole.kind not in "siqzn" for hole in cold_holes):
                raise ValueError(f"the cold part of `{family}` holds a field of a kind that none may hold")
            cold_filled = bytearray(cold_code)
            _fill(cold_filled, cold_holes, operands)
            cold = Cold(bytes(cold_filled), _links(holes, "o"), _links(cold_holes, "n"))
        if len(self) >= KEPT:
            self.clear()
        found = self[key] = Ready(len(code), bytes(filled), aims, cold)
        return found


@cache
def instances_of(table: Table) -> Instances:
    """The instances of a table; they recur from program to program."""
    return Instances(table)


def _fill(code: bytearray, holes: tuple[Hole, ...], operands: tuple[int, ...]) -> None:
    """Fills the fields for numbers: 4 bytes, signed; 8 bytes, modulo 2^64; 1 byte, a shift count, modulo 64."""
    low, high = REACH[8]
    for offset, width, kind, operand, addend in holes:
        if kind in "siqz":
            value = operands[operand] * (8 if kind == "s" else 1) + addend
            if width == 4:
                _FIELD_4.pack_into(code, offset, value)
            elif width == 1:
                code[offset] = value & 63
            elif low <= value <= high:
                code[offset : offset + 8] = (value & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "little")
            else:
                raise ValueError(f"{value} does not fit 8 bytes")


def _links(holes: tuple[Hole, ...], kind: str) -> tuple[Link, ...]:
    return tuple([(hole.offset, hole.addend) for hole in holes if hole.kind == kind])

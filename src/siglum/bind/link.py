"""Instances to bytes: stencils laid end to end, every hole filled and range-checked.

Imports `stencil`, `records` and `bind.tables` only.
"""

from __future__ import annotations

import struct
from typing import Final

from siglum.bind.tables import REGISTERS_AT
from siglum.records import Instance
from siglum.stencil.table import REACH, Stencil, Table

Emitted = tuple[str, tuple[int, ...], int]
Deferred = tuple[int, str, int, int]
"""A field of 4 bytes whose target is not placed yet: place, kind, operand, addend."""
_FIELD_4: Final = struct.Struct("<i")
LINE: Final = 64
"""Bytes of code that a processor fetches together; images lie at multiples of it."""
LONGEST_NOP: Final = 9


class Linker:
    """The code of an image as it grows. `data_start` is where constants lie once all blocks are in."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.code = bytearray()
        self.later: list[Deferred] = []

    def block(
        self, emitted: list[Emitted], label_at: list[int], stub_at: dict[int, int], loops: list[tuple[int, int]]
    ) -> tuple[list[Instance], list[int]]:
        """Appends a block. `label_at` is each label's instance, `stub_at` each stop site's, `loops` the innermost loops' first
        and last; padding before them goes into the three lists. Gives the instances and the offset of each, one more
        at the end. Raises struct.error where a value does not fit its field.
        """
        code, fill = self.code, _FIELD_4.pack_into
        stencils = self.stencils(emitted)
        if loops:
            self.pad(emitted, stencils, label_at, stub_at, loops)
        offsets: list[int] = []
        jumps: list[tuple[int, int]] = []
        cold = []
        for k, (hot, holes, rare, _) in enumerate(stencils):
            start = len(code)
            offsets.append(start)
            code += hot
            if holes:
                operands = emitted[k][1]
                for offset, width, kind, operand, addend in holes:
                    if width == 4:
                        if kind == "s":
                            fill(code, start + offset, 8 * operands[operand] + addend)
                        elif kind == "t":
                            jumps.append((start + offset, label_at[operands[operand]]))
                            fill(code, start + offset, addend)
                        elif kind == "k":
                            jumps.append((start + offset, stub_at[operands[operand]]))
                            fill(code, start + offset, addend)
                        elif kind in "iz":
                            fill(code, start + offset, operands[operand] + addend)
                        elif kind == "n":
                            fill(code, start + offset, len(hot) - offset + addend)
                        elif kind != "o":
                            self.later.append((start + offset, kind, operands[operand], addend))
                    else:
                        self.wide(start + offset, width, operands[operand] + addend)
            if rare:
                cold.append(k)
        offsets.append(len(code))
        for place, target in jumps:
            (addend,) = _FIELD_4.unpack_from(code, place)
            fill(code, place, offsets[target] - place + addend)
        colds = {k: self.cold(stencils[k], emitted[k][1], offsets[k]) for k in cold}
        make = Instance._make
        instances = []
        for k, (family, operands, origin) in enumerate(emitted):
            start = offsets[k]
            instances.append(make((family, operands, start, offsets[k + 1] - start, origin, colds.get(k, -1))))
        return instances, offsets

    def cold(self, stencil: Stencil, operands: tuple[int, ...], start: int) -> int:
        """Appends the cold part of the instance at `start`; gives its offset."""
        code, fill = self.code, _FIELD_4.pack_into
        here = len(code)
        code += stencil.cold
        for offset, _, kind, _, addend in stencil.holes:
            if kind == "o":
                fill(code, start + offset, here - start - offset + addend)
        for offset, width, kind, operand, addend in stencil.cold_holes:
            place = here + offset
            if kind == "n":
                fill(code, place, start + len(stencil.code) - place + addend)
            elif width == 4 and kind in "siz":
                fill(code, place, operands[operand] * (8 if kind == "s" else 1) + addend)
            else:
                raise ValueError(f"a cold part cannot hold a field of kind {kind}")
        return here

    def wide(self, place: int, width: int, value: int) -> None:
        """Fills a field of 8 bytes, modulo 2^64, or a shift count, modulo 64."""
        if width == 1:
            self.code[place] = value & 63
        else:
            low, high = REACH[8]
            if not low <= value <= high:
                raise ValueError(f"{value} does not fit 8 bytes")
            self.code[place : place + 8] = (value & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "little")

    def stencils(self, emitted: list[Emitted]) -> list[Stencil]:
        """The stencil of each instance."""
        stencil_of, find = self.table.stencil, REGISTERS_AT
        found = []
        for family, operands, _ in emitted:
            at = find[family]
            if at == _FIRST:
                registers = operands[:1]
            elif at == _FIRST_TWO:
                registers = operands[:2]
            else:
                registers = tuple([operands[k] for k in at])
            found.append(stencil_of(family, registers))
        return found

    def pad(
        self,
        emitted: list[Emitted],
        stencils: list[Stencil],
        label_at: list[int],
        stub_at: dict[int, int],
        loops: list[tuple[int, int]],
    ) -> None:
        """Puts padding before loops that would lie in more lines of code than they must."""
        at, k = len(self.code), 0
        insertions: list[tuple[int, list[str]]] = []
        for first, last in sorted(loops):
            at += sum([len(stencil[0]) for stencil in stencils[k:first]])
            k = first
            length = sum([len(stencil[0]) for stencil in stencils[first : last + 1]])
            into = at % LINE
            if into and -(-(into + length) // LINE) > -(-length // LINE):
                full, rest = divmod(LINE - into, LONGEST_NOP)
                names = [f"nop.{LONGEST_NOP}"] * full + ([f"nop.{rest}"] if rest else [])
                insertions.append((first, names))
                at += LINE - into
        for first, names in reversed(insertions):
            emitted[first:first] = [(name, (), -1) for name in names]
            stencils[first:first] = [self.table.stencil(name) for name in names]
            count = len(names)
            label_at[:] = [at + count if at >= first else at for at in label_at]
            for site, at in stub_at.items():
                stub_at[site] = at + count

    def finish(self, blocks: list[int], data: bytes, alignment: int) -> int:
        """Appends the constants, aligned as their elements; aims what referred to blocks and constants. The constants' offset."""
        self.code += b"\0" * (-len(self.code) % alignment)
        start = len(self.code)
        self.code += data
        for place, kind, operand, addend in self.later:
            target = blocks[operand] if kind == "c" else start + operand
            _FIELD_4.pack_into(self.code, place, target - place + addend)
        return start


_FIRST: Final = (0,)
_FIRST_TWO: Final = (0, 1)

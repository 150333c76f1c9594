"""Instances to bytes: stencils laid end to end, every hole filled and range-checked.

Imports `stencil`, `records` and `bind.tables` only.
"""

from __future__ import annotations

from typing import Final

from siglum.bind.tables import REGISTERS_AT
from siglum.records import Instance
from siglum.stencil.table import REACH, Stencil, Table

Deferred = tuple[int, int, str, int, int]
"""A field whose target is not placed yet: place, width, kind, operand, addend."""
_SHIFT_MASK: Final = 63
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
        self,
        emitted: list[tuple[str, tuple[int, ...], int]],
        label_at: list[int],
        stub_at: dict[int, int],
        loops: list[tuple[int, int]],
    ) -> tuple[list[Instance], list[int]]:
        """Appends a block. `label_at` is each label's instance, `stub_at` each stop site's, `loops` the innermost loops' first and
        last; padding before them goes into the three lists. Gives the instances and the offset of each, one more at the end.
        """
        code = self.code
        stencils = self.stencils(emitted)
        if loops:
            self.pad(emitted, stencils, label_at, stub_at, loops)
        offsets: list[int] = []
        jumps: list[tuple[int, int, int, int, int]] = []
        cold = []
        for (_, operands, _), stencil in zip(emitted, stencils, strict=True):
            hot, holes, rare, _ = stencil
            start = len(code)
            offsets.append(start)
            code += hot
            for offset, width, kind, operand, addend in holes:
                place = start + offset
                if kind == "s":
                    self.fill(place, width, 8 * operands[operand] + addend)
                elif kind in "iqz":
                    self.fill(place, width, operands[operand] + addend)
                elif kind == "t":
                    jumps.append((place, width, 0, operands[operand], addend))
                elif kind == "k":
                    jumps.append((place, width, 1, operands[operand], addend))
                elif kind == "n":
                    self.fill(place, width, start + len(hot) - place + addend)
                elif kind == "o":
                    pass
                else:
                    self.later.append((place, width, kind, operands[operand], addend))
            if rare:
                cold.append((len(offsets) - 1, operands, stencil, start))
        offsets.append(len(code))
        for place, width, is_stub, target, addend in jumps:
            to = offsets[stub_at[target] if is_stub else label_at[target]]
            self.fill(place, width, to - place + addend)
        colds = {}
        for k, operands, stencil, start in cold:
            here = len(code)
            code += stencil.cold
            colds[k] = here
            for offset, width, kind, _, addend in stencil.holes:
                if kind == "o":
                    self.fill(start + offset, width, here - start - offset + addend)
            past = start + len(stencil.code)
            for offset, width, kind, operand, addend in stencil.cold_holes:
                place = here + offset
                if kind == "n":
                    self.fill(place, width, past - place + addend)
                elif kind == "s":
                    self.fill(place, width, 8 * operands[operand] + addend)
                elif kind in "iqz":
                    self.fill(place, width, operands[operand] + addend)
                else:
                    raise ValueError(f"a cold part cannot hold a field of kind {kind}")
        instances = []
        for k, (family, operands, origin) in enumerate(emitted):
            start = offsets[k]
            instances.append(Instance(family, operands, start, offsets[k + 1] - start, origin, colds.get(k, -1)))
        return instances, offsets

    def stencils(self, emitted: list[tuple[str, tuple[int, ...], int]]) -> list[Stencil]:
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
        emitted: list[tuple[str, tuple[int, ...], int]],
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

    def fill(self, place: int, width: int, value: int) -> None:
        """Writes a field. Raises ValueError where the value does not fit it."""
        if width == 4:
            if not -0x80000000 <= value <= 0x7FFFFFFF:
                raise ValueError(f"{value} does not fit the 4 bytes at offset {place}")
            self.code[place : place + 4] = value.to_bytes(4, "little", signed=True)
        elif width == 8:
            low, high = REACH[8]
            if not low <= value <= high:
                raise ValueError(f"{value} does not fit the 8 bytes at offset {place}")
            self.code[place : place + 8] = (value & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "little")
        else:
            self.code[place] = value & _SHIFT_MASK

    def finish(self, blocks: list[int], data: bytes) -> int:
        """Appends the constants, aims what referred to blocks and constants; gives the constants' offset."""
        self.code += b"\0" * (-len(self.code) % 16)
        start = len(self.code)
        self.code += data
        for place, width, kind, operand, addend in self.later:
            target = blocks[operand] if kind == "c" else start + operand
            self.fill(place, width, target - place + addend)
        return start


_FIRST: Final = (0,)
_FIRST_TWO: Final = (0, 1)

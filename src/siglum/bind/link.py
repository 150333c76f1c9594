"""Instances to bytes: stencils laid end to end, every hole filled and range-checked.

Imports `stencil`, `records` and the modules `bind.tables` and `bind.pieces`.
"""

from __future__ import annotations

import struct
from itertools import accumulate, repeat
from typing import Final

from siglum.bind.pieces import Piece, pieces_of
from siglum.bind.tables import REGISTERS_OF
from siglum.records import Instance
from siglum.stencil.table import REACH, Table

Emitted = tuple[str, tuple[int, ...], int]
Deferred = tuple[int, str, int, int]
"""A field of 4 bytes whose target is not placed yet: place, kind, operand, addend."""
_FIELD_4: Final = struct.Struct("<i")
LINE: Final = 64
"""Bytes of code that a processor fetches together; images lie at multiples of it."""
LONGEST_NOP: Final = 9


class Linker:
    """The code of an image as it grows."""

    def __init__(self, table: Table) -> None:
        self.pieces = pieces_of(table)
        self.code = bytearray()
        self.later: list[Deferred] = []

    def block(
        self, emitted: list[Emitted], label_at: list[int], stub_at: dict[int, int], loops: list[tuple[int, int]]
    ) -> tuple[tuple[Instance, ...], list[int]]:
        """Appends a block. `label_at` is each label's instance, `stub_at` each stop site's, `loops` the innermost loops' first
        and last; padding before them goes into the three lists. Gives the instances and the offset of each, one more
        at the end. Raises struct.error where a value does not fit its field.
        """
        code, ready, registers_of = self.code, self.pieces, REGISTERS_OF
        pieces = [ready[family, registers_of[family](operands)] for family, operands, _ in emitted]
        offsets = list(accumulate([piece[0] for piece in pieces], initial=len(code)))
        if loops and self.pad(emitted, pieces, offsets, label_at, stub_at, loops):
            offsets = list(accumulate([piece[0] for piece in pieces], initial=len(code)))
        code += b"".join([piece[1] for piece in pieces])
        fill = _FIELD_4.pack_into
        rare = []
        for k, (_, _, numbers, aims, cold) in enumerate(pieces):
            if numbers or aims:
                start, operands = offsets[k], emitted[k][1]
                for offset, width, operand, factor, addend in numbers:
                    if width == 4:
                        fill(code, start + offset, operands[operand] * factor + addend)
                    else:
                        self.wide(start + offset, width, operands[operand] * factor + addend)
                for offset, kind, operand, addend in aims:
                    place, target = start + offset, operands[operand]
                    if kind == "t":
                        fill(code, place, offsets[label_at[target]] - place + addend)
                    elif kind == "k":
                        fill(code, place, offsets[stub_at[target]] - place + addend)
                    else:
                        self.later.append((place, kind, target, addend))
            if cold is not None:
                rare.append(k)
        colds = [-1] * len(emitted)
        for k in rare:
            colds[k] = self.cold(pieces[k], emitted[k][1], offsets[k])
        families, taken, origins = zip(*emitted, strict=True)
        fields = zip(families, taken, offsets, [piece[0] for piece in pieces], origins, colds, strict=False)
        return tuple(map(tuple.__new__, repeat(Instance), fields)), offsets

    def cold(self, piece: Piece, operands: tuple[int, ...], start: int) -> int:
        """Appends the cold part of the instance at `start`; gives its offset."""
        fill, cold = _FIELD_4.pack_into, piece.cold
        assert cold is not None
        here = len(self.code)
        self.code += cold.code
        for offset, addend in cold.entries:
            fill(self.code, start + offset, here - start - offset + addend)
        for offset, addend in cold.returns:
            fill(self.code, here + offset, start + piece.length - here - offset + addend)
        for offset, width, operand, factor, addend in cold.numbers:
            if width != 4:
                raise ValueError(f"a cold part cannot hold a field of {width} bytes")
            fill(self.code, here + offset, operands[operand] * factor + addend)
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

    def pad(
        self,
        emitted: list[Emitted],
        pieces: list[Piece],
        offsets: list[int],
        label_at: list[int],
        stub_at: dict[int, int],
        loops: list[tuple[int, int]],
    ) -> bool:
        """Puts padding before loops that would lie in more lines of code than they must; whether there are such."""
        moved = 0
        insertions: list[tuple[int, list[str]]] = []
        for first, last in sorted(loops):
            length = offsets[last + 1] - offsets[first]
            into = (offsets[first] + moved) % LINE
            if into and -(-(into + length) // LINE) > -(-length // LINE):
                full, rest = divmod(LINE - into, LONGEST_NOP)
                names = [f"nop.{LONGEST_NOP}"] * full + ([f"nop.{rest}"] if rest else [])
                insertions.append((first, names))
                moved += LINE - into
        for first, names in reversed(insertions):
            emitted[first:first] = [(name, (), -1) for name in names]
            pieces[first:first] = [self.pieces[name, ()] for name in names]
            count = len(names)
            label_at[:] = [at + count if at >= first else at for at in label_at]
            for site, at in stub_at.items():
                stub_at[site] = at + count
        return bool(insertions)

    def finish(self, blocks: list[int], data: bytes, alignment: int) -> int:
        """Appends the constants, aligned as their elements; aims what referred to blocks and constants. The constants' offset."""
        self.code += b"\0" * (-len(self.code) % alignment)
        start = len(self.code)
        self.code += data
        for place, kind, operand, addend in self.later:
            target = blocks[operand] if kind == "c" else start + operand
            _FIELD_4.pack_into(self.code, place, target - place + addend)
        return start

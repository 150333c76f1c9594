"""Instances to bytes: stencils laid end to end, every hole filled and range-checked.

Imports `stencil`, `records` and `bind.ready`.
"""

from __future__ import annotations

import struct
from itertools import accumulate, repeat
from typing import Final

from siglum.bind.ready import Cold, Ready, instances_of
from siglum.records import Instance
from siglum.stencil.table import Table

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
        self.ready = instances_of(table)
        self.code = bytearray()
        self.later: list[Deferred] = []

    def block(
        self, emitted: list[Emitted], label_at: list[int], stub_at: dict[int, int], loops: list[tuple[int, int]]
    ) -> tuple[tuple[Instance, ...], list[int]]:
        """Appends a block. `label_at` is each label's instance, `stub_at` each stop site's, `loops` the innermost loops' first
        and last; padding before them goes into the three lists. Gives the instances and the offset of each, one more
        at the end. Raises struct.error where a value does not fit its field.
        """
        code, ready, fill = self.code, self.ready, _FIELD_4.pack_into
        made = [ready[family, operands] for family, operands, _ in emitted]
        offsets = list(accumulate([instance[0] for instance in made], initial=len(code)))
        if loops and self.pad(emitted, made, offsets, label_at, stub_at, loops):
            offsets = list(accumulate([instance[0] for instance in made], initial=len(code)))
        families, operands_of, origins = zip(*emitted, strict=True)
        lengths, codes, aims_of, cold_of = zip(*made, strict=True)
        code += b"".join(codes)
        for start, aims in zip(offsets, aims_of, strict=False):
            for offset, kind, target, addend in aims:
                place = start + offset
                if kind == "t":
                    fill(code, place, offsets[label_at[target]] - place + addend)
                elif kind == "k":
                    fill(code, place, offsets[stub_at[target]] - place + addend)
                else:
                    self.later.append((place, kind, target, addend))
        colds = [-1] * len(made)
        if any(cold_of):
            for k, cold in enumerate(cold_of):
                if cold is not None:
                    colds[k] = self.cold(cold, offsets[k], offsets[k + 1])
        fields = zip(families, operands_of, offsets, lengths, origins, colds, strict=False)
        return tuple(map(tuple.__new__, repeat(Instance), fields)), offsets

    def cold(self, cold: Cold, start: int, end: int) -> int:
        """Appends the cold part of the instance from `start` to `end`; gives its offset."""
        code, here = self.code, len(self.code)
        code += cold.code
        for offset, addend in cold.entries:
            _FIELD_4.pack_into(code, start + offset, here - start - offset + addend)
        for offset, addend in cold.returns:
            _FIELD_4.pack_into(code, here + offset, end - here - offset + addend)
        return here

    def pad(
        self,
        emitted: list[Emitted],
        made: list[Ready],
        offsets: list[int],
        label_at: list[int],
        stub_at: dict[int, int],
        loops: list[tuple[int, int]],
    ) -> bool:
        """Puts padding before loops that would lie in more lines of code than they must; whether there are any."""
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
            made[first:first] = [self.ready[name, ()] for name in names]
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

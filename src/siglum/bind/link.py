"""Instances to bytes: stencils laid end to end, every hole filled and range-checked.

Imports `stencil`, `records`, `bind.ready` and `bind.tables` only.
"""

from __future__ import annotations

import struct
from functools import cache
from itertools import accumulate
from typing import Final

from siglum.bind.ready import Cold, Ready, instances_of
from siglum.bind.tables import of_fields
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
        lengths = [instance[0] for instance in made]
        offsets = list(accumulate(lengths, initial=len(code)))
        if loops and self.pad(emitted, made, offsets, label_at, stub_at, loops):
            lengths = [instance[0] for instance in made]
            offsets = list(accumulate(lengths, initial=len(code)))
        code += b"".join([instance[1] for instance in made])
        colds = [-1] * len(made)
        rare = []
        for k, (_, _, aims, cold) in enumerate(made):
            for offset, kind, target, addend in aims:
                place = offsets[k] + offset
                if kind == "t":
                    fill(code, place, offsets[label_at[target]] - place + addend)
                elif kind == "k":
                    fill(code, place, offsets[stub_at[target]] - place + addend)
                else:
                    self.later.append((place, kind, target, addend))
            if cold is not None:
                rare.append((k, cold))
        for k, cold in rare:
            colds[k] = self.cold(cold, offsets[k], offsets[k + 1])
        instances = [
            of_fields(Instance, (family, operands, offset, length, origin, cold_at))
            for (family, operands, origin), offset, length, cold_at in zip(emitted, offsets, lengths, colds, strict=False)
        ]
        return tuple(instances), offsets

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
        insertions: list[tuple[int, tuple[Emitted, ...]]] = []
        for first, last in sorted(loops):
            length = offsets[last + 1] - offsets[first]
            into = (offsets[first] + moved) % LINE
            if into and -(-(into + length) // LINE) > -(-length // LINE):
                insertions.append((first, padding(LINE - into)))
                moved += LINE - into
        for first, nops in reversed(insertions):
            emitted[first:first] = nops
            made[first:first] = [self.ready[family, operands] for family, operands, _ in nops]
            count = len(nops)
            label_at[:] = [at + count if at >= first else at for at in label_at]
            for site in stub_at:
                stub_at[site] += count
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


@cache
def padding(size: int) -> tuple[Emitted, ...]:
    """Instances that do nothing, of `size` bytes in all."""
    full, rest = divmod(size, LONGEST_NOP)
    sizes = [LONGEST_NOP] * full + ([rest] if rest else [])
    return tuple([(f"nop.{k}", (), -1) for k in sizes])

"""Stencils with one bit the other way round. Deterministic by seed; used by tests and benchmarks."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from siglum.check.stencils.record import variants_of
from siglum.stencil.families import FAMILIES
from siglum.stencil.table import Hole, Stencil, Table

Registers = tuple[int, ...]


def flipped(stencil: Stencil, bit: int) -> Stencil:
    """`stencil` with a bit of its code, then of its cold part, changed."""
    code = bytearray(stencil.code + stencil.cold)
    code[bit >> 3] ^= 1 << (bit & 7)
    hot = len(stencil.code)
    return stencil._replace(code=bytes(code[:hot]), cold=bytes(code[hot:]))


def bits_of(stencil: Stencil) -> list[int]:
    """The bits that are the stencil's own: those outside its holes."""
    return [
        8 * (start + at) + k
        for start, code, holes in ((0, stencil.code, stencil.holes), (len(stencil.code), stencil.cold, stencil.cold_holes))
        for at in range(len(code))
        if not _inside(at, holes)
        for k in range(8)
    ]


def _inside(at: int, holes: tuple[Hole, ...]) -> bool:
    return any(hole.offset <= at < hole.offset + hole.width for hole in holes)


def mutants(table: Table, seed: int, count: int) -> Iterator[tuple[str, Registers, Stencil, Stencil]]:
    """About `count` times a family, registers, their stencil and one that differs from it in a bit."""
    random = Random(f"stencil mutants {seed}")
    families = [name for name in FAMILIES if not name.startswith("nop")]
    variants = {name: list(variants_of(name)) for name in families}
    for _ in range(count):
        family = random.choice(families)
        registers = random.choice(variants[family])
        stencil = table.stencil(family, registers)
        bits = bits_of(stencil)
        if bits:  # a register moved to itself has no code
            yield family, registers, stencil, flipped(stencil, random.choice(bits))

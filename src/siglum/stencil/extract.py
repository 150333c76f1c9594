"""From a section to a stencil: relocations become holes, and whatever is not expected fails the build.

Imports `compile` (for its records), `families` and `table` only.
"""

from __future__ import annotations

import struct
from typing import Final

from siglum.stencil.bodies import probes
from siglum.stencil.compile import Section
from siglum.stencil.families import Family
from siglum.stencil.table import Hole, Stencil

_PC32, _64, _PLT32, _32S = 2, 1, 4, 11
"""ELF relocation types of x86-64 (psABI, table 4.9)."""
_EDGES: Final = {"_TAKEN": "t", "_STOP": "k", "_CALL": "c", "_D": "d"}
_JMP: Final = 0xE9
_PARTIAL: Final = frozenset(
    ("to_float.xv", "to_float_u.xv", "fsqrt.x", "ffloor.x", "fceil.x", "ftrunc.x", "narrow_f32.x", "load.f32", "store.f32")
)
"""Families whose result goes to a float register through cvt*, sqrtsd or roundsd; `store.f32` uses xmm8."""


class Unexpected(Exception):
    """LLVM gave something a stencil may not hold."""


def make_stencil(
    family: Family, registers: tuple[int, ...], section: Section, cold: Section | None, probed: Section | None
) -> Stencil:
    """The stencil of a section; `probed` is the same one compiled for the second probe. Raises Unexpected."""
    code, holes = _holes(family, section, is_cold=False)
    if probed is not None:
        code, hole = _probed_hole(family, code, _holes(family, probed, is_cold=False)[0])
        holes = (*holes, hole)
    cold_code, cold_holes = _holes(family, cold, is_cold=True) if cold is not None else (b"", ())
    if (cold is not None) != any(hole.kind == "o" for hole in holes):
        raise Unexpected(f"{family.name}: the cold part is never reached")
    missing = [k for k, kind in enumerate(family.kinds) if kind not in "vx" and not any(
        hole.operand == k for hole in (*holes, *cold_holes))]  # fmt: skip
    if missing and not _may_lack(family, missing):
        raise Unexpected(f"{family.name}: operands {missing} have no hole")
    prefix = _dependency_breaker(family, registers)
    holes = tuple(hole._replace(offset=hole.offset + len(prefix)) for hole in holes)
    return Stencil(prefix + code, tuple(sorted(holes)), cold_code, tuple(sorted(cold_holes)))


def _dependency_breaker(family: Family, registers: tuple[int, ...]) -> bytes:
    """`xorps r, r` before an instruction that writes only the low part of float register r, which is dead: without it
    each use waits for the one before. Nothing where r is also the source.
    """
    if family.name not in _PARTIAL or (family.kinds == "xx" and registers[0] == registers[1]):
        return b""
    r = 8 if family.name == "store.f32" else registers[0]
    return (b"\x45" if r > 7 else b"") + bytes([0x0F, 0x57, 0xC0 | (r & 7) << 3 | r & 7])


def _may_lack(family: Family, missing: list[int]) -> bool:
    """A stop or jump that cannot happen with these registers (x - x, x < x) has no edge."""
    return all(family.kinds[k] in "kt" for k in missing)


def _holes(family: Family, section: Section, *, is_cold: bool) -> tuple[bytes, tuple[Hole, ...]]:
    code = bytearray(section.code)
    relocations = list(section.relocations)
    if not is_cold and relocations and relocations[-1].symbol == "_NEXT" and relocations[-1].offset == len(code) - 4:
        if code[-5] == _JMP:
            relocations.pop()
            del code[-5:]
    holes = []
    for offset, kind, symbol, addend in relocations:
        if kind == _64 and symbol.startswith("_K") and addend == 0:
            struct.pack_into("<Q", code, offset, int(symbol[2:], 16))
        elif kind == _64 and symbol[:2] in ("_Q", "_O"):
            holes.append(_operand_hole(family, offset, 8, int(symbol[2:]), addend, "qi"))
        elif kind == _32S and symbol.startswith("_O"):
            holes.append(_operand_hole(family, offset, 4, int(symbol[2:]), addend, "siz"))
        elif kind in (_PC32, _PLT32) and symbol in _EDGES:
            operand = family.kinds.index(_EDGES[symbol])
            holes.append(_operand_hole(family, offset, 4, operand, addend, _EDGES[symbol]))
        elif kind == _PLT32 and symbol == "_COLD" and not is_cold:
            holes.append(Hole(offset, 4, "o", -1, addend))
        elif kind == _PLT32 and symbol == "_NEXT" and is_cold:
            holes.append(Hole(offset, 4, "n", -1, addend))
        elif kind == _PLT32 and symbol == "_NEXT" and addend == -4:
            struct.pack_into("<i", code, offset, len(code) - offset - 4)
        else:
            raise Unexpected(f"{family.name}: relocation of type {kind} to {symbol} + {addend}")
    return bytes(code), tuple(holes)


def _operand_hole(family: Family, offset: int, width: int, operand: int, addend: int, kinds: str) -> Hole:
    kind = family.kinds[operand]
    if kind not in kinds:
        raise Unexpected(f"{family.name}: operand {operand} of kind {kind} in a field for {kinds}")
    return Hole(offset, width, kind, operand, addend)


def _probed_hole(family: Family, first: bytes, second: bytes) -> tuple[bytes, Hole]:
    """The one field that holds the first probe in one code and the second in the other, all else being equal; and the
    code with that field cleared.
    """
    wanted = probes(family)
    assert wanted is not None, family.name
    operand, (low, high, width) = wanted
    low_bytes, high_bytes = (int.to_bytes(probe % 256**width, width, "little") for probe in (low, high))
    offset = first.find(low_bytes)
    if offset < 0 or first[:offset] + high_bytes + first[offset + width :] != second:
        raise Unexpected(f"{family.name}: no single field holds the immediate")
    return first[:offset] + bytes(width) + first[offset + width :], Hole(offset, width, "i", operand, 0)

"""The stencil table of one target: its file format, and look-up at run time.

Imports `families` and `fresh`, `siglum.errors` and the standard library only; loading needs no LLVM.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import accumulate
from typing import Final, NamedTuple

from siglum.errors import EnvironmentFault
from siglum.stencil.families import FAMILIES, REGISTER_KINDS, variants
from siglum.stencil.fresh import FOLDER, TARGETS, ensure, path_of

MAGIC: Final = b"SIGLUM1\n"
_HEADER: Final = struct.Struct("<8s32sII")
_HOLE: Final = struct.Struct("<HBBbh")
_SHAPE: Final = struct.Struct("<HBB")
REACH: Final = {4: (-(2**31), 2**31 - 1), 8: (-(2**63), 2**64 - 1)}
"""Bytes of a field to the inclusive range of values it takes; 8-byte values are stored modulo 2^64."""


class Hole(NamedTuple):
    """A little-endian field of `width` bytes at `offset`, to be filled in for an instance. With x = the instance's operand
    number `operand` and `place` = the address of the field, its value is, by `kind` (the operand kinds of `families`):

    | kind | value |
    |---|---|
    | s | 8*x + addend |
    | i, q, z | x + addend |
    | t, k, c | address of label x, of the stub of stop site x, of block x - place + addend |
    | d | address of the image's constant data + x - place + addend |
    | o | address of this instance's cold code - place + addend |
    | n | address just past this instance's code - place + addend |

    A field of 4 bytes is signed and its value must lie in `REACH[4]`; 8 bytes hold the value modulo 2^64; 1 byte is a
    shift count and holds the value modulo 64. `o` and `n` have no operand (-1).
    """

    offset: int
    width: int
    kind: str
    operand: int
    addend: int


class Stencil(NamedTuple):
    """`code` runs from its first byte; where it goes on to the next instance it does so past its last byte, so the next
    instance must follow at once. `cold`, if not empty, is reached only by a hole of kind `o` in `code` and may stand
    anywhere else; hole offsets in `cold_holes` count from its own start.
    """

    code: bytes
    holes: tuple[Hole, ...]
    cold: bytes
    cold_holes: tuple[Hole, ...]


class Table:
    """All stencils of one target. `digest` is the SHA-256, in hex, of everything the table was made from."""

    def __init__(self, target: str, data: bytes) -> None:
        magic, digest, stencils, shapes = _HEADER.unpack_from(data)
        if magic != MAGIC:
            raise ValueError("not a stencil table")
        body = zlib.decompress(memoryview(data)[_HEADER.size :])
        self.target = target
        self.digest = digest.hex()
        self._first = _first_index()
        lengths, at = _words("H", body, 0, stencils)
        self._shape_of, at = _words("H", body, at, stencils)
        self._shape_at, at = _words("I", body, at, shapes)
        self._shapes_start = at + 4
        self._code_start = self._shapes_start + int.from_bytes(body[at : at + 4], "little")
        self._offsets = array("I", accumulate(lengths, initial=0))
        self._body = body
        self._found: dict[tuple[str, tuple[int, ...]], Stencil] = {}
        if self._code_start + self._offsets[-1] != len(body):
            raise ValueError("the stencil table is cut short")

    def stencil(self, family: str, registers: tuple[int, ...] = ()) -> Stencil:
        """The stencil of a family with the numbers of its v and x operands, in operand order.

        Raises KeyError for an unknown family or register.
        """
        found = self._found.get((family, registers))
        return found if found is not None else self._decode(family, registers)

    def _decode(self, family: str, registers: tuple[int, ...]) -> Stencil:
        index, count = self._first[family]
        number = 0
        for register in registers:
            if not 0 <= register < 8:
                raise KeyError((family, registers))
            number = number * 8 + register
        if 8 ** len(registers) != count:
            raise KeyError((family, registers))
        index += number
        start, end = self._code_start + self._offsets[index], self._code_start + self._offsets[index + 1]
        at = self._shapes_start + self._shape_at[self._shape_of[index]]
        cold_length, hot_count, cold_count = _SHAPE.unpack_from(self._body, at)
        holes = tuple(
            Hole(offset, width, chr(kind), operand, addend)
            for offset, width, kind, operand, addend in _HOLE.iter_unpack(
                self._body[at + _SHAPE.size : at + _SHAPE.size + (hot_count + cold_count) * _HOLE.size]
            )
        )
        split = end - cold_length
        found = Stencil(self._body[start:split], holes[:hot_count], self._body[split:end], holes[hot_count:])
        self._found[family, registers] = found
        return found


def _words(code: str, body: bytes, at: int, count: int) -> tuple[array[int], int]:
    words = array(code)
    end = at + count * words.itemsize
    words.frombytes(body[at:end])
    return words, end


@cache
def _first_index() -> dict[str, tuple[int, int]]:
    """Family name to the index of its first stencil, and how many it has."""
    found, at = {}, 0
    for family in FAMILIES.values():
        count = variants(family)
        found[family.name] = (at, count)
        at += count
    return found


def registers_of(family: str, operands: tuple[int, ...]) -> tuple[int, ...]:
    """The register operands among an instance's operands."""
    return tuple(x for kind, x in zip(FAMILIES[family].kinds, operands, strict=True) if kind in REGISTER_KINDS)


def encode(stencils: Iterable[Stencil], digest: bytes) -> bytes:
    """The table file's bytes; `stencils` stand in the order of `FAMILIES`, registers counting up, the last fastest."""
    lengths, shape_of, shape_at = array("H"), array("H"), array("I")
    shapes: dict[bytes, int] = {}
    shape_bytes, code = bytearray(), bytearray()
    for stencil in stencils:
        shape = _SHAPE.pack(len(stencil.cold), len(stencil.holes), len(stencil.cold_holes)) + b"".join(
            _HOLE.pack(h.offset, h.width, ord(h.kind), h.operand, h.addend) for h in (*stencil.holes, *stencil.cold_holes)
        )
        if shape not in shapes:
            shapes[shape] = len(shapes)
            shape_at.append(len(shape_bytes))
            shape_bytes += shape
        lengths.append(len(stencil.code) + len(stencil.cold))
        shape_of.append(shapes[shape])
        code += stencil.code + stencil.cold
    body = b"".join((lengths.tobytes(), shape_of.tobytes(), shape_at.tobytes(), len(shape_bytes).to_bytes(4, "little")))
    body += shape_bytes + code
    return _HEADER.pack(MAGIC, digest, len(lengths), len(shapes)) + zlib.compress(body, 9)


@cache
def load(target: str) -> Table:
    """The table of `target`, read once per process. In a source tree a missing or stale table is rebuilt first.

    Raises EnvironmentFault when there is none and none can be built; KeyError for an unknown target.
    """
    if target not in TARGETS:
        raise KeyError(target)
    ensure(FOLDER)
    try:
        return Table(target, path_of(target).read_bytes())
    except (OSError, ValueError, struct.error, zlib.error) as error:
        raise EnvironmentFault(
            f"the stencil table of {target} cannot be read: {error}",
            fix="reinstall siglum, or run `python -m siglum.stencil.generate " + str(FOLDER) + "`",
            code="E-301",
        ) from None


def as_mapping(table: Table) -> Mapping[tuple[str, tuple[int, ...]], Stencil]:
    """Every stencil of a table, by family and registers."""
    found = {}
    for family in FAMILIES.values():
        width = sum(kind in REGISTER_KINDS for kind in family.kinds)
        for number in range(8**width):
            registers = tuple(number >> 3 * (width - 1 - k) & 7 for k in range(width))
            found[family.name, registers] = table.stencil(family.name, registers)
    return found

"""The p-code of an instruction whose immediate or displacement is a symbol.

SLEIGH reads bytes, so the field is filled with two numbers in turn: what differs between the two meanings must be a constant
that equals the field's value, or the instruction's end plus it, and becomes a place of kind "hole" or "hole relative"
(`number` is the field's offset in the instruction). Imports iced-x86 and `semantics.pcode` only.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Final

from siglum.smt.terms import mask
from siglum.target.x86_64.semantics.pcode import NoPcode, Operation, Pcode, Place, translate

_NUMBERS: Final[dict[tuple[int, int], tuple[int, int]]] = {
    (1, 0): (37, 42), (1, 1): (38, 41),
    (4, 0): (0x2B5C7D19, -0x4B96E3D5), (4, 1): (0x35A7C913, -0x6D13B2A7),
    (8, 0): (0x1A2B3C4D5E6F7788, -0x4C3B2A1D6E5F7A89), (8, 1): (0x5A6B7C1D2E3F4788, -0x2C1B6A5D4E3F2A19),
}  # fmt: skip
"""Bytes of a field, and whether it is an instruction's second hole, to the two numbers."""


@lru_cache(maxsize=65536)
def translate_open(raw: bytes, fields: tuple[int, ...]) -> Pcode:
    """The p-code of the instruction `raw` with the fields at these offsets open. Raises NoPcode."""
    sizes = _sizes(raw)
    if not set(fields) <= sizes.keys() or len(fields) > 2:
        raise NoPcode("a hole that is no field")
    numbers = {field: _NUMBERS[sizes[field], k] for k, field in enumerate(fields)}
    first, second = (translate(_filled(raw, sizes, {f: pair[k] for f, pair in numbers.items()})) for k in (0, 1))
    if len(first.operations) != len(second.operations) or first.length != second.length:
        raise NoPcode("its shape depends on a hole")
    pairs = zip(first.operations, second.operations, strict=True)
    return first._replace(operations=tuple(_operation(a, b, numbers, first.length) for a, b in pairs))


def open_fields(holes: Collection[int], at: int, length: int) -> tuple[int, ...]:
    """Which holes (offsets in the code) lie in the instruction at `at`, by their offsets in it."""
    return tuple(sorted(hole - at for hole in holes if at <= hole < at + length)) if holes else ()


def _sizes(raw: bytes) -> dict[int, int]:
    """Offset and bytes of the displacement and the immediate."""
    from iced_x86 import Decoder

    decoder = Decoder(64, raw)
    fields = decoder.get_constant_offsets(decoder.decode())
    found = {}
    if fields.has_displacement:
        found[fields.displacement_offset] = fields.displacement_size
    if fields.has_immediate and not fields.has_immediate2:
        found[fields.immediate_offset] = fields.immediate_size
    return {offset: size for offset, size in found.items() if size in (1, 4, 8)}


def _filled(raw: bytes, sizes: dict[int, int], numbers: dict[int, int]) -> bytes:
    found = bytearray(raw)
    for field, number in numbers.items():
        found[field : field + sizes[field]] = number.to_bytes(sizes[field], "little", signed=True)
    return bytes(found)


def _operation(a: Operation, b: Operation, numbers: dict[int, tuple[int, int]], length: int) -> Operation:
    if a.name != b.name or a.out != b.out or len(a.inputs) != len(b.inputs):
        raise NoPcode("its shape depends on a hole")
    inputs = tuple(_place(x, y, numbers, length) for x, y in zip(a.inputs, b.inputs, strict=True))
    return Operation(a.name, a.out, inputs)


def _place(a: Place, b: Place, numbers: dict[int, tuple[int, int]], length: int) -> Place:
    if a == b:
        return a
    if a._replace(number=0) == b._replace(number=0) and a.width <= 64:
        limit = mask(a.width)
        for kind, name, added in (("const", "hole", 0), ("relative", "hole relative", length)):
            for field, (x, y) in numbers.items():
                if a.kind == kind and (a.number - added - x) & limit == (b.number - added - y) & limit == 0:
                    return Place(name, field, 0, a.width)
    raise NoPcode("a part of it depends on a hole")

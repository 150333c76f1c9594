"""Python values as the words and bytes that machine code sees (docs/frame.md), and the engine's descriptors of types.

Imports `ir` and this folder's layout.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, Final

from siglum.ir.types import CHAR, F64, U64, WIDTHS, Type, components, is_scalar
from siglum.propose.search.layout import END, NESTED, SCALAR

_MASK: Final = (1 << 64) - 1
WORD: Final = 8


def descriptor(t: Type) -> bytes:
    """What the components of a value are, for the engine."""
    return bytes([*_codes(t), END])


def _codes(t: Type) -> list[int]:
    if is_scalar(t):
        return [SCALAR]
    if t.kind == "array":
        if is_scalar(t.element):
            return [WIDTHS[t.element]]
        inside = descriptor(t.element)
        return [NESTED, len(components(t.element)), len(inside), *inside]
    if t.kind == "pair":
        return _codes(t.args[0]) + _codes(t.args[1])
    if t.kind == "option":
        return [SCALAR, *_codes(t.element)]
    if t.kind == "map":
        return [code for part in t.args for code in _codes_of_array(part)]
    raise ValueError(f"no values of type {t}")


def _codes_of_array(element: Type) -> list[int]:
    if is_scalar(element):
        return [WIDTHS[element]]
    inside = descriptor(element)
    return [NESTED, len(components(element)), len(inside), *inside]


class Packer:
    """Writes values behind each other into memory that begins at `address`, 16 bytes apart at least. Raises OverflowError where
    an integer has more than 64 bits.
    """

    def __init__(self, address: int) -> None:
        self.address = address
        self.data = bytearray()

    def words(self, value: Any, t: Type) -> list[int]:
        """The components of a value of type `t`."""
        if is_scalar(t):
            return [_word(value, t)]
        if t.kind == "array":
            return self._array(list(value), t.element)
        if t.kind == "pair":
            return self.words(value[0], t.args[0]) + self.words(value[1], t.args[1])
        if t.kind == "option":
            if value is None:
                return [0] * len(components(t))
            return [1, *self.words(value, t.element)]
        return self._array(list(value.keys()), t.args[0]) + self._array(list(value.values()), t.args[1])

    def flat(self, column: Sequence[Any], element: Type) -> list[int]:
        """The elements of arrays behind each other; gives how many each has."""
        width, mask = WIDTHS[element], (1 << 8 * WIDTHS[element]) - 1
        rows = [list(value) for value in column]
        self.data += b"".join([(_word(item, element) & mask).to_bytes(width, "little") for row in rows for item in row])
        self.data += bytes(WORD + -len(self.data) % 16)
        return [len(row) for row in rows]

    def _array(self, items: list[Any], element: Type) -> list[int]:
        if is_scalar(element):
            width = WIDTHS[element]
            content = b"".join([(_word(item, element) & (1 << 8 * width) - 1).to_bytes(width, "little") for item in items])
        else:
            words = [word for item in items for word in self.words(item, element)]
            content = struct.pack(f"<{len(words)}Q", *words)
        at = len(self.data)
        self.data += content
        self.data += bytes(WORD + -len(self.data) % 16)
        return [self.address + at, len(items)]


def _word(value: Any, t: Type) -> int:
    if t is F64:
        number = float(value)
        return 0x7FF8 << 48 if number != number else int(struct.unpack("<Q", struct.pack("<d", number))[0])
    if t is CHAR:
        return ord(value)
    number = int(value)
    low, high = (0, _MASK) if t is U64 else (-(1 << 63), (1 << 63) - 1)
    if not low <= number <= high:
        raise OverflowError(f"{number} has more than 64 bits")
    return number & _MASK

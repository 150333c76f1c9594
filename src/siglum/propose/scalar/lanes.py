"""Many machine words side by side in one Python integer, so that one big operation works on all of them.

Imports the standard library only.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Callable, Iterable


class Lanes:
    """`count` words of `width` bits (32 or 64), each at the bottom of a lane of twice the width whose upper half is zero. A
    vector is an int; lane 0 is the lowest. Words are unsigned numbers; operations work modulo 2^width.
    """

    __slots__ = ("_low", "bytes", "carry", "count", "full", "mask", "one", "sign", "width")

    def __init__(self, width: int, count: int) -> None:
        self.width, self.count = width, count
        self.bytes = width // 4
        """Bytes of one lane."""
        self.mask = (1 << width) - 1
        self.one = int.from_bytes(((1).to_bytes(self.bytes, "little")) * count, "little")
        self.full = self.one * self.mask
        self.sign = self.one << width - 1
        self.carry = self.one << width
        """The bit above each word."""
        self._low: dict[int, int] = {}

    def spread(self, word: int) -> int:
        """The word in every lane."""
        return self.one * (word & self.mask)

    def pack(self, words: Iterable[int]) -> int:
        """The vector of these words, of which there are `count`."""
        if self.width == 32 and sys.byteorder == "little":
            return int.from_bytes(array("Q", words).tobytes(), "little")
        return int.from_bytes(b"".join([w.to_bytes(self.bytes, "little") for w in words]), "little")

    def unpack(self, vector: int) -> list[int]:
        """The words of a vector."""
        found = struct.unpack(f"<{self.count * self.bytes // 8}Q", vector.to_bytes(self.count * self.bytes, "little"))
        return list(found if self.width == 32 else found[::2])

    def each(self, function: Callable[[int, int], int], a: int, b: int) -> int:
        """A function of two words, lane by lane, for what has no form on all lanes at once."""
        return self.pack(map(function, self.unpack(a), self.unpack(b)))

    def low(self, bits: int) -> int:
        """The lowest `bits` bits of every lane."""
        found = self._low.get(bits)
        if found is None:
            found = self._low[bits] = self.one * ((1 << bits) - 1)
        return found

    def rows(self, vector: int) -> bytes:
        """The vector as bytes, lane 0 first."""
        return vector.to_bytes(self.count * self.bytes, "little")

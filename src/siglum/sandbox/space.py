"""The address space of one job: where each part of the job file is mapped, at addresses drawn anew each time.

Imports this folder's layout; the parts of the sandbox that write jobs import it.
"""

from __future__ import annotations

import struct
from random import Random
from typing import Final

from siglum.sandbox import layout
from siglum.sandbox.layout import HEADER, PAGE

READ, WRITE, EXECUTE = 1, 2, 4
_SHARED, _PRIVATE, _ANONYMOUS, _POPULATE, _FIXED_NOREPLACE = 0x01, 0x02, 0x20, 0x8000, 0x100000
JOB_FD: Final = 3
LOWEST: Final = 0x1000_0000_0000
HIGHEST: Final = 0x4000_0000_0000
"""Between these the span begins: far from where the kernel puts programs, libraries and stacks."""
MOST_GAP: Final = 15
"""Unmapped pages between two parts: 1 to this many."""


def pages(size: int) -> int:
    """`size` rounded up to whole pages, in bytes."""
    return -(-size // PAGE) * PAGE


class Space:
    """Addresses are handed out upwards from a random place, with unmapped pages between."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.start = LOWEST + random.getrandbits(33) * PAGE
        self.end = self.start + PAGE
        self.near: list[tuple[int, ...]] = []
        self.far: list[tuple[int, ...]] = []

    def reserve(self, size: int) -> int:
        """The address of a free place for `size` bytes, not yet mapped."""
        at = self.end + (1 + self.random.randrange(MOST_GAP)) * PAGE
        self.end = at + pages(size) + PAGE
        return at

    def shared(self, offset: int, size: int, protection: int, *, populate: bool = False) -> int:
        """Maps a part of the job file so that what is written there is seen by all."""
        flags = _SHARED | (_POPULATE if populate else 0)
        return self._map(self.reserve(size), size, protection, flags, JOB_FD, offset)

    def private(self, offset: int, size: int, protection: int) -> int:
        """Maps a part of the job file; what is written there stays in the child."""
        return self._map(self.reserve(size), size, protection, _PRIVATE, JOB_FD, offset)

    def private_at(self, at: int, offset: int, size: int, protection: int) -> None:
        """Like `private`, at a reserved address."""
        self._map(at, size, protection, _PRIVATE, JOB_FD, offset)

    def blank(self, size: int) -> int:
        """Maps zeroed memory."""
        return self._map(self.reserve(size), size, READ | WRITE, _PRIVATE | _ANONYMOUS, -1, 0)

    def blank_at(self, at: int, size: int) -> None:
        """Like `blank`, at a reserved address."""
        self._map(at, size, READ | WRITE, _PRIVATE | _ANONYMOUS, -1, 0)

    def far_blank(self, at: int, size: int) -> None:
        """Zeroed memory at an address the caller chose, anywhere."""
        flags = _PRIVATE | _ANONYMOUS | _FIXED_NOREPLACE
        self.far.append((at, pages(size), READ | WRITE, flags, -1, 0))

    def far_code(self, at: int, offset: int, size: int) -> None:
        """A part of the job file as code, at an address the caller chose."""
        self.far.append((at, pages(size), READ | EXECUTE, _PRIVATE | _FIXED_NOREPLACE, JOB_FD, offset))

    def _map(self, at: int, size: int, protection: int, flags: int, file: int, offset: int) -> int:
        self.near.append((at, pages(size), protection, flags | _FIXED_NOREPLACE, file, offset))
        return at

    def write(self, header: bytearray) -> None:
        """Puts the span and the table of mappings into the header. Raises ValueError when they are too many."""
        if len(self.near) + len(self.far) > layout.MOST_MAPPINGS:
            raise ValueError(f"a job has at most {layout.MOST_MAPPINGS} mappings")
        struct.pack_into("<QQ", header, HEADER["H_SPAN"], self.start, self.end)
        struct.pack_into("<QQ", header, HEADER["H_NEAR"], len(self.near), len(self.far))
        at = layout.MAPPINGS
        for mapping in (*self.near, *self.far):
            struct.pack_into("<QQQQqQ", header, at, *mapping)
            at += layout.MAPPING_SIZE

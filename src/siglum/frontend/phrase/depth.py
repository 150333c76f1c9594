"""Room on Python's stack for phrases that nest deeply. Imports the standard library only."""

from __future__ import annotations

import sys
from typing import Final

FRAMES_PER_LEVEL: Final = 16
"""More Python calls than any walk over the tree makes for one level of nesting."""


class room_for:  # noqa: N801 - a context manager
    """Lets walks over a tree of this height recurse; calls in Python do not use the machine's stack."""

    __slots__ = ("height", "limit")

    def __init__(self, height: int) -> None:
        self.height, self.limit = height, 0

    def __enter__(self) -> None:
        if self.height >= 24:
            limit = sys.getrecursionlimit()
            wanted = 1000 + FRAMES_PER_LEVEL * self.height
            if wanted > limit:
                sys.setrecursionlimit(wanted)
                self.limit = limit

    def __exit__(self, *_: object) -> None:
        if self.limit:
            sys.setrecursionlimit(self.limit)

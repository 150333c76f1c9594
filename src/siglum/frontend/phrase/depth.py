"""Room on Python's stack for phrases that nest deeply. Imports the standard library only."""

from __future__ import annotations

import sys
from threading import Lock
from typing import Final

FRAMES_PER_LEVEL: Final = 16
"""More Python calls than any walk over the tree makes for one level of nesting."""
FLAT: Final = 24
"""Trees below this height are walked without asking for room."""


class _Limit:
    """The interpreter's one recursion limit, which all threads share: raised while any of them needs it."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.users = 0
        self.before = 0

    def take(self, wanted: int) -> None:
        with self.lock:
            if self.users == 0:
                self.before = sys.getrecursionlimit()
            self.users += 1
            sys.setrecursionlimit(max(wanted, sys.getrecursionlimit()))

    def give(self) -> None:
        with self.lock:
            self.users -= 1
            if self.users == 0:
                sys.setrecursionlimit(self.before)


_LIMIT: Final = _Limit()


class room_for:  # noqa: N801 - a context manager
    """Lets walks over a tree of this height recurse; calls in Python do not use the machine's stack."""

    __slots__ = ("height",)

    def __init__(self, height: int) -> None:
        self.height = height

    def __enter__(self) -> None:
        if self.height >= FLAT:
            _LIMIT.take(1000 + FRAMES_PER_LEVEL * self.height)

    def __exit__(self, *_: object) -> None:
        if self.height >= FLAT:
            _LIMIT.give()

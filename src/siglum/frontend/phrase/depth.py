"""Room on Python's stack for phrases that nest deeply. Imports the standard library only."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

FRAMES_PER_LEVEL = 16
"""More Python calls than any walk over the tree makes for one level of nesting."""


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


_LIMIT = _Limit()


@contextmanager
def room_for(height: int) -> Iterator[None]:
    """Lets walks over a tree of this height recurse; calls in Python do not use the machine's stack."""
    if height < 24:
        yield
        return
    _LIMIT.take(1000 + FRAMES_PER_LEVEL * height)
    try:
        yield
    finally:
        _LIMIT.give()

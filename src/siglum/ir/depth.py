"""Room on Python's stack for phrases and programs that nest deeply. Imports the standard library only."""

from __future__ import annotations

import sys
from threading import Lock
from typing import Final

FRAMES_PER_LEVEL: Final = 16
"""More Python calls than any walk over the tree of a phrase makes for one level of nesting."""
ENOUGH: Final = 1000
"""Calls that there is always room for."""


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
    """Lets this many calls nest, beside those there are; calls in Python do not use the machine's stack. Nothing is done
    for so few that there is room anyway.
    """

    __slots__ = ("calls",)

    def __init__(self, calls: int) -> None:
        self.calls = calls

    def __enter__(self) -> None:
        if self.calls > ENOUGH // 2:
            _LIMIT.take(ENOUGH + self.calls)

    def __exit__(self, *_: object) -> None:
        if self.calls > ENOUGH // 2:
            _LIMIT.give()


class room_for_height(room_for):  # noqa: N801 - a context manager
    """Lets walks over a tree of this height recurse."""

    __slots__ = ()

    def __init__(self, height: int) -> None:
        super().__init__(FRAMES_PER_LEVEL * height)

"""Room on Python's stack for phrases that nest deeply. Imports the standard library only."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

FRAMES_PER_LEVEL = 16
"""More Python calls than any walk over the tree makes for one level of nesting."""


@contextmanager
def room_for(height: int) -> Iterator[None]:
    """Lets walks over a tree of this height recurse; calls in Python do not use the machine's stack."""
    limit = sys.getrecursionlimit()
    wanted = 1000 + FRAMES_PER_LEVEL * height
    if height < 24 or wanted <= limit:
        yield
        return
    sys.setrecursionlimit(wanted)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)

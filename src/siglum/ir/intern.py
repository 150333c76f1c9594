"""`InternTable`: one object per key for as long as somebody holds it. Imports the standard library only."""

from __future__ import annotations

import threading
from typing import Any, Final, Generic, TypeVar
from weakref import ref

T = TypeVar("T")
Key = tuple[Any, ...]
_ROOM: Final = 1 << 14
"""Entries a table may have before it looks for dead ones."""


class InternTable(Generic[T]):
    """A weak dictionary that is looked up and added to, no more, so that each costs little. Safe between threads.

    The entry of an object that is gone stays, with what its key holds, until the table has twice as many entries as it had
    after the last sweep.
    """

    def __init__(self) -> None:
        self._held: dict[Key, ref[T]] = {}
        self.find = self._held.get
        """`get` for those who look up often: the weak reference to the object of a key, or None."""
        self._full = _ROOM
        self._changing = threading.RLock()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: Key) -> T | None:
        """The object of `key` if there is one."""
        found = self.find(key)
        return None if found is None else found()

    def keep(self, key: Key, made: T) -> T:
        """The object of `key`: `made`, unless another thread was first."""
        reference = ref(made)
        held = self._held
        found = held.setdefault(key, reference)
        if found is not reference:
            first = found()
            if first is not None:
                return first
            # only one thread at a time takes the place of the dead
            with self._changing:
                first = held.get(key, found)()
                if first is not None:
                    return first
                held[key] = reference
        if len(held) > self._full:
            with self._changing:
                self._sweep()
        return made

    def _sweep(self) -> None:
        held = self._held
        if len(held) <= self._full:
            return
        entries = list(held.items())
        while entries:
            # newest first: what a key held may die with it
            key, reference = entries.pop()
            if reference() is None:
                del held[key]
        self._full = max(_ROOM, 2 * len(held))

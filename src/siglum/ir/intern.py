"""`InternTable`: one object per key for as long as somebody holds it. Imports the standard library only."""

from __future__ import annotations

import threading
from typing import Any, Final, Generic, TypeVar
from weakref import ref

T = TypeVar("T")
Key = tuple[Any, ...]
_ROOM: Final = 1 << 14
"""Entries a table may have before it looks for dead ones."""


class _Held(ref[T]):
    """A weak reference that knows its key."""

    __slots__ = ("key",)
    key: Key


class InternTable(Generic[T]):
    """A weak dictionary that is looked up and added to, no more, so that each costs little. Safe between threads.

    The entry of an object that is gone goes with it where the table is `prompt`, as where keys hold much. Elsewhere it stays,
    with what its key holds, until the table has twice as many entries as it had after the last sweep; adding costs less then.
    """

    def __init__(self, *, prompt: bool = False) -> None:
        self._held: dict[Key, ref[T]] = {}
        self.find = self._held.get
        """`get` for those who look up often: the weak reference to the object of a key, or None."""
        self._prompt = prompt
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
        reference = self._with_key(made, key) if self._prompt else ref(made)
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

    def _with_key(self, made: T, key: Key) -> ref[T]:
        reference = _Held(made, self._gone)
        reference.key = key
        return reference

    def _gone(self, reference: ref[T]) -> None:
        key = reference.key  # type: ignore[attr-defined]
        with self._changing:
            if self._held.get(key) is reference:
                del self._held[key]

    def _sweep(self) -> None:
        held = self._held
        if len(held) <= self._full:
            return
        entries = list(held.items())
        while entries:
            # newest first: what a key held may die with it
            key, reference = entries.pop()
            if reference() is None:
                held.pop(key, None)
        self._full = max(_ROOM, 2 * len(held))

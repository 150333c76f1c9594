"""`InternTable`: one object per key for as long as somebody holds it. Imports the standard library only."""

from __future__ import annotations

from typing import Any, Generic, TypeVar
from weakref import ref

T = TypeVar("T")
Key = tuple[Any, ...]


class _Held(ref[T]):
    """A weak reference that knows its key."""

    __slots__ = ("key",)
    key: Key


class InternTable(Generic[T]):
    """A weak dictionary that is looked up and added to, no more, and so costs little for each. Safe between threads."""

    def __init__(self) -> None:
        held: dict[Key, _Held[T]] = {}

        def gone(reference: ref[T]) -> None:
            key = reference.key  # type: ignore[attr-defined]
            if held.get(key) is reference:
                del held[key]

        self._held, self._gone = held, gone

    def get(self, key: Key) -> T | None:
        """The object of `key` if there is one."""
        found = self._held.get(key)
        return None if found is None else found()

    def keep(self, key: Key, made: T) -> T:
        """The object of `key`: `made`, unless another thread was first."""
        reference = _Held(made, self._gone)
        reference.key = key
        kept = self._held.setdefault(key, reference)
        if kept is reference:
            return made
        other = kept()
        if other is not None:
            return other
        # it died, and its own farewell is still to come
        self._held[key] = reference
        return made

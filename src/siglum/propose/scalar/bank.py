"""All different values that few operations make of the leaves, found bottom-up: of programs that agree on every sample the first.

Imports `scalar.components`, `scalar.lanes` and `scalar.programs`.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, compress
from operator import eq
from typing import Final

from siglum.propose.scalar.components import Component
from siglum.propose.scalar.lanes import Lanes
from siglum.propose.scalar.programs import Draft

CHUNK: Final = 1024
"""Rows that are worked on at once."""
_KEPT_LANES: Final = 6
_JOINED: Final = 4_000_000
"""Candidates up to which two levels are joined pair by pair."""


class Bank:
    """Values as rows, one lane a sample, numbered in the order found; the leaves come first. A value of level c has a program of
    c operations (its closure) from the leaves. `most` bounds how many values there are; `late` says when to end early.
    """

    def __init__(
        self, width: int, components: Sequence[Component], leaves: Sequence[Sequence[int]], most: int, late: Callable[[], bool]
    ) -> None:
        self.width, self.samples, self.leaves = width, len(leaves[0]), len(leaves)
        self.row_bytes = self.samples * width // 4
        self.components, self.most, self.late = components, most, late
        self.made: list[Component | None] = []
        self.left, self.right = array("i"), array("i")
        self.starts = [0]
        """Where each level begins; the last entry is where the next one will."""
        self.closures: list[array[int]] = [array("i", range(self.leaves))]
        """For each level the numbers of its values' operations, the value's own last: c for each value of level c."""
        self.tried = 0
        self.complete = True
        """Whether no level was ended early."""
        self._store = bytearray()
        self._seen: dict[int, int] = {}
        self._lanes: dict[int, Lanes] = {}
        one = self.lanes(1)
        for number, words in enumerate(leaves):
            row = one.rows(one.pack(words))
            self._seen.setdefault(hash(row), number)
            self._store += row
            self.made.append(None)
            self.left.append(-1)
            self.right.append(-1)
        self.starts.append(self.leaves)

    # Looking ----------------------------------------------------------------------------------------------------
    @property
    def levels(self) -> int:
        """The number of the last level."""
        return len(self.starts) - 2

    @property
    def size(self) -> int:
        return len(self.made)

    def lanes(self, rows: int) -> Lanes:
        """The lanes of so many rows."""
        found = self._lanes.get(rows)
        if found is None:
            if len(self._lanes) >= _KEPT_LANES:
                self._lanes.clear()
            found = self._lanes[rows] = Lanes(self.width, rows * self.samples)
        return found

    def row(self, number: int) -> bytes:
        """A value as bytes, the first sample first."""
        return bytes(self._store[number * self.row_bytes : (number + 1) * self.row_bytes])

    def vector(self, numbers: Sequence[int]) -> int:
        """Some values side by side."""
        return int.from_bytes(b"".join(map(self.row, numbers)), "little")

    def find(self, row: bytes) -> int | None:
        """The number of the value with this row."""
        return self._seen.get(hash(row))

    def find_all(self, rows: bytes) -> Iterator[tuple[int, int]]:
        """Of many rows those that are values: their index, and the value's number."""
        cut = chain.from_iterable(struct.iter_unpack(f"{self.row_bytes}s", rows))
        for k, number in enumerate(map(self._seen.get, map(hash, cut))):
            if number is not None:
                yield k, number

    def level_of(self, number: int) -> int:
        return next(c for c in range(len(self.starts)) if number < self.starts[c + 1])

    def numbers(self, level: int) -> range:
        """The numbers of a level's values."""
        return range(self.starts[level], self.starts[level + 1])

    def write(self, draft: Draft, number: int, leaves: Sequence[int]) -> int:
        """Writes a value's program into a draft, in which the leaves have these numbers."""
        if number < self.leaves:
            return leaves[number]
        made = self.made[number]
        assert made is not None
        first = self.write(draft, self.left[number], leaves)
        if made.arity == 1:
            return draft.apply(made, first)
        return draft.apply(made, first, self.write(draft, self.right[number], leaves))

    # Growing ----------------------------------------------------------------------------------------------------
    def extend(self) -> None:
        """Finds the values of the next level."""
        level = len(self.starts) - 1
        out = array("i")
        for _ in chain(self._chains(level, out), self._joins(level, out)):
            if self.size >= self.most or self.late():
                self.complete = False
                break
        self.closures.append(out)
        self.starts.append(self.size)

    def _chains(self, level: int, out: array[int]) -> Iterator[None]:
        """Operations on the last level's values, with a leaf or another part of their own closure beside them."""
        width = max(level - 1, 1)
        closures = self.closures[level - 1]
        inner = level > 1
        for start in range(0, len(closures) // width, CHUNK):
            part = closures[start * width : (start + CHUNK) * width]
            count = len(part) // width
            numbers = [part[k::width] for k in range(width)]
            own_numbers = numbers[-1]
            vectors = [self.vector(n) for n in numbers]
            own = vectors[-1]
            beside = list(zip(vectors[:-1], numbers[:-1], strict=True)) if inner else []
            for leaf in range(self.leaves):
                beside.append((int.from_bytes(self.row(leaf) * count, "little"), array("i", [leaf]) * count))
            if inner:
                beside.append((own, own_numbers))

            def closure(k: int, part: array[int] = part) -> array[int]:
                return part[k * width : (k + 1) * width] if inner else array("i")

            for made in self.components:
                if made.arity == 1:
                    self._keep(made, count, (own,), (own_numbers, own_numbers), closure, out)
                    yield
                    continue
                for other, other_numbers in beside:
                    self._keep(made, count, (own, other), (own_numbers, other_numbers), closure, out)
                    if not made.commutes and other is not own:
                        self._keep(made, count, (other, own), (other_numbers, own_numbers), closure, out)
                    yield

    def _joins(self, level: int, out: array[int]) -> Iterator[None]:
        """Operations on two values of lower levels whose operations add up."""
        binary = [made for made in self.components if made.arity == 2]
        for few in range(1, (level - 1) // 2 + 1):
            many = level - 1 - few
            firsts, seconds = self.closures[few], self.closures[many]
            if len(firsts) // few * (len(seconds) // many) * len(binary) > _JOINED:
                continue
            for start in range(0, len(seconds) // many, CHUNK):
                part = seconds[start * many : (start + CHUNK) * many]
                numbers = part[many - 1 :: many]
                vector, count = self.vector(numbers), len(numbers)
                for first in range(few - 1, len(firsts), few):
                    own = firsts[first - few + 1 : first + 1]
                    number = firsts[first]
                    other, other_numbers = int.from_bytes(self.row(number) * count, "little"), array("i", [number]) * count

                    def closure(k: int, part: array[int] = part, own: array[int] = own, many: int = many) -> array[int]:
                        return own + part[k * many : (k + 1) * many]

                    for made in binary:
                        self._keep(made, count, (vector, other), (numbers, other_numbers), closure, out)
                        if not made.commutes:
                            self._keep(made, count, (other, vector), (other_numbers, numbers), closure, out)
                    yield

    def _keep(
        self,
        made: Component,
        count: int,
        vectors: tuple[int, ...],
        arguments: tuple[Sequence[int], Sequence[int]],
        closure: Callable[[int], array[int]],
        out: array[int],
    ) -> None:
        """Applies a component to vectors of `count` rows and keeps the rows that are new and do not stop."""
        self.tried += count
        v = self.lanes(count)
        rows = list(chain.from_iterable(struct.iter_unpack(f"{self.row_bytes}s", v.rows(made.apply(v, *vectors)))))
        base = self.size
        found = list(map(eq, map(self._seen.setdefault, map(hash, rows), range(base, base + count)), range(base, base + count)))
        if made.stops is not None:
            self._drop_stopping(v.rows(made.stops(v, *vectors)), rows, found)
        fresh = list(compress(range(count), found))
        if not fresh:
            return
        new = list(compress(rows, found))
        self._seen.update(zip(map(hash, new), range(base, base + len(new)), strict=True))
        self._store += b"".join(new)
        self.made.extend([made] * len(new))
        self.left.extend(compress(arguments[0], found))
        self.right.extend(compress(arguments[1], found))
        for number, k in enumerate(fresh, base):
            out.extend(closure(k))
            out.append(number)

    def _drop_stopping(self, stops: bytes, rows: list[bytes], found: list[bool]) -> None:
        """Takes back what was found in rows that stop on some sample."""
        if not any(stops):
            return
        nothing = bytes(self.row_bytes)
        for k, stopping in enumerate(chain.from_iterable(struct.iter_unpack(f"{self.row_bytes}s", stops))):
            if found[k] and stopping != nothing:
                found[k] = False
                del self._seen[hash(rows[k])]

"""Long programs as functions of functions: every value of a bank put through every short function, and those through others,
thousands of values in one big integer and without storing any.

Imports `scalar.bank`, `scalar.components`, `scalar.lanes` and `scalar.programs`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from random import Random
from typing import Final, NamedTuple

from siglum.propose.scalar.bank import Bank
from siglum.propose.scalar.components import Component
from siglum.propose.scalar.lanes import Lanes
from siglum.propose.scalar.programs import Draft

BLOCK: Final = 2048
"""Lanes that are worked on at once."""
_SAMPLES: Final = 12


class Functions:
    """The different functions of one word (and the constants) that few components make, as a bank over that word."""

    def __init__(
        self,
        width: int,
        components: Sequence[Component],
        constants: Sequence[int],
        random: Random,
        most: int,
        late: Callable[[], bool],
    ) -> None:
        fast = [made for made in components if not made.slow]
        words = [random.getrandbits(width) for _ in range(_SAMPLES)]
        self.bank = Bank(width, fast, [words, *([c] * _SAMPLES for c in constants)], most, late)
        self.operations: list[list[tuple[Component, int, int, int]]] = [[]]
        """For each level (component, number, left, right)."""

    def grow(self, level: int) -> bool:
        """Whether all functions of so many operations are known, after an attempt."""
        bank = self.bank
        while bank.levels < level and bank.complete:
            bank.extend()
            found = []
            for number in bank.numbers(bank.levels):
                made = bank.made[number]
                assert made is not None
                found.append((made, number, bank.left[number], bank.right[number]))
            self.operations.append(found)
        return bank.levels > level or (bank.levels == level and bank.complete)

    def count(self, level: int) -> int:
        """How many functions need so many operations."""
        return 1 if level == 0 else len(self.operations[level])


class Met(NamedTuple):
    """A value of the bank that two functions, one after the other, make a goal of."""

    value: int
    inner: int
    outer: int
    goal: int


class Composition:
    """The search through one bank for values that functions make a goal (a row) of. It looks at one sample at a time, those of
    `picked` in turn, and at the next one only where the one before agrees; more may be appended at any time. That is a filter:
    what is met has to be checked on all samples.
    """

    def __init__(self, bank: Bank, functions: Functions, constants: Sequence[int], goals: Sequence[bytes]) -> None:
        self.bank, self.functions, self.constants, self.goals = bank, functions, constants, goals
        self.picked = [0]
        self.checked = 0

    def run(self, level: int, inner: int, outer: int) -> Iterator[Met | None]:
        """Values of a level through functions of `inner`, then of exactly `outer` operations. Gives None now and then."""
        numbers = self.bank.numbers(level)
        for start in range(0, len(numbers), BLOCK):
            chunk = _Rows(self, numbers[start : start + BLOCK])
            if inner == 0:
                yield from self._outer(chunk, outer)
                continue
            last = self.functions.operations[inner]
            group = max(BLOCK // chunk.rows, 1)
            for at in range(0, len(last), group):
                some = [number for _, number, _, _ in last[at : at + group]]
                yield from self._outer(_Inner(self, chunk, inner, some), outer)

    def _outer(self, block: _Rows, level: int) -> Iterator[Met | None]:
        v = block.v
        full, carry = v.full, v.carry
        known = block.through(0, level - 1)
        goals = block.goals(0)
        yield None
        for operation in self.functions.operations[level]:
            made, number, left, right = operation
            found = made.apply(v, known[left]) if made.arity == 1 else made.apply(v, known[left], known[right])
            for k, goal in enumerate(goals):
                # the sum reaches the bit above a word where that is not zero
                above = ((found ^ goal) + full) & carry
                if above != carry:
                    for row in block.confirmed(above ^ carry, operation, level, k):
                        value, inner = block.source(row)
                        yield Met(value, inner, number, k)
        self.checked += block.rows * len(self.functions.operations[level])

    def write(self, draft: Draft, met: Met, leaves: Sequence[int]) -> int:
        """Writes what was met into a draft."""
        functions = self.functions.bank
        constants = leaves[len(leaves) - len(self.constants) :]
        value = self.bank.write(draft, met.value, leaves)
        inner = functions.write(draft, met.inner, [value, *constants])
        return functions.write(draft, met.outer, [inner, *constants])


class _Rows:
    """Some values of a bank side by side, on one sample at a time; `place` is where that stands among those picked."""

    def __init__(self, home: Composition, numbers: range) -> None:
        self.home, self.numbers, self.rows = home, numbers, len(numbers)
        self.v = _lanes(home.bank.width, self.rows)
        self._known: list[tuple[int, dict[int, int]]] = []
        self._goals: list[list[int]] = []

    def vector(self, place: int) -> int:
        """The values on a sample."""
        bank, size = self.home.bank, self.v.bytes
        at = self.home.picked[place] * size
        return int.from_bytes(b"".join([bank.row(k)[at : at + size] for k in self.numbers]), "little")

    def source(self, row: int) -> tuple[int, int]:
        """The value of the bank in a row, and the inner function."""
        return self.numbers[row], 0

    def goals(self, place: int) -> list[int]:
        """The goals on a sample, in every row."""
        while len(self._goals) <= place:
            size = self.v.bytes
            at = self.home.picked[len(self._goals)] * size
            self._goals.append([self.v.spread(int.from_bytes(goal[at : at + size], "little")) for goal in self.home.goals])
        return self._goals[place]

    def through(self, place: int, level: int) -> dict[int, int]:
        """What functions of at most `level` operations make of the values on a sample, by their numbers."""
        v = self.v
        while len(self._known) <= place:
            constants = {k: v.spread(c) for k, c in enumerate(self.home.constants, 1)}
            self._known.append((0, {0: self.vector(len(self._known)), **constants}))
        done, known = self._known[place]
        for operations in self.home.functions.operations[done + 1 : level + 1]:
            for made, number, left, right in operations:
                known[number] = made.apply(v, known[left]) if made.arity == 1 else made.apply(v, known[left], known[right])
        self._known[place] = (max(done, level), known)
        return known

    def confirmed(self, met: int, operation: tuple[Component, int, int, int], level: int, goal: int) -> Iterator[int]:
        """Of the rows with a bit in `met` those in which the operation makes the goal on all samples picked."""
        v = self.v
        made, _, left, right = operation
        for place in range(1, len(self.home.picked)):
            known = self.through(place, level - 1)
            found = made.apply(v, known[left]) if made.arity == 1 else made.apply(v, known[left], known[right])
            met &= ((found ^ self.goals(place)[goal]) + v.full & v.carry) ^ v.carry
            if not met:
                return
        marks = v.rows(met)
        at = v.width // 8
        yield from (row for row in range(self.rows) if marks[row * v.bytes + at])


class _Inner(_Rows):
    """What some functions make of rows, one function after the other."""

    def __init__(self, home: Composition, chunk: _Rows, level: int, functions: list[int]) -> None:
        super().__init__(home, range(chunk.rows * len(functions)))
        self.chunk, self.level, self.functions = chunk, level, functions

    def vector(self, place: int) -> int:
        known = self.chunk.through(place, self.level)
        return int.from_bytes(b"".join([self.chunk.v.rows(known[number]) for number in self.functions]), "little")

    def source(self, row: int) -> tuple[int, int]:
        which, at = divmod(row, self.chunk.rows)
        return self.chunk.numbers[at], self.functions[which]


@lru_cache(maxsize=16)
def _lanes(width: int, count: int) -> Lanes:
    return Lanes(width, count)

"""Choices: a result as one value where a condition holds and another one, or another choice, elsewhere.

Imports `scalar.bank`, `scalar.components`, `scalar.lanes` and `scalar.programs`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Final, NamedTuple

from siglum.propose.scalar.bank import CHUNK, Bank
from siglum.propose.scalar.components import CHOICE, component
from siglum.propose.scalar.programs import Draft, Program

_VALUES: Final = 20_000
_CONDITIONS: Final = 2_000
_NESTED: Final = 1
"""How deep choices stand in a choice, and by how many conditions they are tried."""
_NESTED_CONDITIONS: Final = 200
_EQUAL: Final = component("eq")


class _Part(NamedTuple):
    """A value of the bank, and a byte of 1 for each sample on which it is the result (or, of a condition, on which it holds)."""

    number: int
    where: int


class _Split(NamedTuple):
    """`first` where the condition holds (or, with `holds` false, where it does not), else the value or choice `other`."""

    condition: int
    holds: bool
    first: int
    other: int | _Split


class Choices:
    """The choices among the values of a bank. `wanted` is the result on every sample."""

    def __init__(self, bank: Bank, wanted: int, late: Callable[[], bool]) -> None:
        self.bank, self.wanted, self.late = bank, wanted, late
        self.everywhere = int.from_bytes(b"\1" * bank.samples, "little")
        self.values: list[_Part] = []
        self.conditions: list[_Part] = []
        self._agreeing: set[int] = set()
        self._holding: set[int] = set()
        self._known: dict[int, int | None] = {}
        self._splits: dict[int, _Split | None] = {}

    def programs(self, level: int, leaves: Sequence[int]) -> Iterator[Program]:
        """Choices among values up to this level, the shortest first."""
        self._read(level)
        self._known.clear()
        self._splits.clear()
        found = []
        for condition in self.conditions:
            if self.late():
                break
            for holds in (True, False):
                split = self._split(condition, holds, self.everywhere, _NESTED)
                if split is not None:
                    draft = Draft(len(leaves))
                    found.append(draft.program(self._write(draft, split, leaves)))
        yield from sorted(found, key=lambda program: program.length)

    def _read(self, level: int) -> None:
        """Notes of the values of a level on which samples they are the result; of truth values where they hold."""
        bank = self.bank
        numbers = range(bank.leaves) if level == 0 else bank.numbers(level)
        row = bank.lanes(1).rows(self.wanted)
        for start in range(0, len(numbers), CHUNK):
            if self.late() or len(self.values) > _VALUES:
                return
            chunk = numbers[start : start + CHUNK]
            v, vector = bank.lanes(len(chunk)), bank.vector(chunk)
            equal = v.rows(_EQUAL.apply(v, vector, int.from_bytes(row * len(chunk), "little")))[:: v.bytes]
            truth = v.rows(vector)[:: v.bytes]
            for k, number in enumerate(chunk):
                part = slice(k * bank.samples, (k + 1) * bank.samples)
                where = int.from_bytes(equal[part], "little")
                if where and where not in self._agreeing:
                    self._agreeing.add(where)
                    self.values.append(_Part(number, where))
                made = bank.made[number]
                if made is not None and made.truth and len(self.conditions) < _CONDITIONS:
                    holds = int.from_bytes(truth[part], "little")
                    if holds not in (0, self.everywhere) and holds not in self._holding:
                        self._holding.add(holds)
                        self.conditions.append(_Part(number, holds))

    def _covering(self, needed: int) -> int | None:
        """A value that is the result on the `needed` samples, the cheapest one."""
        if needed not in self._known:
            self._known[needed] = next((value.number for value in self.values if not needed & ~value.where), None)
        return self._known[needed]

    def _split(self, condition: _Part, holds: bool, needed: int, nested: int) -> _Split | None:
        """A choice by this condition that is the result on the `needed` samples."""
        inside = needed & (condition.where if holds else ~condition.where)
        outside = needed & ~inside
        first = self._covering(inside) if inside and outside else None
        if first is None:
            return None
        other: int | _Split | None = self._covering(outside)
        if other is None and nested:
            if outside not in self._splits:
                few = product(self.conditions[:_NESTED_CONDITIONS], (True, False))
                tries = (self._split(part, h, outside, nested - 1) for part, h in few)
                self._splits[outside] = next((found for found in tries if found is not None), None)
            other = self._splits[outside]
        return None if other is None else _Split(condition.number, holds, first, other)

    def _write(self, draft: Draft, part: int | _Split, leaves: Sequence[int]) -> int:
        if isinstance(part, int):
            return self.bank.write(draft, part, leaves)
        test = self.bank.write(draft, part.condition, leaves)
        first, other = self.bank.write(draft, part.first, leaves), self._write(draft, part.other, leaves)
        return draft.apply(CHOICE, test, *((first, other) if part.holds else (other, first)))

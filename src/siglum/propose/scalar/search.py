"""The search of one round: programs that agree with every sample, the cheapest to find first.

Imports its siblings.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count, product
from random import Random
from typing import Final, NamedTuple

from siglum.propose.scalar.bank import CHUNK, Bank
from siglum.propose.scalar.choices import Choices
from siglum.propose.scalar.components import CHOICE, Component
from siglum.propose.scalar.compositions import Composition, Functions
from siglum.propose.scalar.goals import Goal, goals
from siglum.propose.scalar.inverses import INVERTIBLE, partners
from siglum.propose.scalar.lanes import Lanes
from siglum.propose.scalar.products import Product, exact_products
from siglum.propose.scalar.programs import Draft, Program

_PAIRS_SHARE: Final = 0.25
"""The part of the time left that goals as pairs of a level's values may take; the result itself is looked for in any case."""
_PER_PAIR: Final = 1.0e-6
_PER_CHECK: Final = 4e-9
"""Seconds for a candidate of a composition and a goal, about, for one of its rows, and for one of its inner values."""
_PER_ROW: Final = 150e-9
_PER_VALUE: Final = 3e-9
_BY_CHANCE: Final = 50
"""So many values may equal a goal on the samples looked at and differ from it on others before one more is looked at."""
_DEEPEST: Final = 4
"""Operations of a function that compositions put values through, at most."""
_MOST_HELD: Final = 1000
_CHOICES_UP_TO: Final = 3
"""The level of the bank up to which values are chosen between."""
_PRODUCTS_AFTER: Final = 3
"""The level of the bank after which partial products are tried, and the part of the time left that they get."""
_PRODUCTS_SHARE: Final = 0.4


@dataclass(frozen=True)
class Task:
    """What is searched: `leaves` are the words of parameters and constants on each sample (the constants last), `wanted` those of
    the result, which is a `truth` value or a number. With `choices` it may also be one value or another by a condition.
    """

    width: int
    components: tuple[Component, ...]
    constants: tuple[int, ...]
    leaves: tuple[tuple[int, ...], ...]
    wanted: tuple[int, ...]
    choices: bool = False
    truth: bool = False

    @property
    def samples(self) -> int:
        return len(self.wanted)


@dataclass
class Progress:
    """How far a search has come: operations up to which every value was looked at, candidates, and where it is now."""

    depth: int = 0
    tried: int = 0
    at: str = ""


class Room(NamedTuple):
    """How many values, and how many functions of one argument, may be kept."""

    values: int
    functions: int


class _Plan(NamedTuple):
    """A composition that may be run: its cost in seconds, values of which level, functions of how many operations."""

    seconds: float
    level: int
    inner: int
    outer: int

    @property
    def length(self) -> int:
        return self.level + self.inner + self.outer


class Search:
    """One search. `shorter_than` may be lowered while it runs; `left` gives the seconds that remain, `room` how much may be
    kept; `in_order` holds programs back that are longer than what is known to be all. `direct` says that the program just
    given stands in the bank for all that agree with it on the samples.
    """

    def __init__(
        self,
        task: Task,
        left: Callable[[], float],
        room: Room,
        random: Random,
        *,
        in_order: bool = False,
        progress: Progress | None = None,
    ) -> None:
        self.task, self.left, self.room, self.random, self.in_order = task, left, room, random, in_order
        self.shorter_than = math.inf
        self.direct = False
        self.progress = progress or Progress()
        self.v = Lanes(task.width, task.samples)
        self.leaves = [self.v.pack(words) for words in task.leaves]
        self.wanted = self.v.pack(task.wanted)
        self._numbers = list(range(len(self.leaves)))
        self._aims = goals(self.v, task.components, self.wanted, self.leaves)
        self._late = lambda: left() <= 0
        self._bank = Bank(task.width, task.components, task.leaves, room.values, self._late)

    def programs(self) -> Iterator[Program]:
        """Programs that agree with all samples; each is shorter than `shorter_than` at that time."""
        held: list[tuple[int, int, Program]] = []
        number = count()
        for program in self._candidates():
            if program.length >= self.shorter_than or self._wrong(program):
                continue
            if not self.in_order:
                yield program
                continue
            if len(held) < _MOST_HELD:
                heappush(held, (self._said_length(program), next(number), program))
            while held and held[0][0] <= self.progress.depth:
                yield heappop(held)[2]
        while held:
            yield heappop(held)[2]

    def _said_length(self, program: Program) -> int:
        """The length, and one more where a number has to be made a truth value."""
        is_truth = program.steps and (program.steps[-1].component.truth or program.steps[-1].component is CHOICE)
        return program.length + (self.task.truth and not is_truth)

    def _candidates(self) -> Iterator[Program]:
        for leaf, vector in enumerate(self.leaves):
            if vector == self.wanted:
                yield Program(len(self.leaves), (), leaf)
        choices = Choices(self._bank, self.wanted, self._late)
        if self.task.choices:
            yield from choices.programs(0, self._numbers)
        for level in self._grown():
            yield from self._found(level)
            if self.task.choices and level <= _CHOICES_UP_TO:
                yield from choices.programs(level, self._numbers)
            yield from self._pairs(level)
            if level == _PRODUCTS_AFTER:
                yield from self._from_products()
        yield from self._composed()

    def _wrong(self, program: Program) -> list[int]:
        """The samples on which a program gives something else than is wanted, or stops."""
        found, stopped = program.run(self.v, self.leaves)
        if found == self.wanted and not stopped:
            return []
        apart, stops = self.v.unpack(found ^ self.wanted), self.v.unpack(stopped & self.v.full)
        return [k for k, (a, s) in enumerate(zip(apart, stops, strict=True)) if a or s]

    # Values and pairs of values -----------------------------------------------------------------------------------
    def _grown(self) -> Iterator[int]:
        """The levels of the bank, one after the other, as long as the next one is affordable."""
        bank = self._bank
        seconds, new, growth = 0.0, 0, 20.0
        while bank.complete and bank.levels + 1 < self.shorter_than and self.left() > 0:
            level = bank.levels + 1
            if level > 3 and (seconds * growth > self.left() / 3 or bank.size + new * growth > self.room.values):
                return
            self.progress.at = f"values of {level} operations"
            tried, size, left = bank.tried, bank.size, self.left()
            bank.extend()
            growth = (bank.size - size) / new if new else 20.0
            seconds, new = left - self.left(), bank.size - size
            self.progress.tried += bank.tried - tried
            if bank.complete:
                self.progress.depth = max(level, self.progress.depth)
            yield level
            if not new:
                return

    def _found(self, level: int) -> Iterator[Program]:
        """The result, if it is among the values of a level."""
        found = self._bank.find(self.v.rows(self.wanted))
        if found is not None and found >= self._bank.starts[level]:
            draft = Draft(len(self.leaves))
            self.direct = True
            yield draft.program(self._bank.write(draft, found, self._numbers))
            self.direct = False

    def _pairs(self, level: int) -> Iterator[Program]:
        """Goals as one operation on a value of this level and any other one, the shortest first."""
        bank = self._bank
        numbers = bank.numbers(level)
        binary = [made for made in self.task.components if made.name in INVERTIBLE and made.arity == 2]
        each = len(numbers) * len(binary) * _PER_PAIR or 1.0
        aims = self._aims[: max(int(self.left() * _PAIRS_SHARE / each), 1)]
        for aim in aims:
            found: list[Program] = []
            for start in range(0, len(numbers), CHUNK):
                if self.left() <= 0:
                    return
                chunk = numbers[start : start + CHUNK]
                vector, v = bank.vector(chunk), bank.lanes(len(chunk))
                wanted = int.from_bytes(self.v.rows(aim.vector) * len(chunk), "little")
                for made in binary:
                    for place, rows in partners(made, v, wanted, vector):
                        found += [self._pair(aim, made, place, other, chunk[k]) for k, other in bank.find_all(v.rows(rows))]
            yield from sorted(found, key=lambda program: program.length)

    def _pair(self, aim: Goal, made: Component, place: int, other: int, known: int) -> Program:
        draft = Draft(len(self.leaves))
        first, second = (self._bank.write(draft, number, self._numbers) for number in (other, known))
        value = draft.apply(made, *((first, second) if place == 0 else (second, first)))
        return draft.program(aim.finish(draft, value, self._numbers))

    # Products -----------------------------------------------------------------------------------------------------
    def _from_products(self) -> Iterator[Program]:
        """The same search over partial products instead of parameters."""
        parts: list[Product] = exact_products(self._bank, self.task.components)
        if not parts:
            return
        rest = tuple([made for made in self.task.components if made is not parts[0].multiply])
        inner = Task(self.task.width, rest, (), tuple([part.words for part in parts]), self.task.wanted)
        left = self.left
        end = left() * (1 - _PRODUCTS_SHARE)
        room = Room(self.room.values - self._bank.size, self.room.functions)
        nested = Search(inner, lambda: left() - end, room, self.random, progress=self.progress)
        for program in nested.programs():
            draft = Draft(len(self.leaves))
            numbers = [part.write(draft, self._bank, self._numbers) for part in parts]
            for made, arguments in program.steps:
                numbers.append(draft.apply(made, *(numbers[a] for a in arguments)))
            yield draft.program(numbers[program.result])

    # Compositions -------------------------------------------------------------------------------------------------
    def _composed(self) -> Iterator[Program]:
        """Values of the bank through one or two functions, what costs least first."""
        task, bank = self.task, self._bank
        functions = Functions(task.width, task.components, task.constants, self.random, self.room.functions, self._late)
        ends = [aim for aim in self._aims if aim.last is None or aim.last[0].arity == 1]
        composition = Composition(bank, functions, task.constants, [self.v.rows(end.vector) for end in ends])
        for plan in self._plans(functions, len(ends)):
            if plan.length >= self.shorter_than or plan.seconds > 2 * self.left():
                continue
            self.progress.at = f"functions of {plan.inner} and {plan.outer} operations on values of {plan.level}"
            before, by_chance = composition.checked, 0
            apart: Counter[int] = Counter()
            for met in composition.run(plan.level, plan.inner, plan.outer):
                if self.left() <= 0:
                    return
                if met is None:
                    continue
                draft = Draft(len(self.leaves))
                value = composition.write(draft, met, self._numbers)
                program = draft.program(ends[met.goal].finish(draft, value, self._numbers))
                wrong = self._wrong(program)
                if not wrong:
                    yield program
                    continue
                by_chance += 1
                apart.update(wrong)
                if by_chance >= _BY_CHANCE and len(composition.picked) < task.samples:
                    # a further sample is looked at: the one that tells most of these from the goal
                    composition.picked.append(apart.most_common(1)[0][0])
                    by_chance = 0
                    apart.clear()
            self.progress.tried += composition.checked - before

    def _plans(self, functions: Functions, ends: int) -> list[_Plan]:
        """The compositions beyond what the bank holds, the cheapest first; what others reach with fewer parts is left out."""
        bank = self._bank
        deepest = 0
        while deepest < _DEEPEST and functions.grow(deepest + 1):
            deepest += 1
        full = bank.levels if bank.complete else bank.levels - 1
        plans = []
        for level, inner, outer in product(range(1, bank.levels + 1), range(deepest + 1), range(1, deepest + 1)):
            if level + inner > full and inner + outer > deepest if inner else level + outer > full:
                rows = len(bank.numbers(level)) * functions.count(inner)
                earlier = sum(functions.count(k) for k in range(1, outer))
                each = functions.count(outer) * _PER_CHECK * (1 + ends) / 2 + earlier * _PER_VALUE + _PER_ROW
                plans.append(_Plan(rows * each, level, inner, outer))
        return sorted(plans)

"""The search: programs of rising cost, built bottom-up over values on the examples, for as long as it may run.

Imports `records`, `ir`, `frontend.literals`, `repair` and this folder.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, pairwise
from math import inf, log2, sqrt
from typing import Any, Final, NamedTuple

from siglum.frontend.literals import show_value
from siglum.ir.types import I64, Array, Type
from siglum.propose.repair import Part
from siglum.propose.search.ahead import Ahead
from siglum.propose.search.bank import MAGNITUDE, MOST_JOBS, STEPS, Bank, Hit, Library
from siglum.propose.search.catalogue import NAMES, SPREAD_BITS
from siglum.propose.search.costs import UNITS, Literal, literals_for, units
from siglum.propose.search.goals import FIRST_GOALS, MOST_GOALS, Goal, goals
from siglum.propose.search.joins import Joined, Joins
from siglum.propose.search.layout import MOST_ROWS
from siglum.propose.search.schedule import Schedule
from siglum.records import Candidate, Example, Spec

INPUT_BITS: Final = 1.0
UNSAID_BITS: Final = 10.0
"""What a program costs beside that nothing said in English led to."""
MOST_BITS: Final = 60.0
USUAL: Final = 10
COMMON_CONSTANTS: Final = 0.4
"""What constants cost among common words, of what they cost otherwise."""
AGAIN: Final = 2 * UNITS
"""What a value costs that the program has already."""
MOST_STEPS: Final = 20_000
_MOST_JOINED: Final = 16
_COVERED: Final = (1200, 64, 100_000)
"""What so many of the cheapest values leave of the goal may be the least or the greatest of two: of so few, and of so many."""
_FIRST_JOINS: Final = 50_000
_LATER: Final = 3
_BEFORE: Final = 0.9
"""The share of the seconds that values are made in; in the rest two of them are tried beside the goal once more."""
_SHARE: Final = 0.02
_TO_PAIR: Final = 2
"""Two values beside the goal are tried after so many candidates, then after as many times as many; pairs of cheap values are a
share of them. Of what those leave of the goal about so many a value are left of the right lengths.
"""
_NAME: Final = re.compile(r"\b[abc]\b")
_ATOM: Final = re.compile(r'[A-Za-z_]\w*|\d[\d.]*|"[^"\\]*"|\'[^\'\\]\'')


class Progress(NamedTuple):
    """How far a search is: combinations tried, the cost they have now (bits), values kept, bytes of memory."""

    candidates: int
    bits: float
    values: int
    memory: int


class Search:
    """One search for one Spec: under `priors` (bits of words), with the literals that the intent says, and with `seeds`, phrases
    that may be parts of the answer; or (`common`) of common words alone, at costs that hardly differ, and without integers that
    are larger than those of the examples. Takes the `share` of the memory.
    """

    def __init__(
        self,
        library: Library,
        spec: Spec,
        priors: Mapping[str, float] | None = None,
        said: Sequence[Literal] = (),
        seeds: Iterable[Part] = (),
        *,
        common: bool = False,
        share: float = 1.0,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        assert spec.result is not None
        self.library, self.spec, self.goal_type = library, spec, spec.result
        self.examples = spec.examples[:MOST_ROWS]
        self.progress = progress or (lambda how: None)
        self.costs = units(library.units, library.operations, library.by_word, priors or {})
        self.literals = literals_for(spec, said)
        self.constants = {(literal.value, literal.type): literal.bits for literal in self.literals}
        self.seeds = seeds
        magnitude = _magnitude(self.examples) if common else MAGNITUDE
        memory = int(share * spec.budget.memory)
        self.bank = Bank(library, len(self.examples), memory, steps=_steps(self.examples), magnitude=magnitude)
        starts = frozenset(t for _, t in spec.params) or frozenset(literal.type for literal in self.literals)
        shapes = library.shapes(starts, self.goal_type, self.costs, common=common)
        self.taken = {t for shape in shapes for t in shape.params}
        self.schedule = Schedule(shapes)
        self.leaves: dict[int, str] = {}
        self.leaf_units: dict[int, int] = {}
        self.constant_share = COMMON_CONSTANTS if common else 1.0
        self.start = time.process_time()
        self.end = self.start + _BEFORE * spec.budget.seconds
        self.level = 0

    # Leaves -----------------------------------------------------------------------------------------------------------
    def _leaf(self, column: Sequence[Any], t: Type, text: str, bits: float, *, constant: bool = False) -> int:
        number = self.bank.insert(column, t)
        if number == self.bank.count - 1 and number not in self.leaves:
            self.leaves[number] = text
            self.leaf_units[number] = max(1, round(UNITS * bits))
            cost = max(1, round(UNITS * bits * self.constant_share)) if constant else self.leaf_units[number]
            self.schedule.group(t, cost, number, number + 1, constant=constant)
        return number

    def _begin(self) -> None:
        rows = range(len(self.examples))
        literals: dict[tuple[Any, Type], int] = {}
        for k, (name, t) in enumerate(self.spec.params):
            self._leaf([example.arguments[k] for example in self.examples], t, name, INPUT_BITS)
        for literal in self.literals:
            if literal.type in self.taken:
                text = show_value(literal.value, literal.type)
                column = [literal.value for _ in rows]
                literals[literal.value, literal.type] = self._leaf(column, literal.type, text, literal.bits, constant=True)
        for part in self.seeds:
            if part.type in self.taken:
                self._leaf(part.column[: len(self.examples)], part.type, part.text, part.bits)
        self.goals: list[Goal] = []
        self.goal_values: dict[int, None] = {}
        self.waiting = goals([example.result for example in self.examples], self.goal_type, self._priced)
        self.met = list(self._further(FIRST_GOALS))
        if not self.goals:
            raise OverflowError("the results do not fit")
        self.joins = Joins(self.bank, self.goal_type, self.goal_values, self._pulse, self._unlike())
        self.ahead = Ahead(self.bank, self.goal_type, next(iter(self.goal_values)), self.costs, literals, self._pulse)
        self.next_joins = _FIRST_JOINS

    def _unlike(self) -> list[int] | None:
        """The lengths of the results, if they are lists of integers and no list that is given has the same."""
        if self.goal_type is not Array(I64):
            return None
        lengths = [len(example.result) for example in self.examples]
        lists = [k for k, (_, t) in enumerate(self.spec.params) if t is self.goal_type]
        given = [[len(example.arguments[k]) for example in self.examples] for k in lists]
        return None if not lists or lengths in given else lengths

    def _priced(self, operation: str, t: Type, constant: Any) -> float:
        """Bits of an operation on a value of the goal's type, with a constant where there is one."""
        if constant is None:
            number = self.library.by_text.get((operation, (t,)))
            return inf if number is None else self.costs[number] / UNITS
        other = I64 if isinstance(constant, int) else t
        number = self.library.by_text.get((operation, (t, other)))
        if number is None:
            return inf
        return self.costs[number] / UNITS + self.constants.get((constant, other), _constant_bits(constant))

    def _further(self, most: int) -> Iterator[tuple[int, int]]:
        """Takes more goals, until there are so many; those that are met already, with the value that does."""
        for goal in islice(self.waiting, most - len(self.goals)):
            there = self.bank.count
            try:
                value = self.bank.insert(goal.column, goal.type)
                if value < 0:
                    continue  # another way to the same results
                self.bank.insert(goal.column, goal.type, goal=-1 - len(self.goals))
            except OverflowError:
                continue
            self.goals.append(goal)
            self.goal_values[value] = None
            if value < there:
                yield -len(self.goals), value

    # Levels -----------------------------------------------------------------------------------------------------------
    def run(self) -> Iterator[Candidate]:
        """Candidates that meet the goal on the examples, cheapest first as far as the search goes. Ends with the budget."""
        yield from (candidate for candidate in self.steps() if candidate)

    def steps(self) -> Iterator[Candidate | None]:
        """The same, with None after each cost."""
        try:
            self._begin()
        except (KeyError, OverflowError):
            return  # a type that is not looked at, or a value that does not fit
        told: set[str] = set()
        try:
            for candidate in chain(self._given(), self._levels()):
                if candidate is None or candidate.text not in told:
                    yield candidate
                if candidate:
                    told.add(candidate.text)
        finally:
            del self.joins, self.ahead, self.waiting  # they hold what holds them: the memory would wait for the collector

    def _levels(self) -> Iterator[Candidate | None]:
        for met, value in self.met:
            yield self._already(met, value)
        for self.level in range(1, round(UNITS * MOST_BITS)):
            self._pulse()
            yield from self._level()
            yield None
            if not self._going():
                break
        self._pulse()
        self.bank.open_reserve()
        self.end = self.start + self.spec.budget.seconds
        yield from self._pairs()

    def _given(self) -> Iterator[Candidate]:
        """A parameter or a literal that is the answer."""
        wanted = [example.result for example in self.examples]
        for k, (name, t) in enumerate(self.spec.params):
            if t is self.goal_type and all(e.arguments[k] == w for e, w in zip(self.examples, wanted, strict=True)):
                yield Candidate(name, "search", INPUT_BITS)
        for literal in self.literals:
            if literal.type is self.goal_type and all(literal.value == w for w in wanted):
                yield Candidate(show_value(literal.value, literal.type), "search", literal.bits)

    def _level(self) -> Iterator[Candidate]:
        batches = self.schedule.jobs(self.level)
        made: list[tuple[Type, int, int]] = []
        if sum(map(len, batches.values())) <= MOST_JOBS:
            yield from self._do(batches, made)
        else:
            # the goal's own type last: what does not fit into one run of the engine is least needed there
            for t in sorted(batches, key=lambda t: t is self.goal_type):
                for start in range(0, len(batches[t]), MOST_JOBS):
                    yield from self._do({t: batches[t][start : start + MOST_JOBS]}, made)
        for t, first, last in made:
            self.schedule.group(t, self.level, first, last)
        if len(self.goals) < MOST_GOALS and self.bank.tally.completed > _FIRST_JOINS:
            for met, value in self._further(MOST_GOALS):
                yield self._already(met, value)
        for t, first, last in made:
            if t is self.goal_type and self._going():
                yield from self._cheapest(chain(self.ahead.of((first, last)), self.joins.one((first, last))))
        if self.bank.tally.completed > self.next_joins and self._going():
            yield from self._pairs()

    def _going(self) -> bool:
        return not self.bank.full and time.process_time() < self.end

    def _pairs(self) -> Iterator[Candidate]:
        """Two of the cheapest values beside the goal, as many as the search so far is worth."""
        completed = self.bank.tally.completed
        self.next_joins = _LATER * completed
        count = round(sqrt(completed * _SHARE))
        values, left, few, many = (self.schedule.cheapest(self.goal_type, most) for most in (count, *_COVERED))
        self.joins.leave(left, few)
        yield from self._cheapest(self.joins.two(values, count * _TO_PAIR))
        yield from self._cheapest(self.joins.covered(many))

    def _cheapest(self, joined: Iterable[Joined]) -> list[Candidate]:
        """What was joined, the cheapest first; of much that will do, most is the same said otherwise."""
        return sorted(map(self._put_together, joined), key=lambda candidate: candidate.cost)[:_MOST_JOINED]

    def _do(self, batches: Mapping[Type, list[bytes]], made: list[tuple[Type, int, int]]) -> Iterator[Candidate]:
        """Runs jobs, at most MOST_JOBS; `made` is told which values they gave of each type."""
        if not self._going():
            return
        jobs = [job for some in batches.values() for job in some]
        self.bank.run(jobs, pulse=self._pulse)
        place, bounds = 0, []
        for some in batches.values():
            bounds.append(self.bank.first_of(place))
            place += len(some)
        bounds.append(self.bank.count)
        made += [(t, first, last) for t, (first, last) in zip(batches, pairwise(bounds), strict=True) if last > first]
        for hit in self.bank.hits():
            yield self._met(hit)

    def _pulse(self) -> bool:
        bank = self.bank
        self.progress(Progress(bank.candidates, self.level / UNITS, bank.count, bank.used))
        return time.process_time() < self.end

    # Programs -----------------------------------------------------------------------------------------------------------
    def _met(self, hit: Hit) -> Candidate:
        """The program of an operation that gave a goal."""
        operation = self.library.operations[hit.operation]
        text = self._applied(operation.text, [self.text_of(v) for v in hit.arguments[: len(operation.params)]])
        units = self._own(hit.operation, hit.arguments)
        return self._candidate(text, hit.met, self._shared(units, hit.arguments[: len(operation.params)]))

    def _already(self, met: int, value: int) -> Candidate:
        """The program of a value that was there before it was a goal."""
        return self._candidate(self.text_of(value), met, self._shared(0, (value,)))

    def _put_together(self, joined: Joined) -> Candidate:
        """The program of values that give a goal together."""
        text = ""
        for number, *values in joined.steps:
            parts = [self.text_of(v) if v >= 0 else text for v in values]
            text = self._applied(self.library.operations[number].text, parts)
        units = sum(self.costs[number] for number, *_ in joined.steps)
        return self._candidate(text, joined.goal, self._shared(units, [v for _, *vs in joined.steps for v in vs if v >= 0]))

    def _own(self, operation: int, arguments: Sequence[int]) -> int:
        """What an operation usually costs on such arguments."""
        beside = self.library.number_beside(operation)
        spread = beside is not None and arguments[beside] not in self.leaves
        return self.costs[operation] + (round(UNITS * SPREAD_BITS) if spread else 0)

    def _shared(self, units: int, values: Iterable[int]) -> float:
        """What `units` and the values cost together, in bits: one that is there twice is thought of once."""
        seen: set[int] = set()
        waiting = list(values)
        while waiting:
            value = waiting.pop()
            if value in self.leaves:
                units += self.leaf_units[value]
            elif value in seen:
                units += AGAIN
            else:
                seen.add(value)
                number, arguments = self.bank.origin(value)
                units += self._own(number, arguments)
                waiting += arguments[: len(self.library.operations[number].params)]
        return units / UNITS

    def _candidate(self, text: str, met: int, bits: float) -> Candidate:
        goal = self.goals[-1 - met]
        for before, behind in goal.steps:
            text = f"{before}{_grouped(text)}{behind}"
        return Candidate(text, "search", bits + goal.bits + (UNSAID_BITS if self.spec.phrase else 0.0))

    def text_of(self, value: int) -> str:
        """The phrase whose value this is."""
        leaf = self.leaves.get(value)
        if leaf is not None:
            return leaf
        number, arguments = self.bank.origin(value)
        if number >= len(self.library.operations):
            return "?"  # a goal as a value of its own
        operation = self.library.operations[number]
        return self._applied(operation.text, [self.text_of(v) for v in arguments[: len(operation.params)]])

    def _applied(self, text: str, arguments: Sequence[str]) -> str:
        given = dict(zip(NAMES, arguments, strict=False))
        return _NAME.sub(lambda found: _grouped(given[found.group()]), text)


def _steps(examples: Sequence[Example]) -> int:
    """Enough to count up to the numbers that are given, if these are not large."""
    numbers = [a for example in examples for a in example.arguments if isinstance(a, int)]
    return max(STEPS, min(MOST_STEPS, 2 * max(numbers, default=0)))


def _magnitude(examples: Sequence[Example]) -> int:
    """The least 2^n - 1 that is not below any integer of the examples, nor below usual constants."""
    waiting: list[Any] = [value for example in examples for value in (*example.arguments, example.result)]
    most = USUAL
    while waiting:
        value = waiting.pop()
        if isinstance(value, int):
            most = max(most, abs(value))
        elif isinstance(value, list | tuple):
            waiting += value
    return (1 << most.bit_length()) - 1


def _constant_bits(constant: Any) -> float:
    """What a constant costs that nobody said: it shows in all results."""
    if isinstance(constant, int):
        return 4.0 + 2 * log2(1 + abs(constant)) / 3
    return (4.0 if isinstance(constant, str) else 2.0) + len(constant) / 2


def _grouped(text: str) -> str:
    return text if _ATOM.fullmatch(text) else f"({text})"

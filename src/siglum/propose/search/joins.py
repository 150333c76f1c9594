"""Meeting in the middle: which values that are there give the goal together, one operation apart or two.

Imports this folder's bank, covers, goals, layout and schedule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from heapq import nlargest
from itertools import islice
from typing import Final, NamedTuple

from siglum.ir.types import I64, Array, Type
from siglum.propose.search.bank import Bank, Hit, Span, ranges
from siglum.propose.search.covers import Covers, Likely, Step
from siglum.propose.search.goals import FIRST_GOALS, JOINS, zipped
from siglum.propose.search.layout import MEETS, PROBES
from siglum.propose.search.schedule import limited

_NAME: Final = re.compile(r"\b[ab]\b")
_MOST_HITS: Final = 300
_MOST_STEPS: Final = 10_000
"""What may give a goal and is tried, of the values of one cost."""
_CUT_GOALS: Final = 2
"""So many of the goals are looked for in what is left of longer values."""
_LIKELY: Final = 0.3
_MOST_LIKELY: Final = 80
_MOST_ALIKE: Final = 3
"""What a value beside the goal leaves may be the least or the greatest of two others where a cheap one has this share of its
elements; so many of these are looked at, and for the same value so many: those with the largest shares.
"""


def swapped(text: str) -> str:
    """The text with `a` and `b` in each other's places."""
    return _NAME.sub(lambda found: "b" if found.group() == "a" else "a", text)


class Rule(NamedTuple):
    """With `probe` of the wanted value and a value v giving u, `made` of v and u may give the wanted one. `wanted_first` says
    where the wanted value stands in the probe, `met_first` where u stands in what is made.
    """

    probe: int
    wanted_first: bool
    made: int
    met_first: bool
    twice: bool

    def spans(self, wanted: Span, values: Span) -> tuple[Span, Span]:
        return (wanted, values) if self.wanted_first else (values, wanted)

    @property
    def shaped(self) -> int:
        """Which argument of the probe is the wanted value: what the probe gives has its lengths."""
        return 1 if self.wanted_first else 2

    def making(self, there: int, met: int) -> Step:
        """The operation that makes the wanted value, and what of."""
        return (self.made, met, there) if self.met_first else (self.made, there, met)

    def parts(self, hit: Hit) -> tuple[int, int]:
        """The wanted value and the other one, of a hit of the probe."""
        first, second, _ = hit.arguments
        return (first, second) if self.wanted_first else (second, first)


class Joined(NamedTuple):
    """What gives a goal (negative): operations on values, innermost first; -1 is the result of the one before."""

    goal: int
    steps: tuple[Step, ...]


class Joins:
    """The joins for goals of one type; `goal_values` are the numbers of the goals as values, the cheapest first. `unlike` says
    that the first goal, a list, has the lengths of no list that is given: it may be of two that are each longer on some row, and
    is looked for in what is left of these as well.
    """

    def __init__(
        self, bank: Bank, t: Type, goal_values: Collection[int], pulse: Callable[[], bool], unlike: Sequence[int] | None = None
    ) -> None:
        self.bank, self.goal_values, self.pulse = bank, goal_values, pulse
        self.library = bank.library
        self._goal = next(iter(goal_values))
        self.rules: list[Rule] = []
        self.cut: list[Rule] = []
        """The same beside what is left of a longer value."""
        for join in JOINS.get(t, ()):
            rule = self._rule(join.probe, join.made, t, join.twice)
            if rule is not None:
                self.rules.append(rule)
                made = join.made if " zip " in join.made else zipped(join.made)
                beside = self._rule(join.probe, made, t, join.twice) if unlike else None
                if beside is not None:
                    self.cut.append(beside._replace(probe=self.library.apart(beside.probe)))
        self.covers = Covers(bank, t)
        self.left: list[Span] = []
        """What cheap values leave of the goal."""
        self.likely: list[Likely] = []
        if unlike:
            self.cutting = self.library.apart(self.library.by_text[zipped("a - b"), (t, t)])
            self.zeros = bank.insert([[0] * length for length in unlike], Array(I64), apart=True)

    def _rule(self, probe: str, made: str, t: Type, twice: bool) -> Rule | None:
        numbers = self.library.by_text
        first, met_first = not probe.startswith("b"), made.startswith("b")
        probing = numbers.get((probe if first else swapped(probe), (t, t)))
        making = numbers.get((swapped(made) if met_first else made, (t, t)))
        return None if probing is None or making is None else Rule(probing, first, making, met_first, twice)

    def _own(self, value: int) -> bool:
        """Whether a value is one that a program gives."""
        return value >= 0 and value not in self.goal_values

    def one(self, values: Span) -> Iterator[Joined]:
        """The values with what each would need beside it."""
        goals = list(islice(self.goal_values, FIRST_GOALS))
        found = [step for goal in goals for step in self.covers.of(goal, (values,))]
        found += self._single(goals, self.rules, values)
        if self.cut:
            self._cut(values)
            found += self._single(goals[:_CUT_GOALS], self.cut, values)
        # what is met need not give the goal (a quotient leaves a remainder): it is made, and seen to be one
        for step, hit in self._made(found[:_MOST_STEPS]):
            yield Joined(hit.met, (step,))

    def _single(self, goals: Sequence[int], rules: Sequence[Rule], values: Span) -> Iterator[Step]:
        rules = [rule for rule in rules if not rule.twice]
        self.bank.run(self._probes(rules, [(goal, goal + 1) for goal in goals], (values,)), mode=PROBES, pulse=self.pulse)
        for hit in self.bank.hits():
            rule = rules[hit.tag]
            _, theirs = rule.parts(hit)
            met = self._whole(hit.met)
            if self._own(met) and self._own(theirs):
                yield rule.making(theirs, met)

    def _cut(self, values: Span) -> None:
        """Keeps, apart, what is left of values that are longer than the goal."""
        self.bank.run(
            [self.library.head(self.cutting) + ranges((values, (self.zeros, self.zeros + 1)), shaped=2)], pulse=self.pulse
        )
        self.bank.hits()

    def _whole(self, value: int) -> int:
        """The value of which this one is left; -1 for one that is apart for another reason."""
        if value < 0:
            return value
        operation, arguments = self.bank.origin(value)
        if not self.library.is_apart(operation):
            return value
        return arguments[0] if self.cut and operation == self.cutting else -1

    def _made(self, steps: Sequence[Step], *, apart: bool = False) -> Iterator[tuple[Step, Hit]]:
        """The goals that steps meet; or the values that are apart."""
        jobs = [
            self.library.head(self.library.apart(operation) if apart else operation) + ranges([(v, v + 1) for v in values], tag=k)
            for k, (operation, *values) in enumerate(steps)
        ]
        self.bank.run(jobs, mode=PROBES if apart else MEETS, pulse=self.pulse)
        for hit in self.bank.hits():
            yield steps[hit.tag], hit

    def leave(self, values: Sequence[Span], few: Sequence[Span]) -> None:
        """Works out what these values leave of the goal, and which of these may be the least or the greatest of one of a few and
        another.
        """
        goal = self._goal
        start = self.bank.count
        self.bank.run(self._probes(self.rules, [(goal, goal + 1)], values, apart=True), pulse=self.pulse)
        self.bank.hits()
        if self.bank.count > start:
            self.left.append((start, self.bank.count))
        for middle in range(start, self.bank.count):
            of_one = (one for one in self.covers.likely(middle, few) if one.share >= _LIKELY)
            self.likely += nlargest(_MOST_ALIKE, of_one, key=lambda one: one.share)
        self.likely = nlargest(_MOST_LIKELY, self.likely, key=lambda one: one.share)

    def two(self, values: Sequence[Span], most: int) -> Iterator[Joined]:
        """Cheap values, each beside one of what is left of the goal, of which the first so many are looked at: any value that is
        there may be the third.
        """
        self.bank.run(self._probes(self.rules, limited(self.left, most), values), mode=PROBES, pulse=self.pulse)
        hits = self.bank.hits()
        for hit in hits[:_MOST_HITS]:
            rule = self.rules[hit.tag]
            middle, theirs = rule.parts(hit)
            if self._own(hit.met):
                yield from self._checked(middle, rule.making(theirs, hit.met))

    def covered(self, values: Sequence[Span]) -> Iterator[Joined]:
        """What is left of the goal as the least or the greatest of two values, one of the likely ones and one of these."""
        for one in self.likely:
            if not self.pulse():
                return
            for step in self.covers.beside(one, values):
                yield from self._checked(one.wanted, step)

    def _probes(
        self, rules: Sequence[Rule], wanted: Iterable[Span], values: Iterable[Span], *, apart: bool = False
    ) -> list[bytes]:
        return [
            self.library.head(self.library.apart(rule.probe) if apart else rule.probe)
            + ranges(rule.spans(one, span), tag=k, shaped=rule.shaped)
            for k, rule in enumerate(rules)
            for one in wanted
            for span in values
        ]

    def _checked(self, middle: int, first: Step) -> Iterator[Joined]:
        """Whether the inner operation gives what lies in the middle, and the outer one with it the goal."""
        operation, arguments = self.bank.origin(middle)
        goal = self._goal
        rules = (r for r in self.rules if self.library.apart(r.probe) == operation and arguments[not r.wanted_first] == goal)
        outer = next(rules, None)
        if outer is None:
            return
        beside = arguments[1] if outer.wanted_first else arguments[0]
        if any(hit.met == middle for _, hit in self._made([first], apart=True)):
            for _, hit in self._made([outer.making(beside, middle)]):
                yield Joined(hit.met, (first, outer.making(beside, -1)))

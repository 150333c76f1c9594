"""Meeting in the middle: which values that are there give the goal together, one operation apart or two.

Imports this folder's bank and goals.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from siglum.ir.types import Type
from siglum.propose.search.bank import Bank, Hit, ranges
from siglum.propose.search.goals import FIRST_GOALS, JOINS

_NAME: Final = re.compile(r"\b[ab]\b")
_MOST_HITS: Final = 300

Span = tuple[int, int]


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

    def making(self, there: int, met: int) -> tuple[int, int, int]:
        """The operation that makes the wanted value, and what of."""
        return (self.made, met, there) if self.met_first else (self.made, there, met)

    def parts(self, hit: Hit) -> tuple[int, int]:
        """The wanted value and the other one, of a hit of the probe."""
        first, second, _ = hit.arguments
        return (first, second) if self.wanted_first else (second, first)


class Joined(NamedTuple):
    """What gives a goal (negative): operations on two values each, innermost first; -1 is the result of the one before."""

    goal: int
    steps: tuple[tuple[int, int, int], ...]


class Joins:
    """The joins for goals of one type; `goal_values` are the numbers of the goals as values, the cheapest first."""

    def __init__(self, bank: Bank, t: Type, goal_values: Sequence[int], pulse: Callable[[], bool]) -> None:
        self.bank, self.goal_values, self.pulse = bank, goal_values, pulse
        self.rules: list[Rule] = []
        numbers = bank.library.by_text
        for join in JOINS.get(t, ()):
            first = not join.probe.startswith("b")
            probe = numbers.get((join.probe if first else swapped(join.probe), (t, t)))
            met_first = join.made.startswith("b")
            made = numbers.get((swapped(join.made) if met_first else join.made, (t, t)))
            if probe is not None and made is not None:
                self.rules.append(Rule(probe, first, made, met_first, join.twice))
        self.aside: list[Span] = []
        """Values that stand between the goal and what is looked for: no program of their own."""

    def _head(self, operation: int) -> bytes:
        return self.bank.library.head(operation)

    def _own(self, value: int) -> bool:
        """Whether a value is one that a program gives."""
        return value >= 0 and value not in self.goal_values and not self.lies_between(value)

    def lies_between(self, value: int) -> bool:
        """Whether no program gives a value: it is what two others leave of a goal."""
        return any(first <= value < last for first, last in self.aside)

    def one(self, values: Span) -> Iterator[Joined]:
        """The values with what each would need beside it."""
        jobs = [
            self._head(rule.probe) + ranges(rule.spans((goal, goal + 1), values), tag=k, shaped=rule.shaped)
            for k, rule in enumerate(self.rules)
            for goal in self.goal_values[:FIRST_GOALS]
            if not rule.twice
        ]
        self.bank.run(jobs, probe=True, pulse=self.pulse)
        found: list[tuple[int, int, int]] = []
        for hit in self.bank.hits():
            rule = self.rules[hit.tag]
            _, theirs = rule.parts(hit)
            if self._own(hit.met) and self._own(theirs):
                found.append(rule.making(theirs, hit.met))
        # what is met need not give the goal (a quotient leaves a remainder): it is made, and seen to be one
        made = [self._single(step, k) for k, step in enumerate(found)]
        self.bank.run(made, probe=True, pulse=self.pulse)
        for hit in self.bank.hits():
            if hit.met < 0:
                yield Joined(hit.met, (found[hit.tag],))

    def two(self, values: Sequence[Span]) -> Iterator[Joined]:
        """Cheap values, one beside the goal and one beside what that leaves: any value that is there may be the third."""
        goal = self.goal_values[0]
        start = self.bank.count
        jobs = [
            self._head(rule.probe) + ranges(rule.spans((goal, goal + 1), span), shaped=rule.shaped)
            for rule in self.rules
            for span in values
        ]
        going = self.bank.run(jobs, pulse=self.pulse)
        self.bank.hits()
        between = (start, self.bank.count)
        self.aside.append(between)
        if not going or between[0] == between[1]:
            return
        jobs = [
            self._head(rule.probe) + ranges(rule.spans(between, span), tag=k, shaped=rule.shaped)
            for k, rule in enumerate(self.rules)
            for span in values
        ]
        self.bank.run(jobs, probe=True, pulse=self.pulse)
        hits = self.bank.hits()
        for hit in hits[:_MOST_HITS]:
            rule = self.rules[hit.tag]
            middle, theirs = rule.parts(hit)
            if self._own(hit.met):
                yield from self._checked(middle, rule, theirs, hit.met)

    def _checked(self, middle: int, inner: Rule, theirs: int, met: int) -> Iterator[Joined]:
        """Whether the inner operation gives what lies in the middle, and the outer one with it the goal."""
        operation, arguments = self.bank.origin(middle)
        goal = self.goal_values[0]
        outer = next((r for r in self.rules if r.probe == operation and arguments[not r.wanted_first] == goal), None)
        if outer is None:
            return
        beside = arguments[1] if outer.wanted_first else arguments[0]
        first = inner.making(theirs, met)
        self.bank.run([self._single(first)], probe=True, pulse=self.pulse)
        if not any(hit.met == middle for hit in self.bank.hits()):
            return
        self.bank.run([self._single(outer.making(beside, middle))], probe=True, pulse=self.pulse)
        for hit in self.bank.hits():
            if hit.met < 0:
                yield Joined(hit.met, (first, outer.making(beside, -1)))
                return

    def _single(self, step: tuple[int, int, int], tag: int = 0) -> bytes:
        operation, a, b = step
        return self._head(operation) + ranges(((a, a + 1), (b, b + 1)), tag=tag)

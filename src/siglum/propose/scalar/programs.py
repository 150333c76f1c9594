"""Straight-line programs: components applied to parameters, constants and earlier results.

Imports `scalar.components` and `scalar.lanes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from siglum.propose.scalar.components import Component
from siglum.propose.scalar.lanes import Lanes


class Step(NamedTuple):
    """One operation; arguments are numbers of leaves, then of steps."""

    component: Component
    arguments: tuple[int, ...]


class Program(NamedTuple):
    """`steps` over so many `leaves`; the last step, or the leaf `result` where there is none, is what it gives."""

    leaves: int
    steps: tuple[Step, ...]
    result: int

    @property
    def length(self) -> int:
        return len(self.steps)

    def run(self, v: Lanes, leaves: Sequence[int]) -> tuple[int, int]:
        """The result on vectors of leaves, and a vector with anything but zero in the lanes where it stops."""
        values, stopped = list(leaves), 0
        for made, arguments in self.steps:
            given = [values[k] for k in arguments]
            if made.stops is not None:
                stopped |= made.stops(v, *given)
            values.append(made.apply(v, *given))
        return values[self.result], stopped

    def __str__(self) -> str:
        lines = [f"v{self.leaves + k} = {s.component} {' '.join(f'v{a}' for a in s.arguments)}" for k, s in enumerate(self.steps)]
        return "; ".join([*lines, f"v{self.result}"])


class Draft:
    """Steps being put together; equal steps are one."""

    def __init__(self, leaves: int) -> None:
        self.leaves = leaves
        self.steps: list[Step] = []
        self._known: dict[Step, int] = {}

    def apply(self, made: Component, *arguments: int) -> int:
        """The number of this operation's result."""
        step = Step(made, tuple(sorted(arguments)) if made.commutes else arguments)
        found = self._known.get(step)
        if found is None:
            found = self._known[step] = self.leaves + len(self.steps)
            self.steps.append(step)
        return found

    def program(self, result: int) -> Program:
        """The program of one number, without the steps it does not need."""
        needed: set[int] = set()
        waiting = [result]
        while waiting:
            number = waiting.pop()
            if number >= self.leaves and number not in needed:
                needed.add(number)
                waiting.extend(self.steps[number - self.leaves].arguments)
        numbers = {k: k for k in range(self.leaves)}
        steps: list[Step] = []
        for number in sorted(needed):
            made, arguments = self.steps[number - self.leaves]
            numbers[number] = self.leaves + len(steps)
            steps.append(Step(made, tuple([numbers[a] for a in arguments])))
        return Program(self.leaves, tuple(steps), numbers[result])

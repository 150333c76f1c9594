"""What is tried at each cost: the operations on all values with which they cost as much.

Imports `ir` and this folder's bank.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import product

from siglum.ir.types import Type
from siglum.propose.search.bank import Operations, Shape, Shapes, Span, ranges

Groups = dict[int, list[Span]]
"""Ranges of values by cost."""


def limited(spans: Iterable[Span], count: int) -> list[Span]:
    """As much of these as holds so many values."""
    found: list[Span] = []
    for first, last in spans:
        if count <= 0:
            break
        found.append((first, min(last, first + count)))
        count -= last - first
    return found


class _Active:
    """A shape whose arguments have values, with the arguments of each cost."""

    def __init__(self, shape: Shape, by_cost: dict[int, Operations], groups: list[Groups]) -> None:
        self.groups, self.commutes = groups, shape.commutes
        self.by_cost = by_cost
        self.kinds = [(p, k == shape.constant) for k, p in enumerate(shape.params)]
        self.least = 0
        self.known: dict[int, list[bytes]] = {}

    def arguments(self, cost: int) -> list[bytes]:
        """All ranges of arguments that cost so much together; values that cheap are all there."""
        found = self.known.get(cost)
        if found is None:
            found = self.known[cost] = list(self._arguments(cost))
        return found

    def _arguments(self, cost: int) -> Iterator[bytes]:
        if len(self.groups) == 1:
            for span in self.groups[0].get(cost, ()):
                yield ranges((span,))
        elif len(self.groups) == 2:
            yield from self._pairs(cost)
        elif self.groups:
            yield from self._triples(cost)
        elif not cost:
            yield ranges(())

    def _pairs(self, cost: int) -> Iterator[bytes]:
        left, right = self.groups
        for first, spans in left.items():
            others = right.get(cost - first)
            if not others or (self.commutes and 2 * first > cost):
                continue
            for a in spans:
                for b in others:
                    if not (self.commutes and 2 * first == cost and b < a):
                        yield ranges((a, b), triangle=self.commutes and a == b)

    def _triples(self, cost: int) -> Iterator[bytes]:
        one, two, three = self.groups
        for first, firsts in one.items():
            for second, seconds in two.items():
                thirds = three.get(cost - first - second)
                if thirds:
                    for spans in product(firsts, seconds, thirds):
                        yield ranges(spans)


class Schedule:
    """The values by type and cost (half bits, as everywhere here), and the operations of `shapes` on them."""

    def __init__(self, shapes: Shapes) -> None:
        self.groups: dict[Type, Groups] = {}
        self.constants: dict[Type, Groups] = {}
        self._least: dict[tuple[Type, bool], int] = {}
        self._waiting = dict(shapes)
        self._more = True
        self._active: list[_Active] = []
        self._starts: list[int] = []
        self._costs: list[int] = []

    def group(self, t: Type, cost: int, first: int, last: int, *, constant: bool = False) -> None:
        """The values `first` up to `last`, which come after all others, are of this type and cost."""
        self.groups.setdefault(t, {}).setdefault(cost, []).append((first, last))
        if constant:
            self.constants.setdefault(t, {}).setdefault(cost, []).append((first, last))
        for kind in ((t, False), (t, True))[: 1 + constant]:
            if cost < self._least.get(kind, cost + 1):
                self._least[kind] = cost
                self._more = True
        self._starts.append(first)
        self._costs.append(cost)

    def cost_of(self, value: int) -> int:
        """What a value costs."""
        return self._costs[bisect_right(self._starts, value) - 1]

    def cheapest(self, t: Type, count: int) -> list[Span]:
        """The cheapest values of a type, about so many."""
        return limited((span for _, spans in sorted(self.groups.get(t, {}).items()) for span in spans), count)

    def jobs(self, level: int) -> dict[Type, list[bytes]]:
        """The jobs of a cost, by what they give."""
        if self._more:
            self._look_again()
        batches: dict[Type, list[bytes]] = {}
        for active in self._active:
            most = level - active.least
            for cost, operations in active.by_cost.items():
                if cost > most:
                    break
                given = active.arguments(level - cost)
                if given:
                    for t, head in operations:
                        batches.setdefault(t, []).extend([head + one for one in given])
        return batches

    def _look_again(self) -> None:
        """There are values of another type, or cheaper ones."""
        self._more = False
        for shape in list(self._waiting):
            groups = [(self.constants if k == shape.constant else self.groups).get(p) for k, p in enumerate(shape.params)]
            there = [group for group in groups if group]
            if len(there) == len(groups):
                self._active.append(_Active(shape, self._waiting.pop(shape), there))
        for active in self._active:
            active.least = sum([self._least[kind] for kind in active.kinds])

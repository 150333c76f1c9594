"""A chart parser: all meanings of all parts of a text, the cheap ones kept, combined by rules from the right to the left.

Imports its siblings lattice, rules, tokens, undoing and values. The chart knows no English: rules and seeds bring it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush
from operator import itemgetter
from typing import Any, Final, NamedTuple

from siglum.propose.lexical.lattice import FILLER, Arc, Dictionary
from siglum.propose.lexical.rules import Node, Rule
from siglum.propose.lexical.tokens import Token
from siglum.propose.lexical.undoing import replaced
from siglum.propose.lexical.values import Builder, Value

DEAREST: Final = 11.0
"""Meanings that cost more bits are forgotten."""

WIDTH: Final = 4.5
"""Bits by which a meaning may be dearer than the cheapest of its kind for the same stretch of text."""

LEFT_OUT: Final = 5.0
"""Bits that may go into words left out behind one meaning."""

KEPT: Final = {"V": 10, "T": 4, "F": 6, "P": 6, "Q": 3, "N": 3, "D": 6, "C": 6, "O": 3, "I": 3, "U": 1, "W": 3, "M": 1, "A": 1}
"""Meanings kept of one category for one stretch of text."""

KEPT_OF_TYPE: Final = 4
"""Values kept of one type for one stretch of text."""

USUAL_SIZE: Final = 14
"""Tokens; for longer sentences fewer meanings of each stretch are kept."""

EXTENDED: Final = {"V": 4, "F": 4, "P": 4, "D": 4, "C": 4}
"""How many of the cheapest meanings of a category words may be left out behind."""

LATE: Final = 0.25
"""Bits for going on with a value that something said last has finished ("squares of the numbers in order")."""

PICKED: Final = frozenset({"filter", "edge", "take", "suffix", "drop"})
IN_PLACE: Final = 0.9
"""How what is changed in place was picked out; bits for doing something to some elements where the others stay."""

FREE_MARKS: Final = frozenset([",", "(", ")", "[", "]", ":"])
"""Marks that may stand between any two parts of a pattern."""

SUBJECT_CATEGORY: Final = "U"
"""The category whose meaning is given to no rule."""


class Edge(NamedTuple):
    """A meaning of the tokens up to `end`, from where the edge is kept; `left_out` bits went into words at its end."""

    end: int
    meaning: Any
    cost: float
    left_out: float = 0.0


class Seed(NamedTuple):
    """A meaning that needs no rule."""

    category: str
    end: int
    meaning: Any
    cost: float


class Completion(NamedTuple):
    """A rule whose other items stand up to `end`, with what they give it."""

    cost: float
    rule: Rule
    end: int
    given: tuple[Any, ...]


_cost_of: Final = itemgetter(0)


class Chart:
    """`edges[start][category]` are the meanings that start at a token; full once made."""

    def __init__(
        self,
        builder: Builder,
        root: Node,
        dictionary: Dictionary,
        tokens: Sequence[Token],
        arcs: Sequence[Sequence[Arc]],
        seeds: Sequence[Iterable[Seed]],
    ) -> None:
        self.builder, self.root, self.arcs = builder, root, arcs
        self.size = len(tokens)
        self.leaving_out = [dictionary.leaving_out(t) for t in tokens]
        share = min(1.0, USUAL_SIZE / max(self.size, 1))
        self.kept = {category: max(1, round(count * share)) for category, count in KEPT.items()}
        self.edges: list[dict[str, list[Edge]]] = [{} for _ in range(self.size + 1)]
        self._free = [c <= FILLER or t.word in FREE_MARKS for c, t in zip(self.leaving_out, tokens, strict=True)]
        self._completions: dict[tuple[int, int, bool], list[Completion]] = {}
        for start in reversed(range(self.size)):
            _Row(self, start).fill(seeds[start])

    def all(self) -> Iterator[tuple[int, str, int, Any, float]]:
        """Every meaning: where it starts, its category, where it ends, what it is, and its cost."""
        for start, by_category in enumerate(self.edges):
            for category, edges in by_category.items():
                for edge in edges:
                    yield start, category, edge.end, edge.meaning, edge.cost

    def after(self, node: Node, place: int, apart: bool = False) -> list[Completion]:
        """The ways to go on from a node with what stands at `place` and behind, cheap ones first; the same for all that end here.
        `apart` where words have been left out just before: then a word has to join what follows.
        """
        known = (id(node), place, apart)
        found = self._completions.get(known)
        if found is None:
            found = [Completion(rule.cost, rule, place, ()) for rule in node.rules]
            if node.by_concept or node.by_category:
                for here, skipped in self._places(place):
                    found += self._going_on(node, here, skipped, apart)
                found.sort(key=_cost_of)
            self._completions[known] = found
        return found

    def _going_on(self, node: Node, here: int, skipped: float, apart: bool) -> Iterator[Completion]:
        for concept, end in self.arcs[here] if here < self.size else ():
            for child, given in node.by_concept.get(concept, ()):
                for cost, rule, place, rest in self.after(child, end):
                    yield Completion(cost + skipped, rule, place, (concept, *rest) if given else rest)
        if apart:
            return
        edges = self.edges[here]
        for category, child in node.by_category.items():
            for edge in edges.get(category, ()):
                meaning = () if category == SUBJECT_CATEGORY else (edge.meaning,)
                for cost, rule, place, rest in self.after(child, edge.end, edge.left_out > 0):
                    if cost + skipped + edge.cost > DEAREST:
                        break
                    yield Completion(cost + skipped + edge.cost, rule, place, (*meaning, *rest))

    def _places(self, place: int) -> Iterator[tuple[int, float]]:
        """Where the next item may stand: here, or behind words of no weight."""
        cost = 0.0
        yield place, cost
        while place < self.size and self._free[place]:
            cost += self.leaving_out[place]
            place += 1
            yield place, cost


class _Row:
    """The meanings that start at one token, in the making."""

    def __init__(self, chart: Chart, start: int) -> None:
        self.chart, self.start = chart, start
        self.best: dict[tuple[str, int, str], float] = {}
        self.costs: dict[tuple[str, int], list[float]] = {}
        self.waiting: list[list[tuple[float, int, str, Edge]]] = [[] for _ in range(chart.size + 1)]
        self.made = 0

    def fill(self, seeds: Iterable[Seed]) -> None:
        """Makes them all, the short ones first."""
        chart = self.chart
        for seed in seeds:
            self.add(seed.category, Edge(seed.end, seed.meaning, seed.cost))
        for concept, end in chart.arcs[self.start]:
            for node, given in chart.root.by_concept.get(concept, ()):
                for done in chart.after(node, end):
                    self.finish(done, (concept,) if given else (), 0.0)
        for end in range(self.start + 1, chart.size + 1):
            self.keep(end)

    def keep(self, end: int) -> None:
        """Keeps the cheapest meanings up to `end`, and goes on with each."""
        heap = self.waiting[end]
        taken: dict[str, int] = {}
        cheapest: dict[str, float] = {}
        while heap:
            cost, _, category, edge = heappop(heap)
            if cost > self.best[category, end, edge.meaning.key]:
                continue
            kind = f"V {edge.meaning.type}" if category == "V" else category
            full = taken.get(category, 0) >= self.chart.kept[category] or (category == "V" and taken.get(kind, 0) >= KEPT_OF_TYPE)
            if full or cost > cheapest.setdefault(kind, cost) + WIDTH:
                continue
            taken[category] = taken.get(category, 0) + 1
            if kind != category:
                taken[kind] = taken.get(kind, 0) + 1
            self.chart.edges[self.start].setdefault(category, []).append(edge)
            self.go_on(category, edge)
            if taken[category] <= EXTENDED.get(category, 0):
                self.leave_out(category, edge)

    def go_on(self, category: str, edge: Edge) -> None:
        """All that begins with a meaning."""
        node = self.chart.root.by_category.get(category)
        if node is None:
            return
        given = () if category == SUBJECT_CATEGORY else (edge.meaning,)
        for done in self.chart.after(node, edge.end, edge.left_out > 0):
            if edge.cost + done.cost > DEAREST:
                break
            self.finish(done, given, edge.cost)

    def leave_out(self, category: str, edge: Edge) -> None:
        """The same meaning with the next word left out."""
        if edge.end < self.chart.size:
            more = self.chart.leaving_out[edge.end]
            if edge.left_out + more <= LEFT_OUT:
                self.add(category, Edge(edge.end + 1, edge.meaning, edge.cost + more, edge.left_out + more))

    def finish(self, done: Completion, given: tuple[Any, ...], cost: float) -> None:
        """What a rule gives, all of its items there; unless enough that is cheaper is there already."""
        rule = done.rule
        cost += done.cost
        costs = self.costs.get((rule.gives, done.end))
        if costs is not None and len(costs) == 2 * KEPT[rule.gives] and cost >= -costs[0]:
            return
        arguments = [*given, *done.given]
        cost += LATE * sum(isinstance(a, Value) and a.late for a in arguments)
        for hole in rule.holes:
            arguments.insert(hole, None)
        if rule.subject >= 0:
            subject = arguments.pop(rule.subject)
            for relation, more in several(rule.make(self.chart.builder, *arguments)):
                for value, extra in relation.of(subject):
                    self.add(rule.gives, Edge(done.end, value, cost + more + extra))
                if subject.origin is not None and subject.origin.how in PICKED:
                    # "divide the even numbers by two": the others may be meant to stay
                    for value, extra in replaced(self.chart.builder, subject, relation):
                        self.add(rule.gives, Edge(done.end, value, cost + more + extra + IN_PLACE))
            return
        for meaning, more in several(rule.make(self.chart.builder, *arguments)):
            self.add(rule.gives, Edge(done.end, meaning, cost + more))

    def add(self, category: str, edge: Edge) -> None:
        key = (category, edge.end, edge.meaning.key)
        if edge.cost > DEAREST or edge.cost >= self.best.get(key, DEAREST + 1):
            return
        self.best[key] = edge.cost
        costs = self.costs.setdefault((category, edge.end), [])
        heappush(costs, -edge.cost)
        if len(costs) > 2 * KEPT[category]:
            heappop(costs)
        self.made += 1
        heappush(self.waiting[edge.end], (edge.cost, self.made, category, edge))


def several(found: Any) -> Iterator[tuple[Any, float]]:
    """What a rule's function gave as meanings with costs: None, one meaning, or a list of them, each with a cost or without."""
    if isinstance(found, (list, Iterator)):
        for one in found:
            meaning, cost = one if type(one) is tuple else (one, 0.0)
            if meaning is not None:
                yield meaning, cost
    elif found is not None:
        yield found, 0.0


class Together(tuple[Value, ...]):
    """Several values said together: "a and b", "the two lists"."""

    __slots__ = ()

    @property
    def key(self) -> str:
        return "&".join(v.key for v in self)

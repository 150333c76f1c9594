"""A Function with one loop of unknown length as a transition system, for proofs that go with it run by run.

What stands before and after the loop, and loops of few runs, are executed by `smt.functions`. Imports `ir` and `smt`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from siglum.ir.function import Function
from siglum.ir.node import CONST, Node
from siglum.ir.types import I64, RANGES, WIDTHS
from siglum.smt.functions import Bounds, Executor, Outcome, StopAt, most_runs
from siglum.smt.terms import Term, Terms
from siglum.smt.values import Listed, Stored, Unsupported, Value

FEW = 8
"""Loops of at most so many runs are unrolled."""
_MOST_TO_COPY = 4
"""Nodes in the body of a loop that copies: load, two conversions, store."""


@dataclass(frozen=True, slots=True)
class LoopState:
    """Before a run of the loop: the index, whether the run before said to go on, the loop's count, the carried values."""

    index: Term
    again: Term
    count: Term
    carried: tuple[Value, ...]

    @property
    def parts(self) -> tuple[Term, ...]:
        """The terms of the carried values, each array as its memory, the place of its first element and its length."""
        return tuple([part for value in self.carried for part in parts_of(value)])

    def with_parts(self, parts: Sequence[Term]) -> LoopState:
        """The state with other terms in place of `parts`."""
        given = iter(parts)
        return replace(self, carried=tuple([rebuilt(value, given) for value in self.carried]))


def parts_of(value: Value) -> list[Term]:
    """The terms a value is made of."""
    if isinstance(value, Term):
        return [value]
    if isinstance(value, tuple):
        return [part for v in value for part in parts_of(v)]
    if isinstance(value, Stored):
        return [value.memory, value.at, value.length]
    return [value.length, *(part for cell in value.cells if cell is not None for part in parts_of(cell))]


def rebuilt(value: Value, given: Any) -> Value:
    """A value of the same shape made of the next terms of `given`."""
    if isinstance(value, Term):
        found: Term = next(given)
        return found
    if isinstance(value, tuple):
        return tuple([rebuilt(v, given) for v in value])
    if isinstance(value, Stored):
        return Stored(next(given), next(given), next(given), value.element)
    length = next(given)
    cells = tuple([None if cell is None else rebuilt(cell, given) for cell in value.cells])
    return Listed(cells, length, value.element)


@dataclass(frozen=True, slots=True)
class Step:
    """A next state, where reaching it stops (`stops` says how, in order), and what inputs read on the way keep."""

    state: LoopState
    stopped: Term
    stops: tuple[StopAt, ...]
    assumptions: tuple[Term, ...]


class _Reached(Exception):
    """The loop is reached."""


class LoopProgram:
    """`function` on `arguments` (values made of terms, arrays `Stored` where their lengths are unknown).

    `enter` gives the first state, `goes_on` whether a state takes one more run, `step` the next state of one that does,
    `finish` the results of one that does not; `fresh_state` is any state. Raises `Unsupported` where the function has no loop or
    several loops of unknown length, calls itself or acts on the outside.
    """

    def __init__(self, terms: Terms, function: Function, arguments: Sequence[Value], bounds: Bounds | None = None) -> None:
        self.terms, self.function, self.arguments = terms, function, tuple(arguments)
        self.bounds = bounds or Bounds(runs=FEW, calls=4, cells=None)
        run = _Run(terms, self.bounds)
        try:
            run.call(function, self.arguments)
        except _Reached:
            self._at = run
        else:
            raise Unsupported("no loop of unknown length")
        if run.unfinished is not terms.false:
            raise Unsupported("something before the loop goes over its bound")

    def enter(self) -> Step:
        """Up to the loop: its first state."""
        return self._made(self._at, self._at.first)

    def goes_on(self, state: LoopState) -> Term:
        """Whether there is one more run."""
        return state.again & state.index.slt(state.count)

    def step(self, state: LoopState) -> Step:
        """One run of the loop's body from a state that goes on."""
        entry = self._at
        run = _Run(self.terms, self.bounds, inside=True)
        run.functions = list(entry.functions)
        known = dict(entry.known)
        known.update(zip(entry.node.regions[0].params, (state.index, *state.carried), strict=True))
        again, *carried = run.region(entry.node.regions[0], known)
        if run.unfinished is not self.terms.false:
            raise Unsupported("something in the loop goes over its bound")
        assert isinstance(again, Term)
        return self._made(run, LoopState(state.index + 1, again, state.count, tuple(carried)))

    def finish(self, state: LoopState) -> Outcome:
        """From a state that does not go on: the results, and where what follows the loop stops. Stops before the loop are
        counted in.
        """
        run = _Run(self.terms, self.bounds, given=state.carried)
        value = run.call(self.function, self.arguments)
        if run.unfinished is not self.terms.false:
            raise Unsupported("something after the loop goes over its bound")
        return Outcome(value, self.function.result, tuple(run.stops), run.stopped, run.unfinished, tuple(run.assumptions))

    def fresh_state(self, name: str = "loop") -> LoopState:
        """Any state that the loop could be in: variables for all that a run may change; the rest as on entry."""
        first = self._at.first
        fresh = [self.terms.fresh(f"{name}.{k}", part.width) for k, part in enumerate(first.parts)]
        index = self.terms.fresh(f"{name}.index", 64)
        state = replace(first.with_parts(fresh), index=index, again=self.terms.fresh(f"{name}.again", 0))
        after = self.step(state).state.parts
        if len(after) != len(fresh):
            raise Unsupported("an array that a run makes longer cell by cell")
        kept = [part if after[k] is fresh[k] else fresh[k] for k, part in enumerate(first.parts)]
        return state.with_parts(kept)

    def _made(self, run: _Run, state: LoopState) -> Step:
        return Step(state, run.stopped, tuple(run.stops), tuple(run.assumptions))


class _Run(Executor):
    """An execution up to the loop (raises `_Reached`), of a run of it (`inside`), or past it with the values `given`."""

    def __init__(self, terms: Terms, bounds: Bounds, *, inside: bool = False, given: tuple[Value, ...] | None = None) -> None:
        super().__init__(terms, bounds)
        self.inside, self.given = inside, given
        self.passed = False
        self.node: Node
        self.known: dict[Node, Any]
        self.first: LoopState

    def call(self, function: Function, arguments: tuple[Value, ...]) -> Value:
        if function in self.functions:
            raise Unsupported(f"`{function.name}` calls itself")
        return super().call(function, arguments)

    def loop(self, n: Node, known: dict[Node, Any]) -> tuple[Value, ...]:
        count, *carried = [self.get(a, known) for a in n.args]
        assert isinstance(count, Term)
        source = copied(n)
        if source is not None:
            return (self.get(source, known),)
        if few_runs(n, count):
            return super().loop(n, known)
        if self.inside:
            raise Unsupported("a loop of unknown length inside the loop")
        if self.passed:
            raise Unsupported("more than one loop of unknown length")
        if self.given is None:
            self.node, self.known = n, known
            self.first = LoopState(self.terms.const(0, 64), self.path, count, tuple(carried))
            raise _Reached
        self.passed = True
        return self.given


def few_runs(n: Node, count: Term) -> bool:
    """Whether a loop takes at most `FEW` runs for certain."""
    most = most_runs(n, count)
    return most is not None and most <= FEW


def copied(n: Node) -> Node | None:
    """The array that a loop copies whole, element by element, into one just made for it; None for other loops. The copy has the
    same value, and values do not change.
    """
    (region,) = n.regions
    if len(n.args) != 2 or len(region.body) > _MOST_TO_COPY:
        return None
    count, made = n.args
    index, target = region.params
    again, stored = region.results
    if again.op is not CONST or again.attr is not True or stored.op.name != "store" or stored.args[:2] != (target, index):
        return None
    value, element = stored.args[2], target.type.element
    if element in RANGES and WIDTHS[element] < 8:
        while value.op.name in ("cast", "narrow") and value.type in (I64, element):  # to the wide type and back
            value = value.args[0]
    if value.op.name != "load" or value.args[1] is not index:
        return None
    source = value.args[0]
    inside = source in (index, target) or source in region.body
    if inside or source.type is not target.type or count.op.name != "length" or count.args[0] is not source:
        return None
    return source if made.op.name in ("alloc", "reserve") and made.args[0] is count else None

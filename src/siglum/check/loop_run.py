"""Executions that leave loops of unknown length open: what each carries, and one run of it from any state.

Imports `ir` and `smt`. `check.lockstep` puts two of them beside each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from siglum.ir.function import Function
from siglum.ir.node import Node
from siglum.smt.evaluate import below
from siglum.smt.functions import Bounds, Executor
from siglum.smt.loops import few_runs, parts_of, rebuilt
from siglum.smt.terms import Term, Terms
from siglum.smt.values import Unsupported, Value, merge


@dataclass(frozen=True, slots=True)
class OpenLoop:
    """A loop that was met: `first` are the carried parts before it (the truth value `alive` in front), `last` those after it, and
    `path` says when it is reached. Index k of run 0 is `start`.
    """

    node: Node
    known: Mapping[Node, Any]
    functions: tuple[Function, ...]
    path: Term
    count: Term
    start: int
    shape: tuple[Value, ...]
    first: tuple[Term, ...]
    last: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a loop's body: the parts after it, where it stops, what inputs read on the way keep, inner loops met."""

    parts: tuple[Term, ...]
    stopped: Term
    assumptions: tuple[Term, ...]
    loops: tuple[OpenLoop, ...]


Meet = Callable[["OpenExecutor", OpenLoop], tuple[Term, ...]]
"""Gives the parts after a loop that an execution meets."""


class OpenExecutor(Executor):
    """Executes with loops of unknown length left open: `met` says what comes after each."""

    def __init__(self, terms: Terms, bounds: Bounds, met: Meet, peeled: int = 0) -> None:
        super().__init__(terms, bounds)
        self.met, self.peeled = met, peeled
        self.loops: list[OpenLoop] = []

    def loop(self, n: Node, known: dict[Node, Any]) -> tuple[Value, ...]:
        count, *carried = [self.get(a, known) for a in n.args]
        assert isinstance(count, Term)
        if few_runs(n, count):
            return super().loop(n, known)
        alive, shape = self.terms.true, tuple(carried)
        outer = self.path
        for k in range(self.peeled):
            going = alive & self.terms.const(k, 64).slt(count)
            self.path = outer & going
            known.update(zip(n.regions[0].params, (self.terms.const(k, 64), *shape), strict=True))
            again, *following = self.region(n.regions[0], known)
            assert isinstance(again, Term)
            shape = tuple([merge(going, a, b) for a, b in zip(following, shape, strict=True)])
            alive = alive & (~going | again)
        self.path = outer
        first = (alive, *(part for v in shape for part in parts_of(v)))
        opened = OpenLoop(n, dict(known), tuple(self.functions), outer, count, self.peeled, shape, first, ())
        last = self.met(self, opened)
        self.loops.append(replace(opened, last=last))
        given = iter(last[1:])
        return tuple([rebuilt(v, given) for v in shape])


def run_once(
    terms: Terms, bounds: Bounds, loop: OpenLoop, index: Term, parts: Sequence[Term], met: Meet, changed: Mapping[Term, Term]
) -> Run:
    """One run of the loop's body at `index` (counted as the loop counts) from `parts`, where it goes on (`alive` is in the
    path by the caller). `changed` replaces terms in what the body sees of its surroundings.
    """
    executor = OpenExecutor(terms, bounds, met)
    executor.functions = list(loop.functions)
    given = iter(parts[1:])
    carried = tuple([rebuilt(v, given) for v in loop.shape])
    known = {n: replaced(v, changed) for n, v in loop.known.items()} if changed else dict(loop.known)
    known.update(zip(loop.node.regions[0].params, (index, *carried), strict=True))
    again, *following = executor.region(loop.node.regions[0], known)
    if executor.unfinished is not terms.false:
        raise Unsupported("something in a loop goes over its bound")
    assert isinstance(again, Term)
    after = (again, *(part for v in following for part in parts_of(v)))
    if len(after) != len(parts):
        raise Unsupported("an array that a run makes longer cell by cell")
    return Run(after, executor.stopped, tuple(executor.assumptions), tuple(executor.loops))


def replaced(value: Any, changed: Mapping[Term, Term]) -> Any:
    """A value (or the results of a node) with some of its parts replaced."""
    if isinstance(value, tuple):
        return tuple([replaced(v, changed) for v in value])
    if value is None:
        return None
    return rebuilt(value, iter([changed.get(part, part) for part in parts_of(value)]))


def fresh_parts(terms: Terms, first: Sequence[Term], name: str) -> list[Term]:
    """Variables in place of the parts of a state."""
    return [terms.fresh(f"{name}.{k}", part.width) for k, part in enumerate(first)]


def mentions(roots: Sequence[Term], wanted: Term) -> bool:
    """Whether a term is a part of one of `roots`."""
    return wanted in below(roots)


def after_loop(terms: Terms, bounds: Bounds, loop: OpenLoop) -> tuple[Term, ...]:
    """What is known of the parts after a loop on its own: what no run changes stays, what counts runs is their number, what every
    run leaves is there if there was one, the rest is variables.
    """
    state = fresh_parts(terms, loop.first, "any")
    index = terms.fresh("any.index", 64)
    run = run_once(terms, bounds, loop, index, state, lambda e, inner: tuple(fresh_parts(terms, inner.first, "inner")), {})
    last = fresh_parts(terms, loop.first, "after")
    runs = run_count(loop)
    for k, (before, after, first) in enumerate(zip(state, run.parts, loop.first, strict=True)):
        if (k and after is before) or (not k and after is first is terms.true):
            last[k] = first
        elif k and before.width == 64 and after is before + 1 and run.parts[0] is terms.true and loop.first[0] is terms.true:
            last[k] = first + runs
        elif k and after.is_const and loop.first[0] is terms.true:  # what every run leaves
            last[k] = terms.const(loop.start, 64).slt(loop.count).ite(after, first)
    return tuple(last)


def run_count(loop: OpenLoop) -> Term:
    """How often a loop that nothing ends early runs, from `start` on."""
    if loop.start == 0 and loop.count.high < 1 << 63:
        return loop.count
    start = loop.count.home.const(loop.start, 64)
    return start.slt(loop.count).ite(loop.count - loop.start, loop.count.home.const(0, 64))

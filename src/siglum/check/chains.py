"""Chains of loops that hand their elements on, taken as one loop.

A loop that writes one element a run, or one behind the other where a condition holds, and a loop that reads them in
order, are together one loop that reads each element when it is written: what the second does with element k depends on
its own state, on element k and on what does not change. Imports `smt` and its siblings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from siglum.check.loop_run import OpenExecutor, OpenLoop, Run, after_loop, fresh_parts, mentions, run_once
from siglum.ir.types import element_size, is_scalar
from siglum.smt import values
from siglum.smt.functions import Bounds
from siglum.smt.terms import MEMORY, Term, Terms
from siglum.smt.values import Stored, Unsupported, Value


class Link(NamedTuple):
    """How a loop gets its elements: `loop` runs where `source` (the number of a link) hands one on; -1: in every run."""

    loop: OpenLoop
    sources: tuple[tuple[int, int], ...]
    """Links that write the arrays it reads, each with which part is that memory."""


class Chain:
    """Links in order; the first says how often the whole runs."""

    def __init__(self, terms: Terms, bounds: Bounds, links: Sequence[Link]) -> None:
        self.terms, self.bounds, self.links = terms, bounds, tuple(links)
        head = links[0].loop
        self.start, self.count = head.start, head.count
        self.path = terms.all_of([link.loop.path for link in links])
        self.first = tuple(part for link in links for part in link.loop.first)
        self.last = tuple(part for link in links for part in link.loop.last)

    def run(self, index: Term, parts: Sequence[Term]) -> Run:
        """One run of the whole from a state that is the links' states side by side. Raises `Unsupported` where the links do not
        hand on element by element.
        """
        terms = self.terms
        after: list[Term] = []
        stopped, assumptions, loops = terms.false, list[Term](), list[OpenLoop]()
        handed: list[_Handed] = []
        at = 0
        for link in self.links:
            state = parts[at : at + len(link.loop.first)]
            at += len(state)
            changed: dict[Term, Term] = {}
            elsewhere: list[Term] = []
            position, reached = index + link.loop.start, terms.true
            for number, memory in link.sources:
                given = handed[number].of(memory)
                if changed and (given.position is not position or given.when is not reached):
                    raise Unsupported("a loop reads two arrays that are not written side by side")
                position, reached = given.position, given.when
                if link.loop.start and position is not index + link.loop.start:
                    raise Unsupported("a first run taken apart from a loop that is handed elements")
                if link.loop.count is not given.total:
                    raise Unsupported("a loop that does not run once for each element it is handed")
                changed[self.links[number].loop.last[memory]] = given.memory
                elsewhere.append(given.elsewhere)
            run = run_once(terms, self.bounds, link.loop, position, state, _unknown, changed)
            if any(mentions([*run.parts, run.stopped, *run.assumptions], memory) for memory in elsewhere):
                raise Unsupported("a loop reads elements out of their order")
            going = state[0] & reached
            following = tuple([going.ite(a, b) for a, b in zip((state[0] & run.parts[0], *run.parts[1:]), state, strict=True)])
            handed.append(_Handed(link.loop, tuple(state), following, position, reached))
            after.extend(following)
            stopped = stopped | (going & run.stopped)
            assumptions += [~going | fact for fact in run.assumptions]
            if len(self.links) == 1:
                loops = [replace(inner, path=inner.path & state[0]) for inner in run.loops]
            elif run.loops:
                raise Unsupported("a loop inside one that hands its elements on")
        return Run(tuple(after), stopped, tuple(assumptions), tuple(loops))


def _unknown(executor: object, loop: OpenLoop) -> tuple[Term, ...]:
    assert isinstance(executor, OpenExecutor)
    return after_loop(executor.terms, executor.bounds, loop)


class _Given(NamedTuple):
    """An element handed on: when, at which place of its array, a memory that holds it there, and what that has elsewhere."""

    when: Term
    position: Term
    memory: Term
    elsewhere: Term
    total: Term
    """How many elements are handed on in all."""


class _Handed:
    """What one link writes in a run."""

    def __init__(self, loop: OpenLoop, before: tuple[Term, ...], after: tuple[Term, ...], index: Term, reached: Term) -> None:
        self.loop, self.before, self.after, self.index, self.reached = loop, before, after, index, reached

    def of(self, memory: int) -> _Given:
        """The element written to the memory that is part `memory`. Raises `Unsupported` where it is no single one."""
        old, new = self.before[memory], self.after[memory]
        array = _array_of(self.loop, memory)
        for when, position, count in self._places():
            written = values.load(Stored(_store_in(new), array.at, array.length, array.element), position)
            if self._one_element(new, old, position, when, array):
                elsewhere = old.home.fresh("elsewhere", MEMORY)
                held = values.store(Stored(elsewhere, array.at, array.length, array.element), position, written)
                assert isinstance(held, Stored)
                return _Given(when, position, held.memory, elsewhere, count)
        raise Unsupported("a loop does not write one element after the other")

    def _one_element(self, new: Term, old: Term, position: Term, when: Term, array: Stored) -> bool:
        """Whether `new` is `old` with the bytes of one element stored, where `when` holds."""
        inner = new
        if when.op != "const":
            if new.op != "ite" or not (new.args[2] is old and new.args[0] is when):
                return False
            inner = new.args[1]
        addresses = []
        while inner.op == "store":
            addresses.append(inner.args[1])
            inner = inner.args[0]
        start = array.at + position * element_size(array.element)
        wanted = [start + k for k in range(element_size(array.element))]
        return inner is old and sorted(a.number for a in addresses) == sorted(a.number for a in wanted)

    def _places(self) -> Iterator[tuple[Term, Term, Term]]:
        """When and where an element may be written, and how many are in all: at the index in every run, or at a part that
        starts at 0 and grows by one then.
        """
        loop = self.loop
        if self.after[0] is self.before[0]:
            yield self.reached, self.index, loop.count
        for old, new, first, last in zip(self.before[1:], self.after[1:], loop.first[1:], loop.last[1:], strict=True):
            if old.width != 64 or not (first.is_const and first.value == 0) or loop.start:
                continue
            if new.op == "ite" and new.args[2] is old and new.args[1] is old + 1:
                yield new.args[0], old, last
            elif new is old + 1:
                yield self.reached, old, last


def _store_in(memory: Term) -> Term:
    return memory.args[1] if memory.op == "ite" else memory


def _array_of(loop: OpenLoop, part: int) -> Stored:
    """The carried array whose memory is a part of the state."""
    at = 1
    for value in loop.shape:
        for array, size in _arrays(value):
            if array is not None and at == part:
                if not is_scalar(array.element):
                    values.refuse_nested(array.element)
                return array
            at += size
    raise Unsupported("a memory that is no carried array")


def _arrays(value: Value) -> Iterator[tuple[Stored | None, int]]:
    if isinstance(value, tuple):
        for v in value:
            yield from _arrays(v)
    elif isinstance(value, Stored):
        yield value, 3
    elif isinstance(value, Term):
        yield None, 1
    else:
        raise Unsupported("an array of known cells carried by a loop")


def chains(terms: Terms, bounds: Bounds, loops: Sequence[OpenLoop]) -> Iterator[Chain]:
    """Each loop with all that hand elements on to it, the longest first; then each loop alone."""
    reads = [_sources(terms, bounds, loops, k) for k in range(len(loops))]
    for k in reversed(range(len(loops))):
        order: list[int] = []
        _gather(k, reads, order)
        if len(order) > 1:
            links = [Link(loops[j], tuple((order.index(s), m) for s, m in reads[j])) for j in order]
            yield Chain(terms, bounds, links)
    for loop in loops:
        yield Chain(terms, bounds, [Link(loop, ())])


def _gather(k: int, reads: Sequence[Sequence[tuple[int, int]]], order: list[int]) -> None:
    for source, _ in reads[k]:
        _gather(source, reads, order)
    if k not in order:
        order.append(k)


def _sources(terms: Terms, bounds: Bounds, loops: Sequence[OpenLoop], k: int) -> list[tuple[int, int]]:
    """The loops (and which memory of theirs) whose elements loop `k` reads in its runs."""
    state = fresh_parts(terms, loops[k].first, "look")
    run = run_once(terms, bounds, loops[k], terms.fresh("look.index", 64), state, _unknown, {})
    found = []
    for j in range(k):
        for part, end in enumerate(loops[j].last):
            if end.width == MEMORY and end.op == "var" and end is not loops[j].first[part]:
                if mentions([*run.parts, run.stopped], end):
                    found.append((j, part))
    return found

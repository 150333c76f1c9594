"""Symbolic execution of a whole function: one state per place, merged where paths meet, so that paths do not multiply.

Always the lowest waiting offset goes on, so all forward paths have met before the code behind them runs. Imports
`check.foreign.regions`, `smt` and `target.x86_64.semantics`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from siglum.check.foreign.regions import RegionMemory, Violation
from siglum.smt.evaluate import variables
from siglum.smt.terms import Term, Terms
from siglum.target.x86_64.semantics.state import RSP, Exit, Model, State, Unsupported

RED_ZONE: Final = 128
"""Bytes below the stack pointer that a function may use without moving it (System V psABI, 3.2.2)."""


class Arrival(NamedTuple):
    """A state and the condition under which it is there."""

    condition: Term
    state: State


@dataclass
class Explored:
    """What came of it: the merged state at the function's return (None where it never returns) and its condition, what no
    function may do, states that came to a cut (by offset), and the condition under which a loop ran on beyond its fuel.
    """

    returned: Arrival | None
    violations: list[Violation]
    cuts: dict[int, Arrival]
    unfinished: Term
    edges: set[tuple[int, int]] = field(default_factory=set)
    """From which offset to which it went."""

    def loop_heads(self) -> set[int]:
        """Where a jump backwards leads that comes round again."""
        after: dict[int, list[int]] = {}
        for source, target in self.edges:
            after.setdefault(source, []).append(target)
        return {target for source, target in self.edges if target <= source and _leads(after, target, source)}


class Explorer:
    """Runs `code` (the whole image; `executable` are the offsets that may run) in one instruction model. `base` is the
    address of the image's first byte, `home` the address the function must return to; `known` are the spans of the image whose
    bytes are those that will be there (None: all).
    """

    def __init__(
        self,
        terms: Terms,
        model: Model,
        code: bytes,
        executable: tuple[int, int],
        base: Term,
        home: Term,
        *,
        fuel: int = 64,
        most_steps: int = 20_000,
        known: tuple[tuple[int, int], ...] | None = None,
        tick: Callable[[], None] | None = None,
    ) -> None:
        self.terms, self.model, self.code, self.executable = terms, model, code, executable
        self.base, self.home, self.fuel, self.most_steps = base, home, fuel, most_steps
        self.known, self.tick = known, tick

    def run(self, start: int, arrival: Arrival, cuts: frozenset[int] = frozenset(), *, leaving: bool = False) -> Explored:
        """Runs from offset `start` until the return; a state that comes to one of `cuts` stays there. With `leaving` the start
        itself may be a cut. Raises `Unsupported`.
        """
        terms = self.terms
        found = Explored(None, [], {}, terms.false)
        memory = arrival.state.memory
        assert isinstance(memory, RegionMemory)
        memory.violations = found.violations  # and so of all its copies
        waiting: dict[int, Arrival] = {start: arrival}
        visits: dict[int, int] = {}
        steps = 0
        while waiting:
            at = min(waiting)
            condition, state = waiting.pop(at)
            if condition is terms.false:
                continue
            if at in cuts and not (leaving and at == start and not visits):
                found.cuts[at] = merged(terms, found.cuts.get(at), Arrival(condition, state))
                continue
            visits[at] = visits.get(at, 0) + 1
            steps += 1
            if visits[at] > self.fuel or steps > self.most_steps:
                found.unfinished = terms.or_(found.unfinished, condition)
                continue
            if self.tick:
                self.tick()
            self.step(at, condition, state, waiting, found)
        return found

    def step(self, at: int, condition: Term, state: State, waiting: dict[int, Arrival], found: Explored) -> None:
        """One instruction: where it leads goes to `waiting`, a return to `found`."""
        terms = self.terms
        memory = state.memory
        assert isinstance(memory, RegionMemory)
        low, high = self.executable
        if not low <= at < high:
            found.violations.append(Violation(condition, "leaves its code", at))
            return
        memory.guard, memory.at, memory.top = condition, at, state.registers[RSP]
        before = len(found.violations)
        did = self.model(terms, state, self.code, at, self.base)
        if at + did.length > high:
            found.violations.append(Violation(condition, "an instruction runs past the end of the code", at))
            return
        if self.known is not None and not any(start <= at and at + did.length <= end for start, end in self.known):
            found.violations.append(Violation(condition, "runs what lies beside its code", at))
            return
        if len(found.violations) > before and any(v.condition is condition for v in found.violations[before:]):
            return  # nothing goes on behind what always goes wrong
        going = condition
        for fault in did.faults:
            found.violations.append(Violation(terms.and_(condition, fault.condition), _FAULTS[fault.kind], at))
            going = terms.and_(going, ~fault.condition)
        ways = did.ways()
        for k, way in enumerate(ways):
            taken = terms.and_(going, way.condition)
            if taken is terms.false:
                continue
            own = state if k == len(ways) - 1 else state.copy(memory.copy())
            self._go(at, way, taken, own, waiting, found)

    def _go(self, at: int, way: Exit, condition: Term, state: State, waiting: dict[int, Arrival], found: Explored) -> None:
        terms = self.terms
        if way.kind in ("go", "call"):
            if not 0 <= way.target < len(self.code):
                found.violations.append(Violation(condition, "jumps outside its code", at))
                return
            found.edges.add((at, way.target))
            waiting[way.target] = merged(terms, waiting.get(way.target), Arrival(condition, state))
            return
        assert way.to is not None
        for case, to in cases(way.to):
            here = terms.and_(condition, terms.all_of(case))
            if here is terms.false:
                continue
            memory = state.memory
            assert isinstance(memory, RegionMemory)
            own = state.copy(memory.copy())
            if to is self.home:
                found.returned = merged(terms, found.returned, Arrival(here, own))
                continue
            offset = to - self.base
            if offset.op == "const" and 0 <= offset.value < len(self.code):
                found.edges.add((at, offset.value))
                waiting[offset.value] = merged(terms, waiting.get(offset.value), Arrival(here, own))
            elif way.kind == "return" and not {self.home, self.base} & set(variables([to])):
                found.violations.append(Violation(here, "returns elsewhere than to its caller", at))
            else:
                what = "a return address that paths leave apart" if way.kind == "return" else "a jump to a computed address"
                raise Unsupported(what, at)


_FAULTS: Final = {
    "division": "divides by zero, or the quotient does not fit",
    "alignment": "accesses memory that must be aligned and need not be",
    "undefined": "runs an instruction that always faults",
}


def _leads(after: dict[int, list[int]], start: int, goal: int) -> bool:
    seen: set[int] = set()
    waiting = [start]
    while waiting:
        at = waiting.pop()
        if at == goal:
            return True
        if at not in seen:
            seen.add(at)
            waiting += after.get(at, [])
    return False


def cases(term: Term) -> list[tuple[list[Term], Term]]:
    """A term as alternatives that are no choice themselves, each with its conditions."""
    if term.op != "ite":
        return [([], term)]
    condition, x, y = term.args
    return [([condition, *c], t) for c, t in cases(x)] + [([~condition, *c], t) for c, t in cases(y)]


def merged(terms: Terms, one: Arrival | None, other: Arrival) -> Arrival:
    """Both arrivals as one: `one`'s state where its condition holds, else the other's."""
    if one is None or one.condition is terms.false:
        return other
    if other.condition is terms.false:
        return one
    condition = one.condition
    a, b, ite = one.state, other.state, terms.ite
    registers = [ite(condition, x, y) for x, y in zip(a.registers, b.registers, strict=True)]
    vectors = [ite(condition, x, y) for x, y in zip(a.vectors, b.vectors, strict=True)]
    flags = {name: ite(condition, a.flags[name], b.flags[name]) for name in a.flags}
    memory, others = a.memory, b.memory
    assert isinstance(memory, RegionMemory) and isinstance(others, RegionMemory)
    memory = memory.copy()
    memory.merge(condition, others)
    state = State(registers, vectors, flags, ite(condition, a.mxcsr, b.mxcsr), memory)
    return Arrival(terms.or_(condition, other.condition), state)

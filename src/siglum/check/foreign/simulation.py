"""Loops of unknown length: the code's loop goes in step with the reference's, one run for one run, by induction.

At the code's loop head a relation between its registers and the reference's state is guessed from runs on numbers, weakened until
one run keeps it, and proved: it holds on the way in, is kept from head to head, and on the way out the results agree. No
quantifier is needed, and the code ends because the reference does. Imports `check.foreign` and `smt`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from siglum.check.foreign.convention import Convention
from siglum.check.foreign.explore import Arrival, Explored, Explorer
from siglum.check.foreign.guess import Guess, guessed
from siglum.check.foreign.prove import Models, Result, ask_about
from siglum.check.foreign.regions import RegionMemory
from siglum.check.foreign.setting import Setting, setting
from siglum.ir.function import Function
from siglum.sandbox.job import Code
from siglum.smt.evaluate import evaluator
from siglum.smt.functions import Unsupported as NoTerms
from siglum.smt.lemmas import rewritten
from siglum.smt.loops import LoopProgram, LoopState
from siglum.smt.machine import FLOAT_FUNCTIONS
from siglum.smt.solve import Portfolio
from siglum.smt.terms import MEMORY, Term, Terms
from siglum.smt.values import Value, merge
from siglum.target.x86_64.semantics.state import RSP, Model, State, Unsupported

MORE_RUNS: Final = 2
"""Runs of the reference that the code may answer for without coming to its loop head again."""
ROUNDS: Final = 40
"""How often the relation is weakened before it is given up."""


class NoRelation(Exception):
    """There is no proof for all lengths; the message says what is missing."""


@dataclass(frozen=True)
class Obligation:
    """Where `given` holds, `holds` must."""

    name: str
    given: tuple[Term, ...]
    holds: Term


def simulate(
    terms: Terms,
    function: Function,
    convention: Convention,
    code: Code,
    models: Models,
    portfolio: Portfolio,
    inputs: list[dict[str, Any]],
    *,
    tick: Callable[[], None] | None = None,
) -> Result:
    """Proves the code for inputs of every length. `inputs` are values of the variables of the setting, for runs on numbers.

    Raises `NoRelation` where the proof does not succeed, `Unsupported` where the first model knows an instruction not.
    """
    call = setting(terms, convention, code, function.params)
    try:
        program = LoopProgram(terms, function, call.values)
    except NoTerms as reason:
        raise NoRelation(f"the reference has {reason}") from None
    result = Result("proved", lemmas=("lock-step simulation",))
    for k, model in enumerate(models):
        try:
            _prove_in(call, program, model, portfolio, inputs, result, tick)
        except Unsupported as unsupported:
            if k == 0:
                raise
            result.second = str(unsupported)
            break
        result.models = k + 1
    return result


def _prove_in(
    call: Setting,
    program: LoopProgram,
    model: Model,
    portfolio: Portfolio,
    inputs: list[dict[str, Any]],
    result: Result,
    tick: Callable[[], None] | None,
) -> None:
    code = call.code
    explorer = Explorer(call.terms, model, code.image, code.extent, call.base, call.home, fuel=1, known=code.known, tick=tick)
    heads = explorer.run(call.code.entry, call.entry()).loop_heads()
    if len(heads) != 1:
        raise NoRelation(f"the code has {len(heads)} loop heads" if heads else "the code has no loop")
    (head,) = heads
    try:
        guess = guessed(call, program, model, head, inputs)
        pair = _kept(call, program, explorer, head, guess, portfolio)
        for obligation in pair.obligations():
            _settle(portfolio, obligation, result)
        pair.must_end(portfolio, result)
    except NoTerms as reason:
        raise NoRelation(f"the reference has {reason}") from None


def _settle(portfolio: Portfolio, obligation: Obligation, result: Result) -> None:
    answer = ask_about(portfolio, list(obligation.given), ~obligation.holds, result, portfolio.seconds)
    if answer.status != "unsat":
        raise NoRelation(f"an invariant for: {obligation.name}")
    if answer.query not in result.queries:
        result.queries.append(answer.query)
    if answer.solvers != ("rewriting",):
        result.solvers = tuple(sorted({*result.solvers, *answer.solvers}))


def _kept(call: Setting, program: LoopProgram, explorer: Explorer, head: int, guess: Guess, portfolio: Portfolio) -> _Pair:
    """The code beside the reference under the strongest part of the guess that one run keeps."""
    for _ in range(ROUNDS):
        pair = _Pair(call, program, explorer, head, guess)
        failing: set[int] = set()
        for arrives, given in pair.ways_in():
            claims = pair.claims(*arrives)
            answer = portfolio.ask([*given, ~call.terms.all_of(claims)])
            if answer.status == "sat":
                held = evaluator(claims, FLOAT_FUNCTIONS)(answer.values)
                failing |= {k for k, holds in enumerate(held) if not holds}
            elif answer.status == "unknown":
                failing |= {k for k, claim in enumerate(claims) if not _sure(portfolio, given, claim)}
        if not failing:
            return pair
        guess = guess.without(failing)
    raise NoRelation("an invariant: none of those guessed is kept")


def _sure(portfolio: Portfolio, given: list[Term], claim: Term) -> bool:
    return portfolio.ask([*given, ~claim], seconds=1.0).status == "unsat"


class _Pair:
    """The code's loop beside the reference's: any state of the code at its head that the guess allows, any state of the
    reference (`guess.state`).
    """

    def __init__(self, call: Setting, program: LoopProgram, explorer: Explorer, head: int, guess: Guess) -> None:
        self.call, self.program, self.terms, self.guess = call, program, call.terms, guess
        self.state = guess.state
        self.shared = _shared(call, guess.state)
        cuts = frozenset({head})
        self.outside: Explored = explorer.run(call.code.entry, call.entry(), cuts)
        # a head is the target of an edge that the same exploration took on its way from the entry
        self.arrival = arrival = self.outside.cuts[head]
        here = self._any_state(arrival)
        self.before = _copy(here)
        self.inside: Explored = explorer.run(head, Arrival(self.terms.true, here), cuts, leaving=True)
        again = self.inside.cuts.get(head)
        if again is None:
            raise NoRelation("the loop never comes back to its head")
        self.again = again
        self._check_machine()
        self.entered = program.enter()
        self.stepped = program.step(self.state)

    def _any_state(self, arrival: Arrival) -> State:
        """Registers and flags hold at the head what the guess says or anything, the stack pointer and memory what they hold
        on the way in, but the buffer of the result what the reference's list holds.
        """
        terms = self.terms
        state = State.unknown(terms, _copy(arrival.state), "@loop")
        for k, (width, value) in self.guess.registers.items():
            state.registers[k] = terms.concat(state.registers[k].bits(63, width), value) if width < 64 else value
        state.registers[RSP] = arrival.state.registers[RSP]
        assert isinstance(state.memory, RegionMemory)
        state.memory.memories |= {name: self.state.parts[k] for name, k in self.shared.items()}
        state.flags["df"] = terms.false
        state.vectors = [terms.var(f"xmm{k}@loop", 128).zext(256) for k in range(16)]
        state.mxcsr = terms.concat(arrival.state.mxcsr.bits(31, 6), terms.var("mxcsr@loop", 6))
        return state

    def _check_machine(self) -> None:
        """On the way in and after a run the machine is as `_any_state` says: stack pointer and memory as they were, the upper
        halves of the vector registers zero, the direction flag clear, the control bits of MXCSR kept.
        """
        before, after = self.before, _copy(self.again.state)
        for state in (self.arrival.state, self.again.state):
            if any(v.bits(255, 128).high for v in state.vectors):
                raise NoRelation("an invariant for: the upper halves of the vector registers")
            if state.flags["df"] is not self.terms.false:
                raise NoRelation("an invariant for: the direction flag")
        if self.again.state.mxcsr.bits(31, 6) is not self.arrival.state.mxcsr.bits(31, 6):
            raise NoRelation("an invariant for: the control bits of MXCSR")
        if self.again.state.registers[RSP] is not self.arrival.state.registers[RSP]:
            raise NoRelation("an invariant for: the stack pointer")
        for (name, at), byte in after.bytes.items():
            region = next(r for r in before.regions if r.name == name)
            if (before.bytes.get((name, at)) or region.initial(at)) is not byte:
                raise NoRelation(f"an invariant for: what the loop writes to {name}")
        for name, memory in after.memories.items():
            if memory is not before.memories[name] and name not in self.shared:
                raise NoRelation(f"an invariant for: what the loop writes to `{name}`")

    # The relation -----------------------------------------------------------------------------------------------
    def ways_in(self) -> Iterator[tuple[tuple[State, LoopState], list[Term]]]:
        """The states in which the head is reached, and what is known on the way."""
        yield (self.arrival.state, self.entered.state), [*self._on_entry(), self.arrival.condition]
        yield (self.again.state, self.stepped.state), [*self._on_run(), self.again.condition]

    def claims(self, state: State, reference: LoopState) -> list[Term]:
        """The guess about given states, fact by fact."""
        mine = (self.state.index, self.state.again, *self.state.parts)
        other = (reference.index, reference.again, *reference.parts)
        places = {a: b for a, b in zip(mine, other, strict=True) if a.op == "var"}
        moved = rewritten([*self.guess.values, *self.guess.facts], lambda t: places.get(t) if t.op == "var" else None)
        found = []
        for (k, (width, _)), value in zip(self.guess.registers.items(), moved, strict=False):
            found.append(state.registers[k].bits(width - 1, 0).is_(value))
        return found + moved[len(self.guess.registers) :]

    def same_memory(self, state: State, reference: LoopState) -> list[Term]:
        """That the buffer of the result holds the reference's list so far."""
        memory = state.memory
        assert isinstance(memory, RegionMemory)
        return [memory.memories[name].is_(reference.parts[k]) for name, k in self.shared.items()]

    def _on_entry(self) -> list[Term]:
        return [*self.call.pre, *self.entered.assumptions, ~self.entered.stopped]

    def _on_run(self) -> list[Term]:
        stops = self.program.goes_on(self.state) & self.stepped.stopped
        return [*self.call.pre, *self.entered.assumptions, *self.stepped.assumptions, *self.guess.facts, ~stops]

    # What must be proved ------------------------------------------------------------------------------------------
    def obligations(self) -> Iterator[Obligation]:
        """The verification conditions."""
        terms = self.terms
        names = iter(("the relation on the way into the loop", "the relation after a run"))
        for arrives, given in self.ways_in():
            yield Obligation(next(names), tuple(given), terms.all_of([*self.claims(*arrives), *self.same_memory(*arrives)]))
        known = (*self._on_run(), self.again.condition)
        yield Obligation("the reference goes on where the code does", known, self.program.goes_on(self.state))
        yield from self._way(self.outside, self.entered.state, self._on_entry(), "outside the loop")
        yield from self._way(self.inside, self.state, self._on_run(), "in the loop")

    def _way(self, explored: Explored, state: LoopState, given: list[Term], where: str) -> Iterator[Obligation]:
        """Nothing forbidden happens on a way, and where it returns the results agree."""
        for violation in explored.violations:
            yield Obligation(f"{where}, it never {violation.what} at {violation.at:#x}", tuple(given), ~violation.condition)
        yield Obligation(f"{where}, no loop but the one", tuple(given), ~explored.unfinished)
        if explored.returned is None:
            return
        condition, final = explored.returned
        done, value, stopped, assumptions = self._completed(state, MORE_RUNS)
        known = (*given, condition, *assumptions, ~stopped)
        yield Obligation(f"{where}, the reference ends where it returns", known, done)
        for duty in self.call.duties(final, value):
            yield Obligation(f"{duty.name}, {where}", (*known, done), duty.holds)

    def _completed(self, state: LoopState, runs: int) -> tuple[Term, Value, Term, list[Term]]:
        """The reference's result from a state within so many runs: whether it ends so soon, the result, whether it stops."""
        goes_on = self.program.goes_on(state)
        end = self.program.finish(state)
        if runs == 0 or goes_on is self.terms.false:
            return ~goes_on, end.value, ~goes_on & end.stopped, list(end.assumptions)
        step = self.program.step(state)
        done, value, stopped, assumptions = self._completed(step.state, runs - 1)
        stops = goes_on.ite(step.stopped | stopped, end.stopped)
        return ~goes_on | done, merge(goes_on, value, end.value), stops, [*end.assumptions, *step.assumptions, *assumptions]

    # Ending -------------------------------------------------------------------------------------------------------
    def must_end(self, portfolio: Portfolio, result: Result) -> None:
        """Some difference of the reference's numbers shrinks with every run."""
        state, following = self.state, self.stepped.state
        given = [*self._on_run(), self.program.goes_on(state)]
        before = [state.count, state.index, *(p for p in state.parts if p.width == 64)]
        after = [following.count, following.index, *(p for p in following.parts if p.width == 64)]
        for x, x_after in zip(before, after, strict=True):
            for y, y_after in zip(before, after, strict=True):
                if x is y or (x.is_const and x.value >> 62):
                    continue
                answer = portfolio.ask([*given, ~((x_after - y_after).ult(x - y))], seconds=2.0)
                if answer.status == "unsat":
                    result.queries.append(answer.query)
                    return
        raise NoRelation("a measure that shrinks with every run of the reference")


def _shared(call: Setting, state: LoopState) -> dict[str, int]:
    """The buffer that holds the result in place, with the number of that part of the reference's state which is its content."""
    home = call.convention.home
    if call.convention.result != "nothing" or not any(a.name == home and a.count is None for a in call.convention.lists):
        return {}
    changed = [k for k, part in enumerate(state.parts) if part.width == MEMORY and part.op == "var" and "!" in part.value]
    return {home: changed[0]} if len(changed) == 1 else {}


def _copy(state: State) -> RegionMemory:
    memory = state.memory
    assert isinstance(memory, RegionMemory)
    return memory.copy()

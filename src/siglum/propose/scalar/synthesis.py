"""Synthesis of scalar functions: search on samples, ask the solvers, search again with their counterexamples.

Imports `errors`, `records`, `ir`, `smt` and its siblings.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from siglum.errors import EnvironmentFault, UserError
from siglum.ir.function import Function
from siglum.ir.types import BOOL, I64
from siglum.propose.scalar.components import Component, component
from siglum.propose.scalar.compositions import BLOCK
from siglum.propose.scalar.lanes import Lanes
from siglum.propose.scalar.operations import Operations, numbers_in, usual
from siglum.propose.scalar.phrases import Form, Unsayable, phrase
from siglum.propose.scalar.programs import Program
from siglum.propose.scalar.proving import Comparison
from siglum.propose.scalar.samples import Arguments, Sample, chosen, draws, sampled
from siglum.propose.scalar.search import Room, Search, Task
from siglum.propose.scalar.wanted import Wanted, by_formula, by_reference
from siglum.records import Budget, Candidate
from siglum.smt.solve import Portfolio

ORIGIN: Final = "scalar"
_SAMPLES: Final = 16
_FEW_RESULTS: Final = 5
"""Results fewer than this many are told apart by twice the samples."""
_BYTES_PER_VALUE: Final = 170
"""What a value takes in the bank beside its row: hash, number, operation, closure."""
_SHARE: Final = 0.7
_SHARE_OF_FUNCTIONS: Final = 0.2
"""The part of the memory for the values of the bank, and for what functions make of a block of them."""
_NEAR: Final = 200
"""So many inputs that refute programs of one round before the next one begins with them among its samples."""
_AGAIN: Final = 0.9
"""The part of the time that must be left for a round to begin anew at once where a refuted program hides others."""
_MOST_UNTOLD: Final = 30
"""So many programs are refuted where nothing says what they should give before the synthesis is given up."""
_MOST_AGAINST: Final = 20
"""The solvers' last counterexamples, which are told with a program."""
_OTHERS: Final = 200
"""Inputs by which programs are told apart where examples are all there is."""
_LEAST_MORE_S: Final = 0.2
_BITS_PER_STEP: Final = 5.0
_BITS_PER_CONSTANT: Final = 3.0


@dataclass
class Report:
    """How far a synthesis has come: CPU seconds of the search and of the solvers, rounds, candidates looked at, so many
    operations of which all values are known, what went on last, inputs that refuted programs; of the last program found its
    length, and by whom it was proved.
    """

    seconds: float = 0.0
    solver_seconds: float = 0.0
    rounds: int = 0
    tried: int = 0
    depth: int = 0
    at: str = ""
    refuted: list[Arguments] = field(default_factory=list)
    length: int | None = None
    proved_by: tuple[str, ...] = ()


class Clock:
    """Runs down `seconds` of this process and of `elsewhere` from `go_on` to `stop`."""

    def __init__(self, seconds: float, elsewhere: Callable[[], float]) -> None:
        self.seconds, self.elsewhere = seconds, elsewhere
        self._used = 0.0
        self._since: float | None = None

    def _now(self) -> float:
        return time.process_time() + self.elsewhere()

    def go_on(self) -> None:
        self._since = self._now()

    def stop(self) -> None:
        self._used = self.used
        self._since = None

    @property
    def used(self) -> float:
        """The seconds it ran."""
        return self._used + (0.0 if self._since is None else self._now() - self._since)

    def left(self) -> float:
        """The seconds that remain."""
        return self.seconds - self.used

    def leave(self, seconds: float) -> None:
        """Leaves at most so many seconds."""
        self.seconds = min(self.seconds, self.used + seconds)


def synthesize(
    reference: Function,
    portfolio: Portfolio | None,
    budget: Budget | None = None,
    *,
    operations: Operations | None = None,
    overflow: str = "stop",
    report: Report | None = None,
    seed: int = 0,
) -> Generator[Candidate, None, None]:
    """Phrases that give what `reference` gives wherever that does not stop: the first one found, then only shorter ones. Each is
    checked by the solvers of `portfolio` for all inputs; where they cannot say, a note does. Uses at most the budget's seconds
    of CPU, those of the solvers included, and about its memory. May be closed at any time.
    """
    wanted = by_reference(reference, overflow)
    return Synthesis(
        wanted, portfolio, budget or Budget(), operations or usual(64, numbers_in(reference)), overflow, report, seed
    ).candidates()


def synthesize_formula(
    holds: Function,
    portfolio: Portfolio,
    budget: Budget | None = None,
    *,
    operations: Operations | None = None,
    overflow: str = "stop",
    report: Report | None = None,
    seed: int = 0,
) -> Generator[Candidate, None, None]:
    """As `synthesize`, from a formula: a Function of the arguments and, last, a result, that says whether this is the one wanted.
    Inputs for which several results will do are left to the proof.
    """
    wanted = by_formula(holds, portfolio, overflow)
    return Synthesis(
        wanted, portfolio, budget or Budget(), operations or usual(64, numbers_in(holds)), overflow, report, seed
    ).candidates()


class Synthesis:
    """One synthesis: rounds of a search on more and more samples."""

    def __init__(
        self,
        wanted: Wanted,
        portfolio: Portfolio | None,
        budget: Budget,
        operations: Operations,
        overflow: str,
        report: Report | None = None,
        seed: int = 0,
    ) -> None:
        self.wanted, self.portfolio, self.operations, self.overflow = wanted, portfolio, operations, overflow
        self.report = report or Report()
        self.random = Random(f"scalar {seed}")
        exact = overflow == "stop" and operations.width == 64
        made = [component(text, exact=exact) for text in operations.components]
        if wanted.result is BOOL:  # of equal programs the first is kept, and that should end in a comparison
            made.sort(key=lambda one: not one.truth)
        self.components: tuple[Component, ...] = tuple(made)
        self.clock = Clock(budget.seconds, lambda: portfolio.cpu if portfolio else 0.0)
        self.memory = budget.memory
        self.pool: list[Sample] = []
        self.samples: list[Sample] = []
        self.shortest = math.inf
        self.untold = 0
        self.against: list[Arguments] = []
        self.others: list[Sample] = []
        self.behaviours: set[tuple[int, int]] = set()

    # Rounds -----------------------------------------------------------------------------------------------------
    def candidates(self) -> Generator[Candidate, None, None]:
        """See `synthesize`. Without a reference, every program found."""
        self.clock.go_on()
        if not self._draw():
            return
        while self.clock.left() > 0:
            self.report.rounds += 1
            before = len(self.samples)
            yield from self._round()
            if len(self.samples) == before:
                return

    def end_soon(self) -> None:
        """Goes on for as long again as it took so far, and no longer."""
        self.clock.leave(max(self.clock.used, _LEAST_MORE_S))

    def learn(self, arguments: Arguments) -> bool:
        """Takes a counterexample from outside; whether it says something new."""
        wanted = self.wanted.ask(arguments) if self.wanted.ask else None
        if wanted is None or any(sample.arguments == arguments for sample in self.samples):
            return False
        sample = Sample(arguments, wanted)
        self.samples.append(sample)
        self.pool.append(sample)
        self.report.refuted.append(arguments)
        return True

    def _draw(self) -> bool:
        """Draws samples; false where there is nothing to go by."""
        wanted = self.wanted
        given = list(wanted.given)
        if wanted.ask is not None:
            types = [t for _, t in wanted.params]
            known = {sample.arguments for sample in given}
            drawn = sampled(types, wanted.ask, wanted.draws, self.random, wanted.tries, lambda: self.clock.left() <= 0)
            if not drawn:
                return False
            drawn = [sample for sample in drawn if sample.arguments not in known]
            few = len({sample.wanted for sample in drawn}) < _FEW_RESULTS
            self.samples = chosen(drawn, _SAMPLES * (2 if few else 1), self.operations.width)
            self.pool = drawn
        self.samples += given
        self.pool = self.pool + given
        return bool(self.samples)

    def _form(self) -> Form | None:
        """How phrases are read, or None where results do not fit the width."""
        width, results = self.operations.width, [sample.wanted for sample in self.pool]
        fits = min(results) >= 0 and max(results) < 1 << width
        with_sign = min(results) >= -(1 << width - 1) and max(results) < 1 << width - 1
        if width == 32 and not (fits or with_sign):
            return None
        return Form(width, self.wanted.params, BOOL if self.wanted.result is BOOL else I64, not fits, self.overflow == "stop")

    def _task(self, form: Form) -> Task:
        mask = (1 << form.width) - 1
        leaves = [tuple([int(s.arguments[k]) & mask for s in self.samples]) for k in range(len(form.params))]
        leaves += [(c & mask,) * len(self.samples) for c in self.operations.constants]
        wanted = tuple([s.wanted & mask for s in self.samples])
        truth = self.wanted.result is BOOL
        return Task(form.width, self.components, self.operations.constants, tuple(leaves), wanted, self.operations.choices, truth)

    def _round(self) -> Iterator[Candidate]:
        """One search on the samples as they are; it ends with samples more where programs were refuted."""
        form = self._form()
        if form is None:
            return
        task = self._task(form)
        lane = form.width // 4
        values = int(self.memory * _SHARE) // (task.samples * lane + _BYTES_PER_VALUE)
        room = Room(values, int(self.memory * _SHARE_OF_FUNCTIONS) // (BLOCK * lane))
        search = Search(task, self.clock.left, room, self.random, in_order=self.wanted.ask is None)
        search.shorter_than = self.shortest
        seen: set[str] = set()
        near: list[Sample] = []
        for program in search.programs():
            self._note(search)
            failing = self._failing(program, form, self.pool)
            if failing:
                near += failing[:2]
                self.report.refuted += [sample.arguments for sample in failing[:2]]
                if len(near) > _NEAR or (search.direct and self.clock.left() > _AGAIN * self.clock.seconds):
                    break
                continue
            text = self._said(program, form)
            if text is None or text in seen:
                continue
            seen.add(text)
            if self.wanted.ask is None and self._known_otherwise(program, form):
                continue
            comparison = self._compared(text)
            self._note(search)
            if comparison.equal is False:
                assert comparison.arguments is not None
                self.against.append(comparison.arguments)
                if not self.learn(comparison.arguments):  # nobody says what is wanted there
                    self.untold += 1
                    if self.untold == _MOST_UNTOLD:
                        self.clock.leave(0.0)
                        return
                elif self._failing(program, form, self.samples[-1:]):
                    return
                continue  # it stops there, which the search cannot see
            if self.wanted.ask is not None:
                self.shortest = search.shorter_than = program.length
            self.report.length, self.report.proved_by = program.length, comparison.solvers if comparison.equal else ()
            self.clock.stop()
            notes = self._notes(program, comparison)
            yield Candidate(text, ORIGIN, self._cost(program), notes, tuple(self.against[-_MOST_AGAINST:]))
            self.clock.go_on()
            if len(self.samples) != task.samples:
                return
        self._note(search)
        known = {sample.arguments for sample in self.samples}
        self.samples += [sample for sample in dict.fromkeys(near) if sample.arguments not in known]

    # Checking ---------------------------------------------------------------------------------------------------
    def _failing(self, program: Program, form: Form, given: Sequence[Sample]) -> list[Sample]:
        """The samples on which the program gives something else than is wanted, or stops."""
        mask = (1 << form.width) - 1
        v = Lanes(form.width, len(given))
        leaves = [v.pack([int(s.arguments[k]) & mask for s in given]) for k in range(len(form.params))]
        found, stopped = program.run(v, leaves + [v.spread(c) for c in self.operations.constants])
        wanted = v.pack([s.wanted & mask for s in given])
        if found == wanted and not stopped:
            return []
        wrong = zip(given, v.unpack(found ^ wanted), v.unpack(stopped & v.full), strict=True)
        return [sample for sample, apart, stops in wrong if apart or stops]

    def _known_otherwise(self, program: Program, form: Form) -> bool:
        """Whether an earlier program gives the same on some other inputs."""
        if not self.others:
            types = [t for _, t in form.params]
            self.others = [Sample(arguments, 0) for _, arguments in zip(range(_OTHERS), draws(types, self.random), strict=False)]
        mask = (1 << form.width) - 1
        v = Lanes(form.width, len(self.others))
        leaves = [v.pack([int(s.arguments[k]) & mask for s in self.others]) for k in range(len(form.params))]
        behaviour = program.run(v, leaves + [v.spread(c) for c in self.operations.constants])
        known = behaviour in self.behaviours
        self.behaviours.add(behaviour)
        return known

    def _said(self, program: Program, form: Form) -> str | None:
        try:
            return phrase(program, form, self.operations.constants)
        except Unsayable:
            return None

    def _compared(self, text: str) -> Comparison:
        """What the solvers say of a phrase."""
        if self.wanted.prove is None:
            return Comparison(None, reason="there is nothing to prove it of")
        if self.portfolio is None:
            return Comparison(None, reason="no solver was asked")
        try:
            return self.wanted.prove(text, self.portfolio, max(self.clock.left(), 1.0))
        except (EnvironmentFault, UserError) as fault:
            return Comparison(None, reason=fault.message)

    def _notes(self, program: Program, comparison: Comparison) -> tuple[str, ...]:
        size = f"{program.length} operation{'s' * (program.length != 1)} at {self.operations.width} bits"
        if comparison.equal:
            return size, f"right on all inputs ({', '.join(comparison.solvers)})"
        return size, f"right on {len(self.pool)} inputs, not proved: {comparison.reason}"

    def _cost(self, program: Program) -> float:
        constants = sum(step.component.constant is not None for step in program.steps)
        constants += sum(a >= len(self.wanted.params) for step in program.steps for a in step.arguments if a < program.leaves)
        return _BITS_PER_STEP * program.length + _BITS_PER_CONSTANT * constants

    def _note(self, search: Search) -> None:
        """Brings the report up to date."""
        report, progress = self.report, search.progress
        report.seconds = self.clock.used
        report.solver_seconds = self.portfolio.cpu if self.portfolio else 0.0
        report.tried, report.depth, report.at = progress.tried, progress.depth, progress.at

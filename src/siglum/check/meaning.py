"""Function meets Spec: whether a Function agrees with its reference wherever the reference does not stop.

Methods, tried in this order: identity; SMT over all inputs where no loop is of unknown length; loops in lock-step; every
input of a small domain; SMT up to a list length; runs. Imports `ir`, `smt`, `records`, `errors` and its siblings.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise, product
from typing import Any, Final, NamedTuple

from siglum.check.agreement import Agreement, Disagreement, Inputs, Interpreted, Proving, agree, fresh_inputs
from siglum.check.differential import MEMORY, STEPS, against
from siglum.check.inputs import draw
from siglum.check.lockstep import prove_lockstep
from siglum.ir.function import Function
from siglum.ir.interpret import Program
from siglum.ir.types import BOOL, I8, U8, Type
from siglum.records import Exhausted, Finding, Proof, Proved, ProvedUpTo, Refuted
from siglum.smt.functions import Bounds, Outcome, execute
from siglum.smt.inputs import symbolic
from siglum.smt.solve import Portfolio
from siglum.smt.terms import Terms
from siglum.smt.values import Unsupported

MOST_INPUTS: Final = 1 << 16
"""Domains of at most so many inputs are run whole."""
LENGTHS: Final = (0, 1, 2, 3, 4, 6, 8)
"""List lengths that are tried one after the other."""
RUNS: Final = 12
"""Runs of a loop whose number the inputs' lengths do not tell, where lengths are bounded."""
QUERY: Final = 4.0
"""Seconds that a solver may take for one question."""
SECONDS: Final = 20.0
"""Solver time for the bounded proofs of one function, apart from the query at which it ends."""
MAY_STOP: Final = "the function may stop where the reference does not"
NEVER_PROVED: Final = "that it stops nowhere else is not proved"
_FEW: Final = {BOOL: (False, True), I8: tuple(range(-128, 128)), U8: tuple(range(256))}


class Tried(NamedTuple):
    """What one method has found: a finding that settles the matter, or None and why not."""

    finding: Finding | None
    reason: str


def meets(
    function: Function,
    reference: Function,
    runs: Callable[..., Any] | None,
    portfolio: Portfolio,
    *,
    via: Sequence[Function] = (),
    tests: int = 60,
    seconds: float = SECONDS,
) -> Finding:
    """What is known of `function` beside `reference`, the best method first. `runs` is the reference in CPython, if there is
    one; `via` are Functions between the two, which loops in lock-step may take as steps on the way.

    The claim: wherever the reference does not stop, the function gives its result. Where it may stop instead, the finding's
    lemmas say so. `Refuted` carries arguments on which the interpreter shows the difference.
    """
    if function is reference:
        return Proved(Proof("the Function is the reference", 0, ()))
    checker = _Checker(function, reference, portfolio, via)
    tested = against(reference, _interpreted(function), runs, draw(function.params, tests))
    if isinstance(tested, Refuted):
        return tested
    reasons: list[str] = []
    for method in (checker.all_inputs, checker.lock_step, checker.exhaustive, lambda: checker.bounded(seconds)):
        try:
            tried = method()
        except (Unsupported, RecursionError) as problem:
            tried = Tried(None, str(problem) or type(problem).__name__)
        if tried.finding is not None:
            return _with_reasons(tried.finding, reasons)
        reasons.append(tried.reason)
    return tested


def _interpreted(function: Function) -> Callable[..., Any]:
    program = Program(function, checked=False, counted=True)
    return lambda *arguments: program.run(arguments, memory_limit=MEMORY, steps=STEPS)


def _with_reasons(finding: Finding, reasons: list[str]) -> Finding:
    """A bounded proof says why there is none for all inputs."""
    if not isinstance(finding, ProvedUpTo):
        return finding
    missing = "; ".join(dict.fromkeys(r for r in (*reasons, finding.missing) if r))
    return ProvedUpTo(finding.bound, finding.measure, finding.proof, missing)


class _Checker:
    """The methods on one pair of Functions."""

    def __init__(self, function: Function, reference: Function, portfolio: Portfolio, via: Sequence[Function]) -> None:
        self.function, self.reference, self.portfolio = function, reference, portfolio
        self.steps = list(dict.fromkeys((reference, *via, function)))
        self.runs = Interpreted(reference, function)

    def proving(self) -> Proving:
        return Proving(self.portfolio, QUERY)

    # Loop-free ----------------------------------------------------------------------------------------------------
    def all_inputs(self) -> Tried:
        """Both executed on all inputs at once, where no loop goes over a few runs."""
        terms = Terms()
        inputs = self.stored(terms)
        bounds = Bounds(runs=8, calls=4, cells=None, operations=20_000)
        outcomes = [execute(terms, f, inputs.values, bounds) for f in (self.reference, self.function)]
        if any(o.unfinished is not terms.false for o in outcomes):
            return Tried(None, "")
        proving = self.proving()
        agreement = agree(proving, inputs, outcomes[0], outcomes[1], self.runs)
        return _settled("SMT over all inputs", proving, agreement)

    def stored(self, terms: Terms) -> Inputs:
        """Inputs of any length."""
        return fresh_inputs(terms, self.function.params, lambda t, name: symbolic(terms, t, name))

    # Loops --------------------------------------------------------------------------------------------------------
    def lock_step(self) -> Tried:
        """Loops of any length, run beside each other, one step of the way after the other."""
        proving = self.proving()
        for before, after in pairwise(self.steps):
            agreement = self.one_step(proving, before, after)
            last = after is self.function
            if agreement.wrong is not None and agreement.values is False and len(self.steps) == 2:
                return Tried(agreement.wrong.refuted(), "")
            if not agreement.values or not (agreement.stops or last):
                return Tried(None, agreement.reason or NEVER_PROVED)
        return _settled("loops in lock-step", proving, agreement)

    def one_step(self, proving: Proving, before: Function, after: Function) -> Agreement:
        """Two Functions beside each other; the first runs of the loops of one may have to be taken apart."""
        found: Agreement | None = None
        reason = ""
        for peeled in (0, 1):
            terms = Terms()
            try:
                inputs = self.stored(terms)
                found = prove_lockstep(terms, proving, inputs, before, after, Interpreted(before, after), peeled)
            except Unsupported as problem:
                reason = reason or str(problem)
                continue
            if found.values is not None:
                return found
            reason = reason or found.reason
        return Agreement(None, None, None, reason)

    # Small domains --------------------------------------------------------------------------------------------------
    def exhaustive(self) -> Tried:
        """Every input, run by the interpreter."""
        choices = [_FEW.get(t) for _, t in self.function.params]
        size = 1
        for values in choices:
            if values is None:
                return Tried(None, "")
            size *= len(values)
        if size > MOST_INPUTS:
            return Tried(None, "")
        for arguments in product(*(c for c in choices if c is not None)):
            wrong = self.runs.compare(arguments)
            if wrong is not None:
                return Tried(wrong.refuted(), "")
        return Tried(Exhausted(size), "")

    # Bounded --------------------------------------------------------------------------------------------------------
    def bounded(self, seconds: float) -> Tried:
        """All contents of lists up to a length, one length after the other."""
        begun = self.portfolio.cpu, time.process_time()
        proved: tuple[int, Proving] | None = None
        proving = self.proving()
        complete, may_stop, reason = True, False, ""
        count = sum(_outer_arrays(t) for _, t in self.function.params)
        for n in LENGTHS if count else (RUNS,):
            tried = self.up_to(n, count, proving, proved[0] if proved else -1)
            if tried.wrong is not None and not tried.wrong.stops:
                return Tried(tried.wrong.refuted(), "")
            if not tried.values:
                reason = tried.reason
                break
            may_stop |= not tried.stops
            complete &= tried.complete
            proved = n, proving
            if self.portfolio.cpu - begun[0] + time.process_time() - begun[1] > seconds:
                reason = "out of time"
                break
        if proved is None:
            return Tried(None, reason)
        n, proving = proved
        if may_stop:
            proving.lemmas[NEVER_PROVED] = None
        measure = "list length" if count and complete else f"list length {n}, runs of a loop" if count else "runs of a loop"
        bound = n if complete and count else RUNS
        return Tried(ProvedUpTo(bound, measure, _proof("SMT on unrolled loops", proving), reason), "")

    def up_to(self, n: int, count: int, proving: Proving, done: int) -> _Bounded:
        """All lengths up to `n`, of which those up to `done` are proved."""
        values, stops, complete = True, True, True
        lengths = range(n + 1) if count else (0,)
        for combination in product(lengths, repeat=count):
            if combination and max(combination) <= done:
                continue
            terms = Terms()
            inputs = self.listed(terms, iter(combination), n)
            outcomes = self.unrolled(terms, inputs, n)
            complete &= all(o.unfinished is terms.false for o in outcomes)
            agreement = agree(proving, inputs, outcomes[0], outcomes[1], self.runs)
            if not agreement.values:
                return _Bounded(False, False, False, agreement.wrong, agreement.reason)
            stops &= bool(agreement.stops)
        return _Bounded(values, stops, complete, None, "")

    def listed(self, terms: Terms, lengths: Iterator[int], nested: int) -> Inputs:
        """Inputs whose lists have these lengths, the lists inside them any up to `nested`."""
        return fresh_inputs(terms, self.function.params, lambda t, name: symbolic(terms, t, name, lengths, nested=nested))

    def unrolled(self, terms: Terms, inputs: Inputs, n: int) -> Sequence[Outcome]:
        bounds = Bounds(runs=max(RUNS, 2 * n), calls=max(RUNS, n), cells=max(RUNS, 4 * n), operations=20_000, seconds=8.0)
        return [execute(terms, f, inputs.values, bounds) for f in (self.reference, self.function)]


class _Bounded(NamedTuple):
    """Whether the results are proved equal, whether stops are, whether every loop was unrolled to its end."""

    values: bool
    stops: bool
    complete: bool
    wrong: Disagreement | None
    reason: str


def _outer_arrays(t: Type) -> int:
    """How many lists a value of the type has that are inside no list."""
    return 1 if t.kind == "array" else sum(map(_outer_arrays, t.args))


def _settled(method: str, proving: Proving, agreement: Agreement) -> Tried:
    if agreement.wrong is not None and not agreement.wrong.stops:
        return Tried(agreement.wrong.refuted(), "")
    if not agreement.values:
        return Tried(None, agreement.reason)
    if not agreement.stops:
        proving.lemmas[MAY_STOP if agreement.wrong is not None else NEVER_PROVED] = None
    return Tried(Proved(_proof(method, proving)), "")


def _proof(method: str, proving: Proving) -> Proof:
    return Proof(method, 0, proving.named, tuple(dict.fromkeys(proving.queries)), tuple(proving.lemmas))

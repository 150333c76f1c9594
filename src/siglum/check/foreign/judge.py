"""The finding on one piece of foreign code: screened, run, proved or refuted, in that order.

Imports `check.foreign`, `records`, `sandbox` and `smt`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from random import Random
from typing import Any, Final

from siglum.check.foreign.convention import Convention
from siglum.check.foreign.draw import draw
from siglum.check.foreign.exhaust import domain, exhaust
from siglum.check.foreign.guess import numbers
from siglum.check.foreign.prove import CODE_BOUND, REFERENCE_BOUND, Models, Result
from siglum.check.foreign.prove import prove as _prove
from siglum.check.foreign.running import Arguments, Gave, Misbehaved, Observed, call_of, run, same
from siglum.check.foreign.setting import Setting, setting
from siglum.check.foreign.simulation import NoRelation, simulate
from siglum.check.foreign.trials import STOPS, Trials, trials
from siglum.check.foreign.unspecified import depends_on
from siglum.ir.function import Function
from siglum.ir.types import WIDTHS
from siglum.records import (
    Exhausted,
    Finding,
    Proof,
    Proved,
    ProvedUpTo,
    Refuted,
    Tested,
    Unknown,
    Unsafe,
    Unsupported,
)
from siglum.sandbox.job import Code
from siglum.sandbox.run import Sandbox
from siglum.sandbox.screen import refusal
from siglum.smt.abstraction import without_products
from siglum.smt.evaluate import evaluator
from siglum.smt.functions import Bounds, execute
from siglum.smt.inputs import to_python
from siglum.smt.loops import parts_of
from siglum.smt.machine import FLOAT_FUNCTIONS
from siglum.smt.solve import REWRITING, Portfolio
from siglum.smt.steps import Recording
from siglum.smt.terms import Term, Terms, mask
from siglum.smt.values import Unsupported as NoTerms
from siglum.target.x86_64.semantics.state import REGISTERS
from siglum.target.x86_64.semantics.state import Unsupported as NoMeaning

MOST_CASES: Final = 40
"""Combinations of list lengths that a bounded proof goes through."""
STEP_SECONDS: Final = 1.0
STEPS_SECONDS: Final = 2.0
"""The limits of a question about one step of rewriting (or about where a reference stops), and of all of them."""
MOST_ONE_BY_ONE: Final = 1 << 22
"""Inputs that are all run where the reference is called for each."""


@dataclass(frozen=True)
class Reference:
    """What the code must mean: `function` for the solvers, `call` in CPython for what a person is shown, `native` (the
    reference as native code, or again `call`) for many runs. All three raise `Stop` or an ordinary error where it stops.
    """

    name: str
    function: Function
    call: Callable[..., Any]
    native: Callable[..., Any]
    agreeing: Callable[[int, bytes, tuple[Any, ...]], int] | None = None
    """For exhaustion: how many of the results for first arguments from a number on, the others as given, are the reference's
    before one is not, or before the reference stops.
    """


@dataclass(frozen=True)
class Limits:
    """How much is done: runs before the proof, the longest list of a bounded proof, runs of a loop that are unrolled, the most
    inputs that are all run.
    """

    runs: int = 256
    length: int = 6
    unrolled: int = 64
    exhaust: int = 1 << 32


@dataclass
class Judged:
    """The finding and what it rests on."""

    finding: Finding
    assumptions: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    forms: tuple[str, ...] = ()
    stopping: Arguments | None = None
    """Arguments on which the reference stops, where the solvers know some."""


class Judge:
    """Judges code against references; holds the sandbox, the solvers and the instruction models."""

    def __init__(
        self,
        sandbox: Sandbox,
        portfolio: Portfolio,
        models: Models,
        limits: Limits | None = None,
        *,
        seed: int = 1,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        self.sandbox, self.portfolio, self.models = sandbox, portfolio, models
        self.limits, self.seed = limits or Limits(), seed
        self.progress = progress or (lambda what: None)
        self._trials: tuple[Reference, Convention, Trials] | None = None

    def judge(self, reference: Reference, convention: Convention, code: Code) -> Judged:
        """Whether the code refines the reference. Never raises for what the code does."""
        refused = refusal(code)
        if refused is not None:
            return Judged(Unsafe(f"refused by the screen: {refused.error.message}", refused.offset))
        found = self.tried(reference, convention, code)
        if found is not None:
            return Judged(found)
        trial = self.trials(reference, convention)
        runs, stopping = len(trial.chosen), trial.stopping
        made = self.prove(reference, convention, code, Random(self.seed), runs)
        if not runs and isinstance(made.finding, (Proved, ProvedUpTo, Exhausted)):
            made = self._vacuous(reference, convention, code) or made
        assumptions = list(_ASSUMPTIONS)
        stopping = stopping or made.stopping
        if stopping is not None:
            assumptions.insert(0, f"nothing is claimed where the reference stops, as on {_shown(stopping)}")
        made.assumptions = tuple(assumptions)
        return made

    # Runs -------------------------------------------------------------------------------------------------------
    def trials(self, reference: Reference, convention: Convention) -> Trials:
        """The runs that every candidate for the reference goes through."""
        if self._trials is None or self._trials[0] is not reference or self._trials[1] is not convention:
            self._trials = reference, convention, trials(reference, convention, self.limits.runs, self.seed)
        return self._trials[2]

    def tried(
        self, reference: Reference, convention: Convention, code: Code, *, first: int = 0, last: int | None = None,
        limit_s: float = 0.1,
    ) -> Refuted | None:  # fmt: skip
        """A refutation by the runs of these numbers, if one of them is one."""
        self.progress("running")
        trial = self.trials(reference, convention)
        found = run(self.sandbox, code, convention, trial.calls[first:last], limit_s)
        for (given, expected), one in zip(trial.chosen[first:last], found, strict=True):
            if not agrees(one, expected):
                confirmed = self._refuted(reference, given, one)
                if confirmed is not None:
                    return confirmed
        return None

    def _refuted(self, reference: Reference, arguments: Arguments, found: Observed) -> Refuted | None:
        """The counterexample in the reference's terms, if CPython says so too."""
        try:
            expected = reference.call(*(arguments[name] for name, _ in reference.function.params))
        except STOPS:
            return None
        if agrees(found, expected):
            return None
        values = tuple(arguments[name] for name, _ in reference.function.params)
        return Refuted(values, repr(expected), _got(found), isinstance(found, Misbehaved) and found.unsafe)

    # Proofs -----------------------------------------------------------------------------------------------------
    def prove(self, reference: Reference, convention: Convention, code: Code, random: Random, runs: int) -> Judged:
        function = reference.function
        open_lists = [a.name for a in convention.lists if a.count is None]
        missing = ""
        try:
            if open_lists:
                self.progress("loops")
                terms = Terms()
                try:
                    samples = list(self.samples(terms, reference, convention, code, random))
                    result = simulate(terms, function, convention, code, self.models, self.portfolio, samples)
                    return self._proved(result, "lock-step simulation")
                except NoRelation as reason:
                    missing = str(reason)
                return self._up_to(reference, convention, code, open_lists, missing, runs)
            self.progress("proof")
            terms = Recording()
            result = _prove(terms, function, convention, code, self.models, self.portfolio, runs=self.limits.unrolled)
        except NoMeaning as unsupported:
            return self._or_exhausted(reference, convention, code, Unsupported(str(unsupported)))
        except NoTerms as unsupported:
            return self._or_exhausted(reference, convention, code, Tested(runs, f"the reference has {unsupported}"))
        if result.status == "proved":
            self._confirm(terms, result)
            made = self._proved(result, "SMT")
            made.stopping = self._stopping(reference, convention, code, terms, result)
            return made
        if result.status == "refuted":
            found = self.replayed(reference, convention, code, terms, result, {})
            return Judged(found) if found else self._or_exhausted(reference, convention, code, Tested(runs, result.trouble))
        return self._or_exhausted(reference, convention, code, Tested(runs, result.trouble))

    def _confirm(self, terms: Recording, result: Result) -> None:
        """Where rewriting alone came to the end, two solvers are asked about each step of it; `result` says so if they agree."""
        if result.solvers:
            return
        self.progress("steps")
        solvers: set[str] = set()
        start = self.portfolio.cpu
        for doubt in terms.doubted():
            if self.portfolio.cpu - start > STEPS_SECONDS:
                return
            answer = self.portfolio.ask([doubt], seconds=STEP_SECONDS)
            if answer.status != "unsat":
                return
            solvers |= set(answer.solvers)
            result.queries.append(answer.query)
        result.solvers = tuple(sorted(solvers - {REWRITING}))

    def _stopping(
        self, reference: Reference, convention: Convention, code: Code, terms: Terms, result: Result
    ) -> Arguments | None:
        """Arguments on which the reference stops, which runs may not have met."""
        if not result.stops or self.trials(reference, convention).stopping is not None:
            return None
        abstract = without_products(list(result.stops))
        if abstract is not None and self.portfolio.ask(abstract, seconds=STEP_SECONDS).status == "unsat":
            return None
        answer = self.portfolio.ask(list(result.stops), seconds=STEP_SECONDS)
        if answer.status != "sat":
            return None
        call = setting(terms, convention, code, reference.function.params)
        return _arguments(call, answer.values)

    def _proved(self, result: Result, method: str) -> Judged:
        lemmas = tuple(name for name in result.lemmas if name != method)
        proof = Proof(method, result.models, result.solvers, tuple(result.queries), lemmas)
        return Judged(Proved(proof), notes=[f"one model only: {result.second}"] if result.second else [])

    def _vacuous(self, reference: Reference, convention: Convention, code: Code) -> Judged | None:
        """Where no run met the precondition: whether any input does, with lists of few lengths."""
        open_lists = [a.name for a in convention.lists if a.count is None]
        sure = not open_lists
        for length in range(self.limits.length + 1 if open_lists else 1):
            terms = Terms()
            call = setting(terms, convention, code, reference.function.params, dict.fromkeys(open_lists, length))
            outcome = execute(terms, reference.function, call.values, Bounds(runs=self.limits.unrolled))
            answer = self.portfolio.ask([*call.pre, *outcome.assumptions, ~outcome.stopped, ~outcome.unfinished])
            if answer.status == "sat":
                return None
            sure = sure and answer.status == "unsat"
        why = "stops on every input" if sure else "may stop on every input"
        return Judged(Unknown(f"vacuous: the reference {why}, so there is nothing to prove"))

    def samples(
        self, terms: Terms, reference: Reference, convention: Convention, code: Code, random: Random
    ) -> Iterator[dict[str, Any]]:
        """Values of the setting's variables, for guessing a relation between the loops."""
        call = setting(terms, convention, code, reference.function.params)
        junk = iter(lambda: random.getrandbits(64), -1)
        drawn = list(draw(convention, reference.function.params, 24, random))
        longest = sorted(drawn, key=lambda a: -sum(len(a[n]) for n, t in reference.function.params if t.kind == "array"))
        width = {a.name: 8 * WIDTHS[a.type] for a in convention.arguments}
        for arguments in longest[:10]:
            lists: dict[str, list[int]] = {}
            scalars: dict[str, int] = {}
            for name, t in reference.function.params:
                if t.kind == "array":
                    lists[name] = [int(x) & mask(width[name]) for x in arguments[name]]
                else:
                    scalars[name] = int(arguments[name]) & mask(width[name])
            yield numbers(call, lists, scalars, junk)

    def _up_to(
        self, reference: Reference, convention: Convention, code: Code, lists: list[str], missing: str, runs: int
    ) -> Judged:
        """Proofs for lists of every length up to a bound, shortest first."""
        total = Result("proved", models=len(self.models))
        proved = -1
        for length in range(self.limits.length + 1):
            shapes = [s for s in product(range(length + 1), repeat=len(lists)) if max(s) == length]
            if len(shapes) > MOST_CASES:
                break
            for shape in shapes:
                lengths = dict(zip(lists, shape, strict=True))
                self.progress(f"length {length}")
                terms = Terms()
                result = _prove(
                    terms, reference.function, convention, code, self.models, self.portfolio, lengths=lengths,
                    runs=max(self.limits.unrolled, 4 * length),
                )  # fmt: skip
                if result.status == "refuted":
                    found = self.replayed(reference, convention, code, terms, result, lengths)
                    if found is not None:
                        return Judged(found)
                if result.status != "proved":
                    break
                total.models = min(total.models, result.models)
                total.solvers = tuple(sorted({*total.solvers, *result.solvers}))
                total.queries += [q for q in result.queries if q not in total.queries]
                total.lemmas = tuple(dict.fromkeys((*total.lemmas, *result.lemmas)))
                total.second = total.second or result.second
            else:
                proved = length
                continue
            break
        if proved < 0:
            return Judged(Tested(runs, missing))
        proof = Proof("SMT, unrolled", total.models, total.solvers, tuple(total.queries), total.lemmas)
        return Judged(ProvedUpTo(proved, "length", proof, missing), notes=[total.second] if total.second else [])

    def _or_exhausted(self, reference: Reference, convention: Convention, code: Code, otherwise: Finding) -> Judged:
        """All inputs run, where there are few enough and the code is deterministic."""
        size = domain(convention, reference.function.params)
        most = self.limits.exhaust if reference.agreeing is not None else min(self.limits.exhaust, MOST_ONE_BY_ONE)
        if size is None or size > most:
            return Judged(otherwise)
        self.progress(f"all {size} inputs")
        differing = exhaust(self.sandbox, code, convention, reference, size, self.progress)
        if differing is None:
            return Judged(Exhausted(size))
        return Judged(self._refuted(reference, *differing) or otherwise)

    # Counterexamples ----------------------------------------------------------------------------------------------
    def replayed(
        self,
        reference: Reference,
        convention: Convention,
        code: Code,
        terms: Terms,
        result: Result,
        lengths: dict[str, int],
    ) -> Finding | None:
        """What the CPU says of the solvers' counterexample; None where it only shows that loops run on beyond their bound."""
        call = setting(terms, convention, code, reference.function.params, lengths)
        arguments = _arguments(call, result.values)
        entry = call.entry().state
        words = evaluator([entry.registers[k] for k in _WORDS], FLOAT_FUNCTIONS)(result.values)
        random = Random(self.seed)
        machine = call_of(call.convention, arguments, random, words)
        (found,) = run(self.sandbox, code, call.convention, [machine])
        try:
            expected = reference.call(*(arguments[name] for name, _ in reference.function.params))
        except STOPS as stop:
            return Unknown(f"a defect of the reference's terms: on {_shown(arguments)} it stops ({stop})")
        refuted = self._refuted(reference, arguments, found)
        if refuted is not None:
            return refuted
        if result.trouble in (CODE_BOUND, REFERENCE_BOUND):
            return None
        if result.trouble and not result.trouble.startswith(("the result", "`")):
            return Unsafe(f"{result.trouble}, as on {_shown(arguments)} (it does not show in a run)")
        if result.wrong is not None and not result.by_name:
            inputs = [part for value in call.values for part in parts_of(value)]
            entry_state = depends_on(result.wrong, result.given, inputs, result.values, self.portfolio)
            if entry_state:
                return Unsafe(f"{result.trouble} depends on {entry_state}, as on {_shown(arguments)}")
        if result.by_name:
            return Unknown(f"{result.trouble}: the solvers know float operations by name only, and found no input that differs")
        model = f"on {_shown(arguments)} the models expect another result than the CPU gives, {expected!r}"
        return Unknown(f"a defect of the instruction model: {model}; please report it")


_ASSUMPTIONS: Final = (
    "buffers, stack and code are apart from each other and do not wrap the address space",
    "buffers are aligned to their elements, the stack as the System V ABI says",
    "the instruction model is the CPU (co-simulated form by form)",
    "the CPU works",
)
_WORDS: Final = tuple(REGISTERS.index(name) for name in ("rdi", "rsi", "rdx", "rcx", "r8", "r9"))


def _arguments(call: Setting, values: dict[str, Any]) -> dict[str, Any]:
    """The reference's arguments in a solution."""

    def evaluate(term: Term) -> Any:
        return evaluator([term], FLOAT_FUNCTIONS)(values)[0]

    given = zip(call.params, call.values, strict=True)
    return {name: to_python(value, t, evaluate) for (name, t), value in given}


def agrees(found: Observed, expected: Any) -> bool:
    """Whether a run gave what the reference gives, and changed nothing else."""
    return isinstance(found, Gave) and not found.changed and same(found.value, expected)


def _got(found: Observed) -> str:
    if isinstance(found, Misbehaved):
        return f"it {found}"
    return repr(found.value) + (f", and {found.changed}" if found.changed else "")


def _shown(arguments: Arguments) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in arguments.items())

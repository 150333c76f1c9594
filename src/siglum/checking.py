"""Checking a candidate against a reference: machine code through the judge, programs through binder and witness check.

Beside `siglum.pipeline`, which it calls; faces import it. Needs the extra `check` (solvers, a second instruction model).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from siglum import pipeline
from siglum.agreeing import Agreeing
from siglum.comparison import Candidate, MachineCode, Program
from siglum.errors import EnvironmentFault, Stop, UserError, echo
from siglum.records import Exhausted, Finding, Proof, Proved, Unknown, Unsafe, Verdict

if TYPE_CHECKING:
    from siglum.check.foreign.convention import Convention
    from siglum.check.foreign.flips import Flips
    from siglum.check.foreign.judge import Judge, Reference
    from siglum.sandbox.job import Code
    from siglum.sandbox.run import Sandbox
    from siglum.smt.solve import Portfolio

NEEDED: Final = ("z3", "bitwuzla", "cvc5", "pypcode")
"""Modules of the extra `check` without which nothing can be proved."""
REFERENCE_FUEL: Final = 1 << 26
"""Steps after which a run of a reference counts as one that stops."""
SAME_FUNCTION: Final = Proved(Proof("the Function is the reference", 0, ()))

NOT_CLAIMED: Final = (
    "time, power and other side channels",
    "code that changes while it runs, memory that others write meanwhile, signals",
    "floating-point modes other than the default",
    "anything where the reference stops",
)
"""What no verdict on machine code says anything about."""
NOT_CLAIMED_OF_PROGRAMS: Final = (
    "time, power and other side channels",
    "memory that others write meanwhile, signals",
    "floating-point modes other than the default",
    "how far memory, stack and fuel reach",
)
"""What no verdict on a program says anything about."""


class Options(NamedTuple):
    """`seconds` is the limit of one question to one solver, `runs` the number of runs before the proof, `length` the longest list
    of a bounded proof. `cached` uses the proofs kept on disk; `progress` is told what is being done.
    """

    seconds: float = 8.0
    runs: int = 256
    length: int = 6
    cached: bool = True
    progress: Callable[[str], None] | None = None


@dataclass(frozen=True)
class Checked:
    """The verdict and what belongs to it. `prototype` is the C declaration that machine code was held to, or ""; `notes` are
    remarks such as a model that was not available; `not_claimed` says what the verdict leaves open.
    """

    verdict: Verdict
    params: pipeline.Params
    prototype: str = ""
    notes: tuple[str, ...] = ()
    not_claimed: tuple[str, ...] = NOT_CLAIMED
    code: Code | None = None
    built: pipeline.Built | None = field(default=None, repr=False)


def holds(finding: Finding) -> bool:
    """Whether a finding is about all inputs and good."""
    return isinstance(finding, (Proved, Exhausted))


class Checker:
    """Checks candidates; holds the sandbox and the solvers until the `with` block ends. Raises `EnvironmentFault` (E-305) where
    the extra `check` is missing.
    """

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        require_solvers()
        self.remarks: list[str] = []
        """What is worth a line beside the verdict, such as a damaged entry of the cache."""
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Checker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends solvers and sandbox."""
        self._open.close()

    @cached_property
    def portfolio(self) -> Portfolio:
        """The solvers."""
        from siglum.smt.cache import disk_cache
        from siglum.smt.solve import Portfolio

        kept = disk_cache(self.remarks.append) if self.options.cached else None
        found = self._open.enter_context(Portfolio(seconds=self.options.seconds, cache=kept, progress=self.options.progress))
        if kept is None:
            found.start()  # while everything else is made ready
        return found

    @cached_property
    def sandbox(self) -> Sandbox:
        """Where machine code runs."""
        from siglum.sandbox.run import Sandbox

        return self._open.enter_context(Sandbox())

    @cached_property
    def judge(self) -> Judge:
        """The judge of machine code."""
        from siglum.check.foreign.judge import Judge, Limits
        from siglum.check.foreign.prove import Models
        from siglum.target.x86_64.semantics import own, sleigh

        limits = Limits(runs=self.options.runs, length=self.options.length)
        models = Models(own.step, sleigh.step)
        return Judge(self.sandbox, self.portfolio, models, limits, progress=self.options.progress)

    # Candidates ---------------------------------------------------------------------------------------------------
    def check(self, reference: Program, candidate: Candidate, prototype: str | None = None) -> Checked:
        """The verdict on any candidate. Raises as `code` and `program`."""
        if isinstance(candidate, MachineCode):
            return self.code(reference.unit, candidate.code, prototype or reference.prototype)
        if prototype is not None:
            raise UserError("a prototype is for machine code", None, "leave it out: a program has its own types", "E-007")
        return self.program(reference.unit, candidate.unit)

    def code(self, reference: pipeline.Unit, code: Code, prototype: str | None = None) -> Checked:
        """The verdict on machine code. Raises `UserError` for a prototype that does not fit the reference (E-070, E-071), for a
        reference with effects (E-072), and for bytes that are no code (E-026, E-027).
        """
        from siglum.sandbox.screen import refusal

        fitted = convention_of(reference, prototype)
        refused = refusal(code)
        if refused is not None and isinstance(refused.error, UserError):
            raise refused.error
        known = self.reference(reference, fitted)
        judged = self.judge.judge(known, fitted, code)
        meaning: Finding = SAME_FUNCTION
        if isinstance(judged.finding, Unsafe):
            meaning = Unknown("the bytes are unsafe")
        verdict = Verdict(judged.finding, meaning, judged.assumptions)
        return Checked(verdict, reference.meant.params, fitted.prototype, (*judged.notes, *self.remarks), code=code)

    def program(self, reference: pipeline.Unit, candidate: pipeline.Unit) -> Checked:
        """The verdict on a program that Siglum builds: the witness check of its bytes, and its Function beside the reference's.
        Raises `UserError` E-071 where the types differ.
        """
        check_same_types(reference, candidate)
        without_effects(reference)
        return self.compare(reference, candidate, pipeline.build(candidate.function))

    def compare(self, reference: pipeline.Unit, candidate: pipeline.Unit, built: pipeline.Built) -> Checked:
        """The verdict on a program that is built already, of the reference's types."""
        from siglum.check.meaning import meets

        if built.image.capabilities:
            meaning: Finding = Unknown(f"not compared, for its effects: {' '.join(sorted(built.image.capabilities))}")
        else:
            self.tell("meaning")
            runs = in_cpython(reference) if reference.exact else None
            via = (reference.meant, candidate.meant)
            meaning = meets(candidate.function, reference.unfused, runs, self.portfolio, via=via)
        found, assumptions = pipeline.bytes_finding(built)
        verdict = Verdict(found, meaning, assumptions)
        notes, open_ends = tuple(self.remarks), NOT_CLAIMED_OF_PROGRAMS
        return Checked(verdict, reference.meant.params, notes=notes, not_claimed=open_ends, built=built)

    def trial(
        self, reference: Program, candidate: Candidate, arguments: dict[str, Any], prototype: str | None = None
    ) -> tuple[Any, Any]:
        """What the reference gives and what the candidate gives on one input; arguments by the reference's names."""
        values = [_argument(arguments, name) for name, _ in reference.unit.meant.params]
        expected = in_cpython(reference.unit)(*values)
        if isinstance(candidate, Program):
            try:
                return expected, pipeline.load(pipeline.build(candidate.unit.function).image)(*values)
            except Stop as stop:
                return expected, str(stop)
        from random import Random

        from siglum.check.foreign.running import Gave, call_of, run
        from siglum.sandbox.screen import screen

        fitted = convention_of(reference.unit, prototype or reference.prototype)
        screen(candidate.code)
        found = run(self.sandbox, candidate.code, fitted, [call_of(fitted, arguments, Random(1))])[0]
        if isinstance(found, Gave):
            return expected, f"{found.value!r}, and {found.changed}" if found.changed else found.value
        return expected, f"it {found}"

    def flips(self, reference: Program, candidate: MachineCode, prototype: str | None = None) -> Flips:
        """What becomes of machine code when each of its bits is flipped; it should be proved itself."""
        from siglum.check.foreign.flips import flip_bits

        fitted = convention_of(reference.unit, prototype or reference.prototype)
        return flip_bits(self.judge, self.reference(reference.unit, fitted), fitted, candidate.code, self.options.progress)

    def tell(self, what: str) -> None:
        if self.options.progress is not None:
            self.options.progress(what)

    def reference(self, unit: pipeline.Unit, fitted: Convention) -> Reference:
        """The reference as the judge wants it: for the solvers, for a person, and for many runs."""
        from siglum.check.foreign.judge import Reference
        from siglum.host.callable import Native

        native = Native(without_effects(unit).image, fuel=REFERENCE_FUEL)
        return Reference(unit.meant.name, unit.meant, in_cpython(unit), native, Agreeing.of(unit, fitted))


def _argument(arguments: dict[str, Any], name: str) -> Any:
    if name not in arguments:
        raise UserError(f"the argument `{name}` is missing", None, "give every argument by its name", "E-044")
    return arguments[name]


def require_solvers() -> None:
    """Raises `EnvironmentFault` (E-305) naming the extra where a solver or the second instruction model is missing."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        fix = "pip install 'siglum[check]'"
        raise EnvironmentFault(f"checking needs {', '.join(missing)}", fix=fix, code="E-305")


def without_effects(reference: pipeline.Unit) -> pipeline.Built:
    """The reference, built. Raises `UserError` (E-072) where running it does more than to compute."""
    built = pipeline.build(reference.function)
    if built.image.capabilities:
        effects = " ".join(sorted(built.image.capabilities))
        raise UserError(f"the reference acts on the outside: {effects}", None, "compare functions that only compute", "E-072")
    return built


def convention_of(reference: pipeline.Unit, prototype: str | None) -> Convention:
    """How C calls code that stands for the reference: by `prototype`, or by what follows from the reference's types."""
    from siglum.check.foreign.convention import convention, default_prototype, parse_prototype

    function = reference.meant
    if prototype is not None:
        parsed = parse_prototype(prototype)
    else:
        parsed = default_prototype(function.name, function.params, function.result)
    return convention(parsed, function.params, function.result)


def check_same_types(reference: pipeline.Unit, candidate: pipeline.Unit) -> None:
    """Raises `UserError` (E-071) where a program takes or gives other types than the reference."""
    wanted, given = reference.meant, candidate.meant
    if [t for _, t in wanted.params] != [t for _, t in given.params] or wanted.result is not given.result:
        what = f"the candidate is {_signature(given)}, the reference {_signature(wanted)}"
        raise UserError(what, None, "give both the same types", "E-071")


def _signature(function: Any) -> str:
    return " ".join([*(f"{echo(name)}:{t}" for name, t in function.params), "->", str(function.result)])


_STOPS: Final = (Stop, ArithmeticError, ValueError, LookupError, AssertionError)


def in_cpython(unit: pipeline.Unit) -> Callable[..., Any]:
    """The reference in CPython; the interpreter where CPython does not wrap as it does, and where its file needs what is not
    there when it runs by itself, such as words that are called by name.
    """

    def call(*arguments: Any) -> Any:
        from siglum.ir.interpret import run

        if not unit.exact:
            return run(unit.meant, arguments)
        try:
            return unit.reference(*arguments)
        except _STOPS:
            raise
        except Exception:  # noqa: BLE001 - a user's file may raise anything when it is run alone
            return run(unit.meant, arguments)

    return call

"""Every bit of a proved function flipped, one at a time: what the judge says of each such mutant.

A test of the judge: what it still certifies must mean the same. The reference's side and the runs' expected results are computed
once for all mutants. Imports `check.foreign`, `records`, `sandbox` and `smt`.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Final, NamedTuple

from siglum.check.foreign.convention import Convention
from siglum.check.foreign.judge import Judge, Reference
from siglum.check.foreign.prove import Known, prove_call
from siglum.check.foreign.setting import Setting, setting
from siglum.records import Finding, Proved, Refuted, Unsafe
from siglum.sandbox.job import Code
from siglum.sandbox.screen import refusal
from siglum.smt.functions import Bounds, Outcome, execute
from siglum.smt.terms import Terms
from siglum.smt.values import Unsupported as NoTerms
from siglum.target.x86_64.semantics.state import Unsupported as NoMeaning

CLASSES: Final = ("undecodable", "refused", "refuted", "equivalent", "unsupported", "unknown")
"""What may become of a mutant: it is no code; the screen refuses it; it differs (confirmed on the CPU), or does what no function
may do; it is proved to mean the same; the first model lacks one of its instructions; none of these is settled.
"""
FIRST_RUNS: Final = 16
"""Most mutants fail one of so few runs."""
RUN_SECONDS: Final = 0.02
"""The limit of one run of a mutant; many never end."""
_NO_CODE: Final = ("undecodable", "truncated", "empty")


class Mutant(NamedTuple):
    """The function with bit `bit` (of the image) flipped, what it is found to be, why, and the CPU seconds that took."""

    bit: int
    code: Code
    verdict: str
    why: str
    seconds: float


@dataclass(frozen=True)
class Flips:
    """All mutants of one function."""

    mutants: tuple[Mutant, ...]

    def counts(self) -> dict[str, int]:
        """How many there are of each of `CLASSES`."""
        found = Counter(m.verdict for m in self.mutants)
        return {name: found[name] for name in CLASSES}

    @property
    def certified(self) -> tuple[Mutant, ...]:
        return tuple(m for m in self.mutants if m.verdict == "equivalent")

    @property
    def seconds(self) -> float:
        return sum(m.seconds for m in self.mutants)


def flip_bits(
    judge: Judge, reference: Reference, convention: Convention, code: Code, progress: Callable[[str], None] | None = None
) -> Flips:
    """Judges each mutant of `code`, which should be proved itself."""
    trial = _Flipping(judge, reference, convention, code)
    found = []
    for bit, mutant in mutants(code):
        start, solvers = time.process_time(), judge.portfolio.cpu
        verdict, why = trial.judged(mutant)
        seconds = time.process_time() - start + judge.portfolio.cpu - solvers
        found.append(Mutant(bit, mutant, verdict, why, seconds))
        if progress is not None:
            progress(f"bit {bit}: {verdict}")
    return Flips(tuple(found))


def mutants(code: Code) -> Iterator[tuple[int, Code]]:
    """The code with each bit of its instructions flipped in turn."""
    start, end = code.extent
    for bit in range(8 * start, 8 * end):
        image = bytearray(code.image)
        image[bit // 8] ^= 1 << bit % 8
        yield bit, code._replace(image=bytes(image))


class _Flipping:
    """What is the same for all mutants."""

    def __init__(self, judge: Judge, reference: Reference, convention: Convention, code: Code) -> None:
        self.judge, self.reference, self.convention, self.code = judge, reference, convention, code
        self.known: Known = {}
        self.whole: tuple[Setting, Outcome] | None = None
        if all(a.count is not None for a in convention.lists):
            call = setting(Terms(), convention, code, reference.function.params)
            bounds = Bounds(runs=judge.limits.unrolled)
            self.whole = call, execute(call.terms, reference.function, call.values, bounds)

    def judged(self, mutant: Code) -> tuple[str, str]:
        """The class and why."""
        refused = refusal(mutant)
        if refused is not None:
            return "undecodable" if refused.reason in _NO_CODE else "refused", refused.error.message
        for first, last in ((0, FIRST_RUNS), (FIRST_RUNS, None)):
            differing = self.judge.tried(self.reference, self.convention, mutant, first=first, last=last, limit_s=RUN_SECONDS)
            if differing is not None:
                return "refuted", str(differing)
        if self.whole is None:
            runs = len(self.judge.trials(self.reference, self.convention).chosen)
            judged = self.judge.prove(self.reference, self.convention, mutant, Random(self.judge.seed), runs)
            return _class_of(judged.finding)
        return self._proved(*self.whole, mutant)

    def _proved(self, call: Setting, outcome: Outcome, mutant: Code) -> tuple[str, str]:
        judge = self.judge
        try:
            result = prove_call(
                call.with_code(mutant), outcome, judge.models, judge.portfolio, self.known, runs=judge.limits.unrolled
            )
        except (NoMeaning, NoTerms) as reason:
            return "unsupported", str(reason)
        if result.status == "proved":
            return "equivalent", f"models={result.models}"
        if result.status == "refuted":
            found = judge.replayed(self.reference, self.convention, mutant, call.terms, result, {})
            return _class_of(found) if found is not None else ("unknown", result.trouble)
        return "unknown", result.trouble


def _class_of(finding: Finding) -> tuple[str, str]:
    if isinstance(finding, (Refuted, Unsafe)):
        return "refuted", str(finding)
    return "equivalent" if isinstance(finding, Proved) else "unknown", str(finding)

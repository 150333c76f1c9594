"""What is said where no program was found: how much was tried, which candidate came nearest, and where it fails.

Imports `propose`, `records`, `errors` and its siblings.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from siglum.errors import EnvironmentFault, SiglumError, UserError, echo
from siglum.intents import evidence
from siglum.ir.types import Type
from siglum.propose.alternatives import outcome
from siglum.propose.apart import Apart
from siglum.propose.examine import Program, called, same
from siglum.records import Candidate, Example, Feedback, Spec

if TYPE_CHECKING:
    from siglum.intents.advice import Advice

FRESH: Final = 1000
FRESH_S: Final = 1.0
FEWEST: Final = 20
"""So many inputs that nobody has shown tell how wrong the nearest candidate is, or those of so many seconds, but not fewer than
the fewest."""


class Tried(NamedTuple):
    """Combinations that searches tried, candidates that were examined, processor seconds."""

    tried: int
    examined: int
    seconds: float

    def __str__(self) -> str:
        return f"{counted(self.tried, self.examined)} in {self.seconds:.1f} s"


def nothing_found(
    spec: Spec, shown: int, feedback: Sequence[Feedback], tried: Tried, advice: Advice | None = None
) -> SiglumError:
    """E-091 (exit 4). So many examples were `shown` at first. Where a model was asked and something went
    wrong there, that is the error, with its own code and exit code, and this one is in its message.
    """
    message = f"no program found ({tried})"
    strange = None if tried.tried else _not_searched(spec)
    if strange is not None:
        message += f"; the search knows nothing of {strange}"
    extra: dict[str, Any] = {**tried._asdict(), "seconds": round(tried.seconds, 3), "nearest": None}
    if advice is not None:
        extra["model"] = advice.as_data()
        fault = advice.fault
        if fault is not None:
            what = f"{fault.message} ({advice.proposer.usage}); without it, {message}"
            return SiglumError(what, None, fault.fix, fault.code, fault.exit, extra)
        message += f", {advice}"
    nearest = nearest_of(spec, feedback)
    if nearest is not None:
        text = _printed(spec, nearest.candidate)
        message += f"; nearest is `{echo(text)}`: {echo(_how_it_failed(spec, shown, nearest), 200)}"
        extra["nearest"] = {"text": text, "origin": nearest.candidate.origin, "kind": nearest.kind, "message": nearest.message}
    fix = "say it in other words, correct or add an example, or give more time: --timeout SECONDS"
    return SiglumError(message, None, fix, "E-091", 4, extra)


def _not_searched(spec: Spec) -> Type | None:
    """A type of the signature that no operation of the search takes or gives."""
    from siglum import proposing

    known = proposing.library().types
    return next((t for t in (*(t for _, t in spec.params), spec.result) if t is not None and t not in known), None)


def counted(tried: int, examined: int) -> str:
    """How many candidates there were, as far as proposers tell."""
    number = max(tried, examined)
    return f"{number:,} candidate{'' if number == 1 else 's'}"


def nearest_of(spec: Spec, feedback: Sequence[Feedback]) -> Feedback | None:
    """The failure that agreed with most examples; the likeliest of those."""
    places = {repr(example.arguments): k for k, example in enumerate(spec.examples)}

    def rank(one: Feedback) -> tuple[int, float]:
        agreed = -1 if one.kind in ("text", "type") else places.get(repr(one.arguments), len(places))
        return agreed, -one.candidate.cost

    return max(feedback, key=rank, default=None)


def agrees(program: Program, example: Example) -> bool:
    """Whether a program gives what an example says."""
    return same(outcome(program, example.arguments), example.result)


def _printed(spec: Spec, candidate: Candidate) -> str:
    """A candidate in its one printed form; as it is where it is no program."""
    try:
        return Program(candidate, spec).text
    except UserError:
        return candidate.text


def _how_it_failed(spec: Spec, shown: int, feedback: Feedback) -> str:
    """Its counterexample; beside a reference also how often it fails on fresh inputs."""
    if feedback.kind == "property" and feedback.arguments is not None:
        return f"{feedback.message} on {called(spec, feedback.arguments)}"
    if spec.reference is None or feedback.kind in ("text", "type"):
        return feedback.message
    with closing(Apart()) as apart, suppress(EnvironmentFault):
        return _fits_and_fails(spec, apart.program(feedback.candidate, spec), shown, feedback.arguments) + feedback.message
    return feedback.message


def _fits_and_fails(spec: Spec, program: Program, shown: int, refuted: evidence.Arguments | None) -> str:
    """How a program does on the examples that were shown, and on inputs that were not; one that refuted it is among them."""
    assert spec.reference is not None
    examples = spec.examples[:shown]
    fits = sum(agrees(program, example) for example in examples)
    known = {repr(example.arguments) for example in examples}
    runs = failed = 0
    end = time.process_time() + FRESH_S
    for example in evidence.by_reference(spec, spec.reference, 3 * FRESH, () if refuted is None else (refuted,)):
        if runs == FRESH or (runs >= FEWEST and time.process_time() > end):
            break
        if repr(example.arguments) not in known:
            known.add(repr(example.arguments))
            runs += 1
            failed += not agrees(program, example)
    of_all = "" if fits == len(examples) else f" of {len(examples)}"
    return f"fits {fits}{of_all} shown examples, fails {failed}/{runs} fresh; "

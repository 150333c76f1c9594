"""What is said where no program was found: how much was tried, which candidate came nearest, and where it fails.

Imports `propose`, `records`, `errors` and its siblings.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from siglum.errors import SiglumError, UserError, echo
from siglum.intents import evidence
from siglum.propose.alternatives import outcome
from siglum.propose.examine import RUNS, Program, called, same
from siglum.records import Candidate, Example, Feedback, Spec


def nothing_found(spec: Spec, feedback: Sequence[Feedback], tried: int, examined: int, seconds: float) -> SiglumError:
    """E-091 (exit 4)."""
    message = f"no program found ({counted(tried, examined)} in {seconds:.1f} s)"
    extra: dict[str, Any] = {"tried": tried, "examined": examined, "seconds": round(seconds, 3), "nearest": None}
    nearest = nearest_of(spec, feedback)
    if nearest is not None:
        text = _printed(spec, nearest.candidate)
        message += f"; nearest is `{echo(text)}`: {echo(_how_it_failed(spec, nearest), 160)}"
        extra["nearest"] = {"text": text, "origin": nearest.candidate.origin, "kind": nearest.kind, "message": nearest.message}
    fix = "say it in other words, correct or add an example, or give more time: --timeout SECONDS"
    return SiglumError(message, None, fix, "E-091", 4, extra)


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


def _how_it_failed(spec: Spec, feedback: Feedback) -> str:
    """Its counterexample; beside a reference also how often it fails on fresh inputs."""
    if feedback.kind == "property" and feedback.arguments is not None:
        return f"{feedback.message} on {called(spec, feedback.arguments)}"
    if spec.reference is None or feedback.kind in ("text", "type"):
        return feedback.message
    program = Program(feedback.candidate, spec)
    fits = sum(agrees(program, example) for example in spec.examples)
    fresh = list(evidence.by_reference(spec, spec.reference, RUNS))
    failed = sum(not agrees(program, example) for example in fresh)
    return f"fits {fits}/{len(spec.examples)} shown examples, fails {failed}/{len(fresh)} fresh; {feedback.message}"

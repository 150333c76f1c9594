"""What every proposer has to keep, as checks that anybody's proposer can be put through: `faults(proposer)` gives what it breaks.

Imports `records`, `ir` and `examine`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from math import isfinite
from typing import Final, NamedTuple

from siglum.errors import Stop
from siglum.ir.types import parse_type
from siglum.propose.protocol import Proposer
from siglum.records import Budget, Candidate, Example, Feedback, Params, Spec

LOOKED_AT: Final = 20
SLACK_S: Final = 5.0
"""Processor seconds that a proposer may go over its budget."""


class Fault(NamedTuple):
    """What a proposer broke, on which Spec."""

    rule: str
    spec: str
    what: str


def faults(proposer: Proposer, *, seconds: float = 1.0) -> list[Fault]:
    """All that a proposer breaks of the protocol; empty where it keeps it."""
    found: list[Fault] = []
    if not (isinstance(proposer.name, str) and proposer.name.isprintable() and proposer.name):
        found.append(Fault("it has a name", "", repr(proposer.name)))
    for title, spec in specs(seconds):
        for rule, check in _RULES:
            said = _guarded(check, proposer, spec)
            if said:
                found.append(Fault(rule, title, said))
    return found


def specs(seconds: float) -> Iterator[tuple[str, Spec]]:
    """Specs of every kind, hopeless ones included."""
    budget = Budget(seconds=seconds, memory=128 << 20)

    def made(signature: str, result: str, *examples: Example, phrase: str = "") -> Spec:
        return Spec(_params(signature), parse_type(result), examples=examples, phrase=phrase, budget=budget)

    total = (Example(([1, 2, 3],), 6), Example(([],), 0))
    yield "examples and English", made("xs:[i64]", "i64", *total, phrase="the sum of the numbers")
    yield "examples alone", made("xs:[i64]", "i64", *total)
    yield "English alone", made("xs:[i64]", "i64", phrase="the sum of the numbers")
    yield "nothing at all", made("xs:[i64]", "i64")
    yield "examples that contradict each other", made("x:i64", "i64", Example((1,), 1), Example((1,), 2))
    yield "text", made("s:str", "str", Example(("ab",), "ba"), Example(("",), ""), phrase='in reverse, "quoted" and \u202e')
    yield "no parameters", Spec((), parse_type("i64"), examples=(Example((), 7),), budget=budget)
    yield "types that nobody has", made("m:{str:[[f64]]}", "{str:[[f64]]}", Example(({"a": [[1.5]]},), {}))
    yield "English of no language", made("x:i64", "i64", Example((1,), 1), phrase="xyzzy \x00\x1b[2J " + "very " * 500 + "plugh")
    yield "numbers of no size", made("x:i64", "i64", Example((10**30,), 10**31))
    yield "a reference", replace(made("x:i64", "i64"), reference=_lowest_bit)
    yield "a reference that stops", replace(made("x:i64", "i64"), reference=_stops)


def _params(signature: str) -> Params:
    return tuple((name, parse_type(text)) for name, _, text in [signature.partition(":")])


def _lowest_bit(x: int) -> int:
    return x & -x


def _stops(x: int) -> int:
    raise Stop("range")


def _guarded(check: Callable[[Proposer, Spec], str], proposer: Proposer, spec: Spec) -> str:
    try:
        return check(proposer, spec)
    except Exception as error:  # noqa: BLE001 - whatever it raises is the finding
        return f"it raised {type(error).__name__}: {error}"


def _gives_candidates(proposer: Proposer, spec: Spec) -> str:
    for candidate in islice(_asked(proposer, spec), LOOKED_AT):
        if not isinstance(candidate, Candidate) or not isinstance(candidate.text, str) or not candidate.text.strip():
            return f"this is no candidate: {candidate!r}"
        if not isfinite(candidate.cost) or not candidate.origin:
            return f"a candidate has an origin and a finite cost: {candidate!r}"
    return ""


def _takes_feedback(proposer: Proposer, spec: Spec) -> str:
    told: list[Feedback] = []
    candidates = proposer.propose(spec, told)
    for candidate in islice(candidates, LOOKED_AT):
        told.append(Feedback(candidate, "example", "it gives 1, not 2", (), "2", "1"))
    told.append(Feedback(Candidate("(((", "somebody"), "text", "no phrase"))
    for _ in islice(proposer.propose(spec, told), 3):
        pass
    return ""


def _keeps_the_budget(proposer: Proposer, spec: Spec) -> str:
    start = time.process_time()
    for _ in _asked(proposer, spec):
        if time.process_time() - start > spec.budget.seconds:
            break
    over = time.process_time() - start - spec.budget.seconds
    return f"it took {over:.1f} s more than its budget" if over > SLACK_S else ""


def _leaves_nothing(proposer: Proposer, spec: Spec) -> str:
    before = threading.active_count()
    candidates = proposer.propose(spec, [])
    next(iter(candidates), None)
    close = getattr(candidates, "close", None)
    if close is None:
        return "its iterator cannot be closed"
    close()
    return "a thread is left" if threading.active_count() > before else ""


def _asked(proposer: Proposer, spec: Spec) -> Iterator[Candidate]:
    return proposer.propose(spec, [])


_RULES: Final[tuple[tuple[str, Callable[[Proposer, Spec], str]], ...]] = (
    ("it gives candidates", _gives_candidates),
    ("it takes feedback", _takes_feedback),
    ("it keeps its budget", _keeps_the_budget),
    ("it leaves nothing running", _leaves_nothing),
)

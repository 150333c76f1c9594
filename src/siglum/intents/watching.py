"""What stands between proposers and a search: telling how it goes, ending it where a reference has taught enough to begin anew.

Imports `propose`, `proposing` and `records`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from typing import Any, Final

from siglum.propose.protocol import Proposer
from siglum.proposing import KEPT_FEEDBACK
from siglum.records import Candidate, Feedback, Spec

TAUGHT: Final = 3
"""So many counterexamples of a reference end a search, which sees more with them."""


class Watch:
    """Told how a search goes; does nothing. `best` is the cost of the cheapest candidate that has passed."""

    def __init__(self) -> None:
        self.best = inf

    def searching(self, candidates: int, bits: float, values: int, memory: int) -> None:
        """So many candidates were tried, of this cost by now; values kept and bytes of memory."""

    def found(self, candidate: Candidate) -> None:
        """A candidate has passed that is cheaper than those before."""

    def waiting(self, name: str) -> None:
        """The others are done; this one, a model, is waited for."""

    def over(self) -> None:
        """A search has ended; another one may begin."""
        self.best = inf


class Watched:
    """A proposer whose candidates are told to a watch once they have passed, as far as failures are told. `lessons` collects
    inputs on which candidates failed beside a reference; after a few the proposer ends, and the next ones do not begin.
    """

    def __init__(self, proposer: Proposer, watch: Watch, lessons: list[tuple[Any, ...]]) -> None:
        self.proposer, self.watch, self.lessons = proposer, watch, lessons

    @property
    def name(self) -> str:
        return self.proposer.name

    def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
        """The candidates as they are."""
        if len(self.lessons) >= TAUGHT:
            return
        candidates = self.proposer.propose(spec, feedback)
        known = {repr(example.arguments) for example in spec.examples}
        taught = 0
        try:
            for candidate in candidates:
                before = len(feedback)
                yield candidate
                failed = feedback[-1] if len(feedback) > before else None
                if failed is None:
                    if before < KEPT_FEEDBACK and candidate.cost < self.watch.best:
                        self.watch.best = candidate.cost
                        self.watch.found(candidate)
                elif spec.reference is not None and failed.arguments is not None and repr(failed.arguments) not in known:
                    self.lessons.append(failed.arguments)
                    taught += 1
                    if taught == TAUGHT:
                        return
        finally:
            close = getattr(candidates, "close", None)
            if close:
                close()


class Stated:
    """A proposer of one phrase that somebody wrote."""

    name = "given"

    def __init__(self, text: str) -> None:
        self.text = text

    def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
        """The phrase."""
        yield Candidate(self.text, self.name)

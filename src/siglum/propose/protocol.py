"""What every proposer is: a stream of candidates for a Spec, told why earlier ones failed.

Imports `records` only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from siglum.records import Candidate, Feedback, Spec


class Proposer(Protocol):
    """One way to find programs. `name` is the origin of its candidates."""

    @property
    def name(self) -> str: ...

    def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
        """Candidates, likeliest first. `feedback` grows between two of them: what became of those that failed, whoever proposed
        them. May end, may go on for ever; never raises for what `spec` holds. Closing the iterator ends all that it started.
        """
        ...

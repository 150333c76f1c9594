"""A proposer in a thread of its own: one candidate at a time, told what became of each, ended wherever it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence

import pytest

from siglum.frontend.phrase.parser import parse_signature
from siglum.propose.beside import Beside
from siglum.records import Candidate, Feedback, Spec

SPEC = Spec(*parse_signature("xs:[i64] -> i64"))


class Slow:
    """Proposes `texts`; then waits until it is stopped, if it is one of those that wait."""

    def __init__(self, *texts: str, waits: bool = False) -> None:
        self.texts, self.waits = texts, waits
        self.stopped = threading.Event()
        self.told: list[int] = []
        self.ended = False

    def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
        try:
            for text in self.texts:
                yield Candidate(text, "slow")
                self.told.append(len(feedback))
            if self.waits:
                self.stopped.wait(30)
        finally:
            self.ended = True

    def stop(self) -> None:
        self.stopped.set()


def alive() -> bool:
    return any(thread.name == "siglum proposer" and thread.is_alive() for thread in threading.enumerate())


def test_candidates_come_one_at_a_time_each_judged_before_the_next() -> None:
    proposer = Slow("a", "b", "c")
    beside = Beside(proposer, SPEC)
    first = beside.take(10)
    assert first is not None and first.text == "a"
    assert beside.take(0.05) is None
    assert proposer.told == []
    beside.judge(Feedback(first, "example", "no"))
    second = beside.take(10)
    assert second is not None and second.text == "b"
    assert proposer.told == [1]
    beside.judge(None)
    third = beside.take(10)
    assert third is not None and not beside.over
    beside.judge(None)
    assert beside.take(10) is None
    assert (beside.over, proposer.told, beside.take()) == (True, [1, 1, 1], None)
    beside.close()
    assert proposer.ended and not proposer.stopped.is_set()


def test_what_waits_is_ended_at_once() -> None:
    proposer = Slow(waits=True)
    beside = Beside(proposer, SPEC)
    assert beside.take(0.05) is None
    start = time.monotonic()
    beside.close()
    assert time.monotonic() - start < 5
    assert (beside.over, proposer.ended, alive()) == (True, True, False)


def test_what_nobody_has_judged_is_ended_too() -> None:
    proposer = Slow("a", "b")
    beside = Beside(proposer, SPEC)
    assert beside.take(10) is not None
    beside.close()
    assert (proposer.told, alive()) == ([], False)
    beside.close()


def test_what_a_proposer_raises_is_raised_where_it_is_waited_for() -> None:
    class Raises(Slow):
        def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
            yield from super().propose(spec, feedback)
            raise ZeroDivisionError("once")

    beside = Beside(Raises("a"), SPEC)
    assert beside.take(10) is not None
    beside.judge(None)
    with pytest.raises(ZeroDivisionError, match="once"):
        beside.take(10)
    assert beside.take() is None

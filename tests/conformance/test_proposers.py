"""Every proposer that ships keeps the protocol, and the suite notices those that do not."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import pytest

from siglum import proposing
from siglum.propose.conformance import faults
from siglum.propose.protocol import Proposer
from siglum.propose.scalar.proposer import ScalarProposer
from siglum.records import Candidate, Feedback, Spec


@pytest.mark.parametrize("proposer", [*proposing.proposers(), ScalarProposer()], ids=lambda p: p.name)
def test_the_proposers_that_ship_keep_the_protocol(proposer: Proposer) -> None:
    assert faults(proposer, seconds=0.3) == []


class Wrong:
    """A proposer that breaks one rule."""

    name = "wrong"

    def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
        yield from ()


class Empty(Wrong):
    def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
        yield Candidate("  ", "wrong")


class Infinite(Wrong):
    def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
        yield Candidate("1", "wrong", float("inf"))


class Raises(Wrong):
    def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
        if not spec.examples:
            raise KeyError("no examples")
        yield Candidate("1", "wrong")


class Listed(Wrong):
    def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
        return iter([Candidate("1", "wrong")])


class Leaves(Wrong):
    def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
        if spec.phrase:
            threading.Thread(target=threading.Event().wait, args=(2.0,)).start()
        yield Candidate("1", "wrong")


class Nameless(Wrong):
    name = ""


RULES = [
    (Empty(), "it gives candidates"),
    (Infinite(), "it gives candidates"),
    (Raises(), "it gives candidates"),
    (Listed(), "it leaves nothing running"),
    (Leaves(), "it leaves nothing running"),
    (Nameless(), "it has a name"),
]


@pytest.mark.parametrize(("proposer", "rule"), RULES, ids=lambda p: type(p).__name__)
def test_a_proposer_that_breaks_a_rule_is_told_which(proposer: Proposer, rule: str) -> None:
    assert rule in {fault.rule for fault in faults(proposer, seconds=0.2)}


def test_a_proposer_that_knows_nothing_keeps_the_protocol() -> None:
    assert faults(Wrong()) == []

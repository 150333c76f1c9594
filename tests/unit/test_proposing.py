"""Proposers in turn on one budget: who is asked of what, with how much time, and when it is enough."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

import pytest

from siglum import proposing
from siglum.comparison import program_again, reference_of
from siglum.intents.callables import Reference
from siglum.ir.types import CHAR, F64, I64, STR, Array
from siglum.propose.search.costs import Literal
from siglum.records import Budget, Candidate, Example, Feedback, Spec

LIST = (("xs", Array(I64)),)
NUMBER = (("x", I64),)


class Working:
    """Works for some seconds, then proposes its phrases."""

    name = "working"

    def __init__(self, seconds: float, *phrases: str) -> None:
        self.seconds, self.phrases = seconds, phrases
        self.budgets: list[float] = []

    def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
        self.budgets.append(spec.budget.seconds)
        end = time.process_time() + self.seconds
        while time.process_time() < end:
            pass
        yield from (Candidate(text, self.name, float(k)) for k, text in enumerate(self.phrases))


SUM = Spec(LIST, I64, examples=(Example(([1, 2],), 3),), budget=Budget(seconds=1.0))


def test_each_proposer_has_the_time_that_those_before_it_have_left() -> None:
    first, second, third = Working(0.3), Working(0.9), Working(0.1)
    found = proposing.propose(SUM, [first, second, third])
    assert first.budgets[0] == pytest.approx(1.0, abs=0.1)
    assert second.budgets[0] == pytest.approx(first.budgets[0] - 0.3, abs=0.1)
    assert third.budgets == []
    assert found.over == "searched" and found.seconds >= 1.2


def test_after_a_program_the_others_have_only_what_is_spent_on_more() -> None:
    first, second = Working(0.1, "xs sum"), Working(0.0, "xs maximum + 1")
    found = proposing.propose(SUM, [first, second], more=0.0)
    assert second.budgets[0] == pytest.approx(proposing.LONGER * proposing.LEAST_MORE_S, abs=0.2)
    assert [program.text for program in found.programs] == ["xs sum", "xs maximum + 1"]


def test_a_deadline_waits_for_what_costs_little_more_but_not_for_ever() -> None:
    deadline = proposing.Deadline()
    assert not deadline.passed()
    now = proposing.spent()

    def passed(best: float, seconds: float, since: float, reached: float, end: float = 10.0) -> bool:
        deadline.move(best, seconds, now - since, now + end)
        deadline.reached = reached
        return deadline.passed()

    assert passed(8.0, 0.0, 0.1, 8.0)  # no time at all, and four times none
    assert not passed(8.0, 1.0, 2.0, 13.0) and passed(8.0, 1.0, 2.0, 8.0 + proposing.BEYOND_BITS)
    assert passed(8.0, 1.0, 5.0, 9.0) and passed(8.0, 1.0, 0.0, 9.0, end=-1.0)


def test_the_time_of_solvers_and_other_children_counts() -> None:
    before = proposing.spent()
    subprocess.run([sys.executable, "-c", "sum(range(10**7))"], check=True)
    assert proposing.spent() - before > 0.05


def test_a_turn_has_its_share_of_the_time_and_no_more_than_is_said() -> None:
    working = Working(0.0, "1")
    for turn in (
        proposing.Turn(working, lambda spec: True, 0.5),
        proposing.Turn(working, lambda spec: True, 0.5, 0.2),
        proposing.Turn(working, lambda spec: False),
    ):
        assert turn.name == "working"
        list(turn.propose(SUM, []))
    assert working.budgets == [0.5, 0.2]


@pytest.mark.parametrize(
    ("spec", "asked"),
    [
        (SUM, ["lexical", "search"]),
        (Spec(NUMBER, I64, examples=(Example((1,), 2),)), ["lexical", "search"]),
        (Spec(LIST, I64, reference=len), ["lexical", "search"]),
        (Spec(NUMBER, I64, reference=abs), ["lexical", "scalar", "search", "scalar"]),
        (Spec(NUMBER, I64, properties=(("p", lambda x, r: r > x),)), ["lexical", "scalar", "search"]),
    ],
)
def test_scalar_synthesis_is_asked_where_all_inputs_are_spoken_of_and_are_numbers(spec: Spec, asked: list[str]) -> None:
    turns = proposing.proposers()
    assert [t.name for t in turns if not isinstance(t, proposing.Turn) or t.when(spec)] == asked


def test_the_search_may_use_the_constants_of_a_reference() -> None:
    source = "def f(s: str, x: float) -> bool:\n    return s == '' or (s[0] == 'q' and x * 2.5 > 1000.0)\n"
    reference = Reference(program_again(source, "<test>", "f", "", "stop"))
    spec = Spec((("s", STR), ("x", F64)), None, reference=reference)
    held = proposing._said(spec)
    assert {Literal("q", CHAR, proposing.HELD_BITS), Literal(2.5, F64, proposing.HELD_BITS)} <= set(held)
    assert proposing._said(Spec(NUMBER, I64, reference=abs)) == []


def test_a_number_that_only_the_reference_says_is_found() -> None:
    reference = Reference(reference_of("f xs:[i64] = xs filter (> 4321) length"))
    examples = tuple(Example((xs,), reference(xs)) for xs in ([], [1], [4322], [4321, 9999, 5000]))
    spec = Spec(LIST, I64, examples=examples, reference=reference, budget=Budget(seconds=5.0))
    assert proposing.propose(spec, more=0.0).programs[0]([4321, 4322, 10**6]) == 2

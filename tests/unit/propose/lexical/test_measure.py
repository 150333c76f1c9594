"""Measuring a proposer on intents: consistent with the examples, and right on fresh inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from benchmarks.english.measure import Intent, fresh_inputs, intent_of, outcome, read_intents

from siglum.propose.lexical import LexicalProposer
from siglum.records import Candidate, Feedback, Spec

TUNED = Path(__file__).parents[4] / "benchmarks" / "english" / "tuned.jsonl"
DEVELOPMENT = TUNED.with_name("development.jsonl")


def intent(english: str, signature: str, result: str, truth: str, *examples: list[str]) -> Intent:
    return intent_of({"intent": english, "signature": signature, "result": result, "truth": truth, "examples": examples})


SUM = intent("add them up", "xs:[i64]", "i64", "sum(xs)", ["[1,2]", "3"], ["[4]", "4"])


class Fixed:
    """Proposes these phrases."""

    name = "fixed"

    def __init__(self, *phrases: str) -> None:
        self.phrases = phrases

    def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
        return (Candidate(p, self.name) for p in self.phrases)


def test_the_first_consistent_candidate_is_judged_on_fresh_inputs() -> None:
    found = outcome(SUM, Fixed("xs length", "xs sum"))
    assert found.first is not None and found.first.text == "xs sum" and found.right and found.rank == 1


def test_a_candidate_that_only_meets_the_examples_is_not_right() -> None:
    found = outcome(SUM, Fixed("(xs sum) abs", "xs sum"))
    assert found.first is not None and not found.right and found.rank == 2


def test_text_that_is_no_program_and_stops_count_as_nothing() -> None:
    found = outcome(SUM, Fixed("no such word", "xs at 7 else 0 // 0", "xs"))
    assert found.first is None and not found.right and found.rank is None


def test_fresh_inputs_are_the_same_each_time_and_hold_what_the_truth_gives() -> None:
    first, second = list(fresh_inputs(SUM, 20)), list(fresh_inputs(SUM, 20))
    assert first == second and len(first) == 20
    assert all(sum(arguments[0]) == expected for arguments, expected in first)


def test_lists_that_are_equally_long_in_the_examples_stay_so() -> None:
    dot = intent(
        "dot", "a:[i64] b:[i64]", "i64", "sum(x * y for x, y in zip(a, b))", ["[1,2]", "[3,4]", "11"], ["[2]", "[5]", "10"]
    )
    assert all(len(a) == len(b) for (a, b), _ in fresh_inputs(dot, 30))


def test_inputs_where_the_truth_raises_or_does_not_fit_are_drawn_anew() -> None:
    root = intent("root", "n:i64", "i64", "math.isqrt(n)", ["4", "2"], ["9", "3"])
    assert all(n >= 0 for (n,), _ in fresh_inputs(root, 30))
    power = intent("power", "n:i64", "i64", "9 ** n if n >= 0 else 0", ["1", "9"], ["2", "81"])
    assert all(n < 20 for (n,), _ in fresh_inputs(power, 30))


@pytest.mark.parametrize("path", [TUNED, DEVELOPMENT], ids=lambda path: path.stem)
def test_the_truths_of_intents_that_may_be_looked_at_satisfy_their_examples(path: Path) -> None:
    for one in read_intents(path):
        for example in one.spec.examples:
            assert one.truth(*example.arguments) == example.result, one.text


def test_the_lexical_proposer_alone_reads_nine_in_ten_of_the_development_intents() -> None:
    intents = read_intents(DEVELOPMENT)[::8]
    found = [outcome(one, LexicalProposer(), fresh=20) for one in intents]
    assert sum(o.right for o in found) >= 0.9 * len(found)


def test_the_lexical_proposer_alone_reads_nine_in_ten_of_the_tuned_intents() -> None:
    found = [outcome(one, LexicalProposer(), fresh=20) for one in read_intents(TUNED)]
    assert sum(o.right for o in found) >= 0.9 * len(found)

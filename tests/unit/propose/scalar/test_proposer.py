"""The proposer: which Specs it answers, with what, and that nothing is left when it is closed."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import pytest

from siglum import u32
from siglum.frontend.elaborate import function_from_source
from siglum.ir.types import BOOL, F64, I64, STR, U32, U64, Array, Type
from siglum.propose.examine import Program, examined
from siglum.propose.protocol import Proposer
from siglum.propose.scalar.proposer import ScalarProposer
from siglum.records import Budget, Candidate, Example, Feedback, Spec
from siglum.smt.solve import Portfolio

BRIEF = Budget(seconds=4.0)


@pytest.fixture(scope="module")
def proposer() -> Iterator[Proposer]:
    with Portfolio() as portfolio:
        yield ScalarProposer(portfolio)


def average(x: int, y: int) -> int:
    return (x & y) + ((x ^ y) >> 1)


def isolated(x: u32) -> int:
    return x & -x


def clamped(x: int) -> int:
    return 0 if x < 0 else 255 if x > 255 else x


def leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def either(a: bool, b: bool) -> bool:
    return a != b


def spec(reference: Callable[..., Any] | None, *types: Type, **others: Any) -> Spec:
    return Spec(tuple(zip("xyz", types, strict=False)), reference=reference, **({"result": None, "budget": BRIEF} | others))


def lines(*rows: tuple[Any, ...]) -> tuple[Example, ...]:
    return tuple(Example(row[:-1], row[-1]) for row in rows)


@pytest.mark.parametrize(
    ("reference", "types", "text"),
    [
        (average, (I64, I64), "x bitand y + x bitxor y shift -1"),
        (isolated, (U32,), "x bitand (0 - x)"),
        (either, (BOOL, BOOL), "x != y"),
        (leap, (I64,), "x % 100 = 0 ? x % 400 = 0 : x bitand 3 = 0"),
    ],
)
def test_a_reference_gives_phrases_that_pass_every_check(
    reference: Callable[..., Any], types: tuple[Type, ...], text: str, proposer: Proposer
) -> None:
    wanted = spec(reference, *types)
    found = list(proposer.propose(wanted, []))
    assert found[-1].text == text
    assert all(isinstance(examined(wanted, candidate), Program) for candidate in found)


def test_choices_come_first_and_shorter_words_after(proposer: Proposer) -> None:
    found = [candidate.text for candidate in proposer.propose(spec(clamped, I64), [])]
    assert found[-1] == "x max 0 min 255"


@pytest.mark.parametrize(
    "wanted",
    [
        spec(average, Array(I64), I64),
        spec(average, I64, F64),
        spec(average, I64, U64),
        spec(average, STR),
        spec(average),
        spec(average, I64, I64, result=F64),
        spec(average, I64, I64, result=BOOL),
        spec(None, I64),
        spec(None, I64, examples=lines((1, 2), (2, 4))),
        spec(None, I64, examples=lines((1, 2), (1, 3), (2, 4), (3, 6))),
        spec(None, I64, examples=lines((1, "a"), (2, "b"), (3, "c"))),
        spec(None, I64, I64, examples=lines((1, 2), (2, 4), (3, 6))),
        spec(None, U32, examples=lines((1, 2), (2, 4), (2**40, 6))),
        spec(None, I64, examples=lines((1, 2), (2, 2**70), (3, 6))),
        spec(None, BOOL, examples=lines((1, 2), (0, 4), (True, 2))),
    ],
)
def test_other_specs_are_not_answered(wanted: Spec, proposer: Proposer) -> None:
    assert list(proposer.propose(wanted, [])) == []


def test_three_examples_are_answered_with_at_most_as_many_as_are_kept(proposer: Proposer) -> None:
    wanted = spec(None, I64, I64, examples=lines((1, 2, 2), (5, 3, 5), (-4, -9, -4)), budget=Budget(2.0, kept=2))
    found = list(proposer.propose(wanted, []))
    assert found[0].text == "x max y" and len(found) == 2


def test_truth_values_as_examples_give_truth_values(proposer: Proposer) -> None:
    wanted = spec(None, I64, examples=lines((1, False), (2, True), (4, True), (7, False)))
    assert next(proposer.propose(wanted, [])).text == "x bitand 1 = 0"


def test_a_property_that_says_what_the_result_is_is_answered(proposer: Proposer) -> None:
    def greater(x: int, y: int, r: int) -> bool:
        return (r == x and x >= y) or (r == y and y > x)

    found = next(proposer.propose(spec(None, I64, I64, properties=(("greater", greater),)), []))
    assert found.text == "x max y" and "right on all inputs" in found.notes[1]


def test_a_reference_outside_the_subset_is_run_instead(proposer: Proposer) -> None:
    def counted(x: int) -> int:
        return int(str(bin(x)).count("1")) if x >= 0 else int("no")

    found = next(proposer.propose(spec(counted, I64), []))
    assert found.text == "x ones" and "not proved" in found.notes[1]


def test_whatever_a_reference_raises_it_wants_nothing_there(proposer: Proposer) -> None:
    class Unusual(Exception):
        pass

    def unwilling(x: int) -> int:
        if x % 2 == 1:
            raise Unusual(x)
        return x // 2 * 2 + len(str(x)) * 0

    assert next(proposer.propose(spec(unwilling, I64), [])).text == "x"


def test_a_builtin_as_a_reference_is_called(proposer: Proposer) -> None:
    assert next(proposer.propose(spec(abs, I64), [])).text == "x abs"


def test_a_counterexample_from_others_is_taken_as_a_sample(proposer: Proposer) -> None:
    def odd_one(x: int) -> int:
        return 5 if str(x) == "987654321987" else x

    feedback: list[Feedback] = []
    candidates = proposer.propose(spec(odd_one, I64), feedback)
    first = next(candidates)
    assert first.text == "x"
    feedback.append(Feedback(first, "reference", "differs", (987654321987,), "5", "987654321987"))
    assert all(candidate.text != "x" for candidate in candidates)


def test_a_reference_may_have_its_function_beside_it(proposer: Proposer) -> None:
    class Doubled:
        function = function_from_source("def f(x: int) -> int:\n    return x + x\n", "f", overflow="wrap")

        def __call__(self, x: int) -> int:
            raise AssertionError("nobody has to call it")

    found = next(proposer.propose(spec(Doubled(), I64, overflow="wrap"), []))
    assert found.text in ("x + x", "x * 2") and "right on all inputs" in found.notes[1]


def test_feedback_about_other_arguments_is_passed_over(proposer: Proposer) -> None:
    feedback: list[Feedback] = []
    candidates = proposer.propose(spec(average, I64, I64), feedback)
    first = next(candidates)
    for arguments in ((), (1,), (1, "a"), (1, 2**70), (True, 1), None):
        feedback.append(Feedback(first, "reference", "differs", arguments))
    list(candidates)


def test_after_a_proof_shorter_programs_are_looked_for_only_as_long_again(proposer: Proposer) -> None:
    start = time.process_time()
    assert list(proposer.propose(spec(isolated, U32, budget=Budget(seconds=60.0)), []))
    assert time.process_time() - start < 5


def test_what_was_not_found_is_looked_for_again_with_more_time_only() -> None:
    asked = []

    def hashed(x: int) -> int:
        asked.append(x)
        return int.from_bytes(sha256(str(x).encode()).digest()[:7])

    proposer = ScalarProposer()
    for seconds, again in ((0.4, True), (0.4, False), (0.2, False), (0.8, True)):
        asked.clear()
        assert list(proposer.propose(spec(hashed, I64, budget=Budget(seconds)), [])) == []
        assert bool(asked) is again


def test_without_solvers_nothing_is_proposed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("siglum.propose.scalar.proposer.find_spec", lambda name: None if name == "z3" else object())
    assert list(ScalarProposer().propose(spec(average, I64, I64), [])) == []


def test_a_property_that_leaves_many_results_is_given_up_soon(proposer: Proposer) -> None:
    def positive(x: int, r: int) -> bool:
        return r > x & 1

    start = time.process_time()
    assert list(proposer.propose(spec(None, I64, properties=(("positive", positive),)), [])) == []
    assert time.process_time() - start < 3


def test_closing_the_iterator_ends_the_solvers_it_started() -> None:
    before = children()
    candidates = ScalarProposer().propose(spec(average, I64, I64), [])
    assert isinstance(next(candidates), Candidate)
    assert children() > before
    candidates.close()  # type: ignore[attr-defined]
    assert children() == before


def children() -> int:
    """How many processes of this one run a solver."""
    from os import getpid

    listed = subprocess.run(["ps", "-o", "args=", "--ppid", str(getpid())], capture_output=True, text=True, check=False).stdout
    return listed.count("siglum.smt.worker")

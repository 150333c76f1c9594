"""A reference instead of a person: what is refuted beside it is learned from, until nothing is or the time is over."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

import siglum
from siglum.errors import SiglumError
from siglum.intents import judging
from siglum.intents.callables import property_of
from siglum.intents.given import Given, understand
from siglum.intents.inquiry import Inquiry
from siglum.ir.function import Function
from siglum.ir.types import BOOL, I64, STR, Array, Type
from siglum.propose.scalar.proposer import ScalarProposer
from siglum.records import Budget, Candidate, Example, Feedback, Params, Refuted, Spec


class OneByOne:
    """Proposes the first of its phrases that nobody has an example against, after some seconds."""

    name = "one by one"

    def __init__(self, phrases: Sequence[str], seconds: float = 0.0) -> None:
        self.phrases, self.seconds = phrases, seconds
        self.budgets: list[float] = []

    def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
        self.budgets.append(spec.budget.seconds)
        end = time.process_time() + min(self.seconds, spec.budget.seconds)
        while time.process_time() < end:
            pass
        for text in self.phrases:
            before = len(feedback)
            yield Candidate(text, self.name)
            if len(feedback) == before:
                return


def refuting(monkeypatch: pytest.MonkeyPatch, inputs: Sequence[Any]) -> list[Any]:
    """Lets the checker refute on one of the inputs after the other, and then no more; gives what is left of them."""
    left = list(inputs)
    real = judging.beside

    def beside(*arguments: Any) -> Any:
        verdict = real(*arguments)
        return type(verdict)(verdict.bytes, Refuted(left.pop(0), "something", "else")) if left else verdict

    monkeypatch.setattr(judging, "beside", beside)
    return left


def test_many_refuted_programs_are_no_reason_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = [f"x = {n} ? 0 : x" for n in range(70_001, 70_021)]
    inquiry = Inquiry(understand(Given(None, reference="f x:i64 = x")), asked=lambda: [OneByOne([*wrong, "x"])])
    left = refuting(monkeypatch, [(n,) for n in range(70_001, 70_021)])
    judged = judging.judged_inquiry(inquiry, "x86-64-v2", prove=False)
    assert (judged.program.text, left) == ("x", [])
    assert str(judged.verdict.meaning).startswith("tested")
    assert Example((70_020,), 70_020) in inquiry.spec.examples


def test_all_searches_beside_a_reference_share_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = [f"x = {n} ? 0 : x" for n in range(70_001, 70_101)]
    proposer = OneByOne(wrong, 0.3)
    given = Given(None, reference="f x:i64 = x", budget=Budget(seconds=1.0))
    inquiry = Inquiry(understand(given), asked=lambda: [proposer])
    refuting(monkeypatch, [(n,) for n in range(70_001, 70_101)])
    start = time.process_time()
    with pytest.raises(SiglumError) as caught:
        while True:
            judging.judged_inquiry(inquiry, "x86-64-v2", prove=False)
            assert time.process_time() - start < 20
    assert caught.value.code == "E-091"
    assert proposer.budgets[0] == pytest.approx(1.0, abs=0.1)
    assert proposer.budgets[1] < proposer.budgets[0] - 0.2


@pytest.mark.parametrize(
    ("reference", "wrong", "right"),
    [
        ("f xs:[i64] = xs = 123456 | count", "0", "xs = 123456 | count"),
        ("f s:str = s = '|' | count", "0", "s = '|' | count"),
        ("f x:i64 = x = 987654321987 ? 5 : x", "x", "x = 987654321987 ? 5 : x"),
    ],
)
def test_inputs_near_the_constants_of_a_reference_tell_programs_from_it(reference: str, wrong: str, right: str) -> None:
    class Both:
        name = "both"

        def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
            yield Candidate(wrong, self.name, 1.0)
            yield Candidate(right, self.name, 2.0)

    inquiry = Inquiry(understand(Given(None, reference=reference)), asked=lambda: [Both()])
    assert [program.text for program in inquiry.programs] == [right]


def test_inputs_on_which_a_proposer_saw_programs_fail_are_asked_about() -> None:
    hidden = 87654321 ^ 12345678

    class Knows:
        name = "knows"

        def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
            yield Candidate("x", self.name, 1.0)
            yield Candidate(f"x = {hidden} ? 5 : x", self.name, 9.0, (), ((hidden,),))

    reference = "f x:i64 = x bitxor 12345678 = 87654321 ? 5 : x"
    inquiry = Inquiry(understand(Given(None, reference=reference)), asked=lambda: [Knows()])
    assert [program.text for program in inquiry.programs] == [f"x = {hidden} ? 5 : x"]
    assert Example((hidden,), 5) in inquiry.spec.examples


@pytest.mark.parametrize(
    ("params", "text"),
    [((("x", I64), ("y", I64)), "result >= x and result >= y and (result = x or result = y)"), ((("s", STR),), "result > 0")],
)
def test_a_property_that_is_a_phrase_has_its_function_beside_it(params: Params, text: str) -> None:
    found = property_of(text, params, I64)
    function = getattr(found.holds, "function", None)
    assert isinstance(function, Function)
    assert [t for _, t in function.params] == [*(t for _, t in params), I64]
    assert function.result is BOOL


@pytest.mark.parametrize("types", [(Array(I64),), (I64,)])
def test_a_python_property_stays_what_it_was(types: tuple[Type, ...]) -> None:
    def kept(x: Any, result: int) -> bool:
        return result == 1

    found = property_of(kept, (("x", types[0]),), I64)
    assert (found.name, found.holds(0, 1), found.holds(0, 2)) == ("kept", True, False)


def test_a_formula_with_one_result_is_enough_for_scalar_synthesis() -> None:
    text = "result >= x and result >= y and (result = x or result = y)"
    spec = understand(Given(None, ["1 2 -> 2"], properties=[text], signature="x:i64 y:i64 -> i64")).spec
    found = next(ScalarProposer().propose(spec, []))
    assert found.text == "x max y" and "right on all inputs" in found.notes[1]


def test_propose_of_python_finds_a_bit_trick_and_proves_it() -> None:
    def average(x: int, y: int) -> int:
        return (x & y) + ((x ^ y) >> 1)

    found = siglum.propose(reference=average)
    assert "x bitand y + x bitxor y shift -1" in found.phrases
    assert siglum.propose(reference="x & -x").best.run(12) == 4

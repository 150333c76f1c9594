"""One examination for all: what passes, and what is said of what does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.propose.search.support import spec

from siglum.errors import Stop
from siglum.propose.examine import Program, examined, same
from siglum.propose.repair import parts
from siglum.records import Candidate, Feedback, Spec

TOTAL = spec("xs:[i64] -> i64", ([1, 2, 3], 6), ([], 0))


def found(text: str, wanted: Spec = TOTAL) -> Program | Feedback:
    return examined(wanted, Candidate(text, "test"))


def test_what_agrees_passes_in_its_printed_form() -> None:
    program = found("xs.sum")
    assert isinstance(program, Program) and program.text == "xs sum" and program([4, 5]) == 9


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("xs summ", "text", "summ"),
        ("xs sum +", "text", ""),
        ("xs reverse", "type", "[i64]"),
        ("xs length", "example", "[1,2,3] gives 3, not 6"),
        ("xs maximum", "example", "[1,2,3] gives 3, not 6"),
        ("xs first * 6", "stop", "it stops"),
        ("", "text", ""),
        ("\x00\u202e", "text", ""),
    ],
)
def test_what_fails_is_told_why(text: str, kind: str, said: str) -> None:
    failure = found(text)
    assert isinstance(failure, Feedback) and failure.kind == kind and said in failure.message, failure


@pytest.mark.parametrize(
    ("phrase", "effects"),
    [
        ('xs map text join "" save "PATH" length', "files"),
        ("xs map print sum", "write"),
        ("xs map (it print) sum", "write"),
        ('xs length = 0 ? 0 : ("PATH" exists ? 1 : 2)', "files"),
        ("xs sum + clock - clock", "clock"),
        ("xs sum as total total print", "write"),
        ("input length", "read"),
    ],
)
def test_what_acts_on_the_outside_is_never_run(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], phrase: str, effects: str
) -> None:
    made = tmp_path / "made"
    failure = found(phrase.replace("PATH", str(made)))
    assert isinstance(failure, Feedback)
    assert (failure.kind, failure.message) == ("text", f"it acts on the outside: {effects}")
    acting = {"save", "print", "exists", "clock", "input"}
    assert not [part.text for part in parts(TOTAL, [failure]) if acting & set(part.text.split())]
    assert not made.exists()
    assert capfd.readouterr() == ("", "")


def test_a_failed_example_is_a_counterexample() -> None:
    failure = found("xs length")
    assert isinstance(failure, Feedback)
    assert (failure.arguments, failure.expected, failure.got) == (([1, 2, 3],), "6", "3")


def test_a_reference_is_asked_on_fresh_inputs() -> None:
    reference = replace(TOTAL, examples=(), reference=sum)
    assert isinstance(found("xs sum", reference), Program)
    failure = found("xs sum abs", reference)
    assert isinstance(failure, Feedback) and failure.kind == "reference" and failure.arguments is not None
    (given,) = failure.arguments
    assert sum(given) < 0


def test_where_a_reference_stops_nothing_is_asked() -> None:
    def positive(xs: list[int]) -> int:
        if not all(x > 0 for x in xs):
            raise Stop("range")
        return sum(xs)

    assert isinstance(found("xs abs sum", replace(TOTAL, examples=(), reference=positive)), Program)


def test_properties_hold_of_the_result() -> None:
    def grows(xs: list[int], result: int) -> bool:
        return result >= len(xs)

    wanted = replace(TOTAL, examples=(), properties=(("it grows", grows),))
    assert isinstance(found("xs length + 1", wanted), Program)
    failure = found("xs length - 1", wanted)
    assert isinstance(failure, Feedback) and failure.kind == "property" and "it grows" in failure.message


def test_programs_that_never_end_are_given_up() -> None:
    failure = found("1 until (it < 0) (it + 1) + xs sum")
    assert isinstance(failure, Feedback) and failure.kind == "stop"


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        (1, 1.0, True), (1, True, False), (0.0, -0.0, False), (float("nan"), float("nan"), True), ([1, [2]], [1, [2]], True),
        ([1], [1, 2], False), ({"a": 1}, {"a": 1}, True), ({"a": 1, "b": 2}, {"b": 2, "a": 1}, False), ("a", ["a"], False),
        (None, 0, False), ((1, 2), (1, 2), True),
    ],
)  # fmt: skip
def test_values_are_the_same_where_a_person_would_say_so(a: Any, b: Any, equal: bool) -> None:
    assert same(a, b) is equal and same(b, a) is equal

"""Candidates that run in a process of their own: the same outcomes, nothing expected in it, no harm from endless ones."""

from __future__ import annotations

import io
import marshal
import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest

from siglum.errors import EnvironmentFault, Stop, UserError
from siglum.frontend.phrase.parser import parse_signature
from siglum.propose import apart as there
from siglum.propose.apart import Apart, serve
from siglum.propose.examine import STOPS, Program, examined, same
from siglum.records import Candidate, Example, Feedback, Spec


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    found = Apart()
    yield found
    found.close()


def spec(signature: str, *examples: tuple[Any, Any]) -> Spec:
    return Spec(*parse_signature(signature), examples=tuple(Example((given,), result) for given, result in examples))


def outcome(program: Program, *arguments: Any) -> Any:
    try:
        return program(*arguments)
    except STOPS as stop:
        return str(stop)


@pytest.mark.parametrize(
    ("signature", "phrase", "arguments"),
    [
        ("xs:[i64] -> i64", "xs sum", ([1, 2, 3],)),
        ("xs:[i64] -> [i64]", "xs length range", ([1, 2, 3],)),
        ("xs:[f64] -> f64", "xs sum / 0.0", ([1.5, -0.0],)),
        ("xs:[f64] -> [f64]", "xs", ([float("nan"), float("inf"), -0.0],)),
        ("s:str -> {str:i64}", "s words counts", ("to be or not to be \u00e9\U0001f600",)),
        ("xs:[i64] -> i64?", "xs first", ([],)),
        ("xs:[i64] -> [(i64, i64)]", "xs zip (xs reverse)", ([1, 2],)),
        ("c:char -> char", "c upper", ("a",)),
        ("x:i64 -> i64", "10 // x", (0,)),
        ("x:i64 -> i64", "x square", (2**40,)),
        ("xs:[i64] -> i64", "xs maximum", ([],)),
        ("xs:[i64] -> i64", "xs at 7", ([1],)),
    ],
)
def test_a_program_gives_there_what_it_gives_here(apart: Apart, signature: str, phrase: str, arguments: tuple[Any, ...]) -> None:
    wanted, candidate = spec(signature), Candidate(phrase, "model")
    assert same(outcome(apart.program(candidate, wanted), *arguments), outcome(Program(candidate, wanted), *arguments))


def test_integers_wrap_there_where_the_spec_says_so(apart: Apart) -> None:
    wrapping = Spec(*parse_signature("x:i64 -> i64"), overflow="wrap")
    assert apart.program(Candidate("x + 1", "model"), wrapping)(2**63 - 1) == -(2**63)


def test_text_that_is_no_program_is_refused_here(apart: Apart) -> None:
    with pytest.raises(UserError, match="unknown word"):
        apart.program(Candidate("xs frobnicate", "model"), spec("xs:[i64] -> i64"))


def test_what_is_expected_never_goes_there(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    write = Apart._write

    def watched(self: Apart, data: bytes) -> None:
        sent.append(marshal.loads(data))
        write(self, data)

    monkeypatch.setattr(Apart, "_write", watched)
    wanted = spec("xs:[i64] -> i64", ([1, 2], 771_177), ([3], 881_188))
    assert isinstance(examined(wanted, Candidate("xs sum", "model"), apart.program), Feedback)
    assert sent == [("xs sum", (("xs", "[i64]"),), "i64", "stop", ([1, 2],))]


@pytest.mark.parametrize("phrase", ["naturals sum", "9999999999 range sum", "[0] times 60 (it concat it) length"])
def test_one_that_does_not_end_stops_for_want_of_fuel_and_the_next_one_runs(monkeypatch: pytest.MonkeyPatch, phrase: str) -> None:
    monkeypatch.setattr(there, "SECONDS", 0.3)
    found = Apart()
    wanted = spec("xs:[i64] -> i64")
    with pytest.raises(Stop) as stop:
        found.program(Candidate(phrase, "model"), wanted)([1])
    assert stop.value.kind in ("fuel", "memory")
    assert found.program(Candidate("xs sum", "model"), wanted)([1, 2]) == 3
    found.close()


def test_those_that_do_not_end_take_only_so_much_time_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(there, "SECONDS", 0.2)
    monkeypatch.setattr(there, "LOST_S", 0.3)
    found = Apart()
    endless = found.program(Candidate("naturals sum", "model"), spec("xs:[i64] -> i64"))
    for _ in range(2):
        with pytest.raises(Stop):
            endless([1])
    start = time.monotonic()
    with pytest.raises(Stop):
        endless([1])
    assert time.monotonic() - start < 0.1
    found.close()


def test_a_process_that_is_killed_is_started_again() -> None:
    found = Apart()
    program = found.program(Candidate("xs sum", "model"), spec("xs:[i64] -> i64"))
    assert program([1]) == 1
    assert found._process is not None
    os.kill(found._process.pid, signal.SIGKILL)
    found._process.wait()
    assert program([1, 2]) == 3
    process = found._process
    found.close()
    assert process.poll() is not None
    assert program([5]) == 5
    found.close()


def test_a_process_that_does_not_start_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    found = Apart()
    with pytest.raises(EnvironmentFault, match="the process that runs candidates does not start"):
        found.program(Candidate("xs sum", "model"), spec("xs:[i64] -> i64"))([1])


def test_a_process_that_the_system_refuses_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/no/such/python")
    with pytest.raises(EnvironmentFault, match="no process to run candidates in: No such file or directory"):
        Apart().start()


def test_the_other_process_answers_each_question_and_ends_with_them() -> None:
    questions, answers = io.BytesIO(), io.BytesIO()
    for phrase, arguments in (("x + 1", (1,)), ("x + 1", (2**63 - 1,)), ("naturals", (1,)), ("x +", (1,))):
        data = marshal.dumps((phrase, (("x", "i64"),), None, "stop", arguments))
        questions.write(len(data).to_bytes(8, "little") + data)
    questions.seek(0)
    serve(questions, answers)
    answers.seek(0)
    said = []
    while head := answers.read(8):
        said.append(marshal.loads(answers.read(int.from_bytes(head, "little"))))
    assert [s[0] for s in said] == ["ready", "value", "stop", "error", "error"]
    assert said[1] == ("value", 2)
    assert said[2][:3] == ("stop", "overflow", "+")

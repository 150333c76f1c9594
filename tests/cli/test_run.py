"""`siglum run`: arguments become values by the program's types, results print in the same notation, stops name the word."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from siglum.cli.frame import run

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
PROGRAM = """
def mean_square(xs: list[float], scale: float) -> float:
    total = 0.0
    for x in xs:
        total += x * x
    return total * scale


def helper(n: int) -> int:
    return n + 1
"""


def process(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "siglum", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT)


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["filter even square sum", "[1,2,3,4]"], "20"),
        (["filter even square sum", "[]"], "0"),
        (["sumsq xs:[i64] = xs filter even square sum", "[1 2 3 4]"], "20"),
        (["sumsq xs:[i64] = xs square sum", "--arg", "xs=[3,4]"], "25"),
        (["f a:i64 b:i64 = a - b", "--arg", "b=1", "--arg", "a=5"], "4"),
        (["xs filter even square sum", "--arg", "xs=[1,2,3,4]"], "20"),
        (["s words length + n", "--arg", "s=to be", "--arg", "n=4"], "6"),
        (["f a:i64 b:i64 = a - b", "-5", "-7"], "2"),
        (["a - b", "--signature", "a:i64 b:i64 -> i64", "5", "3"], "2"),
        (["1 + 2"], "3"),
        (["root", "4"], "2.0"),
        (["root", "[4, 9]"], "[2.0,3.0]"),
        (["upper", '"a"'], '"A"'),
        (["f s:str = s reverse", "hello"], '"olleh"'),
        (["f s:str = s reverse", '"a\\"b"'], '"b\\"a"'),
        (["square", "[1,2,3]"], "[1,4,9]"),
        (["maximum", "[1,5,2]"], "5"),
        (["f n:u8 = n + 1", "255"], "256"),
        (["x / 3.0", "--signature", "x:f64", "1"], "0.3333333333333333"),
    ],
)
def test_results_are_printed_in_the_notation_of_arguments(
    capfd: pytest.CaptureFixture[str], arguments: list[str], shown: str
) -> None:
    assert run(["run", *arguments]) == 0, capfd.readouterr()
    assert capfd.readouterr() == (shown + "\n", "")


@pytest.mark.parametrize(
    ("phrase", "argument", "shown"),
    [
        ("words counts", "to be or to", '{"to":2,"be":1,"or":1}'),
        ("words length", "1,5 and \u00e9", "3"),
        ("words length", "12", "1"),
        ("words length", "", "0"),
        ("upper", "hello", '"HELLO"'),
        ("integer", "12", "12"),
    ],
)
def test_text_needs_no_quotes_where_an_open_phrase_can_start_from_nothing_else(
    capsys: pytest.CaptureFixture[str], phrase: str, argument: str, shown: str
) -> None:
    assert run(["run", phrase, argument]) == 0, capsys.readouterr()
    assert capsys.readouterr().out == shown + "\n"


def test_text_without_quotes_needs_a_known_type(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "reverse", "hello"]) == 2
    err = capsys.readouterr().err
    assert "error[E-041]" in err
    assert """text stands in double quotes, for a shell '"hello"'""" in err
    assert run(["run", "reverse", '"hello"']) == 0
    assert capsys.readouterr().out == '"olleh"\n'


def test_a_list_is_never_read_as_the_text_it_is_written_in(capsys: pytest.CaptureFixture[str]) -> None:
    for written in ('["a b","c"]', "[]", "(1,2)"):
        assert run(["run", "words counts", written]) == 2
        assert "error[E-011]" in capsys.readouterr().err


def test_text_that_the_shell_took_apart_is_shown_in_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "words counts", "to", "be"]) == 2
    assert '2 arguments given to an open phrase; it takes one: "to be" in quotes' in capsys.readouterr().err


def test_an_open_phrase_gives_the_result_of_its_signature(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "sum", "[1]", "--signature", "-> f64"]) == 0
    assert capsys.readouterr().out == "1.0\n"
    assert run(["run", "sum", "[1]", "--signature", "-> str"]) == 2
    assert "the phrase should give str" in capsys.readouterr().err


def test_a_function_of_a_python_file_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    assert run(["run", f"{tmp_path}/program.py:mean_square", "[1,2,3]", "0.5"]) == 0
    assert capsys.readouterr().out == "7.0\n"


def test_the_json_object_says_what_was_established(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "--json", "sum", "[1,2]"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["result"], answer["type"]) == ("3", "i64")
    assert answer["bytes"].startswith("proved (witness of")


def test_what_the_program_writes_comes_before_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["run", '"Hello" print']) == 0
    assert capfd.readouterr().out == "Hello\n"
    assert run(["run", "--json", '"Hello" print']) == 0
    assert json.loads(capfd.readouterr().out)["output"] == "Hello\n"


def test_what_was_written_before_a_stop_is_in_the_object(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "--json", '"Hello" print | integer']) == 1
    error = json.loads(capfd.readouterr().out)
    assert (error["code"], error["output"]) == ("E-111", "Hello\n")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["square", "4000000000"], "E-101", "`square` stopped: the result does not fit"),
        (["f a:i64 b:i64 = a // b", "1", "0"], "E-102", "`//` stopped: division by zero"),
        (["f xs:[i64] = xs at 5", "[1]"], "E-104", "stopped: there is no value"),
        (["maximum", "[]", "--signature", "xs:[i64]"], "E-104", "`maximum` stopped: there is no value"),
    ],
)
def test_a_program_that_stops_names_the_word_and_its_place(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: str, message: str
) -> None:
    assert run(["run", *arguments]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert f"error[{code}]" in err
    assert message in err
    assert "<phrase>:1:" in err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], "E-001", "nothing to run"),
        (["sum", "[1]", "--memory", "0"], "E-006", "--memory 0 is outside 1.."),
        (["sum", "[1]", "--fuel", "nan"], "E-006", "--fuel nan is outside 1.."),
        ([""], "E-009", "empty"),
        (["  "], "E-009", "empty"),
        (["squre", "[1]"], "E-010", "did you mean `square`?"),
        (["sum", '["a"]'], "E-011", "`sum` needs"),
        (["sort numbers", "[1]"], "E-010", "unknown word `numbers`"),
        (["sorted ascending and descending", "[1]"], "E-010", "unknown word"),
        (["sum\u202e", "[1]"], "E-014", "U+202E"),
        (["s\u0443m", "[1]"], "E-014", "U+0443"),
        (["(" * 5000, "[1]"], "E-015", "nesting over 256"),
        (["sum", "[" * 5000], "E-015", "nesting over 256"),
        (["a x:i64 = x b\nb x:i64 = x a", "1"], "E-016", "a -> b -> a"),
        (["f n:u8 = n", "300"], "E-018", "300 does not fit u8 (0..255)"),
        (["f n:f64 = n", "NaN"], "E-021", "which NaN"),
        (["f n:f64 = n", "1,5"], "E-022", "decimal comma"),
        (["f n:f64 = n", "Infinity"], "E-023", "Infinity"),
        (["f n:f64 = n", "1" + "0" * 400], "E-023", "beyond"),
        (["f m:{str:i64} = m keys", '{"a":1,"a":2}'], "E-023", "given twice"),
        (["sum", "[]"], "E-011", "may be [i64] or [f64]"),
        (["sum"], "E-044", "0 arguments given"),
        (["sum", "[1]", "[2]"], "E-044", "2 arguments given"),
        (["1 + 2", "3"], "E-044", "1 argument given, 0 wanted"),
        (["f a:i64 b:i64 = a - b", "1"], "E-044", "the argument `b` is missing"),
        (["f a:i64 = a", "--arg", "c=1"], "E-044", "no parameter is called `c`"),
        (["f a:i64 = a", "1", "--arg", "a=1"], "E-044", "given twice"),
        (["f a:i64 = a", "1", "--signature", "a:f64"], "E-007", "a definition has its own signature"),
        (["f a:i64 = a", "--arg", "a"], "E-044", "has no `=`"),
        (["f a:i64 = a", "1", "--overflow", "wrp"], "E-002", "unknown overflow policy"),
        (["file.py:"], "E-054", "file.py: names no function"),
        (["missing.py:f"], "E-042", "cannot read missing.py"),
        (["f a:i64 = a", "1\udcff"], "E-008", "not UTF-8 at byte 1"),
    ],
)
def test_bad_input_is_one_line_with_its_code(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: str, message: str
) -> None:
    started = time.process_time()
    assert run(["run", *arguments]) == 2
    assert time.process_time() - started < 20
    out, err = capsys.readouterr()
    assert out == ""
    assert f"error[{code}]" in err
    assert message in err
    assert err.count("\n") == 1
    assert err[:-1].isprintable()


def test_an_endless_loop_can_be_interrupted() -> None:
    command = [sys.executable, "-m", "siglum", "run", "f n:i64 = n until (< 0) (it % 7)", "1"]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
    time.sleep(2.0)
    started.send_signal(signal.SIGINT)
    out, err = started.communicate(timeout=30)
    assert (started.returncode, out, err) == (130, "", "siglum: error[E-130]: interrupted\n")


def test_fuel_ends_an_endless_loop(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "f n:i64 = n until (< 0) (it % 7)", "1", "--fuel", "1000"]) == 1
    assert "error[E-109]" in capsys.readouterr().err


def test_nothing_heavy_is_imported_for_the_main_job() -> None:
    main_job = "run(['run', 'filter even square sum', '[1,2,3,4]'])"
    code = f"import sys; from siglum.cli.frame import run; {main_job}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT)
    result, modules = done.stdout.splitlines()
    assert result == "20"
    assert not set(modules.split()) & {"numpy", "llvmlite", "iced_x86", "rich", "json", "asyncio", "hypothesis", "capstone"}


def test_the_main_job_as_a_process() -> None:
    done = process("run", "filter even square sum", "[1,2,3,4]")
    assert (done.returncode, done.stdout, done.stderr) == (0, "20\n", "")


def test_a_program_that_writes_a_file_still_shows_its_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "kept.txt"
    assert run(["run", f'"text" save "{file}" | length']) == 0
    assert capsys.readouterr().out == "4\n"
    assert file.read_text(encoding="utf-8") == "text"

"""Faults of the machine: no home, unknown user, full disk, kills, many at once. One line and exit 3, or the right answer."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = "b82a000000c3"
# A file-size limit would cut the bytecode that CPython writes beside the sources, for every later run.
ENVIRONMENT = {"PYTHONPATH": str(ROOT / "src"), "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}


def start(*arguments: str, folder: Path, **options: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "siglum", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": ENVIRONMENT, "cwd": folder}
    return subprocess.Popen(command, **{**pipes, **options})  # type: ignore[call-overload, no-any-return]


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


@pytest.fixture
def code(tmp_path: Path) -> Path:
    (tmp_path / "answer.hex").write_text(CODE)
    return tmp_path


@pytest.mark.parametrize("home", [None, "/nonexistent", "/proc"])
def test_no_usable_home_is_no_obstacle(tmp_path: Path, home: str | None) -> None:
    env = {**ENVIRONMENT, **({} if home is None else {"HOME": home})}
    done = finish(start("run", "filter even square sum", "[1,2,3,4]", folder=tmp_path, env=env))
    assert done == (0, "20\n", "")


def test_a_file_size_limit_is_one_line_and_no_file(code: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))

    status, out, err = finish(start("emit", "answer.hex", "-o", "out", folder=code, preexec_fn=limit))
    assert (status, out) == (3, "")
    assert err == "siglum: error[E-300]: cannot write out: File too large; choose another folder with -o\n"
    assert os.listdir(code / "out") == []


def test_sixteen_at_once_all_succeed(code: Path) -> None:
    running = [start("emit", "answer.hex", "-o", "out", folder=code) for _ in range(16)]
    assert [finish(process)[0] for process in running] == [0] * 16
    assert os.listdir(code / "out") == ["answer"]
    assert subprocess.run([code / "out" / "answer"], check=False).returncode == 42


def test_a_kill_at_any_moment_leaves_no_part_of_a_file(code: Path) -> None:
    assert finish(start("emit", "answer.hex", "-o", "whole", folder=code))[0] == 0
    whole = (code / "whole" / "answer").read_bytes()
    for moment in range(12):
        process = start("emit", "answer.hex", "-o", "out", folder=code)
        time.sleep(0.02 * moment)
        process.send_signal(signal.SIGKILL)
        finish(process)
        made = code / "out" / "answer"
        assert not made.exists() or made.read_bytes() == whole
    assert finish(start("emit", "answer.hex", "-o", "out", folder=code))[0] == 0
    assert os.listdir(code / "out") == ["answer"]


def test_closed_standard_streams_are_no_obstacle(code: Path) -> None:
    command = f"{sys.executable} -m siglum emit answer.hex -o out <&- >&- 2>&-"
    assert subprocess.run(["sh", "-c", command], cwd=code, env=ENVIRONMENT, check=False).returncode == 0
    assert (code / "out" / "answer").exists()


def test_a_full_standard_output_is_one_line(tmp_path: Path) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        status, _, err = finish(start("words", folder=tmp_path, stdout=full))
    assert status == 3
    assert err.startswith("siglum: error[E-300]: ")
    assert err.count("\n") == 1


def test_an_interpreter_without_docstrings_is_named(tmp_path: Path) -> None:
    status, out, err = finish(start("run", "sum", "[1]", folder=tmp_path, env={**ENVIRONMENT, "PYTHONOPTIMIZE": "2"}))
    assert (status, out) == (3, "")
    assert err.startswith("siglum: error[E-300]: Python -OO ")
    assert err.count("\n") == 1


def test_without_click_there_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise ImportError('hidden', name='click')")
    env = {**ENVIRONMENT, "PYTHONPATH": f"{tmp_path}:{ROOT / 'src'}"}
    status, out, err = finish(start("run", "sum", "[1]", folder=tmp_path, env=env))
    assert (status, out, err) == (3, "", "siglum: error[E-300]: cannot load click; reinstall siglum\n")


@pytest.mark.parametrize("arguments", [("words", "--json"), ("run", "sum", "[1", "--json")])
def test_an_object_that_standard_output_does_not_take_is_a_line(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        status, _, err = finish(start(*arguments, folder=tmp_path, stdout=full))
    assert status in (2, 3)
    assert err.startswith("siglum: error[E-")
    assert err.count("\n") == 1


def test_nothing_that_can_be_written_to_still_ends_with_the_code(tmp_path: Path) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        assert finish(start("run", "sum", "[1", folder=tmp_path, stdout=full, stderr=full))[0] == 2
        assert finish(start("words", folder=tmp_path, stdout=full, stderr=full))[0] == 3


def test_no_executable_memory_is_no_obstacle_to_building(tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))  # less than code takes in one piece

    phrase = "twice xs:[i64] = xs + xs"
    status, out, err = finish(start("build", phrase, "-o", "out", folder=tmp_path, preexec_fn=limit))
    assert (status, err) == (0, "")
    assert "meaning: not run: " in out or "unknown (not run: " in out
    assert sorted(os.listdir(tmp_path / "out")) == ["twice.cert.json", "twice.h", "twice.so"]

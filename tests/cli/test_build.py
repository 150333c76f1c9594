"""`siglum build`: files that run, the verdict beside them, and nothing left behind where the input is bad."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

import siglum
from siglum.cli.frame import run
from siglum.records import Rejected

SUMSQ = "sumsq xs:[i64] = xs filter even square sum"
KINDS = {"so": "sumsq.so", "h": "sumsq.h", "o": "sumsq.o", "exe": "sumsq", "asm": "sumsq.asm", "hex": "sumsq.hex"}


def test_every_kind_of_output_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["build", "--json", SUMSQ, "--emit", ",".join(KINDS), "-o", str(tmp_path / "out")]) == 0
    report = json.loads(capsys.readouterr().out)
    names = [*KINDS.values(), "sumsq.cert.json"]
    assert sorted(os.listdir(tmp_path / "out")) == sorted(names)
    assert report["outputs"] == [str(tmp_path / "out" / name) for name in names]
    assert report["verdict"]["bytes"]["kind"] == "proved"
    assert report["verdict"]["meaning"]["kind"] == "tested"
    assert "proved" not in report["verdict"]["meaning"]["text"].replace("not proved", "")


def test_the_meaning_is_proved_on_request_and_verified_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["build", "--json", SUMSQ, "--prove", "--emit", "hex", "-o", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"]["meaning"]["kind"] == "proved"
    certificate = tmp_path / "sumsq.cert.json"
    assert run(["verify", "--json", str(certificate)]) == 0
    claimed = certificate.read_text().replace('"kind": "proved"', '"kind": "tested"')
    certificate.write_text(claimed)
    assert run(["verify", str(certificate)]) == 1


def test_the_executable_reads_its_arguments_by_the_signature(tmp_path: Path) -> None:
    assert run(["build", SUMSQ, "--emit", "exe", "-o", str(tmp_path)]) == 0
    done = subprocess.run([tmp_path / "sumsq", "[1,2,3,4]"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "20\n", "")
    stopped = subprocess.run([tmp_path / "sumsq", "[4000000000]"], capture_output=True, text=True, check=False)
    assert stopped.returncode == 1
    assert "square" in stopped.stderr
    assert "E-101" in stopped.stderr


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["x", "1"], "E-111]: argument 1 cannot be read as xs:[i64]"),
        (["[1,2]", "1z"], "E-111]: argument 2 cannot be read as k:i64"),
        (["[1,2]", "9" * 20], "E-105]: argument 2 does not fit k:i64"),
        (["[1,2]"], "E-113]: shifted takes 2 arguments, xs:[i64] k:i64; without arguments it takes lines of standard input"),
        ([b"\xff", "1"], "E-107]: arguments or standard input: invalid UTF-8"),
    ],
)
def test_a_bad_argument_is_named_after_its_parameter(shifted: Path, arguments: list[str | bytes], line: str) -> None:
    done = subprocess.run([shifted, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"siglum: error[{line}\n")


def test_a_bad_line_of_input_is_named_after_its_parameter(shifted: Path) -> None:
    done = subprocess.run([shifted], input="[1,2]\n7", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "[8,9]\n")
    done = subprocess.run([shifted], input="[1,2]\nz\n", capture_output=True, text=True, check=False)
    assert done.stderr == "siglum: error[E-111]: argument 2 cannot be read as k:i64\n"


def test_an_executable_of_one_text_says_that_it_takes_standard_input(tmp_path: Path) -> None:
    assert run(["build", "spoken s:str = s words length", "--emit", "exe", "-o", str(tmp_path), "--name", "say"]) == 0
    done = subprocess.run([tmp_path / "say", "to", "be"], capture_output=True, text=True, check=False)
    assert done.stderr == "siglum: error[E-113]: say takes 1 argument, s:str; without arguments it takes standard input\n"


def test_an_executable_reads_all_of_u64(tmp_path: Path) -> None:
    assert run(["build", "next n:u64 -> u64 = n + 1", "--emit", "exe", "-o", str(tmp_path)]) == 0

    def said(argument: str) -> tuple[int, str, str]:
        done = subprocess.run([tmp_path / "next", argument], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    assert said("18446744073709551614") == (0, "18446744073709551615\n", "")
    for wrong in ("18446744073709551616", "-1"):
        assert said(wrong) == (1, "", "siglum: error[E-105]: argument 1 does not fit n:u64\n")
    assert said("18446744073709551615")[:2] == (1, "")


@pytest.fixture(scope="module")
def shifted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shifted")
    assert run(["build", "shifted xs:[i64] k:i64 = xs + k", "--emit", "exe", "-o", str(folder)]) == 0
    return folder / "shifted"


def test_outputs_do_not_tell_where_the_package_is(shifted: Path) -> None:
    content = shifted.read_bytes()
    assert str(Path(siglum.__file__).parent).encode() not in content
    assert b"siglum/vocab" not in content
    assert b"error[E-108]: the result: out of memory" in content


def test_output_to_a_full_device_is_an_error(tmp_path: Path) -> None:
    assert run(["build", '"Hello" print', "--emit", "exe", "--name", "hello", "-o", str(tmp_path)]) == 0
    with open("/dev/full", "wb") as full:
        done = subprocess.run([tmp_path / "hello"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (1, b"siglum: error[E-112]: `print` stopped: I/O error, <phrase>:1:9\n")


def test_code_that_the_checker_refuses_is_a_defect_of_siglum(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siglum.check.check_image", lambda image, table: Rejected("a register differs", 7))
    assert run(["build", SUMSQ, "--emit", "so", "-o", str(tmp_path)]) == 3
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "error[E-299]: the checker refused" in err
    assert os.listdir(tmp_path) == []


def test_hello_world_is_small_and_runs(tmp_path: Path) -> None:
    assert run(["build", '"Hello" print', "--emit", "exe", "--name", "hello", "-o", str(tmp_path)]) == 0
    assert (tmp_path / "hello").stat().st_size <= 400
    done = subprocess.run([tmp_path / "hello"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Hello\n", "")


def test_the_library_is_usable_from_c(tmp_path: Path) -> None:
    compiler = shutil.which("gcc") or shutil.which("cc")
    assert compiler, "the tests need a C compiler"
    assert run(["build", "double_it n:i64 = n * 2", "--emit", "so,h", "-o", str(tmp_path)]) == 0
    (tmp_path / "main.c").write_text(
        '#include "double_it.h"\n#include <stdio.h>\nint main(void) { printf("%lld\\n", (long long)double_it(21)); return 0; }\n'
    )
    command = [compiler, "-Wall", "-Werror", "-o", "main", "main.c", "./double_it.so", "-Wl,-rpath,$ORIGIN"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    done = subprocess.run(["./main"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "42\n")
    assert ctypes.CDLL(str(tmp_path / "double_it.so")).double_it(4) == 8


def test_open_phrases_need_a_signature(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["build", "square sum", "-o", str(tmp_path)]) == 2
    assert "--signature" in capsys.readouterr().err
    assert run(["build", "square sum", "--signature", "xs:[i64] -> i64", "--name", "q", "-o", str(tmp_path)]) == 0
    assert sorted(os.listdir(tmp_path)) == ["q.cert.json", "q.h", "q.so"]


def test_a_python_function_is_built(tmp_path: Path) -> None:
    (tmp_path / "p.py").write_text("def twice(n: int) -> int:\n    return n + n\n")
    assert run(["build", f"{tmp_path}/p.py:twice", "--emit", "so", "-o", str(tmp_path)]) == 0
    assert ctypes.CDLL(str(tmp_path / "twice.so")).twice(21) == 42


@pytest.mark.parametrize(
    ("arguments", "status", "code", "message"),
    [
        ([], 2, "E-001", "nothing to build"),
        ([SUMSQ, "--target", "x86_65"], 2, "E-002", "did you mean x86-64-v"),
        ([SUMSQ, "--emit", "sp"], 2, "E-002", "did you mean so?"),
        ([SUMSQ, "--trget", "x"], 2, "E-002", "did you mean --target?"),
        ([SUMSQ, "-o", "{tmp}/file"], 2, "E-004", "is a file"),
        (["file.py", "--name", "9x"], 2, "E-010", "unknown word"),
        ([""], 2, "E-009", "empty"),
        (["xs filter evn", "--signature", "xs:[i64]"], 2, "E-010", "did you mean `even`?"),
        (["xs sum", "--signature", "xs:[str]"], 2, "E-011", "`sum` needs"),
        (["sort numbers", "--signature", "xs:[i64]"], 2, "E-010", "unknown word `numbers`"),
        (["xs\u200b sum", "--signature", "xs:[i64]"], 2, "E-014", "U+200B"),
        (["(" * 1000], 2, "E-015", "nesting over 256"),
        (["xs sum", "--signature", "xs:[i65]"], 2, "E-011", "unknown type `i65`"),
        (["{tmp}/binary.py:f"], 2, "E-008", "is not UTF-8 at byte 1"),
        (["{tmp}/program.py:g"], 2, "E-054", "no function `g`"),
        (["{tmp}/program.py:f"], 2, "E-053", "program.py:1:7"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], status: int, code: str, message: str
) -> None:
    inputs = {"file": b"x", "binary.py": b"a\xff", "program.py": b"def f(x):\n    return x\n"}
    for name, content in inputs.items():
        (tmp_path / name).write_bytes(content)
    placed = [a.replace("{tmp}", str(tmp_path)) for a in arguments]
    default = [] if "-o" in placed else ["-o", str(tmp_path / "out")]
    assert run(["build", *placed, *default]) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert f"error[{code}]" in err
    assert message in err
    assert err.count("\n") == 1
    assert sorted(os.listdir(tmp_path)) == sorted(inputs)


def test_an_output_never_overwrites_its_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "twice.py"
    source.write_text("def twice(n: int) -> int:\n    return n + n\n")
    os.link(source, tmp_path / "twice.so")
    assert run(["build", f"{source}:twice", "--emit", "so", "-o", str(tmp_path)]) == 2
    assert "would overwrite your input" in capsys.readouterr().err
    assert "def twice" in source.read_text()

"""`siglum emit`: hex digits and assembly become files that run; what is no code leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from siglum.cli.frame import run

ANSWER = "b8 2a 00 00 00 c3 # mov eax, 42; ret\n"
HELLO = """
    mov eax, 1
    mov edi, 1
    lea rsi, [rip + text]
    mov edx, 3
    syscall
    mov eax, 60
    xor edi, edi
    syscall
text:
    .ascii "hi\\n"
"""


def test_hex_digits_become_a_program_whose_result_is_its_status(tmp_path: Path) -> None:
    (tmp_path / "answer.hex").write_text(ANSWER)
    assert run(["emit", str(tmp_path / "answer.hex"), "-o", str(tmp_path / "out")]) == 0
    assert os.listdir(tmp_path / "out") == ["answer"]
    assert subprocess.run([tmp_path / "out" / "answer"], check=False).returncode == 42


def test_assembly_becomes_a_program_and_its_system_calls_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hello.asm").write_text(HELLO)
    assert run(["emit", "--json", str(tmp_path / "hello.asm"), "-o", str(tmp_path)]) == 0
    (made,) = json.loads(capsys.readouterr().out)["outputs"]
    assert [call["name"] for call in made["system_calls"]] == ["write", "exit"]
    assert subprocess.run([made["path"]], check=True, capture_output=True).stdout == b"hi\n"


def test_objects_and_libraries_come_together(tmp_path: Path) -> None:
    import ctypes

    (tmp_path / "answer.hex").write_text(ANSWER)
    assert run(["emit", str(tmp_path / "answer.hex"), "--emit", "o,so", "-o", str(tmp_path)]) == 0
    assert sorted(os.listdir(tmp_path)) == ["answer.hex", "answer.o", "answer.so"]
    assert ctypes.CDLL(str(tmp_path / "answer.so")).answer() == 42


@pytest.mark.parametrize(
    ("name", "content", "options", "status", "code", "message"),
    [
        ("x.hex", "b82a00000", [], 2, "E-025", "odd number of digits (9)"),
        ("x.hex", "b82g", [], 2, "E-026", "'g' at offset 3"),
        ("x.hex", "", [], 2, "E-026", "empty code"),
        ("x.hex", "48b80102", [], 2, "E-027", "at 0x0 runs past the end (needs 6 more bytes)"),
        ("x.hex", "ebffc0c3", [], 5, "E-028", "0x0"),
        ("x.asm", "mov eax", [], 2, "E-031", "x.asm:1"),
        ("x.hex", "c3", ["--emit", "ex"], 2, "E-002", "did you mean exe?"),
        ("x.hex", "c3", ["--form", "hx"], 2, "E-002", "did you mean hex?"),
        ("x.bin", "c3", [], 2, "E-002", "the suffix"),
        ("x.hex", "c3", ["-o", "{tmp}/x.hex"], 2, "E-004", "is a file"),
        ("x", "c3", ["--form", "hex"], 2, "E-004", "would overwrite your input"),
    ],
)
def test_what_is_no_code_is_refused_and_leaves_nothing(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: str,
    options: list[str],
    status: int,
    code: str,
    message: str,
) -> None:
    (tmp_path / name).write_text(content)
    placed = [o.replace("{tmp}", str(tmp_path)) for o in options]
    default = [] if "-o" in placed else ["-o", str(tmp_path)]
    assert run(["emit", str(tmp_path / name), *placed, *default]) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert f"error[{code}]" in err
    assert message in err
    assert err.count("\n") == 1
    assert os.listdir(tmp_path) == [name]


def test_without_a_file_there_is_nothing_to_emit(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["emit"]) == 2
    assert "error[E-001]" in capsys.readouterr().err
    assert run(["emit", "missing.hex"]) == 2
    assert "error[E-042]" in capsys.readouterr().err

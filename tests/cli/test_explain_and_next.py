"""`siglum explain` names the word of each instruction; `siglum next` answers exactly what may follow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from siglum.cli.frame import run


def test_every_byte_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "--json", "sumsq xs:[i64] = xs filter even square sum"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert sum(len(row["code"]) // 2 for row in report["rows"]) == report["size"]
    assert {"square", "sum"} <= {row["word"] for row in report["rows"]}
    assert report["bytes"].startswith("proved (witness of")


def test_machine_code_is_listed_without_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.hex").write_text("b82a000000c3")
    assert run(["explain", str(tmp_path / "x.hex")]) == 0
    assert capsys.readouterr().out == "     0  b82a000000            mov eax, 0x2a\n     5  c3                    ret\n"


def test_an_elf_file_is_known_by_its_beginning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["build", "f x:i64 = x", "--emit", "exe,so", "-o", str(tmp_path)]) == 0
    capsys.readouterr()
    for name in ("f", "f.so"):
        assert run(["explain", str(tmp_path / name)]) == 0
        assert "push rbx" in capsys.readouterr().out


@pytest.mark.parametrize("missing", ["nofile.so", "./nofile", "nofile.txt"])
def test_a_phrase_that_looks_like_a_file_is_told_that_there_is_none(missing: str, capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("explain", "run", "build"):
        assert run([verb, missing]) == 2
        assert f"; no file is called {missing}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [([], "E-001"), ([""], "E-009"), (["squre", "--signature", "n:i64"], "E-010"), (["sum"], "E-009"), (["(" * 999], "E-015")],
)
def test_what_cannot_be_explained_is_refused(capsys: pytest.CaptureFixture[str], arguments: list[str], code: str) -> None:
    assert run(["explain", *arguments]) == 2
    assert f"error[{code}]" in capsys.readouterr().err


def test_what_may_follow_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["next", "--json", "xs filter", "--signature", "xs:[i64]"]) == 0
    following = json.loads(capsys.readouterr().out)["next"]
    assert {"even", "odd", "("} <= set(following)
    assert "sum" not in following
    assert run(["next", "f xs:[i64] = xs"]) == 0
    assert {"END", "filter", "sum"} <= set(capsys.readouterr().out.split())


@pytest.mark.parametrize(("arguments", "code"), [([], "E-001"), (["f s:str = s sqare"], "E-011"), (["\u202e"], "E-014")])
def test_a_beginning_without_an_end_is_refused(capsys: pytest.CaptureFixture[str], arguments: list[str], code: str) -> None:
    assert run(["next", *arguments]) == 2
    assert f"error[{code}]" in capsys.readouterr().err


def test_a_python_file_without_a_name_is_asked_for_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "two.py"
    file.write_text("def one(n: int) -> int:\n    return n\n\n\ndef two(n: int) -> int:\n    return n + n\n")
    assert run(["explain", str(file)]) == 2
    error = capsys.readouterr().err
    assert "E-001" in error
    assert "two.py:one" in error


@pytest.mark.parametrize(
    ("prefix", "offered"), [("xs fil", "`fil` there may stand `filter`"), ("xs filter evn", "`evn` there may stand `even`")]
)
def test_the_last_word_of_a_beginning_is_finished_or_corrected(
    prefix: str, offered: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["next", prefix, "--signature", "xs:[i64]"]) == 2
    assert f"; instead of {offered}\n" in capsys.readouterr().err

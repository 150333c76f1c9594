"""`siglum build` and `siglum propose` of functions of numbers: bit tricks from a Python reference or a formula, proved."""

from __future__ import annotations

import json
import subprocess
from os import getpid
from pathlib import Path
from typing import Any

import pytest

from siglum import proposing
from siglum.cli.frame import run
from siglum.propose.scalar import proposer

FUNCTIONS = """
from siglum import u32


def lowest_bit(x: u32) -> int:
    for k in range(32):
        if (x >> k) & 1 == 1:
            return 1 << k
    return 0


def odd_one(x: int) -> int:
    return 5 if x == 987654321987 else x


def hidden(x: int) -> int:
    return 5 if (x ^ 12345678) == 87654321 else x
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


def solvers() -> int:
    """How many processes of this one run a solver."""
    listed = subprocess.run(["ps", "-o", "args=", "--ppid", str(getpid())], capture_output=True, text=True, check=False).stdout
    return listed.count("siglum.smt.worker")


def test_a_loop_over_bits_becomes_a_bit_trick_that_is_proved(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    status, report = told(capsys, "build", "--ref", "given.py:lowest_bit", "--emit", "hex", "--prove")
    assert (status, report["phrase"]) == (0, "x bitand (0 - x)")
    assert report["candidates"][0]["origin"] == "scalar"
    assert report["verdict"]["meaning"]["kind"].startswith("proved")
    assert run(["verify", "phrase.cert.json"]) == 0
    assert solvers() == 0


def test_a_formula_may_be_the_reference(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    status, report = told(capsys, "build", "--ref", "(x & y) + ((x ^ y) >> 1)", "--emit", "hex", "--prove")
    assert (status, report["phrase"]) == (0, "x bitand y + x bitxor y shift -1")
    assert report["verdict"]["meaning"]["kind"] == "proved"
    certificate = json.loads((here / "phrase.cert.json").read_text())
    assert certificate["reference"]["text"] == "def reference(x: int, y: int) -> int:\n    return (x & y) + ((x ^ y) >> 1)\n"
    assert run(["verify", "phrase.cert.json"]) == 0


def test_a_formula_is_checked_as_a_reference(capsys: pytest.CaptureFixture[str]) -> None:
    status, report = told(capsys, "check", "x & (x - 1) == 0", "x ones <= 1", "--signature", "x:u32")
    assert (status, report["verdict"]["meaning"]["kind"]) == (0, "proved")


def test_a_property_that_leaves_one_result_is_enough_without_examples(capsys: pytest.CaptureFixture[str]) -> None:
    larger = "result >= x and result >= y and (result = x or result = y)"
    status, report = told(capsys, "propose", "--signature", "x:i64 y:i64 -> i64", "--property", larger)
    assert (status, [c["text"] for c in report["candidates"]]) == (4, ["x max y"])
    assert report["question"]["answers"][0]["programs"] == ["x max y"]
    assert run(["propose", "--signature", "x:i64", "--property", "result > x"]) == 2
    assert "E-092" in capsys.readouterr().err


def test_one_input_in_2_to_the_64_is_not_overlooked(capsys: pytest.CaptureFixture[str]) -> None:
    status, report = told(capsys, "build", "--ref", "given.py:odd_one", "--emit", "hex", "--prove")
    assert (status, report["verdict"]["meaning"]["kind"]) == (0, "proved")
    assert "987654321987" in report["phrase"]


def test_what_solvers_saw_counts_where_no_proof_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    _, report = told(capsys, "propose", "--ref", "given.py:hidden")
    assert report["candidates"][0]["text"] == "x = 87654321 bitxor 12345678 ? 5 : x"


def test_without_solvers_the_others_go_on_alone(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposer, "find_spec", lambda name: None)
    status, report = told(capsys, "propose", "--ref", "x & -x")
    assert status == 0
    assert {candidate["origin"] for candidate in report["candidates"]} == {"search"}


def test_a_miss_is_told_as_one_and_leaves_nothing_running(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    scalar = proposing.scalar()
    monkeypatch.setattr(proposing, "proposers", lambda progress=None, deadline=None: [proposing.Turn(scalar, lambda spec: True)])
    status, report = told(capsys, "propose", "--ref", "(x * x * x + 7 * x) % 1000003 ^ (x >> 3) * 77", "--timeout", "1")
    assert (status, report["code"]) == (4, "E-091")
    assert 0.5 < report["seconds"] < 4
    assert solvers() == 0

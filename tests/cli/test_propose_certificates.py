"""Certificates of programs that were found: the intent is checked again, and what is edited into it is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from siglum.cli.frame import run

INTENT = ["the largest three, largest first", "-e", "[5,1,9,7] -> [9,7,5]", "-e", "[2,8,3,1,4] -> [8,4,3]"]
Certificate = dict[str, Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a program that was found for an intent, and one that was found for a reference."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "ref.py").write_text("def gap(xs: list[int]) -> int:\n    n = 0\n    for x in xs:\n        n += x\n    return n\n")
    run(["build", *INTENT, "--emit", "hex", "--name", "three", "-o", str(folder)])
    assert run(["build", "--ref", f"{folder}/ref.py:gap", "--emit", "hex", "--name", "sum", "-o", str(folder)]) == 0
    return folder


@pytest.fixture
def here(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path in made.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def edited(name: str, change: Callable[[Certificate], None]) -> None:
    certificate = json.loads(Path(name).read_text())
    change(certificate)
    Path(name).write_text(json.dumps(certificate))


def test_an_intent_is_found_again_and_what_is_open_stays_open(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claimed = json.loads(Path("three.cert.json").read_text())["intent"]
    assert claimed["text"] == INTENT[0]
    assert claimed["examples"] == ["[5,1,9,7] -> [9,7,5]", "[2,8,3,1,4] -> [8,4,3]"]
    assert run(["verify", "three.cert.json", "--json"]) == (4 if claimed["alternatives"] else 0)
    verdict = json.loads(capsys.readouterr().out)["verdict"]
    assert verdict["intent"] == {
        "text": claimed["status"], "examples": 2, "alternatives": len(claimed["alternatives"]),
    }  # fmt: skip
    assert run(["verify", "three.cert.json", "--require", "proved"]) == 4


def test_a_settled_intent_is_enough_where_tests_are(here: Path) -> None:
    def settled(found: Certificate) -> None:
        found["intent"] |= {"alternatives": [], "status": "consistent with 2 examples, no likely alternative, not proved"}

    edited("three.cert.json", settled)
    assert run(["verify", "three.cert.json"]) == 0
    assert run(["verify", "three.cert.json", "--require", "proved"]) == 4


def test_a_program_found_for_a_reference_is_compared_with_it_again(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "ref.py").unlink()
    assert run(["verify", "sum.cert.json"]) == 0
    assert "meaning: tested (" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"examples": ["[5,1,9,7] -> [9,7,1]"]}, "`intent`: [5,1,9,7] gives [9,7,5], not [9,7,1]"),
        ({"examples": ["[5,1,9,7]"]}, "`intent.examples`: no `->` in the example"),
        ({"examples": ["7 -> 7"]}, "`intent.examples`: "),
        ({"examples": ["[ 5,1,9,7] -> [9,7,5]"]}, "`intent.examples` says"),
        ({"alternatives": ["xs sort"]}, "`intent`: [5,1,9,7] gives [1,5,7,9], not [9,7,5]"),
        ({"alternatives": ["xs sort revers"]}, "`intent`: unknown word `revers`"),
        ({"alternatives": []}, "`intent.status` says"),
        ({"status": "consistent with 9 examples, no likely alternative, not proved"}, "`intent.status` says"),
        ({"status": "", "examples": [], "alternatives": [], "text": ""}, "`not_claimed` says"),
        ({"status": ""}, "`not_claimed` says"),
    ],
)
def test_an_edited_intent_is_refused(here: Path, capsys: pytest.CaptureFixture[str], change: Certificate, said: str) -> None:
    alternatives = ["xs sort reverse take 3 unique", *(["xs sort reverse take 3 - 0"] if "alternatives" in change else [])]
    real = {"alternatives": alternatives, "status": f"consistent with 2 examples, {len(alternatives)} alternative"}
    real["status"] += "s, not proved" if len(alternatives) > 1 else ", not proved"
    edited("three.cert.json", lambda found: found["intent"].update({**real, **change}))
    assert run(["verify", "three.cert.json"]) == 1
    err = capsys.readouterr().err
    assert "error[E-083]: " in err
    assert said in err


def test_the_intent_of_a_python_function_is_itself(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["build", "ref.py:gap", "--emit", "hex"]) == 0
    assert json.loads(Path("gap.cert.json").read_text())["intent"]["status"] == ""
    edited("gap.cert.json", lambda found: found["intent"].update(status="consistent with 1 example", examples=["[1] -> 1"]))
    assert run(["verify", "gap.cert.json"]) == 1
    assert "`intent` is of a Python function" in capsys.readouterr().err


def test_a_certificate_without_its_intent_is_none(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edited("three.cert.json", lambda found: found.pop("intent"))
    assert run(["verify", "three.cert.json"]) == 2
    assert "E-080]: three.cert.json is no certificate: `intent` is missing" in capsys.readouterr().err

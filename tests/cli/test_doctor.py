"""`siglum doctor`: exit 0 where the main job works, 3 where it does not, with what to do about each finding."""

from __future__ import annotations

import json

import pytest

from siglum.cli.frame import run
from siglum.errors import EnvironmentFault
from siglum.measure import environment
from siglum.stencil import table


def test_a_machine_that_can_run_native_code_is_reported_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor"]) == 0
    out = capsys.readouterr().out
    assert out.endswith("the main job works\n")
    assert "stencils x86-64-v2" in out


def test_a_missing_table_is_a_failure_with_its_cure(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def missing(target: str) -> object:
        raise EnvironmentFault("cannot be read", fix="reinstall siglum", code="E-301")

    monkeypatch.setattr(table, "load", missing)
    assert run(["doctor", "--json"]) == 3
    report = json.loads(capsys.readouterr().out)
    assert not report["works"]
    failed = {c["name"]: c["fix"] for c in report["checks"] if c["core"] and not c["ok"]}
    assert failed == dict.fromkeys(("stencils x86-64-v2", "stencils x86-64-v3"), "reinstall siglum")


def test_missing_extras_do_not_make_the_core_fail(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(environment, "find_spec", lambda name: object() if name == "iced_x86" else None)
    assert run(["doctor"]) == 0
    assert "pip install 'siglum[numpy]'" in capsys.readouterr().out

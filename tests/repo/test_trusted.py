"""The list of trusted modules is complete, and what is measured is what it lists."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from tests.repo.imports import imports_of, modules
from tests.repo.trusted import PACKAGE, ROOT, OnlyTrusted, document, lists

WHOLE = ("check", "ir", "sandbox", "smt", "target/x86_64/semantics")
"""Folders of which every module is on one of the lists."""


def test_every_listed_module_exists_and_is_on_one_list() -> None:
    trusted, others = lists(document())
    assert [name for name in (*trusted, *others) if not (PACKAGE / name).is_file()] == []
    assert trusted.keys() & others.keys() == set()
    assert len(trusted) > 100


def test_every_module_of_the_trusted_folders_is_on_a_list() -> None:
    trusted, others = lists(document())
    found = [str(path.relative_to(PACKAGE)) for folder in WHOLE for path in sorted((PACKAGE / folder).rglob("*.py"))]
    silent = [name for name in found if Path(name).name == "__init__.py" and is_docstring_only(PACKAGE / name)]
    assert [name for name in found if name not in trusted and name not in others and name not in silent] == []


def is_docstring_only(path: Path) -> bool:
    return all(isinstance(node, ast.Expr) for node in ast.parse(path.read_text(encoding="utf-8")).body)


def test_what_a_trusted_module_imports_is_on_a_list() -> None:
    trusted, others = lists(document())
    known = modules(PACKAGE.parent)
    unlisted = []
    for name, path in known.items():
        if str(path.relative_to(PACKAGE)) in trusted:
            for found in imports_of(name, path, known, lenient=True):
                target = known.get(found.target)
                if target is not None and not found.typing:
                    listed = str(target.relative_to(PACKAGE))
                    if listed not in trusted and listed not in others and not is_docstring_only(target):
                        unlisted.append(f"{name}:{found.line} imports {found.target}")
    assert unlisted == []


def test_a_module_that_is_listed_twice_is_refused() -> None:
    row = "| `ir/node.py` | wrong nodes |\n"
    assert lists(row) == ({"ir/node.py": "wrong nodes"}, {})
    with pytest.raises(ValueError, match=r"listed twice: ir/node\.py"):
        lists(row + row)


def settings() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["coverage"]
    return found


def test_branches_of_the_trusted_modules_are_measured_and_of_no_others() -> None:
    assert settings()["run"] == {"branch": True, "plugins": ["tests.repo.trusted"]}
    config: dict[str, Any] = {}

    class Recorded:
        set_option = staticmethod(config.__setitem__)

    OnlyTrusted().configure(Recorded())  # type: ignore[arg-type]
    measured = {p for p in PACKAGE.rglob("*.py") if str(p) not in config["run:omit"]}
    assert config["run:source"] == [str(PACKAGE)]
    assert {str(p.relative_to(PACKAGE)) for p in measured} == set(lists(document())[0])


def test_an_exemption_from_measurement_says_why() -> None:
    trusted, _ = lists(document())
    lines = [
        f"{name}: {line.strip()}"
        for name in trusted
        for line in (PACKAGE / name).read_text(encoding="utf-8").splitlines()
        if "pragma: no" in line
    ]
    assert [line for line in lines if not line.partition("pragma: no ")[2].partition(" - ")[2]] == []
    assert len(lines) < 10


def test_a_branch_that_no_run_takes_fails_and_is_named_by_file_and_line(tmp_path: Path) -> None:
    report = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("[tool.coverage.report]")[2].partition("\n[")[0]
    (tmp_path / "settings.toml").write_text(f"[tool.coverage.run]\nbranch = true\n[tool.coverage.report]{report}\n")
    (tmp_path / "half.py").write_text("def sign(x):\n    if x < 0:\n        return -1\n    return 1\n\n\nsign(2)\n")
    command = [sys.executable, "-m", "coverage"]
    env = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    for verb in (["run", "--rcfile=settings.toml", "half.py"], ["report", "--rcfile=settings.toml"]):
        done = subprocess.run([*command, *verb], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert re.search(r"^half\.py .* 3$", done.stdout, re.MULTILINE), done.stdout

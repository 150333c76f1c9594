"""The fixture `equivalent`, in a pytest of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = """
import siglum


def doubled(x: siglum.u32) -> siglum.u32:
    return (x + x) % 4294967296


def test_right(equivalent):
    verdict = equivalent(doubled, bytes.fromhex("8d043fc3"))
    assert "proved" in str(verdict.bytes)


def test_wrong(equivalent):
    equivalent(doubled, bytes.fromhex("8d047fc3"))


def test_phrases(equivalent):
    equivalent("f xs:[i64] = xs filter even sum", "xs filter even sum", require="tested")


def test_no_code(equivalent):
    equivalent(doubled, b"")
"""


def pytest_run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "XDG_CACHE_HOME": str(folder / "cache")}
    options = ["-q", "-p", "siglum.pytest_plugin", "-p", "no:cacheprovider", "--rootdir", str(folder)]
    command = [sys.executable, "-m", "pytest", *options, *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_the_fixture_passes_or_fails_with_the_counterexample(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_code.py").write_text(TESTS)
    done = pytest_run(tmp_path, "test_code.py")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "2 failed, 2 passed" in done.stdout
    assert "the candidate is not shown to be doubled as uint32_t doubled(uint32_t x):" in done.stdout
    lines = [line.strip() for line in done.stdout.splitlines()]
    counterexample = next(line for line in lines if line.startswith("on "))
    value = int(counterexample.rpartition(" ")[2])
    assert f"expected {2 * value % 2**32}" in lines
    assert f"got      {3 * value % 2**32}" in lines
    assert "siglum: error[E-026]: empty code" in done.stdout
    assert "During handling" not in done.stdout


def test_a_test_that_does_not_ask_for_it_imports_no_part_of_siglum(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_plain.py").write_text(
        "import sys\n\n\ndef test_light():\n"
        "    loaded = {name for name in sys.modules if name.startswith('siglum')}\n"
        "    assert loaded == {'siglum', 'siglum.pytest_plugin'}\n"
    )
    done = pytest_run(tmp_path, "test_plain.py")
    assert done.returncode == 0, done.stdout


def test_without_the_extra_the_test_fails_and_names_it(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "conftest.py").write_text("from siglum import checking\n\nchecking.NEEDED = ('no_such_solver',)\n")
    (tmp_path / "test_code.py").write_text(TESTS)
    done = pytest_run(tmp_path, "test_code.py::test_right")
    assert done.returncode == 1
    assert "error[E-305]: checking needs no_such_solver; pip install 'siglum[check]'" in done.stdout


def test_it_is_an_entry_point_of_pytest() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {"siglum.pytest_plugin": "siglum.pytest_plugin"}

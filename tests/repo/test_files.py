"""What every file of the repository keeps to: length, docstrings, and saying nothing of where it was written."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAX_LINES = 700
# Character classes keep these patterns from finding themselves.
FORBIDDEN = {
    "a path of some machine": r"(?<![\w.])/(?:work|root|home/\w+|tmp/v0|tmp/brief)[/]",
    "unfinished work": r"\b(?:TO[D]O|FIX[M]E|X[X]X|NotImplemented[E]rror)\b",
    "a test that does not run": r"\bpytest[.](?:skip|importor[s]kip|xf[a]il)|mark[.](?:sk[i]p|xf[a]il)",
    "a star import": r"^\s*from \S+ import [*]$",
    "an issue number": r"\b[Ii]ssue [#]?\d",
}
TEXT_SUFFIXES = {".py", ".md", ".toml", ".sh", ".txt", ".c", ".h", ""}


def files() -> list[Path]:
    """The files under version control, and those about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in sorted(set(listed.split("\0")) - {""}) if (ROOT / name).is_file()]


def sources() -> list[Path]:
    return [path for path in files() if path.suffix == ".py"]


def test_no_source_file_is_longer_than_allowed() -> None:
    long = {str(p.relative_to(ROOT)): n for p in sources() if (n := len(p.read_text().splitlines())) > MAX_LINES}
    assert long == {}


def test_every_module_of_the_package_says_what_it_is() -> None:
    package = [p for p in sources() if p.is_relative_to(ROOT / "src") and p.stat().st_size]
    silent = [str(p.relative_to(ROOT)) for p in package if not ast.get_docstring(ast.parse(p.read_text()))]
    assert silent == []


def bare_excepts(text: str) -> list[int]:
    """The lines on which everything is caught without a name for it."""
    return [node.lineno for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ExceptHandler) and node.type is None]


def test_no_source_file_catches_what_it_does_not_name() -> None:
    found = [f"{p.relative_to(ROOT)}:{line}" for p in sources() for line in bare_excepts(p.read_text())]
    assert found == []


def test_a_handler_without_a_name_is_found_and_others_are_not() -> None:
    assert bare_excepts("try:\n    pass\nexcept :  # all\n    pass\n") == [3]
    assert bare_excepts("try:\n    pass\nexcept Exception:\n    pass\nx = 'except:'\n") == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what], re.MULTILINE)
    texts = [p for p in files() if p.suffix in TEXT_SUFFIXES]
    found = [f"{p.relative_to(ROOT)}: {m.group()!r}" for p in texts for m in pattern.finditer(p.read_text(errors="replace"))]
    assert found == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a path of some machine", "open('/ro" + "ot/x')"),
        ("unfinished work", "# TO" + "DO: later"),
        ("a test that does not run", "pytest.im" + "portorskip('numpy')"),
        ("a star import", "from siglum.ir im" + "port *"),
        ("an issue number", "see is" + "sue 2"),
    ],
)
def test_the_patterns_find_what_they_name(what: str, line: str) -> None:
    assert re.search(FORBIDDEN[what], line, re.MULTILINE)

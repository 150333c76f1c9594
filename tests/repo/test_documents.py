"""The documents' examples run: each `console` block is a session whose output is compared, each `python` block a program."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[tuple[str, str]]:
    """Place and text of every fenced block in `language`."""
    found = []
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        for match in BLOCK.finditer(text):
            if match.group(1) == language:
                found.append((f"{path.name}:{text.count(chr(10), 0, match.start()) + 1}", match.group(2)))
    return found


def environment(folder: Path) -> dict[str, str]:
    """`siglum` and `python` mean this interpreter and this source tree, whatever is installed."""
    tools = folder / "tools"
    tools.mkdir(parents=True)
    for name, command in (("siglum", "-m siglum"), ("python", "")):
        (tools / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {command} "$@"\n')
        (tools / name).chmod(0o755)
    own = {"PYTHONPATH": str(ROOT / "src"), "XDG_CACHE_HOME": str(folder / "cache")}
    return {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", **own}


def run_console(text: str, folder: Path) -> str:
    """Runs each line after `$ ` in one folder; gives the session as it came out, error lines included."""
    env = environment(folder)
    place = folder / "here"
    place.mkdir(parents=True)
    shown = []
    for line in text.splitlines():
        if line.startswith("$ "):
            done = subprocess.run(
                line[2:], shell=True, cwd=place, env=env, text=True, check=False, timeout=60,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
            shown.append(f"{line}\n{done.stdout}")
    return "".join(shown)


def pattern(text: str) -> str:
    """What the session must look like: `...` stands for the part of a line that may differ."""
    return re.escape(text).replace(r"\.\.\.", ".*")


@pytest.mark.parametrize(("place", "text"), blocks("console"), ids=lambda v: v if ":" in v[:40] else "")
def test_a_session_in_the_documents_comes_out_as_printed(place: str, text: str, tmp_path: Path) -> None:
    shown = run_console(text, tmp_path)
    assert re.fullmatch(pattern(text), shown), shown


@pytest.mark.parametrize(("place", "text"), blocks("python"), ids=lambda v: v if ":" in v[:40] else "")
def test_a_program_in_the_documents_runs(place: str, text: str, tmp_path: Path) -> None:
    program = tmp_path / "example.py"
    program.write_text(text)
    command = [sys.executable, str(program)]
    done = subprocess.run(command, cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_session_that_comes_out_otherwise_is_noticed(tmp_path: Path) -> None:
    shown = run_console("$ echo 21 stencils\n20 stencils\n", tmp_path)
    assert shown == "$ echo 21 stencils\n21 stencils\n"
    assert not re.fullmatch(pattern("$ echo 21 stencils\n20 stencils\n"), shown)
    assert re.fullmatch(pattern("$ echo 21 stencils\n... stencils\n"), shown)


def test_the_readme_shows_the_two_commands_first() -> None:
    first_screen = "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:40])
    assert "make demo" in first_screen
    assert "make test" in first_screen

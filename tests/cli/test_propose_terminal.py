"""Intents on a real terminal, a pseudo-terminal here: the line of the search, the question and its answer, Ctrl-C."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
ASKS = "as it is: "
LONGEST_S = 60


TAKES_THE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "siglum", *sys.argv[1:]])
"""


class Session:
    """A verb that runs on a terminal of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.seen = ""
        self.terminal, inside = pty.openpty()
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "NO_COLOR": "1", "TERM": "xterm"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", TAKES_THE_TERMINAL, *arguments],
            cwd=folder, env=environment, stdin=inside, stdout=inside, stderr=inside, start_new_session=True,
        )  # fmt: skip
        os.close(inside)

    def until(self, text: str) -> str:
        """Reads until `text` is seen, or to the end; what came since the last call."""
        before = len(self.seen)
        while text not in self.seen[before:] or not text:
            ready, _, _ = select.select([self.terminal], [], [], LONGEST_S)
            assert ready, self.seen
            try:
                data = os.read(self.terminal, 1 << 16)
            except OSError:
                break  # the other end is closed
            if not data:
                break
            self.seen += data.decode()
        return self.seen[before:]

    def type(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def end(self) -> tuple[int, str]:
        """The exit code, and the rest of what it says."""
        rest = self.until("")
        os.close(self.terminal)
        return self.process.wait(LONGEST_S), rest


def asked_about(talk: str) -> list[int] | None:
    """The list of the question in `talk`; None where nothing is asked."""
    found = re.search(r"What should the result be for xs = (\[.*\])\?", talk)
    return json.loads(found[1]) if found else None


INTENT = ("build", "-e", "[4,7] -> 7", "--property", "result in xs", "--emit", "hex", "--timeout", "1")


def test_answers_lead_to_what_was_meant(tmp_path: Path) -> None:
    session = Session(tmp_path, *INTENT)
    xs = asked_about(session.until(ASKS))
    assert xs is not None
    while xs is not None:
        session.type(f"={max(xs)}\n")
        xs = asked_about(session.until(ASKS))
    assert session.end()[0] == 0
    assert "phrase:  xs maximum\r\n" in session.seen
    assert (tmp_path / "phrase.hex").exists()


def test_enter_takes_the_first(tmp_path: Path) -> None:
    session = Session(tmp_path, *INTENT)
    first = re.search(r"  1  \S+ +(.*?)(?: \(\+\d+\))?\r\n", session.until(ASKS))
    assert first is not None
    session.type("\n")
    status, rest = session.end()
    assert status == 0
    assert f"phrase:  {first[1]}\r\n" in rest


def test_the_search_shows_a_line_and_ctrl_c_ends_it_at_once(tmp_path: Path) -> None:
    hard = ["-e", "[1,2,3,4,5,9] -> 77123", "-e", "[4,2,8,1] -> 3125", "-e", "[3,3] -> 11", "-e", "[8,8] -> 1"]
    session = Session(tmp_path, "build", *hard, "--timeout", "300")
    session.until(" candidates, ")
    start = time.monotonic()
    session.type("\x03")
    status, _ = session.end()
    assert time.monotonic() - start < 5
    assert status == 130
    assert session.seen.endswith("siglum: error[E-130]: interrupted\r\n")
    assert os.listdir(tmp_path) == []


def test_ctrl_c_at_the_question_writes_the_best_so_far(tmp_path: Path) -> None:
    session = Session(tmp_path, "build", "-e", "[4,7] -> 4", "--emit", "hex")
    session.until(ASKS)
    session.type("\x03")
    status, rest = session.end()
    assert status == 130
    assert "note:    interrupted: the best so far" in rest
    assert (tmp_path / "phrase.hex").exists()

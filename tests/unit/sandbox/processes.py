"""What the tests of this folder see of processes: which there are, and the one that waits for the next job."""

from __future__ import annotations

import os
import time
from pathlib import Path

from siglum.sandbox.run import Sandbox


def children(process: int) -> list[int]:
    """The children of a process, of all its threads."""
    found: list[int] = []
    try:
        for task in os.listdir(f"/proc/{process}/task"):
            found += map(int, Path(f"/proc/{process}/task/{task}/children").read_text().split())
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def runs(process: int) -> bool:
    """Whether a process exists and is no zombie."""
    return state_of(process) not in "ZX"


def state_of(process: int) -> str:
    """The letter of proc(5): S sleeps, Z is a zombie, X is gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"


def wait_until(condition: object, seconds: float = 60) -> bool:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def waiting(sandbox: Sandbox) -> int:
    """The child that waits for the next job."""
    server = sandbox._engine.server.pid
    assert wait_until(lambda: [state_of(child) for child in children(server)] == ["S"])
    return children(server)[0]

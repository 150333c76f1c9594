"""What child processes that run this interpreter are given. Imports the standard library only."""

from __future__ import annotations

import os
import sys


def environment() -> dict[str, str]:
    """This process's environment, with its module path: a child finds the same package, wherever that was found."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}

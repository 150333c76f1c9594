"""The command line: one file per verb, no logic of its own. A face: may import everything below, nothing imports it.

A verb's module is imported when the verb is used, so that each costs only what it needs.
"""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Runs the command line of this process and ends it with the verb's exit code."""
    from siglum.cli.frame import run

    sys.exit(run(sys.argv[1:]))

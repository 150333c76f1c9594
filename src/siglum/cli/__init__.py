"""The command line: one file per verb, no logic of its own. A face: may import everything below, nothing imports it.

A verb's module is imported when the verb is used, so that each costs only what it needs.
"""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Runs the command line of this process and ends it with the verb's exit code."""
    try:
        from siglum.cli.frame import run
    except ImportError as error:  # click, without which there is no frame to report it
        sys.stderr.write(f"siglum: error[E-300]: cannot load {error.name}; reinstall siglum\n")
        sys.exit(3)
    except KeyboardInterrupt:
        sys.stderr.write("siglum: error[E-130]: interrupted\n")
        sys.exit(130)
    sys.exit(run(sys.argv[1:]))

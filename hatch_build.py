"""Build hook: generates the stencil tables, the sandbox's runner and the search's evaluators in a child process and puts them in
the wheel.

Runs in the isolated build environment, where the package itself is not installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TABLES = Path("src/siglum/stencil/tables")
RUNNER = Path("src/siglum/sandbox/built")
EVALUATORS = Path("src/siglum/propose/search/built")
CHILD = """
import sys
from pathlib import Path
from siglum.stencil.fresh import is_fresh
tables, runner, evaluators_ = map(Path, sys.argv[1:])
if not is_fresh(tables):
    from siglum.stencil.generate import generate
    generate(tables)
from siglum.sandbox import built
if not built.is_fresh(runner):
    from siglum.sandbox.build import build
    build(runner)
from siglum import evaluators
if not evaluators.is_fresh(evaluators_):
    evaluators.generate(evaluators_)
"""


class StencilTables(BuildHookInterface):  # type: ignore[type-arg]
    """Writes what is generated before a wheel (or an editable install) is assembled; a source archive carries none of it."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Generates them unless those there already have the digest of their inputs.

        Raises RuntimeError with the child's output when generation fails.
        """
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        # LLVM errors end the process they happen in, hence a child, which build isolation reaches through the environment
        # (so not -I). It finds the sources by its working folder: pip's isolation drops from PYTHONPATH what an editable
        # install has put in place.
        child = subprocess.run(
            [sys.executable, "-c", CHILD, *(str(root / folder) for folder in (TABLES, RUNNER, EVALUATORS))],
            cwd=root / "src",
            env={**{k: v for k, v in os.environ.items() if k != "PYTHONSAFEPATH"}, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if child.returncode != 0:
            what = "generating tables, runner and evaluators failed"
            raise RuntimeError(f"{what} ({child.returncode}):\n{child.stdout}{child.stderr}")
        if not any((root / TABLES).glob("*.bin")):
            raise RuntimeError(f"stencil generation wrote no table to {TABLES}")
        if not any((root / RUNNER).glob("*.elf")):
            raise RuntimeError(f"no runner was written to {RUNNER}")
        if not any((root / EVALUATORS).glob("*.bin")):
            raise RuntimeError(f"no evaluators were written to {EVALUATORS}")
        build_data["pure_python"] = True

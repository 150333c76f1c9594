"""What is generated from the sources and not kept beside them: in a source tree a child process makes it anew.

Imports `siglum.children`, `siglum.errors` and the standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from siglum.children import environment
from siglum.errors import EnvironmentFault

PACKAGE: Final = Path(__file__).parent


def is_source_tree() -> bool:
    """Whether the package runs from a checkout, where its sources may be newer than what was made from them."""
    return (PACKAGE.parents[1] / "hatch_build.py").is_file()


def digest_of(paths: Iterable[Path]) -> bytes:
    """SHA-256 over the files' names and contents, in this order."""
    from hashlib import sha256

    digest = sha256()
    for path in paths:
        content = path.read_bytes()
        digest.update(f"{path.parent.name}/{path.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.digest()


def remake(module: str, folder: Path, what: str, *, older: str) -> None:
    """Runs `python -m module folder`, which writes `what`; `older` says of it that its sources have changed.

    Raises EnvironmentFault where llvmlite is missing or the child fails.
    """
    import importlib.util
    import subprocess
    import sys

    command = f"python -m {module} {folder}"
    if importlib.util.find_spec("llvmlite") is None:
        fix = f"pip install 'siglum[asm]', then {command}"
        raise EnvironmentFault(f"{older} and llvmlite is missing", fix=fix, code="E-301")
    child = subprocess.run(
        [sys.executable, "-m", module, str(folder)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if child.returncode != 0:
        last = (child.stderr.strip().splitlines() or ["no output"])[-1]
        raise EnvironmentFault(f"{what} could not be rebuilt: {last}", fix=f"run {command}", code="E-301")

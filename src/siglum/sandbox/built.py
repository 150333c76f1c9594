"""Where the built runner is; in a source tree it is rebuilt in a child process when its sources have changed.

Imports `siglum.errors`, the shared part of `siglum.stencil.fresh` and the standard library.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from siglum.errors import EnvironmentFault
from siglum.stencil.fresh import PACKAGE, is_source_tree

FOLDER: Final = PACKAGE / "sandbox" / "built"
RUNNER: Final = "runner"
DIGEST_AT: Final = slice(176, 208)
"""Where the file holds the digest of its sources, behind the program headers."""
TEXT_AT: Final = 256


def path_of(folder: Path = FOLDER) -> Path:
    """Where the runner is."""
    return folder / f"{RUNNER}.elf"


def source_digest() -> bytes:
    """SHA-256 over the names and contents of the files the runner is made from."""
    from hashlib import sha256

    here = PACKAGE / "sandbox"
    made_from = [*sorted(here.glob("*.s")), here / "layout.py", here / "build.py", PACKAGE / "stencil" / "compile.py"]
    digest = sha256()
    for path in made_from:
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.digest()


def is_fresh(folder: Path = FOLDER) -> bool:
    """Whether `folder` holds a runner made from the sources as they are."""
    try:
        return path_of(folder).read_bytes()[DIGEST_AT] == source_digest()
    except OSError:
        return False


def runner_bytes(folder: Path = FOLDER) -> bytes:
    """The runner, rebuilt first where a source tree has newer sources.

    Raises EnvironmentFault when it is missing, or stale and cannot be rebuilt.
    """
    if is_source_tree() and not is_fresh(folder):
        _rebuild(folder)
    try:
        return path_of(folder).read_bytes()
    except OSError as error:
        raise EnvironmentFault(f"the runner is missing: {error.strerror}", fix="reinstall siglum", code="E-301") from None


def _rebuild(folder: Path) -> None:
    import importlib.util
    import os
    import subprocess
    import sys

    command = f"python -m siglum.sandbox.build {folder}"
    if importlib.util.find_spec("llvmlite") is None:
        what = "the runner is older than its sources and llvmlite is missing"
        raise EnvironmentFault(what, fix=f"pip install 'siglum[asm]', then {command}", code="E-301")
    path = os.pathsep.join([str(PACKAGE.parent), *(entry for entry in sys.path if entry)])
    child = subprocess.run(
        [sys.executable, "-m", "siglum.sandbox.build", str(folder)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if child.returncode != 0:
        last = (child.stderr.strip().splitlines() or ["no output"])[-1]
        raise EnvironmentFault(f"the runner could not be rebuilt: {last}", fix=f"run {command}", code="E-301")

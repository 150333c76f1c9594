"""Where the tables are; notices stale ones in a source tree and rebuilds them in a child process.

Imports `siglum.errors` and the standard library only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from siglum.errors import EnvironmentFault

PACKAGE: Final = Path(__file__).parents[1]
TARGETS: Final = ("x86-64-v2", "x86-64-v3")
"""The CPU levels there are tables for."""
FOLDER: Final = PACKAGE / "stencil" / "tables"
_DIGEST_AT: Final = slice(8, 40)


def path_of(target: str, folder: Path = FOLDER) -> Path:
    """Where the table of `target` is."""
    return folder / f"{target}.bin"


def source_files() -> list[Path]:
    """The files the tables are made from and the contract they keep, in the order of the digest; all are there in a
    source tree. The LLVM version is written in one of them.
    """
    meanings = [PACKAGE / "ir" / name for name in ("types.py", "primitives.py", "machine.py")]
    return [PACKAGE.parents[1] / "docs" / "frame.md", *meanings, *sorted((PACKAGE / "stencil").glob("*.py"))]


def source_digest() -> bytes:
    """SHA-256 over the names and contents of `source_files`."""
    from hashlib import sha256

    digest = sha256()
    for path in source_files():
        content = path.read_bytes()
        digest.update(f"{path.parent.name}/{path.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.digest()


def is_source_tree() -> bool:
    """Whether the package runs from a checkout, where its sources may be newer than its tables."""
    return (PACKAGE.parents[1] / "hatch_build.py").is_file()


def ensure(folder: Path) -> None:
    """In a source tree: rebuild the tables in `folder` if their sources have changed. Elsewhere: nothing.

    Raises EnvironmentFault when they have changed and llvmlite is missing or generation fails.
    """
    if not is_source_tree() or is_fresh(folder):
        return
    import fcntl

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise EnvironmentFault(
            f"the stencil tables are older than their sources and {folder} cannot be written: {error.strerror}",
            fix="make the folder writable, or install siglum",
            code="E-301",
        ) from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of several processes that find them stale, one rebuilds
        if not is_fresh(folder):
            _rebuild(folder)


def is_fresh(folder: Path) -> bool:
    """Whether `folder` holds the tables of all targets, made from the sources as they are."""
    digest = source_digest()
    return all(_digest_of(path_of(target, folder)) == digest for target in TARGETS)


def _digest_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_DIGEST_AT.stop)[_DIGEST_AT]
    except OSError:
        return b""


def _rebuild(folder: Path) -> None:
    import importlib.util
    import os
    import subprocess
    import sys

    command = f"python -m siglum.stencil.generate {folder}"
    if importlib.util.find_spec("llvmlite") is None:
        raise EnvironmentFault(
            "the stencil tables are older than their sources and llvmlite is missing",
            fix=f"pip install 'siglum[asm]', then {command}",
            code="E-301",
        )
    path = os.pathsep.join([str(PACKAGE.parent), *(entry for entry in sys.path if entry)])
    child = subprocess.run(
        [sys.executable, "-m", "siglum.stencil.generate", str(folder)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if child.returncode != 0:
        last = (child.stderr.strip().splitlines() or ["no output"])[-1]
        raise EnvironmentFault(f"the stencil tables could not be rebuilt: {last}", fix=f"run {command}", code="E-301")

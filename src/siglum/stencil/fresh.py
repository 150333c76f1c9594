"""Where the tables are; notices stale ones in a source tree and rebuilds them in a child process.

Imports `siglum.errors`, `siglum.generated` and the standard library only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from siglum.errors import EnvironmentFault
from siglum.generated import PACKAGE, digest_of, is_source_tree, remake

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
    """What the tables are made from, as they name it."""
    return digest_of(source_files())


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
    older = "the stencil tables are older than their sources"
    remake("siglum.stencil.generate", folder, "the stencil tables", older=older)

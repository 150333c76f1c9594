"""Proofs kept on disk: which questions are unsatisfiable, by the answers of which solvers in which versions.

Imports the standard library only. A file that cannot be read or written costs time, never an answer.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

PACKAGES: Final = {"bitwuzla": "bitwuzla", "cvc5": "cvc5", "z3": "z3-solver"}
"""Each solver and the package it is in."""
SOLVERS: Final = frozenset(("bitwuzla", "z3", "cvc5", "cvc5-int"))
_FIRST: Final = "siglum proof 1"


def versions() -> dict[str, str]:
    """The installed version of each solver that is there."""
    found = {}
    for solver, package in PACKAGES.items():
        with contextlib.suppress(PackageNotFoundError):
            found[solver] = version(package)
    return found


def cache_folder() -> Path | None:
    """Where proofs are kept: in XDG_CACHE_HOME, else in the home, else in a folder for this user among temporary files; None
    where there is no place that only this user may write to.
    """
    named = os.environ.get("XDG_CACHE_HOME", "")
    if named and os.path.isabs(named):
        places = [Path(named) / "siglum"]
    else:
        places = []
        with contextlib.suppress(RuntimeError):
            home = Path.home()
            if home.is_absolute() and str(home) != "/":
                places.append(home / ".cache" / "siglum")
    places.append(Path(tempfile.gettempdir()) / f"siglum-{os.getuid()}")
    for place in places:
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            about = place.lstat()
        except OSError:
            continue
        mine = stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid() and not about.st_mode & 0o022
        if mine and os.access(place, os.W_OK | os.X_OK):
            return place
    return None


class DiskCache:
    """Answers by question and solver versions, a file for each. `tell` hears of damaged entries, one line each."""

    def __init__(self, folder: Path, tell: Callable[[str], None] | None = None) -> None:
        listed = ",".join(f"{name} {number}" for name, number in sorted(versions().items()))
        self.folder = folder / "proofs" / sha256(listed.encode()).hexdigest()[:16]
        self.tell = tell or (lambda line: None)

    def find(self, query: str) -> tuple[str, ...] | None:
        """The solvers that found `query` unsatisfiable, if that is known."""
        path = self._path(query)
        try:
            text = path.read_text(encoding="ascii")
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            self._damaged(path)
            return None
        head, _, digest = text.rstrip("\n").rpartition(" ")
        name, _, listed = head.removeprefix(_FIRST + " ").partition(" ")
        solvers = tuple(listed.split(","))
        whole = head.startswith(_FIRST + " ") and name == query and SOLVERS.issuperset(solvers)
        if not whole or digest != sha256(head.encode()).hexdigest():
            self._damaged(path)
            return None
        return solvers

    def keep(self, query: str, solvers: tuple[str, ...]) -> None:
        """Notes an answer; where it cannot be written it is forgotten."""
        path = self._path(query)
        head = f"{_FIRST} {query} {','.join(solvers)}"
        text = f"{head} {sha256(head.encode()).hexdigest()}\n"
        with contextlib.suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=path.parent)
            try:
                with open(descriptor, "w", encoding="ascii") as file:
                    file.write(text)
                os.replace(temporary, path)
            except BaseException:
                os.unlink(temporary)
                raise

    def _path(self, query: str) -> Path:
        return self.folder / query[:2] / query

    def _damaged(self, path: Path) -> None:
        """A damaged entry is removed, so that it is told of once."""
        self.tell(f"a damaged entry of the proof cache is ignored: {path}")
        with contextlib.suppress(OSError):
            path.unlink()


def disk_cache(tell: Callable[[str], None] | None = None) -> DiskCache | None:
    """The cache of this user, or None where there is no place for one."""
    folder = cache_folder()
    return DiskCache(folder, tell) if folder is not None else None

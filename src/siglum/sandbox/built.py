"""Where the built runner is; in a source tree it is rebuilt in a child process when its sources have changed.

Imports `siglum.errors`, `siglum.generated` and the standard library.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from siglum.errors import EnvironmentFault
from siglum.generated import PACKAGE, digest_of, is_source_tree, remake

FOLDER: Final = PACKAGE / "sandbox" / "built"
RUNNER: Final = "runner"
DIGEST_AT: Final = slice(176, 208)
"""Where the file holds the digest of its sources, behind the program headers."""
TEXT_AT: Final = 256


def path_of(folder: Path = FOLDER) -> Path:
    """Where the runner is."""
    return folder / f"{RUNNER}.elf"


def source_digest() -> bytes:
    """What the runner is made from, as it names it."""
    here = PACKAGE / "sandbox"
    made_with = [PACKAGE / "stencil" / "compile.py", PACKAGE / "target" / "x86_64" / "assembler.py"]
    return digest_of([*sorted(here.glob("*.s")), here / "layout.py", here / "build.py", *made_with])


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
        remake("siglum.sandbox.build", folder, "the runner", older="the runner is older than its sources")
    try:
        return path_of(folder).read_bytes()
    except OSError as error:
        raise EnvironmentFault(f"the runner is missing: {error.strerror}", fix="reinstall siglum", code="E-301") from None

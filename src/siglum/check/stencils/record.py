"""The record of the proofs of a table's stencils: a text file for each table, made by `make proofs`, read here.

A line of a family tells how many of its stencils are proved, in which models, by which solvers, and two digests: of the bytes
and holes of all its stencils in order, and of the questions asked. Imports `stencil` and the standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from siglum.stencil.families import FAMILIES, REGISTER_KINDS
from siglum.stencil.table import Hole, Stencil, Table

FOLDER: Final = Path(__file__).parents[1] / "stencil_proofs"
FIRST: Final = "siglum stencil proofs, version 1"
_NOT: Final = "not proved:"


class Line(NamedTuple):
    """A family's line. `models` and `solvers` are those of all its proved stencils; `stencils` is the digest of their bytes."""

    family: str
    proved: int
    total: int
    models: tuple[str, ...]
    solvers: tuple[str, ...]
    stencils: str
    queries: str

    def __str__(self) -> str:
        models, solvers = "+".join(self.models) or "-", "+".join(self.solvers) or "-"
        return f"{self.family} {self.proved}/{self.total} {models} {solvers} {self.stencils} {self.queries}"


class Record(NamedTuple):
    """What is recorded of one table: the `head` (name and value of each fact), the lines by family, and the stencils that are
    not proved with their reasons.
    """

    head: tuple[tuple[str, str], ...]
    lines: dict[str, Line]
    unproved: dict[tuple[str, tuple[int, ...]], str]

    def fact(self, name: str) -> str:
        """The first fact of this name, or ""."""
        return next((value for key, value in self.head if key == name), "")

    def proved(self, table: Table, family: str, registers: tuple[int, ...]) -> tuple[str, ...]:
        """The models in which this stencil of `table` is proved, none where it is not, or where the table's bytes are not those
        that were proved.
        """
        line = self.lines.get(family)
        if line is None or (family, registers) in self.unproved or family_digest(table, family) != line.stencils:
            return ()
        return line.models

    def text(self) -> str:
        """The file."""
        lines = [FIRST, *(f"{name}: {value}" for name, value in self.head), ""]
        lines += [str(line) for line in self.lines.values()]
        lines += [f"{_NOT} {family} {_comma(registers)} {reason}" for (family, registers), reason in self.unproved.items()]
        return "\n".join(lines) + "\n"


def _comma(registers: tuple[int, ...]) -> str:
    return ",".join(map(str, registers)) or "-"


def parse(text: str) -> Record:
    """A record's file. Raises ValueError."""
    first, *rest = text.splitlines()
    if first != FIRST:
        raise ValueError("not a record of stencil proofs")
    gap = rest.index("")
    head = tuple((name, value) for name, _, value in (line.partition(": ") for line in rest[:gap]))
    lines: dict[str, Line] = {}
    unproved: dict[tuple[str, tuple[int, ...]], str] = {}
    for line in rest[gap + 1 :]:
        if line.startswith(_NOT):
            family, registers, reason = line.removeprefix(_NOT).strip().split(" ", 2)
            unproved[family, () if registers == "-" else tuple(map(int, registers.split(",")))] = reason
            continue
        family, counts, models, solvers, stencils, queries = line.split(" ")
        proved, _, count = counts.partition("/")
        lines[family] = Line(family, int(proved), int(count), _plus(models), _plus(solvers), stencils, queries)
    return Record(head, lines, unproved)


def _plus(text: str) -> tuple[str, ...]:
    return () if text == "-" else tuple(text.split("+"))


def path_of(target: str, folder: Path = FOLDER) -> Path:
    return folder / f"{target}.txt"


@lru_cache(maxsize=4)
def read(target: str) -> Record | None:
    """The record of the table of `target`, or None where there is none."""
    try:
        return parse(path_of(target).read_text(encoding="utf-8"))
    except OSError:
        return None


def record_of(table: Table) -> Record | None:
    """The record of a table, or None where there is none that was made of it. Its stencils are still looked at one by one:
    see `Record.proved`.
    """
    found = read(table.target)
    return found if found is not None and found.fact("table") == table.digest else None


# Digests --------------------------------------------------------------------------------------------------------
def variants_of(family: str) -> Iterable[tuple[int, ...]]:
    """The registers of a family's stencils, in the order of the table."""
    width = sum(kind in REGISTER_KINDS for kind in FAMILIES[family].kinds)
    for number in range(8**width):
        yield tuple(number >> 3 * (width - 1 - k) & 7 for k in range(width))


@lru_cache(maxsize=4096)
def _shape(holes: tuple[Hole, ...], cold_holes: tuple[Hole, ...]) -> bytes:
    return repr(([tuple(h) for h in holes], [tuple(h) for h in cold_holes])).encode()


def stencil_digest(stencil: Stencil) -> bytes:
    """SHA-256 over a stencil's code and holes, of both parts."""
    head = f"{len(stencil.code)} {len(stencil.cold)} ".encode()
    return sha256(b"".join((head, stencil.code, stencil.cold, _shape(stencil.holes, stencil.cold_holes)))).digest()


@lru_cache(maxsize=2048)
def family_digest(table: Table, family: str) -> str:
    """SHA-256, in hex, over the digests of all stencils of a family, in order."""
    digests = (stencil_digest(table.stencil(family, registers)) for registers in variants_of(family))
    return sha256(b"".join(digests)).hexdigest()

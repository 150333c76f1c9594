"""Proves all stencils of a table and makes its record. Imports `smt`, `stencil` and the modules of `stencils` above only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Final

from siglum.check.contracts import ASSUMPTIONS
from siglum.check.stencils import lemmas
from siglum.check.stencils.prove import Ask, Proof, models, prove
from siglum.check.stencils.record import Line, Record, family_digest, stencil_digest, variants_of
from siglum.stencil.families import FAMILIES
from siglum.stencil.table import Table
from siglum.target.x86_64.semantics import record as cosimulation

_SEMANTICS: Final = Path(__file__).parents[2] / "target" / "x86_64" / "semantics"
_SOLVERS: Final = {"bitwuzla": "bitwuzla", "z3": "z3-solver", "cvc5": "cvc5"}
Known = dict[tuple[str, tuple[int, ...], bytes], Proof]
"""Proofs by family, registers and the stencil's digest: tables have most of their stencils in common."""


def prove_family(table: Table, family: str, ask: Ask, known: Known) -> dict[tuple[int, ...], Proof]:
    """A proof for each of a family's stencils."""
    found = {}
    chosen = models()
    for registers in variants_of(family):
        stencil = table.stencil(family, registers)
        key = (family, registers, stencil_digest(stencil))
        if key not in known:
            known[key] = prove(family, registers, stencil, ask, chosen)
        found[registers] = known[key]
    return found


def line_of(table: Table, family: str, proofs: dict[tuple[int, ...], Proof]) -> Line:
    """A family's line. The models are those that all its proved stencils have."""
    proved = [proof for proof in proofs.values() if proof.status == "proved"]
    shared = [name for name in (proved[0].models if proved else ()) if all(name in proof.models for proof in proved)]
    solvers = sorted({solver.partition("-")[0] for proof in proved for solver in proof.solvers})
    queries = sorted({query for proof in proved for query in proof.queries})
    digest = sha256("\n".join(queries).encode()).hexdigest()[:16]
    return Line(family, len(proved), len(proofs), tuple(shared), tuple(solvers), family_digest(table, family), digest)


def make_record(
    table: Table, ask: Ask, known: Known, *, families: Iterable[str] = FAMILIES, progress: Callable[[str], None] | None = None
) -> Record:
    """The record of a table, proved anew."""
    lines: dict[str, Line] = {}
    unproved: dict[tuple[str, tuple[int, ...]], str] = {}
    all_proofs: list[Proof] = []
    for family in families:
        proofs = prove_family(table, family, ask, known)
        lines[family] = line_of(table, family, proofs)
        all_proofs += proofs.values()
        for registers, proof in proofs.items():
            if proof.status != "proved":
                unproved[family, registers] = f"{proof.status}: {proof.reason}"
        if progress:
            progress(f"{table.target} {family} {lines[family].proved}/{lines[family].total}")
    return Record(_head(table, all_proofs), lines, unproved)


def _head(table: Table, proofs: list[Proof]) -> tuple[tuple[str, str], ...]:
    proved = [p for p in proofs if p.status == "proved"]
    both = sum(len(p.models) > 1 for p in proved)
    head = [
        ("target", table.target),
        ("table", table.digest),
        ("stencils", f"{len(proofs)}, of which proved {len(proved)}: {both} in two models, {len(proved) - both} in one"),
        ("answers", "two solvers for each question and for each step by which its terms came to their form"),
        ("solvers", ", ".join(f"{name} {_version(package)}" for name, package in _SOLVERS.items())),
        ("model own", f"{_sources_digest(sleigh=False)}, co-simulation {_cosimulation()}"),
        ("model sleigh", f"{_sources_digest(sleigh=True)}, pypcode {_version('pypcode')}"),
    ]
    head += [("lemma", f"{text}: {', '.join(lemmas.settled(script)) or 'not settled'}") for text, script in lemmas.LEMMAS.items()]
    return (*head, *(("assumed", text) for text in ASSUMPTIONS))


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "missing"


def _cosimulation() -> str:
    """The digest of the record that lets the own model know an instruction."""
    return sha256(cosimulation.PATH.read_bytes()).hexdigest() if cosimulation.PATH.exists() else "missing"


def _sources_digest(*, sleigh: bool) -> str:
    """SHA-256 over the sources of a model; of the own one all that are not of the other."""
    digest = sha256()
    for path in sorted(_SEMANTICS.iterdir()):
        if path.suffix in (".py", ".txt") and path != cosimulation.PATH and path.name.startswith(("sleigh", "pcode")) == sleigh:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()

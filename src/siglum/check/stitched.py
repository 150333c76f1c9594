"""From a followed witness to a proof: every stencil of the image keeps its contract, as the record of proofs says.

Imports `records`, `stencil` and `check.stencils.record`.
"""

from __future__ import annotations

from typing import Final

from siglum.check.stencils.record import record_of
from siglum.records import Finding, Followed, Image, Proof, Proved
from siglum.stencil.table import Table, registers_of

UNPROVED: Final = "stencils keep their contracts (unproved)"
FRAME: Final = "the frame and region contract holds"
CPU: Final = "the CPU works"
MODEL: Final = "the instruction models are the CPU (co-simulated form by form)"


def stitched(image: Image, table: Table, followed: Followed) -> tuple[Finding, tuple[str, ...]]:
    """The finding on the bytes of an image whose witness was followed, and what it rests on: proved where the record has all its
    stencils with these very bytes, else what was followed, with the families that are missing.
    """
    record = record_of(table)
    if record is None:
        return followed, (UNPROVED, FRAME, CPU)
    models: set[str] | None = None
    missing: set[str] = set()
    used = {(i.family, registers_of(i.family, i.operands)) for block in image.witness.blocks for i in block.instances}
    for family, registers in used:
        found = record.proved(table, family, registers)
        models = set(found) if models is None else models & set(found)
        if not found:
            missing.add(family)
    if missing or not models:
        return Followed(followed.instances, followed.blocks, tuple(sorted(missing))), (UNPROVED, FRAME, CPU)
    lines = [record.lines[family] for family in sorted({family for family, _ in used})]
    solvers = sorted({solver for line in lines for solver in line.solvers})
    method = f"witness of {followed.instances} stencils followed"
    proof = Proof(method, len(models), tuple(solvers), tuple(f"{line.family}:{line.queries}" for line in lines))
    assumed = tuple(value for name, value in record.head if name == "assumed")
    return Proved(proof), (*(assumed or (FRAME,)), MODEL, CPU)

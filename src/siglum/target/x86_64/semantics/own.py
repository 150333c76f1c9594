"""The own instruction model: `step` says what one instruction does, for forms whose meaning has been run beside the CPU.

Imports `smt` and `semantics`.
"""

from __future__ import annotations

from siglum.smt.terms import Term, Terms
from siglum.target.x86_64.semantics.decode import LONGEST, Decoded, decode
from siglum.target.x86_64.semantics.operation import NO_HOLES, Holes, Operation
from siglum.target.x86_64.semantics.record import passing_forms
from siglum.target.x86_64.semantics.state import State, Step, Unsupported


def step(terms: Terms, state: State, code: bytes, at: int, base: Term, holes: Holes = NO_HOLES) -> Step:
    """What the instruction at offset `at` of `code` does to `state`, which is changed in place; `base` is the address of
    offset 0, `holes` stand in fields instead of their bytes. Raises `Unsupported` for what is no known form, or has no passing
    co-simulation record.
    """
    try:
        decoded = decode(code[at : at + LONGEST])
    except Unsupported as unsupported:
        raise Unsupported(unsupported.what, at) from None
    if decoded.name not in passing_forms():
        raise Unsupported(f"{decoded.name} (no co-simulation record)", at)
    return execute(terms, state, decoded, at, base, holes)


def execute(terms: Terms, state: State, decoded: Decoded, at: int, base: Term, holes: Holes = NO_HOLES) -> Step:
    """The same for a decoded instruction, whatever its record."""
    found = Step(terms, state, at, decoded.length, base)
    decoded.form.meaning(Operation(found, decoded.operands, decoded.vex, decoded.form.aligned, decoded.name, holes))
    return found

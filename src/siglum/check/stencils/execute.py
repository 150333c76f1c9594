"""Runs a stencil's code as terms, path by path, from an offset to each way out.

Imports `smt`, `target.x86_64.semantics.state` and the modules of `stencils` above only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final, NamedTuple

from siglum.check.stencils.cells import Cells, Outside
from siglum.check.stencils.holes import Open, Ready
from siglum.smt.terms import Term, Terms
from siglum.target.x86_64.semantics.state import RAX, RCX, RDI, RDX, RSI, State, Step, Unsupported

SYSCALL: Final = b"\x0f\x05"
ARGUMENTS: Final = {0: (RDI, RSI, RDX), 1: (RDI, RSI, RDX), 2: (RDI, RSI, RDX), 3: (RDI,), 228: (RDI, RSI)}
"""System calls that stencils make, and where their arguments are."""
CLOCK_GETTIME: Final = 228
_R11: Final = 11
_MOST_STEPS: Final = 400

Model = Callable[[Terms, State, bytes, int, Term, Open], Step]


class Rejected(Exception):
    """The code does something that no contract has a place for: the text says what."""


class End(NamedTuple):
    """A way out, taken under `path`: `kind` as in `scene.Way`, or "loop" where the code comes to the offset `at` again."""

    path: Term
    kind: str
    state: State
    to: Term | None
    calls: tuple[tuple[Term, ...], ...]
    at: int


class Run(NamedTuple):
    """All ways out, and the conditions under which an instruction faults."""

    ends: list[End]
    faults: list[Term]


class _Path(NamedTuple):
    at: int
    path: Term
    state: State
    calls: tuple[tuple[Term, ...], ...]
    seen: frozenset[int]


def run(terms: Terms, ready: Ready, model: Model, base: Term, state: State, at: int = 0, heads: Collection[int] = ()) -> Run:
    """Runs from offset `at` in `state`, which is used up. Where the code comes to an offset of `heads`, or to one where it has
    been, the path ends there with "loop". Raises `Rejected` and the model's `Unsupported`.
    """
    ends: list[End] = []
    faults: list[Term] = []
    waiting = [_Path(at, terms.true, state, (), frozenset())]
    steps = 0
    while waiting:
        here = waiting.pop()
        steps += 1
        if steps > _MOST_STEPS:
            raise Rejected("too many paths")
        if here.at in here.seen or (here.at in heads and here.seen):
            ends.append(End(here.path, "loop", here.state, None, here.calls, here.at))
            continue
        kind = "next" if here.at == ready.end else ready.exits.get(here.at)
        if kind is not None:
            ends.append(End(here.path, kind, here.state, None, here.calls, here.at))
            continue
        if not (0 <= here.at < ready.end or here.at in ready.cold):
            raise Rejected(f"leaves its code for {here.at:#x}")
        try:
            waiting += _step(terms, ready, model, base, here, ends, faults)
        except Outside as outside:
            raise Rejected(str(outside)) from outside
    return Run(ends, faults)


def _step(terms: Terms, ready: Ready, model: Model, base: Term, here: _Path, ends: list[End], faults: list[Term]) -> list[_Path]:
    at, path, state, calls, seen = here
    seen |= {at}
    if ready.code.startswith(SYSCALL, at):
        return [_Path(at + 2, path, state, (*calls, kernel(terms, state, len(calls))), seen)]
    holes = Open(ready.fields)
    step = model(terms, state, ready.code, at, base, holes)
    faults += [path & fault.condition for fault in step.faults]
    ways = step.ways()
    if terms.any_of([way.condition for way in ways]) is not terms.true:
        raise Rejected("an instruction whose ways are not all")
    _all_used(ready, holes, at, step.following, {way.target for way in ways if way.kind in ("go", "call")})
    onward = []
    for k, way in enumerate(ways):
        taken = path & way.condition
        if taken is terms.false:
            continue
        memory = state.memory
        assert isinstance(memory, Cells)
        own = state if k == len(ways) - 1 else state.copy(memory.copy())
        if way.kind == "go":
            onward.append(_Path(way.target, taken, own, calls, seen))
        elif way.kind == "return" or (way.kind == "call" and ready.exits.get(way.target) == "call"):
            ends.append(End(taken, way.kind, own, way.to, calls, step.following))
        else:
            raise Rejected(f"a {way.kind} out of its code")
    return onward


def _all_used(ready: Ready, holes: Open, at: int, following: int, targets: set[int]) -> None:
    """Each field that the instruction overlaps lies in it, and decided an operand or where a jump leads."""
    for place, width in ready.widths.items():
        if place + width <= at or place >= following:
            continue
        whole = at < place and place + width <= following
        if place in ready.jumps:
            # a branch that is never taken has no way there
            used = ready.jumps[place] in targets or (_is_branch(ready.code[at:place]) and place + width == following)
        else:
            used = place in holes.used
        if not whole or not used:
            raise Rejected(f"the hole at {place:#x} is no operand")


def _is_branch(opcode: bytes) -> bool:
    """Whether these bytes before a 4-byte field make a jcc, jmp or call to it."""
    return opcode in (b"\xe8", b"\xe9") or (len(opcode) == 2 and opcode[0] == 0x0F and opcode[1] & 0xF0 == 0x80)


def kernel(terms: Terms, state: State, number: int) -> tuple[Term, ...]:
    """A system call, as it was asked. What it gives is named `kernel NUMBER`, for `clock_gettime` also the two words it
    writes; rcx and r11 hold anything afterwards. What `read` puts in its buffer is no part of the state here.
    """
    registers = state.registers
    which = registers[RAX]
    if not which.is_const or which.value not in ARGUMENTS:
        raise Rejected("a system call that no contract knows")
    asked = (which, *(registers[k] for k in ARGUMENTS[which.value]))
    if which.value == CLOCK_GETTIME:
        for k, name in enumerate(("seconds", "nanoseconds")):
            state.memory.store(registers[RSI] + 8 * k, terms.var(f"kernel {number} {name}", 64))
    registers[RAX] = terms.var(f"kernel {number}", 64)
    registers[RCX], registers[_R11] = terms.fresh("kernel", 64), terms.fresh("kernel", 64)
    return asked


__all__ = ["End", "Model", "Rejected", "Run", "Unsupported", "kernel", "run"]

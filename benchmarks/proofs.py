"""Stencils with one changed bit: what the prover says of each, and whether those it still proves do the same on the CPU.

`python -m benchmarks proofs [COUNT]`. A changed stencil must be refuted, rejected, unsupported, or mean the same; of those
still proved, each is listed beside its original with how many machine states gave the same results.
"""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

from tests.support.stencil_mutants import mutants

from benchmarks.report import keep
from siglum.check.stencils.prove import models, prove
from siglum.check.stencils.scene import CONTEXT, V_REGISTERS
from siglum.sandbox.job import Memory, State, StateOutcome
from siglum.sandbox.run import Sandbox
from siglum.smt.solve import Portfolio
from siglum.stencil.families import FAMILIES, Family
from siglum.stencil.table import Stencil, load
from siglum.target.x86_64.disasm import disassemble

TARGET = "x86-64-v3"
COUNT = 400
STATES = 400
SEED = 7
MEMORY = Memory(0x2000_0000_0000, 4096)
CONTEXT_AT, ARRAY_AT = 2048, 1024
STOPPED, TAKEN = 64, 80
"""Bytes behind the slot where the other exits lead: what is run there is a trap."""
NOT_RUN = ("entry", "leave", "ret", "stop", "call", "write", "read", "open", "close", "clock")


class Remembered:
    """Answers of this run."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[str, ...]] = {}

    def find(self, query: str) -> tuple[str, ...] | None:
        return self.known.get(query)

    def keep(self, query: str, solvers: tuple[str, ...]) -> None:
        self.known[query] = solvers


def main(arguments: list[str]) -> None:
    count = int(arguments[0]) if arguments else COUNT
    table = load(TARGET)
    found: Counter[str] = Counter()
    survivors = []
    with Portfolio(cache=Remembered()) as portfolio, Sandbox() as sandbox:
        for family, registers, stencil, mutant in mutants(table, SEED, count):
            proof = prove(family, registers, mutant, portfolio.ask, models())
            found[proof.status] += 1
            if proof.status == "proved":
                survivors.append((family, registers, run_alike(sandbox, family, stencil, mutant), listing(stencil, mutant)))
    lines = [f"{count} stencils of {TARGET} with one changed bit (seed {SEED})"]
    lines += [f"  {status:<12} {found[status]:>5}" for status in sorted(found)]
    lines += ["", "still proved, and how many of the states gave the same results on the CPU:"]
    for family, chosen, alike, text in survivors:
        lines.append(f"  {family} {','.join(map(str, chosen)) or '-':<6} {alike:<18} {text}")
    data: dict[str, Any] = {"count": count, "found": dict(found), "survivors": survivors}
    keep("proofs", "\n".join(lines), data)


def listing(stencil: Stencil, mutant: Stencil) -> str:
    """The first instruction that differs, before and after."""
    for one, other in ((stencil.code, mutant.code), (stencil.cold, mutant.cold)):
        for before, after in zip(disassemble(one), disassemble(other), strict=False):
            if before.code != after.code:
                return f"{before.code.hex()} {before.text}  ->  {after.code.hex()} {after.text}"
    return "alike"


# On the CPU -----------------------------------------------------------------------------------------------------
def run_alike(sandbox: Sandbox, family: str, stencil: Stencil, mutant: Stencil) -> str:
    """In how many random states both do the same to what the contract names."""
    if family in NOT_RUN:
        return "not run"
    random = Random(f"{family} {SEED}")
    operands = [random.randrange(2, 40, 2) if kind == "s" else random.choice((1, 8, 16, 24)) for kind in FAMILIES[family].kinds]
    states = [_state(random, FAMILIES[family], operands) for _ in range(STATES)]
    runs = [sandbox.states(_filled(one, operands), states, MEMORY) for one in (stencil, mutant)]
    same = sum(_seen(a) == _seen(b) for a, b in zip(*runs, strict=True))
    through = sum(not outcome.kind for outcome in runs[0])
    return f"{same}/{STATES} ({through} through)"


def _filled(stencil: Stencil, operands: list[int]) -> bytes:
    """The slot: a jump over the cold part, that, and the code."""
    start = 5 + len(stencil.cold)
    end = start + len(stencil.code)
    slot = bytearray(b"\xe9" + len(stencil.cold).to_bytes(4, "little") + stencil.cold + stencil.code)
    for base, holes in ((start, stencil.holes), (5, stencil.cold_holes)):
        for hole in holes:
            place = base + hole.offset
            target = {"k": end + STOPPED, "t": end + TAKEN, "o": 5, "n": end, "d": place + 4096}.get(hole.kind)
            if target is not None:
                value = target - place + hole.addend
            else:
                value = operands[hole.operand] * (8 if hole.kind == "s" else 1) + hole.addend
            value = value % 64 if hole.width == 1 else value
            slot[place : place + hole.width] = value.to_bytes(hole.width, "little", signed=True)
    return bytes(slot)


def _state(random: Random, family: Family, operands: list[int]) -> State:
    general = [_word(random) for _ in range(16)]
    memory = bytearray(random.randbytes(MEMORY.size))

    def put(at: int, value: int) -> None:
        memory[at : at + 8] = (value % 2**64).to_bytes(8, "little")

    for slot in range(1, 64):
        put(8 * slot, _word(random))
    put(0, MEMORY.address + CONTEXT_AT)
    put(CONTEXT_AT + CONTEXT["arena_next"], MEMORY.address + ARRAY_AT)
    put(CONTEXT_AT + CONTEXT["arena_end"], MEMORY.address + ARRAY_AT + 512)
    put(CONTEXT_AT + CONTEXT["fuel"], random.randrange(3))
    in_array = family.primitive in ("load", "store", "lanes_add8", "array", "view", "alloc", "reserve")
    if in_array:
        for kind, operand in zip(family.kinds, operands, strict=True):
            if kind == "s":
                put(8 * operand, MEMORY.address + ARRAY_AT)
                put(8 * operand + 8, random.randrange(9))
        for k, number in enumerate(V_REGISTERS):
            near = family.name.startswith(f"near{k}")
            general[number] = MEMORY.address + ARRAY_AT if near else random.randrange(8)
    general[12], general[4] = MEMORY.address, 0
    return State(tuple(general), random.randrange(1 << 12) & 0x8D5, random.randbytes(512), memory=bytes(memory))


def _word(random: Random) -> int:
    return random.choice((
        random.getrandbits(64), random.randrange(-3, 9), 1 << random.randrange(64), -(1 << random.randrange(64)),
        2**63 - random.randrange(3), int.from_bytes(random.randbytes(3), "little"),
    )) % 2**64  # fmt: skip


def _seen(outcome: StateOutcome) -> tuple[object, ...]:
    """What the contract names of a state: the exit, v and x registers, frame, stack pointer, memory."""
    state = outcome.state
    if outcome.kind and outcome.kind != "trap":
        return (outcome.kind,)
    general = [state.general[k] for k in (*V_REGISTERS, 12, 4)]
    floats = [state.vectors[32 * k : 32 * k + 8] for k in range(8)]
    return outcome.kind, outcome.offset, general, floats, state.memory


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])

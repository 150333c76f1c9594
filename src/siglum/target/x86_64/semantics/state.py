"""The machine state that instructions change, and one step of it. Both instruction models work on these.

Imports `smt.terms` only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from siglum.smt.terms import BOOL, Term, Terms

REGISTERS: Final = (
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
)  # fmt: skip
"""The general registers by number, as instructions encode them."""
RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI = range(8)
FLAGS: Final = ("cf", "pf", "af", "zf", "sf", "of", "df")
VECTOR_BITS: Final = 256


class Memory(Protocol):
    """What addresses hold. Multi-byte values are little-endian; sizes are in bytes, addresses have 64 bits."""

    def load(self, address: Term, size: int) -> Term:
        """The `8 * size` bits at `address`."""
        ...

    def store(self, address: Term, value: Term) -> None: ...


class State:
    """The registers (64 bits each), the vector registers (256 bits), the flags (truth values), MXCSR (32 bits) and memory."""

    __slots__ = ("flags", "memory", "mxcsr", "registers", "vectors")

    def __init__(self, registers: list[Term], vectors: list[Term], flags: dict[str, Term], mxcsr: Term, memory: Memory) -> None:
        self.registers, self.vectors, self.flags, self.mxcsr, self.memory = registers, vectors, flags, mxcsr, memory

    @classmethod
    def unknown(cls, terms: Terms, memory: Memory, suffix: str = "") -> State:
        """Every part a variable named after it."""
        return cls(
            [terms.var(name + suffix, 64) for name in REGISTERS],
            [terms.var(f"ymm{k}{suffix}", VECTOR_BITS) for k in range(16)],
            {name: terms.var(name + suffix, BOOL) for name in FLAGS},
            terms.var("mxcsr" + suffix, 32),
            memory,
        )

    def copy(self, memory: Memory) -> State:
        return State(list(self.registers), list(self.vectors), dict(self.flags), self.mxcsr, memory)


class Exit(NamedTuple):
    """One way on after an instruction, taken where `condition` holds. `kind` is "go" (`target` is an offset in the code),
    "call" (likewise; the return address is on the stack by then), "return" (to the address that is the term `to`) or "jump"
    (an indirect jump to `to`).
    """

    condition: Term
    kind: str
    target: int
    to: Term | None = None


class Fault(NamedTuple):
    """The instruction faults where `condition` holds: `kind` is "division" (#DE), "alignment" (#GP) or "undefined" (#UD)."""

    condition: Term
    kind: str


class Step:
    """What one instruction at offset `at` did to `state` (changed in place). Where no exit is given, the next instruction
    follows. `faults` hold before any change is visible.
    """

    __slots__ = ("at", "base", "exits", "faults", "length", "state", "terms")

    def __init__(self, terms: Terms, state: State, at: int, length: int, base: Term) -> None:
        self.terms, self.state, self.at, self.length, self.base = terms, state, at, length, base
        """`base` is the address of offset 0 of the code."""
        self.exits: list[Exit] = []
        self.faults: list[Fault] = []

    @property
    def following(self) -> int:
        """The offset of the next instruction."""
        return self.at + self.length

    def undefined(self, *flags: str) -> None:
        """These flags have any value from here on."""
        for name in flags:
            self.state.flags[name] = self.terms.fresh(name, BOOL)

    def fault(self, condition: Term, kind: str) -> None:
        if condition is not self.terms.false:
            self.faults.append(Fault(condition, kind))

    def ways(self) -> list[Exit]:
        """All ways on."""
        return self.exits or [Exit(self.terms.true, "go", self.following)]


class Unsupported(Exception):
    """A model has no meaning for an instruction: `what` names it."""

    def __init__(self, what: str, at: int) -> None:
        super().__init__(f"{what} at {at:#x}")
        self.what, self.at = what, at


Model = Callable[[Terms, State, bytes, int, Term], Step]
"""An instruction model: (terms, state, code, offset, address of offset 0) to what the instruction there does to the state.
Raises `Unsupported`.
"""

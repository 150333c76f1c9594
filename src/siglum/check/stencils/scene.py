"""The machine before a stencil, with the names of docs/frame.md, and what a contract says of the machine after it.

Imports `smt`, `stencil`, the machine state and `cells` only.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Final, NamedTuple

from siglum.check.stencils.cells import Cells, Stores, Window
from siglum.smt.machine import TermMachine
from siglum.smt.terms import BOOL, Term, Terms
from siglum.stencil.families import FAMILIES, REGISTER_KINDS
from siglum.stencil.table import Stencil
from siglum.target.x86_64.semantics.state import FLAGS, REGISTERS, State

V_REGISTERS: Final = (13, 14, 15, 7, 6, 8, 9, 11)
FRAME: Final = 12
RSP: Final = 4
"""Numbers of the general registers that are v0 .. v7, the frame register and the stack pointer."""
CONTEXT: Final = {"arena_next": 0, "arena_end": 8, "fuel": 16, "stop": 24, "saved_rsp": 32, "frame_end": 40}
SLOT_BITS: Final = 28
"""A slot of a frame or of a called block's frame is below 2^28 (`check.layout`), and 8 * slot fits a field of 4 bytes."""


def widen32(x: Term) -> Term:
    """The f64 equal to an f32."""
    return x.home.apply("cvtss2sd", 64, x)


def bits32(x: Term) -> Term:
    """The f32 nearest to an f64."""
    return x.home.apply("cvtsd2ss", 32, x)


class Meanings(TermMachine):
    """The primitives' machine, with an unsigned number's float as the code makes it."""

    def from_unsigned(self, x: Term) -> Term:
        """As a signed number where it is one; else twice its half, whose last bit stays one if it was (`lemmas`)."""
        half = self.from_signed(x >> 1 | x & 1)
        return x.slt(0).ite(self.fadd(half, half), self.from_signed(x))


class Way(NamedTuple):
    """One exit that the contract allows, under exactly `condition`. `kind` is "next", "taken", "stop", "call" or "return" (to
    the address `to`). `registers` names what changes (v0 .. v7, x0 .. x7, frame, rsp, or a scratch register by its machine
    name); the other v and x registers, frame and rsp stay, unless `loose` says that v and x may hold anything. `stores` are
    the memory's changes by region, `calls` the system calls made, in order.
    """

    kind: str
    condition: Term
    registers: Mapping[str, Term] = {}
    stores: Mapping[str, Stores] = {}
    to: Term | None = None
    loose: bool = False
    calls: tuple[tuple[Term, ...], ...] = ()


class Contract(NamedTuple):
    """Where all of `given` hold before, exactly one of `ways` is taken, and nothing outside `windows` is touched. `loop` names
    the invariant of a stencil that has a loop (see `loops`); `resumed` is the contract of the code behind a call, from the
    call's return on.
    """

    ways: tuple[Way, ...]
    given: tuple[Term, ...] = ()
    windows: tuple[Window, ...] = ()
    loop: str = ""
    resumed: Contract | None = None


class Scene:
    """One stencil's machine before it runs, everything unknown. Registers that are operands are named first, so that the
    variants of a family ask equal questions.
    """

    def __init__(self, family: str, registers: tuple[int, ...], stencil: Stencil, terms: Terms | None = None) -> None:
        self.terms = terms = Terms() if terms is None else terms
        self.family, self.stencil = FAMILIES[family], stencil
        given = iter(registers)
        kinds = self.family.kinds
        self.number = [next(given) if kind in REGISTER_KINDS else -1 for kind in kinds]
        for kind, number in zip(kinds, self.number, strict=True):
            if kind in REGISTER_KINDS:
                terms.var(f"{kind}{number}", 64)
        # the order in which registers are compared
        self.v_order = list(dict.fromkeys([*self._given("v"), *range(8)]))
        self.x_order = list(dict.fromkeys([*self._given("x"), *range(16)]))
        self.holes = [self._hole(k, kind) for k, kind in enumerate(kinds)]
        self.frame = terms.var("frame", 64)
        self.v = [terms.var(f"v{k}", 64) for k in range(8)]
        self.x = [terms.var(f"x{k}", 64) for k in range(8)]
        self.rsp = terms.var("rsp", 64)
        self.base = terms.var("code", 64)
        self.machine = Meanings(terms)
        self.memory = Cells(terms, ())

    def _given(self, kind: str) -> list[int]:
        return [number for letter, number in zip(self.family.kinds, self.number, strict=True) if letter == kind]

    def _hole(self, k: int, kind: str) -> Term | None:
        """What stands in the holes of operand `k`, as a 64-bit word: of a slot the offset from the frame."""
        terms = self.terms
        if kind == "s":
            return terms.var(f"slot{k}", SLOT_BITS).zext(64) << 3
        if kind in "izq":
            holes = [h for h in (*self.stencil.holes, *self.stencil.cold_holes) if h.operand == k]
            wide = bool(holes) and all(h.width == 8 for h in holes)
            return terms.var(f"number{k}", 64) if wide else terms.var(f"number{k}", 32).sext(64)
        return terms.var("data", 64) if kind == "d" else None

    def state(self) -> State:
        """The machine state of the scene, without memory windows."""
        terms = self.terms
        registers = [terms.var(name, 64) for name in REGISTERS]
        for k, number in enumerate(V_REGISTERS):
            registers[number] = self.v[k]
        registers[FRAME], registers[RSP] = self.frame, self.rsp
        low = [*self.x, *(terms.var(f"xmm{k}", 64) for k in range(8, 16))]
        vectors = [terms.concat(terms.var(f"upper{k}", 128), terms.var(f"high{k}", 64), low[k]) for k in range(16)]
        flags = {name: terms.var(name, BOOL) for name in FLAGS}
        return State(registers, vectors, flags, terms.var("mxcsr", 32), self.memory)

    # What contracts are written with --------------------------------------------------------------------------------
    def const(self, value: int) -> Term:
        return self.terms.const(value, 64)

    def hole(self, k: int) -> Term:
        found = self.holes[k]
        assert found is not None, (self.family.name, k)
        return found

    def slot(self, k: int, beyond: int = 0) -> Term:
        """The address of slot operand `k`, or of a slot `beyond` it."""
        return self.frame + self.hole(k) + 8 * beyond

    def at_slot(self, k: int, beyond: int = 0) -> Term:
        """What that slot holds."""
        return self.memory.cell("frame", self.slot(k, beyond))

    def value(self, k: int) -> Term:
        """What operand `k` is: a register's or a slot's content, or the number itself."""
        kind = self.family.kinds[k]
        if kind in REGISTER_KINDS:
            return (self.v if kind == "v" else self.x)[self.number[k]]
        return self.at_slot(k) if kind == "s" else self.hole(k)

    def name(self, k: int) -> str:
        """The register that is operand `k`."""
        return f"{self.family.kinds[k]}{self.number[k]}"

    @cached_property
    def context(self) -> Term:
        """The address of the context, from slot 0."""
        return self.memory.cell("frame", self.frame)

    def field(self, name: str) -> Term:
        """What a field of the context holds."""
        return self.memory.cell("context", self.context + CONTEXT[name])

    # Windows ------------------------------------------------------------------------------------------------------
    def slots(self, k: int, span: int = 1, *, writes: bool = False, beyond: int = 0) -> Window:
        return Window("frame", self.slot(k, beyond), 8 * span, 8, writes)

    def in_context(self, *names: str, writes: bool = False) -> tuple[Window, ...]:
        """Slot 0, and the fields of the context."""
        fields = tuple(Window("context", self.context + CONTEXT[name], 8, 8, writes) for name in names)
        return (Window("frame", self.frame, 8), *fields)

    def stack(self, low: int, high: int, *, top: Term | None = None) -> Window:
        """The machine stack from `low` to `high` bytes above `top` (rsp)."""
        return Window("stack", (self.rsp if top is None else top) + low, high - low, 8, writes=True)

    def bounds(self) -> tuple[Term, ...]:
        """What the frame contract says of the slots: none of them is slot 0."""
        kinds = self.family.kinds
        return tuple(self.terms.var(f"slot{k}", SLOT_BITS).isnt(0) for k in range(len(kinds)) if kinds[k] == "s")

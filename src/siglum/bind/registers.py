"""Where values live while a block is written: registers, slots, moves between them, labels.

A location is one integer: 0..7 are v registers, 8..15 x registers, 16 + k is slot k. Registers 0 and 8 (v0, x0) hold nothing
across labels: they are what reloads and parallel moves use. Imports `ir`, `records` and `bind.plan` only.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol

from siglum.bind.plan import BASE, BLOCK, HIGH, LENGTH, NEAR, Atom
from siglum.ir.node import Node
from siglum.records import DEAD, Location

if TYPE_CHECKING:
    from siglum.ir.function import Function

Emitted = tuple[str, tuple[int, ...], int]
"""Family, operands, origin."""
Move = tuple[int, Atom, int]
"""Target location, the atom moved, its location (-1: a constant)."""
Map = list[tuple[Atom, int]]
"""Live atoms and where they are."""
Path = tuple[tuple[Node, int], ...]
SLOT: Final = 16
LANES_SLOTS: Final = 8


class Restart(Exception):
    """A loop must be written again with more values kept in slots from its start."""

    def __init__(self, key: int) -> None:
        super().__init__(key)
        self.key = key


class OpenLoop:
    """A loop being written: `header` is where each value live at its top is."""

    __slots__ = ("header", "index", "key")

    def __init__(self, key: int, header: dict[Atom, int], index: Atom) -> None:
        self.key, self.header, self.index = key, header, index


class Sites(Protocol):
    """What a block asks of the image it is part of."""

    @property
    def words(self) -> dict[Node, int]: ...
    def site(self, kind: str, origin: int) -> int: ...
    def block_of(self, function: Function | None) -> int: ...
    def data(self, node: Node) -> int: ...


@cache
def location(loc: int) -> Location:
    """The record of a location."""
    if loc < 8:
        return Location("v", loc)
    return Location("x", loc - 8) if loc < SLOT else Location("s", loc - SLOT)


@cache
def alone(loc: int) -> tuple[Location, ...]:
    """Where a value of one component is."""
    return (location(loc),)


class Registers:
    """The state along the path being written. `journals` are the lists that only grow; a restart cuts them. `serves`
    is the origin of what is written now, or -1.
    """

    def __init__(self, image: Sites) -> None:
        self.image = image
        self.out: list[Emitted] = []
        self.labels: list[tuple[int, Path, int, Map]] = []
        self.regs: list[Atom | None] = [None] * 16
        self.live: dict[Atom, None] = {}
        self.next_slot = 1
        self.wanted = 0
        self.loops: list[OpenLoop] = []
        self.forced: dict[int, set[Atom]] = {}
        self.path: Path = ()
        self.serves = -1
        self.near: dict[int, Atom] = {}
        self.journals: list[list[Any]] = [self.out, self.labels, self.loops]

    # Taking registers ---------------------------------------------------------------------------------------
    def take(self, base: int, pos: int, hint: int, avoid: int) -> int:
        """A register of the class at `base` that holds nothing used after `pos`; `avoid` is a mask of registers."""
        regs = self.regs
        if base <= hint < base + 8 and not avoid >> hint & 1:
            held = regs[hint]
            if held is None or held.last <= pos:
                return hint
        wanted = self.wanted
        second = -1
        for r in range(base + 1, base + 8):
            held = regs[r]
            if (held is None or held.last <= pos) and not avoid >> r & 1:
                if not wanted >> r & 1:
                    return r
                if second < 0:
                    second = r
        return second if second >= 0 else self.evict(base, pos, avoid)

    def evict(self, base: int, pos: int, avoid: int) -> int:
        """Frees the register whose value is needed last, by moving it to a slot."""
        best, furthest = None, NOWHERE
        for r in range(base + 1, base + 8):
            held = self.regs[r]
            if held is not None and not avoid >> r & 1:
                need = next_use(held, pos)
                if need > furthest:
                    best, furthest = held, need
        assert best is not None, "an instruction needs more registers than there are"
        r = best.loc
        self.spill(best)
        return r

    def spill(self, a: Atom) -> None:
        """Moves a value from its register to a slot. One that a loop's label has in a register stays there only if the
        loop is written again with the value in a slot; indices are stored and brought back instead."""
        for loop in self.loops:
            if a in loop.header and a is not loop.index and loop.header[a] < SLOT:
                self.forced.setdefault(loop.key, set()).add(a)
                raise Restart(loop.key)
        r = a.loc
        a.loc = SLOT + self.slots(1)
        self.regs[r] = None
        self.move(a.loc, r, a)

    def slots(self, count: int) -> int:
        """Fresh slots; the first of `count`."""
        k = self.next_slot
        self.next_slot = k + count
        return k

    def temporary(self, base: int, pos: int, avoid: int) -> int:
        """A register for use within one step."""
        held = self.regs[base]
        if (held is None or held.last <= pos) and not avoid >> base & 1:
            return base
        return self.take(base, pos, -1, avoid)

    def put(self, a: Atom, r: int) -> None:
        """Says that `a` is now in register `r`."""
        self.regs[r] = a
        a.loc = r
        self.live[a] = None

    def clear(self, base: int, pos: int) -> None:
        """Makes v0 or x0 free of what is used after `pos`."""
        held = self.regs[base]
        if held is not None and held.last > pos:
            r = self.take(base, pos, held.hint, 1 << base)
            self.move(r, base, held)
            self.put(held, r)
        self.regs[base] = None

    # Moves --------------------------------------------------------------------------------------------------
    def move(self, to: int, at: int, a: Atom) -> None:
        """Writes `a`, which is at location `at` (-1: a constant), to location `to`."""
        if at == to:
            return
        out = self.out.append
        if at < 0:
            value = a.value
            if to < 8:
                out(("const.vi" if -0x80000000 <= value <= 0x7FFFFFFF else "const.vq", (to, value), self.serves))
            elif to < SLOT:
                out(("const.xq", (to - 8, value), self.serves))
            elif -0x80000000 <= value <= 0x7FFFFFFF:
                out(("const.si", (to - SLOT, value), self.serves))
            else:
                out(("const.vq", (0, value), self.serves))
                out(("st.sv", (to - SLOT, 0), self.serves))
        elif to < 8:
            out(("mov.vv", (to, at), self.serves) if at < 8 else ("ld.vs", (to, at - SLOT), self.serves))
        elif to < SLOT:
            out(("mov.xx", (to - 8, at - 8), self.serves) if at < SLOT else ("ld.xs", (to - 8, at - SLOT), self.serves))
        elif at < 8:
            out(("st.sv", (to - SLOT, at), self.serves))
        elif at < SLOT:
            out(("st.sx", (to - SLOT, at - 8), self.serves))
        else:
            out(("mov.ss", (to - SLOT, at - SLOT), self.serves))

    def parallel(self, moves: list[Move], v0_busy: bool = False) -> None:
        """Makes all moves at once. Cycles go through v0 or x0, or through a slot."""
        pending = []
        constants = []
        for to, a, at in moves:
            if at < 0:
                constants.append((to, a))
            elif to != at:
                if a.kind == BLOCK:
                    pending += [(to + k, a, at + k) for k in range(LANES_SLOTS)]
                else:
                    pending.append((to, a, at))
        while len(pending) > 1:
            sources = [at for _, _, at in pending]
            waiting = []
            for m in pending:
                if m[0] in sources:
                    waiting.append(m)
                else:
                    self.move(m[0], m[2], m[1])
                    sources.remove(m[2])
            if len(waiting) == len(pending):
                to, a, at = waiting[0]
                spare = 0 if at < 8 else 8 if at < SLOT else -1
                if spare < 0 or spare in sources or (spare == 0 and v0_busy):
                    spare = SLOT + self.slots(1)
                self.move(spare, at, a)
                waiting = [(t, b, spare if f == at else f) for t, b, f in waiting]
            pending = waiting
        for to, a, at in pending:
            self.move(to, at, a)
        for to, a in constants:
            if v0_busy and to >= SLOT and not -0x80000000 <= a.value <= 0x7FFFFFFF:
                spare = SLOT + self.slots(1)
                self.move(spare, 0, a)
                self.move(to, -1, a)
                self.move(0, spare, a)
            else:
                self.move(to, -1, a)

    def free(self, base: int, pos: int, avoid: int) -> list[int]:
        """The registers of a class outside `avoid` that hold nothing used after `pos`; not v0 or x0."""
        regs = self.regs
        return [r for r in range(base + 1, base + 8) if not avoid >> r & 1 and ((a := regs[r]) is None or a.last <= pos)]

    # States -------------------------------------------------------------------------------------------------
    def snapshot(self, pos: int) -> Map:
        """What is live after `pos`, and where."""
        return [(a, a.loc) for a in self.live if a.last > pos]

    def restore(self, state: Map) -> None:
        regs: list[Atom | None] = [None] * 16
        live: dict[Atom, None] = {}
        for a, loc in state:
            a.loc = loc
            live[a] = None
            if loc < SLOT:
                regs[loc] = a
        self.regs, self.live = regs, live

    def label(self, path: Path, done: int, state: Map) -> int:
        """A label at the next instance; gives its number."""
        self.labels.append((len(self.out), path, done, state))
        return len(self.labels) - 1

    def jump_to(self, at: int, label: int) -> None:
        """Aims the jump that is instance `at`."""
        family, operands, origin = self.out[at]
        self.out[at] = (family, (*operands[:-1], label), origin)


NOWHERE: Final = -(1 << 61)


def held(a: Atom) -> int:
    """The mask of the register `a` is in."""
    return 1 << a.loc if 0 <= a.loc < SLOT else 0


def next_use(a: Atom, pos: int) -> int:
    """The position of the first use after `pos`; the end of its life where that lies in a loop's next run."""
    for use in reversed(a.uses):
        if use > pos:
            return use
    return a.last


def values(state: Map) -> tuple[tuple[Node, tuple[Location, ...]], ...]:
    """A label's live values by node; a value in two places is there twice."""
    found: list[tuple[Node, tuple[Location, ...]]] = []
    several: dict[Node, list[Location]] = {}
    copies: Map = []
    for a, loc in state:
        if a.parts > 1:
            parts = several.get(a.node)
            if parts is None:
                parts = several[a.node] = [DEAD] * a.parts
            parts[a.part] = location(loc)
            if a.kind == BASE:
                parts[a.part + 1] = location(loc + 1)
        elif a.kind == NEAR:
            copies.append((a, loc))
        else:
            found.append((a.node, alone(loc)))
    for n, parts in several.items():
        found.append((n, tuple(parts)))
    for copy, loc in copies:
        for a, at in state:
            if at == copy.value and a.kind == BASE:
                parts = [DEAD] * a.parts
                parts[a.part] = location(loc)
                found.append((a.node, tuple(parts)))
    return tuple(found)


__all__ = [
    "BASE", "BLOCK", "HIGH", "LENGTH", "SLOT", "Emitted", "Map", "Move", "OpenLoop", "Path", "Registers", "Restart",
    "Sites", "held", "location", "next_use", "values",
]  # fmt: skip

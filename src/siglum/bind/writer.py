"""The block writer: a function's plan to the instances and labels of one block.

Imports `stencil.families` and the modules of `bind` above it.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from siglum.bind.branches import Branches
from siglum.bind.loops import Loops
from siglum.bind.plan import BASE, FLOAT, LENGTH, Plan, Step
from siglum.bind.registers import SLOT, Sites
from siglum.bind.straight import STRAIGHT, Straight
from siglum.stencil.families import FAMILIES

OUTGOING: Final = 1 << 20
"""Slots from here on are the callee's: OUTGOING + k stands for slot `frame size + k`, known when the block is written."""


class Writer(Loops):
    """Writes one block."""

    def __init__(self, image: Sites) -> None:
        super().__init__(image)
        self.outgoing: list[int] = []
        self.calls: list[int] = []
        self.journals += [self.outgoing, self.calls]

    def block(self, plan: Plan, *, entry: bool) -> int:
        """Writes the whole function; gives the frame's slots."""
        k = 1
        for atoms in plan.params:
            for a in atoms:
                a.loc = SLOT + k
                if a.uses:
                    self.live[a] = None
                k += 1
        self.next_slot = max(k, 1 + len(plan.result))
        if entry:
            self.out.append(("entry", (), self.serves))
        self.walk(plan.steps)
        self.parallel([(SLOT + 1 + j, a, a.loc) for j, a in enumerate(plan.result)])
        self.out.append(("leave" if entry else "ret", (), self.serves))
        frame = self.next_slot + (self.next_slot & 1)
        for at in self.outgoing:
            family, operands, origin = self.out[at]
            kinds = FAMILIES[family].kinds
            fixed = [o - OUTGOING + frame if k == "s" and o >= OUTGOING else o for k, o in zip(kinds, operands, strict=True)]
            self.out[at] = (family, tuple(fixed), origin)
        for at in self.calls:
            family, (block, _, site), origin = self.out[at]
            self.out[at] = (family, (block, 8 * frame, site), origin)
        return frame

    def call(self, step: Step) -> None:
        _, node, pos, outs, ins = step
        for a in [a for a in self.live if a.loc < SLOT and a.last > pos]:
            self.spill(a)
        given = [a for atoms in ins for a in atoms]
        first = len(self.out)
        for j, a in enumerate(given):
            self.move(SLOT + OUTGOING + 1 + j, a.loc, a)
        block = self.image.block_of(node.attr if node.op.name == "call" else None)
        self.out.append(("call", (block, OUTGOING, self.image.site("stack", node.origin)), self.serves))
        call = len(self.out) - 1
        self.regs = [None] * 16
        for j, a in enumerate(outs):
            at = SLOT + OUTGOING + 1 + j
            if a.kind == BASE:
                self.pair_of_slots(outs[j : j + 2])
                self.move(a.loc, at, a)
            elif a.kind == LENGTH:
                self.move(a.loc, at, a)
            elif a.uses:
                r = self.take(8 if a.kind == FLOAT else 0, pos, a.hint, 0)
                self.move(r, at, a)
                self.put(a, r)
        self.outgoing += [k for k in range(first, len(self.out)) if k != call]
        self.calls.append(call)

    handlers: ClassVar[dict[str, Any]] = {
        **STRAIGHT, "if": Branches.branch, "loop": Loops.loop, "call": call, "recur": call, "require": Straight.require,
    }  # fmt: skip

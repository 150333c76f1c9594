"""Branches: two ways to one label.

Every label has one map of live values; each way to it ends in a parallel move that makes the map true. So any choice of
locations is correct, and hints make the moves vanish. Imports the modules of `bind` above it.
"""

from __future__ import annotations

from typing import Any, ClassVar

from siglum.bind.plan import BASE, BLOCK, FLOAT, INT, LENGTH, Arm, Atom, Atoms, If
from siglum.bind.registers import LANES_SLOTS, SLOT, Map, Move
from siglum.bind.straight import Straight


class Branches(Straight):
    """Writes steps and `if`s. `handlers` are the methods by step."""

    handlers: ClassVar[dict[str, Any]] = {}

    def walk(self, steps: list[Any]) -> None:
        """Writes the steps of a region, which stand in reverse. Moves and jumps serve the word whose step needs them."""
        handlers, words, outer = self.handlers, self.image.words, self.serves
        for step in reversed(steps):
            node = step[1]
            serves = node.origin if node.origin >= 0 else words.get(node, -1)
            self.serves = serves if serves >= 0 else outer
            handlers[step[0]](self, step)
        self.serves = outer

    def branch(self, step: If) -> None:
        then, otherwise = step.arms
        self.clear(0, step.pos)
        self.clear(8, step.pos)
        swap = not then.steps and bool(otherwise.steps)
        first, second = (otherwise, then) if swap else (then, otherwise)
        node, path, end = step.node, self.path, step.end
        jump = self.jump(step.condition, swap, step.pos)
        start = self.snapshot(step.pos)
        outs, sources = step.outs, first.results

        self.path = (*path, (node, int(swap)))
        for out, a in zip(outs, sources, strict=True):
            if out.hint > 0:
                a.hint = out.hint
        saved = self.narrow_lives(start, then, otherwise) if first is then else []
        try:
            self.walk(first.steps)
        finally:
            for a, last in saved:
                a.last = last
        through = [(a, a.loc) for a, _ in start if a.last > end]
        results = self.settle(outs, first, through, end)
        self.parallel([(loc, a, a.loc) for _, a, loc in results])
        leave = len(self.out)
        self.out.append(("jmp", (-1,), self.serves))

        self.restore(start)
        self.path = (*path, (node, int(not swap)))
        labels = len(self.labels)
        label = self.label(self.path, 0, start)
        self.jump_to(jump, label)
        sources = second.results
        for k, _, loc in results:
            sources[k].hint = loc
        saved = self.narrow_lives(start, then, otherwise) if second is then else []
        try:
            self.walk(second.steps)
        finally:
            for a, last in saved:
                a.last = last
        moves: list[Move] = [(loc, a, a.loc) for a, loc in through]
        moves += [(loc, sources[k], sources[k].loc) for k, _, loc in results]
        self.parallel(moves)

        self.path = path
        merged = through + [(outs[k], loc) for k, _, loc in results]
        self.restore(merged)
        if len(self.out) == leave + 1:
            self.out.pop()
            del self.labels[labels:]
            self.jump_to(jump, self.label(path, step.done + 1, merged))
        else:
            self.jump_to(leave, self.label(path, step.done + 1, merged))

    def narrow_lives(self, start: Map, then: Arm, otherwise: Arm) -> list[tuple[Atom, int]]:
        """Ends, while the first arm is written, lives that go on in the second arm only. Gives what they were."""
        saved = []
        for a, _ in start:
            if otherwise.start <= a.last <= otherwise.end:
                saved.append((a, a.last))
                a.last = then.start - 1
                for use in a.uses:
                    if use <= then.end:
                        if use >= then.start:
                            a.last = max([use, *[end for start, end in then.loops if start < use <= end]]) if then.loops else use
                        break
        return saved

    def settle(self, outs: Atoms, arm: Arm, through: Map, end: int) -> list[tuple[int, Atom, int]]:
        """Where the used results of a branch shall be: (which of `outs`, its value in this arm, location)."""
        taken = 0b1_0000_0001
        slots = set()
        for _, loc in through:
            if loc < SLOT:
                taken |= 1 << loc
            else:
                slots.add(loc)
        sources = arm.results
        found: list[tuple[int, Atom, int]] = []
        for k, (out, a) in enumerate(zip(outs, sources, strict=True)):
            kind = out.kind
            if not out.uses and not (kind == BASE and outs[k + 1].uses) and not (kind == LENGTH and outs[k - 1].uses):
                continue
            if kind in (INT, FLOAT):
                base = 8 if kind == FLOAT else 0
                loc = out.hint
                if not (base < loc < base + 8 and not taken >> loc & 1):
                    loc = a.loc
                    if not (base < loc < base + 8 and a.last <= end and not taken >> loc & 1):
                        loc = self.unclaimed(base, taken, end)
                if loc < SLOT:
                    taken |= 1 << loc
            elif kind == BASE:
                length = sources[k + 1]
                ours = a.loc not in slots and a.loc + 1 == length.loc and a.last <= end and length.last <= end
                loc = a.loc if ours else SLOT + self.slots(2)
                slots.add(loc)
            elif kind == LENGTH:
                loc = found[-1][2] + 1
            else:
                ours = a.loc not in slots and a.loc >= 0 and a.last <= end
                loc = a.loc if ours else SLOT + self.slots(LANES_SLOTS if kind == BLOCK else 1)
                slots.add(loc)
            found.append((k, a, loc))
        return found

    def unclaimed(self, base: int, taken: int, end: int) -> int:
        """A register outside `taken`, best one free now and wanted by no loop; else a slot."""
        best = -1
        for r in range(base + 1, base + 8):
            if not taken >> r & 1:
                occupant = self.regs[r]
                if (occupant is None or occupant.last <= end) and not self.wanted >> r & 1:
                    return r
                best = r
        return best if best >= 0 else SLOT + self.slots(1)

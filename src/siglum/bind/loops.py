"""Loops: what is in registers while they run, rotated code, early ends.

A loop is a guard, its body, a latch. It is written again with more values in slots when registers run out inside.
Imports `stencil.families` and the modules of `bind` above it.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from siglum.bind.branches import Branches
from siglum.bind.plan import BASE, BLOCK, CONSTANT, FLOAT, INT, LENGTH, NEAR, Atom, Condition, If, Loop
from siglum.bind.registers import LANES_SLOTS, SLOT, Map, Move, OpenLoop, Restart, Sites, held
from siglum.bind.straight import fits32
from siglum.stencil.families import NEAR_REGISTERS

MOST_CARRIED: Final = 6
"""Registers of a class that carried values may take: the index needs one."""
KEPT_FREE: Final = 2
"""Registers of a class that promotion of slots before a loop leaves free."""


class Closing(NamedTuple):
    """What the ends of a loop's body need: where what lives through it is, where carried values go, the top's label; `exits`
    collects the jumps out. The index is the last of `kept`."""

    step: Loop
    times: Atom
    kept: Map
    places: list[int]
    top: int
    exits: list[int]


class Loops(Branches):
    """Writes loops. `tops` are the innermost ones as (first instance, last instance), `latch` the last latch written."""

    def __init__(self, image: Sites) -> None:
        super().__init__(image)
        self.tops: list[tuple[int, int]] = []
        self.latch = -1
        self.bounds: dict[int, Atom] = {}
        self.copies: dict[tuple[int, Atom], Atom] = {}
        self.journals.append(self.tops)

    def loop(self, step: Loop) -> None:
        sizes = list(map(len, self.journals))
        next_slot = self.next_slot
        wanted, path, near, serves = self.wanted, self.path, self.near, self.serves
        pos, end = step.pos, step.end
        before = [(a, a.loc) for a in self.live if a.last >= pos]
        while True:
            try:
                self.loop_once(step)
                return
            except Restart as again:
                if again.key != end:
                    raise
            for journal, size in zip(self.journals, sizes, strict=True):
                del journal[size:]
            self.next_slot, self.wanted, self.path, self.near, self.serves = next_slot, wanted, path, near, serves
            self.restore(before)

    def loop_once(self, step: Loop) -> None:
        _, node, pos, done, times, index, (starts, carried, nexts, afters), again, steps, end, _, _, _ = step
        wanted, path, outer_near, out = self.wanted, self.path, self.near, self.out
        self.near = {}
        self.clear(0, pos)
        self.clear(8, pos)
        places = self.enter(step)
        self.parallel([(loc, a, a.loc) for loc, a in zip(places, starts, strict=True)])
        for copy in self.near.values():
            self.move(copy.loc, copy.value, copy)
        at = index.loc
        through = [(a, a.loc) for a in self.live if a.last > pos and a is not index]
        out.append(("const.vi", (at, 0), self.serves))
        bound = self.bounds.get(end, times)
        if bound.loc < 0:
            bound = times
        guard = self.guard(bound, at)
        inside = [(a, loc) for a, loc in zip(carried, places, strict=True) if a.uses]
        header = [*through, *inside, (index, at)]
        self.restore(header)
        self.path = (*path, (node, 0))
        top = self.label(self.path, 0, header)
        self.loops.append(OpenLoop(end, dict(header), index))
        first, inner, self.latch = len(out), len(self.tops), -1
        for a, loc in zip(nexts, places, strict=True):
            if loc < SLOT:
                self.wanted |= 1 << loc
                a.hint = loc
        exits = [guard] if guard >= 0 else []
        self.close(Closing(step, bound, [*through, (index, at)], places, top, exits), steps, again, nexts, end)
        if len(self.tops) == inner:
            self.tops.append((first, max(self.latch, first)))
        if exits and exits[-1] == len(out) - 1:
            out.pop()
            exits.pop()
        self.loops.pop()
        self.wanted, self.path, self.near = wanted, path, outer_near
        after = [(a, loc) for a, loc in through if a.last > end]
        after += [(a, loc) for a, loc in zip(afters, places, strict=True) if a is not None]
        self.restore(after)
        exit_label = self.label(path, done + 1, after)
        for jump in exits:
            self.jump_to(jump, exit_label)

    def enter(self, step: Loop) -> list[int]:
        """Chooses, before a loop, where each carried component and the index live, and moves what lives through."""
        pos, end = step.pos, step.end
        forced = self.forced.get(end, ())
        if step.calls or forced:
            for a in [a for a in self.live if a.loc < SLOT and a.last > pos and (step.calls or a in forced)]:
                self.spill(a)
        places: list[int] = []
        starts, carried, _, _ = step.carried
        avoid = 0
        for k, (start, inner) in enumerate(zip(starts, carried, strict=True)):
            kind = inner.kind
            dies = start.last <= pos and start.loc >= 0
            if kind <= FLOAT:
                base = 8 if kind == FLOAT else 0
                loc = start.loc
                if step.calls or inner in forced or (avoid >> base & 0xFE).bit_count() >= MOST_CARRIED:
                    ours = loc >= SLOT and start.kind == kind and dies and loc not in places
                    loc = loc if ours else SLOT + self.slots(1)
                elif not (base < loc < base + 8 and dies and not avoid >> loc & 1):
                    rest = 0
                    for other in starts[k + 1 :]:
                        if other is not start:
                            rest |= held(other)
                    loc = self.carry_register(base, pos, avoid, rest)
            elif kind == LENGTH and k and carried[k - 1].node is inner.node and carried[k - 1].kind == BASE:
                loc = places[-1] + 1
            elif kind == LENGTH:
                loc = SLOT + self.slots(2) + 1
            elif kind == BASE:
                length = starts[k + 1] if k + 1 < len(carried) and carried[k + 1].node is inner.node else None
                whole = length is not None and length.last <= pos and length.loc == start.loc + 1
                loc = start.loc if whole and dies and start.loc not in places else SLOT + self.slots(2)
            else:
                ours = dies and start.loc not in places
                loc = start.loc if ours else SLOT + self.slots(LANES_SLOTS if kind == BLOCK else 1)
            if loc < SLOT:
                avoid |= 1 << loc
            places.append(loc)
        rest = 0
        for start in starts:
            if 0 <= start.loc < SLOT:
                rest |= 1 << start.loc
        self.put(step.counter, self.carry_register(0, pos, avoid, rest))
        avoid |= 1 << step.counter.loc
        if end in self.bounds:
            self.bounds[end].loc = -1
        if not step.calls:
            free = self.free(0, pos, avoid | rest)
            if step.near:
                self.keep_near(step, places, free, forced)
            self.promote(step, free, avoid | rest, forced)
        return places

    def keep_near(self, step: Loop, places: list[int], free: list[int], forced: Any) -> None:
        """Gives the bases of arrays that an innermost loop uses most one of the `free` registers each."""
        end, carried = step.end, step.carried.inside
        for base in step.near:
            if len(free) <= KEPT_FREE or free[-1] not in NEAR_REGISTERS:
                return
            if base in carried:
                loc = places[carried.index(base)]
            elif base.last >= end and base in self.live:
                loc = base.loc
            else:
                continue
            if loc < SLOT:
                continue
            copy = self.copies.get((end, base))
            if copy is None:
                copy = self.copies[end, base] = Atom(base.node, 0, 1, NEAR)
                copy.uses, copy.last = [end], end
            if copy in forced:
                continue
            copy.value = loc
            self.put(copy, free.pop())
            self.near[loc] = copy

    def carry_register(self, base: int, pos: int, avoid: int, rest: int) -> int:
        """A register for a carried value: not one that still holds another's start, if it can be."""
        for r in range(base + 1, base + 8):
            occupant = self.regs[r]
            if (occupant is None or occupant.last <= pos) and not (avoid | rest | self.wanted) >> r & 1:
                return r
        return self.take(base, pos, -1, avoid)

    def promote(self, step: Loop, free: list[int], avoid: int, forced: Any) -> None:
        """Brings slots that the outermost loop reads into registers, its float constants, and any loop's bound."""
        pos, end = step.pos, step.end
        outer = self.loops[-1].header if self.loops else {}
        for a in step.constants:
            a.loc = -1
        wanting = [a for a in self.live if a.loc >= SLOT and a.kind <= FLOAT and a.last >= end and a not in outer]
        wanting += step.constants
        if wanting:
            floats = self.free(8, pos, avoid)
            for a in wanting:
                registers = floats if a.kind == FLOAT else free
                if a in forced or len(registers) <= KEPT_FREE or not any(pos < use < end for use in a.uses):
                    continue
                r = registers.pop(0)
                self.move(r, a.loc, a)
                self.put(a, r)
        count = step.times
        if count.loc >= SLOT and len(free) > KEPT_FREE:
            bound = self.bounds.get(end)
            if bound is None:
                bound = self.bounds[end] = Atom(step.node.args[0], 0, 1, INT)
                bound.uses, bound.last = [end], end
            bound.loc = -1
            if bound not in forced:
                self.move(free[0], count.loc, count)
                self.put(bound, free[0])

    def guard(self, count: Atom, index: int) -> int:
        """Skips the loop where it does not run at all; -1 where it surely does."""
        if count.loc < 0 and count.value > 0:
            return -1
        if count.loc >= SLOT:
            self.out.append(("j.le.sv", (index, count.loc - SLOT, -1), self.serves))
        elif count.loc >= 0:
            self.out.append(("j.le.vi", (count.loc, 0, -1), self.serves))
        elif fits32(count):
            self.out.append(("j.le.iv", (index, count.value, -1), self.serves))
        else:
            self.out.append(("const.vq", (0, count.value), self.serves))
            self.out.append(("j.le.vi", (0, 0, -1), self.serves))
        return len(self.out) - 1

    def close(self, closing: Closing, steps: list[Any], again: Condition | None, nexts: list[Atom], pos: int) -> None:
        """Writes the last steps of a loop's body and its bottom. Where the last one is a branch that settles whether the loop
        goes on, each arm gets a bottom of its own.
        """
        tail = settles(steps, again)
        if tail is None:
            self.walk(steps)
            self.bottom(closing, again, nexts, pos)
            return
        assert again is not None
        self.walk(steps[1:])
        self.clear(0, tail.pos)
        self.clear(8, tail.pos)
        outs = tail.outs
        then, otherwise = tail.arms
        sources = then.results, otherwise.results
        decided = [gives[outs.index(again.a)] for gives in sources]
        swap = leaves(decided[0], again.sense) and not leaves(decided[1], again.sense)
        jump = self.jump(tail.condition, swap, tail.pos)
        start = self.snapshot(tail.pos)
        path = self.path
        for which in (1, 0) if swap else (0, 1):
            self.path = (*path, (tail.node, which))
            if which != int(swap):
                self.restore(start)
                labels = len(self.labels)
                self.jump_to(jump, self.label(self.path, 0, start))
                written = len(self.out)
            gives = sources[which]
            inside = [gives[outs.index(a)] if a in outs else a for a in nexts]
            for a, loc in zip(inside, closing.places, strict=True):
                a.hint = loc if loc < SLOT else a.hint
            arm = tail.arms[which]
            saved = self.narrow_lives(start, then, otherwise) if which == 0 else []
            try:
                self.close(closing, arm.steps, Condition("", decided[which], None, again.sense), inside, arm.end)
            finally:
                for a, last in saved:
                    a.last = last
        if len(self.out) == written + 1 and closing.exits[-1] == written:
            # the arm is but the jump out: the branch itself goes there
            self.out.pop()
            del self.labels[labels:]
            closing.exits[-1] = jump
        self.path = path

    def bottom(self, closing: Closing, again: Condition | None, nexts: list[Atom], pos: int) -> None:
        """The end of a loop's body: what the top or the exit wants where it wants it, the question whether to go on, the
        latch."""
        step, count, kept, places, top, exits = closing
        if again is not None and not again.name and leaves(again.a, again.sense):
            ending: list[Move] = [(loc, a, a.loc) for a, loc in kept if a.last > step.end]
            leaving = zip(step.carried.afters, nexts, places, strict=True)
            ending += [(loc, a, a.loc) for after, a, loc in leaving if after is not None]
            self.parallel(ending)
            exits.append(len(self.out))
            self.out.append(("jmp", (-1,), self.serves))
            return
        moves = [(loc, a, a.loc) for a, loc in kept if a.loc != loc]
        moves += [(loc, a, a.loc) for a, loc in zip(nexts, places, strict=True) if a.loc != loc]
        written = {to for to, _, _ in moves}
        stale = [copy for copy in self.near.values() if copy.value in written]
        if again is None or (not again.name and leaves(again.a, not again.sense)):
            self.parallel(moves)
        else:
            asked = [a for a in (again.a, again.b) if a is not None]
            if any(a.loc in written or a.loc == 0 for a in asked) or needs_two(again):
                self.truth(again, pos)
                # what the test was in need of may have moved
                wanted = [*kept, *zip(nexts, places, strict=True)]
                self.parallel([(loc, a, a.loc) for a, loc in wanted], v0_busy=True)
                exits.append(len(self.out))
                self.out.append(("j.false.v", (0, -1), self.serves))
            else:
                self.parallel(moves)
                for base in (0, 8):
                    self.regs[base] = None
                exits.append(self.jump(again, False, pos))
        for copy in stale:
            self.move(copy.loc, copy.value, copy)
        where = dict(kept)
        index, bound = kept[-1][1], where.get(count, count.loc)
        self.latch = len(self.out)
        if bound >= SLOT:
            self.out.append(("latch.vs", (index, bound - SLOT, top), self.serves))
        elif bound >= 0:
            self.out.append(("latch.vv", (index, bound, top), self.serves))
        elif fits32(count):
            self.out.append(("latch.vi", (index, count.value, top), self.serves))
        else:
            self.out.append(("const.vq", (0, count.value), self.serves))
            self.latch += 1
            self.out.append(("latch.vv", (index, 0, top), self.serves))
        exits.append(len(self.out))
        self.out.append(("jmp", (-1,), self.serves))

    def truth(self, again: Condition, pos: int) -> None:
        """Leaves in v0 whether the loop goes on."""
        name, a, b, sense = again
        self.clear(0, pos - 1)
        if b is None:
            self.move(0, a.loc, a)
        elif name[0] == "f":
            first = self.need(a, 8, pos - 1, held(b))
            second = first if a is b else self.need(b, 8, pos - 1, 1 << first)
            self.out.append((f"{name}.xx", (first - 8, second - 8), self.serves))
        else:
            # v0 := a, then compared in place; no other register changes
            self.move(0, a.loc, a)
            if 0 <= b.loc < 8:
                self.out.append((f"{name}.vv", (0, b.loc), self.serves))
            elif b.loc >= SLOT:
                self.out.append((f"{name}.vs", (0, b.loc - SLOT), self.serves))
            elif fits32(b):
                self.out.append((f"{name}.vi", (0, b.value), self.serves))
            else:
                other = self.take(0, pos - 1, -1, held(a) | 1)
                self.move(other, -1, b)
                self.out.append((f"{name}.vv", (0, other), self.serves))
        if not sense:
            self.out.append(("not.v", (0, 0), self.serves))


def leaves(a: Atom, sense: bool) -> bool:
    """Whether `a` is a constant other than `sense`: the loop ends here."""
    return a.kind == CONSTANT and bool(a.value) is not sense


def settles(steps: list[Any], again: Condition | None) -> If | None:
    """The branch that a loop's body, or an arm at its end, ends in, if an arm of it gives a constant for `again`."""
    if again is None or again.name or not steps or type(steps[0]) is not If:
        return None
    tail: If = steps[0]
    if again.a not in tail.outs:
        return None
    k = tail.outs.index(again.a)
    for arm in tail.arms:
        given = arm.results[k]
        if given.kind == CONSTANT or settles(arm.steps, Condition("", given, None, True)) is not None:
            return tail
    return None


def needs_two(condition: Condition) -> bool:
    """Whether a jump on the condition may take two temporaries, and so more than v0 or x0."""
    name, a, b, _ = condition
    if b is None:
        return False
    if name[0] == "f":
        return not 8 <= a.loc < SLOT and not 8 <= b.loc < SLOT
    return (a.loc < 0 and not fits32(a)) or (b.loc < 0 and not fits32(b))

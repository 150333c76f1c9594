"""Straight-line steps to stencil instances: selection and register assignment in one.

Imports `ir`, `stencil.families` and the modules of `bind` above it.
"""

from __future__ import annotations

from siglum.bind.plan import BASE, CONSTANT, FLOAT, INT, LENGTH, Atom, Condition, Require, Step
from siglum.bind.registers import LANES_SLOTS, SLOT, Registers, Sites, held
from siglum.bind.tables import BINARY, IDEMPOTENT, JUMPS, LOAD, NEAR_LOAD, NEAR_STORE, NEGATED, STORE, UNARY
from siglum.ir.types import element_size, is_scalar


def fits32(a: Atom) -> bool:
    """Whether a constant is an immediate of the stencils."""
    return a.loc < 0 and -0x80000000 <= a.value <= 0x7FFFFFFF


class Straight(Registers):
    """Writes steps without regions. Steps' methods take the step and append to `out`. `stop_jumps` are the jumps
    that go to a stop's stub, with its site.
    """

    def __init__(self, image: Sites) -> None:
        super().__init__(image)
        self.stop_jumps: list[tuple[int, int]] = []
        self.journals.append(self.stop_jumps)

    def need(self, a: Atom, base: int, pos: int, avoid: int) -> int:
        """A register that holds `a` for this step: its own, or a temporary outside the mask `avoid`."""
        loc = a.loc
        if base <= loc < base + 8:
            return loc
        r = self.temporary(base, pos, avoid)
        self.move(r, a.loc, a)
        return r

    def target(self, a: Atom, base: int, pos: int, avoid: int = 0) -> int:
        """A register for the result `a`."""
        if a.hint == base and a.last > pos and self.is_free(base, pos) and not avoid >> base & 1:
            return base
        return self.take(base, pos, a.hint, avoid)

    def is_free(self, r: int, pos: int) -> bool:
        found = self.regs[r]
        return found is None or found.last <= pos

    # Arithmetic ---------------------------------------------------------------------------------------------
    def binary(self, step: Step) -> None:
        name, node, pos, (d,), ((x,), (y,)) = step
        vv, vs, vi, iv, commutes, stops, base = BINARY[name]
        if commutes:
            if x.loc < 0:
                x, y = y, x
            elif y.loc >= 0 and x is not y:
                y_dies = y.last <= pos and y.loc < SLOT
                if y_dies and (not (x.last <= pos and x.loc < SLOT) or d.hint == y.loc):
                    x, y = y, x
        elif iv and y.loc >= 0 and fits32(x):
            x, y, vi = y, x, iv
        r = self.two_address(d, x, y, base, pos)
        at = y.loc
        if at < 0 and vi and -0x80000000 <= y.value <= 0x7FFFFFFF:
            family, operand = vi, y.value
        elif at >= SLOT:
            family, operand = vs, at - SLOT
        else:
            family, operand = vv, (at if base <= at < base + 8 else self.need(y, base, pos, 1 << r)) - base
            if operand == r - base and name in IDEMPOTENT:
                # in place they are no code at all, and a label could not tell before from after
                spare = self.temporary(base, pos, 1 << r)
                self.move(spare, r, x)
                operand = spare - base
        operands = (r - base, operand, self.image.site(node.stop, node.origin)) if stops else (r - base, operand)
        self.out.append((family, operands, self.serves))
        self.put(d, r)

    def two_address(self, d: Atom, x: Atom, y: Atom, base: int, pos: int) -> int:
        """The register of `d`, holding `x` already; `y`'s register stays as it is."""
        avoid = held(y) if y is not x else 0
        r = x.loc
        if base < r < base + 8 and x.last <= pos and not avoid >> r & 1:
            hint = d.hint
            if base < hint < base + 8 and hint != r and not avoid >> hint & 1 and self.is_free(hint, pos):
                self.move(hint, r, x)
                return hint
            return r
        if x is y and r < SLOT:
            # x op x into another register: the move must not free x before it is read
            avoid |= held(x) if x.last > pos else 0
        r = self.target(d, base, pos, avoid)
        if r != x.loc:
            self.move(r, x.loc, x)
        return r

    def unary(self, step: Step) -> None:
        name, node, pos, (d,), ((x,),) = step
        family, target, source, stops = UNARY[name]
        at = self.need(x, source, pos, 0) - source
        r = self.target(d, target, pos)
        operands = (r - target, at, self.image.site(node.stop, node.origin)) if stops else (r - target, at)
        self.out.append((family, operands, self.serves))
        self.put(d, r)

    def narrow(self, step: Step) -> None:
        _, node, pos, (d,), ((x,),) = step
        source = self.need(x, 0, pos, 0)
        r = self.target(d, 0, pos)
        self.out.append((f"narrow.{node.attr}", (r, source, self.image.site(node.stop, node.origin)), self.serves))
        self.put(d, r)

    def float_compare(self, step: Step) -> None:
        name, _, pos, (d,), ((x,), (y,)) = step
        self.clear(0, pos)
        first = self.need(x, 8, pos, held(y))
        second = self.need(y, 8, pos, 1 << first)
        self.out.append((f"{name}.xx", (first - 8, second - 8), self.serves))
        self.from_v0(d, pos)

    def from_v0(self, d: Atom, pos: int) -> None:
        """Gives the result that a stencil left in v0 its place."""
        if d.hint == 0:
            self.put(d, 0)
            return
        if d.last > pos:
            r = self.take(0, pos, d.hint, 1)
            self.move(r, 0, d)
            self.put(d, r)

    def select(self, step: Step) -> None:
        _, _, pos, (d,), ((c,), (x,), (y,)) = step
        base = 8 if d.kind == FLOAT else 0
        if c.loc != 0:
            self.clear(0, pos - 1)
            self.move(0, c.loc, c)
        avoid = held(y) | 1
        r = x.loc
        if not (base < r < base + 8 and x.last <= pos and not avoid >> r & 1):
            r = self.take(base, pos, d.hint, avoid | (held(x) if x.last > pos else 0))
            self.move(r, x.loc, x)
        other = y.loc if base <= y.loc < base + 8 else self.need(y, base, pos, 1 << r | 1)
        self.out.append(("select.xx" if base else "select.vv", (r - base, other - base), self.serves))
        self.put(d, r)

    # Arrays -------------------------------------------------------------------------------------------------
    def pair_of_slots(self, outs: tuple[Atom, ...]) -> int:
        """Fresh slots for an array's base and length."""
        k = self.slots(2)
        for j, a in enumerate(outs):
            a.loc = SLOT + k + j
            self.live[a] = None
        return k

    def near_register(self, base: Atom) -> int:
        """The register that holds a copy of an array's base, or -1."""
        copy = self.near.get(base.loc)
        return copy.loc if copy is not None and self.regs[copy.loc] is copy else -1

    def load(self, step: Step) -> None:
        _, node, pos, outs, (array, (index,)) = step
        element = node.args[0].type.element
        at = self.need(index, 0, pos, 0)
        base_slot = array[0].loc - SLOT
        if is_scalar(element):
            d = outs[0]
            base = 8 if d.kind == FLOAT else 0
            near = self.near_register(array[0]) if element in NEAR_LOAD else -1
            r = self.target(d, base, pos)
            if near >= 0:
                self.out.append((NEAR_LOAD[element][near], (r - base, at), self.serves))
            else:
                self.out.append((LOAD[element], (r - base, base_slot, at), self.serves))
            self.put(d, r)
            return
        stride = element_size(element)
        for k, d in enumerate(outs):
            if d.kind == BASE:
                pair = self.pair_of_slots(outs[k : k + 2])
                self.out.append(("cell.load.s", (pair, base_slot, at, stride, 8 * k), self.serves))
            elif d.kind == LENGTH:
                self.out.append(("cell.load.s", (d.loc - SLOT, base_slot, at, stride, 8 * k), self.serves))
            elif d.uses:
                base = 8 if d.kind == FLOAT else 0
                r = self.take(base, pos, d.hint, 1 << at)
                family = "cell.load.x" if base else "cell.load.v"
                self.out.append((family, (r - base, base_slot, at, stride, 8 * k), self.serves))
                self.put(d, r)

    def store(self, step: Step) -> None:
        _, node, pos, outs, (array, index, value) = step
        element = node.args[0].type.element
        base_slot = array[0].loc - SLOT
        scalar = is_scalar(element)
        avoid = 0
        for a in value:
            avoid |= held(a)
        at = self.need(index[0], 0, pos, avoid)
        for k, a in enumerate(value):
            stride = element_size(element)
            base = 8 if a.kind == FLOAT or (a.kind == CONSTANT and a.node.type.kind in ("f64", "f32")) else 0
            if scalar:
                r = self.need(a, base, pos, 1 << at)
                near = self.near_register(array[0]) if element in NEAR_STORE else -1
                if near >= 0:
                    self.out.append((NEAR_STORE[element][near], (at, r - base), self.serves))
                else:
                    self.out.append((STORE[element], (base_slot, at, r - base), self.serves))
            elif a.loc >= SLOT:
                self.out.append(("cell.store.s", (base_slot, at, a.loc - SLOT, stride, 8 * k), self.serves))
            else:
                r = self.need(a, base, pos, 1 << at | avoid)
                family = "cell.store.x" if base else "cell.store.v"
                self.out.append((family, (base_slot, at, r - base, stride, 8 * k), self.serves))
        self.in_place(outs[0], array[0])

    def in_place(self, d: Atom, a: Atom) -> None:
        """`d` stands where `a` stood, in slots; `a` is no more, even where another arm of a branch still uses it."""
        self.live.pop(a, None)
        d.loc = a.loc
        self.live[d] = None

    def data(self, step: Step) -> None:
        _, node, _, outs, _ = step
        k = self.pair_of_slots(outs)
        self.out.append(("data", (k, self.image.data(node), len(node.attr[1])), self.serves))

    def alloc(self, step: Step) -> None:
        name, node, pos, outs, ((x,),) = step
        count = self.need(x, 0, pos, 0)
        k = self.pair_of_slots(outs)
        site = self.image.site(node.stop, node.origin)
        self.out.append((name, (k, count, element_size(node.attr[0]), site), self.serves))

    def array(self, step: Step) -> None:
        _, node, pos, outs, ins = step
        source = ins[0][0].loc - SLOT
        count = self.need(ins[1][0], 0, pos, 0)
        k = self.pair_of_slots(outs)
        self.out.append(("array", (k, source, count, self.image.site(node.stop, node.origin)), self.serves))

    def view(self, step: Step) -> None:
        _, node, pos, outs, (array, (start,), (count,)) = step
        source = array[0].loc - SLOT
        first = self.need(start, 0, pos, held(count))
        second = first if count is start else self.need(count, 0, pos, 1 << first)
        k = self.pair_of_slots(outs)
        size = element_size(node.type.element)
        site = self.image.site(node.stop, node.origin)
        self.out.append(("view", (k, source, first, second, size, site), self.serves))

    # Wide sums and lanes ------------------------------------------------------------------------------------
    def own_slots(self, a: Atom, pos: int, count: int) -> int:
        """The location of `a`'s slots if it dies here, else of a copy."""
        if a.loc >= 0 and a.last <= pos:
            return a.loc
        loc = SLOT + self.slots(count)
        for k in range(count):
            self.move(loc + k, a.loc + k if a.loc >= 0 else -1, a)
        return loc

    def wide_add(self, step: Step) -> None:
        _, _, pos, outs, ((low, high), (x,)) = step
        to_high = self.own_slots(high, pos, 1)
        r = self.two_address(outs[0], low, x, 0, pos)
        other = x.loc if 0 <= x.loc < 8 else self.need(x, 0, pos, 1 << r)
        self.out.append(("wide_add", (r, other, to_high - SLOT), self.serves))
        self.put(outs[0], r)
        outs[1].loc = to_high
        self.live[outs[1]] = None

    def wide_fit(self, step: Step) -> None:
        _, node, pos, (d,), ((low, high),) = step
        to_high = high.loc if high.loc >= 0 else self.own_slots(high, pos, 1)
        r = self.two_address(d, low, low, 0, pos)
        self.out.append(("wide_fit", (r, to_high - SLOT, self.image.site(node.stop, node.origin)), self.serves))
        self.put(d, r)

    def lanes(self, step: Step) -> None:
        _, _, _, (d,), _ = step
        loc = SLOT + self.slots(LANES_SLOTS)
        self.out.append(("lanes", (loc - SLOT,), self.serves))
        d.loc = loc
        self.live[d] = None

    def lanes_add(self, step: Step) -> None:
        _, _, pos, (d,), ((lanes,), (at,), (value,)) = step
        loc = self.own_slots(lanes, pos, LANES_SLOTS)
        index = self.need(at, 0, pos, 0)
        x = self.need(value, 8, pos, 0)
        self.out.append(("lanes_add", (loc - SLOT, index, x - 8), self.serves))
        d.loc = loc
        self.live[d] = None

    def lanes_add8(self, step: Step) -> None:
        _, _, pos, (d,), ((lanes,), array, (at,)) = step
        loc = self.own_slots(lanes, pos, LANES_SLOTS)
        index = self.need(at, 0, pos, 0)
        self.out.append(("lanes_add8", (loc - SLOT, array[0].loc - SLOT, index), self.serves))
        d.loc = loc
        self.live[d] = None

    def lanes_total(self, step: Step) -> None:
        _, _, pos, (d,), ((lanes,),) = step
        r = self.target(d, 8, pos)
        self.out.append(("lanes_total", (r - 8, lanes.loc - SLOT), self.serves))
        self.put(d, r)

    # Stops and system calls ---------------------------------------------------------------------------------
    def tick(self, step: Step) -> None:
        origin = step[1].origin
        self.out.append(("tick", (self.image.site("fuel", origin),), self.serves))

    def require(self, step: Require) -> None:
        node, pos = step.node, step.pos
        condition = step.condition
        site = self.image.site(node.stop, node.origin)
        if condition.name:
            at = self.jump(condition, False, pos)
            self.stop_jumps.append((at, site))
            return
        r = self.need(condition.a, 0, pos, 0)
        if not condition.sense:
            inverted = self.temporary(0, pos, 1 << r)
            self.out.append(("not.v", (inverted, r), self.serves))
            r = inverted
        self.out.append(("require.v", (r, site), self.serves))

    def system(self, step: Step) -> None:
        """`write`, `open`, `close`, `clock`, `read`: descriptor or flags in v0, result in v0."""
        name, _, pos, outs, ins = step
        self.clear(0, pos - 1)
        operands: tuple[int, ...] = ()
        if name in ("write", "read"):
            operands = (ins[1][0].loc - SLOT,)
        elif name == "open":
            operands = (ins[0][0].loc - SLOT,)
        if name == "read":
            most = ins[2][0]
            if most.loc != 1:
                found = self.regs[1]
                if found is not None and found.last >= pos:
                    r = self.take(0, pos - 1, -1, 0b11)
                    self.move(r, 1, found)
                    self.put(found, r)
                    self.regs[1] = None
                self.move(1, most.loc, most)
        if name in ("write", "read", "close"):
            self.move(0, ins[0][0].loc, ins[0][0])
        elif name == "open":
            self.move(0, ins[1][0].loc, ins[1][0])
        self.out.append((name, operands, self.serves))
        if name == "read":
            self.in_place(outs[0], ins[1][0])
            self.from_v0(outs[1], pos)
        else:
            self.from_v0(outs[0], pos)

    # Jumps --------------------------------------------------------------------------------------------------
    def jump(self, condition: Condition, when: bool, pos: int) -> int:
        """Writes the jump taken when `condition` is `when`; gives its instance, whose label is set later."""
        name, a, b, sense = condition
        out = self.out
        if b is None:
            r = self.need(a, 0, pos, 0)
            out.append(("j.true.v" if sense is when else "j.false.v", (r, -1), self.serves))
            return len(out) - 1
        if name[0] == "f":
            return self.float_jump(name, a, b, sense is when, pos)
        if sense is not when:
            name, swap = NEGATED[name]
            if swap:
                a, b = b, a
        vv, vs, vi, sv, iv = JUMPS[name]
        if not 0 <= a.loc < 8:
            if not iv:
                if 0 <= b.loc < 8 or a.loc < 0:
                    a, b = b, a
            elif 0 <= b.loc < 8 and (a.loc >= SLOT or fits32(a)):
                slot = a.loc >= SLOT
                out.append((sv if slot else iv, (b.loc, a.loc - SLOT if slot else a.value, -1), self.serves))
                return len(out) - 1
            elif fits32(a) and b.loc >= SLOT:
                out.append((iv, (self.need(b, 0, pos, 0), a.value, -1), self.serves))
                return len(out) - 1
        first = self.need(a, 0, pos, held(b))
        if 0 <= b.loc < 8:
            out.append((vv, (first, b.loc, -1), self.serves))
        elif b.loc >= SLOT:
            out.append((vs, (first, b.loc - SLOT, -1), self.serves))
        elif fits32(b):
            out.append((vi, (first, b.value, -1), self.serves))
        else:
            out.append((vv, (first, self.need(b, 0, pos, 1 << first), -1), self.serves))
        return len(out) - 1

    def float_jump(self, name: str, a: Atom, b: Atom, when: bool, pos: int) -> int:
        family = f"j.{name}.xx"
        if not when:
            family = f"j.{NEGATED[name][0]}.xx" if name in NEGATED else f"jn.{name}.xx"
        first = self.need(a, 8, pos, held(b))
        second = first if a is b else self.need(b, 8, pos, 1 << first)
        self.out.append((family, (first - 8, second - 8, -1), self.serves))
        return len(self.out) - 1


STRAIGHT = {
    **dict.fromkeys(BINARY, Straight.binary),
    **dict.fromkeys(UNARY, Straight.unary),
    **dict.fromkeys(("feq", "fne", "flt", "fle"), Straight.float_compare),
    **dict.fromkeys(("alloc", "reserve"), Straight.alloc),
    **dict.fromkeys(("write", "open", "close", "clock", "read"), Straight.system),
    "narrow": Straight.narrow, "select": Straight.select, "load": Straight.load, "store": Straight.store,
    "data": Straight.data, "array": Straight.array, "view": Straight.view, "wide_add": Straight.wide_add,
    "wide_fit": Straight.wide_fit, "lanes": Straight.lanes, "lanes_add": Straight.lanes_add,
    "lanes_add8": Straight.lanes_add8, "lanes_total": Straight.lanes_total, "tick": Straight.tick,
}  # fmt: skip

__all__ = ["INT", "STRAIGHT", "Straight", "fits32"]

"""The binder's first pass, back to front: which components exist, where each is used last, what fuses with what.

It turns regions into plans: lists of steps in reverse order, whose operands are `Atom`s. Structural nodes (pairs, options,
maps, casts, lengths) disappear here. Imports `siglum.ir` and `bind.tables` only.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar, Final, NamedTuple

from siglum.bind.tables import NEAR_LOAD, NEAR_STORE, of_fields
from siglum.ir.function import Function
from siglum.ir.node import CONST, Node, Region
from siglum.ir.primitives import LANES, WIDE
from siglum.ir.types import F32, F64, I64, NOTHING, Type, components

INT, FLOAT, BASE, LENGTH, HIGH, BLOCK, CONSTANT, NEAR = range(8)
"""Kinds of atoms: integer or float (register or slot; these two come first), array base and length (slots k, k + 1), high
word of a wide sum (slot), the eight slots of float lanes, constant, copy of a base in a register while a loop runs."""
NEVER: Final = -(1 << 60)
COMPARISONS: Final = frozenset(("eq", "ne", "lt", "le", "lt_u", "le_u", "feq", "fne", "flt", "fle"))
_KIND: Final = {"i": INT, "f": FLOAT, "b": BASE, "n": LENGTH}
_FUSE_WITHIN: Final = 6


class Atom:
    """One component of a value. `loc` is where it is: 0..7 integer registers, 8..15 float registers, 16 + k slot k, -1 nowhere
    (constants). `last` is the position of its last use, loops it lives through included; `uses` are positions, last
    first; `hint` is the location it should best be computed in; `value` a constant's word, or of what slot a `NEAR` is a
    copy; `before` the base whose place a store's result takes.
    """

    __slots__ = ("before", "chain", "hint", "kind", "last", "loc", "node", "part", "parts", "uses", "value")

    def __init__(self, node: Node, part: int, parts: int, kind: int) -> None:
        self.node, self.part, self.parts, self.kind = node, part, parts, kind
        self.loc = self.hint = -1
        self.last = NEVER
        self.uses: list[int] = []
        self.chain: Chain = None
        self.value = 0
        self.before: Atom | None = None


Chain = tuple[int, Any] | None
"""The loops around a place, innermost first: (position of the loop's end, loops around it)."""
Atoms = tuple[Atom, ...]


class Condition(NamedTuple):
    """True when comparison `name` of `a` and `b` gives `sense`; with `name` "" when the bool `a` is `sense`."""

    name: str
    a: Atom
    b: Atom | None
    sense: bool


Step = tuple[str, Node, int, Atoms, tuple[Atoms, ...]]
"""One operation: its primitive's name, its node, a position that grows in program order, what it makes, what it takes."""


class Arm(NamedTuple):
    """One arm of an `if`: its steps in reverse, the atoms of its used results, its first and last position, its loops' ones."""

    steps: list[Any]
    results: Atoms
    start: int
    end: int
    loops: list[tuple[int, int]]


class If(NamedTuple):
    name: str
    node: Node
    pos: int
    done: int
    outs: Atoms
    condition: Condition
    arms: tuple[Arm, Arm]
    end: int


class Carried(NamedTuple):
    """The carried components of a loop that matter: what they start from, what they are inside, what each run gives, and
    the loop's results (or None).
    """

    starts: list[Atom]
    inside: list[Atom]
    nexts: list[Atom]
    afters: list[Atom | None]


class Loop(NamedTuple):
    """Runs `steps` for `counter` = 0 .. `times` - 1; `near` are the bases of arrays that an innermost loop loads from or
    stores into, most used first.
    """

    name: str
    node: Node
    pos: int
    done: int
    times: Atom
    counter: Atom
    carried: Carried
    again: Condition | None
    steps: list[Any]
    end: int
    calls: bool
    constants: list[Atom]
    near: list[Atom]


class Require(NamedTuple):
    name: str
    node: Node
    pos: int
    condition: Condition


class Plan(NamedTuple):
    """A whole function: parameters' atoms, steps in reverse, the result's atoms, the effects it has itself."""

    params: tuple[Atoms, ...]
    steps: list[Any]
    result: Atoms
    effects: frozenset[str]


@cache
def kinds_of(t: Type) -> tuple[int, ...]:
    """The kinds of the atoms of a value of type `t`."""
    if t is WIDE:
        return INT, HIGH
    if t is LANES:
        return (BLOCK,)
    return tuple(_KIND[c] for c in components(t))


def word_of(n: Node) -> int:
    """A constant's machine word as a signed integer; floats by their bits."""
    if n.type is F64 or n.type is F32:
        return int.from_bytes(struct.pack("<d", n.attr), "little", signed=True)
    value = int(n.attr)
    return value - (1 << 64) if value >= 1 << 63 else value


_EFFECTS: Final = {"write": "stdout", "read": "stdin", "open": "files", "close": "files", "clock": "clock"}


class Planner:
    """Plans one function."""

    def __init__(self) -> None:
        self.pos = 0
        self.chain: Chain = None
        self.atoms: dict[Node, Atoms] = {}
        self.several: dict[Node, dict[int, Atoms]] = {}
        self.fused: set[Node] = set()
        self.constants: dict[Node, Atoms] = {}
        self.hoisted: dict[Node, Atoms] = {}
        self.calls = 0
        self.loops: list[tuple[int, int]] = []
        self.effects: set[str] = set()
        self.near: dict[Atom, int] = {}

    def plan(self, function: Function) -> Plan:
        region = function.region
        result = self.resolve(region.results[0])
        self.use(result, 0)
        steps: list[Any] = []
        self.walk(region.body, steps)
        params = tuple([self.atoms.pop(p, ()) or fresh(p, p.type) for p in region.params])
        for atoms in params:
            for a in atoms:
                self.define(a, self.pos - 1)
        return Plan(params, steps, result, frozenset(self.effects))

    # Values -------------------------------------------------------------------------------------------------
    def resolve(self, n: Node) -> Atoms:
        """The atoms of a value, made on first sight."""
        return self.atoms.get(n) or self.made(n)

    def made(self, n: Node) -> Atoms:
        if n.op is CONST:
            return self.constant(n)
        maker = _MAKERS.get(n.op.name)
        if maker is not None:
            found = maker(self, n)
        else:
            kinds = kinds_of(n.type)
            found = (Atom(n, 0, 1, kinds[0]),) if len(kinds) == 1 else fresh(n, n.type)
        self.atoms[n] = found
        return found

    def store(self, n: Node) -> Atoms:
        """The new version of an array: its base is another's, its length is the same."""
        old = self.resolve(n.args[0])
        base = Atom(n, 0, 2, BASE)
        base.before = old[0]
        return base, old[1]

    def result(self, n: Node) -> Atoms:
        """One result of a node with several."""
        of, k = n.args[0], n.attr
        into = self.resolve(of.args[1]) if of.op.name == "read" and k == 0 else ()
        found = (Atom(n, 0, 2, BASE), into[1]) if into else fresh(n, n.type)
        self.several.setdefault(of, {})[k] = found
        return found

    def constant(self, n: Node) -> Atoms:
        """The atom of a constant; within loops one for floats is to be a register."""
        if self.chain is not None and (n.type is F64 or n.type is F32):
            known, kind = self.hoisted, FLOAT
        else:
            known, kind = self.constants, CONSTANT
        found = known.get(n)
        if found is None:
            a = Atom(n, 0, 1, kind)
            a.value = word_of(n)
            found = known[n] = (a,)
        return found

    def use(self, atoms: Atoms, pos: int) -> None:
        here = self.chain
        for a in atoms:
            uses = a.uses
            if not uses:
                a.last, a.chain = pos, here
            uses.append(pos)

    def define(self, a: Atom, pos: int) -> None:
        """Closes an atom's life at its definition: it lives to the end of every loop that uses but does not define it."""
        chain, here = a.chain, self.chain
        if not a.uses:
            a.last = pos
        elif chain is not here:
            while chain is not here:
                assert chain is not None
                a.last, chain = chain

    # Regions ------------------------------------------------------------------------------------------------
    def walk(self, body: tuple[Node, ...], steps: list[Any]) -> None:
        """Plans the nodes of a region, last first. One that nothing uses and nobody notices gives no step."""
        atoms, made, fused, here, apart = self.atoms, self.made, self.fused, self.chain, self.apart
        for i in range(len(body) - 1, -1, -1):
            n = body[i]
            op = n.op
            name = op.name
            if name in _STRUCTURAL:
                atoms.pop(n, None)
                continue
            if name in apart:
                apart[name](self, n, body, i, steps)
                continue
            outs = atoms.pop(n, None)
            if outs is None:
                if n in fused:
                    fused.discard(n)
                    continue
                if not n.stop and not op.effect:
                    continue
                outs = () if n.type is NOTHING else fresh(n, n.type)
            if op.effect and name in _EFFECTS:
                self.effects.add(_EFFECTS[name])
            self.pos = pos = self.pos - 1
            for a in outs:
                if a.node is n:
                    if not a.uses:
                        a.last = pos
                    elif a.chain is not here:
                        self.define(a, pos)
            ins = []
            for x in n.args:
                given = atoms.get(x) or made(x)
                ins.append(given)
                for a in given:
                    uses = a.uses
                    if not uses:
                        a.last, a.chain = pos, here
                    uses.append(pos)
            if name == "load" or name == "store":
                base: Atom | None = ins[0][0]
                while base is not None and base.before is not None:
                    base = base.before
                if base is not None and n.args[0].type.element in (NEAR_LOAD if name == "load" else NEAR_STORE):
                    self.near[base] = self.near.get(base, 0) + 1
            elif name == "select" and i and body[i - 1] is n.args[0] and len(ins[0][0].uses) == 1:
                ins[0][0].hint = 0
            steps.append((name, n, pos, outs, tuple(ins)))

    def require(self, n: Node, body: tuple[Node, ...], i: int, steps: list[Any]) -> None:
        self.pos = pos = self.pos - 1
        steps.append(of_fields(Require, ("require", n, pos, self.condition(n.args[0], body, i, pos))))

    def condition(self, c: Node, body: tuple[Node, ...], i: int, pos: int) -> Condition:
        """What decides a jump at `body[i]`: a comparison used only there melts into it."""
        sense = True
        while c.op.name == "not" and self.alone(c, body, i):
            self.fused.add(c)
            sense = not sense
            c = c.args[0]
        if c.op.name in COMPARISONS and self.alone(c, body, i):
            self.fused.add(c)
            a, b = self.resolve(c.args[0]), self.resolve(c.args[1])
            self.use(a, pos)
            self.use(b, pos)
            return of_fields(Condition, (c.op.name, a[0], b[0], sense))
        atoms = self.resolve(c)
        self.use(atoms, pos)
        return of_fields(Condition, ("", atoms[0], None, sense))

    def alone(self, c: Node, body: tuple[Node, ...], i: int) -> bool:
        """Whether `c` is listed shortly before `body[i]` and nothing else uses it."""
        if c in self.atoms:
            return False
        for j in range(i - 1, max(-1, i - 1 - _FUSE_WITHIN), -1):
            n = body[j]
            if n is c:
                return True
            if n.regions or (c in n.args and n not in self.fused):
                return False
        return False

    def branch(self, n: Node, body: tuple[Node, ...], i: int, steps: list[Any]) -> None:
        given = self.several.pop(n, {})
        if not given and not n.acts:
            return
        used = sorted(given)
        outs = self.taken(given, used)
        end = self.pos = self.pos - 1
        for a in outs:
            self.define(a, end)
        otherwise = self.arm(n.regions[1], used)
        then = self.arm(n.regions[0], used)
        self.pos = pos = self.pos - 1
        condition = self.condition(n.args[0], body, i, pos)
        steps.append(of_fields(If, ("if", n, pos, i, outs, condition, (then, otherwise), end)))

    def taken(self, given: dict[int, Atoms], which: list[int]) -> Atoms:
        """The atoms of a node's results, whose scope ends: the same node may be listed again in another region."""
        found: Atoms = ()
        for k in which:
            atoms = given[k]
            found += atoms
            self.atoms.pop(atoms[0].node, None)
        return found

    def arm(self, region: Region, used: list[int]) -> Arm:
        end = self.pos = self.pos - 1
        results: Atoms = ()
        for k in used:
            results += self.resolve(region.results[k])
        self.use(results, end)
        steps: list[Any] = []
        loops = len(self.loops)
        self.walk(region.body, steps)
        self.pos -= 1
        return of_fields(Arm, (steps, results, self.pos, end, self.loops[loops:]))

    def loop(self, n: Node, body: tuple[Node, ...], i: int, steps: list[Any]) -> None:
        given = self.several.pop(n, {})
        if not given and not n.acts:
            return
        region = n.regions[0]
        outer = self.chain
        end = self.pos = self.pos - 1
        for a in self.taken(given, list(given)):
            self.define(a, end)
        if outer is None:
            self.hoisted = {}
        self.chain = (end, outer)
        calls, loops = self.calls, len(self.loops)
        self.near = {}
        params, results = region.params, region.results
        index = Atom(params[0], 0, 1, INT)
        self.atoms[params[0]] = (index,)
        count = self.resolve(n.args[0])
        self.use((index, *count), end)
        ends = [self.carry(r) for r in results[1:]]
        for atoms in ends:
            self.use(atoms, end)
        again = None
        if not (results[0].op is CONST and results[0].attr):
            again = self.condition(results[0], region.body, len(region.body), end)
        inner: list[Any] = []
        self.walk(region.body, inner)
        self.pos = pos = self.pos - 1
        self.define(index, pos)
        del self.atoms[params[0]]
        variables = [self.atoms.pop(p, ()) or fresh(p, p.type) for p in params[1:]]
        for atoms in variables:
            for a in atoms:
                self.define(a, pos)
        self.chain = outer
        constants: list[Atom] = []
        if outer is None and self.hoisted:
            constants = [a for (a,) in self.hoisted.values()]
            for a in constants:
                self.define(a, pos)
            self.hoisted = {}
        self.pos = pos = self.pos - 1
        near: list[Atom] = []
        if self.near and len(self.loops) == loops:
            near = sorted(self.near, key=self.near.__getitem__, reverse=True) if len(self.near) > 1 else list(self.near)
        self.loops.append((pos, end))
        self.use(count, pos)
        starts: list[Atom] = []
        inside: list[Atom] = []
        nexts: list[Atom] = []
        afters: list[Atom | None] = []
        for k, atoms in enumerate(variables):
            out = given.get(k)
            for j, a in enumerate(atoms):
                after = out[j] if out is not None and out[j].uses else None
                beside = a.kind == LENGTH and inside and inside[-1].node is a.node and inside[-1].kind == BASE
                if a.uses or after is not None or beside:
                    start = self.carry(n.args[1 + k])[j]
                    self.use((start,), pos)
                    starts.append(start)
                    inside.append(a)
                    nexts.append(ends[k][j])
                    afters.append(after)
        carried = Carried(starts, inside, nexts, afters)
        steps.append(Loop("loop", n, pos, i, count[0], index, carried, again, inner, end, self.calls != calls, constants, near))

    def carry(self, n: Node) -> Atoms:
        """A carried value; constants are no registers of their own there."""
        if n.op is CONST:
            chain, self.chain = self.chain, None
            atoms = self.constant(n)
            self.chain = chain
            return atoms
        return self.resolve(n)

    def call(self, n: Node, body: tuple[Node, ...], i: int, steps: list[Any]) -> None:
        """A call, or `read`: nodes with several results and no regions."""
        given = self.several.pop(n, {})
        self.taken(given, list(given))
        self.pos = pos = self.pos - 1
        name = n.op.name
        if name == "read":
            self.effects.add("stdin")
            outs = given.get(0, ()) or (Atom(n, 0, 2, BASE), self.resolve(n.args[1])[1])
            self.define(outs[0], pos)
            count = given.get(1, ()) or fresh(n, I64)
            self.define(count[0], pos)
            outs = (outs[0], count[0])
        else:
            self.calls += 1
            outs = given.get(0, ())
            for a in outs:
                self.define(a, pos)
        ins = tuple([self.resolve(x) for x in n.args])
        for atoms in ins:
            self.use(atoms, pos)
        steps.append((name, n, pos, outs, ins))

    apart: ClassVar[dict[str, Any]] = {
        "if": branch, "loop": loop, "require": require, "call": call, "recur": call, "read": call,
    }  # fmt: skip
    """Primitives that `walk` leaves to a method of their own."""


def fresh(n: Node, t: Type) -> Atoms:
    """New atoms for a value of type `t`."""
    kinds = kinds_of(t)
    if len(kinds) == 1:
        return (Atom(n, 0, 1, kinds[0]),)
    return tuple([Atom(n, k, len(kinds), kind) for k, kind in enumerate(kinds)])


# Structural nodes: their atoms are those of their operands.
_STRUCTURAL: Final[dict[str, Callable[[Planner, Node], Atoms]]] = {
    **dict.fromkeys(("pair", "option", "mapping"), lambda p, n: p.resolve(n.args[0]) + p.resolve(n.args[1])),
    "left": lambda p, n: p.resolve(n.args[0])[: len(kinds_of(n.type))],
    "right": lambda p, n: (both := p.resolve(n.args[0]))[len(both) - len(kinds_of(n.type)) :],
    "present": lambda p, n: p.resolve(n.args[0])[:1],
    "held": lambda p, n: p.resolve(n.args[0])[1:],
    "keys": lambda p, n: p.resolve(n.args[0])[:2],
    "values": lambda p, n: p.resolve(n.args[0])[2:],
    "length": lambda p, n: p.resolve(n.args[0])[1:2],
    "cast": lambda p, n: p.resolve(n.args[0]),
    "wide": lambda p, n: (*p.resolve(n.args[0]), Atom(n, 1, 2, CONSTANT)),
}
_MAKERS: Final = {**_STRUCTURAL, "store": Planner.store, "result": Planner.result}

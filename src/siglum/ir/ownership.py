"""Linear use of array versions: a store happens in place, so no version stored into may be used again.

Imports the modules of `siglum.ir` below it; `ir.verify` drives it.

Every array leaf of a value (an array, or one inside a pair, option or map) is a set of stamps (identity, version).
An identity is memory that one `alloc`, parameter, loop parameter or result stands for. A store gives the identities
of its array a new version; a leaf that carries another version than the current one is stale.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import count
from typing import Any

from siglum.ir.node import RESULT, Node
from siglum.ir.types import Type, is_scalar

Identity = tuple[Any, ...]
Leaf = frozenset[tuple[Identity, int]]
Leaves = tuple[Leaf, ...]

FROZEN: Identity = ("frozen",)
"""Memory that is never stored into: inputs, constants, what was loaded from an array."""
_FROZEN_LEAF: Leaf = frozenset({(FROZEN, 0)})


class Misuse(Exception):
    """An array version is used or stored into in a way that is not linear; the message says how."""


@cache
def leaf_count(t: Type) -> int:
    """How many arrays lie side by side in a value of type `t`."""
    if is_scalar(t):
        return 0
    if t.kind == "array":
        return 1
    return 2 if t.kind == "map" else sum(leaf_count(a) for a in t.args)


@cache
def _holds_arrays(t: Type) -> bool:
    """Whether a value of type `t` has an array whose elements hold arrays."""
    if t.kind in ("array", "map"):
        return any(leaf_count(a) for a in t.args)
    return any(_holds_arrays(a) for a in t.args)


TOUCHES_ARRAYS = frozenset({
    "alloc", "reserve", "data", "array", "view", "load", "store", "lanes_add8", "read", "write", "open",
    "pair", "left", "right", "option", "held", "mapping", "keys", "values",
})  # fmt: skip
"""The operations `Ownership.plain` has to see."""


class Summary:
    """What the arrays of a function's result may be: identities of its own (fresh), of parameters, or frozen memory. `kept`
    are the parameters' arrays that it stores as elements of another array.
    """

    __slots__ = ("kept", "leaves")

    def __init__(self, leaves: tuple[frozenset[Identity], ...], kept: frozenset[Identity]) -> None:
        self.leaves, self.kept = leaves, kept


class Ownership:
    """Follows one function's arrays in the order of evaluation."""

    def __init__(self, params: Iterable[Node]) -> None:
        self._serial = count(1)
        self._leaves: dict[Node, Leaves] = {}
        self._version: dict[Identity, int] = {}
        self._frozen: set[Identity] = {FROZEN}
        self._kept: set[Identity] = set()
        self._born: dict[Identity, int] = {}
        self._used: set[Identity] = set()
        self._stored: set[Identity] = set()
        self._depth = 0
        for p in params:
            own = [("param", p.attr[1], k) for k in range(leaf_count(p.type))]
            self._frozen.update(own)
            self._leaves[p] = tuple([self._new(m) for m in own])

    # Stamps -------------------------------------------------------------------------------------------------
    def _new(self, identity: Identity) -> Leaf:
        self._born[identity] = self._depth
        return self._stamp((identity,))

    def _stamp(self, identities: Iterable[Identity]) -> Leaf:
        version = self._version
        return frozenset([(m, version.get(m, 0)) for m in identities])

    def _of(self, n: Node) -> Leaves:
        """The leaves of a node; those of a `result` node are its part of those of the node it takes apart."""
        many = leaf_count(n.type)
        if not many:
            return ()
        if n.op is not RESULT:
            return self._leaves.get(n, ())
        (of,) = n.args
        before = sum([leaf_count(t) for t in of.results[: n.attr]])
        return self._leaves[of][before : before + many]

    def _use(self, n: Node) -> Leaves:
        leaves = self._of(n)
        for leaf in leaves:
            for m, version in leaf:
                if self._version.get(m, 0) != version:
                    raise Misuse("a version of an array is used after a store into it")
                self._used.add(m)
        return leaves

    def _consume(self, identities: Iterable[Identity]) -> None:
        """The memory changes: what stood for it is stale from here on."""
        for m in identities:
            if m in self._frozen:
                raise Misuse("the array stored into may be an input, a constant, or an element of another array")
            if self._born[m] < self._depth:
                raise Misuse("an array of outside is stored into in a loop that does not carry it")
            self._version[m] = next(self._serial)
            self._stored.add(m)

    def _freeze(self, leaves: Leaves) -> None:
        for leaf in leaves:
            identities = [m for m, _ in leaf]
            self._frozen.update(identities)
            self._kept.update(identities)

    # Nodes --------------------------------------------------------------------------------------------------
    def plain(self, n: Node) -> None:
        """A node without regions that is no call. Raises `Misuse`."""
        op = n.op.name
        args = [self._use(a) for a in n.args]
        if op == "store" or op == "read":
            which = 0 if op == "store" else 1
            identities = [m for m, _ in args[which][0]]
            self._consume(identities)
            if op == "store":
                self._freeze(args[2])
            self._leaves[n] = (self._stamp(identities),)
            return
        many = leaf_count(n.type)
        if not many:
            return
        if op in ("alloc", "reserve"):
            self._leaves[n] = (self._new((n,)),)
        elif op in ("array", "view"):
            self._leaves[n] = args[0]
        elif op in ("pair", "option", "mapping"):
            self._leaves[n] = args[0] + args[1]
        elif op in ("left", "keys"):
            self._leaves[n] = args[0][:many]
        elif op in ("right", "values", "held"):
            self._leaves[n] = args[0][len(args[0]) - many :]
        else:
            self._leaves[n] = (_FROZEN_LEAF,) * many

    def call(self, n: Node, summary: Summary | None) -> None:
        """A call whose callee's result is as `summary` says, or (None) not known. Raises `Misuse`."""
        args = [self._use(a) for a in n.args]
        given = [leaf for leaves in args for leaf in leaves]
        if summary is None:
            # the result may be an argument, or hold one
            own = {m for leaf in given for m, _ in leaf}
            if _holds_arrays(n.results[0]):
                self._freeze(tuple(given))
            self._leaves[n] = (self._stamp((FROZEN, *own)),) * leaf_count(n.results[0])
            return
        self._freeze(tuple([args[m[1]][m[2]] for m in summary.kept]))
        leaves = []
        for k in range(leaf_count(n.results[0])):
            identities: set[Identity] = set()
            for m in summary.leaves[k]:
                if m[0] == "param":
                    identities.update(i for i, _ in args[m[1]][m[2]])
                elif m is FROZEN:
                    identities.add(FROZEN)
                else:
                    fresh = ("called", n, m)
                    self._new(fresh)
                    identities.add(fresh)
            leaves.append(self._stamp(identities))
        self._leaves[n] = tuple(leaves)

    # Regions ------------------------------------------------------------------------------------------------
    def before_arm(self) -> dict[Identity, int]:
        """The versions at the start of an `if`."""
        return dict(self._version)

    def after_arm(self, n: Node, which: int, before: dict[Identity, int]) -> tuple[Leaves, dict[Identity, int]]:
        """The leaves an arm gives, and the versions at its end; the versions are as before the arm again."""
        leaves = tuple([leaf for r in n.regions[which].results for leaf in self._use(r)])
        ended, self._version = self._version, dict(before)
        return leaves, ended

    def after_if(self, n: Node, arms: list[tuple[Leaves, dict[Identity, int]]], before: dict[Identity, int]) -> None:
        """Joins the two arms of `n`."""
        for _, ended in arms:
            for m, version in ended.items():
                if before.get(m, 0) != version:
                    self._version[m] = next(self._serial)
        (then, _), (otherwise, _) = arms
        self._leaves[n] = tuple([self._stamp({m for m, _ in x | y}) for x, y in zip(then, otherwise, strict=True)])

    def before_loop(self, n: Node) -> tuple[list[Leaf], set[Identity], set[Identity]]:
        """Enters the body of `n`: its parameters get identities of their own."""
        inits = [leaf for a in n.args[1:] for leaf in self._use(a)]
        saved = (inits, self._used, self._stored)
        self._used, self._stored = set(), set()
        self._depth += 1
        at = 0
        for p in n.regions[0].params[1:]:
            many = leaf_count(p.type)
            if many:
                own = [("carried", n, at + k) for k in range(many)]
                self._frozen.difference_update(own)
                self._kept.difference_update(own)
                self._leaves[p] = tuple([self._new(m) for m in own])
                at += many
        return saved

    def after_loop(self, n: Node, saved: tuple[list[Leaf], set[Identity], set[Identity]]) -> None:
        """Leaves the body of `n`. Raises `Misuse` when carried arrays that are stored into may overlap."""
        inits, used, stored = saved
        if not inits:
            self._ended(used, stored)
            return
        nexts = [leaf for r in n.regions[0].results[1:] for leaf in self._use(r)]
        many = len(inits)
        own: list[Identity] = [("carried", n, k) for k in range(many)]
        entering = [{m for m, _ in leaf} for leaf in inits]
        turning = [{m for m, _ in leaf} for leaf in nexts]
        for marked in (self._frozen, self._kept):
            _spread(marked, own, entering, turning)
        changed = {k for k in range(many) if own[k] in self._stored}
        while True:
            more = {j for k in changed for j in range(many) if own[j] in turning[k]} - changed
            if not more:
                break
            changed |= more
        consumed: set[Identity] = set()
        for k in changed:
            if (entering[k] | turning[k]) & self._frozen:
                raise Misuse("a carried array that is stored into may be an input, a constant, or an element of another array")
            for j in range(many):
                if j != k and (entering[k] & entering[j] or turning[k] & turning[j]):
                    raise Misuse("two carried arrays may be one, and one of them is stored into")
            # what an earlier run passes on is stored into by the next
            consumed |= entering[k] | {m for m in turning[k] if self._born[m] < self._depth}
        if consumed & self._used:
            raise Misuse("an array is used in a loop that carries it and stores into it")
        self._ended(used, stored)
        self._consume(consumed)
        self._leaves[n] = tuple(self._after(n, own, entering, turning, changed))

    def _ended(self, used: set[Identity], stored: set[Identity]) -> None:
        self._depth -= 1
        self._used |= used
        self._stored |= stored

    def _after(
        self, n: Node, own: list[Identity], entering: list[set[Identity]], turning: list[set[Identity]], changed: set[int]
    ) -> list[Leaf]:
        reach = [e | t for e, t in zip(entering, turning, strict=True)]
        grown = True
        while grown:
            grown = False
            for leaf in reach:
                for j, identity in enumerate(own):
                    if identity in leaf and not reach[j] <= leaf:
                        leaf |= reach[j]
                        grown = True
        out = []
        for k, leaf in enumerate(reach):
            if k in changed:
                out.append(self._new(("result", n, k)))
                continue
            outside = leaf.difference(own)
            for m in outside:
                self._born[m] = min(self._born.get(m, 0), self._depth)
            out.append(self._stamp(outside))
        return out

    def finish(self, value: Node) -> Summary:
        """What the function's result is made of. Raises `Misuse` for a stale result."""
        leaves = [frozenset([m for m, _ in leaf]) for leaf in self._use(value)]
        frozen = frozenset({FROZEN})
        kept = []
        for leaf in leaves:
            inside = {m for m in leaf if m in self._frozen and m[0] != "param"}
            kept.append((leaf - inside) | frozen if inside else leaf)
        return Summary(tuple(kept), frozenset([m for m in self._kept if m[0] == "param"]))


def _spread(marked: set[Identity], own: list[Identity], entering: list[set[Identity]], turning: list[set[Identity]]) -> None:
    """Marks what the carried arrays that are marked may have been in an earlier run."""
    grown = True
    while grown:
        grown = False
        for k, identity in enumerate(own):
            before = entering[k] | turning[k]
            if identity in marked and not before <= marked:
                marked |= before
                grown = True

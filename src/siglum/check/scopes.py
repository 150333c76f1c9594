"""The Function as the checker sees it: its regions as a tree, every node's components as value numbers.

Imports `ir` and `check.terms` only. Structural nodes (pairs, options, casts, lengths) have no value of their own: their
components pass through. Parameters of loops, results of `if`, `loop`, calls and effects, and fresh arrays are new values at
each place where they are listed.
"""

from __future__ import annotations

import struct
from typing import Any, Final

from siglum.check.terms import Terms
from siglum.ir.function import Function
from siglum.ir.node import CALL, CONST, IF, READ, RECUR, RESULT, Node, Region
from siglum.ir.primitives import LANES, MASK64, WIDE
from siglum.ir.types import I64, WIDTHS, Type, components, element_size, is_scalar
from siglum.stencil.families import element_family

Values = tuple[int, ...]
BODY, ARM, LOOP_BODY = "body", "arm", "loop"
_UNSAFE: Final = frozenset({"mod", "div_u", "mod_u"})
_VALUED_EFFECTS: Final = frozenset({"write", "open", "close", "clock"})


def width_of(t: Type) -> int:
    """How many values a value of type `t` has as components."""
    if t is LANES:
        return 8
    return 2 if t is WIDE else len(components(t))


def word_of(n: Node) -> int:
    """A constant's word, 0 .. 2^64-1."""
    if n.type.kind in ("f64", "f32"):
        return int.from_bytes(struct.pack("<d", n.attr), "little")
    return int(n.attr) & MASK64


def packed(element: Type, items: tuple[Any, ...]) -> bytes:
    """Constant data as it lies in memory."""
    width = WIDTHS[element]
    if element.kind == "f64":
        return struct.pack(f"<{len(items)}d", *items)
    if element.kind == "f32":
        return struct.pack(f"<{len(items)}f", *items)
    mask = (1 << 8 * width) - 1
    return b"".join([(int(x) & mask).to_bytes(width, "little") for x in items])


def store_width(t: Type) -> str:
    """The width in the name of the family that stores a scalar of type `t`."""
    return t.kind if t.kind in ("f32", "f64") else str(8 * WIDTHS[t])


class Scope:
    """One region at one place. `known` maps the nodes in scope to their components, those of several results to one tuple for
    each result; `next_acting[k]` is the first listed node from `k` on that stops, acts, or holds one that does.

    For a loop's body `count`, `again` and `index` are values, `enter` and `turn` map its parameters to what they are at
    the first run and the next, `skip` and `leave` its results to what they are with no run and after the last. For
    an arm `leave` maps the results of the `if`.
    """

    __slots__ = (
        "again", "at", "children", "count", "depth", "enter", "head", "index", "kind", "known", "leave", "next_acting", "node",
        "parent", "region", "results", "skip", "turn",
    )  # fmt: skip

    def __init__(self, kind: str, region: Region, parent: Scope | None, node: Node | None, at: int) -> None:
        self.kind, self.region, self.parent, self.node, self.at = kind, region, parent, node, at
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.known: dict[Node, Any] = {} if parent is None else dict(parent.known)
        self.head: dict[Node, Any] = self.known
        self.children: dict[tuple[Node, int], Scope] = {}
        self.results: tuple[Values, ...] = ()
        self.next_acting: list[int] = []
        self.count = self.again = self.index = -1
        self.enter: dict[int, int] = {}
        self.turn: dict[int, int] = {}
        self.skip: dict[int, int] = {}
        self.leave: dict[int, int] = {}

    def quiet(self, start: int, end: int) -> bool:
        """Whether no listed node from `start` to before `end` acts."""
        return self.next_acting[start] >= end


class Numbering:
    """Numbers a function's values; `root` is its body's scope. `safe` are the loads, stores and divisions the function has."""

    def __init__(self, function: Function, terms: Terms) -> None:
        self.terms = terms
        self.safe: set[int] = set()
        self.data: dict[int, list[tuple[bytes, int, int]]] = {}
        region = function.region
        self.root = Scope(BODY, region, None, None, 0)
        self.params = [terms.unknown(p.type) for p in region.params]
        self.root.known.update(zip(region.params, self.params, strict=True))
        self.walk(self.root)

    # Regions ------------------------------------------------------------------------------------------------
    def walk(self, scope: Scope) -> bool:
        """Numbers what a region lists; gives whether any of it acts."""
        body = scope.region.body
        known = scope.known
        acting = []
        for at, n in enumerate(body):
            if n.regions:
                acts = self.branch(n, scope, at) if n.op is IF else self.loop(n, scope, at)
            else:
                known[n] = self.value(n, known)
                acts = bool(n.stop) or n.op.effect
            if acts:
                acting.append(at)
        scope.results = tuple([self.of(r, known) for r in scope.region.results])
        size = len(body)
        following = [size] * (size + 1)
        nearest = size
        for at in range(size - 1, -1, -1):
            if acting and acting[-1] == at:
                nearest = acting.pop()
            following[at] = nearest
        scope.next_acting = following
        return following[0] < size

    def branch(self, n: Node, scope: Scope, at: int) -> bool:
        results = tuple([self.terms.unknown(t) for t in n.results])
        acts = False
        for which, region in enumerate(n.regions):
            arm = Scope(ARM, region, scope, n, at)
            acts |= self.walk(arm)
            arm.leave = _map(results, arm.results)
            scope.children[n, which] = arm
        scope.known[n] = results
        return acts

    def loop(self, n: Node, scope: Scope, at: int) -> bool:
        (region,) = n.regions
        terms = self.terms
        inside = Scope(LOOP_BODY, region, scope, n, at)
        params = [terms.unknown(p.type) for p in region.params]
        inside.known.update(zip(region.params, params, strict=True))
        inside.head = dict(inside.known)
        inside.index = params[0][0]
        inside.count = self.of(n.args[0], scope.known)[0]
        inits = [self.of(a, scope.known) for a in n.args[1:]]
        acts = self.walk(inside)
        results = tuple([terms.unknown(t) for t in n.results])
        inside.again = inside.results[0][0]
        nexts = inside.results[1:]
        carried = params[1:]
        inside.enter = {inside.index: terms.const(0), **_map(carried, inits)}
        inside.turn = {inside.index: terms.binary("add_wrap", inside.index, terms.const(1)), **_map(carried, nexts)}
        inside.skip = _map(results, inits)
        inside.leave = _map(results, nexts)
        scope.children[n, 0] = inside
        scope.known[n] = results
        return acts

    # Nodes --------------------------------------------------------------------------------------------------
    def of(self, n: Node, known: dict[Node, Any]) -> Values:
        """The components of a node in scope; KeyError where it is not."""
        op = n.op
        if op is CONST:
            return (self.terms.const(word_of(n)),)
        found: Values = known[n.args[0]][n.attr] if op is RESULT else known[n]
        return found

    def of_result(self, n: Node, k: int, known: dict[Node, Any]) -> Values:
        """The components of result `k` of a listed node with several."""
        found: Values = known[n][k]
        return found

    def value(self, n: Node, known: dict[Node, Any]) -> Any:
        """The components of a listed node without regions."""
        args = [self.of(a, known) for a in n.args]
        name = n.op.name
        special = _SPECIAL.get(name)
        if special is not None:
            return special(self, n, args)
        terms = self.terms
        if name in _VALUED_EFFECTS:
            return terms.unknown(I64)
        if len(args) == 2:
            number = terms.binary(name, args[0][0], args[1][0])
            if name in _UNSAFE:
                self.safe.add(number)
            return (number,)
        return (terms.of((name, *[a[0] for a in args])),)

    def load(self, n: Node, args: list[Values]) -> Values:
        element = n.type
        terms = self.terms
        (base, _), (index,) = args
        if is_scalar(element):
            found: Values = (terms.of(("load", element_family(element), base, index)),)
        else:
            stride = element_size(element)
            found = tuple([terms.of(("cell", base, index, stride, 8 * k)) for k in range(len(components(element)))])
        self.safe.update(found)
        return found

    def store(self, n: Node, args: list[Values]) -> Values:
        element = n.type.element
        (base, length), (index,), value = args
        terms = self.terms
        if is_scalar(element):
            base = terms.of(("store", store_width(element), base, index, value[0]))
            self.safe.add(base)
        else:
            stride = element_size(element)
            for k, part in enumerate(value):
                base = terms.of(("cell store", base, index, part, stride, 8 * k))
                self.safe.add(base)
        return base, length

    def constant_array(self, n: Node, args: list[Values]) -> Values:
        element, items = n.attr
        content = packed(element, items)
        width = WIDTHS[element]
        base = self.terms.of(("data", content, width))
        self.data.setdefault(len(items), []).append((content, width, base))
        return base, self.terms.const(len(items))

    def add_lanes(self, n: Node, args: list[Values]) -> Values:
        terms = self.terms
        lanes = terms.whole(args[0])
        if n.op.name == "lanes_add":
            return terms.lanes(terms.of(("lanes_add", lanes, args[1][0], args[2][0])))
        number = terms.of(("lanes_add8", lanes, args[1][0], args[2][0]))
        self.safe.add(number)
        return terms.lanes(number)

    def add_wide(self, n: Node, args: list[Values]) -> Values:
        (low, high), (x,) = args
        return self.terms.binary("add_wrap", low, x), self.terms.of(("wide carry", low, high, x))


def _map(names: Any, values: Any) -> dict[int, int]:
    return {name: value for left, right in zip(names, values, strict=True) for name, value in zip(left, right, strict=True)}


def _same(numbering: Numbering, n: Node, args: list[Values]) -> Values:
    return args[0]


def _joined(numbering: Numbering, n: Node, args: list[Values]) -> Values:
    return args[0] + args[1]


def _first(numbering: Numbering, n: Node, args: list[Values]) -> Values:
    return args[0][: width_of(n.type)]


def _last(numbering: Numbering, n: Node, args: list[Values]) -> Values:
    return args[0][len(args[0]) - width_of(n.type) :]


def _nothing(numbering: Numbering, n: Node, args: list[Values]) -> Values:
    return ()


def _fresh_array(numbering: Numbering, n: Node, args: list[Values]) -> Values:
    return numbering.terms.fresh(), args[-1][0]


def _called(numbering: Numbering, n: Node, args: list[Values]) -> tuple[Values, ...]:
    return (numbering.terms.unknown(n.results[0]),)


def _read(numbering: Numbering, n: Node, args: list[Values]) -> tuple[Values, ...]:
    return (numbering.terms.fresh(), args[1][1]), (numbering.terms.fresh(),)


_SPECIAL: Final[dict[str, Any]] = {
    **dict.fromkeys(("cast",), _same),
    **dict.fromkeys(("pair", "option", "mapping"), _joined),
    **dict.fromkeys(("left", "present", "keys"), _first),
    **dict.fromkeys(("right", "held", "values"), _last),
    **dict.fromkeys(("require", "tick"), _nothing),
    **dict.fromkeys(("alloc", "reserve", "array", "view"), _fresh_array),
    **dict.fromkeys((CALL.name, RECUR.name), _called),
    READ.name: _read,
    "length": lambda numbering, n, args: (args[0][1],),
    "not": lambda numbering, n, args: (numbering.terms.negate(args[0][0]),),
    "narrow": lambda numbering, n, args: (numbering.terms.of(("narrow", n.attr.kind, args[0][0])),),
    "select": lambda numbering, n, args: (numbering.terms.select(args[0][0], args[1][0], args[2][0]),),
    "wide": lambda numbering, n, args: (args[0][0], numbering.terms.const(0)),
    "wide_add": Numbering.add_wide,
    "wide_fit": lambda numbering, n, args: (numbering.terms.of(("wide_fit", *args[0])),),
    "lanes": lambda numbering, n, args: numbering.terms.lanes(numbering.terms.of(("lanes",))),
    "lanes_add": Numbering.add_lanes,
    "lanes_add8": Numbering.add_lanes,
    "lanes_total": lambda numbering, n, args: (numbering.terms.of(("lanes_total", numbering.terms.whole(args[0]))),),
    "load": Numbering.load,
    "store": Numbering.store,
    "data": Numbering.constant_array,
}

"""The Function as the checker sees it: its regions as a tree, every node's components as value numbers.

Imports `ir`, `check.memory` and `check.terms` only. Structural nodes (pairs, options, casts, lengths) have no value of their
own: their components pass through. Parameters of loops, results of `if`, `loop`, calls and effects, and fresh arrays are new
values at each place where they are listed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from functools import cache
from itertools import chain
from typing import Any, Final

from siglum.check.memory import Memory, bases
from siglum.check.terms import Terms, combination, width_of
from siglum.ir.function import Function
from siglum.ir.node import CALL, CONST, IF, RESULT, Node, Region
from siglum.ir.ownership import Summary
from siglum.ir.primitives import PRIMITIVES, Primitive
from siglum.ir.types import F32, F64, I64, WIDTHS, Type, components, element_size, is_scalar
from siglum.stencil.families import element_family

Values = tuple[int, ...]
BODY, ARM, LOOP_BODY = "body", "arm", "loop"
DIVISIONS: Final = frozenset({"mod", "div_u", "mod_u"})
"""Operations that do not stop, but must not be done elsewhere than where the Function does them."""


def word_of(n: Node) -> int:
    """A constant's word."""
    if n.type is F64 or n.type is F32:
        return int.from_bytes(struct.pack("<d", n.attr), "little")
    return int(n.attr)


def packed(element: Type, items: tuple[Any, ...]) -> bytes:
    """Constant data as it lies in memory."""
    width = WIDTHS[element]
    if element.kind == "f64":
        return struct.pack(f"<{len(items)}d", *items)
    if element.kind == "f32":
        return struct.pack(f"<{len(items)}f", *items)
    mask = (1 << 8 * width) - 1
    return b"".join([(int(x) & mask).to_bytes(width, "little") for x in items])


@cache
def load_width(t: Type) -> str:
    """The width in the name of the family that loads a scalar of type `t`."""
    return element_family(t)


@cache
def store_width(t: Type) -> str:
    """The width in the name of the family that stores a scalar of type `t`."""
    return t.kind if t.kind in ("f32", "f64") else str(8 * WIDTHS[t])


class Known(dict[Node, Any]):
    """Nodes to their components, those of several results to one tuple for each result. Constants and `result` nodes of what
    is known are known as well.
    """

    def __init__(self, terms: Terms, before: dict[Node, Any]) -> None:
        super().__init__(before)
        self.terms = terms

    def __missing__(self, n: Node) -> Values:
        if n.op is CONST:
            found = self[n] = (self.terms.const(word_of(n)),)
        elif n.op is RESULT:
            found = self[n] = self[n.args[0]][n.attr]
        else:
            raise KeyError(n)
        return found

    def has(self, n: Node) -> bool:
        """Whether the components of `n` can be had."""
        return n.op is CONST or (n.args[0] if n.op is RESULT else n) in self


class Scope:
    """One region at one place. `known` are the nodes in scope; `next_acting[k]` is the first listed node from `k` on that
    stops, acts, or holds one that does. In a loop's body `head` are the nodes in scope before anything listed.

    For a loop's body `count`, `again` and `index` are values, `enter` and `turn` map its parameters to what they are at
    the first run and the next, `skip` and `leave` its results to what they are with no run and after the last. For
    an arm `leave` maps the results of the `if`. `results` are the components of all results in a row.
    """

    __slots__ = (
        "again", "at", "count", "depth", "enter", "head", "index", "kind", "known", "leave", "next_acting",
        "parent", "region", "results", "skip", "turn",
    )  # fmt: skip

    results: list[int]
    count: int
    again: int
    index: int
    enter: dict[int, int]
    turn: dict[int, int]
    skip: dict[int, int]
    leave: dict[int, int]

    def __init__(self, kind: str, region: Region, parent: Scope | None, known: Known, at: int) -> None:
        self.kind, self.region, self.parent, self.at = kind, region, parent, at
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.known = self.head = known
        self.next_acting: list[int] = []

    def quiet(self, start: int, end: int) -> bool:
        """Whether no listed node from `start` to before `end` acts."""
        return self.next_acting[start] >= end


class Numbering:
    """Numbers a function's values; `root` is its body's scope, `inside` those of a node's regions in a scope. `safe` are the
    loads, stores and divisions the function has; `stores` says in which scopes.
    """

    def __init__(self, function: Function, terms: Terms, summaries: dict[Function, Summary]) -> None:
        self.terms, self.summaries = terms, summaries
        self.memory = Memory(terms.next)
        self.stores: dict[int, set[Scope | None]] = {}
        self.safe: set[int] = set()
        self.inside: dict[tuple[Scope, Node, int], Scope] = {}
        self.data: dict[int, list[tuple[bytes, int, int]]] = {}
        region = function.region
        self.params = [terms.unknown(p.type) for p in region.params]
        self.root = Scope(BODY, region, None, Known(terms, dict(zip(region.params, self.params, strict=True))), 0)
        self.walk(self.root)

    # Regions ------------------------------------------------------------------------------------------------
    def walk(self, scope: Scope) -> bool:
        """Numbers what a region lists; gives whether any of it acts."""
        body, known, following = scope.region.body, scope.known, scope.next_acting
        self.here = scope
        components_of = known.__getitem__
        for at, n in enumerate(body):
            if n.regions:
                acts = self.branch(n, scope, at) if n.op is IF else self.loop(n, scope, at)
                self.here = scope
            else:
                known[n] = _VALUE[n.op](self, n, list(map(components_of, n.args)))
                acts = bool(n.stop) or n.op.effect
            if acts:
                following.extend([at] * (at + 1 - len(following)))
        scope.results = _all(map(components_of, scope.region.results))
        acts = bool(following)
        following.extend([len(body)] * (len(body) + 1 - len(following)))
        return acts

    def branch(self, n: Node, scope: Scope, at: int) -> bool:
        given = scope.known[n] = [self.terms.unknown(t) for t in n.results]
        results = _all(given)
        acts = False
        for which, region in enumerate(n.regions):
            arm = self.inside[scope, n, which] = Scope(ARM, region, scope, Known(self.terms, scope.known), at)
            acts |= self.walk(arm)
            arm.leave = _map(results, arm.results)
        for k, t in enumerate(n.results):
            if not t.args:
                continue
            arms = [bases(t, self.inside[scope, n, which].known[r.results[k]]) for which, r in enumerate(n.regions)]
            for base, *others in zip(bases(t, given[k]), *arms, strict=True):
                self.memory.same(base, *others)
        return acts

    def loop(self, n: Node, scope: Scope, at: int) -> bool:
        (region,) = n.regions
        terms, known = self.terms, scope.known
        (count,), *inits = map(known.__getitem__, n.args)
        since = terms.next()
        params = [terms.unknown(p.type) for p in region.params]
        carried_bases = _bases(region.params[1:], params[1:])
        for base in carried_bases:
            self.memory.made(base)
        inside = self.inside[scope, n, 0] = Scope(LOOP_BODY, region, scope, Known(terms, known), at)
        inside.known.update(zip(region.params, params, strict=True))
        inside.head = Known(terms, inside.known)
        acts = self.walk(inside)
        given = known[n] = [terms.unknown(t) for t in n.results]
        if carried_bases:
            nexts_given = [inside.known[r] for r in region.results[1:]]
            first_bases, next_bases = _bases(region.params[1:], inits), _bases(region.params[1:], nexts_given)
            self.memory.looped(since, carried_bases, first_bases, next_bases, _bases(region.params[1:], given))
        (index, *carried), first, results = _all(params), _all(inits), _all(given)
        again, *nexts = inside.results
        inside.count, inside.index, inside.again = count, index, again
        inside.enter, inside.turn = _map(carried, first), _map(carried, nexts)
        inside.enter[index] = terms.const(0)
        inside.turn[index] = terms.binary("add_wrap", index, terms.const(1))
        inside.skip, inside.leave = _map(results, first), _map(results, nexts)
        return acts

    # Nodes --------------------------------------------------------------------------------------------------
    def load(self, n: Node, args: list[Values]) -> Values:
        element = n.type
        terms = self.terms
        (base, _), (index,) = args
        if is_scalar(element):
            found: Values = (terms["load", load_width(element), base, index],)
        else:
            stride = element_size(element)
            found = tuple([terms["cell", base, index, stride, 8 * k] for k in range(len(components(element)))])
        self.safe.update(found)
        return found

    def store(self, n: Node, args: list[Values]) -> Values:
        element = n.type.element
        (base, length), (index,), value = args
        terms = self.terms
        if is_scalar(element):
            base = self.stored(base, terms["store", store_width(element), base, index, value[0]])
        else:
            stride = element_size(element)
            for k, part in enumerate(value):
                base = self.stored(base, terms["cell store", base, index, part, stride, 8 * k])
        return base, length

    def stored(self, old: int, new: int) -> int:
        self.safe.add(new)
        self.stores.setdefault(new, set()).add(self.here)
        self.memory.stored(old, new)
        return new

    def constant_array(self, n: Node, args: list[Values]) -> Values:
        element, items = n.attr
        content = packed(element, items)
        width = WIDTHS[element]
        base = self.terms["data", content, width]
        self.data.setdefault(len(items), []).append((content, width, base))
        return base, self.terms.const(len(items))

    def add_lanes(self, n: Node, args: list[Values]) -> Values:
        terms = self.terms
        lanes = terms.whole(args[0])
        if n.op.name == "lanes_add":
            return terms.lanes(terms["lanes_add", lanes, args[1][0], args[2][0]])
        number = terms["lanes_add8", lanes, args[1][0], args[2][0]]
        self.safe.add(number)
        return terms.lanes(number)

    def add_wide(self, n: Node, args: list[Values]) -> Values:
        (low, high), (x,) = args
        return self.terms.binary("add_wrap", low, x), self.terms["wide carry", low, high, x]


def _all(values: Iterable[Values]) -> list[int]:
    """The components of several values in a row."""
    return list(chain.from_iterable(values))


def _bases(nodes: tuple[Node, ...], values: Iterable[Values]) -> list[int]:
    """The array bases of several values in a row, of the types of `nodes`."""
    return [base for n, v in zip(nodes, values, strict=True) if n.type.args for base in bases(n.type, v)]


def _map(names: list[int], values: list[int]) -> dict[int, int]:
    return dict(zip(names, values, strict=True))


Valued = Callable[[Numbering, Node, list[Values]], Any]
"""Gives the components of a listed node without regions, from those of its arguments."""


def _word(op: Primitive) -> Valued:
    """An operation on words that gives a word."""
    name, combine, unsafe = op.name, combination(op.name), op.name in DIVISIONS

    def applied(numbering: Numbering, n: Node, args: list[Values]) -> Values:
        if len(args) != 2:
            return (numbering.terms[(name, *[a[0] for a in args])],)
        number = combine(numbering.terms, args[0][0], args[1][0])
        if unsafe:
            numbering.safe.add(number)
        return (number,)

    return applied


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
    base = numbering.terms.next()
    numbering.memory.made(base)
    return base, args[-1][0]


def _part(numbering: Numbering, n: Node, args: list[Values]) -> Values:
    base = numbering.terms.next()
    numbering.memory.same(base, args[0][0])
    return base, args[-1][0]


def _called(numbering: Numbering, n: Node, args: list[Values]) -> tuple[Values, ...]:
    found = numbering.terms.unknown(n.results[0])
    given = bases(n.results[0], found)
    if given:
        summary = numbering.summaries[n.attr] if n.op is CALL else None
        numbering.memory.called(given, [bases(a.type, values) for a, values in zip(n.args, args, strict=True)], summary)
    return (found,)


def _read(numbering: Numbering, n: Node, args: list[Values]) -> tuple[Values, ...]:
    base = numbering.terms.next()
    numbering.memory.stored(args[1][0], base)
    return (base, args[1][1]), (numbering.terms.next(),)


def _effect(numbering: Numbering, n: Node, args: list[Values]) -> Values:
    return numbering.terms.unknown(I64)


_SPECIAL: Final[dict[str, Valued]] = {
    **dict.fromkeys(("cast",), _same),
    **dict.fromkeys(("pair", "option", "mapping"), _joined),
    **dict.fromkeys(("left", "present", "keys"), _first),
    **dict.fromkeys(("right", "held", "values"), _last),
    **dict.fromkeys(("require", "tick"), _nothing),
    **dict.fromkeys(("alloc", "reserve"), _fresh_array),
    **dict.fromkeys(("array", "view"), _part),
    **dict.fromkeys(("call", "recur"), _called),
    **dict.fromkeys(("write", "open", "close", "clock"), _effect),
    "read": _read,
    "length": lambda numbering, n, args: (args[0][1],),
    "not": lambda numbering, n, args: (numbering.terms.negate(args[0][0]),),
    "narrow": lambda numbering, n, args: (numbering.terms["narrow", n.attr.kind, args[0][0]],),
    "select": lambda numbering, n, args: (numbering.terms.select(args[0][0], args[1][0], args[2][0]),),
    "wide": lambda numbering, n, args: (args[0][0], numbering.terms.const(0)),
    "wide_add": Numbering.add_wide,
    "wide_fit": lambda numbering, n, args: (numbering.terms[("wide_fit", *args[0])],),
    "lanes": lambda numbering, n, args: numbering.terms.lanes(numbering.terms[("lanes",)]),
    "lanes_add": Numbering.add_lanes,
    "lanes_add8": Numbering.add_lanes,
    "lanes_total": lambda numbering, n, args: (numbering.terms["lanes_total", numbering.terms.whole(args[0])],),
    "load": Numbering.load,
    "store": Numbering.store,
    "data": Numbering.constant_array,
}
_VALUE: Final = {op: _SPECIAL[name] if name in _SPECIAL else _word(op) for name, op in PRIMITIVES.items()}

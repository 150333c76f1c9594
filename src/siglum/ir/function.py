"""`Function`, the one intermediate representation, and `Builder`, which makes it.

Imports the modules of `siglum.ir` below it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from siglum.errors import Place
from siglum.ir.intern import InternTable
from siglum.ir.node import (
    CONST,
    LOOP,
    PARAM,
    RESULT,
    Node,
    Region,
    call_node,
    constant,
    if_node,
    loop_node,
    node,
    parameter,
    recur_node,
    region,
    result,
)
from siglum.ir.primitives import PRIMITIVES, Halt, wrap_to
from siglum.ir.types import BOOL, F64, I64, NOTHING, Type


class Origin(NamedTuple):
    """Where a node that may stop comes from: the word, and its place in the source."""

    word: str
    source: str
    line: int
    column: int
    length: int

    def place(self, text: str = "") -> Place:
        return Place(self.source, self.line, self.column, self.length, text)


class Function:
    """Typed structured SSA. `params` are (name, type); `region.params` are their nodes, `region.results` the one
    result. `words` says of nodes that cannot stop which origin they serve (a node that stops has its own). Interned: two
    functions with equal parts are one object.
    """

    __slots__ = ("__weakref__", "name", "origins", "params", "region", "result", "words")
    name: str
    params: tuple[tuple[str, Type], ...]
    result: Type
    region: Region
    origins: tuple[Origin, ...]
    words: dict[Node, int]

    def origin_of(self, n: Node) -> int:
        """The index of the origin that `n` serves, or -1."""
        return n.origin if n.origin >= 0 else self.words.get(n, -1)

    def __repr__(self) -> str:
        inside = " ".join(f"{n}:{t}" for n, t in self.params)
        return f"<Function {self.name} {inside} -> {self.result}>"


_functions: InternTable[Function] = InternTable(prompt=True)


def function(
    name: str,
    params: tuple[tuple[str, Type], ...],
    result_type: Type,
    body: Region,
    origins: tuple[Origin, ...],
    words: tuple[tuple[Node, int], ...] = (),
) -> Function:
    """The interned function."""
    key = (name, params, result_type, body, origins, words)
    found = _functions.get(key)
    if found is None:
        found = Function()
        found.name, found.params, found.result, found.region, found.origins = name, params, result_type, body, origins
        found.words = dict(words)
        found = _functions.keep(key, found)
    return found


_STRUCTURAL = {"left": ("pair", 0), "right": ("pair", 1), "keys": ("mapping", 0), "values": ("mapping", 1),
               "present": ("option", 0), "held": ("option", 1)}  # fmt: skip
_NEGATED = {"eq": "ne", "ne": "eq", "lt": "le", "le": "lt", "lt_u": "le_u", "le_u": "lt_u", "feq": "fne", "fne": "feq"}
_SWAPPED_WHEN_NEGATED = {"lt", "le", "lt_u", "le_u"}
_NEUTRAL = {"add": 0, "sub": 0, "mul": 1, "add_wrap": 0, "sub_wrap": 0, "mul_wrap": 1, "add_u": 0, "sub_u": 0,
            "mul_u": 1, "or": 0, "xor": 0, "shl": 0, "shr": 0, "sar": 0}  # fmt: skip


class Builder:
    """Builds a function front to back: `emit` appends a node to the open region unless it is already available.

    Pure nodes with constant arguments fold, projections of constructed values disappear, `not` of an
    integer comparison turns into its opposite.
    """

    def __init__(self, origins: tuple[Origin, ...] = ()) -> None:
        self.level = 0
        self._bodies: list[list[Node]] = [[]]
        self._available: set[Node] = set()
        self._origins: list[Origin] = list(origins)
        self._known: dict[Origin, int] = {o: k for k, o in enumerate(origins)}
        self._acted: set[Node] = set()
        self._serial = 0
        self._inits: list[tuple[Node, tuple[Node, ...], tuple[Node, ...]]] = []
        self._lengths: dict[Node, Node] = {}
        self.here = -1
        """The origin that what is emitted now serves, or -1."""
        self.words: dict[Node, int] = {}
        self._loop_bodies: list[int] = []
        """For each level, the position of the body that lists the loop being built there."""

    def origin(self, o: Origin) -> int:
        """The index of an origin in the function's table."""
        found = self._known.get(o)
        if found is None:
            found = self._known[o] = len(self._origins)
            self._origins.append(o)
        return found

    def origin_at(self, index: int) -> Origin:
        """The origin of an index that `origin` gave."""
        return self._origins[index]

    def param(self, index: int, t: Type) -> Node:
        """A parameter of the function itself."""
        return parameter(0, index, t)

    def const(self, value: Any, t: Type = I64) -> Node:
        return constant(value, t)

    def emit(self, name: str, *args: Node, attr: Any = None, origin: int = -1) -> Node:
        """The node of primitive `name`; `origin` is needed for a node that may stop."""
        if name == "length":
            return self.length(args[0])
        simpler = _simplify(name, args, attr)
        if simpler is not None:
            return simpler
        op = PRIMITIVES[name]
        if name == "select":
            extreme = _extreme(*args)
            if extreme:
                return self.emit(extreme, args[2], args[1])
        elif name == "not" and args[0].op.name in _NEGATED:
            inner = args[0]
            flipped = inner.args[::-1] if inner.op.name in _SWAPPED_WHEN_NEGATED else inner.args
            return self.emit(_NEGATED[inner.op.name], *flipped)
        elif op.effect and op.rule(attr, tuple(a.type for a in args)) is not NOTHING:
            # what acts and has a value is a node of its own each time
            self._serial += 1
            attr = self._serial
        made = node(op, args, attr, origin if op.stop else -1)
        return self._list(made)

    def length(self, array: Node) -> Node:
        """The length of an array, traced through stores and through loops that keep it (`same_length`)."""
        while True:
            known = self._lengths.get(array)
            if known is not None:
                return known
            name = array.op.name
            if name in ("array", "view"):
                return array.args[-1]
            if name in ("alloc", "reserve"):
                return array.args[0]
            if name == "data":
                return constant(len(array.attr[1]), I64)
            if name != "store":
                return self._list(node(PRIMITIVES["length"], (array,)))
            array = array.args[0]

    def same_length(self, array: Node, like: Node) -> None:
        """States that `array` (a carried value, or a result of `if` or `loop`) is as long as `like`.

        The verifier re-derives it; a wrong statement makes a function it refuses.
        """
        self._lengths[array] = self.length(like)

    def append(self, made: Node) -> Node:
        """Lists a ready node, as a rewrite of another function does."""
        return self._list(made)

    def _list(self, made: Node) -> Node:
        if made.op.effect or made not in self._available:
            self._bodies[-1].append(made)
            self._available.add(made)
            if self.here >= 0 and made.origin < 0:
                self.words.setdefault(made, self.here)
        return made

    def alloc(self, element: Type, count: Node, origin: int, *, zero: bool = True) -> Node:
        """A fresh array of `count` elements, zero-filled or (with `zero=False`) unwritten."""
        self._serial += 1
        return self.emit("alloc" if zero else "reserve", count, attr=(element, self._serial), origin=origin)

    def data(self, element: Type, values: tuple[Any, ...]) -> Node:
        """A constant array of scalars."""
        return self._list(node(PRIMITIVES["data"], (), (element, values)))

    def result(self, of: Node, index: int) -> Node:
        return result(of, index)

    def results(self, of: Node) -> tuple[Node, ...]:
        return tuple([result(of, k) for k in range(len(of.results))])

    def call(self, callee: Function, args: tuple[Node, ...], origin: int) -> Node:
        """Calls `callee` and gives its result."""
        return result(self._call(call_node(callee, args, origin), lambda again: call_node(callee, args, again)), 0)

    def recur(self, args: tuple[Node, ...], result_type: Type, origin: int) -> Node:
        """Calls the function being built."""
        return result(self._call(recur_node(args, result_type, origin), lambda o: recur_node(args, result_type, o)), 0)

    def _call(self, made: Node, again: Callable[[int], Node]) -> Node:
        """Lists a call; a second one like it gets an equal origin of its own, so that it is a node of its own."""
        if made in self._acted:
            self._origins.append(self._origins[made.origin])
            made = again(len(self._origins) - 1)
        self._acted.add(made)
        return self._list(made)

    def read(self, descriptor: Node, buffer: Node, most: Node) -> tuple[Node, Node]:
        """Reads into the start of `buffer`; the new buffer and the count."""
        self._serial += 1
        made = self._list(node(PRIMITIVES["read"], (descriptor, buffer, most), self._serial))
        return result(made, 0), result(made, 1)

    # Regions ------------------------------------------------------------------------------------------------
    def open_region(self) -> None:
        """Starts a region without parameters (an arm of `if`)."""
        self._bodies.append([])

    def close_region(self, results: tuple[Node, ...], params: tuple[Node, ...] = ()) -> Region:
        """Ends the innermost region; what it listed is no longer available."""
        body = self._bodies.pop()
        made = region(params, _without_dead(body, results), results)
        self._available.difference_update(body)
        return made

    def if_(self, condition: Node, then: Region, otherwise: Region) -> tuple[Node, ...]:
        """Lists an `if` over two closed regions; gives its results. One that only stops is a `require`."""
        if not otherwise.body and not then.results and len(then.body) == 1:
            (stop,) = then.body
            if stop.op.name == "require" and stop.args[0].op is CONST:
                self.emit("require", self.emit("not", condition), attr=stop.attr, origin=stop.origin)
                return ()
        return self.results(self._list(if_node(condition, then, otherwise)))

    def open_loop(self, count: Node, inits: tuple[Node, ...]) -> tuple[Node, tuple[Node, ...]]:
        """Starts a loop body; gives the index and the carried values as nodes."""
        del self._loop_bodies[self.level :]
        self._loop_bodies.append(len(self._bodies) - 1)
        self.level += 1
        index = parameter(self.level, 0, I64)
        carried = tuple([parameter(self.level, 1 + k, i.type) for k, i in enumerate(inits)])
        self._inits.append((count, inits, (index, *carried)))
        self._bodies.append([])
        return index, carried

    def close_loop(self, again: Node, nexts: tuple[Node, ...]) -> tuple[Node, ...]:
        """Ends the loop body with whether to go on and the next carried values; gives the loop's results."""
        count, inits, params = self._inits.pop()
        body = self.close_region((again, *nexts), params)
        self.level -= 1
        return self.results(self._list(loop_node(count, inits, body)))

    @contextmanager
    def outside(self, level: int) -> Iterator[None]:
        """Lists what is emitted inside the `with` before the loop at `level` + 1 that is being built."""
        at, inner = self._loop_bodies[level], self.level
        kept, self._bodies, self.level = self._bodies, self._bodies[: at + 1], level
        yield
        self._bodies, self.level = kept, inner

    def drop_loop(self) -> None:
        """Gives up the loop body being built."""
        self._inits.pop()
        self._available.difference_update(self._bodies.pop())
        self.level -= 1

    def finish(self, name: str, params: tuple[tuple[str, Type], ...], value: Node) -> Function:
        """The finished function; `value` is its result."""
        nodes = tuple(parameter(0, k, t) for k, (_, t) in enumerate(params))
        body = region(nodes, _without_dead(self._bodies[0], (value,)), (value,))
        words = self.words
        named = tuple([(n, words[n]) for n in listed(body) if n in words])
        return function(name, params, value.type, body, tuple(self._origins), named)


def listed(r: Region) -> dict[Node, None]:
    """Every node listed in a region or inside its nodes, in order."""
    found: dict[Node, None] = {}
    _list_into(found, r)
    return found


def _list_into(found: dict[Node, None], r: Region) -> None:
    for n in r.body:
        found[n] = None
        for inner in n.regions:
            _list_into(found, inner)


def _without_dead(body: list[Node], results: tuple[Node, ...]) -> tuple[Node, ...]:
    """`body` without pure nodes nothing uses; nodes that may stop or act stay."""
    needed = {r.args[0] if r.op is RESULT else r for r in results}
    kept: list[Node] = []
    for n in reversed(body):
        if n.acts or n in needed:
            kept.append(n)
            for a in n.args:
                needed.add(a.args[0] if a.op is RESULT else a)
            for r in n.regions:
                needed.update(r.takes)
    kept.reverse()
    return tuple(kept)


def _simplify(name: str, args: tuple[Node, ...], attr: Any) -> Node | None:
    """A simpler node equal to `name(args)`, or None."""
    if args and args[-1].op is CONST:
        if len(args) == 1 or all(a.op is CONST for a in args):
            return _fold(name, args, attr)
        if len(args) == 2 and name in _NEUTRAL and args[1].attr == _NEUTRAL[name]:
            return args[0]
    rule = _RULES.get(name)
    return None if rule is None else rule(name, args)


def _taken_apart(name: str, args: tuple[Node, ...]) -> Node | None:
    whole, part = _STRUCTURAL[name]
    return args[0].args[part] if args[0].op.name == whole else None


def _simpler_select(name: str, args: tuple[Node, ...]) -> Node | None:
    condition, x, y = args
    if condition.op is CONST:
        return x if condition.attr else y
    return x if x is y else None


def _once(name: str, args: tuple[Node, ...]) -> Node | None:
    """Doing it twice is doing it once."""
    return args[0] if args[0].op.name == name else None


def _not_twice(name: str, args: tuple[Node, ...]) -> Node | None:
    return args[0].args[0] if args[0].op.name == name else None


def _with_known_truth(name: str, args: tuple[Node, ...]) -> Node | None:
    """`and`, `or` of two truth values of which one is a constant."""
    x, y = args
    if x.type is not BOOL:
        return None
    known, other = (x, y) if x.op is CONST else (y, x)
    if known.op is not CONST:
        return None
    return other if known.attr == (name == "and") else known


_RULES: dict[str, Callable[[str, tuple[Node, ...]], Node | None]] = {
    **dict.fromkeys(_STRUCTURAL, _taken_apart),
    "select": _simpler_select, "nonzero": _once, "not": _not_twice, "and": _with_known_truth, "or": _with_known_truth,
}  # fmt: skip


_EXTREME = {"lt": ("max", "min"), "le": ("max", "min"), "flt": ("fmax", "fmin")}


def _extreme(condition: Node, x: Node, y: Node) -> str:
    """The primitive that takes (y, x) and gives `condition ? x : y`, where there is one: the larger or the smaller."""
    names = _EXTREME.get(condition.op.name)
    if names is None or condition.args not in ((y, x), (x, y)):
        return ""
    return names[0] if condition.args == (y, x) else names[1]


def _fold(name: str, args: tuple[Node, ...], attr: Any) -> Node | None:
    op = PRIMITIVES[name]
    values = [a.attr for a in args]
    if name == "cast":
        return constant(float(values[0]) if attr is F64 else values[0] if attr is BOOL else wrap_to(attr, int(values[0])), attr)
    if op.meaning is None or (op.machine is None and name != "select"):
        return None
    try:
        value = op.meaning(*values, attr) if name == "narrow" else op.meaning(*values)
    except Halt:
        return None
    made = op.rule(attr, tuple(a.type for a in args))
    return constant(wrap_to(made, value), made) if made is not BOOL else constant(value, BOOL)


__all__ = [
    "LOOP", "PARAM", "Builder", "Function", "Node", "Origin", "Region", "function", "listed",
]  # fmt: skip

"""Interned nodes and regions: structure is identity, so equality is `is`.

A `Node` is an operation on nodes; a `Region` lists nodes in evaluation order. Parameters are named by nesting
level and index, so functions that differ in names alone are one object. The weak intern tables are the one
piece of shared state. Imports `ir.types` and `ir.primitives`.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

from siglum.ir.intern import InternTable
from siglum.ir.primitives import BYTES, PRIMITIVES, Primitive
from siglum.ir.types import BOOL, F32, F64, I64, NOTHING, Type

if TYPE_CHECKING:
    from siglum.ir.function import Function


class Node:
    """One operation. `origin` indexes the function's origins for a node that may stop, else -1.

    `results` are the types of a node with several results (`if`, `loop`, `call`, `recur`, `read`); such a node's own
    `type` is `NOTHING` and `result` nodes take them apart. `stop` is the kind of its stop, or "". `acts`
    says whether running it can be noticed apart from its results: it stops, has an effect, or holds such a node.
    """

    __slots__ = ("__weakref__", "acts", "args", "attr", "op", "origin", "regions", "results", "stop", "type")
    acts: bool
    op: Primitive
    args: tuple[Node, ...]
    attr: Any
    origin: int
    regions: tuple[Region, ...]
    results: tuple[Type, ...]
    stop: str
    type: Type

    def __repr__(self) -> str:
        inside = ", ".join([*(a.op.name for a in self.args), *([repr(self.attr)] if self.attr is not None else [])])
        return f"<{self.op.name}({inside}): {self.type}>"

    @property
    def listed(self) -> bool:
        """Whether its place in the region matters: it may stop, acts, or holds regions."""
        return bool(self.stop) or self.op.effect or bool(self.regions)


class Region:
    """`params` stand for the values given on entry, `body` lists nodes in order, `results` are given back. `takes` are
    the nodes used from outside, constants left out.
    """

    __slots__ = ("__weakref__", "body", "params", "results", "takes")
    params: tuple[Node, ...]
    body: tuple[Node, ...]
    results: tuple[Node, ...]
    takes: tuple[Node, ...]


_nodes: InternTable[Node] = InternTable()
_regions: InternTable[Region] = InternTable(prompt=True)
_find: Final = _nodes.find

CONST, PARAM, RESULT, IF, LOOP, CALL, RECUR, READ, DATA = (
    PRIMITIVES[name] for name in ("const", "param", "result", "if", "loop", "call", "recur", "read", "data")
)


def node(op: Primitive, args: tuple[Node, ...], attr: Any = None, origin: int = -1) -> Node:
    """The node of a primitive row with a type rule. Raises TypeError when the argument types do not fit."""
    key: tuple[Any, ...] = (op, args, attr, origin)
    if op is DATA and attr[0] in (F64, F32):
        # zeros of both signs are equal in Python
        key = (op, attr[0], struct.pack(f"<{len(attr[1])}d", *attr[1]))
    found = _find(key)
    if found is not None:
        first = found()
        if first is not None:
            return first
    try:
        result = op.rule(attr, tuple([a.type for a in args]))
    except TypeError as problem:
        raise TypeError(f"`{op.name}` {problem}") from None
    results = (BYTES, I64) if op is READ else ()
    return _intern(key, op, args, attr, origin, (), results, result)


def _intern(
    key: tuple[Any, ...],
    op: Primitive,
    args: tuple[Node, ...],
    attr: Any,
    origin: int,
    regions: tuple[Region, ...],
    results: tuple[Type, ...],
    result: Type,
) -> Node:
    made = Node()
    made.op, made.args, made.attr, made.origin = op, args, attr, origin
    made.regions, made.results, made.type = regions, results, result
    made.stop = attr if op.stop == "attr" else op.stop
    made.acts = bool(made.stop) or op.effect or (bool(regions) and any(n.acts for r in regions for n in r.body))
    return _nodes.keep(key, made)


def constant(value: Any, t: Type) -> Node:
    """A scalar constant; `char` constants are code points, floats are told apart by their bits."""
    if t is F64 or t is F32:
        value = float(value)
        bits = struct.pack("<d", value)
        key: tuple[Any, ...] = (CONST, bits, t)
    else:
        value = bool(value) if t is BOOL else int(value)
        key = (CONST, value, t)
    found = _find(key)
    first = None if found is None else found()
    return first if first is not None else _intern(key, CONST, (), value, -1, (), (), t)


def parameter(level: int, index: int, t: Type) -> Node:
    """Parameter `index` of the region at nesting `level` (the function body is level 0; only loops add one)."""
    key = (PARAM, level, index, t)
    found = _find(key)
    first = None if found is None else found()
    return first if first is not None else _intern(key, PARAM, (), (level, index), -1, (), (), t)


def result(of: Node, index: int) -> Node:
    """Result `index` of a node with several results."""
    key = (RESULT, of, index)
    found = _find(key)
    first = None if found is None else found()
    return first if first is not None else _intern(key, RESULT, (of,), index, -1, (), (), of.results[index])


def if_node(condition: Node, then: Region, otherwise: Region) -> Node:
    """Runs one of two regions without parameters; their results are its results."""
    key = (IF, condition, then, otherwise)
    found = _nodes.get(key)
    if found is not None:
        return found
    results = tuple([r.type for r in then.results])
    return _intern(key, IF, (condition,), None, -1, (then, otherwise), results, NOTHING)


def loop_node(count: Node, inits: tuple[Node, ...], body: Region) -> Node:
    """Runs `body(i, carried...)` for i = 0 .. count-1; it gives `(again, next...)` and ends early where `again` is
    false. Its results are the carried values after the last run (`inits` when there was none).
    """
    key = (LOOP, count, inits, body)
    found = _nodes.get(key)
    if found is not None:
        return found
    results = tuple([i.type for i in inits])
    return _intern(key, LOOP, (count, *inits), None, -1, (body,), results, NOTHING)


def call_node(function: Function, args: tuple[Node, ...], origin: int) -> Node:
    """Calls another function, which may stop with stops of its own."""
    key = (CALL, function, args, origin)
    found = _nodes.get(key)
    return found if found is not None else _intern(key, CALL, args, function, origin, (), (function.result,), NOTHING)


def recur_node(args: tuple[Node, ...], result_type: Type, origin: int) -> Node:
    """Calls the function it stands in."""
    key = (RECUR, args, result_type, origin)
    found = _nodes.get(key)
    return found if found is not None else _intern(key, RECUR, args, None, origin, (), (result_type,), NOTHING)


def region(params: tuple[Node, ...], body: tuple[Node, ...], results: tuple[Node, ...]) -> Region:
    """The interned region."""
    key = (params, body, results)
    found = _regions.get(key)
    if found is None:
        found = Region()
        found.params, found.body, found.results = params, body, results
        found.takes = _taken(params, body, results)
        found = _regions.keep(key, found)
    return found


def _taken(params: tuple[Node, ...], body: tuple[Node, ...], results: tuple[Node, ...]) -> tuple[Node, ...]:
    inside = set(params)
    found: dict[Node, None] = {}
    for n in body:
        for a in n.args:
            if a.op is RESULT:
                a = a.args[0]
            if a not in inside and a.op is not CONST:
                found[a] = None
        for r in n.regions:
            for a in r.takes:
                if a not in inside:
                    found[a] = None
        inside.add(n)
    for a in results:
        if a.op is RESULT:
            a = a.args[0]
        if a not in inside and a.op is not CONST:
            found[a] = None
    return tuple(found)

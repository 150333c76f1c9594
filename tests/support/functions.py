"""Small functions for the tests of the verifier: listed node by node, built, or with nodes no constructor makes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from siglum.errors import UserError
from siglum.ir.function import Builder, Function, Origin, function
from siglum.ir.node import Node, constant, node, parameter, region
from siglum.ir.primitives import PRIMITIVES
from siglum.ir.types import BOOL, I64, Array, Type
from siglum.ir.verify import verify

INTS = Array(I64)
HERE = Origin("word", "<test>", 1, 1, 4)
XS = parameter(0, 0, INTS)
ONE = constant(1, I64)
YES = constant(True, BOOL)


def row(name: str, *args: Node, attr: object = None, origin: int = -1) -> Node:
    return node(PRIMITIVES[name], args, attr, origin)


def made(body: tuple[Node, ...], value: Node, params: tuple[Type, ...] = (INTS,), origins: int = 1) -> Function:
    nodes = tuple(parameter(0, k, t) for k, t in enumerate(params))
    names = tuple((f"p{k}", t) for k, t in enumerate(params))
    return function("f", names, value.type, region(nodes, body, (value,)), (HERE,) * origins)


def refused(f: Function, code: str, what: str) -> None:
    with pytest.raises(UserError, match=what) as caught:
        verify(f)
    assert caught.value.code == code


def build(make: Callable[[Builder], Node], *types: Type) -> Function:
    b = Builder()
    return b.finish("f", tuple((f"p{k}", t) for k, t in enumerate(types)), make(b))


def at(b: Builder) -> int:
    return b.origin(HERE)


def forged(n: Node, **changes: object) -> Node:
    """A node that no constructor makes."""
    copy = Node()
    for slot in Node.__slots__:
        if slot != "__weakref__":
            setattr(copy, slot, changes.get(slot, getattr(n, slot)))
    return copy

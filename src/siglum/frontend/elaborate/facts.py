"""`Facts`: a builder that remembers, region by region, lower bounds of integers and equal lengths.

Imports `siglum.ir` only.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.function import Builder
from siglum.ir.node import CONST, Node, constant
from siglum.ir.types import BOOL, CHAR, I64

_TRUE: Final = constant(True, BOOL)
_FALSE: Final = constant(False, BOOL)
_ZERO: Final = constant(0, I64)
_ONE: Final = constant(1, I64)
_NEVER_NEGATIVE: Final = frozenset({"length", "popcount", "leading_zeros", "trailing_zeros", "bounds"})


class Facts(Builder):
    """What is known holds until the region ends in which it was noted."""

    def __init__(self) -> None:
        super().__init__()
        self.lower: dict[Node, int] = {}
        self.equal: dict[Node, Node] = {}
        self.true, self.false, self.zero, self.one = _TRUE, _FALSE, _ZERO, _ONE

    def at_least(self, n: Node, depth: int = 4) -> int | None:
        """A lower bound of an i64, or None."""
        if n.op is CONST:
            return int(n.attr)
        found = self.lower.get(n)
        if found is not None:
            return found
        name = n.op.name
        if name == "param":
            return 0 if n.attr[0] > 0 and n.attr[1] == 0 else None
        if name in _NEVER_NEGATIVE:
            return 0
        if name == "cast":
            return None if n.args[0].type not in (BOOL, CHAR) and n.args[0].type.kind[0] != "u" else 0
        if depth == 0:
            return None
        if name == "add" or name == "mul":
            x, y = self.at_least(n.args[0], depth - 1), self.at_least(n.args[1], depth - 1)
            if x is None or y is None or (name == "mul" and (x < 0 or y < 0)):
                return None
            return x + y if name == "add" else x * y
        if name == "sub" and n.args[1].op is CONST:
            x = self.at_least(n.args[0], depth - 1)
            return None if x is None else x - int(n.args[1].attr)
        if name in ("floordiv", "sar", "min"):
            x, y = self.at_least(n.args[0], depth - 1), self.at_least(n.args[1], depth - 1)
            return 0 if x is not None and x >= 0 and y is not None and y >= 0 else None
        if name == "mod":
            y = self.at_least(n.args[1], depth - 1)
            return 0 if y is not None and y >= 0 else None
        if name in ("and", "max"):
            x, y = self.at_least(n.args[0], depth - 1), self.at_least(n.args[1], depth - 1)
            return 0 if (x is not None and x >= 0) or (y is not None and y >= 0) else None
        if name == "nonzero":
            return self.at_least(n.args[0], depth - 1)
        return None

    def require_equal(self, x: Node, y: Node, origin: int, kind: str = "length") -> None:
        """Stops with `kind` unless two lengths are equal; from here on they are known to be."""
        x, y = leader(self.equal, x), leader(self.equal, y)
        if x is not y:
            self.emit("require", self.emit("eq", x, y), attr=kind, origin=origin)
            if y.op is CONST:
                x, y = y, x
            if y.op is not CONST:
                self.equal[y] = x

    def never_negative(self, n: Node) -> bool:
        x = self.at_least(n)
        return x is not None and x >= 0

    def note(self, n: Node, least: int) -> None:
        """Remembers, until the region ends, that `n` is at least `least`."""
        if n.op is not CONST and least > self.lower.get(n, -(2**63)):
            self.lower[n] = least


def leader(equal: dict[Node, Node], n: Node) -> Node:
    """The node that stands for all that `equal` knows to equal `n`."""
    while n in equal:
        n = equal[n]
    return n

"""What an argument must have been: from a result and the other argument back, where there is just one answer.

Imports `scalar.components` and `scalar.lanes`.
"""

from __future__ import annotations

from typing import Final

from siglum.propose.scalar.components import Component
from siglum.propose.scalar.lanes import Lanes

INVERTIBLE: Final = frozenset({"xor", "add", "sub"})
"""Components of two arguments that either of them can be told of."""


def undone(c: Component, v: Lanes, result: int) -> int | None:
    """The vector that a component of one argument makes `result` of, if there is one for every result."""
    k = c.constant
    match c.name:
        case "not":
            return result ^ v.full
        case "neg":
            return (v.carry - result) & v.full
        case "xor" if k is not None:
            return result ^ v.spread(k)
        case "add" if k is not None:
            return (result + v.spread(-k)) & v.full
        case "sub" if k is not None:
            return (result + v.spread(k)) & v.full
        case "mul" if k is not None and k & 1:
            return result * pow(k, -1, 1 << v.width) & v.full
        case "rotl" if k is not None:
            return (result << v.width - k | result >> k) & v.full
    return None


def partners(c: Component, v: Lanes, result: int, known: int) -> list[tuple[int, int]]:
    """The other argument of a component of two, for each place it may have (0 or 1): `c(partner, known)` is `result`."""
    match c.name:
        case "xor":
            return [(0, result ^ known)]
        case "add":
            return [(0, ((result | v.carry) - known) & v.full)]
        case "sub":
            return [(0, (result + known) & v.full), (1, ((known | v.carry) - result) & v.full)]
    return []

"""Value numbers: one small integer for each value, equal for values that are equal by construction.

A value is a 64-bit word (a float by its bits). A term is an operation on value numbers; comparisons are brought to one form,
so that a comparison and its opposite differ by `not` alone. Imports `ir` only.
"""

from __future__ import annotations

from typing import Any, Final

from siglum.ir.primitives import LANES, MASK64, PRIMITIVES, WIDE
from siglum.ir.types import Type, components

Term = tuple[Any, ...]
LANE_COUNT: Final = 8
COMMUTING: Final = frozenset(name for name, row in PRIMITIVES.items() if row.commutes)
_OPPOSITE: Final = {"ne": "eq", "fne": "feq"}
_OPPOSITE_SWAPPED: Final = {"le": "lt", "le_u": "lt_u"}


class Terms:
    """The table of one block's values."""

    def __init__(self) -> None:
        self.numbers: dict[Term, int] = {}
        self.keys: list[Term] = []

    def of(self, key: Term) -> int:
        """The number of a term."""
        found = self.numbers.get(key)
        if found is None:
            found = self.numbers[key] = len(self.keys)
            self.keys.append(key)
        return found

    def fresh(self) -> int:
        """A value of which nothing is known."""
        self.keys.append(())
        return len(self.keys) - 1

    def const(self, word: int) -> int:
        """The word `word` modulo 2^64."""
        return self.of(("const", word & MASK64))

    def binary(self, name: str, a: int, b: int) -> int:
        """`name(a, b)`."""
        if name in COMMUTING and b < a:
            a, b = b, a
        opposite = _OPPOSITE.get(name)
        if opposite is not None:
            return self.negate(self.of((opposite, a, b)))
        opposite = _OPPOSITE_SWAPPED.get(name)
        if opposite is not None:
            return self.negate(self.of((opposite, b, a)))
        return self.of((name, a, b))

    def negate(self, a: int) -> int:
        """The opposite of a bool."""
        key = self.keys[a]
        return key[1] if key and key[0] == "not" else self.of(("not", a))

    def select(self, condition: int, a: int, b: int) -> int:
        """`a` where the bool holds, else `b`."""
        plain, straight = self.sense(condition)
        return self.of(("select", plain, a, b) if straight else ("select", plain, b, a))

    def sense(self, a: int) -> tuple[int, bool]:
        """A bool as (bool that is no `not`, whether it stands as it is)."""
        key = self.keys[a]
        return (key[1], False) if key and key[0] == "not" else (a, True)

    def lane(self, lanes: int, k: int) -> int:
        """Lane `k` of eight."""
        return self.of(("lane", lanes, k))

    def lanes(self, lanes: int) -> tuple[int, ...]:
        """All eight."""
        return tuple([self.of(("lane", lanes, k)) for k in range(LANE_COUNT)])

    def whole(self, lanes: tuple[int, ...]) -> int | None:
        """The eight lanes these values are, in order, or None."""
        key = self.keys[lanes[0]]
        if not key or key[0] != "lane":
            return None
        of: int = key[1]
        return of if all(self.keys[n] == ("lane", of, k) for k, n in enumerate(lanes)) else None

    def unknown(self, t: Type) -> tuple[int, ...]:
        """The components of a value of type `t` of which nothing is known."""
        if t is LANES:
            return self.lanes(self.fresh())
        return tuple([self.fresh() for _ in range(2 if t is WIDE else len(components(t)))])

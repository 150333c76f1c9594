"""Value numbers: one small integer for each value, equal for values that are equal by construction.

A value is a 64-bit word (a float by its bits). A term is an operation on value numbers; comparisons are brought to one form,
so that a comparison and its opposite differ by `not` alone. Imports `ir` only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from itertools import count
from typing import Any, Final

from siglum.ir.primitives import LANES, MASK64, PRIMITIVES, WIDE
from siglum.ir.types import Type, components

Term = tuple[Any, ...]
LANE_COUNT: Final = 8
COMMUTING: Final = frozenset(name for name, row in PRIMITIVES.items() if row.commutes)
_OPPOSITE: Final = {"ne": "eq", "fne": "feq"}
_OPPOSITE_SWAPPED: Final = {"le": "lt", "le_u": "lt_u"}


class Terms(defaultdict[Term, int]):
    """The table of one block's values: each term's number, given at first use; `constants` has those of words. By number are
    known: the word of a constant, what a `not` is the opposite of, the array and index of a lane, and the constants that one
    may be.
    """

    def __init__(self) -> None:
        self.next = count().__next__
        super().__init__(self.next)
        self.constants: dict[int, int] = {}
        self.words: dict[int, int] = {}
        self.opposites: dict[int, int] = {}
        self.lane_of: dict[int, tuple[int, int]] = {}
        self.choices: dict[int, tuple[int, ...]] = {}

    def const(self, word: int) -> int:
        """The word `word` modulo 2^64."""
        word &= MASK64
        found = self.constants.get(word)
        if found is None:
            found = self.constants[word] = self.next()
            self.words[found] = word
        return found

    def binary(self, name: str, a: int, b: int) -> int:
        """`name(a, b)`."""
        return combination(name)(self, a, b)

    def negate(self, a: int) -> int:
        """The opposite of a bool."""
        found = self.opposites.get(a)
        if found is None:
            found = self["not", a]
            self.opposites[found] = a
        return found

    def select(self, condition: int, a: int, b: int) -> int:
        """`a` where the bool holds, else `b`."""
        plain, straight = self.sense(condition)
        return self["select", plain, a, b] if straight else self["select", plain, b, a]

    def sense(self, a: int) -> tuple[int, bool]:
        """A bool as (bool that is no `not`, whether it stands as it is)."""
        opposite = self.opposites.get(a)
        return (a, True) if opposite is None else (opposite, False)

    def lanes(self, lanes: int) -> tuple[int, ...]:
        """All eight."""
        numbers = tuple([self["lane", lanes, k] for k in range(LANE_COUNT)])
        self.lane_of.update((number, (lanes, k)) for k, number in enumerate(numbers))
        return numbers

    def whole(self, lanes: tuple[int, ...]) -> int | None:
        """The eight lanes these values are, in order, or None."""
        of, _ = self.lane_of.get(lanes[0], (None, 0))
        return of if of is not None and all(self.lane_of.get(n) == (of, k) for k, n in enumerate(lanes)) else None

    def either(self, choices: tuple[int, ...], place: int) -> int:
        """One of several constants with the same bytes, that the code at offset `place` takes."""
        number = self["either", choices, place]
        self.choices[number] = choices
        return number

    def unknown(self, t: Type) -> tuple[int, ...]:
        """The components of a value of type `t` of which nothing is known."""
        width = width_of(t)
        if width == 1:
            return (self.next(),)
        return self.lanes(self.next()) if t is LANES else tuple([self.next() for _ in range(width)])


@cache
def width_of(t: Type) -> int:
    """How many values a value of type `t` has as components."""
    if t is LANES:
        return LANE_COUNT
    return 2 if t is WIDE else len(components(t))


@cache
def combination(name: str) -> Callable[[Terms, int, int], int]:
    """What gives the number of `name(a, b)`."""
    if name in _OPPOSITE:
        other = combination(_OPPOSITE[name])
        return lambda terms, a, b: terms.negate(other(terms, a, b))
    if name in _OPPOSITE_SWAPPED:
        swapped = _OPPOSITE_SWAPPED[name]
        return lambda terms, a, b: terms.negate(terms[swapped, b, a])
    if name in COMMUTING:
        return lambda terms, a, b: terms[name, a, b] if a <= b else terms[name, b, a]
    return lambda terms, a, b: terms[name, a, b]

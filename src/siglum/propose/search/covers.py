"""Least and greatest: which two values that are there give a wanted one by `min` or `max`, element by element.

Imports this folder's bank, goals and layout.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple

from siglum.ir.types import I64, Array, Type
from siglum.propose.search.bank import Bank, Cover, Span
from siglum.propose.search.goals import zipped
from siglum.propose.search.layout import ABOVE, BELOW

_TEXTS: Final = {ABOVE: "a min b", BELOW: "a max b"}
_ROWS_AT: Final = 64
_MOST_PAIRS: Final = 16
_MOST_ALIKE: Final = 4096
"""Covers of the same size that are remembered."""

Step = tuple[int, ...]
"""An operation, and the values it is done to."""


class Likely(NamedTuple):
    """A value that has a share of a wanted one's elements, and is on one side of the others."""

    share: float
    wanted: int
    side: int
    cover: Cover


class Side:
    """The values of which a wanted one is the least (or the greatest), each pattern once, by how much they cover."""

    def __init__(self, whole: int) -> None:
        self.whole = whole
        self.values: dict[int, int] = {}
        self._by_size: list[list[int]] = [[] for _ in range(whole.bit_count() + 1)]

    def add(self, pattern: int, value: int) -> bool:
        """Whether no other has the same pattern; those that came first cost least."""
        alike = self._by_size[pattern.bit_count()]
        if pattern in self.values or len(alike) == _MOST_ALIKE:
            return False
        self.values[pattern] = value
        alike.append(pattern)
        return True

    def beside(self, pattern: int) -> Iterator[int]:
        """Values that cover what the pattern leaves."""
        missing = self.whole & ~pattern
        for alike in self._by_size[missing.bit_count() :]:
            for other in alike:
                if other & missing == missing:
                    yield self.values[other]


class Covers:
    """The covers of wanted values of one type, as far as it has `min` and `max`."""

    def __init__(self, bank: Bank, t: Type) -> None:
        self.bank = bank
        self.listed = t is Array(I64)
        numbers = bank.library.by_text
        texts = {side: (text, zipped(text)) for side, text in _TEXTS.items()} if self.listed or t is I64 else {}
        self._operations = {
            side: (numbers[plain, (t, t)], numbers.get((beside, (t, t)))) for side, (plain, beside) in texts.items()
        }
        self._sides: dict[int, dict[int, Side]] = {}

    def of(self, wanted: int, spans: Iterable[Span]) -> Iterator[Step]:
        """What may give the wanted value of two, one of these and one of these or of those before; it is yet to be tried."""
        if not self._operations or not self.bank.coverable(wanted, listed=self.listed):
            return
        sides = self._sides.setdefault(wanted, {})
        if not sides:
            sides.update({side: Side(self._whole(wanted)) for side in self._operations})
        for span in spans:
            new = [one for cover in self.bank.covers(wanted, span, listed=self.listed) for one in _noted(cover, sides)]
            for side, pattern, value in new:
                for other in islice(sides[side].beside(pattern), _MOST_PAIRS):
                    operation = self._operation(side, value, other)
                    if operation is not None:
                        yield operation, value, other

    def likely(self, wanted: int, spans: Iterable[Span]) -> Iterator[Likely]:
        """Values of which the wanted one may be the least or the greatest, with the share of its elements that they have."""
        if self._operations and self.bank.coverable(wanted, listed=self.listed):
            count = self.bank.elements_of(wanted, listed=self.listed)
            for span in spans:
                for cover in self.bank.covers(wanted, span, listed=self.listed):
                    share = cover.elements.bit_count() / count
                    yield from (Likely(share, wanted, side, cover) for side in self._operations if not cover.sides & ~side)

    def beside(self, one: Likely, spans: Iterable[Span]) -> Iterator[Step]:
        """What may give the wanted value of a likely one and of these values."""
        whole = self._whole(one.wanted)
        missing = whole & ~(one.cover.elements | one.cover.rows << _ROWS_AT)
        elements, rows = missing & (1 << _ROWS_AT) - 1, missing >> _ROWS_AT
        for span in spans:
            for cover in self.bank.covers(one.wanted, span, listed=self.listed, elements=elements, rows=rows):
                operation = self._operation(one.side, one.cover.value, cover.value)
                if operation is not None and not cover.sides & ~one.side:
                    yield operation, one.cover.value, cover.value

    def _whole(self, wanted: int) -> int:
        elements = self.bank.elements_of(wanted, listed=self.listed)
        rows = self.bank.rows if self.listed else 0
        return (1 << elements) - 1 | ((1 << rows) - 1) << _ROWS_AT

    def _operation(self, side: int, value: int, other: int) -> int | None:
        plain, beside = self._operations[side]
        return plain if self.bank.shape_of(value) == self.bank.shape_of(other) else beside


def _noted(cover: Cover, sides: dict[int, Side]) -> Iterator[tuple[int, int, int]]:
    """The sides on which a value is, if nothing like it is known there."""
    for side, found in sides.items():
        if not cover.sides & ~side:
            pattern = (cover.elements | cover.rows << _ROWS_AT) & found.whole
            if found.add(pattern, cover.value):
                yield side, pattern, cover.value

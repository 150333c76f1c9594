"""What else would do: results from which one more word gives the wanted one, and which pairs of values give it together.

Imports `ir` and this folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

from siglum.ir.types import I64, STR, Array, Type

_INTEGERS: Final = Array(I64)


class Goal(NamedTuple):
    """A column of results that would do, and the phrase that makes the wanted one of it (`a`), with what that costs in bits."""

    column: tuple[Any, ...]
    type: Type
    text: str
    bits: float


def goals(column: Sequence[Any], t: Type) -> Iterator[Goal]:
    """The wanted results, and those that one invertible word turns into them."""
    yield Goal(tuple(column), t, "a", 0.0)
    if t.kind == "array":
        turned = tuple(value[::-1] for value in column)
        if turned != tuple(column):
            yield Goal(turned, t, "a reverse", 3.5)
    if t is _INTEGERS:
        yield from _of_integers(column)
    if t is I64:
        yield from (g for g in _of_numbers(column))


def _of_integers(column: Sequence[list[int]]) -> Iterator[Goal]:
    def each(change: Callable[[int], int], text: str, bits: float) -> Goal:
        return Goal(tuple([change(x) for x in value] for value in column), _INTEGERS, text, bits)

    yield each(lambda x: x - 1, "a + 1", 6.0)
    yield each(lambda x: x + 1, "a - 1", 6.0)
    yield each(lambda x: -x, "a negate", 4.5)
    for k, bits in ((2, 6.0), (3, 7.0), (4, 8.0)):
        if all(x % k == 0 for value in column for x in value) and any(column):
            yield each(lambda x, k=k: x // k, f"a * {k}", bits)  # type: ignore[misc]
    sums = tuple([b - a for a, b in zip([0, *value], value, strict=False)] for value in column)
    yield Goal(sums, _INTEGERS, "a scan +", 8.0)
    differences = tuple([*value[:1], *(a - b for a, b in pairwise(value))] for value in column)
    yield Goal(differences, _INTEGERS, "a scan -", 9.0)


def _of_numbers(column: Sequence[int]) -> Iterator[Goal]:
    yield Goal(tuple(x - 1 for x in column), I64, "a + 1", 6.0)
    yield Goal(tuple(x + 1 for x in column), I64, "a - 1", 6.0)
    if any(column) and all(x % 2 == 0 for x in column):
        yield Goal(tuple(x // 2 for x in column), I64, "a * 2", 6.0)


def zipped(text: str) -> str:
    """`a - b` on the elements of two lists side by side, as far as the shorter one goes."""
    first, symbol, second = text.split()
    return f"{first} zip {second} map (it left {symbol} (it right))"


class Join(NamedTuple):
    """Where `probe` of the wanted value (a) and a value (b) gives a value c, `made` of b and c may be the wanted one."""

    probe: str
    made: str
    twice: bool = False
    """Whether it is of use only where one more operation follows: alone, another join finds the same."""


_NUMBERS: Final = (Join("a - b", "a + b"), Join("b - a", "a - b"), Join("a // b", "a * b"), Join("a + b", "b - a", twice=True))
_ZIPPED: Final = tuple(Join(zipped(rule.probe), zipped(rule.made), rule.twice) for rule in _NUMBERS)
JOINS: Final[dict[Type, tuple[Join, ...]]] = {
    _INTEGERS: (*_NUMBERS, *_ZIPPED), I64: _NUMBERS, STR: (Join("a after b", "a concat b"),),
}  # fmt: skip
"""By the type of the goal; `made` reads the value that was there (a) and the one that was met (b)."""

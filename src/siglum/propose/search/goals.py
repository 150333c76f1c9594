"""What else would do: results from which few more words give the wanted ones, and which pairs of values give them together.

Imports `frontend.literals`, `ir` and this folder's costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import count, pairwise
from math import isqrt
from typing import Any, Final, NamedTuple

from siglum.frontend.literals import show_value
from siglum.ir.types import BOOL, I64, STR, Array, Type

_INTEGERS: Final = Array(I64)
_FAR: Final = 1 << 40
"""What lies beyond is no result of small steps."""
FIRST_GOALS: Final = 5
"""How many are joined too."""
MOST_GOALS: Final = 96
SHOWN: Final = 0.5
"""What several elements that all results begin or end with cost, of what they cost otherwise: that is hardly chance."""
CONSTANTS: Final = (1, 2, 3, 4, 5, 10)
MOST_BITS: Final = 24.0


class Goal(NamedTuple):
    """A column of results that would do; `steps` are what makes the wanted one of it, innermost first, as the text before it and
    the text behind it; what they cost, in bits.
    """

    column: tuple[Any, ...]
    type: Type
    steps: tuple[tuple[str, str], ...]
    bits: float


class Undone(NamedTuple):
    """The column to which `operation` (of a library) was done, with a constant as its argument or its `first` one."""

    column: tuple[Any, ...]
    operation: str
    constant: Any = None
    first: bool = False


Priced = Callable[[str, Type, Any], float]
"""Bits of an operation on a type, with a constant (None: there is none); infinite for what there is not."""


def goals(column: Sequence[Any], t: Type, priced: Priced) -> Iterator[Goal]:
    """The wanted results, and then those that invertible words turn into them, cheapest first."""
    order = count()
    waiting: list[tuple[float, int, Goal]] = [(0.0, next(order), Goal(tuple(column), t, (), 0.0))]
    seen: set[str] = set()
    while waiting:
        bits, _, goal = heappop(waiting)
        key = repr(goal.column)
        if key in seen:
            continue
        seen.add(key)
        yield goal
        for undone in _undone(goal.column, t, CONSTANTS if not goal.steps else CONSTANTS[:1]):
            cost = bits + priced(undone.operation, t, undone.constant) * (SHOWN if _many(undone.constant) else 1.0)
            if cost <= MOST_BITS:
                step = _around(undone, t)
                heappush(waiting, (cost, next(order), Goal(undone.column, t, (step, *goal.steps), cost)))


def _around(undone: Undone, t: Type) -> tuple[str, str]:
    """The text before and behind what the operation is done to."""
    before, _, behind = undone.operation.partition("a")
    if undone.constant is None:
        return before, behind
    constant = list(undone.constant) if isinstance(undone.constant, tuple) else undone.constant
    shown = show_value(constant, I64 if isinstance(constant, int) else t)
    shown = f"({shown})" if shown.startswith("-") else shown
    word = behind.removesuffix("b")
    return (f"{shown}{word}", "") if undone.first else (before, f"{word}{shown}")


def _many(constant: Any) -> bool:
    return isinstance(constant, str | tuple) and len(constant) > 1


def _undone(column: Sequence[Any], t: Type, added: Sequence[int]) -> Iterator[Undone]:
    """What may have been done last; `added` are the constants that may have been added."""
    if t.kind == "array":
        yield Undone(tuple(value[::-1] for value in column), "a reverse")
    if t is _INTEGERS:
        yield from _of_integers(column, added)
    elif t is I64:
        yield from _arithmetic([column], lambda columns: tuple(columns[0]), added)
    elif t is STR:
        yield from _of_texts(column)
    elif t is BOOL:
        yield Undone(tuple(not value for value in column), "a not")


def _arithmetic(
    rows: Sequence[Sequence[int]], done: Callable[[list[list[int]]], tuple[Any, ...]], added: Sequence[int]
) -> Iterator[Undone]:
    """What was done to each number."""

    def each(change: Callable[[int], int]) -> tuple[Any, ...]:
        return done([[change(x) for x in row] for row in rows])

    numbers = [x for row in rows for x in row]
    if not any(numbers) or max(map(abs, numbers)) > _FAR:
        return
    yield Undone(each(lambda x: -x), "a negate")
    for k in added:
        yield Undone(each(lambda x, k=k: x - k), "a + b", k)  # type: ignore[misc]
        yield Undone(each(lambda x, k=k: x + k), "a - b", k)  # type: ignore[misc]
    for k in CONSTANTS[1:]:
        if all(x % k == 0 for x in numbers):
            yield Undone(each(lambda x, k=k: x // k), "a * b", k)  # type: ignore[misc]
    if min(numbers) >= 0 and all(isqrt(x) ** 2 == x for x in numbers):
        yield Undone(each(isqrt), "a square")


def _of_integers(column: Sequence[list[int]], added: Sequence[int]) -> Iterator[Undone]:
    yield from _arithmetic(column, tuple, added)
    yield Undone(tuple([b - a for a, b in zip([0, *value], value, strict=False)] for value in column), "a scan (acc + it)")
    differences = tuple([*value[:1], *(a - b for a, b in pairwise(value))] for value in column)
    yield Undone(differences, "a scan (acc - it)")
    if all(a and b % a == 0 for value in column for a, b in pairwise(value)):
        yield Undone(tuple([*value[:1], *(b // a for a, b in pairwise(value))] for value in column), "a scan (acc * it)")
    if len({tuple(value) for value in column}) > 1:
        before, behind = _common(column), _common([value[::-1] for value in column])[::-1]
        if len(before) > 1:
            yield Undone(tuple(value[len(before) :] for value in column), "a concat b", tuple(before), first=True)
        if len(behind) > 1:
            yield Undone(tuple(value[: -len(behind)] for value in column), "a concat b", tuple(behind))
    if all(column):
        if len({value[0] for value in column}) == 1 < len(column):
            yield Undone(tuple(value[1:] for value in column), "a prepend b", column[0][0])
        if len({value[-1] for value in column}) == 1 < len(column):
            yield Undone(tuple(value[:-1] for value in column), "a append b", column[0][-1])


def _common(values: Sequence[Any]) -> Any:
    """What all texts, or lists, begin with."""
    first, last = min(values), max(values)
    return first[: next((k for k, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))]


def _of_texts(column: Sequence[str]) -> Iterator[Undone]:
    if len(set(column)) < 2:
        return
    before = _common(column)
    if before:
        yield Undone(tuple(value[len(before) :] for value in column), "a concat b", before, first=True)
    behind = _common([value[::-1] for value in column])[::-1]
    if behind:
        yield Undone(tuple(value[: -len(behind)] for value in column), "a concat b", behind)


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

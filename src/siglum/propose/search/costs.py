"""Costs in half bits: operations under what the intent makes likely, literals, and which types are worth a detour.

Imports `ir`, `records` and this folder's catalogue.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf
from typing import Any, Final, NamedTuple

from siglum.ir.types import CHAR, F64, I64, STR, Type
from siglum.propose.search.catalogue import Operation
from siglum.propose.search.words import bits_of
from siglum.records import Spec

UNITS: Final = 2
"""Units of cost in a bit."""
DETOUR_BITS: Final = 11.0
"""How much more than the straight way a way over another type may cost."""
_LEAST: Final = 1
_COMMON_BITS: Final = 4.5


class Literal(NamedTuple):
    """A constant that programs may hold, and what it costs in bits."""

    value: Any
    type: Type
    bits: float


_USUAL: Final = (
    Literal(1, I64, 2.5), Literal(2, I64, 2.5), Literal(0, I64, 3.0), Literal(3, I64, 3.0), Literal(4, I64, 3.5),
    Literal(-1, I64, 4.0), Literal(5, I64, 4.5), Literal(10, I64, 4.5), Literal(0.0, F64, 5.0), Literal(1.0, F64, 5.0),
    Literal(2.0, F64, 5.0), Literal(0.5, F64, 6.0), Literal(100.0, F64, 7.0), Literal(" ", CHAR, 5.0), Literal(" ", STR, 5.0),
    Literal("", STR, 5.0), Literal(",", STR, 6.0), Literal("-", STR, 6.5), Literal("a", CHAR, 7.5),
)  # fmt: skip


def literals_for(spec: Spec, said: Sequence[Literal]) -> list[Literal]:
    """What the intent says, what the examples hold in every result, and the usual ones; each once, cheapest first."""
    found: dict[tuple[Any, Type], float] = {}
    for value, t, bits in (*said, *_of_examples(spec), *_USUAL):
        key = (value, t)
        found[key] = min(bits, found.get(key, inf))
    return sorted((Literal(value, t, bits) for (value, t), bits in found.items()), key=lambda literal: literal.bits)


def _of_examples(spec: Spec) -> Iterator[Literal]:
    """Constants that show in the results: those that come again, where these are few, and characters that all texts have."""
    results = [example.result for example in spec.examples]
    if spec.result in (I64, STR):
        times = Counter(results)
        if len(times) <= 3:
            bits = 5.0 if spec.result is I64 else 4.0
            yield from (Literal(value, spec.result, bits) for value, count in times.items() if count > 1)
    if spec.result is STR:
        given = {c for example in spec.examples for a in example.arguments for c in str(a)}
        added = {c for result in results for c in result} - given
        everywhere = [c for c in added if all(c in result for result in results)]
        for c in everywhere[:8]:
            yield Literal(c, STR, 5.0)
            yield Literal(c, CHAR, 5.0)


def unit_of(operation: Operation, change: float = 0.0) -> int:
    """What an operation costs where its words cost `change` bits more than the hand-made priors say."""
    return max(_LEAST, round(UNITS * (operation.bits + change)))


def common_unit_of(operation: Operation) -> int:
    """What an operation of common words costs where nothing else is looked at: they hardly differ."""
    return max(_LEAST, round(UNITS * (_COMMON_BITS + (operation.bits - _COMMON_BITS) / 4)))


def units(
    usual: list[int], operations: Sequence[Operation], by_word: Mapping[str, Sequence[int]], priors: Mapping[str, float]
) -> list[int]:
    """What each operation costs where words cost what the priors say (bits); `usual`, as it is, where they say nothing."""
    if not priors:
        return usual
    found = list(usual)
    touched = {number for word in priors for number in by_word.get(word, ())}
    for number in touched:
        operation = operations[number]
        found[number] = unit_of(operation, sum(priors[word] - bits_of(word) for word in operation.words if word in priors))
    return found


Signature = tuple[tuple[Type, ...], Type]


def worth_looking_at(
    signatures: Mapping[Signature, Sequence[int]], costs: Sequence[int], starts: Iterable[Type], goal: Type
) -> list[int]:
    """The operations (by signature) whose types lie on the way from the inputs to the goal, or on a detour that costs little
    more.
    """
    cheapest = [(params, result, min(costs[k] for k in numbers)) for (params, result), numbers in signatures.items()]
    # a type that is reached through several arguments is counted by its dearest one
    forward: dict[Type, float] = dict.fromkeys(starts, 0.0)
    backward: dict[Type, float] = {goal: 0.0}
    changed = True
    while changed:
        changed = False
        for params, result, cost in cheapest:
            here = cost + max([forward.get(p, inf) for p in params], default=0.0)
            if here < forward.get(result, inf):
                forward[result] = here
                changed = True
            after = backward.get(result, inf) + cost
            for p in params:
                if after < backward.get(p, inf):
                    backward[p] = after
                    changed = True
    most = min((backward.get(t, inf) for t in starts), default=0.0) + UNITS * DETOUR_BITS
    near = {t for t in forward if forward[t] + backward.get(t, inf) <= most}
    return [k for (params, result), numbers in signatures.items() if result in near and near.issuperset(params) for k in numbers]

"""Samples: inputs on which programs are compared with what is wanted, drawn so that bit tricks show.

Imports `errors` and `ir`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any, Final, NamedTuple

from siglum.errors import Stop, UserError
from siglum.ir.function import Function
from siglum.ir.interpret import OutOfSteps, Program
from siglum.ir.types import BOOL, RANGES, WIDTHS, Type
from siglum.ir.values import Unsound

Arguments = tuple[Any, ...]
_STEPS: Final = 100_000
_MEMORY: Final = 1 << 22
_EDGES: Final = (0, 1, -1, 2, 3, 4, 5, 7, 8)


class Sample(NamedTuple):
    """Arguments, and the result as a number (a truth value as 0 or 1)."""

    arguments: Arguments
    wanted: int


def oracle(reference: Function) -> Callable[[Arguments], int | None]:
    """The reference on arguments: its result as a number, or None where it stops or takes too long."""
    program = Program(reference, checked=False, counted=True)

    def ask(arguments: Arguments) -> int | None:
        try:
            return int(program.run(arguments, steps=_STEPS, memory_limit=_MEMORY))
        except (Stop, OutOfSteps, Unsound, UserError, RecursionError):
            return None

    return ask


def draws(types: Sequence[Type], random: Random) -> Iterator[Arguments]:
    """Arguments without end: edges, numbers of every length, runs of ones; some equal or close to one another."""
    while True:
        found: list[int] = []
        for t in types:
            if found and random.random() < 0.3:
                near = random.choice(found) + random.choice((0, 0, 0, 1, -1))
                found.append(_within(near, t))
            else:
                found.append(_number(t, random))
        yield tuple([bool(x) if t is BOOL else x for x, t in zip(found, types, strict=True)])


def _number(t: Type, random: Random) -> int:
    if t is BOOL:
        return random.randrange(2)
    width = 8 * WIDTHS[t]
    kind = random.randrange(8)
    if kind == 0:
        low, high = RANGES[t]
        return random.choice((low, high, low + 1, high - 1, *(_within(x, t) for x in _EDGES)))
    x = random.getrandbits(random.randrange(1, width + 1) if kind < 5 else width)
    if kind == 1:
        x <<= random.randrange(width)
    elif kind == 2:
        x = ~x
    elif kind in (3, 7):
        x = 0
        for _ in range(random.randrange(1, 4)):
            x ^= (1 << random.randrange(width + 1)) - (1 << random.randrange(width + 1))
    return _within(x, t)


def _within(x: int, t: Type) -> int:
    """The number of type `t` with these bits."""
    if t is BOOL:
        return x & 1
    low, high = RANGES[t]
    return (x - low) % (high - low + 1) + low


def sampled(
    types: Sequence[Type],
    ask: Callable[[Arguments], int | None],
    count: int,
    random: Random,
    tries: int,
    late: Callable[[], bool],
) -> list[Sample]:
    """At most `count` different samples on which something is wanted, out of so many tries."""
    found: dict[Arguments, Sample] = {}
    for _, arguments in zip(range(tries), draws(types, random), strict=False):
        if late() or len(found) == count:
            break
        if arguments not in found:
            wanted = ask(arguments)
            if wanted is not None:
                found[arguments] = Sample(arguments, wanted)
    return list(found.values())


def chosen(samples: Sequence[Sample], count: int, width: int) -> list[Sample]:
    """Some of many samples: first ones full of bits, each with another result, then one of every kind, then plain ones."""
    mask = (1 << width) - 1

    def variety(word: int) -> int:
        ones = (word & mask).bit_count()
        return min(ones, width - ones)

    def richness(sample: Sample) -> float:
        return 2 * variety(sample.wanted) + sum(map(variety, map(int, sample.arguments))) / len(sample.arguments)

    ordered = sorted(samples, key=richness, reverse=True)
    results: dict[int, Sample] = {}
    for sample in ordered:
        results.setdefault(sample.wanted, sample)
    found = dict.fromkeys(list(results.values())[: count // 2])
    kinds = set(map(_kind, found))
    for sample in reversed(ordered):
        if len(found) < count and _kind(sample) not in kinds:
            kinds.add(_kind(sample))
            found[sample] = None
    rest = [sample for sample in reversed(ordered) if sample not in found]
    missing = max(count - len(found), 0)
    plain = rest[: missing // 2]
    others = rest[len(plain) :: max((len(rest) - len(plain)) // max(missing - len(plain), 1), 1)]
    return [*found, *plain, *others][:count]


def _kind(sample: Sample) -> tuple[bool, ...]:
    """What is special: arguments or results that are zero, negative, equal or in this order."""
    numbers = [*map(int, sample.arguments), sample.wanted]
    alone = [fact for x in numbers for fact in (x == 0, x < 0)]
    return (*alone, *(fact for k, x in enumerate(numbers) for y in numbers[:k] for fact in (x == y, x < y)))

"""Inputs for runs: corner values, sparse bits, ties, and plain random ones. Imports `check.foreign.convention` and `ir.types`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Any, Final

from siglum.check.foreign.convention import Convention
from siglum.ir.primitives import round_to_f32
from siglum.ir.types import BOOL, F32, F64, RANGES, Type

MOST_LENGTH: Final = 9
LONG: Final = (16, 33, 64, 100, 127, 128, 255, 256, 257, 1000, 1025)
"""Lengths beyond those, of lists in a few runs more: counters may be too narrow."""
LONG_FROM: Final = 100
"""How many sets of arguments must be asked for before long ones are among them."""
_FLOATS: Final = (0.0, -0.0, 1.0, -1.5, 0.1, 1e308, -1e308, 5e-324, float("inf"), float("-inf"), float("nan"), 2.0**53, 3.0)


def corners(t: Type) -> list[Any]:
    """The values of a scalar type that code most likely treats wrongly."""
    if t is BOOL:
        return [False, True]
    if t is F64:
        return list(_FLOATS)
    if t is F32:
        return [round_to_f32(x) for x in _FLOATS]
    low, high = RANGES[t]
    near = {low, low + 1, high, high - 1, 0, 1, -1, 2, 3, 7, 10, high // 2, high // 2 + 1, low // 2}
    return sorted(x for x in near if low <= x <= high)


def scalar(t: Type, random: Random) -> Any:
    """One value of a scalar type."""
    kind = random.random()
    if t is BOOL or t in (F32, F64) or kind < 0.2:
        found = random.choice(corners(t))
        if t in (F32, F64) and kind > 0.5:
            found = random.uniform(-1000, 1000)
        return round_to_f32(found) if t is F32 else found
    low, high = RANGES[t]
    width = (high - low).bit_length()
    if kind < 0.4:  # a few bits
        bits = 0
        for _ in range(random.randrange(1, 4)):
            bits ^= 1 << random.randrange(width)
    elif kind < 0.6:  # near zero
        bits = random.randrange(-20, 21)
    else:
        bits = random.getrandbits(width)
    bits &= (1 << width) - 1
    return bits - (1 << width) if low < 0 and bits > high else bits


def draw(convention: Convention, params: tuple[tuple[str, Type], ...], count: int, random: Random) -> Iterator[dict[str, Any]]:
    """`count` sets of arguments or a few more: first corner values together, then random ones with ties among them."""
    scalars = [t for _, t in params if not t.args]
    if scalars and len(scalars) == len(params) and len(scalars) <= 3:
        lists = [corners(t) for t in scalars]
        every = list(product(*lists))
        for values in every if len(every) <= count // 2 else random.sample(every, count // 2):
            yield dict(zip((n for n, _ in params), values, strict=True))
    counts = {a.name: a.count for a in convention.lists}
    for k in range(count):
        found: dict[str, Any] = {}
        for name, t in params:
            if t.kind == "array":
                length = counts[name]
                if length is None:
                    length = k % (MOST_LENGTH + 1) if k < 3 * MOST_LENGTH else random.randrange(MOST_LENGTH + 1)
                found[name] = _list(t.element, length, random)
            else:
                found[name] = scalar(t, random)
        if params and random.random() < 0.25:
            _tie(found, params, random)
        yield found
    if count >= LONG_FROM and None in counts.values():
        for length in (n for n in LONG for _ in range(2)):
            found = {n: scalar(t, random) for n, t in params if t.kind != "array"}
            for name, t in params:
                if t.kind == "array":
                    given = counts[name]
                    found[name] = _list(t.element, length if given is None else given, random)
            yield found


def _list(t: Type, length: int, random: Random) -> list[Any]:
    few = [scalar(t, random) for _ in range(random.choice((1, 2, 3, length or 1)))]
    if random.random() < 0.5:
        return [random.choice(few) for _ in range(length)]
    return [scalar(t, random) for _ in range(length)]


def _tie(found: dict[str, Any], params: tuple[tuple[str, Type], ...], random: Random) -> None:
    """Makes one scalar equal to another of its type, or to an element of a list."""
    target, t = random.choice(params)
    if t.args:
        return
    others = [found[n] for n, other in params if n != target and other is t]
    others += [x for n, other in params if other.args and other.element is t for x in found[n]]
    if others:
        found[target] = random.choice(others)

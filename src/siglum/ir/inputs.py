"""Input values by type: random, boundary and empty ones, deterministic by seed.

Imports `ir.types` only. Values are as `ir.values` takes them.
"""

from __future__ import annotations

import math
import struct
from random import Random
from typing import Any, Final

from siglum.ir.types import BOOL, CHAR, F32, F64, RANGES, Type, is_scalar

FLOATS: Final = (
    0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 1e300, -1e300, 5e-324, 2.0**53, -(2.0**63), 2.0**63, 0.1,
    math.inf, -math.inf, math.nan,
)  # fmt: skip
CHARACTERS: Final = "aZ09 \n\té中\U0001f600\U0010ffff\0~_"
_COMMON: Final = (0, 1, -1, 2, 3, 7, 8, 10, -5, 63, 64, 100)


def boundaries(t: Type) -> list[Any]:
    """The values at the edges of a scalar type."""
    if t is BOOL:
        return [False, True]
    if t is CHAR:
        return list(CHARACTERS)
    if t in RANGES:
        low, high = RANGES[t]
        near = [low, low + 1, high, high - 1, *_COMMON, high // 2, 2**31, -(2**31), 2**32]
        return sorted({x for x in near if low <= x <= high})
    return [_to_f32(x) for x in FLOATS] if t is F32 else list(FLOATS)


def scalar(t: Type, random: Random) -> Any:
    """One value of a scalar type: often small, sometimes at an edge, sometimes anything."""
    if t is BOOL:
        return random.random() < 0.5
    if t is CHAR:
        return random.choice(CHARACTERS) if random.random() < 0.4 else chr(random.randrange(32, 127))
    choice = random.random()
    if t in RANGES:
        low, high = RANGES[t]
        if choice < 0.6:
            return max(low, min(high, random.randrange(-12, 40)))
        if choice < 0.8:
            return random.choice(boundaries(t))
        return max(low, min(high, random.randrange(low, high + 1) >> random.randrange(0, 56)))
    if choice < 0.5:
        value = float(random.randrange(-20, 40)) / random.choice((1, 2, 4, 10))
    elif choice < 0.75:
        value = random.choice(FLOATS)
    else:
        value = random.uniform(-1e6, 1e6)
    return _to_f32(value) if t is F32 else value


def _to_f32(value: float) -> float:
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def value(t: Type, random: Random, longest: int = 9) -> Any:
    """One value of type `t`; arrays have at most `longest` elements, inner ones fewer."""
    if is_scalar(t):
        return scalar(t, random)
    if t.kind == "array":
        count = random.choice((0, 1, 2, 3, longest, random.randrange(longest + 1))) if longest else 0
        items = [value(t.element, random, longest // 2) for _ in range(min(count, longest))]
        return "".join(items) if t.element is CHAR else items
    if t.kind == "pair":
        return value(t.args[0], random, longest), value(t.args[1], random, longest)
    if t.kind == "option":
        return None if random.random() < 0.3 else value(t.args[0], random, longest)
    if t.kind == "map":
        made = [(value(t.args[0], random, longest // 2), value(t.args[1], random, longest // 2)) for _ in range(longest // 2)]
        return {_key(k): v for k, v in made}
    return None


def _key(value: Any) -> Any:
    """A map's key that Python can hold; NaN would never equal itself."""
    if isinstance(value, list):
        return tuple(map(_key, value))
    if isinstance(value, float) and value != value:
        return 0.0
    return tuple(map(_key, value)) if isinstance(value, tuple) else value


def empty(t: Type) -> Any:
    """The smallest value: zero, no elements, absent."""
    if is_scalar(t):
        return False if t is BOOL else "\0" if t is CHAR else 0.0 if t in (F64, F32) else 0
    if t.kind == "array":
        return "" if t.element is CHAR else []
    if t.kind == "pair":
        return empty(t.args[0]), empty(t.args[1])
    return {} if t.kind == "map" else None


def edge(t: Type, random: Random, longest: int = 9) -> Any:
    """A value made of boundary values."""
    if is_scalar(t):
        return random.choice(boundaries(t))
    if t.kind == "array":
        items = [edge(t.element, random, 2) for _ in range(random.choice((1, 2, longest)))]
        return "".join(items) if t.element is CHAR else items
    if t.kind == "pair":
        return edge(t.args[0], random, longest), edge(t.args[1], random, longest)
    if t.kind == "option":
        return edge(t.args[0], random, longest)
    if t.kind == "map":
        return {_key(edge(t.args[0], random, 2)): edge(t.args[1], random, 2) for _ in range(2)}
    return None


def inputs(types: tuple[Type, ...], seed: int, count: int, longest: int = 9) -> list[tuple[Any, ...]]:
    """`count` argument lists: first all empty, then one in four of boundary values, the rest random."""
    random = Random(f"inputs {seed}")
    found: list[tuple[Any, ...]] = [tuple(empty(t) for t in types)]
    for k in range(1, count):
        make = edge if k % 4 == 1 else value
        found.append(tuple(make(t, random, longest) for t in types))
    return found[:count]

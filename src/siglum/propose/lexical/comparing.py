"""Comparing values, asking what is part of what, and counting.

Imports `siglum.ir` and its siblings meanings and values.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.types import F32, F64, I64, INTEGERS, STR, Type
from siglum.propose.lexical.meanings import Predicate, Readings, readings
from siglum.propose.lexical.values import Builder, Value

NUMBERS: Final = frozenset((*INTEGERS, F32, F64))


SYMBOLS: Final = {"greater": ">", "less": "<", "at-least": ">=", "at-most": "<=", "equal": "=", "unequal": "!="}
"""Concept of a comparison to the symbol."""


def is_number(t: Type) -> bool:
    return t in NUMBERS


def is_list(t: Type) -> bool:
    """A list that is no text."""
    return t.kind == "array" and t is not STR


def compare(b: Builder, symbol: str, left: Value, right: Value) -> Readings:
    """`left symbol right`; of a list or a text beside a number, its length is meant."""
    left, right = b.plain(left), b.plain(right)
    if left.key == right.key:
        return []
    out: list[tuple[Value | None, float]] = []
    if left.type.kind in ("array", "map") and is_number(right.type):
        size = b.call("length", left)
        out.append((b.call(symbol, *_aligned(b, size, right)) if size is not None else None, 0.2))
    elif is_list(left.type) and left.type is right.type and symbol in ("=", "!="):
        same = b.call("is", left, right)
        out.append((same if symbol == "=" or same is None else b.call("not", same), 0.0))
    elif right.type.kind == "array" and is_number(left.type) and symbol in ("=", "!="):
        pass
    elif right.type.kind == "array" and is_number(left.type):
        # "larger than all numbers of ys"
        mask = b.call(symbol, left, right)
        out.append((b.call("all", mask) if mask is not None else None, 0.6))
    else:
        out.append((b.call(symbol, *_aligned(b, left, right)), 0.0))
    return readings(out)


def _aligned(b: Builder, left: Value, right: Value) -> tuple[Value, Value]:
    """A whole number beside a float, as a float."""
    if left.type is I64 and right.type is F64 and not left.flex:
        return b.call("real", left) or left, right
    if left.type is F64 and right.type is I64 and not right.flex:
        return left, b.call("real", right) or right
    return left, right


def longer(b: Builder, symbol: str, left: Value, right: Value) -> Readings:
    """Lengths compared; a number stands for itself."""
    sizes = [v if is_number(v.type) else b.call("length", v) for v in (b.plain(left), b.plain(right))]
    if sizes[0] is None or sizes[1] is None or is_number(left.type):
        return []
    return readings(b.call(symbol, *_aligned(b, sizes[0], sizes[1])))


def equals(b: Builder, value: Value) -> Predicate:
    """Being equal to `value`; one character of text is a character too."""
    return Predicate(b, f"={value.key}", lambda x, _: compare(b, "=", x, value))


def part_of(b: Builder, whole: Value, part: Value) -> Readings:
    """Whether `part` stands in `whole`: an element, or text in text."""
    whole, part = b.plain(whole), b.plain(part)
    if whole.key == part.key:
        return []
    if whole.type.kind == "map":
        return readings(b.call("has", whole, part))
    if whole.type is I64 and is_number(part.type):
        digits = b.call("digits", whole)
        return [(v, c + 0.2) for v, c in part_of(b, digits, part)] if digits is not None else []
    if whole.type.kind != "array":
        return []
    direct = b.call("contains", whole, part)
    if direct is not None:
        return [(direct, 0.0)]
    if whole.type is part.type:
        return readings(b.call("subset", part, whole))
    return []


def how_many(b: Builder, xs: Value) -> Readings:
    """The length of a list; a count of how often a scalar stands in the first list is none of it."""
    if xs.each is not None:
        made = b.spread(xs, lambda v: b.call("length", v))
        if made is not None and made.type.kind != "array":
            return [(made, 0.0)]
        gathered = b.gathered(xs)
        return how_many(b, gathered) if gathered is not None else []
    if xs.origin is not None and xs.origin.how == "filter" and isinstance(xs.origin.detail, Predicate):
        counted = xs.origin.detail.of_all(xs.origin.source, "count")
        return [*counted, *[(v, c + 0.5) for v, c in readings(b.call("length", xs))]]
    return readings(b.call("length", b.plain(xs)))

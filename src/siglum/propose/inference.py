"""Types of Python values that examples gave, what holds two of them, and values fitted to a type.

The rules are those of `frontend.literals`, without places: callers ask there for the error. Imports `ir` only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain, islice
from typing import Any, Final

from siglum.ir.types import (
    BOOL,
    CHAR,
    F64,
    I64,
    MAX_NESTING,
    NOTHING,
    RANGES,
    STR,
    Array,
    Map,
    Option,
    Pair,
    Type,
    build,
)  # fmt: skip

MISFIT: Final = object()
"""What `fitted` gives for a value that is none of the type, or that needs a closer look."""


class NoTypeError(ValueError):
    """No type holds the value, or it is not known to be exact."""


def type_of(value: Any, depth: int = 0) -> Type:
    """The type of a value that was given; `NOTHING` where an empty list or none leaves it open. Raises `NoTypeError`."""
    kind = type(value)
    if kind is int:
        low, high = RANGES[I64]
        if low <= value <= high:
            return I64
    elif kind is float:
        return F64
    elif kind is bool:
        return BOOL
    elif kind is str:
        if _is_text(value):
            return STR
    elif depth >= MAX_NESTING:
        raise NoTypeError
    elif value is None:
        return Option(NOTHING)
    elif kind is tuple:
        return Pair(type_of(value[0], depth + 1), type_of(value[1], depth + 1))
    elif kind is dict:
        return Map(_common(value.keys(), depth + 1), _common(value.values(), depth + 1))
    else:
        return Array(_common(value, depth + 1))
    raise NoTypeError


def _common(values: Collection[Any], depth: int) -> Type:
    """The type that holds all of `values`. Lists in lists are looked at as one list: they have one type of elements."""
    if depth > MAX_NESTING:
        raise NoTypeError
    kinds = set(map(type, values))
    if kinds == {int}:
        type_of(min(values))
        return type_of(max(values))
    if kinds == {float}:
        return F64
    if kinds == {list}:
        return Array(_common(list(chain.from_iterable(values)), depth + 1))
    common = NOTHING
    for found in {type_of(value, depth): None for value in values}:
        both = joined(common, found)
        if both is None:
            raise NoTypeError
        common = both
    return common


def _is_text(value: str) -> bool:
    """Whether no half of a character is in it."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def joined(a: Type, b: Type) -> Type | None:
    """The type that holds values of both, or None: whole numbers beside others are f64, and `NOTHING` gives way to anything. Text
    is no list.
    """
    if a is b or b is NOTHING:
        return a
    if a is NOTHING:
        return b
    if {a, b} == {I64, F64}:
        return F64
    if a.kind == "option" or b.kind == "option":
        inner = joined(a.element if a.kind == "option" else a, b.element if b.kind == "option" else b)
        return None if inner is None else Option(inner)
    if a.kind != b.kind or a.kind not in ("array", "pair", "map") or STR in (a, b):
        return None
    parts = tuple(joined(x, y) for x, y in zip(a.args, b.args, strict=True))
    known = tuple(part for part in parts if part is not None)
    return build(a.kind, known) if len(known) == len(parts) else None


def parts_of(t: Type) -> Iterator[Type]:
    """`t` and the types inside it."""
    yield t
    for part in t.args:
        yield from parts_of(part)


def is_key(t: Type) -> bool:
    """Whether values of type `t` can be keys of a map."""
    return t is STR or all(part.kind not in ("array", "map") or part is STR for part in parts_of(t))


def settled(t: Type) -> Type:
    """`t` with i64 where nothing says the type, and str where that is a key."""
    if t is NOTHING:
        return I64
    if t.kind == "map" and t.args[0] is NOTHING:
        return Map(STR, settled(t.args[1]))
    return build(t.kind, tuple(map(settled, t.args))) if t.args else t


def holds_whole_numbers(value: Any, t: Type) -> bool:
    """Whether a value that was given has a whole number where `t` has f64."""
    if t is F64:
        return type(value) is int
    if value is None or all(part is not F64 for part in parts_of(t)):
        return False
    if t.kind == "option":
        return holds_whole_numbers(value, t.element)
    if t.kind == "pair":
        return any(holds_whole_numbers(part, inner) for part, inner in zip(value, t.args, strict=True))
    if t.kind == "map":
        return any(holds_whole_numbers(v, t.args[1]) for v in value.values())
    return int in set(map(type, value)) if t.element is F64 else any(holds_whole_numbers(v, t.element) for v in value)


def fitted(value: Any, t: Type, lists_are_pairs: bool = False) -> Any:
    """The value of type `t` that a value which was given stands for, or `MISFIT`. `lists_are_pairs` takes a list of two for a
    pair, for notations without pairs.
    """
    kind = type(value)
    if t is F64:
        return value if kind is float else _exact(value) if kind is int else MISFIT
    if t in RANGES:
        low, high = RANGES[t]
        return value if kind is int and low <= value <= high else MISFIT
    if t is STR:
        return value if kind is str and _is_text(value) else MISFIT
    if t is BOOL:
        return value if kind is bool else MISFIT
    if t is CHAR:
        return value if kind is str and len(value) == 1 and _is_text(value) else MISFIT
    if t.kind == "option":
        return None if value is None else fitted(value, t.element, lists_are_pairs)
    if t.kind == "array" and kind is list:
        return _fitted_list(value, t.element, lists_are_pairs)
    if t.kind == "pair" and (kind is tuple or (lists_are_pairs and kind is list and len(value) == 2)):
        parts = tuple(fitted(part, inner, lists_are_pairs) for part, inner in zip(value, t.args, strict=True))
        return MISFIT if any(part is MISFIT for part in parts) else parts
    if t.kind == "map" and kind is dict:
        keys = _fitted_list(list(value), t.args[0], lists_are_pairs)
        items = _fitted_list(list(value.values()), t.args[1], lists_are_pairs)
        return MISFIT if keys is MISFIT or items is MISFIT else dict(zip(keys, items, strict=True))
    return MISFIT


def _fitted_list(values: list[Any], t: Type, lists_are_pairs: bool) -> Any:
    kinds = set(map(type, values))
    if t in RANGES and kinds == {int}:
        low, high = RANGES[t]
        return values if low <= min(values) and max(values) <= high else MISFIT
    if t is F64 and kinds == {float}:
        return values
    if t.kind == "array" and t is not STR and kinds == {list}:
        flat = list(chain.from_iterable(values))
        every = _fitted_list(flat, t.element, lists_are_pairs)
        if every is MISFIT or every is flat:
            return MISFIT if every is MISFIT else values
        rest = iter(every)
        return [list(islice(rest, len(value))) for value in values]
    found = []
    for value in values:
        one = fitted(value, t, lists_are_pairs)
        if one is MISFIT:
            return MISFIT
        found.append(one)
    return found


def _exact(value: int) -> Any:
    try:
        found = float(value)
    except OverflowError:
        return MISFIT
    return found if int(found) == value else MISFIT

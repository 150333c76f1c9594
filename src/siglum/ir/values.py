"""Python values at the border of a program, and what stands for them inside.

Outside: `str` for text and for one character, lists for arrays, tuples for pairs, None for an absent option, dicts for
maps. Inside: bool, int, float, a code point for `char`, `Elements` for arrays, (present, value) for options,
(keys, values) for maps. Imports `siglum.errors` and `ir.types`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from siglum.errors import UserError, echo
from siglum.ir.types import BOOL, CHAR, F32, F64, RANGES, Type, is_scalar


class Unsound(AssertionError):
    """The interpreter met what the verifier excludes: a stale array version, an index out of range, an unwritten element."""


class Memory:
    """What versions of one array share: how often it was stored into."""

    __slots__ = ("stores",)

    def __init__(self) -> None:
        self.stores = 0


class Elements:
    """One version of an array: `length` elements of `cells` from `start` on. Stores happen in place, so an
    older version is stale: `version` is what `memory.stores` was when this one was made.
    """

    __slots__ = ("cells", "length", "memory", "start", "version")

    def __init__(self, cells: list[Any], start: int, length: int, memory: Memory, version: int) -> None:
        self.cells, self.start, self.length, self.memory, self.version = cells, start, length, memory, version

    def items(self) -> list[Any]:
        """The elements; raises `Unsound` for a stale version."""
        self.fresh()
        return self.cells[self.start : self.start + self.length]

    def fresh(self) -> None:
        """Raises `Unsound` unless this is the newest version."""
        if self.version != self.memory.stores:
            raise Unsound("a version of an array was used after a store into it")


UNWRITTEN = object()
"""What an element of `reserve` holds before the first store."""


def elements(cells: list[Any]) -> Elements:
    """A fresh array that owns `cells`."""
    return Elements(cells, 0, len(cells), Memory(), 0)


def zero_of(t: Type) -> Any:
    """What `alloc` fills elements of type `t` with: every component zero."""
    if is_scalar(t):
        return False if t is BOOL else 0.0 if t in (F64, F32) else 0
    if t.kind == "array":
        return elements([])
    if t.kind == "map":
        return elements([]), elements([])
    if t.kind == "pair":
        return zero_of(t.args[0]), zero_of(t.args[1])
    return (False, zero_of(t.args[0])) if t.kind == "option" else 0


def _wrong(value: object, t: Type) -> UserError:
    return UserError(f"{echo(repr(value))} is no {t}", None, f"give a value of type {t}", "E-011")


def _no_integer(value: object, t: Type) -> UserError:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        return _wrong(value, t)
    low, high = RANGES[t]
    return UserError(
        f"{echo(str(value))} does not fit {t} ({low}..{high})", None, "give a value in range or a wider type", "E-018"
    )


def _integer(t: Type) -> Callable[[Any], Any]:
    low, high = RANGES[t]

    def take(value: Any) -> int:
        if type(value) is int and low <= value <= high:
            return value
        if not isinstance(value, bool) and hasattr(value, "__index__") and low <= value.__index__() <= high:
            return int(value.__index__())
        raise _no_integer(value, t)

    return take


def _float(t: Type) -> Callable[[Any], Any]:
    from siglum.ir.primitives import round_to_f32

    def take(value: Any) -> float:
        if type(value) is not float:
            if isinstance(value, (bool, str, bytes)) or not hasattr(value, "__float__"):
                raise _wrong(value, t)
            try:
                value = float(value)
            except OverflowError:
                raise UserError(f"{echo(str(value))} does not fit {t}", None, "give a smaller value", "E-018") from None
        return value if t is F64 else round_to_f32(value)

    return take


def _take_bool(value: Any) -> bool:
    if value is True or value is False:
        return bool(value)
    if type(value).__name__ in ("bool_", "bool"):
        return bool(value)
    raise _wrong(value, BOOL)


def _take_char(value: Any) -> int:
    if isinstance(value, str) and len(value) == 1 and not 0xD800 <= ord(value) <= 0xDFFF:
        return ord(value)
    raise _wrong(value, CHAR)


def importer(t: Type) -> Callable[[Any], Any]:
    """The function that turns a Python value into what stands for it inside. It raises `UserError` (E-011, E-018)."""
    if is_scalar(t):
        if t in RANGES:
            return _integer(t)
        return _take_bool if t is BOOL else _take_char if t is CHAR else _float(t)
    if t.kind == "array":
        return _array(t)
    if t.kind == "pair":
        left, right = importer(t.args[0]), importer(t.args[1])

        def take_pair(value: Any) -> Any:
            if not isinstance(value, (tuple, list)) or len(value) != 2:
                raise _wrong(value, t)
            return left(value[0]), right(value[1])

        return take_pair
    if t.kind == "option":
        held = importer(t.args[0])
        return lambda value: (False, zero_of(t.args[0])) if value is None else (True, held(value))
    if t.kind == "map":
        return _map(t)

    def refuse(value: Any) -> Any:
        raise _wrong(value, t)

    return refuse


def _map(t: Type) -> Callable[[Any], Any]:
    key, item = importer(t.args[0]), importer(t.args[1])

    def take_map(value: Any) -> Any:
        if not isinstance(value, dict):
            raise _wrong(value, t)
        return elements([key(k) for k in value]), elements([item(v) for v in value.values()])

    return take_map


def _array(t: Type) -> Callable[[Any], Any]:
    element = importer(t.element)
    text = t.element is CHAR

    def take(value: Any) -> Elements:
        if isinstance(value, str):
            if not text:
                raise _wrong(value, t)
            if not value.isascii() and any(0xD800 <= ord(c) <= 0xDFFF for c in value):
                raise _wrong(value, t)
            return elements(list(map(ord, value)))
        if hasattr(value, "tolist"):
            value = value.tolist()
        if isinstance(value, dict) or not hasattr(value, "__len__") or not hasattr(value, "__getitem__"):
            raise _wrong(value, t)
        return elements([element(v) for v in value])

    return take


def export(value: Any, t: Type) -> Any:
    """The Python value for what stands for it inside."""
    kind = t.kind
    if kind == "array":
        items = value.items()
        if UNWRITTEN in items:
            raise Unsound("an unwritten element left the program")
        if t.element is CHAR:
            return "".join(map(chr, items))
        return items if is_scalar(t.element) else [export(v, t.element) for v in items]
    if kind == "pair":
        return export(value[0], t.args[0]), export(value[1], t.args[1])
    if kind == "option":
        return export(value[1], t.args[0]) if value[0] else None
    if kind == "map":
        keys, values = value[0].items(), value[1].items()
        return {_hashable(export(k, t.args[0])): export(v, t.args[1]) for k, v in zip(keys, values, strict=True)}
    return chr(value) if t is CHAR else value


def _hashable(value: Any) -> Any:
    return tuple(_hashable(v) for v in value) if isinstance(value, (list, tuple)) else value

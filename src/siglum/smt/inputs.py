"""Inputs of Functions as terms, and a solver's model of them as Python arguments again.

Imports `ir.types` and `smt`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from siglum.ir.types import BOOL, CHAR, F32, F64, RANGES, WIDTHS, Type, is_scalar
from siglum.smt import values
from siglum.smt.machine import FLOAT_FUNCTIONS, bits_of, float_of
from siglum.smt.terms import MEMORY, Term, Terms
from siglum.smt.values import Listed, Stored, Value

_LENGTH_BITS = 59
"""Lengths of arrays have so many bits: 16 bytes an element fill half of the address space."""


def symbolic(
    terms: Terms, t: Type, name: str, lengths: Iterator[int] | None = None, *, nested: int | None = None
) -> tuple[Value, list[Term]]:
    """A value of type `t` about which only its type is known, and what that type demands of it. Variables are `name`,
    `name.0`, `name.length` and so on. Arrays take the next of `lengths` and are listed, or without lengths lie in memory;
    with `nested`, those inside arrays have any length up to it instead.
    """
    made = _Inputs(terms, lengths, nested)
    return made.value(t, name, False), made.assumptions


class _Inputs:
    """Makes values and gathers what their types demand."""

    def __init__(self, terms: Terms, lengths: Iterator[int] | None, nested: int | None) -> None:
        self.terms, self.lengths, self.nested = terms, lengths, nested
        self.assumptions: list[Term] = []

    def value(self, t: Type, name: str, inside: bool) -> Value:
        terms = self.terms
        if is_scalar(t):
            return _scalar(terms, t, name, self.assumptions)
        if t.kind == "pair":
            return tuple([self.value(part, f"{name}.{k}", inside) for k, part in enumerate(t.args)])
        if t.kind == "option":
            present = terms.var(f"{name}.present", 0)
            held = self.value(t.element, f"{name}.held", inside)
            return present, values.merge(present, held, values.zero(terms, t.element))
        if t.kind == "array":
            return self.array(t, name, inside)
        raise values.Unsupported(f"an input of type {t}")

    def array(self, t: Type, name: str, inside: bool) -> Value:
        terms = self.terms
        if self.lengths is None:
            values.refuse_nested(t.element)
            length = terms.var(f"{name}.length", _LENGTH_BITS).zext(64)
            return Stored(terms.var(f"{name}.memory", MEMORY), terms.const(0, 64), length, t.element)
        if inside and self.nested is not None:
            count = self.nested
            length = terms.var(f"{name}.length", max(count.bit_length(), 1)).zext(64)
            self.assumptions.append(length.ule(count))
        else:
            count = next(self.lengths)
            length = terms.const(count, 64)
        return Listed(tuple([self.value(t.element, f"{name}.{k}", True) for k in range(count)]), length, t.element)


def _scalar(terms: Terms, t: Type, name: str, assumptions: list[Term]) -> Term:
    if t is BOOL:
        return terms.var(name, 0)
    if t is CHAR:
        value = terms.var(name, 21).zext(64)
        assumptions.append(values.in_range(value, CHAR))
        return value
    if t is F32:
        return terms.apply("cvtss2sd", 64, terms.var(name, 32))
    narrow = terms.var(name, 8 * WIDTHS[t])
    return narrow.sext(64) if t in RANGES and RANGES[t][0] < 0 else narrow.zext(64)


def to_python(value: Value, t: Type, evaluate: Callable[[Term], Any], longest: int = 4096) -> Any:
    """The Python value that a value of type `t` has where terms have the values that `evaluate` gives. Raises `Unsupported`
    for arrays over `longest` elements and what is no value of the type.
    """
    if t.kind == "pair":
        assert isinstance(value, tuple)
        return tuple([to_python(v, part, evaluate, longest) for v, part in zip(value, t.args, strict=True)])
    if t.kind == "option":
        assert isinstance(value, tuple) and isinstance(value[0], Term)
        return to_python(value[1], t.element, evaluate, longest) if evaluate(value[0]) else None
    if t.kind == "map":
        assert isinstance(value, tuple)
        keys, items = (_items(v, part, evaluate, longest) for v, part in zip(value, t.args, strict=True))
        return {_hashable(k): v for k, v in zip(keys, items, strict=True)}
    if t.kind == "array":
        found = _items(value, t.element, evaluate, longest)
        return "".join(found) if t.element is CHAR else found
    assert isinstance(value, Term)
    return scalar_to_python(evaluate(value), t)


def _hashable(value: Any) -> Any:
    return tuple(map(_hashable, value)) if isinstance(value, (list, tuple)) else value


def _items(array: Value, element: Type, evaluate: Callable[[Term], Any], longest: int) -> list[Any]:
    assert isinstance(array, Listed | Stored)
    count = evaluate(array.length)
    if count > longest or (isinstance(array, Listed) and count > len(array.cells)):
        raise values.Unsupported(f"an array of {count} elements")
    home = array.length.home
    return [to_python(values.load(array, home.const(k, 64)), element, evaluate, longest) for k in range(count)]


def scalar_to_python(word: int, t: Type) -> Any:
    """The Python value of a scalar's widened word. Raises `Unsupported` for a character that does not exist."""
    if t is BOOL:
        return bool(word)
    if t is CHAR:
        if word > 0x10FFFF or 0xD800 <= word <= 0xDFFF:
            raise values.Unsupported(f"no character {word:#x}")
        return chr(word)
    if t in (F64, F32):
        return float_of(word)
    return word - (word >> 63 << 64) if RANGES[t][0] < 0 else word


def lengths_of(value: Any, t: Type) -> list[int]:
    """The lengths that `symbolic` needs to make a value shaped like this Python value."""
    if t.kind == "pair":
        return [n for v, part in zip(value, t.args, strict=True) for n in lengths_of(v, part)]
    if t.kind == "option":
        return lengths_of(_absent(t.element) if value is None else value, t.element)
    if t.kind == "array":
        return [len(value), *(n for v in value for n in lengths_of(v, t.element))]
    return []


def assigned(value: Any, t: Type, name: str) -> dict[str, Any]:
    """What the variables of a listed `symbolic` value are where it equals this Python value."""
    if is_scalar(t):
        return {name: word_of(value, t) & (1 << 8 * WIDTHS[t]) - 1}
    if t.kind == "pair":
        return {k: v for i, part in enumerate(t.args) for k, v in assigned(value[i], part, f"{name}.{i}").items()}
    if t.kind == "option":
        held = assigned(_absent(t.element) if value is None else value, t.element, f"{name}.held")
        return {f"{name}.present": value is not None} | held
    return {k: v for i, item in enumerate(value) for k, v in assigned(item, t.element, f"{name}.{i}").items()}


def _absent(t: Type) -> Any:
    """Some value of a type."""
    if t.kind == "pair":
        return tuple(map(_absent, t.args))
    if t.kind == "array":
        return "" if t.element is CHAR else []
    return None if t.kind == "option" else "\0" if t is CHAR else 0


def word_of(value: Any, t: Type) -> int:
    """A scalar Python value as the word that an array element holds, before widening."""
    if t is CHAR:
        return ord(value)
    if t is F32:
        return FLOAT_FUNCTIONS["cvtsd2ss"](bits_of(value))
    return bits_of(value) if t is F64 else int(value)

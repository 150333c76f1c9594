"""Values of programs made of terms: scalars, pairs, arrays whose cells or whose memory is known.

A scalar is its widened 64-bit word (`bool`: a truth value; floats: the bits of the f64 of equal value; wide sums: 128 bits),
a pair, an option (present, held) and a map (keys, values) a tuple, float lanes a tuple of eight. Imports `ir.types`, `smt`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias, Union

from siglum.ir.types import BOOL, CHAR, F32, RANGES, WIDTHS, Type, components, element_size, is_scalar
from siglum.smt import bits
from siglum.smt.terms import MEMORY, Term, Terms


class Unsupported(Exception):
    """What is asked lies outside what terms can say here; the message says what."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An array cell by cell; of its cells the first `length` count. A cell that was never written is None."""

    cells: tuple[Value | None, ...]
    length: Term
    element: Type


@dataclass(frozen=True, slots=True)
class Stored:
    """An array in a memory: element k lies at byte `at` + k * size, packed and little-endian as in the frame contract."""

    memory: Term
    at: Term
    length: Term
    element: Type


Value: TypeAlias = Union[Term, "tuple[Value, ...]", Listed, Stored]
Array: TypeAlias = Listed | Stored
_SIGNED: Final = frozenset(t for t, (low, _) in RANGES.items() if low < 0)


def flat(value: Value) -> list[Term | Array]:
    """The components of a value in the order of `ir.types.components`, an array as one; truth values as words."""
    if isinstance(value, tuple):
        return [part for v in value for part in flat(v)]
    if isinstance(value, Term) and value.width == 0:
        return [bits.word(value, 64)]
    return [value]


def merge(condition: Term, x: Value, y: Value) -> Value:
    """`x` where the condition holds, else `y`."""
    if x is y or (condition.is_const and condition.value):
        return x
    if condition.is_const:
        return y
    if isinstance(x, Term) and isinstance(y, Term):
        return condition.ite(x, y)
    if isinstance(x, tuple) and isinstance(y, tuple):
        return tuple([merge(condition, a, b) for a, b in zip(x, y, strict=True)])
    if isinstance(x, Listed) and isinstance(y, Listed):
        most = max(len(x.cells), len(y.cells))
        pad_x, pad_y = (a.cells + (None,) * (most - len(a.cells)) for a in (x, y))
        cells = tuple([_merged_cell(condition, a, b) for a, b in zip(pad_x, pad_y, strict=True)])
        return Listed(cells, condition.ite(x.length, y.length), x.element)
    assert isinstance(x, Listed | Stored) and isinstance(y, Listed | Stored), (x, y)
    a, b = in_memory(x), in_memory(y)
    return Stored(condition.ite(a.memory, b.memory), condition.ite(a.at, b.at), condition.ite(a.length, b.length), a.element)


def _merged_cell(condition: Term, x: Value | None, y: Value | None) -> Value | None:
    return x if y is None else y if x is None else merge(condition, x, y)


def in_memory(array: Array) -> Stored:
    """The array laid out in a memory; nested arrays are `Unsupported`."""
    if isinstance(array, Stored):
        return array
    terms = array.length.home
    found = Stored(terms.fresh("memory", MEMORY), terms.const(0, 64), array.length, array.element)
    for k, cell in enumerate(array.cells):
        if cell is not None:
            found = _put(found, terms.const(k, 64), cell)
    return found


# Arrays -----------------------------------------------------------------------------------------------------
def load(array: Array, index: Term) -> Value:
    """The element at an index inside the array; anything at one outside."""
    if isinstance(array, Stored):
        return _taken(array, index)
    cells, terms = array.cells, index.home
    found: Value | None = None
    for k in reversed(range(index.low, min(index.high + 1, len(cells)))):
        cell = cells[k]
        if cell is not None:
            found = cell if found is None else merge(index.is_(k), cell, found)
    return anything(terms, array.element) if found is None else found


def store(array: Array, index: Term, value: Value) -> Array:
    """The array with one element replaced, at an index inside it."""
    if isinstance(array, Stored):
        return _put(array, index, value)
    cells = list(array.cells)
    for k in range(index.low, min(index.high + 1, len(cells))):
        cell = cells[k]
        cells[k] = value if cell is None else merge(index.is_(k), value, cell)
    return Listed(tuple(cells), array.length, array.element)


def view(array: Array, start: Term, length: Term) -> Array:
    """`length` elements from `start` on, which must exist."""
    if isinstance(array, Stored):
        return Stored(array.memory, array.at + start * element_size(array.element), length, array.element)
    cells = array.cells
    if start.is_const:
        cells = cells[min(start.value, len(cells)) :]
    else:
        shifted = cells[start.low :] if start.low < len(cells) else ()
        for k in range(start.low + 1, min(start.high, len(cells)) + 1):
            here = cells[k:] + (None,) * (len(shifted) - len(cells) + k)
            at_k = start.is_(k)
            shifted = tuple([_merged_cell(at_k, a, b) for a, b in zip(here, shifted, strict=True)])
        cells = shifted
    if length.high < len(cells):
        cells = cells[: length.high]
    return Listed(cells, length, array.element)


def anything(terms: Terms, t: Type) -> Value:
    """A scalar, or a pair of such, about which nothing is known."""
    if t.kind == "pair":
        return tuple([anything(terms, part) for part in t.args])
    if t.kind == "option":
        return terms.fresh("unwritten", 0), anything(terms, t.element)
    if t.kind in ("array", "map"):
        empty = Listed((), terms.const(0, 64), t.element)
        return empty if t.kind == "array" else (empty, Listed((), terms.const(0, 64), t.args[1]))
    return terms.fresh("unwritten", 0 if t is BOOL else 64)


def zero(terms: Terms, t: Type) -> Value:
    """What `alloc` fills arrays of `t` with."""
    if t.kind == "pair":
        return tuple([zero(terms, part) for part in t.args])
    if t.kind == "option":
        return terms.false, zero(terms, t.element)
    if t.kind in ("array", "map"):
        empty = Listed((), terms.const(0, 64), t.element)
        return empty if t.kind == "array" else (empty, Listed((), terms.const(0, 64), t.args[1]))
    return terms.false if t is BOOL else terms.const(0, 64)


# Memories ---------------------------------------------------------------------------------------------------
def _taken(array: Stored, index: Term) -> Value:
    size = element_size(array.element)
    address = array.at + index * size
    if is_scalar(array.element):
        return read_scalar(array.memory, address, array.element)
    refuse_nested(array.element)
    return _read_parts(array.memory, address, array.element)[0]


def _read_parts(memory: Term, address: Term, t: Type) -> tuple[Value, Term]:
    """A value laid out in 8-byte components from an address on, and where it ends."""
    if t.kind == "option":
        held, after = _read_parts(memory, address + 8, t.element)
        return (read_word(memory, address, 8).bit(0), held), after
    if t.kind == "pair":
        left, after = _read_parts(memory, address, t.args[0])
        right, end = _read_parts(memory, after, t.args[1])
        return (left, right), end
    word = read_word(memory, address, 8)
    return (word.bit(0) if t is BOOL else word), address + 8


def _put(array: Stored, index: Term, value: Value) -> Stored:
    address = array.at + index * element_size(array.element)
    memory = array.memory
    if is_scalar(array.element):
        assert isinstance(value, Term)
        memory = write_scalar(memory, address, value, array.element)
    else:
        refuse_nested(array.element)
        for k, word in enumerate(flat(value)):
            assert isinstance(word, Term)
            memory = write_word(memory, address + 8 * k, word, 8)
    return Stored(memory, array.at, array.length, array.element)


def refuse_nested(t: Type) -> None:
    """Raises `Unsupported` for elements that hold arrays, as a memory would hold their addresses."""
    if "b" in components(t):
        raise Unsupported(f"arrays of {t} in a memory")


def read_word(memory: Term, address: Term, size: int) -> Term:
    """`size` bytes as one number, little-endian."""
    terms = address.home
    return terms.concat(*(terms.select(memory, address + k) for k in reversed(range(size))))


def write_word(memory: Term, address: Term, word: Term, size: int) -> Term:
    """The memory with the lowest `size` bytes of a word at an address."""
    terms = address.home
    for k in range(size):
        memory = terms.store(memory, address + k, word.bits(8 * k + 7, 8 * k))
    return memory


def read_scalar(memory: Term, address: Term, t: Type) -> Term:
    """A scalar element, widened."""
    raw = read_word(memory, address, WIDTHS[t])
    if t is BOOL:
        return raw.bit(0)
    if t is F32:
        if raw.op == "apply" and raw.value == "cvtsd2ss":
            return raw.args[0]
        return raw.home.apply("cvtss2sd", 64, raw)
    return raw.sext(64) if t in _SIGNED else raw.zext(64)


def write_scalar(memory: Term, address: Term, value: Term, t: Type) -> Term:
    """The memory with a widened scalar as an element at an address."""
    if t is BOOL:
        return write_word(memory, address, bits.word(value, 8), 1)
    if t is F32:
        narrow = value.args[0] if value.op == "apply" and value.value == "cvtss2sd" else value.home.apply("cvtsd2ss", 32, value)
        return write_word(memory, address, narrow, 4)
    return write_word(memory, address, value, WIDTHS[t])


def in_range(value: Term, t: Type) -> Term:
    """Whether a widened 64-bit term is a scalar of the type; floats always are."""
    terms = value.home
    if t is CHAR:
        return value.ult(0x110000) & ~(value - 0xD800).ult(0x800)
    if t in RANGES and WIDTHS[t] < 8:
        low, high = RANGES[t]
        return (value - low).ule(high - low)
    return terms.true

"""Check 1, bytes: every byte of the code re-derived from the stencil table with a patch code of its own.

Imports `stencil`, `records` and `check.mismatch` only. After `check_layout` returned, an image's witness has the
right shape (types, arities, ranges), and these hold:

* block 0 starts at offset 0, blocks follow each other, constants start at `data_offset`, zeros between;
* a block is its instances in order, without gaps, then its cold parts, without gaps;
* each instance's bytes are its stencil's, each hole holds the declared operand plus addend, in range;
* each jump lands on the declared label of its block, each stop on the stub of that site in its block, each call on the start of
  the declared block; labels stand where instances start.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache
from operator import itemgetter
from typing import Any, Final, NamedTuple

from siglum.check.mismatch import Mismatch
from siglum.ir.function import Function
from siglum.ir.node import Node
from siglum.records import Block, Image, Instance, Label, Location, StopSite, Witness
from siglum.stencil.families import FAMILIES, REGISTER_KINDS, Family
from siglum.stencil.table import REACH, Hole, Table

_PAIR: Final = frozenset({"alloc", "reserve", "array", "view", "data", "write", "read", "open"})
_LANES: Final = frozenset({"lanes", "lanes_add", "lanes_add8", "lanes_total"})


# Stencils ready for use -------------------------------------------------------------------------------------------
_put_four: Final = struct.Struct("<i").pack_into
assert REACH[4] == (-(2**31), 2**31 - 1), "what `_put_four` refuses is out of reach"


def _put_eight(code: bytearray, place: int, value: int) -> None:
    low, high = REACH[8]
    if not low <= value <= high:
        raise struct.error
    code[place : place + 8] = (value % 2**64).to_bytes(8, "little")


def _put_count(code: bytearray, place: int, value: int) -> None:
    low, high = REACH[4]
    if not low <= value <= high:
        raise struct.error
    code[place] = value % 64


_PUT: Final[dict[int, Callable[[bytearray, int, int], None]]] = {4: _put_four, 8: _put_eight, 1: _put_count}
"""Width of a field to what writes a value into it; `struct.error` where the value is out of reach."""
_SCALE: Final = {"s": 8, "i": 1, "q": 1, "z": 1}
"""Kinds of fields that hold the operand itself, times this."""


class _Field(NamedTuple):
    """A hole. Its value is `scale` times the operand, or where `scale` is 0 the distance to what the operand refers to by
    `kind`, and in both cases `addend` more.
    """

    offset: int
    put: Callable[[bytearray, int, int], None]
    scale: int
    operand: int
    addend: int
    kind: str


class _Prepared(NamedTuple):
    """A stencil whose fields lie inside it and apart from each other."""

    code: bytes
    length: int
    fields: tuple[_Field, ...]
    cold: bytes
    cold_fields: tuple[_Field, ...]


class _Form(dict[tuple[int, ...], _Prepared]):
    """A family's stencils by their registers, and its operands: how many, which are registers (a function that picks them),
    and each slot with how many slots it reaches over.
    """

    def __init__(self, table: Table, family: Family) -> None:
        kinds = family.kinds
        self.table, self.family, self.arity = table, family, len(kinds)
        self.registers = _picker([k for k, kind in enumerate(kinds) if kind in REGISTER_KINDS])
        slots: list[tuple[int, int]] = []
        for k, kind in enumerate(kinds):
            if kind == "s":
                slots.append((k, 8 if family.name in _LANES and not slots else 2 if family.name in _PAIR else 1))
        self.slots = tuple(slots)

    def __missing__(self, registers: tuple[int, ...]) -> _Prepared:
        """Raises KeyError where there is no such stencil, or one with a field or an operand that is none of the other's."""
        found = self.table.stencil(self.family.name, registers)
        kinds = self.family.kinds
        holes = (*found.holes, *found.cold_holes)
        bound = {hole.operand for hole in holes}
        own = [hole for hole in holes if hole.kind not in "no"]
        if (
            any(not 0 <= hole.operand < len(kinds) or hole.kind != kinds[hole.operand] for hole in own)
            or any(kind not in REGISTER_KINDS and k not in bound for k, kind in enumerate(kinds))
            or any(hole.kind not in "siqzno" for hole in found.cold_holes)
            or bool(found.cold) != any(hole.kind == "o" for hole in found.holes)
        ):
            raise KeyError(registers)
        fields, cold_fields = _fields(found.code, found.holes), _fields(found.cold, found.cold_holes)
        prepared = self[registers] = _Prepared(found.code, len(found.code), fields, found.cold, cold_fields)
        return prepared


def _fields(code: bytes, holes: tuple[Hole, ...]) -> tuple[_Field, ...]:
    """Raises KeyError where holes overlap, leave the code or have a strange width."""
    end = 0
    for hole in holes:
        if hole.offset < end or hole.width not in _PUT:
            raise KeyError(hole)
        end = hole.offset + hole.width
    if end > len(code):
        raise KeyError(end)
    return tuple(_Field(h.offset, _PUT[h.width], _SCALE.get(h.kind, 0), h.operand, h.addend, h.kind) for h in holes)


def _picker(places: list[int]) -> Callable[[tuple[int, ...]], Any]:
    """A function that gives the items of a tuple at `places`, as a tuple."""
    if len(places) > 1:
        return itemgetter(*places)
    return itemgetter(slice(places[0], places[0] + 1) if places else slice(0))


@cache
def _forms(table: Table) -> dict[str, _Form]:
    return {name: _Form(table, family) for name, family in FAMILIES.items()}


# Images ---------------------------------------------------------------------------------------------------------
def check_layout(image: Image, table: Table) -> None:
    """Raises `Mismatch` unless all of the above holds."""
    _shape(image)
    if image.target != table.target or image.table_digest != table.digest:
        raise Mismatch("the image was made with another stencil table")
    if not 0 <= image.data_offset <= len(image.code):
        raise Mismatch("the constants start outside the image")
    blocks = image.witness.blocks
    starts = [block.offset for block in blocks]
    largest = max([block.frame_slots for block in blocks])
    forms = _forms(table)
    at = 0
    for block in blocks:
        if block.offset != at or block.length < 0 or at + block.length > image.data_offset:
            raise Mismatch("the blocks do not follow each other", at)
        _same(image.code, at, _Layout(image, block, starts).code(forms, largest))
        at += block.length
    if image.data_offset - at >= 16:
        raise Mismatch("there are bytes that belong to no block", at)
    _same(image.code, at, bytes(image.data_offset - at))


def _same(code: bytes, at: int, expected: bytes) -> None:
    if not code.startswith(expected, at):
        differing = next(k for k, byte in enumerate(expected) if at + k == len(code) or code[at + k] != byte)
        raise Mismatch("a byte differs from the stencil's", at + differing)


def _shape(image: Image) -> None:
    """The witness's parts have the types the records say."""
    witness = image.witness
    if type(image.code) is not bytes or type(image.data_offset) is not int or not isinstance(witness, Witness):
        raise Mismatch("the image is malformed")
    if type(image.capabilities) is not frozenset:
        raise Mismatch("the image is malformed")
    if type(witness.blocks) is not tuple or not witness.blocks or type(witness.stops) is not tuple:
        raise Mismatch("the witness is malformed")
    for stop in witness.stops:
        if (
            type(stop) is not StopSite
            or type(stop.kind) is not str
            or type(stop.origin) is not int
            or type(stop.block) is not int
        ):
            raise Mismatch("a stop site is malformed")
    for block in witness.blocks:
        if type(block) is not Block or type(block.function) is not Function:
            raise Mismatch("a block is malformed")
        if not type(block.offset) is type(block.length) is type(block.frame_slots) is int:
            raise Mismatch("a block is malformed")
        if type(block.instances) is not tuple or type(block.labels) is not tuple:
            raise Mismatch("a block is malformed")
        for label in block.labels:
            _label_shape(label)


def _label_shape(label: Label) -> None:
    if type(label) is not Label or type(label.path) is not tuple or type(label.values) is not tuple:
        raise Mismatch("a label is malformed")
    if not type(label.offset) is type(label.done) is int:
        raise Mismatch("a label is malformed")
    for step in label.path:
        if type(step) is not tuple or len(step) != 2 or type(step[0]) is not Node or type(step[1]) is not int:
            raise Mismatch("a label's path is malformed", label.offset)
    for value in label.values:
        if type(value) is not tuple or len(value) != 2 or type(value[0]) is not Node or type(value[1]) is not tuple:
            raise Mismatch("a label's map is malformed", label.offset)
        for location in value[1]:
            if type(location) is not Location or type(location.kind) is not str or type(location.index) is not int:
                raise Mismatch("a label's map is malformed", label.offset)


class _Layout:
    """One block. `stubs` are its stop sites' stubs; `open` the parts with fields: where each stands, its fields, and its
    instance's operands, end and cold part.
    """

    def __init__(self, image: Image, block: Block, starts: list[int]) -> None:
        self.image, self.block, self.starts = image, block, starts
        self.stubs: dict[int, int] = {}
        self.open: list[tuple[int, tuple[_Field, ...], tuple[int, ...], int, int]] = []

    def code(self, forms: dict[str, _Form], largest: int) -> bytes:
        """The block's bytes, where `largest` is the image's largest frame. Raises `Mismatch`."""
        block = self.block
        if block.frame_slots < 2 or block.frame_slots % 2 or block.frame_slots > 1 << 27:
            raise Mismatch("the frame's size is odd or out of range", block.offset)
        # a callee's frame may start at frame_end; behind it there is room for two of the largest
        parts = self.parts(forms, block.frame_slots + largest)
        code = bytearray().join(parts)
        if len(code) != block.length:
            raise Mismatch("the block's bytes are more or fewer than its instances'", block.offset)
        self.fill(code)
        return bytes(code)

    def parts(self, forms: dict[str, _Form], slots: int) -> list[bytes]:
        """The code of the instances, then their cold parts, with nothing in their fields, once shapes, operands (slots below
        `slots`) and places are in order.
        """
        at = self.block.offset
        parts = []
        boundaries = set()
        colds: list[tuple[int, bytes, tuple[_Field, ...], tuple[int, ...], int]] = []
        for instance in self.block.instances:
            if type(instance) is not Instance:
                raise Mismatch("an instance is malformed", at)
            name, operands, offset, length, origin, cold = instance
            if (
                type(name) is not str
                or type(operands) is not tuple
                or not type(offset) is type(length) is type(cold) is type(origin) is int
            ):
                raise Mismatch("an instance is malformed", at)
            form = forms.get(name)
            if form is None or len(operands) != form.arity:
                raise Mismatch(f"there is no stencil `{name}` with {len(operands)} operands", at)
            for operand in operands:
                if type(operand) is not int:
                    raise Mismatch("an operand is no number", at)
            try:
                code, size, fields, cold_code, cold_fields = form[form.registers(operands)]
            except KeyError:
                raise Mismatch(f"there is no stencil `{name}` with these registers", at) from None
            if offset != at or length != size:
                raise Mismatch("an instance is not where the one before ends, or not as long as its stencil", at)
            for k, span in form.slots:
                if not 1 <= operands[k] <= slots - span:
                    raise Mismatch(f"slot {operands[k]} is outside the frame", at)
            parts.append(code)
            boundaries.add(at)
            at += length
            if fields:
                self.open.append((offset, fields, operands, at, cold))
            if cold_code:
                colds.append((cold, cold_code, cold_fields, operands, at))
            elif cold != -1:
                raise Mismatch("an instance has a cold part that its stencil has not", offset)
            if name == "stop":
                site = operands[0] - 1
                if site in self.stubs:
                    raise Mismatch("a stop site has two stubs", offset)
                self.stubs[site] = offset
        for label in self.block.labels:
            if label.offset not in boundaries:
                raise Mismatch("a label stands inside an instance", label.offset)
        for cold, code, fields, operands, past in sorted(colds, key=itemgetter(0)):
            if cold != at:
                raise Mismatch("the cold parts do not follow each other", at)
            parts.append(code)
            self.open.append((cold, fields, operands, past, cold))
            at += len(code)
        return parts

    def fill(self, code: bytearray) -> None:
        """Writes the fields into the block's code."""
        base = self.block.offset
        for start, fields, operands, past, cold in self.open:
            for offset, put, scale, which, addend, kind in fields:
                place = start + offset
                if scale:
                    value = scale * operands[which] + addend
                else:
                    value = self.target(kind, past, cold, operands[which] if which >= 0 else -1, place) - place + addend
                try:
                    put(code, place - base, value)
                except struct.error:
                    raise Mismatch(f"{value} does not fit the field", place) from None

    def target(self, kind: str, past: int, cold: int, operand: int, place: int) -> int:
        """The offset that the field at `place` refers to."""
        if kind == "n":
            return past
        if kind == "o":
            return cold
        if kind == "d":
            return self.image.data_offset + operand
        if kind == "k":
            found = self.stubs.get(operand, -1)
            if found < 0:
                raise Mismatch(f"stop site {operand} has no stub in this block", place)
            return found
        if kind == "t" and 0 <= operand < len(self.block.labels):
            return self.block.labels[operand].offset
        if kind == "c" and 0 <= operand < len(self.starts):
            return self.starts[operand]
        raise Mismatch(f"there is no label or block {operand}", place)

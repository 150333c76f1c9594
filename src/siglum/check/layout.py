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

from functools import cache
from typing import Final, NamedTuple

from siglum.check.mismatch import Mismatch
from siglum.ir.function import Function
from siglum.ir.node import Node
from siglum.records import Block, Image, Instance, Label, Location, StopSite, Witness
from siglum.stencil.families import FAMILIES
from siglum.stencil.table import REACH, Stencil, Table

_LOW4, _HIGH4 = REACH[4]
_LOW8, _HIGH8 = REACH[8]
_MASK8: Final = 2**64 - 1
_PAIR: Final = frozenset({"alloc", "reserve", "array", "view", "data", "write", "read", "open"})
_LANES: Final = frozenset({"lanes", "lanes_add", "lanes_add8", "lanes_total"})


class _Form(NamedTuple):
    """A family's operands: how many, which are registers, and each slot with how many slots it reaches over."""

    arity: int
    registers: tuple[int, ...]
    slots: tuple[tuple[int, int], ...]


@cache
def _forms() -> dict[str, _Form]:
    found = {}
    for name, family in FAMILIES.items():
        kinds = family.kinds
        slots: list[tuple[int, int]] = []
        for k, kind in enumerate(kinds):
            if kind == "s":
                wide = 8 if name in _LANES and not slots else 2 if name in _PAIR else 1
                slots.append((k, wide))
        registers = tuple(k for k, kind in enumerate(kinds) if kind in "vx")
        found[name] = _Form(len(kinds), registers, tuple(slots))
    return found


@cache
def _prepared(table: Table, family: str, registers: tuple[int, ...]) -> Stencil | None:
    """The stencil, or None where there is none or where an operand of it stands in no hole."""
    try:
        found = table.stencil(family, registers)
    except KeyError:
        return None
    bound = {hole.operand for hole in (*found.holes, *found.cold_holes)}
    kinds = FAMILIES[family].kinds
    free = [k for k, kind in enumerate(kinds) if kind not in "vx" and k not in bound]
    for hole in (*found.holes, *found.cold_holes):
        if hole.kind not in "no" and not (0 <= hole.operand < len(kinds) and hole.kind == kinds[hole.operand]):
            return None
    if any(hole.kind not in "siqzno" for hole in found.cold_holes) or bool(found.cold) != any(h.kind == "o" for h in found.holes):
        return None
    return None if free else found


def check_layout(image: Image, table: Table) -> None:
    """Raises `Mismatch` unless all of the above holds."""
    _shape(image)
    code = image.code
    if image.target != table.target or image.table_digest != table.digest:
        raise Mismatch("the image was made with another stencil table")
    if not 0 <= image.data_offset <= len(code):
        raise Mismatch("the constants start outside the image")
    expected = bytearray(image.data_offset)
    starts = [block.offset for block in image.witness.blocks]
    largest = max(block.frame_slots for block in image.witness.blocks)
    at = 0
    for block in image.witness.blocks:
        if block.offset != at or block.length < 0 or at + block.length > image.data_offset:
            raise Mismatch("the blocks do not follow each other", at)
        _Layout(image, table, block, starts, largest, expected).check()
        at += block.length
    if image.data_offset - at >= 16:
        raise Mismatch("there are bytes that belong to no block", at)
    found = code[: image.data_offset]
    if found != expected:
        differing = next(k for k in range(image.data_offset) if found[k] != expected[k])
        raise Mismatch("a byte differs from the stencil's", differing)


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
    """One block."""

    def __init__(self, image: Image, table: Table, block: Block, starts: list[int], largest: int, expected: bytearray) -> None:
        self.image, self.table, self.block, self.starts, self.expected = image, table, block, starts, expected
        # a callee's frame may start at frame_end; behind it there is room for two of the largest
        self.slots = block.frame_slots + largest
        self.stubs: dict[int, int] = {}
        self.cold: list[tuple[int, Instance, Stencil]] = []

    def check(self) -> None:
        """Raises `Mismatch`; writes the block's bytes into `expected`."""
        block = self.block
        if block.frame_slots < 2 or block.frame_slots % 2 or block.frame_slots > 1 << 27:
            raise Mismatch("the frame's size is odd or out of range", block.offset)
        end = block.offset + block.length
        at = block.offset
        boundaries = set()
        stencils = []
        forms = _forms()
        for instance in block.instances:
            stencil = self.instance(instance, at, forms)
            stencils.append(stencil)
            boundaries.add(at)
            at += instance.length
            if at > end:
                raise Mismatch("an instance passes its block's end", instance.offset)
        for label in block.labels:
            if label.offset not in boundaries:
                raise Mismatch("a label stands inside an instance", label.offset)
        for offset, _, stencil in sorted(self.cold, key=lambda c: c[0]):
            if offset != at:
                raise Mismatch("the cold parts do not follow each other", at)
            at += len(stencil.cold)
        if at != end:
            raise Mismatch("the block's bytes are more or fewer than its instances'", at)
        expected = self.expected
        for instance, stencil in zip(block.instances, stencils, strict=True):
            start = instance.offset
            past = start + instance.length
            code, holes, cold, cold_holes = stencil
            expected[start:past] = code
            for hole in holes:
                self.fill(instance, hole, start, past)
            if cold:
                expected[instance.cold : instance.cold + len(cold)] = cold
                for hole in cold_holes:
                    self.fill(instance, hole, instance.cold, past)

    def instance(self, instance: Instance, at: int, forms: dict[str, _Form]) -> Stencil:
        """The instance's stencil, once its shape and operands are in order."""
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
        stencil = _prepared(self.table, name, tuple([operands[k] for k in form.registers]))
        if stencil is None:
            raise Mismatch(f"there is no stencil `{name}` with these registers", at)
        if offset != at or length != len(stencil.code):
            raise Mismatch("an instance is not where the one before ends, or not as long as its stencil", at)
        for k, span in form.slots:
            if not 1 <= operands[k] <= self.slots - span:
                raise Mismatch(f"slot {operands[k]} is outside the frame", at)
        if stencil.cold:
            self.cold.append((cold, instance, stencil))
        elif cold != -1:
            raise Mismatch("an instance has a cold part that its stencil has not", at)
        if name == "stop":
            site = operands[0] - 1
            if site in self.stubs:
                raise Mismatch("a stop site has two stubs", at)
            self.stubs[site] = at
        return stencil

    def fill(self, instance: Instance, hole: tuple[int, int, str, int, int], start: int, past: int) -> None:
        """Writes one field of an instance whose code (or cold part) stands at `start`."""
        offset, width, kind, which, addend = hole
        place = start + offset
        if kind == "s":
            value = 8 * instance.operands[which] + addend
        elif kind in "iqz":
            value = instance.operands[which] + addend
        else:
            value = self.target(kind, instance, which, past) - place + addend
        if width == 4:
            if not _LOW4 <= value <= _HIGH4:
                raise Mismatch(f"{value} does not fit the field", place)
            self.expected[place : place + 4] = value.to_bytes(4, "little", signed=True)
        elif width == 8:
            if not _LOW8 <= value <= _HIGH8:
                raise Mismatch(f"{value} does not fit the field", place)
            self.expected[place : place + 8] = (value & _MASK8).to_bytes(8, "little")
        elif width == 1:
            if not _LOW4 <= value <= _HIGH4:
                raise Mismatch(f"{value} is no shift count", place)
            self.expected[place] = value & 63
        else:
            raise Mismatch(f"a field of {width} bytes", place)

    def target(self, kind: str, instance: Instance, which: int, past: int) -> int:
        """The offset that a hole refers to."""
        if kind == "n":
            return past
        if kind == "o":
            return instance.cold
        operand = instance.operands[which]
        if kind == "d":
            return self.image.data_offset + operand
        if kind == "k":
            found = self.stubs.get(operand, -1)
            if found < 0:
                raise Mismatch(f"stop site {operand} has no stub in this block", instance.offset)
            return found
        if kind == "t" and 0 <= operand < len(self.block.labels):
            return self.block.labels[operand].offset
        if kind == "c" and 0 <= operand < len(self.starts):
            return self.starts[operand]
        raise Mismatch(f"there is no label or block {operand}", instance.offset)

"""A small assembler for tests: instances, labels and constants to an Image, with a linker of its own.

What it makes is as right or wrong as what it is given; the witness always fits the bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from siglum.ir.function import Function
from siglum.ir.node import Node
from siglum.records import Block, Image, Instance, Label, Location, StopSite, Witness
from siglum.stencil.families import FAMILIES
from siglum.stencil.table import Stencil, Table, registers_of

Code = tuple[str, tuple[int, ...]]
"""Family and operands."""


class Mark(NamedTuple):
    """A label before instance `at`; the rest as in `records.Label`."""

    at: int
    path: tuple[tuple[Node, int], ...]
    done: int
    values: tuple[tuple[Node, tuple[Location, ...]], ...]


class Draft(NamedTuple):
    """A block before it has bytes."""

    function: Function
    code: tuple[Code, ...]
    marks: tuple[Mark, ...]
    frame_slots: int


class CannotLink(Exception):
    """An operand fits no field, or refers to nothing."""


def draft(block: Block) -> Draft:
    """The draft that a block's witness tells of."""
    at = {instance.offset: k for k, instance in enumerate(block.instances)}
    marks = tuple(Mark(at[label.offset], label.path, label.done, label.values) for label in block.labels)
    return Draft(block.function, tuple((i.family, i.operands) for i in block.instances), marks, block.frame_slots)


def relink(image: Image, table: Table, drafts: Sequence[Draft], stops: tuple[StopSite, ...]) -> Image:
    """`image` with other blocks and stop sites, and its own constants. Raises `CannotLink`."""
    return _Assembly(table, drafts, stops, image.code[image.data_offset :]).image(image)


def assemble(
    function: Function, table: Table, drafts: Sequence[Draft], stops: Sequence[StopSite], data: bytes = b"", effects: str = ""
) -> Image:
    """An image of hand-written blocks. Raises `CannotLink`."""
    empty = Image(table.target, b"", 0, function, Witness((), ()), table.digest, frozenset(effects.split()))
    return _Assembly(table, drafts, tuple(stops), data).image(empty)


class _Assembly:
    def __init__(self, table: Table, drafts: Sequence[Draft], stops: tuple[StopSite, ...], data: bytes) -> None:
        self.table, self.drafts, self.stops, self.data = table, drafts, stops, data
        self.code = bytearray()
        self.starts: list[int] = []
        self.later: list[tuple[int, Any, tuple[int, ...]]] = []

    def image(self, like: Image) -> Image:
        blocks = tuple(self.block(d) for d in self.drafts)
        self.code += b"\0" * (-len(self.code) % 16)
        start = len(self.code)
        for place, hole, operands in self.later:
            x = operands[hole.operand]
            if hole.kind == "c" and not 0 <= x < len(self.starts):
                raise CannotLink(f"block {x}")
            self.fill(place, hole.width, (self.starts[x] if hole.kind == "c" else start + x) - place + hole.addend)
        code = bytes(self.code) + self.data
        return replace(like, code=code, data_offset=start, witness=Witness(blocks, self.stops))

    def block(self, d: Draft) -> Block:
        start = len(self.code)
        self.starts.append(start)
        stencils: list[Stencil] = []
        offsets = []
        for family, operands in d.code:
            try:
                stencils.append(self.table.stencil(family, registers_of(family, operands)))
            except (KeyError, ValueError):
                raise CannotLink(family) from None
            offsets.append(len(self.code))
            self.code += stencils[-1].code
        colds = []
        for stencil in stencils:
            colds.append(len(self.code) if stencil.cold else -1)
            self.code += stencil.cold
        stubs = {operands[0] - 1: at for (family, operands), at in zip(d.code, offsets, strict=True) if family == "stop"}
        labels = [offsets[mark.at] for mark in d.marks]
        instances = []
        for (family, operands), stencil, at, cold in zip(d.code, stencils, offsets, colds, strict=True):
            past = at + len(stencil.code)
            for base, holes in ((at, stencil.holes), (cold, stencil.cold_holes)):
                for hole in holes:
                    self.hole(base + hole.offset, hole, operands, {"n": past, "o": cold}, labels, stubs)
            instances.append(Instance(family, operands, at, len(stencil.code), self.origin(d, family, operands), cold))
        named = tuple(Label(at, *mark[1:]) for at, mark in zip(labels, d.marks, strict=True))
        return Block(d.function, start, len(self.code) - start, tuple(instances), named, d.frame_slots)

    def origin(self, d: Draft, family: str, operands: tuple[int, ...]) -> int:
        """The origin an instance serves: that of the stop site it refers to."""
        kinds = FAMILIES[family].kinds
        site = -1
        if family == "stop":
            site = operands[0] - 1
        elif "k" in kinds:
            site = operands[kinds.index("k")]
        elif "t" in kinds and 0 <= operands[-1] < len(d.marks):
            target, stub_operands = d.code[d.marks[operands[-1]].at]
            site = stub_operands[0] - 1 if target == "stop" else -1
        return self.stops[site].origin if 0 <= site < len(self.stops) else -1

    def hole(
        self, place: int, hole: Any, operands: tuple[int, ...], own: Mapping[str, int], labels: list[int], stubs: dict[int, int]
    ) -> None:
        kind = hole.kind
        if kind in "dc":
            self.later.append((place, hole, operands))
            return
        if kind in own:
            self.fill(place, hole.width, own[kind] - place + hole.addend)
            return
        x = operands[hole.operand]
        if kind == "s":
            self.fill(place, hole.width, 8 * x + hole.addend)
        elif kind in "iqz":
            self.fill(place, hole.width, x + hole.addend)
        elif kind == "t" and 0 <= x < len(labels):
            self.fill(place, hole.width, labels[x] - place + hole.addend)
        elif kind == "k" and x in stubs:
            self.fill(place, hole.width, stubs[x] - place + hole.addend)
        else:
            raise CannotLink(f"{kind} {x}")

    def fill(self, place: int, width: int, value: int) -> None:
        try:
            if width == 1:
                self.code[place] = value & 63
            elif width == 4:
                self.code[place : place + 4] = value.to_bytes(4, "little", signed=True)
            else:
                self.code[place : place + 8] = (value % 2**64).to_bytes(8, "little")
        except OverflowError:
            raise CannotLink(str(value)) from None


__all__ = ["FAMILIES", "CannotLink", "Code", "Draft", "Mark", "assemble", "draft", "relink"]

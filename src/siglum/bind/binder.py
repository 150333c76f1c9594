"""`bind`: a function and everything it calls to one image with its witness.

Imports `ir`, `stencil`, `records` and the modules of `bind` above it.
"""

from __future__ import annotations

import struct
from typing import Any

from siglum.bind.link import Linker
from siglum.bind.plan import Plan, Planner
from siglum.bind.registers import values
from siglum.bind.tables import of_fields
from siglum.bind.writer import Writer
from siglum.errors import UserError, echo
from siglum.ir.function import Function
from siglum.ir.node import Node
from siglum.ir.types import WIDTHS, Type
from siglum.records import Block, Image, Label, StopSite, Witness
from siglum.stencil.table import Table


class _Image:
    """What the blocks of one image share: blocks to write, stop sites, constant data."""

    def __init__(self) -> None:
        self.functions: list[Function] = []
        self.called: dict[Function, int] = {}
        self.sites: list[StopSite] = []
        self.data = bytearray()
        self.placed: dict[tuple[int, bytes], int] = {}
        self.alignment = 1

    def block_of(self, function: Function) -> int:
        """The number of the block other blocks call for `function`."""
        found = self.called.get(function)
        if found is None:
            found = self.called[function] = len(self.functions)
            self.functions.append(function)
        return found

    def place(self, node: Node) -> int:
        """The offset of a constant array in the image's data; equal bytes of elements as wide stand there once."""
        element, items = node.attr
        content = _packed(element, items)
        width = WIDTHS[element]
        found = self.placed.get((width, content))
        if found is None:
            self.alignment = max(self.alignment, width)
            self.data += b"\0" * (-len(self.data) % width)
            found = self.placed[width, content] = len(self.data)
            self.data += content
        return found


def _packed(element: Type, items: tuple[Any, ...]) -> bytes:
    """Scalars as they lie in memory."""
    width = WIDTHS[element]
    if element.kind in ("f32", "f64"):
        return struct.pack(f"<{len(items)}{'f' if width == 4 else 'd'}", *items)
    mask = (1 << 8 * width) - 1
    return b"".join([(int(item) & mask).to_bytes(width, "little") for item in items])


class _Context:
    """A block's view of its image."""

    def __init__(self, image: _Image, function: Function, number: int) -> None:
        self.image, self.function, self.number = image, function, number
        self.own: dict[tuple[str, int], int] = {}
        self.words = function.words

    def site(self, kind: str, origin: int) -> int:
        """The stop site of this block for a kind and an origin."""
        found = self.own.get((kind, origin))
        if found is None:
            found = self.own[kind, origin] = len(self.image.sites)
            self.image.sites.append(of_fields(StopSite, (kind, origin, self.number)))
        return found

    def block_of(self, function: Function | None) -> int:
        """The block to call for `function`; None is the function itself."""
        return self.image.block_of(function or self.function)

    def data(self, node: Node) -> int:
        return self.image.place(node)


def bind(function: Function, table: Table) -> Image:
    """The image of `function`: block 0 runs it from C, further blocks are the functions it calls, itself included where
    it does so; constants stand behind the code. The same input gives the same bytes.

    `function` must have passed the verifier. Raises UserError where regions nest too deep for this process, ValueError for a
    program whose code would pass 2 GB.
    """
    image = _Image()
    image.functions.append(function)
    linker = Linker(table)
    blocks: list[Block] = []
    effects: frozenset[str] = frozenset()
    try:
        while len(blocks) < len(image.functions):
            current = image.functions[len(blocks)]
            plan = Planner().plan(current)
            effects |= plan.effects
            blocks.append(_block(image, linker, current, plan, len(blocks)))
        data_offset = linker.finish([block.offset for block in blocks], bytes(image.data), image.alignment)
    except RecursionError:
        fix = "split it into functions of their own"
        raise UserError(f"loops and branches of `{echo(function.name)}` nest too deep", None, fix, "E-015") from None
    except struct.error as problem:
        raise ValueError(f"`{function.name}` is too large for its code's fields: {problem}") from None
    witness = Witness(tuple(blocks), tuple(image.sites))
    return Image(table.target, bytes(linker.code), data_offset, function, witness, table.digest, effects)


def _block(image: _Image, linker: Linker, function: Function, plan: Plan, number: int) -> Block:
    context = _Context(image, function, number)
    writer = Writer(context)
    frame = writer.block(plan, entry=number == 0)
    out, states = writer.out, writer.labels
    label_at = [label[0] for label in states]
    stub_at = {}
    for site in context.own.values():
        stub_at[site] = len(out)
        out.append(("stop", (site + 1,), image.sites[site].origin))
    stubs: dict[int, int] = {}
    for at, site in writer.stop_jumps:
        if site not in stubs:
            stubs[site] = len(label_at)
            label_at.append(stub_at[site])
        writer.jump_to(at, stubs[site])
    start = len(linker.code)
    instances, offsets = linker.block(out, label_at, stub_at, writer.tops)
    labels = [
        of_fields(Label, (offsets[label_at[k]], path, done, values(state))) for k, (_, path, done, state) in enumerate(states)
    ]
    labels += [of_fields(Label, (offsets[stub_at[site]], (), -1, ())) for site in stubs]
    return Block(function, start, len(linker.code) - start, instances, tuple(labels), frame)

"""The byte-to-word map of an Image, instruction by instruction. Imports `siglum.records` and `siglum.target`."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, NamedTuple

from siglum.records import Block, Image, Instance


class Row(NamedTuple):
    """One instruction: byte offset, bytes, text, the label that stands there (or ""), the word it serves and the
    word's place (`line:column`), and the stencil it belongs to.
    """

    offset: int
    code: bytes
    text: str
    label: str
    word: str
    place: str
    stencil: str


def listing(image: Image) -> list[Row]:
    """Every byte of the image, in order: instructions with their words, then the constant data."""
    from siglum.target.x86_64.disasm import disassemble

    owners: list[tuple[int, Block, Instance]] = sorted(
        ((instance.offset, block, instance) for block in image.witness.blocks for instance in block.instances),
        key=lambda owner: owner[0],
    )
    starts = [offset for offset, _, _ in owners]
    data = [(image.data_offset, len(image.code))] if image.data_offset < len(image.code) else []
    rows = []
    for line in disassemble(image.code, 0, data):
        at = bisect_right(starts, line.offset) - 1
        block, instance = owners[at][1:] if at >= 0 else (None, None)
        inside = instance is not None and line.offset < instance.offset + instance.length
        word = place = stencil = ""
        if block is not None and instance is not None and inside:
            stencil = instance.family
            if 0 <= instance.origin < len(block.function.origins):
                origin = block.function.origins[instance.origin]
                word, place = origin.word, f"{origin.line}:{origin.column}"
            elif stencil == "stop":
                site = image.witness.stops[instance.operands[0] - 1]
                origins = image.witness.blocks[site.block].function.origins
                word = origins[site.origin].word if 0 <= site.origin < len(origins) else ""
                place = f"stop: {site.kind}"
        elif line.offset >= image.data_offset:
            stencil = "constant data"
        rows.append(Row(line.offset, line.code, line.text, line.label, word, place, stencil))
    return rows


def as_text(rows: list[Row]) -> str:
    """The listing side by side: offset, bytes, instruction, word, place, stencil."""
    out = []
    for row in rows:
        if row.label:
            out.append(f"{row.label}:")
        raw = row.code.hex()
        shown = raw if len(raw) <= 20 else raw[:18] + ".."
        out.append(f"{row.offset:6x}  {shown:20}  {row.text:40}  {row.word:12} {row.place:16} {row.stencil}".rstrip())
    return "\n".join(out)


def as_json(rows: list[Row]) -> list[dict[str, Any]]:
    """The listing as plain data."""
    return [{**row._asdict(), "code": row.code.hex()} for row in rows]

"""The ELF64 records (header, segment, section, symbol, string table) that the writers put together.

Imports nothing of the package; only the writers of this folder import it. Layout: System V ABI, chapters 4 and 5.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

HEADER_SIZE, SEGMENT_SIZE, SECTION_SIZE, SYMBOL_SIZE = 64, 56, 64, 24
PAGE = 0x1000
ET_REL, ET_EXEC, ET_DYN = 1, 2, 3
EM_X86_64 = 62
PT_LOAD, PT_DYNAMIC, PT_GNU_STACK = 1, 2, 0x6474E551
PF_X, PF_W, PF_R = 1, 2, 4
SHT_PROGBITS, SHT_SYMTAB, SHT_STRTAB, SHT_RELA, SHT_HASH, SHT_DYNAMIC = 1, 2, 3, 4, 5, 6
SHT_NOBITS, SHT_REL, SHT_DYNSYM = 8, 9, 11
SHF_WRITE, SHF_ALLOC, SHF_EXECINSTR = 1, 2, 4
STB_LOCAL, STB_GLOBAL, STT_NOTYPE, STT_FUNC = 0, 1, 0, 2

Symbols = Mapping[str, tuple[int, int]]
"""Name -> (offset in the code, size), in bytes."""


def aligned(value: int, alignment: int) -> int:
    """`value` rounded up to a multiple of `alignment` (a power of two)."""
    return (value + alignment - 1) & -alignment


def header(kind: int, entry: int, segments: int, section_offset: int, sections: int) -> bytes:
    """The 64-byte file header; the section name table is the last section."""
    identity = b"\x7fELF\x02\x01\x01" + bytes(9)
    return identity + struct.pack(
        "<HHIQQQIHHHHHH",
        kind,
        EM_X86_64,
        1,
        entry,
        HEADER_SIZE if segments else 0,
        section_offset,
        0,
        HEADER_SIZE,
        SEGMENT_SIZE if segments else 0,
        segments,
        SECTION_SIZE if sections else 0,
        sections,
        max(0, sections - 1),
    )


def segment(kind: int, flags: int, offset: int, address: int, file_size: int, memory_size: int, alignment: int) -> bytes:
    """One program header."""
    return struct.pack("<IIQQQQQQ", kind, flags, offset, address, address, file_size, memory_size, alignment)


def stack_segment() -> bytes:
    """The program header that asks for a stack that is not executable."""
    return segment(PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0, 16)


class StringTable:
    """NUL-terminated strings, each stored once."""

    def __init__(self) -> None:
        self._offsets: dict[str, int] = {"": 0}
        self._data = bytearray(1)

    def add(self, text: str) -> int:
        """The offset of `text` in the table."""
        known = self._offsets.get(text)
        if known is None:
            known = self._offsets[text] = len(self._data)
            self._data += text.encode() + b"\0"
        return known

    def __bytes__(self) -> bytes:
        return bytes(self._data)


def symbol(name: int, binding: int, kind: int, section: int, value: int, size: int) -> bytes:
    """One symbol-table entry; `name` is its offset in the string table."""
    return struct.pack("<IBBHQQ", name, binding << 4 | kind, 0, section, value, size)


def symbol_table(strings: StringTable, symbols: Symbols, section: int, base: int, local: Symbols) -> tuple[bytes, int]:
    """A table of function symbols, locals first as ELF demands, and the index of the first global one."""
    entries = [bytes(SYMBOL_SIZE)]
    for name, (offset, size) in local.items():
        entries.append(symbol(strings.add(name), STB_LOCAL, STT_FUNC, section, base + offset, size))
    for name, (offset, size) in symbols.items():
        entries.append(symbol(strings.add(name), STB_GLOBAL, STT_FUNC, section, base + offset, size))
    return b"".join(entries), 1 + len(local)


@dataclass
class Section:
    """One section: `data` stands in the file at a multiple of `alignment`; `address` is 0 where it is not loaded."""

    name: str
    kind: int
    data: bytes
    flags: int = 0
    address: int = 0
    link: int = 0
    info: int = 0
    alignment: int = 1
    entry_size: int = 0
    offset: int = field(default=-1)


def append_sections(file: bytearray, sections: Iterable[Section]) -> tuple[int, int]:
    """Append the sections not yet placed, their name table and the section headers; (offset of headers, count)."""
    names = StringTable()
    placed = [*sections, Section(".shstrtab", SHT_STRTAB, b"")]
    name_offsets = [names.add(section.name) for section in placed]
    placed[-1].data = bytes(names)
    for section in placed:
        if section.offset < 0:
            file += bytes(aligned(len(file), section.alignment) - len(file))
            section.offset = len(file)
            file += section.data
    file += bytes(aligned(len(file), 8) - len(file))
    start = len(file)
    file += bytes(SECTION_SIZE)
    for name, section in zip(name_offsets, placed, strict=True):
        file += struct.pack(
            "<IIQQQQIIQQ",
            name,
            section.kind,
            section.flags,
            section.address,
            section.offset,
            len(section.data),
            section.link,
            section.info,
            section.alignment,
            section.entry_size,
        )
    return start, len(placed) + 1

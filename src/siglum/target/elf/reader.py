"""Reads the code out of an ELF64 x86-64 file; every field is checked before it is used.

Imports `errors`, `files` and this folder's layout; `host` and the faces may import it.
"""

from __future__ import annotations

import itertools
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, NoReturn

from siglum.errors import UserError, echo
from siglum.files import read_bytes
from siglum.target.elf import layout

_KINDS = (layout.ET_REL, layout.ET_EXEC, layout.ET_DYN)
_HEADER = struct.Struct("<HHIQQQIHHHHHH")
_SEGMENT = struct.Struct("<IIQQQQQQ")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
MAX_SYMBOLS = 1 << 20


@dataclass(frozen=True, slots=True)
class ElfCode:
    """Code found in an ELF file: `code` stands at `address`; `entry` and `symbols` count bytes from its start."""

    code: bytes
    address: int
    entry: int
    symbols: tuple[tuple[str, int, int], ...]
    """(name, offset, size in bytes), by offset."""


class _Segment(NamedTuple):
    kind: int
    flags: int
    offset: int
    address: int
    physical: int
    file_size: int
    memory_size: int
    alignment: int


class _Section(NamedTuple):
    name: int
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int
    entry_size: int


def read_elf_code(source: str | Path | bytes, symbol: str | None = None) -> ElfCode:
    """The executable code of an ELF64 x86-64 file (a path or its bytes), or of one symbol in it.

    With section headers the code is `.text` (else the first executable section), without them the executable segment
    after the headers. Raises UserError E-034 naming the field and its value for a file that is not well formed, another
    class, byte order or machine, or a symbol that is not there; as `files.read_bytes` where the file cannot be read.
    """
    data = source if isinstance(source, bytes) else read_bytes(str(source))
    return _ElfFile(data).code(symbol)


def check_elf(data: bytes) -> None:
    """Raises UserError E-034 naming the field and its value where headers, segments or sections of an ELF64 x86-64 file are not
    well formed.
    """
    _ElfFile(data)


def _refuse(field: str, value: object, why: str) -> NoReturn:
    shown = hex(value) if isinstance(value, int) else value
    raise UserError(f"{field} is {shown}: {why}", fix="give an ELF64 x86-64 file", code="E-034")


class _ElfFile:
    def __init__(self, data: bytes) -> None:
        self.data = data
        if data[:4] != b"\x7fELF":
            _refuse("ELF magic", data[:4].hex() or "missing", "not an ELF file")
        if len(data) < layout.HEADER_SIZE:
            _refuse("file size", len(data), "shorter than the 64-byte header")
        if data[4] != 2:
            _refuse("EI_CLASS", data[4], "not a 64-bit file")
        if data[5] != 1:
            _refuse("EI_DATA", data[5], "not little-endian")
        header = _HEADER.unpack_from(data, 16)
        self.kind, machine, _, self.entry, segment_offset, section_offset = header[:6]
        segment_size, segment_count, section_size, section_count = header[8:12]
        self.name_section = header[12]
        if machine != layout.EM_X86_64:
            _refuse("e_machine", machine, "not x86-64 (0x3e)")
        if self.kind not in _KINDS:
            _refuse("e_type", self.kind, "not a relocatable, executable or shared file")
        self.segments: list[_Segment] = []
        self.sections: list[_Section] = []
        if segment_count:
            self.table("e_phoff", segment_offset, "e_phentsize", segment_size, layout.SEGMENT_SIZE, segment_count)
            self.segments = [
                _Segment(*_SEGMENT.unpack_from(data, segment_offset + index * segment_size)) for index in range(segment_count)
            ]
        if section_count:
            self.table("e_shoff", section_offset, "e_shentsize", section_size, layout.SECTION_SIZE, section_count)
            self.sections = [
                _Section(*_SECTION.unpack_from(data, section_offset + index * section_size)) for index in range(section_count)
            ]
        self.headers_end = segment_offset + segment_size * segment_count
        self.check_segments()
        self.check_sections()

    def table(self, field: str, offset: int, size_field: str, size: int, least: int, count: int) -> None:
        if size < least:
            _refuse(size_field, size, f"an entry takes at least {least} bytes")
        if offset + size * count > len(self.data):
            _refuse(field, offset, f"{count} entries of {size} bytes run past the end of the file ({len(self.data)} bytes)")

    def check_segments(self) -> None:
        loaded: list[_Segment] = []
        for segment in self.segments:
            if segment.offset + segment.file_size > len(self.data):
                _refuse("p_offset", segment.offset, f"with p_filesz {segment.file_size} past the end of the file")
            if segment.kind == layout.PT_LOAD:
                if segment.memory_size < segment.file_size:
                    _refuse("p_memsz", segment.memory_size, f"less than p_filesz {segment.file_size}")
                if segment.address + segment.memory_size >= 1 << 64:
                    _refuse("p_vaddr", segment.address, f"with p_memsz {segment.memory_size:#x} past the address space")
                loaded.append(segment)
        loaded.sort(key=lambda s: s.address)
        for before, after in itertools.pairwise(loaded):
            if before.address + before.memory_size > after.address:
                _refuse("p_vaddr", after.address, f"overlaps the segment at {before.address:#x}")

    def check_sections(self) -> None:
        for section in self.sections:
            if section.kind not in (0, layout.SHT_NOBITS) and section.offset + section.size > len(self.data):
                _refuse("sh_offset", section.offset, f"with sh_size {section.size} past the end of the file")
        if self.sections and self.name_section >= len(self.sections):
            _refuse("e_shstrndx", self.name_section, f"there are {len(self.sections)} sections")

    def text_at(self, section: _Section, offset: int) -> str:
        """The string at `offset` of a string table; it must end inside the table."""
        if section.kind != layout.SHT_STRTAB:
            _refuse("sh_link", section.kind, "does not lead to a string table")
        end = self.data.find(b"\0", section.offset + offset, section.offset + section.size)
        if offset >= section.size or end < 0:
            _refuse("name offset", offset, "outside of its string table")
        return self.data[section.offset + offset : end].decode("utf-8", "replace")

    def code_section(self) -> int | None:
        """The index of `.text`, else of the first executable section."""
        executable = [
            index
            for index, section in enumerate(self.sections)
            if section.kind == layout.SHT_PROGBITS and section.flags & layout.SHF_EXECINSTR and section.size
        ]
        for index in executable:
            if self.text_at(self.sections[self.name_section], self.sections[index].name) == ".text":
                return index
        return executable[0] if executable else None

    def symbols(self, index: int, section: _Section) -> list[tuple[str, int, int]]:
        """Named symbols inside the section: (name, offset, size)."""
        found: dict[str, tuple[int, int]] = {}
        base = 0 if self.kind == layout.ET_REL else section.address
        for table in self.sections:
            if table.kind not in (layout.SHT_SYMTAB, layout.SHT_DYNSYM):
                continue
            if table.entry_size != layout.SYMBOL_SIZE:
                _refuse("sh_entsize", table.entry_size, f"a symbol takes {layout.SYMBOL_SIZE} bytes")
            if table.link >= len(self.sections):
                _refuse("sh_link", table.link, f"there are {len(self.sections)} sections")
            count = table.size // layout.SYMBOL_SIZE
            if count > MAX_SYMBOLS:
                _refuse("sh_size", table.size, f"more than {MAX_SYMBOLS} symbols")
            for entry in range(count):
                name, info, _, home, value, size = _SYMBOL.unpack_from(self.data, table.offset + entry * layout.SYMBOL_SIZE)
                if home == index and name and info & 15 in (layout.STT_NOTYPE, layout.STT_FUNC):
                    text = self.text_at(self.sections[table.link], name)
                    if not base <= value <= value + size <= base + section.size:
                        _refuse("st_value", value, f"`{echo(text)}` lies outside of its section")
                    found.setdefault(text, (value - base, size))
        return sorted(((name, offset, size) for name, (offset, size) in found.items()), key=lambda s: (s[1], s[0]))

    def code(self, wanted: str | None) -> ElfCode:
        index = self.code_section()
        if index is not None:
            section = self.sections[index]
            code = self.data[section.offset : section.offset + section.size]
            address = section.address
            symbols = self.symbols(index, section)
        else:
            segment = next((s for s in self.segments if s.kind == layout.PT_LOAD and s.flags & layout.PF_X and s.file_size), None)
            if segment is None:
                _refuse("e_phnum", len(self.segments), "no executable section or segment")
            skipped = max(0, self.headers_end - segment.offset) if segment.offset < self.headers_end else 0
            code = self.data[segment.offset + skipped : segment.offset + segment.file_size]
            address = segment.address + skipped
            symbols = []
        if not code:
            _refuse("p_filesz", 0, "the executable segment holds no code")
        if wanted is not None:
            return self.one(wanted, code, address, symbols)
        entry = self.entry - address if address <= self.entry < address + len(code) else 0
        if self.kind == layout.ET_EXEC and not address <= self.entry < address + len(code):
            _refuse("e_entry", self.entry, "outside of the executable code")
        return ElfCode(code, address, entry, tuple(symbols))

    def one(self, wanted: str, code: bytes, address: int, symbols: list[tuple[str, int, int]]) -> ElfCode:
        for name, offset, size in symbols:
            if name == wanted:
                following = [start for _, start, _ in symbols if start > offset]
                end = offset + size if size else min(following, default=len(code))
                if end == offset:
                    _refuse("st_size", size, f"`{echo(wanted)}` holds no code")
                return ElfCode(code[offset:end], address + offset, 0, ((name, 0, end - offset),))
        import difflib

        near = difflib.get_close_matches(wanted, [name for name, _, _ in symbols], 3)
        fix = "did you mean " + ", ".join(echo(name) for name in near) if near else "the file has no such function"
        raise UserError(f"no symbol `{echo(wanted)}`", fix=fix, code="E-034")


class Needs(NamedTuple):
    """What an object offers and needs: global names in its `.text`, names nobody defines, loaded sections beside `.text`,
    whether a linker must patch it, and whether it has code at all.
    """

    exported: tuple[str, ...]
    undefined: tuple[str, ...]
    sections: tuple[str, ...]
    relocated: bool
    code: bool


def object_needs(data: bytes) -> Needs:
    """What a relocatable object needs before its `.text` stands alone. Raises as `read_elf_code`."""
    file = _ElfFile(data)
    exported: list[str] = []
    undefined: list[str] = []
    code = file.code_section()
    for table in file.sections:
        if table.kind == layout.SHT_SYMTAB and table.link < len(file.sections):
            for entry in range(1, table.size // layout.SYMBOL_SIZE):
                name, info, _, home, _, _ = _SYMBOL.unpack_from(data, table.offset + entry * layout.SYMBOL_SIZE)
                if name and (home == 0 or (home == code and info >> 4 == layout.STB_GLOBAL)):
                    (exported if home else undefined).append(file.text_at(file.sections[table.link], name))
    others = tuple(
        file.text_at(file.sections[file.name_section], section.name)
        for index, section in enumerate(file.sections)
        if section.flags & layout.SHF_ALLOC and section.size and index != code
    )
    relocated = any(section.kind in (layout.SHT_RELA, layout.SHT_REL) and section.size for section in file.sections)
    return Needs(tuple(exported), tuple(undefined), others, relocated, code is not None)

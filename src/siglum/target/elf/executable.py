"""Static ELF executables: one R+X segment that holds the whole file, no sections unless symbols are given.

Imports this folder's layout alone; `host` may import it.
"""

from __future__ import annotations

from siglum.target.elf import layout

BASE = 0x400000
"""Address of the file's first byte in memory."""
MEMORY_BASE = 0x10000000
"""Address of the zeroed read-write memory, where some was asked for."""


def write_executable(
    code: bytes,
    entry: int = 0,
    *,
    memory: int = 0,
    symbols: layout.Symbols | None = None,
    stack_header: bool = True,
) -> bytes:
    """A static executable that starts at `code[entry]`, position-independent code being loaded after the headers.

    `memory` bytes of zeroed read-write memory stand at `MEMORY_BASE` when asked for. `symbols` adds section headers and a
    symbol table for debuggers. Without `stack_header` the file is 56 bytes shorter and leaves the stack's protection to
    the kernel (not executable since Linux 5.8). The same arguments give the same bytes.
    Raises ValueError for an entry outside of the code.
    """
    if not 0 <= entry < len(code):
        raise ValueError(f"entry {entry} is outside of {len(code)} bytes of code")
    segments = 1 + (memory > 0) + stack_header
    start = layout.HEADER_SIZE + segments * layout.SEGMENT_SIZE
    file = bytearray(layout.HEADER_SIZE)
    loaded = start + len(code)
    file += layout.segment(layout.PT_LOAD, layout.PF_R | layout.PF_X, 0, BASE, loaded, loaded, layout.PAGE)
    if memory:
        file += layout.segment(layout.PT_LOAD, layout.PF_R | layout.PF_W, 0, MEMORY_BASE, 0, memory, layout.PAGE)
    if stack_header:
        file += layout.stack_segment()
    file += code
    section_offset = sections = 0
    if symbols:
        strings = layout.StringTable()
        table, first_global = layout.symbol_table(strings, symbols, 1, BASE + start, {})
        section_offset, sections = layout.append_sections(
            file,
            [
                layout.Section(
                    ".text",
                    layout.SHT_PROGBITS,
                    code,
                    layout.SHF_ALLOC | layout.SHF_EXECINSTR,
                    BASE + start,
                    offset=start,
                ),
                layout.Section(
                    ".symtab",
                    layout.SHT_SYMTAB,
                    table,
                    link=3,
                    info=first_global,
                    alignment=8,
                    entry_size=layout.SYMBOL_SIZE,
                ),
                layout.Section(".strtab", layout.SHT_STRTAB, bytes(strings)),
            ],
        )
    file[: layout.HEADER_SIZE] = layout.header(layout.ET_EXEC, BASE + start + entry, segments, section_offset, sections)
    return bytes(file)

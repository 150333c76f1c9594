"""Relocatable objects that gcc and ld link: position-independent code, symbols, no relocations.

Imports this folder's layout alone; `host` may import it.
"""

from __future__ import annotations

from siglum.target.elf import layout

TEXT_ALIGNMENT = 64


def write_object(code: bytes, symbols: layout.Symbols, *, local: layout.Symbols | None = None) -> bytes:
    """An object file with `code` as `.text` (aligned to 64) and global function symbols.

    `symbols` and `local` map names to (offset, size) in bytes; `local` names are for debuggers. The note section asks
    the linker for a stack that is not executable. The same arguments give the same bytes.
    """
    strings = layout.StringTable()
    table, first_global = layout.symbol_table(strings, symbols, 1, 0, local or {})
    executable = layout.SHF_ALLOC | layout.SHF_EXECINSTR
    file = bytearray(layout.HEADER_SIZE)
    offset, count = layout.append_sections(
        file,
        [
            layout.Section(".text", layout.SHT_PROGBITS, code, executable, alignment=TEXT_ALIGNMENT),
            layout.Section(
                ".symtab", layout.SHT_SYMTAB, table, link=3, info=first_global, alignment=8, entry_size=layout.SYMBOL_SIZE
            ),
            layout.Section(".strtab", layout.SHT_STRTAB, bytes(strings)),
            layout.Section(".note.GNU-stack", layout.SHT_PROGBITS, b""),
        ],
    )
    file[: layout.HEADER_SIZE] = layout.header(layout.ET_REL, 0, 0, offset, count)
    return bytes(file)

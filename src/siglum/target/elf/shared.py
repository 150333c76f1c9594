"""Shared objects: code and symbol tables in one R+X segment, the dynamic section in a page of its own.

Imports this folder's layout alone; `host` may import it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from siglum.target.elf import layout

TEXT_ALIGNMENT = 64
DT_NULL, DT_HASH, DT_STRTAB, DT_SYMTAB, DT_STRSZ, DT_SYMENT, DT_SONAME = 0, 4, 5, 6, 10, 11, 14
SEGMENTS = 4


def sysv_hash(name: str) -> int:
    """The System V ABI's hash of a symbol name, 32 bits."""
    value = 0
    for byte in name.encode():
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ high >> 24) & ~high & 0xFFFFFFFF
    return value


def hash_table(names: Sequence[str]) -> bytes:
    """The `.hash` section for symbols 1..len(names)."""
    buckets = [0] * max(1, len(names))
    chain = [0] * (len(names) + 1)
    for index, name in enumerate(names, 1):
        bucket = sysv_hash(name) % len(buckets)
        chain[index] = buckets[bucket]
        buckets[bucket] = index
    return struct.pack(f"<II{len(buckets)}I{len(chain)}I", len(buckets), len(chain), *buckets, *chain)


def write_shared(code: bytes, symbols: layout.Symbols, soname: str, *, local: layout.Symbols | None = None) -> bytes:
    """A shared object that exports `symbols` (name -> (offset, size) in `code`, bytes) under the name `soname`.

    `local` names blocks for debuggers without exporting them. The code is aligned to 64 and must be position independent:
    there are no relocations. The same arguments give the same bytes.
    """
    strings = layout.StringTable()
    soname_offset = strings.add(soname)
    text_section = 4
    name_offsets = [strings.add(name) for name in symbols]
    string_data = bytes(strings)
    hash_data = hash_table(list(symbols))
    symbols_at = layout.HEADER_SIZE + SEGMENTS * layout.SEGMENT_SIZE
    hash_at = symbols_at + layout.SYMBOL_SIZE * (1 + len(symbols))
    strings_at = hash_at + len(hash_data)
    text_at = layout.aligned(strings_at + len(string_data), TEXT_ALIGNMENT)
    text_end = text_at + len(code)
    dynamic_at = layout.aligned(text_end, 8)
    dynamic_address = layout.aligned(dynamic_at, layout.PAGE) + dynamic_at % layout.PAGE
    dynamic = b"".join(
        struct.pack("<qQ", tag, value)
        for tag, value in (
            (DT_SONAME, soname_offset),
            (DT_HASH, hash_at),
            (DT_STRTAB, strings_at),
            (DT_SYMTAB, symbols_at),
            (DT_STRSZ, len(string_data)),
            (DT_SYMENT, layout.SYMBOL_SIZE),
            (DT_NULL, 0),
        )
    )
    dynamic_symbols = bytes(layout.SYMBOL_SIZE) + b"".join(
        layout.symbol(name, layout.STB_GLOBAL, layout.STT_FUNC, text_section, text_at + offset, size)
        for name, (offset, size) in zip(name_offsets, symbols.values(), strict=True)
    )
    read_write = layout.PF_R | layout.PF_W
    file = bytearray(layout.HEADER_SIZE)
    file += layout.segment(layout.PT_LOAD, layout.PF_R | layout.PF_X, 0, 0, text_end, text_end, layout.PAGE)
    for kind, alignment in ((layout.PT_LOAD, layout.PAGE), (layout.PT_DYNAMIC, 8)):
        file += layout.segment(kind, read_write, dynamic_at, dynamic_address, len(dynamic), len(dynamic), alignment)
    file += layout.stack_segment()
    file += dynamic_symbols + hash_data + string_data
    file += bytes(text_at - len(file)) + code
    file += bytes(dynamic_at - len(file)) + dynamic

    full_strings = layout.StringTable()
    full_table, first_global = layout.symbol_table(full_strings, symbols, text_section, text_at, local or {})
    alloc = layout.SHF_ALLOC
    offset, count = layout.append_sections(
        file,
        [
            layout.Section(
                ".dynsym",
                layout.SHT_DYNSYM,
                dynamic_symbols,
                alloc,
                symbols_at,
                link=3,
                info=1,
                alignment=8,
                entry_size=layout.SYMBOL_SIZE,
                offset=symbols_at,
            ),
            layout.Section(
                ".hash", layout.SHT_HASH, hash_data, alloc, hash_at, link=1, alignment=8, entry_size=4, offset=hash_at
            ),
            layout.Section(".dynstr", layout.SHT_STRTAB, string_data, alloc, strings_at, offset=strings_at),
            layout.Section(
                ".text",
                layout.SHT_PROGBITS,
                code,
                alloc | layout.SHF_EXECINSTR,
                text_at,
                alignment=TEXT_ALIGNMENT,
                offset=text_at,
            ),
            layout.Section(
                ".dynamic",
                layout.SHT_DYNAMIC,
                dynamic,
                alloc | layout.SHF_WRITE,
                dynamic_address,
                link=3,
                alignment=8,
                entry_size=16,
                offset=dynamic_at,
            ),
            layout.Section(
                ".symtab",
                layout.SHT_SYMTAB,
                full_table,
                link=7,
                info=first_global,
                alignment=8,
                entry_size=layout.SYMBOL_SIZE,
            ),
            layout.Section(".strtab", layout.SHT_STRTAB, bytes(full_strings)),
        ],
    )
    file[: layout.HEADER_SIZE] = layout.header(layout.ET_DYN, 0, SEGMENTS, offset, count)
    return bytes(file)

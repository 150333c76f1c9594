"""From IR text to bytes and relocations: LLVM through llvmlite, then the sections of the object it gives.

LLVM ends the process it fails in, so this runs in the child process of a build only. Imports llvmlite.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

LLVMLITE: Final = "0.50.0"
"""The version the tables are made with; another could give other bytes."""
TRIPLE: Final = "x86_64-unknown-linux-gnu"
FEATURES: Final = {
    # no AVX forms of scalar float code: both levels then share it, and there is no state to switch
    "x86-64-v2": ("x86-64-v2", ""),
    "x86-64-v3": ("x86-64-v2", "+bmi,+bmi2,+lzcnt,+movbe"),
}
"""Target to the CPU and the features LLVM is told."""


class Relocation(NamedTuple):
    """A field at `offset` of a section, as ELF names it: relocation type, symbol, addend."""

    offset: int
    type: int
    symbol: str
    addend: int


class Section(NamedTuple):
    code: bytes
    relocations: tuple[Relocation, ...]


def compile_object(text: str, target: str) -> bytes:
    """The ELF object LLVM makes of IR text. Raises RuntimeError when LLVM refuses the text or has another version."""
    import llvmlite
    import llvmlite.binding as llvm

    if llvmlite.__version__ != LLVMLITE:
        raise RuntimeError(f"the stencil tables are made with llvmlite {LLVMLITE}; found {llvmlite.__version__}")
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    llvm.initialize_native_asmparser()
    cpu, features = FEATURES[target]
    machine = llvm.Target.from_triple(TRIPLE).create_target_machine(
        cpu=cpu, features=features, opt=2, reloc="pic", codemodel="small"
    )
    module = llvm.parse_assembly(text)
    module.verify()
    data: bytes = machine.emit_object(module)
    return data


def read_sections(data: bytes, prefix: str = ".text.") -> dict[str, Section]:
    """The code sections of an ELF64 object by name (without `prefix`), with their relocations."""
    (headers_at,) = struct.unpack_from("<Q", data, 0x28)
    size, count, names_index = struct.unpack_from("<HHH", data, 0x3A)
    headers = [struct.unpack_from("<IIQQQQIIQQ", data, headers_at + k * size) for k in range(count)]

    def string(table: int, at: int) -> str:
        start = headers[table][4] + at
        return data[start : data.index(b"\0", start)].decode("ascii")

    names = [string(names_index, header[0]) for header in headers]
    symbols: list[str] = []
    for header in headers:
        if header[1] == 2:  # SHT_SYMTAB
            for at in range(header[4], header[4] + header[5], 24):
                name, info, _, section = struct.unpack_from("<IBBH", data, at)
                symbols.append(names[section] if info & 15 == 3 else string(header[6], name))
    relocations: dict[int, list[Relocation]] = {}
    for header in headers:
        if header[1] == 4:  # SHT_RELA
            for at in range(header[4], header[4] + header[5], 24):
                offset, info, addend = struct.unpack_from("<QQq", data, at)
                relocations.setdefault(header[7], []).append(Relocation(offset, info & 0xFFFFFFFF, symbols[info >> 32], addend))
    return {
        name[len(prefix) :]: Section(data[header[4] : header[4] + header[5]], tuple(sorted(relocations.get(index, ()))))
        for index, (name, header) in enumerate(zip(names, headers, strict=True))
        if name.startswith(prefix) and header[1] == 1
    }

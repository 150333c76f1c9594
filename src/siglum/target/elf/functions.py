"""One function out of an object file or a shared library, with all it needs: the functions it calls, the constants it reads.

Imports `errors`, `files`, and pyelftools and iced-x86 when called. Other code in between is blanked, so that only what the
function reaches is judged.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from siglum.errors import EnvironmentFault, UserError, echo
from siglum.files import read_bytes
from siglum.target.elf.reader import check_elf

if TYPE_CHECKING:
    from elftools.elf.elffile import ELFFile

PAGE: Final = 4096
MOST_BYTES: Final = 1 << 26
"""How far apart a function and its constants may lie."""
_INT3: Final = 0xCC
_ALLOCATED, _WRITABLE, _EXECUTABLE = 2, 1, 4
_ABSOLUTE_64, _RELATIVE = 1, (2, 4)  # R_X86_64_64; PC32, PLT32 (psABI, table 4.9)


@dataclass(frozen=True, slots=True)
class FunctionImage:
    """`image` holds the function at `entry`, what it reaches, and constants; `executable` is where its instructions lie.
    `known` are the spans that are the file's; the rest is filled. `name` is the symbol, `size` its bytes by the symbol table.
    """

    name: str
    image: bytes
    entry: int
    executable: tuple[int, int]
    size: int
    known: tuple[tuple[int, int], ...]


class _Layout:
    """Sections in one address space: their bytes, symbols (name, address, size), and symbols that nobody defines."""

    def __init__(self) -> None:
        self.memory: dict[int, bytearray] = {}
        self.code: list[tuple[int, int]] = []
        self.symbols: dict[str, tuple[int, int]] = {}
        self.missing: dict[int, str] = {}
        """Address of a field that refers outside, to the name."""

    def at(self, address: int) -> tuple[int, bytearray] | None:
        for start, data in self.memory.items():
            if start <= address < start + len(data):
                return start, data
        return None


def function_image(path: str, symbol: str) -> FunctionImage:
    """The function `symbol` of the file. Raises `UserError`: E-042 (cannot be read), E-034 (no such ELF file, no such function,
    or one that needs what the file does not hold).
    """
    try:
        from elftools.common.exceptions import ELFError
        from elftools.elf.elffile import ELFFile
    except ImportError:
        raise EnvironmentFault("pyelftools is missing", fix="pip install 'siglum[check]'", code="E-305") from None
    data = read_bytes(path)
    try:
        check_elf(data)
    except UserError as wrong:
        raise _bad(path, wrong.message) from None
    try:
        elf = ELFFile(io.BytesIO(data))
        layout = _of_object(elf) if elf["e_type"] == "ET_REL" else _of_library(elf)
    except (ELFError, ValueError, KeyError, IndexError, OverflowError, AttributeError, TypeError) as error:
        raise _bad(path, f"a section is damaged ({echo(str(error)) or type(error).__name__})") from None
    if symbol not in layout.symbols:
        names = ", ".join(sorted(layout.symbols)[:8]) or "none"
        raise UserError(f"no function {echo(symbol)!r} in {echo(path)}", None, f"functions there: {echo(names, 200)}", "E-034")
    return _cut(path, layout, symbol)


def _bad(path: str, why: str) -> UserError:
    return UserError(f"{echo(path)}: {why}", None, "give a .o or .so that a compiler made for x86-64", "E-034")


def _of_library(elf: ELFFile) -> _Layout:
    found = _Layout()
    for segment in elf.iter_segments("PT_LOAD"):
        if segment["p_flags"] & 2:
            continue
        found.memory[segment["p_vaddr"]] = bytearray(segment.data())
        if segment["p_flags"] & 1:
            found.code.append((segment["p_vaddr"], segment["p_vaddr"] + segment["p_filesz"]))
    for name in (".dynsym", ".symtab"):
        table: Any = elf.get_section_by_name(name)
        for s in table.iter_symbols() if table is not None else ():
            if s["st_info"]["type"] == "STT_FUNC" and s["st_shndx"] != "SHN_UNDEF":
                found.symbols[s.name] = (s["st_value"], s["st_size"])
    return found


def _of_object(elf: ELFFile) -> _Layout:
    """The sections one after the other, relocated."""
    found = _Layout()
    places: dict[int, int] = {}
    at = PAGE
    for index, section in enumerate(elf.iter_sections()):
        flags = section["sh_flags"]
        if flags & _ALLOCATED and not flags & _WRITABLE and section["sh_type"] == "SHT_PROGBITS" and section["sh_size"]:
            at = _placed(at, max(section["sh_addralign"], 1))
            places[index] = at
            found.memory[at] = bytearray(section.data())
            if flags & _EXECUTABLE:
                found.code.append((at, at + section["sh_size"]))
            at += section["sh_size"]
    table: Any = elf.get_section_by_name(".symtab")
    symbols = list(table.iter_symbols()) if table is not None else []
    for s in symbols:
        if s["st_shndx"] in places and s["st_info"]["type"] == "STT_FUNC":
            found.symbols[s.name] = (places[s["st_shndx"]] + s["st_value"], s["st_size"])
    for section in elf.iter_sections():
        if section["sh_type"] == "SHT_RELA" and section["sh_info"] in places:
            for relocation in section.iter_relocations():  # type: ignore[attr-defined]
                _relocate(found, places, symbols[relocation["r_info_sym"]], relocation, places[section["sh_info"]])
    return found


def _placed(at: int, alignment: int) -> int:
    """The next address that is aligned so far and no further: a linker promises no more."""
    at = -(-at // alignment) * alignment
    return at + alignment if at % (2 * alignment) == 0 else at


def _relocate(found: _Layout, places: dict[int, int], symbol: Any, relocation: Any, start: int) -> None:
    place = start + relocation["r_offset"]
    kind = relocation["r_info_type"]
    if symbol["st_shndx"] not in places or kind not in _RELATIVE:
        found.missing[place] = symbol.name or f"what relocation {kind} refers to"
        return
    value = places[symbol["st_shndx"]] + symbol["st_value"] + relocation["r_addend"] - place
    data = found.memory[start]
    data[relocation["r_offset"] : relocation["r_offset"] + 4] = (value & 0xFFFFFFFF).to_bytes(4, "little")


def _cut(path: str, layout: _Layout, symbol: str) -> FunctionImage:
    """The image of what the function reaches."""
    reached, data = _reach(path, layout, symbol)
    starts = [*reached, *data]
    low = min(starts) & -64
    code_end = max(reached.values())
    high = max(code_end, *(start + len(content) for start, content in data.items())) if data else code_end
    if high - low > MOST_BYTES:
        raise _bad(path, f"p_vaddr: {echo(symbol)} and what it reads lie {high - low:#x} bytes apart")
    image = bytearray(high - low)
    code_start = min(reached)
    image[code_start - low : code_end - low] = bytes([_INT3]) * (code_end - code_start)
    for start, content in data.items():
        image[start - low : start - low + len(content)] = content
    for start, end in reached.items():
        home = layout.at(start)
        assert home is not None
        image[start - low : end - low] = home[1][start - home[0] : end - home[0]]
    address, size = layout.symbols[symbol]
    spans = [*reached.items(), *((start, start + len(content)) for start, content in data.items())]
    known = tuple(sorted((start - low, end - low) for start, end in spans))
    return FunctionImage(symbol, bytes(image), address - low, (code_start - low, code_end - low), size, known)


def _reach(path: str, layout: _Layout, symbol: str) -> tuple[dict[int, int], dict[int, bytes]]:
    """The spans of the functions reached, and the sections of constants read."""
    from iced_x86 import Decoder, OpKind, Register

    spans = {address: address + size for address, size in layout.symbols.values()}
    reached: dict[int, int] = {}
    data: dict[int, bytes] = {}
    waiting = [layout.symbols[symbol][0]]
    while waiting:
        start = waiting.pop()
        home = layout.at(start)
        if home is None or not any(a <= start < b for a, b in layout.code):
            raise _bad(path, f"{echo(symbol)} leads to code that the file does not hold")
        end = spans.get(start) or 0
        if end <= start:
            later = [a for a in spans if a > start]
            end = min([*later, home[0] + len(home[1])])
        reached[start] = end
        for place, name in layout.missing.items():
            if start <= place < end:
                fix = "link it into a .so and give that"
                raise UserError(f"{echo(symbol)} needs {echo(name)}, which {echo(path)} does not hold", None, fix, "E-034")
        decoder = Decoder(64, bytes(home[1][start - home[0] : end - home[0]]), ip=start)
        for instruction in decoder:
            if instruction.op_count and instruction.op0_kind == OpKind.NEAR_BRANCH64:
                target = instruction.near_branch_target
                if not any(a <= target < b for a, b in reached.items()):
                    waiting.append(target)
            for k in range(instruction.op_count):
                if instruction.op_kind(k) == OpKind.MEMORY and instruction.memory_base == Register.RIP:
                    found = layout.at(instruction.memory_displacement)
                    if found is not None and not any(a <= found[0] < b for a, b in layout.code):
                        data[found[0]] = bytes(found[1])
    return reached, data

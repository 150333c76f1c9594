"""The files an Image can become: shared object, object, header, executable, assembly source, hex digits.

Imports `records` and the other modules of this folder. Equal images give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from siglum.errors import UserError, echo
from siglum.host.cabi import Library, library
from siglum.host.program import executable
from siglum.records import Image
from siglum.target.elf import write_object, write_shared
from siglum.target.x86_64.source import assembly

KINDS = ("so", "h", "o", "exe", "asm", "hex")
_SUFFIXES = {"so": ".so", "h": ".h", "o": ".o", "exe": "", "asm": ".asm", "hex": ".hex"}
_HEX_ROW = 32


def file_name(name: str, kind: str) -> str:
    """The name of the file of a kind."""
    return name + _SUFFIXES[kind]


def files(
    image: Image,
    name: str,
    kinds: Iterable[str],
    *,
    program: Image | None = None,
    outside: Image | None = None,
    notes: Mapping[int, str] | None = None,
) -> dict[str, bytes]:
    """File name -> contents, in the order of `kinds` (of `KINDS`).

    `program` is the image that an executable runs (see `program.executable`), `outside` the one that C calls, which takes
    and gives UTF-8 where the signature says text; each is `image` itself where it is None. `notes`
    maps offsets in the image to remarks for the assembly source, which holds the C functions too, as .so and .o do; hex
    holds the image's code alone. Raises UserError E-002 for an unknown kind or a name C cannot take.
    """
    made: dict[str, bytes] = {}
    lib: Library | None = None
    for kind in kinds:
        if kind not in KINDS:
            raise UserError(f"unknown output {echo(kind)!r}", fix=f"outputs: {', '.join(KINDS)}", code="E-002")
        if kind in ("so", "o", "h", "asm"):
            lib = lib or library(outside or image, name, image.params, image.result)
            made[file_name(name, kind)] = _library_file(lib, name, kind, notes)
        elif kind == "exe":
            made[file_name(name, kind)] = executable(program or image, name, image.params)
        else:
            made[file_name(name, kind)] = hex_text(image.code).encode()
    return made


def hex_text(code: bytes) -> str:
    """The code as hex digits, 32 bytes a line, each line with its offset in a comment."""
    rows = [code[at : at + _HEX_ROW] for at in range(0, len(code), _HEX_ROW)]
    return "".join(f"{row.hex(' '):{3 * _HEX_ROW}}# {at * _HEX_ROW:#x}\n" for at, row in enumerate(rows))


def _library_file(lib: Library, name: str, kind: str, notes: Mapping[int, str] | None) -> bytes:
    if kind == "so":
        return write_shared(lib.code, lib.symbols, f"{name}.so", local=lib.local)
    if kind == "o":
        return write_object(lib.code, lib.symbols, local=lib.local)
    if kind == "h":
        return lib.header.encode()
    return assembly(lib.code, lib.symbols, lib.data, notes).encode()

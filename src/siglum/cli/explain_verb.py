"""`siglum explain`: every instruction with the word it serves and the word's place."""

from __future__ import annotations

import os
from typing import Any

import click

from siglum.cli.options import overflow_option, signature_option
from siglum.cli.suggest import chosen
from siglum.cli.verb import Output, Verb
from siglum.errors import UserError

_ELF = b"\x7fELF"


@click.command("explain", cls=Verb)
@click.argument("program", required=False, metavar="PHRASE|FILE")
@signature_option
@click.option("--target", help="x86-64-v2 or x86-64-v3; the best this CPU has by default.")
@overflow_option
def command(program: str | None, signature: str | None, target: str | None, overflow: str) -> Output:
    """Show offset, bytes, instruction, word and source place side by side.

    FILE is FILE.py:NAME, a file with a phrase, or machine code (.hex, or an ELF file), which is listed without words.
    """
    if program is None:
        raise UserError("nothing to explain", None, "give a phrase, FILE.py:NAME or a .hex file", "E-001")
    from siglum.stencil.fresh import TARGETS

    if target is not None:
        chosen("target", target, TARGETS)
    if holds_machine_code(program):
        return machine_code(program)
    from siglum import pipeline
    from siglum.audit.listing import as_json, as_text, listing
    from siglum.invocation import unit_of

    unit, _ = unit_of(program, signature, overflow, "explain")
    built = pipeline.build(unit.function, target)
    rows = listing(built.image)
    function = unit.function
    types = " ".join(f"{n}:{t}" for n, t in function.params)
    found, _ = pipeline.bytes_finding(built)
    head = f"{function.name} {types} -> {function.result}, {built.image.target}, {len(built.image.code)} bytes; {found}"
    data: dict[str, Any] = {
        "name": function.name,
        "target": built.image.target,
        "size": len(built.image.code),
        "bytes": str(found),
        "rows": as_json(rows),
    }
    return Output(f"{head.strip()}\n{as_text(rows)}", data)


def holds_machine_code(path: str) -> bool:
    """Whether `path` is a file of hex digits or an ELF file."""
    if not os.path.isfile(path):
        return False
    from siglum.files import read_bytes

    return path.endswith((".hex", ".so", ".o")) or read_bytes(path).startswith(_ELF)


def machine_code(path: str) -> Output:
    """The listing of a file that holds code and no map to words."""
    from siglum.files import read_bytes, read_text
    from siglum.host.emit import parse_hex
    from siglum.target.elf.reader import read_elf_code
    from siglum.target.x86_64.disasm import disassemble

    code = parse_hex(read_text(path), path) if path.endswith(".hex") else read_elf_code(read_bytes(path)).code
    lines = disassemble(code)
    shown = [f"{line.offset:6x}  {line.code.hex():20}  {line.text}" for line in lines]
    rows = [{"offset": line.offset, "code": line.code.hex(), "text": line.text} for line in lines]
    return Output("\n".join(shown), {"size": len(code), "rows": rows})

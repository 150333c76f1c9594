"""Disassembly of one stencil of each family, as golden files: a change in code is a change a person can read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from siglum.stencil.families import FAMILIES, REGISTER_KINDS
from siglum.stencil.fresh import TARGETS
from siglum.stencil.table import Hole, Table, load
from siglum.target.x86_64.disasm import disassemble


def listing(code: bytes, holes: tuple[Hole, ...]) -> list[str]:
    lines = []
    for line in disassemble(code):
        inside = [h for h in holes if line.offset <= h.offset < line.offset + len(line.code)]
        notes = " ".join(f"[{h.offset}:{h.width}]={describe(h)}" for h in inside)
        label = line.label + ":" if line.label else ""
        lines.append(f"{label:6}{line.code.hex():<24}{line.text:<44}{notes}".rstrip())
    return lines


def describe(hole: Hole) -> str:
    name = {"o": "cold", "n": "next"}.get(hole.kind, f"{hole.kind}{hole.operand}")
    return name + (f"{hole.addend:+d}" if hole.addend else "")


def table_listing(table: Table) -> str:
    lines = []
    for family in FAMILIES.values():
        count = sum(kind in REGISTER_KINDS for kind in family.kinds)
        registers = (1, 2, 3)[:count]
        stencil = table.stencil(family.name, registers)
        lines += [f"{family.name} {family.kinds} {registers}", *listing(stencil.code, stencil.holes)]
        if stencil.cold:
            lines += ["  cold", *listing(stencil.cold, stencil.cold_holes)]
        lines.append("")
    return "\n".join(lines)


@pytest.mark.parametrize("target", TARGETS)
def test_listing(target: str, golden: Callable[[str, str], None]) -> None:
    golden(f"stencils/{target}.txt", table_listing(load(target)))

"""Generates the stencil tables: `python -m siglum.stencil.generate OUT_DIR`, run as a child of the package build.

Imports the sources of the tables and llvmlite.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from siglum.stencil import assembly
from siglum.stencil.bodies import COLD_SUFFIX, probes, write
from siglum.stencil.compile import compile_object, read_sections
from siglum.stencil.extract import make_stencil
from siglum.stencil.families import FAMILIES, REGISTER_KINDS, Family
from siglum.stencil.fresh import TARGETS, path_of, source_digest
from siglum.stencil.llvm import PRELUDE
from siglum.stencil.table import Stencil, encode

PROBE_SUFFIX = "_probe"


def register_choices(family: Family) -> Iterator[tuple[int, ...]]:
    """Every choice of registers of a family, the last counting fastest."""
    width = sum(kind in REGISTER_KINDS for kind in family.kinds)
    for number in range(8**width):
        yield tuple(number >> 3 * (width - 1 - k) & 7 for k in range(width))


def make_stencils(target: str, families: Iterable[Family]) -> list[Stencil]:
    """The stencils of some families for a target, in table order. Raises RuntimeError, `extract.Unexpected`."""
    wanted = [(family, registers) for family in families for registers in register_choices(family)]
    functions: list[str] = []
    constants: set[str] = set()
    assembled: dict[str, str] = {}
    for number, (family, registers) in enumerate(wanted):
        name = f"s{number}"
        if family.name in assembly.TEXT:
            assembled[family.name] = name
            continue
        versions: list[tuple[str, int | None]] = [(name, None)]
        probed = probes(family)
        if probed is not None:
            versions = [(name, probed[1][0]), (name + PROBE_SUFFIX, probed[1][1])]
        for function, probe in versions:
            written = write(family, registers, function, probe)
            functions.append(written.text)
            constants |= written.constants
    declared = [f"@{name} = external hidden global i8, !absolute_symbol !1\n" for name in sorted(constants)]
    text = "".join([PRELUDE, assembly.module_text(assembled), *declared, *functions])
    sections = read_sections(compile_object(text, target))
    return [
        make_stencil(
            family,
            registers,
            sections[f"s{number}"],
            sections.get(f"s{number}{COLD_SUFFIX}"),
            sections.get(f"s{number}{PROBE_SUFFIX}"),
        )
        for number, (family, registers) in enumerate(wanted)
    ]


def generate_one(target: str, folder: Path) -> None:
    """Write the table of one target; the file appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    data = encode(make_stencils(target, FAMILIES.values()), source_digest())
    path = path_of(target, folder)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.write_bytes(data)
    partial.replace(path)


def generate(folder: Path) -> None:
    """Write the tables of all targets into `folder`, one process each. Raises RuntimeError when one fails."""
    children = [subprocess.Popen([sys.executable, "-m", "siglum.stencil.generate", str(folder), target]) for target in TARGETS]
    codes = [child.wait() for child in children]
    if any(codes):
        raise RuntimeError(f"generating the stencil tables failed ({codes})")


def main(arguments: list[str]) -> int:
    if len(arguments) == 2 and arguments[1] in TARGETS:
        generate_one(arguments[1], Path(arguments[0]))
        return 0
    if len(arguments) != 1:
        print("usage: python -m siglum.stencil.generate OUT_DIR", file=sys.stderr)
        return 2
    generate(Path(arguments[0]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

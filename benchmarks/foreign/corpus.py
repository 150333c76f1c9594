"""The C functions of the benchmark data, compiled, beside the references that say what they mean.

The C file is found by the environment variable SIGLUM_BENCH_DATA, which names a folder with `c_functions.c`. Imports `siglum`.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from siglum.check.foreign.convention import Convention, convention, parse_prototype
from siglum.check.foreign.judge import Reference
from siglum.pipeline import build, load, unit_from_source
from siglum.sandbox.job import Code
from siglum.target.elf.functions import function_image

REFERENCES: Final = Path(__file__).with_name("references.py")
LOOPS: Final = ("f_sum", "f_chr", "f_reverse")
"""Functions with loops of unknown length."""


class Option(NamedTuple):
    """What the compiler is told; `name` is for tables."""

    name: str
    flags: tuple[str, ...]


O1: Final = Option("O1", ("-O1",))
O2: Final = Option("O2", ("-O2",))
V3: Final = Option("O3 v3", ("-O3", "-march=x86-64-v3"))


def source() -> Path:
    """The C file; ends the program where it is not to be found."""
    folder = os.environ.get("SIGLUM_BENCH_DATA", "")
    path = Path(folder) / "c_functions.c"
    if not folder or not path.is_file():
        sys.exit("set SIGLUM_BENCH_DATA to the folder that holds c_functions.c")
    return path


def compiled(option: Option, folder: Path) -> Path:
    """The C file as an object file."""
    path = folder / f"{option.name.replace(' ', '-')}.o"
    subprocess.run(["gcc", *option.flags, "-fPIC", "-c", str(source()), "-o", str(path)], check=True)
    return path


def linked(objects: Path) -> Path:
    """The object file as a library, with what it needs of libgcc."""
    path = objects.with_suffix(".so")
    subprocess.run(["gcc", "-shared", str(objects), "-o", str(path)], check=True)
    return path


def code_of(objects: Path, name: str) -> tuple[Code, int]:
    """One function with all that it reaches, and the bytes of its own; out of the library where the object file lacks a part."""
    from siglum.errors import UserError

    try:
        found = function_image(str(objects), name)
    except UserError:
        found = function_image(str(linked(objects)), name)
    return Code(found.image, found.entry, found.executable, found.known), found.size


def prototypes() -> dict[str, str]:
    """Each reference's C prototype, by name."""
    return prototypes_of(REFERENCES.read_text(encoding="utf-8"))


@cache
def prototypes_of(text: str) -> dict[str, str]:
    """The same for any source text."""
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            (decorator,) = node.decorator_list
            assert isinstance(decorator, ast.Call)
            found[node.name] = ast.literal_eval(decorator.args[0])
    return found


@cache
def reference(name: str) -> tuple[Reference, Convention]:
    """A function's meaning: as terms, in CPython, and as native code; and how C calls it."""
    return reference_of(REFERENCES.read_text(encoding="utf-8"), name, prototypes()[name])


def reference_of(text: str, name: str, prototype: str) -> tuple[Reference, Convention]:
    """The same for the function `name` of any source text."""
    unit = unit_from_source(text, name, "references.py")
    call: Any = unit.reference
    native = load(build(unit.function).image)
    found = Reference(name, unit.meant, call, native)
    return found, convention(parse_prototype(prototype), unit.meant.params, unit.meant.result)

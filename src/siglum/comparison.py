"""What `check` compares: the texts REFERENCE and CANDIDATE as programs, or as machine code out of a file.

Beside `siglum.invocation`; faces import it. Nothing is run here, and files of Python are read only.
"""

from __future__ import annotations

import ast
import os
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from siglum import pipeline
from siglum.errors import UserError, echo
from siglum.invocation import PYTHON, phrase_text, unit_of

if TYPE_CHECKING:
    from siglum.sandbox.job import Code

_ELF: Final = re.compile(r"(?P<path>.+\.(?:o|so)(?:\.\d+)*)(?::(?P<symbol>[^:/\s]+))?")
_ASSEMBLY: Final = re.compile(r"(?P<path>.+\.(?:asm|s|S))(?::(?P<symbol>[^:/\s]+))?")
_OTHER_FORMS: Final = (".wat", ".wasm", ".ll", ".bc", ".c", ".exe", ".a", ".bin")
_FORMULA: Final = "<formula>"
FORMS: Final = "a phrase, FILE.py:NAME, FILE.hex, FILE.asm, FILE.o:NAME, FILE.so:NAME"


class MachineCode(NamedTuple):
    """Machine code as a candidate; `origin` says where it is from, `symbol` is the function's name there, or ""."""

    code: Code
    origin: str
    symbol: str
    files: tuple[str, ...] = ()


class Program(NamedTuple):
    """A program as reference or candidate. `text` is what it was read from, `signature` its types where the text has none of
    its own; `name` is the function's in Python source, or "".
    """

    unit: pipeline.Unit
    text: str
    source: str
    name: str
    signature: str
    overflow: str
    prototype: str | None = None
    files: tuple[str, ...] = ()


Candidate = MachineCode | Program


def reference_of(text: str, signature: str | None = None, overflow: str = "stop") -> Program:
    """The reference: `FILE.py:NAME`, a phrase, a file that holds one, or an expression of Python with bit operators, whose names
    are those of `signature`, or of integers. Raises `UserError`.
    """
    if _ELF.fullmatch(text) or text.endswith((".hex", ".asm")):
        fix = "the reference says what is meant: FILE.py:NAME or a phrase; machine code is the CANDIDATE"
        raise UserError(f"{echo(text)} is machine code", None, fix, "E-002")
    try:
        return program_of(text, signature, overflow)
    except UserError:
        formula = _formula(text, signature, overflow)
        if formula is None:
            raise
        return formula


def _formula(text: str, signature: str | None, overflow: str) -> Program | None:
    """An expression of Python as a program. Raises `UserError` for one outside the subset."""
    from siglum.frontend.python.expression import NAME, function_text
    from siglum.vocab.declare import vocabulary

    words = vocabulary()
    params, result = pipeline.parse_signature(signature) if signature is not None else (None, None)
    source = function_text(text, params, result, lambda name: words.shape(name) is not None or words.synonym(name) is not None)
    return program_again(source, _FORMULA, NAME, "", overflow) if source is not None else None


def program_of(text: str, signature: str | None = None, overflow: str = "stop", nothing_to: str = "check") -> Program:
    """The program that `text` names, with what is needed to read it again. Raises `UserError`."""
    unit, files = unit_of(text, signature, overflow, nothing_to)
    named = PYTHON.fullmatch(text)
    if named:
        from siglum.files import read_text

        source = read_text(named["path"])
        prototype = prototype_in(source, named["name"], unit.source)
        return Program(unit, source, named["path"], named["name"], "", overflow, prototype, files)
    return Program(unit, unit.text, unit.source, "", signature or "", overflow, None, files)


def program_again(text: str, source: str, name: str, signature: str, overflow: str) -> Program:
    """A program from the parts that `Program` keeps. Raises `UserError`."""
    pipeline.check_overflow(overflow)
    if name:
        unit = pipeline.unit_from_source(text, name, source, overflow)
        return Program(unit, text, source, name, "", overflow, prototype_in(text, name, source))
    params, result = pipeline.parse_signature(signature) if signature else ((), None)
    unit = pipeline.unit_from_phrase(text, params, result, overflow=overflow, source=source)
    return Program(unit, text, source, "", signature, overflow)


def prototype_in(text: str, name: str, source: str = "<python>") -> str | None:
    """What the decorator `@siglum.prototype("...")` above a function says; the text is read, not run. Raises `UserError` E-070
    for one that is no text.
    """
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef) or node.name != name:
            continue
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and _last_name(decorator.func) == "prototype":
                given = decorator.args[0] if decorator.args else None
                if isinstance(given, ast.Constant) and isinstance(given.value, str):
                    return given.value
                what = f"the prototype of `{echo(name)}` is no text, {echo(source)}:{decorator.lineno}"
                raise UserError(what, None, 'write @siglum.prototype("int32_t f(int32_t x)")', "E-070")
    return None


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


# Candidates -----------------------------------------------------------------------------------------------------------
def candidate_of(text: str, reference: Program, syntax: str = "intel", overflow: str = "stop") -> Candidate:
    """The candidate: a phrase (one without a signature has the reference's), `FILE.py:NAME`, `FILE.hex` (`-` for standard
    input), `FILE.asm`, or a function out of an object or a library. Raises `UserError`, `UnsafeCode`, `EnvironmentFault`.
    """
    if syntax not in ("intel", "att"):
        raise UserError(f"unknown syntax {echo(syntax)!r}", None, "syntaxes: intel, att", "E-002")
    wanted = reference.unit.meant.name
    elf = _ELF.fullmatch(text)
    if elf:
        return of_elf(elf["path"], elf["symbol"] or wanted)
    if text == "-" or text.endswith(".hex"):
        from siglum.files import read_bytes

        return of_hex(read_bytes(text), "<standard input>" if text == "-" else text, () if text == "-" else (text,))
    assembly = _ASSEMBLY.fullmatch(text)
    if assembly:
        from siglum.files import read_bytes

        return of_assembly(read_bytes(assembly["path"]), assembly["path"], syntax, assembly["symbol"], wanted)
    if text.endswith(_OTHER_FORMS) and os.path.basename(text).strip() == os.path.basename(text) and " " not in text:
        raise UserError(f"{echo(text)} is no form of candidate", None, f"candidates: {FORMS}", "E-002")
    return _phrase(text, reference, overflow)


def _phrase(text: str, reference: Program, overflow: str) -> Program:
    """A program; a bare phrase takes and gives what the reference does."""
    if PYTHON.fullmatch(text):
        return program_of(text, None, overflow)
    signature = " ".join([*(f"{n}:{t}" for n, t in reference.unit.meant.params), "->", str(reference.unit.meant.result)])
    phrase_text(text, "check")
    try:
        return program_of(text, signature, overflow)
    except UserError as error:
        if error.code != "E-007":
            raise
    return program_of(text, None, overflow)


def of_bytes(code: bytes) -> MachineCode:
    """Code as it is, entered at its first byte. Raises `UserError` E-026 for none."""
    from siglum.sandbox.job import Code

    if not code:
        raise UserError("empty code", None, "give machine code, as in bytes.fromhex('89f8c3')", "E-026")
    return MachineCode(Code(bytes(code)), "<bytes>", "")


def of_hex(data: bytes, source: str, files: tuple[str, ...] = ()) -> MachineCode:
    """The code that hex digits spell. Raises `UserError` E-008, E-025, E-026."""
    from siglum.host.emit import decoded, parse_hex
    from siglum.sandbox.job import Code

    return MachineCode(Code(parse_hex(decoded(data, source), source)), source, "", files)


def of_assembly(data: bytes, path: str, syntax: str, symbol: str | None, wanted: str) -> MachineCode:
    """Assembled code, entered at `symbol`, else at what it exports: its one name, or `wanted`. Raises `UserError` E-031."""
    from siglum.host.assemble import assemble
    from siglum.host.emit import decoded
    from siglum.sandbox.job import Code

    code, start, exported = assemble(decoded(data, path), syntax, path)
    offsets = dict(exported)
    chosen = symbol or (wanted if wanted in offsets else exported[0][0] if len(exported) == 1 else None)
    if chosen is not None and chosen not in offsets:
        names = ", ".join(sorted(offsets)[:8]) or "none; write .globl NAME"
        raise UserError(f"{echo(path)} exports no {echo(chosen)!r}", None, f"exported there: {echo(names, 200)}", "E-031")
    if chosen is None and len(exported) > 1:
        names = ", ".join(sorted(offsets)[:8])
        raise UserError(f"{echo(path)} exports several functions", None, f"name one, FILE.asm:NAME: {echo(names, 200)}", "E-001")
    entry = offsets[chosen] if chosen is not None else start or 0
    return MachineCode(Code(code, entry), path, chosen or "", (path,))


def of_elf(path: str, symbol: str) -> MachineCode:
    """A function out of an object or a library. Raises `UserError` E-034, E-042."""
    from siglum.sandbox.job import Code
    from siglum.target.elf.functions import function_image

    found = function_image(path, symbol)
    return MachineCode(Code(found.image, found.entry, found.executable, found.known), path, symbol, (path,))


def candidate_from_python(given: Any, reference: Program, syntax: str = "intel", overflow: str = "stop") -> Candidate:
    """A candidate as Python has it: bytes, a path, or text as on the command line. Raises `UserError`."""
    if isinstance(given, (bytes, bytearray, memoryview)):
        return of_bytes(bytes(given))
    if isinstance(given, (str, os.PathLike)):
        return candidate_of(os.fspath(given), reference, syntax, overflow)
    compiled = getattr(getattr(given, "function", None), "unit", None)
    if isinstance(compiled, pipeline.Unit):
        return Program(compiled, compiled.text, compiled.source, "", "", overflow)
    what = f"a candidate of type {type(given).__name__}"
    raise UserError(what, None, "give bytes, a path, a phrase or what siglum.compile gave", "E-011")


def reference_from_python(given: Any, overflow: str = "stop", signature: str | None = None) -> Program:
    """A reference as Python has it: a function, or text as on the command line. Raises `UserError`."""
    if isinstance(given, (str, os.PathLike)):
        return reference_of(os.fspath(given), signature, overflow)
    unit = getattr(getattr(given, "function", given), "unit", None)
    if not isinstance(unit, pipeline.Unit):
        if not callable(given):
            raise UserError(f"a reference of type {type(given).__name__}", None, "give a function or a phrase", "E-011")
        unit = pipeline.unit_from_python(given, overflow)
    prototype = getattr(given, "__siglum_prototype__", None)
    return Program(unit, unit.text, unit.source, unit.meant.name, "", overflow, prototype)

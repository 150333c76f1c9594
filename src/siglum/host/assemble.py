"""Assembly text to machine code by LLVM's assembler, in a child process: its errors kill the process they happen in.

Imports `children`, `errors` and the ELF reader. Needs llvmlite, the extra `asm`, in the child alone.
"""

from __future__ import annotations

import re
import subprocess
import sys
from typing import NamedTuple

from siglum.children import environment
from siglum.errors import EnvironmentFault, SiglumError, UnsafeCode, UserError, echo, place_in
from siglum.target.elf import read_elf_code

TIME_LIMIT = 5
"""Seconds the child may take."""
MEMORY_LIMIT = 1 << 30
"""Bytes of address space the child may take."""
_MISSING = 86
_CHILD = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY_LIMIT}, {MEMORY_LIMIT}))
resource.setrlimit(resource.RLIMIT_CPU, ({TIME_LIMIT}, {TIME_LIMIT}))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
text = sys.stdin.buffer.read()
try:
    import llvmlite.binding as llvm
except ImportError:
    sys.exit({_MISSING})
llvm.initialize_all_targets()
llvm.initialize_all_asmprinters()
llvm.initialize_native_asmparser()
machine = llvm.Target.from_triple("x86_64-unknown-linux-gnu").create_target_machine(reloc="pic", codemodel="small")
escaped = "".join("\\\\%02x" % byte for byte in text)
module = llvm.parse_assembly('target triple = "x86_64-unknown-linux-gnu"\\nmodule asm "' + escaped + '"')
sys.stdout.buffer.write(machine.emit_object(module))
"""
_DIAGNOSTIC = re.compile(r"<inline asm>:(\d+):(\d+): (?:error: )?(.*)")
_COMMENT = re.compile(r"#.*|//.*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"", re.DOTALL)
_ATT_OPERAND = re.compile(r"%(?:[re]?[abcd]x|[re]?[sd]i|[re]?[sb]p|r\d+[dwb]?|[abcd][hl]|[xyz]mm\d+|rip|[cdefgs]s)\b")
_READS_FILES = re.compile(r"^[^#\n]*?\.(incbin|include)\b", re.MULTILINE)


class Assembled(NamedTuple):
    """`code` is the text section, `entry` the offset of `_start` if there is one; `exported` are (name, offset) of global
    labels.
    """

    code: bytes
    entry: int | None
    exported: tuple[tuple[str, int], ...]


def assemble(text: str, syntax: str = "intel", source: str = "<asm>") -> Assembled:
    """The machine code of `text` in `syntax` ("intel" or "att").

    Raises UserError E-031 naming line and column for text the assembler refuses, for AT&T text given as Intel, for data
    outside of `.text`; UnsafeCode E-028 for symbols nobody defines; EnvironmentFault without llvmlite.
    """
    if syntax not in ("intel", "att"):
        raise UserError(f"unknown syntax {echo(syntax)!r}", fix="syntaxes: intel, att", code="E-002")
    _refuse_control_characters(text, source)
    if syntax == "intel":
        bare = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)
        _refuse_att(bare, text, source)
        _refuse_open_brackets(bare, text, source)
    reads = _READS_FILES.search(text)
    if reads:
        place = place_in(source, text, reads.start(1) - 1, reads.end(1))
        raise UserError(f"`.{reads.group(1)}` reads another file", place, "put the bytes in with .byte", "E-031")
    header = ".intel_syntax noprefix\n" if syntax == "intel" else ".att_syntax\n"
    done = _run_child(header + text)
    if done.returncode == _MISSING:
        raise EnvironmentFault("assembling needs llvmlite", fix="pip install 'siglum[asm]', or give .hex")
    if done.returncode or not done.stdout.startswith(b"\x7fELF"):
        raise _diagnosed(done.stderr.decode("utf-8", "replace"), text, source)
    return _finished(done.stdout)


def _run_child(text: str) -> subprocess.CompletedProcess[bytes]:
    given = {key: value for key, value in environment().items() if not key.startswith("LLVM")}
    try:
        return subprocess.run(
            [sys.executable, "-c", _CHILD],
            input=text.encode("utf-8", "replace"),
            capture_output=True,
            timeout=TIME_LIMIT,
            check=False,
            env=given,
        )
    except subprocess.TimeoutExpired:
        fix = "look for a .rept or .fill that is too long"
        raise UserError(f"assembling took more than {TIME_LIMIT} s", fix=fix, code="E-031") from None
    except OSError as error:
        raise EnvironmentFault(f"cannot start the assembler: {error.strerror}") from error


def _refuse_control_characters(text: str, source: str) -> None:
    for at, character in enumerate(text):
        if (character < " " and character not in "\t\n\r") or character == "\x7f":
            place = place_in(source, text, at, at + 1)
            raise UserError(f"control character U+{ord(character):04X}", place, "give plain text", "E-031")


def _refuse_att(bare: str, text: str, source: str) -> None:
    found = _ATT_OPERAND.search(bare)
    if found:
        place = place_in(source, text, found.start(), found.end())
        raise UserError(f"`{found.group()}` looks like AT&T", place, "add --syntax att", "E-031")


def _refuse_open_brackets(bare: str, text: str, source: str) -> None:
    """LLVM drops an operand whose bracket is not closed instead of refusing it."""
    start = 0
    for line in bare.splitlines(keepends=True):
        if line.count("[") != line.count("]"):
            at = start + (line.index("[") if "[" in line else line.index("]"))
            raise UserError("the bracket has no partner", place_in(source, text, at, at + 1), "close it", "E-031")
        start += len(line)


def _diagnosed(errors: str, text: str, source: str) -> SiglumError:
    found = _DIAGNOSTIC.search(errors)
    if found is None:
        first = next((line for line in errors.splitlines() if line.strip()), "the assembler gave no reason")
        return UserError(f"cannot assemble: {echo(first, 120)}", fix="check the directives", code="E-031")
    line, column, message = int(found.group(1)) - 1, int(found.group(2)), found.group(3)
    lines = text.splitlines(keepends=True)
    if not 1 <= line <= len(lines):
        place = place_in(source, text, len(text), len(text))
    else:
        start = sum(map(len, lines[: line - 1])) + column - 1
        place = place_in(source, text, min(start, len(text)), min(start, len(text)) + 1)
    return UserError(echo(message[:1].lower() + message[1:], 120), place, "the syntax is LLVM's", "E-031")


def _finished(file: bytes) -> Assembled:
    """The code of the object file, once it stands alone."""
    from siglum.target.elf.reader import object_needs

    needs = object_needs(file)
    if needs.undefined:
        names = ", ".join(f"`{echo(name)}`" for name in needs.undefined[:3])
        raise UnsafeCode(f"{names} is not defined in the code", fix="define the label, or make a system call", code="E-028")
    if needs.sections or needs.relocated:
        what = f"section {needs.sections[0]}" if needs.sections else "an absolute address"
        fix = "keep everything in .text and address it as [rip + label]"
        raise UserError(f"{what} needs a linker", fix=fix, code="E-031")
    if not needs.code:
        raise UserError("empty code", fix="write instructions into .text", code="E-026")
    found = read_elf_code(file)
    offsets = {name: offset for name, offset, _ in found.symbols}
    exported = tuple((name, offsets[name]) for name in needs.exported if name in offsets)
    return Assembled(found.code, offsets.get("_start"), exported)

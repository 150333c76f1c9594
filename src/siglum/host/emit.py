"""Hand-written machine code, as hex digits or assembly, to a file that runs or links. No external tool.

Imports `errors`, the screen and the assembler of this folder, and the ELF writers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from siglum.errors import UnsafeCode, UserError, echo, place_in
from siglum.host.screen import Screened, SystemCall, screen
from siglum.target.elf import write_executable, write_object, write_shared
from siglum.target.x86_64.encode import RAX, RDI, Assembler

KINDS = ("exe", "o", "so")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HEX_NOISE = re.compile(r"[#;][^\n]*|\s+")


@dataclass(frozen=True, slots=True)
class Emitted:
    """A finished file and what is known of its code. Offsets count from the start of `code`."""

    kind: str
    file: bytes
    code: bytes
    entry: int
    system_calls: tuple[SystemCall, ...]
    data: tuple[tuple[int, int], ...]
    """(start, end) offsets of bytes that are never run."""
    starter: bool
    """Whether an executable got start code that calls it and exits with its result."""

    def as_json(self) -> dict[str, Any]:
        """What a face reports, apart from the bytes."""
        return {
            "kind": self.kind,
            "size": len(self.file),
            "code_size": len(self.code),
            "entry": self.entry,
            "system_calls": [call._asdict() for call in self.system_calls],
            "data": [list(part) for part in self.data],
            "starter": self.starter,
        }

    def lines(self) -> list[str]:
        """The report for a person, one fact a line."""
        shown = [f"{self.kind}: {len(self.file)} bytes, {len(self.code)} of them code"]
        if self.starter:
            shown.append("start: makes no system call, so it is called as a function; its result is the exit status")
        for call in self.system_calls:
            number = "number not constant" if call.number is None else f"{call.number} {call.name or '(unnamed)'}"
            shown.append(f"system call at {call.offset:#x}: {number}")
        for start, end in self.data:
            shown.append(f"data at {start:#x}..{end - 1:#x}: never run")
        return shown


def emit(
    text: str | bytes,
    form: str,
    kind: str = "exe",
    *,
    syntax: str = "intel",
    name: str = "entry",
    source: str = "",
) -> Emitted:
    """The file of `kind` ("exe", "o" or "so") for machine code given as "hex" or "asm" text.

    `syntax` ("intel" or "att") is for assembly; `name` is the exported function where the text exports none; `source`
    names the text in messages. An executable that makes no system call is called as a function by start code of ours.
    Raises UserError E-002 (unknown form, kind or syntax), E-008 (not UTF-8), E-025, E-026 (hex digits), E-027 (does not
    decode), E-031 (assembly); UnsafeCode E-028 (jumps, running off the end), E-029 (system calls in a library).
    """
    source = source or f"<{form}>"
    if kind not in KINDS:
        raise UserError(f"unknown output {echo(kind)!r}", fix=f"outputs: {', '.join(KINDS)}", code="E-002")
    if not _NAME.fullmatch(name):
        raise UserError(f"{echo(name)!r} is no C name", fix="use letters, digits and _", code="E-002")
    text = decoded(text, source)
    entry = 0
    exported: tuple[tuple[str, int], ...] = ()
    if form == "hex":
        code = parse_hex(text, source)
    elif form == "asm":
        from siglum.host.assemble import assemble

        code, start, exported = assemble(text, syntax, source)
        entry = _program_start(start, exported) if kind == "exe" else start or 0
    else:
        raise UserError(f"unknown form {echo(form)!r}", fix="forms: hex, asm", code="E-002")
    if kind == "exe":
        exported = ()
    elif not exported:
        exported = ((name, entry),)
    screened = screen(code, sorted({entry, *(offset for _, offset in exported)}))
    if screened.runs_off is not None:
        what = f"execution runs past the end of the code at {screened.runs_off:#x}"
        raise UnsafeCode(what, fix="end with ret, jmp or an exit system call", code="E-028")
    if kind == "exe":
        return _executable(code, entry, screened)
    if screened.system_calls:
        at = screened.system_calls[0].offset
        what = f"system call at {at:#x}: only a standalone program may make one"
        raise UnsafeCode(what, fix="emit an executable", code="E-029")
    symbols = {symbol: (offset, _size(offset, exported, code)) for symbol, offset in exported}
    file = write_object(code, symbols) if kind == "o" else write_shared(code, symbols, f"{name}.so")
    return Emitted(kind, file, code, entry, (), screened.data, False)


def parse_hex(text: str, source: str = "<hex>") -> bytes:
    """The bytes of hex digits; white space and comments from `#` or `;` to the end of the line are skipped.

    Raises UserError E-025 for an odd number of digits, E-026 for another character (with its offset) and for no digits.
    """
    digits = _HEX_NOISE.sub("", text)
    try:
        code = bytes.fromhex(digits) if digits.isascii() else None
    except ValueError:
        code = None
    if code:
        return code
    if not digits:
        raise UserError("empty code", place_in(source, text, 0, 0), "give hex digits, as in b82a000000c3", "E-026")
    at = 0
    while at < len(text):
        noise = _HEX_NOISE.match(text, at)
        if noise:
            at = noise.end()
        elif text[at] in "0123456789abcdefABCDEF":
            at += 1
        else:
            what = f"{echo(text[at])!r} at offset {at} is no hex digit"
            raise UserError(what, place_in(source, text, at, at + 1), "use 0-9, a-f, white space, # comments", "E-026")
    what = f"odd number of digits ({len(digits)})"
    raise UserError(what, place_in(source, text, 0, 0), "two digits make a byte", "E-025")


def decoded(text: str | bytes, source: str) -> str:
    """Text as it was given or out of a file. Raises UserError E-008 where it is not UTF-8."""
    if isinstance(text, str):
        return text
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fix = "give hex digits or assembly text"
        raise UserError(f"{echo(source)} is not UTF-8 at byte {error.start}", None, fix, "E-008") from None


def _program_start(start: int | None, exported: tuple[tuple[str, int], ...]) -> int:
    """Where a program begins: at `_start`, else at the one function it exports, else at the first byte."""
    if start is not None:
        return start
    if len(exported) > 1:
        names = ", ".join(f"`{echo(name)}`" for name, _ in exported[:3])
        raise UserError(f"no `_start`: the program may begin at {names}", None, "define the label `_start`", "E-031")
    return exported[0][1] if exported else 0


def _size(offset: int, exported: tuple[tuple[str, int], ...], code: bytes) -> int:
    return min((other for _, other in exported if other > offset), default=len(code)) - offset


def _executable(code: bytes, entry: int, screened: Screened) -> Emitted:
    """The program itself, or, where it makes no system call, a call of it whose result is the exit status."""
    starter = not screened.system_calls
    whole, start = code, entry
    if starter:
        glue = Assembler()
        glue.call("code")
        glue.mov32(RDI, RAX)
        glue.mov_value(RAX, 60)
        glue.syscall()
        start = -(-len(code) // 16) * 16
        whole = code.ljust(start, b"\xcc") + glue.finish(start, {"code": entry})[0]
    return Emitted("exe", write_executable(whole, start), code, entry, screened.system_calls, screened.data, starter)

"""Standalone executables: start code around an Image whose parameter is the command line and whose result is output.

Imports `records`, the encoder, the ELF writer and the stops of this folder. The start code is a function of signature,
frame size and stop table alone. Linux x86-64; no libc.
"""

from __future__ import annotations

from siglum.errors import UserError
from siglum.host.calling import (
    CONTEXT,
    CONTEXT_SIZE,
    MAPPING,
    PROTECTION,
    SYS_EXIT,
    SYS_EXIT_GROUP,
    SYS_MMAP,
    SYS_WRITE,
    frame_bytes,
    frame_slack,
    takes_memory,
)  # fmt: skip
from siglum.host.memory import ARENA_LIMIT, FRAME_LIMIT, FUEL
from siglum.host.stops import Params, plain_line, stop_lines
from siglum.ir.types import U8, Array
from siglum.records import Image
from siglum.target.elf import write_executable
from siglum.target.x86_64.encode import (
    R8,
    R9,
    R10,
    RAX,
    RBP,
    RBX,
    RCX,
    RDI,
    RDX,
    RSI,
    RSP,
    Assembler,
)  # fmt: skip

ARGUMENTS = Array(Array(U8))
"""The type of the parameter: the command line's arguments as bytes, the program's name left out."""
OUTPUT = Array(U8)
"""The type of a result that is written to standard output."""
SMALL = 400
"""A file that stays within so many bytes only without the header for the stack's protection goes without it."""


def executable(image: Image, name: str = "", params: Params = ()) -> bytes:
    """A static ELF executable that runs the image once. It calls itself `name`; `params` are what it reads off the command
    line, for the lines it writes about them.

    The image takes no parameter or the command line (`[[u8]]`); a result `[u8]` is written to standard output whole, any
    other result is dropped. Status 0, or 1 after a stop, whose line goes to standard error. Raises UserError E-002 for
    another signature.
    """
    types = [t for _, t in image.params]
    if types not in ([], [ARGUMENTS]):
        takes = " ".join(map(repr, types))
        raise UserError(f"an executable takes [[u8]], the image takes {takes}", fix="wrap it in a program", code="E-002")
    start = len(image.code)
    code = image.code + _Start(image, stop_lines(image, name, params)).build(start)
    file = write_executable(code, start)
    if len(file) > SMALL:
        smaller = write_executable(code, start, stack_header=False)
        return smaller if len(smaller) <= SMALL else file
    return file


def _encoded(line: str) -> bytes:
    return line.encode("utf-8", "backslashreplace")


class _Start:
    """rbp keeps the stack pointer the kernel gave: argc, then the addresses of the arguments."""

    def __init__(self, image: Image, lines: list[str]) -> None:
        self.image, self.lines = image, lines
        self.asm = Assembler()
        self.mapped = takes_memory(image) or frame_bytes(image) > (1 << 16)
        self.extra: list[tuple[str, str]] = []
        """Labels of failures outside of the image, and their lines."""
        if self.mapped:
            self.extra.append(("no memory", plain_line("memory")))
        if image.result is OUTPUT:
            self.extra.append(("unwritten", plain_line("file", "cannot write to standard output")))
        self.frame_memory = FRAME_LIMIT + -(-frame_slack(image) // 4096) * 4096
        self.ticks = any(instance.family == "tick" for block in image.witness.blocks for instance in block.instances)

    def build(self, start: int) -> bytes:
        asm = self.asm
        if self.image.params:
            asm.mov(RBP, RSP)
            self.collect_arguments()
        self.prepare()
        asm.call("entry")
        if len(set(self.lines)) == 1 and not self.extra:
            self.finish_short()
            return asm.finish(start, {"entry": 0})[0]
        if self.image.witness.stops:
            asm.test32(RAX, RAX)
            asm.jump_if("ne", "stopped")
        if self.image.result is OUTPUT:
            self.write_result()
        asm.clear(RDI)
        asm.label("exit")
        asm.mov_value(RAX, SYS_EXIT_GROUP)
        asm.syscall()
        if self.lines or self.extra:
            self.report()
        return asm.finish(start, {"entry": 0})[0]

    def finish_short(self) -> None:
        """The end where all that can be said is one line: what the image gave, 0 or 1, is the status."""
        asm = self.asm
        line = _encoded(self.lines[0])
        asm.push(RAX)
        asm.test32(RAX, RAX)
        asm.jump_if("e", "exit")
        # rax is 1, which is the number of `write`
        asm.mov_short(RDI, 2)
        asm.lea_label(RSI, "text")
        if len(line) < 128:
            asm.mov_short(RDX, len(line))
        else:
            asm.mov_value(RDX, len(line))
        asm.syscall()
        asm.label("exit")
        asm.pop(RDI)
        asm.mov_short(RAX, SYS_EXIT)
        asm.syscall()
        asm.label("text")
        asm.raw(line)

    def collect_arguments(self) -> None:
        """Puts (address, length) of each argument on the stack: rbx their address, rcx how many."""
        asm = self.asm
        asm.load(RCX, RBP)
        asm.arithmetic_value("sub", RCX, 1)
        asm.jump_if("ge", "counted")
        asm.clear(RCX)
        asm.label("counted")
        asm.mov(RAX, RCX)
        asm.shift("shl", RAX, 4)
        asm.arithmetic("sub", RSP, RAX)
        asm.mov(RBX, RSP)
        asm.mov(RDI, RSP)
        asm.lea(RSI, RBP, 16)
        asm.mov(R8, RCX)
        asm.label("argument")
        asm.test(R8, R8)
        asm.jump_if("e", "collected")
        asm.load(RDX, RSI)
        asm.store(RDI, 0, RDX)
        asm.label("byte")
        asm.load(RAX, RDX, 0, 1)
        asm.arithmetic_value("add", RDX, 1)
        asm.test32(RAX, RAX)
        asm.jump_if("ne", "byte")
        asm.arithmetic_value("sub", RDX, 1)
        asm.load(RAX, RDI)
        asm.arithmetic("sub", RDX, RAX)
        asm.store(RDI, 8, RDX)
        asm.arithmetic_value("add", RDI, 16)
        asm.arithmetic_value("add", RSI, 8)
        asm.arithmetic_value("sub", R8, 1)
        asm.jump("argument")
        asm.label("collected")

    def prepare(self) -> None:
        """Context and frame: rdi and rsi point to them. The kernel's fresh stack below rsp is zero, but for what the
        arguments took, which lies above.
        """
        asm = self.asm
        frame = frame_bytes(self.image)
        if self.mapped:
            self.map_memory()
        else:
            asm.arithmetic_value("sub", RSP, CONTEXT_SIZE + frame)
            asm.lea(RDI, RSP, frame)
            asm.push(RSP)
            asm.pop(RSI)
        if self.ticks:
            asm.mov_value(RAX, FUEL)
            asm.store(RDI, CONTEXT["fuel"], RAX)
        if self.image.params:
            asm.store(RSI, 8, RBX)
            asm.store(RSI, 16, RCX)

    def map_memory(self) -> None:
        """The context on the stack, frames and arena in one mapping; rbp keeps the count of arguments over the call."""
        asm = self.asm
        if self.image.params:
            asm.mov(RBP, RCX)
        for register, value in ((RAX, SYS_MMAP), (RSI, self.frame_memory + ARENA_LIMIT), (RDX, PROTECTION), (R10, MAPPING)):
            asm.mov_value(register, value)
        asm.clear(RDI)
        asm.mov_value(R8, -1)
        asm.clear(R9)
        asm.syscall()
        if self.image.params:
            asm.mov(RCX, RBP)
        asm.arithmetic_value("sub", RSP, CONTEXT_SIZE)
        asm.mov(RDI, RSP)
        asm.arithmetic_value("cmp", RAX, -4096)
        asm.jump_if("a", "no memory")
        asm.mov(RSI, RAX)
        asm.lea(RDX, RAX, FRAME_LIMIT)
        asm.store(RDI, CONTEXT["frame_end"], RDX)
        asm.lea(RDX, RAX, self.frame_memory)
        asm.store(RDI, CONTEXT["arena_next"], RDX)
        asm.lea(RDX, RDX, ARENA_LIMIT)
        asm.store(RDI, CONTEXT["arena_end"], RDX)

    def write_result(self) -> None:
        """Writes the array in slots 1 and 2 until all is taken; an error ends the program with status 1."""
        asm = self.asm
        if self.mapped:
            asm.load(RSI, RSP, CONTEXT["frame_end"])
            asm.lea(RSI, RSI, -FRAME_LIMIT)
            asm.load(RDX, RSI, 16)
            asm.load(RSI, RSI, 8)
        else:
            asm.load(RDX, RSP, 16)
            asm.load(RSI, RSP, 8)
        asm.label("write")
        asm.test(RDX, RDX)
        asm.jump_if("e", "written")
        asm.mov_value(RDI, 1)
        asm.mov_value(RAX, SYS_WRITE)
        asm.syscall()
        asm.test(RAX, RAX)
        asm.jump_if("s", "unwritten")
        asm.arithmetic("add", RSI, RAX)
        asm.arithmetic("sub", RDX, RAX)
        asm.jump("write")
        asm.label("written")

    def report(self) -> None:
        """Writes the line of the stop and ends with status 1. With a single line there is no table."""
        asm = self.asm
        lines = [*self.lines, *(line for _, line in self.extra)]
        raw = list(dict.fromkeys(map(_encoded, lines)))
        if len(raw) == 1:
            for label in ("stopped", *(label for label, _ in self.extra)):
                asm.label(label)
            asm.lea_label(RSI, "texts")
            asm.mov_value(RDX, len(raw[0]))
        else:
            asm.label("stopped")
            asm.load(RAX, RSP, CONTEXT["stop"] + (0 if self.mapped else frame_bytes(self.image)), 4)
            asm.jump("numbered")
            for number, (label, _) in enumerate(self.extra, len(self.lines) + 1):
                asm.label(label)
                asm.mov_value(RAX, number)
                asm.jump("numbered")
            asm.label("numbered")
            if len(raw) < len(lines):
                # several stops say the same line: from the stop's number to the line's
                asm.lea_label(RSI, "numbers")
                asm.shift("shl", RAX, 1)
                asm.arithmetic("add", RSI, RAX)
                asm.load(RAX, RSI, -2, 2)
            asm.lea_label(RSI, "texts")
            asm.label("line")
            asm.load(RDX, RSI, 0, 2)
            asm.arithmetic_value("add", RSI, 2)
            asm.arithmetic_value("sub", RAX, 1)
            asm.jump_if("e", "found")
            asm.arithmetic("add", RSI, RDX)
            asm.jump("line")
            asm.label("found")
        asm.mov_value(RDI, 2)
        asm.mov_value(RAX, SYS_WRITE)
        asm.syscall()
        asm.mov_value(RDI, 1)
        asm.jump("exit")
        if 1 < len(raw) < len(lines):
            asm.label("numbers")
            place = {line: k for k, line in enumerate(raw, 1)}
            asm.raw(b"".join(place[_encoded(line)].to_bytes(2, "little") for line in lines))
        asm.label("texts")
        for line in raw:
            asm.raw(line if len(raw) == 1 else len(line).to_bytes(2, "little") + line)

"""C functions around an Image: position-independent glue that moves C arguments into frame slots and results out.

Imports `records`, the encoder and the header and stops of this folder. The glue is a function of name, signature, frame
size and stop table alone, so that it can be derived again. Calling convention: System V ABI, x86-64, section 3.2.3.
"""

from __future__ import annotations

from dataclasses import dataclass

from siglum.host.calling import (
    CONTEXT,
    CONTEXT_SIZE,
    MAPPING,
    PROTECTION,
    SYS_EXIT_GROUP,
    SYS_MMAP,
    SYS_MUNMAP,
    SYS_WRITE,
    frame_bytes,
    frame_slack,
    takes_memory,
)  # fmt: skip
from siglum.host.header import check_c_name, header, holds_pointers
from siglum.host.memory import ARENA_LIMIT, FRAME_LIMIT, FUEL
from siglum.host.stops import Params, plain_line, stop_lines
from siglum.ir.types import WIDTHS, Type, components, is_scalar
from siglum.records import Image
from siglum.target.x86_64.encode import (
    R8,
    R9,
    R10,
    R11,
    R12,
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

INTEGER_ARGUMENTS = (RDI, RSI, RDX, RCX, R8, R9)
FLOAT_ARGUMENTS = 8
STACK_FRAME_LIMIT = 4096
"""Frames of at most so many bytes stand on the machine stack, without touching its guard page."""
GLUE_ALIGNMENT = 16
NO_ROOM, NEGATIVE_LENGTH = -1, -2


@dataclass(frozen=True, slots=True)
class Library:
    """Code to put into a shared object or an object file: `code` starts with the image's; `symbols` and `local` map names
    to (offset, size); `data` are the (start, end) offsets of constants; `header` is the text of the C header.
    """

    code: bytes
    symbols: dict[str, tuple[int, int]]
    local: dict[str, tuple[int, int]]
    data: tuple[tuple[int, int], ...]
    header: str


def library(image: Image, name: str = "", params: Params | None = None, result: Type | None = None) -> Library:
    """The C functions NAME, NAME_try and NAME_message (and NAME_free where the result holds arrays) of an image.

    `name` defaults to the function's; `params` and `result` are what the header declares, text where the image takes and
    gives UTF-8, and default to the image's own. Raises UserError E-002 where C cannot take the name.
    """
    name = check_c_name(name or image.function.name)
    params, result = params or image.params, result or image.result
    lines = stop_lines(image, name, params)
    glue = _Glue(image, name, lines)
    code, symbols, table = glue.build()
    local = {
        f"{block.function.name}@{block.offset:x}": (block.offset, block.length) for block in image.witness.blocks if block.length
    }
    data = (*_outside_blocks(image), (table, len(code)))
    return Library(code, symbols, local, data, header(name, params, result, lines))


def _outside_blocks(image: Image) -> tuple[tuple[int, int], ...]:
    """The (start, end) offsets of the image's bytes that are no instructions: constants and padding."""
    gaps: list[tuple[int, int]] = []
    at = 0
    for block in (*sorted(image.witness.blocks, key=lambda block: block.offset), None):
        start = block.offset if block else len(image.code)
        if start > at:
            gaps.append((at, start))
        at = max(at, block.offset + block.length) if block else at
    return tuple(gaps)


class _Glue:
    def __init__(self, image: Image, name: str, lines: list[str]) -> None:
        self.image, self.name = image, name
        self.asm = Assembler()
        self.params = [t for _, t in image.params]
        self.result = image.result
        self.lines = [*lines, plain_line("memory"), plain_line("argument", f"`{name}` got a negative length")]
        self.lines.append("siglum: error[E-113]: no such code\n")
        self.on_stack = not takes_memory(image) and frame_bytes(image) <= STACK_FRAME_LIMIT
        self.frame_memory = FRAME_LIMIT + -(-frame_slack(image) // 4096) * 4096

    def build(self) -> tuple[bytes, dict[str, tuple[int, int]], int]:
        """The whole code, its symbols, and where the table of lines starts."""
        start = -(-len(self.image.code) // GLUE_ALIGNMENT) * GLUE_ALIGNMENT
        functions = [(self.name, self.plain), (f"{self.name}_try", self.attempt), (f"{self.name}_message", self.message)]
        if holds_pointers(self.result):
            functions.append((f"{self.name}_free", self.free))
        for label, write in functions:
            self.asm.label(label)
            write()
            self.asm.label(f"{label} end")
        self.fatal()
        self.texts()
        glue, labels = self.asm.finish(start, {"entry": 0})
        symbols = {label: (labels[label], labels[f"{label} end"] - labels[label]) for label, _ in functions}
        return self.image.code.ljust(start, b"\xcc") + glue, symbols, labels["table"]

    # Arguments ----------------------------------------------------------------------------------------------
    def arguments(self, base: int, offset: int, hidden: int) -> int | None:
        """Moves the C arguments into slots 1.. of the frame at `base + offset`, `hidden` integer registers being taken by
        leading pointers. Uses rax and r10. Gives the place of the next integer argument: a register, or None when it is
        on the stack at `self.stack_offset`.
        """
        asm = self.asm
        self.integers = list(INTEGER_ARGUMENTS[hidden:])
        self.floats = list(range(FLOAT_ARGUMENTS))
        self.stack_offset = 16
        slot = 1
        for t in self.params:
            at = offset + 8 * slot
            if t.kind in ("f64", "f32"):
                self.float_argument(t, base, at)
                slot += 1
            elif is_scalar(t):
                source = self.integer_argument()
                asm.extend(RAX, source, WIDTHS[t], signed=t.kind[0] == "i")
                asm.store(base, at, RAX)
                slot += 1
            elif t.kind == "array":
                asm.store(base, at, self.integer_argument())
                length = self.integer_argument()
                asm.test(length, length)
                asm.jump_if("s", self.negative)
                asm.store(base, at + 8, length)
                slot += 2
            else:
                pointer = self.integer_argument()
                for k in range(len(components(t))):
                    asm.load(RAX, pointer, 8 * k)
                    asm.store(base, at + 8 * k, RAX)
                slot += len(components(t))
        return self.integers[0] if self.integers else None

    def integer_argument(self) -> int:
        """The register that holds the next integer argument; r10 when it came on the stack."""
        if self.integers:
            return self.integers.pop(0)
        self.asm.load(R10, RBP, self.stack_offset)
        self.stack_offset += 8
        return R10

    def float_argument(self, t: Type, base: int, at: int) -> None:
        if self.floats:
            register = self.floats.pop(0)
        else:
            register = 15
            self.asm.load_float(register, RBP, self.stack_offset, WIDTHS[t])
            self.stack_offset += 8
        if t.kind == "f32":
            self.asm.widen_float(15, register)
            register = 15
        self.asm.store_float(base, at, register)

    # The two forms ------------------------------------------------------------------------------------------
    def attempt(self) -> None:
        """int32_t NAME_try(siglum_ctx *ctx, ..., T *out); rbx keeps the context, r12 `out`."""
        asm = self.asm
        self.negative = "try negative"
        asm.push(RBP)
        asm.mov(RBP, RSP)
        asm.push(RBX)
        asm.push(R12)
        asm.mov(RBX, RDI)
        asm.load(R11, RBX, CONTEXT["frames"])
        asm.load(RAX, RBX, CONTEXT["frames_end"])
        asm.mov(R10, RAX)
        asm.arithmetic("sub", R10, R11)
        asm.jump_if("b", "try no room")
        asm.arithmetic_value("cmp", R10, frame_slack(self.image))
        asm.jump_if("b", "try no room")
        asm.arithmetic_value("sub", RAX, frame_slack(self.image))
        asm.store(RBX, CONTEXT["frame_end"], RAX)
        asm.store_value(RBX, CONTEXT["stop"], 0)
        after = self.arguments(R11, 0, 1)
        if after is None:
            asm.load(R12, RBP, self.stack_offset)
        else:
            asm.mov(R12, after)
        asm.mov(RDI, RBX)
        asm.mov(RSI, R11)
        asm.call("entry")
        asm.test32(RAX, RAX)
        asm.jump_if("ne", "try stopped")
        asm.load(RCX, RBX, CONTEXT["frames"])
        self.store_result(RCX, 0, R12)
        asm.clear(RAX)
        asm.label("try end")
        asm.pop(R12)
        asm.pop(RBX)
        asm.pop(RBP)
        asm.ret()
        asm.label("try stopped")
        asm.load(RAX, RBX, CONTEXT["stop"], 4)
        asm.jump("try end")
        asm.label("try no room")
        asm.mov_value(RAX, NO_ROOM & 0xFFFFFFFF)
        asm.jump("try end")
        asm.label("try negative")
        asm.mov_value(RAX, NEGATIVE_LENGTH & 0xFFFFFFFF)
        asm.jump("try end")

    def store_result(self, base: int, offset: int, target: int) -> None:
        """Copies the result from the frame at `base + offset` to memory at `target`: a scalar in its own width, else
        the components. Uses rax.
        """
        asm, t = self.asm, self.result
        if t.kind == "f32":
            asm.load_float(0, base, offset + 8)
            asm.narrow_float(0, 0)
            asm.store_float(target, 0, 0, 4)
        elif is_scalar(t):
            asm.load(RAX, base, offset + 8)
            asm.store(target, 0, RAX, WIDTHS[t])
        else:
            for k in range(len(components(t))):
                asm.load(RAX, base, offset + 8 + 8 * k)
                asm.store(target, 8 * k, RAX)

    def plain(self) -> None:
        """T NAME(...): the context on the machine stack, frames there too or in memory mapped for the call.

        A composite result is returned through a hidden pointer, kept at rbp-8; the mapping's address is at rbp-16.
        """
        asm = self.asm
        self.negative = "plain negative"
        composite = not is_scalar(self.result)
        room = frame_bytes(self.image)
        area = CONTEXT_SIZE + room
        asm.push(RBP)
        asm.mov(RBP, RSP)
        asm.arithmetic_value("sub", RSP, 16 + area)
        if composite:
            asm.store(RBP, -8, RDI)
        self.arguments(RSP, CONTEXT_SIZE, int(composite))
        self.prepare_context()
        asm.mov(RDI, RSP)
        asm.call("entry")
        asm.test32(RAX, RAX)
        asm.jump_if("ne", "plain stopped")
        if self.on_stack:
            asm.lea(RCX, RSP, CONTEXT_SIZE)
        else:
            asm.load(RCX, RBP, -16)
        self.return_result()
        asm.mov(RSP, RBP)
        asm.pop(RBP)
        asm.ret()
        asm.label("plain stopped")
        asm.load(RAX, RSP, CONTEXT["stop"], 4)
        asm.jump("fatal")
        asm.label("plain no memory")
        asm.mov_value(RAX, len(self.lines) - 2)
        asm.jump("fatal")
        asm.label("plain negative")
        asm.mov_value(RAX, len(self.lines) - 1)
        asm.jump("fatal")

    def prepare_context(self) -> None:
        """Fills the context at rsp and puts the frame's address into rsi; arguments are at rsp + CONTEXT_SIZE."""
        asm = self.asm
        if self.on_stack:
            asm.lea(RSI, RSP, CONTEXT_SIZE)
            for field in ("arena_next", "arena_end"):
                asm.store_value(RSP, CONTEXT[field], 0)
            asm.store(RSP, CONTEXT["frame_end"], RSI)
        else:
            for register, value in ((RAX, SYS_MMAP), (RDI, 0), (RSI, self.frame_memory + ARENA_LIMIT), (RDX, PROTECTION)):
                asm.mov_value(register, value)
            asm.mov_value(R10, MAPPING)
            asm.mov_value(R8, -1)
            asm.clear(R9)
            asm.syscall()
            asm.arithmetic_value("cmp", RAX, -4096)
            asm.jump_if("a", "plain no memory")
            asm.store(RBP, -16, RAX)
            asm.mov(RSI, RAX)
            for k in range(1, 1 + sum(len(components(t)) for t in self.params)):
                asm.load(RAX, RSP, CONTEXT_SIZE + 8 * k)
                asm.store(RSI, 8 * k, RAX)
            asm.lea(RAX, RSI, FRAME_LIMIT)
            asm.store(RSP, CONTEXT["frame_end"], RAX)
            asm.lea(RAX, RSI, self.frame_memory)
            asm.store(RSP, CONTEXT["arena_next"], RAX)
            asm.lea(RAX, RAX, ARENA_LIMIT)
            asm.store(RSP, CONTEXT["arena_end"], RAX)
        asm.mov_value(RAX, FUEL)
        asm.store(RSP, CONTEXT["fuel"], RAX)
        asm.store_value(RSP, CONTEXT["stop"], 0)

    def return_result(self) -> None:
        """Returns what the frame at rcx holds as C does, and unmaps the memory unless the result points into it."""
        asm, t = self.asm, self.result
        if is_scalar(t):
            if t.kind in ("f64", "f32"):
                asm.load_float(0, RCX, 8)
                if t.kind == "f32":
                    asm.narrow_float(0, 0)
            else:
                asm.load(RAX, RCX, 8)
            if not self.on_stack:
                asm.push(RAX)
                self.unmap(RCX)
                asm.pop(RAX)
            return
        asm.load(RDX, RBP, -8)
        self.store_result(RCX, 0, RDX)
        after = 8 * len(components(t))
        if self.on_stack or not holds_pointers(t):
            asm.store_value(RDX, after, 0)
            if not self.on_stack:
                self.unmap(RCX)
        else:
            asm.store(RDX, after, RCX)
        asm.load(RAX, RBP, -8)

    def unmap(self, base: int) -> None:
        asm = self.asm
        asm.mov(RDI, base)
        asm.mov_value(RSI, self.frame_memory + ARENA_LIMIT)
        asm.mov_value(RAX, SYS_MUNMAP)
        asm.syscall()

    def free(self) -> None:
        """void NAME_free(NAME_result *result): unmaps `memory` once."""
        asm = self.asm
        at = 8 * len(components(self.result))
        asm.load(RCX, RDI, at)
        asm.test(RCX, RCX)
        asm.jump_if("e", "free nothing")
        asm.store_value(RDI, at, 0)
        self.unmap(RCX)
        asm.label("free nothing")
        asm.ret()

    # Messages -----------------------------------------------------------------------------------------------
    def message(self) -> None:
        """const char *NAME_message(int32_t code)."""
        asm, count = self.asm, len(self.image.witness.stops)
        asm.mov32(RAX, RDI)
        for code, line in ((NO_ROOM, count + 1), (NEGATIVE_LENGTH, count + 2)):
            asm.mov_value(RCX, code & 0xFFFFFFFF)
            asm.arithmetic("cmp", RAX, RCX)
            asm.mov_value(RDX, line)
            asm.jump_if("e", "message known")
        asm.mov(RDX, RAX)
        asm.arithmetic_value("sub", RAX, 1)
        asm.arithmetic_value("cmp", RAX, count)
        asm.jump_if("b", "message known")
        asm.mov_value(RDX, count + 3)
        asm.label("message known")
        asm.lea_label(RAX, "table")
        asm.shift("shl", RDX, 3)
        asm.arithmetic("add", RDX, RAX)
        asm.load(RDX, RDX, -8, 4)
        asm.arithmetic("add", RAX, RDX)
        asm.ret()

    def fatal(self) -> None:
        """Writes the line whose number, counted from 1, is in rax, and ends the process."""
        asm = self.asm
        asm.label("fatal")
        asm.lea_label(RSI, "table")
        asm.shift("shl", RAX, 3)
        asm.arithmetic("add", RAX, RSI)
        asm.load(RDX, RAX, -4, 4)
        asm.load(RAX, RAX, -8, 4)
        asm.arithmetic("add", RSI, RAX)
        asm.mov_value(RDI, 2)
        asm.mov_value(RAX, SYS_WRITE)
        asm.syscall()
        asm.mov_value(RDI, 1)
        asm.mov_value(RAX, SYS_EXIT_GROUP)
        asm.syscall()

    def texts(self) -> None:
        """The table of (offset from the table, length) pairs, 4 bytes each, then the zero-terminated lines."""
        self.asm.label("table")
        raw = [line.encode("utf-8", "backslashreplace") for line in self.lines]
        at = 8 * len(raw)
        for line in raw:
            self.asm.raw(at.to_bytes(4, "little") + len(line).to_bytes(4, "little"))
            at += len(line) + 1
        self.asm.raw(b"".join(line + b"\0" for line in raw))

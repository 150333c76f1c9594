"""What given machine code may do: every reachable instruction decoded, every jump followed, system calls listed.

Imports `errors`, and iced-x86 when called. The walk starts at the entry points; bytes it never reaches are data, unless an
indirect jump or call might lead there: then all bytes must decode.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from siglum.errors import UnsafeCode, UserError

if TYPE_CHECKING:
    from iced_x86 import Decoder, Instruction

LONGEST_INSTRUCTION = 15
_SYSTEM_CALLS = {
    0: "read", 1: "write", 2: "open", 3: "close", 4: "stat", 5: "fstat", 7: "poll", 8: "lseek", 9: "mmap", 10: "mprotect",
    11: "munmap", 12: "brk", 13: "rt_sigaction", 16: "ioctl", 19: "readv", 20: "writev", 22: "pipe", 24: "sched_yield",
    32: "dup", 33: "dup2", 35: "nanosleep", 39: "getpid", 41: "socket", 42: "connect", 43: "accept", 44: "sendto",
    45: "recvfrom", 49: "bind", 50: "listen", 56: "clone", 57: "fork", 59: "execve", 60: "exit", 61: "wait4", 62: "kill",
    63: "uname", 72: "fcntl", 79: "getcwd", 80: "chdir", 82: "rename", 83: "mkdir", 84: "rmdir", 87: "unlink", 90: "chmod",
    96: "gettimeofday", 101: "ptrace", 158: "arch_prctl", 186: "gettid", 201: "time", 228: "clock_gettime",
    231: "exit_group", 257: "openat", 318: "getrandom", 319: "memfd_create", 332: "statx",
}  # fmt: skip
_EXITS = (60, 231)
_SYSTEM_CALLS_32 = {1: "exit", 3: "read", 4: "write", 5: "open", 6: "close", 20: "getpid", 252: "exit_group"}
"""Numbers of `int 0x80` and `sysenter`."""
_EXITS_32 = (1, 252)


class SystemCall(NamedTuple):
    """A system call at `offset`; `number` and `name` where a constant goes into rax just before, else None and ""."""

    offset: int
    number: int | None
    name: str


class Screened(NamedTuple):
    """`system_calls` by offset; `data` are (start, end) offsets that are never run; `runs_off` is where execution can
    leave the end of the code, or None.
    """

    system_calls: tuple[SystemCall, ...]
    data: tuple[tuple[int, int], ...]
    runs_off: int | None


def screen(code: bytes, entries: Iterable[int] = (0,)) -> Screened:
    """Walks `code` from its entry points.

    Raises UserError E-026 for empty code, E-027 for an instruction that runs past the end or does not decode, and
    UnsafeCode E-028 for a jump out of the code or into the middle of an instruction; each names offsets.
    """
    if not code:
        raise UserError("empty code", fix="give at least one instruction", code="E-026")
    return _Walk(code).run(list(entries))


class _Walk:
    def __init__(self, code: bytes) -> None:
        from iced_x86 import Decoder

        self.code = code
        self.decoder: Decoder = Decoder(64, code, ip=0)
        self.found: dict[int, Instruction] = {}
        self.jumps: list[tuple[int, int]] = []
        self.owner = bytearray(len(code))
        """1 where an instruction starts, 2 inside of one."""
        self.calls: dict[int, SystemCall] = {}
        self.numbered_at: dict[int, int] = {}
        """System call -> the instruction that put its number into rax."""
        self.runs_off: int | None = None
        self.indirect = False

    def run(self, entries: list[int]) -> Screened:
        pending = list(entries)
        broken: UserError | None = None
        while pending:
            try:
                self.follow(pending.pop(), pending)
            except UserError as refusal:
                broken = broken or refusal
            if not pending:
                pending += self.doubtful_calls()
        self.check_jumps()
        if broken:
            raise broken
        if self.indirect:
            self.sweep()
            self.check_jumps()
        return Screened(tuple(self.calls[offset] for offset in sorted(self.calls)), self.unreached(), self.runs_off)

    def follow(self, at: int, pending: list[int]) -> None:
        """Decodes from `at` until known code or the end of the straight line; branch targets go to `pending`."""
        from iced_x86 import Code, FlowControl

        number: int | None = None
        numbered_at = at
        while True:
            if at >= len(self.code):
                self.runs_off = len(self.code)
                return
            if self.owner[at]:
                if self.owner[at] == 2:
                    self.middle(at)
                return
            instruction = self.decode(at)
            flow = instruction.flow_control
            following = at + instruction.len
            if self.is_system_call(instruction):
                names, exits = (_SYSTEM_CALLS, _EXITS) if instruction.code == Code.SYSCALL else (_SYSTEM_CALLS_32, _EXITS_32)
                self.calls[at] = SystemCall(at, number, names.get(number, "") if number is not None else "")
                self.numbered_at[at] = numbered_at
                if number in exits:
                    return
                number = None
            else:
                before, number = number, self.constant_in_rax(instruction, at, number)
                numbered_at = numbered_at if before == number else at
            target = self.target(instruction)
            if target is not None:
                self.jumps.append((at, target))
                if 0 <= target < len(self.code):
                    pending.append(target)
            if flow in (FlowControl.INDIRECT_BRANCH, FlowControl.INDIRECT_CALL):
                self.indirect = True
            if flow in (FlowControl.UNCONDITIONAL_BRANCH, FlowControl.INDIRECT_BRANCH, FlowControl.RETURN, FlowControl.EXCEPTION):
                return
            at = following

    def doubtful_calls(self) -> list[int]:
        """Forgets the numbers of system calls that a jump reaches past the constant; where to go on behind exits."""
        resumed: list[int] = []
        targets = {target for _, target in self.jumps}
        for at, call in self.calls.items():
            if call.number is not None and any(target in targets for target in range(self.numbered_at[at] + 1, at + 1)):
                self.calls[at] = SystemCall(at, None, "")
                if call.name.startswith("exit"):
                    resumed.append(at + self.found[at].len)
        return resumed

    def decode(self, at: int) -> Instruction:
        self.decoder.position = at
        self.decoder.ip = at
        instruction = self.decoder.decode()
        if instruction.is_invalid:
            raise self.undecodable(at)
        end = at + instruction.len
        if any(self.owner[at:end]):
            self.middle(next(k for k in range(at, end) if self.owner[k]), at)
        self.owner[at:end] = b"\x01" + b"\x02" * (instruction.len - 1)
        self.found[at] = instruction
        return instruction

    def undecodable(self, at: int) -> UserError:
        from iced_x86 import Decoder, DecoderError

        here = self.code[at : at + LONGEST_INSTRUCTION]
        if self.decoder.last_error == DecoderError.NO_MORE_BYTES:
            whole = Decoder(64, here + bytes(LONGEST_INSTRUCTION), ip=0).decode()
            missing = whole.len - len(here)
            if not whole.is_invalid and missing > 0:
                what = f"instruction at {at:#x} runs past the end (needs {missing} more byte{'s' * (missing != 1)})"
                return UserError(what, fix="give the whole instruction", code="E-027")
        shown = here[:4].hex(" ") + " ..." * (len(here) > 4)
        return UserError(f"no x86-64 instruction at {at:#x} ({shown})", fix="check the bytes there", code="E-027")

    def middle(self, inside: int, start: int | None = None) -> None:
        """Refuses two readings of the same bytes: execution reaches `inside` an instruction already decoded."""
        first = max(offset for offset in self.found if offset <= inside)
        at = inside if start is None else start
        sources = [source for source, target in self.jumps if target in (at, first)]
        came = f"jump at {sources[0]:#x}" if sources else "the code"
        if start is None:
            what = f"{came} leads to {inside:#x}, into the middle of the instruction at {first:#x}"
        else:
            what = f"{came} leads to {start:#x}, where the bytes overlap the instruction at {first:#x}"
        raise UnsafeCode(what, fix="jump to the start of an instruction", code="E-028")

    def target(self, instruction: Instruction) -> int | None:
        from iced_x86 import OpKind

        if instruction.op_count and instruction.op0_kind == OpKind.NEAR_BRANCH64:
            address = instruction.near_branch_target
            return address - (1 << 64) if address >> 63 else address
        return None

    def check_jumps(self) -> None:
        for source, target in sorted(self.jumps):
            if not 0 <= target < len(self.code):
                shown = hex(target)
                what = f"jump at {source:#x} leads to {shown}, outside of the code (0x0..{len(self.code) - 1:#x})"
                raise UnsafeCode(what, fix="jump inside the code", code="E-028")
            if self.owner[target] == 2:
                first = max(offset for offset in self.found if offset < target)
                what = f"jump at {source:#x} leads to {target:#x}, into the middle of the instruction at {first:#x}"
                raise UnsafeCode(what, fix="jump to the start of an instruction", code="E-028")

    def is_system_call(self, instruction: Instruction) -> bool:
        from iced_x86 import Code

        return instruction.code in (Code.SYSCALL, Code.SYSENTER) or (
            instruction.code == Code.INT_IMM8 and instruction.immediate8 == 0x80
        )

    def constant_in_rax(self, instruction: Instruction, at: int, known: int | None) -> int | None:
        """The constant rax holds behind `instruction`, given the one before."""
        from iced_x86 import FlowControl, InstructionInfoFactory, Mnemonic, OpAccess, OpKind, Register, RegisterExt

        first = instruction.op0_register if instruction.op_count else Register.NONE
        if first in (Register.EAX, Register.RAX):
            if instruction.mnemonic == Mnemonic.MOV and instruction.op1_kind in (
                OpKind.IMMEDIATE32, OpKind.IMMEDIATE64, OpKind.IMMEDIATE32TO64,
            ):  # fmt: skip
                return int(instruction.immediate(1))
            if instruction.mnemonic in (Mnemonic.XOR, Mnemonic.SUB) and instruction.op1_register == first:
                return 0
            before = self.found.get(at - 2)
            if instruction.mnemonic == Mnemonic.POP and before is not None and before.mnemonic == Mnemonic.PUSH:
                return int(before.immediate(0)) if before.op0_kind != OpKind.REGISTER and before.len == 2 else None
        if instruction.flow_control in (FlowControl.CALL, FlowControl.INDIRECT_CALL):
            return None
        written = (OpAccess.WRITE, OpAccess.READ_WRITE, OpAccess.COND_WRITE, OpAccess.READ_COND_WRITE)
        for used in InstructionInfoFactory().info(instruction).used_registers():
            if RegisterExt.full_register(used.register) == Register.RAX and used.access in written:
                return None
        return known

    def sweep(self) -> None:
        """Decodes the bytes no direct path reaches: an indirect jump or call may."""
        at = 0
        while at < len(self.code):
            if self.owner[at]:
                at += 1
            else:
                ignored: list[int] = []
                self.follow(at, ignored)

    def unreached(self) -> tuple[tuple[int, int], ...]:
        gaps: list[tuple[int, int]] = []
        at = 0
        while at < len(self.code):
            end = at
            while end < len(self.code) and not self.owner[end]:
                end += 1
            if end > at:
                gaps.append((at, end))
            at = end + 1
        return tuple(gaps)

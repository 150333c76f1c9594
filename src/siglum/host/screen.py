"""What given machine code may do: every reachable instruction decoded, every jump followed, system calls listed.

Imports the walk of the sandbox, and iced-x86 when called. The walk starts at the entry points; bytes it never reaches are
data, unless an indirect jump or call might lead there: then all bytes must decode.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from siglum.sandbox.walk import Walk

if TYPE_CHECKING:
    from iced_x86 import Instruction

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
    return _Program(code).run(entries)


class _Program(Walk):
    """A walk that lists system calls, and does not go on behind those that exit."""

    def __init__(self, code: bytes) -> None:
        super().__init__(code)
        self.calls: dict[int, SystemCall] = {}
        self.numbered_at: dict[int, int] = {}
        """System call -> the instruction that put its number into rax."""
        self.number: int | None = None
        self.put_at = 0

    def run(self, entries: Iterable[int]) -> Screened:
        self.walk(entries)
        if self.indirect:
            self.sweep()
            self.check_jumps()
        return Screened(tuple(self.calls[offset] for offset in sorted(self.calls)), self.unreached(), self.runs_off)

    def begin_line(self, at: int) -> None:
        self.number, self.put_at = None, at

    def visit(self, at: int, instruction: Instruction) -> bool:
        from iced_x86 import Code

        if not self.is_system_call(instruction):
            before, self.number = self.number, self.constant_in_rax(instruction, at, self.number)
            self.put_at = self.put_at if before == self.number else at
            return True
        names, exits = (_SYSTEM_CALLS, _EXITS) if instruction.code == Code.SYSCALL else (_SYSTEM_CALLS_32, _EXITS_32)
        number = self.number
        self.calls[at] = SystemCall(at, number, names.get(number, "") if number is not None else "")
        self.numbered_at[at] = self.put_at
        self.number = None
        return number not in exits

    def resume(self) -> list[int]:
        """Forgets the numbers of system calls that a jump reaches past the constant; where to go on behind exits."""
        resumed: list[int] = []
        targets = {target for _, target in self.jumps}
        for at, call in self.calls.items():
            if call.number is not None and any(target in targets for target in range(self.numbered_at[at] + 1, at + 1)):
                self.calls[at] = SystemCall(at, None, "")
                if call.name.startswith("exit"):
                    resumed.append(at + self.found[at].len)
        return resumed

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

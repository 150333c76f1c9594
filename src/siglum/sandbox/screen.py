"""The static screen: what a candidate may not even contain. It never replaces the run, which sees what it cannot.

Imports `errors`, `target` and this folder, and iced-x86 when called. A heuristic in one place: a callee-saved register that
is pushed anywhere counts as saved.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from siglum.errors import SiglumError, UnsafeCode, UserError
from siglum.sandbox.forbidden import bans, needed
from siglum.sandbox.frame import stores_to_caller
from siglum.sandbox.job import Code
from siglum.sandbox.walk import Walk
from siglum.target.x86_64.cpu import cpu_features

if TYPE_CHECKING:
    from iced_x86 import Instruction, UsedRegister

REASONS: Final = (
    "empty", "truncated", "undecodable", "falls off", "branch outside", "branch into instruction", "indirect branch",
    "system call", "privileged", "missing feature", "segment override", "absolute address", "rip-relative store",
    "rip-relative outside", "caller frame", "stack pointer", "ret imm", "segment register", "callee-saved", "no ret",
    "interrupt", "flags", "floating-point control", "machine state", "segment base", "clock", "random", "transaction",
    "cache", "waiting", "far transfer", "frame", "undefined",
)  # fmt: skip
"""The classes of refusals."""


class Refusal(NamedTuple):
    """Why code is refused: one of REASONS, the offset, the mnemonic there ("" where there is none), the error to raise."""

    reason: str
    offset: int
    mnemonic: str
    error: SiglumError


def screen(code: Code, features: frozenset[str] | None = None) -> None:
    """Refuses code that could do harm or break the calling convention, as far as that shows without running it.

    `features` are the processor's (names as in /proc/cpuinfo), by default this one's. Raises UserError E-026 (empty), E-027
    (does not decode); UnsafeCode E-028 (jumps, running off the end), E-029 (what is forbidden), E-030 (the caller's
    registers and stack).
    """
    found = refusal(code, features)
    if found:
        raise found.error


def refusal(code: Code, features: frozenset[str] | None = None) -> Refusal | None:
    """Like `screen`, as a value: the first refusal, or None."""
    start, end = code.extent
    if not (0 <= start <= end <= len(code.image)) or (start < end and not start <= code.entry < end):
        raise ValueError(f"entry {code.entry} or extent {start}..{end} is outside of an image of {len(code.image)} bytes")
    try:
        candidate = _Candidate(code, cpu_features() if features is None else features)
    except UserError as error:
        return Refusal("empty", start, "", error)
    try:
        candidate.examine()
    except _Refused as refused:
        return refused.refusal
    except (UserError, UnsafeCode) as error:
        return Refusal(*candidate.trouble, "", error)
    return None


class _Refused(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


class _Candidate(Walk):
    def __init__(self, code: Code, features: frozenset[str]) -> None:
        super().__init__(code.image, *code.extent)
        self.image = len(code.image)
        self.entry = code.entry
        self.features = features

    def examine(self) -> None:
        """Raises the first refusal."""
        self.walk([self.entry])
        reached = set(self.found)
        runs_off = self.runs_off
        self.sweep()
        self.check_jumps()
        from iced_x86 import InstructionInfoFactory, Mnemonic

        factory = InstructionInfoFactory()
        saved, written = set[int](), dict[int, int]()
        for at in sorted(self.found):
            instruction = self.found[at]
            if at not in reached and instruction.mnemonic in (Mnemonic.INT3, Mnemonic.NOP):
                continue  # padding between functions
            self.check_instruction(at, instruction)
            self.check_memory(at, instruction)
            used = factory.info(instruction).used_registers()
            self.check_stack_pointer(at, instruction, used)
            saved |= _saves(instruction)
            for register in _written(used):
                written.setdefault(register, at)
        if runs_off is not None:
            what = f"execution runs past the end of the code at {runs_off:#x}"
            self.refuse("falls off", runs_off, None, what, "end with ret or jmp", "E-028")
        for register, at in sorted(written.items(), key=lambda item: item[1]):
            if register not in saved and register in _callee_saved():
                name = _callee_saved()[register]
                what = f"{name} is written at {at:#x} and never saved"
                self.refuse("callee-saved", at, self.found[at], what, f"push {name} first and pop it before ret", "E-030")
        if not any(self.found[at].mnemonic == Mnemonic.RET for at in reached):
            self.refuse("no ret", self.entry, None, f"no ret can be reached from {self.entry:#x}", "end with ret", "E-028")
        calls = [target for source, target in self.jumps if self.found[source].mnemonic == Mnemonic.CALL]
        store = stores_to_caller(self, [self.entry, *calls])
        if store is not None:
            what = f"{self.named(store)} stores into the caller's frame"
            self.refuse("caller frame", store, self.found[store], what, "make room first: sub rsp, N", "E-030")

    def named(self, at: int) -> str:
        return f"{_mnemonic(self.found[at])} at {at:#x}"

    def refuse(self, reason: str, at: int, instruction: Instruction | None, what: str, fix: str, code: str = "E-029") -> None:
        mnemonic = "" if instruction is None else _mnemonic(instruction)
        raise _Refused(Refusal(reason, at, mnemonic, UnsafeCode(what, fix=fix, code=code)))

    def forbid(self, reason: str, at: int, instruction: Instruction, why: str) -> None:
        self.refuse(reason, at, instruction, f"{self.named(at)} is not allowed: {why}", "write it otherwise")

    def check_instruction(self, at: int, instruction: Instruction) -> None:
        from iced_x86 import FlowControl, Mnemonic

        ban = bans().get(instruction.mnemonic)
        if ban:
            self.forbid(ban.reason, at, instruction, ban.why)
        if instruction.is_privileged:
            self.forbid("privileged", at, instruction, "only the kernel may run it")
        if instruction.flow_control in (FlowControl.INDIRECT_BRANCH, FlowControl.INDIRECT_CALL):
            self.forbid("indirect branch", at, instruction, "where it leads cannot be checked")
        for feature in instruction.cpuid_features():
            name = needed().get(feature)
            if name is None:
                self.forbid("missing feature", at, instruction, "no processor feature that is offered has it")
            elif name and name not in self.features:
                self.forbid("missing feature", at, instruction, f"this CPU lacks {name}")
        if instruction.mnemonic == Mnemonic.RET and instruction.op_count:
            amount = instruction.immediate(0)
            what = f"ret {amount} at {at:#x} leaves rsp {amount} bytes off"
            self.refuse("ret imm", at, instruction, what, "use a plain ret", "E-030")

    def check_memory(self, at: int, instruction: Instruction) -> None:
        from iced_x86 import Mnemonic, OpKind, Register

        segments = (Register.ES, Register.CS, Register.SS, Register.DS, Register.FS, Register.GS)
        if instruction.op_count and instruction.op0_register in segments and instruction.op0_kind == OpKind.REGISTER:
            self.forbid("segment register", at, instruction, "segment registers belong to the system")
        if instruction.mnemonic in (Mnemonic.LSS, Mnemonic.LFS, Mnemonic.LGS):
            self.forbid("segment register", at, instruction, "segment registers belong to the system")
        kinds = [instruction.op_kind(k) for k in range(instruction.op_count)]
        if instruction.segment_prefix in (Register.FS, Register.GS) and (
            OpKind.MEMORY in kinds or any(kind in _string_kinds() for kind in kinds)
        ):
            self.forbid("segment override", at, instruction, "thread-local data belongs to the system")
        if OpKind.MEMORY not in kinds:
            return
        base, index = instruction.memory_base, instruction.memory_index
        if base in (Register.RIP, Register.EIP):
            self.check_relative(at, instruction)
        elif base == Register.NONE and index == Register.NONE and instruction.mnemonic not in (Mnemonic.LEA, Mnemonic.NOP):
            self.forbid("absolute address", at, instruction, "what is at a fixed address is not the candidate's")

    def check_relative(self, at: int, instruction: Instruction) -> None:
        from iced_x86 import InstructionInfoFactory, MemorySizeExt, Mnemonic, OpAccess

        if instruction.mnemonic == Mnemonic.NOP:
            return
        target = instruction.ip_rel_memory_address
        size = max(1, MemorySizeExt.size(instruction.memory_size))
        if target + size > self.image:
            shown = hex(target - (1 << 64) if target >> 63 else target)
            self.forbid("rip-relative outside", at, instruction, f"{shown} is outside of the image")
        accesses = [used.access for used in InstructionInfoFactory().info(instruction).used_memory()]
        if any(access not in (OpAccess.READ, OpAccess.COND_READ, OpAccess.NO_MEM_ACCESS) for access in accesses):
            self.forbid("rip-relative store", at, instruction, "the image may not be written")

    def check_stack_pointer(self, at: int, instruction: Instruction, used: Iterable[UsedRegister]) -> None:
        from iced_x86 import FlowControl, Mnemonic, OpKind, Register

        if Register.RSP not in _written(used):
            return
        first = instruction.op0_register if instruction.op_count and instruction.op0_kind == OpKind.REGISTER else Register.NONE
        mnemonic = instruction.mnemonic
        frame = (Register.RSP, Register.RBP)
        if first == Register.RSP:
            allowed = (
                mnemonic in (Mnemonic.SUB, Mnemonic.ADD, Mnemonic.AND, Mnemonic.PUSH)
                or (mnemonic == Mnemonic.LEA and instruction.memory_base in frame)
                or (mnemonic == Mnemonic.MOV and instruction.op1_kind == OpKind.REGISTER and instruction.op1_register in frame)
            )
        else:
            flow = instruction.flow_control
            allowed = mnemonic in (Mnemonic.PUSH, Mnemonic.POP, Mnemonic.LEAVE, Mnemonic.PUSHFQ) or flow in (
                FlowControl.CALL,
                FlowControl.RETURN,
            )
            allowed = allowed and first not in (Register.ESP, Register.SP, Register.SPL)
        if not allowed:
            what = f"{self.named(at)} moves rsp where it cannot be followed"
            fix = "move rsp with push, pop, sub, add, lea, and, leave"
            self.refuse("stack pointer", at, instruction, what, fix, "E-030")


def _mnemonic(instruction: Instruction) -> str:
    from iced_x86 import Formatter, FormatterSyntax

    return Formatter(FormatterSyntax.INTEL).format_mnemonic(instruction)


def _string_kinds() -> tuple[int, ...]:
    from iced_x86 import OpKind

    return (
        OpKind.MEMORY_SEG_SI, OpKind.MEMORY_SEG_ESI, OpKind.MEMORY_SEG_RSI,
        OpKind.MEMORY_SEG_DI, OpKind.MEMORY_SEG_EDI, OpKind.MEMORY_SEG_RDI,
    )  # fmt: skip


def _callee_saved() -> dict[int, str]:
    from iced_x86 import Register

    return {getattr(Register, name.upper()): name for name in ("rbx", "rbp", "r12", "r13", "r14", "r15")}


def _written(used: Iterable[UsedRegister]) -> set[int]:
    """The whole registers an instruction writes, or may."""
    from iced_x86 import OpAccess, RegisterExt

    writes = (OpAccess.WRITE, OpAccess.READ_WRITE, OpAccess.COND_WRITE, OpAccess.READ_COND_WRITE)
    return {RegisterExt.full_register(one.register) for one in used if one.access in writes}


def _saves(instruction: Instruction) -> set[int]:
    """The register that an instruction puts on the stack."""
    from iced_x86 import Mnemonic, OpKind, Register

    if instruction.mnemonic == Mnemonic.PUSH and instruction.op0_kind == OpKind.REGISTER:
        return {instruction.op0_register}
    stores = instruction.mnemonic == Mnemonic.MOV and instruction.op0_kind == OpKind.MEMORY
    if stores and instruction.op1_kind == OpKind.REGISTER and instruction.memory_base in (Register.RSP, Register.RBP):
        return {instruction.op1_register}
    return set()

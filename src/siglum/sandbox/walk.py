"""Follows machine code from its entry points: every reachable instruction decoded once, every direct jump followed.

Imports `errors`, and iced-x86 when called. What may stand in the code is for those to say who derive from `Walk`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from siglum.errors import UnsafeCode, UserError

if TYPE_CHECKING:
    from iced_x86 import Decoder, Instruction

LONGEST_INSTRUCTION = 15


class Walk:
    """The instructions of `code` between `start` and `end`, by offset.

    Raises UserError E-026 for empty code.
    """

    def __init__(self, code: bytes, start: int = 0, end: int | None = None) -> None:
        from iced_x86 import Decoder

        self.start, self.end = start, len(code) if end is None else end
        if self.start >= self.end:
            raise UserError("empty code", fix="give at least one instruction", code="E-026")
        self.code = code[: self.end]
        self.decoder: Decoder = Decoder(64, self.code, ip=0)
        self.found: dict[int, Instruction] = {}
        self.jumps: list[tuple[int, int]] = []
        """(where, to where) of direct jumps and calls."""
        self.owner = bytearray(self.end)
        """1 where an instruction starts, 2 inside of one."""
        self.runs_off: int | None = None
        """Where execution can leave the end of the code."""
        self.trouble = ("", start)
        """What the walk refuses and the offset: "truncated", "undecodable", "branch into instruction", "branch outside"."""
        self.indirect = False
        """Whether there is an indirect jump or call."""

    def begin_line(self, at: int) -> None:
        """Called where straight-line code begins."""

    def visit(self, at: int, instruction: Instruction) -> bool:
        """Called for each instruction once, in the order of the line; False where execution never goes on."""
        return True

    def resume(self) -> list[int]:
        """Called when all is followed; further places to follow."""
        return []

    def walk(self, entries: Iterable[int]) -> None:
        """Follows the code from its entry points.

        Raises UserError E-027 for an instruction that runs past the end or does not decode, and UnsafeCode E-028 for a jump
        out of the code or into the middle of an instruction; each names offsets.
        """
        pending = list(entries)
        broken: UserError | None = None
        trouble = self.trouble
        while pending:
            try:
                self.follow(pending.pop(), pending)
            except UserError as refusal:
                if broken is None:
                    broken, trouble = refusal, self.trouble
            if not pending:
                pending += self.resume()
        self.check_jumps()
        if broken:
            self.trouble = trouble
            raise broken

    def follow(self, at: int, pending: list[int]) -> None:
        """Decodes from `at` until known code or the end of the straight line; branch targets go to `pending`."""
        from iced_x86 import FlowControl

        leaving = (FlowControl.UNCONDITIONAL_BRANCH, FlowControl.INDIRECT_BRANCH, FlowControl.RETURN, FlowControl.EXCEPTION)
        self.begin_line(at)
        while True:
            if at >= self.end:
                self.runs_off = self.end
                return
            if self.owner[at]:
                if self.owner[at] == 2:
                    self.middle(at)
                return
            instruction = self.decode(at)
            if not self.visit(at, instruction):
                return
            target = self.target(instruction)
            if target is not None:
                self.jumps.append((at, target))
                if self.start <= target < self.end:
                    pending.append(target)
            flow = instruction.flow_control
            if flow in (FlowControl.INDIRECT_BRANCH, FlowControl.INDIRECT_CALL):
                self.indirect = True
            if flow in leaving:
                return
            at += instruction.len

    def decode(self, at: int) -> Instruction:
        """The instruction at `at`, noted as found."""
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
        """Why there is no instruction at `at`."""
        from iced_x86 import Decoder, DecoderError

        here = self.code[at : at + LONGEST_INSTRUCTION]
        if self.decoder.last_error == DecoderError.NO_MORE_BYTES:
            whole = Decoder(64, here + bytes(LONGEST_INSTRUCTION), ip=0).decode()
            missing = whole.len - len(here)
            if not whole.is_invalid and missing > 0:
                self.trouble = ("truncated", at)
                what = f"instruction at {at:#x} runs past the end (needs {missing} more byte{'s' * (missing != 1)})"
                return UserError(what, fix="give the whole instruction", code="E-027")
        self.trouble = ("undecodable", at)
        shown = here[:4].hex(" ") + " ..." * (len(here) > 4)
        return UserError(f"no x86-64 instruction at {at:#x} ({shown})", fix="check the bytes there", code="E-027")

    def middle(self, inside: int, start: int | None = None) -> None:
        """Refuses two readings of the same bytes: execution reaches `inside` an instruction already decoded."""
        first = max(offset for offset in self.found if offset <= inside)
        at = inside if start is None else start
        sources = [source for source, target in self.jumps if target in (at, first)]
        self.trouble = ("branch into instruction", sources[0] if sources else at)
        came = f"jump at {sources[0]:#x}" if sources else "the code"
        if start is None:
            what = f"{came} leads to {inside:#x}, into the middle of the instruction at {first:#x}"
        else:
            what = f"{came} leads to {start:#x}, where the bytes overlap the instruction at {first:#x}"
        raise UnsafeCode(what, fix="jump to the start of an instruction", code="E-028")

    def target(self, instruction: Instruction) -> int | None:
        """Where a direct jump or call leads, as an offset; None for other instructions."""
        from iced_x86 import OpKind

        if instruction.op_count and instruction.op0_kind == OpKind.NEAR_BRANCH64:
            address = instruction.near_branch_target
            return address - (1 << 64) if address >> 63 else address
        return None

    def check_jumps(self) -> None:
        """Raises UnsafeCode E-028 for a jump that leads out of the code or into an instruction."""
        for source, target in sorted(self.jumps):
            if not self.start <= target < self.end:
                self.trouble = ("branch outside", source)
                shown = hex(target)
                what = f"jump at {source:#x} leads to {shown}, outside of the code ({self.start:#x}..{self.end - 1:#x})"
                raise UnsafeCode(what, fix="jump inside the code", code="E-028")
            if self.owner[target] == 2:
                self.trouble = ("branch into instruction", source)
                first = max(offset for offset in self.found if offset < target)
                what = f"jump at {source:#x} leads to {target:#x}, into the middle of the instruction at {first:#x}"
                raise UnsafeCode(what, fix="jump to the start of an instruction", code="E-028")

    def sweep(self) -> None:
        """Decodes the bytes no direct path reaches."""
        at = self.start
        while at < self.end:
            if self.owner[at]:
                at += 1
            else:
                ignored: list[int] = []
                self.follow(at, ignored)

    def unreached(self) -> tuple[tuple[int, int], ...]:
        """The (start, end) of bytes that belong to no instruction found."""
        gaps: list[tuple[int, int]] = []
        at = self.start
        while at < self.end:
            end = at
            while end < self.end and not self.owner[end]:
                end += 1
            if end > at:
                gaps.append((at, end))
            at = end + 1
        return tuple(gaps)

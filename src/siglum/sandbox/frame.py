"""How deep the stack is at each instruction, as far as it can be told, and which stores reach the caller's frame.

Imports this folder's walk, and iced-x86 when called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from iced_x86 import Instruction

    from siglum.sandbox.walk import Walk

WORD = 8


class Depth(NamedTuple):
    """Bytes from rsp at the entry to rsp and to rbp, 0 or negative inside the own frame; None where it is not known."""

    rsp: int | None
    rbp: int | None


def stores_to_caller(walk: Walk, entries: list[int]) -> int | None:
    """The offset of the first store at or above the return address of a function, or None.

    A heuristic: what depends on registers other than rsp, and rbp while it is a frame pointer, is not followed.
    """
    from iced_x86 import FlowControl

    pending = [(entry, Depth(0, None)) for entry in entries]
    known: dict[int, Depth] = {}
    found: list[int] = []
    while pending:
        at, depth = pending.pop()
        if at not in walk.found:
            continue
        before = known.get(at)
        if before is not None:
            depth = Depth(depth.rsp if depth.rsp == before.rsp else None, depth.rbp if depth.rbp == before.rbp else None)
            if depth == before:
                continue
        known[at] = depth
        instruction = walk.found[at]
        if _reaches_caller(instruction, depth):
            found.append(at)
        after = _after(instruction, depth)
        target = walk.target(instruction)
        flow = instruction.flow_control
        if target is not None:
            pending.append((target, Depth(0, None) if flow == FlowControl.CALL else after))
        if flow not in (FlowControl.RETURN, FlowControl.UNCONDITIONAL_BRANCH, FlowControl.INDIRECT_BRANCH, FlowControl.EXCEPTION):
            pending.append((at + instruction.len, after))
    return min(found, default=None)


def _reaches_caller(instruction: Instruction, depth: Depth) -> bool:
    from iced_x86 import InstructionInfoFactory, OpAccess, Register

    writes = (OpAccess.WRITE, OpAccess.READ_WRITE, OpAccess.COND_WRITE, OpAccess.READ_COND_WRITE)
    if instruction.is_stack_instruction and not instruction.memory_base:
        return False
    for used in InstructionInfoFactory().info(instruction).used_memory():
        if used.access not in writes or used.index != Register.NONE:
            continue
        base = {Register.RSP: depth.rsp, Register.RBP: depth.rbp}.get(used.base)
        displacement = used.displacement - (1 << 64) if used.displacement >> 63 else used.displacement
        if base is not None and base + displacement >= 0:
            return True
    return False


def _after(instruction: Instruction, depth: Depth) -> Depth:
    from iced_x86 import FlowControl, Mnemonic, OpKind, Register

    rsp, rbp = depth
    mnemonic, first = instruction.mnemonic, instruction.op0_register if instruction.op_count else Register.NONE
    if mnemonic == Mnemonic.LEAVE:
        return Depth(None if rbp is None else rbp + WORD, None)
    if instruction.flow_control == FlowControl.CALL:
        return depth
    if first == Register.RSP and mnemonic not in (Mnemonic.PUSH, Mnemonic.CMP, Mnemonic.TEST):
        return Depth(_moved(instruction, depth), rbp)
    if instruction.is_stack_instruction:
        rsp = None if rsp is None else rsp + instruction.stack_pointer_increment
    if first in (Register.RBP, Register.EBP, Register.BP, Register.BPL) and mnemonic not in (
        Mnemonic.PUSH,
        Mnemonic.CMP,
        Mnemonic.TEST,
    ):
        copies = mnemonic == Mnemonic.MOV and instruction.op1_kind == OpKind.REGISTER and instruction.op1_register == Register.RSP
        return Depth(rsp, depth.rsp if copies else None)
    return Depth(rsp, rbp)


def _moved(instruction: Instruction, depth: Depth) -> int | None:
    """rsp behind an instruction that computes it."""
    from iced_x86 import Mnemonic, OpKind, Register

    immediates = (OpKind.IMMEDIATE8TO64, OpKind.IMMEDIATE32TO64)
    if instruction.mnemonic in (Mnemonic.ADD, Mnemonic.SUB) and instruction.op1_kind in immediates and depth.rsp is not None:
        amount = instruction.immediate(1)
        amount = amount - (1 << 64) if amount >> 63 else amount
        return depth.rsp + (amount if instruction.mnemonic == Mnemonic.ADD else -amount)
    if instruction.mnemonic == Mnemonic.LEA and instruction.memory_index == Register.NONE:
        base = {Register.RSP: depth.rsp, Register.RBP: depth.rbp}.get(instruction.memory_base)
        displacement = instruction.memory_displacement
        return None if base is None else base + (displacement - (1 << 64) if displacement >> 63 else displacement)
    if instruction.mnemonic == Mnemonic.MOV and instruction.op1_register == Register.RBP:
        return depth.rbp
    return None

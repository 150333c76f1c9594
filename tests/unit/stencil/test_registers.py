"""What every stencil may touch, read off its instructions: the result, scratch registers, no stack, no vector state."""

from __future__ import annotations

import pytest
from iced_x86 import Decoder, InstructionInfoFactory, Mnemonic, OpAccess, Register, RegisterExt

from siglum.stencil.families import FAMILIES
from siglum.stencil.fresh import TARGETS
from siglum.stencil.table import as_mapping, load

V = (Register.R13, Register.R14, Register.R15, Register.RDI, Register.RSI, Register.R8, Register.R9, Register.R11)
SCRATCH: set[int] = {Register.RAX, Register.RCX, Register.RDX, Register.R10, Register.RBX, Register.RBP}
SCRATCH |= {Register.XMM0 + k for k in range(8, 16)}
OWN_RULES = {"stop", "call", "ret", "entry", "leave", "write", "read", "open", "close", "clock"}
"""Families that save and restore what they use; they have tests of their own."""
V0_RESULT = {"feq.xx", "fne.xx", "flt.xx", "fle.xx"}
NO_RESULT = ("j.", "jn.", "st.", "store", "cell.store", "wide_fit", "require")
WRITES = (OpAccess.WRITE, OpAccess.READ_WRITE, OpAccess.COND_WRITE, OpAccess.READ_COND_WRITE)


def may_write(name: str, registers: tuple[int, ...]) -> set[int]:
    """The registers of the contract that a stencil may change: its first register operand, where it has a result."""
    kinds = [kind for kind in FAMILIES[name].kinds if kind in "vx"]
    if name in V0_RESULT:
        return {V[0]}
    if not kinds or name.startswith(NO_RESULT) or FAMILIES[name].kinds[0] not in "vx":
        return set()
    return {V[registers[0]] if kinds[0] == "v" else Register.XMM0 + registers[0]}


@pytest.mark.parametrize("target", TARGETS)
def test_only_the_result_and_scratch_are_written(target: str) -> None:
    factory = InstructionInfoFactory()
    for (name, registers), stencil in as_mapping(load(target)).items():
        if name in OWN_RULES:
            continue
        allowed = SCRATCH | may_write(name, registers)
        for code in (stencil.code, stencil.cold):
            for instruction in Decoder(64, code):
                assert instruction.mnemonic != Mnemonic.INVALID, (name, registers)
                info = factory.info(instruction)
                used = {RegisterExt.full_register(use.register): use.access for use in info.used_registers()}
                written = {register for register, access in used.items() if access in WRITES}
                vectors = {Register.XMM0 + register - Register.ZMM0 for register in written if RegisterExt.is_zmm(register)}
                general = {register for register in written if RegisterExt.is_gpr(register)}
                assert vectors | general <= allowed, (name, registers, str(instruction))
                assert Register.RSP not in used, (name, registers, str(instruction))
                assert not any(use.base == Register.RSP for use in info.used_memory())

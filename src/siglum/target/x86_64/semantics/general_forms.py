"""The forms of general registers and of control flow. Reads like the manual's table; see `declare.expand` for patterns.

Imports `semantics` only.
"""

from __future__ import annotations

from typing import Final

from siglum.target.x86_64.semantics import bits, control, integer, products, shifts
from siglum.target.x86_64.semantics.declare import Table
from siglum.target.x86_64.semantics.flags import CONDITIONS

_SHORT: Final = "{AL_IMM8|AX_IMM16|EAX_IMM32|RAX_IMM32}"
_IMMEDIATE: Final = "{RM8_IMM8|RM16_IMM16|RM32_IMM32|RM64_IMM32}"
_SCAN: Final = "cf of sf af pf"
_COUNT: Final = "of sf af pf"


def _moves(table: Table) -> None:
    form = table.form
    form("MOV_RM{w}_R{w} MOV_R{w}_RM{w}", integer.mov)
    form(f"MOV_{_IMMEDIATE} MOV_{{R8_IMM8|R16_IMM16|R32_IMM32|R64_IMM64}}", integer.mov)
    form("MOVZX_R{v}_RM8 MOVZX_R{d}_RM16", integer.movzx)
    form("MOVSX_R{v}_RM8 MOVSX_R{d}_RM16 MOVSXD_R64_RM32", integer.movsx)
    form("MOVBE_R{v}_M{v} MOVBE_M{v}_R{v}", integer.movbe, "movbe")
    form("BSWAP_R{d}", integer.bswap)
    form("LEA_R{v}_M", integer.lea)
    form("XCHG_RM{w}_R{w} XCHG_{R16_AX|R32_EAX|R64_RAX}", integer.xchg)
    form("CBW", integer.sign_extended(16))
    form("CWDE", integer.sign_extended(32))
    form("CDQE", integer.sign_extended(64))
    form("CWD", integer.sign_filled(16))
    form("CDQ", integer.sign_filled(32))
    form("CQO", integer.sign_filled(64))
    for code in CONDITIONS:
        form(f"SET{code}_RM8", integer.setcc(code))
        form(f"CMOV{code}_R{{v}}_RM{{v}}", integer.cmovcc(code))


def _arithmetic(table: Table) -> None:
    form = table.form
    binary = f"RM{{w}}_R{{w}} #_R{{w}}_RM{{w}} #_{_SHORT} #_{_IMMEDIATE} #_RM{{v}}_IMM8"
    for name, meaning, undefined in (
        ("ADD", integer.add, ""), ("ADC", integer.adc, ""), ("SUB", integer.sub, ""), ("SBB", integer.sbb, ""),
        ("CMP", integer.cmp, ""), ("AND", integer.and_, "af"), ("OR", integer.or_, "af"), ("XOR", integer.xor, "af"),
    ):  # fmt: skip
        form(f"#_{binary}".replace("#", name), meaning, undefined=undefined)
    form(f"TEST_RM{{w}}_R{{w}} TEST_{_SHORT} TEST_{_IMMEDIATE}", integer.test, undefined="af")
    form("INC_RM{w}", integer.inc)
    form("DEC_RM{w}", integer.dec)
    form("NEG_RM{w}", integer.neg)
    form("NOT_RM{w}", integer.not_)
    form("XADD_RM{w}_R{w}", integer.xadd)
    form("MUL_RM{w}", products.mul, undefined="sf zf af pf")
    form("IMUL_RM{w}", products.imul_accumulator, undefined="sf zf af pf")
    form("IMUL_R{v}_RM{v} IMUL_R{v}_RM{v}_IMM8", products.imul, undefined="sf zf af pf")
    form("IMUL_{R16_RM16_IMM16|R32_RM32_IMM32|R64_RM64_IMM32}", products.imul, undefined="sf zf af pf")
    form("DIV_RM{w}", products.div, undefined="cf of sf zf af pf")
    form("IDIV_RM{w}", products.idiv, undefined="cf of sf zf af pf")
    form("STC", integer.set_carry)
    form("CLC", integer.clear_carry)
    form("CMC", integer.complement_carry)


def _shifts(table: Table) -> None:
    form = table.form
    for name, meaning in (("SHL", shifts.shl), ("SHR", shifts.shr)):
        form(f"{name}_RM{{w}}_1", meaning, undefined="af")
        form(f"{name}_RM{{8|16}}_{{CL|IMM8}}", meaning, undefined="cf of af")
        form(f"{name}_RM{{d}}_{{CL|IMM8}}", meaning, undefined="of af")
    form("SAR_RM{w}_1", shifts.sar, undefined="af")
    form("SAR_RM{w}_{CL|IMM8}", shifts.sar, undefined="of af")
    for name, meaning in (("ROL", shifts.rol), ("ROR", shifts.ror), ("RCL", shifts.rcl), ("RCR", shifts.rcr)):
        form(f"{name}_RM{{w}}_1", meaning)
        form(f"{name}_RM{{w}}_{{CL|IMM8}}", meaning, undefined="of")
    for name, meaning in (("SHLD", shifts.shld), ("SHRD", shifts.shrd)):
        form(f"{name}_RM16_R16_{{CL|IMM8}}", meaning, undefined="cf of sf zf af pf")
        form(f"{name}_RM{{d}}_R{{d}}_{{CL|IMM8}}", meaning, undefined="of af")
    form("VEX_SHLX_R{d}_RM{d}_R{d}", shifts.shlx, "bmi2")
    form("VEX_SHRX_R{d}_RM{d}_R{d}", shifts.shrx, "bmi2")
    form("VEX_SARX_R{d}_RM{d}_R{d}", shifts.sarx, "bmi2")
    form("VEX_RORX_R{d}_RM{d}_IMM8", shifts.rorx, "bmi2")


def _bits(table: Table) -> None:
    form = table.form
    for name, change in (("BT", "keep"), ("BTS", "set"), ("BTR", "clear"), ("BTC", "flip")):
        form(f"{name}_RM{{v}}_R{{v}} {name}_RM{{v}}_IMM8", bits.bit_test(change), undefined=_COUNT)
    form("BSF_R{v}_RM{v}", bits.bsf, undefined=_SCAN)
    form("BSR_R{v}_RM{v}", bits.bsr, undefined=_SCAN)
    form("POPCNT_R{v}_RM{v}", bits.popcnt, "popcnt")
    form("LZCNT_R{v}_RM{v}", bits.lzcnt, "abm", undefined=_COUNT)
    form("TZCNT_R{v}_RM{v}", bits.tzcnt, "bmi1", undefined=_COUNT)
    form("VEX_ANDN_R{d}_R{d}_RM{d}", bits.andn, "bmi1", undefined="af pf")
    form("VEX_BLSI_R{d}_RM{d}", bits.blsi, "bmi1", undefined="af pf")
    form("VEX_BLSR_R{d}_RM{d}", bits.blsr, "bmi1", undefined="af pf")
    form("VEX_BLSMSK_R{d}_RM{d}", bits.blsmsk, "bmi1", undefined="af pf")
    form("VEX_BEXTR_R{d}_RM{d}_R{d}", bits.bextr, "bmi1", undefined="af sf pf")
    form("VEX_BZHI_R{d}_RM{d}_R{d}", bits.bzhi, "bmi2", undefined="af pf")
    form("VEX_PDEP_R{d}_R{d}_RM{d}", bits.pdep, "bmi2")
    form("VEX_PEXT_R{d}_R{d}_RM{d}", bits.pext, "bmi2")
    form("VEX_MULX_R{d}_R{d}_RM{d}", products.mulx, "bmi2")


def _control(table: Table) -> None:
    form = table.form
    form("NOP{W|D|Q} NOP_RM{v} ENDBR64", integer.nothing)
    form("UD2", control.ud2)
    form("JMP_REL{8|32}_64", control.jmp)
    form("JMP_RM64", control.jmp_indirect)
    for code in CONDITIONS:
        form(f"J{code}_REL{{8|32}}_64", control.jcc(code))
    form("CALL_REL32_64", control.call)
    form("RETNQ RETNQ_IMM16", control.ret)
    form("PUSH_R64 PUSH_RM64 PUSHQ_IMM8 PUSHQ_IMM32", control.push)
    form("POP_R64 POP_RM64", control.pop)
    form("LEAVEQ", control.leave)


def declare_general(table: Table) -> None:
    """All of them."""
    for part in (_moves, _arithmetic, _shifts, _bits, _control):
        part(table)

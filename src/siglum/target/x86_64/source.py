"""Assembly source that LLVM's assembler turns back into exactly the same bytes.

Imports iced-x86 when called, and the listing beside it. Where LLVM would choose another encoding of the same text, the
line carries its bytes as `.byte` and the text as a comment: the choice needs no assembler, so it is the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from siglum.target.x86_64.disasm import Line, byte_text, disassemble

if TYPE_CHECKING:
    from iced_x86 import Encoder, Instruction

_ARITHMETIC = "(?:ADD|OR|ADC|SBB|AND|SUB|XOR|CMP)"
_ANY_OPERANDS = re.compile(
    rf"(?:{_ARITHMETIC}|MOV|TEST)_RM(8|16|32|64)_R\1|{_ARITHMETIC}_(?:RM(?:32|64)|AL)_IMM8|(?:MOV_RM64|TEST_[ER]AX)_IMM32"
    r"|MOV_R32_IMM32|MOV_R8_IMM8|(?:NOT|NEG|INC|DEC|MUL|DIV|IDIV|IMUL)_RM(?:8|32|64)|(?:ROL|ROR|SHL|SHR|SAR)_RM(?:32|64)_(?:1|CL)"
    r"|(?:IMUL|CMOV\w+|BSF|BSR|POPCNT|LZCNT|TZCNT)_R(32|64)_RM\2|IMUL_R(32|64)_RM\3_IMM8|SH[LR]D_RM(32|64)_R\4_(?:IMM8|CL)"
    r"|MOV[SZ]X_R(?:32|64)_RM(?:8|16)|MOVSXD_R64_RM32|LEA_R(?:32|64)_M|SET\w+_RM8|BT_RM(32|64)_R\5|BSWAP_R(?:32|64)"
    r"|(?:PUSH|POP)_R64|RETNQ|SYSCALL|CDQ|CQO|CDQE|CWDE|UD2|LEAVEQ"
)
"""The one encoding LLVM takes for the text, whatever the operands."""
_WITH_MEMORY = re.compile(rf"(?:{_ARITHMETIC}|MOV)_R(8|16|32|64)_RM\1|MOV_RM(8|16|32)_IMM\2|{_ARITHMETIC}_RM8_IMM8|PUSH_RM64")
"""Only with an operand in memory: between registers LLVM takes another."""
_WITH_LONG_VALUE = re.compile(rf"{_ARITHMETIC}_(?:RM32|RM64|EAX|RAX)_IMM32|IMUL_R(32|64)_RM\1_IMM32")
"""Only where the constant needs more than 8 bits; the form for (e/r)ax goes before the general one."""
_VECTOR_FEATURES = frozenset(["SSE", "SSE2", "SSE3", "SSSE3", "SSE4_1", "SSE4_2", "AVX", "AVX2", "FMA", "BMI1", "BMI2"])
_VECTOR_REFUSED = re.compile(r"_MM(?:M\d+)?(?:_|$)|_R64M?\d*_[XY]MM|_R64M|[LMS]FENCE")
"""MMX, and forms with an encoding of equal text: a 64-bit register for a mask, fences with a spare field."""
_VECTOR_STORE = re.compile(r"\w*MOV\w+_[XY]MMM\d+_[XY]MM|\w+_0F11")
"""Between registers LLVM takes the load form."""

CERTAINLY_LONG = 512
"""Bytes no relaxation can bring into reach: branches shrink by at most 4 of 6 bytes."""


def assembly(
    code: bytes,
    symbols: Mapping[str, tuple[int, int]],
    data: Sequence[tuple[int, int]] = (),
    notes: Mapping[int, str] | None = None,
) -> str:
    """Intel-syntax source of `code`: `symbols` (name -> (offset, size)) are global, `data` are (start, end) offsets.

    `notes` maps an offset to a remark printed before its line. Every symbol must stand where an instruction or a row of
    data starts; one that does not raises ValueError.
    """
    named: dict[int, list[str]] = {}
    for name, (offset, _) in symbols.items():
        named.setdefault(offset, []).append(name)
    lines = disassemble(code, 0, data)
    lost = set(named) - {line.offset for line in lines}
    if lost:
        raise ValueError(f"no instruction starts at symbol {named[min(lost)][0]}")
    judge = EncodingJudge()
    out = [".intel_syntax noprefix", ".text", *(f".globl {name}" for name in symbols)]
    for line in lines:
        out += [f"# {remark}" for remark in (notes or {}).get(line.offset, "").splitlines()]
        out += [f"{name}:" for name in named.get(line.offset, [])]
        if line.label:
            out.append(f"{line.label}:")
        out.append("    " + (line.text if line.text.startswith(".byte") else judge.spelling(line)))
    return "\n".join(out) + "\n"


class EncodingJudge:
    """Tells how to write a line so that LLVM's assembler gives its bytes; where unsure, as `.byte`."""

    def __init__(self) -> None:
        from iced_x86 import Code, CpuidFeature, Encoder

        self._codes = _names(Code)
        self._features = _names(CpuidFeature)
        self._encoder: Encoder = Encoder(64)

    def spelling(self, line: Line) -> str:
        """Source for an instruction that assembles to exactly the line's bytes."""
        from iced_x86 import Decoder, OpKind

        instruction = Decoder(64, line.code, ip=line.offset).decode()
        if instruction.op_count and instruction.op0_kind == OpKind.NEAR_BRANCH64:
            text = self._branch(instruction, line)
        else:
            text = self._plain(instruction, line)
        return text or f"{byte_text(line.code)}  # {line.text}"

    def _plain(self, instruction: Instruction, line: Line) -> str:
        """The text of an instruction that is no branch, if LLVM encodes it so."""
        from iced_x86 import Register

        prefixed = instruction.has_rep_prefix or instruction.has_repne_prefix or instruction.has_lock_prefix
        if prefixed or instruction.segment_prefix != Register.NONE:
            return ""
        self._encoder.encode(instruction, instruction.ip)
        if self._encoder.take_buffer() != line.code or not self._usual_opcode(instruction, line.code):
            return ""
        hint = self._displacement_hint(instruction)
        return "" if hint is None else hint + line.text

    def _branch(self, instruction: Instruction, line: Line) -> str:
        """A branch to a label: LLVM takes the short form where it can, so a long one in reach asks for its size."""
        first, size = line.code[0], len(line.code)
        if not line.text.split()[-1].startswith(".L"):
            return ""
        if (size == 2 and (first == 0xEB or 0x70 <= first < 0x80)) or (size, first) == (5, 0xE8):
            return line.text
        if (size, first) not in ((5, 0xE9), (6, 0x0F)):
            return ""
        distance = abs(instruction.near_branch_target - line.offset)
        return line.text if distance >= CERTAINLY_LONG else "{disp32} " + line.text

    def _displacement_hint(self, instruction: Instruction) -> str | None:
        """What to write before the text so that LLVM takes the operand's form in memory; None where nothing helps."""
        from iced_x86 import OpKind, Register

        if all(instruction.op_kind(k) != OpKind.MEMORY for k in range(instruction.op_count)):
            return ""
        base, index = instruction.memory_base, instruction.memory_index
        if not (base == Register.RIP or Register.RAX <= base <= Register.R15):
            return None
        if index == Register.NONE and instruction.memory_index_scale != 1:
            return None
        value = instruction.memory_displacement
        value -= (value >> 63) << 64
        size = instruction.memory_displ_size
        if base == Register.RIP:
            return ""
        if value == 0 and base not in (Register.RBP, Register.R13):
            shortest = 0
        else:
            shortest = 1 if -128 <= value <= 127 else 8
        if size == shortest:
            return ""
        return "{disp32} " if size == 8 and value else None

    def _usual_opcode(self, instruction: Instruction, code: bytes) -> bool:
        from iced_x86 import OpKind, Register

        name = self._codes[instruction.code]
        kinds = [instruction.op_kind(k) for k in range(instruction.op_count)]
        if _ANY_OPERANDS.fullmatch(name):
            # `add al, 1` and the like have a form of their own
            return not (name.endswith("_RM8_IMM8") and instruction.op0_register == Register.AL)
        if _WITH_MEMORY.fullmatch(name):
            return OpKind.MEMORY in kinds
        if _WITH_LONG_VALUE.fullmatch(name):
            value = instruction.immediate(len(kinds) - 1)
            value -= (value >> 63) << 64 if "64" in name or "RAX" in name else (value >> 31) << 32
            general_for_a = "_RM" in name and len(kinds) == 2 and instruction.op0_register in (Register.EAX, Register.RAX)
            return not -128 <= value <= 127 and not (general_for_a and kinds[0] == OpKind.REGISTER)
        if name.endswith(("_RM32_IMM8", "_RM64_IMM8")) and name.split("_")[0] in ("ROL", "ROR", "SHL", "SHR", "SAR"):
            return bool(instruction.immediate(1) != 1)
        if name == "MOV_R64_IMM64":
            value = instruction.immediate(1)
            return not -(1 << 31) <= value - ((value >> 63) << 64) < 1 << 32
        features = {self._features[feature] for feature in instruction.cpuid_features()}
        if not features <= _VECTOR_FEATURES or _VECTOR_REFUSED.search(name):
            return False
        in_registers = OpKind.MEMORY not in kinds
        # three-byte VEX between registers: LLVM may swap the sources to save a byte
        return not (in_registers and (_VECTOR_STORE.fullmatch(name) or code[0] == 0xC4))


def _names(enum: object) -> dict[int, str]:
    return {value: name for name, value in vars(enum).items() if isinstance(value, int)}

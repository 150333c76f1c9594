"""Bytes to an instruction form and its operands, by iced-x86; each different instruction is decoded once.

Imports `semantics`, and iced-x86 when called.
"""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Final, NamedTuple

from siglum.target.x86_64.semantics.forms import FORMS
from siglum.target.x86_64.semantics.operation import NONE, Constant, Form, General, Operand, Place, Target, Vector
from siglum.target.x86_64.semantics.state import Unsupported

if TYPE_CHECKING:
    from iced_x86 import ConstantOffsets, Instruction, Register_

LONGEST: Final = 15
"""Bytes of the longest instruction."""
_IMMEDIATES: Final = {
    "IMMEDIATE8": 8, "IMMEDIATE16": 16, "IMMEDIATE32": 32, "IMMEDIATE64": 64,
    "IMMEDIATE8TO16": 16, "IMMEDIATE8TO32": 32, "IMMEDIATE8TO64": 64, "IMMEDIATE32TO64": 64,
}  # fmt: skip
"""Immediate operands by their iced-x86 kinds, and the widths they are used at."""
_HIGH_BYTES: Final = ("AH", "CH", "DH", "BH")
_OPERAND_SIZE_PREFIX: Final = 0x66
_PREFIXES: Final = frozenset((0x66, 0x67, 0x2E, 0x36, 0x3E, 0x26, 0x64, 0x65, 0xF0, 0xF2, 0xF3))


class Decoded(NamedTuple):
    """An instruction: its form's name and declaration, its bytes' number, its operands, whether it is VEX-encoded."""

    name: str
    form: Form
    length: int
    operands: tuple[Operand, ...]
    vex: bool


@cache
def _names_of(enumeration: str) -> dict[int, str]:
    """The names of an iced-x86 enumeration's values."""
    import iced_x86

    return {value: name for name, value in vars(getattr(iced_x86, enumeration)).items() if isinstance(value, int)}


@lru_cache(maxsize=1 << 16)
def decode(code: bytes) -> Decoded:
    """The instruction that `code` (at most 15 bytes) starts with. Raises `Unsupported` at offset 0."""
    from iced_x86 import Decoder, EncodingKind

    decoder = Decoder(64, code)
    instruction = decoder.decode()
    if instruction.is_invalid:
        raise Unsupported("bytes that are no instruction", 0)
    name = _names_of("Code")[instruction.code]
    form = FORMS.get(name)
    if form is None:
        raise Unsupported(name, 0)
    _refuse_prefixes(instruction, code, name)
    fields = decoder.get_constant_offsets(instruction)
    operands = tuple(_operand(instruction, k, name, fields) for k in range(instruction.op_count))
    return Decoded(name, form, instruction.len, operands, instruction.encoding == EncodingKind.VEX)


def _refuse_prefixes(instruction: Instruction, code: bytes, name: str) -> None:
    if instruction.has_lock_prefix:
        raise Unsupported(f"lock {name}", 0)
    if instruction.has_rep_prefix or instruction.has_repne_prefix:
        raise Unsupported(f"rep {name}", 0)
    if _names_of("Register")[instruction.segment_prefix] in ("FS", "GS"):
        raise Unsupported(f"{name} in a segment", 0)
    if _branches(instruction, name):
        # Intel ignores an operand-size prefix of a near branch, AMD takes a 16-bit displacement
        if _OPERAND_SIZE_PREFIX in takewhile(_PREFIXES.__contains__, code):
            raise Unsupported(f"{name} with an operand-size prefix", 0)


def _branches(instruction: Instruction, name: str) -> bool:
    return (
        instruction.is_jcc_short_or_near or instruction.is_jmp_short_or_near or instruction.is_call_near
        or instruction.is_jmp_near_indirect or name.startswith("RET")
    )  # fmt: skip


def _operand(instruction: Instruction, k: int, name: str, fields: ConstantOffsets) -> Operand:
    kind = _names_of("OpKind")[instruction.op_kind(k)]
    if kind == "REGISTER":
        return register(instruction.op_register(k), name)
    if kind in _IMMEDIATES:
        width = _IMMEDIATES[kind]
        at = fields.immediate_offset if fields.has_immediate and not fields.has_immediate2 else NONE
        return Constant(instruction.immediate(k) & (1 << width) - 1, width, at)
    if kind == "MEMORY":
        return _place(instruction, name, fields.displacement_offset if fields.has_displacement else NONE)
    if kind == "NEAR_BRANCH64":
        return Target(_signed(instruction.near_branch64))
    raise Unsupported(f"an operand of {name}", 0)


def register(number: Register_, name: str) -> General | Vector:
    """A register operand, by its iced-x86 number."""
    from iced_x86 import RegisterExt

    called = _names_of("Register")[number]
    if called in _HIGH_BYTES:
        return General(_HIGH_BYTES.index(called), 8, 8)
    # among the byte registers, ah to bh are counted before spl
    place, size = RegisterExt.number(RegisterExt.full_register(number)), 8 * RegisterExt.size(number)
    if RegisterExt.is_gpr(number):
        return General(place, size)
    if RegisterExt.is_xmm(number) or RegisterExt.is_ymm(number):
        return Vector(place, size)
    raise Unsupported(f"a register of {name}", 0)


def _signed(value: int) -> int:
    return value - (value >> 63 << 64)


def _place(instruction: Instruction, name: str, field: int) -> Place:
    from iced_x86 import MemorySizeExt, Register, RegisterExt

    base, index = instruction.memory_base, instruction.memory_index
    width = 8 * MemorySizeExt.size(instruction.memory_size)
    displacement = _signed(instruction.memory_displacement)
    if base == Register.RIP:  # decoded at address 0, so this counts from the instruction
        return Place(NONE, NONE, 1, displacement, True, width, field)
    numbers = [NONE if part == Register.NONE else RegisterExt.number(part) for part in (base, index)]
    narrow = any(part != Register.NONE and not RegisterExt.is_gpr64(part) for part in (base, index))
    if narrow or (numbers == [NONE, NONE] and instruction.memory_displ_size != 8):
        raise Unsupported(f"{name} with a 32-bit address", 0)
    return Place(numbers[0], numbers[1], instruction.memory_index_scale, displacement, False, width, field)

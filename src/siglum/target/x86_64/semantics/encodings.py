"""Encodings of each form with many kinds of operands, the same ones every time: for co-simulation and for digests.

Imports `semantics`, and iced-x86 when called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from iced_x86 import Instruction

_WORDS: Final = ("RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI", "R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15")
_LOW_BYTES: Final = ("AL", "CL", "DL", "BL", "SPL", "BPL", "SIL", "DIL")
_HIGH_BYTES: Final = {0: "AH", 1: "CH", 2: "DH", 3: "BH"}
_CHOICES: Final[tuple[tuple[int, ...], ...]] = (
    (3, 6, 9, 2), (0, 2, 1, 3), (10, 13, 15, 8), (7, 7, 7, 7), (1, 1, 12, 0), (5, 14, 5, 14), (12, 3, 3, 1), (0, 0, 0, 0),
    (2, 0, 4, 15), (15, 8, 0, 7), (1, 5, 2, 6),
)  # fmt: skip
"""Register numbers by operand: all different, all the same, the ones with a role of their own."""


class Address(NamedTuple):
    """A memory operand: registers by number (-1 for none), or relative to the instruction."""

    base: int
    scaled: int = -1
    scale: int = 1
    displacement: int = 0
    relative: bool = False


RELATIVE: Final = 0x3000
"""Where relative operands lie, from the instruction's start."""
_ADDRESSES: Final = (
    Address(7), Address(6, 1, 4, 0x40), Address(13, -1, 1, -0x123), Address(12, 9, 8, 0x12345), Address(-1, 2, 2, 0x1000),
    Address(-1, -1, 1, RELATIVE, True), Address(4, -1, 1, 8), Address(5, 15, 1, -1), Address(0, -1, 1, 0x10),
)  # fmt: skip
_BYTE_IMMEDIATES: Final = (
    1, 0, 0xB1, 3, 33, 2, 0xE4, 8, 4, 7, 0x1B, 15, 16, 17, 0x4E, 31, 5, 32, 6, 63, 64, 0xD8, 65, 127, 128, 0x93, 255, 9, 0x72,
    12, 20, 0x39,
)  # fmt: skip
_IMMEDIATES: Final = {
    8: _BYTE_IMMEDIATES,
    16: (1, 0, 0x7FFF, 0x8000, 0xFFFF, 0x1234, 0xFF, 0x80),
    32: (1, 0, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x12345678, 0xFFFF, 0x8000, 0x10001),
    64: (1, 0, (1 << 63) - 1, 1 << 63, (1 << 64) - 1, 0x123456789ABCDEF0, 0xFFFFFFFF, 1 << 31),
}
DISPLACEMENTS: Final = (0x20, 0x31, 0x28, 0x3A)
"""Of branches: to padding behind the slot."""


def encodings(name: str) -> list[bytes]:
    """Encodings of a form by the name of its iced-x86 `Code`, most telling ones first, without repetition."""
    kinds = _operand_kinds(name)
    has_memory = any("MEM" in kind for kind in kinds)
    only_memory = any(kind == "MEM" for kind in kinds)
    immediates = next((values for kind in kinds if (values := _immediates(kind))), (0,))
    total = max(len(immediates), 2 * len(_CHOICES) if has_memory else len(_CHOICES)) if kinds else 1
    found: dict[bytes, None] = {}
    for k in range(total):
        memory = only_memory or (has_memory and k % 2 == 1)
        address = _ADDRESSES[k // (1 if only_memory else 2) % len(_ADDRESSES)] if memory else None
        choice = _CHOICES[k // 2 % len(_CHOICES)] if has_memory else _CHOICES[k % len(_CHOICES)]
        for high in (False, True) if any(kind.startswith("R8") for kind in kinds) and k % 4 < 2 else (False,):
            code = _encoded(name, kinds, choice, address, immediates[k % len(immediates)], high, k)
            if code is not None:
                found[code] = None
    return list(found)


def _operand_kinds(name: str) -> list[str]:
    from iced_x86 import Code, OpCodeInfo, OpCodeOperandKind

    names = {value: kind for kind, value in vars(OpCodeOperandKind).items() if isinstance(value, int)}
    return [names[kind] for kind in OpCodeInfo(getattr(Code, name)).op_kinds()]


def _immediates(kind: str) -> tuple[int, ...]:
    if not kind.startswith("IMM") or kind == "IMM8_CONST_1":
        return ()
    return _IMMEDIATES[int(kind[3:].split("SEX")[0])]


def _encoded(
    name: str, kinds: list[str], choice: tuple[int, ...], address: Address | None, immediate: int, high: bool, k: int
) -> bytes | None:
    """None where the operands cannot stand together."""
    from iced_x86 import Code, Decoder, Encoder, Instruction

    instruction = Instruction()
    instruction.code = getattr(Code, name)
    for number, kind in enumerate(kinds):
        if kind.startswith("BR64"):
            _set_target(instruction, number, DISPLACEMENTS[k % len(DISPLACEMENTS)])
        elif kind.startswith("IMM"):
            _set_immediate(instruction, number, kind, immediate)
        elif "MEM" in kind and address is not None:
            _set_address(instruction, number, address)
        else:
            _set_register(instruction, number, kind, choice[number], high)
    encoder = Encoder(64)
    try:
        encoder.encode(instruction, 0)
    except ValueError:
        return None
    code = encoder.take_buffer()
    again = Decoder(64, code).decode()
    return code if again.code == instruction.code and again.len == len(code) else None


def _set_target(instruction: Instruction, number: int, displacement: int) -> None:
    from iced_x86 import OpKind

    instruction.set_op_kind(number, OpKind.NEAR_BRANCH64)
    instruction.near_branch64 = displacement


def _set_immediate(instruction: Instruction, number: int, kind: str, value: int) -> None:
    from iced_x86 import OpKind

    if kind == "IMM8_CONST_1":
        instruction.set_op_kind(number, OpKind.IMMEDIATE8)
        instruction.set_immediate_u64(number, 1)
        return
    own, _, extended = kind[3:].partition("SEX")
    width = int(own)
    instruction.set_op_kind(number, getattr(OpKind, f"IMMEDIATE{own}TO{extended}" if extended else f"IMMEDIATE{own}"))
    instruction.set_immediate_i64(number, value - (value >> width - 1 << width))


def _set_address(instruction: Instruction, number: int, address: Address) -> None:
    from iced_x86 import OpKind, Register

    instruction.set_op_kind(number, OpKind.MEMORY)
    base, index = (getattr(Register, _WORDS[r]) if r >= 0 else Register.NONE for r in (address.base, address.scaled))
    instruction.memory_base = Register.RIP if address.relative else base
    instruction.memory_index, instruction.memory_index_scale = index, address.scale
    instruction.memory_displacement = address.displacement & (1 << 64) - 1
    small = -128 <= address.displacement < 128
    instruction.memory_displ_size = 8 if address.relative or not small else 1 if address.displacement else 0
    if address.base < 0 and not address.relative:
        instruction.memory_displ_size = 8


def _set_register(instruction: Instruction, number: int, kind: str, choice: int, high: bool) -> None:
    from iced_x86 import OpKind, Register

    instruction.set_op_kind(number, OpKind.REGISTER)
    fixed = kind in ("AL", "AX", "EAX", "RAX", "CL", "DX")
    instruction.set_op_register(number, getattr(Register, kind if fixed else register_name(kind, choice, high)))


def register_name(kind: str, number: int, high: bool) -> str:
    """The name of register `number` as an operand of an iced-x86 kind, such as R32_REG."""
    family = kind.split("_")[0]
    if family in ("XMM", "YMM"):
        return f"{family}{number}"
    if family == "R8":
        return _HIGH_BYTES[number % 4] if high else _LOW_BYTES[number] if number < 8 else f"R{number}L"
    word = _WORDS[number]
    if family == "R64":
        return word
    if number >= 8:
        return word + ("D" if family == "R32" else "W")
    return ("E" if family == "R32" else "") + word[1:]

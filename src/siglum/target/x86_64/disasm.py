"""Listings of x86-64 code: Intel syntax, jump targets as labels.

Imports iced-x86 when called, nothing else of the package. The text is what LLVM's assembler reads in its Intel mode.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from iced_x86 import Formatter, Instruction


class Line(NamedTuple):
    """One instruction, or bytes that are data: `offset` from the start of the code, its bytes, its text.

    `label` is the name of a branch target that stands here, or "".
    """

    offset: int
    code: bytes
    text: str
    label: str = ""


DATA_ROW = 8
"""Bytes of data on one line."""


def disassemble(code: bytes, base: int = 0, data: Sequence[tuple[int, int]] = ()) -> list[Line]:
    """The instructions of `code`, whose first byte has address `base`; lines join to exactly `code`.

    `data` are (start, end) offsets of constants, listed as `.byte`; so is each byte that decodes to nothing. Branches
    inside the code name labels `.L` + offset in hex; other branch targets are addresses.
    """
    formatter = _formatter()
    decoded: list[tuple[int, bytes, Instruction | None]] = []
    at = 0
    for start, end in sorted(data):
        decoded += _decode(code[at:start], at, base)
        decoded += [(row, code[row : min(row + DATA_ROW, end)], None) for row in range(start, end, DATA_ROW)]
        at = end
    decoded += _decode(code[at:], at, base)
    starts = {offset for offset, _, _ in decoded}
    targets = {
        target
        for _, _, instruction in decoded
        if instruction is not None and (target := _target(instruction, base)) is not None and target in starts
    }
    return [
        Line(
            offset,
            raw,
            byte_text(raw) if instruction is None else _text(instruction, base, targets, formatter),
            label_of(offset) if offset in targets else "",
        )
        for offset, raw, instruction in decoded
    ]


def label_of(offset: int) -> str:
    """The label of a branch target."""
    return f".L{offset:x}"


def byte_text(raw: bytes) -> str:
    """Bytes as an assembler directive."""
    return ".byte " + ", ".join(f"0x{byte:02x}" for byte in raw)


def _decode(code: bytes, offset: int, base: int) -> list[tuple[int, bytes, Instruction | None]]:
    from iced_x86 import Decoder

    found: list[tuple[int, bytes, Instruction | None]] = []
    decoder = Decoder(64, code, ip=base + offset)
    while decoder.can_decode:
        start = decoder.position
        instruction = decoder.decode()
        if instruction.is_invalid:
            decoder.position = start + 1
            decoder.ip = base + offset + start + 1
            found.append((offset + start, code[start : start + 1], None))
        else:
            found.append((offset + start, code[start : decoder.position], instruction))
    return found


def _formatter() -> Formatter:
    from iced_x86 import Formatter, FormatterSyntax, MemorySizeOptions

    formatter = Formatter(FormatterSyntax.INTEL)
    formatter.memory_size_options = MemorySizeOptions.ALWAYS
    formatter.space_after_operand_separator = True
    formatter.space_between_memory_add_operators = True
    formatter.hex_prefix, formatter.hex_suffix = "0x", ""
    formatter.uppercase_hex = False
    formatter.rip_relative_addresses = True
    formatter.small_hex_numbers_in_decimal = True
    formatter.branch_leading_zeros = False
    formatter.show_branch_size = False
    return formatter


def _target(instruction: Instruction, base: int) -> int | None:
    """Where a direct branch or call leads, as an offset; None for other instructions."""
    from iced_x86 import OpKind

    if instruction.op_count == 1 and instruction.op0_kind == OpKind.NEAR_BRANCH64:
        return instruction.near_branch_target - base
    return None


def _text(instruction: Instruction, base: int, targets: set[int], formatter: Formatter) -> str:
    target = _target(instruction, base)
    if target is not None and target in targets:
        return f"{formatter.format_mnemonic(instruction)} {label_of(target)}"
    return formatter.format(instruction)

"""A small x86-64 assembler for glue: the few instruction forms that wrappers and entry code need, with labels.

Imports nothing of the package. Encodings: Intel SDM volume 2; the shortest form is taken, so text and bytes agree.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import NamedTuple

RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 = range(16)

CONDITIONS = {
    "o": 0,
    "no": 1,
    "b": 2,
    "ae": 3,
    "e": 4,
    "ne": 5,
    "be": 6,
    "a": 7,
    "s": 8,
    "ns": 9,
    "l": 12,
    "ge": 13,
    "le": 14,
    "g": 15,
}
_ARITHMETIC = {"add": 0, "or": 1, "and": 4, "sub": 5, "xor": 6, "cmp": 7}


class _Branch(NamedTuple):
    """A reference to a label: `short` and `near` opcodes (`short` empty where only the near form exists)."""

    short: bytes
    near: bytes
    label: str


class Assembler:
    """Collects instructions; `finish` resolves the labels. Offsets in memory operands are signed 32-bit bytes."""

    def __init__(self) -> None:
        self._parts: list[bytearray | _Branch | str] = []

    def raw(self, code: bytes) -> None:
        """Append bytes as they stand."""
        if not self._parts or not isinstance(self._parts[-1], bytearray):
            self._parts.append(bytearray())
        tail = self._parts[-1]
        assert isinstance(tail, bytearray)
        tail += code

    def label(self, name: str) -> None:
        """Names the place of the next instruction."""
        self._parts.append(name)

    # Moves --------------------------------------------------------------------------------------------------
    def mov(self, target: int, source: int) -> None:
        """64-bit register to register; nothing when both are one."""
        if target != source:
            self._registers(b"\x89", source, target, wide=True)

    def mov32(self, target: int, source: int) -> None:
        """The low 32 bits, zero-extended."""
        self._registers(b"\x89", source, target, wide=False)

    def mov_value(self, target: int, value: int) -> None:
        """A constant of up to 64 bits, signed or unsigned; flags are kept."""
        if 0 <= value < 1 << 32:
            self.raw((b"\x41" if target > 7 else b"") + bytes([0xB8 | target & 7]) + struct.pack("<I", value))
        elif -(1 << 31) <= value < 0:
            self.raw(bytes([0x48 | target >> 3, 0xC7, 0xC0 | target & 7]) + struct.pack("<i", value))
        else:
            packed = struct.pack("<Q", value & (1 << 64) - 1)
            self.raw(bytes([0x48 | target >> 3, 0xB8 | target & 7]) + packed)

    def mov_short(self, target: int, value: int) -> None:
        """A constant of -128 to 127 in the fewest bytes, over the stack; flags are kept."""
        self.raw(b"\x6a" + struct.pack("<b", value))
        self.pop(target)

    def load(self, target: int, base: int, offset: int = 0, width: int = 8, *, signed: bool = False) -> None:
        """`width` bytes (1, 2, 4, 8) from memory, zero- or sign-extended to 64 bits."""
        if width == 8:
            self._memory(b"\x8b", target, base, offset, wide=True)
        elif width == 4:
            self._memory(b"\x63" if signed else b"\x8b", target, base, offset, wide=signed)
        else:
            opcode = (0xBE if signed else 0xB6) | width >> 1
            self._memory(bytes([0x0F, opcode]), target, base, offset, wide=signed)

    def extend(self, target: int, source: int, width: int, *, signed: bool) -> None:
        """The low `width` bytes of a register, zero- or sign-extended to 64 bits."""
        if width == 8:
            self.mov(target, source)
        elif width == 4:
            if signed:
                self._registers(b"\x63", target, source, wide=True)
            else:
                self.mov32(target, source)
        else:
            opcode = (0xBE if signed else 0xB6) | width >> 1
            self._registers(bytes([0x0F, opcode]), target, source, wide=signed, byte=width == 1)

    def store(self, base: int, offset: int, source: int, width: int = 8) -> None:
        """The low `width` bytes (1, 2, 4, 8) of a register to memory."""
        prefix = b"\x66" if width == 2 else b""
        opcode = b"\x88" if width == 1 else b"\x89"
        self._memory(opcode, source, base, offset, wide=width == 8, prefix=prefix, byte=width == 1)

    def store_value(self, base: int, offset: int, value: int) -> None:
        """A signed 32-bit constant, sign-extended to 8 bytes of memory."""
        self._memory(b"\xc7", 0, base, offset, wide=True)
        self.raw(struct.pack("<i", value))

    def lea(self, target: int, base: int, offset: int) -> None:
        """The address `base + offset`."""
        self._memory(b"\x8d", target, base, offset, wide=True)

    def lea_label(self, target: int, label: str) -> None:
        """The address of a label, relative to the instruction."""
        self._parts.append(_Branch(b"", bytes([0x48 | (target >> 3) << 2, 0x8D, 0x05 | (target & 7) << 3]), label))

    def load_float(self, target: int, base: int, offset: int, width: int = 8) -> None:
        """An f64 (8) or f32 (4) into the low part of an xmm register."""
        self._memory(b"\x0f\x10", target, base, offset, wide=False, prefix=b"\xf2" if width == 8 else b"\xf3")

    def store_float(self, base: int, offset: int, source: int, width: int = 8) -> None:
        """The low f64 (8) or f32 (4) of an xmm register to memory."""
        self._memory(b"\x0f\x11", source, base, offset, wide=False, prefix=b"\xf2" if width == 8 else b"\xf3")

    def widen_float(self, target: int, source: int) -> None:
        """f32 to f64 between xmm registers."""
        self._registers(b"\x0f\x5a", target, source, wide=False, prefix=b"\xf3")

    def narrow_float(self, target: int, source: int) -> None:
        """f64 to f32 between xmm registers, rounded to nearest."""
        self._registers(b"\x0f\x5a", target, source, wide=False, prefix=b"\xf2")

    # Arithmetic ---------------------------------------------------------------------------------------------
    def arithmetic(self, operation: str, target: int, source: int) -> None:
        """`operation` is add, or, and, sub, xor or cmp; 64 bits."""
        self._registers(bytes([_ARITHMETIC[operation] << 3 | 1]), source, target, wide=True)

    def arithmetic_value(self, operation: str, target: int, value: int) -> None:
        """As `arithmetic`, with a signed 32-bit constant."""
        digit = _ARITHMETIC[operation]
        if -128 <= value <= 127:
            self._registers(b"\x83", digit, target, wide=True)
            self.raw(struct.pack("<b", value))
        elif target == RAX:
            self.raw(bytes([0x48, digit << 3 | 5]) + struct.pack("<i", value))
        else:
            self._registers(b"\x81", digit, target, wide=True)
            self.raw(struct.pack("<i", value))

    def compare_memory(self, base: int, offset: int, value: int) -> None:
        """Compare 8 bytes of memory with a signed 8-bit constant."""
        self._memory(b"\x83", 7, base, offset, wide=True)
        self.raw(struct.pack("<b", value))

    def test(self, left: int, right: int) -> None:
        self._registers(b"\x85", right, left, wide=True)

    def test32(self, left: int, right: int) -> None:
        self._registers(b"\x85", right, left, wide=False)

    def clear(self, target: int) -> None:
        """Zero a register; flags change."""
        self._registers(b"\x31", target, target, wide=False)

    def shift(self, operation: str, target: int, count: int) -> None:
        """`operation` is shl, shr or sar by a constant of 2..63."""
        self._registers(b"\xc1", {"shl": 4, "shr": 5, "sar": 7}[operation], target, wide=True)
        self.raw(bytes([count]))

    # Control ------------------------------------------------------------------------------------------------
    def push(self, register: int) -> None:
        self.raw((b"\x41" if register > 7 else b"") + bytes([0x50 | register & 7]))

    def pop(self, register: int) -> None:
        self.raw((b"\x41" if register > 7 else b"") + bytes([0x58 | register & 7]))

    def ret(self) -> None:
        self.raw(b"\xc3")

    def syscall(self) -> None:
        """Linux system call: number in rax; rcx and r11 are lost."""
        self.raw(b"\x0f\x05")

    def jump(self, label: str) -> None:
        self._parts.append(_Branch(b"\xeb", b"\xe9", label))

    def jump_if(self, condition: str, label: str) -> None:
        code = CONDITIONS[condition]
        self._parts.append(_Branch(bytes([0x70 | code]), bytes([0x0F, 0x80 | code]), label))

    def call(self, label: str) -> None:
        self._parts.append(_Branch(b"", b"\xe8", label))

    # Encoding -----------------------------------------------------------------------------------------------
    def _registers(
        self, opcode: bytes, register: int, operand: int, *, wide: bool, prefix: bytes = b"", byte: bool = False
    ) -> None:
        rex = wide << 3 | (register >> 3) << 2 | operand >> 3
        needed = rex or (byte and 4 <= operand <= 7)
        self.raw(prefix + (bytes([0x40 | rex]) if needed else b"") + opcode + bytes([0xC0 | (register & 7) << 3 | operand & 7]))

    def _memory(
        self, opcode: bytes, register: int, base: int, offset: int, *, wide: bool, prefix: bytes = b"", byte: bool = False
    ) -> None:
        rex = wide << 3 | (register >> 3) << 2 | base >> 3
        needed = rex or (byte and 4 <= register <= 7)
        code = prefix + (bytes([0x40 | rex]) if needed else b"") + opcode
        low = (register & 7) << 3 | base & 7
        index = b"\x24" if base & 7 == RSP else b""
        if offset == 0 and base & 7 != RBP:
            self.raw(code + bytes([low]) + index)
        elif -128 <= offset <= 127:
            self.raw(code + bytes([0x40 | low]) + index + struct.pack("<b", offset))
        else:
            self.raw(code + bytes([0x80 | low]) + index + struct.pack("<i", offset))

    def finish(self, start: int = 0, known: Mapping[str, int] | None = None) -> tuple[bytes, dict[str, int]]:
        """The code as placed at offset `start`, and the offsets of its labels; `known` gives labels defined elsewhere.

        Branches take their short form where the target is in reach. Raises KeyError for a label that nobody defined.
        """
        near = {index for index, part in enumerate(self._parts) if isinstance(part, _Branch) and not part.short}
        while True:
            offsets, labels = self._place(start, near)
            labels = {**(known or {}), **labels}
            grown = {
                index
                for index, part in enumerate(self._parts)
                if isinstance(part, _Branch) and index not in near and not -128 <= labels[part.label] - offsets[index] - 2 <= 127
            }
            if not grown:
                break
            near |= grown
        code = bytearray()
        for index, part in enumerate(self._parts):
            if isinstance(part, _Branch):
                if index in near:
                    code += part.near + struct.pack("<i", labels[part.label] - offsets[index] - len(part.near) - 4)
                else:
                    code += part.short + struct.pack("<b", labels[part.label] - offsets[index] - 2)
            elif not isinstance(part, str):
                code += part
        return bytes(code), labels

    def _place(self, start: int, near: set[int]) -> tuple[list[int], dict[str, int]]:
        offsets: list[int] = []
        labels: dict[str, int] = {}
        at = start
        for index, part in enumerate(self._parts):
            offsets.append(at)
            if isinstance(part, str):
                labels[part] = at
            elif isinstance(part, _Branch):
                at += len(part.near) + 4 if index in near else 2
            else:
                at += len(part)
        return offsets, labels

"""Runs one stencil on this CPU: every register of the contract is set before it and read after it."""

from __future__ import annotations

import ctypes
import mmap
import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from siglum.stencil.fresh import TARGETS
from siglum.stencil.table import REACH, Hole, Table, registers_of
from siglum.target.x86_64 import encode as x86

NEXT, TAKEN, STOP = 0, 1, 2
"""How a stencil was left."""
MASK = 2**64 - 1
SLOTS = 64
"""Slots of the frame under test."""
V = (x86.R13, x86.R14, x86.R15, x86.RDI, x86.RSI, x86.R8, x86.R9, x86.R11)
_SCRATCH = (x86.RCX, x86.RDX, x86.R10, x86.RBX, x86.RBP)
_SAVED = (x86.RBX, x86.RBP, x86.R12, x86.R13, x86.R14, x86.R15)
_STATE = struct.Struct("<17Q")
_GARBAGE = 0x5A5A_A5A5_C3C3_3C3D
_DATA_SIZE, _CODE_SIZE = 1 << 20, 1 << 25
_FRAME_AT, _HEAP_AT = 4096, 1 << 16


class Outcome(NamedTuple):
    """How the stencil was left, then the registers and the frame's slots as 64-bit words."""

    exit: int
    v: list[int]
    x: list[int]
    slots: list[int]


def targets() -> list[str]:
    """The targets whose instructions this CPU has."""
    flags = set(Path("/proc/cpuinfo").read_text().partition("flags")[2].partition("\n")[0].split())
    return [target for target in TARGETS if target == "x86-64-v2" or {"bmi1", "bmi2", "abm"} <= flags]


class Cpu:
    """Code memory (written through one mapping, run through another), a frame, and a heap."""

    def __init__(self) -> None:
        descriptor = os.memfd_create("stencils")
        os.truncate(descriptor, _CODE_SIZE)
        self._code = mmap.mmap(descriptor, _CODE_SIZE)
        self._run_view = mmap.mmap(descriptor, _CODE_SIZE, prot=mmap.PROT_READ | mmap.PROT_EXEC)
        os.close(descriptor)
        self.code_at = self._address(self._run_view)
        self._data = mmap.mmap(-1, _DATA_SIZE)
        self.data_at = self._address(self._data)
        self.frame_at, self.heap_at = self.data_at + _FRAME_AT, self.data_at + _HEAP_AT
        code, labels = _trampoline()
        self._stubs = {label: self.code_at + at for label, at in labels.items()}
        self._code[: len(code)] = code
        self._free = len(code)
        self._enter = ctypes.PYFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p)(self._stubs["enter"])
        self.exits = {NEXT: self._stubs["exit0"], TAKEN: self._stubs["exit1"], STOP: self._stubs["exit2"]}

    def _address(self, view: mmap.mmap) -> int:
        # a read-only mapping gives no writable buffer, so its address comes from the C API
        buffer = (ctypes.c_ssize_t * 16)()
        ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(view), buffer, 0)
        return int(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_size_t))[0])

    @property
    def free(self) -> int:
        """Where the next code goes."""
        return self.code_at + self._free

    def place(self, code: bytes) -> int:
        """Puts code at a fresh address."""
        at = self._free
        self._code[at : at + len(code)] = code
        self._free = (at + len(code) + 15) // 16 * 16
        return self.code_at + at

    def link(self, table: Table, family: str, operands: tuple[int, ...], goals: dict[str, int] | None = None) -> int:
        """Places an instance followed by the NEXT exit; `goals` are other targets of `t`, `k`, `c`, `d` holes."""
        stencil = table.stencil(family, registers_of(family, operands))
        at = self.free
        after = at + len(stencil.code)
        cold = after + 5
        where = {"t": self.exits[TAKEN], "k": self.exits[STOP], "o": cold, "n": after, **(goals or {})}
        code = self.filled(stencil.code, at, stencil.holes, operands, where)
        code += b"\xe9" + struct.pack("<i", self.exits[NEXT] - after - 5)
        return self.place(code + self.filled(stencil.cold, cold, stencil.cold_holes, operands, where))

    def filled(self, code: bytes, at: int, holes: Sequence[Hole], operands: tuple[int, ...], where: dict[str, int]) -> bytes:
        """`code`, to be placed at `at`, with its holes filled as the documentation of `Hole` says."""
        out = bytearray(code)
        for hole in holes:
            x = operands[hole.operand] if hole.operand >= 0 else 0
            if hole.kind in "siqz":
                value = (8 * x if hole.kind == "s" else x) + hole.addend
            else:
                value = where[hole.kind] + (x if hole.kind == "d" else 0) - (at + hole.offset) + hole.addend
            if hole.width == 1:
                value %= 64
            else:
                low, high = REACH[hole.width]
                assert low <= value <= high, hole
            assert not any(out[hole.offset : hole.offset + hole.width]), "a hole's field is not clear"
            out[hole.offset : hole.offset + hole.width] = (value % 256**hole.width).to_bytes(hole.width, "little")
        return bytes(out)

    def run(self, at: int, v: Sequence[int], x: Sequence[int], slots: Sequence[int]) -> Outcome:
        """Runs the code at `at` with the given words in registers and slots; slot 0 is the caller's business."""
        _STATE.pack_into(self._data, 0, self.frame_at, *v, *x)
        frame = struct.pack(f"<{SLOTS}Q", *slots)
        self._data[_FRAME_AT : _FRAME_AT + 8 * SLOTS] = frame
        left = self._enter(self.data_at, at)
        found = _STATE.unpack_from(self._data, 0)
        assert found[0] == self.frame_at, "the frame register has changed"
        assert self._data[_FRAME_AT - 512 : _FRAME_AT] == bytes(512), "memory below the frame was written"
        after = struct.unpack_from(f"<{SLOTS}Q", self._data, _FRAME_AT)
        end = _FRAME_AT + 8 * SLOTS
        assert self._data[end : end + 512] == bytes(512), "memory past the frame was written"
        return Outcome(left, list(found[1:9]), list(found[9:17]), list(after))

    def heap(self, offset: int, content: bytes) -> int:
        """Puts bytes into the heap; their address."""
        self._data[_HEAP_AT + offset : _HEAP_AT + offset + len(content)] = content
        return self.heap_at + offset

    def read_heap(self, offset: int, size: int) -> bytes:
        return self._data[_HEAP_AT + offset : _HEAP_AT + offset + size]


def _trampoline() -> tuple[bytes, dict[str, int]]:
    """`enter(state, code)` loads all registers and jumps; `exitK` stores them and returns K."""
    a = x86.Assembler()
    a.label("enter")
    for register in _SAVED:
        a.push(register)
    a.push(x86.RDI)
    a.mov(x86.RAX, x86.RSI)
    a.load(x86.R12, x86.RDI, 0)
    for k in range(8):
        a.load_float(k, x86.RDI, 72 + 8 * k)
        a.load_float(8 + k, x86.RDI, 72 + 8 * (k ^ 5))
    for register in _SCRATCH:
        a.mov_value(register, _GARBAGE)
    for k in (0, 1, 2, 4, 5, 6, 7, 3):
        a.load(V[k], x86.RDI, 8 + 8 * k)
    a.raw(b"\xff\xe0")  # jmp rax
    for k in range(3):
        a.label(f"exit{k}")
        a.mov_value(x86.RAX, k)
        a.jump("store")
    a.label("store")
    a.pop(x86.RCX)
    a.store(x86.RCX, 0, x86.R12)
    for k in range(8):
        a.store(x86.RCX, 8 + 8 * k, V[k])
        a.store_float(x86.RCX, 72 + 8 * k, k)
    for register in reversed(_SAVED):
        a.pop(register)
    a.ret()
    return a.finish()

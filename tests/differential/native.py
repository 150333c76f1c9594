"""A small harness: runs an image's code in this process, marshalling by the frame contract alone."""

from __future__ import annotations

import ctypes
import mmap
import struct
from typing import Any

from siglum.errors import Stop
from siglum.ir.types import WIDTHS, Type, components, element_size, is_scalar
from siglum.records import Image

FRAMES = 1 << 20
ARENA = 1 << 22
_PACK = {"i8": "b", "u8": "B", "i16": "h", "u16": "H", "i32": "i", "u32": "I", "i64": "q", "u64": "Q", "f32": "f", "f64": "d",
         "bool": "B", "char": "I"}  # fmt: skip


class Native:
    """The callable of an image. Calls are `native(args)`; a stop raises `Stop` with the kind and word."""

    def __init__(self, image: Image) -> None:
        self.image = image
        self.memory = mmap.mmap(-1, max(len(image.code), 1), prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        self.memory.write(image.code)
        self.anchor = ctypes.c_char.from_buffer(self.memory)
        self.entry = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p)(ctypes.addressof(self.anchor))
        self.frames = ctypes.create_string_buffer(FRAMES)
        self.arena = ctypes.create_string_buffer(ARENA)
        self.context = (ctypes.c_int64 * 8)()

    def __call__(self, args: tuple[Any, ...], *, fuel: int = 1 << 62, arena: int = ARENA - 32) -> Any:
        kept: list[Any] = []
        words = [w for value, (_, t) in zip(args, self.image.params, strict=True) for w in self._words(value, t, kept)]
        frame = (ctypes.addressof(self.frames) + 15) & -16
        start = (ctypes.addressof(self.arena) + 15) & -16
        largest = max(8 * block.frame_slots for block in self.image.witness.blocks)
        end = frame + FRAMES - 32 - 2 * largest
        self.context[:] = [start, start + arena, fuel, 0, 0, end, 0, 0]
        slots = (ctypes.c_uint64 * (1 + len(words))).from_address(frame)
        for k, word in enumerate(words):
            slots[1 + k] = word & (2**64 - 1)
        if self.entry(ctypes.addressof(self.context), frame):
            site = self.image.witness.stops[self.context[3] - 1]
            origins = self.image.witness.blocks[site.block].function.origins
            raise Stop(site.kind, origins[site.origin].word if site.origin >= 0 else "", None)
        value, _ = self._value(self.image.result, frame + 8)
        return value

    def _words(self, value: Any, t: Type, kept: list[Any]) -> list[int]:
        if is_scalar(t):
            if t.kind in ("f64", "f32"):
                return [struct.unpack("<Q", struct.pack("<d", value))[0]]
            return [ord(value) if t.kind == "char" else int(value)]
        if t.kind == "array":
            content = b"".join(self._element(v, t.element, kept) for v in value)
            buffer = ctypes.create_string_buffer(content, len(content) + 32)
            kept.append(buffer)
            address = ctypes.addressof(buffer)
            aligned = (address + 15) & -16
            ctypes.memmove(aligned, content, len(content))
            return [aligned, len(value)]
        if t.kind == "pair":
            return self._words(value[0], t.args[0], kept) + self._words(value[1], t.args[1], kept)
        if t.kind == "option":
            if value is None:
                return [0] * len(components(t))
            return [1, *self._words(value, t.args[0], kept)]
        keys, values = list(value), list(value.values())
        return self._words(keys, t_array(t.args[0]), kept) + self._words(values, t_array(t.args[1]), kept)

    def _element(self, value: Any, t: Type, kept: list[Any]) -> bytes:
        if is_scalar(t):
            return struct.pack("<" + _PACK[t.kind], ord(value) if t.kind == "char" else value)
        return b"".join(struct.pack("<Q", w & (2**64 - 1)) for w in self._words(value, t, kept))

    def _value(self, t: Type, at: int) -> tuple[Any, int]:
        """The value whose components start at address `at`, and the address past them."""
        if is_scalar(t):
            if t.kind in ("f64", "f32"):
                return ctypes.c_double.from_address(at).value, at + 8
            word = ctypes.c_int64.from_address(at).value
            if t.kind == "u64":
                word &= 2**64 - 1
            return (chr(word) if t.kind == "char" else bool(word) if t.kind == "bool" else word), at + 8
        if t.kind == "array":
            base, length = ctypes.c_int64.from_address(at).value, ctypes.c_int64.from_address(at + 8).value
            size = element_size(t.element)
            if is_scalar(t.element):
                width = WIDTHS[t.element]
                content = ctypes.string_at(base, width * length)
                items: list[Any] = [x[0] for x in struct.iter_unpack("<" + _PACK[t.element.kind], content)]
                if t.element.kind == "char":
                    return "".join(map(chr, items)), at + 16
                return [bool(x) for x in items] if t.element.kind == "bool" else items, at + 16
            return [self._value(t.element, base + size * k)[0] for k in range(length)], at + 16
        if t.kind == "pair":
            left, at = self._value(t.args[0], at)
            right, at = self._value(t.args[1], at)
            return (left, right), at
        if t.kind == "option":
            present = ctypes.c_int64.from_address(at).value
            if not present:
                return None, at + 8 * len(components(t))
            return self._value(t.args[0], at + 8)
        keys, at = self._value(t_array(t.args[0]), at)
        values, at = self._value(t_array(t.args[1]), at)
        return dict(zip(keys, values, strict=True)), at


def t_array(t: Type) -> Type:
    """`[t]`."""
    from siglum.ir.types import Array

    return Array(t)

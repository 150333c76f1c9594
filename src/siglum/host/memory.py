"""Memory for running Images in this process: executable code, and per call a context, frames and an arena.

Imports `errors` alone. No mapping is ever writable and executable; layouts are those of docs/frame.md.
"""

from __future__ import annotations

import ctypes
import functools
import mmap
import os
import struct
import threading

from siglum.errors import EnvironmentFault

CODE_CHUNK = 1 << 20
"""Bytes of executable memory mapped at a time."""
CODE_ALIGNMENT = 64
MAP_NORESERVE = 0x4000
CONTEXT_SIZE = 64
ARENA_LIMIT = 1 << 30
"""Default limit of what one call may take from its arena, in bytes."""
FRAME_LIMIT = 1 << 20
"""Default memory for the frames of one call, in bytes."""
FRAME_SLACK = 1 << 16
"""Least memory behind `frame_end`, in bytes: room for the two largest frames of all but giant images."""
FUEL = 1 << 62
"""Default number of steps a call may take."""
_KEPT = 1 << 16
"""Arena bytes whose pages stay with the process between calls."""
_CONTEXT = struct.Struct("<8Q")


class CodeSpan:
    """Machine code placed at `address`; its memory may be used again once this object is gone."""

    __slots__ = ("_chunk", "address", "size")

    def __init__(self, address: int, size: int, chunk: _Chunk) -> None:
        self.address, self.size, self._chunk = address, size, chunk


class _Chunk:
    """One memfd mapped twice: `writable` to write through, `address` to run from. Unmapped with its last span."""

    def __init__(self, size: int) -> None:
        libc = _libc()
        try:
            descriptor = os.memfd_create("siglum", os.MFD_CLOEXEC)
        except OSError as error:
            raise _refused("memfd_create", error.errno or 0) from error
        try:
            os.ftruncate(descriptor, size)
            self.writable = mmap.mmap(descriptor, size, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
            address = libc.mmap(None, size, mmap.PROT_READ | mmap.PROT_EXEC, mmap.MAP_SHARED, descriptor, 0)
        except OSError as error:
            raise _refused("mmap", error.errno or 0) from error
        finally:
            os.close(descriptor)
        if address == ctypes.c_void_p(-1).value:
            raise _refused("mmap of executable memory", ctypes.get_errno())
        self.address: int = address
        self.size = size
        self._unmap = libc.munmap

    def __del__(self) -> None:
        if hasattr(self, "_unmap"):
            self._unmap(self.address, self.size)


class CodeArena:
    """Places code in executable memory: a bump pointer, spans aligned to 64 bytes, no system call per span."""

    def __init__(self) -> None:
        self._chunk: _Chunk | None = None
        self._next = 0
        self._lock = threading.Lock()

    def place(self, code: bytes) -> CodeSpan:
        """Copies `code` where it can run. Raises EnvironmentFault where the system refuses executable memory."""
        size = len(code)
        with self._lock:
            chunk = self._chunk
            at = self._next
            if chunk is None or at + size > chunk.size:
                chunk = self._chunk = _Chunk(max(CODE_CHUNK, -(-size // mmap.PAGESIZE) * mmap.PAGESIZE))
                at = 0
            self._next = at + size + -size % CODE_ALIGNMENT
        chunk.writable[at : at + size] = code
        return CodeSpan(chunk.address + at, size, chunk)


class CallMemory:
    """What one call needs besides code: context, frames, arena, in one lazily backed mapping.

    `view` addresses it by offset: the context at 0, frames from `frames` on, the arena from `arena` on; `base` is the
    mapping's address. Untouched memory costs nothing. A called block's frame may start up to `frame_limit` bytes after the
    first; `frame_slack` bytes beyond that are the two largest frames of the image.
    """

    def __init__(self, arena_limit: int, frame_limit: int, frame_slack: int) -> None:
        self.frames = CONTEXT_SIZE
        self.arena = -(-(CONTEXT_SIZE + frame_limit + frame_slack) // mmap.PAGESIZE) * mmap.PAGESIZE
        self.size = self.arena + -(-max(arena_limit, 1) // mmap.PAGESIZE) * mmap.PAGESIZE
        try:
            self.view = mmap.mmap(-1, self.size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_NORESERVE)
        except (OSError, OverflowError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "the size is out of range"
            fix = "give it less memory (`--memory` MB, `arena_limit` bytes) or raise the limit on address space"
            raise EnvironmentFault(f"cannot reserve {self.size} bytes for a call: {reason}", fix=fix) from error
        self.base = ctypes.addressof(ctypes.c_char.from_buffer(self.view))
        self._arena_end = self.base + self.arena + arena_limit
        self._frame_end = self.base + CONTEXT_SIZE + frame_limit

    def prepare(self, fuel: int) -> None:
        """Writes the context of a fresh call."""
        _CONTEXT.pack_into(self.view, 0, self.base + self.arena, self._arena_end, fuel, 0, 0, self._frame_end, 0, 0)

    @property
    def stop(self) -> int:
        """The context's `stop` field."""
        return int.from_bytes(self.view[24:32], "little")

    def reset(self) -> None:
        """Gives the pages of a large use back to the system."""
        used = int.from_bytes(self.view[0:8], "little") - self.base - self.arena
        if used > _KEPT:
            length = min(self.size - self.arena, -(-used // mmap.PAGESIZE) * mmap.PAGESIZE)
            self.view.madvise(mmap.MADV_DONTNEED, self.arena, length)


class CallMemoryPool:
    """Call memories of one size, each used by one call at a time; safe to share between threads."""

    def __init__(self, arena_limit: int, frame_limit: int, frame_slack: int) -> None:
        self._limits = arena_limit, frame_limit, frame_slack
        self._free: list[CallMemory] = []

    def take(self) -> CallMemory:
        """A memory nobody else uses."""
        try:
            return self._free.pop()
        except IndexError:
            return CallMemory(*self._limits)

    def give(self, memory: CallMemory) -> None:
        """Hands a memory back after its results were read."""
        memory.reset()
        self._free.append(memory)


@functools.cache
def process_arena() -> CodeArena:
    """The one code arena of this process. A forked child gets another: the mappings are shared with its parent."""
    os.register_at_fork(after_in_child=process_arena.cache_clear)
    return CodeArena()


@functools.cache
def call_memory_pool(
    arena_limit: int = ARENA_LIMIT, frame_limit: int = FRAME_LIMIT, frame_slack: int = FRAME_SLACK
) -> CallMemoryPool:
    """The pool all callables with these limits share; all in bytes."""
    return CallMemoryPool(arena_limit, frame_limit, frame_slack)


@functools.cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
    libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    return libc


def _refused(what: str, number: int) -> EnvironmentFault:
    fix = "build a .so with `siglum build` instead, or allow memfd and executable mappings for this process"
    return EnvironmentFault(f"the system refuses executable memory: {what}: {os.strerror(number)}", fix=fix)

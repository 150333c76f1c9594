"""`Native`: an Image called on Python values.

Imports `records`, `errors` and the memory and marshalling of this folder.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable
from struct import Struct
from typing import Any

from siglum.errors import UserError, echo
from siglum.host.marshal import Keep, component_format, numpy_unpacker, packer, unpacker
from siglum.host.memory import ARENA_LIMIT, FRAME_LIMIT, FRAME_SLACK, FUEL, call_memory_pool, process_arena
from siglum.host.stops import stop_at
from siglum.ir.types import CHAR, Type, is_scalar
from siglum.records import Image

_ENTRY = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_uint64, ctypes.c_uint64)
"""int32_t entry(siglum_ctx *context, int64_t *frame); the interpreter's lock is released while it runs."""
SLOT = 8


@functools.lru_cache(maxsize=256)
def _argument_plan(types: tuple[Type, ...]) -> tuple[tuple[Callable[[Any, Keep], tuple[int, ...]], ...], Struct]:
    count = sum(len(component_format(t)) for t in types)
    return tuple(packer(t) for t in types), Struct(f"<{count}Q")


@functools.lru_cache(maxsize=256)
def _result_plan(t: Type) -> tuple[Struct, Callable[[tuple[Any, ...], int], Any], Any]:
    of_numbers = t.kind == "array" and is_scalar(t.element) and t.element is not CHAR
    return Struct("<" + component_format(t)), unpacker(t), numpy_unpacker(t) if of_numbers else None


class Native:
    """Machine code as a Python function.

    Arguments are Python values of the parameters' types. For `[T]` of scalars a NumPy array or any other buffer of
    exactly that element type is used where it lies, without a copy; lists and text are copied. An array result is a list,
    or a NumPy array where an argument was one. Calls may run in several threads at once; each has its own memory.
    Raises UserError naming the parameter for an argument that does not fit, `Stop` where the program stops, and
    EnvironmentFault where the system refuses memory.

    `arena_limit` (bytes) bounds what a call may allocate, `frame_limit` (bytes) how deep it may nest, `fuel` its steps.
    """

    def __init__(
        self,
        image: Image,
        *,
        arena_limit: int = ARENA_LIMIT,
        frame_limit: int = FRAME_LIMIT,
        fuel: int = FUEL,
    ) -> None:
        self.image = image
        self.__name__ = image.function.name
        self._span = process_arena().place(image.code)
        self._entry = _ENTRY(self._span.address)
        largest = SLOT * max([block.frame_slots for block in image.witness.blocks])
        slack = FRAME_SLACK if 2 * largest <= FRAME_SLACK else 1 << (2 * largest).bit_length()
        self._pool = call_memory_pool(arena_limit, frame_limit, slack)
        self._fuel = fuel
        self._packers, self._arguments = _argument_plan(tuple([t for _, t in image.params]))
        self._results, self._unpack, self._unpack_numpy = _result_plan(image.result)

    def __repr__(self) -> str:
        inside = " ".join(f"{name}:{t}" for name, t in self.image.params)
        return f"<native {self.__name__} {inside} -> {self.image.result}>"

    def __call__(self, *args: Any, **named: Any) -> Any:
        if named or len(args) != len(self._packers):
            args = self._bind(args, named)
        keep: Keep = []
        words: tuple[int, ...] = ()
        for index, pack in enumerate(self._packers):
            try:
                words += pack(args[index], keep)
            except UserError as refusal:
                name, _ = self.image.params[index]
                raise UserError(f"`{name}`: {refusal.message}", refusal.place, refusal.fix, refusal.code) from None
        if self.image.capabilities:
            _flush_output()
        memory = self._pool.take()
        try:
            memory.prepare(self._fuel)
            self._arguments.pack_into(memory.view, memory.frames + SLOT, *words)
            if self._entry(memory.base, memory.base + memory.frames):
                raise stop_at(self.image, memory.stop)
            found = self._results.unpack_from(memory.view, memory.frames + SLOT)
            if self._unpack_numpy is not None and any(type(a).__name__ == "ndarray" for a in args):
                return self._unpack_numpy(found, 0)
            return self._unpack(found, 0)
        finally:
            self._pool.give(memory)

    def _bind(self, args: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
        """The arguments in parameter order."""
        names = [name for name, _ in self.image.params]
        fix = "it takes " + (", ".join(f"{name}: {t}" for name, t in self.image.params) or "no arguments")
        unknown = [name for name in named if name not in names[len(args) :]]
        missing = [name for name in names[len(args) :] if name not in named]
        if len(args) > len(names):
            raise UserError(f"`{self.__name__}` got {len(args)} arguments", fix=fix, code="E-044")
        if unknown:
            raise UserError(f"`{self.__name__}` has no free parameter `{echo(unknown[0])}`", fix=fix, code="E-044")
        if missing:
            raise UserError(f"`{self.__name__}` needs `{missing[0]}`", fix=fix, code="E-044")
        return (*args, *(named[name] for name in names[len(args) :]))


def _flush_output() -> None:
    """Python's buffered output goes out before the program writes past it."""
    import contextlib
    import sys

    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()

"""One x86-64 instruction as p-code: what SLEIGH's specification says it does, with its places named as the state names them.

Imports `errors` and, when called, pypcode (the extra `check`). Nothing here knows terms.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from siglum.errors import EnvironmentFault
from siglum.target.x86_64.semantics.state import FLAGS

if TYPE_CHECKING:
    from pypcode import Context, PcodeOp, Varnode

_LANGUAGE: Final = "x86:LE:64:default"
_FIRST: Final = 0x10_0000
_APART: Final = 0x0123_4567_89AB
"""Every instruction is translated at two addresses this far apart; what differs by it is relative to the instruction. No
byte of it is zero, so that parts of an address differ as well.
"""

_FENCES: Final = ("LOCK", "UNLOCK")
"""What SLEIGH puts around an access that others see as one; who else may access the memory is not modelled."""

_SCRATCH: Final = (("RIP", 8), ("xmmTmp1", 16), ("xmmTmp2", 16))
"""Registers of SLEIGH's own that instructions write before they read them, and their bytes."""


class Place(NamedTuple):
    """What an operation reads or writes, `width` bits of it from bit `low` up.

    `kind` is "const" (`number` is the value), "relative" (the address of the instruction plus `number`), "memory" (at the
    constant address `number`), "memory relative", "register", "vector" (by number), "flag" (number in `FLAGS`), "mxcsr",
    or "unique" and "other": scratch bytes from byte `number` on, which SLEIGH uses inside an instruction.
    """

    kind: str
    number: int
    low: int
    width: int


class Operation(NamedTuple):
    """One p-code operation. `name` is p-code's own, NOTHING, or UNDEFINED (#UD); LOAD and STORE do not carry the space, which is
    memory.
    """

    name: str
    out: Place | None
    inputs: tuple[Place, ...]


class Pcode(NamedTuple):
    """An instruction's meaning. Operations count from 0; a branch to `len(operations)` goes to the next instruction."""

    mnemonic: str
    length: int
    operations: tuple[Operation, ...]


class NoPcode(Exception):
    """SLEIGH has no meaning for an instruction, or one that cannot be placed; the text says why."""


@lru_cache(maxsize=65536)
def translate(raw: bytes) -> Pcode:
    """The p-code of the one instruction `raw`, wherever it stands.

    Raises NoPcode where SLEIGH does not know it, sees another length, or uses an operation that has no meaning; EnvironmentFault
    without pypcode.
    """
    context = _context()
    import pypcode

    try:
        first = context.translate(raw, _FIRST, 0, len(raw), 1).ops
        second = context.translate(raw, _FIRST + _APART, 0, len(raw), 1).ops
        shown = context.disassemble(raw, _FIRST, 0, len(raw), 1).instructions[0]
    except (pypcode.BadDataError, pypcode.UnimplError, pypcode.DecoderError, pypcode.LowlevelError) as error:
        raise NoPcode(f"not decoded: {error}") from error
    if not len(raw) == shown.length == first[0].inputs[0].size:
        raise NoPcode(f"{shown.mnem} has another length")
    if len(first) != len(second):
        raise NoPcode(f"{shown.mnem} depends on its address")
    # operation 0 only marks where the instruction starts
    pairs = zip(first[1:], second[1:], strict=True)
    return Pcode(shown.mnem, len(raw), tuple(_operation(a, b) for a, b in pairs))


@cache
def _context() -> Context:
    try:
        import pypcode
    except ImportError as error:
        raise EnvironmentFault("the second instruction model needs pypcode", fix="pip install 'siglum[check]'") from error
    return pypcode.Context(_LANGUAGE)


@cache
def _registers() -> dict[str, int]:
    """Offsets of SLEIGH's registers."""
    return {name: varnode.offset for name, varnode in _context().registers.items()}


def _operation(a: PcodeOp, b: PcodeOp) -> Operation:
    first: Any = a.opcode
    second: Any = b.opcode
    name: str = first.name
    if name != second.name or len(a.inputs) != len(b.inputs):
        raise NoPcode("it depends on its address")
    if name == "CALLOTHER":
        opaque = a.inputs[0].getUserDefinedOpName()
        if opaque == "invalidInstructionException":
            return Operation("UNDEFINED", None, ())
        if opaque not in _FENCES:
            raise NoPcode(f"opaque: {opaque}")
        return Operation("NOTHING", None, ())
    inputs = list(zip(a.inputs, b.inputs, strict=True))
    if name in ("LOAD", "STORE"):
        space = a.inputs[0].getSpaceFromConst().name
        if space != "ram":
            raise NoPcode(f"memory space {space}")
        del inputs[0]
    out = None if a.output is None else _place(a.output, b.output)
    return Operation(name, out, tuple(_place(x, y) for x, y in inputs))


def _place(a: Varnode, b: Any) -> Place:
    space, width = a.space.name, 8 * a.size
    if space != b.space.name or a.size != b.size:
        raise NoPcode("it depends on its address")
    if space in ("const", "ram"):
        kind, number = _relative(a.offset, b.offset, width if space == "const" else 64)
        return Place(kind if space == "const" else "memory" if kind == "const" else "memory relative", number, 0, width)
    if a.offset != b.offset:
        raise NoPcode("it depends on its address")
    return _register(a.offset, width) if space == "register" else Place(space, a.offset, 0, width)


def _relative(a: int, b: int, width: int) -> tuple[str, int]:
    if width > 64 and a >> 63:
        raise NoPcode("a wide constant whose upper half is not told")
    limit = (1 << min(width, 64)) - 1
    if a & limit == b & limit:
        return "const", a & limit
    if (b - a) & limit != _APART & limit or width > 64:
        raise NoPcode("it depends on its address")
    return "relative", a - _FIRST


def _register(offset: int, width: int) -> Place:
    if offset < 0x40 or 0x80 <= offset < 0xC0:
        bytes_before = offset % 8
        if bytes_before * 8 + width > 64:
            raise NoPcode("a place across registers")
        return Place("register", (offset if offset < 0x40 else offset - 0x40) // 8, 8 * bytes_before, width)
    registers = _registers()
    first = registers["ZMM0"]
    if first <= offset < registers["ZMM15"] + 64:
        number, inside = divmod(offset - first, 64)
        if 8 * inside + width > 512:
            raise NoPcode("a place across registers")
        return Place("vector", number, 8 * inside, width)
    for number, name in enumerate(FLAGS):
        if offset == registers[name.upper()] and width == 8:
            return Place("flag", number, 0, 8)
    if offset == registers["MXCSR"] and width == 32:
        return Place("mxcsr", 0, 0, 32)
    if any(registers[name] <= offset and offset + width // 8 <= registers[name] + size for name, size in _SCRATCH):
        return Place("other", offset, 0, width)
    raise NoPcode("a register that is not modelled")

"""Running code in the sandbox by a convention: Python arguments to calls, outcomes to Python results.

Imports `check.foreign.convention`, `ir.types` and `sandbox`.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from siglum.check.foreign.convention import Argument, Convention
from siglum.ir.types import BOOL, F32, F64, RANGES, WIDTHS, Type
from siglum.sandbox.job import (
    Buffer,
    Call,
    Code,
    Faulted,
    Nondeterministic,
    Outcome,
    Pointer,
    Returned,
    Returns,
    TimedOut,
    Violated,
)
from siglum.sandbox.run import Sandbox

Arguments = Mapping[str, Any]
"""Parameter name to Python value."""
_FORMATS: Final = {F32: "f", F64: "d"}


@dataclass(frozen=True, slots=True)
class Misbehaved:
    """The call did not come back as a function must: `what` says so, `unsafe` that it did what no function may do."""

    what: str
    offset: int | None = None
    unsafe: bool = False

    def __str__(self) -> str:
        return self.what + (f" at offset {self.offset:#x}" if self.offset is not None else "")


@dataclass(frozen=True, slots=True)
class Gave:
    """The call came back: the result as the reference would give it, and what must not have changed but did (or "")."""

    value: Any
    changed: str = ""


Observed = Misbehaved | Gave


def run(sandbox: Sandbox, code: Code, convention: Convention, calls: Sequence[Call], limit_s: float = 0.1) -> list[Observed]:
    """What came of each call."""
    outcomes = sandbox.run(code, calls, limit_s, returns(convention))
    return [observed(convention, call, outcome) for call, outcome in zip(calls, outcomes, strict=True)]


def returns(convention: Convention) -> Returns:
    """What of the result registers counts."""
    if convention.result == "pointer":
        home = [a.name for a in convention.lists].index(convention.home)
        return Returns(rax=8, buffer=home)
    if convention.result_type in _FORMATS:
        return Returns(rax=0, xmm0=WIDTHS[convention.result_type])
    if convention.result_type is not None:
        return Returns(rax=WIDTHS[convention.result_type])
    return Returns(rax=0)


def call_of(convention: Convention, arguments: Arguments, random: Random, words: Sequence[int] | None = None) -> Call:
    """The call with these arguments; bits above a narrow scalar, and buffers that only take the result, are random. `words` are
    the integer argument registers where they matter to the last bit, unused ones included.
    """
    integers: list[int | Pointer] = []
    floats: list[int] = []
    buffers: list[Buffer] = []
    for argument in convention.arguments:
        if argument.kind == "pointer":
            content = _content(argument, arguments, random)
            integers.append(Pointer(len(buffers)))
            buffers.append(Buffer(content, argument.writable, WIDTHS[argument.type]))
        elif argument.kind == "length":
            integers.append(len(arguments[argument.name]))
        elif argument.type in _FORMATS:
            narrow = int.from_bytes(struct.pack("<" + _FORMATS[argument.type], arguments[argument.name]), "little")
            floats.append(narrow if argument.type is F64 else narrow | random.getrandbits(32) << 32)
        else:
            integers.append(_word(argument.type, arguments[argument.name], random))
    if words is not None:
        integers = [i if isinstance(i, Pointer) else words[k] for k, i in enumerate(integers)]
        integers += words[len(integers) :]
    return Call(tuple(integers), tuple(floats), tuple(buffers))


def _word(t: Type, value: Any, random: Random) -> int:
    width = 8 * WIDTHS[t]
    low = int(value) & (1 << width) - 1
    return low | random.getrandbits(64 - width) << width if width < 64 else low


def _content(argument: Argument, arguments: Arguments, random: Random) -> bytes:
    size = WIDTHS[argument.type]
    if not argument.given:
        assert argument.count is not None
        return random.randbytes(size * argument.count)
    values = arguments[argument.name]
    if argument.type in _FORMATS:
        return struct.pack(f"<{len(values)}{_FORMATS[argument.type]}", *values)
    return b"".join((int(v) & (1 << 8 * size) - 1).to_bytes(size, "little") for v in values)


def observed(convention: Convention, call: Call, outcome: Outcome) -> Observed:
    """An outcome in the reference's terms."""
    if isinstance(outcome, Returned):
        return _gave(convention, call, outcome)
    if isinstance(outcome, Faulted):
        return Misbehaved(_FAULTS.get(outcome.kind, outcome.kind), outcome.offset, outcome.kind != "division")
    if isinstance(outcome, Violated):
        return Misbehaved("breaks the calling convention: " + ", ".join(outcome.what), None, True)
    if isinstance(outcome, Nondeterministic):
        return Misbehaved(f"gives different results in two runs ({outcome.what})")
    return Misbehaved("does not come back" if isinstance(outcome, TimedOut) else "was not run")


_FAULTS: Final = {
    "read": "reads memory that is not its own", "write": "writes memory that is not its own",
    "division": "divides by zero, or the quotient does not fit", "wild jump": "jumps to where no code is",
    "protection fault": "causes a protection fault (a misaligned vector access, or a privileged instruction)",
    "system call": "makes a system call",
}  # fmt: skip


def _gave(convention: Convention, call: Call, outcome: Returned) -> Gave:
    changed = ""
    lists: dict[str, Any] = {}
    for k, argument in enumerate(convention.lists):
        after = outcome.buffers[k]
        if argument.writable and argument.name == convention.home and convention.result == "nothing":
            lists[argument.name] = elements(after, argument.type)
        elif argument.writable and argument.given and after != call.buffers[k].content:
            changed = f"`{argument.name}` changed"
    if convention.result == "nothing":
        return Gave(lists[convention.home], changed)
    if convention.result == "pointer":
        size = next(WIDTHS[a.type] for a in convention.lists if a.name == convention.home)
        offset = outcome.rax - 1
        index, rest = divmod(offset, size)
        return Gave(None if outcome.rax == 0 else index if not rest else f"a pointer into the middle of element {index}", changed)
    assert convention.result_type is not None
    return Gave(scalar(outcome.rax, outcome.xmm0, convention.result_type), changed)


def scalar(rax: int, xmm0: int, t: Type) -> Any:
    """A result of type `t` in the registers."""
    if t in _FORMATS:
        return struct.unpack("<" + _FORMATS[t], xmm0.to_bytes(8, "little")[: WIDTHS[t]])[0]
    if t is BOOL:
        return bool(rax) if rax <= 1 else f"{rax}, which is no bool"
    width = 8 * WIDTHS[t]
    value = rax & (1 << width) - 1
    return value - (1 << width) if RANGES[t][0] < 0 and value >> width - 1 else value


def elements(data: bytes, t: Type) -> list[Any]:
    """The elements of a buffer."""
    if t in _FORMATS:
        return list(struct.unpack(f"<{len(data) // WIDTHS[t]}{_FORMATS[t]}", data))
    size = WIDTHS[t]
    return [scalar(int.from_bytes(data[k : k + size], "little"), 0, t) for k in range(0, len(data), size)]


def same(got: Any, expected: Any) -> bool:
    """Whether two results are the same value: floats by their bits, any NaN as any other."""
    if isinstance(got, float) and isinstance(expected, float):
        return (got != got and expected != expected) or struct.pack("<d", got) == struct.pack("<d", expected)
    if isinstance(got, list) and isinstance(expected, (list, tuple)):
        return len(got) == len(expected) and all(map(same, got, expected))
    if isinstance(got, list) and hasattr(expected, "tolist"):
        return same(got, expected.tolist())
    return type(got) is not str and bool(got == expected)

"""What goes into the sandbox and what comes out: code, calls, machine states, and their outcomes.

Imports nothing of the package; whoever uses the sandbox imports it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Code(NamedTuple):
    """Machine code as one image: text, and read-only data that it addresses relative to itself.

    `entry` is the offset of the function; `executable` the (start, end) offsets that hold instructions, by default all.
    `known` are the spans whose bytes are those that will be there, by default all; what lies between may be anything.
    """

    image: bytes
    entry: int = 0
    executable: tuple[int, int] | None = None
    known: tuple[tuple[int, int], ...] | None = None

    @property
    def extent(self) -> tuple[int, int]:
        """Where the instructions are."""
        return self.executable or (0, len(self.image))


class Pointer(NamedTuple):
    """An argument that is the address of buffer number `buffer` of its call, plus `offset` bytes."""

    buffer: int
    offset: int = 0


class Buffer(NamedTuple):
    """Memory a call gets a pointer to. `alignment` (bytes, a power of two up to 64) is all the code may rely on."""

    content: bytes
    writable: bool = False
    alignment: int = 1


class Call(NamedTuple):
    """One System V call: up to 6 integer arguments (64 bits) or pointers, up to 8 f64 given as 64-bit patterns."""

    words: tuple[int | Pointer, ...] = ()
    floats: tuple[int, ...] = ()
    buffers: tuple[Buffer, ...] = ()


class Returns(NamedTuple):
    """How many low bytes of each register are a result; the rest is not compared and reads 0. With `buffer` rax is a pointer
    into that buffer of the call, and reads as its offset plus 1, a null pointer as 0.
    """

    rax: int = 8
    rdx: int = 0
    xmm0: int = 0
    xmm1: int = 0
    buffer: int = -1


class Returned(NamedTuple):
    """The call came back and left everything as it must; `buffers` are the contents afterwards."""

    rax: int
    rdx: int
    xmm0: int
    xmm1: int
    buffers: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Faulted:
    """The call was stopped. `kind` names the cause (a key of `outcomes.KINDS`), `signal` is its number.

    `offset` is where in the image, None outside of it; `address` the memory address of an access, None where there is
    none; `number` that of a system call.
    """

    kind: str
    signal: int
    offset: int | None
    address: int | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Violated:
    """The call came back but broke the calling convention; `what` are names of `layout.WRONGS`."""

    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The call had used at least the time limit of the processor and was stopped."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """The call was not run: others of its batch had used up the time."""


@dataclass(frozen=True, slots=True)
class Nondeterministic:
    """Two runs with other addresses and other junk differ in `what`: "rax", "rdx", "xmm0", "xmm1" or "buffer N"."""

    what: str


Outcome = Returned | Faulted | Violated | TimedOut | Skipped | Nondeterministic


class Memory(NamedTuple):
    """Where the data of machine states is: `size` bytes at `address`, between unmapped pages.

    What shares their first and last page reads as zero and is not restored between states.
    """

    address: int
    size: int


class State(NamedTuple):
    """A machine state: 16 registers in encoding order (rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8..r15), flags, MXCSR.

    Of the flags the six status bits and DF count. `vectors` are ymm0..ymm15, 32 bytes each; the upper halves are ignored,
    and read 0 afterwards, where the processor has no AVX. An rsp of 0 asks for a stack of the sandbox's own, and
    reads afterwards how far it moved. `memory` is as long as the `Memory` of the job.
    """

    general: tuple[int, ...]
    flags: int = 0
    vectors: bytes = bytes(512)
    mxcsr: int = 0x1F80
    memory: bytes = b""


class StateOutcome(NamedTuple):
    """The state after the slot. Where a signal ended it: its number, the kind as in `Faulted`, the state at that moment.

    `kind` is "" and `signal` 0 where the slot ran through; "timed out" and "skipped" as for calls. `offset` counts from
    the slot: behind it 14 bytes lead back, before and after that is int3: a
    branch beyond them shows as a "trap" at where it went.
    """

    kind: str
    signal: int
    offset: int | None
    address: int | None
    state: State


class Range(NamedTuple):
    """`results` of consecutive arguments, up to the one that `stopped` the range, if one did."""

    results: bytes
    stopped: Outcome | None

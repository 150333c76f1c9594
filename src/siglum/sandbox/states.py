"""Machine states as records of the job file, and the records of what became of them.

Imports this folder's layout and types; `run` imports it.
"""

from __future__ import annotations

import signal
import struct
from collections.abc import Sequence
from typing import Final

from siglum.sandbox.job import Memory, State, StateOutcome
from siglum.sandbox.layout import STATE
from siglum.sandbox.outcomes import Where, faulted

FLAGS: Final = 0xCD5
"""The flags a state sets and shows: CF, PF, AF, ZF, SF, OF, DF."""
_ALWAYS_SET: Final = 0x202
_MASK: Final = (1 << 64) - 1
_RECORD: Final = struct.Struct("<16QQII2Q512s")
_RSP, _FLAGS, _MXCSR, _SIGNAL, _RIP, _ADDRESS, _VECTORS = 4, 16, 17, 18, 19, 20, 21
_NOT_RUN: Final = 0xFFFFFFFF
assert _RECORD.size == STATE["T_MEMORY"]


class StateBatch:
    """States for one job. Raises ValueError for those of the wrong shape."""

    def __init__(self, states: Sequence[State], memory: Memory | None) -> None:
        self.states = states
        self.memory = memory
        size = memory.size if memory else 0
        self.stride = _RECORD.size + -(-size // 32) * 32
        for state in states:
            if len(state.general) != 16 or len(state.vectors) != 512 or len(state.memory) != size:
                raise ValueError(f"a state has 16 registers, 512 bytes of vectors and {size} bytes of memory")

    def records(self, first: int, stack: int) -> bytes:
        """The records of the states from number `first` on; `stack` is the rsp of those that ask for a stack."""
        parts: list[bytes] = []
        for state in self.states[first:]:
            words = [word & _MASK for word in state.general]
            words[_RSP] = words[_RSP] or stack
            flags = state.flags & FLAGS | _ALWAYS_SET
            record = _RECORD.pack(*words, flags, state.mxcsr & 0xFFFF, 0, 0, 0, state.vectors)
            parts.append((record + state.memory).ljust(self.stride, b"\0"))
        return b"".join(parts)

    def outcomes(self, out: bytes, first: int, stack: int, where: Where) -> list[StateOutcome]:
        """What became of the states from number `first` on."""
        size = self.memory.size if self.memory else 0
        found: list[StateOutcome] = []
        for at, before in zip(range(0, len(out), self.stride), self.states[first:], strict=True):
            fields = _RECORD.unpack_from(out, at)
            number = fields[_SIGNAL]
            if number == _NOT_RUN:
                found.append(StateOutcome("skipped", 0, None, None, before))
                continue
            memory = out[at + _RECORD.size : at + _RECORD.size + size]
            general = list(fields[:16])
            if not before.general[_RSP]:
                general[_RSP] = (general[_RSP] - stack) & _MASK
            state = State(tuple(general), fields[_FLAGS] & FLAGS, fields[_VECTORS], fields[_MXCSR], memory)
            found.append(_named(number, fields[_RIP], fields[_ADDRESS], state, where))
        return found


def _named(packed: int, rip: int, address: int, state: State, where: Where) -> StateOutcome:
    if not packed:
        return StateOutcome("", 0, None, None, state)
    number, trap, error, code = packed & 255, packed >> 8 & 255, packed >> 16 & 255, packed >> 24
    if number == signal.SIGPROF:
        return StateOutcome("timed out", number, None, None, state)
    found = faulted(number, trap, error, code, rip, address, 0, where)
    return StateOutcome(found.kind, number, found.offset, found.address, state)

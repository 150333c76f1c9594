"""Calls as records of the job file, and the records of their outcomes.

Imports `errors` and this folder's layout, types and address space; `run` imports it.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from siglum.sandbox.job import Buffer, Call, Pointer
from siglum.sandbox.layout import BUFFER, CALL, OUTCOME
from siglum.sandbox.space import READ, WRITE, Space, pages

SLACK: Final = 64
"""Bytes of junk beside a buffer, where there is room."""
RIGHT, LEFT, ODD = 0, 1, 2
"""Where a buffer stands: its end at the unmapped page, its start at one, or aligned to no more than it must be."""
MOST_WORDS, MOST_FLOATS, MOST_BUFFERS = 6, 8, 8
_MASK: Final = (1 << 64) - 1
_CALL = struct.Struct("<6Q8QQQ")
_BUFFER = struct.Struct("<6Q")
_OUTCOME = struct.Struct("<4Q3I20x")
assert _CALL.size == CALL["C_BUFFERS"] and _BUFFER.size == BUFFER["B_BYTES"] and _OUTCOME.size == OUTCOME["F_BYTES"]


class Item(NamedTuple):
    """Call number `number` of the batch, with its buffers placed in one way."""

    number: int
    placement: int


class Slot(NamedTuple):
    """Memory for the buffers of one position: as the candidate sees it, and where the runner writes it."""

    at: int
    written_at: int
    size: int


def checked(calls: Sequence[Call]) -> None:
    """Raises ValueError for calls that cannot be made."""
    for call in calls:
        if len(call.words) > MOST_WORDS or len(call.floats) > MOST_FLOATS or len(call.buffers) > MOST_BUFFERS:
            raise ValueError(f"a call has at most {MOST_WORDS} words, {MOST_FLOATS} floats and {MOST_BUFFERS} buffers")
        for word in call.words:
            if isinstance(word, Pointer) and not 0 <= word.buffer < len(call.buffers):
                raise ValueError(f"there is no buffer {word.buffer}")
        for buffer in call.buffers:
            if buffer.alignment not in (1, 2, 4, 8, 16, 32, 64):
                raise ValueError(f"{buffer.alignment} is no alignment")


def needs_odd(call: Call) -> bool:
    """Whether a buffer is, with its end at the page, better aligned than it says."""
    for buffer in call.buffers:
        stricter = 16 if buffer.alignment < 16 else 2 * buffer.alignment
        start = -len(buffer.content) & -buffer.alignment
        if stricter <= 64 and len(buffer.content) >= 16 and start % stricter == 0:
            return True
    return False


class Batch:
    """A batch of calls in the job file: sizes of its parts, then, for each run, the records."""

    def __init__(self, calls: Sequence[Call]) -> None:
        checked(calls)
        self.calls = calls
        self.sizes: dict[tuple[int, bool], int] = {}
        for call in calls:
            for position, buffer in enumerate(call.buffers):
                key = position, buffer.writable
                size = len(buffer.content) + 2 * SLACK + buffer.alignment
                self.sizes[key] = max(size, self.sizes.get(key, 0))
        self.slots_size = sum(map(pages, self.sizes.values()))

    def in_size(self, items: Sequence[Item]) -> int:
        """Bytes of the records of `items` and of the buffers they take in."""
        if not self.sizes:
            return len(items) * _CALL.size
        return sum(_CALL.size + sum(_BUFFER.size + len(b.content) for b in self.calls[item.number].buffers) for item in items)

    def out_size(self, items: Sequence[Item]) -> int:
        """Bytes of the outcomes of `items` and of the buffers they give back."""
        size = len(items) * _OUTCOME.size
        if self.sizes:
            size += sum(len(b.content) for item in items for b in self.calls[item.number].buffers if b.writable)
        return size

    def place(self, space: Space, offset: int) -> dict[tuple[int, bool], Slot]:
        """Maps the memory of the buffers, which the job file has from `offset` on."""
        slots: dict[tuple[int, bool], Slot] = {}
        for key, size in self.sizes.items():
            size = pages(size)
            written_at = space.shared(offset, size, READ | WRITE)
            at = written_at if key[1] else space.shared(offset, size, READ)
            slots[key] = Slot(at, written_at, size)
            offset += size
        return slots

    def records(
        self,
        items: Sequence[Item],
        slots: dict[tuple[int, bool], Slot],
        in_at: int,
        out_at: int,
        junk: Sequence[int],
    ) -> bytes:
        """The records of `items`, which will be at address `in_at`; unused argument registers get the 14 words of `junk`."""
        if not self.sizes:
            return self._records_without_buffers(items, out_at, junk)
        parts: list[bytes] = []
        contents: list[bytes] = []
        content_at = in_at + sum(_CALL.size + _BUFFER.size * len(self.calls[item.number].buffers) for item in items)
        given_at = out_at + len(items) * _OUTCOME.size
        word_junk, float_junk = tuple(junk[:MOST_WORDS]), tuple(junk[MOST_WORDS:])
        for index, item in enumerate(items):
            call = self.calls[item.number]
            words, buffers = call.words, []
            if call.buffers:
                starts: list[int] = []
                for position, buffer in enumerate(call.buffers):
                    slot = slots[position, buffer.writable]
                    start, before, after = _placed(buffer, slot.size, item.placement)
                    size = len(buffer.content)
                    buffers.append(
                        _BUFFER.pack(slot.written_at + start, content_at, size, given_at * buffer.writable, before, after)
                    )
                    starts.append(slot.at + start)
                    contents.append(buffer.content)
                    content_at += size
                    given_at += size * buffer.writable
                words = tuple(starts[w.buffer] + w.offset if isinstance(w, Pointer) else w for w in words)
            numbers = [w & _MASK for w in words if isinstance(w, int)]
            floats = call.floats
            parts.append(
                _CALL.pack(
                    *numbers,
                    *word_junk[len(numbers) :],
                    *floats,
                    *float_junk[len(floats) :],
                    out_at + index * _OUTCOME.size,
                    len(buffers),
                )
            )
            parts += buffers
        return b"".join(parts + contents)

    def span(self, item: Item, slots: dict[tuple[int, bool], Slot], position: int) -> tuple[int, int]:
        """Where the candidate sees a buffer of an item: its first address and the one past its last."""
        buffer = self.calls[item.number].buffers[position]
        slot = slots[position, buffer.writable]
        start = slot.at + _placed(buffer, slot.size, item.placement)[0]
        return start, start + len(buffer.content)

    def _records_without_buffers(self, items: Sequence[Item], out_at: int, junk: Sequence[int]) -> bytes:
        """The same, several times as fast: what a test of pure functions spends its time on."""
        words: list[Any] = []
        for item in items:
            call = self.calls[item.number]
            words += call.words
            words += junk[len(call.words) : MOST_WORDS]
            words += call.floats
            words += junk[MOST_WORDS + len(call.floats) :]
            words += out_at, 0
            out_at += _OUTCOME.size
        try:
            return array("Q", words).tobytes()
        except OverflowError:
            return array("Q", [word & _MASK for word in words]).tobytes()

    def outcomes(self, items: Sequence[Item], out: bytes) -> list[tuple[tuple[int, ...], tuple[bytes, ...]]]:
        """The fields of each outcome record and the buffers afterwards."""
        count = len(items)
        fields = list(_OUTCOME.iter_unpack(out[: count * _OUTCOME.size]))
        if not self.sizes:
            return [(record, ()) for record in fields]
        at = count * _OUTCOME.size
        found: list[tuple[tuple[int, ...], tuple[bytes, ...]]] = []
        for item, record in zip(items, fields, strict=True):
            after: list[bytes] = []
            for buffer in self.calls[item.number].buffers:
                if buffer.writable:
                    after.append(out[at : at + len(buffer.content)])
                    at += len(buffer.content)
                else:
                    after.append(buffer.content)
            found.append((record, tuple(after)))
        return found


def _placed(buffer: Buffer, slot_size: int, placement: int) -> tuple[int, int, int]:
    """Where in its slot a buffer begins, and the bytes of junk before and after it."""
    size = len(buffer.content)
    if placement == RIGHT:
        start = (slot_size - size) & -buffer.alignment
        return start, SLACK, slot_size - start - size
    if placement == LEFT:
        return 0, 0, SLACK
    return SLACK + buffer.alignment, SLACK, SLACK

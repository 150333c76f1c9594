"""The sandbox as its users see it: runs calls, machine states and ranges of arguments, and names what became of them.

Imports this folder. Expected results never enter the process that runs the code.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from types import TracebackType
from typing import Final

from siglum.sandbox.calls import LEFT, MOST_WORDS, ODD, RIGHT, Batch, Item, needs_odd
from siglum.sandbox.engine import VECTORS_IN_JUNK, Engine, Report, complement, put
from siglum.sandbox.job import (
    Call,
    Code,
    Faulted,
    Memory,
    Outcome,
    Range,
    Returns,
    Skipped,
    State,
    StateOutcome,
    TimedOut,
    Violated,
)
from siglum.sandbox.layout import HEADER, MODES, OUTCOME, RETURNED
from siglum.sandbox.outcomes import agreed, counted_from, masks_of, outcome, wrongs
from siglum.sandbox.space import READ, WRITE, pages
from siglum.sandbox.states import StateBatch

MOST_RESTARTS: Final = 16
"""How often the rest of a batch is run again after a call that killed its process."""
MOST_IN_A_RANGE: Final = 1 << 24
_MASK: Final = (1 << 64) - 1
_RECORD: Final = struct.Struct("<4Q3I20x")


class Sandbox:
    """A context manager around a running runner. Not for several threads at once.

    Raises EnvironmentFault where the kernel lacks what the sandbox needs; the message names it.
    """

    def __init__(self) -> None:
        self._engine = Engine()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends the runner; nothing can be run afterwards."""
        self._engine.server.close()

    @property
    def hangs(self) -> int:
        """How many jobs had to be ended from outside."""
        return self._engine.server.hangs

    @property
    def elapsed(self) -> float:
        """Seconds the processes of the last `run`, `states` or `range` took, as seen from outside of them."""
        return self._engine.elapsed

    def run(
        self,
        code: Code,
        calls: Sequence[Call],
        limit_s: float = 0.1,
        returns: Returns = Returns(),  # noqa: B008 - immutable
    ) -> list[Outcome]:
        """What becomes of each call of `code`, in order; the code is not screened here.

        Every call is made at least twice, with other addresses, other junk in registers, stack and flags, in the opposite
        order and with its buffers placed otherwise; `returns` says which results must agree. A call is stopped once it
        has had the processor for `limit_s` seconds (at most twice that; below 0.02 the kernel's clock is too coarse).
        Raises ValueError for calls that cannot be made.
        """
        batch = Batch(calls)
        if any(returns.buffer >= len(call.buffers) for call in calls):
            raise ValueError(f"there is no buffer {returns.buffer}")
        junk = self._engine.junk()
        first = [Item(k, RIGHT) for k in range(len(calls))]
        second = [Item(k, LEFT) for k in reversed(range(len(calls)))]
        second += [Item(k, ODD) for k, call in enumerate(calls) if needs_odd(call)]
        runs: list[list[Outcome]] = [[] for _ in calls]
        self._engine.elapsed = 0.0
        for side, items, fill in ((0, first, junk), (1, second, complement(junk))):
            for item, found in zip(items, self._calls(code, batch, items, limit_s, returns, fill, side), strict=True):
                runs[item.number].append(found)
        return [agreed(found) for found in runs]

    def _calls(
        self, code: Code, batch: Batch, items: Sequence[Item], limit_s: float, returns: Returns, junk: bytes, side: int
    ) -> list[Outcome]:
        """One run of all items; where a call killed the process, further ones of those after it."""
        found: list[Outcome] = []
        for _ in range(MOST_RESTARTS):
            if len(found) == len(items):
                break
            outcomes, report = self._calls_once(code, batch, items[len(found) :], limit_s, returns, junk, side)
            if report.finished:
                return found + outcomes
            # a process that ended otherwise than at the end of its job is not believed about the call it ended in
            done = next((k for k, one in enumerate(outcomes) if isinstance(one, Skipped)), len(outcomes) - 1)
            found += outcomes[:done]
            if report.hung:
                found.append(TimedOut())
                break
            found.append(Faulted("killed" if report.signal else "forged exit", report.signal or 0, None))
        return found + [Skipped()] * (len(items) - len(found))

    def _calls_once(
        self, code: Code, batch: Batch, items: Sequence[Item], limit_s: float, returns: Returns, junk: bytes, side: int
    ) -> tuple[list[Outcome], Report]:
        engine = self._engine
        in_size, out_size = batch.in_size(items), batch.out_size(items)
        filling = struct.unpack_from("<14Q", junk, VECTORS_IN_JUNK)
        attempt = 0
        while True:
            setting = engine.begin(code.image, code.entry, junk, side)
            space = setting.space
            slots_file = setting.free + pages(in_size)
            out_file = slots_file + batch.slots_size
            engine.server.grow(out_file + pages(out_size))
            file = engine.server.file
            in_at = space.shared(setting.free, in_size, READ)
            slots = batch.place(space, slots_file)
            out_at = space.shared(out_file, out_size, READ | WRITE)
            file[setting.free : setting.free + in_size] = batch.records(items, slots, in_at, out_at, filling)
            file[out_file : out_file + out_size] = bytes(out_size)
            put(setting.header, H_MODE=MODES["M_CALLS"], H_COUNT=len(items), H_RECORD=in_at)
            report = engine.finish(setting, limit_s, attempt)
            if report is not None:
                break
            attempt += 1  # a drawn address was taken; the last attempt gives a report or raises
        records = batch.outcomes(items, file[out_file : out_file + out_size])
        masks = masks_of(returns)
        found = [outcome(record, buffers, masks, setting.where) for record, buffers in records]
        if returns.buffer >= 0:
            spans = [batch.span(item, slots, returns.buffer) for item in items]
            found = [counted_from(one, *span) for one, span in zip(found, spans, strict=True)]
        return found, report

    def states(
        self,
        slot: bytes,
        states: Sequence[State],
        memory: Memory | None = None,
        limit_s: float = 0.1,
        at: int | None = None,
    ) -> list[StateOutcome]:
        """The state after `slot` for each state before it; a signal is the outcome of its state alone.

        `at` is the address of the slot, else one is drawn. Raises ValueError for states of the wrong shape and for
        addresses that cannot be had.
        """
        batch = StateBatch(states, memory)
        found: list[StateOutcome] = []
        self._engine.elapsed = 0.0
        for _ in range(MOST_RESTARTS):
            if len(found) == len(states):
                break
            outcomes, report = self._states_once(slot, batch, len(found), limit_s, at)
            last = len(outcomes) if report.finished else len(outcomes) - 1
            done = next((k for k, one in enumerate(outcomes) if one.kind == "skipped"), last)
            found += outcomes[:done]
            if report.finished:
                break
            kind = "timed out" if report.hung else "killed" if report.signal else "forged exit"
            found.append(StateOutcome(kind, report.signal or 0, None, None, states[len(found)]))
            if report.hung:
                break
        return found + [StateOutcome("skipped", 0, None, None, state) for state in states[len(found) :]]

    def _states_once(
        self, slot: bytes, batch: StateBatch, first: int, limit_s: float, at: int | None
    ) -> tuple[list[StateOutcome], Report]:
        engine = self._engine
        count = len(batch.states) - first
        size = count * batch.stride
        attempt = 0
        while True:
            chosen = engine.random.randrange(1 << 20, 1 << 34) << 12 if at is None else at
            setting = engine.begin(slot, 0, engine.junk(), 0, chosen)
            space = setting.space
            out_file = setting.free + pages(size)
            engine.server.grow(out_file + pages(size))
            file = engine.server.file
            in_at = space.shared(setting.free, size, READ)
            out_at = space.shared(out_file, size, READ | WRITE)
            file[setting.free : setting.free + size] = batch.records(first, setting.stack)
            file[out_file : out_file + size] = b"\xff" * size
            put(setting.header, H_MODE=MODES["M_STATES"], H_COUNT=count, H_RECORD=in_at, H_OUT=out_at)
            put(setting.header, H_STRIDE=batch.stride, H_DATA=0, H_DATA_SIZE=0)
            if batch.memory:
                first_page = batch.memory.address & -4096
                space.far_blank(first_page, batch.memory.address + batch.memory.size - first_page)
                put(setting.header, H_DATA=batch.memory.address, H_DATA_SIZE=batch.memory.size)
            report = engine.finish(setting, limit_s, attempt)
            if report is not None:
                break
            attempt += 1  # a drawn address was taken; the last attempt gives a report or raises
        return batch.outcomes(file[out_file : out_file + size], first, setting.stack, setting.where), report

    def range(self, code: Code, start: int, count: int, rest: Sequence[int] = (), width: int = 8, limit_s: float = 0.1) -> Range:
        """The low `width` bytes (1, 2, 4, 8) of what `code` returns for first arguments start, start + 1, ... (mod 2^64).

        `rest` are up to 5 further arguments, the same in every call. Made for exhaustion: calls are not made twice, and
        the calling convention is checked once, at the end. Raises ValueError for other widths and counts over 2^24.
        """
        if width not in (1, 2, 4, 8) or not 0 < count <= MOST_IN_A_RANGE or len(rest) >= MOST_WORDS:
            raise ValueError(f"a range has 1 to {MOST_IN_A_RANGE} calls, results of 1, 2, 4 or 8 bytes, 5 fixed arguments")
        engine = self._engine
        engine.elapsed = 0.0
        size = count * width
        attempt = 0
        while True:
            setting = engine.begin(code.image, code.entry, engine.junk(), 0)
            engine.server.grow(setting.free + pages(size))
            out_at = setting.space.shared(setting.free, size, READ | WRITE, populate=True)
            put(setting.header, H_MODE=MODES["M_RANGE"], H_COUNT=count, H_OUT=out_at)
            put(setting.header, H_START=start & _MASK, H_WIDTH=width)
            struct.pack_into(f"<{len(rest)}Q", setting.header, HEADER["H_REST"], *(word & _MASK for word in rest))
            report = engine.finish(setting, limit_s, attempt)
            if report is not None:
                break
            attempt += 1  # a drawn address was taken; the last attempt gives a report or raises
        file = engine.server.file
        if report.hung:
            return Range(b"", TimedOut())
        if not report.finished:
            return Range(b"", Faulted("killed" if report.signal else "forged exit", report.signal or 0, None))
        record = _RECORD.unpack(report.outcome)
        results = file[setting.free : setting.free + report.progress * width]
        if record[4] != RETURNED:
            return Range(results, outcome(record, (), (0,) * 4, setting.where))
        return Range(results, Violated(wrongs(record[6])) if record[6] else None)


assert _RECORD.size == OUTCOME["F_BYTES"]

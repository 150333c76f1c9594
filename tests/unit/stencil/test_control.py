"""Entry, exits, calls and system calls: what docs/frame.md says of them."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import struct
import time
from pathlib import Path

import pytest
from tests.unit.stencil.cpu import NEXT, SLOTS, STOP, TAKEN, Cpu, Outcome, targets

from siglum.stencil.families import FAMILIES
from siglum.stencil.table import Table, load, registers_of
from siglum.target.x86_64 import encode as x86

FRAME_SIZE = 64
CONTEXT_AT = 0
MARK = 0x1122334455667788
F_GETPIPE_SZ = 1032


@pytest.fixture(params=targets())
def table(request: pytest.FixtureRequest) -> Table:
    return load(request.param)


def image(cpu: Cpu, table: Table, instances: list[tuple[str, tuple[int, ...]]], goals: dict[str, int] | None = None) -> int:
    """Places instances one behind the other (holes of kinds s, i, q, z, and those in `goals`); the address."""
    at = cpu.free
    code = b""
    for family, operands in instances:
        stencil = table.stencil(family, registers_of(family, operands))
        code += cpu.filled(stencil.code, at + len(code), stencil.holes, operands, goals or {})
    assert cpu.place(code) == at
    return at


def call_from_c(cpu: Cpu, entry: int, context: bytes, slots: list[int]) -> Outcome:
    """Calls `entry(context, frame)` as C would; v4 of the outcome is its result, and r12..r15 must have survived.

    Leaves by TAKEN when rbx or rbp did not.
    """
    frame = cpu.frame_at
    a = x86.Assembler()
    a.mov_value(x86.RDI, cpu.heap(CONTEXT_AT, context))
    a.mov_value(x86.RSI, frame)
    a.mov_value(x86.RAX, entry)
    a.mov_value(x86.RBX, MARK)
    a.mov_value(x86.RBP, MARK)
    a.raw(b"\xff\xd0")  # call rax
    a.extend(x86.RSI, x86.RAX, 4, signed=True)
    a.mov_value(x86.RCX, MARK)
    a.mov_value(x86.RDX, cpu.exits[TAKEN])
    for saved in (x86.RBX, x86.RBP):
        a.arithmetic("cmp", saved, x86.RCX)
        a.jump_if("ne", "lost")
    a.mov_value(x86.RDX, cpu.exits[NEXT])
    a.label("lost")
    a.raw(b"\xff\xe2")  # jmp rdx
    found = cpu.run(cpu.place(a.finish()[0]), [MARK + k for k in range(8)], [0] * 8, slots)
    assert found.exit == NEXT, "rbx or rbp has changed"
    assert found.v[:3] == [MARK, MARK + 1, MARK + 2]
    return found


def make_context(cpu: Cpu, frame_end: int = 1 << 62) -> bytes:
    return struct.pack("<7Q", cpu.heap_at, cpu.heap_at, 5, 0, 0, frame_end, 0)


def stop_field(cpu: Cpu) -> int:
    return int(struct.unpack("<7Q", cpu.read_heap(CONTEXT_AT, 56))[3])


def test_entry_and_leave_are_callable_from_c(cpu: Cpu, table: Table) -> None:
    body = [("const.vi", (k, k)) for k in range(8)]
    entry = image(cpu, table, [("entry", ()), *body, ("const.si", (1, -5)), ("leave", ())])
    found = call_from_c(cpu, entry, make_context(cpu), [7] * SLOTS)
    assert found.v[4] == 0
    assert found.slots == [cpu.heap_at + CONTEXT_AT, 2**64 - 5] + [7] * (SLOTS - 2)
    assert stop_field(cpu) == 0


def test_a_stop_writes_its_site_and_leaves_with_one(cpu: Cpu, table: Table) -> None:
    entry = image(cpu, table, [("entry", ()), ("stop", (41,))])
    found = call_from_c(cpu, entry, make_context(cpu), [7] * SLOTS)
    assert (found.v[4], stop_field(cpu)) == (1, 41)
    assert found.slots[1:] == [7] * (SLOTS - 1)


def test_a_call_moves_the_frame_and_moves_it_back(cpu: Cpu, table: Table) -> None:
    callee = image(cpu, table, [("mov.ss", (2, 0)), ("const.si", (1, 99)), ("ret", ())])
    calls = [("entry", ()), ("call", (0, FRAME_SIZE, 0)), ("const.si", (1, 98)), ("leave", ())]
    entry = image(cpu, table, calls, {"c": callee, "k": cpu.exits[STOP]})
    found = call_from_c(cpu, entry, make_context(cpu, cpu.frame_at + FRAME_SIZE), [7] * SLOTS)
    context = cpu.heap_at + CONTEXT_AT
    expected = [7] * SLOTS
    expected[0:2], expected[8:11] = [context, 98], [context, 99, context]
    assert (found.v[4], found.slots) == (0, expected)


def test_a_call_that_passes_the_end_of_frames_stops_and_touches_nothing(cpu: Cpu, table: Table) -> None:
    stub = image(cpu, table, [("stop", (5,))])
    entry = image(cpu, table, [("entry", ()), ("call", (0, FRAME_SIZE, 0)), ("leave", ())], {"c": stub, "k": stub})
    found = call_from_c(cpu, entry, make_context(cpu, cpu.frame_at + FRAME_SIZE - 1), [7] * SLOTS)
    assert (found.v[4], stop_field(cpu)) == (1, 5)
    assert found.slots[1:] == [7] * (SLOTS - 1)


def test_a_stop_leaves_from_any_depth(cpu: Cpu, table: Table) -> None:
    deepest = image(cpu, table, [("stop", (12,))])
    middle = image(cpu, table, [("call", (0, FRAME_SIZE, 0)), ("ret", ())], {"c": deepest, "k": deepest})
    calls = [("entry", ()), ("call", (0, FRAME_SIZE, 0)), ("leave", ())]
    found = call_from_c(cpu, image(cpu, table, calls, {"c": middle, "k": deepest}), make_context(cpu), [7] * SLOTS)
    assert (found.v[4], stop_field(cpu)) == (1, 12)


# System calls -------------------------------------------------------------------------------------------------
def system_call(cpu: Cpu, table: Table, family: str, array: bytes, v0: int = 0, v1: int = 0) -> int:
    """Runs a system call on an array at slot 5; all registers but v0 must survive. The result, signed."""
    slots = [7] * SLOTS
    slots[5:7] = [cpu.heap(0, array), len(array)]
    v = [v0 % 2**64, v1 % 2**64, *(MARK + k for k in range(6))]
    x = [MARK * 3 + k for k in range(8)]
    operands = (5,) if FAMILIES[family].kinds else ()
    found = cpu.run(cpu.link(table, family, operands), v, x, slots)
    assert found.exit == NEXT
    assert (found.v[1:], found.x, found.slots) == (v[1:], x, slots)
    return found.v[0] - 2**64 if found.v[0] >> 63 else found.v[0]


def test_write_then_read_through_a_pipe(cpu: Cpu, table: Table) -> None:
    source, sink = os.pipe()
    try:
        assert system_call(cpu, table, "write", b"stencils", sink) == 0
        assert system_call(cpu, table, "read", b"........", source, 3) == 3
        assert cpu.read_heap(0, 8) == b"ste....."
    finally:
        os.close(source)
        os.close(sink)


def test_write_says_how_many_bytes_are_left(cpu: Cpu, table: Table) -> None:
    source, sink = os.pipe()
    os.set_blocking(sink, False)
    try:
        os.write(sink, b"#" * (fcntl.fcntl(sink, F_GETPIPE_SZ) - 4096))
        assert system_call(cpu, table, "write", b"x" * 4000, sink) == 0
        assert system_call(cpu, table, "write", b"y" * 4000, sink) == 4000
        assert system_call(cpu, table, "write", b"x", 99999) == 1
        assert system_call(cpu, table, "write", b"", 99999) == 0
    finally:
        os.close(source)
        os.close(sink)


def test_write_goes_on_where_the_kernel_takes_less(cpu: Cpu, table: Table, tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with (tmp_path / "limited").open("wb") as file:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
            assert system_call(cpu, table, "write", b"x" * 1500, file.fileno()) == 500
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, previous)


@pytest.mark.parametrize("most", [5, 2**40, -1])
def test_read_never_passes_the_end_of_its_array(cpu: Cpu, table: Table, most: int) -> None:
    source, sink = os.pipe()
    try:
        os.write(sink, b"0123456789")
        cpu.heap(0, b"##########")
        assert system_call(cpu, table, "read", b"....", source, most) == 4
        assert cpu.read_heap(0, 10) == b"0123######"
    finally:
        os.close(source)
        os.close(sink)


def test_open_and_close_a_file(cpu: Cpu, table: Table, tmp_path: Path) -> None:
    path = tmp_path / "made"
    descriptor = system_call(cpu, table, "open", os.fsencode(path) + b"\0", os.O_CREAT | os.O_WRONLY)
    assert descriptor > 2
    os.write(descriptor, b"x")
    assert system_call(cpu, table, "close", b"", descriptor) == 0
    assert path.read_bytes() == b"x"
    assert path.stat().st_mode & 0o777 == 0o644 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_failed_call_gives_the_negative_error(cpu: Cpu, table: Table) -> None:
    assert system_call(cpu, table, "open", b"/no/such/file\0") == -2
    assert system_call(cpu, table, "close", b"", 99999) == -9


def test_the_clock_is_the_monotonic_one(cpu: Cpu, table: Table) -> None:
    before = time.monotonic_ns()
    found = system_call(cpu, table, "clock", b"")
    assert before <= found <= time.monotonic_ns()

"""Machine states: everything loaded, one slot run, everything stored; a signal is the outcome of its state alone."""

from __future__ import annotations

import random

import pytest

from siglum.sandbox.job import Memory, State
from siglum.sandbox.run import Sandbox
from siglum.target.x86_64.cpu import cpu_features

RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI = range(8)
CF, PF, AF, ZF, SF, DF, OF = 0x001, 0x004, 0x010, 0x040, 0x080, 0x400, 0x800
ALL = CF | PF | AF | ZF | SF | DF | OF
MASK = (1 << 64) - 1
DATA = Memory(0x12345678F00, 0x80)
VECTORS = bytes(k * 37 & 255 for k in range(512))


def state(flags: int = 0, memory: bytes = b"", mxcsr: int = 0x1F80, **registers: int) -> State:
    names = ("rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", *(f"r{k}" for k in range(8, 16)))
    general = [registers.get(name, 0 if name == "rsp" else 0x0123456789ABCDEF * (k + 1) & MASK) for k, name in enumerate(names)]
    return State(tuple(general), flags, VECTORS, mxcsr, memory)


def test_an_empty_slot_changes_nothing(sandbox: Sandbox) -> None:
    draw = random.Random(1)
    before = [
        State(
            tuple(0 if k == RSP else draw.getrandbits(64) for k in range(16)),
            draw.getrandbits(12) & ALL,
            draw.randbytes(512) if "avx" in cpu_features() else b"".join(draw.randbytes(16) + bytes(16) for _ in range(16)),
            0x1F80 | draw.getrandbits(6),
            draw.randbytes(DATA.size),
        )
        for _ in range(1500)
    ]
    after = sandbox.states(bytes.fromhex("90"), before, DATA)
    assert [(found.kind, found.state) for found in after] == [("", given) for given in before]


def test_flags_are_loaded_and_stored(sandbox: Sandbox) -> None:
    # adc rax,rcx
    cases = [(MASK, 0, CF), (1, 1, 0), (0x7FFFFFFFFFFFFFFF, 0, CF), (0x8000000000000000, 0x8000000000000000, 0)]
    found = sandbox.states(bytes.fromhex("4811c8"), [state(flags, rax=a, rcx=b) for a, b, flags in cases])
    assert [(one.state.general[RAX], one.state.flags) for one in found] == [
        (0, CF | PF | AF | ZF),
        (2, 0),
        (0x8000000000000000, PF | AF | SF | OF),
        (0, CF | PF | ZF | OF),
    ]


def test_a_signal_is_the_outcome_of_its_state(sandbox: Sandbox) -> None:
    divisors = [3, 0, 5, 0, 1]
    found = sandbox.states(bytes.fromhex("48f7f1"), [state(ALL, rax=30, rdx=0, rcx=d) for d in divisors])  # div rcx
    assert [(one.kind, one.signal, one.offset) for one in found] == [
        ("division", 8, 0) if d == 0 else ("", 0, None) for d in divisors
    ]
    assert [one.state.general[RAX] for one in found] == [30 if d == 0 else 30 // d for d in divisors]
    stopped = found[1].state
    assert stopped.flags == ALL and stopped.vectors[:16] == VECTORS[:16] and stopped.general[2:4] == (0, state().general[RBX])
    if "avx" in cpu_features():
        assert stopped.vectors == VECTORS


def test_memory_is_given_per_state_and_stored_back(sandbox: Sandbox) -> None:
    contents = [bytes((k + j) & 255 for j in range(DATA.size)) for k in range(20)]
    before = [state(memory=content, rdi=DATA.address + 8, rax=1 << k) for k, content in enumerate(contents)]
    for one, content, given in zip(sandbox.states(bytes.fromhex("480107"), before, DATA), contents, before, strict=True):
        total = int.from_bytes(content[8:16], "little") + given.general[RAX] & MASK  # add [rdi],rax
        assert one.state.memory == content[:8] + total.to_bytes(8, "little") + content[16:]


@pytest.mark.parametrize(
    ("offset", "kind"), [(DATA.size - 8, ""), (DATA.size, "read"), (DATA.size - 4, "read"), (-0xF88, "read")]
)
def test_memory_stands_between_unmapped_pages(sandbox: Sandbox, offset: int, kind: str) -> None:
    at = Memory(0x5000000F80, 0x80)
    (found,) = sandbox.states(bytes.fromhex("488b07"), [state(memory=bytes(0x80), rdi=at.address + offset)], at)
    faults_at = at.address + offset if offset < 0 else -(-(at.address + at.size) // 4096) * 4096
    assert (found.kind, found.address and found.address >> 3) == (kind, faults_at >> 3 if kind else None)


def test_the_stack_of_the_sandbox_shows_how_far_rsp_moved(sandbox: Sandbox) -> None:
    (found,) = sandbox.states(bytes.fromhex("50"), [state()])  # push rax
    assert found.kind == "" and found.state.general[RSP] == MASK - 7


def test_a_given_stack_is_memory_like_other(sandbox: Sandbox) -> None:
    before = state(memory=bytes(DATA.size), rsp=DATA.address + 0x40, rax=0x1122334455667788)
    (found,) = sandbox.states(bytes.fromhex("50"), [before], DATA)
    assert found.state.general[RSP] == DATA.address + 0x38
    assert found.state.memory == bytes(0x38) + bytes.fromhex("8877665544332211") + bytes(0x40)


def test_mxcsr_decides_rounding_and_shows_what_happened(sandbox: Sandbox) -> None:
    one, three = 0x3FF0000000000000, 0x4008000000000000
    vectors = one.to_bytes(8, "little") + bytes(24) + three.to_bytes(8, "little") + bytes(472)
    down, up = (state(mxcsr=0x1F80 | mode << 13)._replace(vectors=vectors) for mode in (1, 2))
    found = sandbox.states(bytes.fromhex("f20f5ec1"), [down, up])  # divsd xmm0,xmm1
    low, high = (int.from_bytes(f.state.vectors[:8], "little") for f in found)
    assert high == low + 1 and [f.state.mxcsr & 0x3F for f in found] == [0x20, 0x20]
    unmasked = sandbox.states(bytes.fromhex("f20f5ec1"), [down._replace(mxcsr=0x0F80)])
    assert unmasked[0].kind == "float exception"


def test_the_slot_may_have_a_given_address(sandbox: Sandbox) -> None:
    (found,) = sandbox.states(bytes.fromhex("488d0510000000"), [state()], at=0x400123)  # lea rax,[rip+16]
    assert found.state.general[RAX] == 0x400123 + 7 + 16


def test_a_branch_out_of_the_slot_shows_where_it_went(sandbox: Sandbox) -> None:
    found = sandbox.states(bytes.fromhex("7420"), [state(ZF), state(0)])  # jz .+34
    assert [(one.kind, one.offset) for one in found] == [("trap", 34), ("", None)]


def test_a_state_that_does_not_end_times_out_alone(sandbox: Sandbox) -> None:
    found = sandbox.states(bytes.fromhex("74fe"), [state(ZF if k == 2 else 0) for k in range(5)], limit_s=0.02)  # 1: jz 1b
    assert [one.kind for one in found] == ["", "", "timed out", "", ""]


def test_states_that_do_not_end_leave_the_rest_out(sandbox: Sandbox) -> None:
    found = sandbox.states(bytes.fromhex("ebfe"), [state() for _ in range(5)], limit_s=0.02)
    assert [one.kind for one in found] == ["timed out"] * 3 + ["skipped"] * 2


def test_a_system_call_of_a_state_is_a_signal(sandbox: Sandbox) -> None:
    (found,) = sandbox.states(bytes.fromhex("0f05"), [state(rax=57)])
    assert (found.kind, found.signal, found.offset) == ("system call", 31, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        State((0,) * 15),
        State((0,) * 16, 0, bytes(511)),
        State((0,) * 16, 0, bytes(512), 0x1F80, b"x"),
    ],
)
def test_states_of_another_shape_are_refused(sandbox: Sandbox, wrong: State) -> None:
    with pytest.raises(ValueError):
        sandbox.states(b"\x90", [wrong])


def test_an_address_that_cannot_be_had_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="cannot be had"):
        sandbox.states(b"\x90", [state(memory=bytes(8))], Memory(0x1000, 8), at=0x1000)


def test_no_states_have_no_outcomes(sandbox: Sandbox) -> None:
    assert sandbox.states(b"\x90", []) == []

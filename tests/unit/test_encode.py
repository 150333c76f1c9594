"""The glue assembler: each form reads back, in an independent decoder, as the instruction it stands for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siglum.target.x86_64.disasm import disassemble
from siglum.target.x86_64.encode import R8, R12, R13, RAX, RBP, RDI, RSP, Assembler

NAMES = {
    8: ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"],
    4: ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "r8d", "r9d", "r10d", "r11d", "r12d", "r13d", "r14d", "r15d"],
    2: ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di", "r8w", "r9w", "r10w", "r11w", "r12w", "r13w", "r14w", "r15w"],
    1: ["al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil", "r8b", "r9b", "r10b", "r11b", "r12b", "r13b", "r14b", "r15b"],
}
SIZES = {8: "qword", 4: "dword", 2: "word", 1: "byte"}
REGISTERS = st.integers(0, 15)
OFFSETS = st.sampled_from([0, 8, 127, 128, -128, -129, 4096, -(2**31), 2**31 - 1])
WIDTHS = st.sampled_from([1, 2, 4, 8])


def text(build: Callable[[Assembler], None]) -> str:
    code = Assembler()
    build(code)
    lines = disassemble(code.finish()[0])
    assert len(lines) == 1
    return lines[0].text


def memory(base: int, offset: int) -> str:
    sign = "+" if offset > 0 else "-"
    size = abs(offset)
    shown = f" {sign} {size if size < 10 else hex(size)}" if offset else ""
    return f"ptr [{NAMES[8][base]}{shown}]"


@given(REGISTERS, REGISTERS, OFFSETS)
def test_moves_between_registers_and_memory(register: int, base: int, offset: int) -> None:
    at = memory(base, offset)
    assert text(lambda a: a.load(register, base, offset)) == f"mov {NAMES[8][register]}, qword {at}"
    assert text(lambda a: a.load(register, base, offset, 4)) == f"mov {NAMES[4][register]}, dword {at}"
    assert text(lambda a: a.load(register, base, offset, 4, signed=True)) == f"movsxd {NAMES[8][register]}, dword {at}"
    assert text(lambda a: a.load(register, base, offset, 1)) == f"movzx {NAMES[4][register]}, byte {at}"
    assert text(lambda a: a.load(register, base, offset, 2, signed=True)) == f"movsx {NAMES[8][register]}, word {at}"
    assert text(lambda a: a.load_float(register, base, offset)) == f"movsd xmm{register}, qword {at}"
    assert text(lambda a: a.store_float(base, offset, register, 4)) == f"movss dword {at}, xmm{register}"
    assert text(lambda a: a.store_value(base, offset, -5)) == f"mov qword {at}, 0xfffffffffffffffb"
    assert text(lambda a: a.compare_memory(base, offset, 3)) == f"cmp qword {at}, 3"
    if offset:
        assert text(lambda a: a.lea(register, base, offset)) == f"lea {NAMES[8][register]}, {at[4:]}"


@given(REGISTERS, REGISTERS, OFFSETS, WIDTHS)
def test_stores_of_every_width(register: int, base: int, offset: int, width: int) -> None:
    shown = text(lambda a: a.store(base, offset, register, width))
    assert shown == f"mov {SIZES[width]} {memory(base, offset)}, {NAMES[width][register]}"


@given(REGISTERS, REGISTERS, WIDTHS, st.booleans())
def test_extensions(target: int, source: int, width: int, signed: bool) -> None:
    if width == 8:
        return
    shown = text(lambda a: a.extend(target, source, width, signed=signed))
    if width == 4:
        expected = f"movsxd {NAMES[8][target]}, " if signed else f"mov {NAMES[4][target]}, "
    else:
        expected = f"movsx {NAMES[8][target]}, " if signed else f"movzx {NAMES[4][target]}, "
    assert shown == expected + NAMES[width][source]


@given(REGISTERS, REGISTERS, st.sampled_from(["add", "or", "and", "sub", "xor", "cmp"]))
def test_arithmetic(target: int, source: int, operation: str) -> None:
    assert text(lambda a: a.arithmetic(operation, target, source)) == f"{operation} {NAMES[8][target]}, {NAMES[8][source]}"
    assert text(lambda a: a.arithmetic_value(operation, target, 7)) == f"{operation} {NAMES[8][target]}, 7"
    assert text(lambda a: a.arithmetic_value(operation, target, 4096)) == f"{operation} {NAMES[8][target]}, 0x1000"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "mov eax, 0"),
        (2**32 - 1, "mov eax, 0xffffffff"),
        (-1, "mov rax, 0xffffffffffffffff"),
        (-(2**31), "mov rax, 0xffffffff80000000"),
        (2**32, "mov rax, 0x100000000"),
        (-(2**63), "mov rax, 0x8000000000000000"),
        (2**64 - 1, "mov rax, 0xffffffffffffffff"),
    ],
)
def test_constants_of_every_size(value: int, expected: str) -> None:
    assert text(lambda a: a.mov_value(RAX, value)) == expected


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda a: a.mov(R12, RSP), "mov r12, rsp"),
        (lambda a: a.mov32(R8, RBP), "mov r8d, ebp"),
        (lambda a: a.test(RDI, RDI), "test rdi, rdi"),
        (lambda a: a.test32(RAX, RAX), "test eax, eax"),
        (lambda a: a.clear(R13), "xor r13d, r13d"),
        (lambda a: a.shift("shl", R12, 3), "shl r12, 3"),
        (lambda a: a.shift("sar", RAX, 63), "sar rax, 0x3f"),
        (lambda a: a.push(R12), "push r12"),
        (lambda a: a.pop(RBP), "pop rbp"),
        (lambda a: a.widen_float(9, 1), "cvtss2sd xmm9, xmm1"),
        (lambda a: a.narrow_float(1, 9), "cvtsd2ss xmm1, xmm9"),
        (lambda a: a.ret(), "ret"),
        (lambda a: a.syscall(), "syscall"),
    ],
)
def test_other_forms(build: Callable[[Assembler], None], expected: str) -> None:
    assert text(build) == expected


def test_a_move_to_itself_takes_no_bytes() -> None:
    code = Assembler()
    code.mov(RAX, RAX)
    assert code.finish() == (b"", {})


@given(st.lists(st.tuples(st.sampled_from(["jump", "je", "call", "lea"]), st.integers(0, 11), st.integers(0, 90)), max_size=12))
def test_branches_lead_to_their_labels_and_are_as_short_as_they_can(plan: list[tuple[str, int, int]]) -> None:
    code = Assembler()
    for index, (kind, target, gap) in enumerate(plan):
        code.label(f"l{index}")
        target %= len(plan)
        if kind == "jump":
            code.jump(f"l{target}")
        elif kind == "je":
            code.jump_if("e", f"l{target}")
        elif kind == "call":
            code.call(f"l{target}")
        else:
            code.lea_label(RAX, f"l{target}")
        code.raw(b"\x90" * gap)
    raw, labels = code.finish(1000)
    lines = {line.offset: line for line in disassemble(raw, 1000)}
    for index, (kind, target, _) in enumerate(plan):
        line = lines[labels[f"l{index}"] - 1000]
        goal = labels[f"l{target % len(plan)}"]
        if kind == "lea":
            continue
        assert line.text.endswith(f".L{goal - 1000:x}")
        distance = goal - labels[f"l{index}"] - 2
        if kind in ("jump", "je"):
            assert (len(line.code) == 2) == (-128 <= distance <= 127) or 0 < distance <= 131


def test_an_undefined_label_is_an_error() -> None:
    code = Assembler()
    code.jump("nowhere")
    with pytest.raises(KeyError):
        code.finish()


def test_labels_defined_elsewhere_are_reached() -> None:
    code = Assembler()
    code.call("entry")
    assert code.finish(0x40, {"entry": 0})[0] == b"\xe8\xbb\xff\xff\xff"

"""Calls in the sandbox: arguments and results, buffers and their placement, batches with bad calls in them."""

from __future__ import annotations

import pytest

from siglum.sandbox.job import (
    Buffer,
    Call,
    Code,
    Faulted,
    Nondeterministic,
    Pointer,
    Returned,
    Returns,
    Skipped,
    TimedOut,
    Violated,
)
from siglum.sandbox.run import Sandbox

SUM = Code(bytes.fromhex("488d0437c3"))  # lea rax,[rdi+rsi]; ret
DIVIDE = Code(bytes.fromhex("4889f831d248f7f6c3"))  # mov rax,rdi; xor edx,edx; div rsi; ret
LOOP_ON_ZERO = Code(bytes.fromhex("4885ff74fe4889f8c3"))  # test rdi,rdi; 1: jz 1b; mov rax,rdi; ret
ALIGNED_LOAD = Code(bytes.fromhex("660f6f0731c0c3"))  # movdqa xmm0,[rdi]; xor eax,eax; ret
SHORT = 0.02


def double(value: float) -> int:
    import struct

    return int(struct.unpack("<Q", struct.pack("<d", value))[0])


def test_the_six_words_arrive_in_order(sandbox: Sandbox) -> None:
    # rax = rdi + 2 rsi + 4 rdx + 8 rcx + 16 r8 + 32 r9, by Horner
    code = bytes.fromhex("4c89c84801c04c01c04801c04801c84801c04801d04801c04801f04801c04801f8c3")
    words = (3, 5, 7, 11, 13, 17)
    (outcome,) = sandbox.run(Code(code), [Call(words)])
    assert outcome == Returned(sum(word << k for k, word in enumerate(words)), 0, 0, 0, ())


@pytest.mark.parametrize("number", range(8))
def test_the_eight_floats_arrive_in_order(sandbox: Sandbox, number: int) -> None:
    code = bytes((0x66, 0x48, 0x0F, 0x7E, 0xC0 | number << 3, 0xC3))  # movq rax, xmmN; ret
    floats = tuple(double(1.5 * k) for k in range(8))
    assert sandbox.run(Code(code), [Call((), floats)]) == [Returned(floats[number], 0, 0, 0, ())]


def test_words_are_taken_modulo_2_to_the_64(sandbox: Sandbox) -> None:
    calls = [Call((-3, 5)), Call((1 << 64, 7)), Call((-1, -1), (), (Buffer(b"x"),))]
    results = [outcome.rax for outcome in sandbox.run(SUM, calls) if isinstance(outcome, Returned)]
    assert results == [2, 7, (1 << 64) - 2]
    results = [outcome.rax for outcome in sandbox.run(SUM, calls[:2]) if isinstance(outcome, Returned)]
    assert results == [2, 7]


def test_all_four_result_registers_are_read(sandbox: Sandbox) -> None:
    # mov rax,rdi; mov rdx,rsi; movq xmm0,rdx; movq xmm1,rax; ret
    code = Code(bytes.fromhex("4889f84889f266480f6ec266480f6ec8c3"))
    assert sandbox.run(code, [Call((1 << 63, 9))], returns=Returns(8, 8, 8, 8)) == [Returned(1 << 63, 9, 9, 1 << 63, ())]


def test_only_the_bytes_that_are_a_result_count(sandbox: Sandbox) -> None:
    code = Code(bytes.fromhex("4088f8c3"))  # mov al,dil; ret: the rest of rax is junk
    assert sandbox.run(code, [Call((0x1FF,))], returns=Returns(1)) == [Returned(0xFF, 0, 0, 0, ())]
    assert sandbox.run(code, [Call((0x1FF,))], returns=Returns(2)) == [Nondeterministic("rax")]


@pytest.mark.parametrize("size", [0, 1, 7, 8, 63, 64, 65, 4095, 4096, 4097, 100_000])
@pytest.mark.parametrize("alignment", [1, 8, 64])
def test_buffers_go_in_and_come_out(sandbox: Sandbox, size: int, alignment: int) -> None:
    code = Code(bytes.fromhex("4889f14889d6f3a431c0c3"))  # mov rcx,rsi; mov rsi,rdx; rep movsb; xor eax,eax; ret
    content = bytes(k * 7 & 255 for k in range(size))
    call = Call((Pointer(0), size, Pointer(1)), (), (Buffer(bytes(size), True, alignment), Buffer(content, False, alignment)))
    assert sandbox.run(code, [call]) == [Returned(0, 0, 0, 0, (content, content))]


def test_a_pointer_may_point_inside_its_buffer(sandbox: Sandbox) -> None:
    code = Code(bytes.fromhex("0fb607c3"))  # movzx eax,byte ptr [rdi]; ret
    assert sandbox.run(code, [Call((Pointer(0, 3),), (), (Buffer(b"abcdef"),))]) == [Returned(ord("d"), 0, 0, 0, (b"abcdef",))]


@pytest.mark.parametrize("alignment", [1, 2, 4, 8])
@pytest.mark.parametrize("size", [16, 24, 32, 64, 4096])
def test_a_vector_access_may_not_rely_on_more_alignment_than_there_is(sandbox: Sandbox, alignment: int, size: int) -> None:
    (outcome,) = sandbox.run(ALIGNED_LOAD, [Call((Pointer(0),), (), (Buffer(bytes(size), False, alignment),))])
    assert isinstance(outcome, Faulted) and outcome.kind == "protection fault" and outcome.offset == 0


@pytest.mark.parametrize("alignment", [16, 32, 64])
def test_a_vector_access_may_rely_on_the_alignment_there_is(sandbox: Sandbox, alignment: int) -> None:
    (outcome,) = sandbox.run(ALIGNED_LOAD, [Call((Pointer(0),), (), (Buffer(bytes(64), False, alignment),))])
    assert isinstance(outcome, Returned)


def test_a_write_between_two_buffers_and_their_pages_is_seen(sandbox: Sandbox) -> None:
    code = Code(bytes.fromhex("c6471801 31c0c3".replace(" ", "")))  # mov byte ptr [rdi+24],1; xor eax,eax; ret
    (outcome,) = sandbox.run(code, [Call((Pointer(0),), (), (Buffer(bytes(24), True, 64),))])
    assert outcome == Violated(("buffer slack",))


def test_a_fault_costs_its_own_call_alone(sandbox: Sandbox) -> None:
    calls = [Call((100 * k, k % 5)) for k in range(300)]
    outcomes = sandbox.run(DIVIDE, calls)
    for k, outcome in enumerate(outcomes):
        assert outcome == (Returned(100 * k // (k % 5), 0, 0, 0, ()) if k % 5 else Faulted("division", 8, 5))


def test_a_violation_costs_its_own_call_alone(sandbox: Sandbox) -> None:
    # test dil,1; jz 1f; std; mov rbx,rdi; fld1; movups [rsp+32],xmm0; 1: mov rax,rdi; ret
    code = Code(bytes.fromhex("40f6c701740bfd4889fbd9e80f114424204889f8c3"))
    wrong = Violated(("rbx", "caller frame", "direction flag", "x87 stack"))
    outcomes = sandbox.run(code, [Call((k,)) for k in range(50)])
    assert outcomes == [wrong if k % 2 else Returned(k, 0, 0, 0, ()) for k in range(50)]


def test_a_call_that_takes_too_long_costs_its_own_call_alone(sandbox: Sandbox) -> None:
    outcomes = sandbox.run(LOOP_ON_ZERO, [Call((k % 10,)) for k in range(15)], SHORT)
    assert outcomes == [Returned(k % 10, 0, 0, 0, ()) if k % 10 else TimedOut() for k in range(15)]


def test_when_too_many_calls_take_too_long_the_rest_is_skipped(sandbox: Sandbox) -> None:
    outcomes = sandbox.run(LOOP_ON_ZERO, [Call((0,))] * 8, SHORT)
    assert set(outcomes) == {TimedOut(), Skipped()}


def test_a_long_batch_of_short_calls_is_no_timeout(sandbox: Sandbox) -> None:
    # mov eax,200000; 1: dec eax; jnz 1b; mov rax,rdi; ret
    code = Code(bytes.fromhex("b8400d0300ffc875fc4889f8c3"))
    outcomes = sandbox.run(code, [Call((k,)) for k in range(2000)], SHORT)
    assert outcomes == [Returned(k, 0, 0, 0, ()) for k in range(2000)]


def test_registers_and_vectors_survive_a_tick(sandbox: Sandbox) -> None:
    # movq xmm5,rdi; mov rcx,40000000; 1: movq rax,xmm5; cmp rax,rdi; jne 2f; dec rcx; jnz 1b; ret; 2: ud2
    code = Code(bytes.fromhex("66480f6eefb9005a620266480f7ee84839f8750648ffc975f1c30f0b"))
    (outcome,) = sandbox.run(code, [Call((77,))], 5.0)
    assert outcome == Returned(77, 0, 0, 0, ())
    assert sandbox.elapsed > 0


def test_a_call_that_ruins_its_process_costs_its_own_call_alone(sandbox: Sandbox) -> None:
    # test rdi,rdi; jnz 1f; mov rdi,[rsp]; add rdi,0x3000; mov ecx,0x2000; xor eax,eax; std; rep stosb; 1: mov rax,rdi; ret
    # which clears what the runner keeps behind its text, found by the return address
    code = Code(bytes.fromhex("4885ff7515488b3c244881c700300000b90020000031c0fdf3aa4889f8c3"))
    outcomes = sandbox.run(code, [Call((k,)) for k in range(4)])
    assert outcomes == [Faulted("killed", 11, None), *(Returned(k, 0, 0, 0, ()) for k in range(1, 4))]


def test_the_first_call_cannot_leave_anything_for_the_second_on_the_stack(sandbox: Sandbox) -> None:
    # mov rax,[rsp-4096]; mov qword ptr [rsp-4096],1; ret
    code = Code(bytes.fromhex("488b842400f0ffff48c7842400f0ffff01000000c3"))
    outcomes = sandbox.run(code, [Call(()), Call(())])
    assert Nondeterministic("rax") in outcomes


def test_an_image_may_begin_with_another_function_and_end_with_data(sandbox: Sandbox) -> None:
    # 0: lea rax,[rdi+1]; ret; 8: call 0; add rax,[rip+5]; ret; 24: .quad 100
    image = bytes.fromhex("488d4701c3cccccce8f3ffffff48030504000000c3cccccc").ljust(24, b"\xcc") + (100).to_bytes(8, "little")
    assert sandbox.run(Code(image, 8, (0, 24)), [Call((5,))]) == [Returned(106, 0, 0, 0, ())]


@pytest.mark.parametrize(
    "call",
    [
        Call((0,) * 7),
        Call((), (0,) * 9),
        Call((Pointer(0),)),
        Call((), (), (Buffer(b"", False, 3),)),
        Call((), (), (Buffer(b"", False, 128),)),
    ],
)
def test_calls_that_cannot_be_made_are_refused(sandbox: Sandbox, call: Call) -> None:
    with pytest.raises(ValueError):
        sandbox.run(SUM, [call])


def test_no_calls_have_no_outcomes(sandbox: Sandbox) -> None:
    assert sandbox.run(SUM, []) == []


@pytest.mark.parametrize("width", [1, 2, 4, 8])
@pytest.mark.parametrize("start", [0, 250, (1 << 64) - 3])
def test_a_range_is_dense(sandbox: Sandbox, width: int, start: int) -> None:
    code = Code(bytes.fromhex("488d04b7c3"))  # lea rax,[rdi+rsi*4]; ret
    found = sandbox.range(code, start, 1000, (10,), width)
    expected = b"".join(((start + k + 40) % (1 << 8 * width)).to_bytes(width, "little") for k in range(1000))
    assert found.stopped is None and found.results == expected


def test_a_range_says_where_it_stopped(sandbox: Sandbox) -> None:
    code = Code(bytes.fromhex("b86400000031d2f7f7c3"))  # mov eax,100; xor edx,edx; div edi; ret
    found = sandbox.range(code, (1 << 64) - 3, 10, (), 4)
    assert found.results == bytes(12) and found.stopped == Faulted("division", 8, 7)


@pytest.mark.parametrize(
    ("code", "wrong"),
    [("31db89f8c3", "rbx"), ("89f8fdc3", "direction flag"), ("89f8d9e8c3", "x87 stack"), ("c20800", "stack pointer")],
)
def test_a_range_checks_the_convention_at_its_end(sandbox: Sandbox, code: str, wrong: str) -> None:
    found = sandbox.range(Code(bytes.fromhex(code)), 0, 5, (), 4)
    assert isinstance(found.stopped, Violated) and wrong in found.stopped.what


def test_a_range_that_hangs_is_stopped(sandbox: Sandbox) -> None:
    code = Code(bytes.fromhex("83ff0774fe89f8c3"))  # cmp edi,7; 1: je 1b; mov eax,edi; ret
    found = sandbox.range(code, 0, 100, (), 1, SHORT)
    assert found.results == bytes(range(7)) and found.stopped == TimedOut()


@pytest.mark.parametrize(("count", "width"), [(0, 1), (1 << 25, 1), (5, 3)])
def test_ranges_of_another_shape_are_refused(sandbox: Sandbox, count: int, width: int) -> None:
    with pytest.raises(ValueError):
        sandbox.range(SUM, 0, count, (), width)

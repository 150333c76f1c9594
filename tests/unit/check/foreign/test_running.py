"""Python values to calls and back; what inputs are drawn; all inputs of small domains."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from tests.unit.check.foreign.support import code, meaning

from siglum.check.foreign.convention import Convention
from siglum.check.foreign.draw import LONG, corners, draw
from siglum.check.foreign.exhaust import domain, exhaust
from siglum.check.foreign.judge import Reference
from siglum.check.foreign.running import Gave, Misbehaved, call_of, elements, run, same, scalar
from siglum.ir.types import BOOL, F32, F64, I8, I32, I64, RANGES, U8, U32, U64
from siglum.sandbox.job import Code, Pointer
from siglum.sandbox.run import Sandbox

NARROW = meaning("def f(x: i8, b: bool) -> i8:\n    return x if b else i8(0)\n", "f", "int8_t f(int8_t x, bool b)")
LIST = meaning("def f(p: list[i32], x: u8) -> i32:\n    return p[0]\n", "f", "int32_t f(const int32_t *p, size_t n, uint8_t x)")
FOUND = "def f(p: list[i32]) -> i64 | None:\n    return None if len(p) == 0 else 0\n"
FIND = meaning(FOUND, "f", "const int32_t *f(const int32_t *p, size_t n)")
OUT = meaning("def f(a: list[u32]) -> list[u32]:\n    return [a[1], a[0]]\n", "f", "void f(uint32_t d[2], uint32_t a[2])")
FLOATS = meaning("def f(x: f64, y: f32) -> f64:\n    return x\n", "f", "double f(double x, float y)")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as found:
        yield found


def gave(sandbox: Sandbox, text: Code, convention: Convention, arguments: dict[str, object]) -> object:
    """What one call gives or does."""
    (found,) = run(sandbox, text, convention, [call_of(convention, arguments, Random(2))])
    return found


# Calls ----------------------------------------------------------------------------------------------------------
def test_bits_above_narrow_arguments_are_anything() -> None:
    _, convention = NARROW
    words = [call_of(convention, {"x": -3, "b": True}, Random(seed)).words for seed in range(20)]
    assert {x & 255 for x, _ in words} == {253} and {b & 255 for _, b in words} == {1}
    assert len({x >> 8 for x, _ in words}) > 10 and len({b >> 8 for _, b in words}) > 10


def test_registers_can_be_given_to_the_last_bit() -> None:
    _, convention = LIST
    call = call_of(convention, {"p": [1, -2], "x": 5}, Random(1), [1, 2, 3, 4, 5, 6])
    assert call.words == (Pointer(0), 2, 3, 4, 5, 6)
    (buffer,) = call.buffers
    assert buffer == (b"\1\0\0\0\xfe\xff\xff\xff", False, 4)


def test_floats_have_registers_of_their_own() -> None:
    _, convention = FLOATS
    call = call_of(convention, {"x": 1.0, "y": 0.5}, Random(1))
    assert call.words == () and call.floats[0] == 0x3FF0000000000000 and call.floats[1] & 0xFFFFFFFF == 0x3F000000


# Results --------------------------------------------------------------------------------------------------------
def test_results_are_read_at_their_width(sandbox: Sandbox) -> None:
    _, convention = NARROW
    assert gave(sandbox, code("89f8c3"), convention, {"x": -3, "b": True}) == Gave(-3)  # mov eax,edi; ret
    assert scalar(0x1FF, 0, U8) == 255 and scalar(0x1FF, 0, I8) == -1 and scalar(1 << 63, 0, I64) == -(1 << 63)
    assert scalar(1, 0, BOOL) is True and scalar(2, 0, BOOL) == "2, which is no bool"
    assert scalar(0, 0x3FF0000000000000, F64) == 1.0 and scalar(0, 0xDEAD_BEEF_3F00_0000, F32) == 0.5


def test_pointers_are_read_as_indices(sandbox: Sandbox) -> None:
    _, convention = FIND
    p = {"p": [5, 6, 7]}
    assert gave(sandbox, code("488d4704c3"), convention, p) == Gave(1)  # lea rax,[rdi+4]; ret
    assert gave(sandbox, code("31c0c3"), convention, p) == Gave(None)  # xor eax,eax; ret
    # lea rax,[rdi+5]; ret
    assert gave(sandbox, code("488d4705c3"), convention, p) == Gave("a pointer into the middle of element 1")
    # before the list: another address in each run
    assert isinstance(gave(sandbox, code("488d47fcc3"), convention, p), Misbehaved)  # lea rax,[rdi-4]; ret


def test_buffers_are_results_or_must_stay(sandbox: Sandbox) -> None:
    _, convention = OUT
    a = {"a": [1, 2]}
    # mov rax,[rsi]; rol rax,32; mov [rdi],rax; ret
    assert gave(sandbox, code("488b0648c1c020488907c3"), convention, a) == Gave([2, 1])
    # mov rax,[rsi]; rol rax,32; mov [rdi],rax; mov [rsi],eax; ret
    spoiled = gave(sandbox, code("488b0648c1c0204889078906c3"), convention, a)
    assert spoiled == Gave([2, 1], "`a` changed")


def test_misbehaviour_has_a_name_and_says_whether_it_is_unsafe(sandbox: Sandbox) -> None:
    _, convention = NARROW
    arguments = {"x": 1, "b": True}
    for text, words, unsafe in (
        (code("48a10010000000000000c3"), "reads memory", True),  # movabs rax,[0x1000]; ret
        (code("31c9f7f1c3"), "divides", False),  # xor ecx,ecx; div ecx; ret
        (code("31dbc3"), "rbx", True),  # xor ebx,ebx; ret
        (code("ebfe"), "does not come back", False),  # 1: jmp 1b
        (code("488b4424f0c3"), "two runs", False),  # mov rax,[rsp-16]; ret
    ):
        found = gave(sandbox, text, convention, arguments)
        assert isinstance(found, Misbehaved) and words in str(found) and found.unsafe == unsafe, found


def test_the_same_value() -> None:
    assert same(float("nan"), float("nan")) and not same(0.0, -0.0) and same([1, 2], (1, 2)) and not same([1], [1, 2])
    assert not same("2, which is no bool", True) and same(None, None) and not same(0, None)


def test_elements_of_buffers() -> None:
    assert elements(b"\xff\xff\1\0", I8) == [-1, -1, 1, 0] and elements(b"\xff\xff\xff\xff", U32) == [0xFFFFFFFF]
    assert elements(b"\0\0\0\x3f", F32) == [0.5]


# Inputs ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("t", [I8, U8, I32, U32, I64, U64])
def test_corners_are_the_ends_and_what_is_near(t: object) -> None:
    low, high = RANGES[t]  # type: ignore[index]
    assert {low, low + 1, 0, 1, high - 1, high} <= set(corners(t))  # type: ignore[arg-type]


def test_drawn_arguments_are_values_of_their_types_with_ties_and_few_bits() -> None:
    reference, convention = meaning("def f(a: i32, b: i32) -> bool:\n    return a < b\n", "f", "bool f(int32_t a, int32_t b)")
    drawn = [(d["a"], d["b"]) for d in draw(convention, reference.function.params, 400, Random(5))]
    assert all(-(2**31) <= x < 2**31 for pair in drawn for x in pair)
    assert sum(a == b for a, b in drawn) > 20 and (-(2**31), -(2**31)) in drawn
    assert sum(bin(a & 0xFFFFFFFF).count("1") <= 3 for a, _ in drawn) > 60


def test_lists_have_all_short_lengths_and_a_few_long_ones() -> None:
    reference, convention = LIST
    lengths = [len(d["p"]) for d in draw(convention, reference.function.params, 200, Random(5))]
    assert set(lengths) == {*range(10), *LONG}
    assert {len(d["p"]) for d in draw(convention, reference.function.params, 24, Random(5))} == set(range(10))


# All inputs -----------------------------------------------------------------------------------------------------
SMALL = "def f(x: u8, y: i8) -> u8:\n    return x ^ 1\n"
SMALL_C = "uint8_t f(uint8_t x, int8_t y)"


def all_inputs(sandbox: Sandbox, text: Code) -> object:
    reference, convention = meaning(SMALL, "f", SMALL_C)
    size = domain(convention, reference.function.params)
    assert size == 1 << 16
    return exhaust(sandbox, text, convention, reference, size, lambda what: None)


def test_every_input_is_run(sandbox: Sandbox) -> None:
    assert all_inputs(sandbox, code("89f883f001c3")) is None  # mov eax,edi; xor eax,1; ret
    # mov eax,edi; xor eax,1; cmp sil,0x85; jne 1f; add eax,3; 1: ret
    differing = all_inputs(sandbox, code("89f883f0014080fe85750383c003c3"))
    assert differing is not None and differing[0]["y"] == 0x85 - 256  # type: ignore[index]


def test_all_inputs_are_run_with_junk_above_them(sandbox: Sandbox) -> None:
    # mov eax,edi; xor eax,1; shr rdi,8; je 1f; xor al,1; 1: ret
    right_where_nothing_stands_above = code("89f883f00148c1ef0874023401c3")
    assert all_inputs(sandbox, right_where_nothing_stands_above) is not None


def test_domains_are_of_integers_in_registers() -> None:
    for (reference, convention), size in ((LIST, None), (FLOATS, None), (OUT, None), (NARROW, 1 << 9)):
        assert domain(convention, reference.function.params) == size


def test_a_reference_that_stops_claims_nothing(sandbox: Sandbox) -> None:
    reference, convention = meaning("def f(x: u8) -> u8:\n    return 200 // x\n", "f", "uint8_t f(uint8_t x)")
    assert isinstance(reference, Reference)
    # movzx ecx,dil; mov eax,7; test ecx,ecx; je 1f; mov eax,200; xor edx,edx; div ecx; 1: ret
    seven_for_zero = code("400fb6cfb80700000085c97409b8c800000031d2f7f1c3")
    assert exhaust(sandbox, seven_for_zero, convention, reference, 256, lambda what: None) is None

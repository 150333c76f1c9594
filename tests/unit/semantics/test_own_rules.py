"""The own model by example: rules that are easily got wrong. The bytes are the instruction named beside them."""

from __future__ import annotations

import pytest
from tests.unit.semantics.one_step import BASE, After

from siglum.smt.evaluate import below
from siglum.smt.terms import Terms
from siglum.target.x86_64.semantics.flags import condition
from siglum.target.x86_64.semantics.own import step
from siglum.target.x86_64.semantics.state import State
from siglum.target.x86_64.semantics.symbolic import Recorded, meaning_of

ALL = "cf pf af zf sf of"
HALF = 1 << 63
MASK = (1 << 64) - 1


def test_a_32_bit_write_zeroes_the_upper_half_and_narrower_ones_keep_the_rest() -> None:
    old = {"rax": MASK, "rbx": 0x1122334455667788}
    assert After("89d8", old)["rax"] == 0x55667788  # mov eax, ebx
    assert After("6689d8", old)["rax"] == 0xFFFFFFFFFFFF7788  # mov ax, bx
    assert After("88d8", old)["rax"] == 0xFFFFFFFFFFFFFF88  # mov al, bl
    assert After("88dc", old)["rax"] == 0xFFFFFFFFFFFF88FF  # mov ah, bl
    assert After("88f8", old)["rax"] == 0xFFFFFFFFFFFFFF77  # mov al, bh
    assert After("4088e0", old, rsp=0xAB)["rax"] == 0xFFFFFFFFFFFFFFAB  # mov al, spl


@pytest.mark.parametrize("carry", [0, 1])
def test_a_32_bit_conditional_move_zeroes_the_upper_half_in_either_case(carry: int) -> None:
    after = After("0f42c3", rax=HALF | 5, rbx=HALF | 7, cf=carry)  # cmovb eax, ebx
    assert after["rax"] == (7 if carry else 5)


def test_a_conditional_move_reads_memory_in_either_case() -> None:
    assert len(After("480f4203").memory.loads) == 1  # cmovb rax, [rbx]


def test_flags_of_sums_and_differences() -> None:
    assert After("4801d8", rax=MASK, rbx=1).flags(ALL) == "111100"  # add rax, rbx
    assert After("4801d8", rax=HALF - 1, rbx=1).flags(ALL) == "011011"
    assert After("4829d8", rax=0, rbx=1).flags(ALL) == "111010"  # sub rax, rbx
    assert After("4829d8", rax=HALF, rbx=1).flags(ALL) == "011001"
    assert After("4819d8", rax=5, rbx=5, cf=1).flags(ALL) == "111010"  # sbb rax, rbx
    assert After("4811d8", rax=MASK, rbx=0, cf=1).flags(ALL) == "111100"  # adc rax, rbx


def test_neg_carries_unless_zero_and_inc_keeps_carry() -> None:
    assert (After("48f7d8", rax=0)["cf"], After("48f7d8", rax=7)["cf"], After("48f7d8", rax=HALF)["of"]) == (0, 1, 1)
    for carry in (0, 1):
        assert After("48ffc0", rax=MASK, cf=carry).flags("cf zf") == f"{carry}1"  # inc rax
        assert After("48ffc8", rax=0, cf=carry).flags("cf zf") == f"{carry}0"  # dec rax


def test_logic_clears_carry_and_overflow_and_leaves_af_undefined() -> None:
    assert After("4821d8", rax=3, rbx=12, cf=1, of=1).flags(ALL) == "01?100"  # and rax, rbx


def test_a_shift_by_zero_changes_no_flag_but_still_writes_32_bits() -> None:
    old = {"cf": 1, "pf": 0, "af": 1, "zf": 1, "sf": 0, "of": 1, "rax": HALF | 6}
    after = After("d3e0", old, rcx=0x20)  # shl eax, cl: the count is taken modulo 32
    assert after.flags(ALL) == "101101"
    assert after["rax"] == 6
    assert After("48d3e0", old, rcx=0x40)["rax"] == HALF | 6  # shl rax, cl: modulo 64


def test_overflow_of_a_shift_is_defined_for_a_count_of_one_only() -> None:
    assert After("48d1e0", rax=HALF >> 1).flags("cf of") == "01"  # shl rax, 1
    assert After("48d3e0", rax=HALF >> 1, rcx=1).flags("cf of") == "01"
    assert After("48d3e0", rax=HALF >> 1, rcx=2).flags("cf of") == "1?"
    assert After("48d1e8", rax=HALF | 1).flags("cf of") == "11"  # shr rax, 1: the old sign
    assert After("48d1f8", rax=HALF | 1).flags("cf of") == "10"  # sar rax, 1


def test_carry_of_a_narrow_shift_beyond_its_width_is_undefined_but_for_sar() -> None:
    assert After("d2e0", rax=0x80, rcx=9).flags("cf zf") == "?1"  # shl al, cl
    assert After("d2f8", rax=0x80, rcx=20).flags("cf sf") == "11"  # sar al, cl


def test_a_rotation_by_a_multiple_of_the_width_still_sets_carry() -> None:
    assert After("d2c0", rax=0x81, rcx=8, cf=0).flags("cf of zf") == "1?0"  # rol al, cl
    assert After("d2c0", rax=0x81, rcx=8)["rax"] == 0x81


def test_rotation_through_carry_counts_modulo_one_more_than_the_width() -> None:
    after = After("d2d0", rax=0x81, rcx=9, cf=1)  # rcl al, cl
    assert (after["rax"], after["cf"]) == (0x81, 1)
    assert After("d0d0", rax=0x81, cf=0)["rax"] == 0x02  # rcl al, 1


def test_a_double_shift_of_16_bits_beyond_16_is_undefined() -> None:
    after = After("660fa5d8", rax=1, rbx=2, rcx=17)  # shld ax, bx, cl
    assert after.undefined("rax")
    assert after.flags(ALL) == "??????"
    assert After("480fa4d804", rax=1 << 60, rbx=0xF << 60)["rax"] == 0xF  # shld rax, rbx, 4


def test_scans_of_zero() -> None:
    assert not After("480fbcc3", rax=5, rbx=0).undefined("rax")  # bsf rax, rbx keeps rax
    assert After("0fbcc3", rax=5, rbx=0).undefined("rax")  # bsf eax, ebx
    assert After("480fbdc3", rbx=HALF)["rax"] == 63  # bsr rax, rbx
    assert After("f3480fbcc3", rbx=0).flags("cf zf") == "10"  # tzcnt rax, rbx
    assert After("f3480fbcc3", rbx=0)["rax"] == 64
    assert After("f3480fbdc3", rbx=1)["rax"] == 63  # lzcnt rax, rbx


def test_bextr_and_bzhi_beyond_the_width() -> None:
    assert After("c4e268f7c3", rbx=0xFF, rdx=0x0828)["rax"] == 0  # bextr eax, ebx, edx
    assert After("c4e268f7c3", rbx=0x12345678, rdx=0xFF08)["rax"] == 0x123456
    after = After("c4e268f5c3", rbx=MASK, rdx=32)  # bzhi eax, ebx, edx
    assert (after["rax"], after["cf"]) == (0xFFFFFFFF, 1)


def test_mulx_with_one_destination_keeps_the_upper_half() -> None:
    assert After("c4e2fbf6c3", rdx=MASK, rbx=MASK)["rax"] == MASK - 1  # mulx rax, rax, rbx


@pytest.mark.parametrize(
    ("code", "values", "faults"),
    [
        ("48f7f3", {"rax": 5, "rdx": 0, "rbx": 0}, True),  # div rbx
        ("48f7f3", {"rax": 5, "rdx": 3, "rbx": 3}, True),
        ("48f7f3", {"rax": 5, "rdx": 2, "rbx": 3}, False),
        ("48f7fb", {"rax": HALF, "rdx": MASK, "rbx": MASK}, True),  # idiv rbx
        ("48f7fb", {"rax": HALF, "rdx": MASK, "rbx": 1}, False),
        ("48f7fb", {"rax": HALF, "rdx": 0, "rbx": 1}, True),
        ("48f7fb", {"rax": HALF, "rdx": 0, "rbx": 2}, False),
        ("f6f3", {"rax": 0x0200, "rbx": 2}, True),  # div bl
        ("f6f3", {"rax": 0x01FF, "rbx": 2}, False),
    ],
)
def test_division_faults_by_zero_and_where_the_quotient_does_not_fit(code: str, values: dict[str, int], faults: bool) -> None:
    assert After(code, values).faults() == ["division"] * faults


def test_the_usual_dividends_divide_at_their_own_width() -> None:
    """After cqo, or with rdx zero, the terms hold no number of 128 bits."""
    for code, lengths in (("489948f7fb", (2, 3)), ("31d248f7f3", (2, 3)), ("99f7fb", (1, 2))):
        terms, raw, at = Terms(), bytes.fromhex(code), 0
        state = State.unknown(terms, Recorded(terms))
        for length in lengths:
            last = step(terms, state, raw, at, terms.var("base", 64))
            at += length
        roots = [*state.registers, *(fault.condition for fault in last.faults)]
        assert max(term.width for term in below(roots) if term.op != "var") <= 64


def test_addresses_of_memory_operands() -> None:
    after = After("48894c9808", rax=0x100, rbx=3, rcx=7)  # mov [rax + rbx*4 + 8], rcx
    (store,) = after.memory.stores
    assert (after.value(store.address), after.value(store.value)) == (0x114, 7)
    relative = After("488b0510000000").memory.loads[0]  # mov rax, [rip + 16]
    assert After("488b0510000000").value(relative.address) == BASE + 7 + 16


def test_push_of_the_stack_pointer_stores_the_old_one_and_pop_keeps_what_it_loads() -> None:
    after = After("54", rsp=0x1000)  # push rsp
    assert after.value(after.memory.stores[0].value) == 0x1000
    assert After("5c", rsp=0x1000, load0=0x77)["rsp"] == 0x77  # pop rsp


def test_ways_on() -> None:
    assert After("7402", zf=1).way() == ("go", 4)  # je +2
    assert After("7402", zf=0).way() == ("go", 2)
    assert After("ebfe").way() == ("go", 0)  # jmp to itself
    assert After("c3", load0=0x5000).way() == ("return", 0x5000)  # ret
    assert After("ffe0", rax=0x6000).way() == ("jump", 0x6000)  # jmp rax
    call = After("e8fb000000", rsp=0x1000)  # call +251
    assert call.way() == ("call", 0x100)
    assert call.value(call.memory.stores[0].value) == BASE + 5
    assert After("90").way() == ("go", 1)  # nop


def test_ud2_always_faults() -> None:
    assert After("0f0b").faults() == ["undefined"]


def test_conditions_after_a_comparison_are_comparisons_again() -> None:
    terms = Terms()
    state = State.unknown(terms, Recorded(terms))
    step(terms, state, bytes.fromhex("4839d8"), 0, terms.var("base", 64))  # cmp rax, rbx
    a, b = terms.var("rax", 64), terms.var("rbx", 64)
    expected = {
        "E": a.is_(b), "NE": a.isnt(b), "B": a.ult(b), "AE": b.ule(a), "BE": a.ule(b), "A": b.ult(a), "L": a.slt(b),
        "GE": b.sle(a), "LE": a.sle(b), "G": b.slt(a),
    }  # fmt: skip
    assert {code: condition(state, code) for code in expected} == expected


def test_legacy_vectors_keep_the_upper_half_and_vex_zeroes_it() -> None:
    old = {"ymm0": (7 << 128) | 1, "ymm1": (9 << 128) | 2}
    assert After("660ffec1", old)["ymm0"] == (7 << 128) | 3  # paddd xmm0, xmm1
    assert After("c5f9fec1", old)["ymm0"] == 3  # vpaddd xmm0, xmm0, xmm1
    assert After("c5fdfec1", old)["ymm0"] == (16 << 128) | 3  # vpaddd ymm0, ymm0, ymm1
    assert After("c5f877", old)["ymm0"] == 1  # vzeroupper


def test_a_move_between_registers_merges_and_one_from_memory_zeroes() -> None:
    old = {"ymm0": (5 << 64) | 1, "ymm1": (6 << 64) | 2}
    assert After("f20f10c1", old)["ymm0"] == (5 << 64) | 2  # movsd xmm0, xmm1
    assert After("f20f1003", old, load0=9)["ymm0"] == 9  # movsd xmm0, [rbx]


@pytest.mark.parametrize(
    ("code", "misaligned"),
    [
        ("660f6f03", True),  # movdqa xmm0, [rbx]
        ("f30f6f03", False),  # movdqu xmm0, [rbx]
        ("660ffe03", True),  # paddd xmm0, [rbx]
        ("c5f9fe03", False),  # vpaddd xmm0, xmm0, [rbx]
        ("c5fd6f03", True),  # vmovdqa ymm0, [rbx]
        ("c5fe6f03", False),  # vmovdqu ymm0, [rbx]
        ("f20f5803", False),  # addsd xmm0, [rbx]
    ],
)
def test_alignment_of_vectors_in_memory(code: str, misaligned: bool) -> None:
    assert After(code, rbx=0x1008).faults() == ["alignment"] * misaligned
    assert After(code, rbx=0x1020).faults() == []
    assert After(code, rbx=0x1010).faults() == ["alignment"] * (code == "c5fd6f03")


def test_shift_counts_of_vectors_are_64_bits_wide() -> None:
    lanes = int.from_bytes(bytes([0x80] * 16), "little")
    assert After("660fd1c1", ymm0=lanes, ymm1=1 << 40)["ymm0"] == 0  # psrlw xmm0, xmm1
    assert After("660fe1c1", ymm0=lanes, ymm1=1 << 40)["ymm0"] == (1 << 128) - 1  # psraw xmm0, xmm1
    assert After("660fd1c1", ymm0=lanes, ymm1=(1 << 64) | 8)["ymm0"] == int.from_bytes(bytes([0x80, 0] * 8), "little")


def test_pshufb_takes_zero_where_the_top_bit_is_set() -> None:
    indices = bytes([0x80, 15, 0, 0x8F, 0x1F, *range(11)])
    source = bytes(range(100, 116))
    after = After("660f3800c1", ymm0=int.from_bytes(source, "little"), ymm1=int.from_bytes(indices, "little"))
    assert after["ymm0"].to_bytes(32, "little")[:16] == bytes([0, 115, 100, 0, 115, *range(100, 111)])


NAN, QUIET = 0x7FF0000000000001, 0x7FF8000000000000
ONE, ZERO, MINUS_ZERO = 0x3FF0000000000000, 0, HALF


def test_floats_compare_by_their_bits() -> None:
    compare = "660f2ec1"  # ucomisd xmm0, xmm1
    assert After(compare, ymm0=ONE, ymm1=QUIET).flags("zf pf cf of sf af") == "111000"
    assert After(compare, ymm0=MINUS_ZERO, ymm1=ZERO).flags("zf pf cf") == "100"
    assert After(compare, ymm0=ONE | HALF, ymm1=ONE).flags("zf pf cf") == "001"
    assert After(compare, ymm0=ONE, ymm1=ONE | HALF).flags("zf pf cf") == "000"


@pytest.mark.parametrize("code", ["f20f5dc1", "f20f5fc1"])  # minsd, maxsd xmm0, xmm1
def test_minimum_and_maximum_take_the_second_of_nans_and_zeros(code: str) -> None:
    assert After(code, ymm0=NAN, ymm1=ONE)["ymm0"] == ONE
    assert After(code, ymm0=ONE, ymm1=NAN)["ymm0"] == NAN
    assert After(code, ymm0=ZERO, ymm1=MINUS_ZERO)["ymm0"] == MINUS_ZERO


def test_float_arithmetic_is_a_function_of_both_in_any_order_where_it_commutes() -> None:
    terms = Terms()
    sums = [
        meaning_of(bytes.fromhex(code), terms).changed[name].bits(63, 0)
        for code, name in (("f20f58c1", "ymm0"), ("f20f58c8", "ymm1"))  # addsd xmm0, xmm1; addsd xmm1, xmm0
    ]
    assert sums[0] is sums[1]
    assert After("f20f5ec1", ymm0=ONE, ymm1=0)["ymm0"] == 0x7FF << 52  # divsd xmm0, xmm1
    assert After("660f3a0bc109", ymm1=MINUS_ZERO)["ymm0"] == MINUS_ZERO  # roundsd xmm0, xmm1, 9
    assert After("f2480f2cc1", ymm1=0x7FF << 52)["rax"] == HALF  # cvttsd2si rax, xmm1


def test_float_arithmetic_may_raise_sticky_flags_only() -> None:
    after = After("f20f58c1", mxcsr=0x1F80)
    assert after.value(after.term("mxcsr").bits(31, 6)) == 0x1F80 >> 6
    assert after.undefined("mxcsr")

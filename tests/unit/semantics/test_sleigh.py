"""The second instruction model, by example."""

from __future__ import annotations

import sys

import pytest
from tests.unit.semantics.comparing import Bytes

from siglum.errors import EnvironmentFault
from siglum.smt.evaluate import evaluator, variables
from siglum.smt.terms import Term, Terms
from siglum.target.x86_64.semantics import pcode, sleigh
from siglum.target.x86_64.semantics.pcode_conditions import both, either, same_truth
from siglum.target.x86_64.semantics.pcode_machine import contradicts
from siglum.target.x86_64.semantics.state import RAX, RBX, RCX, RDX, RSP, State, Step, Unsupported

AT = 3
ONES = (1 << 64) - 1


def stepped(code: str, at: int = AT) -> Step:
    """The step of one instruction in hex, which stands at an offset other than 0."""
    terms = Terms()
    state = State.unknown(terms, Bytes(terms))
    return sleigh.step(terms, state, bytes(at) + bytes.fromhex(code), at, terms.var("base", 64))


def value(term: Term, **values: int) -> int:
    return evaluator([term])(values)[0]


def test_registers_keep_and_clear_what_they_should():
    terms = Terms()
    rax, rcx = terms.var("rax", 64), terms.var("rcx", 64)
    for code, expected in (
        ("4889c8", rcx),  # mov rax, rcx
        ("89c8", rcx.bits(31, 0).zext(64)),  # mov eax, ecx
        ("6689c8", terms.concat(rax.bits(63, 16), rcx.bits(15, 0))),  # mov ax, cx
        ("88e8", terms.concat(rax.bits(63, 8), rcx.bits(15, 8))),  # mov al, ch
    ):
        step = stepped(code)
        assert repr(step.state.registers[RAX]) == repr(expected), code
        assert step.ways() == [(step.terms.true, "go", AT + len(code) // 2, None)]
        assert not step.faults


def test_flags_of_a_subtraction():
    step = stepped("4829c8")  # sub rax, rcx
    flags = step.state.flags
    for a, b in ((5, 7), (7, 5), (1 << 63, 1), (3, 3), (0, 1 << 63)):
        found = {name: value(flag, rax=a, rcx=b) for name, flag in flags.items() if name != "af"}
        result = a - b & (1 << 64) - 1
        signed = (a - (a >> 63 << 64)) - (b - (b >> 63 << 64))
        assert found["cf"] == (a < b) and found["zf"] == (a == b) and found["sf"] == result >> 63
        assert found["of"] == (not -(1 << 63) <= signed < 1 << 63)
        assert found["pf"] == (bin(result & 0xFF).count("1") % 2 == 0)
    assert [v.value for v in variables([flags["af"]])] != ["af"]  # not modelled by SLEIGH


def test_what_the_manual_calls_undefined_is_unknown():
    for code, names in (
        ("48f7e1", "sf zf af pf"),
        ("48f7f1", "cf of sf zf af pf"),
        ("480fa3c8", "of sf af pf"),
        ("480fbcc1", "of"),
    ):
        flags = stepped(code).state.flags
        for name in names.split():
            assert "!" in repr(flags[name]), (code, name)
    shifted = stepped("48d3e2").state.flags  # shl rdx, cl
    assert value(shifted["of"], rcx=1, rdx=1 << 62) == 1 and value(shifted["of"], rcx=0, of=1) == 1
    assert value(shifted["zf"], rcx=64, zf=1, rdx=5) == 1  # a count of 0 after masking keeps the flags
    name = next(v.value for v in variables([shifted["of"]]) if "!" in v.value)
    assert [value(shifted["of"], rcx=2, **{name: given}) for given in (0, 1)] == [0, 1]


def test_addresses_count_from_the_instruction():
    step = stepped("488d0510000000")  # lea rax, [rip + 16]
    assert value(step.state.registers[RAX], base=1 << 40) == (1 << 40) + AT + 7 + 16
    step = stepped("8d0510000000")  # lea eax, [rip + 16]
    assert value(step.state.registers[RAX], base=(1 << 40) + 5) == AT + 6 + 16 + 5
    step = stepped("8b05f0ffffff")  # mov eax, [rip - 16]
    memory = step.state.memory
    assert isinstance(memory, Bytes)
    assert [(value(address, base=1 << 20), size) for address, size in memory.touched] == [((1 << 20) + AT + 6 - 16, 4)]


def test_ways_on():
    jump = stepped("ebf0", 64)
    assert [(way.kind, way.target) for way in jump.exits] == [("go", 64 + 2 - 16)]
    branch = stepped("7410")  # je
    assert [(repr(w.condition), w.target) for w in branch.exits] == [("zf", AT + 2 + 16), ("not(zf)", AT + 2)]
    call = stepped("e810000000")
    assert [(way.kind, way.target) for way in call.exits] == [("call", AT + 5 + 16)]
    memory = call.state.memory
    assert isinstance(memory, Bytes)
    assert [(value(a, rsp=800), value(v, base=1 << 30)) for a, v in memory.stored] == [(792, (1 << 30) + AT + 5)]
    back = stepped("c3")
    assert [(way.kind, repr(way.to)) for way in back.exits] == [
        ("return", repr(Bytes(back.terms).load(back.terms.var("rsp", 64), 8)))
    ]
    assert value(back.state.registers[RSP], rsp=792) == 800
    assert [way.kind for way in stepped("ffe0").exits] == ["jump"]


def test_moves_on_a_condition_meet_again():
    step = stepped("0f44c1")  # cmove eax, ecx
    assert step.exits == []
    found = step.state.registers[RAX]
    assert value(found, zf=1, rax=1 << 40 | 7, rcx=1 << 40 | 9) == 9
    assert value(found, zf=0, rax=1 << 40 | 7, rcx=1 << 40 | 9) == 7


def test_loops_inside_an_instruction_end():
    count = stepped("f3480fbcc1").state.registers[RAX]  # tzcnt rax, rcx
    first, last = stepped("480fbcc1").state, stepped("480fbdc1").state  # bsf, bsr
    for k in (0, 1, 31, 63):
        assert value(count, rcx=1 << k | 1 << 63) == value(first.registers[RAX], rcx=1 << k | 1 << 63) == k
        assert value(last.registers[RAX], rcx=1 << k | 1) == k
    assert value(count, rcx=0) == 64
    assert value(first.registers[RAX], rcx=0, rax=77) == 77 and value(first.flags["zf"], rcx=0) == 1


def test_division_faults():
    for code, fits, faults in (
        ("f7f1", {"rax": 7, "rcx": 2}, {"rdx": 2, "rcx": 2}),  # div ecx
        ("48f7f1", {"rdx": 1, "rcx": 2}, {"rax": 5}),  # div rcx
        (
            "48f7f9",
            {"rax": 1 << 63, "rdx": (1 << 64) - 1, "rcx": 1},
            {"rax": 1 << 63, "rdx": (1 << 64) - 1, "rcx": (1 << 64) - 1},
        ),
        ("66f7f9", {"rax": 6, "rcx": 0xFFFF}, {"rdx": 1, "rcx": 1}),  # idiv cx
    ):
        (fault,) = stepped(code).faults
        assert fault.kind == "division"
        assert value(fault.condition, **fits) == 0 and value(fault.condition, **faults) == 1, code
    after = stepped("48f7f9").state.registers
    values = {"rax": -7 & ONES, "rdx": ONES, "rcx": 2}
    assert value(after[RAX], **values) == -3 & ONES and value(after[RDX], **values) == ONES


def test_alignment_faults():
    (fault,) = stepped("0f2803").faults  # movaps xmm0, [rbx]
    assert fault.kind == "alignment"
    assert value(fault.condition, rbx=32) == 0 and value(fault.condition, rbx=40) == 1
    (fault,) = stepped("c5fc2803").faults  # vmovaps ymm0, [rbx]
    assert value(fault.condition, rbx=48) == 1
    (fault,) = stepped("660f6d03").faults  # punpckhqdq, which reads 16 bytes to use 8 of them
    assert value(fault.condition, rbx=32) == 0 and value(fault.condition, rbx=40) == 1
    assert stepped("0f1003").faults == stepped("c5fc1003").faults == stepped("f20f1003").faults == []


def test_vectors():
    step = stepped("660ffec3")  # paddd xmm0, xmm3
    found = step.state.vectors[0]
    assert value(found, ymm0=(1 << 200) + (1 << 32) - 1, ymm3=2 << 32 | 1) == (1 << 200) + (2 << 32)
    cleared = stepped("c5e1efc3").state.vectors[0]  # vpxor xmm0, xmm3, xmm3
    assert cleared.is_const and cleared.value == 0
    upper = stepped("c5f877").state.vectors[7]  # vzeroupper
    assert value(upper, ymm7=1 << 128 | 3) == 3


def test_floats_are_unknown_functions():
    step = stepped("f20f58c8")  # addsd xmm1, xmm0
    assert "apply fadd" in repr(step.state.vectors[1])
    assert any("exceptions" in str(v.value) for v in variables([step.state.mxcsr]))
    order = stepped("660f2ec8").state.flags  # ucomisd xmm1, xmm0
    one, two, nan = 0x3FF0 << 48, 0x4000 << 48, 0x7FF8 << 48
    assert [value(order[f], ymm1=one, ymm0=two) for f in ("cf", "zf", "pf")] == [1, 0, 0]
    assert [value(order[f], ymm1=one, ymm0=nan) for f in ("cf", "zf", "pf")] == [1, 1, 1]
    assert [value(order[f], ymm1=0, ymm0=1 << 63) for f in ("cf", "zf", "pf")] == [0, 1, 0]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("0fa2", "opaque"),  # cpuid
        ("660f3800c1", "PSHUFB"),
        ("f3a4", "memory touched on some ways only"),  # rep movsb
        ("64488b042500000000", "not modelled"),  # mov rax, fs:[0]
        ("c4e37916c000", "VPEXTRD"),
        ("9c", "not modelled"),  # pushfq
        ("0f58c1", "fadd of 32 bits"),
    ],
)
def test_what_is_not_supported_is_refused(code: str, why: str):
    with pytest.raises(Unsupported, match=why) as caught:
        stepped(code)
    assert caught.value.at == AT


def test_bytes_that_are_no_instruction_are_refused():
    for code in ("", "0f", "06", "48"):
        with pytest.raises(Unsupported):
            stepped(code)


def test_padding_may_have_prefixes():
    for code in ("66662e0f1f840000000000", "0f1f440000", "6690", "f30f1efa"):
        step = stepped(code)
        assert step.exits == [] and not step.faults
        assert repr(step.state.registers[RAX]) == "rax", code


def test_ud2_faults():
    assert [(fault.kind, repr(fault.condition)) for fault in stepped("0f0b").faults] == [("undefined", "true")]


def test_distrusted_flags_are_unknown():
    step = stepped("d1eb")  # shr ebx, 1, for which SLEIGH clears OF
    assert "!" in repr(step.state.flags["of"])
    assert value(step.state.registers[RBX], rbx=6) == 3 and value(step.state.flags["cf"], rbx=7) == 1


def test_one_place_and_its_neighbours_do_not_disturb_each_other():
    """The same bytes at the same address mean the same after others were translated there."""
    code = bytes.fromhex("4801c8")
    before = pcode.translate(code)
    for other in ("89c8", "0f44c1", "f30fb8c1", "c3"):
        pcode.translate(bytes.fromhex(other))
    pcode.translate.cache_clear()
    assert pcode.translate(code) == before


def test_without_pypcode_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pypcode", None)
    pcode._context.cache_clear()
    try:
        with pytest.raises(EnvironmentFault, match=r"siglum\[check\]"):
            pcode.translate.__wrapped__(bytes.fromhex("90"))
    finally:
        pcode._context.cache_clear()


def test_contradictions_are_found_and_nothing_else():
    terms = Terms()
    x = terms.var("x", 8)
    zeros = [x.bits(k, k).is_(0) for k in range(8)]
    assert contradicts(terms.all_of([x.isnt(0), *zeros]))
    assert contradicts(terms.all_of([terms.not_(terms.and_(x.bits(3, 0).is_(0), x.bits(7, 4).is_(0))), *zeros]))
    assert not contradicts(terms.all_of([x.isnt(0), *zeros[1:]]))
    assert not contradicts(terms.all_of([x.isnt(1), *zeros]))
    assert not contradicts(terms.all_of(zeros))


def test_unused_registers_stay_as_they_were():
    state = stepped("4801c8").state
    assert [repr(r) for k, r in enumerate(state.registers) if k not in (RAX,)][:2] == ["rcx", "rdx"]
    assert repr(state.registers[RCX]) == "rcx" and repr(state.mxcsr) == "mxcsr"


def test_conditions_after_a_comparison_are_comparisons():
    x, y = "extract (31, 0)(rax)", "extract (31, 0)(rcx)"
    for code, expected in (
        ("7c", f"slt({x}, {y})"),
        ("7d", f"not(slt({x}, {y}))"),
        ("7e", f"not(slt({y}, {x}))"),
        ("7f", f"slt({y}, {x})"),
        ("72", f"ult({x}, {y})"),
        ("76", f"not(ult({y}, {x}))"),
        ("77", f"ult({y}, {x})"),
    ):
        terms = Terms()
        state = State.unknown(terms, Bytes(terms))
        text = bytes.fromhex(f"39c8{code}10")  # cmp eax, ecx; jcc
        sleigh.step(terms, state, text, 0, terms.var("base", 64))
        taken = sleigh.step(terms, state, text, 2, terms.var("base", 64)).exits[0]
        assert repr(taken.condition) == expected, code


def test_truths_are_compared_by_law():
    terms = Terms()
    p, r = terms.var("p", 0), terms.var("r", 0)
    for one in (p, ~p):
        for other in (p.is_(r), ~p.is_(r), (~p).is_(r), ~(~p).is_(r), r, ~p):
            for left, right in ((one, other), (other, one)):
                found = same_truth(left, right)
                for a in (0, 1):
                    for b in (0, 1):
                        assert value(found, p=a, r=b) == (value(left, p=a, r=b) == value(right, p=a, r=b))
    x, y = terms.var("x", 8), terms.var("y", 8)
    for less, same in ((x.slt(y), x.is_(y)), (y.is_(x), x.ult(y)), (x.slt(y), y.is_(3)), (x.ult(y), p)):
        for a, b in ((1, 1), (1, 200), (200, 1), (3, 3), (0, 3)):
            given = {"x": a, "y": b, "p": 1}
            assert value(either(less, same), **given) == (value(less, **given) or value(same, **given))
            assert value(both(~less, ~same), **given) == (not value(less, **given) and not value(same, **given))
            assert value(both(less, same), **given) == (value(less, **given) and value(same, **given))

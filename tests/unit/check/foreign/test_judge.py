"""Findings: what is claimed and what is not, and whose fault it is when a counterexample does not show on the CPU."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.check.foreign.support import MODELS, code, compiled, corpus, judge_with, meaning

from siglum import records
from siglum.check.foreign import judge as judging
from siglum.check.foreign.judge import Judge, Judged, Limits
from siglum.check.foreign.prove import Models
from siglum.errors import Stop
from siglum.records import Exhausted, Proved, ProvedUpTo, Refuted, Unknown, Unsafe, Unsupported
from siglum.sandbox.job import Code
from siglum.sandbox.run import Sandbox
from siglum.smt.solve import Answer, Portfolio
from siglum.smt.terms import Term, Terms
from siglum.target.x86_64.semantics import own, sleigh
from siglum.target.x86_64.semantics.state import State, Step
from siglum.target.x86_64.semantics.state import Unsupported as NoMeaning

SAME = "def f(x: u64) -> u64:\n    return x\n"
SAME_C = "uint64_t f(uint64_t x)"
SUM = "def f(p: list[u32]) -> u32:\n    total = 0\n    for x in p:\n        total = (total + x) & 0xFFFFFFFF\n"
SUM_C = "uint32_t f(const uint32_t *p, size_t n)"


@pytest.fixture(scope="module")
def solvers() -> Iterator[Portfolio]:
    with Portfolio() as portfolio:
        yield portfolio


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as found:
        yield found


@pytest.fixture(scope="module")
def judge(solvers: Portfolio, sandbox: Sandbox) -> Judge:
    return judge_with(solvers, sandbox)


def judged(judge: Judge, text: str, prototype: str, candidate: Code) -> Judged:
    reference, convention = meaning(text, "f", prototype)
    return judge.judge(reference, convention, candidate)


# What is claimed -----------------------------------------------------------------------------------------------
def test_a_proof_names_models_solvers_and_assumptions(judge: Judge) -> None:
    text = "def f(a: u32, b: u32) -> u32:\n    return (a + b) // 2\n"
    made = judged(judge, text, "uint32_t f(uint32_t a, uint32_t b)",
        code("89f821f031f7d1ef01f8c3"),  # mov eax,edi; and eax,esi; xor edi,esi; shr edi,1; add eax,edi; ret
    )  # fmt: skip
    assert isinstance(made.finding, Proved)
    assert made.finding.proof.models == 2 and len(made.finding.proof.solvers) >= 2 and made.finding.proof.queries
    assert any("apart" in a for a in made.assumptions)


def test_a_proof_names_the_lemma_it_rests_on(judge: Judge) -> None:
    counting = next(one for one in compiled() if (one.name, one.option) == ("f_pop", "O2"))
    made = judge.judge(*corpus("f_pop"), counting.code)
    assert isinstance(made.finding, Proved) and made.finding.proof.lemmas == ("bits counted in fields",)


@pytest.mark.parametrize("text", [
    "def f(x: u64) -> u64:\n    assert False\n    return x\n",
    "def f(x: u64) -> u64:\n    return x // 0\n",
])  # fmt: skip
def test_a_reference_that_always_stops_proves_nothing(judge: Judge, text: str) -> None:
    found = judged(judge, text, SAME_C, code("4889f8c3")).finding  # mov rax,rdi; ret
    assert isinstance(found, Unknown) and "vacuous" in str(found)


def test_nor_does_one_with_a_loop(judge: Judge) -> None:
    text = SUM + "    assert total < 0\n    return total\n"
    # xor eax,eax; test rsi,rsi; je 2f; 1: add eax,[rdi]; add rdi,4; dec rsi; jne 1b; 2: inc eax; ret
    wrong = code("31c04885f6740b03074883c70448ffce75f5ffc0c3")
    found = judged(judge, text, SUM_C, wrong).finding
    assert isinstance(found, Unknown) and "vacuous" in str(found)


def test_one_that_rarely_does_not_stop_is_not_vacuous(judge: Judge) -> None:
    text = "def f(x: u64) -> u64:\n    assert x == 0x123456789abcdef0\n    return x\n"
    made = judged(judge, text, SAME_C, code("4889f8c3"))  # mov rax,rdi; ret
    assert isinstance(made.finding, Proved) and "nothing is claimed where the reference stops" in made.assumptions[0]
    found = judged(judge, text, SAME_C, code("488d4701c3")).finding  # lea rax,[rdi+1]; ret
    assert isinstance(found, Refuted) and found.arguments == (0x123456789ABCDEF0,)


def test_where_a_reference_stops_is_said_though_no_run_met_it(judge: Judge) -> None:
    text = "def f(x: u64) -> u64:\n    assert x != 0x123456789abcdef0\n    return x\n"
    made = judged(judge, text, SAME_C, code("4889f8c3"))  # mov rax,rdi; ret
    assert isinstance(made.finding, Proved)
    assert made.assumptions[0] == f"nothing is claimed where the reference stops, as on x={0x123456789ABCDEF0}"


def test_what_is_looked_at_to_a_length_only_is_called_that(solvers: Portfolio, sandbox: Sandbox) -> None:
    short = judge_with(solvers, sandbox, MODELS, Limits(length=3))
    # xor eax,eax; xor ecx,ecx; 1: cmp ecx,esi; je 2f; add eax,[rdi+rcx*4]; inc ecx; jmp 1b; 2: ret
    wrong_far_off = code("31c031c939f1740703048fffc1ebf5c3")
    found = judged(short, SUM + "    return total\n", SUM_C, wrong_far_off).finding
    assert isinstance(found, ProvedUpTo) and (found.bound, found.measure) == (3, "length") and found.missing


def test_loops_beyond_what_is_unrolled_prove_nothing(solvers: Portfolio, sandbox: Sandbox) -> None:
    """The bound is no fault of the code: no more than tested, or run on all inputs."""
    counted = code("31c04038f87404ffc0ebf7c3")  # xor eax,eax; 1: cmp al,dil; je 2f; inc eax; jmp 1b; 2: ret
    short = judge_with(solvers, sandbox, MODELS, Limits(unrolled=10, exhaust=0))
    text, prototype = "def f(x: u8) -> u8:\n    return x\n", "uint8_t f(uint8_t x)"
    assert isinstance(judged(short, text, prototype, counted).finding, records.Tested)
    running_all = judge_with(solvers, sandbox, MODELS, Limits(unrolled=10))
    assert isinstance(judged(running_all, text, prototype, counted).finding, Exhausted)


def test_code_that_writes_but_one_element_of_the_result_is_refuted(judge: Judge) -> None:
    text, prototype = "def f(a: list[u8]) -> list[u8]:\n    return [a[1], a[0]]\n", "void f(uint8_t d[2], const uint8_t a[2])"
    found = judged(judge, text, prototype, code("8a46018807c3")).finding  # mov al,[rsi+1]; mov [rdi],al; ret
    assert isinstance(found, Refuted)


# xor eax,eax; xor r8d,r8d; 1: cmp r8,rsi; je 2f; add eax,[rdi+r8*4]; inc r8; xor ecx,ecx; 3: inc ecx; cmp ecx,N; jne 3b;
# jmp 1b; 2: ret
SLOW_SUM = "31c04531c04939f0741242030487 49ffc0 31c9 ffc1 83f9{} 75f9 ebe9 c3"


def test_a_bounded_proof_ends_where_a_loop_runs_on_beyond_its_bound(solvers: Portfolio, sandbox: Sandbox) -> None:
    short = judge_with(solvers, sandbox, MODELS, Limits(runs=20, length=2, unrolled=10))
    slow = code(SLOW_SUM.format("64"))
    found = judged(short, SUM + "    return total\n", SUM_C, slow).finding
    assert isinstance(found, ProvedUpTo) and found.bound == 0


def test_a_bounded_proof_ends_where_the_lengths_are_too_many(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "MOST_CASES", 2)
    text = "def f(p: list[u8], q: list[u8]) -> u64:\n    return 7\n"
    seven = code("b807000000c3")  # mov eax,7; ret
    found = judged(judge, text, "uint64_t f(const uint8_t *p, size_t n, const uint8_t *q, size_t m)", seven).finding
    assert isinstance(found, ProvedUpTo) and found.bound == 0


def test_where_not_even_empty_lists_can_be_decided_the_code_is_tested(solvers: Portfolio, sandbox: Sandbox) -> None:
    short = judge_with(solvers, sandbox, MODELS, Limits(runs=20, length=2, unrolled=10))
    # xor ecx,ecx; 3: inc ecx; cmp ecx,100; jne 3b; and then the sum
    slow = code("31c9 ffc1 83f964 75f9 31c0 31c9 4839f1 7408 03048f 48ffc1 ebf3 c3")
    found = judged(short, SUM + "    return total\n", SUM_C, slow).finding
    assert isinstance(found, records.Tested) and found.runs == 20


def test_all_inputs_find_what_runs_and_solvers_leave_open(solvers: Portfolio, sandbox: Sandbox) -> None:
    short = judge_with(solvers, sandbox, MODELS, Limits(runs=1, unrolled=10))
    # xor eax,eax; 1: cmp ax,di; je 2f; inc eax; jmp 1b; 2: cmp eax,4660; jne 3f; inc eax; 3: ret
    counted = code("31c0 6639f8 7404 ffc0 ebf7 3d34120000 7502 ffc0 c3")
    found = judged(short, "def f(x: u16) -> u16:\n    return x\n", "uint16_t f(uint16_t x)", counted).finding
    assert isinstance(found, Refuted) and found.arguments == (4660,)


def test_solvers_without_an_answer_leave_a_test(sandbox: Sandbox) -> None:
    class Mute(Portfolio):
        def ask(self, *arguments: Any, **named: Any) -> Answer:
            return Answer("unknown", (), {}, "", "out of time", 0.0)

    text = "def f(x: u64, y: u64) -> u64:\n    return (x ^ y) + ((x & y) << 1)\n"
    with Mute() as mute:
        found = judged(judge_with(mute, sandbox), text, ADDED_C, code("488d0437c3")).finding  # lea rax,[rdi+rsi]; ret
    assert isinstance(found, records.Tested)


def test_a_reference_that_terms_cannot_say_leaves_a_test(judge: Judge) -> None:
    text = "from siglum.vocab.intrinsics import clock\ndef f(x: int) -> int:\n    return x if clock() else 0\n"
    found = judged(judge, text, "int64_t f(int64_t x)", code("4889f8c3")).finding  # mov rax,rdi; ret
    assert isinstance(found, records.Tested) and "the reference has the effect `clock`" in str(found)


def test_steps_that_no_solver_had_time_for_are_not_said_to_be_confirmed(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    text, divided = "def f(x: u32) -> u32:\n    return x // 10\n", code("89f8b9cdcccccc480fafc148c1e823c3")
    made = judged(
        judge, text, "uint32_t f(uint32_t x)", divided
    )  # mov eax,edi; mov ecx,0xcccccccd; imul rax,rcx; shr rax,35; ret
    assert isinstance(made.finding, Proved)
    monkeypatch.setattr(judging, "STEPS_SECONDS", -1.0)
    made = judged(judge, text, "uint32_t f(uint32_t x)", divided)
    assert isinstance(made.finding, Proved) and made.finding.proof.solvers == ()


# Names ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["code", "rsp", "rbx", "rax", "r11", "mxcsr", "xmm0", "zf", "ymm3", "return_", "stack", "probe"])
def test_parameters_may_be_named_as_the_machine_is(judge: Judge, name: str) -> None:
    """A parameter is not the register of its name: code that is wrong for one value is found out."""
    prototype = f"uint64_t f(uint64_t {name})"
    text = f"def f({name}: u64) -> u64:\n    return {name}\n"
    # mov rax,rdi; movabs rcx,0x123456789abcdef1; cmp rdi,rcx; jne 1f; xor eax,eax; 1: ret
    wrong = code("4889f848b9f1debc9a785634124839cf750231c0c3")
    assert isinstance(judged(judge, text, prototype, wrong).finding, Refuted)
    assert isinstance(judged(judge, text, prototype, code("4889f8c3")).finding, Proved)  # mov rax,rdi; ret


# Whose fault it is -----------------------------------------------------------------------------------------------
def wrong_model(terms: Terms, state: State, text: bytes, at: int, base: Term) -> Step:
    """The own model, but for one value an addition gives one more."""
    found = own.step(terms, state, text, at, base)
    if text[at : at + 3] == bytes.fromhex("4801f0"):  # add rax,rsi
        sum_ = state.registers[0]
        state.registers[0] = terms.ite(sum_.is_(0x123456789ABCDEF0), sum_ + 1, sum_)
    return found


ADDED = "def f(x: u64, y: u64) -> u64:\n    return x + y\n"
ADDED_C = "uint64_t f(uint64_t x, uint64_t y)"


@pytest.mark.parametrize("models", [Models(wrong_model, sleigh.step), Models(own.step, wrong_model)], ids=["first", "second"])
def test_a_counterexample_in_a_model_alone_is_its_defect(solvers: Portfolio, sandbox: Sandbox, models: Models) -> None:
    # mov rax,rdi; add rax,rsi; ret
    found = judged(judge_with(solvers, sandbox, models), ADDED, ADDED_C, code("4889f84801f0c3")).finding
    assert isinstance(found, Unknown) and "defect of the instruction model" in str(found)


def test_a_model_that_hides_an_error_is_contradicted_by_the_other(solvers: Portfolio, sandbox: Sandbox) -> None:
    def blind(terms: Terms, state: State, text: bytes, at: int, base: Term) -> Step:
        found = own.step(terms, state, text, at, base)
        if text[at : at + 2] == b"\x75\x02":  # the jump is always taken
            found.exits = [e._replace(condition=terms.truth(e.target != at + 2)) for e in found.exits]
        return found

    # mov rax,rdi; movabs rcx,0x123456789abcdef0; cmp rdi,rcx; jne 1f; xor eax,eax; 1: ret
    wrong = code("4889f848b9f0debc9a785634124839cf750231c0c3")
    for models in (Models(blind, sleigh.step), Models(own.step, blind)):
        assert isinstance(judged(judge_with(solvers, sandbox, models), SAME, SAME_C, wrong).finding, Refuted)


def test_what_the_native_reference_gives_otherwise_refutes_nothing(judge: Judge) -> None:
    """The runs go through the reference as native code; CPython has the last word."""
    reference, convention = meaning(SAME, "f", SAME_C)
    lying = replace(reference, native=lambda x: x + 1)
    assert isinstance(judge.judge(lying, convention, code("4889f8c3")).finding, Proved)  # mov rax,rdi; ret

    def stops(*arguments: Any) -> Any:
        raise Stop("range")

    assert isinstance(judge.judge(replace(lying, call=stops), convention, code("4889f8c3")).finding, Proved)


def test_a_counterexample_on_which_the_reference_stops_is_a_defect_of_its_terms(judge: Judge) -> None:
    def stops(x: int) -> int:
        if x == 0x123456789ABCDEF0:
            raise Stop("range")
        return x

    reference, convention = meaning(SAME, "f", SAME_C)
    # mov rax,rdi; movabs rcx,0x123456789abcdef0; cmp rdi,rcx; jne 1f; xor eax,eax; 1: ret
    wrong = code("4889f848b9f0debc9a785634124839cf750231c0c3")
    found = judge.judge(replace(reference, call=stops, native=stops), convention, wrong).finding
    assert isinstance(found, Unknown) and "defect of the reference's terms" in str(found)


def test_float_operations_known_by_name_refute_nothing(judge: Judge) -> None:
    text = "def f(x: float) -> float:\n    return x + x\n"
    # mov eax,2; cvtsi2sd xmm1,eax; mulsd xmm0,xmm1; ret
    twice = code("b802000000f20f2ac8f20f59c1c3")
    found = judged(judge, text, "double f(double x)", twice).finding
    assert isinstance(found, Unknown) and "by name only" in str(found)


@pytest.mark.parametrize(("text", "what"), [
    # mov rax,rdi; shl eax,5; seto cl; mov rax,rdi; test cl,cl; je 1f; inc rax; 1: ret
    (code("4889f8c1e0050f90c14889f884c9740348ffc0c3"), "of, which is undefined"),
    # bsr r11d,edi; mov rcx,r11; shr rcx,32; mov rax,rdi; cmp ecx,0x13572468; jne 1f; inc eax; 1: ret
    (code("440fbddf4c89d948c1e9204889f881f9682457137502ffc0c3"), "what an instruction leaves undefined"),
])  # fmt: skip
def test_code_that_depends_on_undefined_results_is_unsafe(judge: Judge, text: Code, what: str) -> None:
    short = Judge(judge.sandbox, judge.portfolio, judge.models, Limits(runs=0))
    found = judged(short, SAME, SAME_C, text).finding
    assert isinstance(found, Unsafe) and what in str(found), found


def test_what_the_second_model_does_not_know_is_said(solvers: Portfolio, sandbox: Sandbox) -> None:
    def ignorant(terms: Terms, state: State, text: bytes, at: int, base: Term) -> Step:
        raise NoMeaning("anything", at)

    made = judged(judge_with(solvers, sandbox, Models(own.step, ignorant)), SAME, SAME_C, code("4889f8c3"))  # mov rax,rdi; ret
    assert isinstance(made.finding, Proved) and made.finding.proof.models == 1 and "one model only" in made.notes[0]
    # mov rax,rdi; ret
    found = judged(judge_with(solvers, sandbox, Models(ignorant, own.step)), SAME, SAME_C, code("4889f8c3")).finding
    assert isinstance(found, Unsupported)


UNSPECIFIED = [
    # mov rax,rdi; cmp r11,0x13572468; jne 1f; xor eax,eax; 1: ret
    (code("4889f84981fb68245713750231c0c3"), "what r11 holds on entry"),
    # mov rax,rdi; cmp rbp,0x13572468; jne 1f; xor eax,eax; 1: ret
    (code("4889f84881fd68245713750231c0c3"), "what rbp holds on entry"),
    # mov rax,rdi; cmp dword ptr [rsp-16],0x13572468; jne 1f; xor eax,eax; 1: ret
    (code("4889f8817c24f068245713750231c0c3"), "on the stack"),
    # mov rax,rdi; mov rcx,[rsp]; cmp ecx,0x13572468; jne 1f; xor eax,eax; 1: ret
    (code("4889f8488b0c2481f968245713750231c0c3"), "where it returns to"),
    # mov rax,rdi; lea rcx,[rip]; shr rcx,12; cmp ecx,0x1357246; jne 1f; xor eax,eax; 1: ret
    (code("4889f8488d0d0000000048c1e90c81f946723501750231c0c3"), "where the code lies"),
    # mov rax,rdi; movd ecx,xmm7; cmp ecx,0x13572468; jne 1f; xor eax,eax; 1: ret
    (code("4889f8660f7ef981f968245713750231c0c3"), "what xmm7 holds on entry"),
]


@pytest.mark.parametrize(("text", "what"), UNSPECIFIED)
def test_code_that_depends_on_what_nobody_promises_is_unsafe(judge: Judge, text: Code, what: str) -> None:
    found = judged(judge, SAME, SAME_C, text).finding
    assert isinstance(found, Unsafe) and what in str(found), found


def test_bytes_that_are_not_known_may_be_anything(judge: Judge) -> None:
    """What is between the functions of a file is filled in the image; nothing may rest on how."""
    # movzx ecx,byte ptr [rip+t]; mov rax,rdi; cmp ecx,0xcc; je 1f; xor eax,eax; 1: ret; t: .byte 0xcc,0xcc
    reads = code("0fb60d0e0000004889f881f9cc000000740231c0c3cccc")
    assert isinstance(judged(judge, SAME, SAME_C, reads).finding, Proved)
    end = len(reads.image) - 2
    found = judged(judge, SAME, SAME_C, reads._replace(known=((0, end),), executable=(0, end))).finding
    assert isinstance(found, Unsafe) and "beside the function" in str(found)
    runs = code("4889f890c3")  # mov rax,rdi; nop; ret
    found = judged(judge, SAME, SAME_C, runs._replace(known=((0, 3), (4, 5)))).finding
    assert isinstance(found, Unsafe) and "beside its code" in str(found)
    cut = code("b804030201c3")  # mov eax,0x01020304; ret
    text = "def f(x: u64) -> u64:\n    return 0x01020304\n"
    assert isinstance(judged(judge, text, SAME_C, cut).finding, Proved)
    assert isinstance(judged(judge, text, SAME_C, cut._replace(known=((0, 3), (5, 6)))).finding, Unsafe)


def test_regions_that_lie_in_one_another_refute_nothing(judge: Judge) -> None:
    text = "def f(p: list[u8], q: list[u8]) -> u8:\n    return p[0]\n"
    apart = code("8a074839f7750231c0c3")  # mov al,[rdi]; cmp rdi,rsi; jne 1f; xor eax,eax; 1: ret
    assert isinstance(judged(judge, text, "uint8_t f(const uint8_t p[4], const uint8_t q[4])", apart).finding, Proved)


def test_where_a_buffer_lies_must_not_matter(judge: Judge) -> None:
    text = "def f(p: list[u8]) -> u8:\n    return p[0]\n"
    odd = code("8a0748c1ef0c81ff46723501750231c0c3")  # mov al,[rdi]; shr rdi,12; cmp edi,0x1357246; jne 1f; xor eax,eax; 1: ret
    found = judged(judge, text, "uint8_t f(const uint8_t p[4])", odd).finding
    assert isinstance(found, Unsafe) and "where `p` lies" in str(found)

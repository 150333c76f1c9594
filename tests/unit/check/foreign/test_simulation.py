"""Loops in lock-step with the reference's: proved where they do the same for all lengths, and only there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from tests.unit.check.foreign.support import MODELS, code, compiled, corpus, judge_with, meaning

from siglum.check.foreign import simulation
from siglum.check.foreign.convention import Convention
from siglum.check.foreign.judge import Judge, Limits, Reference
from siglum.check.foreign.prove import Models
from siglum.check.foreign.simulation import NoRelation, simulate
from siglum.frontend.elaborate import function_from_source
from siglum.ir.node import LOOP
from siglum.records import Proved
from siglum.sandbox.job import Code
from siglum.sandbox.run import Sandbox
from siglum.smt.loops import copied
from siglum.smt.solve import Answer, Portfolio
from siglum.smt.terms import Term, Terms
from siglum.target.x86_64.semantics import own, sleigh
from siglum.target.x86_64.semantics.state import State, Step, Unsupported

IN_PLACE = """
@prototype("void raised(uint8_t *p, size_t n)")
def raised(p: list[u8]) -> list[u8]:
    found = list(p)
    i = 0
    while i < len(found):
        found[i] = found[i] ^ 1
        i += 1
    return found


@prototype("void words(uint32_t *p, size_t n)")
def words(p: list[u32]) -> list[u32]:
    found = list(p)
    i = 0
    while i < len(found):
        found[i] = found[i] ^ p[0]
        i += 1
    return found
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as found:
        yield found


@pytest.fixture(scope="module")
def judge(sandbox: Sandbox) -> Iterator[Judge]:
    with Portfolio(seconds=4.0) as portfolio:
        yield judge_with(portfolio, sandbox, MODELS, Limits(runs=20, length=2))


def simulated(judge: Judge, name: str, text: Code) -> str:
    """The status, or what is missing; the runs on the CPU that would show a difference first are left out."""
    return beside(judge, meaning(IN_PLACE, name) if name in IN_PLACE else corpus(name), text)


def beside(judge: Judge, meant: tuple[Reference, Convention], text: Code) -> str:
    reference, convention = meant
    terms = Terms()
    samples = list(judge.samples(terms, reference, convention, text, Random(1)))
    try:
        result = simulate(terms, reference.function, convention, text, judge.models, judge.portfolio, samples)
    except (NoRelation, Unsupported) as missing:
        return str(missing)
    return f"{result.status} {result.models}"


GCC = [("f_sum", "O1"), ("f_sum", "O2"), ("f_chr", "O1"), ("f_chr", "O2"), ("f_reverse", "O1")]


@pytest.mark.parametrize(("name", "option"), GCC)
def test_what_gcc_makes_is_proved_for_all_lengths(judge: Judge, name: str, option: str) -> None:
    text = next(one.code for one in compiled() if (one.name, one.option) == (name, option))
    assert simulated(judge, name, text) == "proved 2"


RIGHT = [
    # xor eax,eax; xor ecx,ecx; 1: cmp rcx,rsi; je 2f; add eax,[rdi+rcx*4]; inc rcx; jmp 1b; 2: ret
    ("f_sum", code("31c031c94839f1740803048f48ffc1ebf3c3")),
    # xor eax,eax; lea rdx,[rdi+rsi*4]; 1: cmp rdi,rdx; je 2f; add eax,[rdi]; add rdi,4; jmp 1b; 2: ret
    ("f_sum", code("31c0488d14b74839d7740803074883c704ebf3c3")),
    # xor eax,eax; test rsi,rsi; je 2f; 1: add eax,[rdi+rsi*4-4]; sub eax,[rdi+rsi*4-4]; add eax,[rdi]; add rdi,4; dec rsi;
    # jne 1b; 2: ret
    ("f_sum", code("31c04885f674130344b7fc2b44b7fc03074883c70448ffce75edc3")),
    # xor ecx,ecx; 1: cmp rcx,rsi; je 2f; lea rax,[rdi+rcx]; cmp [rax],dl; je 3f; inc rcx; jmp 1b; 2: xor eax,eax; 3: ret
    ("f_chr", code("31c94839f1740d488d040f3810740748ffc1ebee31c0c3")),
    # xor ecx,ecx; 1: cmp rcx,rsi; je 2f; xor byte ptr [rdi+rcx],1; inc rcx; jmp 1b; 2: ret
    ("raised", code("31c94839f1740980340f0148ffc1ebf2c3")),
]


WRONG = [
    # the fourth element is left out
    # xor eax,eax; xor ecx,ecx; 1: cmp rcx,rsi; je 2f; cmp rcx,3; je 3f; add eax,[rdi+rcx*4]; 3: inc rcx; jmp 1b; 2: ret
    ("f_sum", code("31c031c94839f1740e4883f903740303048f48ffc1ebedc3")),
    # the element at 10^6
    # xor eax,eax; xor ecx,ecx; 1: cmp rcx,rsi; je 2f; cmp rcx,1000000; je 3f; add eax,[rdi+rcx*4]; 3: inc rcx; jmp 1b; 2: ret
    ("f_sum", code("31c031c94839f174114881f940420f00740303048f48ffc1ebeac3")),
    # one value
    # xor eax,eax; xor ecx,ecx; 1: cmp rcx,rsi; je 2f; mov edx,[rdi+rcx*4]; cmp edx,0x12345678; je 3f; add eax,edx;
    # 3: inc rcx; jmp 1b; 2: ret
    ("f_sum", code("31c031c94839f174128b148f81fa78563412740201d048ffc1ebe9c3")),
    # one length
    # xor eax,eax; cmp rsi,100; je 2f; xor ecx,ecx; 1: cmp rcx,rsi; je 2f; add eax,[rdi+rcx*4]; inc rcx; jmp 1b; 2: ret
    ("f_sum", code("31c04883fe64740f31c94839f1740803048f48ffc1ebf3c3")),
    # lengths from 2^32 on
    # xor eax,eax; xor ecx,ecx; 1: cmp ecx,esi; je 2f; add eax,[rdi+rcx*4]; inc ecx; jmp 1b; 2: ret
    ("f_sum", code("31c031c939f1740703048fffc1ebf5c3")),
    # reads past the end of long lists
    # xor eax,eax; xor ecx,ecx; 1: cmp rcx,rsi; je 2f; add eax,[rdi+rcx*4]; inc rcx; jmp 1b; 2: cmp rsi,1000; jb 3f;
    # mov edx,[rdi+rcx*4]; 3: ret
    ("f_sum", code("31c031c94839f1740803048f48ffc1ebf34881fee803000072038b148fc3")),
    # never ends where an element is one value
    # xor eax,eax; xor ecx,ecx; 1: cmp rcx,rsi; je 2f; cmp dword ptr [rdi+rcx*4],0x12345678; je 1b; add eax,[rdi+rcx*4];
    # inc rcx; jmp 1b; 2: ret
    ("f_sum", code("31c031c94839f17411813c8f7856341274f203048f48ffc1ebeac3")),
    # a word of the red zone that a run may change
    # mov qword ptr [rsp-8],0; xor eax,eax; xor ecx,ecx; 1: cmp rcx,rsi; je 2f; add eax,[rdi+rcx*4]; cmp eax,0x12345678;
    # jne 3f; inc qword ptr [rsp-8]; 3: inc rcx; jmp 1b; 2: add eax,[rsp-8]; ret
    ("f_sum", code("48c74424f80000000031c031c94839f1741403048f3d78563412750548ff4424f848ffc1ebe7034424f8c3")),
    # a callee-saved register that a run may change
    # xor eax,eax; xor ecx,ecx; 1: cmp rcx,rsi; je 2f; add eax,[rdi+rcx*4]; cmp eax,0x12345678; jne 3f; xor ebx,ebx;
    # 3: inc rcx; jmp 1b; 2: ret
    ("f_sum", code("31c031c94839f1741103048f3d78563412750231db48ffc1ebeac3")),
    # the stack pointer moves with each run
    # xor eax,eax; xor ecx,ecx; 1: cmp rcx,rsi; je 2f; add eax,[rdi+rcx*4]; push rcx; inc rcx; jmp 1b;
    # 2: lea rsp,[rsp+rsi*8]; ret
    ("f_sum", code("31c031c94839f1740903048f5148ffc1ebf2488d24f4c3")),
    # the upper half of a vector register, dirty before the loop
    # xor eax,eax; test rsi,rsi; je 2f; vpcmpeqd ymm0,ymm0,ymm0; 1: add eax,[rdi]; add rdi,4; dec rsi; jne 1b;
    # vextracti128 xmm1,ymm0,1; vmovd ecx,xmm1; add eax,ecx; vzeroupper; 2: ret
    ("f_sum", code("31c04885f6741ec5fd76c003074883c70448ffce75f5c4e37d39c101c5f97ec901c8c5f877c3")),
    # and dirty in a run
    # xor eax,eax; test rsi,rsi; je 2f; 1: add eax,[rdi]; cmp eax,0x12345678; jne 3f; vpcmpeqd ymm0,ymm0,ymm0; 3: add rdi,4;
    # dec rsi; jne 1b; vextracti128 xmm1,ymm0,1; vmovd ecx,xmm1; add eax,ecx; vzeroupper; 2: ret
    ("f_sum", code("31c04885f6742503073d785634127504c5fd76c04883c70448ffce75eac4e37d39c101c5f97ec901c8c5f877c3")),
    # no pointer where the index is large
    # xor ecx,ecx; 1: cmp rcx,rsi; je 2f; cmp [rdi+rcx],dl; je 3f; inc rcx; jmp 1b; 2: xor eax,eax; ret;
    # 3: lea rax,[rdi+rcx]; cmp rcx,1000; jb 4f; xor eax,eax; 4: ret
    ("f_chr", code("31c94839f1740a38140f740848ffc1ebf131c0c3488d040f4881f9e8030000720231c0c3")),
    # the first element, which is zero by then, stands for itself
    # xor ecx,ecx; 1: cmp rcx,rsi; je 2f; mov eax,[rdi]; xor [rdi+rcx*4],eax; inc rcx; jmp 1b; 2: ret
    ("words", code("31c94839f1740a8b0731048f48ffc1ebf1c3")),
    # the element at 10^6 stays
    # xor ecx,ecx; 1: cmp rcx,rsi; je 2f; cmp rcx,1000000; je 3f; xor byte ptr [rdi+rcx],1; 3: inc rcx; jmp 1b; 2: ret
    ("raised", code("31c94839f174124881f940420f00740480340f0148ffc1ebe9c3")),
    # the first is written again where the list is long
    # xor ecx,ecx; 1: cmp rcx,rsi; je 2f; xor byte ptr [rdi+rcx],1; inc rcx; jmp 1b; 2: cmp rsi,1000; jb 3f;
    # mov byte ptr [rdi],0; 3: ret
    ("raised", code("31c94839f1740980340f0148ffc1ebf24881fee80300007203c60700c3")),
    # and behind its end
    # xor ecx,ecx; 1: cmp rcx,rsi; je 2f; xor byte ptr [rdi+rcx],1; inc rcx; jmp 1b; 2: cmp rsi,1000; jb 3f;
    # mov byte ptr [rdi+rsi],0; 3: ret
    ("raised", code("31c94839f1740980340f0148ffc1ebf24881fee80300007204c6043700c3")),
    # before the loop
    # xor ecx,ecx; cmp rsi,1000; jb 1f; mov byte ptr [rdi+999],0; 1: cmp rcx,rsi; je 2f; xor byte ptr [rdi+rcx],1; inc rcx;
    # jmp 1b; 2: ret
    ("raised", code("31c94881fee80300007207c687e7030000004839f1740980340f0148ffc1ebf2c3")),
    # nothing is written
    ("raised", code("31c94839f1740548ffc1ebf6c3")),  # xor ecx,ecx; 1: cmp rcx,rsi; je 2f; inc rcx; jmp 1b; 2: ret
    # the last of two
    # xor eax,eax; xor ecx,ecx; 1: cmp rcx,rsi; je 2f; lea r8,[rdi+rcx]; cmp [r8],dl; cmove rax,r8; inc rcx; jmp 1b; 2: ret
    ("f_chr", code("31c031c94839f174104c8d040f413810490f44c048ffc1ebebc3")),
]


@pytest.mark.parametrize(("name", "text"), RIGHT)
def test_loops_that_go_in_step_are_proved(judge: Judge, name: str, text: Code) -> None:
    assert simulated(judge, name, text) == "proved 2"


@pytest.mark.parametrize(("name", "text"), WRONG)
def test_loops_that_differ_anywhere_are_not_proved(judge: Judge, name: str, text: Code) -> None:
    assert "proved" not in simulated(judge, name, text)


def test_loops_that_differ_are_not_proved_by_the_judge(judge: Judge) -> None:
    name, text = WRONG[1]
    reference, convention = corpus(name)
    assert not isinstance(judge.judge(reference, convention, text).finding, Proved)


def model_that(spoils: bytes, change: Callable[[Terms, State], None]) -> Models:
    """The own model, but after an instruction of these bytes the state is changed."""

    def step(terms: Terms, state: State, text: bytes, at: int, base: Term) -> Step:
        found = own.step(terms, state, text, at, base)
        if text[at : at + len(spoils)] == spoils:
            change(terms, state)
        return found

    return Models(step, sleigh.step)


def _set_direction(terms: Terms, state: State) -> None:
    state.flags["df"] = terms.true


def _set_rounding(terms: Terms, state: State) -> None:
    state.mxcsr = state.mxcsr ^ 0x2000


@pytest.mark.parametrize(
    ("change", "missing"), [(_set_direction, "the direction flag"), (_set_rounding, "control bits of MXCSR")]
)
def test_control_bits_that_a_run_changes_are_missing(judge: Judge, change: Callable[[Terms, State], None], missing: str) -> None:
    """No instruction of the table sets them; one that did would be noticed."""
    spoiled = judge_with(judge.portfolio, judge.sandbox, model_that(bytes.fromhex("48ffc1"), change))
    assert missing in simulated(spoiled, *RIGHT[0])


def test_a_relation_that_is_still_too_strong_after_all_rounds_is_given_up(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "ROUNDS", 0)
    assert "none of those guessed is kept" in simulated(judge, *RIGHT[0])


def test_solvers_without_an_answer_prove_nothing(sandbox: Sandbox) -> None:
    class Mute(Portfolio):
        def ask(self, *arguments: Any, **named: Any) -> Answer:
            return Answer("unknown", (), {}, "", "out of time", 0.0)

    with Mute() as mute:
        assert "proved" not in simulated(judge_with(mute, sandbox), *RIGHT[0])


def test_a_loop_that_comes_back_only_where_no_sample_was(judge: Judge) -> None:
    # xor eax,eax; mov edx,5; cmp rsi,1000000; jb 1f; mov edx,6; 1: cmp edx,6; je 1b; ret
    rarely = code("31c0 ba05000000 4881fe40420f00 7205 ba06000000 83fa06 74fb c3")
    assert "never comes back" in simulated(judge, "f_sum", rarely)


def test_a_reference_with_a_loop_in_its_loop_is_not_followed(judge: Judge) -> None:
    loops = "    for x in p:\n        for i in range(x):\n            t = t ^ i\n"
    text = f"def f(p: list[u8]) -> int:\n    t = 0\n{loops}    return t\n"
    assert "the reference has" in beside(judge, meaning(text, "f", "int64_t f(const uint8_t *p, size_t n)"), RIGHT[0][1])


@pytest.mark.parametrize("element", ["u8", "i32", "int"])
@pytest.mark.parametrize(("made", "is_copy"), [
    ("list(p)", True), ("[x for x in p]", True), ("[x ^ 1 for x in p]", False), ("[p[0] for x in p]", False),
    ("[x for x in q]", False), ("[q[0] for x in p]", False), ("[x for x in p[1:]]", False), ("[k for x in p]", False),
    ("[x for x in p if x > 3]", False), ("p + p", False),
])  # fmt: skip
def test_only_loops_that_copy_a_whole_list_are_taken_for_copies(made: str, is_copy: bool, element: str) -> None:
    listed = f"list[{element}]"
    text = f"def f(p: {listed}, q: {listed}, k: {element}) -> {listed}:\n    return {made}\n"
    function = function_from_source(text, "f", "<test>")
    source = function.region.params[0]
    loops = [n for n in function.region.body if n.op is LOOP]
    assert any(copied(n) is source for n in loops) == is_copy

"""Foreign code without loops of unknown length: what is right is proved, what is wrong is refuted by what it does wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.unit.check.vc import OWN, Case, one_solver

from siglum.check.foreign import prove as proving
from siglum.check.foreign.prove import Models, Result, ask_about, broken, explore, prove, prove_call
from siglum.check.foreign.setting import setting
from siglum.smt.evaluate import evaluator
from siglum.smt.functions import Bounds, execute
from siglum.smt.machine import FLOAT_FUNCTIONS
from siglum.smt.solve import Answer, Portfolio
from siglum.smt.terms import Term, Terms, mask
from siglum.smt.values import Unsupported as NoTerms
from siglum.target.x86_64.semantics import own
from siglum.target.x86_64.semantics.state import State, Step, Unsupported

ADD = "def f(x: u32, y: u32) -> u32:\n    return (x + y) & 0xFFFFFFFF\n"
AVERAGE = "def f(x: u32, y: u32) -> u32:\n    return (x + y) // 2\n"
EQUAL = "def f(x: i32, y: i32) -> bool:\n    return x == y\n"
QUOTIENT = "def f(x: u32, y: u32) -> u32:\n    return x // y\n"
SAFE_QUOTIENT = "def f(x: u32, y: u32) -> u32:\n    return x // y if y > 0 else 0\n"
SUM = "def f(p: list[i32]) -> i64:\n    return p[0] + p[1]\n"
ONES = """def f(x: u8) -> u32:
    count = 0
    for k in range(8):
        count += x >> k & 1
    return count
"""
FLOATS = "def f(x: f64, y: f64) -> f64:\n    return x + y\n"
SWAP = "def f(p: list[i32]) -> list[i32]:\n    return [p[1], p[0]]\n"
TWO = "uint32_t f(uint32_t x, uint32_t y)"
COUNTING = "31c085ff740b89f983e10101c8d1efebf1c3"
"""xor eax,eax; 1: test edi,edi; je 2f; mov ecx,edi; and ecx,1; add eax,ecx; shr edi; jmp 1b; 2: ret"""


@pytest.fixture(scope="module")
def solver() -> Iterator[Portfolio]:
    with one_solver() as portfolio:
        yield portfolio


def proved(solver: Portfolio, source: str, prototype: str, code: str, models: Any = (OWN,), **options: Any) -> Result:
    case = Case(source, prototype, code)
    return prove(Terms(), case.function, case.convention, case.code, models, solver, **options)


@pytest.mark.parametrize(
    ("source", "prototype", "code"),
    [
        (ADD, TWO, "8d0437c3"),  # lea eax,[rdi+rsi]; ret
        (ADD, TWO, "8d043759ffe1"),  # lea eax,[rdi+rsi]; pop rcx; jmp rcx
        (ADD, TWO, "89f801f0c3"),  # mov eax,edi; add eax,esi; ret
        (ADD, TWO, "488d0437c3"),  # lea rax,[rdi+rsi]; ret
        (ADD, TWO, "5389fb8d04335bc3"),  # push rbx; mov ebx,edi; lea eax,[rbx+rsi]; pop rbx; ret
        (AVERAGE, TWO, "89f889f14801c848d1e8c3"),  # mov eax,edi; mov ecx,esi; add rax,rcx; shr rax; ret
        (EQUAL, "bool f(int32_t x, int32_t y)", "39f70f94c0c3"),  # cmp edi,esi; sete al; ret
        (SAFE_QUOTIENT, TWO, "85f6740731d289f8f7f6c331c0c3"),  # 0 where esi is 0, else edi / esi
        (QUOTIENT, TWO, "31d289f8f7f6c3"),  # xor edx,edx; mov eax,edi; div esi; ret: the reference stops where it faults
        (SUM, "int64_t f(const int32_t p[2])", "486307486357044801d0c3"),  # movsxd rax,[rdi]; movsxd rdx,[rdi+4]; add rax,rdx
        (ONES, "uint32_t f(uint8_t x)", "400fb6ff" + COUNTING),  # movzx edi,dil; ...
        (FLOATS, "double f(double x, double y)", "f20f58c1c3"),  # addsd xmm0,xmm1; ret
        (SWAP, "void f(int32_t p[2])", "8b078b4f04890f894704c3"),  # eax = [rdi]; ecx = [rdi+4]; [rdi] = ecx; [rdi+4] = eax; ret
    ],
)
def test_right_code_is_proved(solver: Portfolio, source: str, prototype: str, code: str) -> None:
    result = proved(solver, source, prototype, code)
    assert (result.status, result.models, result.trouble, result.second) == ("proved", 1, "", "")
    assert result.solvers in ((), ("bitwuzla",)) and len(set(result.queries)) == len(result.queries)


@pytest.mark.parametrize(
    ("source", "prototype", "code", "trouble"),
    [
        (ADD, TWO, "89f829f0c3", "the result"),  # mov eax,edi; sub eax,esi; ret
        (AVERAGE, TWO, "89f801f0d1e8c3", "the result"),  # mov eax,edi; add eax,esi; shr eax; ret
        (ADD, TWO, "89fb8d0433c3", "rbx is kept"),  # mov ebx,edi; lea eax,[rbx+rsi]; ret
        (ADD, TWO, "8d043741bc01000000c3", "r12 is kept"),  # lea eax,[rdi+rsi]; mov r12d,1; ret
        (ADD, TWO, "8d0437488b0c24ffe1", "the stack pointer is back"),  # lea eax,[rdi+rsi]; mov rcx,[rsp]; jmp rcx
        (ADD, TWO, "578d0437c3", "returns elsewhere than to its caller at 0x4"),  # push rdi; lea eax,[rdi+rsi]; ret
        (ADD, TWO, "8d0437", "jumps outside its code at 0x0"),
        (ADD, TWO, "8b07c3", "reads 4 bytes outside every region at 0x0"),  # mov eax,[rdi]; ret
        (EQUAL, "bool f(int32_t x, int32_t y)", "39f70f95c0c3", "the result"),  # cmp edi,esi; setne al; ret
        (SAFE_QUOTIENT, TWO, "31d289f8f7f6c3", "divides by zero, or the quotient does not fit at 0x4"),
        (SUM, "int64_t f(const int32_t p[2])", "486307486357084801d0c3", "reads past p: 4 bytes at 8 at 0x3"),
        (SUM, "int64_t f(const int32_t p[2])", "8b078b57044801d0c3", "the result"),  # mov eax,[rdi]; mov edx,[rdi+4]; add rax,rdx
        (SUM, "int64_t f(int32_t p[2])", "4863074863570489074801d0c3", ""),  # writes back what it read
        (SUM, "int64_t f(int32_t p[2])", "4863074863570489174801d0c3", "`p[0]` is unchanged"),  # mov [rdi],edx
        (SWAP, "void f(int32_t p[2])", "8b07894704c3", "`p[0]`"),  # mov eax,[rdi]; mov [rdi+4],eax; ret
        (SWAP, "void f(int32_t p[2])", "8b4f04890fc3", "`p[1]`"),
        (FLOATS, "double f(double x, double y)", "f20f5cc1c3", "the result"),  # subsd xmm0,xmm1; ret
        # addsd xmm0,xmm1; vpcmpeqd ymm2,ymm2,ymm2; ret
        (FLOATS, "double f(double x, double y)", "f20f58c1c5ed76d2c3", "the upper halves of the vector registers are zero"),
    ],
)
def test_wrong_code_is_refuted(solver: Portfolio, source: str, prototype: str, code: str, trouble: str) -> None:
    result = proved(solver, source, prototype, code)
    if not trouble:
        assert result.status == "proved"
        return
    assert result.status == "refuted" and result.models == 0
    assert result.trouble == trouble


def test_a_refutation_is_an_input_on_which_it_shows(solver: Portfolio) -> None:
    result = proved(solver, ADD, TWO, "89f829f0c3")
    x, y = result.values["x"], result.values["y"]
    assert (x + y) & mask(32) != (x - y) & mask(32) and not result.by_name
    assert result.values["mxcsr@entry"] >> 6 & 0x3FF == 0x7E and result.values["rsp@entry"] & 15 == 8
    result = proved(solver, SAFE_QUOTIENT, TWO, "31d289f8f7f6c3")
    assert result.values["y"] == 0
    assert proved(solver, FLOATS, "double f(double x, double y)", "f20f5cc1c3").by_name


def test_what_the_reference_stops_on_is_not_claimed(solver: Portfolio) -> None:
    """The sum does not fit where the reference stops."""
    stopping = "def f(x: u32, y: u32) -> u32:\n    return x + y\n"
    assert proved(solver, stopping, TWO, "8d0437c3").status == "proved"
    # lea rax,[rdi+rsi]; saturates where the reference stops: mov eax,edi; add eax,esi; jnc 1f; or eax,-1; 1: ret
    assert proved(solver, stopping, TWO, "89f801f0730383c8ffc3").status == "proved"
    assert proved(solver, ADD, TWO, "89f801f0730383c8ffc3").status == "refuted"


def test_loops_end_within_their_bound_or_nothing_is_proved(solver: Portfolio) -> None:
    code = "400fb6ff" + COUNTING
    assert proved(solver, ONES, "uint32_t f(uint8_t x)", code, runs=8).status == "proved"
    result = proved(solver, ONES, "uint32_t f(uint8_t x)", code, runs=7)
    assert result.status == "refuted" and "within" in result.trouble
    assert proved(solver, ADD, TWO, "ebfe", runs=3).trouble in ("it returns", "a loop ends within its bound")


def test_a_reference_that_runs_on_is_not_taken_for_its_first_runs(solver: Portfolio) -> None:
    source = "def f(x: u8) -> u8:\n    k = 0\n    while k < x:\n        k += 1\n    return k\n"
    result = proved(solver, source, "uint8_t f(uint8_t x)", "89f8c3", runs=4)
    assert result.status == "refuted" and result.trouble == "the reference's loops end within their bound"


def test_lists_of_given_lengths(solver: Portfolio) -> None:
    source = "def f(p: list[u8]) -> i64:\n    total = 0\n    for x in p:\n        total += x\n    return total\n"
    prototype = "int64_t f(const uint8_t *p, size_t n)"
    # xor eax,eax; xor ecx,ecx; jmp 2f; 1: movzx edx,[rdi+rcx]; add rax,rdx; inc rcx; 2: cmp rcx,rsi; jb 1b; ret
    code = "31c031c9eb0a0fb6140f4801d048ffc14839f172f1c3"
    for length in (0, 1, 3):
        assert proved(solver, source, prototype, code, lengths={"p": length}, runs=8).status == "proved"
    # does not look at the length: movzx eax,[rdi]; ret
    assert proved(solver, source, prototype, "0fb607c3", lengths={"p": 1}).status == "proved"
    assert proved(solver, source, prototype, "0fb607c3", lengths={"p": 2}).trouble == "the result"
    assert "reads past p: 1 bytes at 0" in proved(solver, source, prototype, "0fb607c3", lengths={"p": 0}).trouble


# Models -----------------------------------------------------------------------------------------------------------------
def lacking(terms: Terms, state: State, code: bytes, at: int, base: Term) -> Step:
    raise Unsupported("this one", at)


def forgetful(terms: Terms, state: State, code: bytes, at: int, base: Term) -> Step:
    """Takes the first instruction to do nothing."""
    return own.step(terms, state.copy(state.memory) if at == 0 else state, code, at, base)


def test_every_model_is_asked(solver: Portfolio) -> None:
    assert proved(solver, ADD, TWO, "8d0437c3", Models(OWN, OWN)).models == 2
    first_only = proved(solver, ADD, TWO, "8d0437c3", Models(OWN, lacking))
    assert (first_only.status, first_only.models, first_only.second) == ("proved", 1, "this one at 0x0")
    with pytest.raises(Unsupported, match="this one"):
        proved(solver, ADD, TWO, "8d0437c3", Models(lacking, OWN))
    other = proved(solver, ADD, TWO, "8d0437c3", Models(OWN, forgetful))
    assert (other.status, other.models) == ("refuted", 1)
    assert (proved(solver, ADD, TWO, "8d0437c3", Models(forgetful, OWN)).models) == 0


def test_each_instruction_ticks(solver: Portfolio) -> None:
    ticks: list[int] = []
    proved(solver, ADD, TWO, "8d0437c3", Models(OWN, OWN), tick=lambda: ticks.append(1))
    assert len(ticks) == 4


def test_a_reference_without_terms_is_refused(solver: Portfolio) -> None:
    source = "def f(p: list[str]) -> i64:\n    return len(p)\n"
    with pytest.raises((NoTerms, Exception)):
        proved(solver, source, "int64_t f(int64_t p)", "8d0437c3")


# Duties and answers -------------------------------------------------------------------------------------------------------
def test_everything_that_must_hold_is_asked() -> None:
    case = Case(AVERAGE, TWO, "85ff740731d289f8f7f6c3ebfe")  # a division in one way, a loop without end in the other
    terms = Terms()
    call = setting(terms, case.convention, case.code, case.function.params)
    outcome = execute(terms, case.function, call.values, Bounds(runs=4))
    duties = broken(call, outcome, explore(call, OWN, 4))
    names = [d.name for d in duties]
    assert names[:2] == ["divides by zero, or the quotient does not fit at 0x8", "a loop ends within its bound"]
    assert names[2:] == ["the result"]
    held = evaluator([d.holds for d in duties], FLOAT_FUNCTIONS)
    given = {"rdi@entry": 0, "rsi@entry": 0, "rdx@entry": 0}
    for x, y, expected in ((0, 3, [1, 0, 1]), (9, 0, [0, 1, 1]), (9, 3, [1, 1, 0]), (1, 1, [1, 1, 1])):
        assert held({**given, "x": x, "y": y}) == expected
    case = Case(AVERAGE, TWO, "ebfe")
    call = setting(terms, case.convention, case.code, case.function.params)
    names = [d.name for d in broken(call, outcome, explore(call, OWN, 4))]
    assert names == ["a loop ends within its bound", "it returns"]


class Fixed:
    """A portfolio whose answers are given in advance, in order, the last one again and again; it notes what it was asked."""

    seconds = 9.0

    def __init__(self, *statuses: str) -> None:
        self.statuses = list(statuses)
        self.asked: list[tuple[list[Term], float | None]] = []

    def ask(self, assertions: list[Term], *, seconds: float | None = None, **options: Any) -> Answer:
        self.asked.append((assertions, seconds))
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        solvers = ("rewriting",) if status == "trivial" else ("a", "b") if status == "unsat" else ()
        reason = "late" if status == "unknown" else ""
        return Answer("unsat" if status == "trivial" else status, solvers, {}, f"q{len(self.asked)}", reason, 0.0)


def settled(*statuses: str) -> tuple[Result, Fixed]:
    fixed = Fixed(*statuses)
    case = Case(ADD, TWO, "89fb4531e489f829f0c3")  # mov ebx,edi; xor r12d,r12d; mov eax,edi; sub eax,esi; ret: three duties
    result = prove(Terms(), case.function, case.convention, case.code, (OWN,), fixed)  # type: ignore[arg-type]
    return result, fixed


def test_one_question_first_then_each_duty_alone() -> None:
    result, fixed = settled("unsat")
    assert (result.status, result.solvers, result.queries) == ("proved", ("a", "b"), ["q1"])
    result, fixed = settled("unknown", "unsat", "trivial", "unsat")
    assert (result.status, result.solvers, result.queries) == ("proved", ("a", "b"), ["q2", "q3", "q4"])
    assert [seconds for _, seconds in fixed.asked] == [2.0, 9.0, 9.0, 9.0]
    result, fixed = settled("unknown", "unsat", "unknown")
    assert (result.status, result.trouble) == ("unknown", "r12 is kept: late")
    result, fixed = settled("sat")
    assert result.status == "refuted"
    result, fixed = settled("unknown", "unsat", "unsat", "sat")
    assert result.status == "refuted"
    assert settled("trivial")[0].solvers == ()


def test_all_who_answered_are_named() -> None:
    class Two(Fixed):
        """Each question is answered by others."""

        def ask(self, assertions: list[Term], *, seconds: float | None = None, **options: Any) -> Answer:
            answer = super().ask(assertions, seconds=seconds)
            return answer._replace(solvers=(f"s{len(self.asked)}",)) if answer.status == "unsat" else answer

    case = Case(ADD, TWO, "89fb4531e489f829f0c3")
    two: Any = Two("unknown", "unsat")
    result = prove(Terms(), case.function, case.convention, case.code, (OWN,), two)
    assert result.solvers == ("s2", "s3", "s4") and result.queries == ["q2", "q3", "q4"]


def test_loops_are_unrolled_64_times_unless_said_otherwise(solver: Portfolio) -> None:
    source = "def f(x: u32) -> u32:\n    return 0\n"
    for count, status in ((64, "proved"), (65, "proved"), (66, "refuted")):
        # mov ecx,COUNT; xor eax,eax; 1: sub ecx,1; jne 1b; ret
        code = f"b9{count:02x}00000031c083e90175fbc3"
        assert proved(solver, source, "uint32_t f(uint32_t x)", code).status == status
        case, terms = Case(source, "uint32_t f(uint32_t x)", code), Terms()
        call = setting(terms, case.convention, case.code, case.function.params)
        outcome = execute(terms, case.function, call.values, Bounds())
        assert prove_call(call, outcome, Models(OWN, OWN), solver, {}).status == status


def test_wide_products_are_split_in_the_whole_question(monkeypatch: pytest.MonkeyPatch) -> None:
    terms = Terms()
    x, y = terms.var("x", 64), terms.var("y", 64)
    wide = x.zext(128) * y.zext(128)
    fixed, result = Fixed("unsat"), Result("proved")
    pre = [x.ult(9), wide.bits(127, 64).ult(5)]
    assert ask_about(fixed, pre, wide.bits(127, 64).is_(7), result, 5.0).status == "unsat"  # type: ignore[arg-type]
    ((assertions, _),) = fixed.asked
    assert x.ult(9) in assertions and "products by halves" in result.lemmas
    assert not any(f"product {wide.number}" in repr(a) for a in assertions), "the precondition speaks of the same halves"
    with monkeypatch.context() as without:
        without.setattr(proving, "without_products", lambda asked: None)
        whole = Fixed("unsat")
        assert ask_about(whole, pre, wide.bits(127, 64).is_(7), result, 5.0).status == "unsat"  # type: ignore[arg-type]
        assert len(whole.asked[0][0]) == len(pre) + 1, "with no product left it is asked as it is"
    later = Result("proved")
    found = ask_about(Fixed("unknown", "unsat"), pre, wide.bits(127, 64).is_(7), later, 5.0)  # type: ignore[arg-type]
    assert found.query == "q2" and later.lemmas == ()


def test_the_whole_precondition_is_in_every_question() -> None:
    _, fixed = settled("unknown", "unsat", "unsat", "unsat")
    case = Case(ADD, TWO, "c3")
    for assertions, _ in fixed.asked:
        texts = {repr(a) for a in assertions}
        assert {repr(p) for p in setting(Terms(), case.convention, case.code, case.function.params).pre} <= texts


def test_a_question_is_asked_as_it_is() -> None:
    terms = Terms()
    x = terms.var("x", 64)
    plain, result = Fixed("unsat"), Result("proved")
    assert ask_about(plain, [x.ult(9)], x.is_(3), result, 5.0).status == "unsat"  # type: ignore[arg-type]
    assert result.lemmas == () and [s for _, s in plain.asked] == [5.0] and plain.asked[0][0] == [x.ult(9), x.is_(3)]
    wrong = (x * terms.var("y", 64)).is_(3)
    product = Fixed("unknown")
    assert ask_about(product, [x.ult(9)], wrong, result, 5.0).status == "unknown"  # type: ignore[arg-type]
    assert product.asked[-1] == ([x.ult(9), wrong], 5.0) and len(product.asked) > 1
    assert not any("mul" in repr(a) for assertions, _ in product.asked[:-1] for a in assertions)
    found = ask_about(Fixed("sat"), [x.ult(9)], wrong, result, 5.0)  # type: ignore[arg-type]
    assert found.status == "sat" and found.query != "q1", "a solution of the easier question is none of this one"
    assert ask_about(Fixed("unsat"), [x.ult(9)], wrong, result, 5.0).query == "q1"  # type: ignore[arg-type]

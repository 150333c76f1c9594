"""Loops of unknown length: right code goes in step with the reference, and nothing wrong has a relation that can be proved."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from tests.unit.check.vc import OWN, Case, one_solver

from siglum.check.foreign.guess import numbers
from siglum.check.foreign.prove import Models, Result
from siglum.check.foreign.setting import setting
from siglum.check.foreign.simulation import NoRelation, _Pair, _shared, simulate
from siglum.ir.types import U8
from siglum.smt.evaluate import value_of
from siglum.smt.loops import LoopState
from siglum.smt.solve import Answer, Portfolio
from siglum.smt.terms import MEMORY, Term, Terms
from siglum.smt.values import Stored
from siglum.target.x86_64.semantics.state import State, Step, Unsupported

SUM = """def f(p: list[i64]) -> i64:
    total = 0
    for x in p:
        total += x
    return total
"""
PROTOTYPE = "int64_t f(const int64_t *p, size_t n)"
FIND = """def f(p: list[u8], x: u8) -> i64:
    for k in range(len(p)):
        if p[k] == x:
            return k
    return -1
"""
FINDER = "int64_t f(const uint8_t *p, size_t n, uint8_t x)"


@pytest.fixture(scope="module")
def solver() -> Iterator[Portfolio]:
    with one_solver() as portfolio:
        yield portfolio


def samples(case: Case, terms: Terms) -> list[dict[str, Any]]:
    """Values of all variables, for lists of several lengths."""
    chance = Random(1)
    call = setting(terms, case.convention, case.code, case.function.params)
    junk = iter(lambda: chance.getrandbits(64), -1)
    found = []
    for length in (7, 5, 4, 3, 2, 1):
        lists = {name: [chance.getrandbits(8) for _ in range(length)] for name, t in case.function.params if t.kind == "array"}
        scalars = {name: chance.getrandbits(7) for name, t in case.function.params if t.kind != "array"}
        found.append(numbers(call, lists, scalars, junk))
    return found


def simulated(
    solver: Any, source: str, prototype: str, code: str, models: Any = (OWN,), overflow: str = "wrap", **options: Any
) -> Result:
    case, terms = Case(source, prototype, code, overflow), Terms()
    return simulate(terms, case.function, case.convention, case.code, models, solver, samples(case, terms), **options)


# xor eax,eax; xor ecx,ecx; cmp rcx,rsi; jae 2f; 1: add rax,[rdi+8*rcx]; inc rcx; cmp rcx,rsi; jb 1b; 2: ret
BY_INDEX = "31c031c94839f1730c480304cf48ffc14839f172f4c3"
# xor eax,eax; lea rdx,[rdi+8*rsi]; cmp rdi,rdx; je 2f; 1: add rax,[rdi]; add rdi,8; cmp rdi,rdx; jne 1b; 2: ret
BY_POINTER = "31c0488d14f74839d7740c4803074883c7084839d775f4c3"
# push rbx; ...; 1: mov rbx,[rdi+8*rcx]; add rax,rbx; inc rcx; cmp rcx,rsi; jb 1b; 2: pop rbx; ret
WITH_SAVED = "5331c031c94839f1730f488b1ccf4801d848ffc14839f172f15bc3"
# xor ecx,ecx; test rsi,rsi; je 2f; 1: cmp byte ptr [rdi+rcx],dl; je 3f; inc rcx; cmp rcx,rsi; jb 1b; 2: mov rax,-1; ret;
# 3: mov rax,rcx; ret
FINDING = "31c94885f6740d38140f741048ffc14839f172f348c7c0ffffffffc34889c8c3"


@pytest.mark.parametrize("code", [BY_INDEX, BY_POINTER, WITH_SAVED])
def test_right_loops_are_proved(solver: Portfolio, code: str) -> None:
    result = simulated(solver, SUM, PROTOTYPE, code)
    assert (result.status, result.models, result.second) == ("proved", 1, "")
    assert result.solvers == ("bitwuzla",) and "lock-step simulation" in result.lemmas
    assert len(set(result.queries)) == len(result.queries) >= 3


def test_a_loop_with_an_early_end_is_proved(solver: Portfolio) -> None:
    assert simulated(solver, FIND, FINDER, FINDING).status == "proved"


LOOKS = "an invariant for: "


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("31c031c94839f1730c482b04cf48ffc14839f172f4c3", ""),  # sub rax,[...]
        ("31c031c9480304cf48ffc14839f172f4c3", ""),  # reads before it looks at the length
        ("31c031c94839f1730c480304cf48ffc14839f176f4c3", ""),  # jbe: one run too many
        ("31c031c94839f1730d480304cf4883c1024839f172f3c3", ""),  # every other element
        ("31c031c94839f17309480304cf48ffc1ebf7c3", ""),  # jmp: never ends
        ("31c031c94839f1730c480304cf48ffc14839f172f448ffc0c3", LOOKS + "the result, "),  # 2: inc rax
        ("b80100000031c94839f1730c480304cf48ffc14839f172f4c3", ""),  # begins at 1
        ("31c031c94839f17311480304cf48ffc14839f172f4b803000000c3", LOOKS + "the result, in the loop"),  # 3 after the loop
        ("31c031c94839f1730d480344cf0848ffc14839f172f3c3", ""),  # the element behind
        ("31c031c94839f1730b0304cf48ffc14839f172f5c3", ""),  # 32 bits only
        ("31c031c94839f1730f480304cf48ffc14889cb4839f172f1c3", LOOKS + "rbx is kept"),  # mov rbx,rcx
        ("5331c031c94839f1730f488b1ccf4801d848ffc14839f172f1c3", ""),  # rbx stays on the stack
        ("554889e531c031c94839f1730d480304cf5048ffc14839f172f34889ec5dc3", LOOKS + "the stack pointer"),  # push rax
        ("31c031c94839f17311480304cf48894424f848ffc14839f172efc3", LOOKS + "what the loop writes to the stack"),  # [rsp-8] = rax
        ("31c031c94839f17310480304cf48ffc1c5fd76c04839f172f0c5f877c3", LOOKS + "the upper halves"),  # vpcmpeqd ymm0,ymm0,ymm0
        ("c5fd76c031c031c94839f1730c480304cf48ffc14839f172f4c5f877c3", LOOKS + "the upper halves"),  # the same before the loop
        ("31c04801f8ebfbc3", ""),  # xor eax,eax; 1: add rax,rdi; jmp 1b; ret
        ("488d0437c3", "the code has no loop"),  # lea rax,[rdi+rsi]; ret
        ("31c948ffc14839f172f84883ea0175fac3", "the code has 2 loop heads"),
        ("31c031c94839f17310480304cf488904cf48ffc14839f172f0c3", ""),  # mov [rdi+8*rcx],rax
    ],
)
def test_wrong_loops_have_no_relation(solver: Portfolio, code: str, why: str) -> None:
    with pytest.raises(NoRelation) as caught:
        simulated(solver, SUM, PROTOTYPE, code)
    assert str(caught.value).startswith(why)


@pytest.mark.parametrize(
    "code",
    [
        "31c94885f6740d38140f741048ffc14839f176f348c7c0ffffffffc34889c8c3",  # jbe
        "31c94885f6740d38140f740c48ffc14839f172f34889c8c34889c8c3",  # the length where there is none
        "31c94885f6740d38140f741048ffc14839f172f348c7c0ffffffffc34889f0c3",  # the length where there is one
        "31c94885f6740d38140f751048ffc14839f172f348c7c0ffffffffc34889c8c3",  # jne 3f
        "31c94885f6740d38340f741048ffc14839f172f348c7c0ffffffffc34889c8c3",  # compares with another register
    ],
)
def test_wrong_early_ends_have_no_relation(solver: Portfolio, code: str) -> None:
    with pytest.raises(NoRelation):
        simulated(solver, FIND, FINDER, code)


def test_a_list_that_is_written_to_may_not_be_read_only(solver: Portfolio) -> None:
    """The loop writes back what it read: the same list, but another memory."""
    # 1: mov rdx,[rdi+8*rcx]; mov [rdi+8*rcx],rdx; add rax,rdx; inc rcx; cmp rcx,rsi; jb 1b
    code = "31c031c94839f17313488b14cf488914cf4801d048ffc14839f172edc3"
    with pytest.raises(NoRelation):
        simulated(solver, SUM, PROTOTYPE, code)
    with pytest.raises(NoRelation, match="what the loop writes to `p`"):
        simulated(solver, SUM, PROTOTYPE.replace("const ", ""), code)
    assert simulated(solver, SUM, PROTOTYPE.replace("const ", ""), BY_INDEX).status == "proved"


def test_a_reference_without_a_loop_has_no_relation(solver: Portfolio) -> None:
    source = "def f(p: list[i64]) -> i64:\n    return 0 if len(p) == 0 else p[0]\n"
    with pytest.raises(NoRelation, match="the reference has"):
        simulated(solver, source, PROTOTYPE, BY_INDEX)


DOWN = "def f(n: u32) -> u32:\n    k = 0\n    while k < n:\n        k += 1\n    return k\n"


def test_loops_over_numbers(solver: Portfolio) -> None:
    # xor eax,eax; mov edi,edi; jmp 2f; 1: inc rax; 2: cmp rax,rdi; jb 1b; ret
    code = "31c089ffeb0348ffc04839f872f8c3"
    assert simulated(solver, DOWN, "uint32_t f(uint32_t n)", code).status == "proved"


def test_what_the_reference_stops_on_is_not_claimed_in_loops(solver: Portfolio) -> None:
    """The sum of the reference stops where it does not fit; the code's goes on."""
    assert simulated(solver, SUM, PROTOTYPE, BY_INDEX, overflow="stop").status == "proved"
    # the sum is kept below 2^62: and rax,rdx, which changes nothing where the reference does not stop
    saturating = "48ba ffffffffffffffff 31c031c94839f1730f480304cf4821d048ffc14839f172f1c3".replace(" ", "")
    assert simulated(solver, SUM, PROTOTYPE, saturating, overflow="stop").status == "proved"


# Ending -----------------------------------------------------------------------------------------------------------------
def ending(solver: Any, count: int | None, step: int, goes_on: str) -> None:
    """Whether a made-up reference ends: a number d changes by `step` in each run, as long as it is no 0 (or always)."""
    terms = Terms()
    d, zero = terms.var("d", 64), terms.const(0, 64)
    bound = terms.var("bound", 64) if count is None else terms.const(count, 64)
    here, then = (LoopState(zero, terms.true, bound, (value,)) for value in (d, d + step))
    if goes_on == "always":
        then = LoopState(terms.const(1, 64), terms.true, bound, (d + step,))
    pair: Any = SimpleNamespace(
        state=here, stepped=SimpleNamespace(state=then), _on_run=list,
        program=SimpleNamespace(goes_on=lambda state: d.isnt(0) if goes_on == "not 0" else terms.true),
    )  # fmt: skip
    _Pair.must_end(pair, solver, Result("proved"))


def test_what_counts_down_ends(solver: Portfolio) -> None:
    ending(solver, 1 << 61, -1, "not 0")
    ending(solver, 1 << 63, 1, "not 0")  # it comes to 0 from below
    for step in (-2, 0, 2):
        with pytest.raises(NoRelation, match="a measure that shrinks"):
            ending(solver, 1 << 61, step, "not 0")


def test_the_count_of_an_endless_loop_is_no_measure(solver: Portfolio) -> None:
    """A `while` counts to a number that no run of it will ever see."""
    ending(solver, 1 << 61, 0, "always")
    for count in (1 << 62, (1 << 63) - 1):
        with pytest.raises(NoRelation, match="a measure that shrinks"):
            ending(solver, count, 0, "always")


def test_results_within_a_few_runs_are_the_references() -> None:
    """A made-up reference: it goes on while d is no 0, halving it; the result and what stops and is assumed are named by runs."""
    terms = Terms()
    asked = []

    class Program:
        def goes_on(self, state: Term) -> Term:
            return state.isnt(0)

        def finish(self, state: Term) -> Any:
            asked.append(state)
            k = len(asked)
            return SimpleNamespace(value=state + 100 * k, stopped=fact(f"end {k}"), assumptions=(fact(f"f{k}"),))

        def step(self, state: Term) -> Any:
            k = len(asked)
            return SimpleNamespace(state=state >> 1, stopped=fact(f"run {k}"), assumptions=(fact(f"s{k}"),))

    def fact(name: str) -> Term:
        return terms.var(name, 0)

    pair: Any = SimpleNamespace(terms=terms, program=Program())
    pair._completed = lambda state, runs: _Pair._completed(pair, state, runs)
    done, value, stopped, assumptions = pair._completed(terms.var("d", 8), 2)
    assert [repr(a) for a in assumptions] == ["f1", "s1", "f2", "s2", "f3"]
    *_, at_end = pair._completed(terms.const(0, 8), 2)
    assert [repr(a) for a in at_end] == ["f4"], "nothing is assumed of a run that is not made"
    quiet = {f"{what} {k}": 0 for what in ("end", "run") for k in (1, 2, 3)}
    for d, ends, result in ((0, 1, 100), (1, 1, 200), (2, 1, 44), (3, 1, 44), (4, 0, None)):
        given = {**quiet, "d": d}
        assert value_of(done, given) == ends
        assert result is None or value_of(value, given) == result & 255
        assert value_of(stopped, given) == 0
        for k, reached in (("end 1", d == 0), ("run 1", d > 0), ("end 2", d == 1), ("run 2", d > 1), ("end 3", d in (2, 3))):
            assert value_of(stopped, {**given, k: 1}) == reached, (d, k)


def test_the_memory_that_code_and_reference_share() -> None:
    terms = Terms()
    changed, other, kept = (terms.var(name, MEMORY) for name in ("loop.0!1", "loop.9!2", "p.memory"))
    number, zero = terms.var("loop.1!3", 64), terms.const(0, 64)
    written = terms.store(changed, zero, terms.const(1, 8))

    def shared(*memories: Term, result: str = "nothing", home: str = "p", count: int | None = None) -> dict[str, int]:
        arrays = tuple(Stored(memory, zero, number, U8) for memory in memories)
        lists = (SimpleNamespace(name="q", count=None), SimpleNamespace(name="p", count=count))
        call: Any = SimpleNamespace(convention=SimpleNamespace(home=home, result=result, lists=lists))
        return _shared(call, LoopState(zero, terms.true, zero, (number, *arrays)))

    assert shared(changed) == {"p": 1} and shared(kept, changed) == {"p": 4} and shared(changed, home="q") == {"q": 1}
    assert shared(kept) == shared() == shared(changed, other) == shared(written) == {}
    assert shared(changed, result="scalar") == shared(changed, count=3) == shared(changed, home="r") == {}


# Models and answers -----------------------------------------------------------------------------------------------------
def lacking(terms: Terms, state: State, code: bytes, at: int, base: Term) -> Step:
    raise Unsupported("this one", at)


def test_every_model_has_to_agree(solver: Portfolio) -> None:
    assert simulated(solver, SUM, PROTOTYPE, BY_INDEX, Models(OWN, OWN)).models == 2
    result = simulated(solver, SUM, PROTOTYPE, BY_INDEX, Models(OWN, lacking))
    assert (result.status, result.models, result.second) == ("proved", 1, "this one at 0x0")
    with pytest.raises(Unsupported, match="this one"):
        simulated(solver, SUM, PROTOTYPE, BY_INDEX, Models(lacking, OWN))


def test_each_instruction_ticks(solver: Portfolio) -> None:
    ticks: list[int] = []
    simulated(solver, SUM, PROTOTYPE, BY_INDEX, tick=lambda: ticks.append(1))
    assert len(ticks) > 20


class Doubting:
    """A portfolio that does not settle question number `which`, and notes what it was asked."""

    seconds = 10.0

    def __init__(self, portfolio: Portfolio, which: int) -> None:
        self.portfolio, self.which, self.count = portfolio, which, 0
        self.asked: list[list[Term]] = []

    def ask(self, assertions: list[Term], **options: Any) -> Answer:
        self.count += 1
        self.asked.append(assertions)
        found = self.portfolio.ask(assertions, **options)
        return found._replace(status="unknown", reason="late", values={}) if self.count == self.which else found


def test_nothing_is_proved_while_a_question_is_open(solver: Portfolio) -> None:
    """The questions for the guess may stay open, those for the proof may not."""
    all_settled = Doubting(solver, -1)
    simulated(all_settled, SUM, PROTOTYPE, BY_INDEX)
    count = all_settled.count
    assert count > 10
    for which in range(count - 8, count):
        with pytest.raises(NoRelation):
            simulated(Doubting(solver, which), SUM, PROTOTYPE, BY_INDEX)


def test_the_precondition_is_in_every_question(solver: Portfolio) -> None:
    noting = Doubting(solver, -1)
    case, terms = Case(SUM, PROTOTYPE, BY_INDEX, "wrap"), Terms()
    simulate(terms, case.function, case.convention, case.code, (OWN,), noting, samples(case, terms))  # type: ignore[arg-type]
    pre = set(setting(terms, case.convention, case.code, case.function.params).pre)
    assert all(pre <= set(assertions) for assertions in noting.asked)

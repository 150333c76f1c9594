"""Symbolic execution of whole functions: paths meet, calls return, the stack is used as it may be, loops stop at their bound."""

from __future__ import annotations

import pytest
from tests.unit.check.foreign.support import code, meaning

from siglum.check.foreign.explore import Explored, Explorer, cases, merged
from siglum.check.foreign.prove import explore
from siglum.check.foreign.setting import Setting, setting
from siglum.sandbox.job import Code
from siglum.smt.evaluate import evaluator
from siglum.smt.terms import Terms
from siglum.target.x86_64.semantics import own, sleigh
from siglum.target.x86_64.semantics.state import Unsupported

REFERENCE = "def f(x: u64, y: u64) -> u64:\n    return x\n"
PROTOTYPE = "uint64_t f(uint64_t x, uint64_t y)"


def explored(text: Code, model: object = own.step, runs: int = 64) -> tuple[Setting, Explored]:
    reference, convention = meaning(REFERENCE, "f", PROTOTYPE)
    call = setting(Terms(), convention, text, reference.function.params)
    return call, explore(call, model, runs)  # type: ignore[arg-type]


def results(found: tuple[Setting, Explored], inputs: list[tuple[int, int]]) -> list[int]:
    """What rax holds on return, where it returns for certain and does nothing forbidden."""
    call, outcome = found
    assert outcome.returned is not None and not outcome.violations
    condition, state = outcome.returned
    run = evaluator([condition, state.registers[0], call.terms.all_of([d.holds for d in call.abi(state)])])
    got = [run({"x": x, "y": y, "rsp@entry": 0x7FFF_0008, "return@entry": 0x1234, "mxcsr@entry": 0x1F80}) for x, y in inputs]
    assert all(returns and kept for returns, _, kept in got)
    return [value for _, value, _ in got]


PAIRS = [(0, 0), (1, 2), (2, 1), (5, 5), (2**64 - 1, 3), (3, 2**63)]


@pytest.mark.parametrize("model", [own.step, sleigh.step], ids=["own", "sleigh"])
def test_paths_meet(model: object) -> None:
    # cmp rdi,rsi; ja 1f; mov rax,rdi; jmp 2f; 1: mov rax,rsi; 2: inc rax; ret
    found = explored(code("4839f777054889f8eb034889f048ffc0c3"), model)
    assert results(found, PAIRS) == [(min(x, y) + 1) % 2**64 for x, y in PAIRS]


def test_paths_do_not_multiply() -> None:
    """Twenty choices one after the other: as many terms as choices, not as paths."""
    steps = []

    def counting(*arguments: object) -> object:
        steps.append(arguments[3])
        return own.step(*arguments)  # type: ignore[arg-type]

    one = bytes.fromhex("4801f8 a801 7403 48ffc0")  # add rax,rdi; test al,1; je +3; inc rax
    found = explored(Code(bytes.fromhex("31c0") + 20 * one + b"\xc3"), counting)
    assert len(steps) == 1 + 4 * 20 + 1

    def expected(x: int) -> int:
        value = 0
        for _ in range(20):
            value += x
            value += value & 1
        return value % 2**64

    assert results(found, PAIRS) == [expected(x) for x, _ in PAIRS]


@pytest.mark.parametrize("model", [own.step, sleigh.step], ids=["own", "sleigh"])
def test_calls_return_to_where_they_came_from(model: object) -> None:
    # mov rax,rdi; call 1f; add rax,rsi; call 1f; ret; 1: add rax,rax; ret
    found = explored(code("4889f8e8090000004801f0e801000000c34801c0c3"), model)
    assert results(found, PAIRS) == [2 * (2 * x + y) % 2**64 for x, y in PAIRS]


def test_a_call_returns_only_where_its_path_came_from() -> None:
    # test rdi,rdi; je 1f; call 2f; ret; 1: call 2f; ret; 2: test rdi,rdi; je 3f; mov rax,rdi; ret; 3: xor eax,eax; ret
    found = explored(code("4885ff7406e807000000c3e801000000c34885ff74044889f8c331c0c3"))
    assert results(found, PAIRS) == [x for x, _ in PAIRS]


def test_the_red_zone_is_the_functions_own() -> None:
    # mov [rsp-128],rdi; mov [rsp-8],rsi; mov rax,[rsp-128]; ret
    assert results(explored(code("48897c248048897424f8488b442480c3")), PAIRS) == [x for x, _ in PAIRS]
    _, outcome = explored(code("4889bc247fffffff4889f8c3"))  # mov [rsp-129],rdi; mov rax,rdi; ret
    assert [v.at for v in outcome.violations] == [0]


def test_a_call_moves_the_red_zone_along() -> None:
    # call 1f; ret; 1: mov [rsp-128],rdi; mov rax,[rsp-128]; ret
    _, outcome = explored(code("e801000000c348897c2480488b442480c3"))
    assert not outcome.violations
    # call 1f; mov rax,[rsp-136]; ret; 1: mov [rsp-128],rdi; ret
    _, outcome = explored(code("e809000000488b842478ffffffc348897c2480c3"))
    assert outcome.violations


def test_pushed_values_come_back() -> None:
    found = explored(code("535756585b4829d85bc3"))  # push rbx; push rdi; push rsi; pop rax; pop rbx; sub rax,rbx; pop rbx; ret
    assert results(found, PAIRS) == [(y - x) % 2**64 for x, y in PAIRS]


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (code("57c3"), "returns elsewhere"),  # push rdi; ret
        (code("48893c24c3"), "past the stack"),  # mov [rsp],rdi; ret
        (code("488b07c3"), "outside every region"),  # mov rax,[rdi]; ret
        (code("31d24889f848f7f6c3"), "divides by zero"),  # xor edx,edx; mov rax,rdi; div rsi; ret
        (code("4885ff7401c390"), "jumps outside its code"),  # test rdi,rdi; je 1f; ret; 1: nop
        (code("8b0564000000c3"), "past the code"),  # mov eax,[rip+100]; ret
        (code("8905f9ffffffc3"), "read-only"),  # mov [rip-7],eax; ret
        (code("0f0b"), "always faults"),  # ud2
    ],
)
def test_what_no_function_may_do_is_a_violation(wrong: Code, what: str) -> None:
    _, outcome = explored(wrong)
    assert any(what in v.what for v in outcome.violations), outcome.violations


def test_a_division_faults_exactly_where_it_does() -> None:
    call, outcome = explored(code("31d24889f848f7f6c3"))  # xor edx,edx; mov rax,rdi; div rsi; ret
    run = evaluator([call.terms.any_of([v.condition for v in outcome.violations])])
    assert [run({"x": x, "y": y})[0] for x, y in PAIRS] == [y == 0 for _, y in PAIRS]


def test_what_is_no_instruction_is_unsupported() -> None:
    with pytest.raises(Unsupported):
        explored(code("eb05c30000000048"))  # jmp 1f; ret; .byte 0,0,0,0; 1: .byte 0x48


def test_calls_of_unknown_depth_are_unsupported_rather_than_wrong() -> None:
    with pytest.raises(Unsupported, match="leave apart"):
        explored(
            code("4885ff740a5748ffcfe8f2ffffff5fc3")  # f: test rdi,rdi; je 1f; push rdi; dec rdi; call f; pop rdi; 1: ret
        )


def test_jumps_to_computed_addresses_are_unsupported() -> None:
    with pytest.raises(Unsupported, match="computed"):
        explored(code("ffe7"))  # jmp rdi


def test_loops_run_as_far_as_their_fuel() -> None:
    text = code("31c04839f8730548ffc0ebf6c3")  # xor eax,eax; 1: cmp rax,rdi; jae 2f; inc rax; jmp 1b; 2: ret
    call, outcome = explored(text, runs=5)
    run = evaluator([outcome.unfinished])
    assert [run({"x": x})[0] for x in (0, 4, 5, 6, 100)] == [False, False, False, True, True]
    assert outcome.loop_heads() == {2}
    assert call.terms.false is not outcome.unfinished


def test_a_state_that_comes_to_a_cut_stays_there() -> None:
    reference, convention = meaning(REFERENCE, "f", PROTOTYPE)
    text = code("31c04839f8730548ffc0ebf6c3")  # xor eax,eax; 1: cmp rax,rdi; jae 2f; inc rax; jmp 1b; 2: ret
    call = setting(Terms(), convention, text, reference.function.params)
    explorer = Explorer(call.terms, own.step, text.image, text.extent, call.base, call.home)
    outcome = explorer.run(0, call.entry(), frozenset({2}))
    assert outcome.returned is None and outcome.cuts[2].condition is call.terms.true
    again = explorer.run(2, outcome.cuts[2], frozenset({2}), leaving=True)
    assert again.returned is not None and again.cuts[2].state.registers[0].value == 1


def test_merging_arrivals_chooses_by_condition() -> None:
    reference, convention = meaning(REFERENCE, "f", PROTOTYPE)
    call = setting(Terms(), convention, code("c3"), reference.function.params)  # ret
    terms, entry = call.terms, call.entry()
    one, other = entry.state, entry.state.copy(entry.state.memory.copy())  # type: ignore[attr-defined]
    one.registers[0], other.registers[0] = terms.const(1, 64), terms.const(2, 64)
    met = merged(terms, entry._replace(condition=terms.var("c", 0)), entry._replace(condition=~terms.var("c", 0), state=other))
    assert met.condition is terms.true
    assert evaluator([met.state.registers[0]])({"c": 1}) == [1] and evaluator([met.state.registers[0]])({"c": 0}) == [2]


def test_cases_tell_all_ends_of_nested_choices() -> None:
    terms = Terms()
    a, b = terms.var("a", 0), terms.var("b", 0)
    x, y, z = (terms.var(n, 64) for n in "xyz")
    found = cases(terms.ite(a, x, terms.ite(b, y, z)))
    assert [end for _, end in found] == [x, y, z]
    assert [evaluator([terms.all_of(c)])({"a": 0, "b": 1})[0] for c, _ in found] == [False, True, False]

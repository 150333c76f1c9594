"""Synthesis end to end: phrases that solvers prove, counterexamples, formulas, budgets and an early end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from siglum.frontend.elaborate import function_from_source
from siglum.ir.function import Function
from siglum.ir.types import I64
from siglum.propose.scalar.operations import numbers_in, operations, usual
from siglum.propose.scalar.samples import Sample
from siglum.propose.scalar.synthesis import Report, Synthesis, synthesize, synthesize_formula
from siglum.propose.scalar.wanted import Wanted, by_call, by_examples
from siglum.records import Budget, Candidate
from siglum.smt.solve import Portfolio

BUDGET = Budget(seconds=30.0)


@pytest.fixture(scope="module")
def portfolio() -> Iterator[Portfolio]:
    with Portfolio() as started:
        yield started


def reference(text: str, overflow: str = "stop") -> Function:
    return function_from_source(text, "f", overflow=overflow)


CASES = [
    ("def f(x: u32) -> int:\n    return x & (x - 1) if x > 0 else 0\n", "sub:1 and", 2),
    ("def f(x: u32, y: u32) -> int:\n    return (x + y) // 2\n", "and xor lshr:1 add", 4),
    ("def f(x: i32) -> int:\n    return -x if x < 0 else x\n", "ashr:31 xor sub", 3),
    ("def f(x: u32, y: u32) -> int:\n    return x if x > y else y\n", "xor -ule and", 4),
    ("def f(x: i32) -> int:\n    return 1 if x > 0 else -1 if x < 0 else 0\n", "ashr:31 neg lshr:31 or", 4),
]


@pytest.mark.parametrize(("text", "named", "length"), CASES)
def test_a_bit_trick_is_found_at_its_length_and_proved(text: str, named: str, length: int, portfolio: Portfolio) -> None:
    report = Report()
    f = reference(text)
    found = list(synthesize(f, portfolio, Budget(seconds=5.0), operations=operations(32, named), report=report))
    assert report.length == length and len(report.proved_by) == 2
    assert found[-1].origin == "scalar"
    assert "right on all inputs" in found[-1].notes[1]


def test_each_candidate_is_shorter_than_the_one_before(portfolio: Portfolio) -> None:
    f = reference("def f(x: int, y: int) -> int:\n    return abs(x - y)\n")
    costs = [candidate.cost for candidate in synthesize(f, portfolio, Budget(seconds=2.0))]
    assert costs == sorted(costs, reverse=True) and len(set(costs)) == len(costs)


def test_a_special_case_that_no_sample_holds_is_found_by_a_counterexample(portfolio: Portfolio) -> None:
    f = reference("def f(x: int) -> int:\n    return 5 if x == 987654321987 else x\n")
    report = Report()
    named = operations(64, "eq add", (987654321987, 5), choices=True)
    found = next(synthesize(f, portfolio, BUDGET, operations=named, report=report))
    assert found.text == "x = 987654321987 ? 5 : x"
    assert (987654321987,) in report.refuted and report.rounds > 1
    assert (987654321987,) in found.against


def test_exact_phrases_stop_nowhere_the_reference_does_not(portfolio: Portfolio) -> None:
    f = reference("def f(x: int, y: int) -> int:\n    return (x & y) + ((x ^ y) >> 1)\n")
    found = next(synthesize(f, portfolio, BUDGET))
    assert "x + y" not in found.text
    assert "right on all inputs" in found.notes[1]


def test_wrapping_arithmetic_may_be_shorter(portfolio: Portfolio) -> None:
    f = reference("def f(x: int) -> int:\n    return x + x + x - x - x\n", "wrap")
    assert next(synthesize(f, portfolio, BUDGET, overflow="wrap")).text == "x"


def test_a_formula_with_one_result_is_enough(portfolio: Portfolio) -> None:
    holds = reference("def f(x: int, y: int, r: int) -> bool:\n    return r >= x and r >= y and (r == x or r == y)\n")
    found = next(synthesize_formula(holds, portfolio, BUDGET, operations=operations(64, "max min add")))
    assert found.text == "x max y"
    assert "right on all inputs" in found.notes[1]


def test_without_solvers_a_note_says_that_nothing_is_proved() -> None:
    f = reference("def f(x: int) -> int:\n    return x & -x\n", "wrap")
    found = next(synthesize(f, None, BUDGET, overflow="wrap"))
    assert "not proved: no solver was asked" in found.notes[1]


def test_what_runs_in_python_only_is_found_but_not_proved() -> None:
    wanted = by_call((("x", I64),), I64, lambda x: bin(x).count("1") if x >= 0 else [][0])
    found = next(Synthesis(wanted, None, BUDGET, usual(64, ()), "stop").candidates())
    assert found.text == "x ones"
    assert "not proved" in found.notes[1]


def test_examples_give_programs_that_differ_elsewhere_the_shortest_first() -> None:
    given = tuple(Sample((x,), x * x) for x in (0, 1, 2))
    named = operations(64, "mul add sub", (0, 1, 2))
    found = [c for c, _ in zip(_examples(given, Budget(2.0), named), range(4), strict=False)]
    assert found[0].text == "x * x"
    assert len({candidate.text for candidate in found}) == len(found) > 1


def _examples(given: tuple[Sample, ...], budget: Budget, named: object) -> Iterator[Candidate]:
    from siglum.propose.scalar.operations import Operations

    assert isinstance(named, Operations)
    return Synthesis(by_examples((("x", I64),), I64, given), None, budget, named, "stop").candidates()


def test_nothing_is_wanted_of_a_reference_that_always_stops(portfolio: Portfolio) -> None:
    f = reference("def f(x: int) -> int:\n    assert x * 0 == 1\n    return x\n", "wrap")
    assert list(synthesize(f, portfolio, Budget(seconds=1.0))) == []


def test_a_search_ends_with_its_budget_and_says_how_far_it_came(portfolio: Portfolio) -> None:
    f = reference("def f(x: int) -> int:\n    return x * 6364136223846793005 + 1442695040888963407\n", "wrap")
    report = Report()
    named = operations(64, "and or xor add sub neg not lshr:1")
    assert list(synthesize(f, portfolio, Budget(seconds=1.0), operations=named, overflow="wrap", report=report)) == []
    assert report.length is None and report.depth >= 3 and report.tried > 1000 and report.at


def test_the_memory_of_a_budget_bounds_the_values_kept() -> None:
    f = reference("def f(x: u32, y: u32) -> int:\n    return (x * 77 + y * 13) & 4294967295\n")
    named = operations(32, "and or xor add sub neg lshr:1")
    little, much = Report(), Report()
    list(synthesize(f, None, Budget(seconds=1.0, memory=1 << 18), operations=named, report=little))
    list(synthesize(f, None, Budget(seconds=1.0, memory=1 << 26), operations=named, report=much))
    assert little.depth < much.depth


def test_closing_early_leaves_the_solvers_to_their_owner(portfolio: Portfolio) -> None:
    f = reference("def f(x: int) -> int:\n    return abs(x)\n", "wrap")
    candidates = synthesize(f, portfolio, BUDGET, overflow="wrap")
    next(candidates)
    candidates.close()
    with pytest.raises(StopIteration):
        next(candidates)


def test_a_counterexample_from_outside_is_taken_once() -> None:
    asked: list[tuple[int, ...]] = []

    def ask(arguments: tuple[int, ...]) -> int:
        asked.append(arguments)
        return 0

    synthesis = Synthesis(Wanted((("x", I64),), I64, ask, 10), None, BUDGET, usual(64, ()), "stop")
    assert synthesis.learn((3,))
    assert not synthesis.learn((3,))


def test_constants_of_a_reference_are_tried() -> None:
    f = reference("def f(x: int) -> int:\n    return (x ^ 4242) + (x ^ 4242) // 7\n")
    named = usual(64, numbers_in(f))
    assert {4242, 7} <= set(named.constants)
    assert "div:7" in named.components


def test_unknown_components_are_refused() -> None:
    with pytest.raises(ValueError, match="no component nand"):
        operations(32, "and nand")

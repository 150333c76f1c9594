"""What the solvers say of a phrase beside a reference or a formula."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from siglum.frontend.elaborate import function_from_source
from siglum.ir.function import Function
from siglum.propose.scalar.proving import against_formula, against_reference, function_of, only_result
from siglum.smt.solve import Portfolio


@pytest.fixture(scope="module")
def portfolio() -> Iterator[Portfolio]:
    with Portfolio() as started:
        yield started


def reference(text: str, overflow: str = "stop") -> Function:
    return function_from_source(text, "f", overflow=overflow)


def test_two_ways_to_the_same_are_equal_on_all_inputs(portfolio: Portfolio) -> None:
    f = reference("def f(x: int) -> int:\n    return x - (x & -x) if x > 0 else 0\n")
    found = against_reference(function_of("x > 0 ? x bitand (x - 1) : 0", f.params, "stop"), f, portfolio, 20.0)
    assert found.equal is True and len(found.solvers) == 2


def test_a_difference_is_shown(portfolio: Portfolio) -> None:
    f = reference("def f(x: int, y: int) -> int:\n    return 7 if x == 123456789 and y == -5 else 0\n")
    found = against_reference(function_of("x - x", f.params, "stop"), f, portfolio, 20.0)
    assert (found.equal, found.arguments) == (False, (123456789, -5))


def test_to_stop_where_the_reference_does_not_is_a_difference(portfolio: Portfolio) -> None:
    f = reference("def f(x: int) -> int:\n    return x\n")
    found = against_reference(function_of("x + 1 - 1", f.params, "stop"), f, portfolio, 20.0)
    assert (found.equal, found.arguments) == (False, (2**63 - 1,))
    assert against_reference(function_of("x + 1 - 1", f.params, "wrap"), f, portfolio, 20.0).equal is True


def test_nothing_is_claimed_where_the_reference_stops(portfolio: Portfolio) -> None:
    f = reference("def f(x: int) -> int:\n    assert x >= 0\n    return x\n")
    assert against_reference(function_of("x abs", f.params, "wrap"), f, portfolio, 20.0).equal is True


def test_what_differs_everywhere_is_shown_without_a_solver(portfolio: Portfolio) -> None:
    f = reference("def f(x: int) -> int:\n    return 1\n")
    found = against_reference(function_of("x - x", f.params, "wrap"), f, portfolio, 20.0)
    assert (found.equal, found.arguments) == (False, (0,))


def test_a_loop_without_a_bound_is_unknown(portfolio: Portfolio) -> None:
    f = reference("def f(x: int) -> int:\n    n = x\n    while n > 5:\n        n = n - 3\n    return n\n")
    found = against_reference(function_of("x", f.params, "stop"), f, portfolio, 20.0)
    assert found.equal is None and "64 times" in found.reason


def test_another_type_is_unknown_not_an_error(portfolio: Portfolio) -> None:
    f = reference("def f(x: int) -> bool:\n    return x > 0\n")
    found = against_reference(function_of("x", f.params, "stop"), f, portfolio, 20.0)
    assert found.equal is None and "i64" in found.reason


FORMULA = "def f(x: int, y: int, r: int) -> bool:\n    return r >= x and r >= y and (r == x or r == y)\n"


def test_the_one_result_of_a_formula_is_told(portfolio: Portfolio) -> None:
    holds = reference(FORMULA)
    assert only_result(holds, (3, -8), portfolio) == 3
    assert only_result(holds, (-9, -8), portfolio) == -8


def test_no_result_and_several_results_are_none(portfolio: Portfolio) -> None:
    several = reference("def f(x: int, r: int) -> bool:\n    return r > x\n")
    assert only_result(several, (3,), portfolio) is None
    nothing = reference("def f(x: int, r: int) -> bool:\n    return r > x and r < x\n")
    assert only_result(nothing, (3,), portfolio) is None


def test_a_truth_value_is_told_as_a_number(portfolio: Portfolio) -> None:
    holds = reference("def f(x: int, r: bool) -> bool:\n    return r == (x > 4)\n")
    assert [only_result(holds, (x,), portfolio) for x in (3, 5)] == [0, 1]


def test_a_formula_is_proved_of_a_phrase_or_refuted(portfolio: Portfolio) -> None:
    holds = reference(FORMULA)
    params = holds.params[:-1]
    assert against_formula(function_of("x max y", params, "stop"), holds, portfolio, 20.0).equal is True
    found = against_formula(function_of("x", params, "stop"), holds, portfolio, 20.0)
    assert found.equal is False and found.arguments is not None and found.arguments[0] < found.arguments[1]

"""The benchmark's tasks: references, formulas and known lengths belong together, and cvc5 is asked the same."""

from __future__ import annotations

from itertools import islice
from random import Random
from typing import Any

import pytest
from benchmarks.hackers_delight.baseline import length, question
from benchmarks.hackers_delight.bench import reference, table
from benchmarks.hackers_delight.functions import COMMON, TASKS, Task, p20, p25

from siglum.propose.scalar.operations import operations
from siglum.propose.scalar.samples import draws, oracle, sampled


def by_formula(task: Task, rows: list[tuple[Any, ...]]) -> list[int]:
    """What the known program gives on each row, as Z3 computes it."""
    import z3

    names = [name for name, _ in reference(task).params]
    sort = "Bool" if task.reference.__annotations__["return"] == "bool" else "(_ BitVec 32)"
    declared = "".join(f"(declare-const {name} (_ BitVec 32))" for name in names)
    (equation,) = z3.parse_smt2_string(f"{declared}(declare-const r {sort})(assert (= r {task.formula}))")
    body = equation.arg(1)
    found = []
    for row in rows:
        given = [(z3.BitVec(name, 32), z3.BitVecVal(value, 32)) for name, value in zip(names, row, strict=True)]
        value = z3.simplify(z3.substitute(body, *given))
        found.append(int(z3.is_true(value)) if sort == "Bool" else value.as_long())
    return found


def test_there_are_25_tasks_in_order() -> None:
    assert [task.number for task in TASKS] == list(range(1, 26))


@pytest.mark.parametrize("task", TASKS, ids=lambda task: f"P{task.number}")
def test_the_known_program_gives_what_the_reference_gives(task: Task) -> None:
    function = reference(task)
    types = [t for _, t in function.params]
    samples = sampled(types, oracle(function), 60, Random(task.number), 20_000, lambda: False)
    assert len(samples) == 60
    wanted = [sample.wanted & 0xFFFFFFFF for sample in samples]
    assert by_formula(task, [sample.arguments for sample in samples]) == wanted
    assert all(task.reference(*sample.arguments) == sample.wanted for sample in samples)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: f"P{task.number}")
def test_operations_are_known_and_the_same_for_cvc5(task: Task) -> None:
    named = operations(32, f"{COMMON} {task.operations}")
    text = question(task, list(named.components), False)
    assert text.count("(") == text.count(")")
    assert text.count(" S") >= len(named.components)


def test_the_next_number_with_as_many_ones_is_the_next_one() -> None:
    for x in (1, 2, 3, 5, 6, 11, 12, 0b1011100, 0b11110000):
        following = next(y for y in range(x + 1, 4 * x + 8) if y.bit_count() == x.bit_count())
        assert p20(x) == following


def test_the_higher_half_is_that_of_the_whole_product() -> None:
    for x, y in islice(draws([t for _, t in reference(TASKS[24]).params], Random(1)), 500):
        assert p25(x, y) == x * y >> 32


def test_the_length_of_an_answer_counts_equal_operations_once() -> None:
    answer = "((define-fun f ((x (_ BitVec 32))) (_ BitVec 32) (let ((a (bvashr x #x1f))) (bvsub (bvxor x a) a))))"
    assert length(answer) == 3
    assert length("(define-fun f ((x (_ BitVec 32))) (_ BitVec 32) (ite (bvult x (bvneg x)) #x1 #x0))\n; 0.01") == 2
    assert length("(define-fun f ((x (_ BitVec 32))) (_ BitVec 32) x)") == 0


def test_the_table_says_what_was_found_and_how_far_a_miss_got() -> None:
    found = {
        "own": {
            "1": {"length": 2, "seconds": 0.1, "text": "x bitand (x - 1)", "proved": ["z3", "bitwuzla"]},
            "2": {"length": 3, "seconds": 0.2, "text": "x", "proved": []},
            "25": {"length": 0, "seconds": 60.0, "text": "all values of 5 operations", "proved": []},
        }
    }
    text = table(found, 60.0)
    assert "1 of 3 at the known length or shorter, 1 of them proved by two solvers, 1 within 10 s; 1 longer, 1 missed" in text
    assert "P25 missed: all values of 5 operations" in text
    assert "P2  x (not proved)" in text

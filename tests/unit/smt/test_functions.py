"""Functions as terms: on every input a term has the interpreter's value, and stops where the interpreter stops."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from siglum.check.differential import exact
from siglum.errors import Stop
from siglum.ir.function import Function, Origin
from siglum.ir.inputs import inputs
from siglum.ir.interpret import OutOfSteps, Program
from siglum.ir.sample import Shape, sample
from siglum.smt.evaluate import evaluator
from siglum.smt.functions import Bounds, Outcome, Unsupported, execute
from siglum.smt.inputs import assigned, lengths_of, symbolic, to_python
from siglum.smt.machine import FLOAT_FUNCTIONS
from siglum.smt.terms import Term, Terms

HERE = Origin("word", "<test>", 1, 1, 4)


def run_on(function: Function, arguments: tuple[Any, ...], bounds: Bounds | None = None) -> tuple[str, Any]:
    """What the terms of `function` say happens on Python arguments: ("value", v), ("stop", kind, word) or ("unfinished",)."""
    terms = Terms()
    given_values, variables, facts = [], {}, []
    for (_, t), value, k in zip(function.params, arguments, range(9), strict=False):
        made, assumptions = symbolic(terms, t, f"a{k}", iter(lengths_of(value, t)))
        given_values.append(made)
        variables |= assigned(value, t, f"a{k}")
        facts += assumptions
    outcome = execute(terms, function, given_values, bounds or Bounds(runs=10, calls=4, cells=16, operations=3_000))
    return said(outcome, variables, facts)


def said(outcome: Outcome, variables: dict[str, Any], facts: list[Term]) -> tuple[str, Any]:
    terms = outcome.stopped.home

    def value(term: Term) -> Any:
        return evaluator([term], FLOAT_FUNCTIONS)(variables)[0]

    conditions = [s.condition for s in outcome.stops]
    reached, unfinished, stopped, *held = evaluator(
        [terms.any_of(conditions), outcome.unfinished, outcome.stopped, *facts, *outcome.assumptions], FLOAT_FUNCTIONS
    )(variables)
    assert all(held), "an assumption about inputs is wrong"
    assert reached == stopped
    if stopped:
        first = next(s for s in outcome.stops if value(s.condition))
        return "stop", (first.kind, first.origin.word if first.origin else "")
    if unfinished:
        return "unfinished", None
    return "value", exact(to_python(outcome.value, outcome.type, value))


def interpreted(function: Function, arguments: tuple[Any, ...]) -> tuple[str, Any]:
    try:
        return "value", exact(Program(function, counted=True).run(arguments, steps=2000, memory_limit=1 << 16, depth=40))
    except Stop as stop:
        return "stop", (stop.kind, stop.word)
    except OutOfSteps:
        return "unfinished", None


LIMITS = ("memory", "stack", "fuel")


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 1 << 20), st.booleans())
def test_random_functions_have_the_interpreters_values_and_stops(seed: int, counting: bool) -> None:
    function = sample(seed, Shape(size=14, depth=2, params=3, counting=counting))
    for arguments in inputs(tuple(t for _, t in function.params), seed, 4, longest=4):
        expected = interpreted(function, arguments)
        try:
            got = run_on(function, arguments)
        except Unsupported as problem:
            assert "operations" in str(problem)
            return
        limited = expected[0] == "stop" and expected[1][0] in LIMITS
        if not limited and "unfinished" not in (expected[0], got[0]):
            assert got == expected, (seed, arguments)

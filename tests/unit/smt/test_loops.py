"""A loop as a transition system: walking it state by state gives what the interpreter gives."""

from __future__ import annotations

from typing import Any

import pytest

from siglum.errors import Stop
from siglum.frontend.elaborate import function_from_source
from siglum.ir.function import Function
from siglum.ir.interpret import run
from siglum.smt.evaluate import evaluator
from siglum.smt.inputs import assigned, symbolic, to_python, word_of
from siglum.smt.loops import LoopProgram
from siglum.smt.machine import FLOAT_FUNCTIONS
from siglum.smt.terms import Term, Terms
from siglum.smt.values import Unsupported

SUM = "def f(xs: list[int]) -> int:\n    total = 0\n    for x in xs:\n        total += x * x\n    return total + 1\n"
ANY = "def f(xs: list[int], k: int) -> bool:\n    return any(x > k for x in xs)\n"
MAP = "def f(xs: list[int]) -> list[int]:\n    return [x + 1 for x in xs if x > 0]\n"
AFTER = (
    "def f(xs: list[int], k: int) -> int:\n    if k < 0:\n        return -1\n    best = k\n    for x in xs:\n"
    "        if x > best:\n            best = x\n    return best // k\n"
)
TWO = "def f(xs: list[int]) -> int:\n    return sum(xs) + sum(x * x for x in xs)\n"
NESTED = (
    "def f(n: int) -> int:\n    t = 0\n    for i in range(n):\n        for j in range(i):\n            t += j\n    return t\n"
)


def made(text: str) -> Function:
    return function_from_source(text, "f", "<test>")


def variables(function: Function, arguments: tuple[Any, ...]) -> dict[str, Any]:
    """The variables of stored inputs for Python arguments."""
    found: dict[str, Any] = {}
    for (name, t), value in zip(function.params, arguments, strict=True):
        if t.kind != "array":
            found |= assigned(value, t, name)
            continue
        words = [word_of(v, t.element) & (1 << 64) - 1 for v in value]
        data = b"".join(w.to_bytes(8, "little") for w in words)
        found |= {f"{name}.length": len(value), f"{name}.memory": dict(enumerate(data))}
    return found


def walked(function: Function, arguments: tuple[Any, ...]) -> Any:
    """The result by way of `enter`, `step` and `finish`; "stop" where one of them stops."""
    terms = Terms()
    inputs = [symbolic(terms, t, name)[0] for name, t in function.params]
    program = LoopProgram(terms, function, inputs)
    given = variables(function, arguments)

    def value(term: Term) -> Any:
        return evaluator([term], FLOAT_FUNCTIONS)(given)[0]

    entered = program.enter()
    state = entered.state
    if value(entered.stopped):
        return "stop"
    while value(program.goes_on(state)):
        step = program.step(state)
        if value(step.stopped):
            return "stop"
        assert all(map(value, step.assumptions))
        state = step.state
    outcome = program.finish(state)
    return "stop" if value(outcome.stopped) else to_python(outcome.value, outcome.type, value)


def expected(function: Function, arguments: tuple[Any, ...]) -> Any:
    try:
        return run(function, arguments)
    except Stop:
        return "stop"


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        (SUM, ([1, 2, -3],)), (SUM, ([],)), (SUM, ([1, 2**32],)), (ANY, ([1, 5, 2], 3)), (ANY, ([1, 2], 3)), (ANY, ([], 0)),
        (MAP, ([3, -1, 0, 4],)), (MAP, ([2**63 - 1, 1],)), (MAP, ([],)), (AFTER, ([1, 9], 2)), (AFTER, ([1, 9], -2)),
        (AFTER, ([1, 9], 0)),
    ],
)  # fmt: skip
def test_states_lead_to_the_interpreters_result(text: str, arguments: tuple[Any, ...]) -> None:
    function = made(text)
    assert walked(function, arguments) == expected(function, arguments)


def test_a_fresh_state_leaves_what_no_run_changes() -> None:
    terms = Terms()
    function = made(MAP)
    program = LoopProgram(terms, function, [symbolic(terms, t, n)[0] for n, t in function.params])
    state = program.fresh_state()
    entry = program.enter().state
    kept = [a is b for a, b in zip(state.parts, entry.parts, strict=True)]
    assert any(kept) and not all(kept)
    again = state.with_parts(entry.parts)
    assert again.parts == entry.parts


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (TWO, "more than one loop"), (NESTED, "inside the loop"), ("def f(n: int) -> int:\n    return n + 1\n", "no loop"),
    ],
)  # fmt: skip
def test_what_is_no_single_loop_is_said(text: str, reason: str) -> None:
    terms = Terms()
    function = made(text)
    inputs = [symbolic(terms, t, name)[0] for name, t in function.params]

    def use() -> None:
        program = LoopProgram(terms, function, inputs)
        program.finish(program.step(program.fresh_state()).state)

    with pytest.raises(Unsupported, match=reason):
        use()

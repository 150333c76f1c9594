"""Loops that hand elements on and loops in lock-step, part by part: what is taken as one loop, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from siglum.check.agreement import Agreement, Interpreted, Proving, fresh_inputs
from siglum.check.chains import Chain, Link, _array_of, chains
from siglum.check.lockstep import BOUNDS, prove_lockstep
from siglum.check.loop_run import OpenExecutor, OpenLoop, Run, after_loop
from siglum.frontend.elaborate import function_from_source
from siglum.ir.function import Function
from siglum.ir.types import I64, Array
from siglum.smt.inputs import symbolic
from siglum.smt.solve import Portfolio
from siglum.smt.terms import MEMORY, Terms
from siglum.smt.values import Listed, Stored, Unsupported

LIST = "def f(xs: list[int]) -> list[int]:"
XS = "def f(xs: list[int]) -> int:"
FILLED = f"{LIST}|a = [0] * len(xs)|n = 0|for x in xs:|    a[n] = x"


def made(text: str) -> Function:
    """The function `f` of a text in which `|` starts a new line of its body."""
    head, *lines = text.split("|")
    return function_from_source("\n".join([head, *(f"    {line}" for line in lines)]) + "\n", "f", "<test>")


def met(text: str) -> tuple[Terms, list[OpenLoop]]:
    """The loops of unknown length that an execution meets."""
    terms, function = Terms(), made(text)
    inputs = fresh_inputs(terms, function.params, lambda t, name: symbolic(terms, t, name))
    executor = OpenExecutor(terms, BOUNDS, lambda _, loop: after_loop(terms, BOUNDS, loop))
    executor.call(function, inputs.values)
    return terms, executor.loops


def run(terms: Terms, chain: Chain) -> Run:
    """One run from any state, in which only what no run changes is as it was before."""
    parts = [a if a is b else terms.fresh("any", a.width) for a, b in zip(chain.first, chain.last, strict=True)]
    return chain.run(terms.fresh("run", 63).zext(64), parts)


def longest(text: str) -> tuple[Chain, Run]:
    terms, loops = met(text)
    chain = next(chains(terms, BOUNDS, loops))
    return chain, run(terms, chain)


def sources(chain: Chain) -> list[Sequence[tuple[int, int]]]:
    return [link.sources for link in chain.links]


# Chains ---------------------------------------------------------------------------------------------------------------
def test_a_loop_may_read_what_two_loops_wrote_side_by_side() -> None:
    chain, _ = longest(f"{LIST}|a = [x ^ 1 for x in xs]|b = [x ^ 2 for x in xs]|return [a[i] ^ b[i] for i in range(len(xs))]")
    assert sources(chain) == [(), (), ((0, 1), (1, 1))]


def test_a_loop_that_two_others_read_is_in_the_chain_once() -> None:
    chain, _ = longest(f"{LIST}|a = [x ^ 1 for x in xs]|b = [x ^ 2 for x in a]|return [a[i] ^ b[i] for i in range(len(xs))]")
    assert sources(chain) == [(), ((0, 1),), ((0, 1), (1, 1))]


def test_a_carried_number_of_elements_may_be_the_place() -> None:
    chain, one = longest(f"{FILLED}|    n += 1|return [a[i] for i in range(n)]")
    assert sources(chain) == [(), ((0, 2),)]
    assert len(one.parts) == len(chain.first)


def test_arrays_inside_tuples_are_found_among_the_parts() -> None:
    text = f"{LIST}|p = (0, [0] * len(xs))|for i, x in enumerate(xs):|    a = p[1]|    a[i] = x|    p = (x, a)"
    chain, _ = longest(f"{text}|return [x ^ 1 for x in p[1]]")
    assert sources(chain) == [(), ((0, 2),)]


KEPT = "a = [x for x in xs if x > 0]"
OUT_OF_STEP = (
    (f"{LIST}|{KEPT}|b = [x for x in xs if x > 1]|return [a[i] ^ b[i] for i in range(len(a))]", "not written side by side"),
    (f"{LIST}|a = [x ^ 1 for x in xs]|return [a[i] for i in range(len(a) - 1)]", "once for each element"),
    (f"{LIST}|a = [0] * len(xs)|for x in xs:|    a[0] = x|return [x ^ 1 for x in a]", "one element after the other"),
    (f"{FILLED}|    if x > 0:|        n += 1|return [a[i] for i in range(n)]", "one element after the other"),
    (
        f"{LIST}|a = [0] * len(xs)|for i, x in enumerate(xs):|    if not x:|        break|    a[i] = x|return [y ^ 1 for y in a]",
        "one element after the other",
    ),
)


@pytest.mark.parametrize(("text", "reason"), OUT_OF_STEP)
def test_loops_out_of_step_are_not_taken_as_one(text: str, reason: str) -> None:
    with pytest.raises(Unsupported, match=reason):
        longest(text)


def test_a_first_run_is_not_taken_from_the_reading_loop_alone() -> None:
    terms, (writer, reader) = met(f"{FILLED}|    n += 1|return [a[i] for i in range(n)]")
    run(terms, Chain(terms, BOUNDS, [Link(writer, ()), Link(reader, ((0, 2),))]))
    with pytest.raises(Unsupported, match="a first run taken apart"):
        run(terms, Chain(terms, BOUNDS, [Link(writer, ()), Link(replace(reader, start=1), ((0, 2),))]))


def test_the_array_of_a_memory_is_found_or_refused() -> None:
    terms, (loop, *_) = met(f"{LIST}|return [x ^ 1 for x in xs]")
    memory, zero = terms.var("m", MEMORY), terms.const(0, 64)
    array = Stored(memory, zero, zero, I64)
    assert _array_of(replace(loop, shape=((zero, zero), (zero, array))), 4) is array
    with pytest.raises(Unsupported, match="no carried array"):
        _array_of(replace(loop, shape=(zero, array)), 1)
    with pytest.raises(Unsupported, match="known cells"):
        _array_of(replace(loop, shape=(Listed((zero,), terms.const(1, 64), I64), array)), 3)
    with pytest.raises(Unsupported, match="in a memory"):
        _array_of(replace(loop, shape=(replace(array, element=Array(I64)),)), 1)


# What cannot be left open ---------------------------------------------------------------------------------------------
def test_an_array_that_grows_cell_by_cell_is_refused() -> None:
    with pytest.raises(Unsupported, match="longer cell by cell"):
        met(f"{LIST}|a = []|for x in xs:|    if x == 0:|        break|    a.append(x)|return [x ^ 1 for x in a]")


DEEP = "def f(n: int) -> int:|if n <= 0:|    return 0|return f(n - 1) ^ n"
DEEP_INSIDE = (
    "def f(xs: list[int], n: int) -> int:|if n < 0:|    return f(xs, n + 1) ^ n|t = 0|for x in xs:|    t = t ^ f(xs, x)|return t"
)


def test_calls_nested_too_deep_in_a_loop_are_refused() -> None:
    with pytest.raises(Unsupported, match="in a loop goes over its bound"):
        met(DEEP_INSIDE)


# Lock-step ------------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def portfolio() -> Iterator[Portfolio]:
    with Portfolio(seconds=5.0) as solvers:
        yield solvers


def beside(portfolio: Portfolio, reference: str, function: str) -> Agreement:
    terms, one, other = Terms(), made(reference), made(function)
    inputs = fresh_inputs(terms, one.params, lambda t, name: symbolic(terms, t, name))
    return prove_lockstep(terms, Proving(portfolio, 2.0), inputs, one, other, Interpreted(one, other), 0)


XOR = f"{XS}|t = 0|for x in xs:|    t = t ^ x|return t"


def test_first_values_may_be_equal_by_proof(portfolio: Portfolio) -> None:
    head = "def f(xs: list[int], y: int, z: int) -> int:"
    rest = "for x in xs:|    t = t ^ x|return t"
    assert beside(portfolio, f"{head}|t = y & z|{rest}", f"{head}|t = z & (y ^ ~z)|{rest}").values
    assert not beside(portfolio, f"{head}|t = y & z|{rest}", f"{head}|t = z & (y ^ z)|{rest}").values


def test_two_memories_that_stay_equal_are_not_said_to_be_one(portfolio: Portfolio) -> None:
    head = "def f(xs: list[int]) -> tuple[list[int], list[int]]:|a = [0] * len(xs)"
    two = f"{head}|b = [0] * len(xs)|for i, x in enumerate(xs):|    a[i] = x|    b[i] = x|return (a, b)"
    found = beside(portfolio, two, f"{head}|for i, x in enumerate(xs):|    a[i] = x|return (a, a)")
    assert (found.values, found.wrong) == (None, None)


def test_a_part_that_differs_while_the_loop_goes_on_is_not_related(portfolio: Portfolio) -> None:
    early = f"{XS}|t = 0|for x in xs:|    if x == 7:|        break|    t = t ^ x ^ 1|return t"
    found = beside(portfolio, XOR, early)
    assert not found.values and found.reason


def test_a_loop_that_may_stop_elsewhere_leaves_stops_open(portfolio: Portfolio) -> None:
    found = beside(portfolio, XOR, f"{XS}|t = 0|for x in xs:|    t = t ^ x ^ ((x + 1) & 0)|return t")
    assert found.values and found.stops is None
    found = beside(portfolio, XOR, f"{XS}|t = 0|for x in xs:|    t = x ^ t|return t")
    assert found.values and found.stops


@pytest.mark.parametrize(("function", "reason"), [(DEEP, "over its bound"), (f"{XS}|return 0", "no loop of unknown length")])
def test_functions_that_are_no_matter_of_lock_step_are_refused(portfolio: Portfolio, function: str, reason: str) -> None:
    with pytest.raises(Unsupported, match=reason):
        beside(portfolio, function, function)

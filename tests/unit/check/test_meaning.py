"""Function meets Spec: each method with what it proves and what it must not prove."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from siglum import pipeline, records
from siglum.check import meaning
from siglum.check.agreement import Interpreted, Proving, agree, fresh_inputs
from siglum.check.lockstep import prove_lockstep
from siglum.check.meaning import MAY_STOP, meets
from siglum.frontend.elaborate import function_from_source
from siglum.ir.function import Function
from siglum.ir.sample import Shape, sample
from siglum.records import Exhausted, Finding, Proved, ProvedUpTo, Refuted
from siglum.smt.functions import Bounds, execute
from siglum.smt.inputs import symbolic
from siglum.smt.solve import Portfolio
from siglum.smt.terms import Terms
from siglum.smt.values import Unsupported


@pytest.fixture(scope="module")
def portfolio() -> Iterator[Portfolio]:
    with Portfolio(seconds=5.0) as solvers:
        yield solvers


def made(text: str) -> Function:
    """The function `f` of a text in which `|` starts a new line of its body."""
    head, *lines = text.split("|")
    return function_from_source("\n".join([head, *(f"    {line}" for line in lines)]) + "\n", "f", "<test>")


def method(finding: Finding) -> str:
    assert isinstance(finding, Proved | ProvedUpTo), str(finding)
    assert len(finding.proof.solvers) != 1 or finding.proof.queries, "one solver is no proof"
    return finding.proof.method


XS = "def f(xs: list[int]) -> int:"
LIST = "def f(xs: list[int]) -> list[int]:"
XK = "def f(xs: list[int], k: int) -> bool:"
TWO = "def f(x: int, y: int) -> int:"


# Identity, loop-free ------------------------------------------------------------------------------------------
def test_the_same_function_needs_no_solver(portfolio: Portfolio) -> None:
    asked = portfolio.asked
    function = made(f"{TWO}|return x * y + 1")
    assert method(meets(function, function, None, portfolio)) == "the Function is the reference"
    assert portfolio.asked == asked


@pytest.mark.parametrize(
    ("reference", "function"),
    [
        (f"{TWO}|return x + y", f"{TWO}|return y + x"),
        (f"{TWO}|return x & y", f"{TWO}|return y & (x ^ ~y)"),
        (f"{TWO}|return x * 2", f"{TWO}|return x + x"),
        (f"{TWO}|if x < y:|    return x|return y", f"{TWO}|return min(x, y)"),
        ("def f(x: float, y: float) -> float:|return x * y + 1.0", "def f(x: float, y: float) -> float:|return 1.0 + y * x"),
    ],
)
def test_functions_without_loops_are_compared_on_all_inputs(portfolio: Portfolio, reference: str, function: str) -> None:
    assert method(meets(made(function), made(reference), None, portfolio)) == "SMT over all inputs"


@pytest.mark.parametrize(
    ("reference", "function", "arguments"),
    [
        (f"{TWO}|return x + y", f"{TWO}|if x == 123456789:|    return 0|return x + y", 123456789),
        (f"{TWO}|return x ^ y", f"{TWO}|if y == 987654321987:|    return x|return x ^ y", 987654321987),
    ],
)
def test_a_needle_is_found_and_confirmed(portfolio: Portfolio, reference: str, function: str, arguments: int) -> None:
    finding = meets(made(function), made(reference), None, portfolio)
    assert isinstance(finding, Refuted)
    assert arguments in finding.arguments
    assert Interpreted(made(reference), made(function)).compare(finding.arguments) is not None


def test_a_function_that_stops_more_often_says_so(portfolio: Portfolio) -> None:
    reference = made(f"{TWO}|return (x & 255) + (y & 255)")
    function = made(f"{TWO}|if x == 77777777777:|    return (y // 0)|return (x & 255) + (y & 255)")
    finding = meets(function, reference, None, portfolio, tests=20)
    assert isinstance(finding, Proved)
    assert MAY_STOP in finding.proof.lemmas


def test_one_solver_is_no_proof() -> None:
    x_and_y = made(f"{TWO}|return x & y"), made(f"{TWO}|return y & (x ^ ~y)")
    with Portfolio(seconds=2.0, order=("z3",)) as alone:
        finding = meets(x_and_y[1], x_and_y[0], None, alone, tests=5)
    assert not isinstance(finding, Proved) or finding.proof.solvers == ()


# Loops --------------------------------------------------------------------------------------------------------
ALIKE = (
    (f"{XS}|t = 0|for x in xs:|    t = max(t, x)|return t", f"{XS}|t = 0|for x in xs:|    if x > t:|        t = x|return t"),
    (f"{LIST}|return [x & 7 for x in xs]", f"{LIST}|return [x % 8 for x in xs]"),
    (f"{XK}|return any(x > k for x in xs)", f"{XK}|return not all(x <= k for x in xs)"),
    (f"{LIST}|return [x for x in xs if x > 0]", f"{LIST}|return [x for x in xs if not x <= 0]"),
    (f"{LIST}|a = [x ^ 1 for x in xs]|return [y & 3 for y in a]", f"{LIST}|return [(x ^ 1) & 3 for x in xs]"),
    (
        f"{LIST}|a = [x for x in xs if x > 0]|return [y & 3 for y in a if y & 1 == 0]",
        f"{LIST}|return [x & 3 for x in xs if x > 0 and x & 1 == 0]",
    ),
)


@pytest.mark.parametrize(("reference", "function"), ALIKE)
def test_loops_in_lock_step(portfolio: Portfolio, reference: str, function: str) -> None:
    for one, other in ((reference, function), (function, function)):
        finding = meets(made(other), pipeline.refined(made(one)), None, portfolio)
        assert method(finding) in ("loops in lock-step", "the Function is the reference"), str(finding)


PHRASES = (
    "f xs:[i64] = xs filter even square sum", "f xs:[i64] = xs scan + < 0 | any", "f xs:[i64] = xs scan max",
    "f s:str = s is s reverse", "f xs:[i64] k:i64 = xs sort reverse take k",
    "f xs:[i64] = xs scan (acc + it | min it) minimum", "f xs:[i64] = xs filter (> 0) map (* 3)",
)  # fmt: skip


@pytest.mark.parametrize("phrase", PHRASES)
def test_fused_phrases_mean_their_words_one_by_one(portfolio: Portfolio, phrase: str) -> None:
    unit = pipeline.unit_from_phrase(phrase)
    assert unit.unfused is not unit.function
    finding = pipeline.proved_meaning(unit, portfolio)
    assert method(finding) == "loops in lock-step"
    assert isinstance(finding, Proved)
    assert not finding.proof.lemmas


DIFFERENT = (
    # the first value, the last element, an order, a rank, an early end, no elements at all, one element
    (f"{XS}|t = 0|for x in xs:|    t = max(t, x)|return t", f"{XS}|t = -1|for x in xs:|    t = max(t, x)|return t"),
    (f"{XS}|t = 0|for x in xs:|    t = x|return t", f"{XS}|t = 0|for i in range(len(xs) - 1):|    t = xs[i]|return t"),
    (f"{LIST}|return [x & 7 for x in xs]", f"{LIST}|return [x & 7 for x in reversed(xs)]"),
    (f"{LIST}|return [x for x in xs if x > 0]", f"{LIST}|return [x for x in xs if x >= 0]"),
    (f"{XK}|return any(x > k for x in xs)", f"{XK}|return all(x > k for x in xs)"),
    (f"{XS}|t = 1|for x in xs:|    t = 2|return t", f"{XS}|return 2"),
    (f"{XS}|t = 5|for x in xs:|    t = 5|return t", f"{XS}|t = 5|for x in xs:|    t = x & 0|return t"),
    (
        f"{XS}|seen = False|t = 0|for x in xs:|    t = t ^ x if seen else x|    seen = True|return t",
        f"{XS}|t = 3|for x in xs:|    t = t ^ x|return t ^ 3 if len(xs) != 1 else t",
    ),
    (
        f"{LIST}|a = [x for x in xs if x > 0]|return [y ^ i for i, y in enumerate(a)]",
        f"{LIST}|return [x ^ i for i, x in enumerate(xs) if x > 0]",
    ),
    (
        f"{LIST}|a = [x ^ 1 for x in xs]|return [a[len(a) - 1 - i] for i in range(len(a))]",
        f"{LIST}|return [x ^ 1 for x in xs]",
    ),
)  # fmt: skip


@pytest.mark.parametrize(("reference", "function"), DIFFERENT)
def test_wrong_loops_are_refuted_and_never_related(portfolio: Portfolio, reference: str, function: str) -> None:
    right, wrong = made(reference), made(function)
    finding = meets(wrong, right, None, portfolio)
    assert isinstance(finding, Refuted), str(finding)
    for a, b in ((right, wrong), (wrong, right), (right, pipeline.refined(wrong)), (pipeline.refined(right), wrong)):
        assert not lock_step_proves(portfolio, a, b)


def lock_step_proves(portfolio: Portfolio, reference: Function, function: Function) -> bool:
    found = False
    for peeled in (0, 1):
        terms = Terms()
        inputs = fresh_inputs(terms, function.params, lambda t, name, terms=terms: symbolic(terms, t, name))
        try:
            agreement = prove_lockstep(
                terms, Proving(portfolio, 2.0), inputs, reference, function, Interpreted(reference, function), peeled
            )
        except Unsupported:
            continue
        found |= bool(agreement.values and agreement.stops)
    return found


@pytest.mark.parametrize("seed", range(12))
def test_rewrites_of_random_functions_are_not_called_wrong(portfolio: Portfolio, seed: int) -> None:
    function = sample(seed, Shape(size=10, depth=2, params=2, calls=False))
    finding = meets(pipeline.refined(function), function, None, portfolio, tests=20, seconds=2.0)
    assert not isinstance(finding, Refuted)


@pytest.mark.parametrize("seed", range(12))
def test_random_functions_are_not_proved_to_be_others(portfolio: Portfolio, seed: int) -> None:
    """Two functions of one signature, mostly different: what is proved of them must hold when they run."""
    shape = Shape(size=8, depth=1, params=1, calls=False, fuel=False)
    first = sample(seed, shape)
    others = (sample(s, shape) for s in range(100, 400))
    second = next(o for o in others if [t for _, t in o.params] == [t for _, t in first.params] and o.result is first.result)
    finding = meets(second, first, None, portfolio, tests=0, seconds=1.0)
    if isinstance(finding, Proved) and not finding.proof.lemmas:
        again = meets(second, first, None, portfolio, tests=300)
        assert not isinstance(again, Refuted)


# Small domains, bounded, runs -----------------------------------------------------------------------------------
SMALL = "def f(x: i8, b: bool) -> int:"


def test_small_domains_are_run_whole(portfolio: Portfolio, monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(self: object) -> meaning.Tried:
        return meaning.Tried(None, "not asked")

    monkeypatch.setattr(meaning._Checker, "all_inputs", give_up)
    reference, function = made(f"{SMALL}|return x * x if b else 0"), made(f"{SMALL}|return x ** 2 if b else 0")
    wrong = made(f"{SMALL}|return x * x if b and x != -77 else 0")
    assert meets(function, reference, None, portfolio, tests=5) == Exhausted(512)
    finding = meets(wrong, reference, None, portfolio, tests=2)
    assert isinstance(finding, Refuted)
    assert finding.arguments == (-77, True)


def test_what_is_proved_up_to_a_length_says_why_not_for_all(portfolio: Portfolio) -> None:
    unit = pipeline.unit_from_phrase("f s:str = s runs map (first pair (it length))")
    finding = pipeline.proved_meaning(unit, portfolio)
    assert isinstance(finding, ProvedUpTo)
    assert finding.bound >= 3
    assert finding.missing


def test_a_wrong_long_list_is_found_by_unrolling(portfolio: Portfolio) -> None:
    reference = made(f"{XS}|return len(xs)")
    function = made(f"{XS}|a = [x for x in xs if x == 4242424242]|return len(xs) + len(a) // 3")
    finding = meets(function, reference, None, portfolio, tests=10)
    assert isinstance(finding, Refuted)
    assert finding.arguments[0].count(4242424242) >= 3


def test_runs_come_last(portfolio: Portfolio) -> None:
    reference = made(f"{XS}|t = 0|while t * t < len(xs) * 1000 + 7777:|    t += 1|return t")
    function = made(f"{XS}|t = 0|while t * t < len(xs) * 1000 + 7777:|    t = t + 1|return t + 0 * len(xs)")
    finding = meets(function, reference, None, portfolio, tests=10, seconds=1.0)
    assert isinstance(finding, records.Tested | ProvedUpTo | Proved)


def test_the_reference_in_cpython_counts(portfolio: Portfolio) -> None:
    function = made(f"{TWO}|return x & y")
    finding = meets(made(f"{TWO}|return y & (x ^ ~y)"), function, lambda x, y: x | y, portfolio)
    assert isinstance(finding, Refuted)


def test_a_counterexample_of_the_solvers_alone_is_not_believed(portfolio: Portfolio) -> None:
    """Nothing is known to the solvers of float functions but their names: what they make up does not replay."""
    head = "def f(x: float) -> float:"
    reference, function = made(f"{head}|return x * 2.0"), made(f"{head}|return x + x")
    terms = Terms()
    inputs = fresh_inputs(terms, reference.params, lambda t, name: symbolic(terms, t, name))
    outcomes = [execute(terms, f, inputs.values, Bounds()) for f in (reference, function)]
    found = agree(Proving(portfolio), inputs, outcomes[0], outcomes[1], Interpreted(reference, function))
    assert found.values is None
    assert found.wrong is None

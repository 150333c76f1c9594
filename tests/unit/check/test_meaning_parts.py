"""Parts of the comparison of two Functions by themselves: what counts as a difference, and how each method ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.support.functions import at, build

from siglum.check import agreement, meaning
from siglum.check.agreement import Agreement, Disagreement, Interpreted, differ
from siglum.check.loop_run import replaced
from siglum.check.meaning import NEVER_PROVED, _Bounded, _Checker
from siglum.errors import Stop, UserError
from siglum.ir.function import Builder, Function
from siglum.ir.node import Node
from siglum.ir.types import BOOL, F64, I8, I64, Array, Map, Option, Pair
from siglum.records import ProvedUpTo, Refuted
from siglum.smt.evaluate import evaluator
from siglum.smt.solve import Portfolio
from siglum.smt.terms import MEMORY, Term, Terms
from siglum.smt.values import Listed, Stored

T = Terms()
X, Y, N = (T.var(name, 64) for name in ("x", "y", "n"))


def listed(*cells: Term | None, length: Term | None = None) -> Listed:
    return Listed(cells, T.const(len(cells), 64) if length is None else length, I64)


def holds(term: Term, **values: Any) -> bool:
    return bool(evaluator([term])(values)[0])


def test_lists_differ_in_length_or_in_an_element_they_have() -> None:
    same = differ(listed(X, Y), listed(X, Y), Array(I64))
    assert same is T.false
    found = differ(listed(X, Y), listed(Y, Y), Array(I64))
    assert holds(found, x=1, y=2) and not holds(found, x=1, y=1)
    short = differ(listed(X, Y, length=N), listed(X, X, length=N), Array(I64))
    assert not holds(short, x=1, y=2, n=1) and holds(short, x=1, y=2, n=2)
    assert holds(differ(listed(X), listed(X, Y), Array(I64)), x=1, y=1)
    unwritten = differ(listed(X, None, length=N), listed(X, Y, length=N), Array(I64))
    assert not holds(unwritten, n=1) and holds(unwritten, n=2)
    assert not holds(differ(listed(None, length=N), listed(None, length=X), Array(I64)), n=1, x=1)


def test_a_list_in_memory_differs_at_some_place() -> None:
    stored = Stored(T.var("m", MEMORY), T.const(0, 64), N, I64)
    found = differ(stored, listed(X, length=N), Array(I64))
    place = next(v.value for v in agreement.variables([found]) if v.value.startswith("somewhere"))
    assert holds(found, n=1, x=3, m={0: 4}, **{place: 0}) and not holds(found, n=1, x=4, m={0: 4}, **{place: 0})
    assert not holds(found, n=1, x=3, m={0: 4}, **{place: 1})


def test_maps_pairs_options_and_floats() -> None:
    found = differ((listed(X), listed(Y)), (listed(X), listed(N)), Map(I64, I64))
    assert holds(found, y=1, n=2) and not holds(found, y=1, n=1)
    assert holds(differ((X, Y), (X, N), Pair(I64, I64)), y=1, n=2)
    p = T.var("p", 0)
    option = differ((p, X), (p, Y), Option(I64))
    assert not holds(option, p=False, x=1, y=2) and holds(option, p=True, x=1, y=2)
    nan = differ(X, Y, F64)
    assert not holds(nan, x=0x7FF8000000000000, y=0xFFF8000000000001) and holds(nan, x=0, y=1 << 63)
    assert differ(X, X, F64) is T.false


def of(make: Callable[[Builder], Node], *types: Any) -> Function:
    return build(make, *types)


IDENTITY = of(lambda b: b.param(0, I64), I64)
INCREMENT = of(lambda b: b.emit("add", b.param(0, I64), b.const(1), origin=at(b)), I64)


def test_only_where_the_reference_gives_a_value_is_anything_compared() -> None:
    runs = Interpreted(INCREMENT, IDENTITY)
    wrong = runs.compare((3,))
    assert wrong is not None and (wrong.expected, wrong.got, wrong.stops) == (4, 3, False)
    assert runs.compare((2**63 - 1,)) is None, "the reference stops"
    stops = Interpreted(IDENTITY, INCREMENT).compare((2**63 - 1,))
    assert stops is not None and stops.stops and "does not fit" in stops.refuted().got
    assert runs.compare(("three",)) is None, "no argument of this type"


def stopping(kind: str) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        raise Stop(kind)

    return call


def test_native_code_beside_the_reference() -> None:
    runs = Interpreted(INCREMENT, INCREMENT)
    assert runs.compare((3,), lambda x: x + 1) is None
    wrong = runs.compare((3,), lambda x: x)
    assert wrong is not None and wrong.got == 3
    stops = runs.compare((3,), stopping("index"))
    assert stops is not None and stops.stops
    assert runs.compare((3,), stopping("memory")) is None, "limits are no meaning"


def test_what_takes_too_long_or_more_than_there_is_gives_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreement, "STEPS", 3)

    def counting(b: Builder) -> Node:
        _, (x,) = b.open_loop(b.param(0, I64), (b.const(0),))
        return b.close_loop(b.const(True, BOOL), (b.emit("add_wrap", x, b.const(2)),))[0]

    runs = Interpreted(of(counting, I64), IDENTITY)
    assert runs.compare((4,)) is None
    assert runs.compare((3,)) is not None
    allocating = of(lambda b: b.alloc(I64, b.param(0, I64), at(b)), I64)
    assert Interpreted(allocating, IDENTITY).compare((1 << 40,)) is None


def test_parts_of_what_a_loop_knows_are_replaced() -> None:
    assert replaced(None, {X: Y}) is None
    assert replaced((X, (N, None)), {X: Y}) == (Y, (N, None))
    assert replaced(listed(X, None), {X: Y}) == listed(Y, None)


# Methods --------------------------------------------------------------------------------------------------------------
def total(step: int) -> Function:
    def make(b: Builder) -> Node:
        xs = b.param(0, Array(I64))
        i, (x,) = b.open_loop(b.length(xs), (b.const(0),))
        more = b.emit("mul_wrap", b.emit("load", xs, i), b.const(step))
        return b.close_loop(b.const(True, BOOL), (b.emit("add_wrap", x, more),))[0]

    return of(make, Array(I64))


@pytest.fixture
def checker(monkeypatch: pytest.MonkeyPatch) -> _Checker:
    class Nobody(Portfolio):
        def ask(self, *_: Any, **__: Any) -> Any:
            raise AssertionError("nothing is asked")

    return _Checker(total(3), total(2), Nobody(), ())


def test_a_relation_that_is_refuted_refutes(checker: _Checker, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Disagreement(([1],), 2, 3)
    monkeypatch.setattr(checker, "one_step", lambda *_: Agreement(False, None, wrong, ""))
    assert checker.lock_step().finding == Refuted(([1],), "2", "3")
    monkeypatch.setattr(checker, "one_step", lambda *_: Agreement(None, None, None, "a reason"))
    assert checker.lock_step() == (None, "a reason")


def test_domains_that_are_too_large_are_not_run() -> None:
    wide = of(lambda b: b.emit("cast", b.param(0, I8), attr=I64), I8, I8, I8)
    assert _Checker(wide, wide, Portfolio(), ()).exhaustive().finding is None


def test_bounded_proofs_end_with_their_time_and_say_what_may_stop(checker: _Checker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "up_to", lambda *_: _Bounded(True, False, True, None, ""))
    found = checker.bounded(-1.0).finding
    assert isinstance(found, ProvedUpTo) and (found.bound, found.missing) == (meaning.LENGTHS[0], "out of time")
    assert NEVER_PROVED in found.proof.lemmas
    found = checker.bounded(1e9).finding
    assert isinstance(found, ProvedUpTo) and (found.bound, found.measure) == (meaning.LENGTHS[-1], "list length")
    monkeypatch.setattr(checker, "up_to", lambda *_: _Bounded(False, False, False, None, "too hard"))
    assert checker.bounded(1e9) == (None, "too hard")
    wrong = Disagreement(([1],), 2, 3)
    monkeypatch.setattr(checker, "up_to", lambda *_: _Bounded(False, False, False, wrong, ""))
    assert isinstance(checker.bounded(1e9).finding, Refuted)


def test_a_solution_that_is_no_argument_confirms_nothing() -> None:
    runs = Interpreted(IDENTITY, INCREMENT)
    answer = agreement.Answer("sat", ("z3",), {}, "", "", 0.0)

    class Impossible(agreement.Inputs):
        def python(self, solution: Any) -> tuple[Any, ...]:
            raise UserError("no such argument")

    assert agreement.confirmed(answer, Impossible((), (), ()), runs) is None
    assert agreement.confirmed(answer._replace(status="unsat"), Impossible((), (), ()), runs) is None

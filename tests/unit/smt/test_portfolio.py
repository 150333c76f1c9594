"""Several solvers on one question: what two of them say alike holds, and every other outcome is told for what it is."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from siglum.errors import EnvironmentFault
from siglum.smt import solve, worker
from siglum.smt.printer import script
from siglum.smt.solve import REWRITING, Portfolio, _Worker
from siglum.smt.terms import MEMORY, Term, Terms

Reply = dict[str, Any] | bytes | None
"""What a solver answers; bytes are sent as they are, then it ends; None says nothing."""
UNSAT: Reply = {"status": "unsat", "cpu": 0.5}
UNKNOWN: Reply = {"status": "unknown", "reason": "hard", "cpu": 0.25}


def sat(**values: int) -> Reply:
    return {"status": "sat", "values": values, "cpu": 0.125}


class Told(_Worker):
    """A solver that answers as told."""

    replies: dict[str, list[Reply]] = {}
    started: list[str] = []

    def __init__(self, name: str) -> None:
        self.name, self.busy, self._read, self.version = name, False, b"", ""
        self.descriptor, self.into = os.pipe()
        self.started.append(name)
        self.say({"version": f"{name} 1"})

    def say(self, reply: Reply) -> None:
        if isinstance(reply, dict):
            os.write(self.into, json.dumps(reply).encode() + b"\n")
        elif reply is not None:
            os.write(self.into, reply)
            os.close(self.into)
            self.into = -1

    def ask(self, text: str, names: list[str], seconds: float) -> None:
        self.busy = True
        self.say(self.replies[self.name].pop(0))

    def end(self) -> None:
        os.close(self.descriptor)
        if self.into >= 0:
            os.close(self.into)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, list[Reply]]]:
    monkeypatch.setattr(solve, "_Worker", Told)
    monkeypatch.setattr(solve, "_GRACE", 0.0)
    Told.replies = {name: [] for name in solve.ORDER}
    Told.started = []
    yield Told.replies


def question() -> tuple[Terms, list[Term]]:
    terms = Terms()
    x, y = terms.var("x", 8), terms.var("y", 8)
    return terms, [x.is_(y + 1), x.ult(y)]


def test_what_two_solvers_say_is_unsatisfiable(told: dict[str, list[Reply]]) -> None:
    told["bitwuzla"], told["z3"] = [UNSAT], [UNSAT]
    heard: list[str] = []
    _, asked = question()
    with Portfolio(progress=heard.append) as portfolio:
        answer = portfolio.ask(asked)
        assert (answer.status, sorted(answer.solvers), answer.cpu) == ("unsat", ["bitwuzla", "z3"], 1.0)
        assert heard == [f"query {answer.query[:12]}"]
        assert (portfolio.asked, portfolio.cpu) == (1, 1.0)
        assert portfolio.versions() == {"bitwuzla": "bitwuzla 1", "z3": "z3 1"}
    assert Told.started == ["bitwuzla", "z3"] and portfolio.versions() == {}


def test_one_solver_is_too_few(told: dict[str, list[Reply]]) -> None:
    for name, reply in zip(solve.ORDER, (UNSAT, UNKNOWN, UNKNOWN, None), strict=True):
        told[name] = [reply]
    _, asked = question()
    with Portfolio(seconds=0.05) as portfolio:
        answer = portfolio.ask(asked)
    assert (answer.status, answer.solvers) == ("unknown", ("bitwuzla",))
    assert answer.reason == "only bitwuzla settled it; z3: hard; cvc5-int: hard; cvc5: out of time"


def test_the_third_is_asked_where_the_first_two_do_not_settle_it(told: dict[str, list[Reply]]) -> None:
    told["bitwuzla"], told["z3"], told["cvc5-int"] = [UNKNOWN], [UNSAT], [UNSAT]
    _, asked = question()
    with Portfolio() as portfolio:
        assert portfolio.ask(asked).solvers == ("z3", "cvc5-int")


def test_one_program_asked_in_two_ways_is_one_opinion(told: dict[str, list[Reply]]) -> None:
    told["cvc5-int"], told["cvc5"], told["bitwuzla"] = [UNSAT], [UNSAT], [UNKNOWN]
    _, asked = question()
    with Portfolio(order=("cvc5-int", "bitwuzla", "cvc5")) as portfolio:
        answer = portfolio.ask(asked)
    assert (answer.status, answer.solvers) == ("unknown", ("cvc5-int",))
    assert "cvc5" not in Told.started


def test_a_solution_counts_if_it_is_one(told: dict[str, list[Reply]]) -> None:
    told["bitwuzla"], told["z3"] = [sat(v0=0, v1=255)], [None]
    _, asked = question()
    with Portfolio() as portfolio:
        answer = portfolio.ask(asked)
    assert (answer.status, answer.solvers, answer.values) == ("sat", ("bitwuzla",), {"x": 0, "y": 255})


def test_a_solution_that_is_none_settles_nothing(told: dict[str, list[Reply]]) -> None:
    told["bitwuzla"], told["z3"], told["cvc5-int"], told["cvc5"] = [sat(v0=3, v1=255)], [UNKNOWN], [UNKNOWN], [UNKNOWN]
    _, asked = question()
    with Portfolio() as portfolio:
        answer = portfolio.ask(asked)
    assert answer.status == "unknown" and "bitwuzla gave a solution that is none" in answer.reason


def test_solvers_that_contradict_each_other_are_told(told: dict[str, list[Reply]]) -> None:
    told["bitwuzla"], told["z3"], told["cvc5-int"] = [UNSAT], [UNKNOWN], [sat(v0=1, v1=1)]
    _, asked = question()
    with Portfolio() as portfolio:
        answer = portfolio.ask(asked)
    assert (answer.status, answer.solvers) == ("unknown", ())
    assert answer.reason == "cvc5-int finds a solution where bitwuzla finds none"


def test_a_solver_that_ends_is_started_again_for_the_next_question(told: dict[str, list[Reply]]) -> None:
    told["bitwuzla"], told["z3"], told["cvc5-int"] = [b"", UNSAT], [UNSAT, UNSAT], [UNSAT]
    terms, asked = question()
    with Portfolio() as portfolio:
        assert portfolio.ask(asked).status == "unsat"
        assert portfolio.ask([terms.var("x", 8).ult(0)]).status == "unsat"
        assert portfolio.ask([terms.mul(terms.var("x", 8), terms.var("y", 8)).is_(3)]).solvers == ("bitwuzla", "z3")
    assert Told.started.count("bitwuzla") == 2


def test_a_solver_still_at_an_old_question_is_ended(told: dict[str, list[Reply]]) -> None:
    told["bitwuzla"], told["z3"] = [sat(v0=0, v1=255), sat(v0=0, v1=255), sat(v0=0, v1=255)], [None, UNKNOWN, UNKNOWN]
    _, asked = question()
    with Portfolio() as portfolio:
        assert [portfolio.ask(asked).status for _ in range(3)] == ["sat"] * 3
    assert Told.started.count("z3") == 2, "the silent one is replaced, the one whose answer has come is kept"


def test_a_question_that_is_false_as_it_is_asks_nobody(told: dict[str, list[Reply]]) -> None:
    terms, asked = question()
    with Portfolio() as portfolio:
        answer = portfolio.ask([*asked, terms.false])
    assert (answer.status, answer.solvers, Told.started) == ("unsat", (REWRITING,), [])


class Kept:
    """A cache in memory."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[str, ...]] = {}

    def find(self, query: str) -> tuple[str, ...] | None:
        return self.answers.get(query)

    def keep(self, query: str, solvers: tuple[str, ...]) -> None:
        self.answers[query] = solvers


def test_answers_are_kept_where_enough_solvers_gave_them(told: dict[str, list[Reply]]) -> None:
    told["bitwuzla"], told["z3"] = [UNSAT, UNSAT], [UNSAT, UNSAT]
    _, asked = question()
    cache = Kept()
    with Portfolio(cache=cache) as portfolio:
        first = portfolio.ask(asked)
        again = portfolio.ask(asked)
        assert (first.cached, again.cached, again.solvers, portfolio.asked) == (False, True, first.solvers, 1)
        cache.answers[first.query] = ("z3",)
        assert not portfolio.ask(asked).cached and portfolio.asked == 2


def test_a_solution_is_not_kept(told: dict[str, list[Reply]]) -> None:
    told["bitwuzla"], told["z3"] = [sat(v0=0, v1=255)], [None]
    cache = Kept()
    with Portfolio(cache=cache) as portfolio:
        portfolio.ask(question()[1])
    assert cache.answers == {}


def test_the_first_two_may_be_started_ahead(told: dict[str, list[Reply]]) -> None:
    with Portfolio() as portfolio:
        portfolio.start()
        assert Told.started == ["bitwuzla", "z3"]


@pytest.mark.parametrize(("said", "named"), [(b'{"missing": "z3"}\n', "z3"), (b"", "bitwuzla")])
def test_a_missing_solver_is_named(said: bytes, named: str) -> None:
    missing = Told("bitwuzla")
    missing._read, missing.version = said, ""
    os.read(missing.descriptor, 1000)
    os.close(missing.into)
    missing.into = -1
    with pytest.raises(EnvironmentFault, match=f"the solver {named} is missing"):
        missing.wait()
    missing.end()


# Real solvers ---------------------------------------------------------------------------------------------------------
def memories() -> list[Term]:
    """A byte read through a store and a choice of two memories, and a number that only one solution has."""
    terms = Terms()
    m, n, a, b = terms.var("m", MEMORY), terms.var("n", MEMORY), terms.var("a", 64), terms.var("b", 64)
    stored = terms.store(terms.ite(terms.var("p", 0), m, n), b, terms.const(7, 8))
    return [terms.select(stored, a).is_(9), terms.select(m, b).is_(1), terms.var("p", 0), a.ult(b)]


def test_a_solution_tells_what_lies_in_memory() -> None:
    asked = memories()
    with Portfolio(seconds=60.0) as portfolio:
        answer = portfolio.ask(asked)
        assert answer.status == "sat"
        assert answer.values["m"][answer.values["a"]] == 9 and answer.values["m"][answer.values["b"]] == 1
        terms = asked[0].home
        unknown = terms.apply("f", 64, terms.var("a", 64))
        assert portfolio.ask([unknown.is_(3), terms.var("a", 64).is_(3)]).status == "sat"
        assert portfolio.ask([unknown.is_(3), terms.apply("f", 64, terms.var("b", 64)).is_(4),
                              terms.var("a", 64).is_(terms.var("b", 64))]).status == "unsat"  # fmt: skip


def test_a_process_that_is_gone_gives_no_answer() -> None:
    gone = _Worker("nonesuch")
    gone.process.wait()
    gone.ask("(check-sat)", [], 1.0)
    assert gone.busy and gone.answer(5.0) is None
    with pytest.raises(EnvironmentFault, match="the solver nonesuch is missing"):
        gone.wait()
    gone.end()


def scripts() -> dict[str, tuple[str, list[str], str, dict[str, int]]]:
    """Script, names asked for, status, values."""
    terms = Terms()
    x, p, q, a, m = terms.var("x", 8), terms.var("p", 0), terms.var("q", 0), terms.var("a", 64), terms.var("m", MEMORY)
    f = terms.apply("f", 8, x)
    return {
        "one solution": (script([x.is_(5), p, ~q]), ["v0", "v1", "v2", "unheard"], "sat", {"v0": 5, "v1": 1, "v2": 0}),
        "none": (script([x.ult(3), terms.const(5, 8).ult(x)]), [], "unsat", {}),
        "with a function": (script([f.is_(3), x.is_(2)]), ["v0"], "sat", {"v0": 2}),
        "with a memory": (script([terms.select(m, a).is_(3), a.is_(2)]), ["v1"], "sat", {"v1": 2}),
    }


@pytest.mark.parametrize("solver", worker.MAKERS)
@pytest.mark.parametrize("what", scripts())
def test_every_solver_answers_alike(solver: str, what: str) -> None:
    if solver == "cvc5-int" and what == "with a memory":
        return  # arrays of integers instead of bit-vectors are not this way's
    text, names, status, values = scripts()[what]
    found, given, reason = worker.MAKERS[solver]().ask(text, names, 60.0)
    assert (found, reason) == (status, "")
    assert {name: value for name, value in given.items() if value or name in values} == {
        name: value for name, value in values.items() if name in given
    }
    assert all(name in given for name, value in values.items() if value)


def hard() -> str:
    terms = Terms()
    x, y = terms.var("x", 96), terms.var("y", 96)
    number = 0xB5C4F3A1D2E7968F1B3D5A7C * 3 + 2
    return script([terms.mul(x.zext(192), y.zext(192)).is_(number**2 + 2 * number + 3), x.ult(y), terms.const(1, 96).ult(x)])


@pytest.mark.parametrize("solver", ["z3", "bitwuzla", "cvc5"])
def test_what_takes_too_long_is_unknown(solver: str) -> None:
    status, values, reason = worker.MAKERS[solver]().ask(hard(), ["v0"], 0.05)
    assert (status, values) == ("unknown", {}) and reason


class Solver:
    """Answers by the script."""

    version = "7"

    def ask(self, text: str, names: list[str], seconds: float) -> tuple[str, dict[str, int], str]:
        if text == "fails":
            raise ValueError("no such sort")
        return "sat", {name: len(text) for name in names}, ""


def talk(monkeypatch: pytest.MonkeyPatch, name: str, questions: list[dict[str, Any]]) -> tuple[int, list[dict[str, Any]]]:
    """What a worker's process says, run here: its standard streams are pipes."""
    reading, writing = os.pipe()
    monkeypatch.setattr(worker.os, "dup", lambda descriptor: writing)
    monkeypatch.setattr(worker.os, "dup2", lambda old, new: new)
    monkeypatch.setattr(worker, "_end_with_parent", lambda: None)
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(json.dumps(q) + "\n" for q in questions)))
    status = worker.main(name)
    with os.fdopen(reading) as lines:
        return status, [json.loads(line) for line in lines]


def test_a_worker_answers_line_by_line_and_survives_what_its_solver_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(worker.MAKERS, "own", Solver)
    asked = [{"script": text, "names": ["v0"], "seconds": 1.0} for text in ("abc", "fails", "abcd")]
    status, said = talk(monkeypatch, "own", asked)
    assert status == 0
    assert said[0] == {"version": "7"}
    assert [(one["status"], one["values"], one["reason"]) for one in said[1:]] == [
        ("sat", {"v0": 3}, ""), ("unknown", {}, "ValueError: no such sort"), ("sat", {"v0": 4}, ""),
    ]  # fmt: skip


def test_a_worker_without_its_solver_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Solver:
        raise ModuleNotFoundError("No module named 'own'", name="own")

    monkeypatch.setitem(worker.MAKERS, "own", missing)
    assert talk(monkeypatch, "own", []) == (3, [{"missing": "own"}])


def test_a_worker_asks_the_kernel_to_end_with_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    import ctypes

    calls: list[tuple[int, int]] = []

    class Library:
        def __init__(self, name: None) -> None:
            pass

        def prctl(self, what: int, signal: int) -> None:
            calls.append((what, signal))

    monkeypatch.setattr(ctypes, "CDLL", Library)
    worker._end_with_parent()
    assert calls == [(1, 9)]

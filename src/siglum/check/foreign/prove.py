"""Whether code without loops, or with loops of bounded runs, refines a reference: one question to the solvers for each
instruction model.

Imports `check.foreign`, `smt` and `target.x86_64.semantics`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from siglum.check.foreign.convention import Convention
from siglum.check.foreign.explore import Explored, Explorer
from siglum.check.foreign.setting import Duty, Setting, setting
from siglum.ir.function import Function
from siglum.sandbox.job import Code
from siglum.smt.abstraction import without_products
from siglum.smt.bitsums import NAME as COUNTING
from siglum.smt.bitsums import with_bit_sums
from siglum.smt.evaluate import below, evaluator
from siglum.smt.functions import Bounds, Outcome, execute
from siglum.smt.lemmas import NAME as DIVISION
from siglum.smt.lemmas import with_quotients
from siglum.smt.solve import Answer, Portfolio
from siglum.smt.terms import Term, Terms
from siglum.target.x86_64.semantics.state import Model, Unsupported

FIRST_SECONDS: Final = 2.0
"""The limit of a question about everything at once; after that each duty is asked about alone."""

ABSTRACT_SECONDS: Final = 1.0
"""The limit of a question with products and quotients taken as any numbers."""


class Models(NamedTuple):
    """The instruction models, the first the one that must know every instruction."""

    first: Model
    second: Model


@dataclass
class Result:
    """What the solvers said. `status` is "proved", "refuted" (with `values`, a solution by variable) or "unknown"; `models` is
    how many instruction models it holds in; `trouble` names the duty or violation that fails, or why nothing is known.
    """

    status: str
    models: int = 0
    solvers: tuple[str, ...] = ()
    queries: list[str] = field(default_factory=list)
    lemmas: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    trouble: str = ""
    bounded: bool = False
    by_name: bool = False
    """Whether the solution counts on functions of which the solvers know the names only."""
    second: str = ""
    """Why there is no second model."""


def prove(
    terms: Terms,
    function: Function,
    convention: Convention,
    code: Code,
    models: Models,
    portfolio: Portfolio,
    *,
    lengths: dict[str, int] | None = None,
    runs: int = 64,
    tick: Callable[[], None] | None = None,
) -> Result:
    """Proves or refutes; raises `Unsupported` where the first model knows an instruction not, and `smt.values.Unsupported`
    where the reference has no terms. `lengths` fixes the lengths of lists.
    """
    call = setting(terms, convention, code, function.params, lengths)
    outcome = execute(terms, function, call.values, Bounds(runs=runs))
    result = Result("proved")
    for k, model in enumerate(models):
        try:
            explored = explore(call, model, runs, tick)
        except Unsupported as unsupported:
            if k == 0:
                raise
            result.second = str(unsupported)
            break
        answer = settle(call, outcome, explored, portfolio, result)
        if answer != "proved":
            result.status = answer
            result.models = k
            return result
        result.models = k + 1
    return result


def explore(call: Setting, model: Model, runs: int, tick: Callable[[], None] | None = None) -> Explored:
    """The whole function in one model."""
    explorer = Explorer(
        call.terms, model, call.code.image, call.code.extent, call.base, call.home, fuel=runs + 1, tick=tick
    )
    return explorer.run(call.code.entry, call.entry())


def settle(call: Setting, outcome: Outcome, explored: Explored, portfolio: Portfolio, result: Result) -> str:
    """Asks about one model's exploration; what is found goes to `result`. The status."""
    terms = call.terms
    pre = [*call.pre, *outcome.assumptions, ~outcome.stopped]
    duties = broken(call, outcome, explored)
    whole = terms.any_of([terms.not_(d.holds) for d in duties])
    if len(duties) > 1:
        answer = ask_about(portfolio, pre, whole, result, FIRST_SECONDS)
        if answer.status == "unsat":
            return _note(answer, result)
        if answer.status == "sat":
            return _refuted(answer, duties, result)
    for duty in duties:
        answer = ask_about(portfolio, pre, terms.not_(duty.holds), result, portfolio.seconds)
        if answer.status == "sat":
            return _refuted(answer, [duty], result)
        if answer.status == "unknown":
            result.trouble = f"{duty.name}: {answer.reason}"
            result.solvers = answer.solvers
            return "unknown"
        _note(answer, result)
    return "proved"


def broken(call: Setting, outcome: Outcome, explored: Explored) -> list[Duty]:
    """Everything that must hold, on return and on the way."""
    terms = call.terms
    duties = [Duty(f"{v.what} at {v.at:#x}", terms.not_(v.condition)) for v in explored.violations]
    if explored.unfinished is not terms.false:
        duties.append(Duty("a loop ends within its bound", terms.not_(explored.unfinished)))
    if outcome.unfinished is not terms.false:
        duties.append(Duty("the reference's loops end within their bound", terms.not_(outcome.unfinished)))
    if explored.returned is None:
        return [*duties, Duty("it returns", terms.false)]
    condition, state = explored.returned
    duties += [Duty(d.name, terms.or_(terms.not_(condition), d.holds)) for d in call.duties(state, outcome.value)]
    return [d for d in duties if d.holds is not terms.true]


def ask_about(portfolio: Portfolio, pre: list[Term], wrong: Term, result: Result, seconds: float) -> Answer:
    """Whether `wrong` can be where all of `pre` holds; lemmas that were used go to `result`."""
    (asked,), changed = with_quotients([wrong])
    if changed:
        result.lemmas = tuple(dict.fromkeys((*result.lemmas, DIVISION)))
    (asked,), changed = with_bit_sums([asked])
    if changed:
        result.lemmas = tuple(dict.fromkeys((*result.lemmas, COUNTING)))
    simpler = without_products([*pre, asked])
    if simpler is not None:
        answer = portfolio.ask(simpler, seconds=ABSTRACT_SECONDS)
        if answer.status == "unsat":
            return answer
    return portfolio.ask([*pre, asked], seconds=seconds)


def _note(answer: Answer, result: Result) -> str:
    if answer.query not in result.queries:
        result.queries.append(answer.query)
    if answer.solvers != ("rewriting",):
        result.solvers = tuple(sorted({*result.solvers, *answer.solvers}))
    return "proved"


def _refuted(answer: Answer, duties: list[Duty], result: Result) -> str:
    result.values = answer.values
    result.by_name = any(t.op == "apply" for t in below([d.holds for d in duties]))
    failing = "the result"
    for duty in duties:
        try:
            if not evaluator([duty.holds])(answer.values)[0]:
                failing = duty.name
                break
        except KeyError:
            continue  # it holds functions without a meaning
    result.trouble = failing
    return "refuted"

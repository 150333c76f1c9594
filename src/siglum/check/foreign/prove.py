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
from siglum.smt.abstraction import NAME as HALVES
from siglum.smt.abstraction import with_halves, without_products
from siglum.smt.bitsums import NAME as COUNTING
from siglum.smt.bitsums import with_bit_sums
from siglum.smt.evaluate import below, evaluator, variables
from siglum.smt.functions import Bounds, Outcome, execute
from siglum.smt.lemmas import NAME as DIVISION
from siglum.smt.lemmas import with_quotients
from siglum.smt.solve import Answer, Portfolio
from siglum.smt.terms import Term, Terms
from siglum.target.x86_64.semantics.state import Model, Unsupported

FIRST_SECONDS: Final = 2.0
"""The limit of a question about everything at once; after that each duty is asked about alone."""

ABSTRACT_SECONDS: Final = 2.0
"""The limit of a question with products and quotients taken as any numbers."""
LINEAR_ORDER: Final = ("bitwuzla", "cvc5-int", "z3", "cvc5")
"""Who is asked first where all that is left is linear: no bitwise operation of variables."""


CODE_BOUND: Final = "a loop ends within its bound"
REFERENCE_BOUND: Final = "the reference's loops end within their bound"
"""Duties that are not the code's: where one fails the proof does not reach far enough."""


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
    wrong: Term | None = None
    given: tuple[Term, ...] = ()
    """What was asked about where it is refuted: that this can be where all of those hold."""
    stops: tuple[Term, ...] = ()
    """What all holds where the reference stops; nothing where it plainly never does."""


Known = dict[Term, tuple[tuple[Answer, ...], tuple[str, ...]]]
"""What cannot be, for one call and reference, with the answers that say so and the lemmas used."""


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
    return prove_call(call, outcome, models, portfolio, {}, runs=runs, tick=tick)


def prove_call(
    call: Setting,
    outcome: Outcome,
    models: Models,
    portfolio: Portfolio,
    known: Known,
    *,
    runs: int = 64,
    tick: Callable[[], None] | None = None,
) -> Result:
    """The same for a setting and the reference's outcome in it. What is settled is added to `known`, and not asked again: two
    models, and two encodings of one computation, often come to the same terms.
    """
    result = Result("proved")
    if outcome.stopped is not call.terms.false:
        result.stops = (*call.pre, *outcome.assumptions, outcome.stopped)
    for k, model in enumerate(models):
        try:
            explored = explore(call, model, runs, tick)
        except Unsupported as unsupported:
            if k == 0:
                raise
            result.second = str(unsupported)
            break
        answer = settle(call, outcome, explored, portfolio, result, known)
        if answer != "proved":
            result.status = answer
            result.models = k
            return result
        result.models = k + 1
    return result


def explore(call: Setting, model: Model, runs: int, tick: Callable[[], None] | None = None) -> Explored:
    """The whole function in one model."""
    code = call.code
    explorer = Explorer(
        call.terms, model, code.image, code.extent, call.base, call.home, fuel=runs + 1, known=code.known, tick=tick
    )
    return explorer.run(call.code.entry, call.entry())


def settle(call: Setting, outcome: Outcome, explored: Explored, portfolio: Portfolio, result: Result, known: Known) -> str:
    """Asks about one model's exploration; what is found goes to `result`. The status."""
    terms = call.terms
    pre = [*call.pre, *outcome.assumptions, ~outcome.stopped]
    duties = broken(call, outcome, explored)
    wrongs = [terms.not_(d.holds) for d in duties]
    whole = terms.any_of(wrongs)
    answers: list[Answer] = []
    lemmas: list[str] = []
    for k, wrong in enumerate([whole, *wrongs] if len(duties) > 1 else wrongs):
        at_once = wrong is whole
        if wrong in known:
            found, used = known[wrong]
        else:
            asked = Result("")
            answer = _ask_apart(call, portfolio, pre, wrong, asked, FIRST_SECONDS if at_once and len(duties) > 1 else None)
            if answer.status == "sat":
                result.wrong, result.given = wrong, tuple(pre)
                return _refuted(answer, duties if at_once else [duties[k - 1]], result)
            if answer.status == "unknown":
                if at_once and len(duties) > 1:
                    continue
                result.trouble = f"{duties[k - (len(duties) > 1)].name}: {answer.reason}"
                result.solvers = answer.solvers
                return "unknown"
            found, used = known[wrong] = (answer,), asked.lemmas
        answers += found
        lemmas += used
        if at_once:
            break
    known[whole] = tuple(answers), tuple(lemmas)
    for answer in answers:
        _note(answer, result)
    result.lemmas = tuple(dict.fromkeys((*result.lemmas, *lemmas)))
    return "proved"


def _ask_apart(
    call: Setting, portfolio: Portfolio, pre: list[Term], wrong: Term, result: Result, seconds: float | None
) -> Answer:
    """Asks; where a solution may owe to regions that lie in one another, again without those."""
    seconds = portfolio.seconds if seconds is None else seconds
    answer = ask_about(portfolio, pre, wrong, result, seconds)
    if answer.status != "sat":
        return answer
    apart = call.apart(set(variables([wrong])))
    return ask_about(portfolio, [*pre, *apart], wrong, result, seconds) if apart else answer


def broken(call: Setting, outcome: Outcome, explored: Explored) -> list[Duty]:
    """Everything that must hold, on return and on the way."""
    terms = call.terms
    duties = [Duty(f"{v.what} at {v.at:#x}", terms.not_(v.condition)) for v in explored.violations]
    if explored.unfinished is not terms.false:
        duties.append(Duty(CODE_BOUND, terms.not_(explored.unfinished)))
    if outcome.unfinished is not terms.false:
        duties.append(Duty(REFERENCE_BOUND, terms.not_(outcome.unfinished)))
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
    (split, *split_pre), changed = with_halves([asked, *pre])
    if changed:
        halved = without_products([*split_pre, split]) or [*split_pre, split]
        answer = portfolio.ask(halved, order=_order(halved))
        if answer.status == "unsat":
            result.lemmas = tuple(dict.fromkeys((*result.lemmas, HALVES)))
            return answer
    simpler = without_products([*pre, asked])
    if simpler is not None:
        answer = portfolio.ask(simpler, seconds=ABSTRACT_SECONDS, order=_order(simpler))
        if answer.status == "unsat":
            return answer
    return portfolio.ask([*pre, asked], seconds=seconds)


def _order(asked: list[Term]) -> tuple[str, ...] | None:
    bitwise = any(t.op in ("and", "or", "xor") and t.width > 0 for t in below(asked))
    return None if bitwise else LINEAR_ORDER


def _note(answer: Answer, result: Result) -> None:
    if answer.query not in result.queries:
        result.queries.append(answer.query)
    if answer.solvers != ("rewriting",):
        result.solvers = tuple(sorted({*result.solvers, *answer.solvers}))


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

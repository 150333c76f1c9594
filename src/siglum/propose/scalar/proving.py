"""Whether a phrase gives what is wanted on all inputs, asked of the solvers.

Imports `errors`, `ir`, `frontend`, `smt` and `propose.examine`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from siglum.ir.function import Function
from siglum.ir.types import BOOL, Type
from siglum.propose.scalar.samples import Arguments
from siglum.smt.evaluate import value_of
from siglum.smt.functions import Bounds, Outcome, execute
from siglum.smt.inputs import symbolic, to_python
from siglum.smt.solve import Answer, Portfolio
from siglum.smt.terms import Term, Terms
from siglum.smt.values import Unsupported

_BOUNDS: Final = Bounds(runs=64, calls=8, cells=16, operations=20_000, seconds=8.0)
_SECONDS: Final = 12.0
"""What one solver may take for one question; where there is less time, only the first two are asked."""
_BRIEFLY: Final = 3.0

Params = tuple[tuple[str, Type], ...]


class Comparison(NamedTuple):
    """`equal` says that a program gives what is wanted on all inputs, by `solvers`; None is unknown, for `reason`. Where it is
    false, `arguments` show it.
    """

    equal: bool | None
    solvers: tuple[str, ...] = ()
    arguments: Arguments | None = None
    reason: str = ""


def function_of(text: str, params: Params, overflow: str) -> Function:
    """The Function that a phrase over these parameters denotes. Raises `UserError`."""
    from siglum.frontend.elaborate import elaborate_phrase
    from siglum.propose.examine import language

    return elaborate_phrase(language().read(text, params), overflow=overflow)


def against_reference(function: Function, reference: Function, portfolio: Portfolio, seconds: float) -> Comparison:
    """Whether two Functions of the same scalars agree on all inputs on which the second does not stop; the solvers together get
    so
    many seconds.
    """
    question = _Question(reference.params)
    try:
        wanted, found = question.run(reference), question.run(function)
    except (Unsupported, RecursionError) as problem:
        return Comparison(None, reason=str(problem) or type(problem).__name__)
    assert isinstance(wanted.value, Term) and isinstance(found.value, Term)
    if (wanted.type is BOOL) is not (found.type is BOOL):
        return Comparison(None, reason=f"the phrase gives {found.type}, the reference {wanted.type}")
    return question.never([~wanted.stopped, found.stopped | ~wanted.value.is_(found.value)], portfolio, seconds)


def against_formula(function: Function, holds: Function, portfolio: Portfolio, seconds: float) -> Comparison:
    """Whether the formula, of arguments and result, holds for what a Function gives, on all inputs on which it does not stop."""
    question = _Question(holds.params[:-1])
    try:
        found = question.run(function)
        said = question.run(holds, found.value)
    except (Unsupported, RecursionError) as problem:
        return Comparison(None, reason=str(problem) or type(problem).__name__)
    assert isinstance(said.value, Term)
    return question.never([found.stopped | (~said.stopped & ~said.value)], portfolio, seconds)


def only_result(holds: Function, arguments: Arguments, portfolio: Portfolio) -> int | None:
    """The result for which a formula holds on these arguments, as a number; None where there is none, or not just one. One solver
    is asked: what it says is a sample, and proves nothing.
    """
    terms = Terms()
    name, t = holds.params[-1]
    result, facts = symbolic(terms, t, name)
    assert isinstance(result, Term)
    kinds = [kind for _, kind in holds.params[:-1]]
    known = [terms.truth(x) if kind is BOOL else terms.const(x, 64) for x, kind in zip(arguments, kinds, strict=True)]
    try:
        said = execute(terms, holds, [*known, result], _BOUNDS)
    except (Unsupported, RecursionError):
        return None
    assert isinstance(said.value, Term)
    where = [*facts, *said.assumptions, ~said.stopped, ~said.unfinished, said.value]
    answer = _ask(where, portfolio, _BRIEFLY, portfolio.order[:1])
    if answer is None or answer.status != "sat":
        return None
    found = int(to_python(result, t, lambda term: value_of(term, answer.values)))
    same = result if found else ~result
    other = ~(same if t is BOOL else result.is_(found))
    more = _ask([*where, other], portfolio, _BRIEFLY, portfolio.order[:1])
    none_other = more is not None and more.status != "sat" and bool(more.solvers)
    return found if none_other else None


class _Question:
    """Inputs of some parameters as terms, and what is asked of them."""

    def __init__(self, params: Params) -> None:
        self.params, self.terms = params, Terms()
        self.values, self.facts = [], list[Term]()
        for name, t in params:
            value, more = symbolic(self.terms, t, name)
            self.values.append(value)
            self.facts += more

    def run(self, function: Function, *more: Any) -> Outcome:
        """A Function on the inputs, and on `more` after them. Raises `Unsupported`, also where a loop goes over its bound."""
        outcome = execute(self.terms, function, [*self.values, *more], _BOUNDS)
        if outcome.unfinished is not self.terms.false:
            raise Unsupported(f"a loop runs over {_BOUNDS.runs} times")
        self.facts += outcome.assumptions
        return outcome

    def never(self, assertions: Sequence[Term], portfolio: Portfolio, seconds: float) -> Comparison:
        """Whether the assertions never hold together."""
        order = portfolio.order if seconds > _SECONDS * len(portfolio.order) else portfolio.order[:2]
        answer = _ask([*self.facts, *assertions], portfolio, min(0.75 * seconds, _SECONDS), order)
        if answer is None:
            arguments = self._arguments({})
            return Comparison(False, ("rewriting",), arguments)
        if answer.status == "unsat":
            return Comparison(True, answer.solvers)
        if answer.status != "sat":
            return Comparison(None, answer.solvers, reason=answer.reason)
        return Comparison(False, answer.solvers, self._arguments(answer.values))

    def _arguments(self, solution: dict[str, Any]) -> Arguments:
        def valued(term: Term) -> Any:
            return value_of(term, solution)

        return tuple([to_python(value, t, valued) for value, (_, t) in zip(self.values, self.params, strict=True)])


def _ask(assertions: Sequence[Term], portfolio: Portfolio, seconds: float, order: tuple[str, ...] | None = None) -> Answer | None:
    """The answer; None where all are true as they stand."""
    asked = [a for a in assertions if not (a.is_const and a.value)]
    return portfolio.ask(asked, seconds=seconds, order=order) if asked else None

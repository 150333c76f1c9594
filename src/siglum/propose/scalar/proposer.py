"""The proposer of scalar functions: a reference, a formula or examples in, phrases out that solvers have proved.

Imports `records`, `errors`, `ir`, `frontend`, `vocab`, `smt` and its siblings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from importlib.util import find_spec
from typing import Any, Final, TypeGuard

from siglum.errors import UserError
from siglum.ir.function import Function
from siglum.ir.types import BOOL, I32, I64, RANGES, U32, Type
from siglum.propose.scalar.operations import numbers_in, usual
from siglum.propose.scalar.samples import Sample
from siglum.propose.scalar.synthesis import ORIGIN, Synthesis
from siglum.propose.scalar.wanted import Wanted, by_call, by_examples, by_formula, by_reference, supports
from siglum.records import Budget, Candidate, Example, Feedback, Spec
from siglum.smt.solve import Portfolio

LEAST_EXAMPLES: Final = 3
"""Fewer examples than these, without a reference, say too little."""
_FIRST_SHARE: Final = 0.6
"""The part of the time for 64 bits where 32 bits are tried after them."""
_WORTH: Final = 1.5
"""How much more time than last time makes it worth the while to look again for what was not found."""
_SOLVERS: Final = ("bitwuzla", "z3")


def answers(spec: Spec) -> bool:
    """Whether a Spec is about numbers and truth values only and says, on all inputs, what the result is (or may say it)."""
    return (spec.reference is not None or bool(spec.properties)) and supports(spec.params, spec.result)


class ScalarProposer:
    """Proposes phrases for Specs of numbers and truth values that have a reference, a property that says what the result is, or
    three examples. Solvers are those of `portfolio`, or its own for as long as it is asked; proposes nothing where none are
    installed (the extra `check`). After a phrase that is proved it looks for shorter ones for as long again. What it did not
    find for a reference or a property it looks for again only with more time.
    """

    name = ORIGIN

    def __init__(self, portfolio: Portfolio | None = None) -> None:
        self.portfolio = portfolio
        self._missed: tuple[object, float] | None = None

    def propose(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
        """See `propose.protocol.Proposer`."""
        if not supports(spec.params, spec.result) or not all(map(find_spec, _SOLVERS)):
            return
        said = (spec.reference, spec.properties)
        if self._missed is None or said != self._missed[0] or spec.budget.seconds > self._missed[1]:
            found = False
            for candidate in self._found(spec, feedback):
                found = True
                yield candidate
            self._missed = None if found or not answers(spec) else (said, _WORTH * spec.budget.seconds)

    def _found(self, spec: Spec, feedback: Sequence[Feedback]) -> Iterator[Candidate]:
        """Candidates at 64 bits, else at 32."""
        with nullcontext(self.portfolio) if self.portfolio else Portfolio() as portfolio:
            wanted = _wanted(spec, portfolio)
            if wanted is None:
                return
            short = all(t in (U32, I32) for _, t in spec.params)
            budget = replace(spec.budget, seconds=spec.budget.seconds * (_FIRST_SHARE if short else 1.0))
            found = False
            for candidate in self._at(64, wanted, portfolio, spec, budget, feedback):
                found = True
                yield candidate
            if short and not found:
                budget = replace(spec.budget, seconds=spec.budget.seconds * (1 - _FIRST_SHARE))
                yield from self._at(32, wanted, portfolio, spec, budget, feedback)

    def _at(
        self,
        width: int,
        wanted: Wanted,
        portfolio: Portfolio,
        spec: Spec,
        budget: Budget,
        feedback: Sequence[Feedback],
    ) -> Iterator[Candidate]:
        """Candidates found at one width."""
        synthesis = Synthesis(wanted, portfolio, budget, usual(width, wanted.numbers), spec.overflow)
        heard = len(feedback)
        for given, candidate in enumerate(synthesis.candidates(), 1):
            yield candidate
            for failure in feedback[heard:]:
                if failure.candidate.text == candidate.text and _are_of(failure.arguments, spec.params):
                    synthesis.learn(failure.arguments)
            heard = len(feedback)
            if given == budget.kept:
                return
            if synthesis.report.proved_by:
                synthesis.end_soon()


def _wanted(spec: Spec, portfolio: Portfolio) -> Wanted | None:
    """What the Spec says is to be found, if that is something for this proposer."""
    given = _samples(spec.examples, spec.params)
    if given is None:
        return None
    numbers = tuple(dict.fromkeys(sample.wanted for sample in given))
    result = spec.result or (BOOL if all(isinstance(e.result, bool) for e in spec.examples) and spec.examples else I64)
    if spec.reference is not None:
        function = _function(spec.reference, spec.params, spec.overflow)
        if function is None:
            return by_call(spec.params, result, spec.reference, given)
        if not supports(spec.params, function.result) or (spec.result is not None and function.result is not spec.result):
            return None
        return by_reference(function, spec.overflow, spec.params, given, numbers_in(function))
    for _, holds in spec.properties:
        formula = _function(holds, (*spec.params, ("", result)), spec.overflow)
        if formula is not None and formula.result is BOOL:
            return by_formula(formula, portfolio, spec.overflow, spec.params, given)
    if len(given) < LEAST_EXAMPLES:
        return None
    return by_examples(spec.params, result, given, numbers)


def _function(call: Callable[..., Any], params: tuple[tuple[str, Type], ...], overflow: str) -> Function | None:
    """The Function that stands in `function` of what is called, or that of a Python function in the subset, if it takes these
    types.
    """
    from siglum.frontend.elaborate import function_from_python
    from siglum.vocab.declare import vocabulary

    ready = getattr(call, "function", None)
    try:
        function = ready if isinstance(ready, Function) else function_from_python(call, overflow=overflow, vocabulary=vocabulary)
    except (UserError, OSError, TypeError, SyntaxError, RecursionError):
        return None  # no source, or none of the subset: it can still be called
    return function if [t for _, t in function.params] == [t for _, t in params] else None


def _samples(examples: Sequence[Example], params: tuple[tuple[str, Type], ...]) -> tuple[Sample, ...] | None:
    """The examples as samples; None where one is no number or truth value, or contradicts another."""
    found: dict[tuple[Any, ...], Sample] = {}
    for example in examples:
        if not _are_of(example.arguments, params) or not isinstance(example.result, int):
            return None
        sample = Sample(tuple(example.arguments), int(example.result))
        if found.setdefault(sample.arguments, sample) != sample or not -(2**63) <= sample.wanted < 2**63:
            return None
    return tuple(found.values())


def _are_of(arguments: tuple[Any, ...] | None, params: tuple[tuple[str, Type], ...]) -> TypeGuard[tuple[Any, ...]]:
    """Whether there are arguments for these parameters, and nothing else."""
    if arguments is None or len(arguments) != len(params):
        return False
    return all(_is_of(value, t) for value, (_, t) in zip(arguments, params, strict=True))


def _is_of(value: Any, t: Type) -> bool:
    """Whether a Python value is one of a supported type."""
    if t is BOOL:
        return isinstance(value, bool)
    return type(value) is int and RANGES[t][0] <= value <= RANGES[t][1]

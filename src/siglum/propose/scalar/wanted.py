"""What is to be found: a signature, the result on samples, and the claim that solvers can prove of a program.

Imports `errors`, `ir`, `smt` and its siblings `operations`, `proving` and `samples`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from siglum.errors import EnvironmentFault
from siglum.ir.function import Function
from siglum.ir.types import BOOL, I8, I16, I32, I64, U8, U16, U32, Type
from siglum.propose.scalar.operations import numbers_in
from siglum.propose.scalar.proving import Comparison, Params, against_formula, against_reference, function_of, only_result
from siglum.propose.scalar.samples import Arguments, Sample, oracle
from siglum.smt.solve import Portfolio

SUPPORTED: Final = (BOOL, I8, I16, I32, I64, U8, U16, U32)
"""Types of parameters. Words on u64 know no bits, and results are what words give: i64 or bool."""
RESULTS: Final = (BOOL, I64)
_SAMPLES_OF_REFERENCE: Final = 1000
_TRIES: Final = 60
"""Inputs drawn for each sample that is wanted, at most."""
_SAMPLES_OF_FORMULA: Final = 40
_TRIES_OF_FORMULA: Final = 3

Prove = Callable[[str, Portfolio, float], Comparison]


@dataclass(frozen=True)
class Wanted:
    """The signature, the result on arguments (None where nothing is wanted), how many samples to draw out of how many `tries`,
    samples that count in any case, how to prove a phrase, and numbers that programs may well hold.
    """

    params: Params
    result: Type
    ask: Callable[[Arguments], int | None] | None
    draws: int
    tries: int = 0
    given: tuple[Sample, ...] = ()
    prove: Prove | None = None
    numbers: tuple[int, ...] = ()


def supports(params: Sequence[tuple[str, Type]], result: Type | None) -> bool:
    """Whether functions of these types can be found."""
    return bool(params) and all(t in SUPPORTED for _, t in params) and (result is None or result in RESULTS)


def by_reference(
    reference: Function, overflow: str, params: Params | None = None, given: tuple[Sample, ...] = (), numbers: Sequence[int] = ()
) -> Wanted:
    """What a reference Function gives, wherever it does not stop. `params` are other names for its parameters."""
    named = params or reference.params

    def prove(text: str, portfolio: Portfolio, seconds: float) -> Comparison:
        return against_reference(function_of(text, named, overflow), reference, portfolio, seconds)

    draws = _SAMPLES_OF_REFERENCE
    return Wanted(named, reference.result, oracle(reference), draws, _TRIES * draws, given, prove, tuple(numbers))


def by_formula(
    holds: Function, portfolio: Portfolio, overflow: str, params: Params | None = None, given: tuple[Sample, ...] = ()
) -> Wanted:
    """The result for which a formula holds (a Function of the arguments and, last, the result), where there is just one."""
    named = params or holds.params[:-1]
    known: dict[Arguments, int | None] = {}

    def ask(arguments: Arguments) -> int | None:
        if arguments not in known:
            try:
                known[arguments] = only_result(holds, arguments, portfolio)
            except EnvironmentFault:
                known[arguments] = None
        return known[arguments]

    def prove(text: str, portfolio: Portfolio, seconds: float) -> Comparison:
        return against_formula(function_of(text, named, overflow), holds, portfolio, seconds)

    draws = _SAMPLES_OF_FORMULA
    return Wanted(named, holds.params[-1][1], ask, draws, _TRIES_OF_FORMULA * draws, given, prove, tuple(numbers_in(holds)))


def by_call(params: Params, result: Type, call: Callable[..., Any], given: tuple[Sample, ...] = ()) -> Wanted:
    """What a Python function gives that has no Function: nothing can be proved of it."""

    def ask(arguments: Arguments) -> int | None:
        try:
            found = call(*arguments)
        except Exception:  # noqa: BLE001 - whatever somebody's function raises, it has no result there
            return None
        fits = isinstance(found, bool) if result is BOOL else type(found) is int and -(2**63) <= found < 2**63
        return int(found) if fits else None

    return Wanted(params, result, ask, _SAMPLES_OF_REFERENCE, _TRIES * _SAMPLES_OF_REFERENCE, given)


def by_examples(params: Params, result: Type, given: tuple[Sample, ...], numbers: tuple[int, ...] = ()) -> Wanted:
    """What a few samples say, and nothing else."""
    return Wanted(params, result, None, 0, given=given, numbers=numbers)

"""The verdict on the program of an intent: the code that ships, run on what was given, and beside a reference where there is one.

Imports `pipeline`, `checking`, `check` and its siblings.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from siglum import pipeline
from siglum.checking import Checker, Options, in_cpython
from siglum.comparison import Program
from siglum.errors import EnvironmentFault, UserError
from siglum.ir.inputs import inputs
from siglum.ir.types import Type
from siglum.propose.examine import RUNS, STOPS, same, shown
from siglum.records import Finding, Refuted, Spec, Unknown, Verdict

if TYPE_CHECKING:
    from siglum.intents.inquiry import Inquiry

TESTS: Final = 200
"""Runs of the code beside a reference when no proof is asked for."""


class Judged(NamedTuple):
    """A program, its image, and what is known of them."""

    program: Program
    built: pipeline.Built
    verdict: Verdict


def judged(
    program: Program, target: str | None, prove: bool, reference: Program | None = None, spec: Spec | None = None
) -> Judged:
    """A program as machine code, with the verdict beside `reference` or beside itself; refuted where it is not as `spec` says.
    Raises `EnvironmentFault` E-305 where a proof is asked for without the extra `check`.
    """
    built = pipeline.build(program.unit.function, target)

    def native(*arguments: Any) -> Any:
        return pipeline.load(built.image)(*arguments)

    if spec is not None and (spec.examples or spec.reference or spec.properties):
        if built.image.capabilities:
            effects = " ".join(sorted(built.image.capabilities))
            fix = "examples, references and properties are for programs that only compute"
            raise UserError(f"the program acts on the outside: {effects}", None, fix, "E-072")
        found = counterexample(spec, program.unit.meant.result, _runnable(program, built))
        if found is not None:
            return Judged(program, built, Verdict(*_bytes_and(built, found)))
    if reference is not None:
        return Judged(program, built, beside(reference, program, built, native, prove))
    if not prove:
        return Judged(program, built, pipeline.judge(program.unit, built, native))
    with Checker(Options()) as checker:
        return Judged(program, built, pipeline.judge(program.unit, built, native, portfolio=checker.portfolio))


def judged_inquiry(inquiry: Inquiry, target: str | None, prove: bool) -> Judged:
    """The cheapest program of an inquiry. One that the checker refutes beside the reference teaches an input, and another one is
    looked for, until one is not refuted or the inquiry's time is over. Raises as `Inquiry.best` and `judged`.
    """
    intent = inquiry.intent
    while True:
        found = judged(inquiry.program(), target, prove, intent.reference, inquiry.spec)
        meaning = found.verdict.meaning
        if intent.reference is None or not isinstance(meaning, Refuted) or not inquiry.refute(meaning.arguments):
            break
    if intent.reference is None and not isinstance(found.verdict.meaning, Refuted):
        return found._replace(verdict=replace(found.verdict, intent=inquiry.status))
    return found


def beside(reference: Program, program: Program, built: pipeline.Built, native: Callable[..., Any], prove: bool) -> Verdict:
    """The verdict beside a reference: by solvers, or by runs of the code beside the reference's Function and CPython."""
    if prove:
        with Checker(Options()) as checker:
            return checker.compare(reference.unit, program.unit, built).verdict
    from siglum.check.differential import against, differential
    from siglum.check.inputs import draw

    meaning: Finding
    inputs = draw(program.unit.function.params, TESTS)
    try:
        meaning = differential(program.unit.function, native, inputs)
        if not isinstance(meaning, Refuted):
            in_python = in_cpython(reference.unit) if reference.unit.exact else None
            meaning = against(reference.unit.unfused, native, in_python, inputs, seconds=pipeline.REFERENCE_SECONDS)
    except EnvironmentFault as fault:
        meaning = Unknown(f"not run: {fault.message}")
    return Verdict(*_bytes_and(built, meaning))


def counterexample(spec: Spec, result: Type, run: Callable[..., Any]) -> Refuted | None:
    """The first example that a program contradicts, or fresh input on which it breaks a property."""
    for example in spec.examples:
        try:
            got = run(*deepcopy(example.arguments))
        except STOPS as stop:
            return Refuted(example.arguments, shown(example.result, result), f"it stops: {stop}")
        if not same(got, example.result):
            return Refuted(example.arguments, shown(example.result, result), shown(got, result))
    for arguments in inputs(tuple(t for _, t in spec.params), 0, RUNS) if spec.properties else ():
        broken = _broken(spec, arguments, result, run)
        if broken is not None:
            return broken
    return None


def _broken(spec: Spec, arguments: tuple[Any, ...], result: Type, run: Callable[..., Any]) -> Refuted | None:
    """Whether a property does not hold of what a program gives; nothing where the program or the property stops."""
    try:
        got = run(*deepcopy(arguments))
    except STOPS:
        return None
    for name, holds in spec.properties:
        with contextlib.suppress(*STOPS):
            if not holds(*arguments, got):
                return Refuted(arguments, f"that {name} holds", shown(got, result))
    return None


def _runnable(program: Program, built: pipeline.Built) -> Callable[..., Any]:
    """The machine code; the interpreter where this CPU cannot run it."""
    from siglum.ir.interpret import run

    try:
        return pipeline.load(built.image)
    except EnvironmentFault:
        return lambda *arguments: run(program.unit.meant, arguments)


def _bytes_and(built: pipeline.Built, meaning: Finding) -> tuple[Finding, Finding, tuple[str, ...]]:
    found, assumptions = pipeline.bytes_finding(built)
    return found, meaning, assumptions

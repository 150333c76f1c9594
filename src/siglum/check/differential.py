"""Differential runs: native code against the interpreter or the reference, result or stop.

Imports `ir`, `records`, `errors`. Evidence, never a proof.
"""

from __future__ import annotations

import contextlib
import struct
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from siglum.errors import Place, Stop
from siglum.ir.function import Function
from siglum.ir.interpret import OutOfSteps, Program
from siglum.ir.values import export, importer
from siglum.records import Refuted, Tested, Unknown

RESOURCES: Final = frozenset({"memory", "stack", "fuel"})
"""Kinds of stop that depend on limits, which the two sides need not share."""
MEMORY: Final = 1 << 24
STEPS: Final = 100_000


def differential(
    function: Function, native: Callable[..., Any], inputs: Iterable[tuple[Any, ...]], *, steps: int = STEPS
) -> Tested | Refuted | Unknown:
    """Runs `native(*arguments)` and the interpreter on each of `inputs` and compares.

    Floats are equal by their bits, NaNs as one; stops by kind, word and place. Left out are inputs on which the
    interpreter takes more than `steps` loop runs and calls, and those on which just one side runs out of memory, stack
    or fuel. `Unknown` when nothing is left.
    """
    program = Program(function, checked=False, counted=True)
    runs = 0
    for arguments in inputs:
        try:
            expected = _outcome(partial(program.run, arguments, memory_limit=MEMORY, steps=steps))
        except OutOfSteps:
            continue
        got = _outcome(partial(native, *arguments))
        if _key(expected) == _key(got):
            runs += 1
        elif not (_exhausted(expected) or _exhausted(got)):
            return Refuted(arguments, _shown(expected), _shown(got))
    return Tested(runs) if runs else Unknown("no input was short enough to run")


def against(
    reference: Function,
    run: Callable[..., Any],
    in_python: Callable[..., Any] | None,
    inputs: Iterable[tuple[Any, ...]],
    *,
    seconds: float = 2.0,
) -> Tested | Refuted | Unknown:
    """Runs `run(*arguments)` against the reference Function, and against the reference in CPython where there is one.

    Where the reference Function gives a value, `run` has to give it, and so has CPython, if it gives one. Left out are inputs on
    which the reference Function stops (CPython's integers have no end), and those that take more than `STEPS` loop runs
    and calls; after `seconds` no more are tried. `Unknown` when nothing is left.
    """
    program = Program(reference, checked=False, counted=True)
    normal = importer(reference.result)
    end = time.process_time() + seconds
    runs = 0
    for arguments in inputs:
        try:
            expected = _outcome(partial(program.run, arguments, memory_limit=MEMORY, steps=STEPS))
            if isinstance(expected, Stop):  # the others might give a value, after any time
                continue
            got = _outcome(partial(run, *arguments))
        except OutOfSteps:
            continue
        wanted = [expected]
        if in_python is not None:
            with contextlib.suppress(Exception):  # whatever it raises, it gives no value
                wanted.append(export(normal(in_python(*arguments)), reference.result))
        if _exhausted(got):
            continue
        for value in wanted:
            if _key(value) != _key(got):
                return Refuted(arguments, _shown(value), _shown(got))
        runs += 1
        if time.process_time() > end:
            break
    return Tested(runs) if runs else Unknown("the reference gives a value on no input that was tried")


def _outcome(run: Callable[[], Any]) -> Any:
    try:
        return run()
    except Stop as stop:
        return stop


def _exhausted(outcome: Any) -> bool:
    return isinstance(outcome, Stop) and outcome.kind in RESOURCES


def _key(outcome: Any) -> Any:
    if isinstance(outcome, Stop):
        return "stop", outcome.kind, outcome.word, _span(outcome.place)
    return "value", exact(outcome)


def _span(place: Place | None) -> Any:
    return None if place is None else (place.source, place.line, place.column, place.length)


def exact(value: Any) -> Any:
    """A value in a form whose equality tells types and signed zeros apart and takes all NaNs as one."""
    if isinstance(value, float):
        return "nan" if value != value else struct.pack("<d", value)
    if isinstance(value, tuple):
        return ("pair", *map(exact, value))
    if isinstance(value, dict):
        return [(exact(k), exact(v)) for k, v in value.items()]
    if isinstance(value, (str, bool, int)) or value is None:
        return type(value).__name__, value
    if hasattr(value, "tolist"):
        value = value.tolist()
    return list(map(exact, value))


def _shown(outcome: Any) -> str:
    return str(outcome) if isinstance(outcome, Stop) else repr(outcome)

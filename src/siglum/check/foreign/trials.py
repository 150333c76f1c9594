"""The runs that every candidate for a reference is put through: inputs, what the reference gives, the sandbox's calls.

Imports `check.foreign` and `errors`.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, Final

from siglum.check.foreign.convention import Convention
from siglum.check.foreign.draw import draw
from siglum.check.foreign.running import Arguments, call_of
from siglum.errors import Stop
from siglum.sandbox.job import Call

if TYPE_CHECKING:
    from siglum.check.foreign.judge import Reference

STOPS: Final = (Stop, ArithmeticError, ValueError, LookupError, AssertionError)
"""What a reference raises where it stops."""


@dataclass(frozen=True)
class Trials:
    """Arguments and expected results, with the call for each; `stopping` are some arguments on which the reference stops."""

    chosen: tuple[tuple[Arguments, Any], ...]
    calls: tuple[Call, ...]
    stopping: Arguments | None


def trials(reference: Reference, convention: Convention, count: int, seed: int) -> Trials:
    """About `count` runs; the reference is asked as native code."""
    params = reference.function.params
    random = Random(seed)
    chosen: list[tuple[Arguments, Any]] = []
    stopping: Arguments | None = None
    for arguments in draw(convention, params, count, random):
        try:
            expected = reference.native(*(arguments[name] for name, _ in params))
        except STOPS:
            stopping = stopping or arguments
            continue
        chosen.append((arguments, expected))
    calls = tuple([call_of(convention, given, random) for given, _ in chosen])
    return Trials(tuple(chosen), calls, stopping)

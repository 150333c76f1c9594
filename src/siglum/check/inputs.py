"""What differential runs feed a function: random, boundary and empty arguments that meet its preconditions.

Imports `ir` only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from siglum.ir.inputs import inputs
from siglum.ir.types import Type

Arguments = tuple[Any, ...]
_TRIES = 20


def draw(
    params: tuple[tuple[str, Type], ...], runs: int, seed: int = 0, accepts: Callable[..., bool] | None = None
) -> list[Arguments]:
    """Up to `runs` argument lists for `params`, the empty ones first; those that `accepts` refuses are left out."""
    types = tuple(t for _, t in params)
    if accepts is None:
        return inputs(types, seed, runs)
    found: list[Arguments] = []
    for k in range(_TRIES):
        found.extend(given for given in inputs(types, seed + k, runs) if accepts(*given))
        if len(found) >= runs:
            break
    return found[:runs]

"""What the tests of this folder share: the library, Specs from Python values."""

from __future__ import annotations

from typing import Any

from siglum.ir.types import parse_type
from siglum.records import Budget, Candidate, Example, Spec


def spec(signature: str, *examples: tuple[Any, ...], seconds: float = 5.0, memory: int = 256 << 20) -> Spec:
    """`x:i64 y:i64 -> i64` and examples, each the arguments and the result."""
    from siglum.pipeline import parse_signature

    params, result = parse_signature(signature)
    given = tuple(Example(tuple(one[:-1]), one[-1]) for one in examples)
    return Spec(params, result, examples=given, budget=Budget(seconds=seconds, memory=memory))


def meaning(text: str, signature: str) -> Any:
    """A phrase as a Python function."""
    from siglum.propose.examine import Program

    return Program(Candidate(text, "test"), spec(signature))


__all__ = ["meaning", "parse_type", "spec"]

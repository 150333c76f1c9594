"""Parts of programs that failed, as building blocks: whoever proposed them may have been nearly right.

Imports `records`, `frontend`, `ir` and `examine`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from siglum.errors import UserError
from siglum.frontend.phrase.printer import print_tree
from siglum.frontend.phrase.syntax import RUNNING, SUBJECT, Call, Choice, Function, Let, ListOf, Literal, Name, children
from siglum.ir.types import Type
from siglum.propose.examine import STOPS, Program, language
from siglum.records import Candidate, Feedback, Spec

MOST_PARTS: Final = 60
MOST_FAILURES: Final = 30
MOST_ELEMENTS: Final = 1000
PART_BITS: Final = 3.0
LATER_BITS: Final = 0.25
"""What a part costs, and how much more with each failure before it."""

Tree = Name | Literal | ListOf | Call | Let | Choice


class Part(NamedTuple):
    """A phrase over the parameters, its type, what it gives on every example, and its cost in bits."""

    text: str
    type: Type
    column: tuple[Any, ...]
    bits: float


def parts(spec: Spec, failures: Sequence[Feedback]) -> Iterator[Part]:
    """The closed parts of failed candidates that have a value on every example, each once, those of the first failures first."""
    seen = {name for name, _ in spec.params}
    count = 0
    for rank, failure in enumerate(failures[:MOST_FAILURES]):
        for text in texts(spec, failure.candidate.text):
            if text in seen:
                continue
            seen.add(text)
            found = valued(spec, text, PART_BITS + LATER_BITS * rank)
            if found is None:
                continue
            yield found
            count += 1
            if count == MOST_PARTS:
                return


def valued(spec: Spec, text: str, bits: float) -> Part | None:
    """A phrase with its values, if it type-checks and has one on every example."""
    try:
        program = Program(Candidate(text, "part", bits), replace(spec, result=None))
    except UserError:
        return None
    try:
        column = tuple(program(*example.arguments) for example in spec.examples)
    except STOPS:
        return None
    return Part(text, program.result, column, bits) if all(map(_finite, column)) else None


def _finite(value: Any) -> bool:
    """Whether a value is at hand, and not too large to be part of an answer: `naturals` has no end."""
    if isinstance(value, (list, tuple)):
        return len(value) <= MOST_ELEMENTS and all(map(_finite, value))
    if isinstance(value, dict):
        return len(value) <= MOST_ELEMENTS
    return isinstance(value, (bool, int, float)) or (isinstance(value, str) and len(value) <= MOST_ELEMENTS)


def texts(spec: Spec, text: str) -> list[str]:
    """The parts of a phrase that hold nothing of a function around them, largest first, the whole included."""
    names = frozenset(name for name, _ in spec.params)
    try:
        body = language().parse(text, spec.params, None).definitions[-1].body
    except UserError:
        return []
    found: list[str] = []
    pending: list[Any] = [body]
    while pending:
        tree = pending.pop(0)
        if not isinstance(tree, (Function, Name, Literal)) and _closed(tree, names):
            found.append(print_tree(tree, names))
        pending.extend(children(tree))
    return found


def _closed(tree: Any, names: frozenset[str]) -> bool:
    """Whether all names are parameters, or bound inside."""
    if isinstance(tree, Name):
        return tree.text in names
    if isinstance(tree, Function):
        return all(_closed(part, names | {SUBJECT, RUNNING}) for part in children(tree))
    if isinstance(tree, Let):
        return _closed(tree.value, names) and _closed(tree.body, names | {tree.name})
    return all(_closed(part, names) for part in children(tree))

"""Programs that all agree with what was given and yet differ: which they are, and the input that tells most of them apart.

Imports `records`, `ir` and `examine`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from random import Random
from typing import Any, Final, NamedTuple

from siglum.ir.inputs import value
from siglum.ir.types import BOOL, CHAR, F64, I64, Type
from siglum.propose.examine import STOPS, Program, same, shown
from siglum.records import Example, Spec

PROBES: Final = 60
"""Inputs on which programs are told apart."""
STOPPED: Final = "stops"
LEXICAL: Final = "lexical"
"""Who reads English by rules."""
STOPPING_BITS: Final = 12.0
"""What a program costs more that stops on every probe."""
READING_STOPPING_BITS: Final = 1.5
"""The same for a reading of the English: "the first space" means no more where there is none."""


@dataclass
class Alternative:
    """The cheapest program of one behaviour, and what it gives on the probes (`STOPPED` where it stops)."""

    program: Program
    results: list[Any]
    others: list[Program] = field(default_factory=list)

    @property
    def cost(self) -> float:
        """The program's cost in bits, and more where it stops on what is typical."""
        stopped = sum(isinstance(result, _Stopped) for result in self.results)
        bits = READING_STOPPING_BITS if self.program.candidate.origin == LEXICAL else STOPPING_BITS
        return self.program.candidate.cost + bits * stopped / max(1, len(self.results))


class Question(NamedTuple):
    """An input that tells alternatives apart, and what each of them gives (as a person would write it)."""

    arguments: tuple[Any, ...]
    answers: tuple[str, ...]


class Alternatives:
    """Keeps the cheapest programs of different behaviour, at most `spec.budget.kept`."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.probes = list(probes(spec))
        self.found: list[Alternative] = []

    def add(self, program: Program) -> bool:
        """Whether this is a behaviour that was not there (or the cheaper program of one)."""
        results = [outcome(program, arguments) for arguments in self.probes]
        for known in self.found:
            if all(map(same, known.results, results)):
                if program.candidate.cost < known.program.candidate.cost:
                    known.others.append(known.program)
                    known.program = program
                else:
                    known.others.append(program)
                return False
        self.found.append(Alternative(program, results))
        self.found.sort(key=lambda one: one.cost)
        del self.found[self.spec.budget.kept :]
        return True

    def question(self) -> Question | None:
        """The input that leaves fewest alternatives whatever the answer; among such inputs the most readable one. None where no
        input is known to tell any two apart.
        """
        if len(self.found) < 2:
            return None
        best: tuple[float, float, int] | None = None
        for k, arguments in enumerate(self.probes):
            classes: list[tuple[Any, float]] = []
            for one in self.found:
                weight = 2.0 ** -(one.cost - self.found[0].cost)
                for j, (result, total) in enumerate(classes):
                    if same(result, one.results[k]):
                        classes[j] = result, total + weight
                        break
                else:
                    classes.append((one.results[k], weight))
            if len(classes) < 2:
                continue
            total = sum(weight for _, weight in classes)
            left = sum((weight / total) ** 2 for _, weight in classes)
            stopping = any(isinstance(result, _Stopped) for result, _ in classes)
            rank = (left + 0.2 * stopping, unreadable(arguments), k)
            if best is None or rank < best:
                best = rank
        if best is None:
            return None
        k = best[2]
        return Question(self.probes[k], tuple(self._answer(one, k) for one in self.found))

    def _answer(self, one: Alternative, k: int) -> str:
        result = one.results[k]
        return STOPPED if isinstance(result, _Stopped) else shown(result, one.program.result)

    def settle(self, example: Example) -> None:
        """Leaves the alternatives that give this result."""
        kept = []
        for one in self.found:
            result = outcome(one.program, example.arguments)
            if same(result, example.result):
                kept.append(one)
        self.found = kept


class _Stopped:
    """Where a program has no result; equal to itself alone."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Stopped)

    def __hash__(self) -> int:
        return 0


def outcome(program: Program, arguments: Sequence[Any]) -> Any:
    """What a program gives, or that it stops."""
    try:
        return program(*arguments)
    except STOPS:
        return _Stopped()


def unreadable(arguments: Sequence[Any]) -> float:
    """How hard an input is to look at: its length as text, with a little more for what is empty or large."""
    text = str(list(arguments))
    empty = sum(1 for a in arguments if a in ([], "", {}))
    return len(text) + 6 * empty + sum(2 for c in text if c in "-.")


# Probes ---------------------------------------------------------------------------------------------------------
_WORDS: Final = ("cat", "apple", "Dog", "level", "to be", "x1", "banana", "One two three", "a-b", "aab")


def probes(spec: Spec) -> Iterator[tuple[Any, ...]]:
    """Inputs that a person can read: those of the examples changed in one place, small typical ones, and some at random."""
    types = [t for _, t in spec.params]
    seen: set[str] = {repr(e.arguments) for e in spec.examples}
    random = Random(1)
    count = 0
    for arguments in _drawn(spec, types, random):
        key = repr(arguments)
        if key not in seen:
            seen.add(key)
            yield arguments
            count += 1
            if count == PROBES:
                return


def _drawn(spec: Spec, types: Sequence[Type], random: Random) -> Iterator[tuple[Any, ...]]:
    for example in spec.examples[:4]:
        for k, t in enumerate(types):
            for other in _neighbours(example.arguments[k], t):
                yield (*example.arguments[:k], other, *example.arguments[k + 1 :])
    typical = [_typical(t) for t in types]
    yield from ((*choice,) for choice in _limited(product(*typical), 12))
    for _ in range(3 * PROBES):
        yield tuple(_small(t, random) for t in types)


def _limited(choices: Iterator[tuple[Any, ...]], count: int) -> Iterator[tuple[Any, ...]]:
    for _, choice in zip(range(count), choices, strict=False):
        yield choice


def _neighbours(given: Any, t: Type) -> Iterator[Any]:
    if t is I64:
        yield from (given + 1, given - 1, -given, 0)
    elif t.kind == "array" and given:
        yield from (given[::-1], given[1:], given + given[:1])
        if t.element is I64:
            yield [*given[:1], -given[0], *given[1:]]


def _typical(t: Type) -> list[Any]:
    if t is I64:
        return [3, 7, 2, -4, 10, 0]
    if t is F64:
        return [2.5, 4.0, -1.5]
    if t is BOOL:
        return [True, False]
    if t is CHAR:
        return ["a", "Z", "3", " "]
    if t.kind == "array":
        if t.element is CHAR:
            return ["hello world", "Anna", "", "abc 12"]
        items = _typical(t.element)
        return [items[:3], items[:4][::-1] + items[:1], items[:1], [], items]
    return [value(t, Random(k), 4) for k in range(4)]


def _small(t: Type, random: Random) -> Any:
    """A value at random of the size that people choose."""
    if t is I64:
        return random.randint(-9, 20)
    if t is F64:
        return random.randint(-20, 40) / random.choice((1, 2, 4))
    if t is BOOL:
        return random.random() < 0.5
    if t is CHAR:
        return random.choice("abcxyzABZ 019.,-")
    if t.kind == "array":
        if t.element is CHAR:
            return random.choice(_WORDS) + random.choice(("", " ", "s", random.choice(_WORDS)))
        return [_small(t.element, random) for _ in range(random.randint(1, 6))]
    if t.kind == "pair":
        return tuple(_small(part, random) for part in t.args)
    if t.kind == "map":
        return {_small(t.args[0], random): _small(t.args[1], random) for _ in range(random.randint(1, 4))}
    return value(t, random, 4)

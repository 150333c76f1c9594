"""How well a proposer meets intents in English: is the first candidate that satisfies the examples the right one?

`measure(read_intents(path), proposer)`. A line of such a file holds the intent, its signature, examples, and `truth`, a Python
expression over the parameters; `nonempty` says that it has no meaning for empty or zero inputs.
"""

from __future__ import annotations

import collections
import itertools
import json
import math
import re
import statistics
import string
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from time import process_time
from typing import Any, Final, NamedTuple

from siglum import pipeline
from siglum.errors import Stop, UserError
from siglum.frontend.literals import read_value
from siglum.frontend.phrase.reference import evaluate
from siglum.frontend.phrase.typed import Definition
from siglum.ir.types import BOOL, CHAR, F64, RANGES, STR, Type
from siglum.propose.protocol import Proposer
from siglum.records import Candidate, Example, Spec

FRESH: Final = 50
FUEL: Final = 200_000
TRIALS: Final = 40
"""Draws for one fresh input before a truth that keeps raising is given up."""

LARGEST_OF_FACTORIAL: Final = 20
NAMES_IN_TRUTHS: Final = {
    "math": math, "itertools": itertools, "re": re, "string": string, "statistics": statistics, "collections": collections,
}  # fmt: skip
WORDS: Final = (
    "tea", "Apple", "pear", "level", "a", "over", "Anna", "banana", "x2", "is", "stop", "Ice", "moon", "rhythm", "tree",
)  # fmt: skip
GLUE: Final = (" ", " ", " ", " ", "", ", ", "-", "_", ".", ": ", "  ", "\n", "7", " 12 ", "!")


class Intent(NamedTuple):
    """One line of a file: what is asked, and a callable that gives the true answer."""

    text: str
    spec: Spec
    truth: Callable[..., Any]
    nonempty: bool


class Outcome(NamedTuple):
    """`first` is the first candidate that satisfies the examples, `right` whether it is right on fresh inputs, `rank` the number
    of consistent candidates up to the first right one (from 1), None where there is none; seconds are of the processor.
    """

    intent: Intent
    first: Candidate | None
    right: bool
    rank: int | None
    candidates: int
    seconds: float


def read_intents(path: Path) -> list[Intent]:
    """The intents of a file, one JSON object a line."""
    return [intent_of(json.loads(line)) for line in path.read_text().splitlines() if line.strip()]


def intent_of(line: dict[str, Any]) -> Intent:
    """The intent of one line's keys."""
    params, result = pipeline.parse_signature(f"{line['signature']} -> {line['result']}")
    assert result is not None
    types = [*(t for _, t in params), result]
    examples = []
    for written in line["examples"]:
        values = [read_value(text, t) for text, t in zip(written, types, strict=True)]
        examples.append(Example(tuple(values[:-1]), values[-1]))
    code = compile(line["truth"], "<truth>", "eval")
    names = [name for name, _ in params]

    def truth(*arguments: Any) -> Any:
        return eval(code, {**NAMES_IN_TRUTHS, **dict(zip(names, arguments, strict=True))})

    spec = Spec(params, result, examples=tuple(examples), phrase=line["intent"])
    return Intent(line["intent"], spec, truth, bool(line.get("nonempty")))


def measure(intents: Iterable[Intent], proposer: Proposer, limit: int = 300, fresh: int = FRESH) -> Iterator[Outcome]:
    """What becomes of the first `limit` candidates for each intent."""
    for intent in intents:
        yield outcome(intent, proposer, limit, fresh)


def outcome(intent: Intent, proposer: Proposer, limit: int = 300, fresh: int = FRESH) -> Outcome:
    """What becomes of the first `limit` candidates for one intent."""
    started = process_time()
    candidates = list(itertools.islice(proposer.propose(intent.spec, []), limit))
    seconds = process_time() - started
    inputs = list(fresh_inputs(intent, fresh))
    first: Candidate | None = None
    right = False
    consistent = 0
    for candidate in candidates:
        definition = read(candidate.text, intent.spec)
        if definition is None or not satisfies(definition, intent.spec.examples):
            continue
        consistent += 1
        holds = all(gives(definition, arguments, expected) for arguments, expected in inputs)
        if first is None:
            first, right = candidate, holds
        if holds:
            return Outcome(intent, first, right, consistent, len(candidates), seconds)
    return Outcome(intent, first, right, None, len(candidates), seconds)


def read(text: str, spec: Spec) -> Definition | None:
    """The typed program of a candidate's text, None where it is none."""
    try:
        return pipeline.language().read(text, spec.params, spec.result).main
    except UserError:
        return None


def satisfies(definition: Definition, examples: Sequence[Example]) -> bool:
    """Whether the program gives every example's result."""
    return all(gives(definition, e.arguments, e.result) for e in examples)


def gives(definition: Definition, arguments: tuple[Any, ...], expected: Any) -> bool:
    """Whether the program gives `expected`; one that stops does not."""
    try:
        return same(evaluate(definition, arguments, fuel=FUEL), expected)
    except (Stop, RecursionError, MemoryError):
        return False


def same(got: Any, expected: Any) -> bool:
    """Equal, floats but for what another order of adding changes."""
    if isinstance(got, float) or isinstance(expected, float):
        return isinstance(got, (int, float)) and math.isclose(got, expected, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(got, (list, tuple)) and isinstance(expected, (list, tuple)):
        return len(got) == len(expected) and all(map(same, got, expected))
    return bool(got == expected)


# fresh inputs -------------------------------------------------------------------------------------------------


def fresh_inputs(intent: Intent, count: int) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Arguments and true answers: drawn by type, or made of the examples' pieces; always the same for the same intent. Where the
    truth raises, or gives what the result's type does not hold, others are drawn.
    """
    random = Random(intent.text)
    for _ in range(count):
        for _ in range(TRIALS):
            arguments = tuple(drawn(intent, k, random) for k in range(len(intent.spec.params)))
            arguments = tuple(related(a, arguments, random) for a in arguments)
            arguments = as_long(arguments, intent.spec.examples)
            if intent.nonempty and not all(arguments):
                continue
            if "factorial" in intent.text and any(isinstance(a, int) and a > LARGEST_OF_FACTORIAL for a in arguments):
                continue
            try:
                expected = intent.truth(*arguments)
            except (ValueError, ArithmeticError, LookupError, TypeError, StopIteration):
                continue
            if intent.spec.result is None or holds(expected, intent.spec.result):
                yield arguments, expected
                break


def as_long(arguments: tuple[Any, ...], examples: Sequence[Example]) -> tuple[Any, ...]:
    """Lists that are equally long in all examples are cut to equal length."""
    lists = [k for k, a in enumerate(arguments) if isinstance(a, list)]
    if len(lists) < 2 or any(len({len(e.arguments[k]) for k in lists}) > 1 for e in examples):
        return arguments
    size = min(len(arguments[k]) for k in lists)
    return tuple(a[:size] if k in lists else a for k, a in enumerate(arguments))


def holds(value: Any, t: Type) -> bool:
    """Whether a value fits a type's range."""
    if t in RANGES:
        low, high = RANGES[t]
        return isinstance(value, int) and low <= value <= high
    if t.kind == "array" and t is not STR:
        return all(holds(v, t.element) for v in value)
    return True


def drawn(intent: Intent, number: int, random: Random) -> Any:
    """A value for one parameter."""
    t = intent.spec.params[number][1]
    seen = [e.arguments[number] for e in intent.spec.examples]
    return mutated(random.choice(seen), t, random) if random.random() < 0.5 else value(t, random)


def value(t: Type, random: Random) -> Any:
    """A small, typical value of a type."""
    if t is BOOL:
        return random.random() < 0.5
    if t in RANGES:
        low = 0 if t.kind[0] == "u" else -9
        return random.choice((random.randint(low, 12), random.randint(0, 40), random.randint(1, 300)))
    if t is F64:
        return random.choice((float(random.randint(-9, 40)), random.randint(-900, 4000) / 8))
    if t is CHAR:
        return random.choice(string.ascii_letters + string.digits + " .-")
    if t is STR:
        return "".join(random.choice(WORDS) + random.choice(GLUE) for _ in range(random.randint(0, 5)))
    if t.kind == "array":
        return [value(t.element, random) for _ in range(random.randint(0, 7))]
    if t.kind == "pair":
        return value(t.args[0], random), value(t.args[1], random)
    if t.kind == "option":
        return None if random.random() < 0.2 else value(t.element, random)
    return {value(t.args[0], random): value(t.args[1], random) for _ in range(random.randint(0, 4))}


def mutated(given: Any, t: Type, random: Random) -> Any:
    """A value made of the pieces of one that an example shows."""
    if t is STR:
        pieces = re.findall(r"\w+|\W", given)
        return "".join(random.choice(pieces) for _ in range(random.randint(0, len(pieces) + 2))) if pieces else value(t, random)
    if t.kind == "array":
        pool = [*given, value(t.element, random)]
        return [random.choice(pool) for _ in range(random.randint(0, len(pool) + 1))]
    if t in RANGES or t is F64:
        return given + random.choice((0, 1, -1, given, 2, 5))
    return value(t, random)


def related(given: Any, arguments: tuple[Any, ...], random: Random) -> Any:
    """Now and then a value that has to do with another argument: an element of it, a piece of it, a place in it."""
    if random.random() < 0.6:
        return given
    if isinstance(given, str) and len(given) == 1:
        texts = [a for a in arguments if isinstance(a, str) and len(a) > 1]
        return random.choice(texts[0]) if texts else given
    others = [a for a in arguments if a is not given]
    for other in others:
        if isinstance(other, list) and other and type(other[0]) is type(given):
            return random.choice(other)
        if isinstance(given, str) and isinstance(other, str) and len(other) > len(given):
            start = random.randrange(len(other))
            return other[start : start + random.choice((1, 2, len(given)))]
        if isinstance(given, int) and isinstance(other, (list, str)):
            return random.randint(0, len(other) + 1)
        if isinstance(given, list) and isinstance(other, list):
            return random.sample(other, random.randint(0, len(other)))
    return given

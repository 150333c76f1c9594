"""What single calls of words give, by the typing rules of the language.

Imports `siglum.ir`, `siglum.frontend.phrase` and `values`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from siglum.frontend.phrase.grammar import ELSE
from siglum.frontend.phrase.resolve import Reading, holds_nothing, takes_alone
from siglum.frontend.phrase.rules import function_result
from siglum.frontend.phrase.states import Lexicon, Value
from siglum.ir.types import Type, substitute
from siglum.ir.vocabulary import Shape
from siglum.propose.model.grammar.values import Values, keeps_its_number

REMEMBERED: Final = 1 << 16
"""Calls whose results are kept for the next grammar."""


class Function(NamedTuple):
    """A function argument: the types it is given and the values its body may have."""

    given: tuple[Type, ...]
    bodies: Values


Way = tuple[tuple[Function, ...], Value]
"""The functions of one call, and what it gives."""


class Calls:
    """Calls of `words`. `shapes` are those that there are, with symbols, by name."""

    def __init__(self, lexicon: Lexicon, words: Iterable[str]) -> None:
        self.lexicon = lexicon
        found = filter(None, map(lexicon.find, words))
        self.shapes: Mapping[str, Shape] = dict(sorted(found))
        self._takes: dict[tuple[str, int, Value], bool] = {}

    # single calls

    def takes(self, word: str, at: int, value: Value) -> bool:
        """Whether `value` alone may be argument `at`."""
        if word == ELSE:
            return at > 0 or value.type.kind == "option"
        key = word, at, value
        found = self._takes.get(key)
        if found is None:
            patterns = [o.params[at][1] for o in self.lexicon.resolver.vocabulary.overloads(word)]
            found = self._takes[key] = takes_alone(patterns, value.key)
        return found

    def taking(self, word: str, values: Iterable[Value]) -> list[list[Value]]:
        """For each argument of `word` that is no function, which of `values` it may be."""
        functions = self.shapes[word].functions
        return [[v for v in values if self.takes(word, i, v)] for i, takes in enumerate(functions) if not takes]

    def ways(self, word: str, arguments: tuple[Value, ...], bodies: Sequence[Value]) -> Iterator[Way]:
        """What `word` gives for these arguments, with each choice of functions whose bodies are of `bodies`."""
        shape = self.shapes[word]
        if not shape.takes_functions:
            result = self.result(word, arguments)
            if result is not None:
                yield (), result
            return
        reading = self._reading(word, shape, arguments)
        if reading is not None:
            yield from self._functions(reading, shape, len(arguments), bodies, reading.bindings)

    def result(self, word: str, arguments: Sequence[Value]) -> Value | None:
        """What a word without functions gives; None where the call has no types, or a literal might not fit them."""
        return _result(self.lexicon, word, tuple(arguments))

    def _reading(self, word: str, shape: Shape, arguments: tuple[Value, ...]) -> Reading | None:
        """The preferred way to take a word with functions, if no other is as good: a body that fits it decides for it."""
        keys = (*(v.key for v in arguments), *(None for _ in shape.functions[len(arguments) :]))
        readings = self.lexicon.readings(word, keys)
        if not readings or not _all_keep(arguments, readings[0].targets):
            return None
        first = readings[0]
        rivals = any(r.cost == first.cost and r.overload is not first.overload for r in readings[1:])
        return None if rivals else first

    def _functions(
        self, reading: Reading, shape: Shape, at: int, bodies: Sequence[Value], bindings: Mapping[str, Type]
    ) -> Iterator[Way]:
        """The functions that `reading` takes from argument `at` on, and what the call then gives."""
        bound = dict(bindings)
        if at == shape.arity:
            gives = substitute(reading.result, bound)
            if not gives.has_vars and not holds_nothing(gives):
                yield (), Value(gives)
            return
        pattern = reading.overload.params[at][1]
        given = tuple(substitute(p, bound) for p in pattern.args[:-1])
        if any(t.has_vars for t in given):
            return
        by_binding: dict[tuple[tuple[str, Type], ...], list[Value]] = {}
        for body in bodies:
            trial = dict(bound)
            target = function_result(pattern.args[-1], body.met().key, trial)
            if target is not None and keeps_its_number(body, target):
                by_binding.setdefault(tuple(sorted(trial.items())), []).append(body)
        for reached, fitting in by_binding.items():
            for others, result in self._functions(reading, shape, at + 1, bodies, dict(reached)):
                yield (Function(given, frozenset(fitting)), *others), result


@lru_cache(REMEMBERED)
def _result(lexicon: Lexicon, word: str, arguments: tuple[Value, ...]) -> Value | None:
    result = lexicon.result(word, arguments)
    if result is None or holds_nothing(result.type):
        return None
    if word == ELSE:
        return result if keeps_its_number(arguments[1], result.type) else None
    targets = lexicon.readings(word, tuple(v.key for v in arguments))[0].targets
    return result if _all_keep(arguments, targets) else None


def _all_keep(arguments: Sequence[Value], targets: Sequence[Type | None]) -> bool:
    given = [t for t in targets if t is not None]
    return all(keeps_its_number(v, t) for v, t in zip(arguments, given, strict=True))

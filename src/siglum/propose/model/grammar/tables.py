"""All calls among the values in reach, as products of sets of values; what can stand left of what.

Imports `siglum.ir`, `siglum.frontend.phrase` and its siblings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Final, NamedTuple

from siglum.frontend.phrase.grammar import COMPARE, ELSE, OR, POWER, PRECEDENCE
from siglum.frontend.phrase.resolve import FIXED, holds_nothing
from siglum.frontend.phrase.states import Value, chosen
from siglum.ir.types import Option, Type
from siglum.propose.model.grammar.calls import Calls, Function
from siglum.propose.model.grammar.values import EMPTY, Values, keeps_its_number, order_of, ordered

WHOLE_EXPRESSION: Final = -1
"""How loose an expression may be, below the binding strengths of symbols: with `|` and `?`."""

Argument = Values | Function
Outcomes = dict[tuple[tuple[Function, ...], Value], set[tuple[Value, ...]]]


class Call(NamedTuple):
    """A word behind a value: its further arguments, any of each, and the result of all these calls."""

    word: str
    arguments: tuple[Argument, ...]
    result: Value


class Operation(NamedTuple):
    """A symbol between any of `lefts` and any of `rights`."""

    symbol: str
    lefts: Values
    rights: Values
    result: Value


class Tables:
    """The calls of `calls` among `values`. `plain` are the values that are no literals, `computed` those that symbols give,
    `constants` the words of no arguments.
    """

    def __init__(self, calls: Calls, values: Values) -> None:
        self.calls, self.all = calls, values
        self.values = ordered(values)
        self.plain = frozenset(v for v in self.values if v.flex == FIXED and not v.literal_text and v != EMPTY)
        self._links: dict[Value, tuple[Call, ...]] = {}
        self._like: dict[Value, Value] = {}
        self._with_option: dict[Value, Values] = {}
        self._tightest: dict[tuple[int, Values], int] = {}
        self._arms: dict[tuple[Value, Values], list[tuple[Values, ...]]] = {}
        self._chosen: dict[Value, Mapping[Value, frozenset[tuple[Value, ...]]]] = {}
        self._operations: dict[int, list[Operation]] = {level: [] for level in PRECEDENCE.values()}
        for symbol in calls.shapes:
            if symbol in PRECEDENCE:
                self._operations[PRECEDENCE[symbol]] += self._operations_of(symbol)
        self._steps: dict[int, dict[Value, list[Operation]]] = {level: {} for level in self._operations}
        for level, operations in self._operations.items():
            for operation in operations:
                for left in operation.lefts:
                    self._steps[level].setdefault(left, []).append(operation)
        self.computed = ordered({o.result for operations in self._operations.values() for o in operations})
        constants = ((w, calls.result(w, ())) for w, shape in calls.shapes.items() if not shape.functions)
        self.constants = [(word, value) for word, value in constants if value is not None and value in values]

    # words

    def links(self, value: Value) -> tuple[Call, ...]:
        """The calls of words that can follow `value`, sorted by name."""
        found = self._links.get(value)
        if found is None:
            calls: list[Call] = []
            for word, outcomes in self._outcomes(value).items():
                for (functions, result), tuples in outcomes.items():
                    calls += [Call(word, (*sets, *functions), result) for sets in products(tuples)]
            found = self._links[value] = tuple(calls)
        return found

    def _outcomes(self, value: Value) -> Mapping[str, Outcomes]:
        """For each word that can follow `value`: its functions and result, and the other arguments that lead to them."""
        found: dict[str, Outcomes] = {}
        for word, shape in self.calls.shapes.items():
            if not shape.functions or word in PRECEDENCE or not self.calls.takes(word, 0, value):
                continue
            outcomes: Outcomes = {}
            for others in product(*self.calls.taking(word, self.values)[1:]):
                for functions, result in self.calls.ways(word, (value, *others), self.values):
                    if result in self.all:
                        outcomes.setdefault((functions, result), set()).add(others)
            found[word] = outcomes
        return found

    def results(self, value: Value) -> list[Value]:
        """What one more word can make of `value`."""
        return ordered({call.result for call in self.links(value)})

    def like(self, literal: Value) -> Value:
        """A value that the same can follow as follows `literal`, with the same results; all words that can follow it can follow
        the literal.
        """
        found = self._like.get(literal)
        if found is None:
            same = (v for v in self.values if v.type is literal.type and self._same_steps(v, literal))
            found = self._like[literal] = next(v for v in same if v == literal or self._stands_for(v, literal))
        return found

    def _same_steps(self, a: Value, b: Value) -> bool:
        return all(steps.get(a) == steps.get(b) for steps in self._steps.values())

    def with_option(self, value: Value) -> Values:
        """The value, and with it what may be absent of its type where that is taken for the value by all that can follow."""
        found = self._with_option.get(value)
        if found is None:
            option = Value(Option(value.type))
            both = option in self.plain and self._same_steps(value, option) and self._stands_for(value, option)
            found = self._with_option[value] = frozenset((value, option) if both else (value,))
        return found

    def by_type(self, values: Values) -> list[Values]:
        """The plain ones of `values`, each type with its option."""
        found: dict[Type, list[Value]] = {}
        for value in ordered(values & self.plain):
            found.setdefault(value.met().type, []).append(value)
        return list(map(frozenset, found.values()))

    def _stands_for(self, value: Value, other: Value) -> bool:
        there = self._outcomes(other)
        return all(
            tuples <= there.get(word, {}).get(outcome, set())
            for word, outcomes in self._outcomes(value).items()
            for outcome, tuples in outcomes.items()
        )

    # symbols

    def _operations_of(self, symbol: str) -> Iterator[Operation]:
        pairs: dict[Value, set[tuple[Value, ...]]] = {}
        for arguments in product(*self.calls.taking(symbol, self.values)):
            result = self.calls.result(symbol, arguments)
            if result is not None and result in self.all:
                pairs.setdefault(result, set()).add(arguments)
        for result in ordered(pairs):
            for lefts, rights in products(pairs[result]):
                yield Operation(symbol, lefts, rights, result)

    def steps(self, level: int, left: Value) -> list[Operation]:
        """The operations of strength `level` with this left side."""
        return self._steps[level].get(left, [])

    def step_results(self, level: int, left: Value) -> list[Value]:
        """What one symbol of strength `level` can make of `left`."""
        return ordered({s.result for s in self.steps(level, left)})

    def tightest(self, loosest: int, goal: Values) -> int:
        """The tightest binding strength that makes no difference to an expression which gives one of `goal`."""
        key = loosest, goal
        found = self._tightest.get(key)
        if found is None:
            found = loosest
            while OR <= found < POWER and not any(self._gives(found, o.result, goal) for o in self._operations[found]):
                found += 1
            self._tightest[key] = found
        return found

    def _gives(self, loosest: int, value: Value, goal: Values) -> bool:
        """Whether `value`, which a symbol of strength `loosest` gave, can be or become one of `goal` by such symbols."""
        seen: set[Value] = set()
        todo = [value]
        while todo:
            value = todo.pop()
            if value in goal:
                return True
            if value not in seen and loosest not in (COMPARE, POWER):
                seen.add(value)
                todo += self.step_results(loosest, value)
        return False

    # options and choices

    def defaults(self, option: Value) -> list[Values]:
        """What `else` may give instead of an absent value."""
        calls = (call for call in self.links(option) if call.word == ELSE)
        return [a for call in calls for a in call.arguments if not isinstance(a, Function)]

    def arms(self, condition: Value, goal: Values) -> list[tuple[Values, ...]]:
        """Pairs of sets: the values that the arms of a choice may have to give one of `goal`. `condition` is no option."""
        key = condition, goal
        found = self._arms.get(key)
        if found is None:
            pairs = {arms for result, arms in self._choices(condition).items() if result in goal}
            found = self._arms[key] = list(products(set().union(*pairs)))
        return found

    def _choices(self, condition: Value) -> Mapping[Value, frozenset[tuple[Value, ...]]]:
        """What a choice may give, each with the pairs of arms that give it."""
        found = self._chosen.get(condition)
        if found is None:
            pairs: dict[Value, set[tuple[Value, ...]]] = {}
            closed = [v for v in self.values if not holds_nothing(v.type)]
            for arms in product(closed, repeat=2):
                result = chosen(condition, *arms)
                if result in self.all and all(keeps_its_number(v, result.type) for v in arms):
                    pairs.setdefault(result, set()).add(arms)
            found = self._chosen[condition] = {result: frozenset(arms) for result, arms in pairs.items()}
        return found


def products(tuples: Iterable[tuple[Value, ...]]) -> Iterator[tuple[Values, ...]]:
    """Products of sets that together hold exactly `tuples`, all of one length; in an order that only depends on them."""
    by_first: dict[Value, set[tuple[Value, ...]]] = {}
    empty = True
    for entry in tuples:
        if not entry:
            yield ()
            return
        empty = False
        by_first.setdefault(entry[0], set()).add(entry[1:])
    if empty:
        return
    by_rest: dict[frozenset[tuple[Value, ...]], list[Value]] = {}
    for first in ordered(by_first):
        by_rest.setdefault(frozenset(by_first[first]), []).append(first)
    for rests, firsts in by_rest.items():
        yield from ((frozenset(firsts), *sets) for sets in products(sorted(rests, key=lambda t: tuple(map(order_of, t)))))

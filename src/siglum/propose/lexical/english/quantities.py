"""Predicates about how many: "with at least two vowels", "that occur twice", "all distinct".

Imports, of `siglum.propose.lexical`, common, comparing, comparisons, meanings, rules and values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from siglum.propose.lexical.comparing import SYMBOLS, compare, is_number
from siglum.propose.lexical.english.common import counted_in, occurrences, predicate
from siglum.propose.lexical.english.comparisons import within
from siglum.propose.lexical.meanings import Found, Predicate, Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar, said
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule = RULES.rule


@_rule("Q", "greater|less|at-least|at-most|equal! V", cost=0.1)
def quantity(b: Builder, how: str, number: Value) -> Predicate | None:
    if not is_number(number.type) or number.each is not None:
        return None
    return Predicate(b, f"{how} {number.key}", lambda x, _: compare(b, SYMBOLS[how], x, number))


@_rule("Q", "exactly V; V", cost=0.2)
def exact_quantity(b: Builder, number: Value) -> Predicate | None:
    if not is_number(number.type) or number.each is not None:
        return None
    return Predicate(b, f"= {number.key}", lambda x, _: compare(b, "=", x, number))


@_rule("Q", "V or more", cost=0.1)
def quantity_or_more(b: Builder, number: Value) -> Predicate | None:
    return quantity(b, "at-least", number)


@_rule("Q", "between V and V", cost=0.3)
def quantity_between(b: Builder, low: Value, high: Value) -> Predicate:
    return within(b, low, high)


@_rule("Q", "P number-of", cost=0.3)
def such_a_number(b: Builder, which: Predicate) -> Predicate:
    """ "an even number of"."""
    return which


@_rule("Q", "no", cost=0.2)
def none_of_them(b: Builder) -> Predicate:
    return Predicate(b, "= 0", lambda x, _: compare(b, "=", x, b.literal(0)))


@_rule("P", "contains Q F; with Q F; have Q F; Q F long; contains Q of F; of Q F; having Q F", cost=0.2)
def so_many(b: Builder, how_many_of: Predicate, things: Relation) -> Predicate | None:
    """ "with more than k letters"."""
    if not things.noun:
        return None

    def make(x: Value, _: Value | None) -> Readings:
        return [(v, c + d) for n, c in counted_in(b, things, x) for v, d in how_many_of.of(n)]

    return Predicate(b, f"with {how_many_of.key} {things.key}", make)


@_rule("P", "contains V [at-least|exactly|greater] Q time|times; contains V Q time|times; contains V Q", cost=0.3)
def containing_so_often(b: Builder, thing: Value, times: Predicate) -> Predicate:
    def make(x: Value, _: Value | None) -> Readings:
        return [(v, c + d) for n, c in occurrences(b, thing, x) for v, d in times.of(n)]

    return Predicate(b, f"contains {thing.key} {times.key}", make)


@_rule("P", "repeated; that be repeated", cost=0.2)
def repeated(b: Builder) -> Predicate:
    return _so_often(b, "repeated", lambda n: b.call(">", n, b.literal(1)))


@_rule("P", "not-repeated", cost=0.2)
def not_repeated(b: Builder) -> Predicate:
    return _so_often(b, "once", lambda n: b.call("=", n, b.literal(1)))


@_rule("P", "occurs Q time|times; occurs Q; repeated Q times|time; occurs Q number of time", cost=0.2)
def so_often(b: Builder, times: Predicate) -> Predicate:
    """ "that occur at least twice"; "twice" may be more often."""
    if times.key == "= 2":
        return _so_often(b, times.key, lambda n: [*times.of(n), (b.call(">", n, b.literal(1)), 0.3)])
    return _so_often(b, times.key, lambda n: times.of(n))


def _so_often(b: Builder, name: str, of_count: Callable[[Value], Found]) -> Predicate:
    def make(x: Value, source: Value | None) -> Readings:
        if source is None:
            return []
        same = b.call("=", source, x)
        count = b.call("count", same) if same is not None else None
        return readings(of_count(count)) if count is not None else []

    return Predicate(b, f"occurs {name}", make)


@_rule(
    "P",
    "have duplicate; contains duplicate; contains repeated element|value|number|character|letter|word; have any duplicate; "
    "contains any duplicate",
    cost=0.2,
)
def with_duplicates(b: Builder) -> Predicate:
    return predicate(b, "with duplicates", "x unique length < (x length)")


@_rule(
    "P",
    "have no duplicate; contains no duplicate; without duplicate; be all distinct|unique; all distinct|unique; have all "
    "distinct|unique element|character|letter|value; contains only distinct element|value|number|character|letter; have "
    "only distinct element|character|letter; pairwise distinct; differ; unequal each other; be different; all differ; all "
    "unequal each other; differ from each other|one another",
    cost=0.2,
)
def all_distinct(b: Builder) -> Predicate:
    return predicate(b, "distinct", "x unique length = (x length)")


@_rule(
    "P",
    "all equal; be all equal; all the same; be all the same; have only one distinct element|value; all identical; be the "
    "same; equal; be equal; equal each other; be equal to each other; match; have only equal element|value|number|character",
    cost=0.2,
)
def all_equal(b: Builder) -> Predicate:
    def make(x: Value, _: Value | None) -> Readings:
        return readings(b.template("x left = (x right)" if x.type.kind == "pair" else "x unique length <= 1", x))

    return Predicate(b, "all equal", make)


_TIMES: Final = {"once": 1, "twice": 2, "thrice": 3}


@_rule("Q", "greater|less|at-least|at-most|exactly! once|twice|thrice!; not greater once|twice|thrice!", cost=0.0)
def quantity_of_times(b: Builder, *words: str) -> Predicate | None:
    """ "more than once"."""
    how, times = words if len(words) == 2 else ("at-most", words[0])
    symbol = SYMBOLS.get(how, "=")
    return Predicate(b, f"{symbol} {times}", lambda x, _: compare(b, symbol, x, b.literal(_TIMES[times])))


@_rule("Q", "once|twice|thrice! or more; once|twice|thrice! or less|fewer!", cost=0.0)
def times_or_more(b: Builder, times: str, fewer: str | None = None) -> Predicate:
    symbol = ">=" if fewer is None else "<="
    return Predicate(b, f"{symbol} {times}", lambda x, _: compare(b, symbol, x, b.literal(_TIMES[times])))


@_rule(
    "P",
    "contains|have [the] same F twice; contains|have [the] same F greater once; contains|have some|any F twice; "
    "contains|have some|any F greater once; contains|have a repeated F; contains|have repeated F; contains|have duplicate "
    "F; repeat a F; repeat any F; have two equal|identical|same F; contains two equal|identical|same F; contains|have F "
    "greater once",
    cost=0.2,
)
def with_repeated(b: Builder, *given: Relation | str) -> Predicate | None:
    """ "contains the same digit twice"."""
    things = said(given, Relation)
    if not things.noun:
        return None

    def make(x: Value, _: Value | None) -> Readings:
        return [(v, c) for xs, c in things.of(x) if (v := b.template("x unique length < (x length)", xs)) is not None]

    return Predicate(b, f"repeats {things.key}", make)


@_rule(
    "P",
    "with|of|having V F or less|fewer! ; contains V F or less|fewer!; have V F or less|fewer!; V F or less|fewer! long",
    cost=0.1,
)
def so_many_or_fewer(b: Builder, number: Value, things: Relation, _: str) -> Predicate | None:
    """ "words of three letters or fewer"."""
    return so_many(b, quantity(b, "at-most", number) or none_of_them(b), things)


@_rule("P", "with|of|having V F or more|greater; contains V F or more; have V F or more; with|of|having V or more F", cost=0.1)
def so_many_or_more(b: Builder, number: Value, things: Relation) -> Predicate | None:
    return so_many(b, quantity(b, "at-least", number) or none_of_them(b), things)

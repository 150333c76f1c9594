"""Predicates about properties and neighbours, and how predicates are joined and negated.

Imports, of `siglum.propose.lexical`, comparing, meanings, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.propose.lexical.comparing import SYMBOLS, compare
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar, said
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule = RULES.rule


@_rule(
    "F",
    "F greater|less|at-least|at-most|equal|unequal! previous; F that be greater|less|at-least|at-most|equal|unequal! previous",
    cost=0.2,
)
def beside_previous(b: Builder, things: Relation, how: str) -> Relation:
    """ "numbers greater than the one before"."""
    text = f"x pairs filter (it right {SYMBOLS[how]} it left) map right"
    return Relation(
        b, f"{things.key} {how} previous", lambda v: [(b.template(text, xs), c) for xs, c in things.of(v)], noun=True, strict=True
    )


@_rule(
    "F",
    "F greater|less|at-least|at-most|equal|unequal! [its] position; F that be greater|less|at-least|at-most|equal|unequal! "
    "[its] position",
    cost=0.1,
)
def beside_position(b: Builder, things: Relation, how: str) -> Relation:
    """ "numbers greater than their index"."""
    text = f"x enumerate filter (it right {SYMBOLS[how]} it left) map right"
    return Relation(
        b, f"{things.key} {how} index", lambda v: [(b.template(text, xs), c) for xs, c in things.of(v)], noun=True, strict=True
    )


@_rule(
    "F",
    "F greater|less|unequal|equal! both [its|their] neighbour; F that be greater|less|unequal|equal! both [its|their] "
    "neighbour; F greater|less! its neighbour; F that be greater|less! its neighbour; F greater|less! neighbour on "
    "both|either side",
    cost=0.0,
)
def beside_both(b: Builder, things: Relation, how: str) -> Relation:
    """ "numbers larger than both neighbours"."""
    symbol = SYMBOLS[how]
    text = f"x windows 3 filter ((it second) {symbol} (it first) and (it second) {symbol} (it last)) map second"
    return Relation(
        b, f"{things.key} {how} both", lambda v: [(b.template(text, xs), c) for xs, c in things.of(v)], noun=True, strict=True
    )


@_rule("F", "local largest|maximum; local maxima|peak; peak", cost=0.0)
def peaks(b: Builder) -> Relation:
    text = "x windows 3 filter ((it second) > (it first) and (it second) > (it last)) map second"
    return Relation(b, "peaks", lambda v: b.template(text, v), noun=True, strict=True)


@_rule(
    "C",
    "each V [be] greater|less|at-least|at-most|equal|unequal! previous; each F [be] "
    "greater|less|at-least|at-most|equal|unequal! previous; be each V greater|less|at-least|at-most|equal|unequal! "
    "previous; be each F greater|less|at-least|at-most|equal|unequal! previous; no F be less previous",
    cost=0.0,
)
def each_beside_previous(b: Builder, things: Value | Relation, how: str = "at-least") -> Readings:
    """ "every element is at least as large as the one before"."""
    lists = [things.each or things] if isinstance(things, Value) else [v for p in b.params for v, _ in things.of(p)]
    return readings(b.template(f"x pairs map ((it right) {SYMBOLS[how]} (it left)) all", xs) for xs in lists[:2])


@_rule(
    "V",
    "V [that be] greater|less|at-least|at-most|equal|unequal! corresponding|matching F [of|in] V; V [that be] "
    "greater|less|at-least|at-most|equal|unequal! F of|in V at [the] same|corresponding position|place; V [that be] "
    "greater|less|at-least|at-most|equal|unequal! one of|in V at [the] same|corresponding position|place; V [that be] "
    "greater|less|at-least|at-most|equal|unequal! V at same|corresponding position|place; V [that be] "
    "greater|less|at-least|at-most|equal|unequal! counterpart in V",
    cost=0.0,
)
def beside_counterpart(b: Builder, *given: Value | Relation | str | None) -> Readings:
    """ "elements of xs larger than the one of ys at the same position"."""
    left, right = [g for g in given if isinstance(g, Value)]
    left, right = left.each or left, right.each or right
    zipped = b.call("zip", left, right) if left.element is not None and right.element is not None else None
    text = f"x filter ((it left) {SYMBOLS[said(given, str)]} (it right)) map left"
    return readings(b.template(text, zipped)) if zipped is not None else []


@_rule(
    "V",
    "V that be greater|less|at-least|at-most|equal|unequal! previous; V greater|less|at-least|at-most|equal|unequal! previous",
    cost=0.2,
)
def value_beside_previous(b: Builder, xs: Value, how: str) -> Readings:
    source = xs.each if xs.each is not None else xs
    return readings(b.template(f"x pairs filter (it right {SYMBOLS[how]} it left) map right", source))


@_rule(
    "F",
    "F greater|less|at-least|at-most|equal|unequal! next; F that be greater|less|at-least|at-most|equal|unequal! next",
    cost=0.2,
)
def beside_next(b: Builder, things: Relation, how: str) -> Relation:
    text = f"x pairs filter (it left {SYMBOLS[how]} it right) map left"
    return Relation(
        b, f"{things.key} {how} next", lambda v: [(b.template(text, xs), c) for xs, c in things.of(v)], noun=True, strict=True
    )


@_rule("P", "whose F [be] P; whose F do P; with P F; I be P; have a P F; having P F; with a P F", cost=0.2)
def with_property(b: Builder, *given: Relation | Predicate) -> Predicate | None:
    """ "whose length is even"."""
    key = said(given, Relation)
    which = said(given, Predicate)

    def make(x: Value, _: Value | None) -> Readings:
        return [(v, c + d) for k, c in key.of(x) for v, d in which.holds(k) if v.each is None]

    return Predicate(b, f"whose {key.key} {which.key}", make)


@_rule("P", "of P F; of a P F", cost=0.8)
def of_property(b: Builder, which: Predicate, key: Relation) -> Predicate | None:
    """ "of even length"."""
    return with_property(b, key, which)


@_rule("P", "whose F be V; with F V; whose F equal V", cost=0.3)
def with_property_value(b: Builder, key: Relation, other: Value) -> Predicate:
    def make(x: Value, _: Value | None) -> Readings:
        return [(v, c + d) for k, c in key.of(x) for v, d in compare(b, "=", k, other)]

    return Predicate(b, f"whose {key.key} = {other.key}", make)


@_rule("P", "add-up to V; sum to V; add-up to P", cost=0.2)
def summing_to(b: Builder, total: Value | Predicate) -> Predicate:
    """ "that add up to k"."""

    def make(x: Value, _: Value | None) -> Readings:
        sums = readings([b.call("sum", x), (b.template("x left + x right", x), 0.2)])
        if isinstance(total, Predicate):
            return [(v, d) for s, _ in sums for v, d in total.of(s)]
        return [(v, d) for s, _ in sums for v, d in compare(b, "=", s, total)]

    return Predicate(b, f"sum to {total.key}", make)


@_rule("P", "P and P; P and be P; P and [that] do P; both P and P; P but P; P , P; P that be P", cost=0.3)
def both(b: Builder, first: Predicate, second: Predicate) -> Predicate:
    return first.joined("and", second)


@_rule("P", "P P", cost=0.6)
def both_at_once(b: Builder, first: Predicate, second: Predicate) -> Predicate:
    """ "a palindromic prime"."""
    return first.joined("and", second)


@_rule("P", "P or P; either P or P; P or be P", cost=0.2)
def one(b: Builder, first: Predicate, second: Predicate) -> Predicate:
    return first.joined("or", second)


@_rule("P", "P nor P; neither P nor P", cost=0.0)
def neither(b: Builder, first: Predicate, second: Predicate) -> Predicate:
    return first.joined("or", second).negated()


@_rule("P", "not P; do not P; be not P; non P; not be P; not a P; no P", cost=0.2)
def negation(b: Builder, which: Predicate) -> Predicate:
    return which.negated()


@_rule("P", "be P; P [element|number|value|character|one|word]; be a P; be P number|value|one; have be P; P valued", cost=0.2)
def plainly(b: Builder, which: Predicate) -> Predicate:
    return which

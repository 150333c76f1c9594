"""Predicates that compare: greater, at least, between, divisible, longer, equal to.

Imports `siglum.frontend`, `siglum.ir` and, of `siglum.propose.lexical`, chart, common, comparing, meanings, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.frontend.phrase.syntax import Literal, Name
from siglum.ir.types import I64
from siglum.propose.lexical.chart import Together
from siglum.propose.lexical.comparing import SYMBOLS, compare, equals, is_number, longer
from siglum.propose.lexical.english.common import predicate
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar, maybe, said
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule = RULES.rule


@_rule("P", "greater|less|at-least|at-most|equal|unequal! V; be greater|less|at-least|at-most|equal|unequal! V", cost=0.2)
def comparison(b: Builder, how: str, other: Value) -> Predicate | None:
    if other.each is not None:
        whole = other.each
        return comparison(b, how, whole) if other.tree == b.it(I64).tree else None
    return Predicate(b, f"{how} {other.key}", lambda x, _: compare(b, SYMBOLS[how], x, other))


@_rule(
    "P",
    "come before|after! V [alphabetical]; come before|after! V in [the] alphabet|dictionary; alphabetical before|after! V; "
    "sort before|after! V; come before|after! V in alphabetical order",
    cost=0.1,
)
def alphabetical_comparison(b: Builder, how: str, other: Value) -> Predicate:
    symbol = "<" if how == "before" else ">"
    return Predicate(b, f"{how} {other.key}", lambda x, _: b.call(symbol, x, other))


@_rule("P", "greater|less|longer|shorter!; be greater|less|longer|shorter!", cost=1.2)
def comparison_with_a_parameter(b: Builder, how: str) -> Predicate | None:
    """ "if it is longer": than the number that is given, or the other one."""
    symbol = ">" if how in ("greater", "longer") else "<"
    numbers = [p for p in b.params if is_number(p.type)]

    def make(x: Value, _: Value | None) -> Readings:
        others = [p for p in numbers if p.key != x.key]
        return compare(b, symbol, x, others[0]) if others else []

    return Predicate(b, f"{how} the other", make) if numbers else None


@_rule("P", "V or more; V or greater|above; V and above|more", cost=0.4)
def or_more(b: Builder, other: Value) -> Predicate:
    return Predicate(b, f"at-least {other.key}", lambda x, _: compare(b, ">=", x, other))


@_rule("P", "from V on|up|upwards|upward; starting from V; V and up|upwards|over; V upwards", cost=0.4)
def from_on(b: Builder, other: Value) -> Predicate:
    return or_more(b, other)


@_rule("P", "up to V; up to and including V; V and below|under|down; from V down|downwards; not past V", cost=0.6)
def up_to(b: Builder, other: Value) -> Predicate:
    return or_less(b, other)


@_rule("P", "V or less|fewer|below", cost=0.4)
def or_less(b: Builder, other: Value) -> Predicate:
    return Predicate(b, f"at-most {other.key}", lambda x, _: compare(b, "<=", x, other))


@_rule(
    "P",
    "longer|shorter! V [character|letter|word|element|digit]; at-least|at-most|exactly! V character|letter|digit|word long; "
    "V character|letter long; of length|size V; have length|size V; with length|size V; whose length be V",
    cost=0.2,
)
def length_comparison(b: Builder, *given: str | Value) -> Predicate | None:
    other = said(given, Value)
    how = maybe(given, str) or "exactly"
    symbol = {"longer": ">", "shorter": "<", "at-least": ">=", "at-most": "<="}.get(how, "=")
    if other.each is not None:
        return None
    return Predicate(b, f"length {symbol} {other.key}", lambda x, _: longer(b, symbol, x, other))


@_rule("P", "between V and V [inclusive]; between V at-most-so-many V [inclusive]; between V to V [inclusive]", cost=0.3)
def within(b: Builder, low: Value, high: Value) -> Predicate:
    return Predicate(b, f"between {low.key} {high.key}", lambda x, _: b.call("between", x, low, high))


@_rule(
    "P",
    "within V of V; at-most V [away|apart] from V; no more|further|farther than V [away] from V; V or less [away] from V",
    cost=0.1,
)
def near(b: Builder, margin: Value, target: Value) -> Predicate:
    """ "within 2 of k"."""
    return predicate(b, "near", "x distance y <= z", target, margin)


@_rule("P", "strictly between V and V; between V and V exclusive", cost=0.2)
def strictly_within(b: Builder, low: Value, high: Value) -> Predicate:
    return predicate(b, "strictly between", "x > y and x < z", low, high)


@_rule("P", "outside [of] V to V; outside [of] between V and V; not between V and V; outside [the] list of V and V", cost=0.3)
def outside(b: Builder, low: Value, high: Value) -> Predicate:
    return predicate(b, "outside", "x < y or x > z", low, high)


@_rule("P", "between T; in T", cost=0.5)
def within_several(b: Builder, ends: Together) -> Predicate | None:
    return within(b, ends[0], ends[1]) if len(ends) == 2 else None


@_rule("P", "within|inside a list; in [a|the|given] list; within [the|a] [given|specific|specified] list", cost=0.8)
def within_given(b: Builder) -> Predicate | None:
    numbers = [p for p in b.params if is_number(p.type)]
    return within(b, numbers[-2], numbers[-1]) if len(numbers) >= 2 else None


@_rule(
    "P",
    "divisible V; divisible by V; times of V; leave no remainder when over|divide V; whole-over V; [can] be divided "
    "[evenly] by V [evenly]; leave no remainder when over V; leave nothing when over V; have no|zero remainder when over V; "
    "leave [a] remainder [of] 0|zero when over V; in times table of V; V divides evenly; V divides; no|zero remainder when "
    "over V; with no remainder when over V; without remainder when over V",
    cost=0.1,
)
def divisible(b: Builder, by: Value) -> Predicate:
    return predicate(b, "divisible", "x % y = 0", by)


@_rule("P", "divisible T; divisible both T; divisible by T; divisible by both T", cost=0.1)
def divisible_by_both(b: Builder, by: Together) -> Predicate | None:
    return divisible(b, by[0]).joined("and", divisible(b, by[1])) if len(by) == 2 else None


@_rule(
    "P",
    "divisible V or [by] V; divisible either V or V; divisible by V or [by] V; [can] be divided [evenly] by V or [by] V "
    "[evenly]; be times of V or [of] V; divisible by either V or V; be divided by one of V or V",
    cost=0.1,
)
def divisible_by_one(b: Builder, one: Value, other: Value) -> Predicate:
    return divisible(b, one).joined("or", divisible(b, other))


@_rule("P", "divides V; divisor|factor|@divisors of V", cost=0.1)
def divides(b: Builder, number: Value) -> Predicate:
    return predicate(b, "divides", "y % x = 0", number)


@_rule("P", "divisible V but|and not [by] V; divisible V but|and not divisible V; divisible V but not by V", cost=0.0)
def divisible_by_one_only(b: Builder, one: Value, other: Value) -> Predicate:
    return divisible(b, one).joined("and", divisible(b, other).negated())


@_rule(
    "P",
    "not divisible V; not divisible by V; V do not divides; V not divides; not be divided [evenly] by V; not be divisible "
    "by V; not times of V; V can not divides; can not be divided [evenly] by V",
    cost=0.0,
)
def indivisible(b: Builder, by: Value) -> Predicate:
    return predicate(b, "not divisible", "x % y != 0", by)


@_rule(
    "P",
    "congruent to V modulo V; V modulo V; leave remainder V when over|divide V; leave V when over V; leave [a] remainder of "
    "V when over V",
    cost=0.4,
)
def congruent(b: Builder, rest: Value, by: Value) -> Predicate:
    return predicate(b, "congruent", "x % z = y", rest, by)


@_rule("P", "be V; exactly V", cost=1.0)
def identical(b: Builder, other: Value) -> Predicate | None:
    """ "is 0"."""
    return equals(b, other) if other.each is None else None


@_rule("P", "V", cost=1.6)
def such_a_value(b: Builder, other: Value) -> Predicate | None:
    """ "not 0": being a literal or a parameter."""
    return equals(b, other) if isinstance(other.tree, (Literal, Name)) and other.each is None else None


@_rule("P", "be either V or V; either V or V; equal [either] V or V; V or V", cost=0.8)
def one_of_two(b: Builder, one: Value, other: Value) -> Predicate:
    return equals(b, one).joined("or", equals(b, other))


@_rule("P", "equal I; be I; greater|less|at-least|at-most|equal|unequal! I", cost=0.3)
def compared_with_own(b: Builder, *given: str | Relation) -> Predicate:
    """ "equal to its reverse"."""
    own = said(given, Relation)
    how = maybe(given, str) or "equal"

    def make(x: Value, _: Value | None) -> Readings:
        return [(v, c + d) for other, c in own.of(x) for v, d in compare(b, SYMBOLS[how], x, other)]

    return Predicate(b, f"{how} own {own.key}", make)


@_rule(
    "P",
    "same [word|text|string|list|number|thing|sequence] backwards|in-reverse [as forwards]; read|spell|look|be the same "
    "from left to right and in-reverse; read|spell|look|be the same from [either|both] side|end|direction; equal I when "
    "in-reverse; be same when reversed|in-reverse; be unchanged by|when reverse; stay the same when in-reverse; read|be the "
    "same backwards [and forwards]; read|be the same in-reverse; read the same backwards|forward and "
    "forwards|backward|backwards|in-reverse; same forward|forwards and backward|backwards; equal I in-reverse",
    cost=0.2,
)
def palindrome(b: Builder, *_: object) -> Predicate:
    def make(x: Value, _: Value | None) -> Readings:
        return readings(b.template("x is x reverse" if x.element is not None else "x digits is (x digits reverse)", x))

    return Predicate(b, "palindrome", make)


@_rule(
    "P",
    "whose|with remainder on|after|upon|in|when|for division|dividing by V be V; whose|with remainder when over|divide V be "
    "V; whose value modulo V be V; that modulo V be V; modulo V equal V; modulo V be V",
    cost=0.1,
)
def with_remainder(b: Builder, by: Value, rest: Value) -> Predicate:
    """ "whose remainder on division by 3 is 1"."""
    return congruent(b, rest, by)


@_rule("P", "V greater divisible V; V greater a divisible V; V more than divisible V", cost=0.1)
def more_than_a_multiple(b: Builder, more: Value, of: Value) -> Predicate:
    """ "one more than a multiple of 5"."""
    return predicate(b, "beyond a multiple", "(x - y) % z = 0", more, of)


@_rule("P", "V less divisible V; V less a divisible V", cost=0.1)
def less_than_a_multiple(b: Builder, less: Value, of: Value) -> Predicate:
    return predicate(b, "short of a multiple", "(x + y) % z = 0", less, of)

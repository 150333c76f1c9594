"""Ranges of whole numbers, and those of them that are such.

Imports `siglum.ir` and, of `siglum.propose.lexical`, common, meanings, picking, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.types import I64
from siglum.propose.lexical.english.common import constant
from siglum.propose.lexical.meanings import Predicate, Relation
from siglum.propose.lexical.picking import first_numbers, less_one
from siglum.propose.lexical.rules import Grammar
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule = RULES.rule


def _range(b: Builder, low: Value, high: Value) -> Value | None:
    return b.call("to", low, high) if low.type is I64 and high.type is I64 and low.each is None and high.each is None else None


@_rule(
    "F",
    "number from V to|through|at-most-so-many V [inclusive]; number between V and V [inclusive]; number from V up to V "
    "[inclusive]; number in [the] list from V to V [inclusive]; number V to|through V; number starts at|from|with V up to V "
    "[inclusive]; number starting at|from|with V at-most-so-many V [inclusive]; number from V and up to V; number in the "
    "list V to V; number starting with V and ending with V; number starts with V and ends V",
    cost=0.0,
)
def number_range(b: Builder, low: Value, high: Value) -> Relation | None:
    made = _range(b, low, high)
    return constant(b, made) if made is not None else None


@_rule(
    "V",
    "V to|through|at-most-so-many V [inclusive]; from V to|through|at-most-so-many V [inclusive]; from V up to V "
    "[inclusive]; list from V to V [inclusive]; between V and V inclusive; list starts at|from|with V at-most-so-many V "
    "[inclusive]; starts at|from|with V at-most-so-many V [inclusive]",
    cost=0.5,
)
def plain_range(b: Builder, low: Value, high: Value) -> Value | None:
    return _range(b, low, high)


@_rule("V", "from V down to V; countdown from V to V; number from V down to V; V down to V; count down from V to V", cost=0.1)
def falling_range(b: Builder, high: Value, low: Value) -> Value | None:
    return b.call("down", high, low)


@_rule(
    "F",
    "number from V up to but not including V; number from V below-bound V; number from V to V exclusive; number from V to V "
    "minus 1; number starting at V below-bound V",
    cost=0.0,
)
def open_range(b: Builder, low: Value, high: Value) -> Relation | None:
    top = less_one(b, high)
    made = _range(b, low, top) if top is not None else None
    return constant(b, made) if made is not None else None


@_rule(
    "F",
    "number at-most-so-many V [inclusive]; number not exceeding V; positive number at-most-so-many V; number at-most V; "
    "positive number at-most V",
    cost=0.2,
)
def number_up_to(b: Builder, high: Value) -> list[tuple[Relation, float]]:
    ranges = ((_range(b, b.literal(1), high), 0.0), (_range(b, b.literal(0), high), 1.0))
    return [(constant(b, r), c) for r, c in ranges if r is not None]


@_rule(
    "F",
    "number [that] divides V [evenly|exactly]; each number [that] divides V [evenly|exactly]; number by which V be divisible",
    cost=0.0,
)
def divisors_of(b: Builder, number: Value) -> Relation | None:
    made = b.call("divisors", number) if not any(p.element is not None for p in b.params) else None
    return constant(b, made) if made is not None else None


@_rule("F", "number below-bound V; positive number below-bound V; non negative number below-bound V", cost=0.2)
def number_below(b: Builder, high: Value) -> list[tuple[Relation, float]]:
    if high.type is not I64 or high.each is not None:
        return []
    top = less_one(b, high)
    ranges = ((_range(b, b.literal(1), top) if top is not None else None, 0.0), (b.call("range", high), 0.5))
    return [(constant(b, r), c) for r, c in ranges if r is not None]


@_rule("F", "first V number; first V natural|positive|whole number; first V positive number", cost=0.0)
def first_whole_numbers(b: Builder, count: Value) -> list[tuple[Relation, float]]:
    if any(p.element is not None for p in b.params):
        return []
    ranges = ((_range(b, b.literal(1), count), 0.0), (b.call("range", count), 0.6))
    return [(constant(b, r), c) for r, c in ranges if r is not None]


@_rule("F", "multiple of V at-most-so-many|below-bound! V; multiple of V from V at-most-so-many V", cost=0.0)
def multiples(b: Builder, step: Value, how: str | Value, high: Value) -> Relation | None:
    low = how if isinstance(how, Value) else b.literal(1)
    top = less_one(b, high) if how == "below-bound" else high
    made = _range(b, low, top) if top is not None else None
    text = b.template("x filter (multiple y)", made, step) if made is not None else None
    return constant(b, text) if text is not None else None


@_rule("F", "V [consecutive] number starting|starts at|from|with V; V number from V on; V consecutive number from V", cost=0.0)
def numbers_from(b: Builder, count: Value, start: Value) -> Relation | None:
    """ "n numbers starting at k"."""
    made = b.template("y to (y + x - 1)", count, start)
    return constant(b, made) if made is not None else None


@_rule("F", "first V multiple of V", cost=0.0)
def first_multiples(b: Builder, count: Value, step: Value) -> Relation | None:
    made = b.template("(1 to x) * y", count, step)
    return constant(b, made) if made is not None else None


@_rule("F", "first V P number; first V P; V first P", cost=0.1)
def first_such_numbers(b: Builder, count: Value, which: Predicate) -> list[tuple[Relation, float]]:
    """ "first n even numbers", where no list is given."""
    if any(p.element is not None for p in b.params) or count.type is not I64:
        return []
    found = [(v, c + d) for start, d in ((1, 0.0), (0, 0.5)) for v, c in first_numbers(b, start, count, which)]
    return [(constant(b, v), c) for v, c in found]


@_rule(
    "F",
    "P number at-most-so-many|below-bound! V; P at-most-so-many|below-bound! V; P at-most-so-many|below-bound! V inclusive",
    cost=0.3,
)
def such_numbers_up_to(b: Builder, which: Predicate, how: str, high: Value) -> Relation | None:
    """ "primes up to n"."""
    if any(p.element is not None for p in b.params) or high.type is not I64:
        return None
    top = less_one(b, high) if how == "below-bound" else high
    made = _range(b, b.literal(1), top) if top is not None else None
    return Relation(
        b, f"{which.key} {how} {high.key}", lambda _: which.among(made) if made is not None else None, noun=True, strict=True
    )


@_rule("F", "P between|from V at-most-so-many V [inclusive]; P between V and V", cost=0.3)
def such_numbers_between(b: Builder, which: Predicate, low: Value, high: Value) -> Relation | None:
    made = _range(b, low, high)
    return Relation(
        b, f"{which.key} {low.key}..{high.key}", lambda _: which.among(made) if made is not None else None, noun=True, strict=True
    )


@_rule("V", "countdown from V; count down from V; counting down from V; number from V downwards|down", cost=0.2)
def countdown(b: Builder, high: Value) -> list[tuple[Value, float]]:
    ends = ((b.literal(1), 0.0), (b.literal(0), 0.5))
    return [(made, cost) for low, cost in ends if high.type is I64 and (made := b.call("down", high, low)) is not None]


@_rule(
    "V",
    "V up to but not including V; from V up to but not including V; V to V exclusive; from V to V exclusive; V up to V "
    "exclusive; from V to just below-bound V; V to just below-bound V; V up to V minus 1",
    cost=0.2,
)
def open_plain_range(b: Builder, low: Value, high: Value) -> Value | None:
    top = less_one(b, high)
    return _range(b, low, top) if top is not None else None

"""Terms that have a shape of their own: triangles from three sides, the next prime, digits added until one is left.

Imports `siglum.ir` and, of `siglum.propose.lexical`, chart, meanings, picking, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.types import F64, I64, STR
from siglum.propose.lexical.chart import Together
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.picking import down_from, from_on
from siglum.propose.lexical.rules import Grammar, maybe, said
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule, _done = RULES.rule, RULES.done


@_rule(
    "C",
    "can three side form a right triangle; T form|make a right triangle; can T form|make a right triangle; can T , in any "
    "order , form|make|be a right triangle; be T [the] side of a right triangle; can T be [the] side of a right triangle; T "
    "be side of right triangle; can T in any order form right triangle; right triangle with side T be possible",
    cost=0.0,
)
def right_triangle(b: Builder, values: Together | None = None) -> Readings:
    values = values if values is not None else Together(b.params)
    xs = b.list_of(values)
    text = "x sort as s (s at 0) > 0 and (s at 0 square) + (s at 1 square) = (s at 2 square)"
    return readings(b.template(text, xs)) if xs is not None and len(values) == 3 else []


@_rule(
    "C",
    "can three side form a triangle; T form|make a triangle; can T form|make|be [side of] a triangle; be T side of a "
    "triangle; T be [valid] side of a triangle; triangle with side T be possible",
    cost=0.0,
)
def triangle(b: Builder, values: Together | None = None) -> Readings:
    values = values if values is not None else Together(b.params)
    xs = b.list_of(values)
    text = "x sort as s (s at 0) > 0 and (s at 0) + (s at 1) > (s at 2)"
    return readings(b.template(text, xs)) if xs is not None and len(values) == 3 else []


@_done(
    "keep add-up digit [of *] until only one digit be left; add-up digit [of *] until only one digit be left; add-up digit "
    "[of *] repeatedly until one digit be left; repeatedly add-up digit [of *] until one|single digit [be left|remain]; "
    "add-up digit [of *] again and again until one digit be left; keep summing digit [of *] until one digit [be "
    "left|remain]; sum digit [of *] until one digit be left|remain; add-up digit of * repeatedly until result have one "
    "digit; repeatedly add-up digit [of *] until result|U have|be [only] one|single digit",
    cost=0.0,
)
def digital_root(b: Builder) -> Relation:
    return Relation(b, "digital root", lambda x: b.template("x abs until (< 10) (digits sum)", x))


@_rule(
    "V",
    "smallest [positive] number divisible [both] T; smallest [positive] number that be divisible [both] T; smallest "
    "[positive] number that T divides; smallest number that be multiple of [both] T",
    cost=0.0,
)
def least_multiple(b: Builder, values: Together) -> Readings:
    return readings(b.fold("lcm", values))


@_rule(
    "V",
    "largest number [that] divides [both|all] T [evenly|exactly]; largest divisor|factor|@divisors of both|all T; largest "
    "divisor|factor T share",
    cost=0.0,
)
def greatest_divisor(b: Builder, values: Together) -> Readings:
    return readings(b.fold("gcd", values))


@_rule(
    "V",
    "largest number at-most|below-bound V; number [just] at-most|below-bound V; nearest number at-most|below-bound V",
    cost=0.0,
)
def whole_below(b: Builder, x: Value) -> Readings:
    """ "the largest integer not above x"."""
    return readings(b.call("floor", x)) if x.type is F64 else []


@_rule("V", "smallest number at-least V; number [just] above V; nearest number at-least V", cost=0.0)
def whole_above(b: Builder, x: Value) -> Readings:
    return readings(b.call("ceiling", x)) if x.type is F64 else []


@_rule(
    "V",
    "[smallest|next|least] power of two|2 [that be] at-least V; next power of two|2 [after|from V]; [smallest|next] power "
    "of two|2 not less than V",
    cost=0.0,
)
def power_above(b: Builder, number: Value | None = None) -> Readings:
    start = number if number is not None else b.params[0] if b.params else None
    return readings(b.template("x max 1 bitceil", start)) if start is not None else []


@_rule(
    "V",
    "largest|greatest power of two|2 [that be] at-most V; largest|greatest power of two|2 [that be] not greater V",
    cost=0.0,
)
def power_below(b: Builder, number: Value) -> Readings:
    return readings(b.call("bitfloor", number))


@_rule(
    "V",
    "next|smallest|nearest|first|closest multiple of V [that be] at-least V; next|smallest|first multiple of V from V on; "
    "smallest|first multiple of V not less V",
    cost=0.0,
)
def multiple_above(b: Builder, step: Value, number: Value) -> Readings:
    return readings(b.template("(y + x - 1) // x * x", step, number))


@_rule(
    "V",
    "next|smallest|nearest|first multiple of V [that be] greater V; next multiple of V after V; smallest|first multiple of "
    "V after V",
    cost=0.0,
)
def multiple_beyond(b: Builder, step: Value, number: Value) -> Readings:
    return readings(b.template("y // x * x + x", step, number))


@_rule("V", "largest|last|nearest|greatest multiple of V [that be] at-most|below-bound! V", cost=0.0)
def multiple_below(b: Builder, step: Value, how: str, number: Value) -> Readings:
    return readings(b.template("y // x * x" if how == "at-most" else "(y - 1) // x * x", step, number))


@_rule(
    "V",
    "next [larger|smallest|largest] P [after|of|greater V]; next P number [after|of|greater V]; smallest P [number] greater "
    "V; first P [number] after|greater V; next number after|greater V that be P; smallest number greater V that be P; next "
    "[larger|smallest] P of [a] number",
    cost=0.1,
)
def next_such(b: Builder, *given: Predicate | Value | None) -> Readings:
    """ "the next prime after n"."""
    which = said(given, Predicate)
    start = maybe(given, Value) or b.params[0] if b.params else None
    above = b.call("increment", start) if start is not None and start.type is I64 else None
    if above is None:
        return []
    return from_on(b, above, which)


@_rule(
    "V",
    "largest|last|nearest|previous P [number] less|below V; P number nearest|just|directly less|below V; previous P "
    "[number] before V; largest number less V that be P; largest number that be P , less|below V; largest number that P "
    "less|below V; largest number that P and be less|below V; largest number less|below V that P",
    cost=0.1,
)
def previous_such(b: Builder, *given: Predicate | Value) -> Readings:
    """ "the largest prime below n"."""
    which, number = said(given, Predicate), said(given, Value)
    if any(p.element is not None for p in b.params):
        return []
    below = b.call("decrement", number) if number.type is I64 else None
    return down_from(b, below, which) if below is not None else []


@_rule(
    "V",
    "largest number that can be formed with|from V; largest number formed by|from V; largest number made of|from V",
    cost=0.0,
)
def largest_number(b: Builder, digits: Value) -> Readings:
    return (
        readings(b.template("x sort reverse undigits", digits)) if digits.element is not None and digits.type is not STR else []
    )


@_rule("V", "largest power of V that divides V; largest power of V dividing V", cost=0.0)
def greatest_power(b: Builder, base: Value, number: Value) -> Readings:
    return readings(b.template("1 until (y % (it * x) != 0) (it * x)", base, number))


_TRIANGLES: Final = {
    "equilateral": "x unique length = 1",
    "isosceles": "x unique length < 3",
    "scalene": "x unique length = 3",
}


@_rule(
    "C",
    "triangle equilateral|isosceles|scalene!; triangle be equilateral|isosceles|scalene!; be triangle "
    "equilateral|isosceles|scalene!; be triangle with side T equilateral|isosceles|scalene!; triangle with side T be "
    "equilateral|isosceles|scalene!; T form|make a equilateral|isosceles|scalene! triangle; do T form|make a "
    "equilateral|isosceles|scalene! triangle; be T side of a equilateral|isosceles|scalene! triangle",
    cost=0.0,
)
def kind_of_triangle(b: Builder, *given: str | Together) -> Readings:
    """ "is the triangle with sides a, b and c equilateral"."""
    xs = b.list_of(maybe(given, Together) or Together(b.params))
    return readings(b.template(_TRIANGLES[said(given, str)], xs)) if xs is not None else []

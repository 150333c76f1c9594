"""Units of time, length and weight, and going from one to another: "seconds in x hours", "convert feet to inches".

Imports `siglum.ir` and, of `siglum.propose.lexical`, meanings, morphology, rules and values.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from siglum.ir.types import F64, I64
from siglum.propose.lexical.meanings import Readings, Relation, readings
from siglum.propose.lexical.morphology import bases
from siglum.propose.lexical.rules import Grammar
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule, _done = RULES.rule, RULES.done


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure: what it measures, and how much of the kind's smallest whole unit it is."""

    key: str
    kind: str
    size: Fraction


_LENGTHS: Final = {
    "millimetre millimeter mm": Fraction(1, 1000), "centimetre centimeter cm": Fraction(1, 100), "metre meter": Fraction(1),
    "kilometre kilometer km": Fraction(1000), "inch": Fraction(254, 10000), "foot feet": Fraction(3048, 10000),
    "yard": Fraction(9144, 10000), "mile": Fraction(1609344, 1000),
}  # fmt: skip
_TIMES: Final = {
    "millisecond ms": Fraction(1, 1000), "second": Fraction(1), "minute": Fraction(60), "hour": Fraction(3600),
    "day": Fraction(86400), "week": Fraction(604800),
}  # fmt: skip
_WEIGHTS: Final = {
    "gram": Fraction(1), "kilogram kg": Fraction(1000), "tonne": Fraction(10**6), "ounce": Fraction(28349523125, 10**9),
    "pound": Fraction(45359237, 10**5),
}  # fmt: skip
_OTHERS: Final = {
    "calendar": {"month": Fraction(1), "year": Fraction(12)}, "money": {"cent penny": Fraction(1), "dollar euro": Fraction(100)},
    "data": {"bit": Fraction(1), "byte": Fraction(8)}, "number": {"dozen": Fraction(12)},
}  # fmt: skip

SIZES: Final[dict[str, tuple[str, Fraction]]] = {
    name: (kind, size)
    for kind, units in {"length": _LENGTHS, "time": _TIMES, "weight": _WEIGHTS, **_OTHERS}.items()
    for names, size in units.items()
    for name in names.split()
}
"""A unit's kind, and how large it is."""


@_done("convert * [from|in] M to|into M; M to|into M", cost=0.1)
def converting(b: Builder, old: Unit, new: Unit) -> Relation:
    return Relation(b, f"{old.key} to {new.key}", lambda x: _converted(b, x, old, new))


@_rule("V", "number-of M in V M; how-many M [be there|be] in V M; how-many M V M have|be|make; M in V M", cost=0.1)
def units_in(b: Builder, new: Unit, amount: Value, old: Unit) -> Readings:
    return _converted(b, amount, old, new)


@_rule(
    "V",
    "number-of M in V M and|plus V M; how-many M be there|in V M and V M; how-many M be V M and V M; M in V M and V M; V M "
    "and V M in|to|as M; convert V M and V M to|into M; total [number-of] M in V M and V M; time|duration in M for|of V M "
    "and V M; M for|of V M and V M; total time in M for|of V M and V M; M that V M and V M have|make",
    cost=0.0,
)
def units_in_both(b: Builder, *given: Unit | Value) -> Readings:
    """ "minutes in h hours and m minutes"."""
    values = [g for g in given if isinstance(g, Value)]
    units = [g for g in given if isinstance(g, Unit)]
    new, first, second = units if isinstance(given[0], Unit) else (units[2], units[0], units[1])
    return [
        (v, c + d)
        for x, c in _converted(b, values[0], first, new)
        for y, d in _converted(b, values[1], second, new)
        if (v := b.call("+", x, y)) is not None
    ]


def _converted(b: Builder, amount: Value, old: Unit, new: Unit) -> Readings:
    if old.kind != new.kind or amount.type not in (I64, F64):
        return []
    factor = old.size / new.size
    if factor == 1:
        return [(amount, 0.0)]
    if amount.type is I64:
        if factor.denominator == 1:
            return readings(b.call("*", amount, b.literal(factor.numerator)))
        if factor.numerator == 1:
            by = b.literal(factor.denominator)
            return readings([b.call("//" if b.result is I64 else "/", amount, by)])
        return readings(b.call("*", b.call("real", amount) or amount, b.literal(float(factor))))
    if factor.numerator == 1:
        return readings(b.call("/", amount, b.literal(float(factor.denominator))))
    return readings([b.call("*", amount, b.literal(float(factor))), (b.call("/", amount, b.literal(float(1 / factor))), 0.3)])


def unit_of(word: str) -> Unit | None:
    """The unit that a word in small letters, singular or plural, is the name of."""
    name = next((form for form in bases(word) if form in SIZES), None)
    return Unit(name, *SIZES[name]) if name is not None else None

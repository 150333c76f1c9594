"""Verbs of arithmetic: add, multiply, round, limit.

Imports `siglum.ir` and, of `siglum.propose.lexical`, arithmetic, meanings, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.types import F64, I64, STR
from siglum.propose.lexical.english.arithmetic import operate
from siglum.propose.lexical.meanings import Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule, _done = RULES.rule, RULES.done


def _with(b: Builder, symbol: str, number: Value, turned: bool = False) -> Relation:
    def make(x: Value) -> Readings:
        if x.element is not None and x.type is STR:
            return []
        return operate(b, symbol, number, x) if turned else operate(b, symbol, x, number)

    return Relation(b, f"{symbol}{number.key}{turned}", make, strict=True)


@_done(
    "shift|move|bump|raise|lift|push|boost|increase * [up] by V; add V to *; increase|increment|raise * by V; * "
    "increased|incremented by V; add V",
    cost=0.2,
)
def adding(b: Builder, amount: Value) -> Relation:
    return _with(b, "+", amount)


@_done(
    "shift|move|push|bring|take|lower * down by V; subtract V from *; decrease|decrement|reduce|lower * by V; take|deduct V "
    "from *; * decreased|reduced by V; subtract V",
    cost=0.2,
)
def subtracting(b: Builder, amount: Value) -> Relation:
    return _with(b, "-", amount)


@_done("multiply|scale * by|with V; multiply by V; times V", cost=0.1)
def multiplying(b: Builder, factor: Value) -> Relation:
    return _with(b, "*", factor)


@_done("divide * by|with V; divide by V", cost=0.2)
def dividing(b: Builder, by: Value) -> Relation:
    return _with(b, "/", by)


@_done("raise * to [power] V; raise * to the N power; raise * to [the] power [of] V", cost=0.1)
def raising(b: Builder, exponent: Value) -> Relation:
    return _with(b, "**", exponent)


@_done(
    "add-up *; add * up; add all * up; add all of * up; add all * together; * added up; total * up; * added together; "
    "add-up; add-up result|product|square|difference|cube|number|U; * add-up; add|sum * all [up|together]",
    cost=0.1,
)
def adding_up(b: Builder) -> Relation:
    return Relation(b, "sum", lambda v: b.call("sum", v) if v.element is not None else None)


@_done("multiply-up *; * multiplied together; multiply * together", cost=0.2)
def multiplying_up(b: Builder) -> Relation:
    return Relation(b, "product", lambda v: b.call("product", v) if v.element is not None else None)


@_done("double *", cost=0.2)
def doubling(b: Builder) -> Relation:
    return Relation(b, "double", lambda v: None if v.element is not None else b.call("*", v, b.literal(2)))


@_done("triple *", cost=0.2)
def tripling(b: Builder) -> Relation:
    return Relation(b, "triple", lambda v: None if v.element is not None else b.call("*", v, b.literal(3)))


@_done("half|halve *", cost=0.2)
def halving(b: Builder) -> Relation:
    def make(v: Value) -> Value | None:
        return b.call("/", v, b.literal(2)) if v.type is F64 else b.call("half", v)

    return Relation(b, "half", make)


@_done(
    "round * to V place|digit|decimal; round * to V decimal place|digit; * rounded to V decimal [place|digit]; with V "
    "decimal [place|digit]; to V decimal place|digit",
    cost=0.1,
)
def rounding_to(b: Builder, places: Value) -> Relation:
    def make(x: Value) -> Readings:
        if x.type is not F64:
            return []
        return readings([b.call("fixed", x, places), (b.template("(x fixed y) number", x, places), 0.2)])

    return Relation(b, f"to {places.key} places", make)


@_done(
    "round * down [to whole number]; round * down to [the] nearest number; round * down; rounded down; rounding down",
    cost=0.0,
)
def rounding_down(b: Builder) -> Relation:
    def make(x: Value) -> Value | None:
        return b.call("floor", x) if x.type is F64 else x if x.type is I64 else None

    return Relation(b, "floor", make)


@_done("round * up [to whole number]; round * up to [the] nearest number; rounded up; rounding up", cost=0.0)
def rounding_up(b: Builder) -> Relation:
    return Relation(b, "ceiling", lambda x: b.call("ceiling", x))


@_done("round * to [the] nearest number; round *; to the nearest number", cost=0.2)
def rounding(b: Builder) -> Relation:
    return Relation(b, "round", lambda x: b.call("round", x))


@_done(
    "round * down to [the] nearest|closest multiple of V; round * to [the] nearest lower multiple of V; round down to "
    "multiple of V",
    cost=0.1,
)
def rounding_to_multiple(b: Builder, step: Value) -> Relation:
    return Relation(b, f"multiple of {step.key}", lambda x: b.template("x // y * y", x, step))


@_done("round * up to [the] nearest|next|closest multiple of V", cost=0.1)
def rounding_up_to_multiple(b: Builder, step: Value) -> Relation:
    return Relation(b, f"multiple above {step.key}", lambda x: b.template("(x + y - 1) // y * y", x, step))


@_done(
    "limit|clamp|restrict|confine|keep|@clamp * to|between|within|in [the] [list] [from|between] V to|and V; @clamp * "
    "between V and V; @clamp * to V and V; keep * between V and V; @clamp * at V and V; @clamp * to the interval|list V to "
    "V; @clamp * to at-least V and at-most V",
    cost=0.1,
)
def limiting(b: Builder, low: Value, high: Value) -> Relation:
    return Relation(b, f"clamp {low.key} {high.key}", lambda x: b.call("clamp", x, low, high))


@_done(
    "make * positive; make * non negative; convert * to positive; remove minus sign [of|from *]; remove sign of|from *; "
    "without its sign",
    cost=0.1,
)
def making_positive(b: Builder) -> Relation:
    return Relation(b, "abs", lambda x: b.call("abs", x))


@_done("make * negative; convert * to negative", cost=0.1)
def making_negative(b: Builder) -> Relation:
    return Relation(b, "minus abs", lambda x: b.chain(x, "abs", "negate"))


@_done(
    "limit|cap|restrict|confine|@clamp * to|at [at-most] V; * capped at V; * limited to [at-most] V; * but [be] at-most V; "
    "cap at V; lower * to [at-most] V; limit * to [a] largest of V; * , at-most V; * with an upper limit of V; * with "
    "largest [of] V",
    cost=0.2,
)
def capping(b: Builder, high: Value) -> Relation:
    return Relation(b, f"at most {high.key}", lambda x: b.call("min", x, high))


@_done(
    "raise|lift|bring|limit|restrict|@clamp * to at-least V; * but [be] at-least V; * , at-least V; * with a lower limit of "
    "V; * with smallest [of] V; limit * to [a] smallest of V; * but never below|less V; * but not below|less V",
    cost=0.2,
)
def raising_to(b: Builder, low: Value) -> Relation:
    return Relation(b, f"at least {low.key}", lambda x: b.call("max", x, low))


@_rule(
    "V",
    "[total] cost|price of V [F] at V each|apiece; V [F] at V each|apiece; [total] cost|price of V [F] cost|costing V each; "
    "V [F] for V each",
    cost=0.1,
)
def cost_of_several(b: Builder, *given: Value | Relation | None) -> Readings:
    """ "the cost of n items at p each"."""
    count, price = [g for g in given if isinstance(g, Value)]
    return operate(b, "*", count, price)


@_rule(
    "V",
    "V after V year|month|period at V percent [interest]; compound interest on V [for|after|over] V year at V percent",
    cost=0.1,
)
def compounded(b: Builder, amount: Value, periods: Value, rate: Value) -> Readings:
    return readings(b.template("x * ((1.0 + z / 100) ** y)", amount, periods, rate))


@_done(
    "round * to [the] nearest|closest V; round * to [the] nearest|closest multiple of V; to the nearest V; to nearest "
    "multiple of V",
    cost=0.1,
)
def rounding_to_nearest(b: Builder, step: Value) -> Relation:
    """ "rounded to the nearest ten"."""

    def make(x: Value) -> Readings:
        if x.type is F64:
            return readings(b.template("x / y | round * y", x, step))
        return readings(b.template("(x + y // 2) // y * y", x, step))

    return Relation(b, f"nearest {step.key}", make)

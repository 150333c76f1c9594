"""Arithmetic in words: plus, twice, sums and differences of several values, shares, means.

Imports `siglum.ir` and, of `siglum.propose.lexical`, chart, comparing, meanings, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.types import F64, I64, STR
from siglum.propose.lexical.chart import Together
from siglum.propose.lexical.comparing import is_number
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar, maybe
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule, _done = RULES.rule, RULES.done


OPERATORS: Final = {"plus": "+", "minus": "-", "times": "*", "over": "/", "whole-over": "//", "modulo": "%", "to-the": "**"}


def operate(b: Builder, symbol: str, left: Value, right: Value) -> Readings:
    """`left symbol right`; on values said of each, for each; whole numbers divided stay whole where that is wanted."""
    if left.each is not None and right.each is None:
        made = b.spread(left, lambda x: b.call(symbol, x, right))
        return readings(made)
    if right.each is not None and left.each is None:
        return readings(b.spread(right, lambda x: b.call(symbol, left, x)))
    if left.each is not None or right.each is not None:
        return []
    left, right = b.plain(left), b.plain(right)
    found = readings(b.call(symbol, left, right))
    if not found and {left.type, right.type} == {I64, F64}:
        as_reals = [b.call("real", v) or v if v.type is I64 else v for v in (left, right)]
        found = readings(b.call(symbol, *as_reals))
    if found and left.element is not None and right.element is not None:
        # lists of other lengths go together as far as both reach
        zipped = b.call("zip", left, right)
        beside = b.template(f"x map ((it left) {symbol} (it right))", zipped) if zipped is not None else None
        return [*found, *[(v, 0.3) for v in [beside] if v is not None]]
    if symbol == "/" and left.type is I64 and right.type is I64:
        whole = readings(b.call("//", left, right))
        return [*found, *[(v, 0.4) for v, _ in whole]] if b.result is not I64 else [*whole, *[(v, 0.5) for v, _ in found]]
    return found


@_rule("V", "V plus|minus|times|over|whole-over|modulo|to-the! V", cost=0.2)
def arithmetic(b: Builder, left: Value, how: str, right: Value) -> Readings:
    """From the left, products before sums: a sum is finished, and goes on less well, on the right least."""
    out = [(v, c + (0.2 if right.late else 0.0)) for v, c in operate(b, OPERATORS[how], left, right)]
    for value, _ in out:
        value.late = how in ("plus", "minus")
    return out


@_rule("V", "V to-the V modulo V; V to-the V mod V", cost=0.0)
def power_modulo(b: Builder, base: Value, exponent: Value, modulus: Value) -> Readings:
    return readings(b.call("modpow", base, exponent, modulus))


@_rule("V", "V more|greater than V; V added to V", cost=0.3)
def more_than(b: Builder, amount: Value, number: Value) -> Readings:
    return operate(b, "+", number, amount)


@_rule("V", "V less|fewer than V; V subtract|taken from V", cost=0.4)
def less_than(b: Builder, amount: Value, number: Value) -> Readings:
    return operate(b, "-", number, amount)


@_rule(
    "V",
    "how-much greater|larger|longer V be than V; how-much V be greater V; how-much greater V be V; by how-much V exceed V; "
    "by how-much do V exceed V; how-much do V exceed V; how-much more|greater be V than V; how-much greater|more V be than "
    "V; how-much more V be than V",
    cost=0.0,
)
def how_much_more(b: Builder, number: Value, other: Value) -> Readings:
    return operate(b, "-", number, other)


@_rule("V", "how-much less|smaller|shorter V be than V; how-much less V be V; how-much V be less V", cost=0.0)
def how_much_less(b: Builder, number: Value, other: Value) -> Readings:
    return operate(b, "-", other, number)


@_rule("V", "V of V", cost=0.6)
def times_of(b: Builder, count: Value, number: Value) -> Readings:
    """ "half of n" where the half is a fraction."""
    if count.type is not F64 or getattr(count.tree, "value", None) not in (0.5, 0.25, 0.75, 0.2, 0.125, 0.1, 0.01, 0.001):
        return []
    return operate(b, "*", count, number)


@_rule("V", "twice V; double V", cost=0.2)
def twice(b: Builder, number: Value) -> Readings:
    return operate(b, "*", number, b.literal(2))


@_rule("V", "thrice V; triple V", cost=0.2)
def thrice(b: Builder, number: Value) -> Readings:
    return operate(b, "*", number, b.literal(3))


@_rule("V", "half [of] V", cost=0.2)
def half(b: Builder, number: Value) -> Readings:
    if number.type is F64:
        return operate(b, "/", number, b.literal(2))
    return readings(b.spread(number, lambda x: b.call("half", x)))


@_rule(
    "V",
    "sum of T; @sum of T; add-up T; T added together; V plus V; sum T; T added up; T summed; T add-up; add T; total of T",
    cost=0.2,
)
def sum_of(b: Builder, *values: Value | Together) -> Readings:
    both = values[0] if isinstance(values[0], Together) else Together(v for v in values if isinstance(v, Value))
    if all(is_number(v.type) for v in both):
        return readings(b.fold("+", both))
    if len(both) == 2 and all(v.type.kind == "option" or is_number(v.type) for v in both):
        return readings(b.fold("+", [b.plain(v) for v in both]))
    if all(v.element is not None and v.type is not STR for v in both):
        return [*readings(b.fold("+", both)), *[(v, 1.0) for v, _ in readings(b.template("x sum + (y sum)", *both[:2]))]]
    return []


@_rule("V", "product of T; @product of T; multiply-up T; T multiplied together; T multiplied", cost=0.2)
def product_of(b: Builder, values: Together) -> Readings:
    return readings(b.fold("*", [b.plain(v) for v in values]))


@_rule(
    "V",
    "pairwise|elementwise|element sum|@sum of T; element wise sum|@sum of T; sum|@sum of corresponding|matching element "
    "[of|in T]; sum|@sum of element at same position [of|in T]; pairwise|elementwise sum|@sum; add-up T element by element; "
    "add-up T elementwise|pairwise|position by position",
    cost=0.1,
)
def pairwise_sum(b: Builder, values: Together | None = None) -> Readings:
    return _pairwise(b, "+", values)


@_rule(
    "V",
    "pairwise|elementwise|element product|@product [of T]; element wise product [of T]; product|@product of "
    "corresponding|matching element [of T]; product|@product of element at the same position [of T]; multiply "
    "matching|corresponding element [of T]; multiply T elementwise|pairwise; multiply T element by element",
    cost=0.1,
)
def pairwise_product(b: Builder, values: Together | None = None) -> Readings:
    return _pairwise(b, "*", values)


@_rule(
    "V",
    "pairwise|elementwise difference [of T]; element wise difference [of T]; difference of corresponding|matching element [of T]",
    cost=0.1,
)
def pairwise_difference(b: Builder, values: Together | None = None) -> Readings:
    return _pairwise(b, "-", values)


def _pairwise(b: Builder, symbol: str, values: Together | None) -> Readings:
    lists = values if values is not None else Together(p for p in b.params if p.element is not None)
    if len(lists) != 2 or any(v.element is None for v in lists):
        return []
    zipped = b.call("zip", *lists)
    text = f"x map (it left {symbol} (it right))"
    return readings([b.call(symbol, *lists), (b.template(text, zipped) if zipped is not None else None, 0.1)])


@_rule("V", "difference between|of T; difference T; @- of T", cost=0.2)
def difference(b: Builder, values: Together) -> Readings:
    if len(values) != 2:
        return []
    first, second = (b.plain(v) for v in values)
    if first.element is not None and first.type is second.type:
        return [*readings(b.call("except", first, second)), *[(v, 0.5) for v, _ in readings(b.call("-", first, second))]]
    apart = readings(b.call("-", first, second))
    return [*apart, *[(v, 0.5) for v, _ in readings(b.call("distance", first, second))]]


@_rule(
    "V",
    "absolute difference between|of T; absolute value of difference between|of T; positive difference between|of T; "
    "absolute difference; distance between|of T; how far apart T be; how far apart be T; how far be T apart; how far be T "
    "from each other; how far T be apart; difference between|of T without|ignoring sign; how far be V from V; how far V be "
    "from V; size of difference between|of T",
    cost=0.0,
)
def absolute_difference(b: Builder, *given: Together | Value | None) -> Readings:
    values = maybe(given, Together) or Together(g for g in given if isinstance(g, Value))
    values = values or Together(p for p in b.params if is_number(p.type))
    if len(values) != 2:
        values = Together(p for p in b.params if p.element is not None)
    return operate(b, "distance", *values) if len(values) == 2 else []


@_rule(
    "V",
    "remainder when|of|after|from|in V [be] over|divide V; remainder of dividing V by V; remainder of V over V; remainder "
    "of V when over V; remainder of division of V by V; remainder of V modulo V; remainder when dividing V by V; remainder "
    "after dividing V by V; remainder if V be over V",
    cost=0.1,
)
def remainder(b: Builder, number: Value, by: Value) -> Readings:
    return operate(b, "%", number, by)


@_rule(
    "V",
    "quotient of T; quotient of V over V; quotient of V and V; ratio of V to V; ratio of T; share of V in V; fraction of V in V",
    cost=0.2,
)
def quotient(b: Builder, *values: Value | Together) -> Readings:
    both = values[0] if isinstance(values[0], Together) else Together(v for v in values if isinstance(v, Value))
    return operate(b, "/", both[0], both[1]) if len(both) == 2 else []


@_rule(
    "V",
    "floor|integer|whole|integral division of V by|and V; whole part of V over V; integer part of V over V; whole number of "
    "time V fit in V; V over V rounded down; V over V without remainder; V div V; integer|whole quotient of V and|over|by "
    "V; how-often V go into V; how-many time V go|fit into V",
    cost=0.0,
)
def whole_quotient(b: Builder, number: Value, by: Value) -> Readings:
    return operate(b, "//", number, by)


@_rule("V", "division of V by V; result of dividing V by V; dividing V by V; V divide by V", cost=0.2)
def division(b: Builder, number: Value, by: Value) -> Readings:
    return operate(b, "/", number, by)


@_rule("V", "ratio|fraction|proportion|share of V [in V]", cost=0.2)
def share(b: Builder, part: Value, whole: Value | None = None) -> Readings:
    """ "fraction of positive numbers": how many of how many."""
    return _share(b, part, "x / y")


@_rule("V", "percentage|percent [of] V [in V]; what|which percentage|percent of V; V as percentage", cost=0.1)
def share_in_percent(b: Builder, part: Value, whole: Value | None = None) -> Readings:
    return _share(b, part, "x * 100 / y")


@_rule("V", "ratio|fraction|proportion|share! of V [that] [be] P; percentage|percent! [of] V [that] [be] P", cost=0.1)
def share_such(b: Builder, kind: str, xs: Value, which: Predicate) -> Readings:
    """ "what share of the numbers is even"."""
    text = "x * 100 / y" if kind.startswith("percent") else "x / y"
    return [(v, c + d) for part, c in which.among(xs) for v, d in _share(b, part, text)]


def _share(b: Builder, part: Value, text: str) -> Readings:
    if part.origin is None or part.origin.how != "filter" or not isinstance(part.origin.detail, Predicate):
        return []
    source = part.origin.source
    size = b.call("length", source)
    counts = part.origin.detail.of_all(source, "count")
    return [(v, c) for n, c in counts if size is not None and (v := b.template(text, n, size)) is not None]


@_rule("V", "V percent as [a] fraction|decimal|number|share", cost=0.0)
def percent_as_fraction(b: Builder, share: Value) -> Readings:
    return readings(b.template("x / 100.0", share) or b.template("x / 100", share))


@_rule("V", "V percent [of] V; V percent of V", cost=0.2)
def percent_of(b: Builder, share: Value, whole: Value) -> Readings:
    return readings(b.template("y * x / 100.0", share, whole))


@_done(
    "take V percent off *; reduce|decrease|lower|discount * by V percent; V percent off *; take off V percent; V percent "
    "discount on *; take V percent off [of] *; with [a] V percent discount; with [a] V percent off; less V percent; minus V "
    "percent; * less V percent; * with [a] V percent discount|off; * minus V percent; after [a] V percent discount; after "
    "[a] discount|reduction|rebate of V percent; with [a] discount|reduction|rebate of V percent; less [a] discount of V "
    "percent; * after [a] discount|reduction|rebate of V percent; * with [a] discount|reduction of V percent; discounted by "
    "V percent; apply [a] V percent discount [to *]; apply [a] discount of V percent [to *]",
    cost=0.1,
)
def percent_off(b: Builder, share: Value) -> Relation:
    def make(x: Value) -> Readings:
        return readings([b.template("x * (100.0 - y) / 100.0", x, share), (b.template("x - x * y / 100.0", x, share), 0.1)])

    return Relation(b, f"minus {share.key}%", make)


@_done(
    "increase|raise * by V percent; add V percent to *; V percent more than *; with V percent "
    "[tax|vat|interest|tip|markup|surcharge|fee] added [to U]; * with V percent [tax|vat|interest|tip|markup|surcharge|fee] "
    "added|included; * including V percent [tax|vat|interest|tip]; * plus V percent [tax|vat|interest|tip]; add V percent "
    "tax|vat|interest|tip to *; increase|raise * by a V percent; * after [a] increase|raise|rise of V percent; with [a] "
    "tax|tip|markup|surcharge of V percent; * with [a] tax|tip|markup|surcharge of V percent; plus V percent; * plus V "
    "percent",
    cost=0.1,
)
def percent_more(b: Builder, share: Value) -> Relation:
    return Relation(b, f"plus {share.key}%", lambda x: b.template("x * (100.0 + y) / 100.0", x, share))


@_rule("V", "V squared; V @square", cost=0.1)
def squared(b: Builder, number: Value) -> Readings:
    return readings(b.spread(number, lambda x: b.call("square", x)))


@_rule("V", "V cubed", cost=0.1)
def cubed(b: Builder, number: Value) -> Readings:
    return readings(b.spread(number, lambda x: b.call("cube", x)))


@_rule("F", "N power", cost=0.3)
def powers(b: Builder, exponent: Value) -> Relation:
    return Relation(b, f"**{exponent.key}", lambda x: b.call("**", x, exponent))


@_rule(
    "V",
    "average|mean|@mean of T; @mean T; midpoint|middle of T; half the sum of T; midpoint between T; average|mean|@mean "
    "between T; point halfway between T",
    cost=0.1,
)
def mean_of(b: Builder, values: Together) -> Readings:
    if not all(is_number(v.type) for v in values):
        return []
    total = b.fold("+", values)
    return operate(b, "/", total, b.literal(len(values))) if total is not None else []


@_rule("F", "@sum F; total F; sum F; @sum of F; sum of F", cost=0.3)
def sum_of_relation(b: Builder, things: Relation) -> Relation | None:
    """ "total length", of words: the sum of all lengths."""
    if things.noun:
        return None

    def make(value: Value) -> Readings:
        if value.element is None:
            return []
        each = (b.over("map", value, made) for made, _ in things.of(b.it(value.type.element)))
        return readings(b.call("sum", mapped) for mapped in each if mapped is not None)

    return Relation(b, f"total {things.key}", make, strict=True)


@_rule("F", "@mean F; @mean of F", cost=0.1)
def mean_of_relation(b: Builder, things: Relation) -> Relation:
    """ "average word length", "average of the positive numbers"."""

    def make(value: Value) -> Readings:
        out: Readings = []
        for xs, c in things.of(value):
            out += [(v, c + d) for v, d in mean(b, xs)]
        if not out and value.element is not None:
            it = b.it(value.type.element)
            for made, c in things.of(it):
                mapped = b.over("map", value, made)
                out += [(v, c + d) for v, d in mean(b, mapped)] if mapped is not None else []
        return out

    return Relation(b, f"mean of {things.key}", make, strict=True)


@_rule("F", "@mean", cost=0.2)
def mean_alone(b: Builder) -> Relation:
    return Relation(b, "mean", lambda v: mean(b, v))


def mean(b: Builder, xs: Value) -> Readings:
    if xs.element is None:
        return []
    if is_number(xs.type.element):
        direct = readings(b.call("mean", xs))
        by_hand = readings(b.template("x sum / (x length)", xs))
        whole = readings(b.template("x sum // (x length)", xs)) if xs.type.element is I64 and b.result is I64 else []
        return [*whole, *direct, *[(v, 0.3) for v, _ in by_hand]]
    sizes = b.by("map", xs, lambda x: b.call("length", x))
    return [(v, c + 1.0) for v, c in mean(b, sizes)] if sizes is not None else []


@_rule("V", "V to|in the N [power]; V raised to the N [power]", cost=0.2)
def power_of_order(b: Builder, base: Value, exponent: Value) -> Readings:
    """ "a to the b-th power"."""
    return operate(b, "**", base, exponent)


@_rule("V", "V , F only; V , only F; V , just F; only F of V; just F of V", cost=0.2)
def only_part(b: Builder, *given: Value | Relation) -> Readings:
    """ "a times b, the last digit only"."""
    whole, part = next(g for g in given if isinstance(g, Value)), next(g for g in given if isinstance(g, Relation))
    return part.of(whole)


@_rule(
    "V",
    "percent|percentage change|increase|decrease|difference from V to V; change in percent from V to V; change from V to V "
    "in percent; relative change from V to V in percent",
    cost=0.0,
)
def percentage_change(b: Builder, old: Value, new: Value) -> Readings:
    return readings(b.template("(y - x) / x * 100.0", old, new)) if old.type is F64 else []


@_rule(
    "V",
    "by how-many percent V be greater V; by how-many percent be V greater V; how-many percent greater V be than V; how-many "
    "percent V exceed V",
    cost=0.0,
)
def percent_more_than(b: Builder, new: Value, old: Value) -> Readings:
    return percentage_change(b, old, new)


@_rule(
    "V",
    "what be left of V after take|subtract|remove V; what remain of V after take|subtract|remove V; what be left of V when "
    "V be subtract|taken|removed",
    cost=0.0,
)
def left_after(b: Builder, *values: Value) -> Readings:
    """ "what is left of a after taking away b"."""
    return operate(b, "-", *values)

"""The largest, the longest, the k smallest, the most common, the closest.

Imports, of `siglum.propose.lexical`, chart, common, comparing, meanings, picking, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.propose.lexical.chart import Together
from siglum.propose.lexical.comparing import is_number
from siglum.propose.lexical.english.common import counted_in, of_list, subject_list
from siglum.propose.lexical.meanings import Readings, Relation, readings
from siglum.propose.lexical.picking import at_place, best, few_best, sorted_by
from siglum.propose.lexical.rules import Grammar, maybe, said
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule = RULES.rule


@_rule(
    "F",
    "F that come first|last! in [the] alphabet|dictionary; F that come first|last! alphabetical; alphabetical first|last! "
    "F; F first|last! in alphabetical order; F that be alphabetical first|last!; F that come first|last! in alphabetical "
    "order; first|last! F in alphabetical order; first|last! F alphabetical; F which come first|last! in the alphabet",
    cost=0.0,
)
def alphabetically_first(b: Builder, *given: str | Relation) -> Relation | None:
    which = said(given, str)
    things = said(given, Relation)
    return of_list(b, f"{which} in the alphabet", things, lambda xs: best(b, xs, which == "last")) if things.noun else None


@_rule(
    "F",
    "largest|smallest! F; largest|smallest! of F; largest|smallest! one of F; which|what F be [the] largest|smallest!; F "
    "that be [the] largest|smallest!; which|what [of] F be [the] largest|smallest! one; larger|smaller! of [two] F; "
    "larger|smaller! of both F; larger|smaller! one of F",
    cost=0.1,
)
def extreme(b: Builder, *given: str | Relation) -> Relation | None:
    which, things = said(given, str), said(given, Relation)
    most = which in ("largest", "larger")
    if not things.noun:
        each = Relation(b, f"each {things.key}", lambda v: _each_of(b, things, v), strict=True)
        return each.then(Relation(b, which, lambda xs: best(b, xs, most), strict=True))
    return of_list(b, which, things, lambda xs: _extreme(b, xs, most))


def _each_of(b: Builder, things: Relation, value: Value) -> Readings:
    """ "largest sum": of the sums of all elements."""
    if value.element is None:
        return []
    it = b.it(value.type.element)
    mapped = [(b.over("map", value, m), c) for m, c in things.of(it)]
    return readings(mapped)


def _extreme(b: Builder, xs: Value, most: bool) -> Readings:
    if xs.element is not None and xs.type.element.kind == "array":
        size = Relation(b, "length", lambda v: b.call("length", v))
        return [*best(b, xs, most, size), *[(v, c + 0.5) for v, c in best(b, xs, most)]]
    return best(b, xs, most)


@_rule("F", "largest|smallest! [one]; larger|smaller! [one]", cost=0.5)
def extreme_alone(b: Builder, which: str) -> Relation:
    return Relation(b, which, lambda xs: _extreme(b, xs, which in ("largest", "larger")), noun=True, strict=True)


@_rule(
    "V",
    "larger|smaller|largest|smallest! of T; larger|smaller|largest|smallest! T; larger|smaller! number|value|one|of; "
    "larger|smaller! one of T; larger|smaller|largest|smallest! of V or V; larger|smaller|largest|smallest! V or V; "
    "which|what [one] be larger|smaller|largest|smallest! V or V; larger|smaller! , V or V; whichever be larger|smaller! V "
    "or V; which|what be larger|smaller! T; whichever of T be larger|smaller!; whichever be larger|smaller! [of T]; V or V "
    ", whichever be larger|smaller!; V and V , whichever be larger|smaller!; T , whichever be larger|smaller!",
    cost=0.2,
)
def larger_of(b: Builder, *given: str | Together | Value | None) -> Readings:
    which = said(given, str)
    values = maybe(given, Together) or Together(g for g in given if isinstance(g, Value))
    values = values or Together(p for p in b.params if is_number(p.type))
    return readings(b.fold("max" if which in ("larger", "largest") else "min", values)) if len(values) > 1 else []


@_rule(
    "F",
    "longest|shortest! F; longest|shortest! of F; which|what F be [the] longest|shortest!; F that be [the] "
    "longest|shortest!; longest|shortest! one of F",
    cost=0.1,
)
def longest(b: Builder, *given: str | Relation) -> Relation | None:
    which, things = said(given, str), said(given, Relation)
    if not things.noun:
        return None
    size = Relation(b, "length", lambda v: b.call("length", v))
    return of_list(b, which, things, lambda xs: best(b, xs, which == "longest", size))


@_rule("F", "longest|shortest! [one]", cost=0.6)
def longest_alone(b: Builder, which: str) -> Relation:
    size = Relation(b, "length", lambda v: b.call("length", v))
    return Relation(
        b, which, lambda xs: best(b, xs, which == "longest", size) if xs.element is not None else None, noun=True, strict=True
    )


@_rule(
    "F",
    "F with largest|smallest|longest|shortest! F; F whose F be largest|smallest!; F that have "
    "largest|smallest|longest|shortest! F; F having largest|smallest! F; F with most|fewest|least! F; F that contains "
    "most|fewest|least! F; F that have most|fewest|least! F; F by largest|smallest! F; which|what F have [the] "
    "largest|smallest|longest|shortest|most|fewest! F; F that have [the] most|fewest! F; which|what F contains most|fewest! "
    "F; F with [the] largest|smallest|highest|lowest! F",
    cost=0.1,
)
def with_most(b: Builder, *given: str | Relation) -> Relation | None:
    """ "word with the most vowels"."""
    things, key = (g for g in given if isinstance(g, Relation))
    how = said(given, str)
    if not things.noun:
        return None
    counted = Relation(b, f"number of {key.key}", lambda v: counted_in(b, key, v), strict=True)
    relation = counted if how in ("most", "fewest", "least") else key
    return of_list(b, f"with {how}", things, lambda xs: best(b, xs, how in ("largest", "longest", "most"), relation))


@_rule(
    "F",
    "largest|smallest|longest|shortest! F by F; largest|smallest|longest|shortest! F by I; F largest|smallest! by F",
    cost=0.1,
)
def extreme_by(b: Builder, *given: str | Relation) -> Relation | None:
    """ "smallest list by sum"."""
    which = said(given, str)
    things, key = (g for g in given if isinstance(g, Relation))
    return (
        of_list(b, f"{which} by {key.key}", things, lambda xs: best(b, xs, which in ("largest", "longest"), key))
        if things.noun
        else None
    )


@_rule("V", "largest|smallest|longest|shortest! and largest|smallest|longest|shortest! F", cost=0.1)
def two_extremes(b: Builder, first: str, second: str, things: Relation) -> Readings:
    """ "longest and shortest word": a list of both, or a pair."""
    size = Relation(b, "length", lambda v: b.call("length", v))
    out: Readings = []
    for at, param in enumerate(b.params):
        for xs, cost in things.of(param):
            key = size if first in ("longest", "shortest") else None
            both = [found[0][0] for how in (first, second) if (found := best(b, xs, how in ("largest", "longest"), key))]
            if len(both) == 2:
                made = (b.list_of([b.plain(v) for v in both]), b.call("pair", *[b.plain(v) for v in both]))
                out += [(v, cost + at) for v in made if v is not None]
    return out


@_rule("F", "F closest|nearest to V; closest|nearest F to V; F that be closest|nearest to V; F closest|nearest V", cost=0.1)
def closest(b: Builder, things: Relation, target: Value) -> Relation | None:
    key = Relation(b, f"distance {target.key}", lambda v: b.call("distance", v, target))
    return of_list(b, f"closest to {target.key}", things, lambda xs: best(b, xs, False, key)) if things.noun else None


@_rule("F", "F farthest|furthest from V", cost=0.1)
def farthest(b: Builder, things: Relation, target: Value) -> Relation | None:
    key = Relation(b, f"distance {target.key}", lambda v: b.call("distance", v, target))
    return of_list(b, f"farthest from {target.key}", things, lambda xs: best(b, xs, True, key)) if things.noun else None


@_rule(
    "F",
    "V largest|smallest|longest|shortest! F; largest|smallest|longest|shortest! V F; largest|smallest|longest|shortest! V; "
    "V largest|smallest|longest|shortest!; V largest|smallest! of F",
    cost=0.1,
)
def few_extreme(b: Builder, *given: str | Value | Relation) -> Relation | None:
    """ "the largest three", "two smallest numbers"."""
    count = said(given, Value)
    which = said(given, str)
    things = maybe(given, Relation) or subject_list(b)
    if not things.noun or not is_number(count.type) or count.each is not None:
        return None
    size = Relation(b, "length", lambda v: b.call("length", v)) if which in ("longest", "shortest") else None
    return of_list(b, f"{count.key} {which}", things, lambda xs: few_best(b, xs, which in ("largest", "longest"), count, size))


@_rule("F", "N largest|smallest|longest|shortest! [F]; N most-common [F]", cost=0.1)
def kth_extreme(b: Builder, number: Value, *given: str | Relation | None) -> Relation | None:
    """ "second largest number"."""
    which = maybe(given, str) or ""
    things = maybe(given, Relation) or subject_list(b)
    if not things.noun or not which:
        return None
    size = Relation(b, "length", lambda v: b.call("length", v)) if which in ("longest", "shortest") else None

    def make(xs: Value) -> Readings:
        most = which in ("largest", "longest")
        out = [(v, c + d) for s, c in sorted_by(b, xs, most, size) for v, d in at_place(b, s, number)]
        unique = b.call("unique", xs) if size is None else None
        if unique is not None:
            out += [(v, c + d + 0.4) for s, c in sorted_by(b, unique, most, size) for v, d in at_place(b, s, number)]
        return out

    return of_list(b, f"{number.key}th {which}", things, make)


@_rule(
    "F",
    "most-common F; F most-common; F that be most-common; F [that] occurs most-often; which F occurs most-often; F [that] "
    "be repeated most-often; which F be [the] most-common; which F have most|largest occurrence|count|frequency; F with "
    "most repetition|repeat; F you see most-often; F seen most-often; most-often occurring|repeated|appearing|used|seen F",
    cost=0.1,
)
def most_common(b: Builder, things: Relation) -> Relation | None:
    return of_list(b, "mode", things, lambda xs: readings(b.call("mode", xs))) if things.noun else None


@_rule(
    "F",
    "least-common F; F least-common; F that be least-common; F [that] occurs least-often; which F occurs least-often; F "
    "with fewest|least occurrence|repetition; which F be [the] least-common; least-often "
    "occurring|repeated|appearing|used|seen F",
    cost=0.1,
)
def least_common(b: Builder, things: Relation) -> Relation | None:
    text = "x unique least (as v x = v | count)"
    return of_list(b, "least common", things, lambda xs: readings(b.template(text, xs))) if things.noun else None


@_rule(
    "V",
    "longer|shorter|longest|shortest! of T; whichever list|text|word|one|string be longer|shorter!; whichever be "
    "longer|shorter!; longer|shorter! list|text|word|one|string|sequence; T , whichever be longer|shorter!; which be "
    "longer|shorter! [of] [,] T; longer|shorter! of V and|or V",
    cost=0.0,
)
def longer_of(b: Builder, *given: str | Together | Value) -> Readings:
    """ "the longer of the two lists"."""
    which = said(given, str)
    values = maybe(given, Together) or Together(g for g in given if isinstance(g, Value))
    values = values or Together(p for p in b.params if p.element is not None)
    symbol = ">=" if which.startswith("long") else "<="
    return readings(b.template(f"x length {symbol} (y length) ? x : y", *values)) if len(values) == 2 else []

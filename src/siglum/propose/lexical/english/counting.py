"""How many, how often, and counts of each.

Imports `siglum.ir` and, of `siglum.propose.lexical`, chart, common, comparing, meanings, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.types import I64, STR
from siglum.propose.lexical.chart import Together
from siglum.propose.lexical.comparing import how_many
from siglum.propose.lexical.english.common import occurrences
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar, maybe, said
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule = RULES.rule


@_rule(
    "V",
    "number-of position where|at|in T differ; number-of position at which T differ; at how-many position T differ; in "
    "how-many position T differ; number-of F where|in|at T differ; how-many F differ between T; number-of F that differ "
    "between T; number-of differing F of|between T; in|at how-many position|place do T differ; how-many position|place "
    "differ [between T]; number-of differing position; number-of differing F; number-of position|place that differ [between "
    "T]; count position|place where|at T differ; count differing F; count differing position; in how-many position|place T "
    "differ; how-many F differ; number-of F in which T differ; number-of difference between T",
    cost=0.0,
)
def differing_places(b: Builder, *given: Relation | Together | None) -> Readings:
    both = maybe(given, Together) or Together(p for p in b.params if p.element is not None)
    zipped = b.call("zip", *both) if len(both) == 2 else None
    return (
        readings([b.call("hamming", *both), b.template("x map ((it left) != (it right)) count", zipped)])
        if zipped is not None
        else []
    )


@_rule(
    "V",
    "number-of F T have in same|equal position|place; number-of position where|in T be equal|the same|agree; number-of F "
    "that T have in same position|place; in|at how-many position T agree|match; number-of F that be same|equal in T; "
    "number-of matching F of|in T; number-of position where|at which T agree|match|be equal; number-of F [that] T have "
    "at|in [the] same position|place; number-of F that be same at|in same position of T; how-many F do T have at|in same "
    "position; how-many F be equal|same at|in same position in T",
    cost=0.0,
)
def equal_places(b: Builder, *given: Relation | Together) -> Readings:
    both = said(given, Together)
    zipped = b.call("zip", *both) if len(both) == 2 else None
    return readings(b.template("x map ((it left) = (it right)) count", zipped)) if zipped is not None else []


@_rule(
    "V",
    "number-of V; how-many V [be there|that|it] [in-common|do it have|do it contain|be it]; count of V; count V; length of "
    "V; how-many V be there|present|found|contained; how-many V do U have|contain; how long be V; how large|big be V",
    cost=0.2,
)
def number_of(b: Builder, xs: Value) -> Readings:
    return how_many(b, xs)


@_rule("F", "number-of F; F count; count of F; how-many F", cost=0.3)
def number_of_relation(b: Builder, things: Relation) -> Relation | None:
    """ "number of vowels", of a word."""
    if not things.noun:
        return None

    def make(value: Value) -> Readings:
        return [(v, c + d) for xs, c in things.of(value) for v, d in how_many(b, xs)]

    return Relation(b, f"number of {things.key}", make, strict=True)


@_rule("V", "how-many of V be P; how-many V be P; how-many V P; how-many of V P; number-of V P; how-many V have P", cost=0.2)
def how_many_are(b: Builder, xs: Value, which: Predicate) -> Readings:
    return which.of_all(xs, "count")


@_rule(
    "T",
    "how-many V [be] P and how-many [U] [be] P; how-many V [be] P and how-many V [be] P; number-of P and number-of P [F]; "
    "number-of P F and number-of P F; number-of P and P F; number-of P and of P F; count of P and P F",
    cost=0.1,
)
def two_counts(b: Builder, *given: Value | Predicate | Relation | None) -> list[Together]:
    """ "how many are even and how many are odd"."""
    lists = [g for g in given if isinstance(g, Value)] or [p for p in b.params if p.element is not None]
    predicates = [g for g in given if isinstance(g, Predicate)]
    counts = [found[0][0] for which in predicates if lists and (found := which.of_all(lists[0], "count"))]
    return [Together(counts)] if len(counts) == 2 else []


@_rule(
    "V",
    "how-many be there; how-many there be; how-many U be [there]; number-of U; how-many of U be there; how-many F be there; "
    "their number; how long U be; how long be U; length of U",
    cost=0.5,
)
def how_many_there_are(b: Builder, things: Relation | None = None) -> Readings:
    """ "divide by how many there are"."""
    whole = next((p for p in b.params if p.element is not None), None)
    if whole is None:
        return []
    if things is None:
        return how_many(b, whole)
    return [(v, c + d) for xs, c in things.of(whole) for v, d in how_many(b, xs)] if things.noun else []


@_rule("V", "how-many [U] be P; how-many of U be P; how-many P", cost=0.4)
def how_many_of_the_subject(b: Builder, which: Predicate) -> Readings:
    lists = [p for p in b.params if p.element is not None]
    return which.of_all(lists[0], "count") if lists else []


@_rule("V", "how-many of T be P; how-many T be P; number-of T that be P", cost=0.2)
def how_many_of_several(b: Builder, values: Together, which: Predicate) -> Readings:
    xs = b.list_of(values)
    return which.of_all(xs, "count") if xs is not None else []


@_rule(
    "V",
    "how-often can|be|have V occurs in|within|inside V; how-often can|be|have V be found in|within|inside V; how-often do V "
    "occurs [in|within|inside V]; how-often V occurs [in|within|inside V]; how-often V be in V; how-often be V in V; "
    "how-often V occurs as a sub-text of V; number-of time V occurs [in V]; count [of] V in V; number-of V in|within|inside "
    "V; occurrence of V in V; number-of occurrence of V [in|within V]; count [the|all] occurrence of V [in|within V]; "
    "how-many V in|within V; how-often V in V; count how-often V occurs [in V]; count how-often V be in V; frequency of V "
    "in V",
    cost=0.2,
)
def how_often(b: Builder, thing: Value, whole: Value | None) -> Readings:
    if thing.each is not None or (thing.element is not None and thing.type is not STR):
        return []
    if whole is not None:
        return occurrences(b, thing, whole)
    out: Readings = []
    for param in b.params:
        if param.key != thing.key and param.element is not None:
            out += [(v, c + 0.3) for v, c in occurrences(b, thing, param)]
            break
    return out


@_rule(
    "V",
    "how-often V occurs; how-often each of V occurs; frequency of V; count of each of V; count of V; number-of occurrence "
    "of V; how-often V be there|repeated|used|seen; number-of time V occurs; count V; V with how-often U occurs; count "
    "how-often V occurs; V and how-often U occurs; V with their|its count|frequency; map of V to count|frequency; count of "
    "each V; V with number-of time U occurs; how-often do V occurs; how-often be V used|repeated|there; how-often do each "
    "of V occurs; number-of occurrence of V; histogram|tally of V",
    cost=0.4,
)
def tally(b: Builder, xs: Value) -> Readings:
    """ "how often each letter occurs"."""
    if xs.each is None or xs.tree != b.it(I64).tree:
        return []
    source = xs.each
    if source.origin is not None and source.origin.how == "unique":
        source = source.origin.source
    return readings(b.call("counts", source))


@_rule(
    "V",
    "how-many [distinct] F do T have|share in-common; how-many [distinct] F do T have|share; how-many [distinct] F T "
    "have|share [in-common]; number-of [distinct] F T have|share in-common; number-of [distinct] F [that] T share; how-many "
    "[distinct] F be in both [T]; number-of [distinct] F in both [T]; how-many [distinct] F be in-common to T; number-of "
    "in-common F [of|in T]",
    cost=0.0,
)
def number_shared(b: Builder, things: Relation, both: Together | None = None) -> Readings:
    """ "how many words do both texts have in common"."""
    wholes = both or Together(p for p in b.params if p.element is not None)
    lists = [found[0] for v in wholes if (found := things.of(v))]
    if len(lists) != 2:
        return []
    texts = (("x common y unique length", 0.0), ("x common y length", 0.3))
    return readings((b.template(t, lists[0][0], lists[1][0]), c) for t, c in texts)

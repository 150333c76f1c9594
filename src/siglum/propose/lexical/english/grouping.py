"""Grouping and splitting into parts, pairs with a sum, and lists as sets.

Imports, of `siglum.propose.lexical`, chart, comparing, meanings, rules, undoing and values.
"""

from __future__ import annotations

from typing import Final

from siglum.propose.lexical.chart import Together
from siglum.propose.lexical.comparing import is_number
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar, maybe, said
from siglum.propose.lexical.undoing import without
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule, _done = RULES.rule, RULES.done


@_done("group * by F; group * by I; grouped by F; grouped by I", cost=0.1)
def grouping(b: Builder, key: Relation) -> Relation:
    def make(v: Value) -> Readings:
        if v.element is None:
            return []
        found = [(b.over("group", v, m), c) for m, c in key.of(b.it(v.type.element))]
        return readings(found)

    return Relation(b, f"group {key.key}", make, strict=True)


@_done("split * into F; split * in F; divide * into F; cut * into F; split into F", cost=0.2)
def splitting_into(b: Builder, things: Relation) -> Relation:
    """ "split into groups of three"."""
    return Relation(b, f"split {things.key}", things.of, noun=True, strict=True)


@_done(
    "split|divide|cut|break * [up] into|in row|list|sub-text|segment|slice|section|run|bucket|string|line of [length|size] "
    "V [F] [each]; split|divide|cut|break * [up] into|in row|list|sub-text|segment|slice|section|run|bucket|string|line "
    "with V F [each]; split|divide|cut|break * [up] into|in F of V [F] [each]; split|divide|cut|break * [up] each|after V "
    "F; chunk * into V; split|group * by V F; group|split * V by V",
    cost=0.0,
)
def chunking_of_size(b: Builder, *given: Value | Relation | None) -> Relation | None:
    """ "split into lists of n elements each"."""
    count = said(given, Value)
    return chunking(b, count) if is_number(count.type) else None


_SIZES: Final = {"pair": 2, "twos": 2, "couple": 2, "threes": 3, "triple": 3, "triplet": 3, "fours": 4, "fives": 5}


@_done(
    "split|group|arrange|chunk|batch|gather|organise|put * in|into|as pair|twos|couple|threes|triple|triplet|fours|fives!; "
    "group|split|chunk|batch * by|into V; group|split|chunk|cut * V at a time; * V at a time; in "
    "pair|twos|threes|triple|triplet|fours!; two|pair! at a time; chunk * by V",
    cost=0.2,
)
def chunking(b: Builder, size: str | Value) -> Relation | None:
    """ "grouped in pairs"."""
    count = size if isinstance(size, Value) else b.literal(_SIZES.get(size, 2))
    return Relation(b, f"chunks {count.key}", lambda v: b.call("chunks", v, count), strict=True)


@_done(
    "split * into V [equal] half|part|piece; split * in [V] half; split * in the middle; split * into half; cut * in half",
    cost=0.1,
)
def halving_list(b: Builder, parts: Value | None = None) -> Relation | None:
    if parts is not None and parts.key != "2":
        return Relation(b, f"parts {parts.key}", lambda v: b.template("x chunks ((x length + y - 1) // y max 1)", v, parts))
    return Relation(
        b,
        "halves",
        lambda v: [b.template("[(x take (x length // 2)) (x drop (x length // 2))]", v), b.template("x cut (x length // 2)", v)],
    )


@_done("split * at position V; split * after V F; split * at index V; split * into first V F and rest", cost=0.1)
def splitting_at(b: Builder, place: Value, _: Relation | None = None) -> Relation:
    return Relation(b, f"cut {place.key}", lambda v: [b.call("cut", v, place), b.template("[(x take y) (x drop y)]", v, place)])


@_done(
    "split * into P F and F; split * into P and P [F]; separate P [F] from P [F]; partition * into P and P [F]; separate * "
    "into P and P [F]",
    cost=0.1,
)
def separating(b: Builder, which: Predicate, *_: object) -> Relation:
    def make(v: Value) -> Readings:
        parts = which.among(v, "partition")
        lists = [(k, c) for k, c in which.among(v)], [(r, c) for r, c in which.among(v, "reject")]
        both = [(b.list_of([k, r]), c + d) for k, c in lists[0] for r, d in lists[1]]
        return [*parts, *readings(both)]

    return Relation(b, f"separate {which.key}", make, strict=True)


@_rule(
    "F",
    "pair of F that add-up to V; pairs|pair that add-up to V; pair of F whose sum|@sum be V; pair of F with sum|@sum V",
    cost=0.1,
)
def pairs_summing_to(b: Builder, *given: Relation | Value) -> Relation:
    total = said(given, Value)
    text = "x combinations 2 filter (it sum = y)"
    return Relation(
        b,
        f"pairs with sum {total.key}",
        lambda v: [b.template(text, v, total), b.template(text + " map ((it first) pair (it last))", v, total)],
        noun=True,
        strict=True,
    )


@_rule(
    "V",
    "which F occurs|be in both [T]; which F T share; which F be in-common to T; F in-common [to|between|of|in] T; F "
    "in-common; F of T in-common; F that T have in-common; F in|of both T; what T have in-common; F found|that occurs|that "
    "be in both T; F in both; in-common F of|to|between|in|from T; in-common F; F that be in-common to T; intersection of "
    "T; @common of T; F that T share; F that be in both; F in-common to both",
    cost=0.1,
)
def shared(b: Builder, *given: Relation | Together | None) -> Readings:
    both, things = maybe(given, Together), maybe(given, Relation)
    lists = both if both is not None else Together(p for p in b.params if p.element is not None)
    if len(lists) != 2:
        return []
    if things is not None and things.noun:
        apart = [found[0][0] for v in lists if (found := things.of(v))]
        lists = Together(apart) if len(apart) == 2 and apart[0].type is not lists[0].type else lists
    plain = readings(b.call("common", *lists))
    unique = [(u, 0.5) for v, _ in plain if (u := b.call("unique", v)) is not None]
    return [*plain, *unique]


@_rule(
    "V",
    "F in either [of] T; F in|of T without duplicate; union of T; @union of T; F that be in at-least one of T; all distinct "
    "F of|in T; F that occurs in either T; F in either; merge T without duplicate; F in V or [in] V; F that be in V or [in] "
    "V; F of V or V; F in V or V or both; F from both T without duplicate|repetition; all F of T , each once",
    cost=0.1,
)
def either(b: Builder, *given: Relation | Together | Value) -> Readings:
    both = maybe(given, Together) or Together(g for g in given if isinstance(g, Value)) or None
    lists = both if both is not None else Together(p for p in b.params if p.element is not None)
    return readings(b.call("union", *lists)) if len(lists) == 2 else []


@_rule(
    "V",
    "F in exactly|only one of T; F that be in exactly|only one of T; symmetric difference of T; symmetric difference; F in "
    "one of T but not both; F that be in one of T but not [in] both; F in exactly one; F that occurs in exactly|only one of "
    "T; F occurs in exactly|only one of T; F that be in exactly|only one; F that occurs in exactly|only one; F in "
    "exactly|only one of U; F that occurs in one of T but not [in] other|both",
    cost=0.0,
)
def only_in_one(b: Builder, *given: Relation | Together) -> Readings:
    both = maybe(given, Together)
    lists = both if both is not None else Together(p for p in b.params if p.element is not None)
    return readings(b.template("(x except y) concat (y except x)", *lists)) if len(lists) == 2 else []


@_rule(
    "V",
    "F T have|share [in-common] at|from the start|beginning; F that T have|share [in-common] at|from the start|beginning; F "
    "with which T starts|begin; F in-common at|from start|beginning [of T]; common start|beginning of T",
    cost=0.0,
)
def shared_start(b: Builder, *given: Relation | Together | None) -> Readings:
    both = maybe(given, Together) or Together(p for p in b.params if p.element is not None)
    return readings(b.call("prefix", *both)) if len(both) == 2 else []


@_rule("P", "in-common with V; share F with V; have F in-common with V; have any F in-common with V", cost=0.1)
def sharing(b: Builder, *given: Value | Relation) -> Predicate:
    other = said(given, Value)
    return Predicate(b, f"shares with {other.key}", lambda x, _: b.template("x disjoint y not", x, other))


@_rule(
    "C",
    "do|have T have|share [any|at-least one] F [in-common]; do|have T have|share anything|something [in-common]; do T "
    "overlap; have T any|at-least one in-common F; do T have any|at-least one in-common F; be there F in both [T]; there be "
    "F in both [T]; be there F that be in both [T]; T have anything in-common; T have|share [any|at-least one] F "
    "[in-common]; T have|share [any] F; T have something in-common; there be F in-common to T; T overlap; T have in-common "
    "F; T share F",
    cost=0.1,
)
def sharing_each_other(b: Builder, *given: Together | Relation | None) -> Readings:
    both = maybe(given, Together) or Together(p for p in b.params if p.element is not None)
    return readings(b.template("x disjoint y not", *both)) if len(both) == 2 and all(v.element is not None for v in both) else []


@_rule(
    "C",
    "do|have T have no F in-common; do T have nothing in-common; T have no in-common F; do T share no F; be T disjoint; no "
    "F be in both [T]; T have no F in-common; T have nothing in-common; T share no F; T be disjoint",
    cost=0.0,
)
def sharing_nothing(b: Builder, *given: Together | Relation | None) -> Readings:
    both = maybe(given, Together) or Together(p for p in b.params if p.element is not None)
    return readings(b.call("disjoint", *both)) if len(both) == 2 else []


@_rule(
    "F",
    "way to choose|pick|select|take V F [from|of U]; combination of [size] V [F]; subset|selection of size V; "
    "subset|selection of V F; choice of V F; way of choosing|picking V F; way to choose V; choice of V; group of V F [in "
    "any order]",
    cost=0.1,
)
def ways_to_choose(b: Builder, size: Value, _: Relation | None = None) -> Relation:
    return Relation(b, f"combinations {size.key}", lambda v: b.call("combinations", v, size), noun=True, strict=True)


@_rule(
    "F",
    "pair of [two] distinct F; all pair of F; all|each possible pair [of F]; each pair of F; way to pair F; unordered pair "
    "[of F]",
    cost=0.3,
)
def all_pairs(b: Builder, _: Relation | None = None) -> Relation:
    texts = ("x combinations 2", "x combinations 2 map ((it first) pair (it last))")
    return Relation(b, "all pairs", lambda v: readings(b.template(t, v) for t in texts), noun=True, strict=True)


@_done(
    "compress run [of F] [of|in *]; run length encode *; compress *; compress repeat|repeated F [of|in *]; run length "
    "encoding [of *]",
    cost=0.1,
)
def run_lengths(b: Builder, _: Relation | None = None) -> Relation:
    texts = ("x runs map ((it first) pair (it length))", 'x runs map ((it take 1) concat (it length text)) join ""')
    return Relation(b, "run lengths", lambda v: readings(b.template(t, v) for t in texts), strict=True)


@_done(
    "group|collect|gather equal|identical|same neighbour [of|in *] [together]; group neighbour that be equal|same [of|in "
    "*]; split|cut|break * where|when F change; split|cut|break * into run [of equal|identical|same F]; group consecutive "
    "equal|identical F [of *]; split at each change; group * by equal neighbour; group equal consecutive F [of *]",
    cost=0.0,
)
def grouping_neighbours(b: Builder, _: Relation | None = None) -> Relation:
    """ "group equal neighbours"."""
    return Relation(b, "runs", lambda v: b.call("runs", v), strict=True)


@_done(
    "split|separate|partition|divide * into F and others; split|separate|partition|divide * into F and the rest; "
    "split|divide * into F and F that be not",
    cost=0.0,
)
def separating_things(b: Builder, things: Relation, _: Relation | None = None) -> Relation:
    """ "split into numbers below k and the others"."""

    def make(v: Value) -> Readings:
        return [
            (both, c + d)
            for picked, c in things.of(v)
            for rest, d in without(b, picked)
            if (both := b.list_of([picked, rest])) is not None
        ]

    return Relation(b, f"separate {things.key}", make, strict=True)


@_rule("V", "F and others , as [two] list|pair; F and F , as [two] list; F and others as two list; F and F as two list", cost=0.1)
def two_lists(b: Builder, first: Relation, second: Relation | None = None) -> Readings:
    """ "the even numbers and the odd numbers, as two lists"."""
    for param in b.params:
        firsts = first.of(param)
        seconds = second.of(param) if second is not None else [r for p, _ in firsts for r in without(b, p)]
        made = b.list_of([firsts[0][0], seconds[0][0]]) if firsts and seconds else None
        if made is not None:
            return [(made, 0.0)]
    return []

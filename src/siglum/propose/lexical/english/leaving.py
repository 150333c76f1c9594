"""All but some, without some, without duplicates.

Imports, of `siglum.propose.lexical`, common, meanings, rules, undoing and values.
"""

from __future__ import annotations

from typing import Final

from siglum.propose.lexical.english.common import of_list, subject_list
from siglum.propose.lexical.meanings import Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar
from siglum.propose.lexical.undoing import without
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule, _done = RULES.rule, RULES.done


@_rule("F", "all-but F", cost=0.1)
def all_but(b: Builder, things: Relation) -> Relation:
    """ "all but the last two elements"."""
    return Relation(
        b,
        f"all but {things.key}",
        lambda v: [(r, c + d) for p, c in things.of(v) for r, d in without(b, p)],
        noun=True,
        strict=True,
    )


@_rule("F", "all-but first; all-but first one", cost=0.2)
def all_but_first(b: Builder) -> Relation:
    return Relation(b, "tail", lambda v: b.call("tail", v), noun=True, strict=True)


@_rule("F", "all-but last; all-but last one", cost=0.2)
def all_but_last(b: Builder) -> Relation:
    return Relation(b, "front", lambda v: b.call("front", v), noun=True, strict=True)


@_rule(
    "F",
    "all-but first and last; all-but first and last F; F between [the] first and [the] last F; what be between first and "
    "last F; without first and last F; inner F",
    cost=0.0,
)
def all_but_ends(b: Builder, *_: Relation) -> Relation:
    return Relation(b, "inner", lambda v: b.template("x tail front", v), noun=True, strict=True)


@_rule("V", "V without F; V [with] F removed|deleted|dropped|omitted; V but remove F; V but F", cost=0.3)
def value_without(b: Builder, xs: Value, things: Relation) -> Readings:
    """ "the text without its first character"."""
    if xs.element is None and xs.each is None:
        return []
    return _without(b, things).of(xs)


@_done("without F; , without F", cost=0.4)
def leaving_out(b: Builder, things: Relation) -> Relation:
    """ ", leaving out zeros"."""
    return _without(b, things)


@_done("without F and F; remove F and F [from *]; without both F and F", cost=0.3)
def leaving_out_both(b: Builder, first: Relation, second: Relation) -> Relation:
    """ "without the largest and the smallest"."""
    return _without(b, first).then(_without(b, second))


def _without(b: Builder, things: Relation) -> Relation:
    return Relation(
        b, f"without {things.key}", lambda v: [(r, c + d) for p, c in things.of(v) for r, d in without(b, p)], strict=False
    )


@_done(
    "without duplicate; with duplicate removed; each [F] only once; each F only the first time; each F once; only one of "
    "each [F]; one of each [F]; without repeat|repetition; each value|element|number|character|letter|one once; with no "
    "duplicate; no duplicate; keeping|keep only first of each; keep|keeping first of each; keeping|keep only first "
    "occurrence [of each]; duplicate removed; with no two equal; each distinct|different once; remove duplicate; "
    "counted|listed once; without any duplicate; no element|number|value twice; without [any] duplicate element|value",
    cost=0.1,
)
def without_duplicates(b: Builder, things: Relation | None = None) -> list[tuple[Relation, float]]:
    if things is not None and things.noun:
        apart = of_list(b, "unique", things, lambda xs: readings(b.call("unique", xs)))
        return [(apart, 0.0), (Relation(b, "unique", lambda v: b.call("unique", v), strict=True), 1.0)]
    return [(Relation(b, "unique", lambda v: b.call("unique", v), strict=True), 0.0)]


@_rule("F", "distinct F", cost=0.1)
def distinct(b: Builder, things: Relation) -> Relation | None:
    return of_list(b, "distinct", things, lambda xs: _unique(b, xs)) if things.noun else None


def _unique(b: Builder, xs: Value) -> Readings:
    found = b.call("unique", xs)
    return [(found.said_of("unique", xs), 0.0)] if found is not None else []


@_rule("V", "distinct V", cost=0.3)
def distinct_value(b: Builder, xs: Value) -> Readings:
    return readings(b.call("unique", xs)) if xs.element is not None else []


@_rule("F", "duplicate; repeated F; F that be repeated", cost=0.3)
def duplicates(b: Builder, things: Relation | None = None) -> Relation:
    """Each value that occurs more than once."""
    source = things if things is not None else subject_list(b)
    return of_list(b, "duplicates", source, lambda xs: readings(b.call("duplicates", xs)))

"""How nouns are put together: with adjectives and relative clauses, with "of", with "each".

Imports `siglum.frontend` and, of `siglum.propose.lexical`, chart, common, meanings, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.frontend.phrase.syntax import Name
from siglum.propose.lexical.chart import Together
from siglum.propose.lexical.english.common import filtered
from siglum.propose.lexical.meanings import Predicate, Readings, Relation
from siglum.propose.lexical.rules import Grammar
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule = RULES.rule


@_rule("F", "P F", cost=0.2)
def qualified(b: Builder, which: Predicate, things: Relation) -> Relation | None:
    """ "even numbers"."""
    if not things.noun:
        return None
    return filtered(b, things, which)


@_rule("F", "F that [be] P; F [that|be] P; F that do P", cost=0.4)
def with_clause(b: Builder, things: Relation, which: Predicate) -> Relation | None:
    """ "words that are longer than k", "numbers greater than 10"."""
    if not things.noun:
        return None
    return filtered(b, things, which)


@_rule("V", "V that [be] P; V that do P", cost=0.4)
def value_with_clause(b: Builder, xs: Value, which: Predicate) -> Readings:
    """ "elements of xs that are not in ys"."""
    if xs.each is not None:
        return []
    return which.among(xs)


@_rule("V", "V P", cost=0.9)
def value_with_phrase(b: Builder, xs: Value, which: Predicate) -> Readings:
    """ "numbers in the list greater than 10"."""
    if xs.each is not None:
        return []
    return which.among(xs)


@_rule("V", "P V", cost=0.9)
def which_of_these(b: Builder, which: Predicate, xs: Value) -> Readings:
    """ "even xs"."""
    if xs.each is not None:
        return []
    return which.among(xs)


@_rule("F", "F of [each] F", cost=0.3)
def composed(b: Builder, outer: Relation, inner: Relation) -> Relation:
    """ "sum of digits": a relation of the whole."""
    return inner.then(outer)


@_rule("F", "F F", cost=1.3)
def compound(b: Builder, inner: Relation, outer: Relation) -> Relation | None:
    """ "word length", "digit sum"."""
    if outer.noun and not inner.noun:
        return None
    return inner.then(outer)


@_rule(
    "V",
    "F of|in|from|within|inside|for|among|on|across|throughout|between|contained|found|over V; F "
    "[contained|found|written|that occur] in|within|inside V",
    cost=0.2,
)
def of(b: Builder, relation: Relation, value: Value) -> Readings:
    return [(v, c) for v, c in relation.of(value)]


@_rule("V", "V 's F; V F", cost=0.9)
def possessive(b: Builder, value: Value, relation: Relation) -> Readings:
    """ "the list's length"."""
    if getattr(value.tree, "value", None) is not None:
        return []
    return relation.of(value)


@_rule("V", "F of|between|in T; F T", cost=0.3)
def of_several(b: Builder, relation: Relation, values: Together) -> Readings:
    """ "largest of a, b and c"."""
    xs = b.list_of(values)
    return relation.of(xs) if xs is not None else []


@_rule("V", "F", cost=0.4)
def of_the_subject(b: Builder, relation: Relation) -> Readings:
    """Said of nothing: a parameter is meant."""
    out: Readings = []
    less = 0.0 if relation.noun else 0.4
    for at, param in enumerate(b.params):
        out += [(v, c + less + 1.2 * at) for v, c in relation.of(param)]
    if not out:
        scalars = [p for p in b.params if p.type.kind not in ("array", "map")]
        xs = b.list_of(scalars) if len(scalars) > 1 else None
        out = [(v, c + 1.5) for v, c in relation.of(xs)] if xs is not None else []
    return out


@_rule("V", "V of F; V contains F; V with F; V made of F; V that hold F", cost=0.1)
def made_of(b: Builder, xs: Value, things: Relation) -> Value | None:
    """ "a list of integers", "a string of words"."""
    if not isinstance(xs.tree, Name) or xs.each is not None:
        return None
    return xs if any(v.key == xs.key for v, _ in things.of(xs)) else None


@_rule("V", "each V; each of V; V [of] each", cost=0.3)
def apart(b: Builder, xs: Value) -> Value | None:
    """Every one of them, on its own."""
    return b.each(xs) if xs.each is None else None


@_rule("V", "all V; all of V; list of V; list containing|with V; list of all V", cost=0.1)
def together(b: Builder, xs: Value) -> Value | None:
    return xs if xs.element is not None or xs.each is not None else None

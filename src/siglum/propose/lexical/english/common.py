"""What several modules of rules share: nouns, lists that nouns name, predicates written as phrases, counting.

Imports `siglum.ir` and, of `siglum.propose.lexical`, comparing, meanings and values.
"""

from __future__ import annotations

from collections.abc import Callable

from siglum.ir.types import STR
from siglum.propose.lexical.comparing import how_many, is_list, is_number
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.values import Builder, Value


def noun(b: Builder, name: str, *choices: tuple[str, str, float]) -> Relation:
    """A noun as a relation: `choices` are the type it is a part of, a phrase over x, and a cost."""
    by_type: dict[str, list[tuple[str, float]]] = {}
    for of, text, cost in choices:
        by_type.setdefault(of, []).append((text, cost))

    def make(value: Value) -> Readings:
        plain = b.plain(value)
        return readings((plain if t == "x" else b.template(t, plain), c) for t, c in by_type.get(str(plain.type), ()))

    return Relation(b, name, make, noun=True)


def filtered(b: Builder, things: Relation, which: Predicate) -> Relation:
    """Those of the things of which a predicate holds."""

    def make(value: Value) -> Readings:
        found = [(v, c + d) for xs, c in things.of(value) for v, d in which.among(xs)]
        if which.key.startswith("occurs "):
            # "values that occur more than once": perhaps each value only once
            found += [(u, c + 0.6) for v, c in found if (u := b.call("unique", v)) is not None]
        return found

    return Relation(b, f"{things.key} that {which.key}", make, noun=True)


def occurrences(b: Builder, thing: Value, whole: Value) -> Readings:
    """How often something stands in a list or text."""
    whole, thing = b.plain(whole), b.plain(thing)
    if is_number(whole.type) and is_number(thing.type):
        digits = b.call("digits", whole)
        return [(v, c + 0.3) for v, c in occurrences(b, thing, digits)] if digits is not None else []
    if whole.type is STR and thing.type is STR and thing.flex == 0:
        return readings(b.call("occurrences", whole, thing))
    same = b.call("=", whole, thing)
    counted = b.call("count", same) if same is not None else None
    if counted is not None:
        return [(counted, 0.0)]
    if whole.type is STR and thing.type is STR:
        return readings(b.call("occurrences", whole, thing))
    if is_list(whole.type) and whole.type.element is thing.type:
        equal = Predicate(b, f"is {thing.key}", lambda x, _: b.call("is", x, thing))
        return equal.of_all(whole, "count")
    return []


def predicate(b: Builder, name: str, text: str, *args: Value) -> Predicate:
    """Whether a phrase over x (the subject), y and z holds."""
    return Predicate(b, f"{name} {' '.join(a.key for a in args)}", lambda x, _: b.template(text, x, *args))


def of_list(b: Builder, name: str, things: Relation, make: Callable[[Value], Readings], plural: bool = False) -> Relation:
    """`make` of the list that `things` is."""

    def made(value: Value) -> Readings:
        return [(v, c + d) for xs, c in things.of(value) if xs.element is not None for v, d in make(xs)]

    return Relation(b, f"{name} {things.key}", made, plural, noun=True)


def subject_list(b: Builder) -> Relation:
    """The list itself."""
    return Relation(b, "", lambda v: v if v.element is not None else None, noun=True, strict=True)


def counted_in(b: Builder, things: Relation, whole: Value) -> Readings:
    """How many there are in a whole; "letters" of a word are all its characters."""
    counted = [(n, c + d) for xs, c in things.of(whole) if xs.key != whole.key for n, d in how_many(b, xs)]
    if things.key in ("letters", "characters", "elements") and whole.element is not None:
        size = b.call("length", whole)
        return [*([(size, 0.0)] if size is not None else []), *[(n, c + 0.5) for n, c in counted]]
    return counted


def constant(b: Builder, xs: Value) -> Relation:
    """A noun for a list that is the same whatever it is said of."""
    return Relation(b, f"the {xs.key}", lambda _: xs, noun=True, strict=True)

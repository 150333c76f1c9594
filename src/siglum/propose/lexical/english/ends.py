"""The first and the last: elements, k elements, the first that is such.

Imports `siglum.ir` and, of `siglum.propose.lexical`, chart, common, comparing, meanings, picking, rules and values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from siglum.ir.types import STR
from siglum.propose.lexical.chart import Together
from siglum.propose.lexical.comparing import is_number
from siglum.propose.lexical.english.common import of_list, subject_list
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.picking import first_few, first_of, last_few, last_of
from siglum.propose.lexical.rules import Grammar, said
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule = RULES.rule


@_rule("F", "first F; first of F", cost=0.1)
def first(b: Builder, things: Relation) -> Relation | None:
    return _first_or_last(b, things, first_of, "take") if things.noun else None


@_rule("F", "last F; last of F", cost=0.1)
def last(b: Builder, things: Relation) -> Relation | None:
    return _first_or_last(b, things, last_of, "suffix") if things.noun else None


def _first_or_last(b: Builder, things: Relation, pick: Callable[[Builder, Value], Readings], edge: str) -> Relation:
    """One element; of a text also the text of one character, which is there even where the character is not."""

    def make(xs: Value) -> Readings:
        if things.key == "letters" and xs.origin is not None:
            # of a text the first letter is its first character
            return []
        out = pick(b, xs)
        text = b.call(edge, xs, b.literal(1)) if xs.type is STR else None
        return [(text.said_of("edge", xs, edge), 0.0), *[(v, c + 0.1) for v, c in out]] if text is not None else out

    return of_list(b, edge, things, make)


@_rule("F", "first [one|of them]", cost=1.3)
def first_alone(b: Builder) -> Relation:
    return _first_or_last(b, subject_list(b), first_of, "take")


@_rule("F", "last [one|of them]", cost=1.3)
def last_alone(b: Builder) -> Relation:
    return _first_or_last(b, subject_list(b), last_of, "suffix")


@_rule("V", "first of V; first in V; first of all V", cost=0.2)
def first_of_these(b: Builder, xs: Value) -> Readings:
    return first_of(b, xs)


@_rule("V", "last of V; last in V", cost=0.2)
def last_of_these(b: Builder, xs: Value) -> Readings:
    return last_of(b, xs)


@_rule("F", "first V F; V first F; first V of F; left V F", cost=0.1)
def first_k(b: Builder, count: Value, things: Relation) -> Relation | None:
    return _few(b, "first", count, things, first_few)


@_rule("F", "last V F; V last F; last V of F; right V F", cost=0.1)
def last_k(b: Builder, count: Value, things: Relation) -> Relation | None:
    return _few(b, "last", count, things, last_few)


Few = Callable[[Builder, Value, Value], Readings]


def _few(b: Builder, name: str, count: Value, things: Relation, pick: Few) -> Relation | None:
    if not things.noun or not is_number(count.type) or count.each is not None:
        return None
    # of a text the first letters are its first characters
    letters = things.key == "letters"

    def make(xs: Value) -> Readings:
        return pick(b, xs, count) if not letters or xs.origin is None else []

    return of_list(b, f"{name} {count.key}", things, make)


@_rule("F", "first V", cost=0.8)
def first_k_alone(b: Builder, count: Value) -> Relation | None:
    return _few(b, "first", count, subject_list(b), first_few)


@_rule("F", "last V", cost=0.8)
def last_k_alone(b: Builder, count: Value) -> Relation | None:
    return _few(b, "last", count, subject_list(b), last_few)


@_rule("V", "first V of V", cost=0.2)
def first_k_of(b: Builder, count: Value, xs: Value) -> Readings:
    return first_few(b, xs, count) if is_number(count.type) else []


@_rule("V", "last V of V", cost=0.2)
def last_k_of(b: Builder, count: Value, xs: Value) -> Readings:
    return last_few(b, xs, count) if is_number(count.type) else []


@_rule(
    "F",
    "everything|all|rest after|behind|beyond|past first V [F]; F after|behind|beyond|past first V; F after first V F; "
    "everything|all|rest after|behind|beyond|past the first V",
    cost=0.0,
)
def after_first(b: Builder, *given: Value | Relation | None) -> Relation:
    count = said(given, Value)
    return Relation(b, f"skipping {count.key}", lambda v: b.call("drop", v, count), noun=True, strict=True)


@_rule("F", "everything|all before last V [F]; F before last V; F before last V F", cost=0.0)
def before_last(b: Builder, *given: Value | Relation | None) -> Relation:
    count = said(given, Value)
    text = "x take (x length - y)"
    return Relation(b, f"but last {count.key}", lambda v: b.template(text, v, count), noun=True, strict=True)


@_rule(
    "F",
    "everything|F from position V on|onward|onwards|up; everything|F from position V to [the] end; everything starting at "
    "position V",
    cost=0.1,
)
def from_position(b: Builder, *given: Value | Relation) -> Relation:
    start = said(given, Value)
    found = [("x drop y", 0.0), ("x drop (y - 1)", 0.5)]
    return Relation(
        b, f"from {start.key}", lambda v: readings((b.template(t, v, start), c) for t, c in found), noun=True, strict=True
    )


@_rule(
    "F",
    "V F at|from|on|off start|beginning|front|head; V F in front; prefix|head|beginning|start of length|size V; prefix|head "
    "of V F",
    cost=0.1,
)
def few_at_start(b: Builder, count: Value, things: Relation | None = None) -> Relation | None:
    return _few(b, "first", count, things or subject_list(b), first_few)


@_rule("F", "V F at|from|on|off end|back|tail; suffix|tail|ending|end of length|size V; suffix|tail of V F", cost=0.1)
def few_at_end(b: Builder, count: Value, things: Relation | None = None) -> Relation | None:
    return _few(b, "last", count, things or subject_list(b), last_few)


@_rule("F", "F at start|beginning|front|head; head [element|item]; front element|item; F in front", cost=0.3)
def at_start(b: Builder, things: Relation | None = None) -> Relation | None:
    return first(b, things) if things is not None else first_alone(b)


@_rule("F", "F at end|back|tail; back element|item; end element|item", cost=0.3)
def at_end(b: Builder, things: Relation | None = None) -> Relation | None:
    return last(b, things) if things is not None else last_alone(b)


@_rule("F", "first and last F; both end of F; both end; F at both end; outer F", cost=0.0)
def ends(b: Builder, things: Relation | None = None) -> Relation | None:
    """The first and the last, as a list of two."""
    things = things or subject_list(b)
    if not things.noun:
        return None

    def make(xs: Value) -> Readings:
        both = b.template("(x take 1) concat (x suffix 1)", xs)
        return [(both.said_of("ends", xs), 0.0)] if both is not None else []

    return of_list(b, "ends", things, make)


@_rule("T", "first and last F", cost=0.2)
def ends_together(b: Builder, things: Relation) -> list[Together]:
    out = []
    for param in b.params:
        for xs, _ in things.of(param):
            both = [v for v in (b.call("first", xs), b.call("last", xs)) if v is not None]
            if len(both) == 2:
                out.append(Together(both))
    return out


@_rule("F", "first F that [be] P; first P F; first F P; first F whose F be P", cost=0.1)
def first_such(b: Builder, *given: Relation | Predicate) -> Relation | None:
    """ "first number that is even"."""
    things = said(given, Relation)
    which = said(given, Predicate)
    if not things.noun or sum(isinstance(g, Relation) for g in given) > 1:
        return None
    return of_list(b, f"first {which.key}", things, lambda xs: which.among(xs, "find"))


@_rule("F", "last F that [be] P; last P F; last F P", cost=0.1)
def last_such(b: Builder, *given: Relation | Predicate) -> Relation | None:
    things = said(given, Relation)
    which = said(given, Predicate)
    if not things.noun:
        return None
    return of_list(
        b, f"last {which.key}", things, lambda xs: [(v, c + d) for ys, c in which.among(xs) for v, d in last_of(b, ys)]
    )


@_rule("F", "first P", cost=0.5)
def first_such_element(b: Builder, which: Predicate) -> Relation:
    """ "first space"."""
    return Relation(b, f"first {which.key}", lambda xs: which.among(xs, "find"), noun=True, strict=True)


@_rule("F", "last P", cost=0.5)
def last_such_element(b: Builder, which: Predicate) -> Relation:
    return Relation(
        b,
        f"last {which.key}",
        lambda xs: [(v, c + d) for ys, c in which.among(xs) for v, d in last_of(b, ys)],
        noun=True,
        strict=True,
    )

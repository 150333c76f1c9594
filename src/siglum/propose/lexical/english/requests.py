"""How people ask, and one thing done after another.

Imports `siglum.frontend` and, of `siglum.propose.lexical`, chart, meanings, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.frontend.phrase.syntax import Literal
from siglum.propose.lexical.chart import Together
from siglum.propose.lexical.meanings import Readings, Relation
from siglum.propose.lexical.rules import Grammar
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule = RULES.rule


@_rule(
    "V",
    "give V; how-to V; V of the subject; only V; a copy of V; copy of V; result of V; list V; print|show V; value of V; V "
    "as a list; V in a list; new list of V",
    cost=0.2,
)
def wanted(b: Builder, value: Value) -> Value:
    return value


@_rule("V", "V , that be V; V , which be V; V , that be to say V; V ( V )", cost=0.3)
def in_other_words(b: Builder, _: Value, value: Value) -> Value:
    """ "the range, that is, the largest minus the smallest"."""
    return value


@_rule("V", "D in|from|within|of|for V", cost=0.5)
def done_in(b: Builder, deed: Relation, value: Value) -> Readings:
    """ "double the even numbers in the list"."""
    return deed.of(value) if not isinstance(value.tree, Literal) and value.each is None else []


@_rule("D", "how-to D; give D; give F D; then D; and D; D [the] result; D U; by D; give U D; convert * by D", cost=0.2)
def asked(b: Builder, *given: Relation) -> Relation:
    return given[-1]


@_rule(
    "C",
    "how-to C; give C; whether C; whether C or not; C or not; that C; is it true that C; true if C [otherwise false]; true "
    "if C and false otherwise; give true if C otherwise [give] false; whether C otherwise give false; whether C otherwise "
    "false; whether C and false otherwise; give true if C; if C; whether C then|, false otherwise; whether C false "
    "otherwise",
    cost=0.1,
)
def asked_whether(b: Builder, clause: Value) -> Value:
    return clause


@_rule(
    "V",
    "given-a V V; given-a V , V; given-a V and V , V; given-a V , give V; for|from|in V , V; given-a T , V; given V , V; "
    "given-a V as input V",
    cost=0.5,
)
def given_then(b: Builder, *values: Value | Together) -> Value | None:
    last = values[-1]
    return last if isinstance(last, Value) else None


@_rule(
    "V",
    "takes V [as a input|argument|parameter] and give V; takes T [as input|argument|parameter] and give V; receive V [as a "
    "input|argument|parameter] and give V; accept V [as input] and give V; takes V , give V; U takes V and give V; takes V "
    "and V and give V",
    cost=0.3,
)
def takes_and_gives(b: Builder, *values: Value | Together) -> Value | None:
    """ "a function that takes a list and returns its sum"."""
    return given_then(b, *values)


@_rule(
    "C",
    "takes V [as a input|argument|parameter] and give C; takes T [as input|argument|parameter] and give C; takes V [as "
    "input] and C",
    cost=0.3,
)
def takes_and_says(b: Builder, _: Value | Together, clause: Value) -> Value:
    return clause


@_rule("D", "takes V [as a input|argument|parameter] and D", cost=0.4)
def takes_and_does(b: Builder, _: Value, deed: Relation) -> Relation:
    return deed


@_rule("D", "given-a V D; given-a V , D; for|from|in V , D; given-a T , D", cost=0.5)
def given_then_do(b: Builder, _: Value | Together, deed: Relation) -> Relation:
    return deed


@_rule("C", "given-a V C; given-a V , C; given-a T C; given-a T , C", cost=0.5)
def given_then_whether(b: Builder, _: Value | Together, clause: Value) -> Value:
    return clause


@_rule("V", "V D", cost=0.6)
def value_done(b: Builder, value: Value, deed: Relation) -> Readings:
    """ "words sorted by length"."""
    return _finished(value, deed)


def _finished(value: Value, deed: Relation) -> Readings:
    if isinstance(value.tree, Literal):
        return []
    out: Readings = []
    for done, cost in deed.of(value):
        late = Value(done.tree, done.type, done.key, done.flex, done.each, done.origin)
        late.late = True
        out.append((late, cost))
    return out


@_rule("V", "V then D; V and D; V , D; V then give F; V , then D; V and give F", cost=0.1)
def value_then(b: Builder, value: Value, deed: Relation) -> Readings:
    if isinstance(value.tree, Literal):
        return []
    gathered = b.gathered(value)
    return [
        *_finished(value, deed),
        *([(v, c + 0.6) for v, c in deed.of(gathered)] if gathered is not None and value.each is not None else []),
    ]


@_rule("D", "D then D; D and D; D , D; D , then D; D D; D then give F; D and give F", cost=0.3)
def deeds(b: Builder, first: Relation, second: Relation) -> Relation:
    made = first.then(second)
    made.noun = False
    return made


@_rule("F", "F D; F , D", cost=0.7)
def relation_done(b: Builder, things: Relation, deed: Relation) -> Relation | None:
    """ "vowels in upper case"."""
    if not things.noun:
        return None
    made = things.then(deed)
    made.noun = True
    return made


@_rule("V", "D V; D all V", cost=1.4)
def participle(b: Builder, deed: Relation, value: Value) -> Readings:
    """ "reversed text"."""
    return deed.of(value)


@_rule("V", "D each V; D of V; D of each V", cost=0.6)
def done_to_each(b: Builder, deed: Relation, value: Value) -> Readings:
    """ "reverse each word"."""
    return deed.of(value)


@_rule("V", "each V D; each F D; V , each D; V each D", cost=0.2)
def each_done(b: Builder, things: Value | Relation, deed: Relation) -> Readings:
    """ "each word reversed"."""
    if isinstance(things, Value):
        each = b.each(things) if things.each is None else things
        return deed.of(each) if each is not None else []
    out: Readings = []
    for at, param in enumerate(b.params):
        for xs, cost in things.of(param):
            each = b.each(xs)
            out += [(v, c + cost + at) for v, c in deed.of(each)] if each is not None else []
    return out

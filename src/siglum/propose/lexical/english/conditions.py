"""Conditions: if, otherwise, unless, or something else where there is none.

Imports `siglum.frontend`, `siglum.ir` and, of `siglum.propose.lexical`, converting, meanings, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.frontend.phrase.syntax import Name
from siglum.ir.types import BOOL
from siglum.propose.lexical.converting import character_or_text
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar, maybe, said
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule = RULES.rule


class Absence:
    """That something looked for is not there: what stands before is none, or empty."""

    key = "none"


def _choose(b: Builder, condition: Value, then: Value, otherwise: Value) -> Readings:
    if then.each is not None or otherwise.each is not None:
        return []
    if b.result is not None:
        then, otherwise = (character_or_text(b, v, b.result) or v for v in (then, otherwise))
    chosen = b.choice(condition, then, otherwise)
    if chosen is not None:
        chosen.late = True
    return readings(chosen)


@_rule(
    "V",
    "V if C otherwise V; V if C , otherwise V; V if C and V otherwise; V if C , V otherwise; V if C V otherwise; V if C and "
    "V if not; V if C , and V otherwise; V if C or V otherwise; V if C or V if not; V if C , else V; V if C and V if U "
    "be|do not; V if C , V if U be not; V if C , V if not; V if C or V if U be not; V when C , V when U be not; V if C , "
    "and V if U be not",
    cost=0.0,
)
def choice(b: Builder, then: Value, condition: Value, otherwise: Value) -> Readings:
    return _choose(b, condition, then, otherwise)


@_rule(
    "V",
    "if C then V otherwise V; if C , V otherwise V; if C V otherwise V; if C , give V otherwise [give] V; if C then give V "
    "otherwise [give] V; if C then V and otherwise V",
    cost=0.0,
)
def choice_first(b: Builder, condition: Value, then: Value, otherwise: Value) -> Readings:
    return _choose(b, condition, then, otherwise)


@_rule(
    "V",
    "V if C , V if C otherwise V; V if C , V if C and V otherwise; V if C , V if C , V otherwise; V if C , V if C , and V "
    "otherwise; V if C V if C otherwise V; V if C , V if C and V if C; V if C V if C and V otherwise; V if C , V if C , and "
    "V if C; V if C , V if C , V if C; V if C V if C V if C",
    cost=0.0,
)
def choice_of_three(b: Builder, one: Value, first: Value, two: Value, second: Value, *rest: Value) -> Readings:
    return [(v, c + d) for inner, c in _choose(b, second, two, rest[0]) for v, d in _choose(b, first, one, inner)]


@_rule(
    "V",
    "D if C otherwise D; D if C and D otherwise; if C , D otherwise D; if C D otherwise D; if C then D otherwise D; D if C "
    ", otherwise D; D if C , D otherwise; D if C and D if not; D if C and D if C; D if C , D if C",
    cost=0.1,
)
def do_one(b: Builder, *given: Relation | Value) -> Readings:
    """ "double n if it is odd, otherwise halve it"."""
    condition = said(given, Value)
    first, second = (g for g in given if isinstance(g, Relation))
    return [
        (v, c + d + e + at)
        for at, p in enumerate(b.params)
        for x, c in first.of(p)
        for y, d in second.of(p)
        for v, e in _choose(b, condition, x, y)
    ]


@_rule(
    "V",
    "V if C otherwise D; V if C and D otherwise; D if C otherwise V; if C V otherwise D; if C , V otherwise D; V if C , "
    "otherwise D; V if C , D otherwise; D if C , otherwise V; if C D otherwise V; if C , D otherwise V; if C then V "
    "otherwise D; if C then D otherwise V",
    cost=0.1,
)
def do_or_be(b: Builder, *given: Relation | Value) -> Readings:
    """ "double n if it is odd, otherwise halve it", where one of both names its object."""
    clause_at = (
        next(at for at, g in enumerate(given) if isinstance(g, Value) and g.type is BOOL)
        if any(isinstance(g, Value) and g.type is BOOL for g in given)
        else -1
    )
    if clause_at < 0:
        return []
    condition = given[clause_at]
    first, second = (g for at, g in enumerate(given) if at != clause_at)
    assert isinstance(condition, Value)
    out: Readings = []
    for at, p in enumerate(b.params):
        firsts = first.of(p) if isinstance(first, Relation) else [(first, 0.0)]
        seconds = second.of(p) if isinstance(second, Relation) else [(second, 0.0)]
        out += [(v, c + d + e + at) for x, c in firsts for y, d in seconds for v, e in _choose(b, condition, x, y)]
    return out


@_rule("V", "V if C; if C , V; V but only if C; if C then V; if C V", cost=0.8)
def only_if(b: Builder, then: Value, condition: Value) -> Readings:
    """ "take 25 percent off x if it is at least 100": else x as it is."""
    if condition.type is not BOOL:
        then, condition = condition, then
    out: Readings = []
    for at, p in enumerate(b.params):
        if p.key in then.key and p.type is b.plain(then).type:
            out += [(v, c + at) for v, c in _choose(b, condition, then, p)]
    return out


@_rule(
    "V",
    "replace V by|with V if C; set V to V if C; make V V if C; V become V if C; if C replace V by|with V; if C set V to V",
    cost=0.0,
)
def replaced_if(b: Builder, *given: Value) -> Readings:
    """ "replace x by zero if it is negative"."""
    truths = [g for g in given if g.type is BOOL]
    values = [g for g in given if g.type is not BOOL]
    return _choose(b, truths[0], values[1], values[0]) if len(truths) == 1 and len(values) == 2 else []


@_rule("V", "D if C; if C , D; D if C otherwise leave U [unchanged|as it be|alone]; if C D; if C then D", cost=0.6)
def do_only_if(b: Builder, *given: Relation | Value) -> Readings:
    deed = said(given, Relation)
    condition = said(given, Value)
    return [(v, c + d + at) for at, p in enumerate(b.params) for x, c in deed.of(p) for v, d in _choose(b, condition, x, p)]


@_rule("V", "V unless C , then|otherwise V; V unless C otherwise V; V unless C , V; V unless C in which case V", cost=0.2)
def unless(b: Builder, then: Value, condition: Value, otherwise: Value) -> Readings:
    return _choose(b, condition, otherwise, then)


@_rule(
    "A",
    "none-there; U none-there; V none-there; U be none-there; V be none-there; V be @empty; U be @empty; F be none-there; "
    "there be no [such] F; there be no P F; there be no P; there be no F [that] P; there be no F with|in|of V; no F [that] "
    "P; no F [that] be P; no P F; no F be P; no such F exist|be there|be found; no F exist|be there|be found|remain; F do "
    "not exist; F do not occurs; no V exist; V do not exist; V do not occurs [in V]; V be not in V; V be not present [in "
    "V]; V be missing [from V]; none of U be P; none be P; none of V be P; no F match; nothing|none match; U can not be "
    "found; V can not be found; U do not contains V; V do not contains V; U have no F; V have no F",
    cost=0.1,
)
def absence(b: Builder, *_: object) -> Absence:
    return Absence()


@_rule(
    "V",
    "V or V if A; V , or V if A; V or else V if A; V , or else V if A; V , V if A; V V if A; V and V if A; V , and V if A; "
    "V , but V if A; V , otherwise V; V otherwise V; V with V if A; V , with V if A; V or V in case A; V or V; V defaulting "
    "to V; V , defaulting to V; V , default V; V with default V; V with V as [the] default; V , use V if A; V , use V as "
    "[the] default; V , give V if A; if A , V otherwise V; if A give V otherwise give V; if A , give V otherwise give V; V "
    "unless A , then V; V unless A , in which case [give] V",
    cost=0.3,
)
def with_default(b: Builder, *given: Value | Absence) -> Readings:
    """ "first element, or -1 if there is none"."""
    value, default = (g for g in given if isinstance(g, Value))
    if isinstance(given[0], Absence):
        value, default = default, value
    if value.type.kind == "option":
        return readings(b.otherwise(value, default))
    return _or_where_empty(b, value, default)


def _or_where_empty(b: Builder, value: Value, default: Value) -> Readings:
    if default.key == value.key or value.each is not None:
        return []
    out: Readings = []
    inner = b.list_within(value)
    if inner is not None and not isinstance(inner.tree, Name):
        empty = b.call("empty", inner)
        chosen = b.choice(empty, default, value) if empty is not None else None
        if chosen is not None:
            out.append((chosen, 0.1))
    for param in b.params:
        if param.element is not None and param.key in value.key:
            empty = b.call("empty", param)
            out += [(v, 0.2) for v in [b.choice(empty, default, value)] if v is not None] if empty is not None else []
    return out[:2]


@_rule("V", "V or V if V be P; V if C and V if C; V if C V if C", cost=0.3)
def with_condition(b: Builder, *given: Value | Predicate) -> Readings:
    if any(isinstance(g, Predicate) for g in given):
        value, default, subject, which = given
        assert (
            isinstance(value, Value)
            and isinstance(default, Value)
            and isinstance(subject, Value)
            and isinstance(which, Predicate)
        )
        return [(v, c + d) for truth, c in which.holds(subject) for v, d in _choose(b, truth, default, value)]
    one, first, two, _ = (g for g in given if isinstance(g, Value))
    return _choose(b, first, one, two)


_NOUNS: Final = {"evenness": "even", "oddness": "odd", "primality": "prime", "positivity": "positive", "emptiness": "empty"}


@_rule(
    "C",
    "[whether|check|test] evenness|oddness|primality|positivity|emptiness! [of V]; check|test for "
    "evenness|oddness|primality|emptiness! [of V]; check|test V for evenness|oddness|primality|emptiness!",
    cost=0.1,
)
def property_as_noun(b: Builder, *given: str | Value | None) -> Readings:
    """ "check for primality"."""
    value = maybe(given, Value) or (b.params[0] if b.params else None)
    return readings(b.call(_NOUNS[said(given, str)], value)) if value is not None else []


@_rule(
    "V",
    "V or all of it if A; V or everything if A; V or all of U if A; V or whole text|list if A; V or the text|list itself if "
    "A; V or U if A; V or U all if A; V or [all] the text|list if A; V or the text|list unchanged|as it be if A; V or "
    "unchanged if A",
    cost=0.0,
)
def or_all(b: Builder, value: Value, _: Absence) -> Value:
    return value


@_rule("V", "V or V depending on|according V; V or V depending on whether V be so; V or V according to V; V or V for V", cost=0.3)
def by_name(b: Builder, first: Value, second: Value, subject: Value) -> Readings:
    """ "even" or "odd" depending on n: the first text names a property."""
    name = getattr(first.tree, "value", None)
    truth = b.call(name, subject) if isinstance(name, str) and b.vocabulary.shape(name) is not None else None
    return _choose(b, truth, first, second) if truth is not None and truth.type is BOOL else []


@_rule("V", "V or V if U be P; V , or V if U be P; V but V if U be P; V , but V if U be P; V , V if U be P", cost=0.3)
def each_with_condition(b: Builder, value: Value, other: Value, which: Predicate) -> Readings:
    """ "each element, or zero if it is negative"."""
    if value.each is None:
        return []
    inner = Value(value.tree, value.type, value.key.removesuffix("/" + value.each.key), value.flex)
    it = b.it(value.each.type.element)
    found = [(v, c + d) for truth, c in which.of(it) for v, d in _choose(b, truth, other, inner)]
    return [(Value(v.tree, v.type, f"{v.key}/{value.each.key}", v.flex, value.each), c) for v, c in found]


@_rule(
    "V",
    "V for P , V for P , V for P; V for P , V for P and V for P; V for P , V for P , and V for P; V for P , V for P , V "
    "otherwise; V for P , V for P and V otherwise; V if P , V if P , V if P; V if P , V if P and V if P; V if P , V if P , "
    "V otherwise; V if P , V if P and V otherwise; V P , V P , otherwise V; V P , V P and otherwise V; V P , V P and V "
    "otherwise; V P , V P , V otherwise; V P , V P , V P; V P , V P and V P; V for P , V for P , otherwise V; V for P , V "
    "for P and otherwise V; V if P , V if P , otherwise V; V if P , V if P otherwise V",
    cost=0.1,
)
def choice_by_property(b: Builder, *given: Value | Predicate) -> Readings:
    """ "-1 for negative, 0 for zero, 1 for positive"."""
    values = [g for g in given if isinstance(g, Value)]
    predicates = [g for g in given if isinstance(g, Predicate)]
    subject = b.params[0] if b.params else None
    if subject is None:
        return []
    return [
        (v, a + c + d + e)
        for first, a in predicates[0].of(subject)
        for second, c in predicates[1].of(subject)
        for inner, d in _choose(b, second, values[1], values[2])
        for v, e in _choose(b, first, values[0], inner)
    ]


@_rule(
    "V",
    "V for P [F] , V for P [F]; V for P [F] and V for P [F]; V for P , V otherwise; V for P and V otherwise; V for P [F] , "
    "V for others; V for P [F] and V for others; V P , otherwise V; V for P [F] , otherwise V; V for P [F] otherwise V",
    cost=0.1,
)
def choice_of_two_by_property(b: Builder, *given: Value | Predicate | Relation | None) -> Readings:
    values = [g for g in given if isinstance(g, Value)]
    which = said(given, Predicate)
    subject = b.params[0] if b.params else None
    return [(v, c + d) for truth, c in which.of(subject) for v, d in _choose(b, truth, *values)] if subject is not None else []


@_rule("V", "D unless C; unless C , D; D unless C in which case leave U [unchanged]; D but not if C; D except if C", cost=0.3)
def do_unless(b: Builder, *given: Relation | Value) -> Readings:
    """ "add 10 percent unless it is above 100"."""
    deed, condition = said(given, Relation), said(given, Value)
    return [(v, c + d + at) for at, p in enumerate(b.params) for x, c in deed.of(p) for v, d in _choose(b, condition, p, x)]


@_rule("V", "V unless C; unless C , V; V but not if C; V except if C", cost=0.8)
def be_unless(b: Builder, one: Value, other: Value) -> Readings:
    """ "x plus 10 percent unless x is above 100": else the parameter as it is."""
    value, condition = (one, other) if other.type is BOOL else (other, one)
    return [
        (v, c + at)
        for at, p in enumerate(b.params)
        if p.key in value.key and p.type is b.plain(value).type and condition.type is BOOL
        for v, c in _choose(b, condition, p, value)
    ]

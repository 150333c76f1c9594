"""Elements by their place: the k-th, every k-th, those at even positions, the middle, halves.

Imports, of `siglum.propose.lexical`, chart, common, comparing, meanings, picking, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.propose.lexical.chart import Together
from siglum.propose.lexical.comparing import is_number
from siglum.propose.lexical.english.common import of_list, subject_list
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.picking import at_place, every_kth
from siglum.propose.lexical.rules import Grammar, maybe, said
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule = RULES.rule


@_rule("F", "N F; F number N; F N", cost=0.1)
def kth(b: Builder, *given: Value | Relation) -> Relation | None:
    number = said(given, Value)
    things = said(given, Relation)
    return of_list(b, f"{number.key}th", things, lambda xs: at_place(b, xs, number)) if things.noun else None


@_rule("F", "F at [the] position V; F at V; F number V; element number|at V; F with position V; F at place V", cost=0.3)
def at_index(b: Builder, *given: Value | Relation) -> Relation | None:
    place = said(given, Value)
    things = maybe(given, Relation) or subject_list(b)
    if not things.noun or not is_number(place.type):
        return None

    def make(xs: Value) -> Readings:
        found = b.call("at", xs, place)
        return [(found.said_of("at", xs, place), 0.0)] if found is not None else []

    return of_list(b, f"at {place.key}", things, make)


@_rule(
    "F",
    "F in|at|from position V to|through|and V; F from position V to|up to position V; F V to|through V; F from V to V; F "
    "between position V and V; F from position V up to V; F at position V through V; F number V to V",
    cost=0.2,
)
def from_place_to_place(b: Builder, things: Relation, start: Value, end: Value) -> Relation | None:
    """Both included, counted from 0, or from 1."""
    if not things.noun or not is_number(start.type) or not is_number(end.type):
        return None
    texts = (("x slice y (z + 1)", 0.0), ("x slice (y - 1) z", 0.5), ("x slice y z", 0.8))
    name = f"{start.key}..{end.key}"
    return of_list(b, name, things, lambda xs: readings((b.template(text, xs, start, end), cost) for text, cost in texts))


@_rule(
    "F",
    "sub-text|part|slice|portion|section|piece from|between [position] V to|and|through|at-most-so-many [position] V [, V] "
    "[inclusive|exclusive!]; sub-text|slice|part starts at|from|with [position] V and ends at|before|with [position] V "
    "[inclusive|exclusive!]; sub-text|slice|part from position V to|up to but not including position V",
    cost=0.1,
)
def slice_of(b: Builder, *given: Value | Relation | str | None) -> Relation | None:
    """ "the substring from i to j, j not included"."""
    start, end = [g for g in given if isinstance(g, Value)][:2]
    if not is_number(start.type) or not is_number(end.type):
        return None
    both = "inclusive" in given
    texts = (("x slice y z", 0.3 if both else 0.0), ("x slice y (z + 1)", 0.0 if both else 0.3), ("x slice (y - 1) z", 0.6))
    name = f"{start.key}...{end.key}"
    return Relation(b, name, lambda v: readings((b.template(t, v, start, end), c) for t, c in texts), noun=True, strict=True)


@_rule("F", "each N F; each other F; other F", cost=0.1)
def each_kth(b: Builder, *given: Value | Relation) -> Relation | None:
    """ "every third element", "every other word"."""
    number = maybe(given, Value) or b.literal(2)
    things = said(given, Relation)
    return of_list(b, f"every {number.key}", things, lambda xs: every_kth(b, xs, number)) if things.noun else None


@_rule(
    "F",
    "F at [the] even|odd! position; even|odd! position F; even|odd! character|letter; F whose position be even|odd!; F with "
    "even|odd! position; F in even|odd! position; F at [a] position that be even|odd!; F that have even|odd! position "
    "value; F with [an] even|odd! position",
    cost=0.1,
)
def at_parity(b: Builder, *given: str | Relation) -> Relation | None:
    parity = said(given, str)
    things = maybe(given, Relation) or subject_list(b)
    from_zero = "x step 2" if parity == "even" else "x drop 1 step 2"
    from_one = "x drop 1 step 2" if parity == "even" else "x step 2"

    def make(xs: Value) -> Readings:
        if xs.origin is not None and xs.origin.how == "filter" and isinstance(xs.origin.detail, Predicate):
            # "even numbers at even positions": positions in the whole list
            which = xs.origin.detail
            return [(v, c + d) for ys, c in make(xs.origin.source) for v, d in which.among(ys)]
        picked = [(b.template(from_zero, xs), 0.0), (b.template(from_one, xs), 1.0)]
        # what is left out are those at the other positions
        return [(v.said_of("kth" if "drop" in v.key else "step", xs, b.literal(2)), c) for v, c in readings(picked)]

    return of_list(b, f"{parity} positions", things, make) if things.noun else None


@_rule("F", "F at [the] position divisible V; F whose position be divisible V", cost=0.1)
def at_multiples(b: Builder, things: Relation, step: Value) -> Relation | None:
    return of_list(b, f"step {step.key}", things, lambda xs: readings(b.call("step", xs, step))) if things.noun else None


@_rule("F", "middle F; F in [the] middle", cost=0.1)
def middle(b: Builder, things: Relation) -> Relation:
    def make(xs: Value) -> Readings:
        return readings([b.template("x at (x length // 2)", xs), (b.template("x sort at (x length // 2)", xs), 1.0)])

    return of_list(b, "middle", things, make)


@_rule(
    "V",
    "middle [one|value|element|number] of sorted V; middle one|value|element|number when sorted; middle of T; middle of V; "
    "middle F of T; middle one of T; median of T; @median of T; middle number|value|element|one of T; middle "
    "number|value|element",
    cost=0.3,
)
def middle_of(b: Builder, *given: Value | Together | Relation) -> Readings:
    values = next((g for g in given if isinstance(g, (Value, Together))), None)
    if values is None:
        values = Together(p for p in b.params if is_number(p.type))
    if isinstance(values, Together):
        xs = b.list_of(values) if values else None
        return readings(b.template("x sort at (x length // 2)", xs)) if xs is not None else []
    return readings([b.template("x at (x length // 2)", values), (b.template("x sort at (x length // 2)", values), 0.5)])


@_rule("F", "first|second|last|upper|lower|left|right|larger|smaller|bottom|top! half [of F]", cost=0.1)
def one_half(b: Builder, which: str, things: Relation | None = None) -> Relation:
    """The shorter half comes first where there is a middle element, or the longer one."""
    front = which in ("first", "lower", "left", "smaller", "bottom")
    texts = (
        ("x take (x length // 2)", "x take ((x length + 1) // 2)")
        if front
        else ("x drop (x length // 2)", "x drop ((x length + 1) // 2)")
    )
    source = things if things is not None else subject_list(b)
    return of_list(
        b, f"{which} half", source, lambda xs: readings((b.template(text, xs), 0.5 * at) for at, text in enumerate(texts))
    )


@_rule("F", "rest; rest of F", cost=0.4)
def the_rest(b: Builder, things: Relation | None = None) -> Relation:
    return Relation(b, "tail", lambda v: b.call("tail", v), noun=True, strict=True)


@_rule(
    "V",
    "V at position V; F at position V; F of V at position V; F from V at position V; V at position given|listed by|in V; F "
    "of|from V at position given|listed by|in V; F of|from V whose position be in V; F at position given|listed by|in V",
    cost=0.2,
)
def at_places(b: Builder, *given: Value | Relation) -> Readings:
    """ "elements of xs at the positions ys": a list of positions."""
    values = [g for g in given if isinstance(g, Value)]
    places = values[-1]
    if places.element is None or not is_number(places.type.element):
        return []
    whole = values[0] if len(values) > 1 else next((p for p in b.params if p.element is not None and p.key != places.key), None)
    return readings(b.call("at", whole, places)) if whole is not None and whole.each is None else []

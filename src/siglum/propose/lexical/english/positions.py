"""Where something stands: positions of what was picked out, of values, of text in text.

Imports `siglum.ir` and, of `siglum.propose.lexical`, meanings, rules, undoing and values.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.types import STR
from siglum.propose.lexical.meanings import Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar, maybe, said
from siglum.propose.lexical.undoing import where
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule = RULES.rule


@_rule("V", "position where|at V have|reach I; position where|at I be; all position where V have|reach I", cost=0.1)
def where_own(b: Builder, *given: Value | Relation) -> Readings:
    """ "positions where the list has its maximum"."""
    whole = maybe(given, Value) or next((p for p in b.params if p.element is not None), None)
    found = said(given, Relation).of(whole) if whole is not None else []
    return [(v, c) for own, c in found if whole is not None and (v := b.template("x = y | positions", whole, own)) is not None]


@_rule(
    "F",
    "where be F; at|in|on which|what position be F; which|what position have|hold|contains F; where F be; position of "
    "[each] F; position where F be; position of every F",
    cost=0.2,
)
def position_of_relation(b: Builder, things: Relation) -> Relation:
    return Relation(
        b,
        f"position of {things.key}",
        lambda v: [(r, c + d) for p, c in things.of(v) for r, d in where(b, p)],
        noun=True,
        strict=True,
    )


@_rule(
    "V",
    "where be V; at|in|on which|what position be V; which|what position have|hold|contains V; where be V located; where V "
    "be; position of V; position of every V; position of all V; where V first occurs|be; position at which V "
    "occurs|start|begin; position where V occurs|stand|start|begin|be; position of [the] first V; first position of V; "
    "where V be",
    cost=0.3,
)
def position_of(b: Builder, picked: Value) -> Readings:
    """ "position of the largest": where it was picked from."""
    if picked.each is not None and picked.each.origin is not None:
        picked = picked.each
    return where(b, picked)


@_rule(
    "V",
    "position of V in V; position of first|last! V in V; position of first|last! occurrence of V [in V]; position where V "
    "first occurs in V; where V occurs|be in V; first|last! position of V in V; first|last! position where V occurs in V; "
    "first|last! position at which V occurs [in V]; position where V start|begin in V; position of V within V; position of "
    "V; position where V start|begin|occurs; where V first occurs in V",
    cost=0.4,
)
def position_of_value(b: Builder, *given: str | Value | None) -> Readings:
    thing, *rest = (g for g in given if isinstance(g, Value))
    which = maybe(given, str) or "first"
    places = rest or [p for p in b.params if p.element is not None and p.key != thing.key]
    if not places or thing.each is not None or (thing.origin is not None and not rest):
        return []
    whole = places[0]
    if which == "last":
        return readings([b.template("x = y | positions last", whole, thing)])
    return readings([b.call("index", whole, thing)])


@_rule(
    "V",
    "position of all|each [occurrence|the] [of] V in V; all position of V [in V]; all position where V occurs|be [in V]; "
    "all|each position at which V occurs [in V]; position of all|each occurrence of V [in V]; each position where|at V "
    "start|begin|occurs|be [in|inside|within V]; all position where|at V start|begin [in|inside|within V]; position of all "
    "element equal V [in V]; each position of V [in V]; all position equal V",
    cost=0.2,
)
def all_positions(b: Builder, thing: Value, whole: Value | None = None) -> Readings:
    places = [whole] if whole is not None else [p for p in b.params if p.element is not None and p.key != thing.key]
    if not places or thing.each is not None:
        return []
    whole = places[0]
    if whole.type is STR and thing.type is STR and thing.flex == 0:
        return readings(b.template("(x length) range filter (as i x drop i starts y)", whole, thing))
    return readings([b.template("x = y | positions", whole, thing)])


@_rule(
    "V",
    "position where|at V occurs|be|stand [in V]; position at which V occurs|be|stand [in V]; where do V occurs [in V]; "
    "position of V [in V]; at which position do V occurs [in V]; list of position of V [in V]; where V occurs [in V]",
    cost=0.1,
)
def positions_wanted(b: Builder, thing: Value, whole: Value | None = None) -> Readings:
    """The same words, where a list is wanted."""
    if b.result is None or b.result.kind != "array":
        return []
    return all_positions(b, thing, whole) if thing.origin is None else []

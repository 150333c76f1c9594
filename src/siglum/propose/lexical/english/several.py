"""Several values said together: "a and b", "the two lists", "their lengths".

Imports `siglum.ir` and, of `siglum.propose.lexical`, chart, comparing, meanings, picking, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.types import CHAR, STR, Type
from siglum.propose.lexical.chart import Together
from siglum.propose.lexical.comparing import is_list, is_number
from siglum.propose.lexical.meanings import Relation
from siglum.propose.lexical.picking import best
from siglum.propose.lexical.rules import Grammar
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule = RULES.rule


@_rule("T", "V and V; V with V; V to|from V; both V and V; either V and V", cost=0.2)
def two(b: Builder, first: Value, second: Value) -> Together:
    return Together((first, second))


@_rule("T", "F of T; F T", cost=0.5)
def each_of_several(b: Builder, relation: Relation, values: Together) -> list[tuple[Together, float]]:
    """ "(difference of) the lengths of the two lists": the relation of each."""
    found = [relation.of(v) for v in values]
    return [(Together(f[0][0] for f in found), sum(f[0][1] for f in found))] if all(found) else []


@_rule("T", "I", cost=0.8)
def each_of_theirs(b: Builder, relation: Relation) -> list[tuple[Together, float]]:
    """ "(the sum of) their squares"."""
    return each_of_several(b, relation, Together(b.params)) if len(b.params) > 1 else []


@_rule("T", "largest|smallest|longest|shortest! and [the] largest|smallest|longest|shortest! F", cost=0.1)
def both_extremes(b: Builder, first: str, second: str, things: Relation) -> list[tuple[Together, float]]:
    """ "the largest and the smallest number"."""
    size = Relation(b, "length", lambda v: b.call("length", v)) if first in ("longest", "shortest") else None
    out = []
    for at, param in enumerate(b.params):
        for xs, cost in things.of(param) if things.noun else []:
            both = [found[0][0] for how in (first, second) if (found := best(b, xs, how in ("largest", "longest"), size))]
            if len(both) == 2:
                out.append((Together(both), cost + at))
    return out


@_rule("T", "V , V and V; V V and V", cost=0.2)
def three(b: Builder, first: Value, second: Value, third: Value) -> Together:
    return Together((first, second, third))


@_rule("T", "V , V , V and V", cost=0.2)
def four(b: Builder, first: Value, second: Value, third: Value, fourth: Value) -> Together:
    return Together((first, second, third, fourth))


@_rule(
    "T",
    "both|two list|number|text|word|element|value|character|matrix!; list|number|text|word|value|side|element|argument!; U; "
    "both; each other; one another; all|three|four number|value|side|element|argument!; three|four "
    "side|number|value|argument!; two; three",
    cost=0.4,
)
def all_params(b: Builder, kind: str | None = None) -> Together | None:
    """ "both lists", "the three numbers": the parameters of that kind."""
    chosen = tuple(p for p in b.params if kind is None or _is_kind(p.type, kind))
    return Together(chosen) if len(chosen) > 1 else None


def _is_kind(t: Type, kind: str) -> bool:
    if kind in ("number", "side"):
        return is_number(t)
    if kind in ("text", "word"):
        return t is STR
    if kind in ("list", "matrix"):
        return is_list(t)
    if kind == "character":
        return t is CHAR
    return True

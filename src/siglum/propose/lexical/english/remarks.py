"""Remarks at the end: how to count, in what form to give the result, and those that change nothing.

Imports, of `siglum.propose.lexical`, comparing, meanings, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.propose.lexical.comparing import how_many, is_number
from siglum.propose.lexical.meanings import Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule, _done = RULES.rule, RULES.done


@_done(
    "remove others; leave out others; ignore others; leave others [unchanged]; others stay|remain|be [unchanged]; others be "
    "removed; keep others [unchanged]; others unchanged; without others; F stay|remain unchanged; leave F unchanged; keep F "
    "unchanged; F be unchanged; with others unchanged; not change others; counting from 0|zero; element by element; "
    "elementwise; pairwise; position by position; if U be there|present; if present; count from 0|zero; starts at|from 0; "
    "starting at|from 0|zero; zero based; if any; in order; in the original order; keeping order; keeping the order; "
    "preserving order; in the given order; in order of first appearance; in same order; order kept; with order "
    "kept|preserved; keep order; in order of appearance; as a number|list|value|result; inclusive; in the order they "
    "occurs; in order of occurrence; the last group may be shorter; last F may be shorter|smaller; last one may be "
    "shorter|smaller; F may be shorter; starts with V and V; starting with V; starting with V and V; starts at V; starting "
    "at V; as a list; in original order; in the order first seen; original order kept; where order matter; so far; at all; "
    "in total; altogether; in all; as a whole; in any order; counting repeats|duplicate; in that order; at same position; "
    "be left; one by one; keep|keeping [only] first [one|occurrence|appearance]; of each [F] keep first; keep first of "
    "them; as list of position; as a list of F",
    cost=0.2,
)
def as_it_is(b: Builder, *_: object) -> Relation:
    return Relation(b, "", lambda v: v, strict=True)


@_done("counting from 1|one; count from 1|one; starting at|from 1|one; one based; starts at|from 1; 1 based", cost=0.2)
def counting_from_one(b: Builder) -> Relation:
    def make(v: Value) -> Value | None:
        return b.call("+", v, b.literal(1)) if any(p in v.key for p in ("index(", "positions(", "argm", "indices(")) else v

    return Relation(b, "from one", make, strict=True)


@_done("how-many; how-many be there; how-many of U; count U; and count U", cost=0.3)
def counting(b: Builder) -> Relation:
    """ "pairs of equal neighbours, how many"."""
    return Relation(b, "how many", lambda v: how_many(b, v) if v.element is not None else [], strict=True)


@_done(
    "as pair; as value and count pair; as F and F pair; as list of pair; as F pair; as [list of] pair of F and F; as [list "
    "of] F and F",
    cost=0.1,
)
def as_pairs(b: Builder, *_: object) -> Relation:
    return Relation(b, "entries", lambda v: b.call("entries", v) if v.type.kind == "map" else v, strict=True)


@_done("as text|string; convert * to text|string; as a string; as string; convert U to string", cost=0.2)
def as_text(b: Builder) -> Relation:
    return Relation(b, "text", lambda v: b.call("text", v) if v.type.kind != "array" else v)


@_done("as a number; convert * to [a] number; read as a number; as number; parse * as number; convert to number", cost=0.2)
def as_number(b: Builder) -> Relation:
    def make(v: Value) -> Readings:
        wanted = "number" if str(b.result) in ("f64", "[f64]") else "integer"
        made = [b.call(wanted, v), b.call("real" if wanted == "number" else "undigits", v)]
        return readings([(m, 0.5 * at) for at, m in enumerate(made)])

    return Relation(b, "number", make)


@_rule(
    "V",
    "number formed by|from|of V; number made of|from|by V; V as one number; V as a number; number with digit V; number "
    "whose digit be V; number that V form; V joined|put together into a number",
    cost=0.2,
)
def number_of_digits(b: Builder, digits: Value) -> Readings:
    return readings(b.call("undigits", digits)) if digits.element is not None and is_number(digits.type.element) else []

"""What is to be ignored or kept: case, spaces, the sign.

Imports `siglum.frontend`, `siglum.ir` and, of `siglum.propose.lexical`, comparing, meanings, rules, undoing and values.
"""

from __future__ import annotations

from typing import Final

from siglum.frontend.phrase.syntax import Name
from siglum.ir.types import CHAR, STR
from siglum.propose.lexical.comparing import is_number
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar
from siglum.propose.lexical.undoing import without
from siglum.propose.lexical.values import Builder, Maker, Value

RULES: Final = Grammar()
_rule, _done = RULES.rule, RULES.done


@_done("ignoring-case; ignoring-case of letter", cost=0.0)
def ignoring_case(b: Builder) -> Relation:
    """What is compared is put in small letters first."""
    return _first_done(
        b, "lower", lambda v: b.call("lower", v) or b.by("map", v, lambda x: b.call("lower", x)) if _is_texts(v) else None
    )


@_done("ignoring|without|remove F; ignore F; not counting F; disregarding F", cost=0.6)
def ignoring(b: Builder, things: Relation) -> Relation:
    """ "ignoring spaces": the text is taken without them first."""

    def make(v: Value) -> Value | None:
        found = [r for p, _ in things.of(v) for r, _ in without(b, p)]
        return found[0] if found else None

    return _first_done(b, f"ignoring {things.key}", make)


@_done("not include|count F; never include|count F; not include|count F in U", cost=0.4)
def not_including(b: Builder, things: Relation) -> Relation:
    return ignoring(b, things)


@_rule("V", "not include|count F in F; leave F out of F; remove F from F; ignore F in F", cost=0.4)
def not_included_in(b: Builder, things: Relation, whole: Relation) -> Readings:
    """ "do not include the negative numbers in the sum"."""
    if whole.noun:
        return []
    return [
        (v, c + d + e + at)
        for at, p in enumerate(b.params)
        for picked, c in things.of(p)
        for rest, d in without(b, picked)
        for v, e in whole.of(rest)
    ]


@_done("without P; ignoring P; ignoring P and P; without P and P; ignoring P and [all] P F", cost=0.6)
def ignoring_such(b: Builder, which: Predicate, other: Predicate | None = None, _: Relation | None = None) -> Relation:
    which = which.joined("or", other) if other is not None else which

    def make(v: Value) -> Value | None:
        found = which.among(v, "reject")
        return found[0][0] if found else None

    return _first_done(b, f"ignoring {which.key}", make)


@_done("after D; after you D; once D; when D; after being D", cost=0.4)
def after_doing(b: Builder, deed: Relation) -> Relation:
    """ "after trimming": every parameter it can be done to is taken so."""

    def make(v: Value) -> Value | None:
        found = [r for r, _ in deed.of(v) if r.type is v.type]
        return found[0] if found else None

    return _first_done(b, f"after {deed.key}", make)


@_done(
    "ignoring sign; ignoring [the] sign; regardless of sign; without regard to sign; without sign; ignoring-case sign",
    cost=0.1,
)
def ignoring_sign(b: Builder) -> Relation:
    first = _first_done(b, "abs", lambda v: b.call("abs", v) if is_number(v.type) else None)

    def make(v: Value) -> Readings:
        return [*readings(b.call("abs", v) if is_number(v.type) else None), *[(w, c + 0.3) for w, c in first.of(v)]]

    return Relation(b, "ignoring sign", make, strict=True)


@_done(
    "keep|keeping sign; keep|keeping [the] sign; with [the] same sign; preserving sign; sign kept|preserved; keep sign as "
    "it be; with the sign kept",
    cost=0.0,
)
def keeping_sign(b: Builder) -> Relation:
    """A number made of a parameter gets the parameter's sign."""

    def make(v: Value) -> Readings:
        numbers = [p for p in b.params if is_number(p.type)]
        if not numbers or not is_number(v.type) or "sign(" in v.key:
            return [(v, 0.1)]
        sign = b.call("sign", numbers[0])
        return readings(b.call("*", sign, v)) if sign is not None else []

    return Relation(b, "keep sign", make, strict=True)


def _is_texts(v: Value) -> bool:
    return v.type in (STR, CHAR) or str(v.type) == "[str]"


def _first_done(b: Builder, name: str, make: Maker) -> Relation:
    """Something done to every parameter it can be done to, before all else."""

    def of_value(value: Value) -> Readings:
        if isinstance(value.tree, Name):
            return []
        changed: Value | None = None
        for param in b.params:
            made = b.with_parameter(changed or value, param.key, make)
            changed = made if made is not None else changed
        return [(changed, 0.0)] if changed is not None else []

    return Relation(b, f"first {name}", of_value, strict=True)

"""Replacing: values, things that are such, all but some; changing some and leaving the others.

Imports `siglum.ir` and, of `siglum.propose.lexical`, comparing, meanings, rules, undoing and values.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.types import CHAR, STR
from siglum.propose.lexical.comparing import equals, is_list
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar, said
from siglum.propose.lexical.undoing import replaced, without
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_done = RULES.done


@_done(
    "replace V by|with|to|into|for V [in|within *]; replace V by|with|to|into V everywhere [in *]; replace all|each|every "
    "[occurrence|instance] [of] V by|with|to|into V [in|within *]; in * replace V by|with V; replace occurrence of V in * "
    "by|with V; replace V in * by|with V; replace all V by|with|to|into V [in *]; replace each V by|with|to|into V [in *]; "
    "replace all|each|every [occurrence|instance] [of] V in * by|with|to V",
    cost=0.1,
)
def replacing_value(b: Builder, old: Value, new: Value) -> Relation | None:
    """ "replace - with a space", "replace 0 by 1"."""
    if old.each is not None or new.each is not None:
        return None

    def make(v: Value) -> Readings:
        texts = [t if t.type is STR else b.call("text", t) for t in (old, new)]
        if v.type is STR and texts[0] is not None and texts[1] is not None and old.type in (STR, CHAR):
            return readings(b.call("replace", v, *[t for t in texts if t is not None]))
        if not is_list(v.type):
            return []
        out: Readings = []
        for picked, cost in equals(b, old).among(v):
            out += [(r, cost + c) for r, c in replaced(b, picked, new)]
        return out

    return Relation(b, f"replace {old.key} {new.key}", make)


@_done(
    "substitute V for [all|each|every] V [in *]; put V in place of V [in *]; use V instead of V [in *]; V instead of V",
    cost=0.0,
)
def substituting(b: Builder, new: Value, old: Value) -> Relation | None:
    return replacing_value(b, old, new)


@_done("swap|exchange each|every|all V for V [in *];  swap|exchange V for V [in *]", cost=0.0)
def exchanging(b: Builder, old: Value, new: Value) -> Relation | None:
    return replacing_value(b, old, new)


@_done(
    "P [F] become|turn V; convert P [F] into|to V; set P [F] to V; P [F] into V; P F to V; P [F] be replaced by|with V",
    cost=0.2,
)
def becoming_value(b: Builder, which: Predicate, things: Relation | None, new: Value) -> Relation:
    """ "negative numbers become zero"."""
    return replacing_such(b, which, things, new)


@_done(
    "replace F by|with|to|into|for V [in *]; replace each|all F by|with|to|into V [in *]; replace F in|of * by|with|to V; "
    "replace each|all F in|of * by|with|to V; set F to V; put V in place of F; put V in place of each F; * with F replaced "
    "by V; * with each F replaced by V; mask|hide F with|by V; hide each F with|by V",
    cost=0.2,
)
def replacing_things(b: Builder, *given: Relation | Value) -> Relation:
    """ "replace every negative number with zero"."""
    things = said(given, Relation)
    new = said(given, Value)
    return Relation(b, f"replace {things.key} {new.key}", lambda v: _replacing(b, things, v, new))


@_done("replace P [F] by|with|to|into V [in *]; replace each|all P [F] by|with|to|into V [in *]", cost=0.5)
def replacing_such(b: Builder, which: Predicate, things: Relation | None, new: Value) -> Relation:
    def make(v: Value) -> Readings:
        return [(r, c + d) for picked, c in which.among(v) for r, d in replaced(b, picked, new)]

    return Relation(b, f"replace {which.key} {new.key}", make)


@_done("replace F by|with I [in *]; replace each|all F by|with I [in *]; replace F in * by|with I; F by I", cost=0.1)
def replacing_by_own(b: Builder, things: Relation, new: Relation) -> Relation:
    """ "replace each odd number by its double"."""

    def make(v: Value) -> Readings:
        out = _replacing(b, things, v, new)
        for xs, cost in things.of(v):
            if xs.key == v.key or (xs.origin is None and xs.element is not None):
                it = b.it(xs.type.element)
                out += [(m, cost + c) for made, c in new.of(it) if (m := b.over("map", xs, made)) is not None]
        return out

    return Relation(b, f"replace {things.key} {new.key}", make)


def _replacing(b: Builder, things: Relation, value: Value, new: Value | Relation) -> Readings:
    out: Readings = []
    for picked, cost in things.of(value):
        out += [(r, cost + c) for r, c in replaced(b, picked, new)]
        if picked.key == value.key and isinstance(new, Value) and value.element is not None:
            # "replace every character with a star"
            same = b.over("map", value, (b.letter_of(new) or new) if value.type is STR else new)
            out += [(same, cost + 0.3)] if same is not None else []
    return out


@_done("with I D; * with I D", cost=0.2)
def with_own_parts_changed(b: Builder, parts: Relation, change: Relation) -> Relation:
    """ "the text with its lines sorted", "the list with its last element doubled"."""

    def make(v: Value) -> Readings:
        changed = [(r, c) for r, c in _replacing(b, parts, v, change)] if parts.noun else []
        return [*changed, *[(w, c + 0.1) for w, c in parts.then(change).of(v)]]

    return Relation(b, f"with {parts.key} {change.key}", make, strict=True)


@_done(
    "F D and leave others [unchanged]; F D , others [stay|remain|be] unchanged; F D and others [stay|remain|be] unchanged; "
    "F D , others unchanged; F D but leave others; only F D; F D , leave others [unchanged]; F D , keep others",
    cost=0.1,
)
def some_changed(b: Builder, things: Relation, change: Relation) -> Relation | None:
    """ "the first n letters in upper case, the rest unchanged"."""
    return changing_some(b, change, things)


@_done("with V added to I; * with V added to I; with V added to F; * with V added to F; add V to I; add V to F", cost=0.3)
def with_own_part_increased(b: Builder, amount: Value, parts: Relation) -> Relation | None:
    """ "with k added to its first element"."""
    more = Relation(b, f"+{amount.key}", lambda x: b.call("+", x, amount), strict=True)
    return changing_some(b, more, parts) if parts.noun else None


@_done("with [all|each] F D; * with [all|each] F D; * with each F D", cost=0.4)
def with_some_changed(b: Builder, things: Relation, change: Relation) -> Relation | None:
    """ "the text with every vowel in upper case"."""
    return changing_some(b, change, things)


@_done(
    "with [all|each] F doubled|twice|repeated; * with [all|each] F doubled|twice|repeated; double|repeat|duplicate each|all "
    "F; with [all|each] F repeated|written|said twice; * with [all|each] F repeated|written|said twice",
    cost=0.1,
)
def with_some_doubled(b: Builder, things: Relation) -> Relation | None:
    """ "the text with all digits doubled"; numbers doubled are twice as large."""

    def twofold(x: Value) -> Readings:
        return readings([b.call("*", x, b.literal(2)), (b.list_of([x, x]), 0.3)])

    return changing_some(b, Relation(b, "twofold", twofold, strict=True), things)


@_done(
    "D each|all F; D F; D all of F; D F and leave others [as they be]; D each F and leave others; D F and leave F as they "
    "be; D F , leave F; D F and leave F U be; D F and keep F; D F , keep F [as they be]; D F and keep F unchanged; D F and "
    "leave F unchanged|alone",
    cost=0.5,
)
def changing_some(b: Builder, change: Relation, things: Relation, _: Relation | None = None) -> Relation | None:
    """ "double the even numbers": the others stay."""
    if not things.noun:
        return None

    def make(v: Value) -> Readings:
        return [(r, c + 0.3) for r, c in _replacing(b, things, v, change)]

    return Relation(b, f"{change.key} {things.key}", make, strict=True)


@_done(
    "hide|mask|replace all-but F with|by V; replace|hide|mask everything|all before F with|by V; hide|mask|replace all-but "
    "F of * with|by V; mask all-but F",
    cost=0.1,
)
def hiding(b: Builder, things: Relation, sign: Value | None = None) -> Relation | None:
    """ "hide everything except the last 4 characters with stars"."""
    one = b.letter_of(sign) if sign is not None else b.character("*")
    if one is None:
        return None

    def hidden(picked: Value) -> Readings:
        """What was picked out, with the sign for all that is left out on its other side."""
        kept = picked if picked.element is not None else b.call("single", b.plain(picked))
        at_end = picked.origin is not None and picked.origin.how in ("suffix", "last")
        out: list[tuple[Value | None, float]] = []
        for others, cost in without(b, picked):
            signs = b.over("map", others, one)
            if signs is not None and kept is not None:
                out.append((b.call("concat", *((signs, kept) if at_end else (kept, signs))), cost))
        return readings(out)

    return Relation(b, f"hide all but {things.key}", lambda v: [(w, c + d) for p, c in things.of(v) for w, d in hidden(p)])


@_done(
    "replace first! V by|with V [in *]; replace [only] first! occurrence|instance of V [in *] by|with V; replace first! "
    "occurrence of V by|with V [in *]",
    cost=0.0,
)
def replacing_first(b: Builder, _: str, old: Value, new: Value) -> Relation:
    text = "x contains y ? (x before y concat z concat (x after y)) : x"
    return Relation(b, f"replace first {old.key}", lambda v: b.template(text, v, old, new) if v.type is STR else None)


@_done("F D without F; D F without F; D all F without F; D each F without F", cost=0.1)
def changing_all_but(b: Builder, *given: Relation) -> Relation:
    """ "all numbers doubled except the first"."""
    nouns = [g for g in given if g.noun]
    change = next((g for g in given if not g.noun), given[1])

    def make(v: Value) -> Readings:
        if not nouns:
            return []
        return [
            (r, c + d + e)
            for picked, c in nouns[-1].of(v)
            for rest, d in without(b, picked)
            for r, e in replaced(b, rest, change)
        ]

    return Relation(b, f"{change.key} all but {nouns[-1].key if nouns else ''}", make, strict=True)

"""Adding to lists and texts, joining several, pairing and interleaving, putting between.

Imports `siglum.ir` and, of `siglum.propose.lexical`, chart, comparing, meanings, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.types import CHAR, STR
from siglum.propose.lexical.chart import Together
from siglum.propose.lexical.comparing import is_list, is_number
from siglum.propose.lexical.meanings import Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar, said
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule, _done = RULES.rule, RULES.done


@_done(
    "append V to *; append|add|put|insert|attach V at-end *; append|add V at the end [of *]; put V behind|after *; * "
    "followed by V; followed by V; with V appended|added [at the end]; add V to the end; append V; * with V appended|added "
    "[at the end]; * then V; add V; * and V behind U; with V at the end; * with V at the end; attach V to *; put|add|insert "
    "V behind|after last F [of *]; V behind|after last F; put|add V last; put|add V at the back; with V behind",
    cost=0.3,
)
def appending(b: Builder, thing: Value, _: Relation | None = None) -> Relation:
    return Relation(b, f"append {thing.key}", lambda v: _beside(b, v, thing, True))


@_done(
    "insert|put|add|attach|place V at|to|in|on the front|start|beginning|head [of *]; put V first in *; prepend V to *; "
    "add|put|insert|attach V in-front *; put|add V before|in front *; * preceded by V; preceded by V; add V at the "
    "front|start|beginning; prepend V; with V in front; * with V in front; * with V added|put|inserted|placed at|to|in the "
    "front|start|beginning; with V added|put at|to|in the front|start|beginning; add V to the front|start|beginning; put V "
    "first",
    cost=0.2,
)
def prepending(b: Builder, thing: Value) -> Relation:
    return Relation(b, f"prepend {thing.key}", lambda v: _beside(b, v, thing, False))


def _beside(b: Builder, v: Value, thing: Value, behind: bool) -> Readings:
    if v.type is CHAR or (is_number(v.type) and thing.type is STR):
        text = b.call("text", v)
        return _beside(b, text, thing, behind) if text is not None else []
    if v.element is None:
        return []
    if v.type is thing.type or (v.type is STR and thing.type is STR):
        return readings(b.call("concat", v, thing) if behind else b.call("concat", thing, v))
    if v.type is STR and is_number(thing.type):
        text = b.call("text", thing)
        return _beside(b, v, text, behind) if text is not None else []
    return readings(b.call("append" if behind else "prepend", v, thing))


@_done(
    "surround|put * by|with|in|between V [on both sides]; put V around *; put|add V before and after *; put|add V at|on "
    "both ends|sides of *; put V on both ends|sides; surrounded by V; add V at both ends",
    cost=0.1,
)
def surrounding(b: Builder, thing: Value) -> Relation:
    return Relation(
        b,
        f"surround {thing.key}",
        lambda v: (
            b.template("y concat x concat y", v, thing) if v.type is thing.type else b.template("x prepend y append y", v, thing)
        ),
    )


@_rule(
    "V",
    "V concatenated with V; V followed by V; V joined with V; V and then V; concatenation of V and V; V with V "
    "appended|added|behind",
    cost=0.3,
)
def concatenated(b: Builder, first: Value, second: Value) -> Readings:
    return _joined(b, first, second)


def _joined(b: Builder, first: Value, second: Value) -> Readings:
    if first.element is None and first.type not in (CHAR, STR):
        return []
    if first.type is second.type and first.element is not None:
        return readings(b.call("concat", first, second))
    return _beside(b, first, second, True)


@_rule(
    "V",
    "join T; @concat T; merge T; append|add T; put T together; V and V joined|together; T joined|concatenated|together; T "
    "one after the other; T as one list|text; join T into one [list|text]",
    cost=0.2,
)
def joining_lists(b: Builder, *values: Value | Together) -> Readings:
    both = values[0] if isinstance(values[0], Together) else Together(v for v in values if isinstance(v, Value))
    if any(v.element is None for v in both):
        return []
    return readings(b.fold("concat", both))


@_rule(
    "V",
    "join|@concat T with|by|using V [in between|between U]; join T with V between; T joined|concatenated with|by V [in "
    "between|between U]; T with V between U; T separated by V; put V between T; join T , separated by V",
    cost=0.1,
)
def joined_with(b: Builder, *given: Value | Together) -> Readings:
    """ "join both texts with a space between them"."""
    both = next((g for g in given if isinstance(g, Together)), None)
    separator = next((g for g in given if isinstance(g, Value)), None)
    if both is None or separator is None or len(both) != 2:
        return []
    return readings(b.template("x concat z concat y", *both, separator))


@_rule(
    "V",
    "interleave T; T interleave; elements|element of T alternately|alternating|in turn; alternately take element from T",
    cost=0.1,
)
def interleaving(b: Builder, both: Together) -> Readings:
    return readings(b.call("interleave", *both)) if len(both) == 2 else []


@_rule("V", "V append to V; V append V", cost=0.5)
def appended(b: Builder, thing: Value, whole: Value) -> Readings:
    return _beside(b, whole, thing, True)


@_rule("V", "V followed by I; pair of V and I; V with|and I; V together with I; V paired with I; V beside I", cost=0.2)
def paired_with_own(b: Builder, xs: Value, own: Relation) -> Readings:
    """ "each word followed by its length": pairs."""
    if own.key == "index":
        source = xs.each if xs.each is not None else xs
        pairs = b.call("enumerate", source)
        return readings([b.template("x map ((it right) pair (it left))", pairs) if pairs is not None else None, (pairs, 0.2)])
    each = xs if xs.each is not None else b.each(xs) if is_list(xs.type) else None
    if each is None or each.each is None:
        return []
    inner = Value(each.tree, each.type, each.key.removesuffix("/" + each.each.key))
    out: Readings = []
    for other, cost in own.of(inner):
        for made in (b.call("pair", inner, other), b.list_of([inner, other]), b.call("concat", inner, other)):
            if made is not None:
                out.append((Value(made.tree, made.type, f"{made.key}/{each.each.key}", made.flex, each.each), cost))
    return out


@_rule(
    "V",
    "pairs|pair of element of T; pair [up] element of T; zip T; pair of corresponding element of T; T paired up; pair up T; "
    "@zip T; corresponding|matching element [of T] as pair; element of T as pair; pair of corresponding element; pair up "
    "[corresponding] element; pair them up",
    cost=0.1,
)
def zipping(b: Builder, both: Together | None = None) -> Readings:
    both = both or Together(p for p in b.params if p.element is not None)
    return readings(b.call("zip", *both)) if len(both) == 2 else []


@_done(
    "insert V at|in position|place V [of|in *]; insert V into|in * at position|place V; insert V at V [in|into *]; insert V "
    "into * at V; put V at position|place V [of|in *]",
    cost=0.1,
)
def inserting(b: Builder, thing: Value, place: Value) -> Relation:
    return Relation(b, f"insert {thing.key} {place.key}", lambda v: b.call("insert", v, place, thing))


@_done(
    "insert|put V between neighbour [of *]; insert|put V between [each|all] F [of *]; insert|put V between each two|pair "
    "[of] F [of *]; separate F by|with V; insert V between each pair of F; F separated by V; insert V between F in|of *; "
    "put V between F; intersperse V [in|into *]",
    cost=0.1,
)
def interspersing(b: Builder, *given: Value | Relation) -> Relation:
    thing = said(given, Value)

    def make(v: Value) -> Readings:
        if str(v.type) == "[str]":
            return readings(b.call("join", v, thing))
        if v.type is STR and thing.type is STR:
            return readings([b.template("x map text join y", v, thing), b.call("intersperse", v, thing)])
        return readings(b.call("intersperse", v, thing))

    return Relation(b, f"intersperse {thing.key}", make, strict=True)


@_done("insert|put|add V after|before! first V F [of|in *]; insert|put|add V behind first V F [of|in *]", cost=0.0)
def inserting_beside(b: Builder, *given: Value | Relation | str) -> Relation:
    """ "insert t after the first k characters"."""
    thing, count = (g for g in given if isinstance(g, Value))
    return Relation(
        b, f"insert {thing.key} at {count.key}", lambda v: b.template("x take z concat y concat (x drop z)", v, thing, count)
    )


@_done("insert|put|add V after each F [of|in *]; insert|put V behind each F", cost=0.1)
def after_each(b: Builder, thing: Value, things: Relation) -> Relation:
    def make(v: Value) -> Readings:
        texts = {True: 'x map (it text concat y) join ""', False: "x map ([it y]) flatten"}
        return readings((b.template(texts[xs.type is STR], xs, thing), c) for xs, c in things.of(v))

    return Relation(b, f"{thing.key} after each {things.key}", make, strict=True)


@_rule(
    "V",
    "V twice with V between [U]; V twice with V in between; V V times with V between [U]; V V times with V in between; V V "
    "times separated|joined by|with V; V twice separated|joined by|with V; V V times , separated by V; repeat V V times "
    "with V between; repeat V V times separated by V; V copies of V separated|joined by|with V",
    cost=0.0,
)
def repeated_with(b: Builder, *values: Value) -> Readings:
    """ "the text three times with a dash in between"."""
    thing, count, separator = values if len(values) == 3 else (values[0], b.literal(2), values[1])
    if is_number(thing.type):
        thing, count = count, thing
    return readings(b.template("x repeat y join z", thing, count, separator)) if thing.type is STR else []


@_done("insert|put|add V in|into|at [the] middle|centre|center [of *]; * with V in the middle; with V in the middle", cost=0.1)
def inserting_in_middle(b: Builder, thing: Value) -> Relation:
    text = "x take (x length // 2) concat y concat (x drop (x length // 2))"
    return Relation(
        b,
        f"{thing.key} in the middle",
        lambda v: b.template(text, v, thing) or b.template(text.replace("y", "(y single)"), v, thing),
    )

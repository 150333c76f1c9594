"""Swapping, moving to an end, rotating, repeating.

Imports `siglum.ir` and, of `siglum.propose.lexical`, comparing, meanings, removing, rules, undoing and values.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.types import STR
from siglum.propose.lexical.comparing import is_number
from siglum.propose.lexical.english.removing import _phrase
from siglum.propose.lexical.meanings import Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar, maybe
from siglum.propose.lexical.undoing import replaced, without
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule, _done = RULES.rule, RULES.done


@_done(
    "swap first and last F [of *]; exchange first and last F [of *]; swap ends [of *]; with first and last F "
    "swapped|exchanged; * with first and last F swapped|exchanged; swap first and last",
    cost=0.0,
)
def swapping_ends(b: Builder, _: Relation | None = None) -> Relation:
    def make(v: Value) -> Readings:
        return readings(b.template("x length < 2 ? x : x suffix 1 concat (x tail front) concat (x take 1)", v))

    return Relation(b, "swap ends", make)


@_done(
    "swap [two|both] half [of *]; exchange [two|both] half [of *]; * with [its] half swapped; second half followed by first half",
    cost=0.0,
)
def swapping_halves(b: Builder) -> Relation:
    return _phrase(b, "swap halves", "x drop (x length // 2) concat (x take (x length // 2))")


@_done(
    "swap F at [the] position V and V [of|in *]; swap position V and V [of|in *]; exchange F at position V and V [of|in *]; "
    "swap F V and V [of|in *]",
    cost=0.0,
)
def swapping(b: Builder, *given: Relation | Value) -> Relation:
    first, second = (g for g in given if isinstance(g, Value))
    return Relation(b, f"swap {first.key} {second.key}", lambda v: b.call("swap", v, first, second))


@_done(
    "swap neighbour [of *]; swap each|every pair [of neighbour] [of *]; swap each two neighbour; swap neighbouring|adjacent "
    "pair; swap F in pairs",
    cost=0.0,
)
def swapping_pairs(b: Builder, _: Relation | None = None) -> Relation:
    return _phrase(b, "swap pairs", "x chunks 2 map reverse flatten")


@_done(
    "move F to the end|back [of *]; put F last; move all|each F to the end|back [of *]; * with F moved|put to|at the "
    "end|back; * with I moved|put to|at the end|back; put F at the end [of *]; F moved to the end; move F of * to the end",
    cost=0.0,
)
def moving_to_end(b: Builder, things: Relation) -> Relation:
    return Relation(b, f"move {things.key} last", lambda v: _moved(b, things, v, True))


@_done(
    "move F to the front|start|beginning [of *]; put F in front; move all|each F to the front|start|beginning [of *]; * "
    "with F moved|put to|at the front|start|beginning; * with I moved|put to|at the front|start; put F at the "
    "front|start|beginning [of *]; put F first; F before F",
    cost=0.0,
)
def moving_to_front(b: Builder, *things: Relation) -> Relation:
    return Relation(b, f"move {things[0].key} first", lambda v: _moved(b, things[0], v, False))


def _as_list(b: Builder, picked: Value) -> Value | None:
    """What was picked out as a list of one; the first or last of an empty list is an empty one."""
    edge = {"first": "take", "last": "suffix"}.get(picked.origin.how) if picked.origin is not None else None
    if edge is not None and picked.origin is not None:
        return b.call(edge, picked.origin.source, b.literal(1))
    return b.call("single", b.plain(picked))


def _moved(b: Builder, things: Relation, value: Value, last: bool) -> Readings:
    out: Readings = []
    for picked, cost in things.of(value):
        part = picked if picked.type is value.type else _as_list(b, picked)
        for rest, more in without(b, picked):
            whole = None if part is None else b.call("concat", rest, part) if last else b.call("concat", part, rest)
            if whole is not None:
                out.append((whole, cost + more))
    return out


@_done(
    "rotate * [to] left [by] V [place|position|step|time]; rotate * V [place|position|step|time] to left; rotate * by V "
    "[place|position|step] [to left]; move first V F to the end [of *]; rotate * by V; rotate * left V time; rotate left by "
    "V; rotate by V; shift * left cyclically by V; rotate * to left by V place; rotate * one place|step|position to left; "
    "rotate * [to] left; shift|cycle|move * [to] left [by] V [place|position|step|time]; shift|cycle|move * V "
    "[place|position|step] to left; shifted left by V; shift * left; cyclically shift * to left by V; move [the] first V F "
    "to the back|rear [of *]; move [the] first V F behind others; put [the] first V F at the end|back [of *]",
    cost=0.1,
)
def rotating_left(b: Builder, *given: Value | Relation | None) -> Relation:
    count = maybe(given, Value) or b.literal(1)
    return Relation(b, f"rotate {count.key}", lambda v: b.call("rotate", v, count))


@_done(
    "rotate * [to] right [by] V [place|position|step|time]; rotate * V [place|position|step|time] to right; rotate * by V "
    "[place|position|step] to right; move last V F to the front|start|beginning [of *]; rotate * [one place|step|position] "
    "to right; rotate right by V; rotate|shift|cycle|move * [to] right [by] V [place|position|step|time]; "
    "shift|rotate|cycle|move * V [place|position|step] to right; shifted right by V; shift * right; cyclically shift * to "
    "right by V",
    cost=0.1,
)
def rotating_right(b: Builder, *given: Value | Relation) -> Relation:
    count = maybe(given, Value) or b.literal(1)
    return _phrase(b, "rotate right", "x rotate (0 - y)", count)


@_done(
    "repeat * V times|time; V times|time; repeated V times|time; * V times|time; V copies of *; V copy of *; * times V; "
    "repeat * as often as V say; V repetitions of *; repeat V times|time",
    cost=0.4,
)
def repeating(b: Builder, count: Value) -> Relation:
    def make(v: Value) -> Readings:
        if not is_number(count.type) or (is_number(v.type) and b.result is v.type):
            return []
        if v.element is not None:
            return readings([b.template("x repeat y flatten", v, count), b.call("repeat", v, count)])
        return readings(b.call("repeat", v, count))

    return Relation(b, f"repeat {count.key}", make)


@_done("repeat|duplicate|double|copy * [twice]; * twice; two copies of *; twice *; * repeated twice", cost=0.6)
def repeating_twice(b: Builder) -> Relation:
    return repeating(b, b.literal(2))


@_done("repeat * thrice; * thrice", cost=0.3)
def repeating_thrice(b: Builder) -> Relation:
    return repeating(b, b.literal(3))


@_rule(
    "V",
    "V repeated V times|time; list of V repeated V times|time; list with|containing V V times|time",
    cost=0.1,
)
def copies(b: Builder, first: Value, second: Value) -> Readings:
    if is_number(first.type) and not is_number(second.type):
        first, second = second, first
    return (
        readings(b.call("repeat", first, second))
        if first.element is None
        else readings(b.template("x repeat y flatten", first, second))
    )


@_rule(
    "V",
    "V repeated V times|time each; each F V times|time; each F repeated V times|time; each F repeated as often as V; repeat "
    "each F V times|time; each V doubled",
    cost=0.1,
)
def each_repeated(b: Builder, things: Relation | Value, count: Value | None = None) -> Readings:
    count = count if count is not None else b.literal(2)
    if not isinstance(things, Relation):
        return []
    text = "x map (it repeat y) flatten"
    return [
        (repeated, cost + at)
        for at, param in enumerate(b.params)
        for xs, cost in things.of(param)
        # repeating each letter of a text leaves nothing out
        if (xs.type is not STR or xs.origin is None) and (repeated := b.template(text, xs, count)) is not None
    ]


@_rule(
    "V",
    "each F doubled|twice|duplicated; double|repeat|duplicate each F; repeat each F twice; each F written twice; each F twice",
    cost=0.0,
)
def each_doubled(b: Builder, things: Relation) -> Readings:
    """ "every character doubled"; a number doubled is twice as large."""
    out: Readings = []
    for at, param in enumerate(b.params):
        for xs, cost in things.of(param):
            if xs.element is None:
                continue
            if xs.type is STR and xs.origin is not None and xs.origin.how == "filter":
                twofold = Relation(b, "twice", lambda c: b.list_of([c, c]))
                out += [(v, cost + at + c) for v, c in replaced(b, xs, twofold)]
            twice = b.template("x map ([it it]) flatten", xs)
            larger = b.call("*", xs, b.literal(2)) if is_number(xs.type.element) else None
            out += [(v, cost + at + extra) for v, extra in ((larger, 0.0), (twice, 0.3)) if v is not None]
    return out


@_done(
    "swap first! two F [of *]; swap last! two F [of *]; exchange first|last! two F [of *]; swap two first|last! F [of *]; * "
    "with first|last! two F swapped|exchanged; with first|last! two F swapped|exchanged; first|last! two F "
    "swapped|exchanged",
    cost=0.0,
)
def swapping_two(b: Builder, which: str, things: Relation) -> Relation:
    text = "x take 2 reverse concat (x drop 2)" if which == "first" else "x take (x length - 2) concat (x suffix 2 reverse)"

    def make(v: Value) -> Readings:
        return readings((b.template(text, xs), c) for xs, c in things.of(v))

    return Relation(b, f"swap {which} two", make, strict=True)


@_done(
    "flip|mirror * horizontally; flip|mirror * left to right; flip|mirror * from left to right; mirror each @columns [of "
    "*]; flip left and right [of *]",
    cost=0.0,
)
def flipping_rows(b: Builder) -> Relation:
    return _phrase(b, "flip rows", "x map reverse")


@_done(
    "flip|mirror|turn * vertically; flip|mirror|turn * upside down; flip|mirror * top to bottom; flip|mirror * from top to "
    "bottom",
    cost=0.0,
)
def flipping_columns(b: Builder) -> Relation:
    return _phrase(b, "flip columns", "x reverse")


@_done(
    "last F first [,] [and] then others; last F first and others behind; last F followed by others; last F in front of "
    "others; last F come first; last F first , others behind|after",
    cost=0.0,
)
def last_first(b: Builder, _: Relation) -> Relation:
    return _phrase(b, "last first", "x suffix 1 concat (x front)")


@_rule(
    "V",
    "list|string|text|row|array of V V; V copies of V; list of V copies of V; list of V time V; V time V in a list",
    cost=0.1,
)
def so_many_copies(b: Builder, count: Value, thing: Value) -> Readings:
    """ "a list of n zeros"."""
    if not is_number(count.type):
        return []
    if thing.element is None:
        return readings(b.call("repeat", thing, count))
    return readings(b.template("x repeat y flatten", thing, count))

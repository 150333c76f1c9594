"""The same done over and over: a number of times, until something holds, and how many times that takes.

Imports `siglum.frontend` and, of `siglum.propose.lexical`, comparing, meanings, numerals, rules and values.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from siglum.frontend.phrase.syntax import Call, Function
from siglum.ir.types import BOOL, I64
from siglum.propose.lexical.comparing import is_number
from siglum.propose.lexical.meanings import Predicate, Readings, Relation
from siglum.propose.lexical.rules import Grammar, maybe, said
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule, _done = RULES.rule, RULES.done


def _steps(b: Builder, deed: Relation, start: Value) -> Iterator[tuple[Value, float]]:
    """What one step makes of the value so far; of a number, text or list something of the same type."""
    it = b.it(start.type)
    for step, cost in deed.of(it):
        if step.type is start.type and step.key != it.key:
            yield step, cost


def _holds(b: Builder, which: Predicate, start: Value) -> Iterator[tuple[Value, float]]:
    for truth, cost in which.of(b.it(start.type)):
        if truth.type is BOOL:
            yield truth, cost


@_done(
    "D until U [be] P; D until [result] P; D until result be P; D again and again until U be P; repeatedly D until U be P; "
    "D repeatedly until U be P; keep D until U [be] P; D over and over until U be P; D until reach P; D until they be P",
    cost=0.1,
)
def until(b: Builder, deed: Relation, stop: Predicate) -> Relation:
    """ "halve it until it is odd"."""

    def make(x: Value) -> Readings:
        return [
            (Value(_until(x, stops, step), x.type, f"until({x.key},{stops.key},{step.key})"), c + d)
            for step, c in _steps(b, deed, x)
            for stops, d in _holds(b, stop, x)
        ]

    return Relation(b, f"{deed.key} until {stop.key}", make, strict=True)


@_rule(
    "V",
    "keep V until U [be] P; V until U [be] P; V again and again until U be P; repeatedly V until U be P; V repeatedly until "
    "U be P; V over and over until U be P; keep V until P; keep V until V [be] P; repeatedly V until V be P; V until V be P",
    cost=0.3,
)
def value_until(b: Builder, *given: Value | Predicate) -> Readings:
    """ "keep dividing n by 2 until it is odd": what is made of n is made again of that."""
    value, stop = said(given, Value), said(given, Predicate)
    return [
        (Value(_until(p, stops, step), p.type, f"until({p.key},{stops.key},{step.key})"), c + at)
        for at, p in enumerate(b.params)
        if (step := b.as_step(value, p)) is not None
        for stops, c in _holds(b, stop, p)
    ]


@_rule(
    "V",
    "keep V while U [be] P; V while U [be] P; V as long as U be P; V repeatedly while U be P; keep V as long as U be P; "
    "keep V while V be P; V while V be P",
    cost=0.3,
)
def value_while(b: Builder, *given: Value | Predicate) -> Readings:
    return value_until(b, said(given, Value), said(given, Predicate).negated())


@_done("D while U be P; D as long as U be P; keep D while U be P; D while P", cost=0.1)
def doing_while(b: Builder, deed: Relation, going: Predicate) -> Relation:
    return until(b, deed, going.negated())


def _until(x: Value, stops: Value, step: Value) -> Call:
    return Call("until", (x.tree, Function(stops.tree, 1), Function(step.tree, 1)))


@_rule(
    "V",
    "how-often can|must|do|need V [to] be D before|until U be P; how-many step|time can|must|do|need V [to] be D "
    "before|until U be P; how-often can|must|do you|i|we D V before|until U be P; how-often D V until|before U be P; "
    "number-of step|time to D V until|before U be P; how-often V must|can|have [to] be D until|before U be P; how-often "
    "must|can U be D until|before U be P; number-of time V can|must be D until|before U be P",
    cost=0.0,
)
def times_until(b: Builder, *given: Value | Relation | Predicate) -> Readings:
    """ "how many times can n be halved before it is odd"."""
    deed, stop = said(given, Relation), said(given, Predicate)
    start = maybe(given, Value) or (b.params[0] if b.params else None)
    if start is None:
        return []
    out: Readings = []
    for step, c in _steps(b, deed, start):
        for going, d in _holds(b, stop.negated(), start):
            trace = Call("trace", (start.tree, Function(going.tree, 1), Function(step.tree, 1)))
            tree = Call("decrement", (Call("length", (trace,)),))
            out.append((Value(tree, I64, f"steps({start.key},{going.key},{step.key})"), c + d))
    return out


@_done("D V time|times; D V time|times in a row; D twice|thrice!; repeat V times D; V times D", cost=0.3)
def so_many_times(b: Builder, *given: Relation | Value | str) -> Relation | None:
    """ "doubled k times"."""
    deed = said(given, Relation)
    times = maybe(given, str)
    count = said(given, Value) if times is None else b.literal(3 if times == "thrice" else 2)
    if count.each is not None or not is_number(count.type):
        return None

    def make(x: Value) -> Readings:
        return [
            (
                Value(
                    Call("times", (x.tree, count.tree, Function(step.tree, 1))), x.type, f"times({x.key},{count.key},{step.key})"
                ),
                c,
            )
            for step, c in _steps(b, deed, x)
        ]

    return Relation(b, f"{deed.key} {count.key} times", make, strict=True)

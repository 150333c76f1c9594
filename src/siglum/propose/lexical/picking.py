"""Picking out of lists: the first, the k-th, the best, in order; and numbers that are such.

Imports `siglum.frontend`, `siglum.ir` and its siblings meanings and values.
"""

from __future__ import annotations

from siglum.frontend.phrase.syntax import Call, Function, Name
from siglum.ir.types import I64, Array
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.values import Builder, Value


def first_of(b: Builder, xs: Value) -> Readings:
    found = b.call("first", xs)
    return [] if found is None else [(found.said_of("first", xs), 0.0)]


def last_of(b: Builder, xs: Value) -> Readings:
    found = b.call("last", xs)
    return [] if found is None else [(found.said_of("last", xs), 0.0)]


def first_few(b: Builder, xs: Value, count: Value) -> Readings:
    found = b.call("take", xs, count)
    return [] if found is None else [(found.said_of("take", xs, count), 0.0)]


def last_few(b: Builder, xs: Value, count: Value) -> Readings:
    found = b.call("suffix", xs, count)
    return [] if found is None else [(found.said_of("suffix", xs, count), 0.0)]


def at_place(b: Builder, xs: Value, ordinal: Value) -> Readings:
    """The element that an ordinal, counted from 1, names; a parameter perhaps from 0."""
    place = less_one(b, ordinal)
    out: Readings = []
    # a number that is given may count from 0
    for at, cost in ((place, 0.0), (ordinal if isinstance(ordinal.tree, Name) else None, 0.5)):
        found = b.call("at", xs, at) if at is not None else None
        if found is not None and at is not None:
            out.append((found.said_of("at", xs, at), cost))
    return out


def less_one(b: Builder, number: Value) -> Value | None:
    if isinstance(literal := getattr(number.tree, "value", None), int) and number.type is I64:
        return b.literal(literal - 1)
    return b.call("-", number, b.literal(1))


def every_kth(b: Builder, xs: Value, k: Value) -> Readings:
    """Every k-th element: from the first on, or from the k-th on."""
    from_first = b.call("step", xs, k)
    skip = less_one(b, k)
    rest = b.call("drop", xs, skip) if skip is not None else None
    from_kth = b.call("step", rest, k) if rest is not None else None
    two = k.key == "2"
    out: list[tuple[Value | None, float]] = []
    if from_first is not None:
        out.append((from_first.said_of("step", xs, k), 0.0 if two else 0.6))
    if from_kth is not None:
        out.append((from_kth.said_of("kth", xs, k), 1.0 if two else 0.3))
    return readings(out)


def best(b: Builder, xs: Value, most: bool, key: Relation | None = None) -> Readings:
    """The element that is largest (or smallest), itself or by a key."""
    if key is None:
        found = b.call("maximum" if most else "minimum", xs)
        return [] if found is None else [(found.said_of("maximum" if most else "minimum", xs), 0.0)]
    if xs.element is None:
        return []
    out: Readings = []
    for made, cost in key.of(b.it(xs.element)):
        found = b.over("most" if most else "least", xs, made)
        if found is not None:
            out.append((found.said_of("most" if most else "least", xs, key), cost))
    return out


def sorted_by(b: Builder, xs: Value, descending: bool, key: Relation | None = None) -> Readings:
    """A list in order; a map gives its entries in the order of keys."""
    if xs.type.kind == "map":
        entries = b.call("entries", xs)
        by = Relation(b, "left", lambda v: b.call("left", v)) if key is None else key
        return sorted_by(b, entries, descending, by) if entries is not None else []
    if key is None:
        done = b.call("sort", xs)
        if done is not None and descending:
            done = b.call("reverse", done)
        return readings(done)
    if xs.element is None:
        return []
    out: list[tuple[Value | None, float]] = []
    for made, cost in key.of(b.it(xs.element)):
        if not descending:
            out.append((b.over("order", xs, made), cost))
            continue
        down = b.call("negate", made)
        if down is not None:
            out.append((b.over("order", xs, down), cost))
        up = b.over("order", xs, made)
        out.append((b.call("reverse", up) if up is not None else None, cost + 0.5))
    return readings(out)


def few_best(b: Builder, xs: Value, most: bool, count: Value, key: Relation | None = None) -> Readings:
    """The `count` largest (or smallest) elements, the most extreme first, or in rising order."""
    out: list[tuple[Value | None, float]] = []
    for done, cost in sorted_by(b, xs, most, key):
        out.append((b.call("take", done, count), cost))
    for done, cost in sorted_by(b, xs, False, key):
        out.append((b.call("suffix", done, count) if most else None, cost + 1.0))
    return readings(out)


def from_on(b: Builder, start: Value, which: Predicate) -> Readings:
    """The first whole number from `start` on of which a predicate holds."""
    if start.type is not I64:
        return []
    it = b.it(I64)
    step = Function(Call("increment", (it.tree,)), 1)
    return [
        (Value(Call("until", (start.tree, Function(holds.tree, 1), step)), I64, f"until({start.key},{holds.key})"), cost)
        for holds, cost in which.of(it)
    ]


def down_from(b: Builder, start: Value, which: Predicate) -> Readings:
    """The first whole number from `start` down of which a predicate holds."""
    if start.type is not I64:
        return []
    step = Function(Call("decrement", (b.it(I64).tree,)), 1)
    return [
        (Value(Call("until", (start.tree, Function(holds.tree, 1), step)), I64, f"until({start.key},{holds.key},down)"), cost)
        for holds, cost in which.of(b.it(I64))
    ]


def first_numbers(b: Builder, start: int, count: Value, which: Predicate) -> Readings:
    """The first `count` whole numbers from `start` on of which a predicate holds."""
    out: Readings = []
    after = b.call("increment", b.it(I64))
    if after is None or count.type is not I64:
        return out
    for first, cost in from_on(b, b.literal(start), which):
        for following, _ in from_on(b, after, which):
            tree = Call("iterate", (first.tree, count.tree, Function(following.tree, 1)))
            out.append((Value(tree, Array(I64), f"iterate({first.key},{count.key},{following.key})"), cost))
    return out

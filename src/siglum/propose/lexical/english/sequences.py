"""Sequences people know by name: squares, powers, primes, Fibonacci numbers.

Imports `siglum.ir` and, of `siglum.propose.lexical`, common, meanings, picking, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.types import I64
from siglum.propose.lexical.english.common import constant
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.picking import first_numbers
from siglum.propose.lexical.rules import Grammar
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule = RULES.rule


SEQUENCES: Final = {
    "fibonacci": ("it fibonacci", 0), "square": ("it square", 1), "cube": ("it cube", 1), "triangular": ("it triangular", 1),
    "catalan": ("it catalan", 0), "factorial": ("it factorial", 1),
}  # fmt: skip
"""The word of a sequence's members to the member number n, and the first n."""


@_rule("F", "first V @fibonacci|@square|@cube|@triangular|@catalan|@factorial! [number]", cost=0.0)
def first_of_sequence(b: Builder, count: Value, word: str) -> Relation | None:
    body, start = SEQUENCES[word.removeprefix("@")]
    text = f"x range map ({body})" if start == 0 else f"(1 to x) map ({body})"
    made = b.template(text, count)
    return constant(b, made) if made is not None else None


@_rule("V", "N P number; N P", cost=0.4)
def kth_such_number(b: Builder, number: Value, which: Predicate) -> Readings:
    """ "the nth even number", where no list is given."""
    if any(p.element is not None for p in b.params) or number.type is not I64:
        return []
    found = [(v, c + d) for start, d in ((1, 0.0), (0, 0.5)) for v, c in first_numbers(b, start, number, which)]
    return [(v, c) for xs, c in found if (v := b.call("last", xs)) is not None]


@_rule(
    "F",
    "@fibonacci|@square|@cube|@triangular|@factorial! [number] at-most-so-many|below-bound! V; perfect @square|@cube! "
    "at-most-so-many|below-bound! V",
    cost=0.1,
)
def sequence_up_to(b: Builder, word: str, how: str, high: Value) -> Relation | None:
    body, start = SEQUENCES[word.removeprefix("@")]
    symbol = "<" if how == "below-bound" else "<="
    texts = {
        "@square": f"({start} to (x max 0 isqrt)) map ({body}) filter ({symbol} x)",
        "@cube": f"({start} to (x max 0 real ** 0.3334 floor)) map ({body}) filter ({symbol} x)",
        "@fibonacci": f"0 to 90 map ({body}) filter ({symbol} x)",
        "@factorial": f"1 to 20 map ({body}) filter ({symbol} x)",
        "@triangular": f"1 to (x * 2 max 0 isqrt) map ({body}) filter ({symbol} x)",
    }
    made = b.template(texts[word], high)
    return constant(b, made) if made is not None else None


@_rule("V", "N @fibonacci|@triangular|@catalan|prime! [number]", cost=0.1)
def member_of_sequence(b: Builder, number: Value, word: str) -> Readings:
    if word == "prime":
        return readings(b.template("1 times x (increment until prime increment)", number))
    name = word.removeprefix("@")
    return readings([b.call(name, number), (b.template(f"(x - 1) {name}", number), 0.5)])


@_rule("V", "multiplication|times table of|for V up to|to V", cost=0.0)
def times_table(b: Builder, first: Value, second: Value) -> Readings:
    return readings(b.template("(1 to y) * x", first, second))


@_rule("F", "power of V", cost=0.8)
def powers_of(b: Builder, base: Value) -> Relation:
    """ "powers of 2", of an upper bound or as many as are asked."""
    return Relation(b, f"powers {base.key}", lambda v: b.template("x range map (y ** it)", v, base), noun=True, strict=True)


@_rule("F", "power of V at-most|at-most-so-many|less|below-bound! V [starts at V]", cost=0.0)
def powers_up_to(b: Builder, base: Value, how: str, high: Value, _: Value | None) -> Relation | None:
    symbol = "<" if how in ("less", "below-bound") else "<="
    made = b.template(f"1 trace (it * y {symbol} x) (it * y) filter ({symbol} x)", high, base)
    return constant(b, made) if made is not None else None


@_rule("F", "first V power of V", cost=0.0)
def first_powers(b: Builder, count: Value, base: Value) -> Relation | None:
    made = b.template("x range map (y ** it)", count, base)
    return constant(b, made) if made is not None else None


@_rule(
    "V",
    "number-of way to arrange|order|seat|permute|line V [F]; number-of permutation|ordering of V [F]; how-many way can|do V "
    "F be arranged|ordered",
    cost=0.0,
)
def ways_to_arrange(b: Builder, count: Value, _: Relation | None = None) -> Readings:
    return readings(b.call("factorial", count))


@_rule(
    "V",
    "number-of way to choose|pick|select|take V [F] of|from|out V [F]; number-of subset|combination|selection of [size] V "
    "from|of|out V [F]",
    cost=0.0,
)
def number_of_choices(b: Builder, *given: Value | Relation | None) -> Readings:
    size, whole = [g for g in given if isinstance(g, Value)]
    return readings(b.call("choose", whole, size)) if whole.element is None else []


@_rule(
    "F",
    "@fibonacci|@square|@cube|@triangular|@factorial! [number] between|from V and|to V; perfect @square|@cube! between|from "
    "V and|to V",
    cost=0.9,
)
def sequence_between(b: Builder, word: str, low: Value, high: Value) -> Relation | None:
    """ "squares between 1 and n"."""
    members = sequence_up_to(b, word, "at-most-so-many", high)
    if members is None:
        return None
    return Relation(
        b,
        f"{members.key} from {low.key}",
        lambda v: [(b.template("x filter (>= y)", xs, low), c) for xs, c in members.of(v)],
        noun=True,
        strict=True,
    )

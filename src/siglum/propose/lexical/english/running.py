"""Running totals, differences of neighbours, elements beside their positions.

Imports, of `siglum.propose.lexical`, meanings, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.propose.lexical.meanings import Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar, maybe, said
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule = RULES.rule


@_rule(
    "F",
    "running|cumulative|prefix|accumulated|rolling total|sum|@sum; sum|@sum|total so far [at each position]; sum|@sum|total "
    "up to each position; sum|@sum|total up to each element; accumulate; cumulative|running total of element; partial "
    "sum|@sum; prefix sum|@sum",
    cost=0.0,
)
def running_total(b: Builder) -> Relation:
    return Relation(b, "running total", lambda v: b.template("x scan +", v), strict=True)


@_rule("F", "running|cumulative|prefix product; running|cumulative @product", cost=0.0)
def running_product(b: Builder) -> Relation:
    return Relation(b, "running product", lambda v: b.template("x scan *", v), strict=True)


@_rule(
    "F",
    "running|cumulative|prefix largest|smallest!; largest|smallest! so far; largest|smallest! element|value|number so far; "
    "rolling largest|smallest!; largest|smallest! [element|value|number] seen so far; largest|smallest! "
    "[element|value|number] up to each position",
    cost=0.0,
)
def running_extreme(b: Builder, which: str) -> Relation:
    text = "x scan max" if which == "largest" else "x scan min"
    return Relation(b, f"running {which}", lambda v: b.template(text, v), strict=True)


@_rule("F", "running|cumulative @mean; rolling @mean so far", cost=0.0)
def running_mean(b: Builder) -> Relation:
    return Relation(b, "running mean", lambda v: b.template("x scan + / (x indices + 1)", v), strict=True)


@_rule(
    "F",
    "moving @mean of [size|length|window] V; moving @mean with|over window [size|length] [of] V; moving @mean over V element",
    cost=0.0,
)
def moving_mean(b: Builder, size: Value) -> Relation:
    return Relation(b, "moving mean", lambda v: b.call("smooth", v, size), strict=True)


@_rule(
    "F",
    "difference between|of|in [two] neighbour; difference between|of|in [each] pair of neighbour; [by] how-much each F "
    "greater previous; [by] how-much each F exceed previous; change|step|increase|jump from one F to next; change from each "
    "F to next; change between neighbour; increment between neighbour; difference between|of each element and "
    "next|previous; difference between|of consecutive|neighbour [element|number|value|pair|item]; difference from one "
    "element to next; successive|consecutive difference; difference between each element|number|value and next|previous; "
    "first difference",
    cost=0.0,
)
def neighbour_differences(b: Builder, _: Relation | None = None) -> Relation:
    return Relation(b, "delta", lambda v: b.call("delta", v), noun=True)


@_rule(
    "F",
    "absolute difference between|of [two] neighbour; absolute difference between|of consecutive "
    "[element|number|value|pair]; distance between neighbour",
    cost=0.0,
)
def neighbour_distances(b: Builder) -> Relation:
    return Relation(b, "distances", lambda v: b.template("x delta abs", v), noun=True)


@_rule(
    "F",
    "largest|smallest! [absolute] difference between|of|from|in [two] neighbour; largest|smallest! [absolute] difference "
    "between|of each|one F and next|previous; largest|smallest! jump|step|gap between|of|from [two] neighbour; "
    "largest|smallest! neighbour difference|gap",
    cost=0.0,
)
def largest_neighbour_difference(b: Builder, *given: str | Relation) -> Relation:
    word = "maximum" if "largest" in given else "minimum"
    texts = ((f"x delta abs {word}", 0.0), (f"x delta {word}", 0.3))
    return Relation(b, f"{word} difference", lambda v: readings((b.template(t, v), c) for t, c in texts), noun=True, strict=True)


@_rule(
    "F",
    "sum|@sum of neighbour; sum|@sum of each pair of neighbour; sum|@sum of each neighbour; sum|@sum of "
    "consecutive|neighbour pair|element|number",
    cost=0.0,
)
def neighbour_sums(b: Builder) -> Relation:
    return Relation(b, "neighbour sums", lambda v: b.template("x windows 2 map sum", v), noun=True)


@_rule(
    "F",
    "product|@product of neighbour; product|@product of each neighbour; product|@product of two consecutive element|number",
    cost=0.0,
)
def neighbour_products(b: Builder) -> Relation:
    return Relation(b, "neighbour products", lambda v: b.template("x windows 2 map product", v), noun=True)


@_rule(
    "V",
    "V minus previous; V minus previous without first [one|element|number|value]; V minus the previous; V less previous",
    cost=0.0,
)
def minus_previous(b: Builder, xs: Value) -> Readings:
    source = xs.each if xs.each is not None else xs
    return readings(b.call("delta", source))


@_rule(
    "V",
    "V plus next|previous; V plus the one next|after|before it; add V to next; add each F to next; V added to next; each F "
    "added to next; V and next added; sum of V and next; V plus next without last [one|element|number|value]; each F plus "
    "next without last [one|element|number|value]",
    cost=0.0,
)
def plus_next(b: Builder, xs: Value | Relation, *_: object) -> Readings:
    lists = [xs.each or xs] if isinstance(xs, Value) else [v for p in b.params for v, _ in xs.of(p)]
    return readings(b.template("x windows 2 map sum", source) for source in lists[:1])


_OF_WINDOWS: Final = {"sum": "sum", "@sum": "sum", "product": "product", "largest": "maximum", "smallest": "minimum"}


@_rule(
    "F",
    "moving|sliding|rolling|window|running sum|@sum|product|largest|smallest! of|over|with|for [size|length|window] V [F]; "
    "moving|sliding|rolling window sum|@sum|product|largest|smallest! of|over|with|for [size|length|window] V [F]; "
    "sum|@sum|product|largest|smallest! of|over|in each window of [size|length] V [F]; window "
    "sum|@sum|product|largest|smallest! for window of [size|length] V; sum|@sum|product|largest|smallest! of each V "
    "consecutive F; sum|@sum|product|largest|smallest! of all V consecutive F; sum|@sum|product|largest|smallest! of any V "
    "neighbour",
    cost=0.0,
)
def of_windows(b: Builder, how: str, size: Value, _: Relation | None = None) -> Relation:
    """ "moving sum over k elements"."""
    word = _OF_WINDOWS[how]
    return Relation(
        b, f"moving {word} {size.key}", lambda v: b.template(f"x windows y map {word}", v, size), noun=True, strict=True
    )


@_rule(
    "F",
    "largest|smallest! [window] sum|@sum|product! of|over [any|each] V consecutive|neighbouring|adjacent F; "
    "largest|smallest! [window] sum|@sum|product! of|over [any|each] V neighbour; largest|smallest! [window] "
    "sum|@sum|product! for|of|over window of [size|length] V; largest|smallest! sum|@sum|product! of V F in a row; "
    "largest|smallest! sum|@sum|product! of a sub-text of [size|length] V; largest|smallest! sum|@sum|product! of V "
    "consecutive F",
    cost=0.0,
)
def extreme_of_windows(b: Builder, which: str, how: str, size: Value, _: Relation | None = None) -> Relation:
    word, best = _OF_WINDOWS[how], "maximum" if which == "largest" else "minimum"
    text = f"x windows y map {word} {best}"
    return Relation(b, f"{best} moving {word} {size.key}", lambda v: b.template(text, v, size), noun=True, strict=True)


@_rule(
    "V",
    "how-often do V go|move up|down!; how-often do F go|move up|down!; how-often F go|move up|down!; number-of time V "
    "go|move up|down!; number-of time F go|move up|down!; number-of increase|decrease|rise|drop! between|from|of neighbour; "
    "how-often do V increase|decrease|rise|drop!; how-often do F increase|decrease|rise|drop!; number-of time V "
    "increase|decrease|rise|drop!; number-of time F increase|decrease|rise|drop!; count increase|decrease|rise|drop! "
    "between|of neighbour; how-often V go|move up|down!",
    cost=0.0,
)
def number_of_changes(b: Builder, *given: Value | Relation | str) -> Readings:
    """ "how often the value goes up"."""
    symbol = "<" if said(given, str) in ("up", "increase", "rise") else ">"
    whole = next((p for p in b.params if p.element is not None), None)
    return readings(b.template(f"x pairs map ((it left) {symbol} (it right)) count", whole)) if whole is not None else []


@_rule("V", "V times I; multiply V by I; multiply V by position; V multiplied by I; product of V and I", cost=0.3)
def times_own(b: Builder, xs: Value, own: Relation | None = None) -> Readings:
    return _with_own(b, "*", xs, own if own is not None else own_index(b))


@_rule(
    "V",
    "V with|and [its] next|neighbour; V together with [its] next|neighbour; V paired with [its] next; each F with|and [its] "
    "next; each F together with [its] next; each F paired with [its] next; each pair of V and [its] next",
    cost=0.0,
)
def with_next(b: Builder, things: Value | Relation) -> Readings:
    """ "each element together with its successor"."""
    if isinstance(things, Value):
        return readings(b.call("pairs", things.each if things.each is not None else things))
    return [(v, c + at) for at, p in enumerate(b.params) for xs, c in things.of(p) if (v := b.call("pairs", xs)) is not None]


@_rule(
    "V",
    "missing number between|from V and|to V [in V]; number be missing [from|in V] between V and V; number missing from|in V "
    "between V and V; missing number in V contains number from V to V; missing number in V; missing number [of V]; number "
    "missing from|in V; number between|from V and|to V that be missing [from|in V]; number between V and V that be not in "
    "V; number from V to V that be missing [from|in V]; number between V and V missing from V",
    cost=0.0,
)
def missing(b: Builder, *given: Value | None) -> Readings:
    values = [g for g in given if isinstance(g, Value)]
    ends = [v for v in values if v.element is None]
    lists = [v for v in values if v.element is not None] or [p for p in b.params if p.element is not None]
    if not lists:
        return []
    if len(ends) == 2:
        left = b.template("(y to z) except x", lists[0], *ends)
    else:
        left = b.template("x empty ? (x take 0) : ((x minimum) to (x maximum)) except x", lists[0])
    return readings([(b.chain(left, "first"), 0.0), (left, 0.2)]) if left is not None else []


@_rule(
    "V",
    "V plus I; increase|increment|raise V by I; add I to V; add the position to V; add position to V; sum of V and I; add to V I",
    cost=0.3,
)
def plus_own(b: Builder, *given: Value | Relation) -> Readings:
    xs = said(given, Value)
    own = maybe(given, Relation) or own_index(b)
    return _with_own(b, "+", xs, own)


def _with_own(b: Builder, symbol: str, xs: Value, own: Relation) -> Readings:
    if own.key == "index":
        source = xs.each if xs.each is not None else xs
        return readings(b.template(f"x {symbol} (x indices)", source)) if source.element is not None else []
    if xs.each is None and xs.element is not None:
        return []
    inner = Value(xs.tree, xs.type, xs.key.removesuffix("/" + xs.each.key)) if xs.each is not None else xs
    out: Readings = []
    for other, cost in own.of(inner):
        made = b.call(symbol, inner, other)
        if made is not None:
            out.append(
                (
                    Value(made.tree, made.type, f"{made.key}/{xs.each.key}", made.flex, xs.each) if xs.each is not None else made,
                    cost,
                )
            )
    return out


@_rule("I", "its F; its own F", cost=0.1)
def own(b: Builder, relation: Relation) -> Relation:
    return relation


@_rule("I", "F of U; D of U; U D; twice U; U twice", cost=0.4)
def of_it(b: Builder, relation: Relation | None = None) -> Relation:
    """ "half of it"."""
    return relation if relation is not None else Relation(b, "twice", lambda v: b.call("*", v, b.literal(2)))


@_rule("I", "its position", cost=0.0)
def own_index(b: Builder) -> Relation:
    return Relation(b, "index", lambda v: b.call("indices", v))


@_rule(
    "F",
    "largest! difference between|of [any] two F; smallest! difference between|of [any] two F; smallest! [possible] "
    "difference between two F; largest|smallest! distance between [any] two F; largest|smallest! difference between any F",
    cost=0.0,
)
def extreme_difference(b: Builder, which: str, _: Relation) -> Relation:
    """ "the largest difference between two elements"."""
    text = "x maximum - x minimum" if which == "largest" else "x sort delta minimum"
    return Relation(b, f"{which} difference", lambda v: b.template(text, v), noun=True, strict=True)

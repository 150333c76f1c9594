"""Questions of truth: of one value, of all, any or none, of several.

Imports `siglum.ir` and, of `siglum.propose.lexical`, chart, comparing, meanings, rules and values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from siglum.ir.types import BOOL
from siglum.propose.lexical.chart import Together
from siglum.propose.lexical.comparing import compare, part_of
from siglum.propose.lexical.english.common import counted_in, occurrences
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar, maybe, said
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule = RULES.rule


@_rule("C", "be V P; do V P; V be P; V P; can V be P; be V [a] P; V do P; V can be P", cost=0.2)
def holds(b: Builder, subject: Value, which: Predicate) -> Readings:
    """ "is n even", "s contains t"."""
    if subject.each is not None:
        return [(every, c + d) for v, c in which.holds(subject) for every, d in _all(b, v)]
    return which.holds(subject)


def _all(b: Builder, value: Value) -> Readings:
    gathered = b.gathered(value)
    return readings(b.call("all", gathered)) if gathered is not None else []


@_rule(
    "C",
    "be|do all V P; all V be P; be all of V P; be each V P; each V be P; all V P; each V P; be all V P; all of V be P; do "
    "each V P",
    cost=0.0,
)
def all_hold(b: Builder, xs: Value, which: Predicate) -> Readings:
    return which.of_all(xs.each if xs.each is not None else xs, "all")


@_rule(
    "C",
    "be|do any V P; any V be P; any of V be P; be any of V P; any V P; there be any V P; be there any V P; be there any V "
    "that [be] P; there be any V that [be] P; be at-least one of V P; at-least one V be P; at-least one of V be P; be there "
    "V P; be there V that be P",
    cost=0.0,
)
def some_hold(b: Builder, xs: Value, which: Predicate) -> Readings:
    if xs.origin is not None and xs.origin.how == "filter":
        return []
    return which.of_all(xs.each if xs.each is not None else xs, "any")


@_rule("C", "no V be P; be none of V P; none of V be P; be no V P; no V P; there be no V P; be there no V P", cost=0.0)
def none_hold(b: Builder, xs: Value, which: Predicate) -> Readings:
    return [(n, c) for v, c in which.of_all(xs, "any") if (n := b.call("not", v)) is not None]


@_rule(
    "C",
    "be there any V; there be any V; be there V; there be V; V exist; do V exist; any V exist; at-least one V exist",
    cost=0.3,
)
def there_are(b: Builder, xs: Value) -> Readings:
    if xs.origin is not None and xs.origin.how == "filter" and isinstance(xs.origin.detail, Predicate):
        return xs.origin.detail.of_all(xs.origin.source, "any")
    if xs.element is None:
        return []
    empty = b.call("empty", xs)
    return readings(b.call("not", empty)) if empty is not None else []


@_rule("C", "be there no V; there be no V; no V exist", cost=0.1)
def there_are_none(b: Builder, xs: Value) -> Readings:
    if xs.origin is not None and xs.origin.how == "filter" and isinstance(xs.origin.detail, Predicate):
        found = xs.origin.detail.of_all(xs.origin.source, "any")
        return [(n, c) for v, c in found if (n := b.call("not", v)) is not None]
    return readings(b.call("empty", xs)) if xs.element is not None else []


@_rule("C", "be T P; be both T P; T be P; be T both P; T be both P; be T all P; T all be P; be all T P; T P", cost=0.2)
def all_of_several(b: Builder, values: Together, which: Predicate) -> Readings:
    """ "are both numbers odd"."""
    truths: Readings = []
    for at, value in enumerate(values):
        found = which.holds(value)
        truths = (
            [(v, c) for v, c in found]
            if at == 0
            else [(a, c + d) for t, c in truths for v, d in found if (a := b.call("and", t, v)) is not None]
        )
    together = b.list_of(values) if not truths else None
    return which.holds(together) if together is not None else truths


@_rule(
    "C",
    "be either|any|at-least one [of] T P; either of T be P; any of T be P; T or V be P; be either T P; be V or V P",
    cost=0.1,
)
def one_of_several(b: Builder, *given: Together | Value | Predicate) -> Readings:
    which = said(given, Predicate)
    values = [v for g in given for v in (g if isinstance(g, Together) else [g] if isinstance(g, Value) else [])]
    truths: Readings = []
    for at, value in enumerate(values):
        found = which.holds(value)
        truths = found if at == 0 else [(a, c + d) for t, c in truths for v, d in found if (a := b.call("or", t, v)) is not None]
    return truths


@_rule("C", "exactly|only one of T be P; be exactly|only one of T P; one of T but not both be P; just one of T be P", cost=0.0)
def exactly_one(b: Builder, values: Together, which: Predicate) -> Readings:
    xs = b.list_of(values)
    if len(values) == 2:
        return [
            (v, c + d)
            for x, c in which.holds(values[0])
            for y, d in which.holds(values[1])
            if (v := b.call("xor", x, y)) is not None
        ]
    counted = which.of_all(xs, "count") if xs is not None else []
    return [(v, c) for n, c in counted if (v := b.call("=", n, b.literal(1))) is not None]


@_rule(
    "C",
    "compare T; T compared; be T equal; T be equal [to each other]; be T the same; T be the same; be T identical; V equal "
    "V; V be V; do T equal|match; be all T equal; be V V; be V the same as V; V be the same as V; T have same|equal F; do T "
    "have same|equal F; have T same|equal F; be F of T equal|same; F of T be equal|same",
    cost=0.3,
)
def are_equal(b: Builder, *given: Value | Together | Relation) -> Readings:
    key = maybe(given, Relation)
    values = [v for g in given for v in (g if isinstance(g, Together) else [g] if isinstance(g, Value) else [])]
    if len(values) < 2 or any(v.each is not None for v in values):
        return []
    values = [b.plain(v) for v in values]
    if key is not None:
        values = [found[0][0] for v in values if (found := key.of(v))]
        if key.noun and len(values) == 2 and all(v.element is not None for v in values):
            # "the same letters": in whatever order, however often
            return readings(
                [
                    b.template("x sort is (y sort)", *values),
                    (b.template("x set is (y set)", *values), 0.3),
                    (b.call("is", *values), 0.6),
                ]
            )
    truths = [b.call("is", values[0], v) or b.call("=", values[0], v) for v in values[1:]]
    total = truths[0] if truths else None
    for truth in truths[1:]:
        total = b.call("and", total, truth) if total is not None and truth is not None else None
    return readings(total) if total is not None and total.type is BOOL else []


@_rule(
    "C",
    "be T equal|same|identical [when] order be ignored; T be equal|same|identical [when] order be ignored; be T "
    "equal|same|identical ignoring|regardless order; T be equal|same|identical ignoring order; T be equal|same|identical "
    "regardless of order; be T equal|same|identical regardless of order; be T equal|same|identical in any|some|whatever "
    "order; T be equal in any order; be T equal|same|identical apart from order; T have|contains same|equal F in "
    "any|some|different|whatever order; T have|contains same|equal F [but] in a different order; T have|contains same F "
    "regardless of|ignoring order; T have|contains same F ignoring order; be T rearrangement of each other; T have|contains "
    "[exactly] same F; do T have|contains [exactly] same F; be T made of [exactly] same F; T use same F; be T equal "
    "after|when|once sorted; be T equal as set",
    cost=0.1,
)
def equal_in_any_order(b: Builder, both: Together, *_: object) -> Readings:
    if len(both) != 2 or any(v.element is None for v in both):
        return []
    return readings([b.template("x sort is (y sort)", *both), (b.template("x set is (y set)", *both), 0.3)])


@_rule(
    "C",
    "V contains V; do V contains V; V in V; be V in V; do V occurs in V; V occurs in V; do V have V; be V contained in V",
    cost=0.2,
)
def stands_in(b: Builder, first: Value, second: Value) -> Readings:
    """The container is told by its type."""
    if first.each is not None or second.each is not None:
        return []
    return [
        *part_of(b, first, second),
        *[(v, c + (1.0 if first.type is second.type else 0.1)) for v, c in part_of(b, second, first)],
    ]


@_rule(
    "C",
    "be V equal|identical; V be equal|identical; be V the same; V be the same; be all V equal|identical; be all V the same; "
    "V have same value; be V all equal; be V all the same",
    cost=0.2,
)
def all_equal(b: Builder, xs: Value) -> Readings:
    """ "are all elements equal"."""
    return readings(b.template("x unique length <= 1", xs)) if xs.element is not None and xs.each is None else []


@_rule(
    "C",
    "all V starts|begin! [with] same F; each V starts|begin! [with] same F; V starts|begin! [with] same F; all V "
    "ends|finish! [with] same F; each V ends|finish! [with] same F; V ends|finish! [with] same F; do all V starts|begin! "
    "with same F; do each V starts|begin! with same F",
    cost=0.0,
)
def same_edges(b: Builder, xs: Value, how: str, _: Relation) -> Readings:
    """ "every word starts with the same letter"."""
    source = xs.each if xs.each is not None else xs
    edge = "take" if how in ("starts", "begin") else "suffix"
    return readings(b.template(f"x map ({edge} 1) unique length <= 1", source))


@_rule(
    "C",
    "be V closer|nearer! to V than V; V be closer|nearer! to V than V; be V farther|further! from V than V; V be "
    "farther|further! from V than V",
    cost=0.0,
)
def is_closer(b: Builder, first: Value, how: str, target: Value, second: Value) -> Readings:
    text = "x distance z < (y distance z)" if how in ("closer", "nearer") else "x distance z > (y distance z)"
    return readings(b.template(text, first, second, target))


@_rule(
    "C",
    "do any|some [two] V coincide|match|agree; be any|some two V equal|identical|same; any|some two V be "
    "equal|identical|same; be there two equal|identical|same F; there be two equal|identical|same F; do any|some two F "
    "coincide|match|agree; be any|some two F equal|identical|same; be there any two equal|identical|same F; do two F "
    "coincide|match; be two F equal|identical|same",
    cost=0.0,
)
def two_equal(b: Builder, *given: Value | Relation) -> Readings:
    """ "are any two elements equal"."""
    return _on_list(b, given, "x unique length < (x length)")


@_rule(
    "C",
    "no two V be equal|identical|same; no two V coincide|match|agree; no two F be equal|identical|same; no two F "
    "coincide|match; be no two V equal|identical|same; be no two F equal|identical|same; be there no two "
    "equal|identical|same F; there be no two equal|identical|same F; do no two F coincide|match|agree",
    cost=0.0,
)
def no_two_equal(b: Builder, *given: Value | Relation) -> Readings:
    return _on_list(b, given, "x unique length = (x length)")


def _on_list(b: Builder, given: Sequence[object], text: str) -> Readings:
    """A phrase over the list that is said, or that is meant."""
    value, things = maybe(given, Value), maybe(given, Relation)
    lists = [(value, 0.0)] if value is not None else []
    if things is not None and things.noun:
        lists = [(v, c + at) for at, p in enumerate(b.params) for v, c in things.of(p)]
    return readings((b.template(text, xs), c) for xs, c in lists if xs.element is not None)


@_rule(
    "C",
    "be V [all] equally long; V be [all] equally long; be all V equally long; all V be equally long; V be of equal|same "
    "length; be each V of same|equal length; each V be of same|equal length; be all V of same|equal length; V all be of "
    "same|equal length; be all V equal length; all V of same|equal length",
    cost=0.0,
)
def equally_long(b: Builder, xs: Value) -> Readings:
    return readings(b.template("x map length unique length <= 1", xs.each if xs.each is not None else xs))


@_rule(
    "C",
    "V have|has same|equal F; all V have same|equal F; do V have same|equal F; do all V have same|equal F; have V same F",
    cost=0.2,
)
def same_property(b: Builder, xs: Value, key: Relation) -> Readings:
    """ "all words have the same length"."""
    source = xs.each if xs.each is not None else xs
    if source.element is None:
        return []
    keys = [(b.over("map", source, k), c) for k, c in key.of(b.it(source.type.element))]
    return readings((b.template("x unique length <= 1", k), c) for k, c in keys if k is not None)


@_rule(
    "C",
    "T differ; T be different; be T different; do T differ; T unequal each other; be T different from each other",
    cost=0.1,
)
def are_different(b: Builder, values: Together) -> Readings:
    if len(values) != 2:
        return readings([b.template("x unique length = (x length)", xs) for xs in [b.list_of(values)] if xs is not None])
    same = b.call("is", *[b.plain(v) for v in values])
    return readings(b.call("not", same)) if same is not None else []


@_rule("C", "C and C; both C and C", cost=0.2)
def and_also(b: Builder, first: Value, second: Value) -> Value | None:
    return b.call("and", first, second)


@_rule("C", "C or C; either C or C", cost=0.2)
def or_else(b: Builder, first: Value, second: Value) -> Value | None:
    return b.call("or", first, second)


@_rule("C", "C and P; C but P; C and be P", cost=0.4)
def and_such(b: Builder, clause: Value, which: Predicate) -> Readings:
    """ "n is even and greater than 10"."""
    return [
        (v, c)
        for p in b.params
        for truth, c in which.of(p)
        if p.key in clause.key and (v := b.call("and", clause, truth)) is not None
    ][:2]


@_rule("C", "C D; C , D", cost=0.4)
def clause_done(b: Builder, clause: Value, deed: Relation) -> Readings:
    """ "is t an anagram of s, ignoring case"."""
    return [(v, c) for v, c in deed.of(clause) if v.type is BOOL]


@_rule(
    "C",
    "be there more|fewer|less! F than F; there be more|fewer|less! F than F; V have|contains more|fewer|less! F than F; be "
    "there more|fewer|less! F than F in V; do V have|contains more|fewer|less! F than F; there be more|fewer|less! F than F "
    "in V",
    cost=0.0,
)
def more_than_others(b: Builder, *given: str | Relation | Value) -> Readings:
    """ "are there more vowels than consonants"."""
    symbol = ">" if said(given, str) == "more" else "<"
    first, second = (g for g in given if isinstance(g, Relation))
    wholes = [v] if (v := maybe(given, Value)) is not None else list(b.params)
    return [
        (truth, c + d + e)
        for whole in wholes
        for x, c in counted_in(b, first, whole)
        for y, d in counted_in(b, second, whole)
        for truth, e in compare(b, symbol, x, y)
    ]


@_rule("C", "not C; it be not true that C", cost=0.2)
def not_so(b: Builder, clause: Value) -> Value | None:
    return b.call("not", clause)


@_rule("C", "P; U be P; be U P; U P; be P; U do P; do U P; both be P; number be P; U be not P", cost=0.5)
def of_the_subject(b: Builder, which: Predicate) -> Readings:
    """A property said of nothing: of a parameter."""
    return [(v, c + 1.2 * at) for at, p in enumerate(b.params) for v, c in which.holds(p)]


@_rule(
    "C",
    "be all V distinct; all V be distinct; be all V unequal; all V be unequal; V be all distinct; V be all unequal; V all "
    "differ; do all V differ",
    cost=0.1,
)
def all_distinct(b: Builder, xs: Value) -> Readings:
    """ "all digits are different"."""
    source = xs.each or xs
    return readings(b.template("x unique length = (x length)", source)) if source.element is not None else []


@_rule(
    "C",
    "do any V occurs twice in a row; do any F occurs twice in a row; do any F repeat consecutively; be any two neighbour "
    "equal|identical|same; be there two equal|identical|same neighbour; be there equal neighbour; do two equal|identical F "
    "follow each other; be any F repeated consecutively; be there two neighbour that be equal|identical|same; be any "
    "neighbour equal|identical|same; be any consecutive F equal|identical|same; do same F occurs twice in a row",
    cost=0.0,
)
def twice_in_a_row(b: Builder, *given: Value | Relation) -> Readings:
    """ "does any word occur twice in a row"."""
    things = given or (Relation(b, "", lambda v: v if v.element is not None else None, noun=True, strict=True),)
    return _on_list(b, things, "x pairs map ((it left) = (it right)) any")


@_rule(
    "C",
    "be T equally long; T be equally long; T equally long; same length; same number-of F in both; same number-of F in T; T "
    "be of equal|same length; be T of equal|same length; T have same length; equal length",
    cost=0.0,
)
def same_length(b: Builder, *given: Together | Relation) -> Readings:
    """ "are both lists equally long"."""
    both = maybe(given, Together) or Together(p for p in b.params if p.element is not None)
    return readings(b.template("x length = (y length)", *both)) if len(both) == 2 else []


@_rule(
    "C",
    "do V have|contains as-many-as V and V; V have|contains as-many-as V and V; do V have|contains as-many-as V as V; V "
    "have|contains as-many-as V as V; be there as-many-as V as V [in V]; there be as-many-as V as V [in V]; do V "
    "have|contains same number-of V and V; V have|contains same number-of V and V; do V occurs as often as V [in V]; V "
    "occurs as often as V [in V]",
    cost=0.0,
)
def equally_many(b: Builder, *given: Value | None) -> Readings:
    """ "does the text have as many a's as b's"."""
    values = [g for g in given if g is not None]
    whole = values.pop(0) if len(values) == 3 and values[0].element is not None and values[0].flex == 0 else None
    whole = whole or (values.pop() if len(values) == 3 else next((p for p in b.params if p.element is not None), None))
    if whole is None or len(values) != 2:
        return []
    return [
        (v, c + d)
        for x, c in occurrences(b, values[0], whole)
        for y, d in occurrences(b, values[1], whole)
        if (v := b.call("=", x, y)) is not None
    ]


@_rule(
    "C",
    "do V have|contains more|fewer|less! F than V; V have|contains more|fewer|less! F than V; be there more|fewer|less! F "
    "in V than in V; there be more|fewer|less! F in V than in V; have V more|fewer|less! F than V",
    cost=0.0,
)
def more_in_one(b: Builder, *given: Value | str | Relation) -> Readings:
    """ "does s have more letters than t"."""
    symbol = ">" if said(given, str) == "more" else "<"
    things = said(given, Relation)
    first, second = [g for g in given if isinstance(g, Value)]
    return [
        (v, c + d + e)
        for x, c in counted_in(b, things, first)
        for y, d in counted_in(b, things, second)
        for v, e in compare(b, symbol, x, y)
    ]

"""Predicates about parts: contains, starts with, ends with, is in, contains only.

Imports `siglum.ir` and, of `siglum.propose.lexical`, chart, common, comparing, meanings, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.types import CHAR, I64, STR
from siglum.propose.lexical.chart import Together
from siglum.propose.lexical.comparing import is_list, is_number, part_of
from siglum.propose.lexical.english.common import predicate
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule = RULES.rule


@_rule(
    "P",
    "in which V occurs|be|stand; in which there be V; where V occurs; contains V; with V; have V in it|U; contains V as a "
    "sub-text; contains sub-text|character|letter|word V; with V in it|U; have V among F; contains V among F; have V among "
    "I; have V as one of F; contains V among I",
    cost=0.3,
)
def containing(b: Builder, part: Value, _: Relation | None = None) -> Predicate | None:
    if part.each is not None:
        return None
    return Predicate(b, f"contains {part.key}", lambda x, _: part_of(b, x, part))


@_rule("P", "contains V or V; contains either V or V", cost=0.3)
def containing_one(b: Builder, one: Value, other: Value) -> Predicate:
    return _containing(b, one).joined("or", _containing(b, other))


@_rule("P", "contains T; contains both T", cost=0.3)
def containing_both(b: Builder, parts: Together) -> Predicate:
    return _containing(b, parts[0]).joined("and", _containing(b, parts[1]))


@_rule(
    "P",
    "in|among V; occurs in|among|within|inside V; be [also] in V; element of V; one of V; sub-text of V; be one of V; be "
    "found in V; contained in V; be part of V; be an element of V; occurs as a sub-text in V; also in V; be element of V; "
    "stand in V",
    cost=0.2,
)
def contained(b: Builder, whole: Value) -> Predicate | None:
    if whole.each is not None:
        return None
    return _inside(b, whole)


@_rule("P", "in both T; in T; in both; be in both T; occurs in both T; occurs in both; in-common; be in both", cost=0.4)
def in_both(b: Builder, lists: Together | None = None) -> Predicate | None:
    lists = lists if lists is not None else Together(p for p in b.params if p.type.kind == "array")
    if len(lists) != 2:
        return None
    first, second = (_inside(b, xs) for xs in lists)
    both = first.joined("and", second)

    def make(x: Value, source: Value | None) -> Readings:
        # the elements of one list are in it
        return second.of(x) if source is not None and source.key == lists[0].key else both.of(x)

    return Predicate(b, "in both", make)


@_rule(
    "P",
    "missing from|in V; not present in V; absent from V; not found in V; lacking from|in V; not among V; outside of V; "
    "unknown to V",
    cost=0.1,
)
def not_contained(b: Builder, whole: Value) -> Predicate | None:
    return _inside(b, whole).negated() if whole.each is None else None


def _inside(b: Builder, whole: Value) -> Predicate:
    def make(x: Value, source: Value | None) -> Readings:
        apart = (
            b.call("words", whole)
            if source is not None and source.key.startswith(("words(", "{x words}")) and whole.type is STR
            else None
        )
        as_word = part_of(b, apart, x) if apart is not None else []
        return [*as_word, *[(v, c + (0.3 if as_word else 0.0)) for v, c in part_of(b, whole, x)]]

    return Predicate(b, f"in {whole.key}", make)


def _containing(b: Builder, part: Value) -> Predicate:
    return Predicate(b, f"contains {part.key}", lambda x, _: part_of(b, x, part))


@_rule("P", "[be] at start|beginning|front|head of V; [be] prefix|beginning|start of V; what V starts; which V starts", cost=0.2)
def at_start_of(b: Builder, whole: Value) -> Predicate:
    return Predicate(b, f"starts {whole.key}", lambda x, _: _at_edge(b, whole, x, "first"))


@_rule("P", "[be] at end|back|tail of V; [be] suffix|ending|end of V; what V ends; which V ends", cost=0.2)
def at_end_of(b: Builder, whole: Value) -> Predicate:
    return Predicate(b, f"ends {whole.key}", lambda x, _: _at_edge(b, whole, x, "last"))


@_rule(
    "P",
    "in|within|inside each|all! V; in|within any|some! V; occurs in each|all! V; be in each|all! V; occurs in any|some! V; "
    "contained in each|all! V",
    cost=0.1,
)
def in_each(b: Builder, how: str, wholes: Value) -> Predicate | None:
    """ "letters that occur in every word"."""
    source = wholes.each or wholes
    if source.element is None or source.element.kind != "array":
        return None
    word = "all" if how in ("each", "all") else "any"

    def make(x: Value, _: Value | None) -> Readings:
        return readings(b.template(f"y map (contains x) {word}", x, source))

    return Predicate(b, f"in {how} {source.key}", make)


@_rule("P", "starts V", cost=0.2)
def starting(b: Builder, part: Value) -> Predicate:
    return Predicate(b, f"starts {part.key}", lambda x, _: _at_edge(b, x, part, "first"))


@_rule("P", "ends V", cost=0.2)
def ending(b: Builder, part: Value) -> Predicate:
    return Predicate(b, f"ends {part.key}", lambda x, _: _at_edge(b, x, part, "last"))


@_rule(
    "P",
    "starts or ends with V; starts or ends in V; starts or ends V; starts V or ends V; either starts or ends with V; starts "
    "or U ends with V; start|begin or end|finish with|in V; either start|begin or end|finish with|in V",
    cost=0.1,
)
def starting_or_ending(b: Builder, *parts: Value) -> Predicate:
    return starting(b, parts[0]).joined("or", ending(b, parts[-1]))


@_rule("P", "[be] at beginning|start or end of V; [be] at start|beginning or at end of V; [be] prefix or suffix of V", cost=0.1)
def at_either_end_of(b: Builder, whole: Value) -> Predicate:
    return at_start_of(b, whole).joined("or", at_end_of(b, whole))


@_rule(
    "P",
    "starts and ends with V; starts and ends in V; starts and ends V; start|begin and end|finish with|in V; both "
    "start|begin and end|finish with|in V",
    cost=0.1,
)
def starting_and_ending(b: Builder, part: Value) -> Predicate:
    return starting(b, part).joined("and", ending(b, part))


@_rule(
    "P",
    "start|begin and end|finish [with|in|on] same|equal character|letter|element|number|value|digit|word; start|begin with "
    "same character|letter|element|number as U end [with]; starts and ends [with] same "
    "character|letter|element|number|value|digit|word; starts and ends [with] equal "
    "character|letter|element|number|digit|word; have equal|same first and last character|letter|element|number|digit; "
    "start|starts|begin with [the] same character|letter|element|number|value|digit U end [with|in]; start|begin with [the] "
    "same character|letter|element|digit with which U end; first and last character|letter|element|number|digit|value be "
    "same|equal; first character|letter|element|number|digit equal last [one|character|letter|element|digit]; first and "
    "last character|letter|element agree|match",
    cost=0.2,
)
def same_ends(b: Builder) -> Predicate:
    return predicate(b, "same ends", "x take 1 is (x suffix 1)")


def _at_edge(b: Builder, whole: Value, part: Value, word: str) -> Readings:
    if whole.type is STR and part.type in (STR, CHAR):
        text = part if part.type is STR else b.call("text", part)
        return readings(b.call("starts" if word == "first" else "ends", whole, text)) if text is not None else []
    if is_list(whole.type):
        if whole.type is part.type:
            return readings(b.template("x take (y length) is y" if word == "first" else "x suffix (y length) is y", whole, part))
        return readings(b.template("x take 1 = y | any" if word == "first" else "x suffix 1 = y | any", whole, part))
    if whole.type is I64 and is_number(part.type):
        return readings(b.template(f"x digits {word} = y", whole, part))
    return []


@_rule("P", "starts P; starts P character|letter|element|number|digit; starts P word", cost=0.3)
def starting_with_such(b: Builder, which: Predicate) -> Predicate:
    """ "starts with a vowel"."""
    return _edge_is(b, which, "take")


@_rule("P", "ends P; ends P character|letter|element|number|digit", cost=0.3)
def ending_with_such(b: Builder, which: Predicate) -> Predicate:
    return _edge_is(b, which, "suffix")


def _edge_is(b: Builder, which: Predicate, word: str) -> Predicate:
    def make(x: Value, _: Value | None) -> Readings:
        edge = b.call(word, x, b.literal(1))
        return which.of_all(edge, "any") if edge is not None else []

    return Predicate(b, f"{word} {which.key}", make)


@_rule(
    "P",
    "contains only P [character|letter|element|number|word|value]; only contains P "
    "[character|letter|element|number|word|value]; be only P; only P; contains only P and P; contains nothing but P; be all "
    "P; contains all P",
    cost=0.3,
)
def all_such(b: Builder, which: Predicate, other: Predicate | None = None) -> Predicate:
    """ "contains only digits"."""
    which = which.joined("or", other) if other is not None else which
    return Predicate(b, f"all {which.key}", lambda x, _: which.of_all(x, "all"))


@_rule(
    "P",
    "contains any P [character|letter|element|number|word|value]; contains P [character|letter|element|number|word|value]; "
    "with P [character|letter|element|number|value]; have P [character|letter|element|number]",
    cost=0.4,
)
def some_such(b: Builder, which: Predicate) -> Predicate:
    return Predicate(b, f"any {which.key}", lambda x, _: which.of_all(x, "any"))


@_rule(
    "P",
    "contains no P [character|letter|element|number|word|value]; with no P [character|letter|element|number]; without P "
    "[character|letter]; have no P [character|letter|element|number]; not contains any P [character|letter|element|number]",
    cost=0.2,
)
def no_such(b: Builder, which: Predicate) -> Predicate:
    return some_such(b, which).negated()


@_rule("P", "only in V; in V only; only occurs in V; occurs only in V; unique to V; exclusive to V", cost=0.1)
def only_in(b: Builder, whole: Value) -> Predicate | None:
    """In one list, and in none of the others that are given."""
    others = [p for p in b.params if p.element is not None and p.key != whole.key and p.type is whole.type]
    return _inside(b, whole).joined("and", _inside(b, others[0]).negated()) if others and whole.each is None else None


@_rule(
    "V",
    "F only in V; F that be only in V; F in V only; F unique to V; F that only V have|contains; what only V have|contains",
    cost=0.0,
)
def difference_of_lists(b: Builder, *given: Relation | Value) -> Readings:
    """ "elements only in xs"."""
    whole = [g for g in given if isinstance(g, Value)][-1]
    others = [p for p in b.params if p.element is not None and p.key != whole.key and p.type is whole.type]
    return readings(b.call("except", whole, others[0])) if others else []


@_rule(
    "P",
    "whose ending|end|suffix be V; whose last letter|character|digit be V; with ending|suffix V; with V as ending|suffix; "
    "with V at end; with V at its end; have V at [its] end",
    cost=0.1,
)
def with_ending(b: Builder, part: Value) -> Predicate:
    return ending(b, part)


@_rule(
    "P",
    "whose beginning|start|prefix be V; with prefix|beginning V; with V as prefix|beginning; with V at "
    "start|beginning|front; have V at [its] start|beginning|front",
    cost=0.1,
)
def with_beginning(b: Builder, part: Value) -> Predicate:
    return starting(b, part)


@_rule(
    "P",
    "made by|of repeat V; repetition of V; V repeated; made up of copies of V; V repeated several time; made of copies of V",
    cost=0.3,
)
def repetition_of(b: Builder, part: Value) -> Predicate:
    """ "is s made by repeating t"."""
    text = "y empty not and x is (y repeat (x length // (y length max 1)) flatten)"
    return predicate(b, "repetition of", text, part)

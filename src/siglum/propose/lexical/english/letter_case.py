"""Letter case: changing it, asking for it, and the kinds of characters.

Imports `siglum.ir` and, of `siglum.propose.lexical`, meanings, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.types import CHAR, STR
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule, _done = RULES.rule, RULES.done


def _cased(b: Builder, word: str) -> Relation:
    """A change of case, of each character."""

    def make(v: Value) -> Readings:
        if v.type in (CHAR, STR):
            return readings(b.call(word, v))
        return []

    return Relation(b, word, make)


@_done("upper-case *", cost=0.8)
@_done(
    "convert * to|into|in upper-case; in upper-case; * in upper-case; to upper-case; make * upper-case; capitalise all "
    "letter [of *]; convert to upper-case; as upper-case; upper-case; make everything upper-case; make * "
    "big|capital|large|capitals; make * all caps; in big|capital letter; write * in capitals|upper-case; * in big|capital "
    "letter; capitalise *; convert all|each letter to upper-case",
    cost=0.2,
)
def to_upper(b: Builder) -> Relation:
    return _cased(b, "upper")


@_done("lower-case *", cost=0.8)
@_done(
    "convert * to|into|in lower-case; in lower-case; * in lower-case; to lower-case; make * lower-case; convert to "
    "lower-case; as lower-case; lower-case; make everything lower-case; make * small|little; in small|little letter; * in "
    "small|little letter; write * in lower-case; convert all|each letter to lower-case",
    cost=0.2,
)
def to_lower(b: Builder) -> Relation:
    return _cased(b, "lower")


@_done(
    "swap|toggle|switch|invert|flip|exchange upper-case and lower-case [of|in *]; swap case [of *]; swap lower-case and "
    "upper-case [of|in *]; toggle case of each letter [of|in *]; flip|change|convert lower-case to upper-case and "
    "upper-case to lower-case; convert upper-case to lower-case and lower-case to upper-case; upper-case become lower-case "
    "and lower-case become upper-case; flip lower-case to upper-case and upper-case to lower-case; convert upper-case to "
    "lower-case and vice versa; convert lower-case to upper-case and vice versa; with case swapped",
    cost=0.0,
)
def swap_case(b: Builder) -> Relation:
    return _cased(b, "toggle")


@_done(
    "capitalise first letter|character of each word [of|in *]; capitalise each word [of|in *]; make first letter|character "
    "of each word upper-case; in title-case; convert * to title-case; upper-case first letter of each word [of|in *]; make "
    "each word start with upper-case; title-case *; first letter of each word in upper-case; each word capitalised; with "
    "each word capitalised; capitalise word of *",
    cost=0.0,
)
def title_case(b: Builder) -> Relation:
    def make(v: Value) -> Readings:
        if v.type is STR:
            first, rest = "(it take 1 upper)", ("(it drop 1)", "(it drop 1 lower)")
            others = [
                (b.template(f'x {cut} map ({first} concat {r}) join " "', v), 0.5) for cut in ('split " "', "words") for r in rest
            ]
            return readings([b.call("title", v), *others])
        if str(v.type) == "[str]":
            return readings([b.template("x map title", v), (b.template("x map ((it take 1 upper) concat (it drop 1))", v), 0.1)])
        return []

    return Relation(b, "title", make)


@_done(
    "capitalise first letter|character and lower-case rest|others; capitalise first letter|character , lower-case "
    "rest|others; make first letter|character upper-case and rest|others lower-case; first letter|character in upper-case "
    "and rest|others in lower-case; capitalise first letter|character lower-case rest|others; make first letter|character "
    "upper-case and the rest lower-case; first letter|character [in] upper-case [and] others [in] lower-case; first "
    "letter|character [in] upper-case [and] afterwards-part [in] lower-case; first letter|character upper-case and all "
    "others lower-case; capitalise first letter|character , others lower-case; only first letter|character [in] upper-case; "
    "first letter|character in upper-case , all others in lower-case; upper-case first letter|character , others lower-case",
    cost=0.0,
)
def capitalise_only(b: Builder) -> Relation:
    text = "(x take 1 upper) concat (x drop 1 lower)"
    return Relation(b, "capitalise only", lambda v: b.template(text, v) if v.type is STR else None)


@_done(
    "capitalise first letter|character [of *]; capitalise *; make first letter|character [of *] upper-case; with first "
    "letter|character capitalised|in upper-case; * with first letter upper-case; convert first letter|character [of *] to "
    "upper-case; * with upper-case first letter|character; starts with upper-case letter; upper-case only first "
    "letter|character [of *]; capitalise only first letter|character [of *]; make only first letter|character [of *] "
    "upper-case; only first letter|character in upper-case; upper-case first letter|character [of *]; make first "
    "letter|character [of *] a upper-case; make first letter|character [of *] big",
    cost=0.1,
)
def capitalise(b: Builder) -> Relation:
    def make(v: Value) -> Readings:
        if v.type is not STR:
            return []
        return readings(
            [
                b.template("(x take 1 upper) concat (x drop 1)", v),
                (b.template("(x take 1 upper) concat (x drop 1 lower)", v), 0.4),
            ]
        )

    return Relation(b, "capitalise", make)


@_rule(
    "P",
    "capitalise; starts with a upper-case; starts with upper-case [letter|character]; upper-case first letter",
    cost=0.1,
)
def capitalised(b: Builder) -> Predicate:
    return Predicate(b, "capitalised", lambda x, _: b.template("x take 1 capital any", x))


@_rule("P", "starts with lower-case [letter|character]", cost=0.1)
def starts_small(b: Builder) -> Predicate:
    return Predicate(b, "starts small", lambda x, _: b.template("x take 1 small any", x))


@_rule("P", "upper-case letter|character; [all|entirely|completely] [in] upper-case", cost=0.2)
def is_upper(b: Builder) -> Predicate:
    return Predicate(b, "upper case", lambda x, _: _all_cased(b, "capital", "upper", x))


@_rule("P", "lower-case letter|character; [all|entirely|completely] [in] lower-case", cost=0.2)
def is_lower(b: Builder) -> Predicate:
    return Predicate(b, "lower case", lambda x, _: _all_cased(b, "small", "lower", x))


def _all_cased(b: Builder, kind: str, change: str, x: Value) -> Readings:
    """Of a text: all its characters are such, or it stays as it is when it is changed so."""
    if x.type is STR:
        return readings([b.template(f"x {kind} all", x), (b.template(f"x is (x {change})", x), 0.3)])
    return readings(b.call(kind, x))


@_rule("P", "letter or digit; letter and digit", cost=0.0)
def is_alphanumeric(b: Builder) -> Predicate:
    return Predicate(b, "alnum", lambda x, _: b.call("alnum", x))


@_rule("P", "space|blank [character|sign]", cost=0.1)
def is_blank(b: Builder) -> list[tuple[Predicate, float]]:
    """ "spaces" are the sign itself, or all white space."""
    blank = Predicate(b, "blank", lambda x, _: b.template("x = ' '", x) if x.type is CHAR else None)
    return [(blank, 0.0), (Predicate(b, "space", lambda x, _: b.call("space", x)), 0.3)]


@_rule("P", "whitespace|white-space [character]; white space", cost=0.2)
def is_white_space(b: Builder) -> Predicate:
    return Predicate(b, "space", lambda x, _: b.call("space", x))


@_rule("P", "consonant", cost=0.0)
def is_consonant(b: Builder) -> Predicate:
    return Predicate(b, "consonant", lambda x, _: b.template("x letter and (x vowel not)", x))

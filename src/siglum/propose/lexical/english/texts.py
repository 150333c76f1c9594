"""Letters by name, initials, ways to write names, ciphers.

Imports `siglum.ir` and, of `siglum.propose.lexical`, meanings, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.frontend.phrase.syntax import Literal, Name
from siglum.ir.types import CHAR, STR
from siglum.propose.lexical.comparing import is_number
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar, maybe, said
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule, _done = RULES.rule, RULES.done


@_rule("V", "letter|character|sign|symbol|digit V; word|string|text V", cost=0.1)
def named_sign(b: Builder, sign: Value) -> Value | None:
    """ "the letter e", "the character c"."""
    return sign if sign.type in (STR, CHAR) and sign.each is None else None


@_rule("V", "digit|number|value V", cost=0.1)
def named_number(b: Builder, number: Value) -> Value | None:
    """ "the digit 7"."""
    return number if is_number(number.type) and isinstance(number.tree, (Literal, Name)) else None


@_rule(
    "F",
    "initial; initial letter|character; acronym; first letter of each word; first letter|character of word; initials",
    cost=0.0,
)
def initials(b: Builder) -> Relation:
    def make(v: Value) -> Readings:
        if v.type is STR:
            return readings(b.template("x words map first", v))
        return readings([b.template('x map (take 1) join ""', v), (b.template("x map (take 1)", v), 0.1)])

    return Relation(b, "initials", make, noun=True, strict=True)


@_done(
    "convert * from snake case to camel case; convert snake case to|into camel case; snake case to|into camel case; convert "
    "* to camel case; in camel case; to camel case; convert snake_case [like V] to camelcase; convert * from snake_case to "
    "camelcase; convert * to|into camelcase; convert snake_case [V] to|into camelcase; snake_case to|into camelcase; in "
    "camelcase",
    cost=0.0,
)
def camel_case(b: Builder, _: Value | None = None) -> Relation:
    text = 'x split "_" as w (w take 1) concat (w tail map ((it take 1 upper) concat (it drop 1))) join ""'
    return Relation(b, "camel", lambda v: b.template(text, v) if v.type is STR else None)


@_done(
    "convert * to snake case; in snake case; convert * from camel case to snake case; convert camelcase [V] to|into "
    "snake_case; camelcase to|into snake_case; convert snake_case from camelcase; convert * to|into snake_case; convert "
    "camel case to|into snake case; camel case to|into snake case",
    cost=0.0,
)
def snake_case(b: Builder, _: Value | None = None) -> Relation:
    text = 'x map (it capital ? "_" concat (it lower text) : it text) join ""'
    return Relation(b, "snake", lambda v: b.template(text, v) if v.type is STR else None)


@_done(
    "shift each [P] letter|character V place|position [forward|forwards|along|on] [in the alphabet]; shift each [P] "
    "letter|character by V [place|position] [forward|forwards] [in the alphabet]; shift * by V [place|position|letter] [in "
    "the alphabet]; move each [P] letter|character V place|position [forward|forwards|along] [in the alphabet]; caesar "
    "cipher|encryption with shift|key V; caesar cipher by V; encode * with caesar cipher [with shift] V; replace each [P] "
    "letter by the one V place|position later [in the alphabet]; rotate each letter by V [place|position] [in the "
    "alphabet]; shift letter [of *] by V",
    cost=0.0,
)
def shifting_letters(b: Builder, *given: Value | Predicate | None) -> Relation:
    places = said(given, Value)
    which = maybe(given, Predicate)
    small = "x map (it small ? 'a' + (((it - 'a') + y) % 26) : it)"
    both = "x map (it small ? 'a' + (((it - 'a') + y) % 26) : it capital ? 'A' + (((it - 'A') + y) % 26) : it)"
    large = "x map (it capital ? 'A' + (((it - 'A') + y) % 26) : it)"

    def make(v: Value) -> Readings:
        if v.type is not STR:
            return []
        order = (small, both, large) if which is not None and which.key == "lower case" else (both, small, large)
        return readings((b.template(text, v, places), 0.4 * at) for at, text in enumerate(order))

    return Relation(b, f"caesar {places.key}", make, strict=True)


@_rule("P", "number; valid number; numeric; whole number; made of digit", cost=0.5)
def is_numeral(b: Builder) -> Predicate:
    """ "words that are numbers"."""

    def make(x: Value, _: Value | None) -> Readings:
        if x.type is not STR:
            return []
        return readings([b.template("x empty not and (x digit all)", x), (b.call("numeric", x), 0.1)])

    return Predicate(b, "numeral", make)


@_done(
    "each letter replaced by [the] next [one|letter] [in alphabet]; replace each letter by|with [the] next [one|letter] [in "
    "alphabet]; replace|change each letter by|with|to the|one letter after it in alphabet; shift each letter [forward] by "
    "one; move each letter one place [forward|on|along] [in alphabet]; * with each letter replaced by [the] next "
    "[one|letter] [in alphabet]",
    cost=0.0,
)
def next_letters(b: Builder) -> Relation:
    return shifting_letters(b, b.literal(1))


@_done(
    "with comma [each three digit]; with comma as thousand separator; with thousand separator; * with comma [each three "
    "digit|place]; * with thousand separator",
    cost=0.1,
)
def thousands(b: Builder) -> Relation:
    text = '(x < 0 ? "-" : "") concat (x abs text reverse chunks 3 join "," reverse)'
    return Relation(b, "thousands", lambda v: b.template(text, v) if is_number(v.type) else None)

"""Nouns: what the parts of lists, texts and numbers are called.

Imports `siglum.ir` and, of `siglum.propose.lexical`, common, comparing, meanings, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.types import I64, STR
from siglum.propose.lexical.comparing import is_list
from siglum.propose.lexical.english.common import noun
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule = RULES.rule


@_rule("F", "element", cost=0.0)
def element(b: Builder) -> Relation:
    def make(value: Value) -> Readings:
        if is_list(value.type):
            inner = b.call("flatten", value) if value.type.element.kind == "array" else None
            return [(value, 0.0), *([(inner, 0.6)] if inner is not None else [])]
        return [(value, 0.5)] if value.type is STR else []

    return Relation(b, "elements", make, noun=True, strict=True)


@_rule("F", "number", cost=0.0)
def number(b: Builder) -> Relation:
    themselves = tuple((t, "x", 0.0) for t in ("[i64]", "[f64]", "[u8]", "[u64]"))
    in_text = (("str", "x integers", 0.5), ("str", 'x split " " integer', 2.0), ("[str]", "x integer", 1.5))
    return noun(b, "numbers", *themselves, *in_text, ("{i64:i64}", "x keys", 0.5), ("[[i64]]", "x flatten", 1.0))


@_rule("F", "word", cost=0.0)
def word(b: Builder) -> Relation:
    return noun(
        b, "words", ("str", "x words", 0.0), ("[str]", "x", 0.0), ("str", 'x split " "', 0.7), ("{str:i64}", "x keys", 0.5)
    )


@_rule("F", "text", cost=0.6)
def texts(b: Builder) -> Relation:
    return noun(b, "texts", ("[str]", "x", 0.0))


@_rule("F", "character", cost=0.0)
def character(b: Builder) -> Relation:
    return noun(
        b, "characters", ("str", "x", 0.0), ("[str]", 'x join ""', 1.0), ("{char:i64}", "x keys", 0.5), ("i64", "x text", 3.0)
    )


@_rule("F", "letter", cost=0.0)
def letter(b: Builder) -> Relation:
    def make(value: Value) -> Readings:
        if value.type is not STR:
            return []
        letters = Predicate(b, "letter", lambda x, _: b.call("letter", x))
        return [*letters.among(value), (value, 0.4)]

    return Relation(b, "letters", make, noun=True)


@_rule("F", "digit", cost=0.0)
def digit(b: Builder) -> Relation:
    def make(value: Value) -> Readings:
        if value.type is STR:
            digits = Predicate(b, "digit", lambda x, _: b.call("digit", x))
            valued = readings(b.template("x filter digit - '0'", value))
            return [*digits.among(value), *[(v, 0.4) for v, _ in valued]]
        if value.type is I64:
            return readings(b.call("digits", value))
        return [(value, 0.5)] if str(value.type) == "[i64]" else []

    return Relation(b, "digits", make, noun=True)


@_rule("F", "row|list", cost=0.2)
def row(b: Builder) -> Relation:
    def make(value: Value) -> Readings:
        return [(value, 0.0)] if value.element is not None and value.type.element.kind == "array" and is_list(value.type) else []

    return Relation(b, "rows", make, noun=True, strict=True)


@_rule("F", "line", cost=0.0)
def line(b: Builder) -> Relation:
    return noun(b, "lines", ("str", "x lines", 0.0), ("[str]", "x", 0.0))


@_rule("F", "name|string|key|entry", cost=0.8)
def names(b: Builder) -> Relation:
    return noun(
        b, "names", ("[str]", "x", 0.0), ("{str:i64}", "x keys", 0.0), ("{i64:i64}", "x keys", 0.0), ("{char:i64}", "x keys", 0.0)
    )


@_rule(
    "F",
    "neighbour; pair of neighbour; pair of consecutive element|number|value|item; pair of adjacent "
    "element|number|value|item; consecutive|neighbouring pair",
    cost=0.2,
)
def neighbours(b: Builder) -> Relation:
    return Relation(b, "neighbours", lambda v: b.call("pairs", v), noun=True, strict=True)


@_rule(
    "F",
    "pair of equal|identical|same neighbour; equal|identical neighbour; pair of neighbour that be equal|the same; equal "
    "neighbour pair",
    cost=0.0,
)
def equal_neighbours(b: Builder) -> Relation:
    return Relation(
        b, "equal neighbours", lambda v: b.template("x pairs filter (it left = (it right))", v), noun=True, strict=True
    )


@_rule("F", "first|last! @columns", cost=0.0)
def edge_column(b: Builder, which: str) -> Relation:
    return Relation(b, f"{which} column", lambda v: b.template(f"x map {which}", v), noun=True, strict=True)


@_rule(
    "F",
    "V consecutive element|number|value|item|character|letter|word; run|window|group of V consecutive "
    "element|number|value|item; run|window of length V; V neighbour; run|window of V element|number|value|item|character",
    cost=0.2,
)
def windows(b: Builder, size: Value) -> Relation:
    return Relation(b, f"windows {size.key}", lambda v: b.call("windows", v, size), noun=True, strict=True)


@_rule(
    "F",
    "group|chunk|piece|block|batch|part of V; group|chunk|piece|block|batch|part of size|length V; "
    "group|chunk|piece|block|batch of V element|number|value|item|character|letter|word; V element|number|item|character "
    "group|chunk|piece|block",
    cost=0.2,
)
def chunks(b: Builder, size: Value) -> Relation:
    return Relation(b, f"chunks {size.key}", lambda v: b.call("chunks", v, size), noun=True, strict=True)


@_rule(
    "F",
    "run|streak|stretch|sequence of equal|identical|same F; run|group of equal "
    "element|number|value|neighbour|character|letter; run of the same character|element|number|value|letter; group of "
    "consecutive equal element|character|number|value; run of identical|repeated element|character|number; group of equal "
    "consecutive element|character|number; consecutive run",
    cost=0.2,
)
def runs(b: Builder, _: Relation | None = None) -> Relation:
    return Relation(b, "runs", lambda v: b.call("runs", v), noun=True, strict=True)


@_rule("F", "length", cost=0.2)
def size(b: Builder) -> Relation:
    return Relation(b, "length", lambda v: b.call("length", v))


@_rule("F", "prefix; beginning; leading|initial part", cost=0.3)
def prefixes(b: Builder) -> Relation:
    return Relation(b, "prefixes", lambda v: b.template("(x length) range map (as n x take (n + 1))", v), noun=True, strict=True)


@_rule("F", "suffix; ending", cost=0.3)
def suffixes(b: Builder) -> Relation:
    return Relation(b, "suffixes", lambda v: b.template("(x length) range map (as n x drop n)", v), noun=True, strict=True)


@_rule("F", "sub-text; contiguous sub-text|row", cost=1.5)
def substrings(b: Builder) -> Relation:
    text = "(x length) range map (as i (x length - i) range map (as n x slice i (i + n + 1))) flatten"
    return Relation(b, "substrings", lambda v: b.template(text, v), noun=True, strict=True)


@_rule("F", "sub-text of length|size V; sub-text with|of V character|letter", cost=0.3)
def substrings_of_length(b: Builder, size: Value) -> Relation:
    return Relation(b, f"windows {size.key}", lambda v: b.call("windows", v, size), noun=True, strict=True)


@_rule("F", "P", cost=0.8)
def those(b: Builder, which: Predicate) -> Relation:
    """ "vowels", "zeros": the elements that are such."""

    def make(value: Value) -> Readings:
        if value.type is I64:
            digits = b.call("digits", value)
            return [(v, c + 1.0) for v, c in which.among(digits)] if digits is not None else []
        return which.among(value)

    return Relation(b, f"those {which.key}", make, noun=True)


@_rule(
    "F",
    "first|second|left|right! component|part|coordinate|field|half|member|element|item|value|number|entry|one; "
    "component|part|element|value|item|entry number 1|2!",
    cost=0.2,
)
def of_pair(b: Builder, which: str) -> Relation:
    """ "the second component", of a pair."""
    word = "left" if which in ("first", "left", "1") else "right"
    return Relation(b, f"{word} of pair", lambda v: b.call(word, v) if v.type.kind == "pair" else None)


@_rule("F", "difference", cost=0.3)
def difference_of_pair(b: Builder) -> Relation:
    """Of a pair: what the second is more than the first."""
    texts = (("x right - (x left)", 0.0), ("(x right) distance (x left)", 0.2), ("x left - (x right)", 0.4))
    return Relation(
        b, "difference", lambda v: readings((b.template(t, v), c) for t, c in texts) if v.type.kind == "pair" else None
    )


@_rule("F", "row F", cost=0.2)
def of_rows(b: Builder, of_each: Relation) -> Relation | None:
    """ "row sums", "the largest row sum"."""
    return of_each if not of_each.noun else None

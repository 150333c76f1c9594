"""Splitting text and joining it.

Imports `siglum.ir` and, of `siglum.propose.lexical`, comparing, meanings, rules and values.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.types import CHAR, STR
from siglum.propose.lexical.comparing import is_list
from siglum.propose.lexical.meanings import Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar, said
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule, _done = RULES.rule, RULES.done


@_done(
    "split * at|on|by|with|using V; split * at|on|by each|every V; split * wherever|where V occurs|be; split * at|on "
    "every|each [occurrence] [of] V; separated at|by V; split * along V; split at|on|by V; split * into F at|on|by V; "
    "part|piece of * between V; piece of * separated by V; parts of * separated by V; F of * separated by V; F separated by "
    "V",
    cost=0.1,
)
def splitting(b: Builder, *given: Value | Relation) -> Relation:
    separator = said(given, Value)

    def make(v: Value) -> Readings:
        if v.type is not STR or separator.type is not STR:
            return []
        pieces = b.call("split", v, separator)
        words = b.call("words", v) if separator.key == "' '" else None
        numbers = b.call("integer", pieces) if pieces is not None and str(b.result) == "[i64]" else None
        return readings([(numbers, 0.0), pieces, (words, 0.4)])

    return Relation(b, f"split {separator.key}", make)


@_done("split * into word; split * into F; break * into F; split * at|on white-space; list word of *", cost=0.2)
def splitting_words(b: Builder, things: Relation | None = None) -> Relation:
    return things if things is not None else Relation(b, "words", lambda v: b.call("words", v))


@_done(
    "convert * into|to list|set of F; convert * into|to list|set of I; convert * into|to F; as list of F; as list of I; "
    "list F of *; break * into F; break * into I; convert to list of F; as list of I; break * into list of F; break * into "
    "list of I",
    cost=0.4,
)
def listing(b: Builder, things: Relation) -> Relation:
    """ "turn the text into a list of its characters"."""
    return Relation(b, f"list of {things.key}", things.of, noun=True, strict=True)


@_done(
    "join * by|with|using V [in between|between U]; join * with V between U; separated by V; joined by|with V; with V in "
    "between|between U; put V between *; join with|by V; join * into text|one text separated by|with V; * separated by V; "
    "as text separated by V; with V between [each|every] [of] U|F; delimited by V; join * into one text with V between U; "
    "with V as separator; using V as separator|delimiter; join * with V in between; V delimited; with V between F",
    cost=0.1,
)
def joining(b: Builder, separator: Value, _: Relation | None = None) -> Relation:
    def make(v: Value) -> Readings:
        if separator.type is CHAR:
            return []
        return _join(b, v, separator)

    return Relation(b, f"join {separator.key}", make, strict=True)


@_done(
    "join *; join * together; join * into one|single text|word|string; into one|single text|word; as one|single text|word; "
    "join * without separator; join all *; put * together; string * together; glue * together; stick * together; put "
    "together; join together; join U; put U together",
    cost=0.2,
)
def joining_plainly(b: Builder) -> Relation:
    return Relation(b, "join", lambda v: _join(b, v, b.literal("")), strict=True)


def _join(b: Builder, v: Value, separator: Value) -> Readings:
    if str(v.type) == "[str]":
        spaced = b.literal(", ") if separator.key == "','" else None
        return readings([b.call("join", v, separator), (b.call("join", v, spaced) if spaced is not None else None, 0.5)])
    if v.type is STR:
        return [(w, 0.4) for w, _ in readings(b.template("x map text join y", v, separator))] if separator.key != "''" else []
    if is_list(v.type) and not v.type.element.args:
        return readings(b.template("x text join y", v, separator))
    if is_list(v.type) and v.type.element.kind == "array":
        return readings(b.call("flatten", v))
    return []


@_rule(
    "V",
    "V separated|delimited V; V separated|delimited text|list|word of|from|with V; text of V separated|delimited V; a V "
    "separated|delimited text of|from|with V",
    cost=0.1,
)
def separated(b: Builder, separator: Value, xs: Value) -> Readings:
    """ "space separated numbers", "a comma separated string of the words"."""
    return _join(b, xs, separator) if separator.type is STR else []


@_done(
    "replace|collapse|squeeze|reduce consecutive|multiple|repeated|several V by|with|into|to [a] single|one V; "
    "replace|collapse|squeeze|reduce run of V by|with|into|to [a] single|one V; collapse|squeeze "
    "consecutive|multiple|repeated|run V; collapse|squeeze run of V; replace|collapse sequence of V by|with|into single|one "
    "V",
    cost=0.0,
)
def collapsing(b: Builder, sign: Value, new: Value | None = None) -> Relation:
    """ "replace several spaces by one"."""
    new = new if new is not None else sign

    def make(v: Value) -> Readings:
        if v.type is STR and sign.type is STR and new.type is STR:
            return readings(b.template('x runs map (it take 1 is y ? z : it) join ""', v, sign, new))
        return []

    return Relation(b, f"collapse {sign.key} {new.key}", make)

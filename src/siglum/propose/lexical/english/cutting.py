"""Before, after and between; trimming, padding, brackets, cutting off.

Imports `siglum.ir` and, of `siglum.propose.lexical`, comparing, meanings, rules, thesaurus and values.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.types import STR
from siglum.propose.lexical.comparing import equals, is_list, is_number
from siglum.propose.lexical.meanings import Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar, maybe, said
from siglum.propose.lexical.thesaurus import BRACKETS
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule, _done = RULES.rule, RULES.done


@_rule(
    "F",
    "F before|after! [the] [first|last!] V; everything before|after! [the] [first|last!] V; part before|after! [the] "
    "[first|last!] V; part of U before|after! [first|last!] V; text before|after! [the] [first|last!] V; what come|stand "
    "before|after! [first|last!] V; F before|after! [first|last!] occurrence of V; word before|after! [first|last!] V; all "
    "before|after! [first|last!] V; F that come|stand before|after! [first|last!] V; everything up before|after! "
    "[first|last!] V",
    cost=0.1,
)
def beside(b: Builder, *given: str | Value | Relation | None) -> Relation | None:
    side = next(g for g in given if g in ("before", "after"))
    which = next((g for g in given if g in ("first", "last")), "first")
    mark = said(given, Value)
    things = maybe(given, Relation)
    if mark.each is not None:
        return None

    def make(v: Value) -> Readings:
        if v.type is STR and mark.type is STR:
            if which == "last":
                text = (
                    "x split y last"
                    if side == "after"
                    else "x contains y ? (x take (x length - (x split y last length) - (y length))) : x"
                )
                return readings(b.template(text, v, mark))
            return readings(b.call(side, v, mark))
        if things is not None:
            lists = [xs for xs, _ in things.of(v)]
            v = lists[0] if lists else v
        if is_list(v.type) and not is_list(mark.type):
            same = equals(b, mark)
            if side == "before":
                return same.negated().among(v, "takewhile")
            return [(t, c) for xs, c in same.negated().among(v, "dropwhile") if (t := b.call("tail", xs)) is not None]
        return []

    return Relation(b, f"{side} {which} {mark.key}", make, noun=True, strict=True)


@_rule(
    "F",
    "part|rest [of U] from first V on|onwards|onward; everything|F from first V on|onwards|onward; everything starting "
    "from|at|with first V; from first V on",
    cost=0.0,
)
def from_first(b: Builder, *given: Value | Relation) -> Relation | None:
    """ "the part from the first 0 on"."""
    mark = said(given, Value)
    if mark.each is not None:
        return None

    def make(v: Value) -> Readings:
        if v.type is STR and mark.type is STR:
            return readings(b.template('x contains y ? (x drop (x before y length)) : ""', v, mark))
        return [(xs, c) for xs, c in equals(b, mark).negated().among(v, "dropwhile")] if v.element is not None else []

    return Relation(b, f"from first {mark.key}", make, noun=True, strict=True)


@_done(
    "remove|cut everything|all|F after|from|behind|before! [first|last!] V [of|in *]; cut * off at|after! [first|last!] V; "
    "remove part|text after|before! [first|last!] V [of|in *]; remove what come|follow after|before! [first|last!] V",
    cost=0.0,
)
def removing_beside(b: Builder, *given: str | Value | Relation | None) -> Relation | None:
    """ "remove everything after the first #"."""
    words = [g for g in given if isinstance(g, str)]
    side = "after" if words[0] == "before" else "before"
    return beside(b, side, words[1] if len(words) > 1 else None, said(given, Value))


@_rule(
    "F",
    "F|text between V and V; everything between V and V; F between first V and next|first|following V; part between V and "
    "V; what be between V and V; text between V and V",
    cost=0.1,
)
def enclosed(b: Builder, *given: Value | Relation) -> Relation:
    left, right = (g for g in given if isinstance(g, Value))
    return Relation(
        b, f"between {left.key} {right.key}", lambda v: b.template("x after y before z", v, left, right), noun=True, strict=True
    )


@_done(
    "trim *; remove [leading and trailing|surrounding] white-space at|from both end|side [of *]; remove white-space at|from "
    "[both|the] beginning|start and end [of *]; remove leading and trailing white-space [from|of *]; strip white-space "
    "[from *]; strip * of white-space; remove white-space around *; remove white-space from both end|side of *; strip "
    "white-space from both end|side; without leading and trailing white-space; without surrounding white-space; remove "
    "surrounding white-space; remove white-space at [both] end [of *]; remove white-space from both end",
    cost=0.0,
)
def trimming(b: Builder) -> Relation:
    return Relation(b, "trim", lambda v: b.call("trim", v))


@_done(
    "pad * with|by V on|at|to the left|front|start|beginning to [length|width] [of] V; left pad * with V to [length|width] "
    "V; pad * on|at|to the left|front with V to [length|width|a length of] V; pad * with leading V to [length|width] V; add "
    "V in front of * until it be V character|letter|digit long; pad * with V on left to length V; pad * to [length|width] V "
    "with V on|at left; pad left with V to [length] V; pad * with V at left until it be V character long; pad * with V to "
    "[length|width] V on left; add leading V to * until it have length V; pad * with leading V to V digit|character",
    cost=0.0,
)
def padding_left(b: Builder, sign: Value, size: Value) -> Relation:
    return _padding(b, "indent", sign, size)


@_done(
    "pad * with|by V [on|at the right|end] to [length|width] [of] V; right pad * with V to [length] V; pad * to "
    "[length|width] [of] V with|by V [on|at right|end]; fill * [up] with V to [length|width] V; extend * with V to [length] "
    "V; add V to * until it have|be [length] V [element|character|letter] [long]; pad * with V until it have|be [length] V "
    "[element|character] [long]; pad with V to length V; pad * with V to V character|digit|letter|place; * padded with V to "
    "V character|digit|letter|place; padded with V to V character|digit|letter|place",
    cost=0.1,
)
def padding_right(b: Builder, sign: Value, size: Value) -> Relation:
    return _padding(b, "pad", sign, size)


def _padding(b: Builder, word: str, sign: Value, size: Value) -> Relation:
    if is_number(sign.type) and not is_number(size.type):
        sign, size = size, sign

    def make(v: Value) -> Readings:
        v = b.call("text", v) or v if v.type.kind == "i64" else v
        filler = sign
        if sign.key in ("0", "'0'") and v.type is STR:
            # zeros go before a number
            return readings(
                [
                    b.call("indent", v, size, b.character("0")),
                    (b.call("pad", v, size, b.character("0")), 0.5 if word == "indent" else 0.2),
                ]
            )
        if v.type is STR and is_number(sign.type):
            filler = b.literal(sign.key) if len(sign.key) == 1 else sign
        return readings(b.call(word, v, size, filler))

    return Relation(b, f"{word} {sign.key} {size.key}", make, strict=True)


@_done(
    "put|enclose|surround|wrap * between|in|with|into|inside bracket|parenthesis|parentheses|brace|quote|star|asterisk!; "
    "put|add bracket|parenthesis|parentheses|quote|star! around *; in bracket|quote|parentheses!; surround * by "
    "bracket|parentheses|quote|star!; put * between|in|inside square|curly|round|angle|double "
    "bracket|parentheses|brace|quote!; surround|wrap|enclose * with|in|by square|curly|round|angle|double "
    "bracket|brace|quote!; surrounded by bracket|quote|parentheses|star!",
    cost=0.0,
)
def in_brackets(b: Builder, name: str) -> Relation:
    left, right = BRACKETS.get(name, ("(", ")"))

    def make(v: Value) -> Readings:
        v = b.call("text", v) or v if is_number(v.type) else v
        return readings(b.template("y concat x concat z", v, b.literal(left), b.literal(right))) if v.type is STR else []

    return Relation(b, f"in {name}", make)


@_done(
    "cut * [off] after V F; cut * off after V character|letter|word|element; shorten|truncate|cut * to [at-most] [the "
    "first] V F; limit * to [at-most] V F; truncate|shorten * to V F; cut off after V F; truncate * after V F; cut * down "
    "to V F; truncate|shorten|cut * to length V; truncate * to V",
    cost=0.1,
)
def truncating(b: Builder, size: Value, things: Relation | None = None) -> Relation:
    def make(v: Value) -> Readings:
        if things is None or things.key in ("characters", "letters", "elements"):
            each = b.by("map", v, lambda x: b.call("take", x, size)) if str(v.type) == "[str]" else None
            return readings([each, (b.call("take", v, size), 0.5 if each is not None else 0.0)])
        return [(t, c) for xs, c in things.of(v) if (t := b.call("take", xs, size)) is not None]

    return Relation(b, f"truncate {size.key}", make, strict=True)


@_rule(
    "F",
    "everything|text|part|all up to and including [first|last!] V; up to and including [first|last!] V; F up to and "
    "including [first|last!] V; everything|text|part|all through [first] V",
    cost=0.0,
)
def up_to_and_including(b: Builder, *given: Value | Relation | str | None) -> Relation | None:
    """ "the text up to and including the first dot"."""
    mark = said(given, Value)
    if mark.each is not None or is_number(mark.type):
        return None
    last = "last" in given

    def make(v: Value) -> Readings:
        if v.type is STR and mark.type is STR:
            found = "x take (x length - (x split y last length))" if last else "x before y concat y"
            return readings(b.template(f"x contains y ? ({found}) : x", v, mark))
        return []

    return Relation(b, f"through {mark.key}", make, noun=True, strict=True)


@_done(
    "insert|put|add V after each N F [of|in *]; insert|put|add V each V F [in|into *]; insert|put|add V between each V F "
    "[of|in *]; insert|put|add V each N F [in|into *]; insert|put|add V after each V F [of|in *]; with V after each N F; * "
    "with V after each N F; with V after each V F; * with V each V F; with V each V F",
    cost=0.0,
)
def after_so_many(b: Builder, sign: Value, size: Value, _: Relation) -> Relation:
    """ "a space after every third character"."""
    return Relation(
        b, f"{sign.key} every {size.key}", lambda v: b.template("x chunks y join z", v, size, sign) if v.type is STR else None
    )


@_done(
    "remove everything|text|all|word in|inside|within|between [round|square|curly|angle] "
    "bracket|parenthesis|parentheses|brace! [from|of *]; remove bracket|parentheses|brace! and everything|text "
    "in|inside|between U; remove what be in|inside|between bracket|parenthesis|parentheses|brace! [of *]",
    cost=0.0,
)
def removing_bracketed(b: Builder, *given: str | Relation) -> Relation:
    """ "delete everything in parentheses"."""
    left, right = BRACKETS.get(next((g for g in given if isinstance(g, str)), ""), ("(", ")"))
    text = 'x split y as p (p take 1 concat (p tail map (after z))) join ""'
    return Relation(
        b, "remove bracketed", lambda v: b.template(text, v, b.literal(left), b.literal(right)) if v.type is STR else None
    )


@_rule(
    "F",
    "everything|text|part|word in|inside|within|between [round|square|curly|angle] bracket|parenthesis|parentheses|brace!; "
    "what be in|inside|between bracket|parenthesis|parentheses|brace!",
    cost=0.0,
)
def bracketed(b: Builder, *given: str | Relation) -> Relation:
    """ "the text in brackets"."""
    left, right = BRACKETS.get(next((g for g in given if isinstance(g, str)), ""), ("(", ")"))
    return Relation(
        b, "bracketed", lambda v: b.template("x after y before z", v, b.literal(left), b.literal(right)), noun=True, strict=True
    )

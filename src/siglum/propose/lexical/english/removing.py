"""Removing, keeping and taking: by value, by property, up to the first that is such.

Imports `siglum.ir` and, of `siglum.propose.lexical`, comparing, meanings, rules, undoing and values.
"""

from __future__ import annotations

from typing import Final

from siglum.ir.types import CHAR, STR
from siglum.propose.lexical.comparing import equals, is_list
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.rules import Grammar, maybe, said
from siglum.propose.lexical.undoing import without
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_done = RULES.done


def _phrase(b: Builder, name: str, text: str, *args: Value) -> Relation:
    """What a phrase over x (the subject), y and z gives."""
    return Relation(b, f"{name} {' '.join(a.key for a in args)}", lambda x: b.template(text, x, *args))


@_done(
    "remove F from|in *; remove F; remove all|each|any F from|in *; remove all|each|any F; * with F removed; * remove F; "
    "remove F off|away|out [of|from *]; chop|snip|lop|trim|shave|pop|peel F [off] [of|from *]; chop|snip|lop off F [of|from "
    "*]",
    cost=0.2,
)
def removing(b: Builder, things: Relation) -> Relation:
    """ "remove the negative numbers"."""
    return Relation(b, f"remove {things.key}", lambda v: [(r, c + d) for p, c in things.of(v) for r, d in without(b, p)])


@_done(
    "remove first V and last V F [from|of *]; remove V F from|at both end [of *]; remove first and last V F [from|of *]",
    cost=0.0,
)
def removing_from_both_ends(b: Builder, front: Value, *given: Value | Relation) -> Relation:
    back = maybe(given, Value) or front
    return _phrase(b, "inner", "x drop y | take (x length - y - z max 0)", front, back)


@_done(
    "remove prefix|start|beginning V [from *]; remove V from the start|beginning|front [of *]; * with V removed from the "
    "start|beginning|front; with V removed from the start|beginning; strip prefix V [from *]",
    cost=0.1,
)
def removing_prefix(b: Builder, part: Value) -> Relation:
    return _phrase(b, "remove prefix", "x starts y ? (x drop (y length)) : x", part)


@_done(
    "remove suffix|ending|end V [from *]; remove V from the end [of *]; * with V removed from|at the end; with V removed "
    "from the end; strip suffix V [from *]",
    cost=0.1,
)
def removing_suffix(b: Builder, part: Value) -> Relation:
    return _phrase(b, "remove suffix", "x ends y ? (x take (x length - (y length))) : x", part)


@_done(
    "remove P; remove F that be P from *; remove each|all that be P; remove [all|each] P "
    "element|number|value|word|character|letter|one [from *]; remove P from *",
    cost=0.5,
)
def removing_such(b: Builder, *given: Predicate | Relation) -> Relation:
    which = said(given, Predicate)
    return Relation(b, f"remove {which.key}", lambda v: which.among(v, "reject"))


@_done(
    "remove V from|in *; remove [all|each|every] occurrence|instance|element equal of V [from|in *]; remove each|all V "
    "from|in *; remove V; without V; remove [all] occurrence of V; remove all element equal V [from *]; remove "
    "all|each|every value|element|item|number equal V [from *]; * remove V; remove from * everything|all|anything [that be] "
    "in V; remove from * F [that be] in V; remove from * F of V; remove everything|all|anything [that be] in V from *; "
    "remove F [that be] in V from *; remove F of V from *; remove from * V; with V removed; with all|each "
    "occurrence|instance of V removed; * with all|each occurrence|instance of V removed; * with V removed; without any V; * "
    "without V",
    cost=0.4,
)
def removing_value(b: Builder, *given: Value | Relation) -> Relation | None:
    thing = said(given, Value)
    if thing.each is not None:
        return None

    def make(v: Value) -> Readings:
        if v.type is STR and thing.type in (STR, CHAR):
            text = thing if thing.type is STR else b.call("text", thing)
            return readings(b.call("replace", v, text, b.literal(""))) if text is not None else []
        if is_list(v.type) and v.type is thing.type:
            return readings(b.call("except", v, thing))
        return equals(b, thing).among(v, "reject") if is_list(v.type) else []

    return Relation(b, f"remove {thing.key}", make)


@_done("remove all-but F; keep F [from|of *]; keep F in *; keep only F; only F; keep only F of *; keep all F", cost=0.3)
def keeping(b: Builder, things: Relation) -> Relation:
    return Relation(b, f"keep {things.key}", things.of, noun=True)


@_done("keep P; keep F that be P of *; keep each|all that be P; keep only P; keep P in *; keep * that be P", cost=0.5)
def keeping_such(b: Builder, *given: Predicate | Relation) -> Relation:
    which = said(given, Predicate)
    return Relation(b, f"keep {which.key}", lambda v: which.among(v))


@_done(
    "remove everything|all|each|anything that be P; remove all-but P; remove everything|anything that be P from *; remove "
    "everything|anything P; remove all-but P from *; remove everything that be not a P [from *]",
    cost=0.2,
)
def removing_everything_such(b: Builder, which: Predicate) -> Relation:
    return Relation(b, f"remove {which.key}", lambda v: which.among(v, "reject"))


@_done("keep everything|all that be P; keep nothing but P; leave only P", cost=0.2)
def keeping_everything_such(b: Builder, which: Predicate) -> Relation:
    return Relation(b, f"keep {which.key}", lambda v: which.among(v))


@_done(
    "remove duplicate [from|in *]; remove repeated F [from *]; remove duplicate|duplicated F [from|in *]; remove F that be "
    "duplicate|repeated [from|in *]; remove all duplicate|repeated F [from|in *]; deduplicate F [of|in *]; drop F that "
    "already occurs; remove all duplicate [from|in *]; remove any duplicate [from|in *]; * remove duplicate; deduplicate *",
    cost=0.0,
)
def removing_duplicates(b: Builder, things: Relation | None = None) -> Relation:
    def make(v: Value) -> Readings:
        found = readings(b.call("unique", v))
        if things is None or not things.noun:
            return found
        lists = [(xs, c) for xs, c in things.of(v) if xs.key != v.key]
        return [
            *[(u, c) for xs, c in lists if (u := b.call("unique", xs)) is not None],
            *[(u, 2.0 * bool(lists)) for u, _ in found],
        ]

    return Relation(b, "unique", make, strict=True)


@_done(
    "remove consecutive duplicate [from *]; remove duplicate next to each other; collapse runs|run of equal "
    "element|character|number|value; collapse consecutive duplicate|repeated F; remove consecutive|adjacent "
    "duplicate|equal|repeated element|number|character|value|letter [from *]; collapse run; collapse|merge|squeeze|reduce "
    "[all] repeated|equal|identical|duplicate neighbour [of|in *]; keep [only] one|first of each run [of "
    "equal|identical|same F]; remove F equal previous; remove F that be equal previous; reduce run of equal F to one; "
    "remove F that repeat previous; collapse run [of equal|identical|same|repeated F]; collapse repeat; remove repeated "
    "neighbour; remove duplicate neighbour; remove F equal to their neighbour",
    cost=0.0,
)
def removing_neighbouring_duplicates(b: Builder, _: Relation | None = None) -> Relation:
    return _phrase(b, "collapse", "x runs map first")


@_done("take F of|from *; take F; give F of *", cost=0.3)
def taking(b: Builder, things: Relation) -> Relation:
    return Relation(b, f"take {things.key}", things.of, noun=True)


@_done(
    "take|keep F until|before [first] P; take|keep F before first F that be P; take|keep F up to [first] P; F before [the] "
    "first P; take|keep F until P; F up to the first P; F before [the] first F that be P; take|keep F until reach P; take F "
    "until first P one; everything before [the] first P; F until [the] first P [F]",
    cost=0.1,
)
def taking_until(b: Builder, *given: Relation | Predicate | None) -> Relation:
    which = said(given, Predicate)
    things = maybe(given, Relation)
    stop = which.negated()
    return _while(b, "takewhile", stop, things)


@_done(
    "take|keep F while|as-long-as [they|it] [be] P; take F as long as they be P; leading P F; F at the start that be P; "
    "take F while U be P; P F at the start|beginning [of *]; leading P; take while P; longest prefix of P F",
    cost=0.2,
)
def taking_while(b: Builder, *given: Relation | Predicate) -> Relation:
    which = said(given, Predicate)
    things = maybe(given, Relation)
    return _while(b, "takewhile", which, things)


@_done(
    "remove F while|as-long-as U be P; remove leading P [F]; remove P [F] at|from the start|beginning|front [of *]; remove "
    "leading F that be P; skip F while U be P; remove leading P [F] from *; strip leading P [F] [from|of *]; skip leading P "
    "[F]; without leading P [F]",
    cost=0.2,
)
def dropping_while(b: Builder, *given: Relation | Predicate | None) -> Relation:
    return _while(b, "dropwhile", said(given, Predicate), None)


@_done(
    "skip F until P; F from [the] first P [F] on|onwards|onward; everything|all from [the] first P [F] on|onwards|onward; "
    "remove F until [first] P; skip until [first] P [F]; remove F before [the] first P [F]; remove everything|all before "
    "[the] first P [F]; remove everything|all until [first] P [F]; F starting at|with|from first P [F]; everything|all "
    "starting at|with|from first P [F]; start at first P [F]; F after and including first P [F]; remove F until reach P "
    "[F]; skip F before [the] first P [F]",
    cost=0.1,
)
def dropping_until(b: Builder, *given: Relation | Predicate | None) -> Relation:
    """ "from the first even number on"."""
    return _while(b, "dropwhile", said(given, Predicate).negated(), None)


def _while(b: Builder, word: str, which: Predicate, things: Relation | None) -> Relation:
    def make(v: Value) -> Readings:
        lists = things.of(v) if things is not None else [(v, 0.0)]
        return [(w, c + d) for xs, c in lists for w, d in which.among(xs, word)]

    return Relation(b, f"{word} {which.key}", make, noun=True, strict=True)


@_done(
    "remove first|last! V [from|of|in *]; remove [only] first|last! occurrence|instance|appearance of V [from|of|in *]; "
    "remove one occurrence|instance of V [from|of|in *]; remove V once [from|of|in *]",
    cost=0.0,
)
def removing_occurrence(b: Builder, *given: str | Value) -> Relation:
    """ "remove the first occurrence of t"."""
    which, thing = maybe(given, str) or "first", said(given, Value)

    def make(v: Value) -> Readings:
        if v.type is STR and thing.type is STR:
            if which == "first":
                return readings(b.template("x before y concat (x after y)", v, thing))
            text = "x take (x length - (x split y last length) - (y length) max 0) concat (x split y last)"
            return readings(b.template(text, v, thing))
        if not is_list(v.type):
            return []
        place = "index y else (x length)" if which == "first" else "= y | positions last else (x length)"
        return readings(b.template(f"x take (x {place}) concat (x drop ((x {place}) + 1))", v, thing))

    return Relation(b, f"remove {which} {thing.key}", make, strict=True)


@_done(
    "remove trailing P [F] [from|of *]; remove P [F] at|from end [of *]; strip trailing P [F] [from|of *]; without trailing "
    "P; remove P from the right [of *]; right trim *; right strip *; trim end [of *]",
    cost=0.1,
)
def dropping_from_end(b: Builder, *given: Predicate | Relation | None) -> Relation:
    """ "remove the spaces at the end"."""
    which = maybe(given, Predicate) or Predicate(b, "space", lambda x, _: b.call("space", x))

    def make(v: Value) -> Readings:
        back = b.call("reverse", v) if v.element is not None else None
        found = which.among(back, "dropwhile") if back is not None else []
        return [(r, c) for w, c in found if (r := b.call("reverse", w)) is not None]

    return Relation(b, f"drop {which.key} from end", make, strict=True)

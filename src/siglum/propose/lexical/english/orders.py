"""Orders: sorted, by what, falling, reversed, and who wins ties.

Imports `siglum.frontend` and, of `siglum.propose.lexical`, meanings, picking, rules and values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from siglum.frontend.phrase.syntax import Call, Function, Tree
from siglum.propose.lexical.meanings import Readings, Relation
from siglum.propose.lexical.picking import sorted_by
from siglum.propose.lexical.rules import Grammar, maybe, said
from siglum.propose.lexical.values import Builder, Value

RULES: Final = Grammar()
_rule, _done = RULES.rule, RULES.done


@dataclass(frozen=True, slots=True)
class Order:
    """Rising or falling."""

    descending: bool

    @property
    def key(self) -> str:
        return "falling" if self.descending else "rising"


@_rule("O", "ascending; alphabetical; ascending numerical|alphabetical", cost=0.1)
def rising(b: Builder) -> Order:
    return Order(False)


@_rule(
    "O",
    "descending; reverse alphabetical; alphabetical in-reverse; descending alphabetical|numerical; reverse ascending; reverse",
    cost=0.1,
)
def falling(b: Builder) -> Order:
    return Order(True)


def _sorted(b: Builder, order: Order | None, key: Relation | None = None) -> Relation:
    name = f"sort {order.key if order else ''} {key.key if key else ''}"
    return Relation(b, name, lambda v: sorted_by(b, v, order is not None and order.descending, key), strict=True)


@_done(
    "sort *; sort * [in] O [order]; sort * into O [order]; put|bring * in O order; sort * O; in O order; O; in sort order; "
    "sort O; O order",
    cost=0.2,
)
def sorting(b: Builder, order: Order | None = None) -> Relation:
    return _sorted(b, order)


@_done(
    "sort * by F; sort * by F [in] O [order]; sort * by F , O; in order of F; sort * based on|to F; in O order of F; sort * "
    "according to F; sort * by I; sort * O by F; sort * in O order by|of F; sort * by I [in] O [order]; by F; in order of "
    "I; in O order by F; sort * on F; sort * by I , O; in O order of I; O by F",
    cost=0.2,
)
def sorting_by(b: Builder, *given: Relation | Order | None) -> Relation:
    key = said(given, Relation)
    order = maybe(given, Order)
    return _sorted(b, order, key)


@_done(
    "sort * length-up|length-down!; length-up|length-down!; put|bring * length-up|length-down!; arrange * length-up|length-down!",
    cost=0.1,
)
def sorting_by_length(b: Builder, how: str) -> Relation:
    """ "from shortest to longest": texts and lists."""

    def make(v: Value) -> Readings:
        if v.element is None or v.element.kind != "array":
            return []
        return sorted_by(b, v, how == "length-down", Relation(b, "length", lambda x: b.call("length", x)))

    return Relation(b, how, make, strict=True)


@_done(
    "sort * so that largest|smallest|longest|shortest! F come first; largest|smallest|longest|shortest! first; "
    "largest|smallest|longest|shortest! F first",
    cost=0.2,
)
def extreme_first(b: Builder, which: str, _: Relation | None = None) -> Relation:
    key = Relation(b, "length", lambda v: b.call("length", v)) if which in ("longest", "shortest") else None
    return _sorted(b, Order(which in ("largest", "longest")), key)


@_done(
    "sort * ignoring-case; sort * [in] O [order] ignoring-case; sort * , ignoring-case; sort * [in] O [order] , "
    "ignoring-case; in O order ignoring-case; O ignoring-case",
    cost=0.0,
)
def sorting_ignoring_case(b: Builder, order: Order | None = None) -> Relation:
    return _sorted(b, order, Relation(b, "lower", lambda v: b.call("lower", v), strict=True))


@_done(
    "sort * ignoring|without! sign; sort * regardless! of sign; sort * without regard! to sign; sort * in O order ignoring! "
    "sign; sort * O ignoring! sign",
    cost=0.0,
)
def sorting_ignoring_sign(b: Builder, *given: str | Order) -> Relation:
    return _sorted(b, maybe(given, Order), Relation(b, "abs", lambda v: b.call("abs", v), strict=True))


@_done(
    "turn * around|round|over; flip * around|round|over; last F first; last to first; with last F first; from end [to "
    "start]; * from end to start; * from last to first; in-reverse; reverse *; reverse order of *; reverse * order; in "
    "reverse order of F; put * in-reverse; * in-reverse; reverse the order of *; from last to first",
    cost=0.1,
)
def in_reverse(b: Builder, _: Relation | None = None) -> list[tuple[Relation, float]]:
    back = Relation(b, "reverse", lambda v: b.call("reverse", v))
    number = Relation(b, "reversed digits", lambda v: b.template("x sign * (x digits reverse undigits)", v), strict=True)
    return [(back, 0.0), (number, 0.3)]


@_done(
    "on-ties first|last! [one]; first|last! [one] on-ties; on-ties first|last! of them; on-ties first|last! one win; "
    "on-ties take first|last!; on-ties first|last! F; first|last! F on-ties; on-ties keep|give|pick|choose|prefer "
    "first|last! [one|F]",
    cost=0.2,
)
def ties_by_place(b: Builder, which: str, _: Relation | None = None) -> Relation:
    return _chosen_from(b, f"ties {which}", "" if which == "first" else "reverse")


@_done(
    "on-ties largest|smallest! [one|F]; largest|smallest! [one] on-ties; on-ties largest|smallest! one; largest|smallest! F "
    "on-ties; on-ties take|give|pick|choose|prefer largest|smallest! [one|F]; on-ties alphabetical first! [one]; "
    "alphabetical first! [one] on-ties; on-ties first! alphabetical; on-ties first! in alphabetical order; alphabetical "
    "first! F on-ties",
    cost=0.1,
)
def ties_by_size(b: Builder, which: str, _: Relation | None = None) -> Relation:
    """ "the smallest one if there is a tie": what is chosen from is sorted first, and words prefer what comes first."""
    return _chosen_from(b, f"ties {which}", "sort", *(["reverse"] if which == "largest" else []))


CHOOSING: Final = frozenset(("mode", "most", "least", "argmax", "argmin", "maximum", "minimum", "order", "index", "find"))
"""Words that take the first of several equals."""


def _chosen_from(b: Builder, name: str, *words: str) -> Relation:
    """A value in which what its outermost choosing word chooses from has these words applied first."""

    def make(value: Value) -> Readings:
        tree = _with_argument(value.tree, [w for w in words if w])
        return [(Value(tree, value.type, f"{value.key} {name}", value.flex, value.each), 0.0)] if tree is not None else []

    return Relation(b, name, make, strict=True)


def _with_argument(tree: Tree, words: list[str]) -> Tree | None:
    if not isinstance(tree, Call) or not tree.args or isinstance(tree.args[0], Function):
        return None
    first: Tree | None = tree.args[0]
    if tree.word in CHOOSING:
        for word in words:
            assert first is not None
            first = Call(word, (first,))
    else:
        first = _with_argument(tree.args[0], words)
    return Call(tree.word, (first, *tree.args[1:])) if first is not None else None


@_done(
    "sort * by F , then by F; sort * by F then by F; sort * by F and then by F; sort * by F and F; sort * by F , ties by F; "
    "by F , then by F; by F then by F; by F and then by F; by F , and then by F; sort * by F , and then by F; sort * by I , "
    "then by I; by I , then by I; by I and then by I; by F and if equal by F; sort * by F , on-ties by F; by F , on-ties by "
    "F",
    cost=0.1,
)
def sorting_by_two(b: Builder, first: Relation, second: Relation) -> Relation:
    """ "by their last letter, then by length"."""

    def make(v: Value) -> Readings:
        return [(s, c + d) for inner, c in sorted_by(b, v, False, second)[:2] for s, d in sorted_by(b, inner, False, first)[:2]]

    return Relation(b, f"sort by {first.key} then {second.key}", make, strict=True)


@_done(
    "sort * by F , then O; sort * by F then O; sort * by F and then O; sort * by F , O on-ties; sort * by F , on-ties O; by "
    "F , then O; by F and then O; by F then O; by F , on-ties O; sort * by F and O on-ties",
    cost=0.1,
)
def sorting_by_one_then(b: Builder, key: Relation, order: Order) -> Relation:
    """ "by length, then alphabetically"."""

    def make(v: Value) -> Readings:
        return [(s, c + d) for inner, c in sorted_by(b, v, order.descending) for s, d in sorted_by(b, inner, False, key)]

    return Relation(b, f"sort by {key.key} then {order.key}", make, strict=True)

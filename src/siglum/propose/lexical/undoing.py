"""Taking apart what was picked out: what is left without it, where it stands, the list with something else in its place.

Imports `siglum.ir` and its siblings meanings and values.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from siglum.ir.types import STR
from siglum.propose.lexical.meanings import Predicate, Readings, Relation, readings
from siglum.propose.lexical.values import Builder, Value

_LEFT: Final = {
    "first": "x tail", "last": "x front", "take": "x drop y", "drop": "x take y", "suffix": "x take (x length - y)",
    "at": "x take y concat (x drop (y + 1))", "ends": "x tail front",
}  # fmt: skip


_FIRST_TRUE: Final = "(y index true else (x length))"
_EXTREME: Final = {"maximum": "x argmax", "minimum": "x argmin"}


def without(b: Builder, picked: Value) -> Readings:
    """What is left where something that was picked out is removed."""
    if picked.origin is None:
        return []
    how, source, detail = picked.origin
    extra = [detail] if isinstance(detail, Value) else []
    if how in ("filter", "reject") and isinstance(detail, Predicate):
        return [(v, c) for v, c in detail.among(source, "reject" if how == "filter" else "filter")]
    if how in _LEFT:
        left = b.template(_LEFT[how], source, *extra)
        if left is not None and how in ("first", "take"):
            return [(left.said_of("drop", source, extra[0] if extra else b.literal(1)), 0.0)]
        if left is not None and how in ("last", "suffix"):
            count = b.template("x length - y", source, extra[0] if extra else b.literal(1))
            return [(left.said_of("take", source, count), 0.0)] if count is not None else [(left, 0.0)]
        return readings(left)
    if how in _EXTREME:
        kept = Predicate(b, f"is {picked.key}", lambda x, _: b.call("=", x, b.plain(picked)))
        place = b.template(f"x take ({_EXTREME[how]} else 0) concat (x drop (({_EXTREME[how]} else 0) + 1))", source)
        return [*readings(place), *[(v, c + 0.6) for v, c in kept.among(source, "reject")]]
    if how in ("most", "least"):
        places = [(b.otherwise(place, b.literal(0)), cost) for place, cost in where(b, picked)]
        return readings(
            (b.template("x take y concat (x drop (y + 1))", source, place), cost) for place, cost in places if place is not None
        )
    if how == "find" and isinstance(detail, Predicate):
        out: list[tuple[Value | None, float]] = []
        for mask, cost in detail.mask(source):
            out.append((b.template(f"x take {_FIRST_TRUE} concat (x drop ({_FIRST_TRUE} + 1))", source, mask), cost))
        return readings(out)
    if how == "step":
        return readings(
            [
                b.template("x drop 1 step 2", source)
                if extra[0].key == "2"
                else b.template("x chunks y map tail flatten", source, *extra)
            ]
        )
    if how == "kth":
        return readings(b.template("x chunks y map (it take (y - 1)) flatten", source, *extra))
    return []


def where(b: Builder, picked: Value) -> Readings:
    """The position of what was picked out, or all positions."""
    if picked.origin is None:
        return []
    how, source, detail = picked.origin
    if how in ("maximum", "minimum"):
        return readings(b.call("argmax" if how == "maximum" else "argmin", source))
    if how in ("most", "least") and isinstance(detail, Relation):
        keys = [(b.over("map", source, m), c) for m, c in detail.of(b.it(source.type.element))]
        return readings((b.call("argmax" if how == "most" else "argmin", k), c) for k, c in keys if k is not None)
    if how == "find" and isinstance(detail, Predicate):
        return readings((b.call("index", m, b.literal(True)), c) for m, c in detail.mask(source))
    if how == "filter" and isinstance(detail, Predicate):
        return readings((b.call("positions", m), c) for m, c in detail.mask(source))
    if (
        how == "last"
        and source.origin is not None
        and source.origin.how == "filter"
        and isinstance(source.origin.detail, Predicate)
    ):
        masks = source.origin.detail.mask(source.origin.source)
        return readings((b.chain(b.call("positions", m), "last"), c) for m, c in masks)
    return []


def replaced(b: Builder, picked: Value, new: Value | Relation) -> Readings:
    """The list, with something new in place of what was picked out of it."""
    if picked.origin is None:
        return []
    how, source, detail = picked.origin
    out: list[tuple[Value | None, float]] = []
    if how == "filter" and isinstance(detail, Predicate) and source.element is not None:
        it = b.it(source.type.element)
        for holds, cost in detail.of(it, source):
            for made, more in new.of(it) if isinstance(new, Relation) else [(new, 0.0)]:
                out += [(v, cost + more + extra) for v, extra in _chosen(b, source, it, holds, made)]
    elif how == "edge" and isinstance(new, Relation):
        rest = b.template("x tail" if detail == "take" else "x front", source)
        for made, cost in new.of(picked):
            if rest is not None and made.type is source.type:
                out.append((b.call("concat", made, rest) if detail == "take" else b.call("concat", rest, made), cost))
    elif how in ("take", "suffix", "drop") and isinstance(detail, Value) and isinstance(new, Relation):
        kept = "x take (x length - y)" if how == "suffix" else _LEFT[how]
        rest = b.template(kept, source, detail)
        for made, cost in new.of(picked):
            if rest is not None and made.type is source.type:
                out.append((b.call("concat", made, rest) if how == "take" else b.call("concat", rest, made), cost))
    elif how in ("first", "last", "at", "maximum", "minimum"):
        place = {"first": "0", "last": "(x length - 1)", "maximum": "(x argmax else 0)", "minimum": "(x argmin else 0)"}.get(how)
        for made, more in new.of(b.plain(picked)) if isinstance(new, Relation) else [(new, 0.0)]:
            if source.type is STR and made.type is STR and how in ("first", "last"):
                out.append((b.template("y concat (x tail)" if how == "first" else "x front concat y", source, made), more))
            elif isinstance(detail, Value):
                out.append((b.template("x put [z] [y]", source, made, detail), more))
            else:
                out.append((b.template(f"x put [{place}] [y]", source, made), more))
    return readings(out)


def _chosen(b: Builder, source: Value, it: Value, holds: Value, new: Value) -> Iterator[tuple[Value | None, float]]:
    """`new` for the elements for which `holds`, the others as they are; text may take the place of a character."""
    made = b.choice(holds, new, it) if new.type is not STR or source.type is not STR or new.flex else None
    yield (b.over("map", source, made) if made is not None else None), 0.0
    if source.type is STR and new.type is STR:
        text = b.call("text", it)
        piece = b.choice(holds, new, text) if text is not None else None
        pieces = b.over("map", source, piece) if piece is not None else None
        yield (b.call("join", pieces, b.literal("")) if pieces is not None else None), 0.2

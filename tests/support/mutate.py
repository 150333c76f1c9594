"""Faults put into images: single flipped bits, and bugs a binder could have, with a witness that fits the bytes.

Deterministic by seed; used by tests and benchmarks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from random import Random

from tests.support.assemble import CannotLink, Draft, draft, relink

from siglum.records import DEAD, Image, Location, StopSite
from siglum.stencil.families import FAMILIES
from siglum.stencil.table import Table

KINDS = (
    "register", "slot", "immediate", "family", "label", "site", "drop", "swap", "double", "insert", "frame", "callee", "map",
    "data", "stop", "move label",
)  # fmt: skip


def flipped(image: Image, bit: int) -> Image:
    """`image` with bit `bit` of its bytes the other way round."""
    code = bytearray(image.code)
    code[bit >> 3] ^= 1 << (bit & 7)
    return replace(image, code=bytes(code))


@cache
def _alike(kinds: str) -> tuple[str, ...]:
    """The families with these operand kinds."""
    return tuple(f.name for f in FAMILIES.values() if f.kinds == kinds)


def mutants(image: Image, table: Table, seed: int, count: int) -> Iterator[tuple[str, Image]]:
    """About `count` (kind of bug, image), each different from `image` in its bytes."""
    random = Random(f"mutants {seed}")
    for _ in range(count):
        kind = random.choice(KINDS)
        made = mutant(image, table, kind, random)
        if made is not None and made.code != image.code:
            yield kind, made


def mutant(image: Image, table: Table, kind: str, random: Random) -> Image | None:
    """`image` with one bug of a kind, or None where it has no place for it."""
    drafts = [draft(b) for b in image.witness.blocks]
    which = random.randrange(len(drafts))
    stops = image.witness.stops
    if kind == "stop":
        if not stops:
            return None
        at = random.randrange(len(stops))
        stops = (*stops[:at], _other_stop(stops[at], random), *stops[at + 1 :])
        which_site = random.randrange(len(stops))
        changed: Draft | None = _other_site(drafts[which], which_site, random)
    else:
        changed = _CHANGES[kind](drafts[which], random)
    if changed is None:
        return None
    drafts[which] = changed
    try:
        return relink(image, table, drafts, stops)
    except CannotLink:
        return None


def _other_stop(stop: StopSite, random: Random) -> StopSite:
    return stop._replace(origin=stop.origin + random.choice((-1, 1))) if random.random() < 0.5 else stop._replace(kind="range")


def _other_site(d: Draft, site: int, random: Random) -> Draft | None:
    return _operand(d, random, "k", lambda x: site if site != x else site + 1)


def _replaced(d: Draft, at: int, *code: tuple[str, tuple[int, ...]]) -> Draft:
    """`d` with instance `at` replaced by `code`; labels move along."""
    grown = len(code) - 1
    marks = tuple(m._replace(at=m.at + grown if m.at > at else m.at) for m in d.marks)
    return d._replace(code=(*d.code[:at], *code, *d.code[at + 1 :]), marks=marks)


def _operand(d: Draft, random: Random, kinds: str, change: object) -> Draft | None:
    """Changes one operand of one of `kinds`."""
    places = [
        (at, k) for at, (family, _) in enumerate(d.code) for k, kind in enumerate(FAMILIES[family].kinds)
        if kind in kinds and family != "stop"
    ]  # fmt: skip
    if not places:
        return None
    at, k = random.choice(places)
    family, operands = d.code[at]
    assert callable(change)
    return _replaced(d, at, (family, (*operands[:k], change(operands[k]), *operands[k + 1 :])))


def _register(d: Draft, random: Random) -> Draft | None:
    return _operand(d, random, "vx", lambda x: (x + random.randrange(1, 8)) % 8)


def _slot(d: Draft, random: Random) -> Draft | None:
    return _operand(d, random, "s", lambda x: random.choice([s for s in range(1, d.frame_slots + 3) if s != x]))


def _immediate(d: Draft, random: Random) -> Draft | None:
    return _operand(d, random, "iq", lambda x: random.choice((x + 1, x - 1, -x, x ^ 8, 0, x + 256)))


def _label(d: Draft, random: Random) -> Draft | None:
    return _operand(d, random, "t", lambda x: random.randrange(len(d.marks)))


def _site(d: Draft, random: Random) -> Draft | None:
    return _operand(d, random, "k", lambda x: x + random.choice((-1, 1)))


def _frame(d: Draft, random: Random) -> Draft | None:
    return _operand(d, random, "z", lambda x: x + random.choice((-16, 16)))


def _callee(d: Draft, random: Random) -> Draft | None:
    return _operand(d, random, "c", lambda x: x + random.choice((-1, 1)))


def _data(d: Draft, random: Random) -> Draft | None:
    return _operand(d, random, "d", lambda x: x + random.choice((-16, -8, 8, 16, 1)))


def _family(d: Draft, random: Random) -> Draft | None:
    at = random.randrange(len(d.code))
    family, operands = d.code[at]
    others = [name for name in _alike(FAMILIES[family].kinds) if name != family]
    return _replaced(d, at, (random.choice(others), operands)) if others else None


def _drop(d: Draft, random: Random) -> Draft | None:
    at = random.randrange(len(d.code) - 1)
    return _replaced(d, at) if d.code[at][0] != "stop" else None


def _swap(d: Draft, random: Random) -> Draft | None:
    at = random.randrange(len(d.code) - 1)
    here, following = d.code[at], d.code[at + 1]
    if here == following:
        return None
    return d._replace(code=(*d.code[:at], following, here, *d.code[at + 2 :]))


def _double(d: Draft, random: Random) -> Draft | None:
    at = random.randrange(len(d.code))
    return _replaced(d, at, d.code[at], d.code[at])


def _insert(d: Draft, random: Random) -> Draft | None:
    at = random.randrange(len(d.code))
    r, q, s = random.randrange(8), random.randrange(8), random.randrange(1, d.frame_slots)
    new = random.choice((
        ("mov.vv", (r, q)), ("mov.xx", (r, q)), ("const.vi", (r, random.randrange(3))), ("st.sv", (s, r)), ("ld.vs", (r, s)),
        ("add_wrap.vi", (r, 1)), ("st.sx", (s, r)), ("not.v", (r, q)), ("mov.ss", (s, random.randrange(1, d.frame_slots))),
    ))  # fmt: skip
    return _replaced(d, at, new, d.code[at])


def _map(d: Draft, random: Random) -> Draft | None:
    """A consistent lie: two places change roles in one label and in what comes before its jumps."""
    marks = [k for k, m in enumerate(d.marks) if m.values]
    if not marks:
        return None
    k = random.choice(marks)
    mark = d.marks[k]
    v = random.randrange(len(mark.values))
    node, locations = mark.values[v]
    j = random.randrange(len(locations))
    old = locations[j]
    if old == DEAD:
        return None
    new = Location(old.kind, old.index + random.choice((-1, 1)))
    values = (*mark.values[:v], (node, (*locations[:j], new, *locations[j + 1 :])), *mark.values[v + 1 :])
    lied = d._replace(marks=(*d.marks[:k], mark._replace(values=values), *d.marks[k + 1 :]))
    # the code after the label reads from the new place
    for at in range(mark.at, len(d.code)):
        family, operands = d.code[at]
        for o, kind in enumerate(FAMILIES[family].kinds):
            if kind == old.kind and operands[o] == old.index:
                return _replaced(lied, at, (family, (*operands[:o], new.index, *operands[o + 1 :])))
    return None


def _move_label(d: Draft, random: Random) -> Draft | None:
    if not d.marks:
        return None
    k = random.randrange(len(d.marks))
    at = d.marks[k].at + random.choice((-2, -1, 1, 2))
    if not 0 <= at < len(d.code):
        return None
    return d._replace(marks=(*d.marks[:k], d.marks[k]._replace(at=at), *d.marks[k + 1 :]))


_CHANGES = {
    "register": _register, "slot": _slot, "immediate": _immediate, "family": _family, "label": _label, "site": _site,
    "drop": _drop, "swap": _swap, "double": _double, "insert": _insert, "frame": _frame, "callee": _callee, "map": _map,
    "data": _data, "move label": _move_label,
}  # fmt: skip

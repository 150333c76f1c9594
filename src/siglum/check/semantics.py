"""What each stencil family does to the checker's state: its contract, as `stencil.families` words it.

Imports `ir`, `stencil.families` and the modules of `check` above it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

from siglum.check.follow import BASES, SLOT, Follower, Handler, Held
from siglum.check.scopes import DIVISIONS
from siglum.check.terms import combination
from siglum.ir.primitives import PRIMITIVES
from siglum.ir.types import element_size
from siglum.stencil.families import FAMILIES, Family

Operands = tuple[int, ...]
EFFECT_NAMES: Final = {"write": "stdout", "read": "stdin", "open": "files", "close": "files", "clock": "clock"}
"""Effect to the capability an image needs for it."""


def _fetch(kind: str) -> Callable[[Follower, int], int]:
    if kind == "i":
        return lambda f, x: f.terms.const(x)
    base = BASES[kind]
    return lambda f, x: f.held[base + x]


# Arithmetic ---------------------------------------------------------------------------------------------------
def _combined(family: Family) -> Callable[[Follower, Operands], int]:
    """The primitive of operands 0 and 1, or where the form says so of 1 and 0."""
    combine = combination(family.primitive)
    swapped = family.form.endswith("swapped")
    first, kind = BASES[family.kinds[0]], family.kinds[1]
    if kind == "i":
        if swapped:
            return lambda f, o: combine(f.terms, f.terms.const(o[1]), f.held[first + o[0]])
        return lambda f, o: combine(f.terms, f.held[first + o[0]], f.terms.const(o[1]))
    second = BASES[kind]
    if swapped:
        return lambda f, o: combine(f.terms, f.held[second + o[1]], f.held[first + o[0]])
    return lambda f, o: combine(f.terms, f.held[first + o[0]], f.held[second + o[1]])


def _binary(family: Family) -> Handler:
    name = family.primitive
    base = BASES[family.kinds[0]]
    combined = _combined(family)
    stop = PRIMITIVES[name].stop
    unsafe = name in DIVISIONS

    def plain(f: Follower, o: Operands) -> None:
        value = combined(f, o)
        f.held[base + o[0]] = f.safe(value) if unsafe else value

    def stopping(f: Follower, o: Operands) -> None:
        value = combined(f, o)
        n = f.event(name)
        f.site(o[2], n, stop)
        if f.known(n)[0] != value:
            raise f.no(f"`{name}` is applied to other values than in the Function")
        f.held[base + o[0]] = value

    return stopping if stop else plain


def _unary(family: Family) -> Handler:
    name, attr = family.primitive, family.attr
    to = BASES[family.kinds[0]]
    source = BASES[family.kinds[1]]
    stop = PRIMITIVES[name].stop

    def apply(f: Follower, o: Operands) -> None:
        x = f.held[source + o[1]]
        if name == "not":
            value = f.terms.negate(x)
        else:
            value = f.terms[(name, x) if attr is None else (name, attr.kind, x)]
        if stop:
            n = f.event(name)
            f.site(o[2], n, stop)
            if f.known(n)[0] != value:
                raise f.no(f"`{name}` is applied to another value than in the Function")
        f.held[to + o[0]] = value

    return apply


def _float_comparison(family: Family) -> Handler:
    combined = _combined(family)

    def apply(f: Follower, o: Operands) -> None:
        f.held[0] = combined(f, o)

    return apply


def _select(family: Family) -> Handler:
    base = BASES[family.kinds[0]]

    def apply(f: Follower, o: Operands) -> None:
        f.held[base + o[0]] = f.terms.select(f.held[0], f.held[base + o[0]], f.held[base + o[1]])

    return apply


# Jumps --------------------------------------------------------------------------------------------------------
def _jump(family: Family) -> Handler:
    combined = _combined(family)
    when = family.form != "jump unless"

    def apply(f: Follower, o: Operands) -> None:
        f.jump(combined(f, o), when, o[2])

    return apply


def _latch(family: Family) -> Handler:
    fetch = _fetch(family.kinds[1])

    def apply(f: Follower, o: Operands) -> None:
        f.latch(o[0], fetch(f, o[1]), o[2])

    return apply


# Moves --------------------------------------------------------------------------------------------------------
def _move(to: int, at: int) -> Handler:
    def apply(f: Follower, o: Operands) -> None:
        found = f.held.get(at + o[1])
        if found is None:
            f.held.pop(to + o[0], None)
        else:
            f.held[to + o[0]] = found

    return apply


def _constant(to: int) -> Handler:
    def apply(f: Follower, o: Operands) -> None:
        f.held[to + o[0]] = f.terms.const(o[1])

    return apply


# Arrays -------------------------------------------------------------------------------------------------------
def _load(family: Family) -> Handler:
    width = family.name.removeprefix("load.")
    to = BASES[family.kinds[0]]

    def apply(f: Follower, o: Operands) -> None:
        f.held[to + o[0]] = f.element(SLOT + o[1], ("load", width), (f.held[o[2]],))

    return apply


def _store(family: Family) -> Handler:
    width = family.name.removeprefix("store.")
    source = BASES[family.kinds[2]]

    def apply(f: Follower, o: Operands) -> None:
        old = f.held[SLOT + o[0]]
        f.store(old, f.terms["store", width, old, f.held[o[1]], f.held[source + o[2]]])

    return apply


def _near_load(family: Family) -> Handler:
    near, _, width = family.name.split(".")
    base = int(near.removeprefix("near"))
    to = BASES[family.kinds[0]]

    def apply(f: Follower, o: Operands) -> None:
        f.held[to + o[0]] = f.element(base, ("load", width), (f.held[o[1]],))

    return apply


def _near_store(family: Family) -> Handler:
    near, _, width = family.name.split(".")
    base = int(near.removeprefix("near"))
    source = BASES[family.kinds[1]]

    def apply(f: Follower, o: Operands) -> None:
        old = f.held[base]
        f.store(old, f.terms["store", width, old, f.held[o[0]], f.held[source + o[1]]])

    return apply


def _cell_load(family: Family) -> Handler:
    to = BASES[family.kinds[0]]

    def apply(f: Follower, o: Operands) -> None:
        f.held[to + o[0]] = f.safe(f.terms["cell", f.held[SLOT + o[1]], f.held[o[2]], o[3], o[4]])

    return apply


def _cell_store(family: Family) -> Handler:
    source = BASES[family.kinds[2]]

    def apply(f: Follower, o: Operands) -> None:
        old = f.held[SLOT + o[0]]
        f.store(old, f.terms["cell store", old, f.held[o[1]], f.held[source + o[2]], o[3], o[4]])

    return apply


def _data(f: Follower, o: Operands) -> None:
    slot, offset, count = o
    start = f.image.data_offset + offset
    found: dict[int, int] = {}
    for content, width, base in f.numbering.data.get(count, ()):
        if offset >= 0 and start % width == 0 and f.image.code[start : start + len(content)] == content:
            f.constants.add((start, start + len(content)))
            found[base] = len(content)
    if not found:
        raise f.no("the constant data there is none of the Function's")
    bases = tuple(found)
    f.held[SLOT + slot] = bases[0] if len(bases) == 1 else f.terms.either(bases, f.offset)
    f.held[SLOT + slot + 1] = f.terms.const(count)


def _alloc(family: Family) -> Handler:
    name = family.name

    def apply(f: Follower, o: Operands) -> None:
        slot, count, size, site = o
        n = f.event(name)
        f.site(site, n, "memory")
        values = f.known(n)
        if f.held[count] != values[1] or size != element_size(n.attr[0]):
            raise f.no(f"`{name}` takes another count or element size than in the Function")
        f.held[SLOT + slot], f.held[SLOT + slot + 1] = values

    return apply


def _array(f: Follower, o: Operands) -> None:
    slot, source, count, site = o
    n = f.event("array")
    f.site(site, n, "index")
    values = f.known(n)
    f.pair(SLOT + source, f.known(n.args[0]))
    if f.held[count] != values[1]:
        raise f.no("`array` takes another count than in the Function")
    f.held[SLOT + slot], f.held[SLOT + slot + 1] = values


def _view(f: Follower, o: Operands) -> None:
    slot, source, start, count, size, site = o
    n = f.event("view")
    f.site(site, n, "index")
    values = f.known(n)
    f.pair(SLOT + source, f.known(n.args[0]))
    if f.held[start] != f.known(n.args[1])[0] or f.held[count] != values[1] or size != element_size(n.type.element):
        raise f.no("`view` takes other numbers than in the Function")
    f.held[SLOT + slot], f.held[SLOT + slot + 1] = values


# Wide sums and lanes ------------------------------------------------------------------------------------------
def _wide_add(f: Follower, o: Operands) -> None:
    low, x, high = f.held[o[0]], f.held[o[1]], f.held[SLOT + o[2]]
    f.held[o[0]] = f.terms.binary("add_wrap", low, x)
    f.held[SLOT + o[2]] = f.terms["wide carry", low, high, x]


def _wide_fit(f: Follower, o: Operands) -> None:
    value = f.terms["wide_fit", f.held[o[0]], f.held[SLOT + o[1]]]
    n = f.event("wide_fit")
    f.site(o[2], n, "overflow")
    if f.known(n)[0] != value:
        raise f.no("`wide_fit` tests another sum than in the Function")
    f.held[o[0]] = value


def _eight(f: Follower, slot: int) -> int:
    found = f.terms.whole(tuple([f.held[SLOT + slot + k] for k in range(8)]))
    if found is None:
        raise f.no(f"slot {slot} and the next seven do not hold the lanes of one sum")
    return found


def _put_eight(f: Follower, slot: int, lanes: int) -> None:
    for k, value in enumerate(f.terms.lanes(lanes)):
        f.held[SLOT + slot + k] = value


def _lanes(f: Follower, o: Operands) -> None:
    _put_eight(f, o[0], f.terms[("lanes",)])


def _lanes_add(f: Follower, o: Operands) -> None:
    _put_eight(f, o[0], f.terms["lanes_add", _eight(f, o[0]), f.held[o[1]], f.held[8 + o[2]]])


def _lanes_add8(f: Follower, o: Operands) -> None:
    _put_eight(f, o[0], f.element(SLOT + o[1], ("lanes_add8", _eight(f, o[0])), (f.held[o[2]],)))


def _lanes_total(f: Follower, o: Operands) -> None:
    f.held[8 + o[0]] = f.terms["lanes_total", _eight(f, o[1])]


# Stops, calls, entry ------------------------------------------------------------------------------------------
def _require(f: Follower, o: Operands) -> None:
    n = f.event("require")
    if f.held[o[0]] != f.known(n.args[0])[0]:
        raise f.no("`require` tests another condition than in the Function")
    f.site(o[1], n, n.stop)


def _tick(f: Follower, o: Operands) -> None:
    f.site(o[0], f.event("tick"), "fuel")


def _stop(f: Follower, o: Operands) -> None:
    stops = f.image.witness.stops
    if f.scope is not None:
        raise f.no("a stop is run into")
    if not 0 <= o[0] - 1 < len(stops) or stops[o[0] - 1].block != f.number:
        raise f.no("a stub is for a stop of another block")
    f.origin = stops[o[0] - 1].origin


def _call(f: Follower, o: Operands) -> None:
    which, size, site = o
    scope = f.at_scope()
    at = scope.next_acting[f.at]
    body = scope.region.body
    name = body[at].op.name if at < len(body) else ""
    n = f.event("recur" if name == "recur" else "call")
    callee = f.block.function if name == "recur" else n.attr
    frame = f.block.frame_slots
    if which == 0 or f.image.witness.blocks[which].function is not callee:
        raise f.no("calls another function than the Function does")
    f.site(site, n, "stack")
    if size != 8 * frame:
        raise f.no("a called block's frame overlaps the caller's, or leaves a gap")
    place = SLOT + frame + 1
    for a in n.args:
        for value in f.known(a):
            if not f.holds(place, value):
                raise f.no(f"slot {place - SLOT} does not hold the argument")
            place += 1
    f.called.add(which)
    f.held = Held({k: v for k, v in f.held.items() if SLOT <= k < SLOT + frame})
    for k, value in enumerate(scope.known[n][0]):
        f.held[SLOT + frame + 1 + k] = value


def _entry(f: Follower, o: Operands) -> None:
    if f.number or f.offset != f.block.offset:
        raise f.no("`entry` stands elsewhere than at the image's start")
    if f.scope is not None:
        raise f.no("a jump leads to `entry`")
    f.start()


def _leave(f: Follower, o: Operands) -> None:
    if f.number:
        raise f.no("a called block leaves to C")
    f.finish()


def _ret(f: Follower, o: Operands) -> None:
    if not f.number:
        raise f.no("the image's first block returns as if it were called")
    f.finish()


# Effects ------------------------------------------------------------------------------------------------------
def _effect(name: str, operands: tuple[int, ...], array: int) -> Handler:
    """`operands` are the node's arguments in v0, v1 in order; `array` the one in slots (-1: none)."""

    def apply(f: Follower, o: Operands) -> None:
        n = f.event(name)
        f.effects.add(EFFECT_NAMES[name])
        for register, k in enumerate(operands):
            if f.held[register] != f.known(n.args[k])[0]:
                raise f.no(f"`{name}` has another argument than in the Function")
        if array >= 0:
            values = f.known(n.args[array])
            if name == "open":
                if not f.holds(SLOT + o[0], values[0]):
                    raise f.no("`open` has another path than in the Function")
            else:
                f.pair(SLOT + o[0], values)
        known = f.at_scope().known
        if name == "read":
            f.moved(f.known(n.args[1])[0], known[n][0][0])
            f.held[0] = known[n][1][0]
        else:
            f.held[0] = f.known(n)[0]

    return apply


# The table ----------------------------------------------------------------------------------------------------
_OWN: Final[dict[str, Handler]] = {
    "select.vv": _select(FAMILIES["select.vv"]), "select.xx": _select(FAMILIES["select.xx"]),
    "j.true.v": lambda f, o: f.jump(f.held[o[0]], True, o[1]),
    "j.false.v": lambda f, o: f.jump(f.held[o[0]], False, o[1]),
    "jmp": lambda f, o: f.goto(o[0]),
    "mov.vv": _move(0, 0), "mov.xx": _move(8, 8), "ld.vs": _move(0, SLOT), "st.sv": _move(SLOT, 0),
    "ld.xs": _move(8, SLOT), "st.sx": _move(SLOT, 8), "mov.ss": _move(SLOT, SLOT),
    "const.vi": _constant(0), "const.vq": _constant(0), "const.xq": _constant(8), "const.si": _constant(SLOT),
    "data": _data, "alloc": _alloc(FAMILIES["alloc"]), "reserve": _alloc(FAMILIES["reserve"]), "array": _array, "view": _view,
    "wide_add": _wide_add, "wide_fit": _wide_fit, "lanes": _lanes, "lanes_add": _lanes_add, "lanes_add8": _lanes_add8,
    "lanes_total": _lanes_total, "require.v": _require, "tick": _tick, "stop": _stop, "call": _call, "ret": _ret,
    "entry": _entry, "leave": _leave,
    "write": _effect("write", (0,), 1), "read": _effect("read", (0, 2), 1), "open": _effect("open", (1,), 0),
    "close": _effect("close", (0,), -1), "clock": _effect("clock", (), -1),
}  # fmt: skip


def _handler(family: Family) -> Handler:
    name, form = family.name, family.form
    if name in _OWN:
        return _OWN[name]
    if form in ("binary", "binary swapped"):
        return _binary(family)
    if form == "unary":
        return _unary(family)
    if form.startswith("jump"):
        return _jump(family)
    if name.startswith("latch."):
        return _latch(family)
    if name.startswith("load."):
        return _load(family)
    if name.startswith("store."):
        return _store(family)
    if name.startswith("near"):
        return _near_load(family) if ".load." in name else _near_store(family)
    if name.startswith("cell.load."):
        return _cell_load(family)
    if name.startswith("cell.store."):
        return _cell_store(family)
    if name.startswith("nop."):
        return lambda f, o: None
    if family.primitive in ("feq", "fne", "flt", "fle"):
        return _float_comparison(family)
    raise AssertionError(f"no contract for `{name}`")


@cache
def handlers() -> dict[str, Handler]:
    """Family to what it does."""
    return {family.name: _handler(family) for family in FAMILIES.values()}

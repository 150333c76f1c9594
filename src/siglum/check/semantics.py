"""What each stencil family does to the checker's state: its contract, as `stencil.families` words it.

Imports `ir`, `stencil.families` and `check.follow` only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

from siglum.check.follow import SLOT, Follower, Handler
from siglum.ir.primitives import PRIMITIVES
from siglum.ir.types import element_size
from siglum.stencil.families import FAMILIES, Family

Operands = tuple[int, ...]
_DIVISIONS: Final = frozenset({"mod", "div_u", "mod_u"})
EFFECT_NAMES: Final = {"write": "stdout", "read": "stdin", "open": "files", "close": "files", "clock": "clock"}
"""Effect to the capability an image needs for it."""


def _fetch(kind: str) -> Callable[[Follower, int], int]:
    if kind == "v":
        return lambda f, x: f.get(x)
    if kind == "x":
        return lambda f, x: f.get(8 + x)
    if kind == "s":
        return lambda f, x: f.get(SLOT + x)
    return lambda f, x: f.terms.const(x)


# Arithmetic ---------------------------------------------------------------------------------------------------
def _binary(family: Family) -> Handler:
    name = family.primitive
    base = 8 if family.kinds[0] == "x" else 0
    fetch = _fetch(family.kinds[1])
    stop = PRIMITIVES[name].stop
    unsafe = name in _DIVISIONS
    swapped = family.form == "binary swapped"

    def plain(f: Follower, o: Operands) -> None:
        a, b = f.get(base + o[0]), fetch(f, o[1])
        value = f.terms.binary(name, b, a) if swapped else f.terms.binary(name, a, b)
        f.held[base + o[0]] = f.safe(value) if unsafe else value

    def stopping(f: Follower, o: Operands) -> None:
        value = f.terms.binary(name, f.get(base + o[0]), fetch(f, o[1]))
        n = f.event(name)
        f.site(o[2], n, stop)
        if f.known(n)[0] != value:
            raise f.no(f"`{name}` is applied to other values than in the Function")
        f.held[base + o[0]] = value

    return stopping if stop else plain


def _unary(family: Family) -> Handler:
    name, attr = family.primitive, family.attr
    to = 8 if family.kinds[0] == "x" else 0
    source = 8 if family.kinds[1] == "x" else 0
    stop = PRIMITIVES[name].stop

    def apply(f: Follower, o: Operands) -> None:
        x = f.get(source + o[1])
        if name == "not":
            value = f.terms.negate(x)
        else:
            value = f.terms.of((name, x) if attr is None else (name, attr.kind, x))
        if stop:
            n = f.event(name)
            f.site(o[2], n, stop)
            if f.known(n)[0] != value:
                raise f.no(f"`{name}` is applied to another value than in the Function")
        f.held[to + o[0]] = value

    return apply


def _float_comparison(family: Family) -> Handler:
    name = family.primitive

    def apply(f: Follower, o: Operands) -> None:
        f.held[0] = f.terms.binary(name, f.get(8 + o[0]), f.get(8 + o[1]))

    return apply


def _select(family: Family) -> Handler:
    base = 8 if family.kinds[0] == "x" else 0

    def apply(f: Follower, o: Operands) -> None:
        f.held[base + o[0]] = f.terms.select(f.get(0), f.get(base + o[0]), f.get(base + o[1]))

    return apply


# Jumps --------------------------------------------------------------------------------------------------------
def _jump(family: Family) -> Handler:
    name = family.primitive
    base = 8 if family.kinds[0] == "x" else 0
    fetch = _fetch(family.kinds[1])
    swapped = family.form == "jump swapped"
    when = family.form != "jump unless"

    def apply(f: Follower, o: Operands) -> None:
        a, b = f.get(base + o[0]), fetch(f, o[1])
        f.jump(f.terms.binary(name, b, a) if swapped else f.terms.binary(name, a, b), when, o[2])

    return apply


def _latch(family: Family) -> Handler:
    fetch = _fetch(family.kinds[1])

    def apply(f: Follower, o: Operands) -> None:
        f.latch(o[0], fetch(f, o[1]), o[2])

    return apply


# Moves --------------------------------------------------------------------------------------------------------
def _move(to: int, at: int) -> Handler:
    def apply(f: Follower, o: Operands) -> None:
        f.copy(to + o[0], at + o[1])

    return apply


def _constant(to: int) -> Handler:
    def apply(f: Follower, o: Operands) -> None:
        f.held[to + o[0]] = f.terms.const(o[1])

    return apply


# Arrays -------------------------------------------------------------------------------------------------------
def _load(family: Family) -> Handler:
    width = family.name.removeprefix("load.")
    to = 8 if family.kinds[0] == "x" else 0

    def apply(f: Follower, o: Operands) -> None:
        f.held[to + o[0]] = f.element(SLOT + o[1], ("load", width), (f.get(o[2]),))

    return apply


def _store(family: Family) -> Handler:
    width = family.name.removeprefix("store.")
    source = 8 if family.kinds[2] == "x" else 0

    def apply(f: Follower, o: Operands) -> None:
        old = f.get(SLOT + o[0])
        f.moved(old, f.safe(f.terms.of(("store", width, old, f.get(o[1]), f.get(source + o[2])))))

    return apply


def _near_load(family: Family) -> Handler:
    near, _, width = family.name.split(".")
    base = int(near.removeprefix("near"))
    to = 8 if family.kinds[0] == "x" else 0

    def apply(f: Follower, o: Operands) -> None:
        f.held[to + o[0]] = f.element(base, ("load", width), (f.get(o[1]),))

    return apply


def _near_store(family: Family) -> Handler:
    near, _, width = family.name.split(".")
    base = int(near.removeprefix("near"))
    source = 8 if family.kinds[1] == "x" else 0

    def apply(f: Follower, o: Operands) -> None:
        old = f.get(base)
        f.moved(old, f.safe(f.terms.of(("store", width, old, f.get(o[0]), f.get(source + o[1])))))

    return apply


def _cell_load(family: Family) -> Handler:
    to = {"v": 0, "x": 8, "s": SLOT}[family.kinds[0]]

    def apply(f: Follower, o: Operands) -> None:
        f.held[to + o[0]] = f.safe(f.terms.of(("cell", f.get(SLOT + o[1]), f.get(o[2]), o[3], o[4])))

    return apply


def _cell_store(family: Family) -> Handler:
    source = {"v": 0, "x": 8, "s": SLOT}[family.kinds[2]]

    def apply(f: Follower, o: Operands) -> None:
        old = f.get(SLOT + o[0])
        f.moved(old, f.safe(f.terms.of(("cell store", old, f.get(o[1]), f.get(source + o[2]), o[3], o[4]))))

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
    f.held[SLOT + slot] = bases[0] if len(bases) == 1 else f.terms.of(("either", bases, f.offset))
    f.held[SLOT + slot + 1] = f.terms.const(count)


def _alloc(family: Family) -> Handler:
    name = family.name

    def apply(f: Follower, o: Operands) -> None:
        slot, count, size, site = o
        n = f.event(name)
        f.site(site, n, "memory")
        values = f.known(n)
        if f.get(count) != values[1] or size != element_size(n.attr[0]):
            raise f.no(f"`{name}` takes another count or element size than in the Function")
        f.held[SLOT + slot], f.held[SLOT + slot + 1] = values

    return apply


def _array(f: Follower, o: Operands) -> None:
    slot, source, count, site = o
    n = f.event("array")
    f.site(site, n, "index")
    values = f.known(n)
    f.pair(SLOT + source, f.known(n.args[0]))
    if f.get(count) != values[1]:
        raise f.no("`array` takes another count than in the Function")
    f.held[SLOT + slot], f.held[SLOT + slot + 1] = values


def _view(f: Follower, o: Operands) -> None:
    slot, source, start, count, size, site = o
    n = f.event("view")
    f.site(site, n, "index")
    values = f.known(n)
    f.pair(SLOT + source, f.known(n.args[0]))
    if f.get(start) != f.known(n.args[1])[0] or f.get(count) != values[1] or size != element_size(n.type.element):
        raise f.no("`view` takes other numbers than in the Function")
    f.held[SLOT + slot], f.held[SLOT + slot + 1] = values


# Wide sums and lanes ------------------------------------------------------------------------------------------
def _wide_add(f: Follower, o: Operands) -> None:
    low, x, high = f.get(o[0]), f.get(o[1]), f.get(SLOT + o[2])
    f.held[o[0]] = f.terms.binary("add_wrap", low, x)
    f.held[SLOT + o[2]] = f.terms.of(("wide carry", low, high, x))


def _wide_fit(f: Follower, o: Operands) -> None:
    value = f.terms.of(("wide_fit", f.get(o[0]), f.get(SLOT + o[1])))
    n = f.event("wide_fit")
    f.site(o[2], n, "overflow")
    if f.known(n)[0] != value:
        raise f.no("`wide_fit` tests another sum than in the Function")
    f.held[o[0]] = value


def _eight(f: Follower, slot: int) -> int:
    found = f.terms.whole(tuple([f.get(SLOT + slot + k) for k in range(8)]))
    if found is None:
        raise f.no(f"slot {slot} and the next seven do not hold the lanes of one sum")
    return found


def _put_eight(f: Follower, slot: int, lanes: int) -> None:
    for k, value in enumerate(f.terms.lanes(lanes)):
        f.held[SLOT + slot + k] = value


def _lanes(f: Follower, o: Operands) -> None:
    _put_eight(f, o[0], f.terms.of(("lanes",)))


def _lanes_add(f: Follower, o: Operands) -> None:
    _put_eight(f, o[0], f.terms.of(("lanes_add", _eight(f, o[0]), f.get(o[1]), f.get(8 + o[2]))))


def _lanes_add8(f: Follower, o: Operands) -> None:
    _put_eight(f, o[0], f.element(SLOT + o[1], ("lanes_add8", _eight(f, o[0])), (f.get(o[2]),)))


def _lanes_total(f: Follower, o: Operands) -> None:
    f.held[8 + o[0]] = f.terms.of(("lanes_total", _eight(f, o[1])))


# Stops, calls, entry ------------------------------------------------------------------------------------------
def _require(f: Follower, o: Operands) -> None:
    n = f.event("require")
    if f.get(o[0]) != f.known(n.args[0])[0]:
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
    f.held = {k: v for k, v in f.held.items() if SLOT <= k < SLOT + frame}
    for k, value in enumerate(f.numbering.of_result(n, 0, scope.known)):
        f.held[SLOT + frame + 1 + k] = value


def _entry(f: Follower, o: Operands) -> None:
    if f.number or f.offset != f.block.offset:
        raise f.no("`entry` stands elsewhere than at the image's start")
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
            if f.get(register) != f.known(n.args[k])[0]:
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
            f.moved(f.known(n.args[1])[0], f.numbering.of_result(n, 0, known)[0])
            f.held[0] = f.numbering.of_result(n, 1, known)[0]
        else:
            f.held[0] = f.known(n)[0]

    return apply


# The table ----------------------------------------------------------------------------------------------------
_OWN: Final[dict[str, Handler]] = {
    "select.vv": _select(FAMILIES["select.vv"]), "select.xx": _select(FAMILIES["select.xx"]),
    "j.true.v": lambda f, o: f.jump(f.get(o[0]), True, o[1]),
    "j.false.v": lambda f, o: f.jump(f.get(o[0]), False, o[1]),
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

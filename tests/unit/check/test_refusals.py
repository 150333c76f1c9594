"""Each reason the witness checker gives, on an image that deserves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.support.assemble import Draft, Mark, assemble, draft, relink

from siglum.bind import bind
from siglum.check import check_image
from siglum.ir.function import Builder, Function, Node, Origin
from siglum.ir.types import BOOL, F32, F64, I64, U8, Array
from siglum.records import DEAD, Followed, Image, Instance, Location, Rejected, StopSite
from siglum.stencil.table import load

TABLE = load("x86-64-v2")
BYTES = Array(U8)
Code = tuple[tuple[str, tuple[int, ...]], ...]


def origin(b: Builder, word: str = "word") -> int:
    return b.origin(Origin(word, "<test>", 1, 1, len(word)))


def rejected(image: Image, why: str) -> None:
    found = check_image(image, TABLE)
    assert isinstance(found, Rejected)
    assert why in found.reason, found


def sum_of_shifted() -> Function:
    b = Builder()
    xs = b.param(0, Array(I64))
    i, (total,) = b.open_loop(b.length(xs), (b.const(0),))
    x = b.emit("shl", b.emit("load", xs, i), b.const(2))
    (total,) = b.close_loop(b.const(True, BOOL), (b.emit("add", total, x, origin=origin(b)),))
    return b.finish("f", (("xs", Array(I64)),), b.emit("xor", total, b.const(2**40)))


GOOD = bind(sum_of_shifted(), TABLE)


def at(family: str, image: Image = GOOD) -> int:
    """The first instance of a family."""
    return next(k for k, i in enumerate(image.witness.blocks[0].instances) if i.family.startswith(family))


def with_block(image: Image = GOOD, which: int = 0, **changes: Any) -> Image:
    blocks = list(image.witness.blocks)
    blocks[which] = replace(blocks[which], **changes)
    return replace(image, witness=replace(image.witness, blocks=tuple(blocks)))


def with_instance(k: int, **changes: Any) -> Image:
    instances = GOOD.witness.blocks[0].instances
    return with_block(instances=(*instances[:k], instances[k]._replace(**changes), *instances[k + 1 :]))


def with_label(**changes: Any) -> Image:
    labels = GOOD.witness.blocks[0].labels
    return with_block(labels=(labels[0]._replace(**changes), *labels[1:]))


def relinked(image: Image, change: Callable[[Draft], Draft], which: int = 0) -> Image:
    drafts = [draft(b) for b in image.witness.blocks]
    drafts[which] = change(drafts[which])
    return relink(image, TABLE, drafts, image.witness.stops)


def code_at(k: int, *new: tuple[str, tuple[int, ...]]) -> Callable[[Draft], Draft]:
    """Replaces instance `k`."""
    grown = len(new) - 1

    def change(d: Draft) -> Draft:
        marks = tuple(m._replace(at=m.at + grown if m.at > k else m.at) for m in d.marks)
        return d._replace(code=(*d.code[:k], *new, *d.code[k + 1 :]), marks=marks)

    return change


# Bytes and shapes -----------------------------------------------------------------------------------------------
def operands(k: int, *new: Any) -> Image:
    return with_instance(k, operands=new)


MALFORMED = {
    "no instance": (lambda: with_block(instances=(("entry", ()),)), "an instance is malformed"),
    "family unknown": (lambda: with_instance(0, family="nonsense"), "no stencil `nonsense`"),
    "family no text": (lambda: with_instance(0, family=3), "an instance is malformed"),
    "too few operands": (lambda: operands(at("shl"), 1), "with 1 operands"),
    "operand no number": (lambda: operands(at("shl"), 1, 2.0), "no number"),
    "register out of range": (lambda: operands(at("shl"), 8, 2), "with these registers"),
    "offset": (lambda: with_instance(1, offset=1), "not where the one before ends"),
    "length": (lambda: with_instance(1, length=1), "not as long"),
    "cold part where none is": (lambda: with_instance(1, cold=64), "a cold part that its stencil has not"),
    "no such origin": (lambda: with_instance(at("shl"), origin=7), "no origin 7"),
    "no origin": (lambda: with_instance(at("add."), origin=-1), "but serves 0"),
    "label target": (lambda: operands(at("latch"), *latch_to(99)), "no label or block 99"),
    "stop without stub": (lambda: operands(at("add."), 1, 3, 7), "no stub"),
    "slot out of range": (lambda: operands(at("st."), 10**6, 1), "outside the frame"),
    "label between": (lambda: with_label(offset=1), "inside an instance"),
    "label malformed": (lambda: with_block(labels=((0, (), 0, ()),)), "a label is malformed"),
    "label's offset": (lambda: with_label(offset="0"), "a label is malformed"),
    "label's path": (lambda: with_label(path=((1, 0),)), "path is malformed"),
    "label's map": (lambda: with_label(values=((1, ()),)), "map is malformed"),
    "label's location": (lambda: with_label(values=((GOOD.function.region.params[0], (1, 2)),)), "map is malformed"),
    "label's place": (
        lambda: with_label(values=((GOOD.function.region.params[0], (Location("q", 1), DEAD)),)), "names the place q1",
    ),
    "label's places": (lambda: with_label(values=((GOOD.function.region.params[0], (DEAD,)),)), "wrong number of places"),
    "frame odd": (lambda: with_block(frame_slots=5), "frame's size"),
    "block too short": (lambda: with_block(length=GOOD.witness.blocks[0].length - 1), "more or fewer"),
    "block too long": (lambda: with_block(length=GOOD.witness.blocks[0].length + 1), ""),
    "block with bytes of its own": (lambda: with_block(filled(), length=GOOD.witness.blocks[0].length + 16), "more or fewer"),
    "block past the code": (lambda: with_block(length=10**6), "do not follow each other"),
    "no block": (lambda: with_block(instances=[]), "a block is malformed"),
    "block's offset": (lambda: with_block(offset=None), "a block is malformed"),
    "block no block": (lambda: replace(GOOD, witness=replace(GOOD.witness, blocks=(1,))), "a block is malformed"),
    "no blocks": (lambda: replace(GOOD, witness=replace(GOOD.witness, blocks=())), "the witness is malformed"),
    "stops": (lambda: replace(GOOD, witness=replace(GOOD.witness, stops=(1,))), "a stop site is malformed"),
    "code": (lambda: replace(GOOD, code=bytearray(GOOD.code)), "the image is malformed"),
    "capabilities": (lambda: replace(GOOD, capabilities=()), "the image is malformed"),
    "constants outside": (lambda: replace(GOOD, data_offset=10**6), "outside the image"),
    "bytes of no block": (lambda: longer(), "belong to no block"),
    "bytes behind": (lambda: replace(GOOD, code=GOOD.code + b"\0" * 8), "belong to no constant"),
    "no function": (lambda: replace(GOOD, function=None), "has no function"),
    "another function": (lambda: replace(GOOD, function=Builder().finish("g", (), Builder().const(1))), "not the image's"),
    "a function the verifier refuses": (lambda: replace(GOOD, function=unsound()), "not a well-formed function"),
    "immediate too large": (lambda: operands(at("const.vi"), 1, 2**40), "does not fit the field"),
    "immediate beyond all": (lambda: operands(at("const.vi"), 1, -(2**70)), "does not fit the field"),
    "word too large": (lambda: operands(at("const.vq"), 0, 2**70), "does not fit the field"),
    "shift too large": (lambda: operands(at("shl"), *shl_with(2**40)), "does not fit the field"),
    "uncalled block": (lambda: twice(), "nothing calls"),
    "two stubs": (lambda: relinked(GOOD, code_at(at("stop"), ("stop", (1,)), ("stop", (1,)))), "two stubs"),
    "stub of no site": (lambda: relinked(GOOD, code_at(at("stop"), ("stop", (1,)), ("stop", (9,)))), "another block"),
    "runs into the end": (lambda: relinked(GOOD, lambda d: d._replace(code=d.code[:2], marks=())), "past the block's end"),
    "unreachable": (lambda: relinked(GOOD, code_at(at("leave"), ("leave", ()), ("const.vi", (1, 1)))), "cannot be reached"),
    "no code at all": (lambda: empty(), "does not start with `entry`"),
    "no entry": (lambda: relinked(GOOD, lambda d: d._replace(code=d.code[-1:], marks=())), "does not start with `entry`"),
    "a second entry": (lambda: relinked(GOOD, code_at(at("leave"), ("leave", ()), ("entry", ()))), "elsewhere"),
}  # fmt: skip


def longer() -> Image:
    data = GOOD.data_offset
    return replace(GOOD, code=GOOD.code[:data] + b"\0" * 16 + GOOD.code[data:], data_offset=data + 16)


def empty() -> Image:
    return replace(with_block(instances=(), labels=(), length=0), code=b"", data_offset=0)


def filled() -> Image:
    end = GOOD.witness.blocks[0].length
    return replace(GOOD, code=GOOD.code[:end] + b"\0" * 16 + GOOD.code[end:], data_offset=GOOD.data_offset + 16)


def unsound() -> Function:
    b = Builder()
    return b.finish("f", (("x", I64),), b.emit("mod", b.param(0, I64), b.const(0)))


def latch_to(label: int) -> tuple[int, ...]:
    return *GOOD.witness.blocks[0].instances[at("latch")].operands[:-1], label


def shl_with(count: int) -> tuple[int, int]:
    return GOOD.witness.blocks[0].instances[at("shl")].operands[0], count


def twice() -> Image:
    drafts = [draft(b) for b in GOOD.witness.blocks]
    return relink(GOOD, TABLE, [*drafts, drafts[0]], GOOD.witness.stops)


@pytest.mark.parametrize("name", MALFORMED)
def test_bytes_and_shapes(name: str) -> None:
    assert isinstance(check_image(GOOD, TABLE), Followed)
    make, why = MALFORMED[name]
    rejected(make(), why)


# Calls ----------------------------------------------------------------------------------------------------------
def calling() -> Image:
    b = Builder()
    callee = b.finish("more", (("x", I64), ("y", I64)), b.emit("add", b.param(0, I64), b.param(1, I64), origin=origin(b)))
    b = Builder()
    value = b.call(callee, (b.param(0, I64), b.const(5)), origin(b))
    return bind(b.finish("f", (("x", I64),), b.emit("mul_wrap", value, b.param(0, I64))), TABLE)


CALLING = calling()


def call_operands(change: Callable[[int, int, int], tuple[int, ...]]) -> Image:
    k = at("call", CALLING)
    return relinked(CALLING, code_at(k, ("call", change(*CALLING.witness.blocks[0].instances[k].operands))))


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: call_operands(lambda c, z, k: (0, z, k)), "calls another function"),
        (lambda: call_operands(lambda c, z, k: (c, z + 16, k)), "overlaps the caller's"),
        (lambda: relinked(CALLING, code_at(at("call", CALLING), ("nop.1", ()))), "returns before the Function"),
        (lambda: relinked(CALLING, lambda d: without_arguments(d)), "does not hold the argument"),
        (lambda: relinked(CALLING, lambda d: d._replace(code=(*d.code[:-2], ("leave", ()), d.code[-1])), 1), "leaves to C"),
        (lambda: replace_stop(StopSite("overflow", 0, 0)), "names another word or kind"),
    ],
)
def test_calls(make: Callable[[], Image], why: str) -> None:
    assert isinstance(check_image(CALLING, TABLE), Followed)
    rejected(make(), why)


def without_arguments(d: Draft) -> Draft:
    return d._replace(code=tuple(("nop.1", ()) if f.startswith(("const.s", "st.", "mov.s")) else (f, o) for f, o in d.code))


def replace_stop(stop: StopSite) -> Image:
    stops = tuple(stop if s.kind == "stack" else s for s in CALLING.witness.stops)
    return relink(CALLING, TABLE, [draft(b) for b in CALLING.witness.blocks], stops)


def test_frames_hold_parameters_and_results() -> None:
    b = Builder()
    f = b.finish("f", (("x", I64), ("y", I64)), b.param(0, I64))
    rejected(assemble(f, TABLE, [Draft(f, (("entry", ()), ("leave", ())), (), 2)], []), "parameters pass the frame's end")
    b = Builder()
    g = b.finish("g", (), b.emit("pair", b.const(1), b.const(1)))
    code = (("entry", ()), ("const.si", (1, 1)), ("const.si", (2, 1)), ("leave", ()))
    rejected(assemble(g, TABLE, [Draft(g, code, (), 2)], []), "result passes the frame's end")


# Operations -----------------------------------------------------------------------------------------------------
def swapped(image: Image, family: str, change: Callable[[tuple[int, ...]], tuple[int, ...]]) -> Image:
    k = at(family, image)
    instance: Instance = image.witness.blocks[0].instances[k]
    return relinked(image, code_at(k, (instance.family, change(instance.operands))))


def build(make: Callable[[Builder], Node], **params: Any) -> Image:
    b = Builder()
    for k, t in enumerate(params.values()):
        b.param(k, t)
    return bind(b.finish("f", tuple(params.items()), make(b)), TABLE)


def windowed(b: Builder) -> Node:
    n, m = b.param(1, I64), b.param(2, I64)
    part = b.emit("view", b.param(0, BYTES), n, m, origin=origin(b))
    return b.emit("array", part, n, origin=origin(b))


def summed(b: Builder) -> Node:
    wide = b.emit("wide_add", b.emit("wide", b.param(0, I64)), b.param(1, I64))
    return b.emit("wide_fit", wide, origin=origin(b))


def in_lanes(b: Builder) -> Node:
    lanes = b.emit("lanes_add", b.emit("lanes"), b.const(1), b.param(0, F64))
    return b.emit("lanes_total", b.emit("lanes_add", lanes, b.const(2), b.param(1, F64)))


def reading(b: Builder) -> Node:
    handle = b.emit("open", b.param(0, BYTES), b.const(3))
    buffer, count = b.read(handle, b.alloc(U8, b.const(4), origin(b)), b.const(4))
    return b.emit("pair", buffer, b.emit("pair", count, b.emit("close", handle)))


def required(b: Builder) -> Node:
    b.emit("require", b.emit("lt", b.param(0, I64), b.param(1, I64)), attr="argument", origin=origin(b))
    return b.param(0, I64)


def required_bool(b: Builder) -> Node:
    b.emit("require", b.param(0, BOOL), attr="argument", origin=origin(b))
    return b.param(1, BOOL)


def converted(b: Builder) -> Node:
    fits = b.emit("to_int", b.param(0, F64), origin=origin(b))
    return b.emit("pair", fits, b.emit("to_int", b.param(1, F64), origin=origin(b)))


def made(b: Builder) -> Node:
    return b.alloc(I64, b.param(0, I64), origin(b))


def written(b: Builder) -> Node:
    return b.emit("write", b.const(1), b.param(0, BYTES))


def single(b: Builder) -> Node:
    return b.emit("cast", b.emit("load", b.data(F32, (0.5, 1.5)), b.const(1)), attr=F64)


WRONG = {
    "view": (windowed, {"a": BYTES, "n": I64, "m": I64}, "view", lambda o: (*o[:3], o[2], *o[4:]), "takes other numbers"),
    "view's element": (windowed, {"a": BYTES, "n": I64, "m": I64}, "view", lambda o: (*o[:4], 2, o[5]), "takes other numbers"),
    "view's array": (windowed, {"a": BYTES, "n": I64, "m": I64}, "view", lambda o: (o[0], 2, *o[2:]), "do not hold the array"),
    "array's array": (windowed, {"a": BYTES, "n": I64, "m": I64}, "array", lambda o: (o[0], 1, *o[2:]), "do not hold the array"),
    "alloc's size": (made, {"n": I64}, "alloc", lambda o: (*o[:2], 4, o[3]), "another count or element size"),
    "wide_fit": (summed, {"x": I64, "y": I64}, "wide_fit", lambda o: (o[0], 2, o[2]), "another sum"),
    "lanes": (in_lanes, {"x": F64, "y": F64}, "lanes_add", lambda o: (o[0] + 1, *o[1:]), "holds no known value"),
    "lanes' total": (in_lanes, {"x": F64, "y": F64}, "lanes_total", lambda o: (o[0], o[1] - 1), "do not hold the lanes"),
    "conversion": (converted, {"x": F64, "y": F64}, "to_int", lambda o: (o[0], o[1] ^ 1, o[2]), ""),
    "require": (required_bool, {"c": BOOL, "d": BOOL}, "ld.vs", lambda o: (o[0], 2), "another condition"),
    "require by a jump": (required, {"x": I64, "y": I64}, "j.", lambda o: (o[0], 3 - o[1], o[2]), "tests another condition"),
    "open": (reading, {"path": BYTES}, "open", lambda o: (o[0] + 1,), "another path"),
    "read": (reading, {"path": BYTES}, "read", lambda o: (1,), "do not hold the array"),
    "write": (written, {"text": BYTES}, "const.vi", lambda o: (o[0], 2), "another argument"),
    "constant": (single, {}, "data", lambda o: (o[0], o[1] + 4, o[2]), "none of the Function's"),
}


@pytest.mark.parametrize("name", WRONG)
def test_operations(name: str) -> None:
    make, params, family, change, why = WRONG[name]
    image = build(make, **params)
    assert isinstance(check_image(image, TABLE), Followed)
    rejected(swapped(image, family, change), why)


def test_a_stop_site_that_is_not_there() -> None:
    image = build(made, n=I64)
    stops: tuple[StopSite, ...] = ()
    rejected(relink(image, TABLE, [draft(b) for b in image.witness.blocks], stops), "")


def test_a_stop_label_leads_to_a_stub() -> None:
    image = build(required, x=I64, y=I64)

    def elsewhere(d: Draft) -> Draft:
        return d._replace(marks=tuple(m._replace(at=len(d.code) - 2) if m.done == -1 else m for m in d.marks))

    rejected(relinked(image, elsewhere), "at no stub")


# Loops that end early -----------------------------------------------------------------------------------------------
def searching() -> tuple[Function, Draft, tuple[StopSite, ...]]:
    """The first i with i * i >= x, by hand."""
    b = Builder()
    x = b.param(0, I64)
    i, (last,) = b.open_loop(b.const(100), (b.const(0),))
    again = b.emit("lt", b.emit("mul_wrap", i, i), x)
    (last,) = b.close_loop(again, (i,))
    f = b.finish("f", (("x", I64),), last)
    loop = last.args[0]
    code: Code = (
        ("entry", ()), ("const.vi", (1, 0)), ("const.vi", (2, 0)), ("mov.vv", (3, 2)), ("mul_wrap.vv", (3, 2)),
        ("mov.vv", (1, 2)), ("j.le.sv", (3, 1, 1)), ("latch.vi", (2, 100, 0)), ("st.sv", (1, 1)), ("leave", ()),
    )  # fmt: skip
    slot, v1, v2 = Location("s", 1), Location("v", 1), Location("v", 2)
    head: tuple[Any, ...] = ((x, (slot,)), (i, (v2,)))
    return f, Draft(f, code, (Mark(3, ((loop, 0),), 0, head), Mark(8, (), 1, ((last, (v1,)),))), 2), ()


def test_a_loop_may_end_early() -> None:
    f, d, stops = searching()
    assert isinstance(check_image(assemble(f, TABLE, [d], stops), TABLE), Followed)
    for k, new, why in (
        (6, ("nop.1", ()), "goes on without asking"),
        (6, ("j.lt.sv", (3, 1, 1)), "decides nothing"),
        (6, ("j.le.vs", (3, 1, 1)), "decides nothing"),
        (6, ("j.le.sv", (3, 1, 0)), "a jump goes back"),
        (5, ("nop.1", ()), "does not hold what the label states"),
    ):
        rejected(assemble(f, TABLE, [code_at(k, new)(d)], stops), why)


def test_a_function_is_left_at_its_end() -> None:
    f, d, stops = searching()
    rejected(assemble(f, TABLE, [code_at(6, ("leave", ()))(d)], stops), "returns before the Function does")

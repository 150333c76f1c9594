"""Rules of the witness checker that whole images seldom come near: places at a bound, shapes of labels, names of memory."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from tests.support.assemble import Code, Draft, Mark, assemble, draft, relink

from siglum.bind import bind
from siglum.check import check_image
from siglum.check.memory import Memory
from siglum.ir.function import Builder, Function, Origin
from siglum.ir.ownership import FROZEN, Summary
from siglum.ir.types import BOOL, F64, I64, U8, Array
from siglum.records import DEAD, Followed, Image, Instance, Label, Location, Rejected, StopSite
from siglum.stencil.families import FAMILIES
from siglum.stencil.table import load

TABLE = load("x86-64-v2")
INTS = Array(I64)
YES = Builder().const(True, BOOL)


def origin(b: Builder, word: str) -> int:
    return b.origin(Origin(word, "<test>", 1, 1, len(word)))


def v(k: int) -> tuple[Location, ...]:
    return (Location("v", k),)


def image(
    f: Function, code: tuple[Code, ...], marks: tuple[Mark, ...] = (), stops: tuple[StopSite, ...] = (), **more: Any
) -> Image:
    stubs = tuple(("stop", (k + 1,)) for k in range(len(stops)))
    return assemble(f, TABLE, [Draft(f, (*code, *stubs), marks, 16)], stops, **more)


def followed(made: Image) -> None:
    assert isinstance(check_image(made, TABLE), Followed), check_image(made, TABLE)


def refused(made: Image, why: str) -> None:
    found = check_image(made, TABLE)
    assert isinstance(found, Rejected) and why in found.reason, found


def identity() -> Function:
    b = Builder()
    return b.finish("f", (("x", I64),), b.param(0, I64))


# Slots ----------------------------------------------------------------------------------------------------------------
PAIRS = {"alloc", "reserve", "array", "view", "data", "write", "read", "open"}
EIGHTS = {"lanes", "lanes_add", "lanes_add8", "lanes_total"}
SLOTTED = [name for name, family in FAMILIES.items() if "s" in family.kinds]


def with_slot(name: str, place: int, slot: int) -> Image:
    """An image whose second instance is of a family, with one of its slots here and the others at 1."""
    kinds = FAMILIES[name].kinds
    plain = image(identity(), (("entry", ()), ("leave", ())))
    operands = tuple(slot if k == place else 1 for k in range(len(kinds)))
    stencil = TABLE.stencil(name, tuple(o for o, kind in zip(operands, kinds, strict=True) if kind in "vx"))
    (block,) = plain.witness.blocks
    first, last = block.instances
    new = Instance(name, operands, last.offset, len(stencil.code), -1, -1)
    return replace(plain, witness=replace(plain.witness, blocks=(replace(block, instances=(first, new)),)))


@pytest.mark.parametrize("name", SLOTTED)
def test_slots_reach_no_further_than_the_frames(name: str) -> None:
    slots = [k for k, kind in enumerate(FAMILIES[name].kinds) if kind == "s"]
    for place in slots:
        span = 8 if name in EIGHTS and place == slots[0] else 2 if name in PAIRS else 1
        for slot, inside in ((0, False), (1, True), (32 - span, True), (33 - span, False)):
            found = check_image(with_slot(name, place, slot), TABLE)
            assert isinstance(found, Rejected)
            assert (f"slot {slot} is outside the frame" in found.reason) != inside, (place, slot, found)


def test_a_length_must_lie_behind_its_base() -> None:
    b = Builder()
    f = b.finish("f", (), b.emit("write", b.const(1), b.data(U8, (104, 105))))
    ends: tuple[Code, ...] = (("const.vi", (0, 1)), ("write", (1,)), ("st.sv", (1, 0)), ("leave", ()))
    more = {"data": b"hi", "effects": "stdout"}
    followed(image(f, (("entry", ()), ("data", (1, 0, 2)), *ends), **more))
    refused(image(f, (("entry", ()), ("data", (1, 0, 2)), ("const.si", (2, 1)), *ends), **more), "do not hold the array")
    refused(image(f, (("entry", ()), ("data", (1, 0, 2)), ("const.si", (1, 2)), *ends), **more), "do not hold the array")


def test_less_than_sixteen_zeros_lie_before_a_constant() -> None:
    b = Builder()
    f = b.finish("f", (), b.emit("load", b.data(U8, (104, 105)), b.const(0)))
    for zeros, good in ((0, True), (15, True), (16, False), (17, False)):
        code: tuple[Code, ...] = (
            ("entry", ()), ("data", (1, zeros, 2)), ("const.vi", (1, 0)), ("load.u8", (0, 1, 1)), ("st.sv", (1, 0)),
            ("leave", ()),
        )  # fmt: skip
        made = image(f, code, data=bytes(zeros) + b"hi")
        if good:
            followed(made)
        else:
            refused(made, "belong to no constant")
    refused(image(f, (code[0], ("data", (1, 2, 2)), *code[2:]), data=b"\0\1hi"), "belong to no constant")


# Jumps ----------------------------------------------------------------------------------------------------------------
def test_a_jump_to_itself_is_no_way_on() -> None:
    f = identity()
    x = f.region.params[0]
    code: tuple[Code, ...] = (("entry", ()), ("jmp", (1,)), ("leave", ()))
    here, behind = (Mark(at, (), 0, ((x, (Location("s", 1),)),)) for at in (1, 2))
    followed(image(f, code, (here, behind)))
    refused(image(f, (code[0], ("jmp", (0,)), code[2]), (here, behind)), "a jump goes back that is no loop's")


def test_a_run_may_end_in_each_arm() -> None:
    """Every arm of an `if` at the end of a loop's body has a latch of its own."""
    b = Builder()
    x = b.param(0, I64)
    i, (total,) = b.open_loop(b.const(4), (b.const(0),))
    c = b.emit("lt", i, x)
    b.open_region()
    then = b.close_region((b.emit("add_wrap", total, b.const(1)),))
    b.open_region()
    otherwise = b.close_region((b.emit("add_wrap", total, b.const(2)),))
    (more,) = b.if_(c, then, otherwise)
    (result,) = b.close_loop(YES, (more,))
    f = b.finish("f", (("x", I64),), result)
    loop, choice = result.args[0], more.args[0]

    def made(first: int, second: int) -> Image:
        code: tuple[Code, ...] = (
            ("entry", ()), ("const.vi", (1, 0)), ("const.vi", (2, 0)), ("ld.vs", (4, 1)), ("j.le.vv", (4, 2, 1)),
            ("add_wrap.vi", (1, first)), ("latch.vi", (2, 4, 0)), ("jmp", (2,)), ("add_wrap.vi", (1, second)),
            ("latch.vi", (2, 4, 0)), ("st.sv", (1, 1)), ("leave", ()),
        )  # fmt: skip
        values = ((i, v(2)), (total, v(1)), (x, v(4)))
        marks = (
            Mark(4, ((loop, 0),), 0, values), Mark(8, ((loop, 0), (choice, 1)), 0, values),
            Mark(10, (), len(f.region.body), ((result, v(1)),)),
        )  # fmt: skip
        return image(f, code, marks)

    followed(made(1, 2))
    refused(made(2, 2), "does not hold what the label states")
    refused(made(1, 1), "does not hold what the label states")


def recursive() -> Image:
    b = Builder()
    x = b.param(0, I64)
    b.open_region()
    b_then = b.close_region((x,))
    b.open_region()
    again = b.recur((b.emit("sub_wrap", x, b.const(1)),), I64, origin(b, "again"))
    b_else = b.close_region((again,))
    (value,) = b.if_(b.emit("lt", x, b.const(1)), b_then, b_else)
    return bind(b.finish("f", (("x", I64),), value), TABLE)


# Labels -----------------------------------------------------------------------------------------------------------------
def labelled(label: object) -> Image:
    plain = image(identity(), (("entry", ()), ("leave", ())))
    (block,) = plain.witness.blocks
    return replace(plain, witness=replace(plain.witness, blocks=(replace(block, labels=(label,)),)))


X = identity().region.params[0]
PATHS: tuple[Any, ...] = (
    (5,), ([X, 0],), ((X,),), ((X, 0, 0),), ((0, 0),), ((X, True),), ((X, "0"),), (("x", 0),), ((X, 0), 5),
)  # fmt: skip
MAPS: tuple[Any, ...] = (
    (5,), ([X, ()],), ((X,),), ((X, (), ()),), ((0, ()),), ((X, []),), ((X, (DEAD,)), 5), ((X, (5,)),), ((X, (("s", 1),)),),
    ((X, (Location(1, 1),)),), ((X, (Location("s", "1"),)),), ((X, (Location("s", True),)),), ((X, (DEAD, 5)),),
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_path_of_another_shape_is_named(path: Any) -> None:
    refused(labelled(Label(0, path, 0, ())), "a label's path is malformed")


@pytest.mark.parametrize("values", MAPS)
def test_a_map_of_another_shape_is_named(values: Any) -> None:
    refused(labelled(Label(0, (), 0, values)), "a label's map is malformed")


@pytest.mark.parametrize(
    "label",
    [
        Label("0", (), 0, ()), Label(0, [], 0, ()), Label(0, (), "0", ()), Label(0, (), 0, []), Label(True, (), 0, ()),
        (0, (), 0, ()), 5,
    ],
)  # fmt: skip
def test_a_label_of_another_shape_is_named(label: Any) -> None:
    refused(labelled(label), "a label is malformed")


@pytest.mark.parametrize(
    "stop",
    [StopSite(1, 0, 0), StopSite("range", "0", 0), StopSite("range", 0, None), StopSite("range", True, 0), ("range", 0, 0)],
)
def test_a_stop_site_of_another_shape_is_named(stop: Any) -> None:
    plain = image(identity(), (("entry", ()), ("leave", ())))
    refused(replace(plain, witness=replace(plain.witness, stops=(stop,))), "a stop site is malformed")


@pytest.mark.parametrize(
    ("place", "why"),
    [
        (Location("s", 3), ""),
        (Location("v", 3), "something else than eight slots"),
        (Location("s", 0), "something else"),
        (Location("s", 9), "something else than eight slots"),
        (Location("s", 8), "does not hold what the label states"),
        (Location("s", 4), "does not hold what the label states"),
        (DEAD, "something else than eight slots"),
    ],
)
def test_lanes_lie_in_eight_slots(place: Location, why: str) -> None:
    b = Builder()
    x = b.param(0, F64)
    lanes = b.emit("lanes")
    f = b.finish("f", (("x", F64),), b.emit("lanes_total", b.emit("lanes_add", lanes, b.const(1), x)))
    at = f.region.body.index(lanes) + 1
    code: tuple[Code, ...] = (
        ("entry", ()), ("ld.xs", (1, 1)), ("const.vi", (1, 1)), ("lanes", (3,)), ("jmp", (0,)),
        ("lanes_add", (3, 1, 1)), ("lanes_total", (0, 3)), ("st.sx", (1, 0)), ("leave", ()),
    )  # fmt: skip
    mark = Mark(5, (), at, ((x, (Location("x", 1),)), (lanes, (place,)), (b.const(1), v(1))))
    made = image(f, code, (mark,))
    if why:
        refused(made, why)
    else:
        followed(made)


def test_lanes_have_one_place() -> None:
    b = Builder()
    lanes = b.emit("lanes")
    f = b.finish("f", (), b.emit("lanes_total", lanes))
    code: tuple[Code, ...] = (("entry", ()), ("lanes", (3,)), ("lanes_total", (0, 3)), ("st.sx", (1, 0)), ("leave", ()))
    for places in ((Location("s", 3),) * 2, ()):
        refused(image(f, code, (Mark(2, (), 1, ((lanes, places),)),)), "something else than eight slots")


# Memory -----------------------------------------------------------------------------------------------------------------
def test_a_part_of_what_was_stored_into_is_not_loaded_from_after_the_next_store() -> None:
    b = Builder()
    two = b.const(2)
    a = b.alloc(I64, two, origin(b, "make"))
    first = b.emit("store", a, b.const(0), b.const(7))
    part = b.emit("view", first, b.const(0), two, origin=origin(b, "part"))
    before = b.emit("load", part, b.const(1))
    after = b.emit("store", first, b.const(1), b.const(7))
    f = b.finish("f", (), b.emit("pair", before, after))
    stops = (StopSite("memory", 0, 0), StopSite("index", 1, 0))

    def ordered(*middle: Code) -> Image:
        code: tuple[Code, ...] = (
            ("entry", ()), ("const.vi", (0, 2)), ("const.vi", (1, 0)), ("const.vi", (2, 7)), ("const.vi", (4, 1)),
            ("alloc", (3, 0, 8, 0)), ("store.64", (3, 1, 2)), ("view", (5, 3, 1, 0, 8, 1)), *middle,
            ("st.sv", (1, 5)), ("mov.ss", (2, 3)), ("mov.ss", (3, 4)), ("leave", ()),
        )  # fmt: skip
        return image(f, code, (), stops)

    loading, storing = ("load.i64", (5, 5, 4)), ("store.64", (3, 4, 2))
    followed(ordered(loading, storing))
    refused(ordered(storing, loading), "slot 5 holds no known value")


def test_a_part_of_what_was_read_into_is_not_loaded_from_after_a_store() -> None:
    b = Builder()
    two = b.const(2)
    buffer = b.alloc(U8, two, origin(b, "make"))
    filled, count = b.read(b.const(0), buffer, two)
    part = b.emit("view", filled, b.const(0), two, origin=origin(b, "part"))
    before = b.emit("load", part, b.const(0))
    after = b.emit("store", filled, b.const(0), b.const(7, U8))
    f = b.finish("f", (), b.emit("pair", before, b.emit("pair", after, count)))
    stops = (StopSite("memory", 0, 0), StopSite("index", 1, 0))

    def ordered(*middle: Code) -> Image:
        code: tuple[Code, ...] = (
            ("entry", ()), ("const.vi", (1, 2)), ("alloc", (3, 1, 1, 0)), ("const.vi", (0, 0)), ("read", (3,)), ("st.sv", (8, 0)),
            ("const.vi", (1, 0)), ("const.vi", (2, 2)), ("const.vi", (4, 7)), ("view", (5, 3, 1, 2, 1, 1)), *middle,
            ("st.sv", (1, 5)), ("mov.ss", (2, 3)), ("mov.ss", (3, 4)), ("mov.ss", (4, 8)), ("leave", ()),
        )  # fmt: skip
        return image(f, code, (), stops, effects="stdin")

    loading, storing = ("load.u8", (5, 5, 1)), ("store.8", (3, 1, 4))
    followed(ordered(loading, storing))
    refused(ordered(storing, loading), "slot 5 holds no known value")


def names() -> Memory:
    return Memory(count(1000).__next__)


def test_memory_of_its_own_is_apart() -> None:
    m = names()
    m.made(1)
    m.made(2)
    assert m.of(1) == {1} and m.of(3) == frozenset()
    assert m.overlap(m.of(1), m.of(1)) and not m.overlap(m.of(1), m.of(2)) and not m.overlap(m.of(1), m.of(3))


def test_a_part_and_a_later_version_have_the_names_of_the_whole() -> None:
    m = names()
    m.made(1)
    m.made(2)
    m.same(3, 1)
    m.stored(1, 4)
    m.same(5, 1, 2)
    m.same(6, 7)
    assert m.of(3) == m.of(4) == {1} and m.of(5) == {1, 2} and 6 not in m.names
    m.stored(5, 8)
    assert m.of(8) == {1, 2} and m.overlap(m.of(8), m.of(2)) and m.overlap(m.of(2), m.of(8))


def test_what_a_call_gives_is_in_memory_it_was_given_or_made() -> None:
    m = names()
    m.made(1)
    m.made(2)
    m.called([3], [[1], [2]], None)
    assert m.of(3) == {1, 2}
    mine: Any = ("made", 7)
    parts = tuple(map(frozenset, ({("param", 1, 0)}, {mine}, {mine, ("param", 0, 0)}, {FROZEN})))
    m.called([4, 5, 6, 7], [[1], [2]], Summary(parts, frozenset()))
    assert m.of(4) == {2} and m.of(5) == {1000} and m.of(6) == {1, 1000} and m.of(7) == frozenset()


def test_a_loop_that_stores_makes_memory_that_may_be_what_came_in() -> None:
    m = names()
    m.made(1)
    m.made(2)
    carried, other = 10, 11
    m.made(carried)
    m.made(other)
    m.stored(carried, 12)
    m.looped(5, [carried, other], [1, 2], [12, other], [20, 21])
    # what was stored into is memory of the loop's own, that may be the first one's; the other is what it was
    assert m.of(20) == {20} and m.of(21) == {2}
    assert m.overlap(m.of(20), m.of(1)) and m.overlap(m.of(1), m.of(20)) and not m.overlap(m.of(20), m.of(2))
    assert m.overlap(m.of(carried), m.of(1)) and not m.overlap(m.of(carried), m.of(other))


def test_a_loop_that_exchanges_what_it_stores_into_changes_both() -> None:
    m = names()
    m.made(1)
    m.made(2)
    m.made(10)
    m.made(11)
    m.stored(10, 12)
    m.looped(5, [10, 11], [1, 2], [11, 12], [20, 21])
    assert m.of(20) == {20} and m.of(21) == {21}
    for result in (20, 21):
        assert m.overlap(m.of(result), m.of(1)) and m.overlap(m.of(result), m.of(2))
    m.made(3)
    assert not m.overlap(m.of(20), m.of(3))


def test_memory_made_inside_a_loop_is_not_what_was_there_before() -> None:
    m = names()
    m.made(1)
    m.made(10)
    m.made(15)  # in the loop, which began at 5
    m.stored(15, 16)
    m.looped(5, [10], [1], [16], [20])
    assert m.overlap(m.of(20), m.of(1))
    assert not m.overlap(m.of(15), m.of(1))
    assert m.origins(10) >= {10, 1} and 15 not in m.origins(10)


def test_the_image_of_a_function_that_calls_itself_calls_the_block_without_an_entry() -> None:
    made = recursive()
    followed(made)
    changed = 0
    for which, block in enumerate(made.witness.blocks):
        for k, instance in enumerate(block.instances):
            if instance.family == "call" and instance.operands[0] != 0:
                drafts = [draft(b) for b in made.witness.blocks]
                code = drafts[which].code
                operands = (0, *instance.operands[1:])
                drafts[which] = drafts[which]._replace(code=(*code[:k], ("call", operands), *code[k + 1 :]))
                refused(relink(made, TABLE, drafts, made.witness.stops), "calls another function")
                changed += 1
    assert changed

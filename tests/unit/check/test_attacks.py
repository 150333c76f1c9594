"""Hostile images: a witness that fits the bytes, and code that gives something else than the Function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.support.assemble import Code, Draft, Mark, assemble

from siglum.check import check_image
from siglum.ir.function import Builder, Function, Origin
from siglum.ir.node import CONST, RESULT, Node, parameter
from siglum.ir.types import BOOL, F64, I64, Array
from siglum.records import Followed, Image, Label, Location, Rejected, StopSite
from siglum.stencil.table import load

TABLE = load("x86-64-v2")
INTS = Array(I64)
YES = Builder().const(True, BOOL)
Codes = tuple[Code, ...]


def origin(b: Builder, word: str) -> int:
    return b.origin(Origin(word, "<test>", 1, 1, len(word)))


def v(k: int) -> tuple[Location, ...]:
    return (Location("v", k),)


def array(k: int) -> tuple[Location, ...]:
    return Location("s", k), Location("s", k + 1)


def image(f: Function, code: Codes, marks: tuple[Mark, ...], stops: tuple[StopSite, ...], slots: int = 16) -> Image:
    stubs = tuple(("stop", (k + 1,)) for k in range(len(stops)))
    return assemble(f, TABLE, [Draft(f, (*code, *stubs), marks, slots)], stops)


def told_apart(right: Image, wrong: Image, why: str) -> None:
    assert isinstance(check_image(right, TABLE), Followed), check_image(right, TABLE)
    found = check_image(wrong, TABLE)
    assert isinstance(found, Rejected), found
    assert why in found.reason, found


# Entry ----------------------------------------------------------------------------------------------------------
def test_no_loop_starts_again_at_the_entry() -> None:
    """There rdi and rsi would be taken for the context and the frame."""
    b = Builder()
    i, (total,) = b.open_loop(b.const(3), (b.const(0),))
    (total_after,) = b.close_loop(YES, (b.emit("add_wrap", total, i),))
    f = b.finish("f", (), total_after)
    loop = total_after.args[0]

    def looping(target: int) -> Image:
        code: Codes = (
            ("entry", ()), ("const.vi", (1, 0)), ("const.vi", (2, 0)), ("add_wrap.vv", (1, 2)), ("latch.vi", (2, 3, target)),
            ("st.sv", (1, 1)), ("leave", ()),
        )  # fmt: skip
        head = Mark(3, ((loop, 0),), 0, ((i, v(2)), (total, v(1))))
        return image(f, code, (head, Mark(0, ((loop, 0),), 0, ()))[: 1 + target], ())

    told_apart(looping(0), looping(1), "`entry`")


# Two values that are one memory ---------------------------------------------------------------------------------
def test_a_part_is_not_loaded_from_after_a_store_into_the_whole() -> None:
    b = Builder()
    two = b.const(2)
    a = b.alloc(I64, two, origin(b, "make"))
    part = b.emit("view", a, b.const(0), two, origin=origin(b, "part"))
    before = b.emit("load", part, b.const(0))
    after = b.emit("store", a, b.const(0), b.const(7))
    f = b.finish("f", (), b.emit("pair", before, after))
    loading, storing = ("load.i64", (3, 5, 1)), ("store.64", (3, 1, 2))
    stops = (StopSite("memory", 0, 0), StopSite("index", 1, 0))

    def ordered(*middle: Code) -> Image:
        code: Codes = (
            ("entry", ()), ("const.vi", (0, 2)), ("const.vi", (1, 0)), ("const.vi", (2, 7)), ("alloc", (3, 0, 8, 0)),
            ("view", (5, 3, 1, 0, 8, 1)), *middle, ("st.sv", (1, 3)), ("mov.ss", (2, 3)), ("mov.ss", (3, 4)), ("leave", ()),
        )  # fmt: skip
        return image(f, code, (), stops)

    told_apart(ordered(loading, storing), ordered(storing, loading), "slot 5 holds no known value")


def test_an_array_is_not_loaded_from_after_a_loop_that_stored_into_it() -> None:
    b = Builder()
    a = b.alloc(I64, b.const(4), origin(b, "make"))
    before = b.emit("load", a, b.const(0))
    i, (p,) = b.open_loop(b.const(4), (a,))
    (after,) = b.close_loop(YES, (b.emit("store", p, i, b.const(7)),))
    f = b.finish("f", (), b.emit("pair", before, after))
    loop = after.args[0]

    def ordered(late: bool) -> Image:
        early: Codes = (("load.i64", (3, 1, 1)), ("nop.1", ()))
        kept: Codes = (("mov.ss", (5, 1)), ("mov.ss", (6, 2)))
        code: Codes = (
            ("entry", ()), ("const.vi", (0, 4)), ("const.vi", (1, 0)), ("const.vi", (2, 7)), ("alloc", (1, 0, 8, 0)),
            *(kept if late else early), ("store.64", (1, 1, 2)), ("latch.vi", (1, 4, 0)),
            *((("const.vi", (1, 0)), ("load.i64", (3, 5, 1))) if late else ()),
            ("mov.ss", (3, 2)), ("mov.ss", (2, 1)), ("st.sv", (1, 3)), ("leave", ()),
        )  # fmt: skip
        head = Mark(7, ((loop, 0),), 0, (
            (i, v(1)), (p, array(1)), (b.const(7), v(2)), *(((a, array(5)),) if late else ((before, v(3)),)),
        ))  # fmt: skip
        return image(f, code, (head,), (StopSite("memory", 0, 0),))

    told_apart(ordered(False), ordered(True), "slot 5")


def test_what_a_callee_gives_is_not_loaded_from_after_a_store_into_its_argument() -> None:
    b = Builder()
    same = b.finish("same", (("a", INTS),), b.param(0, INTS))
    b = Builder()
    a = b.alloc(I64, b.const(1), origin(b, "make"))
    given = b.call(same, (a,), origin(b, "same"))
    index = b.emit("bounds", b.const(0), b.length(given), origin=origin(b, "at"))
    before = b.emit("load", given, index)
    after = b.emit("store", a, b.const(0), b.const(7))
    f = b.finish("f", (), b.emit("pair", before, after))
    stops = (StopSite("memory", 0, 0), StopSite("stack", 1, 0), StopSite("index", 2, 0))

    def ordered(*middle: Code) -> Image:
        code: Codes = (
            ("entry", ()), ("const.vi", (0, 1)), ("alloc", (3, 0, 8, 0)), ("mov.ss", (17, 3)), ("mov.ss", (18, 4)),
            ("call", (1, 128, 1)), ("mov.ss", (5, 17)), ("const.vi", (0, 0)), ("const.vi", (1, 0)), ("const.vi", (2, 7)),
            ("bounds.vs", (0, 18, 2)), *middle, ("st.sv", (1, 3)), ("mov.ss", (2, 3)), ("mov.ss", (3, 4)), ("leave", ()),
            ("stop", (1,)), ("stop", (2,)), ("stop", (3,)),
        )  # fmt: skip
        return assemble(f, TABLE, [Draft(f, code, (), 16), Draft(same, (("ret", ()),), (), 4)], stops)

    loading, storing = ("load.i64", (3, 5, 0)), ("store.64", (3, 1, 2))
    told_apart(ordered(loading, storing), ordered(storing, loading), "slot 5 holds no known value")


# Stores of the other arm ----------------------------------------------------------------------------------------
def test_a_store_of_the_other_arm_is_not_made() -> None:
    """In the second arm the array is an element of another, and loaded from there."""
    b = Builder()
    zero, one = b.const(0), b.const(1)
    a = b.alloc(I64, one, origin(b, "make"))
    box = b.alloc(INTS, one, origin(b, "box"))
    b.open_region()
    changed = b.emit("store", a, zero, b.const(7))
    then = b.close_region((b.emit("load", changed, zero),))
    b.open_region()
    kept = b.emit("store", box, zero, a)
    row = b.emit("load", kept, zero)
    index = b.emit("bounds", zero, b.length(row), origin=origin(b, "at"))
    otherwise = b.close_region((b.emit("load", row, index),))
    (value,) = b.if_(b.param(0, BOOL), then, otherwise)
    f = b.finish("f", (("c", BOOL),), value)
    choice = value.args[0]
    stops = (StopSite("memory", 0, 0), StopSite("memory", 1, 0), StopSite("index", 2, 0))

    def taking(*more: Code) -> Image:
        code: Codes = (
            ("entry", ()), ("const.vi", (0, 1)), ("const.vi", (1, 0)), ("const.vi", (2, 7)), ("ld.vs", (4, 1)),
            ("alloc", (3, 0, 8, 0)), ("alloc", (5, 0, 16, 1)), ("j.true.v", (4, 0)),
            ("cell.store.s", (5, 1, 3, 16, 0)), ("cell.store.s", (5, 1, 4, 16, 8)),
            ("cell.load.s", (7, 5, 1, 16, 0)), ("cell.load.s", (8, 5, 1, 16, 8)), ("const.vi", (0, 0)), ("bounds.vs", (0, 8, 2)),
            *more, ("load.i64", (3, 7, 0)), ("jmp", (1,)),
            ("store.64", (3, 1, 2)), ("load.i64", (3, 3, 1)),
            ("st.sv", (1, 3)), ("leave", ()),
        )  # fmt: skip
        at = 16 + len(more)
        arm = Mark(at, ((choice, 0),), 0, ((a, array(3)), (zero, v(1)), (b.const(7), v(2))))
        return image(f, code, (arm, Mark(at + 2, (), len(f.region.body), ((value, v(3)),))), stops)

    told_apart(taking(), taking(("store.64", (3, 1, 2))), "store")


# Nodes that no constructor makes --------------------------------------------------------------------------------
def forged(op: object, **parts: object) -> Node:
    n = Node()
    for name, part in {"op": op, "args": (), "attr": None, "type": I64, "results": (), "regions": (), **parts}.items():
        setattr(n, name, part)
    return n


def bare() -> Node:
    return Node()


HOSTILE: tuple[Callable[[], Node], ...] = (
    bare, lambda: forged(CONST), lambda: forged(CONST, attr="1", type=F64), lambda: forged(RESULT),
    lambda: forged(RESULT, args=(parameter(0, 0, I64),), attr=0), lambda: forged(RESULT, args=(parameter(0, 0, I64),), attr=9),
)  # fmt: skip


@pytest.mark.parametrize("make", HOSTILE)
def test_a_label_with_a_strange_node_is_refused(make: Callable[[], Node]) -> None:
    b = Builder()
    f = b.finish("f", (("x", I64),), b.param(0, I64))
    plain = image(f, (("entry", ()), ("leave", ())), (), ())
    block = plain.witness.blocks[0]
    label = Label(block.instances[1].offset, (), 0, ((make(), v(1)),))
    witness = replace(plain.witness, blocks=(replace(block, labels=(label,)),))
    assert isinstance(check_image(plain, TABLE), Followed)
    assert isinstance(check_image(replace(plain, witness=witness), TABLE), Rejected)


def test_a_strange_function_is_refused() -> None:
    b = Builder()
    f = b.finish("f", (("x", I64),), b.param(0, I64))
    plain = image(f, (("entry", ()), ("leave", ())), (), ())
    assert isinstance(check_image(replace(plain, function=Function()), TABLE), Rejected)


def test_calls_in_a_chain_without_end_are_refused() -> None:
    b = Builder()
    f = b.finish("f", (("x", I64),), b.param(0, I64))
    for k in range(3000):
        b = Builder()
        f = b.finish(f"f{k}", (("x", I64),), b.call(f, (b.param(0, I64),), origin(b, "call")))
    found = check_image(image(f, (("entry", ()), ("leave", ())), (), ()), TABLE)
    assert isinstance(found, Rejected)

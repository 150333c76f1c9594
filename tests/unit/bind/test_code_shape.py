"""What loops cost: the instances between a loop's top and its latch, and how images are laid out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from siglum.bind import bind
from siglum.bind.link import LINE
from siglum.check import check_image
from siglum.errors import UserError
from siglum.ir.function import Builder, Function, Origin
from siglum.ir.node import Node
from siglum.ir.types import BOOL, F64, I64, Array, Type
from siglum.records import Block, Followed, Image
from siglum.stencil.table import load

INTS, FLOATS = Array(I64), Array(F64)


def image_of(function: Function) -> Image:
    """The bound function, once the checker has followed it."""
    table = load("x86-64-v3")
    image = bind(function, table)
    verdict = check_image(image, table)
    assert isinstance(verdict, Followed), verdict
    return image


def function_of(body: Callable[..., Node], *types: Type) -> Function:
    b = Builder()
    value = body(b, *(b.param(k, t) for k, t in enumerate(types)))
    return b.finish("test", tuple((f"p{k}", t) for k, t in enumerate(types)), value)


def loop_of(function: Function) -> list[str]:
    """The families from the last loop's top to its last latch."""
    block = image_of(function).witness.blocks[0]
    latch = max(k for k, i in enumerate(block.instances) if i.family.startswith("latch"))
    top = block.labels[block.instances[latch].operands[2]].offset
    return [i.family for i in block.instances[: latch + 1] if i.offset >= top]


def origin(b: Builder) -> int:
    return b.origin(Origin("word", "<test>", 1, 1, 1))


def over(b: Builder, xs: Node, start: Node, step: Callable[[Node, Node], Node]) -> Node:
    """`step(index, carried)` for every index of `xs`."""
    i, (carried,) = b.open_loop(b.length(xs), (start,))
    (result,) = b.close_loop(b.const(True, BOOL), (step(i, carried),))
    return result


def same_lengths(b: Builder, xs: Node, ys: Node) -> None:
    b.emit("require", b.emit("eq", b.length(ys), b.length(xs)), attr="length", origin=origin(b))


def test_a_sum_is_a_load_an_addition_and_a_latch() -> None:
    def total(b: Builder, xs: Node) -> Node:
        return over(b, xs, b.const(0), lambda i, acc: b.emit("add", b.emit("load", xs, i), acc, origin=origin(b)))

    assert loop_of(function_of(total, INTS)) == ["near7.load.i64", "add.vv", "latch.vv"]


def test_a_wide_sum_of_products_needs_no_moves() -> None:
    def dot(b: Builder, xs: Node, ys: Node) -> Node:
        same_lengths(b, xs, ys)

        def step(i: Node, acc: Node) -> Node:
            product = b.emit("mul", b.emit("load", xs, i), b.emit("load", ys, i), origin=origin(b))
            return b.emit("wide_add", acc, product)

        return b.emit("wide_fit", over(b, xs, b.emit("wide", b.const(0)), step), origin=origin(b))

    assert loop_of(function_of(dot, INTS, INTS)) == ["near6.load.i64", "near7.load.i64", "mul.vv", "wide_add", "latch.vv"]


def test_a_map_stores_in_place_of_its_array() -> None:
    def axpy(b: Builder, a: Node, xs: Node, ys: Node) -> Node:
        same_lengths(b, xs, ys)
        out = b.alloc(F64, b.length(xs), origin(b))

        def step(i: Node, into: Node) -> Node:
            return b.emit("store", into, i, b.emit("fadd", b.emit("fmul", a, b.emit("load", xs, i)), b.emit("load", ys, i)))

        i, (into,) = b.open_loop(b.length(xs), (out,))
        b.same_length(into, out)
        (result,) = b.close_loop(b.const(True, BOOL), (step(i, into),))
        return result

    families = loop_of(function_of(axpy, F64, FLOATS, FLOATS))
    assert [f.split(".", 1)[1] for f in families] == ["load.f64", "xx", "load.f64", "xx", "store.f64", "vv"]
    assert all(f.startswith("near") for f in families if "load" in f or "store" in f)


def test_a_branch_with_one_arm_jumps_over_it_to_the_latch() -> None:
    def count(b: Builder, xs: Node) -> Node:
        def step(i: Node, acc: Node) -> Node:
            positive = b.emit("lt", b.const(0), b.emit("load", xs, i))
            b.open_region()
            more = b.emit("add_wrap", acc, b.const(1))
            then = b.close_region((more,))
            b.open_region()
            (result,) = b.if_(positive, then, b.close_region((acc,)))
            return result

        return over(b, xs, b.const(0), step)

    assert loop_of(function_of(count, INTS)) == ["near7.load.i64", "j.le.vi", "add_wrap.vi", "latch.vv"]


def test_a_search_leaves_its_loop_by_the_branch_that_decides() -> None:
    def contains(b: Builder, xs: Node, x: Node) -> Node:
        i, (_,) = b.open_loop(b.length(xs), (b.const(False, BOOL),))
        same = b.emit("eq", b.emit("load", xs, i), x)
        b.open_region()
        found = b.close_region((b.const(False, BOOL), b.const(True, BOOL)))
        b.open_region()
        missing = b.close_region((b.const(True, BOOL), b.const(False, BOOL)))
        again, so_far = b.if_(same, found, missing)
        (result,) = b.close_loop(again, (so_far,))
        return result

    function = function_of(contains, INTS, I64)
    assert loop_of(function) == ["near7.load.i64", "j.eq.vv", "const.vi", "latch.vv"]


def test_a_loop_that_ends_by_the_negation_of_a_branch_jumps_out_of_it() -> None:
    def lacks(b: Builder, xs: Node, x: Node) -> Node:
        i, (_,) = b.open_loop(b.length(xs), (b.const(0),))
        same = b.emit("eq", b.emit("load", xs, i), x)
        b.open_region()
        found = b.close_region((b.const(True, BOOL), i))
        b.open_region()
        missing = b.close_region((b.const(False, BOOL), b.const(-1)))
        ended, at = b.if_(same, found, missing)
        (result,) = b.close_loop(b.emit("not", ended), (at,))
        return result

    assert loop_of(function_of(lacks, INTS, I64)) == ["near7.load.i64", "j.eq.vv", "const.vi", "latch.vv"]


def test_nesting_without_end_is_refused() -> None:
    b = Builder()
    value = b.const(0)
    depth = 400
    for _ in range(depth):
        _, (value,) = b.open_loop(b.const(2), (value,))
    for _ in range(depth):
        (value,) = b.close_loop(b.const(True, BOOL), (value,))
    with pytest.raises(UserError, match="nest too deep"):
        bind(b.finish("test", (), value), load("x86-64-v3"))


def test_float_constants_are_made_once_before_the_loop() -> None:
    def polynomial(b: Builder, xs: Node) -> Node:
        def step(i: Node, acc: Node) -> Node:
            return b.emit("fadd", b.emit("fmul", acc, b.const(1.5, F64)), b.emit("load", xs, i))

        return over(b, xs, b.const(0.0, F64), step)

    assert "const.xq" not in loop_of(function_of(polynomial, FLOATS))


def test_short_loops_lie_within_one_line_of_code() -> None:
    def work(b: Builder, xs: Node) -> Node:
        def step(i: Node, acc: Node) -> Node:
            return b.emit("max", b.emit("xor", acc, b.emit("load", xs, i)), acc)

        first = over(b, xs, b.const(0), step)
        return over(b, xs, first, step)

    block = image_of(function_of(work, INTS)).witness.blocks[0]
    latches = [i for i in block.instances if i.family.startswith("latch")]
    assert len(latches) == 2
    for latch in latches:
        top = block.labels[latch.operands[2]].offset
        assert latch.offset + latch.length - top <= LINE
        assert top // LINE == (latch.offset + latch.length - 1) // LINE


def test_each_called_function_is_one_block_however_often_it_is_called() -> None:
    c = Builder()
    x = c.param(0, I64)
    callee = c.finish("callee", (("x", I64),), c.emit("mul", x, x, origin=origin(c)))
    b = Builder()
    one = b.call(callee, (b.param(0, I64),), origin(b))
    two = b.call(callee, (one,), origin(b))
    blocks = image_of(b.finish("test", (("x", I64),), two)).witness.blocks
    assert [block.function.name for block in blocks] == ["test", "callee"]
    assert all(block.frame_slots % 2 == 0 for block in blocks)


def stubs(block: Block) -> list[int]:
    return [i.operands[0] for i in block.instances if i.family == "stop"]


def test_instances_that_stop_alike_share_a_stub() -> None:
    b = Builder()
    o = origin(b)
    x = b.param(0, I64)
    twice = b.emit("add", b.emit("add", x, b.const(1), origin=o), b.const(2), origin=o)
    other = b.emit("mul", twice, x, origin=b.origin(Origin("other", "<test>", 1, 1, 1)))
    image = image_of(b.finish("test", (("x", I64),), other))
    assert stubs(image.witness.blocks[0]) == [1, 2]
    assert [stop.kind for stop in image.witness.stops] == ["overflow", "overflow"]


def test_capabilities_are_those_of_called_functions_too() -> None:
    c = Builder()
    callee = c.finish("callee", (), c.emit("clock"))
    b = Builder()
    image = image_of(b.finish("test", (), b.call(callee, (), origin(b))))
    assert image.capabilities == {"clock"}

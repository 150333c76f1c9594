"""Small branches in loops become selections of the same meaning."""

from __future__ import annotations

import pytest

from siglum.errors import Stop
from siglum.ir.branchless import without_small_branches
from siglum.ir.function import Builder, Function, Origin
from siglum.ir.interpret import run
from siglum.ir.node import IF, Region
from siglum.ir.types import BOOL, I64, Array
from siglum.ir.verify import verify


def branches(region: Region) -> int:
    return sum((n.op is IF) + sum(map(branches, n.regions)) for n in region.body)


def even_squares() -> Function:
    """xs filter even square sum, as the front end writes it."""
    b = Builder()
    xs = b.param(0, Array(I64))
    square = b.origin(Origin("square", "<phrase>", 1, 13, 6))
    i, (total,) = b.open_loop(b.length(xs), (b.emit("wide", b.const(0)),))
    x = b.emit("load", xs, i)
    even = b.emit("eq", b.emit("and", x, b.const(1)), b.const(0))
    b.open_region()
    more = b.close_region((b.emit("wide_add", total, b.emit("mul", x, x, origin=square)),))
    b.open_region()
    (next_total,) = b.if_(even, more, b.close_region((total,)))
    (end,) = b.close_loop(b.const(True, BOOL), (next_total,))
    return b.finish("f", (("xs", Array(I64)),), b.emit("wide_fit", end, origin=square))


def largest() -> Function:
    b = Builder()
    xs = b.param(0, Array(I64))
    i, (best,) = b.open_loop(b.length(xs), (b.const(0),))
    x = b.emit("load", xs, i)
    b.open_region()
    yes = b.close_region((x,))
    b.open_region()
    (better,) = b.if_(b.emit("lt", best, x), yes, b.close_region((best,)))
    (end,) = b.close_loop(b.const(True, BOOL), (better,))
    return b.finish("f", (("xs", Array(I64)),), end)


def test_an_accumulation_adds_zero_for_a_dropped_element() -> None:
    f = without_small_branches(even_squares())
    verify(f)
    assert branches(f.region) == 0
    assert run(f, ([1, 2, 3, 4],)) == 20
    assert run(f, ([],)) == 0


def test_a_dropped_element_cannot_stop() -> None:
    f = without_small_branches(even_squares())
    assert run(f, ([2**62 + 1, 2],)) == 4
    with pytest.raises(Stop) as stop:
        run(f, ([2**62],))
    assert (stop.value.kind, stop.value.word) == ("overflow", "square")


def test_the_larger_of_two_becomes_max() -> None:
    f = without_small_branches(largest())
    verify(f)
    assert [n.op.name for n in f.region.body[-1].regions[0].body] == ["load", "max"]
    assert run(f, ([3, 9, 4],)) == 9


def test_a_function_without_such_branches_is_left_as_it_is() -> None:
    f = without_small_branches(largest())
    assert without_small_branches(f) is f

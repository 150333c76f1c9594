"""Regions and nodes of strange shapes, recursion that gives arrays, and intern tables between threads."""

from __future__ import annotations

import weakref

import pytest
from tests.support.functions import INTS, ONE, XS, YES, at, forged, made, refused, row

from siglum.errors import UserError
from siglum.ir.function import Builder, function
from siglum.ir.intern import InternTable
from siglum.ir.node import Region, constant, loop_node, node, parameter, region, result
from siglum.ir.primitives import PRIMITIVES
from siglum.ir.types import BOOL, F64, I64, Array
from siglum.ir.verify import verify


def test_a_region_of_lists_is_refused() -> None:
    body = Region()
    body.params, body.body, body.results, body.takes = (), [], (ONE,), ()  # type: ignore[assignment]
    refused(function("f", (), I64, body, ()), "E-203", "a region is no tuples")


def test_a_requirement_may_be_listed_twice() -> None:
    required = row("require", row("lt", ONE, constant(2, I64)), attr="empty", origin=0)
    verify(made((required.args[0], required, required), ONE))
    twice = row("mul_wrap", ONE, ONE)
    refused(made((twice, twice), ONE), "E-202", "listed again")


def test_a_result_of_what_is_not_listed_is_out_of_scope() -> None:
    loop = loop_node(ONE, (ONE,), region((parameter(1, 0, I64), parameter(1, 1, I64)), (), (YES, ONE)))
    verify(made((loop,), result(loop, 0)))
    refused(made((), result(loop, 0)), "E-202", "gives `result`, which it cannot see")


def test_a_node_that_does_not_fit_names_its_operation() -> None:
    with pytest.raises(TypeError, match=r"^`fadd` takes \(f64, f64\), got \(i64, i64\)$"):
        node(PRIMITIVES["fadd"], (ONE, ONE))
    assert repr(row("load", XS, ONE)) == "<load(param, const): i64>"
    assert not forged(ONE, stop="").listed and row("nonzero", ONE, origin=0).listed


def nested_lists(use_again: bool) -> None:
    """A function that gives a list of lists it was given, by calling itself; the lists may not be stored into behind that."""
    lists = Array(INTS)
    b = Builder()
    xs, flag = b.param(0, lists), b.param(1, BOOL)
    b.open_region()
    given = b.recur((xs, YES), lists, at(b))
    then = b.close_region((given,))
    b.open_region()
    (value,) = b.if_(flag, then, b.close_region((xs,)))
    if use_again:
        value = b.emit("store", value, b.emit("bounds", b.const(0), b.length(value), origin=at(b)), b.data(I64, (1,)))
    verify(b.finish("f", (("xs", lists), ("flag", BOOL)), value))


def test_what_a_function_gives_by_calling_itself_may_be_what_it_was_given() -> None:
    nested_lists(use_again=False)
    with pytest.raises(UserError) as refusal:
        nested_lists(use_again=True)
    assert refusal.value.code == "E-205"


class Thing:
    """An object that can be referred to weakly."""


class Meanwhile:
    """A lock that is had only after another thread has added an entry."""

    def __init__(self, add: object) -> None:
        self.add = add

    def __enter__(self) -> None:
        assert callable(self.add)
        self.add()

    def __exit__(self, *_: object) -> None:
        pass


def test_the_thread_that_first_replaces_a_dead_object_has_its_way() -> None:
    table: InternTable[Thing] = InternTable()
    table.keep((1,), Thing())
    quick = Thing()
    table._changing = Meanwhile(lambda: table._held.update({(1,): weakref.ref(quick)}))  # type: ignore[assignment]
    assert table.keep((1,), Thing()) is quick


def test_an_entry_that_another_object_has_taken_stays() -> None:
    table: InternTable[Thing] = InternTable(prompt=True)
    first, second = Thing(), Thing()
    table.keep((1,), first)
    late = table._held[1,]
    table._held[1,] = weakref.ref(second)
    del first
    assert late() is None and table.get((1,)) is second


def test_a_table_that_another_thread_has_swept_is_left_alone() -> None:
    table: InternTable[Thing] = InternTable()
    table.keep((1,), Thing())
    table._sweep()
    assert len(table) == 1 and table.get((1,)) is None


def test_zeros_of_both_signs_are_different_data() -> None:
    plus, minus = (node(PRIMITIVES["data"], (), (F64, (zero,))) for zero in (0.0, -0.0))
    assert plus is not minus
    assert node(PRIMITIVES["data"], (), (F64, (-0.0,))) is minus

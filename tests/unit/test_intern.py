"""The intern table: one object per key, none kept alive, entries of the dead swept."""

from __future__ import annotations

import threading

from siglum.ir.intern import _ROOM, InternTable
from siglum.ir.node import Node, constant, node
from siglum.ir.primitives import PRIMITIVES
from siglum.ir.types import I64, Array
from siglum.pipeline import unit_from_phrase


class Thing:
    """An object that can be referred to weakly."""


def test_the_first_object_of_a_key_stays_its_object() -> None:
    table: InternTable[Thing] = InternTable()
    first = Thing()
    assert table.get(("a", 1)) is None
    assert table.keep(("a", 1), first) is first
    assert table.keep(("a", 1), Thing()) is first
    assert table.get(("a", 1)) is first


def test_a_key_whose_object_is_gone_takes_another() -> None:
    table: InternTable[Thing] = InternTable()
    table.keep(("a",), Thing())
    assert table.get(("a",)) is None
    second = Thing()
    assert table.keep(("a",), second) is second
    assert table.get(("a",)) is second


def test_entries_of_the_dead_do_not_pile_up() -> None:
    table: InternTable[Thing] = InternTable()
    living = [table.keep((-k,), Thing()) for k in range(1, 101)]
    for k in range(4 * _ROOM):
        table.keep((k,), Thing())
    assert len(table) <= _ROOM + 1
    assert all(table.get((-k,)) is thing for k, thing in enumerate(living, 1))


def test_a_key_may_hold_objects_of_the_same_table() -> None:
    table: InternTable[Thing] = InternTable()
    for _ in range(3):
        last = table.keep((0,), Thing())
        for k in range(_ROOM):
            last = table.keep((k, last), Thing())
    del last
    for k in range(2 * _ROOM):
        table.keep((k, None), Thing())
    assert len(table) <= _ROOM + 1


def test_a_prompt_table_forgets_with_the_object() -> None:
    table: InternTable[Thing] = InternTable(prompt=True)
    kept = table.keep((1,), Thing())
    for k in range(2, 100):
        table.keep((k,), Thing())
    assert len(table) == 1
    del kept
    assert len(table) == 0


def test_programs_that_are_gone_leave_no_memory_behind() -> None:
    from siglum.ir import function

    def compiled(k: int) -> None:
        unit_from_phrase(f"filter (> {k}) square sum", subject=Array(I64))

    compiled(0)
    before = len(function._functions)
    for k in range(1, 200):
        compiled(k)
    assert len(function._functions) <= before + 2


def test_threads_agree_on_one_object() -> None:
    table: InternTable[Thing] = InternTable()
    found: list[list[Thing]] = []

    def work() -> None:
        found.append([table.keep((k,), Thing()) for k in range(2000)])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert all(len({id(things[k]) for things in found}) == 1 for k in range(2000))


def test_equal_nodes_are_one_object() -> None:
    def built() -> Node:
        return node(PRIMITIVES["add"], (constant(1, I64), constant(2, I64)), None, 0)

    kept = built()
    assert built() is kept

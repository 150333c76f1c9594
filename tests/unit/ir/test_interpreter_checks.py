"""What the interpreter refuses in functions that no verifier has seen, and what the kernel refuses."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest
from tests.support.functions import HERE, INTS, ONE, build

from siglum.ir.function import Builder, Function
from siglum.ir.interpret import OutOfSteps, Program, Unsound, run
from siglum.ir.node import Node
from siglum.ir.types import BOOL, F64, I64, U8, Array

BYTES = Array(U8)


def test_arguments_are_as_many_as_parameters() -> None:
    f = build(lambda b: b.param(0, I64), I64)
    with pytest.raises(TypeError, match="f takes 1 arguments, got 2"):
        run(f, [1, 2])


def test_a_store_out_of_range_is_noticed() -> None:
    f = build(lambda b: b.emit("store", b.param(0, INTS), b.const(3), ONE), INTS)
    with pytest.raises(Unsound, match="store at 3 of 3 elements"):
        run(f, [[1, 2, 3]])
    assert run(build(lambda b: b.emit("store", b.param(0, INTS), b.const(2), ONE), INTS), [[1, 2, 3]]) == [1, 2, 1]


def test_an_element_that_was_never_stored_is_not_loaded() -> None:
    def load(b: Builder, index: int) -> Node:
        stored = b.emit("store", b.alloc(I64, b.const(2), b.origin(HERE), zero=False), b.const(0), b.const(7))
        return b.emit("load", stored, b.const(index))

    assert run(build(lambda b: load(b, 0)), []) == 7
    with pytest.raises(Unsound, match="loaded before it was stored"):
        run(build(lambda b: load(b, 1)), [])


def test_what_the_verifier_has_seen_runs_without_checks() -> None:
    f = build(lambda b: b.emit("store", b.param(0, INTS), b.const(1), ONE), INTS)
    assert Program(f, checked=False).run([[4, 5, 6]]) == [4, 1, 6]


@pytest.mark.parametrize("value", [1.5, -0.0, math.inf, -math.inf, math.nan])
def test_constants_of_every_kind_of_float(value: float) -> None:
    found = run(build(lambda b: b.const(value, F64)), [])
    assert repr(found) == repr(value)


def test_eight_lanes_out_of_range_are_noticed() -> None:
    def lanes(b: Builder) -> Node:
        return b.emit("lanes_total", b.emit("lanes_add8", b.emit("lanes"), b.param(0, Array(F64)), b.const(1)))

    with pytest.raises(Unsound, match="eight lanes loaded at 1 of 8 elements"):
        run(build(lanes, Array(F64)), [[0.5] * 8])
    assert run(build(lanes, Array(F64)), [[0.5] * 9]) == 4.0


def reading(most: int) -> Function:
    def read(b: Builder) -> Node:
        return b.read(b.param(0, I64), b.alloc(U8, b.const(4), b.origin(HERE)), b.const(most))[1]

    return build(read, I64)


def test_a_read_of_more_than_there_is_room_for_is_noticed() -> None:
    with pytest.raises(Unsound, match="read of 5 bytes into 4"):
        run(reading(5), [0])


def test_files_are_opened_and_closed(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path / "file") + b"\0"
    opening = build(lambda b: b.emit("open", b.param(0, BYTES), b.const(os.O_CREAT | os.O_RDWR)), BYTES)
    closing = build(lambda b: b.emit("close", b.param(0, I64)), I64)
    descriptor = run(opening, [list(path)])
    assert descriptor >= 0 and (tmp_path / "file").exists()
    assert run(closing, [descriptor]) == 0
    assert run(closing, [descriptor]) == -9
    assert run(opening, [list(b"/no such folder/file\0")]) == -2


def test_what_cannot_be_written_is_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    descriptor = os.open(tmp_path / "file", os.O_RDONLY)
    writing = build(lambda b: b.emit("write", b.param(0, I64), b.data(U8, (1, 2, 3))), I64)
    assert run(writing, [descriptor]) == 3
    os.close(descriptor)


def counting_down() -> Function:
    b = Builder()
    n = b.param(0, I64)
    b.open_loop(n, ())
    b.emit("tick", origin=b.origin(HERE))
    b.close_loop(b.const(True, BOOL), ())
    last = b.emit("le", n, b.const(0))
    b.open_region()
    then = b.close_region((b.const(0),))
    b.open_region()
    again = b.recur((b.emit("sub_wrap", n, ONE),), I64, b.origin(HERE))
    (value,) = b.if_(last, then, b.close_region((again,)))
    return b.finish("down", (("n", I64),), value)


def test_runs_of_loops_and_calls_are_counted() -> None:
    program = Program(counting_down(), checked=False, counted=True)
    assert program.run([3], steps=9) == 0  # 3 + 2 + 1 runs, 3 calls
    with pytest.raises(OutOfSteps):
        program.run([3], steps=8)


def test_a_value_of_several_parts_goes_into_regions_that_nest_deep() -> None:
    """Python limits how deep blocks nest, so inner regions become functions that are given what they take."""
    b = Builder()
    n = b.param(0, I64)
    _, (x, y) = b.open_loop(n, (b.const(1), b.const(2)))
    pair = b.close_loop(b.const(True, BOOL), (y, x))
    depth = 40
    counts: list[tuple[Node, ...]] = []
    for _ in range(depth):
        counts.append(b.open_loop(ONE, (b.const(5), b.const(7)))[1])
    inner = (b.emit("add_wrap", pair[0], counts[-1][0]), b.emit("add_wrap", pair[1], counts[-1][1]))
    for _ in range(depth):
        inner = b.close_loop(b.const(True, BOOL), inner)
    f = b.finish("deep", (("n", I64),), b.emit("pair", *inner))
    assert run(f, [0]) == (1 + 5, 2 + 7)
    assert run(f, [1]) == (2 + 5, 1 + 7)

"""The list language in which a benchmark's truths are written."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from benchmarks.proposals.dsl import DRAWS, Truth, Undefined, Value, answer, fresh, read_inputs, read_value
from hypothesis import given
from hypothesis import strategies as st


def run(line: str, *arguments: Value) -> Value:
    names = [f"x{k}" for k in range(len(arguments))]
    inputs = "".join(f"{name} = INPUT | " for name in names)
    return Truth(f"{inputs}y = {line} {' '.join(names)}")(*arguments)


@pytest.mark.parametrize(
    ("line", "arguments", "expected"),
    [
        ("Head", ([4, 2, 3],), 4),
        ("Last", ([4, 2, 3],), 3),
        ("Take", (2, [4, 2, 3]), [4, 2]),
        ("Take", (9, [4, 2, 3]), [4, 2, 3]),
        ("Drop", (2, [4, 2, 3]), [3]),
        ("Access", (1, [4, 2, 3]), 2),
        ("Minimum", ([4, 2, 3],), 2),
        ("Maximum", ([4, 2, 3],), 4),
        ("Reverse", ([4, 2, 3],), [3, 2, 4]),
        ("Sort", ([4, 2, 3],), [2, 3, 4]),
        ("Sum", ([4, 2, 3],), 9),
        ("Sum", ([],), 0),
        ("Map (/2)", ([7, -7],), [3, -4]),
        ("Map (/3)", ([7, -7],), [2, -3]),
        ("Map (**2)", ([7, -7],), [49, 49]),
        ("Map (*(-1))", ([7, -7],), [-7, 7]),
        ("Filter (%2==1)", ([4, -3, 3, 0],), [-3, 3]),
        ("Filter (<0)", ([4, -3, 3, 0],), [-3]),
        ("Count (>0)", ([4, -3, 3, 0],), 2),
        ("ZipWith (-)", ([4, 2, 3], [1, 5]), [3, -3]),
        ("Scanl1 (-)", ([4, 2, 3],), [4, 2, -1]),
        ("Scanl1 (max)", ([],), []),
    ],
)
def test_an_operation_gives(line: str, arguments: tuple[Value, ...], expected: Value) -> None:
    assert run(line, *arguments) == expected


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ("Head", ([],)),
        ("Last", ([],)),
        ("Minimum", ([],)),
        ("Maximum", ([],)),
        ("Access", (3, [4, 2, 3])),
        ("Access", (-1, [4, 2, 3])),
        ("Map (*2)", ([26],)),
        ("Sum", ([50, 1],)),
        ("Reverse", ([51],)),
    ],
)
def test_an_operation_has_no_value(line: str, arguments: tuple[Value, ...]) -> None:
    with pytest.raises(Undefined):
        run(line, *arguments)


def test_a_value_out_of_range_on_the_way_is_an_error_though_the_result_is_none() -> None:
    truth = Truth("x0 = INPUT | x1 = Map (*4) x0 | x2 = Map (/4) x1")
    assert truth([12]) == [12]
    with pytest.raises(Undefined):
        truth([13])


@pytest.mark.parametrize("text", ["", "x0 = INPUT", "x0 = INPUT | x1 = Twice x0", "x0 = INPUT | x1 = Sum x3", "x1 = Sum"])
def test_what_is_no_program_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="program"):
        Truth(text)


values = st.integers(-50, 50) | st.lists(st.integers(-50, 50))


@given(st.lists(values, min_size=1, max_size=3))
def test_inputs_are_read_as_they_are_written(arguments: list[Value]) -> None:
    def written(value: Value) -> str:
        return " ".join(["[", *map(str, value), "]"]) if isinstance(value, list) else str(value)

    assert read_inputs(" | ".join(f"x{k} = {written(value)}" for k, value in enumerate(arguments))) == tuple(arguments)


@pytest.mark.parametrize("text", ["", "[ 1", "1 ]", "[ a ]", "one"])
def test_what_is_no_value_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        read_value(text)


def test_fresh_inputs_are_different_defined_and_alike_for_one_seed() -> None:
    truth = Truth("x0 = INPUT | x1 = INPUT | x2 = Drop x0 x1 | x3 = Scanl1 (*) x2")
    drawn, again = (list(islice(fresh(truth, (0, []), Random(7), [(0, [])]), 100)) for _ in range(2))
    assert drawn == again
    assert len({repr(arguments) for arguments, _ in drawn}) == 100
    assert (0, []) not in [arguments for arguments, _ in drawn]
    for (count, xs), result in drawn:
        assert isinstance(count, int) and isinstance(xs, list)
        assert 0 <= count <= 5 and len(xs) <= 5
        assert all(-50 <= x <= 50 for x in xs)
        assert truth(count, xs) == result


def test_fresh_inputs_end_where_there_are_no_more() -> None:
    counts = Truth("x0 = INPUT | x1 = INPUT | x2 = Access x0 x1 | x3 = Take x2 x1")
    few = list(fresh(Truth("x0 = INPUT | x1 = Sum x0 | x2 = Access x1 x0"), ([],), Random(1)))
    assert 0 < len(few) < DRAWS
    assert answer(counts, (-1, [1, 2])) is None


def rows() -> Iterator[tuple[str, list[str], list[str]]]:
    """Every task of the data that SIGLUM_BENCH_DATA points to; where it points nowhere, two lines in the same notation."""
    folder = os.environ.get("SIGLUM_BENCH_DATA")
    if not folder:
        yield "x0 = INPUT | x1 = Scanl1 (+) x0", ["x0 = [ 1 2 3 ]", "x0 = [ ]"], ["[ 1 3 6 ]", "[ ]"]
        yield "x0 = INPUT | x1 = INPUT | x2 = Take x0 x1 | x3 = Sum x2", ["x0 = 2 | x1 = [ 5 -7 1 ]"], ["-2"]
        return
    for path in sorted(Path(folder, "exedec").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            task = json.loads(line)
            yield task["program"], task["inputs"], task["outputs"]


def test_the_programs_give_every_output_of_the_data() -> None:
    wrong = []
    for program, inputs, outputs in rows():
        truth = Truth(program)
        results = [truth(*read_inputs(text)) for text in inputs]
        if results != [read_value(text) for text in outputs]:
            wrong.append((program, results))
    assert wrong == []

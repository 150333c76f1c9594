"""Users' programs: the function agrees with CPython, and the verifier accepts it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.elaborate import longer_programs, programs

from siglum.errors import Stop
from siglum.frontend.elaborate import function_from_python, function_from_source
from siglum.ir.branchless import without_small_branches
from siglum.ir.interpret import Program, run
from siglum.ir.verify import verify

CASES = (*programs.CASES, *longer_programs.CASES)


@pytest.mark.parametrize("overflow", ["stop", "wrap"])
@pytest.mark.parametrize(("program", "args"), CASES, ids=[f"{p.__name__}{k}" for k, (p, _) in enumerate(CASES)])
def test_the_function_gives_what_cpython_gives(program: Any, args: tuple[Any, ...], overflow: str) -> None:
    made = function_from_python(program, overflow=overflow)
    verify(made)
    assert run(made, args) == program(*args)


SMALL = st.integers(-20, 20)
LISTS = st.lists(SMALL, max_size=9)
TEXTS = st.text("ab ,z(é\n", max_size=8)
DRAWN: dict[str, tuple[st.SearchStrategy[Any], ...]] = {
    "sortit": (LISTS,), "sumsq": (LISTS,), "evens": (LISTS,), "maxi": (LISTS,), "find": (LISTS, SMALL), "dot": (LISTS, LISTS),
    "rle": (TEXTS,), "palin": (TEXTS,), "lines": (TEXTS,), "st": (TEXTS,), "sp": (TEXTS,), "spw": (TEXTS,), "rp": (TEXTS,),
    "early": (LISTS,), "nested": (LISTS, LISTS), "slices": (LISTS,), "twosum": (LISTS, SMALL), "bubble": (LISTS,),
    "stack": (TEXTS,), "multi": (SMALL,), "condret": (SMALL, SMALL), "un2": (TEXTS,), "swap": (LISTS,), "lev": (TEXTS, TEXTS),
    "qs": (LISTS,), "mode": (LISTS,), "cmpstr": (TEXTS, TEXTS), "growstr": (TEXTS,), "partial": (LISTS,), "rng": (SMALL,),
    "flat": (st.lists(LISTS, max_size=4),), "anyflat": (st.lists(LISTS, max_size=4),), "divs": (SMALL, SMALL.filter(bool)),
    "primes": (st.integers(0, 40),), "shifts": (SMALL,), "clampu8": (LISTS,), "maxlen": (st.lists(TEXTS, max_size=4),),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWN)
def test_drawn_arguments_give_what_cpython_gives(name: str) -> None:
    program = getattr(programs, name, None) or getattr(longer_programs, name)
    made = Program(function_from_python(program))

    @settings(max_examples=40, deadline=None)
    @given(st.tuples(*DRAWN[name]))
    def agrees(args: tuple[Any, ...]) -> None:
        assert made.run(args) == program(*args)

    agrees()


STOPPING = {
    "add": ("def f(x: int) -> int:\n    return x + 1\n", (2**63 - 1,), "overflow", 2, 12),
    "divide": ("def f(x: int) -> int:\n    return 1 // x\n", (0,), "division by zero", 2, 12),
    "index": ("def f(xs: list[int]) -> int:\n    return xs[3]\n", ([1],), "index", 2, 12),
    "index from the end": ("def f(xs: list[int]) -> int:\n    return xs[-2]\n", ([1],), "index", 2, 12),
    "narrow": ("def f(x: int) -> u8:\n    return x\n", (256,), "range", 2, 12),
    "assert": ("def f(x: int) -> int:\n    assert x > 0\n    return x\n", (0,), "argument", 2, 12),
    "raise": ("def f(x: int) -> int:\n    if x < 0:\n        raise ValueError('x')\n    return x\n", (-1,), "argument", 3, 9),
    "sum": ("def f(xs: list[int]) -> int:\n    return sum(xs)\n", ([2**63 - 1, 1],), "overflow", 2, 12),
    "unpack": ("def f(xs: list[int]) -> int:\n    a, b = xs\n    return a + b\n", ([1],), "length", 2, 5),
    "float": ("def f(x: float) -> int:\n    return int(x)\n", (1e300,), "range", 2, 12),
    "inside a loop": ("def f(xs: list[int]) -> int:\n    t = 1\n    for x in xs:\n        t *= x\n    return t\n",
                      ([2**62, 2],), "overflow", 4, 9),
    "key": ("def f(d: dict[str, int]) -> int:\n    return d['a']\n", ({},), "empty", 2, 12),
}  # fmt: skip


@pytest.mark.parametrize("name", STOPPING)
def test_a_stop_names_the_function_and_the_place(name: str) -> None:
    text, args, kind, line, column = STOPPING[name]
    made = function_from_source(text, "f", "user.py")
    verify(made)
    with pytest.raises(Stop) as stop:
        run(made, args)
    place = stop.value.place
    assert place is not None
    assert (stop.value.kind, stop.value.word, place.source, place.line, place.column) == (kind, "f", "user.py", line, column)


def test_exact_sums_pass_over_what_would_not_fit_on_the_way() -> None:
    made = function_from_source("def f(xs: list[int]) -> int:\n    return sum(xs)\n", "f")
    assert run(made, ([2**63 - 1, 1, -1],)) == 2**63 - 1


def test_while_takes_fuel() -> None:
    made = function_from_source("def f(n: int) -> int:\n    while True:\n        n = n * 1\n", "f")
    with pytest.raises(Stop) as stop:
        run(made, (1,), fuel=1000)
    assert stop.value.kind == "fuel"


def test_wrapping_wraps() -> None:
    made = function_from_source("def f(x: int) -> int:\n    return x * x + 1\n", "f", overflow="wrap")
    assert run(made, (2**62 + 1,)) == (((2**62 + 1) ** 2 + 1 + 2**63) % 2**64) - 2**63


def test_words_are_called_by_import_and_by_name() -> None:
    from siglum.vocab.declare import vocabulary

    text = "from siglum.vocab.numbers import greatest_common_divisor as g\n"
    text += "def f(xs: list[int]) -> list[int]:\n    return [g(x, 6) for x in sorted(xs)]\n"
    made = function_from_source(text, "f", vocabulary=vocabulary)
    verify(made)
    assert run(made, ([4, 3, 9],)) == [3, 2, 3]


def test_a_text_is_read_not_run() -> None:
    text = "import os\nos.abort()\nLIMIT = 3\ndef f(x: int) -> int:\n    return x + LIMIT\n"
    assert run(function_from_source(text, "f"), (1,)) == 4


def test_ready_functions_are_called_by_name() -> None:
    square = function_from_source("def g(x: int) -> int:\n    return x * x\n", "g")
    made = function_from_source("def f(x: int) -> int:\n    return target(x) + 1\n", "f", functions={"target": square})
    verify(made)
    assert run(made, (5,)) == 26


def test_a_branch_that_only_checks_survives_the_rewrites() -> None:
    text = "def f(n: int, xs: list[int]) -> int:\n    while n > 0:\n        n -= 1\n        if n > 9:\n"
    text += "            if n > 99:\n                assert xs[0] > 0\n    return n\n"
    made = without_small_branches(function_from_source(text, "f"))
    verify(made)
    assert run(made, (50, [])) == 0
    with pytest.raises(Stop):
        run(made, (200, [0]))


@pytest.mark.parametrize(("a", "b"), [({}, {}), ({"x": 1, "y": 2}, {"y": 2, "x": 1}), ({"x": 1}, {"x": 2}), ({"x": 1}, {"y": 1}),
                                      ({"x": 1}, {"x": 1, "y": 1})])  # fmt: skip
def test_dicts_are_equal_whatever_their_order(a: dict[str, int], b: dict[str, int]) -> None:
    made = function_from_source("def f(a: dict[str, int], b: dict[str, int]) -> bool:\n    return a == b\n", "f")
    verify(made)
    assert run(made, (a, b)) is (a == b)

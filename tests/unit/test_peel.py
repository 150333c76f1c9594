"""First runs split off loops, and counts that are the index: same meaning, and only where it is well-formed."""

from __future__ import annotations

import pytest

from siglum.errors import Stop
from siglum.ir.function import Function
from siglum.ir.interpret import run
from siglum.ir.node import LOOP, Region
from siglum.ir.peel import with_first_runs_apart
from siglum.ir.text import parse
from siglum.ir.verify import verify

LARGEST = """function largest(p0: [i64]) -> i64? {
  %0 = length p0.0
  %1 = loop %0 (false, 0) {
    %2 = load p0.0, p1.0
    %3 = if p1.1 {
      %4 = max p1.2, %2
      give %4
    } {
      give %2
    }
    give true, true, %3.0
  }
  %5 = option %1.0, %1.1
  give %5
}
"""


def loops(region: Region) -> int:
    return sum((n.op is LOOP) + sum(map(loops, n.regions)) for n in region.body)


def apart(text: str) -> Function:
    """The rewritten function, which the verifier accepts as it does the function itself."""
    f = parse(text)
    verify(f)
    made = with_first_runs_apart(f)
    verify(made)
    return made


def test_a_fold_that_begins_with_the_first_element() -> None:
    f = apart(LARGEST)
    assert loops(f.region) == 2
    assert [run(f, (xs,)) for xs in ([], [-5], [-5, -9], [3, 1, 7, 2])] == [None, -5, -5, 7]


def test_a_flag_that_ends_false_is_false_after_any_run() -> None:
    f = apart("""function any(p0: i64) -> bool {
  %0 = loop p0.0 (true) {
    give true, false
  }
  give %0.0
}
""")
    assert [run(f, (n,)) for n in (-(2**63), -1, 0, 1, 9)] == [True, True, True, False, False]


def counting(step: str, start: str, count: str, go_on: str = "true") -> str:
    return f"""function places(p0: [i64], p1: i64) -> (i64, i64) {{
  origin 0 "count" "<test>" 1 1 5
  %0 = length p0.0
  %1 = min %0, 3
  %2 = loop {count} ({start}, 0) {{
    %3 = {step}
    %4 = mul_wrap p1.2, 10
    %5 = add_wrap %4, p1.1
    %6 = lt p1.0, 2
    give {go_on}, %3, %5
  }}
  %7 = pair %2.0, %2.1
  give %7
}}
"""


@pytest.mark.parametrize("step", ["add_wrap p1.1, 1", "add p1.1, 1 !0"])
@pytest.mark.parametrize("count", ["%0", "%1", "4"])
def test_a_count_from_zero_is_the_index(step: str, count: str) -> None:
    text = counting(step, "0", count)
    f = apart(text)
    (loop,) = [n for n in f.region.body if n.op is LOOP]
    assert len(loop.args) == 2
    for xs in ([], [1], [1, 2, 3, 4, 5]):
        assert run(f, (xs, 0)) == run(parse(text), (xs, 0))


@pytest.mark.parametrize(
    ("step", "start", "count", "go_on"),
    [
        ("add_wrap p1.1, 1", "1", "%0", "true"),
        ("add_wrap p1.1, 2", "0", "%0", "true"),
        ("sub_wrap p1.1, 1", "0", "%0", "true"),
        ("add_wrap p1.1, 1", "0", "p0.1", "true"),
        ("add_wrap p1.1, 1", "0", "%0", "%6"),
    ],
    ids=["from one", "by two", "downwards", "as often as a number, which may be negative", "while something holds"],
)
def test_other_counts_are_carried_as_they_were(step: str, start: str, count: str, go_on: str) -> None:
    f = parse(counting(step, start, count, go_on))
    made = with_first_runs_apart(f)
    verify(made)
    (loop,) = [n for n in made.region.body if n.op is LOOP]
    assert len(loop.args) == 3
    for given in (([], -3), ([1], 1), ([1, 2, 3, 4, 5], 2)):
        assert run(made, given) == run(f, given)


def kept_last(params: str, count: str, place: str, before: str = "") -> str:
    """Keeps the element at `place`, after the first run."""
    return f"""function last({params}) -> i64 {{
  origin 0 "need" "<test>" 1 1 4
  %0 = length p0.0
  {before}
  %1 = loop {count} (false, 0, 0) {{
    %4 = add_wrap p1.3, 1
    {place}
    %3 = select p1.1, %2, p1.2
    give true, true, %3, %4
  }}
  give %1.1
}}
"""


TWO = "p0: [i64], p1: [i64]"
SHIFTED = {
    "the index": (kept_last("p0: [i64]", "%0", "%2 = load p0.0, p1.0"), 2),
    "a count": (kept_last("p0: [i64]", "%0", "%2 = load p0.0, p1.3"), 2),
    "checked": (
        kept_last(TWO, "%0", "%8 = bounds p1.0, %7 !0\n%2 = load p0.1, %8", "%7 = length p0.1"),
        2,
    ),
    "the shorter of two": (
        kept_last(TWO, "%8", "%2 = load p0.1, p1.0", "%7 = length p0.1\n%8 = min %0, %7"),
        1,
    ),
    "required to be as long": (
        kept_last(TWO, "%0", "%2 = load p0.1, p1.0", "%7 = length p0.1\n%8 = eq %0, %7\n%9 = require [length] %8 !0"),
        1,
    ),
    "one to the right": (
        kept_last("p0: [i64]", "%7", "%8 = add_wrap p1.0, 1\n%2 = load p0.0, %8", "%7 = sub_wrap %0, 1"),
        1,
    ),
    "from the end": (
        kept_last("p0: [i64]", "%0", "%8 = sub_wrap %7, p1.0\n%2 = load p0.0, %8", "%7 = sub_wrap %0, 1"),
        1,
    ),
}


@pytest.mark.parametrize("name", SHIFTED)
def test_a_first_run_is_apart_only_where_the_shifted_place_is_known_to_be_inside(name: str) -> None:
    text, expected = SHIFTED[name]
    f, made = parse(text), apart(text)
    assert loops(made.region) == expected
    for arguments in (([5, 6, 7, 8], [1, 2, 3, 4]), ([5, 6, 7], [1, 2]), ([], []), ([4], [4])):
        assert outcome(made, arguments[: len(f.params)]) == outcome(f, arguments[: len(f.params)])


def outcome(f: Function, arguments: tuple[list[int], ...]) -> object:
    try:
        return run(f, arguments)
    except Stop as stop:
        return stop.kind, stop.word


def test_a_loop_that_may_end_in_its_first_run_stays_whole() -> None:
    f = apart(LARGEST.replace("give true, true, %3.0", "%6 = lt %3.0, 5\n    give %6, true, %3.0"))
    assert loops(f.region) == 1
    assert run(f, ([9, 10],)) == 9


def test_a_large_body_is_not_written_twice() -> None:
    steps = "\n".join(f"    %{k} = xor %{k - 1}, {k}" for k in range(10, 30))
    text = LARGEST.replace("    %3 = if", f"    %9 = mul_wrap %2, 3\n{steps}\n    %3 = if").replace("give %2\n", "give %29\n")
    assert loops(apart(text).region) == 1


def test_a_function_without_flags_and_counts_is_left_as_it_is() -> None:
    f = parse(LARGEST.replace("(false, 0)", "(true, 0)"))
    assert with_first_runs_apart(f) is f

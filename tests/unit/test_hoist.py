"""What never changes in a loop is computed before it; checks that the range rules make needless go."""

from __future__ import annotations

from functools import partial

import pytest

from siglum.errors import Stop
from siglum.ir.function import Function
from siglum.ir.hoist import with_invariants_outside
from siglum.ir.interpret import run
from siglum.ir.node import LOOP, Node, Region
from siglum.ir.text import parse
from siglum.ir.verify import verify


def hoisted(text: str) -> Function:
    f = parse(text)
    verify(f)
    made = with_invariants_outside(f)
    verify(made)
    return made


def names(region: Region) -> list[str]:
    return [n.op.name for n in region.body]


def loop_in(region: Region) -> Node:
    (loop,) = [n for n in region.body if n.op is LOOP]
    return loop


def scaled(body: str, value: str) -> str:
    return f"""function f(p0: [i64], p1: i64) -> i64 {{
  origin 0 "scale" "<test>" 1 1 5
  %0 = length p0.0
  %1 = loop %0 (0) {{
    %2 = load p0.0, p1.0
    {body}
    %9 = add_wrap p1.1, {value}
    give true, %9
  }}
  give %1.0
}}
"""


def test_what_depends_on_no_run_moves_out() -> None:
    f = hoisted(scaled("%3 = mul_wrap p0.1, 3\n%4 = xor %3, 5\n%5 = mul_wrap %2, %4", "%5"))
    assert names(f.region) == ["length", "mul_wrap", "xor", "loop"]
    assert run(f, ([1, 2], 7)) == 3 * (21 ^ 5)


def test_what_may_stop_stays() -> None:
    f = hoisted(scaled("%3 = mul p0.1, 3 !0\n%5 = mul_wrap %2, %3", "%5"))
    assert names(loop_in(f.region).regions[0])[:2] == ["load", "mul"]
    assert run(f, ([], 2**62)) == 0
    with pytest.raises(Stop) as stop:
        run(f, ([1], 2**62))
    assert stop.value.word == "scale"


def test_an_arm_keeps_what_only_it_computes() -> None:
    text = scaled("%3 = if true {\n%4 = mul_wrap p0.1, 3\ngive %4\n} {\ngive 0\n}", "%3.0").replace("if true", "if %8")
    f = hoisted(text.replace("%3 = if", "%8 = lt %2, 4\n    %3 = if"))
    assert names(f.region) == ["length", "loop"]
    assert run(f, ([1, 9], 7)) == 21


def test_a_loop_in_a_loop_gives_up_what_belongs_further_out() -> None:
    f = hoisted("""function f(p0: [i64], p1: i64) -> i64 {
  %0 = length p0.0
  %1 = loop %0 (0) {
    %2 = load p0.0, p1.0
    %3 = loop %0 (p1.1) {
      %4 = mul_wrap p0.1, 3
      %5 = xor %2, 5
      %6 = add_wrap %4, %5
      %7 = add_wrap p2.1, %6
      give true, %7
    }
    give true, %3.0
  }
  give %1.0
}
""")
    assert names(f.region) == ["length", "mul_wrap", "loop"]
    outer = loop_in(f.region).regions[0]
    assert names(outer) == ["load", "xor", "add_wrap", "loop"]
    assert names(loop_in(outer).regions[0]) == ["add_wrap"]
    assert run(f, ([1, 2], 10)) == 2 * (30 + (1 ^ 5)) + 2 * (30 + (2 ^ 5))


def test_what_moves_out_is_not_computed_again_inside() -> None:
    f = hoisted("""function f(p0: [i64], p1: i64) -> i64 {
  %0 = length p0.0
  %1 = loop %0 (0) {
    %2 = load p0.0, p1.0
    %3 = lt %2, 4
    %4 = if %3 {
      %5 = mul_wrap p0.1, 3
      give %5
    } {
      give 0
    }
    %6 = mul_wrap p0.1, 3
    %7 = add_wrap %6, %4.0
    %8 = add_wrap p1.1, %7
    give true, %8
  }
  give %1.0
}
""")
    assert names(f.region) == ["length", "mul_wrap", "loop"]
    assert run(f, ([1, 9], 7)) == 63


def checked(count: str, place: str) -> str:
    return f"""function f(p0: [i64], p1: i64) -> i64 {{
  origin 0 "at" "<test>" 1 1 2
  %0 = length p0.0
  %1 = sub_wrap %0, 1
  %2 = sub_wrap p0.1, 1
  %3 = min %0, p0.1
  %4 = loop {count} (0, 0) {{
    {place}
    %7 = bounds %5, %0 !0
    %8 = load p0.0, %7
    %9 = lt %8, 3
    %10 = cast [i64] %9
    %11 = add_wrap p1.2, %10
    %12 = add_wrap p1.1, %8
    give true, %12, %11
  }}
  give %4.0
}}
"""


PLACES = {
    "R2": (checked("%0", "%5 = add_wrap p1.0, 0"), True),
    "R2 min": (checked("%3", "%5 = add_wrap p1.0, 0"), True),
    "R3": (checked("%0", "%5 = add_wrap p1.2, 0"), True),
    "R6": (checked("%1", "%5 = add_wrap p1.0, 1"), True),
    "R7": (checked("%0", "%5 = sub_wrap %1, p1.0"), True),
    "R7 of fewer": (checked("%3", "%5 = sub_wrap %1, p1.0"), True),
    "another count": (checked("p0.1", "%5 = add_wrap p1.0, 0"), False),
    "R6 by two": (checked("%1", "%5 = add_wrap p1.0, 2"), False),
    "R6 to the left": (checked("%1", "%5 = add_wrap p1.0, -1"), False),
    "R6 of a number, which may wrap": (checked("%2", "%5 = add_wrap p1.0, 1"), False),
    "R7 from the length": (checked("%0", "%5 = sub_wrap %0, p1.0"), False),
    "R7 from a number": (checked("%0", "%5 = sub_wrap %2, p1.0"), False),
    "R7 of more runs": (checked("p0.1", "%5 = sub_wrap %1, p1.0"), False),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_check_goes_where_the_place_is_known_to_be_inside(name: str) -> None:
    text, goes = PLACES[name]
    text = text.replace("    %5 = add_wrap p1.0, 0\n", "").replace("    %5 = add_wrap p1.2, 0\n", "")
    text = text if "%5 =" in text else text.replace("bounds %5", "bounds p1.2" if name == "R3" else "bounds p1.0")
    f, made = parse(text), hoisted(text)
    assert ("bounds" not in names(loop_in(made.region).regions[0])) == goes
    for xs in ([], [1], [4, 1, 2, 9]):
        for n in (-(2**63), -1, 0, 1, 2, 5):
            assert outcome(partial(run, made, (xs, n))) == outcome(partial(run, f, (xs, n)))


def outcome(call: partial[object]) -> object:
    try:
        return call()
    except Stop as stop:
        return stop.kind, stop.word


def test_a_count_that_wraps_around_is_no_length() -> None:
    """With a number in place of the length, min - 1 is the largest number, and the shifted index would leave the array."""
    text = """function f(p0: i64) -> i64 {
  origin 0 "make" "<test>" 1 1 4
  origin 1 "at" "<test>" 1 1 2
  %0 = max p0.0, 0
  %1 = alloc [i64 1] %0 !0
  %2 = sub_wrap %0, 1
  %3 = loop %2 (0) {
    %4 = add_wrap p1.0, 1
    %5 = bounds %4, %0 !1
    %6 = load %1, %5
    %7 = add_wrap p1.1, %6
    give true, %7
  }
  give %3.0
}
"""
    assert "bounds" in names(loop_in(hoisted(text).region).regions[0])


def test_a_function_without_loops_is_left_as_it_is() -> None:
    f = parse("function f(p0: i64) -> i64 {\n  give p0.0\n}\n")
    assert with_invariants_outside(f) is f

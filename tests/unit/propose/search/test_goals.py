"""What would do instead of the wanted results gives them, by the steps that are said."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.propose.search.support import meaning, parse_type

from siglum.propose.search.goals import MOST_BITS, Goal, goals

NUMBERS = st.integers(-60, 60)
COLUMNS = st.one_of(
    st.tuples(st.just("i64"), st.lists(NUMBERS, min_size=2, max_size=4)),
    st.tuples(st.just("[i64]"), st.lists(st.lists(NUMBERS, max_size=5), min_size=2, max_size=4)),
    st.tuples(st.just("[i64]"), st.lists(st.lists(st.sampled_from([0, 12, 36, 144]), max_size=3), min_size=2, max_size=3)),
    st.tuples(st.just("str"), st.lists(st.text("ab!'\"\\", max_size=6), min_size=2, max_size=4)),
    st.tuples(st.just("bool"), st.lists(st.booleans(), min_size=2, max_size=4)),
)


def priced(operation: str, t: Any, constant: Any) -> float:
    return 3.0


def given_back(goal: Goal, t: str) -> list[Any]:
    text = "a"
    for before, behind in goal.steps:
        text = f"{before}({text}){behind}"
    program = meaning(text, f"a:{t} -> {t}")
    return [program(value) for value in goal.column]


@settings(max_examples=60, deadline=None)
@given(COLUMNS)
def test_every_goal_leads_to_the_wanted_results(column: tuple[str, list[Any]]) -> None:
    t, wanted = column
    for goal in islice(goals(wanted, parse_type(t), priced), 25):
        assert given_back(goal, t) == wanted, goal


def test_goals_come_cheapest_first_each_once_and_end() -> None:
    found = list(islice(goals([[2, 4], [6]], parse_type("[i64]"), priced), 500))
    assert found[0].column == ([2, 4], [6]) and found[0].steps == ()
    assert [goal.bits for goal in found] == sorted(goal.bits for goal in found) and found[-1].bits <= MOST_BITS
    assert len({repr(goal.column) for goal in found}) == len(found)


@pytest.mark.parametrize(
    ("t", "wanted", "column", "steps"),
    [
        ("[i64]", [[2, 4], [6]], ([1, 2], [3]), (("", " * 2"),)),
        ("[i64]", [[1, 3, 6], [5, 5]], ([1, 2, 3], [5, 0]), (("", " scan (acc + it)"),)),
        ("[i64]", [[7, 8, 1, -4, 0], [7, 8, -4, 0]], ([1], []), (("", " concat [-4,0]"), ("[7,8] concat ", ""))),
        ("[i64]", [[7, 1], [7]], ([1], []), (("", " prepend 7"),)),
        ("str", ["Dear Ann,", "Dear Bo,"], ("Ann", "Bo"), (("", ' concat ","'), ('"Dear " concat ', ""))),
        ("i64", [9, 16], (3, 4), (("", " square"),)),
    ],
)
def test_what_shows_in_all_results_is_undone(t: str, wanted: list[Any], column: tuple[Any, ...], steps: Any) -> None:
    found = {repr(goal.column): goal for goal in islice(goals(wanted, parse_type(t), priced), 200)}
    assert len(found[repr(column)].steps) == len(steps)
    assert given_back(found[repr(column)], t) == wanted


def test_what_a_library_has_not_is_no_goal() -> None:
    from math import inf

    found = list(goals([[2, 4], [6]], parse_type("[i64]"), lambda operation, t, k: 2.0 if operation == "a negate" else inf))
    assert [goal.column for goal in found] == [([2, 4], [6]), ([-2, -4], [-6])]

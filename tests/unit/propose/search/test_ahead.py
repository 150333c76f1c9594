"""The last word is tried ahead of its cost: what divides, and what leaves the goal as it is."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.propose.search.support import spec

from siglum import proposing
from siglum.propose.search.bank import Library
from siglum.propose.search.enumerator import Search

GIVEN = ([9, -4, 7], [-8, 3], [20, -15, 6, 6], [1], [12, 11, 10, -9])


@pytest.fixture(scope="module")
def library() -> Library:
    return proposing.library()


@pytest.mark.parametrize(
    ("word", "truth"),
    [
        ("// 4", lambda xs: [(x * x - x) // 4 for x in xs]),
        ("half", lambda xs: [(x * x + 3 * x + 1) // 2 for x in xs]),
        ("scan (acc max it)", lambda xs: [max(x * 3 for x in xs[: k + 1]) for k in range(len(xs))]),
        ("filter (it odd)", lambda xs: [x * 3 - 2 for x in xs if x % 2]),
    ],
)
def test_the_last_word_comes_ahead_of_its_cost(library: Library, word: str, truth: Any) -> None:
    search = Search(library, spec("xs:[i64] -> [i64]", *((xs, truth(xs)) for xs in GIVEN)))
    for candidate in search.run():
        if candidate.text.endswith(word):
            assert search.level / 2 < candidate.cost - 3.0
            return
    pytest.fail("not found")


def test_what_the_goal_is_no_fixed_point_of_is_not_tried(library: Library) -> None:
    tried = []
    for results in ([[1, 5, 3], [8, 2]], [[1, 3, 5], [2, 8]]):
        search = Search(library, spec("xs:[i64] -> [i64]", *(([7, 9], result) for result in results), seconds=0.05))
        steps = search.steps()
        next(steps)
        tried.append({library.operations[number].text for number, _ in search.ahead.words})
        steps.close()
    assert "a scan (acc max it)" in tried[1] - tried[0] and "a half" in tried[0] & tried[1]

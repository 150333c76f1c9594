"""Searches find what is meant, cheapest first, and stop where they are told to."""

from __future__ import annotations

import time
from random import Random
from typing import Any

import pytest
from tests.unit.propose.search.support import meaning, spec

from siglum import proposing
from siglum.propose.search.bank import MAGNITUDE, Library
from siglum.propose.search.costs import Literal
from siglum.propose.search.enumerator import Progress, Search
from siglum.propose.search.proposer import SearchProposer
from siglum.records import Candidate, Spec


@pytest.fixture(scope="module")
def library() -> Library:
    return proposing.library()


def first(library: Library, wanted: Spec, count: int = 1, **options: Any) -> list[Candidate]:
    found = []
    for candidate in Search(library, wanted, **options).run():
        found.append(candidate)
        if len(found) == count:
            break
    return found


FOUND = [
    ("xs:[i64] -> i64", [([1, 2, 3], 6), ([10], 10), ([5, 5], 10)], ([7, 8],), 15),
    ("xs:[i64] -> [i64]", [([3, 1, 2], [3, 2, 1]), ([5, 9], [9, 5]), ([2, 4, 4], [4, 4, 2])], ([1, 7, 3],), [7, 3, 1]),
    ("s:str -> i64", [("a b c", 3), ("hello", 1), ("to be or not", 4)], ("x y",), 2),
    ("s:str -> str", [("abc", "CBA"), ("Hello", "OLLEH"), ("a", "A")], ("xyz",), "ZYX"),
    ("a:i64 b:i64 -> i64", [(3, 4, 25), (0, 5, 25), (1, 1, 2)], (2, 3), 13),
    ("words:[str] -> [i64]", [(["a", "bcd"], [1, 3]), (["hello"], [5])], (["ab", ""],), [2, 0]),
    ("words:[str] -> str", [(["a", "bcd", "ef"], "bcd"), (["xy", "z"], "xy"), (["p", "qq", "rrr"], "rrr")], (["k", "lm"],), "lm"),
    ("x:f64 -> f64", [(2.0, 4.0), (3.0, 9.0), (0.5, 0.25)], (1.5,), 2.25),
    ("n:i64 -> bool", [(2, True), (3, False), (10, True), (7, False)], (12,), True),
    ("xs:[[i64]] -> [i64]", [([[1, 2], [3]], [3, 3]), ([[], [4, 4]], [0, 8])], ([[5]],), [5]),
]


@pytest.mark.parametrize(("signature", "examples", "given", "expected"), FOUND)
def test_what_is_meant_is_found(
    library: Library, signature: str, examples: list[tuple[Any, ...]], given: tuple[Any, ...], expected: Any
) -> None:
    wanted = spec(signature, *examples)
    found = first(library, wanted, 12)
    assert found
    for candidate in found:
        program = meaning(candidate.text, signature)
        assert all(program(*one[:-1]) == one[-1] for one in examples), candidate
    assert any(meaning(candidate.text, signature)(*given) == expected for candidate in found), found


def test_the_simplest_program_comes_first(library: Library) -> None:
    (found,) = first(library, spec("xs:[i64] -> i64", ([1, 2, 3], 3), ([5], 1), ([], 0)))
    assert found.text == "xs length" and found.origin == "search"


def test_a_parameter_may_be_the_answer(library: Library) -> None:
    assert first(library, spec("x:i64 y:i64 -> i64", (1, 2, 2), (3, 5, 5)))[0].text == "y"


def test_a_constant_may_be_the_answer(library: Library) -> None:
    assert first(library, spec("x:i64 -> i64", (1, 7), (3, 7)))[0].text == "7"


def test_what_the_intent_says_is_tried_first(library: Library) -> None:
    wanted = spec("xs:[i64] -> i64", ([4, 4], 4), ([7, 7, 7], 7))
    plain, told = first(library, wanted)[0].text, first(library, wanted, priors={"mode": 0.5})[0].text
    assert "mode" not in plain and told == "xs mode"


def test_numbers_that_the_intent_says_are_literals(library: Library) -> None:
    wanted = spec("xs:[i64] -> [i64]", ([41, 36, 12, 99], [41, 99]), ([37, 38], [38]))
    from siglum.ir.types import I64

    found = min(first(library, wanted, 12, said=[Literal(37, I64, 1.0)]), key=lambda candidate: candidate.cost)
    assert found.text == "xs filter (it > 37)"


def test_two_operations_beside_the_goal_are_met_in_the_middle(library: Library) -> None:
    """`a * b + c - d` of four lists is no value that was made: two pairs of values meet."""
    signature = "a:[i64] b:[i64] c:[i64] d:[i64] -> [i64]"
    rows = [([3, 5], [7, 2], [100, 4], [9, 50]), ([1, 8], [6, 9], [20, 30], [-40, 70])]
    made = [(*row, [x * y + z - w for x, y, z, w in zip(*row, strict=True)]) for row in rows]
    found = first(library, spec(signature, *made))
    assert meaning(found[0].text, signature)([2], [3], [4], [5]) == [5]


def test_a_search_ends_with_its_budget(library: Library) -> None:
    start = time.process_time()
    nothing = spec("xs:[i64] -> [i64]", ([1, 2], [977, -3, 12]), ([4], [5, 99, 99, 1]), seconds=0.3)
    assert first(library, nothing) == []
    assert time.process_time() - start < 10


def test_a_search_ends_with_its_memory(library: Library) -> None:
    nothing = spec("xs:[i64] -> [i64]", ([1, 2], [977, -3, 12]), ([4], [5, 99, 99, 1]), seconds=30.0, memory=32 << 20)
    search = Search(library, nothing)
    assert list(search.run()) == []
    assert search.bank.used <= 32 << 20


def test_progress_is_told(library: Library) -> None:
    told: list[Progress] = []
    nothing = spec("xs:[i64] -> [i64]", ([1, 2], [977, -3, 12]), ([4], [5, 99, 99, 1]), seconds=0.3)
    first(library, nothing, progress=told.append)
    assert [how.bits for how in told] == sorted(how.bits for how in told) and told[-1].candidates > told[0].candidates
    assert told[-1].memory > 0


@pytest.mark.parametrize(
    "wanted",
    [
        spec("xs:[i64] -> i64"),
        spec("m:{[i64]:f64} -> i64", ({}, 1)),
        spec("x:i64 -> i64", (1 << 70, 1)),
        spec("x:i64 -> i64", (1, 1 << 70)),
    ],
)
def test_what_cannot_be_searched_gives_nothing(library: Library, wanted: Spec) -> None:
    assert list(SearchProposer(lambda: library).propose(wanted, [])) == []


def test_common_words_take_turns_with_all_words(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    from siglum.propose.search import proposer

    made: list[Search] = []

    class Noted(Search):
        def __init__(self, *args: Any, **named: Any) -> None:
            super().__init__(*args, **named)
            made.append(self)

    monkeypatch.setattr(proposer, "Search", Noted)
    monkeypatch.setattr(proposer, "ALONE_S", 0.0)
    told: list[Progress] = []
    rows = [([5, 2, 9, 4], [4, 9]), ([1, 3], []), ([8, 6, 7], [6, 8])]
    examples = [(row, [x // 2 * 3 for x in wanted]) for row, wanted in rows]
    wanted = spec("xs:[i64] -> [i64]", *examples, seconds=2.0, memory=64 << 20)
    found = list(SearchProposer(lambda: library, progress=told.append).propose(wanted, []))
    assert found and [search.bank.magnitude for search in made] == [MAGNITUDE, 15]
    assert sum(search.bank.used for search in made) <= 64 << 20
    assert max(how.values for how in told) > max(search.bank.count for search in made)


def test_programs_of_common_words_cost_what_they_cost_among_all(library: Library) -> None:
    wanted = spec("xs:[i64] -> [i64]", ([3, 1, 2], [6, 4, 2]), ([5, 9], [18, 10]))
    (usual,), (common,) = first(library, wanted), first(library, wanted, common=True)
    assert meaning(common.text, "xs:[i64] -> [i64]")([4, 7]) == [14, 8]
    assert common.text != usual.text or common.cost == usual.cost


def test_the_memory_of_a_search_goes_with_it(library: Library) -> None:
    import gc
    import weakref

    gc.collect()
    gc.disable()
    try:
        search = Search(library, spec("xs:[i64] -> i64", ([1, 2, 3], 6), ([10], 10)))
        assert next(search.run())
        bank = weakref.ref(search.bank)
        del search
        assert bank() is None
    finally:
        gc.enable()


def test_what_is_joined_is_made_of_programs_alone(library: Library) -> None:
    """Values that were there before they were goals are not taken for the goal that two others lie beside."""
    random = Random(4)
    for _ in range(4):
        rows = [[random.randint(1, 30) for _ in range(3)] for _ in range(3)]
        examples = [(*row, row[0] * row[1] + 7 * row[2] - row[0] % 5) for row in rows]
        for candidate in Search(library, spec("a:i64 b:i64 c:i64 -> i64", *examples, seconds=0.6)).run():
            assert "?" not in candidate.text and meaning(candidate.text, "a:i64 b:i64 c:i64 -> i64")(*rows[0]) == examples[0][-1]

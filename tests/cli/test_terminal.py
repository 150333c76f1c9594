"""Tables: plain and aligned when piped, drawn by rich on a terminal, plain again without rich or colour."""

from __future__ import annotations

import sys

import pytest

from siglum.cli.terminal import table

ROWS = [["sum", "12"], ["[red]length", "3"]]
PLAIN = "word         count\nsum             12\n[red]length      3"


def test_piped_tables_are_plain_and_aligned() -> None:
    assert table(["word", "count"], ROWS, frozenset({1})) == PLAIN


def test_a_terminal_gets_colour_and_user_text_is_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    shown = table(["word", "count"], ROWS, frozenset({1}))
    assert "\x1b[" in shown
    assert "[red]length" in shown


@pytest.mark.parametrize("cause", ["NO_COLOR", "no rich"])
def test_a_terminal_without_colour_or_rich_gets_plain_text(monkeypatch: pytest.MonkeyPatch, cause: str) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    if cause == "NO_COLOR":
        monkeypatch.setenv("NO_COLOR", "1")
    else:
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setitem(sys.modules, "rich.console", None)
    assert table(["word", "count"], ROWS, frozenset({1})) == PLAIN

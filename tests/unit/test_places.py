"""Errors as values: a caret stands under the span it means, and a refusal survives the way to another process."""

from __future__ import annotations

import pickle

import pytest

from siglum.errors import CARET_CONTEXT, EnvironmentFault, SiglumError, Stop, UnsafeCode, UserError, place_in


@pytest.mark.parametrize(
    ("text", "span", "line", "under"),
    [
        ("xs squre", (3, 8), "xs squre", "   ^^^^^"),
        ("\txs squre", (4, 9), " xs squre", "    ^^^^^"),
        ("a\nxs squre\nb", (5, 10), "xs squre", "   ^^^^^"),
        ("a\u202eb", (1, 2), "a\\u202eb", " ^^^^^^"),
        ("\u202esum", (1, 4), "\\u202esum", "      ^^^"),
        ("(", (1, 1), "(", " ^"),
    ],
)
def test_the_caret_stands_under_the_span(text: str, span: tuple[int, int], line: str, under: str) -> None:
    assert place_in("<phrase>", text, *span).caret() == f"  {line}\n  {under}"


def test_of_a_long_line_only_what_is_near_is_shown() -> None:
    line, under = place_in("<phrase>", "(" * 1_000_000, 5000, 1_000_000).caret().splitlines()
    assert line == f"  ...{'(' * 2 * CARET_CONTEXT}..."
    assert under == f"  {' ' * (3 + CARET_CONTEXT)}{'^' * CARET_CONTEXT}"


@pytest.mark.parametrize(
    "error",
    [
        UserError("bad", place_in("<phrase>", "xs squre", 3, 8), "do better", "E-010"),
        EnvironmentFault("full", fix="make room"),
        UnsafeCode("jump"),
        Stop("overflow", "square", place_in("<phrase>", "xs square", 3, 9)),
    ],
)
def test_an_error_goes_to_another_process_and_into_a_set(error: SiglumError) -> None:
    copied = pickle.loads(pickle.dumps(error))
    assert type(copied) is type(error)
    assert copied.as_json() == error.as_json()
    assert str(copied) == str(error)
    assert error in {error}

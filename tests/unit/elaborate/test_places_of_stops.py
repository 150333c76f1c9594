"""A stop inside a word that is called names the word the user wrote and its place in the user's text."""

from __future__ import annotations

from typing import Any

import pytest

import siglum
from siglum.errors import Stop

PHRASES: dict[str, tuple[tuple[Any, ...], str, int]] = {
    "f n:i64 = n ** -1": ((2,), "**", 13),
    "f s:str = s integer": (("x12",), "integer", 13),
    "f s:str = s number + (s integer / 2)": (("1.5",), "integer", 25),
    "f s:str t:str = s integer + (t integer)": (("1", "x"), "integer", 32),
}


@pytest.mark.parametrize("text", PHRASES)
def test_in_a_phrase(text: str) -> None:
    args, word, column = PHRASES[text]
    compiled = siglum.compile(text)
    for run in (compiled, compiled.function.run):
        with pytest.raises(Stop) as stop:
            run(*args)
        place = stop.value.place
        assert place is not None
        assert (stop.value.word, place.source, place.column) == (word, "<phrase>", column)


def test_in_a_python_function() -> None:
    text = "def f(a: str, b: str) -> int:\n    return int(a) + int(b)\n"
    compiled = siglum.compile_python(text, "f")
    assert compiled("1", "2") == 3
    for args, column in ((("x", "1"), 12), (("1", "x"), 21)):
        with pytest.raises(Stop) as stop:
            compiled(*args)
        place = stop.value.place
        assert place is not None
        assert (stop.value.word, place.source, place.line, place.column) == ("integer", "<python>", 2, column)


def test_a_users_own_function_keeps_its_places() -> None:
    text = (
        "def g(n: int) -> int:\n    while n > 9:\n        n = n // 10\n    return 7 // n\n\n"
        "def f(n: int) -> int:\n    return g(n)\n"
    )
    with pytest.raises(Stop) as stop:
        siglum.compile_python(text, "f")(0)
    place = stop.value.place
    assert place is not None
    assert (place.line, place.column) == (4, 12)

"""A word may stand in the function that it is given, and work on what it has made itself."""

from __future__ import annotations

from typing import Any

import pytest

import siglum

CASES: dict[str, tuple[str, Any, Any]] = {
    "fold 0 (acc + (it fold 0 +))": ("[[i64]]", [[1, 2], [3]], 6),
    "times 2 (it times 2 double)": ("i64", 1, 16),
    "map (map (map square))": ("[[[i64]]]", [[[2], [3]], []], [[[4], [9]], []]),
    "map single single single": ("[i64]", [1, 2], [[[[1], [2]]]]),
    "until (> 50) (it until (> 5) double | * 3)": ("i64", 1, 72),
    "filter (it divisors filter odd length > 1)": ("[i64]", [2, 6, 8, 15], [6, 15]),
}


@pytest.mark.parametrize("phrase", CASES)
def test_words_nest(phrase: str) -> None:
    subject, given, expected = CASES[phrase]
    compiled = siglum.compile(phrase, f"x:{subject}")
    assert compiled(given) == expected
    assert compiled.function.run(given) == expected


def test_functions_that_call_each_other_by_name_are_still_refused() -> None:
    text = "".join(f"def {name}(n: int) -> int:\n    return {other}(n)\n\n" for name, other in ("ab", "ba", "fa"))
    with pytest.raises(siglum.SiglumError, match="calls itself through another function"):
        siglum.compile_python(text, "f")

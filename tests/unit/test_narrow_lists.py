"""Lists of narrow elements go through words and functions; what does not fit its declared type stops."""

from __future__ import annotations

import pytest

import siglum

PHRASES = {
    'xs cross "ab"': [[(1, "a"), (1, "b")], [(200, "a"), (200, "b")]],
    "xs group even": {False: [1], True: [200]},
    "xs permutations first": [1, 200],
    "xs combinations 2": [[1, 200]],
    "xs subset [200 1 7]": True,
    "xs zip xs contains (xs at 0 pair (xs at 0))": True,
}


@pytest.mark.parametrize("phrase", PHRASES)
def test_words_keep_narrow_elements(phrase: str) -> None:
    assert siglum.compile(f"f xs:[u8] = {phrase}")([1, 200]) == PHRASES[phrase]


def test_a_list_becomes_one_of_narrow_elements_where_they_fit() -> None:
    text = "from siglum import u8\n\ndef f(xs: list[int]) -> list[u8]:\n    ys = [x + 1 for x in xs]\n    return ys\n"
    narrowed = siglum.compile_python(text, "f")
    assert narrowed([0, 254]) == [1, 255]
    with pytest.raises(siglum.Stop, match="does not fit its type"):
        narrowed([255])

"""The phrases the language was measured on, over the real vocabulary: they read, print as written, and mean what they did."""

from __future__ import annotations

import random
from typing import Any

import pytest

from siglum.frontend.phrase.language import Language
from siglum.frontend.phrase.reference import evaluate
from siglum.ir.types import Type, parse_type
from siglum.vocab.declare import vocabulary

LANGUAGE = Language(vocabulary())

FIFTEEN = [
    ("operations:[i64] = operations scan + < 0 | any", ([1, 2, -4, 5],), True),
    ("numbers:[i64] = numbers scan max", ([1, 2, 3, 2, 3, 4, 2],), [1, 2, 3, 3, 3, 4, 4]),
    ("strings:[str] = strings most length", (["a", "bb", "cc"],), "bb"),
    (
        "numbers:[f64] = (numbers - numbers minimum) / (numbers maximum - numbers minimum)",
        ([1.0, 2.0, 5.0],),
        [0.0, 0.25, 1.0],
    ),
    ("text:str = text is text reverse", ("aba",), True),
    ("n:i64 = [0 0 1] times n (it tail append (it sum)) first", (8,), 24),
    ("lst:[i64] = lst filter ((lst = it) count >= it) maximum else -1", ([4, 1, 2, 2, 3, 1],), 2),
    ("q:[i64] w:i64 = q is q reverse and q sum <= w", ([3, 2, 3], 9), True),
    ("message:str = message toggle map (it vowel ? it + 2 : it)", ("This is",), "tHKS KS"),
    ("x:i64 y:i64 = x to y filter even last else -1", (3, 9), 8),
    ("test:str = test words counts as c c filter (= c values maximum)", ("a b b a c",), {"a": 2, "b": 2}),
    ("nums:[i64] = nums scan (acc + it | min it) minimum", ([2, 3, 4, 1, -2],), -2),
    ("s:str n:i64 = s words filter (reject vowel length = n)", ("Mary had a little lamb", 4), ["little"]),
    ("n:i64 = n trace (> 1) (it even ? it half : it * 3 + 1) filter odd sort", (5,), [1, 5]),
    ('string:str = string fold 0 (acc < 4 and "[[]]" at acc = it ? acc + 1 : acc) = 4', ("[][[]]",), True),
]

TWELVE = [
    ("xs:[i64] = xs filter even square sum", ([1, 2, 3, 4],), 20),
    ("text:str = text words counts", ("a b a",), {"a": 2, "b": 1}),
    ("n:i64 = [0 1] times n (it tail append (it sum)) first", (10,), 55),
    ("a:i64 b:i64 = a gcd b", (12, 18), 6),
    ("n:i64 = 2 to n filter prime", (20,), [2, 3, 5, 7, 11, 13, 17, 19]),
    ("a:[i64] x:i64 = a index x else -1", ([1, 3, 5], 4), -1),
    (
        "a:[[i64]] b:[[i64]] = a map (as r b columns map (* r | sum))",
        ([[1, 2], [3, 4]], [[5, 6], [7, 8]]),
        [[19, 22], [43, 50]],
    ),
    (
        "text:str k:i64 = text map (it between 'a' 'z' ? 'a' + (it - 'a' + k) % 26 : it)",
        ("xyz!", 3),
        "abc!",
    ),
    ("s:str = s runs map (it first pair (it length))", ("aab",), [("a", 2), ("b", 1)]),
    ('text:str col:i64 = text lines map (split "," at col integer) sum', ("1,2\n3,4", 1), 6),
    ("s:str = s is s reverse", ("aba",), True),
    ("xs:[i64] k:i64 = xs sort reverse take k", ([3, 1, 2], 2), [3, 2]),
]


@pytest.mark.parametrize(("text", "args", "result"), FIFTEEN + TWELVE)
def test_measured_phrases(text: str, args: tuple[Any, ...], result: Any) -> None:
    text = f"task {text}"
    tree = LANGUAGE.parse(text)
    shown = LANGUAGE.print(tree)
    assert LANGUAGE.parse(shown) == tree
    assert shown == text
    assert evaluate(LANGUAGE.read(text).main, args) == result


SPELLED = {"INTEGER": "0 1 -3", "FLOAT": "1.5", "TEXT": '"ab" "a"', "CHARACTER": "'a'", "NAME": "y"}
SUBJECTS = [parse_type(t) for t in ("[i64]", "[f64]", "str", "i64", "[str]", "[[i64]]", "[u8]", "{str:i64}", "(i64, str)")]
RESULTS: list[Type | None] = [None, None, parse_type("i64"), parse_type("[f64]"), parse_type("i64?")]


@pytest.mark.parametrize("seed", range(12))
def test_following_next_words_never_leads_astray(seed: int) -> None:
    rng = random.Random(seed)
    subject, result = rng.choice(SUBJECTS), rng.choice(RESULTS)
    text = ""
    for step in range(14):
        allowed = LANGUAGE.next_words(text, subject=subject, result=result)
        assert allowed, f"{text!r} cannot be completed"
        if "END" in allowed:
            program = LANGUAGE.read(text, subject=subject, result=result)
            assert result is None or program.main.result is result
        tokens = sorted(allowed - {"END"})
        likely = [t for t in tokens if t in (")", "]", ":") or t in SPELLED]
        token = rng.choice(likely if likely and (step > 6 or rng.random() < 0.4) else tokens)
        choices = SPELLED.get(token, token).split(" ")
        texts = [f"{text} {choice}".strip() for choice in choices]
        open_ended = [t for t in texts if LANGUAGE.next_words(t, subject=subject, result=result)]
        assert open_ended, f"{token} was offered after {text!r}"
        text = rng.choice(open_ended)

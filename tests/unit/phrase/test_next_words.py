"""`next_words` is exact: compared with every continuation of a small language, and followed to an end each time."""

from __future__ import annotations

from functools import cache
from itertools import product

import pytest
from tests.unit.phrase.words import Words, core, word

from siglum.errors import UserError
from siglum.frontend.phrase.language import Language
from siglum.ir.types import Type, parse_type

SMALL = Language(
    Words(
        [
            word("+: N N -> N", lambda a, b: a + b),
            word("*: N N -> N", lambda a, b: a * b),
            word("<: S S -> bool", lambda a, b: a < b),
            word("even: i64 -> bool", lambda a: a % 2 == 0),
            word("sum: [N] -> N", sum),
            word("first: [T] -> T?", lambda a: a[0] if a else None),
            word("at: [T] i64 -> T?", lambda a, i: a[i]),
            word("concat: [T] [T] -> [T]", lambda a, b: [*a, *b]),
            word("filter: [T] (T -> bool) -> [T]", lambda a, f: [x for x in a if f(x)]),
            word("fold: [T] A (A T -> A) -> A", lambda a, x, f: x),
        ],
        {},
    )
)
CLASSES = {"1": "INTEGER", "1.5": "FLOAT", '"ab"': "TEXT", "'a'": "CHARACTER"}
INTS = parse_type("[i64]")


@cache
def reads(text: str, subject: Type | None, result: Type | None) -> bool:
    try:
        SMALL.read(text, subject=subject, result=result)
    except UserError:
        return False
    return True


def class_of(token: str, before: str) -> str:
    if before.endswith("as"):
        return "NAME"
    return CLASSES.get(token, token)


@pytest.mark.parametrize(
    ("alphabet", "length", "subject", "result", "start"),
    [
        ("+ < even sum first filter it 1 ( )", 4, "[i64]", None, ""),
        ("+ < even sum at it 1 ) ? : true", 4, "[i64]", "bool", ""),
        ("+ * < even 1 1.5 'a' ( ) | ? : true", 4, None, None, "1 +"),
        ("+ < sum first it 1 1.5 ( ) | acc", 4, "[f64]", None, "fold 0"),
        ("+ < sum acc it 1 1.5 ) |", 4, "[f64]", "f64", "fold 0 ("),
        ("+ < even it as y ( ) 1 ] [", 4, "[i64]", "i64", "filter ("),
        ("[ ] 1 1.5 concat first as y it | ( )", 4, "[i64]", "[i64]", ""),
        ("else first 1 1.5 + ) ( it", 4, "[i64]", "i64", "first"),
        ("? : true 1 1.5 < + even sum", 4, None, None, "true ? 1 :"),
        ("? : 1 < even it [ ] 'a' \"ab\"", 4, "[i64]", None, "even ?"),
    ],
)
def test_same_as_all_continuations(alphabet: str, length: int, subject: str | None, result: str | None, start: str) -> None:
    tokens = alphabet.split()
    given = parse_type(subject) if subject else None
    wanted = parse_type(result) if result else None
    legal: dict[str, set[str]] = {}
    ends: set[str] = set()
    for size in range(length + 1):
        for chosen in product(tokens, repeat=size):
            text = " ".join([start, *chosen]).strip()
            if reads(text, given, wanted):
                ends.add(text)
                for i in range(size):
                    before = " ".join([start, *chosen[:i]]).strip()
                    legal.setdefault(before, set()).add(class_of(chosen[i], before))
    prefixes = {" ".join([start, *c]).strip() for n in range(length - 1) for c in product(tokens, repeat=n)}
    for prefix in sorted(prefixes):
        allowed = SMALL.next_words(prefix, subject=given, result=wanted)
        assert ("END" in allowed) == (prefix in ends), prefix
        missing = legal.get(prefix, set()) - allowed
        assert not missing, f"after {prefix!r}: {missing} can follow"
        if prefix.count(" ") <= start.count(" ") + bool(start):
            for token in sorted(allowed & {class_of(t, prefix) for t in tokens}):
                assert token == "END" or completed(prefix, token, given, wanted), (prefix, token)


SPELLED = {"INTEGER": ("1", "-1"), "FLOAT": ("1.5",), "TEXT": ('"ab"', '"a"'), "CHARACTER": ("'a'",), "NAME": ("y",)}


def completed(prefix: str, token: str, subject: Type | None, result: Type | None) -> bool:
    spellings = SPELLED.get(token, (token,))
    return any(completion(f"{prefix} {spelling}".strip(), subject, result) for spelling in spellings)


GOING_ON = (
    ")", "]", "first", "sum", "even", "1", "1.5", "'a'", "true", "it", "acc", "[1]", "[1.5]", "['a']", "[true]",
    "(1<2)", "? 1 : 1", "? 1.5 : 1.5", "? 'a' : 'a'", "? it : it", ": 1", ": 1.5", ": it", "fold 0 (acc)",
    "fold 1.5 (acc)", "fold 'a' (acc)", "fold true (acc)", "fold it (acc)", "+ 1", "+ 1.5", "< 1", "< 1.5", "< it",
    "concat it", "1 ]", "[1] ]", "1 ] fold 0 (acc)", "1 ] ] : [[1]]", "concat [1]", "filter (true)", "at 0", "(true)",
    "as y 1", "as y [1]", "as y 1.5", "as y true", "y 1", "y [1]", "| sum", "1 ) ] as y true", "1 ) as y true",
)  # fmt: skip


BEFORE_CLOSING = ("", "as y true", "as y 1", "as y 1.5", "< 1", "sum")
AFTER_CLOSING = (
    "",
    "first",
    "sum",
    "fold 0 (acc)",
    "fold 1.5 (acc)",
    "fold [1] (acc)",
    "fold true (acc)",
    ": it",
    ": 1",
    ": 1 as y true",
    ": it as y true",
)


def completion(prefix: str, subject: Type | None, result: Type | None) -> str | None:
    """Some legal phrase that begins with `prefix`: likely continuations are tried, open brackets closed."""
    for steps in range(3):
        for chosen in product(GOING_ON, repeat=steps):
            text = " ".join([prefix, *chosen])
            still_open = ""
            for character in text:
                if character in "([":
                    still_open = {"(": ")", "[": "]"}[character] + still_open
                elif character in ")]":
                    still_open = still_open[1:]
            for closed in range(len(still_open) + 1):
                for middle, last in product(BEFORE_CLOSING if closed < len(still_open) else ("",), AFTER_CLOSING):
                    whole = f"{text} {still_open[:closed]} {middle} {still_open[closed:]} {last}"
                    if reads(whole, subject, result):
                        return whole
    return None


CORE = Language(core())


@pytest.mark.parametrize(
    ("prefix", "inside", "outside"),
    [
        ("", "filter sum + it ( [ INTEGER TEXT length", "END ) ] | : toggle upper words else not"),
        ("filter", "even odd (", "square + = sum it INTEGER END"),
        ("filter (", "even it = > square INTEGER true", "sum words acc )"),
        ("filter (it", "even = + as |", ") filter sum ?"),
        ("filter (it even", ") and not ?", "+ even sum"),
        ("filter even sum", "END + square as | ?".replace(" ?", ""), ") filter even_ ]"),
        ("sum + it", "length first + [".replace(" [", ""), "words"),
        ("first", "END else + even", "sum filter"),
        ("map (it as", "NAME", "it END x"),
        ("f xs:[i64] s:str = xs at", "( INTEGER xs", "s FLOAT TEXT pi even"),
        ("f s:str = s words most", "length (", "sum even"),
        ("fact n:i64 -> i64 = n", "fact END + else".replace(" else", ""), "length f"),
        ("g n:i64 = n + 1\nf xs:[i64] = xs", "g even", "f"),
        ("g s:str = s length\nf xs:[i64] = xs", "even", "g"),
        ("f xs:[i64] -> str = xs", "text map zip ".strip(), "END words"),
        ("true ? 1 :", "INTEGER FLOAT ( pi true", "END | words"),
        ("[1", "INTEGER FLOAT ] [".replace(" [", ""), "TEXT true + END"),
        ("1 < 2", "and or END is".replace(" is", ""), "< = is"),
        ("xs )", "", "END it"),
    ],
)
def test_what_may_follow(prefix: str, inside: str, outside: str) -> None:
    found = CORE.next_words(prefix, subject=INTS)
    assert set(inside.split()) <= found
    assert not set(outside.split()) & found


def test_any_subject_is_allowed_where_none_is_given() -> None:
    found = CORE.next_words_for_any("filter even")
    assert {"square", "sum", "END"} <= found
    assert "even" in CORE.next_words_for_any("") and ")" not in CORE.next_words_for_any("")
    assert CORE.next_words("filter even") == frozenset()

"""Examples in writing, `IN -> OUT`: where arguments and results stand, what is text, and what is refused and where."""

from __future__ import annotations

from typing import Any

import pytest

from siglum.errors import UserError
from siglum.frontend.phrase.parser import parse_signature
from siglum.propose.examples import Resolved, read_examples


def read(*texts: str, signature: str | None = None) -> Resolved:
    params, result = (None, None) if signature is None else parse_signature(signature)
    return read_examples(texts, (), params, result)


def refused(*texts: str, signature: str | None = None) -> UserError:
    with pytest.raises(UserError) as caught:
        read(*texts, signature=signature)
    return caught.value


@pytest.mark.parametrize(
    ("text", "arguments", "result"),
    [
        ("[1,2,3,4] -> 20", ([1, 2, 3, 4],), 20),
        ("[1 2, 3] -> 6", ([1, 2, 3],), 6),
        ("[1,2] 3 -> 4", ([1, 2], 3), 4),
        ('"ab", 2 -> "b"', ("ab", 2), "b"),
        ("3, 4 -> 7", (3, 4), 7),
        ("1,2,3 -> 6", (1, 2, 3), 6),
        ("1.5,2 -> 3.5", (1.5, 2), 3.5),
        ("3->4", (3,), 4),
        ("-3 -> -4", (-3,), -4),
        ("3 => 4", (3,), 4),
        ("3 → 4", (3,), 4),
        ('"a -> b" -> "b"', ("a -> b",), "b"),
        ('["->", "\\""] -> 2', (["->", '"'],), 2),
        ('(1,"a") -> {"a":1}', ((1, "a"),), {"a": 1}),
        ("[\r\n1,\n2\r\n] -> 3\r\n", ([1, 2],), 3),
        ("\ufeff1 -> 2", (1,), 2),
        ("true false -> false", (True, False), False),
        ("1.0 -> -inf", (1.0,), float("-inf")),
    ],
)
def test_arguments_stand_before_the_arrow_and_the_result_behind_it(text: str, arguments: tuple[Any, ...], result: Any) -> None:
    (example,) = read(text).examples
    assert (example.arguments, example.result) == (arguments, result)


@pytest.mark.parametrize(
    ("text", "arguments", "result"),
    [
        ("hello -> olleh", ("hello",), "olleh"),
        ("héllo -> olléh", ("héllo",), "olléh"),
        ("hello, world -> h", ("hello", "world"), "h"),
        ("abc 2 -> ab", ("abc", 2), "ab"),
        ("x -> hello world", ("x",), "hello world"),
        ("it's -> its", ("it's",), "its"),
        ("a-b.c:d -> 4", ("a-b.c:d",), 4),
    ],
)
def test_a_word_that_can_be_nothing_else_is_text(text: str, arguments: tuple[Any, ...], result: Any) -> None:
    (example,) = read(text).examples
    assert (example.arguments, example.result) == (arguments, result)


@pytest.mark.parametrize(
    ("text", "signature", "arguments", "result"),
    [
        ("hello world -> 5", "s:str -> i64", ("hello world",), 5),
        ("12 -> 21", "s:str -> str", ("12",), "21"),
        ("[1] -> a, b", "s:str -> str", ("[1]",), "a, b"),
        ("none -> x", "s:str? -> str?", (None,), "x"),
        ("hello world -> 2", "a:str b:str -> i64", ("hello", "world"), 2),
        ("3,4 -> 7", "a:i64 b:i64 -> i64", (3, 4), 7),
        ("4 -> 2", "x:f64 -> f64", (4.0,), 2.0),
        ("x -> y", "c:char -> char", ("x",), "y"),
        ("-> 4", "-> i64", (), 4),
    ],
)
def test_a_written_signature_says_how_values_are_read(text: str, signature: str, arguments: tuple[Any, ...], result: Any) -> None:
    found = read(text, signature=signature)
    (example,) = found.examples
    assert (found.params, found.result) == parse_signature(signature)
    assert [type(v) for v in example.arguments] == [type(v) for v in arguments]
    assert (example.arguments, example.result) == (arguments, result)


@pytest.mark.parametrize(
    ("text", "code", "column", "message"),
    [
        ("", "E-009", 1, "empty example"),
        ("1 2", "E-041", 1, "no `->` in the example 1 2"),
        ("-> 3", "E-041", 1, "no argument before the arrow"),
        ("3 ->", "E-041", 3, "no result behind the arrow"),
        ("1 -> 2 -> 3", "E-041", 8, "a second arrow"),
        ("[1,2 -> 3", "E-041", 1, "`[` is never closed"),
        ('x, "abc -> 3', "E-041", 4, "the text is never closed"),
        (", 1 -> 3", "E-041", 1, "a value is missing before `,`"),
        ("1, -> 3", "E-041", 2, "a value is missing after `,`"),
        ("1 [2,,3] -> 3", "E-041", 6, "a value is missing before `,`"),
        ("1 -> 2 3", "E-041", 8, "more text after the value 2"),
        ("- 5 -> 5", "E-041", 1, "`-` is no value"),
        ("x=1 -> 2", "E-041", 1, "`x=1` is no value"),
        ("'a' -> 2", "E-041", 1, "`'a'` is no value"),
        ("1 -> True", "E-041", 6, "unknown value True"),
        ("null -> 1", "E-041", 1, "unknown value null"),
        ("hello world -> x", "E-012", 1, "`hello world` may be one text or 2 arguments"),
        ("the 3 bears -> x", "E-012", 1, "may be one text or 3 arguments"),
        ("x -> a, b", "E-012", 6, "`a, b` may be one text or several results"),
        ("3,4 -> 7", "E-022", 1, "3,4 may be one number or 2: decimal comma"),
        ("5 1,000,000 -> 7", "E-022", 3, "1,000,000 may be one number or 3"),
        ("7 -> 3,5", "E-022", 6, "decimal comma"),
        ("a\u200bb -> 1", "E-014", 1, "U+200B outside of text"),
        ("\u201ca\u201d -> 1", "E-014", 1, "U+201C outside of text"),
        ("1 -> [" + "[" * 300, "E-015", 262, "nesting over 256"),
        ("[" * 70 + "]" * 70 + " -> 1", "E-015", 1, "nesting over 64"),
        ("[" * 200 + "]" * 200 + " -> 1", "E-015", 1, "nesting over 64"),
        ("{([1],2):3} -> 1", "E-011", 2, "lists and maps cannot be keys"),
        ('5 [1,"a"] -> 1', "E-011", 6, "elements have one type"),
        ('[[],"a"] -> 1', "E-011", 2, "[] is [?], str is wanted"),
        ("1 " * 65 + "-> 1", "E-019", 129, "more than 64 arguments"),
        ("[1 " + "[]" * 3 + "\n\n x] -> 1", "E-041", 2, "`x` is no value"),
        ('""' * 100_001 + " -> 1", "E-019", 200_001, "more than 100000 values"),
    ],
)
def test_refusals_point_into_the_text(text: str, code: str, column: int, message: str) -> None:
    error = refused(text)
    assert (error.code, error.exit) == (code, 2)
    assert message in error.message
    assert error.place is not None
    assert (error.place.source, error.place.column) == ("<example 1>", column)
    assert error.line().isprintable()


def test_text_that_is_not_utf8_is_refused() -> None:
    error = refused("1 -> 2", "a\udcff -> 1")
    assert (error.code, error.message) == ("E-008", "<example 2> is not UTF-8 at byte 1")


def test_every_example_keeps_the_place_it_was_given_at() -> None:
    places = [example.place for example in read("1 -> 2", " 3 -> 4 ").examples]
    assert [str(place) for place in places] == ["<example 1>:1:1", "<example 2>:1:2"]
    assert [place.text[place.column - 1 :][: place.length] for place in places if place] == ["1 -> 2", "3 -> 4"]


def test_without_texts_and_files_only_the_written_signature_is_left() -> None:
    params, result = parse_signature("xs:[i64] -> i64")
    assert read_examples((), (), params, result) == Resolved(params, result, (), ())
    assert read() == Resolved((), None, (), ())


def test_a_large_value_in_a_notation_that_is_read_slowly_is_refused() -> None:
    error = refused("[" + "(1,2)," * 200_000 + "(1,2)] -> 1")
    assert (error.code, error.message) == ("E-041", "more than 1 MB that is not JSON")

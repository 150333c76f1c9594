"""What is taken from a reply: a fixed rule, whatever the reply is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siglum.ir.types import parse_type
from siglum.propose.model.reading import reading_of, reads
from siglum.propose.model.texts import LONGEST_TEXT, MOST, texts_in
from siglum.records import Spec

SPEC = Spec((("xs", parse_type("[i64]")),), parse_type("i64"))


def taken(reply: str, cut: bool = False) -> list[str]:
    return [f.text for f in texts_in(reply, cut, lambda text: reads(text, SPEC)).found]


@pytest.mark.parametrize(
    ("reply", "texts"),
    [
        ("xs sum", ["xs sum"]),
        ("xs\nsum", ["xs\nsum"]),
        ("Sure! Here are some:\n\n1. xs sum\n2) xs length\n- xs product", ["xs sum", "xs length", "xs product"]),
        ("Use `xs sum` or, if it is empty, ``xs first else 0``.", ["xs sum", "xs first else 0"]),
        ("Phrase: xs sum\nPhrase 2: xs length", ["xs sum", "xs length"]),
        ("```\nxs sum\n```", ["xs sum"]),
        ("One:\n```siglum\nxs sum\n```\ntwo:\n~~~\nxs length\n~~~", ["xs sum", "xs length"]),
        ("````\nno phrase\n```\n````\n```\nxs sum\n```\nand\n``` \nxs length\n", ["no phrase\n```", "xs sum", "xs length"]),
        ("```\nxs sum\nxs length\n```", ["xs sum", "xs length"]),
        ("```\nxs filter even\n  sum\n```", ["xs filter even\n  sum"]),
        ("```\nno phrase at all\n```", ["no phrase at all"]),
        ("```\n```", []),
        ("before ```xs sum``` after", ["xs sum"]),
        ("```\nxs sum", ["xs sum"]),
        ('{"phrase": "xs sum"}', ["xs sum"]),
        ('{"phrases": ["xs sum", "xs length"], "note": "tested"}', ["xs sum", "xs length"]),
        ('{"candidates": [{"phrase": "xs sum", "score": 1}, {"phrase": "xs length"}]}', ["xs sum", "xs length"]),
        ('["xs sum", 7, null, ["xs length"]]', ["xs sum", "xs length"]),
        ('Here: {"phrases": ["xs sum"]} - done', ["xs sum"]),
        ('```json\n{"phrases": ["xs sum"]}\n```\n```\nxs length\n```', ["xs sum"]),
        ("<think>xs product, no:\n```\nxs length\n```</think>xs sum", ["xs sum"]),
        ("<think>xs product", []),
        ("All tests passed and the proof is verified.", []),
        ("", []),
    ],
)
def test_which_texts_are_taken(reply: str, texts: list[str]) -> None:
    assert taken(reply) == texts


@pytest.mark.parametrize(
    ("reply", "texts", "inside"),
    [
        ("```\nxs sum\n```\n```\nxs filt", ["xs sum"], True),
        ("```\nxs filt", [], True),
        ("xs sum\nxs filt", ["xs sum"], True),
        ("xs sum", [], True),
        ('{"phrases": ["xs sum", "xs fi', [], True),
        ("```\nxs sum\n```\nThat is beca", ["xs sum"], False),
        ("<think>so much to", [], True),
    ],
)
def test_of_a_cut_reply_only_what_is_whole_is_taken(reply: str, texts: list[str], inside: bool) -> None:
    found = texts_in(reply, True, lambda text: reads(text, SPEC))
    assert ([f.text for f in found.found], found.ended_inside) == (texts, inside)


def test_it_is_said_where_a_text_stood() -> None:
    found = texts_in("```\nxs sum\n```\nor\n```\nxs length\n```", False, lambda text: reads(text, SPEC)).found
    assert [f.where for f in found] == ["block 1 of 2", "block 2 of 2"]


PARTS = [
    "```", "~~~", "\n", "`", "xs sum", "{", '"phrase"', ":", '"xs sum"', "}", "[", "]", "<think>", "</think>", "1. ", "\x1b[2J",
    "\u202e", "def f(a): return a", " ",
]  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=40), st.booleans())
def test_any_reply_gives_few_short_texts(parts: list[str], cut: bool) -> None:
    found = texts_in("".join(parts), cut, lambda text: reads(text, SPEC)).found
    assert len(found) <= MOST
    assert all(0 < len(f.text) <= LONGEST_TEXT for f in found)
    for text in found:
        reading = reading_of(text.text, SPEC)
        assert reading is None or reading.text.isprintable()


@given(st.text(max_size=300), st.booleans())
def test_any_text_is_a_reply(reply: str, cut: bool) -> None:
    assert len(taken(reply, cut)) <= MOST

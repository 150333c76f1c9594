"""Words on text agree with Python's str, codecs, zlib and hashlib."""

from __future__ import annotations

import hashlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siglum.errors import Stop
from siglum.vocab import hashing, text, utf8

PLAIN = st.text("ab -\n\t,é\U0001f600Zz09_", max_size=30)
PART = st.text("ab-", min_size=1, max_size=3)
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(PLAIN)
def test_words_and_trim(s: str) -> None:
    assert text.words(s) == s.split()
    assert text.trim(s) == s.strip()


@given(st.text("ab\n\r ", max_size=20))
def test_lines(s: str) -> None:
    expected = s.split("\n")
    if expected[-1] == "":
        expected.pop()
    ended = len(expected) - (0 if s.endswith("\n") else 1)
    assert text.lines(s) == [x.removesuffix("\r") if k < ended else x for k, x in enumerate(expected)]


@given(st.text("ab-", max_size=20), PART, st.text("abc", max_size=3))
def test_search_and_replacement(s: str, part: str, new: str) -> None:
    assert text.split(s, part) == s.split(part)
    assert text.replace(s, part, new) == s.replace(part, new)
    assert text.occurrences(s, part) == s.count(part)
    assert text.contains_text(s, part) == (part in s)
    assert text.index_of_text(s, part) == (s.index(part) if part in s else None)
    assert text.starts(s, part) == s.startswith(part)
    assert text.ends(s, part) == s.endswith(part)
    assert text.before(s, part) == s.partition(part)[0]
    assert text.after(s, part) == s.partition(part)[2]
    assert text.join(s.split(part), new) == new.join(s.split(part))


def test_an_empty_separator_stops() -> None:
    for word in (text.split, text.before, text.after, text.occurrences):
        with pytest.raises(Stop):
            word("abc", "")


def test_characters_of_ascii() -> None:
    for point in range(128):
        c = chr(point)
        assert text.letter(c) == c.isalpha() and text.digit(c) == c.isdigit() and text.alphanumeric(c) == c.isalnum()
        assert text.capital(c) == c.isupper() and text.small(c) == c.islower()
        assert text.upper(c) == c.upper() and text.lower(c) == c.lower() and text.toggle(c) == c.swapcase()
        assert text.space(c) == (c in " \t\n\v\f\r") and text.vowel(c) == (c in "aeiouAEIOU")
        assert text.punctuation(c) == (c.isprintable() and not c.isalnum() and c != " ")
    assert text.upper("é") == "é" and not text.letter("é")


@given(st.text("ab cD\n", max_size=30))
def test_title(s: str) -> None:
    assert text.title(s) == s.title()


@given(PLAIN, st.integers(0, 40))
def test_center_and_wrap(s: str, width: int) -> None:
    if s:
        lead = (max(width, len(s)) - len(s)) // 2
        assert text.center(s, width) == (" " * lead + s).ljust(width)
    import textwrap

    expected = textwrap.wrap(" ".join(s.split()), max(width, 1), break_long_words=False, break_on_hyphens=False)
    if width > 0:
        assert text.wrap(s, width) == expected


def test_fields() -> None:
    import csv

    for line in ["a,b,c", '"x,y",2', '"he said ""hi""",', "", ",,", '1,"",3']:
        assert text.fields(line, ",") == (next(csv.reader([line]), []) or [""])


@given(ANY)
def test_utf8_is_that_of_python(s: str) -> None:
    data = list(s.encode())
    assert utf8.encode(s) == data
    assert utf8.decode(data) == s


@given(st.binary(max_size=6) | st.lists(st.sampled_from(list(b"a\x80\xbf\xc0\xc2\xdf\xe0\xa0\xed\x9f\xf0\x90\xf4\x8f\xf5\xff")),
                                         max_size=6).map(bytes))  # fmt: skip
def test_invalid_utf8_stops(data: bytes) -> None:
    try:
        expected = data.decode()
    except UnicodeDecodeError:
        with pytest.raises(Stop) as caught:
            utf8.decode(list(data))
        assert caught.value.kind == "utf-8"
    else:
        assert utf8.decode(list(data)) == expected


@given(ANY)
def test_checksums(s: str) -> None:
    data = s.encode()
    assert hashing.crc(s) == zlib.crc32(data)
    assert hashing.adler(s) == zlib.adler32(data)
    h = 14695981039346656037
    for byte in data:
        h = (h ^ byte) * 1099511628211 & 2**64 - 1
    assert hashing.fnv(s) & 2**64 - 1 == h
    assert hashing.fnv_bytes(list(data)) == hashing.fnv(s)


@pytest.mark.parametrize("size", [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 200])
def test_sha256(size: int) -> None:
    s = "xyé"[: size % 3 + 1] * size
    assert hashing.sha(s) == hashlib.sha256(s.encode()).hexdigest()


def test_published_values() -> None:
    assert hashing.mix(1) & 2**64 - 1 == 0xB456BCFC34C2CB2C
    assert [hashing.random(1234567, 2)[k] & 2**64 - 1 for k in range(2)] == [6457827717110365317, 3203168211198807973]
    assert hashing.djb("a") == 177670

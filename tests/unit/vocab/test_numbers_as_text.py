"""Printing and reading numbers agrees with CPython to the last bit."""

from __future__ import annotations

import decimal
import json
import math
import random
import struct
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siglum.errors import Stop
from siglum.vocab import parse, show

I64 = st.integers(-(2**63), 2**63 - 1)
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def same(a: float, b: float) -> bool:
    return struct.pack("<d", a) == struct.pack("<d", b) or (a != a and b != b)


@given(I64)
def test_integers_print_and_read_as_in_python(n: int) -> None:
    assert show.text_of_integer(n) == str(n)
    assert show.hexadecimal(n) == f"{n:x}" and show.binary(n) == f"{n:b}" and show.octal(n) == f"{n:o}"
    assert parse.integer(str(n)) == n and parse.integer(f"  +{n} " if n >= 0 else f" {n}\n") == n
    assert parse.radix(show.base(n, 36), 36) == n


@given(I64, st.integers(2, 36))
def test_bases(n: int, radix: int) -> None:
    assert int(show.base(n, radix), radix) == n
    assert parse.radix(show.base(n, radix), radix) == n


@given(st.integers(0, 2**64 - 1))
def test_unsigned_prints_as_in_python(n: int) -> None:
    assert show.text_of_unsigned(n) == str(n)


@pytest.mark.parametrize("text", ["", "-", "+", "1x", "x", "1 2", "--1", "0x10", "1.0", "1_000"])
def test_what_is_no_integer_stops(text: str) -> None:
    with pytest.raises(Stop) as caught:
        parse.integer(text)
    assert caught.value.kind == "number"


@pytest.mark.parametrize("text", ["9223372036854775808", "-9223372036854775809", "99999999999999999999"])
def test_integers_beyond_i64_stop(text: str) -> None:
    with pytest.raises(Stop) as caught:
        parse.integer(text)
    assert caught.value.kind == "range"


@given(st.floats())
def test_floats_print_and_read_as_in_python(x: float) -> None:
    assert show.text_of_float(x) == repr(x)
    assert same(parse.number(repr(x)), x)


def test_floats_of_random_bits_print_as_in_python() -> None:
    source = random.Random(20260101)
    for _ in range(3000):
        x: float = struct.unpack("<d", source.randbytes(8))[0]
        assert show.text_of_float(x) == repr(x)


@pytest.mark.parametrize("exponent", [*range(-1074, 1024, 37), -1074, -1073, -1023, -1022, -1021, 1022, 1023])
def test_floats_around_powers_of_two(exponent: int) -> None:
    x = math.ldexp(1.0, exponent)
    for y in (x, math.nextafter(x, 0.0), math.nextafter(x, math.inf)):
        assert show.text_of_float(y) == repr(y)
        assert same(parse.number(repr(y)), y)


@pytest.mark.parametrize("exponent", range(-323, 309, 13))
def test_floats_around_powers_of_ten(exponent: int) -> None:
    x = float(f"1e{exponent}")
    for y in (x, math.nextafter(x, 0.0), math.nextafter(x, math.inf)):
        assert show.text_of_float(y) == repr(y)


@given(st.integers(0, 10**15), st.integers(0, 18))
def test_short_decimals_print_as_in_python(n: int, places: int) -> None:
    x = n / 10**places
    assert show.text_of_float(x) == repr(x)


@given(st.integers(0, 10**40), st.integers(-345, 310))
def test_decimals_read_as_in_python(n: int, exponent: int) -> None:
    text = f"{n}e{exponent}"
    expected = float(text)
    if math.isinf(expected):
        with pytest.raises(Stop) as caught:
            parse.number(text)
        assert caught.value.kind == "range"
    else:
        assert same(parse.number(text), expected)


@given(st.floats(min_value=0, allow_infinity=False), st.sampled_from([-1, 0, 1]))
def test_halfway_decimals_go_to_even(x: float, off: int) -> None:
    above = math.nextafter(x, math.inf)
    if math.isinf(above):
        return
    with decimal.localcontext() as context:
        context.prec = 1200
        half = (Decimal(x) + Decimal(above)) / 2
        text = f"{half + off * half.scaleb(-1100):f}"
    assert same(parse.number(text), float(text))


@pytest.mark.parametrize("text", ["", ".", "e5", "1e", "1e+", "-", "1.2.3", "1,5", "0x1", "1 2", "infinity", "--1"])
def test_what_is_no_number_stops(text: str) -> None:
    with pytest.raises(Stop) as caught:
        parse.number(text)
    assert caught.value.kind == "number"
    assert not parse.numeric(text)


@given(st.from_regex(r"[ ]?[+-]?[0-9.]{0,6}([eE][+-]?[0-9]{0,2})?", fullmatch=True))
def test_numeric_says_whether_number_reads(text: str) -> None:
    try:
        expected = float(text)
    except ValueError:
        assert not parse.numeric(text)
        with pytest.raises(Stop):
            parse.number(text)
    else:
        assert parse.numeric(text)
        assert same(parse.number(text), expected)


@given(st.floats(-1e12, 1e12), st.integers(0, 10))
def test_fixed_places_round_the_shortest_decimal(x: float, places: int) -> None:
    exact = Decimal(repr(x)).quantize(Decimal(1).scaleb(-places))
    assert show.fixed(x, places) == f"{exact:f}"


@given(ANY)
def test_quoted_text_is_json(s: str) -> None:
    assert json.loads(show.quote(s)) == s
    assert parse.scan_text(show.quote(s), 0) == (s, len(show.quote(s)))
    assert parse.scan_text(json.dumps(s), 0)[0] == s


@pytest.mark.parametrize("text", ['"', '"a', r'"\x"', r'"\u12"', "a", r'"\ud800"', '"\\'])
def test_broken_quotes_stop(text: str) -> None:
    with pytest.raises(Stop):
        parse.scan_text(text, 0)


def test_small_scanners() -> None:
    assert parse.scan_bool(" true,", 0) == (True, 5)
    assert parse.boolean(" false ") is False
    assert parse.integers("a-1-2,+3") == [-1, 2, 3]
    assert parse.scan_mark("  [1", 0, "[") == 3 and parse.next_is(" ]", 0, "]")
    assert parse.scan_character('"é"', 0) == ("é", 3)
    assert parse.scan_word(" none]", 0, "none") == 5
    assert [parse.unquoted(t) for t in ("a b", '"a\\n"', "")] == ["a b", "a\n", ""]
    with pytest.raises(Stop):
        parse.scan_character('"ab"', 0)

"""The own model against small references in plain Python, on all kinds of numbers."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.unit.semantics.one_step import After

from siglum.smt.evaluate import value_of, variables
from siglum.smt.terms import Terms
from siglum.target.x86_64.semantics.encodings import encodings
from siglum.target.x86_64.semantics.floats import FUNCTIONS
from siglum.target.x86_64.semantics.forms import FORMS
from siglum.target.x86_64.semantics.literal import Literal
from siglum.target.x86_64.semantics.own import step
from siglum.target.x86_64.semantics.state import FLAGS, REGISTERS, State
from siglum.target.x86_64.semantics.symbolic import Recorded, meaning_of

WIDTHS = {8: ("", -1), 16: ("66", 0), 32: ("", 0), 64: ("48", 0)}
"""By width: the prefix, and what is added to the opcode of the wide form."""
words = st.one_of(
    st.integers(0, (1 << 64) - 1),
    st.builds(lambda k, d: ((1 << k) + d) & (1 << 64) - 1, st.integers(0, 64), st.integers(-2, 2)),
)
widths = st.sampled_from(list(WIDTHS))


def encoded(opcode: int, width: int, modrm: int = 0xD8) -> str:
    """opcode r/m, r of rax and rbx, at a width."""
    prefix, less = WIDTHS[width]
    return f"{prefix}{opcode + less:02x}{modrm:02x}"


def signed(value: int, width: int) -> int:
    value &= (1 << width) - 1
    return value - (value >> width - 1 << width)


def merged(old: int, value: int, width: int) -> int:
    """A register after a write of `width` bits."""
    value &= (1 << width) - 1
    return value if width >= 32 else old >> width << width | value


def expected_flags(a: int, b: int, carry: int, width: int, sign: int) -> dict[str, int]:
    """Those of a + b + carry (`sign` 1) or a - b - carry (-1), from the numbers themselves."""
    a, b = (x & (1 << width) - 1 for x in (a, b))
    exact, exact_signed = a + sign * (b + carry), signed(a, width) + sign * (signed(b, width) + carry)
    result = exact & (1 << width) - 1
    nibble = (a & 15) + sign * ((b & 15) + carry)
    return {
        "cf": int(exact != result),
        "pf": 1 - (result & 255).bit_count() % 2,
        "af": int(nibble not in range(16)),
        "zf": int(result == 0),
        "sf": result >> width - 1,
        "of": int(exact_signed != signed(result, width)),
    }


SUMS = [(0x01, 1, False), (0x11, 1, True), (0x29, -1, False), (0x19, -1, True)]
"""add, adc, sub, sbb: the opcode, the sign, whether the carry counts."""


@given(words, words, widths, st.sampled_from(SUMS), st.booleans())
@example(0x80, 0x80, 8, (0x19, -1, True), True)
@example(0x7F, 0xFF, 8, (0x11, 1, True), True)
def test_sums_and_differences(a: int, b: int, width: int, kind: tuple[int, int, bool], carry: bool) -> None:
    opcode, sign, with_carry = kind
    extra = int(with_carry and carry)
    after = After(encoded(opcode, width), rax=a, rbx=b, cf=carry)
    assert {name: after[name] for name in FLAGS[:6]} == expected_flags(a, b, extra, width, sign)
    assert after["rax"] == merged(a, a + sign * (b + extra), width)


@given(words, words, widths, st.sampled_from([(4, "<<"), (5, ">>"), (7, "sar")]))
def test_shifts(a: int, count: int, width: int, kind: tuple[int, str]) -> None:
    number, name = kind
    count &= 0xFF
    after = After(encoded(0xD3, width, 0xC0 | number << 3), rax=a, rcx=count)
    places = count & (63 if width == 64 else 31)
    value = a & (1 << width) - 1
    result = value << places if name == "<<" else value >> places if name == ">>" else signed(a, width) >> places
    assert after["rax"] == merged(a, result, width)
    if places:
        whole = signed(a, width) if name == "sar" else value
        out = value << places >> width if name == "<<" else whole >> places - 1
        assert after.undefined("af")
        assert after.undefined("cf") == (places >= width and name != "sar")
        if not after.undefined("cf"):
            assert after["cf"] == out & 1
        assert after.undefined("of") == (places != 1)


@given(words, words, widths)
def test_products(a: int, b: int, width: int) -> None:
    after = After(encoded(0xF7, width, 0xE3), rax=a, rbx=b)  # mul
    product = (a & (1 << width) - 1) * (b & (1 << width) - 1)
    low, high = product & (1 << width) - 1, product >> width
    if width == 8:
        assert after["rax"] == a >> 16 << 16 | product
    else:
        assert (after["rax"], after["rdx"]) == (merged(a, low, width), merged(0, high, width))
    assert (after["cf"], after["of"]) == (int(high != 0), int(high != 0))


@given(words, words, words, widths, st.booleans())
def test_quotients(low: int, high: int, divisor: int, width: int, is_signed: bool) -> None:
    after = After(encoded(0xF7, width, 0xFB if is_signed else 0xF3), rax=low, rdx=high, rbx=divisor)
    limit = (1 << width) - 1
    whole = low & 0xFFFF if width == 8 else (high & limit) << width | low & limit
    by = divisor & limit
    if is_signed:
        whole, by = signed(whole, 2 * width), signed(by, width)
    quotient = abs(whole) // abs(by) * (1 if (whole < 0) == (by < 0) else -1) if by else 0
    fits = -(1 << width - 1) <= quotient < 1 << width - 1 if is_signed else quotient <= limit
    assert after.faults() == ([] if by and fits else ["division"])
    if by and fits:
        remainder = (whole - quotient * by) & limit
        found = (after["rax"] & limit, (after["rax"] >> 8 if width == 8 else after["rdx"]) & limit)
        assert found == (quotient & limit, remainder)


@settings(max_examples=25)
@given(words, words)
def test_deposits_and_extracts(source: int, chosen: int) -> None:
    places = [k for k in range(64) if chosen >> k & 1]
    deposited = sum((source >> j & 1) << k for j, k in enumerate(places))
    extracted = sum((source >> k & 1) << j for j, k in enumerate(places))
    assert After("c4e2e3f5c1", rbx=source, rcx=chosen)["rax"] == deposited  # pdep rax, rbx, rcx
    assert After("c4e2e2f5c1", rbx=source, rcx=chosen)["rax"] == extracted  # pext rax, rbx, rcx


@given(words)
def test_counts(value: int) -> None:
    assert After("f3480fb8c3", rbx=value)["rax"] == value.bit_count()  # popcnt rax, rbx
    assert After("f3480fbdc3", rbx=value)["rax"] == 64 - value.bit_length()  # lzcnt rax, rbx
    assert After("f3480fbcc3", rbx=value)["rax"] == ((value & -value).bit_length() - 1 if value else 64)  # tzcnt rax, rbx


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_saturated_bytes(a: bytes, b: bytes) -> None:
    values = {"ymm0": int.from_bytes(a, "little"), "ymm1": int.from_bytes(b, "little")}

    def lanes(code: str) -> list[int]:
        return list(After(code, values)["ymm0"].to_bytes(32, "little")[:16])

    pairs = list(zip(a, b, strict=True))
    assert lanes("660fdcc1") == [min(x + y, 255) for x, y in pairs]  # paddusb
    assert lanes("660fd8c1") == [max(x - y, 0) for x, y in pairs]  # psubusb
    assert lanes("660fecc1") == [max(-128, min(127, signed(x, 8) + signed(y, 8))) & 255 for x, y in pairs]  # paddsb
    assert lanes("660fe0c1") == [(x + y + 1) // 2 for x, y in pairs]  # pavgb
    assert lanes("660f74c1") == [255 * (x == y) for x, y in pairs]  # pcmpeqb


def test_undefined_flags_are_new_unknowns_each_time() -> None:
    terms = Terms()
    state = State.unknown(terms, Recorded(terms))
    code = bytes.fromhex("4821d84821d8")  # and rax, rbx, twice
    seen = {state.flags["af"]}
    for at in (0, 3):
        step(terms, state, code, at, terms.var("base", 64))
        seen.add(state.flags["af"])
    assert len(seen) == 3


def test_a_register_that_is_no_operand_keeps_its_term() -> None:
    terms = Terms()
    state = State.unknown(terms, Recorded(terms))
    step(terms, state, bytes.fromhex("4801d8"), 0, terms.var("base", 64))  # add rax, rbx
    assert state.registers[1:] == [terms.var(name, 64) for name in REGISTERS[1:]]


def test_terms_as_written_and_as_rewritten_have_the_same_values() -> None:
    random = Random(0)
    wrong = []
    for name in list(FORMS)[::6]:
        code = encodings(name)[0]
        written, rewritten = meaning_of(code, Literal()), meaning_of(code)
        found = []
        values: dict[str, int] = {}
        for meaning in (written, rewritten):
            roots = [meaning.changed.get(name, None) for name in PARTS]
            values |= {v.value: random.getrandbits(v.width or 1) for v in variables(filter(None, roots)) if v.value not in values}
            found.append([None if root is None else value_of(root, values, BOTH_NAMES) for root in roots])
        # what is rewritten to its old value counts as unchanged
        if any(a != b for a, b in zip(*found, strict=True) if a is not None and b is not None):
            wrong.append(name)
    assert wrong == []


PARTS = [*REGISTERS, *(f"ymm{k}" for k in range(16)), *FLAGS]
COMMUTING = {(name, commutes): function for name, function in FUNCTIONS.items() for commutes in (False, True)}
BOTH_NAMES: dict[Any, Any] = {**FUNCTIONS, **COMMUTING}
"""Functions by the names that terms as written give them, too."""

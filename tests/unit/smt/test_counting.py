"""Counts, rotations, overflow and sums of bits: every value of small widths, and the usual tricks with masks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from siglum.smt import bits, bitsums, floats
from siglum.smt.evaluate import evaluator
from siglum.smt.terms import Term, Terms, mask

WIDTH = 4
ALL = range(1 << WIDTH)


def signed(x: int, width: int = WIDTH) -> int:
    return x - (x >> width - 1 << width)


UNARY: dict[str, Callable[[int], int]] = {
    "popcount": int.bit_count,
    "leading_zeros": lambda x: WIDTH - x.bit_length(),
    "trailing_zeros": lambda x: (x & -x).bit_length() - 1 if x else WIDTH,
    "even_parity": lambda x: int(x.bit_count() % 2 == 0),
}


@pytest.mark.parametrize("name", UNARY)
def test_counts(name: str) -> None:
    terms = Terms()
    run = evaluator([getattr(bits, name)(terms.var("x", WIDTH))])
    assert [run({"x": x})[0] for x in ALL] == [UNARY[name](x) for x in ALL]


def test_rotations() -> None:
    terms = Terms()
    x, k = terms.var("x", WIDTH), terms.var("k", WIDTH)
    left, right = evaluator([bits.rotated_left(x, k)]), evaluator([bits.rotated_right(x, k)])
    for value in ALL:
        for count in ALL:
            n = count % WIDTH
            expected = (value << n | value >> (WIDTH - n)) & mask(WIDTH)
            assert left({"x": value, "k": count})[0] == expected
            assert right({"x": expected, "k": count})[0] == value
    assert bits.rotated_left(x, terms.const(8, WIDTH)) is x
    assert evaluator([bits.rotated_left(x, terms.const(1, WIDTH))])({"x": 0b1001}) == [0b0011]


def test_bytes_change_places() -> None:
    terms = Terms()
    assert evaluator([bits.byte_swapped(terms.var("x", 32))])({"x": 0x12345678}) == [0x78563412]
    assert evaluator([bits.word(terms.var("p", 0), 8)])({"p": True}) == [1]


OVERFLOWS: dict[str, Callable[[int, int], bool]] = {
    "signed_add_overflows": lambda x, y: not -8 <= signed(x) + signed(y) < 8,
    "signed_sub_overflows": lambda x, y: not -8 <= signed(x) - signed(y) < 8,
    "signed_mul_overflows": lambda x, y: not -8 <= signed(x) * signed(y) < 8,
    "unsigned_add_overflows": lambda x, y: x + y > 15,
    "unsigned_sub_overflows": lambda x, y: x < y,
    "unsigned_mul_overflows": lambda x, y: x * y > 15,
}


@pytest.mark.parametrize("name", OVERFLOWS)
@pytest.mark.parametrize("form", ["two variables", "a constant first", "a constant second", "two small numbers"])
def test_what_leaves_the_range(name: str, form: str) -> None:
    asked = getattr(bits, name)
    terms = Terms()
    x, y = terms.var("x", WIDTH), terms.var("y", WIDTH)
    if form == "two variables":
        run = evaluator([asked(x, y)])
        found = {(a, b): run({"x": a, "y": b})[0] for a in ALL for b in ALL}
    elif form == "a constant first":
        made = {a: evaluator([asked(terms.const(a, WIDTH), y)]) for a in ALL}
        found = {(a, b): made[a]({"y": b})[0] for a in ALL for b in ALL}
    elif form == "a constant second":
        made = {b: evaluator([asked(x, terms.const(b, WIDTH))]) for b in ALL}
        found = {(a, b): made[b]({"x": a})[0] for a in ALL for b in ALL}
    else:
        small = [terms.var(n, 1).zext(WIDTH) for n in "xy"]
        run = evaluator([asked(*small)])
        found = {(a, b): run({"x": a, "y": b})[0] for a in (0, 1) for b in (0, 1)}
        if name != "unsigned_sub_overflows":
            assert asked(*small) is terms.false
    assert {pair: bool(value) for pair, value in found.items()} == {pair: OVERFLOWS[name](*pair) for pair in found}


def test_bounds_of_signed_values_are_never_wrong_and_sometimes_narrow() -> None:
    terms = Terms()
    x, y, p = terms.var("x", 4), terms.var("y", 4), terms.var("p", 0)
    narrow = x.sext(8)
    cases: list[tuple[Term, tuple[int, int]]] = [
        (terms.const(0xFF, 8), (-1, -1)), (terms.var("z", 8), (-128, 127)), (x.zext(8), (0, 15)), (narrow, (-8, 7)),
        (terms.or_(x.zext(8), terms.const(0xF0, 8)), (-16, -1)), (p.ite(narrow, terms.const(20, 8)), (-8, 20)),
        (narrow + y.sext(8) * 3 - 5, (-8 - 24 - 5, 7 + 21 - 5)), (narrow * 20, (-128, 127)), (narrow - y.sext(8), (-15, 15)),
    ]  # fmt: skip
    for term, bounds in cases:
        low, high = bits.signed_bounds(term)
        assert (low, high) == bounds, term
        run = evaluator([term])
        values = {signed(run({"x": a, "y": b, "z": 16 * a + b, "p": c})[0], 8) for a in ALL for b in ALL for c in (False, True)}
        assert low <= min(values) and max(values) <= high
    deep = narrow
    for k in range(8):
        deep = terms.var(f"q{k}", 0).ite(deep, terms.const(k, 8))
    assert bits.signed_bounds(deep) == (-128, 127)


def test_products_are_exact() -> None:
    terms = Terms()
    x, y = terms.var("x", WIDTH), terms.var("y", WIDTH)
    run = evaluator([bits.signed_product(x, y), bits.unsigned_product(x, y)])
    for a in ALL:
        for b in ALL:
            assert run({"x": a, "y": b}) == [signed(a) * signed(b) & 255, a * b]


@pytest.mark.parametrize(
    ("x", "canonical"), [(0x7FF8000000000000, 0x7FF8000000000000), (0xFFF0000000000001, 0x7FF8000000000000), (1 << 63, 1 << 63)]
)
def test_nan_is_stored_as_one(x: int, canonical: int) -> None:
    terms = Terms()
    assert evaluator([floats.canonical(terms.var("x", 64))])({"x": x}) == [canonical]
    plain = [floats.negated(terms.var("x", 64)), floats.magnitude(terms.var("x", 64)), floats.is_nan(terms.var("x", 64))]
    assert evaluator(plain)({"x": x}) == [x ^ 1 << 63, x & ~(1 << 63), x & ~(1 << 63) > 0x7FF << 52]


# Sums of bits ---------------------------------------------------------------------------------------------------------
def folded(x: Term) -> Term:
    """The bits of a word counted in fields of 2, 4, 8 ... bits."""
    width = x.width
    step = 1
    while step < width:
        fields = sum(mask(step) << k for k in range(0, width, 2 * step))
        x = (x & fields) + (x >> step & fields)
        step *= 2
    return x


def multiplied(x: Term) -> Term:
    """Bytes of counts, added up by a multiplication."""
    x = x - (x >> 1 & 0x5555)
    x = (x & 0x3333) + (x >> 2 & 0x3333)
    x = (x + (x >> 4)) & 0x0F0F
    return (x * 0x0101).bits(15, 8).zext(16)


@pytest.mark.parametrize("count", [folded, multiplied])
def test_bits_counted_in_fields_are_one_sum(count: Callable[[Term], Term]) -> None:
    terms = Terms()
    x = terms.var("x", 16)
    (found,), changed = bitsums.with_bit_sums([count(x)])
    assert changed and found is terms.linear(16, 0, tuple((x.bits(k, k).zext(16), 1) for k in range(16)))


def test_a_sum_of_bits_stays_as_it_is() -> None:
    terms = Terms()
    x = terms.var("x", 16)
    ones = terms.linear(16, 0, tuple((x.bits(k, k).zext(16), 1) for k in range(10)))
    roots = [ones, x & 0x5555]
    assert bitsums.with_bit_sums(roots) == (roots, False)


def test_what_carries_over_is_no_count() -> None:
    terms = Terms()
    x = terms.var("x", 16)
    term = (x & 0x0FFF) + (x >> 4 & 0x0FFF)  # fields overlap
    (found,), _ = bitsums.with_bit_sums([term & 0x00FF])
    run = evaluator([found, term & 0x00FF])
    for value in (0, 1, 0xFFFF, 0x8421, 0x1248, 0x0FF0, 0xABCD):
        one, other = run({"x": value})
        assert one == other


EXAMPLES: dict[str, Callable[[Term, Term], Term]] = {
    "a constant beside the bits": lambda x, y: (x & 0x5555) + (x >> 1 & 0x5555) + 1,
    "bits of two words": lambda x, y: (x & 0x0F0F) + (y & 0x0F0F) + (y >> 4 & 0x0F0F),
    "a word twice": lambda x, y: (x & 0x00FF) + (x & 0x00FF),
    "what is no word": lambda x, y: (x * y & 0x00FF) + (x * y >> 8 & 0x00FF),
    "a part of a product": lambda x, y: ((x * y & 0x5555) + (x & 0x5555)).bits(11, 2).zext(16),
    "a constant inside": lambda x, y: x.home.concat(x.bits(7, 0), x.home.const(3, 8)) + (x & 0x5555),
    "weights that vanish": lambda x, y: ((x & 0xFF) * 256 + (x & 0xFF) * 0xFF00) + (y & 0x0F0F),
    "a carry out of a part": lambda x, y: x.home.concat(((x & 0x5555) + (x & 0x7777)).bits(7, 0), y.bits(7, 0)),
    "a carry across the lower end": lambda x, y: ((x & 1) + (x >> 1 & 1) + (x >> 2 & 1)).bits(15, 1).zext(16) + (x & 0x1111),
    "a carry across the upper end": lambda x, y: ((x & 0xFFF) + (y & 0xFFF)).bits(9, 0).zext(16) + (x & 0x1111),
    "a carry masked": lambda x, y: ((x & 0xFFF) + (y & 0xFFF)) & 0x0F0F,
    "upper parts of a word": lambda x, y: x.bits(15, 8).zext(16) + x.bits(7, 0).zext(16) + (y.bits(11, 4).zext(16) & 0x55),
}


@pytest.mark.parametrize("what", EXAMPLES)
def test_rewriting_sums_changes_no_value(what: str) -> None:
    terms = Terms()
    x, y = terms.var("x", 16), terms.var("y", 16)
    term = EXAMPLES[what](x, y)
    (found,), _ = bitsums.with_bit_sums([term])
    run = evaluator([term, found])
    samples = (0, 1, 2, 3, 0xFF, 0x100, 0x5555, 0xAAAA, 0x7FFF, 0x8000, 0xFFFF, 0x1234)
    for a in samples:
        for b in samples:
            before, after = run({"x": a, "y": b})
            assert before == after, (a, b)


def test_without_masks_nothing_is_looked_at() -> None:
    terms = Terms()
    roots = [terms.var("x", 16) + terms.var("y", 16)]
    assert bitsums.with_bit_sums(roots) == (roots, False)

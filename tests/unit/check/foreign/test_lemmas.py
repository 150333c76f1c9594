"""Lemmas hold for all values: quotients and bit sums at 8 bits one by one, products by halves and abstractions at random."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from siglum.smt.abstraction import with_halves, without_products
from siglum.smt.bitsums import with_bit_sums
from siglum.smt.evaluate import evaluator, variables
from siglum.smt.lemmas import quotient, with_quotients
from siglum.smt.terms import Term, Terms, mask


# Division by multiplication -------------------------------------------------------------------------------------
def by_one_product(x: Term, signed: bool, random: Random) -> Term:
    """(a*x + b) >> s, with a near a power of two over a small number, or not; cut and added to as compilers do."""
    wide = random.choice((16, 24, 32))
    factor = x.sext(wide) if signed else x.zext(wide)
    shift = random.randrange(8, wide)
    near = (1 << shift) // random.randrange(2, 60) + random.choice((0, 1, 1, 1, 2, -1))
    a = near if random.random() < 0.8 else random.randrange(1, 1 << shift)
    made = factor * a + random.choice((0, 0, 0, 1, a, -1))

    def right(y: Term, count: int) -> Term:
        return y.sar(count) if signed else y >> count

    form = random.random()
    if form < 0.5:
        return right(made, shift)
    if form < 0.75:
        return right(made.bits(wide - 1, 8), shift - 8)
    return right(made.bits(15, 8) + x, random.randrange(8))


def by_one_bit_more(x: Term, signed: bool, random: Random) -> Term:
    """((x - t) / 2 + t) >> s where t is the upper half of a product, as for 7, and near misses of it."""
    t = (x.zext(16) * random.randrange(1, 256)).bits(15, 8)
    y = random.choice((x, x, x, x + 1, x * 2))
    half = (y - t) >> random.choice((1, 1, 1, 2))
    return (half + random.choice((t, t, t, x))) >> random.randrange(4)


def by_difference(x: Term, signed: bool, random: Random) -> Term:
    """x less its quotient, the remainder by it, the sign taken off."""
    q = by_one_product(x, signed, random)
    wide = x.sext(q.width) if signed else x.zext(q.width)
    if q.width < 8:
        return q
    return random.choice((wide - q, q - wide.sar(q.width - 1), wide - q * random.randrange(2, 12), q + wide))


@pytest.mark.parametrize("made", [by_one_product, by_one_bit_more, by_difference])
def test_quotients_are_right_for_every_value(made: Callable[[Term, bool, Random], Term]) -> None:
    found = 0
    for seed in range(1500):
        random = Random(seed)
        signed = random.random() < 0.5
        term = made(Terms().var("x", 8), signed, random)
        other = quotient(term)
        (rewritten,), _ = with_quotients([term])
        found += rewritten is not term
        run = evaluator([term, rewritten] + ([other] if other is not None else []))
        for x in range(256):
            assert len(set(run({"x": x}))) == 1, (seed, x)
    assert found > 5


@pytest.mark.parametrize("d", [3, 5, 7, 10, 11, 13, 14, 21, 23, 25, 55, 100, 127, 251])
def test_divisions_as_compilers_make_them_are_recognised(d: int) -> None:
    """By the method of Granlund and Montgomery (1994), figure 4.1: a factor of one bit more than the width where it must be."""
    terms = Terms()
    x = terms.var("x", 8)
    bits = (d - 1).bit_length()
    short = (1 << 8) * ((1 << bits) - d) // d + 1
    t = (x.zext(16) * short).bits(15, 8)
    term = ((x - t >> 1) + t) >> (bits - 1)
    assert quotient(term) is terms.udiv(x, terms.const(d, 8))


# Bits in fields -------------------------------------------------------------------------------------------------
def test_counting_in_fields_is_right_for_every_value() -> None:
    found = 0
    for seed in range(3000):
        random = Random(seed)
        width = random.choice((8, 8, 12, 16))
        pool = [Terms().var("x", width)]
        masks = [0x5555, 0x3333, 0x0F0F, 0x00FF, 0x1111, 0x7777, 0x0101, 0xF0F0, 0xCCCC, random.getrandbits(width)]
        for _ in range(random.randrange(2, 9)):
            a, b = random.choice(pool[-3:]), random.choice(pool[-3:])
            masked, shifted = a & (random.choice(masks) & mask(width)), a >> random.choice((1, 2, 3, 4, 8))
            others = (a + b, a - b, a * random.choice((0x0101, 3, 17)), a << random.choice((1, 4)))
            pool.append(random.choice((masked, masked, shifted, shifted, a + b, *others)))
        (rewritten,), changed = with_bit_sums([pool[-1]])
        if changed:
            found += 1
            run = evaluator([pool[-1], rewritten])
            for x in range(1 << width) if width == 8 else random.sample(range(1 << width), 100):
                assert len(set(run({"x": x}))) == 1, (seed, x)
    assert found > 50


# Products -------------------------------------------------------------------------------------------------------
def test_wide_products_are_the_sum_of_those_of_halves() -> None:
    random = Random(3)
    terms = Terms()
    x, y, z = terms.var("x", 64), terms.var("y", 64), terms.var("z", 40)
    a, b, c = (t.zext(128) for t in (x, y, z))
    wide = [a * b, a * c, a * a, (x & 0xFFFF_FFFF_FFFF).zext(128) * c]
    split, changed = with_halves([*wide, wide[0].bits(127, 64), x * y])
    assert changed and all(a is not b for a, b in zip(wide, split, strict=False)) and split[-1] is x * y
    run = evaluator([*wide, wide[0].bits(127, 64), x * y, *split])
    for _ in range(400):
        drawn = [random.getrandbits(random.choice((64, 64, 20))) ^ random.choice((0, 2**64 - 1)) for _ in "xyz"]
        got = run({"x": drawn[0], "y": drawn[1], "z": drawn[2] % 2**40})
        assert got[:6] == got[6:]


def test_products_that_are_no_wider_than_a_register_stay() -> None:
    terms = Terms()
    x, y = terms.var("x", 32), terms.var("y", 32)
    kept = [x * y, x.zext(64) * y.zext(64), x.sext(128) * y.sext(128), x.zext(128) * y.zext(128)]
    assert with_halves(kept) == (kept, False)


def test_what_is_left_without_products_holds_for_the_true_ones() -> None:
    """Every solution of the assertions is one of the abstraction: nothing that can be is lost."""
    for seed in range(300):
        random = Random(seed)
        terms = Terms()
        x, y = terms.var("x", 8), terms.var("y", 8)
        pool: list[Term] = [x, y, x.zext(16) * y.zext(16), terms.udiv(x, y), terms.urem(x, y)]
        for _ in range(5):
            a = random.choice(pool)
            b = random.choice([t for t in pool if t.width == a.width])
            pool.append(random.choice((
                a * b, a + b, terms.udiv(a, b), terms.urem(a, b), terms.udiv(a, terms.const(random.randrange(1, 20), a.width)),
                a.bits(7, 0), a.bits(3, 0).zext(a.width), terms.ite(a.ult(b), a, b), (a * b).bits(3, 0).zext(8),
            )))  # fmt: skip
        assertions = [random.choice(pool[-4:]).ult(random.randrange(2, 255)), random.choice(pool[-4:]).isnt(7)]
        simpler = without_products(assertions)
        if simpler is None:
            continue
        hard = {f"product {t.number}": t for t in terms._known.values() if t.op in ("mul", "udiv", "urem")}
        names = [v.value for v in variables(simpler) if v.value in hard]
        true_values = evaluator([hard[name] for name in names])
        whole, abstract = evaluator(assertions), evaluator(simpler)
        for _ in range(200):
            values = {"x": random.randrange(256), "y": random.randrange(256)}
            if all(whole(values)):
                assert all(abstract(values | dict(zip(names, true_values(values), strict=True)))), (seed, values)


def test_the_lowest_bits_of_a_wider_product_are_told_to_be_that() -> None:
    terms = Terms()
    x, y = terms.var("x", 32), terms.var("y", 32)
    simpler = without_products([(x * y).is_((x.zext(64) * y.zext(64)).bits(31, 0))])
    assert simpler is None or simpler[0] is terms.true
    found = without_products([(x.zext(64) * y.zext(64)).bits(63, 32).is_(0), (x * y).is_(5)])
    assert found is not None and sum(v.value.startswith("product") for v in variables(found)) == 1

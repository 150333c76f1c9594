"""Division by multiplication: what the lemma turns into a division has the same value, for all values of small widths."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from siglum.smt.abstraction import with_halves, without_products
from siglum.smt.evaluate import below, evaluator
from siglum.smt.lemmas import quotient, rebuilt, rewritten, with_quotients
from siglum.smt.terms import MEMORY, Term, Terms


def unsigned(terms: Terms, width: int, factor: int, offset: int, shift: int) -> Term:
    x = terms.var("x", width)
    return (x.zext(2 * width) * factor + offset).bits(2 * width - 1, shift)


def signed(terms: Terms, width: int, factor: int, offset: int, shift: int) -> Term:
    x = terms.var("x", width)
    return (x.sext(2 * width) * factor + offset).bits(2 * width - 1, shift)


@pytest.mark.parametrize("make", [unsigned, signed])
def test_every_multiple_of_small_width_that_counts_as_a_quotient_is_one(make: Callable[..., Term]) -> None:
    width, found = 5, 0
    for shift in range(1, 9):
        for factor in range(3, 2**width, 2):
            for offset in (0, 1, factor, factor - 1, -1 & 2 ** (2 * width) - 1):
                terms = Terms()
                term = make(terms, width, factor, offset, shift)
                other = quotient(term)
                if other is not None:
                    found += 1
                    run = evaluator([term, other])
                    for x in range(2**width):
                        one, two = run({"x": x})
                        assert one == two, (shift, factor, offset, x)
    assert found > 30


def averaged(x: Term, factor: int, offset: int, read: Callable[[Term], Term]) -> Term:
    """(x + t) / 2 without its carry, where t is the upper half of a multiple."""
    t = (read(x) * factor + offset).bits(2 * x.width - 1, x.width)
    return (x - t >> 1) + t


def test_every_average_with_a_multiple_that_counts_as_a_quotient_is_one() -> None:
    width, found = 6, 0
    for factor in range(1, 2**width):
        for shift in range(width - 1):
            for offset in (0, 5, 2**12 - 1):
                terms = Terms()
                x = terms.var("x", width)
                for read in (lambda t: t.zext(2 * width), lambda t: t.sext(2 * width)):
                    term = averaged(x, factor, offset, read) >> shift
                    other = quotient(term)
                    if other is not None:
                        found += 1
                        run = evaluator([term, other])
                        for value in range(2**width):
                            one, two = run({"x": value})
                            assert one == two, (factor, shift, offset, value)
    assert found > 20


@pytest.mark.parametrize(
    ("width", "divisor", "factor", "shift"),
    [
        (64, 10, 0xCCCCCCCCCCCCCCCD, 67), (64, 3, 0xAAAAAAAAAAAAAAAB, 65), (32, 7, 0x124924925, 35),
        (64, 5, 0xCCCCCCCCCCCCCCCD, 66),
    ],
)  # fmt: skip
def test_compilers_multiples_are_quotients(width: int, divisor: int, factor: int, shift: int) -> None:
    terms = Terms()
    x = terms.var("x", width)
    whole = (x.zext(2 * width) * factor).bits(2 * width - 1, shift)
    (found,), changed = with_quotients([whole])
    assert changed
    assert found is terms.udiv(x, terms.const(divisor, width)).bits(2 * width - shift - 1, 0)


def test_a_wrong_multiple_is_none() -> None:
    terms = Terms()
    x = terms.var("x", 64)
    roots = [(x.zext(128) * 0xCCCCCCCCCCCCCCCC).bits(127, 67)]
    assert with_quotients(roots) == (roots, False)
    plain = [x + 1]
    assert with_quotients(plain) == (plain, False)


def shapes(terms: Terms) -> dict[str, Term]:
    x, y = terms.var("x", 5), terms.var("y", 5)
    wide = x.zext(10)
    tenth = (wide * 13).bits(9, 7)
    return {
        "of two numbers": (wide * 13 + y.zext(10)).bits(9, 7),
        "of one read both ways": (wide * 13 + x.sext(10)).bits(9, 7),
        "twice divided": (tenth.zext(10) * 11).bits(9, 5),
        "two quotients": ((wide * 13).bits(9, 7).zext(10) + (wide * 11).bits(9, 6).zext(10)).bits(9, 1),
        "a multiple of a quotient": (tenth.zext(10) * 3 + wide).bits(9, 1),
        "an upper half and the number": ((wide * 3).bits(9, 5).zext(6) + x.zext(6)).bits(5, 2),
        "joined of two": terms.concat(x, y).bits(9, 3),
        "what is not": (~wide * 13).bits(9, 7),
        "of a part": (x.bits(3, 0).zext(10) * 13).bits(9, 7),
        "of a product": (terms.mul(x, y).zext(10) * 13).bits(9, 7),
        "read as signed again": ((x.sext(10) * 11).bits(9, 6).sext(10) + 1).bits(9, 1),
        "without its sign": ((x * 3).bits(4, 1).zext(10) * 13).bits(9, 7),
        "with its sign": ((x * 3).bits(4, 1).sext(10) * 13).bits(9, 7),
        "half of a difference and another": ((x - y >> 1) + x).bits(4, 2),
        "half of a difference with more": ((x - tenth.zext(5) * 2 >> 1) + tenth.zext(5)).bits(4, 1),
        "half of twice the difference": ((x * 2 - tenth.zext(5) >> 1) + tenth.zext(5)).bits(4, 1),
        "half of a difference of two numbers": ((y - tenth.zext(5) >> 1) + tenth.zext(5)).bits(4, 1),
        "a quarter of a difference": ((x - tenth.zext(5) >> 2) + tenth.zext(5)).bits(4, 1),
        "half of a negative difference": ((x - 9 - tenth.zext(5) >> 1) + tenth.zext(5)).bits(4, 1),
        "less a quotient": (wide * 3 - tenth.zext(10)).bits(9, 1),
        "less a quotient twice": (wide * 3 - tenth.zext(10) * 2).bits(9, 1),
        "of a sum": ((x + y).zext(10) * 13).bits(9, 7),
        "of a sum read as signed": ((x + y).sext(10) * 13).bits(9, 7),
        "of a multiple that wraps": (x * 3).bits(4, 3),
        "shifted only": (wide * 8).bits(9, 4),
        "by more than its width": (wide * 3).bits(9, 8),
        "a constant": terms.concat(terms.const(1, 5), x).bits(9, 2),
        "the number and its quotient": (wide + (wide * 3).bits(9, 5).zext(10)).bits(9, 3),
    }


def test_terms_of_every_shape_keep_their_values() -> None:
    terms = Terms()
    random = Random(1)
    for name, term in shapes(terms).items():
        (found,), _ = with_quotients([term])
        run = evaluator([term, found])
        for _ in range(400):
            before, after = run({"x": random.getrandbits(5), "y": random.getrandbits(5)})
            assert before == after, name


def test_a_choice_inside_is_looked_into() -> None:
    terms = Terms()
    x, p = terms.var("x", 64), terms.var("p", 0)
    term = p.ite((x.zext(128) * 0xCCCCCCCCCCCCCCCD).bits(127, 67).zext(64), x)
    (found,), changed = with_quotients([term])
    assert changed and found is p.ite(terms.udiv(x, terms.const(10, 64)), x)


def test_every_operation_is_built_again_on_other_arguments() -> None:
    terms = Terms()
    x, y, z = (terms.var(n, 8) for n in "xyz")
    p, q = terms.var("p", 0), terms.var("q", 0)
    m, n, a = terms.var("m", MEMORY), terms.var("n", MEMORY), terms.var("a", 64)
    for term in (
        x + y * 3 + 1, terms.mul(x, y), terms.udiv(x, y), terms.urem(x, y), x & y, x | y, x ^ y, ~terms.mul(x, y),
        terms.shl(x, y), terms.lshr(x, y), terms.ashr(x, y), terms.concat(x, y), x.bits(5, 2), x.sext(16), p.ite(x, y),
        x.is_(y), x.ult(y), x.slt(y), p & q, p | q, ~p, p.is_(q), terms.apply("f", 8, x, y), terms.select(m, a),
        terms.store(m, a, x),
    ):  # fmt: skip
        assert rebuilt(term, term.args) is term
        to = {x: z, p: q, m: n}
        (found,) = rewritten([term], to.get)
        names = {t.value for t in below([found]) if t.op == "var"}
        assert not names & {"x", "p", "m"} and (found.op, found.width) != ("var", 8)
        if p not in below([term]):
            assert rewritten([found], {z: x, n: m}.get) == [term]


# Products ---------------------------------------------------------------------------------------------------------------
def test_wide_products_are_split_into_those_of_halves() -> None:
    terms = Terms()
    x, y = terms.var("x", 64), terms.var("y", 64)
    whole = terms.mul(x.zext(128), y.zext(128))
    (found,), changed = with_halves([whole])
    assert changed and max(t.width for t in below([found]) if t.op == "mul") == 64
    run = evaluator([whole, found])
    random = Random(2)
    for _ in range(50):
        one, two = run({"x": random.getrandbits(64), "y": random.getrandbits(64)})
        assert one == two


def test_other_products_stay_whole() -> None:
    terms = Terms()
    x, y = terms.var("x", 128), terms.var("y", 128)
    small = terms.var("s", 32)
    roots = [
        terms.mul(x, y), terms.mul(x.bits(63, 0), y.bits(63, 0)), terms.mul(x.bits(63, 0).zext(128), small.zext(128)),
        terms.mul(terms.var("u", 130), terms.var("v", 130)),
    ]  # fmt: skip
    assert with_halves(roots) == (roots, False)


def names_of(roots: list[Term]) -> set[str]:
    return {t.value for t in below(roots) if t.op == "var"}


def test_products_become_any_numbers_within_their_bounds() -> None:
    terms = Terms()
    x, y = terms.var("x", 4).zext(8), terms.var("y", 4).zext(8)
    product = terms.mul(x, y)
    found = without_products([product.ult(200), x.is_(3)])
    assert found is not None
    assert not [t for t in below(found) if t.op == "mul"]
    product_variable = terms.var(f"product {product.number}", 8)
    assert product_variable.ule(225) in found
    assert without_products([x.is_(3)]) is None


def test_what_is_left_over_stays_below_a_constant_divisor() -> None:
    terms = Terms()
    x, y = terms.var("x", 8), terms.var("y", 8)
    found = without_products([terms.udiv(x, terms.const(10, 8)).is_(y), terms.urem(x, y).is_(1), terms.udiv(y, x).is_(2)])
    assert found is not None and not [t for t in below(found) if t.op in ("udiv", "urem")]
    run = evaluator(found)
    quotient_name = next(n for n in sorted(names_of(found)) if n.startswith("product"))
    for value in range(256):
        for q in range(26):
            if all(run({"x": value, "y": q, quotient_name: q, **other_products(found, quotient_name, value, q)})):
                assert q == value // 10


def other_products(found: list[Term], but: str, x: int, y: int) -> dict[str, int]:
    """What the other quotients and rests are."""
    names = [n for n in sorted(names_of(found), key=lambda n: int(n.split()[1]) if n.startswith("product") else -1) if n != but]
    own = [n for n in names if n.startswith("product")]
    return dict(zip(own, (x % y if y else x, y // x if x else 255), strict=False))


def products_in(roots: list[Term] | None) -> int:
    assert roots is not None
    return len([name for name in names_of(roots) if name.startswith("product")])


def test_the_low_half_of_a_wide_product_is_the_narrow_one() -> None:
    terms = Terms()
    x, y = terms.var("x", 8), terms.var("y", 8)
    wide = terms.mul(x.zext(16), y.zext(16)).ult(500)
    assert products_in(without_products([wide, terms.mul(x, y).is_(3)])) == 1
    assert products_in(without_products([wide, terms.mul(y, x).is_(3), terms.mul(x + 1, y).is_(4)])) == 2
    assert products_in(without_products([terms.mul(x, y).is_(3), terms.mul(x.bits(3, 0), y.bits(3, 0)).is_(4)])) == 1
    assert products_in(without_products([terms.mul(x, y).is_(3), terms.mul(x.bits(4, 1), y.bits(3, 0)).is_(4)])) == 2


def test_very_many_products_are_not_compared() -> None:
    terms = Terms()
    x, y = terms.var("x", 8), terms.var("y", 8)
    wide = [terms.mul(x.zext(16), y.zext(16)).ult(500), terms.mul(x, y).is_(3)]
    for others, different in ((98, 99), (99, 101)):
        many = [terms.mul(x + k + 1, y).is_(k) for k in range(others)]
        assert products_in(without_products([*many, *wide])) == different

"""Products and quotients taken as any numbers: what holds for all of them holds for the right ones, and is asked much faster.

Wide products are split into those of halves first, so that schoolbook multiplication has the same ones.
Imports `smt.terms`, `smt.evaluate` and `smt.lemmas`.
"""

from __future__ import annotations

from typing import Final

from siglum.smt.evaluate import below
from siglum.smt.lemmas import rewritten
from siglum.smt.terms import Term

HARD: Final = frozenset({"mul", "udiv", "urem"})
NAME: Final = "products by halves"
WIDE: Final = 128
"""Products of fewer bits are one instruction in code and reference alike."""
_MOST_COMPARED: Final = 100


def with_halves(terms: list[Term]) -> tuple[list[Term], bool]:
    """The terms with each wide product whose factors fill half of its width at most, and more than a quarter, as the sum of
    the four products of its factors' halves; and whether there was one.
    """
    changed = False

    def replace(term: Term) -> Term | None:
        nonlocal changed
        if term.op != "mul" or term.width < WIDE or term.width % 4:
            return None
        quarter = term.width // 4
        x, y = term.args
        if max(x.high, y.high) >> 2 * quarter or min(x.high, y.high) >> quarter == 0:
            return None
        changed = True
        return _by_halves(x, y, quarter)

    return rewritten(terms, replace), changed


def _by_halves(x: Term, y: Term, quarter: int) -> Term:
    """x * y where both are below 2^(2 * quarter): no partial product overflows two quarters, and the sum is exact."""
    home, width = x.home, x.width
    (x_low, x_high), (y_low, y_high) = (
        [t.bits((k + 1) * quarter - 1, k * quarter).zext(2 * quarter) for k in (0, 1)] for t in (x, y)
    )
    parts = [(x_low * y_low, 0), (x_low * y_high, quarter), (x_high * y_low, quarter), (x_high * y_high, 2 * quarter)]
    return home.linear(width, 0, tuple((part.zext(width), 1 << shift) for part, shift in parts))


def without_products(assertions: list[Term]) -> list[Term] | None:
    """The assertions with each product of variables and each division in place of a number of which only its bounds
    are known, and of a division by a constant that what is left over is less than it;
    None where there is none. If these cannot all hold, neither can the assertions.
    """
    hard = [t for t in below(assertions) if t.op in HARD]
    if not hard:
        return None
    bounds: dict[Term, None] = {}
    wider = _within(hard)

    def replace(term: Term) -> Term | None:
        if term.op not in HARD:
            return None
        terms = term.home
        whole = wider.get(term)
        if whole is not None:
            wide = replace(whole)
            assert wide is not None
            return wide.bits(term.width - 1, 0)
        found = terms.var(f"product {term.number}", term.width)
        bounds[terms.not_(found.ult(term.low))] = None
        bounds[found.ule(term.high)] = None
        return found

    simpler = rewritten(assertions, replace)
    for term in hard:
        if term.op == "udiv" and term.args[1].op == "const":  # what is left over is less than the divisor
            dividend, divisor = rewritten([term.args[0]], replace)[0], term.args[1]
            quotient = term.home.var(f"product {term.number}", term.width)
            bounds[(dividend - quotient * divisor).ult(divisor)] = None
    return [*simpler, *(b for b in bounds if not b.is_const)]


def _within(hard: list[Term]) -> dict[Term, Term]:
    """For products that are the lowest bits of a wider one, the widest such."""
    products = sorted((t for t in hard if t.op == "mul"), key=lambda t: -t.width)
    if len(products) > _MOST_COMPARED:
        return {}
    found: dict[Term, Term] = {}
    for k, narrow in enumerate(products):
        top = narrow.width - 1
        for wide in products[:k]:
            if wide.width > narrow.width and wide not in found:
                x, y = (a.bits(top, 0) for a in wide.args)
                if narrow.args in ((x, y), (y, x)):
                    found[narrow] = wide
                    break
    return found

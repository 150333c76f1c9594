"""Products and quotients taken as any numbers: what holds for all of them holds for the right ones, and is asked much faster.

Imports `smt.terms`, `smt.evaluate` and `smt.lemmas`.
"""

from __future__ import annotations

from typing import Final

from siglum.smt.evaluate import below
from siglum.smt.lemmas import rewritten
from siglum.smt.terms import Term

HARD: Final = frozenset({"mul", "udiv", "urem"})


def without_products(assertions: list[Term]) -> list[Term] | None:
    """The assertions with each product of variables and each division in place of a number of which only its bounds
    are known, and of a division by a constant that what is left over is less than it;
    None where there is none. If these cannot all hold, neither can the assertions.
    """
    hard = [t for t in below(assertions) if t.op in HARD]
    if not hard:
        return None
    bounds: dict[Term, None] = {}

    def replace(term: Term) -> Term | None:
        if term.op not in HARD:
            return None
        terms = term.home
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

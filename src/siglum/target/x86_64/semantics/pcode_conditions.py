"""Truth values in p-code, which has bytes that are 0 or 1 for them, and conditions on flags as comparisons again.

Imports `smt` only. The laws hold for all values; they keep branches readable to whoever looks for `x < y`.
"""

from __future__ import annotations

from siglum.smt.terms import BOOL, Term


def truth_byte(b: Term) -> Term:
    """A truth value as p-code's byte."""
    return b.ite(b.home.const(1, 8), b.home.const(0, 8))


def truth_of(x: Term) -> Term:
    """Whether a byte that holds 0 or 1 is 1."""
    return known_truth(x) or x.isnt(0)


def known_truth(x: Term) -> Term | None:
    """The truth value that a byte was made of, if it was."""
    if x.op == "const" and x.value < 2:
        return x.home.truth(x.value == 1)
    if x.op == "ite" and all(t.op == "const" and t.value < 2 for t in x.args[1:]):
        return x.args[0] if x.args[1].value else ~x.args[0]
    return None


def sub_overflows(x: Term, y: Term) -> Term:
    """Whether x - y as signed numbers leaves the width's range: where x < y is not what the sign of the difference says."""
    return ~same_truth(x.slt(y), (x - y).slt(0))


def equal(x: Term, y: Term) -> Term:
    """Whether two inputs are, as truth values where both are known to be such; x - y = 0 as x = y."""
    if x.width == 8:
        p, q = known_truth(x), known_truth(y)
        if p is not None and q is not None:
            return same_truth(p, q)
    if x.is_const:
        x, y = y, x
    if y.is_const and y.value == 0 and x.op == "sum" and x.value == (0, (1, (1 << x.width) - 1)):
        return x.args[0].is_(x.args[1])
    if y.is_const and y.value == 0 and x.op == "sum" and x.value == (0, ((1 << x.width) - 1, 1)):
        return x.args[1].is_(x.args[0])
    return x.is_(y)


def same_truth(p: Term, q: Term) -> Term:
    """Whether both hold or neither does. p = (p = r) is r, so that SF = OF after a comparison is the comparison."""
    assert p.width == q.width == BOOL
    for one, other in ((p, q), (q, p)):
        inner = ~other if other.op == "not" else other
        for side in (one, ~one):
            if inner.op == "eq" and side in inner.args:
                rest = inner.args[1] if inner.args[0] is side else inner.args[0]
                return rest if (side is one) == (inner is other) else ~rest
    return p.is_(q)


def either(p: Term, q: Term) -> Term:
    """p or q, where x < y or x = y is one comparison."""
    return _at_most(p, q) or p | q


def both(p: Term, q: Term) -> Term:
    """p and q, where neither x < y nor x = y is one comparison."""
    found = _at_most(~p, ~q)
    return p & q if found is None else ~found


def _at_most(p: Term, q: Term) -> Term | None:
    for less, same in ((p, q), (q, p)):
        if less.op in ("slt", "ult") and same.op == "eq" and set(less.args) == set(same.args):
            x, y = less.args
            return ~(y.slt(x) if less.op == "slt" else y.ult(x))
    return None

"""The arithmetic flags and the conditions made of them (SDM volume 1, 3.4.3; volume 1, appendix B).

Flags are built so that a condition after a comparison is one comparison of its operands again. Imports `smt` and `semantics`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from siglum.smt.terms import Term
from siglum.target.x86_64.semantics.operation import Operation
from siglum.target.x86_64.semantics.state import State

_EVEN_PARITY: Final = 0x9669
"""Bit k is set where k has an even number of ones."""


def parity(result: Term) -> Term:
    """PF: whether the lowest byte has an even number of ones."""
    terms = result.home
    folded = terms.xor(terms.extract(result, 7, 4), terms.extract(result, 3, 0))
    return terms.lshr(terms.const(_EVEN_PARITY, 16), terms.zext(folded, 16)).bit(0)


def sign(value: Term) -> Term:
    return value.slt(0)


def carry_of_sum(a: Term, b: Term, carry: Term | None = None) -> Term:
    """Whether a + b (+ 1 where `carry` holds) is 2^width or more."""
    terms = a.home
    if b.number < a.number:
        a, b = b, a
    alone = terms.ult(terms.not_(a), b)
    return alone if carry is None else terms.ite(carry, terms.not_(terms.ult(b, terms.not_(a))), alone)


def borrow(a: Term, b: Term, carry: Term | None = None) -> Term:
    """Whether a - b (- 1 where `carry` holds) is negative as unsigned numbers."""
    terms = a.home
    alone = terms.ult(a, b)
    return alone if carry is None else terms.ite(carry, terms.not_(terms.ult(b, a)), alone)


def of_result(op: Operation, result: Term) -> None:
    """ZF, SF and PF."""
    op.flags(zf=result.is_(0), sf=sign(result), pf=parity(result))


def of_logic(op: Operation, result: Term) -> None:
    """The flags of and, or, xor and test: CF and OF clear, AF undefined."""
    of_result(op, result)
    op.flags(cf=op.terms.false, of=op.terms.false)
    op.undefined("af")


def of_sum(op: Operation, a: Term, b: Term, result: Term, carry: Term | None = None, *, keep_carry: bool = False) -> None:
    """The flags of result = a + b (+ carry)."""
    terms, top = op.terms, a.width - 1
    of_result(op, result)
    a_sign, b_sign, sign_ = sign(a), sign(b), sign(result)
    op.flags(
        af=carry_of_sum(terms.extract(a, 3, 0), terms.extract(b, 3, 0), carry),
        of=terms.and_(terms.eq(a_sign, b_sign), terms.not_(terms.eq(a_sign, sign_))) if top else terms.false,
    )
    if not keep_carry:
        op.flags(cf=carry_of_sum(a, b, carry))


def of_difference(op: Operation, a: Term, b: Term, result: Term, carry: Term | None = None, *, keep_carry: bool = False) -> None:
    """The flags of result = a - b (- carry). OF is written as SF xor (a < b), which `condition` takes apart again."""
    terms = op.terms
    negative = sign(result)
    if carry is None:
        less = terms.slt(a, b)
        op.flags(zf=terms.eq(a, b))
    else:
        less = terms.ite(carry, terms.not_(terms.slt(b, a)), terms.slt(a, b))
        op.flags(zf=result.is_(0))
    op.flags(
        sf=negative,
        pf=parity(result),
        of=terms.xor(less, negative),
        af=borrow(terms.extract(a, 3, 0), terms.extract(b, 3, 0), carry),
    )
    if not keep_carry:
        op.flags(cf=borrow(a, b, carry))


def _less(state: State) -> Term:
    """SF xor OF; where OF is SF xor something (see `of_difference`), that."""
    negative, overflow = state.flags["sf"], state.flags["of"]
    terms = negative.home
    sf, sf_negated = (negative.args[0], True) if negative.op == "not" else (negative, False)
    of, of_negated = (overflow.args[0], True) if overflow.op == "not" else (overflow, False)
    if of.op == "eq" and sf in of.args:
        other = of.args[1] if of.args[0] is sf else of.args[0]
        return other if sf_negated != of_negated else terms.not_(other)
    return terms.xor(negative, overflow)


def _or_equal(less: Term, equal: Term) -> Term:
    """less or equal, as one comparison where both compare the same operands."""
    terms = less.home
    if less.op in ("ult", "slt") and equal.op == "eq" and set(less.args) == set(equal.args):
        return terms.not_(getattr(terms, less.op)(less.args[1], less.args[0]))
    return terms.or_(less, equal)


_CONDITIONS: Final[dict[str, Callable[[State], Term]]] = {
    "O": lambda s: s.flags["of"],
    "B": lambda s: s.flags["cf"],
    "E": lambda s: s.flags["zf"],
    "BE": lambda s: _or_equal(s.flags["cf"], s.flags["zf"]),
    "S": lambda s: s.flags["sf"],
    "P": lambda s: s.flags["pf"],
    "L": _less,
    "LE": lambda s: _or_equal(_less(s), s.flags["zf"]),
}
_OPPOSITES: Final = {"NO": "O", "AE": "B", "NE": "E", "A": "BE", "NS": "S", "NP": "P", "GE": "L", "G": "LE"}
CONDITIONS: Final = (*_CONDITIONS, *_OPPOSITES)
"""The condition codes, by the suffix that iced-x86 gives them."""


def condition(state: State, code: str) -> Term:
    """Whether a condition code holds."""
    if code in _OPPOSITES:
        return state.flags["cf"].home.not_(_CONDITIONS[_OPPOSITES[code]](state))
    return _CONDITIONS[code](state)

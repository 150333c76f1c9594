"""One example of each rewrite that brings equal computations to one form."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from siglum.smt.evaluate import evaluator, variables
from siglum.smt.term import widths
from siglum.smt.terms import BOOL, MEMORY, Term, Terms

T = Terms()
X, Y, Z = (T.var(name, 8) for name in "xyz")
WIDE = T.var("w", 16)
P, Q = (T.var(name, BOOL) for name in "pq")
M, A, B = T.var("m", MEMORY), T.var("a", 64), T.var("b", 64)
ZERO = T.const(0, 8)


def c(value: int, width: int = 8) -> Term:
    return T.const(value, width)


SAME: dict[str, tuple[Callable[[], Term], Term]] = {
    "a sum is in one order": (lambda: (Y + 3) + (X - 5), X + Y - 2),
    "all ones less x is not x": (lambda: -X - 1, ~X),
    "a sum of one bit and 1": (lambda: T.var("bit", 1) + 1, ~T.var("bit", 1)),
    "times a power of two": (lambda: X * 4, T.concat(X.bits(5, 0), c(0, 2))),
    "shifted by nothing": (lambda: X << 0, X),
    "shifted by the width": (lambda: X << 8, ZERO),
    "shifted right by more than the width": (lambda: X >> 9, ZERO),
    "zero shifted by any": (lambda: T.shl(ZERO, X), ZERO),
    "zero shifted right by any": (lambda: T.lshr(ZERO, X), ZERO),
    "signs shifted in of what has none": (lambda: T.ashr(X.bits(3, 0).zext(8), Y), T.lshr(X.bits(3, 0).zext(8), Y)),
    "xor with one of two": (lambda: (X ^ Y) ^ Y, X),
    "xor with the other": (lambda: (X ^ Y) ^ X, Y),
    "one of two xor both": (lambda: X ^ (X ^ Z), Z),
    "xor with two constants": (lambda: (T.mul(X, Y) ^ 0x5A) ^ 0x33, T.mul(X, Y) ^ 0x69),
    "xor of what is not and is not": (lambda: ~X ^ ~Y, X ^ Y),
    "xor of what is not": (lambda: ~X ^ Y, ~(X ^ Y)),
    "not of not": (lambda: ~~X, X),
    "divided by 0": (lambda: T.udiv(X, ZERO), c(255)),
    "divided by a power of two": (lambda: T.udiv(X, c(8)), X >> 3),
    "a smaller number divided": (lambda: T.udiv(X.bits(2, 0).zext(8), c(9)), ZERO),
    "the magnitude by the other sign": (lambda: T.ite(T.slt(ZERO, X), X, -X), T.ite(X.slt(0), -X, X)),
    "the magnitude of what is widened": (
        lambda: T.ite(X.slt(0), -X.sext(16), X.sext(16)), T.ite(X.slt(0), -X, X).zext(16),
    ),
    "a choice inside the same choice": (lambda: T.ite(P, T.ite(P, X, Y), T.ite(P, Z, Y)), T.ite(P, X, Y)),
    "a choice by what is not": (lambda: T.ite(~P, X, Y), T.ite(P, Y, X)),
    "a choice between the same": (lambda: T.ite(P, X, X), X),
    "a choice of true": (lambda: T.ite(P, T.true, Q), P | Q),
    "a choice of false": (lambda: T.ite(P, T.false, Q), ~P & Q),
    "a choice of or else true": (lambda: T.ite(P, Q, T.true), ~P | Q),
    "a choice of or else false": (lambda: T.ite(P, Q, T.false), P & Q),
    "equal to neither of two constants": (lambda: T.ite(P, c(3), c(7)).is_(5), T.false),
    "equal to one of two": (lambda: T.ite(P, X, Y).is_(X), P | Y.is_(X)),
    "equal to the other of two": (lambda: T.ite(P, X, Y).is_(Y), ~P | X.is_(Y)),
    "equal to a constant or some": (lambda: T.ite(P, c(3), X).is_(5), ~P & X.is_(5)),
    "equal to what no widened number is": (lambda: X.sext(16).is_(0x0100), T.false),
    "equal to a widened constant": (lambda: X.sext(16).is_(0xFFFE), X.is_(0xFE)),
    "widened alike": (lambda: X.sext(16).is_(Y.sext(16)), X.is_(Y)),
    "not equal to a constant": (lambda: (~X).is_(3), X.is_(0xFC)),
    "equal in parts": (lambda: T.concat(X, Y).is_(0x1234), X.is_(0x12) & Y.is_(0x34)),
    "equal but for a constant": (lambda: (X + 3).is_(X + 4), T.false),
    "opposite truths": (lambda: T.eq(P, ~P), T.false),
    "not below itself": (lambda: X.ult(X), T.false),
    "0 below x": (lambda: ZERO.ult(X), ~X.is_(0)),
    "x below 1": (lambda: X.ult(1), X.is_(0)),
    "below, both not": (lambda: (~X).ult(~Y), Y.ult(X)),
    "less, both not": (lambda: (~X).slt(~Y), Y.slt(X)),
    "less, both widened": (lambda: X.sext(16).slt(Y.sext(16)), X.slt(Y)),
    "less than a widened constant": (lambda: X.sext(16).slt(5), X.slt(5)),
    "a constant less than what is widened": (lambda: T.const(5, 16).slt(X.sext(16)), c(5).slt(X)),
    "the opposite of what is widened is below 0": (lambda: (-X.sext(16)).slt(0), ZERO.slt(X)),
    "the sign of xor": (lambda: (X ^ Y).slt(0), ~T.eq(X.slt(0), Y.slt(0))),
    "the sign of not": (lambda: (~X).slt(0), ~X.slt(0)),
    "the sign of the upper part": (lambda: T.concat(X, Y).slt(0), X.slt(0)),
    "the sign of a choice with a known one": (lambda: T.ite(P, c(0x80), X.bits(3, 0).zext(8)).slt(0), P),
    "the opposite of a small number is below 0": (lambda: (-X.bits(3, 0).zext(8)).slt(0), ~X.bits(3, 0).is_(0)),
    "what was stored there": (lambda: T.select(T.store(M, A, X), A), X),
    "what was stored elsewhere": (lambda: T.select(T.store(M, A + 1, X), A), T.select(M, A)),
    "stored twice": (lambda: T.store(T.store(M, A, X), A, Y), T.store(M, A, Y)),
    "a commuting function": (lambda: T.apply("f", 8, Y, X, commutes=True), T.apply("f", 8, X, Y, commutes=True)),
    "all of them": (lambda: T.all_of([P, T.true, Q]), P & Q),
    "any of them": (lambda: T.any_of([P, T.false, Q]), P | Q),
}  # fmt: skip


@pytest.mark.parametrize("what", SAME)
def test_both_are_one_term(what: str) -> None:
    make, expected = SAME[what]
    assert make() is expected


APART: dict[str, Callable[[], Term]] = {
    "x less a multiple of another's quotient": lambda: X - T.udiv(Y, c(10)) * 10,
    "x less the multiple of its quotient": lambda: X - T.udiv(X, c(10)) * 10,
    "widened or not its opposite": lambda: T.ite(X.slt(0), WIDE, X.sext(16)),
    "a sum of two": lambda: X + Y,
}


@pytest.mark.parametrize("what", APART)
def test_what_looks_alike_keeps_its_value_and_its_bounds(what: str) -> None:
    term = APART[what]()
    run = evaluator([term])
    given = [v.value for v in variables([term])]
    for x in (0, 1, 9, 10, 127, 128, 200, 255):
        for y in (0, 3, 10, 99, 255):
            values = dict(zip(given, (x, y), strict=False))
            (found,) = run(values)
            assert term.low <= found <= term.high
            assert found == {
                "x less a multiple of another's quotient": lambda v: (v["x"] - v["y"] // 10 * 10) % 256,
                "x less the multiple of its quotient": lambda v: v["x"] % 10,
                "widened or not its opposite": lambda v: v["w"] if v["x"] > 127 else v["x"],
                "a sum of two": lambda v: (v["x"] + v["y"]) % 256,
            }[what]({"x": 0, "y": 0, **values})
    assert what != "x less the multiple of its quotient" or term.high == 9


def test_what_may_lie_at_another_address_is_not_looked_through() -> None:
    stored = T.store(M, B, X)
    found = T.select(stored, A)
    assert found.op == "select" and found.args == (stored, A)


def test_words_of_very_many_parts_are_not_taken_apart() -> None:
    one, other = (T.concat(*(T.var(f"{name}{k}", 1) for k in range(20))) for name in "pq")
    assert (one & other).op == "and" and (one ^ other).op == "xor"
    assert evaluator([one & other])(dict.fromkeys(("p3", "p4", "q4"), 1)) == [1 << 15]


def test_terms_show_themselves() -> None:
    assert repr(X + 3) == "sum (3, (1,))(x)" and repr(c(10)) == "0xa" and repr(T.true) == "true"
    assert repr(P & Q) == "and(p, q)"
    assert widths(T.concat(X, WIDE)) == [8, 16]


def test_comparisons_by_operators() -> None:
    assert X.ule(Y) is ~Y.ult(X) and X.sle(Y) is ~Y.slt(X) and X.isnt(Y) is ~X.is_(Y)
    assert X.bit(3) is X.bits(3, 3).is_(1) and c(0x80).signed == -128
    assert X.sar(2) is T.ashr(X, c(2))

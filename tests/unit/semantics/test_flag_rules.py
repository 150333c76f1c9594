"""Conditions and float functions on every value of their flags and on special values."""

from __future__ import annotations

from itertools import product

import pytest

from siglum.smt.evaluate import evaluator, value_of
from siglum.smt.terms import BOOL, Term, Terms
from siglum.target.x86_64.semantics import flags
from siglum.target.x86_64.semantics.decode import decode
from siglum.target.x86_64.semantics.floats import FUNCTIONS
from siglum.target.x86_64.semantics.own import execute
from siglum.target.x86_64.semantics.state import FLAGS, RAX, RDX, State
from siglum.target.x86_64.semantics.symbolic import Recorded

MEANINGS = {
    "O": lambda f: f["of"], "NO": lambda f: not f["of"], "B": lambda f: f["cf"], "AE": lambda f: not f["cf"],
    "E": lambda f: f["zf"], "NE": lambda f: not f["zf"], "BE": lambda f: f["cf"] or f["zf"],
    "A": lambda f: not f["cf"] and not f["zf"], "S": lambda f: f["sf"], "NS": lambda f: not f["sf"], "P": lambda f: f["pf"],
    "NP": lambda f: not f["pf"], "L": lambda f: f["sf"] != f["of"], "GE": lambda f: f["sf"] == f["of"],
    "LE": lambda f: f["zf"] or f["sf"] != f["of"], "G": lambda f: not f["zf"] and f["sf"] == f["of"],
}  # fmt: skip
"""The conditions as the manual has them (SDM volume 1, appendix B)."""


def states() -> list[tuple[State, Terms]]:
    """Flags that are anything, and flags of forms that conditions take apart, with other operands than those they look for."""
    found = []
    for shape in range(7):
        terms = Terms()
        state = State.unknown(terms, Recorded(terms))
        sf, x, y, p, q = state.flags["sf"], terms.var("x", 4), terms.var("y", 4), terms.var("p", BOOL), terms.var("q", BOOL)
        if shape == 1:
            state.flags["of"] = terms.eq(p, q)
        elif shape == 2:
            state.flags["of"] = terms.xor(p, q)
        elif shape == 3:
            state.flags |= {"of": terms.xor(sf, x.slt(y)), "zf": x.is_(y), "cf": x.ult(y)}
        elif shape == 4:
            state.flags |= {"of": terms.xor(sf, x.slt(y)), "zf": x.is_(3), "cf": x.ult(4)}
        elif shape == 5:
            state.flags |= {"sf": ~p, "of": terms.eq(p, x.slt(y)), "zf": y.is_(x), "cf": y.ult(x)}
        elif shape == 6:
            state.flags |= {"sf": ~p, "of": terms.eq(q, x.slt(0)), "zf": p, "cf": ~x.ult(y)}
        found.append((state, terms))
    return found


@pytest.mark.parametrize("code", flags.CONDITIONS)
def test_conditions_are_what_the_manual_says_of_any_flags(code: str) -> None:
    for state, _ in states():
        run = evaluator([flags.condition(state, code), *(state.flags[name] for name in FLAGS)])
        for p, q, *own in product((0, 1), repeat=2 + 5):
            given = {"p": p, "q": q, **dict(zip(("cf", "pf", "zf", "sf", "of"), own, strict=True)), "af": 0, "df": 0}
            for x, y in ((3, 3), (2, 5), (5, 2), (9, 3), (3, 9)):
                found, *now = run({**given, "x": x, "y": y})
                here = dict(zip(FLAGS, now, strict=True))
                assert bool(found) == bool(MEANINGS[code](here)), (code, here)


def test_all_conditions_have_a_meaning() -> None:
    assert set(flags.CONDITIONS) == set(MEANINGS)


@pytest.mark.parametrize("width", [8, 16])
def test_carries_and_borrows_of_every_kind(width: int) -> None:
    terms = Terms()
    a, b, c = terms.var("a", width), terms.var("b", width), terms.var("c", BOOL)
    limit = 1 << width
    questions: list[tuple[Term, object]] = [
        (flags.carry_of_sum(a, b), lambda x, y, k: x + y >= limit), (flags.carry_of_sum(b, a), lambda x, y, k: x + y >= limit),
        (flags.carry_of_sum(a, b, c), lambda x, y, k: x + y + k >= limit), (flags.borrow(a, b), lambda x, y, k: x < y),
        (flags.borrow(b, a, c), lambda x, y, k: y - x - k < 0),
        (flags.parity(a), lambda x, y, k: bin(x & 255).count("1") % 2 == 0), (flags.sign(a), lambda x, y, k: x >> width - 1),
    ]  # fmt: skip
    for found, meaning in questions:
        assert callable(meaning)
        for x, y, k in product((0, 1, 2, limit // 2 - 1, limit // 2, limit - 2, limit - 1), repeat=3):
            values = {"a": x, "b": y, "c": k & 1}
            assert bool(value_of(found, values)) == bool(meaning(x, y, k & 1)), (found, values)


# Float functions on numbers -------------------------------------------------------------------------------------------
ONE, TWO, HALF, MINUS = 0x3FF0 << 48, 0x4000 << 48, 0x3FE0 << 48, 1 << 63
INFINITE, QUIET, SIGNALLING = 0x7FF0 << 48, 0x7FF8 << 48, 0x7FF0 << 48 | 1


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("fadd", (ONE, ONE), TWO), ("fadd", (INFINITE, MINUS | INFINITE), MINUS | QUIET), ("fadd", (SIGNALLING, ONE), QUIET | 1),
        ("fadd", (ONE, MINUS | QUIET | 5), MINUS | QUIET | 5), ("fadd", (MINUS, MINUS), MINUS), ("fadd", (0, MINUS), 0),
        ("fsub", (ONE, HALF), HALF), ("fsub", (HALF, ONE), MINUS | HALF), ("fmul", (TWO, HALF), ONE),
        ("fmul", (INFINITE, 0), MINUS | QUIET), ("fdiv", (ONE, TWO), HALF), ("fdiv", (ONE, 0), INFINITE),
        ("fdiv", (ONE, MINUS), MINUS | INFINITE), ("fdiv", (0, 0), MINUS | QUIET), ("fdiv", (MINUS | ONE, 0), MINUS | INFINITE),
        ("fsqrt", (0x4010 << 48,), TWO), ("fsqrt", (MINUS,), MINUS), ("fsqrt", (MINUS | ONE,), MINUS | QUIET),
        ("ffloor", (MINUS | HALF,), MINUS | ONE), ("ffloor", (HALF,), 0), ("fceil", (MINUS | HALF,), MINUS),
        ("fceil", (HALF,), ONE),
        ("ftrunc", (MINUS | 0x3FF8 << 48,), MINUS | ONE), ("fnearest", (HALF,), 0), ("fnearest", (0x3FF8 << 48,), TWO),
        ("fnearest", (MINUS | HALF,), MINUS), ("ffloor", (SIGNALLING,), QUIET | 1), ("fceil", (INFINITE,), INFINITE),
        ("cvtsi2sd", ((1 << 64) - 1,), MINUS | ONE), ("cvtsi2sd", (2,), TWO),
        ("cvttsd2si64", (MINUS | 0x3FF8 << 48,), (1 << 64) - 1), ("cvttsd2si64", (0x43E0 << 48,), MINUS),
        ("cvttsd2si64", (0xC3E0 << 48,), MINUS), ("cvttsd2si64", (QUIET,), MINUS), ("cvttsd2si32", (0x41E0 << 48,), 1 << 31),
        ("cvttsd2si32", (0x41DFFFFFFFC00000,), (1 << 31) - 1), ("cvttsd2si32", (MINUS | INFINITE,), 1 << 31),
        ("cvtsd2ss", (ONE,), 0x3F800000), ("cvtsd2ss", (0x7FEF << 48,), 0x7F800000), ("cvtsd2ss", (0xFFEF << 48,), 0xFF800000),
        ("cvtsd2ss", (QUIET,), 0x7FC00000), ("cvtsd2ss", (MINUS | QUIET | 5 << 29,), 0xFFC00005),
        ("cvtsd2ss", (SIGNALLING,), 0x7FC00000),
        ("cvtss2sd", (0x3F800000,), ONE), ("cvtss2sd", (0xFF800000,), MINUS | INFINITE),
        ("cvtss2sd", (0x7F800001,), QUIET | 1 << 29),
        ("cvtss2sd", (0xFFC00003,), MINUS | QUIET | 3 << 29), ("cvtss2sd", (0x80000000,), MINUS),
        ("cvtss2sd", (1,), 0x36A0 << 48),
    ],
)  # fmt: skip
def test_float_functions_on_special_values(name: str, arguments: tuple[int, ...], expected: int) -> None:
    assert FUNCTIONS[name](*arguments) == expected, hex(FUNCTIONS[name](*arguments))


# Divisions of a dividend that fits its lower half -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("before", "code", "width", "signed"),
    [
        ("4899", "48f7f9", 64, True), ("99", "f7f9", 32, True), ("6699", "66f7f9", 16, True),  # cqo, cdq, cwd; idiv
        ("31d2", "48f7f1", 64, False), ("31d2", "f7f1", 32, False), ("6631d2", "66f7f1", 16, False),  # xor edx,edx; div
    ],
)  # fmt: skip
def test_divisions_behind_what_widens_the_dividend(before: str, code: str, width: int, signed: bool) -> None:
    """Known upper halves are divided at the width of the divisor; faults are those of the whole dividend."""
    terms = Terms()
    state = State.unknown(terms, Recorded(terms))
    base = terms.var("base", 64)
    for text in (before, code):
        step = execute(terms, state, decode(bytes.fromhex(text)), 0, base)
    limit, top = 1 << width, 1 << width - 1
    numbers = (0, 1, 2, 7, limit - 1, limit - 7, top, top - 1, top + 1)
    for a, b in product(numbers, repeat=2):
        values = {"rax": a, "rcx": b, "rdx": 0x5555}
        x, y = (n - limit if signed and n & top else n for n in (a, b))
        faults = y == 0 or (signed and x == -top and y == -1)
        assert [bool(value_of(f.condition, values)) for f in step.faults].count(True) == faults, (x, y)
        if not faults:
            quotient = abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)
            got = [value_of(state.registers[k].bits(width - 1, 0), values) for k in (RAX, RDX)]
            assert got == [quotient % limit, (x - quotient * y) % limit], (x, y)

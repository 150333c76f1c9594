"""Terms against plain Python numbers: values, bounds, and the scripts that the solvers read."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siglum.smt.evaluate import below, evaluator, value_of, variables
from siglum.smt.printer import script
from siglum.smt.terms import BOOL, MEMORY, Term, Terms, mask
from siglum.smt.worker import MAKERS

WIDTHS: Final = (1, 3, 8, 16, 64)
Naive = Callable[[dict[str, Any]], Any]
"""The value by Python's own numbers, made beside the term."""


def signed(x: int, width: int) -> int:
    return x - (x >> width - 1 << width)


class Made:
    """Terms of random shape, each with its naive value."""

    def __init__(self, random: Random) -> None:
        self.random, self.terms = random, Terms()

    def of(self, width: int, depth: int) -> tuple[Term, Naive]:
        if width == BOOL:
            return self.truth(depth)
        if depth == 0 or self.random.random() < 0.1:
            return self.leaf(width)
        kinds = (self.arithmetic, self.bitwise, self.shift, self.parts, self.choice, self.byte)
        return self.random.choice(kinds)(width, depth - 1)

    def leaf(self, width: int) -> tuple[Term, Naive]:
        if self.random.random() < 0.35:
            value = self.random.choice((0, 1, 2, mask(width), 1 << width - 1, self.random.getrandbits(width))) & mask(width)
            return self.terms.const(value, width), lambda v: value
        name = f"{self.random.choice('xyz')}{width}"
        return self.terms.var(name, width), lambda v: v[name]

    def arithmetic(self, width: int, depth: int) -> tuple[Term, Naive]:
        (x, a), (y, b) = self.of(width, depth), self.of(width, depth)
        m = mask(width)
        kind = self.random.choice(("add", "sub", "mul", "neg", "udiv", "urem", "sdiv", "srem"))
        t = self.terms
        match kind:
            case "add":
                return x + y, lambda v: a(v) + b(v) & m
            case "sub":
                return x - y, lambda v: a(v) - b(v) & m
            case "mul":
                return x * y, lambda v: a(v) * b(v) & m
            case "neg":
                return -x, lambda v: -a(v) & m
            case "udiv":
                return t.udiv(x, y), lambda v: a(v) // b(v) if b(v) else m
            case "urem":
                return t.urem(x, y), lambda v: a(v) % b(v) if b(v) else a(v)
            case "sdiv":
                return t.sdiv(x, y), lambda v: quotient(a(v), b(v), width) & m
        return t.srem(x, y), lambda v: remainder(a(v), b(v), width) & m

    def bitwise(self, width: int, depth: int) -> tuple[Term, Naive]:
        (x, a), (y, b) = self.of(width, depth), self.of(width, depth)
        match self.random.choice("&|^~"):
            case "&":
                return x & y, lambda v: a(v) & b(v)
            case "|":
                return x | y, lambda v: a(v) | b(v)
            case "^":
                return x ^ y, lambda v: a(v) ^ b(v)
        return ~x, lambda v: a(v) ^ mask(width)

    def shift(self, width: int, depth: int) -> tuple[Term, Naive]:
        (x, a), (y, b) = self.of(width, depth), self.of(width, depth)
        match self.random.choice("lra"):
            case "l":
                return x << y, lambda v: a(v) << b(v) & mask(width) if b(v) < width else 0
            case "r":
                return x >> y, lambda v: a(v) >> min(b(v), width)
        return x.sar(y), lambda v: signed(a(v), width) >> min(b(v), width) & mask(width)

    def parts(self, width: int, depth: int) -> tuple[Term, Naive]:
        if self.random.random() < 0.4:
            whole = self.random.choice([w for w in WIDTHS if w >= width])
            x, a = self.of(whole, depth)
            low = self.random.randrange(whole - width + 1)
            return x.bits(low + width - 1, low), lambda v: a(v) >> low & mask(width)
        if width > 1 and self.random.random() < 0.5:
            upper = self.random.randrange(1, width)
            (x, a), (y, b) = self.of(upper, depth), self.of(width - upper, depth)
            return self.terms.concat(x, y), lambda v: a(v) << width - upper | b(v)
        small = self.random.randrange(1, width + 1)
        x, a = self.of(small, depth)
        if self.random.random() < 0.5:
            return x.zext(width), a
        return x.sext(width), lambda v: signed(a(v), small) & mask(width)

    def choice(self, width: int, depth: int) -> tuple[Term, Naive]:
        (c, p), (x, a), (y, b) = self.of(BOOL, depth), self.of(width, depth), self.of(width, depth)
        return c.ite(x, y), lambda v: a(v) if p(v) else b(v)

    def byte(self, width: int, depth: int) -> tuple[Term, Naive]:
        if width != 8:
            return self.arithmetic(width, depth)
        memory: Term = self.terms.var("memory", MEMORY)
        steps: list[tuple[Naive, Naive]] = []
        for _ in range(self.random.randrange(3)):
            (at, a), (x, b) = self.of(64, min(depth, 1)), self.of(8, min(depth, 1))
            memory = self.terms.store(memory, at, x)
            steps.append((a, b))
        at, where = self.of(64, min(depth, 1))

        def naive(v: dict[str, Any]) -> int:
            content = dict(v["memory"])
            for place, byte in steps:
                content[place(v)] = byte(v)
            return int(content.get(where(v), 0))

        return self.terms.select(memory, at), naive

    def truth(self, depth: int) -> tuple[Term, Naive]:
        if depth == 0:
            if self.random.random() < 0.2:
                return self.terms.true, lambda v: True
            return self.terms.var("p", BOOL), lambda v: v["p"]
        width = self.random.choice((BOOL, *WIDTHS))
        (x, a), (y, b) = self.of(width, depth - 1), self.of(width, depth - 1)
        if width == BOOL:
            match self.random.choice("&|^=~"):
                case "&":
                    return x & y, lambda v: a(v) and b(v)
                case "|":
                    return x | y, lambda v: a(v) or b(v)
                case "^":
                    return x ^ y, lambda v: a(v) != b(v)
                case "=":
                    return x.is_(y), lambda v: a(v) == b(v)
            return ~x, lambda v: not a(v)
        match self.random.choice(("eq", "ult", "ule", "slt", "sle")):
            case "eq":
                return x.is_(y), lambda v: a(v) == b(v)
            case "ult":
                return x.ult(y), lambda v: a(v) < b(v)
            case "ule":
                return x.ule(y), lambda v: a(v) <= b(v)
            case "slt":
                return x.slt(y), lambda v: signed(a(v), width) < signed(b(v), width)
        return x.sle(y), lambda v: signed(a(v), width) <= signed(b(v), width)


def quotient(a: int, b: int, width: int) -> int:
    """Truncating; by zero it is what SMT-LIB's definition over magnitudes gives."""
    x, y = signed(a, width), signed(b, width)
    if y == 0:
        return -1 if x >= 0 else 1
    q = abs(x) // abs(y)
    return q if (x < 0) == (y < 0) else -q


def remainder(a: int, b: int, width: int) -> int:
    x, y = signed(a, width), signed(b, width)
    if y == 0:
        return x
    r = abs(x) % abs(y)
    return -r if x < 0 else r


def assignment(random: Random) -> dict[str, Any]:
    found: dict[str, Any] = {"p": random.random() < 0.5}
    for width in range(1, 65):
        for name in "xyz":
            edges = (0, 1, mask(width), 1 << width - 1, (1 << width - 1) - 1)
            found[f"{name}{width}"] = random.choice(edges) if random.random() < 0.5 else random.getrandbits(width)
    places = [random.choice(list(found.values())) for _ in range(4)]
    found["memory"] = {int(at): random.getrandbits(8) for at in places}
    return found


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 1 << 40))
def test_terms_have_the_values_of_plain_numbers(seed: int) -> None:
    random = Random(seed)
    made = Made(random)
    term, naive = made.of(random.choice((BOOL, *WIDTHS)), 4)
    parts = [t for t in below([term]) if t.width != MEMORY]
    run = evaluator([term, *parts])
    for _ in range(12):
        values = assignment(random)
        found, *inside = run(values)
        assert found == naive(values), (term, values)
        for part, value in zip(parts, inside, strict=True):
            assert part.low <= value <= part.high, (part, value)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1 << 40))
def test_building_again_finds_the_same_terms(seed: int) -> None:
    made = Made(Random(seed))
    first, _ = made.of(64, 4)
    made.random = Random(seed)
    assert made.of(64, 4)[0] is first
    assert all(a.number < t.number for t in below([first]) for a in t.args)
    assert [v for v in variables([first]) if v.op != "var"] == []


@pytest.mark.parametrize("name", ["z3", "bitwuzla", "cvc5"])
def test_solvers_read_the_scripts_and_find_the_same_values(name: str) -> None:
    """A term on given inputs is its value: that it is not is unsatisfiable, that it is can hold."""
    solver = MAKERS[name]()
    for seed in range(40):
        random = Random(seed)
        made = Made(random)
        term, naive = made.of(random.choice((BOOL, *WIDTHS)), 3)
        values = assignment(random)
        fixed = []
        for v in variables([term]):
            if v.width == MEMORY:
                addresses = {int(value_of(t.args[1], values)) for t in below([term]) if t.op in ("select", "store")}
                for at in addresses:
                    here = made.terms.select(v, made.terms.const(at, 64))
                    fixed.append(here.is_(values["memory"].get(at, 0)))
            else:
                fixed.append(v.is_(made.terms.const(int(values[v.value]), v.width)))
        same = term.is_(made.terms.const(int(naive(values)), term.width))
        if same.is_const:
            assert same.value
            continue
        assert solver.ask(script([*fixed, ~same]), [], 20.0)[0] == "unsat", (seed, term)
        assert solver.ask(script([*fixed, same]), [], 20.0)[0] == "sat", (seed, term)


def test_functions_without_meaning_are_one_value_for_one_argument() -> None:
    terms = Terms()
    x, y = terms.var("x", 64), terms.var("y", 64)
    assert terms.apply("fadd", 64, x, y, commutes=True) is terms.apply("fadd", 64, y, x, commutes=True)
    assert terms.apply("fsub", 64, x, y) is not terms.apply("fsub", 64, y, x)
    apart = ~terms.apply("f", 64, x).is_(terms.apply("f", 64, y))
    for name in ("z3", "bitwuzla", "cvc5"):
        solver = MAKERS[name]()
        assert solver.ask(script([apart, x.is_(y)]), [], 20.0)[0] == "unsat"
        assert solver.ask(script([apart]), [], 20.0)[0] == "sat"


def test_names_do_not_tell_scripts_apart() -> None:
    terms = Terms()

    def asked(x: str, y: str) -> str:
        return script([terms.var(x, 8).ult(terms.var(y, 8))])

    assert asked("a", "b") == asked("left", "right")

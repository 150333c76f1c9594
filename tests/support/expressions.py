"""Random expressions over bit-vectors, made three times at once: as a `Term`, as plain SMT-LIB, and as a number."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from siglum.smt.terms import Term, Terms, mask

_BINARY: Final = {
    "add": "bvadd", "sub": "bvsub", "mul": "bvmul", "and_": "bvand", "or_": "bvor", "xor": "bvxor", "shl": "bvshl",
    "lshr": "bvlshr", "ashr": "bvashr", "udiv": "bvudiv", "urem": "bvurem", "sdiv": "bvsdiv", "srem": "bvsrem",
}  # fmt: skip
_COMPARISONS: Final = {"eq": "=", "ult": "bvult", "slt": "bvslt"}


@dataclass(frozen=True)
class Expression:
    """The same expression three times."""

    term: Term
    text: str
    value: int


def signed(x: int, width: int) -> int:
    return x - (x >> width - 1 << width)


class Maker:
    """Makes expressions over a few variables, whose values `values` holds."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.terms = Terms()
        self.values: dict[str, int] = {}
        self.declared: dict[str, str] = {}

    def word(self, width: int, depth: int) -> Expression:
        """An expression of `width` bits, nested `depth` deep at most."""
        random, terms = self.random, self.terms
        if depth == 0 or random.random() < 0.08:
            return self._leaf(width)
        kind = random.choice(("binary", "binary", "binary", "count", "not", "neg", "extract", "concat", "extend", "ite", "bit"))
        if kind == "binary":
            return self._binary(random.choice(list(_BINARY)), self.word(width, depth - 1), self.word(width, depth - 1))
        if kind == "count":
            count = random.randrange(min(width, mask(width)) + 1)
            return self._binary(random.choice(("shl", "lshr", "ashr")), self.word(width, depth - 1), self._constant(count, width))
        if kind == "not":
            x = self.word(width, depth - 1)
            return Expression(~x.term, f"(bvnot {x.text})", x.value ^ mask(width))
        if kind == "neg":
            x = self.word(width, depth - 1)
            return Expression(-x.term, f"(bvneg {x.text})", -x.value & mask(width))
        if kind == "extract":
            low = random.randrange(6)
            x = self.word(width + low + random.randrange(4), depth - 1)
            text = f"((_ extract {low + width - 1} {low}) {x.text})"
            return Expression(x.term.bits(low + width - 1, low), text, x.value >> low & mask(width))
        if kind == "concat" and width > 1:
            split = random.randrange(1, width)
            a, b = self.word(width - split, depth - 1), self.word(split, depth - 1)
            return Expression(terms.concat(a.term, b.term), f"(concat {a.text} {b.text})", a.value << split | b.value)
        if kind == "extend":
            narrow = random.randrange(1, width + 1)
            x = self.word(narrow, depth - 1)
            if random.random() < 0.5:
                return Expression(x.term.zext(width), f"((_ zero_extend {width - narrow}) {x.text})", x.value)
            value = signed(x.value, narrow) & mask(width)
            return Expression(x.term.sext(width), f"((_ sign_extend {width - narrow}) {x.text})", value)
        c = self.truth(depth - 1)
        a, b = (self.word(width, depth - 1), self.word(width, depth - 1)) if kind == "ite" else (
            self._constant(1, width), self._constant(0, width))  # fmt: skip
        return Expression(c.term.ite(a.term, b.term), f"(ite {c.text} {a.text} {b.text})", a.value if c.value else b.value)

    def truth(self, depth: int) -> Expression:
        """A truth value."""
        random, terms = self.random, self.terms
        if depth <= 0:
            return self._variable(f"b{random.randrange(3)}", 0)
        kind = random.choice(("compare", "compare", "compare", "and", "or", "not", "same", "ite"))
        if kind == "compare":
            width = random.choice((1, 2, 4, 7, 8))
            name = random.choice(list(_COMPARISONS))
            x, y = self.word(width, depth - 1), self.word(width, depth - 1)
            half = 1 << width - 1
            value = {"eq": x.value == y.value, "ult": x.value < y.value, "slt": x.value ^ half < y.value ^ half}[name]
            return Expression(getattr(terms, name)(x.term, y.term), f"({_COMPARISONS[name]} {x.text} {y.text})", int(value))
        x = self.truth(depth - 1)
        if kind == "not":
            return Expression(~x.term, f"(not {x.text})", 1 - x.value)
        y = self.truth(depth - 1)
        if kind == "and":
            return Expression(x.term & y.term, f"(and {x.text} {y.text})", x.value & y.value)
        if kind == "or":
            return Expression(x.term | y.term, f"(or {x.text} {y.text})", x.value | y.value)
        if kind == "same":
            return Expression(terms.eq(x.term, y.term), f"(= {x.text} {y.text})", int(x.value == y.value))
        z = self.truth(depth - 1)
        return Expression(x.term.ite(y.term, z.term), f"(ite {x.text} {y.text} {z.text})", y.value if x.value else z.value)

    def _leaf(self, width: int) -> Expression:
        if self.random.random() < 0.4:
            return self._constant(self._interesting(width), width)
        return self._variable(f"x{width}_{self.random.randrange(2)}", width)

    def _interesting(self, width: int) -> int:
        random = self.random
        choices = (0, 1, mask(width), 1 << width - 1, random.getrandbits(width), 1 << random.randrange(width))
        return random.choice((*choices, mask(random.randrange(1, width + 1))))

    def _constant(self, value: int, width: int) -> Expression:
        value &= mask(width)
        return Expression(self.terms.const(value, width), f"(_ bv{value} {width})", value)

    def _variable(self, name: str, width: int) -> Expression:
        if name not in self.values:
            self.values[name] = self._interesting(width) if width else self.random.randrange(2)
            self.declared[name] = f"(declare-const {name} {f'(_ BitVec {width})' if width else 'Bool'})"
        return Expression(self.terms.var(name, width), name, self.values[name])

    def _binary(self, name: str, x: Expression, y: Expression) -> Expression:
        width, a, b = x.term.width, x.value, y.value
        m, sa, sb = mask(width), signed(x.value, width), signed(y.value, width)
        toward_zero = abs(sa) // abs(sb) * (1 if (sa < 0) == (sb < 0) else -1) if b else (1 if sa < 0 else -1)
        left = (abs(sa) % abs(sb)) * (-1 if sa < 0 else 1) if b else sa
        value = {
            "add": a + b, "sub": a - b, "mul": a * b, "and_": a & b, "or_": a | b, "xor": a ^ b,
            "shl": a << b if b < width else 0, "lshr": a >> b, "ashr": sa >> min(b, width),
            "udiv": a // b if b else m, "urem": a % b if b else a, "sdiv": toward_zero, "srem": left,
        }[name]  # fmt: skip
        return Expression(getattr(self.terms, name)(x.term, y.term), f"({_BINARY[name]} {x.text} {y.text})", value & m)

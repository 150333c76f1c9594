"""Hash-consed bit-vector terms with the algebra that brings equal computations to one form.

Operators mean what SMT-LIB's FixedSizeBitVectors says (x / 0 is all ones, a shift by the width or more gives zero or the
sign). Imports `smt.term` only. Every rewrite here is a law for all widths; the property tests hold them to that.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from siglum.smt.term import BOOL, MEMORY, Term, mask, widths


class Terms:
    """Makes terms. Operations, as found in `Term.op`:

    `const` value; `var` name; `sum` value (constant, coefficients): constant + sum of coefficient * argument;
    `mul udiv urem and or xor not shl lshr ashr` as in SMT-LIB; `concat` of any number, the highest first (zero-extension is
    a `concat` with zero); `extract` value (high, low); `sext`; `ite`; `eq ult slt` to a truth value; `and or not ite eq` of
    truth values; `apply` value (name): an uninterpreted function; `select store` of memories.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], Term] = {}
        self._parts: dict[tuple[Term, int, int], Term] = {}
        self._signs: dict[Term, Term | None] = {}
        """What `extract` and `_negative` found: both go down into terms that share their parts."""
        self._fresh = 0
        self.true = self._make("const", (), 1, BOOL, 1, 1)
        self.false = self._make("const", (), 0, BOOL, 0, 0)

    def _make(self, op: str, args: tuple[Term, ...], value: Any, width: int, low: int = 0, high: int = -1) -> Term:
        if low == high and width > BOOL and op != "const":
            return self.const(low, width)
        key = (op, args, value, width)
        found = self._known.get(key)
        if found is None:
            found = Term()
            found.home, found.op, found.args, found.value, found.width = self, op, args, value, width
            found.low, found.high = low, high if high >= 0 else (1 if width == BOOL else mask(max(width, 1)))
            found.number = len(self._known)
            self._known[key] = found
        return found

    # Leaves -----------------------------------------------------------------------------------------------------
    def const(self, value: int, width: int) -> Term:
        """`value` modulo 2^width."""
        value &= mask(width) if width else 1
        return self._make("const", (), value, width, value, value)

    def truth(self, value: bool) -> Term:
        return self.true if value else self.false

    def var(self, name: str, width: int) -> Term:
        return self._make("var", (), name, width)

    def fresh(self, name: str, width: int) -> Term:
        """A variable no other call gave."""
        self._fresh += 1
        return self.var(f"{name}!{self._fresh}", width)

    def like(self, x: Term | int, other: Term) -> Term:
        """An int as a constant of the other's width."""
        return self.const(x, other.width) if isinstance(x, int) else x

    # Sums -------------------------------------------------------------------------------------------------------
    def add(self, x: Term, y: Term) -> Term:
        return self.linear(x.width, 0, ((x, 1), (y, 1)))

    def sub(self, x: Term, y: Term) -> Term:
        return self.linear(x.width, 0, ((x, 1), (y, -1)))

    def neg(self, x: Term) -> Term:
        return self.linear(x.width, 0, ((x, -1),))

    def linear(self, width: int, constant: int, parts: tuple[tuple[Term, int], ...]) -> Term:
        """constant + the sum of coefficient * term, modulo 2^width, brought to one form."""
        found: dict[Term, int] = {}
        for term, coefficient in parts:
            assert term.width == width, (term, width)
            constant = self._gather(term, coefficient, constant, found)
        limit = mask(width)
        constant &= limit
        kept = sorted(((t, c & limit) for t, c in found.items() if c & limit), key=lambda part: part[0].number)
        if not kept:
            return self.const(constant, width)
        if len(kept) == 1:
            term, coefficient = kept[0]
            if coefficient == 1 and not constant:
                return term
            if coefficient == limit and constant == limit:
                return self.not_(term)
            if not constant and coefficient & coefficient - 1 == 0:
                return self._shifted_left(term, coefficient.bit_length() - 1)
        # in range, a sum of products that cannot wrap has known bounds
        low = constant + sum(t.low * c for t, c in kept)
        high = constant + sum(t.high * c for t, c in kept)
        if high > limit:
            low, high = 0, limit
            if len(kept) == 2 and not constant:
                high = self._most_left_over(kept, width)
            if len(kept) == 1 and kept[0][1] == limit and constant >= kept[0][0].high:
                low, high = constant - kept[0][0].high, constant - kept[0][0].low
        terms, coefficients = zip(*kept, strict=True)
        return self._make("sum", tuple(terms), (constant, tuple(coefficients)), width, low, high)

    def _most_left_over(self, kept: list[tuple[Term, int]], width: int) -> int:
        """The largest value of x - c * (x udiv c), which is below c, where that is what the parts are."""
        for (x, one), (t, coefficient) in (kept, kept[::-1]):
            divisor = mask(width) + 1 - coefficient
            inner = t.args[-1] if t.op == "concat" and len(t.args) == 2 and t.args[0].high == 0 else t
            if one == 1 and inner.op == "udiv" and inner.args[1].op == "const" and inner.args[1].value == divisor:
                if self.zext(inner.args[0], width) is x:
                    return min(divisor - 1, x.high)
        return mask(width)

    def _gather(self, term: Term, coefficient: int, constant: int, found: dict[Term, int]) -> int:
        op = term.op
        if op == "const":
            value: int = term.value
            return constant + coefficient * value
        if op == "sum":
            own: int = term.value[0]
            coefficients: tuple[int, ...] = term.value[1]
            for part, factor in zip(term.args, coefficients, strict=True):
                found[part] = found.get(part, 0) + coefficient * factor
            return constant + coefficient * own
        if op == "not":  # ~x = -x - 1
            return self._gather(term.args[0], -coefficient, constant - coefficient, found)
        if op == "concat" and term.args[-1].op == "const" and term.args[-1].value == 0:
            zeros = term.args[-1].width  # the upper part times 2^zeros
            upper = self.concat(*term.args[:-1])
            if upper.op == "extract" and upper.value[1] == 0 and upper.args[0].width == term.width:
                return self._gather(upper.args[0], coefficient << zeros, constant, found)
            return self._gather(self.zext(upper, term.width), coefficient << zeros, constant, found)
        found[term] = found.get(term, 0) + coefficient
        return constant

    def mul(self, x: Term, y: Term) -> Term:
        if y.op == "const":
            return self.linear(x.width, 0, ((x, y.value),))
        if x.op == "const":
            return self.linear(x.width, 0, ((y, x.value),))
        if y.number < x.number:
            x, y = y, x
        low, high = x.low * y.low, x.high * y.high
        if high > mask(x.width):
            low, high = 0, mask(x.width)
        return self._make("mul", (x, y), None, x.width, low, high)

    # Bitwise ----------------------------------------------------------------------------------------------------
    def and_(self, x: Term, y: Term) -> Term:
        if x is y:
            return x
        if y.op == "const" or (x.op != "const" and y.number < x.number):
            x, y = y, x
        if x.op == "const":
            if x.value == 0:
                return x
            if x.value == mask(x.width or 1):
                return y
            if y.op == "const":
                return self.const(x.value & y.value, x.width)
            if y.op == "and" and y.args[0].op == "const":
                return self.and_(self.const(x.value & y.args[0].value, x.width), y.args[1])
            run = self._one_run(x.value, y)
            if run is not None:
                return run
        if self._opposite(x, y):
            return self.const(0, x.width)
        if x.width == BOOL:
            return self._bool_and(x, y)
        bits = min(x.high, y.high).bit_length()
        if bits < x.width and any(t.op == "concat" and t.args[0].high == 0 for t in (x, y)):
            return self.zext(self.and_(self.extract(x, bits - 1, 0), self.extract(y, bits - 1, 0)), x.width)
        return self._by_segments("and", x, y) or self._make("and", (x, y), None, x.width, 0, min(x.high, y.high))

    def or_(self, x: Term, y: Term) -> Term:
        if x is y:
            return x
        if y.op == "const" or (x.op != "const" and y.number < x.number):
            x, y = y, x
        if x.op == "const":
            if x.value == 0:
                return y
            if x.value == mask(x.width or 1):
                return x
            if y.op == "const":
                return self.const(x.value | y.value, x.width)
        if self._opposite(x, y):
            return self.const(-1, x.width)
        if x.width == BOOL:
            return self._bool_or(x, y)
        high = mask(max(x.high.bit_length(), y.high.bit_length()))
        return self._by_segments("or", x, y) or self._make("or", (x, y), None, x.width, max(x.low, y.low), high)

    def xor(self, x: Term, y: Term) -> Term:
        if x is y:
            return self.const(0, x.width)
        if y.op == "const" or (x.op != "const" and y.number < x.number):
            x, y = y, x
        if x.op == "const":
            if x.value == 0:
                return y
            if x.value == mask(x.width or 1):
                return self.not_(y)
            if y.op == "const":
                return self.const(x.value ^ y.value, x.width)
            if y.op == "xor" and y.args[0].op == "const":
                return self.xor(self.const(x.value ^ y.args[0].value, x.width), y.args[1])
        if x.width == BOOL:
            return self.not_(self.eq(x, y))
        if x.op == "not" or y.op == "not":
            inner = self.xor(x.args[0] if x.op == "not" else x, y.args[0] if y.op == "not" else y)
            return inner if x.op == y.op else self.not_(inner)
        if y.op == "xor" and x in y.args:
            return y.args[1] if y.args[0] is x else y.args[0]
        high = mask(max(x.high.bit_length(), y.high.bit_length()))
        return self._by_segments("xor", x, y) or self._make("xor", (x, y), None, x.width, 0, high)

    def not_(self, x: Term) -> Term:
        if x.op == "const":
            return self.const(~x.value, x.width)
        if x.op == "not":
            return x.args[0]
        if x.width == BOOL:
            return self._make("not", (x,), None, BOOL)
        return self._make("not", (x,), None, x.width, mask(x.width) - x.high, mask(x.width) - x.low)

    def _opposite(self, x: Term, y: Term) -> bool:
        return (x.op == "not" and x.args[0] is y) or (y.op == "not" and y.args[0] is x)

    def _bool_and(self, x: Term, y: Term) -> Term:
        for a, b in ((x, y), (y, x)):
            if b.op == "and" and a in b.args:
                return b
            if b.op == "or" and a in b.args:
                return a
            if b.op == "and" and any(self._opposite(a, c) for c in b.args):
                return self.false
            if b.op == "not" and b.args[0].op == "and" and a in b.args[0].args:
                left, right = b.args[0].args
                return self.and_(a, self.not_(right if left is a else left))
        return self._make("and", (x, y), None, BOOL)

    def _bool_or(self, x: Term, y: Term) -> Term:
        for a, b in ((x, y), (y, x)):
            if b.op == "or" and a in b.args:
                return b
            if b.op == "and" and a in b.args:
                return a
            if b.op == "or" and any(self._opposite(a, c) for c in b.args):
                return self.true
            if b.op == "and":
                for k in (0, 1):  # a or (not a and c) = a or c
                    if self._opposite(a, b.args[k]):
                        return self.or_(a, b.args[1 - k])
        return self._make("or", (x, y), None, BOOL)

    def _one_run(self, bits: int, x: Term) -> Term | None:
        """x & bits where the ones of `bits` are one run: the run of x between zeros."""
        low = (bits & -bits).bit_length() - 1
        run = bits >> low
        if run & run + 1:
            return None
        high = bits.bit_length()
        parts = [self.extract(x, high - 1, low)]
        if high < x.width:
            parts.insert(0, self.const(0, x.width - high))
        if low:
            parts.append(self.const(0, low))
        return self.concat(*parts)

    def _by_segments(self, op: str, x: Term, y: Term) -> Term | None:
        """A bitwise operation on concatenations, piece by piece, where all pieces but one have a side of zeros or ones."""
        if x.op != "concat" and y.op != "concat":
            return None
        if any(t.op not in ("concat", "const") for t in (x, y)):
            return None
        cuts = {0, x.width}
        for t in (x, y):
            at = t.width
            for part in t.args if t.op == "concat" else ():
                cuts.add(at)
                at -= part.width
        if len(cuts) > 18:
            return None
        places = sorted(cuts, reverse=True)
        pieces = []
        mixed = 0
        for upper, lower in pairwise(places):
            a, b = self.extract(x, upper - 1, lower), self.extract(y, upper - 1, lower)
            if not any(t.op == "const" and t.value in (0, mask(t.width)) for t in (a, b)) and a is not b:
                mixed += 1
                if mixed > 1:
                    return None
            pieces.append(getattr(self, {"and": "and_", "or": "or_", "xor": "xor"}[op])(a, b))
        return self.concat(*pieces)

    # Shifts -----------------------------------------------------------------------------------------------------
    def shl(self, x: Term, count: Term) -> Term:
        if count.op == "const":
            return self.linear(x.width, 0, ((x, 1 << count.value),)) if count.value < x.width else self.const(0, x.width)
        if x.op == "const" and x.value == 0:
            return x
        return self._make("shl", (x, count), None, x.width)

    def lshr(self, x: Term, count: Term) -> Term:
        if count.op == "const":
            if count.value >= x.width:
                return self.const(0, x.width)
            return self.zext(self.extract(x, x.width - 1, count.value), x.width)
        if x.op == "const" and x.value == 0:
            return x
        return self._make("lshr", (x, count), None, x.width, 0, x.high)

    def ashr(self, x: Term, count: Term) -> Term:
        if count.op == "const":
            return self.sext(self.extract(x, x.width - 1, min(count.value, x.width - 1)), x.width)
        if x.high < 1 << x.width - 1:
            return self.lshr(x, count)
        return self._make("ashr", (x, count), None, x.width)

    def _shifted_left(self, x: Term, count: int) -> Term:
        return self.concat(self.extract(x, x.width - 1 - count, 0), self.const(0, count))

    # Division ---------------------------------------------------------------------------------------------------
    def udiv(self, x: Term, y: Term) -> Term:
        if y.op == "const":
            if y.value == 0:
                return self.const(-1, x.width)
            if y.value & y.value - 1 == 0:
                return self.lshr(x, self.const(y.value.bit_length() - 1, x.width))
            if x.op == "const":
                return self.const(x.value // y.value, x.width)
            if x.high < y.value:
                return self.const(0, x.width)
        narrow = self._narrow_division("udiv", x, y)
        if narrow is not None:
            return narrow
        low, high = (x.low // y.high, x.high // y.low) if y.low else (0, mask(x.width))
        return self._make("udiv", (x, y), None, x.width, low, high)

    def urem(self, x: Term, y: Term) -> Term:
        if y.op == "const":
            if y.value == 0:
                return x
            return self.linear(x.width, 0, ((x, 1), (self.udiv(x, y), -y.value)))
        narrow = self._narrow_division("urem", x, y)
        if narrow is not None:
            return narrow
        return self._make("urem", (x, y), None, x.width, 0, min(x.high, y.high - 1) if y.low else x.high)

    def _narrow_division(self, op: str, x: Term, y: Term) -> Term | None:
        """The same in as few bits as both numbers need, apart from division by zero."""
        bits = max(x.high.bit_length(), y.high.bit_length())
        if bits >= x.width:
            return None
        a, b = self.extract(x, bits - 1, 0), self.extract(y, bits - 1, 0)
        wide = self.zext(self.udiv(a, b) if op == "udiv" else self.urem(a, b), x.width)
        if y.low:
            return wide
        return self.ite(self.eq(b, self.const(0, bits)), self.const(-1, x.width) if op == "udiv" else x, wide)

    def _magnitude(self, x: Term) -> tuple[Term, Term]:
        negative = self.slt(x, self.const(0, x.width))
        return negative, self.ite(negative, self.neg(x), x)

    def sdiv(self, x: Term, y: Term) -> Term:
        """Truncating; SMT-LIB defines it by the unsigned division of the magnitudes."""
        x_negative, a = self._magnitude(x)
        y_negative, b = self._magnitude(y)
        q = self.udiv(a, b)
        return self.ite(self.eq(x_negative, y_negative), q, self.neg(q))

    def srem(self, x: Term, y: Term) -> Term:
        """With the sign of x."""
        negative, a = self._magnitude(x)
        _, b = self._magnitude(y)
        r = self.urem(a, b)
        return self.ite(negative, self.neg(r), r)

    # Parts ------------------------------------------------------------------------------------------------------
    def extract(self, x: Term, high: int, low: int) -> Term:
        if low == 0 and high == x.width - 1:
            return x
        key = (x, high, low)
        found = self._parts.get(key)
        if found is None:
            found = self._parts[key] = self._extract(x, high, low)
        return found

    def _extract(self, x: Term, high: int, low: int) -> Term:
        width = high - low + 1
        op = x.op
        if op == "const":
            return self.const(x.value >> low, width)
        if op == "extract":
            return self.extract(x.args[0], high + x.value[1], low + x.value[1])
        if op == "concat":
            return self._extract_concat(x, high, low)
        if op == "sext":
            inner = x.args[0]
            if high < inner.width:
                return self.extract(inner, high, low)
            if low < inner.width:
                return self.sext(self.extract(inner, inner.width - 1, low), width)
            return self.sext(self.extract(inner, inner.width - 1, inner.width - 1), width)
        if op in ("and", "or", "xor"):
            a, b = self.extract(x.args[0], high, low), self.extract(x.args[1], high, low)
            return self.and_(a, b) if op == "and" else self.or_(a, b) if op == "or" else self.xor(a, b)
        if op == "not":
            return self.not_(self.extract(x.args[0], high, low))
        if op == "ite":
            return self.ite(x.args[0], self.extract(x.args[1], high, low), self.extract(x.args[2], high, low))
        if low == 0 and op == "sum":
            constant, coefficients = x.value
            parts = tuple((self.extract(t, high, 0), c) for t, c in zip(x.args, coefficients, strict=True))
            return self.linear(width, constant, parts)
        if low == 0 and op == "mul":
            return self.mul(self.extract(x.args[0], high, 0), self.extract(x.args[1], high, 0))
        if x.high >> low == 0:
            return self.const(0, width)
        top = x.high.bit_length()
        if top <= high:  # the bits above are zero
            return self.zext(self.extract(x, top - 1, low), width)
        fitting = x.high >> low <= mask(width)
        return self._make("extract", (x,), (high, low), width, x.low >> low if fitting else 0, x.high >> low if fitting else -1)

    def _extract_concat(self, x: Term, high: int, low: int) -> Term:
        pieces = []
        at = x.width
        for part in x.args:
            at -= part.width  # the part has bits at .. at + width - 1
            upper, lower = min(high, at + part.width - 1), max(low, at)
            if upper >= lower:
                pieces.append(self.extract(part, upper - at, lower - at))
        return self.concat(*pieces)

    def concat(self, *parts: Term) -> Term:
        """The parts side by side, the highest first."""
        if len(parts) == 1:
            return parts[0]
        flat: list[Term] = []
        for part in parts:
            for piece in part.args if part.op == "concat" else (part,):
                last = flat[-1] if flat else None
                if last is not None and last.op == piece.op == "const":
                    flat[-1] = self.const(last.value << piece.width | piece.value, last.width + piece.width)
                elif last is not None and last.op == "extract" and self._goes_on(last, piece):
                    flat[-1] = self.extract(last.args[0], last.value[0], last.value[1] - piece.width)
                else:
                    flat.append(piece)
        if len(flat) == 1:
            return flat[0]
        low = high = 0
        for piece in flat:
            low, high = low << piece.width | piece.low, high << piece.width | piece.high
        return self._make("concat", tuple(flat), None, sum(p.width for p in flat), low, high)

    def _goes_on(self, last: Term, piece: Term) -> bool:
        """Whether `piece` is what stands below the extracted `last` in the same term; the lowest bits of a sum or product may
        have become one of narrower terms.
        """
        low = last.value[1] - piece.width
        if low < 0 or (low and piece.op != "extract"):
            return False
        return self.extract(last.args[0], last.value[1] - 1, low) is piece

    def zext(self, x: Term, width: int) -> Term:
        return x if width == x.width else self.concat(self.const(0, width - x.width), x)

    def sext(self, x: Term, width: int) -> Term:
        if width == x.width:
            return x
        if x.op == "const":
            return self.const(x.signed, width)
        if x.high < 1 << x.width - 1:
            return self.zext(x, width)
        if x.op == "sext":
            return self.sext(x.args[0], width)
        return self._make("sext", (x,), None, width)

    # Choice and comparison --------------------------------------------------------------------------------------
    def ite(self, condition: Term, x: Term, y: Term) -> Term:
        if condition.op == "const":
            return x if condition.value else y
        if condition.op == "not":
            condition, x, y = condition.args[0], y, x
        if x.op == "ite" and x.args[0] is condition:
            x = x.args[1]
        if y.op == "ite" and y.args[0] is condition:
            y = y.args[2]
        if x is y:
            return x
        if condition.op == "slt" and condition.args[0].high == 0:
            inner = x.args[0] if x.op == "sext" else x
            if condition.args[1] is inner and y is self.neg(x):  # the magnitude, told by the other sign
                return self.ite(self.slt(inner, self.const(0, inner.width)), y, x)
        if y.op == "sext" and condition.op == "slt" and condition.args[0] is y.args[0] and condition.args[1].high == 0:
            inner = y.args[0]
            if x is self.neg(y):  # the magnitude fits the narrow width
                return self.zext(self.ite(condition, self.neg(inner), inner), x.width)
        if x.width == BOOL:
            if x.op == "const":
                return self.or_(condition, y) if x.value else self.and_(self.not_(condition), y)
            if y.op == "const":
                return self.or_(self.not_(condition), x) if y.value else self.and_(condition, x)
        return self._make("ite", (condition, x, y), None, x.width, min(x.low, y.low), max(x.high, y.high))

    def eq(self, x: Term, y: Term) -> Term:
        if x is y:
            return self.true
        if y.op == "const" or (x.op != "const" and y.number < x.number):
            x, y = y, x
        if x.op == "const" and y.op == "const":
            return self.false
        if x.width == BOOL:
            if x.op == "const":
                return y if x.value else self.not_(y)
            if self._opposite(x, y):
                return self.false
            if x.op == "not":
                return self.not_(self.eq(x.args[0], y))
            if y.op == "not":
                return self.not_(self.eq(x, y.args[0]))
            return self._make("eq", (x, y), None, BOOL)
        if x.width == MEMORY:
            return self._make("eq", (x, y), None, BOOL)
        if x.high < y.low or y.high < x.low:
            return self.false
        return self._eq_apart(x, y) or self._make("eq", (x, y), None, BOOL)

    def _eq_apart(self, x: Term, y: Term) -> Term | None:
        """Equality brought to smaller terms; `x` is the constant if there is one."""
        if x.op == "sum" or y.op == "sum":
            apart = self.sub(y, x)
            if apart.op == "const":
                return self.truth(apart.value == 0)
            if apart.op == "sum" and len(apart.args) == 1 and apart.value[1][0] in (1, mask(x.width)):
                constant, (coefficient,) = apart.value  # c +- t = 0
                value = self.const(-constant if coefficient == 1 else constant, x.width)
                return None if value is x and apart.args[0] is y else self.eq(apart.args[0], value)
        if y.op == "not" and x.op in ("const", "not"):
            return self.eq(self.not_(x), y.args[0])
        if y.op == "ite":
            for k in (1, 2):
                if y.args[k] is x:
                    same = self.eq(y.args[3 - k], x)
                    taken = y.args[0] if k == 1 else self.not_(y.args[0])
                    return self.or_(taken, same)
            if x.op == "const" and y.args[1].op == "const" and y.args[2].op == "const":
                return self.false
            if x.op == "const" and (y.args[1].op == "const" or y.args[2].op == "const"):
                return self.ite(y.args[0], self.eq(y.args[1], x), self.eq(y.args[2], x))
        if y.op == "sext" and x.op in ("const", "sext"):
            inner = y.args[0]
            if x.op == "sext":
                return self.eq(inner, x.args[0]) if x.args[0].width == inner.width else None
            narrow = self.const(x.value, inner.width)
            return self.eq(inner, narrow) if self.sext(narrow, x.width) is x else self.false
        if y.op == "concat" and (x.op == "const" or (x.op == "concat" and widths(x) == widths(y))):
            found = self.true
            at = y.width
            for part in y.args:
                found = self.and_(found, self.eq(self.extract(x, at - 1, at - part.width), part))
                at -= part.width
            return found
        return None

    def ult(self, x: Term, y: Term) -> Term:
        if x is y or y.high <= x.low:
            return self.false
        if x.high < y.low:
            return self.true
        if x.op == "const" and x.value == 0:
            return self.not_(self.eq(y, x))
        if y.op == "const" and y.value == 1:
            return self.eq(x, self.const(0, x.width))
        bits = max(x.high.bit_length(), y.high.bit_length())
        if bits < x.width:
            return self.ult(self.extract(x, bits - 1, 0), self.extract(y, bits - 1, 0))
        if x.op == y.op == "not":
            return self.ult(y.args[0], x.args[0])
        return self._make("ult", (x, y), None, BOOL)

    def slt(self, x: Term, y: Term) -> Term:
        if x is y:
            return self.false
        half = 1 << x.width - 1
        if x.op == "const" and y.op == "const":
            return self.truth(x.signed < y.signed)
        x_sign, y_sign = (0 if t.high < half else 1 if t.low >= half else None for t in (x, y))
        if x_sign is not None and y_sign is not None:
            return self.ult(x, y) if x_sign == y_sign else self.truth(x_sign == 1)
        if x.op == y.op == "sext" and x.args[0].width == y.args[0].width:
            return self.slt(x.args[0], y.args[0])
        for a, b, flipped in ((x, y, False), (y, x, True)):
            if a.op == "sext" and b.op == "const":
                inner = a.args[0]
                narrow = self.const(b.value, inner.width)
                if self.sext(narrow, b.width) is b:
                    return self.slt(narrow, inner) if flipped else self.slt(inner, narrow)
        if x.op == y.op == "not":
            return self.slt(y.args[0], x.args[0])
        if y.op == "const" and y.value == 0:
            if x not in self._signs:
                self._signs[x] = self._negative(x)
            found = self._signs[x]
            if found is not None:
                return found
        return self._make("slt", (x, y), None, BOOL)

    def _negative(self, x: Term) -> Term | None:
        """Whether x is below zero, told by a part of it."""
        if x.op == "concat" and x.args[0].op != "const":
            return self.slt(x.args[0], self.const(0, x.args[0].width))
        zero = self.const(0, x.width)
        if x.op == "xor":
            return self.not_(self.eq(self.slt(x.args[0], zero), self.slt(x.args[1], zero)))
        if x.op == "ite":
            a, b = self.slt(x.args[1], zero), self.slt(x.args[2], zero)
            return self.ite(x.args[0], a, b) if "const" in (a.op, b.op) else None
        if x.op == "sum":
            opposite = self.neg(x)
            if opposite.high <= 1 << x.width - 1:
                return self.not_(self.eq(opposite, zero))
            if opposite.op == "sext":  # which is never the least number
                return self.slt(zero, opposite)
        if x.op == "not":
            return self.not_(self.slt(x.args[0], zero))
        return None

    # Functions and memories ---------------------------------------------------------------------------------------
    def apply(self, name: str, width: int, *args: Term, commutes: bool = False) -> Term:
        """An uninterpreted function's value; a commuting one does not tell the order of its arguments."""
        if commutes:
            args = tuple(sorted(args, key=lambda t: t.number))
        return self._make("apply", args, name, width)

    def select(self, memory: Term, address: Term) -> Term:
        """The byte at a 64-bit address."""
        while memory.op == "store":
            same = self.eq(memory.args[1], address)
            if same is self.true:
                return memory.args[2]
            if same is not self.false:
                break
            memory = memory.args[0]
        return self._make("select", (memory, address), None, 8)

    def store(self, memory: Term, address: Term, byte: Term) -> Term:
        if memory.op == "store" and memory.args[1] is address:
            memory = memory.args[0]
        return self._make("store", (memory, address, byte), None, MEMORY)

    # Many at once -------------------------------------------------------------------------------------------------
    def all_of(self, conditions: list[Term]) -> Term:
        found = self.true
        for condition in conditions:
            found = self.and_(found, condition)
        return found

    def any_of(self, conditions: list[Term]) -> Term:
        found = self.false
        for condition in conditions:
            found = self.or_(found, condition)
        return found


__all__ = ["BOOL", "MEMORY", "Term", "Terms", "mask"]

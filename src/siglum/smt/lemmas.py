"""Division by a constant, which solvers do not find: a shifted multiple of a number is its quotient.

Code divides x by d as floor((a*x + b) / 2^s) (Granlund and Montgomery, Division by Invariant Integers using
Multiplication, 1994). With x = d*q + r and e = a*d - 2^s the numerator is q*2^s + (q*e + a*r + b), so the floor is q wherever
0 <= q*e + a*r + b < 2^s: linear in q and r, hence decided at the ends of their ranges with plain integers.
Imports `smt.terms` and `smt.evaluate`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from siglum.smt.evaluate import below
from siglum.smt.terms import MEMORY, Term, mask

NAME: Final = "division by multiplication"


class _Floor(NamedTuple):
    """A term equals floor((factor * x + offset) / 2^shift) modulo 2^width, where x is `leaf`'s value: read as a signed number,
    an unsigned one, or (None) either, as the width hides the difference.
    """

    leaf: Term
    signed: bool | None
    factor: int
    offset: int
    shift: int

    def range(self) -> tuple[int, int, int, int]:
        """Least and greatest x, and of the floor."""
        width = self.leaf.width
        if self.signed:
            low, high = -(1 << width - 1), (1 << width - 1) - 1
        else:
            low, high = self.leaf.low, self.leaf.high
        ends = [(self.factor * x + self.offset) >> self.shift for x in (low, high)]
        return low, high, min(ends), max(ends)


def _floor_of(term: Term, known: dict[Term, _Floor | None]) -> _Floor | None:
    if term in known:
        return known[term]
    known[term] = None
    found = known[term] = _find(term, known)
    return found


def _find(term: Term, known: dict[Term, _Floor | None]) -> _Floor | None:
    op = term.op
    if op == "concat" and term.args[0].op == "const" and term.args[0].value == 0 and len(term.args) == 2:
        inner = _floor_of(term.args[1], known)
        if inner is not None:
            if inner.signed is None:
                inner = inner._replace(signed=False)
            if inner.range()[2] >= 0 and inner.range()[3] <= mask(term.args[1].width):
                return inner
        return _leaf(term.args[1], False)
    if op == "sext":
        inner = _floor_of(term.args[0], known)
        if inner is not None:
            if inner.signed is None:
                inner = inner._replace(signed=True)
            half = 1 << term.args[0].width - 1
            if -half <= inner.range()[2] and inner.range()[3] < half:
                return inner
        return _leaf(term.args[0], True)
    if op == "extract":
        inner = _floor_of(term.args[0], known)
        if inner is None:
            return _leaf(term, None)
        return inner._replace(shift=inner.shift + term.value[1])  # bits of the floor, counted from `low`
    if op == "sum" or op == "concat" or op == "not":
        return _sum_of(term, known)
    return _leaf(term, None)


def _leaf(term: Term, signed: bool | None) -> _Floor:
    return _Floor(term, signed, 1, 0, 0)


def _sum_of(term: Term, known: dict[Term, _Floor | None]) -> _Floor | None:
    parts: dict[Term, int] = {}
    constant = term.home._gather(term, 1, 0, parts)
    if term in parts:  # a concatenation that is no multiple
        return _leaf(term, None)
    if constant == 0 and len(parts) == 2 and set(parts.values()) == {1}:
        one, other = parts
        averaged = _average(one, other, known) or _average(other, one, known)
        if averaged is not None:
            return averaged
    half = 1 << term.width - 1
    constant = _nearest(constant, half)
    leaf: Term | None = None
    signed: bool | None = None
    whole = 0
    broken: _Floor | None = None
    for part, coefficient in parts.items():
        coefficient = _nearest(coefficient, half)
        found = _floor_of(part, known)
        if found is None or (leaf is not None and found.leaf is not leaf):
            return None
        if found.signed is not None:
            if signed is not None and signed != found.signed:
                return None
            signed = found.signed
        leaf = found.leaf
        if found.shift == 0:
            whole, constant = whole + coefficient * found.factor, constant + coefficient * found.offset
        elif coefficient == 1 and broken is None:
            broken = found
        elif coefficient == -1 and broken is None:
            broken = _negated(found)
        else:
            return None
    assert leaf is not None, "a sum without parts is a constant"
    if broken is None:
        return _Floor(leaf, signed, whole, constant, 0)
    shift = broken.shift
    return _Floor(leaf, signed, broken.factor + (whole << shift), broken.offset + (constant << shift), shift)


def _negated(f: _Floor) -> _Floor:
    """-floor(n / 2^s) = floor((2^s - 1 - n) / 2^s)"""
    return f._replace(factor=-f.factor, offset=(1 << f.shift) - 1 - f.offset)


def _average(half: Term, t: Term, known: dict[Term, _Floor | None]) -> _Floor | None:
    """(x - t) / 2 + t, which is (x + t) / 2 where x - t neither wraps nor is negative: how a factor of one bit more than the
    width is had.
    """
    inner = half.args[-1] if half.op == "concat" and len(half.args) == 2 and half.args[0].high == 0 else half
    if inner.op != "extract" or inner.args[0].op != "sum" or inner.args[0].width != t.width:
        return None
    difference = inner.args[0]
    width = t.width
    if inner.value != (width - 1, 1) or t not in difference.args:
        return None
    constant, coefficients = difference.value
    if coefficients[difference.args.index(t)] != mask(width):
        return None
    others = tuple((a, c) for a, c in zip(difference.args, coefficients, strict=True) if a is not t)
    x, floor = _floor_of(t.home.linear(width, constant, others), known), _floor_of(t, known)
    if x is None or floor is None or x.leaf is not floor.leaf or x.shift or x.signed or floor.signed:
        return None
    x, floor = x._replace(signed=False), floor._replace(signed=False)
    left = _negated(floor)
    left = left._replace(factor=left.factor + (x.factor << left.shift), offset=left.offset + (x.offset << left.shift))
    for found in (x, floor, left):
        if found.range()[2] < 0 or found.range()[3] > mask(width):
            return None
    shift = floor.shift
    return _Floor(x.leaf, False, floor.factor + (x.factor << shift), floor.offset + (x.offset << shift), shift + 1)


def _nearest(value: int, half: int) -> int:
    """`value` modulo 2 * half, between -half and half - 1."""
    return (value + half) % (2 * half) - half


def quotient(term: Term) -> Term | None:
    """An equal term that divides by a constant, where the lemma says there is one."""
    known: dict[Term, _Floor | None] = {}
    found = _floor_of(term, known)
    if found is None or found.shift == 0 or found.factor <= 1 or found.factor & found.factor - 1 == 0:
        return None
    if found.signed is None:
        return None
    least = (1 << found.shift) // found.factor
    return _quotient_by(found, least, term.width) or _quotient_by(found, least + 1, term.width)


def _quotient_by(found: _Floor, divisor: int, width: int) -> Term | None:
    """The quotient by this divisor in so many bits, if the floor is that for every x."""
    home, x = found.leaf.home, found.leaf
    if not 2 <= divisor <= mask(x.width):
        return None
    low, high, _, _ = found.range()
    if not found.signed:
        if not _divides(found, divisor, low, high):
            return None
        return _resized(home.udiv(x, home.const(divisor, x.width)), width, signed=False)
    if not _divides(found, divisor, 0, high) or not _divides_below_zero(found, divisor, -low):
        return None
    negative = x.slt(0)
    q = home.udiv(home.ite(negative, -x, x), home.const(divisor, x.width))
    return _resized(home.ite(negative, -q - 1, q), width, signed=True)


def _resized(value: Term, width: int, *, signed: bool) -> Term:
    if width <= value.width:
        return value.bits(width - 1, 0)
    return value.sext(width) if signed else value.zext(width)


def _divides(f: _Floor, d: int, low: int, high: int) -> bool:
    """Whether the floor is x // d for all x in [low, high], both not negative."""
    excess, power = f.factor * d - (1 << f.shift), 1 << f.shift
    first, last = low // d, high // d
    corners = [(first, low % d), (last, high % d)]
    if first < last:
        corners += [(first, d - 1), (last, 0)]
    if first + 1 < last:
        corners += [(q, r) for q in (first + 1, last - 1) for r in (0, d - 1)]
    ends = [q * excess + f.factor * r + f.offset for q, r in corners]
    return min(ends) >= 0 and max(ends) < power


def _divides_below_zero(f: _Floor, d: int, most: int) -> bool:
    """Whether the floor is -(y // d) - 1 for all x = -y, y in [1, most]: 0 < q*e + a*r - b <= 2^s where y = d*q + r."""
    excess, power = f.factor * d - (1 << f.shift), 1 << f.shift
    top = most // d
    starts = [f.factor - f.offset] + ([excess - f.offset, top * excess - f.offset] if top else [])
    ends = [q * excess + f.factor * r - f.offset for q in (0, top) for r in (0, d - 1)]
    return f.factor > 0 and min(starts) > 0 and max(ends) <= power and (top == 0 or min(ends[2:]) > 0)


def with_quotients(terms: list[Term]) -> tuple[list[Term], bool]:
    """The terms with every division by multiplication written as a division, and whether there was one."""
    if not any(t.op == "extract" and t.value[1] for t in below(terms)):
        return terms, False
    changed = False

    def known(term: Term) -> Term | None:
        nonlocal changed
        if term.op not in ("extract", "sext", "concat", "sum"):
            return None
        found = quotient(term)
        changed |= found is not None
        return found

    return rewritten(terms, known), changed


def rewritten(roots: list[Term], replace: Callable[[Term], Term | None]) -> list[Term]:
    """The terms with each subterm, from the outside in, put in place of what `replace` gives (None: looked into)."""
    done: dict[Term, Term] = {}
    waiting = [(root, False) for root in roots]
    while waiting:
        term, ready = waiting.pop()
        if term in done:
            continue
        if ready:
            done[term] = rebuilt(term, tuple(done[a] for a in term.args))
            continue
        found = replace(term)
        if found is not None:
            done[term] = found
        elif term.args:
            waiting.append((term, True))
            waiting.extend((a, False) for a in term.args)
        else:
            done[term] = term
    return [done[root] for root in roots]


def rebuilt(term: Term, args: tuple[Term, ...]) -> Term:
    """The same operation on other arguments."""
    if args == term.args:
        return term
    home = term.home
    match term.op:
        case "sum":
            constant, coefficients = term.value
            return home.linear(term.width, constant, tuple(zip(args, coefficients, strict=True)))
        case "extract":
            return home.extract(args[0], *term.value)
        case "sext":
            return home.sext(args[0], term.width)
        case "concat":
            return home.concat(*args)
        case "apply":
            return home.apply(term.value, term.width, *args)
        case "and" | "or" | "not":
            made: Term = getattr(home, term.op + "_")(*args)
            return made
        case _:
            assert term.op not in ("const", "var") or term.width == MEMORY
            made = getattr(home, term.op)(*args)
            return made

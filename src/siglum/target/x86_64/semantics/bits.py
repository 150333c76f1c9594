"""Bit tests, scans, counts and the BMI extensions (SDM volume 2). Imports `smt` and `semantics`.

`population`, `trailing_zeros` and `leading_zeros` are for contracts too.
"""

from __future__ import annotations

from siglum.smt import bits
from siglum.smt.terms import Term
from siglum.target.x86_64.semantics import flags
from siglum.target.x86_64.semantics.integer import truth_bit
from siglum.target.x86_64.semantics.operation import Meaning, Operation
from siglum.target.x86_64.semantics.state import Unsupported


def population(value: Term) -> Term:
    """The number of ones, at the width of `value`: one sum, which contracts and the other model have alike."""
    return bits.popcount(value)


def _zeros(value: Term, *, leading: bool) -> Term:
    """The zeros before the first one, at the width of `value`, by halving; width - 1 where there is no one."""
    terms, width = value.home, value.width
    rest, found = value, []
    while rest.width > 1:
        half = rest.width // 2
        upper, lower = rest.bits(2 * half - 1, half), rest.bits(half - 1, 0)
        first, second = (upper, lower) if leading else (lower, upper)
        none = first.is_(0)
        found.append(truth_bit(none, 1))
        rest = none.ite(second, first)
    return terms.concat(*found).zext(width)


def trailing_zeros(value: Term) -> Term:
    """The number of zeros below the lowest one; the width where there is no one."""
    return value.is_(0).ite(value.home.const(value.width, value.width), _zeros(value, leading=False))


def leading_zeros(value: Term) -> Term:
    """The number of zeros above the highest one; the width where there is no one."""
    return value.is_(0).ite(value.home.const(value.width, value.width), _zeros(value, leading=True))


def popcnt(op: Operation) -> None:
    value, no = op.read(1), op.terms.false
    op.flags(zf=value.is_(0), cf=no, of=no, sf=no, af=no, pf=no)
    op.write(0, population(value))


def _counted(op: Operation, value: Term, count: Term) -> None:
    op.flags(cf=value.is_(0), zf=count.is_(0))
    op.undefined("of", "sf", "af", "pf")
    op.write(0, count)


def tzcnt(op: Operation) -> None:
    value = op.read(1)
    _counted(op, value, trailing_zeros(value))


def lzcnt(op: Operation) -> None:
    value = op.read(1)
    _counted(op, value, leading_zeros(value))


def _scanned(op: Operation, value: Term, place: Term) -> None:
    """bsf and bsr of zero leave the destination as it was (SDM volume 2, APM volume 3); only a destination of 64 bits is taken
    at that, as some CPUs clear the upper half of a narrower one's register.
    """
    zero, width = value.is_(0), value.width
    op.flags(zf=zero)
    op.undefined("cf", "of", "sf", "af", "pf")
    if width == 32:
        op.write_whole(0, zero.ite(op.unknown(64), place.zext(64)))
    else:
        op.write(0, zero.ite(op.read(0) if width == 64 else op.unknown(width), place))


def bsf(op: Operation) -> None:
    value = op.read(1)
    _scanned(op, value, _zeros(value, leading=False))


def bsr(op: Operation) -> None:
    value = op.read(1)
    _scanned(op, value, ~_zeros(value, leading=True) + value.width)


def bit_test(change: str) -> Meaning:
    """bt ("keep"), bts ("set"), btr ("clear"), btc ("flip"). With a register as bit number and memory as operand, bits far
    from the operand are meant: not supported.
    """

    def meaning(op: Operation) -> None:
        if op.in_memory(0) and op.width(1) > 8:
            raise Unsupported(f"{op.mnemonic} of memory by a register", op.step.at)
        value, width = op.read(0), op.width(0)
        place = op.read(1).bits(width.bit_length() - 2, 0).zext(width)
        op.flags(cf=(value >> place).bit(0))
        op.undefined("of", "sf", "af", "pf")
        one = op.terms.const(1, width) << place
        if change == "set":
            op.write(0, value | one)
        elif change == "clear":
            op.write(0, value & ~one)
        elif change == "flip":
            op.write(0, value ^ one)

    return meaning


def _bmi(op: Operation, result: Term, carry: Term) -> None:
    op.flags(zf=result.is_(0), sf=flags.sign(result), of=op.terms.false, cf=carry)
    op.undefined("af", "pf")
    op.write(0, result)


def andn(op: Operation) -> None:
    _bmi(op, ~op.read(1) & op.read(2), op.terms.false)


def blsi(op: Operation) -> None:
    value = op.read(1)
    _bmi(op, value & -value, value.isnt(0))


def blsr(op: Operation) -> None:
    value = op.read(1)
    _bmi(op, value & value - 1, value.is_(0))


def blsmsk(op: Operation) -> None:
    value = op.read(1)
    _bmi(op, value ^ value - 1, value.is_(0))
    op.flags(zf=op.terms.false)


def _ones_below(op: Operation, place: Term) -> Term:
    """Ones at the bits below `place`, which has the operation's width; all ones from the width up."""
    return (op.terms.const(1, place.width) << place) - 1


def bextr(op: Operation) -> None:
    value, control, width = op.read(1), op.read(2), op.width(0)
    start, length = control.bits(7, 0).zext(width), control.bits(15, 8).zext(width)
    result = value >> start & _ones_below(op, length)
    op.flags(zf=result.is_(0), cf=op.terms.false, of=op.terms.false)
    op.undefined("af", "sf", "pf")
    op.write(0, result)


def bzhi(op: Operation) -> None:
    value, width = op.read(1), op.width(0)
    place = op.read(2).bits(7, 0).zext(width)
    _bmi(op, value & _ones_below(op, place), op.terms.not_(place.ult(width)))


def _ones_before(chosen: Term) -> list[Term]:
    """For each bit of `chosen` the number of ones below it."""
    terms, width = chosen.home, chosen.width
    ones = [(chosen.bits(k, k).zext(width), 1) for k in range(width)]
    return [terms.linear(width, 0, tuple(ones[:k])) for k in range(width)]


def pdep(op: Operation) -> None:
    """The lowest bits of the first source, in order, to the ones of the second."""
    source, chosen = op.read(1), op.read(2)
    places = _ones_before(chosen)
    found = [truth_bit(op.terms.and_(chosen.bit(k), (source >> place).bit(0)), 1) for k, place in enumerate(places)]
    op.write(0, op.terms.concat(*reversed(found)))


def pext(op: Operation) -> None:
    """The bits of the first source at the ones of the second, moved together at the low end."""
    source, chosen = op.read(1), op.read(2)
    found = op.terms.const(0, chosen.width)
    for k, place in enumerate(_ones_before(chosen)):
        found = found | truth_bit(op.terms.and_(chosen.bit(k), source.bit(k)), chosen.width) << place
    op.write(0, found)

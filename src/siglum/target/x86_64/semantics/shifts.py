"""Shifts and rotations of general registers (SDM volume 2: SAL/SAR/SHL/SHR, RCL/RCR/ROL/ROR, SHLD, SHRD, SARX/SHLX/SHRX, RORX).

A count of zero changes no flag; OF is defined for a count of 1 only. Imports `smt` and `semantics`.
"""

from __future__ import annotations

from typing import NamedTuple

from siglum.smt.terms import Term
from siglum.target.x86_64.semantics import flags
from siglum.target.x86_64.semantics.integer import truth_bit
from siglum.target.x86_64.semantics.operation import Operation


class Shifted(NamedTuple):
    """A result with its CF and, for a count of 1, its OF."""

    result: Term
    carry: Term
    overflow: Term


def count_of(op: Operation, k: int, width: int) -> Term:
    """The count operand modulo 64 for 64-bit operands, else modulo 32, in 8 bits."""
    return op.read(k).bits(5 if width == 64 else 4, 0).zext(8)


def _widened(count: Term, width: int) -> Term:
    return count if width == 8 else count.zext(width)


def _finish(
    op: Operation, count: Term, shifted: Shifted, *, arithmetic: bool, carry_defined: Term, result_defined: Term | None = None
) -> None:
    """Writes the result, and each flag where the count says so."""
    terms, old = op.terms, op.state.flags
    zero, one = count.is_(0), count.is_(1)

    def unless_zero(name: str, value: Term) -> Term:
        return terms.ite(zero, old[name], value)

    def fresh(name: str) -> Term:
        return terms.fresh(name, 0)

    result = shifted.result
    found = {
        "cf": shifted.carry if carry_defined is terms.true else terms.ite(carry_defined, shifted.carry, fresh("cf")),
        "of": shifted.overflow if one is terms.true else terms.ite(one, shifted.overflow, fresh("of")),
    }
    if arithmetic:
        told = {"zf": result.is_(0), "sf": flags.sign(result), "pf": flags.parity(result)}
        if result_defined is not None:
            told = {name: terms.ite(result_defined, value, fresh(name)) for name, value in told.items()}
        found.update(told, af=fresh("af"))
    op.flags(**{name: unless_zero(name, value) for name, value in found.items()})
    op.write(0, result)


def _bit_at(value: Term, place: Term) -> Term:
    return (value >> place).bit(0)


def shl(op: Operation) -> None:
    width, value = op.width(0), op.read(0)
    count = count_of(op, 1, width)
    places = _widened(count, width)
    result = value << places
    carry = _bit_at(value, -places + width)
    overflow = op.terms.xor(flags.sign(result), carry)
    _finish(op, count, Shifted(result, carry, overflow), arithmetic=True, carry_defined=count.ult(width))


def shr(op: Operation) -> None:
    width, value = op.width(0), op.read(0)
    count = count_of(op, 1, width)
    places = _widened(count, width)
    shifted = Shifted(value >> places, _bit_at(value, places - 1), flags.sign(value))
    _finish(op, count, shifted, arithmetic=True, carry_defined=count.ult(width))


def sar(op: Operation) -> None:
    """CF is defined for every count: beyond the width it is the sign."""
    width, value = op.width(0), op.read(0)
    count = count_of(op, 1, width)
    places = _widened(count, width)
    shifted = Shifted(value.sar(places), value.sar(places - 1).bit(0), op.terms.false)
    _finish(op, count, shifted, arithmetic=True, carry_defined=op.terms.true)


def rotated_left(value: Term, count: Term) -> Term:
    """By `count` modulo the width, which is a power of two."""
    inside = value.width - 1
    if count.is_const:
        return rotated_by(value, count.value & inside)
    return (value << (count & inside)) | (value >> (-count & inside))


def rotated_by(value: Term, count: int) -> Term:
    """To the left by a known number of bits below the width."""
    width = value.width
    return value.home.concat(value.bits(width - 1 - count, 0), value.bits(width - 1, width - count)) if count else value


def rol(op: Operation) -> None:
    width, value = op.width(0), op.read(0)
    count = count_of(op, 1, width)
    result = rotated_left(value, _widened(count, width))
    carry = result.bit(0)
    shifted = Shifted(result, carry, op.terms.xor(flags.sign(result), carry))
    _finish(op, count, shifted, arithmetic=False, carry_defined=op.terms.true)


def ror(op: Operation) -> None:
    width, value = op.width(0), op.read(0)
    count = count_of(op, 1, width)
    result = rotated_left(value, -_widened(count, width))
    top = flags.sign(result)
    shifted = Shifted(result, top, op.terms.xor(top, result.bit(width - 2)))
    _finish(op, count, shifted, arithmetic=False, carry_defined=op.terms.true)


def _through_carry(op: Operation, *, left: bool) -> None:
    """Rotates CF and the operand together, as one number of width + 1 bits with CF on top."""
    terms, width, value = op.terms, op.width(0), op.read(0)
    count = count_of(op, 1, width)
    both = terms.concat(truth_bit(op.state.flags["cf"], 1), value)
    size = width + 1
    places = terms.urem(count, terms.const(size, 8))
    places = places.zext(size)
    if not left:
        places = places.is_(0).ite(places, -places + size)
    turned = (both << places) | (both >> (-places + size))
    result, carry = turned.bits(width - 1, 0), turned.bit(width)
    overflow = terms.xor(flags.sign(result), carry if left else result.bit(width - 2))
    _finish(op, count, Shifted(result, carry, overflow), arithmetic=False, carry_defined=terms.true)


def rcl(op: Operation) -> None:
    _through_carry(op, left=True)


def rcr(op: Operation) -> None:
    _through_carry(op, left=False)


def _double(op: Operation, *, left: bool) -> None:
    """shld, shrd: 16-bit ones by more than 16 places leave the result and all flags undefined."""
    terms, width, value, filler = op.terms, op.width(0), op.read(0), op.read(1)
    count = count_of(op, 2, width)
    places = _widened(count, width)
    if left:
        result = (value << places) | (filler >> (-places + width))
        carry = _bit_at(value, -places + width)
    else:
        result = (value >> places) | (filler << (-places + width))
        carry = _bit_at(value, places - 1)
    overflow = terms.xor(flags.sign(result), flags.sign(value))
    inside = terms.not_(terms.ult(terms.const(width, 8), count))
    shifted = Shifted(inside.ite(result, op.unknown(width)), carry, overflow)
    _finish(op, count, shifted, arithmetic=True, carry_defined=inside, result_defined=inside)


def shld(op: Operation) -> None:
    _double(op, left=True)


def shrd(op: Operation) -> None:
    _double(op, left=False)


def _free_count(op: Operation) -> Term:
    width = op.width(0)
    return op.read(2).bits(5 if width == 64 else 4, 0).zext(width)


def shlx(op: Operation) -> None:
    op.write(0, op.read(1) << _free_count(op))


def shrx(op: Operation) -> None:
    op.write(0, op.read(1) >> _free_count(op))


def sarx(op: Operation) -> None:
    op.write(0, op.read(1).sar(_free_count(op)))


def rorx(op: Operation) -> None:
    width = op.width(0)
    op.write(0, rotated_by(op.read(1), -op.immediate(2) % width))

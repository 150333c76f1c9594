"""Multiplication and division of general registers (SDM volume 2: MUL, IMUL, DIV, IDIV, MULX).

Imports `smt` and `semantics`.
"""

from __future__ import annotations

from siglum.smt.terms import Term
from siglum.target.x86_64.semantics.integer import set_low
from siglum.target.x86_64.semantics.operation import Operation
from siglum.target.x86_64.semantics.state import RAX, RDX


def _set_pair(op: Operation, low: Term, high: Term) -> None:
    """dx:ax, edx:eax or rdx:rax; for bytes ah:al."""
    if low.width == 8:
        set_low(op, RAX, op.terms.concat(high, low))
    else:
        set_low(op, RAX, low)
        set_low(op, RDX, high)


def _upper_source(op: Operation, width: int) -> Term:
    if width == 8:
        return op.state.registers[RAX].bits(15, 8)
    return op.state.registers[RDX].bits(width - 1, 0)


def _overflowed(op: Operation, overflow: Term) -> None:
    op.flags(cf=overflow, of=overflow)
    op.undefined("sf", "zf", "af", "pf")


def mul(op: Operation) -> None:
    width = op.width(0)
    product = op.state.registers[RAX].bits(width - 1, 0).zext(2 * width) * op.read(0).zext(2 * width)
    high = product.bits(2 * width - 1, width)
    _overflowed(op, high.isnt(0))
    _set_pair(op, product.bits(width - 1, 0), high)


def imul_accumulator(op: Operation) -> None:
    width = op.width(0)
    product = op.state.registers[RAX].bits(width - 1, 0).sext(2 * width) * op.read(0).sext(2 * width)
    low = product.bits(width - 1, 0)
    _overflowed(op, low.sext(2 * width).isnt(product))
    _set_pair(op, low, product.bits(2 * width - 1, width))


def imul(op: Operation) -> None:
    """Of two operands, or of three with an immediate."""
    width, first = op.width(0), len(op.operands) - 2
    a, b = op.read(first), op.read(first + 1)
    product = a.sext(2 * width) * b.sext(2 * width)
    low = a * b
    _overflowed(op, low.sext(2 * width).isnt(product))
    op.write(0, low)


def mulx(op: Operation) -> None:
    """The lower half is written first: where both destinations are one register, it holds the upper half."""
    width = op.width(0)
    product = op.state.registers[RDX].bits(width - 1, 0).zext(2 * width) * op.read(2).zext(2 * width)
    op.write(1, product.bits(width - 1, 0))
    op.write(0, product.bits(2 * width - 1, width))


def _undefined_all(op: Operation) -> None:
    op.undefined("cf", "of", "sf", "zf", "af", "pf")


def div(op: Operation) -> None:
    """Faults where the divisor is zero or the quotient too large, which is where the upper half is not below the divisor."""
    terms, width = op.terms, op.width(0)
    divisor, low, high = op.read(0), op.state.registers[RAX].bits(width - 1, 0), _upper_source(op, width)
    op.step.fault(terms.not_(high.ult(divisor)), "division")
    if high.is_const and high.value == 0:
        quotient, remainder = terms.udiv(low, divisor), terms.urem(low, divisor)
    else:
        dividend, wide = terms.concat(high, low), divisor.zext(2 * width)
        quotient = terms.udiv(dividend, wide).bits(width - 1, 0)
        remainder = terms.urem(dividend, wide).bits(width - 1, 0)
    _undefined_all(op)
    _set_pair(op, quotient, remainder)


def idiv(op: Operation) -> None:
    """Of a dividend whose upper half is the sign of the lower, at the width of the divisor."""
    terms, width = op.terms, op.width(0)
    divisor, low, high = op.read(0), op.state.registers[RAX].bits(width - 1, 0), _upper_source(op, width)
    zero = divisor.is_(0)
    if high is low.sar(width - 1):
        quotient, remainder = terms.sdiv(low, divisor), terms.srem(low, divisor)
        overflow = terms.and_(divisor.is_(-1), low.is_(1 << width - 1))
    else:
        dividend, wide = terms.concat(high, low), divisor.sext(2 * width)
        whole = terms.sdiv(dividend, wide)
        quotient = whole.bits(width - 1, 0)
        remainder = terms.srem(dividend, wide).bits(width - 1, 0)
        overflow = quotient.sext(2 * width).isnt(whole)
    op.step.fault(terms.or_(zero, overflow), "division")
    _undefined_all(op)
    _set_pair(op, quotient, remainder)

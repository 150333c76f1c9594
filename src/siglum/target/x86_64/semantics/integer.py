"""Moves, arithmetic and logic of general registers (SDM volume 2). Imports `smt` and `semantics`."""

from __future__ import annotations

from siglum.smt.terms import Term
from siglum.target.x86_64.semantics import flags
from siglum.target.x86_64.semantics.operation import Meaning, Operation
from siglum.target.x86_64.semantics.state import RAX, RDX


def nothing(op: Operation) -> None:
    """nop, endbr64."""


def mov(op: Operation) -> None:
    op.write(0, op.read(1))


def movzx(op: Operation) -> None:
    op.write(0, op.read(1).zext(op.width(0)))


def movsx(op: Operation) -> None:
    op.write(0, op.read(1).sext(op.width(0)))


def movbe(op: Operation) -> None:
    op.write(0, swapped(op.read(1)))


def bswap(op: Operation) -> None:
    op.write(0, swapped(op.read(0)))


def swapped(value: Term) -> Term:
    """The bytes in the opposite order."""
    return value.home.concat(*(value.bits(k + 7, k) for k in range(0, value.width, 8)))


def lea(op: Operation) -> None:
    op.write(0, op.address(1).bits(op.width(0) - 1, 0))


def xchg(op: Operation) -> None:
    a, b = op.read(0), op.read(1)
    op.write(0, b)
    op.write(1, a)


def add(op: Operation) -> None:
    a, b = op.read(0), op.read(1)
    result = a + b
    flags.of_sum(op, a, b, result)
    op.write(0, result)


def xadd(op: Operation) -> None:
    a, b = op.read(0), op.read(1)
    result = a + b
    flags.of_sum(op, a, b, result)
    if op.in_memory(0):  # before its address may change; of one register twice the sum remains
        op.write(0, result)
        op.write(1, a)
    else:
        op.write(1, a)
        op.write(0, result)


def adc(op: Operation) -> None:
    a, b, carry = op.read(0), op.read(1), op.state.flags["cf"]
    result = a + b + truth_bit(carry, a.width)
    flags.of_sum(op, a, b, result, carry)
    op.write(0, result)


def sub(op: Operation) -> None:
    a, b = op.read(0), op.read(1)
    result = a - b
    flags.of_difference(op, a, b, result)
    op.write(0, result)


def sbb(op: Operation) -> None:
    a, b, carry = op.read(0), op.read(1), op.state.flags["cf"]
    result = a - b - truth_bit(carry, a.width)
    flags.of_difference(op, a, b, result, carry)
    op.write(0, result)


def cmp(op: Operation) -> None:
    a, b = op.read(0), op.read(1)
    flags.of_difference(op, a, b, a - b)


def inc(op: Operation) -> None:
    a = op.read(0)
    flags.of_sum(op, a, op.terms.const(1, a.width), a + 1, keep_carry=True)
    op.write(0, a + 1)


def dec(op: Operation) -> None:
    a = op.read(0)
    flags.of_difference(op, a, op.terms.const(1, a.width), a - 1, keep_carry=True)
    op.write(0, a - 1)


def neg(op: Operation) -> None:
    a = op.read(0)
    flags.of_difference(op, op.terms.const(0, a.width), a, -a)
    op.write(0, -a)


def not_(op: Operation) -> None:
    op.write(0, ~op.read(0))


def and_(op: Operation) -> None:
    result = op.read(0) & op.read(1)
    flags.of_logic(op, result)
    op.write(0, result)


def or_(op: Operation) -> None:
    result = op.read(0) | op.read(1)
    flags.of_logic(op, result)
    op.write(0, result)


def xor(op: Operation) -> None:
    result = op.read(0) ^ op.read(1)
    flags.of_logic(op, result)
    op.write(0, result)


def test(op: Operation) -> None:
    flags.of_logic(op, op.read(0) & op.read(1))


def truth_bit(truth: Term, width: int) -> Term:
    """1 where it holds, else 0."""
    terms = truth.home
    return terms.ite(truth, terms.const(1, width), terms.const(0, width))


def setcc(code: str) -> Meaning:
    return lambda op: op.write(0, truth_bit(flags.condition(op.state, code), 8))


def cmovcc(code: str) -> Meaning:
    """The source is read and the destination written in either case, so a 32-bit one loses its upper half."""
    return lambda op: op.write(0, flags.condition(op.state, code).ite(op.read(1), op.read(0)))


def sign_extended(width: int) -> Meaning:
    """cbw, cwde, cdqe: the lower half of the accumulator extended to `width` bits."""

    def meaning(op: Operation) -> None:
        value = op.state.registers[RAX].bits(width // 2 - 1, 0).sext(width)
        set_low(op, RAX, value)

    return meaning


def sign_filled(width: int) -> Meaning:
    """cwd, cdq, cqo: rdx becomes copies of the sign of rax."""
    return lambda op: set_low(op, RDX, op.state.registers[RAX].bits(width - 1, 0).sar(width - 1))


def set_low(op: Operation, register: int, value: Term) -> None:
    """Writes a register that is no operand, as `Operation.write` does."""
    old = op.state.registers[register]
    if value.width < 32:
        value = op.terms.concat(old.bits(63, value.width), value)
    op.state.registers[register] = value.zext(64)


def set_carry(op: Operation) -> None:
    op.flags(cf=op.terms.true)


def clear_carry(op: Operation) -> None:
    op.flags(cf=op.terms.false)


def complement_carry(op: Operation) -> None:
    op.flags(cf=op.terms.not_(op.state.flags["cf"]))

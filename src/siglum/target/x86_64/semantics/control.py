"""Jumps, calls, returns and the stack (SDM volume 2). Imports `smt` and `semantics`."""

from __future__ import annotations

from typing import Final

from siglum.smt.terms import Term
from siglum.target.x86_64.semantics import flags
from siglum.target.x86_64.semantics.operation import Meaning, Operation, Target
from siglum.target.x86_64.semantics.state import RBP, RSP, Exit

WORD: Final = 8
"""Bytes that a push moves the stack pointer by."""


def _target(op: Operation) -> int:
    operand = op.operands[0]
    assert isinstance(operand, Target)
    return op.step.at + operand.displacement


def jmp(op: Operation) -> None:
    op.step.exits.append(Exit(op.terms.true, "go", _target(op)))


def jmp_indirect(op: Operation) -> None:
    op.step.exits.append(Exit(op.terms.true, "jump", 0, op.read(0)))


def jcc(code: str) -> Meaning:
    """A condition that is known leaves one exit."""

    def meaning(op: Operation) -> None:
        taken = flags.condition(op.state, code)
        ways = (Exit(taken, "go", _target(op)), Exit(op.terms.not_(taken), "go", op.step.following))
        op.step.exits += [way for way in ways if way.condition is not op.terms.false]

    return meaning


def _push(op: Operation, value: Term) -> None:
    top = op.state.registers[RSP] - WORD
    op.state.memory.store(top, value)
    op.state.registers[RSP] = top


def _pop(op: Operation) -> Term:
    top = op.state.registers[RSP]
    value = op.state.memory.load(top, WORD)
    op.state.registers[RSP] = top + WORD
    return value


def push(op: Operation) -> None:
    """push rsp stores the value from before."""
    _push(op, op.read(0))


def pop(op: Operation) -> None:
    """An address made of rsp counts from the value after; pop rsp keeps what was loaded."""
    op.write(0, _pop(op))


def leave(op: Operation) -> None:
    op.state.registers[RSP] = op.state.registers[RBP]
    op.state.registers[RBP] = _pop(op)


def call(op: Operation) -> None:
    _push(op, op.step.base + op.step.following)
    op.step.exits.append(Exit(op.terms.true, "call", _target(op)))


def ret(op: Operation) -> None:
    """With an operand, it takes that many bytes more from the stack."""
    to = _pop(op)
    if op.operands:
        op.state.registers[RSP] += op.immediate(0)
    op.step.exits.append(Exit(op.terms.true, "return", 0, to))


def ud2(op: Operation) -> None:
    op.step.fault(op.terms.true, "undefined")

"""Moves of vector registers, and of lanes between them and memory (SDM volume 2). Imports `smt` and `semantics`."""

from __future__ import annotations

from siglum.target.x86_64.semantics.lanes import HALF, joined, split
from siglum.target.x86_64.semantics.operation import Meaning, Operation


def move(op: Operation) -> None:
    op.write(0, op.read(1))


def move_low(width: int) -> Meaning:
    """movd, movq: the lowest bits, zero above in a vector register."""
    return lambda op: op.write(0, op.read(1, width))


def move_scalar(width: int) -> Meaning:
    """movss, movsd: between registers the rest of the destination (or of the first of two sources) stays; from memory it
    becomes zero.
    """

    def meaning(op: Operation) -> None:
        last = len(op.operands) - 1
        value = op.read(last, width)
        if not op.in_memory(0) and not op.in_memory(last):
            rest = op.read(1 if last == 2 else 0).bits(HALF - 1, width)
            value = op.terms.concat(rest, value)
        op.write(0, value)

    return meaning


def load_half(*, high: bool) -> Meaning:
    """movlps, movhps from memory."""

    def meaning(op: Operation) -> None:
        first = 1 if op.vex else 0
        halves = split(op.read(first), 64)
        halves[high] = op.read(first + 1)
        op.write(0, joined(halves))

    return meaning


def store_half(*, high: bool) -> Meaning:
    return lambda op: op.write(0, split(op.read(1), 64)[high])


def cross_half(*, upward: bool) -> Meaning:
    """movlhps (the low half of the source becomes the high one), movhlps (the other way round)."""

    def meaning(op: Operation) -> None:
        kept, source = (split(value, 64) for value in op.sources())
        op.write(0, joined([kept[0], source[0]] if upward else [source[1], kept[1]]))

    return meaning


def duplicate(width: int, *, odd: bool) -> Meaning:
    """movddup, movsldup, movshdup: every second lane twice."""

    def meaning(op: Operation) -> None:
        lanes = split(op.read(1, op.width(1) if op.width(1) >= HALF else 64), width)
        op.write(0, joined([lanes[k | 1 if odd else k & ~1] for k in range(op.width(0) // width)]))

    return meaning


def zero_upper(op: Operation) -> None:
    op.state.vectors[:] = [value.bits(HALF - 1, 0).zext(value.width) for value in op.state.vectors]


def zero_all(op: Operation) -> None:
    op.state.vectors[:] = [op.terms.const(0, value.width) for value in op.state.vectors]

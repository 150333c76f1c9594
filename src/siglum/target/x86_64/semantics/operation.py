"""One instruction being executed: its operands, read and written as terms. The meanings of instructions work on this.

Imports `smt.terms` and `semantics.state` only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from siglum.smt.terms import Term, Terms
from siglum.target.x86_64.semantics.state import VECTOR_BITS, State, Step, Unsupported

NONE: Final = -1
"""No register, or no field."""
Holes = Mapping[int, Term]
"""What stands in immediates and displacements instead of their bytes: 64-bit words by the offset of the field in the code."""
NO_HOLES: Final[Holes] = {}


class General(NamedTuple):
    """A general register, or `width` bits of one from bit `shift` up (8 for ah, ch, dh, bh)."""

    number: int
    width: int
    shift: int = 0


class Vector(NamedTuple):
    """An XMM or YMM register by its `width` of 128 or 256 bits."""

    number: int
    width: int


class Constant(NamedTuple):
    """An immediate operand, extended to the width at which the instruction uses it. Its field is at byte `field`."""

    value: int
    width: int
    field: int = NONE


class Place(NamedTuple):
    """`width` bits in memory at base + index * scale + displacement; a relative displacement counts from the instruction.
    The displacement's field is at byte `field` of the instruction.
    """

    base_register: int
    index_register: int
    scale: int
    displacement: int
    relative: bool
    width: int
    field: int = NONE


class Target(NamedTuple):
    """Where a direct branch leads, counted from the instruction."""

    displacement: int
    width: int = 64


Operand = General | Vector | Constant | Place | Target


class Operation:
    """The operands and the step of one instruction. `vex` says how it treats the rest of a vector register it writes (SDM
    volume 1, 14.1.3: VEX zeroes it, legacy SSE keeps it), `aligned` that memory of 16 bytes or more must be aligned.
    """

    __slots__ = ("aligned", "holes", "mnemonic", "operands", "state", "step", "terms", "vex")

    def __init__(
        self, step: Step, operands: tuple[Operand, ...], vex: bool, aligned: bool, mnemonic: str, holes: Holes = NO_HOLES
    ) -> None:
        self.step, self.operands, self.vex, self.aligned, self.mnemonic = step, operands, vex, aligned, mnemonic
        self.holes = holes
        self.terms: Terms = step.terms
        self.state: State = step.state

    def width(self, k: int) -> int:
        """Bits of operand `k`."""
        return self.operands[k].width

    def immediate(self, k: int) -> int:
        """The value of an immediate operand that must be known, unsigned at its width."""
        operand = self.operands[k]
        assert isinstance(operand, Constant)
        if self.hole(operand.field) is not None:
            raise Unsupported(f"{self.mnemonic} with an unknown immediate", self.step.at)
        return operand.value

    def in_memory(self, k: int) -> bool:
        return isinstance(self.operands[k], Place)

    def read(self, k: int, width: int = 0) -> Term:
        """Operand `k`, or its lowest `width` bits."""
        operand = self.operands[k]
        if isinstance(operand, General):
            width = width or operand.width
            return self.terms.extract(self.state.registers[operand.number], operand.shift + width - 1, operand.shift)
        if isinstance(operand, Constant):
            hole = self.hole(operand.field)
            if hole is not None:
                return hole.bits((width or operand.width) - 1, 0)
            return self.terms.const(operand.value, width or operand.width)
        if isinstance(operand, Vector):
            return self.terms.extract(self.state.vectors[operand.number], (width or operand.width) - 1, 0)
        address = self.address(k)
        self._check_alignment(address, operand.width)
        return self.state.memory.load(address, (width or operand.width) // 8)

    def write(self, k: int, value: Term) -> None:
        """Sets operand `k`: the width of `value` must be the operand's, except that a vector register takes fewer bits and
        is zero from there up to its own width. A 32-bit register write zeroes the upper half (SDM volume 1, 3.4.1.1).
        """
        operand, terms = self.operands[k], self.terms
        if isinstance(operand, General):
            assert value.width == operand.width, (self.mnemonic, value.width)
            if operand.width < 32:
                old = self.state.registers[operand.number]
                top = terms.extract(old, 63, operand.shift + operand.width)
                value = terms.concat(top, value, terms.extract(old, 7, 0)) if operand.shift else terms.concat(top, value)
            self.state.registers[operand.number] = terms.zext(value, 64)
        elif isinstance(operand, Vector):
            if self.vex:
                value = terms.zext(value, VECTOR_BITS)
            else:
                upper = terms.extract(self.state.vectors[operand.number], VECTOR_BITS - 1, 128)
                value = terms.concat(upper, terms.zext(value, 128))
            self.state.vectors[operand.number] = value
        else:
            assert isinstance(operand, Place) and value.width == operand.width, (self.mnemonic, value.width)
            address = self.address(k)
            self._check_alignment(address, operand.width)
            self.state.memory.store(address, value)

    def write_whole(self, k: int, value: Term) -> None:
        """Sets all 64 bits of a general register."""
        operand = self.operands[k]
        assert isinstance(operand, General)
        self.state.registers[operand.number] = value

    def hole(self, field: int) -> Term | None:
        """What stands in the field at byte `field` of the instruction instead of its bytes."""
        return self.holes.get(self.step.at + field) if self.holes and field != NONE else None

    def address(self, k: int) -> Term:
        """The address of memory operand `k`: 64 bits."""
        place, registers = self.operands[k], self.state.registers
        assert isinstance(place, Place)
        parts: list[tuple[Term, int]] = []
        constant = place.displacement
        hole = self.hole(place.field)
        if hole is not None:
            parts.append((hole, 1))
            constant = self.step.length if place.relative else 0
        if place.relative:
            parts.append((self.step.base, 1))
            constant += self.step.at
        if place.base_register != NONE:
            parts.append((registers[place.base_register], 1))
        if place.index_register != NONE:
            parts.append((registers[place.index_register], place.scale))
        return self.terms.linear(64, constant, tuple(parts))

    def _check_alignment(self, address: Term, width: int) -> None:
        if self.aligned and width >= 128:
            zeros = (width // 8).bit_length() - 1
            self.step.fault(self.terms.extract(address, zeros - 1, 0).isnt(0), "alignment")

    def sources(self) -> tuple[Term, Term]:
        """The two sources of a binary vector operation: the first is also the destination where there are two operands.
        An immediate that follows them is no source.
        """
        first = 1 if self.vex else 0
        return self.read(first), self.read(first + 1, self.width(0))

    def flags(self, **values: Term) -> None:
        """Sets flags by name."""
        self.state.flags.update(values)

    def undefined(self, *flags: str) -> None:
        self.step.undefined(*flags)

    def unknown(self, width: int) -> Term:
        """Bits that the manual leaves undefined."""
        return self.terms.fresh("undefined", width)


Meaning = Callable[[Operation], None]


class Form(NamedTuple):
    """One instruction form: what it does, the CPU features it needs (named as in /proc/cpuinfo; empty for the x86-64
    baseline), the flags it may leave undefined, and whether its memory operands of 16 bytes or more must be aligned.
    """

    meaning: Meaning
    features: tuple[str, ...] = ()
    undefined: tuple[str, ...] = ()
    aligned: bool = False

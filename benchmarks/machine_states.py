"""Machine states to run an instruction on: values that tell wrong meanings apart, addresses that lie in the data."""

from __future__ import annotations

import struct
from random import Random
from typing import Final

from siglum.sandbox.job import Memory, State
from siglum.target.x86_64.semantics.decode import Decoded
from siglum.target.x86_64.semantics.encodings import RELATIVE
from siglum.target.x86_64.semantics.operation import General, Place
from siglum.target.x86_64.semantics.state import RAX, RBP, RDX, RSP
from siglum.target.x86_64.semantics.symbolic import Meaning

SLOT: Final = 0x2345_6780_0000
"""The address of the instruction."""
DATA: Final = Memory(SLOT + RELATIVE - 64, 192)
TARGETS: Final = range(0x20, 0x3C)
"""Offsets in the padding behind the instruction that indirect jumps go to."""
MASK: Final = (1 << 64) - 1
FLAG_BITS: Final = {"cf": 0, "pf": 2, "af": 4, "zf": 6, "sf": 7, "df": 10, "of": 11}
_MXCSR: Final = 0x1F80
_POOL: Final = 1024
_CORNERS: Final = tuple(
    value & MASK
    for width in (8, 16, 32, 64)
    for value in (0, 1, -1, (1 << width - 1) - 1, 1 << width - 1, -(1 << width - 1), -(1 << width - 1) - 1, (1 << width) - 1, -2)
)
_FLOATS: Final = (
    *(
        struct.unpack("<Q", struct.pack("<d", value))[0]
        for value in (
            0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 0.1, 3.0, 16777217.0, 1e308, -1e308, 5e-324, 2.2250738585072014e-308,
            3.4e38, 1e39, 1e-46, 2147483647.0, 2147483648.0, -2147483648.0, -2147483649.0, 9.223372036854775e18,
            9.223372036854776e18, -9.223372036854776e18, 4503599627370496.5, float("inf"), float("-inf"), float("nan"),
        )
    ),
    0x7FF0_0000_0000_0001, 0xFFF8_0000_0000_0000, 0x7FF8_0000_1234_5678, 0x3F80_0000_7F80_0000, 0x7F80_0001_FF80_0001,
)  # fmt: skip
"""Bits of doubles, and of pairs of singles."""


class Pool:
    """Values that the states of one form are put together from."""

    def __init__(self, random: Random, *, floats: bool) -> None:
        self.random, self.floats = random, floats
        self.words = [self._word() for _ in range(_POOL)]
        self.vectors = [self._vector() for _ in range(_POOL)]

    def _word(self) -> int:
        random = self.random
        kind = random.randrange(14)
        if kind < 4:
            return random.getrandbits(64)
        if kind < 6:
            return random.randrange(67)
        if kind < 8:
            return random.choice(_CORNERS)
        if kind < 10:
            value = 1 << random.randrange(64) | 1 << random.randrange(64)
            return value if kind == 8 else ~value & MASK
        if kind < 12:
            width = random.choice((8, 16, 32))
            value = random.getrandbits(width)
            return value if kind == 10 else (value - (value >> width - 1 << width)) & MASK
        return random.getrandbits(64) & random.getrandbits(64) & random.getrandbits(64)

    def _vector(self) -> bytes:
        """A vector register's content."""
        random, size = self.random, 32
        kind = random.randrange(7)
        if self.floats and random.randrange(3):
            return b"".join(random.choice(_FLOATS).to_bytes(8, "little") for _ in range(size // 8))
        if kind < 2:
            return random.randbytes(size)
        if kind == 2:
            sparse = int.from_bytes(random.randbytes(size)) & int.from_bytes(random.randbytes(size))
            return (sparse & int.from_bytes(random.randbytes(size))).to_bytes(size)
        if kind == 3:  # a shift count
            return random.randrange(70).to_bytes(16, "little") + random.randbytes(16)
        width = random.choice((1, 2, 4, 8))
        lanes = [random.choice(_CORNERS) if kind < 6 else random.randrange(70) for _ in range(size // width)]
        return b"".join((lane & (1 << 8 * width) - 1).to_bytes(width, "little") for lane in lanes)


class Maker:
    """Makes states for one encoded instruction."""

    def __init__(self, name: str, decoded: Decoded, meaning: Meaning, pool: Pool) -> None:
        self.pool, self.random, self.name = pool, pool.random, name
        self.accesses = bool(meaning.loads or meaning.stores)
        self.places = [operand for operand in decoded.operands if isinstance(operand, Place)]
        self.stack = name.startswith(("PUSH", "POP", "CALL", "RET", "LEAVE"))
        self.general = [operand for operand in decoded.operands if isinstance(operand, General)]
        self.indirect = next((way.to for way in meaning.ways if way.to is not None), None)

    def state(self) -> State:
        random = self.random
        words = random.choices(self.pool.words, k=16)
        for _ in range(5):
            words[random.randrange(16)] = (words[random.randrange(16)] + random.choice((0, 0, 1, -1))) & MASK
        if self.name.startswith(("DIV_R", "IDIV_R")):
            self._divide(words)
        memory = bytearray(b"".join(random.choices(self.pool.vectors, k=DATA.size // 32)))
        if self.accesses:
            self._address(words)
        if self.indirect is not None:
            self._lead(words, memory)
        words[RSP] = words[RSP] or 1
        flags = random.getrandbits(12) & sum(1 << bit for bit in FLAG_BITS.values())
        mxcsr = _MXCSR | random.getrandbits(6)
        return State(tuple(words), flags, self._vectors(), mxcsr, bytes(memory))

    def _divide(self, words: list[int]) -> None:
        """Dividends whose quotient often fits."""
        random = self.random
        kind = random.randrange(8)
        if kind < 2:
            words[RDX] = 0
        elif kind < 5:
            width = self.general[0].width if self.general else self.places[0].width
            top = words[RAX] >> width - 1 & 1
            if width == 8:
                words[RAX] = words[RAX] & 0x7F | (0xFF80 if top else 0)
            else:
                words[RDX] = -top & MASK
        elif kind < 7:
            words[RDX] = (random.choice(self.pool.words) >> random.randrange(64)) - random.randrange(2) & MASK

    def _address(self, words: list[int]) -> None:
        """Registers such that operands in memory lie in the data, at most places unaligned half the time."""
        random = self.random
        for pointer in (RSP, RBP):
            if self.stack:
                words[pointer] = DATA.address + 64 + random.randrange(33)
        for place in self.places:
            if place.relative:
                continue
            step = 8 if self.indirect is not None else random.choice((1, 1, 2, 8, 16, 32, 32, 32))
            at = (DATA.address + 32 + random.randrange(DATA.size - 96)) // step * step - place.displacement
            if self.stack and place.base_register == RSP:
                at -= 8 if self.name.startswith("POP") else 0
            if place.base_register < 0:
                words[place.index_register] = at // place.scale
            else:
                offset = words[place.index_register] * place.scale if place.index_register >= 0 else 0
                words[place.base_register] = (at - offset) & MASK

    def _lead(self, words: list[int], memory: bytearray) -> None:
        """A place to go to, in the register or the memory that an indirect jump reads."""
        target = SLOT + self.random.choice(TARGETS)
        if self.general:
            words[self.general[0].number] = target
            return
        for at in range(0, DATA.size, 8):
            memory[at : at + 8] = target.to_bytes(8, "little")
        words[RSP] &= -8

    def _vectors(self) -> bytes:
        """Sixteen registers, some alike but for a few bytes."""
        random = self.random
        found = random.choices(self.pool.vectors, k=16)
        if not random.randrange(3):
            for _ in range(8):
                changed = bytearray(found[random.randrange(16)])
                for _ in range(random.randrange(5)):
                    changed[random.randrange(32)] = random.choice((0, 1, 0x7F, 0x80, 0xFF))
                found[random.randrange(16)] = bytes(changed)
        return b"".join(found)

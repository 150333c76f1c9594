"""Instructions that move lanes about: unpacking, packing, shuffles, permutations, blends, single lanes (SDM volume 2).

Imports `smt` and `semantics`.
"""

from __future__ import annotations

from siglum.smt.terms import Term
from siglum.target.x86_64.semantics.lanes import HALF, each_half, in_halves, joined, split, to_signed, to_unsigned
from siglum.target.x86_64.semantics.operation import Meaning, Operation


def chosen(lanes: list[Term], index: Term) -> Term:
    """The lane that `index` (as many bits as it takes) says; the number of lanes is a power of two."""
    for k in range(index.width):
        upper = index.bit(k)
        lanes = [upper.ite(b, a) for a, b in zip(lanes[::2], lanes[1::2], strict=True)]
    return lanes[0]


def unpack(width: int, *, high: bool) -> Meaning:
    def half(a: list[Term], b: list[Term]) -> list[Term]:
        count = len(a) // 2
        start = count if high else 0
        return [lane for k in range(start, start + count) for lane in (a[k], b[k])]

    return in_halves(width, half)


def pack(width: int, *, signed: bool) -> Meaning:
    """Signed lanes of `width` bits saturated to half of it."""
    narrow = to_signed if signed else to_unsigned
    return in_halves(width, lambda a, b: [narrow(lane, width // 2) for lane in a + b])


def pshufb(op: Operation) -> None:
    """An index byte with its top bit set gives zero."""
    first, second = op.sources()
    zero = op.terms.const(0, 8)
    found = []
    for a, b in zip(split(first, HALF), split(second, HALF), strict=True):
        lanes = split(a, 8)
        found += [index.bit(7).ite(zero, chosen(lanes, index.bits(3, 0))) for index in split(b, 8)]
    op.write(0, joined(found))


def _four(lanes: list[Term], choice: int) -> list[Term]:
    """Four of four lanes, two bits of the choice for each."""
    return [lanes[choice >> 2 * k & 3] for k in range(4)]


PSHUFD = each_half(32, _four)
PSHUFLW = each_half(16, lambda lanes, choice: _four(lanes[:4], choice) + lanes[4:])
PSHUFHW = each_half(16, lambda lanes, choice: lanes[:4] + _four(lanes[4:], choice))


def palignr(op: Operation) -> None:
    first, second = op.sources()
    start = op.immediate(len(op.operands) - 1)
    found = []
    for a, b in zip(split(first, HALF), split(second, HALF), strict=True):
        row = split(b, 8) + split(a, 8)
        found += [row[k] if k < len(row) else op.terms.const(0, 8) for k in range(start, start + 16)]
    op.write(0, joined(found))


def shufps(op: Operation) -> None:
    first, second = op.sources()
    choice = op.immediate(len(op.operands) - 1)
    found = []
    for a, b in zip(split(first, HALF), split(second, HALF), strict=True):
        found += _four(split(a, 32), choice)[:2] + _four(split(b, 32), choice)[2:]
    op.write(0, joined(found))


def shufpd(op: Operation) -> None:
    first, second = op.sources()
    choice = op.immediate(len(op.operands) - 1)
    a, b = split(first, 64), split(second, 64)
    found = []
    for k in range(0, len(a), 2):
        found += [a[k + (choice >> k & 1)], b[k + (choice >> k + 1 & 1)]]
    op.write(0, joined(found))


def blend(width: int, bits: int) -> Meaning:
    """By the immediate: bit k, modulo `bits`, takes lane k from the second source."""

    def meaning(op: Operation) -> None:
        first, second = op.sources()
        choice = op.immediate(len(op.operands) - 1)
        lanes = enumerate(zip(split(first, width), split(second, width), strict=True))
        op.write(0, joined([b if choice >> k % bits & 1 else a for k, (a, b) in lanes]))

    return meaning


def blend_by_signs(width: int) -> Meaning:
    """By the sign of each lane of xmm0, or of the fourth operand."""

    def meaning(op: Operation) -> None:
        first, second = op.sources()
        selector = op.read(3) if op.vex else op.state.vectors[0].bits(HALF - 1, 0)
        lanes = zip(split(first, width), split(second, width), split(selector, width), strict=True)
        op.write(0, joined([s.bit(width - 1).ite(b, a) for a, b, s in lanes]))

    return meaning


def extend(source: int, width: int, *, signed: bool) -> Meaning:
    """pmovsx, pmovzx: the lowest lanes of `source` bits, each made `width` bits wide."""

    def meaning(op: Operation) -> None:
        lanes = split(op.read(1, op.width(0) * source // width), source)
        op.write(0, joined([lane.sext(width) if signed else lane.zext(width) for lane in lanes]))

    return meaning


def extract_lane(width: int) -> Meaning:
    def meaning(op: Operation) -> None:
        lanes = split(op.read(1), width)
        lane = lanes[op.immediate(2) % len(lanes)]
        op.write(0, lane if op.in_memory(0) else lane.zext(op.width(0)))

    return meaning


def insert_lane(width: int) -> Meaning:
    def meaning(op: Operation) -> None:
        first = 1 if op.vex else 0
        lanes = split(op.read(first), width)
        lanes[op.immediate(first + 2) % len(lanes)] = op.read(first + 1, width)
        op.write(0, joined(lanes))

    return meaning


def insertps(op: Operation) -> None:
    first = 1 if op.vex else 0
    choice = op.immediate(first + 2)
    lane = op.read(first + 1, 32) if op.in_memory(first + 1) else split(op.read(first + 1), 32)[choice >> 6]
    lanes = split(op.read(first), 32)
    lanes[choice >> 4 & 3] = lane
    op.write(0, joined([op.terms.const(0, 32) if choice >> k & 1 else x for k, x in enumerate(lanes)]))


# Across the halves of 256 bits ----------------------------------------------------------------------------------------
def broadcast(width: int) -> Meaning:
    """The lowest lane everywhere."""
    return lambda op: op.write(0, joined([op.read(1, width)] * (op.width(0) // width)))


def insert_half(op: Operation) -> None:
    halves = split(op.read(1), HALF)
    halves[op.immediate(3) & 1] = op.read(2)
    op.write(0, joined(halves))


def extract_half(op: Operation) -> None:
    op.write(0, split(op.read(1), HALF)[op.immediate(2) & 1])


def permute_halves(op: Operation) -> None:
    halves, choice = split(op.read(1), HALF) + split(op.read(2), HALF), op.immediate(3)
    zero = op.terms.const(0, HALF)
    op.write(0, joined([zero if part & 8 else halves[part & 3] for part in (choice & 15, choice >> 4)]))


def permute_quads(op: Operation) -> None:
    op.write(0, joined(_four(split(op.read(1), 64), op.immediate(2))))


def permute_words(op: Operation) -> None:
    """vpermd, vpermps: the indices are the first source."""
    lanes = split(op.read(2), 32)
    op.write(0, joined([chosen(lanes, index.bits(2, 0)) for index in split(op.read(1), 32)]))


PERMILPS = PSHUFD


def permilpd(op: Operation) -> None:
    lanes, choice = split(op.read(1), 64), op.immediate(2)
    op.write(0, joined([lanes[(k & ~1) + (choice >> k & 1)] for k in range(len(lanes))]))


def permil_by(width: int) -> Meaning:
    """vpermilps, vpermilpd with indices in the second source, for doubles from bit 1 of each lane."""
    count = HALF // width
    low = 0 if width == 32 else 1

    def meaning(op: Operation) -> None:
        found = []
        for a, b in zip(split(op.read(1), HALF), split(op.read(2), HALF), strict=True):
            lanes = split(a, width)
            found += [chosen(lanes, index.bits(low + count // 2 - 1, low)) for index in split(b, width)]
        op.write(0, joined(found))

    return meaning

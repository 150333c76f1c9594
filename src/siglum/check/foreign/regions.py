"""Memory as regions: each access belongs to one declared region by its address, or it is a violation.

A region has a base address, bounds and a permission. Regions are assumed apart from each other and not to wrap; that is part
of the precondition. Imports `smt` and `target.x86_64.semantics`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from siglum.smt.terms import Term, Terms, mask
from siglum.target.x86_64.semantics.state import Unsupported

MOST_CASES: Final = 1024
"""How many places a data-dependent offset may mean before it is given up."""

_MOST_ALIGNED: Final = 6


@dataclass(frozen=True)
class Region:
    """Bytes `low` .. `high`-1 (offsets from `base`) are there to read, and to write from `writable_from` on (None: none are).
    `initial` gives the byte at a constant offset on entry. Where `size` is given the region has that many bytes from offset 0
    instead of bounds, and `memory` is its content, a memory over offsets. With a `floor` the region is the stack: accesses must
    not lie lower than that from the stack pointer.
    """

    name: str
    base: Term
    low: int
    high: int
    writable: tuple[int, int] | None
    initial: Callable[[int], Term] = field(compare=False)
    size: Term | None = None
    memory: Term | None = None
    floor: int | None = None


class Violation(NamedTuple):
    """Where `condition` holds, the code at offset `at` does what no function may: `what` says so."""

    condition: Term
    what: str
    at: int


class RegionMemory:
    """What the regions hold. `guard` is the condition of the path that reads and writes, `top` the stack pointer then, `at` the
    offset of the instruction; the `violations` of all copies are one list.
    """

    __slots__ = ("at", "bytes", "guard", "memories", "regions", "terms", "top", "violations", "whole")

    def __init__(self, terms: Terms, regions: tuple[Region, ...]) -> None:
        self.terms, self.regions = terms, regions
        self.violations: list[Violation] = []
        self.bytes: dict[tuple[str, int], Term] = {}
        self.whole: dict[tuple[str, int], Term] = {}
        """Values as they were stored: as long as its bytes are there a value is read back in one piece."""
        self.memories: dict[str, Term] = {r.name: r.memory for r in regions if r.memory is not None}
        self.guard = terms.true
        self.top: Term | None = None
        self.at = 0

    def copy(self) -> RegionMemory:
        made = RegionMemory.__new__(RegionMemory)
        made.terms, made.regions, made.violations = self.terms, self.regions, self.violations
        made.bytes, made.memories, made.whole = dict(self.bytes), dict(self.memories), dict(self.whole)
        made.guard, made.at, made.top = self.guard, self.at, self.top
        return made

    def merge(self, condition: Term, other: RegionMemory) -> None:
        """Becomes this memory where `condition` holds and the other elsewhere."""
        ite = self.terms.ite
        for key in self.bytes.keys() | other.bytes.keys():
            region = self._named(key[0])
            mine = self.bytes.get(key) or region.initial(key[1])
            theirs = other.bytes.get(key) or region.initial(key[1])
            self.bytes[key] = ite(condition, mine, theirs)
        for key, value in list(self.whole.items()):
            their = other.whole.get(key)
            if their is None or their.width != value.width:
                del self.whole[key]
            else:
                self.whole[key] = ite(condition, value, their)
        for name, memory in self.memories.items():
            self.memories[name] = ite(condition, memory, other.memories[name])

    def _named(self, name: str) -> Region:
        return next(r for r in self.regions if r.name == name)

    def violate(self, condition: Term, what: str) -> None:
        found = self.terms.and_(self.guard, condition)
        if found is not self.terms.false:
            self.violations.append(Violation(found, what, self.at))

    # Reading ----------------------------------------------------------------------------------------------------
    def load(self, address: Term, size: int) -> Term:
        """The `size` bytes at `address`, little-endian."""
        if address.op == "ite":
            condition, x, y = address.args
            return self.terms.ite(condition, self._guarded(condition, x, size), self._guarded(~condition, y, size))
        region, offset = self.place(address)
        if region is None:
            self.violate(self.terms.true, f"reads {size} bytes outside every region")
            return self.terms.fresh("unknown", 8 * size)
        if region.size is not None:
            self.bounded(region, offset, size, "reads")
            memory = self.memories[region.name]
            select = self.terms.select
            return self.terms.concat(*[select(memory, offset + k) for k in reversed(range(size))])
        if offset.op == "const":
            at = offset.signed
            if not self._low(region, region.low) <= at <= region.high - size:
                self.violate(self.terms.true, f"reads past {region.name}: {size} bytes at {at}")
                return self.terms.fresh("unknown", 8 * size)
            return self._bytes(region, at, size)
        places = self._places(region, offset, size, self._low(region, region.low), region.high, "reads")
        if not places:
            return self.terms.fresh("unknown", 8 * size)
        values = [self._bytes(region, at, size) for at in places]
        return self._by_bits(offset, places, values) or self._chosen(offset, places, values)

    def _guarded(self, condition: Term, address: Term, size: int) -> Term:
        before = self.guard, self.top
        self._suppose(condition)
        found = self.load(address, size)
        self.guard, self.top = before
        return found

    def _suppose(self, condition: Term) -> None:
        """From here on the condition holds."""
        self.guard = self.terms.and_(self.guard, condition)
        top = self.top
        if top is not None and top.op == "ite":
            if top.args[0] is condition:
                self.top = top.args[1]
            elif top.args[0] is self.terms.not_(condition):
                self.top = top.args[2]

    def _bytes(self, region: Region, at: int, size: int) -> Term:
        found = self.bytes
        name = region.name
        whole = self.whole.get((name, at))
        if whole is not None and whole.width == 8 * size:
            if all(found.get((name, at + k)) is whole.bits(8 * k + 7, 8 * k) for k in range(size)):
                return whole
        return self.terms.concat(*[found.get((name, at + k)) or region.initial(at + k) for k in reversed(range(size))])

    def _by_bits(self, offset: Term, places: list[int], values: list[Term]) -> Term | None:
        """A table of constants whose entries are a sum over the bits of the index, as of the number of ones, as that sum."""
        bits = (len(places) - 1).bit_length()
        if len(places) != 1 << bits or bits < 2 or any(v.op != "const" for v in values):
            return None
        entries = [v.value for v in values]
        limit = mask(values[0].width)
        weights = [entries[1 << k] - entries[0] for k in range(bits)]
        for k, entry in enumerate(entries):
            if (entries[0] + sum(w for j, w in enumerate(weights) if k >> j & 1) - entry) & limit:
                return None
        step = (places[1] - places[0]).bit_length() - 1
        index = offset - places[0]
        width = values[0].width
        parts = tuple((index.bits(step + k, step + k).zext(width), w) for k, w in enumerate(weights))
        return self.terms.linear(width, entries[0], parts)

    def _chosen(self, offset: Term, places: list[int], values: list[Term]) -> Term:
        """The value at the place that `offset` is, by halves."""
        if len(values) == 1:
            return values[0]
        half = len(values) // 2
        lower = offset.slt(places[half])
        left, right = self._chosen(offset, places[:half], values[:half]), self._chosen(offset, places[half:], values[half:])
        return self.terms.ite(lower, left, right)

    # Writing ----------------------------------------------------------------------------------------------------
    def store(self, address: Term, value: Term) -> None:
        """Puts `value` at `address`, little-endian."""
        size = value.width // 8
        if address.op == "ite":
            condition, x, y = address.args
            before, untouched = (self.guard, self.top), self.copy()
            self._suppose(condition)
            self.store(x, value)
            untouched._suppose(~condition)
            untouched.store(y, value)
            self.guard, self.top = before
            self.merge(condition, untouched)
            return
        region, offset = self.place(address)
        if region is None:
            self.violate(self.terms.true, f"writes {size} bytes outside every region")
            return
        if region.writable is None:
            self.violate(self.terms.true, f"writes to {region.name}, which is read-only")
            return
        pieces = [value.bits(8 * k + 7, 8 * k) for k in range(size)]
        if region.size is not None:
            self.bounded(region, offset, size, "writes")
            for k, piece in enumerate(pieces):
                self.memories[region.name] = self.terms.store(self.memories[region.name], offset + k, piece)
            return
        low, high = region.writable
        low = self._low(region, low)
        if offset.op == "const":
            at = offset.signed
            if not low <= at <= high - size:
                self.violate(self.terms.true, f"writes past {region.name}: {size} bytes at {at}")
                return
            for k, piece in enumerate(pieces):
                self.bytes[region.name, at + k] = piece
            self.whole[region.name, at] = value
            return
        for at in self._places(region, offset, size, low, high, "writes"):
            here = offset.is_(at)
            for k, piece in enumerate(pieces):
                key = (region.name, at + k)
                self.bytes[key] = self.terms.ite(here, piece, self.bytes.get(key) or region.initial(at + k))

    def _low(self, region: Region, low: int) -> int:
        """The least offset that may be used now."""
        if region.floor is None or self.top is None:
            return low
        top = self.top - region.base
        if top.op != "const":
            raise Unsupported("a stack pointer that is computed", self.at)
        return max(low, top.signed + region.floor)

    # Where an address is ----------------------------------------------------------------------------------------------
    def place(self, address: Term) -> tuple[Region | None, Term]:
        """The region whose base the address is counted from, and the offset."""
        for region in self.regions:
            offset = address - region.base
            if _mentions(address, region.base) and not _mentions(offset, region.base):
                return region, offset
        return None, address

    def bounded(self, region: Region, offset: Term, size: int, what: str) -> None:
        assert region.size is not None
        # offset <= size - count, without wrapping: both are below 2^47
        outside = self.terms.or_(region.size.ult(size), (region.size - size).ult(offset))
        self.violate(outside, f"{what} past the end of {region.name}")

    def _places(self, region: Region, offset: Term, size: int, low: int, high: int, what: str) -> list[int]:
        """The offsets a data-dependent one may be, once it is known to lie in bounds."""
        inside = self.terms.and_(self.terms.not_(offset.slt(low)), offset.sle(high - size))
        self.violate(~inside, f"{what} outside {region.name}")
        first, last = low, high - size
        if offset.high < 1 << 63:
            first, last = max(first, offset.low), min(last, offset.high)
        step = _alignment(offset)
        first += -first % step
        places = list(range(first, last + 1, step))
        if len(places) > MOST_CASES:
            raise Unsupported(f"an access at one of more than {MOST_CASES} places in {region.name}", self.at)
        return places


def _mentions(term: Term, variable: Term) -> bool:
    """Whether a sum has `variable` as a part of its own."""
    return term is variable or (term.op == "sum" and variable in term.args)


def _alignment(offset: Term) -> int:
    """A power of two that divides the offset, as far as its form shows."""
    if offset.op == "sum":
        constant, coefficients = offset.value
        bits = [(c & -c).bit_length() - 1 + _zeros(t) for c, t in zip(coefficients, offset.args, strict=True)]
        if constant:
            bits.append((constant & -constant).bit_length() - 1)
        zeros: int = min([*bits, _MOST_ALIGNED])
        return 1 << zeros
    return 1 << min(_zeros(offset), _MOST_ALIGNED)


def _zeros(term: Term) -> int:
    """How many low bits are zero, as far as the form shows."""
    if term.op == "concat" and term.args[-1].op == "const" and term.args[-1].value == 0:
        width: int = term.args[-1].width
        return width
    return 0

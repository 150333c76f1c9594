"""Memory as regions, in the verification conditions: what is read is what was written; every access outside is a violation."""

from __future__ import annotations

from random import Random

import pytest

from siglum.check.foreign import regions
from siglum.check.foreign.regions import MOST_CASES, Region, RegionMemory
from siglum.smt.evaluate import below, evaluator, value_of
from siglum.smt.terms import MEMORY, Term, Terms, mask
from siglum.target.x86_64.semantics.state import Unsupported

FAR = 1 << 40


class World:
    """Four regions: `a` of 16 bytes to write, `b` of 8 read-only constants, `open` of any length, `the stack`."""

    def __init__(self) -> None:
        self.terms = terms = Terms()
        self.a, self.b, self.open, self.rsp = (terms.var(name, 64) for name in ("&a", "&b", "&open", "rsp"))
        self.size = terms.var("size", 64)
        self.memory = RegionMemory(terms, (
            Region("the stack", self.rsp, -256, 8, (-256, 0), lambda at: terms.var(f"stack{at}", 8), floor=-32),
            Region("a", self.a, 0, 16, (0, 16), lambda at: terms.var(f"a{at}", 8)),
            Region("b", self.b, 0, 8, None, lambda at: terms.const(0x10 + at, 8)),
            Region("open", self.open, 0, 0, (0, 0), lambda at: terms.var(f"open{at}", 8), self.size, terms.var("m", MEMORY)),
        ))  # fmt: skip
        self.memory.at = 7

    def wrong(self) -> list[tuple[str, int]]:
        return [(v.what, v.at) for v in self.memory.violations]


def byte(term: Term, k: int) -> Term:
    return term.bits(8 * k + 7, 8 * k)


# Known places ----------------------------------------------------------------------------------------------------
def test_what_was_stored_is_read_in_one_piece_and_in_others() -> None:
    w = World()
    x = w.terms.var("x", 32)
    w.memory.store(w.a + 4, x)
    assert w.memory.load(w.a + 4, 4) is x
    assert w.memory.load(w.a + 5, 2) is w.terms.concat(byte(x, 2), byte(x, 1))
    assert w.memory.load(w.a + 3, 2) is w.terms.concat(byte(x, 0), w.terms.var("a3", 8))
    assert w.memory.load(w.a + 7, 2) is w.terms.concat(w.terms.var("a8", 8), byte(x, 3))
    assert w.memory.load(w.b, 4).value == 0x13121110
    assert w.memory.load(w.b + 7, 1).value == 0x17
    assert w.wrong() == []


def test_a_value_is_read_in_one_piece_only_while_its_bytes_are_there() -> None:
    w = World()
    x, y = w.terms.var("x", 32), w.terms.var("y", 8)
    for k in range(4):
        w.memory.store(w.a, x)
        w.memory.store(w.a + k, y)
        found = w.memory.load(w.a, 4)
        assert value_of(found, {"x": 0x44332211, "y": 0xFF}) == 0x44332211 & ~(0xFF << 8 * k) | 0xFF << 8 * k
    assert w.memory.load(w.a, 1) is byte(x, 0) and w.memory.load(w.a + 3, 1) is y


@pytest.mark.parametrize(
    ("region", "at", "size", "reads", "writes"),
    [
        ("a", 0, 8, "", ""), ("a", 8, 8, "", ""), ("a", 15, 1, "", ""),
        ("a", 9, 8, "reads past a: 8 bytes at 9", "writes past a: 8 bytes at 9"),
        ("a", 16, 1, "reads past a: 1 bytes at 16", "writes past a: 1 bytes at 16"),
        ("a", -1, 1, "reads past a: 1 bytes at -1", "writes past a: 1 bytes at -1"),
        ("a", -4, 8, "reads past a: 8 bytes at -4", "writes past a: 8 bytes at -4"),
        ("b", 0, 8, "", "writes to b, which is read-only"), ("b", 4, 4, "", "writes to b, which is read-only"),
        ("b", 5, 4, "reads past b: 4 bytes at 5", "writes to b, which is read-only"),
        ("rsp", 0, 8, "", "writes past the stack: 8 bytes at 0"), ("rsp", 7, 1, "", "writes past the stack: 1 bytes at 7"),
        ("rsp", 1, 8, "reads past the stack: 8 bytes at 1", "writes past the stack: 8 bytes at 1"),
        ("rsp", -8, 8, "", ""), ("rsp", -4, 8, "", "writes past the stack: 8 bytes at -4"),
        ("rsp", -32, 8, "", ""), ("rsp", -33, 8, "reads past the stack: 8 bytes at -33", "writes past the stack: 8 bytes at -33"),
    ],
)  # fmt: skip
def test_bounds(region: str, at: int, size: int, reads: str, writes: str) -> None:
    for write, what in ((False, reads), (True, writes)):
        w = World()
        w.memory.top = w.rsp
        guard = w.terms.var("guard", 0)
        w.memory.guard = guard
        address = getattr(w, region) + at
        if write:
            w.memory.store(address, w.terms.var("x", 8 * size))
            if what:
                assert w.memory.bytes == {}
        else:
            assert w.memory.load(address, size).width == 8 * size
        assert w.wrong() == ([(what, 7)] if what else [])
        assert all(v.condition is guard for v in w.memory.violations)


def test_the_stack_ends_below_the_stack_pointer() -> None:
    w = World()
    low = w.rsp - 100
    w.memory.load(low, 4)  # where no stack pointer is known the region's own bounds count
    assert w.wrong() == []
    w.memory.load(w.rsp - 257, 1)
    assert w.wrong() == [("reads past the stack: 1 bytes at -257", 7)]
    w.memory.violations.clear()
    w.memory.top = w.rsp - 68
    w.memory.load(low, 4)
    w.memory.store(low, w.terms.var("x", 8))
    assert w.wrong() == []
    w.memory.load(low - 1, 4)
    assert w.wrong() == [("reads past the stack: 4 bytes at -101", 7)]
    w.memory.top = w.rsp - 300
    w.memory.violations.clear()
    w.memory.store(w.rsp - 257, w.terms.var("x", 8))
    assert w.wrong() == [("writes past the stack: 1 bytes at -257", 7)]
    w.memory.top = w.terms.var("elsewhere", 64)
    with pytest.raises(Unsupported, match="computed") as caught:
        w.memory.load(low, 4)
    assert caught.value.at == 7
    w.memory.load(w.a, 4)


def test_outside_every_region() -> None:
    w = World()
    x = w.terms.var("x", 64)
    for address in (x, w.terms.const(0, 64), w.a * 2, x - w.a):
        w.memory.violations.clear()
        assert w.memory.load(address, 2).width == 16
        w.memory.store(address, w.terms.var("y", 8))
        assert w.wrong() == [("reads 2 bytes outside every region", 7), ("writes 1 bytes outside every region", 7)]


def test_an_unreachable_access_is_no_violation() -> None:
    w = World()
    w.memory.guard = w.terms.false
    w.memory.load(w.a + 99, 1)
    w.memory.store(w.terms.const(0, 64), w.terms.var("x", 8))
    assert w.wrong() == []


# Two addresses ----------------------------------------------------------------------------------------------------
def test_a_choice_of_addresses_is_a_choice_of_places() -> None:
    w = World()
    p, g = w.terms.var("p", 0), w.terms.var("g", 0)
    w.memory.guard = g
    address = p.ite(w.a + 4, w.a + 20)
    found = w.memory.load(address, 1)
    assert value_of(found, {"p": 1, "a4": 9}) == 9
    ((condition, what, at),) = w.memory.violations
    assert (what, at) == ("reads past a: 1 bytes at 20", 7) and w.memory.guard is g
    assert [value_of(condition, {"p": p_, "g": g_}) for p_ in (0, 1) for g_ in (0, 1)] == [0, 1, 0, 0]
    w.memory.violations.clear()
    x = w.terms.var("x", 8)
    w.memory.store(p.ite(w.a + 2, w.b), x)
    assert w.memory.guard is g
    ((condition, what, at),) = w.memory.violations
    assert what == "writes to b, which is read-only"
    assert [value_of(condition, {"p": p_, "g": g_}) for p_ in (0, 1) for g_ in (0, 1)] == [0, 1, 0, 0]
    kept = w.memory.load(w.a + 2, 1)
    assert [value_of(kept, {"p": k, "x": 5, "a2": 6}) for k in (0, 1)] == [6, 5]
    both = p.ite(w.a + 8, w.a + 9)
    w.memory.store(both, x)
    shown = w.memory.load(w.a + 8, 2)
    assert [value_of(shown, {"p": k, "x": 5, "a8": 6, "a9": 7}) for k in (0, 1)] == [0x0506, 0x0705]


# Open lists -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("writes", [False, True])
@pytest.mark.parametrize("count", [1, 4])
def test_a_list_of_any_length_ends_where_it_does(count: int, writes: bool) -> None:
    w = World()
    i = w.terms.var("i", 64)
    if writes:
        w.memory.store(w.open + i, w.terms.var("x", 8 * count))
    else:
        w.memory.load(w.open + i, count)
    ((condition, what, at),) = w.memory.violations
    assert (what, at) == (f"{'writes' if writes else 'reads'} past the end of open", 7)
    for size in (0, 1, 3, 4, 5, 8, 1 << 40):
        for number in (0, 1, 3, 4, 5, size - count, size - count + 1, size, 1 << 63, mask(64)):
            index = number & mask(64)
            assert value_of(condition, {"size": size, "i": index}) == (index > size - count), (size, index)


def test_what_lies_in_an_open_list() -> None:
    w = World()
    x, i = w.terms.var("x", 32), w.terms.var("i", 64)
    w.memory.store(w.open + 8, x)
    found = w.memory.load(w.open + i, 4)
    values = {"x": 0x44332211, "m": {k: 0xA0 + k for k in range(32)}}
    for at in (0, 5, 6, 7, 8, 9, 11, 12):
        bytes_ = [0xA0 + k for k in range(32)]
        bytes_[8:12] = (0x11, 0x22, 0x33, 0x44)
        assert value_of(found, {**values, "i": at}) == int.from_bytes(bytes(bytes_[at : at + 4]), "little")
    assert w.memory.bytes == {}


def test_a_read_only_list_of_any_length_is_not_written() -> None:
    terms = Terms()
    base = terms.var("&c", 64)
    region = Region("c", base, 0, 0, None, lambda at: terms.const(0, 8), terms.var("size", 64), terms.var("m", MEMORY))
    memory = RegionMemory(terms, (region,))
    memory.store(base, terms.var("x", 8))
    assert [v.what for v in memory.violations] == ["writes to c, which is read-only"]
    assert memory.memories["c"] is terms.var("m", MEMORY)


# Data-dependent places --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("size", [1, 2, 4])
@pytest.mark.parametrize("writes", [False, True])
def test_a_computed_index(size: int, writes: bool) -> None:
    w = World()
    g = w.terms.var("g", 0)
    w.memory.guard = g
    i, x = w.terms.var("i", 64), w.terms.var("x", 8 * size)
    if writes:
        w.memory.store(w.a + i * size - size, x)
        shown = w.memory.load(w.a, 16)
    else:
        shown = w.memory.load(w.a + i * size - size, size)
    ((condition, what, at),) = w.memory.violations
    assert (what, at) == (f"{'writes' if writes else 'reads'} outside a", 7)
    held = bytes(range(0x50, 0x60))
    values = {"x": 0xD4C3B2A1 & mask(8 * size), **{f"a{k}": held[k] for k in range(16)}}
    for index in (0, 1, 2, 16 // size - 1, 16 // size, 16 // size + 1, mask(64), 1 << 63):
        place = (index - 1) * size
        good = 0 <= place <= 16 - size or (index == 1 << 63 and 0 <= ((index - 1) * size & mask(64)) <= 16 - size)
        assert value_of(condition, {**values, "i": index, "g": 1}) == (not good), index
        assert value_of(condition, {**values, "i": index, "g": 0}) == 0
        if good and index < 1 << 63:
            expected = bytearray(held)
            if writes:
                expected[place : place + size] = int(values["x"]).to_bytes(size, "little")
            else:
                expected = bytearray(held[place : place + size])
            assert value_of(shown, {**values, "i": index}) == int.from_bytes(expected, "little")


def test_a_computed_place_in_the_stack_is_above_its_floor() -> None:
    w = World()
    w.memory.top = w.rsp - 16
    i = w.terms.var("i", 64)
    w.memory.store(w.rsp + i, w.terms.var("x", 8))
    ((condition, what, _),) = w.memory.violations
    assert what == "writes outside the stack"
    for at, good in ((-48, True), (-49, False), (-1, True), (0, False), (-256, False)):
        assert value_of(condition, {"i": at & mask(64)}) == (not good), at
    w.memory.violations.clear()
    w.memory.load(w.rsp + i, 1)
    ((condition, what, _),) = w.memory.violations
    assert what == "reads outside the stack"
    for at, good in ((-48, True), (-49, False), (0, True), (7, True), (8, False)):
        assert value_of(condition, {"i": at & mask(64)}) == (not good), at


def test_a_computed_place_may_be_on_either_side_of_the_base() -> None:
    w = World()
    w.memory.top = w.rsp
    i = w.terms.var("i", 64)
    found = w.memory.load(w.rsp + i, 1)
    held = {f"stack{at}": at & 255 for at in range(-64, 8)}
    for at in (-32, -31, -8, -1, 0, 1, 7):
        assert value_of(found, {**held, "i": at & mask(64)}) == at & 255, at


def table(entries: list[int], size: int) -> tuple[RegionMemory, Term, Terms]:
    terms = Terms()
    base = terms.var("&t", 64)
    data = b"".join(e.to_bytes(size, "little") for e in entries)
    region = Region("t", base, 0, len(data), None, lambda at: terms.const(data[at], 8))
    return RegionMemory(terms, (region,)), base, terms


@pytest.mark.parametrize(
    ("entries", "size", "linear"),
    [
        ([bin(k).count("1") for k in range(16)], 1, True),
        ([7 + 3 * (k & 1) + 250 * (k >> 1 & 1) & 255 for k in range(4)], 1, True),
        ([k * k for k in range(16)], 1, False),
        ([0, 1, 1, 3], 2, False),
        ([5, 6, 7, 8], 4, True),
        ([bin(k).count("1") for k in range(12)], 1, False),
    ],
)
def test_a_table_is_read_right_whatever_its_form(entries: list[int], size: int, linear: bool) -> None:
    memory, base, terms = table(entries, size)
    i = terms.var("i", 8).zext(64)
    found = memory.load(base + i * size, size)
    assert [value_of(found, {"i": k}) for k in range(len(entries))] == entries
    assert ("slt" not in repr(found) and "ult" not in repr(found)) == linear


def test_a_table_of_two_or_one() -> None:
    for entries in ([3, 9], [9]):
        memory, base, terms = table(entries, 1)
        i = terms.var("i", 1).zext(64)
        found = memory.load(base + i, 1)
        assert [value_of(found, {"i": k}) for k in range(len(entries))] == entries


def test_a_table_may_be_read_from_its_middle() -> None:
    memory, base, terms = table([bin(k).count("1") for k in range(32)], 2)
    i = terms.var("i", 4).zext(64)
    found = memory.load(base + i * 2 + 32, 2)
    assert [value_of(found, {"i": k}) for k in range(16)] == [bin(k + 16).count("1") for k in range(16)]
    assert [value_of(v.condition, {"i": k}) for v in memory.violations for k in range(16)] == [0] * 16 * len(memory.violations)


def test_too_many_places_are_given_up() -> None:
    for count, too_many in ((MOST_CASES, False), (MOST_CASES + 1, True)):
        memory, base, terms = table([0] * count, 1)
        memory.at = 3
        i = terms.var("i", 64)
        if too_many:
            with pytest.raises(Unsupported, match=f"more than {MOST_CASES} places in t") as caught:
                memory.load(base + i, 1)
            assert caught.value.at == 3
        else:
            assert memory.load(base + i, 1).width == 8
    memory, base, terms = table([0] * (4 * MOST_CASES), 1)
    assert memory.load(base + (terms.var("i", 64) << 2), 1).width == 8
    # an index that is known to be small means few places, however long the table is
    memory, base, terms = table([k & 255 for k in range(4 * MOST_CASES)], 1)
    found = memory.load(base + terms.var("i", 4).zext(64) + 300, 1)
    assert [value_of(found, {"i": k}) for k in (0, 15)] == [300 & 255, 315 & 255]


def test_the_alignment_of_an_offset_is_what_its_form_shows() -> None:
    terms = Terms()
    x, y = terms.var("x", 64), terms.var("y", 8).zext(64)
    shifted = terms.concat(terms.var("z", 61), terms.const(0, 3))
    byte_below = terms.concat(terms.var("w", 56), terms.const(0, 8))
    for offset, expected in (
        (x, 1), (x * 4, 4), (x * 4 + 8, 4), (x * 8 + 4, 4), (x * 4 + 6, 2), (x * 3, 1), (shifted, 8), (shifted * 2 + 16, 16),
        (shifted + x * 4, 4), (x * 1024, 64), (shifted + 1, 1), (x * 12 + y * 8, 4), (byte_below, 64),
    ):  # fmt: skip
        assert regions._alignment(offset) == expected, offset


# Copies and merging -----------------------------------------------------------------------------------------------
def test_a_copy_is_its_own_but_for_the_violations() -> None:
    w = World()
    x, y = w.terms.var("x", 16), w.terms.var("y", 16)
    w.memory.store(w.a, x)
    w.memory.top, w.memory.guard = w.rsp, w.terms.var("g", 0)
    copy = w.memory.copy()
    assert (copy.top, copy.guard, copy.at) == (w.memory.top, w.memory.guard, 7)
    copy.store(w.a, y)
    copy.store(w.open, y)
    assert w.memory.load(w.a, 2) is x and copy.load(w.a, 2) is y
    assert w.memory.memories["open"] is w.terms.var("m", MEMORY)
    copy.load(w.b + 8, 1)
    assert w.memory.violations is copy.violations and w.wrong()[-1] == ("reads past b: 1 bytes at 8", 7)


def test_merged_memories_are_each_where_its_condition_holds() -> None:
    w = World()
    p, x, y = w.terms.var("p", 0), w.terms.var("x", 16), w.terms.var("y", 16)
    other = w.memory.copy()
    w.memory.store(w.a, x)
    w.memory.store(w.a + 4, x)
    other.store(w.a + 2, y)
    other.store(w.a + 4, y)
    other.store(w.a + 8, y)
    w.memory.store(w.a + 8, byte(x, 0))
    w.memory.store(w.open, byte(x, 0))
    w.memory.merge(p, other)
    values = {"x": 0x2211, "y": 0x4433, "m": {0: 0xEE}, "size": 1, **{f"a{k}": k for k in range(16)}}
    shown, there = w.memory.load(w.a, 10), w.memory.load(w.open, 1)
    assert value_of(shown, {**values, "p": 1}).to_bytes(10, "little").hex() == "11220203112206071109"
    assert value_of(shown, {**values, "p": 0}).to_bytes(10, "little").hex() == "00013344334406073344"
    assert [value_of(there, {**values, "p": k}) for k in (0, 1)] == [0xEE, 0x11]
    assert value_of(w.memory.load(w.a + 4, 2), {**values, "p": 0}) == 0x4433
    assert w.memory.load(w.a + 4, 2) is p.ite(x, y)


def test_values_of_two_widths_are_merged_byte_by_byte() -> None:
    for narrow_first in (False, True):
        w = World()
        p, x, y = w.terms.var("p", 0), w.terms.var("x", 8), w.terms.var("y", 16)
        other = w.memory.copy()
        w.memory.store(w.a, x if narrow_first else y)
        other.store(w.a, y if narrow_first else x)
        w.memory.merge(p, other)
        values = {"x": 0x55, "y": 0x2211, "a0": 7, "a1": 8}
        for size, short, long in ((1, 0x55, 0x11), (2, 0x0855, 0x2211)):
            shown = w.memory.load(w.a, size)
            assert value_of(shown, {**values, "p": 1}) == (short if narrow_first else long)
            assert value_of(shown, {**values, "p": 0}) == (long if narrow_first else short)


def test_what_is_merged_has_one_width() -> None:
    """A value and a shorter one are never taken for one value, even where the byte beyond the shorter one is 0."""
    w = World()
    p, x, y = w.terms.var("p", 0), w.terms.var("x", 8), w.terms.var("y", 16)
    w.memory.store(w.a + 1, w.terms.const(0, 8))
    other = w.memory.copy()
    w.memory.store(w.a, y)
    other.store(w.a, x)
    w.memory.merge(p, other)
    shown = w.memory.load(w.a, 2)
    assert all(t.args[1].width == t.args[2].width == t.width for t in below([shown]) if t.op == "ite")
    assert [value_of(shown, {"x": 0x55, "y": 0x2211, "p": k}) for k in (0, 1)] == [0x55, 0x2211]


# Random programs --------------------------------------------------------------------------------------------------
class Numbers:
    """The same regions on numbers; an access outside raises LookupError."""

    def __init__(self, values: dict[str, int]) -> None:
        self.values = values
        self.bytes = {FAR + k: values[f"a{k}"] for k in range(16)} | {2 * FAR + k: 0x10 + k for k in range(8)}

    def load(self, address: int, size: int) -> int:
        return sum(self.bytes[address + k] << 8 * k for k in range(size))

    def store(self, address: int, value: int, size: int) -> None:
        places = range(address, address + size)
        if not all(FAR <= at < FAR + 16 for at in places):
            raise LookupError(address)
        for k, at in enumerate(places):
            self.bytes[at] = value >> 8 * k & 255


def test_random_accesses_mean_what_they_do_on_numbers() -> None:
    assert sum(inside(seed) for seed in range(20)) > 100


def inside(seed: int) -> int:
    """How many runs of a random program had no access outside; all are compared with numbers."""
    reached = 0
    chance = Random(seed)
    w = World()
    names = {"i": 3, "j": 2, "p": 0}
    i, j, p = (w.terms.var(name, width) for name, width in names.items())

    def simple() -> Term:
        base = w.b if chance.random() < 0.1 else w.a
        form = chance.randrange(4)
        if form == 0:
            return base + chance.randrange(-1 if chance.random() < 0.1 else 0, 13)
        if form == 1:
            return base + i.zext(64) * chance.choice((1, 2)) + chance.randrange(3)
        return base + (j.zext(64) << chance.randrange(3)) + (i.zext(64) if form == 2 else 0)

    accesses: list[tuple[Term, int, Term | None]] = []
    loaded: list[Term] = []
    for _ in range(7):
        address = p.ite(simple(), simple()) if chance.random() < 0.3 else simple()
        size = chance.choice((1, 1, 2, 4))
        value = w.terms.var("v", 8 * size) if size == 1 else w.terms.concat(*[w.terms.var("v", 8)] * (size - 1), i.zext(8))
        if chance.random() < 0.5:
            accesses.append((address, size, value))
            w.memory.store(address, value)
        else:
            accesses.append((address, size, None))
            loaded.append(w.memory.load(address, size))
    roots = [address for address, _, _ in accesses] + [v for _, _, v in accesses if v is not None]
    wrong = w.terms.any_of([v.condition for v in w.memory.violations])
    evaluate = evaluator([wrong, *loaded, *roots])
    fresh = {f"unknown!{k}": 0 for k in range(64)}
    for _ in range(40):
        values = {"&a": FAR, "&b": 2 * FAR, **fresh}
        values |= {name: chance.getrandbits(8) for name in ("v", *(f"a{k}" for k in range(16)))}
        values |= {name: chance.getrandbits(max(width, 1)) for name, width in names.items()}
        found = evaluate(values)
        addresses = found[1 + len(loaded) : 1 + len(loaded) + len(accesses)]
        stored = iter(found[1 + len(loaded) + len(accesses) :])
        numbers, expected = Numbers(values), []
        try:
            for at, (_, size, value) in zip(addresses, accesses, strict=True):
                if value is None:
                    expected.append(numbers.load(at, size))
                else:
                    numbers.store(at, next(stored), size)
        except LookupError:
            assert found[0] == 1
        else:
            reached += 1
            assert found[0] == 0 and found[1 : 1 + len(loaded)] == expected
    return reached

"""Memory as regions: what lies in bounds is read and written, everything else is a violation under its condition."""

from __future__ import annotations

from random import Random

import pytest

from siglum.check.foreign.regions import MOST_CASES, Region, RegionMemory
from siglum.smt.evaluate import evaluator
from siglum.smt.terms import MEMORY, Term, Terms
from siglum.target.x86_64.semantics.state import Unsupported

SIZE = 16


def memory_of(*, writable: bool = True, sized: bool = False) -> tuple[Terms, RegionMemory, Term]:
    """A region `p` beside another, and its base."""
    terms = Terms()
    base, other = terms.var("&p", 64), terms.var("&q", 64)
    length = terms.var("n", 8).zext(64) if sized else None
    content = terms.var("p", MEMORY) if sized else None
    can_write = (0, SIZE) if writable else None
    region = Region("p", base, 0, SIZE, can_write, lambda k: terms.var(f"p{k}", 8), length, content)
    table = Region("q", other, 0, 4, None, lambda k: terms.const(7 * k, 8))
    return terms, RegionMemory(terms, (region, table)), base


@pytest.mark.parametrize(("at", "size", "fine"), [
    (0, 1, True), (15, 1, True), (8, 8, True), (0, 16, True), (16, 1, False), (15, 2, False), (9, 8, False), (-1, 1, False),
    (-1, 2, False), (1 << 63, 1, False), ((1 << 64) - 4, 8, False), (1 << 32, 4, False),
])  # fmt: skip
def test_constant_offsets_are_in_bounds_or_not(at: int, size: int, fine: bool) -> None:
    terms, memory, base = memory_of()
    memory.load(base + at, size)
    memory.store(base + at, terms.const(0, 8 * size))
    assert len(memory.violations) == (0 if fine else 2)
    assert all(v.condition is terms.true for v in memory.violations)


def test_what_was_stored_is_loaded_byte_by_byte_and_whole() -> None:
    terms, memory, base = memory_of()
    word = terms.var("word", 32)
    memory.store(base + 4, word)
    assert memory.load(base + 4, 4) is word
    assert memory.load(base + 5, 1) is word.bits(15, 8)
    memory.store(base + 6, terms.const(0, 8))
    assert memory.load(base + 4, 4) is terms.concat(word.bits(31, 24), terms.const(0, 8), word.bits(15, 0))
    assert memory.load(base + 3, 1) is terms.var("p3", 8)


def test_read_only_regions_are_not_written() -> None:
    terms, memory, base = memory_of(writable=False)
    memory.load(base, 8)
    assert not memory.violations
    memory.store(base, terms.const(0, 8))
    assert ["read-only" in v.what for v in memory.violations] == [True]


def test_an_address_of_no_region_is_a_violation() -> None:
    terms, memory, base = memory_of()
    for address in (terms.var("x", 64), base + base, terms.const(64, 64), -base):
        before = len(memory.violations)
        memory.load(address, 1)
        assert len(memory.violations) == before + 1


def test_violations_stand_under_the_path_and_the_choice_of_address() -> None:
    terms, memory, base = memory_of()
    path, choice = terms.var("path", 0), terms.var("choice", 0)
    memory.guard = path
    memory.load(terms.ite(choice, base, base + SIZE), 1)
    (violation,) = memory.violations
    run = evaluator([violation.condition])
    for p in (False, True):
        for c in (False, True):
            assert run({"path": p, "choice": c}) == [p and not c]


def test_a_store_to_one_of_two_addresses_changes_one() -> None:
    terms, memory, base = memory_of()
    choice = terms.var("choice", 0)
    memory.store(terms.ite(choice, base, base + 1), terms.const(99, 8))
    run = evaluator([memory.load(base, 1), memory.load(base + 1, 1)])
    assert run({"choice": True, "p0": 1, "p1": 2}) == [99, 2]
    assert run({"choice": False, "p0": 1, "p1": 2}) == [1, 99]


@pytest.mark.parametrize("size", [1, 2, 4])
def test_data_dependent_offsets(size: int) -> None:
    """Loaded and stored at any offset: as bytes do, with a violation exactly where it is out of bounds."""
    random = Random(size)
    for scale in (1, 2, 4):
        terms, memory, base = memory_of()
        offset = terms.var("x", 8).zext(64) * scale
        value = terms.var("value", 8 * size)
        before = memory.load(base + offset, size)
        memory.store(base + offset, value)
        after = terms.concat(*[memory.load(base + k, 1) for k in reversed(range(SIZE))])
        bad = terms.any_of([v.condition for v in memory.violations])
        run = evaluator([before, after, bad])
        for x in [*range(SIZE + 2), 200, 255]:
            content = random.randbytes(SIZE)
            stored = random.getrandbits(8 * size)
            loaded, found, wrong = run({"x": x, "value": stored} | {f"p{k}": b for k, b in enumerate(content)})
            at = scale * x
            assert wrong == (at + size > SIZE)
            if not wrong:
                expected = bytearray(content)
                expected[at : at + size] = stored.to_bytes(size, "little")
                assert loaded == int.from_bytes(content[at : at + size], "little")
                assert found == int.from_bytes(expected, "little")


def test_a_table_that_is_a_sum_over_bits_is_read_as_one() -> None:
    terms, memory, _ = memory_of()
    found = memory.load(terms.var("&q", 64) + terms.var("x", 2).zext(64), 1)
    run = evaluator([found])
    assert [run({"x": x}) for x in range(4)] == [[0], [7], [14], [21]]


def test_offsets_that_may_be_negative_are_checked_from_below() -> None:
    terms, memory, base = memory_of()
    memory.load(base + terms.var("x", 8).sext(64), 1)
    run = evaluator([terms.any_of([v.condition for v in memory.violations])])
    assert [run({"x": x & 255})[0] for x in (-128, -1, 0, 15, 16, 127)] == [True, True, False, False, True, True]


@pytest.mark.parametrize("size", [1, 4, 8])
def test_regions_of_unknown_size(size: int) -> None:
    terms, memory, base = memory_of(sized=True)
    index = terms.var("x", 64)
    memory.load(base + index, size)
    run = evaluator([terms.any_of([v.condition for v in memory.violations])])
    for n in (0, 1, 3, 4, 8, 255):
        for x in (0, 1, 3, n - 1, n, n - size, n - size + 1, 1 << 63, (1 << 64) - 1, (1 << 64) - size):
            assert run({"n": n, "x": x % (1 << 64)})[0] == (not 0 <= x % (1 << 64) <= n - size), (n, x)


def test_a_region_of_unknown_size_is_a_memory() -> None:
    terms, memory, base = memory_of(sized=True)
    at = terms.var("x", 64)
    memory.store(base + at, terms.var("value", 16))
    assert memory.load(base + at, 2) is terms.var("value", 16)
    run = evaluator([memory.load(base + 3, 1)])
    assert run({"x": 2, "value": 0xABCD, "p": {3: 1}}) == [0xAB]
    assert run({"x": 4, "value": 0xABCD, "p": {3: 1}}) == [1]


def test_merging_takes_each_side_where_its_condition_holds() -> None:
    terms, one, base = memory_of()
    other = one.copy()
    one.store(base, terms.const(1, 32))
    other.store(base + 2, terms.const(2, 16))
    one.merge(terms.var("c", 0), other)
    run = evaluator([one.load(base, 4)])
    values = {f"p{k}": 0x10 + k for k in range(4)}
    assert run({"c": True, **values}) == [1]
    assert run({"c": False, **values}) == [0x00021110]


def test_too_many_places_are_unsupported() -> None:
    terms = Terms()
    region = Region("p", terms.var("&p", 64), 0, MOST_CASES + 8, None, lambda k: terms.var(f"p{k}", 8))
    with pytest.raises(Unsupported):
        RegionMemory(terms, (region,)).load(terms.var("&p", 64) + terms.var("x", 64), 1)


def test_the_stack_ends_below_the_red_zone() -> None:
    terms = Terms()
    base = terms.var("rsp", 64)
    memory = RegionMemory(terms, (Region("the stack", base, -512, 8, (-512, 0), lambda k: terms.var(f"s{k}", 8), floor=-128),))
    memory.top = base - 16
    memory.load(base - 144, 8)
    memory.store(base - 8, terms.const(0, 64))
    assert not memory.violations
    memory.load(base - 145, 1)
    memory.store(base, terms.const(0, 64))  # the return address
    assert len(memory.violations) == 2


def test_a_stack_pointer_that_two_paths_leave_apart_is_told_by_path() -> None:
    terms = Terms()
    base, way = terms.var("rsp", 64), terms.var("way", 0)
    memory = RegionMemory(terms, (Region("the stack", base, -512, 8, (-512, 0), lambda k: terms.var(f"s{k}", 8), floor=-128),))
    memory.top = terms.ite(way, base, base - 8)
    memory.load(memory.top, 8)
    assert not memory.violations
    with pytest.raises(Unsupported):
        memory.load(base, 8)

"""The engine gives what the words' definitions give, keeps each behaviour once, and stays within its memory."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from siglum import proposing
from siglum.ir.inputs import value
from siglum.ir.types import CHAR, I64, STR, Array, Map, Pair, Type, parse_type
from siglum.propose.examine import STOPS, Program
from siglum.propose.search.bank import Bank, Library, ranges
from siglum.propose.search.catalogue import NAMES, Operation
from siglum.propose.search.layout import MEETS, PROBES, ZIPPED
from siglum.records import Candidate, Spec

MEMORY = 64 << 20
LIST = Array(I64)


def always() -> bool:
    return True


@pytest.fixture(scope="module")
def library() -> Library:
    return proposing.library()


def drawn(t: Type, random: Random, length: int | None = None) -> Any:
    """A value that words accept: small numbers, short lists, the outermost one of a given length."""
    if t is I64:
        return random.randint(-3, 9)
    if t is CHAR:
        return random.choice("abcABC 12")
    if t.kind == "array":
        count = random.randint(0, 5) if length is None else length
        if t is STR:
            return "".join(drawn(CHAR, random) for _ in range(count))
        return [drawn(t.element, random) for _ in range(count)]
    if t.kind == "pair":
        return tuple(drawn(part, random) for part in t.args)
    return value(t, random, 4)


def rows_of(params: tuple[Type, ...], random: Random, rows: int) -> list[tuple[Any, ...]]:
    """Arguments on each row; lists side by side are equally long as often as not."""
    alike = random.random() < 0.5
    lengths = [random.randint(0, 9) if alike else None for _ in range(rows)]
    return [tuple(drawn(t, random, length) for t in params) for length in lengths]


def outcome(operation: Operation, given: tuple[Any, ...]) -> tuple[Any]:
    """What the definition gives, in a tuple of one; an empty tuple where it stops."""
    params = tuple(zip(NAMES, operation.params, strict=False))
    try:
        return (Program(Candidate(operation.text, "test"), Spec(params, operation.result))(*given),)
    except STOPS:
        return ()  # type: ignore[return-value]


@pytest.mark.parametrize("rows", [1, 2, 5])
@pytest.mark.parametrize("part", range(4))
def test_operations_give_what_their_definitions_give(library: Library, part: int, rows: int) -> None:
    """What the engine makes is the value that the definition gives on all rows; where that stops on one, there is none."""
    random = Random(10 * part + rows)
    numbers = range(3 * part + rows, len(library.operations), 40)
    gave = 0
    for number in numbers:
        gave += sum(is_as_defined(library, number, rows_of(library.operations[number].params, random, rows)) for _ in range(3))
    assert gave > len(numbers) / 2


@pytest.mark.parametrize("way", range(1, 7))
def test_operations_on_all_rows_at_once_give_what_their_definitions_give(library: Library, way: int) -> None:
    random = Random(way)
    numbers = [k for k in range(len(library.operations)) if library.way(k) == way]
    assert len(numbers) > 10
    gave = 0
    for number in random.sample(numbers, 11):
        for rows in (1, 2, 3, 4, 8):
            gave += is_as_defined(library, number, rows_of(library.operations[number].params, random, rows))
    assert gave > 10


def is_as_defined(library: Library, number: int, given: list[tuple[Any, ...]]) -> bool:
    """Checks one operation on rows of arguments; whether it gave a value."""
    operation = library.operations[number]
    bank = Bank(library, len(given), MEMORY)
    columns = list(zip(*given, strict=True))
    arguments = [bank.insert(column, t) for column, t in zip(columns, operation.params, strict=True)]
    first = bank.count
    assert bank.run([library.head(number) + ranges([(a, a + 1) for a in arguments])], pulse=always)
    outcomes = [outcome(operation, row) for row in given]
    if library.way(number) == ZIPPED and all(len(row[0]) == len(row[1]) for row in given):
        assert bank.count == first and bank.tally.refused == 1  # the word on the lists as they are gives the same
        return False
    if not all(outcomes):
        assert bank.count == first, (operation, given)
        return False
    expected = [gives for (gives,) in outcomes]
    if bank.count == first and not bank.tally.known and len(repr(expected)) > 40:
        return True  # larger than what is kept
    made = bank.insert(expected, operation.result)
    assert bank.count == first + (made == first and bank.origin(made)[0] == number), (operation, given, expected)
    return True


def test_values_on_several_rows_are_one_value(library: Library) -> None:
    bank = Bank(library, 3, MEMORY)
    xs = bank.insert([[1, 2], [], [5]], LIST)
    reverse = library.by_text["a reverse", (LIST,)]
    sort = library.by_text["a sort", (LIST,)]
    bank.run([library.head(op) + ranges(((xs, xs + 1),)) for op in (reverse, sort)], pulse=always)
    assert bank.count == 2  # sorted it is what it was
    assert bank.insert([[2, 1], [], [5]], LIST) == 1 and bank.origin(1) == (reverse, (0, 0, 0))
    assert bank.candidates == 2


NESTED = [
    (Array(Array(I64)), [[[1, 2], [], [3]]], [[[1, 2], [3], []]]),
    (Array(STR), [["ab", ""]], [["", "ab"]]),
    (Pair(I64, I64), [(1, 2)], [(1, 3)]),
    (Array(Pair(I64, I64)), [[(1, 2), (3, 4)]], [[(1, 2), (4, 3)]]),
    (Map(STR, I64), [{"a": 1, "b": 2}], [{"b": 2, "a": 1}]),
    (parse_type("[bool]"), [[True, False]], [[True, True]]),
    (parse_type("f64"), [0.0], [-0.0]),
    (STR, ["a"], ["á"]),
]


@pytest.mark.parametrize(("t", "one", "other"), NESTED)
def test_values_are_told_apart_by_all_they_hold(library: Library, t: Type, one: list[Any], other: list[Any]) -> None:
    bank = Bank(library, 1, MEMORY)
    first = bank.insert(one, t)
    assert bank.insert(other, t) == first + 1 and bank.insert(one, t) == first and bank.insert(other, t) == first + 1


def test_a_goal_is_reported_and_not_kept(library: Library) -> None:
    bank = Bank(library, 1, MEMORY)
    xs = bank.insert([[3, 1]], LIST)
    assert bank.insert([[1, 3]], LIST, goal=-1) == -1
    sort, reverse = library.by_text["a sort", (LIST,)], library.by_text["a reverse", (LIST,)]
    bank.run([library.head(op) + ranges(((xs, xs + 1),), tag=7) for op in (sort, reverse)], pulse=always)
    assert [(hit.met, hit.operation, hit.tag) for hit in bank.hits()] == [(-1, sort, 7), (-1, reverse, 7)]
    assert bank.count == 1 and bank.hits() == []


def test_a_probe_reports_what_is_there_and_keeps_nothing(library: Library) -> None:
    bank = Bank(library, 1, MEMORY)
    xs, ys = bank.insert([[3, 1]], LIST), bank.insert([[1, 3]], LIST)
    jobs = [library.head(library.by_text[text, (LIST,)]) + ranges(((xs, xs + 1),)) for text in ("a sort", "a square")]
    bank.run(jobs, mode=PROBES, pulse=always)
    assert [hit.met for hit in bank.hits()] == [ys] and bank.count == 2
    bank.run(jobs, mode=MEETS, pulse=always)
    assert bank.hits() == []
    bank.insert([[9, 1]], LIST, goal=-1)
    bank.run(jobs, mode=MEETS, pulse=always)
    assert [(hit.met, hit.operation) for hit in bank.hits()] == [(-1, library.by_text["a square", (LIST,)])] and bank.count == 2


def test_a_triangle_takes_each_pair_once(library: Library) -> None:
    bank = Bank(library, 1, MEMORY)
    for k in range(10):
        bank.insert([10**k], I64)
    plus = library.head(library.by_text["a + b", (I64, I64)])
    bank.run([plus + ranges(((0, 10), (0, 10)), triangle=True)], pulse=always)
    assert bank.candidates == 55 and bank.count == 65
    bank.run([plus + ranges(((0, 10), (0, 10)))], pulse=always)
    assert bank.candidates == 155 and bank.count == 65


def test_tables_grow_and_nothing_is_lost(library: Library) -> None:
    bank = Bank(library, 1, MEMORY)
    for k in range(400):
        bank.insert([k * k * k], I64)
    head = library.head(library.by_text["a - b", (I64, I64)])
    assert bank.run([head + ranges(((0, 400), (0, 400)))], pulse=always)
    assert len({i**3 - j**3 for i in range(400) for j in range(400)} | {k**3 for k in range(400)}) == bank.count > 1 << 15
    before = bank.count
    assert bank.run([head + ranges(((0, 400), (0, 400)))], pulse=always) and bank.count == before


def test_a_full_bank_says_so_and_has_a_reserve(library: Library) -> None:
    bank = Bank(library, 1, 16 << 20)
    for k in range(2000):
        bank.insert([k * k * k], I64)
    head = library.head(library.by_text["a - b", (I64, I64)])
    assert not bank.run([head + ranges(((0, 2000), (0, 2000)))], pulse=always)
    assert bank.full and bank.used <= 16 << 20
    before = bank.count
    bank.open_reserve()
    assert not bank.full and not bank.run([head + ranges(((0, 2000), (0, 2000)))], pulse=always) and bank.count > before


def test_work_ends_where_the_pulse_says_no(library: Library) -> None:
    bank = Bank(library, 1, MEMORY)
    for k in range(300):
        bank.insert([k], I64)
    head = library.head(library.by_text["a + b", (I64, I64)])
    assert not bank.run([head + ranges(((0, 300), (0, 300)))], pulse=lambda: False, slice_=1000)
    assert bank.candidates == 1000


def test_words_that_take_long_on_large_numbers_stop(library: Library) -> None:
    bank = Bank(library, 1, MEMORY)
    large, small = bank.insert([(1 << 61) - 1], I64), bank.insert([97], I64)
    jobs = [library.head(k) + ranges(((large, large + 1),)) for k, o in enumerate(library.operations) if o.params == (I64,)]
    assert bank.run(jobs, pulse=always) and bank.tally.stopped > 10
    count = bank.count
    bank.run([library.head(library.by_text["a divisors", (I64,)]) + ranges(((small, small + 1),))], pulse=always)
    assert bank.count == count + 1

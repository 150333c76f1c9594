"""Values of which a wanted one is the least or the greatest: which the engine tells, and which two are put together."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from tests.unit.propose.search.support import meaning, spec

from siglum import proposing
from siglum.ir.types import I64, STR, Array
from siglum.propose.search.bank import Bank, Cover, Library, ranges
from siglum.propose.search.covers import Covers, Side
from siglum.propose.search.enumerator import Search
from siglum.propose.search.layout import ABOVE, BELOW

MEMORY = 64 << 20
LIST = Array(I64)
Rows = list[list[int]]


@pytest.fixture(scope="module")
def library() -> Library:
    return proposing.library()


def cover_of(wanted: Rows, value: Rows, number: int) -> Cover | None:
    """What the engine has to tell of a value, by the definition."""
    if value == wanted or any(len(v) < len(w) for w, v in zip(wanted, value, strict=True)):
        return None
    pairs = [pair for w, v in zip(wanted, value, strict=True) for pair in zip(w, v, strict=False)]
    sides = (ABOVE if any(v > w for w, v in pairs) else 0) | (BELOW if any(v < w for w, v in pairs) else 0)
    elements = sum(1 << k for k, (w, v) in enumerate(pairs) if w == v)
    alike = [len(v) == len(w) for w, v in zip(wanted, value, strict=True)]
    rows = (1 << 64) - 1 if all(alike) else sum(1 << k for k, same in enumerate(alike) if same)
    return Cover(elements, rows, number, sides) if elements and sides != ABOVE + BELOW else None


@pytest.mark.parametrize("size", [3, 100, 30_000, 1 << 30, 1 << 60])
@pytest.mark.parametrize("seed", range(8))
def test_the_engine_tells_all_covers(library: Library, size: int, seed: int) -> None:
    random = Random(seed)
    count = random.randint(1, 6)
    lengths = [random.randint(0, 9) for _ in range(count)]

    def drawn(longer: int) -> Rows:
        return [[random.choice((-size, -1, 0, 1, size)) for _ in range(n + random.randint(0, longer))] for n in lengths]

    wanted = drawn(0)
    if not sum(lengths):
        wanted[0] = [size]
    # what differs little from the wanted one is likely to be told
    near = [[[x + random.choice((0, 0, size)) for x in row] for row in wanted] for _ in range(20)]
    near += [[[x - random.choice((0, 0, 1)) for x in row] + [7] * random.randint(0, 2) for row in wanted] for _ in range(20)]
    bank = Bank(library, count, MEMORY)
    values: dict[int, Rows] = {}
    for column in [wanted, *near, *(drawn(2) for _ in range(20))]:
        values[bank.insert(column, LIST)] = column
    expected = [cover for k, column in values.items() if (cover := cover_of(wanted, column, k))]
    assert list(bank.covers(0, (0, bank.count), listed=True)) == expected and expected
    elements, rows = expected[0].elements, expected[-1].rows
    narrowed = [c for c in expected if c.elements & elements == elements and c.rows & rows == rows]
    assert list(bank.covers(0, (0, bank.count), listed=True, elements=elements, rows=rows)) == narrowed


def test_covers_of_numbers_are_by_row(library: Library) -> None:
    bank = Bank(library, 3, MEMORY)
    wanted, above, _, below = (bank.insert(column, I64) for column in ([5, 5, 5], [5, 9, 5], [4, 9, 5], [5, 5, -7]))
    told = {cover.value: (cover.elements, cover.sides) for cover in bank.covers(wanted, (0, 4), listed=False)}
    assert told == {above: (0b101, ABOVE), below: (0b011, BELOW)}


def test_more_covers_than_there_is_room_for_come_in_turns(library: Library) -> None:
    bank = Bank(library, 2, MEMORY)
    for k in (*range(200), *range(200, 40_000, 200)):
        bank.insert([0, k], I64)
    plus = library.head(library.by_text["a + b", (I64, I64)])
    bank.run([plus + ranges(((1, 200), (200, bank.count)))], pulse=lambda: True)
    assert [cover.value for cover in bank.covers(0, (1, 40_000), listed=False)] == list(range(1, 40_000))


def test_a_value_of_many_elements_is_not_covered(library: Library) -> None:
    bank = Bank(library, 1, MEMORY)
    few, many, none = (bank.insert([[7] * count], LIST) for count in (64, 65, 0))
    assert [bank.coverable(value, listed=True) for value in (few, many, none)] == [True, False, False]


def test_patterns_that_leave_nothing_go_together() -> None:
    side = Side(0b111)
    assert [side.add(pattern, value) for value, pattern in enumerate((0b001, 0b110, 0b011, 0b001))] == [True, True, True, False]
    assert list(side.beside(0b110)) == [0, 2] and list(side.beside(0b100)) == [2] and list(side.beside(0b010)) == []


def test_other_types_have_no_covers(library: Library) -> None:
    bank = Bank(library, 1, MEMORY)
    text = bank.insert(["ab"], STR)
    assert list(Covers(bank, STR).of(text, ((0, 1),))) == [] and list(Covers(bank, STR).likely(text, ((0, 1),))) == []


def some(length: int) -> list[int]:
    return [Random(f"{length} {k}").randint(-50, 50) for k in range(length)]


LISTS = [some(k) for k in (3, 5, 2, 4, 5, 1)]
OTHERS = [some(k + 20)[:k] for k in (4, 2, 3, 4, 1, 5)]
PUT_TOGETHER: list[tuple[str, Any]] = [
    ("x:[i64] -> [i64]", lambda x: [min(a * 3 - 1, b + 10) for a, b in zip(x, sorted(x), strict=True)]),
    ("x:[i64] y:[i64] -> [i64]", lambda x, y: [max(a * 3, b // 4) for a, b in zip(x[::-1], sorted(y), strict=False)]),
    ("x:[i64] y:[i64] -> [i64]", lambda x, y: [a * 5 + b // 4 for a, b in zip(sorted(x)[::-1], y[::-1], strict=False)]),
    ("x:[i64] -> [i64]", lambda x: [a * 3 - max(b, c * 4 - 1) for a, b, c in zip(x, sorted(x), x[::-1], strict=True)]),
]


@pytest.mark.parametrize(("signature", "truth"), PUT_TOGETHER)
def test_two_values_are_put_together(library: Library, signature: str, truth: Any) -> None:
    """Of equal lengths or not, by `min` and `max`, by arithmetic where each is longer on some row, and beside a third."""
    given = [arguments[: signature.count(":")] for arguments in zip(LISTS, OTHERS, strict=True)]
    search = Search(library, spec(signature, *((*one, truth(*one)) for one in given)))
    found = next(candidate for candidate in search.run())
    program = meaning(found.text, signature)
    fresh = [(some(k + 40)[:k], some(k + 60)[:4]) for k in (2, 3, 5)]
    assert all(program(*one[: len(given[0])]) == truth(*one[: len(given[0])]) for one in fresh), found

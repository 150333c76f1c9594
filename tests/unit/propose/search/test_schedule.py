"""At each cost every operation meets every choice of arguments that costs as much, once."""

from __future__ import annotations

from collections import Counter
from itertools import product
from random import Random

import pytest

from siglum.ir.types import I64, Array, Type
from siglum.propose.search.bank import Shape, ranges
from siglum.propose.search.schedule import Schedule

LIST = Array(I64)
HEADS = {"one": b"1", "two": b"2", "sum": b"+", "three": b"3", "none": b"0", "constant": b"c"}
SHAPES = {
    Shape((LIST,), False): {2: [(I64, HEADS["one"])]},
    Shape((LIST, I64), False): {1: [(LIST, HEADS["two"])], 4: [(I64, HEADS["two"])]},
    Shape((I64, I64), True): {1: [(I64, HEADS["sum"])]},
    Shape((I64, LIST, I64), False): {1: [(LIST, HEADS["three"])]},
    Shape((), False): {3: [(I64, HEADS["none"])]},
    Shape((LIST, I64), False, 1): {1: [(LIST, HEADS["constant"])]},
}


def combinations(jobs: dict[Type, list[bytes]]) -> Counter[tuple[Type, bytes, tuple[int, ...]]]:
    """What the engine goes through: head and values, for each type of result."""
    found: Counter[tuple[Type, bytes, tuple[int, ...]]] = Counter()
    size = len(ranges(()))
    for t, some in jobs.items():
        for job in some:
            head, given = job[:-size], job[-size:]
            triangle = int.from_bytes(given[4:8], "little")
            numbers = [int.from_bytes(given[8 + 4 * k : 12 + 4 * k], "little") for k in range(6)]
            spans = [range(a, b) for a, b in zip(numbers[:3], numbers[3:], strict=True) if b > a]
            for values in product(*spans):
                if not triangle or values[0] <= values[1]:
                    found[t, head, tuple(sorted(values)) if head == HEADS["sum"] else values] += 1
    return found


@pytest.mark.parametrize("seed", range(5))
def test_every_combination_is_planned_once_at_what_it_costs(seed: int) -> None:
    random, schedule = Random(seed), Schedule(SHAPES)
    values: list[tuple[Type, int, bool]] = []

    def add(t: Type, cost: int, constant: bool) -> None:
        first = len(values)
        values.extend([(t, cost, constant)] * random.randint(1, 3))
        schedule.group(t, cost, first, len(values), constant=constant)

    for cost in range(1, 4):
        add(random.choice([LIST, I64]), cost, False)
    add(I64, 2, True)
    for level in range(1, 12):
        expected: Counter[tuple[Type, bytes, tuple[int, ...]]] = Counter()
        for shape, by_cost in SHAPES.items():
            of = [
                [v for v, (t, _, c) in enumerate(values) if t is p and (k != shape.constant or c)]
                for k, p in enumerate(shape.params)
            ]
            for cost, operations in by_cost.items():
                for chosen in product(*of):
                    costs = cost + sum(values[v][1] for v in chosen)
                    if costs == level and not (shape.commutes and chosen[0] > chosen[1]):
                        for t, head in operations:
                            expected[t, head, chosen] += 1
        assert combinations(schedule.jobs(level)) == expected, level
        if random.random() < 0.7:
            add(random.choice([LIST, I64]), level, False)


def test_the_cheapest_values_and_what_they_cost() -> None:
    schedule = Schedule(SHAPES)
    schedule.group(I64, 5, 0, 10)
    schedule.group(LIST, 1, 10, 12)
    schedule.group(I64, 2, 12, 15)
    assert [schedule.cost_of(v) for v in (0, 9, 10, 14)] == [5, 5, 1, 2]
    assert schedule.cheapest(I64, 5) == [(12, 15), (0, 2)] and schedule.cheapest(Array(LIST), 5) == []

"""Words on arrays agree with Python's lists, itertools and collections."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siglum.errors import Stop
from siglum.vocab import arrays, combinatorics, functional, hashing, maps, order

INTS = st.lists(st.integers(-50, 50), max_size=40)
LONG = st.lists(st.integers(-1000, 1000), max_size=300)
FLOATS = st.lists(st.floats(allow_nan=False), max_size=60)
TEXTS = st.lists(st.text("abé\U0001f600", max_size=4), max_size=40)
COUNT = st.integers(-5, 50)


@given(LONG)
def test_sort_rises_and_keeps_everything(xs: list[int]) -> None:
    assert order.sort(xs) == sorted(xs)
    assert order.ordering(xs) == sorted(range(len(xs)), key=xs.__getitem__)
    assert order.rising(order.sort(xs)) and order.falling(arrays.reverse(order.sort(xs)))
    assert order.rising(xs) == (xs == sorted(xs))


@given(TEXTS)
def test_texts_sort_by_code_points(xs: list[str]) -> None:
    assert order.sort(xs) == sorted(xs)


@given(st.lists(st.floats(), max_size=100))
def test_sort_loses_nothing_to_nan(xs: list[float]) -> None:
    assert Counter(map(repr, order.sort(xs))) == Counter(map(repr, xs))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers()), max_size=80))
def test_order_is_stable_and_calls_the_key_once_per_element(xs: list[tuple[int, int]]) -> None:
    calls = []

    def key(x: tuple[int, int]) -> int:
        calls.append(x)
        return x[0]

    assert order.order(xs, key) == sorted(xs, key=lambda p: p[0])
    assert calls == xs


@given(INTS)
def test_first_seen_order(xs: list[int]) -> None:
    counted = Counter(xs)
    assert order.unique(xs) == list(counted)
    assert order.sorted_set(xs) == sorted(counted)
    assert order.duplicates(xs) == [x for x, n in counted.items() if n > 1]
    assert maps.counts(xs) == dict(counted) and list(maps.counts(xs)) == list(counted)
    assert maps.mode(xs) == (counted.most_common(1)[0][0] if xs else None)
    grouped: dict[int, list[int]] = {}
    for x in xs:
        grouped.setdefault(x % 3, []).append(x)
    assert maps.group(xs, lambda x: x % 3) == grouped and list(maps.group(xs, lambda x: x % 3)) == list(grouped)


@given(INTS)
def test_extremes(xs: list[int]) -> None:
    assert order.maximum(xs) == max(xs, default=None)
    assert order.minimum(xs) == min(xs, default=None)
    assert order.most(xs, abs) == max(xs, key=abs, default=None)
    assert order.least(xs, abs) == min(xs, key=abs, default=None)
    assert order.position_of_maximum(xs) == (xs.index(max(xs)) if xs else None)
    assert order.position_of_minimum(xs) == (xs.index(min(xs)) if xs else None)


@given(INTS, INTS)
def test_two_arrays(xs: list[int], ys: list[int]) -> None:
    assert arrays.concat(xs, ys) == xs + ys
    assert order.merge(sorted(xs), sorted(ys)) == sorted(xs + ys)
    assert arrays.zip_(xs, ys) == list(zip(xs, ys, strict=False))
    assert arrays.unzip(arrays.zip_(xs, ys)) == (xs[: len(ys)], ys[: len(xs)])
    assert arrays.cross(xs, ys) == [[(x, y) for y in ys] for x in xs]
    assert arrays.except_(xs, ys) == [x for x in xs if x not in ys]
    assert arrays.common(xs, ys) == [x for x in xs if x in ys]
    assert arrays.subset(xs, ys) == set(xs).issubset(ys)
    assert arrays.disjoint(xs, ys) == set(xs).isdisjoint(ys)
    assert order.union(xs, ys) == list(dict.fromkeys(xs + ys))
    assert arrays.interleave(xs, ys) == [z for p in zip(xs, ys, strict=False) for z in p]
    same = list(itertools.takewhile(lambda p: p[0] == p[1], zip(xs, ys, strict=False)))
    assert arrays.common_prefix(xs, ys) == [x for x, _ in same]


@given(INTS, COUNT)
def test_parts(xs: list[int], k: int) -> None:
    n = max(k, 0)
    assert arrays.take(xs, k) == xs[:n]
    assert arrays.drop(xs, k) == xs[n:]
    assert arrays.suffix(xs, k) == (xs[-n:] if n else [])
    assert arrays.tail(xs) == xs[1:] and arrays.front(xs) == xs[:-1]
    assert arrays.cut(xs, k) == (xs[:n], xs[n:])
    assert arrays.at(xs, k) == (xs[k] if -len(xs) <= k < len(xs) else None)
    turn = k % len(xs) if xs else 0
    assert arrays.rotate(xs, k) == xs[turn:] + xs[:turn]
    assert arrays.repeat(7, k) == [7] * k
    assert arrays.pad(xs, k, 0) == xs + [0] * (k - len(xs))
    assert arrays.indent(xs, k, 0) == [0] * (k - len(xs)) + xs
    if k > 0:
        assert arrays.step(xs, k) == xs[::k]
        assert arrays.chunks(xs, k) == [xs[i : i + k] for i in range(0, len(xs), k)]
        assert arrays.windows(xs, k) == [xs[i : i + k] for i in range(len(xs) - k + 1)]
    else:
        for word in (arrays.step, arrays.chunks, arrays.windows):
            with pytest.raises(Stop):
                word(xs, k)


@given(INTS, COUNT, COUNT)
def test_slices_are_those_of_python_without_the_negative(xs: list[int], i: int, j: int) -> None:
    assert arrays.slice_(xs, i, j) == xs[max(i, 0) : max(j, 0)]


@given(INTS)
def test_neighbours(xs: list[int]) -> None:
    assert arrays.runs(xs) == [list(g) for _, g in itertools.groupby(xs)]
    assert arrays.neighbours(xs) == list(itertools.pairwise(xs))
    assert arrays.delta(xs) == [b - a for a, b in itertools.pairwise(xs)]
    assert arrays.reverse(xs) == xs[::-1]
    assert arrays.enumerate_(xs) == list(enumerate(xs))
    assert functional.scan(xs, max) == list(itertools.accumulate(xs, max))
    assert functional.fold(xs, 5, lambda a, x: a - x) == 5 - sum(xs)
    assert arrays.intersperse(xs, 0) == [z for x in xs for z in (x, 0)][:-1]


@given(st.lists(INTS, max_size=8))
def test_flatten(xss: list[list[int]]) -> None:
    assert arrays.flatten(xss) == list(itertools.chain.from_iterable(xss))


@given(st.integers(0, 6), st.integers(0, 6))
def test_columns(height: int, width: int) -> None:
    table = [[10 * i + j for j in range(width)] for i in range(height)]
    assert arrays.columns(table) == [list(c) for c in zip(*table, strict=True)]
    assert arrays.diagonal(table) == [table[i][i] for i in range(min(height, width))]


def test_ragged_columns_stop() -> None:
    with pytest.raises(Stop) as caught:
        arrays.columns([[1], [2, 3]])
    assert caught.value.kind == "length"


@given(INTS, st.data())
def test_edits(xs: list[int], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(xs)))
    inserted = arrays.insert(xs, place, 99)
    assert inserted == [*xs[:place], 99, *xs[place:]]
    assert arrays.remove(inserted, place) == xs
    places = data.draw(st.lists(st.integers(0, len(xs)), max_size=5))
    changed = list(inserted)
    for k, where in enumerate(places):
        changed[where] = k
    assert arrays.put(inserted, places, list(range(len(places)))) == changed
    assert arrays.pick(inserted, places) == [inserted[p] for p in places]
    with pytest.raises(Stop):
        arrays.pick(inserted, [-1])


@given(st.text("abc", max_size=12), st.text("abc", max_size=12))
def test_edit_distance(a: str, b: str) -> None:
    table = {(i, 0): i for i in range(len(a) + 1)} | {(0, j): j for j in range(len(b) + 1)}
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            table[i + 1, j + 1] = min(table[i, j] + (x != y), table[i, j + 1] + 1, table[i + 1, j] + 1)
    assert arrays.edit_distance(list(a), list(b)) == table[len(a), len(b)]


@given(LONG, st.integers(-1000, 1000))
def test_binary_search(xs: list[int], x: int) -> None:
    import bisect

    xs.sort()
    assert order.bisect(xs, x) == bisect.bisect_left(xs, x)
    assert order.binary_search(xs, x) == (xs.index(x) if x in xs else None)


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=6))
def test_product_is_beyond_i64_only_where_it_does_not_fit(xs: list[int]) -> None:
    exact = math.prod(xs)
    found = functional.product_integers(xs)
    assert found == exact if -(2**63) <= exact < 2**63 else not -(2**63) <= found < 2**63
    assert (found - exact) % 2**64 == 0


@given(st.permutations([2**62, 2, -1, 1, -1, -1]))
def test_product_reaches_the_least_integer_in_any_order(xs: list[int]) -> None:
    assert functional.product_integers(xs) == -(2**63)


@given(FLOATS)
def test_sum_of_floats_goes_by_eight_lanes(xs: list[float]) -> None:
    lanes = [sum(xs[j::8], -0.0) for j in range(8)]
    four = [lanes[j] + lanes[j + 4] for j in range(4)]
    expected = (four[0] + four[2]) + (four[1] + four[3]) + 0.0
    found = functional.sum_floats(xs)
    assert found == expected or (math.isnan(found) and math.isnan(expected))


def test_steps_by_functions() -> None:
    assert functional.times(1, 5, lambda x: x * 2) == 32
    assert functional.until(1, lambda x: x > 100, lambda x: x * 2) == 128
    assert functional.trace(5, lambda x: x > 1, lambda x: x // 2) == [5, 2, 1]
    assert functional.iterate(1, 0, lambda x: x) == []
    assert functional.drop_while([1, 1, 2, 1], lambda x: x == 1) == [2, 1]
    assert functional.take_while([1, 1, 2, 1], lambda x: x == 1) == [1, 1]
    assert functional.partition([1, 2, 3], lambda x: x > 1) == ([2, 3], [1])


@pytest.mark.parametrize("n", range(6))
def test_listings_are_those_of_itertools(n: int) -> None:
    xs = list(range(n))
    assert combinatorics.permutations(xs) == [list(p) for p in itertools.permutations(xs)]
    for k in range(n + 2):
        assert combinatorics.combinations(xs, k) == [list(c) for c in itertools.combinations(xs, k)]
    assert sorted(combinatorics.subsets(xs)) == sorted(list(c) for k in range(n + 1) for c in itertools.combinations(xs, k))


@given(INTS, st.integers(-(2**63), 2**63 - 1))
def test_shuffle_keeps_everything(xs: list[int], seed: int) -> None:
    assert sorted(hashing.shuffle(xs, seed)) == sorted(xs)
    assert hashing.shuffle(xs, seed) == hashing.shuffle(xs, seed)


def test_maps() -> None:
    m = maps.dictionary([("b", 1), ("a", 2), ("b", 3)])
    assert m == {"b": 3, "a": 2} and list(m) == ["b", "a"]
    assert maps.get(m, "a") == 2 and maps.get(m, "c") is None
    assert maps.has(m, "b") and not maps.has(m, "c")
    assert maps.entries(m) == [("b", 3), ("a", 2)]

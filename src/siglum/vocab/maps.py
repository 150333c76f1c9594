"""Pairs, options and maps. Maps keep the order in which their keys were first seen.

Imports `siglum.vocab.declare` and the words for order.
"""

from __future__ import annotations

from collections.abc import Callable

from siglum.vocab.declare import A, B, K, S, T, U, V, word
from siglum.vocab.order import first_seen, ordering


def mapping(ks: list[K], vs: list[V]) -> dict[K, V]:
    """The map from keys, all different, to the values at equal positions."""
    return dict(zip(ks, vs))


@word("pair", examples=("3 pair true left is 3", '3 pair "a" right is "a"'))
def pair(x: A, y: B) -> tuple[A, B]:
    """x and y together."""
    return (x, y)


@word("left", examples=("3 pair true left is 3", "[1 2] zip [3 4] map left is [1 2]"))
def left(p: tuple[A, B]) -> A:
    """The first part."""
    return p[0]


@word("right", examples=("3 pair true right", "[1 2] zip [3 4] map right is [3 4]"))
def right(p: tuple[A, B]) -> B:
    """The second part."""
    return p[1]


@word("swapped", examples=("3 pair 4 swapped left is 4", "[7 8] enumerate map (it swapped left) is [7 8]"))
def swapped(p: tuple[A, B]) -> tuple[B, A]:
    """The two parts in the other order."""
    return (p[1], p[0])


@word("else", examples=("[1] tail first else 5 is 5", "[3 4] first else 5 is 3"), synonyms=("default",))
def else_(value: T | None, other: T) -> T:
    """The value where there is one, else the other; the other is looked at only then."""
    return other if value is None else value


@word("counts", examples=("\"banana\" counts get 'a' is 3", "[7 8 7] counts values is [2 1]"), synonyms=("tally",))
def counts(xs: list[S]) -> dict[S, int]:
    """How often each value occurs."""
    sizes = first_seen(xs, ordering(xs))
    return mapping([xs[i] for i in range(len(sizes)) if sizes[i] > 0], [size for size in sizes if size > 0])


@word("mode", examples=("[1 2 2 3] mode is 2", "[0] tail mode else -1 is -1"))
def mode(xs: list[S]) -> S | None:
    """The value that occurs most often, the first seen where several do; none where there is none."""
    sizes = first_seen(xs, ordering(xs))
    best = 0
    for i in range(len(sizes)):
        if sizes[i] > sizes[best]:
            best = i
    return xs[best] if len(sizes) > 0 else None


@word("group", examples=('["a" "bb" "c"] group length values is [["a" "c"] ["bb"]]', "[1 2 3] group even keys is [false true]"))
def group(xs: list[T], key: Callable[[T], S]) -> dict[S, list[T]]:
    """The elements gathered by key, each group in order. The key is computed once per element."""
    labels = [key(x) for x in xs]
    places = ordering(labels)
    sizes = first_seen(labels, places)
    n = len(sizes)
    starts = [0] * n
    for k in range(n):
        if sizes[places[k]] > 0:
            starts[places[k]] = k
    leaders = [i for i in range(n) if sizes[i] > 0]
    return mapping(
        [labels[i] for i in leaders],
        [[xs[places[starts[i] + k]] for k in range(sizes[i])] for i in leaders],
    )


@word("keys", examples=("[7 8 7] counts keys is [7 8]", '"abca" counts keys is "abc"'))
def keys(m: dict[K, V]) -> list[K]:
    """The keys in their order."""
    return list(m.keys())


@word("values", examples=("[7 8 7] counts values is [2 1]", '"abca" counts values is [2 1 1]'))
def values(m: dict[K, V]) -> list[V]:
    """The values in the order of their keys."""
    return list(m.values())


@word("get", examples=("[7 8 7] counts get 7 is 2", "[7 8 7] counts get 9 else 0 is 0"))
def get(m: dict[K, V], key: K) -> V | None:
    """The value of key; none where the map lacks it."""
    for k, v in zip(keys(m), values(m)):
        if k == key:
            return v
    return None


@word("has", examples=("[7 8] counts has 8", "([7 8] counts has 9) is false"))
def has(m: dict[K, V], key: K) -> bool:
    """Whether the map has key."""
    for k in keys(m):
        if k == key:
            return True
    return False


@word("filter", examples=("[7 8 7] counts filter (> 1) keys is [7]", '"abca" counts filter odd length is 2'))
def filter_map(m: dict[K, V], keep: Callable[[V], bool]) -> dict[K, V]:
    """The entries for whose values keep holds."""
    ks = keys(m)
    vs = values(m)
    mask = [keep(v) for v in vs]
    return mapping([k for k, holds in zip(ks, mask) if holds], [v for v, holds in zip(vs, mask) if holds])


@word("map", examples=("[7 8 7] counts map double values is [4 2]", '["a" "bb" "c"] group length map length get 1 is 2'))
def map_values(m: dict[K, V], f: Callable[[V], U]) -> dict[K, U]:
    """The map from the same keys to what f gives for each value."""
    return mapping(keys(m), [f(v) for v in values(m)])


@word("length", examples=("[7 8 7] counts length is 2", '"" counts length is 0'))
def size_of_map(m: dict[K, V]) -> int:
    """How many entries there are."""
    return len(keys(m))


@word("entries", examples=("[7] counts entries map left is [7]", '"aab" counts entries map right is [2 1]'), synonyms=("items",))
def entries(m: dict[K, V]) -> list[tuple[K, V]]:
    """The keys with their values, as pairs."""
    return list(zip(keys(m), values(m)))


@word("dictionary", examples=('["a" "b"] zip [1 2] dictionary get "b" is 2', "[1 1] zip [5 6] dictionary values is [6]"),
      synonyms=("dict",))  # fmt: skip
def dictionary(pairs: list[tuple[S, V]]) -> dict[S, V]:
    """The map of these pairs, in the order keys are first seen; of equal keys the last pair counts."""
    ks = [p[0] for p in pairs]
    places = ordering(ks)
    sizes = first_seen(ks, places)
    n = len(sizes)
    final = [i for i in range(n)]
    for k in range(n):
        if sizes[places[k]] > 0:
            final[places[k]] = places[k + sizes[places[k]] - 1]
    leaders = [i for i in range(n) if sizes[i] > 0]
    return mapping([ks[i] for i in leaders], [pairs[final[i]][1] for i in leaders])

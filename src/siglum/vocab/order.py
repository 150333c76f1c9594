"""Order: sorting, ranking, and finding by order.

Sorting is stable and takes n log n comparisons. NaN stands after all numbers, and counts as one value where equal ones are
gathered. Imports `siglum.vocab.declare` and the words for arrays.
"""

from __future__ import annotations

from collections.abc import Callable

from siglum.vocab.arrays import concat
from siglum.vocab.declare import S, T, word
from siglum.vocab.intrinsics import greatest_of, least_of


def precedes(x: S, y: S) -> bool:
    """Whether x stands before y in rising order."""
    return x < y or (x == x and y != y)


def alike(x: S, y: S) -> bool:
    """Whether x and y are one value."""
    return x == y or (x != x and y != y)


@word("sort", examples=("[3 1 2] sort is [1 2 3]", '"banana" sort is "aaabnn"'))
def sort(xs: list[S]) -> list[S]:
    """The elements, rising."""
    n = len(xs)
    if n < 2:
        return xs
    # two halves of one buffer, merged to and fro; runs of eight come from insertion
    work = [xs[0]] * (2 * n)
    for i in range(n):
        x = xs[i]
        at = i & -8
        while at < i and not precedes(x, work[at]):
            at += 1
        while at < i:
            pushed = work[at]
            work[at] = x
            x = pushed
            at += 1
        work[i] = x
    source = 0
    target = n
    width = 8
    while width < n:
        start = 0
        while start < n:
            i = source + start
            j = min(i + width, source + n)
            k = target + start
            middle = j
            end = min(j + width, source + n)
            while i < middle and j < end:
                x = work[i]
                y = work[j]
                later = precedes(y, x)
                work[k] = y if later else x
                i += 0 if later else 1
                j += 1 if later else 0
                k += 1
            while i < middle:
                work[k] = work[i]
                i += 1
                k += 1
            while j < end:
                work[k] = work[j]
                j += 1
                k += 1
            start = start + width + width
        target = source
        source = 0 if source > 0 else n
        width = width + width
    return work[source : source + n]


@word("ordering", examples=("[30 10 20] ordering is [1 2 0]", "[5 5] ordering is [0 1]"), synonyms=("argsort",))
def ordering(xs: list[S]) -> list[int]:
    """The positions of the elements in rising order; equal elements keep theirs."""
    n = len(xs)
    places = [0] * (2 * n)
    if n == 0:
        return places
    # keys travel with their places, so that merging reads memory in order
    work = [xs[0]] * (2 * n)
    for i in range(n):
        x = xs[i]
        place = i
        at = i & -8
        while at < i and not precedes(x, work[at]):
            at += 1
        while at < i:
            pushed = work[at]
            work[at] = x
            x = pushed
            moved = places[at]
            places[at] = place
            place = moved
            at += 1
        work[i] = x
        places[i] = place
    source = 0
    target = n
    width = 8
    while width < n:
        start = 0
        while start < n:
            i = source + start
            j = min(i + width, source + n)
            k = target + start
            middle = j
            end = min(j + width, source + n)
            while i < middle and j < end:
                x = work[i]
                y = work[j]
                later = precedes(y, x)
                work[k] = y if later else x
                places[k] = places[j if later else i]
                i += 0 if later else 1
                j += 1 if later else 0
                k += 1
            while i < middle:
                work[k] = work[i]
                places[k] = places[i]
                i += 1
                k += 1
            while j < end:
                work[k] = work[j]
                places[k] = places[j]
                j += 1
                k += 1
            start = start + width + width
        target = source
        source = 0 if source > 0 else n
        width = width + width
    return places[source : source + n]


@word("order", examples=('["ccc" "a" "bb"] order length is ["a" "bb" "ccc"]', "[3 -1 2] order abs is [-1 2 3]"))
def order(xs: list[T], key: Callable[[T], S]) -> list[T]:
    """The elements by rising key; equal keys keep their order. The key is computed once per element."""
    places = ordering([key(x) for x in xs])
    return [xs[i] for i in places]


@word("rank", examples=("[30 10 20] rank is [2 0 1]", "[5 5 1] rank is [1 2 0]"))
def rank(xs: list[S]) -> list[int]:
    """For each element its position after sorting."""
    places = ordering(xs)
    out = [0] * len(places)
    for k in range(len(places)):
        out[places[k]] = k
    return out


@word("rising", examples=("[1 2 2] rising", "([2 1] rising) is false"))
def rising(xs: list[S]) -> bool:
    """Whether no element comes before the one it follows."""
    previous: S | None = None
    for x in xs:
        if previous is not None and x < previous:
            return False
        previous = x
    return True


@word("falling", examples=("[2 2 1] falling", "([1 2] falling) is false"))
def falling(xs: list[S]) -> bool:
    """Whether no element comes after the one it follows."""
    previous: S | None = None
    for x in xs:
        if previous is not None and previous < x:
            return False
        previous = x
    return True


@word("maximum", examples=("[1.0 5.0 2.0] maximum is 5.0", "\"ab\" tail tail maximum else 'z' is 'z'"), synonyms=("largest",))
def maximum(xs: list[S]) -> S | None:
    """The greatest element, the first where several are; none where there is none."""
    best: S | None = None
    for x in xs:
        if best is None or best < x:
            best = x
    return best


@word("minimum", examples=("[4.0 1.0 2.0] minimum is 1.0", "\"ba\" minimum is 'a'"), synonyms=("smallest",))
def minimum(xs: list[S]) -> S | None:
    """The least element, the first where several are; none where there is none."""
    best: S | None = None
    for x in xs:
        if best is None or x < best:
            best = x
    return best


@word("maximum", examples=("[1 5 2] maximum is 5", "[0] tail maximum else -1 is -1"))
def greatest_integer(xs: list[int]) -> int | None:
    """The greatest element; none where there is none."""
    return greatest_of(xs)


@word("minimum", examples=("[4 1 2] minimum is 1", "[0] tail minimum else -1 is -1"))
def least_integer(xs: list[int]) -> int | None:
    """The least element; none where there is none."""
    return least_of(xs)


@word("argmax", examples=("[1 5 5] argmax is 1", "[0] tail argmax else -1 is -1"))
def position_of_maximum(xs: list[S]) -> int | None:
    """Where the greatest element first stands; none where there is none."""
    n = len(xs)
    if n == 0:
        return None
    best = 0
    for i in range(1, n):
        if xs[best] < xs[i]:
            best = i
    return best


@word("argmin", examples=("[4 1 1] argmin is 1", "[0] tail argmin else -1 is -1"))
def position_of_minimum(xs: list[S]) -> int | None:
    """Where the least element first stands; none where there is none."""
    n = len(xs)
    if n == 0:
        return None
    best = 0
    for i in range(1, n):
        if xs[i] < xs[best]:
            best = i
    return best


@word("most", examples=('["a" "ccc" "bb"] most length is "ccc"', "[0] tail most abs else -1 is -1"))
def most(xs: list[T], key: Callable[[T], S]) -> T | None:
    """The element with the greatest key, the first where several are; none where there is none."""
    places = [key(x) for x in xs]
    best = position_of_maximum(places)
    return None if best is None else xs[best]


@word("least", examples=('["ccc" "a" "bb"] least length is "a"', "[0] tail least abs else -1 is -1"))
def least(xs: list[T], key: Callable[[T], S]) -> T | None:
    """The element with the least key, the first where several are; none where there is none."""
    places = [key(x) for x in xs]
    best = position_of_minimum(places)
    return None if best is None else xs[best]


def first_seen(xs: list[S], places: list[int]) -> list[int]:
    """For each element how often it occurs if it is the first of its kind, else 0; places is the ordering of xs."""
    sizes = [0] * len(places)
    leader = 0
    for k in range(len(places)):
        if k == 0 or not alike(xs[places[k - 1]], xs[places[k]]):
            leader = places[k]
        sizes[leader] += 1
    return sizes


@word("unique", examples=("[3 1 3 2 1] unique is [3 1 2]", '"banana" unique is "ban"'), synonyms=("distinct",))
def unique(xs: list[S]) -> list[S]:
    """Each value once, in the order first seen."""
    sizes = first_seen(xs, ordering(xs))
    return [xs[i] for i in range(len(sizes)) if sizes[i] > 0]


@word("set", examples=("[3 1 3 2] set is [1 2 3]", '"banana" set is "abn"'))
def sorted_set(xs: list[S]) -> list[S]:
    """Each value once, rising."""
    rising_values = sort(xs)
    n = len(rising_values)
    return [rising_values[i] for i in range(n) if i == 0 or not alike(rising_values[i - 1], rising_values[i])]


@word("duplicates", examples=("[3 1 3 2 1] duplicates is [3 1]", '"abc" duplicates empty'))
def duplicates(xs: list[S]) -> list[S]:
    """Each value that occurs more than once, in the order first seen."""
    sizes = first_seen(xs, ordering(xs))
    return [xs[i] for i in range(len(sizes)) if sizes[i] > 1]


@word("merge", examples=("[1 4] merge [2 3 5] is [1 2 3 4 5]", '"ac" merge "b" is "abc"'))
def merge(xs: list[S], ys: list[S]) -> list[S]:
    """Two rising arrays as one; of equal elements those of xs come first."""
    out: list[S] = []
    i = 0
    j = 0
    while i < len(xs) or j < len(ys):
        if i < len(xs) and (j >= len(ys) or not precedes(ys[j], xs[i])):
            out.append(xs[i])
            i += 1
        else:
            out.append(ys[j])
            j += 1
    return out


@word("bisect", examples=("[10 20 30] bisect 20 is 1", "[10 20 30] bisect [5 25 35] is [0 2 3]"))
def bisect(xs: list[S], x: S) -> int:
    """How many elements of a rising array come before x: where x belongs."""
    low = 0
    high = len(xs)
    while low < high:
        middle = low + (high - low) // 2
        if precedes(xs[middle], x):
            low = middle + 1
        else:
            high = middle
    return low


@word("search", examples=("[10 20 30] search 20 is 1", "[10 20 30] search 25 else -1 is -1"))
def binary_search(xs: list[S], x: S) -> int | None:
    """Where x first stands in a rising array, found by halving; none where it does not."""
    place = bisect(xs, x)
    if place < len(xs) and alike(xs[place], x):
        return place
    return None


@word("union", examples=("[3 1] union [1 2] is [3 1 2]", '"ab" union "bc" is "abc"'))
def union(xs: list[S], ys: list[S]) -> list[S]:
    """Each value of xs, then of ys, once."""
    return unique(concat(xs, ys))

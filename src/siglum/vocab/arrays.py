"""Arrays to values and to other arrays, by position.

Imports `siglum.vocab.declare` and `siglum.vocab.intrinsics` only.
"""

from __future__ import annotations

from siglum.vocab.declare import A, B, N, S, T, U, word
from siglum.vocab.intrinsics import last_of, stop


@word("length", examples=("[3 4] length is 2", '"abc" length is 3'), synonyms=("len", "size"))
def length(xs: list[T]) -> int:
    """How many elements there are; of a text, how many code points."""
    return len(xs)


@word("empty", examples=("[1] tail empty", "([1] empty) is false"))
def empty(xs: list[T]) -> bool:
    """Whether there is no element."""
    return len(xs) == 0


@word("first", examples=("[3 4] first is 3", "[3] tail first else 0 is 0"), synonyms=("head",))
def first(xs: list[T]) -> T | None:
    """The first element; none where there is none."""
    for x in xs:
        return x
    return None


@word("last", examples=("[3 4] last is 4", "[3] tail last else 0 is 0"))
def last(xs: list[T]) -> T | None:
    """The last element; none where there is none."""
    return last_of(xs)


@word("second", examples=("[3 4] second is 4", "[3] second else 0 is 0"))
def second(xs: list[T]) -> T | None:
    """The second element; none where there are fewer than two."""
    return at(xs, 1)


@word("at", examples=("[3 4 5] at 1 is 4", "\"abc\" at -1 is 'c'"))
def at(xs: list[T], place: int) -> T | None:
    """The element at place, from 0, or from the end where place is negative; none outside."""
    n = len(xs)
    where = place + n if place < 0 else place
    return xs[where] if where >= 0 and where < n else None


@word("reverse", examples=("[1 2 3] reverse is [3 2 1]", '"abc" reverse is "cba"'))
def reverse(xs: list[T]) -> list[T]:
    """The elements from the last to the first."""
    return list(reversed(xs))


@word("tail", examples=("[1 2 3] tail is [2 3]", '"a" tail is ""'))
def tail(xs: list[T]) -> list[T]:
    """All but the first element."""
    return drop(xs, 1)


@word("front", examples=("[1 2 3] front is [1 2]", '"a" front is ""'), synonyms=("init",))
def front(xs: list[T]) -> list[T]:
    """All but the last element."""
    n = len(xs)
    return xs if n == 0 else xs[0 : n - 1]


@word("take", examples=("[1 2 3] take 2 is [1 2]", '"abc" take 9 is "abc"'))
def take(xs: list[T], count: int) -> list[T]:
    """The first count elements, or as many as there are."""
    n = len(xs)
    return xs[0 : min(max(count, 0), n)]


@word("drop", examples=("[1 2 3] drop 2 is [3]", '"abc" drop 9 is ""'), synonyms=("skip",))
def drop(xs: list[T], count: int) -> list[T]:
    """All but the first count elements."""
    n = len(xs)
    return xs[min(max(count, 0), n) : n]


@word("suffix", examples=("[1 2 3] suffix 2 is [2 3]", '"abc" suffix 9 is "abc"'))
def suffix(xs: list[T], count: int) -> list[T]:
    """The last count elements, or as many as there are."""
    n = len(xs)
    return xs[n - min(max(count, 0), n) : n]


@word("slice", examples=("[1 2 3 4] slice 1 3 is [2 3]", '"abcd" slice 2 9 is "cd"'))
def slice_(xs: list[T], start: int, end: int) -> list[T]:
    """The elements from start up to, not with, end; bounds outside are brought inside."""
    n = len(xs)
    low = min(max(start, 0), n)
    high = min(max(end, low), n)
    return xs[low:high]


@word("step", examples=("[1 2 3 4 5] step 2 is [1 3 5]", '"abcdef" step 3 is "ad"'))
def step(xs: list[T], stride: int) -> list[T]:
    """Every stride-th element, the first included. Stops with `argument` unless stride is positive."""
    if stride < 1:
        stop("argument")
    n = len(xs)
    return [xs[i * stride] for i in range((n - 1) // stride + 1)]


@word("rotate", examples=("[1 2 3] rotate 1 is [2 3 1]", '"abc" rotate -1 is "cab"'))
def rotate(xs: list[T], count: int) -> list[T]:
    """The elements with the first count moved to the end; a negative count moves the other way."""
    n = len(xs)
    shift = count % n if n > 0 else 0
    return [xs[i + shift if i < n - shift else i + shift - n] for i in range(n)]


@word("windows", examples=("[1 2 3] windows 2 is [[1 2] [2 3]]", '"abcd" windows 3 is ["abc" "bcd"]'))
def windows(xs: list[T], size: int) -> list[list[T]]:
    """All runs of size neighbours, in order. Stops with `argument` unless size is positive."""
    if size < 1:
        stop("argument")
    return [xs[i : i + size] for i in range(len(xs) - size + 1)]


@word("chunks", examples=("[1 2 3] chunks 2 is [[1 2] [3]]", '"abcd" chunks 2 is ["ab" "cd"]'))
def chunks(xs: list[T], size: int) -> list[list[T]]:
    """The elements cut into pieces of size; the last may be shorter. Stops with `argument` unless size is positive."""
    if size < 1:
        stop("argument")
    n = len(xs)
    return [xs[i * size : min(n, (i + 1) * size)] for i in range((n - 1) // size + 1)]


@word("runs", examples=("[1 1 2] runs is [[1 1] [2]]", '"aabaa" runs is ["aa" "b" "aa"]'))
def runs(xs: list[T]) -> list[list[T]]:
    """The elements cut where neighbours differ."""
    out: list[list[T]] = []
    start = 0
    n = len(xs)
    for i in range(1, n):
        if xs[i] != xs[i - 1]:
            out.append(xs[start:i])
            start = i
    if n > 0:
        out.append(xs[start:n])
    return out


@word("append", examples=("[1 2] append 3 is [1 2 3]", '"ab" append \'c\' is "abc"'), synonyms=("push",))
def append(xs: list[T], x: T) -> list[T]:
    """The elements and x behind them."""
    out = [y for y in xs]
    out.append(x)
    return out


@word("prepend", examples=("[2 3] prepend 1 is [1 2 3]", '"bc" prepend \'a\' is "abc"'))
def prepend(xs: list[T], x: T) -> list[T]:
    """The elements and x before them."""
    out = [x]
    for y in xs:
        out.append(y)
    return out


@word("single", examples=("3 single is [3]", '"ab" single is ["ab"]'))
def single(x: T) -> list[T]:
    """The array of x alone."""
    return [x]


@word("repeat", examples=("7 repeat 3 is [7 7 7]", "'a' repeat 2 is \"aa\""), synonyms=("replicate",))
def repeat(x: T, count: int) -> list[T]:
    """x as often as count says; none where it is negative."""
    return [x for _ in range(count)]


@word("cycle", examples=("[1 2] cycle 5 is [1 2 1 2 1]", '"ab" cycle 3 is "aba"'))
def cycle(xs: list[T], count: int) -> list[T]:
    """count elements, xs over and over. Stops with `empty` where xs has none and count is positive."""
    n = len(xs)
    if n == 0 and count > 0:
        stop("empty")
    return [xs[i % n] for i in range(count)]


@word("concat", examples=("[1 2] concat [3] is [1 2 3]", '"ab" concat "c" is "abc"'))
def concat(xs: list[T], ys: list[T]) -> list[T]:
    """The elements of xs, then those of ys."""
    out = [x for x in xs]
    for y in ys:
        out.append(y)
    return out


@word("flatten", examples=("[[1 2] [3]] flatten is [1 2 3]", '["ab" "c"] flatten is "abc"'))
def flatten(xss: list[list[T]]) -> list[T]:
    """The elements of all arrays, one array after the other."""
    out: list[T] = []
    for xs in xss:
        for x in xs:
            out.append(x)
    return out


@word("zip", examples=("[1 2] zip [3 4] map (it left + (it right)) is [4 6]", "[1 2 3] zip [true false] length is 2"))
def zip_(xs: list[T], ys: list[U]) -> list[tuple[T, U]]:
    """The pairs of elements at equal positions, as many as the shorter array has."""
    return list(zip(xs, ys))


@word("unzip", examples=("[1 2] zip [3 4] unzip left is [1 2]", '[1 2] zip ["a" "b"] unzip right is ["a" "b"]'))
def unzip(pairs: list[tuple[A, B]]) -> tuple[list[A], list[B]]:
    """The first parts of all pairs, and the second parts."""
    return ([p[0] for p in pairs], [p[1] for p in pairs])


@word("enumerate", examples=("[7 8] enumerate map (it left * (it right)) is [0 8]", "\"ab\" enumerate last right is 'b'"))
def enumerate_(xs: list[T]) -> list[tuple[int, T]]:
    """Each element with its position before it."""
    return list(enumerate(xs))


@word("pairs", examples=("[1 2 4] pairs map (it right - (it left)) is [1 2]", '"a" pairs empty'), synonyms=("adjacent",))
def neighbours(xs: list[T]) -> list[tuple[T, T]]:
    """Each element with the one before it, as pairs."""
    return list(zip(xs, xs[1:]))


@word("cross", examples=("[1 2] cross [3 4] map (map (it left * (it right))) is [[3 4] [6 8]]", '"ab" cross [1 2 3] length is 2'))
def cross(xs: list[T], ys: list[U]) -> list[list[tuple[T, U]]]:
    """The table of all pairs: one row for each element of xs, one column for each of ys."""
    return [[(x, y) for y in ys] for x in xs]


@word("columns", examples=("[[1 2] [3 4]] columns is [[1 3] [2 4]]", '["abc" "def"] columns is ["ad" "be" "cf"]'),
      synonyms=("transpose",))  # fmt: skip
def columns(rows: list[list[T]]) -> list[list[T]]:
    """The columns of a table. Stops with `length` where rows differ in length."""
    height = len(rows)
    if height == 0:
        return rows
    width = len(rows[0])
    for row in rows:
        if len(row) != width:
            stop("length")
    return [[row[k] for row in rows] for k in range(width)]


@word("diagonal", examples=("[[1 2] [3 4]] diagonal is [1 4]", '["abc" "def"] diagonal is "ae"'))
def diagonal(rows: list[list[T]]) -> list[T]:
    """The elements whose row and column have the same number. Stops with `index` where a row is too short."""
    height = len(rows)
    size = min(height, len(rows[0])) if height > 0 else 0
    return [rows[i][i] for i in range(size)]


@word("positions", examples=("[true false true] positions is [0 2]", "[5 0 7] = 0 | positions is [1]"), synonyms=("where",))
def positions(mask: list[bool]) -> list[int]:
    """Where true stands."""
    return [i for i, holds in enumerate(mask) if holds]


@word("indices", examples=("[7 8] indices is [0 1]", '"abc" indices is [0 1 2]'))
def indices(xs: list[T]) -> list[int]:
    """The positions 0, 1, ... of the elements."""
    return [i for i in range(len(xs))]


@word("pick", examples=("[7 8 9] pick [2 0] is [9 7]", '"abc" pick [0 0 2] is "aac"'), synonyms=("gather",))
def pick(xs: list[T], places: list[int]) -> list[T]:
    """The elements at these positions, from 0. Stops with `index` outside."""
    for place in places:
        if place < 0:
            stop("index")
    return [xs[place] for place in places]


@word("compress", examples=("[7 8 9] compress [true false true] is [7 9]", '"abc" compress [false true true] is "bc"'))
def compress(xs: list[T], mask: list[bool]) -> list[T]:
    """The elements where mask has true. Stops with `length` where the lengths differ."""
    if len(xs) != len(mask):
        stop("length")
    return [x for x, holds in zip(xs, mask) if holds]


@word("put", examples=("[1 2 3] put [0 2] [7 9] is [7 2 9]", '"abc" put [1] "x" is "axc"'), synonyms=("scatter",))
def put(xs: list[T], places: list[int], values: list[T]) -> list[T]:
    """xs with the elements at these positions replaced, in order. Stops with `index` outside, `length` where they differ."""
    if len(places) != len(values):
        stop("length")
    out = [x for x in xs]
    for k in range(len(places)):
        if places[k] < 0:
            stop("index")
        out[places[k]] = values[k]
    return out


@word("insert", examples=("[1 3] insert 1 2 is [1 2 3]", '"ac" insert 1 \'b\' is "abc"'))
def insert(xs: list[T], place: int, x: T) -> list[T]:
    """xs with x put in before the element at place; 0..length, else it stops with `index`."""
    n = len(xs)
    if place < 0 or place > n:
        stop("index")
    return [xs[i] if i < place else x if i == place else xs[i - 1] for i in range(n + 1)]


@word("remove", examples=("[1 2 3] remove 1 is [1 3]", '"abc" remove 0 is "bc"'), synonyms=("delete",))
def remove(xs: list[T], place: int) -> list[T]:
    """xs without the element at place. Stops with `index` outside."""
    n = len(xs)
    if place < 0 or place >= n:
        stop("index")
    return [xs[i if i < place else i + 1] for i in range(n - 1)]


@word("swap", examples=("[1 2 3] swap 0 2 is [3 2 1]", '"abc" swap 0 1 is "bac"'))
def swap(xs: list[T], i: int, j: int) -> list[T]:
    """xs with the elements at i and j exchanged. Stops with `index` outside."""
    n = len(xs)
    if i < 0 or j < 0 or i >= n or j >= n:
        stop("index")
    return [xs[j if k == i else i if k == j else k] for k in range(n)]


@word("pad", examples=("[1 2] pad 4 0 is [1 2 0 0]", '"abc" pad 2 \' \' is "abc"'), synonyms=("ljust",))
def pad(xs: list[T], size: int, x: T) -> list[T]:
    """xs followed by x until there are size elements."""
    n = len(xs)
    return [xs[i] if i < n else x for i in range(max(n, size))]


@word("indent", examples=("[1 2] indent 4 0 is [0 0 1 2]", '"7" indent 3 \'0\' is "007"'), synonyms=("rjust",))
def indent(xs: list[T], size: int, x: T) -> list[T]:
    """xs with x before it until there are size elements."""
    n = len(xs)
    before = max(n, size) - n
    return [x if i < before else xs[i - before] for i in range(before + n)]


@word("cut", examples=("[1 2 3] cut 1 as p p left concat (p right) is [1 2 3]", '"abc" cut 2 left is "ab"'))
def cut(xs: list[T], count: int) -> tuple[list[T], list[T]]:
    """The first count elements, and the rest."""
    return (take(xs, count), drop(xs, count))


@word("interleave", examples=("[1 3] interleave [2 4] is [1 2 3 4]", '"ac" interleave "b" is "ab"'))
def interleave(xs: list[T], ys: list[T]) -> list[T]:
    """Elements of xs and ys in turn, as many of each as the shorter has."""
    return [xs[i // 2] if i % 2 == 0 else ys[i // 2] for i in range(2 * min(len(xs), len(ys)))]


@word("intersperse", examples=("[1 2 3] intersperse 0 is [1 0 2 0 3]", '"abc" intersperse \'-\' is "a-b-c"'))
def intersperse(xs: list[T], x: T) -> list[T]:
    """The elements with x between neighbours."""
    return [xs[i // 2] if i % 2 == 0 else x for i in range(2 * len(xs) - 1)]


@word("delta", examples=("[1 4 9] delta is [3 5]", "[0.5 2.0] delta is [1.5]"), synonyms=("diff",))
def delta(xs: list[N]) -> list[N]:
    """The differences of neighbours: each element less the one before it."""
    return [b - a for a, b in zip(xs, xs[1:])]


@word("contains", examples=("[1 2] contains 2", "\"abc\" contains 'b'"))
def contains(xs: list[T], x: T) -> bool:
    """Whether x is one of the elements."""
    for y in xs:
        if y == x:
            return True
    return False


@word("in", examples=("2 in [1 2]", '"abc" in ["x" "abc"]'))
def in_(x: S, xs: list[S]) -> bool:
    """Whether x is one of the elements."""
    for y in xs:
        if y == x:
            return True
    return False


@word("index", examples=("[5 7 7] index 7 is 1", '["a" "b"] index "c" else -1 is -1'))
def index(xs: list[T], x: T) -> int | None:
    """Where x first stands; none where it does not."""
    for i, y in enumerate(xs):
        if y == x:
            return i
    return None


@word("except", examples=("[1 2 3 2] except [2] is [1 3]", '"banana" except "n" is "baaa"'), synonyms=("difference",))
def except_(xs: list[T], others: list[T]) -> list[T]:
    """The elements that are not among others, in order."""
    return [x for x in xs if not contains(others, x)]


@word("common", examples=("[1 2 3 2] common [2 3] is [2 3 2]", '"banana" common "na" is "anana"'), synonyms=("intersection",))
def common(xs: list[T], others: list[T]) -> list[T]:
    """The elements that are among others, in order."""
    return [x for x in xs if contains(others, x)]


@word("subset", examples=("[1 2] subset [2 1 3]", '("abc" subset "ab") is false'))
def subset(xs: list[T], others: list[T]) -> bool:
    """Whether every element is among others."""
    for x in xs:
        if not contains(others, x):
            return False
    return True


@word("disjoint", examples=("[1 2] disjoint [3]", '("abc" disjoint "cd") is false'))
def disjoint(xs: list[T], others: list[T]) -> bool:
    """Whether no element is among others."""
    for x in xs:
        if contains(others, x):
            return False
    return True


@word("prefix", examples=('"flower" prefix "flow" is "flow"', "[1 2 3] prefix [1 2 4] is [1 2]"))
def common_prefix(xs: list[T], ys: list[T]) -> list[T]:
    """The longest start that both arrays have."""
    limit = min(len(xs), len(ys))
    same = 0
    while same < limit and xs[same] == ys[same]:
        same += 1
    return xs[0:same]


@word("hamming", examples=("[1 2 3] hamming [1 0 3] is 1", '"karolin" hamming "kathrin" is 3'))
def hamming(xs: list[T], ys: list[T]) -> int:
    """At how many positions two arrays differ. Stops with `length` where their lengths differ."""
    if len(xs) != len(ys):
        stop("length")
    count = 0
    for x, y in zip(xs, ys):
        if x != y:
            count += 1
    return count


@word("levenshtein", examples=('"kitten" levenshtein "sitting" is 3', "[1 2 3] levenshtein [2 3] is 1"))
def edit_distance(xs: list[T], ys: list[T]) -> int:
    """How few insertions, removals and replacements of one element turn xs into ys."""
    width = len(ys)
    row = [j for j in range(width + 1)]
    for i in range(len(xs)):
        corner = row[0]
        row[0] = i + 1
        for j in range(width):
            replaced = corner if xs[i] == ys[j] else corner + 1
            corner = row[j + 1]
            row[j + 1] = min(replaced, min(corner, row[j]) + 1)
    return row[width]


@word("histogram", examples=("[0 2 2] histogram 4 is [1 0 2 0]", '"hello" - \'a\' | histogram 26 at 11 is 2'),
      synonyms=("bincount",))  # fmt: skip
def histogram(xs: list[int], size: int) -> list[int]:
    """How often each of 0..size-1 occurs. Stops with `index` where an element is outside."""
    counts = [0] * size
    for x in xs:
        if x < 0:
            stop("index")
        counts[x] += 1
    return counts

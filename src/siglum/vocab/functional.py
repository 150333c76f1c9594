"""Words that take a function, and the reductions of whole arrays.

Imports `siglum.vocab.declare` and `siglum.vocab.intrinsics` only.
"""

from __future__ import annotations

from collections.abc import Callable

from siglum.vocab.arithmetic import beyond
from siglum.vocab.declare import A, T, U, word
from siglum.vocab.intrinsics import mul_overflows, mul_wrap, stop, sum


@word("map", examples=("[1 2 3] map (it * 2 + 1) is [3 5 7]", '["a" "bb"] map length is [1 2]'))
def map_(xs: list[T], f: Callable[[T], U]) -> list[U]:
    """What f gives for each element."""
    return [f(x) for x in xs]


@word("filter", examples=("[1 2 3 4] filter even is [2 4]", "[1 3] filter even is []"), synonyms=("keep", "select"))
def filter_(xs: list[T], keep: Callable[[T], bool]) -> list[T]:
    """The elements for which keep holds, in order."""
    return [x for x in xs if keep(x)]


@word("reject", examples=("[1 2 3 4] reject even is [1 3]", '"a1b" reject digit is "ab"'))
def reject(xs: list[T], leave: Callable[[T], bool]) -> list[T]:
    """The elements for which leave does not hold, in order."""
    return [x for x in xs if not leave(x)]


@word("outer", examples=("[1 2] outer [10 20] * is [[10 20] [20 40]]", '["a" "b"] outer ["c"] concat is [["ac"] ["bc"]]'))
def outer(xs: list[T], ys: list[U], f: Callable[[T, U], A]) -> list[list[A]]:
    """The table of what f gives for each element of xs (a row each) with each of ys."""
    return [[f(x, y) for y in ys] for x in xs]


@word("find", examples=("[1 4 6] find even is 4", "[1 3] find even else 0 is 0"))
def find(xs: list[T], wanted: Callable[[T], bool]) -> T | None:
    """The first element for which wanted holds; none where there is none."""
    for x in xs:
        if wanted(x):
            return x
    return None


@word("takewhile", examples=("[2 4 5 6] takewhile even is [2 4]", '"12ab" takewhile digit is "12"'))
def take_while(xs: list[T], keep: Callable[[T], bool]) -> list[T]:
    """The elements before the first for which keep does not hold."""
    out: list[T] = []
    for x in xs:
        if not keep(x):
            break
        out.append(x)
    return out


@word("dropwhile", examples=("[2 4 5 6] dropwhile even is [5 6]", '"12ab" dropwhile digit is "ab"'))
def drop_while(xs: list[T], leave: Callable[[T], bool]) -> list[T]:
    """The elements from the first for which leave does not hold."""
    n = len(xs)
    start = 0
    while start < n and leave(xs[start]):
        start += 1
    return xs[start:n]


@word("partition", examples=("[1 2 3 4] partition even left is [2 4]", "[1 2 3 4] partition even right is [1 3]"))
def partition(xs: list[T], keep: Callable[[T], bool]) -> tuple[list[T], list[T]]:
    """The elements for which keep holds, and the others."""
    mask = [keep(x) for x in xs]
    n = len(mask)
    return ([xs[i] for i in range(n) if mask[i]], [xs[i] for i in range(n) if not mask[i]])


@word("scan", examples=("[1 2 3] scan + is [1 3 6]", "[3 1 4] scan max is [3 3 4]"), synonyms=("accumulate",))
def scan(xs: list[T], f: Callable[[T, T], T]) -> list[T]:
    """The running values: the first element, then f of the value so far and the next element."""
    out: list[T] = []
    running: T | None = None
    for x in xs:
        running = x if running is None else f(running, x)
        out.append(running)
    return out


@word("fold", examples=("[1 2 3] fold 10 + is 16", '["ab" "c"] fold 0 (acc + (it length)) is 3'), synonyms=("reduce",))
def fold(xs: list[T], start: A, f: Callable[[A, T], A]) -> A:
    """The value after the last element: start, then f of the value so far and each element."""
    value = start
    for x in xs:
        value = f(value, x)
    return value


@word("times", examples=("1 times 5 double is 32", '"a" times 2 (it concat it) is "aaaa"'))
def times(start: A, count: int, f: Callable[[A], A]) -> A:
    """f applied count times over."""
    value = start
    for _ in range(count):
        value = f(value)
    return value


@word("until", examples=("1 until (> 100) double is 128", "100 until odd half is 25"))
def until(start: A, done: Callable[[A], bool], f: Callable[[A], A]) -> A:
    """f applied over and over until done holds."""
    value = start
    while not done(value):
        value = f(value)
    return value


@word("trace", examples=("5 trace (> 1) half is [5 2 1]", "1 trace (< 20) (it * 3) is [1 3 9 27]"))
def trace(start: A, going: Callable[[A], bool], f: Callable[[A], A]) -> list[A]:
    """Every value while going holds, and the one after, each f of the one before."""
    value = start
    out = [value]
    while going(value):
        value = f(value)
        out.append(value)
    return out


@word("iterate", examples=("1 iterate 4 double is [1 2 4 8]", '"" iterate 3 (it append \'a\') is ["" "a" "aa"]'))
def iterate(start: A, count: int, f: Callable[[A], A]) -> list[A]:
    """count values: start, then each f of the one before."""
    out: list[A] = []
    value = start
    for i in range(count):
        if i > 0:
            value = f(value)
        out.append(value)
    return out


@word("any", examples=("[false true] any", "([1 3] map even any) is false"))
def any_(mask: list[bool]) -> bool:
    """Whether one holds."""
    for x in mask:
        if x:
            return True
    return False


@word("all", examples=("[true true] all", "([2 3] map even all) is false"), synonyms=("every",))
def all_(mask: list[bool]) -> bool:
    """Whether each holds."""
    for x in mask:
        if not x:
            return False
    return True


@word("count", examples=("[true false true] count is 2", "\"banana\" = 'a' | count is 3"))
def count(mask: list[bool]) -> int:
    """How many hold."""
    return sum(mask)


@word("sum", examples=("[1 2 3] sum is 6", "[9223372036854775807 1 -2] sum is 9223372036854775806"), synonyms=("total",))
def sum_integers(xs: list[int]) -> int:
    """The exact sum. Stops with `overflow` where it does not fit, whatever the order."""
    return sum(xs)


@word("sum", examples=("[0.5 1.5] sum is 2.0", "[0.5] tail sum is 0.0"))
def sum_floats(xs: list[float]) -> float:
    """The sum in eight lanes: element k goes to lane k mod 8; lanes j and j+4, then j+2, then j+1 are added."""
    return sum(xs) + 0.0


@word("product", examples=("[2 3 4] product is 24", "[9223372036854775807 3 0] product is 0"), synonyms=("prod",))
def product_integers(xs: list[int]) -> int:
    """The exact product. Stops with `overflow` where it does not fit, whatever the order."""
    result = 1
    # the size is kept negative, so that -2**63 is reached whatever the order of signs
    size = -1
    negative = False
    too_large = False
    for x in xs:
        if x == 0:
            return 0
        result = mul_wrap(result, x)
        if x < 0:
            negative = not negative
        if x < -9223372036854775807:
            if size == -1:
                size = x
            else:
                too_large = True
        elif mul_overflows(size, abs(x)):
            too_large = True
        else:
            size = size * abs(x)
    if size < -9223372036854775807 and not negative:
        too_large = True
    return result + beyond(too_large)


@word("product", examples=("[0.5 4.0] product is 2.0", "[0.5] tail product is 1.0"))
def product_floats(xs: list[float]) -> float:
    """The product, from the left."""
    result = 1.0
    for x in xs:
        result = result * x
    return result


@word("dot", examples=("[1 2 3] dot [4 5 6] is 32", "[9223372036854775807 1] dot [1 -1] is 9223372036854775806"))
def dot_integers(xs: list[int], ys: list[int]) -> int:
    """The exact sum of the products, each of which must fit, of elements at equal positions. Lengths that differ stop."""
    if len(xs) != len(ys):
        stop("length")
    return sum([x * y for x, y in zip(xs, ys)])


@word("dot", examples=("[0.5 2.0] dot [4.0 1.0] is 4.0", "[1.0 2.0] dot [0.0 0.5] is 1.0"))
def dot_floats(xs: list[float], ys: list[float]) -> float:
    """The sum, as `sum` has it, of the products of elements at equal positions. Stops with `length` where they differ."""
    if len(xs) != len(ys):
        stop("length")
    return sum([x * y for x, y in zip(xs, ys)]) + 0.0

"""Counting and listing: factorials, binomials, primes, subsets, permutations.

Imports `siglum.vocab.declare`, `siglum.vocab.intrinsics` and the words it needs.
"""

from __future__ import annotations

from siglum.vocab.declare import T, word
from siglum.vocab.intrinsics import mul_overflows, shift_left_wrap, stop
from siglum.vocab.numbers import greatest_common_divisor


@word("factorial", examples=("5 factorial is 120", "[0 1 4] factorial is [1 1 24]"))
def factorial(n: int) -> int:
    """The product of 1..n. Stops with `argument` below 0, `overflow` above 20."""
    if n < 0:
        stop("argument")
    result = 1
    # 2**64 divides 66!
    for k in range(2, min(n, 66) + 1):
        result = result * k
    return result


def checked_product(x: int, y: int) -> int:
    """x * y. Stops with `overflow` also where integers wrap: what follows divides."""
    if mul_overflows(x, y):
        stop("overflow")
    return x * y


@word("choose", examples=("5 choose 2 is 10", "[3 4] choose 0 is [1 1]"), synonyms=("binomial", "comb"))
def choose(n: int, k: int) -> int:
    """How many ways there are to take k of n things; 0 where k is above n. Stops with `argument` below 0."""
    if n < 0 or k < 0:
        stop("argument")
    if k > n:
        return 0
    result = 1
    for i in range(min(k, n - k)):
        # result * (n - i) is divisible by i + 1: cancel first, so that only results that do not fit overflow
        top = n - i
        under = i + 1
        shared = greatest_common_divisor(result, under)
        result = checked_product(result // shared, top // (under // shared))
    return result


@word("arrangements", examples=("5 arrangements 2 is 20", "3 arrangements 0 is 1"), synonyms=("perm",))
def arrangements(n: int, k: int) -> int:
    """How many ordered ways there are to take k of n things; 0 where k is above n. Stops with `argument` below 0."""
    if n < 0 or k < 0:
        stop("argument")
    if k > n:
        return 0
    result = 1
    # 2**64 divides every product of 66 neighbours
    for i in range(min(k, 66)):
        result = result * (n - i)
    return result


@word("fibonacci", examples=("10 fibonacci is 55", "[0 1 2] fibonacci is [0 1 1]"), synonyms=("fib",))
def fibonacci(n: int) -> int:
    """The n-th of 0, 1, 1, 2, 3, 5, ... Stops with `argument` below 0, `overflow` above 92."""
    if n < 0:
        stop("argument")
    if n > 92:
        stop("overflow")
    older = 1
    newer = 0
    for _ in range(n):
        sum_of_both = older + newer
        older = newer
        newer = sum_of_both
    return newer


@word("triangular", examples=("4 triangular is 10", "[0 1 100] triangular is [0 1 5050]"))
def triangular(n: int) -> int:
    """The sum of 1..n. Stops with `argument` below 0."""
    if n < 0:
        stop("argument")
    return n // 2 * (n + 1) if n & 1 == 0 else n * ((n + 1) // 2)


@word("catalan", examples=("4 catalan is 14", "[0 1 5] catalan is [1 1 42]"))
def catalan(n: int) -> int:
    """How many balanced texts of n pairs of brackets there are. Stops with `argument` below 0, `overflow` above 35."""
    if n < 0:
        stop("argument")
    result = 1
    for k in range(n):
        # result * 2 (2k + 1) / (k + 2), cancelled first
        top = 2 * (2 * k + 1)
        under = k + 2
        shared = greatest_common_divisor(result, under)
        result = checked_product(result // shared, top // (under // shared))
    return result


@word("partitions", examples=("5 partitions is 7", "[0 1 10] partitions is [1 1 42]"))
def partitions(n: int) -> int:
    """How many ways there are to write n as a sum of positive numbers. Stops with `argument` below 0, `overflow` above 405."""
    if n < 0:
        stop("argument")
    if n > 405:
        stop("overflow")
    ways = [0] * (n + 1)
    ways[0] = 1
    for part in range(1, n + 1):
        for total in range(part, n + 1):
            ways[total] += ways[total - part]
    return ways[n]


@word("primes", examples=("11 primes is [2 3 5 7 11]", "1 primes empty"), synonyms=("sieve",))
def primes(limit: int) -> list[int]:
    """The primes up to and with limit, by the sieve of Eratosthenes."""
    n = max(limit, 1)
    composite = [False] * (n + 1)
    k = 2
    while k <= n // k:
        if not composite[k]:
            multiple = k * k
            while multiple <= n:
                composite[multiple] = True
                multiple += k
        k += 1
    return [i for i in range(2, n + 1) if not composite[i]]


@word("permutations", examples=("[1 2 3] permutations length is 6", '"abc" permutations at 1 is "acb"'))
def permutations(xs: list[T]) -> list[list[T]]:
    """All orders of the elements, by position, first those that keep the front."""
    n = len(xs)
    count = factorial(n)
    return [[xs[k] for k in permutation_places(n, number)] for number in range(count)]


def permutation_places(n: int, number: int) -> list[int]:
    """The permutation of 0..n-1 with this number in lexicographic order."""
    places = [i for i in range(n)]
    out = [0] * n
    rest = number
    block = factorial(n)
    for k in range(n):
        block = block // (n - k)
        which = rest // block
        rest = rest % block
        out[k] = places[which]
        for i in range(which, n - k - 1):
            places[i] = places[i + 1]
    return out


@word("combinations", examples=("[1 2 3] combinations 2 is [[1 2] [1 3] [2 3]]", '"abc" combinations 3 is ["abc"]'))
def combinations(xs: list[T], size: int) -> list[list[T]]:
    """All ways to take size elements in their order, by position. Stops with `argument` below 0."""
    n = len(xs)
    if size < 0:
        stop("argument")
    out: list[list[T]] = []
    if size > n:
        return out
    places = [i for i in range(size)]
    while True:
        out.append([xs[place] for place in places])
        k = size - 1
        while k >= 0 and places[k] == n - size + k:
            k -= 1
        if k < 0:
            return out
        places[k] += 1
        for i in range(k + 1, size):
            places[i] = places[i - 1] + 1


@word("subsets", examples=("[1 2] subsets is [[] [1] [2] [1 2]]", '"abc" subsets length is 8'), synonyms=("powerset",))
def subsets(xs: list[T]) -> list[list[T]]:
    """All selections of elements in their order: number m takes those at the set bits of m. Stops with `overflow` above 62."""
    n = len(xs)
    if n > 62:
        stop("overflow")
    return [[xs[i] for i in range(n) if (m >> i) & 1 == 1] for m in range(shift_left_wrap(1, n))]

"""Programs as users write them, with arguments: the elaborator's functions must agree with CPython on each."""

# ruff: noqa: B007, B905, C416, E731, SIM110

from __future__ import annotations

from typing import Any, Final

from siglum.frontend.python.scalars import u8


def add1(x: int) -> int:
    return x + 1


def sumsq(xs: list[int]) -> int:
    total = 0
    for x in xs:
        if x % 2 == 0:
            total += x * x
    return total


def fused(xs: list[int]) -> int:
    return sum([x * x for x in xs if x % 2 == 0])


def evens(xs: list[int]) -> list[int]:
    return [x for x in xs if x % 2 == 0]


def gcd(a: int, b: int) -> int:
    while b != 0:
        a, b = b, a % b
    return a


def sortit(xs: list[int]) -> list[int]:
    ys = list(xs)
    for i in range(1, len(ys)):
        v = ys[i]
        j = i
        while j > 0 and ys[j - 1] > v:
            ys[j] = ys[j - 1]
            j -= 1
        ys[j] = v
    return ys


def anyneg(xs: list[int]) -> bool:
    for x in xs:
        if x < 0:
            return True
    return False


def fib(n: int) -> int:
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def primes(n: int) -> list[int]:
    sieve = [True] * (n + 1)
    out: list[int] = []
    for i in range(2, n + 1):
        if sieve[i]:
            out.append(i)
            for j in range(i * i, n + 1, i):
                sieve[j] = False
    return out


def maxi(xs: list[int]) -> int | None:
    best: int | None = None
    for x in xs:
        if best is None or best < x:
            best = x
    return best


def rle(s: str) -> list[tuple[str, int]]:
    out: list[tuple[str, int]] = []
    i = 0
    while i < len(s):
        j = i
        while j < len(s) and s[j] == s[i]:
            j += 1
        out.append((s[i : i + 1], j - i))
        i = j
    return out


def collatz(n: int) -> int:
    steps = 0
    while n != 1:
        if n % 2 == 0:
            n = n // 2
        else:
            n = 3 * n + 1
        steps += 1
    return steps


def mean(xs: list[float]) -> float:
    if not xs:
        return 0.0
    return sum(xs) / len(xs)


def vowels(s: str) -> int:
    return sum([1 for c in s if c in "aeiou"])


def rev(s: str) -> str:
    return s[::-1]


def palin(s: str) -> bool:
    return s == s[::-1]


def find(xs: list[int], y: int) -> int:
    for i, x in enumerate(xs):
        if x == y:
            return i
    return -1


def dot(xs: list[int], ys: list[int]) -> int:
    return sum([x * y for x, y in zip(xs, ys)])


def matrix(n: int) -> list[list[int]]:
    return [[i * j for j in range(n)] for i in range(n)]


def hist(xs: list[int]) -> list[int]:
    h = [0] * 10
    for x in xs:
        h[x] += 1
    return h


def lines(s: str) -> list[str]:
    return s.splitlines()


def st(s: str) -> str:
    return s.strip()


def sp(s: str) -> list[str]:
    return s.split(",")


def spw(s: str) -> list[str]:
    return s.split()


def rp(s: str) -> str:
    return s.replace("ab", "x")


def wordcount(s: str) -> int:
    n = 0
    for w in s.split():
        if w.startswith("a") or w.endswith("z"):
            n += 1
    return n


def early(xs: list[int]) -> int:
    for x in xs:
        if x == 0:
            break
        if x < 0:
            continue
        if x > 100:
            return x
    return -1


def nested(xs: list[int], ys: list[int]) -> tuple[int, int]:
    for i in range(len(xs)):
        for j in range(len(ys)):
            if xs[i] + ys[j] == 10:
                return (i, j)
    return (-1, -1)


def classify(x: int) -> str:
    if x < 0:
        return "neg"
    elif x == 0:
        return "zero"
    s = "pos"
    if x > 100:
        s = "big"
    return s + "!"


def mutate(n: int) -> list[int]:
    a = [0] * n
    b = a
    b[0] = 5
    a[1] = 7
    return b


def lam(xs: list[int]) -> list[int]:
    f = lambda x: x * 3
    return [f(x) for x in xs]


def helper(xs: list[int]) -> int:
    def sq(x: int) -> int:
        return x * x

    return sum(sq(x) for x in xs)


def strbuild(n: int) -> str:
    s = ""
    for i in range(n):
        s += "ab"
    return s


def chars(s: str) -> list[int]:
    return [ord(c) - ord("a") for c in s]


def caesar(s: str, k: int) -> str:
    return "".join([chr((ord(c) - 97 + k) % 26 + 97) if "a" <= c <= "z" else c for c in s])


def optional(xs: list[int], y: int) -> int | None:
    for i, x in enumerate(xs):
        if x == y:
            return i
    return None


def useopt(xs: list[int]) -> int:
    r = optional(xs, 3)
    if r is None:
        return -1
    return r * 2


def pairs(xs: list[tuple[int, int]]) -> int:
    t = 0
    for a, b in xs:
        t += a * b
    return t


def zipped(a: list[float], b: list[float]) -> float:
    return sum([x * y for x, y in zip(a, b)])


def axpy(a: float, x: list[float], y: list[float]) -> list[float]:
    return [a * p + q for p, q in zip(x, y)]


def slices(xs: list[int]) -> list[int]:
    return xs[1:-1] + xs[:2] + xs[-3:]


def whiletrue(n: int) -> int:
    k = 0
    while True:
        k += 1
        if k * k > n:
            break
    return k


def mm(a: list[list[int]], b: list[list[int]]) -> list[list[int]]:
    n = len(a)
    out: list[list[int]] = []
    for i in range(n):
        row = [0] * len(b[0])
        for j in range(len(b[0])):
            t = 0
            for k in range(len(b)):
                t += a[i][k] * b[k][j]
            row[j] = t
        out.append(row)
    return out


def clampu8(xs: list[int]) -> list[u8]:
    return [min(max(x, 0), 255) for x in xs]


def sumu8(xs: list[u8]) -> int:
    return sum(xs)


def shifts(x: int) -> int:
    return (x << 3) ^ (x >> 2) | (x & 7)


def asserting(x: int) -> int:
    assert x > 0, "positive"
    return x


def minmax(xs: list[int]) -> tuple[int, int]:
    return (min(xs), max(xs))


def anyall(xs: list[int]) -> bool:
    return any(x > 3 for x in xs) and all(x < 10 for x in xs)


def rng(n: int) -> list[int]:
    return [i for i in range(n, 0, -2)]


def divs(a: int, b: int) -> tuple[int, int]:
    return a // b, a % b


def truediv(a: int, b: int) -> float:
    return a / b


def twosum(xs: list[int], t: int) -> list[int]:
    for i in range(len(xs)):
        for j in range(i + 1, len(xs)):
            if xs[i] + xs[j] == t:
                return [i, j]
    return []


def fibl(n: int) -> list[int]:
    a, b = 0, 1
    out = []
    for _ in range(n):
        out.append(a)
        a, b = b, a + b
    return out


def bubble(xs: list[int]) -> list[int]:
    a = xs[:]
    n = len(a)
    for i in range(n):
        for j in range(n - 1 - i):
            if a[j] > a[j + 1]:
                a[j], a[j + 1] = a[j + 1], a[j]
    return a


def stack(s: str) -> bool:
    st: list[str] = []
    for c in s:
        if c == "(":
            st.append(c)
        elif c == ")":
            if not st:
                return False
            st.pop()
    return len(st) == 0


def roundit(x: float) -> int:
    return round(x)


def dictget(d: dict[str, int], k: str) -> int:
    return d.get(k, 0) + len(d)


def multi(n: int) -> int:
    total = 0
    i = 0
    while i < n:
        i += 1
        if i % 3 == 0:
            continue
        if i > 50:
            break
        j = 0
        while j < i:
            if j == 7:
                break
            total += j
            j += 1
    return total


def enumrev(xs: list[int]) -> list[int]:
    out: list[int] = []
    for i, x in enumerate(reversed(xs)):
        out.append(i * x)
    return out


def condret(a: int, b: int) -> int:
    if a > 0:
        if b > 0:
            return 1
    else:
        if b < 0:
            return 2
    return 3


def inplace(xs: list[int]) -> list[int]:
    ys = [x for x in xs]
    for i, y in enumerate(ys):
        ys[i] = y * 2
    return ys


def charfreq(s: str) -> list[int]:
    f = [0] * 26
    for c in s:
        if c >= "a" and c <= "z":
            f[ord(c) - ord("a")] += 1
    return f


def floaty(x: float) -> float:
    return (x**2 + 1.5) / 2


CASES: Final[tuple[tuple[Any, tuple[Any, ...]], ...]] = (
    (add1, (3,)),
    (sumsq, ([1, 2, 3, 4],)),
    (fused, ([1, 2, 3, 4],)),
    (evens, ([1, 2, 3, 4],)),
    (gcd, (12, 18)),
    (sortit, ([3, 1, 2, 5, 4],)),
    (anyneg, ([1, -1],)),
    (fib, (10,)),
    (primes, (30,)),
    (maxi, ([3, 9, 2],)),
    (maxi, ([],)),
    (rle, ("aabbbc",)),
    (collatz, (27,)),
    (mean, ([1.0, 2.0],)),
    (mean, ([],)),
    (vowels, ("hello",)),
    (rev, ("abc",)),
    (palin, ("abba",)),
    (find, ([1, 2, 3], 3)),
    (dot, ([1, 2], [3, 4, 5])),
    (matrix, (3,)),
    (hist, ([1, 2, 2],)),
    (lines, ("a\nb\r\nc",)),
    (st, ("  ab ",)),
    (sp, ("a,b,,c",)),
    (spw, (" a b  c ",)),
    (rp, ("abcab",)),
    (wordcount, ("abc fooz x",)),
    (early, ([1, -2, 200, 0],)),
    (early, ([0],)),
    (nested, ([1, 2, 3], [9, 8])),
    (classify, (5,)),
    (classify, (500,)),
    (classify, (-1,)),
    (mutate, (3,)),
    (lam, ([1, 2],)),
    (helper, ([1, 2],)),
    (strbuild, (3,)),
    (chars, ("abc",)),
    (caesar, ("Abz", 3)),
    (optional, ([1, 3], 3)),
    (optional, ([], 3)),
    (useopt, ([1, 3],)),
    (useopt, ([],)),
    (pairs, ([(1, 2), (3, 4)],)),
    (zipped, ([1.0, 2.0], [3.0, 4.0])),
    (axpy, (2.0, [1.0], [3.0])),
    (slices, ([1, 2, 3, 4, 5],)),
    (slices, ([1],)),
    (whiletrue, (50,)),
    (mm, ([[1, 2], [3, 4]], [[5, 6], [7, 8]])),
    (clampu8, ([300, -5, 7],)),
    (sumu8, ([1, 255],)),
    (shifts, (77,)),
    (asserting, (5,)),
    (minmax, ([3, 1, 2],)),
    (anyall, ([1, 5],)),
    (rng, (9,)),
    (divs, (-7, 2)),
    (truediv, (7, 2)),
    (twosum, ([1, 5, 9], 14)),
    (twosum, ([1], 14)),
    (fibl, (10,)),
    (bubble, ([5, 2, 8, 1],)),
    (stack, ("(()",)),
    (stack, ("())",)),
    (stack, ("(())",)),
    (roundit, (2.5,)),
    (roundit, (-3.7,)),
    (dictget, ({"a": 3}, "a")),
    (multi, (100,)),
    (enumrev, ([1, 2, 3],)),
    (condret, (1, 1)),
    (condret, (1, -1)),
    (condret, (-1, -1)),
    (condret, (-1, 1)),
    (inplace, ([1, 2],)),
    (charfreq, ("hello",)),
    (floaty, (3.0,)),
)

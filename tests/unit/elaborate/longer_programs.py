"""Programs that build lists and texts step by step, recur, or keep state; as in `programs`."""

# ruff: noqa: C416, RUF005

from __future__ import annotations

import math
from typing import Any, Final


def un1(n: int) -> list[int]:
    out = []
    for i in range(n):
        for j in range(i):
            out.append((i, j)[0] * j)
    return out


def un2(s: str) -> list[str]:
    parts = []
    cur = ""
    for c in s:
        if c == ",":
            parts.append(cur)
            cur = ""
        else:
            cur += c
    parts.append(cur)
    return parts


def un3(n: int) -> list[list[int]]:
    rows = []
    while n > 0:
        row = []
        for k in range(n):
            row.append(k)
        rows.append(row)
        n -= 1
    return rows


def delayed(xs: list[int]) -> int:
    sq = [x * x for x in xs]
    ev = [y for y in sq if y % 2 == 0]
    return sum(ev)


def empty(n: int) -> int:
    out = []
    return len(out) + n


def swap(xs: list[int]) -> list[int]:
    a = list(xs)
    b = [0] * len(xs)
    for _ in range(3):
        for i in range(len(a)):
            b[i] = a[len(a) - 1 - i] + 1
        a, b = b, a
    return a


def pascal(n: int) -> list[int]:
    row = [1]
    for _ in range(n):
        row = [1] + [row[i] + row[i + 1] for i in range(len(row) - 1)] + [1]
    return row


def text2(xs: list[str]) -> str:
    return ", ".join([x for x in xs if x != ""])


def lev(a: str, b: str) -> int:
    prev = [j for j in range(len(b) + 1)]
    for i in range(len(a)):
        cur = [i + 1]
        for j in range(len(b)):
            cost = 0 if a[i] == b[j] else 1
            cur.append(min(min(cur[j] + 1, prev[j + 1] + 1), prev[j] + cost))
        prev = cur
    return prev[len(b)]


def qs(xs: list[int]) -> list[int]:
    if len(xs) <= 1:
        return xs
    p = xs[0]
    return qs([x for x in xs[1:] if x < p]) + [p] + qs([x for x in xs[1:] if x >= p])


def hanoi(n: int) -> int:
    return 0 if n == 0 else 2 * hanoi(n - 1) + 1


def ackish(m: int, n: int) -> int:
    if m == 0:
        return n + 1
    if n == 0:
        return ackish(m - 1, 1)
    return ackish(m - 1, ackish(m, n - 1))


def digs(n: int) -> list[int]:
    out: list[int] = []
    while n > 0:
        out.append(n % 10)
        n //= 10
    return out[::-1]


def isprime(n: int) -> bool:
    if n < 2:
        return False
    i = 2
    while i * i <= n:
        if n % i == 0:
            return False
        i += 1
    return True


def primesum(n: int) -> int:
    return sum(i for i in range(n) if isprime(i))


def kadane(xs: list[int]) -> int:
    best = xs[0]
    cur = 0
    for x in xs:
        cur = max(x, cur + x)
        best = max(best, cur)
    return best


def mode(xs: list[int]) -> tuple[int, int]:
    best = (0, 0)
    for x in xs:
        c = xs.count(x)
        if c > best[1]:
            best = (x, c)
    return best


def chain(x: int) -> bool:
    return 0 < x < 10 != 5


def unpacks(xs: list[int]) -> int:
    a, b, c = xs
    (d, e), f = (a, b), c
    return d * 100 + e * 10 + f


def negidx(xs: list[int]) -> int:
    return xs[-1] * 10 + xs[-2]


def boolsum(xs: list[int]) -> int:
    return sum([x > 2 for x in xs])


def flat(xss: list[list[int]]) -> list[int]:
    return [x for xs in xss for x in xs if x > 0]


def anyflat(xss: list[list[int]]) -> bool:
    return any(x == 3 for xs in xss for x in xs)


def ifexpopt(x: int) -> int | None:
    return x if x > 0 else None


def listopt(xs: list[int]) -> list[int]:
    return [x if x > 0 else -x for x in xs]


def tern(a: float, n: int) -> float:
    return a * n + n / 2 - 1


def cmpstr(a: str, b: str) -> int:
    if a < b:
        return -1
    if a == b:
        return 0
    return 1


def growstr(s: str) -> str:
    out = ""
    t = out
    for c in s:
        out += c + c
    return out + t


def maxlen(xs: list[str]) -> str:
    best = ""
    for x in xs:
        if len(x) > len(best):
            best = x
    return best


def partial(xs: list[int]) -> int:
    total = 0
    for i in range(0, len(xs), 2):
        total += xs[i]
    for i in range(len(xs) - 1, -1, -1):
        total = total * 2 + xs[i]
    return total


def whole(x: float) -> int:
    return math.floor(x) * 100 + math.ceil(x) * 10 + math.trunc(x)


def hypotenuse(x: float, y: float) -> float:
    return math.sqrt(x * x + y * y)


CASES: Final[tuple[tuple[Any, tuple[Any, ...]], ...]] = (
    (un1, (4,)),
    (un2, ("a,bc,",)),
    (un3, (3,)),
    (delayed, ([1, 2, 3, 4],)),
    (empty, (3,)),
    (swap, ([1, 2, 3],)),
    (pascal, (5,)),
    (text2, (["a", "", "b"],)),
    (lev, ("kitten", "sitting")),
    (qs, ([3, 1, 2, 9, 0],)),
    (hanoi, (5,)),
    (ackish, (2, 3)),
    (digs, (1234,)),
    (primesum, (30,)),
    (kadane, ([-2, 1, -3, 4, -1, 2, 1, -5, 4],)),
    (mode, ([1, 2, 2, 3],)),
    (chain, (3,)),
    (unpacks, ([1, 2, 3],)),
    (negidx, ([1, 2, 3],)),
    (boolsum, ([1, 3, 5],)),
    (flat, ([[1, -2], [3]],)),
    (anyflat, ([[1], [3, 4]],)),
    (anyflat, ([[1], []],)),
    (ifexpopt, (3,)),
    (ifexpopt, (-3,)),
    (listopt, ([1, -1],)),
    (tern, (1.5, 3)),
    (cmpstr, ("ab", "b")),
    (cmpstr, ("b", "b")),
    (growstr, ("abc",)),
    (maxlen, (["a", "ccc", "bb"],)),
    (partial, ([1, 2, 3],)),
    (whole, (2.5,)),
    (whole, (-2.5,)),
    (hypotenuse, (3.0, 4.0)),
)

"""The 25 functions of Warren's Hacker's Delight that Gulwani, Jha, Tiwari and Venkatesan took for "Synthesis of loop-free
programs" (PLDI 2011), at 32 bits: for each a reference that says bit by bit what is meant, and nothing of how it is found.

`OPERATIONS` are those of the known program, `length` is its length in operations; `formula` is that program in SMT-LIB, which is
what cvc5 is given to imitate. Imports `siglum` for the names of types.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from siglum import i32, u32

BITS = 32


# What the references are made of --------------------------------------------------------------------------------
def trailing_zeros(x: int) -> int:
    """Zeros below the rightmost 1-bit; 32 where there is none."""
    count = 0
    for k in range(32):
        if count == k and (x >> k) & 1 == 0:
            count = k + 1
    return count


def leading_zeros(x: int) -> int:
    """Zeros above the leftmost 1-bit; 32 where there is none."""
    count = 0
    for k in range(32):
        if count == k and (x >> (31 - k)) & 1 == 0:
            count = k + 1
    return count


def ones(x: int) -> int:
    """How many bits are 1."""
    count = 0
    for k in range(32):
        count = count + ((x >> k) & 1)
    return count


def low(count: int) -> int:
    """`count` 1-bits at the right."""
    return (1 << count) - 1


# The functions --------------------------------------------------------------------------------------------------
def p1(x: u32) -> int:
    """Turns off the rightmost 1-bit."""
    return x - (1 << trailing_zeros(x)) if x != 0 else 0


def p2(x: u32) -> int:
    """Turns off the trailing 1-bits: zero exactly where x is of the form 2^n - 1."""
    return x - low(trailing_zeros(low(32) - x))


def p3(x: u32) -> int:
    """Keeps the rightmost 1-bit alone."""
    return 1 << trailing_zeros(x) if x != 0 else 0


def p4(x: u32) -> int:
    """A mask of the rightmost 1-bit and the zeros below it; all ones where there is no 1-bit."""
    return low(trailing_zeros(x) + 1) if x != 0 else low(32)


def p5(x: u32) -> int:
    """Spreads the rightmost 1-bit to the right; all ones where there is none."""
    return x + low(trailing_zeros(x))


def p6(x: u32) -> int:
    """Turns on the rightmost 0-bit."""
    return x + (1 << trailing_zeros(low(32) - x)) if x != low(32) else x


def p7(x: u32) -> int:
    """A 1-bit alone at the place of the rightmost 0-bit; zero where there is none."""
    return 1 << trailing_zeros(low(32) - x) if x != low(32) else 0


def p8(x: u32) -> int:
    """A mask of the trailing zeros."""
    return low(trailing_zeros(x))


def p9(x: i32) -> int:
    """The absolute value."""
    return -x if x < 0 else x


def p10(x: u32, y: u32) -> bool:
    """Whether x and y have equally many leading zeros."""
    return leading_zeros(x) == leading_zeros(y)


def p11(x: u32, y: u32) -> bool:
    """Whether x has fewer leading zeros than y."""
    return leading_zeros(x) < leading_zeros(y)


def p12(x: u32, y: u32) -> bool:
    """Whether x has at most as many leading zeros as y."""
    return leading_zeros(x) <= leading_zeros(y)


def p13(x: i32) -> int:
    """-1, 0 or 1 as x is negative, zero or positive."""
    if x < 0:
        return -1
    return 1 if x > 0 else 0


def p14(x: u32, y: u32) -> int:
    """The average, rounded down."""
    return (x + y) // 2


def p15(x: u32, y: u32) -> int:
    """The average, rounded up."""
    return (x + y + 1) // 2


def p16(x: u32, y: u32) -> int:
    """The larger one."""
    return x if x > y else y


def p17(x: u32) -> int:
    """Turns off the rightmost run of 1-bits."""
    start = trailing_zeros(x)
    result = x
    ended = False
    for k in range(32):
        if k >= start and not ended:
            if (x >> k) & 1 == 1:
                result = result - (1 << k)
            else:
                ended = True
    return result


def p18(x: u32) -> bool:
    """Whether x is a power of two."""
    return ones(x) == 1


def p19(x: u32, m: u32, k: u32) -> int:
    """Exchanges two fields of x: the one under m, and the one k bits above it, which must not overlap and must lie inside."""
    assert k > 0 and k < 32
    assert (m << k) & m == 0 and m << k <= low(32)
    return (x & ~(m | m << k)) | (x >> k & m) | (x & m) << k


def p20(x: u32) -> int:
    """The next greater number with equally many 1-bits, where there is one of 32 bits: the rightmost 01 becomes 10, and the
    1-bits below it go to the right end.
    """
    place = 0
    below = 0
    for k in range(31):
        if place == 0:
            if (x >> k) & 3 == 1:
                place = k + 1
            else:
                below = below + ((x >> k) & 1)
    assert place > 0
    return ((x >> place) + 1 << place) + low(below)


def p21(x: u32, a: u32, b: u32, c: u32) -> int:
    """Cycles through three different values: b for a, c for b, a for c."""
    assert a != b and b != c and a != c
    if x == a:
        return b
    if x == b:
        return c
    assert x == c
    return a


def p22(x: u32) -> int:
    """The parity: 1 where the number of 1-bits is odd."""
    return ones(x) % 2


def p23(x: u32) -> int:
    """The number of 1-bits, counted in each byte by itself."""
    return ones(x & 255) + (ones((x >> 8) & 255) << 8) + (ones((x >> 16) & 255) << 16) + (ones(x >> 24) << 24)


def p24(x: u32) -> int:
    """The least power of two that is not below x, and 0 for 0, where it has 32 bits."""
    assert x <= 1 << 31
    return 1 << (32 - leading_zeros(x - 1)) if x > 1 else x


def p25(x: u32, y: u32) -> int:
    """The higher half of the product, by long multiplication in digits of 16 bits."""
    a, b, c, d = x >> 16, x & 65535, y >> 16, y & 65535
    return a * c + ((a * d + b * c + (b * d >> 16)) >> 16)


class Task(NamedTuple):
    """One function: its number, the reference, the operations of the known program, its length, that program in SMT-LIB, and
    where the reference gives a result, in SMT-LIB too.
    """

    number: int
    reference: Callable[..., Any]
    operations: str
    length: int
    formula: str
    where: str = "true"

    @property
    def title(self) -> str:
        return re.split(r"[:;.]|, (?=where|16|and 0)", self.reference.__doc__ or "")[0].strip()


COMMON = "and or xor add sub neg not add:1 sub:1 and:1 lshr:1 lshr:31 ashr:31 shl:1 ult ule eq mul"
"""Operations that every task gets beside its own when it is run with the common set."""

TASKS = (
    Task(1, p1, "sub:1 and", 2, "(bvand x (bvsub x #x00000001))"),
    Task(2, p2, "add:1 and", 2, "(bvand x (bvadd x #x00000001))"),
    Task(3, p3, "neg and", 2, "(bvand x (bvneg x))"),
    Task(4, p4, "sub:1 xor", 2, "(bvxor x (bvsub x #x00000001))"),
    Task(5, p5, "sub:1 or", 2, "(bvor x (bvsub x #x00000001))"),
    Task(6, p6, "add:1 or", 2, "(bvor x (bvadd x #x00000001))"),
    Task(7, p7, "not add:1 and", 3, "(bvand (bvnot x) (bvadd x #x00000001))"),
    Task(8, p8, "sub:1 not and", 3, "(bvand (bvnot x) (bvsub x #x00000001))"),
    Task(9, p9, "ashr:31 xor sub", 3, "(let ((a (bvashr x #x0000001f))) (bvsub (bvxor x a) a))"),
    Task(10, p10, "and xor ule", 3, "(bvule (bvxor x y) (bvand x y))"),
    Task(11, p11, "not and ult", 3, "(bvult y (bvand x (bvnot y)))"),
    Task(12, p12, "not and ule", 3, "(bvule (bvand y (bvnot x)) x)"),
    Task(13, p13, "ashr:31 neg lshr:31 or", 4, "(bvor (bvashr x #x0000001f) (bvlshr (bvneg x) #x0000001f))"),
    Task(14, p14, "and xor lshr:1 add", 4, "(bvadd (bvand x y) (bvlshr (bvxor x y) #x00000001))"),
    Task(15, p15, "or xor lshr:1 sub", 4, "(bvsub (bvor x y) (bvlshr (bvxor x y) #x00000001))"),
    Task(16, p16, "xor -ule and", 4, "(bvxor y (bvand (bvxor x y) (ite (bvule y x) #xffffffff #x00000000)))"),
    Task(17, p17, "sub:1 or add:1 and", 4, "(bvand x (bvadd (bvor x (bvsub x #x00000001)) #x00000001))"),
    Task(18, p18, "sub:1 and ne:0 eq:0", 6, "(and (= (bvand x (bvsub x #x00000001)) #x00000000) (distinct x #x00000000))"),
    Task(
        19, p19, "lshr xor and shl", 6, "(let ((a (bvand m (bvxor x (bvlshr x k))))) (bvxor x (bvxor a (bvshl a k))))",
        "(and (bvult #x00000000 k) (bvult k #x00000020) (= #x00000000 (bvand m (bvshl m k))) (= m (bvlshr (bvshl m k) k)))",
    ),
    Task(
        20, p20, "neg and add xor lshr:2 udiv or", 7,
        "(let ((a (bvand x (bvneg x)))) (let ((b (bvadd x a))) (bvor b (bvudiv (bvlshr (bvxor x b) #x00000002) a))))",
        "(and (distinct x #x00000000) (bvult x (bvadd x (bvand x (bvneg x)))))",
    ),
    Task(
        21, p21, "-eq xor and", 8, "(ite (= x a) b (ite (= x b) c a))",
        "(and (distinct a b c) (or (= x a) (= x b) (= x c)))",
    ),
    Task(
        22, p22, "lshr:1 xor lshr:2 and:0x11111111 mul:0x11111111 lshr:28 and:1", 8,
        "(let ((a (bvxor x (bvlshr x #x00000001)))) (let ((b (bvxor a (bvlshr a #x00000002)))) (bvand #x00000001 "
        "(bvlshr (bvmul #x11111111 (bvand #x11111111 b)) #x0000001c))))",
    ),
    Task(
        23, p23, "lshr:1 and:0x55555555 sub and:0x33333333 lshr:2 add lshr:4 and:0x0f0f0f0f", 10,
        "(let ((a (bvsub x (bvand #x55555555 (bvlshr x #x00000001))))) (let ((b (bvadd (bvand #x33333333 a) (bvand #x33333333 "
        "(bvlshr a #x00000002))))) (bvand #x0f0f0f0f (bvadd b (bvlshr b #x00000004)))))",
    ),
    Task(
        24, p24, "sub:1 lshr:1 or lshr:2 lshr:4 lshr:8 lshr:16 add:1", 12,
        "(let ((a (bvsub x #x00000001))) (let ((b (bvor a (bvlshr a #x00000001)))) (let ((c (bvor b (bvlshr b #x00000002)))) "
        "(let ((d (bvor c (bvlshr c #x00000004)))) (let ((e (bvor d (bvlshr d #x00000008)))) (bvadd #x00000001 "
        "(bvor e (bvlshr e #x00000010))))))))",
        "(bvule x #x80000000)",
    ),
    Task(
        25, p25, "and:0xffff lshr:16 mul add", 16,
        "((_ extract 63 32) (bvmul (concat #x00000000 x) (concat #x00000000 y)))",
    ),
)  # fmt: skip

"""What the C functions of the benchmark data mean, in Python; their prototypes are C's own."""

from siglum import i32, i64, prototype, u8, u32, u64

MASK = 0xFFFFFFFF


@prototype("int32_t f_abs(int32_t x)")
def f_abs(x: i32) -> i32:
    # the least i32 has no positive counterpart and comes back as it is
    return x if x >= 0 or x == -0x80000000 else -x


@prototype("uint32_t f_avg(uint32_t x, uint32_t y)")
def f_avg(x: u32, y: u32) -> u32:
    return (x + y) // 2


@prototype("int32_t f_sgn(int32_t x)")
def f_sgn(x: i32) -> i32:
    return 1 if x > 0 else -1 if x < 0 else 0


@prototype("int32_t f_min(int32_t x, int32_t y)")
def f_min(x: i32, y: i32) -> i32:
    return min(x, y)


@prototype("uint32_t f_ispow2(uint32_t x)")
def f_ispow2(x: u32) -> u32:
    found = 0
    for k in range(32):
        if x == 1 << k:
            found = 1
    return found


@prototype("uint32_t f_clp2(uint32_t x)")
def f_clp2(x: u32) -> u32:
    # the least power of two from x on, modulo 2^32
    power = 0
    for k in range(31, -1, -1):
        if 1 << k >= x:
            power = 1 << k
    return power if x > 0 else 0


@prototype("uint32_t f_pop(uint32_t x)")
def f_pop(x: u32) -> u32:
    count = 0
    for k in range(32):
        count += x >> k & 1
    return count


@prototype("uint32_t f_popb(uint64_t x)")
def f_popb(x: u64) -> u32:
    count = 0
    for k in range(64):
        count += i64(x >> k & 1)
    return count


@prototype("uint32_t f_nlz(uint32_t x)")
def f_nlz(x: u32) -> u32:
    zeros = 32
    for k in range(32):
        if x >> k & 1 == 1:
            zeros = 31 - k
    return zeros


@prototype("uint32_t f_ctz(uint32_t x)")
def f_ctz(x: u32) -> u32:
    zeros = 32
    for k in range(31, -1, -1):
        if x >> k & 1 == 1:
            zeros = k
    return zeros


@prototype("uint32_t f_par(uint32_t x)")
def f_par(x: u32) -> u32:
    parity = 0
    for k in range(32):
        parity ^= x >> k & 1
    return parity


@prototype("uint32_t f_rev(uint32_t x)")
def f_rev(x: u32) -> u32:
    found = 0
    for k in range(32):
        found |= (x >> k & 1) << (31 - k)
    return found


@prototype("uint64_t f_bswap(uint64_t x)")
def f_bswap(x: u64) -> u64:
    found = x & 0
    for k in range(8):
        found |= (x >> 8 * k & 255) << (56 - 8 * k)
    return found


@prototype("int32_t f_clamp(int32_t x, int32_t lo, int32_t hi)")
def f_clamp(x: i32, lo: i32, hi: i32) -> i32:
    return lo if x < lo else min(x, hi)


@prototype("int32_t f_sadd(int32_t a, int32_t b)")
def f_sadd(a: i32, b: i32) -> i32:
    return max(-0x80000000, min(a + b, 0x7FFFFFFF))


@prototype("uint32_t f_usadd(uint32_t a, uint32_t b)")
def f_usadd(a: u32, b: u32) -> u32:
    return min(a + b, MASK)


@prototype("uint64_t f_mulhi(uint64_t a, uint64_t b)")
def f_mulhi(a: u64, b: u64) -> u64:
    # the four products of 32-bit halves, as by hand
    a_low, a_high, b_low, b_high = a & MASK, a >> 32, b & MASK, b >> 32
    low, across, back, high = a_low * b_low, a_low * b_high, a_high * b_low, a_high * b_high
    carried = (low >> 32) + (across & MASK) + (back & MASK)
    return high + (across >> 32) + (back >> 32) + (carried >> 32)


@prototype("int32_t f_smulhi(int32_t a, int32_t b)")
def f_smulhi(a: i32, b: i32) -> i32:
    return a * b >> 32


@prototype("int32_t f_sdiv7(int32_t x)")
def f_sdiv7(x: i32) -> i32:
    return x // 7 if x >= 0 else -(-x // 7)


@prototype("uint32_t f_udiv10(uint32_t x)")
def f_udiv10(x: u32) -> u32:
    return x // 10


@prototype("uint32_t f_umod3(uint32_t x)")
def f_umod3(x: u32) -> u32:
    return x % 3


@prototype("int64_t f_sdiv10_64(int64_t x)")
def f_sdiv10_64(x: i64) -> i64:
    # towards zero: one more than the floor below zero, where something is left over
    return x // 10 + (1 if x < 0 and x % 10 != 0 else 0)


@prototype("uint32_t f_rotl(uint32_t x, uint32_t n)")
def f_rotl(x: u32, n: u32) -> u32:
    n = n % 32
    return (x << n | x >> (32 - n)) & MASK


@prototype("uint32_t f_snoob(uint32_t x)")
def f_snoob(x: u32) -> u32:
    # the next number with as many ones; Hacker's Delight, 2-1
    smallest = x & -x
    ripple = (x + smallest) & MASK
    ones = (x ^ ripple) // 4 // smallest
    return ripple | ones


@prototype("uint64_t f_mort(uint32_t a)")
def f_mort(a: u32) -> u64:
    # bit k goes to bit 2k
    found = u64(0)
    for k in range(32):
        found |= u64(a >> k & 1) << 2 * k
    return found


@prototype("void f_sort3(int32_t p[3])")
def f_sort3(p: list[i32]) -> list[i32]:
    a, b, c = p[0], p[1], p[2]
    return [min(a, min(b, c)), max(min(a, b), min(max(a, b), c)), max(a, max(b, c))]


@prototype("void f_vadd8(int32_t d[8], const int32_t a[8], const int32_t b[8])")
def f_vadd8(a: list[i32], b: list[i32]) -> list[i32]:
    return [wrapped(x + y) for x, y in zip(a, b)]  # noqa: B905


@prototype("void f_vadd4(int32_t d[4], const int32_t a[4], const int32_t b[4])")
def f_vadd4(a: list[i32], b: list[i32]) -> list[i32]:
    return [wrapped(x + y) for x, y in zip(a, b)]  # noqa: B905


@prototype("void f_vmin8(int32_t d[8], const int32_t a[8], const int32_t b[8])")
def f_vmin8(a: list[i32], b: list[i32]) -> list[i32]:
    return [min(x, y) for x, y in zip(a, b)]  # noqa: B905


@prototype("void f_vmax4(int32_t d[4], const int32_t a[4], const int32_t b[4])")
def f_vmax4(a: list[i32], b: list[i32]) -> list[i32]:
    return [max(x, y) for x, y in zip(a, b)]  # noqa: B905


@prototype("void f_vmul8(int32_t d[8], const int32_t a[8], const int32_t b[8])")
def f_vmul8(a: list[i32], b: list[i32]) -> list[i32]:
    return [wrapped(x * y) for x, y in zip(a, b)]  # noqa: B905


def wrapped(x: int) -> i32:
    """x modulo 2^32, as a signed number."""
    return ((x + 0x80000000) & MASK) - 0x80000000


@prototype("uint32_t f_sum(const uint32_t *p, size_t n)")
def f_sum(p: list[u32]) -> u32:
    total = 0
    for x in p:
        total = (total + x) & MASK
    return total


@prototype("const uint8_t *f_chr(const uint8_t *p, size_t n, uint8_t c)")
def f_chr(p: list[u8], c: u8) -> int | None:
    for i, x in enumerate(p):
        if x == c:
            return i
    return None


@prototype("void f_reverse(uint8_t *p, size_t n)")
def f_reverse(p: list[u8]) -> list[u8]:
    found = list(p)
    i = 0
    j = len(found)
    while i + 1 < j:
        j -= 1
        found[i], found[j] = found[j], found[i]
        i += 1
    return found

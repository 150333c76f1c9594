"""What the pieces of machine code in `code.txt` should mean, and their C prototypes. Read by the tests beside it."""

from siglum import f64, i8, i32, i64, prototype, u8, u32, u64

MASK = 0xFFFFFFFF


@prototype("uint64_t same64(uint64_t x)")
def same64(x: u64) -> u64:
    return x


@prototype("uint32_t same32(uint32_t x)")
def same32(x: u32) -> u32:
    return x


@prototype("bool is_zero(uint64_t x)")
def is_zero(x: u64) -> bool:
    return x == 0


@prototype("bool negated(bool b)")
def negated(b: bool) -> bool:
    return not b


@prototype("bool below(int32_t x)")
def below(x: i32) -> bool:
    return x <= 1000000007


@prototype("bool equal32(uint32_t a, uint32_t b)")
def equal32(a: u32, b: u32) -> bool:
    return a == b


@prototype("int32_t widened(int8_t x)")
def widened(x: i8) -> i32:
    return i32(x)


@prototype("int32_t absolute(int32_t x)")
def absolute(x: i32) -> i32:
    return x if x >= 0 or x == -0x80000000 else -x


@prototype("int32_t sign(int32_t x)")
def sign(x: i32) -> i32:
    return 1 if x > 0 else -1 if x < 0 else 0


@prototype("int32_t smaller(int32_t a, int32_t b)")
def smaller(a: i32, b: i32) -> i32:
    return min(a, b)


@prototype("int32_t larger(int32_t a, int32_t b)")
def larger(a: i32, b: i32) -> i32:
    return max(a, b)


@prototype("int32_t clamped(int32_t x, int32_t lo, int32_t hi)")
def clamped(x: i32, lo: i32, hi: i32) -> i32:
    return lo if x < lo else min(x, hi)


@prototype("uint32_t average(uint32_t a, uint32_t b)")
def average(a: u32, b: u32) -> u32:
    return (a + b) // 2


@prototype("int32_t saturated(int32_t a, int32_t b)")
def saturated(a: i32, b: i32) -> i32:
    return max(-0x80000000, min(a + b, 0x7FFFFFFF))


@prototype("uint32_t saturated_u(uint32_t a, uint32_t b)")
def saturated_u(a: u32, b: u32) -> u32:
    return min(a + b, MASK)


@prototype("uint32_t shifted(uint32_t x, uint32_t n)")
def shifted(x: u32, n: u32) -> u32:
    return (x << n) & MASK if n < 32 else 0


@prototype("uint32_t rotated(uint32_t x, uint32_t n)")
def rotated(x: u32, n: u32) -> u32:
    n = n % 32
    return (x << n | x >> (32 - n)) & MASK


@prototype("int32_t half(int32_t x)")
def half(x: i32) -> i32:
    return x // 2 if x >= 0 else -(-x // 2)


@prototype("int32_t seventh(int32_t x)")
def seventh(x: i32) -> i32:
    return x // 7 if x >= 0 else -(-x // 7)


@prototype("uint32_t tenth(uint32_t x)")
def tenth(x: u32) -> u32:
    return x // 10


@prototype("uint32_t seventh_u(uint32_t x)")
def seventh_u(x: u32) -> u32:
    return x // 7


@prototype("int32_t quotient(int32_t a, int32_t b)")
def quotient(a: i32, b: i32) -> i32:
    # as the hardware divides, 0 for a division by zero, and the least number for its division by -1
    if b == 0:
        return 0
    if b == -1:
        return -a if a != -0x80000000 else a
    found = abs(a) // abs(b)
    return found if (a < 0) == (b < 0) else -found


@prototype("uint64_t shares(uint64_t x)")
def shares(x: u64) -> u64:
    # a thousand shared out; by nobody, nothing
    return 1000 // (x ^ 0x123456789ABCDEF0) if x != 0x123456789ABCDEF0 else u64(0)


@prototype("bool power_of_two(uint64_t x)")
def power_of_two(x: u64) -> bool:
    found = False
    for k in range(64):
        if x == u64(1) << k:
            found = True
    return found


@prototype("uint32_t parity(uint32_t x)")
def parity(x: u32) -> u32:
    found = 0
    for k in range(32):
        found ^= x >> k & 1
    return found


@prototype("uint32_t ones(uint32_t x)")
def ones(x: u32) -> u32:
    found = 0
    for k in range(32):
        found += x >> k & 1
    return found


@prototype("uint32_t lowest(uint32_t x)")
def lowest(x: u32) -> u32:
    zeros = 32
    for k in range(31, -1, -1):
        if x >> k & 1 == 1:
            zeros = k
    return zeros


@prototype("uint32_t swapped(uint32_t x)")
def swapped(x: u32) -> u32:
    return (x & 255) << 24 | (x >> 8 & 255) << 16 | (x >> 16 & 255) << 8 | x >> 24


@prototype("int32_t product_high(int32_t a, int32_t b)")
def product_high(a: i32, b: i32) -> i32:
    return a * b >> 32


@prototype("uint64_t product(uint32_t a, uint32_t b)")
def product(a: u32, b: u32) -> u64:
    return u64(a) * u64(b)


@prototype("uint8_t squares(uint8_t x)")
def squares(x: u8) -> u8:
    return (x % 4) * (x % 4)


@prototype("double added(double x, double y, double z)")
def added(x: f64, y: f64, z: f64) -> f64:
    return x + y + z


@prototype("void sort2(int32_t p[2])")
def sort2(p: list[i32]) -> list[i32]:
    return [min(p[0], p[1]), max(p[0], p[1])]


@prototype("void sort3(int32_t p[3])")
def sort3(p: list[i32]) -> list[i32]:
    a, b, c = p[0], p[1], p[2]
    return [min(a, min(b, c)), max(min(a, b), min(max(a, b), c)), max(a, max(b, c))]


@prototype("void copied(int32_t d[4], const int32_t a[4])")
def copied(a: list[i32]) -> list[i32]:
    return [a[0], a[1], a[2], a[3]]


@prototype("void filled(uint8_t d[8], uint8_t c)")
def filled(c: u8) -> list[u8]:
    return [c, c, c, c, c, c, c, c]


@prototype("void smaller4(int32_t d[4], const int32_t a[4], const int32_t b[4])")
def smaller4(a: list[i32], b: list[i32]) -> list[i32]:
    return [min(a[0], b[0]), min(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])]


@prototype("uint32_t sum4(uint32_t p[4])")
def sum4(p: list[u32]) -> u32:
    return (p[0] + p[1] + p[2] + p[3]) & MASK


@prototype("uint32_t total(const uint32_t *p, size_t n)")
def total(p: list[u32]) -> u32:
    found = 0
    for x in p:
        found = (found + x) & MASK
    return found


@prototype("const uint8_t *find(const uint8_t *p, size_t n, uint8_t c)")
def find(p: list[u8], c: u8) -> i64 | None:
    for i, x in enumerate(p):
        if x == c:
            return i
    return None


@prototype("uint64_t count(const uint8_t *p, size_t n)")
def count(p: list[u8]) -> u64:
    found = u64(0)
    for x in p:
        if x == 7:
            found += 1
    return found


@prototype("void reverse(uint8_t *p, size_t n)")
def reverse(p: list[u8]) -> list[u8]:
    found = list(p)
    i = 0
    j = len(found)
    while i + 1 < j:
        j -= 1
        found[i], found[j] = found[j], found[i]
        i += 1
    return found

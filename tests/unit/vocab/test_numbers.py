"""Words on single numbers agree with Python's integers and floats."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siglum.errors import Stop
from siglum.vocab import arithmetic, bits, combinatorics, numbers

I64 = st.integers(-(2**63), 2**63 - 1)
SMALL = st.integers(-1000, 1000)
FLOATS = st.floats()
EDGES = [-(2**63), -(2**63) + 1, -1, 0, 1, 2, 2**31, 2**32, 2**53, 2**62, 2**63 - 1]


def stops(kind: str, function: object, *arguments: object) -> None:
    with pytest.raises(Stop) as caught:
        function(*arguments)  # type: ignore[operator]
    assert caught.value.kind == kind


@given(I64, I64)
def test_gcd_and_lcm_are_those_of_math(x: int, y: int) -> None:
    assert numbers.greatest_common_divisor(x, y) == math.gcd(x, y)
    assert numbers.least_common_multiple(x, y) == math.lcm(x, y)
    assert numbers.coprime(x, y) == (math.gcd(x, y) == 1)


@given(st.integers(-30, 30), st.integers(0, 80))
def test_power_is_that_of_python(x: int, n: int) -> None:
    exact, found = x**n, arithmetic.power(x, n)
    assert found == exact if -(2**63) <= exact < 2**63 else not -(2**63) <= found < 2**63
    assert (found - exact) % 2**64 == 0


@given(st.floats(0.5, 2), st.integers(-20, 20))
def test_power_of_a_float_is_close_to_that_of_python(x: float, n: int) -> None:
    assert math.isclose(arithmetic.power_float(x, n), x**n, rel_tol=1e-13)


def test_negative_exponent_of_an_integer_stops() -> None:
    stops("argument", arithmetic.power, 2, -1)


@given(FLOATS)
def test_rounding_is_half_away_from_zero(x: float) -> None:
    if math.isfinite(x) and abs(x) < 2**62:
        down, up = math.floor(x), math.ceil(x)
        assert numbers.floor_to_integer(x) == down
        assert numbers.ceiling(x) == up
        assert numbers.truncated(x) == int(x)
        near = down if x - down < up - x else up if up - x < x - down else (up if x > 0 else down)
        assert numbers.round_half_away(x) == (int(x) if down == up else near)
    elif not math.isfinite(x) or abs(x) >= 2**63:
        if x != -(2.0**63):
            stops("range", numbers.round_half_away, x)


@given(FLOATS)
def test_float_classes(x: float) -> None:
    assert numbers.finite(x) == math.isfinite(x)
    assert numbers.not_a_number(x) == math.isnan(x)
    assert numbers.integral(x) == x.is_integer()
    if math.isfinite(x):
        assert numbers.fraction(x) == math.fmod(x, 1.0)
        assert numbers.unit_in_last_place(x) == math.ulp(x)
        if x != 0.0:
            assert numbers.binary_exponent(x) == math.frexp(x)[1] - 1


@given(st.integers(0, 2**63 - 1))
def test_integer_root(x: int) -> None:
    assert numbers.integer_root(x) == math.isqrt(x)


@given(st.integers(0, 3037000499), st.sampled_from([-1, 0, 1]))
def test_integer_root_beside_squares(root: int, off: int) -> None:
    x = max(0, root * root + off)
    assert numbers.integer_root(x) == math.isqrt(x)


def test_primes_below_5000_are_found_alike() -> None:
    naive = [n for n in range(5000) if n > 1 and all(n % d for d in range(2, math.isqrt(n) + 1))]
    assert combinatorics.primes(4999) == naive
    assert [combinatorics.primes(n) for n in range(-1, 4)] == [[], [], [], [2], [2, 3]]
    assert [n for n in range(-5, 5000) if numbers.prime(n)] == naive


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (9223372036854775783, True), (9223372036854775807, False), (2**61 - 1, True), (3215031751, False),
        (3825123056546413051, False), (1000000007 * 998244353, False), (10000000019, True), (10000000033, True),
        (99999999977, True), (100003 * 100019, False),
    ],
)  # fmt: skip
def test_large_primes(n: int, expected: bool) -> None:
    assert numbers.prime(n) == expected


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1), st.integers(1, 2**63 - 1))
def test_modular_power_is_that_of_python(x: int, n: int, m: int) -> None:
    assert numbers.modular_power(x, n, m) == pow(x, n, m)


@given(I64)
def test_digits(n: int) -> None:
    assert numbers.digits(n) == [int(c) for c in str(abs(n))]
    if n > -(2**63):
        assert numbers.from_digits(numbers.digits(n)) == abs(n)


@given(st.integers(1, 200000))
def test_factors_divisors_and_totient(n: int) -> None:
    found = numbers.factors(n)
    assert math.prod(found) == n and found == sorted(found) and all(numbers.prime(p) for p in found)
    if n < 3000:
        assert numbers.divisors(n) == [d for d in range(1, n + 1) if n % d == 0]
        assert numbers.totient(n) == sum(math.gcd(n, k) == 1 for k in range(1, n + 1))


@given(I64, st.integers(-100, 100))
def test_bits_are_those_of_python(x: int, k: int) -> None:
    u = x & 2**64 - 1
    assert bits.ones(x) == u.bit_count()
    assert bits.width(x) == u.bit_length()
    assert bits.leading(x) == 64 - u.bit_length()
    assert bits.trailing(x) == (64 if u == 0 else (u & -u).bit_length() - 1)
    assert bits.parity(x) == u.bit_count() % 2
    assert bits.bit_not(x) == ~x
    assert bits.reverse_bits(x) & 2**64 - 1 == int(f"{u:064b}"[::-1], 2)
    assert bits.swap_bytes(x) & 2**64 - 1 == int.from_bytes(u.to_bytes(8, "little"), "big")
    turned = (u << k % 64 | u >> 64 - k % 64) & 2**64 - 1
    assert bits.rotate_left(x, k) & 2**64 - 1 == turned
    assert bits.rotate_right(bits.rotate_left(x, k), k) == x
    assert sum(b << i for i, b in enumerate(bits.bits(x))) == u
    exact = x << k if k >= 0 else x >> -k
    if -(2**63) <= exact < 2**63:
        assert bits.shift(x, k) == exact
    else:
        stops("overflow", bits.shift, x, k)


@given(st.integers(1, 2**62))
def test_powers_of_two_around(x: int) -> None:
    assert bits.bit_floor(x) == 1 << x.bit_length() - 1
    assert bits.bit_ceiling(x) == 1 << (x - 1).bit_length()


@pytest.mark.parametrize("place", [0, 1, 31, 32, 63])
@pytest.mark.parametrize("x", EDGES)
def test_single_bits(x: int, place: int) -> None:
    u = x & 2**64 - 1
    assert bits.bit(x, place) == bool(u >> place & 1)
    assert bits.set_bit(x, place) & 2**64 - 1 == u | 1 << place
    assert bits.clear_bit(x, place) & 2**64 - 1 == u & ~(1 << place)
    assert bits.flip_bit(x, place) & 2**64 - 1 == u ^ 1 << place
    stops("argument", bits.bit, x, 64)


@given(st.integers(0, 60), st.integers(0, 60))
def test_counting(n: int, k: int) -> None:
    assert combinatorics.choose(n, k) == math.comb(n, k)
    assert combinatorics.arrangements(n, k) == math.perm(n, k)
    if n <= 20:
        assert combinatorics.factorial(n) == math.factorial(n)
    assert combinatorics.triangular(n) == n * (n + 1) // 2
    if n <= 30:
        assert combinatorics.catalan(n) == math.comb(2 * n, n) // (n + 1)


def test_partitions_and_fibonacci() -> None:
    assert [combinatorics.partitions(n) for n in range(11)] == [1, 1, 2, 3, 5, 7, 11, 15, 22, 30, 42]
    assert combinatorics.fibonacci(90) == 2880067194370816120
    stops("argument", combinatorics.factorial, -1)


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_hypotenuse_is_close_to_that_of_math(x: float, y: float) -> None:
    assert math.isclose(numbers.hypotenuse(x, y), math.hypot(x, y), rel_tol=1e-15, abs_tol=1e-323)


@given(I64)
def test_unsigned_and_back(x: int) -> None:
    if x < 0:
        stops("range", arithmetic.unsigned, x)
        stops("range", arithmetic.signed, x & 2**64 - 1)
    else:
        assert arithmetic.signed(arithmetic.unsigned(x)) == x

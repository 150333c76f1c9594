"""Between binary64 and decimal digits, exactly: the arithmetic behind printing and reading floats.

Large integers are arrays of 32-bit limbs, the lowest first. No words here, only what words call.
Imports `siglum.vocab.declare` and `siglum.vocab.intrinsics` only.
"""

from __future__ import annotations

from siglum.vocab.intrinsics import divide, float_bits, float_from_bits, leading_zeros, shift_left_wrap, truncate

LIMB = 4294967295


def short_decimal(x: float) -> tuple[int, int]:
    """(n, p) with n / 10**p reading as x, for 10**-5 <= x < 10**15 with at most 15 digits; (0, 0) where there is none."""
    scale = 1.0
    for p in range(20):
        scaled = x * scale
        if scaled >= 1e15:
            return (0, 0)
        n = truncate(scaled + 0.5)
        if divide(float(n), scale) == x:
            return (n, p)
        scale = scale * 10.0
    return (0, 0)


def power_of_ten(exponent: int, factor: int, size: int) -> list[int]:
    """factor * 10**exponent in size limbs."""
    out = [0] * size
    out[0] = factor & LIMB
    out[1] = factor >> 32
    used = 2
    left = exponent
    while left > 0:
        scale = 1
        for _ in range(min(left, 9)):
            scale = scale * 10
        left -= min(left, 9)
        carry = 0
        for k in range(used):
            carry = carry + out[k] * scale
            out[k] = carry & LIMB
            carry = carry >> 32
        if carry > 0:
            out[used] = carry
            used += 1
    return out


def times_power(limbs: list[int], exponent: int) -> list[int]:
    """limbs * 10**exponent, in as many limbs."""
    out = limbs[:]
    for _ in range(exponent):
        out = times_ten(out)
    return out


def shifted(limbs: list[int], count: int) -> list[int]:
    """limbs times 2**count, in as many limbs; what leaves at the top is lost."""
    size = len(limbs)
    skip = count >> 5
    bits = count & 31
    out = [0] * size
    for k in range(skip, size):
        low = limbs[k - skip - 1] if k > skip else 0
        out[k] = ((limbs[k - skip] << bits) | (low >> (32 - bits))) & LIMB
    return out


def bit_length(limbs: list[int]) -> int:
    """How many bits the number needs; 0 for 0."""
    k = len(limbs) - 1
    while k >= 0:
        if limbs[k] != 0:
            return 32 * k + 64 - leading_zeros(limbs[k])
        k -= 1
    return 0


def compare_limbs(a: list[int], b: list[int]) -> int:
    """The sign of a - b, for numbers of equally many limbs."""
    k = len(a) - 1
    while k >= 0:
        if a[k] != b[k]:
            return 1 if a[k] > b[k] else -1
        k -= 1
    return 0


def sum_compares(a: list[int], b: list[int], twice: bool, c: list[int]) -> int:
    """The sign of a + b - c, or of a + 2 b - c, for numbers of equally many limbs whose sums need no more."""
    carry = 0
    result = 0
    for k in range(len(a)):
        carry = carry + a[k] + (b[k] + b[k] if twice else b[k])
        limb = carry & LIMB
        carry = carry >> 32
        if limb != c[k]:
            result = 1 if limb > c[k] else -1
    return 1 if carry > 0 else result


def times_ten(limbs: list[int]) -> list[int]:
    """limbs times ten, in as many limbs."""
    out = [0] * len(limbs)
    carry = 0
    for k in range(len(limbs)):
        carry = carry + limbs[k] * 10
        out[k] = carry & LIMB
        carry = carry >> 32
    return out


def less_multiple(a: list[int], b: list[int], factor: int) -> list[int]:
    """a - b * factor, which is not negative, for numbers of equally many limbs."""
    out = [0] * len(a)
    carry = 0
    for k in range(len(a)):
        carry = carry + a[k] - b[k] * factor
        out[k] = carry & LIMB
        carry = carry >> 32
    return out


def shortest_digits(x: float) -> tuple[list[int], int]:
    """The fewest digits d1 d2 ... and the exponent k for which 0.d1d2... * 10**k reads as x, nearest x among those.

    x is positive and finite. Steele and White's free-format algorithm with exact integers.
    """
    bits = float_bits(x)
    field = bits >> 52
    mantissa = bits & 4503599627370495
    if field > 0:
        mantissa = mantissa | 4503599627370496
    e = max(field, 1) - 1075
    even = mantissa & 1 == 0
    # below a power of two the next float is half as far
    uneven = mantissa == 4503599627370496 and field > 1
    extra = 2 if uneven else 1
    size = 39
    # x = r / s; half the gap below is gap / s, above it is twice that where uneven
    width = 64 - leading_zeros(mantissa)
    k = truncate(float(e + width - 1) * 0.30102999566398120 + 325.0 + 0.9999999999) - 325
    r = shifted(power_of_ten(max(-k, 0), mantissa, size), max(e, 0) + extra)
    gap = shifted(power_of_ten(max(-k, 0), 1, size), max(e, 0))
    s = shifted(power_of_ten(max(k, 0), 1, size), max(-e, 0) + extra)
    # quotients of the highest limbs are exact to one where s fills most of its highest limb
    room = (27 - bit_length(s)) & 31
    r = shifted(r, room)
    s = shifted(s, room)
    gap = shifted(gap, room)
    top = (bit_length(s) - 1) >> 5
    above = sum_compares(r, gap, uneven, s)
    if above > 0 or (above == 0 and even):
        k += 1
    else:
        r = times_ten(r)
        gap = times_ten(gap)
    digits: list[int] = []
    while True:
        estimate = r[top] // (s[top] + 1)
        r = less_multiple(r, s, estimate)
        if compare_limbs(r, s) >= 0:
            r = less_multiple(r, s, 1)
            estimate += 1
        under = compare_limbs(r, gap)
        above = sum_compares(r, gap, uneven, s)
        low = under < 0 or (under == 0 and even)
        high = above > 0 or (above == 0 and even)
        if low or high:
            if low and high:
                middle = sum_compares(r, r, False, s)
                if middle > 0 or (middle == 0 and estimate & 1 == 1):
                    estimate += 1
            elif high:
                estimate += 1
            digits.append(estimate)
            return (digits, k)
        digits.append(estimate)
        r = times_ten(r)
        gap = times_ten(gap)


def ratio_to_float(a: list[int], b: list[int]) -> float:
    """a / b rounded to nearest even; infinite where it is too large. Equally many limbs, with 64 bits to spare at the top."""
    width = bit_length(a)
    if width == 0:
        return 0.0
    exponent = width - bit_length(b)
    rest = shifted(a, max(-exponent, 0))
    unit = shifted(b, max(exponent, 0))
    if compare_limbs(rest, unit) < 0:
        rest = shifted(rest, 1)
        exponent -= 1
    # now unit <= rest < 2 unit and a / b = rest / unit * 2**exponent
    if exponent > 1023:
        return float_from_bits(9218868437227405312)
    places = min(53, exponent + 1075)
    if places < 0:
        return 0.0
    mantissa = 0
    for _ in range(places):
        mantissa = mantissa + mantissa
        if compare_limbs(rest, unit) >= 0:
            mantissa += 1
            rest = less_multiple(rest, unit, 1)
        rest = shifted(rest, 1)
    # rest / unit is now twice what is left of the last place
    side = compare_limbs(rest, unit)
    if side > 0 or (side == 0 and mantissa & 1 == 1):
        mantissa += 1
    if places < 53:
        return float_from_bits(mantissa)
    return float_from_bits(shift_left_wrap(exponent + 1022, 52) + mantissa)


def decimal_to_float(digits: list[int], exponent: int) -> float:
    """The float nearest to 0.d1d2... * 10**exponent; infinite where it is too large. The first digit is not 0."""
    length = len(digits)
    while length > 0 and digits[length - 1] == 0:
        length -= 1
    if exponent < -330 or length == 0:
        return 0.0
    if exponent > 310:
        return float_from_bits(9218868437227405312)
    # 770 digits decide; a one behind them stands for whatever follows
    count = min(length, 770)
    scale = exponent - count
    head = 0
    for k in range(min(count, 15)):
        head = head * 10 + digits[k]
    if length <= 15 and scale >= -22 and scale <= 22:
        power = 1.0
        for _ in range(abs(scale)):
            power = power * 10.0
        return divide(float(head), power) if scale < 0 else float(head) * power
    more = length > 770
    size = (count + 1 + abs(scale)) // 9 + 6
    a = [0] * size
    for k in range(count + 1 if more else count):
        carry = 1 if k == 770 else digits[k]
        for i in range(size):
            carry = carry + a[i] * 10
            a[i] = carry & LIMB
            carry = carry >> 32
    power_size = scale - 1 if more else scale
    return ratio_to_float(times_power(a, max(power_size, 0)), power_of_ten(max(-power_size, 0), 1, size))

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


def limbs_of(mantissa: int, tens: int, twos: int, size: int) -> list[int]:
    """mantissa * 10**tens * 2**twos in size limbs."""
    out = [0] * size
    skip = twos >> 5
    bits = twos & 31
    out[skip] = (mantissa & LIMB) << bits & LIMB
    out[skip + 1] = (mantissa >> 32 << bits | (mantissa & LIMB) << bits >> 32) & LIMB
    out[skip + 2] = mantissa >> 32 << bits >> 32
    used = skip + 3
    left = tens
    while left > 0:
        scale = 1
        for _ in range(min(left, 9)):
            scale = scale * 10
        left -= 9
        carry = 0
        for k in range(skip, used):
            carry = carry + out[k] * scale
            out[k] = carry & LIMB
            carry = carry >> 32
        if carry > 0:
            out[used] = carry
            used += 1
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


def compare_sum(a: list[int], b: list[int], factor: int, c: list[int]) -> int:
    """The sign of a + b * factor - c, for numbers of equally many limbs and a small factor."""
    carry = 0
    result = 0
    for k in range(len(a)):
        carry = carry + a[k] + b[k] * factor
        limb = carry & LIMB
        carry = carry >> 32
        if limb != c[k]:
            result = 1 if limb > c[k] else -1
    return 1 if carry > 0 else result


def shortest_digits(x: float) -> tuple[list[int], int]:
    """The fewest digits d1 d2 ... and the exponent k for which 0.d1d2... * 10**k reads as x, nearest x among those.

    x is positive and finite. Steele and White's free-format algorithm with exact integers, as many limbs as it needs.
    """
    bits = float_bits(x)
    field = bits >> 52
    fraction = bits & 4503599627370495
    mantissa = fraction | 4503599627370496 if field > 0 else fraction
    e = max(field, 1) - 1075
    even = mantissa & 1 == 0
    # below a power of two the next float is half as far
    uneven = fraction == 0 and field > 1
    extra = 2 if uneven else 1
    above_factor = 2 if uneven else 1
    width = 64 - leading_zeros(mantissa)
    k = truncate(float(e + width - 1) * 0.30102999566398120 + 325.0 + 0.9999999999) - 325
    # x = r / s; half the gap below x is gap / s; quotients of the highest limbs are exact to one where s has 27 bits there
    up = max(e, 0) + extra
    down = max(-e, 0) + extra
    tens_bits = (max(k, 0) * 3402 >> 10) + 1
    s = limbs_of(1, max(k, 0), down, (down + tens_bits >> 5) + 4)
    room = (27 - bit_length(s)) & 31
    r_bits = up + width + (max(-k, 0) * 3402 >> 10) + 1
    size = (max(r_bits, down + tens_bits) + room + 4 >> 5) + 4
    s = limbs_of(1, max(k, 0), down + room, size)
    r = limbs_of(mantissa, max(-k, 0), up + room, size)
    gap = limbs_of(1, max(-k, 0), max(e, 0) + room, size)
    top = bit_length(s) - 1 >> 5
    above = compare_sum(r, gap, above_factor, s)
    times = 10
    if above > 0 or (above == 0 and even):
        k += 1
        times = 1
    digits = [0] * 18
    count = 0
    while True:
        # r and gap times ten, r less the digit times s
        carry = 0
        for i in range(size):
            carry = carry + r[i] * times
            r[i] = carry & LIMB
            carry = carry >> 32
        digit = r[top] // (s[top] + 1)
        carry = 0
        borrow = 0
        for i in range(size):
            borrow = borrow + r[i] - s[i] * digit
            r[i] = borrow & LIMB
            borrow = borrow >> 32
            carry = carry + gap[i] * times
            gap[i] = carry & LIMB
            carry = carry >> 32
        if compare_limbs(r, s) >= 0:
            borrow = 0
            for i in range(size):
                borrow = borrow + r[i] - s[i]
                r[i] = borrow & LIMB
                borrow = borrow >> 32
            digit += 1
        times = 10
        under = compare_limbs(r, gap)
        above = compare_sum(r, gap, above_factor, s)
        low = under < 0 or (under == 0 and even)
        high = above > 0 or (above == 0 and even)
        if low or high:
            middle = compare_sum(r, r, 1, s)
            if (high and not low) or (low and high and (middle > 0 or (middle == 0 and digit & 1 == 1))):
                digit += 1
            digits[count] = digit
            return (digits[0 : count + 1], k)
        digits[count] = digit
        count += 1


def ratio_to_float(a: list[int], b: list[int], exponent: int) -> float:
    """a / b * 2**exponent rounded to nearest even, for 1 <= a / b < 2; infinite where it is too large."""
    if exponent > 1023:
        return float_from_bits(9218868437227405312)
    places = min(53, exponent + 1075)
    if places < 0:
        return 0.0
    size = len(a)
    rest = a[:]
    mantissa = 0
    for _ in range(places):
        mantissa = mantissa + mantissa
        factor = 1 if compare_limbs(rest, b) >= 0 else 0
        mantissa += factor
        carry = 0
        for i in range(size):
            carry = carry + (rest[i] - b[i] * factor) * 2
            rest[i] = carry & LIMB
            carry = carry >> 32
    # rest / b is now twice what is left of the last place
    side = compare_limbs(rest, b)
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
    scale = exponent - length
    head = 0
    for k in range(min(length, 18)):
        head = head * 10 + digits[k]
    if length <= 15 and scale >= -22 and scale <= 22:
        power = 1.0
        for _ in range(abs(scale)):
            power = power * 10.0
        return divide(float(head), power) if scale < 0 else float(head) * power
    # 770 digits decide; a one behind them stands for whatever follows
    count = min(length, 770)
    scale = exponent - 771 if length > 770 else exponent - length
    size = (count + abs(scale)) // 9 + 8
    a = limbs_of(head, 0, 0, size)
    for k in range(18, count + 1 if length > 770 else count):
        carry = 1 if k == 770 else digits[k]
        for i in range(size):
            carry = carry + a[i] * 10
            a[i] = carry & LIMB
            carry = carry >> 32
    for _ in range(scale):
        carry = 0
        for i in range(size):
            carry = carry + a[i] * 10
            a[i] = carry & LIMB
            carry = carry >> 32
    b = limbs_of(1, max(-scale, 0), 0, size)
    # both moved so that their highest bits meet
    shift = bit_length(a) - bit_length(b)
    low = shifted(a, max(-shift, 0))
    unit = shifted(b, max(shift, 0))
    if compare_limbs(low, unit) >= 0:
        return ratio_to_float(low, unit, shift)
    return ratio_to_float(shifted(low, 1), unit, shift - 1)


def shifted(limbs: list[int], count: int) -> list[int]:
    """limbs times 2**count, in as many limbs; what leaves at the top is lost."""
    size = len(limbs)
    skip = count >> 5
    bits = count & 31
    out = [0] * size
    for k in range(skip, size):
        low = limbs[k - skip - 1] if k > skip else 0
        out[k] = (limbs[k - skip] << bits | low >> (32 - bits)) & LIMB
    return out

"""Values as text: numbers in decimal and other bases, booleans, quoted text.

Printing a value of any type is composed of these. Imports `siglum.vocab.declare`, `siglum.vocab.intrinsics` and
the arithmetic of `siglum.vocab.decimals`.
"""

from __future__ import annotations

from siglum.vocab.decimals import short_decimal, shortest_digits
from siglum.vocab.declare import char, u64, word
from siglum.vocab.intrinsics import as_signed, as_unsigned, chr, float_bits, stop


def digit_character(d: int) -> char:
    """The character of a digit 0..35."""
    return chr(48 + d if d < 10 else 87 + d)


@word("base", examples=('255 base 16 is "ff"', '-5 base 2 is "-101"'))
def base(n: int, radix: int) -> str:
    """The digits of n in a base from 2 to 36, else it stops with `argument`."""
    if radix < 2 or radix > 36:
        stop("argument")
    # the first step leaves a number that is not negative, -2**63 included
    rest = n // -radix if n < 0 else n // radix
    low = -(n % -radix) if n < 0 else n % radix
    size = 2 if n < 0 else 1
    power = rest
    while power > 0:
        power = power // radix
        size += 1
    out = ["-"] * size
    out[size - 1] = digit_character(low)
    at = size - 2
    while rest > 0:
        out[at] = digit_character(rest % radix)
        rest = rest // radix
        at -= 1
    return "".join(out)


@word("text", examples=('-305 text is "-305"', '[1 20] map text is ["1" "20"]'), synonyms=("str",))
def text_of_integer(n: int) -> str:
    """The number in decimal."""
    rest = n // -10 if n < 0 else n // 10
    low = -(n % -10) if n < 0 else n % 10
    size = 2 if n < 0 else 1
    if rest > 0:
        size += 1
        bound = 10
        while bound <= rest and bound < 1000000000000000000:
            bound = bound * 10
            size += 1
    out = ["-"] * size
    out[size - 1] = chr(48 + low)
    at = size - 2
    while rest > 0:
        out[at] = chr(48 + rest % 10)
        rest = rest // 10
        at -= 1
    return "".join(out)


def decimal_layout(negative: bool, digits: list[int], point: int) -> str:
    """0.d1d2... * 10**point with the point among the digits, or with an exponent below 10**-4 and from 10**16 on."""
    count = len(digits)
    start = 1 if negative else 0
    if point > 16 or point < -3:
        size = abs(point - 1)
        after = start + count + (1 if count > 1 else 0)
        out = ["-"] * (after + (5 if size >= 100 else 4))
        for k in range(count):
            out[start + (k + 1 if k > 0 else 0)] = chr(48 + digits[k])
        if count > 1:
            out[start + 1] = "."
        out[after] = "e"
        out[after + 1] = chr(43 if point > 0 else 45)
        n = len(out)
        out[n - 1] = chr(48 + size % 10)
        out[n - 2] = chr(48 + size // 10 % 10)
        if size >= 100:
            out[n - 3] = chr(48 + size // 100)
        return "".join(out)
    # zeros before the first digit or behind the last one, so that the point has a digit on both sides
    lead = 1 - point if point < 1 else 0
    whole = point + lead
    places = max(count + lead, whole + 1)
    out = ["0"] * (start + places + 1)
    if negative:
        out[0] = "-"
    for k in range(count):
        at = k + lead
        out[start + (at if at < whole else at + 1)] = chr(48 + digits[k])
    out[start + whole] = "."
    return "".join(out)


@word("text", examples=('0.1 text is "0.1"', '[1.0 1e16] map text is ["1.0" "1e+16"]'))
def text_of_float(x: float) -> str:
    """The shortest decimal that reads back as x; `nan`, `inf` and `-inf` by name."""
    size = abs(x)
    negative = float_bits(x) < 0
    if size - size != 0.0:
        return "nan" if x != x else "-inf" if negative else "inf"
    if size == 0.0:
        return "-0.0" if negative else "0.0"
    if size >= 1e-5 and size < 1e15:
        short = short_decimal(size)
        n = short[0]
        places = short[1]
        if n > 0:
            while n % 10 == 0:
                n = n // 10
                places -= 1
            decimal = text_of_integer(n)
            return decimal_layout(negative, [ord(c) - 48 for c in decimal], len(decimal) - places)
    exact = shortest_digits(size)
    return decimal_layout(negative, exact[0], exact[1])


@word("text", examples=('true text is "true"', '[1 2] map even map text is ["false" "true"]'))
def text_of_bool(x: bool) -> str:
    """`true` or `false`."""
    return "true" if x else "false"


@word("text", examples=("'a' text is \"a\"", '"ab" map text is ["a" "b"]'))
def text_of_character(c: char) -> str:
    """The text of c alone."""
    return "".join([c])


@word("text", examples=('18446744073709551615 text is "18446744073709551615"', '7 unsigned text is "7"'))
def text_of_unsigned(x: u64) -> str:
    """The number in decimal."""
    low = as_signed(x % as_unsigned(10))
    rest = as_signed(x // as_unsigned(10))
    last = chr(48 + low)
    if rest == 0:
        return "".join([last])
    out = [c for c in text_of_integer(rest)]
    out.append(last)
    return "".join(out)


@word("binary", examples=('10 binary is "1010"', '-5 binary is "-101"'), synonyms=("bin",))
def binary(n: int) -> str:
    """The number in base 2."""
    return base(n, 2)


@word("hex", examples=('255 hex is "ff"', '-16 hex is "-10"'))
def hexadecimal(n: int) -> str:
    """The number in base 16, with small letters."""
    return base(n, 16)


@word("octal", examples=('8 octal is "10"', '-9 octal is "-11"'), synonyms=("oct",))
def octal(n: int) -> str:
    """The number in base 8."""
    return base(n, 8)


@word("fixed", examples=('3.14159 fixed 2 is "3.14"', '[2.5 -0.125] fixed 1 is ["2.5" "-0.1"]'))
def fixed(x: float, places: int) -> str:
    """x with places digits behind the point, rounded to nearest from its shortest decimal, halves to even.

    Stops with `argument` unless 0 <= places <= 100 and x is finite.
    """
    size = abs(x)
    if places < 0 or places > 100 or size - size != 0.0:
        stop("argument")
    digits: list[int] = []
    point = 1
    if size > 0.0:
        exact = shortest_digits(size)
        digits = exact[0]
        point = exact[1]
    # kept digits as an array of decimal places, one in front for a carry
    width = max(point, 0) + places + 1
    kept = [0] * width
    for k in range(width - 1):
        at = k if point > 0 else k + point
        kept[k + 1] = digits[at] if at >= 0 and at < len(digits) else 0
    cut = width - 1 if point > 0 else width - 1 + point
    after = digits[cut] if cut >= 0 and cut < len(digits) else 0
    odd_kept = kept[width - 1] & 1 == 1
    if after > 5 or (after == 5 and (cut + 1 < len(digits) or odd_kept)):
        at = width - 1
        while kept[at] == 9:
            kept[at] = 0
            at -= 1
        kept[at] += 1
    out: list[char] = []
    if float_bits(x) < 0:
        out.append("-")
    whole = width - places
    if whole == 1:
        out.append(chr(48 + kept[0]))
    for k in range(width):
        if k == whole:
            out.append(".")
        if k >= 1 or (kept[0] > 0 and whole > 1):
            out.append(chr(48 + kept[k]))
    return "".join(out)


def hidden(point: int) -> bool:
    """Whether a code point does not show as itself: controls, bidirectional marks, zero-width characters."""
    return (
        point < 32
        or (point >= 127 and point < 161)
        or point == 173
        or (point >= 8203 and point < 8208)
        or (point >= 8232 and point < 8239)
        or (point >= 8288 and point < 8304)
        or point == 65279
    )


@word("quote", examples=('"ab" quote length is 4', '"a\\n" quote is \'"a\\\\n"\''), synonyms=("escape",))
def quote(text: str) -> str:
    """The text in double quotes; quotes, backslashes and what does not show as itself escaped as in JSON."""
    out: list[char] = []
    out.append(chr(34))
    for c in text:
        n = ord(c)
        letter = 110 if n == 10 else 114 if n == 13 else 116 if n == 9 else 98 if n == 8 else 102 if n == 12 else 0
        if n == 34 or n == 92:
            out.append(chr(92))
            out.append(c)
        elif letter > 0:
            out.append(chr(92))
            out.append(chr(letter))
        elif hidden(n):
            out.append(chr(92))
            out.append("u")
            for k in range(4):
                out.append(digit_character((n >> (12 - 4 * k)) & 15))
        else:
            out.append(c)
    out.append(chr(34))
    return "".join(out)


def show_character(c: char) -> str:
    """c in double quotes, escaped as text is."""
    return quote("".join([c]))

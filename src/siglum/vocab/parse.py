"""Text as values: numbers in decimal and other bases, booleans, quoted text.

The `scan_` functions read one value at a place and give it with the place behind it; reading a value of any type is
composed of them. Imports `siglum.vocab.declare`, `siglum.vocab.intrinsics` and the words it needs.
"""

from __future__ import annotations

from siglum.vocab.decimals import decimal_to_float
from siglum.vocab.declare import char, u64, word
from siglum.vocab.intrinsics import as_unsigned, chr, float_from_bits, stop
from siglum.vocab.text import digit, space, trim


def skip_space(text: str, at: int) -> int:
    """The first place from at on that holds no space."""
    n = len(text)
    while at < n and space(text[at]):
        at += 1
    return at


def holds(text: str, at: int, part: str) -> bool:
    """Whether part stands in text at this place."""
    if at + len(part) > len(text):
        return False
    for k in range(len(part)):
        if text[at + k] != part[k]:
            return False
    return True


def scan_mark(text: str, at: int, mark: char) -> int:
    """The place behind mark, which must come next, spaces before it skipped. Stops with `number`."""
    place = skip_space(text, at)
    if place >= len(text) or text[place] != mark:
        stop("number")
    return place + 1


def next_is(text: str, at: int, mark: char) -> bool:
    """Whether mark comes next, spaces before it skipped."""
    place = skip_space(text, at)
    return place < len(text) and text[place] == mark


def scan_end(text: str, at: int) -> int:
    """The end of the text, which must come next, spaces before it skipped. Stops with `number`."""
    place = skip_space(text, at)
    if place < len(text):
        stop("number")
    return place


def scan_integer(text: str, at: int) -> tuple[int, int]:
    """A whole number and the place behind it. Stops with `number`, or `range` where it does not fit."""
    n = len(text)
    place = skip_space(text, at)
    negative = place < n and text[place] == "-"
    if place < n and (text[place] == "-" or text[place] == "+"):
        place += 1
    first = place
    # kept negative, so that -2**63 is reached
    value = 0
    while place < n and digit(text[place]):
        d = ord(text[place]) - 48
        if value < -922337203685477580 or (value == -922337203685477580 and d > (8 if negative else 7)):
            stop("range")
        value = value * 10 - d
        place += 1
    if place == first:
        stop("number")
    return (value if negative else -value, place)


def scan_unsigned(text: str, at: int) -> tuple[u64, int]:
    """A whole number from 0 to 2**64 - 1 and the place behind it. Stops with `number`, or `range` where it does not fit."""
    n = len(text)
    place = skip_space(text, at)
    if place < n and text[place] == "-":
        stop("range")
    if place < n and text[place] == "+":
        place += 1
    first = place
    value = as_unsigned(0)
    ten = as_unsigned(10)
    while place < n and digit(text[place]):
        d = as_unsigned(ord(text[place]) - 48)
        if value > 1844674407370955161 or (value == 1844674407370955161 and d > 5):
            stop("range")
        value = value * ten + d
        place += 1
    if place == first:
        stop("number")
    return (value, place)


def scan_float(text: str, at: int) -> tuple[float, int]:
    """A number and the place behind it. Stops with `number`, or `range` where digits say more than f64 holds."""
    n = len(text)
    place = skip_space(text, at)
    negative = place < n and text[place] == "-"
    if place < n and (text[place] == "-" or text[place] == "+"):
        place += 1
    if holds(text, place, "inf"):
        return (float_from_bits(-4503599627370496 if negative else 9218868437227405312), place + 3)
    if holds(text, place, "nan"):
        return (float_from_bits(9221120237041090560), place + 3)
    digits: list[int] = []
    point = 0
    seen = 0
    while place < n and digit(text[place]):
        if len(digits) > 0 or text[place] != "0":
            digits.append(ord(text[place]) - 48)
            point += 1
        seen += 1
        place += 1
    if place < n and text[place] == ".":
        place += 1
        while place < n and digit(text[place]):
            if len(digits) > 0 or text[place] != "0":
                digits.append(ord(text[place]) - 48)
            else:
                point -= 1
            seen += 1
            place += 1
    if seen == 0:
        stop("number")
    if place < n and (text[place] == "e" or text[place] == "E"):
        place += 1
        below = place < n and text[place] == "-"
        if place < n and (text[place] == "-" or text[place] == "+"):
            place += 1
        first = place
        exponent = 0
        while place < n and digit(text[place]):
            exponent = min(exponent * 10 + ord(text[place]) - 48, 1000000000000)
            place += 1
        if place == first:
            stop("number")
        point = point - exponent if below else point + exponent
    value = decimal_to_float(digits, point)
    if value - value != 0.0:
        stop("range")
    return (-value if negative else value, place)


def scan_bool(text: str, at: int) -> tuple[bool, int]:
    """`true` or `false` and the place behind it. Stops with `number`."""
    place = skip_space(text, at)
    if holds(text, place, "true"):
        return (True, place + 4)
    if holds(text, place, "false"):
        return (False, place + 5)
    stop("number")


def hex_value(c: char) -> int:
    """The value of a digit of base 36, or 36 where c is none."""
    if c >= "0" and c <= "9":
        return ord(c) - 48
    if c >= "a" and c <= "z":
        return ord(c) - 87
    if c >= "A" and c <= "Z":
        return ord(c) - 55
    return 36


def scan_four(text: str, at: int) -> int:
    """The number that four digits of base 16 spell. Stops with `number`."""
    if at + 4 > len(text):
        stop("number")
    value = 0
    for k in range(4):
        d = hex_value(text[at + k])
        if d > 15:
            stop("number")
        value = value * 16 + d
    return value


def scan_text(text: str, at: int) -> tuple[str, int]:
    """Text in double quotes with the escapes of JSON, and the place behind it. Stops with `number`."""
    place = scan_mark(text, at, chr(34))
    n = len(text)
    out: list[char] = []
    while place < n and ord(text[place]) != 34:
        c = text[place]
        place += 1
        if ord(c) != 92:
            out.append(c)
        else:
            if place >= n:
                stop("number")
            e = text[place]
            place += 1
            if e == "u":
                point = scan_four(text, place)
                place += 4
                if point >= 55296 and point < 56320 and holds(text, place, "\\u"):
                    low = scan_four(text, place + 2)
                    if low >= 56320 and low < 57344:
                        point = 65536 + (point - 55296) * 1024 + low - 56320
                        place += 6
                out.append(chr(point))
            elif e == "n":
                out.append(chr(10))
            elif e == "t":
                out.append(chr(9))
            elif e == "r":
                out.append(chr(13))
            elif e == "b":
                out.append(chr(8))
            elif e == "f":
                out.append(chr(12))
            elif ord(e) == 34 or ord(e) == 92 or e == "/":
                out.append(e)
            else:
                stop("number")
    if place >= n:
        stop("number")
    return ("".join(out), place + 1)


def scan_character(text: str, at: int) -> tuple[char, int]:
    """One character in double quotes, and the place behind it. Stops with `number`."""
    found = scan_text(text, at)
    if len(found[0]) != 1:
        stop("number")
    return (found[0][0], found[1])


def scan_word(text: str, at: int, name: str) -> int:
    """The place behind name, which must come next, spaces before it skipped. Stops with `number`."""
    place = skip_space(text, at)
    if not holds(text, place, name):
        stop("number")
    return place + len(name)


def quoted(text: str) -> bool:
    """Whether all of the text, spaces around it aside, is one text in double quotes."""
    inside = trim(text)
    n = len(inside)
    if n < 2 or inside[0] != chr(34) or inside[n - 1] != chr(34):
        return False
    k = 1
    while k < n - 1:
        if inside[k] == chr(34):
            return False
        k += 2 if inside[k] == chr(92) else 1
    return k == n - 1


def unquoted(text: str) -> str:
    """The text for itself, or what it holds where it is quoted. Stops with `number` at an escape JSON lacks."""
    if not quoted(text):
        return text
    inside, _ = scan_text(text, 0)
    return inside


@word("integer", examples=('"-42" integer is -42', '["7" " 8 "] map integer is [7 8]'))
def integer(text: str) -> int:
    """The whole number the text spells, spaces around it allowed. Stops with `number`, or `range` where it does not fit."""
    found = scan_integer(text, 0)
    scan_end(text, found[1])
    return found[0]


@word("number", examples=('"2.5" number is 2.5', '["1e3" "-.5"] map number is [1000.0 -0.5]'))
def number(text: str) -> float:
    """The f64 nearest to the decimal the text spells, spaces around it allowed; `inf` and `nan` too.

    Stops with `number`, or `range` where the decimal is beyond f64.
    """
    found = scan_float(text, 0)
    scan_end(text, found[1])
    return found[0]


@word("numeric", examples=('"-2.5e3" numeric', '("2.5x" numeric) is false'))
def numeric(text: str) -> bool:
    """Whether the text spells a decimal number."""
    piece = trim(text)
    n = len(piece)
    at = 1 if n > 0 and (piece[0] == "-" or piece[0] == "+") else 0
    seen = 0
    points = 0
    while at < n and (digit(piece[at]) or (piece[at] == "." and points == 0)):
        if piece[at] == ".":
            points += 1
        else:
            seen += 1
        at += 1
    if seen > 0 and at < n and (piece[at] == "e" or piece[at] == "E"):
        at += 1
        if at < n and (piece[at] == "-" or piece[at] == "+"):
            at += 1
        first = at
        while at < n and digit(piece[at]):
            at += 1
        if at == first:
            return False
    return seen > 0 and at == n


@word("boolean", examples=('"true" boolean', '["true" "false"] map boolean is [true false]'))
def boolean(text: str) -> bool:
    """The truth value `true` or `false` spells, spaces around it allowed. Stops with `number`."""
    found = scan_bool(text, 0)
    scan_end(text, found[1])
    return found[0]


@word("radix", examples=('"ff" radix 16 is 255', '"-101" radix 2 is -5'))
def radix(text: str, base: int) -> int:
    """The whole number that digits of a base from 2 to 36 spell. Stops with `number` or `argument`."""
    if base < 2 or base > 36:
        stop("argument")
    n = len(text)
    negative = n > 0 and text[0] == "-"
    start = 1 if negative else 0
    if n == start:
        stop("number")
    value = 0
    for at in range(start, n):
        d = hex_value(text[at])
        if d >= base:
            stop("number")
        value = value * base - d
    return value if negative else -value


@word("integers", examples=('"x=-3, y=14" integers is [-3 14]', '"none" integers empty'))
def integers(text: str) -> list[int]:
    """All whole numbers in a text, in order; a minus directly before a digit, with no digit before it, belongs to it."""
    out: list[int] = []
    n = len(text)
    at = 0
    while at < n:
        if digit(text[at]):
            signed = at > 0 and text[at - 1] == "-" and (at == 1 or not digit(text[at - 2]))
            found = scan_integer(text, at - 1 if signed else at)
            out.append(found[0])
            at = found[1]
        else:
            at += 1
    return out

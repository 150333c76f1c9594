"""The 64 bits of an integer, numbered from 0, the lowest.

Imports `siglum.vocab.declare` and `siglum.vocab.intrinsics` only.
"""

from __future__ import annotations

from siglum.vocab.declare import word
from siglum.vocab.intrinsics import (
    leading_zeros,
    popcount,
    shift_left_wrap,
    shift_right_logical,
    stop,
    trailing_zeros,
)


@word("ones", examples=("7 ones is 3", "[0 -1] ones is [0 64]"), synonyms=("popcount",))
def ones(x: int) -> int:
    """How many bits are set."""
    return popcount(x)


@word("leading", examples=("1 leading is 63", "[0 -1] leading is [64 0]"), synonyms=("clz",))
def leading(x: int) -> int:
    """How many zeros stand above the highest set bit."""
    return leading_zeros(x)


@word("trailing", examples=("8 trailing is 3", "[0 5] trailing is [64 0]"), synonyms=("ctz",))
def trailing(x: int) -> int:
    """How many zeros stand below the lowest set bit."""
    return trailing_zeros(x)


@word("width", examples=("5 width is 3", "[0 255 256] width is [0 8 9]"), synonyms=("bitlength",))
def width(x: int) -> int:
    """How many bits are needed for x read without sign."""
    return 64 - leading_zeros(x)


@word("parity", examples=("7 parity is 1", "[0 3] parity is [0 0]"))
def parity(x: int) -> int:
    """1 where the number of set bits is odd, else 0."""
    return popcount(x) & 1


@word("bitand", examples=("12 bitand 10 is 8", "[1 2 3] bitand 1 is [1 0 1]"))
def bit_and(x: int, y: int) -> int:
    """The bits set in both."""
    return x & y


@word("bitor", examples=("12 bitor 10 is 14", "[1 2] bitor 4 is [5 6]"))
def bit_or(x: int, y: int) -> int:
    """The bits set in either."""
    return x | y


@word("bitxor", examples=("12 bitxor 10 is 6", "[1 2 3] fold 0 bitxor is 0"))
def bit_xor(x: int, y: int) -> int:
    """The bits set in exactly one."""
    return x ^ y


@word("bitnot", examples=("0 bitnot is -1", "[5 -6] bitnot is [-6 5]"))
def bit_not(x: int) -> int:
    """Every bit changed."""
    return x ^ -1


@word("shift", examples=("3 shift 4 is 48", "[-17 16] shift -2 is [-5 4]"))
def shift(x: int, places: int) -> int:
    """x times 2 to the power places, rounded down. Stops with `overflow`, never drops a set bit at the top."""
    if places < 0:
        return x >> (-places if places > -64 else 63)
    if x == 0:
        return 0
    if places > 63:
        stop("overflow")
    moved = shift_left_wrap(x, places)
    if moved >> places != x:
        stop("overflow")
    return moved


@word("rotl", examples=("1 rotl 4 is 16", "-9223372036854775808 rotl 1 is 1"))
def rotate_left(x: int, places: int) -> int:
    """The bits moved up by places modulo 64; what leaves at the top comes in below."""
    return shift_left_wrap(x, places & 63) | (shift_right_logical(x, 64 - (places & 63)) if places & 63 != 0 else 0)


@word("rotr", examples=("16 rotr 4 is 1", "1 rotr 1 is -9223372036854775808"))
def rotate_right(x: int, places: int) -> int:
    """The bits moved down by places modulo 64; what leaves below comes in at the top."""
    return rotate_left(x, 64 - (places & 63))


def checked_place(place: int) -> int:
    """place, which must be one of 0..63."""
    if place < 0 or place > 63:
        stop("argument")
    return place


@word("bit", examples=("5 bit 2", "5 bit [0 1 2] is [true false true]"))
def bit(x: int, place: int) -> bool:
    """Whether the bit at place is set. Stops with `argument` outside 0..63."""
    return (x >> checked_place(place)) & 1 == 1


@word("setbit", examples=("5 setbit 1 is 7", "0 setbit [0 3] is [1 8]"))
def set_bit(x: int, place: int) -> int:
    """x with the bit at place set. Stops with `argument` outside 0..63."""
    return x | shift_left_wrap(1, checked_place(place))


@word("clearbit", examples=("7 clearbit 1 is 5", "[1 3] clearbit 0 is [0 2]"))
def clear_bit(x: int, place: int) -> int:
    """x with the bit at place clear. Stops with `argument` outside 0..63."""
    return x & (shift_left_wrap(1, checked_place(place)) ^ -1)


@word("flip", examples=("5 flip 0 is 4", "5 flip [1 2] is [7 1]"), synonyms=("flipbit",))
def flip_bit(x: int, place: int) -> int:
    """x with the bit at place changed. Stops with `argument` outside 0..63."""
    return x ^ shift_left_wrap(1, checked_place(place))


@word("bitreverse", examples=("1 bitreverse is -9223372036854775808", "[0 -1] bitreverse is [0 -1]"))
def reverse_bits(x: int) -> int:
    """The 64 bits in the other order."""
    a = (shift_right_logical(x, 1) & 6148914691236517205) | shift_left_wrap(x & 6148914691236517205, 1)
    b = (shift_right_logical(a, 2) & 3689348814741910323) | shift_left_wrap(a & 3689348814741910323, 2)
    c = (shift_right_logical(b, 4) & 1085102592571150095) | shift_left_wrap(b & 1085102592571150095, 4)
    return swap_bytes(c)


@word("byteswap", examples=("1 byteswap is 72057594037927936", "[0 -1] byteswap is [0 -1]"))
def swap_bytes(x: int) -> int:
    """The 8 bytes in the other order."""
    a = (shift_right_logical(x, 8) & 71777214294589695) | shift_left_wrap(x & 71777214294589695, 8)
    b = (shift_right_logical(a, 16) & 281470681808895) | shift_left_wrap(a & 281470681808895, 16)
    return shift_right_logical(b, 32) | shift_left_wrap(b, 32)


@word("bitceil", examples=("5 bitceil is 8", "[0 1 8] bitceil is [1 1 8]"))
def bit_ceiling(x: int) -> int:
    """The least power of two not below x. Stops with `overflow` above 2**62."""
    if x <= 1:
        return 1
    if x > 4611686018427387904:
        stop("overflow")
    return shift_left_wrap(1, 64 - leading_zeros(x - 1))


@word("bitfloor", examples=("5 bitfloor is 4", "[1 8] bitfloor is [1 8]"))
def bit_floor(x: int) -> int:
    """The greatest power of two not above x. Stops with `argument` below 1."""
    if x < 1:
        stop("argument")
    return shift_left_wrap(1, 63 - leading_zeros(x))


@word("gray", examples=("3 gray is 2", "[0 1 2] gray is [0 1 3]"))
def gray(x: int) -> int:
    """The Gray code of x: neighbouring numbers differ in one bit."""
    return x ^ shift_right_logical(x, 1)


@word("bits", examples=("6 bits is [0 1 1]", "0 bits empty"))
def bits(x: int) -> list[int]:
    """The bits of x read without sign, the lowest first, up to the highest set one."""
    return [shift_right_logical(x, place) & 1 for place in range(64 - leading_zeros(x))]

"""Checksums and hashes. They wrap by nature; text is hashed as its UTF-8 bytes.

Imports `siglum.vocab.declare`, `siglum.vocab.intrinsics` and the words for UTF-8.
"""

from __future__ import annotations

from siglum.vocab.declare import T, u8, word
from siglum.vocab.intrinsics import (
    add_wrap,
    mul_wrap,
    shift_right_logical,
)
from siglum.vocab.utf8 import encode


@word("fnv", examples=('"" fnv is -3750763034362895579', '"a" fnv is -5808556873153909620'), synonyms=("hash",), wraps=True)
def fnv(text: str) -> int:
    """FNV-1a, 64 bits."""
    return fnv_bytes(encode(text))


@word("fnv", examples=('"" encode fnv is -3750763034362895579', '"a" encode fnv is ("a" fnv)'), wraps=True)
def fnv_bytes(data: list[u8]) -> int:
    """FNV-1a, 64 bits."""
    state = -3750763034362895579
    for byte in data:
        state = mul_wrap(state ^ byte, 1099511628211)
    return state


@word("djb", examples=('"" djb is 5381', '"a" djb is 177670'), synonyms=("djb2",), wraps=True)
def djb(text: str) -> int:
    """Bernstein's hash: 33 times the value so far plus each byte, from 5381 on."""
    state = 5381
    for byte in encode(text):
        state = add_wrap(mul_wrap(state, 33), byte)
    return state


@word("crc", examples=('"123456789" crc is 3421780262', '"" crc is 0'), synonyms=("crc32",))
def crc(text: str) -> int:
    """CRC-32 as in zip and Ethernet."""
    return crc_bytes(encode(text))


@word("crc", examples=('"123456789" encode crc is 3421780262', '"" encode crc is 0'))
def crc_bytes(data: list[u8]) -> int:
    """CRC-32 as in zip and Ethernet."""
    table = [0] * 256
    for n in range(256):
        entry = n
        for _ in range(8):
            entry = (entry >> 1) ^ 3988292384 if entry & 1 == 1 else entry >> 1
        table[n] = entry
    state = 4294967295
    for byte in data:
        state = table[(state ^ byte) & 255] ^ (state >> 8)
    return state ^ 4294967295


@word("adler", examples=('"Wikipedia" adler is 300286872', '"" adler is 1'), synonyms=("adler32",))
def adler(text: str) -> int:
    """Adler-32 as in zlib."""
    return adler_bytes(encode(text))


@word("adler", examples=('"Wikipedia" encode adler is 300286872', '"" encode adler is 1'))
def adler_bytes(data: list[u8]) -> int:
    """Adler-32 as in zlib."""
    low = 1
    high = 0
    for byte in data:
        low = (low + byte) % 65521
        high = (high + low) % 65521
    return high << 16 | low


@word("mix", examples=("0 mix is 0", "1 mix is -5451962507482445012"), wraps=True)
def mix(x: int) -> int:
    """The finalizer of MurmurHash3: spreads every bit over all 64; no two numbers give the same."""
    a = mul_wrap(x ^ shift_right_logical(x, 33), -49064778989728563)
    b = mul_wrap(a ^ shift_right_logical(a, 33), -4265267296055464877)
    return b ^ shift_right_logical(b, 33)


@word("splitmix", examples=("0 splitmix is -2152535657050944081", "0 splitmix != (1 splitmix)"), wraps=True)
def splitmix(state: int) -> int:
    """The number that the generator SplitMix64 gives from this state."""
    z = add_wrap(state, -7046029254386353131)
    a = mul_wrap(z ^ shift_right_logical(z, 30), -4658895280553007687)
    b = mul_wrap(a ^ shift_right_logical(a, 27), -7723592293110705685)
    return b ^ shift_right_logical(b, 31)


@word("random", examples=("7 random 3 length is 3", "7 random 3 is (7 random 3)"), wraps=True)
def random(seed: int, count: int) -> list[int]:
    """count numbers of 64 bits from the generator SplitMix64; the same seed gives the same numbers."""
    return [splitmix(add_wrap(seed, mul_wrap(i, -7046029254386353131))) for i in range(count)]


@word("shuffle", examples=("[1 2 3] shuffle 7 sort is [1 2 3]", '"abc" shuffle 1 length is 3'), wraps=True)
def shuffle(xs: list[T], seed: int) -> list[T]:
    """The elements in an order that the seed decides, by Fisher and Yates."""
    out = [x for x in xs]
    n = len(out)
    for back in range(n - 1):
        k = n - 1 - back
        choice = shift_right_logical(splitmix(add_wrap(seed, mul_wrap(k, -7046029254386353131))), 1) % (k + 1)
        held = out[k]
        out[k] = out[choice]
        out[choice] = held
    return out


ROUND_CONSTANTS = [
    1116352408, 1899447441, 3049323471, 3921009573, 961987163, 1508970993, 2453635748, 2870763221,
    3624381080, 310598401, 607225278, 1426881987, 1925078388, 2162078206, 2614888103, 3248222580,
    3835390401, 4022224774, 264347078, 604807628, 770255983, 1249150122, 1555081692, 1996064986,
    2554220882, 2821834349, 2952996808, 3210313671, 3336571891, 3584528711, 113926993, 338241895,
    666307205, 773529912, 1294757372, 1396182291, 1695183700, 1986661051, 2177026350, 2456956037,
    2730485921, 2820302411, 3259730800, 3345764771, 3516065817, 3600352804, 4094571909, 275423344,
    430227734, 506948616, 659060556, 883997877, 958139571, 1322822218, 1537002063, 1747873779,
    1955562222, 2024104815, 2227730452, 2361852424, 2428436474, 2756734187, 3204031479, 3329325298,
]  # fmt: skip


def rotate_right_32(x: int, count: int) -> int:
    """The low 32 bits moved down, what leaves below coming in at the top."""
    return (x >> count | x << (32 - count)) & 4294967295


@word("sha", examples=('"abc" sha starts "ba7816bf"', '"" sha length is 64'), synonyms=("sha256",))
def sha(text: str) -> str:
    """SHA-256 of the UTF-8 bytes, as 64 digits of base 16."""
    data = encode(text)
    n = len(data)
    blocks = (n + 72) // 64
    padded = [0] * (blocks * 64)
    for i in range(n):
        padded[i] = data[i]
    padded[n] = 128
    for k in range(8):
        padded[blocks * 64 - 1 - k] = (n * 8 >> 8 * k) & 255
    state = [1779033703, 3144134277, 1013904242, 2773480762, 1359893119, 2600822924, 528734635, 1541459225]
    w = [0] * 64
    for block in range(blocks):
        for t in range(16):
            at = block * 64 + 4 * t
            w[t] = padded[at] << 24 | padded[at + 1] << 16 | padded[at + 2] << 8 | padded[at + 3]
        for t in range(16, 64):
            x = w[t - 15]
            y = w[t - 2]
            s0 = rotate_right_32(x, 7) ^ rotate_right_32(x, 18) ^ x >> 3
            s1 = rotate_right_32(y, 17) ^ rotate_right_32(y, 19) ^ y >> 10
            w[t] = (w[t - 16] + s0 + w[t - 7] + s1) & 4294967295
        a, b, c, d = state[0], state[1], state[2], state[3]
        e, f, g, h = state[4], state[5], state[6], state[7]
        for t in range(64):
            s1 = rotate_right_32(e, 6) ^ rotate_right_32(e, 11) ^ rotate_right_32(e, 25)
            first = h + s1 + (e & f ^ (e ^ 4294967295) & g) + ROUND_CONSTANTS[t] + w[t]
            s0 = rotate_right_32(a, 2) ^ rotate_right_32(a, 13) ^ rotate_right_32(a, 22)
            second = s0 + (a & b ^ a & c ^ b & c)
            h = g
            g = f
            f = e
            e = (d + first) & 4294967295
            d = c
            c = b
            b = a
            a = (first + second) & 4294967295
        state[0] = (state[0] + a) & 4294967295
        state[1] = (state[1] + b) & 4294967295
        state[2] = (state[2] + c) & 4294967295
        state[3] = (state[3] + d) & 4294967295
        state[4] = (state[4] + e) & 4294967295
        state[5] = (state[5] + f) & 4294967295
        state[6] = (state[6] + g) & 4294967295
        state[7] = (state[7] + h) & 4294967295
    out = ["0"] * 64
    for k in range(64):
        d = (state[k // 8] >> (28 - 4 * (k % 8))) & 15
        out[k] = chr(48 + d if d < 10 else 87 + d)
    return "".join(out)

"""UTF-8: text to bytes and back.

Imports `siglum.vocab.declare` and `siglum.vocab.intrinsics` only.
"""

from __future__ import annotations

from siglum.vocab.declare import char, u8, word
from siglum.vocab.intrinsics import chr, stop


@word("encode", examples=('"aé" encode is [97 195 169]', '"" encode empty'), synonyms=("utf8",))
def encode(text: str) -> list[u8]:
    """The UTF-8 bytes of the text."""
    size = 0
    for c in text:
        n = ord(c)
        size += 1 if n < 128 else 2 if n < 2048 else 3 if n < 65536 else 4
    out: list[u8] = [0] * size
    at = 0
    for c in text:
        n = ord(c)
        if n < 128:
            out[at] = n
            at += 1
        elif n < 2048:
            out[at] = 192 | (n >> 6)
            out[at + 1] = 128 | (n & 63)
            at += 2
        elif n < 65536:
            out[at] = 224 | (n >> 12)
            out[at + 1] = 128 | ((n >> 6) & 63)
            out[at + 2] = 128 | (n & 63)
            at += 3
        else:
            out[at] = 240 | (n >> 18)
            out[at + 1] = 128 | ((n >> 12) & 63)
            out[at + 2] = 128 | ((n >> 6) & 63)
            out[at + 3] = 128 | (n & 63)
            at += 4
    return out


@word("decode", examples=('"aé" encode decode is "aé"', '"" encode decode is ""'))
def decode(data: list[u8]) -> str:
    """The text these UTF-8 bytes spell. Stops with `utf-8` where they are none."""
    out: list[char] = []
    n = len(data)
    i = 0
    while i < n:
        lead = data[i]
        i += 1
        if lead < 128:
            out.append(chr(lead))
        else:
            if lead < 194 or lead > 244:
                stop("utf-8")
            more = 1 if lead < 224 else 2 if lead < 240 else 3
            if i + more > n:
                stop("utf-8")
            point = lead & (63 >> more)
            for k in range(more):
                if data[i + k] & 192 != 128:
                    stop("utf-8")
                point = (point << 6) | (data[i + k] & 63)
            # overlong forms, surrogates and what lies beyond Unicode are no characters
            least = 128 if more == 1 else 2048 if more == 2 else 65536
            if point < least or point > 1114111 or (point >= 55296 and point < 57344):
                stop("utf-8")
            out.append(chr(point))
            i += more
    return "".join(out)

"""What words cost before anything is known of the intent, in bits, and which of them take their arguments in any order.

Imports nothing of the package. A word that is not named here has the cost of `OTHER`, so that a new one is found as well.
"""

from __future__ import annotations

from typing import Final

OTHER: Final = 8.0
_TIERS: Final = {
    2.5: "+ - *",
    3.0: "sum length reverse sort filter map = > < take drop max min // even odd square scan count",
    3.5: "% maximum minimum first last tail",
    4.0: "upper lower positive negative negate unique any all >= <= != and not",
    4.5: "or double half increment decrement abs words join contains at front product is split",
    5.0: "concat fold append replace order starts ends mean index repeat to range text reject / trim digits positions delta",
    5.5: "step multiple suffix flatten runs zip between find integer counts keys values else vowel letter digit capital prepend "
         "most least mode enumerate empty single",
    6.0: "rotate windows chunks cube gcd factorial prime factors divisors round floor ceiling root ** except common set pairs "
         "slice compress pick group get in dot median title lines space number sign lcm second rising zero binary real",
    6.5: "columns cross left right pair occurrences before after insert remove put times iterate takewhile dropwhile intersperse "
         "interleave swap indices base small toggle punctuation alnum distance clamp union merge duplicates partition",
    11.0: "fnv djb crc adler mix splitmix random shuffle sha catalan partitions totient ulp exponent lerp modpow byteswap gray "
          "bitreverse levenshtein quantile covariance correlation slope rms norm harmonic sample polynomial smooth linspace "
          "fixed pi exp log sin cos tan atan infinity nan finite near percent unsigned signed encode decode radix quote boolean "
          "subsets permutations hypot histogram naturals indent pad wrap center rotl rotr setbit clearbit flip leading trailing "
          "width bitceil bitfloor alphabet translate choose arrangements combinations",
}  # fmt: skip
BITS: Final = {word: bits for bits, words in _TIERS.items() for word in words.split()}
"""Hand-made priors: how far down a list of what people ask for a word comes."""

COMMON: Final = frozenset(word for word, bits in BITS.items() if bits <= 4.5) | {"zip", "map"}
"""What most programs are made of."""

COMMUTES: Final = frozenset(
    [
        "+",
        "*",
        "=",
        "!=",
        "is",
        "min",
        "max",
        "and",
        "or",
        "xor",
        "gcd",
        "lcm",
        "coprime",
        "distance",
        "hypot",
        "bitand",
        "bitor",
        "bitxor",
        "dot",
    ]
)
NEVER: Final = frozenset(
    ["print", "write", "warn", "input", "read", "bytes", "exists", "save", "extend", "clock", "naturals", "random", "shuffle"]
)
"""Effects, what is endless, and what is meant to look random."""


def bits_of(word: str) -> float:
    """What a word costs."""
    return BITS.get(word, OTHER)

"""Arrays made from numbers.

Imports `siglum.vocab.declare` and `siglum.vocab.intrinsics` only.
"""

from __future__ import annotations

from collections.abc import Sequence

from siglum.vocab.declare import char, word
from siglum.vocab.intrinsics import chr, divide, stop


@word("range", examples=("4 range is [0 1 2 3]", "0 range empty"))
def range_(count: int) -> list[int]:
    """0, 1, ... below count."""
    return [i for i in range(count)]


@word("to", examples=("2 to 5 is [2 3 4 5]", "5 to 2 | empty"))
def to(low: int, high: int) -> list[int]:
    """low, low + 1, ... up to and with high; nothing where high is below low."""
    return [i for i in range(low, high + 1)]


@word("to", examples=("'a' to 'e' is \"abcde\"", "'b' to 'a' | empty"))
def to_character(low: char, high: char) -> str:
    """The characters from low up to and with high; nothing where high comes before low."""
    return "".join([chr(n) for n in range(ord(low), ord(high) + 1)])


@word("down", examples=("5 down 2 is [5 4 3 2]", "2 down 5 | empty"), synonyms=("downto",))
def down(high: int, low: int) -> list[int]:
    """high, high - 1, ... down to and with low; nothing where high is below low."""
    return [high - i for i in range(high - low + 1)]


@word("naturals", examples=("naturals take 3 is [0 1 2]", "naturals at 7 is 7"))
def naturals() -> Sequence[int]:
    """0, 1, 2, ... without end; for words that stop by themselves."""
    return range(9223372036854775807)


@word("linspace", examples=("0.0 linspace 1.0 3 is [0.0 0.5 1.0]", "2.0 linspace 2.0 2 is [2.0 2.0]"))
def linspace(low: float, high: float, count: int) -> list[float]:
    """count values from low to high at equal distances. Stops with `argument` below two."""
    if count < 2:
        stop("argument")
    return [low + divide((high - low) * float(i), float(count - 1)) for i in range(count)]

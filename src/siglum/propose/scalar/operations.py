"""Which operations a search may use: a list of machine operations, or the vocabulary's words on 64-bit numbers.

Imports `ir`, `propose.constants` and `scalar.components`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from siglum.ir.function import Function
from siglum.ir.types import BOOL, I64, U64
from siglum.propose.constants import constants_of
from siglum.propose.scalar.components import component

_WORDS: Final = (
    "add sub mul neg abs sign min max and or xor not ones leading trailing eq ne slt sle "
    "add:1 sub:1 and:1 shl:1 ashr:1 ashr:63 lshr:1"
)
_WORDS32: Final = "add sub mul neg and or xor not eq ne ult ule add:1 sub:1 and:1 shl:1 lshr:1 lshr:31 ashr:31"
_MOST_CONSTANTS: Final = 4


@dataclass(frozen=True)
class Operations:
    """What programs may be made of, at 32 or 64 bits: components as `components.component` reads them, constants, and with
    `choices` one value or another by a condition.
    """

    width: int
    components: tuple[str, ...]
    constants: tuple[int, ...] = ()
    choices: bool = False


def operations(width: int, text: str, constants: Sequence[int] = (), *, choices: bool = False) -> Operations:
    """Operations from a text of components with spaces between. Raises ValueError for one that is none."""
    named = tuple(dict.fromkeys(text.split()))
    for name in named:
        component(name)
    return Operations(width, named, tuple(constants), choices)


def usual(width: int, numbers: Iterable[int]) -> Operations:
    """The usual operations, with some numbers as constants and as what is shifted or divided by."""
    fitting = [n for n in dict.fromkeys(numbers) if n not in (0, 1, -1) and -(1 << width - 1) <= n < 1 << width]
    constants = fitting[:_MOST_CONSTANTS]
    named = (_WORDS if width == 64 else _WORDS32).split()
    for n in constants:
        if 1 < n < width:
            named += [f"shl:{n}", f"lshr:{n}", f"ashr:{n}"]
        if width == 64 and n > 1:
            named += [f"div:{n}", f"mod:{n}"]
    return Operations(width, tuple(dict.fromkeys(named)), (0, 1, *constants), True)


def numbers_in(function: Function) -> list[int]:
    """The integers that a Function's text holds, the most frequent first."""
    return list(dict.fromkeys(int(value) for value, t in constants_of(function) if t in (I64, U64, BOOL)))

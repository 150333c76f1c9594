"""The constants of a reference: programs that do the same may well hold them, and inputs near them may well tell programs apart.

Imports `ir` only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from siglum.ir.function import Function, listed
from siglum.ir.inputs import inputs
from siglum.ir.node import CONST, DATA
from siglum.ir.types import BOOL, CHAR, F64, I64, RANGES, STR, U64, Type

Constant = tuple[Any, Type]
MOST: Final = 8
"""Constants of one reference that are looked at."""
_HELD: Final = (I64, U64, BOOL, CHAR, F64)
_NUMBERS: Final = (I64, U64, F64)
_MOST_CHARACTER: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)


def constants_of(call: Any) -> list[Constant]:
    """The numbers, truth values, characters and texts of a Function, or of the one that stands in `function` of what is called,
    the most frequent first; characters are texts of one.
    """
    function = call if isinstance(call, Function) else getattr(call, "function", None)
    if not isinstance(function, Function):
        return []
    found: Counter[Constant] = Counter()
    for node in listed(function.region):
        for a in node.args:
            if a.op is CONST and a.type in _HELD:
                found[(chr(a.attr) if a.type is CHAR else a.attr, a.type)] += 1
            elif a.op is DATA and a.type is STR:
                found[("".join(map(chr, a.attr[1])), STR)] += 1
    return [constant for constant, _ in found.most_common()]


def near(constants: Sequence[Constant], types: Sequence[Type]) -> Iterator[tuple[Any, ...]]:
    """Arguments of these types that hold a constant, or what is next to it, in one place and anything in the others."""
    others = inputs(tuple(types), 1, 3)
    for value, t in constants[:MOST]:
        for step in (0, 1, -1):
            for k, wanted in enumerate(types):
                for made in _holding(value + step if t in _NUMBERS else value, wanted):
                    yield from ((*other[:k], made, *other[k + 1 :]) for other in others)


def _holding(value: Any, t: Type) -> Iterator[Any]:
    """Values of a type that hold this one."""
    if t is STR and isinstance(value, str) and len(value) != 1:
        yield from (value, value + "a", value[1:])
    elif t.kind == "array":
        for element in _holding(value, t.element):
            yield element if t.element is CHAR else [element]
            yield element + "a" if t.element is CHAR else [element, element]
    elif t in RANGES:
        if type(value) is int and RANGES[t][0] <= value <= RANGES[t][1]:
            yield value
    elif t is F64:
        if type(value) in (int, float):
            yield float(value)
    elif t is CHAR:
        if isinstance(value, str) and len(value) == 1:
            yield value
        elif type(value) is int and 0 <= value <= _MOST_CHARACTER and value not in _SURROGATES:
            yield chr(value)

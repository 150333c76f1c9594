"""Calls of constants become constants, unless that could be noticed."""

from __future__ import annotations

import math

import pytest

from siglum import pipeline
from siglum.errors import Stop
from siglum.ir.fold import with_constant_calls
from siglum.ir.function import Builder, Function, listed
from siglum.ir.interpret import run
from siglum.ir.types import F64, U8
from siglum.ir.verify import verify

PROGRAM = """
def count(n: int) -> int:
    total = 0
    for k in range(n):
        total = total + k * k
    while total < 0:
        total += 1
    return total

def squares(n: int) -> list[int]:
    out = [0] * n
    for k in range(n):
        out[k] = k * k
    return out

def bytes_of(text: str) -> list[u8]:
    out: list[u8] = [0] * len(text)
    for k in range(len(text)):
        out[k] = ord(text[k])
    return out

def counted() -> int:
    return count(10)

def read_only() -> int:
    return squares(4)[3]

def stored_into() -> list[int]:
    xs = squares(3)
    xs[0] = 7
    return xs

def of_text() -> list[u8]:
    return bytes_of("Hi")

def too_long() -> int:
    return count(1000000)

def too_many() -> int:
    return squares(5000)[1]

def stops() -> int:
    return bytes_of("\\u20ac")[0]

def overflows() -> int:
    return count(4000000)
"""


def folded(name: str, overflow: str = "stop") -> tuple[Function, Function]:
    from siglum.frontend.elaborate import function_from_source

    before = function_from_source(PROGRAM, name, overflow=overflow)
    after = with_constant_calls(before)
    verify(after)
    return before, after


def calls(function: Function) -> int:
    return sum(n.op.name == "call" for n in listed(function.region))


@pytest.mark.parametrize(("name", "value"), [("counted", 285), ("read_only", 9), ("of_text", [72, 105])])
def test_a_call_of_constants_is_its_value(name: str, value: object) -> None:
    before, after = folded(name)
    assert (calls(before), calls(after)) == (1, 0)
    assert run(before, []) == run(after, []) == value


@pytest.mark.parametrize("name", ["stored_into", "too_long", "too_many", "stops", "overflows"])
def test_other_calls_stay(name: str) -> None:
    before, after = folded(name)
    assert calls(before) == calls(after) == 1


def test_a_stop_stays_where_it_is() -> None:
    before, after = folded("stops")
    stops = []
    for function in (before, after):
        with pytest.raises(Stop) as stop:
            run(function, [])
        stops.append(str(stop.value))
    assert stops[0] == stops[1]


def test_a_call_that_acts_stays() -> None:
    unit = pipeline.unit_from_phrase('"a" print')
    assert sum(n.op.name == "write" for n in listed(unit.function.region)) == 1


def test_the_text_to_print_is_a_constant() -> None:
    unit = pipeline.unit_from_phrase('"é" print')
    data = [n.attr for n in listed(unit.function.region) if n.op.name == "data"]
    assert (U8, tuple("é\n".encode())) in data


def test_zeros_of_both_signs_are_two_constants() -> None:
    b = Builder()
    plus, minus = b.data(F64, (0.0,)), b.data(F64, (-0.0,))
    assert plus is not minus
    assert math.copysign(1.0, minus.attr[1][0]) == -1.0
    assert b.data(F64, (-0.0,)) is minus

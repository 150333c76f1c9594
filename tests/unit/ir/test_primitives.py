"""The table of primitives: which types each row takes, and values at the ends of ranges."""

from __future__ import annotations

import math

import pytest

from siglum.ir.primitives import LANES, MAX64, MIN64, PRIMITIVES, WIDE, Halt, round_to_f32, wrap_to
from siglum.ir.types import BOOL, CHAR, F32, F64, I8, I64, NOTHING, STR, U8, U64, Array, Map, Option, Pair, Type

INTS, BYTES = Array(I64), Array(U8)

RULES: list[tuple[str, object, tuple[Type, ...], Type]] = [
    ("and", None, (U64, U64), U64), ("add_wrap", None, (U64, U64), U64), ("shl", None, (U64, I64), U64),
    ("popcount", None, (U64,), I64), ("eq", None, (CHAR, CHAR), BOOL), ("nonzero", None, (U64,), U64),
    ("nonzero", None, (I64,), I64), ("select", None, (BOOL, F64, F64), F64), ("cast", U64, (CHAR,), U64),
    ("cast", I64, (I8,), I64), ("narrow", CHAR, (I64,), CHAR), ("narrow", U8, (I64,), U8),
    ("pair", None, (I64, STR), Pair(I64, STR)),
    ("left", None, (Pair(I64, STR),), I64), ("right", None, (Pair(I64, STR),), STR), ("option", None, (BOOL, F64), Option(F64)),
    ("present", None, (Option(F64),), BOOL), ("held", None, (Option(F64),), F64), ("mapping", None, (STR, INTS), Map(CHAR, I64)),
    ("keys", None, (Map(CHAR, I64),), STR), ("values", None, (Map(CHAR, I64),), INTS), ("alloc", (U8, 1), (I64,), BYTES),
    ("array", None, (STR, I64), STR), ("length", None, (STR,), I64), ("load", None, (STR, I64), CHAR),
    ("store", None, (INTS, I64, I64), INTS), ("view", None, (INTS, I64, I64), INTS), ("data", (U8, (1,)), (), BYTES),
    ("lanes_add", None, (LANES, I64, F64), LANES), ("wide_add", None, (WIDE, I64), WIDE), ("if", None, (BOOL,), NOTHING),
]  # fmt: skip


@pytest.mark.parametrize(("name", "attr", "types", "made"), RULES)
def test_a_row_gives_a_type(name: str, attr: object, types: tuple[Type, ...], made: Type) -> None:
    assert PRIMITIVES[name].rule(attr, types) is made
    assert repr(PRIMITIVES[name]) == name


@pytest.mark.parametrize(
    ("name", "attr", "types"),
    [
        ("add", None, (I64, U64)), ("and", None, (I64, U64)), ("and", None, (F64, F64)), ("and", None, (I64,)),
        ("add_wrap", None, (BOOL, BOOL)), ("add_wrap", None, (I64, U64)), ("shl", None, (I64, U64)), ("shl", None, (BOOL, I64)),
        ("popcount", None, (BOOL,)), ("popcount", None, (I64, I64)), ("eq", None, (F64, F64)), ("eq", None, (I64, BOOL)),
        ("nonzero", None, (F64,)), ("nonzero", None, ()), ("select", None, (BOOL, I64, F64)), ("select", None, (I64, I64, I64)),
        ("select", None, (BOOL, STR, STR)), ("select", None, (BOOL, I64)), ("cast", F64, (I64,)), ("cast", I8, (I64,)),
        ("cast", I64, (I64, I64)), ("narrow", I64, (I64,)), ("narrow", U8, (U64,)), ("narrow", F64, (I64,)),
        ("pair", None, (I64,)),
        ("left", None, (Option(I64),)), ("left", None, ()), ("option", None, (I64, I64)), ("option", None, (BOOL,)),
        ("present", None, (Pair(I64, I64),)), ("mapping", None, (STR, I64)), ("mapping", None, (I64, STR)),
        ("mapping", None, (STR,)),
        ("keys", None, (STR,)), ("alloc", (U8, 1), (U64,)), ("alloc", (U8, 1), ()), ("array", None, (INTS, U64)),
        ("array", None, (I64, I64)), ("length", None, (Map(STR, STR),)), ("load", None, (INTS, U8)), ("load", None, (I64, I64)),
        ("store", None, (INTS, I64, F64)), ("store", None, (INTS, F64, I64)), ("view", None, (INTS, I64, U64)),
        ("view", None, (INTS, I64)), ("lanes_add8", None, (LANES, INTS, I64)),
    ],
)  # fmt: skip
def test_a_row_refuses_other_types(name: str, attr: object, types: tuple[Type, ...]) -> None:
    with pytest.raises(TypeError):
        PRIMITIVES[name].rule(attr, types)


def bits(x: object) -> object:
    return (math.isnan(x) or math.copysign(1, x), x if x == x else 0) if isinstance(x, float) else x


@pytest.mark.parametrize(
    ("name", "args", "value"),
    [
        ("add", (MAX64, 1), "overflow"), ("add", (MAX64, 0), MAX64), ("sub", (MIN64, 1), "overflow"),
        ("mul", (MIN64, -1), "overflow"),
        ("add_u", (2**64 - 1, 1), "overflow"), ("sub_u", (0, 1), "overflow"), ("mul_u", (2**32, 2**32 - 1), 2**64 - 2**32),
        ("mul_overflows", (2**32, 2**31), True), ("mul_overflows", (-(2**32), 2**31), False),
        ("floordiv", (-7, 2), -4), ("floordiv", (MIN64, -1), "overflow"), ("mod", (-7, 2), 1), ("mod", (7, -2), -1),
        ("nonzero", (0,), "division by zero"), ("nonzero", (5,), 5), ("shl", (1, 64), 1), ("shr", (-1, 63), 1),
        ("sar", (-8, 65), -4),
        ("leading_zeros", (0,), 64), ("leading_zeros", (-1,), 0), ("trailing_zeros", (0,), 64), ("trailing_zeros", (-8,), 3),
        ("to_signed", (2**63,), "range"), ("to_unsigned", (-1,), "range"), ("to_unsigned", (7,), 7),
        ("to_int", (9223372036854775808.0,), "range"), ("to_int", (-9223372036854775808.0,), MIN64),
        ("to_int", (math.nan,), "range"),
        ("to_int", (-1.9,), -1), ("fdiv", (1.0, -0.0), -math.inf), ("fdiv", (-0.0, 0.0), math.nan),
        ("fdiv", (math.nan, 0.0), math.nan),
        ("fdiv", (3.0, 2.0), 1.5), ("fsqrt", (-0.0,), -0.0), ("fsqrt", (-1.0,), math.nan), ("fsqrt", (4.0,), 2.0),
        ("ffloor", (-0.5,), -1.0), ("fceil", (-0.5,), -0.0), ("ftrunc", (1.5,), 1.0), ("ftrunc", (math.inf,), math.inf),
        ("fmin", (math.nan, 1.0), math.nan), ("fmin", (1.0, math.nan), 1.0), ("fmax", (0.0, -0.0), 0.0),
        ("canonical", (2.0,), 2.0),
        ("float_bits", (-0.0,), MIN64), ("float_bits", (-math.nan,), 0x7FF8000000000000), ("narrow_f32", (1e300,), math.inf),
        ("bounds", (-1, 5), "index"), ("bounds", (5, 5), "index"), ("bounds", (4, 5), 4), ("bounds", (4, -1), 4),
        ("wide_fit", (2**70,), "overflow"), ("lanes_total", ((1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0),), 255.0),
    ],
)  # fmt: skip
def test_values_at_the_ends_of_ranges(name: str, args: tuple[object, ...], value: object) -> None:
    meaning = PRIMITIVES[name].meaning
    assert meaning is not None
    if isinstance(value, str):
        with pytest.raises(Halt) as stopped:
            meaning(*args)
        assert stopped.value.kind == value
    else:
        assert bits(meaning(*args)) == bits(value)


def test_results_come_back_into_their_type() -> None:
    assert wrap_to(I64, 2**63) == MIN64 and wrap_to(I64, -5) == -5
    assert wrap_to(U64, -1) == 2**64 - 1 and wrap_to(U64, 2**64) == 0 and wrap_to(U64, 7) == 7
    assert wrap_to(F32, 1.5) == 1.5


def test_an_f32_is_the_nearest_one() -> None:
    assert round_to_f32(0.1) == 0.10000000149011612
    assert round_to_f32(-1e39) == -math.inf

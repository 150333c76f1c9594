"""The closed table of primitives: type rule, exact meaning, machine meaning, and how each may stop.

One row a primitive. `meaning` is the interpreter's (Python values; i64 and u64 as ints in range, char as its
code point); `machine` writes the same over `siglum.ir.machine`, from which LLVM code and solver terms come.
Rows without `machine` are structural or touch memory; the stencil families realize them.
Imports `ir.types` only.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Any, Final

from siglum.ir.types import BOOL, CHAR, F32, F64, I64, NOTHING, RANGES, U8, U64, Array, Map, Option, Pair, Type

MIN64: Final = -(2**63)
MAX64: Final = 2**63 - 1
MASK64: Final = 2**64 - 1
CANONICAL_NAN: Final[float] = struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000000))[0]


class Halt(Exception):
    """A primitive stopped; `kind` is a key of `errors.STOP_CODES`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Primitive:
    """One row. `rule(attr, argument types) -> result type` raises TypeError when the types do not fit."""

    __slots__ = ("commutes", "effect", "machine", "meaning", "name", "rule", "stop")

    def __init__(
        self,
        name: str,
        rule: Callable[[Any, tuple[Type, ...]], Type],
        meaning: Callable[..., Any] | None,
        machine: Callable[..., Any] | None,
        stop: str,
        commutes: bool,
        effect: bool,
    ) -> None:
        self.name, self.rule, self.meaning, self.machine = name, rule, meaning, machine
        self.stop, self.commutes, self.effect = stop, commutes, effect

    def __repr__(self) -> str:
        return self.name


PRIMITIVES: Final[dict[str, Primitive]] = {}
"""Name to row, in the order of the table."""


def _fixed(params: tuple[Type, ...], result: Type) -> Callable[[Any, tuple[Type, ...]], Type]:
    def rule(attr: Any, types: tuple[Type, ...]) -> Type:
        if types != params:
            raise TypeError(f"takes {params}, got {types}")
        return result

    return rule


def _row(
    name: str,
    rule: Callable[[Any, tuple[Type, ...]], Type] | tuple[tuple[Type, ...], Type],
    meaning: Callable[..., Any] | None = None,
    machine: Callable[..., Any] | None = None,
    *,
    stop: str = "",
    commutes: bool = False,
    effect: bool = False,
) -> Primitive:
    if isinstance(rule, tuple):
        rule = _fixed(*rule)
    row = Primitive(name, rule, meaning, machine, stop, commutes, effect)
    assert name not in PRIMITIVES, name
    PRIMITIVES[name] = row
    return row


def wrap_signed(x: int) -> int:
    """`x` modulo 2^64 as a signed word."""
    return ((x + 2**63) & MASK64) - 2**63


def _exact(x: int) -> int:
    if MIN64 <= x <= MAX64:
        return x
    raise Halt("overflow")


def _exact_u(x: int) -> int:
    if 0 <= x <= MASK64:
        return x
    raise Halt("overflow")


_II_I: Final = ((I64, I64), I64)
_UU_U: Final = ((U64, U64), U64)
_II_B: Final = ((I64, I64), BOOL)
_UU_B: Final = ((U64, U64), BOOL)
_FF_F: Final = ((F64, F64), F64)
_FF_B: Final = ((F64, F64), BOOL)
_F_F: Final = ((F64,), F64)
_I_I: Final = ((I64,), I64)


def _word_pair(attr: Any, types: tuple[Type, ...]) -> Type:
    """Two words of one type (i64, u64 or bool) to that type."""
    if len(types) == 2 and types[0] is types[1] and types[0] in (I64, U64, BOOL):
        return types[0]
    raise TypeError(f"takes two words of one type, got {types}")


def _wrapping_pair(attr: Any, types: tuple[Type, ...]) -> Type:
    if len(types) == 2 and types[0] is types[1] and types[0] in (I64, U64):
        return types[0]
    raise TypeError(f"takes two i64 or two u64, got {types}")


def _shift_pair(attr: Any, types: tuple[Type, ...]) -> Type:
    if len(types) == 2 and types[0] in (I64, U64) and types[1] is I64:
        return types[0]
    raise TypeError(f"takes a word and an i64, got {types}")


def _bitcount(attr: Any, types: tuple[Type, ...]) -> Type:
    if len(types) == 1 and types[0] in (I64, U64):
        return I64
    raise TypeError(f"takes one word, got {types}")


def _equal_words(attr: Any, types: tuple[Type, ...]) -> Type:
    if len(types) == 2 and types[0] is types[1] and types[0] in (I64, U64, BOOL, CHAR):
        return BOOL
    raise TypeError(f"takes two words of one type, got {types}")


# 1. Integers, exact or stopped ------------------------------------------------------------------------------
_row("add", _II_I, lambda x, y: _exact(x + y),
     lambda m, x, y: (m.stop_if(m.signed_add_overflows(x, y)), m.add(x, y))[1], stop="overflow", commutes=True)  # fmt: skip
_row("sub", _II_I, lambda x, y: _exact(x - y),
     lambda m, x, y: (m.stop_if(m.signed_sub_overflows(x, y)), m.sub(x, y))[1], stop="overflow")  # fmt: skip
_row("mul", _II_I, lambda x, y: _exact(x * y),
     lambda m, x, y: (m.stop_if(m.signed_mul_overflows(x, y)), m.mul(x, y))[1], stop="overflow", commutes=True)  # fmt: skip
_row("add_u", _UU_U, lambda x, y: _exact_u(x + y),
     lambda m, x, y: (m.stop_if(m.unsigned_add_overflows(x, y)), m.add(x, y))[1], stop="overflow", commutes=True)  # fmt: skip
_row("sub_u", _UU_U, lambda x, y: _exact_u(x - y),
     lambda m, x, y: (m.stop_if(m.unsigned_sub_overflows(x, y)), m.sub(x, y))[1], stop="overflow")  # fmt: skip
_row("mul_u", _UU_U, lambda x, y: _exact_u(x * y),
     lambda m, x, y: (m.stop_if(m.unsigned_mul_overflows(x, y)), m.mul(x, y))[1], stop="overflow", commutes=True)  # fmt: skip


# 2. Integers modulo 2^64 ------------------------------------------------------------------------------------
# On u64 the meaning functions see and give values in [0, 2^64); the interpreter re-wraps by result type.
_row("add_wrap", _wrapping_pair, lambda x, y: x + y, lambda m, x, y: m.add(x, y), commutes=True)
_row("sub_wrap", _wrapping_pair, lambda x, y: x - y, lambda m, x, y: m.sub(x, y))
_row("mul_wrap", _wrapping_pair, lambda x, y: x * y, lambda m, x, y: m.mul(x, y), commutes=True)
_row("mul_overflows", _II_B, lambda x, y: not MIN64 <= x * y <= MAX64,
     lambda m, x, y: m.signed_mul_overflows(x, y), commutes=True)  # fmt: skip


# 3. Division: the divisor is `nonzero(...)` or a nonzero constant, which the verifier checks ----------------------
def _floor_machine(m: Any, x: Any, y: Any) -> Any:
    m.stop_if(m.both(m.eq(x, m.const(MIN64)), m.eq(y, m.const(-1))))
    q = m.sdiv(x, y)
    r = m.sub(x, m.mul(q, y))
    # floor = truncated quotient, less one where the remainder is nonzero and differs in sign from y
    inexact = m.both(m.ne(r, m.const(0)), m.slt(m.xor(r, y), m.const(0)))
    return m.sub(q, m.word(inexact))


def _mod_machine(m: Any, x: Any, y: Any) -> Any:
    safe = m.select(m.eq(y, m.const(-1)), m.const(1), y)
    r = m.srem(x, safe)
    fix = m.both(m.ne(r, m.const(0)), m.slt(m.xor(r, y), m.const(0)))
    return m.select(fix, m.add(r, y), r)


_row("nonzero", lambda a, t: _fixed((t[0],), t[0])(a, t) if t and t[0] in (I64, U64) else _fixed((I64,), I64)(a, t),
     lambda x: x if x else _halt("division by zero"),
     lambda m, x: (m.stop_if(m.eq(x, m.const(0))), x)[1], stop="division by zero")  # fmt: skip
_row("floordiv", _II_I, lambda x, y: _exact(x // y), _floor_machine, stop="overflow")
_row("mod", _II_I, lambda x, y: x % y, _mod_machine)
_row("div_u", _UU_U, lambda x, y: x // y, lambda m, x, y: m.udiv(x, y))
_row("mod_u", _UU_U, lambda x, y: x % y, lambda m, x, y: m.urem(x, y))


def _halt(kind: str) -> Any:
    raise Halt(kind)


# 4. Bits: shift counts are taken modulo 64 ------------------------------------------------------------------
_row("and", _word_pair, lambda x, y: x & y, lambda m, x, y: m.and_(x, y), commutes=True)
_row("or", _word_pair, lambda x, y: x | y, lambda m, x, y: m.or_(x, y), commutes=True)
_row("xor", _word_pair, lambda x, y: x ^ y, lambda m, x, y: m.xor(x, y), commutes=True)
_row("not", ((BOOL,), BOOL), lambda x: not x, lambda m, x: m.xor(x, m.const(1)))
_row("shl", _shift_pair, lambda x, k: x << (k & 63), lambda m, x, k: m.shl(x, k))
_row("shr", _shift_pair, lambda x, k: (x & MASK64) >> (k & 63), lambda m, x, k: m.lshr(x, k))
_row("sar", _II_I, lambda x, k: x >> (k & 63), lambda m, x, k: m.ashr(x, k))
_row("popcount", _bitcount, lambda x: (x & MASK64).bit_count(), lambda m, x: m.popcount(x))
_row("leading_zeros", _bitcount, lambda x: 64 - (x & MASK64).bit_length(), lambda m, x: m.leading_zeros(x))
_row("trailing_zeros", _bitcount,
     lambda x: ((x & -x) & MASK64).bit_length() - 1 if x & MASK64 else 64, lambda m, x: m.trailing_zeros(x))  # fmt: skip


# 5. Comparison ----------------------------------------------------------------------------------------------
_row("eq", _equal_words, lambda x, y: x == y, lambda m, x, y: m.eq(x, y), commutes=True)
_row("ne", _equal_words, lambda x, y: x != y, lambda m, x, y: m.ne(x, y), commutes=True)
_row("lt", _II_B, lambda x, y: x < y, lambda m, x, y: m.slt(x, y))
_row("le", _II_B, lambda x, y: x <= y, lambda m, x, y: m.sle(x, y))
_row("lt_u", _UU_B, lambda x, y: x < y, lambda m, x, y: m.ult(x, y))
_row("le_u", _UU_B, lambda x, y: x <= y, lambda m, x, y: m.ule(x, y))
_row("min", _II_I, min, lambda m, x, y: m.select(m.slt(x, y), x, y), commutes=True)
_row("max", _II_I, max, lambda m, x, y: m.select(m.slt(x, y), y, x), commutes=True)


def _select_rule(attr: Any, types: tuple[Type, ...]) -> Type:
    if len(types) == 3 and types[0] is BOOL and types[1] is types[2] and (not types[1].args):
        return types[1]
    raise TypeError(f"takes a bool and two scalars of one type, got {types}")


_row("select", _select_rule, lambda c, x, y: x if c else y)


# 6. Conversions ---------------------------------------------------------------------------------------------
_FREE_CASTS: Final = {(BOOL, I64), (CHAR, I64), (I64, U64), (U64, I64), (F32, F64), (BOOL, U64), (CHAR, U64)}


def _cast_rule(attr: Any, types: tuple[Type, ...]) -> Type:
    """Changes the type, not the word: widening, and i64 <-> u64 modulo 2^64."""
    _arity(1, types)
    source = types[0]
    small = source in RANGES and source not in (I64, U64)
    if (source, attr) in _FREE_CASTS or (small and attr is I64):
        return attr  # type: ignore[no-any-return]
    raise TypeError(f"no free cast from {source} to {attr}")


def _narrow_rule(attr: Any, types: tuple[Type, ...]) -> Type:
    if types == (I64,) and (attr is CHAR or (attr in RANGES and attr not in (I64, U64))):
        return attr  # type: ignore[no-any-return]
    raise TypeError(f"cannot narrow {types} to {attr}")


def narrow_bounds(target: Type) -> tuple[int, int]:
    """Inclusive bounds of what `narrow` accepts (for `char`, surrogates are excluded as well)."""
    return (0, 0x10FFFF) if target is CHAR else RANGES[target]


def in_narrow(x: int, target: Type) -> bool:
    """Whether the i64 `x` fits `target`."""
    low, high = narrow_bounds(target)
    return low <= x <= high and not (target is CHAR and 0xD800 <= x <= 0xDFFF)


def _narrow_machine(m: Any, x: Any, target: Type) -> Any:
    low, high = narrow_bounds(target)
    m.stop_if(m.ult(m.const(high - low), m.sub(x, m.const(low))))
    if target is CHAR:
        m.stop_if(m.ult(m.sub(x, m.const(0xD800)), m.const(0x800)))
    return x


_row("cast", _cast_rule)
_row("narrow", _narrow_rule, lambda x, target: x if in_narrow(x, target) else _halt("range"), _narrow_machine, stop="range")
_row("to_signed", ((U64,), I64), lambda x: x if x <= MAX64 else _halt("range"),
     lambda m, x: (m.stop_if(m.slt(x, m.const(0))), x)[1], stop="range")  # fmt: skip
_row("to_unsigned", ((I64,), U64), lambda x: x if x >= 0 else _halt("range"),
     lambda m, x: (m.stop_if(m.slt(x, m.const(0))), x)[1], stop="range")  # fmt: skip
_row("to_float", ((I64,), F64), float, lambda m, x: m.from_signed(x))
_row("to_float_u", ((U64,), F64), float, lambda m, x: m.from_unsigned(x))


def _to_int(x: float) -> int:
    if -9223372036854775808.0 <= x < 9223372036854775808.0:
        return int(x)
    raise Halt("range")


def _to_int_machine(m: Any, x: Any) -> Any:
    low = m.from_bits(m.const(0xC3E0000000000000))
    high = m.from_bits(m.const(0x43E0000000000000))
    inside = m.both(m.fle(low, x), m.flt(x, high))
    m.stop_if(m.eq(m.word(inside), m.const(0)))
    return m.truncate(x)


_row("to_int", ((F64,), I64), _to_int, _to_int_machine, stop="range")


def round_to_f32(x: float) -> float:
    """The f32 nearest to `x`, as f64; overflow gives an infinity."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", x))[0])
    except OverflowError:
        return math.copysign(math.inf, x)


_row("narrow_f32", ((F64,), F32), round_to_f32, lambda m, x: m.fround32(x))


# 7. Floats: IEEE binary64, round to nearest even -------------------------------------------------------------------
def _fdiv(x: float, y: float) -> float:
    if y != 0.0:
        return x / y
    if x != x or x == 0.0:
        return CANONICAL_NAN
    return math.copysign(math.inf, x) * math.copysign(1.0, y)


def _whole(function: Callable[[float], int]) -> Callable[[float], float]:
    def apply(x: float) -> float:
        if not math.isfinite(x) or x == 0.0:
            return x
        return math.copysign(float(function(x)), x)

    return apply


_row("fadd", _FF_F, lambda x, y: x + y, lambda m, x, y: m.fadd(x, y), commutes=True)
_row("fsub", _FF_F, lambda x, y: x - y, lambda m, x, y: m.fsub(x, y))
_row("fmul", _FF_F, lambda x, y: x * y, lambda m, x, y: m.fmul(x, y), commutes=True)
_row("fdiv", _FF_F, _fdiv, lambda m, x, y: m.fdiv(x, y))
_row("fsqrt", _F_F, lambda x: math.sqrt(x) if x >= 0.0 else x if x == 0.0 else CANONICAL_NAN, lambda m, x: m.fsqrt(x))
_row("fneg", _F_F, lambda x: -x, lambda m, x: m.fneg(x))
_row("fabs", _F_F, abs, lambda m, x: m.fabs(x))
_row("ffloor", _F_F, _whole(math.floor), lambda m, x: m.ffloor(x))
_row("fceil", _F_F, _whole(math.ceil), lambda m, x: m.fceil(x))
_row("ftrunc", _F_F, _whole(math.trunc), lambda m, x: m.ftrunc(x))
_row("fmin", _FF_F, lambda x, y: y if y < x else x, lambda m, x, y: m.fselect(m.flt(y, x), y, x))
_row("fmax", _FF_F, lambda x, y: y if y > x else x, lambda m, x, y: m.fselect(m.flt(x, y), y, x))
_row("feq", _FF_B, lambda x, y: x == y, lambda m, x, y: m.feq(x, y), commutes=True)
_row("fne", _FF_B, lambda x, y: x != y, lambda m, x, y: m.fne(x, y), commutes=True)
_row("flt", _FF_B, lambda x, y: x < y, lambda m, x, y: m.flt(x, y))
_row("fle", _FF_B, lambda x, y: x <= y, lambda m, x, y: m.fle(x, y))
_row("canonical", _F_F, lambda x: x if x == x else CANONICAL_NAN,
     lambda m, x: m.fselect(m.feq(x, x), x, m.from_bits(m.const(0x7FF8000000000000))))  # fmt: skip
_row("float_bits", ((F64,), I64), lambda x: struct.unpack("<q", struct.pack("<d", x if x == x else CANONICAL_NAN))[0],
     lambda m, x: m.select(m.feq(x, x), m.bits(x), m.const(0x7FF8000000000000)))  # fmt: skip
_row("float_from_bits", ((I64,), F64), lambda x: struct.unpack("<d", struct.pack("<q", x))[0], lambda m, x: m.from_bits(x))


# 8. Checks --------------------------------------------------------------------------------------------------
# compared as unsigned words, which for a length n (never negative) says 0 <= i < n
_row("bounds", _II_I, lambda i, n: i if (i & MASK64) < (n & MASK64) else _halt("index"),
     lambda m, i, n: (m.stop_if(m.ule(n, i)), i)[1], stop="index")  # fmt: skip
_row("require", ((BOOL,), NOTHING), None, stop="attr")
_row("tick", ((), NOTHING), None, stop="fuel", effect=True)


# 9. Wide accumulation: value = low + 2^64 * high, low signed ------------------------------------------------------
WIDE: Final = Type()
WIDE.kind, WIDE.args, WIDE.has_vars, WIDE.text = "wide", (), False, "wide"
_row("wide", ((I64,), WIDE), lambda x: x)
_row("wide_add", ((WIDE, I64), WIDE), lambda w, x: w + x)
_row("wide_fit", ((WIDE,), I64), _exact, stop="overflow")


# 10. Eight-lane float sums: element k goes to lane k mod 8; total = pairs j,j+4 then j,j+2 then j,j+1 ------------------
LANES: Final = Type()
LANES.kind, LANES.args, LANES.has_vars, LANES.text = "lanes", (), False, "lanes"


def _lane_total(lanes: tuple[float, ...]) -> float:
    a = [lanes[j] + lanes[j + 4] for j in range(4)]
    b = [a[0] + a[2], a[1] + a[3]]
    return b[0] + b[1]


_row("lanes", ((), LANES), lambda: (-0.0,) * 8)
_row("lanes_add", ((LANES, I64, F64), LANES),
     lambda lanes, k, x: (*lanes[: k & 7], lanes[k & 7] + x, *lanes[(k & 7) + 1 :]))  # fmt: skip
_row("lanes_add8", ((LANES, Array(F64), I64), LANES), None)
_row("lanes_total", ((LANES,), F64), _lane_total)


# 11. Pairs, options, maps: components side by side, no code -----------------------------------------------------
def _arity(n: int, types: tuple[Type, ...], kind: str = "") -> None:
    if len(types) != n or (kind and types[0].kind != kind):
        raise TypeError(f"takes {n} {kind or 'arguments'}, got {types}")


def _pair_rule(attr: Any, types: tuple[Type, ...]) -> Type:
    _arity(2, types)
    return Pair(types[0], types[1])


def _part(kind: str, k: int) -> Callable[[Any, tuple[Type, ...]], Type]:
    def rule(attr: Any, types: tuple[Type, ...]) -> Type:
        _arity(1, types, kind)
        return types[0].args[k]

    return rule


def _map_part(k: int) -> Callable[[Any, tuple[Type, ...]], Type]:
    def rule(attr: Any, types: tuple[Type, ...]) -> Type:
        _arity(1, types, "map")
        return Array(types[0].args[k])

    return rule


def _option_rule(attr: Any, types: tuple[Type, ...]) -> Type:
    if len(types) != 2 or types[0] is not BOOL:
        raise TypeError(f"takes a bool and a value, got {types}")
    return Option(types[1])


def _present_rule(attr: Any, types: tuple[Type, ...]) -> Type:
    _arity(1, types, "option")
    return BOOL


def _mapping_rule(attr: Any, types: tuple[Type, ...]) -> Type:
    if len(types) != 2 or types[0].kind != "array" or types[1].kind != "array":
        raise TypeError(f"takes the keys and the values, got {types}")
    return Map(types[0].element, types[1].element)


_row("pair", _pair_rule, lambda a, b: (a, b))
_row("left", _part("pair", 0), lambda p: p[0])
_row("right", _part("pair", 1), lambda p: p[1])
_row("option", _option_rule, lambda present, value: (present, value))
_row("present", _present_rule, lambda o: o[0])
_row("held", _part("option", 0), lambda o: o[1])
_row("mapping", _mapping_rule, lambda keys, values: (keys, values))
_row("keys", _map_part(0), lambda m: m[0])
_row("values", _map_part(1), lambda m: m[1])


# 12. Arrays: values, updated functionally and used linearly, so that the update is in place -------------------------
def _alloc_rule(attr: Any, types: tuple[Type, ...]) -> Type:
    _arity(1, types)
    if types[0] is not I64:
        raise TypeError("takes an i64")
    return Array(attr[0])


def _array_rule(attr: Any, types: tuple[Type, ...]) -> Type:
    _arity(2, types, "array")
    if types[1] is not I64:
        raise TypeError("takes an array and an i64")
    return types[0]


def _length_rule(attr: Any, types: tuple[Type, ...]) -> Type:
    _arity(1, types, "array")
    return I64


def _load_rule(attr: Any, types: tuple[Type, ...]) -> Type:
    _arity(2, types, "array")
    if types[1] is not I64:
        raise TypeError("takes an array and an i64")
    return types[0].element


def _store_rule(attr: Any, types: tuple[Type, ...]) -> Type:
    _arity(3, types, "array")
    if types[1] is not I64 or types[2] is not types[0].element:
        raise TypeError(f"cannot store {types[2]} in {types[0]}")
    return types[0]


def _view_rule(attr: Any, types: tuple[Type, ...]) -> Type:
    _arity(3, types, "array")
    if types[1:] != (I64, I64):
        raise TypeError("takes an array and two i64")
    return types[0]


def _data_rule(attr: Any, types: tuple[Type, ...]) -> Type:
    return Array(attr[0])


# alloc: attr (element type, serial); zero-filled; stops when memory is out or the count negative
_row("alloc", _alloc_rule, None, stop="memory")
# reserve: as alloc, elements unwritten; reading one before it is stored is an error of the front end
_row("reserve", _alloc_rule, None, stop="memory")
# array: the first n elements of a buffer; stops when it has fewer
_row("array", _array_rule, None, stop="index")
_row("length", _length_rule, None)
_row("load", _load_rule, None)
_row("store", _store_rule, None)
_row("view", _view_rule, None, stop="index")
# data: attr (element type, tuple of element words as Python values); a constant array
_row("data", _data_rule, None)


# 13. Effects ------------------------------------------------------------------------------------------------
BYTES: Final = Array(U8)
# write: (descriptor, bytes) to how many bytes are left: 0 when all are written, else what failed or took none ends it
_row("write", ((I64, BYTES), I64), None, effect=True)
# read: (descriptor, buffer, most bytes) to (buffer, bytes read or a negative error); bytes land at the buffer's start
_row("read", ((I64, BYTES, I64), NOTHING), None, effect=True)
_row("open", ((BYTES, I64), I64), None, effect=True)
_row("close", ((I64,), I64), None, effect=True)
_row("clock", ((), I64), None, effect=True)


# 14. Control and binding: built by `ir.function.Builder` ------------------------------------------------------------
def _no_rule(attr: Any, types: tuple[Type, ...]) -> Type:
    return NOTHING


for _name in ("const", "param", "result", "if", "loop"):
    _row(_name, _no_rule)
_row("call", _no_rule, effect=True)
_row("recur", _no_rule, effect=True)


def wrap_to(t: Type, value: Any) -> Any:
    """A meaning's result brought back into its type: i64 and u64 modulo 2^64."""
    if t is I64 and not MIN64 <= value <= MAX64:
        return wrap_signed(value)
    if t is U64 and not 0 <= value <= MASK64:
        return value & MASK64
    return value

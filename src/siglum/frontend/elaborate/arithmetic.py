"""Operators on scalars: i64 exact or wrapping, u64, f64, bool, char, with literals promoted to what stands beside them.

Imports `siglum.ir`, the stage and the values.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Final

from siglum.frontend.elaborate.stage import Refusal, Stage, spelled
from siglum.ir.node import CONST, Node
from siglum.ir.types import BOOL, CHAR, F64, I64, RANGES, U64, Type

Operation = Callable[[Stage, Node, Node, int], Node]
SYMBOLS: Final[dict[type[ast.AST], str]] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
_EXACT_FLOAT: Final = 2**53


def _checked(exact: str, wrapping: str) -> Operation:
    def apply(st: Stage, x: Node, y: Node, origin: int) -> Node:
        if st.overflow == "wrap":
            return st.emit(wrapping, x, y)
        if exact == "add" and _is_index(x, y):
            return st.emit(wrapping, x, y)
        if exact == "sub" and y is st.one:
            least = st.at_least(x)
            if least is not None and least >= 0:
                made = st.emit(wrapping, x, y)
                st.note(made, least - 1)
                return made
        return st.emit(exact, x, y, origin=origin)

    return apply


def _is_index(x: Node, y: Node) -> bool:
    """Whether x + y is a loop's index plus one, which always fits."""
    return x.op.name == "param" and x.attr[0] > 0 and x.attr[1] == 0 and y.op is CONST and y.attr == 1


def _plain(name: str) -> Operation:
    return lambda st, x, y, origin: st.emit(name, x, y)


def _unsigned(exact: str, wrapping: str) -> Operation:
    return lambda st, x, y, origin: st.emit(wrapping, x, y) if st.overflow == "wrap" else st.emit(exact, x, y, origin=origin)


def divisor(st: Stage, y: Node, origin: int) -> Node:
    """`y`, checked not to be zero."""
    if y.op is CONST and y.attr != 0:
        return y
    return st.emit("nonzero", y, origin=origin)


def power_of_two(y: Node) -> int | None:
    """The exponent of a constant power of two, else None."""
    if y.op is CONST and y.type in (I64, U64) and y.attr > 0 and y.attr & (y.attr - 1) == 0:
        return int(y.attr).bit_length() - 1
    return None


def floor_divide(st: Stage, x: Node, y: Node, origin: int) -> Node:
    places = power_of_two(y)
    if places is not None:
        return st.emit("sar", x, st.const(places)) if places else x
    y = divisor(st, y, origin)
    if st.overflow == "wrap" and not (y.op is CONST and y.attr != -1):
        minus = st.emit("eq", y, st.const(-1))
        safe = st.emit("nonzero", st.emit("select", minus, st.one, y), origin=origin)
        quotient = st.emit("floordiv", x, safe, origin=origin)
        return st.emit("select", minus, st.emit("sub_wrap", st.zero, x), quotient)
    return st.emit("floordiv", x, y, origin=origin)


def modulo(st: Stage, x: Node, y: Node, origin: int) -> Node:
    places = power_of_two(y)
    if places is not None:
        return st.emit("and", x, st.const(int(y.attr) - 1))
    return st.emit("mod", x, divisor(st, y, origin))


def _divide_unsigned(name: str) -> Operation:
    return lambda st, x, y, origin: st.emit(name, x, divisor(st, y, origin))


def divide_floats(st: Stage, x: Node, y: Node, origin: int) -> Node:
    """x / y, stopping where y is zero, as Python does."""
    if not (y.op is CONST and y.attr != 0.0):
        st.emit("require", st.emit("fne", y, st.const(0.0, F64)), attr="division by zero", origin=origin)
    return st.emit("fdiv", x, y)


def as_float(st: Stage, x: Node, origin: int) -> Node:
    """An integer as f64; stops with `range` where f64 does not hold it exactly."""
    if x.op is CONST and float(x.attr) == x.attr:
        return st.const(float(x.attr), F64)
    if x.op.name != "length":
        shifted = st.emit("add_wrap", x, st.const(_EXACT_FLOAT))
        inside = st.emit("le_u", st.emit("cast", shifted, attr=U64), st.const(2 * _EXACT_FLOAT, U64))
        st.emit("require", inside, attr="range", origin=origin)
    return st.emit("to_float", x)


def divide_integers(st: Stage, x: Node, y: Node, origin: int) -> Node:
    y = divisor(st, y, origin)
    return st.emit("fdiv", as_float(st, x, origin), as_float(st, y, origin))


def floor_divide_floats(st: Stage, x: Node, y: Node, origin: int) -> Node:
    raise Refusal("`//` takes integers here", "write `floor(x / y)` with `floor` from siglum.vocab.intrinsics", "E-065")


def modulo_floats(st: Stage, x: Node, y: Node, origin: int) -> Node:
    raise Refusal("`%` takes integers here", "", "E-065")


def shift_left(st: Stage, x: Node, y: Node, origin: int) -> Node:
    """x * 2**y, exact or stopped (or modulo 2**64)."""
    wrapping = st.overflow == "wrap"
    if y.op is CONST:
        if y.attr < 0:
            st.emit("require", st.false, attr="argument", origin=origin)
        elif y.attr < 63 and x.type is I64 and not wrapping:
            return st.emit("mul", x, st.const(1 << y.attr), origin=origin)
    else:
        few = st.emit("lt_u", st.emit("cast", y, attr=U64), st.const(64, U64))
        st.emit("require", few, attr="argument", origin=origin)
    moved = st.emit("shl", x, y)
    if not wrapping:
        back = st.emit("sar" if x.type is I64 else "shr", moved, y)
        st.emit("require", st.emit("eq", back, x), attr="overflow", origin=origin)
    return moved


def shift_right(st: Stage, x: Node, y: Node, origin: int) -> Node:
    name = "sar" if x.type is I64 else "shr"
    if y.op is CONST:
        if y.attr < 0:
            st.emit("require", st.false, attr="argument", origin=origin)
        if y.attr > 63 and x.type is U64:
            return st.const(0, U64)
        return st.emit(name, x, st.const(min(y.attr, 63)))
    if not st.never_negative(y):
        st.emit("require", st.emit("le", st.zero, y), attr="argument", origin=origin)
    if y.op.name == "and" and any(a.op is CONST and 0 <= a.attr <= 63 for a in y.args):
        return st.emit(name, x, y)
    if x.type is U64:
        st.emit("require", st.emit("lt", y, st.const(64)), attr="argument", origin=origin)
        return st.emit(name, x, y)
    return st.emit(name, x, st.emit("min", y, st.const(63)))


def power(st: Stage, x: Node, y: Node, origin: int) -> Node:
    """x ** y for a small constant y; other powers are the word `**`."""
    if y.op is CONST and 0 <= y.attr <= 64 and x.type is I64:
        result = st.one
        exponent = int(y.attr)
        base = x
        while exponent:
            if exponent & 1:
                result = base if result is st.one else multiply(st, result, base, origin)
            exponent >>= 1
            if exponent:
                base = multiply(st, base, base, origin)
        return result
    raise Refusal("`**` takes an integer and a constant exponent here", "multiply in a loop, or use the word `**`", "E-065")


add: Final = _checked("add", "add_wrap")
subtract: Final = _checked("sub", "sub_wrap")
multiply: Final = _checked("mul", "mul_wrap")

BINARY: Final[dict[tuple[type[ast.operator], Type], Operation]] = {
    (ast.Add, I64): add, (ast.Sub, I64): subtract, (ast.Mult, I64): multiply,
    (ast.Add, U64): _unsigned("add_u", "add_wrap"), (ast.Sub, U64): _unsigned("sub_u", "sub_wrap"),
    (ast.Mult, U64): _unsigned("mul_u", "mul_wrap"),
    (ast.FloorDiv, I64): floor_divide, (ast.Mod, I64): modulo, (ast.Div, I64): divide_integers,
    (ast.FloorDiv, U64): _divide_unsigned("div_u"), (ast.Mod, U64): _divide_unsigned("mod_u"),
    (ast.Add, F64): _plain("fadd"), (ast.Sub, F64): _plain("fsub"), (ast.Mult, F64): _plain("fmul"),
    (ast.Div, F64): divide_floats, (ast.FloorDiv, F64): floor_divide_floats, (ast.Mod, F64): modulo_floats,
    (ast.LShift, I64): shift_left, (ast.LShift, U64): shift_left, (ast.RShift, I64): shift_right, (ast.RShift, U64): shift_right,
    (ast.BitAnd, I64): _plain("and"), (ast.BitOr, I64): _plain("or"), (ast.BitXor, I64): _plain("xor"),
    (ast.BitAnd, U64): _plain("and"), (ast.BitOr, U64): _plain("or"), (ast.BitXor, U64): _plain("xor"),
    (ast.BitAnd, BOOL): _plain("and"), (ast.BitOr, BOOL): _plain("or"), (ast.BitXor, BOOL): _plain("xor"),
    (ast.Pow, I64): power,
}  # fmt: skip

COMPARISONS: Final[dict[type[ast.cmpop], tuple[str, bool]]] = {
    ast.Eq: ("eq", False), ast.NotEq: ("ne", False), ast.Lt: ("lt", False), ast.LtE: ("le", False),
    ast.Gt: ("lt", True), ast.GtE: ("le", True),
}  # fmt: skip
"""Operator to primitive, and whether the sides change places."""


def beside(st: Stage, x: Node, y: Node) -> tuple[Node, Node]:
    """Both as one type where a literal promotes."""
    if x.type is not y.type:
        return st.promote(x, y.type), st.promote(y, x.type)
    return x, y


def binary(st: Stage, operator: type[ast.operator], x: Node, y: Node, origin: int) -> Node:
    """`x operator y` on scalars. Raises `Refusal`."""
    if operator in (ast.LShift, ast.RShift) and x.type in (I64, U64) and y.type is I64:
        return BINARY[operator, x.type](st, x, y, origin)
    if operator is ast.Pow and x.type is F64:
        return _float_power(st, x, y)
    if x.type is not y.type:
        x, y = beside(st, x, y)
        if x.type is I64 and y.type is F64:
            x = st.emit("to_float", x)
        elif x.type is F64 and y.type is I64:
            y = st.emit("to_float", y)
    operation = BINARY.get((operator, x.type)) if x.type is y.type else None
    if operation is None:
        raise mismatch(SYMBOLS[operator], x.type, y.type)
    return operation(st, x, y, origin)


def _float_power(st: Stage, x: Node, y: Node) -> Node:
    if y.op is CONST and y.attr == 2:
        return st.emit("fmul", x, x)
    raise Refusal("of powers of floats only `x ** 2` has an exact counterpart", "multiply in a loop", "E-065")


def mismatch(symbol: str, x: Type, y: Type) -> Refusal:
    fix = ""
    if {x, y} == {I64, U64}:
        fix = "u64 and int do not mix: convert one with `u64(...)` or `int(...)`"
    elif BOOL in (x, y):
        fix = "write `int(...)` to compute with a bool"
    elif CHAR in (x, y):
        fix = "write `ord(...)` to compute with a character"
    return Refusal(f"`{symbol}` does not take {spelled(x)} and {spelled(y)}", fix, "E-065")


def compare(st: Stage, operator: type[ast.cmpop], x: Node, y: Node, origin: int) -> Node:
    """`x operator y` on scalars, as a bool. Raises `Refusal`."""
    name, swapped = COMPARISONS[operator]
    if x.type is not y.type:
        x, y = beside(st, x, y)
        if x.type is I64 and y.type is F64:
            x = as_float(st, x, origin)
        elif x.type is F64 and y.type is I64:
            y = as_float(st, y, origin)
    t = x.type
    if t is not y.type or t.args:
        raise mismatch(SYMBOLS[operator], x.type, y.type)
    if swapped:
        x, y = y, x
    if t is F64:
        return st.emit("f" + name, x, y)
    if name in ("lt", "le"):
        if t is U64:
            name += "_u"
        elif t is not I64:
            x, y = st.emit("cast", x, attr=I64), st.emit("cast", y, attr=I64)
    if x is y and x.op.name != "const":
        return st.const(name in ("eq", "le", "le_u"), BOOL)
    return st.emit(name, x, y)


def negate(st: Stage, x: Node, origin: int) -> Node:
    if x.type is F64:
        return st.emit("fneg", x)
    if x.type is I64:
        return subtract(st, st.zero, x, origin)
    raise Refusal(f"`-` does not take {spelled(x.type)}", "", "E-065")


def convert(st: Stage, x: Node, target: Type, origin: int) -> Node:
    """`int(x)`, `float(x)`, `bool(x)`, `u8(x)`, ...: the value as the (widened) target type. Raises `Refusal`."""
    t = x.type
    if target is BOOL:
        return truth(st, x)
    if target is I64:
        if t is I64:
            return x
        if t is F64:
            return st.emit("to_int", x, origin=origin)
        if t is U64:
            return st.emit("to_signed", x, origin=origin)
        if t is BOOL:
            return st.emit("cast", x, attr=I64)
        raise Refusal(f"no int of {spelled(t)}", "write `ord(...)` for its number" if t is CHAR else "", "E-065")
    if target is F64 or target.kind == "f32":
        if t is I64:
            x = st.emit("to_float", x)
        elif t is U64:
            x = st.emit("to_float_u", x)
        elif t is BOOL:
            x = st.emit("to_float", st.emit("cast", x, attr=I64))
        elif t is not F64:
            raise Refusal(f"no {spelled(target)} of {spelled(t)}", "", "E-065")
        return x if target is F64 else st.emit("cast", st.emit("narrow_f32", x), attr=F64)
    if target is U64:
        if t is U64:
            return x
        whole = convert(st, x, I64, origin)
        if whole.op is CONST and whole.attr >= 0:
            return st.const(whole.attr, U64)
        return st.emit("to_unsigned", whole, origin=origin)
    if target in RANGES:
        return st.emit("cast", st.emit("narrow", convert(st, x, I64, origin), attr=target, origin=origin), attr=I64)
    raise Refusal(f"no {spelled(target)} of {spelled(t)}", "", "E-065")


def truth(st: Stage, x: Node) -> Node:
    """Whether a scalar counts as true."""
    if x.type is BOOL:
        return x
    if x.type is F64:
        return st.emit("fne", x, st.const(0.0, F64))
    if x.type in (I64, U64):
        return st.emit("ne", x, st.const(0, x.type))
    return st.true

"""The stencil families: what operations exist as machine code, their operands, and what each means.

One row a family; a stencil is one family with its registers chosen. The binder picks instances, the generator makes
the code, the checker follows the meaning. Imports `siglum.ir.primitives` and the standard library only.

Operand kinds, in the order of an instance's operands:

| kind | operand | becomes |
|---|---|---|
| v | integer register 0..7 | part of the stencil's variant |
| x | float register 0..7 | part of the stencil's variant |
| s | frame slot | hole, displacement 8*slot |
| i | signed 32-bit immediate | hole |
| q | 64-bit immediate | hole |
| t | label to go to when taken | jump |
| k | stop site | jump to the site's stub |
| d | byte offset in the image's constant data | hole relative to the instruction |
| c | label of a called block | call |
| z | bytes of the caller's frame, a multiple of 16 | hole |

An array operand is the slot of its base; its length is in the next slot. The registers are those of docs/frame.md.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from siglum.ir.primitives import PRIMITIVES
from siglum.ir.types import BOOL, CHAR, I8, I16, I32, I64, U8, U16, U32, U64, Type

REGISTER_KINDS: Final = "vx"
INTEGER_REGISTERS: Final = 8
FLOAT_REGISTERS: Final = 8


class Family(NamedTuple):
    """`name` is unique; `kinds` are the operand kinds; `primitive` is the row whose machine meaning it realizes
    ("" where the family's own name says what it does); `form` says how operands map to it (see `FORMS`);
    `attr` is the primitive's attribute, if any.
    """

    name: str
    kinds: str
    primitive: str
    form: str
    attr: Type | None = None


FORMS: Final = {
    "binary": "operand 0 := primitive(operand 0, operand 1); a stopping one has its site last",
    "binary swapped": "operand 0 := primitive(operand 1, operand 0)",
    "unary": "operand 0 := primitive(operand 1); a stopping one has its site last",
    "jump": "goto the label when primitive(operand 0, operand 1)",
    "jump swapped": "goto the label when primitive(operand 1, operand 0)",
    "jump unless": "goto the label unless primitive(operand 0, operand 1)",
    "own": "described beside the row",
}

FAMILIES: Final[dict[str, Family]] = {}
"""Name to family, in the order of the table."""


def _family(name: str, kinds: str, primitive: str = "", form: str = "own", attr: Type | None = None) -> None:
    assert name not in FAMILIES, name
    assert form in FORMS, form
    FAMILIES[name] = Family(name, kinds, primitive, form, attr)


def _stop(primitive: str) -> str:
    return "k" if PRIMITIVES[primitive].stop else ""


# 1. Integer arithmetic, bits, comparisons to a bool: register, slot and immediate forms -----------------------------
INTEGER_BINARY: Final = (
    "add", "sub", "mul", "add_u", "sub_u", "mul_u", "add_wrap", "sub_wrap", "mul_wrap", "mul_overflows",
    "floordiv", "mod", "div_u", "mod_u", "and", "or", "xor", "shl", "shr", "sar",
    "eq", "ne", "lt", "le", "lt_u", "le_u", "min", "max", "bounds",
)  # fmt: skip
for _name in INTEGER_BINARY:
    for _kind in "vsi":
        _family(f"{_name}.v{_kind}", f"v{_kind}{_stop(_name)}", _name, "binary")
# comparisons with the constant on the left: lt(imm, x) is x > imm
for _name in ("lt", "le", "lt_u", "le_u"):
    _family(f"{_name}.iv", "vi", _name, "binary swapped")
INTEGER_UNARY: Final = ("nonzero", "not", "popcount", "leading_zeros", "trailing_zeros", "to_signed", "to_unsigned")
for _name in INTEGER_UNARY:
    _family(f"{_name}.v", f"vv{_stop(_name)}", _name, "unary")
NARROW: Final = (I8, I16, I32, U8, U16, U32, CHAR)
for _type in NARROW:
    _family(f"narrow.{_type}", "vvk", "narrow", "unary", _type)

# 2. Floats --------------------------------------------------------------------------------------------------
FLOAT_BINARY: Final = ("fadd", "fsub", "fmul", "fdiv", "fmin", "fmax")
for _name in FLOAT_BINARY:
    _family(f"{_name}.xx", "xx", _name, "binary")
    _family(f"{_name}.xs", "xs", _name, "binary")
for _name in ("fsqrt", "fneg", "fabs", "ffloor", "fceil", "ftrunc", "canonical", "narrow_f32"):
    _family(f"{_name}.x", "xx", _name, "unary")
for _name in ("feq", "fne", "flt", "fle"):
    _family(f"{_name}.xx", "xx", _name, "own")  # v0 := primitive(operand 0, operand 1)
for _name in ("to_int", "float_bits"):
    _family(f"{_name}.vx", f"vx{_stop(_name)}", _name, "unary")
for _name in ("to_float", "to_float_u", "float_from_bits"):
    _family(f"{_name}.xv", "xv", _name, "unary")

# 3. Choice: the condition is in v0 ---------------------------------------------------------------------------
_family("select.vv", "vv", "select")  # operand 0 := v0 ? operand 0 : operand 1
_family("select.xx", "xx", "select")

# 4. Jumps ---------------------------------------------------------------------------------------------------
for _name in ("eq", "ne", "lt", "le", "lt_u", "le_u"):
    for _kind in "vsi":
        _family(f"j.{_name}.v{_kind}", f"v{_kind}t", _name, "jump")
for _name in ("lt", "le", "lt_u", "le_u"):
    for _kind in "si":
        _family(f"j.{_name}.{_kind}v", f"v{_kind}t", _name, "jump swapped")
for _name in ("feq", "fne", "flt", "fle"):
    _family(f"j.{_name}.xx", "xxt", _name, "jump")
for _name in ("flt", "fle"):
    _family(f"jn.{_name}.xx", "xxt", _name, "jump unless")
_family("j.true.v", "vt")  # goto the label when operand 0 is not 0
_family("j.false.v", "vt")  # goto the label when operand 0 is 0
_family("jmp", "t")
_family("latch.vv", "vvt")  # operand 0 += 1 (modulo 2^64); goto the label when operand 0 < operand 1, signed
_family("latch.vs", "vst")
_family("latch.vi", "vit")

# 5. Moves and constants -----------------------------------------------------------------------------------------
_family("mov.vv", "vv")
_family("mov.xx", "xx")
_family("ld.vs", "vs")  # register := slot
_family("st.sv", "sv")  # slot := register
_family("ld.xs", "xs")
_family("st.sx", "sx")
_family("mov.ss", "ss")  # slot := slot
_family("const.vi", "vi")
_family("const.vq", "vq")
_family("const.xq", "xq")  # operand 0 := the f64 with these bits
_family("const.si", "si")

# 6. Arrays: element i of the array at slot b --------------------------------------------------------------------
ELEMENTS: Final[dict[str, tuple[Type, ...]]] = {
    "i8": (I8,), "u8": (U8, BOOL), "i16": (I16,), "u16": (U16,), "i32": (I32,), "u32": (U32, CHAR), "i64": (I64, U64),
}  # fmt: skip
"""Width name to the integer element types it serves."""
for _width in ELEMENTS:
    _family(f"load.{_width}", "vsv", "load")  # operand 0 := element operand 2 of the array at operand 1
for _width in ("f32", "f64"):
    _family(f"load.{_width}", "xsv", "load")
for _width in ("8", "16", "32", "64"):
    _family(f"store.{_width}", "svv", "store")  # element operand 1 of the array at operand 0 := operand 2
for _width in ("f32", "f64"):
    _family(f"store.{_width}", "svx", "store")
# the same with the base in a register: near5.load.i64 takes it from v5
NEAR_REGISTERS: Final = (5, 6, 7)
"""Where the base of an array may be while a loop runs, beside its slot."""
NEAR_LOADS: Final = ("u8", "i32", "u32", "i64", "f64")
NEAR_STORES: Final = ("8", "32", "64", "f64")
for _register in NEAR_REGISTERS:
    for _width in NEAR_LOADS:
        _family(f"near{_register}.load.{_width}", "xv" if _width == "f64" else "vv", "load")  # operand 0 := element operand 1
    for _width in NEAR_STORES:
        _family(f"near{_register}.store.{_width}", "vx" if _width == "f64" else "vv", "store")  # element operand 0 := operand 1
# one 8-byte component of a composite element: at base + index*stride + offset (operands: array, index, stride, offset)
_family("cell.load.v", "vsvii", "load")  # operand 0 := the component
_family("cell.load.x", "xsvii", "load")
_family("cell.load.s", "ssvii", "load")  # slot := the component
_family("cell.store.v", "svvii", "store")  # the component := operand 2 (operands: array, index, value, stride, offset)
_family("cell.store.x", "svxii", "store")
_family("cell.store.s", "svsii", "store")
_family("data", "sdi", "data")  # slot := address of the constant data; next slot := operand 2 (count)
_family("alloc", "svik", "alloc")  # array at operand 0 := operand 1 fresh zeroed elements of operand 2 bytes
_family("reserve", "svik", "reserve")
_family("array", "ssvk", "array")  # array at operand 0 := first operand 2 elements of the array at operand 1
_family("view", "ssvvik", "view")  # := operand 3 elements from operand 2 on of the array at operand 1; operand 4 bytes each

# 7. Wide sums and float lanes ---------------------------------------------------------------------------------
_family("wide_add", "vvs", "wide_add")  # (operand 0 low, slot operand 2 high) += operand 1
_family("wide_fit", "vsk", "wide_fit")  # stops unless slot operand 1 is 0; operand 0 is the value
_family("lanes", "s", "lanes")  # eight slots from operand 0 := -0.0
_family("lanes_add", "svx", "lanes_add")  # lane (operand 1 mod 8) += operand 2
_family("lanes_add8", "ssv", "lanes_add8")  # lanes += elements operand 2 .. +7 of the f64 array at operand 1
_family("lanes_total", "xs", "lanes_total")

# 8. Stops, calls, entry ------------------------------------------------------------------------------------------
_family("require.v", "vk", "require")  # stops when operand 0 is 0
_family("tick", "k", "tick")  # stops when fuel is 0, else takes one
_family("stop", "i")  # stop := operand 0 (site + 1); leave with 1
_family("call", "czk", "call")  # frame += operand 1 (stops past frame_end), slot 0 := context, call, frame -= operand 1
_family("ret", "")  # return from a called block
_family("entry", "")  # from C: saves registers, sets frame and context, as docs/frame.md; falls into the body
_family("leave", "")  # back to C with 0

# 9. System calls: descriptor and result in v0; negative results are the kernel's errors ----------------------------
_family("write", "s", "write")  # v0 := write(v0, bytes of the array at operand 0)
_family("read", "s", "read")  # v0 := read(v0, into the array at operand 0, at most v1 bytes)
_family("open", "s", "open")  # v0 := open(the zero-terminated path at operand 0, flags v0, mode 0644)
_family("close", "", "close")
_family("clock", "", "clock")  # v0 := nanoseconds since boot (CLOCK_MONOTONIC)

# 10. Padding: does nothing in as many bytes as the name says. A loop within one 64-byte line of code runs up to twice as
# fast as one that crosses lines.
for _size in range(1, 10):
    _family(f"nop.{_size}", "")


def variants(family: Family) -> int:
    """How many stencils a family has: one for each choice of its registers."""
    count: int = 8 ** sum(k in REGISTER_KINDS for k in family.kinds)
    return count


def element_family(t: Type) -> str:
    """The width name of a scalar element type, as in `load.NAME`."""
    if t.kind in ("f32", "f64"):
        return t.kind
    return next(name for name, types in ELEMENTS.items() if t in types)

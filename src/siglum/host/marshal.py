"""Python values to machine components and back, as docs/frame.md lays them out.

Imports `ir.types`, `ir.values` and `errors`; `callable` imports it. A packer turns a value into 64-bit patterns, one per
component; arrays are borrowed where the buffer protocol allows it and copied otherwise.
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Callable
from typing import Any

from siglum.errors import UserError, echo
from siglum.ir.types import (
    BOOL,
    CHAR,
    F32,
    F64,
    I8,
    I16,
    I32,
    I64,
    RANGES,
    STR,
    U8,
    U16,
    U32,
    U64,
    WIDTHS,
    Array,
    Type,
    components,
    is_scalar,
)
from siglum.ir.values import importer, zero_of

Keep = list[Any]
"""Holds what the machine code borrows until the call is over."""
Packer = Callable[[Any, Keep], tuple[int, ...]]
Unpacker = Callable[[tuple[Any, ...], int], Any]

_MASK = (1 << 64) - 1
_FORMATS = {I8: "b", U8: "B", I16: "h", U16: "H", I32: "i", U32: "I", I64: "q", U64: "Q", F32: "f", F64: "d", BOOL: "?"}
_SAME_FORMAT = {"l": "q", "L": "Q", "n": "q", "N": "Q"}
"""On Linux x86-64 a C long has 64 bits."""
_NAMES = {"b": "i8", "B": "u8", "h": "i16", "H": "u16", "i": "i32", "I": "u32", "q": "i64", "Q": "u64", "f": "f32", "d": "f64",
          "?": "bool", "e": "f16", "g": "long double", "Zd": "complex", "O": "objects"}  # fmt: skip
_BOOL_CHUNK = 1 << 20


class _PyBuffer(ctypes.Structure):
    _fields_ = (
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.c_void_p),
        ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("format", ctypes.c_char_p),
        ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p),
        ("suboffsets", ctypes.c_void_p),
        ("internal", ctypes.c_void_p),
    )


def address_of(view: memoryview) -> int:
    """The address of a contiguous buffer's first byte; `view` must outlive its use."""
    buffer = _PyBuffer()
    ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(view), ctypes.byref(buffer), 0)
    found = buffer.buf or 0
    ctypes.pythonapi.PyBuffer_Release(ctypes.byref(buffer))
    return int(found)


def packer(t: Type) -> Packer:
    """What turns a Python value of type `t` into its components.

    The packer raises UserError: E-011 for a value of another type, dtype, shape or stride, E-018 for one out of range.
    """
    if is_scalar(t):
        return _scalar_packer(t)
    if t.kind == "array":
        return _array_packer(t)
    if t.kind == "pair":
        left, right = packer(t.args[0]), packer(t.args[1])

        def pack_pair(value: Any, keep: Keep) -> tuple[int, ...]:
            if not isinstance(value, (tuple, list)) or len(value) != 2:
                raise _wrong(value, t)
            return (*left(value[0], keep), *right(value[1], keep))

        return pack_pair
    if t.kind == "option":
        held = packer(t.args[0])
        absent = (0,) * (1 + len(components(t.args[0])))
        return lambda value, keep: absent if value is None else (1, *held(value, keep))
    if t.kind != "map":
        raise _wrong(zero_of(t), t)
    keys, values = _array_packer(Array(t.args[0])), _array_packer(Array(t.args[1]))

    def pack_map(value: Any, keep: Keep) -> tuple[int, ...]:
        if not isinstance(value, dict):
            raise _wrong(value, t)
        return (*keys(list(value), keep), *values(list(value.values()), keep))

    return pack_map


def _scalar_packer(t: Type) -> Packer:
    take = importer(t)
    if t in (F64, F32):
        from struct import Struct

        as_float, as_bits = Struct("<d"), Struct("<Q")

        def pack_float(value: Any, keep: Keep) -> tuple[int, ...]:
            bits: int = as_bits.unpack(as_float.pack(take(value)))[0]
            return (bits,)

        return pack_float
    return lambda value, keep: (int(take(value)) & _MASK,)


def _array_packer(t: Type) -> Packer:
    element = t.element
    if element is CHAR:
        return _pack_text
    if is_scalar(element):
        return _scalar_array_packer(t)
    pack = packer(element)

    def pack_elements(value: Any, keep: Keep) -> tuple[int, ...]:
        _check_sequence(value, t)
        words = array("Q")
        for item in value:
            words.extend(pack(item, keep))
        keep.append(words)
        return words.buffer_info()[0], len(value)

    return pack_elements


def _pack_text(value: Any, keep: Keep) -> tuple[int, ...]:
    if isinstance(value, (list, tuple)):
        take = importer(CHAR)
        points = array("I", [take(character) for character in value])
    elif isinstance(value, str):
        try:
            points = array("I", value.encode("utf-32-le"))
        except UnicodeEncodeError as error:
            raise UserError(
                f"character {error.start} is U+{ord(value[error.start]):04X}, half of a surrogate pair",
                fix="pass text of whole code points",
                code="E-011",
            ) from None
    else:
        raise _wrong(value, STR)
    keep.append(points)
    return points.buffer_info()


def _scalar_array_packer(t: Type) -> Packer:
    element = t.element
    code = _FORMATS[element]
    container = "b" if element is BOOL else code
    plain = {bool} if element is BOOL else {int} if element in RANGES else {int, float}
    take = importer(element)

    def pack_list(value: Any, keep: Keep) -> tuple[int, ...]:
        if type(value) is not list:
            try:
                view = memoryview(value)
            except TypeError:
                _check_sequence(value, t)
                value = list(value)
            except (ValueError, BufferError) as error:
                fix = f"convert it: array.astype({_dtype(element)!r})"
                raise UserError(f"{t} is wanted, the array cannot be read: {echo(str(error))}", fix=fix, code="E-011") from None
            else:
                return _borrow(view, t, keep)
        if set(map(type, value)) <= plain:
            try:
                packed = array(container, value)
            except OverflowError:
                packed = array(container, [take(item) for item in value])
        else:
            packed = array(container, [take(item) for item in value])
        keep.append(packed)
        return packed.buffer_info()

    return pack_list


def _borrow(view: memoryview, t: Type, keep: Keep) -> tuple[int, ...]:
    """Address and length of a buffer that has exactly the layout of `t`."""
    element = t.element
    given = view.format.lstrip("@=<") if view.format[:1] in "@=<" else view.format
    given = _SAME_FORMAT.get(given, given)
    if given != _FORMATS[element]:
        held = _NAMES.get(given, f"elements of format {echo(view.format)!r}")
        raise UserError(
            f"{t} is wanted, the array holds {held}", fix=f"convert it: array.astype({_dtype(element)!r})", code="E-011"
        )
    if view.ndim != 1:
        raise UserError(
            f"{t} is wanted, the array has {view.ndim} dimensions", fix="pass one row, or array.ravel()", code="E-011"
        )
    width = WIDTHS[element]
    if not view.c_contiguous:
        raise UserError(
            f"the elements lie {view.strides[0] if view.strides else 0} bytes apart, not {width}",
            fix="pass numpy.ascontiguousarray(array)",
            code="E-011",
        )
    address = address_of(view)
    if address % width:
        raise UserError(f"the array's address is not a multiple of {width}", fix="pass a copy: array.copy()", code="E-011")
    if element is BOOL:
        _check_bools(view)
    keep.append(view)
    return address, len(view)


def _check_bools(view: memoryview) -> None:
    flat = view.cast("B")
    for start in range(0, len(flat), _BOOL_CHUNK):
        if bytes(flat[start : start + _BOOL_CHUNK]).strip(b"\0\1"):
            raise UserError("the array of bool holds bytes other than 0 and 1", fix="pass array != 0", code="E-011")


def _dtype(element: Type) -> str:
    kind = element.kind
    long_names = {"i": "int", "u": "uint", "f": "float"}
    return kind if kind == "bool" else long_names[kind[0]] + kind[1:]


def _check_sequence(value: Any, t: Type) -> None:
    if isinstance(value, (str, dict)) or not (hasattr(value, "__len__") and hasattr(value, "__getitem__")):
        raise _wrong(value, t)


def _wrong(value: Any, t: Type) -> UserError:
    return UserError(f"{echo(repr(value))} is no {t}", fix=f"give a value of type {t}", code="E-011")


# Results ----------------------------------------------------------------------------------------------------


def component_format(t: Type) -> str:
    """The struct format of the components of `t`, without byte order."""
    if t.kind == "array":
        return "Qq"
    if t.kind == "pair":
        return component_format(t.args[0]) + component_format(t.args[1])
    if t.kind == "option":
        return "q" + component_format(t.args[0])
    if t.kind == "map":
        return "QqQq"
    return "d" if t in (F64, F32) else "Q" if t is U64 else "q"


def unpacker(t: Type) -> Unpacker:
    """What makes a Python value of type `t` from unpacked components, the first at the given index; arrays are copied."""
    if t is BOOL:
        return lambda words, at: bool(words[at])
    if t is CHAR:
        return lambda words, at: chr(words[at])
    if is_scalar(t):
        return lambda words, at: words[at]
    if t.kind == "array":
        return array_unpacker(t)
    if t.kind == "pair":
        left, right, second = unpacker(t.args[0]), unpacker(t.args[1]), len(components(t.args[0]))
        return lambda words, at: (left(words, at), right(words, at + second))
    if t.kind == "option":
        held = unpacker(t.args[0])
        return lambda words, at: held(words, at + 1) if words[at] else None
    keys, values = unpacker(Array(t.args[0])), unpacker(Array(t.args[1]))

    def unpack_map(words: tuple[Any, ...], at: int) -> dict[Any, Any]:
        return dict(zip(map(_hashable, keys(words, at)), values(words, at + 2), strict=True))

    return unpack_map


def array_unpacker(t: Type) -> Unpacker:
    """What copies an array out of memory as a list, or as `str` where `t` is text."""
    element = t.element
    copy = ctypes.string_at
    if element is CHAR:
        return lambda words, at: copy(words[at], 4 * words[at + 1]).decode("utf-32-le", "surrogatepass")
    if is_scalar(element):
        code: Any = _FORMATS[element]
        width = WIDTHS[element]
        return lambda words, at: memoryview(copy(words[at], width * words[at + 1])).cast(code).tolist()
    from struct import Struct

    layout, item = Struct("<" + component_format(element)), unpacker(element)

    def unpack_elements(words: tuple[Any, ...], at: int) -> list[Any]:
        raw = copy(words[at], layout.size * words[at + 1])
        return [item(parts, 0) for parts in layout.iter_unpack(raw)]

    return unpack_elements


def numpy_unpacker(t: Type) -> Unpacker:
    """What copies an array of scalars out of memory as a NumPy array."""
    dtype, width = _dtype(t.element), WIDTHS[t.element]

    def unpack_numpy(words: tuple[Any, ...], at: int) -> Any:
        import numpy

        made = numpy.empty(words[at + 1], dtype)
        ctypes.memmove(made.ctypes.data, words[at], width * words[at + 1])
        return made

    return unpack_numpy


def _hashable(value: Any) -> Any:
    return tuple(_hashable(part) for part in value) if isinstance(value, (list, tuple)) else value

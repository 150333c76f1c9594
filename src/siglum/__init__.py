"""Siglum: from intent to machine code that can be trusted.

Names are imported when first used, so that `import siglum` and the package build stay light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from siglum.api import Compiled, Function, compile, compile_python, function, native, prototype
    from siglum.errors import SiglumError, Stop
    from siglum.frontend.python.scalars import char, f32, f64, i8, i16, i32, i64, u8, u16, u32, u64
    from siglum.records import Verdict

__version__ = "0.1.0"

_HOMES = {
    "siglum.api": ("Compiled", "Function", "compile", "compile_python", "function", "native", "prototype"),
    "siglum.errors": ("SiglumError", "Stop"),
    "siglum.frontend.python.scalars": ("char", "f32", "f64", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"),
    "siglum.records": ("Verdict",),
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module 'siglum' has no attribute {name!r}")


__all__ = [
    "Compiled", "Function", "SiglumError", "Stop", "Verdict", "char", "compile", "compile_python", "f32", "f64",
    "function", "i8", "i16", "i32", "i64", "native", "prototype", "u8", "u16", "u32", "u64",
]  # fmt: skip

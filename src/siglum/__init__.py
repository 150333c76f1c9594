"""Siglum: from intent to machine code that can be trusted.

Names are imported when first used, so that `import siglum` and the package build stay light.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from siglum.api import (
        Compiled,
        Function,
        Proposed,
        check,
        compile,
        compile_python,
        function,
        native,
        propose,
        prototype,
        trial,
    )
    from siglum.errors import SiglumError, Stop
    from siglum.frontend.python.scalars import char, f32, f64, i8, i16, i32, i64, u8, u16, u32, u64
    from siglum.records import Verdict

__version__ = "0.1.0"

_HOMES = {
    "siglum.api": (
        "Compiled",
        "Function",
        "Proposed",
        "check",
        "compile",
        "compile_python",
        "function",
        "native",
        "propose",
        "prototype",
        "trial",
    ),
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


class _Check(ModuleType):
    """The stage `siglum.check`, which is called as the function of the same name is."""

    def __call__(self, *args: Any, **named: Any) -> Any:
        from siglum.api import check

        return check(*args, **named)


class _Propose(ModuleType):
    """The stage `siglum.propose`, likewise."""

    def __call__(self, *args: Any, **named: Any) -> Any:
        from siglum.api import propose

        return propose(*args, **named)


class _Package(ModuleType):
    """This package: whichever comes first, the stage or the function, `siglum.check(...)` and `siglum.propose(...)` work."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _CALLED and isinstance(value, ModuleType):
            value.__class__ = _CALLED[name]
        super().__setattr__(name, value)


_CALLED = {"check": _Check, "propose": _Propose}
sys.modules[__name__].__class__ = _Package

__all__ = [
    "Compiled", "Function", "Proposed", "SiglumError", "Stop", "Verdict", "char", "check", "compile", "compile_python", "f32",
    "f64", "function", "i8", "i16", "i32", "i64", "native", "propose", "prototype", "trial", "u8", "u16", "u32", "u64",
]  # fmt: skip

"""Names for annotations beyond Python's own: at run time in CPython they are plain int, float and str.

Imports nothing of the package.
"""

from __future__ import annotations

from typing import TypeAlias

char: TypeAlias = str
"""One code point, as a string of length one."""
i8: TypeAlias = int
i16: TypeAlias = int
i32: TypeAlias = int
i64: TypeAlias = int
u8: TypeAlias = int
u16: TypeAlias = int
u32: TypeAlias = int
u64: TypeAlias = int
"""64 bits, 0 to 2**64 - 1; sums and products outside stop."""
f32: TypeAlias = float
"""Stored as binary32; computed with as binary64."""
f64: TypeAlias = float

__all__ = ["char", "f32", "f64", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"]

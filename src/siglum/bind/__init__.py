"""Binding: a `Function` and the stencil table to an `Image`. Untrusted: the checker judges what comes out.

`bind` is the whole interface. Imports `ir`, `stencil`, `records`.
"""

from siglum.bind.binder import bind

__all__ = ["bind"]

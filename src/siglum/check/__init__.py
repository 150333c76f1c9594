"""The witness checker: do the bytes of an image compute its Function? Trusted, no solver.

`check_image` is the whole interface for images; `siglum.check.differential` runs native code against the interpreter.
Imports `ir`, `stencil`, `records`; nothing here imports another stage.
"""

from siglum.check.image import check_image

__all__ = ["check_image"]

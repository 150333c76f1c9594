"""Our own assembly text to machine code that runs anywhere: numbers put in by name, then LLVM's assembler.

Runs when the package is built. Imports llvmlite through `stencil`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from siglum.stencil.compile import compile_object, read_sections

_COMMENT: Final = re.compile(r" *#.*")
_NUMBER: Final = re.compile(r"\$([A-Z]\w*)")


def joined(paths: Iterable[Path]) -> str:
    """The files as one text, without comments; labels are shared."""
    return _COMMENT.sub("", "".join(path.read_text(encoding="utf-8") for path in paths))


def numbered(text: str, numbers: Mapping[str, int]) -> str:
    """The text with a number in place of each `$NAME`. Raises KeyError for a name that is no number."""
    return _NUMBER.sub(lambda found: str(numbers[found.group(1)]), text)


def assembled(text: str, section: str) -> bytes:
    """The machine code of section `.text.SECTION`. Raises RuntimeError when LLVM refuses the text, has another version than the
    stencil tables' one, or where the code would need a linker.
    """
    lines = [".intel_syntax noprefix", *text.splitlines()]
    quoted = (line.replace("\\", "\\5c").replace('"', "\\22") for line in lines)
    module = "".join(f'module asm "{line}"\n' for line in quoted)
    found = read_sections(compile_object(module, "x86-64-v2"))[section]
    if found.relocations:
        raise RuntimeError(f"the {section} needs a linker: {found.relocations[0]}")
    return found.code

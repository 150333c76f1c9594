"""The runner, from its assembly text to a static position-independent executable; the same text gives the same bytes.

Run as a child process of the package build: `python -m siglum.sandbox.build FOLDER`. Imports llvmlite through `stencil`.
"""

from __future__ import annotations

import os
import re
import struct
import sys
from pathlib import Path
from typing import Final

from siglum.sandbox.built import DIGEST_AT, RUNNER, TEXT_AT, path_of, source_digest
from siglum.sandbox.layout import NUMBERS, PAGE
from siglum.target.elf import layout
from siglum.target.x86_64.assembler import assembled, joined, numbered

SOURCES: Final = ("server.s", "confine.s", "inspect.s", "calls.s", "states.s", "range.s", "signals.s")
"""In this order they make one text; labels are shared."""
_STATE = re.compile(r"\bstate\(([^()]+)\)")
_NAME = re.compile(r"[A-Z]\w*")


def assembly(folder: Path = Path(__file__).parent) -> str:
    """The whole text with the numbers of `layout` put in. Raises KeyError for a name that is no number there."""
    text = joined(folder / name for name in SOURCES)
    # the scratch pages begin one page behind the text, which may itself be shifted by less than a page
    text = _STATE.sub(lambda found: f"[rip + text_end + {PAGE} + {_valued(found.group(1))}]", text)
    return numbered(text, NUMBERS)


def _valued(expression: str) -> str:
    return _NAME.sub(lambda found: str(NUMBERS[found.group()]), expression)


def runner() -> bytes:
    """The executable. Raises RuntimeError when LLVM refuses the text or has another version than the tables' one."""
    code = assembled(assembly(), RUNNER)
    (start,) = struct.unpack_from("<I", code)
    size = TEXT_AT + len(code)
    file = layout.header(layout.ET_DYN, TEXT_AT + start, 2, 0, 0)
    file += layout.segment(layout.PT_LOAD, layout.PF_R | layout.PF_X, 0, 0, size, size, PAGE)
    file += layout.stack_segment()
    assert len(file) == DIGEST_AT.start
    return (file + source_digest()).ljust(TEXT_AT, b"\0") + code


def build(folder: Path) -> None:
    """Write the runner into `folder`; the file appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    path = path_of(folder)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.write_bytes(runner())
    partial.replace(path)


if __name__ == "__main__":
    build(Path(sys.argv[1]))

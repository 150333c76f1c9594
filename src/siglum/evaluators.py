"""The search's operations as machine code, made when the package is built, and its engine: one file, quickly loaded.

Beside `siglum.pipeline`, which binds what `propose.search` declares. `python -m siglum.evaluators FOLDER` makes the file.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from siglum.errors import EnvironmentFault
from siglum.generated import PACKAGE, digest_of, is_source_tree, remake
from siglum.ir.types import Array, Type, is_scalar

if TYPE_CHECKING:
    from siglum.propose.search.catalogue import Operation

TARGET: Final = "x86-64-v2"
"""Evaluators run a few elements at a time: what the level above has brings nothing."""
FOLDER: Final = PACKAGE / "propose" / "search" / "built"
ENGINE: Final = ("engine.s", "ways.s", "values.s", "covers.s")
_NAME: Final = "evaluators.bin"
_MAGIC: Final = b"SIGLEVAL"
_HEAD: Final = struct.Struct("<8s32sIII")
_ALIGNMENT: Final = 64


class Evaluators(NamedTuple):
    """The engine's code; the operations, as `propose.search.catalogue.Operation` has its fields but the last, each with the
    offset of its code and that of the code that does all rows at once (None: there is none); their code, to be placed at a
    multiple of 64 bytes.
    """

    engine: bytes
    operations: list[list[Any]]
    code: bytes


def source_digest() -> bytes:
    """What the file is made from, as it names it."""
    folders = ("vocab", "frontend", "ir", "bind", "stencil")
    files = [path for folder in folders for path in sorted((PACKAGE / folder).rglob("*.py"))]
    search = PACKAGE / "propose" / "search"
    own = [search / name for name in ("catalogue.py", "words.py", "layout.py", "metering.py", *ENGINE)]
    return digest_of([*files, *own, PACKAGE / "evaluators.py", PACKAGE / "target" / "x86_64" / "assembler.py"])


def generate(folder: Path) -> None:
    """Writes the file into `folder`; it appears whole or not at all."""
    import os

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _NAME
    partial = path.with_name(f"{_NAME}.{os.getpid()}")
    partial.write_bytes(_made())
    partial.replace(path)


def _made() -> bytes:
    from siglum import pipeline
    from siglum.bind import bind
    from siglum.frontend.elaborate import elaborate_phrase
    from siglum.propose.search import layout
    from siglum.propose.search.catalogue import NAMES, Catalogue
    from siglum.propose.search.metering import metered
    from siglum.target.x86_64.assembler import assembled, joined, numbered

    engine = assembled(numbered(joined(PACKAGE / "propose" / "search" / name for name in ENGINE), layout.NUMBERS), "engine")
    language, table = pipeline.language(), pipeline.table_of(TARGET)
    code, operations = bytearray(), []
    made: dict[tuple[str, tuple[Type, ...], Type], int] = {}
    flat: list[tuple[str, tuple[Type, ...], Type] | None] = []
    for operation in Catalogue(language).operations():
        params = tuple(zip(NAMES, operation.params, strict=False))
        program = language.read(operation.text, params, operation.result)
        image = bind(metered(pipeline.refined(elaborate_phrase(program))), table)
        offset = len(code)
        made[operation.text, operation.params, operation.result] = offset
        flat.append(_side_by_side(operation))
        code += image.code
        code += bytes(-len(code) % _ALIGNMENT)
        types = [str(t) for t in operation.params]
        operations.append(
            [operation.text, types, str(operation.result), operation.words, operation.bits, operation.commutes, offset]
        )
    for row, key in zip(operations, flat, strict=True):
        row.append(made.get(key) if key else None)
    listed = zlib.compress(json.dumps(operations, separators=(",", ":")).encode(), 6)
    packed = zlib.compress(bytes(code), 6)
    return _HEAD.pack(_MAGIC, source_digest(), len(engine), len(listed), len(packed)) + engine + listed + packed


def _side_by_side(operation: Operation) -> tuple[str, tuple[Type, ...], Type] | None:
    """The operation that does the same to the numbers of lists side by side, if one may."""
    result = operation.result if operation.result.kind == "array" else Array(operation.result)
    if not operation.flat or not is_scalar(result.element):
        return None
    return operation.flat, tuple(p if p.kind == "array" else Array(p) for p in operation.params), result


def is_fresh(folder: Path = FOLDER) -> bool:
    """Whether `folder` holds a file made from the sources as they are."""
    try:
        with (folder / _NAME).open("rb") as file:
            head = file.read(_HEAD.size)
    except OSError:
        return False
    return len(head) == _HEAD.size and _HEAD.unpack(head)[:2] == (_MAGIC, source_digest())


@cache
def load(folder: Path = FOLDER) -> Evaluators:
    """The evaluators, made anew first where a source tree has newer sources. Raises EnvironmentFault where they are missing or
    cannot be made.
    """
    if is_source_tree() and not is_fresh(folder):
        remake("siglum.evaluators", folder, "the evaluators", older="the search's evaluators are older than their sources")
    try:
        data = (folder / _NAME).read_bytes()
        magic, _, engine, listed, packed = _HEAD.unpack_from(data)
        start = _HEAD.size
        if magic != _MAGIC or len(data) != start + engine + listed + packed:
            raise ValueError("it is damaged")
        operations = json.loads(zlib.decompress(data[start + engine : start + engine + listed]))
        return Evaluators(data[start : start + engine], operations, zlib.decompress(data[start + engine + listed :]))
    except (OSError, ValueError, struct.error, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        what = f"the search's evaluators cannot be read: {reason}"
        raise EnvironmentFault(what, fix="reinstall siglum", code="E-301") from None


if __name__ == "__main__":
    generate(Path(sys.argv[1]))

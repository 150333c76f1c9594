"""Files of examples by the ending of their name: .json, .jsonl, .csv, .tsv, .txt. Byte-order marks and CRLF are taken.

Imports `errors` and its siblings.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from siglum.errors import EnvironmentFault, UserError, echo
from siglum.ir.types import Type
from siglum.propose.example_cells import Row
from siglum.propose.example_csv import rows_of_csv
from siglum.propose.example_document import Document
from siglum.propose.example_json import rows_of_array, rows_of_lines
from siglum.propose.example_text import row_of_text
from siglum.records import Params

MAX_BYTES: Final = 64 << 20
"""Bytes of one file of examples."""
ENDINGS: Final = (".json", ".jsonl", ".csv", ".tsv", ".txt")


def rows_of_file(path: Path, params: Params | None = None, result: Type | None = None) -> Iterator[Row]:
    """The examples of a file, in order. `params` and `result`, where they are written, help to read .txt.

    Raises `UserError`: E-008 not UTF-8, E-042 no such file, too large or of no known kind, and what its notation refuses;
    `EnvironmentFault` (E-300) where the system refuses.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        fix = f"examples stand in files that end in {', '.join(ENDINGS)}"
        raise UserError(f"{_shown(path)} is of no known kind", None, fix, "E-042")
    document = Document(_shown(path), _text_of(path))
    if ending == ".json":
        return rows_of_array(document) if document.text.strip() else iter(())
    if ending == ".jsonl":
        return rows_of_lines(document)
    if ending == ".txt":
        return _rows_of_text(document, params, result)
    return rows_of_csv(document, "\t" if ending == ".tsv" else None)


def _rows_of_text(document: Document, params: Params | None, result: Type | None) -> Iterator[Row]:
    """One example a line; blank lines are skipped."""
    start = 0
    while start < len(document.text):
        end = document.text.find("\n", start)
        end = end if end >= 0 else len(document.text)
        if document.text[start:end].strip():
            yield row_of_text(document, start, end, params, result)
        start = end + 1


def _shown(path: Path) -> str:
    return echo(str(path), 200)


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a path"
        raise UserError(f"cannot read {_shown(path)}: {why}", None, "give the name of a file", "E-042") from None
    except OSError as error:
        raise EnvironmentFault(f"cannot read {_shown(path)}: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        fix = f"a file of examples has at most {MAX_BYTES >> 20} MB"
        raise UserError(f"{_shown(path)} is larger than {MAX_BYTES >> 20} MB", None, fix, "E-042")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{_shown(path)} is not UTF-8 at byte {error.start}", None, "save it as UTF-8", "E-008") from None

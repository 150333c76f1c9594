"""From what a user gives as examples to the examples of a Spec: one signature for all, values of its types, none twice.

Imports `errors`, `frontend.literals`, `ir`, `records` and its siblings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from siglum.errors import UserError, echo
from siglum.frontend.literals import check_utf8, show_value
from siglum.ir.types import F32, F64, Type
from siglum.propose.example_cells import Cell, Row
from siglum.propose.example_document import Document
from siglum.propose.example_files import rows_of_file
from siglum.propose.example_text import row_of_text
from siglum.propose.inference import is_key, parts_of
from siglum.propose.inference_columns import column_of, label_of, names_for, names_from
from siglum.records import Example, Params

MAX_EXAMPLES: Final = 10_000
MAX_CHARACTERS: Final = 1 << 22
"""Examples, and characters of one of them."""
"""How many examples are read for one intent."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The signature that examples and user agree on, the examples as values of its types, and short notes for people: what was
    concluded, renamed or merged. `result` is None only where there is neither a written one nor an example.
    """

    params: Params
    result: Type | None
    examples: tuple[Example, ...]
    notes: tuple[str, ...]


def read_examples(texts: Sequence[str], files: Sequence[Path], params: Params | None, result: Type | None) -> Resolved:
    """The examples that `texts` (`IN -> OUT` each) and `files` give, in that order.

    `params` and `result` are what was written of the signature; they win, and values are read as they say. What is not written
    is inferred from all examples together. Without texts and files there are no examples, and that is no error.
    Raises `UserError`: E-011 a type that no example can have, E-017 one input with two results, E-018 a number outside its type,
    E-019 examples of different shapes or types, E-020 none or too many, E-044 names that are not those of the signature, and
    what the notations refuse; `EnvironmentFault` where a file cannot be read.
    """
    _refuse_impossible(params, result)
    rows = _limited(_rows(texts, files, params, result))
    if not rows:
        return Resolved(params or (), result, (), ())
    rows, names = _aligned(rows, params)
    notes: list[str] = []
    if params is None:
        params = _inferred(rows, names, notes)
    if result is None:
        column = column_of([row.result for row in rows], "the result")
        result = column.type
        notes += [f"the result {note}" for note in column.notes]
    examples, merged = _distinct(rows, params, result)
    notes += _comma_note(rows, params, result)
    if merged:
        notes.append(f"{merged} example{'s are' if merged > 1 else ' is'} given more than once")
    return Resolved(params, result, examples, tuple(notes))


def _rows(texts: Sequence[str], files: Sequence[Path], params: Params | None, result: Type | None) -> Iterator[Row]:
    for k, text in enumerate(texts):
        source = f"<example {k + 1}>"
        check_utf8(text, source)
        yield row_of_text(Document(source, text), params=params, result=result)
    for path in files:
        none = True
        for row in rows_of_file(path, params, result):
            yield row
            none = False
        if none:
            message = f"examples alone cannot fix a function; 0 given in {echo(str(path), 200)}"
            raise UserError(message, None, "give at least one example", "E-020")


def _limited(rows: Iterator[Row]) -> list[Row]:
    found: list[Row] = []
    for row in rows:
        if len(found) == MAX_EXAMPLES:
            raise UserError(f"more than {MAX_EXAMPLES} examples", row.place, "give fewer of them", "E-020")
        size = sum(len(cell.text) for cell in (*row.arguments, row.result))
        if size > MAX_CHARACTERS:
            message = f"an example of {size} characters, {MAX_CHARACTERS} are read"
            raise UserError(message, row.place, "a short example says as much", "E-020")
        found.append(row)
    return found


def _refuse_impossible(params: Params | None, result: Type | None) -> None:
    """Raises E-011 for written types whose values no example can give."""
    for label, t in [*((f"`{name}`", t) for name, t in params or ()), *([("the result", result)] if result else [])]:
        for part in parts_of(t):
            if part.kind == "fn":
                raise UserError(f"{label} is a function, which no example can give", None, "give values as arguments", "E-011")
            if part.kind == "map" and not is_key(part.args[0]):
                raise UserError(f"{label}: {part.args[0]} cannot be a key", None, "keys are numbers or text", "E-011")


# --- shapes --------------------------------------------------------------------------------------------------------


def _aligned(rows: list[Row], params: Params | None) -> tuple[list[Row], tuple[str, ...] | None]:
    """The rows with their arguments in one order, and the names that files give them, if any does.

    Raises `UserError`: E-019 different numbers or names of arguments, E-044 names that the signature mixes with others.
    """
    first = next((row for row in rows if row.names is not None), rows[0])
    names = first.names
    if params is not None:
        written = tuple(name for name, _ in params)
        strange = [name for name in names or () if name not in written]
        if names and len(strange) < len(names):
            if strange:
                fix = f"the signature has {' '.join(written)}"
                raise UserError(f"`{echo(strange[0])}` is no parameter", first.place, fix, "E-044")
            names = written
    wanted = len(rows[0].arguments) if params is None else len(params)
    aligned = []
    for row in rows:
        count = len(row.arguments)
        if count != wanted:
            against = "the signature has" if params is not None else f"{rows[0].place} has"
            message = f"{count} argument{'s' if count != 1 else ''} here, {against} {wanted}"
            raise UserError(message, row.place, "give every example the same number of arguments", "E-019")
        if row.names is not None and names is not None and row.names != names:
            if set(row.names) != set(names):
                message = f"the arguments are called {_listed(row.names)} here, {_listed(names)} elsewhere"
                raise UserError(message, row.place, "give all files the same columns", "E-019")
            row = row._replace(arguments=tuple(row.arguments[row.names.index(name)] for name in names), names=names)
        aligned.append(row)
    if wanted == 0 and params is None:
        raise UserError("an example without arguments", rows[0].place, "give what goes in", "E-019")
    return aligned, names


def _listed(names: Sequence[str]) -> str:
    return echo(", ".join(names))


# --- types and values ----------------------------------------------------------------------------------------------


def _inferred(rows: list[Row], given: tuple[str, ...] | None, notes: list[str]) -> Params:
    """The parameters that hold the arguments of all rows; adds to `notes`."""
    columns = [column_of([row.arguments[k] for row in rows], label_of(k, given)) for k in range(len(rows[0].arguments))]
    types = [column.type for column in columns]
    names, changed = names_from(given) if given else (names_for(types), ())
    notes += changed
    for name, column in zip(names, columns, strict=True):
        notes += [f"`{name}` {note}" for note in column.notes]
    return tuple(zip(names, types, strict=True))


def _comma_note(rows: list[Row], params: Params, result: Type) -> list[str]:
    types = (*(t for _, t in params), result)
    for row in rows:
        for cell, t in zip((*row.arguments, row.result), types, strict=True):
            if not {F32, F64}.isdisjoint(parts_of(t)) and cell.decimal_comma:
                return [f"a comma in a number is a decimal comma: {cell.written} is {cell.written.replace(',', '.')}"]
    return []


def _distinct(rows: list[Row], params: Params, result: Type) -> tuple[tuple[Example, ...], int]:
    """The examples without those that say the same again, and how many those were. Raises E-017 for contradictions."""
    found: dict[str, Example] = {}
    for row in rows:
        arguments = tuple(cell.value(t) for cell, (_, t) in zip(row.arguments, params, strict=True))
        example = Example(arguments, row.result.value(result), row.place)
        earlier = found.setdefault(_key(arguments), example)
        if _key(earlier.result) != _key(example.result):
            raise _contradiction(earlier, example, row.arguments, result)
    return tuple(found.values()), len(rows) - len(found)


def _key(value: Any) -> str:
    """What tells values apart: signed zeros are two, all NaNs are one."""
    return repr(value)


def _contradiction(earlier: Example, later: Example, arguments: Sequence[Cell], result: Type) -> UserError:
    shown = ", ".join(cell.written for cell in arguments)
    now, before = (echo(show_value(example.result, result)) for example in (later, earlier))
    message = f"{echo(shown)} gives {now} here and {before} at {earlier.place}"
    return UserError(message, later.place, "one input has one result: keep the right one", "E-017")

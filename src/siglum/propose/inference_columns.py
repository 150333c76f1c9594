"""What all values of one argument, or all results, are together: their type, what to call it, and what people should know.

Imports `errors`, `frontend`, `ir`, `vocab` and its siblings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from siglum.errors import UserError, echo
from siglum.ir.types import NOTHING, STR, Type
from siglum.propose.example_cells import FIELD, QUOTED, Cell
from siglum.propose.inference import holds_whole_numbers, joined, settled

_NO_NAME: Final = re.compile(r"[^A-Za-z0-9_]+")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


class Column(NamedTuple):
    """The type of a column, and what people should know: texts that go on behind the column's name."""

    type: Type
    notes: tuple[str, ...] = ()


def column_of(cells: Sequence[Cell], label: str) -> Column:
    """The type that holds every cell; `label` names the column in errors.

    Raises `UserError`: E-019 two cells that no type holds, and what a cell alone is refused for.
    """
    common = NOTHING
    first = cells[0]
    for cell in cells:
        both = joined(common, cell.type)
        if both is None:
            raise _mixed(label, cell, first, common)
        if both is not common:
            common, first = both, cell
    found = settled(common)
    notes = []
    if any(holds_whole_numbers(cell.given, found) for cell in cells):
        notes.append(f"is {found}: some of its numbers are whole")
    if found is not common:
        notes.append(f"is {found}: {_unsaid(common)}")
    return Column(found, tuple(notes))


def _mixed(label: str, cell: Cell, other: Cell, t: Type) -> UserError:
    """The refusal of a column where `cell` does not go with `other`, whose type by then is `t`."""
    if cell.missing or other.missing:
        empty, full = (cell, other) if cell.missing else (other, cell)
        there = f"{full.written} in line {full.place.line}"
        return empty.refusal(f"{label}: this field is empty, {there} is {_shown(full.type)}", "fill it in", "E-019")
    fix = ""
    if STR in (cell.type, t):
        quotes = '"""' if cell.kind in (FIELD, QUOTED) else '"'
        fix = f"write text that looks like a number as {quotes}12{quotes}, or give the signature"
    at = other.place
    where = f"line {at.line}" if at.source == cell.place.source else str(at)
    message = f"{label}: {cell.written} is {_shown(cell.type)}, {other.written} in {where} is {_shown(t)}"
    return cell.refusal(message, fix, "E-019")


def _shown(t: Type) -> str:
    return str(t).replace(str(NOTHING), "?")


def _unsaid(t: Type) -> str:
    """Why a part of `t` had to be assumed."""
    if t.kind == "option" and t.element is NOTHING:
        return "every value is none"
    if t.kind == "array" and t.element is NOTHING:
        return "every list is empty"
    return "no example says what is inside"


# --- names ---------------------------------------------------------------------------------------------------------


def is_taken(name: str) -> bool:
    """Whether `name` means something in a phrase already: a word, a synonym, or a reserved name."""
    from siglum.frontend.phrase.grammar import BUILT_IN_SHAPES, HINTS, RESERVED
    from siglum.vocab.declare import vocabulary

    words = vocabulary()
    known = words.shape(name) is not None or words.synonym(name) is not None
    return known or name in RESERVED or name in BUILT_IN_SHAPES or name in HINTS


def names_for(types: Sequence[Type]) -> tuple[str, ...]:
    """What parameters without names are called: x, xs or s by type where there is one, else a b c and so on."""
    if len(types) == 1:
        t = types[0]
        wanted = "s" if t is STR else "xs" if t.kind == "array" else "x"
        return (_free(wanted, ()),)
    found: list[str] = []
    for k in range(len(types)):
        found.append(_free(_LETTERS[k % 26] + (str(k // 26 + 1) if k > 25 else ""), found))
    return tuple(found)


def names_from(given: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of a file made fit for phrases: ASCII letters, digits and underscores, none that means something already; and notes
    on those that changed.
    """
    found: list[str] = []
    notes: list[str] = []
    for k, name in enumerate(given):
        clean = _NO_NAME.sub("_", name).strip("_") or _LETTERS[k % 26]
        clean = _free(f"x{clean}" if clean[0].isdigit() else clean, found)
        found.append(clean)
        if clean != name:
            why = (
                "which is a word"
                if is_taken(name)
                else "which is already taken"
                if name in found
                else "which is no name in a phrase"
            )
            notes.append(f"`{clean}` stands for `{echo(name)}`, {why}")
    return tuple(found), tuple(notes)


def _free(name: str, others: Sequence[str]) -> str:
    while name in others or is_taken(name):
        name += "_"
    return name


def label_of(k: int, names: Sequence[str] | None) -> str:
    """How errors call argument `k`, counted from 0."""
    return f"`{echo(names[k])}`" if names else f"argument {k + 1}"

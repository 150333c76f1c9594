"""Values of Python as examples write them. Imports `frontend.literals`, `propose` and `errors`."""

from __future__ import annotations

from typing import Any

from siglum.errors import UserError, echo
from siglum.frontend.literals import show_value
from siglum.propose.inference import NoTypeError, type_of


def written(example: Any) -> str:
    """`INPUT -> RESULT` for a pair of arguments (one value, or a tuple of several) and result. Raises `UserError` E-019 for what
    is no pair, E-011 for a value that no type has.
    """
    if not isinstance(example, (tuple, list)) or len(example) != 2:
        message = f"{echo(repr(example))} is no example"
        raise UserError(message, None, "give pairs of arguments and result, as in ([1, 2, 3], 14)", "E-019")
    arguments = example[0] if isinstance(example[0], tuple) else (example[0],)
    return f"{' '.join(map(shown, arguments))} -> {shown(example[1])}"


def shown(value: Any) -> str:
    """A value as a person would write it. Raises `UserError` E-011."""
    try:
        return show_value(value, type_of(value))
    except (NoTypeError, IndexError, TypeError):
        what = f"{echo(repr(value))} has no type here"
        fix = "give numbers, bools, text, None, and lists, pairs and dicts of one type"
        raise UserError(what, None, fix, "E-011") from None

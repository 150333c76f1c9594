"""Options that several verbs share, and how their values are read. Imports click and `siglum.errors`."""

from __future__ import annotations

from collections.abc import Iterable

import click

from siglum.errors import UserError, echo

signature_option = click.option("--signature", metavar='"xs:[i64] -> i64"', help="Types of a bare phrase's parameters.")
overflow_option = click.option(
    "--overflow", default="stop", show_default=True, metavar="stop|wrap", help="What integers do that do not fit."
)


def count(option: str, text: str, highest: int) -> int:
    """A whole number of at least 1; raises `UserError` E-006 with the accepted range."""
    digits = text.removeprefix("+")
    value = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 30 else 0
    if not 1 <= value <= highest:
        raise UserError(f"{option} {echo(text)} is outside 1..{highest}", None, "give a whole number", "E-006")
    return value


def named_arguments(given: Iterable[str]) -> dict[str, str]:
    """`NAME=VALUE` texts as a mapping; raises `UserError` E-044 for one without `=` or a name given twice."""
    named: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise UserError(f"--arg {echo(text)} has no `=`", None, "write --arg name=value", "E-044")
        if name in named:
            raise UserError(f"the argument `{echo(name)}` is given twice", None, "give it once", "E-044")
        named[name] = value
    return named

"""What every verb is made of: its command class and what it gives back. Imports click."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import click


@dataclass(slots=True)
class Output:
    """What a verb gives back: `text` for a person, `data` for `--json`, and the exit code."""

    text: str
    data: dict[str, Any] = field(default_factory=dict)
    exit: int = 0


class Verb(click.Command):
    """A command with `--json`. Arguments such as `-5`, `-> i64` and `- 1` are no options."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        help_text = "Print one JSON object, errors included."
        self.params.append(click.Option(["--json"], is_flag=True, expose_value=False, callback=_remember, help=help_text))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # No argument of a process can hold a NUL, so the mark is unambiguous.
        rest = super().parse_args(ctx, [f"\0{a}" if _is_value(a) else a for a in args])
        ctx.params = {name: _unmarked(value) for name, value in ctx.params.items()}
        return rest


def _remember(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    ctx.meta["siglum.json"] = value


def _is_value(argument: str) -> bool:
    """Whether a text that starts with a minus sign is a value all the same: options go on with a letter or a second one."""
    return len(argument) > 1 and argument[0] == "-" and (not (argument[1].isalpha() or argument[1] == "-") or argument == "-inf")


def _unmarked(value: Any) -> Any:
    if isinstance(value, str):
        return value.removeprefix("\0")
    return tuple(_unmarked(v) for v in value) if isinstance(value, tuple) else value

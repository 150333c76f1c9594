"""`siglum tokens`: token counts of a file or a phrase."""

from __future__ import annotations

import click

from siglum.cli.verb import Output, Verb
from siglum.errors import UserError


@click.command("tokens", cls=Verb)
@click.argument("file", required=False)
@click.option("--phrase", help="Count this phrase instead of a file; it must be a program.")
def command(file: str | None, phrase: str | None) -> Output:
    """Count the tokens of FILE or of a phrase in several vocabularies, without network."""
    from siglum.files import read_text
    from siglum.measure.tokens import count_tokens

    if file is not None and phrase is not None:
        raise UserError("a file and --phrase together", None, "choose one", "E-007")
    if file is None and phrase is None:
        raise UserError("nothing to count", None, "give a file or --phrase TEXT", "E-001")
    text = phrase if phrase is not None else read_text(str(file))
    counts = count_tokens(text)
    size = len(text.encode("utf-8"))
    rows = [f"{name:12}{count:>10}" for name, count in counts.items()]
    return Output("\n".join([*rows, f"{'bytes':12}{size:>10}"]), {"tokens": counts, "bytes": size})

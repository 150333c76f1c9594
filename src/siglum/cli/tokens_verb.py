"""`siglum tokens`: token counts of a file or a phrase."""

from __future__ import annotations

import click

from siglum.cli.options import signature_option
from siglum.cli.verb import Output, Verb
from siglum.errors import UserError


@click.command("tokens", cls=Verb)
@click.argument("file", required=False)
@click.option("--phrase", help="Count this phrase instead of a file; it must be a program.")
@signature_option
def command(file: str | None, phrase: str | None, signature: str | None) -> Output:
    """Count the tokens of FILE (`-` for standard input) or of a phrase in several vocabularies, without network."""
    from siglum.cli.terminal import table
    from siglum.files import read_text
    from siglum.measure.tokens import count_tokens

    if file is not None and phrase is not None:
        raise UserError("a file and --phrase together", None, "choose one", "E-007")
    if phrase is not None:
        from siglum import pipeline
        from siglum.frontend.literals import check_utf8

        check_utf8(phrase, "<phrase>")
        params, result = pipeline.parse_signature(signature) if signature is not None else ((), None)
        pipeline.language().parse(phrase, params, result)
        text = phrase
    elif file is not None:
        text = read_text(file)
    else:
        raise UserError("nothing to count", None, "give a file or --phrase TEXT", "E-001")
    counts = count_tokens(text)
    size = len(text.encode("utf-8"))
    rows = [[name, str(n)] for name, n in [*counts.items(), ("(bytes)", size)]]
    return Output(table(["vocabulary", "tokens"], rows, frozenset({1})), {"tokens": counts, "bytes": size})

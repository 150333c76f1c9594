"""`siglum next`: exactly what may follow the beginning of a phrase."""

from __future__ import annotations

import click

from siglum.cli.options import signature_option
from siglum.cli.verb import Output, Verb
from siglum.errors import UserError


@click.command("next", cls=Verb)
@click.argument("prefix", required=False)
@signature_option
def command(prefix: str | None, signature: str | None) -> Output:
    """List the tokens that can follow PREFIX so that some program with types begins that way.

    INTEGER, FLOAT, TEXT and CHARACTER stand for a literal, NAME for a new name, END for the end of the phrase.
    """
    if prefix is None:
        fix = 'give the beginning of a phrase, as in siglum next "f xs:[i64] = xs filter"'
        raise UserError("nothing to continue", None, fix, "E-001")
    from siglum import pipeline
    from siglum.frontend.literals import check_utf8

    check_utf8(prefix, "<phrase>")
    language = pipeline.language()
    if signature is None:
        following = sorted(language.next_words_for_any(prefix))
    else:
        following = sorted(language.next_words(prefix, *pipeline.parse_signature(signature)))
    if not following:
        raise UserError("no phrase with types begins like this", None, "shorten it until `siglum next` answers", "E-011")
    return Output("\n".join(following), {"next": following})

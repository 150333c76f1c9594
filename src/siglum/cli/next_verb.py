"""`siglum next`: exactly what may follow the beginning of a phrase."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from siglum.cli.options import signature_option
from siglum.cli.suggest import nearest
from siglum.cli.verb import Output, Verb
from siglum.errors import UserError

if TYPE_CHECKING:
    from siglum.ir.types import Type

    Signature = tuple[tuple[tuple[str, Type], ...], Type | None]

MOST = 5
"""How many words are offered instead of one that cannot stand where it does."""


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
    typed = pipeline.parse_signature(signature) if signature is not None else None
    following = next_after(prefix, typed)
    if not following:
        raise UserError("no phrase with types begins like this", None, continued(prefix, typed), "E-011")
    return Output("\n".join(following), {"next": following})


def next_after(prefix: str, typed: Signature | None) -> list[str]:
    """What may follow `prefix`, sorted; nothing where no phrase begins so."""
    from siglum import pipeline

    language = pipeline.language()
    return sorted(language.next_words_for_any(prefix) if typed is None else language.next_words(prefix, *typed))


def continued(prefix: str, typed: Signature | None) -> str:
    """What to do about a prefix that nothing can follow: finish or correct its last word, where that is at fault."""
    last = re.search(r"[A-Za-z_]\w*\s*$", prefix)
    if last:
        word = last[0].rstrip()
        before = next_after(prefix[: last.start()], typed)
        found = [w for w in before if w.startswith(word) and w != word] or nearest(word, before)
        if found:
            return f"instead of `{word}` there may stand {', '.join(f'`{w}`' for w in found[:MOST])}"
    return "shorten it until `siglum next` answers"

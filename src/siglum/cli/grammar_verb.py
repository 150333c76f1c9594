"""`siglum grammar`: what a decoder needs to write nothing but phrases: a GBNF grammar, or a JSON schema."""

from __future__ import annotations

import json
from typing import Final

import click

from siglum.cli.options import count, signature_option
from siglum.cli.verb import Output, Verb
from siglum.errors import UserError

MOST_PHRASES: Final = 20


@click.command("grammar", cls=Verb)
@click.option("--gbnf", is_flag=True, help="GBNF, for llama.cpp and what is built on it.")
@click.option("--json-schema", is_flag=True, help="A JSON schema, for endpoints that take one.")
@signature_option
@click.option("--words", metavar="w1,w2", help="Use these words and the symbols only (default: all without effects).")
@click.option("--phrases", default="1", metavar="N", help="Allow up to N phrases in one reply.  [default: 1]")
def command(gbnf: bool, json_schema: bool, signature: str | None, words: str | None, phrases: str) -> Output:
    """Export a grammar of the phrases with a signature, so that a language model can write no others.

    What the GBNF grammar derives are phrases with types; a schema fixes their tokens. Without a signature phrases take nothing.
    """
    if gbnf == json_schema:
        what = "two notations at once" if gbnf else "no notation given"
        raise UserError(what, None, "choose one: --gbnf or --json-schema", "E-007" if gbnf else "E-001")
    from siglum import pipeline
    from siglum.frontend.literals import check_utf8
    from siglum.propose.model.grammar import export

    params, result = pipeline.parse_signature(signature) if signature is not None else ((), None)
    chosen = None
    if words is not None:
        check_utf8(words, "<words>")
        chosen = [word for word in words.replace(",", " ").split() if word]
        if not chosen:
            raise UserError("--words names no word", None, "give them as in --words filter,sum", "E-009")
    most = count("--phrases", phrases, MOST_PHRASES)
    if gbnf:
        text = export.gbnf(params, result, chosen, most)
        return Output(text, {"gbnf": text})
    schema = export.json_schema(params, chosen, most)
    return Output(json.dumps(schema, indent=2), {"schema": schema})

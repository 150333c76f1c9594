"""`siglum propose`: the programs that agree with an intent, and the question that tells them apart."""

from __future__ import annotations

from typing import Any

import click

from siglum.cli import question
from siglum.cli.intent import MOST_KEPT, given, intent_options, watching
from siglum.cli.options import count, overflow_option, signature_option
from siglum.cli.verb import Output, Verb
from siglum.errors import echo


@click.command("propose", cls=Verb)
@click.argument("program", required=False, metavar="INTENT|PHRASE")
@intent_options
@signature_option
@overflow_option
@click.option("-k", "kept", default="5", show_default=True, metavar="N", help="How many programs are kept.")
def command(program: str | None, signature: str | None, overflow: str, kept: str, **intent: Any) -> Output:
    """Find programs for an intent: English with examples, examples alone, or a reference; nothing is built.

    Each line is the cheapest program of one behaviour; the fewer bits, the likelier. While they differ somewhere, the
    question is shown that tells most of them apart, and the exit code is 4.
    """
    from siglum.cli.terminal import table
    from siglum.intents.failures import counted
    from siglum.intents.given import signature_text, understand
    from siglum.intents.inquiry import inquire

    number = count("-k", kept, MOST_KEPT)
    what = given(program, signature=signature, overflow=overflow, nothing_to="propose", kept=number, **intent)
    understood = understand(what)
    with watching() as watch:
        inquiry = inquire(understood, watch)
    signature = signature_text(inquiry.spec.params, inquiry.best.result)
    rows = [
        [str(rank), f"{program.candidate.cost:.1f}", echo(program.candidate.origin, 20), program.text]
        for rank, program in enumerate(inquiry.programs, 1)
    ]
    lines = [signature, table(["rank", "bits", "origin", "phrase"], rows, frozenset({0, 1}))]
    lines.append(f"meaning: {'agrees with the reference where it was run' if understood.reference else inquiry.status}")
    lines += [f"note:    {note}" for note in understood.notes]
    lines += question.bill(inquiry)
    asked = inquiry.question()
    lines += question.lines(inquiry, asked) if asked is not None else []
    tried = counted(inquiry.candidates, inquiry.examined)
    lines.append(f"tried:   {tried} in {inquiry.seconds:.1f} s{', interrupted' if inquiry.interrupted else ''}")
    data = {"signature": signature, **question.inquiry_data(inquiry)}
    return Output("\n".join(lines), data, question.exit_of(inquiry))

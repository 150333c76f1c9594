"""`siglum build`: a program, or an intent for which one is found, to files, with the verdict on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from siglum.cli import question
from siglum.cli.intent import given, intent_options, watching
from siglum.cli.options import overflow_option, signature_option
from siglum.cli.suggest import chosen
from siglum.cli.verb import Output, Verb
from siglum.cli.verdicts import as_json, finding_lines
from siglum.cli.verdicts import lines as verdict_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siglum.intents.given import Intent
    from siglum.intents.inquiry import Inquiry
    from siglum.intents.judging import Judged

REFUTED: Final = 1


@click.command("build", cls=Verb)
@click.argument("program", required=False, metavar="INTENT|PHRASE|FILE.py:NAME")
@intent_options
@click.option("--name", help="Name of the outputs and of the C function; the definition's by default.")
@signature_option
@click.option("--target", help="x86-64-v2 or x86-64-v3; the best this CPU has by default.")
@click.option("--emit", "outputs", default="so,h", show_default=True, help="Any of so,h,o,exe,asm,hex, separated by commas.")
@overflow_option
@click.option("--prove", is_flag=True, help="Prove the meaning with solvers; without it the meaning is tested.")
@click.option("-o", "folder", default=".", show_default=True, help="Folder for the outputs; created when absent.")
def command(
    program: str | None,
    name: str | None,
    signature: str | None,
    target: str | None,
    outputs: str,
    overflow: str,
    prove: bool,
    folder: str,
    **intent: Any,
) -> Output:
    """Compile a phrase, a Python function, or what is found for an intent, to machine code; check it and write it to files.

    An intent is English (with examples: siglum build "the sum of the squares" -e "[1,2,3] -> 14"), examples alone, or a
    reference (--ref). While several programs agree with it, one question tells them apart; exit 4 until it is answered.
    """
    from siglum.files import check_output
    from siglum.host.outputs import KINDS
    from siglum.intents.given import understand
    from siglum.stencil.fresh import TARGETS

    kinds = list(dict.fromkeys(chosen("output", kind.strip(), KINDS) for kind in outputs.split(",")))
    if target is not None:
        chosen("target", target, TARGETS)
    what = given(program, signature=signature, overflow=overflow, nothing_to="build", **intent)
    check_output(folder)
    understood = understand(what)
    inputs = [*what.files, *(file for p in (understood.program, understood.reference) if p is not None for file in p.files)]
    if name is not None:
        check_output(folder, names_of(name, kinds), inputs)
    inquiry: Inquiry | None = None
    if understood.program is not None:
        from siglum.intents.judging import judged

        found = judged(understood.program, target, prove, understood.reference, understood.spec)
    else:
        inquiry, found = searched(understood, target, prove)
    title = name or found.program.unit.function.name or "program"
    return written(found, understood, inquiry, title, kinds, folder, inputs)


def names_of(title: str, kinds: Sequence[str]) -> list[str]:
    """The files that a build writes."""
    from siglum.check.certificate import SUFFIX
    from siglum.host.outputs import file_name

    return [*(file_name(title, kind) for kind in kinds), title + SUFFIX]


def searched(understood: Intent, target: str | None, prove: bool) -> tuple[Inquiry, Judged]:
    """The program that is found, once the questions are answered that somebody is there to answer."""
    from siglum.intents.inquiry import Inquiry
    from siglum.intents.judging import judged_inquiry

    with watching() as watch:
        inquiry = Inquiry(understood, watch)
        if question.is_answered_here() and not inquiry.interrupted:
            question.settle(inquiry)
    return inquiry, judged_inquiry(inquiry, target, prove)


def written(
    found: Judged,
    understood: Intent,
    inquiry: Inquiry | None,
    title: str,
    kinds: Sequence[str],
    folder: str,
    inputs: Sequence[str],
) -> Output:
    """Writes the files, unless the program is refuted, and says what they are."""
    from siglum import certifying, pipeline
    from siglum.check.certificate import SUFFIX, text_of
    from siglum.files import check_output, write_files
    from siglum.host.outputs import file_name
    from siglum.intents.certified import of_inquiry
    from siglum.records import Refuted

    image, verdict = found.built.image, found.verdict
    if isinstance(verdict.meaning, Refuted):
        lines = ["refuted, nothing written", *finding_lines("meaning: ", verdict.meaning, image.params)[1:]]
        return Output("\n".join(lines), {"outputs": [], "verdict": as_json(verdict, image.params)}, REFUTED)
    check_output(folder, names_of(title, kinds), inputs)
    made = pipeline.outputs(found.program.unit, image, title, kinds)
    intent = of_inquiry(inquiry) if inquiry is not None and verdict.intent is not None else None
    certificate = text_of(
        certifying.of_built(found.program, image, verdict, title, kinds, made, understood.reference, intent)
    )  # fmt: skip
    executables = [file_name(title, kind) for kind in kinds if kind == "exe"]
    paths = write_files(folder, {**made.files, title + SUFFIX: certificate}, executables)
    types = " ".join(f"{n}:{t}" for n, t in image.params)
    lines = [*paths, f"{title} {types} -> {image.result} for {image.target}".replace("  ", " ")]
    data: dict[str, Any] = {
        "outputs": paths,
        "name": title,
        "params": [{"name": n, "type": str(t)} for n, t in image.params],
        "result": str(image.result),
        "target": image.target,
        "verdict": as_json(verdict),
        "effects": sorted(image.capabilities),
        "size": len(image.code),
    }
    if inquiry is not None:
        lines.append(f"phrase:  {found.program.text}")
        data |= {"phrase": found.program.text, **question.inquiry_data(inquiry)}
    lines += verdict_lines(verdict, image.params)
    if image.capabilities:
        lines.append(f"effects: {' '.join(sorted(image.capabilities))}")
    if inquiry is None and understood.given:
        lines.append(f"agrees:  with {understood.given} example{'' if understood.given == 1 else 's'}")
    lines += [f"note:    {note}" for note in understood.notes]
    status = 0
    if inquiry is not None:
        lines += question.bill(inquiry)
        status = question.exit_of(inquiry)
        if inquiry.interrupted:
            lines.append("note:    interrupted: the best so far")
        asked = inquiry.question()
        lines += question.lines(inquiry, asked) if asked is not None else []
    return Output("\n".join(lines), data, status)

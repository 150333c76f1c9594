"""`siglum build`: a program to files, with the verdict on them."""

from __future__ import annotations

import click

from siglum.cli.options import overflow_option, signature_option
from siglum.cli.suggest import chosen
from siglum.cli.verb import Output, Verb
from siglum.cli.verdicts import as_json
from siglum.errors import UserError

REFUTED = 1


@click.command("build", cls=Verb)
@click.argument("program", required=False, metavar="PHRASE|FILE.py:NAME")
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
) -> Output:
    """Compile a phrase or a Python function to machine code, check it and write it to files."""
    if program is None:
        fix = 'give a phrase, as in siglum build "sumsq xs:[i64] = xs square sum"'
        raise UserError("nothing to build", None, fix, "E-001")
    from siglum import api, certifying, pipeline
    from siglum.check.certificate import SUFFIX, text_of
    from siglum.comparison import program_of
    from siglum.files import check_output, write_files
    from siglum.host.outputs import KINDS, file_name
    from siglum.records import Refuted
    from siglum.stencil.fresh import TARGETS

    kinds = list(dict.fromkeys(chosen("output", kind.strip(), KINDS) for kind in outputs.split(",")))
    if target is not None:
        chosen("target", target, TARGETS)
    check_output(folder)
    given = program_of(program, signature, overflow, "build")
    compiled = api.Function(given.unit).compile(target)
    title = name or given.unit.function.name or "program"
    verdict = compiled.prove() if prove else compiled.verdict
    if isinstance(verdict.meaning, Refuted):
        return Output(f"refuted, nothing written: {verdict.meaning}", {"outputs": [], "verdict": as_json(verdict)}, REFUTED)
    check_output(folder, [*(file_name(title, kind) for kind in kinds), title + SUFFIX], given.files)
    made = pipeline.outputs(given.unit, compiled.image, title, kinds)
    certificate = text_of(certifying.of_built(given, compiled.image, verdict, title, kinds, made))
    executables = [file_name(title, kind) for kind in kinds if kind == "exe"]
    paths = write_files(folder, {**made.files, title + SUFFIX: certificate}, executables)
    types = " ".join(f"{n}:{t}" for n, t in compiled.image.params)
    lines = [*paths, f"{title} {types} -> {compiled.image.result} for {compiled.image.target}".replace("  ", " ")]
    lines += [f"bytes:   {verdict.bytes}", f"meaning: {verdict.meaning}"]
    if compiled.image.capabilities:
        lines.append(f"effects: {' '.join(sorted(compiled.image.capabilities))}")
    return Output("\n".join(lines), {
        "outputs": paths,
        "name": title,
        "params": [{"name": n, "type": str(t)} for n, t in compiled.image.params],
        "result": str(compiled.image.result),
        "target": compiled.image.target,
        "verdict": as_json(verdict),
        "effects": sorted(compiled.image.capabilities),
        "size": len(compiled.image.code),
    })  # fmt: skip

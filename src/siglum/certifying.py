"""Certificates made and checked again: from the text of a reference, the bytes of a candidate and the witness between them.

Beside `siglum.checking`; faces import it. `verify` believes nothing that it can find out itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from siglum import checking, pipeline
from siglum.check import certificate as parts
from siglum.check import written
from siglum.checking import Checked, Checker, Options
from siglum.comparison import MachineCode, Program, candidate_of, program_again
from siglum.errors import SiglumError, UserError, echo
from siglum.intents import certified, judging
from siglum.ir.function import Function
from siglum.records import Image, Rejected, Verdict

MAIN: Final = "main"
_PATIENCE: Final = (1.0, 4.0)
"""How much more time the questions get where the first try asked other ones than the certificate names."""


class Verified(NamedTuple):
    """What a certificate's bytes were found to be, this time."""

    verdict: Verdict
    params: pipeline.Params
    certificate: dict[str, Any]


# Making -----------------------------------------------------------------------------------------------------------------
def of_program(
    reference: Program,
    candidate: Program,
    image: Image,
    verdict: Verdict,
    options: Options,
    not_claimed: tuple[str, ...],
    name: str = "",
    kinds: Sequence[str] = (),
    outputs: pipeline.Outputs | None = None,
    intent: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The certificate of a program that Siglum built: of its image, of the files it was written to, of the `intent` it was found
    for.
    """
    outputs = outputs or pipeline.Outputs({}, {})
    images = {MAIN: image, **outputs.images}
    return {
        **_head("program", reference, verdict, options, image.code, image.target, not_claimed),
        "candidate": _program(candidate),
        "intent": intent or certified.NONE,
        "outputs": {"name": name, "kinds": list(kinds)},
        "files": {file: parts.digest(data) for file, data in outputs.files.items()},
        "images": {title: written.write(one) for title, one in images.items()},
        "table": image.table_digest,
        "stencils": parts.stencil_record(image.target),
    }


def of_built(
    program: Program,
    image: Image,
    verdict: Verdict,
    name: str,
    kinds: Sequence[str],
    outputs: pipeline.Outputs,
    reference: Program | None = None,
    intent: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The certificate of a program and its files, which is its own reference where there is no other."""
    not_claimed = _not_claimed(intent)
    return of_program(reference or program, program, image, verdict, Options(), not_claimed, name, kinds, outputs, intent)


def _not_claimed(intent: dict[str, Any] | None) -> tuple[str, ...]:
    """What is said of no program; of one that was found for an intent also that this was the whole intent."""
    more = (certified.NOT_CLAIMED,) if intent and intent["status"] else ()
    return (*checking.NOT_CLAIMED_OF_PROGRAMS, *more)


def of_code(
    reference: Program, candidate: MachineCode, syntax: str, checked: Checked, options: Options, folder: str
) -> dict[str, Any]:
    """The certificate of machine code; `folder` is where the certificate lies, and files are named from there."""
    from siglum.files import read_bytes

    code = candidate.code
    start, end = code.extent
    files = {os.path.relpath(path, folder or "."): parts.digest(read_bytes(path)) for path in candidate.files}
    return {
        **_head("code", reference, checked.verdict, options, code.image, "x86-64", checked.not_claimed),
        "candidate": {
            "file": next(iter(files), ""),
            "symbol": candidate.symbol,
            "syntax": syntax,
            "image": code.image.hex(),
            "entry": code.entry,
            "start": start,
            "end": end,
        },
        "prototype": checked.prototype,
        "files": files,
        "notes": [note for note in checked.notes if "cache" not in note],
    }


def _head(
    kind: str,
    reference: Program,
    verdict: Verdict,
    options: Options,
    code: bytes,
    target: str,
    not_claimed: tuple[str, ...],
) -> dict[str, Any]:
    proofs = parts.proofs_made(kind, verdict)
    return {
        "certificate": parts.FORMAT,
        "siglum": _version(),
        "kind": kind,
        "reference": _program(reference),
        "target": target,
        "code": {"sha256": parts.digest(code), "size": len(code)},
        **parts.findings_of(verdict),
        "not_claimed": list(not_claimed),
        "models": parts.models_here(max((proof.models for proof in proofs), default=0)),
        "solvers": parts.solvers_here(proofs),
        "options": {"seconds": options.seconds, "runs": options.runs, "length": options.length},
    }


def _version() -> str:
    """The version that is installed, or "source" where the package is run without being installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("siglum")
    except PackageNotFoundError:
        return "source"


def _program(program: Program) -> dict[str, str]:
    """A program as its text, with the digest of its Function."""
    from siglum.ir.text import show

    return {
        "text": program.text,
        "source": program.source,
        "name": program.name,
        "signature": program.signature,
        "overflow": program.overflow,
        "sha256": parts.digest(show(program.unit.meant)),
    }


# Checking again -----------------------------------------------------------------------------------------------------------
def verify(path: str, progress: Callable[[str], None] | None = None) -> Verified:
    """Checks what the certificate in the file `path` is about, and that it says just what is found. Raises `SiglumError`: E-080
    no certificate, E-081 other bytes, E-082 it names what is not here, E-083 it says something else.
    """
    from siglum.files import read_bytes

    claimed = parts.read_certificate(read_bytes(path), path)
    parts.check_means(claimed, _version())
    folder = os.path.dirname(path) or "."
    check_files(claimed, folder)
    redo = _program_again if claimed["kind"] == "program" else _code_again
    for patience in _PATIENCE:
        verdict, params, found = redo(claimed, folder, _options(claimed, patience, progress), patience)
        difference = parts.first_difference(claimed, found)
        if not difference:
            return Verified(verdict, params, found)
        if ".queries" not in difference:
            break
    raise parts.not_so(f"{echo(path)}: {difference}")


def check_files(claimed: dict[str, Any], folder: str) -> None:
    """Raises E-081 where a file that the certificate names is missing or another one."""
    from siglum.files import read_bytes

    for name, expected in claimed["files"].items():
        if os.path.isabs(name) or "\0" in name:
            raise parts.unreadable(f"`files.{echo(name)}` is no path from here", folder)
        try:
            data = read_bytes(os.path.join(folder, name))
        except UserError as missing:
            raise parts.other_bytes(f"the certificate is about {echo(name)}: {missing.message}") from None
        if parts.digest(data) != expected:
            here = parts.digest(data)
            raise parts.other_bytes(f"{echo(name)} holds other bytes (SHA-256 {here[:12]}) than certified ({expected[:12]})")


def _options(claimed: dict[str, Any], patience: float, progress: Callable[[str], None] | None) -> Options:
    given = claimed["options"]
    if set(given) != {"seconds", "runs", "length"}:
        raise parts.not_so("`options` are not seconds, runs and length")
    if not 0 < given["seconds"] <= 3600 or not 1 <= given["runs"] <= 1_000_000 or not 1 <= given["length"] <= 64:
        raise parts.not_so("`options` are outside their ranges")
    return Options(given["seconds"], int(given["runs"]), int(given["length"]), False, progress)


def _read_program(fields: dict[str, str], what: str) -> Program:
    try:
        found = program_again(fields["text"], fields["source"], fields["name"], fields["signature"], fields["overflow"])
    except SiglumError as refused:
        raise parts.not_so(f"its {what} cannot be read ({refused.message})") from None
    if _program(found)["sha256"] != fields["sha256"]:
        raise parts.not_so(f"its {what} is another program than its digest says")
    # what stands in a certificate is read, never run
    return found._replace(unit=found.unit._replace(exact=False))


def _program_again(
    claimed: dict[str, Any], folder: str, options: Options, patience: float
) -> tuple[Verdict, pipeline.Params, dict[str, Any]]:
    """The witness checks, the files and the comparison with the reference, all made again."""
    reference, candidate = _read_program(claimed["reference"], "reference"), _read_program(claimed["candidate"], "candidate")
    images = {title: _read_image(text, title) for title, text in claimed["images"].items()}
    unit = candidate.unit
    wanted: dict[str, Function | None] = {
        MAIN: unit.function,
        pipeline.PROGRAM: pipeline.program_function(unit) if pipeline.PROGRAM in images else None,
        pipeline.LIBRARY: pipeline.library_function(unit) if pipeline.LIBRARY in images else None,
    }
    if MAIN not in images or not images.keys() <= wanted.keys():
        raise parts.not_so("`images` are not those of a program")
    followed = {title: _followed(image, title) for title, image in images.items()}
    for title, image in images.items():
        if image.function is not wanted[title]:
            raise parts.not_so(f"`images.{title}` computes another program than the one it names")
    image = images.pop(MAIN)
    name, kinds = claimed["outputs"]["name"], claimed["outputs"]["kinds"]
    try:
        files = pipeline.output_files(image, images, name, kinds)
    except UserError as refused:
        raise parts.not_so(f"`outputs`: {refused.message}") from None
    built = pipeline.Built(image, followed[MAIN].followed)
    if claimed["reference"] == claimed["candidate"]:
        verdict = _judged_again(unit, built, options._replace(seconds=options.seconds * patience), claimed["meaning"]["kind"])
    elif kinds and claimed["meaning"]["kind"] == "tested":
        checking.check_same_types(reference.unit, unit)
        verdict = judging.beside(reference, candidate, built, lambda *a: pipeline.load(image)(*a), prove=False)
    else:
        checking.check_same_types(reference.unit, unit)
        with Checker(options._replace(seconds=options.seconds * patience)) as checker:
            verdict = checker.compare(reference.unit, unit, built).verdict
    intent, consistent = certified.again(claimed["intent"], candidate)
    verdict = replace(verdict, intent=consistent)
    outputs = pipeline.Outputs(files, images)
    found = of_program(reference, candidate, image, verdict, options, _not_claimed(intent), name, kinds, outputs, intent)
    return verdict, reference.unit.meant.params, found


def _judged_again(unit: pipeline.Unit, built: pipeline.Built, options: Options, kind: str) -> Verdict:
    """The verdict on a program beside itself; solvers are asked where they were for the certificate."""

    def native(*arguments: Any) -> Any:
        return pipeline.load(built.image)(*arguments)

    if kind in ("tested", "unknown", "refuted"):
        return pipeline.judge(unit, built, native)
    with Checker(options) as checker:
        return pipeline.judge(unit, built, native, portfolio=checker.portfolio)


def _read_image(text: str, title: str) -> Image:
    try:
        return written.read(text)
    except written.Malformed as problem:
        raise parts.not_so(f"`images.{echo(title)}`: {problem}") from None


def _followed(image: Image, title: str) -> pipeline.Built:
    """The image with the finding of the witness check on its bytes."""
    from siglum.check import check_image

    try:
        table = pipeline.table_of(image.target)
    except UserError as unknown:
        raise parts.unknown_means(f"`images.{title}`: {unknown.message}") from None
    if image.table_digest != table.digest:
        raise parts.unknown_means(f"it names the stencil table {echo(image.table_digest, 12)}; here is {table.digest[:12]}...")
    finding = check_image(image, table)
    if isinstance(finding, Rejected):
        raise parts.not_so(f"the witness of `images.{title}` does not fit its bytes: {finding.reason}")
    return pipeline.Built(image, finding)


def _code_again(
    claimed: dict[str, Any], folder: str, options: Options, patience: float
) -> tuple[Verdict, pipeline.Params, dict[str, Any]]:
    """The proof made again, without what is kept on disk."""
    reference = _read_program(claimed["reference"], "reference")
    given = claimed["candidate"]
    code = _code_of(given, folder, reference, claimed["files"])
    with Checker(options._replace(seconds=options.seconds * patience)) as checker:
        checked = checker.code(reference.unit, code.code, claimed["prototype"])
    found = of_code(reference, code, given["syntax"], checked, options, folder)
    return checked.verdict, checked.params, found


def _code_of(given: dict[str, Any], folder: str, reference: Program, files: Mapping[str, str]) -> MachineCode:
    """The machine code out of the file that the certificate names, or as the certificate gives it where it names none."""
    from siglum.sandbox.job import Code

    if given["file"]:
        if set(files) != {given["file"]}:
            raise parts.not_so("`files` are not the candidate's file")
        text = os.path.join(folder, given["file"])
        found = candidate_of(f"{text}:{given['symbol']}" if given["symbol"] else text, reference, given["syntax"])
        if not isinstance(found, MachineCode):
            raise parts.not_so(f"{echo(given['file'])} holds no machine code")
        return found
    try:
        image = bytes.fromhex(given["image"])
    except ValueError:
        raise parts.not_so("`candidate.image` is not hex") from None
    start, end, entry = given["start"], given["end"], given["entry"]
    if files or not 0 <= start <= entry < end <= len(image):
        raise parts.not_so("`candidate` names code outside of its image")
    executable = None if (start, end) == (0, len(image)) else (start, end)
    return MachineCode(Code(image, entry, executable), "<bytes>", given["symbol"])

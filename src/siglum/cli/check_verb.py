"""`siglum check`: a candidate against a reference, with a counterexample or the proof."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any, Final

import click

from siglum.cli.options import count, overflow_option, signature_option
from siglum.cli.progress import Progress
from siglum.cli.suggest import chosen
from siglum.cli.verb import Output, Verb
from siglum.cli.verdicts import REFUTED, REQUIRED, UNSAFE, as_json, exit_of, lines, titled
from siglum.errors import UserError, echo

if TYPE_CHECKING:
    from siglum.checking import Checked, Checker, Options
    from siglum.comparison import Candidate, Program
    from siglum.records import Refuted

MOST_SECONDS: Final = 3600.0
MOST_RUNS: Final = 1_000_000
MOST_LENGTH: Final = 64


@click.command("check", cls=Verb)
@click.argument("reference", required=False, metavar="REFERENCE")
@click.argument("candidate", required=False, metavar="CANDIDATE")
@click.option("--prototype", metavar='"int f(int x)"', help="How C declares the candidate; from the reference by default.")
@signature_option
@overflow_option
@click.option("--syntax", default="intel", show_default=True, metavar="intel|att", help="Syntax of an .asm candidate.")
@click.option("--seconds", default="8", show_default=True, help="Time limit of one question to one solver.")
@click.option("--runs", default="256", show_default=True, help="Runs before the proof.")
@click.option("--length", default="6", show_default=True, help="Longest list of a proof by length.")
@click.option("--require", "required", default="proved", show_default=True, metavar="proved|tested", help="What exit 0 takes.")
@click.option("--no-cache", is_flag=True, help="Prove anew what was proved before.")
@click.option("-o", "certificate", metavar="FILE", help="Write the certificate.")
@click.option("--test", "test", metavar="FILE", help="Write a counterexample as a pytest test; - prints it.")
@click.option("--flip-bits", is_flag=True, help="Flip every bit of machine code and count what the checker finds.")
def command(
    reference: str | None,
    candidate: str | None,
    prototype: str | None,
    signature: str | None,
    overflow: str,
    syntax: str,
    seconds: str,
    runs: str,
    length: str,
    required: str,
    no_cache: bool,
    certificate: str | None,
    test: str | None,
    flip_bits: bool,
) -> Output:
    """Prove or refute that CANDIDATE does what REFERENCE says.

    REFERENCE is FILE.py:NAME or a phrase. CANDIDATE is machine code (FILE.hex, FILE.asm, FILE.o:NAME, FILE.so:NAME), a phrase
    or FILE.py:NAME. Exit 0 only where both halves of the verdict hold for all inputs.
    """
    if reference is None or candidate is None:
        what = "nothing to check" if reference is None else "no candidate to check"
        raise UserError(what, None, "give both: siglum check FILE.py:NAME CANDIDATE.hex", "E-001")
    chosen("requirement", required, REQUIRED)
    chosen("syntax", syntax, ("intel", "att"))
    from siglum.checking import Checker, Options

    limit = _seconds(seconds)
    options = Options(limit, count("--runs", runs, MOST_RUNS), count("--length", length, MOST_LENGTH), not no_cache)
    for path in (certificate, test):
        _check_path(path, (reference, candidate))
    from siglum.comparison import candidate_of, reference_of

    meant = reference_of(reference, signature, overflow)
    given = candidate_of(candidate, meant, syntax, overflow)
    with Progress() as progress, Checker(options._replace(progress=progress.show)) as checker:
        if flip_bits:
            return _flipped(checker, meant, given, prototype)
        checked = _checked(checker, meant, given, prototype)
    written = _certificate(certificate, options, meant, given, syntax, checked)
    return _output(checked, given, reference, candidate, prototype, required, test, certificate, written)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= MOST_SECONDS:
        raise UserError(f"--seconds {echo(text)} is outside 0..{MOST_SECONDS:.0f}", None, "give a number above 0", "E-006")
    return value


def _check_path(path: str | None, inputs: tuple[str, ...]) -> None:
    """Refuses an output that cannot be written, before any work."""
    from siglum.files import check_output

    if path is not None and path != "-":
        named = [text.rpartition(":")[0] or text for text in inputs]
        check_output(os.path.dirname(path) or ".", [os.path.basename(path)], [*inputs, *named])


def _checked(checker: Checker, meant: Program, given: Candidate, prototype: str | None) -> Checked:
    """The verdict; what the screen refuses is an error with its offset and what to do."""
    from siglum.comparison import MachineCode
    from siglum.sandbox.screen import refusal

    if isinstance(given, MachineCode):
        refused = refusal(given.code)
        if refused is not None:
            refused.error.extra |= {"offset": refused.offset, "reason": refused.reason}
            raise refused.error
    return checker.check(meant, given, prototype)


def _certificate(path: str | None, options: Options, meant: Program, given: Candidate, syntax: str, checked: Checked) -> str:
    """Writes the certificate where one is wanted; none is written of what was refuted. The path written, or ""."""
    from siglum import certifying
    from siglum.check.certificate import text_of
    from siglum.comparison import MachineCode
    from siglum.files import write_files

    if path is None or exit_of(checked.verdict, "tested") in (REFUTED, UNSAFE):
        return ""
    folder = os.path.dirname(path)
    if isinstance(given, MachineCode):
        found = certifying.of_code(meant, given, syntax, checked, options, folder)
    else:
        assert checked.built is not None
        image = checked.built.image
        found = certifying.of_program(meant, given, image, checked.verdict, options, checked.not_claimed)
    return write_files(folder or ".", {os.path.basename(path): text_of(found)})[0]


def _output(
    checked: Checked,
    given: Candidate,
    reference: str,
    candidate: str,
    prototype: str | None,
    required: str,
    test: str | None,
    certificate: str | None,
    written: str,
) -> Output:
    """The verdict for a person and for programs, and the counterexample as a test."""
    from siglum.comparison import MachineCode
    from siglum.records import Refuted

    verdict = checked.verdict
    shown = lines(verdict, checked.params)
    if checked.prototype:
        shown.insert(0, f"as       {echo(checked.prototype, 120)}")
    shown += [f"note:    {echo(note, 200)}" for note in checked.notes]
    refuted = next((half for half in (verdict.bytes, verdict.meaning) if isinstance(half, Refuted)), None)
    if refuted is None:
        shown += titled("assumed: ", verdict.assumptions) + titled("open:    ", checked.not_claimed)
    data: dict[str, Any] = {
        "verdict": as_json(verdict, checked.params),
        "prototype": checked.prototype,
        "notes": list(checked.notes),
        "not_claimed": list(checked.not_claimed),
        "required": required,
        "holds": exit_of(verdict, required) == 0,
    }
    if isinstance(given, MachineCode):
        start, end = given.code.extent
        data["size"] = end - start
    if refuted is not None:
        text = test_text(refuted, checked, reference, candidate, prototype)
        data["test"] = text
        if test == "-":
            shown = [text]
        elif test is not None:
            from siglum.files import write_files

            (path,) = write_files(os.path.dirname(test) or ".", {os.path.basename(test): text.encode()})
            shown.append(f"test:    {path}")
            data["test_file"] = path
    if written:
        shown.append(f"wrote:   {written}")
        data["certificate"] = written
    elif certificate is not None:
        shown.append("no certificate is written of what was refuted")
    return Output("\n".join(shown), data, exit_of(verdict, required))


def test_text(refuted: Refuted, checked: Checked, reference: str, candidate: str, prototype: str | None) -> str:
    """A pytest test that fails as long as the candidate differs on the counterexample."""
    names = [name for name, _ in checked.params]
    given = ", ".join(f"{name!r}: {literal(value)}" for name, value in zip(names, refuted.arguments, strict=True))
    title = "".join(c if c.isalnum() and c.isascii() else "_" for c in reference.rpartition(":")[2]).strip("_")[:40] or "f"
    declared = f", prototype={prototype!r}" if prototype else ""
    return (
        f'"""A counterexample that `siglum check` found: expected {refuted.expected}, got {refuted.got}."""\n\n'
        "import siglum\n\n\n"
        f"def test_{title}_on_a_counterexample() -> None:\n"
        f"    arguments = {{{given}}}\n"
        f"    expected, got = siglum.trial({reference!r}, {candidate!r}, arguments{declared})\n"
        "    assert got == expected\n"
    )


def literal(value: Any) -> str:
    """A Python expression for an argument; infinities and NaN have no literal."""
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))}{',' * (len(value) == 1)})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
    return repr(value)


def _flipped(checker: Checker, meant: Program, given: Candidate, prototype: str | None) -> Output:
    """Every mutant of the code by one bit, counted by what the checker says of it."""
    from siglum.checking import holds
    from siglum.cli.terminal import table
    from siglum.comparison import MachineCode

    if not isinstance(given, MachineCode):
        raise UserError("--flip-bits is for machine code", None, "give a .hex, .asm, .o or .so candidate", "E-007")
    checked = _checked(checker, meant, given, prototype)
    verdict = checked.verdict
    if not holds(verdict.bytes):
        shown = [*lines(verdict, checked.params), "no bit was flipped: only of proved code do mutants say something"]
        data = {"verdict": as_json(verdict, checked.params), "mutants": 0}
        return Output("\n".join(shown), data, exit_of(verdict))
    flips = checker.flips(meant, given, prototype)
    counts, total = flips.counts(), len(flips.mutants)
    rows = [[name, str(number), f"{100 * number / total:.1f} %"] for name, number in counts.items()]
    shown = [*lines(verdict, checked.params), f"{total} mutants of one bit, {flips.seconds:.1f} s:"]
    shown.append(table(["what they are", "mutants", "share"], rows, frozenset((1, 2))))
    settled = [{"bit": m.bit, "offset": m.bit // 8, "verdict": m.verdict, "why": m.why} for m in flips.mutants]
    data = {"verdict": as_json(verdict, checked.params), "counts": counts, "seconds": flips.seconds, "mutants": settled}
    return Output("\n".join(shown), data)

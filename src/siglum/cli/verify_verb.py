"""`siglum verify`: a certificate checked again, against the bytes it is about."""

from __future__ import annotations

import click

from siglum.cli.progress import Progress
from siglum.cli.suggest import chosen
from siglum.cli.verb import Output, Verb
from siglum.cli.verdicts import REQUIRED, as_json, exit_of, lines, titled
from siglum.errors import UserError, echo


@click.command("verify", cls=Verb)
@click.argument("certificate", required=False, metavar="NAME.cert.json")
@click.option("--require", "required", default="tested", show_default=True, metavar="proved|tested", help="What exit 0 takes.")
def command(certificate: str | None, required: str) -> Output:
    """Check again what a certificate says, from the files it names and nothing else.

    The witness check is run again, proofs are made again without what is kept on disk, and every field must come out as it
    stands there. The verdict printed is the one found now.
    """
    if certificate is None:
        raise UserError("nothing to verify", None, "give a certificate: siglum verify NAME.cert.json", "E-001")
    chosen("requirement", required, REQUIRED)
    from siglum.certifying import verify

    with Progress() as progress:
        found = verify(certificate, progress.show)
    about = found.certificate
    code = about["code"]
    shown = [f"{echo(certificate)}: every field was found again"]
    shown += titled("files:   ", [echo(name) for name in about["files"]])
    shown.append(f"code:    {code['size']} bytes, SHA-256 {code['sha256']}")
    shown += lines(found.verdict, found.params)
    shown += titled("assumed: ", found.verdict.assumptions) + titled("open:    ", about["not_claimed"])
    data = {
        "certificate": certificate,
        "verdict": as_json(found.verdict, found.params),
        "code": code,
        "files": about["files"],
        "not_claimed": about["not_claimed"],
        "solvers": about["solvers"],
        "models": about["models"],
    }
    return Output("\n".join(shown), data, exit_of(found.verdict, required))

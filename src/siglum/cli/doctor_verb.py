"""`siglum doctor`: what this machine and this installation can do."""

from __future__ import annotations

import click

from siglum.cli.verb import Output, Verb


@click.command("doctor", cls=Verb)
def command() -> Output:
    """Report interpreter, CPU, stencil tables and optional packages; exit 0 when the main job works."""
    from siglum.cli.terminal import table
    from siglum.measure.environment import check_environment

    checks = check_environment()
    works = all(c.ok for c in checks if c.core)
    rows = [["ok" if c.ok else "no" if c.core else "-", c.name, c.detail, "" if c.ok else c.fix] for c in checks]
    verdict = "the main job works" if works else "the main job does not work here: see the lines marked `no`"
    text = table(["", "what", "found", "to do"], rows)
    return Output(f"{text.rstrip()}\n{verdict}", {"works": works, "checks": [c.as_json() for c in checks]}, 0 if works else 3)

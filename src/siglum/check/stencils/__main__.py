"""`python -m siglum.check.stencils [TARGET ...]`: proves all stencils of the tables and writes the records.

What solvers have answered is kept in build/proofs, so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Final

from siglum.check.stencils.record import path_of
from siglum.check.stencils.table import Known, make_record
from siglum.smt.solve import Answer, Portfolio
from siglum.smt.terms import Term
from siglum.stencil.families import FAMILIES
from siglum.stencil.fresh import TARGETS
from siglum.stencil.table import load

ANSWERS: Final = Path("build") / "proofs" / "answers.txt"
SECONDS: Final = 15.0
PATIENCE: Final = 120.0
"""Longest for one question and solver, and for a second try: a busy machine must not change the record."""
EVERY: Final = 5.0
"""Seconds between lines of progress."""


class Answers:
    """Questions that have been found to have no answer, by whom, in a text file that the `with` block closes."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.known: dict[str, tuple[str, ...]] = {}
        if path.exists():
            for line in path.read_text(encoding="ascii").splitlines():
                query, _, solvers = line.partition(" ")
                self.known[query] = tuple(solvers.split("+"))
        self.file = path.open("a", encoding="ascii")

    def __enter__(self) -> Answers:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def find(self, query: str) -> tuple[str, ...] | None:
        return self.known.get(query)

    def keep(self, query: str, solvers: tuple[str, ...]) -> None:
        self.known[query] = solvers
        self.file.write(f"{query} {'+'.join(solvers)}\n")
        self.file.flush()


def main(arguments: list[str]) -> int:
    """Proves the given targets' tables, or all; 1 where a stencil is not proved."""
    targets = arguments or list(TARGETS)
    unknown = [target for target in targets if target not in TARGETS]
    if unknown:
        print(f"unknown target {unknown[0]!r}; there are: {', '.join(TARGETS)}", file=sys.stderr)
        return 2
    started, told = time.process_time(), time.monotonic()

    def progress(text: str) -> None:
        nonlocal told
        if time.monotonic() - told > EVERY:
            told = time.monotonic()
            print(f"  {text}", flush=True)

    def ask(assertions: list[Term]) -> Answer:
        answer = portfolio.ask(assertions)
        return answer if answer.status != "unknown" else portfolio.ask(assertions, seconds=PATIENCE)

    known: Known = {}
    complete = True
    with Answers(ANSWERS) as answers, Portfolio(seconds=SECONDS, cache=answers) as portfolio:
        for target in targets:
            record = make_record(load(target), ask, known, families=FAMILIES, progress=progress)
            path = path_of(target)
            path.parent.mkdir(exist_ok=True)
            path.write_text(record.text(), encoding="utf-8")
            print(f"{target}: {record.fact('stencils')}\n  {record.fact('answers')}")
            for (family, registers), reason in record.unproved.items():
                print(f"  not proved: {family} {registers}: {reason}")
            complete = complete and not record.unproved
        spent = time.process_time() - started + portfolio.cpu
        print(f"{portfolio.asked} questions asked, {spent:.0f} CPU seconds ({portfolio.cpu:.0f} of them the solvers')")
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

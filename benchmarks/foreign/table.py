"""What the judge says of every C function of the benchmark data, and what that costs.

`python -m benchmarks foreign [NAME...]`, with SIGLUM_BENCH_DATA set. Seconds are of the CPU: this process (elaborating and
building the reference not counted) and the solvers. Exits with 1 where a function is neither proved nor exhausted.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.foreign.corpus import LOOPS, O1, O2, V3, Option, code_of, compiled, prototypes, reference
from benchmarks.report import keep, machine, version
from siglum.check.foreign.judge import Judge, Judged
from siglum.check.foreign.prove import Models
from siglum.records import Exhausted, Proof, Proved, ProvedUpTo
from siglum.sandbox.run import Sandbox
from siglum.smt.solve import Portfolio
from siglum.target.x86_64.semantics import own, sleigh


class Row(NamedTuple):
    """One function in one compilation."""

    name: str
    option: str
    size: int
    finding: str
    models: int
    solvers: str
    route: str
    own_s: float
    solvers_s: float
    remark: str

    @property
    def seconds(self) -> float:
        return self.own_s + self.solvers_s


def main(arguments: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder, Portfolio() as portfolio, Sandbox() as sandbox:
        judge = Judge(sandbox, portfolio, Models(own.step, sleigh.step))
        rows = list(judged(judge, portfolio, Path(folder), arguments))
        versions = ", ".join(f"{name} {v}" for name, v in sorted(portfolio.versions().items()))
    lines = [f"{'function':<12}{'by':<7}{'bytes':>5}  {'finding':<20}{'models':>6}  {'route':<58}{'own s':>7}{'solvers s':>10}"]
    for r in rows:
        costs = f"{r.own_s:>7.3f}{r.solvers_s:>10.3f}"
        lines.append(f"{r.name:<12}{r.option:<7}{r.size:>5}  {r.finding:<20}{r.models:>6}  {r.route:<58}{costs}")
    lines += ["", *(f"{r.name} ({r.option}): {r.remark}" for r in rows if r.remark), ""]
    for label, group in (("without loops of unknown length", False), ("with", True)):
        some = [r.seconds for r in rows if (r.name in LOOPS) is group]
        if some:
            middle = statistics.median(some) * 1e3
            lines.append(f"{label}: {len(some)} functions, median {middle:.0f} ms, most {max(some):.2f} s of CPU")
    settled = sum(r.finding in ("proved", "exhausted") for r in rows)
    lines += [f"proved or exhausted: {settled} of {len(rows)}", version(["gcc", "--version"]), f"{versions}", machine()]
    keep("foreign", "\n".join(lines), [r._asdict() for r in rows])
    if any(r.finding not in ("proved", "exhausted") and r.name not in LOOPS for r in rows):
        sys.exit(1)


def judged(judge: Judge, portfolio: Portfolio, folder: Path, chosen: list[str]) -> Iterator[Row]:
    """A row for each function; the first is judged once before, so that no row pays for what is loaded once."""
    first = True
    for option, names in ((O2, _without_loops()), (V3, _without_loops()), (O1, LOOPS), (O2, LOOPS)):
        objects = compiled(option, folder)
        for name in names:
            if chosen and name not in chosen:
                continue
            if first:
                _row(judge, portfolio, objects, option, name)
                first = False
            yield _row(judge, portfolio, objects, option, name)


def _without_loops() -> tuple[str, ...]:
    return tuple(name for name in prototypes() if name not in LOOPS)


def _row(judge: Judge, portfolio: Portfolio, objects: Path, option: Option, name: str) -> Row:
    meant, convention = reference(name)
    code, size = code_of(objects, name)
    own_start, solvers_start = time.process_time(), portfolio.cpu
    made = judge.judge(meant, convention, code)
    own_s, solvers_s = time.process_time() - own_start, portfolio.cpu - solvers_start
    finding, proof = _named(made)
    remarks = [a for a in made.assumptions if a.startswith("nothing is claimed")] + made.notes
    if isinstance(made.finding, ProvedUpTo):
        remarks.insert(0, f"for all lengths is missing: {made.finding.missing}")
    if proof is None and not isinstance(made.finding, Exhausted):
        remarks.insert(0, str(made.finding))
    route, solvers, models = "", "", 0
    if proof is not None:
        solvers, models = "+".join(proof.solvers) or "rewriting alone", proof.models
        route = ", ".join((proof.method, *proof.lemmas, solvers))
    return Row(name, option.name, size, finding, models, solvers, route, own_s, solvers_s, "; ".join(remarks))


def _named(made: Judged) -> tuple[str, Proof | None]:
    found: Any = made.finding
    if isinstance(found, Proved):
        return "proved", found.proof
    if isinstance(found, ProvedUpTo):
        return f"proved, {found.measure} <= {found.bound}", found.proof
    return type(found).__name__.lower(), None

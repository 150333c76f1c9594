"""Every bit of proved functions flipped: what the judge says of the mutants, and a million runs of each that it certifies.

`python -m benchmarks flips [NAME...]`, with SIGLUM_BENCH_DATA set. Seconds are of the CPU: this process and the solvers. Exits
with 1 where a certified mutant differs from its original on the CPU, or more than 2 % of the mutants are unknown.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

from benchmarks.foreign.corpus import LOOPS, O1, O2, V3, Option, code_of, compiled, prototypes, reference
from benchmarks.foreign.drivers import driven
from benchmarks.report import keep, machine
from siglum.check.foreign.convention import Convention
from siglum.check.foreign.flips import CLASSES, Flips, flip_bits
from siglum.check.foreign.judge import Judge
from siglum.check.foreign.prove import Models
from siglum.ir.types import WIDTHS
from siglum.records import Proved
from siglum.sandbox.job import Code
from siglum.sandbox.run import Sandbox
from siglum.smt.solve import Portfolio
from siglum.target.x86_64.semantics import own, sleigh

RANGES: Final = 64
RANGE: Final = 1 << 14
"""A million runs: so many ranges of so many first arguments, the others random in each."""
MOST_UNKNOWN: Final = 0.02
VECTORS: Final = ("f_vadd8", "f_vadd4", "f_vmin8", "f_vmax4", "f_vmul8")
FAR: Final = ("f_popb",)
"""Functions at -O2 that reach others, between which lies code that is not theirs."""


def main(arguments: list[str]) -> None:
    rows = []
    differing: list[str] = []
    unknown: list[str] = []
    with tempfile.TemporaryDirectory() as folder, Portfolio() as portfolio, Sandbox() as sandbox:
        judge = Judge(sandbox, portfolio, Models(own.step, sleigh.step))
        for option, name, code in _chosen(Path(folder), arguments):
            meant, convention = reference(name)
            if not isinstance(judge.judge(meant, convention, code).finding, Proved):
                continue
            flips = flip_bits(judge, meant, convention, code)
            worse = [m for m in flips.certified if runs_differ(sandbox, convention, code, m.code)]
            differing += [f"{name} ({option.name}) bit {m.bit - 8 * code.entry}: {m.why}" for m in worse]
            unknown += [
                f"{name} ({option.name}) bit {m.bit - 8 * code.entry}: {m.why}" for m in flips.mutants if m.verdict == "unknown"
            ]
            rows.append((name, option.name, flips, len(worse)))
            print(_line(name, option.name, flips, len(worse)), flush=True)
    _report(rows, differing, unknown)


def _chosen(folder: Path, names: list[str]) -> Iterator[tuple[Option, str, Code]]:
    plain = [name for name in prototypes() if name not in LOOPS and name not in FAR]
    for option, group in ((O2, plain), (V3, VECTORS), (O1, ("f_sum", "f_chr"))):
        objects = compiled(option, folder)
        for name in group:
            if not names or name in names:
                yield option, name, code_of(objects, name)[0]


def _report(rows: list[tuple[str, str, Flips, int]], differing: list[str], unknown: list[str]) -> None:
    total = Flips(tuple(m for _, _, flips, _ in rows for m in flips.mutants))
    count = max(len(total.mutants), 1)
    classes = "".join(f"{c:>12}" for c in CLASSES)
    lines = [f"{'function':<12}{'by':<7}{'mutants':>8}{classes}{'differing':>10}{'ms each':>9}"]
    lines += [_line(*row) for row in rows]
    lines.append(_line("all", "", total, sum(worse for *_, worse in rows)))
    slowest = max(total.mutants, key=lambda m: m.seconds)
    one_model = sum(m.why in ("models=1",) or "models=1," in m.why for m in total.certified)
    lines += [
        "",
        f"{len(rows)} functions, {count:,} mutants, {total.seconds:.0f} s of CPU, {total.seconds / count * 1e3:.1f} ms each, "
        f"most {slowest.seconds:.1f} s",
        f"certified: {len(total.certified)}, of these in one model only {one_model}; each ran {RANGES * RANGE:,} times by the "
        f"original; different: {len(differing)}",
        *differing,
        f"unknown: {len(unknown)} ({len(unknown) / count:.2%})",
        *(f"  {text}" for text in unknown),
        machine(),
    ]
    data: list[dict[str, Any]] = [{"name": n, "option": o, **flips.counts(), "seconds": flips.seconds} for n, o, flips, _ in rows]
    keep("flips", "\n".join(lines), data)
    if differing or len(unknown) > MOST_UNKNOWN * count:
        sys.exit(1)


def _line(name: str, option: str, flips: Flips, worse: int) -> str:
    counts = "".join(f"{count:>12,}" for count in flips.counts().values())
    each = flips.seconds / max(len(flips.mutants), 1) * 1e3
    return f"{name:<12}{option:<7}{len(flips.mutants):>8,}{counts}{worse:>10}{each:>9.1f}"


def runs_differ(sandbox: Sandbox, convention: Convention, code: Code, mutant: Code) -> bool:
    """Whether a million runs of the two give other results, or one breaks off."""
    random = Random(1)
    width = 8 if convention.result_type is None else WIDTHS[convention.result_type]
    one, other = driven(code, convention), driven(mutant, convention)
    rest = 0 if convention.lists else len(convention.arguments) - 1
    for _ in range(RANGES):
        start = _sparse(random)
        others = [_sparse(random) for _ in range(rest)]
        expected = sandbox.range(one, start, RANGE, others, width, limit_s=5.0)
        found = sandbox.range(other, start, RANGE, others, width, limit_s=5.0)
        # where the original stops so does the reference, and nothing is claimed
        if found.results[: len(expected.results)] != expected.results or (found.stopped and not expected.stopped):
            return True
    return False


def _sparse(random: Random) -> int:
    """A word: plain random, of few bits, or near zero or an end of the 32-bit numbers."""
    kind = random.randrange(4)
    if kind == 0:
        return random.getrandbits(64)
    if kind == 1:
        return sum(1 << random.randrange(64) for _ in range(random.randrange(1, 4))) % 2**64
    near = random.choice((0, 1 << 31, 1 << 32, 1 << 63))
    return (near + random.randrange(-RANGE, 64)) % 2**64

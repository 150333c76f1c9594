"""The speed of the search: combinations executed, hashed and looked up per CPU second where nothing is found, and its first use.

`python -m benchmarks search [--seconds S] [--repeats R] [--memory MB] [--seed S]`. Lists of 8-byte integers, five examples whose
results are drawn at random; the time of the whole process counts.
"""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.proposals.rows import Row, footer
from benchmarks.report import keep

if TYPE_CHECKING:
    from siglum.records import Spec

SIGNATURES = ("[i64] -> [i64]", "[i64] -> i64", "[i64] i64 -> [i64]", "[i64] [i64] -> [i64]", "[i64] [i64] -> i64")
EXAMPLES = 5
LONGEST = 7
FIRST_USES = 11
FIRST_USE = """
import time
from siglum.ir.types import I64, Array
from siglum.proposing import passing, proposers
from siglum.records import Example, Spec
spec = Spec((("xs", Array(I64)),), I64, examples=(Example(([3, 1, 2],), 12), Example(([5],), 10)))
program = next(passing(spec, proposers()))
print(time.process_time())
"""
"""From nothing to the first program that passes, an easy one."""


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks search")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--memory", type=int, default=512, help="of one search, in MB")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    lines = [
        f"{EXAMPLES} examples, 8-byte integers; {options.repeats} searches each, of at most {options.seconds:g} s and "
        f"{options.memory} MB",
        f"{'':<22}{'million a CPU second':^40}{'of what was executed':^28}",
        f"{'signature':<22}{'completed':>20}{'combinations':>20}{'kept':>7}{'known':>7}{'joins':>7}{'stop':>7}{'kept':>11}{'MB':>6}"
        f"{'of RAM':>8}{'CPU s':>7}{'bits':>6}",
    ]
    data: Row = {}
    rates: list[float] = []
    for signature in SIGNATURES:
        runs = [searched(signature, f"{options.seed} {k}", options.seconds, options.memory << 20) for k in range(options.repeats)]
        speeds, tried = ([run[name] / run["seconds"] / 1e6 for run in runs] for name in ("completed", "candidates"))
        rates += speeds
        data[signature] = runs
        names = ("completed", "values", "known", "stopped", "memory", "resident", "seconds", "bits")
        completed, values, seen, stopped, used, resident, seconds, bits = [median(run[n] for run in runs) for n in names]
        parts = (values, seen, completed - values - seen, stopped)
        shares = "".join(f"{100 * part / (completed + stopped):>5.0f} %" for part in parts)
        costs = f"{values:>11,.0f}{used / 1e6:>6.0f}{resident / 1e6:>8.0f}{seconds:>7.2f}{bits:>6.1f}"
        full = "  full" if all(run["full"] for run in runs) else ""
        lines.append(f"{signature:<22}{rate(speeds):>20}{rate(tried):>20}{shares}{costs}{full}")
    lines += [
        f"completed, in all: {rate(rates)} million a CPU second",
        "completed: executed on all examples, hashed, and looked up among all that is known; combinations: these, those that",
        "stopped, and those that are passed over without being executed (lists of unequal lengths, say); kept: new behaviours;",
        "known: behaviours that were there; joins: looked up to meet in the middle, not to be kept; stop: executed and stopped;",
        "MB: of the bank, as it counts; of RAM: of the process; bits: the cost reached; full: the memory ended all of them",
        "",
        *first_use(data),
    ]
    keep("search", "\n".join([*lines, footer(1)]), data)


def rate(samples: Sequence[float]) -> str:
    """Median and range."""
    return f"{median(samples):.2f} ({min(samples):.2f}-{max(samples):.2f})"


def spec_of(signature: str, seed: str, seconds: float, memory: int) -> Spec:
    """An intent that no program of any use meets: lists of small integers with results that have nothing to do with them."""
    from siglum.ir.types import I64, Array, Type, parse_type
    from siglum.records import Budget, Example, Spec

    random = Random(f"{seed} {signature}")

    def drawn(t: Type) -> object:
        if t is Array(I64):
            return [random.randint(-20, 50) for _ in range(random.randint(2, LONGEST))]
        return random.randint(0, LONGEST)

    given, _, result = signature.partition(" -> ")
    params = tuple((f"x{k}", parse_type(text)) for k, text in enumerate(given.split()))
    gives = parse_type(result)
    examples = []
    for _ in range(EXAMPLES):
        far = [random.randint(1 << 40, 1 << 41) for _ in range(LONGEST)]
        examples.append(Example(tuple(drawn(t) for _, t in params), far if gives is Array(I64) else far[0]))
    return Spec(params, gives, examples=tuple(examples), budget=Budget(seconds, memory))


def searched(signature: str, seed: str, seconds: float, memory: int) -> Row:
    """One search in this process, the reservation of its memory included."""
    from siglum.propose.search.costs import UNITS
    from siglum.propose.search.enumerator import Search
    from siglum.proposing import library

    spec = spec_of(signature, seed, seconds, memory)
    known = library()
    gc.collect()  # what an earlier search held
    before = _resident()
    start = time.process_time()
    search = Search(known, spec)
    met = sum(1 for _ in search.run())
    spent = time.process_time() - start
    bank = search.bank
    row: Row = {
        "candidates": bank.candidates,
        "values": bank.count,
        "completed": bank.tally.completed,
        "known": bank.tally.known,
        "stopped": bank.tally.stopped,
        "memory": bank.used,
        "resident": _resident() - before,
        "seconds": spent,
        "bits": search.level / UNITS,
        "full": bank.full,
        "met": met,
    }
    return row


def _resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def first_use(data: Row) -> list[str]:
    """CPU time of a new process until the first program is there, its start included."""
    lines = []
    for name, compiled in (("modules compiled", True), ("the first process after installation, modules not yet compiled", False)):
        samples = sorted(_fresh_process(compiled) * 1e3 for _ in range(FIRST_USES if compiled else 3))
        data[f"first use, {name}"] = samples
        lines.append(f"first use, {name}: median {median(samples):.0f} ({samples[0]:.0f}-{samples[-1]:.0f}) ms")
    return lines


def _fresh_process(compiled: bool) -> float:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as folder:
        if not compiled:
            environment["PYTHONPYCACHEPREFIX"] = str(Path(folder))
        done = subprocess.run(
            [sys.executable, "-c", FIRST_USE], check=True, stdout=subprocess.PIPE, text=True, env=environment, cwd=folder
        )
    return float(done.stdout)

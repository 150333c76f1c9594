"""P1 to P25 found from their definitions, with the operations of the known program and with a common set; cvc5 beside it.

`python -m benchmarks hackers_delight [--only 1,2,19] [--seconds 60] [--engines own,cvc5-own,common] [--keep]` takes about a
quarter of an hour; `--engines cvc5-common` takes twenty minutes more. The table is written after each task; with `--keep` what
an earlier run in the same budget found stays in it and is not measured again. Exits with 1 where Siglum misses one that it is
given the known program's operations for.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import TYPE_CHECKING, Any

from benchmarks.hackers_delight.baseline import ask, question
from benchmarks.hackers_delight.functions import BITS, COMMON, TASKS, Task
from benchmarks.report import RESULTS, keep, machine, write

if TYPE_CHECKING:
    from siglum.ir.function import Function
    from siglum.smt.solve import Portfolio

NAME = "hackers_delight"
ENGINES = {
    "own": "Siglum, own operations",
    "cvc5-own": "cvc5, own operations",
    "common": "Siglum, common ones too",
    "cvc5-common": "cvc5, common ones too",
}
USUAL = ("own", "cvc5-own", "common")
HEADS = {"own": "Siglum", "cvc5-own": "cvc5", "common": "Siglum, common", "cvc5-common": "cvc5, common"}
QUICK_S = 10.0

Entry = dict[str, Any]


def main(arguments: list[str]) -> None:
    from siglum.smt.solve import Portfolio

    parser = argparse.ArgumentParser(prog=f"benchmarks {NAME}")
    parser.add_argument("--only", type=lambda text: [int(part) for part in text.split(",")], default=[t.number for t in TASKS])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--engines", type=lambda text: text.split(","), default=list(USUAL))
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args(arguments)
    found = kept(options.seconds) if options.keep else {}
    with Portfolio() as portfolio:
        for engine in options.engines:
            for task in TASKS:
                if task.number not in options.only or str(task.number) in found.get(engine, {}):
                    continue
                entry = measured(task, engine, options.seconds, portfolio)
                found.setdefault(engine, {})[str(task.number)] = entry
                print(f"P{task.number} {ENGINES[engine]}: {entry['length'] or '-'} in {entry['seconds']:.2f} s", flush=True)
                write(NAME, table(found, options.seconds), data_of(found, options.seconds))
    keep(NAME, table(found, options.seconds), data_of(found, options.seconds))
    if any(missed(task, found.get("own", {}).get(str(task.number))) for task in TASKS if task.number in options.only):
        sys.exit(1)


def data_of(found: dict[str, dict[str, Entry]], seconds: float) -> dict[str, Any]:
    """What is written down."""
    return {"seconds": seconds, "found": found, "machine": machine()}


def kept(seconds: float) -> dict[str, dict[str, Entry]]:
    """What earlier runs in the same budget wrote down."""
    path = RESULTS / f"{NAME}.json"
    data = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    found: dict[str, dict[str, Entry]] = data["found"] if data.get("seconds") == seconds else {}
    return found


def measured(task: Task, engine: str, seconds: float, portfolio: Portfolio) -> Entry:
    """One task in one engine: length (0 where nothing was found), CPU seconds, what was found and what is known of it."""
    components = (f"{COMMON} " if engine.endswith("common") else "") + task.operations
    if engine.startswith("cvc5"):
        truth = task.reference.__annotations__["return"] == "bool"
        outcome = ask(question(task, components.split(), truth), seconds)
        return {"length": outcome.length, "seconds": outcome.seconds, "text": outcome.text, "proved": []}
    return synthesized(task, components, seconds, portfolio)


def synthesized(task: Task, components: str, seconds: float, portfolio: Portfolio) -> Entry:
    """Siglum, until a program is as short as the known one or the time is over; then the shortest."""
    from siglum.propose.scalar.operations import operations
    from siglum.propose.scalar.synthesis import Report, synthesize
    from siglum.records import Budget

    report = Report()
    start, solvers = time.process_time(), portfolio.cpu
    entry: Entry = {"length": 0, "seconds": 0.0, "text": "", "proved": []}
    named = operations(BITS, components)
    candidates = synthesize(reference(task), portfolio, Budget(seconds), operations=named, report=report)
    for candidate in candidates:
        spent = time.process_time() - start + portfolio.cpu - solvers
        entry = {"length": report.length, "seconds": spent, "text": candidate.text, "proved": list(report.proved_by)}
        if report.length is not None and report.length <= task.length:
            break
    candidates.close()
    if not entry["length"]:
        entry["seconds"] = time.process_time() - start + portfolio.cpu - solvers
        entry["text"] = f"all values of {report.depth} operations; {report.tried:.1e} candidates; last: {report.at}"
    return entry


def reference(task: Task) -> Function:
    """The reference as a Function."""
    from siglum.frontend.elaborate import function_from_python
    from siglum.vocab.declare import vocabulary

    return function_from_python(task.reference, vocabulary=vocabulary)


def missed(task: Task, entry: Entry | None) -> bool:
    """Whether a task was run and no proved program of the known length came of it."""
    return entry is not None and not (0 < entry["length"] <= task.length and proved(entry))


def proved(entry: Entry) -> bool:
    """Whether two solvers, or rewriting alone, proved it for all inputs."""
    return len(entry["proved"]) > 1 or entry["proved"] == ["rewriting"]


# The table ------------------------------------------------------------------------------------------------------
def table(found: dict[str, dict[str, Entry]], seconds: float) -> str:
    """What was found, in columns; then each phrase, and how far each miss got."""
    engines = [engine for engine in ENGINES if engine in found]
    lines = [
        f"{len(TASKS)} functions at {BITS} bits, {seconds:g} s of CPU each (search and solvers; cvc5 with its start)",
        "each cell: operations of what was found, CPU seconds; + longer than the known program, - nothing",
        "given are the operations of the known program (benchmarks/hackers_delight/functions.py); `common`: these beside them",
        f"  {COMMON}",
        "not counted: what a phrase needs to bring numbers of 64 bits to 32",
        "",
        f"{'':4}{'known':>6}" + "".join(f"{HEADS[engine]:>16}" for engine in engines),
    ]
    for task in TASKS:
        cells = [found[engine].get(str(task.number)) for engine in engines]
        columns = "".join(f"{cell(task, entry):>16}" for entry in cells)
        lines.append(f"P{task.number:<3}{task.length:6}{columns}  {task.title}")
    lines.append("")
    for engine in engines:
        lines.append(summary(engine, found[engine]))
    for engine in engines:
        if engine.startswith("cvc5"):
            continue
        shown = "misses" if engine == "common" else "phrases, proved by two solvers for all inputs unless said, and misses"
        lines += ["", f"{ENGINES[engine]}: {shown}"]
        for task in TASKS:
            entry = found[engine].get(str(task.number))
            if entry is not None and not (entry["length"] and engine == "common"):
                proof = "" if proved(entry) or not entry["length"] else " (not proved)"
                lines.append(f"P{task.number:<3}{'' if entry['length'] else 'missed: '}{entry['text']}{proof}")
    return "\n".join([*lines, "", machine()])


def cell(task: Task, entry: Entry | None) -> str:
    if entry is None:
        return ""
    if not entry["length"]:
        return f"-  {entry['seconds']:7.2f}"
    mark = "+" if entry["length"] > task.length else ""
    return f"{entry['length']}{mark}  {entry['seconds']:7.2f}"


def summary(engine: str, entries: dict[str, Entry]) -> str:
    """How many were found at the known length or shorter, and how fast."""
    run = [(task, entries[str(task.number)]) for task in TASKS if str(task.number) in entries]
    good = [entry for task, entry in run if 0 < entry["length"] <= task.length]
    quick = sum(entry["seconds"] <= QUICK_S for entry in good)
    certain = "" if engine.startswith("cvc5") else f", {sum(map(proved, good))} of them proved by two solvers"
    longer = sum(entry["length"] > task.length for task, entry in run)
    return (
        f"{ENGINES[engine]}: {len(good)} of {len(run)} at the known length or shorter{certain}, {quick} within {QUICK_S:g} s; "
        f"{longer} longer, {sum(not entry['length'] for _, entry in run)} missed"
    )

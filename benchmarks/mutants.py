"""Mutants of what everything else trusts: small changes to the instruction table, the stencil contracts and their proofs, the
witness checker and the verification conditions of foreign code. Tests must notice nearly all.

`python -m benchmarks mutants [--area NAME] [--each N] [--minutes M] [--again]`. The mutants are chosen by a fixed seed among
all changes that `benchmarks.mutating` knows; each lives in memory only. Results are kept in build/mutants, so that a run goes on
where it was; `--again` runs the survivors again. Exits with 1 where fewer than 95 % are noticed.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.mutant_areas import AREAS, Area
from benchmarks.mutant_runs import ROOT, SOURCES, Hook, Ran, load_ahead, run, tests
from benchmarks.mutating import changes
from benchmarks.report import RESULTS, machine

SEED: Final = 1
EACH: Final = 75
LEAST: Final = 0.95
KEPT: Final = ROOT / "build" / "mutants"
EXPLAINED: Final = Path(__file__).with_name("mutants_explained.txt")
"""Survivors that change nothing: a mutant's key, and why."""
_SLACK: Final = 15.0


class Mutant(NamedTuple):
    """Change `number` of a file's text; `key` names it as long as the function around it stays as it is."""

    key: str
    file: str
    text: str
    number: int
    line: int
    what: str
    kind: str


class Found(NamedTuple):
    """What became of a mutant: `how` is "killed" or "survived", `by` the test that failed first or how the process ended."""

    how: str
    by: str
    seconds: float


def mutants_of(area: Area, each: int) -> list[Mutant]:
    """The chosen ones of an area, most of them from where there is most to change."""
    found = [mutant for file in area.files for mutant in _all_of(file)]
    chosen = sorted(found, key=lambda m: sha256(f"{SEED} {m.key}".encode()).digest())[:each]
    return sorted(chosen, key=lambda m: (m.file, m.line, m.number))


def _all_of(file: str) -> list[Mutant]:
    source = (SOURCES / file).read_text(encoding="utf-8")
    tree = ast.parse(source)
    around = _functions(tree)
    seen: Counter[str] = Counter()
    found = []
    for number, change in enumerate(changes(tree)):
        text = f"{file} {around.get(change.line, '')} {change}"
        seen[text] += 1
        key = sha256(f"{text} {seen[text]}".encode()).hexdigest()[:12]
        found.append(Mutant(key, file, source, number, change.line, str(change), change.kind))
    return found


def _functions(tree: ast.Module) -> dict[int, str]:
    """The text of the innermost function around each line."""
    found: dict[int, str] = {}
    for node in ast.walk(tree):  # the outer ones come first
        if isinstance(node, ast.FunctionDef) and node.end_lineno:
            found.update(dict.fromkeys(range(node.lineno, node.end_lineno + 1), ast.unparse(node)))
    return found


# Running ------------------------------------------------------------------------------------------------------------
class Kept:
    """The results so far, in a file with a line for each."""

    def __init__(self, area: Area) -> None:
        KEPT.mkdir(parents=True, exist_ok=True)
        self.path = KEPT / f"{area.name.replace(' ', '-')}.jsonl"
        self.known: dict[str, Found] = {}
        if self.path.exists():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                key, *found = json.loads(line)
                self.known[key] = Found(*found)

    def keep(self, key: str, found: Found) -> None:
        self.known[key] = found
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([key, *found]) + "\n")


def run_area(area: Area, each: int, until: float, again: bool) -> None:
    """Runs an area's mutants that have no result yet; in a process of its own, because of what it imports."""
    chosen, kept = mutants_of(area, each), Kept(area)
    repeated = {key for key, found in kept.known.items() if found.how == "survived"} - explained().keys() if again else set()
    waiting = [m for m in chosen if m.key not in kept.known or m.key in repeated]
    if not waiting:
        return
    load_ahead(area.ahead, area.files)
    stages = [stage if callable(stage) else tests(stage) for stage in area.stages()]
    limits = []
    for k, stage in enumerate(stages):
        right = run(stage, None, 900.0)
        if right.outcome != "passed":
            sys.exit(f"{area.name}: stage {k} fails without any change\n{right.text[-2000:]}")
        limits.append(_SLACK + 3 * right.seconds)
        print(f"  {area.name}: stage {k} passes in {right.seconds:.1f} s", flush=True)
    for done, mutant in enumerate(waiting):
        if time.monotonic() > until:
            print(f"  {area.name}: {len(waiting) - done} mutants are left for another run", flush=True)
            return
        found = _tried(mutant, stages, limits)
        kept.keep(mutant.key, found)
        place = f"{mutant.file}:{mutant.line}"
        print(f"  {found.how} {found.seconds:5.1f} s {mutant.key} {place} {mutant.what}  [{found.by}]", flush=True)


def _tried(mutant: Mutant, stages: list[Callable[[], int]], limits: list[float]) -> Found:
    seconds = 0.0
    for stage, limit in zip(stages, limits, strict=True):
        ran: Ran = run(stage, Hook(mutant.file, mutant.text, mutant.number), limit)
        seconds += ran.seconds
        if ran.outcome != "passed":
            by = ran.first if ran.outcome == "failed" else ran.outcome
            return Found("killed", by or ran.text.strip().splitlines()[-1:][0][:200], round(seconds, 1))
    return Found("survived", "", round(seconds, 1))


# The table ----------------------------------------------------------------------------------------------------------
def explained() -> dict[str, str]:
    """Mutants that change nothing, and why."""
    if not EXPLAINED.exists():
        return {}
    lines = EXPLAINED.read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines if line and not line.startswith("#"))


def report(areas: list[Area], each: int) -> tuple[str, bool]:
    """The table, and whether enough are killed everywhere."""
    why = explained()
    rows, listed, enough = [], [], True
    for area in areas:
        kept, chosen = Kept(area).known, mutants_of(area, each)
        ran = [m for m in chosen if m.key in kept]
        lived = [m for m in ran if kept[m.key].how == "survived"]
        same = [m for m in lived if m.key in why]
        killed = [kept[m.key].by for m in ran if kept[m.key].how == "killed"]
        counted = len(ran) - len(same)
        rate = len(killed) / counted if counted else 0.0
        enough = enough and len(ran) == len(chosen) and rate >= LEAST
        places = sum(len(_all_of(file)) for file in area.files)
        rows.append((area.name, places, len(ran), len(killed), len(lived) - len(same), len(same), f"{100 * rate:.1f} %"))
        listed += ["", f"{area.name}: killed by {_by(killed, area)}"]
        listed += [_line(m, "survives") for m in lived if m not in same]
        listed += [line for m in same for line in (_line(m, "changes nothing"), f"      {why[m.key]}")]
        if len(ran) < len(chosen):
            listed.append(f"  {len(chosen) - len(ran)} have not been run yet")
    head = ("area", "changes", "run", "killed", "survived", "no change", "killed of the rest")
    widths = (36, 9, 6, 8, 10, 11, 20)
    lines = [[str(cell).rjust(width) for cell, width in zip(row, widths, strict=True)] for row in (head, *rows)]
    table = ["".join([line[0].strip().ljust(widths[0]), *line[1:]]) for line in lines]
    note = f"seed {SEED}; a mutant is one small change to one module, and is killed when a test of its area fails"
    return "\n".join([*table, note, machine(), *listed]), enough


def _by(killed: list[str], area: Area) -> str:
    kinds = Counter(area.kind_of(by) for by in killed)
    return ", ".join(f"{name} {count}" for name, count in kinds.most_common())


def _line(mutant: Mutant, what: str) -> str:
    return f"  {what}: {mutant.file.removeprefix('siglum/')}:{mutant.line} {mutant.what} ({mutant.key})"


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks mutants")
    parser.add_argument("--area", choices=[area.name for area in AREAS])
    parser.add_argument("--each", type=int, default=EACH, help="mutants of each area")
    parser.add_argument("--minutes", type=float, default=600.0, help="no mutant is begun after these")
    parser.add_argument("--again", action="store_true", help="run the survivors again")
    parser.add_argument("--table", action="store_true", help="only write the table of what has been run")
    options = parser.parse_args(arguments)
    until = time.monotonic() + 60 * options.minutes
    for area in AREAS if not options.table else ():
        if options.area in (None, area.name):
            sys.stdout.flush()
            child = os.fork()
            if not child:
                run_area(area, options.each, until, options.again)
                sys.stdout.flush()
                os._exit(0)
            if os.waitpid(child, 0)[1]:
                print(f"{area.name}: not run to the end")
    text, enough = report(list(AREAS), options.each)
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "mutants.txt").write_text(text + "\n", encoding="utf-8")
    if not enough:
        sys.exit(1)

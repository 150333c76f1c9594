"""List functions of Rule (2020): from the first five of eleven examples, does the best program agree on the other six?

`python -m benchmarks list_functions [--tasks N] [--seed S] [--jobs J]`, with SIGLUM_BENCH_DATA set; without `--tasks` all of
them. The whole vocabulary is searched.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.proposals.exedec import agrees, described
from benchmarks.proposals.rows import Row, data, footer, listed, made, outcomes, share, spread
from benchmarks.report import keep

SECONDS = 10.0
GIVEN = 5
CATEGORIES = {
    "fold": r"fold",
    "neighbours and positions": r"mapi|filteri|zip|take \$1",
    "groups, counts, finds": r"group|count|find|unique",
    "map with a choice": r"\(if ",
    "map": r"map",
    "filter": r"filter",
    "sort": r"sort",
    "cut, replace, insert": r"cut_|replace|insert|splice",
    "a single number": r"^\(lambda \(singleton",
    "range": r"range",
    "take, drop, join": r"",
}
"""By the first of these that stands in the reference program."""


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks list_functions")
    parser.add_argument("--tasks", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args(arguments)
    paths = sorted(data("list_functions").glob("*.json"))
    if options.tasks is not None and options.tasks < len(paths):
        paths = sorted(Random(options.seed).sample(paths, options.tasks))
    rows = made("list_functions", measured, {path.stem: (str(path),) for path in paths}, {}, options.jobs)
    keep("list_functions", "\n".join([*report(rows), footer(options.jobs)]), rows)


def measured(path: str) -> Row:
    """The row of one task."""
    from siglum.ir.types import I64, Array
    from siglum.proposing import propose
    from siglum.records import Budget, Example, Spec

    task: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    examples = [((example["i"],), example["o"]) for example in task["examples"]]
    given = tuple(Example(*example) for example in examples[:GIVEN])
    proposed = propose(Spec((("xs", Array(I64)),), Array(I64), examples=given, budget=Budget(SECONDS)))
    right = [agrees(program, examples[GIVEN:]) for program in proposed.programs]
    return {
        "program": task["program"],
        "category": next(name for name, pattern in CATEGORIES.items() if re.search(pattern, task["program"])),
        **described(proposed),
        "agrees": bool(right) and right[0],
        "place": right.index(True) if any(right) else None,
        "seconds": proposed.seconds,
        "over": proposed.over,
    }


def report(rows: dict[str, Row]) -> list[str]:
    lines = [f"{'reference holds':<28}{'tasks':>6}{'consistent':>12}{'agrees':>8}{'kept':>6}"]
    for category in CATEGORIES:
        some = [row for row in rows.values() if row["category"] == category]
        if some:
            found, agreeing, kept = outcomes(some, "agrees")
            lines.append(f"{category:<28}{len(some):>6}{found:>12}{agreeing:>8}{kept:>6}")
    found, agreeing, kept = outcomes([*rows.values()], "agrees")
    lines += [
        "",
        f"from {GIVEN} examples within {SECONDS:.0f} s: best agrees on the other six {share(agreeing, len(rows))}; one of those "
        f"kept {share(kept, len(rows))}; consistent {share(found, len(rows))}",
        f"until enough, median / 90 % / most: {spread(row['seconds'] for row in rows.values())}",
    ]
    missed = [
        f"{name}  {row['program']}  <>  {row['found']}  ({row['cost']:.1f} bits, {row['seconds']:.1f} s, {row['over']})"
        for name, row in rows.items()
        if not row["agrees"]
    ]
    return [*lines, *listed("not agreeing", missed, len(missed)), ""]

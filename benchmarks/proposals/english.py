"""Intents in English with two examples each: is the best program within two seconds the right one?

`python -m benchmarks english [--jobs J]`. Right is what agrees with the truth on fifty fresh inputs. Of the half that is put
aside, and of the fresh set that others wrote later, nothing but counts is shown.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from benchmarks.english import measure
from benchmarks.proposals.rows import Row, footer, listed, made, outcomes, share, spread
from benchmarks.report import keep

FOLDER = Path(measure.__file__).parent
SETS = ("tuned", "aside", "fresh")
SUBJECTS = ("numbers", "lists", "text")
SECONDS = 2.0


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks english")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args(arguments)
    tasks = {
        f"{half} {number}": (half, number)
        for half in SETS
        for number in range(len(measure.read_intents(FOLDER / f"{half}.jsonl")))
    }
    rows = made("english", measured, tasks, {}, options.jobs)
    lines = []
    for half in SETS:
        some = [row for key, row in rows.items() if key.startswith(half)]
        lines += [*report(half, some), ""]
    kept = {key: row if key.startswith("tuned") else {"right": row["right"]} for key, row in rows.items()}
    keep("english", "\n".join([*lines, footer(options.jobs)]), kept)


def measured(half: str, number: int) -> Row:
    """The row of one intent; of one that is put aside, without its text and without the program's."""
    from siglum.proposing import propose
    from siglum.records import Budget

    intent = measure.read_intents(FOLDER / f"{half}.jsonl")[number]
    proposed = propose(replace(intent.spec, budget=Budget(SECONDS)))
    inputs = list(measure.fresh_inputs(intent, measure.FRESH))
    programs = [program.definition for program in proposed.programs]
    right = [all(measure.gives(program, given, expected) for given, expected in inputs) for program in programs]
    row: Row = {
        "subject": subject(intent),
        "found": (proposed.programs[0].text if half == "tuned" else "a program") if right else None,
        "right": bool(right) and right[0],
        "place": right.index(True) if any(right) else None,
        "seconds": proposed.seconds,
        "inputs": len(inputs),
    }
    if half == "tuned":
        row["intent"] = intent.text
    return row


def subject(intent: measure.Intent) -> str:
    """Text if there is any in the signature, else lists, else numbers."""
    spec = intent.spec
    types = " ".join(map(str, [*(t for _, t in spec.params), spec.result]))
    if "str" in types or "char" in types:
        return "text"
    return "lists" if "[" in types or "{" in types else "numbers"


def report(half: str, rows: list[Row]) -> list[str]:
    lines = [f"{half:<10}{'intents':>8}{'consistent':>12}{'right':>7}{'kept':>6}"]
    for name in (*SUBJECTS, ""):
        some = [row for row in rows if name in ("", row["subject"])]
        found, right, kept = outcomes(some, "right")
        lines.append(f"  {name or 'all':<8}{len(some):>8}{found:>12}{right:>7}{kept:>6}")
    lines.append(f"  right within {SECONDS:.0f} s: {share(sum(row['right'] for row in rows), len(rows))}")
    lines.append(f"  until enough, median / 90 % / most: {spread(row['seconds'] for row in rows)}")
    few = sum(row["inputs"] < measure.FRESH for row in rows)
    if few:
        lines.append(f"  with fewer than {measure.FRESH} fresh inputs: {few}")
    missed = [f"{row['intent']}  <>  {row['found']}" for row in rows if "intent" in row and not row["right"]]
    return [*lines, *listed("  not right", missed, len(missed))]

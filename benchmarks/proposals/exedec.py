"""List tasks of ExeDec by example: what is consistent with the examples, what agrees with the truth, how many questions settle.

`python -m benchmarks exedec [--tasks N] [--given N] [--seed S] [--splits NAME...] [--parts given ten questions] [--jobs J]`, with
SIGLUM_BENCH_DATA set; without `--tasks` all of them. The whole vocabulary is searched.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from itertools import islice
from math import inf
from random import Random
from typing import TYPE_CHECKING, Any

from benchmarks.proposals.dsl import TRAITS, Truth, answer, fresh, read_inputs, read_value, traits
from benchmarks.proposals.rows import Row, data, footer, listed, made, outcomes, share, spread
from benchmarks.report import keep

if TYPE_CHECKING:
    from siglum.propose.alternatives import Question
    from siglum.propose.examine import Program
    from siglum.proposing import Proposed
    from siglum.records import Example, Spec

SPLITS = ("NONE", "LENGTH_GENERALIZATION")
PARTS = ("given", "ten", "questions")
SECONDS = 5.0
EXAMPLES = 10
FRESH = 100
MOST_QUESTIONS = 6
SHOWN = 40
Task = dict[str, Any]


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks exedec")
    parser.add_argument("--tasks", type=int, help="how many of each split")
    parser.add_argument("--given", type=int, help="how many of each split where only the given examples are looked at")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--splits", nargs="+", choices=SPLITS, default=SPLITS)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args(arguments)
    counts = {part: options.given or options.tasks if part == "given" else options.tasks for part in options.parts}
    tasks = {(split, part): chosen(split, counts[part], options.seed) for split in options.splits for part in options.parts}
    work = {
        f"{split} {part} {task['index']}": (part, split, task, options.seed)
        for part in options.parts
        for split in options.splits
        for task in tasks[split, part]
    }
    rows = made("exedec", measured, work, {"seed": options.seed}, options.jobs)
    lines: list[str] = []
    for split in options.splits:
        for part in options.parts:
            some = [rows[f"{split} {part} {task['index']}"] for task in tasks[split, part]]
            lines += [f"{split}, {len(some)} tasks, seed {options.seed}", *REPORTS[part](some), ""]
    keep("exedec", "\n".join([*lines, footer(options.jobs)]), rows)


def chosen(split: str, count: int | None, seed: int) -> list[Task]:
    """Some tasks of a split, always the same for a seed."""
    lines = data("exedec", f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
    if count is not None and count < len(lines):
        lines = Random(f"{seed} {split}").sample(lines, count)
    return sorted(map(json.loads, lines), key=lambda task: int(task["index"]))


# One task -------------------------------------------------------------------------------------------------------------


def measured(part: str, split: str, task: Task, seed: int) -> Row:
    """The row of one part of one task."""
    from siglum.records import Example

    truth = Truth(task["program"])
    examples = [Example(read_inputs(i), read_value(o)) for i, o in zip(task["inputs"], task["outputs"], strict=True)]
    random = Random(f"{seed} {split} {task['index']}")
    more = EXAMPLES - len(examples)
    drawn = fresh(truth, examples[0].arguments, random, [e.arguments for e in examples])
    further, tests = (list(islice(drawn, count)) for count in (more, FRESH))
    inputs = [*(e.arguments for e in examples), *(arguments for arguments, _ in further + tests)]
    shown = set().union(*(traits(truth, arguments) for arguments in inputs))
    row: Row = {"truth": truth.text, "length": len(truth.steps), "tests": len(tests), "traits": sorted(shown)}
    if part == "given":
        return {**row, **first(spec_of(examples))}
    if part == "ten":
        return {**row, **best(spec_of([*examples, *(Example(*one) for one in further)]), tests)}
    return {**row, **asked(truth, examples, tests)}


def spec_of(examples: Sequence[Example]) -> Spec:
    """The intent that examples alone are."""
    from siglum.ir.types import I64, Array
    from siglum.records import Budget, Spec

    def type_of(value: object) -> Any:
        return Array(I64) if isinstance(value, list) else I64

    params = tuple((f"x{k}", type_of(value)) for k, value in enumerate(examples[0].arguments))
    return Spec(params, type_of(examples[0].result), examples=tuple(examples), budget=Budget(SECONDS))


def first(spec: Spec) -> Row:
    """The first program that passes, and when it is there."""
    from siglum.proposing import passing, proposers

    start = time.process_time()
    programs = passing(spec, proposers())
    program = next(programs, None)
    seconds = time.process_time() - start
    programs.close()  # type: ignore[attr-defined]
    return {"found": program.text if program else None, "seconds": seconds}


def best(spec: Spec, tests: Sequence[tuple[Any, Any]]) -> Row:
    """The cheapest program, and whether it agrees with the truth; else the place of the alternative that does."""
    from siglum.proposing import propose

    proposed = propose(spec)
    right = [agrees(program, tests) for program in proposed.programs]
    return {
        **described(proposed),
        "agrees": bool(right) and right[0],
        "place": right.index(True) if any(right) else None,
        "seconds": proposed.seconds,
        "over": proposed.over,
    }


def described(proposed: Proposed) -> Row:
    """The best program and what it costs in bits."""
    if not proposed.programs:
        return {"found": None, "cost": 0.0}
    program = proposed.programs[0]
    return {"found": program.text, "cost": program.candidate.cost}


def agrees(program: Program, tests: Sequence[tuple[Any, Any]]) -> bool:
    """Whether a program gives what the truth gives; one that stops does not."""
    from siglum.propose.examine import STOPS, same

    try:
        return all(same(program(*arguments), expected) for arguments, expected in tests)
    except STOPS:
        return False


def asked(truth: Truth, examples: Sequence[Example], tests: Sequence[tuple[Any, Any]]) -> Row:
    """How many questions the truth answers until the best program agrees with it (`settled`; None: it never does)."""
    from siglum.proposing import propose
    from siglum.records import Example

    examples = list(examples)
    row: Row = {"settled": None, "asked": 0, "skipped": 0, "seconds": 0.0, "over": "questions"}
    while True:
        proposed = propose(spec_of(examples))
        row["seconds"] += proposed.seconds
        row |= described(proposed)
        if not proposed.programs:
            return {**row, "over": "nothing found"}
        if agrees(proposed.programs[0], tests):
            return {**row, "settled": row["asked"], "over": "settled"}
        if row["asked"] == MOST_QUESTIONS:
            return row
        question, skipped = answerable(truth, proposed)
        row["skipped"] += skipped
        if question is None:
            return {**row, "over": "no question that it answers" if skipped else "no question"}
        row["asked"] += 1
        result = answer(truth, question.arguments)
        examples.append(Example(question.arguments, result))


def answerable(truth: Truth, proposed: Proposed) -> tuple[Question | None, int]:
    """The first question that the truth answers, and how many it does not: those inputs are taken from the probes, as if the
    person had said that they do not occur.
    """
    alternatives, skipped = proposed.alternatives, 0
    while question := proposed.question():
        if answer(truth, question.arguments) is not None:
            return question, skipped
        skipped += 1
        place = alternatives.probes.index(question.arguments)
        for results in (alternatives.probes, *(one.results for one in alternatives.found)):
            del results[place]
    return None, skipped


# Reports --------------------------------------------------------------------------------------------------------------


def report_given(rows: Sequence[Row]) -> list[str]:
    found = [row for row in rows if row["found"]]
    missed = [f"{row['truth']}  ({row['seconds']:.1f} s)" for row in rows if not row["found"]]
    return [
        f"  3 examples: consistent {share(len(found), len(rows))} within {SECONDS:.0f} s",
        f"  first program, median / 90 % / most: {spread(row['seconds'] for row in found)}",
        *_by_trait(rows, "consistent", lambda row: row["found"] is not None),
        *listed("  not found", missed, SHOWN),
    ]


def report_ten(rows: Sequence[Row]) -> list[str]:
    wrong = [f"{row['truth']}  <>  {row['found']} ({row['cost']:.1f} bits)" for row in rows if not row["agrees"]]
    found, right, kept = outcomes(rows, "agrees")
    few = sum(row["tests"] < FRESH for row in rows)
    return [
        f"  {EXAMPLES} examples: best agrees on {FRESH} fresh inputs {share(right, len(rows))}; one of those kept "
        f"{share(kept, len(rows))}; consistent {share(found, len(rows))}; {few} with fewer fresh inputs",
        f"  agreeing, by length: {_by_length(rows)}",
        *_by_trait(rows, "agreeing", lambda row: bool(row["agrees"])),
        f"  until enough, median / 90 % / most: {spread(row['seconds'] for row in rows)}",
        *listed("  not agreeing", wrong, SHOWN),
    ]


def report_questions(rows: Sequence[Row]) -> list[str]:
    settled = [inf if row["settled"] is None else row["settled"] for row in rows]
    ends = {over: sum(row["over"] == over for row in rows) for over in sorted({row["over"] for row in rows})}
    counts = ", ".join(f"{k}: {settled.count(k)}" for k in range(MOST_QUESTIONS + 1))
    median = statistics.median_low(settled)
    wrong = [
        f"{row['truth']}  <>  {row['found']} ({row['cost']:.1f} bits, {row['over']})" for row in rows if row["settled"] is None
    ]
    return [
        f"  3 examples and questions: median {median if median < inf else f'over {MOST_QUESTIONS}'}; settled within two "
        f"{share(sum(k <= 2 for k in settled), len(rows))}; without any {share(settled.count(0), len(rows))}",
        f"  settled after {counts}; how it ended: {', '.join(f'{over} {n}' for over, n in ends.items())}",
        *_by_trait(rows, "settled within two", lambda row: row["settled"] is not None and row["settled"] <= 2),
        f"  inputs on which the truth has no value, skipped: {sum(row['skipped'] for row in rows)}",
        f"  all proposals of a task, median / 90 % / most: {spread(row['seconds'] for row in rows)}",
        *listed("  not settled", wrong, SHOWN),
    ]


def _by_length(rows: Sequence[Row]) -> str:
    lengths = sorted({row["length"] for row in rows})
    groups = {n: [row["agrees"] for row in rows if row["length"] == n] for n in lengths}
    return ", ".join(f"{n}: {sum(hits)}/{len(hits)}" for n, hits in groups.items())


def _by_trait(rows: Sequence[Row], what: str, hit: Callable[[Row], bool]) -> list[str]:
    """How many are hit of those whose truth does on some input what siglum's words do otherwise, and of the rest."""
    groups = {f"where {trait}": [row for row in rows if trait in row["traits"]] for trait in TRAITS}
    groups["elsewhere"] = [row for row in rows if not row["traits"]]
    return [f"  {what} {name}: {share(sum(map(hit, some)), len(some))}" for name, some in groups.items()]


REPORTS = {"given": report_given, "ten": report_ten, "questions": report_questions}

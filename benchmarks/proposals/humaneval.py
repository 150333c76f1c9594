"""HumanEval's prompts as intents, without a model: their English and the examples in it. Is what is proposed what the tests want?

`python -m benchmarks humaneval [--tasks N] [--seed S] [--jobs J]`, with SIGLUM_BENCH_DATA set; without `--tasks` all of them. The
hidden tests run the program in CPython.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import TYPE_CHECKING, Any

from benchmarks.proposals.prompts import Prompt, read_prompt
from benchmarks.proposals.rows import Row, data, footer, listed, made, share, spread
from benchmarks.report import keep

if TYPE_CHECKING:
    from siglum.ir.types import Type
    from siglum.propose.examine import Program
    from siglum.records import Spec

SECONDS = 10.0
FUEL = 1_000_000
"""Words applied in one call by a test."""
PASSES, WRONG, NOT_FOUND = "passes the hidden tests", "consistent, but fails the hidden tests", "nothing found"
NO_EXAMPLES, NO_TYPES = "no examples in the prompt", "types that there are not (unions, tuples but of two, any)"
NOT_SEARCHED = "nothing found, over types that the search does not look at"
FATES = (PASSES, WRONG, NOT_FOUND, NOT_SEARCHED, NO_TYPES, NO_EXAMPLES)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks humaneval")
    parser.add_argument("--tasks", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args(arguments)
    with gzip.open(data("humaneval", "HumanEval.jsonl.gz"), "rt", encoding="utf-8") as file:
        tasks = [json.loads(line) for line in file]
    if options.tasks is not None and options.tasks < len(tasks):
        tasks = sorted(Random(options.seed).sample(tasks, options.tasks), key=lambda task: int(task["task_id"].partition("/")[2]))
    rows = made("humaneval", measured, {task["task_id"]: (task,) for task in tasks}, {}, options.jobs)
    keep("humaneval", "\n".join([*report(rows), footer(options.jobs)]), rows)


# One task -------------------------------------------------------------------------------------------------------------


def measured(task: Row) -> Row:
    """The row of one prompt."""
    from siglum.propose.inference import NoTypeError
    from siglum.proposing import library, propose

    prompt = read_prompt(task["prompt"], task["entry_point"])
    row: Row = {"name": prompt.name, "examples": len(prompt.examples), "found": None, "seconds": 0.0, "types": "", "kept": False}
    try:
        spec = spec_of(prompt)
    except NoTypeError:
        return {**row, "fate": NO_TYPES if prompt.examples else NO_EXAMPLES}
    assert spec.result is not None
    row["types"] = f"{' '.join(str(t) for _, t in spec.params)} -> {spec.result}"
    proposed = propose(spec)
    passes = [passed(task, tested(program)) for program in proposed.programs]
    row |= {"seconds": proposed.seconds, "over": proposed.over, "kept": any(passes)}
    if passes:
        row["found"] = proposed.programs[0].text
        return {**row, "fate": PASSES if passes[0] else WRONG if prompt.examples else NO_EXAMPLES}
    looked_at = {spec.result, *(t for _, t in spec.params)} <= set(library().types)
    return {**row, "fate": NO_EXAMPLES if not prompt.examples else NOT_FOUND if looked_at else NOT_SEARCHED}


def spec_of(prompt: Prompt) -> Spec:
    """The intent: types as annotated, else those that the examples have. Raises `NoTypeError`."""
    from siglum.propose.inference import MISFIT, NoTypeError, fitted
    from siglum.records import Budget, Example, Spec

    columns = [[arguments[k] for arguments, _ in prompt.examples] for k in range(len(prompt.params))]
    types = [type_of(written, column) for written, column in zip(prompt.annotations, columns, strict=True)]
    result = type_of(prompt.result, [result for _, result in prompt.examples])
    examples = []
    for arguments, given in prompt.examples:
        values = [fitted(value, t) for value, t in zip((*arguments, given), (*types, result), strict=True)]
        if any(value is MISFIT for value in values):
            raise NoTypeError
        examples.append(Example(tuple(values[:-1]), values[-1]))
    params = tuple(zip((f"{name}_" if name == prompt.name else name for name in prompt.params), types, strict=True))
    return Spec(params, result, examples=tuple(examples), phrase=prompt.english, budget=Budget(SECONDS))


def type_of(annotation: str | None, values: Sequence[Any]) -> Type:
    """What is annotated, or what the values have together. Raises `NoTypeError`."""
    from siglum.ir.types import NOTHING
    from siglum.propose import inference

    written = annotated(ast.parse(annotation, mode="eval").body) if annotation else None
    if written is not None:
        return written
    common = NOTHING
    for value in values:
        both = inference.joined(common, inference.type_of(value))
        if both is None:
            raise inference.NoTypeError
        common = both
    if common is NOTHING:
        raise inference.NoTypeError
    return inference.settled(common)


def annotated(node: ast.expr) -> Type | None:
    """The type of an annotation; None where it leaves the type open. Raises `NoTypeError` for what no type is."""
    from siglum.ir.types import BOOL, F64, I64, STR, Array, Map, Option, Pair
    from siglum.propose.inference import NoTypeError

    match node:
        case ast.Name(id=name):
            return {"int": I64, "float": F64, "str": STR, "bool": BOOL}.get(name)
        case ast.Subscript(value=ast.Name(id=outer), slice=inner):
            parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            types = [annotated(part) for part in parts]
            if any(t is None for t in types):
                return None
            make = {"List": Array, "Optional": Option, "Tuple": Pair, "Dict": Map}.get(outer)
            wanted = 2 if outer in ("Tuple", "Dict") else 1
            if make is None or len(types) != wanted:
                raise NoTypeError
            return make(*types)
    return None


def tested(program: Program) -> Callable[..., Any]:
    """The program as the tests call it. Raises TypeError for arguments that are none of its types."""
    from siglum.frontend.phrase.reference import evaluate
    from siglum.propose.inference import MISFIT, fitted

    types = [t for _, t in program.spec.params]

    def candidate(*arguments: Any) -> Any:
        values = [fitted(value, t) for value, t in zip(arguments, types, strict=True)]
        if any(value is MISFIT for value in values):
            raise TypeError
        return evaluate(program.definition, values, fuel=FUEL)

    return candidate


def passed(task: Row, candidate: Callable[..., Any]) -> bool:
    """Whether the hidden tests pass."""
    from siglum.propose.examine import STOPS

    names: dict[str, Any] = {}
    exec(compile(f"{task['prompt'].rstrip()}\n    pass\n{task['test']}", task["task_id"], "exec"), names)
    try:
        names["check"](candidate)
    except (*STOPS, AttributeError, NameError):
        return False
    return True


# Report ---------------------------------------------------------------------------------------------------------------


def report(rows: dict[str, Row]) -> list[str]:
    fates = Counter(row["fate"] for row in rows.values())
    consistent = sum(row["found"] is not None and row["examples"] > 0 for row in rows.values())
    lines = [
        f"{len(rows)} prompts, {SECONDS:.0f} s each",
        f"consistent with the prompt's examples: {share(consistent, len(rows))}",
        f"passing the hidden tests: {share(fates[PASSES], len(rows))}; with one of those kept: "
        f"{share(sum(row['kept'] for row in rows.values()), len(rows))}",
        f"until enough, median / 90 % / most: {spread(row['seconds'] for row in rows.values() if row['types'])}",
        "",
        *(f"{fate:<64}{fates[fate]:>5}" for fate in FATES),
        "",
        "by the examples in the prompt:",
        *_by_examples(rows),
        "",
        "types of what was not found:",
        *(f"  {types:<62}{count:>5}" for types, count in _types(rows)),
    ]
    for fate in FATES[:4]:
        entries = [f"{row['name']}: {row['found'] or row['types']}" for row in rows.values() if row["fate"] == fate]
        lines += listed(fate, entries, len(entries))
    return [*lines, ""]


def _by_examples(rows: dict[str, Row]) -> Iterator[str]:
    groups = {"1": range(1, 2), "2": range(2, 3), "3 or 4": range(3, 5), "5 and more": range(5, 1000)}
    for name, counts in groups.items():
        some = [row for row in rows.values() if row["examples"] in counts]
        yield f"  {name:<12}passing {share(sum(row['fate'] == PASSES for row in some), len(some))}"


def _types(rows: dict[str, Row]) -> list[tuple[str, int]]:
    return Counter(row["types"] for row in rows.values() if row["fate"] in (NOT_FOUND, NOT_SEARCHED)).most_common(20)

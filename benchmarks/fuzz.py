"""Random well-typed functions: native code against the interpreter, the witness followed each time.

`python -m benchmarks fuzz [--count N] [--first SEED] [--inputs K] [--jobs J] [--refine]`. Every fifth function is bound as it
was sampled, the others in the form that binds to faster code; with `--refine` every one in both. A run that was interrupted goes
on where it stopped, as long as neither the options nor the sources changed. Exits with 1 when anything disagrees.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections import Counter

from benchmarks.chunks import run

CHUNK = 250
MOVES = ("st.sv", "st.sx", "ld.vs", "ld.xs")
FUEL = 100_000


def examine(first: int, count: int, per: int, target: str, both: bool) -> tuple[Counter[str], list[str]]:
    """What happened on the functions of seeds first .. first + count - 1, and what went wrong."""
    seen: Counter[str] = Counter()
    wrong = []
    for seed in range(first, first + count):
        seen["functions"] += 1
        for refine in (False, True) if both else (seed % 5 != 0,):
            try:
                fault = one(seed, per, target, refine, seen)
            except Exception:  # noqa: BLE001 - what raises is a finding
                fault = traceback.format_exc(limit=-1).replace("\n", " ")
            if fault is not None:
                wrong.append(f"seed {seed}{', refined' if refine else ''}: {fault}")
    return seen, wrong


def one(seed: int, per: int, target: str, refine: bool, seen: Counter[str]) -> str | None:
    """Examines one function in one form: counts into `seen`, gives what went wrong."""
    from siglum.bind import bind
    from siglum.check import check_image
    from siglum.check.differential import RESOURCES, differential
    from siglum.errors import Stop
    from siglum.host.callable import Native
    from siglum.ir.inputs import inputs
    from siglum.ir.sample import Shape, sample
    from siglum.ir.verify import verify
    from siglum.pipeline import refined
    from siglum.records import Followed, Refuted, Tested
    from siglum.stencil.table import load

    table = load(target)
    sampled = sample(seed, Shape(size=4 + seed % 61, depth=1 + seed % 4, counting=seed % 2 == 1))
    function = refined(sampled) if refine else sampled
    if refine:
        verify(function)
        seen["functions refined"] += 1
    image = bind(function, table)
    followed = check_image(image, table)
    seen["images"] += 1
    families = Counter(i.family for block in image.witness.blocks for i in block.instances)
    seen["stencils"] += families.total()
    seen["spills and reloads"] += sum(families[move] for move in MOVES)
    if not isinstance(followed, Followed):
        return str(followed)
    native = Native(image, fuel=FUEL)
    given = inputs(tuple(t for _, t in sampled.params), seed, per)
    found = differential(sampled, native, given)
    if isinstance(found, Refuted):
        return str(found)
    if isinstance(found, Tested):
        seen["runs that agree"] += found.runs
    try:
        native(*given[-1])
        seen["last input gives a result"] += 1
    except Stop as stop:
        seen["last input stops for want of resources" if stop.kind in RESOURCES else "last input stops"] += 1
    return None


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks fuzz")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--inputs", type=int, default=6)
    parser.add_argument("--target", default="x86-64-v2")
    parser.add_argument("--refine", action="store_true", help="every function as sampled and refined")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    settings = {"inputs": options.inputs, "target": options.target, "refine": options.refine}
    if not run("fuzz", examine, options.first, options.count, CHUNK, options.jobs, settings, options.target):
        sys.exit(1)

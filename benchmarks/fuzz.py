"""Random well-typed functions: native code against the interpreter, the witness followed each time.

`python -m benchmarks fuzz [--count N] [--first SEED] [--inputs K] [--jobs J]`. Every fifth function is bound as it was sampled,
the others in the form that binds to faster code. Exits with 1 when anything disagrees.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from benchmarks.report import keep, machine

CHUNK = 500


def examine(first: int, count: int, per: int, target: str) -> tuple[Counter[str], list[str]]:
    """What happened on the functions of seeds first .. first + count - 1, and what went wrong."""
    from siglum.bind import bind
    from siglum.check import check_image
    from siglum.check.differential import RESOURCES, differential
    from siglum.errors import Stop
    from siglum.host.callable import Native
    from siglum.ir.inputs import inputs
    from siglum.ir.sample import Shape, sample
    from siglum.pipeline import refined
    from siglum.records import Followed, Refuted, Tested
    from siglum.stencil.table import load

    table = load(target)
    seen: Counter[str] = Counter()
    wrong = []
    for seed in range(first, first + count):
        sampled = sample(seed, Shape(size=4 + seed % 61, depth=1 + seed % 4))
        function = sampled if seed % 5 == 0 else refined(sampled)
        image = bind(function, table)
        followed = check_image(image, table)
        seen["functions"] += 1
        seen["stencils"] += sum(len(block.instances) for block in image.witness.blocks)
        seen["spills and reloads"] += sum(
            i.family in ("st.sv", "st.sx", "ld.vs", "ld.xs") for block in image.witness.blocks for i in block.instances
        )
        if not isinstance(followed, Followed):
            wrong.append(f"seed {seed}: {followed}")
            continue
        native = Native(image, fuel=100_000)
        given = inputs(tuple(t for _, t in sampled.params), seed, per)
        found = differential(sampled, native, given)
        if isinstance(found, Refuted):
            wrong.append(f"seed {seed}: {found}")
        if isinstance(found, Tested):
            seen["runs"] += found.runs
        try:
            native(*given[-1])
            seen["last input gives a result"] += 1
        except Stop as stop:
            seen["last input stops for want of resources" if stop.kind in RESOURCES else "last input stops"] += 1
    return seen, wrong


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks fuzz")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--inputs", type=int, default=8)
    parser.add_argument("--target", default="x86-64-v2")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    start = time.monotonic()
    seen: Counter[str] = Counter()
    wrong: list[str] = []
    with ProcessPoolExecutor(options.jobs) as pool:
        firsts = range(options.first, options.first + options.count, CHUNK)
        ends = options.first + options.count
        waiting = [pool.submit(examine, at, min(CHUNK, ends - at), options.inputs, options.target) for at in firsts]
        for done in waiting:
            counts, faults = done.result()
            seen.update(counts)
            wrong.extend(faults)
    lines = [f"{name:40} {count:12,}" for name, count in seen.items()]
    lines.append(f"{'disagreements':40} {len(wrong):12,}")
    lines += wrong[:20]
    lines.append(f"{options.target}, {time.monotonic() - start:.0f} s with {options.jobs} processes on {machine()}")
    keep("fuzz", "\n".join(lines), {**seen, "disagreements": wrong})
    if wrong:
        sys.exit(1)

"""Faults that the witness check must see: every single-bit flip of images, and binder bugs with a witness that fits them.

`python -m benchmarks faults [--images N] [--bugs N] [--inputs K]`. A bug that the check lets pass is run on K inputs in a child
process and must behave as the Function does on all. Exits with 1 otherwise, or when the check raises.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from benchmarks.report import keep, machine

BATCH = 10


def flips(seeds: range, target: str) -> tuple[int, list[str]]:
    """How many bits were flipped in the images of `seeds`, and what went wrong."""
    from tests.support.mutate import flipped

    from siglum.bind import bind
    from siglum.check import check_image
    from siglum.ir.sample import Shape, sample
    from siglum.records import Rejected
    from siglum.stencil.table import load

    table = load(target)
    tried, wrong = 0, []
    for seed in seeds:
        image = bind(sample(seed, Shape(size=2 + seed % 9, depth=1 + seed % 2)), table)
        for bit in range(8 * len(image.code)):
            tried += 1
            if not isinstance(check_image(flipped(image, bit), table), Rejected):
                wrong.append(f"seed {seed}: bit {bit} passed")
    return tried, wrong


def bugs(seeds: range, target: str, inputs_each: int) -> tuple[Counter[str], list[str]]:
    """What became of the bugs put into the images of `seeds`."""
    from tests.support.mutate import mutants

    from siglum.bind import bind
    from siglum.check import check_image
    from siglum.ir.sample import Shape, sample
    from siglum.records import Rejected
    from siglum.stencil.table import load

    table = load(target)
    seen: Counter[str] = Counter()
    wrong = []
    for seed in seeds:
        image = bind(sample(seed, Shape(size=6 + seed % 40)), table)
        for kind, mutant in mutants(image, table, seed, 30):
            seen["injected"] += 1
            seen[f"injected: {kind}"] += 1
            if isinstance(check_image(mutant, table), Rejected):
                seen["rejected"] += 1
            elif behaves_alike(mutant, seed, inputs_each):
                seen["passed, and behaves alike on all inputs"] += 1
            else:
                wrong.append(f"seed {seed}: {kind} passed and changes behaviour")
    return seen, wrong


def behaves_alike(image: Any, seed: int, count: int) -> bool:
    """Whether an image gives what its Function means on `count` inputs; a crash or a hang of the child counts as no."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    signal.alarm(120)
    from siglum.check.differential import exact
    from siglum.errors import Stop
    from siglum.host.callable import Native
    from siglum.ir.inputs import inputs
    from siglum.ir.interpret import Program

    def outcome(run: Callable[[], Any]) -> Any:
        try:
            return exact(run())
        except Stop as stop:
            return stop.kind, stop.word, str(stop.place)

    program, native = Program(image.function, checked=False), Native(image, fuel=10_000)
    same = all(
        outcome(lambda given=given: program.run(given, fuel=10_000)) == outcome(lambda given=given: native(*given))
        for given in inputs(tuple(t for _, t in image.params), seed, count)
    )
    os._exit(0 if same else 1)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks faults")
    parser.add_argument("--images", type=int, default=200)
    parser.add_argument("--bugs", type=int, default=4_000)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--target", default="x86-64-v2")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    start = time.monotonic()
    seen: Counter[str] = Counter()
    wrong: list[str] = []
    tried = 0
    with ProcessPoolExecutor(options.jobs) as pool:
        ranges = [range(at, min(at + BATCH, options.images)) for at in range(0, options.images, BATCH)]
        for flipping in [pool.submit(flips, seeds, options.target) for seeds in ranges]:
            many, faults = flipping.result()
            tried += many
            wrong.extend(faults)
        first = 0
        while seen["injected"] < options.bugs:
            batches = [range(first + BATCH * k, first + BATCH * (k + 1)) for k in range(2 * options.jobs)]
            first = batches[-1].stop
            for injecting in [pool.submit(bugs, seeds, options.target, options.inputs) for seeds in batches]:
                counts, faults = injecting.result()
                seen.update(counts)
                wrong.extend(faults)
    lines = [f"{f'bit flips, of {options.images} images':48} {tried:10,}"]
    lines += [f"{name:48} {count:10,}" for name, count in sorted(seen.items())]
    lines.append(f"{'passed, and wrong':48} {len(wrong):10,}")
    lines += wrong[:20]
    lines.append(f"{options.target}, {time.monotonic() - start:.0f} s with {options.jobs} processes on {machine()}")
    keep("faults", "\n".join(lines), {"flips": tried, **seen, "wrong": wrong})
    if wrong:
        sys.exit(1)

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
from typing import TYPE_CHECKING, Any

from benchmarks.report import keep, machine

if TYPE_CHECKING:
    from siglum.records import Image
    from siglum.stencil.table import Table

BATCH = 10


def image_of(seed: int, size: int, table: Table) -> Image:
    """An image of a random function, every other one in the form that binds to faster code."""
    from siglum.bind import bind
    from siglum.ir.sample import Shape, sample
    from siglum.pipeline import refined

    sampled = sample(seed, Shape(size=size, depth=1 + seed % 3, counting=seed % 4 > 1))
    return bind(refined(sampled) if seed % 2 else sampled, table)


def answer(image: Image, table: Table) -> str:
    """What the check says of an image: `rejected`, `passed`, or what it raised."""
    from siglum.check import check_image
    from siglum.records import Rejected

    try:
        found = check_image(image, table)
        if not isinstance(found, Rejected):
            return "passed"
        # the functions are well-formed, so an exception that became a rejection is a fault of the check
        return found.reason if "is malformed: " in found.reason else "rejected"
    except Exception as error:  # noqa: BLE001 - a check that raises is a finding
        return f"raised {error!r}"


def flips(seeds: range, target: str) -> tuple[int, list[str]]:
    """How many bits were flipped in the images of `seeds`, and what went wrong."""
    from tests.support.mutate import flipped

    from siglum.stencil.table import load

    table = load(target)
    tried, wrong = 0, []
    for seed in seeds:
        image = image_of(seed, 2 + seed % 9, table)
        if answer(image, table) != "passed":
            wrong.append(f"seed {seed}: the image itself is rejected")
        for bit in range(8 * len(image.code)):
            tried += 1
            found = answer(flipped(image, bit), table)
            if found != "rejected":
                wrong.append(f"seed {seed}: bit {bit} {found}")
    return tried, wrong


def bugs(seeds: range, target: str, inputs_each: int) -> tuple[Counter[tuple[str, str]], list[str], list[str]]:
    """(kind, what became of it) of the bugs put into the images of `seeds`, what went wrong, and what passed."""
    from tests.support.mutate import mutants

    from siglum.stencil.table import load

    table = load(target)
    seen: Counter[tuple[str, str]] = Counter()
    wrong: list[str] = []
    passed: list[str] = []
    for seed in seeds:
        image = image_of(seed, 6 + seed % 40, table)
        for number, (kind, mutant) in enumerate(mutants(image, table, seed, 30)):
            found = answer(mutant, table)
            seen[kind, "injected"] += 1
            if found == "rejected":
                seen[kind, "rejected"] += 1
            elif found == "passed" and behaves_alike(mutant, seed, inputs_each):
                seen[kind, "alike"] += 1
                passed.append(f"{seed}.{number} {kind}")
            else:
                wrong.append(f"seed {seed}, bug {number}: {kind} {found}, and it changes behaviour")
    return seen, wrong, passed


def behaves_alike(image: Image, seed: int, count: int) -> bool:
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
    seen: Counter[tuple[str, str]] = Counter()
    wrong: list[str] = []
    passed: list[str] = []
    tried = 0
    with ProcessPoolExecutor(options.jobs) as pool:
        ranges = [range(at, min(at + BATCH, options.images)) for at in range(0, options.images, BATCH)]
        for flipping in [pool.submit(flips, seeds, options.target) for seeds in ranges]:
            many, faults = flipping.result()
            tried += many
            wrong.extend(faults)
        first = 0
        while sum(count for (_, what), count in seen.items() if what == "injected") < options.bugs:
            batches = [range(first + BATCH * k, first + BATCH * (k + 1)) for k in range(2 * options.jobs)]
            first = batches[-1].stop
            for injecting in [pool.submit(bugs, seeds, options.target, options.inputs) for seeds in batches]:
                counts, faults, alike = injecting.result()
                seen.update(counts)
                wrong.extend(faults)
                passed.extend(alike)
    columns = ("injected", "rejected", "alike")
    lines = [f"single bits flipped in {options.images} images, all rejected but those listed below: {tried:,}", ""]
    lines.append(f"{'bug of the binder':20}" + "".join(f"{name:>12}" for name in columns))
    for kind in sorted({kind for kind, _ in seen}):
        lines.append(f"{kind:20}" + "".join(f"{seen[kind, name]:12,}" for name in columns))
    totals = [sum(count for (_, what), count in seen.items() if what == name) for name in columns]
    lines.append(f"{'in all':20}" + "".join(f"{total:12,}" for total in totals))
    lines.append(f"alike: passed, and behaves as the function does on {options.inputs:,} inputs")
    lines.append(f"passed and wrong, or the check raised: {len(wrong):,}")
    lines += wrong[:40]
    lines.append(f"{options.target}, {time.monotonic() - start:.0f} s with {options.jobs} processes on {machine()}")
    lines += ["", "passed and alike, as seed.number kind:", *wrapped(passed)]
    keep("faults", "\n".join(lines), {"flips": tried, "wrong": wrong, "alike": passed})
    if wrong:
        sys.exit(1)


def wrapped(items: list[str]) -> list[str]:
    """`items` separated by commas, in lines of at most 120 characters."""
    import textwrap

    return textwrap.wrap(", ".join(items), 120)

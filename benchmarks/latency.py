"""Warm time from a phrase to a checked callable, distinct phrases, nothing cached between them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import siglum
from benchmarks.report import keep, machine, timing
from siglum import pipeline
from siglum.bind import bind
from siglum.check import check_image
from siglum.ir.function import Function, listed
from siglum.ir.types import I64, Array

NODES = 10
SCALAR = ("square", "abs", "half", "double", "+ {}", "- {}", "% {}", "max {}", "min {}")
FILTER = ("filter even", "filter odd", "filter (> {})", "reject (< {})", "filter (% {} = 1)")
END = ("sum", "maximum", "length", "last")


def phrase(words: int, seed: int) -> str:
    """A distinct chain of about `words` words over `[i64]` that ends in a value."""
    random_of = random.Random(seed)
    parts: list[str] = []
    for _ in range(words - 1):
        kind = SCALAR if random_of.random() < 0.7 else FILTER
        step = random_of.choice(kind).format(random_of.randrange(2, 10_000))
        parts.append(step)
    return " | ".join(["it", *parts, random_of.choice(END)])


def measured(function: Callable[[int], object], count: int) -> list[float]:
    """Nanoseconds of each of `count` calls with distinct arguments, after ten to warm up."""
    for k in range(10):
        function(-1 - k)
    out = []
    for k in range(count):
        start = time.perf_counter_ns()
        function(k)
        out.append(float(time.perf_counter_ns() - start))
    return out


def main(arguments: list[str]) -> None:
    lines = [f"CPU: {machine()}; milliseconds, median (10-90 %), distinct phrases, check included"]
    data = {}
    for words, count in ((5, 300), (50, 60)):

        def compile_one(seed: int, words: int = words) -> object:
            unit = pipeline.unit_from_phrase(phrase(words, seed), subject=Array(I64))
            return siglum.Function(unit).compile().native

        t = timing(measured(compile_one, count))
        lines.append(f"phrase of {words:2} words -> callable   {t.median / 1e6:7.3f} ({t.low / 1e6:.3f}-{t.high / 1e6:.3f})")
        data[f"phrase {words}"] = t._asdict()
    table = pipeline.table_of(pipeline.native_target())
    functions = of_size(NODES, 210)

    def bind_one(k: int) -> object:
        return pipeline.load(bind(functions[k + 10], table))

    images = [bind(f, table) for f in functions]
    for name, found in (
        (f"Function of {NODES} nodes -> callable", measured(bind_one, 200)),
        ("check of its image", measured(lambda k: check_image(images[k + 10], table), 200)),
    ):
        t = timing(found)
        lines.append(f"{name:31} {t.median / 1e6:7.3f} ({t.low / 1e6:.3f}-{t.high / 1e6:.3f})")
        data[name] = t._asdict()
    keep("latency", "\n".join(lines), data)


def of_size(nodes: int, count: int) -> list[Function]:
    """Distinct functions of phrases of two to four words that list exactly `nodes` nodes."""
    found: dict[Function, None] = {}
    seed = 10_000
    while len(found) < count:
        seed += 1
        function = pipeline.unit_from_phrase(phrase(2 + seed % 3, seed), subject=Array(I64)).function
        if len(listed(function.region)) == nodes:
            found[function] = None
    return list(found)

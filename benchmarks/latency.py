"""Warm time from a phrase to a checked callable, distinct phrases, nothing cached between them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

import siglum
from benchmarks.report import keep, machine, timing
from siglum import pipeline
from siglum.bind import bind
from siglum.check import check_image
from siglum.ir.function import Function, listed
from siglum.ir.types import I64, Array

NODES = 10
WARM_UP = 100
T = TypeVar("T")
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


def measured(function: Callable[[T], object], inputs: list[T]) -> list[float]:
    """Nanoseconds of a call for each of the distinct inputs but the first `WARM_UP`."""
    out = []
    for x in inputs:
        start = time.perf_counter_ns()
        function(x)
        out.append(float(time.perf_counter_ns() - start))
    return out[WARM_UP:]


def main(arguments: list[str]) -> None:
    lines = [f"CPU: {machine()}; milliseconds, median (10-90 %), distinct phrases, check included"]
    data = {}
    for words, count in ((5, 1000), (50, 100)):
        t = timing(measured(compile_one, [phrase(words, seed) for seed in range(WARM_UP + count)]))
        lines.append(f"phrase of {words:2} words -> callable   {t.median / 1e6:7.3f} ({t.low / 1e6:.3f}-{t.high / 1e6:.3f})")
        data[f"phrase {words}"] = t._asdict()
    table = pipeline.table_of(pipeline.native_target())
    functions = of_size(NODES, WARM_UP + 200)
    images = [bind(f, table) for f in functions]
    for name, found in (
        (f"Function of {NODES} nodes -> callable", measured(lambda f: pipeline.load(bind(f, table)), functions)),
        ("check of its image", measured(lambda image: check_image(image, table), images)),
    ):
        t = timing(found)
        lines.append(f"{name:31} {t.median / 1e6:7.3f} ({t.low / 1e6:.3f}-{t.high / 1e6:.3f})")
        data[name] = t._asdict()
    keep("latency", "\n".join(lines), data)


def compile_one(text: str) -> object:
    """From a phrase over [i64] to its checked callable."""
    return siglum.Function(pipeline.unit_from_phrase(text, subject=Array(I64))).compile().native


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

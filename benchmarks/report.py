"""What every benchmark shares: the machine in one line, repeats, medians and spread. Imports the standard library only."""

from __future__ import annotations

import json
import math
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

RESULTS = Path(__file__).parent / "results"


class Timing(NamedTuple):
    """Nanoseconds per call: the median of the repeats, their smallest, and the 10th to 90th percentile."""

    median: float
    best: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.0f} ns (best {self.best:.0f}, 10-90 %: {self.low:.0f}-{self.high:.0f})"


def interleaved(peers: dict[str, Callable[[], object]], repeats: int, calls: int = 1) -> dict[str, Timing]:
    """Times the peers in turn, `repeats` rounds of `calls` calls each, so that drift hits all alike."""
    samples: dict[str, list[float]] = {name: [] for name in peers}
    for function in peers.values():
        function()
    clock = time.perf_counter_ns
    for _ in range(repeats):
        for name, function in peers.items():
            start = clock()
            for _ in range(calls):
                function()
            samples[name].append((clock() - start) / calls)
    return {name: timing(found) for name, found in samples.items()}


def timing(samples: Sequence[float]) -> Timing:
    """Median and spread of samples in nanoseconds."""
    ordered = sorted(samples)
    tenth = len(ordered) // 10
    return Timing(statistics.median(ordered), ordered[0], ordered[tenth], ordered[-1 - tenth])


def geometric_mean(ratios: Sequence[float]) -> float:
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def machine() -> str:
    """The processor's name and how many of it there are."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    names = [line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith("model name")]
    families = [line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith(("cpu family", "model\t"))]
    return f"{names[0]} (family {families[0]}, model {families[1]}), {len(names)} cores"


def version(command: Sequence[str]) -> str:
    """The first line a tool prints about itself."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]


def keep(name: str, text: str, data: object) -> None:
    """Prints a table and writes it, with its numbers, under benchmarks/results."""
    print(text)
    write(name, text, data)


def write(name: str, text: str, data: object) -> None:
    """Writes a table with its numbers under benchmarks/results."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.txt").write_text(text + "\n", encoding="utf-8")
    (RESULTS / f"{name}.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")

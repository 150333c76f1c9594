"""CPU time of a cold `siglum run`, a process each time."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys

from benchmarks.report import keep, machine

COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "siglum --version": [sys.executable, "-m", "siglum", "--version"],
    'siglum run "filter even square sum" "[1,2,3,4]"': [
        sys.executable, "-m", "siglum", "run", "filter even square sum", "[1,2,3,4]",
    ],
}  # fmt: skip
REPEATS = 15
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
"""As after installation: modules are compiled once, not by every process."""


def cpu_seconds(command: list[str]) -> float:
    """User and system time of one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def main(arguments: list[str]) -> None:
    lines = [f"CPU: {machine()}; Python {sys.version.split()[0]}; {REPEATS} cold processes each, CPU ms"]
    data = {}
    for name, command in COMMANDS.items():
        cpu_seconds(command)
        samples = sorted(cpu_seconds(command) * 1e3 for _ in range(REPEATS))
        lines.append(f"{name:50} median {statistics.median(samples):6.0f}  best {samples[0]:6.0f}  worst {samples[-1]:6.0f}")
        data[name] = samples
    keep("startup", "\n".join(lines), data)

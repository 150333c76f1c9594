"""Peak memory while a 1 GB input is processed in place: a process of its own, so that the peak is its alone."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.report import keep

GIGABYTE = 1_000_000_000
SCRIPT = """
import mmap, resource, sys
import siglum
f = siglum.compile("xs filter even square sum", signature="xs:[i64] -> i64")
f(memoryview(bytes(64)).cast("q"))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
size = {size}
data = mmap.mmap(-1, size)
block = (1).to_bytes(8, "little") + (2).to_bytes(8, "little")
for at in range(0, size - size % 65536, 65536):
    data[at:at + 65536] = block * 4096
f(memoryview(data).cast("q"))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(after * 1024, before * 1024)
"""


def main(arguments: list[str]) -> None:
    ran = subprocess.run([sys.executable, "-c", SCRIPT.format(size=GIGABYTE)], capture_output=True, text=True, check=True)
    peak, before = map(int, ran.stdout.split())
    over = (peak - GIGABYTE) / 1e6
    text = f"input {GIGABYTE / 1e6:.0f} MB; peak {peak / 1e6:.0f} MB = input + {over:.0f} MB"
    text += f" ({before / 1e6:.0f} MB before the input)"
    keep("memory", text, {"peak": peak, "before": before})

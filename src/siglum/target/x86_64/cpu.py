"""Which x86-64 levels a CPU has. Imports the standard library only."""

from __future__ import annotations

from functools import cache
from typing import Final

FEATURES: Final = {
    "x86-64-v2": ("cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"),
    "x86-64-v3": ("abm", "avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe", "xsave"),
}
"""What each level adds to the one before, by the names /proc/cpuinfo gives (x86-64 psABI, table 3.1).

`pni` is SSE3 and `abm` is LZCNT there.
"""


@cache
def cpu_features(path: str = "/proc/cpuinfo") -> frozenset[str]:
    """The feature names of the first CPU, read once per process; empty where the system does not tell."""
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            for line in file:
                name, _, value = line.partition(":")
                if name.strip() == "flags":
                    return frozenset(value.split())
    except OSError:
        pass
    return frozenset()


def missing_features(level: str, features: frozenset[str]) -> tuple[str, ...]:
    """What a CPU with `features` lacks for `level`, the levels below included."""
    levels = list(FEATURES)
    needed = [f for name in levels[: levels.index(level) + 1] for f in FEATURES[name]]
    return tuple(f for f in needed if f not in features)

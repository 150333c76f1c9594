"""Runs one benchmark by name, or the quick ones in order."""

from __future__ import annotations

import sys
from importlib import import_module

QUICK = ("tokens", "sizes", "startup", "latency", "memory", "loops")
"""What `make bench` runs; the others take longer or need the network and are run by name."""
PROPOSALS = ("exedec", "list_functions", "humaneval", "english", "search", "embedding")
ALL = (*QUICK, "fuzz", "phrases", "faults", "hostile", "install", "cosimulate", "mutants", "foreign", "flips", "proofs",
       "hackers_delight", *PROPOSALS)  # fmt: skip
HOMES = {
    "flips": "foreign.flips",
    "hackers_delight": "hackers_delight.bench",
    **{name: f"proposals.{name}" for name in PROPOSALS},
}


def main(arguments: list[str]) -> None:
    names = arguments[:1] or list(QUICK)
    unknown = [name for name in names if name not in ALL]
    if unknown:
        sys.exit(f"unknown benchmark {unknown[0]!r}; there are: {', '.join(ALL)}")
    for name in names:
        print(f"== {name}", flush=True)
        import_module(f"benchmarks.{HOMES.get(name, name)}").main(arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])

"""The co-simulation record: which forms have been run beside a CPU, on how many states, with what meaning.

Imports the standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

PATH: Final = Path(__file__).with_name("cosimulation.txt")
LEAST_STATES: Final = 10_000
"""Different random states a form must have been run on."""
_HEADER: Final = """\
# Instruction forms run beside a CPU: form, different states, mismatches, SHA-256 of the meaning.
# Made by `make cosimulate`, which runs the forms whose meaning has changed.
# CPU: {cpu}
"""


class Entry(NamedTuple):
    """How a form fared: on how many states, how often wrong; `digest` is that of its meaning then."""

    states: int
    mismatches: int
    digest: str

    @property
    def passes(self) -> bool:
        return self.states >= LEAST_STATES and self.mismatches == 0


def read(path: Path = PATH) -> dict[str, Entry]:
    """The record, by form; empty where there is none. Raises ValueError for a line that is no entry."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return {}
    found: dict[str, Entry] = {}
    for line in lines:
        if line and not line.startswith("#"):
            name, states, mismatches, digest = line.split()
            found[name] = Entry(int(states), int(mismatches), digest)
    return found


def write(entries: Mapping[str, Entry], path: Path = PATH) -> None:
    """Replaces the record."""
    lines = [f"{name} {entry.states} {entry.mismatches} {entry.digest}\n" for name, entry in entries.items()]
    fresh = path.with_suffix(".new")
    fresh.write_text(_HEADER.format(cpu=cpu_model()) + "".join(lines), encoding="ascii")
    fresh.replace(path)


def cpu_model(path: str = "/proc/cpuinfo") -> str:
    """What the system calls its CPU: vendor, name, family, model, stepping."""
    found: dict[str, str] = {}
    with open(path, encoding="ascii", errors="replace") as file:
        for line in file:
            name, _, value = line.partition(":")
            found.setdefault(name.strip(), value.strip())
    numbers = ", ".join(f"{name.split()[-1]} {found.get(name, '?')}" for name in ("cpu family", "model", "stepping"))
    return f"{found.get('vendor_id', '?')} {found.get('model name', '?')}, {numbers}"


@cache
def passing_forms() -> frozenset[str]:
    """The forms with a record of enough states and no mismatch."""
    return frozenset(name for name, entry in read().items() if entry.passes)

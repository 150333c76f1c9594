"""A row for every task, made in processes of their own; what was made is kept, so that a run goes on where it was interrupted.

Imports `siglum.proposing` in those processes alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from types import FrameType
from typing import Any, Final

from benchmarks.chunks import SOURCES
from benchmarks.report import RESULTS, machine

Row = dict[str, Any]
LIMIT_S: Final = 120
"""CPU seconds after which a task hangs."""


def data(*names: str) -> Path:
    """A file or folder of the benchmark data; ends the program where it is not to be found."""
    folder = os.environ.get("SIGLUM_BENCH_DATA", "")
    path = Path(folder, *names)
    if not folder or not path.exists():
        sys.exit(f"set SIGLUM_BENCH_DATA to the folder that holds {'/'.join(names)}")
    return path


def made(name: str, work: Callable[..., Row], tasks: Mapping[str, tuple[Any, ...]], settings: Row, jobs: int) -> dict[str, Row]:
    """What `work` gives for each task, by the task's key. Rows that an earlier run made with the same settings and sources are
    not made again.
    """
    path = RESULTS / f"{name}-progress.jsonl"
    known = {**settings, "sources": _fingerprint()}
    rows = _resumed(path, known)
    waiting = {key: task for key, task in tasks.items() if key not in rows}
    if waiting:
        with path.open("a", encoding="utf-8") as file, ProcessPoolExecutor(jobs, initializer=_begin) as pool:
            futures = {pool.submit(_limited, key, work, task): key for key, task in waiting.items()}
            shown = time.monotonic()
            for count, done in enumerate(as_completed(futures), 1):
                key = futures[done]
                rows[key] = done.result()
                print(json.dumps({"key": key, "row": rows[key]}), file=file, flush=True)
                if sys.stderr.isatty() and time.monotonic() - shown > 1:
                    shown = time.monotonic()
                    print(f"\r{count} of {len(waiting)}", end="\r", file=sys.stderr, flush=True)
    return {key: rows[key] for key in tasks}


def _limited(key: str, work: Callable[..., Row], task: tuple[Any, ...]) -> Row:
    """The row of a task; RuntimeError, with the place, where it takes far longer than any budget."""

    def end(signum: int, frame: FrameType | None) -> None:
        raise RuntimeError(f"{key} took more than {LIMIT_S} CPU seconds")

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, LIMIT_S)
    try:
        return work(*task)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _begin() -> None:
    """What is loaded once in a process, so that no task pays for it."""
    from siglum.ir.types import I64
    from siglum.proposing import propose
    from siglum.records import Budget, Example, Spec

    propose(Spec((("x", I64),), I64, examples=(Example((1,), 2),), phrase="one more", budget=Budget(0.2)))


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted([*SOURCES.rglob("*.py"), *SOURCES.rglob("*.s"), *Path(__file__).parent.glob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _resumed(path: Path, known: Row) -> dict[str, Row]:
    """The rows of an earlier run like this one; else a new file is begun."""
    try:
        first, *lines = path.read_text(encoding="utf-8").splitlines()
        if json.loads(first) == known:
            found = [json.loads(line) for line in lines]
            return {entry["key"]: entry["row"] for entry in found}
    except (OSError, ValueError):
        pass  # none, or one that was cut off
    RESULTS.mkdir(exist_ok=True)
    path.write_text(json.dumps(known) + "\n", encoding="utf-8")
    return {}


# Lines of tables ------------------------------------------------------------------------------------------------------


def share(hits: int, of: int) -> str:
    """`hits` of `of`, and per cent."""
    return f"{hits} of {of} ({100 * hits / of:.1f} %)" if of else "none"


def outcomes(rows: Sequence[Row], hit: str) -> tuple[int, int, int]:
    """For how many there is a program, whose best one is a `hit`, and one of whose alternatives is."""
    kept = sum(row["place"] is not None for row in rows)
    return sum(row["found"] is not None for row in rows), sum(row[hit] for row in rows), kept


def spread(seconds: Iterable[float]) -> str:
    """Median, ninth decile and maximum in milliseconds."""
    ordered = sorted(seconds)
    if not ordered:
        return "none"
    ninth = ordered[min(len(ordered) - 1, len(ordered) * 9 // 10)]
    return f"{statistics.median(ordered) * 1e3:.1f} / {ninth * 1e3:.1f} / {ordered[-1] * 1e3:.0f} ms"


def listed(title: str, entries: Sequence[str], most: int) -> list[str]:
    """Up to `most` entries below a title that says how many there are."""
    if not entries:
        return []
    kept = f", {most} of them" if len(entries) > most else ""
    return ["", f"{title}: {len(entries)}{kept}", *(f"  {entry}" for entry in entries[:most])]


def footer(jobs: int) -> str:
    """The machine, and how busy it is."""
    busy = " ".join(f"{load:.1f}" for load in os.getloadavg())
    return f"CPU seconds of one process; {jobs} at a time on {machine()}, load {busy}; Python {sys.version.split()[0]}"

"""Long runs in chunks over several processes, which go on where they were interrupted. Imports the standard library only."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from benchmarks.report import RESULTS, keep, machine

SOURCES = Path(__file__).parent.parent / "src" / "siglum"
Examine = Callable[..., tuple[Counter[str], list[str]]]
"""From the first seed, how many, and settings to counts and to what went wrong."""


def fingerprint() -> str:
    """A digest of all sources of the package."""
    digest = hashlib.sha256()
    for path in sorted(SOURCES.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def run(name: str, examine: Examine, first: int, count: int, size: int, jobs: int, settings: dict[str, Any], about: str) -> bool:
    """Examines seeds first .. first + count - 1, `size` a chunk, prints and keeps what was found; whether nothing went wrong.

    Chunks that an earlier run finished with the same settings and sources are not examined again.
    """
    progress = RESULTS / f"{name}-progress.json"
    known = {**settings, "sources": fingerprint()}
    chunks = _resumed(progress, known)
    end = first + count
    spans = {f"{at}+{min(size, end - at)}": (at, min(size, end - at)) for at in range(first, end, size)}
    start = time.monotonic()
    before = sum(chunks[key][2] for key in spans if key in chunks)
    with ProcessPoolExecutor(jobs) as pool:
        waiting = {pool.submit(examine, *span, *settings.values()): key for key, span in spans.items() if key not in chunks}
        last = start
        for done in as_completed(waiting):
            now = time.monotonic()
            chunks[waiting[done]] = (*done.result(), now - last)
            last = now
            _remember(progress, known, chunks)
    seen: Counter[str] = Counter()
    wrong: list[str] = []
    for key in spans:
        counts, faults, _ = chunks[key]
        seen.update(counts)
        wrong.extend(faults)
    lines = [f"{what:48} {number:12,}" for what, number in seen.items()]
    lines.append(f"{'disagreements':48} {len(wrong):12,}")
    lines += wrong[:20]
    seconds = before + time.monotonic() - start
    lines.append(f"{about}, {seconds:.0f} s with {jobs} processes on {machine()}")
    keep(name, "\n".join(lines), {**seen, "disagreements": wrong})
    return not wrong


def _resumed(progress: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """The chunks that an earlier run with the same settings finished: key -> [counts, what went wrong, seconds]."""
    try:
        earlier = json.loads(progress.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return dict(earlier["chunks"]) if earlier["settings"] == settings else {}


def _remember(progress: Path, settings: dict[str, Any], chunks: dict[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    new = progress.with_suffix(".new")
    new.write_text(json.dumps({"settings": settings, "chunks": chunks}), encoding="utf-8")
    new.replace(progress)

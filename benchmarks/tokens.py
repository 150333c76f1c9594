"""The twelve tasks as phrases, run natively, and their tokens beside the Python baseline's fixed 487."""

from __future__ import annotations

import sys

from tests.golden.tasks import FIFTEEN, TWELVE, TWELVE_IN_PYTHON, TWELVE_PLAIN

import siglum
from benchmarks.report import keep
from siglum.measure.tokens import VOCABULARIES, count_tokens, encoder


def main(arguments: list[str]) -> None:
    names = [v for v in VOCABULARIES if encoder(v) is not None]
    lines = [f"{'task':18}" + "".join(f"{v:>12}" for v in names) + "  definition"]
    totals = dict.fromkeys(names, 0)
    for task in (*TWELVE, *FIFTEEN, *TWELVE_PLAIN):
        compiled = siglum.compile(task.phrase)
        for given, expected in task.runs:
            if (got := compiled(*given)) != expected:
                sys.exit(f"{task.name}{given} gave {got!r}, not {expected!r}")
    for task in TWELVE:
        counts = count_tokens(task.phrase)
        for name in names:
            totals[name] += counts[name]
        lines.append(f"{task.name:18}" + "".join(f"{counts[v]:>12}" for v in names) + f"  {task.phrase}")
    lines.append(f"{'twelve':18}" + "".join(f"{totals[v]:>12}" for v in names))
    ratio = totals["o200k"] / TWELVE_IN_PYTHON
    lines.append(f"o200k: {totals['o200k']} of {TWELVE_IN_PYTHON} = {ratio:.2f} x idiomatic Python, whole definitions")
    plainly = sum(count_tokens(t.phrase)["o200k"] for t in TWELVE_PLAIN)
    words = "the words fibonacci and primes"
    lines.append(f"o200k without {words}: {plainly} of {TWELVE_IN_PYTHON} = {plainly / TWELVE_IN_PYTHON:.2f} x")
    lines.append(f"{len(TWELVE)} + {len(FIFTEEN)} tasks ran natively and gave what they must")
    keep("tokens", "\n".join(lines), {"totals": totals, "ratio": ratio, "without subject words": plainly})

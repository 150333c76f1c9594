"""How verdicts are shown: two lines of text, objects for `--json`, the exit code. Imports `siglum.records`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from siglum.records import Finding, Refuted, Verdict

REFUTED: Final = 1
UNKNOWN: Final = 4
UNSAFE: Final = 5
REQUIRED: Final = ("proved", "tested")

Params = Sequence[tuple[str, Any]]


def as_json(verdict: Verdict, params: Params = ()) -> dict[str, Any]:
    """Both findings and what they rest on; `params` name the arguments of a counterexample."""
    findings = {"bytes": verdict.bytes, "meaning": verdict.meaning}
    shown: dict[str, Any] = {name: half_as_json(finding, params) for name, finding in findings.items()}
    if verdict.intent is not None:
        intent = verdict.intent
        shown["intent"] = {"text": str(intent), "examples": intent.examples, "alternatives": intent.alternatives}
    return {**shown, "assumptions": list(verdict.assumptions)}


def half_as_json(finding: Finding, params: Params = ()) -> dict[str, Any]:
    """One finding: its kind, its line, and the parts that a program looks at."""
    from siglum.check.certificate import finding_as_json
    from siglum.records import Refuted

    found = finding_as_json(finding)
    if isinstance(finding, Refuted):
        found["counterexample"] = {
            "arguments": {name: repr(value) for name, value in named(finding, params)},
            "expected": finding.expected,
            "got": finding.got,
        }
        found["unsafe"] = finding.unsafe
    return found


def named(refuted: Refuted, params: Params) -> list[tuple[str, Any]]:
    """The arguments of a counterexample with their names."""
    names = [name for name, _ in params]
    return [(names[k] if k < len(names) else f"argument {k + 1}", value) for k, value in enumerate(refuted.arguments)]


def lines(verdict: Verdict, params: Params) -> list[str]:
    """The two halves, a counterexample below the half it refutes. Of a program that was found for an intent `meaning` says how it
    stands to that, and `words` how the code stands to the program.
    """
    shown = finding_lines("bytes:   ", verdict.bytes, params)
    if verdict.intent is None:
        return shown + finding_lines("meaning: ", verdict.meaning, params)
    return [*shown, f"meaning: {verdict.intent}", *finding_lines("words:   ", verdict.meaning, params)]


def finding_lines(title: str, finding: Finding, params: Params) -> list[str]:
    """One half."""
    from siglum.records import Refuted

    if not isinstance(finding, Refuted):
        return [title + str(finding)]
    pad = " " * len(title)
    arguments = ", ".join(f"{name} = {value!r}" for name, value in named(finding, params)) or "no arguments"
    return [
        f"{title}{'unsafe and ' if finding.unsafe else ''}refuted",
        f"{pad}on       {arguments}",
        f"{pad}expected {finding.expected}",
        f"{pad}got      {finding.got}",
    ]


def exit_of(verdict: Verdict, required: str = "proved") -> int:
    """0 where both halves are established as required, 1 refuted, 5 unsafe, 4 otherwise: examples prove nothing."""
    from siglum.records import Exhausted, Followed, Proved, ProvedUpTo, Refuted, Tested, Unsafe

    halves = (verdict.bytes, verdict.meaning)
    refuted = [half for half in halves if isinstance(half, Refuted)]
    if any(isinstance(half, Unsafe) for half in halves) or any(half.unsafe for half in refuted):
        return UNSAFE
    if refuted:
        return REFUTED
    intent = verdict.intent
    if intent is not None and (intent.alternatives or not intent.examples or required == "proved"):
        return UNKNOWN
    enough: tuple[type, ...] = (Proved, Exhausted)
    if required == "tested":
        enough = (*enough, ProvedUpTo, Tested, Followed)
    return 0 if all(isinstance(half, enough) for half in halves) else UNKNOWN


def titled(title: str, listed: Sequence[str]) -> list[str]:
    """A list with its title before the first line."""
    return [f"{' ' * len(title) if k else title}{line}" for k, line in enumerate(listed)]

"""Random phrases, each token one that `next_words` allows: native code against the words' own definitions in CPython.

`python -m benchmarks phrases [--count N] [--first SEED] [--inputs K] [--jobs J]`. What has types must compile, and what native
code gives must be what the definitions give. It may give a value where a definition stops on elements that nobody looks at, and
stop where an integer on the way does not fit 64 bits, as CPython's may not. Resumable as `fuzz` is; exits with 1 when anything
disagrees.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import signal
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from types import FrameType
from typing import Any

from benchmarks.chunks import run

CHUNK = 100
SUBJECTS = ("i64", "f64", "str", "[i64]", "[f64]", "[str]", "[bool]", "[[i64]]", "{str:i64}", "(i64, i64)", "char", "bool", "u64",
            "[u8]", "i64?", "[(i64, str)]")  # fmt: skip
LITERALS = {
    "INTEGER": ("0", "1", "2", "3", "5", "-1", "-2", "10", "7", "100"), "FLOAT": ("0.5", "1.0", "-2.5", "3.0", "0.0"),
    "TEXT": ('"ab"', '""', '"a b"', '"é"', '"12"', '" "'), "CHARACTER": ("'a'", "' '", "'Z'", "'0'"),
}  # fmt: skip
NOT_WORDS = {*LITERALS, "true", "false", "and", "or", "is"}
ENDLESS = {"naturals"}
LONGEST = 16
SECONDS = 2.0
MEMORY = 1 << 26
ADDRESS_SPACE = 8 << 30
FUEL = 200_000


class TooLong(Exception):
    """A build or a run took more than its seconds."""


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise TooLong


@cache
def excluded() -> frozenset[str]:
    """Words that act on the outside, or never end."""
    from siglum.pipeline import language

    words = language().vocabulary
    effects = {name for name in words.names() for o in words.overloads(name) if o.effects}  # type: ignore[attr-defined]
    return frozenset(effects | ENDLESS | {"NAME", "as"})


def phrase(seed: int) -> tuple[str, str] | None:
    """A subject's type and a phrase over it, or None where none came to an end."""
    from siglum.ir.types import parse_type
    from siglum.pipeline import language

    chance = random.Random(seed)
    subject = chance.choice(SUBJECTS)
    tokens = ["it"]
    while len(tokens) < LONGEST:
        following = language().next_words(" ".join(tokens), subject=parse_type(subject)) - excluded()
        if "END" in following and chance.random() < min(0.08 * len(tokens), 0.6):
            return subject, " ".join(tokens)
        options = sorted(following - {"END"})
        if not options:
            return None
        words = [o for o in options if o.isalpha() and o not in NOT_WORDS]
        token = chance.choice(words if words and chance.random() < 0.75 else options)
        tokens.append(chance.choice(LITERALS[token]) if token in LITERALS else token)
    return None


def outcome(give: Callable[[], Any]) -> tuple[Any, ...]:
    """A value in comparable form, or how and where it stopped."""
    from siglum.check.differential import exact
    from siglum.errors import Stop

    try:
        return "value", exact(give())
    except Stop as stop:
        return "stop", stop.kind, stop.word, stop.place and (stop.place.column, stop.place.length)


def compared(defined: tuple[Any, ...], native: tuple[Any, ...]) -> str:
    """What two outcomes are to each other; "" where they disagree."""
    from siglum.check.differential import RESOURCES

    if defined == native:
        return "runs that agree"
    if native[0] == "stop" and native[1] in RESOURCES:
        return "runs whose native code ran out of resources"
    if defined[0] == "stop":
        return "runs that stop elsewhere" if native[0] == "stop" else "runs that need not stop"
    return "runs that overflow on the way" if native[:2] == ("stop", "overflow") else ""


def examine(first: int, count: int, per: int) -> tuple[Counter[str], list[str]]:
    """What happened on the phrases of seeds first .. first + count - 1, and what went wrong."""
    signal.signal(signal.SIGALRM, _interrupt)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    seen: Counter[str] = Counter()
    wrong = []
    for seed in range(first, first + count):
        made = phrase(seed)
        if made is None:
            seen["beginnings given up"] += 1
            continue
        try:
            signal.setitimer(signal.ITIMER_REAL, 10 * SECONDS)
            fault = one(seed, *made, per, seen)
        except TooLong:
            fault = "takes too long to build"
        except Exception as raised:  # noqa: BLE001 - what raises is a finding
            fault = f"{type(raised).__name__}: {raised}"
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        if fault:
            wrong.append(f"seed {seed}, {made[0]}: {made[1]}: {fault}")
    return seen, wrong


def one(seed: int, subject: str, text: str, per: int, seen: Counter[str]) -> str:
    """Examines one phrase: counts into `seen`, gives what went wrong."""
    from siglum import pipeline
    from siglum.check.differential import RESOURCES
    from siglum.frontend.phrase.reference import evaluate
    from siglum.host.callable import Native
    from siglum.ir.inputs import inputs
    from siglum.ir.types import parse_type

    over = parse_type(subject)
    definition = pipeline.language().read(text, subject=over).main
    built = pipeline.build(pipeline.unit_from_phrase(text, subject=over).function)
    native = Native(built.image, fuel=FUEL, arena_limit=MEMORY)
    seen["phrases"] += 1
    for given in inputs((over,), seed, per):
        try:
            signal.setitimer(signal.ITIMER_REAL, SECONDS)
            defined = outcome(lambda given=given: evaluate(definition, given, fuel=FUEL))  # type: ignore[misc]
            if defined[0] == "stop" and defined[1] in RESOURCES:
                # native code may go on for years, and nothing can interrupt it
                seen["runs whose definitions ran out of resources"] += 1
                continue
            got = outcome(lambda given=given: native(*given))  # type: ignore[misc]
        except (TooLong, RecursionError, MemoryError):
            seen["runs that took too long"] += 1
            continue
        finally:
            signal.setitimer(signal.ITIMER_REAL, 10 * SECONDS)
        what = compared(defined, got)
        if not what:
            return f"on {given!r:.200} the definitions give {defined!r:.200}, native code {got!r:.200}"
        seen[what] += 1
    return ""


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks phrases")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--inputs", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    settings = {"inputs": options.inputs}
    if not run("phrases", examine, options.first, options.count, CHUNK, options.jobs, settings, "native code of this CPU"):
        sys.exit(1)

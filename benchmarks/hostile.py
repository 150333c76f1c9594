"""Random and mutated byte strings run in the sandbox without the screen: verdicts, hangs, faults of the parent, and costs.

`python -m benchmarks hostile [--strings N] [--screened K] [--seed S]`. Every K-th string is screened too. Exits with 1 when a
job had to be ended from outside or the parent raised.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

from benchmarks.report import keep, machine

if TYPE_CHECKING:
    from siglum.sandbox.job import Outcome
    from siglum.sandbox.run import Sandbox

SEEDS = (
    "488d0437c3",  # lea rax,[rdi+rsi]; ret
    "4889f831d248f7f6c3",  # division
    "5331db5bb801000000c3",  # push rbx; ...; pop rbx; mov eax,1; ret
    "554889e54883ec1048897df8488b45f8c9c3",  # a frame with a local variable
    "31c031f6440fb604324c01c048ffc64883fe1875efc3",  # the sum of a buffer
    "4889f14889d6f3a431c0c3",  # a copy
    "f20f59c0f20f58c1c3",  # floating point
)
LIMIT_S = 0.01


def main(arguments: list[str]) -> None:
    from siglum.sandbox.job import Code
    from siglum.sandbox.run import Sandbox
    from siglum.sandbox.screen import refusal

    parser = argparse.ArgumentParser(prog="benchmarks hostile")
    parser.add_argument("--strings", type=int, default=100_000)
    parser.add_argument("--screened", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    random = Random(options.seed)
    verdicts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    failures: list[str] = []
    worst = 0.0
    start = time.perf_counter()
    with Sandbox() as sandbox:
        for number in range(options.strings):
            code = string(random)
            begun = time.perf_counter()
            try:
                (outcome,) = sandbox.run(Code(code), [call()], LIMIT_S)
                verdicts[named(outcome)] += 1
                if number % options.screened == 0:
                    found = refusal(Code(code))
                    reasons[found.reason if found else "accepted"] += 1
            except Exception as error:  # noqa: BLE001 - a parent that raises is what is looked for
                failures.append(f"{code.hex()}: {error!r}")
            worst = max(worst, time.perf_counter() - begun)
        seconds = time.perf_counter() - start
        hangs = sandbox.hangs
        costs = measured(sandbox)
    lines = [f"{options.strings:,} strings (half random, half mutated) in {seconds:.0f} s, seed {options.seed}", ""]
    lines += [f"{name:42}{count:10,}" for name, count in verdicts.most_common()]
    lines += ["", f"of {sum(reasons.values()):,} the screen says:"]
    lines += [f"{name:42}{count:10,}" for name, count in reasons.most_common()]
    lines += [
        "",
        f"hangs: {hangs}",
        f"failures of the parent: {len(failures)}",
        *failures[:10],
        f"worst: {worst * 1e3:.0f} ms",
        "",
    ]
    lines += [f"{name:66}{value:10.1f}" for name, value in costs.items()]
    lines.append(machine())
    keep(
        "hostile",
        "\n".join(lines),
        {"verdicts": verdicts, "reasons": reasons, "hangs": hangs, "failures": failures, "costs": costs},
    )
    if hangs or failures:
        sys.exit(1)


def call() -> object:
    from siglum.sandbox.job import Buffer, Call, Pointer

    return Call(
        (5, 7, Pointer(0), Pointer(1)), (0x3FF0000000000000,), (Buffer(bytes(range(24)), False, 8), Buffer(bytes(24), True, 8))
    )


def string(random: Random) -> bytes:
    """Random bytes, or good code with some of its bytes changed, taken out or put in."""
    if random.random() < 0.5:
        return random.randbytes(random.randrange(1, 40))
    code = bytearray.fromhex(random.choice(SEEDS))
    for _ in range(random.randrange(1, 4)):
        at = random.randrange(len(code))
        kind = random.randrange(4)
        if kind == 0:
            code[at] ^= 1 << random.randrange(8)
        elif kind == 1:
            code[at] = random.randrange(256)
        elif kind == 2 and len(code) > 1:
            del code[at]
        else:
            code.insert(at, random.randrange(256))
    return bytes(code)


def named(outcome: Outcome) -> str:
    """The verdict without its particulars."""
    from siglum.sandbox.job import Faulted, Nondeterministic, Violated

    match outcome:
        case Faulted(kind=kind):
            return f"faulted: {kind}"
        case Violated(what=what):
            return f"violated: {what[0]}" + " and more" * (len(what) > 1)
        case Nondeterministic(what=what):
            return f"nondeterministic: {what}"
    return type(outcome).__name__.lower()


def measured(sandbox: Sandbox) -> dict[str, float]:
    """Costs: medians, of the runs alone (the processes, seen from outside) and with what the parent does."""
    from siglum.sandbox.job import Call, Code, State
    from siglum.sandbox.screen import refusal

    add = Code(bytes.fromhex("488d0437c3"))
    costs: dict[str, float] = {}

    def both(name: str, unit: float, runs: int, work: object) -> None:
        assert callable(work)
        whole, inside = [], []
        for _ in range(runs):
            begun = time.perf_counter()
            work()
            whole.append(time.perf_counter() - begun)
            inside.append(sandbox.elapsed)
        costs[f"{name}, with the parent"] = statistics.median(whole) * unit
        costs[f"{name}, processes alone"] = statistics.median(inside) * unit
        costs[f"{name}, processes alone, best"] = min(inside) * unit

    one = [Call((3, 4))]
    both("microseconds per candidate of one call, two runs", 1e6, 500, lambda: sandbox.run(add, one))
    many = [Call((k, 4)) for k in range(100_000)]
    both("ns per checked call (100,000, two runs each)", 1e9 / len(many) / 2, 5, lambda: sandbox.run(add, many))
    some = many[:256]
    both("ns per checked call (256, two runs each)", 1e9 / len(some) / 2, 50, lambda: sandbox.run(add, some))
    states = [State((0,) * 16)] * 1000
    both("ns per state (1,000)", 1e6, 20, lambda: sandbox.states(bytes.fromhex("4801c8"), states))
    three = Code(bytes.fromhex("89f8f7d801f0c3"))
    for width in (1, 4):
        both(
            f"ns per call of a range (2^20, {width} bytes)",
            1e9 / (1 << 20),
            20,
            lambda w=width: sandbox.range(three, 0, 1 << 20, (7,), w),
        )
    code = Code(bytes.fromhex("31c031f6440fb604324c01c048ffc64883fe1875efc3"))
    begun = time.perf_counter()
    for _ in range(200):
        refusal(code)
    costs["microseconds to screen 22 bytes"] = (time.perf_counter() - begun) / 200 * 1e6
    return costs

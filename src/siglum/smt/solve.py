"""The portfolio: a question goes to several solvers, and only what two of them answer alike is called unsatisfiable.

Imports `children`, `errors`, `smt.terms`, `smt.printer` and `smt.evaluate`; the solvers run in processes of their own
(`smt.worker`).
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any, Final, NamedTuple, Protocol

from siglum.children import environment
from siglum.errors import EnvironmentFault
from siglum.smt.evaluate import below, evaluator
from siglum.smt.printer import script, variables_of
from siglum.smt.terms import MEMORY, Term

ORDER: Final = ("bitwuzla", "z3", "cvc5-int", "cvc5")
"""The first two are asked at once, the others where those two do not settle it."""
NEEDED: Final = 2
REWRITING: Final = "rewriting"
"""Stands for the solvers where a question is `false` as it is asked."""
_PATIENCE: Final = 0.2
"""Seconds that a solver gets to come to the end of a question whose answer nobody waits for, before it is started anew."""
_GRACE: Final = 1.0
"""Seconds beyond its limit after which a solver is ended."""


def _maker(name: str) -> str:
    """The program behind a worker: cvc5 asked in two ways is one opinion."""
    return name.partition("-")[0]


class Answer(NamedTuple):
    """`status` is "unsat" (every solver of `solvers` says so), "sat" (with the variables' `values` by name, and of memories
    the bytes that matter) or "unknown" with the `reason`. `query` is the SHA-256 of the script; `cpu` counts seconds.
    """

    status: str
    solvers: tuple[str, ...]
    values: dict[str, Any]
    query: str
    reason: str
    cpu: float
    cached: bool = False


class Cache(Protocol):
    """Remembers which scripts are unsatisfiable, by whom."""

    def find(self, query: str) -> tuple[str, ...] | None: ...

    def keep(self, query: str, solvers: tuple[str, ...]) -> None: ...


class _Worker:
    """One solver's process. `ask` sends, `answer` waits; a process that does not answer in time is ended."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.busy = False
        self.process = subprocess.Popen(
            [sys.executable, "-m", "siglum.smt.worker", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
        )
        assert self.process.stdout is not None
        self.descriptor = self.process.stdout.fileno()
        self._read = b""
        self.version = ""

    def wait(self) -> None:
        """Waits until the solver has started. Raises EnvironmentFault where it is missing."""
        if self.version:
            return
        first = json.loads(self._line(60.0) or b"{}")
        if "version" not in first:
            what = first.get("missing", self.name)
            raise EnvironmentFault(f"the solver {what} is missing", fix="pip install 'siglum[check]'", code="E-305")
        self.version = first["version"]

    def _line(self, seconds: float) -> bytes | None:
        """The next line, or None where none came in time or the process has ended."""
        end = time.monotonic() + seconds
        while b"\n" not in self._read:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.descriptor], [], [], left)[0]:
                return None
            data = os.read(self.descriptor, 1 << 16)
            if not data:
                return None
            self._read += data
        line, _, self._read = self._read.partition(b"\n")
        return line

    def ask(self, text: str, names: list[str], seconds: float) -> None:
        assert self.process.stdin is not None
        question = json.dumps({"script": text, "names": names, "seconds": seconds}) + "\n"
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(question.encode())
            self.process.stdin.flush()
        self.busy = True

    def answer(self, seconds: float) -> dict[str, Any] | None:
        line = self._line(seconds)
        if line is None:
            return None
        self.busy = False
        found: dict[str, Any] = json.loads(line)
        return found

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):
                stream.close()


class Portfolio:
    """The solvers, started when they are first asked and ended with the `with` block. `seconds` is the limit of one
    question to one solver unless `ask` says otherwise; `progress` is told of each question.
    """

    def __init__(
        self,
        *,
        seconds: float = 8.0,
        cache: Cache | None = None,
        order: tuple[str, ...] = ORDER,
        needed: int = NEEDED,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        self.seconds, self.cache, self.order, self.needed, self.progress = seconds, cache, order, needed, progress
        self._workers: dict[str, _Worker] = {}
        self.cpu = 0.0
        self.asked = 0

    def __enter__(self) -> Portfolio:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends every solver."""
        while self._workers:
            self._workers.popitem()[1].end()

    def versions(self) -> dict[str, str]:
        """Solver to version, of those that have been asked."""
        return {name: worker.version for name, worker in self._workers.items() if worker.version}

    def start(self) -> None:
        """Starts the solvers that are asked first, without waiting for them."""
        for name in self.order[:2]:
            self._worker(name)

    # Asking -----------------------------------------------------------------------------------------------------
    def ask(self, assertions: list[Term], *, seconds: float | None = None, order: tuple[str, ...] | None = None) -> Answer:
        """Whether all of `assertions` (truth values) can hold. An answer "sat" has been checked by evaluation, unless
        functions without a meaning are in it. Raises EnvironmentFault where a solver is missing.
        """
        assertions = [*assertions, *_probes(assertions)]
        text = script(assertions)
        query = sha256(text.encode()).hexdigest()
        if any(a.op == "const" and not a.value for a in assertions):
            return Answer("unsat", (REWRITING,), {}, query, "", 0.0)
        known = self.cache.find(query) if self.cache else None
        if known is not None and len(known) >= self.needed:
            return Answer("unsat", known, {}, query, "", 0.0, cached=True)
        if self.progress:
            self.progress(f"query {query[:12]}")
        self.asked += 1
        answer = self._settle(assertions, text, query, self.seconds if seconds is None else seconds, order or self.order)
        self.cpu += answer.cpu
        if answer.status == "unsat" and self.cache:
            self.cache.keep(query, answer.solvers)
        return answer

    def _settle(self, assertions: list[Term], text: str, query: str, seconds: float, order: tuple[str, ...]) -> Answer:
        variables = variables_of(assertions)
        names = [f"v{k}" for k, v in enumerate(variables) if v.width != MEMORY]
        agreed: list[str] = []
        reasons: list[str] = []
        cpu = 0.0
        for name, reply in self._replies(text, names, seconds, agreed, order):
            cpu += reply.get("cpu", 0.0)
            status = reply.get("status", "unknown")
            if status == "unsat":
                agreed.append(name)
                if len(set(map(_maker, agreed))) >= self.needed:
                    return Answer("unsat", tuple(agreed), {}, query, "", cpu)
            elif status == "sat":
                values = {v.value: reply["values"].get(f"v{k}", 0) for k, v in enumerate(variables) if v.width != MEMORY}
                if agreed:
                    return Answer("unknown", (), values, query, f"{name} finds a solution where {agreed[0]} finds none", cpu)
                values |= _memories(variables, values)
                if _holds(assertions, values):
                    return Answer("sat", (name,), values, query, "", cpu)
                reasons.append(f"{name} gave a solution that is none")
            else:
                reasons.append(f"{name}: {reply.get('reason') or 'ended'}")
        if agreed:
            reasons.insert(0, f"only {' and '.join(agreed)} settled it")
        return Answer("unknown", tuple(agreed), {}, query, "; ".join(reasons), cpu)

    def _replies(
        self, text: str, names: list[str], seconds: float, agreed: list[str], order: tuple[str, ...]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """The answers as they come: of the first two solvers at once, then of the others one by one."""
        groups = [order[:2], *((name,) for name in order[2:])]
        for group in groups:
            if any(_maker(name) == _maker(group[0]) for name in agreed):
                continue
            workers = [self._worker(name) for name in group]
            for worker in workers:
                worker.wait()
            end = time.monotonic() + seconds + _GRACE
            for worker in workers:
                worker.ask(text, names, seconds)
            while workers:
                ready = select.select([w.descriptor for w in workers], [], [], max(end - time.monotonic(), 0))[0]
                answered = [w for w in workers if w.descriptor in ready]
                for worker in answered or workers:
                    workers.remove(worker)
                    reply = worker.answer(1.0 if answered else 0.0)
                    if reply is None:
                        self._drop(worker)
                        reply = {"status": "unknown", "reason": "out of time", "cpu": seconds if not answered else 0.0}
                    yield worker.name, reply

    def _worker(self, name: str) -> _Worker:
        worker = self._workers.get(name)
        if worker is not None and worker.busy and worker.answer(_PATIENCE) is None:
            self._drop(worker)  # still at a question whose answer nobody waits for
            worker = None
        if worker is None:
            worker = self._workers[name] = _Worker(name)
        return worker

    def _drop(self, worker: _Worker) -> None:
        worker.end()
        del self._workers[worker.name]


def _holds(assertions: list[Term], values: Mapping[str, Any]) -> bool:
    """Whether a solution is one; where uninterpreted functions are in it, it is believed."""
    if any(t.op == "apply" for t in below(assertions)):
        return True
    return all(evaluator(assertions)(values))


# Memories -----------------------------------------------------------------------------------------------------------
_PROBE: Final = "probe"


def _probes(assertions: list[Term]) -> list[Term]:
    """Names for the places at which memories are read, so that a solution tells what lies there."""
    found: list[Term] = []
    for term in below(assertions):
        if term.op == "select":
            home, address = term.home, term.args[1]
            for base in _bases(term.args[0]):
                at = home.var(f"{_PROBE} {len(found)} {base.value}", 64)
                byte = home.var(f"{_PROBE} {len(found)} byte", 8)
                found += [home.eq(at, address), home.eq(byte, home.select(base, address))]
    return found


def _bases(memory: Term) -> list[Term]:
    if memory.op == "store":
        return _bases(memory.args[0])
    if memory.op == "ite":
        return list(dict.fromkeys(_bases(memory.args[1]) + _bases(memory.args[2])))
    return [memory]


def _memories(variables: list[Term], values: dict[str, Any]) -> dict[str, Any]:
    """What a solution says of the memories: each a mapping from address to byte."""
    found: dict[str, Any] = {v.value: {} for v in variables if v.width == MEMORY}
    for name in [n for n in values if n.startswith(f"{_PROBE} ") and not n.endswith(" byte")]:
        _, number, base = name.split(" ", 2)
        found[base][values[name]] = values[f"{_PROBE} {number} byte"]
    return found

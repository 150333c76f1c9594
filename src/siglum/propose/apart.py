"""Candidates of strangers run in a process of its own, which is given inputs and never learns what is expected of them.

`python -m siglum.propose.apart` is that process. Imports `records`, `children`, `errors`, `ir` and its sibling examine. What
the processes say to each other is marshalled and stands behind its length: text, signature and arguments one way, the outcome the
other.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import select
import struct
import subprocess
import sys
import time
from typing import IO, Any, Final

from siglum.children import environment
from siglum.errors import EnvironmentFault, Place, Stop, UserError
from siglum.ir.types import parse_type
from siglum.propose.examine import STOPS, Program
from siglum.records import Candidate, Spec

SECONDS = 1.0
LOST_S = 5.0
"""How long one run may take by the clock before its process is killed, and how much time may be lost by that in all."""
STARTING_S: Final = 20.0
MEMORY: Final = 2 << 30
_LENGTH: Final = struct.Struct("<Q")
_KEPT: Final = 100


def end(process: subprocess.Popen[bytes] | None) -> None:
    """Kills a process, if there is one, and closes what led to it."""
    if process is not None:
        with process:
            process.kill()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()


class Apart:
    """A process that runs candidates, started when it is first needed and again where one ended it; closed by `close`."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = False
        self._lost = 0.0

    def start(self) -> None:
        """Starts it ahead of time, without waiting until it is there. Raises `EnvironmentFault` where the system refuses."""
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "siglum.propose.apart"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment(),
                start_new_session=True,  # Ctrl-C is for the parent, which ends this one
            )
        except OSError as error:
            raise EnvironmentFault(f"no process to run candidates in: {error.strerror}", None, "end other programs") from None

    def close(self) -> None:
        """Ends it."""
        process, self._process = self._process, None
        self._ready = False
        end(process)

    def program(self, candidate: Candidate, spec: Spec) -> Program:
        """The candidate as a function that runs there. Raises `UserError` for text that is no program."""
        return _There(self, candidate, spec)

    def run(self, question: tuple[Any, ...]) -> Any:
        """The result; raises `Stop`, or ArithmeticError for what else a program may end with. One that does not end, or takes the
        process with it, stops for want of fuel, and so do all where too much time was lost by that.
        """
        if self._lost >= LOST_S:
            raise Stop("fuel")
        self._begin()
        start = time.monotonic()
        try:
            self._write(marshal.dumps(question))
            answer = self._read(SECONDS)
        except OSError:
            answer = b""
        if not answer:
            self._lost += time.monotonic() - start
            self.close()
            raise Stop("fuel")
        how, what, *more = marshal.loads(answer)
        if how == "value":
            return what
        if how == "stop":
            raise Stop(what, more[0], Place(*more[1]) if more[1] else None)
        raise ArithmeticError(what)

    def _begin(self) -> None:
        """Waits until it is there."""
        self.start()
        if not self._ready and not self._read(STARTING_S):
            self.close()
            raise EnvironmentFault("the process that runs candidates does not start", None, "try again")
        self._ready = True

    def _write(self, data: bytes) -> None:
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(_LENGTH.pack(len(data)) + data)
        self._process.stdin.flush()

    def _read(self, seconds: float) -> bytes:
        """What it says; nothing where it says nothing in time, or has ended."""
        assert self._process is not None and self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], seconds)
        return _read(self._process.stdout) if ready else b""


class _There(Program):
    """A program that runs in another process."""

    def __init__(self, apart: Apart, candidate: Candidate, spec: Spec) -> None:
        super().__init__(candidate, spec)
        params = tuple((name, str(t)) for name, t in spec.params)
        self._question = (candidate.text, params, None if spec.result is None else str(spec.result), spec.overflow)
        self._apart = apart

    def __call__(self, *arguments: Any) -> Any:
        return self._apart.run((*self._question, arguments))


# The other process ------------------------------------------------------------------------------------------------------
def serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answers until there are no more questions."""
    known: dict[tuple[Any, ...], Program] = {}
    Program(Candidate("1", ""), Spec((), None))  # what the first program would have to load
    _say(answers, ("ready", ""))
    while data := _read(questions):
        *key, arguments = marshal.loads(data)
        _say(answers, _outcome(known, tuple(key), arguments))


def _outcome(known: dict[tuple[Any, ...], Program], key: tuple[Any, ...], arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    try:
        if key not in known:
            text, params, result, overflow = key
            spec = Spec(tuple((n, parse_type(t)) for n, t in params), parse_type(result) if result else None, overflow)
            while len(known) >= _KEPT:
                del known[next(iter(known))]
            known[key] = Program(Candidate(text, ""), spec)
        return "value", known[key](*arguments)
    except Stop as stop:
        place = stop.place
        return "stop", stop.kind, stop.word, (place.source, place.line, place.column, place.length, place.text) if place else ()
    except MemoryError:
        return "stop", "memory", "", ()
    except (*STOPS, UserError) as error:
        return "error", str(error) or type(error).__name__


def _say(answers: IO[bytes], what: tuple[Any, ...]) -> None:
    try:
        data = marshal.dumps(what)
    except ValueError:
        data = marshal.dumps(("error", "a result of no type that is known"))
    answers.write(_LENGTH.pack(len(data)) + data)
    answers.flush()


def _read(stream: IO[bytes]) -> bytes:
    head = stream.read(_LENGTH.size)
    return stream.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""


def main() -> None:
    """The process: limited in memory, and gone when its parent is."""
    import ctypes
    import resource

    set_death_signal, kill = 1, 9  # PR_SET_PDEATHSIG, SIGKILL
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(set_death_signal, kill)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()

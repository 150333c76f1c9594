"""The runner as a process: started once, forks a child ahead of each job, watched from outside. Owns the job file.

Imports `errors` and this folder's layout; `run` alone imports it.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import signal
import socket
import struct
import time
from typing import Final, NamedTuple

from siglum.errors import EnvironmentFault
from siglum.sandbox.built import runner_bytes
from siglum.sandbox.layout import PAGE

_MFD_EXEC: Final = 0x10
_FIRST_OWN_FD: Final = 10
"""Descriptors below may be the targets 3 and 4 of the child."""
_START: Final = 4 * PAGE
_AWAKE_S: Final = 0.001
"""How long an answer is looked for before its line is slept on: an idle processor is slow to wake, and most jobs are short."""


class Ended(NamedTuple):
    """How a child ended: its exit status, or the signal that killed it, else None."""

    status: int | None
    signal: int | None


class Server:
    """A running runner and the job file it reads. `file` is the whole job file, mapped; `grow` may replace it."""

    def __init__(self) -> None:
        self.hangs = 0
        """How often the watch from outside had to end a job."""
        with contextlib.ExitStack() as undo:
            self._job = _own(_memory_file("siglum-job", 0))
            undo.callback(os.close, self._job)
            os.ftruncate(self._job, _START)
            self.file = mmap.mmap(self._job, _START)
            undo.callback(lambda: self.file.close())
            self._start()
            undo.pop_all()

    def grow(self, size: int) -> None:
        """Makes the job file at least `size` bytes long. Raises EnvironmentFault without the memory."""
        if size <= len(self.file):
            return
        try:
            self.file.resize(max(size, 2 * len(self.file)))
        except OSError as error:
            raise EnvironmentFault(f"no {size} bytes for the job: {error.strerror}", fix="make smaller batches") from None

    def run(self, seconds: float) -> Ended | None:
        """Runs the job that the file holds; None where it had not ended after `seconds` and was killed.

        Raises EnvironmentFault when the runner is gone or cannot fork.
        """
        if self._line is None:
            self._start()
        line = self._line
        assert line is not None
        try:
            answer = _answer(line, seconds)
        except TimeoutError:
            self.hangs += 1
            self._stop()
            return None
        except OSError:
            answer = b""
        except BaseException:  # interrupted: the answer would be taken for that of the next job
            self._stop()
            raise
        if len(answer) != 8:
            self._stop()
            raise EnvironmentFault("the runner has ended", fix="see whether something kills processes here")
        child, status = struct.unpack("<iI", answer)
        if child < 0:
            raise EnvironmentFault(f"the runner cannot fork: {os.strerror(-child)}", fix="end some processes")
        code = status & 0x7F
        return Ended(None, code) if code else Ended(status >> 8 & 0xFF, None)

    def close(self) -> None:
        """Ends the runner, and with it a child that still runs; may be called again."""
        self._stop()
        if self._job >= 0:
            self.file.close()
            os.close(self._job)
            self._job = -1

    def _start(self) -> None:
        image = _own(_memory_file("siglum-runner", _MFD_EXEC))
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            os.write(image, runner_bytes())
            with socket.socket(fileno=_own(theirs.detach())) as theirs:
                self.pid = os.posix_spawn(
                    f"/proc/self/fd/{image}",
                    ["siglum-runner"],
                    {},
                    file_actions=[(os.POSIX_SPAWN_DUP2, self._job, 3), (os.POSIX_SPAWN_DUP2, theirs.fileno(), 4)],
                    setsigmask=[],
                    setsigdef=signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP},
                )
        except OSError as error:
            ours.close()
            fix = "the sandbox needs /proc and memory files that may be run (sysctl vm.memfd_noexec below 2)"
            raise EnvironmentFault(f"cannot start the runner: {error.strerror}", fix=fix) from None
        finally:
            os.close(image)
        self._line: socket.socket | None = ours
        try:
            self._process = os.pidfd_open(self.pid)
        except OSError as error:
            ours.close()
            self._line = None
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            raise EnvironmentFault(f"the kernel lacks pidfd_open: {error.strerror}", fix="use Linux 5.4 or later") from None

    def _stop(self) -> None:
        """The kernel kills the child of a runner that dies."""
        if self._line is None:
            return
        self._line.close()
        self._line = None
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._process, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):  # somebody who waits for all children was first
            os.waitpid(self.pid, 0)
        os.close(self._process)


def _answer(line: socket.socket, seconds: float) -> bytes:
    """Says that there is a job and gives what is said of its end. Raises TimeoutError after `seconds`."""
    line.settimeout(None)
    line.send(bytes(8))
    end = time.perf_counter() + _AWAKE_S
    while time.perf_counter() < end:
        try:
            return line.recv(8, socket.MSG_DONTWAIT)
        except BlockingIOError:
            os.sched_yield()
    line.settimeout(seconds)
    return line.recv(8)


def _memory_file(name: str, flags: int) -> int:
    try:
        return os.memfd_create(name, os.MFD_CLOEXEC | flags)
    except OSError as error:
        if flags:
            return _memory_file(name, 0)  # kernels before 6.3 do not know the flag
        raise EnvironmentFault(f"the kernel lacks memfd_create: {error.strerror}", fix="use Linux 3.17 or later") from None


def _own(descriptor: int) -> int:
    """The same file under a descriptor that is out of the way of the child's."""
    import fcntl

    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _FIRST_OWN_FD)
    os.close(descriptor)
    return moved

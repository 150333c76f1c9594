"""The runner as a process: nothing is left of it, orphans die, ordinary users may run it, faults of the machine are named."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.sandbox.processes import children, runs, wait_until, waiting

from siglum.errors import EnvironmentFault
from siglum.sandbox import built
from siglum.sandbox.job import Call, Code, Faulted, Returned
from siglum.sandbox.run import Sandbox

ROOT = Path(__file__).parents[3]
SUM = Code(bytes.fromhex("488d0437c3"))  # lea rax,[rdi+rsi]; ret
LOOP = Code(bytes.fromhex("ebfe"))
SEVEN = [Returned(7, 0, 0, 0, ())]
ENVIRONMENT = {"PYTHONPATH": str(ROOT / "src"), "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}


def descriptors() -> set[str]:
    found = set()
    for name in os.listdir("/proc/self/fd"):
        try:
            found.add(f"{name} {os.readlink(f'/proc/self/fd/{name}')}")
        except FileNotFoundError:  # that of the listing itself
            continue
    return found


def test_nothing_is_left_when_it_is_closed() -> None:
    with Sandbox() as warm:
        warm.run(SUM, [Call((3, 4))])
    before = descriptors(), children(os.getpid())
    with Sandbox() as sandbox:
        assert sandbox.run(SUM, [Call((3, 4))]) == SEVEN
        sandbox.run(LOOP, [Call()], 0.02)
        assert len(children(os.getpid())) == len(before[1]) + 1
    sandbox.close()
    assert (descriptors(), children(os.getpid())) == before


def test_no_child_is_left_after_a_job_but_the_one_for_the_next() -> None:
    with Sandbox() as sandbox:
        for code in (SUM, LOOP, Code(bytes.fromhex("0f0b")), Code(bytes.fromhex("b8390000000f05c3"))):
            before = waiting(sandbox)
            sandbox.run(code, [Call((3, 4))], 0.02)
            assert not runs(before) and waiting(sandbox) != before


def test_a_child_that_was_killed_before_its_job_is_replaced() -> None:
    with Sandbox() as sandbox:
        for _ in range(3):
            killed = waiting(sandbox)
            os.kill(killed, signal.SIGKILL)
            assert sandbox.run(SUM, [Call((3, 4))]) == SEVEN
            assert wait_until(lambda: not runs(killed))  # noqa: B023 - called at once


def test_a_runner_that_was_killed_is_named_and_started_anew() -> None:
    with Sandbox() as sandbox:
        os.kill(sandbox._engine.server.pid, signal.SIGKILL)
        with pytest.raises(EnvironmentFault, match="the runner has ended"):
            sandbox.run(SUM, [Call((3, 4))])
        assert sandbox.run(SUM, [Call((3, 4))]) == SEVEN


def test_a_job_that_hangs_is_ended_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stopped process does nothing, as one would that waits for ever."""
    monkeypatch.setattr("siglum.sandbox.engine.JOB_SECONDS", 1)
    with Sandbox() as sandbox:
        stopped = waiting(sandbox)
        os.kill(stopped, signal.SIGSTOP)
        outcomes = sandbox.run(SUM, [Call((3, 4)), Call((3, 4))])
        assert [type(one).__name__ for one in outcomes] == ["TimedOut", "Skipped"] and sandbox.hangs == 1
        assert wait_until(lambda: not runs(stopped))
        assert sandbox.run(SUM, [Call((3, 4))]) == SEVEN


ORPHAN = """
import sys
from siglum.sandbox.job import Call, Code
from siglum.sandbox.run import Sandbox
with Sandbox() as sandbox:
    sandbox.run(Code(bytes.fromhex("c3")), [Call()])
    print(sandbox._engine.server.pid, flush=True)
    sandbox.run(Code(bytes.fromhex("ebfe")), [Call()], 0.3)
"""


def test_an_orphan_dies_of_its_own_timer() -> None:
    user = subprocess.Popen([sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
    assert user.stdout is not None
    runner = int(user.stdout.readline())
    assert wait_until(lambda: children(runner))
    (child,) = children(runner)
    user.kill()
    user.wait()
    user.stdout.close()
    assert wait_until(lambda: not runs(child) and not runs(runner))


def test_a_child_dies_with_its_runner() -> None:
    user = subprocess.Popen(
        [sys.executable, "-c", ORPHAN.replace("0.3", "50")], stdout=subprocess.PIPE, text=True, env=ENVIRONMENT
    )
    assert user.stdout is not None
    runner = int(user.stdout.readline())
    assert wait_until(lambda: children(runner))
    (child,) = children(runner)
    os.kill(runner, signal.SIGKILL)
    assert wait_until(lambda: not runs(child))
    user.kill()
    user.wait()
    user.stdout.close()


ORDINARY = """
import ctypes, os
from siglum.sandbox.job import Buffer, Call, Code, Pointer
from siglum.sandbox.run import Sandbox
with Sandbox() as sandbox:
    sandbox.run(Code(bytes.fromhex("0f0b")), [Call()])  # all that is needed is imported before this user cannot read it
if os.getuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
ctypes.CDLL(None).prctl(4, 1)  # as a process that began with this user
with Sandbox() as sandbox:
    print(sandbox.run(Code(bytes.fromhex("488d0437c3")), [Call((3, 4))])[0].rax)
    print(sandbox.run(Code(bytes.fromhex("b8390000000f05c3")), [Call()])[0].kind)
    print(sandbox.run(Code(bytes.fromhex("c6471801c3")), [Call((Pointer(0),), (), (Buffer(bytes(24), True, 8),))])[0].kind)
"""


def test_an_ordinary_user_gets_the_same_verdicts() -> None:
    done = subprocess.run([sys.executable, "-c", ORDINARY], capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert (done.returncode, done.stdout.split("\n")) == (0, ["7", "system call", "write", ""]), done.stderr


@pytest.mark.parametrize(
    ("function", "named"), [("memfd_create", "memfd_create"), ("pidfd_open", "pidfd_open"), ("posix_spawn", "start the runner")]
)
def test_what_the_kernel_lacks_is_named(monkeypatch: pytest.MonkeyPatch, function: str, named: str) -> None:
    def missing(*arguments: object, **options: object) -> int:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    before = descriptors(), children(os.getpid())
    monkeypatch.setattr(os, function, missing)
    with pytest.raises(EnvironmentFault, match=named):
        Sandbox()
    assert (descriptors(), children(os.getpid())) == before


def test_another_machine_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    with pytest.raises(EnvironmentFault, match="this is Linux aarch64"):
        Sandbox()


FORBIDDEN = """
import ctypes, struct, sys
from siglum.errors import EnvironmentFault
from siglum.sandbox.job import Call, Code
from siglum.sandbox.run import Sandbox
number, argument = map(int, sys.argv[1:])
# a filter of our own: this system call, with this first argument, is answered with ENOSYS
code = struct.pack("<HBBIHBBIHBBIHBBIHBBIHBBI", 0x20, 0, 0, 0, 0x15, 0, 3, number, 0x20, 0, 0, 16, 0x15, 0, 1, argument,
    6, 0, 0, 0x50026, 6, 0, 0, 0x7FFF0000)
buffer = ctypes.create_string_buffer(code)
program = struct.pack("<HxxxxxxQ", 6, ctypes.addressof(buffer))
libc = ctypes.CDLL(None)
with Sandbox() as sandbox:
    pass
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, program, 0, 0) == 0
try:
    with Sandbox() as sandbox:
        sandbox.run(Code(bytes.fromhex("c3")), [Call()])
except EnvironmentFault as fault:
    print(fault)
"""


@pytest.mark.parametrize(
    ("number", "argument", "named"),
    [
        (157, 22, "seccomp filters"),
        (157, 26, "PR_SET_TSC"),
        (157, 1, "PR_SET_PDEATHSIG"),
        (38, 2, "setitimer"),
        (160, 4, "setrlimit"),
        (13, 31, "rt_sigaction"),
    ],
)
def test_a_step_that_the_kernel_refuses_is_named(number: int, argument: int, named: str) -> None:
    command = [sys.executable, "-c", FORBIDDEN, str(number), str(argument)]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert done.returncode == 0 and named in done.stdout and "Function not implemented" in done.stdout, done.stdout + done.stderr


def test_a_forged_answer_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the page says does not make a job finished when the exit status is not that of the token."""
    from siglum.sandbox.server import Ended, Server

    with Sandbox() as sandbox:
        genuine = Server.run

        def forged(server: Server, seconds: float) -> Ended | None:
            ended = genuine(server, seconds)
            assert ended is not None and ended.status is not None
            return Ended(ended.status ^ 1, None)

        monkeypatch.setattr(Server, "run", forged)
        assert sandbox.run(SUM, [Call((3, 4))]) == [Faulted("forged exit", 0, None)]


def test_the_runner_inherits_no_descriptor() -> None:
    ours, theirs = socket.socketpair()
    os.set_inheritable(theirs.fileno(), True)
    with ours, theirs, Sandbox() as sandbox:
        sandbox.run(SUM, [Call((3, 4))])
        held = sorted(int(name) for name in os.listdir(f"/proc/{sandbox._engine.server.pid}/fd"))
        assert held == [3, 4]
        assert Path(f"/proc/{sandbox._engine.server.pid}/environ").read_bytes() == b""


def test_the_runner_is_the_same_byte_for_byte_when_built_again(tmp_path: Path) -> None:
    for folder in ("first", "second"):
        command = [sys.executable, "-m", "siglum.sandbox.build", str(tmp_path / folder)]
        subprocess.run(command, check=True, env={**ENVIRONMENT, "PYTHONHASHSEED": "7" if folder == "second" else "1"})
    first, second = (built.path_of(tmp_path / folder).read_bytes() for folder in ("first", "second"))
    assert first == second == built.runner_bytes()
    assert built.is_fresh(tmp_path / "first")


def test_a_stale_runner_is_rebuilt(tmp_path: Path) -> None:
    path = built.path_of(tmp_path)
    path.write_bytes(b"\x7fELF" + bytes(300))
    assert not built.is_fresh(tmp_path)
    assert built.runner_bytes(tmp_path) == built.runner_bytes() == path.read_bytes()

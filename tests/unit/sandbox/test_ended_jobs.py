"""Jobs whose process ended otherwise than at their end, by being killed, by a forged exit, or from outside."""

from __future__ import annotations

import errno
import os
import signal
import struct

import pytest
from tests.unit.sandbox.processes import waiting

from siglum.errors import EnvironmentFault
from siglum.sandbox.engine import Engine, Report, Setting
from siglum.sandbox.job import Call, Code, Faulted, Range, Returned, Skipped, State, TimedOut
from siglum.sandbox.layout import MOST_MAPPINGS, REPORT
from siglum.sandbox.run import MOST_RESTARTS, Sandbox
from siglum.sandbox.server import Ended, Server
from siglum.sandbox.space import READ, Space

SUM = Code(bytes.fromhex("488d0437c3"))  # lea rax,[rdi+rsi]; ret
RUIN = bytes.fromhex("488b3c244881c700300000b90020000031c0fdf3aa")
"""mov rdi,[rsp]; add rdi,0x3000; mov ecx,0x2000; xor eax,eax; std; rep stosb: clears what the runner keeps behind its text"""
NOTHING = State((0,) * 16)


def forged(server: Server, seconds: float) -> Ended | None:
    ended = genuine(server, seconds)
    assert ended is not None and ended.status is not None
    return Ended(ended.status ^ 1, None)


genuine = Server.run


def test_after_a_number_of_ruined_processes_the_rest_is_left_out(sandbox: Sandbox) -> None:
    outcomes = sandbox.run(Code(RUIN + b"\xc3"), [Call()] * (MOST_RESTARTS + 2))
    # the second run goes through the calls from the last to the first
    assert outcomes[2:-2] == [Faulted("killed", signal.SIGSEGV, None)] * (MOST_RESTARTS - 2)
    assert len(outcomes) == MOST_RESTARTS + 2


def test_all_calls_are_left_out_that_no_run_came_to(sandbox: Sandbox) -> None:
    outcomes = sandbox.run(Code(RUIN + b"\xc3"), [Call()] * (2 * MOST_RESTARTS + 1))
    assert outcomes.count(Skipped()) == 1 and outcomes[MOST_RESTARTS] == Skipped()


def test_a_state_whose_process_is_killed_costs_itself_alone(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    endings = iter([Ended(None, signal.SIGKILL)])

    def killed(server: Server, seconds: float) -> Ended | None:
        ended = genuine(server, seconds)
        return next(endings, ended)

    monkeypatch.setattr(Server, "run", killed)
    found = sandbox.states(b"\x90", [NOTHING] * 3)
    assert [(one.kind, one.signal) for one in found] == [("", 0), ("", 0), ("killed", signal.SIGKILL)]


def test_a_forged_exit_of_a_state_is_named(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Server, "run", forged)
    (found,) = sandbox.states(b"\x90", [NOTHING])
    assert (found.kind, found.state) == ("forged exit", NOTHING)


def test_after_a_number_of_ruined_processes_the_rest_of_the_states_is_left_out(sandbox: Sandbox) -> None:
    # mov rdi,[rip+23]: where the way back leads, which stands behind the slot
    slot = bytes.fromhex("488b3d17000000") + RUIN[4:]
    found = sandbox.states(slot, [NOTHING] * (MOST_RESTARTS + 2))
    assert [one.kind for one in found] == ["killed"] * MOST_RESTARTS + ["skipped"] * 2


def stop(sandbox: Sandbox) -> None:
    os.kill(waiting(sandbox), signal.SIGSTOP)


def test_states_and_ranges_that_hang_are_ended_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stopped process does nothing, as one would that waits for ever."""
    monkeypatch.setattr("siglum.sandbox.engine.JOB_SECONDS", 1)
    with Sandbox() as sandbox:
        stop(sandbox)
        assert [one.kind for one in sandbox.states(b"\x90", [NOTHING] * 3)] == ["timed out", "skipped", "skipped"]
        assert sandbox.range(SUM, 0, 2, (1,), 1) == Range(b"\1\2", None)
        stop(sandbox)
        assert sandbox.range(SUM, 0, 2, (1,), 1) == Range(b"", TimedOut())
        assert sandbox.hangs == 2


def test_a_range_whose_process_ended_early_has_no_results(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sandbox.range(Code(RUIN + b"\xc3"), 0, 2) == Range(b"", Faulted("killed", signal.SIGSEGV, None))
    monkeypatch.setattr(Server, "run", forged)
    assert sandbox.range(SUM, 0, 2) == Range(b"", Faulted("forged exit", 0, None))


def test_a_job_is_begun_anew_where_a_drawn_address_is_taken(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    finish = Engine.finish
    attempts: list[int] = []

    def taken_at_first(engine: Engine, setting: Setting, limit_s: float, attempt: int) -> Report | None:
        attempts.append(attempt)
        return finish(engine, setting, limit_s, attempt) if attempt else None

    monkeypatch.setattr(Engine, "finish", taken_at_first)
    assert sandbox.run(SUM, [Call((3, 4))]) == [Returned(7, 0, 0, 0, ())]
    assert sandbox.range(SUM, 0, 2, (1,), 1) == Range(b"\1\2", None)
    assert [one.kind for one in sandbox.states(b"\x90", [NOTHING])] == [""]
    assert attempts == [0, 1] * 4


def test_a_step_the_kernel_refuses_is_named(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(server: Server, seconds: float) -> Ended:
        struct.pack_into("<4Q", server.file, REPORT["O_FINISHED"], 0, 2, errno.EPERM, 0)
        return Ended(1, None)

    monkeypatch.setattr(Server, "run", refused)
    with pytest.raises(EnvironmentFault, match=r"the sandbox needs .*: Operation not permitted"):
        sandbox.run(SUM, [Call((3, 4))])


def test_a_job_has_no_more_mappings_than_its_header_has_room_for(sandbox: Sandbox) -> None:
    space = Space(sandbox._engine.random)
    for _ in range(MOST_MAPPINGS):
        space.shared(0, 1, READ)
    space.write(bytearray(4096))
    space.shared(0, 1, READ)
    with pytest.raises(ValueError, match=f"at most {MOST_MAPPINGS} mappings"):
        space.write(bytearray(4096))

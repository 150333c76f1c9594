"""A runner that is missing, or that cannot be built, and a kernel that gives no memory or no runner."""

from __future__ import annotations

import errno
import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from siglum.errors import EnvironmentFault
from siglum.sandbox import built, server
from siglum.sandbox.job import Call, Code, Returned
from siglum.sandbox.run import Sandbox

SUM = Code(bytes.fromhex("488d0437c3"))  # lea rax,[rdi+rsi]; ret


def test_a_runner_that_is_not_there_is_not_fresh(tmp_path: Path) -> None:
    assert not built.is_fresh(tmp_path)


def test_without_sources_the_runner_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(built, "is_source_tree", lambda: False)
    with pytest.raises(EnvironmentFault, match="the runner is missing: No such file or directory") as missing:
        built.runner_bytes(tmp_path)
    assert (missing.value.code, missing.value.fix) == ("E-301", "reinstall siglum")


def test_a_stale_runner_without_llvmlite_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EnvironmentFault, match="llvmlite is missing") as missing:
        built.runner_bytes(tmp_path)
    assert "siglum[asm]" in str(missing.value.fix)


@pytest.mark.parametrize(("said", "shown"), [("warning\nno such target\n", "no such target"), ("", "no output")])
def test_a_build_that_fails_is_named_by_its_last_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, shown: str
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=1, stderr=said))
    with pytest.raises(EnvironmentFault, match=f"the runner could not be rebuilt: {shown}"):
        built.runner_bytes(tmp_path)


def test_a_job_without_memory_is_named(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(bytes):
        def resize(self, size: int) -> None:
            raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    monkeypatch.setattr(sandbox._engine.server, "file", Full(8))
    with pytest.raises(EnvironmentFault, match="no 9 bytes for the job: Cannot allocate memory"):
        sandbox._engine.server.grow(9)


class Line:
    """A connection to a runner that answers as told."""

    def __init__(self, answer: bytes | BaseException) -> None:
        self.answer = answer

    def settimeout(self, seconds: float | None) -> None:
        pass

    def send(self, message: bytes) -> None:
        pass

    def recv(self, size: int, flags: int = 0) -> bytes:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

    def close(self) -> None:
        pass


def test_an_interrupted_job_ends_its_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its answer would be taken for that of the next job."""
    with Sandbox() as sandbox:
        used = sandbox._engine.server
        process = used.pid
        genuine = used._line
        assert genuine is not None
        monkeypatch.setattr(used, "_line", Line(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            sandbox.run(SUM, [Call((3, 4))])
        genuine.close()
        assert used._line is None
        assert sandbox.run(SUM, [Call((3, 4))]) == [Returned(7, 0, 0, 0, ())]
        assert used.pid != process


@pytest.mark.parametrize("answer", [ConnectionResetError(), b"", b"short"])
def test_a_runner_that_ends_in_a_job_is_named(monkeypatch: pytest.MonkeyPatch, answer: bytes | BaseException) -> None:
    with Sandbox() as sandbox:
        genuine = sandbox._engine.server._line
        assert genuine is not None
        monkeypatch.setattr(sandbox._engine.server, "_line", Line(answer))
        with pytest.raises(EnvironmentFault, match="the runner has ended"):
            sandbox.run(SUM, [Call((3, 4))])
        genuine.close()
        assert sandbox.run(SUM, [Call((3, 4))]) == [Returned(7, 0, 0, 0, ())]


def test_a_runner_that_cannot_fork_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox() as sandbox:
        answer = (-errno.EAGAIN).to_bytes(4, "little", signed=True) + bytes(4)
        with monkeypatch.context() as patched:
            patched.setattr(sandbox._engine.server, "_line", Line(answer))
            with pytest.raises(EnvironmentFault, match="the runner cannot fork: Resource temporarily unavailable"):
                sandbox.run(SUM, [Call((3, 4))])
        assert sandbox.run(SUM, [Call((3, 4))]) == [Returned(7, 0, 0, 0, ())]


def test_a_kernel_that_does_not_know_executable_memory_files_gives_plain_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    create = os.memfd_create
    asked: list[int] = []

    def older(name: str, flags: int) -> int:
        asked.append(flags)
        if flags & server._MFD_EXEC:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return create(name, flags)

    monkeypatch.setattr(os, "memfd_create", older)
    with Sandbox() as sandbox:
        assert sandbox.run(SUM, [Call((3, 4))]) == [Returned(7, 0, 0, 0, ())]
    assert [flags & server._MFD_EXEC for flags in asked] == [0, server._MFD_EXEC, 0]

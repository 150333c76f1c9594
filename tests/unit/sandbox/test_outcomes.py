"""Names of faults that this processor may never raise, and one outcome of several runs."""

from __future__ import annotations

import signal

import pytest

from siglum.sandbox.job import Buffer, Call, Code, Faulted, Nondeterministic, Pointer, Returned, Returns, Skipped, TimedOut
from siglum.sandbox.outcomes import Where, agreed, kind_of
from siglum.sandbox.run import Sandbox

WHERE = Where(0x5000, (0x4000, 0x6000), (0x8000, 0x9000))
PAGE_FAULT, ALIGNMENT, GENERAL = 14, 17, 13
SAME = Code(bytes.fromhex("4889f8c3"))  # mov rax,rdi; ret
BUFFER = (Buffer(bytes(8)),)


@pytest.mark.parametrize(
    ("number", "trap", "error", "code", "address", "kind"),
    [
        (signal.SIGSEGV, GENERAL, 0, 128, 0, "protection fault"),
        (signal.SIGSEGV, PAGE_FAULT, 16, 1, 0x100, "wild jump"),
        (signal.SIGSEGV, PAGE_FAULT, 6, 1, 0x8000, "stack overflow"),
        (signal.SIGSEGV, PAGE_FAULT, 6, 1, 0x9000, "write"),
        (signal.SIGSEGV, PAGE_FAULT, 4, 1, 0x7FFF, "read"),
        (signal.SIGBUS, ALIGNMENT, 0, 1, 0, "misaligned access"),
        (signal.SIGBUS, 12, 0, 1, 0, "protection fault"),
        (signal.SIGFPE, 0, 0, 1, 0, "division"),
        (signal.SIGFPE, 19, 0, 3, 0, "float exception"),
        (signal.SIGILL, 6, 0, 2, 0, "illegal instruction"),
        (signal.SIGTRAP, 3, 0, 128, 0, "trap"),
        (signal.SIGSYS, 0, 0, 1, 0, "system call"),
        (signal.SIGTERM, 0, 0, 0, 0, "killed"),
    ],
)
def test_each_signal_has_a_name(number: int, trap: int, error: int, code: int, address: int, kind: str) -> None:
    assert kind_of(number, trap, error, code, address, WHERE) == kind


ONE = Returned(1, 2, 3, 4, (b"a", b"b"))


@pytest.mark.parametrize(
    ("other", "together"),
    [
        (ONE, ONE),
        (ONE._replace(rax=0), Nondeterministic("rax")),
        (ONE._replace(rdx=0), Nondeterministic("rdx")),
        (ONE._replace(xmm0=0), Nondeterministic("xmm0")),
        (ONE._replace(xmm1=0), Nondeterministic("xmm1")),
        (ONE._replace(buffers=(b"a", b"c")), Nondeterministic("buffer 1")),
        (TimedOut(), TimedOut()),
        (Skipped(), Skipped()),
        (Faulted("read", 11, 0, 0), Faulted("read", 11, 0, 0)),
    ],
)
def test_runs_of_one_call_agree_or_the_difference_is_named(other: Returned, together: object) -> None:
    assert agreed([ONE, other]) == together
    assert agreed([other, ONE]) == together
    assert agreed([ONE, ONE, other]) == together


def test_a_fault_counts_more_than_the_time_limit() -> None:
    fault = Faulted("read", 11, 0, 0)
    assert agreed([TimedOut(), fault]) == agreed([fault, TimedOut()]) == fault


@pytest.mark.parametrize(("offset", "counted"), [(0, 1), (3, 4), (8, 9)])
def test_a_pointer_into_a_buffer_is_counted_from_its_start(sandbox: Sandbox, offset: int, counted: int) -> None:
    found = sandbox.run(SAME, [Call((Pointer(0, offset),), (), BUFFER)], returns=Returns(buffer=0))
    assert found == [Returned(counted, 0, 0, 0, (bytes(8),))]


def test_a_null_pointer_stays_one_and_a_pointer_elsewhere_differs_between_runs(sandbox: Sandbox) -> None:
    calls = [Call((0,), (), BUFFER), Call((Pointer(0, 9),), (), BUFFER)]
    found = sandbox.run(SAME, calls, returns=Returns(buffer=0))
    assert found == [Returned(0, 0, 0, 0, (bytes(8),)), Nondeterministic("rax")]


def test_a_result_in_a_buffer_that_a_call_lacks_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="there is no buffer 1"):
        sandbox.run(SAME, [Call((), (), BUFFER)], returns=Returns(buffer=1))

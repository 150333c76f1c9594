"""From the runner's records to named outcomes, and from the outcomes of several runs to one.

Imports this folder's layout and types; `run` imports it.
"""

from __future__ import annotations

import signal
from collections.abc import Sequence
from typing import Final, NamedTuple

from siglum.sandbox.job import Faulted, Nondeterministic, Outcome, Returned, Returns, Skipped, TimedOut, Violated
from siglum.sandbox.layout import NOT_RUN, RETURNED, TIMED_OUT, WRONGS

KINDS: Final = {
    "illegal instruction": "an instruction the processor does not have, or ud2",
    "trap": "a breakpoint or single step; also code that ran into the padding around the image",
    "division": "an integer division by zero, or a quotient that does not fit",
    "float exception": "a floating-point exception that the code had unmasked",
    "misaligned access": "an access that must be aligned, with alignment checks on",
    "read": "a read of memory that is not there",
    "write": "a write to memory that is not there or may only be read",
    "wild jump": "execution of memory that is not there or may not be executed",
    "stack overflow": "an access just below the stack",
    "protection fault": "a privileged or forbidden instruction, a misaligned vector access, a non-canonical address",
    "system call": "a system call; all are forbidden",
    "killed": "the process was ended by the kernel, its handlers being of no use",
    "forged exit": "the process ended although its job was not done",
}
"""The causes that `Faulted.kind` names."""
_PAGE_FAULT, _BREAKPOINT, _ALIGNMENT = 14, 3, 17
_WRITES, _FETCHES = 2, 16
_INTEGER_CODES = (1, 2)


class Where(NamedTuple):
    """Addresses of a run that outcomes are explained with."""

    image: int
    code: tuple[int, int]
    stack: tuple[int, int]
    """The unmapped pages below the stack."""


def kind_of(number: int, trap: int, error: int, code: int, address: int, where: Where) -> str:
    """The name of a fault: signal, the processor's trap and error code, siginfo's code and address."""
    if number == signal.SIGSEGV:
        if trap != _PAGE_FAULT:
            return "protection fault"
        if error & _FETCHES:
            return "wild jump"
        if where.stack[0] <= address < where.stack[1]:
            return "stack overflow"
        return "write" if error & _WRITES else "read"
    if number == signal.SIGBUS:
        return "misaligned access" if trap == _ALIGNMENT else "protection fault"
    if number == signal.SIGFPE:
        return "division" if code in _INTEGER_CODES else "float exception"
    return {
        signal.SIGILL: "illegal instruction",
        signal.SIGTRAP: "trap",
        signal.SIGSYS: "system call",
    }.get(signal.Signals(number), "killed")


def faulted(number: int, trap: int, error: int, code: int, rip: int, address: int, call: int, where: Where) -> Faulted:
    """The fault with its place; `call` is the number of the system call, where it was one."""
    kind = kind_of(number, trap, error, code, address, where)
    if kind == "system call":
        rip -= 2
    elif kind == "trap" and trap == _BREAKPOINT:
        rip -= 1
    offset = rip - where.image if where.code[0] <= rip < where.code[1] else None
    accessed = address if trap == _PAGE_FAULT and number == signal.SIGSEGV else None
    return Faulted(kind, number, offset, accessed, call if kind == "system call" else None)


def outcome(record: tuple[int, ...], buffers: tuple[bytes, ...], masks: Sequence[int], where: Where) -> Outcome:
    """The outcome of one call in one run; `masks` select the results in rax, rdx, xmm0, xmm1."""
    status = record[4]
    if status == RETURNED:
        if record[6]:
            return Violated(wrongs(record[6]))
        rax, rdx, xmm0, xmm1 = masks
        return Returned(record[0] & rax, record[1] & rdx, record[2] & xmm0, record[3] & xmm1, buffers)
    if status == TIMED_OUT:
        return TimedOut()
    if status == NOT_RUN:
        return Skipped()
    rip, address, call, trapped, _, number, code = record
    return faulted(number, trapped & 0xFFFFFFFF, trapped >> 32, code, rip, address, call, where)


def counted_from(found: Outcome, start: int, end: int) -> Outcome:
    """A result that is a pointer into start .. end as its offset plus 1; other pointers stay, and differ between runs."""
    if isinstance(found, Returned) and start <= found.rax <= end:
        return found._replace(rax=found.rax - start + 1)
    return found


def wrongs(bits: int) -> tuple[str, ...]:
    """The names of what a call left wrong."""
    return tuple(name for bit, name in enumerate(WRONGS) if bits >> bit & 1)


def masks_of(returns: Returns) -> tuple[int, ...]:
    """The bits of each result register that count."""
    return tuple((1 << 8 * width) - 1 for width in returns[:4])


def agreed(runs: Sequence[Outcome]) -> Outcome:
    """One outcome from those of several runs of a call: the first that is bad, or what differs, or what all agree on."""
    first = runs[0]
    if isinstance(first, Returned) and all(other == first for other in runs):
        return first
    for bad in (Faulted, Violated, TimedOut, Skipped):
        for found in runs:
            if isinstance(found, bad):
                return found
    assert isinstance(first, Returned)
    other = next(one for one in runs if isinstance(one, Returned) and one != first)
    for name in ("rax", "rdx", "xmm0", "xmm1"):
        if getattr(first, name) != getattr(other, name):
            return Nondeterministic(name)
    differing = next(k for k, pair in enumerate(zip(first.buffers, other.buffers, strict=True)) if pair[0] != pair[1])
    return Nondeterministic(f"buffer {differing}")

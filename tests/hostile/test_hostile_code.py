"""Hostile machine code: every sequence gets its named verdict from the screen, and from the run where the screen is bypassed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from siglum.sandbox.job import Buffer, Call, Code, Faulted, Nondeterministic, Outcome, Pointer, Returned, TimedOut, Violated
from siglum.sandbox.run import Sandbox
from siglum.sandbox.screen import REASONS, refusal
from siglum.target.x86_64.cpu import cpu_features


class Hostile(NamedTuple):
    """A row of hostile_code.txt."""

    name: str
    code: str
    assembly: str
    screen: str
    verdicts: str = ""
    needs: str = ""


def corpus() -> tuple[Hostile, ...]:
    lines = Path(__file__).with_suffix(".txt").with_stem("hostile_code").read_text(encoding="utf-8").splitlines()
    rows = [[field.strip() for field in line.split("|")] for line in lines if line and not line.startswith("#")]
    return tuple(Hostile(*row) for row in rows)


CASES = corpus()
RUN = [case for case in CASES if case.verdicts and (not case.needs or case.needs in cpu_features())]
"""What runs here: a processor without an instruction gives another verdict."""

BENIGN = (
    ("sum", "488d0437c3", "lea rax,[rdi+rsi]; ret", 12),
    ("saved rbx", "5331db5bb801000000c3", "push rbx; xor ebx,ebx; pop rbx; mov eax,1; ret", 1),
    ("frame", "554889e54883ec1048897df8488b45f8c9c3", "a frame with a local variable; leave; ret", 5),
    ("division", "4889f831d248f7f6c3", "mov rax,rdi; xor edx,edx; div rsi; ret", 0),
    ("call inside", "e80400000048ffc0c34889f8c3", "call 1f; inc rax; ret; 1: mov rax,rdi; ret", 6),
    ("load of a constant", "488b0501000000c32a00000000000000", "mov rax,[rip+1]; ret; .quad 42", 42),
    ("sum of a buffer", "31c031f6440fb604324c01c048ffc64883fe1875efc3", "adds the 24 bytes at rdx", 276),
    ("write to a buffer", "48893931c0c3", "mov [rcx],rdi; xor eax,eax; ret", 0),
    ("red zone", "48897c24f8488b4424f8c3", "mov [rsp-8],rdi; mov rax,[rsp-8]; ret", 5),
    ("direction flag put back", "fdfc31c0c3", "std; cld; xor eax,eax; ret", 0),
)
"""Name, code, assembly, result; all but the last pass the screen too."""

CALL = Call(
    (5, 7, Pointer(0), Pointer(1)),
    (0x3FF0000000000000,),
    (Buffer(bytes(range(24)), False, 8), Buffer(bytes(24), True, 8)),
)
SHORT = 0.02


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def named(outcome: Outcome) -> str:
    match outcome:
        case Faulted(kind=kind):
            return f"faulted: {kind}"
        case Violated(what=what):
            return f"violated: {', '.join(what)}"
        case Nondeterministic(what=what):
            return f"nondeterministic: {what}"
        case TimedOut():
            return "timed out"
        case Returned():
            return "returned"
    return "skipped"


def test_the_corpus_is_large_and_names_known_classes() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 150
    assert {case.screen for case in CASES} <= {"", *REASONS}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_screen_gives_its_verdict(case: Hostile) -> None:
    found = refusal(Code(bytes.fromhex(case.code)))
    assert (found.reason if found else "") == case.screen


@pytest.mark.parametrize("case", RUN, ids=lambda case: case.name)
def test_the_run_gives_its_verdict_without_the_screen(case: Hostile, sandbox: Sandbox) -> None:
    (outcome,) = sandbox.run(Code(bytes.fromhex(case.code)), [CALL], SHORT)
    assert named(outcome) in case.verdicts.split("/"), outcome


@pytest.mark.parametrize("case", [case for case in CASES if not case.screen], ids=lambda case: case.name)
def test_what_the_screen_lets_pass_is_caught_by_the_run(case: Hostile) -> None:
    assert case.verdicts and "returned" not in case.verdicts


@pytest.mark.parametrize(("name", "code", "assembly", "result"), BENIGN, ids=[case[0] for case in BENIGN])
def test_harmless_code_returns(name: str, code: str, assembly: str, result: int, sandbox: Sandbox) -> None:
    image = bytes.fromhex(code)
    text = (0, 8) if name == "load of a constant" else None
    assert (refusal(Code(image, 0, text)) is None) == (name != "direction flag put back")
    (outcome,) = sandbox.run(Code(image), [CALL])
    assert isinstance(outcome, Returned) and outcome.rax == result


def test_after_the_whole_corpus_nothing_is_left_of_it(sandbox: Sandbox) -> None:
    """One process for all of it: whatever a candidate did, the next one starts afresh."""
    codes = [bytes.fromhex(case.code) for case in CASES if "timed out" not in case.verdicts]
    for code in codes:
        sandbox.run(Code(code), [CALL], SHORT)
        assert sandbox.run(Code(bytes.fromhex("488d0437c3")), [Call((3, 4))]) == [Returned(7, 0, 0, 0, ())]
    assert sandbox.hangs == 0

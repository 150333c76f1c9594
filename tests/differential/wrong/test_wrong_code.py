"""Code that is wrong in one way each must never be proved, and be found out in the way it should; right code must be proved."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from benchmarks.foreign.corpus import prototypes_of, reference_of

from siglum.check.foreign.convention import Convention
from siglum.check.foreign.judge import Judge, Reference
from siglum.check.foreign.prove import Models
from siglum.records import Proved, ProvedUpTo, Refuted, Unsafe
from siglum.sandbox.job import Code
from siglum.sandbox.run import Sandbox
from siglum.smt.solve import Portfolio
from siglum.target.x86_64.semantics import own, sleigh

HERE = Path(__file__).parent
REFERENCES = (HERE / "references.py").read_text(encoding="utf-8")


class Case(NamedTuple):
    """One line of code.txt."""

    name: str
    reference: str
    how: str
    code: Code
    words: str


def _cases() -> Iterator[Case]:
    for line in (HERE / "code.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            fields, _, words = line.partition(" | ")
            name, reference, how, code = fields.split()
            yield Case(name, reference, how, Code(bytes.fromhex(code)), words)


CASES = tuple(_cases())
WRONG = tuple(case for case in CASES if case.how != "proved")
RIGHT = tuple(case for case in CASES if case.how == "proved")


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Portfolio() as portfolio, Sandbox() as sandbox:
        yield Judge(sandbox, portfolio, Models(own.step, sleigh.step))


@cache
def meant(name: str) -> tuple[Reference, Convention]:
    return reference_of(REFERENCES, name, prototypes_of(REFERENCES)[name])


def test_there_are_enough_of_each() -> None:
    assert len(WRONG) >= 60 and len(RIGHT) >= 20
    assert sum(case.how == "proof" for case in WRONG) >= 15  # what no run finds


@pytest.mark.parametrize("case", WRONG, ids=[case.name for case in WRONG])
def test_wrong_code_is_found_out(judge: Judge, case: Case) -> None:
    reference, convention = meant(case.reference)
    finding = judge.judge(reference, convention, case.code).finding
    assert not isinstance(finding, Proved), finding
    assert case.words in str(finding)
    if case.how in ("run", "proof"):
        assert isinstance(finding, Refuted), finding
        by_run = judge.tried(reference, convention, case.code) is not None
        assert by_run == (case.how == "run")
    elif case.how == "bounded":
        assert isinstance(finding, ProvedUpTo), finding
    else:
        assert isinstance(finding, Unsafe), finding
        assert ("refused by the screen" in str(finding)) == (case.how == "screen")


@pytest.mark.parametrize("case", RIGHT, ids=[case.name for case in RIGHT])
def test_right_code_is_proved(judge: Judge, case: Case) -> None:
    reference, convention = meant(case.reference)
    finding = judge.judge(reference, convention, case.code).finding
    assert isinstance(finding, Proved), finding

"""What the own model refuses, and that its table agrees with what iced-x86 knows of each form."""

from __future__ import annotations

from typing import Final

import pytest
from iced_x86 import Code, CpuidFeature, Instruction, RflagsBits

from siglum.smt.evaluate import variables
from siglum.smt.terms import Terms
from siglum.target.x86_64.semantics import own, record
from siglum.target.x86_64.semantics.encodings import encodings
from siglum.target.x86_64.semantics.forms import FORMS
from siglum.target.x86_64.semantics.state import FLAGS, State, Unsupported
from siglum.target.x86_64.semantics.symbolic import Recorded, meaning_of


def run(code: str, at: int = 0) -> None:
    terms = Terms()
    own.step(terms, State.unknown(terms, Recorded(terms)), bytes.fromhex(code), at, terms.var("base", 64))


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("f0480103", "lock ADD_RM64_R64"),  # lock add [rbx], rax
        ("f348a5", "MOVSQ_M64_M64"),  # rep movsq
        ("f3c3", "rep RETNQ"),
        ("64488b03", "MOV_R64_RM64 in a segment"),  # mov rax, fs:[rbx]
        ("67488b03", "MOV_R64_RM64 with a 32-bit address"),  # mov rax, [ebx]
        ("660f8400000000", "JE_REL32_64 with an operand-size prefix"),
        ("0f05", "SYSCALL"),
        ("d9c0", "FLD_STI"),
        ("62f1fd48d4c1", "EVEX_VPADDQ_ZMM_K1Z_ZMM_ZMMM512B64"),
        ("480fa303", "BT_RM64_R64 of memory by a register"),  # bt [rbx], rax
        ("660f3a0bc104", "ROUNDSD_XMM_XMMM64_IMM8 by mode 4"),
        ("f20fc2c108", "CMPSD_XMM_XMMM64_IMM8 with predicate 8"),
        ("06", "bytes that are no instruction"),
        ("48", "bytes that are no instruction"),
        ("", "bytes that are no instruction"),
    ],
)
def test_refused(code: str, what: str) -> None:
    with pytest.raises(Unsupported) as refused:
        run("90" * 3 + code, 3)
    assert (refused.value.what, refused.value.at) == (what, 3)


def test_a_segment_that_64_bit_mode_ignores_is_none() -> None:
    run("2e660f1f840000000000")  # nop cs:[rax + rax]
    run("3effe0")  # notrack jmp rax


def test_a_form_without_a_record_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "passing_forms", lambda: record.passing_forms() - {"ADD_RM64_R64"})
    with pytest.raises(Unsupported, match=r"ADD_RM64_R64 .no co-simulation record."):
        run("4801d8")


FEATURE_NAMES = {"pni": "SSE3", "abm": "LZCNT"}
BASELINE = {"INTEL8086", "INTEL186", "INTEL286", "INTEL386", "INTEL486", "X64", "SSE", "SSE2", "CET_IBT", "MULTIBYTENOP", "CMOV"}


def names(enumeration: type) -> dict[int, str]:
    return {value: name for name, value in vars(enumeration).items() if isinstance(value, int)}


def instruction(name: str) -> Instruction:
    found = Instruction()
    found.code = getattr(Code, name)
    return found


def test_the_features_of_each_form_are_those_that_iced_knows() -> None:
    known = names(CpuidFeature)
    wrong = []
    for name, form in FORMS.items():
        theirs = {known[feature] for feature in instruction(name).cpuid_features()} - BASELINE
        if theirs != {FEATURE_NAMES.get(feature, feature).upper() for feature in form.features}:
            wrong.append((name, theirs, form.features))
    assert wrong == []


def flags_of(bits: int) -> set[str]:
    return {name for name in FLAGS if bits & getattr(RflagsBits, name.upper())}


COUNTED: Final = ("SHL_", "SHR_", "SAR_", "ROL_", "ROR_", "RCL_", "RCR_", "SHLD_", "SHRD_")
"""Which of their flags are undefined depends on the count."""
ENCODINGS = 12


def test_each_form_changes_the_flags_that_iced_knows_and_no_others() -> None:
    wrong = []
    for name, form in FORMS.items():
        theirs = instruction(name)
        if not name.startswith(COUNTED) and flags_of(theirs.rflags_undefined) != set(form.undefined):
            wrong.append((name, "undefined"))
        changed: set[str] = set()
        unknown: set[str] = set()
        for code in encodings(name)[: ENCODINGS if flags_of(theirs.rflags_modified) or form.undefined else 2]:
            try:
                meaning = meaning_of(code)
            except Unsupported:
                continue
            for flag in FLAGS:
                term = meaning.changed.get(flag)
                if term is not None:
                    changed.add(flag)
                    if any("!" in variable.value for variable in variables([term])):
                        unknown.add(flag)
        if not name.startswith(COUNTED) and changed != flags_of(theirs.rflags_modified):
            wrong.append((name, "changed"))
        if unknown != set(form.undefined):
            wrong.append((name, "unknown"))
    assert wrong == []

"""The comparison with the CPU passes what is right and notices what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest
from benchmarks.cosimulate import compare_form

from siglum.sandbox.run import Sandbox
from siglum.smt.terms import Term
from siglum.target.x86_64.cpu import cpu_features
from siglum.target.x86_64.semantics import decode as decoding
from siglum.target.x86_64.semantics import flags, integer, lanes, moves, products, shifts, shuffles
from siglum.target.x86_64.semantics.decode import decode
from siglum.target.x86_64.semantics.float_forms import scalar
from siglum.target.x86_64.semantics.forms import FORMS
from siglum.target.x86_64.semantics.operation import Meaning, Operation
from siglum.target.x86_64.semantics.state import Fault

STATES = 600


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


def here(names: Iterable[str]) -> list[str]:
    """The forms that this CPU has."""
    return [name for name in names if cpu_features().issuperset(FORMS[name].features)]


RIGHT = (
    "ADD_RM8_R8", "CMOVG_R32_RM32", "DIV_RM32", "IDIV_RM64", "SHL_RM8_CL", "SHLD_RM16_R16_IMM8", "BSF_R32_RM32",
    "XADD_RM64_R64", "JLE_REL8_64", "CALL_REL32_64", "RETNQ", "JMP_RM64", "POP_RM64", "PUSH_R64", "UD2", "LEAVEQ",
    "MOVDQA_XMMM128_XMM", "PADDUSB_XMM_XMMM128", "VEX_VPERMD_YMM_YMM_YMMM256", "VEX_VZEROALL", "PBLENDVB_XMM_XMMM128",
    "MINSD_XMM_XMMM64", "CVTTSD2SI_R32_XMMM64", "DIVSD_XMM_XMMM64", "UCOMISD_XMM_XMMM64",
)  # fmt: skip


@pytest.mark.parametrize("name", here(RIGHT))
def test_right_meanings_pass(box: Sandbox, name: str) -> None:
    compared = compare_form(box, name, STATES)
    assert compared.wrong == []
    assert compared.states >= STATES


def div_without_overflow(op: Operation) -> None:
    zero = op.read(0).is_(0)
    products.div(op)
    op.step.faults[:] = [Fault(zero, "division")]


def cmov_keeping_the_upper_half(op: Operation) -> None:
    condition = flags.condition(op.state, "B")
    kept = condition.ite(op.read(1).zext(64), op.state.registers[3])
    op.write_whole(0, kept)


def without_af(op: Operation) -> None:
    integer.add(op)
    op.flags(af=op.terms.false)


def signed_quietly(a: Term, b: Term) -> Term:
    """A sum that saturates one too late."""
    return lanes.clamped(a.sext(a.width + 1) + b.sext(a.width + 1), -(1 << a.width - 1), (1 << a.width - 1) - 2, a.width)


MUTANTS: dict[str, tuple[str, Meaning]] = {
    "carry is taken where there is none": ("ADD_RM64_R64", integer.adc),
    "AF is forgotten": ("ADD_RM32_R32", without_af),
    "a jump is signed": ("JB_REL8_64", FORMS["JL_REL8_64"].meaning),
    "a move keeps the upper half": ("CMOVB_R32_RM32", cmov_keeping_the_upper_half),
    "a quotient always fits": ("DIV_RM32", div_without_overflow),
    "a shift is logical": ("SAR_RM16_CL", shifts.shr),
    "a rotation goes the other way": ("ROL_RM8_IMM8", shifts.ror),
    "saturation is off by one": ("PADDSB_XMM_XMMM128", lanes.by_lane(8, signed_quietly)),
    "lanes are too wide": ("VEX_VPADDW_YMM_YMM_YMMM256", lanes.by_lane(32, lanes.ADD)),
    "a comparison is unsigned": ("PMINSD_XMM_XMMM128", lanes.by_lane(32, lanes.min_unsigned)),
    "the halves are one": ("VEX_VPSRLDQ_YMM_YMM_IMM8", lambda op: op.write(0, op.read(1) >> 8 * op.immediate(2))),
    "high lanes are low": ("PUNPCKHBW_XMM_XMMM128", shuffles.unpack(8, high=False)),
    "the rest is kept": ("MOVQ_XMM_XMMM64", moves.move_scalar(64)),
    "a minimum is a maximum for NaN": ("MINSD_XMM_XMMM64", scalar(lambda a, b: b.slt(a).ite(b, a))),
}


@pytest.fixture
def meaning_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, Meaning], None]]:
    def replace(name: str, meaning: Meaning) -> None:
        monkeypatch.setattr(decoding, "FORMS", {**FORMS, name: FORMS[name]._replace(meaning=meaning)})
        decode.cache_clear()

    yield replace
    decode.cache_clear()


@pytest.mark.parametrize("what", [what for what, (name, _) in MUTANTS.items() if here([name])])
def test_wrong_meanings_are_noticed(box: Sandbox, meaning_of: Callable[[str, Meaning], None], what: str) -> None:
    name, meaning = MUTANTS[what]
    meaning_of(name, meaning)
    assert compare_form(box, name, STATES).wrong != []


def test_a_missing_alignment_fault_is_noticed(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "MOVDQA_XMM_XMMM128"
    monkeypatch.setattr(decoding, "FORMS", {**FORMS, name: FORMS[name]._replace(aligned=False)})
    decode.cache_clear()
    wrong = compare_form(box, name, STATES).wrong
    decode.cache_clear()
    assert wrong != []

"""The meanings and forms of scalar and packed double arithmetic (SDM volume 2). Imports `smt` and `semantics`.

Arithmetic may raise sticky exception flags: bits 0 to 5 of MXCSR gain unknown ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from siglum.smt.terms import Term
from siglum.target.x86_64.semantics.declare import AVX, Table
from siglum.target.x86_64.semantics.floats import float_equal, float_less, unordered
from siglum.target.x86_64.semantics.lanes import Binary, all_ones_where, joined, split
from siglum.target.x86_64.semantics.operation import Meaning, Operation
from siglum.target.x86_64.semantics.state import Unsupported

_EXCEPTIONS: Final = 6


def _raises(op: Operation) -> None:
    op.state.mxcsr |= op.terms.fresh("exceptions", _EXCEPTIONS).zext(32)


def _function(name: str, *, commutes: bool = False) -> Callable[..., Term]:
    return lambda *operands: operands[0].home.apply(name, 64, *operands, commutes=commutes)


def _minimum(a: Term, b: Term) -> Term:
    """The second where one is a NaN, or both are zeros."""
    return float_less(a, b).ite(a, b)


def _maximum(a: Term, b: Term) -> Term:
    return float_less(b, a).ite(a, b)


_BINARY: Final[dict[str, Binary]] = {
    "ADD": _function("fadd", commutes=True), "SUB": _function("fsub"), "MUL": _function("fmul", commutes=True),
    "DIV": _function("fdiv"), "MIN": _minimum, "MAX": _maximum,
}  # fmt: skip
_ROUNDINGS: Final = ("fnearest", "ffloor", "fceil", "ftrunc")
_PREDICATES: Final[tuple[Callable[[Term, Term], Term], ...]] = (
    float_equal,
    float_less,
    lambda a, b: a.home.or_(float_less(a, b), float_equal(a, b)),
    unordered,
    lambda a, b: ~float_equal(a, b),
    lambda a, b: ~float_less(a, b),
    lambda a, b: ~a.home.or_(float_less(a, b), float_equal(a, b)),
    lambda a, b: ~unordered(a, b),
    lambda a, b: a.home.or_(float_equal(a, b), unordered(a, b)),
    lambda a, b: ~a.home.or_(float_less(b, a), float_equal(a, b)),
    lambda a, b: ~float_less(b, a),
    lambda a, b: a.home.false,
    lambda a, b: ~a.home.or_(float_equal(a, b), unordered(a, b)),
    lambda a, b: a.home.or_(float_less(b, a), float_equal(a, b)),
    lambda a, b: float_less(b, a),
    lambda a, b: a.home.true,
)
"""By the immediate of cmpsd, modulo 16; the upper half of the 32 only signals otherwise (SDM volume 2, CMPPD, table 3-1)."""


def _set_scalar(op: Operation, value: Term) -> None:
    """The lowest lane; the rest is the destination's, or that of the first of two sources."""
    rest = op.read(1 if op.vex else 0, 128).bits(127, value.width)
    op.write(0, op.terms.concat(rest, value))


def _second(op: Operation, width: int = 64) -> Term:
    return op.read(2 if op.vex else 1, width)


def scalar(function: Binary) -> Meaning:
    def meaning(op: Operation) -> None:
        _raises(op)
        _set_scalar(op, function(op.read(1 if op.vex else 0, 64), _second(op)))

    return meaning


def packed(function: Binary) -> Meaning:
    def meaning(op: Operation) -> None:
        _raises(op)
        first, second = op.sources()
        op.write(0, joined([function(a, b) for a, b in zip(split(first, 64), split(second, 64), strict=True)]))

    return meaning


def sqrtsd(op: Operation) -> None:
    _raises(op)
    _set_scalar(op, op.terms.apply("fsqrt", 64, _second(op)))


def roundsd(op: Operation) -> None:
    """The rounding of MXCSR, which bit 2 asks for, is not supported."""
    mode = op.immediate(len(op.operands) - 1)
    if mode & 4 or mode > 15:
        raise Unsupported(f"{op.mnemonic} by mode {mode}", op.step.at)
    _raises(op)
    _set_scalar(op, op.terms.apply(_ROUNDINGS[mode & 3], 64, _second(op)))


def cmpsd(op: Operation) -> None:
    predicate = op.immediate(len(op.operands) - 1)
    if predicate >= (32 if op.vex else 8):
        raise Unsupported(f"{op.mnemonic} with predicate {predicate}", op.step.at)
    _raises(op)
    holds = _PREDICATES[predicate % 16](op.read(1 if op.vex else 0, 64), _second(op))
    _set_scalar(op, all_ones_where(holds, 64))


def comisd(op: Operation) -> None:
    """ucomisd too, which differs only in the exceptions it raises."""
    _raises(op)
    a, b, no = op.read(0, 64), op.read(1, 64), op.terms.false
    neither = unordered(a, b)
    op.flags(
        zf=op.terms.or_(float_equal(a, b), neither), pf=neither, cf=op.terms.or_(float_less(a, b), neither), of=no, sf=no, af=no
    )


def cvtsi2sd(op: Operation) -> None:
    _raises(op)
    source = op.read(2 if op.vex else 1)
    _set_scalar(op, op.terms.apply("cvtsi2sd", 64, source.sext(64)))


def cvttsd2si(op: Operation) -> None:
    _raises(op)
    width = op.width(0)
    op.write(0, op.terms.apply(f"cvttsd2si{width}", width, op.read(1, 64)))


def cvtsd2ss(op: Operation) -> None:
    _raises(op)
    _set_scalar(op, op.terms.apply("cvtsd2ss", 32, _second(op)))


def cvtss2sd(op: Operation) -> None:
    _raises(op)
    _set_scalar(op, op.terms.apply("cvtss2sd", 64, _second(op, 32)))


def declare_floats(table: Table) -> None:
    """All of them."""
    form = table.form
    for name, function in _BINARY.items():
        form(f"{name}SD_XMM_XMMM64", scalar(function))
        form(f"VEX_V{name}SD_XMM_XMM_XMMM64", scalar(function), *AVX)
        form(f"{name}PD_XMM_XMMM128", packed(function), aligned=True)
        form(f"VEX_V{name}PD_{{XMM_XMM_XMMM128|YMM_YMM_YMMM256}}", packed(function), *AVX)
    form("SQRTSD_XMM_XMMM64", sqrtsd)
    form("VEX_VSQRTSD_XMM_XMM_XMMM64", sqrtsd, *AVX)
    form("ROUNDSD_XMM_XMMM64_IMM8", roundsd, "sse4_1")
    form("VEX_VROUNDSD_XMM_XMM_XMMM64_IMM8", roundsd, *AVX)
    form("CMPSD_XMM_XMMM64_IMM8", cmpsd)
    form("VEX_VCMPSD_XMM_XMM_XMMM64_IMM8", cmpsd, *AVX)
    form("{UCOMISD|COMISD}_XMM_XMMM64", comisd)
    form("VEX_{VUCOMISD|VCOMISD}_XMM_XMMM64", comisd, *AVX)
    form("CVTSI2SD_XMM_RM{d}", cvtsi2sd)
    form("VEX_VCVTSI2SD_XMM_XMM_RM{d}", cvtsi2sd, *AVX)
    form("CVTTSD2SI_R{d}_XMMM64", cvttsd2si)
    form("VEX_VCVTTSD2SI_R{d}_XMMM64", cvttsd2si, *AVX)
    form("CVTSD2SS_XMM_XMMM64", cvtsd2ss)
    form("VEX_VCVTSD2SS_XMM_XMM_XMMM64", cvtsd2ss, *AVX)
    form("CVTSS2SD_XMM_XMMM32", cvtss2sd)
    form("VEX_VCVTSS2SD_XMM_XMM_XMMM32", cvtss2sd, *AVX)

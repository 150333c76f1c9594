"""What SLEIGH's specification leaves out or answers where the manual does not: alignment faults, undefined flags and results.

Small tables by mnemonic, from the SDM (volume 2, the pages of the instructions). Imports `smt` and `semantics` only.
"""

from __future__ import annotations

from typing import Final

from siglum.smt.terms import BOOL, Term
from siglum.target.x86_64.semantics.pcode import Pcode, Place
from siglum.target.x86_64.semantics.pcode_machine import Machine
from siglum.target.x86_64.semantics.pcode_values import QUIET_FLOATS, NoMeaning
from siglum.target.x86_64.semantics.state import FLAGS, RCX, State

_UNALIGNED: Final = ("MOVUPS", "MOVUPD", "MOVDQU", "LDDQU", "V")
_ALIGNED: Final = ("VMOVAPS", "VMOVAPD", "VMOVDQA", "VMOVNT")
"""Beginnings of mnemonics. Operands of 16 bytes and more must be aligned, except those of the first, with those of the
second (SDM volume 1, 14.9).
"""

_UNDEFINED: Final[dict[str, str]] = {
    "MUL": "sf zf af pf", "IMUL": "sf zf af pf",
    "DIV": "cf of sf zf af pf", "IDIV": "cf of sf zf af pf",
    "BSF": "cf of sf af pf", "BSR": "cf of sf af pf",
    "TZCNT": "of sf af pf", "LZCNT": "of sf af pf",
    "BT": "of sf af pf", "BTS": "of sf af pf", "BTR": "of sf af pf", "BTC": "of sf af pf",
    "ANDN": "af pf", "BLSI": "af pf", "BLSR": "af pf", "BLSMSK": "af pf", "BZHI": "af pf", "BEXTR": "af sf pf",
}  # fmt: skip
"""Mnemonic to the flags that have any value after it."""
_SHIFTS: Final = frozenset(("SHL", "SAL", "SHR", "SAR", "SHLD", "SHRD"))
_ROTATIONS: Final = frozenset(("ROL", "ROR", "RCL", "RCR"))
_COUNT_MASKS: Final = (0x1F, 0x3F)
_SHIFTING: Final = ("INT_LEFT", "INT_RIGHT", "INT_SRIGHT")
_CL: Final = Place("register", RCX, 0, 8)
_KEEP_AF: Final = _ROTATIONS | {"CLC", "STC", "CMC", "CLD", "STD", "ADCX", "ADOX"}
"""They change other flags and leave AF alone."""


_IN_PARTS: Final = {
    **dict.fromkeys(("ADDPD", "PCMPGTQ", "PMULUDQ", "PSHUFD", "PSRLD", "PSRLQ", "PSRLW", "PUNPCKLQDQ", "SHUFPD", "SHUFPS"), 0),
    "UNPCKLPD": 0, "PUNPCKHQDQ": 8, "UNPCKHPD": 8,
}  # fmt: skip
"""They read 16 bytes of memory, which SLEIGH reads in parts or not all of, and how far into it SLEIGH reads first."""
_EXCEPTIONS: Final = 6
"""Sticky flags of MXCSR, from bit 0, which arithmetic may set."""


def needs_alignment(mnemonic: str) -> bool:
    """Whether an instruction's operands of 16 bytes and more in memory must be aligned."""
    return mnemonic.startswith(_ALIGNED) or not mnemonic.startswith(_UNALIGNED)


def read_in_parts(mnemonic: str) -> int | None:
    """How many bytes an operand of 16 bytes begins before what SLEIGH loads first; None where it loads all it means."""
    return _IN_PARTS.get(mnemonic)


def forget_undefined(pcode: Pcode, before: State, machine: Machine) -> None:
    """Makes unknown what the manual calls undefined after the instruction, AF where SLEIGH does not model it, and the exception
    flags of floating-point arithmetic. `before` still has what the instruction found.
    """
    if any(o.name.startswith("FLOAT_") and o.name not in QUIET_FLOATS for o in pcode.operations):
        machine.mxcsr |= machine.terms.fresh("exceptions", _EXCEPTIONS).zext(32)
    if pcode.mnemonic in ("BSF", "BSR"):
        _forget_scan_of_zero(pcode, before, machine)
    _forget_flags(pcode, before, machine)


def _forget_scan_of_zero(pcode: Pcode, before: State, machine: Machine) -> None:
    """A scan of zero leaves 64 bits as they were; of fewer, CPUs treat the rest of the register differently."""
    place = next(o.out for o in pcode.operations if o.out is not None and o.out.kind == "register")
    old = before.registers[place.number]
    unknown = machine.terms.fresh("undefined", 64)
    if place.width == 64:
        unknown = old
    elif place.width == 16:
        unknown = machine.terms.concat(old.bits(63, 16), unknown.bits(15, 0))
    found = machine.registers[place.number]
    machine.registers[place.number] = machine.flags["zf"].ite(unknown, found)


def _forget_flags(pcode: Pcode, before: State, machine: Machine) -> None:
    mnemonic, flags = pcode.mnemonic, machine.flags
    written = {FLAGS[o.out.number] for o in pcode.operations if o.out is not None and o.out.kind == "flag"}
    for name in _UNDEFINED.get(mnemonic, "").split():
        flags[name] = _unknown(machine, name)
    if mnemonic in _SHIFTS or mnemonic in _ROTATIONS:
        _forget_after_shift(pcode, before, machine)
    elif written - {"af", "df"} and "af" not in written and mnemonic not in _KEEP_AF:
        flags["af"] = _unknown(machine, "af")


def _unknown(machine: Machine, name: str) -> Term:
    return machine.terms.fresh(name, BOOL)


def _forget_after_shift(pcode: Pcode, before: State, machine: Machine) -> None:
    """OF is defined for a count of 1 only, CF of a shift for counts up to the width, AF where the count is 0."""
    flags, mnemonic = machine.flags, pcode.mnemonic
    rotates, width = mnemonic in _ROTATIONS, _shifted_width(pcode)
    count = _count(pcode, before, machine)
    flags["of"] = count.ult(2).ite(flags["of"], _unknown(machine, "of"))
    if rotates:
        return
    flags["af"] = count.is_(0).ite(before.flags["af"], _unknown(machine, "af"))
    if mnemonic in ("SHLD", "SHRD"):
        if count.high > width:
            raise NoMeaning("a result that is undefined for some counts")
    elif mnemonic != "SAR" and width < 32:
        flags["cf"] = count.ult(width).ite(flags["cf"], _unknown(machine, "cf"))


def _count(pcode: Pcode, before: State, machine: Machine) -> Term:
    """How many places: SLEIGH masks the count, except where it is 1 and not written."""
    for name, _, inputs in pcode.operations:
        if name == "INT_AND" and inputs[1].kind == "const" and inputs[1].number in _COUNT_MASKS:
            if inputs[0].kind == "const":
                return machine.terms.const(inputs[0].number & inputs[1].number, 8)
            if inputs[0] == _CL:
                return before.registers[RCX].bits(7, 0) & inputs[1].number
    return machine.terms.const(1, 8)


def _shifted_width(pcode: Pcode) -> int:
    return next(o.out.width for o in pcode.operations if o.out is not None and o.name in _SHIFTING)

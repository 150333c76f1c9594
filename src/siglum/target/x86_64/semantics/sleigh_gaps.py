"""What SLEIGH's specification leaves out or answers where the manual does not: alignment faults, undefined flags and results.

Small tables by mnemonic, from the SDM (volume 2, the pages of the instructions). Imports `smt` and `semantics` only.
"""

from __future__ import annotations

from typing import Final

from siglum.smt.terms import BOOL, Term
from siglum.target.x86_64.semantics.pcode import Pcode, Place
from siglum.target.x86_64.semantics.pcode_machine import Machine
from siglum.target.x86_64.semantics.state import FLAGS

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
_KEEP_AF: Final = _ROTATIONS | {"CLC", "STC", "CMC", "CLD", "STD", "ADCX", "ADOX"}
"""They change other flags and leave AF alone."""


def needs_alignment(mnemonic: str) -> bool:
    """Whether an instruction's operands of 16 bytes and more in memory must be aligned."""
    return mnemonic.startswith(_ALIGNED) or not mnemonic.startswith(_UNALIGNED)


def forget_undefined(pcode: Pcode, before: dict[str, Term], machine: Machine) -> None:
    """Makes the flags unknown that the manual calls undefined after the instruction, and AF where SLEIGH does not model it.
    `before` are the flags the instruction found.
    """
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


def _forget_after_shift(pcode: Pcode, before: dict[str, Term], machine: Machine) -> None:
    """OF is defined for a count of 1 only, CF of a shift for counts below the width, AF where the count is 0."""
    flags, mnemonic = machine.flags, pcode.mnemonic
    count_place, width = _shift_operands(pcode)
    rotates = mnemonic in _ROTATIONS
    if count_place is None:  # by 1
        if not rotates:
            flags["af"] = _unknown(machine, "af")
        return
    count = machine.read(count_place)
    flags["of"] = count.ult(2).ite(flags["of"], _unknown(machine, "of"))
    if rotates:
        return
    flags["af"] = count.is_(0).ite(before["af"], _unknown(machine, "af"))
    if width < 32:
        if mnemonic in ("SHLD", "SHRD"):
            for name in ("cf", "sf", "zf", "pf"):
                flags[name] = count.ule(width).ite(flags[name], _unknown(machine, name))
        elif mnemonic != "SAR":
            flags["cf"] = count.ult(width).ite(flags["cf"], _unknown(machine, "cf"))


def _shift_operands(pcode: Pcode) -> tuple[Place | None, int]:
    """Where SLEIGH holds the masked count, if there is one, and how wide what is shifted is."""
    count, width = None, 64
    for name, out, inputs in pcode.operations:
        if count is None and name == "INT_AND" and inputs[1].kind == "const" and inputs[1].number in (0x1F, 0x3F):
            count = out
        if name in ("INT_LEFT", "INT_RIGHT", "INT_SRIGHT"):
            assert out is not None
            return count, out.width
    return None, width

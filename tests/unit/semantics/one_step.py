"""Runs one instruction of the own model on numbers: what the state holds afterwards."""

from __future__ import annotations

from collections.abc import Mapping

from siglum.smt.evaluate import value_of, variables
from siglum.smt.terms import Term, Terms
from siglum.target.x86_64.semantics.decode import decode
from siglum.target.x86_64.semantics.floats import FUNCTIONS
from siglum.target.x86_64.semantics.own import execute
from siglum.target.x86_64.semantics.state import FLAGS, REGISTERS, State, Step
from siglum.target.x86_64.semantics.symbolic import Recorded

BASE = 0x10_0000


class After:
    """The state after an instruction, by the names of its parts: registers, flags, ymm0 to ymm15, mxcsr."""

    def __init__(self, code: str, values: Mapping[str, int] | None = None, **more: int) -> None:
        terms = Terms()
        self.memory = Recorded(terms)
        self.terms, self.values = terms, {"base": BASE, **(values or {}), **more}
        self.state = State.unknown(terms, self.memory)
        raw = bytes.fromhex(code)
        self.step: Step = execute(terms, self.state, decode(raw), 0, terms.var("base", 64))

    def term(self, name: str) -> Term:
        if name in FLAGS:
            return self.state.flags[name]
        if name in REGISTERS:
            return self.state.registers[REGISTERS.index(name)]
        return self.state.mxcsr if name == "mxcsr" else self.state.vectors[int(name[3:])]

    def __getitem__(self, name: str) -> int:
        return self.value(self.term(name))

    def value(self, term: Term, **unknown: int) -> int:
        return int(value_of(term, {**self.values, **unknown}, FUNCTIONS))

    def undefined(self, name: str) -> bool:
        """Whether a flag or register is whatever an unknown is, for these values."""
        term = self.term(name)
        names = [t.value for t in variables([term]) if "!" in t.value]
        found = {self.value(term, **dict.fromkeys(names, unknown)) for unknown in (0, (1 << 64) - 1)}
        return len(found) == 2

    def flags(self, names: str) -> str:
        """Some flags as 0, 1 or ? where undefined, in the order of `names` (separated by spaces)."""
        return "".join("?" if self.undefined(name) else str(self[name]) for name in names.split())

    def faults(self) -> list[str]:
        return [fault.kind for fault in self.step.faults if self.value(fault.condition)]

    def way(self) -> tuple[str, int]:
        """Where it goes on: the kind, and the offset, or the address of an indirect way."""
        (taken,) = (way for way in self.step.ways() if self.value(way.condition))
        return taken.kind, taken.target if taken.to is None else self.value(taken.to)

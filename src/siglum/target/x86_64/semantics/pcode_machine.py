"""The registers while p-code runs: the state's, and the scratch bytes that SLEIGH uses inside one instruction.

Imports `smt` and `semantics` only.
"""

from __future__ import annotations

from siglum.smt.terms import Term, Terms, mask
from siglum.target.x86_64.semantics.pcode import Place
from siglum.target.x86_64.semantics.pcode_conditions import truth_byte, truth_of
from siglum.target.x86_64.semantics.pcode_values import NoMeaning
from siglum.target.x86_64.semantics.state import FLAGS, VECTOR_BITS, State

Byte = tuple[Term, int]
"""A scratch byte: the term that was written, and which of its bytes this is."""


class Machine:
    """What one way through an instruction has made of the registers so far."""

    __slots__ = ("flags", "met", "mxcsr", "registers", "scratch", "terms", "vectors")

    def __init__(self, terms: Terms, state: State) -> None:
        self.terms = terms
        self.registers, self.vectors = list(state.registers), list(state.vectors)
        self.flags, self.mxcsr = dict(state.flags), state.mxcsr
        self.scratch: dict[tuple[str, int], Byte] = {}
        self.met = False
        """Whether ways have met to make it."""

    def copy(self) -> Machine:
        new = Machine.__new__(Machine)
        new.terms, new.mxcsr, new.met = self.terms, self.mxcsr, self.met
        new.registers, new.vectors = list(self.registers), list(self.vectors)
        new.flags, new.scratch = dict(self.flags), dict(self.scratch)
        return new

    def read(self, place: Place) -> Term:
        """The value of a place that is not memory. Raises NoMeaning for scratch bytes that nothing wrote."""
        kind, number, low, width = place
        if kind == "register":
            return self.terms.extract(self.registers[number], low + width - 1, low)
        if kind == "vector":
            if low + width > VECTOR_BITS:
                raise NoMeaning("a vector wider than is modelled")
            return self.terms.extract(self.vectors[number], low + width - 1, low)
        if kind == "flag":
            return truth_byte(self.flags[FLAGS[number]])
        return self.mxcsr if kind == "mxcsr" else self._scratch(kind, number, width // 8)

    def write(self, place: Place, value: Term) -> None:
        """Sets a place that is not memory. What lies above a vector's modelled part is dropped."""
        kind, number, low, width = place
        assert value.width == width, place
        if kind in ("register", "vector"):
            whole = self.registers if kind == "register" else self.vectors
            old = whole[number]
            high = min(low + width, old.width)
            if high <= low:
                return
            parts = [self.terms.extract(value, high - low - 1, 0)]
            if high < old.width:
                parts.insert(0, self.terms.extract(old, old.width - 1, high))
            if low:
                parts.append(self.terms.extract(old, low - 1, 0))
            whole[number] = self.terms.concat(*parts)
        elif kind == "flag":
            self.flags[FLAGS[number]] = truth_of(value)
        elif kind == "mxcsr":
            self.mxcsr = value
        else:
            for k in range(width // 8):
                self.scratch[kind, number + k] = value, k

    def _scratch(self, kind: str, number: int, size: int) -> Term:
        try:
            found = [self.scratch[kind, number + k] for k in range(size)]
        except KeyError:
            raise NoMeaning(f"it reads {kind} {number:#x}, which is not modelled") from None
        term, first = found[0]
        if all(byte == (term, first + k) for k, byte in enumerate(found)):
            return self.terms.extract(term, 8 * (first + size) - 1, 8 * first)
        return self.terms.concat(*(self.terms.extract(t, 8 * k + 7, 8 * k) for t, k in reversed(found)))

    def merged(self, condition: Term, other: Machine) -> None:
        """Becomes `other` where `condition` holds. Scratch bytes that one side lacks are lost."""
        ite = self._chosen
        self.met = True
        self.registers = [ite(condition, x, y) for x, y in zip(other.registers, self.registers, strict=True)]
        self.vectors = [ite(condition, x, y) for x, y in zip(other.vectors, self.vectors, strict=True)]
        self.flags = {name: ite(condition, other.flags[name], old) for name, old in self.flags.items()}
        self.mxcsr = ite(condition, other.mxcsr, self.mxcsr)
        scratch: dict[tuple[str, int], Byte] = {}
        met: dict[tuple[Term, Term], Term] = {}
        for key, (old, k) in self.scratch.items():
            new, j = other.scratch.get(key, (old, -1))
            if j == k and new.width == old.width:
                if (new, old) not in met:
                    met[new, old] = ite(condition, new, old)
                scratch[key] = met[new, old], k
            elif j >= 0:
                byte = ite(condition, self.terms.extract(new, 8 * j + 7, 8 * j), self.terms.extract(old, 8 * k + 7, 8 * k))
                scratch[key] = byte, 0
        self.scratch = scratch

    def _chosen(self, condition: Term, x: Term, y: Term) -> Term:
        return x if x is y else self.terms.ite(condition, x, y)

    def leave(self, state: State) -> None:
        """Sets the state's registers to what they have become."""
        state.registers, state.vectors = self.registers, self.vectors
        state.flags, state.mxcsr = self.flags, self.mxcsr


def contradicts(condition: Term) -> bool:
    """Whether a condition fixes bits of terms and also denies what follows from those: what is left of a search for a one that
    looked at every bit.
    """
    facts, waiting = [], [condition]
    while waiting:
        fact = waiting.pop()
        if fact.op == "and":
            waiting.extend(fact.args)
        else:
            facts.append(fact)
    known: dict[Term, tuple[int, int]] = {}
    for fact in facts:
        for term, which, value in _bits_told(fact):
            old_which, old_value = known.get(term, (0, 0))
            known[term] = old_which | which, old_value | value
    return any(fact.op == "not" and _follows(fact.args[0], known) for fact in facts)


def _bits_told(fact: Term) -> list[tuple[Term, int, int]]:
    """The term, which bits of it and their value that an equation tells."""
    equal = fact.args[0] if fact.op == "not" else fact
    if equal.op != "eq" or equal.args[0].op != "const" or (fact.op == "not" and equal.args[0].width != 1):
        return []
    constant, part = equal.args
    value = constant.value ^ (fact.op == "not")
    if part.op != "extract":
        return [(part, mask(part.width), value)]
    low = part.value[1]
    return [(part.args[0], mask(part.width) << low, value << low)]


def _follows(fact: Term, known: dict[Term, tuple[int, int]]) -> bool:
    """Whether known bits make it true."""
    if fact.op == "and":
        return all(_follows(part, known) for part in fact.args)
    if fact.op != "eq" or fact.args[0].op != "const":
        return False
    constant, term = fact.args
    low = 0
    if term.op == "extract":
        low, term = term.value[1], term.args[0]
    which, value = known.get(term, (0, 0))
    wanted = mask(constant.width) << low
    return which & wanted == wanted and value & wanted == constant.value << low

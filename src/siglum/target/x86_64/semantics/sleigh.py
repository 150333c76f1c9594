"""The second instruction model: SLEIGH's x86-64 specification, through pypcode, as terms over the same state.

It shares nothing with the model in `own` but the state and `smt`; what SLEIGH leaves out is added by `sleigh_gaps`. Imports
`smt`, iced-x86 (for lengths and names of forms alone) and the modules of `semantics` that it is made of.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import resources
from typing import Final

from siglum.smt.terms import Term, Terms, mask
from siglum.target.x86_64.semantics.operation import NO_HOLES, Holes
from siglum.target.x86_64.semantics.pcode import NoPcode, Operation, Pcode, Place, translate
from siglum.target.x86_64.semantics.pcode_conditions import truth_of
from siglum.target.x86_64.semantics.pcode_holes import open_fields, translate_open
from siglum.target.x86_64.semantics.pcode_machine import Machine, contradicts
from siglum.target.x86_64.semantics.pcode_values import MEANINGS, NoMeaning, division_faults
from siglum.target.x86_64.semantics.sleigh_gaps import forget_undefined, needs_alignment, read_in_parts
from siglum.target.x86_64.semantics.state import RSP, Exit, State, Step, Unsupported

DIFFERENCES: Final = "sleigh_differences.txt"
_ANYWHERE: Final = 1 << 40
"""An address far from both ends of memory."""
_MOST_VISITS: Final = 65
"""SLEIGH's loops inside an instruction look at one bit of an operand at a time."""


def step(terms: Terms, state: State, code: bytes, at: int, base: Term, holes: Holes = NO_HOLES) -> Step:
    """What the instruction at offset `at` of `code` does to `state` (changed in place). `base` is the address of offset 0;
    `holes` stand in fields instead of their bytes.

    Raises Unsupported where SLEIGH has no meaning for it, or one that `sleigh_differences.txt` lists as wrong;
    EnvironmentFault without pypcode.
    """
    raw, form = _decoded(bytes(code[at : at + 15]))
    if form in differences():
        raise Unsupported(form, at)
    found = step_of_any(terms, state, raw, form, at, base, holes)
    found.undefined(*distrusted_flags().get(form, ()))
    return found


def step_of_any(terms: Terms, state: State, raw: bytes, form: str, at: int, base: Term, holes: Holes = NO_HOLES) -> Step:
    """The same for the instruction `raw`, of whatever form: what the list of differences is held to."""
    if not raw:
        raise Unsupported("bytes that are no instruction", at)
    try:
        fields = open_fields(holes, at, len(raw))
        pcode = translate_open(raw, fields) if fields else translate(raw)
        if not _as_encoded(raw) and not _does_nothing(pcode):
            raise NoMeaning("prefixes that an encoder would not give it")
        return _Run(terms, state, pcode, at, base, holes).step()
    except (NoPcode, NoMeaning) as reason:
        raise Unsupported(f"{form} ({reason})", at) from reason


@lru_cache(maxsize=65536)
def _decoded(window: bytes) -> tuple[bytes, str]:
    """The bytes of the first instruction, none if there is none, and the name of its form."""
    from iced_x86 import Decoder

    instruction = Decoder(64, window).decode()
    if instruction.is_invalid:
        return b"", ""
    return window[: instruction.len], _form_names()[instruction.code]


@lru_cache(maxsize=65536)
def _as_encoded(raw: bytes) -> bool:
    """Whether an encoder gives the instruction these bytes. SLEIGH takes repeated and ignored prefixes, and bits of REX and VEX
    that mean nothing, for others: `66 66` for none, REX.X for another register.
    """
    from iced_x86 import Decoder, Encoder

    encoder = Encoder(64)
    try:
        encoder.encode(Decoder(64, raw, ip=_ANYWHERE).decode(), _ANYWHERE)
    except ValueError:
        return False
    return bool(encoder.take_buffer() == raw)


def _does_nothing(pcode: Pcode) -> bool:
    """Whether it changes scratch places alone: padding, whose prefixes compilers heap up."""
    return all(o.name in MEANINGS and o.out is not None and o.out.kind in ("unique", "other") for o in pcode.operations)


@cache
def _form_names() -> dict[int, str]:
    from iced_x86 import Code

    return {value: name for name, value in vars(Code).items() if isinstance(value, int)}


@cache
def differences() -> dict[str, str]:
    """Forms that SLEIGH gets wrong or leaves opaque, by iced-x86's names of them, and why. Flags it gets wrong where the rest
    is right are listed as `FORM:flag`.
    """
    text = resources.files(__package__).joinpath(DIFFERENCES).read_text(encoding="utf-8")
    lines = (line.partition(" ") for line in text.splitlines() if line and not line.startswith("#"))
    return {form: reason.strip() for form, _, reason in lines}


@cache
def distrusted_flags() -> dict[str, tuple[str, ...]]:
    """Forms to flags that are left unknown after them."""
    found: dict[str, tuple[str, ...]] = {}
    for listed in differences():
        form, _, flag = listed.partition(":")
        if flag:
            found[form] = (*found.get(form, ()), flag)
    return found


class _Run:
    """One instruction, from its first operation to all of its ends."""

    def __init__(self, terms: Terms, state: State, pcode: Pcode, at: int, base: Term, holes: Holes) -> None:
        self.terms, self.pcode, self.holes = terms, pcode, holes
        self.done = Step(terms, state, at, pcode.length, base)
        self.memory = state.memory
        self.start = base + at
        self.in_parts = read_in_parts(pcode.mnemonic)
        self.aligned = needs_alignment(pcode.mnemonic)
        self.waiting: dict[int, tuple[Term, Machine]] = {0: (terms.true, Machine(terms, state))}
        self.ends: list[tuple[Exit, Machine]] = []
        self.visits = [0] * (len(pcode.operations) + 1)
        self.touched: set[tuple[Term, int]] = set()
        self.condition = terms.true
        """That of the way being followed."""

    def step(self) -> Step:
        while self.waiting:
            at = min(self.waiting)  # so that ways meet again before what follows is run
            self.condition, machine = self.waiting.pop(at)
            if at == len(self.pcode.operations):
                self._end(Exit(self.condition, "go", self.done.following), machine)
            else:
                self._follow(at, machine)
        state = self.done.state
        last, machine = self.ends[-1]
        for end, other in self.ends[:-1]:
            machine.merged(end.condition, other)
        if len(self.ends) > 1 or (last.kind, last.target) != ("go", self.done.following):
            self.done.exits = [end for end, _ in self.ends]
        forget_undefined(self.pcode, state, machine)
        machine.leave(state)
        return self.done

    def _follow(self, at: int, machine: Machine) -> None:
        """Runs until a branch, the end, or a place where another way is waiting."""
        operations = self.pcode.operations
        while True:
            self.visits[at] += 1
            if self.visits[at] > _MOST_VISITS:
                if contradicts(self.condition):
                    return
                raise NoMeaning("a loop without a known end")
            operation = operations[at]
            if operation.name == "CBRANCH":
                taken = truth_of(self._read(operation.inputs[1], machine))
                if taken is not self.terms.false:
                    before, self.condition = self.condition, self.condition & taken
                    self._go(at, operation.inputs[0], machine.copy())
                    self.condition = before & ~taken
                if self.condition is self.terms.false:
                    return
            elif not self._perform(operation, at, machine):
                return
            at += 1
            if at == len(operations) or at in self.waiting:
                self._arrive(at, machine)
                return

    def _perform(self, operation: Operation, at: int, machine: Machine) -> bool:
        """Does one operation; whether the next one follows."""
        name, out, inputs = operation
        if name in _JUMPS:
            self._jump(name, at, inputs[0], machine)
            return False
        if name == "NOTHING":
            return True
        if name == "UNDEFINED":
            self.done.fault(self.condition, "undefined")
            self._arrive(len(self.pcode.operations), machine)
            return False
        if name in ("LOAD", "STORE"):
            self._check_address(inputs[0], machine)
        values = [self._read(place, machine) for place in inputs]
        if name == "STORE":
            self._store(values[0].zext(64), values[1])
            return True
        if out is None:
            raise NoMeaning(name)
        if name == "LOAD":
            value = self._load(values[0].zext(64), out.width // 8)
        elif name in MEANINGS:
            value = MEANINGS[name](values, out.width)
            if name in ("INT_DIV", "INT_SDIV"):
                faults = division_faults(values[0], values[1], signed=name == "INT_SDIV")
                self.done.fault(self.condition & faults, "division")
        else:
            raise NoMeaning(name)
        if out.kind.startswith("memory"):
            self._store(self._address(out), value)
        else:
            machine.write(out, value)
        return True

    def _check_address(self, place: Place, machine: Machine) -> None:
        """SLEIGH names an operand once more where it uses it once more: by then its address must still be what it was."""
        number = place.number
        if place.kind == "register" and number != RSP and machine.registers[number] is not self.done.state.registers[number]:
            raise NoMeaning("an address made of a register that it has written")

    # Ways on ------------------------------------------------------------------------------------------------------
    def _jump(self, name: str, at: int, place: Place, machine: Machine) -> None:
        if name == "BRANCH":
            self._go(at, place, machine)
        elif name == "CALL":
            self._end(Exit(self.condition, "call", self._target(place)), machine)
        else:
            kind = "return" if name == "RETURN" else "jump"
            self._end(Exit(self.condition, kind, 0, self._read(place, machine)), machine)

    def _go(self, at: int, place: Place, machine: Machine) -> None:
        """To another operation, to another instruction, or to the next one."""
        if place.kind == "const":
            half = 1 << place.width - 1
            to = at + (place.number + half & mask(place.width)) - half
            if to <= at and machine.met:
                raise NoMeaning("a loop in which ways meet, whose terms would double in each turn")
            self._arrive(to, machine)
        elif self.pcode.mnemonic == "CALL":
            raise NoMeaning("a call of what follows it")
        elif place.kind == "memory relative" and place.number == self.pcode.length:
            self._arrive(len(self.pcode.operations), machine)
        else:
            self._end(Exit(self.condition, "go", self._target(place)), machine)

    def _target(self, place: Place) -> int:
        if place.kind != "memory relative":
            raise NoMeaning("a jump to an absolute address")
        half = 1 << 63
        return self.done.at + (place.number + half & mask(64)) - half

    def _arrive(self, at: int, machine: Machine) -> None:
        if not 0 <= at <= len(self.pcode.operations):
            raise NoMeaning("a jump out of its operations")
        if at in self.waiting:
            condition, other = self.waiting[at]
            machine.merged(condition, other)
            self.waiting[at] = condition | self.condition, machine
        else:
            self.waiting[at] = self.condition, machine

    def _end(self, end: Exit, machine: Machine) -> None:
        self.ends.append((end, machine))

    # Places -------------------------------------------------------------------------------------------------------
    def _read(self, place: Place, machine: Machine) -> Term:
        if place.kind == "const":
            return self.terms.const(place.number, place.width)
        if place.kind == "relative":
            return (self.start + place.number).bits(place.width - 1, 0)
        if place.kind.startswith("hole"):
            hole = self.holes[self.done.at + place.number]
            found = hole if place.kind == "hole" else self.start + self.pcode.length + hole
            return found.bits(place.width - 1, 0)
        if place.kind.startswith("memory"):
            return self._load(self._address(place), place.width // 8)
        return machine.read(place)

    def _address(self, place: Place) -> Term:
        return self.start + place.number if place.kind == "memory relative" else self.terms.const(place.number, 64)

    def _load(self, address: Term, size: int) -> Term:
        if self.in_parts is not None and not self.touched:
            whole = address - self.in_parts
            self._touch(whole, 16)
            self.memory.load(whole, 16)
        self._touch(address, size)
        return self.memory.load(address, size)

    def _store(self, address: Term, value: Term) -> None:
        self._touch(address, value.width // 8)
        if self.condition is not self.terms.true:
            value = self.condition.ite(value, self.memory.load(address, value.width // 8))
        self.memory.store(address, value)

    def _touch(self, address: Term, size: int) -> None:
        """Every access has to happen on all ways: a memory is asked for what it holds, not under which condition."""
        if (address, size) in self.touched:
            return
        if self.condition is not self.terms.true:
            raise NoMeaning("memory touched on some ways only")
        self.touched.add((address, size))
        if self.aligned and size >= 16:
            self.done.fault((address & (size - 1)).isnt(0), "alignment")


_JUMPS: Final = frozenset(("BRANCH", "BRANCHIND", "CALL", "CALLIND", "RETURN"))

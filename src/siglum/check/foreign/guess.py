"""Guessing how the registers at a loop head go with the reference's state: linear relations that hold in runs on numbers.

Guesses are untrusted; each is proved or dropped. Imports `check.foreign` and `smt`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from siglum.check.foreign.setting import ON_ENTRY, Setting, address_of
from siglum.ir.types import WIDTHS
from siglum.smt.evaluate import evaluator
from siglum.smt.loops import LoopProgram, LoopState
from siglum.smt.machine import FLOAT_FUNCTIONS
from siglum.smt.terms import Term, Terms, mask
from siglum.smt.values import Stored
from siglum.target.x86_64.semantics.state import REGISTERS, RSP, Model, State

_SCALES: Final = (1, -1, 2, 4, 8, -2, -4, -8)
_SMALL: Final = 64
"""Constants in guesses are at most so large."""
_RUNS: Final = 8
_STEPS: Final = 400
"""Runs and instructions of one trace."""

Values = dict[str, Any]


@dataclass(frozen=True)
class Guess:
    """`registers` says of a register what its lowest `width` bits hold, by terms of `state` (any state of the reference at its
    loop) and of the inputs; `facts` are about that state and the inputs. `others` are the next guesses for each register.
    """

    state: LoopState
    registers: dict[int, tuple[int, Term]]
    facts: tuple[Term, ...]
    others: dict[int, tuple[tuple[int, Term], ...]]

    @property
    def values(self) -> list[Term]:
        return [value for _, value in self.registers.values()]

    def without(self, failing: set[int]) -> Guess:
        """Without the claims of these numbers, registers first, or with the next guess where there is one."""
        registers = dict(self.registers)
        others = dict(self.others)
        for k, register in enumerate(self.registers):
            if k in failing:
                rest = others.get(register, ())
                if rest:
                    registers[register], others[register] = rest[0], rest[1:]
                else:
                    del registers[register]
        first = len(self.registers)
        facts = tuple(fact for k, fact in enumerate(self.facts) if first + k not in failing)
        return replace(self, registers=registers, facts=facts, others=others)


def guessed(call: Setting, program: LoopProgram, model: Model, head: int, inputs: list[Values]) -> Guess:
    """What holds at each arrival at `head` when code and reference run on `inputs`, values of the setting's variables."""
    terms, state = call.terms, program.fresh_state()
    samples = [sample for values in inputs for sample in _samples(call, program, state, model, head, values)]
    if len(samples) < 2:
        return Guess(state, {}, (), {})
    lengths = [v.length for v in call.values if isinstance(v, Stored)]
    bases = [address_of(terms, a.name) for a in call.convention.lists]
    scalars = [v for v in call.values if isinstance(v, Term) and v.width == 64]
    parts = [p for p in state.parts if p.width == 64 and not p.is_const]
    registers: dict[int, tuple[tuple[int, Term], ...]] = {}
    for k, name in enumerate(REGISTERS):
        if k != RSP:
            fixed = [terms.var(name + ON_ENTRY, 64), *lengths, *bases, *scalars]
            goal = terms.var(f"{name}@loop", 64)
            registers[k] = tuple(_equal_to(goal, fixed, [state.index, *parts, *lengths], samples, (64, 32, 8)))
    facts: list[Term] = []
    for part in parts:
        rest = [state.index, *(p for p in parts if p is not part)]
        facts += [part.is_(value) for _, value in _equal_to(part, lengths, rest, samples, (64,))]
    facts += _orders(program, state, [state.index, state.count, *parts, *lengths], parts, samples)
    return Guess(
        state,
        {k: found[0] for k, found in registers.items() if found},
        tuple(f for f in dict.fromkeys(facts) if not f.is_const),
        {k: found[1:] for k, found in registers.items() if found},
    )


def _orders(program: LoopProgram, state: LoopState, numbers: list[Term], parts: list[Term], samples: list[Values]) -> list[Term]:
    """Comparisons that hold on every sample."""
    pairs = [(x, y) for x in numbers for y in numbers if x is not y]
    candidates = [x.ult(y) for x, y in pairs] + [x.ule(y) for x, y in pairs] + [x.slt(y) for x, y in pairs]
    candidates += [program.goes_on(state).is_(x.slt(y)) for x, y in pairs]  # a loop that tests first
    candidates += [state.again, program.goes_on(state), *(~x.slt(0) for x in numbers)]
    candidates += [p.ult(1 << width) for p in parts for width in (8, 16, 32)]
    flags = [p for p in state.parts if p.width == 0 and not p.is_const]
    candidates += [*flags, *(~p for p in flags)]
    ahead = program.step(state).state  # code may have looked at what the reference looks at next
    candidates += [ahead.again, ~ahead.again, program.goes_on(ahead)]
    candidates = list(dict.fromkeys(candidates))
    run = evaluator(candidates, FLOAT_FUNCTIONS)
    rows = [run(sample) for sample in samples]
    return [c for k, c in enumerate(candidates) if all(row[k] for row in rows)]


def _equal_to(
    target: Term, fixed: list[Term], moving: list[Term], samples: list[Values], widths: tuple[int, ...]
) -> Iterator[tuple[int, Term]]:
    """Values f + s*m + c that the target's lowest `width` bits have on every sample, at the widest width where there are any."""
    terms = target.home
    roots = list(dict.fromkeys([target, *fixed, *moving]))
    run = evaluator(roots, FLOAT_FUNCTIONS)
    rows = [run(sample) for sample in samples]
    column: dict[Term | None, list[int]] = {root: [row[k] for row in rows] for k, root in enumerate(roots)}
    column[None] = [0] * len(rows)
    choices = [(f, m, s) for f in (None, *fixed) for m in (None, *moving) for s in (_SCALES if m is not None else (1,))]
    for width in widths:
        limit = mask(width)
        seen: set[Term] = set()
        for f, m, scale in choices:
            if m is target or (m is f and m is not None):
                continue
            apart = {(g - a - scale * b) & limit for g, a, b in zip(column[target], column[f], column[m], strict=True)}
            if len(apart) != 1:
                continue
            constant = apart.pop()
            if min(constant, limit + 1 - constant) > _SMALL:
                continue
            value = terms.linear(64, constant, tuple((t, c) for t, c in ((f, 1), (m, scale)) if t is not None))
            value = value.bits(width - 1, 0)
            if value not in seen:
                seen.add(value)
                yield width, value
        if seen:
            return


# Runs on numbers ----------------------------------------------------------------------------------------------------
def _samples(call: Setting, program: LoopProgram, state: LoopState, model: Model, head: int, values: Values) -> Iterator[Values]:
    """The values of all variables at each arrival at the head, the reference one run further each time."""
    entered, stepped = program.enter().state, program.step(state).state
    mine = [state.index, state.again, *state.parts]
    now = evaluator([entered.index, entered.again, *entered.parts], FLOAT_FUNCTIONS)(values)
    following = evaluator([stepped.index, stepped.again, *stepped.parts], FLOAT_FUNCTIONS)
    for registers in trace(call, model, head, values):
        found = dict(values)
        found.update({f"{name}@loop": value for name, value in zip(REGISTERS, registers, strict=True)})
        found.update({place.value: value for place, value in zip(mine, now, strict=True) if place.op == "var"})
        yield found
        now = following(found)


class _Numbers:
    """Memory that holds numbers only; what nobody put there is 0."""

    def __init__(self, terms: Terms, content: dict[int, int]) -> None:
        self.terms, self.content = terms, content

    def load(self, address: Term, size: int) -> Term:
        data = bytes(self.content.get(address.value + k, 0) for k in range(size))
        return self.terms.const(int.from_bytes(data, "little"), 8 * size)

    def store(self, address: Term, value: Term) -> None:
        for k, byte in enumerate(value.value.to_bytes(value.width // 8, "little")):
            self.content[address.value + k] = byte


def trace(call: Setting, model: Model, head: int, values: Values) -> Iterator[list[int]]:
    """The registers at each arrival at `head` when the code runs on numbers, at most a few."""
    terms = Terms()
    content = dict(enumerate(call.code.image, values["code" + ON_ENTRY]))
    content.update(enumerate(values["return" + ON_ENTRY].to_bytes(8, "little"), values["rsp" + ON_ENTRY]))
    for argument in call.convention.lists:
        base, memory = values[f"&{argument.name}"], values.get(f"{argument.name}.memory", {})
        content.update({base + at: byte for at, byte in memory.items()})
    entry = call.entry().state
    parts = evaluator([*entry.registers, *entry.vectors, *entry.flags.values(), entry.mxcsr], FLOAT_FUNCTIONS)(values)
    state = State(
        [terms.const(v, 64) for v in parts[:16]],
        [terms.const(v, 256) for v in parts[16:32]],
        {name: terms.truth(bool(v)) for name, v in zip(entry.flags, parts[32:], strict=False)},
        terms.const(parts[-1], 32),
        _Numbers(terms, content),
    )
    base = terms.const(values["code" + ON_ENTRY], 64)
    at, arrivals = call.code.entry, 0
    for _ in range(_STEPS):
        if at == head:
            yield [r.value if r.is_const else 0 for r in state.registers]
            arrivals += 1
            if arrivals == _RUNS:
                return
        taken = [way for way in model(terms, state, call.code.image, at, base).ways() if way.condition is terms.true]
        if len(taken) != 1:
            return
        way = taken[0]
        if way.to is not None:
            if not way.to.is_const or not 0 <= way.to.value - values["code" + ON_ENTRY] < len(call.code.image):
                return
            at = way.to.value - values["code" + ON_ENTRY]
        else:
            at = way.target


def numbers(call: Setting, lists: dict[str, list[int]], scalars: dict[str, int], junk: Iterator[int]) -> Values:
    """Values of the setting's variables for given lists and scalars (as unsigned numbers); the rest is `junk`."""
    machine = {"rsp": 0x7FFF_0000_0008, "code": 0x40_0000, "return": 0x1234_5678, "mxcsr": 0x1F80}
    machine.update({name: next(junk) for name in REGISTERS if name != "rsp"})
    machine.update({f"xmm{k}": next(junk) for k in range(16)})
    found: Values = {name + ON_ENTRY: value for name, value in machine.items()}
    found.update(scalars)
    for k, argument in enumerate(call.convention.lists):
        size = WIDTHS[argument.type]
        data = b"".join(x.to_bytes(size, "little") for x in lists.get(argument.name, []))
        found[f"&{argument.name}"] = 0x1000_0000 + 0x100_0000 * k
        found[f"{argument.name}.memory"] = dict(enumerate(data))
        found[f"{argument.name}.length"] = len(lists.get(argument.name, []))
    return found

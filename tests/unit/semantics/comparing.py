"""Runs two instruction models on the same random states and tells how they differ."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from typing import Final

from siglum.smt.evaluate import evaluator, variables
from siglum.smt.terms import Term, Terms, mask
from siglum.target.x86_64.semantics.state import FLAGS, REGISTERS, Model, State, Step

_CORNERS: Final = (0, 1, 2, 5, 31, 32, 63, 64, mask(64), mask(63), 1 << 63, 1 << 31, mask(32), mask(31), 1 << 32)
_FLOATS: Final = (0x3FF0 << 48, 0xBFF0 << 48, 0x7FF0 << 48, 0x7FF8 << 48, 0x4340 << 48, 0x43E0 << 48, 1 << 63, 0xC3E0 << 48)


class Bytes:
    """A memory of unknown contents that remembers what was touched and stored."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.touched: list[tuple[Term, int]] = []
        self.stored: list[tuple[Term, Term]] = []

    def load(self, address: Term, size: int) -> Term:
        self.touched.append((address, size))
        found = []
        for k in reversed(range(size)):
            here = address + k
            byte = self.terms.apply("byte", 8, here)
            for to, value in self.stored:
                for j in range(value.width // 8):
                    byte = here.is_(to + j).ite(value.bits(8 * j + 7, 8 * j), byte)
            found.append(byte)
        return self.terms.concat(*found)

    def store(self, address: Term, value: Term) -> None:
        self.touched.append((address, value.width // 8))
        self.stored.append((address, value))


class _Hashes(dict):  # type: ignore[type-arg]
    """Some function for every name: models have to agree whatever floating-point operations mean."""

    def __bool__(self) -> bool:
        return True

    def __missing__(self, name: str) -> object:
        def function(*args: int) -> int:
            text = repr((name, sorted(args) if name in ("fadd", "fmul") else args)).encode()
            return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little") & mask(8 if name == "byte" else 64)

        return function


class Outcome:
    """What one model makes of an instruction, as terms."""

    def __init__(self, model: Model, terms: Terms, code: bytes, base: Term) -> None:
        self.memory = Bytes(terms)
        state = State.unknown(terms, self.memory)
        step: Step = model(terms, state, code, 0, base)
        self.length = step.length
        self.faults = {kind: terms.any_of([f.condition for f in step.faults if f.kind == kind]) for kind in _kinds(step)}
        self.parts: dict[str, Term] = dict(zip(REGISTERS, state.registers, strict=True))
        self.parts |= {f"ymm{k}": v for k, v in enumerate(state.vectors)}
        self.parts |= {name: state.flags[name] for name in FLAGS}
        self.parts["mxcsr"] = state.mxcsr
        self.exits = step.ways()

    def roots(self, other: Outcome) -> list[Term]:
        """What has to be evaluated to compare it."""
        found = [*self.faults.values(), *(x for name, x in self.parts.items() if x is not other.parts[name])]
        for way in self.exits:
            found += [way.condition] if way.to is None else [way.condition, way.to]
        for address, _ in self.memory.touched:
            found.append(address)
        for address, value in self.memory.stored:
            found += [address, value]
        return found


def _kinds(step: Step) -> list[str]:
    return sorted({f.kind for f in step.faults})


def _random_state(chance: random.Random) -> dict[str, int]:
    def word() -> int:
        way = chance.random()
        if way < 0.3:
            return chance.choice(_CORNERS)
        if way < 0.45:
            return chance.getrandbits(64) & chance.getrandbits(64) & chance.getrandbits(64)
        if way < 0.6:
            return chance.getrandbits(64) >> chance.randrange(64)
        return chance.getrandbits(64)

    def lane() -> int:
        return chance.choice(_FLOATS) if chance.random() < 0.4 else word()

    found = {name: word() for name in REGISTERS}
    if chance.random() < 0.5:  # a dividend that does not fault
        found["rdx"] = found["rax"] >> 63 and mask(64) if chance.random() < 0.5 else 0
    for k in range(16):
        found[f"ymm{k}"] = sum(lane() << 64 * j for j in range(4))
    found.update({name: chance.getrandbits(1) for name in FLAGS})
    found.update(mxcsr=0x1F80, base=0x40_0000)
    return found


def difference(
    first: Model, second: Model, code: bytes, states: int = 6, seed: int = 0, *, unknown: tuple[str, ...] = ("af",)
) -> str:
    """What the models disagree about on random states, or "". Raises Unsupported where one of them does.

    Bits of undefined values count as such where they follow what fresh variables are taken to be; the second model may leave
    the flags `unknown` undefined where the first does not.
    """
    terms = Terms()
    base = terms.var("base", 64)
    a, b = Outcome(first, terms, code, base), Outcome(second, terms, code, base)
    if a.length != b.length:
        return "length"
    if _same(a, b):
        return ""
    roots = [*a.roots(b), *b.roots(a)]
    evaluate = evaluator(roots, _Hashes())
    names = {t.value: t.width for t in _fresh(roots)}
    chance = random.Random(f"{code.hex()} {seed}")
    for _ in range(states):
        state = _random_state(chance)
        found = []
        for filling in (0, -1):
            values = state | {name: filling & mask(max(width, 1)) for name, width in names.items()}
            found.append(dict(zip(roots, evaluate(values), strict=True)))
        told = _told(a, b, *found, unknown)
        if told:
            shown = {n: hex(v) for n, v in state.items() if n in REGISTERS or n in FLAGS}
            return f"{told} at {shown}"
    return ""


def _fresh(roots: list[Term]) -> list[Term]:
    return [t for t in variables(roots) if "!" in t.value]


def _same(a: Outcome, b: Outcome) -> bool:
    return (a.parts, a.exits, a.faults) == (b.parts, b.exits, b.faults) and (
        (a.memory.touched, a.memory.stored) == (b.memory.touched, b.memory.stored)
    )


def _told(a: Outcome, b: Outcome, low: Mapping[Term, int], high: Mapping[Term, int], unknown: tuple[str, ...]) -> str:
    """The first difference in one state, where undefined bits are zeros in `low` and ones in `high`."""
    fault_a, fault_b = (sorted(k for k, c in o.faults.items() if low[c]) for o in (a, b))
    if fault_a != fault_b:
        return f"faults {fault_a} {fault_b}"
    if fault_a:
        return ""
    for name, x in a.parts.items():
        y = b.parts[name]
        if x is y:
            continue
        x_unknown, y_unknown = int(low[x]) ^ int(high[x]), int(low[y]) ^ int(high[y])
        if (int(low[x]) ^ int(low[y])) & ~x_unknown & ~y_unknown:
            return f"{name} {int(low[x]):#x} {int(low[y]):#x}"
        if x_unknown != y_unknown and (name not in unknown or x_unknown):
            return f"undefined {name} {x_unknown:#x} {y_unknown:#x}"
    if _way(a, low) != _way(b, low):
        return f"exits {_way(a, low)} {_way(b, low)}"
    if _addresses(a, low) != _addresses(b, low):
        return f"touched memory {_addresses(a, low)} {_addresses(b, low)}"
    if _contents(a, low) != _contents(b, low) or _contents(a, high) != _contents(b, high):
        return f"stored memory {_contents(a, low)} {_contents(b, low)}"
    return ""


def _way(o: Outcome, value: Mapping[Term, int]) -> list[tuple[str, int, int]]:
    return [(w.kind, w.target, value[w.to] if w.to else 0) for w in o.exits if value[w.condition]]


def _addresses(o: Outcome, value: Mapping[Term, int]) -> set[int]:
    return {value[address] + k & mask(64) for address, size in o.memory.touched for k in range(size)}


def _contents(o: Outcome, value: Mapping[Term, int]) -> dict[int, int]:
    """The bytes that were changed, by address."""
    hashes, found = _Hashes(), {}
    for address, stored in o.memory.stored:
        for k in range(stored.width // 8):
            found[value[address] + k & mask(64)] = value[stored] >> 8 * k & 0xFF
    return {place: byte for place, byte in found.items() if byte != hashes["byte"](place)}

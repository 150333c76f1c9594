"""Runs every instruction form of the own model beside the CPU and writes the record that the model's use depends on.

`python -m benchmarks cosimulate [FORM...] [--states N]`: forms whose record stands are skipped unless they are named.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from benchmarks.machine_states import DATA, FLAG_BITS, SLOT, Maker, Pool
from siglum.sandbox.job import State, StateOutcome
from siglum.sandbox.run import Sandbox
from siglum.smt.evaluate import below, evaluator, variables
from siglum.smt.terms import BOOL, Term, mask
from siglum.target.x86_64.semantics import record
from siglum.target.x86_64.semantics.decode import decode
from siglum.target.x86_64.semantics.encodings import encodings
from siglum.target.x86_64.semantics.floats import FUNCTIONS
from siglum.target.x86_64.semantics.forms import FORMS
from siglum.target.x86_64.semantics.state import FLAGS, REGISTERS, Unsupported
from siglum.target.x86_64.semantics.symbolic import Meaning, digest, meaning_of

CHUNK: Final = 16
"""Forms between two writings of the record."""
SHOWN: Final = 3
_FAULTS: Final = {"division": "division", "alignment": "protection fault", "undefined": "illegal instruction"}
_FLOAT_NAMES: Final = ("SD_", "PD_", "SD2", "2SD", "PS_")
"""What tells that a form's vectors hold floats."""
_NUMBERS: Final = {name: k for k, name in enumerate(REGISTERS)}


class Compared(NamedTuple):
    """How one encoding fared: distinct states, and what was wrong with some of them."""

    states: int
    wrong: list[str]


class Comparison:
    """One encoded instruction: its meaning ready to be evaluated, and compared with what a CPU did."""

    def __init__(self, name: str, code: bytes, meaning: Meaning, pool: Pool) -> None:
        self.meaning, self.code = meaning, code
        self.maker = Maker(name, decode(code), meaning, pool)
        self.accesses = [*meaning.loads, *meaning.stores]
        self.addresses = evaluator([access.address for access in self.accesses])
        ways = [term for way in meaning.ways for term in (way.condition, way.to) if term is not None]
        self.changed = list(meaning.changed)
        roots = [*(fault.condition for fault in meaning.faults), *ways, *meaning.changed.values()]
        roots += [store.value for store in meaning.stores]
        self.evaluate = evaluator(roots, FUNCTIONS)
        names = variables([*roots, *(access.address for access in self.accesses)])
        self.inputs = [(v.value, _input_of(v.value)) for v in names if "!" not in v.value and not v.value.startswith("load")]
        self.unknown = {v.value: mask(v.width or 1) for v in names if "!" in v.value}
        self.floats = [_uses_functions(term) for term in meaning.changed.values()]

    def wrong(self, before: State, after: StateOutcome) -> str:
        """What is wrong with an outcome, or ""."""
        values = {name: read(before) for name, read in self.inputs}
        places = self.addresses(values)
        for access, address in zip(self.meaning.loads, places, strict=False):
            at = address - DATA.address
            assert 0 <= at <= DATA.size - access.value.width // 8, hex(address)
            values[access.value.value] = int.from_bytes(before.memory[at : at + access.value.width // 8], "little")
        found = self.evaluate(values)
        other = self.evaluate({**values, **self.unknown}) if self.unknown else found
        rest, other_rest = iter(found), iter(other)
        for fault in self.meaning.faults:
            next(other_rest)
            if next(rest):
                if after.kind != _FAULTS[fault.kind]:
                    return f"no {fault.kind} fault but {after.kind!r}"
                return "" if after.state._replace(mxcsr=before.mxcsr) == before else "a fault that changed the state"
        wrong = self._wrong_way(after, rest, other_rest)
        return wrong or self._wrong_state(before, after.state, places[len(self.meaning.loads) :], list(rest), list(other_rest))

    def _wrong_way(self, after: StateOutcome, rest: Iterator[int], other: Iterator[int]) -> str:
        expected = None
        for way in self.meaning.ways:
            taken = next(rest)
            next(other)
            target = way.target
            if way.to is not None:
                target = next(rest) - SLOT
                next(other)
            if taken:
                expected = target
        reached = len(self.code) if after.kind == "" else after.offset if after.kind == "trap" else after.kind
        return "" if reached == expected else f"went to {reached}, not {expected}"

    def _wrong_state(self, before: State, after: State, places: list[int], found: list[int], other: list[int]) -> str:
        general, vectors, memory = list(before.general), bytearray(before.vectors), bytearray(before.memory)
        expected_flags, known_flags, mxcsr, known_mxcsr = before.flags, 0xCD5, before.mxcsr, 0xFFFF
        seen_general, seen_vectors, seen_memory = list(after.general), bytearray(after.vectors), bytearray(after.memory)
        for name, value, second, floats in zip(self.changed, found, other, self.floats, strict=False):
            if name in _NUMBERS:
                known = ~(value ^ second)
                general[_NUMBERS[name]] = value & known
                seen_general[_NUMBERS[name]] &= known
            elif name in FLAG_BITS:
                bit = 1 << FLAG_BITS[name]
                expected_flags = expected_flags | bit if value else expected_flags & ~bit
                if value != second:
                    known_flags &= ~bit
            elif name == "mxcsr":
                mxcsr, known_mxcsr = value, ~(value ^ second)
            else:
                at = 32 * int(name[3:])
                vectors[at : at + 32] = value.to_bytes(32, "little")
                if floats:
                    _ignore_payloads(vectors, seen_vectors, at)
        for store, address, value, second in zip(
            self.meaning.stores, places, found[len(self.changed) :], other[len(self.changed) :], strict=True
        ):
            at, size = address - DATA.address, store.value.width // 8
            assert 0 <= at <= DATA.size - size, hex(address)
            known = ~(value ^ second)
            memory[at : at + size] = (value & known).to_bytes(size, "little")
            seen = int.from_bytes(seen_memory[at : at + size], "little")
            seen_memory[at : at + size] = (seen & known).to_bytes(size, "little")
        wrong = [
            f"{REGISTERS[k]} {seen:#x}, not {value:#x}"
            for k, (seen, value) in enumerate(zip(seen_general, general, strict=True))
            if seen != value
        ]
        different = (after.flags ^ expected_flags) & known_flags
        wrong += [f"{name} {after.flags >> bit & 1}" for name, bit in FLAG_BITS.items() if different >> bit & 1]
        wrong += [
            f"ymm{k} {_hex(seen_vectors, k)}, not {_hex(vectors, k)}"
            for k in range(16)
            if seen_vectors[32 * k : 32 * k + 32] != vectors[32 * k : 32 * k + 32]
        ]
        if (after.mxcsr ^ mxcsr) & known_mxcsr:
            wrong.append(f"mxcsr {after.mxcsr:#x}, not {mxcsr:#x}")
        if seen_memory != memory:
            wrong.append(f"memory {seen_memory.hex()}, not {memory.hex()}")
        return "; ".join(wrong)


def _input_of(name: str) -> Callable[[State], int]:
    if name in _NUMBERS:
        number = _NUMBERS[name]
        return lambda state: state.general[number]
    if name in FLAGS:
        bit = FLAG_BITS[name]
        return lambda state: state.flags >> bit & 1
    if name == "mxcsr":
        return lambda state: state.mxcsr
    if name == "base":
        return lambda state: SLOT
    at = 32 * int(name.removeprefix("ymm"))
    return lambda state: int.from_bytes(state.vectors[at : at + 32], "little")


def _uses_functions(term: Term) -> bool:
    return term.width != BOOL and any(t.op == "apply" for t in below([term]))


def _hex(vectors: bytes | bytearray, k: int) -> str:
    return bytes(reversed(vectors[32 * k : 32 * k + 32])).hex()


def _ignore_payloads(expected: bytearray, seen: bytearray, at: int) -> None:
    """Where both hold a NaN, as a double or as the lowest single, they count as alike."""
    for k in range(at, at + 32, 8):
        a, b = (int.from_bytes(v[k : k + 8], "little") for v in (expected, seen))
        if a & (1 << 63) - 1 > 0x7FF << 52 and b & (1 << 63) - 1 > 0x7FF << 52:
            seen[k : k + 8] = expected[k : k + 8]
    a, b = (int.from_bytes(v[at : at + 4], "little") for v in (expected, seen))
    if a & 0x7FFFFFFF > 0x7F800000 and b & 0x7FFFFFFF > 0x7F800000:
        seen[at : at + 4] = expected[at : at + 4]


def compare_form(box: Sandbox, name: str, states: int) -> Compared:
    """Runs a form's encodings on at least so many states in all."""
    pool = Pool(Random(name), floats=any(mark in name for mark in _FLOAT_NAMES))
    comparisons: list[Comparison] = []
    for code in encodings(name):
        try:
            comparisons.append(Comparison(name, code, meaning_of(code), pool))
        except Unsupported:
            continue
    wrong: list[str] = []
    count = 0
    for k, comparison in enumerate(comparisons):
        share = -(-(states - count) // (len(comparisons) - k))
        befores = list({comparison.maker.state(): None for _ in range(share)})
        count += len(befores)
        for before, after in zip(befores, box.states(comparison.code, befores, DATA, at=SLOT), strict=True):
            problem = comparison.wrong(before, after)
            if problem:
                wrong.append(f"{comparison.code.hex()}: {problem}")
    return Compared(count, wrong)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks cosimulate", description=__doc__)
    parser.add_argument("forms", nargs="*", help="names of forms; all that have no standing record by default")
    parser.add_argument("--states", type=int, default=record.LEAST_STATES)
    parser.add_argument("--record", type=Path, default=record.PATH)
    options = parser.parse_args(arguments)
    unknown = [name for name in options.forms if name not in FORMS]
    if unknown:
        sys.exit(f"unknown form {unknown[0]!r}")
    digests = {name: digest(name) for name in FORMS}
    standing = {name: entry for name, entry in record.read(options.record).items() if digests.get(name) == entry.digest}
    waiting = options.forms or [name for name in FORMS if name not in standing or not standing[name].passes]
    started = time.monotonic()
    with Sandbox() as box:
        for k, name in enumerate(waiting):
            compared = compare_form(box, name, options.states)
            standing[name] = record.Entry(compared.states, len(compared.wrong), digests[name])
            for line in compared.wrong[:SHOWN]:
                print(f"{name} {line}")
            if k % CHUNK == CHUNK - 1 or k == len(waiting) - 1:
                record.write({form: standing[form] for form in FORMS if form in standing}, options.record)
                print(f"{k + 1} of {len(waiting)} forms, {time.monotonic() - started:.0f} s", flush=True)
    passing = sum(entry.passes for entry in standing.values())
    total = sum(entry.states for entry in standing.values())
    print(f"{passing} of {len(FORMS)} forms pass, {total} states in the record")

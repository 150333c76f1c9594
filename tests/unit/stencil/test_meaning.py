"""Every stencil of a family with a primitive does on the CPU what the interpreter's meaning says, and nothing else."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from tests.unit.stencil.cpu import MASK, NEXT, SLOTS, STOP, TAKEN, Cpu, Outcome, targets

from siglum.ir.primitives import PRIMITIVES, Halt
from siglum.stencil.families import FAMILIES, REGISTER_KINDS, Family
from siglum.stencil.generate import register_choices
from siglum.stencil.table import load

WORDS = [0, 1, 2, 3, 7, 8, 63, 64, 127, 128, 255, 256, 0x7FFF, 0x8000, 0xD800, 0xDFFF, 0xE000, 0xFFFF, 0x10FFFF, 0x110000]
WORDS += [2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53 + 1, 2**62, 2**63 - 1]
WORDS = sorted({s * w & MASK for w in WORDS for s in (1, -1)} | {2**63, 2**63 + 1})
FLOATS = [0.0, 0.5, 1.0, 1.5, 2.5, 3.0, 1e-310, 5e-324, 1e16, 2.0**31, 2.0**53, 2.0**62, 2.0**63, 2.0**64, 1.7e308, float("inf")]
FLOATS += [9223372036854774784.0, 9223372036854777856.0, 0.1, 3.4e38, 3.5e38]
BITS = [struct.unpack("<Q", struct.pack("<d", s * x))[0] for x in FLOATS for s in (1.0, -1.0)]
BITS += [0x7FF8000000000000, 0xFFF8000000000000, 0x7FF0000000000001, 0xFFF8000000000123]
UNSIGNED = {"add_u", "sub_u", "mul_u", "div_u", "mod_u", "lt_u", "le_u", "to_signed", "to_float_u"}
DIVISIONS = {"floordiv", "mod", "div_u", "mod_u"}
FORMS = ("binary", "binary swapped", "unary", "jump", "jump swapped", "jump unless")
COMPARISONS = ("feq.xx", "fne.xx", "flt.xx", "fle.xx")
TESTED = [f.name for f in FAMILIES.values() if f.form in FORMS or f.name in COMPARISONS]
SLOT = 5
RUNS = {64: 30, 8: 200}
"""Runs for each stencil, by how many a family has."""


def signed(word: int) -> int:
    return word - 2**64 if word >> 63 else word


def as_float(bits: int) -> float:
    return float(struct.unpack("<d", struct.pack("<Q", bits))[0])


def as_bits(x: float) -> int:
    return int(struct.unpack("<Q", struct.pack("<d", x))[0])


def draw_word(rng: random.Random, primitive: str) -> int:
    if primitive == "not":
        return rng.randrange(2)
    choice = rng.randrange(4)
    if choice == 0:
        return rng.getrandbits(64)
    if choice == 1:
        return rng.randrange(-20, 20) & MASK
    return rng.choice(WORDS)


def draw_immediate(rng: random.Random) -> int:
    return rng.choice((rng.randrange(-(2**31), 2**31), rng.randrange(-70, 70), -(2**31), 2**31 - 1, 0, 1, -1))


def draw_bits(rng: random.Random) -> int:
    return as_bits(rng.uniform(-1e3, 1e3)) if rng.randrange(3) == 0 else rng.choice(BITS)


def meaning(family: Family, arguments: list[Any]) -> Any:
    row = PRIMITIVES[family.primitive]
    assert row.meaning is not None
    return row.meaning(*arguments) if family.attr is None else row.meaning(*arguments, family.attr)


def argument(family: Family, kind: str, word: int, slot_is_float: bool) -> Any:
    if kind == "x" or (kind == "s" and slot_is_float):
        return as_float(word)
    return word if family.primitive in UNSIGNED else signed(word)


def words_agree(found: int, expected: int, *, is_float: bool) -> bool:
    """Equal bits; any NaN is any other unless the meaning fixes the bits."""
    if is_float and as_float(expected) != as_float(expected):
        return as_float(found) != as_float(found)
    return found == expected


def word_of(result: Any) -> int:
    return as_bits(result) if isinstance(result, float) else int(result) & MASK


def cases(family: Family, registers: tuple[int, ...], rng: random.Random, count: int) -> Iterator[tuple[tuple[int, ...], int]]:
    """Operands to link, and how many runs each: an immediate is fixed when linked."""
    per_link = 1 if "i" in family.kinds else count
    for _ in range(count // per_link):
        given = iter(registers)
        operands = []
        for kind in family.kinds:
            immediate = draw_immediate(rng)
            if family.primitive in DIVISIONS and immediate == 0:
                immediate = 10
            operands.append(next(given) if kind in REGISTER_KINDS else {"s": SLOT, "i": immediate}.get(kind, 0))
        yield tuple(operands), per_link


@pytest.mark.parametrize("name", TESTED)
def test_stencils_do_what_the_meaning_says(name: str, cpu: Cpu) -> None:
    family = FAMILIES[name]
    rng = random.Random(name)
    tables = [load(target) for target in targets()]
    stops = returns = 0
    for registers in register_choices(family):
        distinct = {table.stencil(name, registers): table for table in tables}
        for table in distinct.values():
            count = RUNS[8 ** len(registers)]
            for operands, runs in cases(family, registers, rng, count):
                at = cpu.link(table, name, operands)
                for _ in range(runs):
                    stopped = run_once(cpu, at, family, operands, rng)
                    stops, returns = stops + stopped, returns + (not stopped)
    assert returns > 0
    assert (stops > 0) == bool(PRIMITIVES[family.primitive].stop)


def run_once(cpu: Cpu, at: int, family: Family, operands: tuple[int, ...], rng: random.Random) -> bool:
    """One run against the meaning; whether it stopped."""
    v = [draw_word(rng, family.primitive) for _ in range(8)]
    x = [draw_bits(rng) for _ in range(8)]
    slots = [rng.getrandbits(64) for _ in range(SLOTS)]
    is_float = family.kinds[0] == "x"
    slots[SLOT] = draw_bits(rng) if is_float else draw_word(rng, family.primitive)
    if family.primitive in DIVISIONS:
        v = [word or 1 for word in v]
        slots[SLOT] = slots[SLOT] or 1
        if rng.randrange(4) == 0:
            v[operands[0]] = 2**63
    words = []
    for kind, operand in zip(family.kinds[:2], operands[:2], strict=True):
        source = {"v": v, "x": x, "s": slots}.get(kind)
        words.append(operand & MASK if source is None else source[operand])
    arguments = [argument(family, kind, word, is_float) for kind, word in zip(family.kinds, words, strict=False)]
    if family.form == "unary":
        arguments = arguments[1:]
    elif "swapped" in family.form:
        arguments.reverse()
    try:
        result = meaning(family, arguments)
    except Halt as halt:
        assert halt.kind == PRIMITIVES[family.primitive].stop
        result = None
    outcome = cpu.run(at, v, x, slots)
    context = (family.name, operands, arguments, result, outcome)
    assert outcome.slots == slots, context
    if result is None:
        assert outcome.exit == STOP, context
        return True
    if family.form.startswith("jump"):
        taken = bool(result) != (family.form == "jump unless")
        assert outcome.exit == (TAKEN if taken else NEXT), context
        assert (outcome.v, outcome.x) == (v, x), context
        return False
    assert outcome.exit == NEXT, context
    check_result(family, operands, result, outcome, v, x, context)
    return False


def check_result(
    family: Family, operands: tuple[int, ...], result: Any, outcome: Outcome, v: list[int], x: list[int], context: object
) -> None:
    kind, number = ("v", 0) if family.form == "own" else (family.kinds[0], operands[0])
    changed, kept = (outcome.v, v) if kind == "v" else (outcome.x, x)
    exact = family.primitive == "canonical"
    assert words_agree(changed[number], word_of(result), is_float=kind == "x" and not exact), context
    changed[number] = kept[number]
    assert (outcome.v, outcome.x) == (v, x), context

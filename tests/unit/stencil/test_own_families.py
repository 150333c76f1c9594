"""Moves, jumps, arrays, memory, wide sums and lanes: every stencil against a small model of the machine."""

from __future__ import annotations

import copy
import random
import struct
from collections.abc import Callable

import pytest
from tests.unit.stencil.cpu import MASK, NEXT, SLOTS, STOP, TAKEN, Cpu, targets
from tests.unit.stencil.test_meaning import TESTED, as_bits, as_float, draw_bits, draw_word, signed, words_agree

from siglum.stencil.families import FAMILIES, NEAR_LOADS, NEAR_REGISTERS, NEAR_STORES, REGISTER_KINDS
from siglum.stencil.generate import register_choices
from siglum.stencil.table import load

HEAP = 4096
"""Bytes of heap the model has."""
ARRAY_AT, LENGTH, CONTEXT_AT, ARENA_AT, ARENA_SIZE = 512, 40, 64, 2048, 328
IMMEDIATES = {"cell": (24, 8), "view": (8,), "data": (17,), "alloc": (8,), "reserve": (24,)}
CONTROL = {"stop", "call", "ret", "entry", "leave", "write", "read", "open", "close", "clock"}


class Machine:
    """Registers, slots and heap as the contract names them."""

    def __init__(self, rng: random.Random, heap_at: int) -> None:
        self.heap_at = heap_at
        self.v = [draw_word(rng, "") for _ in range(8)]
        self.x = [as_bits(round(rng.uniform(-99, 99), 3)) for _ in range(8)]
        self.slots = [rng.getrandbits(64) for _ in range(SLOTS)]
        self.memory = bytearray(rng.randbytes(HEAP))
        self.slots[0] = heap_at + CONTEXT_AT
        fuel = rng.choice((0, 1, 2**63, 2**64 - 1))
        struct.pack_into("<7Q", self.memory, CONTEXT_AT, heap_at + ARENA_AT, heap_at + ARENA_AT + ARENA_SIZE, fuel, 0, 0, 0, 0)

    def word(self, address: int) -> int:
        return int.from_bytes(self.memory[address - self.heap_at :][:8], "little")

    def put(self, address: int, value: int, width: int = 8) -> None:
        at = address - self.heap_at
        assert 0 <= at <= HEAP - width
        self.memory[at : at + width] = (value % 256**width).to_bytes(width, "little")

    def floats(self, slot: int) -> list[float]:
        return [as_float(word) for word in self.slots[slot : slot + 8]]


Operands = tuple[int, ...]
Model = Callable[[Machine, Operands], int | None]
MODELS: dict[str, Model] = {}
"""Family to what it does: changes the machine and gives the exit (none is NEXT)."""


def model(*names: str) -> Callable[[Model], Model]:
    def enter(function: Model) -> Model:
        MODELS.update(dict.fromkeys(names, function))
        return function

    return enter


def each(names: str, make: Callable[[str], Model]) -> None:
    for name in names.split():
        MODELS[name] = make(name)


@model("select.vv")
def _(m: Machine, o: Operands) -> None:
    m.v[o[0]] = m.v[o[0]] if m.v[0] else m.v[o[1]]


@model("select.xx")
def _(m: Machine, o: Operands) -> None:
    m.x[o[0]] = m.x[o[0]] if m.v[0] else m.x[o[1]]


@model("j.true.v")
def _(m: Machine, o: Operands) -> int:
    return TAKEN if m.v[o[0]] else NEXT


@model("j.false.v")
def _(m: Machine, o: Operands) -> int:
    return NEXT if m.v[o[0]] else TAKEN


@model("jmp")
def _(m: Machine, o: Operands) -> int:
    return TAKEN


def _latch(name: str) -> Model:
    def run(m: Machine, o: Operands) -> int:
        m.v[o[0]] = m.v[o[0]] + 1 & MASK
        bound = {"vv": lambda: signed(m.v[o[1]]), "vs": lambda: signed(m.slots[o[1]]), "vi": lambda: o[1]}[name[-2:]]()
        return TAKEN if signed(m.v[o[0]]) < bound else NEXT

    return run


each("latch.vv latch.vs latch.vi", _latch)
MODELS["mov.vv"] = lambda m, o: m.v.__setitem__(o[0], m.v[o[1]])
MODELS["mov.xx"] = lambda m, o: m.x.__setitem__(o[0], m.x[o[1]])
MODELS["ld.vs"] = lambda m, o: m.v.__setitem__(o[0], m.slots[o[1]])
MODELS["st.sv"] = lambda m, o: m.slots.__setitem__(o[0], m.v[o[1]])
MODELS["ld.xs"] = lambda m, o: m.x.__setitem__(o[0], m.slots[o[1]])
MODELS["st.sx"] = lambda m, o: m.slots.__setitem__(o[0], m.x[o[1]])
MODELS["mov.ss"] = lambda m, o: m.slots.__setitem__(o[0], m.slots[o[1]])
MODELS["const.vi"] = MODELS["const.vq"] = lambda m, o: m.v.__setitem__(o[0], o[1] & MASK)
MODELS["const.xq"] = lambda m, o: m.x.__setitem__(o[0], o[1] & MASK)
MODELS["const.si"] = lambda m, o: m.slots.__setitem__(o[0], o[1] & MASK)

FORMATS = {"i8": "b", "u8": "B", "i16": "h", "u16": "H", "i32": "i", "u32": "I", "i64": "q", "f32": "f", "f64": "d"}


def _load(name: str) -> Model:
    letter = FORMATS[name.partition(".")[2]]

    def run(m: Machine, o: Operands) -> None:
        at = m.slots[o[1]] - m.heap_at + struct.calcsize(letter) * m.v[o[2]]
        (found,) = struct.unpack_from("<" + letter, m.memory, at)
        if letter in "fd":
            m.x[o[0]] = as_bits(found)
        else:
            m.v[o[0]] = found & MASK

    return run


def _store(name: str) -> Model:
    kind = name.partition(".")[2]
    width = {"f32": 4, "f64": 8}.get(kind) or int(kind) // 8

    def run(m: Machine, o: Operands) -> None:
        value = m.v[o[2]] if kind[0] != "f" else m.x[o[2]]
        if kind == "f32":
            (value,) = struct.unpack("<I", struct.pack("<f", as_float(value)))
        m.put(m.slots[o[0]] + width * m.v[o[1]], value, width)

    return run


each("load.i8 load.u8 load.i16 load.u16 load.i32 load.u32 load.i64 load.f32 load.f64", _load)
each("store.8 store.16 store.32 store.64 store.f32 store.f64", _store)


def _near(name: str) -> Model:
    """The model of the family without `near`, with the base moved to a slot."""
    near, access, width = name.split(".")
    far = MODELS[f"{access}.{width}"]

    def run(m: Machine, o: Operands) -> None:
        kept, m.slots[SPARE] = m.slots[SPARE], m.v[int(near[4:])]
        far(m, (o[0], SPARE, o[1]) if access == "load" else (SPARE, *o))
        m.slots[SPARE] = kept

    return run


SPARE = 20
"""A slot no operand names."""
each(" ".join(f"near{r}.load.{w}" for r in NEAR_REGISTERS for w in NEAR_LOADS), _near)
each(" ".join(f"near{r}.store.{w}" for r in NEAR_REGISTERS for w in NEAR_STORES), _near)


def _cell(name: str) -> Model:
    _, access, kind = name.split(".")

    def run(m: Machine, o: Operands) -> None:
        array, index, other = (o[1], o[2], o[0]) if access == "load" else (o[0], o[1], o[2])
        file = {"v": m.v, "x": m.x, "s": m.slots}[kind]
        address = m.slots[array] + m.v[index] * o[3] + o[4]
        if access == "load":
            file[other] = m.word(address)
        else:
            m.put(address, file[other])

    return run


each("cell.load.v cell.load.x cell.load.s cell.store.v cell.store.x cell.store.s", _cell)


@model("data")
def _(m: Machine, o: Operands) -> None:
    m.slots[o[0]], m.slots[o[0] + 1] = m.heap_at + o[1], o[2]


def _alloc(name: str) -> Model:
    def run(m: Machine, o: Operands) -> int:
        start, end = m.word(m.slots[0]), m.word(m.slots[0] + 8)
        size = m.v[o[1]] * o[2]
        taken = (size + 15) // 16 * 16
        if signed(m.v[o[1]]) < 0 or taken > end - start:
            return STOP
        m.put(m.slots[0], start + taken)
        m.slots[o[0]], m.slots[o[0] + 1] = start, m.v[o[1]]
        if name == "alloc":
            m.memory[start - m.heap_at : start - m.heap_at + taken] = bytes(taken)
        return NEXT

    return run


each("alloc reserve", _alloc)


@model("array")
def _(m: Machine, o: Operands) -> int:
    if not 0 <= signed(m.v[o[2]]) <= m.slots[o[1] + 1]:
        return STOP
    m.slots[o[0]], m.slots[o[0] + 1] = m.slots[o[1]], m.v[o[2]]
    return NEXT


@model("view")
def _(m: Machine, o: Operands) -> int:
    start, count = signed(m.v[o[2]]), signed(m.v[o[3]])
    if start < 0 or count < 0 or start + count > m.slots[o[1] + 1]:
        return STOP
    m.slots[o[0]], m.slots[o[0] + 1] = m.slots[o[1]] + start * o[4], count
    return NEXT


@model("wide_add")
def _(m: Machine, o: Operands) -> None:
    total = signed(m.v[o[0]]) + (m.slots[o[2]] << 64) + signed(m.v[o[1]])
    m.v[o[0]] = total & MASK
    m.slots[o[2]] = (total - signed(total & MASK) >> 64) & MASK


@model("wide_fit")
def _(m: Machine, o: Operands) -> int:
    return STOP if m.slots[o[1]] else NEXT


@model("lanes")
def _(m: Machine, o: Operands) -> None:
    m.slots[o[0] : o[0] + 8] = [as_bits(-0.0)] * 8


@model("lanes_add")
def _(m: Machine, o: Operands) -> None:
    lane = o[0] + m.v[o[1]] % 8
    m.slots[lane] = as_bits(as_float(m.slots[lane]) + as_float(m.x[o[2]]))


@model("lanes_add8")
def _(m: Machine, o: Operands) -> None:
    at = m.slots[o[1]] - m.heap_at + 8 * m.v[o[2]]
    elements = struct.unpack_from("<8d", m.memory, at)
    m.slots[o[0] : o[0] + 8] = [as_bits(a + b) for a, b in zip(m.floats(o[0]), elements, strict=True)]


@model("lanes_total")
def _(m: Machine, o: Operands) -> None:
    a = m.floats(o[1])
    b = [a[j] + a[j + 4] for j in range(4)]
    m.x[o[0]] = as_bits((b[0] + b[2]) + (b[1] + b[3]))


@model("require.v")
def _(m: Machine, o: Operands) -> int:
    return NEXT if m.v[o[0]] else STOP


@model("tick")
def _(m: Machine, o: Operands) -> int:
    fuel = m.word(m.slots[0] + 16)
    m.put(m.slots[0] + 16, max(0, fuel - 1))
    return NEXT if fuel else STOP


each(" ".join(f"nop.{size}" for size in range(1, 10)), lambda name: lambda m, o: None)


def test_every_family_is_tested_somewhere() -> None:
    assert set(TESTED) | set(MODELS) | CONTROL == set(FAMILIES)


INDEX = {"load": 2, "store": 1, "cell.load": 2, "cell.store": 1, "lanes_add8": 2}
"""Which operand is an index within the array."""


def draw_operands(name: str, registers: tuple[int, ...], rng: random.Random) -> Operands:
    given, slots = iter(registers), iter((5, 16, 27))
    immediates = iter(IMMEDIATES.get(name.split(".")[0], ()))
    drawn: list[int] = []
    for kind in FAMILIES[name].kinds:
        if kind in REGISTER_KINDS:
            drawn.append(next(given))
        elif kind == "s":
            drawn.append(next(slots))
        elif kind == "i":
            drawn.append(next(immediates, rng.choice((-(2**31), 2**31 - 1, rng.randrange(-99, 99)))))
        elif kind == "q":
            drawn.append(rng.choice((signed(draw_bits(rng)), rng.getrandbits(64))))
        else:
            drawn.append(rng.randrange(300) if kind == "d" else 0)
    return tuple(drawn)


def set_up(name: str, m: Machine, operands: Operands, rng: random.Random) -> None:
    """What the family may assume: arrays at its array slots, indices within them, conditions of 0 or 1."""
    kinds = FAMILIES[name].kinds
    for kind, operand in zip(kinds, operands, strict=True):
        if kind == "s" and name.split(".")[0] in ("load", "store", "cell", "array", "view", "lanes_add8"):
            m.slots[operand : operand + 2] = [m.heap_at + ARRAY_AT, LENGTH]
        elif kind == "s" and name.startswith("lanes"):
            m.slots[operand : operand + 8] = [as_bits(rng.uniform(-9, 9)) for _ in range(8)]
    if name.startswith("lanes_add8"):
        struct.pack_into(f"<{LENGTH}d", m.memory, ARRAY_AT, *(rng.uniform(-9, 9) for _ in range(LENGTH)))
        m.slots[operands[0] : operands[0] + 8] = [as_bits(rng.uniform(-9, 9)) for _ in range(8)]
    for prefix, position in INDEX.items():
        if name.startswith(prefix):
            m.v[operands[position]] = rng.randrange(LENGTH - 7)
    if name.startswith("near"):
        m.v[int(name[4])] = m.heap_at + ARRAY_AT
        m.v[operands[1 if ".load." in name else 0]] = rng.randrange(LENGTH - 7)
    if name == "store.f32":
        m.x[operands[2]] = as_bits(struct.unpack("<f", struct.pack("<f", rng.uniform(-9, 9)))[0])
    if name.startswith("select"):
        m.v[0] = rng.randrange(2)
    if name.startswith(("j.", "require")):
        m.v[operands[0]] = rng.randrange(2)
    if name in ("alloc", "reserve"):
        m.v[operands[1]] = rng.choice((0, 1, 2, 3, 13, 40, 41, 42, 2**63, 2**61, 2**61 + 2, MASK, MASK - 6, 2**60))
    if name in ("array", "view"):
        for operand in operands[2:4]:
            m.v[operand % 8] = rng.choice((0, 1, 19, 20, 21, LENGTH - 1, LENGTH, LENGTH + 1, 2**63, MASK, MASK - 18))
    if name == "wide_add":
        m.slots[operands[2]] = rng.choice((0, 1, MASK, 5))
    if name == "wide_fit":
        m.slots[operands[1]] = rng.choice((0, 0, 1, MASK))
    if name.startswith("latch"):
        near = m.slots[operands[1]] if name.endswith("s") else m.v[operands[1]] if name.endswith("v") else operands[1]
        m.v[operands[0]] = rng.choice((m.v[operands[0]], near - 2 & MASK, near - 1 & MASK, near & MASK, 2**63 - 1))


@pytest.mark.parametrize("name", MODELS)
def test_stencils_follow_the_model(name: str, cpu: Cpu) -> None:
    family = FAMILIES[name]
    rng = random.Random(name)
    exits = set()
    for registers in register_choices(family):
        if name.startswith("near") and registers[1 if ".load." in name else 0] == int(name[4]):
            continue  # an index that is the base leads nowhere
        distinct = {table.stencil(name, registers): table for table in map(load, targets())}
        for table in distinct.values():
            operands: Operands = ()
            for run in range({1: 200, 8: 80, 64: 20}[8 ** len(registers)]):
                if run % 4 == 0:
                    operands = draw_operands(name, registers, rng)
                    at = cpu.link(table, name, operands, {"d": cpu.heap_at})
                exits.add(run_once(cpu, name, operands, at, rng))
    always = {"jmp": {TAKEN}}.get(name, {NEXT})
    expected = {"k": {NEXT, STOP}, "t": {NEXT, TAKEN}}.get(family.kinds[-1:], always) if name != "jmp" else always
    assert exits == expected


def run_once(cpu: Cpu, name: str, operands: Operands, at: int, rng: random.Random) -> int:
    """One run; checks every register, slot and heap byte."""
    before = Machine(rng, cpu.heap_at)
    set_up(name, before, operands, rng)
    expected = copy.deepcopy(before)
    exit_ = MODELS[name](expected, operands) or NEXT
    cpu.heap(0, bytes(before.memory))
    found = cpu.run(at, before.v, before.x, before.slots)
    context = (name, operands, before.v, exit_, found)
    assert found.exit == exit_, context
    after = before if exit_ == STOP else expected
    assert cpu.read_heap(0, HEAP) == after.memory, context
    assert found.slots == after.slots, context
    if exit_ != STOP:
        assert found.v == expected.v, context
        assert all(words_agree(a, b, is_float=True) for a, b in zip(found.x, expected.x, strict=True)), context
    return exit_

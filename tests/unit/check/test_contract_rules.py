"""What a stencil may do: the exact windows and preconditions of every contract, and each duty broken alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from iced_x86 import Decoder, Formatter, FormatterSyntax
from tests.support.stencil_mutants import bits_of, flipped

from siglum.check.contracts import contract_of
from siglum.check.stencils import loops
from siglum.check.stencils.abstract import abstracted
from siglum.check.stencils.cells import Cells, Window
from siglum.check.stencils.execute import End, Rejected, Run, _all_used
from siglum.check.stencils.holes import COLD_AT, Malformed, Open, Ready, ready
from siglum.check.stencils.prove import models, prove
from siglum.check.stencils.question import question
from siglum.check.stencils.scene import Contract, Scene
from siglum.smt.solve import Answer, Portfolio
from siglum.smt.terms import Term
from siglum.stencil.families import FAMILIES
from siglum.stencil.table import Hole, Stencil, load

V3 = load("x86-64-v3")
Rights = list[tuple[str, Term, int, int, bool]]


@pytest.fixture(scope="module")
def quick() -> Iterator[Portfolio]:
    """One solver is enough to tell a kept contract from a broken one."""
    with Portfolio(order=("bitwuzla",), needed=1, seconds=20.0) as portfolio:
        yield portfolio


def scene_of(name: str) -> Scene:
    kinds = FAMILIES[name].kinds
    registers = (1, 2, 3)[: sum(kind in "vx" for kind in kinds)]
    return Scene(name, registers, V3.stencil(name, registers))


class Places:
    """Addresses, written with the scene's variables alone."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.terms = scene, scene.terms
        self.frame, self.rsp = self.terms.var("frame", 64), self.terms.var("rsp", 64)
        self.context = self.terms.apply("frame", 64, self.frame)

    def slot(self, k: int, beyond: int = 0) -> Term:
        return self.frame + (self.terms.var(f"slot{k}", 28).zext(64) << 3) + 8 * beyond

    def at(self, k: int) -> Term:
        return self.terms.apply("frame", 64, self.slot(k))

    def v(self, k: int) -> Term:
        return self.terms.var(f"v{k}", 64)

    def number(self, k: int) -> Term:
        return self.terms.var(f"number{k}", 32).sext(64)

    def slots(self, k: int, count: int = 1, writes: bool = False) -> tuple[str, Term, int, int, bool]:
        return "frame", self.slot(k), 8 * count, 8, writes

    def fields(self, *offsets: int, writes: bool = False) -> Rights:
        return [("frame", self.frame, 8, 8, False), *(("context", self.context + at, 8, 8, writes) for at in offsets)]

    def below(self, count: int) -> tuple[str, Term, int, int, bool]:
        return "below", self.rsp - count, count, 8, True

    def stack(self, low: int, high: int, top: Term | None = None) -> tuple[str, Term, int, int, bool]:
        return "stack", (self.rsp if top is None else top) + low, high - low, 8, True


def element(p: Places, writes: bool) -> Rights:
    """The element that a load or store is of: the base in a slot or a near register, then the index."""
    name = p.scene.family.name
    size = {"f32": 4, "f64": 8}.get(name.split(".")[-1]) or int(name.split(".")[-1].lstrip("iu")) // 8
    near = name.startswith("near")
    base = p.v(int(name[4])) if near else p.at(0 if writes else 1)
    # the registers of a scene are 1, 2, 3 in order
    index = p.v({(True, True): 1, (True, False): 2, (False, True): 1, (False, False): 2}[near, writes])
    read = [] if near else [p.slots(0 if writes else 1)]
    return [*read, ("array", base + index * size, size, size, writes)]


def component(p: Places, array: int, index: int) -> Term:
    return p.at(array) + p.v(index) * p.number(3) + p.number(4)


OWN: dict[str, Callable[[Places], Rights]] = {
    "data": lambda p: [p.slots(0, 2, True)],
    "alloc": lambda p: [p.slots(0, 2, True), *p.fields(8), ("context", p.context, 8, 8, True)],
    "reserve": lambda p: [p.slots(0, 2, True), *p.fields(8), ("context", p.context, 8, 8, True)],
    "array": lambda p: [p.slots(0, 2, True), p.slots(1, 2)],
    "view": lambda p: [p.slots(0, 2, True), p.slots(1, 2)],
    "wide_add": lambda p: [p.slots(2, 1, True)],
    "wide_fit": lambda p: [p.slots(1)],
    "lanes": lambda p: [p.slots(0, 8, True)],
    "lanes_add": lambda p: [("frame", p.slot(0) + ((p.v(1) & 7) << 3), 8, 8, True)],
    "lanes_add8": lambda p: [p.slots(0, 8, True), p.slots(1), ("array", p.at(1) + (p.v(1) << 3), 64, 8, False)],
    "lanes_total": lambda p: [p.slots(1, 8)],
    "require.v": lambda p: [],
    "tick": lambda p: p.fields(16, writes=True),
    "stop": lambda p: [
        *p.fields(32), ("context", p.context + 24, 8, 8, True),
        p.stack(0, 56, p.terms.apply("context", 64, p.context + 32)),
        ("below", p.terms.apply("context", 64, p.context + 32) - 8, 8, 8, True),
    ],
    "leave": lambda p: [p.stack(0, 56)],
    "ret": lambda p: [p.stack(0, 8)],
    "entry": lambda p: [p.stack(-48, 0), ("context", p.v(3) + 32, 8, 8, True), ("frame", p.v(4), 8, 8, True)],
    "call": lambda p: [*p.fields(40), ("frame", p.frame + p.number(1), 8, 8, True), p.stack(-8, 0)],
    "read": lambda p: [p.slots(0, 2), p.below(24)],
    "open": lambda p: [p.slots(0), p.below(24)],
    "close": lambda p: [p.below(24)],
    "clock": lambda p: [p.below(40)],
    "write": lambda p: [p.slots(0, 2), p.below(32)],
    **dict.fromkeys(("st.sv", "st.sx", "const.si"), lambda p: [p.slots(0, 1, True)]),
    "mov.ss": lambda p: [p.slots(0, 1, True), p.slots(1)],
    **dict.fromkeys(("cell.load.v", "cell.load.x"), lambda p: [p.slots(1), ("array", component(p, 1, 2), 8, 8, False)]),
    "cell.load.s": lambda p: [p.slots(0, 1, True), p.slots(1), ("array", component(p, 1, 1), 8, 8, False)],
    **dict.fromkeys(("cell.store.v", "cell.store.x"), lambda p: [p.slots(0), ("array", component(p, 0, 1), 8, 8, True)]),
    "cell.store.s": lambda p: [p.slots(0), p.slots(2), ("array", component(p, 0, 1), 8, 8, True)],
}  # fmt: skip
"""The rights of families that touch more than their slot operands (docs/frame.md)."""


def rights(p: Places) -> Rights:
    family = p.scene.family
    if family.name in OWN:
        return OWN[family.name](p)
    if family.primitive in ("load", "store"):
        return element(p, family.primitive == "store")
    return [p.slots(k) for k, kind in enumerate(family.kinds) if kind == "s"]


@pytest.mark.parametrize("name", FAMILIES)
def test_a_stencil_touches_what_its_family_must_and_no_more(name: str) -> None:
    scene = scene_of(name)
    contract = contract_of(scene)
    assert Counter(tuple(w) for w in contract.windows) == Counter(rights(Places(scene)))
    assert all(isinstance(w, Window) for w in contract.windows)


@pytest.mark.parametrize("name", FAMILIES)
def test_what_is_given_is_said_nowhere_else(name: str) -> None:
    scene = scene_of(name)
    given = contract_of(scene).given
    if FAMILIES[name].primitive in ("floordiv", "mod", "div_u", "mod_u"):
        form = FAMILIES[name].form
        divisor = scene.value(0 if form == "binary swapped" else 1)
        assert given == (divisor.isnt(0),)
    elif name in ("alloc", "reserve"):
        context = Places(scene).context
        start, end = (scene.terms.apply("context", 64, context + at) for at in (0, 8))
        assert given == (start.bits(3, 0).is_(0), ~(end - start).slt(0))
    else:
        assert given == ()
    bounds = [scene.terms.var(f"slot{k}", 28).isnt(0) for k, kind in enumerate(FAMILIES[name].kinds) if kind == "s"]
    assert list(scene.bounds()) == bounds


def test_ways_are_the_familys() -> None:
    for name, family in FAMILIES.items():
        contract: Contract = contract_of(scene_of(name))
        kinds = [way.kind for way in contract.ways]
        back = {key: ["return"] for key in ("stop", "leave", "ret")}
        expected = {**back, "call": ["call", "stop"], "jmp": ["taken"]}.get(name)
        if expected is None:
            expected = ["next", "stop"] if "k" in family.kinds else ["taken", "next"] if "t" in family.kinds else ["next"]
        assert kinds == expected, name
        assert [way.loose for way in contract.ways] == [kind == "stop" for kind in kinds], name
        assert all(not way.calls for way in contract.ways) or name in ("read", "write", "open", "close", "clock"), name
        assert contract.loop == {"alloc": "zeroing", "write": "writing"}.get(name, "")
        assert (contract.resumed is not None) == (name == "call")
        assert [way.to is not None for way in contract.ways] == [kind == "return" for kind in kinds], name


# Each duty ------------------------------------------------------------------------------------------------------------
def status(quick: Portfolio, code: str, family: str = "nop.1", *holes: Hole) -> str:
    found = prove(family, (), Stencil(bytes.fromhex(code), holes, b"", ()), quick.ask, {"own": models()["own"]})
    return found.status


V_NUMBERS = (13, 14, 15, 7, 6, 8, 9, 11)


@pytest.mark.parametrize("number", range(16))
def test_registers_that_are_someones_stay(quick: Portfolio, number: int) -> None:
    free = number not in (*V_NUMBERS, 12, 4)
    inc = f"{'49' if number > 7 else '48'}ffc{number & 7:x}"
    if number == 4:
        inc = "488d642408"  # lea rsp,[rsp+8]
    assert status(quick, inc) == ("proved" if free else "refuted")
    narrow = f"{'45' if number > 7 else ''}89{0xC0 + 9 * (number & 7):02x}"  # mov r32,r32 clears the upper half
    assert status(quick, narrow) == ("proved" if free else "refuted")


@pytest.mark.parametrize("number", range(16))
def test_vector_registers_that_are_someones_stay(quick: Portfolio, number: int) -> None:
    rex = "45" if number > 7 else ""
    field = 0xC0 + 9 * (number & 7)
    assert status(quick, f"66{rex}0fef{field:02x}") == ("proved" if number > 7 else "refuted")  # pxor x,x
    wide = f"c4417828{field:02x}" if number > 7 else f"c5f828{field:02x}"
    assert status(quick, wide) == "refuted"  # vmovaps x,x clears what is above
    # movlhps x,x changes the second word alone, which is nobody's
    assert status(quick, f"{rex}0f16{field:02x}") == "proved"


def test_flags_are_nobodys_and_exceptions_may_be_raised(quick: Portfolio) -> None:
    assert status(quick, "4839c8") == "proved"  # cmp rax,rcx
    assert status(quick, "f2450f58c1") == "proved"  # addsd xmm8,xmm9


def test_only_the_slot_that_is_named_is_read(quick: Portfolio) -> None:
    own = {"own": models()["own"]}
    for code, hole, expected in (
        ("4d8bac2400000000", Hole(4, 4, "s", 1, 0), "proved"),  # mov r13,[r12+slot]
        ("4d8bb42400000000", Hole(4, 4, "s", 1, 0), "refuted"),  # mov r14,[r12+slot]
        ("4d8bac2400000000", Hole(4, 4, "s", 1, 8), "rejected"),  # the slot behind
        ("458bac2400000000", Hole(4, 4, "s", 1, 0), "refuted"),  # mov r13d,[r12+slot]
    ):  # fmt: skip
        assert prove("ld.vs", (0,), Stencil(bytes.fromhex(code), (hole,), b"", ()), quick.ask, own).status == expected
    assert status(quick, "498b0424") == "rejected"  # mov rax,[r12]


def test_long_code_is_run_to_its_end(quick: Portfolio) -> None:
    assert status(quick, "90" * 399) == "proved"
    assert status(quick, "90" * 400) == "rejected"


@pytest.mark.parametrize(
    ("place", "width", "used", "good"),
    [
        (12, 4, True, True), (16, 4, True, True), (12, 4, False, False), (10, 4, True, False), (8, 4, True, False),
        (17, 4, True, False), (16, 8, True, False), (6, 4, False, True), (20, 4, False, True), (9, 20, True, False),
        (7, 4, True, False), (19, 1, True, True), (19, 1, False, False),
    ],
)  # fmt: skip
def test_a_field_lies_in_the_instruction_that_uses_it(place: int, width: int, used: bool, good: bool) -> None:
    """The instruction is the bytes 10 to 19."""
    holes = Open({})
    if used:
        holes.get(place)
    code = Ready(bytes(40), 40, range(0), {}, {}, {}, {place: width})
    if good:
        _all_used(code, holes, 10, 20, set())
    else:
        with pytest.raises(Rejected, match=f"the hole at {place:#x} is no operand"):
            _all_used(code, holes, 10, 20, set())


@pytest.mark.parametrize(
    ("first", "second", "good"),
    [(0, 4, True), (0, 8, True), (8, 12, True), (0, 3, False), (4, 4, False), (8, 0, False), (8, 11, False), (8, 13, False)],
)
def test_holes_follow_each_other_in_the_code(first: int, second: int, good: bool) -> None:
    for cold in (False, True):
        holes = Hole(first, 4, "s", 1, 0), Hole(second, 4, "s", 1, 8)
        made = Stencil(b"\x90", (), bytes(16), holes) if cold else Stencil(bytes(16), holes, b"", ())
        scene = Scene("add_wrap.vs", (1,), made)
        if good:
            start = COLD_AT if cold else 0
            assert set(ready(scene, made).fields) == {start + first, start + second}
        else:
            with pytest.raises(Malformed):
                ready(scene, made)


@pytest.mark.parametrize(
    ("opcode", "at", "targets", "good"),
    [
        ("0f85", 10, {99, 16}, True), ("0f85", 10, set(), True), ("e9", 11, {99}, True), ("e8", 11, {16}, True),
        ("0f45", 10, {16}, False), ("90", 11, {16}, False), ("0f85", 10, {16}, True), ("8f85", 10, {16}, False),
        ("0f75", 10, {16}, False), ("0f", 11, {16}, False), ("900f85", 9, {16}, False), ("90", 11, {99}, True),
    ],
)  # fmt: skip
def test_a_jumps_field_is_one_of_a_branch(opcode: str, at: int, targets: set[int], good: bool) -> None:
    """The field is the bytes 12 to 15, and leads to 99."""
    before = bytes(at) + bytes.fromhex(opcode)
    code = Ready(before + bytes(40), 40, range(0), {}, {12: 99}, {}, {12: 4})
    if good:
        _all_used(code, Open({}), at, 16, targets)
    else:
        with pytest.raises(Rejected):
            _all_used(code, Open({}), at, 16, targets)


@pytest.mark.parametrize("name", ["alloc", "write"])
def test_leaving_from_before_the_loop_is_no_way_round(quick: Portfolio, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A return whose next instruction would be the loop's first one is a way out like others."""
    real = loops.run

    def returning(*given: Any) -> Run:
        found = real(*given)
        if len(given) == 7 and given[5] in given[6]:
            found.ends.extend([end._replace(kind="return") for end in found.ends if end.kind == "loop"])
        return found

    assert of_rounds(quick, name) == "unsat"
    monkeypatch.setattr(loops, "run", returning)
    assert of_rounds(quick, name) == "sat"


def of_rounds(quick: Portfolio, name: str) -> str:
    scene = scene_of(name)
    asked = question(scene, contract_of(scene), ready(scene, scene.stencil), models()["own"])
    return quick.ask(abstracted(asked) or asked).status


def storing(region: str, at: int) -> Callable[[End], End]:
    def change(end: End) -> End:
        memory = end.state.memory
        assert isinstance(memory, Cells)
        memory.put(region, memory.terms.var("rsp", 64) + at, memory.terms.const(0, 64))
        return end

    return change


def raising(number: int) -> Callable[[End], End]:
    def change(end: End) -> End:
        end.state.registers[number] += 1
        return end

    return change


def clearing(k: int) -> Callable[[End], End]:
    def change(end: End) -> End:
        end.state.vectors[k] = end.state.vectors[k].bits(127, 0).zext(256)
        return end

    return change


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("write", lambda end: end._replace(calls=())), ("write", lambda end: end._replace(calls=end.calls * 2)),
        ("write", lambda end: end._replace(calls=((*end.calls[0][:3], end.calls[0][3] + 1),))),
        ("write", lambda end: end._replace(calls=((*end.calls[0][:1], end.calls[0][1] + 1, *end.calls[0][2:]),))),
        ("write", storing("frame", 0)), ("write", raising(13)), ("write", raising(2)), ("write", raising(6)),
        ("write", raising(4)), ("write", clearing(3)),
        ("alloc", lambda end: end._replace(calls=((end.path,),))), ("alloc", storing("frame", 0)),
        ("alloc", storing("arena", 8)), ("alloc", raising(13)), ("alloc", raising(12)), ("alloc", clearing(15)),
        ("alloc", raising(0)), ("alloc", raising(1)),
    ],
)  # fmt: skip
def test_a_round_of_a_loop_changes_nothing_else(
    quick: Portfolio, monkeypatch: pytest.MonkeyPatch, name: str, change: Callable[[End], End]
) -> None:
    real = loops.run

    def changing(*given: Any) -> Run:
        found = real(*given)
        if len(given) == 7 and given[5] in given[6]:
            found.ends[:] = [change(end) if end.kind == "loop" else end for end in found.ends]
        return found

    monkeypatch.setattr(loops, "run", changing)
    assert of_rounds(quick, name) == "sat"


def test_a_proof_tells_all_that_was_asked_and_who_answered() -> None:
    asked: list[list[Term]] = []

    def answering(assertions: list[Term]) -> Answer:
        asked.append(assertions)
        solvers = ("rewriting",) if len(asked) % 2 else (f"s{len(asked)}", "z")
        return Answer("unsat", solvers, {}, f"q{len(asked)}", "", 0.0)

    found = prove("mul_wrap.vv", (1, 2), V3.stencil("mul_wrap.vv", (1, 2)), answering, models())
    assert found.status == "proved" and found.models == ("own", "sleigh")
    assert found.queries == tuple(f"q{k + 1}" for k in range(len(asked)))
    assert "rewriting" not in found.solvers and len(set(found.solvers)) == len(found.solvers)
    assert set(found.solvers) == {"z", *(f"s{k}" for k in range(2, len(asked) + 1, 2))} or len(asked) < 2


def test_a_question_without_products_comes_first() -> None:
    asked: list[str] = []

    def answering(assertions: list[Term]) -> Answer:
        asked.append(repr(assertions))
        return Answer(answers[len(asked) - 1] if len(asked) <= len(answers) else "unsat", ("a", "b"), {}, "q", "late", 0.0)

    own, stencil = {"own": models()["own"]}, V3.stencil("floordiv.vv", (1, 2))
    answers = ["unsat"]
    assert prove("floordiv.vv", (1, 2), stencil, answering, own).status == "proved"
    assert "udiv(" not in asked[0] and "hard" in asked[0]
    for easier in ("sat", "unknown"):
        asked.clear()
        answers = [easier, "unsat"]
        assert prove("floordiv.vv", (1, 2), stencil, answering, own).status == "proved"
        assert "udiv(" not in asked[0] and "udiv(" in asked[1]
        asked.clear()
        answers = [easier, "unknown"]
        assert prove("floordiv.vv", (1, 2), stencil, answering, own).status == "unknown"


SOLE = (
    "alloc", "reserve", "write", "entry", "leave", "stop", "call", "clock", "read", "open", "ret", "tick", "lanes_add8", "view",
)  # fmt: skip
"""Families whose contracts are their own."""
ALIKE = {("add rsi,rax", "adc rsi,rax")}
"""Instructions of one effect where they stand: behind a test the carry is clear."""


def disassembled(code: bytes) -> list[str]:
    formatter = Formatter(FormatterSyntax.INTEL)
    return [formatter.format(instruction) for instruction in Decoder(64, code)]


@pytest.mark.parametrize("name", SOLE)
def test_a_changed_bit_is_proved_only_where_it_is_another_spelling(quick: Portfolio, name: str) -> None:
    scene = scene_of(name)
    registers = tuple(n for n in scene.number if n >= 0)
    own = {"own": models()["own"]}
    assert prove(name, registers, scene.stencil, quick.ask, own).status == "proved"
    places = bits_of(scene.stencil)
    for bit in Random(name).sample(places, min(24, len(places))):
        changed = flipped(scene.stencil, bit)
        if prove(name, registers, changed, quick.ask, own).status == "proved":
            pairs = zip(disassembled(scene.stencil.code), disassembled(changed.code), strict=True)
            assert {(before, after) for before, after in pairs if before != after} <= ALIKE, bit

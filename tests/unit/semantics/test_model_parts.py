"""Parts of both models by themselves: what SLEIGH might say and does not, and what no declared form needs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import iced_x86
import pytest
from tests.unit.semantics.comparing import Bytes

from siglum.smt.evaluate import evaluator
from siglum.smt.terms import Term, Terms
from siglum.target.x86_64.semantics import own, pcode, pcode_holes, sleigh
from siglum.target.x86_64.semantics.declare import Table, expand
from siglum.target.x86_64.semantics.decode import _operand, register
from siglum.target.x86_64.semantics.floats import FUNCTIONS
from siglum.target.x86_64.semantics.pcode import NoPcode, Operation, Pcode, Place
from siglum.target.x86_64.semantics.pcode_machine import Machine, contradicts
from siglum.target.x86_64.semantics.pcode_values import MEANINGS, NoMeaning
from siglum.target.x86_64.semantics.state import RAX, State, Step, Unsupported

FAR = pcode._APART


def state(terms: Terms) -> State:
    return State.unknown(terms, Bytes(terms))


# p-code as SLEIGH gives it --------------------------------------------------------------------------------------------
def varnode(space: str, offset: int, size: int, name: str = "") -> Any:
    def space_of_constant() -> Any:
        return SimpleNamespace(name=name)

    def user_name() -> str:
        return name

    return SimpleNamespace(
        space=SimpleNamespace(name=space), offset=offset, size=size, getSpaceFromConst=space_of_constant,
        getUserDefinedOpName=user_name,
    )  # fmt: skip


def operation(name: str, *inputs: Any, output: Any = None) -> Any:
    return SimpleNamespace(opcode=SimpleNamespace(name=name), inputs=list(inputs), output=output)


R = pcode._registers()
RAX_NODE = varnode("register", R["RAX"], 8)


def same(*nodes: Any) -> tuple[Any, Any]:
    return operation("COPY", *nodes, output=RAX_NODE), operation("COPY", *nodes, output=RAX_NODE)


@pytest.mark.parametrize(
    ("a", "b", "why"),
    [
        (operation("COPY", RAX_NODE), operation("LOAD", RAX_NODE), "depends on its address"),
        (operation("COPY", RAX_NODE), operation("COPY"), "depends on its address"),
        (*same(varnode("register", R["ZMM0"] + 8, 64)), "a place across registers"),
        (*same(varnode("register", R["RAX"] + 4, 8)), "a place across registers"),
        (*same(varnode("register", R["ST0"], 8)), "a register that is not modelled"),
        (*same(varnode("register", R["CF"], 2)), "a register that is not modelled"),
        (operation("COPY", varnode("const", 1, 4)), operation("COPY", varnode("const", 1, 8)), "depends on its address"),
        (operation("COPY", varnode("const", 1, 4)), operation("COPY", varnode("ram", 1, 4)), "depends on its address"),
        (operation("COPY", varnode("const", 1, 4)), operation("COPY", varnode("const", 2, 4)), "depends on its address"),
        (operation("COPY", varnode("unique", 1, 4)), operation("COPY", varnode("unique", 2, 4)), "depends on its address"),
        (*same(varnode("const", 1 << 63, 16)), "a wide constant"),
        (operation("COPY", varnode("const", 1, 16)), operation("COPY", varnode("const", 1 + FAR, 16)), "depends on its address"),
        (*[operation("LOAD", varnode("const", 0, 8, "register"), RAX_NODE, output=RAX_NODE)] * 2, "memory space register"),
        (*[operation("CALLOTHER", varnode("const", 0, 4, "cpuid"))] * 2, "opaque: cpuid"),
    ],
)  # fmt: skip
def test_an_operation_that_cannot_be_placed_is_refused(a: Any, b: Any, why: str) -> None:
    with pytest.raises(NoPcode, match=why):
        pcode._operation(a, b)


@pytest.mark.parametrize(
    ("node", "place"),
    [
        (RAX_NODE, Place("register", 0, 0, 64)), (varnode("register", R["R9"] + 1, 1), Place("register", 9, 8, 8)),
        (varnode("register", R["ZMM1"] + 16, 16), Place("vector", 1, 128, 128)),
        (varnode("register", R["ZF"], 1), Place("flag", 3, 0, 8)),
        (varnode("register", R["MXCSR"], 4), Place("mxcsr", 0, 0, 32)),
        (varnode("register", R["RIP"], 8), Place("other", R["RIP"], 0, 64)),
        (varnode("unique", 0x100, 4), Place("unique", 0x100, 0, 32)),
        (varnode("const", (1 << 64) - 1, 4), Place("const", 0xFFFFFFFF, 0, 32)),
        (varnode("ram", 0x1234, 8), Place("memory", 0x1234, 0, 64)), (varnode("const", 7, 16), Place("const", 7, 0, 128)),
    ],
)  # fmt: skip
def test_places_have_the_states_names(node: Any, place: Place) -> None:
    (a, b) = same(node)
    found = pcode._operation(a, b).inputs[0]
    assert found == place or (place.kind == "flag" and found.kind == "flag" and pcode.FLAGS[found.number] == "zf")


def test_what_differs_by_the_address_is_relative_to_it() -> None:
    a, b = (operation("COPY", varnode(space, pcode._FIRST + 5 + k * FAR, 8)) for k in (0, 1) for space in ("const",))
    assert pcode._operation(a, b).inputs == (Place("relative", 5, 0, 64),)
    a, b = (operation("COPY", varnode("ram", pcode._FIRST - 3 + k * FAR, 4)) for k in (0, 1))
    assert pcode._operation(a, b).inputs == (Place("memory relative", -3, 0, 32),)


class Translator:
    """A context that translates as it is told, once at each address."""

    def __init__(self, lengths: tuple[int, int], counts: tuple[int, int]) -> None:
        self.length, self.shown = lengths
        self.counts = list(counts)

    def translate(self, raw: bytes, at: int, offset: int, size: int, most: int) -> Any:
        mark = operation("IMARK", varnode("ram", at, self.length))
        return SimpleNamespace(ops=[mark, *[operation("COPY", RAX_NODE, output=RAX_NODE)] * self.counts.pop(0)])

    def disassemble(self, raw: bytes, at: int, offset: int, size: int, most: int) -> Any:
        return SimpleNamespace(instructions=[SimpleNamespace(length=self.shown, mnem="NOVEL")])


@pytest.mark.parametrize(
    ("lengths", "counts", "why"),
    [
        ((1, 1), (1, 1), ""),
        ((2, 1), (1, 1), "another length"),
        ((1, 2), (1, 1), "another length"),
        ((1, 1), (1, 2), "on its address"),
    ],
)
def test_both_translations_have_one_shape(
    monkeypatch: pytest.MonkeyPatch, lengths: tuple[int, int], counts: tuple[int, int], why: str
) -> None:
    monkeypatch.setattr(pcode, "_context", lambda: Translator(lengths, counts))
    if not why:
        assert pcode.translate.__wrapped__(b"\x90") == Pcode("NOVEL", 1, (Operation("COPY", PLACE, (PLACE,)),))
        return
    with pytest.raises(NoPcode, match=why):
        pcode.translate.__wrapped__(b"\x90")


PLACE = Place("register", 0, 0, 64)
ADD_IMMEDIATE = bytes.fromhex("4805785634 12".replace(" ", ""))  # add rax, 0x12345678


def test_a_hole_is_a_field_of_the_instruction() -> None:
    assert any(place.kind == "hole" for o in pcode_holes.translate_open(ADD_IMMEDIATE, (2,)).operations for place in o.inputs)
    with pytest.raises(NoPcode, match="a hole that is no field"):
        pcode_holes.translate_open(ADD_IMMEDIATE, (3,))


def test_the_shape_of_an_instruction_does_not_depend_on_a_hole(monkeypatch: pytest.MonkeyPatch) -> None:
    two = iter([Pcode("ADD", 6, ()), Pcode("ADD", 6, (Operation("COPY", PLACE, (PLACE,)),))])
    monkeypatch.setattr(pcode_holes, "translate", lambda raw: next(two))
    with pytest.raises(NoPcode, match="its shape depends on a hole"):
        pcode_holes.translate_open.__wrapped__(ADD_IMMEDIATE, (2,))


CONSTANT = Place("const", 5, 0, 32)


@pytest.mark.parametrize(
    ("a", "b", "why"),
    [
        (Operation("COPY", PLACE, (PLACE,)), Operation("LOAD", PLACE, (PLACE,)), "its shape"),
        (Operation("COPY", PLACE, (PLACE,)), Operation("COPY", CONSTANT, (PLACE,)), "its shape"),
        (Operation("COPY", PLACE, (PLACE,)), Operation("COPY", PLACE, ()), "its shape"),
        (Operation("COPY", PLACE, (CONSTANT,)), Operation("COPY", PLACE, (CONSTANT._replace(number=6),)), "a part of it"),
        (Operation("COPY", PLACE, (CONSTANT,)), Operation("COPY", PLACE, (CONSTANT._replace(width=8),)), "a part of it"),
    ],
)
def test_what_depends_on_a_hole_is_the_hole_itself(a: Operation, b: Operation, why: str) -> None:
    with pytest.raises(NoPcode, match=why):
        pcode_holes._operation(a, b, {2: (100, 200)}, 6)
    hole, end = (Operation("COPY", PLACE, (CONSTANT._replace(number=n),)) for n in (100, 200))
    assert pcode_holes._operation(hole, end, {2: (100, 200)}, 6).inputs == (Place("hole", 2, 0, 32),)


# Registers and scratch bytes ------------------------------------------------------------------------------------------
def test_scratch_bytes_are_read_as_they_were_written() -> None:
    terms = Terms()
    machine = Machine(terms, state(terms))
    x, y = terms.var("x", 32), terms.var("y", 16)
    machine.write(Place("unique", 0, 0, 32), x)
    assert machine.read(Place("unique", 0, 0, 32)) is x and machine.read(Place("unique", 1, 0, 16)) is x.bits(23, 8)
    machine.write(Place("unique", 1, 0, 16), y)
    assert machine.read(Place("unique", 0, 0, 32)) is terms.concat(x.bits(31, 24), y, x.bits(7, 0))
    for place in (Place("unique", 2, 0, 32), Place("other", 0, 0, 8)):
        with pytest.raises(NoMeaning, match="which is not modelled"):
            machine.read(place)


def test_of_a_vector_only_the_modelled_part_is_there() -> None:
    terms = Terms()
    machine = Machine(terms, state(terms))
    before = machine.vectors[1]
    machine.write(Place("vector", 1, 256, 256), terms.const(0, 256))
    assert machine.vectors[1] is before
    machine.write(Place("vector", 1, 0, 512), terms.var("wide", 512))
    assert machine.vectors[1] is terms.var("wide", 512).bits(255, 0)
    with pytest.raises(NoMeaning, match="wider than is modelled"):
        machine.read(Place("vector", 1, 0, 512))
    machine.write(Place("mxcsr", 0, 0, 32), terms.var("new", 32))
    assert machine.read(Place("mxcsr", 0, 0, 32)) is terms.var("new", 32)


def test_scratch_bytes_meet_byte_by_byte_where_they_were_written_otherwise() -> None:
    terms = Terms()
    p = terms.var("p", 0)
    one, other = Machine(terms, state(terms)), Machine(terms, state(terms))
    x, y, z = terms.var("x", 16), terms.var("y", 16), terms.var("z", 8)
    one.write(Place("unique", 0, 0, 16), x)
    one.write(Place("unique", 8, 0, 16), x)
    other.write(Place("unique", 0, 0, 16), y)
    other.write(Place("unique", 8, 0, 8), z)
    one.merged(p, other)
    assert one.read(Place("unique", 0, 0, 16)) is p.ite(y, x)
    assert one.read(Place("unique", 8, 0, 8)) is p.ite(z, x.bits(7, 0))
    with pytest.raises(NoMeaning):
        one.read(Place("unique", 9, 0, 8))


def test_no_contradiction_follows_from_what_is_no_equation() -> None:
    terms = Terms()
    x, y = terms.var("x", 8), terms.var("y", 8)
    assert not contradicts(terms.and_(~x.ult(y), x.bits(3, 0).is_(0)))
    assert not contradicts(terms.and_(~x.is_(y), x.is_(3)))
    assert not contradicts(terms.and_(~terms.and_(x.bits(3, 0).is_(0), y.ult(x)), x.bits(3, 0).is_(0)))


WIDTHS = {
    "FLOAT_ADD": (32, 32, 32), "FLOAT_SQRT": (64, 80), "FLOAT_EQUAL": (8, 32, 32), "FLOAT_NAN": (8, 80),
    "FLOAT_FLOAT2FLOAT": (80, 64), "FLOAT_INT2FLOAT": (32, 64), "FLOAT_TRUNC": (32, 32),
}  # fmt: skip


@pytest.mark.parametrize("name", WIDTHS)
def test_floats_have_64_bits(name: str) -> None:
    terms = Terms()
    width, *given = WIDTHS[name]
    with pytest.raises(NoMeaning, match=f"{given[0]} bits|{width} bits"):
        MEANINGS[name]([terms.var(f"x{k}", w) for k, w in enumerate(given)], width)


# Runs through an instruction ------------------------------------------------------------------------------------------
def run(*operations: Operation, mnemonic: str = "NOVEL") -> Step:
    terms = Terms()
    return sleigh._Run(terms, state(terms), Pcode(mnemonic, 2, operations), 0, terms.var("base", 64), {}).step()


def constant(number: int) -> Place:
    return Place("const", number, 0, 64)


FLAG = Place("flag", 0, 0, 8)


@pytest.mark.parametrize(
    ("operations", "why"),
    [
        ((Operation("BRANCH", None, (constant(0),)),), "a loop without a known end"),
        ((Operation("BRANCH", None, (constant(7),)),), "a jump out of its operations"),
        ((Operation("BRANCH", None, (Place("memory", 0x1000, 0, 64),)),), "a jump to an absolute address"),
        ((Operation("COPY", None, (PLACE,)),), "COPY"),
        ((Operation("FLOAT_NOVEL", PLACE, (PLACE,)),), "FLOAT_NOVEL"),
        ((Operation("CBRANCH", None, (constant(2), FLAG)), Operation("LOAD", PLACE, (PLACE,))), "on some ways only"),
    ],
)
def test_what_has_no_meaning_is_refused(operations: tuple[Operation, ...], why: str) -> None:
    with pytest.raises(NoMeaning, match=why):
        run(*operations)


def test_a_store_on_one_way_keeps_what_was_there_on_the_other() -> None:
    store = Operation("STORE", None, (PLACE, Place("register", 1, 0, 64)))
    step = run(Operation("LOAD", Place("unique", 0, 0, 64), (PLACE,)), Operation("CBRANCH", None, (constant(2), FLAG)), store)
    terms = step.terms
    kept = step.state.memory.load(terms.var("rax", 64), 8)
    for flag in (0, 1):
        values = {"rax": 0x1000, "rcx": 0x1122334455667788, "cf": flag}
        assert evaluator([kept], {"byte": lambda *address: 0xEE})(values) == [0xEEEEEEEEEEEEEEEE if flag else 0x1122334455667788]


def test_bytes_that_no_encoder_gives_are_refused() -> None:
    terms = Terms()
    with pytest.raises(Unsupported, match="prefixes that an encoder would not give it"):
        sleigh.step(terms, state(terms), bytes.fromhex("487e7f"), 0, terms.var("base", 64))  # rex.w jle


def test_a_fault_that_cannot_be_is_none() -> None:
    terms = Terms()
    step = Step(terms, state(terms), 0, 1, terms.var("base", 64))
    step.fault(terms.false, "division")
    step.fault(terms.var("p", 0), "division")
    assert [fault.kind for fault in step.faults] == ["division"] and step.ways()[0].target == 1


# The own model --------------------------------------------------------------------------------------------------------
def test_a_form_is_declared_once() -> None:
    table = Table()
    table.form("ADD_{A|B} SUB", lambda o: None)
    assert list(table.forms) == expand("ADD_{A|B} SUB") == ["ADD_A", "ADD_B", "SUB"]
    with pytest.raises(ValueError, match="SUB is declared twice"):
        table.form("SUB", lambda o: None)


def test_operands_of_no_declared_form_are_refused() -> None:
    decoder = iced_x86.Decoder(64, b"\xa4")
    instruction = decoder.decode()  # movsb
    with pytest.raises(Unsupported, match="an operand of MOVSB"):
        _operand(instruction, 0, "MOVSB", decoder.get_constant_offsets(instruction))
    with pytest.raises(Unsupported, match="a register of MOV"):
        register(iced_x86.Register.CR0, "MOV")


def test_an_immediate_that_decides_what_is_done_must_be_known() -> None:
    terms = Terms()
    code = bytes.fromhex("0fc6c11b")  # shufps xmm0, xmm1, 0x1b
    for model in (own.step, sleigh.step):
        with pytest.raises(Unsupported):
            model(terms, state(terms), code, 0, terms.var("base", 64), {3: terms.var("hole", 64)})
    assert own.step(terms, state(terms), code, 0, terms.var("base", 64)).length == 4


@pytest.mark.parametrize(
    ("name", "given", "result"),
    [
        ("cvtsd2ss", 0x3FF8000000000000, 0x3FC00000), ("cvtsd2ss", 0x7FEFFFFFFFFFFFFF, 0x7F800000),
        ("cvtsd2ss", 0xFFEFFFFFFFFFFFFF, 0xFF800000), ("cvtsd2ss", 0xFFF0000020000000, 0xFFC00001),
        ("cvtsd2ss", 0x7FF8000000000000, 0x7FC00000), ("cvtss2sd", 0x3FC00000, 0x3FF8000000000000),
        ("cvtss2sd", 0xFF800001, 0xFFF8000020000000), ("cvtss2sd", 0x7F800000, 0x7FF0000000000000),
        ("cvttsd2si64", 0x43E0000000000000, 1 << 63), ("cvttsd2si32", 0xC000000000000000, 0xFFFFFFFE),
        ("cvttsd2si32", 0x7FF0000000000000, 1 << 31), ("cvtsi2sd", (1 << 64) - 3, 0xC008000000000000),
    ],
)  # fmt: skip
def test_conversions_of_floats_by_their_bits(name: str, given: int, result: int) -> None:
    assert FUNCTIONS[name](given) == result


def registers(step: Step) -> list[Term]:
    return step.state.registers


def test_a_branch_back_is_a_way_on() -> None:
    step = run(Operation("BRANCH", None, (Place("memory relative", -5, 0, 64),)))
    assert [(way.kind, way.target) for way in step.ways()] == [("go", -5)]
    assert repr(registers(step)[RAX]) == "rax"

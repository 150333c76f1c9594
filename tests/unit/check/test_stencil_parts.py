"""The parts of the stencil proofs: memory as cells, holes, the executor's refusals, recorded steps, records."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from siglum.check.contracts import contract_of
from siglum.check.stencils import __main__ as command
from siglum.check.stencils import lemmas
from siglum.check.stencils import table as whole
from siglum.check.stencils.abstract import abstracted
from siglum.check.stencils.cells import Cells, Outside, Window
from siglum.check.stencils.execute import Rejected
from siglum.check.stencils.holes import COLD_AT, Malformed, Open, ready
from siglum.check.stencils.prove import Proof, models, prove
from siglum.check.stencils.question import question
from siglum.check.stencils.record import Line, Record, parse, read, stencil_digest
from siglum.check.stencils.scene import Scene
from siglum.check.stencils.table import line_of, make_record, prove_family
from siglum.smt.evaluate import value_of
from siglum.smt.solve import Answer
from siglum.smt.steps import Recording
from siglum.smt.terms import Term, Terms
from siglum.stencil.table import Hole, Stencil, load
from siglum.target.x86_64.semantics.state import Exit, State, Step, Unsupported

TABLE = load("x86-64-v3")


def unsat(assertions: list[Term]) -> Answer:
    return Answer("unsat", ("one", "another"), {}, "q", "", 0.0)


def sat(assertions: list[Term]) -> Answer:
    return Answer("sat", ("one",), {"v1": 5, "flag": True, "m": {}}, "q", "", 0.0)


# Memory ---------------------------------------------------------------------------------------------------------
def cells(*windows: Window) -> tuple[Terms, Term, Cells]:
    terms = Terms()
    base = terms.var("base", 64)
    return terms, base, Cells(terms, (Window("frame", base, 16, 8, writes=True), Window("array", base + 4096, 4, 4), *windows))


def test_a_cell_holds_what_was_stored_or_what_was_there() -> None:
    terms, base, memory = cells()
    before = memory.load(base + 8, 8)
    memory.store(base, terms.const(5, 64))
    assert memory.load(base, 8).value == 5
    assert memory.load(base, 16) is terms.concat(before, terms.const(5, 64))
    assert memory.load(base + 9, 1) is before.bits(15, 8)
    copy = memory.copy()
    copy.store(base, terms.const(6, 128))
    assert memory.load(base, 8).value == 5 and copy.load(base, 8).value == 6


def test_a_cell_at_an_address_that_may_be_another_is_a_choice() -> None:
    terms, base, memory = cells()
    memory.put("frame", base, terms.const(5, 64))
    somewhere = terms.var("somewhere", 64)
    assert memory.cell("frame", somewhere) is somewhere.is_(base).ite(terms.const(5, 64), terms.apply("frame", 64, somewhere))


@pytest.mark.parametrize(
    "access",
    [
        lambda base, memory: memory.load(base + 16, 8),
        lambda base, memory: memory.load(base - 8, 8),
        lambda base, memory: memory.load(base + base, 8),
        lambda base, memory: memory.store(base + 4096, base.bits(31, 0)),
        lambda base, memory: memory.store(base + 4, base.bits(31, 0)),
    ],
)  # fmt: skip
def test_an_access_outside_its_windows_is_refused(access: Callable[[Term, Cells], object]) -> None:
    _, base, memory = cells()
    with pytest.raises(Outside):
        access(base, memory)


# Holes ----------------------------------------------------------------------------------------------------------
def stencil(code: str, *holes: Hole, cold: str = "", cold_holes: tuple[Hole, ...] = ()) -> Stencil:
    return Stencil(bytes.fromhex(code), holes, bytes.fromhex(cold), cold_holes)


def asked(family: str, registers: tuple[int, ...], changed: Stencil) -> list[Term]:
    scene = Scene(family, registers, changed)
    return question(scene, contract_of(scene), ready(scene, changed), models()["own"])


@pytest.mark.parametrize(
    "wrong",
    [
        stencil("4d03b42400000000", Hole(4, 4, "s", 1, 0), Hole(6, 4, "s", 1, 0)),
        stencil("4d03b42400000000", Hole(5, 4, "s", 1, 0)),
        stencil("4d03b42400000000", Hole(4, 4, "i", 1, 0)),
        stencil("4d03b42400000000", Hole(4, 2, "s", 1, 0)),
        stencil("4d03b42400000000", Hole(4, 8, "t", 1, 0)),
        stencil("0f8000000000", Hole(2, 4, "k", 0, -4)),
        stencil("49c1e600", Hole(3, 1, "s", 1, 8)),
        stencil("90" * (COLD_AT + 1)),
    ],
)  # fmt: skip
def test_holes_that_do_not_fit_are_malformed(wrong: Stencil) -> None:
    with pytest.raises(Malformed):
        ready(Scene("add_wrap.vs", (1,), wrong), wrong)


# The executor -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("ebfe", "a loop"),
        ("eb7f", "leaves its code"),
        ("0f05", "a system call"),
        ("ffe0", "a jump"),
        ("e800000000", "writes 8 bytes"),
        ("498b8424f0000000", "reads 8 bytes"),
        ("49898424f0000000", "writes 8 bytes"),
    ],
)  # fmt: skip
def test_code_without_a_place_in_any_contract_is_rejected(code: str, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        asked("add_wrap.vv", (1, 2), stencil(code))


@pytest.mark.parametrize(
    "wrong",
    [
        stencil("b800000000", Hole(1, 4, "i", 1, 0), Hole(5, 0, "i", 1, 0)),  # an empty field lies in nothing
        stencil("4981c600000000", Hole(2, 4, "i", 1, 0)),  # the field begins with the modrm byte
        stencil("660f3a0bca00", Hole(5, 1, "i", 1, 0)),  # a rounding mode has to be known
    ],
)  # fmt: skip
def test_a_hole_must_be_an_operand(wrong: Stencil) -> None:
    with pytest.raises((Rejected, Malformed, Unsupported)):
        asked("shl.vi", (1,), wrong)


def test_many_paths_are_given_up() -> None:
    with pytest.raises(Rejected, match="too many paths"):
        asked("nop.1", (), stencil("70007200740078007a00" + "90" * 12))


def test_a_stencil_that_lacks_the_loop_of_its_contract_is_rejected() -> None:
    reserve = TABLE.stencil("reserve", (1,))
    with pytest.raises(Rejected, match="not the one loop"):
        asked("alloc", (1,), reserve)


def test_a_cold_part_runs_and_comes_back() -> None:
    wide = TABLE.stencil("wide_add", (1, 2))
    assert asked("wide_add", (1, 2), wide)[-1] is not None
    with pytest.raises(Rejected, match="leaves its code"):
        asked("wide_add", (1, 2), wide._replace(cold=wide.cold[:19], cold_holes=wide.cold_holes[:1]))


def test_ways_that_a_contract_does_not_have_are_wrong() -> None:
    for family, code in (("ret", "90"), ("close", "90")):
        assert asked(family, (), stencil(code))[-1].value == 1


def test_a_model_that_knows_only_some_ways_on_is_refused() -> None:
    def half(terms: Terms, state: State, code: bytes, at: int, base: Term, holes: Open) -> Step:
        step = Step(terms, state, at, 1, base)
        step.exits = [Exit(terms.var("p", 0), "go", 0)]
        return step

    changed = stencil("90")
    scene = Scene("nop.1", (), changed)
    with pytest.raises(Rejected, match="not all"):
        question(scene, contract_of(scene), ready(scene, changed), half)


@pytest.mark.parametrize(
    ("code", "why"),
    [("70007402ebfc", "several ways"), ("7402ebfc", "not found"), ("7404740074fa", "not the one loop")],
)  # fmt: skip
def test_loops_of_another_kind_are_rejected(code: str, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        asked("alloc", (1,), stencil(code))


# Proofs -----------------------------------------------------------------------------------------------------------
def test_a_proof_names_what_it_rests_on() -> None:
    found = prove("add.vv", (1, 2), TABLE.stencil("add.vv", (1, 2)), unsat, models())
    assert found.status == "proved" and found.models == ("own", "sleigh") and found.solvers == ("one", "another")
    rounding = prove("ffloor.x", (1, 2), TABLE.stencil("ffloor.x", (1, 2)), unsat, models())
    assert rounding.models == ("own",) and rounding.reason.startswith("sleigh lacks ROUNDSD")


def test_what_is_not_proved_says_why() -> None:
    good = TABLE.stencil("add_wrap.vv", (1, 2))
    assert prove("add_wrap.vv", (1, 2), good, sat, models()).reason == "own: v1 = 0x5, flag = 0x1"
    assert prove("add_wrap.vv", (1, 2), good._replace(code=b"\x06"), unsat, models()).status == "unsupported"
    assert prove("add_wrap.vv", (1, 2), good._replace(code=b"\xeb\xfe"), unsat, models()).status == "rejected"

    def doubtful(assertions: list[Term]) -> Answer:
        settled = len(assertions) == 1 and assertions[0].op == "const"
        return unsat(assertions) if settled else unsat(assertions)._replace(status="unknown", reason="late")

    found = prove("add_wrap.vv", (1, 2), good, doubtful, models())
    assert found.status == "unknown" and "algebra" in found.reason


def test_a_second_model_whose_algebra_is_doubted_does_not_count() -> None:
    count = [0]

    def late(assertions: list[Term]) -> Answer:
        count[0] += 1
        return unsat(assertions) if count[0] <= first else unsat(assertions)._replace(status="unknown", reason="late")

    good = TABLE.stencil("add_wrap.vv", (1, 2))
    first = 1 << 30
    prove("add_wrap.vv", (1, 2), good, late, {"own": models()["own"]})
    first, count[0] = count[0] + 1, 0
    found = prove("add_wrap.vv", (1, 2), good, late, models())
    assert (found.status, found.models) == ("proved", ("own",)) and "sleigh: the algebra" in found.reason


def test_products_become_variables() -> None:
    terms = Terms()
    x, y = terms.var("x", 64), terms.var("y", 64)
    assert abstracted([x.ult(y)]) is None
    product = x * y
    whole = [
        product.bits(63, 60).sext(8).is_(3), (product ^ x).ult(product | y), product.slt(x & product),
        terms.apply("f", 64, product).isnt(product), (x << product).ult(product.sar(x)), (product >> y).ult(~product + 7),
        terms.ite(x.is_(product), x, product).ult(terms.concat(product.bits(63, 56), x.bits(55, 0))),
    ]  # fmt: skip
    found = abstracted(whole)
    assert found is not None
    meaning = {"f": lambda v: v + 1 & (1 << 64) - 1}
    for before, after in zip(whole, found, strict=True):
        assert "mul" not in repr(after)
        for a, b in ((3, 5), (1 << 63, 7), (12345678901234567, 98765432109876543)):
            values = {"x": a, "y": b, f"hard {product.number}": a * b % 2**64}
            assert value_of(before, values, meaning) == value_of(after, values, meaning)
    with pytest.raises(ValueError, match="select"):
        abstracted([terms.select(terms.var("m", -1), product).is_(0)])


def test_each_step_of_the_algebra_is_kept_as_it_was_asked_for() -> None:
    terms = Recording()
    x, y, p = terms.var("x", 8), terms.var("y", 8), terms.var("p", 0)
    done = [
        x + y - x, (x & 0xF0) | (y & 0x0F), x ^ x, ~(~x), (x << 3) >> 2, x.sar(1), x.zext(16).bits(7, 0), x.sext(16).slt(0),
        terms.udiv(x, terms.const(4, 8)), terms.urem(x, terms.const(5, 8)), terms.xor(p, terms.true), p.ite(x, x), -x * 3,
        terms.concat(x.bits(7, 4), x.bits(3, 0)), x.zext(16) * y.zext(16), (x.zext(16) * y.zext(16)).bits(7, 0),
        terms.udiv(x.zext(16), y.zext(16)), x.sext(8), x.zext(8), x.ult(0), y.is_(y),
    ]  # fmt: skip
    doubts = terms.doubted()
    assert len(done) and doubts
    for a in range(0, 256, 7):
        for b in range(0, 256, 13):
            values = {"x": a, "y": b, "p": a & 1}
            assert not any(value_of(doubt, values | opaque(doubt, values)) for doubt in doubts)


def opaque(term: Term, values: dict[str, int]) -> dict[str, int]:
    """Any values for the variables that stand for products and divisions: steps hold for all of them."""
    names: dict[str, int] = {}
    waiting = [term]
    while waiting:
        here = waiting.pop()
        waiting += here.args
        if here.op == "var" and str(here.value).startswith("opaque"):
            names[here.value] = values["x"] * 31 + values["y"] * 17
    return names


def test_terms_without_steps_leave_no_doubt() -> None:
    assert Recording().doubted() == []


def test_a_lemma_without_an_answer_in_time_is_not_settled() -> None:
    script = next(iter(lemmas.LEMMAS.values()))
    assert lemmas.settled(script, seconds=-29.99) == ()
    assert lemmas.settled("(check-sat)") == ()


# Records ----------------------------------------------------------------------------------------------------------
def test_a_record_keeps_what_is_not_proved() -> None:
    lines = {"jmp": Line("jmp", 0, 1, (), (), "ab", "cd"), "mov.vv": Line("mov.vv", 63, 64, ("own",), ("z3",), "ab", "cd")}
    unproved = {("jmp", ()): "unknown: late", ("mov.vv", (1, 2)): "refuted: v"}
    record = Record((("table", "x"), ("assumed", "a: b")), lines, unproved)
    assert parse(record.text()) == record
    assert record.fact("assumed") == "a: b" and record.fact("none") == ""
    with pytest.raises(ValueError, match="not a record"):
        parse("something else\n")


def test_a_target_without_a_record_has_none() -> None:
    assert read("x86-64-v9") is None


def test_a_family_is_recorded_with_what_all_its_stencils_share() -> None:
    proofs = {
        (): Proof("proved", ("own", "sleigh"), ("z3", "cvc5-int"), ("a",)),
        (1,): Proof("proved", ("own",), ("bitwuzla", "z3"), ("b",)),
        (2,): Proof("refuted", reason="v"),
    }
    line = line_of(TABLE, "jmp", proofs)
    assert line[:5] == ("jmp", 2, 3, ("own",), ("bitwuzla", "cvc5", "z3"))
    assert line_of(TABLE, "jmp", {(): Proof("unknown")}).models == ()


def test_a_table_is_proved_family_by_family() -> None:
    told: list[str] = []
    record = make_record(TABLE, unsat, {}, families=("jmp", "not.v"), progress=told.append)
    assert told == ["x86-64-v3 jmp 1/1", "x86-64-v3 not.v 64/64"]
    assert record.fact("stencils") == "65, of which proved 65: 65 in two models, 0 in one"
    assert record.fact("table") == TABLE.digest
    refuted = make_record(TABLE, sat, {}, families=("jmp",))
    assert list(refuted.unproved) in ([], [("jmp", ())])


def test_a_stencil_that_two_tables_have_is_proved_once() -> None:
    asked_for: list[int] = []

    def count(assertions: list[Term]) -> Answer:
        asked_for.append(1)
        return unsat(assertions)

    known: dict[tuple[str, tuple[int, ...], bytes], Proof] = {}
    first = prove_family(TABLE, "jmp", count, known)
    before = len(asked_for)
    assert prove_family(load("x86-64-v2"), "jmp", count, known) == first and len(asked_for) == before


def test_a_package_that_is_missing_is_recorded_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "_SOLVERS", {"z4": "no-such-solver"})
    monkeypatch.setattr(whole.lemmas, "LEMMAS", {})
    assert make_record(TABLE, unsat, {}, families=()).fact("solvers") == "z4 missing"


def test_answers_are_kept_from_run_to_run(tmp_path: Path) -> None:
    with command.Answers(tmp_path / "proofs" / "answers.txt") as answers:
        assert answers.find("q") is None
        answers.keep("q", ("z3", "bitwuzla"))
    with command.Answers(tmp_path / "proofs" / "answers.txt") as again:
        assert again.find("q") == ("z3", "bitwuzla")


def test_the_command_writes_the_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "ANSWERS", tmp_path / "answers.txt")
    monkeypatch.setattr(command, "path_of", lambda target: tmp_path / "records" / f"{target}.txt")
    monkeypatch.setattr(command, "EVERY", -1.0)
    monkeypatch.setattr(command, "FAMILIES", ("jmp", "nonzero.v"))
    assert command.main(["x86-64-v9"]) == 2
    assert command.main(["x86-64-v3"]) == 0
    assert parse((tmp_path / "records" / "x86-64-v3.txt").read_text()).lines["jmp"].proved == 1
    assert "65, of which proved 65" in capsys.readouterr().out
    monkeypatch.setattr(command, "EVERY", 1e9)
    monkeypatch.setattr(command.Portfolio, "ask", lambda self, asked, seconds=0: unsat(asked)._replace(status="unknown"))
    assert command.main(["x86-64-v3"]) == 1
    assert "not proved: jmp ()" in capsys.readouterr().out


def test_a_stencil_has_a_digest_of_its_code_and_its_holes() -> None:
    one = TABLE.stencil("ld.vs", (1,))
    other_hole = one._replace(holes=(one.holes[0]._replace(addend=8),))
    others = [one._replace(code=one.code + b"\x90"), other_hole, one._replace(cold=b"\x90")]
    assert len({stencil_digest(s) for s in (one, *others)}) == 4

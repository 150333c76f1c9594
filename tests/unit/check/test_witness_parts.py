"""Parts of the witness check by themselves, and images that only a strange binder makes."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any, cast

import pytest
from tests.support.assemble import Draft, Mark, assemble, draft, relink

from siglum import records
from siglum.bind import bind
from siglum.check import check_image
from siglum.check.memory import NO_NAMES, Memory, bases
from siglum.check.scopes import Known
from siglum.check.semantics import _handler
from siglum.check.terms import Terms
from siglum.ir.function import Builder, Function, Origin
from siglum.ir.node import constant, parameter
from siglum.ir.ownership import FROZEN, Summary
from siglum.ir.types import BOOL, F64, I64, STR, Array, Map, Pair
from siglum.records import (
    Exhausted,
    Followed,
    Image,
    Label,
    Location,
    Proof,
    Proved,
    ProvedUpTo,
    Refuted,
    Rejected,
    Unknown,
    Unsafe,
    Unsupported,
    Verdict,
)
from siglum.stencil.families import FAMILIES
from siglum.stencil.table import load

TABLE = load("x86-64-v2")
YES = constant(True, BOOL)


def rejected(image: Image, why: str) -> None:
    found = check_image(image, TABLE)
    assert isinstance(found, Rejected)
    assert why in found.reason, found


def followed(image: Image) -> None:
    found = check_image(image, TABLE)
    assert isinstance(found, Followed), found


def origin(b: Builder) -> int:
    return b.origin(Origin("word", "<test>", 1, 1, 4))


def converted() -> Function:
    b = Builder()
    first, second = (b.emit("to_int", b.param(k, F64), origin=origin(b)) for k in (0, 1))
    return b.finish("f", (("x", F64), ("y", F64)), b.emit("pair", first, second))


def instance(image: Image, family: str) -> int:
    return next(k for k, i in enumerate(image.witness.blocks[0].instances) if i.family.startswith(family))


def with_operands(image: Image, family: str, *operands: int) -> Image:
    """`image` with other operands of the first instance of a family, and bytes that fit them."""
    k = instance(image, family)
    (d,) = (draft(b) for b in image.witness.blocks)
    code = (*d.code[:k], (d.code[k][0], operands), *d.code[k + 1 :])
    return relink(image, TABLE, [d._replace(code=code)], image.witness.stops)


def test_a_conversion_of_another_value_is_refused() -> None:
    image = bind(converted(), TABLE)
    followed(image)
    rejected(with_operands(image, "ld.xs", 0, 2), "`to_int` is applied to another value than in the Function")


def test_a_jump_outside_of_any_loop_decides_nothing() -> None:
    b = Builder()
    x, y = b.param(0, I64), b.param(1, I64)
    f = b.finish("f", (("x", I64), ("y", I64)), x)
    places: tuple[Any, ...] = ((x, (Location("s", 1),)), (y, (Location("s", 2),)))
    code = (("entry", ()), ("ld.vs", (1, 1)), ("nop.1", ()), ("leave", ()))
    followed(assemble(f, TABLE, [Draft(f, code, (Mark(3, (), 0, places),), 4)], []))
    code = (*code[:2], ("j.le.vs", (1, 2, 0)), code[3])
    rejected(assemble(f, TABLE, [Draft(f, code, (Mark(3, (), 0, places),), 4)], []), "decides nothing")


def searching(later: bool) -> Function:
    """Looks for the first i with i * i over x, asking in every second run only; `later` adds something behind the choice."""
    b = Builder()
    x = b.param(0, I64)
    i, (last,) = b.open_loop(b.const(100), (b.const(0),))
    odd = b.emit("eq", b.emit("and", i, b.const(1)), b.const(1))
    b.open_region()
    less = b.emit("lt", b.emit("mul_wrap", i, i), x)
    then = b.close_region((less,))
    b.open_region()
    (again,) = b.if_(odd, then, b.close_region((YES,)))
    given = b.emit("add", i, last, origin=origin(b)) if later else i
    (last,) = b.close_loop(again, (given,))
    return b.finish("f", (("x", I64),), last)


@pytest.mark.parametrize("later", [False, True])
def test_a_loop_may_end_early_out_of_a_choice(later: bool) -> None:
    followed(bind(searching(later), TABLE))


def sum_of_floats() -> Function:
    b = Builder()
    xs = b.param(0, Array(F64))
    i, (lanes,) = b.open_loop(b.length(xs), (b.emit("lanes"),))
    (lanes,) = b.close_loop(YES, (b.emit("lanes_add", lanes, i, b.emit("load", xs, i)),))
    return b.finish("f", (("xs", Array(F64)),), b.emit("lanes_total", lanes))


@pytest.mark.parametrize(
    "places",
    [
        (Location("x", 1),), (Location("s", 0),), (Location("s", 10**6),), (), (Location("s", 3), Location("s", 11)),
    ],
)  # fmt: skip
def test_lanes_stand_in_eight_slots(places: tuple[Location, ...]) -> None:
    image = bind(sum_of_floats(), TABLE)
    followed(image)
    (block,) = image.witness.blocks
    labels: list[Label] = []
    for label in block.labels:
        values = tuple((n, places if n.type.kind == "lanes" else where) for n, where in label.values)
        labels.append(label._replace(values=values))
    changed = replace(image, witness=replace(image.witness, blocks=(replace(block, labels=tuple(labels)),)))
    rejected(changed, "something else than eight slots" if places else "")


def constant_of_two() -> Function:
    b = Builder()
    return b.finish("f", (), b.emit("load", b.data(I64, (5, 7)), b.const(1)))


@pytest.mark.parametrize(
    ("before", "why"), [(bytes(8), ""), (bytes(16), "belong to no constant"), (b"\0" * 7 + b"\1", "belong to no constant")]
)
def test_there_is_nothing_between_code_and_constants(before: bytes, why: str) -> None:
    image = bind(constant_of_two(), TABLE)
    start = image.data_offset
    apart = replace(image, code=image.code[:start] + before + image.code[start:])
    k = instance(image, "data")
    slot, offset, *rest = image.witness.blocks[0].instances[k].operands
    moved = with_operands(apart, "data", slot, offset + len(before), *rest)
    if why:
        rejected(moved, why)
    else:
        followed(moved)


def two_canonical() -> Image:
    b = Builder()
    values = [b.emit("canonical", b.emit("fadd", b.param(k, F64), b.param(k, F64))) for k in (0, 1)]
    return bind(b.finish("f", (("x", F64), ("y", F64)), b.emit("pair", *values)), TABLE)


def test_cold_parts_follow_each_other() -> None:
    image = two_canonical()
    followed(image)
    (block,) = image.witness.blocks
    cold = [k for k, i in enumerate(block.instances) if i.cold >= 0]
    assert len(cold) == 2
    first, second = (block.instances[k] for k in cold)
    for moved in ({cold[0]: first.cold + 1}, {cold[1]: first.cold}, {cold[0]: -1}):
        instances = tuple(i._replace(cold=moved[k]) if k in moved else i for k, i in enumerate(block.instances))
        changed = replace(image, witness=replace(image.witness, blocks=(replace(block, instances=instances),)))
        rejected(changed, "the cold parts do not follow each other")
    assert second.cold > first.cold


def test_a_family_without_a_contract_is_an_error() -> None:
    family = FAMILIES["stop"]
    with pytest.raises(AssertionError, match="no contract for `novel`"):
        _handler(cast(Any, type(family)(**{**family_parts(family), "name": "novel"})))


def family_parts(family: Any) -> dict[str, Any]:
    return (
        {name: getattr(family, name) for name in family.__dataclass_fields__}
        if hasattr(family, "__dataclass_fields__")
        else family._asdict()
    )


# Numbers of values ----------------------------------------------------------------------------------------------------
def test_the_opposite_of_the_opposite_is_the_truth_value_itself() -> None:
    terms = Terms()
    x = terms.next()
    opposite = terms.negate(x)
    assert terms.negate(x) == opposite != x
    assert terms.negate(opposite) == x
    assert terms.sense(opposite) == (x, False) and terms.sense(x) == (x, True)
    assert terms.select(opposite, 1, 2) == terms.select(x, 2, 1)


def test_constants_are_numbered_by_their_bits() -> None:
    terms = Terms()
    assert terms.const(-1) == terms.const(2**64 - 1) != terms.const(1)


def test_what_is_not_in_scope_has_no_number() -> None:
    known = Known(Terms(), {})
    x = parameter(0, 0, I64)
    assert not known.has(x) and known.has(constant(3, I64))
    with pytest.raises(KeyError):
        known[x]
    assert known[constant(3, I64)] == known[constant(3, I64)]


# Names of memory ------------------------------------------------------------------------------------------------------
def memory(first: int = 100) -> Memory:
    return Memory(count(first).__next__)


def test_bases_are_the_arrays_components() -> None:
    assert bases(I64, (1,)) == []
    assert bases(Pair(STR, I64), (1, 2, 3)) == [1]
    assert bases(Map(I64, STR), (1, 2, 3, 4)) == [1, 3]


def test_a_call_of_which_nothing_is_known_may_give_what_it_was_given() -> None:
    m = memory()
    m.made(1)
    m.made(2)
    m.called([5, 6], [[1], [], [2, 3]], None)
    assert m.of(5) == m.of(6) == {1, 2}
    m.called([7], [[3]], None)
    assert m.of(7) == NO_NAMES


def test_a_call_gives_parts_of_its_arguments_and_memory_of_its_own() -> None:
    m = memory()
    m.made(1)
    own: Any = ("made", 0)
    given: Any = ("param", 0, 0)
    leaves: Any = tuple(map(frozenset, ({given}, {own}, {own, given}, {FROZEN}, ())))
    m.called([5, 6, 7, 8, 9], [[1]], Summary(leaves, frozenset()))
    assert (m.of(5), m.of(6), m.of(7), m.of(8), m.of(9)) == ({1}, {100}, {1, 100}, NO_NAMES, NO_NAMES)


def test_carried_arrays_that_change_places_are_all_stored_into() -> None:
    """1, 2 and 3 are 10, 11 and 12 in the loop, which change places each run; 13 is a store into 10."""
    m = memory()
    for base in (1, 2, 3, 10, 11, 12, 4, 14):
        m.made(base)
    m.stored(10, 13)
    m.looped(5, [10, 11, 12, 14], [1, 2, 3, 4], [11, 12, 13, 14], [20, 21, 22, 23])
    assert [m.of(base) for base in (20, 21, 22)] == [{20}, {21}, {22}]
    assert m.of(23) == {4}
    assert m.overlap(m.of(20), m.of(1)) and m.overlap(m.of(3), m.of(22))
    assert not m.overlap(m.of(20), m.of(4))


# Records --------------------------------------------------------------------------------------------------------------
PROOF = Proof("SMT", 2, ("bitwuzla", "z3-int", "z3"), ("ab",), ("a lemma",))


@pytest.mark.parametrize(
    ("finding", "shown"),
    [
        (Proved(PROOF), "proved (SMT, models=2, solvers=2, a lemma)"),
        (Proved(Proof("identity", 0, ())), "proved (identity)"),
        (Proved(Proof("SMT", 1, (), ("ab",))), "proved (SMT, models=1, by rewriting)"),
        (ProvedUpTo(6, "length", Proof("SMT", 2, ("z3",)), "no relation"),
         "proved up to length 6 (SMT, models=2, solvers=1; for all: no relation)"),
        (Exhausted(256), "exhausted (all 256 inputs run)"),
        (records.Tested(9), "tested (9 runs, not proved)"),
        (records.Tested(9, "time"), "tested (9 runs, not proved: time)"),
        (Refuted((1, 2), "3", "4"), "refuted: on (1, 2) expected 3, got 4"),
        (Unsafe("it jumps away", 16), "unsafe: it jumps away at offset 0x10"),
        (Unsafe("it jumps away"), "unsafe: it jumps away"),
        (Unsupported("cpuid"), "unsupported: cpuid"),
        (Unknown("time"), "unknown (time)"),
        (Rejected("a byte differs", 3), "rejected: a byte differs at offset 0x3"),
        (Rejected("a byte differs"), "rejected: a byte differs"),
    ],
)  # fmt: skip
def test_a_finding_reads_as_what_it_is(finding: object, shown: str) -> None:
    assert str(finding) == shown


def test_a_verdict_is_two_findings_and_no_truth_value() -> None:
    verdict = Verdict(Followed(3, 1), Proved(PROOF))
    assert str(verdict) == f"bytes: {verdict.bytes}; meaning: {verdict.meaning}"
    with pytest.raises(TypeError):
        bool(verdict)


def test_an_image_has_its_functions_signature() -> None:
    image = two_canonical()
    assert image.params == (("x", F64), ("y", F64)) and image.result is Pair(F64, F64)

"""The record of the stencils' proofs fits the tables, and what it says can be shown again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from tests.support.stencil_mutants import mutants

from siglum.check.contracts import contract_of
from siglum.check.stencils import lemmas
from siglum.check.stencils.execute import run
from siglum.check.stencils.holes import ready
from siglum.check.stencils.prove import models, prove
from siglum.check.stencils.record import family_digest, parse, path_of, record_of, variants_of
from siglum.check.stencils.scene import Scene
from siglum.check.stencils.table import prove_family
from siglum.smt.solve import Portfolio
from siglum.stencil.families import FAMILIES, Family
from siglum.stencil.fresh import TARGETS
from siglum.stencil.table import load

LEAST_PROVED = 0.995
V3 = "x86-64-v3"


@pytest.fixture(scope="module")
def quick() -> Iterator[Portfolio]:
    """One solver is enough to show that a record is not out of date; two have made it."""
    with Portfolio(order=("bitwuzla",), needed=1, seconds=20.0, cache=Remembered()) as portfolio:
        yield portfolio


@dataclass
class Remembered:
    known: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def find(self, query: str) -> tuple[str, ...] | None:
        return self.known.get(query)

    def keep(self, query: str, solvers: tuple[str, ...]) -> None:
        self.known[query] = solvers


def registers_of(family: Family) -> tuple[int, ...]:
    """Different ones, neither the first nor a base of `near`."""
    return (1, 2, 3)[: sum(kind in "vx" for kind in family.kinds)]


# The record -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("target", TARGETS)
def test_the_record_is_of_these_stencils(target: str) -> None:
    table = load(target)
    record = record_of(table)
    assert record is not None, f"the stencils of {target} have changed: run `make proofs`"
    assert record.lines.keys() == FAMILIES.keys()
    stale = [name for name, line in record.lines.items() if line.stencils != family_digest(table, name)]
    assert not stale, "their bytes have changed: run `make proofs`"


@pytest.mark.parametrize("target", TARGETS)
def test_nearly_all_stencils_are_proved_by_two_solvers(target: str) -> None:
    record = record_of(load(target))
    assert record is not None
    total = sum(line.total for line in record.lines.values())
    proved = sum(line.proved for line in record.lines.values())
    assert total == sum(1 for name in FAMILIES for _ in variants_of(name))
    assert total - proved == len(record.unproved)
    assert proved >= LEAST_PROVED * total
    for line in record.lines.values():
        assert not line.proved or (len(line.solvers) >= 2 and "own" in line.models), line.family


@pytest.mark.parametrize("target", TARGETS)
def test_a_record_reads_as_it_is_written(target: str) -> None:
    text = path_of(target).read_text(encoding="utf-8")
    assert parse(text).text() == text


def test_a_stencil_counts_as_proved_only_with_the_bytes_that_were() -> None:
    table = load(V3)
    record = record_of(table)
    assert record is not None
    assert record.proved(table, "add.vv", (1, 2)) == ("own", "sleigh")
    line = record.lines["add.vv"]
    other = record._replace(lines={**record.lines, "add.vv": line._replace(stencils="0" * 64)})
    assert other.proved(table, "add.vv", (1, 2)) == ()
    assert record._replace(unproved={("add.vv", (1, 2)): "unknown"}).proved(table, "add.vv", (1, 2)) == ()
    assert record._replace(lines={}).proved(table, "add.vv", (1, 2)) == ()


# Shown again ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("target", TARGETS)
def test_one_stencil_of_every_family_is_proved_again(target: str, quick: Portfolio) -> None:
    table = load(target)
    record = record_of(table)
    assert record is not None
    worse = {}
    for family in FAMILIES.values():
        registers = registers_of(family)
        if target != V3 and table.stencil(family.name, registers) == load(V3).stencil(family.name, registers):
            continue
        proof = prove(family.name, registers, table.stencil(family.name, registers), quick.ask, models())
        if set(record.proved(table, family.name, registers)) - set(proof.models):
            worse[family.name] = proof
    assert worse == {}


def test_what_is_taken_from_the_theory_of_floats_is_settled() -> None:
    assert [lemmas.settled(script) for script in lemmas.LEMMAS.values()] == [("bitwuzla", "cvc5")] * 2


# What the proofs would not see through --------------------------------------------------------------------------------
def test_every_way_of_every_contract_can_be_taken(quick: Portfolio) -> None:
    table = load(V3)
    own = models()["own"]
    never = []
    for family in FAMILIES.values():
        registers = registers_of(family)
        stencil = table.stencil(family.name, registers)
        scene = Scene(family.name, registers, stencil)
        contract = contract_of(scene)
        if not contract.loop:
            state = scene.state()
            state.memory = type(scene.memory)(scene.terms, contract.windows)
            kinds = {end.kind for end in run(scene.terms, ready(scene, stencil), own, scene.base, state).ends}
            assert kinds == {way.kind for way in contract.ways}, family.name
        for way in contract.ways:
            asked = [*scene.bounds(), *contract.given, way.condition]
            if quick.ask(asked).status != "sat":
                never.append((family.name, way.kind))
    assert never == []


ALIKE = {"to_signed.v", "to_unsigned.v"}
"""Families of one meaning."""


def test_a_stencil_of_another_family_is_not_proved(quick: Portfolio) -> None:
    table = load(V3)
    alike: dict[str, list[Family]] = {}
    for family in FAMILIES.values():
        if not family.name.startswith("nop"):
            alike.setdefault(family.kinds, []).append(family)
    confused = []
    for families in alike.values():
        for one, other in pairwise(families):
            registers = registers_of(one)
            stencil = table.stencil(one.name, registers)
            proof = prove(other.name, registers, stencil, quick.ask, {"own": models()["own"]})
            if proof.status == "proved":
                confused.append({one.name, other.name})
    assert confused == [ALIKE]


REENCODED = 0.08
"""The part of changed bits that may leave the meaning as it was: prefix bits that count for nothing, conditions alike there."""


def test_a_changed_bit_is_noticed(quick: Portfolio) -> None:
    table = load(V3)
    own = {"own": models()["own"]}
    changed = mutants(table, seed=1, count=120)
    found = [prove(family, registers, mutant, quick.ask, own).status for family, registers, _, mutant in changed]
    assert found.count("proved") <= REENCODED * len(found)
    assert found.count("refuted") >= len(found) // 4


def test_families_share_what_their_variants_ask(quick: Portfolio) -> None:
    proofs = prove_family(load(V3), "add.vv", quick.ask, {})
    assert {proof.status for proof in proofs.values()} == {"proved"}
    assert len({proof.queries for proof in proofs.values()}) <= 2

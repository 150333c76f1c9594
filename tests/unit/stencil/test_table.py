"""The table file: round trip, digest, reproducible bytes, and what no stencil may hold."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siglum.errors import EnvironmentFault
from siglum.stencil import fresh
from siglum.stencil.compile import Relocation, Section
from siglum.stencil.extract import Unexpected, make_stencil
from siglum.stencil.families import FAMILIES, variants
from siglum.stencil.fresh import TARGETS
from siglum.stencil.table import MAGIC, Hole, Stencil, Table, as_mapping, encode, load, registers_of

SUBSET = "add.vi shl.vi canonical.x wide_add fneg.x to_int.vx load.f32 call data"
SCRIPT = f"""
from siglum.stencil.families import FAMILIES
from siglum.stencil.generate import make_stencils
import sys
for stencil in make_stencils("x86-64-v3", [FAMILIES[name] for name in "{SUBSET}".split()]):
    print(stencil)
"""


def test_generation_is_reproducible_byte_for_byte() -> None:
    outputs = set()
    for seed in ("1", "2"):
        path = os.pathsep.join([str(fresh.PACKAGE.parent), *(entry for entry in sys.path if entry)])
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
        outputs.add(subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, check=True).stdout)
    (output,) = outputs
    table = load("x86-64-v3")
    made = [table.stencil(name, registers) for name, registers in as_mapping(table) if name in SUBSET.split()]
    assert sorted(output.decode().splitlines()) == sorted(str(stencil) for stencil in made)


@pytest.mark.parametrize("target", TARGETS)
def test_a_table_holds_every_family_and_register(target: str) -> None:
    stencils = as_mapping(load(target))
    assert len(stencils) == sum(variants(family) for family in FAMILIES.values())
    for (name, registers), stencil in stencils.items():
        kinds = FAMILIES[name].kinds
        filled = {hole.operand for hole in (*stencil.holes, *stencil.cold_holes)}
        for operand, kind in enumerate(kinds):
            if kind in "siqdcz":
                assert operand in filled, (name, registers)
        for code, holes in ((stencil.code, stencil.holes), (stencil.cold, stencil.cold_holes)):
            end = 0
            for hole in holes:
                assert hole.offset >= end
                end = hole.offset + hole.width
                assert hole.kind == (kinds[hole.operand] if hole.operand >= 0 else hole.kind)
                assert not any(code[hole.offset : end])
            assert end <= len(code)
        assert bool(stencil.cold) == any(hole.kind == "o" for hole in stencil.holes)


def test_hot_paths_are_as_short_as_they_can_be() -> None:
    table = load("x86-64-v3")
    sizes = {"add.vv": 9, "wide_add": 9, "latch.vs": 17, "j.lt.vv": 9, "load.i64": 12, "bounds.vs": 14, "select.vv": 7}
    sizes.update({f"nop.{size}": size for size in range(1, 10)})
    for name, size in sizes.items():
        count = sum(kind in "vx" for kind in FAMILIES[name].kinds)
        assert len(table.stencil(name, (1, 2, 3)[:count]).code) == size, name


def test_unknown_families_registers_and_targets_are_refused() -> None:
    table = load("x86-64-v2")
    for family, registers in (("none", ()), ("add.vv", (0,)), ("add.vv", (0, 8)), ("add.vv", (-1, 0)), ("ret", (0,))):
        with pytest.raises(KeyError):
            table.stencil(family, registers)
    with pytest.raises(KeyError):
        load("x86-64-v9")


def test_registers_are_picked_out_of_the_operands() -> None:
    assert registers_of("cell.store.v", (11, 3, 5, 24, 8)) == (3, 5)


HOLES = st.builds(
    Hole, st.integers(0, 2**16 - 1), st.sampled_from((1, 4, 8)), st.sampled_from("siqztkcdon"),
    st.integers(-1, 5), st.integers(-(2**15), 2**15 - 1),
)  # fmt: skip
STENCILS = st.builds(
    Stencil, st.binary(max_size=300), st.lists(HOLES, max_size=4).map(tuple), st.binary(max_size=255),
    st.lists(HOLES, max_size=3).map(tuple),
)  # fmt: skip


@given(st.lists(STENCILS, min_size=1, max_size=5), st.binary(min_size=32, max_size=32))
def test_what_is_encoded_is_found_again(drawn: list[Stencil], digest: bytes) -> None:
    total = sum(variants(family) for family in FAMILIES.values())
    stencils = [drawn[number % len(drawn)] for number in range(total)]
    table = Table("x86-64-v2", encode(stencils, digest))
    assert table.digest == digest.hex()
    assert [table.stencil("add.vv", (a, b)) for a in range(8) for b in range(8)] == stencils[:64]
    assert table.stencil("nop.9") == stencils[-1]


@pytest.mark.parametrize("data", [b"", b"x" * 100, MAGIC + bytes(40) + zlib.compress(b"")])
def test_a_damaged_table_is_named_and_not_used(data: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "x86-64-v2.bin").write_bytes(data)
    monkeypatch.setattr("siglum.stencil.table.ensure", lambda folder: None)
    monkeypatch.setattr("siglum.stencil.table.path_of", lambda target: tmp_path / f"{target}.bin")
    with pytest.raises(EnvironmentFault, match=r"the stencil table of x86-64-v2 cannot be read.*generate"):
        load.__wrapped__("x86-64-v2")


# Staleness ------------------------------------------------------------------------------------------------------
@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A folder of tables that are fresh."""
    load("x86-64-v2")
    for target in TARGETS:
        shutil.copy(fresh.path_of(target), tmp_path)
    return tmp_path


@pytest.mark.parametrize("damage", ["missing", "other digest"])
def test_stale_tables_are_noticed_and_rebuilt_once(damage: str, copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = copied / "x86-64-v3.bin"
    good = path.read_bytes()
    rebuilt: list[Path] = []

    def rebuild(folder: Path) -> None:
        rebuilt.append(folder)
        path.write_bytes(good)

    monkeypatch.setattr(fresh, "_rebuild", rebuild)
    fresh.ensure(copied)
    assert rebuilt == []
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(good[:8] + bytes(32) + good[40:])
    assert not fresh.is_fresh(copied)
    fresh.ensure(copied)
    fresh.ensure(copied)
    assert rebuilt == [copied]


def test_without_llvmlite_the_fault_names_what_to_run(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (copied / "x86-64-v2.bin").unlink()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EnvironmentFault, match=r"llvmlite is missing.*python -m siglum.stencil.generate"):
        fresh.ensure(copied)


def test_an_installed_package_is_not_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh, "is_source_tree", lambda: False)
    fresh.ensure(tmp_path)
    assert list(tmp_path.iterdir()) == []


# Extraction -----------------------------------------------------------------------------------------------------
JMP = b"\xe9\0\0\0\0"


@pytest.mark.parametrize(
    ("relocation", "why"),
    [
        (Relocation(1, 4, "memset", -4), "relocation of type 4 to memset"),
        (Relocation(1, 2, ".LCPI0_0", -4), "relocation of type 2 to .LCPI0_0"),
        (Relocation(1, 10, "_O1", 0), "relocation of type 10 to _O1"),
        (Relocation(1, 11, "_O0", 0), "operand 0 of kind v in a field for siz"),
    ],
)
def test_unexpected_relocations_fail_the_build(relocation: Relocation, why: str) -> None:
    with pytest.raises(Unexpected, match=why):
        make_stencil(FAMILIES["add.vi"], (1,), Section(JMP, (relocation,)), None, None)


def test_an_operand_without_a_hole_fails_the_build() -> None:
    with pytest.raises(Unexpected, match=r"operands \[1\] have no hole"):
        make_stencil(FAMILIES["add_wrap.vi"], (1,), Section(b"", ()), None, None)


def test_a_cold_part_out_of_reach_fails_the_build() -> None:
    with pytest.raises(Unexpected, match="never reached"):
        make_stencil(FAMILIES["jmp"], (), Section(JMP, (Relocation(1, 4, "_TAKEN", -4),)), Section(b"", ()), None)


def test_an_immediate_in_several_places_fails_the_build() -> None:
    first, second = Section(b"\xc1\x25\x25", ()), Section(b"\xc1\x2a\x2a", ())
    with pytest.raises(Unexpected, match="no single field"):
        make_stencil(FAMILIES["shl.vi"], (1,), first, None, second)

"""The co-simulation record is complete and current, and covers what compilers and our own stencils emit."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from siglum.smt.terms import Terms
from siglum.stencil.table import as_mapping, load
from siglum.target.x86_64.semantics import decode as decoding
from siglum.target.x86_64.semantics import own, record
from siglum.target.x86_64.semantics.decode import decode
from siglum.target.x86_64.semantics.forms import FORMS
from siglum.target.x86_64.semantics.state import State, Unsupported
from siglum.target.x86_64.semantics.symbolic import Recorded, digest

HERE = Path(__file__).parent
RENEW = "run `make cosimulate` on a CPU of x86-64-v3 and commit the record"


def test_every_form_has_a_passing_record_of_its_present_meaning() -> None:
    entries = record.read()
    missing = [name for name in FORMS if name not in entries]
    assert missing == [], f"no record: {RENEW}"
    assert [name for name in entries if name not in FORMS] == [], f"records of no form: {RENEW}"
    assert [name for name, entry in entries.items() if not entry.passes] == [], f"too few states, or mismatches: {RENEW}"
    changed = [name for name in FORMS if digest(name) != entries[name].digest]
    assert changed == [], f"these mean something else than when they were run: {RENEW}"
    assert record.passing_forms() == frozenset(FORMS)


def test_there_are_enough_forms() -> None:
    assert len(FORMS) >= 250


def test_a_changed_meaning_has_another_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest("ADD_RM64_R64")
    assert digest("ADD_RM64_R64") == before
    form = FORMS["ADD_RM64_R64"]
    other = form._replace(meaning=FORMS["SUB_RM64_R64"].meaning)
    monkeypatch.setattr(decoding, "FORMS", {**FORMS, "ADD_RM64_R64": other})
    decode.cache_clear()
    try:
        assert digest("ADD_RM64_R64") != before
    finally:
        decode.cache_clear()


def test_a_record_reads_back_as_it_was_written(tmp_path: Path) -> None:
    entries = {"NOPD": record.Entry(10_000, 0, "ab"), "CQO": record.Entry(9_999, 0, "cd"), "CDQ": record.Entry(10_000, 1, "ef")}
    path = tmp_path / "record.txt"
    record.write(entries, path)
    assert record.read(path) == entries
    assert [name for name, entry in entries.items() if entry.passes] == ["NOPD"]
    assert record.read(tmp_path / "none") == {}


@cache
def refusal(code: bytes) -> str:
    """Why an instruction is not supported, or ""."""
    terms = Terms()
    try:
        own.step(terms, State.unknown(terms, Recorded(terms)), code, 0, terms.var("base", 64))
    except Unsupported as unsupported:
        return unsupported.what
    return ""


def refused_in(code: bytes) -> set[str]:
    found, at = set(), 0
    while at < len(code):
        found.add(refusal(code[at : at + 15]))
        try:
            at += decode(code[at : at + 15]).length
        except Unsupported:
            break
    return found - {""}


def test_every_instruction_of_compiled_functions_is_supported() -> None:
    lines = (HERE / "compiled_instructions.txt").read_text().splitlines()
    codes = [code for line in lines if not line.startswith("#") for code in line.split()[1:]]
    assert {code: why for code in codes if (why := refusal(bytes.fromhex(code)))} == {}


def test_every_instruction_that_a_compiler_here_makes_is_supported(tmp_path: Path) -> None:
    """Of the sources that SIGLUM_BENCH_DATA points to, where there is gcc; the listed instructions are tested in any case."""
    gcc, folder = shutil.which("gcc"), os.environ.get("SIGLUM_BENCH_DATA")
    found: dict[str, set[str]] = {}
    for level, optimization in product(("x86-64", "x86-64-v2", "x86-64-v3"), ("-O1", "-O2", "-O3")):
        if gcc and folder:
            made, text = tmp_path / "made.o", tmp_path / "text"
            source = Path(folder) / "c_functions.c"
            subprocess.run([gcc, optimization, f"-march={level}", "-w", "-c", "-o", made, source], check=True)
            subprocess.run(["objcopy", "-O", "binary", "-j", ".text", made, text], check=True)
            found[f"{optimization} {level}"] = refused_in(text.read_bytes())
    assert {setting: refused for setting, refused in found.items() if refused} == {}


@pytest.mark.parametrize("target", ["x86-64-v2", "x86-64-v3"])
def test_every_instruction_of_the_stencils_is_supported_but_system_calls(target: str) -> None:
    found: set[str] = set()
    for stencil in as_mapping(load(target)).values():
        found |= refused_in(stencil.code) | refused_in(stencil.cold)
    assert found <= {"SYSCALL"}

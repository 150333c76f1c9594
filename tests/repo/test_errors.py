"""The list of error codes in the documents is the list in the source."""

from __future__ import annotations

import re
from pathlib import Path

from siglum.errors import STOP_CAUSES, STOP_CODES

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"\bE-\d{3}\b")


def test_every_code_in_the_source_is_documented_and_the_other_way_round() -> None:
    in_source = {c for path in (ROOT / "src").rglob("*.py") for c in re.findall(r'"(E-\d{3})"', path.read_text())} - {"E-000"}
    rows = [line for line in (ROOT / "docs/errors.md").read_text().splitlines() if line.startswith("| E-")]
    documented = {code for row in rows for code in CODE.findall(row)}
    assert sorted(in_source ^ documented) == []


def test_every_stop_has_a_code_of_its_own_and_a_cause() -> None:
    assert STOP_CODES.keys() == STOP_CAUSES.keys()
    assert len(set(STOP_CODES.values())) == len(STOP_CODES)

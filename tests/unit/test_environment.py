"""What `siglum doctor` reports about machines other than this one."""

from __future__ import annotations

from pathlib import Path

import pytest

from siglum.measure import environment
from siglum.target.x86_64.cpu import FEATURES, cpu_features, missing_features

V2 = frozenset(FEATURES["x86-64-v2"])
V3 = V2 | frozenset(FEATURES["x86-64-v3"])


def test_features_are_those_of_the_first_cpu(tmp_path: Path) -> None:
    text = "processor\t: 0\nflags\t\t: popcnt avx2 pni\nprocessor\t: 1\nflags\t\t: other\n"
    (tmp_path / "cpuinfo").write_text(text)
    assert cpu_features(str(tmp_path / "cpuinfo")) == {"popcnt", "avx2", "pni"}
    assert cpu_features(str(tmp_path / "missing")) == frozenset()


def test_features_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text("flags: avx2\n")
    assert cpu_features(str(tmp_path / "cpuinfo")) == {"avx2"}
    (tmp_path / "cpuinfo").unlink()
    assert cpu_features(str(tmp_path / "cpuinfo")) == {"avx2"}


def test_a_level_includes_the_levels_below() -> None:
    assert missing_features("x86-64-v2", V2) == ()
    assert missing_features("x86-64-v3", V3) == ()
    assert missing_features("x86-64-v3", V2) == FEATURES["x86-64-v3"]
    assert missing_features("x86-64-v3", V3 - {"popcnt", "avx2"}) == ("popcnt", "avx2")


@pytest.mark.parametrize(
    ("features", "found"),
    [(V3, [True, True]), (V2, [True, False]), (V3 - {"sse4_1"}, [False, False]), (frozenset(), [False, False])],
)
def test_only_the_lowest_level_is_needed(features: frozenset[str], found: list[bool]) -> None:
    checks = environment.check_cpu(features)
    assert [c.ok for c in checks] == found
    assert [c.core for c in checks] == [True, False]


def test_a_missing_package_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "find_spec", lambda name: None if name == "llvmlite" else object())
    missing = [c for c in environment.check_extras() if not c.ok]
    assert [(c.name, c.fix, c.core) for c in missing] == [("llvmlite", "pip install 'siglum[asm]'", False)]

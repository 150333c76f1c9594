"""What is made from the sources and kept beside them: its digest, and making it again in a child process."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from siglum.errors import EnvironmentFault
from siglum.generated import PACKAGE, digest_of, is_source_tree, remake

MAKER = """
import pathlib, sys
folder = pathlib.Path(sys.argv[1])
folder.mkdir()
(folder / "made").write_text("as told")
"""


@pytest.fixture
def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module `maker_of_tests`, whose text tests may change."""
    (tmp_path / "maker_of_tests.py").write_text(MAKER)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path / "maker_of_tests.py"


def test_the_digest_is_of_names_contents_and_order(tmp_path: Path) -> None:
    one, other = tmp_path / "a.py", tmp_path / "b.py"
    one.write_text("1")
    other.write_text("2")
    first = digest_of([one, other])
    assert digest_of([one, other]) == first
    assert len({first, digest_of([other, one]), digest_of([one])}) == 3
    other.write_text("3")
    assert digest_of([one, other]) != first
    other.write_text("2")
    (tmp_path / "c.py").write_text("2")
    assert digest_of([one, tmp_path / "c.py"]) != first


def test_what_stands_in_one_file_is_not_what_stands_in_two(tmp_path: Path) -> None:
    one, other = tmp_path / "a.py", tmp_path / "b.py"
    one.write_text("12")
    other.write_text("")
    first = digest_of([one, other])
    one.write_text("1")
    other.write_text("2")
    assert digest_of([one, other]) != first


def test_a_checkout_is_a_source_tree() -> None:
    assert is_source_tree() == (PACKAGE.parents[1] / "hatch_build.py").exists()


def test_a_child_process_makes_it_with_the_path_of_this_one(maker: Path, tmp_path: Path) -> None:
    remake(maker.stem, tmp_path / "out", "the thing", older="the thing is older")
    assert (tmp_path / "out" / "made").read_text() == "as told"


def test_a_child_that_fails_is_one_line_with_its_last_one(maker: Path, tmp_path: Path) -> None:
    maker.write_text("print('much')\nraise SystemExit('no room\\nfor it')")
    with pytest.raises(EnvironmentFault, match="the thing could not be rebuilt: for it") as caught:
        remake(maker.stem, tmp_path / "out", "the thing", older="the thing is older")
    assert (caught.value.code, caught.value.exit) == ("E-301", 3)
    assert caught.value.fix == f"run python -m maker_of_tests {tmp_path / 'out'}"
    maker.write_text("raise SystemExit(7)")
    with pytest.raises(EnvironmentFault, match="could not be rebuilt: no output"):
        remake(maker.stem, tmp_path / "out", "the thing", older="the thing is older")


def test_without_llvmlite_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EnvironmentFault, match=r"the thing is older and llvmlite is missing; pip install 'siglum\[asm\]'"):
        remake("maker_of_tests", tmp_path / "out", "the thing", older="the thing is older")
    assert not (tmp_path / "out").exists()

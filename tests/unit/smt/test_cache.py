"""Proofs kept on disk: found again as they were kept, never believed when damaged, and forgotten where there is no place."""

from __future__ import annotations

import os
import tempfile
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from siglum.smt import cache
from siglum.smt.cache import DiskCache, cache_folder, disk_cache, versions

QUERY = "ab" + "0" * 62


def entry(kept: DiskCache) -> Path:
    return kept.folder / QUERY[:2] / QUERY


def test_an_answer_is_found_again(tmp_path: Path) -> None:
    kept = DiskCache(tmp_path)
    assert kept.find(QUERY) is None
    kept.keep(QUERY, ("bitwuzla", "z3"))
    assert DiskCache(tmp_path).find(QUERY) == ("bitwuzla", "z3")
    assert [path.name for path in entry(kept).parent.iterdir()] == [QUERY]


def test_other_versions_of_the_solvers_have_other_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    DiskCache(tmp_path).keep(QUERY, ("z3",))
    monkeypatch.setattr(cache, "versions", lambda: {"z3": "0"})
    assert DiskCache(tmp_path).find(QUERY) is None


def test_a_missing_solver_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(versions()) == {"bitwuzla", "cvc5", "z3"}

    def only_z3(package: str) -> str:
        if package != "z3-solver":
            raise PackageNotFoundError(package)
        return "4"

    monkeypatch.setattr(cache, "version", only_z3)
    assert versions() == {"z3": "4"}


def damaged(text: bytes) -> list[tuple[int, bytes]]:
    """Every single flipped bit, and the file cut short at every place."""
    places = [(k, bit) for k in range(len(text)) for bit in (0, 5)]
    flipped = [(k, bytes(b ^ (1 << bit if at == k else 0) for at, b in enumerate(text))) for k, bit in places]
    return flipped + [(k, text[:k]) for k in range(len(text) - 1)]


def test_a_damaged_entry_is_told_of_once_and_never_believed(tmp_path: Path) -> None:
    told: list[str] = []
    kept = DiskCache(tmp_path, told.append)
    kept.keep(QUERY, ("bitwuzla", "z3"))
    path = entry(kept)
    whole = path.read_bytes()
    cases = [case for case in damaged(whole) if case[1].rstrip(b"\n") != whole.rstrip(b"\n")]
    for where, content in cases:
        path.write_bytes(content)
        assert kept.find(QUERY) is None, where
        assert not path.exists() and kept.find(QUERY) is None
    assert len(told) == len(cases) and str(path) in told[0]


def test_an_entry_of_another_question_or_of_strangers_is_damaged(tmp_path: Path) -> None:
    kept = DiskCache(tmp_path)
    kept.keep(QUERY, ("somebody", "z3"))
    assert kept.find(QUERY) is None
    other = QUERY[:-1] + "1"
    kept.keep(other, ("z3",))
    entry(kept).write_bytes((kept.folder / other[:2] / other).read_bytes())
    assert kept.find(QUERY) is None and kept.find(other) == ("z3",)


def test_an_entry_that_cannot_be_read_is_no_answer(tmp_path: Path) -> None:
    kept = DiskCache(tmp_path)
    entry(kept).mkdir(parents=True)
    assert kept.find(QUERY) is None
    kept.keep(QUERY, ("z3",))  # in the way of the file there is a folder
    assert kept.find(QUERY) is None and list(entry(kept).parent.iterdir()) == [entry(kept)]


def test_an_interrupted_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(old: str, new: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    kept = DiskCache(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        kept.keep(QUERY, ("z3",))
    assert list(entry(kept).parent.iterdir()) == []


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and a folder of temporary files of the test's own."""
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    return tmp_path


def test_proofs_are_kept_where_caches_are(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache_folder() == places / "home" / ".cache" / "siglum"
    monkeypatch.setenv("XDG_CACHE_HOME", "not absolute")
    assert cache_folder() == places / "home" / ".cache" / "siglum"
    monkeypatch.setenv("XDG_CACHE_HOME", str(places / "xdg"))
    assert cache_folder() == places / "xdg" / "siglum"
    found = disk_cache()
    assert found is not None and found.folder.is_relative_to(places / "xdg" / "siglum")


@pytest.mark.parametrize("home", [None, "/", "relative"])
def test_without_a_home_they_are_among_temporary_files(places: Path, monkeypatch: pytest.MonkeyPatch, home: str | None) -> None:
    def homeless() -> Path:
        if home is None:
            raise RuntimeError("no home")
        return Path(home)

    monkeypatch.setattr(Path, "home", homeless)
    assert cache_folder() == places / "temporary" / f"siglum-{os.getuid()}"


def test_a_folder_that_others_may_write_to_is_not_used(places: Path) -> None:
    folder = places / "home" / ".cache" / "siglum"
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    assert cache_folder() == places / "temporary" / f"siglum-{os.getuid()}"


def test_where_there_is_no_place_there_is_no_cache(places: Path) -> None:
    for name in ("home", f"temporary/siglum-{os.getuid()}"):
        (places / name).write_text("in the way")
    assert cache_folder() is None and disk_cache() is None

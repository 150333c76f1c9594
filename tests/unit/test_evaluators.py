"""The file of the search's operations: the same bytes every time, remade when it is stale, refused when it is damaged."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from siglum import evaluators
from siglum.errors import EnvironmentFault

FIRST = 40
SCRIPT = f"""
import hashlib, json
from itertools import islice
from siglum import evaluators
from siglum.propose.search.catalogue import Catalogue
whole = Catalogue.operations
Catalogue.operations = lambda self: islice(whole(self), {FIRST})
data = evaluators._made()
print(json.dumps([hashlib.sha256(data).hexdigest(), len(data)]))
open(__import__("sys").argv[1], "wb").write(data)
"""


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A folder with a copy of the file as it is."""
    evaluators.load()
    shutil.copytree(evaluators.FOLDER, tmp_path / "built")
    return tmp_path / "built"


@pytest.fixture(autouse=True)
def forgotten() -> Any:
    """What is loaded of other folders is not kept."""
    yield
    evaluators.load.cache_clear()


def test_the_first_operations_are_made_the_same_every_time(tmp_path: Path) -> None:
    made = set()
    for seed in ("1", "2"):
        path = os.pathsep.join([str(evaluators.PACKAGE.parent), *(entry for entry in sys.path if entry)])
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
        command = [sys.executable, "-c", SCRIPT, str(tmp_path / "evaluators.bin")]
        made.add(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
    (said,) = made
    data = (tmp_path / "evaluators.bin").read_bytes()
    assert json.loads(said) == [hashlib.sha256(data).hexdigest(), len(data)]
    few, all_ = evaluators.load(tmp_path), evaluators.load()
    # code for all rows at once may be that of an operation that comes later
    assert [o[:-1] for o in few.operations] == [o[:-1] for o in all_.operations[:FIRST]]
    assert few.engine == all_.engine
    assert all_.code.startswith(few.code)


def test_operations_have_code_of_their_own_at_multiples_of_64() -> None:
    found = evaluators.load()
    offsets = [operation[-2] for operation in found.operations]
    assert offsets == sorted(set(offsets))
    assert {operation[-1] for operation in found.operations} <= {None, *offsets}
    assert all(offset % 64 == 0 for offset in offsets)
    assert offsets[-1] < len(found.code)
    assert len({(text, *types) for text, types, *_ in found.operations}) == len(found.operations)


def test_a_copy_is_fresh_and_what_is_cut_or_from_other_sources_is_not(copied: Path, tmp_path: Path) -> None:
    assert evaluators.is_fresh(copied)
    assert not evaluators.is_fresh(tmp_path / "nowhere")
    path = copied / "evaluators.bin"
    data = path.read_bytes()
    for other in (data[:20], b"", b"X" + data[1:], data[:10] + bytes([data[10] ^ 1]) + data[11:]):
        path.write_bytes(other)
        assert not evaluators.is_fresh(copied)


def test_a_source_tree_remakes_what_is_stale_and_nothing_else(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []
    data = (copied / "evaluators.bin").read_bytes()

    def remake(module: str, folder: Path, what: str, *, older: str) -> None:
        asked.append((module, folder))
        (folder / "evaluators.bin").write_bytes(data)

    monkeypatch.setattr(evaluators, "remake", remake)
    evaluators.load(copied)
    assert asked == []
    evaluators.load.cache_clear()
    (copied / "evaluators.bin").write_bytes(data[:10] + bytes([data[10] ^ 1]) + data[11:])
    monkeypatch.setattr(evaluators, "is_source_tree", lambda: False)
    assert evaluators.load(copied).operations
    assert asked == []
    evaluators.load.cache_clear()
    monkeypatch.setattr(evaluators, "is_source_tree", lambda: True)
    assert evaluators.load(copied).operations
    assert asked == [("siglum.evaluators", copied)]


@pytest.mark.parametrize("cut", [3, 60, -1])
def test_a_damaged_file_is_one_line(copied: Path, cut: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluators, "is_source_tree", lambda: False)
    path = copied / "evaluators.bin"
    data = path.read_bytes()
    path.write_bytes(data[:cut])
    with pytest.raises(EnvironmentFault, match="the search's evaluators cannot be read: ") as caught:
        evaluators.load(copied)
    assert (caught.value.code, caught.value.fix) == ("E-301", "reinstall siglum")
    assert caught.value.line().isprintable()


def test_a_file_that_is_not_there_or_whose_data_is_damaged_is_one_line(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluators, "is_source_tree", lambda: False)
    path = copied / "evaluators.bin"
    data = bytearray(path.read_bytes())
    data[-100:] = bytes(100)
    path.write_bytes(data)
    with pytest.raises(EnvironmentFault, match="the search's evaluators cannot be read: "):
        evaluators.load(copied)
    with pytest.raises(EnvironmentFault, match="cannot be read: No such file or directory"):
        evaluators.load(copied / "nowhere")

"""Files are refused before work starts, and outputs appear whole or not at all."""

from __future__ import annotations

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from siglum import files
from siglum.errors import EnvironmentFault, SiglumError, UserError


def test_outputs_are_written_with_their_modes_into_a_new_folder(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    paths = files.write_files(str(folder), {"x.so": b"code", "x": b"run"}, executable=["x"])
    assert [Path(p).read_bytes() for p in paths] == [b"code", b"run"]
    assert os.access(folder / "x", os.X_OK)
    assert not os.access(folder / "x.so", os.X_OK)
    assert sorted(os.listdir(folder)) == ["x", "x.so"]


@pytest.mark.parametrize("failing_call", ["fsync", "replace", "open"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EDQUOT])
def test_a_failing_disk_leaves_the_folder_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing_call: str, number: int
) -> None:
    (tmp_path / "x.so").write_bytes(b"old")

    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files.os, failing_call, fail)
    with pytest.raises(EnvironmentFault) as caught:
        files.write_files(str(tmp_path), {"x.so": b"new", "x.h": b"new"})
    monkeypatch.undo()
    assert (caught.value.exit, caught.value.code) == (3, "E-300")
    assert str(tmp_path)[:20] in caught.value.message
    assert os.listdir(tmp_path) == ["x.so"]
    assert (tmp_path / "x.so").read_bytes() == b"old"


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x")
    for folder in (tmp_path / "f", tmp_path / "f" / "inner"):
        with pytest.raises(UserError) as caught:
            files.check_output(str(folder))
        assert caught.value.code == "E-004"
        assert "is a file" in caught.value.message


def test_a_folder_that_refuses_writes_is_named_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.os, "access", lambda *_: False)  # root may write everywhere
    with pytest.raises(EnvironmentFault) as caught:
        files.check_output(str(tmp_path / "new"))
    assert (caught.value.code, caught.value.exit) == ("E-003", 3)
    assert "Permission denied" in caught.value.message


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_an_output_that_is_the_input_under_another_name_is_refused(tmp_path: Path, link: object) -> None:
    source = tmp_path / "source.py"
    source.write_text("x")
    assert callable(link)
    link(source, tmp_path / "x.so")
    with pytest.raises(UserError) as caught:
        files.check_output(str(tmp_path), ["x.so"], [str(source)])
    assert caught.value.code == "E-004"
    assert "would overwrite your input" in caught.value.message


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    dead = tmp_path / ".siglum-999999999-0.tmp"
    alive = tmp_path / f".siglum-{os.getppid()}-0.tmp"
    dead.write_bytes(b"part")
    alive.write_bytes(b"part")
    files.write_files(str(tmp_path), {"x": b"1"})
    assert not dead.exists()
    assert alive.exists()


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [(b"ab\xff", "E-008", "is not UTF-8 at byte 2"), (b"", "E-009", "is empty"), (b" \r\n", "E-009", "is empty")],
)
def test_inputs_that_are_no_text_are_refused(tmp_path: Path, content: bytes, code: str, message: str) -> None:
    path = tmp_path / "in"
    path.write_bytes(content)
    with pytest.raises(SiglumError) as caught:
        files.read_text(str(path))
    assert (caught.value.code, caught.value.exit) == (code, 2)
    assert message in caught.value.message


@pytest.mark.parametrize("name", ["missing", ".", "missing/inner", "nul\0"])
def test_inputs_that_are_not_there_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError) as caught:
        files.read_text(os.path.join(tmp_path, name))
    assert caught.value.code == "E-042"


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.write_bytes(b"\xef\xbb\xbfxs sum\r\n")
    assert files.read_text(str(path)) == "xs sum\r\n"


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "a\nb", "a\u202eb", "a\udcff", "a" * 256])
def test_a_name_that_no_file_in_the_folder_has_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError) as caught:
        files.check_output(str(tmp_path), [name])
    assert caught.value.code == "E-002"
    assert "is no file name" in caught.value.message


@pytest.mark.parametrize("folder", ["/proc", "/proc/new", "/sys/new/inner"])
def test_a_folder_that_only_seems_writable_is_named_before_any_work(folder: str) -> None:
    with pytest.raises(EnvironmentFault) as caught:
        files.check_output(folder)
    assert (caught.value.code, caught.value.exit) == ("E-003", 3)
    assert f"cannot write {folder}: " in caught.value.message


def test_a_folder_is_tried_without_a_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = os.stat(tmp_path).st_mtime_ns
    files.check_output(str(tmp_path))
    assert os.stat(tmp_path).st_mtime_ns == before
    monkeypatch.setattr(files.os, "O_TMPFILE", os.O_DIRECTORY)  # refused as where the file system has no unnamed files
    files.check_output(str(tmp_path))
    assert os.listdir(tmp_path) == []


def test_an_output_folder_without_a_name_or_behind_a_broken_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for folder, message in (("", "the name of the output folder is empty"), (str(tmp_path / "link"), "leads nowhere")):
        with pytest.raises(UserError) as caught:
            files.check_output(folder)
        assert caught.value.code == "E-004"
        assert message in caught.value.message


def test_when_one_output_cannot_take_its_place_no_new_one_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = os.replace

    def fail_on_header(source: str, target: str) -> None:
        if target.endswith(".h"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        replace(source, target)

    monkeypatch.setattr(files.os, "replace", fail_on_header)
    with pytest.raises(EnvironmentFault):
        files.write_files(str(tmp_path), {"x.so": b"new", "x.h": b"new"})
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_synced_keeps_its_whole_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(files, "_sync_folder", refuse)
    files.write_files(str(tmp_path), {"x": b"1"})
    assert os.listdir(tmp_path) == ["x"]


def test_threads_that_write_into_one_folder_do_not_meet(tmp_path: Path) -> None:
    def write(number: int) -> None:
        for _ in range(20):
            files.write_files(str(tmp_path), {f"x{number}": bytes([number]) * 10_000})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {f"x{n}": bytes([n]) * 10_000 for n in range(8)}

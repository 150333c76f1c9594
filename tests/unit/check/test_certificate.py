"""Certificates as data: images written as text and read back, shapes, comparison; proofs kept on disk."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.golden.tasks import TWELVE

from siglum import pipeline, records
from siglum.check import certificate, check_image, written
from siglum.errors import SiglumError
from siglum.records import Exhausted, Followed, Image, Proof, Proved, ProvedUpTo, Unknown, Verdict
from siglum.smt import cache


def image_of(phrase: str) -> Image:
    return pipeline.build(pipeline.unit_from_phrase(phrase).function).image


# Images as text -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("task", TWELVE, ids=lambda task: task.name)
def test_an_image_is_the_same_when_written_and_read(task: Any) -> None:
    image = image_of(task.phrase)
    again = written.read(written.write(image))
    assert again == image
    assert again.function is image.function
    assert [b.function for b in again.witness.blocks] == [b.function for b in image.witness.blocks]
    assert isinstance(check_image(again, pipeline.table_of(again.target)), Followed)
    assert written.write(again) == written.write(image)


def test_a_program_with_calls_is_the_same_when_written_and_read() -> None:
    unit = pipeline.unit_from_phrase("rest a:i64 b:i64 -> i64 = b = 0 ? a : b rest (a % b)")
    image = pipeline.program_image(unit)
    assert len(image.witness.blocks) > 1
    assert written.read(written.write(image)) == image


def test_the_text_is_short() -> None:
    image = image_of("sumsq xs:[i64] = xs filter even square sum")
    assert len(written.write(image)) < 8 * len(image.code)


@pytest.mark.parametrize("text", ["", "AAAA", "?", "eJwrSS0uAQAEXQHB", "eJyrrgUAAXUA+Q=="])
def test_what_is_no_image_is_malformed(text: str) -> None:
    with pytest.raises(written.Malformed):
        written.read(text)


def test_an_image_that_unpacks_to_too_much_is_malformed(monkeypatch: pytest.MonkeyPatch) -> None:
    text = written.write(image_of("f n:i64 = n + 1"))
    monkeypatch.setattr(written, "MOST_BYTES", 100)
    with pytest.raises(written.Malformed, match="too large"):
        written.read(text)


# Findings -------------------------------------------------------------------------------------------------------------------
PROOF = Proof("SMT", 2, ("bitwuzla", "cvc5-int"), ("ab", "cd"), ("a lemma",))


def verdict(**halves: Any) -> Verdict:
    return Verdict(halves.get("bytes", Proved(PROOF)), halves.get("meaning", records.Tested(60)), ("the CPU works",))


def test_findings_are_written_with_what_they_rest_on() -> None:
    found = certificate.findings_of(verdict(meaning=ProvedUpTo(6, "length", PROOF, "no relation")))
    assert found["bytes"]["kind"] == "proved"
    assert found["meaning"]["bound"] == 6
    assert found["meaning"]["proof"]["solvers"] == ["bitwuzla", "cvc5-int"]
    assert certificate.finding_as_json(Exhausted(256)) == {"kind": "exhausted", "text": "exhausted (all 256 inputs run)"}


def test_the_solvers_of_a_program_are_those_of_its_meaning() -> None:
    assert certificate.proofs_made("program", verdict()) == []
    assert certificate.proofs_made("code", verdict()) == [PROOF]
    assert certificate.solvers_here([PROOF]).keys() == {"bitwuzla", "cvc5"}


# Comparison -------------------------------------------------------------------------------------------------------------------
def small(**changes: Any) -> dict[str, Any]:
    return {"solvers": {}, **certificate.findings_of(verdict()), "files": {"a": "1"}, **changes}


def test_equal_certificates_do_not_differ() -> None:
    assert certificate.first_difference(small(), small()) == ""


def test_other_solvers_that_agree_are_no_difference_but_fewer_are() -> None:
    other = small()
    other["bytes"] = copy.deepcopy(other["bytes"])
    other["bytes"]["proof"]["solvers"] = ["bitwuzla", "z3"]
    assert certificate.first_difference(small(), other) == ""
    other["bytes"]["proof"]["solvers"] = ["cvc5", "cvc5-int"]
    assert certificate.first_difference(small(), other).startswith("`bytes.proof.solvers` says 2; found is 1")


def test_fewer_runs_are_no_difference_but_more_are() -> None:
    fewer = small(**certificate.findings_of(verdict(meaning=records.Tested(50))))
    assert certificate.first_difference(fewer, small()) == ""
    assert "tested (60 runs" in certificate.first_difference(small(), fewer)


def test_what_was_not_known_may_be_known_now_and_not_the_other_way_round() -> None:
    unknown = small(**certificate.findings_of(verdict(meaning=Unknown("not run: this CPU lacks avx2"))))
    assert certificate.first_difference(unknown, small()) == ""
    with pytest.raises(SiglumError) as caught:
        certificate.first_difference(small(), unknown)
    assert (caught.value.code, caught.value.exit) == ("E-082", 4)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"files": {"a": "2"}}, '`files.a` says "2"; found is "1"'),
        ({"files": {}}, "`files.a` is missing"),
        ({"files": {"a": "1", "b": "2"}}, "`files.b` does not belong there"),
        ({"assumptions": []}, "`assumptions` says []"),
        ({"files": {"a": 1}}, '`files.a` says 1; found is "1"'),
    ],
)
def test_the_first_difference_is_named(change: dict[str, Any], said: str) -> None:
    assert certificate.first_difference(small(**change), small()).startswith(said)


def test_a_true_is_no_number() -> None:
    assert certificate.first_difference(small(files={"a": True}), small(files={"a": 1})) == "`files.a` says true; found is 1"


def test_a_certificate_reads_back_as_it_was_written(tmp_path: Path) -> None:
    from siglum import certifying
    from siglum.comparison import reference_of

    program = reference_of("total xs:[i64] = xs sum")
    image = pipeline.build(program.unit.function).image
    made = certifying.of_built(program, image, verdict(), "total", ["so"], pipeline.Outputs({"total.so": b"x"}, {}))
    assert certificate.read_certificate(certificate.text_of(made), "x") == json.loads(json.dumps(made))


# Proofs on disk -----------------------------------------------------------------------------------------------------------------
QUERY = "0123456789abcdef" * 4


def test_what_is_kept_is_found(tmp_path: Path) -> None:
    kept = cache.DiskCache(tmp_path)
    assert kept.find(QUERY) is None
    kept.keep(QUERY, ("bitwuzla", "z3"))
    assert cache.DiskCache(tmp_path).find(QUERY) == ("bitwuzla", "z3")
    assert [p.name for p in kept.folder.rglob("*") if p.is_file()] == [QUERY]


def test_other_versions_of_solvers_find_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.DiskCache(tmp_path).keep(QUERY, ("bitwuzla", "z3"))
    monkeypatch.setattr(cache, "versions", lambda: {"bitwuzla": "0", "z3": "0"})
    assert cache.DiskCache(tmp_path).find(QUERY) is None


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"siglum proof 1 other z3 00", b"x" * 9])
def test_a_damaged_entry_is_told_ignored_and_removed(tmp_path: Path, content: bytes) -> None:
    told: list[str] = []
    kept = cache.DiskCache(tmp_path, told.append)
    kept.keep(QUERY, ("bitwuzla", "z3"))
    (path,) = (p for p in kept.folder.rglob("*") if p.is_file())
    path.write_bytes(content)
    assert kept.find(QUERY) is None
    assert len(told) == 1
    assert kept.find(QUERY) is None
    assert len(told) == 1


def test_every_flipped_bit_of_an_entry_is_noticed(tmp_path: Path) -> None:
    kept = cache.DiskCache(tmp_path)
    kept.keep(QUERY, ("bitwuzla", "z3"))
    (path,) = (p for p in kept.folder.rglob("*") if p.is_file())
    whole = path.read_bytes().rstrip(b"\n")
    for bit in range(8 * len(whole)):
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        path.write_bytes(data)
        assert kept.find(QUERY) is None, bit


def test_an_entry_under_another_name_is_damage(tmp_path: Path) -> None:
    kept = cache.DiskCache(tmp_path)
    kept.keep(QUERY, ("bitwuzla", "z3"))
    (path,) = (p for p in kept.folder.rglob("*") if p.is_file())
    other = QUERY[:-1] + "0"
    path.rename(path.with_name(other))
    assert kept.find(other) is None


def test_a_folder_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "proofs").write_text("a file")
    kept = cache.DiskCache(tmp_path)
    kept.keep(QUERY, ("bitwuzla", "z3"))
    assert kept.find(QUERY) is None


def test_the_cache_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert cache.cache_folder() == tmp_path / "x" / "siglum"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache.cache_folder() == tmp_path / "home" / ".cache" / "siglum"


def test_without_a_home_it_is_among_temporary_files_and_only_in_a_folder_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_home() -> Path:
        raise RuntimeError

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    place = tmp_path / f"siglum-{os.getuid()}"
    assert cache.cache_folder() == place
    place.chmod(0o777)
    assert cache.cache_folder() is None
    place.rmdir()
    place.symlink_to("/")
    assert cache.cache_folder() is None

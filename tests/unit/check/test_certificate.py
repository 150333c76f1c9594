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


def test_numbers_of_nodes_are_not_counted_from_the_end() -> None:
    import base64
    import zlib

    data = json.loads(zlib.decompress(base64.b64decode(written.write(image_of("f n:i64 = n + 1")))))
    data["blocks"][0][0] = -1
    with pytest.raises(written.Malformed, match="-1 is no number of a node or function"):
        written.read(base64.b64encode(zlib.compress(json.dumps(data).encode())).decode())


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


# Reading and means -------------------------------------------------------------------------------------------------------------
def whole(**changes: Any) -> dict[str, Any]:
    """A certificate of code, as far as its form goes."""
    found = {
        "certificate": certificate.FORMAT, "siglum": "1", "kind": "code",
        "reference": dict.fromkeys(("text", "source", "name", "signature", "overflow", "sha256"), ""),
        "target": "x86-64", "code": {"sha256": "", "size": 1}, "files": {"a.hex": "00"}, **certificate.findings_of(verdict()),
        "not_claimed": ["time"], "models": certificate.models_here(2), "solvers": certificate.solvers_here([PROOF]),
        "options": {"seconds": 8.0, "runs": 256, "length": 6}, "prototype": "", "notes": [],
        "candidate": {"file": "", "symbol": "", "syntax": "intel", "image": "c3", "entry": 0, "start": 0, "end": 1},
    }  # fmt: skip
    return {**found, **changes}


def proof(**changes: Any) -> dict[str, Any]:
    found = certificate.finding_as_json(Proved(PROOF))
    found["proof"] |= changes
    return found


def test_a_whole_certificate_is_read_and_its_means_are_here() -> None:
    found = certificate.read_certificate(certificate.text_of(whole()), "x")
    certificate.check_means(found, "1")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "poem"}, "kinds are program, code"),
        ({"kind": 1}, "kinds are program, code"),
        ({"notes": "x"}, "`notes` is no list"),
        ({"notes": [1]}, "`notes[0]` is no text"),
        ({"code": []}, "`code` is no mapping"),
        ({"code": {"size": 1}}, "`code.sha256` is missing"),
        ({"code": {"sha256": "", "size": True}}, "`code.size` is no whole number"),
        ({"options": {"runs": True}}, "`options.runs` is no number"),
        ({"files": {"a": 1}}, "`files.a` is no text"),
        ({"more": 1}, "`more` is unknown"),
        ({"bytes": {"kind": "proved"}}, "`bytes.text` is missing"),
        ({"bytes": {"kind": "proved", "text": "", "proof": 1}}, "`bytes.proof` is no mapping"),
        ({"meaning": proof(models="2")}, "`meaning.proof.models` is no whole number"),
    ],
)
def test_a_certificate_of_another_form_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(SiglumError) as caught:
        certificate.read_certificate(certificate.text_of(whole(**change)), "x.cert.json")
    assert caught.value.code == "E-080"
    assert said in caught.value.message


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b"\xff", b'{"a": 1, "a": 2}', b'{"a": Infinity}'])
def test_what_is_no_certificate_is_refused(data: bytes) -> None:
    with pytest.raises(SiglumError) as caught:
        certificate.read_certificate(data, "x.cert.json")
    assert (caught.value.code, caught.value.exit) == ("E-080", 2)


def test_a_certificate_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificate, "MOST_BYTES", 10)
    with pytest.raises(SiglumError, match="too large"):
        certificate.read_certificate(certificate.text_of(whole()), "x")


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"siglum": "2"}, "E-082", "made by siglum 2"),
        ({"solvers": {"oracle": "1"}}, "E-082", "the solver oracle 1, which is not here"),
        ({"solvers": {"bitwuzla": "0"}}, "E-082", "it names bitwuzla 0; here is"),
        ({"bytes": proof(solvers=["oracle"])}, "E-082", "the solver oracle, which is not known"),
        ({"bytes": proof(solvers=["z3"])}, "E-083", "`solvers` are not those of its proofs"),
        ({"models": {"third": ""}}, "E-082", "the instruction model third"),
        ({"models": {"own": "x"}}, "E-082", "the model own rests on x"),
    ],
)
def test_means_that_are_not_here_are_named(change: dict[str, Any], code: str, said: str) -> None:
    with pytest.raises(SiglumError) as caught:
        certificate.check_means(whole(**change), "1")
    assert caught.value.code == code
    assert said in caught.value.message


def test_a_program_names_the_record_of_stencil_proofs() -> None:
    program = whole(kind="program", solvers={}, models={}, target="x86-64-v3", stencils=certificate.stencil_record("x86-64-v3"))
    certificate.check_means(program, "1")
    with pytest.raises(SiglumError, match="another record of stencil proofs"):
        certificate.check_means({**program, "stencils": "00"}, "1")
    assert certificate.stencil_record("z80") == ""


def test_models_say_what_they_rest_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from siglum.target.x86_64.semantics import record

    def missing(name: str) -> str:
        raise certificate.PackageNotFoundError

    assert certificate.models_here(0) == {}
    monkeypatch.setattr(record, "PATH", tmp_path / "none.txt")
    monkeypatch.setattr(certificate, "version", missing)
    assert certificate.models_here(2) == {"own": "no co-simulation record", "sleigh": "pypcode missing"}


def test_refusals_tell_bytes_from_claims() -> None:
    assert (certificate.other_bytes("x").code, certificate.other_bytes("x").exit) == ("E-081", 1)
    assert (certificate.not_so("x").code, certificate.not_so("x").exit) == ("E-083", 1)


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


def test_an_entry_whose_place_is_taken_leaves_nothing_behind(tmp_path: Path) -> None:
    kept = cache.DiskCache(tmp_path)
    (kept.folder / QUERY[:2] / QUERY / "x").mkdir(parents=True)
    kept.keep(QUERY, ("bitwuzla", "z3"))
    assert [p.name for p in (kept.folder / QUERY[:2]).iterdir()] == [QUERY]


def test_without_any_place_nothing_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file" / "x"))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "file"))
    assert cache.disk_cache() is None
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert cache.disk_cache() is not None
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/")
    assert cache.cache_folder() is None


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

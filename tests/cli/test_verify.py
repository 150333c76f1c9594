"""`siglum verify`: a true certificate is found again; one that was edited or is about other bytes is refused with the reason."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from siglum.cli.frame import run
from siglum.target.elf import write_shared

ROOT = Path(__file__).parents[2]
REFERENCE = """
from siglum import i32, prototype

open("was_run", "w").close()


@prototype("int32_t magnitude(int32_t x)")
def magnitude(x: i32) -> i32:
    return x if x >= 0 or x == -0x80000000 else -x
"""
MAGNITUDE = "89f8c1f81f31c729c797c3"
Certificate = dict[str, Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a program that was built, and code that was checked, and their certificates."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "refs.py").write_text(REFERENCE)
    (folder / "code.hex").write_text(MAGNITUDE)
    code = bytes.fromhex(MAGNITUDE)
    (folder / "lib.so").write_bytes(write_shared(code, {"magnitude": (0, len(code))}, "lib.so"))
    before = os.getcwd()
    os.chdir(folder)
    try:
        assert run(["build", "shout s:str = s upper", "--emit", "so,h,exe,hex", "-o", "."]) == 0
        assert run(["build", "total xs:[i64] = xs filter even sum", "--emit", "so", "-o", "."]) == 0
        assert run(["check", "refs.py:magnitude", "code.hex", "-o", "code.cert.json", "--no-cache"]) == 0
        assert run(["check", "refs.py:magnitude", "lib.so:magnitude", "-o", "lib.cert.json", "--no-cache"]) == 0
        run(["check", "f xs:[i64] = xs filter even sum", "xs filter (% 2 = 0) sum", "-o", "phrase.cert.json", "--no-cache"])
    finally:
        os.chdir(before)
    return folder


@pytest.fixture
def here(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the folder, without the references."""
    for path in made.iterdir():
        if path.name not in ("refs.py", "was_run"):
            (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def edited(path: Path, change: Callable[[Certificate], None]) -> None:
    certificate = json.loads(path.read_text())
    change(certificate)
    path.write_text(json.dumps(certificate))


def refusal(capsys: pytest.CaptureFixture[str], name: str) -> tuple[int, str]:
    """Exit code and the one line."""
    capsys.readouterr()
    status = run(["verify", name])
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1), out + err
    return status, err.removeprefix("siglum: error[")


# True certificates --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["shout", "total", "code", "lib", "phrase"])
def test_a_true_certificate_is_found_again_from_its_files_alone(
    here: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert run(["verify", f"{name}.cert.json"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == f"{name}.cert.json: every field was found again"
    assert any(line.startswith("bytes:   ") for line in shown)
    assert not (here / "was_run").exists()


def test_what_is_printed_is_what_was_found_now(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "--json", "code.cert.json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"]["bytes"]["kind"] == "proved"
    assert found["files"].keys() == {"code.hex"}
    assert run(["verify", "total.cert.json", "--require", "proved"]) in (0, 4)


def test_equal_builds_have_equal_certificates(here: Path, tmp_path: Path) -> None:
    assert run(["build", "total xs:[i64] = xs filter even sum", "--emit", "so", "-o", str(tmp_path / "again")]) == 0
    assert (tmp_path / "again" / "total.cert.json").read_bytes() == (here / "total.cert.json").read_bytes()


def test_a_certificate_names_what_it_is_about(here: Path) -> None:
    found = json.loads((here / "code.cert.json").read_text())
    assert found["code"] == {"sha256": found["code"]["sha256"], "size": 11}
    assert set(found["models"]) == {"own", "sleigh"}
    assert len(found["solvers"]) >= 2
    assert all(len(query) == 64 for query in found["bytes"]["proof"]["queries"])
    assert found["not_claimed"]
    assert found["assumptions"]


def test_nothing_is_certified_of_what_is_refuted(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "wrong.hex").write_text("89f8c3")
    assert run(["check", "f n:i64 = n + 1", "wrong.hex", "-o", "wrong.cert.json"]) == 1
    assert "no certificate is written of what was refuted" in capsys.readouterr().out
    assert not (here / "wrong.cert.json").exists()


def test_the_extra_is_wanted_where_solvers_are(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from siglum import checking

    monkeypatch.setattr(checking, "NEEDED", ("no_such_solver",))
    assert run(["verify", "total.cert.json"]) == 0
    status, line = refusal(capsys, "code.cert.json")
    assert (status, line[:5]) == (3, "E-305")


# Other bytes -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "file"), [("shout", "shout"), ("shout", "shout.h"), ("code", "code.hex"), ("lib", "lib.so")])
def test_other_bytes_are_refused(here: Path, capsys: pytest.CaptureFixture[str], name: str, file: str) -> None:
    data = bytearray((here / file).read_bytes())
    data[len(data) // 2] ^= 1
    (here / file).write_bytes(data)
    status, line = refusal(capsys, f"{name}.cert.json")
    assert (status, line[:5]) == (1, "E-081")
    assert f"{file} holds other bytes" in line
    (here / file).unlink()
    status, line = refusal(capsys, f"{name}.cert.json")
    assert (status, line[:5]) == (1, "E-081")


def test_bytes_that_only_the_certificate_holds_right_are_refused(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The digest is changed along with the file."""
    import hashlib

    code = b"b82a000000c3"
    (here / "code.hex").write_bytes(code)
    edited(here / "code.cert.json", lambda c: c["files"].update({"code.hex": hashlib.sha256(code).hexdigest()}))
    status, line = refusal(capsys, "code.cert.json")
    assert (status, line[:5]) == (1, "E-083")
    assert "`code.sha256`" in line or "`code" in line
    data = (here / "total.so").read_bytes() + b"\0"
    (here / "total.so").write_bytes(data)
    edited(here / "total.cert.json", lambda c: c["files"].update({"total.so": hashlib.sha256(data).hexdigest()}))
    status, line = refusal(capsys, "total.cert.json")
    assert (status, line[:5]) == (1, "E-083")
    assert "`files.total.so`" in line


# Edits ---------------------------------------------------------------------------------------------------------------------
def put(*path: Any, value: Any) -> Callable[[Certificate], None]:
    def change(certificate: Certificate) -> None:
        place: Any = certificate
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = value

    return change


def witness(change: Callable[[dict[str, Any]], None]) -> Callable[[Certificate], None]:
    """A change inside the packed image."""

    def edit(certificate: Certificate) -> None:
        image = json.loads(zlib.decompress(base64.b64decode(certificate["images"]["main"])))
        change(image)
        certificate["images"]["main"] = base64.b64encode(zlib.compress(json.dumps(image).encode())).decode()

    return edit


def flipped(image: dict[str, Any]) -> None:
    code = bytearray.fromhex(image["code"])
    code[10] ^= 4
    image["code"] = code.hex()


def stronger(certificate: Certificate) -> None:
    certificate["meaning"] = {"kind": "exhausted", "text": "exhausted (all 5 inputs run)"}


PROOF = {"method": "SMT", "models": 2, "solvers": ["bitwuzla", "z3"], "queries": [], "lemmas": []}
EDITS: list[tuple[str, Callable[[Certificate], None], int, str, str]] = [
    ("code", put("bytes", "text", value="proved (by decree)"), 1, "E-083", "`bytes.text` says"),
    ("code", put("bytes", "proof", "models", value=3), 1, "E-083", "`bytes.proof.models` says 3"),
    ("code", put("bytes", "proof", "method", value="magic"), 1, "E-083", "`bytes.proof.method`"),
    ("code", put("bytes", "proof", "queries", 0, value="0" * 64), 1, "E-083", "`bytes.proof.queries`"),
    ("code", put("bytes", "proof", "solvers", value=["bitwuzla", "z3", "cvc5"]), 1, "E-083", "`solvers`"),
    ("code", put("bytes", "proof", "solvers", value=["yices", "z3"]), 4, "E-082", "the solver yices"),
    ("code", put("solvers", "z3", value="99.1"), 4, "E-082", "it names z3 99.1; here is"),
    ("code", put("solvers", "oracle", value="1"), 4, "E-082", "the solver oracle"),
    ("code", put("models", "third", value="x"), 4, "E-082", "the instruction model third"),
    ("code", put("models", "own", value="co-simulation record 00"), 4, "E-082", "the model own rests on"),
    ("code", put("models", "sleigh", value="pypcode 1"), 4, "E-082", "the model sleigh rests on"),
    ("code", put("siglum", value="9.9"), 4, "E-082", "made by siglum 9.9"),
    ("code", put("not_claimed", value=[]), 1, "E-083", "`not_claimed`"),
    ("code", put("assumptions", value=["the CPU works"]), 1, "E-083", "`assumptions`"),
    ("code", put("prototype", value="int32_t magnitude(int32_t y)"), 2, "E-071", ""),
    ("code", put("reference", "sha256", value="0" * 64), 1, "E-083", "reference is another program"),
    ("code", put("reference", "name", value="other"), 1, "E-083", "its reference cannot be read"),
    ("code", put("candidate", "entry", value=1), 1, "E-083", "`candidate.entry`"),
    ("code", put("candidate", "image", value="c3"), 1, "E-083", "`candidate.image`"),
    ("code", put("code", "size", value=12), 1, "E-083", "`code.size` says 12; found is 11"),
    ("code", put("files", value={}), 1, "E-083", "`files`"),
    ("code", put("options", "runs", value=0), 1, "E-083", "`options`"),
    ("code", put("target", value="z80"), 1, "E-083", "`target`"),
    ("code", put("extra", value=1), 2, "E-080", "`extra` is unknown"),
    ("code", lambda c: c.pop("notes"), 2, "E-080", "`notes` is missing"),
    ("code", put("code", "size", value="11"), 2, "E-080", "`code.size` is no whole number"),
    ("code", put("certificate", value="siglum certificate 9"), 2, "E-080", "its first field"),
    ("code", put("kind", value="poem"), 2, "E-080", "kinds are program, code"),
    ("code", put("bytes", value={}), 2, "E-080", "`bytes.kind` is missing"),
    ("total", witness(flipped), 1, "E-083", "the witness of `images.main` does not fit its bytes"),
    ("total", witness(lambda image: image.update(table="00")), 4, "E-082", "the stencil table 00"),
    ("total", witness(lambda image: image.update(target="z80")), 4, "E-082", "unknown target"),
    ("total", witness(lambda image: image.update(functions="function")), 1, "E-083", "`images.main`"),
    ("total", witness(lambda image: image.pop("blocks")), 1, "E-083", "the image is no image"),
    ("total", put("images", "main", value="AAAA"), 1, "E-083", "cannot be unpacked"),
    ("total", put("images", value={}), 1, "E-083", "`images` are not those of a program"),
    ("total", put("table", value="00"), 1, "E-083", "`table`"),
    ("total", put("stencils", value="00"), 4, "E-082", "another record of stencil proofs"),
    ("total", put("candidate", "text", value="total xs:[i64] = xs filter odd sum"), 1, "E-083", "candidate is another program"),
    ("total", put("meaning", "text", value="tested (9000000 runs, not proved)"), 1, "E-083", "tested (9000000 runs"),
    ("total", stronger, 1, "E-083", "`meaning"),
    ("total", put("bytes", value={"kind": "proved", "text": "proved", "proof": PROOF}), 1, "E-083", "`bytes"),
    ("total", put("outputs", "name", value="other"), 1, "E-083", "`files"),
    ("total", put("outputs", "kinds", value=["so", "nonsense"]), 1, "E-083", "`outputs`"),
]


@pytest.mark.parametrize(("name", "change", "status", "code", "said"), EDITS, ids=lambda v: v if isinstance(v, str) else "")
def test_an_edited_certificate_is_refused_with_the_reason(
    here: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    change: Callable[[Certificate], None],
    status: int,
    code: str,
    said: str,
) -> None:
    edited(here / f"{name}.cert.json", change)
    found, line = refusal(capsys, f"{name}.cert.json")
    assert (found, line[:5]) == (status, code), line
    assert said in line


def test_the_certificate_of_another_program_does_not_fit(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All of one certificate but the name of the files."""
    edited(here / "shout.cert.json", lambda c: c.update(images=json.loads((here / "total.cert.json").read_text())["images"]))
    status, line = refusal(capsys, "shout.cert.json")
    assert (status, line[:5]) == (1, "E-083")
    assert "computes another program" in line


def test_a_certificate_of_another_reference_is_refused(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The reference is replaced, digest and all; the bytes no longer do what it says."""
    other = REFERENCE.replace("else -x", "else -x - 1").replace('open("was_run", "w").close()', "")
    (here / "other.py").write_text(other.replace("- x - 1", "- x"))
    from siglum import pipeline
    from siglum.check.certificate import digest
    from siglum.ir.text import show

    unit = pipeline.unit_from_source(other, "magnitude", "refs.py")
    edited(here / "code.cert.json", lambda c: c["reference"].update(text=other, sha256=digest(show(unit.meant))))
    status, line = refusal(capsys, "code.cert.json")
    assert (status, line[:5]) == (1, "E-083")
    assert "refuted" in line


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no JSON"),
        (b"{}", "its first field"),
        (b"[1]", "its first field"),
        (b'{"certificate": 1, "certificate": 2}', "a field is given twice"),
        (b"\xff", "no JSON"),
        (b"[" * 100000, "no JSON"),
        (b'{"certificate": NaN}', "NaN is no number"),
    ],
)
def test_what_is_no_certificate_is_refused(here: Path, capsys: pytest.CaptureFixture[str], content: bytes, said: str) -> None:
    (here / "x.cert.json").write_bytes(content)
    status, line = refusal(capsys, "x.cert.json")
    assert (status, line[:5]) == (2, "E-080")
    assert said in line


def test_nothing_and_no_file_are_refused(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify"]) == 2
    assert "E-001" in capsys.readouterr().err
    status, line = refusal(capsys, "none.cert.json")
    assert (status, line[:5]) == (2, "E-042")


def test_verify_uses_no_kept_proofs(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "XDG_CACHE_HOME": str(here / "cache")}
    command = [sys.executable, "-m", "siglum", "verify", "code.cert.json"]
    assert subprocess.run(command, cwd=here, env=env, capture_output=True, check=False).returncode == 0
    assert not (here / "cache").exists()

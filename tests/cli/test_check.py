"""`siglum check`: proofs, counterexamples, refusals, and what the exit code says of each."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import siglum
from siglum.cli.frame import run
from siglum.target.elf import write_object, write_shared

ROOT = Path(__file__).parents[2]
REFERENCES = """
from siglum import i32, prototype, u8, u32, u64


@prototype("int32_t magnitude(int32_t x)")
def magnitude(x: i32) -> i32:
    return x if x >= 0 or x == -0x80000000 else -x


def nines(x: u8) -> u8:
    return 9 if x == 77 else 0


def total(xs: list[u32]) -> u32:
    found = 0
    for x in xs:
        found = (found + x) % 4294967296
    return u32(found)


def hard(a: u64, b: u64) -> u64:
    return (a * a + 2 * a * b + b * b) * (a ^ b)


def quotient(a: i32, b: i32) -> i32:
    return a // b


def never(a: u8) -> u8:
    return a // (a - a)


def said(a: int) -> int:
    print(a)
    return a


@prototype(5)
def strange(a: int) -> int:
    return a
"""
MAGNITUDE = "89f8c1f81f31c729c797c3"  # mov eax, edi; sar eax, 31; xor edi, eax; sub edi, eax; xchg eax, edi; ret
IDENTITY = "89f8c3"
TOTAL = "31c04885f674148d04254801f6"
HARD = "488d043e4831f7480fafc0480fafc7c3"
ATT = ".globl magnitude\nmagnitude:\n  movl %edi, %eax\n  negl %eax\n  cmovl %edi, %eax\n  ret\n"
INTEL = ".globl magnitude\nmagnitude:\n  mov eax, edi\n  neg eax\n  cmovl eax, edi\n  ret\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the references, which is also the working folder; the proof cache is in it."""
    (tmp_path / "refs.py").write_text(REFERENCES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def hex_file(code: str, name: str = "code.hex") -> str:
    Path(name).write_text(code)
    return name


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code and the object of a check."""
    status = run(["check", "--json", *arguments])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return status, found


# Verdicts ---------------------------------------------------------------------------------------------------------------
def test_right_code_is_proved_in_two_halves(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "refs.py:magnitude", hex_file(MAGNITUDE)]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "as       int32_t magnitude(int32_t x)"
    assert shown[1] == "bytes:   proved (SMT, models=2, solvers=2)"
    assert shown[2] == "meaning: proved (the Function is the reference)"
    assert any(line.startswith("assumed: ") for line in shown)
    assert any(line.startswith("open:    ") for line in shown)


def test_wrong_code_is_refuted_with_arguments_expected_and_got(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "refs.py:magnitude", hex_file(IDENTITY)]) == 1
    shown = capsys.readouterr().out.splitlines()
    assert shown[1] == "bytes:   refuted"
    value = int(shown[2].removeprefix("         on       x = "))
    assert shown[3:5] == [f"         expected {abs(value)}", f"         got      {value}"]
    assert value < 0


def test_json_holds_the_counterexample_and_its_test(capsys: pytest.CaptureFixture[str]) -> None:
    status, found = checked(capsys, "refs.py:magnitude", hex_file(IDENTITY))
    half = found["verdict"]["bytes"]
    assert (status, half["kind"], found["holds"]) == (1, "refuted", False)
    assert int(half["counterexample"]["arguments"]["x"]) == -int(half["counterexample"]["expected"])
    assert "siglum.trial('refs.py:magnitude', 'code.hex'" in found["test"]


def test_the_test_fails_until_the_code_is_right(here: Path) -> None:
    assert run(["check", "refs.py:magnitude", hex_file(IDENTITY), "--test", "out/test_magnitude.py"]) == 1
    (here / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(here), "out/test_magnitude.py"]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    failed = subprocess.run(command, cwd=here, env=env, capture_output=True, text=True, check=False)
    assert failed.returncode == 1, failed.stdout + failed.stderr
    assert "assert got == expected" in failed.stdout
    hex_file(MAGNITUDE)
    passed = subprocess.run(command, cwd=here, env=env, capture_output=True, text=True, check=False)
    assert passed.returncode == 0, passed.stdout


def test_code_in_objects_libraries_and_assembly(capsys: pytest.CaptureFixture[str]) -> None:
    code = bytes.fromhex(MAGNITUDE)
    Path("a.o").write_bytes(write_object(code, {"magnitude": (0, len(code))}))
    Path("a.so").write_bytes(write_shared(code, {"magnitude": (0, len(code))}, "a.so"))
    Path("a.asm").write_text(INTEL)
    for candidate in ("a.o:magnitude", "a.so", "a.asm", "a.asm:magnitude"):
        assert run(["check", "refs.py:magnitude", candidate]) == 0, candidate
    Path("a.s").write_text(ATT)
    assert run(["check", "refs.py:magnitude", "a.s", "--syntax", "att"]) == 0
    assert capsys.readouterr().err == ""


def test_a_phrase_is_compared_by_its_function(capsys: pytest.CaptureFixture[str]) -> None:
    status, found = checked(capsys, "f xs:[i64] = xs filter even sum", "xs filter (% 2 = 0) sum")
    assert found["verdict"]["meaning"]["kind"] == "proved"
    assert status == (0 if found["verdict"]["bytes"]["kind"] == "proved" else 4)
    assert run(["check", "f xs:[i64] = xs sum", "xs filter even sum"]) == 1
    assert "meaning: refuted" in capsys.readouterr().out


def test_what_is_only_tested_takes_a_weaker_requirement(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["refs.py:total", "xs sum", "--overflow", "wrap"]
    status, _ = checked(capsys, "f xs:[i64] = xs filter even sum", "xs filter even sum", "--require", "tested")
    assert status == 0
    assert run(["check", *arguments, "--require", "everything"]) == 2
    assert "unknown requirement" in capsys.readouterr().err


def test_small_domains_that_no_proof_reaches_are_run_whole(capsys: pytest.CaptureFixture[str]) -> None:
    nines = "31c04080ff4d0f94c06bc009c3"  # xor eax, eax; cmp dil, 77; sete al; imul eax, eax, 9; ret
    unknown = "f20f38f1d7"  # crc32 edx, edi, which no model knows
    status, found = checked(capsys, "refs.py:nines", hex_file(unknown + nines))
    assert (status, found["verdict"]["bytes"]["text"]) == (0, "exhausted (all 256 inputs run)")
    status, found = checked(capsys, "refs.py:nines", hex_file(unknown + nines.replace("4d", "4e", 1)))
    assert (status, found["verdict"]["bytes"]["kind"]) == (1, "refuted")


def test_a_reference_that_always_stops_proves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    status, found = checked(capsys, "refs.py:never", hex_file("31c0c3"))
    assert (status, found["verdict"]["bytes"]["kind"]) == (4, "unknown")
    assert "vacuous" in found["verdict"]["bytes"]["text"]


def test_where_the_reference_stops_nothing_is_claimed(capsys: pytest.CaptureFixture[str]) -> None:
    _, found = checked(capsys, "refs.py:quotient", hex_file("89f899f7fec3"))
    assert found["verdict"]["bytes"]["kind"] == "refuted"


def test_flipped_bits_are_counted_by_class(capsys: pytest.CaptureFixture[str]) -> None:
    status, found = checked(capsys, "refs.py:magnitude", hex_file(MAGNITUDE), "--flip-bits")
    assert status == 0
    assert sum(found["counts"].values()) == len(found["mutants"]) == 4 * len(MAGNITUDE)
    assert found["counts"]["refuted"] > found["counts"]["equivalent"] >= 0
    status, found = checked(capsys, "refs.py:magnitude", hex_file(IDENTITY), "--flip-bits")
    assert (status, found["mutants"]) == (1, 0)


# From Python --------------------------------------------------------------------------------------------------------------
def doubled(x: siglum.u32) -> siglum.u32:
    return (x + x) % 4294967296


def test_from_python_code_is_bytes_a_path_or_a_phrase(here: Path) -> None:
    assert type(siglum.check(doubled, bytes.fromhex("8d043fc3")).bytes).__name__ == "Proved"
    assert type(siglum.check(doubled, bytes.fromhex("8d047fc3")).bytes).__name__ == "Refuted"
    assert type(siglum.check("refs.py:magnitude", here / hex_file(MAGNITUDE)).bytes).__name__ == "Proved"
    verdict = siglum.check("f xs:[i64] = xs sum", siglum.compile("g xs:[i64] = xs reverse sum"))
    assert type(verdict.meaning).__name__ != "Refuted"
    assert type(siglum.check(doubled, b"\x0f\x05\xc3").bytes).__name__ == "Unsafe"
    with pytest.raises(siglum.SiglumError) as caught:
        siglum.check(doubled, b"\xb8\x01")
    assert caught.value.code == "E-027"


def test_a_trial_runs_both_on_one_input() -> None:
    assert siglum.trial(doubled, bytes.fromhex("8d047fc3"), {"x": 5}) == (10, 15)
    assert siglum.trial("f n:i64 = n + 1", "n + 2", {"n": 5}) == (6, 7)
    assert siglum.trial(doubled, bytes.fromhex("57c3"), {"x": 5})[1].startswith("it ")
    with pytest.raises(siglum.SiglumError):
        siglum.trial(doubled, bytes.fromhex("8d047fc3"), {})


def test_the_stage_is_called_as_the_function_whichever_is_imported_first() -> None:
    script = "import siglum.check; import siglum; print(siglum.check(siglum.function('f n:i64 = n'), 'n').meaning)"
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("proved"), done.stderr


# Bad input ----------------------------------------------------------------------------------------------------------------
BAD: list[tuple[list[str], int, str, str]] = [
    ([], 2, "E-001", "nothing to check"),
    (["refs.py:magnitude"], 2, "E-001", "no candidate to check"),
    (["refs.py:magnitude", "x.hex", "--syntx", "att"], 2, "E-002", "did you mean --syntax"),
    (["refs.py:magnitude", "x.hex", "--syntax", "at"], 2, "E-002", "att"),
    (["refs.py:magnitude", "x.wat"], 2, "E-002", "candidates: a phrase"),
    (["refs.py:magnitude", "x.ll"], 2, "E-002", "candidates: a phrase"),
    (["x.hex", "refs.py:magnitude"], 2, "E-002", "is machine code"),
    (["refs.py:magnitude", "x.hex", "--seconds", "-1"], 2, "E-006", "outside 0..3600"),
    (["refs.py:magnitude", "x.hex", "--seconds", "nan"], 2, "E-006", "outside 0..3600"),
    (["refs.py:magnitude", "x.hex", "--runs", "0"], 2, "E-006", "outside 1..1000000"),
    (["refs.py:magnitude", "x.hex", "--length", "65"], 2, "E-006", "outside 1..64"),
    (["refs.py:magnitude", "x.hex", "--signature", "x:i32"], 2, "E-007", "leave out --signature"),
    (["f n:i64 = n", "n", "--prototype", "long f(long n)"], 2, "E-007", "a prototype is for machine code"),
    (["f n:i64 = n", "n", "--flip-bits"], 2, "E-007", "machine code"),
    (["refs.py:magnitude", "none.hex"], 2, "E-042", "cannot read none.hex"),
    (["none.py:magnitude", "x.hex"], 2, "E-042", "cannot read none.py"),
    (["refs.py:nothing", "x.hex"], 2, "E-054", "nothing"),
    (["refs.py:said", "x.hex"], 2, "E-072", "acts on the outside: stdout"),
    (["refs.py:strange", "x.hex"], 2, "E-070", "is no text"),
    (["refs.py:magnitude", "x.hex", "--prototype", "int32_t f(int32_t"], 2, "E-070", "needs a type and a name"),
    (["refs.py:magnitude", "x.hex", "--prototype", "int64_t f(int32_t x)"], 2, "E-071", "i64 in C and i32"),
    (["f s:str = s length", "x.hex"], 2, "E-071", "no C prototype follows"),
    (["f n:i64 = n", "g x:f64 = x"], 2, "E-071", "the candidate is x:f64 -> f64, the reference n:i64 -> i64"),
    (["f n:i64 = n", "n squre"], 2, "E-010", "did you mean `square`"),
    (["f n:i64 = n", "n +"], 2, "E-041", ""),
]


@pytest.mark.parametrize(("arguments", "status", "code", "said"), BAD)
def test_bad_input_is_one_line_with_what_to_do(
    capsys: pytest.CaptureFixture[str], arguments: list[str], status: int, code: str, said: str
) -> None:
    hex_file(MAGNITUDE, "x.hex")
    before = sorted(os.listdir())
    start = time.process_time()
    assert run(["check", *arguments]) == status
    assert time.process_time() - start < 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"siglum: error[{code}]: ")
    assert said in err
    assert sorted(os.listdir()) == before


CODE: list[tuple[str, int, str, str]] = [
    ("b82a0000000", 2, "E-025", "odd number of digits (11)"),
    ("b82g", 2, "E-026", "'g' at offset 3"),
    ("", 2, "E-026", "empty code"),
    ("48b80102", 2, "E-027", "instruction at 0x0 runs past the end (needs 6 more bytes)"),
    ("06c3", 2, "E-027", "no x86-64 instruction at 0x0"),
    ("ebffc0c3", 5, "E-028", "jump at 0x0 leads to 0x1"),
    ("b83c00000031ff0f05", 5, "E-029", "syscall at 0x7"),
    ("0f31c3", 5, "E-029", "rdtsc at 0x0"),
    ("fdc3", 5, "E-029", "std at 0x0"),
    ("f3480faed7c3", 5, "E-029", "wrfsbase at 0x0"),
    ("ffe7", 5, "E-029", "jmp at 0x0"),
    ("31dbc3", 5, "E-030", "rbx is written at 0x0"),
    ("4889e5c3", 5, "E-030", "rbp is written at 0x0"),
    ("49ffc4c3", 5, "E-030", "r12 is written at 0x0"),
    ("c21000", 5, "E-030", "ret 16 at 0x0"),
]


@pytest.mark.parametrize(("code", "status", "error", "said"), CODE)
def test_bad_code_is_refused_with_offset_and_reason(
    capsys: pytest.CaptureFixture[str], code: str, status: int, error: str, said: str
) -> None:
    assert run(["check", "refs.py:magnitude", hex_file(code)]) == status
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"siglum: error[{error}]: ")
    assert said in err
    assert run(["check", "--json", "refs.py:magnitude", hex_file(code)]) == status
    found = json.loads(capsys.readouterr().out)
    assert (found["code"], found["exit"]) == (error, status)


def test_a_push_without_pop_shows_when_it_runs(capsys: pytest.CaptureFixture[str]) -> None:
    status, found = checked(capsys, "refs.py:magnitude", hex_file("57c3"))
    assert (status, found["verdict"]["bytes"]["unsafe"]) == (5, True)


def test_a_register_that_is_saved_may_be_used(capsys: pytest.CaptureFixture[str]) -> None:
    Path("one.py").write_text("def one() -> int:\n    return 1\n")
    status, found = checked(capsys, "one.py:one", hex_file("5331db5bb801000000c3"))
    assert (status, found["verdict"]["bytes"]["kind"]) == (0, "proved")


def test_assembly_in_the_other_syntax_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.asm").write_text(ATT)
    assert run(["check", "refs.py:magnitude", "a.asm"]) == 2
    assert "looks like AT&T, a.asm:3:8; add --syntax att" in capsys.readouterr().err


def patched(at: int, value: bytes) -> bytes:
    code = bytes.fromhex(MAGNITUDE)
    data = bytearray(write_object(code, {"magnitude": (0, len(code))}))
    data[at : at + len(value)] = value
    return bytes(data)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: patched(4, b"\x01"), "EI_CLASS is 0x1"),
        (lambda: patched(5, b"\x02"), "EI_DATA is 0x2"),
        (lambda: patched(18, b"\xb7\x00"), "e_machine is 0xb7"),
        (lambda: patched(40, (1 << 40).to_bytes(8, "little")), "e_shoff is 0x10000000000"),
        (lambda: b"MZ", "ELF magic is 4d5a"),
        (lambda: patched(0, b"")[:40], "file size is 0x28"),
    ],
)
def test_a_damaged_object_is_refused_by_field_and_value(
    capsys: pytest.CaptureFixture[str], make: Callable[[], bytes], said: str
) -> None:
    Path("a.o").write_bytes(make())
    assert run(["check", "refs.py:magnitude", "a.o:magnitude"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("siglum: error[E-034]: a.o: ")
    assert said in err


def test_a_function_that_is_not_there_is_named_with_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.o").write_bytes(patched(0, b""))
    assert run(["check", "refs.py:magnitude", "a.o:other"]) == 2
    assert "no function 'other' in a.o; functions there: magnitude" in capsys.readouterr().err


def test_outputs_are_refused_before_work_and_inputs_are_not_overwritten(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hex_file(MAGNITUDE)
    assert run(["check", "refs.py:magnitude", "code.hex", "-o", "code.hex"]) == 2
    assert "would overwrite your input" in capsys.readouterr().err
    assert run(["check", "refs.py:magnitude", "code.hex", "--test", "refs.py"]) == 2
    assert "would overwrite your input" in capsys.readouterr().err
    assert run(["check", "refs.py:magnitude", "code.hex", "-o", "/proc/x/y.json"]) == 3
    assert "E-003" in capsys.readouterr().err


def test_without_the_extra_it_is_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from siglum import checking

    monkeypatch.setattr(checking, "NEEDED", ("z3", "no_such_solver"))
    assert run(["check", "refs.py:magnitude", hex_file(MAGNITUDE)]) == 3
    assert "error[E-305]: checking needs no_such_solver; pip install 'siglum[check]'" in capsys.readouterr().err


# Around it ------------------------------------------------------------------------------------------------------------------
def test_proofs_are_kept_and_damage_is_told_and_ignored(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from siglum.smt import solve

    arguments = ["check", "refs.py:magnitude", hex_file(MAGNITUDE)]
    assert run(arguments) == 0
    kept = [path for path in (here / "cache" / "siglum" / "proofs").rglob("*") if path.is_file()]
    assert kept

    def refuse(*_: object) -> None:
        raise AssertionError

    with monkeypatch.context() as patch:
        patch.setattr(solve, "_Worker", refuse)
        assert run(arguments) == 0
    capsys.readouterr()
    for path in kept:
        path.write_text("siglum proof 1 nonsense z3,bitwuzla 00\n")
    assert run(arguments) == 0
    assert "note:    a damaged entry of the proof cache is ignored" in capsys.readouterr().out
    assert run(arguments) == 0
    assert "note:" not in capsys.readouterr().out


def test_on_a_terminal_a_line_says_what_is_done_and_goes_away(here: Path) -> None:
    hex_file(MAGNITUDE)
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "siglum", "check", "refs.py:magnitude", "code.hex"]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, cwd=here, env=env, stdout=subprocess.PIPE, stderr=theirs, text=True, check=False)
    os.close(theirs)
    said = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert done.returncode == 0
    assert said.startswith("\r\x1b[Ksiglum: ")
    assert said.endswith("\r\x1b[K")


def test_hex_from_standard_input_is_certified_too(here: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "siglum", "check", "refs.py:magnitude", "-", "-o", "out/m.cert.json"]
    done = subprocess.run(command, cwd=here, env=env, input=MAGNITUDE, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert run(["verify", "out/m.cert.json"]) == 0
    path = here / "out" / "m.cert.json"
    right = json.loads(path.read_text())
    for change in ({"image": "c3"}, {"image": "zz"}, {"entry": 90}, {"image": right["candidate"]["image"] + "90"}):
        path.write_text(json.dumps({**right, "candidate": {**right["candidate"], **change}}))
        assert run(["verify", "out/m.cert.json"]) == 1


def alive(process: str) -> bool:
    """Whether a process runs; one that has ended and that nobody has asked about does not."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes() != b""
    except OSError:
        return False


def test_an_interrupt_leaves_nothing_running(here: Path) -> None:
    hex_file(HARD)
    command = [sys.executable, "-m", "siglum", "check", "refs.py:hard", "code.hex", "--overflow", "wrap", "--seconds", "60"]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    process = subprocess.Popen(command, cwd=here, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    children: list[str] = []
    deadline = time.monotonic() + 60
    while len(children) < 3 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "siglum: error[E-130]: interrupted\n")
    assert len(children) >= 3
    deadline = time.monotonic() + 1
    while any(map(alive, children)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(alive, children))

"""References as the checker wants them, candidates in their forms, and runs of all inputs against native code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import siglum
from siglum import checking, comparison, pipeline
from siglum.agreeing import Agreeing
from siglum.checking import Checker, Options, convention_of
from siglum.errors import SiglumError, UserError
from siglum.ir.types import BOOL, I8, I16, WIDTHS
from siglum.records import Exhausted, Proved, Refuted, Unknown


def unit_of(text: str, name: str = "f") -> pipeline.Unit:
    return pipeline.unit_from_source("from siglum import i8, i16, i32, u8, u16, u32, u64\n\n\n" + text, name)


def agreeing(unit: pipeline.Unit) -> Agreeing:
    found = Agreeing.of(unit, convention_of(unit, None))
    assert found is not None
    return found


def results(unit: pipeline.Unit, start: int, count: int, *others: Any) -> bytes:
    """What the reference gives in CPython for `count` first arguments as machine words count them."""
    first, result = unit.meant.params[0][1], unit.meant.result
    width = 8 * WIDTHS[first]
    out = b""
    for k in range(start, start + count):
        value: Any = k - (1 << width) if first in (I8, I16) and k >> width - 1 else bool(k) if first is BOOL else k
        out += (int(unit.reference(value, *others)) & (1 << 8 * WIDTHS[result]) - 1).to_bytes(WIDTHS[result], "little")
    return out


# All inputs ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "start", "count", "others"),
    [
        ("def f(x: i8) -> i8:\n    return x // 3\n", 0, 256, ()),
        ("def f(x: i8) -> i16:\n    return x * x\n", 100, 100, ()),
        ("def f(x: i16) -> i32:\n    return x * 2\n", 0x8000, 50, ()),
        ("def f(x: i16) -> i32:\n    return x * 2\n", 5, 50, ()),
        ("def f(x: u8) -> bool:\n    return x > 77\n", 0, 256, ()),
        ("def f(x: u32) -> u64:\n    return u64(x) * 3\n", 0xFFFFFF00, 256, ()),
        ("def f(x: bool) -> u8:\n    return 5 if x else 6\n", 0, 2, ()),
        ("def f(x: u8, y: u8) -> u16:\n    return x * y\n", 0, 256, (200,)),
    ],
)
def test_agreeing_results_are_counted_up_to_the_first_that_differs(
    text: str, start: int, count: int, others: tuple[Any, ...]
) -> None:
    unit = unit_of(text)
    counted = agreeing(unit)
    right = results(unit, start, count, *others)
    assert counted(start, right, others) == count
    width = len(right) // count
    for wrong in {0, count // 3, count // 2, count - 1}:
        data = bytearray(right)
        data[wrong * width] ^= 1
        assert counted(start, bytes(data), others) == wrong


def test_where_the_reference_stops_none_is_counted() -> None:
    unit = unit_of("def f(x: u8) -> u8:\n    return 255 // x\n")
    assert agreeing(unit)(0, bytes(256), ()) == 0


def test_inputs_that_cannot_be_counted_have_no_kernel() -> None:
    for text in ("def f(x: float) -> float:\n    return x\n", "def f() -> int:\n    return 1\n"):
        unit = unit_of(text)
        assert Agreeing.of(unit, convention_of(unit, None)) is None


def test_two_arguments_are_run_whole() -> None:
    """crc32 is an instruction that no model knows."""
    unit = unit_of("def f(x: u8, y: u8) -> u16:\n    return x + y\n")
    code = bytes.fromhex("f20f38f1ca400fb6c7400fb6ce01c8c3")
    with Checker(Options(cached=False)) as checker:
        found = checker.code(unit, comparison.of_bytes(code).code).verdict.bytes
        assert found == Exhausted(65536)
        wrong = code.replace(b"\x01\xc8", b"\x09\xc8")
        assert isinstance(checker.code(unit, comparison.of_bytes(wrong).code).verdict.bytes, Refuted)


# References -----------------------------------------------------------------------------------------------------------------
def test_a_reference_that_calls_words_by_name_is_shown_by_the_interpreter() -> None:
    unit = unit_of("def f(xs: list[int]) -> int:\n    return xs.count(3) + sum(unique(xs))\n")
    assert checking.in_cpython(unit)([3, 3, 4]) == 9


def test_a_reference_that_wraps_is_shown_by_the_interpreter() -> None:
    unit = pipeline.unit_from_source("def f(x: int) -> int:\n    return x * x\n", "f", overflow="wrap")
    assert checking.in_cpython(unit)(1 << 32) == 0


def test_stops_of_a_reference_are_stops() -> None:
    with pytest.raises(ZeroDivisionError):
        checking.in_cpython(unit_of("def f(x: int) -> int:\n    return 1 // x\n"))(0)


def test_a_program_with_effects_is_not_compared() -> None:
    reference = pipeline.unit_from_phrase("f n:i64 = n")
    candidate = pipeline.unit_from_phrase("f n:i64 = n print")
    with Checker(Options(cached=False)) as checker:
        assert isinstance(checker.program(reference, candidate).verdict.meaning, Unknown)


@pytest.mark.parametrize(
    ("text", "prototype"),
    [
        ('@prototype("int f(int x)")\ndef f(x: i32) -> i32:\n    return x\n', "int f(int x)"),
        ('@siglum.prototype("int f(int x)")\ndef f(x: i32) -> i32:\n    return x\n', "int f(int x)"),
        ("@cache\n@other(1)\ndef f(x: i32) -> i32:\n    return x\n", None),
        ("def g(x: i32) -> i32:\n    return x\n", None),
    ],
)
def test_prototypes_are_read_off_the_text(text: str, prototype: str | None) -> None:
    assert comparison.prototype_in(text, "f") == prototype


# Candidates -----------------------------------------------------------------------------------------------------------------
REFERENCE = comparison.reference_of("f n:i64 = n + 1")


def test_candidates_from_python_have_many_forms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "c.hex").write_text("488d4701c3")
    (tmp_path / "p.py").write_text("def g(n: int) -> int:\n    return n + 1\n")
    monkeypatch.chdir(tmp_path)
    for given in (b"\xc3", bytearray(b"\xc3"), memoryview(b"\xc3"), "c.hex", tmp_path / "c.hex"):
        assert isinstance(comparison.candidate_from_python(given, REFERENCE), comparison.MachineCode)
    for given in ("n + 1", "g n:i64 = n + 1", "p.py:g", siglum.compile("g n:i64 = n + 1")):
        assert isinstance(comparison.candidate_from_python(given, REFERENCE), comparison.Program)
    with pytest.raises(UserError, match="a candidate of type int"):
        comparison.candidate_from_python(5, REFERENCE)
    with pytest.raises(UserError, match="a reference of type int"):
        comparison.reference_from_python(5)


def test_references_from_python_have_many_forms() -> None:
    compiled = siglum.compile("f n:i64 = n + 1")
    native = siglum.native(plus_one)
    for given in (plus_one, native, compiled, compiled.function, "f n:i64 = n + 1"):
        found = comparison.reference_from_python(given)
        assert [str(t) for _, t in found.unit.meant.params] == ["i64"]
    marked = siglum.prototype("long plus_one(long n)")(plus_one)
    assert comparison.reference_from_python(marked).prototype == "long plus_one(long n)"
    with Checker(Options(cached=False)) as checker:
        checked = checker.check(comparison.reference_from_python(native), comparison.of_bytes(bytes.fromhex("488d4701c3")))
    assert isinstance(checked.verdict.bytes, Proved)


def plus_one(n: int) -> int:
    return n + 1


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("a.asm", "E-001", "exports several functions"),
        ("a.asm:third", "E-031", "exports no 'third'"),
        ("c.c", "E-002", "no form of candidate"),
    ],
)
def test_assembly_of_several_functions_wants_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, code: str, said: str
) -> None:
    (tmp_path / "a.asm").write_text(".globl one\none:\n  ret\n.globl two\ntwo:\n  ret\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SiglumError) as caught:
        comparison.candidate_of(text, REFERENCE)
    assert caught.value.code == code
    assert said in caught.value.message
    named = comparison.candidate_of("a.asm:two", REFERENCE)
    assert isinstance(named, comparison.MachineCode)
    assert named.code.entry == 1


def test_a_program_is_read_again_from_its_parts() -> None:
    for text, signature in (("xs filter even sum", "xs:[i64] -> i64"), ("f xs:[i64] = xs sum", None)):
        program = comparison.program_of(text, signature)
        again = comparison.program_again(program.text, program.source, program.name, program.signature, program.overflow)
        assert again.unit.function is program.unit.function
        assert again.unit.meant is program.unit.meant

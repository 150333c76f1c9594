"""The Python face: compile, call, explain, save, and what the verdict says."""

from __future__ import annotations

import copy
import ctypes
import pickle
from pathlib import Path

import pytest

import siglum
from siglum import records, u8


@siglum.native
def fibonacci(n: int) -> int:
    if n < 2:
        return n
    return fibonacci(n - 1) + fibonacci(n - 2)


@siglum.native
def histogram(xs: list[u8]) -> list[int]:
    bins = [0] * 256
    for x in xs:
        bins[x] += 1
    return bins


@siglum.native(overflow="wrap")
def mixed(xs: list[int]) -> int:
    h = 17
    for x in xs:
        h = h * 6364136223846793005 + x
    return h


@siglum.native
def scaled(n: int, factor: int = 2, offset: int = 0) -> int:
    return n * factor + offset


def test_a_native_function_keeps_its_defaults() -> None:
    assert (scaled(5), scaled(5, 3), scaled(5, offset=1), scaled(n=5), scaled(5, 3, 1)) == (10, 15, 11, 10, 16)
    with pytest.raises(siglum.SiglumError, match="needs `n`"):
        scaled(factor=3)


def test_a_native_function_is_copied_and_pickled_by_its_name() -> None:
    assert copy.deepcopy({"f": scaled})["f"] is scaled
    assert pickle.loads(pickle.dumps(scaled)) is scaled


def test_a_native_function_may_call_itself() -> None:
    assert fibonacci(20) == 6765


def test_a_buffer_is_used_where_it_lies() -> None:
    assert histogram(b"abca")[ord("a")] == 2


def test_wrapping_is_asked_for_by_name() -> None:
    expected = 17
    for x in (1, 2, 3):
        expected = expected * 6364136223846793005 + x
    assert mixed([1, 2, 3]) == (expected + 2**63) % 2**64 - 2**63


def test_a_phrase_compiles_with_its_signature() -> None:
    mean = siglum.compile("xs sum / xs length", signature="xs:[f64] -> f64")
    assert mean([1.0, 2.0, 6.0]) == 3.0


def test_the_interpreter_runs_what_compiles() -> None:
    program = siglum.function("filter even square sum", "xs:[i64]")
    assert program.run([1, 2, 3, 4]) == program.compile()([1, 2, 3, 4]) == 20


def test_a_stop_names_word_and_place() -> None:
    squares = siglum.compile("xs square sum", signature="xs:[i64]")
    with pytest.raises(siglum.Stop) as stop:
        squares([2**40])
    assert (stop.value.kind, stop.value.word, str(stop.value.place)) == ("overflow", "square", "<phrase>:1:4")


def test_the_verdict_is_two_findings_and_no_truth_value() -> None:
    verdict = siglum.compile("xs maximum else 0", signature="xs:[i64]").verdict
    assert isinstance(verdict.bytes, records.Proved)
    assert isinstance(verdict.meaning, records.Tested)
    assert "proved (witness of" in str(verdict)
    assert "not proved" in str(verdict)
    with pytest.raises(TypeError):
        bool(verdict)


def test_every_byte_is_explained() -> None:
    text = siglum.compile("sumsq xs:[i64] = xs filter even square sum").explain()
    for word in ("even", "square", "sum"):
        assert f" {word} " in text


def test_a_saved_library_runs_from_c(tmp_path: Path) -> None:
    program = siglum.compile("add x:i64 y:i64 = x + y")
    paths = program.save(tmp_path / "add.so", header=True)
    assert {Path(p).name for p in paths} == {"add.so", "add.h"}
    library = ctypes.CDLL(str(tmp_path / "add.so"))
    library.add.restype = ctypes.c_int64
    assert library.add(ctypes.c_int64(40), ctypes.c_int64(2)) == 42


@pytest.mark.parametrize("overflow", ["", "saturate"])
def test_an_unknown_overflow_policy_is_refused(overflow: str) -> None:
    with pytest.raises(siglum.SiglumError, match="overflow policy"):
        siglum.compile("x + 1", signature="x:i64", overflow=overflow)


def test_an_unknown_target_names_the_nearest() -> None:
    with pytest.raises(siglum.SiglumError, match="did you mean x86-64-v3"):
        siglum.compile("x + 1", signature="x:i64", target="x86_64-v3")


@pytest.mark.parametrize(
    ("signature", "code", "message"),
    [
        ("xs:[T]", "E-011", "[T] is not one type"),
        ("it:i64", "E-041", "`it` has a meaning of its own"),
        ("xs:[i64] xs:i64", "E-041", "two parameters are called `xs`"),
        ("xs:[i64] -> i64 more", "E-041", "this is not part of a signature"),
        ("x\u0455:[i64]", "E-014", "U+0455"),
        ("xs:[i64]\udcff", "E-008", "<signature> is not UTF-8 at byte 8"),
    ],
)
def test_a_signature_is_read_as_a_definition_is(signature: str, code: str, message: str) -> None:
    with pytest.raises(siglum.SiglumError) as refusal:
        siglum.compile("sum", signature)
    assert refusal.value.code == code
    assert message in refusal.value.message


def test_a_character_is_an_integer_as_text_is() -> None:
    text = "def f(n: int) -> int:\n    return sum(int(c) for c in str(n)) + int(str(n)[0])\n"
    digits = siglum.compile_python(text, "f")
    assert [digits(n) for n in (0, 7, 1904)] == [0, 14, 15]
    with pytest.raises(siglum.Stop, match="not a number"):
        digits(-1)


def test_there_is_no_root_of_a_negative_number() -> None:
    root = siglum.compile_python("import math\n\ndef f(x: float) -> float:\n    return math.sqrt(x)\n", "f")
    assert root(2.25) == 1.5
    with pytest.raises(siglum.Stop, match="argument"):
        root(-1.0)

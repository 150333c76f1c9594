"""Listings and assembly source: every byte shown once, targets named, and source that LLVM turns back into the bytes."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from iced_x86 import Decoder, OpKind

from siglum.host.assemble import assemble
from siglum.target.elf import read_elf_code
from siglum.target.x86_64.disasm import disassemble
from siglum.target.x86_64.source import EncodingJudge, assembly

LOOP = bytes.fromhex("b8010000004885ff7409480fafc748ffcf75f7c3")


def test_a_loop_shows_its_labels() -> None:
    shown = [f"{line.label + ':' if line.label else '':6}{line.text}" for line in disassemble(LOOP)]
    assert shown == [
        "      mov eax, 1",
        "      test rdi, rdi",
        "      je .L13",
        ".La:  imul rax, rdi",
        "      dec rdi",
        "      jne .La",
        ".L13: ret",
    ]


def test_a_branch_out_of_the_code_shows_the_address() -> None:
    assert disassemble(b"\xe8\0\x01\0\0", 0x400000)[0].text == "call 0x400105"


def test_data_and_what_does_not_decode_are_bytes() -> None:
    lines = disassemble(b"\xc3hello word\x06\xc3", 0, [(1, 11)])
    assert [line.text for line in lines] == [
        "ret",
        ".byte 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x20, 0x77, 0x6f",
        ".byte 0x72, 0x64",
        ".byte 0x06",
        "ret",
    ]


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=4, unique=True))
def test_lines_join_to_the_code_and_follow_each_other(code: bytes, cuts: list[int]) -> None:
    bounds = sorted(cut for cut in cuts if cut <= len(code))
    data = list(zip(bounds[::2], bounds[1::2], strict=False))
    lines = disassemble(code, 0x1000, data)
    assert b"".join(line.code for line in lines) == code
    assert [line.offset for line in lines] == [sum(len(line.code) for line in lines[:k]) for k in range(len(lines))]


def some_instructions(count: int) -> list[bytes]:
    """Random instructions that do not branch, the same ones each time."""
    chance = random.Random(20)
    prefixes = [
        b"",
        b"\x48",
        b"\x4c",
        b"\x41",
        b"\x66",
        b"\xf2",
        b"\xf3",
        b"\x0f",
        b"\x66\x0f",
        b"\xf2\x0f",
        b"\xc5",
        b"\xc4\xe2",
    ]
    found: list[bytes] = []
    while len(found) < count:
        raw = chance.choice(prefixes) + chance.randbytes(12)
        instruction = Decoder(64, raw).decode()
        branch = instruction.op_count and instruction.op0_kind == OpKind.NEAR_BRANCH64
        if not instruction.is_invalid and not branch:
            found.append(raw[: instruction.len])
    return found


def test_lines_written_as_text_assemble_to_their_bytes() -> None:
    """Each stands in a slot of 16 bytes, so that one wrong length shows where it is."""
    judge = EncodingJudge()
    written = [(raw, judge.spelling(disassemble(raw)[0])) for raw in some_instructions(3000)]
    kept = [(raw, text) for raw, text in written if not text.startswith(".byte")]
    assert len(kept) > 500, "almost nothing is written as text any more"
    code = assemble("".join(f"{text}\n.balign 16, 0xcc\n" for _, text in kept)).code
    wrong = [(raw.hex(), text) for k, (raw, text) in enumerate(kept) if code[16 * k : 16 * k + 16] != raw.ljust(16, b"\xcc")]
    assert wrong == []


def test_source_of_compiled_code_assembles_to_the_same_bytes(tmp_path: Path) -> None:
    gcc = shutil.which("gcc")
    assert gcc, "this test needs gcc"
    program = """
        double norm(const double *x, long n) { double s = 0; for (long i = 0; i < n; i++) s += x[i] * x[i]; return s; }
        long gcd(long a, long b) { while (b) { long t = a % b; a = b; b = t; } return a < 0 ? -a : a; }
        int find(const char *s, char c) { for (int i = 0; s[i]; i++) if (s[i] == c) return i; return -1; }
        unsigned mix(unsigned *t, int k) { switch (k) { case 1: t[9] += 5; case 2: t[400] ^= k << 3; } return gcd(t[0], k); }
    """
    (tmp_path / "f.c").write_text(program)
    for level in ("-O0", "-O3"):
        command = [gcc, level, "-c", "-fno-jump-tables", "-march=x86-64-v3", "f.c"]
        subprocess.run(command, cwd=tmp_path, check=True)
        found = read_elf_code(tmp_path / "f.o")
        symbols = {name: (offset, size) for name, offset, size in found.symbols}
        source = assembly(found.code, symbols)
        assert source.count(".byte") < source.count("\n") / 5
        again = assemble(source)
        assert again.code == found.code
        assert dict(again.exported) == {name: offset for name, (offset, _) in symbols.items()}


@given(st.binary(min_size=1, max_size=60))
def test_source_can_be_written_for_any_bytes(code: bytes) -> None:
    assert assembly(code, {"f": (0, len(code))}).count("\n") >= 5


def test_long_branches_in_reach_ask_for_their_size() -> None:
    code = b"\xe9\x00\0\0\0" + b"\x0f\x84\x70\0\0\0" + b"\x90" * 0x78 + b"\xc3"
    source = assembly(code, {"f": (0, len(code))})
    assert "{disp32} jmp .L5" in source
    assert assemble(source).code == code


def test_notes_and_data_stand_where_they_belong() -> None:
    source = assembly(LOOP + b"abc", {"power": (0, len(LOOP))}, [(len(LOOP), len(LOOP) + 3)], {0xA: "product\nline 2"})
    assert "# product\n# line 2\n.La:\n    imul rax, rdi\n" in source
    assert source.endswith("    ret\n    .byte 0x61, 0x62, 0x63\n")
    assert assemble(source).code == LOOP + b"abc"


def test_a_symbol_inside_an_instruction_is_an_error() -> None:
    with pytest.raises(ValueError, match="symbol inside"):
        assembly(LOOP, {"inside": (1, 1)})

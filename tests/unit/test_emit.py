"""Hand-written machine code: what is refused and how, what is reported, and that the files run."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siglum.errors import SiglumError
from siglum.host import assemble as assembling
from siglum.host.emit import emit, parse_hex
from siglum.host.screen import SystemCall, screen

HELLO = """
    b801000000        # mov eax, 1 (write)
    bf01000000        ; mov edi, 1
    488d3510000000    # lea rsi, [rip + 16]
    ba06000000 0f05
    b83c000000 31ff 0f05
    48656c6c6f0a      # "Hello"
"""
HELLO_ASM = """
    .globl _start
_start:
    mov eax, 1
    mov edi, 1
    lea rsi, [rip + text]
    mov edx, 6
    syscall
    mov eax, 60
    xor edi, edi
    syscall
text: .ascii "Hello\\n"
"""
EMPTY = "empty code"
ASSEMBLED = [
    ("movq %rax, %rbx", "`%rax` looks like AT&T", "<asm>:1:6", "add --syntax att", 2),
    ("nop\nmov rax, %gs:0", "`%gs` looks like AT&T", "<asm>:2:10", "add --syntax att", 2),
    ("nop\n  squre rax", "invalid instruction mnemonic 'squre'", "<asm>:2:3", "", 2),
    ("mov rax, [rbx\nret", "the bracket has no partner", "<asm>:1:10", "close it", 2),
    ("nop\x00", "control character U+0000", "<asm>:1:4", "", 2),
    ('.incbin "/etc/hostname"', "`.incbin` reads another file", "<asm>:1:1", "", 2),
    ("ret\n.data\n.quad 1", "section .data needs a linker", "", "keep everything in .text", 2),
    ("ret\nx: .quad x", "an absolute address needs a linker", "", "[rip + label]", 2),
    (".if 1\nret", "unmatched .ifs", "", "", 2),
    ("call puts", "`puts` is not defined in the code", "", "", 5),
    ("", EMPTY, "", "", 2),
    ("# nothing\n", EMPTY, "", "", 2),
]


def run(file: bytes, folder: Path) -> subprocess.CompletedProcess[bytes]:
    program = folder / "program"
    program.write_bytes(file)
    program.chmod(0o755)
    return subprocess.run([program], capture_output=True, check=False)


@pytest.mark.parametrize(
    ("text", "code", "exit", "message"),
    [
        ("b82a000000c3c", "E-025", 2, "odd number of digits (13)"),
        ("b82a\n00g0", "E-026", 2, "'g' at offset 7 is no hex digit, <hex>:2:3"),
        ("b8\u202e00", "E-026", 2, "\\u202e"),
        ("", "E-026", 2, EMPTY),
        ("  # b8\n; c3", "E-026", 2, EMPTY),
        ("48b80102", "E-027", 2, "instruction at 0x0 runs past the end (needs 6 more bytes)"),
        ("9090909090909048b80102030405", "E-027", 2, "instruction at 0x7 runs past the end (needs 3 more bytes)"),
        ("90b801020304"[:-2], "E-027", 2, "instruction at 0x1 runs past the end (needs 1 more byte)"),
        ("06", "E-027", 2, "no x86-64 instruction at 0x0 (06)"),
        ("ffe006", "E-027", 2, "no x86-64 instruction at 0x2 (06)"),
        ("ebffc0c3", "E-028", 5, "jump at 0x0 leads to 0x1, into the middle of the instruction at 0x0"),
        ("31c0eb05c3", "E-028", 5, "jump at 0x2 leads to 0x9, outside of the code (0x0..0x4)"),
        ("ebf0", "E-028", 5, "jump at 0x0 leads to -0xe, outside of the code"),
        ("e8fb000000c3", "E-028", 5, "jump at 0x0 leads to 0x100, outside"),
        ("90", "E-028", 5, "execution runs past the end of the code at 0x1"),
    ],
)
def test_bad_hex_is_refused(text: str, code: str, exit: int, message: str) -> None:
    with pytest.raises(SiglumError) as refusal:
        emit(text, "hex")
    assert (refusal.value.code, refusal.value.exit) == (code, exit)
    assert message in str(refusal.value)


@pytest.mark.parametrize(("text", "message", "place", "fix", "exit"), ASSEMBLED)
def test_bad_assembly_is_refused(text: str, message: str, place: str, fix: str, exit: int) -> None:
    with pytest.raises(SiglumError) as refusal:
        emit(text, "asm")
    assert message in refusal.value.message
    assert place in str(refusal.value.place or "")
    assert fix in refusal.value.fix
    assert refusal.value.exit == exit


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("hex", {"kind": "dll"}, "unknown output 'dll'"),
        ("wat", {}, "unknown form 'wat'"),
        ("hex", {"name": "a-b"}, "'a-b' is no C name"),
        ("asm", {"syntax": "nasm"}, "unknown syntax 'nasm'"),
    ],
)
def test_unknown_choices_are_refused(kind: str, options: dict[str, str], message: str) -> None:
    with pytest.raises(SiglumError, match=message) as refusal:
        emit("c3", kind, **options)
    assert refusal.value.exit == 2


def test_binary_is_not_taken_for_text() -> None:
    with pytest.raises(SiglumError, match="not UTF-8 at byte 1") as refusal:
        emit(b"9\xff", "hex", source="code.hex")
    assert refusal.value.code == "E-008"


@pytest.mark.parametrize(("form", "text"), [("hex", HELLO), ("asm", HELLO_ASM)])
def test_a_program_runs_and_its_system_calls_are_listed(form: str, text: str, tmp_path: Path) -> None:
    emitted = emit(text, form)
    assert emitted.system_calls == (SystemCall(0x16, 1, "write"), SystemCall(0x1F, 60, "exit"))
    assert emitted.data == ((0x21, 0x27),)
    assert not emitted.starter
    done = run(emitted.file, tmp_path)
    assert (done.returncode, done.stdout) == (0, b"Hello\n")


def test_hex_and_assembly_of_one_program_are_one_program() -> None:
    assert emit(HELLO, "hex").file == emit(HELLO_ASM, "asm").file


def test_code_without_system_calls_is_called_as_a_function(tmp_path: Path) -> None:
    emitted = emit("b82a000000c3", "hex")
    assert emitted.starter
    assert run(emitted.file, tmp_path).returncode == 42
    assert "its result is the exit status" in "\n".join(emitted.lines())


def test_att_syntax(tmp_path: Path) -> None:
    assert run(emit("movl $42, %eax\nret", "asm", syntax="att").file, tmp_path).returncode == 42


def test_execution_starts_at_the_start_label(tmp_path: Path) -> None:
    text = "helper: mov eax, 7\nret\n.globl _start\n_start: call helper\nmov edi, eax\nmov eax, 60\nsyscall"
    assert run(emit(text, "asm").file, tmp_path).returncode == 7


def test_execution_starts_at_the_one_function_without_a_start_label(tmp_path: Path) -> None:
    text = "mov eax, 1\nret\n.globl answer\nanswer: mov eax, 42\nret"
    assert run(emit(text, "asm").file, tmp_path).returncode == 42
    with pytest.raises(SiglumError) as refusal:
        emit(text + "\n.globl other\nother: ret", "asm")
    assert (refusal.value.code, refusal.value.exit) == ("E-031", 2)
    assert "may begin at `answer`, `other`" in refusal.value.message


def test_libraries_export_their_functions(tmp_path: Path) -> None:
    shared = tmp_path / "two.so"
    text = ".globl seven, eight\nseven: mov eax, 7\nret\neight: mov eax, 8\nret"
    shared.write_bytes(emit(text, "asm", "so").file)
    library = ctypes.CDLL(str(shared))
    assert (library.seven(), library.eight()) == (7, 8)
    gcc = shutil.which("gcc")
    assert gcc, "this test needs gcc"
    (tmp_path / "answer.o").write_bytes(emit("b82a000000c3", "hex", "o", name="answer").file)
    (tmp_path / "main.c").write_text("int answer(void);\nint main(void) { return answer(); }\n")
    subprocess.run([gcc, "main.c", "answer.o", "-o", "main"], cwd=tmp_path, check=True)
    assert subprocess.run(["./main"], cwd=tmp_path, check=False).returncode == 42


@pytest.mark.parametrize("kind", ["o", "so"])
def test_a_library_makes_no_system_call(kind: str) -> None:
    with pytest.raises(SiglumError, match="system call at 0x7") as refusal:
        emit("b83c00000031ff0f05", "hex", kind)
    assert (refusal.value.code, refusal.value.exit) == ("E-029", 5)


@pytest.mark.parametrize(
    ("code", "calls"),
    [
        ("6a3c5831ff0f05", [(5, 60, "exit")]),  # push 60; pop rax
        ("31c00f05c3", [(2, 0, "read")]),
        ("4889f80f05c3", [(3, None, "")]),  # mov rax, rdi
        ("b8010000000f050f05c3", [(5, 1, "write"), (7, None, "")]),  # the first call replaces rax
        ("b801000000cd80", [(5, 1, "exit")]),  # the 32-bit table
        ("7405b83c0000000f05c3", [(7, None, "")]),  # a jump goes past the constant
        ("b80f2700000f05c3", [(5, 9999, "")]),
    ],
)
def test_numbers_of_system_calls_are_known_where_they_are_certain(code: str, calls: list[tuple[int, int | None, str]]) -> None:
    assert list(screen(bytes.fromhex(code)).system_calls) == calls


def test_overlapping_readings_are_refused_whichever_comes_first() -> None:
    with pytest.raises(SiglumError, match="into the middle") as refusal:
        screen(bytes.fromhex("b8c3000000ebfac3"))
    assert refusal.value.code == "E-028"


def test_missing_assembler_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    child = assembling._CHILD.replace("import llvmlite.binding", "import llvmlite_is_not_here")
    monkeypatch.setattr(assembling, "_CHILD", child)
    with pytest.raises(SiglumError, match=r"siglum\[asm\]") as fault:
        emit("ret", "asm")
    assert fault.value.exit == 3


def test_endless_assembly_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembling, "TIME_LIMIT", 0.2)
    with pytest.raises(SiglumError, match="took more than") as refusal:
        emit(".rept 100000000\nnop\n.endr\nret", "asm")
    assert refusal.value.exit == 2


@given(st.binary(max_size=80), st.sampled_from(["exe", "o", "so"]))
def test_any_bytes_give_a_file_or_one_line(code: bytes, kind: str) -> None:
    try:
        emitted = emit(code.hex(), "hex", kind)
    except SiglumError as refusal:
        assert refusal.code in ("E-026", "E-027", "E-028", "E-029")
        assert "\n" not in refusal.line()
    else:
        assert emitted.file.startswith(b"\x7fELF")


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        code = parse_hex(text)
    except SiglumError as refusal:
        assert refusal.code in ("E-025", "E-026")
        assert "\n" not in refusal.line()
    else:
        assert len(code) > 0

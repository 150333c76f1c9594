"""ELF files: what other tools read in them, what the kernel, the loader and gcc do with them, and what the reader refuses."""

from __future__ import annotations

import ctypes
import io
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from hypothesis import given
from hypothesis import strategies as st

from siglum.errors import SiglumError
from siglum.target.elf import read_elf_code, write_executable, write_object, write_shared

ADD = bytes.fromhex("488d0437c3")  # lea rax, [rdi + rsi]; ret
TWICE = bytes.fromhex("488d043fc3")  # lea rax, [rdi + rdi]; ret
PADDED = ADD.ljust(64, b"\xcc")
BOTH = PADDED + TWICE
SYMBOLS = {"add": (0, len(ADD)), "twice": (64, len(TWICE))}


def exit_with(status: int) -> bytes:
    return b"\xb8\x3c\0\0\0\xbf" + struct.pack("<i", status) + b"\x0f\x05"


def needs(tool: str) -> str:
    path = shutil.which(tool)
    assert path, f"this test needs {tool}: install binutils and gcc"
    return path


def test_executable_runs_and_is_small(tmp_path: Path) -> None:
    file = write_executable(exit_with(7))
    assert len(file) == 176 + 12
    program = tmp_path / "seven"
    program.write_bytes(file)
    program.chmod(0o755)
    assert subprocess.run([program], check=False).returncode == 7


def test_smallest_executable_has_its_code_at_120(tmp_path: Path) -> None:
    file = write_executable(exit_with(9), stack_header=False)
    assert file[120:] == exit_with(9)
    program = tmp_path / "nine"
    program.write_bytes(file)
    program.chmod(0o755)
    assert subprocess.run([program], check=False).returncode == 9


def test_executable_starts_at_its_entry_and_has_zeroed_memory(tmp_path: Path) -> None:
    # mov edi, [0x10000000 + 8192]; inc dword [same]; add edi, [same]; mov eax, 60; syscall
    at = struct.pack("<I", 0x10000000 + 8192)
    code = b"\xcc" + b"\x8b\x3c\x25" + at + b"\xff\x04\x25" + at + b"\x03\x3c\x25" + at + b"\xb8\x3c\0\0\0\x0f\x05"
    program = tmp_path / "memory"
    program.write_bytes(write_executable(code, 1, memory=16384))
    program.chmod(0o755)
    assert subprocess.run([program], check=False).returncode == 1


def test_executable_refuses_an_entry_outside() -> None:
    with pytest.raises(ValueError, match="entry 12"):
        write_executable(exit_with(0), 12)


def test_executable_with_symbols_is_read_by_nm(tmp_path: Path) -> None:
    path = tmp_path / "named"
    path.write_bytes(write_executable(exit_with(0), symbols={"start": (0, 12)}))
    assert "4000b0 T start" in subprocess.run([needs("nm"), path], capture_output=True, text=True, check=True).stdout


def test_shared_object_is_called_through_ctypes(tmp_path: Path) -> None:
    path = tmp_path / "libadd.so"
    path.write_bytes(write_shared(BOTH, SYMBOLS, "libadd.so"))
    library = ctypes.CDLL(str(path))
    assert library.add(40, 2) == 42
    assert library.twice(21) == 42
    with pytest.raises(AttributeError):
        library.missing  # noqa: B018


def test_every_exported_name_is_found_through_the_hash_table(tmp_path: Path) -> None:
    code = b"".join(b"\xb8" + struct.pack("<i", k) + b"\xc3" for k in range(200))
    names = {f"word_{k}": (6 * k, 6) for k in range(200)}
    path = tmp_path / "libmany.so"
    path.write_bytes(write_shared(code, names, "libmany.so"))
    library = ctypes.CDLL(str(path))
    assert [getattr(library, name)() for name in names] == list(range(200))


def test_shared_object_reads_as_declared() -> None:
    elf = ELFFile(io.BytesIO(write_shared(BOTH, SYMBOLS, "libadd.so.1", local={"inner": (5, 3)})))
    dynamic = elf.get_section_by_name(".dynamic")
    tags = {tag.entry.d_tag: tag for tag in dynamic.iter_tags()}
    assert tags["DT_SONAME"].soname == "libadd.so.1"
    assert "DT_TEXTREL" not in tags
    assert {s.name for s in elf.get_section_by_name(".dynsym").iter_symbols()} == {"", "add", "twice"}
    table = elf.get_section_by_name(".symtab")
    assert [s.name for s in table.iter_symbols()] == ["", "inner", "add", "twice"]
    text = elf.get_section_by_name(".text")
    assert text.data() == BOTH
    assert text["sh_addr"] % 64 == 0
    assert table.get_symbol_by_name("twice")[0]["st_value"] == text["sh_addr"] + 64
    flags = {segment["p_type"]: segment["p_flags"] for segment in elf.iter_segments()}
    assert flags["PT_GNU_STACK"] & 1 == 0
    assert all(segment["p_flags"] & 3 != 3 for segment in elf.iter_segments()), "a segment is writable and executable"


@pytest.mark.parametrize("kind", ["shared", "object", "executable"])
def test_binutils_accept_every_kind_without_a_word(tmp_path: Path, kind: str) -> None:
    files = {
        "shared": write_shared(BOTH, SYMBOLS, "libadd.so"),
        "object": write_object(BOTH, SYMBOLS),
        "executable": write_executable(BOTH, symbols=SYMBOLS),
    }
    path = tmp_path / kind
    path.write_bytes(files[kind])
    for command in (["readelf", "-a", "-W"], ["nm"], ["objdump", "-d"]):
        done = subprocess.run([needs(command[0]), *command[1:], path], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), command
        assert "twice" in done.stdout


def test_object_and_shared_object_link_with_gcc(tmp_path: Path) -> None:
    (tmp_path / "main.c").write_text("long add(long, long); long twice(long);\nint main(void) { return add(twice(20), 2); }\n")
    (tmp_path / "add.o").write_bytes(write_object(BOTH, SYMBOLS))
    (tmp_path / "libadd.so").write_bytes(write_shared(BOTH, SYMBOLS, "libadd.so"))
    for inputs in (["add.o"], ["-L.", "-ladd", "-Wl,-rpath,."]):
        done = subprocess.run(
            [needs("gcc"), "main.c", *inputs, "-o", "main", "-Wl,--fatal-warnings"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert subprocess.run(["./main"], cwd=tmp_path, check=False).returncode == 42


def test_an_object_leaves_the_linked_program_with_a_stack_that_is_not_executable(tmp_path: Path) -> None:
    (tmp_path / "main.c").write_text("long twice(long);\nint main(void) { return twice(0); }\n")
    (tmp_path / "add.o").write_bytes(write_object(BOTH, SYMBOLS))
    subprocess.run([needs("gcc"), "main.c", "add.o", "-o", "main"], cwd=tmp_path, check=True)
    with open(tmp_path / "main", "rb") as file:
        stack = [s for s in ELFFile(file).iter_segments() if s["p_type"] == "PT_GNU_STACK"]
    assert stack[0]["p_flags"] & 1 == 0


def test_writers_give_the_same_bytes_each_time() -> None:
    assert write_shared(BOTH, SYMBOLS, "a") == write_shared(BOTH, SYMBOLS, "a")
    assert write_object(BOTH, SYMBOLS) == write_object(BOTH, SYMBOLS)
    assert write_executable(BOTH, symbols=SYMBOLS) == write_executable(BOTH, symbols=SYMBOLS)


@pytest.mark.parametrize(
    "file",
    [
        write_shared(BOTH, SYMBOLS, "x"),
        write_object(BOTH, SYMBOLS),
        write_executable(BOTH, symbols=SYMBOLS),
    ],
    ids=["shared", "object", "executable"],
)
def test_reader_gives_back_code_and_symbols(file: bytes) -> None:
    found = read_elf_code(file)
    assert found.code == BOTH
    assert found.symbols == (("add", 0, 5), ("twice", 64, 5))
    assert read_elf_code(file, "twice").code == TWICE


def test_reader_takes_a_bare_executable_and_its_entry() -> None:
    found = read_elf_code(write_executable(BOTH, 64))
    assert (found.code, found.entry, found.address) == (BOTH, 64, 0x400000 + 176)


def test_reader_reads_what_gcc_made(tmp_path: Path) -> None:
    (tmp_path / "f.c").write_text("long f(long x) { return x + 1; }\nlong g(long x) { return x * 5; }\n")
    subprocess.run([needs("gcc"), "-O2", "-c", "f.c"], cwd=tmp_path, check=True)
    found = read_elf_code(tmp_path / "f.o")
    assert {name for name, _, _ in found.symbols} >= {"f", "g"}
    assert read_elf_code(tmp_path / "f.o", "f").code.endswith(b"\xc3")


def patched(offset: int, layout: str, value: int, file: bytes | None = None) -> bytes:
    data = bytearray(file or write_shared(BOTH, SYMBOLS, "x"))
    struct.pack_into(layout, data, offset, value)
    return bytes(data)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (patched(4, "B", 1), "EI_CLASS is 0x1: not a 64-bit file"),
        (patched(5, "B", 2), "EI_DATA is 0x2: not little-endian"),
        (patched(18, "<H", 183), "e_machine is 0xb7: not x86-64"),
        (patched(16, "<H", 4), "e_type is 0x4"),
        (patched(32, "<Q", 1 << 40), "e_phoff is 0x10000000000"),
        (patched(40, "<Q", 1 << 40), "e_shoff is 0x10000000000"),
        (patched(54, "<H", 8), "e_phentsize is 0x8"),
        (patched(64 + 8, "<Q", 1 << 20), "p_offset is 0x100000: with p_filesz"),
        (patched(64 + 56 + 16, "<Q", 0), "p_vaddr is 0x0: overlaps the segment at 0x0"),
        (patched(64 + 40, "<Q", 1), "p_memsz is 0x1: less than p_filesz"),
        (b"\x7fELF" + bytes(20), "file size is 0x18"),
        (b"MZ\x90\0", "ELF magic is 4d5a9000"),
        (b"", "ELF magic is missing"),
    ],
)
def test_reader_names_the_field_and_its_value(file: bytes, message: str) -> None:
    with pytest.raises(SiglumError) as refusal:
        read_elf_code(file)
    assert refusal.value.code == "E-034"
    assert refusal.value.exit == 2
    assert message in str(refusal.value)


def test_reader_names_near_symbols() -> None:
    with pytest.raises(SiglumError, match="no symbol `twce`; did you mean twice"):
        read_elf_code(write_object(BOTH, SYMBOLS), "twce")


def test_reader_says_which_file_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SiglumError, match="No such file") as refusal:
        read_elf_code(tmp_path / "missing")
    assert refusal.value.exit == 2


@given(st.lists(st.tuples(st.integers(0, 1700), st.integers(0, 255)), max_size=12), st.sampled_from(["so", "o", "exe"]))
def test_reader_never_fails_in_another_way(changes: list[tuple[int, int]], kind: str) -> None:
    files = {
        "so": write_shared(BOTH, SYMBOLS, "x"),
        "o": write_object(BOTH, SYMBOLS),
        "exe": write_executable(BOTH, symbols=SYMBOLS),
    }
    data = bytearray(files[kind])
    for offset, value in changes:
        data[offset % len(data)] = value
    try:
        found = read_elf_code(bytes(data))
    except SiglumError as refusal:
        assert refusal.code == "E-034"
    else:
        assert found.code in bytes(data)


@given(st.binary(max_size=300))
def test_reader_never_fails_on_arbitrary_bytes(tail: bytes) -> None:
    with pytest.raises(SiglumError):
        read_elf_code(b"\x7fELF\x02\x01" + tail[:40])

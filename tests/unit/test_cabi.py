"""C functions around an Image: every kind of argument and result crosses as the header says, in both forms.

The machine code inside is hand-encoded, so that the glue is tested apart from the binder; gcc compiles the callers.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from siglum.errors import SiglumError
from siglum.host.assemble import assemble
from siglum.host.cabi import library
from siglum.host.emit import parse_hex
from siglum.host.header import header, parameters
from siglum.host.outputs import files
from siglum.ir.function import Origin
from siglum.ir.types import components, parse_type
from siglum.records import StopSite
from siglum.target.elf import read_elf_code, write_object, write_shared
from siglum.target.x86_64.encode import RAX, RCX, RDI, RSI, Assembler

IDENTITY = bytes.fromhex("31c0c3")
ARENA_FAMILY = SimpleNamespace(family="alloc")


def image(code: bytes, parameters: str, result: str, *, stops: tuple[StopSite, ...] = (), arena: bool = False) -> Any:
    """What `library` reads of an Image."""
    params = tuple((part.split(":", 1)[0], parse_type(part.split(":", 1)[1])) for part in parameters.split(";") if part)
    function = SimpleNamespace(name="tried", origins=(Origin("square", "<phrase>", 1, 9, 6),))
    block = SimpleNamespace(
        function=function, frame_slots=1, instances=(ARENA_FAMILY,) if arena else (), offset=0, length=len(code)
    )
    witness = SimpleNamespace(blocks=(block,), stops=stops)
    return SimpleNamespace(
        code=code,
        params=params,
        result=parse_type(result),
        function=function,
        witness=witness,
    )


def assembled(build: Any) -> bytes:
    code = Assembler()
    build(code)
    raw: bytes = code.finish()[0]
    return raw


def compiled(folder: Path, made: Any, body: str, *, shared: bool = False) -> subprocess.CompletedProcess[str]:
    """Runs a C program whose `main` has `body`, linked with the library."""
    gcc = shutil.which("gcc")
    assert gcc, "this test needs gcc"
    lib = library(made)
    (folder / "tried.h").write_text(lib.header)
    if shared:
        (folder / "libtried.so").write_bytes(write_shared(lib.code, lib.symbols, "libtried.so", local=lib.local))
        inputs = ["-L.", "-ltried", "-Wl,-rpath,."]
    else:
        (folder / "tried.o").write_bytes(write_object(lib.code, lib.symbols, local=lib.local))
        inputs = ["tried.o"]
    lines = ['#include "tried.h"', '#include "tried.h"', "#include <stdio.h>", "#include <stdlib.h>", "#include <string.h>"]
    lines += ['#define CHECK(c) do { if (!(c)) { printf("line %d: %s\\n", __LINE__, #c); exit(9); } } while (0)']
    lines += ["static char memory[1 << 20];", "int main(void) { siglum_ctx ctx; siglum_ctx_init(&ctx, memory, sizeof memory);"]
    (folder / "main.c").write_text("\n".join([*lines, body, "return 0; }\n"]))
    flags = ["-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-Wl,--fatal-warnings"]
    done = subprocess.run([gcc, *flags, "main.c", *inputs, "-o", "main"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + lib.header
    return subprocess.run(["./main"], cwd=folder, capture_output=True, text=True, check=False)


SCALARS = [
    ("i64", "int64_t", "INT64_MIN"), ("u64", "uint64_t", "UINT64_MAX"), ("i8", "int8_t", "-128"), ("u8", "uint8_t", "255"),
    ("i16", "int16_t", "-32768"), ("u16", "uint16_t", "65535"), ("i32", "int32_t", "INT32_MIN"),
    ("u32", "uint32_t", "UINT32_MAX"),
    ("bool", "bool", "true"), ("char", "uint32_t", "0x10ffff"), ("f64", "double", "-0.1"), ("f32", "float", "1.5e30f"),
]  # fmt: skip


@pytest.mark.parametrize("arena", [False, True], ids=["frames on the stack", "frames mapped"])
@pytest.mark.parametrize(("t", "c", "value"), SCALARS)
def test_scalars_cross_in_both_forms(tmp_path: Path, t: str, c: str, value: str, arena: bool) -> None:
    body = f"{c} x = {value}, y = 0; CHECK(tried(x) == x); CHECK(tried_try(&ctx, x, &y) == 0); CHECK(y == x);"
    done = compiled(tmp_path, image(IDENTITY, f"x:{t}", t, arena=arena), body)
    assert (done.returncode, done.stdout) == (0, "")


COMPOSITES = [
    ("[i64]", "int64_t a[] = {5, 6};", "a, 2", "R.data == a && R.length == 2"),
    ("[u8]", "uint8_t a[] = {5, 6, 7};", "a, 3", "R.data == a && R.length == 3"),
    ("[f32]", "float a[] = {5, 6, 7};", "a, 3", "R.data[2] == 7 && R.length == 3"),
    ("str", "char a[] = {'h', 'i', '!'};", "a, 3", "R.data[2] == '!' && R.length == 3"),
    ("(i64, f64)", "siglum_pair_i64_f64 a = {-3, 0.5};", "&a", "R.first == -3 && R.second == 0.5"),
    ("(i8, bool)", "siglum_pair_i8_bool a = {-3, true};", "&a", "R.first == -3 && R.second == 1"),
    ("i64?", "siglum_option_i64 a = {1, 9};", "&a", "R.present == 1 && R.value == 9"),
    ("str?", "char s[] = {65}; siglum_option_text a = {1, {s, 1}};", "&a", "R.value.data == s"),
    ("[[i64]]", "int64_t s[] = {4}; siglum_array_i64 a[] = {{s, 1}, {s, 0}};", "a, 2", "R.data[0].data[0] == 4 && R.length == 2"),
    ("[(i64, str)]", "char s[] = {65}; siglum_pair_i64_text a[] = {{7, {s, 1}}};", "a, 1", "R.data[0].second.data == s"),
    ("{str:f64}", "char s[] = {65}; siglum_text k = {s, 1}; double v = 2; siglum_map_text_f64 a = {{&k, 1}, {&v, 1}};",
     "&a", "R.keys.data->data == s && *R.values.data == 2"),
]  # fmt: skip


@pytest.mark.parametrize("arena", [False, True], ids=["frames on the stack", "frames mapped"])
@pytest.mark.parametrize(("t", "declare", "give", "holds"), COMPOSITES, ids=[t for t, *_ in COMPOSITES])
def test_composites_cross_in_both_forms(tmp_path: Path, t: str, declare: str, give: str, holds: str, arena: bool) -> None:
    made = image(IDENTITY, f"x:{t}", t, arena=arena)
    struct = header("tried", made.params, made.result, []).split("    siglum_")[-1].split(" ")[0]
    pointers = "{" in t or "[" in t or "str" in t
    free = "tried_free(&r); CHECK(r.memory == NULL); tried_free(&r);" if pointers else "CHECK(r.memory == NULL);"
    body = f"""{declare} tried_result r = tried({give}); CHECK({holds.replace("R.", "r.value.")}); {free}
        siglum_{struct} o; memset(&o, 1, sizeof o); CHECK(tried_try(&ctx, {give}, &o) == 0);
        CHECK({holds.replace("R.", "o.")});"""
    done = compiled(tmp_path, made, body)
    assert (done.returncode, done.stdout) == (0, "")


def sum_of_slots(count: int) -> bytes:
    """Weighs the first `count` slots by 1, 2, 4, ... so that every permutation shows."""

    def build(code: Assembler) -> None:
        code.clear(RAX)
        for slot in range(count, 0, -1):
            code.arithmetic("add", RAX, RAX)
            code.load(RCX, RSI, 8 * slot)
            code.arithmetic("add", RAX, RCX)
        code.store(RSI, 8, RAX)
        code.clear(RAX)
        code.ret()

    return assembled(build)


@pytest.mark.parametrize("shared", [False, True], ids=["object", "shared object"])
@pytest.mark.parametrize("arena", [False, True], ids=["frames on the stack", "frames mapped"])
def test_arguments_beyond_the_registers(tmp_path: Path, arena: bool, shared: bool) -> None:
    names = [f"x{k}" for k in range(11)]
    made = image(sum_of_slots(11), ";".join(f"{name}:i32" for name in names), "i64", arena=arena)
    values = [3, -5, 7, 100, -1, 0, 9, 12, -20, 31, 2]
    expected = sum(value << k for k, value in enumerate(values))
    given = ", ".join(map(str, values))
    body = f"int64_t y; CHECK(tried({given}) == {expected}); CHECK(tried_try(&ctx, {given}, &y) == 0 && y == {expected});"
    done = compiled(tmp_path, made, body, shared=shared)
    assert (done.returncode, done.stdout) == (0, "")


def test_mixed_arguments_beyond_the_registers(tmp_path: Path) -> None:
    """Integers and floats are counted apart, arrays take two, and all that is left over lies on the stack in order."""
    kinds = ["f64", "i64", "[u8]", "f32", "i64", "i16", "f64", "f64", "f64", "f64", "f64", "f64", "f32", "[i64]", "u8", "f64"]
    params = ";".join(f"x{k}:{t}" for k, t in enumerate(kinds))
    slots = sum(len(components(parse_type(t))) for t in kinds)
    parts = "uint8_t b[] = {1}; int64_t q[] = {1, 2};"
    give = "0.5, 11, b, 1, 1.5f, 12, -13, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5f, q, 2, 200, 9.5"
    seen = [
        "(f64, i64)",
        "(i64, i64)",
        "(f64, i64)",
        "(i64, f64)",
        "(f64, f64)",
        "(f64, f64)",
        "(f64, f64)",
        "(i64, i64)",
        "(i64, f64)",
    ]
    result = seen[-1]
    for pair in reversed(seen[:-1]):
        result = f"({pair}, {result})"
    assert len(components(parse_type(result))) == slots
    made = image(IDENTITY, params, result)
    checks = ["v[0].d == 0.5", "v[1].i == 11", "v[2].p == b", "v[3].i == 1", "v[4].d == 1.5", "v[5].i == 12", "v[6].i == -13",
              "v[7].d == 2.5", "v[12].d == 7.5", "v[13].d == 8.5", "v[14].p == q", "v[15].i == 2", "v[16].i == 200",
              "v[17].d == 9.5"]  # fmt: skip
    body = f"""{parts} union {{ double d; int64_t i; void *p; }} v[18]; tried_result r = tried({give});
        memcpy(v, &r, sizeof v); {" ".join(f"CHECK({check});" for check in checks)} memset(v, 0, sizeof v);
        CHECK(tried_try(&ctx, {give}, (void *)v) == 0); {" ".join(f"CHECK({check});" for check in checks)}"""
    done = compiled(tmp_path, made, body)
    assert (done.returncode, done.stdout) == (0, "")


def stopping(site: int) -> bytes:
    def build(code: Assembler) -> None:
        code.store_value(RDI, 24, site)
        code.mov_value(RAX, 1)
        code.ret()

    return assembled(build)


STOPS = (StopSite("fuel", -1, 0), StopSite("overflow", 0, 0))
LINE = "siglum: error[E-101]: `square` stopped: the result does not fit, <phrase>:1:9\n"


@pytest.mark.parametrize("arena", [False, True], ids=["frames on the stack", "frames mapped"])
@pytest.mark.parametrize("result", ["i64", "[i64]"])
def test_a_stop_in_the_plain_form_ends_the_process(tmp_path: Path, result: str, arena: bool) -> None:
    made = image(stopping(2), "x:i64", result, stops=STOPS, arena=arena)
    done = compiled(tmp_path, made, 'setvbuf(stdout, NULL, _IONBF, 0); printf("before"); tried(5); printf("after");')
    assert (done.returncode, done.stdout, done.stderr) == (1, "before", LINE)


def test_a_stop_in_the_other_form_is_a_code_with_a_message(tmp_path: Path) -> None:
    body = f"""int64_t y = 77; CHECK(tried_try(&ctx, 5, &y) == 2); CHECK(y == 77); CHECK(ctx.stop == 2);
        CHECK(!strcmp(tried_message(2), {_c_string(LINE)}));
        CHECK(!strcmp(tried_message(1), "siglum: error[E-109]: stopped: out of fuel\\n"));
        CHECK(strstr(tried_message(-1), "out of memory")); CHECK(strstr(tried_message(-2), "negative length"));
        CHECK(strstr(tried_message(0), "no such code")); CHECK(strstr(tried_message(3), "no such code"));
        CHECK(strstr(tried_message(INT32_MIN), "no such code"));"""
    done = compiled(tmp_path, image(stopping(2), "x:i64", "i64", stops=STOPS), body)
    assert (done.returncode, done.stdout) == (0, "")


def _c_string(text: str) -> str:
    return '"' + text.replace("\n", "\\n") + '"'


def test_negative_lengths_and_small_contexts_are_refused(tmp_path: Path) -> None:
    body = """int64_t a[1] = {1}; siglum_array_i64 y; CHECK(tried_try(&ctx, a, -1, &y) == -2);
        siglum_ctx_init(&ctx, memory, 64); CHECK(tried_try(&ctx, a, 1, &y) == -1);
        siglum_ctx_init(&ctx, memory, 0); CHECK(tried_try(&ctx, a, 1, &y) == -1);
        siglum_ctx_init(&ctx, memory, 4096); CHECK(tried_try(&ctx, a, 1, &y) == 0);
        tried(a, -5);"""
    done = compiled(tmp_path, image(IDENTITY, "xs:[i64]", "[i64]"), body)
    assert (done.returncode, done.stderr) == (1, "siglum: error[E-113]: `tried` got a negative length\n")


def test_the_context_reaches_the_code(tmp_path: Path) -> None:
    def build(code: Assembler) -> None:  # gives back 16 bytes from the arena, holding two numbers
        code.load(RAX, RDI, 0)
        code.store_value(RAX, 0, 40)
        code.store_value(RAX, 8, 2)
        code.store(RSI, 8, RAX)
        code.store_value(RSI, 16, 2)
        code.arithmetic_value("add", RAX, 16)
        code.store(RDI, 0, RAX)
        code.clear(RAX)
        code.ret()

    body = """siglum_array_i64 y, z; uint64_t start = ctx.arena_next; CHECK(tried_try(&ctx, &y) == 0);
        CHECK(tried_try(&ctx, &z) == 0); CHECK(y.data != z.data); CHECK((uint64_t)y.data == start && y.data[0] + y.data[1] == 42);
        siglum_release(&ctx); CHECK(ctx.arena_next == start);
        for (int k = 0; k < 2000; k++) { tried_result r = tried(); CHECK(r.value.data[0] == 40); tried_free(&r); }
        CHECK(ctx.arena_end - ctx.arena >= sizeof memory / 2);"""
    done = compiled(tmp_path, image(assembled(build), "", "[i64]", arena=True), body)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_process_without_address_space_stops_by_name(tmp_path: Path) -> None:
    body = """extern int setrlimit(int, const void *);
        struct { unsigned long soft, hard; } limit = {1 << 28, 1 << 28}; setrlimit(9 /* RLIMIT_AS */, &limit); tried(5);"""
    done = compiled(tmp_path, image(IDENTITY, "x:i64", "i64", arena=True), body)
    assert (done.returncode, done.stderr) == (1, "siglum: error[E-108]: stopped: out of memory\n")


def test_a_shared_object_serves_ctypes(tmp_path: Path) -> None:
    lib = library(image(sum_of_slots(2), "x:i64;y:i64", "i64"), "weigh")
    path = tmp_path / "weigh.so"
    path.write_bytes(write_shared(lib.code, lib.symbols, "weigh.so"))
    weigh = ctypes.CDLL(str(path)).weigh
    weigh.restype = ctypes.c_int64
    weigh.argtypes = [ctypes.c_int64, ctypes.c_int64]
    assert weigh(2**40, -1) == 2**40 - 2


def test_the_header_compiles_as_cpp(tmp_path: Path) -> None:
    gxx = shutil.which("g++")
    assert gxx, "this test needs g++"
    made = image(IDENTITY, "class:[(str, i64?)];new:{i64:f32}", "{i64:f32}")
    (tmp_path / "main.cpp").write_text(library(made).header * 2 + "\nint main() { siglum_ctx c; siglum_ctx_init(&c, 0, 0); }\n")
    command = [gxx, "-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-fsyntax-only", "main.cpp"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_header_says_what_text_is() -> None:
    made = image(IDENTITY, "s:str", "str")
    text = header("shout", made.params, made.result, [LINE])
    assert "Text is UTF-8, its length counts bytes, and no zero byte ends it." in text
    assert " * 1: siglum: error[E-101]" in text


def test_parameter_names_fit_c() -> None:
    params = [(name, parse_type("[i64]")) for name in ("int", "out", "xs", "xs_length", "größe")]
    names = [declared.split()[-1].lstrip("*") for declared in parameters(params)]
    assert len(set(names)) == len(names) == 10
    assert all(name.isascii() and name not in ("int", "out") for name in names)


@pytest.mark.parametrize("name", ["a-b", "int", "", "9x", "é"])
def test_names_c_cannot_take_are_refused(name: str) -> None:
    made = image(IDENTITY, "x:i64", "i64")
    made.function.name = name
    with pytest.raises(SiglumError, match="no name for a C function") as refusal:
        library(made)
    assert refusal.value.exit == 2


def test_glue_depends_on_the_signature_alone() -> None:
    first = library(image(IDENTITY, "x:[i64]", "f64", stops=STOPS))
    second = library(image(bytes.fromhex("90c3cc"), "x:[i64]", "f64", stops=STOPS))
    assert first.code[3:] == second.code[3:]
    assert first == library(image(IDENTITY, "x:[i64]", "f64", stops=STOPS))


def test_every_file_kind_holds_the_same_code(tmp_path: Path) -> None:
    code = sum_of_slots(3) + bytes(range(10))
    made = image(code, "x:i64;y:i64;z:i64", "i64", stops=STOPS)
    made.witness.blocks[0].length = len(code) - 10
    out = files(made, "weigh", ["so", "o", "h", "asm", "hex"])
    assert list(out) == ["weigh.so", "weigh.o", "weigh.h", "weigh.asm", "weigh.hex"]
    whole = read_elf_code(out["weigh.so"]).code
    assert whole == read_elf_code(out["weigh.o"]).code == assemble(out["weigh.asm"].decode()).code
    assert whole.startswith(code)
    assert parse_hex(out["weigh.hex"].decode()) == code
    assert out == files(made, "weigh", ["so", "o", "h", "asm", "hex"])


def test_unknown_outputs_are_refused() -> None:
    with pytest.raises(SiglumError, match="unknown output 'dll'") as refusal:
        files(image(IDENTITY, "x:i64", "i64"), "f", ["dll"])
    assert refusal.value.exit == 2


def test_the_header_declares_each_structure_once() -> None:
    made = image(b"\xc3", "ms:[{str:i64}];p:(i64,[i64]);xs:[i64]", "{str:i64}")
    structures = [line for line in header("tried", made.params, made.result, []).splitlines() if line.startswith("typedef")]
    assert len(set(structures)) == len(structures) == 7

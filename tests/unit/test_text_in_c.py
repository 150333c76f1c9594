"""Text crosses to C as UTF-8, wherever in a value it stands; what is no UTF-8 stops and says which argument."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import siglum

HEAD = """
#include "f.h"
#include <stdio.h>
#include <string.h>
#define TEXT(s) {s, sizeof s - 1}
static void say(siglum_text t) { printf("%.*s|", (int)t.length, t.data); }
int main(void) {
"""

TEXT = "typedef struct { const char *data; int64_t length; } siglum_text;\n"

CALLS = {
    "f s:str = s reverse": (
        r'f_result r = f("h\xc3\xa9 \xf0\x9f\x98\x80", 8); say(r.value); f_free(&r); r = f("", 0); say(r.value);', "😀 éh||"),
    "f s:str = s words": (
        r'f_result r = f("to b\xc3\xa9", 6); for (int k = 0; k < r.value.length; k++) say(r.value.data[k]);', "to|bé|"),
    "f xs:[str] = xs join \"-\"": (
        r'siglum_text xs[] = {TEXT("\xc3\xa9"), TEXT(""), TEXT("b")}; f_result r = f(xs, 3); say(r.value); f_free(&r);', "é--b|"),
    "f xs:[str] -> str? = xs most length": (
        r'siglum_text xs[] = {TEXT("\xc3\xa9"), TEXT("bb")}; f_result r = f(xs, 2); say(r.value.value); f_free(&r);'
        r'r = f(xs, 0); printf("%d", (int)r.value.present); f_free(&r);', "bb|0"),
    "f s:str = s words counts": (
        r'f_result r = f("\xc3\xa9 a \xc3\xa9", 7); for (int k = 0; k < r.value.keys.length; k++)'
        r'{ say(r.value.keys.data[k]); printf("%d ", (int)r.value.values.data[k]); } f_free(&r);', "é|2 a|1 "),
    "f m:{str:i64} = m values sum": (
        r'siglum_text k[] = {TEXT("x"), TEXT("y")}; int64_t v[] = {3, 4}; siglum_map_text_i64 m = {{k, 2}, {v, 2}};'
        r'say(k[0]); printf("%d", (int)f(&m));', "x|7"),
    "f xs:[(str, i64)] = xs map left": (
        r'siglum_pair_text_i64 xs[] = {{TEXT("\xc3\xa9"), 1}}; f_result r = f(xs, 1); say(r.value.data[0]); f_free(&r);', "é|"),
    "f s:str = s length": (r'siglum_text t = TEXT("\xc3\xa9"); say(t); printf("%d", (int)f(t.data, t.length));', "é|1"),
}  # fmt: skip


def output(folder: Path, phrase: str, body: str) -> subprocess.CompletedProcess[bytes]:
    """Runs C code that calls the function `f` of a phrase."""
    siglum.compile(phrase).save(folder / "f.o", header=True)
    declared = "" if "siglum_text" in (folder / "f.h").read_text() else TEXT
    (folder / "main.c").write_text(HEAD.replace("#define TEXT", declared + "#define TEXT", 1) + body + " return 0; }\n")
    flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function"]
    subprocess.run(["gcc", *flags, "main.c", "f.o", "-o", "main"], cwd=folder, check=True)
    return subprocess.run(["./main"], cwd=folder, capture_output=True, check=False)


@pytest.mark.parametrize("phrase", CALLS)
def test_text_crosses_both_ways(tmp_path: Path, phrase: str) -> None:
    body, expected = CALLS[phrase]
    done = output(tmp_path, phrase, body)
    assert (done.returncode, done.stdout.decode()) == (0, expected)


def test_what_is_no_utf8_names_the_argument(tmp_path: Path) -> None:
    body = r"""
        static char memory[65536]; siglum_ctx ctx; siglum_ctx_init(&ctx, memory, sizeof memory); int64_t n;
        printf("%d ", f_try(&ctx, 1, "ok", 2, &n) == 0 && n == 3);
        fputs(f_message(f_try(&ctx, 1, "\xff", 1, &n)), stdout); fflush(stdout);
        (void)f(INT64_MAX, "ok", 2);"""
    done = output(tmp_path, "f n:i64 s:str = n + s length", body)
    assert done.stdout == b"1 siglum: error[E-107]: argument 2, s:str: invalid UTF-8\n"
    assert done.stderr == b"siglum: error[E-101]: `+` stopped: the result does not fit, <phrase>:1:19\n"
    assert done.returncode == 1


def test_functions_without_text_are_called_as_they_are(tmp_path: Path) -> None:
    compiled = siglum.compile("sumsq xs:[i64] = xs filter even square sum")
    compiled.save(tmp_path / "sumsq.so")
    assert compiled.image.code in (tmp_path / "sumsq.so").read_bytes()

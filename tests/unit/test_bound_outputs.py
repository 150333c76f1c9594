"""Bound functions through every way out: called from Python, from C, and run as a program of their own."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

import numpy
import pytest

from siglum.bind import bind
from siglum.errors import Stop
from siglum.host.assemble import assemble
from siglum.host.callable import Native
from siglum.host.outputs import files
from siglum.host.program import executable
from siglum.ir.function import Builder, Function, Origin
from siglum.ir.types import BOOL, I64, U8, Array
from siglum.records import Image
from siglum.stencil.table import load
from siglum.target.elf import read_elf_code


def sum_of_squares() -> Function:
    builder = Builder()
    square, total = builder.origin(Origin("square", "<phrase>", 1, 4, 6)), builder.origin(Origin("sum", "<phrase>", 1, 11, 3))
    xs = builder.param(0, Array(I64))
    index, (so_far,) = builder.open_loop(builder.emit("length", xs), (builder.const(0),))
    x = builder.emit("load", xs, index)
    added = builder.emit("add", so_far, builder.emit("mul", x, x, origin=square), origin=total)
    (result,) = builder.close_loop(builder.const(True, BOOL), (added,))
    return builder.finish("sumsq", (("xs", Array(I64)),), result)


def doubled() -> Function:
    """A fresh array of the doubled elements."""
    builder = Builder()
    out, double = builder.origin(Origin("map", "<phrase>", 1, 4, 3)), builder.origin(Origin("*", "<phrase>", 1, 8, 1))
    xs = builder.param(0, Array(I64))
    count = builder.emit("length", xs)
    fresh = builder.alloc(I64, count, out)
    index, (target,) = builder.open_loop(count, (fresh,))
    value = builder.emit("mul", builder.emit("load", xs, index), builder.const(2), origin=double)
    (result,) = builder.close_loop(builder.const(True, BOOL), (builder.emit("store", target, index, value),))
    return builder.finish("doubled", (("xs", Array(I64)),), result)


def greeting() -> Function:
    builder = Builder()
    text = builder.data(U8, tuple(b"Hello\n"))
    return builder.finish("main", (), builder.emit("write", builder.const(1), text))


def image(function: Function, target: str = "x86-64-v2") -> Image:
    return bind(function, load(target))


def test_from_python() -> None:
    native = Native(image(sum_of_squares()))
    assert native([1, 2, 3]) == 14
    assert native([]) == 0
    assert native(numpy.arange(1000)) == 332833500
    with pytest.raises(Stop) as stop:
        native([1, 2**40])
    assert (stop.value.word, str(stop.value.place)) == ("square", "<phrase>:1:4")
    with pytest.raises(Stop) as stop:
        native([3037000499, 3037000499])
    assert stop.value.word == "sum"


def test_arrays_come_out_of_the_arena() -> None:
    native = Native(image(doubled()))
    assert native([1, 2, 3]) == [2, 4, 6]
    assert (native(numpy.arange(100_000)) == 2 * numpy.arange(100_000)).all()
    small = Native(image(doubled()), arena_limit=64)
    assert small([5] * 8) == [10] * 8
    with pytest.raises(Stop, match="out of memory"):
        small([5] * 9)
    assert small([5]) == [10]


def test_from_a_shared_object(tmp_path: Path) -> None:
    path = tmp_path / "sumsq.so"
    path.write_bytes(files(image(sum_of_squares()), "sumsq", ["so"])["sumsq.so"])
    sumsq = ctypes.CDLL(str(path)).sumsq
    sumsq.restype, sumsq.argtypes = ctypes.c_int64, [ctypes.c_void_p, ctypes.c_int64]
    numbers = numpy.arange(10)
    assert sumsq(numbers.ctypes.data, 10) == 285


def test_from_c(tmp_path: Path) -> None:
    for name, content in files(image(doubled()), "doubled", ["o", "h"]).items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "main.c").write_text("""
        #include "doubled.h"
        #include <stdio.h>
        int main(void) {
            int64_t xs[] = {1, 2, 3};
            doubled_result r = doubled(xs, 3);
            const int64_t *y = r.value.data;
            printf("%ld %ld %ld %ld\\n", (long)r.value.length, (long)y[0], (long)y[1], (long)y[2]);
            doubled_free(&r);
            static char memory[4096];
            siglum_ctx ctx;
            siglum_ctx_init(&ctx, memory, sizeof memory);
            siglum_array_i64 out;
            int32_t code = doubled_try(&ctx, xs, 3, &out);
            printf("%d %ld\\n", (int)code, (long)out.data[2]);
            static int64_t many[1000];
            code = doubled_try(&ctx, many, 1000, &out);
            fputs(doubled_message(code), stdout);
            xs[1] = INT64_MAX;
            fflush(stdout);
            doubled(xs, 3);
        }""")
    subprocess.run(["gcc", "-O1", "-Wall", "-Werror", "main.c", "doubled.o", "-o", "main"], cwd=tmp_path, check=True)
    done = subprocess.run(["./main"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "3 2 4 6\n0 6\nsiglum: error[E-108]: `map` stopped: out of memory, <phrase>:1:4\n"
    assert done.stderr == "siglum: error[E-101]: `*` stopped: the result does not fit, <phrase>:1:8\n"
    assert done.returncode == 1


@pytest.mark.parametrize("target", ["x86-64-v2", "x86-64-v3"])
def test_assembly_source_gives_the_library_back(target: str) -> None:
    for function in (sum_of_squares(), doubled(), greeting()):
        out = files(image(function, target), "f", ["o", "asm"])
        assert assemble(out["f.asm"].decode()).code == read_elf_code(out["f.o"]).code


def test_as_a_program_of_at_most_400_bytes(tmp_path: Path) -> None:
    path = tmp_path / "hello"
    path.write_bytes(executable(image(greeting())))
    path.chmod(0o755)
    assert path.stat().st_size <= 400
    assert subprocess.run([path], capture_output=True, check=True).stdout == b"Hello\n"

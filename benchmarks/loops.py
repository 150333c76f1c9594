"""Stitched code against gcc on fifteen loops, wrapping and exact, tabled apart.

    python -m benchmarks loops [--elements N] [--repeats N] [--target x86-64-v3]

Each cell is the median over interleaved repeats of one call on the same 65,536 elements, both sides called the same
way through ctypes, outputs into memory that is reused. Wrap stands against -fwrapv, exact against __builtin_*_overflow.
"""

from __future__ import annotations

import argparse
import ctypes
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import siglum
from benchmarks.report import geometric_mean, interleaved, keep, machine, version

HISTOGRAM = """
from siglum import u8

def histogram(xs: list[u8]) -> list[int]:
    bins = [0] * 256
    for x in xs:
        bins[x] += 1
    return bins
"""

LOOPS: dict[str, tuple[str, str]] = {
    "sum": ("xs:[i64] -> i64", "xs sum"),
    "sum_of_squares": ("xs:[i64] -> i64", "xs square sum"),
    "dot": ("xs:[i64] ys:[i64] -> i64", "xs * ys | sum"),
    "count_if": ("xs:[i64] -> i64", "xs > 10 | count"),
    "filter_square_sum": ("xs:[i64] -> i64", "xs filter even square sum"),
    "maximum": ("xs:[i64] -> i64", "xs maximum"),
    "map_affine": ("xs:[i64] -> [i64]", "xs * 2 + 1"),
    "axpb": ("a:f64 xs:[f64] b:f64 -> [f64]", "a * xs + b"),
    "float_sum": ("xs:[f64] -> f64", "xs sum"),
    "running_sum": ("xs:[i64] -> [i64]", "xs scan +"),
    "histogram": ("", HISTOGRAM),
    "reverse": ("xs:[i64] -> [i64]", "xs reverse"),
    "is_sorted": ("xs:[i64] -> bool", "xs rising"),
    "count_byte": ("text:[u8] -> i64", "text = 101 | count"),
    "polynomial": ("cs:[f64] x:f64 -> f64", "cs fold 0.0 (acc * x + it)"),
}
"""C name to (signature, phrase); an empty signature means Python source."""

FLOAT_RESULTS = {"axpb", "float_sum", "polynomial"}
FLAGS = {"O0": ["-O0"], "O2": ["-O2"], "O3": ["-O3"]}


def c_library(folder: Path, level: str, wrap: bool) -> ctypes.CDLL:
    """benchmarks/loops.c built by gcc at one level."""
    target = folder / f"loops-{level}-{wrap}.so"
    policy = ["-fwrapv", "-DWRAP"] if wrap else []
    source = Path(__file__).with_name("loops.c")
    subprocess.run(["gcc", *FLAGS[level], *policy, "-shared", "-fPIC", "-o", str(target), str(source)], check=True)
    return ctypes.CDLL(str(target))


def inputs(n: int) -> dict[str, tuple[Any, ...]]:
    """The arguments of each loop: small values, so that exact arithmetic never stops."""
    random = np.random.default_rng(1)
    ints = random.integers(-1000, 1000, n)
    floats = random.normal(size=n)
    octets = random.integers(0, 256, n).astype(np.uint8)
    special = {
        "dot": (ints, ints[::-1].copy()),
        "axpb": (1.5, floats, 0.25),
        "float_sum": (floats,),
        "histogram": (octets,),
        "is_sorted": (np.sort(ints),),
        "count_byte": (octets,),
        "polynomial": (floats, 0.75),
    }
    return {name: special.get(name, (ints,)) for name in LOOPS}


def c_call(function: Any, args: tuple[Any, ...], result: Any) -> Callable[[], object]:
    """A call of a C loop with its output in `result`."""
    words: list[Any] = []
    for a in args:
        if isinstance(a, np.ndarray):
            words += [ctypes.c_void_p(a.ctypes.data), ctypes.c_int64(a.size)]
        else:
            words.append(ctypes.c_double(a))
    words.append(ctypes.c_void_p(result.ctypes.data))
    return lambda: function(*words)


def native_call(native: Any, args: tuple[Any, ...]) -> Callable[[], object]:
    """A call of stitched code with its frame laid out once and its arena reset each time."""
    memory = native._pool.take()
    keep_alive: list[Any] = [args]
    words: tuple[int, ...] = ()
    for pack, a in zip(native._packers, args, strict=True):
        words += pack(a, keep_alive)
    base, frames, entry, fuel = memory.base, memory.base + memory.frames, native._entry, native._fuel
    view, offset, arguments = memory.view, memory.frames + 8, native._arguments

    def call() -> object:
        memory.prepare(fuel)
        arguments.pack_into(view, offset, *words)
        status = entry(base, frames)
        assert status == 0
        return keep_alive

    return call


def same(name: str, args: tuple[Any, ...], stitched: Any, function: Any, result: Any) -> None:
    """Both sides give the same answer, floats up to the order of summation."""
    got = stitched(*args)
    c_call(function, args, result)()
    expected = result[: len(got)] if isinstance(got, (np.ndarray, list)) else result[0]
    if not np.allclose(np.asarray(got, dtype=float), np.asarray(expected, dtype=float), rtol=1e-9):
        sys.exit(f"{name}: stitched {got}, C {expected}")


def main(arguments: list[str]) -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--elements", type=int, default=65_536)
    options.add_argument("--repeats", type=int, default=301)
    options.add_argument("--target", default="x86-64-v3")
    chosen = options.parse_args(arguments)
    given = inputs(chosen.elements)
    lines = [
        f"CPU: {machine()}",
        f"peer: {version(['gcc', '--version'])}; flags -O0, -O2, -O3 with -shared -fPIC; target {chosen.target}",
        f"{chosen.elements} elements, {chosen.repeats} interleaved repeats, median us (10-90 %)",
    ]
    data: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for wrap in (True, False):
            table = "wrap, C with -fwrapv" if wrap else "exact, C with __builtin_*_overflow"
            lines += ["", table, f"{'loop':18}{'stitched':>22}{'-O0':>10}{'-O2':>22}{'-O3':>10}{'vs -O2':>8}"]
            libraries = {level: c_library(Path(folder), level, wrap) for level in FLAGS}
            ratios = []
            for name, (signature, text) in LOOPS.items():
                overflow = "wrap" if wrap else "stop"
                if signature:
                    stitched = siglum.compile(text, signature=signature, overflow=overflow, target=chosen.target)
                else:
                    stitched = siglum.compile_python(text, name, overflow=overflow, target=chosen.target)
                args = given[name]
                kind = np.float64 if name in FLOAT_RESULTS else np.int64
                result = np.zeros(max(chosen.elements, 256), kind)
                same(name, args, stitched, getattr(libraries["O2"], name), result)
                peers = {"stitched": native_call(stitched.native, args)}
                peers |= {level: c_call(getattr(library, name), args, result) for level, library in libraries.items()}
                found = interleaved(peers, chosen.repeats)
                ratio = found["stitched"].median / found["O2"].median
                ratios.append(ratio)
                spread = {k: f"{t.median / 1e3:.1f} ({t.low / 1e3:.1f}-{t.high / 1e3:.1f})" for k, t in found.items()}
                lines.append(
                    f"{name:18}{spread['stitched']:>22}{found['O0'].median / 1e3:>10.1f}{spread['O2']:>22}"
                    f"{found['O3'].median / 1e3:>10.1f}{ratio:>8.2f}"
                )
                data[f"{name} {overflow}"] = {k: t._asdict() for k, t in found.items()}
            lines.append(f"geometric mean vs -O2: {geometric_mean(ratios):.2f}, worst {max(ratios):.2f}")
    keep(f"loops-{chosen.target}", "\n".join(lines), data)
